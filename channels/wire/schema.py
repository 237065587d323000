"""The wire as JSON Schema: every frame that a client or the server may send.

Made from the registry alone. The dialect is draft 7, which AsyncAPI documents carry without a conversion. Schemas of
what a client sends are closed, like its structs; those of what the server sends are open, because readers ignore what
they do not know.
"""

from enum import StrEnum
from inspect import cleandoc
from typing import Any, Final, cast

from msgspec.json import schema_components

from channels.wire.envelope import Command, Error
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    SNAPSHOT_TYPES,
    STATE_TYPES,
    tag,
)

Schema = dict[str, Any]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
MAX_BATCH: Final = 100
"""How many replayed events come in one frame at most, to a client that asked for batches."""

REFUSAL: Final = "Refusal"
"""The definition of the reply that carries an error."""


class Sender(StrEnum):
    """Who sends a frame."""

    CLIENT = "client"
    SERVER = "server"


def frame_schema(sender: Sender) -> Schema:
    """Return the schema of any one frame that `sender` may send."""
    found = definitions()
    if sender is Sender.CLIENT:
        choices = [reference(message.__name__) for message in (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES)]
    else:
        events = [reference(event.__name__) for event in EVENT_TYPES]
        choices = [
            *(reference(answer_name(command)) for command in CLIENT_COMMAND_TYPES),
            reference(REFUSAL),
            *events,
            *(reference(message.__name__) for message in (*STATE_TYPES, *NOTICE_TYPES)),
            {"type": "array", "items": {"anyOf": events}, "minItems": 1, "maxItems": MAX_BATCH},
        ]
    return {"$schema": DIALECT, "anyOf": choices, "$defs": found}


def definitions() -> Schema:
    """Return the schema of every message and of all that they carry, by name; they refer to each other in `$defs`."""
    messages = (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES, *EVENT_TYPES, *STATE_TYPES, *NOTICE_TYPES)
    replies = {command.reply for command in CLIENT_COMMAND_TYPES}
    _, components = schema_components(
        [*messages, *sorted(replies, key=lambda reply: reply.__name__), *SNAPSHOT_TYPES, Error],
        ref_template="#/$defs/{name}",
    )
    found: Schema = {name: _draft_7(schema) for name, schema in components.items()}
    for event in EVENT_TYPES:
        _publish(found[event.__name__])
    for command in CLIENT_COMMAND_TYPES:
        found[answer_name(command)] = _answer(command)
    found["TopicState"]["properties"]["snapshot"] = {
        "description": "Missing when `recovered` is true; which one it is goes with the kind of topic.",
        "anyOf": [reference(snapshot.__name__) for snapshot in SNAPSHOT_TYPES],
    }
    found[REFUSAL] = _refusal()
    return found


def reference(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def answer_name(command: type[Command]) -> str:
    """Return the name of the definition of a command's good reply."""
    return f"{command.__name__}Answer"


def _answer(command: type[Command]) -> Schema:
    return {
        "title": answer_name(command),
        "description": f"The answer to `{tag(command)}`.",
        "type": "object",
        "properties": {
            "re": _RE,
            "data": reference(command.reply.__name__),
            "positions": {
                "description": "Where the events that it caused stand in their topics.",
                "type": "object",
                "additionalProperties": {"type": "integer", "minimum": 1},
            },
            "repeated": {
                "description": "The key was known: this is the first answer again.",
                "type": "boolean",
                "default": False,
            },
        },
        "required": ["re", "data"],
        "not": {"required": ["error"]},
    }


def _refusal() -> Schema:
    return {
        "title": REFUSAL,
        "description": "The answer to a command that is not done: an error of the catalogue.",
        "type": "object",
        "properties": {
            "re": _RE,
            "error": reference("Error"),
            "repeated": {"type": "boolean", "default": False},
        },
        "required": ["re", "error"],
        "not": {"required": ["data"]},
    }


_RE: Final = {"description": "The `id` of the command.", "type": "integer"}


def _publish(event: Schema) -> None:
    """Make of a stored event's schema that of a published one: clients always see an offset."""
    event["properties"]["offset"] = {
        "description": "Its place in the topic's log: 1, 2, 3… without gaps.",
        "type": "integer",
        "minimum": 1,
    }
    event["required"] = ["type", "topic", "offset", "at", "data"]


def _draft_7(schema: object) -> Any:
    """Return a schema in draft 7, its prose unindented: tuples are the one thing that newer drafts say otherwise."""
    if isinstance(schema, str):
        return cleandoc(schema)
    if isinstance(schema, list):
        return [_draft_7(part) for part in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    told = {key: _draft_7(part) for key, part in cast("Schema", schema).items()}
    if "prefixItems" in told:
        told |= {"items": told.pop("prefixItems"), "additionalItems": False}
    return told
