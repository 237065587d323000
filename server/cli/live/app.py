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
from cornerman_client.errors import ClockUnknown, CornermanError, Ended
from cornerman_client.frames import State
from cornerman_client.types import SandboxRate
from server.cli.live.dial import Dial, LinkLabel
from server.cli.live.face import NO_FAST, WAITING, Face, face, good_for
from server.cli.live.questions import YES, end_confirmation, protocol_choice, rate_choice
from server.cli.live.sandbox import Sandbox
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
        Binding("c", "connect", "Connect now"),
        Binding("q,ctrl+c", "quit", "Quit", key_display="q"),
    ]
    CSS = """
    #top { height: 1; background: $panel; padding: 0 1; }
    #who { width: 1fr; }
    RichLog { height: 1fr; border: round $primary; padding: 0 1; background: $background; }
    ToastRack { margin: 0 2 2 0; }
    """

    def __init__(self, client: Client, who: str, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._client = client
        self._sandbox = Sandbox(client)
        self._who = who
        self._zone = zone
        self._lines = Lines(zone)
        self._link = LinkLabel()
        self._dial = Dial()
        self._events = RichLog(wrap=True)
        self._usable: tuple[bool, ...] = ()

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
        question = self._sandbox.question()
        if question is not None:
            self.run_worker(question, name="sandbox")
        self._offer_keys()
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

    def _offer_keys(self) -> None:
        """Have the footer show other keys when others do something; also behind a question."""
        usable = tuple(self._does(action) for action in ("start", "end", "rate", "connect"))
        if usable != self._usable:
            self._usable = usable
            self.screen_stack[0].refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's form
        """Say whether a key does something now; Textual neither shows nor takes one that does not."""
        return self._does(action)

    def _does(self, action: str) -> bool:
        client = self._client
        match action:
            case "start":
                return client.ended is None and client.person is not None and client.fast is None
            case "end":
                return client.ended is None and client.fast is not None
            case "rate":
                return client.ended is None and self._sandbox.known
            case "connect":
                return client.returns_in is not None
            case _:
                return True

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
            return

        def answered(answer: str | None) -> None:
            if answer == YES:
                self._do(self._client.fasting.end(fast.session_id))

        self.push_screen(end_confirmation(fast.protocol_id), answered)

    def action_rate(self) -> None:
        """Choose how fast time runs."""

        def chosen(rate: str | None) -> None:
            if rate is not None:
                self._do(self._client.send(SandboxRate(rate=float(rate))))

        self.push_screen(rate_choice(), chosen)

    def action_connect(self) -> None:
        """Wait no longer."""
        self._client.come_back()

    def _do(self, command: Awaitable[object]) -> None:
        async def do() -> None:
            try:
                await command
            except CornermanError as error:
                self.notify(refusal(error), severity="warning", markup=False)

        self.run_worker(do(), name="command")
