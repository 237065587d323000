"""The codes of errors and of closed sockets. Made by `make generate`; do not edit."""

from enum import IntEnum, StrEnum
from typing import Final


class ErrorCode(StrEnum):
    """The codes of errors; a newer server may know more."""

    VALIDATION = "VAL_001"
    """A field is missing, unknown, of the wrong form or out of its range. Mend the fields that `details`
    names.
    """
    KEY_REUSED = "VAL_002"
    """The same key came with another type or other data. Take a new UUID for each new command; keep it
    only for retries of the same one.
    """
    TOO_OLD = "VAL_003"
    """`at` is further back than this command allows, or a queued command is older than 45 days. Drop it,
    or let the person enter it anew.
    """
    UNKNOWN_TYPE = "VAL_004"
    """`type` is none that a client may send to this server. Use a type of the protocol's pages; update the
    app or the server.
    """
    TOO_LARGE = "VAL_005"
    """Its body has more than 64 KiB; a file that is imported, more than 8 MiB. Send less at once."""
    UNSUPPORTED_MEDIA = "VAL_006"
    """`Content-Type` is not `application/json`; of a file that is imported, not `text/csv`. Send what the
    operation takes, and say so in `Content-Type`.
    """
    INVALID_CREDENTIALS = "AUTH_001"
    """No person has this email with this password. Ask the person to type them again."""
    TOKEN_EXPIRED = "AUTH_002"
    """Access tokens live for minutes, refresh tokens for days. Refresh the access token; when the refresh
    token has ended, sign in anew.
    """
    INSUFFICIENT_ROLE = "AUTH_003"
    """The person's role, or the ownership of what was asked for, does not allow it. Do not offer it to
    this person.
    """
    EMAIL_NOT_VERIFIED = "AUTH_004"
    """This server asks for verified addresses. Ask the person to follow the link that was sent."""
    TOKEN_INVALID = "AUTH_005"
    """No token was given, or its signature, issuer, audience or form is not ours. Send `Authorization:
    Bearer` with an access token of this server.
    """
    SIGNED_OUT = "AUTH_006"
    """The sign-in that the token belongs to was revoked. Sign in anew."""
    SUSPENDED = "AUTH_007"
    """An administrator suspended it. Show the person how to reach support."""
    USER_NOT_FOUND = "USER_001"
    """The id or email belongs to nobody. Check it."""
    EMAIL_EXISTS = "USER_002"
    """Somebody registered it before. Sign in, or take another address."""
    FAST_ACTIVE = "FAST_001"
    """One fast may run at a time; `details` holds the running one. Show the running fast, or end it first."""
    UNKNOWN_PROTOCOL = "FAST_002"
    """`protocol_id` is none of the protocols. Take an id from the list of protocols."""
    NO_SUCH_FAST = "FAST_003"
    """No fast is running, or the id belongs to none of this person's. Read the current state; start one."""
    WORKOUT_ACTIVE = "WORK_001"
    """One workout may run at a time; `details` holds the running one. Show the running workout, or finish
    it first.
    """
    NO_SUCH_WORKOUT = "WORK_002"
    """No workout is running, or the id belongs to none of this person's, or it was thrown away. Read the
    current state; start one.
    """
    UNKNOWN_EXERCISE = "WORK_003"
    """An `exercise_id` is none of the library and does not begin with `own:`. Take an id from the library,
    or `own:` and a name.
    """
    WORKOUT_OVER = "WORK_004"
    """It was finished before this was done, or began more than a day before. Start another; or say by `at`
    that it was done before the end.
    """
    WORKOUT_FULL = "WORK_005"
    """A workout has a most of sets and of changes of its clocks. Finish it and start another."""
    NO_SUCH_ROUTINE = "WORK_006"
    """It does not exist, is not yours to change, or its link was withdrawn. Read the list of routines."""
    NOT_PLANNED = "WORK_007"
    """The block, exercise or set that was named is not in the plan, or is of another kind. Read the
    workout's plan.
    """
    ROUTINES_FULL = "WORK_008"
    """A person has a most of routines. Delete one that is not used any more."""
    EXERCISES_FULL = "WORK_009"
    """A person has a most of own exercises, and of exercises that they say something of. Delete an own
    exercise that is not used any more, or a note.
    """
    RATE_LIMITED = "RATE_001"
    """A limit per person, connection or address is used up. Wait for `retry_after_seconds`, then send the
    same again.
    """
    NOT_FOUND = "RES_001"
    """It does not exist, or it is not yours to see. Check the address or the id."""
    METHOD_NOT_ALLOWED = "RES_002"
    """The path exists with other methods, which `Allow` names. Use a method that the API's page lists."""
    INTERNAL = "INT_001"
    """A fault of the server; it is logged with the request's id. Try again later under the same key."""
    UNAVAILABLE = "INT_002"
    """A part that it needs is away or too busy. The command may or may not have acted. Send the same
    again, under the same key, after `retry_after_seconds`.
    """


class CloseCode(IntEnum):
    """Why the server closes a socket. 4000-4499: come back. 4500-4999: do not."""

    DRAINING = 4001
    """The node stops. Connect again; the reason is the seconds to spread over."""
    NO_CONNECT = 4002
    """No `connect` came within 5 seconds. Send `connect` as the first message."""
    INTERNAL = 4003
    """A fault of ours. Connect again and resume."""
    TOKEN_EXPIRED = 4005
    """The access token has ended. Refresh the token, then connect again."""
    TOO_SLOW = 4008
    """More waits for this connection than it may. Connect again and resume."""
    STATE_IN_DOUBT = 4010
    """The log was restored or replaced. Connect again; a snapshot follows."""
    NO_PONG = 4012
    """A ping stayed unanswered for 10 seconds. Connect again and resume."""
    RATE_LIMITED = 4013
    """Far too many messages. Connect again after the seconds in the reason."""
    TOO_MANY_CONNECTIONS = 4015
    """Too many sockets. Connect again after the seconds in the reason."""
    TOKEN_REFUSED = 4500
    """The token is bad or its sign-in was revoked. Sign in anew."""
    MALFORMED = 4501
    """Not a message of this wire version. Mend the client."""
    SIGNED_OUT = 4503
    """The device was signed out. Show the sign-in page."""
    REPLACED = 4505
    """The same device opened a newer socket. Nothing: the newer one serves it."""


FINAL_STANDARD_CODES: Final = frozenset({1002, 1003, 1007, 1008, 1009})
"""Standard close codes after which a client must not come back by itself."""

CURES: Final[dict[int, str]] = {
    4001: "Connect again; the reason is the seconds to spread over.",
    4002: "Send `connect` as the first message.",
    4003: "Connect again and resume.",
    4005: "Refresh the token, then connect again.",
    4008: "Connect again and resume.",
    4010: "Connect again; a snapshot follows.",
    4012: "Connect again and resume.",
    4013: "Connect again after the seconds in the reason.",
    4015: "Connect again after the seconds in the reason.",
    4500: "Sign in anew.",
    4501: "Mend the client.",
    4503: "Show the sign-in page.",
    4505: "Nothing: the newer one serves it.",
}
"""What an app does about a close code."""
