"""How a reader catches up: all of what it missed, or a snapshot, never a part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.recovery import REPLAY_BYTES, REPLAY_EVENTS, Gap, Replay, checked, plan
from channels.wire.envelope import Epoch, Offset

EPOCH = Epoch("7")
HEAD = Offset(1_000)


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (None, Gap.NO_POSITION),
        (("6", 1_000), Gap.OTHER_EPOCH),
        (("7", 1_001), Gap.AHEAD),
        (("7", 1_000 - REPLAY_EVENTS - 1), Gap.TOO_MANY),
        (("7", 1_000 - REPLAY_EVENTS), Replay(Offset(1_000 - REPLAY_EVENTS), HEAD)),
        (("7", 999), Replay(Offset(999), HEAD)),
        (("7", 1_000), Replay(HEAD, HEAD)),
    ],
)
def test_a_reader_that_is_near_enough_is_replayed_others_get_a_snapshot(
    position: tuple[str, int] | None, expected: Gap | Replay
) -> None:
    assert plan(position, EPOCH, HEAD) == expected


@pytest.mark.parametrize("offsets", [[], [5], [6, 7], [5, 7], [6, 5, 7], [5, 6, 7, 8], [4, 5, 6, 7]])
def test_events_that_are_not_exactly_those_missed_are_no_replay(offsets: list[int]) -> None:
    assert checked(Replay(Offset(4), Offset(7)), offsets, 100) is Gap.PRUNED


def test_all_of_them_are_a_replay_unless_they_are_too_large() -> None:
    missed = Replay(Offset(4), Offset(7))
    assert checked(missed, [5, 6, 7], REPLAY_BYTES) is None
    assert checked(missed, [5, 6, 7], REPLAY_BYTES + 1) is Gap.TOO_LARGE


def test_a_reader_at_the_head_needs_nothing() -> None:
    assert checked(Replay(HEAD, HEAD), [], 0) is None


POSITIONS = st.none() | st.tuples(st.sampled_from(["6", "7"]), st.integers(0, 700))


@given(POSITIONS, st.integers(0, 700), st.data())
def test_a_replay_is_whole_or_there_is_none(
    position: tuple[str, int] | None, head: int, data: st.DataObject
) -> None:
    step = plan(position, EPOCH, Offset(head))
    if isinstance(step, Gap):
        return
    assert position is not None
    assert (step.after, step.until) == (position[1], head)
    missed = list(range(step.after + 1, step.until + 1))
    assert len(missed) <= REPLAY_EVENTS
    assert checked(step, missed, 0) is None
    if missed:
        lost = data.draw(st.sampled_from(missed))
        assert checked(step, [offset for offset in missed if offset != lost], 0) is Gap.PRUNED
