"""In what order changes of the clocks come, and how often, makes no difference."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from channels.wire.routine import Block
from channels.workouts.marks import Mark
from channels.workouts.timeline import times_of
from tests.channels.workouts.chance import marks, plans
from tests.channels.workouts.lives import at


@given(plans, marks(), st.data())
def test_the_order_in_which_marks_come_and_how_often_makes_no_difference(
    blocks: tuple[Block, ...], chosen: list[Mark], data: Any
) -> None:
    again = data.draw(st.lists(st.sampled_from(chosen), max_size=5)) if chosen else []
    shuffled = data.draw(st.permutations([*chosen, *again]))
    assert times_of(blocks, shuffled) == times_of(blocks, chosen)
    assert times_of(blocks, shuffled, at(150)) == times_of(blocks, chosen, at(150))
