"""The one way in: every command, whoever gives it, runs here, in one transaction of four round trips.

begin; claim the key, lock the person and load; save, set timers, append the events, keep the reply; commit. Then the
publications are handed on and the outcome is returned; neither is awaited, for the log is already the truth. An
outcome that says `unavailable` may have acted: the same command under the same key tells.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
import msgspec
import structlog
from msgspec import UNSET, Raw, Struct, UnsetType

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal, Refused, invalid, unavailable
from channels.persontime import person_moment, person_time, real_moment
from channels.wire.codec import encode, event_body
from channels.wire.envelope import Command, Error, Offset, Topic
from channels.wire.registry import tag
from server.clock import monotonic, new_id
from server.execution import Actor, Answer, Capability, Due, Giver, Outcome, Publication
from storage.commands import Claim, Claimed, commit
from storage.postgres import LENT_SECONDS, Database, Unavailable, linked
from storage.records import Append, PersonRecord

_log = structlog.get_logger(__name__)

FUTURE_SECONDS: Final = 5
"""How far ahead of the server's time a command's `at` may lie."""
KEY_DAYS: Final = 45
"""How long a key is remembered, and so how old a queued command may be."""
_TIMER_KEYS: Final = UUID("6b0c6a4e-7a55-4c86-9d0c-2f6f4b1a8f30")
_STANDING: Final = {
    "unknown": Code.USER_NOT_FOUND,
    "suspended": Code.SUSPENDED,
    "revoked": Code.SIGNED_OUT,
    "mismatch": Code.KEY_REUSED,
}

AnyCapability = Capability[Any, Any, Any]
Publish = Callable[[list[Publication]], None]


class _Kept(Struct, frozen=True):
    """An `Answer` as it is read: msgspec takes raw JSON in a union with UNSET, but not with None."""

    data: Raw | UnsetType = UNSET
    error: Error | None = None


class NotClaimed(Exception):  # noqa: N818 - an outcome, not a fault
    """A timer's claim did not succeed: it was cleared, or somebody else has it or its owner in hand."""


class Executor:
    """Runs commands. `publish` gets what was committed and must not block.

    `ran` is told each command's type, its error's code (`ok` without one) and how many seconds it took.
    """

    def __init__(
        self,
        database: Database,
        capabilities: Iterable[AnyCapability],
        publish: Publish,
        *,
        ran: Callable[[str, str, float], None] = lambda type_, code, seconds: None,  # noqa: ARG005 - nobody counts
    ) -> None:
        self._database = database
        self._capabilities = {capability.command: capability for capability in capabilities}
        self._types = {tag(command): command for command in self._capabilities}
        self._publish = publish
        self._ran = ran
        self._untold = 0
        self._tell_at = 0.0
        self.timer_types = tuple(
            tag(capability.command)
            for capability in self._capabilities.values()
            if Giver.TIMER in capability.givers
        )
        """The wire types of the commands that timers may give."""

    def command_type(self, type_: str) -> type[Command] | None:
        """Return the command class of a wire type, or None."""
        return self._types.get(type_)

    async def execute(
        self, actor: Actor, command: Command, due: Due | None = None, *, seconds: float = LENT_SECONDS
    ) -> Outcome:
        """Run a command once, however often it is sent; after so many seconds it says `unavailable`.

        Raises NotClaimed for a timer that is not due any more.
        """
        began = monotonic()
        outcome = await self._run(actor, command, due, seconds)
        code = "ok" if outcome.refusal is None else outcome.refusal.code
        self._ran(tag(type(command)), code, monotonic() - began)
        return outcome

    async def _run(self, actor: Actor, command: Command, due: Due | None, seconds: float) -> Outcome:
        capability = self._capabilities.get(type(command))
        if capability is None or actor.giver not in capability.givers:
            return refused(Refusal(code=Code.UNKNOWN_TYPE))
        try:
            outcome, publications = await self._transact(capability, actor, command, due, seconds)
        except Refused as error:
            return refused(error.refusal)
        except Unavailable as error:
            self._tell_unavailable(error)
            return refused(unavailable())
        except (asyncpg.PostgresError, ArithmeticError, LookupError, TypeError, ValueError):
            _log.exception("command_failed", type=tag(type(command)), user=str(actor.user_id))
            return refused(Refusal(code=Code.INTERNAL))
        if publications:
            self._publish(publications)
        return outcome

    def _tell_unavailable(self, error: Unavailable) -> None:
        """Log at most once a second: while the database is away it is hundreds of commands."""
        self._untold += 1
        now = monotonic()
        if now >= self._tell_at:
            _log.warning("commands_unavailable", count=self._untold, reason=str(error))
            self._untold, self._tell_at = 0, now + 1.0

    async def _transact(
        self, capability: AnyCapability, actor: Actor, command: Command, due: Due | None, seconds: float
    ) -> tuple[Outcome, list[Publication]]:
        claim = _claim(actor, command, due)
        async with linked(self._database, seconds=seconds) as link, link.transaction():
            claimed, state = await capability.load(link, claim, command)
            if claimed.outcome == "repeated":
                return _repeated(claimed), []
            person = _standing(claimed)
            moment = _moment(claimed, person, command)
            decision = capability.decide(person, state, command, moment)
            if isinstance(decision, Refusal) and not _kept(decision, due):
                raise Refused(decision)
            answer = _answer(decision)
            append = _append(claim, answer, decision, moment, person)
            saves = decision.saves if isinstance(decision, Decision) else ()
            save = capability.save if saves else commit
            offsets = await save(link, saves, append)
        publications = [
            Publication(Topic(topic), Offset(offset), body)
            for (topic, body), offset in zip(append.events, offsets, strict=True)
        ]
        refusal = decision if isinstance(decision, Refusal) else None
        return Outcome(answer=answer, refusal=refusal, positions=_positions(publications)), publications


def _kept(refusal: Refusal, due: Due | None) -> bool:
    """Say whether a refusal is committed under its key. A timer's final one is, or the timer would come for ever."""
    return refusal.entry.stored or (due is not None and not refusal.entry.temporary)


def refused(refusal: Refusal) -> Outcome:
    """Return the outcome of a command that was refused."""
    return Outcome(answer=Answer(error=refusal.error()), refusal=refusal)


def _claim(actor: Actor, command: Command, due: Due | None) -> Claim:
    type_ = tag(type(command))
    data: Struct = command.data  # type: ignore[attr-defined]  # every command has data; the base cannot say its type
    if due is not None:
        key = uuid5(_TIMER_KEYS, f"{actor.user_id} {due.cause} {due.version}")
    else:
        key = command.key or new_id()
    return Claim(
        user_id=actor.user_id,
        family_id=actor.family_id,
        key=key,
        type=type_,
        hash=hashlib.sha256(encode(data)).digest(),
        cause=None if due is None else due.cause,
        version=None if due is None else due.version,
    )


def _standing(claimed: Claimed) -> PersonRecord:
    if claimed.outcome in {"busy", "gone"}:
        raise NotClaimed(claimed.outcome)
    if claimed.outcome != "claimed" or claimed.person is None:
        raise Refused(Refusal(code=_STANDING[claimed.outcome]))
    return claimed.person


def _moment(claimed: Claimed, person: PersonRecord, command: Command) -> Moment:
    if claimed.real_now is None:
        raise TypeError("a claimed command has its moment")
    now = person_moment(person_time(person), claimed.real_now)
    if claimed.last_at is not None:
        now = max(now, claimed.last_at)
    if claimed.timer_at is not None:
        return Moment(now=max(now, claimed.timer_at), at=claimed.timer_at, new_id=new_id())
    if command.at is None:
        return Moment(now=now, at=now, new_id=new_id())
    _check_at(command.at, now, command.back_seconds)
    # What lies a little ahead is a clock that runs a little fast: facts of the future would end before they begin.
    return Moment(now=now, at=min(command.at.astimezone(UTC), now), new_id=new_id())


def _check_at(at: datetime, now: datetime, back_seconds: int) -> None:
    if at > now + timedelta(seconds=FUTURE_SECONDS):
        problem = f"lies more than {FUTURE_SECONDS} s in the future; correct the clock by `now`"
        refusal = invalid("at", problem)
        raise Refused(msgspec.structs.replace(refusal, now=now))
    if at < now - timedelta(days=KEY_DAYS) or at < now - timedelta(seconds=back_seconds):
        detail = invalid(
            "at", f"lies more than {back_seconds} s back, which is as far as this command goes"
        ).details
        raise Refused(Refusal(code=Code.TOO_OLD, details=detail, now=now))


def _answer(decision: Decision[Any] | Refusal) -> Answer:
    if isinstance(decision, Refusal):
        return Answer(error=decision.error())
    return Answer(data=Raw(encode(decision.data)))


def _append(
    claim: Claim, answer: Answer, decision: Decision[Any] | Refusal, moment: Moment, person: PersonRecord
) -> Append:
    # A timer that has come is gone, unless its decision sets it anew.
    cleared = () if claim.cause is None else (claim.cause,)
    if isinstance(decision, Refusal):
        return Append(
            user_id=claim.user_id, key=claim.key, reply=encode(answer), at=moment.now, cleared=cleared
        )
    time = person_time(person)
    return Append(
        user_id=claim.user_id,
        key=claim.key,
        reply=encode(answer),
        at=moment.now,
        cleared=cleared + tuple(d.cause for d in decision.deadlines if d.command is None),
        timers=tuple(
            (d.cause, real_moment(time, d.due), d.due, tag(type(d.command)), encode(d.command))
            for d in decision.deadlines
            if d.command is not None and d.due is not None
        ),
        events=tuple((event.topic, event_body(event)) for event in decision.events),
    )


def _repeated(claimed: Claimed) -> Outcome:
    kept = msgspec.json.decode(claimed.stored_reply or b"{}", type=_Kept)
    answer = Answer(data=None if kept.data is UNSET else kept.data, error=kept.error)
    positions: dict[str, int] = json.loads(claimed.stored_positions or "{}") or {}
    refusal = None
    if answer.error is not None:
        refusal = Refusal(
            code=Code(answer.error.code), message=answer.error.message, details=answer.error.details
        )
    return Outcome(
        answer=answer,
        refusal=refusal,
        positions={Topic(topic): Offset(offset) for topic, offset in positions.items()},
        repeated=True,
    )


def _positions(publications: list[Publication]) -> dict[Topic, Offset]:
    return {publication.topic: publication.offset for publication in publications}
