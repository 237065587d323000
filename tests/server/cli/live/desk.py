"""A view on a real node and another device of the same person."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC

from textual.pilot import Pilot
from textual.widgets import Digits, Footer, Label, RichLog
from textual.widgets._footer import FooterKey

from cornerman_client.account import Account, Login
from cornerman_client.client import Client
from server.cli.live.app import LiveView
from tests.nodes import PASSWORD, Node
from tests.waiting import eventually


class Desk:
    """A view of one device, and another device of the same person."""

    def __init__(self, view: LiveView, pilot: Pilot[None], client: Client, other: Client) -> None:
        self.view = view
        self.pilot = pilot
        self.client = client
        self.other = other

    @property
    def hands(self) -> str:
        return self.view.screen_stack[0].query_one(Digits).value

    @property
    def labels(self) -> str:
        return "\n".join(str(label.content) for label in self.view.screen_stack[0].query(Label))

    @property
    def events(self) -> str:
        log = self.view.screen_stack[0].query_one(RichLog)
        return "\n".join(strip.text.rstrip() for strip in log.lines)

    @property
    def keys(self) -> str:
        """What the footer offers."""
        footer = self.view.screen_stack[0].query_one(Footer)
        return "  ".join(f"{key.key_display} {key.description}" for key in footer.query(FooterKey))

    async def offers(self, keys: str) -> None:
        await eventually(lambda: self.keys == keys, seconds=20)

    @property
    def toasts(self) -> list[str]:
        return [note.message for note in self.view._notifications]

    async def shows(self, text: str) -> None:
        await eventually(lambda: text in f"{self.labels}\n{self.events}", seconds=20)


@asynccontextmanager
async def desk_at(node: Node) -> AsyncIterator[Desk]:
    login = Login(f"{secrets.token_hex(8)}@example.org", PASSWORD)
    accounts = [Account(node.url, device=device) for device in ("desk", "phone")]
    await accounts[0].register(login, name="Ada")
    await accounts[1].log_in(login)
    async with AsyncExitStack() as stack:
        client, other = [
            await stack.enter_async_context(Client(node.url, credentials=account, device=device))
            for account, device in zip(accounts, ("desk", "phone"), strict=True)
        ]
        view = LiveView(client, login.email, UTC)
        pilot = await stack.enter_async_context(view.run_test(size=(80, 24), notifications=True))
        found = Desk(view, pilot, client, other)
        await found.shows("No fast runs")
        await other.until_online()
        yield found
