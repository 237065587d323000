"""What a client sends at once is read in many turns of the loop, and nothing of it is lost or turned around."""

import asyncio
from collections.abc import Awaitable, Callable

from websockets.frames import Opcode

from tests.server.live.site import Bare, Probe, Site, masked

LOOPS = ("uvloop", "asyncio")

Serve = Callable[[Site], Awaitable[Site]]

MANY = 20_000
SLICES = 1_500
"""So many messages are a few slices."""


def several(count: int) -> bytes:
    """Return frames with the numbers from 1 on."""
    return b"".join(masked(Opcode.TEXT, b"%d" % number) for number in range(1, count + 1))


def pause(probe: Probe, _: bytes) -> None:
    """Pause reading."""
    probe.transport.pause_reading()


def close(probe: Probe, _: bytes) -> None:
    """Close the socket."""
    probe.transport.close(4501)


async def test_others_take_their_turn_between_them(serve: Serve) -> None:
    site = await serve(Site())
    client = await Bare.connect(site.port)
    probe = await site.probe()
    client.send(several(MANY))
    most = before = 0
    while before < MANY:
        await asyncio.sleep(0)
        most, before = max(most, len(probe.messages) - before), len(probe.messages)
    assert 0 < most < MANY / 10


async def test_their_order_stays(serve: Serve) -> None:
    site = await serve(Site())
    client = await Bare.connect(site.port)
    probe = await site.probe()
    client.send(several(MANY))
    await probe.until(lambda: len(probe.messages) == MANY)
    assert probe.messages == [b"%d" % number for number in range(1, MANY + 1)]


async def test_a_pause_in_their_midst_holds(serve: Serve) -> None:
    site = Site()
    site.on_message = pause
    await serve(site)
    client = await Bare.connect(site.port)
    probe = await site.probe()
    client.send(several(SLICES))
    for number in range(1, SLICES + 1):
        await probe.until(lambda: probe.messages)
        assert probe.messages == [b"%d" % number]
        probe.messages.clear()
        probe.transport.resume_reading()


async def test_a_message_of_many_slices_is_whole(serve: Serve) -> None:
    site = await serve(Site())
    client = await Bare.connect(site.port)
    probe = await site.probe()
    client.send(masked(Opcode.TEXT, b"x" * 65_536) + masked(Opcode.TEXT, b"1"))
    await probe.until(lambda: len(probe.messages) == 2)
    assert probe.messages == [b"x" * 65_536, b"1"]


async def test_a_close_in_their_midst_passes_over_the_rest(serve: Serve) -> None:
    site = Site(close_seconds=60)
    site.on_message = close
    await serve(site)
    client = await Bare.connect(site.port)
    client.send(several(SLICES) + masked(Opcode.CLOSE))
    assert await client.close_code() == 4501
    assert await client.end() == b"", "the close of the client, behind it all, was found"
    assert (await site.probe()).messages == [b"1"]


async def test_a_close_in_a_pause_does_so_too(serve: Serve) -> None:
    site = Site(close_seconds=60)
    site.on_message = pause
    await serve(site)
    client = await Bare.connect(site.port)
    probe = await site.probe()
    client.send(several(SLICES) + masked(Opcode.CLOSE))
    await probe.until(lambda: probe.messages)
    probe.transport.close(4501)
    assert await client.close_code() == 4501
    assert await client.end() == b""


async def test_a_fault_in_their_midst_ends_it(serve: Serve) -> None:
    site = await serve(Site())
    client = await Bare.connect(site.port)
    client.send(several(SLICES) + b"\x81\x01x" + several(SLICES))
    assert await client.close_code() == 1002
    assert len((await site.probe()).messages) == SLICES


async def test_they_may_come_with_the_handshake(serve: Serve) -> None:
    site = await serve(Site())
    client = await Bare.connect(site.port, early=several(SLICES))
    probe = await site.probe()
    await probe.until(lambda: len(probe.messages) == SLICES)
    del client
