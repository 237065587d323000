"""A device under fire: it comes back after every loss, by the law for clients, and keeps a ledger of each topic."""

import asyncio
import random
import time
from collections import Counter
from typing import Any, Protocol
from uuid import UUID, uuid4

import httpx
import msgspec
from msgspec import UNSET, Struct

from channels.wire.connection import SubscribeReply
from channels.wire.envelope import Reply
from cornerman_client.backoff import LOST, Backoff, may_return
from tests.crowd import Signed
from tests.faults.ledger import Ledger, events_of, head_of
from tests.line import Line
from tests.visitor import visitor

_PAGE = 300
ANSWER_SECONDS = 5.0
"""How long a reply is waited for before the same command is sent again under its key."""


class Front(Protocol):
    """What leads to the nodes, as a load balancer would."""

    def port(self, chance: random.Random) -> int:
        """Return the port of some node that is up."""


class Added(Struct, frozen=True):
    """A note that was acknowledged: its topic and key, and the reply's data and positions."""

    topic: str
    key: UUID
    data: bytes
    positions: dict[str, int]


class Phone:
    """See the module.

    The person's own topic may be among the topics; then it is resumed in `connect`.
    """

    def __init__(self, front: Front, person: Signed, topics: list[str], chance: random.Random) -> None:
        self.person = person
        self.ledgers = {topic: Ledger(topic) for topic in topics}
        self.added: list[Added] = []
        self.temporary = 0
        """How many times a command was answered by a temporary error."""
        self.slowest_refusal = 0.0
        """The most seconds from a command to that."""
        self.awake = asyncio.Event()
        """Cleared, it does not come back when it loses its connection."""
        self.awake.set()
        self.line: Line | None = None
        self.live_since = 0.0
        """The monotonic moment at which it last had joined its topics."""
        self.closes: Counter[int] = Counter()
        """How often each code ended its connections."""
        self.port = 0
        """Of the node that it was last led to."""
        self.failures: list[str] = []
        """How attempts to come back ended that did not succeed."""
        self._front = front
        self._chance = chance
        self._joined = asyncio.Event()
        self._backoff = Backoff()
        self._batch = chance.random() < 0.5
        self._device = f"phone-{chance.getrandbits(32):x}"

    @property
    def live(self) -> bool:
        """Whether it is connected and has joined its topics."""
        return self._joined.is_set()

    async def run(self) -> None:
        """Connect, join, and come back, until cancelled or told for good to stay away."""
        while True:
            code, reason = await self._visit()
            self.closes[code] += 1
            if not may_return(code):
                raise AssertionError(f"a device was sent away for good: {code} {reason}")
            await asyncio.sleep(self._backoff.wait(code, reason, self._chance.random()))
            await self.awake.wait()

    async def add(self, topic: str, text: str) -> None:
        """Add a note; send it again under its key until it is answered."""
        key = uuid4()
        data = {"topic": topic, "text": text}
        while True:
            await self._joined.wait()
            line = self.line
            assert line is not None
            sent = time.monotonic()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    frame, came = await line.command("note:add", data, key)
            except (OSError, TimeoutError):
                await asyncio.sleep(0)  # let `run` see that the line has ended
                continue
            if await self._answered(topic, key, frame):
                return
            self.slowest_refusal = max(self.slowest_refusal, came - sent)

    async def _answered(self, topic: str, key: UUID, frame: bytes) -> bool:
        reply = msgspec.json.decode(frame, type=Reply)
        if isinstance(reply.data, msgspec.Raw):
            self.added.append(
                Added(
                    topic,
                    key,
                    bytes(reply.data),
                    {str(topic): int(offset) for topic, offset in reply.positions.items()},
                )
            )
            return True
        assert reply.error is not UNSET
        assert reply.error.temporary, f"refused for good: {frame!r}"
        self.temporary += 1
        await asyncio.sleep(0.5 + self._chance.random())
        return False

    async def _visit(self) -> tuple[int, str]:
        """Connect once and stay as long as it goes; return how it ended."""
        line = None
        try:
            async with asyncio.timeout(10):
                line = self.line = await self._sign_in()
                await self._join_all(line)
            self._backoff.joined()
            self.live_since = time.monotonic()
            self._joined.set()
            await line.ended.wait()
        except (OSError, TimeoutError, httpx.HTTPError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            self._joined.clear()
            self.line = None
            if line is not None:
                line.hang_up()
        return (line.closed_with if line is not None else None) or (LOST, "")

    async def _sign_in(self) -> Line:
        positions = {}
        own = self.ledgers.get(self.person.topic)
        if own is not None:
            own.join()
            positions = {own.topic: own.position} if own.position else {}
        self.port = self._front.port(self._chance)
        return await Line.sign_in(
            self.port, self.person, self._device, self._frame, batch=self._batch, positions=positions
        )

    async def _join_all(self, line: Line) -> None:
        for topic, ledger in self.ledgers.items():
            if topic == self.person.topic:
                await self._joined_as(ledger, line.welcome)
            else:
                ledger.join()
                wanted = {"topic": topic, "position": ledger.position}
                frame, _ = await line.command("subscribe", wanted)
                await self._joined_as(ledger, frame)

    async def _joined_as(self, ledger: Ledger, frame: bytes) -> None:
        reply = msgspec.json.decode(frame, type=Reply)
        if not isinstance(reply.data, msgspec.Raw):
            raise ConnectionResetError(f"not joined: {frame!r}")
        state = msgspec.json.decode(reply.data, type=SubscribeReply).topics
        missing = ledger.joined(next(iter(state.values())))
        if missing is not None:
            await self._mend(ledger, *missing)
        ledger.go_on()

    async def _mend(self, ledger: Ledger, after: int, until: int) -> None:
        headers = {"Authorization": f"Bearer {self.person.token}"}
        port = self._front.port(self._chance)
        async with visitor(f"http://127.0.0.1:{port}", timeout=5, headers=headers) as http:
            while after < until:
                query: dict[str, str | int] = {
                    "topic": ledger.topic,
                    "after": after,
                    "limit": min(_PAGE, until - after),
                }
                answer = await http.get("/api/v1/events", params=query)
                if answer.status_code != httpx.codes.OK:
                    raise ConnectionResetError(f"not mended: {answer.text}")
                page = msgspec.json.decode(answer.content, type=_Page)
                events = events_of(bytes(page.data))
                ledger.mend(events)
                after = events[-1][0]

    def _frame(self, line: Line, frame: bytes, _came_at: float) -> None:
        if frame.startswith(b"["):
            for offset, event in events_of(frame):
                self._see(offset, event)
        elif frame.startswith(b'{"offset":'):
            self._see(head_of(frame)[1], frame)
        else:
            self._told(line, msgspec.json.decode(frame))

    def _see(self, offset: int, frame: bytes) -> None:
        ledger = self.ledgers.get(head_of(frame)[0])
        if ledger is not None:
            ledger.see(offset, frame)

    def _told(self, line: Line, message: dict[str, Any]) -> None:
        if message["type"] == "ping":
            line.send(b'{"type":"pong"}')
        elif message["type"] == "goodbye":
            self._backoff.spread = float(message["data"]["spread_seconds"])


class _Page(Struct):
    data: msgspec.Raw
