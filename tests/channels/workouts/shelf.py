"""What stands in for storage and the executor: rows in dictionaries, keys and transactions left out, the same otherwise.

After every step it holds what was told against what is kept: the snapshot of a workout's topic, the records, what was
finished and corrected, the deadlines.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from channels.decision import Deadline, Decision, Moment
from channels.errors import Refusal
from channels.wire.codec import event_body, published, read_event
from channels.wire.envelope import Command, Event, Offset
from channels.wire.registry import UserEvent, WorkoutEvent
from channels.wire.routine import OriginKind
from channels.wire.workout import Record, Workout
from channels.wire.workout_commands import (
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutIntervals,
    WorkoutLog,
    WorkoutPause,
    WorkoutRest,
    WorkoutRested,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetEdit,
    WorkoutSetLog,
    WorkoutSilent,
    WorkoutSkip,
    WorkoutStart,
    WorkoutSwap,
    WorkoutTurn,
)
from channels.wire.workout_events import (
    FinishedWorkout,
    WorkoutCorrected,
    WorkoutDiscarded,
    WorkoutFinished,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
)
from channels.workouts import closing, detours, lifting, pace, snapshot, starting
from channels.workouts.lived import Lived, unfolded
from channels.workouts.plan import exercises_of
from channels.workouts.records import reached, standing
from channels.workouts.snapshot import shown_workout
from channels.workouts.timeline import rest_end_after, turn_after
from storage.records import (
    BestsRecord,
    ExerciseRecord,
    PreviousRecord,
    RoutineRecord,
    SetRecord,
    Workouts,
)
from storage.records import WorkoutRecord as WorkoutRow
from tests.channels.fasting.facts import ADA
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, START

DECISIONS: Final[Mapping[type[Command], Callable[..., Decision[closing.Save] | Refusal]]] = {
    WorkoutStart: starting.start,
    WorkoutLog: starting.log,
    WorkoutSetLog: lifting.log,
    WorkoutSetEdit: lifting.edit,
    WorkoutSetDelete: lifting.delete,
    WorkoutSkip: detours.skip,
    WorkoutSwap: detours.swap,
    WorkoutIntervals: pace.intervals,
    WorkoutRest: pace.rest,
    WorkoutRestExtend: pace.extend_rest,
    WorkoutRestSkip: pace.skip_rest,
    WorkoutPause: pace.pause,
    WorkoutResume: pace.resume,
    WorkoutTurn: pace.turn,
    WorkoutRested: pace.rested,
    WorkoutFinish: closing.finish,
    WorkoutSilent: closing.silent,
    WorkoutDiscard: closing.discard,
}
WHOLE: Final = (WorkoutFinish, WorkoutSilent, WorkoutDiscard, WorkoutLog)
_IDS: Final = UUID("0199f3a1-0000-7000-8000-000000000000")


class Shelf:
    """One person's workouts. `bests` and `previous` are of other workouts than those on it."""

    def __init__(
        self,
        *,
        exercises: tuple[ExerciseRecord, ...] = (SQUAT, ROWING),
        bests: tuple[BestsRecord, ...] = (),
        previous: tuple[PreviousRecord, ...] = (),
        routine: RoutineRecord | None = None,
    ) -> None:
        self.now = self._latest = START
        self.sampled_at: datetime | None = None
        self.rows: dict[UUID, WorkoutRow] = {}
        self.sets: dict[UUID, dict[UUID, SetRecord]] = {}
        self.deadlines: dict[str, Deadline] = {}
        self.topics: dict[str, list[Any]] = {}
        self.shown: dict[UUID, Workout] = {}
        self.told: dict[UUID, list[Record]] = {}
        self.finished: dict[UUID, FinishedWorkout] = {}
        self._exercises, self._bests, self._previous, self._routine = exercises, bests, previous, routine
        self._given = 0

    def live(self, command: Command) -> Decision[closing.Save] | Refusal:
        """Give a command at its moment, or now when it has none."""
        self.pass_to(command.at or self.now)
        return self._give(command, self.now)

    def late(self, command: Command) -> Decision[closing.Save] | Refusal:
        """Give a command that waited in a queue since its moment."""
        assert command.at is not None
        return self._give(command, command.at)

    def do(self, command: Command) -> Decision[closing.Save]:
        """Give a command live that is taken."""
        decision = self.live(command)
        assert isinstance(decision, Decision), decision
        return decision

    def tell(self, command: Command) -> Decision[closing.Save]:
        """Give a command late that is taken."""
        decision = self.late(command)
        assert isinstance(decision, Decision), decision
        return decision

    def refuse(self, command: Command) -> Refusal:
        """Give a command live that is refused."""
        refusal = self.live(command)
        assert isinstance(refusal, Refusal), refusal
        return refusal

    def refuse_late(self, command: Command) -> Refusal:
        """Give a command late that is refused."""
        refusal = self.late(command)
        assert isinstance(refusal, Refusal), refusal
        return refusal

    @property
    def workout(self) -> Workout:
        """The workout that most tests are about, as it is shown."""
        return self.shown[SESSION]

    def last(self, event: type[Event]) -> Any:
        """The data of the last event of a type."""
        log = self.topics.get(f"workout:{SESSION}", []) + self.topics.get(f"user:{ADA.user_id}", [])
        found: Any = next(one for one in reversed(log) if isinstance(one, event))
        return found.data

    def pass_to(self, moment: datetime) -> None:
        """Let time go on; what is due in it comes, each at its second."""
        while due := self._due(moment):
            del self.deadlines[due.cause]
            assert due.due is not None
            assert due.command is not None
            self.now = max(self.now, due.due)
            decision = self._give(due.command, due.due)
            assert not isinstance(decision, Refusal), (due, decision)
        self.now = max(self.now, moment)

    def end(self) -> None:
        """Let time go on until nothing is to come by itself any more."""
        while self.deadlines:
            self.pass_to(max(one.due for one in self.deadlines.values() if one.due is not None))

    def of(self, session_id: UUID) -> Lived:
        """A workout as decisions see it."""
        return unfolded(self.rows[session_id], self._sets(session_id))

    def due(self, name: str) -> float | None:
        """After how many seconds the workout turns, is rested or silent."""
        one = self.deadlines.get(f"workout:{SESSION}:{name}")
        return None if one is None or one.due is None else (one.due - START).total_seconds()

    def _due(self, moment: datetime) -> Deadline | None:
        due = [one for one in self.deadlines.values() if one.due is not None and one.due <= moment]
        return min(due, key=lambda one: (one.due, one.cause), default=None)

    def _give(self, command: Command, at: datetime) -> Decision[closing.Save] | Refusal:
        self._given += 1
        moment = Moment(now=self.now, at=at, new_id=uuid5(_IDS, str(self._given)))
        decision = DECISIONS[type(command)](ADA, self.load(command), command, moment)
        if isinstance(decision, Decision):
            self._keep(decision)
        return decision

    def load(self, command: Any) -> Workouts:
        """What a decision is given: see `load_workout` in the migrations."""
        fresh = isinstance(command, WorkoutStart | WorkoutLog)
        running = [row for row in self.rows.values() if row.status in {"running", "paused"}]
        assert len(running) <= 1
        session_id = command.data.session_id
        it = None if fresh else running[0] if running and session_id is None else self.rows.get(session_id)
        sets = () if it is None else self._sets(it.session_id)
        named = _exercises(command)
        whole = isinstance(command, WHOLE) or (it is not None and it.status == "finished")
        known = {one.exercise_id for one in sets if one.set_id == getattr(command.data, "set_id", None)}
        return Workouts(
            named=it,
            running=running[0] if running else None,
            taken=session_id in self.rows,
            sets=sets,
            routine=self._routine,
            exercises=self._exercises,
            bests=tuple(one for one in self._bests if whole or one.exercise_id in named | known),
            previous=self._previous,
            sampled_at=self.sampled_at if whole else None,
        )

    def _sets(self, session_id: UUID) -> tuple[SetRecord, ...]:
        return tuple(sorted(self.sets.get(session_id, {}).values(), key=lambda one: (one.at, one.set_id)))

    def _keep(self, decision: Decision[closing.Save]) -> None:
        row = next((one for one in decision.saves if isinstance(one, WorkoutRow)), None)
        new = row is not None and row.session_id not in self.rows
        if row is not None:
            self.rows[row.session_id] = row
            kept = self.sets.setdefault(row.session_id, {})
            kept |= {one.set_id: one for one in decision.saves if isinstance(one, SetRecord)}
        if row is not None and new:
            self.shown[row.session_id] = shown_workout(self.of(row.session_id))
        for deadline in decision.deadlines:
            self.deadlines.pop(deadline.cause, None)
            if deadline.command is not None:
                self.deadlines[deadline.cause] = deadline
        for event in decision.events:
            log = self.topics.setdefault(event.topic, [])
            log.append(read_event(published(event_body(event), Offset(len(log) + 1))))
            assert isinstance(event, WorkoutEvent if event.topic.startswith("workout:") else UserEvent)
            self._hear(log[-1], log[-1].data.session_id)
        for session_id in self.rows:
            self._check(session_id)

    def _hear(self, event: Any, session_id: UUID) -> None:
        match event:
            case WorkoutFinished():
                assert session_id not in self.finished
                self.finished[session_id] = event.data.workout
            case WorkoutCorrected():
                assert event.data.before == self.finished[session_id] != event.data.after
                self.finished[session_id] = event.data.after
            case WorkoutDiscarded():
                assert event.data.before == self.finished.pop(session_id, None)
            case WorkoutRecord():
                self.told.setdefault(session_id, []).append(event.data.record)
            case WorkoutRecordWithdrawn():
                self._withdraw(session_id, event.data.record)
            case _ if event.topic == self.shown[session_id].topic:
                self.shown[session_id] = snapshot.apply(self.shown[session_id], event)

    def _withdraw(self, session_id: UUID, gone: Record) -> None:
        # One that was beaten before anybody could be told is withdrawn untold.
        told = self.told.get(session_id, [])
        self.told[session_id] = [one for one in told if _identity(one) != _identity(gone)]

    def _check(self, session_id: UUID) -> None:
        lived = self.of(session_id)
        assert self.shown[session_id] == shown_workout(lived)
        told = {_identity(one) for one in self.told.get(session_id, [])}
        imported = lived.record.origin_kind == OriginKind.IMPORTED
        held = () if imported else standing(reached(lived, self._bests))
        assert {_identity(one) for one in held} <= told
        assert told <= {_identity(one) for one in reached(lived, self._bests)}
        assert (session_id in self.finished) == (lived.status == "finished")
        self._check_deadlines(lived)

    def _check_deadlines(self, lived: Lived) -> None:
        causes = {name: f"workout:{lived.record.session_id}:{name}" for name in ("turn", "rest", "silence")}
        waiting = {name: self.deadlines.get(cause) for name, cause in causes.items()}
        if lived.over:
            assert waiting["silence"] is None
            return
        assert waiting["silence"] is not None
        self._latest = max(self._latest, self.now)
        if self.now < self._latest:
            # The clock was set back: what was told by the one that was ahead is not told again.
            return
        nexts = {"turn": turn_after(lived.time, self.now), "rest": rest_end_after(lived.time, self.now)}
        for name, due in nexts.items():
            one = waiting[name]
            # One that is overdue is told first, and sets the next.
            assert (one is None and due is None) or (
                one is not None and one.due in {due, *_past(one, self.now)}
            )


def _past(one: Deadline, now: datetime) -> list[datetime]:
    return [one.due] if one.due is not None and one.due <= now else []


def _exercises(command: Any) -> set[str]:
    data = command.data
    if isinstance(command, WorkoutStart):
        return set(exercises_of(data.blocks))
    if isinstance(command, WorkoutLog):
        return {one.done.exercise_id for one in data.sets}
    if isinstance(command, WorkoutSetLog | WorkoutSetEdit):
        return {data.done.exercise_id}
    return {data.exercise_id} if isinstance(command, WorkoutSwap) else set()


def _identity(one: Record) -> Record:
    """What makes two records the same: their moment may be that of an end, which moves."""
    return replace(one, at=START, before=None)
