"""Imports into libraries, each in one transaction, and the library that a new house begins with."""

from typing import Final

from msgspec import Struct

from retrieval.importers.merging import Merged, merged
from retrieval.importers.reading import SHIPPED, Imported, read
from storage import libraries
from storage.library_records import LibraryRecord
from storage.postgres import READ_SECONDS, Database, close_database, linked, open_database

FIRST: Final = SHIPPED.stem
"""What the library is called that comes along."""


class OtherFormatError(Exception):
    """A library of another format has this name; the sentence says which."""


class Report(Struct, frozen=True, kw_only=True):
    """What an import came to."""

    library: LibraryRecord
    merged: Merged


async def take(database: Database, name: str, imported: Imported) -> Report:
    """Import into the library of this name. Raises OtherFormatError; Unavailable."""
    async with linked(database, seconds=READ_SECONDS) as link, link.transaction():
        library = await libraries.claim(link, name, imported.format)
        if library.format != imported.format:
            raise OtherFormatError(
                f"{name} is a library in the format of {library.format}, and this is {imported.format}."
            )
        result = merged(name, await libraries.exercises(link, name), imported.taken)
        written = (*result.new, *result.changed)
        return Report(library=await libraries.save(link, name, result.fingerprint, written), merged=result)


async def provide(database_url: str) -> bool:
    """Import the library that comes along, where there is none at all; say whether that was so. Raises Unavailable."""
    database = await open_database(database_url, size=1, long_reads=True)
    try:
        async with linked(database) as link:
            if await libraries.listed(link):
                return False
        await take(database, FIRST, read(SHIPPED.read_bytes()))
        return True
    finally:
        await close_database(database)
