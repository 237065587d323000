"""Workouts over REST: what can be read of them."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, Raw
from msgspec.structs import replace

from channels.errors import Code, Refusal, Refused, invalid
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.energy import kcal
from channels.workouts.lived import unfolded
from channels.workouts.snapshot import shown_workout
from server.rest.call import Call
from server.rest.contract import promises
from server.rest.days import begin_of, end_of
from server.rest.envelope import Pagination, read_cursor, write_cursor
from server.rest.workouts import contracts
from server.rest.workouts.answers import (
    CurrentWorkout,
    CurrentWorkoutAnswer,
    RawRecords,
    RawTraining,
    RawTrainingAnswer,
    RawWorkouts,
    RecordsKey,
    RecordsQuery,
    TrainingQuery,
    WholeWorkout,
    WholeWorkoutAnswer,
    WorkoutKey,
    WorkoutsQuery,
)
from storage.postgres import linked
from storage.training import WholeRecord, WorkoutFilter, feats, history, sums, whole

_MOST_DAYS: Final = 2 * 366
"""What analytics tell at once: an answer of some 200 KB, in some 20 ms."""
_WEEK: Final = timedelta(weeks=1)

_finished: Final = msgspec.json.Decoder(FinishedWorkout)


class WorkoutsController(Controller):
    """Workouts, records and what training came to."""

    path = "/workouts"
    tags = ("Workouts",)

    @get(
        "/sessions/current",
        operation_id="showRunningWorkout",
        summary="Show the running workout",
        opt=promises(contracts.CURRENT),
    )
    async def current(self, call: NamedDependency[Call]) -> CurrentWorkoutAnswer:
        """That no workout runs is an answer and no error: `session` is null then."""
        async with linked(call.parts.database) as link:
            found = await whole(link, call.identity.user_id)
        running = None if found is None else shown_workout(unfolded(found.workout, found.sets))
        return CurrentWorkoutAnswer(data=CurrentWorkout(session=running), meta=call.meta())

    @get(
        "/sessions/history",
        operation_id="listWorkouts",
        summary="List finished workouts",
        opt=promises(contracts.HISTORY),
    )
    async def history(self, call: NamedDependency[Call]) -> RawWorkouts:
        """The newest first, each with its summary and the records that it was told to hold.

        Pages do not shift when a workout is finished while they are read: following `cursor` gives each once.
        """
        asked: WorkoutsQuery = call.asked
        wanted = workout_filter(asked, ZoneInfo(call.identity.time_zone))
        async with linked(call.parts.database) as link:
            found = await history(link, call.identity.user_id, wanted, limit=asked.limit + 1)
        page = found[: asked.limit]
        more = len(found) > asked.limit
        cursor = write_cursor(WorkoutKey(page[-1].started_at, page[-1].session_id)) if more else None
        return RawWorkouts(
            data=tuple(Raw(one.finished) for one in page),
            pagination=Pagination(cursor=cursor, has_more=more),
            meta=call.meta(),
        )

    @get(
        "/sessions/{session_id:uuid}",
        operation_id="showWorkout",
        summary="Show a workout",
        opt=promises(contracts.SHOW),
    )
    async def show(self, session_id: FromPath[UUID], call: NamedDependency[Call]) -> WholeWorkoutAnswer:
        """A running or a finished workout, whole. One that was thrown away is not found."""
        async with linked(call.parts.database) as link:
            found = await whole(link, call.identity.user_id, session_id)
        if found is None:
            raise Refused(Refusal(code=Code.NO_SUCH_WORKOUT))
        return WholeWorkoutAnswer(data=shown_whole(found), meta=call.meta())

    @get("/records", operation_id="listRecords", summary="List the records", opt=promises(contracts.RECORDS))
    async def records(self, call: NamedDependency[Call]) -> RawRecords:
        """The best of each kind, exercise by exercise, reckoned from the sets as they are now.

        Of equal sets the earliest holds the record. Warm-up sets hold none, and volume is of finished workouts. The
        first time of an exercise counts here, though no event told of it.
        """
        asked: RecordsQuery = call.asked
        exercise = None if asked.exercise is UNSET else asked.exercise
        after = "" if asked.cursor is UNSET else read_cursor(asked.cursor, RecordsKey).exercise_id
        async with linked(call.parts.database) as link:
            found, more = await feats(
                link, call.identity.user_id, exercise=exercise, after=after, limit=asked.limit
            )
        cursor = write_cursor(RecordsKey(found[-1].exercise_id)) if more else None
        return RawRecords(
            data=tuple(Raw(one.feats) for one in found),
            pagination=Pagination(cursor=cursor, has_more=more),
            meta=call.meta(),
        )

    @get(
        "/analytics",
        operation_id="showTraining",
        summary="Show what training came to",
        opt=promises(contracts.ANALYTICS),
    )
    async def analytics(self, call: NamedDependency[Call]) -> RawTrainingAnswer:
        """Sums of finished workouts by ISO week, which begins on Monday by the person's clock; empty weeks are left out.

        Muscles get a whole set where they are primary and half of one where they are secondary. Two years at most are told
        at once.
        """
        asked: TrainingQuery = call.asked
        zone = ZoneInfo(call.identity.time_zone)
        since, until = span(asked, zone, call.parts.now())
        exercise = None if asked.exercise is UNSET else asked.exercise
        async with linked(call.parts.database) as link:
            found = await sums(
                link, call.identity.user_id, since, until, time_zone=zone.key, exercise=exercise
            )
        training = RawTraining(weeks=Raw(found.weeks), strength=Raw(found.strength))
        return RawTrainingAnswer(data=training, meta=call.meta())


def workout_filter(asked: WorkoutsQuery, zone: ZoneInfo) -> WorkoutFilter:
    """Return the filter that a query asks for; its days begin at midnight in `zone`. Raises Refused for a bad cursor."""
    wanted = WorkoutFilter()
    if asked.since is not UNSET:
        wanted = replace(wanted, since=begin_of(asked.since, zone))
    if asked.until is not UNSET:
        wanted = replace(wanted, until=end_of(asked.until, zone))
    if asked.exercise is not UNSET:
        wanted = replace(wanted, exercise=asked.exercise)
    if asked.muscle is not UNSET:
        wanted = replace(wanted, muscle=asked.muscle)
    if asked.cursor is not UNSET:
        key = read_cursor(asked.cursor, WorkoutKey)
        wanted = replace(wanted, after=(key.started_at, key.session_id))
    return wanted


def span(asked: TrainingQuery, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when a query asks; when it says no beginning, from the Monday on that makes it 26 weeks.

    Raises Refused for more than can be told at once.
    """
    last = now.astimezone(zone).date() if asked.until is UNSET else asked.until
    since = _monday_before(last) if asked.since is UNSET else asked.since
    if (last - since).days > _MOST_DAYS:
        message = f"must not be more than {_MOST_DAYS} days before `to`: ask for the time before by itself"
        raise Refused(invalid("from", message))
    until = WorkoutFilter().until if asked.until is UNSET else end_of(last, zone)
    return begin_of(since, zone), until


def shown_whole(found: WholeRecord) -> WholeWorkout:
    """Return a workout as it is answered."""
    lived = unfolded(found.workout, found.sets)
    done = None if found.workout.finished is None else _finished.decode(found.workout.finished)
    energy = None
    if done is not None and found.body_kg is not None:
        energy = int(kcal(done.summary.energy, found.body_kg).quantize(Decimal(1), ROUND_HALF_UP))
    return WholeWorkout(workout=shown_workout(lived), finished=done, kcal=energy)


def _monday_before(last: date) -> date:
    """Return the Monday with which 26 weeks begin, the week of that day being the last of them."""
    monday = last - timedelta(days=last.weekday())
    return monday - min(25 * _WEEK, monday - date.min)
