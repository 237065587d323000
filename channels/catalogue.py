"""Every error that a client may be told: one catalogue for the socket and for REST."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Code(StrEnum):
    """The codes; what each means is in `CATALOGUE`."""

    VALIDATION = "VAL_001"
    KEY_REUSED = "VAL_002"
    TOO_OLD = "VAL_003"
    UNKNOWN_TYPE = "VAL_004"
    TOO_LARGE = "VAL_005"
    UNSUPPORTED_MEDIA = "VAL_006"
    INVALID_CREDENTIALS = "AUTH_001"
    TOKEN_EXPIRED = "AUTH_002"  # noqa: S105 - a code, not a secret
    INSUFFICIENT_ROLE = "AUTH_003"
    EMAIL_NOT_VERIFIED = "AUTH_004"
    TOKEN_INVALID = "AUTH_005"  # noqa: S105 - a code, not a secret
    SIGNED_OUT = "AUTH_006"
    SUSPENDED = "AUTH_007"
    USER_NOT_FOUND = "USER_001"
    EMAIL_EXISTS = "USER_002"
    FAST_ACTIVE = "FAST_001"
    UNKNOWN_PROTOCOL = "FAST_002"
    NO_SUCH_FAST = "FAST_003"
    WORKOUT_ACTIVE = "WORK_001"
    NO_SUCH_WORKOUT = "WORK_002"
    UNKNOWN_EXERCISE = "WORK_003"
    WORKOUT_OVER = "WORK_004"
    WORKOUT_FULL = "WORK_005"
    NO_SUCH_ROUTINE = "WORK_006"
    NOT_PLANNED = "WORK_007"
    ROUTINES_FULL = "WORK_008"
    EXERCISES_FULL = "WORK_009"
    RATE_LIMITED = "RATE_001"
    NOT_FOUND = "RES_001"
    METHOD_NOT_ALLOWED = "RES_002"
    INTERNAL = "INT_001"
    UNAVAILABLE = "INT_002"


class Entry(Struct, frozen=True):
    """One error: the sentence a client gets, its cause and cure, its HTTP status, whether it passes by itself.

    `stored`: whether a command's key remembers it, so that a repetition gets the same answer.
    """

    code: Code
    message: str
    cause: str
    cure: str
    status: int
    temporary: bool = False
    stored: bool = False


_ROWS: Final = (
    Entry(
        Code.VALIDATION,
        "The request is not valid.",
        "A field is missing, unknown, of the wrong form or out of its range.",
        "Mend the fields that `details` names.",
        400,
    ),
    Entry(
        Code.KEY_REUSED,
        "This key belongs to another command.",
        "The same key came with another type or other data.",
        "Take a new UUID for each new command; keep it only for retries of the same one.",
        409,
    ),
    Entry(
        Code.TOO_OLD,
        "This command waited too long to be taken.",
        "`at` is further back than this command allows, or a queued command is older than 45 days.",
        "Drop it, or let the person enter it anew.",
        400,
    ),
    Entry(
        Code.UNKNOWN_TYPE,
        "There is no such message.",
        "`type` is none that a client may send to this server.",
        "Use a type of the protocol's pages; update the app or the server.",
        400,
    ),
    Entry(
        Code.TOO_LARGE,
        "The request is too large.",
        "Its body has more than 64 KiB; a file that is imported, more than 8 MiB.",
        "Send less at once.",
        413,
    ),
    Entry(
        Code.UNSUPPORTED_MEDIA,
        "The request's body is of a type that is not taken here.",
        "`Content-Type` is not `application/json`; of a file that is imported, not `text/csv`.",
        "Send what the operation takes, and say so in `Content-Type`.",
        415,
    ),
    Entry(
        Code.INVALID_CREDENTIALS,
        "The email or the password is wrong.",
        "No person has this email with this password.",
        "Ask the person to type them again.",
        401,
    ),
    Entry(
        Code.TOKEN_EXPIRED,
        "The token has ended.",
        "Access tokens live for minutes, refresh tokens for days.",
        "Refresh the access token; when the refresh token has ended, sign in anew.",
        401,
    ),
    Entry(
        Code.INSUFFICIENT_ROLE,
        "This needs a right that you do not have.",
        "The person's role, or the ownership of what was asked for, does not allow it.",
        "Do not offer it to this person.",
        403,
    ),
    Entry(
        Code.EMAIL_NOT_VERIFIED,
        "The email address is not verified yet.",
        "This server asks for verified addresses.",
        "Ask the person to follow the link that was sent.",
        403,
    ),
    Entry(
        Code.TOKEN_INVALID,
        "The token is missing or not valid.",
        "No token was given, or its signature, issuer, audience or form is not ours.",
        "Send `Authorization: Bearer` with an access token of this server.",
        401,
    ),
    Entry(
        Code.SIGNED_OUT,
        "This device is signed out.",
        "The sign-in that the token belongs to was revoked.",
        "Sign in anew.",
        401,
    ),
    Entry(
        Code.SUSPENDED,
        "This account is suspended.",
        "An administrator suspended it.",
        "Show the person how to reach support.",
        403,
    ),
    Entry(
        Code.USER_NOT_FOUND,
        "There is no such person.",
        "The id or email belongs to nobody.",
        "Check it.",
        404,
    ),
    Entry(
        Code.EMAIL_EXISTS,
        "This email already has an account.",
        "Somebody registered it before.",
        "Sign in, or take another address.",
        409,
    ),
    Entry(
        Code.FAST_ACTIVE,
        "A fast is already running.",
        "One fast may run at a time; `details` holds the running one.",
        "Show the running fast, or end it first.",
        409,
        stored=True,
    ),
    Entry(
        Code.UNKNOWN_PROTOCOL,
        "There is no such fasting protocol.",
        "`protocol_id` is none of the protocols.",
        "Take an id from the list of protocols.",
        404,
        stored=True,
    ),
    Entry(
        Code.NO_SUCH_FAST,
        "There is no such fast.",
        "No fast is running, or the id belongs to none of this person's.",
        "Read the current state; start one.",
        404,
        stored=True,
    ),
    Entry(
        Code.WORKOUT_ACTIVE,
        "A workout is already running.",
        "One workout may run at a time; `details` holds the running one.",
        "Show the running workout, or finish it first.",
        409,
        stored=True,
    ),
    Entry(
        Code.NO_SUCH_WORKOUT,
        "There is no such workout.",
        "No workout is running, or the id belongs to none of this person's, or it was thrown away.",
        "Read the current state; start one.",
        404,
        stored=True,
    ),
    Entry(
        Code.UNKNOWN_EXERCISE,
        "There is no such exercise.",
        "An `exercise_id` is none of the library and does not begin with `own:`.",
        "Take an id from the library, or `own:` and a name.",
        404,
        stored=True,
    ),
    Entry(
        Code.WORKOUT_OVER,
        "This workout is over.",
        "It was finished before this was done, or began more than a day before.",
        "Start another; or say by `at` that it was done before the end.",
        409,
        stored=True,
    ),
    Entry(
        Code.WORKOUT_FULL,
        "This workout takes no more.",
        "A workout has a most of sets and of changes of its clocks.",
        "Finish it and start another.",
        409,
        stored=True,
    ),
    Entry(
        Code.NO_SUCH_ROUTINE,
        "There is no such routine.",
        "It does not exist, is not yours to change, or its link was withdrawn.",
        "Read the list of routines.",
        404,
        stored=True,
    ),
    Entry(
        Code.NOT_PLANNED,
        "There is nothing of that kind at this place of the plan.",
        "The block, exercise or set that was named is not in the plan, or is of another kind.",
        "Read the workout's plan.",
        404,
        stored=True,
    ),
    Entry(
        Code.ROUTINES_FULL,
        "No more routines can be kept.",
        "A person has a most of routines.",
        "Delete one that is not used any more.",
        409,
        stored=True,
    ),
    Entry(
        Code.EXERCISES_FULL,
        "No more of your own can be kept about exercises.",
        "A person has a most of own exercises, and of exercises that they say something of.",
        "Delete an own exercise that is not used any more, or a note.",
        409,
        stored=True,
    ),
    Entry(
        Code.RATE_LIMITED,
        "Too many requests.",
        "A limit per person, connection or address is used up.",
        "Wait for `retry_after_seconds`, then send the same again.",
        429,
        temporary=True,
    ),
    Entry(
        Code.NOT_FOUND,
        "There is nothing here.",
        "It does not exist, or it is not yours to see.",
        "Check the address or the id.",
        404,
    ),
    Entry(
        Code.METHOD_NOT_ALLOWED,
        "This address does not take that method.",
        "The path exists with other methods, which `Allow` names.",
        "Use a method that the API's page lists.",
        405,
    ),
    Entry(
        Code.INTERNAL,
        "Something went wrong on our side.",
        "A fault of the server; it is logged with the request's id.",
        "Try again later under the same key.",
        500,
        temporary=True,
    ),
    Entry(
        Code.UNAVAILABLE,
        "The server cannot answer this just now.",
        "A part that it needs is away or too busy. The command may or may not have acted.",
        "Send the same again, under the same key, after `retry_after_seconds`.",
        503,
        temporary=True,
    ),
)

CATALOGUE: Final = {entry.code: entry for entry in _ROWS}
