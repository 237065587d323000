"""The widgets that tick: what they show is only touched when it differs, so that nothing flickers."""

from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.widgets import Digits, Label, ProgressBar

from server.cli.live.face import WAITING, Face
from server.cli.live.words import Link


class Dial(Vertical):
    """The clock."""

    DEFAULT_CSS = """
    Dial { height: auto; padding: 1 2; }
    Dial > Label { width: 100%; height: 1; text-align: center; }
    Dial Digits { width: auto; text-style: bold; }
    Dial ProgressBar { width: 100%; margin: 1 0; }
    Dial Bar { width: 1fr; }
    Dial.over Digits { color: $success; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = WAITING
        self._hands = Digits(WAITING.hands)
        self._caption = Label(WAITING.caption, markup=False)
        self._progress = ProgressBar(total=1.0, show_eta=False)
        self._target = Label(markup=False)
        self._passed = Label(markup=False)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Center():
            yield self._hands
        yield self._caption
        yield self._progress
        yield self._target
        yield self._passed

    def show(self, face: Face) -> None:
        """Show a face."""
        if face == self._shown:
            return
        self._shown = face
        with self.app.batch_update():
            self._hands.update(face.hands)
            self._caption.update(face.caption, layout=False)
            self._progress.update(progress=face.progress)
            self._target.update(face.target, layout=False)
            self._passed.update(face.passed, layout=False)
            self.set_class(face.over, "over")


class LinkLabel(Label):
    """The state of the connection."""

    DEFAULT_CSS = """
    LinkLabel { width: auto; }
    LinkLabel.good { color: $success; }
    LinkLabel.waiting { color: $warning; }
    LinkLabel.bad { color: $error; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: Link | None = None

    def show(self, link: Link) -> None:
        """Show a state."""
        if link != self._shown:
            self._shown = link
            self.update(f"● {link.words}")
            self.set_classes(link.mood)
