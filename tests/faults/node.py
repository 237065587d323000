"""`cornerman`, with the suite's own noun and its states; less patient, and counting what it has, where asked for."""

import importlib
import os
from typing import Any

from tests.faults.census import PLACE, install
from tests.faults.wire import register

IMPATIENT = "FIRE_IMPATIENT"
"""Set in its environment, a node waits a second or two for what it else awaits for many."""


def _lose_patience() -> None:
    connection: Any = importlib.import_module("channels.connection")
    connection.CONNECT_SECONDS = connection.PONG_SECONDS = 2.0
    connection.PING_SECONDS = 1.0


def main(arguments: list[str] | None = None) -> None:
    """Be `cornerman` with these arguments, or the command line's."""
    if IMPATIENT in os.environ:
        _lose_patience()
    if PLACE in os.environ:
        install()
    importlib.import_module("tests.faults.pulses").install()
    importlib.import_module("server.cli.main").main(arguments)


if __name__ == "__main__":
    register()
    main()
