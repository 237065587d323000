"""What happens, as one line each: events, refusals, the state of the connection."""

from datetime import date, datetime, tzinfo

from msgspec import Struct

from cornerman_client.errors import CommandRefused, CornermanError, Ended, Unanswered
from cornerman_client.frames import Event, UnknownEvent
from cornerman_client.topics import AnySnapshot, WorkoutSnapshot
from cornerman_client.types import (
    AccountSignedOut,
    AccountUpdated,
    FastingCompleted,
    FastingEnded,
    FastingSession,
    FastingStarted,
)
from server.cli.live.face import clock_time, date_told, hands, moment_told
from server.cli.live.sentences import sentence


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


class Lines:
    """What comes, as lines: each with its time in `zone`, that of this machine if it is None.

    The day stands before the first line of another day than the line before, or than today.
    """

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone
        self._day: date | None = None

    def of(self, message: AnySnapshot | Event, now: datetime | None) -> list[str]:
        """Return what to show of a message at a moment of the person's time, None while that is not known."""
        if isinstance(message, WorkoutSnapshot):
            return [f"          Joined {message.facts.name} at event {message.offset}."]
        if not isinstance(message, Event):
            return [f"          Joined at event {message.offset}."]
        now = now or message.at
        day = message.at.astimezone(self._zone).date()
        last, self._day = self._day or now.astimezone(self._zone).date(), day
        heading = [] if day == last else [f"── {date_told(day)} ──"]
        return [*heading, line(message, now, self._zone)]


def line(event: Event, now: datetime, zone: tzinfo | None) -> str:
    """Return an event as one line, with the time that it tells of and its place in the log."""
    return f"{clock_time(event.at, zone)}  {_happened(event, now, zone)}  #{event.offset}"


def _happened(event: Event, now: datetime, zone: tzinfo | None) -> str:
    match event:
        case FastingStarted():
            session = event.data.session
            return f"A {session.protocol_id} fast began; its target is {moment_told(session.target_end_at, now, zone)}."
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
            return sentence(event, zone) or _unknown(event)


def _unknown(event: Event) -> str:
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
