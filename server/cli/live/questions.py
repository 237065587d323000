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
YES: Final = "yes"
_NO: Final = "no"


class Choice(ModalScreen[str | None]):
    """Asks for one of `options` (what it gives, its words); None when the person thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]
    KEYS: ClassVar[str] = "↑↓ choose   Enter take it   Esc back"
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
            yield Label(self._question, markup=False)
            yield OptionList(
                *(Option(f"{given:<6} {words}", id=given) for given, words in self._options.items())
            )
            yield Label(self.KEYS, classes="keys")

    def on_mount(self) -> None:
        """Begin at what is taken most often."""
        self.query_one(OptionList).highlighted = list(self._options).index(self._usual)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give what was chosen."""
        self.dismiss(event.option_id)


class Confirmation(Choice):
    """Asks whether to do something, and begins at not doing it: gives YES, or anything else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", f"dismiss('{YES}')", "Yes"),
        Binding("n", "dismiss", "No"),
    ]
    KEYS = "↑↓ choose   Enter take it   y yes   n or Esc no"

    def __init__(self, question: str, *, yes: str, no: str) -> None:
        super().__init__(question, {_NO: no, YES: yes}, usual=_NO)


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
    return Choice("How fast shall your time run?", RATES, usual="1")


def end_confirmation(protocol_id: str) -> Confirmation:
    """Ask whether to end the fast."""
    return Confirmation(f"End the {protocol_id} fast?", yes="end it", no="let it run")


def finish_confirmation(name: str) -> Confirmation:
    """Ask whether to finish the workout."""
    return Confirmation(f"Finish {name}?", yes="finish it", no="go on")
