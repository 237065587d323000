from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from channels.signin import REPEAT_WITHIN, Presented, present, rotated
from storage.records import FamilyRecord

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIFETIME = timedelta(days=7)
FAMILY = FamilyRecord(
    user_id=UUID(int=1),
    family_id=UUID(int=2),
    device="phone",
    generation=3,
    rotated_at=NOW,
    expires_at=NOW + LIFETIME,
    revoked_at=None,
)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("generation", "device", "after", "presented"),
    [
        (3, "phone", SECOND, Presented.ROTATE),
        (3, "tablet", SECOND, Presented.ROTATE),
        (4, "phone", SECOND, Presented.ROTATE),
        (2, "phone", SECOND, Presented.REPEAT),
        (2, "phone", -SECOND, Presented.REPEAT),
        (2, "phone", REPEAT_WITHIN, Presented.REPEAT),
        (2, "phone", REPEAT_WITHIN + SECOND, Presented.REUSED),
        (2, "tablet", SECOND, Presented.REUSED),
        (1, "phone", SECOND, Presented.REUSED),
        (3, "phone", LIFETIME - SECOND, Presented.ROTATE),
        (3, "phone", LIFETIME, Presented.EXPIRED),
        (1, "phone", LIFETIME, Presented.EXPIRED),
    ],
)
def test_what_a_refresh_token_comes_to(
    generation: int, device: str, after: timedelta, presented: Presented
) -> None:
    assert present(FAMILY, generation, device, NOW + after) is presented


@given(st.integers(0, 10), st.sampled_from(["phone", "tablet"]), st.timedeltas(timedelta(0), LIFETIME * 2))
def test_a_revoked_family_gives_nothing(generation: int, device: str, after: timedelta) -> None:
    revoked = replace(FAMILY, revoked_at=NOW)
    assert present(revoked, generation, device, NOW + after) is Presented.REVOKED


def test_a_rotation_counts_on_and_slides_the_end() -> None:
    later = NOW + timedelta(days=3)
    family = rotated(FAMILY, 3, "tablet", later, LIFETIME)
    assert (family.generation, family.device) == (4, "tablet")
    assert (family.rotated_at, family.expires_at) == (later, later + LIFETIME)


def test_a_token_from_before_a_restore_of_the_database_goes_on_from_itself() -> None:
    assert rotated(FAMILY, 9, "phone", NOW, LIFETIME).generation == 10


class Rotation(RuleBasedStateMachine):
    """An owner and a thief share a family's tokens as they come; both present whatever they like."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.family = replace(FAMILY, generation=0)
        self.holders = {"phone": {0}, "thief": set[int]()}
        self.rotations: list[tuple[int, str, datetime]] = []

    @rule(seconds=st.sampled_from([0, 1, 59, 60, 61, 3600, 86_400 * 6, 86_400 * 7]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def steal(self) -> None:
        self.holders["thief"] |= self.holders["phone"]

    @precondition(lambda self: any(self.holders.values()))
    @rule(data=st.data())
    def show(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from([name for name, held in self.holders.items() if held]))
        generation = data.draw(st.sampled_from(sorted(self.holders[who])))
        presented = present(self.family, generation, who, self.now)
        self._check(presented, generation, who)
        if presented is Presented.ROTATE:
            self.rotations.append((generation, who, self.now))
            self.family = rotated(self.family, generation, who, self.now, LIFETIME)
        if presented in {Presented.ROTATE, Presented.REPEAT}:
            self.holders[who].add(self.family.generation)
        if presented is Presented.REUSED:
            self.family = replace(self.family, revoked_at=self.now)

    def _check(self, presented: Presented, generation: int, who: str) -> None:
        used = {rotation for rotation, _, _ in self.rotations}
        assert (presented is Presented.ROTATE) <= (generation not in used)
        if presented is Presented.REPEAT:
            last = self.rotations[-1]
            assert last[:2] == (generation, who)
            assert self.now - last[2] <= REPEAT_WITHIN
        if presented in {Presented.EXPIRED, Presented.REVOKED}:
            assert self.now >= self.family.expires_at or self.family.revoked_at is not None

    @invariant()
    def each_generation_rotates_once_and_in_order(self) -> None:
        generations = [generation for generation, _, _ in self.rotations]
        assert generations == list(range(len(generations)))
        assert self.family.generation == len(generations)

    @invariant()
    def two_holders_cannot_both_go_on(self) -> None:
        newest = self.family.generation
        assert (
            sum(newest in held for held in self.holders.values()) <= 1
            or self.holders["thief"] >= self.holders["phone"]
        )


TestRotation = Rotation.TestCase
