"""Reads that stand in for a topic's events, for many topics at once: thousands of sockets may join in one second."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from storage.bodies import bodies_of
from storage.commands import read_person
from storage.fasting import running
from storage.log import heads
from storage.mine import profiles_of
from storage.postgres import Link
from storage.records import UserFacts
from storage.workouts import running as running_workouts

_PEOPLE: Final = """
SELECT id, email, name, time_zone, role, tier, time_real_at, time_person_at, time_rate, suspended_at
FROM users WHERE id = ANY ($1) AND deleted_at IS NULL
"""


async def user_snapshots(link: Link, user_ids: Sequence[UUID]) -> dict[UUID, UserFacts]:
    """Return the facts of people's own topics; who does not exist is left out.

    The caller gives a link in a repeatable-read transaction, so that the facts are those of the head. One statement
    for each noun, however many people.
    """
    topics = await heads(link, [f"user:{user_id}" for user_id in user_ids])
    fasts = await running(link, user_ids)
    workouts = await running_workouts(link, user_ids)
    bodies = await bodies_of(link, user_ids)
    profiles = await profiles_of(link, user_ids)
    return {
        row["id"]: UserFacts(
            head=topics[f"user:{row['id']}"],
            person=read_person(row["id"], row),
            fast=fasts.get(row["id"]),
            workout=workouts.get(row["id"]),
            body=bodies.get(row["id"]),
            training=profiles.get(row["id"]),
            suspended_at=row["suspended_at"],
        )
        for row in await link.fetch(_PEOPLE, user_ids)
    }
