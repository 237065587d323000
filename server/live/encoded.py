"""A message of ours on its way to sockets: encoded once for each codec and framed once, however many get it."""

from channels.wire.codec import Subprotocol, to_msgpack
from server.live.frames import Opcode, frame


class Encoded:
    """A message from its JSON document. Its length is the document's, in either codec."""

    __slots__ = ("_document", "_json_frame", "_msgpack", "_msgpack_frame")

    def __init__(self, document: bytes) -> None:
        self._document = document
        self._json_frame: bytes | None = None
        self._msgpack: bytes | None = None
        self._msgpack_frame: bytes | None = None

    def __len__(self) -> int:
        return len(self._document)

    def payload(self, subprotocol: Subprotocol) -> bytes:
        """Return the message itself."""
        if subprotocol is Subprotocol.JSON:
            return self._document
        if self._msgpack is None:
            self._msgpack = to_msgpack(self._document)
        return self._msgpack

    def frame(self, subprotocol: Subprotocol) -> bytes:
        """Return the message as a whole frame of a server."""
        if subprotocol is Subprotocol.JSON:
            if self._json_frame is None:
                self._json_frame = frame(Opcode.TEXT, self._document)
            return self._json_frame
        if self._msgpack_frame is None:
            self._msgpack_frame = frame(Opcode.BINARY, self.payload(subprotocol))
        return self._msgpack_frame
