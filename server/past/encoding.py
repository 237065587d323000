"""Entries get their vectors: any node takes some that have none, encodes them in its encoder's thread, and keeps them.

What a node has taken is its own for a minute; one that ends meanwhile leaves them to the others.
"""

from typing import Final

from retrieval.encoder import NoModel, NotInstalled, Vectors
from server.search.node import NodeSearch
from storage import past
from storage.postgres import Database, linked

_AT_ONCE: Final = 64
_CLAIM_SECONDS: Final = 60.0


class Encoded:
    """See the module."""

    def __init__(self, database: Database, search: NodeSearch) -> None:
        self._database = database
        self._search = search
        self._model = ""
        self._missing = ""

    @property
    def model(self) -> str:
        """What makes vectors here: its fingerprint, empty until it is there."""
        return self._model

    @property
    def missing(self) -> bool:
        """Say whether there will be no vectors on this machine."""
        return bool(self._missing) or not self._search.has_encoder

    async def some(self) -> bool:
        """Encode some entries; say whether there were any. Raises Unavailable and EncoderError."""
        encoding = self._search.encoding
        if encoding is None:
            return False
        try:
            self._model = (await encoding.start()).fingerprint
        except (NotInstalled, NoModel) as error:
            self._missing = str(error)
            return False
        async with linked(self._database) as link:
            claimed = await past.claim(link, self._model, limit=_AT_ONCE, seconds=_CLAIM_SECONDS)
        if not claimed:
            return False
        vectors = await encoding.encode_all([one.text for one in claimed])
        async with linked(self._database) as link:
            await past.encoded(link, claimed, [row.astype("<f4").tobytes() for row in vectors], self._model)
        return True

    async def vector(self, text: str) -> Vectors:
        """Return the vector of a question, once `model` is there. Raises EncoderError."""
        encoding = self._search.encoding
        if encoding is None:
            raise NotInstalled("no encoder is there yet")
        return await encoding.encode(text)
