"""Two phones on a bad way show the same time, whatever the wall clock does."""

import asyncio
import itertools
import random
import time

import pytest

from cornerman_client import types
from cornerman_client.client import Client
from tests.clients.python.phones import Phone, signed_up
from tests.flow import Way
from tests.nodes import Standing
from tests.proxy import proxy_to


def stepped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put this machine's wall clock 90 s ahead, and set it another second back at each look."""
    looks = itertools.count()
    true_time = time.time
    monkeypatch.setattr(time, "time", lambda: true_time() + 90 - next(looks))


async def errors_of(phones: list[Phone], reference: Client) -> list[float]:
    """Look at the clocks for five seconds; returns their errors, each within what its phone says."""
    apart: list[float] = []
    for _ in range(100):
        await asyncio.sleep(0.05)
        for phone in phones:
            error = abs((phone.client.now() - reference.now()).total_seconds())
            assert error <= phone.client.clock_error + reference.clock_error
            apart.append(error)
        assert abs(int(phones[0].elapsed()) - int(phones[1].elapsed())) <= 1
    return apart


@pytest.mark.long
async def test_two_phones_on_a_bad_way_agree_on_the_time_within_what_they_say(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = standing.start()
    account, login = await signed_up(node.url)
    chance = random.Random(7)

    def way(share: float) -> float:
        """40 to 200 ms each way, the one way half as long again as the other."""
        return 2 * share * chance.uniform(0.04, 0.2)

    async with (
        proxy_to(node.port, Way(lambda: way(0.6)), Way(lambda: way(0.4))) as slow,
        proxy_to(node.port, Way(lambda: way(0.4)), Way(lambda: way(0.6))) as unequal,
        Client(slow.url, credentials=account, device="phone-1") as one,
        Client(unequal.url, credentials=login, device="phone-2") as two,
        Client(node.url, credentials=login, device="reference") as reference,
    ):
        for client in (one, two, reference):
            await client.until_online()
        stepped(monkeypatch)
        phones = [Phone(one), Phone(two)]
        watching = [asyncio.create_task(phone.watch()) for phone in phones]
        reply = await reference.send(types.FastingStart(protocol_id="16:8"))
        for client in (one, two):
            await client.until(reply.positions)
        await asyncio.sleep(5)
        apart = await errors_of(phones, reference)
        assert sorted(apart)[int(len(apart) * 0.95)] <= 0.05
        for phone in phones:
            assert len(phone.ticks) >= 8
            for tick, elapsed in phone.ticks:
                # A tick is as old as its way was long: 240 ms at most, and the clock's own error.
                assert -0.05 <= elapsed - tick.data.elapsed_seconds <= 1.3
        for task in watching:
            task.cancel()
