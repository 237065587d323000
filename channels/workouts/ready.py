"""Ready-made routines."""

from typing import Final

from channels.wire.routine import Routine

READY: Final[dict[str, Routine]] = {}
