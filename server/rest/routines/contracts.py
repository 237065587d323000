"""What the operations on routines take, give and promise."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from channels.errors import Code
from channels.topics import user_topic
from channels.wire.envelope import Detail, Moment, Offset
from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import (
    MassLoad,
    Origin,
    OriginKind,
    PlannedExercise,
    PlannedSet,
    Routine,
    RoutinePlan,
    RoutineReply,
    RoutineShareReply,
    SetsBlock,
)
from channels.workouts.ready import READY
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Contract, Exchange, refused
from server.rest.envelope import CursorText, Page, Pagination, Success, write_cursor
from storage.routines import FIRST


class RoutinesAnswer(Page[Routine], frozen=True, kw_only=True):
    """Routines: one's own, the last changed first, then the ready-made ones."""


class RoutineAnswer(Success[Routine], frozen=True, kw_only=True):
    """One routine, whole."""


class RoutineSavedAnswer(Success[RoutineReply], frozen=True, kw_only=True):
    """Which routine it became."""


class RoutineShareAnswer(Success[RoutineShareReply], frozen=True, kw_only=True):
    """What opens the routine for others; nothing when it is not shared."""


class RoutinesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which routines."""

    ready: Annotated[bool, Meta(description="The ready-made ones too, behind one's own.")] = True
    limit: Annotated[int, Meta(ge=1, le=50, description="How many at most.")] = 20
    cursor: CursorText | UnsetType = UNSET


class RoutineKey(Struct, frozen=True, array_like=True):
    """Where a list of routines goes on: behind one's own that was changed then, and behind so many ready-made ones."""

    updated_at: Moment = FIRST[0]
    routine_id: UUID = FIRST[1]
    ready: Annotated[int, Meta(ge=0)] = 0


_TOPIC: Final = user_topic(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11"))
_ID: Final = UUID("0199f3a1-6c31-7b02-9d4e-2a8f1c5b7e90")
_NOBODYS: Final = "0199f3a1-5b20-7e51-b3c6-000000000000"
_LINK: Final = "wq3V0mJ5xk2o8bYt1uZc7Lr4eNf6HgSdPa9iQTvXyEM"
_SQUATS: Final = PlannedExercise(
    exercise_id="Barbell_Squat",
    sets=(PlannedSet(reps=5, load=MassLoad(mass=Mass(value=Decimal("102.5"), unit=MassUnit.KG))),) * 3,
)
_PLAN: Final = RoutinePlan(name="Legs, heavy", blocks=(SetsBlock(exercises=(_SQUATS,), rest_seconds=180),))
_ROUTINE: Final = Routine(
    routine_id=str(_ID),
    name=_PLAN.name,
    blocks=_PLAN.blocks,
    origin=Origin(kind=OriginKind.OWN),
    created_at=EXAMPLE_NOW - timedelta(days=2),
    updated_at=EXAMPLE_NOW,
)
_SHARED: Final = replace(_ROUTINE, routine_id=_LINK, origin=Origin(kind=OriginKind.SHARED, of="Ada"))
_TABATA: Final = READY["tabata"]
_CAUSED: Final = replace(EXAMPLE_META, positions={_TOPIC: Offset(42)})
_SAVED: Final = RoutineSavedAnswer(data=RoutineReply(routine_id=_ID), meta=_CAUSED)
_KEY: Final = {"Idempotency-Key": "5f0c2d3e-8a41-4b6f-9e77-1c2d3e4f5a6b"}
_NO_SUCH_ROUTINE: Final = refused(Code.NO_SUCH_ROUTINE)
_NOT_YOURS: Final = Exchange(
    name="not_yours",
    summary="No routine of this person's",
    path={"routine_id": _NOBODYS},
    answer=_NO_SUCH_ROUTINE,
)
_WITHDRAWN: Final = Exchange(
    name="withdrawn", summary="A link that opens nothing", path={"link": _LINK}, answer=_NO_SUCH_ROUTINE
)
_SAVE_CODES: Final = (Code.NO_SUCH_ROUTINE, Code.UNKNOWN_EXERCISE, Code.ROUTINES_FULL)
_CURSOR: Final = write_cursor(RoutineKey(EXAMPLE_NOW, _ID))

LIST: Final = Contract(
    query=RoutinesQuery,
    exchanges=(
        Exchange(
            name="first_page",
            summary="The routine that was changed last, and more to come",
            query={"limit": 1},
            answer=RoutinesAnswer(
                data=(_ROUTINE,), pagination=Pagination(cursor=_CURSOR, has_more=True), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="own_only",
            summary="What comes after a cursor, without the ready-made ones",
            query={"ready": "false", "cursor": _CURSOR},
            answer=RoutinesAnswer(
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
SHOW: Final = Contract(
    codes=(Code.NO_SUCH_ROUTINE,),
    exchanges=(
        Exchange(
            name="own",
            summary="One's own",
            path={"routine_id": str(_ID)},
            answer=RoutineAnswer(data=_ROUTINE, meta=EXAMPLE_META),
        ),
        Exchange(
            name="ready_made",
            summary="A ready-made one",
            path={"routine_id": "tabata"},
            answer=RoutineAnswer(data=_TABATA, meta=EXAMPLE_META),
        ),
        _NOT_YOURS,
    ),
)
CREATE: Final = Contract(
    keyed=True,
    codes=(Code.UNKNOWN_EXERCISE, Code.ROUTINES_FULL),
    exchanges=(
        Exchange(name="created", summary="A new routine", headers=_KEY, body=_PLAN, answer=_SAVED),
        Exchange(
            name="unknown_exercise",
            summary="No such exercise",
            body=replace(
                _PLAN, blocks=(SetsBlock(exercises=(replace(_SQUATS, exercise_id="Squat, heavy"),)),)
            ),
            answer=refused(
                Code.UNKNOWN_EXERCISE,
                Detail(field="blocks", message="is no exercise of the library", value="Squat, heavy"),
            ),
        ),
        Exchange(
            name="nothing_planned",
            summary="A routine without blocks",
            body={"name": "Rest day", "blocks": []},
            answer=refused(
                Code.VALIDATION, Detail(field="blocks", message="Expected `array` of length >= 1")
            ),
        ),
    ),
)
CHANGE: Final = Contract(
    keyed=True,
    codes=_SAVE_CODES,
    exchanges=(
        Exchange(
            name="changed",
            summary="One's own, changed",
            path={"routine_id": str(_ID)},
            headers=_KEY,
            body=_PLAN,
            answer=_SAVED,
        ),
        Exchange(
            name="copied",
            summary="A change of a ready-made one: it becomes a copy",
            path={"routine_id": "tabata"},
            body=RoutinePlan(name="Tabata, six rounds", blocks=(replace(_TABATA.blocks[0], rounds=6),)),
            answer=_SAVED,
        ),
        Exchange(
            name="no_such_name",
            summary="No routine of this name",
            path={"routine_id": "tabatas"},
            body=_PLAN,
            answer=_NO_SUCH_ROUTINE,
        ),
    ),
)
DELETE: Final = Contract(
    keyed=True,
    codes=(Code.NO_SUCH_ROUTINE,),
    exchanges=(
        Exchange(
            name="deleted",
            summary="One's own, deleted",
            path={"routine_id": str(_ID)},
            headers=_KEY,
            answer=_SAVED,
        ),
        _NOT_YOURS,
    ),
)
SHARE: Final = Contract(
    keyed=True,
    codes=(Code.NO_SUCH_ROUTINE,),
    exchanges=(
        Exchange(
            name="shared",
            summary="A link for a routine of one's own",
            path={"routine_id": str(_ID)},
            headers=_KEY,
            answer=RoutineShareAnswer(data=RoutineShareReply(routine_id=_ID, link=_LINK), meta=_CAUSED),
        ),
        _NOT_YOURS,
    ),
)
WITHDRAW: Final = Contract(
    keyed=True,
    codes=(Code.NO_SUCH_ROUTINE,),
    exchanges=(
        Exchange(
            name="withdrawn",
            summary="The link opens nothing any more",
            path={"routine_id": str(_ID)},
            headers=_KEY,
            answer=RoutineShareAnswer(data=RoutineShareReply(routine_id=_ID), meta=_CAUSED),
        ),
        _NOT_YOURS,
    ),
)
SHOW_SHARED: Final = Contract(
    codes=(Code.NO_SUCH_ROUTINE,),
    exchanges=(
        Exchange(
            name="shared",
            summary="What somebody shared",
            path={"link": _LINK},
            answer=RoutineAnswer(data=_SHARED, meta=EXAMPLE_META),
        ),
        _WITHDRAWN,
    ),
)
COPY: Final = Contract(
    keyed=True,
    codes=(Code.NO_SUCH_ROUTINE, Code.ROUTINES_FULL),
    exchanges=(
        Exchange(
            name="copied",
            summary="A copy under one's own routines",
            path={"link": _LINK},
            headers=_KEY,
            answer=_SAVED,
        ),
        _WITHDRAWN,
    ),
)
