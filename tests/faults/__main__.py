"""`make fire`: break everything that can break, and tell in a table what was lost (docs/reliability.md)."""

import importlib

from tests.faults.wire import register

if __name__ == "__main__":
    register()
    importlib.import_module("tests.faults.run").main()
