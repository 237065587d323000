"""The noun of the body: what its command loads, and who decides it."""

from typing import Final

from channels import body
from channels.wire.body import BodyUpdate
from server.execution import Capability
from server.noun import Noun
from storage import bodies
from storage.commands import Claim, Claimed
from storage.postgres import Link
from storage.records import KnownBody


async def _load(link: Link, claim: Claim, _command: BodyUpdate) -> tuple[Claimed, KnownBody]:
    return await bodies.load(link, claim)


BODY: Final = Noun(
    capabilities=(Capability(command=BodyUpdate, load=_load, decide=body.update, save=bodies.save),),
)
