"""What a session says on a connection, as frames: commands and signals; and which reply is for which question."""

from typing import Any

from cornerman_client.codec import Codec
from cornerman_client.frames import Command, Signal
from cornerman_client.life import Life
from cornerman_client.outputs import Output, Send


class Speech:
    """See the module. `said` gathers the frames in their order among all that the session puts out.

    A question is a command of the session's own; those of the app know themselves which reply is theirs.
    """

    def __init__(self, codec: Codec, life: Life, said: list[Output]) -> None:
        self.said = said
        self._codec = codec
        self._life = life
        self._last_id = 0
        self._asked: dict[int, tuple[type[Any], float]] = {}

    @property
    def question_open(self) -> bool:
        """Whether a question waits for its reply."""
        return bool(self._asked)

    def begin(self) -> None:
        """A connection begins: ids count from 1."""
        self._last_id = 0

    def parted(self) -> None:
        """The connection is gone: no reply comes."""
        self._asked.clear()

    def command(self, command: Command[Any], with_: dict[str, Any], now: float) -> int:
        """Say a command with more of its head; returns its id."""
        self._last_id += 1
        self._say({"id": self._last_id, "type": command.wire_type, **with_, "data": command})
        self._life.asked(now)
        return self._last_id

    def ask(self, question: Command[Any], now: float) -> None:
        """Say a question; it has no key, for it is no matter of a person's."""
        self._asked[self.command(question, {}, now)] = (type(question), now)

    def signal(self, signal: Signal, topic: str | None = None) -> None:
        """Say a signal."""
        about = {} if topic is None else {"topic": topic}
        self._say({"type": signal.wire_type, **about, "data": signal})

    def answered(self, re: int) -> tuple[type[Any] | None, float]:
        """Return which question a reply is for, and when that was sent."""
        return self._asked.pop(re, (None, 0.0))

    def _say(self, message: dict[str, Any]) -> None:
        self.said.append(Send(self._codec.encode(message)))
