"""Workouts over REST: the commands of the socket that people need where sockets are blocked."""

from typing import Final
from uuid import UUID

from litestar import Controller, delete, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from channels.wire.workout_commands import (
    OfWorkout,
    SetReply,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutFinishData,
    WorkoutLog,
    WorkoutLogData,
    WorkoutPause,
    WorkoutReply,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetDeleteData,
    WorkoutSetEdit,
    WorkoutSetEditData,
    WorkoutSetLog,
    WorkoutSetLogData,
    WorkoutStart,
    WorkoutStartData,
)
from server.rest.call import NUMBER, Call
from server.rest.contract import promises
from server.rest.workouts import command_contracts as contracts
from server.rest.workouts.answers import FinishBody, SetAnswer, SetBody, SetChangeBody, WorkoutAnswer

_EMPTY: Final = WorkoutStartData()
_JUST_SO: Final = FinishBody()


class WorkoutCommandsController(Controller):
    """Starting workouts, logging sets, finishing. Every device of the person hears of it."""

    path = "/workouts"
    tags = ("Workouts",)

    @post("/sessions", operation_id="startWorkout", summary="Start a workout", opt=promises(contracts.START))
    async def start(
        self, call: NamedDependency[Call], data: JSONBody[WorkoutStartData] = _EMPTY
    ) -> WorkoutAnswer:
        """The command `workout:start`; without a body it begins empty.

        One workout may run at a time; `WORK_001` holds the running one in its details.
        """
        command = WorkoutStart(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, WorkoutReply)
        return WorkoutAnswer(data=reply, meta=meta)

    @post(
        "/log", operation_id="logWorkout", summary="Log a workout that is over", opt=promises(contracts.LOG)
    )
    async def log(self, data: JSONBody[WorkoutLogData], call: NamedDependency[Call]) -> WorkoutAnswer:
        """The command `workout:log`: a whole workout, from any day, with the same checks, records and summary."""
        command = WorkoutLog(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, WorkoutReply)
        return WorkoutAnswer(data=reply, meta=meta)

    @post(
        "/sessions/{session_id:uuid}/sets",
        operation_id="logSet",
        summary="Log a set",
        opt=promises(contracts.LOG_SET),
    )
    async def log_set(
        self, session_id: FromPath[UUID], data: JSONBody[SetBody], call: NamedDependency[Call]
    ) -> SetAnswer:
        """The command `workout:set_log`. The answer says which records the set is."""
        said = WorkoutSetLogData(
            session_id=session_id, set_id=data.set_id, done=data.done, rest_seconds=data.rest_seconds
        )
        reply, meta = await call.run(WorkoutSetLog(id=NUMBER, key=call.key(), data=said), SetReply)
        return SetAnswer(data=reply, meta=meta)

    @put(
        "/sessions/{session_id:uuid}/sets/{set_id:uuid}",
        operation_id="editSet",
        summary="Edit a set",
        opt=promises(contracts.EDIT_SET),
    )
    async def edit_set(
        self,
        session_id: FromPath[UUID],
        set_id: FromPath[UUID],
        data: JSONBody[SetChangeBody],
        call: NamedDependency[Call],
    ) -> SetAnswer:
        """The command `workout:set_edit`, also for a finished workout: `workout:corrected` says what it was and is."""
        said = WorkoutSetEditData(session_id=session_id, set_id=set_id, done=data.done)
        reply, meta = await call.run(WorkoutSetEdit(id=NUMBER, key=call.key(), data=said), SetReply)
        return SetAnswer(data=reply, meta=meta)

    @delete(
        "/sessions/{session_id:uuid}/sets/{set_id:uuid}",
        status_code=200,
        operation_id="deleteSet",
        summary="Delete a set",
        opt=promises(contracts.DELETE_SET),
    )
    async def delete_set(
        self, session_id: FromPath[UUID], set_id: FromPath[UUID], call: NamedDependency[Call]
    ) -> SetAnswer:
        """The command `workout:set_delete`, also for a finished workout. What it was a record of is withdrawn."""
        said = WorkoutSetDeleteData(session_id=session_id, set_id=set_id)
        reply, meta = await call.run(WorkoutSetDelete(id=NUMBER, key=call.key(), data=said), SetReply)
        return SetAnswer(data=reply, meta=meta)

    @post(
        "/sessions/{session_id:uuid}/pause",
        status_code=200,
        operation_id="pauseWorkout",
        summary="Pause a workout",
        opt=promises(contracts.PAUSE),
    )
    async def pause(self, session_id: FromPath[UUID], call: NamedDependency[Call]) -> WorkoutAnswer:
        """The command `workout:pause`: all clocks stop. Takes no body."""
        command = WorkoutPause(id=NUMBER, key=call.key(), data=OfWorkout(session_id=session_id))
        reply, meta = await call.run(command, WorkoutReply)
        return WorkoutAnswer(data=reply, meta=meta)

    @post(
        "/sessions/{session_id:uuid}/resume",
        status_code=200,
        operation_id="resumeWorkout",
        summary="Resume a workout",
        opt=promises(contracts.RESUME),
    )
    async def resume(self, session_id: FromPath[UUID], call: NamedDependency[Call]) -> WorkoutAnswer:
        """The command `workout:resume`: all clocks go on where they stopped. Takes no body."""
        command = WorkoutResume(id=NUMBER, key=call.key(), data=OfWorkout(session_id=session_id))
        reply, meta = await call.run(command, WorkoutReply)
        return WorkoutAnswer(data=reply, meta=meta)

    @post(
        "/sessions/{session_id:uuid}/finish",
        status_code=200,
        operation_id="finishWorkout",
        summary="Finish a workout",
        opt=promises(contracts.FINISH),
    )
    async def finish(
        self, session_id: FromPath[UUID], call: NamedDependency[Call], data: JSONBody[FinishBody] = _JUST_SO
    ) -> WorkoutAnswer:
        """The command `workout:finish`. The body may be left out; with `rpe` the training load is reckoned from it."""
        said = WorkoutFinishData(session_id=session_id, rpe=data.rpe, note=data.note)
        reply, meta = await call.run(WorkoutFinish(id=NUMBER, key=call.key(), data=said), WorkoutReply)
        return WorkoutAnswer(data=reply, meta=meta)

    @delete(
        "/sessions/{session_id:uuid}",
        status_code=200,
        operation_id="discardWorkout",
        summary="Throw a workout away",
        opt=promises(contracts.DISCARD),
    )
    async def discard(self, session_id: FromPath[UUID], call: NamedDependency[Call]) -> WorkoutAnswer:
        """The command `workout:discard`, for a running workout or a finished one: it counts for nothing any more."""
        command = WorkoutDiscard(id=NUMBER, key=call.key(), data=OfWorkout(session_id=session_id))
        reply, meta = await call.run(command, WorkoutReply)
        return WorkoutAnswer(data=reply, meta=meta)
