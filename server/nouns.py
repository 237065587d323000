"""Every noun, registered once: the commands that it brings, and the kinds of topics that it has."""

from typing import Any, Final

from channels import account
from channels.fasting import session
from channels.wire.account import AccountRevoke, AccountSignOut, AccountSuspend, AccountUpdate, SandboxRate
from channels.wire.envelope import Command
from channels.wire.fasting import FastingComplete, FastingEnd, FastingStart
from server.body import BODY
from server.execution import Capability, Giver
from server.live.kinds import TopicKind
from server.live.people import PREFIX, PeopleTopics
from server.mine import MINE
from server.noun import Noun
from server.routines import ROUTINES
from server.workouts import WORKOUTS
from storage import commands, fasting, people
from storage.commands import Claim, Claimed
from storage.postgres import Link
from storage.records import Fasts


async def _claim(link: Link, claim: Claim, _command: Command) -> tuple[Claimed, None]:
    return await commands.claim(link, claim)


async def _claim_sign_out(link: Link, claim: Claim, _command: AccountSignOut) -> tuple[Claimed, Any]:
    claimed, _ = await commands.claim(link, claim)
    return claimed, claim.family_id


async def _load_fasts(link: Link, claim: Claim, _command: FastingStart) -> tuple[Claimed, Fasts]:
    return await fasting.load(link, claim)


async def _load_fast(
    link: Link, claim: Claim, command: FastingEnd | FastingComplete
) -> tuple[Claimed, Fasts]:
    return await fasting.load(link, claim, command.data.session_id)


_FASTING: Final = Noun(
    capabilities=(
        Capability(command=FastingStart, load=_load_fasts, decide=session.start, save=fasting.save),
        Capability(command=FastingEnd, load=_load_fast, decide=session.end, save=fasting.save),
        Capability(
            command=FastingComplete,
            load=_load_fast,
            decide=session.complete,
            save=fasting.save,
            givers=frozenset({Giver.TIMER}),
        ),
    ),
)
_ACCOUNT: Final = Noun(
    capabilities=(
        Capability(command=AccountUpdate, load=_claim, decide=account.update, save=people.save_name),
        Capability(
            command=AccountSignOut,
            load=_claim_sign_out,
            decide=account.sign_out,
            save=people.save_sign_out,
            givers=frozenset({Giver.PERSON, Giver.ADMIN}),
        ),
        Capability(
            command=AccountRevoke,
            load=_claim,
            decide=account.revoke,
            save=people.save_sign_out,
            givers=frozenset({Giver.SERVER}),
        ),
        Capability(
            command=AccountSuspend,
            load=_claim,
            decide=account.suspend,
            save=people.save_suspension,
            givers=frozenset({Giver.ADMIN}),
        ),
    ),
    sandbox=(
        Capability(command=SandboxRate, load=_claim, decide=account.sandbox_rate, save=people.save_time),
    ),
    kinds={PREFIX: PeopleTopics()},
)
NOUNS: Final = [_FASTING, ROUTINES, MINE, WORKOUTS, BODY, _ACCOUNT]


def capabilities(*, sandbox: bool) -> tuple[Capability[Any, Any, Any], ...]:
    """Return all capabilities; in a sandbox also those that let time run."""
    return tuple(
        capability
        for noun in NOUNS
        for capability in (*noun.capabilities, *(noun.sandbox if sandbox else ()))
    )


def kinds() -> dict[str, TopicKind]:
    """Return the kinds of topics by their prefix."""
    return {prefix: kind for noun in NOUNS for prefix, kind in noun.kinds.items()}
