"""Fasting, as an app says it."""

from uuid import UUID

from cornerman_client.sends import Sends
from cornerman_client.types import FastingEnd, FastingSession, FastingStart


class Fasting:
    """Starts and ends fasts. Raises what `Client.send` raises."""

    def __init__(self, client: Sends) -> None:
        self._client = client

    async def start(self, protocol_id: str) -> FastingSession:
        """Start a fast by a protocol, such as "16:8"; one may run at a time."""
        reply = await self._client.send(FastingStart(protocol_id=protocol_id))
        return reply.data.session

    async def end(self, session_id: UUID | None = None) -> FastingSession:
        """End the running fast, or the one that is meant."""
        reply = await self._client.send(FastingEnd(session_id=session_id))
        return reply.data.session
