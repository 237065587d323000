"""What must have happened for the examples of the API's document to be true."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from channels.wire.account import AccountUpdate, AccountUpdateData
from channels.wire.fasting import FastingStart, FastingStartData
from tests.channels.workouts.own_facts import marking, saving
from tests.searching import shipped_engine
from tests.server.planning import POUNDS, give_out, keep
from tests.server.rest.node import Person, RestNode
from tests.server.rest.trained import TRAINED, train

_NOBODYS = "0199f3a1-5b20-7e51-b3c6-000000000000"
MADE_UP = {
    "session_id": _NOBODYS,
    "protocol_id": "16:8",
    "routine_id": _NOBODYS,
    "set_id": _NOBODYS,
    "link": "L" * 43,
    "exercise_id": "Flying",
}
"""What stands in a path where an example says nothing of it."""
_ENDED = """
INSERT INTO fasting_sessions (
    user_id, session_id, protocol_id, started_at, target_end_at, actual_end_at, status, outcome
)
SELECT $1, gen_random_uuid(), '16:8', began, began + interval '16 h', began + interval '9 h', 'ended', 'early'
FROM generate_series('2026-11-03T08:00Z'::timestamptz, '2026-11-04T08:00Z', '1 day') AS began
"""
Prepare = Callable[[RestNode, Person], Awaitable[dict[str, str]]]


async def _start(node: RestNode, person: Person) -> dict[str, str]:
    outcome = await node.give(person, FastingStart(id=1, data=FastingStartData(protocol_id="16:8")))
    session = msgspec.json.decode(outcome.answer.data or b"")["session"]
    return {"session_id": session["session_id"]}


async def _add_ended(node: RestNode, person: Person) -> dict[str, str]:
    await node.execute(_ENDED, person.user_id)
    return {}


async def _keep_two(node: RestNode, person: Person) -> dict[str, str]:
    for _ in range(2):
        kept = await node.give(person, keep(blocks=(POUNDS,)))
    return {"routine_id": msgspec.json.decode(kept.answer.data or b"")["routine_id"]}


async def _share(node: RestNode, person: Person) -> dict[str, str]:
    kept = await _keep_two(node, person)
    shared = await node.give(person, give_out(UUID(kept["routine_id"])))
    return kept | {"link": msgspec.json.decode(shared.answer.data or b"")["link"]}


async def _be_shared(node: RestNode, _: Person) -> dict[str, str]:
    shared = await _share(node, await node.person())
    return {"link": shared["link"]}


async def _rename_twice(node: RestNode, person: Person) -> dict[str, str]:
    for name in ("Grace", "Ada"):
        await node.give(person, AccountUpdate(id=1, data=AccountUpdateData(name=name)))
    return {}


async def _drain(node: RestNode, _: Person) -> dict[str, str]:
    node.draining = True
    return {}


async def _make_search(_node: RestNode, _person: Person) -> dict[str, str]:
    shipped_engine()
    return {}


async def _add(node: RestNode, person: Person) -> dict[str, str]:
    await node.give(person, saving("own:Sandbag over shoulder"))
    return {}


async def _like(node: RestNode, person: Person) -> dict[str, str]:
    shipped_engine()
    await node.give(person, marking("Barbell_Curl", favourite=True, note="Elbows in."))
    return {}


async def _train_legs(node: RestNode, person: Person) -> dict[str, str]:
    shipped_engine()
    return await train(node, person)


PREPARE: dict[str, Prepare] = {
    "startFast-one_runs": _start,
    "endFast-ended": _start,
    "showRunningFast-running": _start,
    "listFasts-first_page": _add_ended,
    "listRoutines-first_page": _keep_two,
    "showRoutine-own": _keep_two,
    "changeRoutine-changed": _keep_two,
    "deleteRoutine-deleted": _keep_two,
    "shareRoutine-shared": _keep_two,
    "withdrawRoutine-withdrawn": _share,
    "showSharedRoutine-shared": _be_shared,
    "copyRoutine-copied": _be_shared,
    **TRAINED,
    "searchExercises-biceps": _make_search,
    "searchExercises-nothing_fits": _make_search,
    "searchExercises-unknown_level": _make_search,
    "deleteExercise-deleted": _add,
    "listExercises-favourites": _like,
    "listExercises-first_page": _make_search,
    "listExercises-nothing_fits": _make_search,
    "listExercises-unknown_level": _make_search,
    "searchExercisesForOperator-biceps": _make_search,
    "searchExercisesForOperator-another_library": _make_search,
    "searchHistory-leg_day": _train_legs,
    "searchHistory-nothing": _make_search,
    "readEvents-first_event": _rename_twice,
    "readEvents-nothing_new": _rename_twice,
    "readEvents-too_far": _rename_twice,
    "showReady-draining": _drain,
}
"""By operation and example: what happens before; it returns what stands in the path then."""
