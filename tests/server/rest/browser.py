"""Headless Chromium over its DevTools protocol: what a page asks for, runs into and shows."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.waiting import eventually

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-port=0",
    # No name is known, so that what is asked of another host cannot be answered by luck.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_START_SECONDS = 30.0


class Tab:
    """One page. `urls` is all that it asked for, `troubles` all that its console complains of."""

    def __init__(self, devtools: ClientConnection) -> None:
        self._devtools = devtools
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.urls: list[str] = []
        self.troubles: list[str] = []

    async def listen(self) -> None:
        """Take what the browser says, for as long as it runs."""
        async for text in self._devtools:
            message = json.loads(text)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            else:
                self._note(message["method"], message["params"])

    async def start(self) -> None:
        """Open the page, blank."""
        target = await self.call("Target.createTarget", url="about:blank")
        session = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = session["sessionId"]
        for domain in ("Network", "Runtime", "Log", "Page"):
            await self.call(f"{domain}.enable")

    async def open(self, url: str, shown: str) -> None:
        """Go to a page and wait until the expression is true in it."""
        await self.call("Page.navigate", url=url)
        async with asyncio.timeout(_START_SECONDS):
            while not await self.evaluate(f"document.readyState == 'complete' && ({shown})"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def evaluate(self, expression: str) -> Any:
        """What an expression is in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def call(self, method: str, **parameters: Any) -> Any:
        """Ask the browser to do something."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._devtools.send(json.dumps(message))
        answer = await self._answers[number]
        assert "error" not in answer, answer
        return answer["result"]

    def _note(self, event: str, told: Any) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.urls.append(told["request"]["url"])
            case "Network.loadingFailed":
                self.troubles.append(told["errorText"])
            case "Runtime.exceptionThrown":
                self.troubles.append(told["exceptionDetails"]["text"])
            case "Log.entryAdded" if told["entry"]["level"] in {"warning", "error"}:
                self.troubles.append(told["entry"]["text"])


@asynccontextmanager
async def tab_of(chromium: str, folder: Path) -> AsyncIterator[Tab]:
    """A page of a browser of its own."""
    process = await asyncio.create_subprocess_exec(
        chromium,
        *_FLAGS,
        f"--user-data-dir={folder}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with connect(await _address(folder / "DevToolsActivePort"), max_size=None) as devtools:
            tab = Tab(devtools)
            listening = asyncio.create_task(tab.listen())
            await tab.start()
            yield tab
            listening.cancel()
    finally:
        process.kill()
        await process.wait()


async def _address(written: Path) -> str:
    def lines() -> list[str]:
        return written.read_text().splitlines() if written.exists() else []

    await eventually(lambda: len(lines()) > 1, _START_SECONDS)
    port, path = lines()[:2]
    return f"ws://127.0.0.1:{port}{path}"
