"""The connection to Redis, with every wait bounded: what needs Redis can do without it, but not wait for it."""

from typing import Any, Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, RedisError

WAIT_SECONDS: Final = 0.5
"""The longest that a connection, its making, or an answer is waited for."""

AWAY: Final = (RedisError, RedisClusterException, OSError, TimeoutError, AttributeError, RuntimeError)
"""What the driver raises when Redis is away, too slow or not able to answer.

AttributeError: a cluster's client closes all connections when finding its servers failed or was given up, also those
that others are just opening; these then miss their stream. RuntimeError: the loop's, when a server closes a connection
in the turn in which the first thing is written to it.
"""

_CLUSTER: Final = "+cluster"
_PORT: Final = 6379

AnyRedis: TypeAlias = Redis | RedisCluster


def open_redis(url: str, *, connections: int = 64) -> AnyRedis:
    """Return a client of at most `connections` connections a server; they are made when needed, so it may be away.

    `redis+cluster://[user:password@]host:port[,host:port…]` names some of a cluster's nodes (`rediss+cluster` with
    TLS); they tell of the others. A connection that Redis closed while it lay idle is made anew at once; an answer
    that stays away is not asked for again.
    """
    bounds: dict[str, Any] = {
        "max_connections": connections,
        "socket_timeout": WAIT_SECONDS,
        "socket_connect_timeout": WAIT_SECONDS,
        "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    }
    parts = urlsplit(url)
    if parts.scheme.endswith(_CLUSTER):
        return _open_cluster(parts, bounds)
    return Redis.from_pool(BlockingConnectionPool.from_url(url, timeout=WAIT_SECONDS, **bounds))


def _open_cluster(parts: SplitResult, bounds: dict[str, Any]) -> RedisCluster:
    account, _, hosts = parts.netloc.rpartition("@")
    nodes = [urlsplit(f"//{host}") for host in hosts.split(",")]
    scheme = parts.scheme.removesuffix(_CLUSTER)
    rest = parse_url(parts._replace(scheme=scheme, netloc=f"{account}@{nodes[0].netloc}").geturl())
    options: dict[str, Any] = {name: value for name, value in rest.items() if name not in {"host", "port"}}
    if options.pop("connection_class", None) is not None:
        options["ssl"] = True
    return RedisCluster(
        startup_nodes=[ClusterNode(node.hostname or "localhost", node.port or _PORT) for node in nodes],
        require_full_coverage=False,  # a part that is away does not take the others with it
        **options,
        **bounds,
    )
