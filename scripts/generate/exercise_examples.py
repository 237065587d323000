"""One example of every message about what is a person's own in exercises."""

from typing import Final

from channels.wire.envelope import Event, Offset
from channels.wire.exercise import (
    BodyLimit,
    Equipment,
    ExerciseDelete,
    ExerciseDeleted,
    ExerciseDeleteData,
    ExerciseDeletedData,
    ExerciseMark,
    ExerciseMarkData,
    ExerciseMarked,
    ExerciseMarkedData,
    ExerciseMarkSet,
    ExerciseReply,
    ExerciseSave,
    ExerciseSaved,
    ExerciseSaveData,
    ExerciseSavedData,
    OwnExercise,
    TrainingLevel,
    TrainingProfile,
    TrainingProfileChanged,
    TrainingProfileChangedData,
    TrainingProfileData,
    TrainingProfileReply,
    TrainingProfileSet,
)
from scripts.generate.asked import Asked
from scripts.generate.workout_facts import AT, END, OWN, START, USER, key

_NAME: Final = "Sandbag over shoulder"
_SANDBAG: Final = OwnExercise(
    exercise_id=f"own:{_NAME}",
    name=_NAME,
    category="strongman",
    equipment=("sandbag",),
    primary_muscles=("glutes",),
    secondary_muscles=("lower back", "quadriceps"),
    level=TrainingLevel.INTERMEDIATE,
)
_LIKED: Final = ExerciseMark(exercise_id="Barbell_Squat", favourite=True, note="Heels on the plates.")
_PROFILE: Final = TrainingProfile(
    equipment=(Equipment.BARBELL, Equipment.BENCH, Equipment.PLATE),
    limits=(BodyLimit.KNEE,),
    level=TrainingLevel.INTERMEDIATE,
)
_REPLY: Final = ExerciseReply(exercise_id=_SANDBAG.exercise_id)

COMMANDS: Final = (
    Asked(
        ExerciseSave(
            id=33,
            key=key(50),
            data=ExerciseSaveData(
                name=_NAME,
                category=_SANDBAG.category,
                equipment=_SANDBAG.equipment,
                primary_muscles=_SANDBAG.primary_muscles,
                secondary_muscles=_SANDBAG.secondary_muscles,
                level=_SANDBAG.level,
            ),
        ),
        _REPLY,
        {OWN: Offset(61)},
    ),
    Asked(
        ExerciseDelete(id=34, key=key(51), at=END, data=ExerciseDeleteData(exercise_id=_SANDBAG.exercise_id)),
        _REPLY,
        {OWN: Offset(64)},
    ),
    Asked(
        ExerciseMarkSet(
            id=35,
            key=key(52),
            at=AT,
            data=ExerciseMarkData(exercise_id=_LIKED.exercise_id, favourite=True, note=_LIKED.note),
        ),
        ExerciseReply(exercise_id=_LIKED.exercise_id),
        {OWN: Offset(62)},
    ),
    Asked(
        TrainingProfileSet(
            id=36,
            key=key(53),
            data=TrainingProfileData(
                equipment=_PROFILE.equipment, limits=_PROFILE.limits, level=_PROFILE.level
            ),
        ),
        TrainingProfileReply(profile=_PROFILE),
        {OWN: Offset(63)},
    ),
)
"""In the registry's order."""

EVENTS: Final[tuple[Event, ...]] = (
    ExerciseSaved(topic=OWN, offset=Offset(61), at=START, data=ExerciseSavedData(exercise=_SANDBAG)),
    ExerciseDeleted(
        topic=OWN, offset=Offset(64), at=END, data=ExerciseDeletedData(exercise_id=_SANDBAG.exercise_id)
    ),
    ExerciseMarked(topic=OWN, offset=Offset(62), at=AT, data=ExerciseMarkedData(mark=_LIKED)),
    TrainingProfileChanged(
        topic=OWN,
        offset=Offset(63),
        at=AT,
        data=TrainingProfileChangedData(user_id=USER, profile=_PROFILE),
    ),
)
"""In the registry's order."""
