"""Commands are sent again and again, at once and one after another, over two nodes, and replies get lost."""

import asyncio
import random
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from tests.crowd import Signed
from tests.faults.checks import Check, Size, exactly, told
from tests.faults.house import House
from tests.line import Line

DROPPED = 0.3
"""The share of replies that do not reach who waits for them."""
_CUT = 0.03
"""The share of commands after which the connection breaks, and takes the replies to all that it carries with it."""
_MOST_TIMES = 5
_CUT_SECONDS = 0.005
"""Within how long after the command: before, while or after it acts."""
_ROUND = ("note:add", "fasting:start", "note:add", "fasting:start", "note:add", "fasting:end", "fasting:end")
"""What a person does, over and over: a start while a fast runs and an end while none does are refused for good."""


class Plan(Struct, frozen=True):
    """How much of it."""

    people: int
    commands: int


_PLANS = {Size.SHORT: Plan(14, 14), Size.LONG: Plan(100, 140)}


class Sent(Struct):
    """A command, how often it was sent, and the replies that were not lost, temporary ones left out."""

    type: str
    user_id: UUID
    key: UUID
    times: int = 0
    dropped: int = 0
    temporary: int = 0
    replies: list[dict[str, Any]] = []

    @property
    def alike(self) -> bool:
        """Whether all replies say the same, and at most one of them claims to be the first."""
        firsts = sum(not reply.get("repeated") for reply in self.replies)
        return firsts <= 1 and all(_said(reply) == _said(self.replies[0]) for reply in self.replies)

    @property
    def acted(self) -> bool:
        """Whether it was accepted."""
        return "data" in self.replies[0]


class Sender:
    """Somebody with a connection to each node."""

    def __init__(self, house: House, person: Signed, topic: str, chance: random.Random) -> None:
        self.sent: list[Sent] = []
        self._house = house
        self._person = person
        self._topic = topic
        self._chance = chance
        self._lines: dict[int, Line] = {}

    async def give(self, commands: int) -> None:
        """Give so many commands, each as often as it takes to be told what came of it, and often more often."""
        for number in range(commands):
            type_ = _ROUND[number % len(_ROUND)]
            sent = Sent(type_, self._person.user_id, uuid4())
            self.sent.append(sent)
            data = self._data(type_, number)
            times = self._chance.randint(1, _MOST_TIMES)
            if self._chance.random() < 0.5:
                await asyncio.gather(*(self._send(sent, data) for _ in range(times)))
            else:
                for _ in range(times):
                    await self._send(sent, data)
            while not sent.replies:
                await self._send(sent, data)
        for line in self._lines.values():
            line.hang_up()

    def _data(self, type_: str, number: int) -> dict[str, Any]:
        if type_ == "note:add":
            return {"topic": self._topic, "text": f"note {number}"}
        return {"protocol_id": "16:8"} if type_ == "fasting:start" else {}

    async def _send(self, sent: Sent, data: dict[str, Any]) -> None:
        try:
            line = await self._line(self._chance.randrange(2))
            sent.times += 1
            fate = self._chance.random()
            if fate < _CUT:
                delay = self._chance.random() * _CUT_SECONDS
                asyncio.get_running_loop().call_later(delay, line.hang_up)
            frame, _ = await line.command(sent.type, data, sent.key)
        except OSError:
            sent.dropped += 1
            return
        if fate < DROPPED:
            sent.dropped += 1
            return
        reply: dict[str, Any] = msgspec.json.decode(frame)
        if reply.get("error", {}).get("temporary"):
            sent.temporary += 1
            await asyncio.sleep(self._chance.random() / 10)
        else:
            sent.replies.append(reply)

    async def _line(self, place: int) -> Line:
        line = self._lines.get(place)
        if line is None or line.ended.is_set():
            port = self._house.places[place].door.port
            device = f"sender-{place}"
            line = self._lines[place] = await Line.sign_in(port, self._person, device)
        return line


async def run(house: House, size: Size) -> list[Check]:
    """Let everybody give their commands at once, then compare what they were told with what is there."""
    plan = _PLANS[size]
    await house.stand(2)
    topics = house.topics(max(1, plan.people // 10))
    senders = [
        Sender(house, person, topics[number % len(topics)], random.Random(f"duplicates {number}"))
        for number, person in enumerate(await house.people(plan.people))
    ]
    await asyncio.gather(*(sender.give(plan.commands) for sender in senders))
    sent = [one for sender in senders for one in sender.sent]
    return [
        told("commands", len(sent)),
        told("times that they were sent", sum(one.times for one in sent)),
        told("replies dropped", 100 * sum(one.dropped for one in sent) / sum(one.times for one in sent), "%"),
        told("temporary errors", sum(one.temporary for one in sent)),
        exactly("commands whose replies differ", sum(not one.alike for one in sent)),
        *await _effects(house, topics, sent),
    ]


async def _effects(house: House, topics: list[str], sent: list[Sent]) -> list[Check]:
    notes = [one for one in sent if one.type == "note:add"]
    fasts = [one for one in sent if one.type != "note:add"]
    people = {str(one.user_id) for one in sent}
    async with house.database() as link:
        written = await link.fetch(
            "SELECT key, count(*) AS many FROM notes WHERE topic = ANY ($1) GROUP BY key", topics
        )
        rows = await link.fetch(
            'SELECT topic, "offset", body FROM events WHERE topic = ANY ($1)',
            [*topics, *(f"user:{person}" for person in people)],
        )
    events = {(row["topic"], row["offset"]): msgspec.json.decode(row["body"]) for row in rows}
    kinds = Counter(event["type"] for event in events.values())
    return [
        exactly("notes", sum(row["many"] for row in written), len({one.key for one in notes})),
        exactly("notes of a key beyond one", sum(row["many"] - 1 for row in written)),
        exactly("starts and ends of fasts", _of_fasts(kinds), len({one.key for one in fasts if one.acted})),
        told("of these keys refused for good", sum(not one.acted for one in fasts)),
        exactly(
            "replies unlike the events at their positions",
            sum(_says_otherwise(one, events) for one in sent if one.acted),
        ),
    ]


def _of_fasts(kinds: Counter[str]) -> int:
    return kinds["fasting:started"] + kinds["fasting:ended"]


def _says_otherwise(one: Sent, events: dict[tuple[str, int], dict[str, Any]]) -> bool:
    """Say whether a reply names no events, or others than its own."""
    reply = one.replies[0]
    named = [events[place] for place in reply.get("positions", {}).items() if place in events]
    return not any(reply["data"].items() <= _facts(event).items() for event in named)


def _facts(event: dict[str, Any]) -> dict[str, Any]:
    return {**event["data"], **event["data"].get("note", {})}


def _said(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name not in {"re", "repeated"}}
