"""The noun of routines: what each of its commands loads, and who decides it."""

from typing import Final

from channels.wire.routine import RoutineCopy, RoutineDelete, RoutineSave, RoutineShare
from channels.workouts import routines
from channels.workouts.plan import exercises_of
from server.execution import Capability
from server.noun import Noun
from storage.commands import Claim, Claimed
from storage.postgres import Link
from storage.records import Routines
from storage.routines import Wanted, load, save

_Loaded = tuple[Claimed, Routines]


async def _load_to_save(link: Link, claim: Claim, command: RoutineSave) -> _Loaded:
    reference = routines.referred(command.data.routine_id)
    exercises = tuple(exercises_of(command.data.blocks))
    return await load(link, claim, Wanted(routine_id=reference.own, link=reference.link, exercises=exercises))


async def _load_own(link: Link, claim: Claim, command: RoutineDelete | RoutineShare) -> _Loaded:
    return await load(link, claim, Wanted(routine_id=command.data.routine_id))


async def _load_shared(link: Link, claim: Claim, command: RoutineCopy) -> _Loaded:
    return await load(link, claim, Wanted(link=command.data.link))


ROUTINES: Final = Noun(
    capabilities=(
        Capability(command=RoutineSave, load=_load_to_save, decide=routines.save, save=save),
        Capability(command=RoutineDelete, load=_load_own, decide=routines.delete, save=save),
        Capability(command=RoutineShare, load=_load_own, decide=routines.share, save=save),
        Capability(command=RoutineCopy, load=_load_shared, decide=routines.copy, save=save),
    ),
)
