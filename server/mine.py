"""The noun of what is a person's own in exercises: what each of its commands loads, and who decides it."""

from typing import Final

from channels.wire.exercise import ExerciseDelete, ExerciseMarkSet, ExerciseSave, TrainingProfileSet
from channels.workouts import opinion, own
from server.execution import Capability
from server.noun import Noun
from storage.commands import Claim, Claimed
from storage.library_records import Mine
from storage.mine import load, save
from storage.postgres import Link

_Loaded = tuple[Claimed, Mine]


async def _load_to_save(link: Link, claim: Claim, command: ExerciseSave) -> _Loaded:
    return await load(link, claim, own.named(command.data))


async def _load_one(link: Link, claim: Claim, command: ExerciseDelete | ExerciseMarkSet) -> _Loaded:
    return await load(link, claim, command.data.exercise_id)


async def _load_profile(link: Link, claim: Claim, _command: TrainingProfileSet) -> _Loaded:
    return await load(link, claim)


MINE: Final = Noun(
    capabilities=(
        Capability(command=ExerciseSave, load=_load_to_save, decide=own.save, save=save),
        Capability(command=ExerciseDelete, load=_load_one, decide=own.delete, save=save),
        Capability(command=ExerciseMarkSet, load=_load_one, decide=opinion.mark, save=save),
        Capability(command=TrainingProfileSet, load=_load_profile, decide=opinion.set_profile, save=save),
    ),
)
