"""Each node in turn is told to stop, as a deploy does, and started again, while people go on."""

import asyncio
import itertools
import random
import time
from collections import Counter
from http import HTTPStatus
from uuid import uuid4

import httpx
import msgspec
from msgspec import Struct

from tests.crowd import Signed
from tests.faults.checks import Check, Size, at_most, exactly, told
from tests.faults.house import House, Place
from tests.faults.rows.delivery import Crowd
from tests.faults.throng import Straight, straight, throng
from tests.visitor import visitor
from tests.waiting import eventually

BACK_SECONDS = 15.0
_CUSTOMERS = 8
_CUSTOMER_SECONDS = 0.3
_CREATED = (HTTPStatus.OK, HTTPStatus.CREATED)


class Plan(Struct, frozen=True):
    """How much of it."""

    nodes: int
    restarts: int
    sockets: int
    topics: int
    per_second: int


_PLANS = {
    Size.SHORT: Plan(nodes=2, restarts=1, sockets=200, topics=10, per_second=40),
    Size.LONG: Plan(nodes=3, restarts=3, sockets=3_000, topics=30, per_second=50),
}


class Customer:
    """Somebody who starts and ends fasts over REST, each time at whatever node the balancer leads to."""

    def __init__(self, front: Straight, person: Signed, chance: random.Random) -> None:
        self.answers: Counter[int] = Counter()
        self.unanswered: list[str] = []
        self.slowest = 0.0
        self._front = front
        self._person = person
        self._chance = chance

    async def go_on(self, enough: asyncio.Event) -> None:
        """Start and end fasts until told that it is enough."""
        async with visitor("", timeout=5, headers={"Authorization": f"Bearer {self._person.token}"}) as http:
            for _ in itertools.takewhile(lambda _: not enough.is_set(), itertools.count()):
                started = await self._ask(http, "sessions", {"protocol_id": "16:8"})
                if started is not None:
                    session = msgspec.json.decode(started.content)["data"]["session"]["session_id"]
                    await self._ask(http, f"sessions/{session}/end", None)
                await asyncio.sleep(2 * _CUSTOMER_SECONDS * self._chance.random())

    async def _ask(
        self, http: httpx.AsyncClient, path: str, body: dict[str, str] | None
    ) -> httpx.Response | None:
        """Ask once: a request that fails while nodes are restarted is what this row looks for."""
        url = f"http://127.0.0.1:{self._front.port(self._chance)}/api/v1/fasting/{path}"
        asked = time.monotonic()
        try:
            answer = await http.post(url, json=body, headers={"Idempotency-Key": str(uuid4())})
        except httpx.HTTPError as error:
            self.unanswered.append(f"{type(error).__name__}: {error}")
            return None
        self.slowest = max(self.slowest, time.monotonic() - asked)
        self.answers[answer.status_code] += 1
        return answer if answer.status_code in _CREATED else None


async def run(house: House, size: Size) -> list[Check]:
    """Restart nodes one after another under commands over sockets and REST."""
    plan = _PLANS[size]
    async with (
        straight(house, plan.nodes, size) as front,
        throng(house, front, plan.sockets, plan.topics, seed=31) as people,
    ):
        for phone in people.phones:
            phone.failures.clear()
        customers = [
            Customer(front, phone.person, random.Random(f"customer {number}"))
            for number, phone in enumerate(people.phones[:_CUSTOMERS])
        ]
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            going = [group.create_task(customer.go_on(enough)) for customer in customers]
            going.append(group.create_task(_publish(people, plan.per_second, enough)))
            back = [await _restart(front, place, people) for place in front.places[: plan.restarts]]
            enough.set()
        await people.healed()
        return [
            told("nodes restarted", plan.restarts),
            told("sockets", len(people.phones)),
            at_most("all back after a SIGTERM", max(back), BACK_SECONDS, "s"),
            *_requests(customers),
            *_handshakes(people),
            *await people.checks(),
        ]


def _requests(customers: list[Customer]) -> list[Check]:
    answers = sum((customer.answers for customer in customers), Counter[int]())
    unanswered = [problem for customer in customers for problem in customer.unanswered]
    return [
        told("requests over REST", answers.total()),
        told("the slowest", max(customer.slowest for customer in customers), "s"),
        exactly("answered 5xx", sum(count for status, count in answers.items() if status >= 500)),
        exactly(
            "answered otherwise than asked for", answers.total() - sum(answers[status] for status in _CREATED)
        ),
        exactly("not answered", len(unanswered)),
    ]


def _handshakes(people: Crowd) -> list[Check]:
    failures = [failure for phone in people.phones for failure in phone.failures]
    return [
        exactly("handshakes answered 5xx", sum("HTTP/1.1 5" in failure for failure in failures)),
        told("attempts to come back that failed", len(failures)),
        exactly("commands told that something is away", sum(phone.temporary for phone in people.phones)),
    ]


async def _publish(people: Crowd, per_second: int, enough: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        while not enough.is_set():
            # A second's worth beside the next one: a phone that is on its way to another node adds its note there.
            group.create_task(people.publish(per_second, per_second))
            await asyncio.sleep(1)


async def _restart(front: Straight, place: Place, people: Crowd) -> float:
    """Stop a node and start it again; return how many seconds after the signal its sockets were back elsewhere."""
    leaving = [phone for phone in people.phones if phone.port == place.port]
    began = time.monotonic()
    await front.end(place)
    async with asyncio.TaskGroup() as group:
        group.create_task(front.start(place))
        await eventually(lambda: all(phone.live_since > began for phone in leaving), 4 * BACK_SECONDS)
    return max(phone.live_since for phone in leaving) - began
