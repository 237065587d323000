"""The log itself over REST: the same events as on the socket, for the same people."""

from typing import Annotated, Final

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from msgspec.structs import replace

from channels.errors import Code, Refusal, Refused
from channels.recovery import REPLAY_EVENTS
from channels.topics import user_topic
from channels.wire.account import AccountUpdated, PersonReply
from channels.wire.codec import published
from channels.wire.envelope import MAX_INTEGER, Detail, Offset, Topic, TopicName
from channels.wire.registry import LogEvent
from server.live.joins import kind_of
from server.live.kinds import Facts, Reader
from server.rest.call import Call
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Contract, Exchange, promises, refused
from server.rest.envelope import Page, Pagination
from server.rest.person import EXAMPLE_PERSON
from storage import epoch, log
from storage.postgres import Link, linked


class EventsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events."""

    topic: (
        Annotated[TopicName, Meta(description="Whose log; the person's own when left out.")] | UnsetType
    ) = UNSET
    after: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=MAX_INTEGER,
                description="The last offset that is known, 0 for none; from the oldest kept when left out.",
            ),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=REPLAY_EVENTS, description="How many at most.")] = 100


class EventsAnswer(Page[LogEvent], frozen=True, kw_only=True):
    """Events in their order. `pagination.cursor` is the `after` of the next page."""


class RawEvents(Page[Raw], frozen=True, kw_only=True):
    """An EventsAnswer as the log has it, so that events of newer nodes pass too."""


_TOPIC: Final = user_topic(EXAMPLE_PERSON.user_id)
_RENAMED: Final = AccountUpdated(
    topic=_TOPIC,
    offset=Offset(1),
    at=EXAMPLE_NOW,
    data=PersonReply(person=EXAMPLE_PERSON),
)
_READ: Final = Contract(
    query=EventsQuery,
    codes=(Code.NOT_FOUND,),
    answer=EventsAnswer,
    exchanges=(
        Exchange(
            name="first_event",
            summary="The oldest event, and more to come",
            query={"after": 0, "limit": 1},
            answer=EventsAnswer(
                data=(_RENAMED,),
                pagination=Pagination(cursor="1", has_more=True),
                meta=replace(EXAMPLE_META, positions={_TOPIC: Offset(2)}, epoch="1"),
            ),
        ),
        Exchange(
            name="nothing_new",
            summary="The newest is known already",
            query={"after": 2},
            answer=EventsAnswer(
                data=(),
                pagination=Pagination(cursor=None, has_more=False),
                meta=replace(EXAMPLE_META, positions={_TOPIC: Offset(2)}, epoch="1"),
            ),
        ),
        Exchange(
            name="another_person",
            summary="Somebody else's topic, whether it exists or not",
            query={"topic": "user:0199f3a1-2c44-7d10-8a3b-000000000000"},
            answer=refused(Code.NOT_FOUND, Detail(field="topic", message="does not exist or is not yours")),
        ),
        Exchange(
            name="too_far",
            summary="Beyond the newest event",
            query={"after": 1000},
            answer=refused(
                Code.NOT_FOUND, Detail(field="after", message="lies beyond the newest event", value=2)
            ),
        ),
    ),
)


class EventsController(Controller):
    """The log."""

    path = "/events"
    tags = ("Events",)

    @get(operation_id="readEvents", summary="Read the log", opt=promises(_READ))
    async def read(self, call: NamedDependency[Call]) -> RawEvents:
        """The events of a topic in their order, as the socket sends them; `user:{id}` is for that person alone.

        `meta.positions` holds the newest offset and `meta.epoch` the history that offsets count in: after another
        epoch than before, read the current state anew and go on from there. The same goes for a 404 about `after`,
        whose details hold the offset that is left to begin from.
        """
        asked: EventsQuery = call.asked
        async with linked(call.parts.database) as link:
            topic, head = await _allowed(link, asked, call)
            body = await _events(link, topic, asked, head)
            count = await epoch.current(link)
        last = body[-1][0] if body else None
        more = last is not None and last < head
        meta = call.meta(positions={topic: Offset(head)}, epoch=str(count))
        return RawEvents(
            data=tuple(event for _, event in body),
            pagination=Pagination(cursor=str(last) if more else None, has_more=more),
            meta=meta,
        )


async def _allowed(link: Link, asked: EventsQuery, call: Call) -> tuple[Topic, Offset]:
    """Return the topic that is read and its head. Raises Refused in the same words for all that this person may not."""
    identity = call.identity
    topic = user_topic(identity.user_id) if asked.topic is UNSET else Topic(asked.topic)
    kind = kind_of(call.parts.kinds, topic)
    if kind is not None:
        reader = Reader(topic, identity.user_id, identity.family_id)
        facts = (await kind.read(link, [reader]))[reader]
        if isinstance(facts, Facts):
            return topic, facts.head
    raise Refused(_nothing("topic", "does not exist or is not yours"))


async def _events(link: Link, topic: Topic, asked: EventsQuery, head: int) -> list[tuple[int, Raw]]:
    """Return what was asked for as (offset, JSON). Raises Refused rather than leaving out what is not kept any more."""
    after = 0 if asked.after is UNSET else asked.after
    if after > head:
        raise Refused(_nothing("after", "lies beyond the newest event", head))
    found = await log.read(link, topic, after, head, limit=asked.limit)
    oldest = found[0].offset if found else head + 1
    if asked.after is not UNSET and oldest > after + 1:
        raise Refused(_nothing("after", "is before the oldest event that is kept", oldest - 1))
    return [(event.offset, Raw(published(event.body, Offset(event.offset)))) for event in found]


def _nothing(field: str, message: str, value: int | UnsetType = UNSET) -> Refusal:
    return Refusal(code=Code.NOT_FOUND, details=(Detail(field=field, message=message, value=value),))
