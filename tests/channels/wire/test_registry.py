"""The list of all messages is complete, and no two share a type in one direction."""

import pytest
from msgspec import Struct
from msgspec.inspect import type_info

from channels.wire import (
    account,
    body,
    connection,
    exercise,
    fasting,
    routine,
    sample,
    workout_commands,
    workout_events,
)
from channels.wire.envelope import Command, Event, Notice, Reply, Signal, State
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    STATE_TYPES,
    tag,
)

MODULES = (account, body, connection, exercise, fasting, routine, sample, workout_commands, workout_events)
LISTED = {
    Command: COMMAND_TYPES,
    Event: EVENT_TYPES,
    Notice: NOTICE_TYPES,
    Signal: SIGNAL_TYPES,
    State: STATE_TYPES,
}


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.__name__)
def test_every_message_of_the_wire_is_listed(kind: type[Struct]) -> None:
    defined = {
        message
        for module in MODULES
        for message in vars(module).values()
        if isinstance(message, type) and issubclass(message, kind) and message is not kind
    }
    assert set(LISTED[kind]) == defined


def test_no_two_messages_of_a_direction_share_a_type() -> None:
    for messages in ((*COMMAND_TYPES, *SIGNAL_TYPES), (*EVENT_TYPES, *STATE_TYPES, *NOTICE_TYPES)):
        assert len({tag(message) for message in messages}) == len(messages)


def test_a_client_may_not_send_what_only_the_server_commands() -> None:
    assert set(CLIENT_COMMAND_TYPES) < set(COMMAND_TYPES)


@pytest.mark.parametrize("command", COMMAND_TYPES, ids=tag)
def test_every_command_carries_data_and_names_its_reply(command: type[Command]) -> None:
    assert "data" in command.__struct_fields__
    assert issubclass(command.reply, Struct)
    type_info(command.reply)


def test_types_are_named_as_noun_and_verb_or_are_the_connections_own() -> None:
    for message in (*COMMAND_TYPES, *EVENT_TYPES, *STATE_TYPES):
        noun, _, verb = tag(message).partition(":")
        assert verb or message.__module__ == connection.__name__
        assert noun == noun.lower()


def test_what_has_no_type_has_no_tag() -> None:
    with pytest.raises(TypeError, match="Reply"):
        tag(Reply)
