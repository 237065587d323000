"""A connection on which any bytes may be sent. Every frame that the server sends is held against RFC 6455."""

import asyncio
import base64
import socket
import struct
from contextlib import suppress
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from tests.nodes import Node, Person
from tests.schema import check_server_frame

KEY: Final = "dGhlIHNhbXBsZSBub25jZQ=="
"""The sample of section 1.3."""
MASK: Final = b"\x17\x2a\xf0\x81"
WAIT_SECONDS: Final = 10.0

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Answer(Struct, frozen=True):
    """What the server answers to an opening handshake; names of headers are in lower case."""

    status: int
    headers: list[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one for each line."""
        return [value for key, value in self.headers if key == name]

    def value(self, name: str) -> str | None:
        """Return the value of a header that stands at most once."""
        values = self.values(name)
        assert len(values) < 2, values
        return values[0] if values else None


class Frame(Struct, frozen=True):
    """One frame of the server's."""

    opcode: int
    payload: bytes


def opening(
    *lines: str,
    method: str = "GET",
    target: str = "/live",
    version: str = "HTTP/1.1",
    without: str = "",
    **changed: str,
) -> bytes:
    """Return an opening handshake: right but for what is `changed` (Upgrade="…"), left out, or added as `lines`."""
    fields = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
    }
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    named = [f"{name}: {value}" for name, value in fields.items() if name != without]
    return "\r\n".join([f"{method} {target} {version}", *named, *lines, "", ""]).encode("latin-1")


def sent(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    bits: int = 0,
    mask: bytes = MASK,
    length: bytes = b"",
) -> bytes:
    """Return a client's frame; `length` stands in place of the shortest form of the length (without the mask's bit)."""
    if not length:
        length = shortest(len(payload))
    first = (0x80 if final else 0) | bits | opcode
    return bytes((first, length[0] | 0x80)) + length[1:] + mask + _masked(payload, mask)


def shortest(length: int) -> bytes:
    """Return the shortest form of a payload's length."""
    if length < 126:
        return bytes((length,))
    return b"\x7e" + struct.pack("!H", length) if length < 1 << 16 else b"\x7f" + struct.pack("!Q", length)


def _masked(payload: bytes, mask: bytes) -> bytes:
    whole = int.from_bytes(payload, "big")
    pattern = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (whole ^ int.from_bytes(pattern, "big")).to_bytes(len(payload), "big")


def command(number: int, type_: str = "ping", **fields: object) -> bytes:
    """Return a command as JSON."""
    return msgspec.json.encode({"id": number, "type": type_, **fields})


def closing(code: int, reason: bytes = b"") -> bytes:
    """Return a client's close."""
    return sent(CLOSE, struct.pack("!H", code) + reason)


class Raw:
    """See the module. It does nothing by itself: no pong, no answer to a close."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    @classmethod
    async def dial(cls, node: Node, *, receive_buffer: int = 0) -> Self:
        """Open a TCP connection."""
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(0)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", node.port))
        return cls(*await asyncio.open_connection(sock=sock, limit=receive_buffer or 65_536))

    @classmethod
    async def open(cls, node: Node, *, subprotocol: str = "", early: bytes = b"", **how: Any) -> Self:
        """Open a WebSocket, with `early` in the same segment as the handshake."""
        raw = await cls.dial(node, **how)
        raw.send(opening(*([f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else [])) + early)
        answer = await raw.answer()
        assert answer.status == 101, answer
        return raw

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    async def sent(self) -> None:
        """Wait until most of what was sent has left."""
        await self._writer.drain()

    async def answer(self) -> Answer:
        """Return the head of the server's next answer."""
        async with asyncio.timeout(WAIT_SECONDS):
            head = await self.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        pairs = [line.split(":", 1) for line in lines]
        return Answer(int(first.split(" ")[1]), [(name.lower(), value.strip()) for name, value in pairs])

    async def frame(self) -> Frame:
        """Return the next frame, which obeys the rules for a server's frames."""
        async with asyncio.timeout(WAIT_SECONDS):
            first, second = await self.reader.readexactly(2)
            assert first & 0x70 == 0, "section 5.2: no reserved bit without an extension"
            assert first & 0x80, "this server sends no fragments"
            assert second < 0x80, "section 5.1: a server masks nothing"
            length = second
            if second >= 126:
                field = await self.reader.readexactly(2 if second == 126 else 8)
                length = int.from_bytes(field, "big")
                assert bytes((second,)) + field == shortest(length), "section 5.2: the shortest form"
            opcode = first & 0x0F
            assert opcode in {TEXT, BINARY, CLOSE, PING, PONG}, opcode
            assert opcode < CLOSE or length <= 125, "section 5.5: a control frame is small"
            return Frame(opcode, await self.reader.readexactly(length))

    async def greet(self, person: Person, device: str = "raw") -> dict[str, Any]:
        """Send `connect` with id 1 and return its reply."""
        data = {"token": person.access_token, "device": device}
        self.send(sent(TEXT, command(1, "connect", data=data)))
        return await self.reply()

    async def reply(self) -> dict[str, Any]:
        """Return the next frame as a message in text."""
        frame = await self.frame()
        assert frame.opcode == TEXT, frame
        message: dict[str, Any] = check_server_frame(frame.payload)
        return message

    async def closed(self) -> tuple[int, str]:
        """Return code and reason of the next frame, which is a close; 1005 stands for none."""
        frame = await self.frame()
        assert frame.opcode == CLOSE, frame
        if not frame.payload:
            return 1005, ""
        return int.from_bytes(frame.payload[:2], "big"), frame.payload[2:].decode()

    async def until_closed(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the code of the close, and the messages in text that came before it, as they came."""
        messages = []
        while (frame := await self.frame()).opcode != CLOSE:
            if frame.opcode == TEXT:
                messages.append(msgspec.json.decode(frame.payload))
        return int.from_bytes(frame.payload[:2], "big"), messages

    async def end(self) -> bytes:
        """Return what comes until the server ends its half of the connection."""
        async with asyncio.timeout(WAIT_SECONDS):
            return await self.reader.read()

    def finish(self) -> None:
        """End our half of the connection, unless it has ended."""
        with suppress(OSError):
            self._writer.write_eof()

    def reset(self) -> None:
        """End the connection as a dying process does."""
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    async def hang_up(self) -> None:
        """End the connection, and let the server see it."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


def as_header(raw_key: bytes) -> str:
    """Return bytes as the value of `Sec-WebSocket-Key`."""
    return base64.b64encode(raw_key).decode()
