"""What a running fast's clock shows."""

from datetime import datetime, timedelta
from typing import Final

from channels.wire.fasting import FastingSession, FastingTickData

_SECOND: Final = timedelta(seconds=1)


def tick(session: FastingSession, now: datetime) -> FastingTickData:
    """Return the clock of a running fast at a moment of the person's time, in whole seconds.

    Elapsed and remaining add up to the target until it is reached; from then on elapsed less over is the target. A
    device whose start lies ahead of `now` (clocks differ) sees a fast that has just begun.
    """
    target = (session.target_end_at - session.started_at) // _SECOND
    elapsed = max(0, (now - session.started_at) // _SECOND)
    return FastingTickData(
        session_id=session.session_id,
        elapsed_seconds=elapsed,
        remaining_seconds=max(0, target - elapsed),
        over_seconds=max(0, elapsed - target),
        target_seconds=target,
    )
