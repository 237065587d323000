"""What the terminal view asks: a choice of a list, or yes and no."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from channels.fasting.protocols import PROTOCOLS

RATES: Final = {
    "1": "as it is",
    "60": "a minute a second",
    "600": "ten minutes a second",
    "3600": "an hour a second",
    "10000": "as fast as it goes",
}


class Choice(ModalScreen[str | None]):
    """Asks for one of `options` (what it gives, its words); None when the person thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]
    CSS = """
    Choice { align: center middle; }
    Choice > Vertical { width: 64; height: auto; border: round $primary; padding: 1 2; background: $surface; }
    Choice OptionList { height: auto; border: none; margin: 1 0; }
    Choice .keys { color: $text-muted; }
    """

    def __init__(self, question: str, options: dict[str, str], *, usual: str) -> None:
        super().__init__()
        self._question = question
        self._options = options
        self._usual = usual

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Label(self._question)
            yield OptionList(
                *(Option(f"{given:<6} {words}", id=given) for given, words in self._options.items())
            )
            yield Label("↑↓ choose   Enter take it   Esc back", classes="keys")

    def on_mount(self) -> None:
        """Begin at what is taken most often."""
        self.query_one(OptionList).highlighted = list(self._options).index(self._usual)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give what was chosen."""
        self.dismiss(event.option_id)


class Confirmation(ModalScreen[bool]):
    """Asks yes or no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]
    CSS = """
    Confirmation { align: center middle; }
    Confirmation > Vertical { width: auto; height: auto; border: round $warning; padding: 1 3; background: $surface; }
    Confirmation .keys { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Label(self._question)
            yield Label("y yes   n or Esc no", classes="keys")

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - an action's arguments are positional
        """Give the answer."""
        self.dismiss(answer)


def protocol_choice() -> Choice:
    """Ask which protocol to follow."""
    return Choice(
        "Which fast?",
        {
            protocol_id: f"{protocol.fasting_hours} h without food, {protocol.eating_hours} h with"
            for protocol_id, protocol in PROTOCOLS.items()
        },
        usual="16:8",
    )


def rate_choice() -> Choice:
    """Ask how fast time shall run."""
    return Choice("How fast shall your time run? (only on a sandbox server)", RATES, usual="1")
