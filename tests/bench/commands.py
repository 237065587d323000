"""Command to reply, beside one bare transaction with the same statements."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from channels.wire.envelope import UserId
from channels.wire.fasting import FastingEnd, FastingEndData, FastingStart, FastingStartData
from server.execution import Actor
from server.executor import AnyCapability, Executor
from server.nouns import capabilities
from storage import fasting
from storage.postgres import Link, close_database, open_database
from storage.records import Append, FastRecord
from tests.bench.figures import Figure, fewer, percentile, slower
from tests.bench.machine import Meter
from tests.bench.stand import Stand
from tests.crowd import Signed
from tests.line import Line, each
from tests.nodes import Node

Step = Callable[[int], Awaitable[None]]
"""One command or transaction; called with 0, 1, 2…: even ones start a fast, odd ones end it."""

_START = {"protocol_id": "16:8"}


class Load(Struct, frozen=True):
    """How long and how often."""

    seconds: float
    rounds: int
    connections: Sequence[int] = (1, 16)


class Taken(Struct, frozen=True):
    """What a round came to."""

    latencies: list[float]
    seconds: float
    cpu_seconds: float


class Commit(Struct, frozen=True):
    """What the product hands to the last statement of a command: a record to save, and what it caused."""

    type: str
    fast: FastRecord
    append: Append


async def measure(stand: Stand, node: Node, meter: Meter, load: Load) -> list[Figure]:
    """Measure in turn, ours and bare, round by round."""
    people = await stand.people(2 * max(load.connections) + 1)
    recorded = await _record(stand, people.pop())
    ours, bare = people[::2], people[1::2]
    figures = []
    for connections in load.connections:
        lines = [await Line.sign_in(node.port, person, "bench") for person in ours[:connections]]
        links = [await asyncpg.connect(stand.database_url) for _ in range(connections)]
        steps = [_command(line) for line in lines]
        bare_steps = [_bare(link, person, recorded) for link, person in zip(links, bare, strict=False)]
        await _closed_loops(steps, 0.5, time.process_time)
        await _closed_loops(bare_steps, 0.5, time.process_time)
        rounds = [
            (
                await _closed_loops(steps, load.seconds, meter.cpu_seconds),
                await _closed_loops(bare_steps, load.seconds, time.process_time),
            )
            for _ in range(load.rounds)
        ]
        for line in lines:
            line.hang_up()
        for link in links:
            await link.close()
        figures += _figures(connections, rounds)
    return figures


def _figures(connections: int, rounds: list[tuple[Taken, Taken]]) -> list[Figure]:
    part = f"commands, {connections} connection{'s' if connections > 1 else ''}"
    ours = [seconds * 1000 for taken, _ in rounds for seconds in taken.latencies]
    bare = [seconds * 1000 for _, taken in rounds for seconds in taken.latencies]
    cpu = sum(taken.cpu_seconds for taken, _ in rounds) / len(ours) * 1e6
    bare_cpu = sum(taken.cpu_seconds for _, taken in rounds) / len(bare) * 1e6
    return [
        slower(part, "command to reply, p50", "ms", percentile(ours, 0.5), percentile(bare, 0.5)),
        slower(part, "command to reply, p99", "ms", percentile(ours, 0.99), percentile(bare, 0.99)),
        fewer(
            part,
            "throughput",
            "per second",
            len(ours) / sum(taken.seconds for taken, _ in rounds),
            len(bare) / sum(taken.seconds for _, taken in rounds),
        ),
        slower(part, "node's CPU, bare client's CPU", "µs each", cpu, bare_cpu),
    ]


async def _closed_loops(steps: Sequence[Step], seconds: float, cpu_seconds: Callable[[], float]) -> Taken:
    """Run each step over and over, the next one when the last one has ended."""
    latencies: list[float] = []
    cpu_before, began = cpu_seconds(), time.monotonic()
    until = began + seconds

    async def loop(step: Step) -> None:
        count = 0
        # An even number, so that every fast that was started is ended.
        while (before := time.monotonic()) < until or count % 2:
            await step(count)
            latencies.append(time.monotonic() - before)
            count += 1

    async with asyncio.timeout(seconds + 10):
        await each((loop(step) for step in steps), len(steps))
    return Taken(latencies, time.monotonic() - began, cpu_seconds() - cpu_before)


def _command(line: Line) -> Step:
    async def step(count: int) -> None:
        type_, data = ("fasting:end", {}) if count % 2 else ("fasting:start", _START)
        reply, _ = await line.command(type_, data, uuid4())
        assert b'"positions"' in reply, reply

    return step


def _bare(link: Link, person: Signed, recorded: list[Commit]) -> Step:
    """The four statements of a command, with what the product gives them, over a connection of one's own."""
    session_id = [uuid4()]

    async def step(count: int) -> None:
        commit = recorded[count % 2]
        key, session_id[0] = uuid4(), session_id[0] if count % 2 else uuid4()
        hashed = hashlib.sha256(commit.append.reply).digest()
        claim = (person.user_id, person.user_id, key, commit.type, hashed, None, None)
        events = tuple((person.topic, body) for _, body in commit.append.events)
        append = replace(commit.append, user_id=person.user_id, key=key, events=events)
        fast = replace(commit.fast, user_id=person.user_id, session_id=session_id[0])
        async with link.transaction():
            await link.fetch(fasting._LOAD, *claim, None)
            await link.fetchval(fasting._SAVE, *append.arguments(), *fasting._values(fast))

    return step


async def _record(stand: Stand, person: Signed) -> list[Commit]:
    """Start and end a fast with an executor of our own, and keep what it hands to the database."""
    kept: list[Commit] = []

    def keeping(capability: AnyCapability) -> AnyCapability:
        async def save(link: Link, saves: tuple[Any, ...], append: Append) -> list[int]:
            (fast,) = saves
            kept.append(Commit(("fasting:start", "fasting:end")[len(kept)], fast, append))
            return await capability.save(link, saves, append)

        return replace(capability, save=save)

    database = await open_database(stand.database_url, size=2)
    wanted = [c for c in capabilities(sandbox=False) if c.command in {FastingStart, FastingEnd}]
    executor = Executor(database, [keeping(capability) for capability in wanted], lambda _: None)
    actor = Actor(user_id=UserId(person.user_id), family_id=person.user_id)
    for command in (
        FastingStart(id=1, data=FastingStartData(protocol_id="16:8")),
        FastingEnd(id=2, data=FastingEndData()),
    ):
        outcome = await executor.execute(actor, command)
        assert outcome.refusal is None, outcome
    await close_database(database)
    return kept
