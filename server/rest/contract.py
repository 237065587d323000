"""What an operation promises beside its handler's types: its query, its errors, and examples that are true.

The contract stands with the handler (`opt=promises(...)`); requests are read by it and the API's document is made from
it. Each exchange is executed by a test.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from litestar.handlers.base import BaseRouteHandler
from msgspec import Struct

from channels.errors import CATALOGUE, Code, Refusal
from channels.wire.envelope import Nothing
from server.rest.envelope import AnswerMeta, Failure

_OPT: Final = "contract"

ALWAYS: Final = (Code.VALIDATION, Code.INTERNAL, Code.UNAVAILABLE)
LIMITED: Final = (Code.RATE_LIMITED,)
SIGNED_IN: Final = (
    Code.TOKEN_INVALID,
    Code.TOKEN_EXPIRED,
    Code.SIGNED_OUT,
    Code.SUSPENDED,
    Code.USER_NOT_FOUND,
)
WITH_BODY: Final = (Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA)
KEYED: Final = (Code.KEY_REUSED,)

EXAMPLE_NOW: Final = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
EXAMPLE_META: Final = AnswerMeta(timestamp=EXAMPLE_NOW, request_id="0199f3a1-5b1e-7c3a-9d52-6f0c8e1b7a44")


class Exchange(Struct, frozen=True, kw_only=True):
    """One request and its answer. All its parts carry `name` in the document, so that readers can pair them.

    `answer` is the whole envelope, or the text of what has none, of `media_type` where it may be of several; what differs
    from server to server and from day to day in it is made up.
    """

    name: str
    summary: str
    answer: Struct | str
    path: dict[str, str] = {}
    query: dict[str, str | int] = {}
    headers: dict[str, str] = {}
    body: Struct | dict[str, Any] | str | None = None
    media_type: str = ""

    def status(self, good: int) -> int:
        """Return the status of the answer; `good` is the operation's own."""
        if isinstance(self.answer, Failure):
            return CATALOGUE[Code(self.answer.error.code)].status
        return good


class Contract(Struct, frozen=True, kw_only=True):
    """What one operation promises.

    `codes` are the errors beside those that every operation has, `keyed` says that it takes an `Idempotency-Key`,
    `limited` that requests are counted, `answer` stands for the handler's return type where that is raw JSON. `body` is the
    media type of a body that is text and no JSON. What is answered without an envelope is one of `files`: the types of what
    is in them, by media type.
    """

    query: type[Struct] = Nothing
    keyed: bool = False
    signed_in: bool = True
    limited: bool = True
    codes: tuple[Code, ...] = ()
    answer: type[Struct] | None = None
    body: str = ""
    files: Mapping[str, Any] = {}
    exchanges: tuple[Exchange, ...] = ()

    def __deepcopy__(self, _memo: object) -> "Contract":
        # The framework copies each handler several times, which took half of an application's making.
        return self

    def all_codes(self, *, body: bool) -> tuple[Code, ...]:
        """Return every error that the operation may answer with."""
        return (
            *ALWAYS,
            *(LIMITED if self.limited else ()),
            *(SIGNED_IN if self.signed_in else ()),
            *(WITH_BODY if body else ()),
            *(KEYED if self.keyed else ()),
            *self.codes,
        )


def promises(contract: Contract) -> dict[str, Any]:
    """Return a contract as a handler's `opt`."""
    return {_OPT: contract}


def contract_of(handler: BaseRouteHandler) -> Contract | None:
    """Return a handler's contract; None for what is no operation of the API."""
    contract: Contract | None = handler.opt.get(_OPT)
    return contract


def refused(code: Code, *details: Any) -> Failure:
    """Return the example of a failing answer."""
    return Failure(error=Refusal(code=code, details=details).error(), meta=EXAMPLE_META)
