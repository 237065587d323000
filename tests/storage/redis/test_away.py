"""Redis goes away in the midst of anything, and it is told in words that callers know."""

import asyncio
import socket
import struct
from typing import Any, cast

import uvloop

from storage.redis.connection import AWAY, open_redis


def _reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    below: socket.socket = writer.transport.get_extra_info("socket")
    below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def test_a_server_that_breaks_off_while_connections_are_made_is_away() -> None:
    """On the loop of nodes, for each loop has words of its own."""

    async def ask_many_at_once() -> list[Any]:
        server = await asyncio.start_server(_reset, "127.0.0.1", 0)
        redis = open_redis(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        outcomes: list[Any] = []
        for _ in range(20):
            asked = (cast("Any", redis.ping()) for _ in range(50))
            outcomes += await asyncio.gather(*asked, return_exceptions=True)
        await redis.aclose()
        server.close()
        return outcomes

    outcomes = uvloop.run(ask_many_at_once())
    assert all(isinstance(outcome, AWAY) for outcome in outcomes), {type(outcome) for outcome in outcomes}
