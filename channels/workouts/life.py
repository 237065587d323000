"""The life of a workout.

    running ◄──pause, resume──► paused
       └────────finish, silence────┴──► finished
    and from each of them ──discard──► discarded

What is done to a workout is kept as marks, and where it is in its life is what they come to in the order of their
moments, by this table. What comes live is held against where the workout is now. What waited in a queue was done while
the workout ran, whatever became of it since: it finds its place in a finished one too, so that the order in which
devices are heard makes no difference. To be thrown away is final.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from channels.errors import Code, Refusal
from channels.wire.workout import WorkoutStatus
from channels.workouts.marks import Mark, MarkKind, in_order


class Step(StrEnum):
    """What may happen to a workout that was started.

    A set is logged; one is corrected (edited or deleted); the plan is changed; a clock or a rest is set; one of them
    turns by itself; the rest is what it says.
    """

    LOG = "log"
    CORRECT = "correct"
    PLAN = "plan"
    CLOCK = "clock"
    TURN = "turn"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    SILENCE = "silence"
    DISCARD = "discard"


LIFE: Final = {
    (WorkoutStatus.RUNNING, Step.LOG): WorkoutStatus.RUNNING,
    (WorkoutStatus.RUNNING, Step.CORRECT): WorkoutStatus.RUNNING,
    (WorkoutStatus.RUNNING, Step.PLAN): WorkoutStatus.RUNNING,
    (WorkoutStatus.RUNNING, Step.CLOCK): WorkoutStatus.RUNNING,
    (WorkoutStatus.RUNNING, Step.TURN): WorkoutStatus.RUNNING,
    (WorkoutStatus.RUNNING, Step.PAUSE): WorkoutStatus.PAUSED,
    (WorkoutStatus.RUNNING, Step.RESUME): WorkoutStatus.RUNNING,
    (WorkoutStatus.RUNNING, Step.FINISH): WorkoutStatus.FINISHED,
    (WorkoutStatus.RUNNING, Step.SILENCE): WorkoutStatus.FINISHED,
    (WorkoutStatus.RUNNING, Step.DISCARD): WorkoutStatus.DISCARDED,
    (WorkoutStatus.PAUSED, Step.LOG): WorkoutStatus.PAUSED,
    (WorkoutStatus.PAUSED, Step.CORRECT): WorkoutStatus.PAUSED,
    (WorkoutStatus.PAUSED, Step.PLAN): WorkoutStatus.PAUSED,
    (WorkoutStatus.PAUSED, Step.CLOCK): WorkoutStatus.PAUSED,
    (WorkoutStatus.PAUSED, Step.PAUSE): WorkoutStatus.PAUSED,
    (WorkoutStatus.PAUSED, Step.RESUME): WorkoutStatus.RUNNING,
    (WorkoutStatus.PAUSED, Step.FINISH): WorkoutStatus.FINISHED,
    (WorkoutStatus.PAUSED, Step.SILENCE): WorkoutStatus.FINISHED,
    (WorkoutStatus.PAUSED, Step.DISCARD): WorkoutStatus.DISCARDED,
    (WorkoutStatus.FINISHED, Step.CORRECT): WorkoutStatus.FINISHED,
    (WorkoutStatus.FINISHED, Step.DISCARD): WorkoutStatus.DISCARDED,
}
"""Where each step leads; a step that is not here is refused and changes nothing."""

LATE: Final = frozenset({Step.LOG, Step.PLAN, Step.CLOCK, Step.PAUSE, Step.RESUME, Step.FINISH})
"""What a finished workout takes as well, when it waited in a queue or the end was only a guess."""

STEPS: Final = {
    MarkKind.INTERVALS: Step.CLOCK,
    MarkKind.NEXT: Step.CLOCK,
    MarkKind.PAUSE: Step.PAUSE,
    MarkKind.RESUME: Step.RESUME,
    MarkKind.REST: Step.CLOCK,
    MarkKind.REST_EXTEND: Step.CLOCK,
    MarkKind.REST_SKIP: Step.CLOCK,
    MarkKind.SKIP: Step.PLAN,
    MarkKind.SWAP: Step.PLAN,
    MarkKind.FINISH: Step.FINISH,
    MarkKind.SILENCE: Step.SILENCE,
}
"""Which step each kind of mark is."""

_REFUSED: Final = {
    WorkoutStatus.PAUSED: Code.NOT_PLANNED,
    WorkoutStatus.FINISHED: Code.WORKOUT_OVER,
    WorkoutStatus.DISCARDED: Code.NO_SUCH_WORKOUT,
}


def refusal(status: WorkoutStatus, step: Step, *, late: bool) -> Refusal | None:
    """Refuse a step that a workout does not take where it is in its life.

    `late` says that it waited in a queue, or that nobody said that the workout is over.
    """
    if (status, step) in LIFE or (late and status is WorkoutStatus.FINISHED and step in LATE):
        return None
    return Refusal(code=_REFUSED[status])


def status_of(marks: Iterable[Mark]) -> WorkoutStatus:
    """Return where the marks lead; one that makes no sense at its place leads nowhere."""
    status = WorkoutStatus.RUNNING
    for mark in in_order(marks):
        status = LIFE.get((status, STEPS[mark.kind]), status)
    return status
