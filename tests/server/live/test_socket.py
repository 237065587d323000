"""One socket: what is sent in a turn goes out in one write, what waits is bounded, commands come in their order."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from channels.backlog import BUDGETS
from channels.closing import CloseCode
from channels.connection import COMMANDS_WAITING
from channels.wire.codec import Subprotocol
from server.execution import Actor
from server.live.encoded import Encoded
from server.live.transport import HIGH_WATER_BYTES
from tests.server.live.ports import Line, renaming
from tests.server.live.standing import Device, LiveNode, live_node
from tests.waiting import eventually


@pytest_asyncio.fixture
async def node(database_url: str, redis_url: str) -> AsyncIterator[LiveNode]:
    async with live_node(database_url, redis_url, commands_per_second=10_000, commands_burst=10_000) as made:
        yield made


@pytest_asyncio.fixture
async def ada(node: LiveNode) -> Actor:
    return await node.house.add_person()


@pytest_asyncio.fixture
async def phone(node: LiveNode, ada: Actor) -> Device:
    return await node.connect(ada)


def event(number: int, size: int = 0) -> Encoded:
    return Encoded(msgspec.json.encode({"type": "event", "number": number, "filling": "x" * size}))


def numbers(device: Device, type_: str) -> list[Any]:
    return [message["number"] for message in device.line.messages if message.get("type") == type_]


def state(number: int, size: int = 0) -> Encoded:
    return Encoded(msgspec.json.encode({"type": "state", "number": number, "filling": "x" * size}))


def key(of: str = "a") -> tuple[str, str, str]:
    return ("user:1", "fasting:tick", of)


async def turn() -> None:
    """Let the loop come round, so that what was scheduled is flushed."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_what_is_sent_in_one_turn_of_the_loop_is_one_write(phone: Device) -> None:
    before = len(phone.line.written)
    for number in range(5):
        phone.socket.send_event(event(number))
    phone.send("ping")
    phone.socket.send_state(key(), state(9))
    assert len(phone.line.written) == before
    await turn()
    assert len(phone.line.written) == before + 1
    assert len(phone.line.written[-1]) == 7


async def test_more_than_the_high_water_mark_is_written_only_as_far_as_there_is_room(phone: Device) -> None:
    phone.line.room = HIGH_WATER_BYTES + 1
    for number in range(40):
        phone.socket.send_event(event(number, 1_000))
    await turn()
    first = numbers(phone, "event")
    assert first == list(range(len(first)))
    assert 4 <= len(first) < 10
    assert phone.socket.bytes_waiting > 20_000
    phone.line.room, phone.line.writable = None, True
    phone.socket.writable_again()
    await turn()
    assert numbers(phone, "event") == list(range(40))
    assert phone.socket.bytes_waiting == 0
    assert not phone.socket.busy


async def test_order_holds_when_the_transport_fills_up_in_the_middle_of_a_turn(phone: Device) -> None:
    phone.socket.send_event(event(1))
    phone.line.writable = False
    phone.socket.send_event(event(2))
    await turn()
    phone.line.writable = True
    phone.socket.writable_again()
    await turn()
    assert numbers(phone, "event") == [1, 2]


async def test_what_waits_goes_out_by_class_and_of_a_state_only_the_newest(phone: Device) -> None:
    phone.line.writable = False
    for number in range(3):
        phone.socket.send_state(key(), state(number))
        phone.socket.send_state(key("b"), state(10 + number))
        phone.socket.send_event(event(number))
    number = phone.send("ping")
    await turn()
    written = len(phone.line.messages)
    phone.line.writable = True
    phone.socket.writable_again()
    await turn()
    reply, *rest = phone.line.messages[written:]
    assert reply["re"] == number
    assert [(message["type"], message["number"]) for message in rest] == [
        ("event", 0),
        ("event", 1),
        ("event", 2),
        ("state", 2),
        ("state", 12),
    ]


async def test_states_of_one_large_turn_are_conflated_too(phone: Device) -> None:
    phone.line.room = 1
    phone.socket.send_event(event(0, HIGH_WATER_BYTES))
    for number in range(50):
        phone.socket.send_state(key(), state(number, 500))
    await turn()
    phone.line.room, phone.line.writable = None, True
    phone.socket.writable_again()
    await turn()
    assert numbers(phone, "state") == [49]


async def test_a_client_that_reads_too_slowly_is_closed_to_come_back(node: LiveNode, phone: Device) -> None:
    phone.line.writable = False
    for number in range(BUDGETS.events // 10_000 + 1):
        phone.socket.send_event(event(number, 10_000))
    assert phone.closed == CloseCode.TOO_SLOW
    assert phone.socket.bytes_waiting == 0
    assert node.counted("sockets_too_slow_total", queue="events") == 1
    phone.socket.send_event(event(0))
    assert phone.socket.bytes_waiting == 0


async def test_one_turn_that_is_more_than_may_wait_closes_as_well(phone: Device) -> None:
    phone.line.room = 1
    for number in range(BUDGETS.events // 10_000 + 2):
        phone.socket.send_event(event(number, 10_000))
    await turn()
    assert phone.closed == CloseCode.TOO_SLOW


async def test_a_slow_client_of_states_alone_is_never_closed(phone: Device) -> None:
    phone.line.writable = False
    for number in range(1_000):
        phone.socket.send_state(key(str(number)), state(number, 1_000))
    assert phone.closed is None
    assert phone.socket.bytes_waiting <= BUDGETS.states


async def test_a_client_is_told_how_many_ephemeral_messages_it_missed(phone: Device) -> None:
    phone.line.writable = False
    phone.socket.send_event(event(0))
    line = phone.socket._backlog
    assert line is not None
    for number in range(20):
        line.ephemeral(event(number, BUDGETS.ephemeral // 10))
    shed = line.shed
    assert shed > 0
    phone.line.writable = True
    phone.socket.writable_again()
    await turn()
    assert [message["data"]["count"] for message in phone.line.messages if message.get("type") == "shed"] == [
        shed
    ]


async def test_an_app_in_the_background_gets_no_states_and_those_that_wait_are_dropped(phone: Device) -> None:
    phone.line.writable = False
    phone.socket.send_state(key(), state(1))
    phone.socket.send_event(event(1))
    await turn()
    phone.signal("foreground", data={"foreground": False})
    assert phone.socket.tick_seconds == 0
    phone.socket.send_state(key(), state(2))
    phone.line.writable = True
    phone.socket.writable_again()
    await turn()
    assert numbers(phone, "state") == []
    phone.signal("foreground", data={"foreground": True})
    phone.socket.send_state(key(), state(3))
    await turn()
    assert numbers(phone, "state") == [3]


async def test_commands_run_one_after_another_in_their_order(node: LiveNode, phone: Device) -> None:
    sent = [phone.send("account:update", data={"name": f"Ada {number}"}) for number in range(20)]
    await phone.replied(sent[-1])
    replies = [message for message in phone.messages if message.get("re") in sent]
    assert [message["re"] for message in replies] == sent
    assert [message["data"]["person"]["name"] for message in replies] == [f"Ada {n}" for n in range(20)]


async def test_a_clock_and_a_ping_overtake_commands_that_wait(phone: Device) -> None:
    slow = [phone.send("account:update", data={"name": f"Ada {number}"}) for number in range(5)]
    quick = [phone.send("clock"), phone.send("ping")]
    await turn()
    assert all(phone.reply(number) is not None for number in quick)
    assert phone.reply(slow[-1]) is None
    await phone.replied(slow[-1])


async def test_while_many_commands_wait_the_client_is_not_read(phone: Device) -> None:
    sent = [phone.send("account:update", data={"name": f"Ada {n}"}) for n in range(COMMANDS_WAITING)]
    assert phone.line.reading == [False]
    assert phone.socket.paused
    await phone.replied(sent[-1])
    assert phone.line.reading == [False, True]
    assert not phone.socket.paused


async def test_the_other_kind_of_frame_is_a_standard_error(node: LiveNode) -> None:
    device = node.open()
    device.socket.received(b'{"id":1,"type":"ping"}', text=False)
    assert device.closed == 1003
    line = Line()
    packed = node.live.node.open(line, Subprotocol.MSGPACK, None)
    packed.received(b'{"id":1,"type":"ping"}', text=True)
    assert line.closed[0][0] == 1003


async def test_a_message_before_connect_is_answered_before_the_socket_closes(node: LiveNode) -> None:
    device = node.open()
    number = device.send("ping")
    assert device.closed == CloseCode.MALFORMED
    reply = device.reply(number)
    assert reply is not None
    assert reply["error"]["code"] == "VAL_001"


async def test_after_its_end_a_socket_keeps_and_sends_nothing(node: LiveNode, phone: Device) -> None:
    phone.line.writable = False
    phone.socket.send_event(event(1, 1_000))
    waiting = phone.send("account:update", data={"name": "Ada"})
    phone.end()
    assert node.live.node.sockets == set()
    assert node.live.hub.feeds == {}
    await turn()
    await eventually(lambda: not phone.socket.busy)
    phone.socket.send_event(event(2))
    phone.socket.leave(CloseCode.INTERNAL)
    assert phone.socket.bytes_waiting == 0
    assert phone.reply(waiting) is None
    assert phone.closed is None


async def test_a_client_that_goes_while_it_joins_leaves_no_trace(node: LiveNode, ada: Actor) -> None:
    device = node.open(node.token(ada))
    device.send("connect", data={"device": "phone"})
    device.end()
    await eventually(lambda: not device.socket.busy)
    assert node.live.hub.feeds == {}
    assert node.live.node.sockets == set()


async def test_a_replay_comes_in_arrays_for_who_asked_for_batches(node: LiveNode, ada: Actor) -> None:
    first = await node.connect(ada)
    (topic,) = first.messages[0]["data"]["topics"].values()
    first.end()
    for number in range(250):
        await node.house.give(ada, renaming(f"Ada {number}"))
    positions = {f"user:{ada.user_id}": [topic["epoch"], topic["offset"]]}
    plain = await node.connect(ada, "tablet", positions=positions)
    batched = await node.connect(ada, "watch", positions=positions, batch=True)
    await eventually(lambda: len(plain.messages) > 250)
    assert [message["offset"] for message in plain.of("account:updated")] == list(range(1, 251))
    arrays = [message for message in batched.messages if isinstance(message, list)]
    assert [len(array) for array in arrays] == [100, 100, 50]
    assert [one["offset"] for array in arrays for one in array] == list(range(1, 251))


async def test_a_fault_of_ours_closes_the_socket_to_come_back(
    node: LiveNode, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(node.live.node.desk, "run", fails)
    phone.send("account:update", data={"name": "Ada"})
    await eventually(lambda: phone.closed == CloseCode.INTERNAL)
    assert not phone.socket.busy


async def test_any_sign_of_life_counts(phone: Device) -> None:
    before = phone.socket.seen_at
    phone.socket.alive()
    assert phone.socket.seen_at >= before


async def test_what_is_no_message_is_refused_by_its_field(phone: Device) -> None:
    phone.socket.received(b'{"id":77,"type":"nothing:such"}', text=True)
    phone.socket.received(b'{"id":78,"type":"account:update","data":{"name":""}}', text=True)
    await turn()
    first, second = [phone.line.messages[-2], phone.line.messages[-1]]
    assert (first["re"], first["error"]["code"]) == (77, "VAL_004")
    assert (second["re"], second["error"]["details"][0]["field"]) == (78, "data.name")
