"""Bytes to messages and back: both subprotocols say the same, whatever a client sends is a message or is explained."""

from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.wire.account import AccountSignedOut, AccountSignedOutData, SignOutReason
from channels.wire.codec import (
    MAX_MESSAGE_BYTES,
    TOLD,
    Subprotocol,
    Undecodable,
    decode,
    encode,
    event_body,
    published,
    read_event,
    to_msgpack,
)
from channels.wire.connection import Ping
from channels.wire.envelope import MAX_INTEGER, Event, Offset, Topic
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    STATE_TYPES,
    tag,
)
from channels.wire.schema import definitions
from tests.generated import Maker
from tests.schema import check_client_frame, check_server_frame

JSON, MSGPACK = Subprotocol.JSON, Subprotocol.MSGPACK
DEFINITIONS = definitions()
RANDOMS = st.randoms(use_true_random=True)
TOLD_TYPES = (*EVENT_TYPES, *STATE_TYPES, *NOTICE_TYPES)


@pytest.mark.parametrize("kind", [*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES], ids=tag)
@settings(max_examples=40)
@given(random=RANDOMS)
def test_both_codecs_read_the_same_client_message(kind: type[msgspec.Struct], random: Random) -> None:
    made = Maker(random, DEFINITIONS).named(kind.__name__)
    message = decode(msgspec.json.encode(made), JSON)
    assert type(message) is kind
    assert decode(msgspec.msgpack.encode(made), MSGPACK) == message
    # What we would send ourselves is read back as the same, and is what the schema allows.
    document = encode(message)
    assert decode(document, JSON) == decode(to_msgpack(document), MSGPACK) == message
    check_client_frame(document)


@pytest.mark.parametrize("kind", TOLD_TYPES, ids=tag)
@settings(max_examples=40)
@given(random=RANDOMS)
def test_both_encodings_say_the_same_of_what_the_server_sends(
    kind: type[msgspec.Struct], random: Random
) -> None:
    made = Maker(random, DEFINITIONS).named(kind.__name__)
    message = msgspec.convert(made, kind)
    document = encode(message)
    packed = to_msgpack(document)
    assert msgspec.msgpack.decode(packed) == msgspec.json.decode(document)
    assert msgspec.msgpack.decode(packed, type=kind) == msgspec.json.decode(document, type=kind) == message
    assert check_server_frame(document) == check_server_frame(packed)


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=tag)
@settings(max_examples=40)
@given(random=RANDOMS, offset=st.integers(1, MAX_INTEGER))
def test_what_is_published_is_what_was_logged_with_its_offset(
    kind: type[Event], random: Random, offset: int
) -> None:
    made: dict[str, Any] = Maker(random, DEFINITIONS).named(kind.__name__)
    event = msgspec.convert({**made, "offset": 0}, kind)
    body = event_body(event)
    assert b'"offset"' not in body.partition(b'"data"')[0]
    assert read_event(body) == event
    sent = published(body, Offset(offset))
    assert read_event(sent) == msgspec.structs.replace(event, offset=offset)
    assert check_server_frame(sent)["offset"] == offset


def test_moments_are_texts_in_both_encodings() -> None:
    event = AccountSignedOut(
        topic=Topic("user:1"),
        at=datetime(2026, 11, 21, 19, 30, tzinfo=UTC),
        data=AccountSignedOutData(family_id=UUID(int=1), reason=SignOutReason.SIGNED_OUT),
    )
    assert msgspec.msgpack.decode(to_msgpack(encode(event)))["at"] == "2026-11-21T19:30:00Z"


def explained(frame: bytes, subprotocol: Subprotocol = JSON) -> tuple[int | None, str]:
    """Return the number and the field of what is wrong with a frame."""
    with pytest.raises(Undecodable) as caught:
        decode(frame, subprotocol)
    assert str(caught.value)
    return caught.value.number, caught.value.field


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"id": 7, "type": "nothing:such", "data": {}}, (7, "type")),
        ({"id": 7, "type": 5}, (7, "type")),
        ({"id": 7}, (7, "type")),
        ({"id": 7, "type": "auth"}, (7, "data")),
        ({"id": 7, "type": "auth", "data": {}}, (7, "data.token")),
        ({"id": 7, "type": "ping", "surprise": 1}, (7, "surprise")),
        ({"id": 7, "type": "ping", "data": {"surprise": 1}}, (7, "data.surprise")),
        ({"id": 7, "type": "auth", "data": {"token": ""}}, (7, "data.token")),
        ({"id": 7, "type": "connect", "data": {"device": "d", "positions": {"t": ["1"]}}}, (7, "data.positions[...]")),
        ({"id": 7, "type": "connect", "data": {"device": "d", "positions": {"": ["1", 1]}}}, (7, "data.positions")),
        ({"id": 7, "type": "x - at `$.data`"}, (7, "type")),
        ({"id": 0, "type": "ping"}, (0, "id")),
        ({"id": -(2**53), "type": "ping"}, (None, "id")),
        ({"id": 2**53, "type": "ping"}, (None, "id")),
        ({"id": True, "type": "ping"}, (None, "id")),
        ({"id": 1.5, "type": "ping"}, (None, "id")),
        ({"type": "ack", "data": {"offset": -1}}, (None, "data.offset")),
        ([], (None, "")),
        (None, (None, "")),
    ],
)  # fmt: skip
def test_a_wrong_message_is_explained_by_its_number_and_its_field(
    document: object, expected: tuple[int | None, str]
) -> None:
    assert explained(msgspec.json.encode(document)) == expected
    assert explained(msgspec.msgpack.encode(document), MSGPACK) == expected


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"id":7,"type":"ping"} and more',
        b'{"id":7,"type":"\xff"}',
        b'{"id":7,"type":"\\ud800"}',
        b'{"id":7,"type":"ping","data":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"id":' + b"9" * 5_000 + b',"type":"ping"}',
    ],
)
def test_broken_json_has_no_number(frame: bytes) -> None:
    assert explained(frame)[0] is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        b"\x82\xa2id\x07\xa4type\xa2\xff\xfe",
        b"\x82\xa2id\x07",
        b"\x91" * 60_000,
        msgspec.msgpack.encode({"id": 7, "type": "ping"}) + b"\x00",
    ],
)
def test_broken_messagepack_has_no_number(frame: bytes) -> None:
    assert explained(frame, MSGPACK)[0] is None


def test_a_key_that_is_no_text_is_explained() -> None:
    assert explained(msgspec.msgpack.encode({b"id": 7, "type": "ping"}), MSGPACK) == (None, "")


def test_a_moment_may_come_as_a_messagepack_timestamp() -> None:
    now = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
    assert decode(msgspec.msgpack.encode({"id": 1, "type": "ping", "at": now}), MSGPACK) == Ping(id=1, at=now)


def test_an_explanation_is_short_however_long_what_it_quotes() -> None:
    long = "\x01" * (MAX_MESSAGE_BYTES - 100)
    for wrong in ({"id": 1, "type": long}, {"id": 1, "type": "ping", long: 1}):
        with pytest.raises(Undecodable) as caught:
            decode(msgspec.msgpack.encode(wrong), MSGPACK)
        assert len(str(caught.value)) <= TOLD
        assert len(caught.value.field) <= TOLD


@settings(max_examples=300)
@given(st.binary(max_size=200), st.sampled_from(Subprotocol))
def test_any_bytes_are_a_message_or_are_explained(frame: bytes, subprotocol: Subprotocol) -> None:
    with suppress(Undecodable):
        decode(frame, subprotocol)
