"""Shared topics while clients are reset, nodes killed, and Redis restarted, emptied and frozen."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from msgspec import Struct

from storage.log import heads
from tests.faults.checks import Check, Size, at_most, exactly, told
from tests.faults.house import House
from tests.faults.ledger import logged
from tests.faults.phone import Phone
from tests.waiting import eventually

HEALED_SECONDS = 5.0
_SLEEPERS = 5
"""Devices that stay away until they are too far behind to be recovered."""


class Plan(Struct, frozen=True):
    """How much of it."""

    phones: int
    topics: int
    each: int
    """Topics of a phone."""
    events: int
    per_second: float
    every_seconds: float
    frozen_seconds: float
    kills: int
    restarts: int
    freezes: int


_PLANS = {
    Size.SHORT: Plan(200, 20, 1, 5_000, 500, 0.8, 1, kills=1, restarts=1, freezes=1),
    Size.LONG: Plan(200, 20, 2, 50_000, 240, 20, 10, kills=8, restarts=5, freezes=2),
}


class Crowd:
    """Phones on shared topics, and what they have published."""

    def __init__(self, house: House, phones: list[Phone], topics: list[str], chance: random.Random) -> None:
        self.house = house
        self.phones = phones
        self.topics = topics
        self.chance = chance
        self.begun = 0

    async def publish(self, events: int, per_second: float) -> None:
        """Add so many notes, a phone each, some topics more often than others."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        awake = [phone for phone in self.phones if phone.awake.is_set()]
        async with asyncio.TaskGroup() as group:
            for number in range(events):
                await asyncio.sleep(began + number / per_second - loop.time())
                phone = self.chance.choice(awake)
                topic = self.topics[min(self.chance.randrange(len(self.topics)) for _ in range(2))]
                group.create_task(phone.add(topic, f"note {number}"))
                self.begun += 1

    async def healed(self) -> float:
        """Return how many seconds it takes until every phone that is not asleep has all that is in the log now."""
        began = time.monotonic()
        async with self.house.database() as link:
            heads_now = await heads(link, self._followed())

        def all_there() -> bool:
            return all(
                ledger.offset >= heads_now[ledger.topic]
                for phone in self.phones
                if phone.awake.is_set()
                for ledger in phone.ledgers.values()
            )

        await eventually(all_there, 60.0)
        return time.monotonic() - began

    async def checks(self) -> list[Check]:
        """Hold every ledger against the log, and the effects against the keys."""
        log = await self._log()
        ledgers = [ledger for phone in self.phones for ledger in phone.ledgers.values()]
        added = [note for phone in self.phones for note in phone.added]
        async with self.house.database() as link:
            effects = await link.fetchval("SELECT count(*) FROM notes WHERE topic = ANY ($1)", self.topics)
            keys = await link.fetchval(
                "SELECT count(DISTINCT key) FROM notes WHERE topic = ANY ($1)", self.topics
            )
        return [
            told("events", sum(head for head, _ in log.values())),
            exactly("acknowledged and in the log once", effects, len(added)),
            exactly("effects beyond one a key", effects - keys),
            exactly("lost", sum(ledger.lost for ledger in ledgers)),
            exactly("seen twice or out of order", sum(ledger.repeated for ledger in ledgers)),
            exactly(
                "ledgers unlike the log, by hash",
                sum((ledger.offset, ledger.digest) != log[ledger.topic] for ledger in ledgers),
            ),
            told("mended over REST", sum(ledger.mended for ledger in ledgers)),
            exactly("told to mend within 300 events", sum(ledger.wrongly_unrecovered for ledger in ledgers)),
            exactly("recovery claimed wrongly", sum(ledger.wrongly_recovered for ledger in ledgers)),
            exactly("snapshots unlike their offset", sum(ledger.stale_snapshots for ledger in ledgers)),
        ]

    async def _log(self) -> dict[str, tuple[int, str]]:
        async with self.house.database() as link:
            return {topic: await logged(link, topic) for topic in self._followed()}

    def _followed(self) -> list[str]:
        return list({topic for phone in self.phones for topic in phone.ledgers})


@asynccontextmanager
async def crowd(
    house: House, phones: int, topics: int, *, each: int = 2, seed: int = 7
) -> AsyncIterator[Crowd]:
    """Phones that are connected, each on so many of the topics."""
    chance = random.Random(seed)
    names = house.topics(topics)
    people = await house.people(phones)
    gathered = [
        Phone(
            house,
            person,
            [names[(number + one) % topics] for one in range(each)],
            random.Random(f"{seed} {number}"),
        )
        for number, person in enumerate(people)
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(phone.run()) for phone in gathered]
        await eventually(lambda: all(phone.live for phone in gathered), 30.0)
        yield Crowd(house, gathered, names, chance)
        for task in tasks:
            task.cancel()


async def run(house: House, size: Size) -> list[Check]:
    """Publish, and break one thing after another meanwhile."""
    plan = _PLANS[size]
    await house.stand(2)
    async with crowd(house, plan.phones, plan.topics, each=plan.each) as people:
        healed: dict[str, list[float]] = {}
        for sleeper in people.phones[:_SLEEPERS]:
            sleeper.awake.clear()
        async with asyncio.TaskGroup() as group:
            breaking = group.create_task(_break(people, plan, healed))
            resetting = group.create_task(_reset(people))
            await people.publish(plan.events, plan.per_second)
            await breaking
            resetting.cancel()
        for sleeper in people.phones[:_SLEEPERS]:
            sleeper.awake.set()
        await people.healed()
        return [
            *await people.checks(),
            *(
                at_most(f"healed after {what}, {len(times)} times", max(times), HEALED_SECONDS, "s")
                for what, times in healed.items()
            ),
        ]


async def _reset(people: Crowd) -> None:
    """Break a random client's connection every two seconds; let some stay away until they are far behind."""
    while True:
        await asyncio.sleep(2)
        people.chance.choice(people.house.places).door.reset_one(people.chance)
        phone = people.chance.choice(people.phones[:_SLEEPERS])
        if phone.line is not None:
            phone.line.hang_up()


async def _break(people: Crowd, plan: Plan, healed: dict[str, list[float]]) -> None:
    house = people.house
    faults: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        ("Redis restarted", house.restart_redis),
    ] * plan.restarts
    faults += [("Redis frozen", lambda: _freeze_redis(house, plan.frozen_seconds))] * plan.freezes
    faults.append(("Redis emptied", lambda: _empty_redis(house)))
    people.chance.shuffle(faults)
    for number, (what, fault) in enumerate(faults):
        await asyncio.sleep(plan.every_seconds / 2)
        if number < plan.kills:
            place = house.places[number % len(house.places)]
            await house.kill(place)
            healed.setdefault("a node killed", []).append(await people.healed())
            await house.start(place)
        await asyncio.sleep(plan.every_seconds / 2)
        await fault()
        healed.setdefault(what, []).append(await people.healed())


async def _empty_redis(house: House) -> None:
    async with house.redis() as redis:
        await redis.flushall()


async def _freeze_redis(house: House, seconds: float) -> None:
    os.kill(house.valkey_pid, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    os.kill(house.valkey_pid, signal.SIGCONT)
