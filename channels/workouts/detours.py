"""What is skipped of a plan and what is done in place of something, as decisions."""

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal
from channels.topics import workout_topic
from channels.wire.envelope import Detail
from channels.wire.workout_commands import WorkoutSkip, WorkoutSwap
from channels.wire.workout_events import PlanChangedData, WorkoutPlanChanged
from channels.workouts.closing import Save, settled
from channels.workouts.life import Step
from channels.workouts.lived import Lived, changed, meant, reply, with_previous
from channels.workouts.marks import Mark, MarkKind, skipped_of, swaps_of
from channels.workouts.pace import skip_interval
from channels.workouts.plan import holds
from channels.workouts.sets import unknown
from channels.workouts.snapshot import too_long
from storage.records import PersonRecord, Workouts


def skip(
    person: PersonRecord, state: Workouts, command: WorkoutSkip, moment: Moment
) -> Decision[Save] | Refusal:
    """Skip a part of the plan; or the running interval, when nothing is named."""
    planned = command.data.planned
    if planned is None:
        return skip_interval(person, state, command, moment)
    lived = meant(state, command.data.session_id, Step.PLAN, moment)
    if isinstance(lived, Refusal):
        return lived
    if not holds(lived.blocks, planned):
        return Refusal(code=Code.NOT_PLANNED)
    mark = Mark(kind=MarkKind.SKIP, at=moment.at, key=command.key or moment.new_id, planned=planned)
    after = changed(lived, moment, mark)
    return after if isinstance(after, Refusal) else _changed(person, state, lived, after, moment)


def swap(
    person: PersonRecord, state: Workouts, command: WorkoutSwap, moment: Moment
) -> Decision[Save] | Refusal:
    """Do another exercise than the one that was planned."""
    lived = meant(state, command.data.session_id, Step.PLAN, moment)
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
    after = changed(with_previous(lived, state, exercise_id), moment, mark)
    if isinstance(after, Refusal):
        return after
    return too_long(after) or _changed(person, state, lived, after, moment, exercise_id)


def _changed(
    person: PersonRecord,
    state: Workouts,
    before: Lived,
    after: Lived,
    moment: Moment,
    exercise_id: str | None = None,
) -> Decision[Save]:
    data = PlanChangedData(
        session_id=after.record.session_id,
        skipped=skipped_of(after.marks),
        swaps=swaps_of(after.marks),
        exercise_id=exercise_id,
        previous=() if exercise_id is None else after.previous.get(exercise_id, ()),
    )
    told = WorkoutPlanChanged(topic=workout_topic(after.record.session_id), at=moment.at, data=data)
    same = (data.skipped, data.swaps) == (skipped_of(before.marks), swaps_of(before.marks))
    events = () if same else (told,)
    return settled(person, state, before, after, moment, events=events, data=reply(after))
