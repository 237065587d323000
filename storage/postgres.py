"""Connections to PostgreSQL, with every wait bounded.

StorageError
└── Unavailable      PostgreSQL is away, too slow, out of room, or a lock was not to be had in time
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import asyncpg
from asyncpg import Connection, Pool, Record

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Link: TypeAlias = Connection[Record] | PoolConnectionProxy[Record]
    Database: TypeAlias = Pool[Record]
else:
    # The driver's classes are generic for type checkers only; frameworks read these names at run time.
    Link = Connection
    Database = Pool

Read = TypeVar("Read")

COMMAND_SECONDS: Final = 2.0
"""The longest that a statement of a command may take."""
LENT_SECONDS: Final = 1.8
"""How long a connection is lent, so that within two seconds it is said that the server is away."""
USE_SECONDS: Final = 0.5
"""How much of that is kept for use: who has waited so long that less is left is told so, and takes no connection.

Else, with more to do than the server can, each would wait until it can only be cut in the midst of its work: that ends
the connection as well, and with new ones to be made nothing at all gets done any more.
"""
STALL_SECONDS: Final = 0.05
"""What ends so much later than a connection is lent did not wait for the server: the loop stood still."""
AGAIN_SECONDS: Final = 0.2
"""How long nobody tries anew when a connection was not to be had: who comes meanwhile gets the same answer at once."""
READ_SECONDS: Final = 30.0
"""The longest that a long read (exports, analytics) may take; such reads have a pool of their own."""

_BOUNDS: Final = {
    "application_name": "cornerman",
    "idle_in_transaction_session_timeout": "2s",
    "lock_timeout": "1s",
    "statement_timeout": "2s",
    "transaction_timeout": "3s",
    "tcp_user_timeout": "5s",
    "jit": "off",
}


class StorageError(Exception):
    """Something is wrong with a store."""


class Unavailable(StorageError):  # noqa: N818 - it names the state of the store
    """The store cannot answer now; whether the last change was made is not known."""


_BROKEN: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
)
"""What the driver raises when a connection is lost, cut, or in the midst of something that does not end."""
_AWAY: Final = (
    *_BROKEN,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidTransactionStateError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InvalidCatalogNameError,
)
"""What the driver raises when the server is away, restarting, full, or lets go of a transaction that took too long.

Also when there is no database of this name, for nodes have found one: another one is about to take its place.
"""


async def open_database(
    dsn: str,
    *,
    size: int,
    long_reads: bool = False,
    first: Callable[[Link], Coroutine[Any, Any, None]] | None = None,
) -> Database:
    """Open a pool of at most `size` connections; the bounds for long reads are wider. Raises Unavailable.

    Each connection is given to `first` before anybody else has it.
    """
    bounds = dict(_BOUNDS)
    if long_reads:
        bounds |= {"statement_timeout": "30s", "transaction_timeout": "60s"}
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            command_timeout=READ_SECONDS if long_reads else COMMAND_SECONDS,
            timeout=COMMAND_SECONDS,
            server_settings=bounds,
            init=first,
            connect=_Entrance().connect,
            reset=_leave,
        )
    except _AWAY as error:
        raise Unavailable(str(error)) from error


class _Entrance:
    """The one way to a server for a pool. While it is away it is tried a few times a second, however many wait for it."""

    def __init__(self) -> None:
        self._away: BaseException | None = None
        self._again_at = 0.0

    async def connect(self, *arguments: Any, **options: Any) -> "Connection[Record]":
        """Connect, as the driver does it. Raises what the driver raises."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        if self._away is not None:
            if began < self._again_at:
                raise OSError(f"not to be had a moment ago: {self._away!r}")
            self._again_at = began + AGAIN_SECONDS  # who comes now tries for all the others
        try:
            connection: Connection[Record] = await asyncpg.connect(*arguments, **options)
        except _AWAY as error:
            self._went_away(error)
            raise
        except asyncio.CancelledError:
            # Nobody waits for longer than a connection is lent: then it was the loop that stood still.
            if AGAIN_SECONDS <= loop.time() - began < LENT_SECONDS:
                self._went_away(TimeoutError("no answer"))
            raise
        self._away = None
        return connection

    def _went_away(self, error: BaseException) -> None:
        self._away, self._again_at = error, asyncio.get_running_loop().time() + AGAIN_SECONDS


async def _leave(_link: Link) -> None:
    """Lend a connection on as it is: nobody changes a session, and the driver's own reset costs a round trip."""


@asynccontextmanager
async def away_as_unavailable() -> AsyncIterator[None]:
    """Turn the driver's ways of saying that the server is away into Unavailable."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error


@asynccontextmanager
async def linked(database: Database, *, seconds: float = LENT_SECONDS) -> AsyncIterator[Link]:
    """Lend a connection for some seconds, the wait for it included; then it is cut.

    Raises Unavailable when none is to be had while there is time to use it, or when it is lost or cut in use. To cut it ends every wait on
    it at once: to cancel a statement would be to wait for a server that may be frozen, and to roll back, once more.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    if seconds <= USE_SECONDS:
        raise Unavailable("no time is left")
    async with away_as_unavailable(), database.acquire(timeout=seconds - USE_SECONDS) as link:
        cut = loop.call_at(end, _cut, link)
        try:
            yield link
        except _BROKEN:
            _cut(link)
            raise
        except (AttributeError, RuntimeError) as error:
            # The driver and the loop stumble over what is gone when a connection ends between two steps of one call.
            if _gone(link):
                raise Unavailable(f"the connection ended: {error}") from error
            raise
        finally:
            cut.cancel()


async def again_after_stall(read: Callable[[], Awaitable[Read]]) -> Read:
    """Read, and again as often as it is cut because the loop stood still: no server was away. Raises Unavailable.

    `read` lends a connection once, for no longer than it is lent by itself.
    """
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            return await read()
        except Unavailable:
            if loop.time() - began < LENT_SECONDS + STALL_SECONDS:
                raise


def _gone(link: Link) -> bool:
    try:
        return link.is_closed()
    except asyncpg.InterfaceError:  # it has left the pool
        return True


def _cut(link: Link) -> None:
    # One that the server closed has left the pool by itself and can be used for nothing.
    with suppress(asyncpg.InterfaceError):
        link.terminate()


async def close_database(database: Database, *, seconds: float = 3.0) -> None:
    """Close the pool; connections that do not come back in time are cut."""
    try:
        async with asyncio.timeout(seconds):
            await database.close()
    except TimeoutError:
        database.terminate()
