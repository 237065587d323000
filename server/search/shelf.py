"""The libraries that search uses, as one: an exercise whose id several have is that of the first."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from retrieval.importers.merging import library_of
from retrieval.importers.reading import SHIPPED, read
from retrieval.library import Library
from storage import libraries
from storage.postgres import Database, Link, linked

Mark: TypeAlias = tuple[tuple[str, str], ...]
"""The names and fingerprints of libraries in the order in which they are used: what changes when they do."""
NOTHING: Final[Mark] = ()
"""No library is imported: the one that comes along is used."""


class Shelf(Struct, frozen=True, kw_only=True):
    """What is searched: all exercises in the order of their ids, and whose each is."""

    mark: Mark
    names: tuple[str, ...]
    library: Library
    owners: Mapping[str, str]


async def used(link: Link) -> Mark:
    """Return which libraries are used now."""
    return tuple((one.name, one.fingerprint) for one in await libraries.listed(link) if one.place is not None)


async def shelf_of(database: Database, mark: Mark) -> Shelf:
    """Return the libraries of a mark as they are now; without any, the one that comes along. Raises Unavailable."""
    found = await fetch(database, [name for name, _ in mark])
    return shelved(mark, found or [await asyncio.to_thread(shipped)])


async def fetch(database: Database, names: Iterable[str]) -> list[Library]:
    """Return libraries by their names; those that there are not are left out. Raises Unavailable."""
    async with linked(database) as link:
        known = {one.name: one for one in await libraries.listed(link)}
        return [
            library_of(known[name], await libraries.exercises(link, name)) for name in names if name in known
        ]


def shipped() -> Library:
    """Return the library that comes along: 40 ms."""
    taken = read(SHIPPED.read_bytes()).taken
    return Library(
        name=SHIPPED.stem, licence=taken[0].licence, exercises=tuple(one.exercise for one in taken)
    )


def shelved(mark: Mark, found: Sequence[Library]) -> Shelf:
    """Return libraries as one."""
    owners = {one.exercise_id: library.name for library in reversed(found) for one in library.exercises}
    exercises = {one.exercise_id: one for library in reversed(found) for one in library.exercises}
    whole = Library(
        name="+".join(one.name for one in found),
        licence=", ".join(dict.fromkeys(one.licence for one in found)),
        exercises=tuple(exercises[exercise_id] for exercise_id in sorted(exercises)),
    )
    return Shelf(mark=mark, names=tuple(one.name for one in found), library=whole, owners=owners)
