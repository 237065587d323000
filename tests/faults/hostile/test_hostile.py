"""Whatever a client does, it is refused with the documented code, leaves nothing, and harms no neighbour.

How fast, and how much slower the neighbour was, is told as properties of the tests: `make fire` judges them on a machine
that does nothing else.
"""

from typing import Any

import pytest

from tests.faults.hostile.behaviours import BEHAVIOURS
from tests.faults.hostile.conftest import Ground
from tests.faults.hostile.refusal import Behaviour
from tests.faults.hostile.trial import trial

pytestmark = [pytest.mark.load, pytest.mark.xdist_group("hostile")]


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

    record_property("seconds", round(came.refused.seconds - behaviour.let_be_seconds, 4))
    record_property("neighbour", round(came.neighbour, 4))
    assert came.refused.code == behaviour.code
    assert came.held_after == came.held_before
    said = ground.node.log.read_bytes()[logged:].decode()
    assert "Traceback" not in said, said
    assert "[error" not in said, said
