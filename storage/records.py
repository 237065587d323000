"""The frozen structs that storage gives and takes."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from storage.library_records import TrainingProfileRecord


class PersonRecord(Struct, frozen=True, kw_only=True):
    """A person's row, as far as decisions need it.

    At real moment `time_real_at` their clock showed `time_person_at`; it runs `time_rate` times as fast as real time.
    """

    user_id: UUID
    email: str
    name: str
    time_zone: str
    role: str
    tier: str
    time_real_at: datetime
    time_person_at: datetime
    time_rate: float


class CredentialsRecord(Struct, frozen=True, kw_only=True):
    """What signing in needs of a person."""

    user_id: UUID
    password_hash: str
    suspended_at: datetime | None


class FamilyRecord(Struct, frozen=True, kw_only=True):
    """A sign-in and how far its refresh tokens are.

    `generation` is the newest refresh token's number, given at `rotated_at` to `device`.
    """

    user_id: UUID
    family_id: UUID
    device: str
    generation: int
    rotated_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class StandingRecord(Struct, frozen=True, kw_only=True):
    """A person with the standing of one of their sign-ins; `signed_in` is false for one that was revoked or never was.

    `person` is None when there is no such person.
    """

    user_id: UUID
    family_id: UUID
    person: PersonRecord | None
    suspended: bool
    signed_in: bool


class FastRecord(Struct, frozen=True, kw_only=True):
    """A row of `fasting_sessions`."""

    user_id: UUID
    session_id: UUID
    protocol_id: str
    started_at: datetime
    target_end_at: datetime
    target_reached_at: datetime | None
    actual_end_at: datetime | None
    status: str
    outcome: str | None


class Fasts(Struct, frozen=True, kw_only=True):
    """What decisions about fasts need: the running one, the one that was asked for, the end of the last one."""

    running: FastRecord | None = None
    named: FastRecord | None = None
    last_end_at: datetime | None = None


class SuspensionRecord(Struct, frozen=True, kw_only=True):
    """A person is suspended and every family of theirs revoked."""

    user_id: UUID


class SignOutRecord(Struct, frozen=True, kw_only=True):
    """A family of a person is revoked; every one of theirs without `family_id`."""

    user_id: UUID
    family_id: UUID | None
    reason: str


class UserFacts(Struct, frozen=True, kw_only=True):
    """What a person's topic comes to at its newest offset, `head`."""

    head: int
    person: PersonRecord
    fast: FastRecord | None
    workout: "WorkoutRecord | None" = None
    body: "KnownBody | None" = None
    training: TrainingProfileRecord | None = None
    suspended_at: datetime | None


class ExerciseRecord(Struct, frozen=True, kw_only=True):
    """A row of `exercises`. `met` is what it costs by the Compendium's `met_code`; estimated where no row fits."""

    exercise_id: str
    name: str
    primary_muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    equipment: str
    category: str
    met_code: str
    met: Decimal
    estimated: bool


class RoutineRecord(Struct, frozen=True, kw_only=True):
    """A row of `routines`; `blocks` is JSON."""

    user_id: UUID
    routine_id: UUID
    name: str
    note: str
    blocks: str
    origin_kind: str
    origin_of: str
    link: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class SharedRoutineRecord(Struct, frozen=True, kw_only=True):
    """A routine that a link opens, and what its author is called."""

    routine: RoutineRecord
    author: str


class Routines(Struct, frozen=True, kw_only=True):
    """What decisions about routines need: the person's own that is meant, a deleted one too, or that a link opens.

    `kept` is how many the person has; `fresh_link` is a link that was never given, and that nobody can guess.
    """

    named: RoutineRecord | None = None
    shared: SharedRoutineRecord | None = None
    kept: int = 0
    exercises: tuple[ExerciseRecord, ...] = ()
    fresh_link: str = ""


class WorkoutRecord(Struct, frozen=True, kw_only=True):
    """A row of `workout_sessions`; `blocks`, `marks`, `previous` and `finished` are JSON."""

    user_id: UUID
    session_id: UUID
    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    last_at: datetime
    time_zone: str
    origin_kind: str
    origin_of: str
    routine_id: str | None
    note: str
    rpe: Decimal | None
    blocks: str
    marks: str
    previous: str
    finished: str | None


class SetRecord(Struct, frozen=True, kw_only=True):
    """A row of `workout_sets`. A deleted one stays, so that what was said of it before cannot bring it back.

    `records` are the kinds of records that it was told to be.
    """

    set_id: UUID
    exercise_id: str
    kind: str
    at: datetime
    changed_at: datetime
    deleted: bool = False
    mass: Decimal | None = None
    mass_unit: str | None = None
    mass_kg: Decimal | None = None
    reps: int | None = None
    seconds: int | None = None
    distance: Decimal | None = None
    distance_unit: str | None = None
    metres: Decimal | None = None
    rpe: Decimal | None = None
    side: str | None = None
    block: int | None = None
    block_exercise: int | None = None
    block_set: int | None = None
    note: str = ""
    records: tuple[str, ...] = ()


class BestsRecord(Struct, frozen=True, kw_only=True):
    """What a person has reached with an exercise in their other workouts, warm-up sets aside.

    `efforts` are (kg, repetitions): the most with each mass, and the most of up to 12, where estimates of a maximum end;
    without kg where no mass was said. `paces` are the least seconds for each distance in metres.
    """

    exercise_id: str
    efforts: tuple[tuple[Decimal | None, int], ...] = ()
    volume_kg: Decimal | None = None
    seconds: int | None = None
    metres: Decimal | None = None
    paces: tuple[tuple[Decimal, int], ...] = ()


class PreviousRecord(Struct, frozen=True, kw_only=True):
    """The sets of the last finished workout that had an exercise."""

    exercise_id: str
    sets: tuple[SetRecord, ...]


class SampleRecord(Struct, frozen=True, kw_only=True):
    """A row of `workout_samples`: what sensors said last in a second of a workout."""

    user_id: UUID
    session_id: UUID
    at: datetime
    heart_rate: int | None
    cadence: int | None
    power: int | None


class PulseRecord(Struct, frozen=True, kw_only=True):
    """For how many seconds of a workout the heart beat so often a minute."""

    heart_rate: int
    seconds: int


class BodyRecord(Struct, frozen=True, kw_only=True):
    """What is known of a person's body."""

    birth_year: int | None = None
    sex: str | None = None
    resting_heart_rate: int | None = None
    maximum_heart_rate: int | None = None


class MassRecord(Struct, frozen=True, kw_only=True):
    """A row of `body_masses`: a mass as it was entered, and since when it holds."""

    mass: Decimal
    mass_unit: str
    at: datetime


class KnownBody(Struct, frozen=True, kw_only=True):
    """What is known of a person's body, with the last weighing."""

    body: BodyRecord = BodyRecord()
    weighed: MassRecord | None = None


class Workouts(Struct, frozen=True, kw_only=True):
    """What decisions about workouts need: the one that is meant with its sets, and whether another runs.

    `taken` says that the id of a workout to start is somebody's already; `sampled_at` is when a sensor last said something
    in the one that is meant, where `pulses` are given. The rest is of the exercises that the command names, those that
    are planned, and those that were done.
    """

    named: WorkoutRecord | None = None
    running: WorkoutRecord | None = None
    taken: bool = False
    sets: tuple[SetRecord, ...] = ()
    routine: RoutineRecord | None = None
    exercises: tuple[ExerciseRecord, ...] = ()
    bests: tuple[BestsRecord, ...] = ()
    previous: tuple[PreviousRecord, ...] = ()
    pulses: tuple[PulseRecord, ...] = ()
    sampled_at: datetime | None = None
    body: BodyRecord = BodyRecord()


class TimerRecord(Struct, frozen=True, kw_only=True):
    """A timer that gives `command` with `payload` for `owner`.

    `wait_seconds` is how far off it was when it was read, by the database's clock; below zero it was late.
    """

    owner: UUID
    cause: str
    command: str
    payload: bytes
    version: int
    wait_seconds: float


class Append(Struct, frozen=True, kw_only=True):
    """What a commit does beside saving the noun's records; `at` is the person's time.

    `timers` are (cause, due in real time, at in the person's time, command type, payload).
    """

    user_id: UUID
    key: UUID
    reply: bytes
    at: datetime
    cleared: tuple[str, ...] = ()
    timers: tuple[tuple[str, datetime, datetime, str, bytes], ...] = ()
    events: tuple[tuple[str, bytes], ...] = ()

    def arguments(self) -> tuple[object, ...]:
        """Return the twelve arguments of `commit_command`, in its order."""
        return (
            self.user_id,
            self.key,
            self.reply,
            self.at,
            self.cleared,
            *(tuple(timer[n] for timer in self.timers) for n in range(5)),
            tuple(topic for topic, _ in self.events),
            tuple(body for _, body in self.events),
        )


class LoggedEvent(Struct, frozen=True, array_like=True):
    """An event in its topic's log: the offset and the JSON that lacks it."""

    topic: str
    offset: int
    body: bytes
