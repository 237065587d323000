"""What the operations on exercises take, give and promise."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from channels.errors import Code
from channels.wire.envelope import WITHOUT_NUL, Detail
from server.rest.contract import EXAMPLE_META, Contract, Exchange, refused
from server.rest.envelope import Success
from server.search.answers import LONGEST_QUERY, FoundExercise, FoundExercises, SearchState

_LONGEST_LIST: Final = 500


def of_values(sentence: str, example: str) -> Meta:
    """Return what is said of a filter that takes several values."""
    return Meta(
        min_length=1,
        max_length=_LONGEST_LIST,
        pattern=WITHOUT_NUL,
        examples=[example],
        description=f"{sentence} Several with commas between; in the libraries' own words.",
    )


class ExercisesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to search for, and what every result must have."""

    q: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST_QUERY,
            pattern=WITHOUT_NUL,
            examples=["legs without lunges"],
            description="The question, as one would type it to a person.",
        ),
    ]
    equipment: (
        Annotated[str, of_values("What there is: results need nothing else.", "dumbbell,body only")]
        | UnsetType
    ) = UNSET
    muscles: (
        Annotated[str, of_values("Results work one of these first of all.", "biceps,triceps")] | UnsetType
    ) = UNSET
    level: Annotated[str, of_values("Results are of one of these levels.", "beginner")] | UnsetType = UNSET
    category: Annotated[str, of_values("Results are of one of these kinds.", "strength")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=50, description="How many at most.")] = 10


class AlternativesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What there is, and what must be spared."""

    equipment: (
        Annotated[str, of_values("What there is: results need nothing else.", "dumbbell,body only")]
        | UnsetType
    ) = UNSET
    limits: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=_LONGEST_LIST,
                pattern=WITHOUT_NUL,
                examples=["knee,lower_back"],
                description="What hurts besides what the person's profile says. Several with commas between.",
            ),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=50, description="How many at most.")] = 10


class OperatorQuery(ExercisesQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to search for, and in which library."""

    library: (
        Annotated[
            str,
            Meta(
                min_length=1, max_length=40, description="The only library that search uses; else not found."
            ),
        ]
        | UnsetType
    ) = UNSET


class Exercise(Struct, frozen=True, kw_only=True):
    """One exercise of a library, in the library's own words, and what it may be used under.

    `equipment` is empty, and `level`, `force` and `mechanic` are null, where the library says nothing.
    """

    exercise_id: str
    library: str
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


class FoundExercisesAnswer(Success[FoundExercises], frozen=True, kw_only=True):
    """The exercises that answer a question best."""


class ExerciseAnswer(Success[Exercise], frozen=True, kw_only=True):
    """One exercise, whole."""


_BICEPS: Final = Exchange(
    name="biceps",
    summary="Biceps, but not with dumbbells",
    query={"q": "biceps but not with dumbbells", "level": "beginner", "limit": 1},
    answer=FoundExercisesAnswer(
        data=FoundExercises(
            results=(
                FoundExercise(
                    exercise_id="Barbell_Curl",
                    library="free-exercise-db",
                    name="Barbell Curl",
                    equipment=("barbell",),
                    muscles=("biceps",),
                    level="beginner",
                    category="strength",
                    why=("works the biceps",),
                ),
            ),
            relaxed=(),
            state=SearchState.LEXICAL,
        ),
        meta=EXAMPLE_META,
    ),
)
SEARCH: Final = Contract(
    query=ExercisesQuery,
    exchanges=(
        _BICEPS,
        Exchange(
            name="nothing_fits",
            summary="Filters hold, even when nothing is left",
            query={"q": "back squat", "equipment": "foam roll", "category": "powerlifting"},
            answer=FoundExercisesAnswer(
                data=FoundExercises(results=(), relaxed=(), state=SearchState.LEXICAL), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="unknown_level",
            summary="A level that no exercise has",
            query={"q": "rows", "level": "easy"},
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="level",
                    message="is 'easy' for no exercise; there is beginner, expert, intermediate",
                ),
            ),
        ),
        Exchange(
            name="too_many",
            summary="More than are told at once",
            query={"q": "rows", "limit": 100},
            answer=refused(Code.VALIDATION, Detail(field="limit", message="Expected `int` <= 50")),
        ),
    ),
)
OPERATOR_SEARCH: Final = Contract(
    query=OperatorQuery,
    signed_in=False,
    limited=False,
    codes=(Code.TOKEN_INVALID, Code.INSUFFICIENT_ROLE, Code.NOT_FOUND),
    exchanges=(
        _BICEPS,
        Exchange(
            name="another_library",
            summary="A library that search does not use",
            query={"q": "rows", "library": "nobodys"},
            answer=refused(Code.NOT_FOUND),
        ),
    ),
)
ALTERNATIVES: Final = Contract(
    query=AlternativesQuery,
    codes=(Code.UNKNOWN_EXERCISE,),
    exchanges=(
        Exchange(
            name="at_home",
            summary="Instead of the bench press, with dumbbells",
            path={"exercise_id": "Barbell_Bench_Press_-_Medium_Grip"},
            query={"equipment": "dumbbell,body only", "limit": 1},
            answer=FoundExercisesAnswer(
                data=FoundExercises(
                    results=(
                        FoundExercise(
                            exercise_id="Dumbbell_Bench_Press",
                            library="free-exercise-db",
                            name="Dumbbell Bench Press",
                            equipment=("dumbbell",),
                            muscles=("chest",),
                            level="beginner",
                            category="strength",
                            why=("chest",),
                        ),
                    ),
                    relaxed=(),
                    state=SearchState.READY,
                ),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="nothing_fits",
            summary="Nothing of the kind with what there is",
            path={"exercise_id": "Barbell_Squat"},
            query={"equipment": "foam roll"},
            answer=FoundExercisesAnswer(
                data=FoundExercises(results=(), relaxed=(), state=SearchState.READY), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="unknown_limit",
            summary="A limit that is not known",
            path={"exercise_id": "Barbell_Squat"},
            query={"limits": "moon"},
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="limits",
                    message="is 'moon' for no exercise; there is ankle, bones, dizziness, elbow, groin, hamstring, heart, "
                    "hernia, hip, knee, low_impact, lower_back, neck, older, postpartum, pregnancy, shoulder, wrist",
                ),
            ),
        ),
        Exchange(
            name="unknown",
            summary="An id of no library that search uses",
            path={"exercise_id": "Flying"},
            answer=refused(Code.UNKNOWN_EXERCISE),
        ),
    ),
)
SHOW: Final = Contract(
    codes=(Code.UNKNOWN_EXERCISE,),
    exchanges=(
        Exchange(
            name="shown",
            summary="An exercise of the library that comes along",
            path={"exercise_id": "Barbell_Curl"},
            answer=ExerciseAnswer(
                data=Exercise(
                    exercise_id="Barbell_Curl",
                    library="free-exercise-db",
                    licence="public domain (Unlicense)",
                    name="Barbell Curl",
                    aliases=(),
                    category="strength",
                    equipment=("barbell",),
                    primary_muscles=("biceps",),
                    secondary_muscles=("forearms",),
                    level="beginner",
                    force="pull",
                    mechanic="isolation",
                    instructions=(
                        "Stand up with your torso upright while holding a barbell at a shoulder-width grip.",
                    ),
                ),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="unknown",
            summary="An id of no library",
            path={"exercise_id": "Flying"},
            answer=refused(Code.UNKNOWN_EXERCISE),
        ),
    ),
)
