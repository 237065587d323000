"""Fasts over REST: the commands of the socket, and what can be read."""

from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET
from msgspec.structs import replace

from channels.errors import Code, Refusal, Refused
from channels.fasting.protocols import PROTOCOLS
from channels.fasting.session import shown_fast
from channels.wire.fasting import (
    FastingEnd,
    FastingEndData,
    FastingSessionReply,
    FastingStart,
    FastingStartData,
)
from server.rest.call import NUMBER, Call
from server.rest.contract import promises
from server.rest.days import begin_of, end_of
from server.rest.envelope import Pagination, read_cursor, write_cursor
from server.rest.fasting import contracts
from server.rest.fasting.contracts import (
    CurrentFast,
    CurrentFastAnswer,
    FastAnswer,
    HistoryAnswer,
    HistoryKey,
    HistoryQuery,
    ProtocolAnswer,
    ProtocolsAnswer,
)
from storage.fasting import FastFilter, current, history
from storage.postgres import linked


class FastingController(Controller):
    """Fasting protocols and sessions."""

    path = "/fasting"
    tags = ("Fasting",)

    @get(
        "/protocols",
        operation_id="listFastingProtocols",
        summary="List the fasting protocols",
        opt=promises(contracts.LIST_PROTOCOLS),
    )
    async def list_protocols(self, call: NamedDependency[Call]) -> ProtocolsAnswer:
        """Reference data: it changes with the server's version only."""
        protocols = contracts.PROTOCOLS_PAGE
        return ProtocolsAnswer(
            data=protocols,
            pagination=Pagination(cursor=None, has_more=False, total=len(protocols)),
            meta=call.meta(),
        )

    @get(
        "/protocols/{protocol_id:str}",
        operation_id="showFastingProtocol",
        summary="Show a protocol",
        opt=promises(contracts.SHOW_PROTOCOL),
    )
    async def show_protocol(self, protocol_id: FromPath[str], call: NamedDependency[Call]) -> ProtocolAnswer:
        """Ids are as people write them: `16:8`, `OMAD`."""
        protocol = PROTOCOLS.get(protocol_id)
        if protocol is None:
            raise Refused(Refusal(code=Code.UNKNOWN_PROTOCOL))
        return ProtocolAnswer(data=protocol, meta=call.meta())

    @post("/sessions", operation_id="startFast", summary="Start a fast", opt=promises(contracts.START))
    async def start(self, data: JSONBody[FastingStartData], call: NamedDependency[Call]) -> FastAnswer:
        """The command `fasting:start`. One fast may run at a time; `FAST_001` holds the running one in its details.

        Every device of the person gets `fasting:started`.
        """
        command = FastingStart(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, FastingSessionReply)
        return FastAnswer(data=reply, meta=meta)

    @post(
        "/sessions/{session_id:uuid}/end",
        status_code=200,
        operation_id="endFast",
        summary="End a fast",
        opt=promises(contracts.END),
    )
    async def end(self, session_id: FromPath[UUID], call: NamedDependency[Call]) -> FastAnswer:
        """The command `fasting:end`. A fast may be ended before, at or after its target; `outcome` says which.

        Takes no body. Every device of the person gets `fasting:ended`.
        """
        command = FastingEnd(id=NUMBER, key=call.key(), data=FastingEndData(session_id=session_id))
        reply, meta = await call.run(command, FastingSessionReply)
        return FastAnswer(data=reply, meta=meta)

    @get(
        "/sessions/current",
        operation_id="showRunningFast",
        summary="Show the running fast",
        opt=promises(contracts.CURRENT),
    )
    async def current(self, call: NamedDependency[Call]) -> CurrentFastAnswer:
        """That no fast runs is an answer and no error: `session` is null then.

        A fast that reached its target runs on, with the status `completed`, until it is ended.
        """
        async with linked(call.parts.database) as link:
            fast = await current(link, call.identity.user_id)
        running = CurrentFast(session=None if fast is None else shown_fast(fast))
        return CurrentFastAnswer(data=running, meta=call.meta())

    @get("/sessions/history", operation_id="listFasts", summary="List fasts", opt=promises(contracts.HISTORY))
    async def history(self, call: NamedDependency[Call]) -> HistoryAnswer:
        """The newest first, the running one included.

        Pages do not shift when a fast is started while they are read: following `cursor` gives each fast once.
        """
        asked: HistoryQuery = call.asked
        wanted = fast_filter(asked, ZoneInfo(call.identity.time_zone))
        async with linked(call.parts.database) as link:
            found = await history(link, call.identity.user_id, wanted, limit=asked.limit + 1)
        page = tuple(shown_fast(fast) for fast in found[: asked.limit])
        more = len(found) > asked.limit
        cursor = write_cursor(HistoryKey(page[-1].started_at, page[-1].session_id)) if more else None
        return HistoryAnswer(data=page, pagination=Pagination(cursor=cursor, has_more=more), meta=call.meta())


def fast_filter(asked: HistoryQuery, zone: ZoneInfo) -> FastFilter:
    """Return the filter that a query asks for; its days begin at midnight in `zone`. Raises Refused for a bad cursor."""
    wanted = FastFilter()
    if asked.since is not UNSET:
        wanted = replace(wanted, since=begin_of(asked.since, zone))
    if asked.until is not UNSET:
        wanted = replace(wanted, until=end_of(asked.until, zone))
    if asked.status is not UNSET:
        wanted = replace(wanted, statuses=(asked.status,))
    if asked.cursor is not UNSET:
        key = read_cursor(asked.cursor, HistoryKey)
        wanted = replace(wanted, after=(key.started_at, key.session_id))
    return wanted
