"""Filters of a query, as search takes them."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from channels.errors import Refused, invalid
from server.search.answers import UnknownValueError, Wished

_FIELDS: Final = Wished.__struct_fields__


def wished_of(asked: Struct) -> Wished:
    """Return the filters that a query has. Raises Refused for a list that names nothing."""
    return Wished(**{field: values_of(field, getattr(asked, field, UNSET)) for field in _FIELDS})


def values_of(field: str, given: str | UnsetType) -> tuple[str, ...]:
    """Return what a text with commas names. Raises Refused where that is nothing."""
    if given is UNSET:
        return ()
    values = tuple(part.strip() for part in given.split(",") if part.strip())
    if not values:
        raise Refused(invalid(field, "names nothing; leave it out"))
    return values


def unknown_value(error: UnknownValueError) -> Refused:
    """Return the refusal of a value that no exercise has: it says what there is."""
    known = ", ".join(error.known) or "none"
    return Refused(invalid(error.field, f"is {error.value!r} for no exercise; there is {known}"))
