"""Scripts by their names: a server that does not know one yet, new or emptied, is sent the whole of it."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import NoScriptError

Answer = TypeVar("Answer")


class Script:
    """A script in Lua."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._name = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, send: Callable[[str, str], Awaitable[Answer]]) -> Answer:
        """Return what `send` does with a command and the script for it.

        It may be called twice, so what it sends must be harmless to repeat. Nothing is loaded beforehand: that would
        need every server of a cluster, also one that is away and has nothing to do with it.
        """
        try:
            return await send("EVALSHA", self._name)
        except NoScriptError:
            return await send("EVAL", self._source)
