"""The topics beside the person's own: which an app wants to follow, and how far this connection is with that.

One question about them is on its way at a time. Whoever leaves a topic and follows it anew begins with a snapshot.
"""

from typing import Final, NamedTuple

from cornerman_client import types, workout
from cornerman_client.codec import Answer, BadFrame, Codec
from cornerman_client.codes import ErrorCode
from cornerman_client.errors import FollowRefused
from cornerman_client.topic import Topic
from cornerman_client.types import Workout

AGAIN_SECONDS: Final = 2.0
"""How long to wait at most before a question that is refused for the moment is asked again."""
_PREFIX: Final = "workout:"


class Turn(NamedTuple):
    """What a reply comes to: a topic is joined (`anew`: with a snapshot), or refused and wanted no more; or nothing."""

    topic: Topic[Workout] | None
    anew: bool = False
    refused: FollowRefused | None = None


NOTHING: Final = Turn(None)


class Following:
    """See the module."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic[Workout]] = {}
        """Those that are wanted."""
        self.not_before = 0.0
        """When the next question may be sent."""
        self._joined: dict[str, Topic[Workout]] = {}
        self._asked: Topic[Workout] | None = None

    def follow(self, name: str) -> Topic[Workout]:
        """Want a topic; one that is wanted already stays as it is. Raises ValueError if it is of no known kind."""
        if not name.startswith(_PREFIX):
            raise ValueError(f"{name} is no topic to follow: only {_PREFIX}… are, and one's own is always on")
        return self.topics.setdefault(name, Topic(name, Workout, workout.apply))

    def unfollow(self, name: str) -> None:
        """Want a topic no more."""
        topic = self.topics.pop(name, None)
        if topic is not None:
            topic.live = False

    def parted(self) -> None:
        """The connection is gone."""
        self._joined.clear()
        self._asked = None
        self.not_before = 0.0
        for topic in self.topics.values():
            topic.live = False

    def question(self) -> types.Subscribe | types.Unsubscribe | None:
        """Return what to ask next; None while a question is on its way, and when all is as it is wanted."""
        if self._asked is not None:
            return None
        for name, topic in self._joined.items():
            if self.topics.get(name) is not topic:
                self._asked = topic
                return types.Unsubscribe(topic=name)
        for name, topic in self.topics.items():
            if name not in self._joined:
                self._asked = topic
                return types.Subscribe(topic=name, position=topic.position)
        return None

    def answered(self, answer: Answer, codec: Codec, now: float, chance: float) -> Turn:
        """Take in the reply to the question. Raises BadFrame."""
        topic, self._asked = self._asked, None
        error = answer.error
        if topic is None:
            return NOTHING
        if error is not None and (error.temporary or error.code == ErrorCode.TOKEN_EXPIRED):
            self.not_before = now + (error.retry_after_seconds or 0) + AGAIN_SECONDS * chance
            return NOTHING
        if self._joined.pop(topic.name, None) is topic:
            return NOTHING  # it is left; if the server says that it never was followed, all the more so
        if error is None:
            self._joined[topic.name] = topic
        if self.topics.get(topic.name) is not topic:
            return NOTHING
        if error is not None:
            del self.topics[topic.name]
            return Turn(topic, refused=FollowRefused(topic.name, error.code, error.message))
        reply: types.SubscribeReply = codec.read(answer.data, types.SubscribeReply)
        if topic.name not in reply.topics:
            raise BadFrame(f"the reply says nothing of {topic.name}")
        return Turn(topic, anew=topic.joined(reply.topics[topic.name], codec))
