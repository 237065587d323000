"""Errors on their way to a client.

A `Refusal` is an error as a value: decisions return it, it changes nothing, and one place turns it into a reply.
"""

from datetime import datetime

from msgspec import UNSET, Struct

from channels.catalogue import CATALOGUE, Code, Entry
from channels.wire.envelope import Detail, Error

__all__ = ["CATALOGUE", "Code", "Entry", "Refusal", "Refused", "invalid", "unavailable"]


class Refusal(Struct, frozen=True, kw_only=True):
    """Why something is not done. `retry_after_seconds` goes with temporary codes, `now` with errors about time."""

    code: Code
    message: str | None = None
    details: tuple[Detail, ...] = ()
    retry_after_seconds: int | None = None
    now: datetime | None = None

    @property
    def entry(self) -> Entry:
        """The catalogue's words for it."""
        return CATALOGUE[self.code]

    def error(self) -> Error:
        """Return it as clients see it."""
        return Error(
            code=self.code,
            message=self.message or self.entry.message,
            details=self.details,
            temporary=self.entry.temporary,
            retry_after_seconds=UNSET if self.retry_after_seconds is None else self.retry_after_seconds,
            now=UNSET if self.now is None else self.now,
        )


class Refused(Exception):  # noqa: N818 - it carries a refusal through code that cannot return one
    """A refusal on its way to the one place that turns it into a reply."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def invalid(field: str, message: str) -> Refusal:
    """Return a validation refusal about one field."""
    return Refusal(code=Code.VALIDATION, details=(Detail(field=field, message=message),))


def unavailable(retry_after_seconds: int = 1) -> Refusal:
    """Return the temporary refusal for a part that is away."""
    return Refusal(code=Code.UNAVAILABLE, retry_after_seconds=retry_after_seconds)
