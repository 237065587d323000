"""How long years of training take to be read, each answer as a client gets it."""

import time
from typing import Final

from tests.bench.figures import Figure, percentile
from tests.bench.machine import Meter
from tests.bench.stand import Stand
from tests.nodes import Node
from tests.visitor import visitor
from tests.years import LIFTS, train

_WORKOUTS: Final = "/api/v1/workouts"
_TWO_YEARS: Final = "from=2024-11-18&to=2026-11-20"
_YEAR: Final = "from=2025-11-17&to=2026-11-20"
_QUESTIONS: Final = {
    "running workout": "sessions/current",
    "a workout, whole": "sessions/{session_id}",
    "history, a page": "sessions/history",
    "history of a muscle": "sessions/history?muscle=neck",
    "history of an exercise": f"sessions/history?exercise={LIFTS[0]}",
    "records, a page": "records",
    "records of an exercise": f"records?exercise={LIFTS[0]}",
    "analytics, a year": f"analytics?{_YEAR}",
    "analytics, two years": f"analytics?{_TWO_YEARS}",
}
_WARM: Final = 10


async def measure(
    stand: Stand, node: Node, _meter: Meter, *, sessions: int, days: int, sets: int, times: int
) -> list[Figure]:
    """Write a person's years, and somebody else's beside them; ask every question so many times, one after another."""
    person, other = await stand.people(2)
    async with stand.database() as link:
        await train(link, other.user_id, sessions=sessions, days=days, sets=sets, seed=2)
        history = await train(link, person.user_id, sessions=sessions, days=days, sets=sets)
        await link.execute("VACUUM ANALYZE workout_sessions, workout_sets, workout_exercises")
    *_, (last, _sets) = history.finished()
    part = f"training, {sessions:,} workouts of {sets} sets"
    figures = []
    headers = {"Authorization": f"Bearer {person.token}"}
    async with visitor(node.url, headers=headers, timeout=30) as client:
        for name, question in _QUESTIONS.items():
            address = f"{_WORKOUTS}/{question.format(session_id=last.session_id)}"
            taken = []
            for number in range(_WARM + times):
                began = time.monotonic()
                response = await client.get(address)
                if number >= _WARM:
                    taken.append((time.monotonic() - began) * 1000)
                assert response.status_code == 200, response.text
            figures += [
                Figure(part, f"{name}, p50", "ms", percentile(taken, 0.5)),
                Figure(part, f"{name}, p95", "ms", percentile(taken, 0.95)),
            ]
    return figures
