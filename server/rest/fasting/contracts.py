"""What the operations on fasts take, give and promise."""

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from channels.errors import Code
from channels.fasting.protocols import PROTOCOLS, FastingProtocol
from channels.topics import user_topic
from channels.wire.envelope import Detail, Moment, Offset
from channels.wire.fasting import (
    FastingSession,
    FastingSessionReply,
    FastingStartData,
    FastOutcome,
    FastStatus,
)
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Contract, Exchange, refused
from server.rest.envelope import CursorText, Page, Pagination, Success, write_cursor


class CurrentFast(Struct, frozen=True, kw_only=True):
    """The fast that runs, or null when none does."""

    session: FastingSession | None


class ProtocolsAnswer(Page[FastingProtocol], frozen=True, kw_only=True):
    """Every fasting protocol, from the gentlest on; always one page."""


class ProtocolAnswer(Success[FastingProtocol], frozen=True, kw_only=True):
    """One fasting protocol."""


class FastAnswer(Success[FastingSessionReply], frozen=True, kw_only=True):
    """The fast after the command."""


class CurrentFastAnswer(Success[CurrentFast], frozen=True, kw_only=True):
    """The fast that runs, or null when none does."""


class HistoryAnswer(Page[FastingSession], frozen=True, kw_only=True):
    """Fasts, the newest first."""


class HistoryQuery(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Which fasts of the history."""

    since: (
        Annotated[date, Meta(description="Begun on this day or later, by the person's calendar.")] | UnsetType
    ) = UNSET
    until: (
        Annotated[date, Meta(description="Begun on this day or earlier, by the person's calendar.")]
        | UnsetType
    ) = UNSET
    status: Annotated[FastStatus, Meta(description="Only of this status.")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=100, description="How many at most.")] = 50
    cursor: CursorText | UnsetType = UNSET


class HistoryKey(Struct, frozen=True, array_like=True):
    """Where a fast stands in the history."""

    started_at: Moment
    session_id: UUID


_TOPIC: Final = user_topic(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11"))
_STARTED: Final = FastingSession(
    session_id=UUID("0199f3a1-5b20-7e51-b3c6-7d1f9e2a8c55"),
    protocol_id="16:8",
    started_at=EXAMPLE_NOW,
    target_end_at=EXAMPLE_NOW + timedelta(hours=16),
    status=FastStatus.ACTIVE,
)
_ENDED: Final = replace(
    _STARTED,
    actual_end_at=EXAMPLE_NOW + timedelta(hours=9),
    status=FastStatus.ENDED,
    outcome=FastOutcome.EARLY,
)
_CAUSED: Final = replace(EXAMPLE_META, positions={_TOPIC: Offset(42)})
_KEY: Final = {"Idempotency-Key": "5f0c2d3e-8a41-4b6f-9e77-1c2d3e4f5a6b"}
_NO_SUCH_FAST: Final = refused(Code.NO_SUCH_FAST)

PROTOCOLS_PAGE: Final = tuple(PROTOCOLS.values())

LIST_PROTOCOLS: Final = Contract(
    exchanges=(
        Exchange(
            name="all",
            summary="The protocols",
            answer=ProtocolsAnswer(
                data=PROTOCOLS_PAGE,
                pagination=Pagination(cursor=None, has_more=False, total=len(PROTOCOLS_PAGE)),
                meta=EXAMPLE_META,
            ),
        ),
    )
)
SHOW_PROTOCOL: Final = Contract(
    codes=(Code.UNKNOWN_PROTOCOL,),
    exchanges=(
        Exchange(
            name="sixteen_eight",
            summary="16:8",
            path={"protocol_id": "16:8"},
            answer=ProtocolAnswer(data=PROTOCOLS["16:8"], meta=EXAMPLE_META),
        ),
        Exchange(
            name="unknown",
            summary="No such protocol",
            path={"protocol_id": "9:15"},
            answer=refused(Code.UNKNOWN_PROTOCOL),
        ),
    ),
)
START: Final = Contract(
    keyed=True,
    codes=(Code.FAST_ACTIVE, Code.UNKNOWN_PROTOCOL),
    exchanges=(
        Exchange(
            name="started",
            summary="A fast begins",
            headers=_KEY,
            body=FastingStartData(protocol_id="16:8"),
            answer=FastAnswer(data=FastingSessionReply(session=_STARTED), meta=_CAUSED),
        ),
        Exchange(
            name="one_runs",
            summary="A fast runs already",
            body=FastingStartData(protocol_id="18:6"),
            answer=refused(
                Code.FAST_ACTIVE,
                Detail(
                    field="session",
                    message="This fast is running; end it before you start another.",
                    value=msgspec.to_builtins(_STARTED),
                ),
            ),
        ),
        Exchange(
            name="unknown_protocol",
            summary="No such protocol",
            body=FastingStartData(protocol_id="9:15"),
            answer=refused(
                Code.UNKNOWN_PROTOCOL,
                Detail(field="protocol_id", message=f"must be one of {', '.join(PROTOCOLS)}", value="9:15"),
            ),
        ),
        Exchange(
            name="misspelt",
            summary="A field is misspelt",
            body={"protocol": "16:8"},
            answer=refused(
                Code.VALIDATION, Detail(field="protocol", message="Object contains unknown field `protocol`")
            ),
        ),
    ),
)
END: Final = Contract(
    keyed=True,
    codes=(Code.NO_SUCH_FAST, Code.NOT_FOUND),
    exchanges=(
        Exchange(
            name="ended",
            summary="The running fast ends",
            path={"session_id": str(_STARTED.session_id)},
            headers=_KEY,
            answer=FastAnswer(data=FastingSessionReply(session=_ENDED), meta=_CAUSED),
        ),
        Exchange(
            name="not_yours",
            summary="No fast of this person's",
            path={"session_id": "0199f3a1-5b20-7e51-b3c6-000000000000"},
            answer=_NO_SUCH_FAST,
        ),
    ),
)
CURRENT: Final = Contract(
    exchanges=(
        Exchange(
            name="running",
            summary="A fast runs",
            answer=CurrentFastAnswer(data=CurrentFast(session=_STARTED), meta=EXAMPLE_META),
        ),
        Exchange(
            name="none",
            summary="No fast runs",
            answer=CurrentFastAnswer(data=CurrentFast(session=None), meta=EXAMPLE_META),
        ),
    )
)
_CURSOR: Final = write_cursor(HistoryKey(_ENDED.started_at, _ENDED.session_id))
HISTORY: Final = Contract(
    query=HistoryQuery,
    exchanges=(
        Exchange(
            name="first_page",
            summary="The newest ended fast of November, and more to come",
            query={"from": "2026-11-01", "to": "2026-11-30", "status": "ended", "limit": 1},
            answer=HistoryAnswer(
                data=(_ENDED,),
                pagination=Pagination(cursor=_CURSOR, has_more=True),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="last_page",
            summary="What comes after a cursor",
            query={"limit": 1, "cursor": _CURSOR},
            answer=HistoryAnswer(
                data=(), pagination=Pagination(cursor=None, has_more=False), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="bad_cursor",
            summary="A cursor that is none",
            query={"cursor": "page-2"},
            answer=refused(
                Code.VALIDATION,
                Detail(field="cursor", message="is not a cursor of this list; leave it out to begin anew"),
            ),
        ),
    ),
)
