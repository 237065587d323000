"""What the fields of an imported exercise may hold, and what is wrong with one that does not."""

import re
from collections.abc import Iterable
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

_PRINTED: Final = r"\A *(?=[^ ])[^\x00-\x1f\x7f\ud800-\udfff]*\Z"
_TOLD: Final = r"\A[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]*\Z"
_ONE_WORD: Final = r"""\A(?!own:)[^\s\x00-\x1f\x7f\ud800-\udfff/\\?#%"<>]+\Z"""

SourceId: TypeAlias = Annotated[str, Meta(max_length=120, pattern=_ONE_WORD)]
"""An id as its library gives it. It stands in addresses; `own:` begins those of people's own exercises."""
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=_PRINTED)]
Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=60, pattern=_PRINTED)]
"""A word of the library's vocabulary: a muscle, an implement, a category."""
Words: TypeAlias = Annotated[tuple[Word, ...], Meta(max_length=40)]
Names: TypeAlias = Annotated[tuple[Name, ...], Meta(max_length=40)]
Step: TypeAlias = Annotated[str, Meta(max_length=5_000, pattern=_TOLD)]
Steps: TypeAlias = Annotated[tuple[Step, ...], Meta(max_length=100)]
Told: TypeAlias = Annotated[str, Meta(max_length=50_000, pattern=_TOLD)]

_WHERE: Final = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_PATTERN: Final = re.compile(r"Expected `str` matching regex .*", re.DOTALL)


def each_once(words: Iterable[str], besides: Iterable[str] = ()) -> tuple[str, ...]:
    """Return words with single spaces, each once, in their order, without those of `besides`."""
    others = frozenset(besides)
    return tuple(word for word in dict.fromkeys(map(spaced, words)) if word not in others)


def spaced(text: str) -> str:
    """Return a text with single spaces between its words, and none around them."""
    return " ".join(text.split())


def steps_of(told: Iterable[str]) -> tuple[str, ...]:
    """Return instructions without empty ones; a step may come again."""
    return tuple(step for step in map(spaced, told) if step)


def explained(sentence: str) -> tuple[str | None, str]:
    """Return the field and what is wrong with it, from what msgspec says."""
    found = _WHERE.fullmatch(sentence)
    what, where = (found["what"], found["where"] or "") if found else (sentence, "")
    if missing := _MISSING.fullmatch(what):
        return f"{where}.{missing['field']}".lstrip("."), "it is missing"
    if _PATTERN.fullmatch(what):
        return where or None, "it is empty, or has characters that cannot stand there"
    return where or None, what[:1].lower() + what[1:]
