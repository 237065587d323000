"""What nodes are forked from in the short form: the server with the suite's own noun, imported once for all."""

import importlib

from tests.faults.wire import register

register()
importlib.import_module("server.cli.serve")
