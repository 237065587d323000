"""A backup is restored while devices are connected: with the guide's last step, and by somebody who forgets it."""

import asyncio
import os
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from channels.closing import CloseCode
from storage.epoch import current
from tests.faults.backup import base_backup, dump, restore_base, restore_dump
from tests.faults.checks import Check, Size, at_most, exactly, told
from tests.faults.house import House
from tests.faults.ledger import Ledger, logged
from tests.faults.phone import Phone
from tests.faults.rows.delivery import HEALED_SECONDS, Crowd, crowd
from tests.nodes import PROGRAM
from tests.waiting import eventually

_SLEEPERS = 10
"""One in so many devices is away during a restore, and comes back to a log that is longer than when it left."""


class Way(StrEnum):
    """What is restored, and how."""

    ALONE = "a base backup, nothing raised"
    GUIDED = "the same again, epoch raised"
    AGAIN = "and again, nothing raised"
    DUMP = "a dump, nothing raised"
    TIMELINE = "a base backup on a new timeline, nothing raised"


class Plan(Struct, frozen=True):
    """How much of it."""

    phones: int
    topics: int
    each: int
    events: int
    per_second: float
    ways: tuple[Way, ...]


_PLANS = {
    Size.SHORT: Plan(100, 10, 1, 50, 400, (Way.ALONE,)),
    Size.LONG: Plan(500, 20, 2, 1_000, 250, tuple(Way)),
}


async def run(house: House, size: Size) -> list[Check]:
    """Take backups, and restore them one after another, each on top of what came of the one before."""
    plan = _PLANS[size]
    await house.stand(2)
    async with crowd(house, plan.phones, plan.topics, each=plan.each, seed=19) as people:
        restores = Restores(people, plan)
        await restores.back_up()
        checks = [check for way in plan.ways for check in await restores.restore(way)]
        return [*checks, *_everywhere(people)]


def _everywhere(people: Crowd) -> list[Check]:
    ledgers = [ledger for phone in people.phones for ledger in phone.ledgers.values()]
    return [
        exactly("lost", sum(ledger.lost for ledger in ledgers)),
        exactly("seen twice or out of order", sum(ledger.repeated for ledger in ledgers)),
        exactly("told to mend within 300 events", sum(ledger.wrongly_unrecovered for ledger in ledgers)),
        exactly("recovery claimed wrongly", sum(ledger.wrongly_recovered for ledger in ledgers)),
        exactly("snapshots unlike their offset", sum(ledger.stale_snapshots for ledger in ledgers)),
    ]


class Restores:
    """The restores of a run. The backups are kept, for one of them is restored more than once."""

    def __init__(self, people: Crowd, plan: Plan) -> None:
        self._people = people
        self._house = people.house
        self._plan = plan
        self._epochs: set[int] = set()
        self._base = Path()
        self._archive = Path()

    async def back_up(self) -> None:
        """Take what will be restored."""
        await self._publish()
        self._base = await base_backup(self._house)
        if Way.DUMP in self._plan.ways:
            self._archive = await dump(self._house)

    async def restore(self, way: Way) -> list[Check]:
        """Go on after the backup, restore it under load, and see what becomes of every device."""
        sleepers = self._people.phones[::_SLEEPERS]
        awake = [phone for phone in self._people.phones if phone not in sleepers]
        acknowledged = self._acknowledged()
        await self._publish()
        await self._people.healed()
        acknowledged = self._acknowledged() - acknowledged
        closes = {phone: _closes(phone) for phone in awake}
        snapshots = {ledger: ledger.snapshots for ledger in self._ledgers()}
        self._epochs.add(await self._epoch())
        _put_to_sleep(sleepers)
        async with self._load():
            await self._restored(way)
            noticed = await _all_closed(closes)
            returned = await self._returned(awake)
        await self._publish(3)
        for phone in sleepers:
            phone.awake.set()
        await self._returned(sleepers)
        await self._people.healed()
        return [
            told(f"{way}: acknowledged before it", acknowledged, "events"),
            exactly("epochs that had been used before", int(await self._epoch() in self._epochs)),
            exactly("sockets closed with 4010", _closed(closes), len(awake)),
            exactly(
                "topics without a new snapshot",
                sum(ledger.snapshots == count for ledger, count in snapshots.items()),
            ),
            exactly("ledgers unlike the restored log, by hash", await self._unlike()),
            at_most("from the database's return to the last socket's close", noticed, HEALED_SECONDS, "s"),
            told("from there until every device was back and had read its topics anew", returned, "s"),
        ]

    async def _restored(self, way: Way) -> None:
        match way:
            case Way.ALONE | Way.AGAIN:
                last = way is self._plan.ways[-1]
                await restore_base(self._house, self._base, keep=not last)
            case Way.GUIDED:
                await restore_base(self._house, self._base)
                await _raise_epoch(self._house)
            case Way.DUMP:
                await restore_dump(self._house, self._archive)
            case Way.TIMELINE:
                await restore_base(self._house, self._base, timeline=True)

    async def _returned(self, phones: list[Phone]) -> float:
        """Return how many seconds it takes until these follow their topics in the epoch that is the newest."""
        began = time.monotonic()

        def returned() -> bool:
            return all(
                phone.live and all(ledger.epoch not in before for ledger in phone.ledgers.values())
                for phone in phones
            )

        before = {str(epoch) for epoch in self._epochs}
        await eventually(returned, 60.0)
        return time.monotonic() - began

    async def _publish(self, times: int = 1) -> None:
        await self._people.publish(times * self._plan.events, self._plan.per_second)

    @asynccontextmanager
    async def _load(self) -> AsyncIterator[None]:
        """Let devices publish meanwhile."""
        enough = asyncio.Event()

        async def go_on() -> None:
            while not enough.is_set():
                await self._people.publish(10, self._plan.per_second / 4)

        async with asyncio.TaskGroup() as group:
            group.create_task(go_on())
            try:
                yield
            finally:
                enough.set()

    def _acknowledged(self) -> int:
        return sum(len(phone.added) for phone in self._people.phones)

    def _ledgers(self) -> list[Ledger]:
        return [ledger for phone in self._people.phones for ledger in phone.ledgers.values()]

    async def _epoch(self) -> int:
        async with self._house.database() as link:
            return await current(link)

    async def _unlike(self) -> int:
        async with self._house.database() as link:
            log = {topic: await logged(link, topic) for topic in self._people.topics}
        return sum((ledger.offset, ledger.digest) != log[ledger.topic] for ledger in self._ledgers())


def _closes(phone: Phone) -> int:
    return phone.closes[CloseCode.STATE_IN_DOUBT]


def _closed(before: dict[Phone, int]) -> int:
    return sum(_closes(phone) > count for phone, count in before.items())


async def _all_closed(before: dict[Phone, int]) -> float:
    """Return how many seconds it takes until every one of them has been closed."""
    began = time.monotonic()
    with suppress(AssertionError):
        await eventually(lambda: _closed(before) == len(before), 2 * HEALED_SECONDS)
    return time.monotonic() - began


def _put_to_sleep(phones: list[Phone]) -> None:
    for phone in phones:
        phone.awake.clear()
        if phone.line is not None:
            phone.line.hang_up()


async def _raise_epoch(house: House) -> None:
    running = await asyncio.create_subprocess_exec(
        *PROGRAM, "epoch", "raise", stdout=DEVNULL, env={**os.environ, "DATABASE_URL": house.dsn}
    )
    assert await running.wait() == 0, "the epoch was not raised"
