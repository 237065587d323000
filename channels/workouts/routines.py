"""Routines, as decisions: to keep one, delete it, share it by a link, copy what somebody shared.

One's own is named by its UUID; what is not one's own, by a name (ready-made) or a link (shared). To change that keeps a
copy which says where it came from.
"""

import re
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal, invalid
from channels.topics import user_topic
from channels.wire.envelope import Detail
from channels.wire.routine import (
    Block,
    Origin,
    OriginKind,
    Routine,
    RoutineCopy,
    RoutineDelete,
    RoutineDeleted,
    RoutineDeletedData,
    RoutineReply,
    RoutineSave,
    RoutineSaved,
    RoutineSaveData,
    RoutineSavedData,
    RoutineShare,
    RoutineShareReply,
)
from channels.workouts.planning import checked_plan
from channels.workouts.ready import READY
from storage.records import PersonRecord, RoutineRecord, Routines, SharedRoutineRecord

MOST_ROUTINES: Final = 200
"""How many a person may keep."""

_LINK: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""A link's form: see `fresh_link` of `load_routine` in the migrations."""

_blocks = msgspec.json.Decoder(tuple[Block, ...])


class Reference(Struct, frozen=True, kw_only=True):
    """What a routine is named by: the UUID of one's own, a ready-made one's name, or a link. All None: by nothing that is."""

    own: UUID | None = None
    ready: str | None = None
    link: str | None = None


def referred(routine_id: str | None) -> Reference:
    """Return what a routine's id says. It is any text that somebody sends."""
    if routine_id is None:
        return Reference()
    if routine_id in READY:
        return Reference(ready=routine_id)
    if _LINK.fullmatch(routine_id):
        return Reference(link=routine_id)
    try:
        return Reference(own=msgspec.convert(routine_id, UUID))
    except msgspec.ValidationError:
        return Reference()


def save(
    person: PersonRecord, state: Routines, command: RoutineSave, moment: Moment
) -> Decision[RoutineRecord] | Refusal:
    """Keep a routine as it is said. One that was deleted is kept again: what was said last counts."""
    data = command.data
    if data.turn is not None and data.source is not None:
        return invalid("source", "says where it is from, and so does `turn`; send one of the two")
    kept = _own(person, state)
    full = _room(state) if kept is None or kept.deleted_at is not None else None
    routine = full or kept or _new(person, state, data, moment)
    if isinstance(routine, Refusal):
        return routine
    problem = checked_plan(data.blocks, state.exercises)
    if problem is not None:
        return problem
    said = replace(
        routine,
        name=data.name,
        note=data.note,
        blocks=msgspec.json.encode(data.blocks).decode(),
        updated_at=moment.now,
        deleted_at=None,
    )
    return _saved(said, moment)


def delete(
    _person: PersonRecord, state: Routines, _command: RoutineDelete, moment: Moment
) -> Decision[RoutineRecord] | Refusal:
    """Delete a routine of one's own; its link opens nothing any more."""
    routine = _named(state)
    if routine is None:
        return Refusal(code=Code.NO_SUCH_ROUTINE)
    told = RoutineDeleted(
        topic=user_topic(routine.user_id),
        at=moment.at,
        data=RoutineDeletedData(routine_id=routine.routine_id),
    )
    gone = replace(routine, link=None, updated_at=moment.now, deleted_at=moment.now)
    return Decision(data=RoutineReply(routine_id=routine.routine_id), saves=(gone,), events=(told,))


def share(
    _person: PersonRecord, state: Routines, command: RoutineShare, moment: Moment
) -> Decision[RoutineRecord] | Refusal:
    """Give a routine of one's own a link, or withdraw it; one that has a link keeps it."""
    routine = _named(state)
    if routine is None:
        return Refusal(code=Code.NO_SUCH_ROUTINE)
    if command.data.shared == (routine.link is not None):
        return Decision(data=RoutineShareReply(routine_id=routine.routine_id, link=routine.link))
    shared = replace(routine, link=state.fresh_link if command.data.shared else None)
    reply = RoutineShareReply(routine_id=shared.routine_id, link=shared.link)
    return replace(_saved(shared, moment), data=reply)


def copy(
    person: PersonRecord, state: Routines, _command: RoutineCopy, moment: Moment
) -> Decision[RoutineRecord] | Refusal:
    """Keep a copy of what a link opens; one of one's own says of its origin what that does."""
    if state.shared is None:
        return Refusal(code=Code.NO_SUCH_ROUTINE)
    full = _room(state)
    if full is not None:
        return full
    source = state.shared.routine
    origin = _origin_of(source) if source.user_id == person.user_id else _shared_by(state.shared)
    copied = _begun(person, moment.new_id, origin, moment)
    return _saved(replace(copied, name=source.name, note=source.note, blocks=source.blocks), moment)


def shown_routine(routine: RoutineRecord) -> Routine:
    """Return a routine as its owner sees it."""
    origin = _origin_of(routine)
    ready = READY.get(origin.of) if origin.kind is OriginKind.READY else None
    return Routine(
        routine_id=str(routine.routine_id),
        name=routine.name,
        blocks=_blocks.decode(routine.blocks),
        note=routine.note,
        origin=origin,
        source="" if ready is None else ready.source,
        link=routine.link,
        created_at=routine.created_at,
        updated_at=routine.updated_at,
    )


def shown_shared(shared: SharedRoutineRecord, link: str) -> Routine:
    """Return a routine as everybody sees it who has its link: that names it, and its author is where it is from."""
    return replace(
        shown_routine(shared.routine), routine_id=link, link=None, origin=_shared_by(shared), source=""
    )


def _own(person: PersonRecord, state: Routines) -> RoutineRecord | None:
    """Return the person's routine that is meant, a deleted one too; also by a link that they gave out themselves."""
    if state.shared is not None and state.shared.routine.user_id == person.user_id:
        return state.shared.routine
    return state.named


def _named(state: Routines) -> RoutineRecord | None:
    """Return the person's routine that is named, unless it was deleted."""
    return None if state.named is None or state.named.deleted_at is not None else state.named


def _new(
    person: PersonRecord, state: Routines, data: RoutineSaveData, moment: Moment
) -> RoutineRecord | Refusal:
    """Return a new routine before anything is said in it; refuse a copy of what is not there."""
    reference = referred(data.routine_id)
    origin = _origin(data, state, reference)
    if origin is None:
        return Refusal(code=Code.NO_SUCH_ROUTINE)
    return _begun(person, reference.own or moment.new_id, origin, moment)


def _origin(data: RoutineSaveData, state: Routines, reference: Reference) -> Origin | None:
    """Return where a new routine is from; None when it names what is not there."""
    if data.routine_id is not None and reference == Reference():
        return None
    if reference.link is not None and state.shared is None:
        return None
    if data.turn is not None:
        return Origin(kind=OriginKind.COACH, of=data.turn)
    if data.source is not None:
        return Origin(kind=OriginKind.IMPORTED, of=data.source)
    if reference.ready is not None:
        return READY[reference.ready].origin
    return Origin(kind=OriginKind.OWN) if state.shared is None else _shared_by(state.shared)


def _begun(person: PersonRecord, routine_id: UUID, origin: Origin, moment: Moment) -> RoutineRecord:
    return RoutineRecord(
        user_id=person.user_id,
        routine_id=routine_id,
        name="",
        note="",
        blocks="[]",
        origin_kind=origin.kind,
        origin_of=origin.of,
        link=None,
        created_at=moment.now,
        updated_at=moment.now,
        deleted_at=None,
    )


def _room(state: Routines) -> Refusal | None:
    """Refuse one more than a person may keep."""
    if state.kept < MOST_ROUTINES:
        return None
    problem = f"{MOST_ROUTINES} are kept, which is the most"
    return Refusal(code=Code.ROUTINES_FULL, details=(Detail(field="routine_id", message=problem),))


def _saved(routine: RoutineRecord, moment: Moment) -> Decision[RoutineRecord]:
    told = RoutineSaved(
        topic=user_topic(routine.user_id), at=moment.at, data=RoutineSavedData(routine=shown_routine(routine))
    )
    return Decision(data=RoutineReply(routine_id=routine.routine_id), saves=(routine,), events=(told,))


def _origin_of(routine: RoutineRecord) -> Origin:
    return Origin(kind=OriginKind(routine.origin_kind), of=routine.origin_of)


def _shared_by(shared: SharedRoutineRecord) -> Origin:
    return Origin(kind=OriginKind.SHARED, of=shared.author)
