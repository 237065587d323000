from itertools import product
from uuid import UUID

import pytest
from hypothesis import given

from channels.errors import Code
from channels.wire.workout import WorkoutStatus
from channels.workouts.life import LATE, LIFE, STEPS, Step, refusal, status_of
from channels.workouts.marks import Mark, MarkKind, in_order
from channels.workouts.timeline import times_of
from tests.channels.workouts.chance import CLOCKS, marks
from tests.channels.workouts.lives import marked

RUNNING, PAUSED = WorkoutStatus.RUNNING, WorkoutStatus.PAUSED
FINISHED, DISCARDED = WorkoutStatus.FINISHED, WorkoutStatus.DISCARDED
ENDS = (MarkKind.FINISH, MarkKind.SILENCE)


class TestLife:
    @pytest.mark.parametrize(("status", "step"), list(product(WorkoutStatus, Step)))
    def test_takes_live_what_the_table_has_and_nothing_else(self, status: WorkoutStatus, step: Step) -> None:
        assert (refusal(status, step, late=False) is None) == ((status, step) in LIFE)

    @pytest.mark.parametrize(("status", "step"), list(product(WorkoutStatus, Step)))
    def test_takes_from_a_queue_also_what_belongs_before_the_end(
        self, status: WorkoutStatus, step: Step
    ) -> None:
        late = (status, step) in LIFE or (status is FINISHED and step in LATE)
        assert (refusal(status, step, late=True) is None) == late

    @pytest.mark.parametrize(
        ("status", "step", "code"),
        [
            (FINISHED, Step.LOG, Code.WORKOUT_OVER),
            (FINISHED, Step.TURN, Code.WORKOUT_OVER),
            (DISCARDED, Step.LOG, Code.NO_SUCH_WORKOUT),
            (PAUSED, Step.TURN, Code.NOT_PLANNED),
        ],
    )
    def test_refuses_by_where_it_is(self, status: WorkoutStatus, step: Step, code: Code) -> None:
        found = refusal(status, step, late=False)
        assert found is not None
        assert found.code is code

    def test_is_over_when_it_is_thrown_away_and_never_runs_again_when_it_was_finished(self) -> None:
        assert not any(status is DISCARDED for status, _ in LIFE)
        assert {LIFE[FINISHED, step] for step in Step if (FINISHED, step) in LIFE} == {FINISHED, DISCARDED}

    def test_has_a_step_for_each_kind_of_mark(self) -> None:
        assert set(STEPS) == set(MarkKind)


class TestStatus:
    @pytest.mark.parametrize(
        ("kinds", "status"),
        [
            ((), RUNNING),
            ((MarkKind.PAUSE,), PAUSED),
            ((MarkKind.PAUSE, MarkKind.PAUSE, MarkKind.RESUME), RUNNING),
            ((MarkKind.RESUME, MarkKind.PAUSE), PAUSED),
            ((MarkKind.FINISH,), FINISHED),
            ((MarkKind.PAUSE, MarkKind.FINISH, MarkKind.RESUME), FINISHED),
            ((MarkKind.SILENCE, MarkKind.INTERVALS, MarkKind.PAUSE), FINISHED),
            ((MarkKind.PAUSE, MarkKind.REST, MarkKind.SKIP), PAUSED),
        ],
    )
    def test_is_where_the_marks_lead(self, kinds: tuple[MarkKind, ...], status: WorkoutStatus) -> None:
        in_turn = marked(*((kind, second) for second, kind in enumerate(kinds)))
        assert status_of(in_turn) is status_of(reversed(in_turn)) is status

    @given(marks((*CLOCKS, MarkKind.SKIP)))
    def test_is_paused_while_the_clocks_are(self, chosen: list[Mark]) -> None:
        assert (status_of(chosen) is PAUSED) == (times_of((), chosen).paused_at is not None)

    @given(marks((*CLOCKS, *ENDS)))
    def test_is_finished_from_the_first_end_on(self, chosen: list[Mark]) -> None:
        ended = False
        for count, mark in enumerate(in_order(chosen), 1):
            ended = ended or mark.kind in ENDS
            assert (status_of(in_order(chosen)[:count]) is FINISHED) == ended

    def test_of_marks_at_one_moment_is_by_their_keys(self) -> None:
        moment = marked((MarkKind.PAUSE, 5))[0].at
        pause = Mark(kind=MarkKind.PAUSE, at=moment, key=UUID(int=2))
        resume = Mark(kind=MarkKind.RESUME, at=moment, key=UUID(int=1))
        assert status_of([pause, resume]) is PAUSED
