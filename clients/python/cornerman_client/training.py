"""Workouts, as an app says them."""

from uuid import UUID

from cornerman_client.sends import Sends
from cornerman_client.types import (
    DoneSet,
    IntervalsBlock,
    Planned,
    SetReply,
    SetsBlock,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutPause,
    WorkoutReply,
    WorkoutRest,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetEdit,
    WorkoutSetLog,
    WorkoutSkip,
    WorkoutStart,
)


class Training:
    """Lives workouts. Raises what `Client.send` raises.

    The running workout is meant, or the one of `session_id`. What is done in it is in its topic: follow that.
    """

    def __init__(self, client: Sends) -> None:
        self._client = client

    async def start(
        self,
        routine_id: str | None = None,
        *,
        blocks: tuple[SetsBlock | IntervalsBlock, ...] = (),
        name: str | None = None,
        session_id: UUID | None = None,
    ) -> WorkoutReply:
        """Start a workout: from a routine, such as "tabata", from blocks, or empty; one may run at a time.

        An app that is offline names it by a new `session_id`, to refer to it in what it does next.
        """
        command = WorkoutStart(routine_id=routine_id, blocks=blocks, name=name, session_id=session_id)
        return (await self._client.send(command)).data

    async def log_set(
        self, done: DoneSet, *, rest_seconds: int | None = None, session_id: UUID | None = None
    ) -> SetReply:
        """Log a set and begin to rest, as long as is said here or planned."""
        command = WorkoutSetLog(done=done, rest_seconds=rest_seconds, session_id=session_id)
        return (await self._client.send(command)).data

    async def edit_set(self, set_id: UUID, done: DoneSet, *, session_id: UUID | None = None) -> SetReply:
        """Say anew what was done in a set."""
        command = WorkoutSetEdit(set_id=set_id, done=done, session_id=session_id)
        return (await self._client.send(command)).data

    async def delete_set(self, set_id: UUID, *, session_id: UUID | None = None) -> SetReply:
        """Take a set back."""
        return (await self._client.send(WorkoutSetDelete(set_id=set_id, session_id=session_id))).data

    async def skip(self, planned: Planned | None = None, *, session_id: UUID | None = None) -> WorkoutReply:
        """Skip a part of the plan, or go on to the next interval at once."""
        return (await self._client.send(WorkoutSkip(planned=planned, session_id=session_id))).data

    async def rest(self, seconds: int, *, session_id: UUID | None = None) -> WorkoutReply:
        """Rest from now on."""
        return (await self._client.send(WorkoutRest(seconds=seconds, session_id=session_id))).data

    async def skip_rest(self, session_id: UUID | None = None) -> WorkoutReply:
        """Rest no longer."""
        return (await self._client.send(WorkoutRestSkip(session_id=session_id))).data

    async def pause(self, session_id: UUID | None = None) -> WorkoutReply:
        """Stop all clocks."""
        return (await self._client.send(WorkoutPause(session_id=session_id))).data

    async def resume(self, session_id: UUID | None = None) -> WorkoutReply:
        """Let all clocks go on."""
        return (await self._client.send(WorkoutResume(session_id=session_id))).data

    async def finish(self, *, rpe: float | None = None, session_id: UUID | None = None) -> WorkoutReply:
        """Finish the workout, and say how hard it was, 1 to 10."""
        return (await self._client.send(WorkoutFinish(rpe=rpe, session_id=session_id))).data

    async def discard(self, session_id: UUID | None = None) -> WorkoutReply:
        """Throw the workout away."""
        return (await self._client.send(WorkoutDiscard(session_id=session_id))).data
