"""Hostile by what is said: too large, compressed, no message, another's topics, ids that go back."""

import zlib
from struct import pack
from uuid import uuid4

from channels.wire.codec import MAX_MESSAGE_BYTES
from tests.faults.hostile.refusal import (
    Behaviour,
    People,
    Refused,
    close_after,
    error_after,
    signed_in,
    slowest,
)
from tests.faults.rfc6455.raw import CONTINUATION, TEXT, Raw, command, opening, sent
from tests.nodes import Node

_HALF = b" " * (MAX_MESSAGE_BYTES // 2)
_MEBIBYTE = 1 << 20


def bomb(mebibytes: int = 60, *, form: int = 15) -> bytes:
    """Return compressed zeros: a thousandth of what they become. `form` is zlib's: -15 raw, 31 gzip."""
    packer = zlib.compressobj(9, wbits=form)
    packed = b"".join(packer.compress(bytes(_MEBIBYTE)) for _ in range(mebibytes))
    return packed + packer.flush()


_BOMB = bomb(form=-15)


async def sends_a_message_that_is_too_large(node: Node, people: People) -> Refused:
    """Ten megabytes."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(raw, sent(TEXT, b" " * 10_000_000))


async def says_that_a_message_of_exabytes_follows(node: Node, people: People) -> Refused:
    """A header alone."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(raw, sent(TEXT, length=b"\x7f" + pack("!Q", (1 << 63) - 1)))


async def sends_a_message_that_is_too_large_in_fragments(node: Node, people: People) -> Refused:
    """Each of them is allowed."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(
            raw, sent(TEXT, _HALF, final=False) + sent(CONTINUATION, _HALF, final=False) * 9
        )


async def sends_a_compressed_bomb(node: Node, people: People) -> Refused:
    """Offers compression, takes it as agreed, and sends what would become sixty megabytes."""
    raw = await Raw.dial(node)
    try:
        raw.send(opening("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"))
        answer = await raw.answer()
        assert answer.status == 101
        assert answer.value("sec-websocket-extensions") is None
        await raw.greet(people.eve, "eve")
        return await close_after(raw, sent(TEXT, _BOMB[:MAX_MESSAGE_BYTES], bits=0x40))
    finally:
        await raw.hang_up()


async def sends_what_is_no_message(node: Node, people: People) -> Refused:
    """Not JSON, not an object, without id and type, nested beyond all reading, empty."""
    refusals = []
    for payload in (b"GET / HTTP/1.1", b"[1]", b"{}", b"[" * 60_000, b'{"id":' * 9_000, b""):
        async with signed_in(node, people.eve) as raw:
            refusals.append(await close_after(raw, sent(TEXT, payload)))
    return slowest(refusals)


async def sends_messages_of_no_type(node: Node, people: People) -> Refused:
    """Made-up ones, and commands that belong to timers and administrators."""
    types = ("x" * 60_000, "fasting:complete", "account:suspend", "note:delete")
    async with signed_in(node, people.eve) as raw:
        return slowest([await error_after(raw, 2 + n, type_) for n, type_ in enumerate(types)])


async def lets_its_ids_go_back(node: Node, people: People) -> Refused:
    """Backwards, again, and beyond the least."""
    async with signed_in(node, people.eve) as raw:
        raw.send(sent(TEXT, command(100)))
        assert await raw.reply() == {"re": 100, "data": {}}
        refusals = [await error_after(raw, number) for number in (99, 100, 1)]
        raw.send(sent(TEXT, command(101)))
        assert await raw.reply() == {"re": 101, "data": {}}, "what is right is still answered"
        return slowest(refusals)


async def takes_a_key_for_another_command(node: Node, people: People) -> Refused:
    """The key of an earlier one."""
    key = str(uuid4())
    async with signed_in(node, people.eve) as raw:
        await error_after(raw, 2, "fasting:end", key=key)
        return await error_after(raw, 3, "fasting:start", key=key, data={"protocol_id": "16:8"})


async def follows_the_topics_of_others(node: Node, people: People) -> Refused:
    """Somebody's, nobody's, of made-up kinds, and names that are none: the same answer to all."""
    topics = (people.ada.topic, f"user:{uuid4()}", "user:", "user:*", "user", "coach:1", "*", ":" * 200)
    async with signed_in(node, people.eve) as raw:
        refusals = [
            await error_after(raw, 2 + n, "subscribe", data={"topic": topic})
            for n, topic in enumerate(topics)
        ]
        return slowest(refusals)


async def ends_the_fast_of_another(node: Node, people: People) -> Refused:
    """By its id."""
    async with signed_in(node, people.ada, "ada") as ada, signed_in(node, people.eve) as raw:
        ada.send(sent(TEXT, command(2, "fasting:start", data={"protocol_id": "16:8"})))
        started = await _reply_to(ada, 2)
        fast = started["data"]["session"]["session_id"]
        refused = await error_after(raw, 2, "fasting:end", data={"session_id": fast})
        ada.send(sent(TEXT, command(3, "fasting:end", data={"session_id": fast})))
        assert "data" in await _reply_to(ada, 3), "it still ran"
        return refused


async def refreshes_with_the_token_of_another(node: Node, people: People) -> Refused:
    """To become somebody else on an open socket."""
    async with signed_in(node, people.eve) as raw:
        return await error_after(raw, 2, "auth", data={"token": people.ada.access_token})


async def _reply_to(raw: Raw, number: int) -> dict[str, dict[str, dict[str, str]]]:
    while (message := await raw.reply()).get("re") != number:
        pass
    return message


MESSAGES = (
    Behaviour(sends_a_message_that_is_too_large, "1009"),
    Behaviour(says_that_a_message_of_exabytes_follows, "1009"),
    Behaviour(sends_a_message_that_is_too_large_in_fragments, "1009"),
    Behaviour(sends_a_compressed_bomb, "1002"),
    Behaviour(sends_what_is_no_message, "4501"),
    Behaviour(sends_messages_of_no_type, "VAL_004"),
    Behaviour(lets_its_ids_go_back, "VAL_001"),
    Behaviour(takes_a_key_for_another_command, "VAL_002"),
    Behaviour(follows_the_topics_of_others, "RES_001"),
    Behaviour(ends_the_fast_of_another, "FAST_003"),
    Behaviour(refreshes_with_the_token_of_another, "VAL_001"),
)
