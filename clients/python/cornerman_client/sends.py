"""What the nouns say their commands through."""

from typing import Protocol, TypeVar

from msgspec import Struct

from cornerman_client.frames import Command
from cornerman_client.outputs import Reply

Data = TypeVar("Data", bound=Struct)


class Sends(Protocol):
    """What sends a command and returns its reply: the client."""

    async def send(self, command: Command[Data]) -> Reply[Data]:
        """Send a command."""
        ...
