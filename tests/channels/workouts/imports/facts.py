"""Who imports, and the files that are imported, for tests."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.wire.quantity import LengthUnit, MassUnit
from channels.wire.workout import DoneSet
from channels.wire.workout_commands import WorkoutLogData
from channels.workouts.imports.importing import read_export
from channels.workouts.imports.reading import Unreadable
from channels.workouts.imports.report import Imported
from channels.workouts.imports.rows import Importer
from tests.channels.workouts.library import FIXTURES, names

ADA: Final = Importer(
    user_id=UUID(int=1),
    zone=ZoneInfo("Europe/Berlin"),
    now=datetime(2027, 6, 1, tzinfo=UTC),
    names=names(),
    mass_unit=MassUnit.KG,
    length_unit=LengthUnit.KM,
)


def read(content: bytes | str, importer: Importer = ADA) -> Imported | Unreadable:
    return read_export(content.encode() if isinstance(content, str) else content, importer)


def imported(content: bytes | str, importer: Importer = ADA) -> Imported:
    """What a file comes to; fails for one that cannot be read."""
    found = read(content, importer)
    assert isinstance(found, Imported)
    return found


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def workouts(content: bytes | str, importer: Importer = ADA) -> list[WorkoutLogData]:
    return [one.data for one in imported(content, importer).workouts]


def sets(data: WorkoutLogData) -> list[DoneSet]:
    return [one.done for one in data.sets]


def told(one: DoneSet) -> str:
    """A set in a few words: `Squat: 100 kg x 5`."""
    mass = "" if one.mass is None else f"{one.mass.value} {one.mass.unit.value}"
    reps = "" if one.reps is None else f"x {one.reps}"
    time = "" if one.seconds is None else f"{one.seconds} s"
    way = "" if one.distance is None else f"{one.distance.value} {one.distance.unit.value}"
    return f"{one.exercise_id}: {' '.join(filter(None, (mass, reps, time, way)))}"


def wall(text: str) -> datetime:
    """A moment by the clock on somebody's wall: `2024-03-04 18:30`."""
    return datetime.fromisoformat(text)
