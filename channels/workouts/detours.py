"""What is skipped of a plan and what is done in place of something, as decisions."""

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal
from channels.topics import workout_topic
from channels.wire.envelope import Detail
from channels.wire.workout_commands import WorkoutSkip, WorkoutSwap
from channels.wire.workout_events import PlanChangedData, WorkoutPlanChanged
from channels.workouts.closing import Save, settled
from channels.workouts.lived import Lived, changed, in_its_time, meant, reply, with_previous
from channels.workouts.marks import Mark, MarkKind, skipped_of, swaps_of
from channels.workouts.pace import skip_interval
from channels.workouts.plan import holds
from channels.workouts.sets import unknown
from storage.records import PersonRecord, Workouts


def skip(
    person: PersonRecord, state: Workouts, command: WorkoutSkip, moment: Moment
) -> Decision[Save] | Refusal:
    """Skip a part of the plan; or the running interval, when nothing is named."""
    lived = meant(state, command.data.session_id)
    if isinstance(lived, Refusal):
        return lived
    planned = command.data.planned
    if planned is None:
        return skip_interval(person, state, lived, command, moment)
    if not holds(lived.blocks, planned):
        return Refusal(code=Code.NOT_PLANNED)
    mark = Mark(kind=MarkKind.SKIP, at=moment.at, key=command.key or moment.new_id, planned=planned)
    return _marked(person, state, lived, mark, moment)


def swap(
    person: PersonRecord, state: Workouts, command: WorkoutSwap, moment: Moment
) -> Decision[Save] | Refusal:
    """Do another exercise than the one that was planned."""
    lived = meant(state, command.data.session_id)
    if isinstance(lived, Refusal):
        return lived
    planned, exercise_id = command.data.planned, command.data.exercise_id
    if planned.exercise is None or planned.set is not None or not holds(lived.blocks, planned):
        detail = Detail(field="planned", message="name a block and an exercise of it, and no set")
        return Refusal(code=Code.NOT_PLANNED, details=(detail,))
    problem = unknown(exercise_id, state.exercises, "exercise_id")
    if problem is not None:
        return problem
    mark = Mark(
        kind=MarkKind.SWAP,
        at=moment.at,
        key=command.key or moment.new_id,
        planned=planned,
        exercise_id=exercise_id,
    )
    return _marked(person, state, with_previous(lived, state, exercise_id), mark, moment, exercise_id)


def _marked(
    person: PersonRecord,
    state: Workouts,
    lived: Lived,
    mark: Mark,
    moment: Moment,
    exercise_id: str | None = None,
) -> Decision[Save] | Refusal:
    after = in_its_time(lived, moment) or changed(lived, moment, mark)
    if isinstance(after, Refusal):
        return after
    data = PlanChangedData(
        session_id=after.record.session_id,
        skipped=skipped_of(after.marks),
        swaps=swaps_of(after.marks),
        exercise_id=exercise_id,
        previous=() if exercise_id is None else after.previous.get(exercise_id, ()),
    )
    event = WorkoutPlanChanged(topic=workout_topic(after.record.session_id), at=moment.at, data=data)
    return settled(person, state, lived, after, moment, events=(event,), data=reply(after))
