"""Redis half open: its links stay, and nothing comes through them any more."""

import asyncio
import math
import time

from tests.faults.checks import Check, Size, at_most, told
from tests.faults.house import House
from tests.faults.rows.delivery import HEALED_SECONDS, Crowd, crowd
from tests.waiting import eventually

NOTICED_SECONDS = 5.0
TAIL_SECONDS = 2.0
_NOTES = {Size.SHORT: 20, Size.LONG: 400}
_PER_SECOND = 40.0


async def run(house: House, size: Size) -> list[Check]:
    """Let links fall silent; measure when nodes notice, and how late news comes until they speak again."""
    await house.stand(2)
    async with crowd(house, 60, 6, seed=11) as people:
        noticed, late = 0.0, list[float]()
        async with asyncio.TaskGroup() as group:
            group.create_task(people.publish(_NOTES[size], _PER_SECOND))
            began = time.monotonic()
            house.redis_door.black_hole = True
            try:
                noticed = await _noticed(house, began)
                late = await asyncio.gather(*(_late(people, n) for n in range(_NOTES[size])))
            finally:
                house.redis_door.black_hole = False
        healed = await people.healed()
        return [
            *await people.checks(),
            at_most("noticed by every node", noticed, NOTICED_SECONDS, "s"),
            told("notes whose lateness was measured after that", len(late)),
            at_most("command to the last device, by the tail", max(late), TAIL_SECONDS, "s"),
            at_most("healed", healed, HEALED_SECONDS, "s"),
        ]


async def _noticed(house: House, began: float) -> float:
    async def silent() -> bool:
        lags = [await house.measured(place, "broker_lag_seconds") for place in house.places if place.up]
        return all(math.isinf(lag) for lag in lags)

    while not await silent():
        assert time.monotonic() - began < 4 * NOTICED_SECONDS, "the silence was not noticed"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def _late(people: Crowd, number: int) -> float:
    """Add a note and return how many seconds after its reply the last device has it."""
    await asyncio.sleep(number / _PER_SECOND)
    phone = people.phones[number % len(people.phones)]
    topic = people.topics[number % len(people.topics)]
    await phone.add(topic, f"in silence {number}")
    replied = time.monotonic()
    offset = phone.added[-1].positions[topic]
    ledgers = [other.ledgers[topic] for other in people.phones if topic in other.ledgers]
    await eventually(lambda: all(ledger.offset >= offset for ledger in ledgers), 10.0)
    return time.monotonic() - replied
