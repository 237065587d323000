"""A person's history as a file, written page by page while it is read: no more than a page of it is ever held."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from channels.workouts.exports import Done, Form, names_by_id
from storage.exercises import library
from storage.postgres import Database, linked
from storage.training import WorkoutFilter, history
from storage.workouts import whole

_PAGE: Final = 25
"""How many workouts are read at once: a few milliseconds of the database's and of a thread's time."""

Page = tuple[Sequence[Done], WorkoutFilter | None]


async def exported(
    database: Database, user_id: UUID, wanted: WorkoutFilter, form: Form
) -> AsyncIterator[bytes]:
    """Return the file in pieces, the newest workout first. Raises Unavailable, before the first piece or between two.

    No connection is held while the client reads.
    """
    async with linked(database) as link:
        names = names_by_id(await library(link))
    page = await _page(database, user_id, wanted)
    return _written(database, user_id, page, names, form)


async def _written(
    database: Database, user_id: UUID, page: Page, names: Mapping[str, str], form: Form
) -> AsyncIterator[bytes]:
    yield form.begin
    before = b""
    while True:
        workouts, wanted = page
        piece = await asyncio.to_thread(_joined, form, workouts, names)
        if piece:
            yield before + piece
            before = form.between
        if wanted is None:
            break
        page = await _page(database, user_id, wanted)
    yield form.end


def _joined(form: Form, workouts: Sequence[Done], names: Mapping[str, str]) -> bytes:
    return form.between.join(form.pieces(workouts, names))


async def _page(database: Database, user_id: UUID, wanted: WorkoutFilter) -> Page:
    """Return the next workouts, and which ones come after them; None when there are no more."""
    async with linked(database) as link:
        found = await history(link, user_id, wanted, limit=_PAGE)
        workouts = await whole(link, [one.session_id for one in found])
    in_order = [workouts[one.session_id] for one in found if one.session_id in workouts]
    if len(found) < _PAGE:
        return in_order, None
    return in_order, replace(wanted, after=(found[-1].started_at, found[-1].session_id))
