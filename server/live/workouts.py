"""The kind of a workout's topic, `workout:{id}`: whose it is may follow it, and it ticks while it runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from channels.errors import Code, Refusal
from channels.wire.envelope import Offset, Topic
from channels.wire.registry import LogEvent, WorkoutEvent
from channels.wire.workout import Workout, WorkoutStatus
from channels.wire.workout_events import WorkoutTick
from channels.workouts.lived import unfolded
from channels.workouts.snapshot import apply, shown_workout
from channels.workouts.tick import tick
from server.accounts.identity import standings
from server.live.kinds import Facts, Reader
from storage.log import heads
from storage.postgres import Link
from storage.workouts import whole

PREFIX: Final = "workout"


class WorkoutTopics:
    """See the module. Snapshots are `Workout`."""

    async def read(self, link: Link, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
        """Read workouts; nobody else's, and only with a sign-in that stands."""
        named = {reader: id_ for reader in readers if (id_ := _session_id(reader.topic)) is not None}
        standing = await standings(link, [(reader.user_id, reader.family_id) for reader in named])
        reached = await heads(link, [reader.topic for reader in named])
        workouts = await whole(link, list(named.values()))
        answers: dict[Reader, Facts | Refusal] = {}
        for reader in readers:
            found = workouts.get(named[reader]) if reader in named else None
            if found is None or found[0].user_id != reader.user_id:
                answers[reader] = Refusal(code=Code.NOT_FOUND)
                continue
            identity = standing[reader.user_id, reader.family_id]
            if isinstance(identity, Refusal):
                answers[reader] = identity
            else:
                answers[reader] = Facts(Offset(reached[reader.topic]), shown_workout(unfolded(*found)))
        return answers

    def apply(self, snapshot: Workout, event: LogEvent) -> Workout:
        """Fold an event into a snapshot."""
        return apply(snapshot, cast("WorkoutEvent", event))  # this topic holds no others

    def tick(self, snapshot: Workout, now: datetime) -> WorkoutTick | None:
        """Return the running workout's clocks."""
        if snapshot.status not in {WorkoutStatus.RUNNING, WorkoutStatus.PAUSED}:
            return None
        return WorkoutTick(
            topic=snapshot.topic,
            of=str(snapshot.session_id),
            version=int(now.timestamp() * 1000),
            data=tick(snapshot, now),
        )

    def phase(self, snapshot: Workout) -> float | None:
        """Return at which fraction of a second the running workout's seconds turn."""
        if snapshot.status is not WorkoutStatus.RUNNING:
            return None
        clock = snapshot.time.clock
        began = snapshot.started_at if clock is None else clock.starts_at
        return began.timestamp() % 1.0


def _session_id(topic: Topic) -> UUID | None:
    try:
        return UUID(topic.partition(":")[2])
    except ValueError:
        return None
