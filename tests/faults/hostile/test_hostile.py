"""Whatever a client does, it is refused with the documented code within 2 s, leaves nothing, and harms no neighbour."""

from typing import Any

import pytest

from tests.faults.hostile.behaviours import BEHAVIOURS
from tests.faults.hostile.conftest import Ground
from tests.faults.hostile.refusal import REFUSED_SECONDS, Behaviour
from tests.faults.hostile.trial import p99, trial

pytestmark = [pytest.mark.load, pytest.mark.xdist_group("hostile")]

_SLOWER = 5.0
_SLOW_SECONDS = 0.5
"""A neighbour may be this much slower, or slow; beside other tests on a small machine there is no telling finer."""


def _each() -> list[Any]:
    """Each behaviour by its name; those that a promise lets be for seconds are long."""
    return [
        pytest.param(each, id=each.name, marks=[pytest.mark.long] if each.let_be_seconds else [])
        for each in BEHAVIOURS
    ]


@pytest.mark.parametrize("behaviour", _each())
async def test_a_client_that(ground: Ground, behaviour: Behaviour, record_property: Any) -> None:
    people, beside = ground.fresh()
    logged = ground.node.log.stat().st_size

    came = await trial(ground.node, ground.redis_url, behaviour, people, beside)

    for name, value in (
        ("seconds", came.refused.seconds - behaviour.let_be_seconds),
        ("p99_before", p99(came.before)),
        ("p99_during", p99(came.during)),
        ("slower", came.slower),
    ):
        record_property(name, round(value, 4))
    assert came.refused.code == behaviour.code
    assert came.refused.seconds <= behaviour.let_be_seconds + REFUSED_SECONDS
    assert came.held_after == came.held_before
    assert p99(came.during) <= max(_SLOWER * p99(came.before), _SLOW_SECONDS)
    said = ground.node.log.read_bytes()[logged:].decode()
    assert "Traceback" not in said, said
    assert "[error" not in said, said
