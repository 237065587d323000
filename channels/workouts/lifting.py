"""Sets of a workout, as decisions: logged, edited, taken back."""

from uuid import UUID

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal, invalid
from channels.topics import workout_topic
from channels.wire.envelope import Event
from channels.wire.workout import DoneSet
from channels.wire.workout_commands import SetReply, WorkoutSetDelete, WorkoutSetEdit, WorkoutSetLog
from channels.wire.workout_events import (
    SetDeletedData,
    SetEditedData,
    SetLoggedData,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
)
from channels.workouts.closing import Save, settled
from channels.workouts.life import Step
from channels.workouts.lived import Lived, changed, late, meant, with_previous
from channels.workouts.marks import Mark, rest_with
from channels.workouts.plan import holds, rest_after
from channels.workouts.sets import checked, latest, said, shown_set, taken_back
from channels.workouts.snapshot import too_long
from storage.records import PersonRecord, SetRecord, Workouts


def log(
    person: PersonRecord, state: Workouts, command: WorkoutSetLog, moment: Moment
) -> Decision[Save] | Refusal:
    """Log a set at `moment.at`, and begin to rest."""
    lived = meant(state, command.data.session_id, Step.LOG, moment)
    if isinstance(lived, Refusal):
        return lived
    done = command.data.done
    problem = checked(done, state.exercises) or _misplaced(lived, done)
    if problem is not None:
        return problem
    new = said(command.data.set_id or moment.new_id, done, moment.at)
    seconds = command.data.rest_seconds or rest_after(lived.blocks, new)
    rests = [] if seconds is None else [rest_with(new, seconds)]
    return _said(person, state, lived, new, moment, *rests)


def edit(
    person: PersonRecord, state: Workouts, command: WorkoutSetEdit, moment: Moment
) -> Decision[Save] | Refusal:
    """Say anew what was done in a set."""
    lived = meant(state, command.data.session_id, Step.CORRECT, moment)
    if isinstance(lived, Refusal):
        return lived
    done, set_id = command.data.done, command.data.set_id
    problem = checked(done, state.exercises) or _misplaced(lived, done) or _unheard(lived, set_id, moment)
    if problem is not None:
        return problem
    return _said(person, state, lived, said(set_id, done, moment.at), moment)


def delete(
    person: PersonRecord, state: Workouts, command: WorkoutSetDelete, moment: Moment
) -> Decision[Save] | Refusal:
    """Take a set back; what is said of it later, but was before, stays without effect."""
    lived = meant(state, command.data.session_id, Step.CORRECT, moment)
    if isinstance(lived, Refusal):
        return lived
    set_id = command.data.set_id
    problem = _unheard(lived, set_id, moment)
    if problem is not None:
        return problem
    return _said(person, state, lived, taken_back(set_id, moment.at, _known(lived, set_id)), moment)


def _misplaced(lived: Lived, done: DoneSet) -> Refusal | None:
    """Refuse a set that names a place which the plan does not have."""
    if done.planned is None or holds(lived.blocks, done.planned):
        return None
    return Refusal(code=Code.NOT_PLANNED)


def _unheard(lived: Lived, set_id: UUID, moment: Moment) -> Refusal | None:
    """Refuse to correct live what is not there. From a queue it is taken: the set's own command is on the way."""
    if late(moment) or _known(lived, set_id) is not None:
        return None
    return invalid("set_id", "is none of this workout's sets")


def _said(
    person: PersonRecord, state: Workouts, lived: Lived, new: SetRecord, moment: Moment, *marks: Mark
) -> Decision[Save] | Refusal:
    known = _known(lived, new.set_id)
    one = latest(known, new)
    with_it = lived if one.deleted else with_previous(lived, state, one.exercise_id)
    after = changed(with_it, moment, *marks, sets=(one,))
    if isinstance(after, Refusal):
        return after
    full = None if one.deleted else too_long(after)
    if full is not None:
        return full
    event = _event(lived, after, known, one, moment)
    return settled(
        person,
        state,
        lived,
        after,
        moment,
        events=() if event is None else (event,),
        data=SetReply(session_id=after.record.session_id, set_id=one.set_id),
    )


def _event(
    before: Lived, after: Lived, known: SetRecord | None, one: SetRecord, moment: Moment
) -> Event | None:
    """Return what became of a set in the workout; None when nothing did."""
    rest = after.time.rest
    session_id, topic = after.record.session_id, workout_topic(after.record.session_id)
    previous = after.previous.get(one.exercise_id, ())
    was_there = known is not None and not known.deleted
    if one.deleted:
        if known is None or not was_there:
            return None
        gone = SetDeletedData(session_id=session_id, before=shown_set(known), rest=rest)
        return WorkoutSetDeleted(topic=topic, at=moment.at, data=gone)
    if known is None or not was_there:
        logged = SetLoggedData(session_id=session_id, set=shown_set(one), rest=rest, previous=previous)
        return WorkoutSetLogged(topic=topic, at=moment.at, data=logged)
    if shown_set(known) == shown_set(one) and before.time.rest == rest:
        return None
    edited = SetEditedData(
        session_id=session_id,
        before=shown_set(known),
        set=shown_set(one),
        rest=rest,
        previous=previous,
    )
    return WorkoutSetEdited(topic=topic, at=moment.at, data=edited)


def _known(lived: Lived, set_id: UUID) -> SetRecord | None:
    return next((one for one in lived.sets if one.set_id == set_id), None)
