"""Every frame that a test sees is held against the generated schema.

The published schema lets a server say more than it tells, because readers ignore what they do not know. Tests do not:
here its objects are closed, so that an undocumented field fails.
"""

from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from jsonschema_rs import Draft7Validator

from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    STATE_TYPES,
    tag,
)
from channels.wire.schema import MAX_BATCH, REFUSAL, answer_name, definitions, reference

Document = bytes | str


class FrameError(AssertionError):
    """A frame that the schema does not allow, with the frame and what is wrong."""


def check_client_frame(document: Document) -> Any:
    """Return what a client's frame says; FrameError if no client may say it."""
    message = read(document)
    _hold(document, message, _by_type("client").get(_type(message)))
    return message


def check_server_frame(document: Document, *, answers: str | None = None) -> Any:
    """Return what a server's frame says; FrameError if no server may say it.

    `answers`: the type of the command that a reply answers; without it a reply may be any command's.
    """
    message = read(document)
    if isinstance(message, list):
        assert 1 <= len(message) <= MAX_BATCH, f"a batch of {len(message)}"
        for event in message:
            _hold(document, event, _by_type("event").get(_type(event)))
    elif isinstance(message, dict) and "re" in message:
        _hold(document, message, _reply(answers))
    else:
        _hold(document, message, _by_type("server").get(_type(message)))
    return message


class Conversation:
    """Both directions of one connection: replies are held against what their own command promises."""

    def __init__(self) -> None:
        self._asked: dict[int, str] = {}

    def sent(self, document: Document) -> Any:
        """Check and return a frame of the client."""
        message = check_client_frame(document)
        if "id" in message:
            self._asked[message["id"]] = message["type"]
        return message

    def received(self, document: Document) -> Any:
        """Check and return a frame of the server."""
        message = read(document)
        if isinstance(message, dict) and "re" in message:
            return check_server_frame(document, answers=self._asked.pop(message["re"], None))
        return check_server_frame(document)


def read(document: Document) -> Any:
    """Decode a frame of either subprotocol: no MessagePack map or array begins like a JSON one."""
    if isinstance(document, str) or document[:1] in b"{[":
        return msgspec.json.decode(document)
    return msgspec.msgpack.decode(document)


def _type(message: object) -> object:
    return message.get("type") if isinstance(message, dict) else None


def _hold(document: Document, message: object, validator: Draft7Validator | None) -> None:
    if validator is None:
        raise FrameError(f"no message of this direction: {document!r}")
    if not validator.is_valid(message):
        problems = "\n".join(
            f"{error.instance_path}: {error.message}" for error in validator.iter_errors(message)
        )
        raise FrameError(f"{problems}\nin {document!r}")


@cache
def _by_type(direction: str) -> dict[object, Draft7Validator]:
    messages = {
        "client": (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES),
        "server": (*EVENT_TYPES, *STATE_TYPES, *NOTICE_TYPES),
        "event": EVENT_TYPES,
    }[direction]
    return {tag(message): _validator(reference(message.__name__)) for message in messages}


@cache
def _reply(answers: str | None) -> Draft7Validator:
    answered = [
        reference(answer_name(command)) for command in CLIENT_COMMAND_TYPES if answers in {None, tag(command)}
    ]
    return _validator({"anyOf": [*answered, reference(REFUSAL)]})


def _validator(schema: dict[str, Any]) -> Draft7Validator:
    return compiled({"allOf": [schema], "$defs": _closed()})


def compiled(schema: dict[str, Any]) -> Draft7Validator:
    """Return a validator that also holds values against their formats; draft 7 itself does not know UUIDs."""
    return Draft7Validator(schema, validate_formats=True, formats={"uuid": _is_uuid})


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


@cache
def _closed() -> Any:
    return _close(definitions())


def _close(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_close(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _close(part) for key, part in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed
