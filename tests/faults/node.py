"""`cornerman`, with the suite's own noun."""

import importlib

from tests.faults.wire import register

if __name__ == "__main__":
    register()
    importlib.import_module("server.cli.main").main()
