"""Publications through Redis: one atomic step keeps a topic's last events and tells the nodes that follow it.

Redis never says where a log ends: offsets come from PostgreSQL, and a stream here may have holes (publishers race).
Publishing the same event again is harmless.
"""

from typing import Any, Final

from storage.redis.connection import AnyRedis
from storage.redis.scripts import Script

_HISTORY_EVENTS: Final = "300"
_HISTORY_SECONDS: Final = "600"

_PUBLISH: Final = Script("""
redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[3], ARGV[1] .. '-0', 'body', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('SPUBLISH', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
""")

_TELL: Final = Script("return redis.call('SPUBLISH', KEYS[1], ARGV[1])")

ANNOUNCED: Final = 0
"""In the place of an offset: a device has come."""
TOLD: Final = -1
"""In the place of an offset: a state, which is kept nowhere."""

Batch = list[tuple[str, int, bytes]]
"""Events to publish: (topic, offset, body)."""


def channel(epoch: str, topic: str) -> str:
    """Return the channel and the key of a topic; braces keep them in one slot of a cluster."""
    return f"cornerman:{epoch}:{{{topic}}}"


def read_publication(message: bytes) -> tuple[int, bytes]:
    """Return the offset, or what stands in its place, and the body of a message from a topic's channel."""
    offset, _, body = message.partition(b" ")
    return int(offset), body


class Broker:
    """Publishes and reads hot history. Redis' own exceptions pass: callers fall back to the log."""

    def __init__(self, redis: AnyRedis) -> None:
        self._redis = redis

    async def publish(self, epoch: str, batch: Batch) -> None:
        """Publish events in their order."""

        async def send(command: str, script: str) -> None:
            pipeline = self._redis.pipeline(transaction=False)
            for topic, offset, body in batch:
                arguments = (str(offset), body, _HISTORY_EVENTS, _HISTORY_SECONDS)
                pipeline.execute_command(command, script, 1, channel(epoch, topic), *arguments)
            await pipeline.execute()

        await _PUBLISH.run(send)

    async def tell(self, epoch: str, states: list[tuple[str, bytes]]) -> None:
        """Tell states, (topic, body) each, to the nodes that follow their topics now; nobody else ever gets them."""

        async def send(command: str, script: str) -> None:
            pipeline = self._redis.pipeline(transaction=False)
            for topic, body in states:
                message = b"%d %b" % (TOLD, body)
                pipeline.execute_command(command, script, 1, channel(epoch, topic), message)
            await pipeline.execute()

        await _TELL.run(send)

    async def history(self, epoch: str, topic: str, after: int, until: int) -> list[tuple[int, bytes]] | None:
        """Return the events of (after, until], or None unless Redis has every one of them."""
        # redis-py types the answer for every protocol and decoding at once; here it is a list of (id, fields) in bytes.
        entries: Any = await self._redis.xrange(channel(epoch, topic), f"{after + 1}-0", f"{until}-0")
        events = [(int(entry.partition(b"-")[0]), fields[b"body"]) for entry, fields in entries]
        if [offset for offset, _ in events] != list(range(after + 1, until + 1)):
            return None
        return events
