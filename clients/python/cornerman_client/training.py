"""Workouts, as an app says them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cornerman_client.sends import Sends
from cornerman_client.types import (
    DoneSet,
    IntervalsBlock,
    LoggedSet,
    Planned,
    SetReply,
    SetsBlock,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutIntervals,
    WorkoutLog,
    WorkoutPause,
    WorkoutReply,
    WorkoutRest,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSample,
    WorkoutSetDelete,
    WorkoutSetEdit,
    WorkoutSetLog,
    WorkoutSkip,
    WorkoutStart,
    WorkoutSwap,
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

    async def swap(
        self, planned: Planned, exercise_id: str, *, session_id: UUID | None = None
    ) -> WorkoutReply:
        """Do another exercise than the one of that place in the plan."""
        command = WorkoutSwap(planned=planned, exercise_id=exercise_id, session_id=session_id)
        return (await self._client.send(command)).data

    async def start_intervals(self, block: int, *, session_id: UUID | None = None) -> WorkoutReply:
        """Start the clock of a block of intervals, counted from 0."""
        return (await self._client.send(WorkoutIntervals(block=block, session_id=session_id))).data

    async def rest(self, seconds: int, *, session_id: UUID | None = None) -> WorkoutReply:
        """Rest from now on."""
        return (await self._client.send(WorkoutRest(seconds=seconds, session_id=session_id))).data

    async def extend_rest(self, seconds: int, *, session_id: UUID | None = None) -> WorkoutReply:
        """Rest so much longer."""
        return (await self._client.send(WorkoutRestExtend(seconds=seconds, session_id=session_id))).data

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

    async def log(
        self, name: str, started_at: datetime, ended_at: datetime, sets: Iterable[DoneSet]
    ) -> WorkoutReply:
        """Log a workout that is over, whole; its sets are spread over its time.

        `WorkoutLog` of `types` says more: when each set was done, how hard it was, where it is from.
        """
        logged = tuple(LoggedSet(done=done) for done in sets)
        command = WorkoutLog(name=name, started_at=started_at, ended_at=ended_at, sets=logged)
        return (await self._client.send(command)).data

    def sample(
        self,
        topic: str,
        *,
        heart_rate: int | None = None,
        cadence: int | None = None,
        power: int | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Say what a sensor says of the running workout, whose topic this device follows: five times a second at most.

        Beats, and steps or turns a minute; watts. Returns whether it was sent: what was not, as when the connection is
        lost, may be kept and said within the hour with `at`, the person's time at which it was measured.
        """
        sample = WorkoutSample(heart_rate=heart_rate, cadence=cadence, power=power, at=at)
        return self._client.say(sample, topic)
