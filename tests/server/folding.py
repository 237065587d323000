"""The invariant that ties sockets to reads, whatever the kind of topic: what follows a story event by event.

A snapshot at p, plus the events p…q of the log through its kind's `apply`, is the snapshot at q. It is held after
each step of a story, for every topic that the step touched: those that it touched first are followed from there on.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from channels.errors import Refusal
from channels.topics import user_topic
from channels.wire.codec import published, read_event
from channels.wire.envelope import Command, Event, Offset, Topic
from channels.wire.registry import LogEvent, tag
from server.execution import Actor
from server.live.kinds import Facts, Reader, TopicKind
from storage.log import heads, read
from tests.server.house import House, code_of

Step: TypeAlias = Command | Callable[[House, Actor], Awaitable[None]]
"""A command of the person whom a story is about, or whatever else happens."""

Story: TypeAlias = Sequence[Step]

_TOPICS = "SELECT topic FROM topic_heads WHERE head > 0 ORDER BY topic"


class Folding:
    """Every topic of a house, as one sign-in of a person sees it; `folded` are the types that were held."""

    def __init__(self, house: House, kinds: Mapping[str, TopicKind], reader: Actor) -> None:
        self.folded: set[type[Event]] = set()
        self._house = house
        self._kinds = kinds
        self._reader = reader
        self._followed: dict[Topic, Facts] = {}

    async def follow(self, topic: Topic) -> None:
        """Hold a topic from its newest event on, if the reader may read it."""
        facts = await self._stored(topic)
        if not isinstance(facts, Refusal):
            self._followed[topic] = facts

    async def hold(self) -> None:
        """Hold what is stored of every topic against what its events come to."""
        for topic in [Topic(row["topic"]) for row in await self._house.database.fetch(_TOPICS)]:
            if topic in self._followed:
                await self._hold(topic, self._followed[topic])
            else:
                await self.follow(topic)

    async def _hold(self, topic: Topic, before: Facts) -> None:
        stored = await self._stored(topic)
        assert not isinstance(stored, Refusal), f"{topic} may not be read any more: {stored.code}"
        events = await self._events(topic, before.head, stored.head)
        folded = before.snapshot
        for event in events:
            folded = self._kind(topic).apply(folded, event)
        told = ", ".join(tag(type(event)) for event in events)
        assert folded == stored.snapshot, (
            f"{topic}: the snapshot at {before.head}, folded over {told}, is not the one at {stored.head}"
        )
        self._followed[topic] = stored
        self.folded |= {type(event) for event in events}

    async def _events(self, topic: Topic, after: Offset, until: Offset) -> list[LogEvent]:
        async with self._house.database.acquire() as link:
            logged = await read(link, topic, after, until, limit=10_000)
        assert [event.offset for event in logged] == list(range(after + 1, until + 1))
        return [read_event(published(event.body, Offset(event.offset))) for event in logged]

    async def _stored(self, topic: Topic) -> Facts | Refusal:
        assert self._reader.family_id is not None
        reader = Reader(topic, self._reader.user_id, self._reader.family_id)
        async with (
            self._house.database.acquire() as link,
            link.transaction(isolation="repeatable_read", readonly=True),
        ):
            facts = (await self._kind(topic).read(link, [reader]))[reader]
            head = (await heads(link, [topic]))[topic]
        if not isinstance(facts, Refusal):
            assert facts.head == head, f"{topic}: its snapshot says {facts.head}, its log ends at {head}"
        return facts

    def _kind(self, topic: Topic) -> TopicKind:
        prefix = topic.partition(":")[0]
        assert prefix in self._kinds, (
            f"{topic} is of no kind: a noun's kinds of topics are registered with it"
        )
        return self._kinds[prefix]


async def tell(house: House, kinds: Mapping[str, TopicKind], story: Story) -> set[type[Event]]:
    """Let a story happen to a new person, hold the invariant after each step, return the types of its events."""
    actor = await house.add_person()
    folding = Folding(house, kinds, await house.sign_in(actor.user_id))
    await folding.follow(user_topic(actor.user_id))
    for step in story:
        if isinstance(step, Command):
            assert code_of(await house.give(actor, step)) is None
        else:
            await step(house, actor)
        await folding.hold()
    return folding.folded


async def hold(
    house: House,
    kinds: Mapping[str, TopicKind],
    event: type[Event],
    stories: Mapping[type[Event], Story],
) -> None:
    """Hold the invariant for one type of event, by the story that causes it."""
    assert event in stories, f"{tag(event)} has no story: say by which commands it comes about"
    told = await tell(house, kinds, stories[event])
    assert event in told, f"{tag(event)} does not come about in its story"
