"""What a question asks of the tables, and what they have, as answers."""

from typing import Final
from uuid import UUID

from retrieval.past.reading import Order, Reading, shown_amount
from retrieval.past.shelf import Near
from retrieval.words import stem, words_of
from server.past.answers import FoundMoment
from server.past.telling import told_fast, told_workout
from storage.past import ToldEntry
from storage.past_facts import Bound, DoneFast, DoneWorkout, Wanted

_MOSTLY: Final = 0.5
"""What share of its sets makes a workout a day of some muscles."""
_DAY: Final = (" day", " days")
_NEAR: Final = 0.3


def wanted_of(reading: Reading, limit: int) -> Wanted:
    """Return what a reading asks of the tables, so many at most."""
    deed = reading.deed
    return Wanted(
        since=reading.span.since,
        until=reading.span.until,
        exercises=None if deed.exercises is None else sorted(deed.exercises),
        share=_MOSTLY if reading.days else 0.0,
        names=[f"%{_named(one)}%" for one in deed.said] if deed.muscles else [],
        bounds=[
            Bound(
                measure=one.measure,
                least=one.least,
                most=one.most,
                over=one.over,
                under=one.under,
                unit=one.unit,
            )
            for one in reading.amounts
        ],
        order=(reading.order or Order.LAST).value,
        protocol=reading.protocol,
        limit=1 if reading.single else min(reading.count or limit, limit),
    )


def why_of(reading: Reading) -> tuple[str, ...]:
    """Return why what the tables have is an answer."""
    order = () if reading.order is None else (reading.order.value,)
    said = (*reading.deed.said, *([reading.protocol] if reading.protocol else []))
    span = (reading.span.said,) if reading.span.said else ()
    return tuple(dict.fromkeys((*order, *said, *map(shown_amount, reading.amounts), *span)))


def of_workout(done: DoneWorkout, why: tuple[str, ...]) -> FoundMoment:
    """Return a workout, or a set of one, as an answer."""
    return FoundMoment(
        source="workout" if done.set_id is None else "set",
        id=str(done.set_id or done.session_id),
        session_id=done.session_id,
        at=done.at,
        text=told_workout(done),
        why=why,
    )


def of_fast(done: DoneFast, why: tuple[str, ...]) -> FoundMoment:
    """Return a fast as an answer."""
    return FoundMoment(
        source="fast",
        id=str(done.session_id),
        session_id=done.session_id,
        at=done.at,
        text=told_fast(done),
        why=why,
    )


def of_note(near: Near, entry: ToldEntry, about: str) -> FoundMoment:
    """Return what was written as an answer: the note of a set is told by the set."""
    words = {stem(word): word for word in words_of(about)}
    session, _, of_set = entry.source_id.partition("/")
    ours = entry.source in {"workout", "set"}
    why = [f"says {words.get(one, one)}" for one in near.said]
    if near.cosine is not None and near.cosine >= _NEAR:
        why.append("near in meaning")
    return FoundMoment(
        source=entry.source,
        id=of_set or session if ours else entry.source_id,
        session_id=UUID(session) if ours else None,
        at=entry.at,
        text=entry.text,
        why=tuple(why),
    )


def _named(said: str) -> str:
    """Return what a workout of a kind is called: that of a leg day, "leg"."""
    for day in _DAY:
        said = said.removesuffix(day)
    return said
