"""What the operations that read workouts promise."""

from datetime import date
from decimal import Decimal
from typing import Final

from channels.errors import Code
from channels.wire.envelope import Detail
from channels.wire.quantity import MassUnit
from channels.wire.workout import (
    Record,
    RecordKind,
)
from server.rest.contract import EXAMPLE_META, Contract, Exchange, refused
from server.rest.envelope import Pagination, write_cursor
from server.rest.workouts.answers import (
    CurrentWorkout,
    CurrentWorkoutAnswer,
    ExerciseRecords,
    ExerciseStrength,
    RecordsAnswer,
    RecordsKey,
    RecordsQuery,
    StrengthPoint,
    Training,
    TrainingAnswer,
    TrainingQuery,
    TrainingWeek,
    WholeWorkout,
    WholeWorkoutAnswer,
    WorkoutKey,
    WorkoutsAnswer,
    WorkoutsQuery,
)
from server.rest.workouts.examples import (
    FINISHED,
    LOAD,
    MAXIMUM,
    MONDAY,
    MUSCLES,
    PAST,
    PATH,
    RUNNING,
    SESSION,
    SET,
    SQUAT,
    nobodys,
)

CURRENT: Final = Contract(
    exchanges=(
        Exchange(
            name="running",
            summary="A workout runs",
            answer=CurrentWorkoutAnswer(data=CurrentWorkout(session=RUNNING), meta=EXAMPLE_META),
        ),
        Exchange(
            name="none",
            summary="No workout runs",
            answer=CurrentWorkoutAnswer(data=CurrentWorkout(session=None), meta=EXAMPLE_META),
        ),
    )
)
SHOW: Final = Contract(
    codes=(Code.NO_SUCH_WORKOUT, Code.NOT_FOUND),
    exchanges=(
        Exchange(
            name="finished",
            summary="A workout that is over",
            path=PATH,
            answer=WholeWorkoutAnswer(
                data=WholeWorkout(workout=PAST, finished=FINISHED, kcal=280), meta=EXAMPLE_META
            ),
        ),
        nobodys(),
    ),
)
_CURSOR: Final = write_cursor(WorkoutKey(MONDAY, SESSION))
HISTORY: Final = Contract(
    query=WorkoutsQuery,
    exchanges=(
        Exchange(
            name="first_page",
            summary="The last workout of November that had squats, and more to come",
            query={"from": "2025-11-01", "to": "2025-11-30", "exercise": SQUAT, "limit": 1},
            answer=WorkoutsAnswer(
                data=(FINISHED,), pagination=Pagination(cursor=_CURSOR, has_more=True), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="last_page",
            summary="What comes after a cursor",
            query={"limit": 1, "cursor": _CURSOR},
            answer=WorkoutsAnswer(
                data=(), pagination=Pagination(cursor=None, has_more=False), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="bad_cursor",
            summary="A cursor that is none",
            query={"cursor": "page-2"},
            answer=refused(
                Code.VALIDATION,
                Detail(field="cursor", message="is not a cursor of this list; leave it out to begin anew"),
            ),
        ),
    ),
)
_RECORDS: Final = (
    Record(
        exercise_id=SQUAT,
        kind=RecordKind.HEAVIEST,
        value=Decimal("102.5"),
        session_id=SESSION,
        set_id=SET,
        at=MONDAY,
        mass_unit=MassUnit.KG,
    ),
    Record(
        exercise_id=SQUAT,
        kind=RecordKind.REPS,
        value=Decimal(5),
        at_kg=Decimal("102.5"),
        session_id=SESSION,
        set_id=SET,
        at=MONDAY,
        mass_unit=MassUnit.KG,
    ),
)
RECORDS: Final = Contract(
    query=RecordsQuery,
    exchanges=(
        Exchange(
            name="squats",
            summary="What was reached with one exercise",
            query={"exercise": SQUAT},
            answer=RecordsAnswer(
                data=(ExerciseRecords(exercise_id=SQUAT, name="Barbell Squat", records=_RECORDS),),
                pagination=Pagination(cursor=None, has_more=False),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="last_page",
            summary="What comes after a cursor",
            query={"cursor": write_cursor(RecordsKey(SQUAT))},
            answer=RecordsAnswer(
                data=(), pagination=Pagination(cursor=None, has_more=False), meta=EXAMPLE_META
            ),
        ),
    ),
)
_WEEK: Final = date(2025, 11, 17)
ANALYTICS: Final = Contract(
    query=TrainingQuery,
    exchanges=(
        Exchange(
            name="november",
            summary="What a November came to",
            query={"from": "2025-11-01", "to": "2025-11-30"},
            answer=TrainingAnswer(
                data=Training(
                    weeks=(
                        TrainingWeek(
                            week=_WEEK,
                            workouts=1,
                            days=1,
                            sets=2,
                            volume_kg=Decimal(1025),
                            planned_sets=0,
                            planned_done=0,
                            load=(LOAD,),
                            muscles=(*MUSCLES[1:], MUSCLES[0]),
                        ),
                    ),
                    strength=(
                        ExerciseStrength(
                            exercise_id=SQUAT,
                            name="Barbell Squat",
                            points=(StrengthPoint(week=_WEEK, best=MAXIMUM),),
                        ),
                    ),
                ),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="nothing",
            summary="Nobody trained",
            query={"from": "2025-12-01", "to": "2025-12-31"},
            answer=TrainingAnswer(data=Training(weeks=(), strength=()), meta=EXAMPLE_META),
        ),
    ),
)
