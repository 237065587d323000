"""What an app waits for: the final answer to each question that is open, under its key."""

import asyncio
from collections.abc import Hashable
from typing import Any

from cornerman_client.errors import Ended


class Answers:
    """See the module. Several may wait for the same answer; none of them, when given up, gives it up for the others."""

    def __init__(self) -> None:
        self._open: dict[Hashable, asyncio.Future[Any]] = {}

    def to(self, key: Hashable) -> asyncio.Future[Any]:
        """Return what will hold the answer: wait for it shielded."""
        return self._open.setdefault(key, asyncio.get_running_loop().create_future())

    def give(self, key: Hashable, answer: object) -> None:
        """Answer a question, if it is open."""
        future = self._open.pop(key, None)
        if future is not None:
            future.set_result(answer)

    def fail(self, ended: Ended) -> None:
        """Answer all that is open: nothing more will come."""
        for future in self._open.values():
            future.set_exception(ended)
            future.exception()  # whoever asked may have gone; an exception that nobody fetches is no news
        self._open.clear()
