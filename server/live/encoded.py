"""A message of ours on its way to sockets: encoded once for each codec and framed once, however many get it.

Only the frames are kept: while a client does not read, what waits for it is all that the message takes.
"""

from typing import Final

from channels.wire.codec import Subprotocol, to_msgpack
from server.live.frames import Opcode, frame, unframed

BESIDE_BYTES: Final = 96
"""What a message takes beside its document: objects and headers."""


class Encoded:
    """A message from its JSON document. Its length is what it takes of memory in JSON; in both codecs at most twice that."""

    __slots__ = ("_json_frame", "_msgpack_frame")

    def __init__(self, document: bytes) -> None:
        self._json_frame = frame(Opcode.TEXT, document)
        self._msgpack_frame: bytes | None = None

    def __len__(self) -> int:
        return len(self._json_frame) + BESIDE_BYTES

    def payload(self, subprotocol: Subprotocol) -> bytes:
        """Return the message itself."""
        return unframed(self.frame(subprotocol))

    def frame(self, subprotocol: Subprotocol) -> bytes:
        """Return the message as a whole frame of a server."""
        if subprotocol is Subprotocol.JSON:
            return self._json_frame
        if self._msgpack_frame is None:
            self._msgpack_frame = frame(Opcode.BINARY, to_msgpack(unframed(self._json_frame)))
        return self._msgpack_frame
