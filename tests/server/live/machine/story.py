"""A story: two nodes, three devices, two topics, and what happens to them, step by step.

A step is a name and numbers; each chooses among what there is at that moment. So every list of steps is a story, and
one that found something can be kept as it is.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from channels.closing import CloseCode
from channels.wire.codec import event_body
from channels.wire.envelope import Offset
from server.execution import Publication
from tests.server.live.machine.clockwork import Clockwork
from tests.server.live.machine.devices import Device, Truth
from tests.server.live.machine.nodes import HALL, NOTHING, OWN, TOPICS, LiveNode
from tests.server.live.machine.outside import Postgres, Redis
from tests.server.live.ports import renamed

STEPS: Final = {
    "ack": (3, 4),
    "arrive": (2, 8, 8, 3),
    "bury": (),
    "connect": (3, 2, 64, 2),
    "drop": (3, 4),
    "epoch": (),
    "go_on": (3,),
    "hand_over": (2, 8),
    "kill": (2,),
    "link": (2, 2),
    "lose": (2, 8),
    "postgres": (4,),
    "prune": (2, 8),
    "publish": (2, 2, 8, 8),
    "read": (3,),
    "redis": (4,),
    "restore": (7, 2),
    "stall": (3,),
    "subscribe": (3, 64),
    "trim": (4, 3, 6),
    "unsubscribe": (3,),
    "wait": (5,),
}
"""Every step, and below what its numbers are."""
COUNTS: Final = (1, 1, 1, 2, 2, 3, 12, 301)
SPANS: Final = (0.001, 0.01, 0.03, 0.3, 1.1)
_EXPECTED: Final = {None, CloseCode.INTERNAL, CloseCode.STATE_IN_DOUBT, CloseCode.TOO_SLOW}
_BREATH: Final = 0.002
_LARGE: Final = 60_000
_HEALED_SECONDS: Final = 2.2
_BACK_SECONDS: Final = 0.5
_GONE_SECONDS: Final = 0.1
_OPENING: Final = (
    ("publish", (0, 0, 5, 0)),
    ("connect", (0, 0, 0, 0)),
    ("connect", (1, 1, 0, 0)),
    ("wait", (2,)),
    ("subscribe", (0, 0)),
    ("subscribe", (1, 0)),
    ("wait", (2,)),
    ("read", (0,)),
    ("read", (1,)),
)
"""Two of the devices are there, on two nodes."""
_OF_THE_LOOP: Final = {"kill", "wait"}
"""Steps that let the loop run; all others happen within it."""


class Story:
    """See the module. `complaints` are errors that somebody logged or left."""

    def __init__(self) -> None:
        self.complaints: list[object] = []
        self.steps: list[tuple[str, tuple[int, ...]]] = []
        self._loop = Clockwork()
        self._loop.set_exception_handler(lambda _, context: self.complaints.append(context))
        self._postgres = Postgres(self._loop, NOTHING)
        self._redis = Redis()
        self._truth = Truth(self._postgres)
        self._nodes = [self._started(), self._started()]
        self._devices = [Device(self._truth) for _ in range(3)]
        self._orphans: list[tuple[Any, Any]] = []
        self._names = 0
        for name, numbers in _OPENING:
            self.take(name, numbers)
        self.steps.clear()

    def take(self, name: str, numbers: tuple[int, ...]) -> None:
        """Take a step, and a breath."""
        self.steps.append((name, numbers))
        step: Callable[..., Awaitable[None] | None] = getattr(self, name)
        if name in _OF_THE_LOOP:
            step(*numbers)
        else:
            self._within(lambda: step(*numbers))
        self._loop.pass_time(_BREATH)
        assert not self.complaints, self.complaints

    def connect(self, device: int, node: int, place: int, batch: int) -> None:
        """A device comes, to whichever node, with whatever position."""
        who = self._devices[device]
        who.read()
        if who.socket is not None:
            self._orphans.append((who.socket, who.line))
        who.connect(self._nodes[node], who.ledgers[OWN].claimed(place), batch=bool(batch))

    def drop(self, device: int, unread: int) -> None:
        """A connection breaks; of what was sent last something never arrives."""
        who = self._devices[device]
        who.read(unread=min(unread, len(who.line.sent)) if who.line else 0)
        who.drop()

    def bury(self) -> None:
        """A node finds that a connection has long been gone."""
        if self._orphans:
            socket, line = self._orphans.pop(0)
            if not line.ended:
                line.ended = True
                socket.lost()

    def read(self, device: int) -> None:
        """A device reads what came."""
        self._devices[device].read()

    def stall(self, device: int) -> None:
        """A device reads no more."""
        line = self._devices[device].line
        if line is not None:
            line.writable = False

    def go_on(self, device: int) -> None:
        """A device reads again."""
        who = self._devices[device]
        if who.line is not None and who.socket is not None and who.line.closed is None and not who.line.ended:
            who.line.writable = True
            who.socket.writable_again()

    def subscribe(self, device: int, place: int) -> None:
        """A device follows the hall as well."""
        who = self._devices[device]
        who.subscribe(who.ledgers[HALL].claimed(place))

    def unsubscribe(self, device: int) -> None:
        """A device leaves the hall."""
        self._devices[device].unsubscribe()

    def ack(self, device: int, beyond: int) -> None:
        """An app says how far it is, or further."""
        who = self._devices[device]
        place = who.ledgers[OWN].place
        who.acknowledge((place[1] if place else 0) + beyond)

    async def publish(self, node: int, topic: int, count: int, how: int) -> None:
        """Events are committed, some large; their node hands them on now, later, or dies before."""
        if not await self._nodes[node].connected():
            return
        name = TOPICS[topic]
        for _ in range(COUNTS[count]):
            self._names += 1
            large = " " * _LARGE if how % 8 == 7 else ""
            body = event_body(renamed(f"{self._names} {large}", name))
            publication = Publication(name, Offset(self._postgres.append(name, body)), body)
            if how % 4 == 1:
                self._nodes[node].committed.append(publication)
            elif how % 4 != 2:
                self._nodes[node].hand_over(publication)

    def hand_over(self, node: int, index: int) -> None:
        """The answer to a commit comes, in whatever order."""
        committed = self._nodes[node].committed
        if committed:
            self._nodes[node].hand_over(committed.pop(index % len(committed)))

    def arrive(self, node: int, index: int, count: int, stays: int) -> None:
        """Publications arrive, in whatever order, some of them again and again."""
        radio = self._nodes[node].radio
        for _ in range(COUNTS[count]):
            if radio.coming:
                radio.arrive(index % len(radio.coming), stays=stays % 3 == 0)

    def lose(self, node: int, index: int) -> None:
        """A publication never arrives."""
        coming = self._nodes[node].radio.coming
        if coming:
            coming.pop(index % len(coming))

    def link(self, node: int, up: int) -> None:
        """A node's link to the broker breaks, or is made anew."""
        radio = self._nodes[node].radio
        if up:
            radio.link()
        else:
            radio.unlink()

    def redis(self, mode: int) -> None:
        """Redis goes, falls silent, or is there."""
        self._redis.mode = ("up", "up", "away", "silent")[mode]

    def trim(self, stream: int, how: int, count: int) -> None:
        """Redis loses the oldest events of a stream, or the newest (an older replica took over), or everything."""
        streams = self._redis.streams
        if how == 0:
            streams.clear()
        elif streams:
            entries = streams[list(streams)[stream % len(streams)]]
            lost = min(count, len(entries))
            for offset in list(entries)[:lost] if how == 1 else list(entries)[len(entries) - lost :]:
                del entries[offset]

    def prune(self, topic: int, left: int) -> None:
        """What is old leaves the log: weeks after every node has read it."""
        name = TOPICS[topic]
        kept = self._postgres.topic(name)
        feeds = [feed for node in self._nodes if (feed := node.hub.feeds.get(name)) is not None]
        oldest = min([kept.head - left, *(feed.cursor or 0 for feed in feeds)])
        kept.pruned = max(kept.pruned, oldest)

    def postgres(self, mode: int) -> None:
        """PostgreSQL goes, or is slow, or is there."""
        self._postgres.away = mode == 3
        self._postgres.seconds = (0.0, 0.0, 0.15, 0.0)[mode]

    def epoch(self) -> None:
        """The epoch is raised."""
        if not self._postgres.away:
            self._postgres.epoch += 1

    def restore(self, lost: int, raised: int) -> None:
        """An older state takes the place of the data, and all connections end; the epoch is raised, or else it will be.

        Who waited for the answer to a commit gets none.
        """
        self._truth.end()
        self._postgres.data += 1
        self._postgres.ours = False
        for kept in self._postgres.topics.values():
            kept.cut(max(kept.pruned, kept.head - lost))
        if raised:
            self._postgres.epoch += 1
            self._postgres.ours = True
        for node in self._nodes:
            node.committed.clear()

    def kill(self, node: int) -> None:
        """A node is killed, another takes its place."""
        gone = self._nodes[node]
        for who in self._devices:
            if who.socket in gone.node.sockets and who.line is not None:
                who.line.abort()
        gone.radio.unlink()
        self._loop.finish(gone.supervisor.stop())
        self._nodes[node] = self._started()

    def wait(self, span: int) -> None:
        """Time passes."""
        self._loop.pass_time(SPANS[span])

    def end(self) -> None:
        """All is well again: everybody catches up, and nothing is left behind."""
        self.take("postgres", (0,))
        self.take("redis", (0,))
        for number in (0, 1):
            self.take("link", (number, 1))
            self._nodes[number].radio.coming.clear()
        for number in range(3):
            self.take("go_on", (number,))
        self._loop.pass_time(_HEALED_SECONDS)
        self._within(self._come_back)
        self._loop.pass_time(_BACK_SECONDS)
        for who in self._devices:
            who.read()
            self._is_where_the_log_is(who)
        for node in self._nodes:
            for feed in node.hub.feeds.values():
                assert feed.snapshot == self._postgres.topic(feed.topic).facts[-1]
        self._within(self._leave)
        self._loop.pass_time(_GONE_SECONDS)
        self._nothing_is_left()

    def close(self) -> None:
        """Give back the loop."""
        for node in self._nodes:
            self._loop.finish(node.supervisor.stop())
        self._loop.close()

    def _come_back(self) -> None:
        """Who stayed connected has caught up by now; who did not comes back."""
        for who in self._devices:
            who.read()
            assert who.closed_as in _EXPECTED, who.closed_as
            if who.live:
                self._is_where_the_log_is(who)
            else:
                who.connect(self._nodes[0], who.ledgers[OWN].place, batch=False)

    def _is_where_the_log_is(self, who: Device) -> None:
        for topic, ledger in who.ledgers.items():
            if ledger.followed or topic == OWN:
                there = (str(self._postgres.epoch), self._postgres.topic(topic).head)
                assert ledger.followed, f"{topic} is not followed"
                assert ledger.place == there, f"{topic}: at {ledger.place}, and the log at {there}"

    def _leave(self) -> None:
        for who in self._devices:
            who.drop()
        while self._orphans:
            self.bury()

    def _nothing_is_left(self) -> None:
        for node in self._nodes:
            assert not node.hub.feeds, "a topic is still followed by nobody"
            assert not node.node.sockets
            assert not node.supervisor.short_tasks
        assert not any(self._redis.ears.values())
        assert not self.complaints, self.complaints

    def _started(self) -> LiveNode:
        async def start() -> LiveNode:
            return LiveNode(self._postgres, self._redis)

        return self._loop.finish(start())

    def _within(self, work: Callable[[], Awaitable[None] | None]) -> None:
        """Do something within the loop."""

        async def do() -> None:
            doing = work()
            if doing is not None:
                await doing

        self._loop.finish(do())
