"""The connection to Redis, with every wait bounded: what needs Redis can do without it, but not wait for it."""

from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

WAIT_SECONDS: Final = 0.5
"""The longest that a connection, its making, or an answer is waited for."""

AWAY: Final = (RedisError, OSError, TimeoutError)
"""What the driver raises when Redis is away, too slow or not able to answer."""


def open_redis(url: str, *, connections: int = 64) -> Redis:
    """Return a client of at most `connections` connections; they are made when needed, so Redis may be away.

    A connection that Redis closed while it lay idle is made anew at once; an answer that stays away is not asked for
    again.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=WAIT_SECONDS,
        socket_timeout=WAIT_SECONDS,
        socket_connect_timeout=WAIT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return Redis.from_pool(pool)
