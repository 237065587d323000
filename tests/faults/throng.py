"""Phones by the thousand, each on its own topic and on one that many share."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.faults.checks import Size
from tests.faults.house import House, Place
from tests.faults.phone import Phone
from tests.faults.rows.delivery import Crowd
from tests.flow import Way
from tests.nodes import free_port
from tests.proxy import Proxy
from tests.waiting import eventually

_AT_ONCE = 100
_COME_SECONDS = 30.0


class Straight:
    """Leads to nodes that are up, past their proxies: with thousands of sockets these would be what is measured.

    Made by `straight`.
    """

    def __init__(self, house: House, places: Sequence[Place], environment: dict[str, str]) -> None:
        self.places = places
        self._house = house
        self._environment = environment

    def port(self, chance: random.Random) -> int:
        """Return the port of one of them; of none that drains."""
        up = [place.port for place in self.places if place.up]
        if not up:
            raise ConnectionRefusedError("no node is up")
        return chance.choice(up)

    async def end(self, place: Place) -> None:
        """Stop one of the nodes as a deploy does."""
        await self._house.end(place)

    async def start(self, place: Place) -> None:
        """Start one of the nodes."""
        await self._house.start(place, **self._environment)


@asynccontextmanager
async def straight(house: House, nodes: int, size: Size) -> AsyncIterator[Straight]:
    """Nodes of the house; in the long form others, which reach the stores past the proxies too."""
    if size is Size.SHORT:
        await house.stand(2)
        yield Straight(house, house.places[:nodes], {})
        return
    stores = {"DATABASE_URL": house.dsn, "REDIS_URL": house.redis_url}
    ports = [free_port() for _ in range(nodes)]
    front = Straight(house, [Place(port, Proxy(port, Way(), Way())) for port in ports], stores)
    try:
        for place in front.places:
            await front.start(place)
        yield front
    finally:
        for place in front.places:
            await house.kill(place)


@asynccontextmanager
async def throng(
    house: House, front: Straight, phones: int, topics: int, *, seed: int
) -> AsyncIterator[Crowd]:
    """Phones that are connected."""
    names = house.topics(topics)
    people = await house.people(phones)
    gathered = [
        Phone(
            front,
            person,
            [person.topic, names[number % topics]],
            random.Random(f"{seed} {number}"),
        )
        for number, person in enumerate(people)
    ]
    async with asyncio.TaskGroup() as group:
        tasks = []
        for start in range(0, phones, _AT_ONCE):
            some = gathered[start : start + _AT_ONCE]
            tasks += [group.create_task(phone.run()) for phone in some]
            await all_live(some, _COME_SECONDS)
        yield Crowd(house, gathered, names, random.Random(seed))
        for task in tasks:
            task.cancel()


async def all_live(phones: Sequence[Phone], seconds: float) -> None:
    """Return when all of these are connected and have joined their topics."""
    await eventually(lambda: all(phone.live for phone in phones), seconds)
