"""A connection through the proxy: two sockets, and a bounded flow each way between them."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, cast

Delay: TypeAlias = Callable[[], float]
"""Returns the seconds that the next piece of bytes takes; pieces never overtake each other."""

HELD_BYTES = 8 * 1024
"""The most that is held of one direction of a connection."""
_PIECE_BYTES = 1024
"""What a throttled way passes on at once."""
_LINGER_NOT = struct.pack("ii", 1, 0)


def no_delay() -> float:
    """Pass bytes on at once."""
    return 0.0


@dataclass(slots=True)
class Way:
    """What the bytes of one direction meet, on each connection for itself. Both may change at any moment.

    A way that is throttled from the beginning has little room in the kernel as well, and moves smoothly.
    """

    delay: Delay = no_delay
    rate: float | None = None
    """Bytes a second; None is as fast as it goes."""
    holds: int = HELD_BYTES
    """The most bytes of it that wait here, 8 KiB or less: a short line has little room."""


class Road(Protocol):
    """What connections have in common: the proxy."""

    @property
    def passable(self) -> bool:
        """Whether anything passes now, bytes or the news that a socket is gone."""

    @property
    def scratch(self) -> memoryview:
        """What all sockets read into, as long as the most that is held: it is copied before the next one reads."""

    def entered(self, connection: "Connection") -> None:
        """Take a connection whose near socket is there, and give it its far one."""

    def left(self, connection: "Connection") -> None:
        """Forget a connection whose sockets are gone."""


class Connection:
    """A client's socket, the target's, and the two flows between them."""

    def __init__(self, road: Road, there: Way, back: Way) -> None:
        self.road = road
        self.near = End(self)
        self.far = End(self)
        self.there = Flow(self, there, self.near, self.far)
        self.back = Flow(self, back, self.far, self.near)
        self.near.comes_in, self.near.goes_out = self.there, self.back
        self.far.comes_in, self.far.goes_out = self.back, self.there

    @property
    def passes(self) -> bool:
        """Whether bytes pass now."""
        both = self.near.transport is not None and self.far.transport is not None
        return both and self.road.passable

    def reset(self) -> None:
        """Break it at both ends: whoever reads or writes there is told of a reset."""
        for end in (self.near, self.far):
            end.reset()

    def look_again(self) -> None:
        """Go on, or stop, after something outside has changed."""
        if self.near.lost or self.far.lost:
            self.end_lost()
        for flow in (self.there, self.back):
            flow.pass_on()

    def flow_ended(self) -> None:
        """Close both sockets once both flows have passed on their end."""
        if self.there.ended and self.back.ended:
            self.near.close()
            self.far.close()

    def end_lost(self) -> None:
        """One socket is gone: so is the other, unless a black hole keeps that from it."""
        if self.road.passable:
            self.reset()
        if self.near.lost and (self.far.lost or self.far.transport is None):
            self.road.left(self)


class End(asyncio.BufferedProtocol):
    """One of the two sockets of a connection."""

    comes_in: "Flow"
    goes_out: "Flow"

    def __init__(self, connection: Connection) -> None:
        self.transport: asyncio.Transport | None = None
        self.lost = False
        self._connection = connection
        self._scratch = connection.road.scratch

    @property
    def socket(self) -> socket.socket:
        """The socket below."""
        assert self.transport is not None
        below: socket.socket = self.transport.get_extra_info("socket")
        return below

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(0)
        self.comes_in.pass_on()
        if self is self._connection.near:
            self._connection.road.entered(self._connection)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - never more than there is room for
        return self._scratch[: self.comes_in.room]

    def buffer_updated(self, nbytes: int) -> None:
        self.comes_in.take(bytes(self._scratch[:nbytes]))

    def eof_received(self) -> bool:
        self.comes_in.take(b"")
        return True

    def pause_writing(self) -> None:
        self.goes_out.blocked = True

    def resume_writing(self) -> None:
        self.goes_out.blocked = False
        self.goes_out.pass_on()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - gone is gone
        self.lost = True
        self._connection.end_lost()

    def close(self) -> None:
        """Close it after what was written."""
        if self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        """Close it with a reset, whatever was written."""
        if self.transport is not None and not self.lost and not self.transport.is_closing():
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            self.transport.abort()


@dataclass(eq=False, slots=True)
class Flow:
    """One direction of a connection: what was read at `source` and waits to be written at `sink`."""

    connection: Connection
    way: Way
    source: End
    sink: End
    blocked: bool = False
    """The sink's socket takes nothing now."""
    ended: bool = False
    """The end was passed on."""
    _waiting: deque[tuple[float, bytes]] = field(default_factory=deque)
    """Pieces with their moments of arrival; an empty one is the end."""
    _waiting_bytes: int = 0
    _last: float = 0.0
    """When the newest piece arrives."""
    _free: float = 0.0
    """When a throttled way can carry the next piece."""
    _reading: bool = True
    _saw_end: bool = False
    _timer: asyncio.TimerHandle | None = None

    @property
    def held(self) -> int:
        """The bytes that were read and that no socket has taken yet."""
        sink = self.sink.transport
        return self._waiting_bytes + (sink.get_write_buffer_size() if sink and not self.sink.lost else 0)

    @property
    def room(self) -> int:
        """The bytes that may be read."""
        return self.way.holds - self.held

    def take(self, piece: bytes) -> None:
        """Take what was read; nothing means that no more comes."""
        self._saw_end = not piece
        now = asyncio.get_running_loop().time()
        self._last = max(self._last, now + self.way.delay())
        self._waiting.append((self._last, piece))
        self._waiting_bytes += len(piece)
        self.pass_on()

    def pass_on(self) -> None:
        """Write what has arrived, as far as the sink takes it, and read on if there is room."""
        passes = self.connection.passes
        if passes:
            self._write_arrived()
        self._read(on=passes and self.room > 0)

    def _write_arrived(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._waiting and not self.blocked:
            at = max(self._waiting[0][0], self._free)
            if at > now:
                self._wake(at)
                return
            self._write_first()

    def _write_first(self) -> None:
        sink = self.sink.transport
        assert sink is not None
        arrived, piece = self._waiting.popleft()
        if self.way.rate:
            if rest := piece[_PIECE_BYTES:]:
                self._waiting.appendleft((arrived, rest))
            piece = piece[:_PIECE_BYTES]
            self._free = max(self._free, arrived) + len(piece) / self.way.rate
        self._waiting_bytes -= len(piece)
        if sink.is_closing():
            return
        if piece:
            sink.write(piece)
        else:
            sink.write_eof()
            self.ended = True
            self.connection.flow_ended()

    def _wake(self, at: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(at, self._woken)

    def _woken(self) -> None:
        self._timer = None
        self.pass_on()

    def _read(self, *, on: bool) -> None:
        source = self.source.transport
        if source is None or self._saw_end or on == self._reading or source.is_closing():
            return
        self._reading = on
        if on:
            source.resume_reading()
        else:
            source.pause_reading()
