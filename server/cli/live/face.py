"""What the clock shows: a pure function of the fast's facts and the moment.

Two terminals that know the moment agree to the second, whatever ticks reach them: both count whole seconds since the
start, and both know when the next one begins.
"""

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from cornerman_client.types import FastingSession

_SECOND: Final = timedelta(seconds=1)
_DAYS: Final = {-1: "yesterday ", 0: "", 1: "tomorrow "}
_SHORTEST_SECONDS: Final = 0.05
"""The eye takes no more than twenty faces a second, however fast a sandbox runs."""


class Face(Struct, frozen=True, kw_only=True):
    """The clock at a moment: the big hands, what they count, how far the fast is (0 to 1), and its facts."""

    hands: str
    caption: str
    progress: float
    target: str
    passed: str
    over: bool = False


NO_FAST: Final = Face(
    hands="--:--:--",
    caption="No fast runs. Press s to start one, t to train.",
    progress=0.0,
    target="",
    passed="",
)
WAITING: Final = Face(hands="--:--:--", caption="Waiting for the server.", progress=0.0, target="", passed="")


def face(fast: FastingSession, now: datetime, zone: tzinfo | None) -> Face:
    """Return the clock of a running fast at a moment of the person's time.

    Moments are shown in `zone`, that of this machine if it is None.
    """
    target = (fast.target_end_at - fast.started_at) // _SECOND
    since = max(timedelta(0), now - fast.started_at)
    elapsed = since // _SECOND
    left, over = target - elapsed, elapsed - target
    caption = f"left of {fast.protocol_id}" if left > 0 else f"over the target of {fast.protocol_id}"
    passed = f"elapsed {hands(elapsed)}   "
    passed += f"remaining {hands(left)}" if left > 0 else f"over +{hands(over)}"
    started, ends = (moment_told(moment, now, zone) for moment in (fast.started_at, fast.target_end_at))
    return Face(
        hands=hands(left) if left > 0 else f"+{hands(over)}",
        caption=caption,
        progress=min(1.0, elapsed / target) if target else 1.0,
        target=f"started {started}   target {ends}",
        passed=passed,
        over=left <= 0,
    )


def good_for(fast: FastingSession, now: datetime, rate: float) -> float:
    """Return after how many seconds the clock shows another second, when time runs `rate` times as fast as ours."""
    return until_turn(fast.started_at, max(now, fast.started_at), rate)


def until_turn(anchor: datetime, now: datetime, rate: float) -> float:
    """Return after how many seconds of ours the next whole second before or after a moment begins."""
    return max(_SHORTEST_SECONDS, (_SECOND - (now - anchor) % _SECOND).total_seconds() / rate)


def hands(seconds: int) -> str:
    """Return a duration as 15:04:09; hours do not turn into days."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def clock_time(moment: datetime, zone: tzinfo | None) -> str:
    """Return the time of day of a moment, where this machine is or in `zone`."""
    return moment.astimezone(zone).strftime("%H:%M:%S")


def moment_told(moment: datetime, now: datetime, zone: tzinfo | None) -> str:
    """Return a moment as hours and minutes, with its day unless that is today; where this machine is, or in `zone`."""
    there = moment.astimezone(zone)
    days = (there.date() - now.astimezone(zone).date()).days
    day = _DAYS[days] if days in _DAYS else f"{date_told(there.date())} "
    return day + there.strftime("%H:%M")


def date_told(day: date) -> str:
    """Return a day as Sun 22 Nov."""
    return f"{day:%a} {day.day} {day:%b}"
