"""The protocol's page: prose from `protocol.md` beside this module, every table and example from the wire."""

import json
from collections.abc import Iterable
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec import inspect as described

from channels.closing import CLOSINGS, FINAL_STANDARD_CODES
from channels.errors import CATALOGUE
from channels.wire.codec import MAX_MESSAGE_BYTES, encode
from channels.wire.registry import tag
from channels.wire.schema import MAX_BATCH
from scripts.generate import examples
from scripts.generate.asked import Asked
from scripts.generate.described import carried, data_of, fields_of
from scripts.generate.prose import remark, told

_TEMPLATE: Final = Path(__file__).with_name("protocol.md")


def protocol_page() -> str:
    """Return the page."""
    page = _TEMPLATE.read_text(encoding="utf-8")
    for name, text in _parts().items():
        page = page.replace("{{" + name + "}}", text)
    return page


def _parts() -> dict[str, str]:
    first = examples.COMMANDS[0]
    return {
        "max_message_bytes": f"{MAX_MESSAGE_BYTES:,}",
        "max_batch": str(MAX_BATCH),
        "first": _json(first.command),
        "commands": _joined(_command(asked) for asked in examples.COMMANDS),
        "signals": _joined(map(_message, examples.SIGNALS)),
        "events": _joined(map(_message, examples.EVENTS)),
        "states": _joined(map(_message, examples.STATES)),
        "notices": _joined(map(_message, examples.NOTICES)),
        "carried": _joined(map(_carried, carried())),
        "final": ", ".join(str(code) for code in sorted(FINAL_STANDARD_CODES)),
        "closings": _table(
            ("code", "why", "what the app does"),
            ((str(closing.code.value), closing.cause, closing.cure) for closing in CLOSINGS),
        ),
        "errors": _errors(),
    }


def _command(asked: Asked) -> str:
    command = type(asked.command)
    back = f"`at` may lie up to {command.back_seconds // 3600} hours back." if command.back_seconds else ""
    return _joined(
        (
            f"### {tag(command)}",
            " ".join(filter(None, (_said(command), back))),
            _fields(data_of(command).cls),
            _json(asked.command),
            f"Reply: {_link(command.reply)}",
            _json(asked.reply()),
        )
    )


def _message(example: Struct) -> str:
    message = type(example)
    return _joined((f"### {tag(message)}", _said(message), _fields(data_of(message).cls), _json(example)))


def _carried(cls: type[Any]) -> str:
    if not issubclass(cls, Enum):
        return _joined((f"### {cls.__name__}", _said(cls), _fields(cls)))
    values = ", ".join(f"`{member.value}`" for member in cls)
    return f"### {cls.__name__}\n\n{_said(cls)}\n\nOne of {values}; readers accept others."


def _fields(cls: type[Any]) -> str:
    rows = [
        (f"`{field.name}`", told(field.type), _need(field), remark(field.type)) for field in fields_of(cls)
    ]
    return _table(("field", "type", "", ""), rows) if rows else ""


def _need(field: described.Field) -> str:
    if field.required:
        return "always"
    if field.default is NODEFAULT or field.default in (None, ()):
        return "optional"
    return f"`{json.dumps(msgspec.to_builtins(field.default))}` when left out"


def _errors() -> str:
    rows = (
        (
            entry.code.value,
            entry.message,
            str(entry.status),
            "yes" if entry.temporary else "",
            entry.cause,
            entry.cure,
        )
        for entry in CATALOGUE.values()
    )
    return _table(("code", "message", "HTTP", "temporary", "cause", "cure"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _json(example: Struct) -> str:
    return f"```json\n{json.dumps(json.loads(encode(example)), indent=1, ensure_ascii=False)}\n```"


def _said(cls: type[Any]) -> str:
    return " ".join(cleandoc(cls.__doc__ or "").split())


def _link(cls: type[Any]) -> str:
    return f"[{cls.__name__}](#{cls.__name__.lower()})"


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts))
