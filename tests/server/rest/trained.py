"""What somebody did before the examples of workouts are tried."""

from typing import Any

import msgspec

from channels.wire.envelope import Command
from channels.wire.workout_commands import WorkoutLog
from server.rest.workouts.examples import LOGGED
from tests.server.rest.node import Person, RestNode
from tests.server.training import log_set, pause, start_workout

_WEIGHED = """
INSERT INTO body_masses (user_id, at, mass, mass_unit) VALUES ($1, '2025-01-01T08:00Z', 80, 'kg') ON CONFLICT DO NOTHING
"""


async def done(node: RestNode, person: Person, command: Command) -> Any:
    """Give a command that is taken; return its reply."""
    outcome = await node.give(person, command)
    assert outcome.answer.error is None, outcome.answer.error
    return msgspec.json.decode(outcome.answer.data or b"null")


async def begin(node: RestNode, person: Person) -> dict[str, str]:
    """Start a workout."""
    return {"session_id": (await done(node, person, start_workout()))["session_id"]}


async def lift(node: RestNode, person: Person) -> dict[str, str]:
    """Start one and log a set, as the examples say it."""
    begun = await begin(node, person)
    command = log_set()
    said = msgspec.structs.replace(command.data, done=LOGGED.sets[0].done)
    logged = await done(node, person, msgspec.structs.replace(command, data=said))
    return begun | {"set_id": logged["set_id"]}


async def halt(node: RestNode, person: Person) -> dict[str, str]:
    """Start one and pause it."""
    begun = await begin(node, person)
    await done(node, person, pause())
    return begun


async def train(node: RestNode, person: Person) -> dict[str, str]:
    """Log a workout afterwards, by somebody of whom it is known what they weighed then."""
    await node.execute(_WEIGHED, person.user_id)
    first = await done(node, person, WorkoutLog(id=1, data=LOGGED))
    return {"session_id": first["session_id"]}


async def train_twice(node: RestNode, person: Person) -> dict[str, str]:
    """Log two."""
    await train(node, person)
    return await train(node, person)


TRAINED = {
    "startWorkout-one_runs": begin,
    "logSet-logged": begin,
    "logSet-unknown_exercise": begin,
    "editSet-edited": lift,
    "deleteSet-deleted": lift,
    "pauseWorkout-paused": begin,
    "resumeWorkout-resumed": halt,
    "finishWorkout-finished": lift,
    "discardWorkout-discarded": lift,
    "showRunningWorkout-running": lift,
    "showWorkout-finished": train,
    "listWorkouts-first_page": train_twice,
    "listRecords-squats": train,
    "showTraining-november": train,
    "exportWorkouts-for_spreadsheets": train,
}
