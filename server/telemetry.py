"""What the server tells of itself: log lines and measures.

Logs go to standard error, as JSON or readable. They carry ids and no personal data: values under the names of secrets
and of personal facts are dropped, and what looks like an address, a token or a password in an address is blotted out
wherever it stands, also in the text of an exception.

Measures live in one registry, made here and handed to those who count. Every bounded queue has the same three:
`cornerman_queue_waiting`, `cornerman_queue_capacity` and `cornerman_queue_dropped_total`, told apart by `queue`.
"""

import asyncio
import logging
import re
import sys
from collections.abc import Callable
from typing import Any, Final, TextIO

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from structlog.typing import EventDict, Processor, WrappedLogger

from server import readable
from server.choices import LogFormat, LogLevel
from server.clock import monotonic

HIDDEN: Final = "(hidden)"
_DROPPED: Final = frozenset(
    {
        "access_token",
        "admin_token",
        "authorization",
        "cookie",
        "database_url",
        "dsn",
        "email",
        "password",
        "password_hash",
        "person",
        "redis_url",
        "refresh_token",
        "secret",
        "signing_key",
        "token",
        "token_secret",
    }
)
_CHATTY: Final = ("faiss", "sentence_transformers")
"""Libraries that tell at each start how they load. What goes wrong with them is still told."""
_BLOTTED: Final = re.compile(
    r"(?<=://)[^\s/@]+(?=@)"  # user and password in an address
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"  # an email
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JSON Web Token
    r"|(?<=[Bb]earer )[\w.~+/-]+=*"
)
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def configure_logging(level: LogLevel, format_: LogFormat, stream: TextIO | None = None) -> None:
    """Send our log lines and those of libraries through one chain to `stream`, standard error if not given."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if format_ is LogFormat.JSON
        else readable.console(colours=(stream or sys.stderr).isatty())
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _stamped(format_),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        without_secrets,
        *([readable.brief] if format_ is LogFormat.READABLE else []),
        renderer,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[*shared, _named], processors=last)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells each failed attempt to have a connection in reserve with a traceback; who needs one says so in a line.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        cache_logger_on_first_use=True,
    )


def _stamped(format_: LogFormat) -> Processor:
    if format_ is LogFormat.JSON:
        return structlog.processors.TimeStamper(fmt="iso", utc=True)
    return structlog.processors.TimeStamper(fmt=readable.TIME, utc=False)


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what a log must not hold; see the module."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: Any) -> Any:
    if name.lower() in _DROPPED:
        return HIDDEN
    if isinstance(value, str):
        return _BLOTTED.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: _clean(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part) for part in value]
    return value if isinstance(value, int | float | None) else _BLOTTED.sub(HIDDEN, str(value))


def _named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the library that a foreign line comes from."""
    record: logging.LogRecord | None = event.get("_record")
    return event if record is None else {**event, "logger": record.name}


def _json(event: EventDict, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


class Measures:
    """The node's measures. `registry` is what /metrics shows; further counters may be made in it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._queues = _Queues()
        self.registry.register(self._queues)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._dropped = self._counter("queue_dropped", "Entries dropped, because a queue was full.", "queue")
        self._task_failures = self._counter("task_failures", "Failures of tasks.", "task")
        self._too_slow = self._counter("sockets_too_slow", "Sockets closed for reading too slowly.", "queue")
        self._hurried = self._counter("samples_hurried", "Samples dropped, because a device sent too many.")
        self._closed = self._counter("sockets_closed", "Sockets closed, by close code.", "code")
        self._commands = self._histogram("command_seconds", "How long commands took.", "type", "code")
        self._history_reads = self._counter("history_reads", "Reads of what was missed, by store.", "store")
        self._timers_late = self._histogram("timer_late_seconds", "How late timers fired.")
        self._loop_lag = self._histogram("loop_lag_seconds", "How late the event loop wakes who sleeps.")

    def queue(self, name: str, *, capacity: int, waiting: Callable[[], int]) -> Callable[[int], None]:
        """Show a queue; call what is returned with the number of entries that it drops."""
        self._queues.add(name, capacity, waiting)
        return self._dropped.labels(name).inc

    def gauge(self, name: str, sentence: str, read: Callable[[], float]) -> None:
        """Show a number that is read when somebody asks."""
        Gauge(f"cornerman_{name}", sentence, registry=self.registry).set_function(read)

    def task_failed(self, name: str) -> None:
        """Count the failure of a task."""
        self._task_failures.labels(name).inc()

    def too_slow(self, queue: str) -> None:
        """Count a socket that was closed because this queue of its own was full."""
        self._too_slow.labels(queue).inc()

    def sample_hurried(self) -> None:
        """Count a sample that was dropped because its device sends too many."""
        self._hurried.inc()

    def closed(self, code: int) -> None:
        """Count a socket that was closed."""
        self._closed.labels(str(code)).inc()

    def command_ran(self, type_: str, code: str, seconds: float) -> None:
        """Count a command with its error's code, `ok` without an error."""
        self._commands.labels(type_, code).observe(seconds)

    def history_read(self, store: str) -> None:
        """Count a read of events that somebody missed, from `redis` or the `log`."""
        self._history_reads.labels(store).inc()

    def timer_fired(self, late_seconds: float) -> None:
        """Count a timer."""
        self._timers_late.observe(late_seconds)

    async def watch_loop(self, every_seconds: float = 0.25) -> None:
        """Measure the event loop's lag, for as long as the node runs."""
        while True:
            began = monotonic()
            await asyncio.sleep(every_seconds)
            self._loop_lag.observe(max(0.0, monotonic() - began - every_seconds))

    def _counter(self, name: str, sentence: str, *labels: str) -> Counter:
        return Counter(f"cornerman_{name}", sentence, labels, registry=self.registry)

    def _histogram(self, name: str, sentence: str, *labels: str) -> Histogram:
        return Histogram(f"cornerman_{name}", sentence, labels, registry=self.registry, buckets=_SECONDS)


class _Queues(Collector):
    """Every queue's length and bound, read when somebody asks."""

    def __init__(self) -> None:
        self._queues: dict[str, tuple[int, Callable[[], int]]] = {}

    def add(self, name: str, capacity: int, waiting: Callable[[], int]) -> None:
        if name in self._queues:
            raise ValueError(f"there is already a queue {name}")
        self._queues[name] = (capacity, waiting)

    def collect(self) -> list[Metric]:
        lengths = GaugeMetricFamily(
            "cornerman_queue_waiting", "Entries that wait in a queue.", labels=("queue",)
        )
        bounds = GaugeMetricFamily(
            "cornerman_queue_capacity", "The most entries of a queue.", labels=("queue",)
        )
        for name, (capacity, waiting) in self._queues.items():
            lengths.add_metric((name,), waiting())
            bounds.add_metric((name,), capacity)
        return [lengths, bounds]
