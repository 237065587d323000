"""Hostile by how much: commands, signals, subscriptions, sockets, frames without messages, answers left unread."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from itertools import count

import msgspec

from channels.wire.connection import Subscribe
from channels.wire.registry import tag
from server.live.desk import SUBSCRIPTIONS
from tests.faults.hostile.holdings import counter
from tests.faults.hostile.refusal import (
    Behaviour,
    People,
    Refused,
    close_after,
    opened,
    signed_in,
)
from tests.faults.rfc6455.raw import CONTINUATION, PING, TEXT, Raw, command, sent
from tests.nodes import Node

_MANY = 10_000
_SUBSCRIBE = str(tag(Subscribe))


def _line(commands: Iterable[bytes]) -> bytes:
    """Return commands as frames in one piece. Made beforehand: the neighbour lives on the same loop."""
    return b"".join(sent(TEXT, each) for each in commands)


def _subscriptions(topics: Iterable[str]) -> bytes:
    return _line(command(2 + n, _SUBSCRIBE, data={"topic": topic}) for n, topic in enumerate(topics))


_COMMANDS = _line(command(2 + n) for n in range(_MANY))
_SIGNALS = _line([b'{"type":"ack","data":{"offset":9007199254740991}}']) * _MANY
_TO_NOTES = _subscriptions(f"notes:hostile-{number}" for number in range(_MANY))
_TO_PEOPLE = _subscriptions(f"user:{number:032x}" for number in range(_MANY))
_UNKNOWN = _line(command(2 + n, "x" * 300) for n in range(600))


async def sends_200_commands_a_second(node: Node, people: People) -> Refused:
    """For a second: real ones, of which the burst is run and the others are told when to come back."""
    async with signed_in(node, people.eve) as raw, asyncio.TaskGroup() as group:
        began = time.monotonic()
        sending = group.create_task(_send_evenly(raw, 200))
        while "error" not in (reply := await raw.reply()) or reply["error"]["code"] != "RATE_001":
            pass
        refused = Refused("RATE_001", time.monotonic() - began)
        assert reply["error"]["temporary"]
        assert reply["error"]["retry_after_seconds"] >= 1
        while (await raw.reply()).get("re") != 201:
            pass
        await sending
        return refused


async def sends_commands_without_end(node: Node, people: People) -> Refused:
    """As many as go through."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(raw, _COMMANDS)


async def sends_signals_without_end(node: Node, people: People) -> Refused:
    """Which are not answered, so that nothing tells it to stop."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(raw, _SIGNALS)


async def subscribes_10000_times(node: Node, people: People) -> Refused:
    """To topics that are there for everybody: a connection follows no more than it may."""
    return await _subscribe(node, people, _TO_NOTES)


async def subscribes_10000_times_to_others(node: Node, people: People) -> Refused:
    """To people that there may be."""
    return await _subscribe(node, people, _TO_PEOPLE)


async def pings_without_end(node: Node, people: People) -> Refused:
    """Frames that no limit on messages would see."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(raw, sent(PING, b"x" * 125) * _MANY)


async def fragments_without_end(node: Node, people: People) -> Refused:
    """A message that never ends, in pieces of nothing."""
    async with signed_in(node, people.eve) as raw:
        return await close_after(raw, sent(TEXT, final=False) + sent(CONTINUATION, final=False) * _MANY)


async def reads_nothing(node: Node, people: People) -> Refused:
    """Asks and never reads the answers; what it was closed with is read when the node has said so itself."""
    overflows = 'cornerman_sockets_too_slow_total{queue="control"}'
    before = await counter(node, overflows)
    async with signed_in(node, people.eve, receive_buffer=4096) as raw:
        began = time.monotonic()
        raw.send(_UNKNOWN)
        while await counter(node, overflows) == before:
            assert time.monotonic() < began + 10
        seconds = time.monotonic() - began
        code, _ = await raw.until_closed()
        return Refused(str(code), seconds)


async def opens_more_sockets_than_it_may(node: Node, people: People) -> Refused:
    """Of one device each."""
    async with AsyncExitStack() as stack:
        for number in count():
            raw = await stack.enter_async_context(opened(node))
            began = time.monotonic()
            data = {"token": people.eve.access_token, "device": f"eve-{number}"}
            raw.send(sent(TEXT, command(1, "connect", data=data)))
            frame = await raw.frame()
            if frame.opcode != TEXT:
                break
            assert number < 20, "one more than the limit says"
        return Refused(str(int.from_bytes(frame.payload[:2], "big")), time.monotonic() - began)


async def opens_the_same_device_again_and_again(node: Node, people: People) -> Refused:
    """The older socket goes."""
    async with AsyncExitStack() as stack:
        older = await stack.enter_async_context(signed_in(node, people.eve))
        for _ in range(30):
            began = time.monotonic()
            newer = await stack.enter_async_context(signed_in(node, people.eve))
            code, _ = await older.until_closed()
            refused = Refused(str(code), time.monotonic() - began)
            await older.hang_up()
            older = newer
        return refused


async def _subscribe(node: Node, people: People, subscriptions: bytes) -> Refused:
    async with signed_in(node, people.eve) as raw:
        began = time.monotonic()
        raw.send(subscriptions)
        code, replies = await raw.until_closed()
        granted = [reply for reply in replies if "re" in reply and "data" in reply]
        assert len(granted) < SUBSCRIPTIONS, msgspec.json.encode(granted)
        return Refused(str(code), time.monotonic() - began)


async def _send_evenly(raw: Raw, per_second: int) -> None:
    for number in range(per_second):
        raw.send(sent(TEXT, command(2 + number, "fasting:end")))
        await asyncio.sleep(1 / per_second)


FLOODS = (
    Behaviour(sends_200_commands_a_second, "RATE_001"),
    Behaviour(sends_commands_without_end, "4013"),
    Behaviour(sends_signals_without_end, "4013"),
    Behaviour(subscribes_10000_times, "4013"),
    Behaviour(subscribes_10000_times_to_others, "4013"),
    Behaviour(pings_without_end, "1008"),
    Behaviour(fragments_without_end, "1008"),
    Behaviour(reads_nothing, "4008"),
    Behaviour(opens_more_sockets_than_it_may, "4015"),
    Behaviour(opens_the_same_device_again_and_again, "4505"),
)
