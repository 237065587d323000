import asyncio
import io
import logging
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import structlog
from argon2 import PasswordHasher
from msgspec.structs import replace

from channels.errors import Code, Refused
from channels.wire.account import AccountSignedOut, AccountSignOut, AccountSignOutData, SignOutReason
from channels.wire.codec import read_event
from server.accounts.identity import identify
from server.accounts.signing_in import Pair, register
from server.choices import LogFormat, LogLevel
from server.execution import Actor
from server.telemetry import configure_logging
from storage.postgres import Unavailable, close_database, linked
from tests.server.accounts.node import ANNA, NOW, PASSWORD, Node, node_on

WRONG = "not-the-password-77"
MINUTE = timedelta(minutes=1)

NodeMaker = Callable[..., Awaitable[Node]]


@pytest.fixture
async def new_node(database_url: str, redis_url: str) -> AsyncIterator[NodeMaker]:
    async with AsyncExitStack() as nodes:

        async def make(**limits: int) -> Node:
            return await nodes.enter_async_context(node_on(database_url, redis_url, **limits))

        yield make


@pytest.fixture
async def node(new_node: NodeMaker) -> Node:
    return await new_node()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = before
    structlog.reset_defaults()


async def code_of(work: Awaitable[Any]) -> Code:
    with pytest.raises(Refused) as caught:
        await work
    return caught.value.refusal.code


async def codes_of(*work: Awaitable[Any]) -> list[Code | None]:
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    return [outcome.refusal.code if isinstance(outcome, Refused) else None for outcome in outcomes]


async def count(node: Node, table: str) -> int:
    found: int = await node.accounts.database.fetchval(f"SELECT count(*) FROM {table}")
    return found


class TestRegistering:
    async def test_gives_a_pair_that_stands_for_the_person(self, node: Node) -> None:
        pair = await node.register()
        assert (pair.token_type, pair.expires_in) == ("Bearer", 899)
        async with linked(node.accounts.database) as link:
            identity = await identify(link, node.claims(pair))
        assert (identity.name, identity.email) == ("Anna", "anna@example.com")
        assert (identity.time_zone, identity.role, identity.tier) == ("Europe/Warsaw", "free", "free")

    async def test_keeps_neither_the_password_nor_the_tokens(self, node: Node, database_url: str) -> None:
        pair = await node.register()
        connection = await asyncpg.connect(database_url)
        kept = str(await connection.fetch("SELECT u, f FROM users u JOIN families f ON f.user_id = u.id"))
        await connection.close()
        assert "argon2id" in kept
        for secret in (PASSWORD, pair.access_token, pair.refresh_token):
            assert secret not in kept

    async def test_of_many_at_once_with_one_email_exactly_one_gets_the_account(
        self, new_node: NodeMaker
    ) -> None:
        one, two = await new_node(), await new_node()
        spellings = ["anna@example.com", "Anna@Example.COM", "ANNA@example.com"] * 2
        codes = await codes_of(*(node.register(email=email) for node in (one, two) for email in spellings))
        assert codes.count(None) == 1
        assert codes.count(Code.EMAIL_EXISTS) == 11
        assert (await count(one, "users"), await count(one, "families")) == (1, 1)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "anna"),
            ("email", "anna@localhost"),
            ("email", "anna\x00@example.com"),
            ("email", "anna@example.com\nbcc: ben@example.com"),
            ("password", "password1234"),
            ("password", "anna@example.com"),
            ("time_zone", "Mars/Olympus"),
            ("time_zone", "../../etc/passwd"),
            ("name", "  "),
        ],
    )
    async def test_refuses_what_cannot_be_an_account(self, node: Node, field: str, value: str) -> None:
        with pytest.raises(Refused) as caught:
            await register(node.accounts, replace(ANNA, **{field: value}), "home", NOW)
        assert caught.value.refusal.code is Code.VALIDATION
        assert [detail.field for detail in caught.value.refusal.details] == [field]
        assert await count(node, "users") == 0

    async def test_is_limited_per_network(self, new_node: NodeMaker) -> None:
        node = await new_node(registrations=2)
        codes = await codes_of(*(node.register(email=f"anna{n}@example.com") for n in range(3)))
        assert sorted(map(str, codes)) == ["None", "None", Code.RATE_LIMITED]
        await node.register(network="elsewhere")


class TestLoggingIn:
    async def test_opens_a_sign_in_of_its_own_for_each_device(self, node: Node) -> None:
        first = node.claims(await node.register())
        second = node.claims(await node.login(email="ANNA@EXAMPLE.com", device="tablet"))
        assert first.user_id == second.user_id
        assert first.family_id != second.family_id

    async def test_says_the_same_of_a_wrong_password_and_of_an_unknown_email(self, node: Node) -> None:
        await node.register()
        assert await code_of(node.login(WRONG)) is Code.INVALID_CREDENTIALS
        for email in ("ben@example.com", "no address", "\x00@example.com"):
            assert await code_of(node.login(email=email)) is Code.INVALID_CREDENTIALS

    async def test_an_unknown_email_takes_as_long_as_a_wrong_password(self, new_node: NodeMaker) -> None:
        node = await new_node(failed_logins=100)
        await node.register()
        seconds: dict[str, list[float]] = {"anna@example.com": [], "ben@example.com": []}
        for _ in range(8):
            for email, taken in seconds.items():
                began = time.perf_counter()
                await code_of(node.login(WRONG, email=email))
                taken.append(time.perf_counter() - began)
        known, unknown = (statistics.median(taken) for taken in seconds.values())
        assert 0.5 < known / unknown < 2

    async def test_a_suspended_person_is_told_so_only_with_the_right_password(self, node: Node) -> None:
        await node.register()
        await node.accounts.database.execute("UPDATE users SET suspended_at = now()")
        assert await code_of(node.login(WRONG)) is Code.INVALID_CREDENTIALS
        assert await code_of(node.login()) is Code.SUSPENDED

    async def test_a_deleted_person_is_unknown(self, node: Node) -> None:
        await node.register()
        await node.accounts.database.execute("UPDATE users SET deleted_at = now()")
        assert await code_of(node.login()) is Code.INVALID_CREDENTIALS

    async def test_renews_a_hash_made_with_other_parameters(self, node: Node) -> None:
        await node.register()
        old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        await node.accounts.database.execute("UPDATE users SET password_hash = $1", old)
        await node.login()
        renewed = await node.accounts.database.fetchval("SELECT password_hash FROM users")
        assert not node.accounts.passwords.outdated(renewed)
        await node.login()

    async def test_of_five_failures_allowed_five_pass_over_two_nodes(self, new_node: NodeMaker) -> None:
        one, two = await new_node(failed_logins=5), await new_node(failed_logins=5)
        await one.register()
        codes = await codes_of(*(node.login(WRONG) for node in (one, two) for _ in range(5)))
        assert codes.count(Code.INVALID_CREDENTIALS) == 5
        assert codes.count(Code.RATE_LIMITED) == 5
        with pytest.raises(Refused) as caught:
            await one.login()
        assert 3590 < (caught.value.refusal.retry_after_seconds or 0) <= 3600

    async def test_failures_count_per_account_from_anywhere(self, new_node: NodeMaker) -> None:
        node = await new_node(failed_logins=3)
        await node.register()
        codes = await codes_of(*(node.login(WRONG, network=f"net {n}") for n in range(5)))
        assert codes.count(Code.RATE_LIMITED) == 2
        spelt_otherwise = node.login(WRONG, email="ANNA@example.com", network="net 9")
        assert await code_of(spelt_otherwise) is Code.RATE_LIMITED

    async def test_failures_count_per_network_whoever_is_tried(self, new_node: NodeMaker) -> None:
        node = await new_node(failed_logins=3)
        await node.register()
        codes = await codes_of(*(node.login(WRONG, email=f"u{n}@example.com") for n in range(5)))
        assert codes.count(Code.RATE_LIMITED) == 2
        assert await code_of(node.login()) is Code.RATE_LIMITED
        await node.login(network="elsewhere")

    async def test_good_logins_are_not_counted(self, new_node: NodeMaker) -> None:
        node = await new_node(failed_logins=2)
        await node.register()
        for _ in range(4):
            await node.login()
        codes = await codes_of(*(node.login(WRONG) for _ in range(3)))
        assert codes.count(Code.INVALID_CREDENTIALS) == 2

    async def test_logins_that_no_database_could_judge_are_not_counted(self, new_node: NodeMaker) -> None:
        away, up = await new_node(failed_logins=1), await new_node(failed_logins=1)
        await up.register()
        await close_database(away.accounts.database)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await away.login()
        await up.login()

    async def test_limits_hold_on_each_node_while_redis_is_away(self, database_url: str) -> None:
        async with node_on(database_url, "redis://127.0.0.1:1", failed_logins=3) as node:
            await node.register()
            codes = await codes_of(*(node.login(WRONG) for _ in range(5)))
        assert codes.count(Code.INVALID_CREDENTIALS) == 3
        assert codes.count(Code.RATE_LIMITED) == 2


class TestRefreshing:
    async def test_gives_the_next_pair(self, node: Node) -> None:
        first = await node.register()
        later = NOW + 10 * MINUTE
        second = await node.refresh(first.refresh_token, later)
        assert second.refresh_token != first.refresh_token
        assert node.claims(second, later).expires_at == node.claims(first).expires_at + 10 * MINUTE
        assert node.claims(second, later).family_id == node.claims(first).family_id

    async def test_at_once_on_two_nodes_gives_the_same_pair(self, new_node: NodeMaker) -> None:
        one, two = await new_node(), await new_node()
        pair = await one.register()
        for turn in range(5):
            now = NOW + turn * MINUTE
            pairs = await asyncio.gather(
                *(node.refresh(pair.refresh_token, now) for node in (one, two) for _ in range(4))
            )
            assert len(set(map(_texts, pairs))) == 1
            assert _texts(pairs[0]) != _texts(pair)
            pair = pairs[0]
        assert await one.accounts.database.fetchval("SELECT generation FROM families") == 5

    async def test_repeated_by_the_device_within_a_minute_gives_the_same_pair(self, node: Node) -> None:
        first = await node.register()
        second = await node.refresh(first.refresh_token)
        again = await node.refresh(first.refresh_token, NOW + MINUTE)
        assert _texts(again) == _texts(second)
        assert again.expires_in == second.expires_in - 60
        await node.refresh(again.refresh_token, NOW + MINUTE)

    @pytest.mark.parametrize(
        ("device", "after"), [("phone", MINUTE + timedelta(seconds=1)), ("tablet", timedelta(0))]
    )
    async def test_any_other_reuse_ends_the_sign_in_and_tells_its_devices(
        self, node: Node, device: str, after: timedelta
    ) -> None:
        first = await node.register()
        other = await node.login(device="laptop")
        second = await node.refresh(first.refresh_token)
        reuse = node.refresh(first.refresh_token, NOW + after, device=device)
        assert await code_of(reuse) is Code.SIGNED_OUT
        assert await code_of(node.refresh(second.refresh_token)) is Code.SIGNED_OUT
        async with linked(node.accounts.database) as link:
            with pytest.raises(Refused) as caught:
                await identify(link, node.claims(second))
            assert caught.value.refusal.code is Code.SIGNED_OUT
            await identify(link, node.claims(other))
        event = read_event(node.published[-1].body)
        assert isinstance(event, AccountSignedOut)
        assert event.data.family_id == node.claims(first).family_id
        assert event.data.reason is SignOutReason.TOKEN_REUSED
        await node.refresh(other.refresh_token, device="laptop")

    async def test_many_reuses_at_once_end_the_sign_in_once(self, new_node: NodeMaker) -> None:
        one, two = await new_node(), await new_node()
        first = await one.register()
        await one.refresh(first.refresh_token)
        codes = await codes_of(
            *(node.refresh(first.refresh_token, device="thief") for node in (one, two) for _ in range(4))
        )
        assert codes == [Code.SIGNED_OUT] * 8
        assert len(one.published) + len(two.published) == 1

    async def test_slides_the_end_and_ends_after_a_week_unused(self, node: Node) -> None:
        pair = await node.register()
        for days in (6, 12):
            pair = await node.refresh(pair.refresh_token, NOW + timedelta(days=days))
        assert await code_of(node.refresh(pair.refresh_token, NOW + timedelta(days=19))) is Code.TOKEN_EXPIRED

    async def test_after_signing_out_is_refused(self, node: Node) -> None:
        pair = await node.register()
        other = await node.login(device="laptop")
        claims = node.claims(pair)
        actor = Actor(user_id=claims.user_id, family_id=claims.family_id)
        await node.accounts.executor.execute(actor, AccountSignOut(id=1, data=AccountSignOutData()))
        assert await code_of(node.refresh(pair.refresh_token)) is Code.SIGNED_OUT
        await node.refresh(other.refresh_token, device="laptop")

    async def test_of_a_suspended_or_deleted_person_is_refused(self, node: Node) -> None:
        pair = await node.register()
        await node.accounts.database.execute("UPDATE users SET suspended_at = now()")
        assert await code_of(node.refresh(pair.refresh_token)) is Code.SUSPENDED
        await node.accounts.database.execute("UPDATE users SET deleted_at = now()")
        assert await code_of(node.refresh(pair.refresh_token)) is Code.USER_NOT_FOUND

    async def test_of_a_sign_in_that_never_was_is_refused(self, node: Node) -> None:
        pair = await node.register()
        await node.accounts.database.execute("DELETE FROM families")
        assert await code_of(node.refresh(pair.refresh_token)) is Code.SIGNED_OUT


@pytest.mark.parametrize("level", [LogLevel.DEBUG, LogLevel.INFO])
async def test_no_secret_comes_into_the_log_even_when_things_fail(
    node: Node, log: io.StringIO, level: LogLevel
) -> None:
    configure_logging(level, LogFormat.READABLE, log)
    pair = await node.register()
    await code_of(node.login(WRONG))
    await node.refresh(pair.refresh_token)
    await code_of(node.refresh(pair.refresh_token, device="thief"))
    await node.accounts.database.execute("ALTER TABLE families RENAME TO mislaid")
    for work in (node.login(), node.register(email="ben@example.com"), node.refresh(pair.refresh_token)):
        with pytest.raises(asyncpg.UndefinedTableError) as caught:
            await work
        _tell(caught.value)
    written = log.getvalue()
    assert "refresh_token_reused" in written
    assert "it failed" in written
    for secret in (PASSWORD, WRONG, ANNA.email, pair.access_token, pair.refresh_token, "argon2id"):
        assert secret not in written


def _tell(error: Exception) -> None:
    structlog.get_logger(__name__).error("it failed", exc_info=error)


def _texts(pair: Pair) -> tuple[str, str]:
    return pair.access_token, pair.refresh_token
