"""The servers on which channels live: the one Redis, or the primaries of a cluster, each with its share of the slots."""

from typing import Final

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.connection import ConnectionPool
from redis.crc import key_slot

from storage.redis.connection import AnyRedis

_ONLY: Final = "the only one"


class Shards:
    """Who has which channel, as of the last look. Of a cluster nothing is known before the first."""

    def __init__(self, redis: AnyRedis) -> None:
        self._redis = redis
        self._owners: dict[int, str] = {}

    @property
    def several(self) -> bool:
        """Say whether channels may be told to a server only one by one, since their slots differ."""
        return isinstance(self._redis, RedisCluster)

    @property
    def servers(self) -> frozenset[str]:
        """The servers that have channels."""
        return frozenset(self._owners.values()) if self.several else frozenset((_ONLY,))

    def owner(self, channel: str) -> str | None:
        """Return the server that has a channel; None when none does, or it is not known."""
        return self._owners.get(key_slot(channel.encode())) if self.several else _ONLY

    async def look(self) -> None:
        """Ask who has what. Raises what AWAY lists."""
        if isinstance(self._redis, RedisCluster):
            await self._redis.initialize()
            await self._redis.nodes_manager.initialize()
            slots = self._redis.nodes_manager.slots_cache
            self._owners = {slot: nodes[0].name for slot, nodes in slots.items()}

    def client(self, server: str) -> Redis:
        """Return a client of its own to one of `servers`."""
        redis = self._redis
        source = (
            redis.connection_pool if isinstance(redis, Redis) else redis.nodes_manager.nodes_cache[server]
        )
        return Redis.from_pool(ConnectionPool(source.connection_class, **source.connection_kwargs))
