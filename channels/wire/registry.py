"""Every message there is, by direction and class: the one list from which codecs, schemas and clients are made."""

from typing import Any, Final, get_args

from msgspec import Struct

from channels.wire.account import (
    AccountRevoke,
    AccountSignedOut,
    AccountSignOut,
    AccountSuspend,
    AccountUpdate,
    AccountUpdated,
    SandboxRate,
)
from channels.wire.body import BodyUpdate, BodyUpdated
from channels.wire.connection import (
    Ack,
    Auth,
    Clock,
    Connect,
    Foreground,
    Goodbye,
    Ping,
    PingNotice,
    Pong,
    Shed,
    Subscribe,
    Unsubscribe,
)
from channels.wire.envelope import Command, Event, Notice, Reply, Signal, State
from channels.wire.exercise import (
    ExerciseDelete,
    ExerciseDeleted,
    ExerciseMarked,
    ExerciseMarkSet,
    ExerciseSave,
    ExerciseSaved,
    TrainingProfileChanged,
    TrainingProfileSet,
)
from channels.wire.fasting import (
    FastingComplete,
    FastingCompleted,
    FastingEnd,
    FastingEnded,
    FastingStart,
    FastingStarted,
    FastingTick,
)
from channels.wire.routine import (
    RoutineCopy,
    RoutineDelete,
    RoutineDeleted,
    RoutineSave,
    RoutineSaved,
    RoutineShare,
)
from channels.wire.sample import WorkoutCadence, WorkoutHeartRate, WorkoutPower, WorkoutSample
from channels.wire.snapshot import UserSnapshot
from channels.wire.workout import Workout
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
    WorkoutTick,
)

ConnectionCommand = Connect | Subscribe | Unsubscribe | Auth | Clock | Ping
"""Commands that the connection itself answers."""

RoutineCommand = RoutineSave | RoutineDelete | RoutineShare | RoutineCopy
ExerciseCommand = ExerciseSave | ExerciseDelete | ExerciseMarkSet | TrainingProfileSet
WorkoutCommand = (
    WorkoutStart
    | WorkoutSetLog
    | WorkoutSetEdit
    | WorkoutSetDelete
    | WorkoutSkip
    | WorkoutSwap
    | WorkoutIntervals
    | WorkoutRest
    | WorkoutRestExtend
    | WorkoutRestSkip
    | WorkoutPause
    | WorkoutResume
    | WorkoutFinish
    | WorkoutDiscard
    | WorkoutLog
)
PersonCommand = (
    FastingStart
    | FastingEnd
    | RoutineCommand
    | WorkoutCommand
    | AccountUpdate
    | AccountSignOut
    | SandboxRate
    | BodyUpdate
    | ExerciseCommand
)
"""Commands that go through the executor and that a person may send."""

ServerCommand = FastingComplete | WorkoutTurn | WorkoutRested | WorkoutSilent | AccountSuspend | AccountRevoke
"""Commands that only timers, administrators and the server itself give; a client that sends one is told that it does not exist."""

ClientSignal = Ack | Foreground | Pong | WorkoutSample
ClientMessage = ConnectionCommand | PersonCommand | ClientSignal
UserEvent = (
    FastingStarted
    | FastingCompleted
    | FastingEnded
    | RoutineSaved
    | RoutineDeleted
    | WorkoutStarted
    | WorkoutFinished
    | WorkoutCorrected
    | WorkoutDiscarded
    | WorkoutRecord
    | WorkoutRecordWithdrawn
    | AccountUpdated
    | AccountSignedOut
    | BodyUpdated
    | ExerciseSaved
    | ExerciseDeleted
    | ExerciseMarked
    | TrainingProfileChanged
)
"""What a person's own topic holds."""

WorkoutEvent = (
    WorkoutSetLogged
    | WorkoutSetEdited
    | WorkoutSetDeleted
    | WorkoutPlanChanged
    | WorkoutPaused
    | WorkoutResumed
    | WorkoutClockSet
    | WorkoutRestSet
    | WorkoutRestOver
    | WorkoutInterval
    | WorkoutEnded
)
"""What a workout's topic holds."""

LogEvent = UserEvent | WorkoutEvent
LiveState = FastingTick | WorkoutTick | WorkoutHeartRate | WorkoutCadence | WorkoutPower
LiveNotice = PingNotice | Goodbye | Shed
Snapshot = UserSnapshot | Workout
"""What a topic's snapshot may be, by the kind of topic."""

ServerMessage = Reply | LogEvent | LiveState | LiveNotice


def tag(message: type[Struct]) -> str:
    """Return the wire's `type` of a message class."""
    found = message.__struct_config__.tag
    if not isinstance(found, str):
        raise TypeError(f"{message.__name__} is not a tagged message")
    return found


def _members(message: object) -> tuple[Any, ...]:
    """Return the classes of a union; a union of one is that class itself."""
    return get_args(message) or (message,)


EVENT_TYPES: Final[tuple[type[Event], ...]] = _members(LogEvent)
STATE_TYPES: Final[tuple[type[State], ...]] = _members(LiveState)
SNAPSHOT_TYPES: Final[tuple[type[Struct], ...]] = _members(Snapshot)
NOTICE_TYPES: Final[tuple[type[Notice], ...]] = _members(LiveNotice)
SIGNAL_TYPES: Final[tuple[type[Signal], ...]] = _members(ClientSignal)
CLIENT_COMMAND_TYPES: Final[tuple[type[Command], ...]] = (
    *_members(ConnectionCommand),
    *_members(PersonCommand),
)
COMMAND_TYPES: Final[tuple[type[Command], ...]] = (*CLIENT_COMMAND_TYPES, *_members(ServerCommand))
