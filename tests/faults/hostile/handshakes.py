"""Hostile before `connect` is through: wrong pages, endless heads, no connect, another's name."""

import asyncio
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from channels.wire.codec import Subprotocol
from tests.faults.hostile.refusal import Behaviour, People, Refused, close_after, opened, slowest
from tests.faults.rfc6455.raw import BINARY, TEXT, Raw, command, opening, sent
from tests.nodes import Node

_STRANGERS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_BYTE_SECONDS = 0.05


async def opens_from_a_page_of_another_origin(node: Node, _people: People) -> Refused:
    """A page that is not allowed, one that hides where it is from, and one that only looks allowed."""
    origins = ("https://evil.example", "null", "https://app.example.evil.example")
    return slowest([await _status(node, opening(f"Origin: {origin}")) for origin in origins])


async def sends_a_head_without_end(node: Node, _people: People) -> Refused:
    """Two megabytes of one header, and two of many."""
    heads = b"X: " + b"x" * 2_000_000, b"X: 0123456789\r\n" * 130_000
    return slowest([await _status(node, opening()[:-2] + head) for head in heads])


async def sends_a_handshake_that_the_parser_drops(node: Node, _people: People) -> Refused:
    """A handshake with a body: whole to one parser, nothing to the next."""
    return await _status(node, opening("Content-Length: 5") + b"hello")


async def sends_no_connect(node: Node, _people: People) -> Refused:
    """Opens a WebSocket and says nothing; pings are signs of life and no `connect`."""
    began = time.monotonic()
    async with opened(node) as raw:
        code, _ = await raw.until_closed()
        return Refused(str(code), time.monotonic() - began)


async def sends_its_connect_byte_by_byte(node: Node, people: People) -> Refused:
    """Keeps a socket with a `connect` that never ends."""
    began = time.monotonic()
    data = {"token": people.eve.access_token, "device": "slow"}
    async with opened(node) as raw, asyncio.TaskGroup() as group:
        drip = group.create_task(_drip(raw, sent(TEXT, command(1, "connect", data=data))))
        code, _ = await raw.until_closed()
        drip.cancel()
        return Refused(str(code), time.monotonic() - began)


async def sends_a_command_before_its_connect(node: Node, _people: People) -> Refused:
    """Acts without a name."""
    async with opened(node) as raw:
        return await close_after(raw, sent(TEXT, command(1, "fasting:start", data={"protocol_id": "16:8"})))


async def sends_a_signal_before_its_connect(node: Node, people: People) -> Refused:
    """As above, with what has no reply."""
    signal = b'{"type":"ack","topic":"%b","data":{"offset":1}}' % people.eve.topic.encode()
    async with opened(node) as raw:
        return await close_after(raw, sent(TEXT, signal))


async def connects_with_forged_tokens(node: Node, people: People) -> Refused:
    """None, no token at all, one without signature, one that a stranger signed."""
    claims = jwt.decode(people.ada.access_token, options={"verify_signature": False})
    stranger = jwt.encode(claims, _STRANGERS_KEY, "RS256", jwt.get_unverified_header(people.ada.access_token))
    refusals = []
    for token in (None, "x" * 4096, jwt.encode(claims, "", "none"), stranger):
        async with opened(node) as raw:
            data = {"token": token, "device": "phone-1"}
            refusals.append(await close_after(raw, sent(TEXT, command(1, "connect", data=data))))
    return slowest(refusals)


async def speaks_in_text_where_binary_was_agreed(node: Node, people: People) -> Refused:
    """A `connect` in the other kind of frames."""
    data = {"token": people.eve.access_token, "device": "eve"}
    async with opened(node, subprotocol=Subprotocol.MSGPACK) as raw:
        return await close_after(raw, sent(TEXT, command(1, "connect", data=data)))


async def speaks_in_binary_where_text_was_agreed(node: Node, _people: People) -> Refused:
    """As above, the other way."""
    async with opened(node, subprotocol=Subprotocol.JSON) as raw:
        return await close_after(raw, sent(BINARY, command(1)))


async def _drip(raw: Raw, data: bytes) -> None:
    for byte in data:
        raw.send(bytes((byte,)))
        await asyncio.sleep(_BYTE_SECONDS)


async def _status(node: Node, request: bytes) -> Refused:
    raw = await Raw.dial(node)
    began = time.monotonic()
    raw.send(request)
    try:
        return Refused(str((await raw.answer()).status), time.monotonic() - began)
    finally:
        await raw.hang_up()


HANDSHAKES = (
    Behaviour(opens_from_a_page_of_another_origin, "403"),
    Behaviour(sends_a_head_without_end, "431"),
    Behaviour(sends_a_handshake_that_the_parser_drops, "400"),
    Behaviour(sends_no_connect, "4002", let_be_seconds=5.0),
    Behaviour(sends_its_connect_byte_by_byte, "4002", let_be_seconds=5.0),
    Behaviour(sends_a_command_before_its_connect, "4501"),
    Behaviour(sends_a_signal_before_its_connect, "4501"),
    Behaviour(connects_with_forged_tokens, "4500"),
    Behaviour(speaks_in_text_where_binary_was_agreed, "1003"),
    Behaviour(speaks_in_binary_where_text_was_agreed, "1003"),
)
