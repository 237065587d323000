"""The frozen structs of libraries, people's own exercises, and what people think of any; beside those of `records`."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class LibraryRecord(Struct, frozen=True, kw_only=True):
    """A row of `libraries` with the number of its exercises; `place` among those that search uses, None when it does not."""

    name: str
    format: str
    licence: str
    fingerprint: str
    imported_at: datetime
    place: int | None
    exercises: int


class LibraryExerciseRecord(Struct, frozen=True, kw_only=True):
    """A row of `library_exercises`, in its library's own words."""

    library: str
    exercise_id: str
    licence: str
    name: str
    aliases: tuple[str, ...]
    category: str
    equipment: tuple[str, ...]
    primary_muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    level: str | None
    force: str | None
    mechanic: str | None
    instructions: tuple[str, ...]


class OwnExerciseRecord(Struct, frozen=True, kw_only=True):
    """A row of `own_exercises`: one that a person has added, for themselves alone."""

    user_id: UUID
    exercise_id: str
    name: str
    aliases: tuple[str, ...]
    category: str
    equipment: tuple[str, ...]
    primary_muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    level: str | None
    force: str | None
    mechanic: str | None
    instructions: tuple[str, ...]
    updated_at: datetime
    deleted_at: datetime | None


class ExerciseMarkRecord(Struct, frozen=True, kw_only=True):
    """A row of `exercise_marks`: what a person thinks of an exercise."""

    user_id: UUID
    exercise_id: str
    favourite: bool
    disliked: bool
    note: str
    updated_at: datetime


class WorkedRecord(Struct, frozen=True, kw_only=True):
    """How many sets somebody did of an exercise in a stretch of time, warm-up sets aside, and when the last one."""

    exercise_id: str
    sets: int
    last_at: datetime


class AskerRecord(Struct, frozen=True, kw_only=True):
    """What counts of a person when they look for exercises; these are told by their ids.

    `equipment` is None while they never said what they have. `recorded` has what they did in finished workouts, the last
    first; `worked` what they did lately. `own_fingerprint` changes with every change of their own exercises, and is empty
    without any.
    """

    equipment: tuple[str, ...] | None = None
    limits: tuple[str, ...] = ()
    level: str | None = None
    favourites: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    worked: tuple[WorkedRecord, ...] = ()
    own_fingerprint: str = ""


class TrainingProfileRecord(Struct, frozen=True, kw_only=True):
    """A row of `training_profiles`; `equipment` is None while the person never said what they have."""

    user_id: UUID
    equipment: tuple[str, ...] | None
    limits: tuple[str, ...]
    level: str | None
    updated_at: datetime


class Mine(Struct, frozen=True, kw_only=True):
    """What decisions about a person's own need: of the exercise that is meant, and of their profile.

    `own` may be a deleted one. `kept` is how many own exercises they have, `marked` of how many they say something;
    `known` says whether the exercise is of a library.
    """

    own: OwnExerciseRecord | None = None
    kept: int = 0
    mark: ExerciseMarkRecord | None = None
    marked: int = 0
    known: bool = False
    profile: TrainingProfileRecord | None = None
