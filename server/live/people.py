"""The kind of a person's own topic, `user:{id}`: only they may follow it, and it ticks while they fast."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from channels.errors import Code, Refusal
from channels.fasting.tick import tick
from channels.persontime import person_moment, real_moment
from channels.snapshot import apply, user_snapshot
from channels.wire.envelope import Offset, Topic
from channels.wire.fasting import FastingTick
from channels.wire.registry import LogEvent, UserEvent
from channels.wire.snapshot import UserSnapshot
from server.accounts.identity import standings
from server.live.kinds import Facts, Reader
from storage.postgres import Link
from storage.snapshots import user_snapshots

PREFIX = "user"


class PeopleTopics:
    """See the module. Snapshots are `UserSnapshot`."""

    async def read(self, link: Link, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
        """Read people's topics; nobody else's, and only with a sign-in that stands."""
        answers: dict[Reader, Facts | Refusal] = {}
        own = [reader for reader in readers if reader.topic == f"{PREFIX}:{reader.user_id}"]
        standing = await standings(link, [(reader.user_id, reader.family_id) for reader in own])
        found = await user_snapshots(link, [reader.user_id for reader in own])
        for reader in own:
            identity = standing[reader.user_id, reader.family_id]
            if isinstance(identity, Refusal):
                answers[reader] = identity
            else:
                facts = found[reader.user_id]
                answers[reader] = Facts(Offset(facts.head), user_snapshot(facts))
        for reader in readers:
            answers.setdefault(reader, Refusal(code=Code.NOT_FOUND))
        return answers

    def apply(self, snapshot: UserSnapshot, event: LogEvent) -> UserSnapshot:
        """Fold an event into a snapshot."""
        return apply(snapshot, cast("UserEvent", event))  # this topic holds no others

    def tick(self, snapshot: UserSnapshot, now: datetime) -> FastingTick | None:
        """Return the running fast's clock."""
        if snapshot.fast is None:
            return None
        moment = person_moment(snapshot.person.time, now)
        return FastingTick(
            topic=Topic(f"{PREFIX}:{snapshot.person.user_id}"),
            of=str(snapshot.fast.session_id),
            version=int(moment.timestamp() * 1000),
            data=tick(snapshot.fast, moment),
        )

    def phase(self, snapshot: UserSnapshot) -> float | None:
        """Return at which fraction of a second the running fast's seconds turn; in a sandbox any will do."""
        if snapshot.fast is None:
            return None
        time = snapshot.person.time
        return real_moment(time, snapshot.fast.started_at).timestamp() % 1.0 if time.rate == 1.0 else 0.0
