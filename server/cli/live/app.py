"""The terminal view: one client, one screen.

The clock is drawn from absolute facts and the client's knowledge of the server's time, at the moment when the next
second begins; a tick that is late or lost changes nothing.
"""

from collections.abc import Awaitable
from datetime import datetime, tzinfo
from typing import ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Footer, Label, RichLog

from cornerman_client.client import Client
from cornerman_client.codes import ErrorCode
from cornerman_client.errors import ClockUnknown, CommandRefused, CornermanError, Ended
from cornerman_client.frames import State
from cornerman_client.types import SandboxRate
from server.cli.live.dial import Dial, LinkLabel
from server.cli.live.face import NO_FAST, WAITING, Face, face, good_for
from server.cli.live.questions import Confirmation, protocol_choice, rate_choice
from server.cli.live.words import Lines, link, refusal

_LOOK_SECONDS: Final = 0.5
"""How often the connection is looked at when no second hand runs."""


class LiveView(App[None]):
    """Shows and steers one person's fast through a client that runs already.

    Moments are shown in `zone`, that of this machine if it is None.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", "Start"),
        Binding("e", "end", "End"),
        Binding("r", "rate", "Sandbox rate"),
        Binding("q,ctrl+c", "quit", "Quit", key_display="q"),
    ]
    CSS = """
    #top { height: 1; background: $panel; padding: 0 1; }
    #who { width: 1fr; }
    RichLog { height: 1fr; border: round $primary; padding: 0 1; background: $background; }
    """

    def __init__(self, client: Client, who: str, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._client = client
        self._who = who
        self._zone = zone
        self._lines = Lines(zone)
        self._link = LinkLabel()
        self._dial = Dial()
        self._events = RichLog(wrap=True)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Horizontal(id="top"):
            yield Label(f"Cornerman  {self._who}", id="who", markup=False)
            yield self._link
        yield self._dial
        yield self._events
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin."""
        self._events.border_title = "Events"
        self._events.can_focus = False
        self.run_worker(self._follow(), name="events")
        self._tick()

    async def _follow(self) -> None:
        try:
            async for message in self._client.events():
                if not isinstance(message, State):
                    for line in self._lines.of(message, self._now()):
                        self._events.write(line)
                self._draw()
        except Ended as ended:
            self._draw()
            self._events.write(f"{ended} Press q to leave.")

    def _tick(self) -> None:
        self.set_timer(min(self._draw(), _LOOK_SECONDS), self._tick)

    def _draw(self) -> float:
        """Show what is; return for how many seconds it stays so."""
        client = self._client
        self._link.show(
            link(
                online=client.online,
                returns_in=client.returns_in,
                ended=client.ended,
                clock_error=client.clock_error,
                rate=client.person.time.rate if client.person else 1.0,
            )
        )
        shown, seconds = self._face()
        self._dial.show(shown)
        return seconds

    def _face(self) -> tuple[Face, float]:
        client = self._client
        if client.person is None:
            return WAITING, _LOOK_SECONDS
        if client.fast is None:
            return NO_FAST, _LOOK_SECONDS
        now = self._now()
        if now is None:
            return WAITING, _LOOK_SECONDS
        return face(client.fast, now, self._zone), good_for(client.fast, now, client.person.time.rate)

    def _now(self) -> datetime | None:
        try:
            return self._client.now()
        except ClockUnknown:
            return None

    def action_start(self) -> None:
        """Choose a protocol and start."""

        def chosen(protocol_id: str | None) -> None:
            if protocol_id is not None:
                self._do(self._client.fasting.start(protocol_id))

        self.push_screen(protocol_choice(), chosen)

    def action_end(self) -> None:
        """End the running fast, if that is meant."""
        fast = self._client.fast
        if fast is None:
            self.notify("No fast runs.", severity="warning")
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's form
            if yes:
                self._do(self._client.fasting.end(fast.session_id))

        self.push_screen(Confirmation(f"End the {fast.protocol_id} fast?"), answered)

    def action_rate(self) -> None:
        """Choose how fast time runs."""

        def chosen(rate: str | None) -> None:
            if rate is not None:
                self._do(self._run_time(float(rate)))

        self.push_screen(rate_choice(), chosen)

    async def _run_time(self, rate: float) -> None:
        try:
            await self._client.send(SandboxRate(rate=rate))
        except CommandRefused as error:
            if error.code != ErrorCode.UNKNOWN_TYPE:
                raise
            self.notify(
                "This server is no sandbox; one is started by: cornerman serve --sandbox", severity="warning"
            )

    def _do(self, command: Awaitable[object]) -> None:
        async def do() -> None:
            try:
                await command
            except CornermanError as error:
                self.notify(refusal(error), severity="warning", markup=False)

        self.run_worker(do(), name="command")
