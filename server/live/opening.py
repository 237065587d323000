"""What RFC 6455 asks of an opening handshake and neither uvicorn nor its parser looks at. Headers in, a fault out.

Method, key and the form of everything else are theirs to judge.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from httptools import HttpParserInvalidURLError, parse_url
from msgspec import Struct
from websockets.exceptions import InvalidHeaderFormat
from websockets.headers import parse_extension

Headers = Sequence[tuple[bytes, bytes]]

VERSION: Final = b"13"
_LEAST_HTTP: Final = "1.1"


class Fault(Struct, frozen=True):
    """Why a request is refused, as HTTP says it."""

    status: HTTPStatus
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def answer(self) -> bytes:
        """The whole answer; the connection ends behind it."""
        body = self.sentence.encode()
        lines = [
            b"HTTP/1.1 %d %b" % (self.status, self.status.phrase.encode()),
            *(b"%b: %b" % header for header in self.headers),
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d" % len(body),
            b"connection: %b" % (b"upgrade, close" if self.headers else b"close"),
        ]
        return b"\r\n".join([*lines, b"", body])


MALFORMED: Final = Fault(HTTPStatus.BAD_REQUEST, "This is no opening handshake of a WebSocket.")
TOO_LARGE: Final = Fault(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The head of the request is larger than it may be."
)
_OTHER_VERSION: Final = Fault(
    HTTPStatus.UPGRADE_REQUIRED,
    "Version 13 of the WebSocket protocol is spoken here.",
    ((b"upgrade", b"websocket"), (b"sec-websocket-version", VERSION)),
)


def fault(http_version: str, headers: Headers) -> Fault | None:
    """Return what is wrong with the head of an upgrade request, its names in lower case; None if nothing is."""
    if http_version < _LEAST_HTTP or len(_values(headers, b"host")) != 1:
        return MALFORMED  # section 4.2.1
    if _values(headers, b"sec-websocket-version") != [VERSION]:
        return _OTHER_VERSION  # sections 4.2.2 and 4.4
    try:
        for value in _values(headers, b"sec-websocket-extensions"):
            parse_extension(value.decode("latin-1"))
    except InvalidHeaderFormat:
        return MALFORMED  # section 9.1; what is well-formed is not agreed, and that is all
    return None


def upgrade(headers: Headers) -> bytes | None:
    """Return what a request wants to go over to, in lower case. Both fields may stand in several lines."""
    options = b",".join(_values(headers, b"connection")).lower().split(b",")
    wanted = b",".join(_values(headers, b"upgrade")).lower()
    return wanted if wanted and b"upgrade" in map(bytes.strip, options) else None


def resource(target: bytes) -> bytes:
    """Return path and query of a request's target, which may be an absolute URI (section 4.2.1)."""
    if target.startswith(b"/"):
        return target
    try:
        parsed = parse_url(target)
    except HttpParserInvalidURLError:
        return target
    return (parsed.path or b"/") + (b"?" + parsed.query if parsed.query else b"")


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]
