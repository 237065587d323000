"""The Python client's types: plain source without any import of the server's.

Structs of what the server sends are open and their enums keep values that they do not know, so that an old client
survives a new server. What stands in a command's `data` is flattened into the command:
`FastingStart(protocol_id="16:8")`.
"""

from decimal import Decimal
from enum import Enum
from inspect import cleandoc
from typing import Any, Final

from msgspec import NODEFAULT
from msgspec import inspect as described

from channels.wire.envelope import Command
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    STATE_TYPES,
    tag,
)
from scripts.generate.described import carried, data_of, fields_of
from scripts.generate.prose import remark

_HEAD: Final = '''"""The messages of the wire, version 1, as structs. Made by `make generate`; do not edit."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType, field

from cornerman_client.frames import Command, Event, Notice, OpenEnum, Signal, State
'''

_PLAIN: Final[dict[type[described.Type], str]] = {
    described.AnyType: "Any",
    described.BoolType: "bool",
    described.DateTimeType: "datetime",
    described.DecimalType: "Decimal",
    described.FloatType: "float",
    described.IntType: "int",
    described.NoneType: "None",
    described.RawType: "Raw",
    described.StrType: "str",
    described.UUIDType: "UUID",
}

# What may be missing without having a default: None stands for it, where the type can stand beside None.
_MISSING: Final = {"Raw": " | UnsetType = UNSET", "Any": " = None"}

_TOLD: Final = (("Event", EVENT_TYPES), ("State", STATE_TYPES), ("Notice", NOTICE_TYPES))


def types_source() -> str:
    """Return the source of `cornerman_client.types`, not yet formatted."""
    parts = [_carried_class(cls) for cls in carried()]
    parts += [_sent_class(message) for message in (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES)]
    parts += [_told_class(message, base) for base, messages in _TOLD for message in messages]
    for base, messages in _TOLD:
        rows = "\n".join(f'    "{tag(message)}": {message.__name__},' for message in messages)
        parts.append(f"{base.upper()}_TYPES: Final[dict[str, type[{base}]]] = {{\n{rows}\n}}")
    return "\n\n".join((_HEAD, *parts)) + "\n"


def _carried_class(cls: type[Any]) -> str:
    if issubclass(cls, Enum):
        members = [f'    {member.name} = "{member.value}"' for member in cls]
        return "\n".join((f"class {cls.__name__}(OpenEnum):", _docstring(cls), *members))
    rows = [_field(field) for field in fields_of(cls)]
    heading = f"class {cls.__name__}(Struct, frozen=True, kw_only=True{_tagged(cls)}):"
    return "\n".join((heading, _docstring(cls), *rows))


def _tagged(cls: type[Any]) -> str:
    """Return what tells the members of a union apart, where a struct is one."""
    config = cls.__struct_config__
    return "" if config.tag is None else f', tag_field="{config.tag_field}", tag="{config.tag}"'


def _sent_class(message: type[Any]) -> str:
    """A message of the client: what its `data` carries stands in it directly."""
    data = data_of(message)
    rows = [f'    wire_type: ClassVar[str] = "{tag(message)}"']
    base = "Signal"
    if issubclass(message, Command):
        base = f"Command[{message.reply.__name__}]"
        rows.append(f"    reply_type: ClassVar[type[Struct]] = {message.reply.__name__}")
        if message.back_seconds:
            rows.append(f"    back_seconds: ClassVar[int] = {message.back_seconds:_}")
    heading = f"class {message.__name__}({base}, frozen=True, kw_only=True):"
    return "\n".join(
        (heading, _docstring(message, data.cls), *rows, *(_field(field) for field in data.fields))
    )


def _told_class(message: type[Any], base: str) -> str:
    heading = f'class {message.__name__}({base}, frozen=True, kw_only=True, tag="{tag(message)}"):'
    return "\n".join((heading, _docstring(message), f"    data: {data_of(message).cls.__name__}"))


def _docstring(cls: type[Any], data: type[Any] | None = None) -> str:
    text = cleandoc(cls.__doc__ or "")
    if data is not None and data.__struct_fields__:
        text += "\n\n" + cleandoc(data.__doc__ or "")
    if "\n" in text:
        text += "\n"
    return "\n".join(f"    {line}" if line else "" for line in f'"""{text}"""\n'.split("\n"))


def _field(field: described.Field) -> str:
    row = f"    {field.name}: {_annotation(field)}"
    said = remark(field.type)
    return f'{row}\n    """{said}"""' if said else row


def _annotation(field: described.Field) -> str:
    kind = _source(field.type)
    if field.required:
        return kind
    if field.default is not NODEFAULT:
        return f"{kind} = {_value(field.default)}"
    if field.default_factory is not NODEFAULT:
        return f"{kind} = field(default_factory={kind})"
    return f"{kind}{_MISSING.get(kind, ' | None = None')}"


def _value(default: object) -> str:
    if isinstance(default, Enum):
        return f"{type(default).__name__}.{default.name}"
    return f"Decimal({default})" if isinstance(default, Decimal) else repr(default)


def _source(kind: described.Type) -> str:
    match kind:
        case described.Metadata(type=inner):
            text = _source(inner)
        case described.EnumType(cls=cls) | described.StructType(cls=cls):
            text = cls.__name__
        case described.UnionType(types=several):
            text = " | ".join(_source(one) for one in several)
        case described.TupleType(item_types=several):
            text = f"tuple[{', '.join(_source(one) for one in several)}]"
        case described.VarTupleType(item_type=item):
            text = f"tuple[{_source(item)}, ...]"
        case described.ListType(item_type=item):
            text = f"list[{_source(item)}]"
        case described.DictType(key_type=key, value_type=value):
            text = f"dict[{_source(key)}, {_source(value)}]"
        case _:
            text = _PLAIN[type(kind)]
    return text
