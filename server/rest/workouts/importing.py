"""Files that are being imported: a few at a time on a node, read in a thread of their own, each workout logged once.

A workout is logged by a command whose key follows from who did it, with which tool, when, and how it is called. So
the same file again, at once or after a crash in the midst of it, on this node or another, adds what is missing and
nothing else.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from channels.errors import Code, Refusal, Refused, invalid, unavailable
from channels.topics import user_topic
from channels.wire.envelope import Detail, Offset, UserId
from channels.wire.quantity import LengthUnit, MassUnit
from channels.wire.workout_commands import WorkoutLog
from channels.workouts.imports.importing import read_export
from channels.workouts.imports.reading import MOST_ROWS, Flaw, Unreadable
from channels.workouts.imports.report import Imported, ImportedWorkout
from channels.workouts.imports.rows import Importer
from channels.workouts.matching import names_of
from server.accounts.threads import Threads
from server.execution import Actor, Outcome
from server.executor import Executor
from server.rest.workouts.file_answers import RefusedWorkout
from server.telemetry import Measures
from storage.records import ExerciseRecord

AGAIN_SECONDS: Final = 5
"""When to come again who finds no room."""
_OF_THE_WORKOUT: Final = {Code.VALIDATION, Code.WORKOUT_FULL, Code.UNKNOWN_EXERCISE, Code.TOO_LARGE}
"""Refusals that are about one workout; all others would meet the next one too."""
_FLAWS: Final = {
    Flaw.EMPTY: invalid("body", "holds no table"),
    Flaw.TOO_LARGE: Refusal(code=Code.TOO_LARGE),
    Flaw.TOO_MANY_ROWS: invalid("body", f"has more than {MOST_ROWS:,} rows; send it in parts"),
    Flaw.TOO_WIDE: invalid("body", "has lines that are too long for a table of workouts"),
    Flaw.NO_MASS_UNIT: invalid("mass_unit", "is needed: the file has masses and does not say their unit"),
    Flaw.NO_LENGTH_UNIT: invalid(
        "length_unit", "is needed: the file has distances and does not say their unit"
    ),
}


class Unsaid(Struct, frozen=True, kw_only=True):
    """What a file does not say: whose it is, and how its moments and amounts are meant."""

    user_id: UserId
    zone: ZoneInfo
    now: datetime
    mass_unit: MassUnit | None
    length_unit: LengthUnit | None


class Imports:
    """What one node has in hand: `most` files in all and `each` of one person; who comes then is asked to come again.

    A file in hand takes the room of its bytes, and while it is read, one at a time, some hundred MiB at the worst.
    """

    def __init__(self, measures: Measures, *, most: int = 6, each: int = 2) -> None:
        self._threads = Threads("imports to read", threads=1, waiting=most, measures=measures)
        self._in_hand: Counter[UserId] = Counter()
        self._most = most
        self._each = each

    @asynccontextmanager
    async def taken(self, user_id: UserId) -> AsyncIterator[None]:
        """Take a file in hand, before its first byte is read. Raises Refused."""
        if self._in_hand[user_id] >= self._each:
            raise Refused(Refusal(code=Code.RATE_LIMITED, retry_after_seconds=AGAIN_SECONDS))
        if self._in_hand.total() >= self._most:
            raise Refused(unavailable(AGAIN_SECONDS))
        self._in_hand[user_id] += 1
        try:
            yield
        finally:
            self._in_hand -= Counter((user_id,))

    async def read(self, content: bytes, unsaid: Unsaid, library: tuple[ExerciseRecord, ...]) -> Imported:
        """Return what a file comes to. Raises Refused for one that cannot be read."""
        found = await self._threads.run(lambda: _read(content, unsaid, library))
        if isinstance(found, Unreadable):
            raise Refused(_FLAWS.get(found.flaw) or _unknown(found.header))
        return found

    async def aclose(self) -> None:
        """Let the thread end."""
        self._threads.close()


def _read(content: bytes, unsaid: Unsaid, library: tuple[ExerciseRecord, ...]) -> Imported | Unreadable:
    importer = Importer(
        user_id=unsaid.user_id,
        zone=unsaid.zone,
        now=unsaid.now,
        names=names_of(library),
        mass_unit=unsaid.mass_unit,
        length_unit=unsaid.length_unit,
    )
    return read_export(content, importer)


def _unknown(header: tuple[str, ...]) -> Refusal:
    message = "has not the columns of a file that Strong, Hevy or Cornerman exports"
    return Refusal(code=Code.VALIDATION, details=(Detail(field="body", message=message, value=header),))


class Logged(Struct):
    """What became of workouts so far; `head` is the last event in the person's topic that it caused."""

    added: int = 0
    already_there: int = 0
    left: int = 0
    refused: tuple[RefusedWorkout, ...] = ()
    head: Offset | None = None


async def log_all(
    executor: Executor,
    actor: Actor,
    workouts: Iterable[ImportedWorkout],
    known: Collection[UUID],
    enough: Callable[[], bool],
) -> Logged:
    """Log all workouts that are not known, one after another, until it is enough. Raises Refused when none can be."""
    done = Logged()
    topic = user_topic(actor.user_id)
    for one in workouts:
        if one.key in known or one.known_as in known:
            done.already_there += 1
        elif enough():
            done.left += 1
        else:
            command = WorkoutLog(id=1, key=one.key, data=one.data)
            outcome = await executor.execute(actor, command)
            done.head = outcome.positions.get(topic, done.head)
            _count(done, one, outcome)
    return done


def _count(done: Logged, one: ImportedWorkout, outcome: Outcome) -> None:
    refusal = outcome.refusal
    if refusal is None:
        done.added += not outcome.repeated
        done.already_there += outcome.repeated
    elif refusal.code is Code.KEY_REUSED or _taken(refusal):
        # Somebody was faster, who perhaps took units or exercises for others.
        done.already_there += 1
    elif refusal.code in _OF_THE_WORKOUT:
        done.refused += (_told(one, refusal),)
    else:
        raise Refused(refusal)


def _taken(refusal: Refusal) -> bool:
    return refusal.code is Code.VALIDATION and any(one.field == "session_id" for one in refusal.details)


def _told(one: ImportedWorkout, refusal: Refusal) -> RefusedWorkout:
    detail = f" {refusal.details[0].field} {refusal.details[0].message}" if refusal.details else ""
    return RefusedWorkout(
        line=one.line,
        name=one.data.name,
        started_at=one.data.started_at,
        code=refusal.code,
        message=f"{refusal.message or refusal.entry.message}{detail}",
    )
