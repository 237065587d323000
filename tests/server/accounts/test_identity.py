from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from channels.errors import Code, Refusal, Refused
from channels.wire.account import Role, Tier
from server.accounts.identity import Identity, identify, standings
from storage.postgres import linked
from tests.server.accounts.node import Node, node_on


@pytest.fixture
async def node(database_url: str, redis_url: str) -> AsyncIterator[Node]:
    async with node_on(database_url, redis_url) as opened:
        yield opened


async def identified(node: Node, change: str = "SELECT") -> Identity:
    claims = node.claims(await node.register())
    await node.accounts.database.execute(change)
    async with linked(node.accounts.database) as link:
        return await identify(link, claims)


@pytest.mark.parametrize(
    ("role", "tier", "effective"),
    [
        (Role.FREE, Tier.FREE, Role.FREE),
        (Role.FREE, Tier.CORE, Role.PREMIUM),
        (Role.FREE, Tier.ELITE, Role.PREMIUM),
        (Role.PREMIUM, Tier.FREE, Role.PREMIUM),
        (Role.ADMIN, Tier.FREE, Role.ADMIN),
        (Role.ADMIN, Tier.PRO, Role.ADMIN),
    ],
)
async def test_role_and_tier_are_as_the_database_has_them_and_a_paid_tier_gives_premium(
    node: Node, role: Role, tier: Tier, effective: Role
) -> None:
    identity = await identified(node, f"UPDATE users SET role = '{role}', tier = '{tier}'")
    assert (identity.role, identity.tier) == (effective, tier)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE users SET deleted_at = now()", Code.USER_NOT_FOUND),
        ("UPDATE users SET suspended_at = now()", Code.SUSPENDED),
        ("UPDATE families SET revoked_at = now()", Code.SIGNED_OUT),
        ("DELETE FROM families", Code.SIGNED_OUT),
    ],
)
async def test_who_has_lost_their_standing_is_refused(node: Node, change: str, code: Code) -> None:
    with pytest.raises(Refused) as caught:
        await identified(node, change)
    assert caught.value.refusal.code is code


async def test_a_family_of_another_person_is_no_standing(node: Node) -> None:
    anna = node.claims(await node.register())
    ben = node.claims(await node.register(email="ben@example.com"))
    async with linked(node.accounts.database) as link:
        found = await standings(link, [(anna.user_id, ben.family_id)])
    assert found == {(anna.user_id, ben.family_id): Refusal(code=Code.SIGNED_OUT)}


async def test_many_are_looked_up_at_once_each_with_their_own_answer(node: Node) -> None:
    claims = [node.claims(await node.register(email=f"anna{n}@example.com")) for n in range(3)]
    pairs = [(each.user_id, each.family_id) for each in claims]
    await node.accounts.database.execute("UPDATE users SET suspended_at = now() WHERE id = $1", pairs[1][0])
    stranger = (uuid4(), uuid4())
    async with linked(node.accounts.database) as link:
        found = await standings(link, [*pairs, stranger])
    assert len(found) == 4
    for index in (0, 2):
        identity = found[pairs[index]]
        assert isinstance(identity, Identity)
        assert (identity.user_id, identity.family_id) == pairs[index]
    assert found[pairs[1]] == Refusal(code=Code.SUSPENDED)
    assert found[stranger] == Refusal(code=Code.USER_NOT_FOUND)
