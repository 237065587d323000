"""For each type of a workout's events a story in which it comes about."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from channels.wire.envelope import Event
from channels.wire.routine import SetKind
from channels.wire.workout import DoneSet, Planned
from channels.wire.workout_commands import (
    WorkoutFinish,
    WorkoutFinishData,
    WorkoutIntervals,
    WorkoutIntervalsData,
    WorkoutRestSkip,
    WorkoutSetLog,
    WorkoutSetLogData,
    WorkoutSkip,
    WorkoutSkipData,
    WorkoutSwap,
    WorkoutSwapData,
)
from channels.wire.workout_events import (
    WorkoutClockSet,
    WorkoutCorrected,
    WorkoutDiscarded,
    WorkoutEnded,
    WorkoutFinished,
    WorkoutInterval,
    WorkoutPaused,
    WorkoutPlanChanged,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
    WorkoutRestOver,
    WorkoutRestSet,
    WorkoutResumed,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
    WorkoutStarted,
)
from server.execution import Actor
from tests.server.folding import Story
from tests.server.house import House
from tests.server.training import (
    TABATA,
    delete_set,
    discard,
    edit_set,
    log_set,
    pause,
    plan,
    rest,
    resume,
    start_workout,
)

FIRST: Final = UUID("0199f3a1-0000-7000-8000-000000000001")
SECOND: Final = UUID("0199f3a1-0000-7000-8000-000000000002")
SET: Final = UUID("0199f3a1-0000-7000-8000-0000000000aa")
PULL_UPS: Final = "Pullups"


def named_set(mass: str = "100") -> WorkoutSetLog:
    """Log a set under a name, and rest."""
    done = log_set(mass=mass).data.done
    return WorkoutSetLog(id=1, data=WorkoutSetLogData(set_id=SET, done=done, rest_seconds=90))


def pull_ups() -> WorkoutSetLog:
    """Log something that nobody had planned."""
    done = DoneSet(exercise_id=PULL_UPS, reps=8, kind=SetKind.FAILURE, note="slow")
    return WorkoutSetLog(id=1, data=WorkoutSetLogData(done=done))


def finish() -> WorkoutFinish:
    """Finish, and say how it was."""
    return WorkoutFinish(id=1, data=WorkoutFinishData(rpe=8, note="good"))


async def half_a_minute(house: House, actor: Actor) -> None:
    # Their clocks stay: only what would be due comes now.
    await house.database.execute(
        "UPDATE timers SET due = due - interval '31 s' WHERE owner = $1", actor.user_id
    )
    await house.timers_come(actor.user_id)


_LAST_TIME: Final[Story] = [start_workout(session_id=FIRST), log_set(mass="80"), pull_ups(), finish()]
_SKIPPED: Final = WorkoutSkip(id=1, data=WorkoutSkipData(planned=Planned(block=0, exercise=0, set=1)))
_SWAPPED: Final = WorkoutSwap(
    id=1, data=WorkoutSwapData(planned=Planned(block=0, exercise=0), exercise_id=PULL_UPS)
)

WORKOUTS: Final[Mapping[type[Event], Story]] = {
    WorkoutStarted: [*_LAST_TIME, start_workout(blocks=plan())],
    WorkoutSetLogged: [*_LAST_TIME, start_workout(), log_set(), pull_ups()],
    WorkoutSetEdited: [*_LAST_TIME, start_workout(), named_set(), edit_set(SET, mass="95")],
    WorkoutSetDeleted: [start_workout(), named_set(), delete_set(SET), log_set()],
    WorkoutPlanChanged: [*_LAST_TIME, start_workout(blocks=plan()), _SKIPPED, _SWAPPED, _SKIPPED],
    WorkoutPaused: [start_workout(blocks=TABATA), rest(60), pause(), pause()],
    WorkoutResumed: [start_workout(blocks=TABATA), rest(60), pause(), resume(), resume()],
    WorkoutClockSet: [
        start_workout(blocks=(*plan(), *TABATA)),
        WorkoutIntervals(id=1, data=WorkoutIntervalsData(block=1)),
        WorkoutSkip(id=1),
    ],
    WorkoutRestSet: [start_workout(), rest(60), WorkoutRestSkip(id=1), rest(30)],
    WorkoutRestOver: [start_workout(blocks=plan(rest_seconds=25)), named_set(), rest(30), half_a_minute],
    WorkoutInterval: [start_workout(blocks=TABATA), log_set(), half_a_minute, log_set()],
    WorkoutEnded: [start_workout(blocks=TABATA), log_set(), pause(), finish()],
    WorkoutFinished: [*_LAST_TIME, start_workout(), log_set(), finish()],
    WorkoutCorrected: [
        start_workout(session_id=FIRST),
        named_set(),
        finish(),
        edit_set(SET, session_id=FIRST, mass="90"),
        delete_set(SET, session_id=FIRST),
    ],
    WorkoutDiscarded: [
        *_LAST_TIME,
        start_workout(session_id=SECOND),
        log_set(),
        discard(SECOND),
        discard(FIRST),
    ],
    WorkoutRecord: [*_LAST_TIME, start_workout(), log_set(mass="120"), finish()],
    WorkoutRecordWithdrawn: [*_LAST_TIME, start_workout(), named_set("120"), edit_set(SET, mass="12")],
}
