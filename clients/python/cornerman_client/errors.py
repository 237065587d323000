"""What can go wrong, from an app's point of view.

CornermanError
├── CommandRefused   the server said no
├── Unanswered       no answer yet; also a TimeoutError. It does not mean that the command failed
├── FollowRefused    the server said no to following a topic
├── QueueFull        too many commands wait already
├── Ended            the client has given up for good: signed out, replaced, or not understood
├── SignInRefused    the server said no to a sign-in
└── Unreachable      the server could not be asked
"""

from typing import Final
from uuid import UUID

from cornerman_client.types import Detail


class CornermanError(Exception):
    """The root of this package's errors."""


class CommandRefused(CornermanError):  # noqa: N818 - an answer, not a fault
    """The server refused a command. `code` is one of `ErrorCode`, or newer than this client.

    `temporary` says that it was repeated under its key for as long as the client does that, and may still be sent again
    under `key`; every other refusal is final.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        key: UUID,
        details: tuple[Detail, ...] = (),
        temporary: bool = False,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.key = key
        self.details = details
        self.temporary = temporary
        self.retry_after_seconds = retry_after_seconds


class FollowRefused(CornermanError):  # noqa: N818 - an answer, not a fault
    """The server lets this person not follow a topic: there is none of that name, or it is not theirs."""

    def __init__(self, topic: str, code: str, message: str) -> None:
        super().__init__(f"{topic}: {code}: {message}")
        self.topic = topic
        self.code = code
        self.message = message


class ReplyUnreadable(CornermanError):  # noqa: N818 - a fact about the answer
    """The command was done, but this client cannot read the answer's data. What it caused comes as events."""

    def __init__(self, key: UUID) -> None:
        super().__init__("the command was done, but its answer is not one that this client can read")
        self.key = key


class Unanswered(CornermanError, TimeoutError):  # noqa: N818 - a fact about time
    """No answer came in time. The command may have acted, and is still sent until it is answered.

    Sending it again with `key=` waits for the same answer; it acts once however often it is sent.
    """

    def __init__(self, key: UUID) -> None:
        super().__init__("no answer yet; the command may have acted, or may still act")
        self.key = key


class QueueFull(CornermanError):  # noqa: N818 - a fact about the queue
    """As many commands wait for an answer as the client keeps; this one was not taken."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} commands wait for an answer already")
        self.limit = limit


CLOSED_BY_APP: Final = 1000


class Ended(CornermanError):  # noqa: N818 - a state
    """The client does not come back by itself. `code` is the close code that said so, `cure` what the app can do.

    Code 1000 means that the app itself has closed the client.
    """

    def __init__(self, code: int, reason: str, cure: str) -> None:
        super().__init__(f"{reason or 'closed'} ({code}). {cure}".strip())
        self.code = code
        self.reason = reason
        self.cure = cure


class SignInRefused(CornermanError):  # noqa: N818 - an answer, not a fault
    """The server refused to sign somebody in, to register them or to go on with their sign-in."""

    def __init__(self, code: str, message: str, details: tuple[Detail, ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class Unreachable(CornermanError):  # noqa: N818 - a state
    """The server could not be asked, or could not answer, just now."""


class ClockUnknown(CornermanError):  # noqa: N818 - a state
    """The server's time is not known before the first connection stands."""

    def __init__(self) -> None:
        super().__init__("the server's time is not known before the first connection stands")
