"""Whatever happens while clients come and go, each sees every event once."""

import asyncio
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.live.joiners import EPOCH, Client, World, world_of
from tests.waiting import eventually

STEPS = st.one_of(
    st.tuples(st.just("commit"), st.integers(1, 3)),
    st.tuples(st.just("arrive"), st.integers(0, 9)),
    st.tuples(st.just("repeat"), st.integers(0, 9)),
    st.tuples(st.just("lose"), st.integers(0, 9)),
    st.tuples(st.just("break"), st.just(0)),
    st.tuples(st.just("mend"), st.just(0)),
    st.tuples(st.just("tail"), st.just(0)),
    st.tuples(st.just("join"), st.integers(0, 2)),
    st.tuples(st.just("attach"), st.integers(0, 2)),
    st.tuples(st.just("leave"), st.integers(0, 2)),
    st.tuples(st.just("turns"), st.integers(1, 8)),
)
# Long ones from the start: what goes wrong takes a client that is live, one that joins, and what comes late.
STORIES = st.integers(10, 40).flatmap(lambda length: st.lists(STEPS, min_size=length, max_size=length))


class Story:
    """Carries out a list of steps with three clients."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = [Client(), Client(), Client()]

    async def step(self, name: str, number: int) -> None:
        await getattr(self, f"_{name}")(number)

    async def _commit(self, number: int) -> None:
        await self.world.commit(number)

    async def _arrive(self, number: int) -> None:
        self.world.arrive(number)

    async def _repeat(self, number: int) -> None:
        published = self.world.house.published
        if published and self.world.confirmed.is_set():
            self.world.hub.deliver(published[number % len(published)])

    async def _lose(self, number: int) -> None:
        if self.world.in_flight:
            self.world.in_flight.pop(number % len(self.world.in_flight))

    async def _break(self, _number: int) -> None:
        self.world.confirmed.clear()
        self.world.in_flight.clear()

    async def _mend(self, number: int) -> None:
        self.world.confirmed.set()
        await self._tail(number)

    async def _tail(self, _number: int) -> None:
        await self.world.tail.catch_up([self.world.topic])

    async def _turns(self, number: int) -> None:
        for _ in range(number):
            await asyncio.sleep(0)

    async def _join(self, number: int) -> None:
        client = self.clients[number]
        if client.joining is None and client.joined is None:
            client.joining = asyncio.ensure_future(self.world.join(client))

    async def _attach(self, number: int) -> None:
        client = self.clients[number]
        if client.joining is not None and self.world.confirmed.is_set():
            joined = await client.joining
            client.joining = None
            self.world.attach(client, joined)

    async def _leave(self, number: int) -> None:
        self.world.leave(self.clients[number])

    async def end(self) -> None:
        """Let everybody join and all arrive; then all clients are where the log is."""
        await self.step("mend", 0)
        for number in range(len(self.clients)):
            await self.step("join", number)
            await self.step("attach", number)
        await self.step("tail", 0)
        head = await self.world.head()
        for client in self.clients:
            await eventually(partial(self._arrived, client, head))
            assert client.snapshot == (await self.world.house.snapshot(self.world.actor.user_id))[1]
            self.world.leave(client)
        assert self.world.hub.feeds == {}
        assert self.world.doubts == 0

    @staticmethod
    def _arrived(client: Client, head: int) -> bool:
        client.take_in()
        return client.position == (EPOCH, head)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
def test_whatever_happens_while_clients_come_and_go_each_sees_every_event_once(
    database_url: str, redis_url: str, steps: list[tuple[str, int]]
) -> None:
    async def run() -> None:
        async with world_of(database_url, redis_url) as world:
            story = Story(world)
            for step in steps:
                await story.step(*step)
            await story.end()

    asyncio.run(run())
