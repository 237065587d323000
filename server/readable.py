"""Log lines for a person at a terminal: short, so that each fits its line. What is cut here stands whole in JSON.

The time is that of the machine, without the day; nothing is said of what is None, of the level `info`, and of the
request's id unless the request was refused; of an id, its end is enough to tell it from others.
"""

import re
from typing import Final

from structlog.dev import ConsoleRenderer
from structlog.typing import EventDict, WrappedLogger

TIME: Final = "%H:%M:%S"
"""How the time of a line is written."""
_ID: Final = re.compile(r"(\w+:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{6}([0-9a-f]{6})")
_REQUEST: Final = frozenset({"method", "route", "status", "milliseconds"})
_FEW_MILLISECONDS: Final = 10
_REFUSED: Final = 400


def console(*, colours: bool) -> ConsoleRenderer:
    """Return what renders a line that `brief` has cut."""
    return ConsoleRenderer(colors=colours, sort_keys=False, pad_event_to=0, pad_level=False)


def brief(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut a line; see the module."""
    kept = {name: _cut(value) for name, value in event.items() if value is not None}
    if kept.get("level") == "info":
        del kept["level"]
    return _request(kept) if kept["event"] == "request" and kept.keys() >= _REQUEST else kept


def _request(event: EventDict) -> EventDict:
    rest = {name: value for name, value in event.items() if name not in _REQUEST}
    if event["status"] < _REFUSED:
        rest.pop("request_id", None)
    took = event["milliseconds"]
    digits = 1 if took < _FEW_MILLISECONDS else 0
    return rest | {"event": f"{event['method']} {event['route']} {event['status']} {took:.{digits}f} ms"}


def _cut(value: object) -> object:
    found = _ID.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else f"{found[1] or ''}…{found[2]}"
