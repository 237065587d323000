"""A message is encoded once for each codec and framed once."""

import msgspec
import pytest
from websockets.frames import Frame, Opcode

from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded

DOCUMENT = b'{"topic":"user:1","offset":3,"data":{"a":[1,2.5,null,"\xc3\xa4"]}}'


def test_its_length_is_the_document_s() -> None:
    assert len(Encoded(DOCUMENT)) == len(DOCUMENT)


def test_json_is_the_document_itself() -> None:
    assert Encoded(DOCUMENT).payload(Subprotocol.JSON) is DOCUMENT


def test_messagepack_says_the_same() -> None:
    payload = Encoded(DOCUMENT).payload(Subprotocol.MSGPACK)
    assert msgspec.msgpack.decode(payload) == msgspec.json.decode(DOCUMENT)


@pytest.mark.parametrize(
    ("subprotocol", "opcode"), [(Subprotocol.JSON, Opcode.TEXT), (Subprotocol.MSGPACK, Opcode.BINARY)]
)
def test_a_frame_is_whole(subprotocol: Subprotocol, opcode: Opcode) -> None:
    encoded = Encoded(DOCUMENT)
    assert encoded.frame(subprotocol) == Frame(opcode, encoded.payload(subprotocol)).serialize(mask=False)


@pytest.mark.parametrize("subprotocol", Subprotocol)
def test_every_socket_gets_the_same_bytes(subprotocol: Subprotocol) -> None:
    encoded = Encoded(DOCUMENT)
    assert encoded.payload(subprotocol) is encoded.payload(subprotocol)
    assert encoded.frame(subprotocol) is encoded.frame(subprotocol)
