"""An executor on a real database, with people in it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from channels.snapshot import user_snapshot
from channels.wire.account import AccountSuspend, SandboxRate, SandboxRateData
from channels.wire.codec import published, read_event
from channels.wire.envelope import Command, Offset, UserId
from channels.wire.fasting import FastingEnd, FastingEndData, FastingStart, FastingStartData
from channels.wire.registry import LogEvent
from channels.wire.snapshot import UserSnapshot
from server.clock import new_id
from server.execution import Actor, Due, Giver, Outcome, Publication
from server.executor import AnyCapability, Executor
from server.nouns import capabilities
from storage.log import database_now, heads, read
from storage.postgres import Database, close_database, open_database
from storage.snapshots import user_snapshots

_ADD_PERSON = """
INSERT INTO users (id, email, password_hash, name) VALUES ($1, $2, 'none', 'Ada')
"""
_ADD_FAMILY = """
INSERT INTO families (user_id, family_id, device, expires_at) VALUES ($1, $2, 'phone-1', now() + interval '7 days')
"""
_MANY_PEOPLE = """
INSERT INTO users (id, email, password_hash, name)
SELECT id, id::text || '@example.org', 'none', 'Ada' FROM unnest($1::uuid[]) id
"""

_PERSON_PASSES = "UPDATE users SET time_person_at = time_person_at + $2::interval WHERE id = $1"
_TIMERS_PASS = "UPDATE timers SET due = due - $2::interval WHERE owner = $1"
_DUE = """
SELECT owner, cause, command, payload, version FROM timers
WHERE due <= clock_timestamp() AND ($1::uuid IS NULL OR owner = $1) ORDER BY due
"""


class House:
    """One node's pool and executor; `published` holds what it handed on, `ran` what became of each command."""

    def __init__(self, database: Database, added: Iterable[AnyCapability] = ()) -> None:
        self.database = database
        self.published: list[Publication] = []
        self.ran: list[tuple[str, str]] = []
        self.executor = Executor(
            database,
            (*capabilities(sandbox=True), *added),
            self.published.extend,
            ran=lambda type_, code, _seconds: self.ran.append((type_, code)),
        )

    async def add_person(self) -> Actor:
        """Someone who is signed in."""
        user_id = UserId(new_id())
        await self.database.execute(_ADD_PERSON, user_id, f"{user_id}@example.org")
        return await self.sign_in(user_id)

    async def sign_in(self, user_id: UserId) -> Actor:
        """The person on one more device."""
        family_id = new_id()
        await self.database.execute(_ADD_FAMILY, user_id, family_id)
        return Actor(user_id=user_id, family_id=family_id)

    async def add_people(self, count: int) -> list[Actor]:
        """People without sign-ins."""
        ids = [new_id() for _ in range(count)]
        await self.database.execute(_MANY_PEOPLE, ids)
        return [Actor(user_id=UserId(user_id)) for user_id in ids]

    async def give(self, actor: Actor, command: Command) -> Outcome:
        """Run a command."""
        return await self.executor.execute(actor, command)

    async def surely(self, actor: Actor, command: Command) -> Outcome:
        """Run a command as clients do: what is away or too busy is asked again under the same key."""
        while code_of(outcome := await self.give(actor, command)) == "INT_002":
            assert command.key is not None
        return outcome

    async def suspend(self, user_id: UserId) -> None:
        """Suspend the person as an administrator does."""
        outcome = await self.give(Actor(user_id=user_id, giver=Giver.ADMIN), AccountSuspend(id=1))
        assert outcome.answer.error is None

    async def pass_time(self, user_id: UUID, **span: float) -> None:
        """Set the person's time ahead, and their timers with it, as if it had passed."""
        for statement in (_PERSON_PASSES, _TIMERS_PASS):
            await self.database.execute(statement, user_id, timedelta(**span))

    async def timers_come(self, user_id: UUID | None = None) -> None:
        """Give the timers that are due, a person's or everybody's, as a worker would."""
        for row in await self.database.fetch(_DUE, user_id):
            command_type = self.executor.command_type(row["command"])
            command = msgspec.json.decode(row["payload"], type=command_type)
            timer = Actor(user_id=UserId(row["owner"]), giver=Giver.TIMER)
            outcome = await self.executor.execute(
                timer, command, Due(cause=row["cause"], version=row["version"])
            )
            assert outcome.answer.error is None

    async def events(self, user_id: UUID, after: int = 0) -> list[LogEvent]:
        """The person's topic, as clients see it."""
        async with self.database.acquire() as link:
            logged = await read(link, f"user:{user_id}", after, 10**9, limit=10_000)
        return [read_event(published(event.body, Offset(event.offset))) for event in logged]

    async def head(self, user_id: UUID) -> int:
        """The newest offset of the person's topic."""
        async with self.database.acquire() as link:
            return (await heads(link, [f"user:{user_id}"]))[f"user:{user_id}"]

    async def snapshot(self, user_id: UUID) -> tuple[int, UserSnapshot]:
        """The person's snapshot and its offset."""
        async with (
            self.database.acquire() as link,
            link.transaction(isolation="repeatable_read", readonly=True),
        ):
            facts = (await user_snapshots(link, [user_id]))[user_id]
        return facts.head, user_snapshot(facts)

    async def now(self) -> datetime:
        """The database's clock."""
        async with self.database.acquire() as link:
            return await database_now(link)

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        found: int = await self.database.fetchval(f"SELECT count(*) FROM {table}")
        return found


@asynccontextmanager
async def opened(dsn: str, added: Iterable[AnyCapability] = (), *, size: int = 8) -> AsyncIterator[House]:
    """A house with a pool of its own."""
    database = await open_database(dsn, size=size)
    try:
        yield House(database, added)
    finally:
        await close_database(database)


async def few_at_once(jobs: Iterable[Coroutine[Any, Any, object]], few: int = 4) -> None:
    """Do many things, a few at a time."""
    left = iter(jobs)

    async def work() -> None:
        for job in left:
            await job

    await asyncio.gather(*(work() for _ in range(few)))


def instead(command: type[Command], **changed: Any) -> AnyCapability:
    """The capability of a command with parts of it replaced."""
    (found,) = (capability for capability in capabilities(sandbox=True) if capability.command is command)
    return msgspec.structs.replace(found, **changed)


def start(protocol_id: str = "16:8", *, key: UUID | None = None, at: datetime | None = None) -> FastingStart:
    """The command that starts a fast."""
    return FastingStart(id=1, key=key or uuid4(), at=at, data=FastingStartData(protocol_id=protocol_id))


def end(session_id: UUID | None = None, *, key: UUID | None = None, at: datetime | None = None) -> FastingEnd:
    """The command that ends one."""
    return FastingEnd(id=1, key=key or uuid4(), at=at, data=FastingEndData(session_id=session_id))


def rate(times: float) -> SandboxRate:
    """The command that lets time run."""
    return SandboxRate(id=1, key=uuid4(), data=SandboxRateData(rate=times))


def data_of(outcome: Outcome) -> Any:
    """What a reply carries; fails for an error."""
    assert outcome.answer.error is None, outcome.answer.error
    return msgspec.json.decode(outcome.answer.data or b"null")


def code_of(outcome: Outcome) -> str | None:
    """The code of a reply's error, or None."""
    return outcome.answer.error.code if outcome.answer.error else None
