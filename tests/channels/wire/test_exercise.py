"""What may be told of a person is what search understands."""

from channels.wire.exercise import BodyLimit, Equipment, TrainingLevel
from retrieval.concepts import Kind, vocabulary
from retrieval.person import _EVERYWHERE, _LEVELS


def test_equipment_is_all_that_is_one_thing_and_that_not_everybody_has() -> None:
    known = vocabulary().of(Kind.EQUIPMENT)
    assert set(Equipment) == {name for name, rule in known.items() if not rule.any} - _EVERYWHERE


def test_limits_are_all_that_are_of_a_person() -> None:
    assert set(BodyLimit) == set(vocabulary().of(Kind.LIMIT)) - {"low_impact"}


def test_levels_are_those_of_exercises() -> None:
    assert tuple(TrainingLevel) == _LEVELS
