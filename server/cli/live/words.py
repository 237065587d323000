"""What happens, as one line each: events, refusals, the state of the connection."""

from datetime import tzinfo

from msgspec import Struct

from cornerman_client.errors import CommandRefused, CornermanError, Ended, Unanswered
from cornerman_client.frames import Event, UnknownEvent
from cornerman_client.topics import Snapshot
from cornerman_client.types import (
    AccountSignedOut,
    AccountUpdated,
    FastingCompleted,
    FastingEnded,
    FastingSession,
    FastingStarted,
)
from server.cli.live.face import clock_time, hands


class Link(Struct, frozen=True):
    """How the connection is, in words, and whether that is `good`, `waiting` or `bad`."""

    words: str
    mood: str


def link(
    *, online: bool, returns_in: float | None, ended: Ended | None, clock_error: float, rate: float
) -> Link:
    """Return the state of the connection; `clock_error` is in seconds of the person's time, which runs at `rate`."""
    if ended is not None:
        return Link(f"ended: {ended.reason or ended.code}", "bad")
    if online:
        sandbox = f", time x {rate:g}" if rate != 1 else ""
        return Link(f"connected, clock ±{clock_error / rate * 1000:.0f} ms{sandbox}", "good")
    if returns_in is not None and returns_in >= 1:
        return Link(f"reconnecting in {returns_in:.0f} s", "waiting")
    return Link("connecting…", "waiting")


def line(message: Snapshot | Event, zone: tzinfo | None) -> str:
    """Return an event as one line, with the moment that it tells of and its place in the log."""
    if isinstance(message, Snapshot):
        return f"          Joined at event {message.offset}."
    return f"{clock_time(message.at, zone)}  {_happened(message, zone)}  #{message.offset}"


def _happened(event: Event, zone: tzinfo | None) -> str:
    match event:
        case FastingStarted():
            session = event.data.session
            return f"A {session.protocol_id} fast began; its target is {clock_time(session.target_end_at, zone)}."
        case FastingCompleted():
            return "The target is reached; the fast counts over."
        case FastingEnded():
            return f"The fast ended{_lasted(event.data.session)}."
        case AccountUpdated():
            rate = event.data.person.time.rate
            return f"Time now runs x {rate:g}."
        case AccountSignedOut():
            return f"Signed out ({event.data.reason})."
        case _:
            return event.type if isinstance(event, UnknownEvent) else type(event).__name__


def _lasted(session: FastingSession) -> str:
    if session.actual_end_at is None:
        return ""
    seconds = int((session.actual_end_at - session.started_at).total_seconds())
    outcome = f", {session.outcome.replace('_', ' ')}" if session.outcome else ""
    return f" after {hands(seconds)}{outcome}"


def refusal(error: CornermanError) -> str:
    """Return why a command was not done, or not yet."""
    match error:
        case CommandRefused():
            return error.message
        case Unanswered():
            return "No answer yet: it is sent as soon as the server is back."
        case _:
            return str(error)
