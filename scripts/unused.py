"""Find code that nothing uses: vulture, for what its heuristics can tell.

vulture looks for names. It cannot know that a field of a message is used by being sent, so unused variables and
attributes are left out, and unused imports are ruff's; functions, methods, classes, properties and unreachable code
remain, from 60 % confidence up. Tests count as users but are not judged: they are called by name. What frameworks call by name or through a decorator is listed under [tool.vulture]
in pyproject.toml.
"""

import sys
from pathlib import Path

from vulture import Vulture
from vulture.config import make_config

TOLD = {"class", "function", "method", "property", "unreachable_code"}


def main() -> int:
    """Print what nothing uses; return the exit status."""
    config = make_config()
    vulture = Vulture(ignore_names=config["ignore_names"], ignore_decorators=config["ignore_decorators"])
    vulture.scavenge(config["paths"], exclude=config["exclude"])
    unused = [
        item
        for item in vulture.get_unused_code(config["min_confidence"])
        if item.typ in TOLD and item.filename.relative_to(Path.cwd()).parts[0] != "tests"
    ]
    for item in unused:
        print(item.get_report())
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
