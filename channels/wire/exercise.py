"""Messages about what is a person's own in exercises: those they added, what they think of any, what they train with.

Every change says by `at` when it was done, up to seven days back; what was said last counts, in whatever order changes
arrive.
"""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import WITHOUT_NUL, Command, Event
from channels.wire.routine import ExerciseId, PlanNote
from channels.wire.workout_commands import BACK_SECONDS

ExerciseName = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=WITHOUT_NUL, examples=["Sandbag over shoulder"])
]
ExerciseWord = Annotated[str, Meta(min_length=1, max_length=60, pattern=WITHOUT_NUL, examples=["lower back"])]
ExerciseWords = Annotated[
    tuple[ExerciseWord, ...],
    Meta(max_length=12, description="In the libraries' words, so that filters know them."),
]
OwnExerciseId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=120,
        pattern=WITHOUT_NUL,
        examples=["own:Sandbag over shoulder"],
        description="`own:` and a name: one's own exercise.",
    ),
]


class Equipment(StrEnum):
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


class BodyLimit(StrEnum):
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


class TrainingLevel(StrEnum):
    """How much somebody has trained, and how much an exercise asks for."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    EXPERT = "expert"


class Force(StrEnum):
    """Which way an exercise goes."""

    PULL = "pull"
    PUSH = "push"
    STATIC = "static"


class Mechanic(StrEnum):
    """Whether it moves several joints or one."""

    COMPOUND = "compound"
    ISOLATION = "isolation"


class OwnExercise(Struct, frozen=True, kw_only=True, omit_defaults=True):
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


class ExerciseMark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person thinks of an exercise."""

    exercise_id: str
    favourite: bool = False
    disliked: bool = False
    note: str = ""


class TrainingProfile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person trains with, what must be minded, how far they are.

    Without `equipment` they never said what they have, and everything is looked for; empty it says that a body is all.
    """

    equipment: tuple[Equipment, ...] | None = None
    limits: tuple[BodyLimit, ...] = ()
    level: TrainingLevel | None = None


class ExerciseReply(Struct, frozen=True, kw_only=True):
    """Which exercise it was: read it over REST, or from its event."""

    exercise_id: str


class TrainingProfileReply(Struct, frozen=True, kw_only=True):
    """The profile as it is now."""

    profile: TrainingProfile


class ExerciseText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an exercise is. All of it together has at most 8 KiB."""

    name: ExerciseName
    aliases: Annotated[tuple[ExerciseName, ...], Meta(max_length=12)] = ()
    category: ExerciseWord = "strength"
    equipment: ExerciseWords = ()
    primary_muscles: ExerciseWords = ()
    secondary_muscles: ExerciseWords = ()
    level: TrainingLevel | None = None
    force: Force | None = None
    mechanic: Mechanic | None = None
    instructions: Annotated[tuple[PlanNote, ...], Meta(max_length=30)] = ()


class ExerciseSaveData(
    ExerciseText, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The whole exercise. Without `exercise_id` it is the one that has its id from this name, a new one if there is none."""

    exercise_id: OwnExerciseId | None = None


class ExerciseSave(Command, frozen=True, kw_only=True, tag="exercise:save"):
    """Keep an exercise of one's own, new or changed. Sets that were logged under its id before are sets of it."""

    reply: ClassVar[type[Struct]] = ExerciseReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: ExerciseSaveData


class ExerciseDeleteData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which one."""

    exercise_id: OwnExerciseId


class ExerciseDelete(Command, frozen=True, kw_only=True, tag="exercise:delete"):
    """Delete an exercise of one's own; one that is not there stays so. What was logged of it stays."""

    reply: ClassVar[type[Struct]] = ExerciseReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: ExerciseDeleteData


class ExerciseOpinion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that a person thinks of it: what is left out is not thought any more. Nothing is liked and disliked at once."""

    favourite: bool = False
    disliked: bool = False
    note: PlanNote = ""


class ExerciseMarkData(
    ExerciseOpinion, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which exercise, and all that a person thinks of it."""

    exercise_id: ExerciseId


class ExerciseMarkSet(Command, frozen=True, kw_only=True, tag="exercise:mark"):
    """Say what one thinks of an exercise. Favourites are found sooner, and what is disliked later."""

    reply: ClassVar[type[Struct]] = ExerciseReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: ExerciseMarkData


class TrainingProfileData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole profile: what is left out is not known any more."""

    equipment: Annotated[tuple[Equipment, ...], Meta(max_length=100)] | None = None
    limits: Annotated[tuple[BodyLimit, ...], Meta(max_length=100)] = ()
    level: TrainingLevel | None = None


class TrainingProfileSet(Command, frozen=True, kw_only=True, tag="training:profile_set"):
    """Say what one trains with, what must be minded, and how far one is. Search and alternatives keep to it."""

    reply: ClassVar[type[Struct]] = TrainingProfileReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: TrainingProfileData


class ExerciseSavedData(Struct, frozen=True, kw_only=True):
    """The exercise as it is now."""

    exercise: OwnExercise


class ExerciseSaved(Event, frozen=True, kw_only=True, tag="exercise:saved"):
    """An exercise of one's own is new or has changed."""

    data: ExerciseSavedData


class ExerciseDeletedData(Struct, frozen=True, kw_only=True):
    """Which one is gone."""

    exercise_id: str


class ExerciseDeleted(Event, frozen=True, kw_only=True, tag="exercise:deleted"):
    """An exercise of one's own was deleted."""

    data: ExerciseDeletedData


class ExerciseMarkedData(Struct, frozen=True, kw_only=True):
    """What is thought of the exercise now."""

    mark: ExerciseMark


class ExerciseMarked(Event, frozen=True, kw_only=True, tag="exercise:marked"):
    """What a person thinks of an exercise changed."""

    data: ExerciseMarkedData


class TrainingProfileChangedData(Struct, frozen=True, kw_only=True):
    """The profile; `user_id` says whose."""

    user_id: UUID
    profile: TrainingProfile


class TrainingProfileChanged(Event, frozen=True, kw_only=True, tag="training:profile_changed"):
    """What a person trains with, what must be minded or how far they are changed. In the person's topic."""

    data: TrainingProfileChangedData
