"""People and their phones, for tests against nodes."""

import secrets

from cornerman_client import types
from cornerman_client.account import Account, Login
from cornerman_client.client import Client
from tests.nodes import PASSWORD


async def signed_up(url: str, device: str = "phone-1") -> tuple[Account, Login]:
    login = Login(f"{secrets.token_hex(8)}@example.org", PASSWORD)
    account = Account(url, device=device)
    await account.register(login, name="Ada", time_zone="Europe/Berlin")
    return account, login


def running(client: Client) -> types.FastingSession | None:
    """Return the fast that a client shows now."""
    return client.fast


class Phone:
    """A client with the newest tick that it got, and what its clock showed then."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ticks: list[tuple[types.FastingTick, float]] = []

    async def watch(self) -> None:
        async for message in self.client.events():
            if isinstance(message, types.FastingTick):
                self.ticks.append((message, self.elapsed()))

    def elapsed(self) -> float:
        """The running fast's seconds by this phone's own clock."""
        session = running(self.client)
        return 0.0 if session is None else (self.client.now() - session.started_at).total_seconds()
