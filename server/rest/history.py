"""Somebody's past over REST: what they did and wrote, found by asking for it."""

from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from channels.errors import Code
from channels.persontime import person_moment
from channels.wire.envelope import WITHOUT_NUL, Detail
from server.past.answers import LONGEST_QUESTION, AskedPast, FoundMoment, FoundPast
from server.rest.call import Call
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Contract, Exchange, promises, refused
from server.rest.envelope import Success
from server.search.answers import SearchState


class PastQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to look for in one's own past."""

    q: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST_QUESTION,
            pattern=WITHOUT_NUL,
            examples=["what did I do last leg day"],
            description="The question, as one would type it to a person who was there.",
        ),
    ]
    limit: Annotated[int, Meta(ge=1, le=50, description="How many at most.")] = 10


class FoundPastAnswer(Success[FoundPast], frozen=True, kw_only=True):
    """What answers a question about the past."""


_SESSION: Final = UUID("0199f3a1-5b20-7e51-b3c6-2f4d6a8c0e11")
_SEARCH: Final = Contract(
    query=PastQuery,
    exchanges=(
        Exchange(
            name="leg_day",
            summary="What was done on the last leg day",
            query={"q": "what did I do last leg day"},
            answer=FoundPastAnswer(
                data=FoundPast(
                    results=(
                        FoundMoment(
                            source="workout",
                            id=str(_SESSION),
                            session_id=_SESSION,
                            at=EXAMPLE_NOW,
                            text="Legs, heavy: Barbell Squat 2 sets, 102.5 kg x 5",
                            why=("last", "leg day"),
                        ),
                    ),
                    read_as="last workouts of leg day",
                    total=1,
                    state=SearchState.LEXICAL,
                ),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="nothing",
            summary="That there was nothing of the kind is an answer",
            query={"q": "fasts longer than 20 hours in May"},
            answer=FoundPastAnswer(
                data=FoundPast(
                    results=(), read_as="fasts over 20 h in may", total=0, state=SearchState.LEXICAL
                ),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="no_question",
            summary="Without a question",
            query={"q": ""},
            answer=refused(Code.VALIDATION, Detail(field="q", message="must have 1 to 500 characters")),
        ),
    ),
)


class HistoryController(Controller):
    """One's own past."""

    path = "/history"
    tags = ("History",)

    @get(
        "/search", operation_id="searchHistory", summary="Find what one did and wrote", opt=promises(_SEARCH)
    )
    async def search(self, call: NamedDependency[Call]) -> FoundPastAnswer:
        """Workouts, sets, fasts and notes of the person who asks, and of nobody else.

        Times ("last week", "since March"), exercises and muscles, amounts ("over 100", "longer than 18 hours") and orders
        ("last", "heaviest") are exact; what was written is found by its words and, when `state` is `ready`, by its meaning,
        within the time that is named. `read_as` says how the question was read, `total` how many there are of what is exact,
        which may be more than are told. What has been written or deleted counts at once.
        """
        asked: PastQuery = call.asked
        identity = call.identity
        found = await call.parts.past.search(
            AskedPast(
                user_id=identity.user_id,
                question=asked.q,
                now=person_moment(identity.time, call.parts.now()),
                zone=ZoneInfo(identity.time_zone),
                limit=asked.limit,
            )
        )
        return FoundPastAnswer(data=found, meta=call.meta())
