"""An example of a command and its answer."""

from msgspec import Raw, Struct

from channels.wire.codec import encode
from channels.wire.envelope import Command, Offset, Reply, Topic


class Asked(Struct, frozen=True):
    """A command, the data of its reply, and what its events' positions are."""

    command: Command
    data: Struct
    positions: dict[Topic, Offset] = {}

    def reply(self) -> Reply:
        """Return the reply as it is sent."""
        return Reply(re=self.command.id, data=Raw(encode(self.data)), positions=self.positions)
