"""What is measured of requests, by route template: ids in paths would make a series each."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

UNMATCHED: Final = "unmatched"
"""The route of a request that no route matches."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class RequestMeasures:
    """The counters of requests, kept in the node's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "cornerman_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "cornerman_http_request_seconds",
            "How long requests took.",
            ("method", "route"),
            registry=registry,
            buckets=_SECONDS,
        )
        self._running = Gauge("cornerman_http_requests_running", "Requests in hand now.", registry=registry)

    def began(self) -> None:
        """Count a request in."""
        self._running.inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request out; a method that we do not know counts as `OTHER`."""
        self._running.dec()
        named = method if method in _METHODS else "OTHER"
        self._requests.labels(named, route, str(status)).inc()
        self._seconds.labels(named, route).observe(seconds)
