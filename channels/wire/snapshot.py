"""What stands in for a topic's events when they cannot be replayed: its facts as they are after them."""

from msgspec import Struct

from channels.wire.account import Person
from channels.wire.body import Body
from channels.wire.exercise import TrainingProfile
from channels.wire.fasting import FastingSession
from channels.wire.workout import WorkoutBrief


class UserSnapshot(Struct, frozen=True, kw_only=True):
    """The facts of a person's own topic.

    `fast` and `workout` are those that run, `body` and `training` what was told, if anything was. Routines, own exercises and
    what is thought of exercises are read over REST.
    """

    person: Person
    fast: FastingSession | None = None
    workout: WorkoutBrief | None = None
    body: Body | None = None
    training: TrainingProfile | None = None
