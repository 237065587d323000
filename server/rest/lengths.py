"""How long a text may be, in a person's words: msgspec says only which of the two bounds was passed, and as code."""

from functools import lru_cache
from typing import Any, Final

from msgspec import inspect as described

_CODE: Final = "Expected `str` of length "


def about_length(problem: str) -> bool:
    """Say whether a sentence of msgspec's is about a text's length."""
    return problem.startswith(_CODE)


@lru_cache(maxsize=64)
def length_told(wanted: Any, path: str) -> str | None:
    """Return what is true of a text of the right length at a dotted path in a type; None when there is none."""
    kind: described.Type | None = described.type_info(wanted)
    for name in path.split("."):
        kind = _field(kind, name)
    match kind:
        case described.StrType(min_length=None, max_length=int(most)):
            return f"must have at most {most:,} characters"
        case described.StrType(min_length=int(least), max_length=None):
            return f"must have {least:,} characters or more"
        case described.StrType(min_length=int(least), max_length=int(most)):
            return f"must have {least:,} to {most:,} characters"
        case _:
            return None


def _field(kind: described.Type | None, name: str) -> described.Type | None:
    if not isinstance(kind, described.StructType):
        return None
    return next((_text(field.type) for field in kind.fields if field.encode_name == name), None)


def _text(kind: described.Type) -> described.Type:
    """Return what a type is under its descriptions, and of several the text."""
    match kind:
        case described.Metadata(type=inner):
            return _text(inner)
        case described.UnionType(types=several):
            return next((one for one in map(_text, several) if isinstance(one, described.StrType)), kind)
        case _:
            return kind
