"""What the REST side of a node works with."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from msgspec import Struct
from prometheus_client import CollectorRegistry

from server.accounts.tokens import Tokens
from server.executor import Executor
from server.live.kinds import TopicKind
from server.past.node import NodePast
from server.rest.limiting import Limiter
from server.rest.workouts.importing import Imports
from server.search.node import NodeSearch
from storage.postgres import Database


class Parts(Struct, frozen=True, kw_only=True):
    """The parts of the node. `redis_answers` does not raise; `draining` says that the node goes down."""

    database: Database
    executor: Executor
    kinds: Mapping[str, TopicKind]
    tokens: Tokens
    limiter: Limiter
    imports: Imports
    search: NodeSearch
    past: NodePast
    now: Callable[[], datetime]
    registry: CollectorRegistry
    redis_answers: Callable[[], Awaitable[bool]]
    draining: Callable[[], bool]
