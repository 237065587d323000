"""One socket: frames go out through a queue and come in to a callback."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol as Offered

from cornerman_client.backoff import LOST
from cornerman_client.codec import Subprotocol
from cornerman_client.errors import Unreachable

OPEN_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 2.0
MAX_FRAME_BYTES: Final = 4 * 1024 * 1024


class Line:
    """See the module; made by `open_line`."""

    def __init__(self, socket: ClientConnection, subprotocol: Subprotocol) -> None:
        self._socket = socket
        self._text = subprotocol is Subprotocol.JSON
        # Unbounded, yet small: a session has one command on its way, and what else it says answers the server.
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()

    def send(self, frame: bytes) -> None:
        """Send a frame after those that wait."""
        self._outgoing.put_nowait(frame)

    def hang_up(self) -> None:
        """End the connection at once: whoever does not answer would not answer a closing handshake either."""
        self._socket.transport.abort()

    async def talk(self, received: Callable[[bytes], None]) -> tuple[int, str]:
        """Exchange frames until the connection ends; returns the close code and reason that came."""
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write(), name="cornerman writer")
            try:
                while True:
                    received(await self._socket.recv(decode=False))
            except ConnectionClosed as closed:
                told = closed.rcvd
                return (LOST, "") if told is None else (told.code, told.reason)
            finally:
                writer.cancel()

    async def _write(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._socket.send(await self._outgoing.get(), text=self._text)


@asynccontextmanager
async def open_line(url: str, subprotocol: Subprotocol, tls: ssl.SSLContext | None) -> AsyncGenerator[Line]:
    """Open a socket to a server and close it in the end. Raises Unreachable."""
    # The protocol has life signs of its own, and they reach the apps that browsers are; frames are small.
    connecting = connect(
        url,
        subprotocols=[Offered(subprotocol)],
        compression=None,
        ping_interval=None,
        open_timeout=OPEN_SECONDS,
        close_timeout=CLOSE_SECONDS,
        max_size=MAX_FRAME_BYTES,
        ssl=tls,
    )
    try:
        socket = await connecting
    except (OSError, TimeoutError, WebSocketException) as error:
        raise Unreachable(f"{url}: {error}") from error
    try:
        if socket.subprotocol != Offered(subprotocol):
            raise Unreachable(f"{url} does not speak {subprotocol}")
        yield Line(socket, subprotocol)
    finally:
        await socket.close()
