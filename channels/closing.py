"""Why the server closes a socket. The range of a code says what the client does next.

4000-4499: come back. 4500-4999: do not. So an old client obeys a code that is newer than itself.
"""

from enum import IntEnum
from typing import Final

from msgspec import Struct


class CloseCode(IntEnum):
    """Close codes of ours; each has its meaning and its cure in `CLOSINGS`."""

    DRAINING = 4001
    NO_CONNECT = 4002
    INTERNAL = 4003
    TOKEN_EXPIRED = 4005
    TOO_SLOW = 4008
    STATE_IN_DOUBT = 4010
    NO_PONG = 4012
    RATE_LIMITED = 4013
    TOO_MANY_CONNECTIONS = 4015
    TOKEN_REFUSED = 4500
    MALFORMED = 4501
    SIGNED_OUT = 4503
    REPLACED = 4505


class Closing(Struct, frozen=True):
    """A close code with its cause and what the app does about it."""

    code: CloseCode
    cause: str
    cure: str


CLOSINGS: Final = tuple(
    Closing(*row)
    for row in (
        (CloseCode.DRAINING, "The node stops.", "Connect again; the reason is the seconds to spread over."),
        (CloseCode.NO_CONNECT, "No `connect` came within 5 seconds.", "Send `connect` as the first message."),
        (CloseCode.INTERNAL, "A fault of ours.", "Connect again and resume."),
        (CloseCode.TOKEN_EXPIRED, "The access token has ended.", "Refresh the token, then connect again."),
        (CloseCode.TOO_SLOW, "More waits for this connection than it may.", "Connect again and resume."),
        (CloseCode.STATE_IN_DOUBT, "The log was restored or replaced.", "Connect again; a snapshot follows."),
        (CloseCode.NO_PONG, "A ping stayed unanswered for 10 seconds.", "Connect again and resume."),
        (CloseCode.RATE_LIMITED, "Far too many messages.", "Connect again after the seconds in the reason."),
        (
            CloseCode.TOO_MANY_CONNECTIONS,
            "Too many sockets.",
            "Connect again after the seconds in the reason.",
        ),
        (CloseCode.TOKEN_REFUSED, "The token is bad or its sign-in was revoked.", "Sign in anew."),
        (CloseCode.MALFORMED, "Not a message of this wire version.", "Mend the client."),
        (CloseCode.SIGNED_OUT, "The device was signed out.", "Show the sign-in page."),
        (CloseCode.REPLACED, "The same device opened a newer socket.", "Nothing: the newer one serves it."),
    )
)

FINAL_STANDARD_CODES: Final = frozenset({1002, 1003, 1007, 1008, 1009})
"""Standard codes after which a client must not come back by itself (RFC 6455, section 7.4.1)."""


def may_return(code: int) -> bool:
    """Say whether a client that was closed with this code comes back by itself."""
    return code not in FINAL_STANDARD_CODES and not 4500 <= code <= 4999  # noqa: PLR2004 - the ranges above
