"""What the wire's messages are made of, read from their structs."""

from collections.abc import Iterator
from typing import Any

from msgspec import inspect as described

from channels.wire.envelope import Error
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    SNAPSHOT_TYPES,
    STATE_TYPES,
)


def data_of(message: type[Any]) -> described.StructType:
    """Return the description of what stands in a message's `data`."""
    found = next(field.type for field in fields_of(message) if field.name == "data")
    if not isinstance(found, described.StructType):
        raise TypeError(f"the data of {message.__name__} is no struct")
    return found


def fields_of(message: type[Any]) -> tuple[described.Field, ...]:
    """Return the descriptions of a struct's fields."""
    kind = described.type_info(message)
    if not isinstance(kind, described.StructType):
        raise TypeError(f"{message.__name__} is no struct")
    return kind.fields


def carried() -> Iterator[type[Any]]:
    """Yield every enum and struct that messages carry, each after what it is made of."""
    seen: dict[type[Any], None] = {}
    for sent in (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES):
        for field in data_of(sent).fields:
            _collect(field.type, seen)
    carried = [command.reply for command in CLIENT_COMMAND_TYPES]
    carried += [data_of(message).cls for message in (*EVENT_TYPES, *STATE_TYPES, *NOTICE_TYPES)]
    for cls in (*carried, *SNAPSHOT_TYPES, Error):
        _collect(described.type_info(cls), seen)
    yield from seen


def _collect(kind: described.Type, seen: dict[type[Any], None]) -> None:
    for inner in _inner(kind):
        _collect(inner, seen)
    if isinstance(kind, described.StructType | described.EnumType):
        seen.setdefault(kind.cls)


def _inner(kind: described.Type) -> tuple[described.Type, ...]:
    match kind:
        case described.StructType(fields=fields):
            return tuple(field.type for field in fields)
        case described.Metadata(type=inner):
            return (inner,)
        case described.UnionType(types=several) | described.TupleType(item_types=several):
            return several
        case described.ListType(item_type=item) | described.VarTupleType(item_type=item):
            return (item,)
        case described.DictType(key_type=key, value_type=value):
            return (key, value)
        case _:
            return ()
