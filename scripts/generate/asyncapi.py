"""The AsyncAPI 3 document of the socket, as seen from the server: it receives commands and sends events."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels.closing import CLOSINGS, FINAL_STANDARD_CODES
from channels.wire.codec import Subprotocol, encode
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    STATE_TYPES,
    tag,
)
from channels.wire.schema import MAX_BATCH, REFUSAL, Schema, answer_name, definitions
from scripts.generate import examples

BATCH: Final = "EventBatch"

_CHANNEL: Final = {"$ref": "#/channels/live"}
_INTRODUCTION: Final = (
    "One socket per device, one log per person. The first message of a connection is `connect`; every command is "
    "answered by one reply, paired by `id` and `re`; events are durable, in order and numbered without gaps per "
    "topic; states are the newest value only. `docs/protocol.md` tells the whole of it."
)

_SERVERS: Final = {
    "development": {
        "host": "{host}",
        "protocol": "ws",
        "description": "A server on one's own machine, as `make run` starts it.",
        "variables": {
            "host": {
                "default": "localhost:8000",
                "description": "Where it listens: its `CORNERMAN_PORT`, 8000 unless another is given.",
                "examples": ["localhost:8000", "127.0.0.1:8001"],
            }
        },
    },
    "production": {
        "host": "{host}",
        "protocol": "wss",
        "description": "A server of yours, behind TLS. This document names none: the host is an example.",
        "variables": {
            "host": {
                "default": "api.example.org",
                "description": "The name under which your load balancer is reached.",
                "examples": ["api.example.org"],
            }
        },
    },
}


def asyncapi_document() -> Schema:
    """Return the document."""
    messages = _messages()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cornerman live",
            "version": "1.0.0",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {"live": _channel(messages)},
        "operations": _operations(),
        "components": {"messages": messages, "schemas": _schemas()},
    }


def _channel(messages: Schema) -> Schema:
    offered = {
        "type": "string",
        "enum": [str(name) for name in Subprotocol],
        "default": str(Subprotocol.JSON),
    }
    headers = {
        "Sec-WebSocket-Protocol": {
            **offered,
            "description": "JSON in text frames, or MessagePack in binary ones.",
        },
        "Authorization": {
            "type": "string",
            "description": "`Bearer` and an access token; or `token` in `connect`.",
        },
    }
    return {
        "address": "/live",
        "title": "The live socket",
        "description": "The same messages in both subprotocols; a moment is an RFC 3339 string in both.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"ws": {"method": "GET", "headers": {"type": "object", "properties": headers}}},
        "x-subprotocols": [str(name) for name in Subprotocol],
        "x-close-codes": [
            {"code": closing.code.value, "cause": closing.cause, "cure": closing.cure} for closing in CLOSINGS
        ],
        "x-final-standard-close-codes": sorted(FINAL_STANDARD_CODES),
    }


def _operations() -> Schema:
    found: Schema = {}
    for command in CLIENT_COMMAND_TYPES:
        found[_operation_name(command)] = {
            **_operation("receive", [command.__name__]),
            "summary": _summary(command),
            "reply": {"channel": _CHANNEL, "messages": _listed([answer_name(command), REFUSAL])},
        }
    for signal in SIGNAL_TYPES:
        found[_operation_name(signal)] = {
            **_operation("receive", [signal.__name__]),
            "summary": _summary(signal),
        }
    found["events"] = _operation("send", [*(event.__name__ for event in EVENT_TYPES), BATCH])
    found["states"] = _operation("send", [state.__name__ for state in STATE_TYPES])
    found["notices"] = _operation("send", [notice.__name__ for notice in NOTICE_TYPES])
    return found


def _operation(action: str, messages: Iterable[str]) -> Schema:
    return {"action": action, "channel": _CHANNEL, "messages": _listed(messages)}


def _operation_name(message: type[Struct]) -> str:
    return tag(message).replace(":", ".")


def _listed(messages: Iterable[str]) -> list[Schema]:
    return [{"$ref": f"#/channels/live/messages/{name}"} for name in messages]


def _messages() -> Schema:
    found: Schema = {}
    for asked in examples.COMMANDS:
        found[type(asked.command).__name__] = {
            **_message("command", asked.command),
            "correlationId": {"location": "$message.payload#/id"},
        }
    for messages, kind in (
        (examples.SIGNALS, "signal"),
        (examples.EVENTS, "event"),
        (examples.STATES, "state"),
        (examples.NOTICES, "notice"),
    ):
        found |= {type(message).__name__: _message(kind, message) for message in messages}
    for asked in examples.COMMANDS:
        command = type(asked.command)
        found[answer_name(command)] = _reply(
            answer_name(command), f"Answers `{tag(command)}`.", asked.reply()
        )
    found[REFUSAL] = _reply(REFUSAL, "A command that is not done.", examples.REFUSED)
    found[BATCH] = _batch()
    return found


def _message(kind: str, example: Struct) -> Schema:
    message = type(example)
    return {
        "name": tag(message),
        "title": message.__name__,
        "summary": _summary(message),
        "tags": [{"name": kind}],
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
        "examples": [{"payload": _plain(example)}],
    }


def _reply(name: str, summary: str, example: Struct) -> Schema:
    return {
        "name": name,
        "title": name,
        "summary": summary,
        "tags": [{"name": "reply"}],
        "correlationId": {"location": "$message.payload#/re"},
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "examples": [{"payload": _plain(example)}],
    }


def _batch() -> Schema:
    summary = "Replayed events of a recovery, to a client that asked for batches."
    return {
        "name": BATCH,
        "title": BATCH,
        "summary": summary,
        "tags": [{"name": "event"}],
        "payload": {"$ref": f"#/components/schemas/{BATCH}"},
        "examples": [{"payload": [_plain(event) for event in examples.EVENTS]}],
    }


def _schemas() -> Schema:
    events = [{"$ref": f"#/$defs/{event.__name__}"} for event in EVENT_TYPES]
    batch = {"type": "array", "items": {"anyOf": events}, "minItems": 1, "maxItems": MAX_BATCH}
    return {name: _moved(schema) for name, schema in {**definitions(), BATCH: batch}.items()}


def _moved(schema: Any) -> Any:
    """Return a schema whose references point to where the document keeps its schemas."""
    if isinstance(schema, list):
        return [_moved(part) for part in schema]
    if isinstance(schema, dict):
        return {key: _moved(part) for key, part in schema.items()}
    return schema.replace("#/$defs/", "#/components/schemas/") if isinstance(schema, str) else schema


def _summary(message: type[Struct]) -> str:
    return (message.__doc__ or "").splitlines()[0]


def _plain(message: Struct) -> Any:
    return msgspec.json.decode(encode(message))
