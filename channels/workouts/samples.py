"""What sensors say of a workout: what of it is believed, what is shown, what is kept of each second."""

from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from channels.wire.sample import (
    CadenceData,
    HeartRateData,
    PowerData,
    WorkoutCadence,
    WorkoutHeartRate,
    WorkoutPower,
    WorkoutSampleData,
)
from channels.wire.workout import Workout, WorkoutStatus
from storage.records import SampleRecord

PER_SECOND: Final = 5.0
"""How many samples are taken from a device."""
BURST: Final = 10.0
"""How many may come at once: a network hands on late what it held up."""
BACK: Final = timedelta(hours=1)
"""How far back a sample may lie that a device had to keep."""
AHEAD: Final = timedelta(seconds=5)
"""How far a device's clock may be ahead of the server's; what it says is then of now."""
_HEART_RATES: Final = range(25, 251)
_CADENCES: Final = range(301)
_POWERS: Final = range(3_001)

Shown: TypeAlias = WorkoutHeartRate | WorkoutCadence | WorkoutPower
Key: TypeAlias = tuple[UUID, UUID, datetime]
"""Whose second of which workout."""


class Pace:
    """How fast a device sends samples; `now` is always monotonic seconds."""

    __slots__ = ("_at", "_left")

    def __init__(self, now: float) -> None:
        self._at = now
        self._left = BURST

    def allows(self, now: float) -> bool:
        """Say whether one more may be taken now; when it may, it counts as taken."""
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Reading(Struct, frozen=True, kw_only=True):
    """What is believed of a sample; `counts` says whether the workout's clock ran at that moment."""

    at: datetime
    counts: bool
    heart_rate: int | None
    cadence: int | None
    power: int | None


def reading(workout: Workout, said: WorkoutSampleData, now: datetime) -> Reading | None:
    """Return what is believed of a sample that came at `now`; None when nothing is, or the workout does not go on."""
    if workout.status not in {WorkoutStatus.RUNNING, WorkoutStatus.PAUSED}:
        return None
    at = now if said.at is None else said.at
    if not max(workout.started_at, now - BACK) <= at <= now + AHEAD:
        return None
    at = min(at, now)
    heart_rate = _possible(said.heart_rate, _HEART_RATES)
    cadence = _possible(said.cadence, _CADENCES)
    power = _possible(said.power, _POWERS)
    if heart_rate is cadence is power is None:
        return None
    paused_at = workout.time.paused_at
    return Reading(
        at=at,
        counts=paused_at is None or at < paused_at,
        heart_rate=heart_rate,
        cadence=cadence,
        power=power,
    )


def shown(workout: Workout, user_id: UUID, read: Reading) -> list[Shown]:
    """Return what a reading shows of a person. The newest counts, whichever of their devices it is from."""
    topic, of, version = workout.topic, str(user_id), int(read.at.timestamp() * 1000)
    session_id, at = workout.session_id, read.at
    states: list[Shown] = []
    if read.heart_rate is not None:
        heart_rate = HeartRateData(session_id=session_id, at=at, heart_rate=read.heart_rate)
        states.append(WorkoutHeartRate(topic=topic, of=of, version=version, data=heart_rate))
    if read.cadence is not None:
        cadence = CadenceData(session_id=session_id, at=at, cadence=read.cadence)
        states.append(WorkoutCadence(topic=topic, of=of, version=version, data=cadence))
    if read.power is not None:
        power = PowerData(session_id=session_id, at=at, power=read.power)
        states.append(WorkoutPower(topic=topic, of=of, version=version, data=power))
    return states


class Second(Struct, frozen=True, kw_only=True):
    """The last value of each kind in one second, with its moment."""

    heart_rate: tuple[datetime, int] | None = None
    cadence: tuple[datetime, int] | None = None
    power: tuple[datetime, int] | None = None


class Seconds:
    """The seconds that wait to be stored, `capacity` at most: when there are more the oldest go."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._seconds: dict[Key, Second] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._seconds)

    def take(self, user_id: UUID, session_id: UUID, read: Reading) -> int:
        """Take a reading into its second; returns how many seconds had to go."""
        key = (user_id, session_id, read.at.replace(microsecond=0))
        before = self._seconds.get(key, Second())
        self._seconds[key] = replace(
            before,
            heart_rate=_last(before.heart_rate, read.at, read.heart_rate),
            cadence=_last(before.cadence, read.at, read.cadence),
            power=_last(before.power, read.at, read.power),
        )
        if len(self._seconds) <= self.capacity:
            return 0
        del self._seconds[next(iter(self._seconds))]
        return 1

    def waiting(self) -> dict[Key, Second]:
        """Return all that waits."""
        return dict(self._seconds)

    def stored(self, seconds: dict[Key, Second]) -> None:
        """Let go of seconds that were stored, but for those of which more was heard meanwhile."""
        for key, second in seconds.items():
            if self._seconds.get(key) is second:
                del self._seconds[key]


def record(key: Key, second: Second) -> SampleRecord:
    """Return what is stored of a second."""
    user_id, session_id, at = key
    return SampleRecord(
        user_id=user_id,
        session_id=session_id,
        at=at,
        heart_rate=second.heart_rate and second.heart_rate[1],
        cadence=second.cadence and second.cadence[1],
        power=second.power and second.power[1],
    )


def _possible(value: int | None, values: range) -> int | None:
    return value if value in values else None


def _last(
    before: tuple[datetime, int] | None, at: datetime, value: int | None
) -> tuple[datetime, int] | None:
    if value is None or (before is not None and before[0] > at):
        return before
    return at, value
