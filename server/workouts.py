"""The noun of workouts: what each of its commands loads, and who decides it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from channels.wire.envelope import Command
from channels.wire.workout_commands import (
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutIntervals,
    WorkoutLog,
    WorkoutPause,
    WorkoutRest,
    WorkoutRested,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetEdit,
    WorkoutSetLog,
    WorkoutSilent,
    WorkoutSkip,
    WorkoutStart,
    WorkoutSwap,
    WorkoutTurn,
)
from channels.workouts import closing, detours, lifting, pace, starting
from channels.workouts.plan import exercises_of
from channels.workouts.ready import READY
from server.execution import Capability, Giver
from server.live.workouts import PREFIX, WorkoutTopics
from server.noun import Noun
from storage.commands import Claim, Claimed
from storage.postgres import Link
from storage.records import Workouts
from storage.workouts import Wanted, load, save

_CALENDAR: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
Given = TypeVar("Given", bound=Command)
Loaded = tuple[Claimed, Workouts]


async def _load_start(link: Link, claim: Claim, command: WorkoutStart) -> Loaded:
    data = command.data
    ready = None if data.routine_id is None else READY.get(data.routine_id)
    blocks = data.blocks if ready is None else ready.blocks
    wanted = Wanted(
        session_id=data.session_id,
        fresh=True,
        exercises=exercises_of(blocks),
        routine_id=_uuid(data.routine_id),
    )
    return await load(link, claim, wanted)


async def _load_log(link: Link, claim: Claim, command: WorkoutLog) -> Loaded:
    exercises = list(dict.fromkeys(one.done.exercise_id for one in command.data.sets))
    return await load(
        link, claim, Wanted(session_id=command.data.session_id, fresh=True, exercises=exercises)
    )


async def _load_set_log(link: Link, claim: Claim, command: WorkoutSetLog) -> Loaded:
    data = command.data
    wanted = Wanted(session_id=data.session_id, exercises=(data.done.exercise_id,), set_id=data.set_id)
    return await load(link, claim, wanted)


async def _load_set_edit(link: Link, claim: Claim, command: WorkoutSetEdit) -> Loaded:
    data = command.data
    wanted = Wanted(session_id=data.session_id, exercises=(data.done.exercise_id,), set_id=data.set_id)
    return await load(link, claim, wanted)


async def _load_set_delete(link: Link, claim: Claim, command: WorkoutSetDelete) -> Loaded:
    return await load(link, claim, Wanted(session_id=command.data.session_id, set_id=command.data.set_id))


async def _load_swap(link: Link, claim: Claim, command: WorkoutSwap) -> Loaded:
    wanted = Wanted(session_id=command.data.session_id, exercises=(command.data.exercise_id,))
    return await load(link, claim, wanted)


def _uuid(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


def _in_the_calendar(moment: datetime | None) -> datetime | None:
    """Return a moment unless it has no place in UTC; the decision refuses one that lies so far off."""
    return moment if moment is not None and _CALENDAR[0] < moment < _CALENDAR[1] else None


def _loading(*, whole: bool) -> Callable[[Link, Claim, Any], Awaitable[Loaded]]:
    """Return what loads the workout that a command means; `whole` with all that its end is reckoned from."""

    async def load_it(link: Link, claim: Claim, command: Any) -> Loaded:
        until = _in_the_calendar(command.at) if whole else None
        return await load(link, claim, Wanted(session_id=command.data.session_id, whole=whole, until=until))

    return load_it


_load_it: Final = _loading(whole=False)
_load_whole: Final = _loading(whole=True)
_TIMER: Final = frozenset({Giver.TIMER})

WORKOUTS: Final = Noun(
    capabilities=(
        Capability(command=WorkoutStart, load=_load_start, decide=starting.start, save=save),
        Capability(command=WorkoutLog, load=_load_log, decide=starting.log, save=save),
        Capability(command=WorkoutSetLog, load=_load_set_log, decide=lifting.log, save=save),
        Capability(command=WorkoutSetEdit, load=_load_set_edit, decide=lifting.edit, save=save),
        Capability(command=WorkoutSetDelete, load=_load_set_delete, decide=lifting.delete, save=save),
        Capability(command=WorkoutSkip, load=_load_it, decide=detours.skip, save=save),
        Capability(command=WorkoutSwap, load=_load_swap, decide=detours.swap, save=save),
        Capability(command=WorkoutIntervals, load=_load_it, decide=pace.intervals, save=save),
        Capability(command=WorkoutRest, load=_load_it, decide=pace.rest, save=save),
        Capability(command=WorkoutRestExtend, load=_load_it, decide=pace.extend_rest, save=save),
        Capability(command=WorkoutRestSkip, load=_load_it, decide=pace.skip_rest, save=save),
        Capability(command=WorkoutPause, load=_load_it, decide=pace.pause, save=save),
        Capability(command=WorkoutResume, load=_load_it, decide=pace.resume, save=save),
        Capability(command=WorkoutFinish, load=_load_whole, decide=closing.finish, save=save),
        Capability(command=WorkoutDiscard, load=_load_whole, decide=closing.discard, save=save),
        Capability(command=WorkoutTurn, load=_load_it, decide=pace.turn, save=save, givers=_TIMER),
        Capability(command=WorkoutRested, load=_load_it, decide=pace.rested, save=save, givers=_TIMER),
        Capability(command=WorkoutSilent, load=_load_whole, decide=closing.silent, save=save, givers=_TIMER),
    ),
    kinds={PREFIX: WorkoutTopics()},
)
