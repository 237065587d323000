"""Searches at once on a node that ticks: how late the ticks become, how long a search takes, what memory it all takes."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

from tests.bench.figures import Figure, percentile, slower
from tests.bench.machine import ALL_CORES, Meter, pin
from tests.bench.stand import Stand
from tests.bench.ticks import Ticking, at_slots
from tests.crowd import Signed
from tests.nodes import Node

_READY_SECONDS: Final = 120.0
_COMING_SECONDS: Final = 2.0
_STATE: Final = b'"state":'
_WARMING: Final = _STATE + b'"warming"'
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "


class Asker:
    """A connection that asks a node one question after the other; as light as may be, for it shares a core with others."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, person: Signed) -> None:
        self._reader = reader
        self._writer = writer
        self._token = person.token

    @classmethod
    @asynccontextmanager
    async def open(cls, node: Node, person: Signed) -> AsyncIterator["Asker"]:
        """Connect, for as long as this lasts."""
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
        try:
            yield cls(reader, writer, person)
        finally:
            writer.close()

    async def ask(self, text: str) -> bytes:
        """Return the body of the answer, whatever it says."""
        self._writer.write(
            f"GET /api/v1/workouts/exercises/search?q={quote(text)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )
        head = (await self._reader.readuntil(_HEAD_END)).lower()
        length = int(head.partition(_LENGTH)[2].partition(b"\r\n")[0])
        return await self._reader.readexactly(length)


class Answers:
    """How many milliseconds each answer took, and how many were asked to come again."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.refused = 0

    def add(self, milliseconds: float, *, answered: bool) -> None:
        """Count an answer."""
        if answered:
            self.taken.append(milliseconds)
        else:
            self.refused += 1

    def clear(self) -> None:
        """Begin anew."""
        self.taken.clear()
        self.refused = 0


async def beside_ticks(
    stand: Stand,
    node: Node,
    meter: Meter,
    texts: Sequence[str],
    *,
    name: str,
    sockets: int,
    searches: int,
    seconds: float,
) -> list[Figure]:
    """Let a node tick for so many sockets, for some seconds alone, then while so many people always wait for an answer.

    The node may use both cores. Each question is a new one. That all come in one moment is told apart from what follows.
    """
    pin(node.process.pid, ALL_CORES)
    people = await stand.people(searches)
    await _ready(node, people[0])
    ticking = await Ticking.start(stand, node, at_slots(sockets))
    await asyncio.sleep(seconds)
    alone = [late * 1000 for late in ticking.late]
    ticking.late.clear()
    answers = Answers()
    async with asyncio.TaskGroup() as group:
        group.create_task(_search(node, people, _new(texts), _COMING_SECONDS + seconds, answers))
        await asyncio.sleep(_COMING_SECONDS)
        latest = max(ticking.late) * 1000
        ticking.late.clear()
        answers.clear()
        meter.spent()
        await asyncio.sleep(seconds)
        late, spent = [late * 1000 for late in ticking.late], meter.spent()
        taken, refused = list(answers.taken), answers.refused
    ticking.hang_up()
    part = f"{searches} searches at once by {name}, {sockets} sockets"
    return [
        slower(part, "ticks' lateness, p50", "ms", percentile(late, 0.5), percentile(alone, 0.5)),
        slower(part, "ticks' lateness, p99", "ms", percentile(late, 0.99), percentile(alone, 0.99)),
        Figure(part, "the latest tick when all come at once", "ms", latest),
        Figure(part, "searches", "per second", len(taken) / spent.seconds),
        Figure(part, "asked to come again", "per second", refused / spent.seconds),
        Figure(part, "a search, p50", "ms", percentile(taken, 0.5)),
        Figure(part, "a search, p99", "ms", percentile(taken, 0.99)),
        Figure(part, "node's CPU", "ms a search", spent.cpu_seconds / len(taken) * 1000),
        Figure(part, "node's memory", "MiB", meter.resident_bytes() / 2**20),
    ]


async def _search(
    node: Node, people: Sequence[Signed], texts: Iterator[str], seconds: float, answers: Answers
) -> None:
    """Let everybody ask all the time."""
    until = time.monotonic() + seconds

    async def search(person: Signed) -> None:
        async with Asker.open(node, person) as asker:
            while (began := time.monotonic()) < until:
                answered = _STATE in await asker.ask(next(texts))
                answers.add((time.monotonic() - began) * 1000, answered=answered)

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(search(person))


async def _ready(node: Node, person: Signed) -> None:
    """Wait until the node answers as well as it can."""
    async with asyncio.timeout(_READY_SECONDS), Asker.open(node, person) as asker:
        while _WARMING in (body := await asker.ask("squat")) or _STATE not in body:  # noqa: ASYNC110 - a node says it when asked
            await asyncio.sleep(0.1)


def _new(texts: Sequence[str]) -> Iterator[str]:
    """Yield questions without end, no two of them the same."""
    for number in itertools.count():
        yield from (f"{text} {number}" for text in texts)
