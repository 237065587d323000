"""Limits of requests by address and of commands by person, counted for all nodes at once."""

import math

from litestar.handlers.base import BaseRouteHandler
from msgspec import Struct

from channels.connection import Allowance
from channels.errors import Code, Refusal, Refused
from channels.wire.envelope import UserId
from server.accounts.network import network_of
from server.rest.contract import contract_of
from server.rest.reading import Connection
from storage.redis.limits import Limits


class Limiter(Struct, frozen=True, kw_only=True):
    """What one address and one person may do over REST."""

    limits: Limits
    requests: Allowance
    commands: Allowance
    files: Allowance

    async def check_request(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Count a request of its address. A guard; raises Refused."""
        contract = contract_of(handler)
        if contract is not None and contract.limited:
            client = connection.scope["client"]
            await self._take("requests", network_of(client[0] if client else ""), self.requests)

    async def check_command(self, user_id: UserId) -> None:
        """Count a command of a person. Raises Refused."""
        await self._take("commands", str(user_id), self.commands)

    async def check_file(self, user_id: UserId) -> None:
        """Count a file of a person's that is imported or exported. Raises Refused."""
        await self._take("files", str(user_id), self.files)

    async def _take(self, name: str, key: str, allowance: Allowance) -> None:
        wait = await self.limits.take(name, key, allowance.burst, allowance.per_second)
        if wait > 0:
            raise Refused(Refusal(code=Code.RATE_LIMITED, retry_after_seconds=math.ceil(wait)))
