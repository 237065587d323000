"""What the operations that are commands promise."""

from typing import Final

import msgspec
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.envelope import Detail
from channels.wire.workout import (
    WorkoutBrief,
    WorkoutStatus,
)
from channels.wire.workout_commands import (
    SetReply,
    WorkoutReply,
    WorkoutStartData,
)
from server.rest.contract import EXAMPLE_NOW, Contract, Exchange, refused
from server.rest.workouts.answers import (
    FinishBody,
    SetAnswer,
    SetBody,
    SetChangeBody,
    WorkoutAnswer,
)
from server.rest.workouts.examples import (
    AN_HOUR,
    BEGUN,
    DONE,
    ENDED,
    KEY,
    LIVED,
    LOGGED,
    MONDAY,
    PATH,
    PLAN,
    SESSION,
    SET,
    SET_PATH,
    TOPIC,
    nobodys,
)

_OF_WORKOUT: Final = (Code.NO_SUCH_WORKOUT, Code.WORKOUT_OVER, Code.WORKOUT_FULL, Code.NOT_FOUND)


def _workout(status: WorkoutStatus) -> WorkoutReply:
    return WorkoutReply(session_id=SESSION, topic=TOPIC, status=status)


START: Final = Contract(
    keyed=True,
    codes=(Code.WORKOUT_ACTIVE, Code.NO_SUCH_ROUTINE, Code.UNKNOWN_EXERCISE),
    exchanges=(
        Exchange(
            name="planned",
            summary="A workout begins with a plan",
            headers=KEY,
            body=WorkoutStartData(name="Legs, heavy", blocks=PLAN),
            answer=WorkoutAnswer(data=_workout(WorkoutStatus.RUNNING), meta=BEGUN),
        ),
        Exchange(
            name="one_runs",
            summary="A workout runs already",
            body=WorkoutStartData(routine_id="tabata"),
            answer=refused(
                Code.WORKOUT_ACTIVE,
                Detail(
                    field="workout",
                    message="This workout is running; finish it before you start another.",
                    value=msgspec.to_builtins(
                        WorkoutBrief(
                            session_id=SESSION,
                            topic=TOPIC,
                            name="Workout",
                            started_at=EXAMPLE_NOW,
                        )
                    ),
                ),
            ),
        ),
        Exchange(
            name="unknown_routine",
            summary="No such routine",
            body=WorkoutStartData(routine_id="nothing-like-it"),
            answer=refused(Code.NO_SUCH_ROUTINE),
        ),
    ),
)
LOG: Final = Contract(
    keyed=True,
    codes=(Code.UNKNOWN_EXERCISE, Code.WORKOUT_FULL),
    exchanges=(
        Exchange(
            name="logged",
            summary="A workout of an hour, logged afterwards",
            headers=KEY,
            body=LOGGED,
            answer=WorkoutAnswer(data=_workout(WorkoutStatus.FINISHED), meta=ENDED),
        ),
        Exchange(
            name="backwards",
            summary="It ends before it begins",
            body=replace(LOGGED, ended_at=MONDAY - AN_HOUR),
            answer=refused(Code.VALIDATION, Detail(field="ended_at", message="lies before `started_at`")),
        ),
    ),
)
LOG_SET: Final = Contract(
    keyed=True,
    codes=(*_OF_WORKOUT, Code.UNKNOWN_EXERCISE, Code.NOT_PLANNED),
    exchanges=(
        Exchange(
            name="logged",
            summary="Five repetitions with 102.5 kg, and three minutes of rest",
            path=PATH,
            headers=KEY,
            body=SetBody(done=DONE, rest_seconds=180),
            answer=SetAnswer(data=SetReply(session_id=SESSION, set_id=SET), meta=LIVED),
        ),
        Exchange(
            name="unknown_exercise",
            summary="No such exercise",
            path=PATH,
            body=SetBody(done=replace(DONE, exercise_id="Nothing_Like_It")),
            answer=refused(
                Code.UNKNOWN_EXERCISE,
                Detail(
                    field="done.exercise_id",
                    message="is no exercise of the library",
                    value="Nothing_Like_It",
                ),
            ),
        ),
        replace(nobodys(), body=SetBody(done=DONE)),
    ),
)
EDIT_SET: Final = Contract(
    keyed=True,
    codes=(*_OF_WORKOUT, Code.UNKNOWN_EXERCISE, Code.NOT_PLANNED),
    exchanges=(
        Exchange(
            name="edited",
            summary="It was one repetition less",
            path=SET_PATH,
            headers=KEY,
            body=SetChangeBody(done=replace(DONE, reps=4)),
            answer=SetAnswer(data=SetReply(session_id=SESSION, set_id=SET), meta=LIVED),
        ),
        replace(nobodys(set_id=str(SET)), body=SetChangeBody(done=DONE)),
    ),
)
DELETE_SET: Final = Contract(
    keyed=True,
    codes=_OF_WORKOUT,
    exchanges=(
        Exchange(
            name="deleted",
            summary="The set was none",
            path=SET_PATH,
            headers=KEY,
            answer=SetAnswer(data=SetReply(session_id=SESSION, set_id=SET), meta=LIVED),
        ),
        nobodys(set_id=str(SET)),
    ),
)
PAUSE: Final = Contract(
    keyed=True,
    codes=_OF_WORKOUT,
    exchanges=(
        Exchange(
            name="paused",
            summary="All clocks stop",
            path=PATH,
            headers=KEY,
            answer=WorkoutAnswer(data=_workout(WorkoutStatus.PAUSED), meta=LIVED),
        ),
        nobodys(),
    ),
)
RESUME: Final = Contract(
    keyed=True,
    codes=_OF_WORKOUT,
    exchanges=(
        Exchange(
            name="resumed",
            summary="All clocks go on",
            path=PATH,
            headers=KEY,
            answer=WorkoutAnswer(data=_workout(WorkoutStatus.RUNNING), meta=LIVED),
        ),
        nobodys(),
    ),
)
FINISH: Final = Contract(
    keyed=True,
    codes=_OF_WORKOUT,
    exchanges=(
        Exchange(
            name="finished",
            summary="The workout is over, and was hard",
            path=PATH,
            headers=KEY,
            body=FinishBody(rpe=8.0, note="Slept badly"),
            answer=WorkoutAnswer(data=_workout(WorkoutStatus.FINISHED), meta=ENDED),
        ),
        nobodys(),
    ),
)
DISCARD: Final = Contract(
    keyed=True,
    codes=(Code.NO_SUCH_WORKOUT, Code.NOT_FOUND),
    exchanges=(
        Exchange(
            name="discarded",
            summary="It counts for nothing any more",
            path=PATH,
            headers=KEY,
            answer=WorkoutAnswer(data=_workout(WorkoutStatus.DISCARDED), meta=ENDED),
        ),
        nobodys(),
    ),
)
