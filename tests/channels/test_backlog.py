"""What waits for a connection that reads too slowly."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import Struct

from channels.backlog import BUDGETS, Backlog, Budgets, Overflow

BUDGET = Budgets(control=40, events=60, states=50, ephemeral=30)
Queues = Backlog[bytes]


class Piece(Struct, frozen=True):
    """A message: which queue, which of its kind, how many bytes."""

    queue: str
    number: int
    size: int
    key: str = ""

    def __len__(self) -> int:
        return self.size


def state_key(key: str) -> tuple[str, str, str]:
    return ("user:1", "fasting:tick", key)


def test_control_goes_first_then_events_then_ephemeral_messages_then_states() -> None:
    line: Queues = Backlog()
    line.state(state_key("a"), b"state")
    line.ephemeral(b"cheer")
    line.event(b"event")
    line.control(b"reply")
    assert line.take(1_000) == [b"reply", b"event", b"cheer", b"state"]
    assert not line
    assert line.take(1_000) == []


def test_taking_stops_at_about_the_size_but_gives_one_at_least() -> None:
    line: Queues = Backlog()
    for message in (b"12345", b"12345", b"12345"):
        line.event(message)
    assert line.take(6) == [b"12345", b"12345"]
    line.event(b"x" * 100)
    assert line.take(1) == [b"12345"]
    assert line.take(1) == [b"x" * 100]


@pytest.mark.parametrize(("add", "name"), [(Backlog.control, "control"), (Backlog.event, "events")])
def test_what_must_not_be_lost_overflows_and_leaves_the_queue_as_it_was(
    add: Callable[[Any, bytes], None], name: str
) -> None:
    line: Queues = Backlog(BUDGET)
    add(line, b"x" * 30)
    with pytest.raises(Overflow) as caught:
        add(line, b"x" * 31)
    assert caught.value.class_ == name
    assert len(line) == 30
    assert line.take(1_000) == [b"x" * 30]


def test_the_oldest_ephemeral_messages_go_and_are_counted() -> None:
    line: Queues = Backlog(BUDGET)
    for message in (b"1" * 10, b"2" * 10, b"3" * 10, b"4" * 15):
        line.ephemeral(message)
    assert line.shed == 2
    assert line.take(1_000) == [b"3" * 10, b"4" * 15]


def test_an_ephemeral_message_larger_than_its_budget_is_shed_itself() -> None:
    line: Queues = Backlog(BUDGET)
    line.ephemeral(b"x" * 31)
    assert (line.shed, len(line), bool(line)) == (1, 0, False)


def test_only_the_newest_state_of_a_key_waits_in_the_place_of_the_first() -> None:
    line: Queues = Backlog()
    line.state(state_key("a"), b"a1")
    line.state(state_key("b"), b"b1")
    line.state(state_key("a"), b"a2 is longer")
    assert len(line) == len(b"a2 is longer" + b"b1")
    assert line.take(1_000) == [b"a2 is longer", b"b1"]


def test_without_room_the_state_that_waits_longest_goes() -> None:
    line: Queues = Backlog(BUDGET)
    for key in ("a", "b", "c"):
        line.state(state_key(key), b"x" * 20)
    assert len(line) == 40
    assert len(line.take(1_000)) == 2


def test_an_app_in_the_background_forgets_states_and_nothing_else() -> None:
    line: Queues = Backlog()
    line.event(b"event")
    line.state(state_key("a"), b"state")
    line.forget_states()
    assert line.take(1_000) == [b"event"]
    assert len(line) == 0


def test_all_budgets_together_are_about_a_mebibyte() -> None:
    whole = BUDGETS.control + BUDGETS.events + BUDGETS.states + BUDGETS.ephemeral
    assert whole == 1024 * 1024


SIZES = st.integers(1, 25)


class AnyTraffic(RuleBasedStateMachine):
    """Whatever comes and however it is read, bytes are counted right, order is kept and budgets hold."""

    def __init__(self) -> None:
        super().__init__()
        self.line: Backlog[Piece] = Backlog(BUDGET)
        self.waiting: dict[str, list[Piece]] = {"control": [], "events": [], "ephemeral": []}
        self.states: dict[str, Piece] = {}
        self.count = 0

    def piece(self, queue: str, size: int, key: str = "") -> Piece:
        self.count += 1
        return Piece(queue, self.count, size, key)

    @rule(queue=st.sampled_from(["control", "events"]), size=SIZES)
    def add_what_must_not_be_lost(self, queue: str, size: int) -> None:
        piece = self.piece(queue, size)
        waits = sum(map(len, self.waiting[queue]))
        try:
            {"control": self.line.control, "events": self.line.event}[queue](piece)
        except Overflow:
            assert waits + size > getattr(BUDGET, queue)
        else:
            self.waiting[queue].append(piece)

    @rule(size=SIZES)
    def add_ephemeral(self, size: int) -> None:
        piece = self.piece("ephemeral", size)
        before = self.line.shed
        self.line.ephemeral(piece)
        came = [*self.waiting["ephemeral"], piece]
        count = self.line.shed - before
        shed, self.waiting["ephemeral"] = came[:count], came[count:]
        assert not shed or sum(map(len, came[count - 1 :])) > BUDGET.ephemeral

    @rule(key=st.sampled_from("abcd"), size=SIZES)
    def add_state(self, key: str, size: int) -> None:
        piece = self.piece("states", size, key)
        self.line.state(state_key(key), piece)
        self.states[key] = piece
        while sum(map(len, self.states.values())) > BUDGET.states:
            del self.states[next(iter(self.states))]

    @rule()
    def go_to_the_background(self) -> None:
        self.line.forget_states()
        self.states.clear()

    @precondition(lambda self: bool(self.line))
    @rule(size=st.integers(1, 100))
    def take(self, size: int) -> None:
        expected = [piece for queue in self.waiting.values() for piece in queue] + list(self.states.values())
        taken = self.line.take(size)
        assert taken
        assert taken == expected[: len(taken)]
        assert sum(map(len, taken[:-1])) < size
        assert sum(map(len, taken)) >= size or taken == expected
        for piece in taken:
            if piece.queue == "states":
                del self.states[piece.key]
            else:
                self.waiting[piece.queue].remove(piece)

    @invariant()
    def bytes_are_counted_right(self) -> None:
        pieces = [*self.states.values(), *(piece for queue in self.waiting.values() for piece in queue)]
        assert len(self.line) == sum(map(len, pieces))
        assert bool(self.line) == bool(pieces)

    @invariant()
    def budgets_hold(self) -> None:
        for queue, pieces in self.waiting.items():
            assert sum(map(len, pieces)) <= getattr(BUDGET, queue)
        assert sum(map(len, self.states.values())) <= BUDGET.states


TestAnyTraffic = AnyTraffic.TestCase


@given(st.lists(SIZES, min_size=1, max_size=30))
def test_everything_that_waits_is_taken_in_the_end(sizes: list[int]) -> None:
    line: Backlog[Piece] = Backlog()
    pieces = [Piece("events", number, size) for number, size in enumerate(sizes)]
    for piece in pieces:
        line.event(piece)
    taken: list[Piece] = []
    while line:
        taken += line.take(7)
    assert taken == pieces
    assert len(line) == 0
