"""Whether the server is a sandbox, which the wire tells only by taking `sandbox:rate` or refusing it.

So the view asks for the rate at which time runs anyway, once for each connection, since another server may answer the
next one. The question changes nothing: the same rate is no event, and it has one key for each rate, so that the answer
given before is given again even when another device changes the rate in between.
"""

from collections.abc import Coroutine
from typing import Final
from uuid import UUID, uuid5

from cornerman_client.client import Client
from cornerman_client.errors import CornermanError
from cornerman_client.types import SandboxRate

_KEYS: Final = UUID("a5dba7a3-21e5-4d2e-9d92-7c37b2a7b8c5")


class Sandbox:
    """See the module. `known` says whether the server is known to let time run faster."""

    def __init__(self, client: Client) -> None:
        self.known = False
        self._client = client
        self._asked = False

    def question(self) -> Coroutine[None, None, None] | None:
        """Return what asks, if there is a connection on which nobody has asked yet."""
        person = self._client.person
        if not self._client.online or person is None:
            self.known = self._asked = False
            return None
        if self._asked:
            return None
        self._asked = True
        return self._ask(person.time.rate)

    async def _ask(self, rate: float) -> None:
        try:
            await self._client.send(SandboxRate(rate=rate), key=uuid5(_KEYS, f"{rate:g}"))
        except CornermanError:
            self.known = False
        else:
            self.known = True
