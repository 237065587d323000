"""What went wrong, as the command line says it: one sentence that says what to do, and an exit code.

1: it could not be done. 2: what was given cannot be right (also click's own code for a wrong use).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import asyncpg
import click

from server import settings
from server.accounts.keys import KeysError
from storage.embedded.errors import EmbeddedError
from storage.migrate import MigrationError
from storage.postgres import Unavailable


class Failed(click.ClickException):
    """It could not be done; the message says why and what to do."""


class Wrong(click.ClickException):
    """What was given cannot be right; the message says what to give."""

    exit_code: ClassVar[int] = 2


def load_settings(**flags: Any) -> settings.Loaded:
    """Read the settings, or say everything that is wrong with them."""
    try:
        return settings.load(**flags)
    except settings.SettingsError as error:
        raise Wrong("\n  ".join(("The settings do not fit:", *error.problems))) from None


def said(details: Iterable[tuple[str, str]]) -> str:
    """Return what is wrong with which field as sentences."""
    return " ".join(f"The {field.replace('_', ' ')} {message.rstrip('.')}." for field, message in details)


@contextmanager
def told() -> Iterator[None]:
    """Turn what our parts raise into sentences."""
    try:
        yield
    except (EmbeddedError, MigrationError, KeysError) as error:
        raise Failed(str(error)) from None
    except (Unavailable, asyncpg.PostgresError, OSError) as error:
        raise Failed(
            f"{str(error) or type(error).__name__}\n`cornerman doctor` looks at each part."
        ) from None
