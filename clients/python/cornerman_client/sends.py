"""What the nouns say their commands and signals through."""

from typing import Protocol, TypeVar

from msgspec import Struct

from cornerman_client.frames import Command, Signal
from cornerman_client.outputs import Reply

Data = TypeVar("Data", bound=Struct)


class Sends(Protocol):
    """What sends a command and returns its reply, and says signals: the client."""

    async def send(self, command: Command[Data]) -> Reply[Data]:
        """Send a command."""
        ...

    def say(self, signal: Signal, topic: str) -> bool:
        """Say a signal for a topic that is followed; returns whether it was sent."""
        ...
