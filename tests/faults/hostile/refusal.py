"""What a hostile act comes to, and the sockets that it is done on."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from tests.crowd import Signed
from tests.faults.rfc6455.raw import TEXT, Raw, command, sent
from tests.nodes import Node, Person


class Refused(Struct, frozen=True):
    """A close code, an error's code or an HTTP status, and the seconds from the act to it."""

    code: str
    seconds: float


class People(Struct, frozen=True):
    """Who is hostile, and who has something that is none of theirs."""

    eve: Person
    ada: Person


def as_person(signed: Signed) -> Person:
    """Return somebody who was put into the database as one who signed up would be known."""
    return Person("", str(signed.user_id), signed.token, "")


Act = Callable[[Node, People], Awaitable[Refused]]


class Behaviour(Struct, frozen=True):
    """A hostile act, the documented code that it comes to, and for how long a promise lets it be."""

    act: Act
    code: str
    let_be_seconds: float = 0.0

    @property
    def name(self) -> str:
        """What the client does, in words."""
        return self.act.__name__.replace("_", " ")


@asynccontextmanager
async def opened(node: Node, **how: Any) -> AsyncIterator[Raw]:
    """A WebSocket whose `connect` has not come."""
    raw = await Raw.open(node, **how)
    try:
        yield raw
    finally:
        await raw.hang_up()


@asynccontextmanager
async def signed_in(node: Node, person: Person, device: str = "eve", **how: Any) -> AsyncIterator[Raw]:
    """A WebSocket that is signed in; its next command has id 2."""
    async with opened(node, **how) as raw:
        reply = await raw.greet(person, device)
        assert "data" in reply, reply
        yield raw


async def close_after(raw: Raw, data: bytes) -> Refused:
    """Send bytes and return the code of the close that comes."""
    began = time.monotonic()
    raw.send(data)
    code, _ = await raw.until_closed()
    return Refused(str(code), time.monotonic() - began)


async def error_after(raw: Raw, number: int, type_: str = "ping", **fields: object) -> Refused:
    """Send a command and return the code of the error that it is answered with."""
    began = time.monotonic()
    raw.send(sent(TEXT, command(number, type_, **fields)))
    reply = await raw.reply()
    assert reply["re"] == number, reply
    return Refused(reply["error"]["code"], time.monotonic() - began)


def slowest(refusals: list[Refused]) -> Refused:
    """Return the slowest of several refusals, which are all the same."""
    assert len({refused.code for refused in refusals}) == 1, refusals
    return max(refusals, key=lambda refused: refused.seconds)
