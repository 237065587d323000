"""The messages of the wire, version 1, as structs. Made by `make generate`; do not edit."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType, field

from cornerman_client.frames import Command, Event, Notice, OpenEnum, Signal, State


class SetKind(OpenEnum):
    """What a set is for. Warm-up sets count for no record and no volume."""

    WARM_UP = "warm_up"
    WORKING = "working"
    DROP = "drop"
    FAILURE = "failure"


class LengthUnit(OpenEnum):
    """What a length was entered in. A mile is 1609.344 m, a yard 0.9144 m, a foot 0.3048 m exactly."""

    M = "m"
    KM = "km"
    MI = "mi"
    YD = "yd"
    FT = "ft"


class Length(Struct, frozen=True, kw_only=True):
    """A length, as entered."""

    value: Decimal
    """A decimal number, best sent as a string: at most 7 digits, 3 of them behind the point."""
    unit: LengthUnit


class MassUnit(OpenEnum):
    """What a mass was entered in. A pound is 0.45359237 kg exactly."""

    KG = "kg"
    LB = "lb"


class Mass(Struct, frozen=True, kw_only=True):
    """A mass, as entered."""

    value: Decimal
    """A decimal number, best sent as a string: at most 7 digits, 3 of them behind the point."""
    unit: MassUnit


class MassLoad(Struct, frozen=True, kw_only=True, tag_field="by", tag="mass"):
    """So much on the bar."""

    mass: Mass


class PercentLoad(Struct, frozen=True, kw_only=True, tag_field="by", tag="percent"):
    """So much of the one-repetition maximum."""

    percent: float
    """At most 150."""


class EffortLoad(Struct, frozen=True, kw_only=True, tag_field="by", tag="rpe"):
    """As much as feels like this."""

    rpe: float
    """RPE: 10 is nothing left, 8 is two more. 1 to 10."""


class PlannedSet(Struct, frozen=True, kw_only=True):
    """One set of a plan. With `most_reps` it is a range; `rir` is how many repetitions are to be left.

    `tempo` is seconds down, held, up, held, as in `3-1-2-0`; an X is as fast as it goes.
    """

    kind: SetKind = SetKind.WORKING
    reps: int | None = None
    """1 to 1,000."""
    most_reps: int | None = None
    """1 to 1,000."""
    seconds: int | None = None
    """1 to 14,400."""
    distance: Length | None = None
    load: MassLoad | PercentLoad | EffortLoad | None = None
    rir: int | None = None
    """0 to 10."""
    tempo: str | None = None
    rest_seconds: int | None = None
    """1 to 14,400."""


class PlannedExercise(Struct, frozen=True, kw_only=True):
    """An exercise and its sets."""

    exercise_id: str
    """An exercise of the library, or `own:` and a name of one's own. 1 to 120 characters."""
    sets: tuple[PlannedSet, ...]
    note: str = ""
    """At most 1,000 characters."""


class SetsBlock(Struct, frozen=True, kw_only=True, tag_field="type", tag="sets"):
    """Sets of one exercise; of several in turn it is a superset, or a circuit.

    Rest is what the set says; else what the block says, in a superset after the last exercise of each turn.
    """

    exercises: tuple[PlannedExercise, ...]
    rest_seconds: int | None = None
    """1 to 14,400."""
    name: str = ""
    """At most 100 characters."""


class Station(Struct, frozen=True, kw_only=True):
    """One stretch of work of an interval block, and the rest after it.

    `target` is what to aim at, in words (`90-95 % of HRmax`).
    """

    work_seconds: int
    """1 to 14,400."""
    rest_seconds: int = 0
    """0 to 14,400."""
    exercise_id: str | None = None
    """An exercise of the library, or `own:` and a name of one's own. 1 to 120 characters."""
    target: str = ""
    """At most 100 characters."""


class IntervalsBlock(Struct, frozen=True, kw_only=True, tag_field="type", tag="intervals"):
    """Timed work: its stations one after another, so many rounds of them. After the very last work there is no rest.

    `prepare_seconds` count down before the first; `round_rest_seconds` take the place of the last station's rest
    between two rounds where they are given.
    """

    stations: tuple[Station, ...]
    rounds: int = 1
    """1 to 100."""
    round_rest_seconds: int | None = None
    """1 to 14,400."""
    prepare_seconds: int = 0
    """0 to 600."""
    warm_up_seconds: int = 0
    """0 to 3,600."""
    cool_down_seconds: int = 0
    """0 to 3,600."""
    name: str = ""
    """At most 100 characters."""


class Side(OpenEnum):
    """Which side a set was done with."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Planned(Struct, frozen=True, kw_only=True):
    """A place in the plan, counted from 0: a block, an exercise of it, a set of that."""

    block: int
    """0 to 29."""
    exercise: int | None = None
    """0 to 29."""
    set: int | None = None
    """0 to 29."""


class DoneSet(Struct, frozen=True, kw_only=True):
    """What was done in one set, as entered. Something of it must be said: repetitions, a time or a distance."""

    exercise_id: str
    """An exercise of the library, or `own:` and a name of one's own. 1 to 120 characters."""
    kind: SetKind = SetKind.WORKING
    mass: Mass | None = None
    reps: int | None = None
    """1 to 1,000."""
    seconds: int | None = None
    """1 to 86,400."""
    distance: Length | None = None
    rpe: float | None = None
    """RPE: 10 is nothing left, 8 is two more. 1 to 10."""
    side: Side | None = None
    planned: Planned | None = None
    note: str = ""
    """At most 500 characters."""


class LoggedSet(Struct, frozen=True, kw_only=True):
    """A set of a workout that is logged afterwards; without `at` the sets are spread over its time in their order."""

    done: DoneSet
    at: datetime | None = None


class Sex(OpenEnum):
    """What formulas of the heart tell apart. Who gives none is reckoned by what holds for everybody."""

    FEMALE = "female"
    MALE = "male"


class TrainingLevel(OpenEnum):
    """How much somebody has trained, and how much an exercise asks for."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    EXPERT = "expert"


class Force(OpenEnum):
    """Which way an exercise goes."""

    PULL = "pull"
    PUSH = "push"
    STATIC = "static"


class Mechanic(OpenEnum):
    """Whether it moves several joints or one."""

    COMPOUND = "compound"
    ISOLATION = "isolation"


class Equipment(OpenEnum):
    """What somebody may have to train with. What everybody has, a wall, a chair, a towel, is not asked."""

    BARBELL = "barbell"
    EZ_BAR = "ez_bar"
    TRAP_BAR = "trap_bar"
    DUMBBELL = "dumbbell"
    KETTLEBELL = "kettlebell"
    CABLE = "cable"
    MACHINE = "machine"
    SMITH = "smith"
    BAND = "band"
    MEDICINE_BALL = "medicine_ball"
    EXERCISE_BALL = "exercise_ball"
    BOSU = "bosu"
    FOAM_ROLLER = "foam_roller"
    PULL_UP_BAR = "pull_up_bar"
    DIP_BARS = "dip_bars"
    BENCH = "bench"
    BOX = "box"
    PLATE = "plate"
    SLED = "sled"
    RINGS = "rings"
    SUSPENSION = "suspension"
    CLIMBING_ROPE = "climbing_rope"
    JUMP_ROPE = "jump_rope"
    BATTLE_ROPES = "battle_ropes"
    CHAINS = "chains"
    STRONGMAN_KIT = "strongman_kit"
    SANDBAG = "sandbag"
    TIRE = "tire"
    SLEDGEHAMMER = "sledgehammer"
    AB_WHEEL = "ab_wheel"
    PARTNER = "partner"
    TREADMILL = "treadmill"
    BIKE = "bike"
    ROWER = "rower"
    ELLIPTICAL = "elliptical"
    STAIR_MACHINE = "stair_machine"
    LANDMINE = "landmine"
    HEAVY_BAG = "heavy_bag"
    CONES = "cones"


class BodyLimit(OpenEnum):
    """What hurts or must be minded. What it forbids is never found."""

    KNEE = "knee"
    LOWER_BACK = "lower_back"
    SHOULDER = "shoulder"
    ELBOW = "elbow"
    WRIST = "wrist"
    NECK = "neck"
    ANKLE = "ankle"
    HIP = "hip"
    HAMSTRING = "hamstring"
    GROIN = "groin"
    PREGNANCY = "pregnancy"
    POSTPARTUM = "postpartum"
    HERNIA = "hernia"
    HEART = "heart"
    BONES = "bones"
    OLDER = "older"
    DIZZINESS = "dizziness"


class Limits(Struct, frozen=True, kw_only=True):
    """What the server takes from one connection."""

    message_bytes: int
    commands_waiting: int
    commands_per_second: float
    sockets_per_person: int
    replay_events: int
    replay_bytes: int


class TopicState(Struct, frozen=True, kw_only=True):
    """Where a topic stands for this connection. `recovered`: the missed events follow, up to `offset`.

    Otherwise `snapshot` holds the topic's facts as they were at `offset`.
    """

    epoch: str
    offset: int
    recovered: bool = False
    snapshot: Raw | UnsetType = UNSET


class ConnectReply(Struct, frozen=True, kw_only=True):
    """The signed-in connection. `rate` is how fast the person's time runs: 1 except in a sandbox."""

    connection: UUID
    user: UUID
    now: datetime
    """The person's time."""
    rate: float
    ping_seconds: int
    token_expires_at: datetime
    """Real time, also in a sandbox."""
    limits: Limits
    topics: dict[str, TopicState]


class SubscribeReply(Struct, frozen=True, kw_only=True):
    """Where each topic that was asked for stands."""

    topics: dict[str, TopicState]


class Nothing(Struct, frozen=True, kw_only=True):
    """The data of a message that carries none."""


class AuthReply(Struct, frozen=True, kw_only=True):
    """When the new token ends."""

    token_expires_at: datetime
    """Real time, also in a sandbox."""


class ClockReply(Struct, frozen=True, kw_only=True):
    """The person's time at the server when the question was read and when the answer was written."""

    received_at: datetime
    sent_at: datetime
    rate: float


class FastStatus(OpenEnum):
    """Where a fast is in its life. A completed fast has reached its target and counts over until it is ended."""

    ACTIVE = "active"
    COMPLETED = "completed"
    ENDED = "ended"


class FastOutcome(OpenEnum):
    """How a fast ended against its target; within a minute of it is on time."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class FastingSession(Struct, frozen=True, kw_only=True):
    """One fast, as facts: what a device needs to show its timer without asking again."""

    session_id: UUID
    protocol_id: str
    started_at: datetime
    target_end_at: datetime
    target_reached_at: datetime | None = None
    actual_end_at: datetime | None = None
    status: FastStatus
    outcome: FastOutcome | None = None


class FastingSessionReply(Struct, frozen=True, kw_only=True):
    """The fast after the command."""

    session: FastingSession


class RoutineReply(Struct, frozen=True, kw_only=True):
    """Which routine it became: read it over REST, or from its event."""

    routine_id: UUID


class RoutineShareReply(Struct, frozen=True, kw_only=True):
    """What opens it for everybody who has it, until it is withdrawn; none when nothing does."""

    routine_id: UUID
    link: str | None = None


class WorkoutStatus(OpenEnum):
    """Where a workout is in its life."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    DISCARDED = "discarded"


class WorkoutReply(Struct, frozen=True, kw_only=True):
    """Which workout, and where it is in its life: the rest is in its topic."""

    session_id: UUID
    topic: str
    status: WorkoutStatus


class RecordKind(OpenEnum):
    """What a record is of, each for one exercise.

    Repetitions are compared at exactly the same mass, times at exactly the same distance; `volume` is of one workout.
    """

    HEAVIEST = "heaviest"
    REPS = "reps"
    E1RM = "e1rm"
    VOLUME = "volume"
    LONGEST = "longest"
    FARTHEST = "farthest"
    FASTEST = "fastest"


class Record(Struct, frozen=True, kw_only=True):
    """A record: the value, what it was reached with, and what stood before.

    Masses and volumes are in kg, times in seconds, distances in metres. `at_kg` and `at_metres` are what repetitions
    and times are compared at. `mass_unit` is what the mass of its set was entered in, for volume that of most sets: in
    that the value is exact too, a pound being 0.45359237 kg.
    """

    exercise_id: str
    kind: RecordKind
    value: Decimal
    at_kg: Decimal | None = None
    at_metres: Decimal | None = None
    session_id: UUID
    set_id: UUID | None = None
    at: datetime
    before: Decimal | None = None
    mass_unit: MassUnit | None = None


class SetReply(Struct, frozen=True, kw_only=True):
    """Which set, and the records that it is."""

    session_id: UUID
    set_id: UUID
    records: tuple[Record, ...] = ()


class Role(OpenEnum):
    """What a person may do."""

    FREE = "free"
    PREMIUM = "premium"
    ADMIN = "admin"


class Tier(OpenEnum):
    """What a person pays for; it sets quotas, and any paid tier gives the premium role."""

    FREE = "free"
    CORE = "core"
    PRO = "pro"
    ELITE = "elite"


class PersonTime(Struct, frozen=True, kw_only=True):
    """How a person's time relates to real time: at `real_at` it was `person_at`, and it runs `rate` times as fast.

    The rate is 1 and both moments are equal, except in a sandbox.
    """

    real_at: datetime
    person_at: datetime
    rate: float


class Person(Struct, frozen=True, kw_only=True):
    """Who somebody is, as far as their own devices need to know."""

    user_id: UUID
    name: str
    time_zone: str
    role: Role
    tier: Tier
    time: PersonTime


class PersonReply(Struct, frozen=True, kw_only=True):
    """The person after the command."""

    person: Person


class Weighing(Struct, frozen=True, kw_only=True):
    """A mass of the body, as entered, and since when it holds."""

    mass: Mass
    at: datetime


class Body(Struct, frozen=True, kw_only=True):
    """What is known of a person's body. `weighing` is the last one."""

    birth_year: int | None = None
    sex: Sex | None = None
    resting_heart_rate: int | None = None
    maximum_heart_rate: int | None = None
    weighing: Weighing | None = None


class BodyReply(Struct, frozen=True, kw_only=True):
    """The body after the command."""

    body: Body


class ExerciseReply(Struct, frozen=True, kw_only=True):
    """Which exercise it was: read it over REST, or from its event."""

    exercise_id: str


class TrainingProfile(Struct, frozen=True, kw_only=True):
    """What a person trains with, what must be minded, how far they are.

    Without `equipment` they never said what they have, and everything is looked for; empty it says that a body is all.
    """

    equipment: tuple[Equipment, ...] | None = None
    limits: tuple[BodyLimit, ...] = ()
    level: TrainingLevel | None = None


class TrainingProfileReply(Struct, frozen=True, kw_only=True):
    """The profile as it is now."""

    profile: TrainingProfile


class FastingEventData(Struct, frozen=True, kw_only=True):
    """The fast as the event left it; `session_id` stands also outside, where readers look for it."""

    session_id: UUID
    session: FastingSession


class OriginKind(OpenEnum):
    """Where a routine or a workout came from."""

    OWN = "own"
    READY = "ready"
    COACH = "coach"
    SHARED = "shared"
    IMPORTED = "imported"


class Origin(Struct, frozen=True, kw_only=True):
    """Where something came from, and which one: the coach's turn, the routine's author, the tool it was exported by."""

    kind: OriginKind
    of: str = ""


class Routine(Struct, frozen=True, kw_only=True):
    """One routine. `source` says where a ready-made one was published.

    `routine_id` is a UUID of one's own, the name of a ready-made one, the link of one that somebody shared. `link` is
    what opens one's own for others, while it is shared.
    """

    routine_id: str
    name: str
    blocks: tuple[SetsBlock | IntervalsBlock, ...]
    note: str = ""
    origin: Origin
    source: str = ""
    link: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class RoutineSavedData(Struct, frozen=True, kw_only=True):
    """The routine as it is now."""

    routine: Routine


class RoutineDeletedData(Struct, frozen=True, kw_only=True):
    """Which one is gone."""

    routine_id: UUID


class WorkoutBrief(Struct, frozen=True, kw_only=True):
    """Which workout runs: the rest is in its topic."""

    session_id: UUID
    topic: str
    name: str
    started_at: datetime


class WorkoutStartedData(Struct, frozen=True, kw_only=True):
    """The workout that runs now."""

    session_id: UUID
    workout: WorkoutBrief


class OneRepMaximum(Struct, frozen=True, kw_only=True):
    """An estimate, by both formulas, in kg; from sets of 1 to 12 repetitions. The better of a workout's sets counts."""

    epley_kg: Decimal
    brzycki_kg: Decimal


class ExerciseSummary(Struct, frozen=True, kw_only=True):
    """What one exercise came to, warm-up sets aside. `mass_unit` is what most of its masses were entered in."""

    exercise_id: str
    name: str
    sets: int
    reps: int = 0
    volume_kg: Decimal = Decimal(0)
    seconds: int = 0
    metres: Decimal = Decimal(0)
    one_rep_maximum: OneRepMaximum | None = None
    mass_unit: MassUnit | None = None


class MuscleSummary(Struct, frozen=True, kw_only=True):
    """What one muscle got: a set counts 1 where it is primary and 0.5 where it is secondary, its volume alike."""

    muscle: str
    sets: Decimal
    volume_kg: Decimal


class EnergyShare(Struct, frozen=True, kw_only=True):
    """A stretch of time and what it cost: kcal are MET times kg times hours, by the weight at that time.

    `code` is the 2024 Compendium's.
    """

    code: str
    met: Decimal
    seconds: int


class LoadMethod(OpenEnum):
    """How training load was reckoned: Banister's TRIMP by heart rate, or session RPE times minutes (Foster)."""

    TRIMP = "trimp"
    SESSION_RPE = "session_rpe"


class TrainingLoad(Struct, frozen=True, kw_only=True):
    """The load, in the units of its method."""

    method: LoadMethod
    value: Decimal


class HeartSummary(Struct, frozen=True, kw_only=True):
    """What the heart did. Five zones from 50 % on by tenths; `zones_by` names what they are reckoned from."""

    average: int
    maximum: int
    covered: Decimal
    zone_seconds: tuple[int, int, int, int, int]
    zones_by: str


class WorkoutSummary(Struct, frozen=True, kw_only=True):
    """What a workout came to. `moving_seconds` is its time less pauses.

    `mass_unit` is what most of its masses were entered in: show `volume_kg` in that, a pound being 0.45359237 kg.
    """

    moving_seconds: int
    paused_seconds: int
    sets: int
    reps: int
    volume_kg: Decimal
    exercises: tuple[ExerciseSummary, ...]
    muscles: tuple[MuscleSummary, ...]
    energy: tuple[EnergyShare, ...]
    load: TrainingLoad | None = None
    heart: HeartSummary | None = None
    mass_unit: MassUnit | None = None


class FinishedWorkout(Struct, frozen=True, kw_only=True):
    """A finished workout, with all that streaks, goals and the coach derive from it. `time_zone` is the person's then."""

    session_id: UUID
    name: str
    origin: Origin
    routine_id: str | None = None
    started_at: datetime
    ended_at: datetime
    time_zone: str
    rpe: float | None = None
    note: str = ""
    planned_sets: int = 0
    planned_done: int = 0
    summary: WorkoutSummary
    records: tuple[Record, ...] = ()


class WorkoutFinishedData(Struct, frozen=True, kw_only=True):
    """The workout."""

    session_id: UUID
    workout: FinishedWorkout


class WorkoutCorrectedData(Struct, frozen=True, kw_only=True):
    """The workout as it was and as it is."""

    session_id: UUID
    before: FinishedWorkout
    after: FinishedWorkout


class WorkoutDiscardedData(Struct, frozen=True, kw_only=True):
    """Which workout; `before` is what counted until now, when it was finished."""

    session_id: UUID
    before: FinishedWorkout | None = None


class RecordData(Struct, frozen=True, kw_only=True):
    """The record."""

    session_id: UUID
    record: Record


class SignOutReason(OpenEnum):
    """Why sign-ins ended."""

    SIGNED_OUT = "signed_out"
    TOKEN_REUSED = "token_reused"
    SUSPENDED = "suspended"


class AccountSignedOutData(Struct, frozen=True, kw_only=True):
    """Which sign-in ended (its `sid`), or every one when it is left out, and why."""

    family_id: UUID | None = None
    reason: SignOutReason


class BodyUpdatedData(Struct, frozen=True, kw_only=True):
    """The body; `user_id` says whose."""

    user_id: UUID
    body: Body


class OwnExercise(Struct, frozen=True, kw_only=True):
    """An exercise that a person added for themselves. Nobody else finds or sees it."""

    exercise_id: str
    name: str
    aliases: tuple[str, ...] = ()
    category: str
    equipment: tuple[str, ...] = ()
    primary_muscles: tuple[str, ...] = ()
    secondary_muscles: tuple[str, ...] = ()
    level: TrainingLevel | None = None
    force: Force | None = None
    mechanic: Mechanic | None = None
    instructions: tuple[str, ...] = ()


class ExerciseSavedData(Struct, frozen=True, kw_only=True):
    """The exercise as it is now."""

    exercise: OwnExercise


class ExerciseDeletedData(Struct, frozen=True, kw_only=True):
    """Which one is gone."""

    exercise_id: str


class ExerciseMark(Struct, frozen=True, kw_only=True):
    """What a person thinks of an exercise."""

    exercise_id: str
    favourite: bool = False
    disliked: bool = False
    note: str = ""


class ExerciseMarkedData(Struct, frozen=True, kw_only=True):
    """What is thought of the exercise now."""

    mark: ExerciseMark


class TrainingProfileChangedData(Struct, frozen=True, kw_only=True):
    """The profile; `user_id` says whose."""

    user_id: UUID
    profile: TrainingProfile


class WorkoutSet(Struct, frozen=True, kw_only=True):
    """A set of a workout: what was done, when, and when that was last said. Sets are in the order of `at`, `set_id`."""

    set_id: UUID
    at: datetime
    changed_at: datetime
    done: DoneSet


class Rest(Struct, frozen=True, kw_only=True):
    """A rest between sets, pauses reckoned in."""

    started_at: datetime
    ends_at: datetime


class PreviousSet(Struct, frozen=True, kw_only=True):
    """A set of the last workout that had the exercise."""

    at: datetime
    done: DoneSet


class SetLoggedData(Struct, frozen=True, kw_only=True):
    """The set, the rest that runs after it, and the sets of the last time of its exercise."""

    session_id: UUID
    set: WorkoutSet
    rest: Rest | None = None
    previous: tuple[PreviousSet, ...] = ()


class SetEditedData(Struct, frozen=True, kw_only=True):
    """The set as it was and as it is."""

    session_id: UUID
    before: WorkoutSet
    set: WorkoutSet
    rest: Rest | None = None
    previous: tuple[PreviousSet, ...] = ()


class SetDeletedData(Struct, frozen=True, kw_only=True):
    """The set that counts no more."""

    session_id: UUID
    before: WorkoutSet
    rest: Rest | None = None


class Swap(Struct, frozen=True, kw_only=True):
    """What is done in place of what was planned; a swap is of an exercise of a block."""

    planned: Planned
    exercise_id: str


class PlanChangedData(Struct, frozen=True, kw_only=True):
    """What is skipped and swapped now, in all; `previous` of an exercise that is new."""

    session_id: UUID
    skipped: tuple[Planned, ...]
    swaps: tuple[Swap, ...]
    exercise_id: str | None = None
    previous: tuple[PreviousSet, ...] = ()


class IntervalKind(OpenEnum):
    """What a stretch of an interval block is for."""

    PREPARE = "prepare"
    WARM_UP = "warm_up"
    WORK = "work"
    REST = "rest"
    ROUND_REST = "round_rest"
    COOL_DOWN = "cool_down"


class Interval(Struct, frozen=True, kw_only=True):
    """One stretch of the timeline. Rounds and stations are counted from 1; outside of the rounds both are 0."""

    kind: IntervalKind
    seconds: int
    round: int = 0
    station: int = 0
    exercise_id: str | None = None
    target: str = ""


class IntervalClock(Struct, frozen=True, kw_only=True):
    """Where the timeline of a block is: its first interval began at `starts_at`, pauses and skips reckoned in.

    What runs at a moment follows from that and the intervals' seconds, on every device alike; while the workout is
    paused the moment is `paused_at`.
    """

    block: int
    starts_at: datetime
    intervals: tuple[Interval, ...]


class WorkoutTime(Struct, frozen=True, kw_only=True):
    """All clocks of a workout. `paused_seconds` is what earlier pauses took."""

    paused_at: datetime | None = None
    paused_seconds: float = 0.0
    clock: IntervalClock | None = None
    rest: Rest | None = None


class WorkoutTimeData(Struct, frozen=True, kw_only=True):
    """All clocks, and whether they run."""

    session_id: UUID
    status: WorkoutStatus
    time: WorkoutTime


class RestOverData(Struct, frozen=True, kw_only=True):
    """The workout, with what a notification says: how long the rest was, and what comes next, as far as it is planned."""

    session_id: UUID
    rested_seconds: int
    next: Planned | None = None
    next_exercise: str = ""


class IntervalData(Struct, frozen=True, kw_only=True):
    """Which interval of the timeline began, counted from 0; past the last one the block is done."""

    session_id: UUID
    block: int
    index: int
    kind: IntervalKind | None = None
    seconds: int = 0
    exercise: str = ""
    done: bool = False


class WorkoutEndedData(Struct, frozen=True, kw_only=True):
    """How it ended; one that was thrown away has no end."""

    session_id: UUID
    status: WorkoutStatus
    ended_at: datetime | None = None
    note: str = ""
    time: WorkoutTime
    summary: WorkoutSummary | None = None


class FastingTickData(Struct, frozen=True, kw_only=True):
    """The running fast's clock in whole seconds. `over_seconds` counts after the target."""

    session_id: UUID
    elapsed_seconds: int
    remaining_seconds: int
    over_seconds: int
    target_seconds: int


class WorkoutTickData(Struct, frozen=True, kw_only=True):
    """The clocks in whole seconds: of the workout, of the running interval, of the rest."""

    session_id: UUID
    elapsed_seconds: int
    paused: bool = False
    interval: int | None = None
    interval_remaining_seconds: int | None = None
    rest_remaining_seconds: int | None = None


class HeartRateData(Struct, frozen=True, kw_only=True):
    """Beats a minute, and when they were counted."""

    session_id: UUID
    at: datetime
    heart_rate: int


class CadenceData(Struct, frozen=True, kw_only=True):
    """Steps or turns a minute, and when they were counted."""

    session_id: UUID
    at: datetime
    cadence: int


class PowerData(Struct, frozen=True, kw_only=True):
    """Watts, and when they were measured."""

    session_id: UUID
    at: datetime
    power: int


class PingNoticeData(Struct, frozen=True, kw_only=True):
    """The person's time and where the connection's topics stand."""

    now: datetime
    heads: dict[str, int]


class GoodbyeData(Struct, frozen=True, kw_only=True):
    """Come back after a uniform random wait of up to `spread_seconds`."""

    spread_seconds: int


class ShedData(Struct, frozen=True, kw_only=True):
    """How many ephemeral messages this connection missed because it reads too slowly."""

    count: int


class UserSnapshot(Struct, frozen=True, kw_only=True):
    """The facts of a person's own topic.

    `fast` and `workout` are those that run, `body` and `training` what was told, if anything was. Routines, own exercises and
    what is thought of exercises are read over REST.
    """

    person: Person
    fast: FastingSession | None = None
    workout: WorkoutBrief | None = None
    body: Body | None = None
    training: TrainingProfile | None = None


class Workout(Struct, frozen=True, kw_only=True):
    """One workout, whole: what a device needs to show it without asking again.

    `previous` are the sets of the last time, by exercise, for all exercises that are planned or were done.
    """

    session_id: UUID
    topic: str
    name: str
    status: WorkoutStatus
    started_at: datetime
    ended_at: datetime | None = None
    origin: Origin
    routine_id: str | None = None
    note: str = ""
    blocks: tuple[SetsBlock | IntervalsBlock, ...] = ()
    sets: tuple[WorkoutSet, ...] = ()
    skipped: tuple[Planned, ...] = ()
    swaps: tuple[Swap, ...] = ()
    time: WorkoutTime = WorkoutTime(paused_at=None, paused_seconds=0.0, clock=None, rest=None)
    previous: dict[str, tuple[PreviousSet, ...]] = field(default_factory=dict[str, tuple[PreviousSet, ...]])


class Detail(Struct, frozen=True, kw_only=True):
    """What is wrong with one field, and how to mend it; `value` is what stands in the way, where that helps."""

    field: str
    message: str
    value: Any = None


class Error(Struct, frozen=True, kw_only=True):
    """An error of the catalogue as a client sees it. `temporary`: the same command may succeed later."""

    code: str
    message: str
    details: tuple[Detail, ...] = ()
    temporary: bool = False
    retry_after_seconds: int | None = None
    now: datetime | None = None


class Connect(Command[ConnectReply], frozen=True, kw_only=True):
    """The first message of a connection.

    `token` may come as an `Authorization: Bearer` header instead; `positions` are what the device has seen.
    """

    wire_type: ClassVar[str] = "connect"
    reply_type: ClassVar[type[Struct]] = ConnectReply
    token: str | None = None
    """1 to 4,096 characters."""
    device: str
    """One running app; a browser tab makes its own. 1 to 64 characters."""
    app: str = ""
    """At most 64 characters."""
    foreground: bool = True
    tick_seconds: int = 1
    """Seconds between two ticks of a running timer. 1 to 60."""
    batch: bool = False
    positions: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """At most 100 entries."""


class Subscribe(Command[SubscribeReply], frozen=True, kw_only=True):
    """Follow a further topic.

    The topic to follow, and how far the device has seen it.
    """

    wire_type: ClassVar[str] = "subscribe"
    reply_type: ClassVar[type[Struct]] = SubscribeReply
    topic: str
    """1 to 200 characters."""
    position: tuple[str, int] | None = None


class Unsubscribe(Command[Nothing], frozen=True, kw_only=True):
    """Stop following a topic.

    The topic to leave. The person's own cannot be left.
    """

    wire_type: ClassVar[str] = "unsubscribe"
    reply_type: ClassVar[type[Struct]] = Nothing
    topic: str
    """1 to 200 characters."""


class Auth(Command[AuthReply], frozen=True, kw_only=True):
    """Refresh the token on the open socket.

    A newer access token of the same person and family.
    """

    wire_type: ClassVar[str] = "auth"
    reply_type: ClassVar[type[Struct]] = AuthReply
    token: str
    """1 to 4,096 characters."""


class Clock(Command[ClockReply], frozen=True, kw_only=True):
    """Ask for the time; answered at once, before commands that wait."""

    wire_type: ClassVar[str] = "clock"
    reply_type: ClassVar[type[Struct]] = ClockReply


class Ping(Command[Nothing], frozen=True, kw_only=True):
    """A life sign with an answer; answered at once, before commands that wait."""

    wire_type: ClassVar[str] = "ping"
    reply_type: ClassVar[type[Struct]] = Nothing


class FastingStart(Command[FastingSessionReply], frozen=True, kw_only=True):
    """Start a fast; one may run at a time.

    Which protocol to follow.
    """

    wire_type: ClassVar[str] = "fasting:start"
    reply_type: ClassVar[type[Struct]] = FastingSessionReply
    back_seconds: ClassVar[int] = 86_400
    protocol_id: str
    """As people write it. 1 to 16 characters."""


class FastingEnd(Command[FastingSessionReply], frozen=True, kw_only=True):
    """End the running fast.

    Which fast to end; the running one when it is left out.
    """

    wire_type: ClassVar[str] = "fasting:end"
    reply_type: ClassVar[type[Struct]] = FastingSessionReply
    back_seconds: ClassVar[int] = 86_400
    session_id: UUID | None = None


class RoutineSave(Command[RoutineReply], frozen=True, kw_only=True):
    """Keep a routine, new or changed. To change one that is not one's own makes a copy of it.

    The whole routine. Without `routine_id` it becomes a new one, with that of a ready-made or shared one a copy.

    A device that is offline names a new one itself by a new UUID, so that what it queues can refer to it.
    """

    wire_type: ClassVar[str] = "routine:save"
    reply_type: ClassVar[type[Struct]] = RoutineReply
    name: str
    """1 to 100 characters."""
    blocks: tuple[SetsBlock | IntervalsBlock, ...]
    note: str = ""
    """At most 1,000 characters."""
    turn: str | None = None
    """1 to 64 characters."""
    source: str | None = None
    """1 to 64 characters."""
    routine_id: str | None = None
    """1 to 64 characters."""


class RoutineDelete(Command[RoutineReply], frozen=True, kw_only=True):
    """Delete a routine of one's own. Workouts that began with it keep their plan.

    Which one.
    """

    wire_type: ClassVar[str] = "routine:delete"
    reply_type: ClassVar[type[Struct]] = RoutineReply
    routine_id: UUID


class RoutineShare(Command[RoutineShareReply], frozen=True, kw_only=True):
    """Share a routine by a link.

    Which one; with `shared: false` its link opens nothing any more.
    """

    wire_type: ClassVar[str] = "routine:share"
    reply_type: ClassVar[type[Struct]] = RoutineShareReply
    routine_id: UUID
    shared: bool = True


class RoutineCopy(Command[RoutineReply], frozen=True, kw_only=True):
    """Keep a copy of a routine that somebody shared, under one's own routines.

    What its author gave out.
    """

    wire_type: ClassVar[str] = "routine:copy"
    reply_type: ClassVar[type[Struct]] = RoutineReply
    link: str
    """What opens a shared routine for everybody who has it. 16 to 64 characters."""


class WorkoutStart(Command[WorkoutReply], frozen=True, kw_only=True):
    """Start a workout; one may run at a time. When its first block is of intervals their clock starts with it.

    What to start with: a routine, blocks of one's own or the coach's (`turn` says by which answer), or nothing.

    A device that is offline names the workout itself by a new UUID, so that what it queues can refer to it.
    """

    wire_type: ClassVar[str] = "workout:start"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    routine_id: str | None = None
    """1 to 64 characters."""
    blocks: tuple[SetsBlock | IntervalsBlock, ...] = ()
    turn: str | None = None
    """1 to 64 characters."""
    name: str | None = None
    """1 to 100 characters."""
    note: str = ""
    """At most 1,000 characters."""


class WorkoutSetLog(Command[SetReply], frozen=True, kw_only=True):
    """Log a set. Rest begins with it, as long as is said here, else as long as the plan says.

    What was done, and how long to rest after it; a device may name the set itself.
    """

    wire_type: ClassVar[str] = "workout:set_log"
    reply_type: ClassVar[type[Struct]] = SetReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    set_id: UUID | None = None
    done: DoneSet
    rest_seconds: int | None = None
    """1 to 14,400."""


class WorkoutSetEdit(Command[SetReply], frozen=True, kw_only=True):
    """Say anew what was done in a set, also of a finished workout.

    Which set, and what was done in it after all.
    """

    wire_type: ClassVar[str] = "workout:set_edit"
    reply_type: ClassVar[type[Struct]] = SetReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    set_id: UUID
    done: DoneSet


class WorkoutSetDelete(Command[SetReply], frozen=True, kw_only=True):
    """Take a set back, also of a finished workout.

    Which set.
    """

    wire_type: ClassVar[str] = "workout:set_delete"
    reply_type: ClassVar[type[Struct]] = SetReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    set_id: UUID


class WorkoutSkip(Command[WorkoutReply], frozen=True, kw_only=True):
    """Skip a part of the plan, or go on to the next interval at once.

    What to skip of the plan: a block, an exercise, a set; the running interval when nothing is named.
    """

    wire_type: ClassVar[str] = "workout:skip"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    planned: Planned | None = None


class WorkoutSwap(Command[WorkoutReply], frozen=True, kw_only=True):
    """Do another exercise than the one that was planned.

    Which exercise of the plan, and what to do in its place.
    """

    wire_type: ClassVar[str] = "workout:swap"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    planned: Planned
    exercise_id: str
    """An exercise of the library, or `own:` and a name of one's own. 1 to 120 characters."""


class WorkoutIntervals(Command[WorkoutReply], frozen=True, kw_only=True):
    """Start the clock of a block of intervals, from its beginning.

    Which block of intervals, counted from 0.
    """

    wire_type: ClassVar[str] = "workout:intervals"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    block: int
    """0 to 29."""


class WorkoutRest(Command[WorkoutReply], frozen=True, kw_only=True):
    """Start to rest, in place of a rest that may be running.

    How long.
    """

    wire_type: ClassVar[str] = "workout:rest"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    seconds: int
    """1 to 14,400."""


class WorkoutRestExtend(Command[WorkoutReply], frozen=True, kw_only=True):
    """Rest longer.

    How long.
    """

    wire_type: ClassVar[str] = "workout:rest_extend"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    seconds: int
    """1 to 14,400."""


class WorkoutRestSkip(Command[WorkoutReply], frozen=True, kw_only=True):
    """Rest no longer.

    Which workout; the running one when it is left out.
    """

    wire_type: ClassVar[str] = "workout:rest_skip"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None


class WorkoutPause(Command[WorkoutReply], frozen=True, kw_only=True):
    """Stop all clocks of the workout.

    Which workout; the running one when it is left out.
    """

    wire_type: ClassVar[str] = "workout:pause"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None


class WorkoutResume(Command[WorkoutReply], frozen=True, kw_only=True):
    """Let all clocks go on where they stopped.

    Which workout; the running one when it is left out.
    """

    wire_type: ClassVar[str] = "workout:resume"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None


class WorkoutFinish(Command[WorkoutReply], frozen=True, kw_only=True):
    """Finish the workout.

    How hard the whole was, and what is to be remembered.
    """

    wire_type: ClassVar[str] = "workout:finish"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None
    rpe: float | None = None
    """RPE: 10 is nothing left, 8 is two more. 1 to 10."""
    note: str | None = None
    """At most 1,000 characters."""


class WorkoutDiscard(Command[WorkoutReply], frozen=True, kw_only=True):
    """Throw a workout away, running or finished: it counts for nothing any more.

    Which workout; the running one when it is left out.
    """

    wire_type: ClassVar[str] = "workout:discard"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = 604_800
    session_id: UUID | None = None


class WorkoutLog(Command[WorkoutReply], frozen=True, kw_only=True):
    """Log a workout that is over, whole.

    A whole workout, from any day; `source` says where it is from, when it was not typed in.

    A device may name the workout itself, so that what is logged twice, however much later, is one.
    """

    wire_type: ClassVar[str] = "workout:log"
    reply_type: ClassVar[type[Struct]] = WorkoutReply
    session_id: UUID | None = None
    name: str
    """1 to 100 characters."""
    started_at: datetime
    ended_at: datetime
    sets: tuple[LoggedSet, ...]
    rpe: float | None = None
    """RPE: 10 is nothing left, 8 is two more. 1 to 10."""
    note: str = ""
    """At most 1,000 characters."""
    source: str | None = None
    """1 to 64 characters."""


class AccountUpdate(Command[PersonReply], frozen=True, kw_only=True):
    """Change one's own name or time zone.

    What to change; what is left out stays.
    """

    wire_type: ClassVar[str] = "account:update"
    reply_type: ClassVar[type[Struct]] = PersonReply
    name: str | None = None
    """1 to 100 characters."""
    time_zone: str | None = None
    """IANA name. 1 to 64 characters."""


class AccountSignOut(Command[Nothing], frozen=True, kw_only=True):
    """Sign out this device or every device of the person.

    `everywhere`: every device; otherwise only the family (the sign-in) that sends it.
    """

    wire_type: ClassVar[str] = "account:sign_out"
    reply_type: ClassVar[type[Struct]] = Nothing
    everywhere: bool = False


class SandboxRate(Command[PersonReply], frozen=True, kw_only=True):
    """Let one's own time run faster. Taken only by a server in sandbox mode.

    How many times as fast as real time the person's time shall run.
    """

    wire_type: ClassVar[str] = "sandbox:rate"
    reply_type: ClassVar[type[Struct]] = PersonReply
    rate: float
    """1 to 10,000."""


class BodyUpdate(Command[BodyReply], frozen=True, kw_only=True):
    """Say what the body is like. A mass holds from now on: what earlier workouts cost stays.

    The body as it is. What is left out is not known (any more); without `mass` the last weighing stays.

    `maximum_heart_rate` is one that was measured. The mass is one of 20 to 500 kg, and the age one of 5 to 120 years.
    """

    wire_type: ClassVar[str] = "body:update"
    reply_type: ClassVar[type[Struct]] = BodyReply
    birth_year: int | None = None
    """1,880 to 9,999."""
    sex: Sex | None = None
    resting_heart_rate: int | None = None
    """Beats a minute. 25 to 250."""
    maximum_heart_rate: int | None = None
    """Beats a minute. 25 to 250."""
    mass: Mass | None = None


class ExerciseSave(Command[ExerciseReply], frozen=True, kw_only=True):
    """Keep an exercise of one's own, new or changed. Sets that were logged under its id before are sets of it.

    The whole exercise. Without `exercise_id` it is the one that has its id from this name, a new one if there is none.
    """

    wire_type: ClassVar[str] = "exercise:save"
    reply_type: ClassVar[type[Struct]] = ExerciseReply
    back_seconds: ClassVar[int] = 604_800
    name: str
    """1 to 100 characters."""
    aliases: tuple[str, ...] = ()
    category: str = "strength"
    """1 to 60 characters."""
    equipment: tuple[str, ...] = ()
    """In the libraries' words, so that filters know them."""
    primary_muscles: tuple[str, ...] = ()
    """In the libraries' words, so that filters know them."""
    secondary_muscles: tuple[str, ...] = ()
    """In the libraries' words, so that filters know them."""
    level: TrainingLevel | None = None
    force: Force | None = None
    mechanic: Mechanic | None = None
    instructions: tuple[str, ...] = ()
    exercise_id: str | None = None
    """`own:` and a name: one's own exercise. 1 to 120 characters."""


class ExerciseDelete(Command[ExerciseReply], frozen=True, kw_only=True):
    """Delete an exercise of one's own; one that is not there stays so. What was logged of it stays.

    Which one.
    """

    wire_type: ClassVar[str] = "exercise:delete"
    reply_type: ClassVar[type[Struct]] = ExerciseReply
    back_seconds: ClassVar[int] = 604_800
    exercise_id: str
    """`own:` and a name: one's own exercise. 1 to 120 characters."""


class ExerciseMarkSet(Command[ExerciseReply], frozen=True, kw_only=True):
    """Say what one thinks of an exercise. Favourites are found sooner, and what is disliked later.

    Which exercise, and all that a person thinks of it.
    """

    wire_type: ClassVar[str] = "exercise:mark"
    reply_type: ClassVar[type[Struct]] = ExerciseReply
    back_seconds: ClassVar[int] = 604_800
    favourite: bool = False
    disliked: bool = False
    note: str = ""
    """At most 1,000 characters."""
    exercise_id: str
    """An exercise of the library, or `own:` and a name of one's own. 1 to 120 characters."""


class TrainingProfileSet(Command[TrainingProfileReply], frozen=True, kw_only=True):
    """Say what one trains with, what must be minded, and how far one is. Search and alternatives keep to it.

    The whole profile: what is left out is not known any more.
    """

    wire_type: ClassVar[str] = "training:profile_set"
    reply_type: ClassVar[type[Struct]] = TrainingProfileReply
    back_seconds: ClassVar[int] = 604_800
    equipment: tuple[Equipment, ...] | None = None
    limits: tuple[BodyLimit, ...] = ()
    level: TrainingLevel | None = None


class Ack(Signal, frozen=True, kw_only=True):
    """The device's cumulative position in the topic; it only rises.

    The last event of the signal's topic that the app has taken in.
    """

    wire_type: ClassVar[str] = "ack"
    offset: int
    """0 to 9,007,199,254,740,991."""


class Foreground(Signal, frozen=True, kw_only=True):
    """The app came to the front or left it; a device in the background gets no state.

    Whether a person looks at the app now.
    """

    wire_type: ClassVar[str] = "foreground"
    foreground: bool


class Pong(Signal, frozen=True, kw_only=True):
    """The answer to the server's ping."""

    wire_type: ClassVar[str] = "pong"


class WorkoutSample(Signal, frozen=True, kw_only=True):
    """A sample for the running workout whose topic it names; the connection follows that topic.

    What the sensors of one device say, each as far as there is one. What is impossible is passed over.

    `at` is when it was measured, by the person's time and up to an hour back; now when it is left out.
    """

    wire_type: ClassVar[str] = "workout:sample"
    heart_rate: int | None = None
    """Beats a minute; 25 to 250 count. 0 to 65,535."""
    cadence: int | None = None
    """Steps or turns a minute; up to 300 count. 0 to 65,535."""
    power: int | None = None
    """Watts; up to 3,000 count. 0 to 65,535."""
    at: datetime | None = None


class FastingStarted(Event, frozen=True, kw_only=True, tag="fasting:started"):
    """A fast began."""

    data: FastingEventData


class FastingCompleted(Event, frozen=True, kw_only=True, tag="fasting:completed"):
    """A fast reached its target; it counts over until it is ended."""

    data: FastingEventData


class FastingEnded(Event, frozen=True, kw_only=True, tag="fasting:ended"):
    """A fast was ended."""

    data: FastingEventData


class RoutineSaved(Event, frozen=True, kw_only=True, tag="routine:saved"):
    """A routine is new, has changed, is shared or is so no longer."""

    data: RoutineSavedData


class RoutineDeleted(Event, frozen=True, kw_only=True, tag="routine:deleted"):
    """A routine was deleted."""

    data: RoutineDeletedData


class WorkoutStarted(Event, frozen=True, kw_only=True, tag="workout:started"):
    """A workout began. In the person's topic."""

    data: WorkoutStartedData


class WorkoutFinished(Event, frozen=True, kw_only=True, tag="workout:finished"):
    """A workout was finished, or logged afterwards. In the person's topic."""

    data: WorkoutFinishedData


class WorkoutCorrected(Event, frozen=True, kw_only=True, tag="workout:corrected"):
    """A finished workout was changed: a set was edited, deleted or came late. In the person's topic."""

    data: WorkoutCorrectedData


class WorkoutDiscarded(Event, frozen=True, kw_only=True, tag="workout:discarded"):
    """A workout was thrown away. In the person's topic."""

    data: WorkoutDiscardedData


class WorkoutRecord(Event, frozen=True, kw_only=True, tag="workout:record"):
    """A set is a record. The first time of an exercise is none, and of what was imported none is told. In the person's topic."""

    data: RecordData


class WorkoutRecordWithdrawn(Event, frozen=True, kw_only=True, tag="workout:record_withdrawn"):
    """What was told as a record is none: its set was edited or deleted. In the person's topic."""

    data: RecordData


class AccountUpdated(Event, frozen=True, kw_only=True, tag="account:updated"):
    """The person's facts changed (name, time zone, role, tier, or in a sandbox their time)."""

    data: PersonReply


class AccountSignedOut(Event, frozen=True, kw_only=True, tag="account:signed_out"):
    """Sign-ins of the person ended; their sockets close."""

    data: AccountSignedOutData


class BodyUpdated(Event, frozen=True, kw_only=True, tag="body:updated"):
    """What is known of the body changed. In the person's topic."""

    data: BodyUpdatedData


class ExerciseSaved(Event, frozen=True, kw_only=True, tag="exercise:saved"):
    """An exercise of one's own is new or has changed."""

    data: ExerciseSavedData


class ExerciseDeleted(Event, frozen=True, kw_only=True, tag="exercise:deleted"):
    """An exercise of one's own was deleted."""

    data: ExerciseDeletedData


class ExerciseMarked(Event, frozen=True, kw_only=True, tag="exercise:marked"):
    """What a person thinks of an exercise changed."""

    data: ExerciseMarkedData


class TrainingProfileChanged(Event, frozen=True, kw_only=True, tag="training:profile_changed"):
    """What a person trains with, what must be minded or how far they are changed. In the person's topic."""

    data: TrainingProfileChangedData


class WorkoutSetLogged(Event, frozen=True, kw_only=True, tag="workout:set_logged"):
    """A set was done."""

    data: SetLoggedData


class WorkoutSetEdited(Event, frozen=True, kw_only=True, tag="workout:set_edited"):
    """A set was said anew."""

    data: SetEditedData


class WorkoutSetDeleted(Event, frozen=True, kw_only=True, tag="workout:set_deleted"):
    """A set was taken back."""

    data: SetDeletedData


class WorkoutPlanChanged(Event, frozen=True, kw_only=True, tag="workout:plan_changed"):
    """A part of the plan was skipped or swapped."""

    data: PlanChangedData


class WorkoutPaused(Event, frozen=True, kw_only=True, tag="workout:paused"):
    """All clocks stopped."""

    data: WorkoutTimeData


class WorkoutResumed(Event, frozen=True, kw_only=True, tag="workout:resumed"):
    """All clocks go on."""

    data: WorkoutTimeData


class WorkoutClockSet(Event, frozen=True, kw_only=True, tag="workout:clock_set"):
    """A block's clock was started or moved: by a start, a skip, or a change that came late."""

    data: WorkoutTimeData


class WorkoutRestSet(Event, frozen=True, kw_only=True, tag="workout:rest_set"):
    """A rest began, got longer or was skipped; without `rest` nobody rests any more."""

    data: WorkoutTimeData


class WorkoutRestOver(Event, frozen=True, kw_only=True, tag="workout:rest_over"):
    """A rest is over; `at` is its second."""

    data: RestOverData


class WorkoutInterval(Event, frozen=True, kw_only=True, tag="workout:interval"):
    """An interval began, or the last one ended; `at` is its second."""

    data: IntervalData


class WorkoutEnded(Event, frozen=True, kw_only=True, tag="workout:ended"):
    """The workout was finished or thrown away; after that only corrections come."""

    data: WorkoutEndedData


class FastingTick(State, frozen=True, kw_only=True, tag="fasting:tick"):
    """A running fast's clock; sent every `tick_seconds` to devices in the foreground."""

    data: FastingTickData


class WorkoutTick(State, frozen=True, kw_only=True, tag="workout:tick"):
    """A running workout's clocks; sent every `tick_seconds` to devices in the foreground."""

    data: WorkoutTickData


class WorkoutHeartRate(State, frozen=True, kw_only=True, tag="workout:heart_rate"):
    """How fast a heart beats; `of` is the id of the person whose it is, whichever of their devices said so."""

    data: HeartRateData


class WorkoutCadence(State, frozen=True, kw_only=True, tag="workout:cadence"):
    """How fast somebody steps or turns; `of` is their id."""

    data: CadenceData


class WorkoutPower(State, frozen=True, kw_only=True, tag="workout:power"):
    """With what power somebody goes; `of` is their id."""

    data: PowerData


class PingNotice(Notice, frozen=True, kw_only=True, tag="ping"):
    """The server's question whether the client still lives; answered by `pong`."""

    data: PingNoticeData


class Goodbye(Notice, frozen=True, kw_only=True, tag="goodbye"):
    """The node is about to close; finish what waits and connect again."""

    data: GoodbyeData


class Shed(Notice, frozen=True, kw_only=True, tag="shed"):
    """Ephemeral messages were dropped."""

    data: ShedData


EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "fasting:started": FastingStarted,
    "fasting:completed": FastingCompleted,
    "fasting:ended": FastingEnded,
    "routine:saved": RoutineSaved,
    "routine:deleted": RoutineDeleted,
    "workout:started": WorkoutStarted,
    "workout:finished": WorkoutFinished,
    "workout:corrected": WorkoutCorrected,
    "workout:discarded": WorkoutDiscarded,
    "workout:record": WorkoutRecord,
    "workout:record_withdrawn": WorkoutRecordWithdrawn,
    "account:updated": AccountUpdated,
    "account:signed_out": AccountSignedOut,
    "body:updated": BodyUpdated,
    "exercise:saved": ExerciseSaved,
    "exercise:deleted": ExerciseDeleted,
    "exercise:marked": ExerciseMarked,
    "training:profile_changed": TrainingProfileChanged,
    "workout:set_logged": WorkoutSetLogged,
    "workout:set_edited": WorkoutSetEdited,
    "workout:set_deleted": WorkoutSetDeleted,
    "workout:plan_changed": WorkoutPlanChanged,
    "workout:paused": WorkoutPaused,
    "workout:resumed": WorkoutResumed,
    "workout:clock_set": WorkoutClockSet,
    "workout:rest_set": WorkoutRestSet,
    "workout:rest_over": WorkoutRestOver,
    "workout:interval": WorkoutInterval,
    "workout:ended": WorkoutEnded,
}

STATE_TYPES: Final[dict[str, type[State]]] = {
    "fasting:tick": FastingTick,
    "workout:tick": WorkoutTick,
    "workout:heart_rate": WorkoutHeartRate,
    "workout:cadence": WorkoutCadence,
    "workout:power": WorkoutPower,
}

NOTICE_TYPES: Final[dict[str, type[Notice]]] = {
    "ping": PingNotice,
    "goodbye": Goodbye,
    "shed": Shed,
}
