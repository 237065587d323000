"""Routines over REST: the commands of the socket, and what can be read."""

from typing import Final
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET
from msgspec.structs import asdict

from channels.errors import Code, Refusal, Refused
from channels.wire.routine import (
    RoutineCopy,
    RoutineCopyData,
    RoutineDelete,
    RoutineDeleteData,
    RoutinePlan,
    RoutineReply,
    RoutineSave,
    RoutineSaveData,
    RoutineShare,
    RoutineShareData,
    RoutineShareReply,
)
from channels.workouts.ready import READY
from channels.workouts.routines import referred, shown_routine, shown_shared
from server.rest.call import NUMBER, Call
from server.rest.contract import promises
from server.rest.envelope import Pagination, read_cursor, write_cursor
from server.rest.routines import contracts
from server.rest.routines.contracts import (
    RoutineAnswer,
    RoutineKey,
    RoutinesAnswer,
    RoutineSavedAnswer,
    RoutineShareAnswer,
    RoutinesQuery,
)
from storage.postgres import linked
from storage.routines import BEHIND, by_id, by_link, kept

_READY: Final = [(routine, RoutineKey(*BEHIND, place)) for place, routine in enumerate(READY.values(), 1)]
"""The ready-made routines in their order, each with the key that the list goes on behind."""


class RoutinesController(Controller):
    """Routines: one's own, ready-made and shared ones."""

    path = "/workouts/routines"
    tags = ("Routines",)

    @get("/", operation_id="listRoutines", summary="List the routines", opt=promises(contracts.LIST))
    async def list_routines(self, call: NamedDependency[Call]) -> RoutinesAnswer:
        """One's own, the last changed first, then the ready-made ones, which say where they were published.

        One that is changed while the list is read goes to its front.
        """
        asked: RoutinesQuery = call.asked
        key = RoutineKey() if asked.cursor is UNSET else read_cursor(asked.cursor, RoutineKey)
        async with linked(call.parts.database) as link:
            after = (key.updated_at, key.routine_id)
            own = await kept(link, call.identity.user_id, after=after, limit=asked.limit + 1)
        found = [(shown_routine(one), RoutineKey(one.updated_at, one.routine_id)) for one in own]
        if asked.ready:
            found += _READY[key.ready :]
        page = found[: asked.limit]
        more = len(found) > asked.limit
        return RoutinesAnswer(
            data=tuple(routine for routine, _ in page),
            pagination=Pagination(cursor=write_cursor(page[-1][1]) if more else None, has_more=more),
            meta=call.meta(),
        )

    @get(
        "/{routine_id:str}",
        operation_id="showRoutine",
        summary="Show a routine",
        opt=promises(contracts.SHOW),
    )
    async def show(self, routine_id: FromPath[str], call: NamedDependency[Call]) -> RoutineAnswer:
        """One's own by its UUID, a ready-made one by its name."""
        reference = referred(routine_id)
        if reference.ready is not None:
            return RoutineAnswer(data=READY[reference.ready], meta=call.meta())
        if reference.own is None:
            raise _nothing()
        async with linked(call.parts.database) as link:
            found = await by_id(link, call.identity.user_id, reference.own)
        if found is None:
            raise _nothing()
        return RoutineAnswer(data=shown_routine(found), meta=call.meta())

    @post("/", operation_id="createRoutine", summary="Keep a new routine", opt=promises(contracts.CREATE))
    async def create(self, data: JSONBody[RoutinePlan], call: NamedDependency[Call]) -> RoutineSavedAnswer:
        """The command `routine:save`. A person may keep 200 routines.

        Every device of the person gets `routine:saved`.
        """
        return await _save(call, None, data)

    @put(
        "/{routine_id:str}",
        operation_id="changeRoutine",
        summary="Change a routine",
        opt=promises(contracts.CHANGE),
    )
    async def change(
        self, routine_id: FromPath[str], data: JSONBody[RoutinePlan], call: NamedDependency[Call]
    ) -> RoutineSavedAnswer:
        """The command `routine:save`, also where none is under the UUID: that makes a new one.

        A ready-made or shared one, under its name or link, becomes a copy that says where it came from. Every device of the person gets `routine:saved`.
        """
        return await _save(call, routine_id, data)

    @delete(
        "/{routine_id:str}",
        status_code=200,
        operation_id="deleteRoutine",
        summary="Delete a routine",
        opt=promises(contracts.DELETE),
    )
    async def delete_routine(
        self, routine_id: FromPath[str], call: NamedDependency[Call]
    ) -> RoutineSavedAnswer:
        """The command `routine:delete`. Workouts that began with it keep their plan; its link opens nothing any more.

        Every device of the person gets `routine:deleted`.
        """
        own = referred(routine_id).own
        if own is None:
            raise _nothing()
        command = RoutineDelete(id=NUMBER, key=call.key(), data=RoutineDeleteData(routine_id=own))
        reply, meta = await call.run(command, RoutineReply)
        return RoutineSavedAnswer(data=reply, meta=meta)

    @post(
        "/{routine_id:uuid}/share",
        status_code=200,
        operation_id="shareRoutine",
        summary="Share a routine",
        opt=promises(contracts.SHARE),
    )
    async def share(self, routine_id: FromPath[UUID], call: NamedDependency[Call]) -> RoutineShareAnswer:
        """The command `routine:share`: everybody who is signed in and has the link may read and copy the routine.

        Takes no body. One that is shared already keeps its link.
        """
        return await _share(call, routine_id, shared=True)

    @delete(
        "/{routine_id:uuid}/share",
        status_code=200,
        operation_id="withdrawRoutine",
        summary="Withdraw a routine's link",
        opt=promises(contracts.WITHDRAW),
    )
    async def withdraw(self, routine_id: FromPath[UUID], call: NamedDependency[Call]) -> RoutineShareAnswer:
        """The command `routine:share` with `shared: false`. The link opens nothing any more; copies stay."""
        return await _share(call, routine_id, shared=False)

    @get(
        "/shared/{link:str}",
        operation_id="showSharedRoutine",
        summary="Show a shared routine",
        opt=promises(contracts.SHOW_SHARED),
    )
    async def show_shared(self, link: FromPath[str], call: NamedDependency[Call]) -> RoutineAnswer:
        """What somebody shared, as it is now; `origin` names its author."""
        shared = _link(link)
        async with linked(call.parts.database) as database:
            found = await by_link(database, shared)
        if found is None:
            raise _nothing()
        return RoutineAnswer(data=shown_shared(found, shared), meta=call.meta())

    @post(
        "/shared/{link:str}",
        operation_id="copyRoutine",
        summary="Copy a shared routine",
        opt=promises(contracts.COPY),
    )
    async def copy(self, link: FromPath[str], call: NamedDependency[Call]) -> RoutineSavedAnswer:
        """The command `routine:copy`. Takes no body. Every device of the person gets `routine:saved`."""
        command = RoutineCopy(id=NUMBER, key=call.key(), data=RoutineCopyData(link=_link(link)))
        reply, meta = await call.run(command, RoutineReply)
        return RoutineSavedAnswer(data=reply, meta=meta)


async def _save(call: Call, routine_id: str | None, plan: RoutinePlan) -> RoutineSavedAnswer:
    data = RoutineSaveData(routine_id=routine_id, **asdict(plan))
    reply, meta = await call.run(RoutineSave(id=NUMBER, key=call.key(), data=data), RoutineReply)
    return RoutineSavedAnswer(data=reply, meta=meta)


async def _share(call: Call, routine_id: UUID, *, shared: bool) -> RoutineShareAnswer:
    data = RoutineShareData(routine_id=routine_id, shared=shared)
    reply, meta = await call.run(RoutineShare(id=NUMBER, key=call.key(), data=data), RoutineShareReply)
    return RoutineShareAnswer(data=reply, meta=meta)


def _link(text: str) -> str:
    """Return a text that has the form of a link. Raises Refused for one that no routine has."""
    link = referred(text).link
    if link is None:
        raise _nothing()
    return link


def _nothing() -> Refused:
    return Refused(Refusal(code=Code.NO_SUCH_ROUTINE))
