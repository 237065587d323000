"""The names of topics: each is an ordered log of its own."""

from uuid import UUID

from channels.wire.envelope import Topic


def user_topic(user_id: UUID) -> Topic:
    """Return the topic that all devices of a person follow."""
    return Topic(f"user:{user_id}")


def workout_topic(session_id: UUID) -> Topic:
    """Return the topic of everybody who is in a workout."""
    return Topic(f"workout:{session_id}")
