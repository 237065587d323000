"""What the operations on lists of exercises, and on what is a person's own in them, take, give and promise."""

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from channels.errors import Code
from channels.topics import user_topic
from channels.wire.envelope import Detail, Offset
from channels.wire.exercise import (
    BodyLimit,
    Equipment,
    ExerciseOpinion,
    ExerciseReply,
    ExerciseText,
    TrainingLevel,
    TrainingProfile,
    TrainingProfileData,
    TrainingProfileReply,
)
from server.rest.contract import EXAMPLE_META, Contract, Exchange, refused
from server.rest.envelope import Page, Pagination, Success, write_cursor
from server.rest.workouts.exercise_contracts import of_values


class Own(StrEnum):
    """What of one's own an exercise has to have to be listed."""

    ADDED = "own"
    FAVOURITE = "favourite"
    DISLIKED = "disliked"
    NOTED = "noted"


class Opinion(Struct, frozen=True, kw_only=True):
    """All that a person thinks of an exercise."""

    favourite: bool
    disliked: bool
    note: str


class ListedExercise(Struct, frozen=True, kw_only=True):
    """An exercise of a library, in the library's own words, or of one's own: then `library` is `own`.

    `equipment` is empty, and `level`, `force` and `mechanic` are null, where nothing is said of them. Its instructions and
    its licence are where it is shown by itself.
    """

    exercise_id: str
    library: str
    name: str
    aliases: tuple[str, ...]
    category: str
    equipment: tuple[str, ...]
    primary_muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    level: str | None
    force: str | None
    mechanic: str | None
    mine: Opinion


class ExerciseListAnswer(Page[ListedExercise], frozen=True, kw_only=True):
    """Exercises, in the order of their ids."""


class ExerciseSavedAnswer(Success[ExerciseReply], frozen=True, kw_only=True):
    """Which exercise it was."""


class OpinionAnswer(Success[Opinion], frozen=True, kw_only=True):
    """What one thinks of an exercise."""


class TrainingProfileAnswer(Success[TrainingProfileReply], frozen=True, kw_only=True):
    """What one trains with, what must be minded, how far one is."""


class ExerciseListQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all of them have, and where the list goes on."""

    equipment: (
        Annotated[str, of_values("What there is: they need nothing else.", "dumbbell,body only")] | UnsetType
    ) = UNSET
    muscles: (
        Annotated[str, of_values("They work one of these first of all.", "biceps,triceps")] | UnsetType
    ) = UNSET
    level: Annotated[str, of_values("They are of one of these levels.", "beginner")] | UnsetType = UNSET
    category: Annotated[str, of_values("They are of one of these kinds.", "strength")] | UnsetType = UNSET
    mine: Own | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=100, description="How many at most.")] = 20
    cursor: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=1200,
                description="Where to go on: `pagination.cursor` of the page before.",
            ),
        ]
        | UnsetType
    ) = UNSET


class ExerciseKey(Struct, frozen=True, array_like=True):
    """Where a list of exercises goes on: behind this one."""

    exercise_id: str = ""


_TOPIC: Final = user_topic(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11"))
_CAUSED: Final = replace(EXAMPLE_META, positions={_TOPIC: Offset(42)})
_KEY: Final = {"Idempotency-Key": "5f0c2d3e-8a41-4b6f-9e77-1c2d3e4f5a6b"}
_ID: Final = "own:Sandbag over shoulder"
_SANDBAG: Final = ExerciseText(
    name="Sandbag over shoulder",
    category="strongman",
    equipment=("sandbag",),
    primary_muscles=("glutes",),
    secondary_muscles=("lower back", "quadriceps"),
    level=TrainingLevel.INTERMEDIATE,
    instructions=("Lift it to the chest, then throw it over a shoulder.",),
)
_LIKED: Final = ExerciseOpinion(favourite=True, note="Elbows in.")
_OPINION: Final = Opinion(favourite=True, disliked=False, note="Elbows in.")
_NOTHING: Final = Opinion(favourite=False, disliked=False, note="")
_CURL: Final = ListedExercise(
    exercise_id="Barbell_Curl",
    library="free-exercise-db",
    name="Barbell Curl",
    aliases=(),
    category="strength",
    equipment=("barbell",),
    primary_muscles=("biceps",),
    secondary_muscles=("forearms",),
    level="beginner",
    force="pull",
    mechanic="isolation",
    mine=_OPINION,
)
_SAVED: Final = ExerciseSavedAnswer(data=ExerciseReply(exercise_id=_ID), meta=_CAUSED)
_NO_OWN: Final = Detail(field="exercise_id", message="is no exercise of your own", value="Barbell_Curl")
_LAST: Final = Pagination(cursor=None, has_more=False)
_PROFILE: Final = TrainingProfile(
    equipment=(Equipment.BARBELL, Equipment.BENCH), limits=(BodyLimit.KNEE,), level=TrainingLevel.INTERMEDIATE
)

LIST: Final = Contract(
    query=ExerciseListQuery,
    exchanges=(
        Exchange(
            name="favourites",
            summary="One's favourites",
            query={"mine": "favourite"},
            answer=ExerciseListAnswer(data=(_CURL,), pagination=_LAST, meta=EXAMPLE_META),
        ),
        Exchange(
            name="first_page",
            summary="The first for the biceps with a barbell, and more to come",
            query={"muscles": "biceps", "equipment": "barbell", "limit": 1},
            answer=ExerciseListAnswer(
                data=(replace(_CURL, mine=_NOTHING),),
                pagination=Pagination(cursor=write_cursor(ExerciseKey("Barbell_Curl")), has_more=True),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="nothing_fits",
            summary="Filters hold, even when nothing is left",
            query={"mine": "own", "category": "cardio"},
            answer=ExerciseListAnswer(data=(), pagination=_LAST, meta=EXAMPLE_META),
        ),
        Exchange(
            name="unknown_level",
            summary="A level that no exercise has",
            query={"level": "easy"},
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="level",
                    message="is 'easy' for no exercise; there is beginner, expert, intermediate",
                ),
            ),
        ),
        Exchange(
            name="bad_cursor",
            summary="A cursor that is none",
            query={"cursor": "page-2"},
            answer=refused(
                Code.VALIDATION,
                Detail(field="cursor", message="is not a cursor of this list; leave it out to begin anew"),
            ),
        ),
    ),
)
CREATE: Final = Contract(
    keyed=True,
    codes=(Code.EXERCISES_FULL,),
    exchanges=(
        Exchange(name="created", summary="A new exercise", headers=_KEY, body=_SANDBAG, answer=_SAVED),
        Exchange(
            name="nameless",
            summary="A name with nothing in it",
            body=ExerciseText(name=" "),
            answer=refused(Code.VALIDATION, Detail(field="name", message="has nothing in it")),
        ),
    ),
)
CHANGE: Final = Contract(
    keyed=True,
    codes=(Code.UNKNOWN_EXERCISE, Code.EXERCISES_FULL),
    exchanges=(
        Exchange(
            name="changed",
            summary="One's own, changed",
            path={"exercise_id": _ID},
            headers=_KEY,
            body=_SANDBAG,
            answer=_SAVED,
        ),
        Exchange(
            name="of_a_library",
            summary="An exercise of a library is not changed",
            path={"exercise_id": "Barbell_Curl"},
            body=_SANDBAG,
            answer=refused(Code.UNKNOWN_EXERCISE, _NO_OWN),
        ),
    ),
)
DELETE: Final = Contract(
    keyed=True,
    codes=(Code.UNKNOWN_EXERCISE,),
    exchanges=(
        Exchange(
            name="deleted",
            summary="One's own, deleted",
            path={"exercise_id": _ID},
            headers=_KEY,
            answer=_SAVED,
        ),
        Exchange(
            name="of_a_library",
            summary="An exercise of a library is not deleted",
            path={"exercise_id": "Barbell_Curl"},
            answer=refused(Code.UNKNOWN_EXERCISE, _NO_OWN),
        ),
    ),
)
SHOW_OPINION: Final = Contract(
    codes=(Code.UNKNOWN_EXERCISE,),
    exchanges=(
        Exchange(
            name="nothing",
            summary="Nothing was said of it yet",
            path={"exercise_id": "Barbell_Curl"},
            answer=OpinionAnswer(data=_NOTHING, meta=EXAMPLE_META),
        ),
        Exchange(
            name="unknown",
            summary="An id of no library",
            path={"exercise_id": "Flying"},
            answer=refused(Code.UNKNOWN_EXERCISE),
        ),
    ),
)
GIVE_OPINION: Final = Contract(
    keyed=True,
    codes=(Code.UNKNOWN_EXERCISE, Code.EXERCISES_FULL),
    exchanges=(
        Exchange(
            name="liked",
            summary="A favourite, with a note",
            path={"exercise_id": "Barbell_Curl"},
            headers=_KEY,
            body=_LIKED,
            answer=ExerciseSavedAnswer(data=ExerciseReply(exercise_id="Barbell_Curl"), meta=_CAUSED),
        ),
        Exchange(
            name="both",
            summary="Liked and disliked at once",
            path={"exercise_id": "Barbell_Curl"},
            body=ExerciseOpinion(favourite=True, disliked=True),
            answer=refused(
                Code.VALIDATION,
                Detail(field="disliked", message="says the opposite of `favourite`; send one of the two"),
            ),
        ),
    ),
)
SHOW_PROFILE: Final = Contract(
    exchanges=(
        Exchange(
            name="nothing",
            summary="Nothing was told yet",
            answer=TrainingProfileAnswer(
                data=TrainingProfileReply(profile=TrainingProfile()), meta=EXAMPLE_META
            ),
        ),
    ),
)
SET_PROFILE: Final = Contract(
    keyed=True,
    exchanges=(
        Exchange(
            name="told",
            summary="A barbell and a bench, and a bad knee",
            headers=_KEY,
            body=TrainingProfileData(
                equipment=_PROFILE.equipment, limits=_PROFILE.limits, level=_PROFILE.level
            ),
            answer=TrainingProfileAnswer(data=TrainingProfileReply(profile=_PROFILE), meta=_CAUSED),
        ),
        Exchange(
            name="body_only",
            summary="Nothing to train with but the body",
            body={"equipment": []},
            answer=TrainingProfileAnswer(
                data=TrainingProfileReply(profile=TrainingProfile(equipment=())), meta=_CAUSED
            ),
        ),
        Exchange(
            name="unknown",
            summary="Equipment that is not known",
            body={"equipment": ["hoverboard"]},
            answer=refused(
                Code.VALIDATION, Detail(field="equipment[0]", message="Invalid enum value 'hoverboard'")
            ),
        ),
    ),
)
