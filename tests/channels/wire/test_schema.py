"""The wire's schema says what its codecs take and give."""

import msgspec
import pytest

from channels.wire.codec import Subprotocol, Undecodable, decode, encode, to_msgpack
from channels.wire.registry import COMMAND_TYPES, tag
from channels.wire.schema import Sender, frame_schema
from scripts.generate import examples
from scripts.generate.asked import Asked
from tests.schema import Conversation, FrameError, check_client_frame, check_server_frame, compiled

TOLD = [*examples.EVENTS, *examples.STATES, *examples.NOTICES, examples.REFUSED]
SENT = [*(asked.command for asked in examples.COMMANDS), *examples.SIGNALS]


def name(message: object) -> str:
    return type(message).__name__


@pytest.mark.parametrize("message", SENT, ids=name)
def test_what_a_client_may_send_is_taken_in_both_encodings(message: msgspec.Struct) -> None:
    document = encode(message)
    assert check_client_frame(document) == check_client_frame(to_msgpack(document))
    assert decode(document, Subprotocol.JSON) == message
    assert decode(to_msgpack(document), Subprotocol.MSGPACK) == message


@pytest.mark.parametrize("message", TOLD, ids=name)
def test_what_the_server_sends_is_in_the_schema_in_both_encodings(message: msgspec.Struct) -> None:
    document = encode(message)
    assert check_server_frame(document) == check_server_frame(to_msgpack(document))


@pytest.mark.parametrize("asked", examples.COMMANDS, ids=lambda asked: tag(type(asked.command)))
def test_a_reply_is_held_against_its_own_command(asked: Asked) -> None:
    talk = Conversation()
    talk.sent(encode(asked.command))
    talk.received(encode(asked.reply()))
    other = next(one for one in examples.COMMANDS if type(one.command).reply is not type(asked.command).reply)
    talk.sent(encode(asked.command))
    with pytest.raises(FrameError):
        talk.received(encode(msgspec.structs.replace(other.reply(), re=asked.command.id)))


def test_a_command_of_the_server_itself_is_no_frame_of_a_client() -> None:
    for command in COMMAND_TYPES[len(examples.COMMANDS) :]:
        with pytest.raises(FrameError):
            check_client_frame(b'{"id":1,"type":"%b","data":{}}' % tag(command).encode())


@pytest.mark.parametrize(
    "document",
    [
        b'{"id":1,"type":"connect","data":{"device":"x"},"surprise":1}',
        b'{"id":1,"type":"connect","data":{"device":""}}',
        b'{"id":0,"type":"ping"}',
        b'{"id":1,"type":"connect","data":{"device":"x","positions":{"user:1":["7"]}}}',
        b'{"id":1,"type":"fasting:start","key":"no","data":{"protocol_id":"16:8"}}',
        b'{"id":1,"type":"fasting:start","at":"yesterday","data":{"protocol_id":"16:8"}}',
    ],
)
def test_schema_and_codec_refuse_the_same(document: bytes) -> None:
    with pytest.raises(FrameError):
        check_client_frame(document)
    with pytest.raises(Undecodable):
        decode(document, Subprotocol.JSON)


@pytest.mark.parametrize(
    "document",
    [
        b'{"re":1}',
        b'{"re":1,"data":{},"error":{"code":"INT_001","message":"x"}}',
        b'{"type":"goodbye","data":{"spread_seconds":1,"surprise":1}}',
        b'{"type":"fasting:started","topic":"user:1","at":"2026-11-21T19:30:00Z","data":{}}',
        b"[]",
    ],
)
def test_what_the_server_must_not_say_fails_a_test(document: bytes) -> None:
    with pytest.raises(AssertionError):
        check_server_frame(document)


def test_one_schema_holds_all_frames_of_a_direction() -> None:
    client = compiled(frame_schema(Sender.CLIENT))
    server = compiled(frame_schema(Sender.SERVER))
    for message in SENT:
        assert client.is_valid(msgspec.to_builtins(message, str_keys=True)), message
    for message in [*TOLD, *(asked.reply() for asked in examples.COMMANDS)]:
        assert server.is_valid(msgspec.json.decode(encode(message))), message
    assert server.is_valid([msgspec.json.decode(encode(event)) for event in examples.EVENTS])
