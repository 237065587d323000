"""Sees to it that the log is still the one that this node knows.

A backup may be restored, or an older copy of the data put in place, while nodes run, and nobody may tell them. So every
new connection is looked at before anybody uses it, for no connection outlives the data below it; and the tail looks
once a second, for there are ways to change the data below connections that stay.

The log was replaced when the database is not the one that its epoch was counted on, or when its epoch is older, or
when less of it is written than this node has seen. The epoch is then raised, on that connection and before anything
else, so that no offset is read or given in the wrong one.
"""

from collections.abc import Callable

from channels.wire.envelope import Epoch
from storage.epoch import Look, look, raise_from, settle
from storage.postgres import Link


class Witness:
    """What this node knows of the log. `replaced` is told of another epoch, whoever has raised it."""

    replaced: Callable[[Epoch], None]

    def __init__(self) -> None:
        self._epoch: int | None = None
        self._written = 0

    def settled(self, epoch: int) -> None:
        """Know the epoch in which the node begins; until then nothing is doubted."""
        self._epoch = epoch

    async def look(self, link: Link) -> None:
        """Look at the log over a connection. Raises what the driver raises."""
        known, written = self._epoch, self._written
        if known is None or (found := await look(link)) is None:
            return
        epoch = found.epoch if _same(found, known, written) else await _raised(link, found, known)
        if self._epoch != known:
            # Somebody else came first: what was found may be of before.
            return
        if epoch != known:
            self._epoch, self._written = epoch, 0
            self.replaced(Epoch(str(epoch)))
        self._written = max(self._written, found.written or 0)


def _same(found: Look, known: int, written: int) -> bool:
    """Say whether nothing speaks against the log: `written` is what was seen before the look began."""
    if not found.ours or found.epoch < known:
        return False
    return found.epoch > known or found.written is None or found.written >= written


async def _raised(link: Link, found: Look, known: int) -> int:
    if not found.ours:
        await settle(link)
    return await raise_from(link, known)
