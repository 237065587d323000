"""The only place where tasks start: each has one owner, a name and an end.

A long-lived task runs for as long as the node does: one that fails is logged, counted and started again after a wait
that doubles from failure to failure. A short one runs once: it is kept referenced, its failure is logged and counted,
and its caller may await it as well. At a drain the short ones are waited for; at the stop the long-lived ones are
cancelled in the reverse of the order in which they began, and after a bounded wait whatever is left is named and left
behind.

SupervisorError
├── TooManyTasks     the bound of short tasks is reached: the caller refuses its work
└── Stopped          nothing starts any more
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any, Final, Self, TypeVar

import structlog

from server.clock import monotonic
from storage.postgres import Unavailable

_log = structlog.get_logger(__name__)

Result = TypeVar("Result")

_AGAIN_SECONDS: Final = 1.0
"""How long a task has to end itself before it is cancelled again."""

SHORT: Final = "short"
"""The name under which failures of short tasks are counted: their own names carry ids."""


class SupervisorError(Exception):
    """A task cannot be started."""


class TooManyTasks(SupervisorError):  # noqa: N818 - it names the state
    """As many short tasks run as may."""


class Stopped(SupervisorError):  # noqa: N818 - it names the state
    """The supervisor has stopped."""


class Waits:
    """How long a failed task waits: twice as long each time, up to a longest; a run of that length starts over."""

    def __init__(self, first_seconds: float, longest_seconds: float) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._next = first_seconds

    def after(self, ran_seconds: float) -> float:
        """Return the wait after a run that failed after so many seconds."""
        wait = self._first if ran_seconds >= self._longest else self._next
        self._next = min(wait * 2, self._longest)
        return wait


class Supervisor:
    """Owns tasks. `failed` is told the name of each long-lived task that fails, and `SHORT` for the others.

    `first_seconds` is the wait after a first failure, `longest_seconds` the longest; a task that ran that long counts
    as recovered. `most` is how many short tasks may run; one more raises TooManyTasks. `passing` are failures that a
    long-lived task recovers from without anybody looking: they are logged as one line.
    """

    def __init__(
        self,
        *,
        failed: Callable[[str], None] = lambda name: None,  # noqa: ARG005 - nobody counts
        first_seconds: float = 0.1,
        longest_seconds: float = 10.0,
        most: int = 50_000,
        passing: tuple[type[Exception], ...] = (Unavailable,),
    ) -> None:
        self._failed = failed
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._most = most
        self._passing = passing
        self._kept: dict[str, asyncio.Task[None]] = {}
        self._short: set[asyncio.Task[Any]] = set()
        self._stopped = False

    @property
    def running(self) -> tuple[str, ...]:
        """The names of the long-lived tasks, in the order in which they began."""
        return tuple(self._kept)

    @property
    def short_tasks(self) -> int:
        """How many short tasks run."""
        return len(self._short)

    async def __aenter__(self) -> Self:
        """Return the supervisor."""
        return self

    async def __aexit__(self, *failure: object) -> None:
        """Stop."""
        await self.stop()

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Begin a long-lived task: `run` is called, and called again when it fails. Raises Stopped."""
        if self._stopped:
            raise Stopped(name)
        if name in self._kept:
            raise ValueError(f"there is already a task {name}")
        task = asyncio.create_task(self._keep(name, run), name=name)
        self._kept[name] = task
        task.add_done_callback(lambda _: self._kept.pop(name, None))

    def spawn(self, name: str, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Begin a short task; its failure is logged here whether or not the caller awaits it.

        Raises TooManyTasks and Stopped; the work is then closed without having begun.
        """
        if self._stopped or len(self._short) >= self._most:
            work.close()
            raise Stopped(name) if self._stopped else TooManyTasks(name)
        task = asyncio.create_task(work, name=name)
        self._short.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> bool:
        """Wait for the short tasks, also for those that they spawn; say whether all ended in time."""
        deadline = monotonic() + seconds
        while self._short and (left := deadline - monotonic()) > 0:
            await asyncio.wait(self._short, timeout=left)
        return not self._short

    async def stop(self, seconds: float = 5.0) -> None:
        """Cancel every task and wait up to `seconds` for all of them together. To stop twice does nothing."""
        self._stopped = True
        deadline = monotonic() + seconds
        for task in reversed(list(self._kept.values())):
            await _end([task], deadline)
        await _end(self._short, deadline)
        for task in (*self._kept.values(), *self._short):
            _log.error("task_left_behind", task=task.get_name())

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        waits = Waits(self._first_seconds, self._longest_seconds)
        while True:
            began = monotonic()
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - whatever it is, the node goes on without its sibling
                self._tell("task_failed", name, error)
                self._failed(name)
            else:
                return
            await asyncio.sleep(waits.after(monotonic() - began))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._short.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._tell("short_task_failed", task.get_name(), error)
            self._failed(SHORT)

    def _tell(self, event: str, name: str, error: BaseException) -> None:
        if isinstance(error, self._passing):
            _log.warning(event, task=name, reason=f"{type(error).__name__}: {error}")
        else:
            _log.error(event, task=name, exc_info=error)


async def _end(tasks: Collection[asyncio.Task[Any]], deadline: float) -> None:
    """Cancel tasks until they end: a cancellation can get lost, in Python 3.11 whenever `wait_for` has just its result."""
    waiting = [task for task in tasks if not task.done()]
    left = deadline - monotonic()
    while waiting:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=max(0.0, min(left, _AGAIN_SECONDS)))
        waiting = [task for task in waiting if not task.done()]
        left = deadline - monotonic()
        if left <= 0:
            return
