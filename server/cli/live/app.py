"""The terminal view: one client, one screen. A workout that runs is shown before a fast.

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
from cornerman_client.clocks import running_interval, running_rest
from cornerman_client.errors import ClockUnknown, CornermanError, Ended
from cornerman_client.frames import State
from cornerman_client.plan import next_set
from cornerman_client.types import SandboxRate, WorkoutStatus
from server.cli.live.dial import Dial, LinkLabel
from server.cli.live.face import NO_FAST, WAITING, Face, face, good_for
from server.cli.live.questions import YES, end_confirmation, finish_confirmation, protocol_choice, rate_choice
from server.cli.live.room import Room
from server.cli.live.sandbox import Sandbox
from server.cli.live.words import Lines, link, refusal
from server.cli.live.workout_face import workout_face, workout_good_for

_KEYS: Final = ("start", "end", "train", "pause", "resume", "skip", "finish", "rate", "connect")
_LOOK_SECONDS: Final = 0.5
"""How often the connection is looked at when no second hand runs."""


class LiveView(App[None]):
    """Shows and steers one person's fast through a client that runs already.

    Moments are shown in `zone`, that of this machine if it is None.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", "Start fast"),
        Binding("e", "end", "End fast"),
        Binding("t", "train", "Tabata"),
        Binding("p", "pause", "Pause"),
        Binding("p", "resume", "Resume"),
        Binding("k", "skip", "Skip"),
        Binding("f", "finish", "Finish"),
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
        self._room = Room(client)
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
                if isinstance(message, State):
                    self._room.hear(message)
                else:
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
        for work in (self._sandbox.question(), self._room.look()):
            if work is not None:
                self.run_worker(work, name="question")
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
        usable = tuple(self._does(action) for action in _KEYS)
        if usable != self._usable:
            self._usable = usable
            self.screen_stack[0].refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's form
        """Say whether a key does something now; Textual neither shows nor takes one that does not."""
        return self._does(action)

    def _does(self, action: str) -> bool:
        client, workout = self._client, self._room.workout
        known = client.ended is None and client.person is not None
        paused = workout is not None and workout.status is WorkoutStatus.PAUSED
        does = {
            "start": known and client.fast is None,
            "end": known and client.fast is not None,
            "train": known and client.workout is None,
            "pause": known and workout is not None and not paused,
            "resume": known and paused,
            "skip": known and workout is not None,
            "finish": known and workout is not None,
            "rate": client.ended is None and self._sandbox.known,
            "connect": client.returns_in is not None,
        }
        return does.get(action, True)

    def _face(self) -> tuple[Face, float]:
        client = self._client
        if client.person is None:
            return WAITING, _LOOK_SECONDS
        now, workout = self._now(), self._room.workout
        if now is not None and workout is not None:
            shown = workout_face(workout, now, self._beside(now))
            return shown, workout_good_for(workout, now, client.person.time.rate)
        if client.fast is None:
            return NO_FAST, _LOOK_SECONDS
        if now is None:
            return WAITING, _LOOK_SECONDS
        return face(client.fast, now, self._zone), good_for(client.fast, now, client.person.time.rate)

    def _beside(self, now: datetime) -> str:
        """Return what else is told while a workout is shown."""
        heart, fast = self._room.heart_rate(now), self._client.fast
        parts = [] if heart is None else [f"heart {heart}"]
        if fast is not None:
            parts.append(f"fast {face(fast, now, self._zone).hands}")
        return "   ".join(parts)

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

    def action_train(self) -> None:
        """Start a Tabata."""
        self._do(self._client.training.start("tabata"))

    def action_pause(self) -> None:
        """Stop the workout's clocks."""
        self._do(self._client.training.pause())

    def action_resume(self) -> None:
        """Let the workout's clocks go on."""
        self._do(self._client.training.resume())

    def action_skip(self) -> None:
        """Go on at once: with what comes after the rest, the interval, the planned set."""
        now, workout = self._now(), self._room.workout
        if now is None or workout is None:
            return
        if running_rest(workout, now) is not None:
            self._do(self._client.training.skip_rest(workout.session_id))
            return
        place = next_set(workout) if running_interval(workout, now) is None else None
        planned = None if place is None else place.planned
        self._do(self._client.training.skip(planned, session_id=workout.session_id))

    def action_finish(self) -> None:
        """Finish the workout, if that is meant."""
        workout = self._room.workout
        if workout is None:
            return

        def answered(answer: str | None) -> None:
            if answer == YES:
                self._do(self._client.training.finish(session_id=workout.session_id))

        self.push_screen(finish_confirmation(workout.name), answered)

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
