"""The client against nodes as an operator runs them, over ways that break."""

import asyncio

import msgspec
import pytest

from cornerman_client import types
from cornerman_client.account import Account, Login
from cornerman_client.client import Client
from cornerman_client.codec import Subprotocol
from cornerman_client.codes import CloseCode, ErrorCode
from cornerman_client.errors import CommandRefused, Ended, SignInRefused, Unanswered, Unreachable
from cornerman_client.frames import Event
from cornerman_client.inbox import Inbox
from cornerman_client.topics import Memory, Snapshot
from tests.clients.python.phones import running, signed_up
from tests.nodes import Fleet, Standing, free_port
from tests.proxy import proxy_to

pytestmark = pytest.mark.timeout(120)


async def events(inbox: Inbox, count: int) -> list[Event]:
    """Return the next events, without snapshots and states."""
    found: list[Event] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            message = await anext(inbox)
            if isinstance(message, Event):
                found.append(message)
    return found


async def end_of(client: Client) -> int:
    """Return the code that ends a client."""
    try:
        async with asyncio.timeout(5):
            async for _ in client.events():
                pass
    except Ended as ended:
        return ended.code
    return 0


@pytest.mark.parametrize("subprotocol", list(Subprotocol))
async def test_a_fast_started_on_one_device_shows_on_the_other(
    standing: Standing, subprotocol: Subprotocol
) -> None:
    node = standing.start()
    account, login = await signed_up(node.url)
    async with (
        Client(node.url, credentials=account, device="phone-1", subprotocol=subprotocol) as phone,
        Client(node.url, credentials=login, device="watch-1", subprotocol=subprotocol) as watch,
    ):
        inbox = watch.events()
        await watch.until_online()
        session = await phone.fasting.start("16:8")
        (started,) = await events(inbox, 1)
        assert isinstance(started, types.FastingStarted)
        assert started.data.session == session == running(watch)
        async with asyncio.timeout(10):
            tick = await anext(message async for message in inbox if isinstance(message, types.FastingTick))
        assert tick.data.remaining_seconds <= 16 * 3600
        assert abs((phone.now() - watch.now()).total_seconds()) <= phone.clock_error + watch.clock_error
        with pytest.raises(CommandRefused) as refused:
            await watch.fasting.start("18:6")
        assert refused.value.code == ErrorCode.FAST_ACTIVE
        reply = await watch.send(types.FastingEnd())
        await watch.until(reply.positions)
        assert running(watch) is None
        assert phone.person is not None
        assert phone.person.name == "Ada"


async def test_a_client_that_hops_between_nodes_sees_every_event_once(standing: Standing) -> None:
    nodes = [standing.start(), standing.start()]
    account, login = await signed_up(nodes[0].url, "writer")
    async with (
        proxy_to(nodes[0].port) as proxy,
        Client(nodes[1].url, credentials=account, device="writer") as writer,
        Client(proxy.url, credentials=login, device="hopper") as hopper,
    ):
        inbox = hopper.events()
        await hopper.until_online()
        await writer.until_online()

        async def hop() -> None:
            for turn in range(1, 9):
                await asyncio.sleep(0.25)
                proxy.target = nodes[turn % 2].port
                proxy.reset()

        hopping = asyncio.create_task(hop())
        for number in range(60):
            await writer.send(types.AccountUpdate(name=f"Ada {number}"))
            await asyncio.sleep(0.03)
        await hopping
        seen = await events(inbox, 60)
        assert [event.offset for event in seen] == list(range(seen[0].offset, seen[0].offset + 60))
        names = [event.data.person.name for event in seen if isinstance(event, types.AccountUpdated)]
        assert names == [f"Ada {number}" for number in range(60)]


async def test_a_command_in_flight_when_its_node_dies_acts_once(fleet: Fleet) -> None:
    dying, other = fleet.start(), fleet.start()
    account, login = await signed_up(other.url)
    async with (
        proxy_to(dying.port) as proxy,
        Client(proxy.url, credentials=account, device="phone-1") as phone,
    ):
        await phone.until_online()
        dying.freeze()
        start = asyncio.create_task(phone.fasting.start("16:8"))
        await asyncio.sleep(0.2)
        assert phone.waiting == 1
        proxy.target = other.port
        dying.kill()
        session = await start
        async with Client(other.url, credentials=login, device="watch-1") as watch:
            await watch.until_online()
            assert watch.fast == session


@pytest.mark.long
async def test_a_frozen_node_is_left_for_another(fleet: Fleet) -> None:
    frozen, other = fleet.start(), fleet.start()
    account, _ = await signed_up(other.url)
    async with (
        proxy_to(frozen.port) as proxy,
        Client(proxy.url, credentials=account, device="phone-1") as phone,
    ):
        await phone.until_online()
        frozen.freeze()
        proxy.target = other.port
        async with asyncio.timeout(20):
            session = await phone.fasting.start("16:8")
        assert session.protocol_id == "16:8"


async def test_a_deploy_in_the_midst_of_commands_loses_and_repeats_none(fleet: Fleet) -> None:
    old, new = fleet.start(), fleet.start()
    account, _ = await signed_up(new.url)
    async with (
        proxy_to(old.port) as proxy,
        Client(proxy.url, credentials=account, device="phone-1") as phone,
    ):
        inbox = phone.events()
        await phone.until_online()
        commands = [
            asyncio.create_task(phone.send(types.AccountUpdate(name=f"Ada {number}"))) for number in range(60)
        ]
        await commands[5]
        proxy.target = new.port
        stopping = asyncio.create_task(asyncio.to_thread(old.stop))
        await asyncio.gather(*commands)
        assert await stopping == 0
        seen = await events(inbox, 60)
        names = [event.data.person.name for event in seen if isinstance(event, types.AccountUpdated)]
        assert names == [f"Ada {number}" for number in range(60)]


async def test_commands_given_offline_act_in_order_as_of_when_they_were_given(standing: Standing) -> None:
    node = standing.start()
    account, _ = await signed_up(node.url)
    async with (
        proxy_to(node.port) as proxy,
        Client(proxy.url, credentials=account, device="phone-1") as phone,
    ):
        await phone.until_online()
        proxy.target = free_port()
        proxy.reset()
        given = phone.now()
        start = asyncio.create_task(phone.fasting.start("16:8"))
        await asyncio.sleep(1.5)
        end = asyncio.create_task(phone.fasting.end())
        with pytest.raises(Unanswered) as late:
            await phone.send(types.AccountUpdate(name="Kim"), patience_seconds=0.1)
        assert not phone.online
        assert phone.waiting == 3
        proxy.target = node.port
        assert abs((await start).started_at - given).total_seconds() < 0.5
        assert (await end).actual_end_at is not None
        reply = await phone.send(types.AccountUpdate(name="Kim"), key=late.value.key)
        assert reply.data.person.name == "Kim"


async def test_another_run_of_the_app_goes_on_where_the_last_one_was(standing: Standing) -> None:
    node = standing.start()
    account, login = await signed_up(node.url)
    async with Client(node.url, credentials=account, device="phone-1") as phone:
        reply = await phone.send(types.FastingStart(protocol_id="16:8"))
        await phone.until(reply.positions)
        kept = msgspec.json.encode(phone.memory)
    async with Client(node.url, credentials=login, device="watch-1") as watch:
        await watch.fasting.end()
    memory = msgspec.json.decode(kept, type=Memory)
    again = Account(node.url, device="phone-1", refresh_token=account.refresh_token)
    phone = Client(node.url, credentials=again, device="phone-1", memory=memory)
    inbox = phone.events()
    async with phone:
        first = await anext(inbox)
        assert isinstance(first, Snapshot)
        assert first.facts.fast is not None
        (ended,) = await events(inbox, 1)
        assert isinstance(ended, types.FastingEnded)
        assert phone.fast is None


async def test_tokens_are_renewed_on_the_open_socket(fleet: Fleet) -> None:
    node = fleet.start(CORNERMAN_ACCESS_TOKEN_SECONDS="4")
    account, _ = await signed_up(node.url)
    async with Client(node.url, credentials=account, device="phone-1") as phone:
        await phone.until_online()
        first = await account.access_token(renew=False)
        changes = 0
        for _ in range(20):
            await asyncio.sleep(0.3)
            changes += not phone.online
        assert await account.access_token(renew=False) != first
        assert changes == 0
        assert (await phone.fasting.start("16:8")).protocol_id == "16:8"


async def test_signing_out_everywhere_ends_every_device(standing: Standing) -> None:
    node = standing.start()
    account, login = await signed_up(node.url)
    async with (
        Client(node.url, credentials=account, device="phone-1") as phone,
        Client(node.url, credentials=login, device="watch-1") as watch,
    ):
        await phone.until_online()
        await watch.until_online()
        inbox = watch.events()
        await account.sign_out(everywhere=True)
        for ended in (phone, watch):
            assert await end_of(ended) == CloseCode.SIGNED_OUT
        with pytest.raises(Ended):
            async for _ in inbox:
                pass
        with pytest.raises(Ended):
            await phone.fasting.start("16:8")
    with pytest.raises(SignInRefused):
        await account.access_token(renew=False)


async def test_a_newer_socket_of_the_same_device_replaces_the_older(standing: Standing) -> None:
    node = standing.start()
    account, login = await signed_up(node.url)
    async with Client(node.url, credentials=account, device="phone-1") as older:
        await older.until_online()
        async with Client(node.url, credentials=login, device="phone-1") as newer:
            await newer.until_online()
            assert await end_of(older) == CloseCode.REPLACED
            assert newer.online


async def test_a_wrong_password_ends_the_client_and_says_why(standing: Standing) -> None:
    node = standing.start()
    _, login = await signed_up(node.url)
    wrong = Login(login.email, "not this one at all")
    async with Client(node.url, credentials=wrong, device="phone-1") as phone:
        with pytest.raises(Ended) as error:
            await phone.fasting.start("16:8")
    assert isinstance(error.value.__cause__, SignInRefused)
    assert error.value.__cause__.code == ErrorCode.INVALID_CREDENTIALS


async def test_a_weak_password_is_refused_with_the_field_that_is_wrong(standing: Standing) -> None:
    node = standing.start()
    account = Account(node.url, device="phone-1")
    with pytest.raises(SignInRefused) as refused:
        await account.register(Login("ada@example.org", "password"), name="Ada")
    assert refused.value.code == ErrorCode.VALIDATION
    assert [detail.field for detail in refused.value.details] == ["password"]
    nobody = Account(f"http://127.0.0.1:{free_port()}", device="phone-1")
    with pytest.raises(Unreachable):
        await nobody.log_in(Login("ada@example.org", "password"))


async def test_in_a_sandbox_a_fast_completes_in_seconds_by_the_clients_own_clock(standing: Standing) -> None:
    node = standing.start("--sandbox")
    account, _ = await signed_up(node.url)
    async with Client(node.url, credentials=account, device="phone-1") as phone:
        inbox = phone.events()
        await phone.until_online()
        await phone.send(types.SandboxRate(rate=10_000))
        session = await phone.fasting.start("16:8")
        _, _, completed = await events(inbox, 3)
        assert isinstance(completed, types.FastingCompleted)
        assert completed.at == session.target_end_at
        late = (phone.now() - session.target_end_at).total_seconds()
        assert -phone.clock_error <= late <= 10_000 * 2
        ended = await phone.fasting.end()
        assert ended.outcome == types.FastOutcome.LATE
