"""What a type demands, in a few words, for readers of pages and of generated sources."""

from typing import Final

from msgspec import inspect as described

from channels.wire.registry import SNAPSHOT_TYPES

_PLAIN: Final[dict[type[described.Type], str]] = {
    described.AnyType: "anything",
    described.BoolType: "boolean",
    described.DateTimeType: "moment",
    described.DecimalType: "decimal",
    described.FloatType: "number",
    described.IntType: "integer",
    described.NoneType: "null",
    described.RawType: " or ".join(f"[{cls.__name__}](#{cls.__name__.lower()})" for cls in SNAPSHOT_TYPES),
    described.StrType: "string",
    described.UUIDType: "UUID",
}


def told(kind: described.Type) -> str:
    """Return a type in words, as the protocol's page names it; structs and enums are links to their own entry."""
    match kind:
        case described.Metadata(type=inner):
            text = told(inner)
        case described.EnumType(cls=cls) | described.StructType(cls=cls):
            text = f"[{cls.__name__}](#{cls.__name__.lower()})"
        case described.UnionType(types=several):
            text = " or ".join(told(one) for one in several)
        case described.TupleType(item_types=several):
            text = f"array of {' and '.join(told(one) for one in several)}"
        case described.ListType(item_type=item) | described.VarTupleType(item_type=item):
            text = f"array of {told(item)}"
        case described.DictType(value_type=value):
            text = f"object of {told(value)}"
        case _:
            text = _PLAIN[type(kind)]
    return text


def remark(kind: described.Type) -> str:
    """Return what is said about a value and what bounds it, or nothing."""
    match kind:
        case described.Metadata(type=inner, extra_json_schema=extra):
            parts = [str((extra or {}).get("description", "")), remark(inner)]
        case described.UnionType(types=several):
            parts = [remark(one) for one in several]
        case described.StrType(min_length=low, max_length=high):
            parts = [_range(low, high, " characters.")]
        case described.IntType(ge=low, le=high) | described.FloatType(ge=low, le=high):
            parts = [_range(low, high, ".")]
        case described.DictType(max_length=high):
            parts = [_range(None, high, " entries.")]
        case _:
            parts = []
    return " ".join(filter(None, parts))


def _range(low: float | None, high: float | None, unit: str) -> str:
    match low, high:
        case None, None:
            return ""
        case None, _:
            return f"At most {high:,}{unit}"
        case _, None:
            return f"At least {low:,}{unit}"
        case _:
            return f"{low:,} to {high:,}{unit}"
