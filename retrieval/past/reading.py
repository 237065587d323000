"""What a question about somebody's past asks: when, what of it, which exercises, how much, in what order.

What is exact (numbers, dates, who is heaviest) is asked of the database; what people wrote is found by words and meaning. A
question may be both. It is pure: now, the person's time zone and what reads exercises come in.
"""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from retrieval.past.amounts import Amount, Measure, take_amounts
from retrieval.past.deeds import Deed
from retrieval.past.spans import EVER, Span, take_span


class Fact(StrEnum):
    """What of the past is asked for."""

    WORKOUTS = "workouts"
    SETS = "sets"
    FASTS = "fasts"
    NOTES = "notes"


class Order(StrEnum):
    """Which of it first."""

    LAST = "last"
    FIRST = "first"
    HEAVIEST = "heaviest"
    LIGHTEST = "lightest"
    LONGEST = "longest"
    SHORTEST = "shortest"
    FARTHEST = "farthest"
    FASTEST = "fastest"
    MOST_REPS = "most reps"


class Reading(Struct, frozen=True, kw_only=True):
    """How a question is read. `facts` are never empty.

    `count` is how many are asked for, if that is said, and `single` says that it is one; `days` says that sessions are mostly of the muscles that were named; `about` is the question
    without its words of time, by which notes are found.
    """

    facts: tuple[Fact, ...]
    about: str
    span: Span = EVER
    amounts: tuple[Amount, ...] = ()
    order: Order | None = None
    count: int | None = None
    single: bool = False
    deed: Deed = Deed()
    days: bool = False
    protocol: str | None = None

    @property
    def text(self) -> str:
        """How it was read, in words."""
        parts = [
            self.order.value if self.order else "",
            " and ".join(self.facts),
            f"of {', '.join(self.deed.said)}" if self.deed.said else "",
            f"of {self.protocol}" if self.protocol else "",
            ", ".join(shown_amount(one) for one in self.amounts),
            self.span.said,
        ]
        return " ".join(part for part in parts if part)


_PLAIN: Final = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MULTIPLICATION SIGN}": "x"})
_ORDERS: Final = (
    (Order.MOST_REPS, r"most (?:reps?|repetitions?)|max(?:imum)? reps?"),
    (
        Order.HEAVIEST,
        r"heaviest|strongest|max(?:imum)?(?: weight)?|most weight|biggest|highest|best|records?|pbs?|prs?|personal (?:best|record)s?|\d{1,2}\s?-?rm|(?:one|1)[ -]rep max",
    ),
    (Order.LIGHTEST, r"lightest|least weight"),
    (Order.LONGEST, r"longest"),
    (Order.SHORTEST, r"shortest"),
    (Order.FARTHEST, r"farthest|furthest"),
    (Order.FASTEST, r"fastest|quickest"),
    (Order.LAST, r"last(?: time)?|latest|most recent(?:ly)?|newest"),
    (Order.FIRST, r"first(?: time)?|earliest|oldest|when did i (?:start|begin)"),
    (Order.MOST_REPS, r"most"),
)
_COUNTED: Final = re.compile(
    r"\b(?:last|latest|first|heaviest|longest|best|top)\s+(?P<count>\d{1,2})\b(?!\s*(?:x|rep|kg|lb))"
)
_FASTS: Final = re.compile(r"\b(?:fast|fasts|fasted|fasting|omad)\b|\b\d\d:\d\d?\b")
_PROTOCOL: Final = re.compile(r"\b(?:omad|\d\d:\d\d?)\b")
_NOTES: Final = re.compile(
    r"\b(?:fe(?:el|els|eling|lt)|hurts?|hurting|pain\w*|sore\w*|ach(?:e|es|ed|ing|y)|tired|exhausted|dizzy|sick|ill|mood|energy|sle(?:ep|pt)\w*"
    r"|not(?:e|es|ed)|wr(?:ite|ote|itten)|sa(?:y|id)|mention\w*|comment\w*|injur\w*|twing\w*|tight\w*|stiff\w*|why|complain\w*|swollen|swelling"
    r"|discomfort|niggl\w*|tweak\w*)\b"
)
_WORKOUTS: Final = re.compile(
    r"\b(?:workouts?|sessions?|train(?:ed|ing|ings)?|gym|work(?:ed)? out|days?|what (?:did|have) i (?:do|done))\b"
)
_SEVERAL: Final = re.compile(r"\b(?:workouts|sessions|fasts|sets|days|trainings)\b")
_TRAINED: Final = re.compile(r"\bdays?\b")
_A_WORKOUT: Final = re.compile(r"\b(?:workouts?|sessions?|train\w*|gym)\b")
_OF_SETS: Final = frozenset({Measure.MASS, Measure.REPS, Measure.METRES})
_SETS_FIRST: Final = frozenset({Order.HEAVIEST, Order.MOST_REPS, Order.FARTHEST})


def read(question: str, now: datetime, zone: ZoneInfo, exercises: Callable[[str], Deed]) -> Reading:
    """Return how a question is read; `exercises` reads which ones it speaks of."""
    text = " ".join(question.lower().translate(_PLAIN).split())
    span, text = take_span(text, now, zone)
    about = " ".join(text.split())
    order, count, text = _order(text)
    protocol = _PROTOCOL.search(text)
    amounts, text = take_amounts(text)
    fasts = _FASTS.search(text) is not None
    deed = exercises(re.sub(r"\bran\b", "run", _PROTOCOL.sub(" ", text)))
    if fasts and deed.exercises is not None:
        fasts = False  # "a fast run"
    found = Reading(
        facts=_facts(text, deed, order, amounts, fasts=fasts, dated=span is not EVER),
        about=about,
        span=span,
        amounts=amounts,
        order=order,
        count=count,
        single=order is not None and count is None and _SEVERAL.search(text) is None,
        deed=deed,
        days=deed.muscles and _TRAINED.search(text) is not None,
        protocol=protocol[0] if protocol and fasts else None,
    )
    return replace(found, amounts=tuple(_measured(one, found) for one in amounts))


def _order(text: str) -> tuple[Order | None, int | None, str]:
    counted = _COUNTED.search(text)
    count = int(counted["count"]) if counted and int(counted["count"]) else None
    if counted:
        text = f"{text[: counted.start('count')]}{text[counted.end('count') :]}"
    for order, words in _ORDERS:
        match = re.search(rf"\b(?:{words})\b", text)
        if match is not None:
            maximum = re.search(r"\d", match[0])
            rest = text if maximum else f"{text[: match.start()]} {text[match.end() :]}"
            return order, count, re.sub(r"\b(?:last|latest|first)\b", " ", rest)
    return None, count, text


def _facts(
    text: str, deed: Deed, order: Order | None, amounts: tuple[Amount, ...], *, fasts: bool, dated: bool
) -> tuple[Fact, ...]:
    """Return what is asked for; what is left beside something exact is looked for in notes as well."""
    notes = (Fact.NOTES,) if deed.rest else ()
    measured = {one.measure for one in amounts} & _OF_SETS
    if _NOTES.search(text):
        return (Fact.NOTES,)
    if fasts:
        return (Fact.FASTS,)
    if (deed.exercises is not None and not deed.muscles) or (
        deed.exercises is None and (measured or order in _SETS_FIRST)
    ):
        return (Fact.SETS, *notes)
    if deed.exercises is not None:
        return (Fact.WORKOUTS, *notes)
    return notes or _undescribed(text, dated=dated)


def _undescribed(text: str, *, dated: bool) -> tuple[Fact, ...]:
    """Return what is asked for by nothing but a time, or a word for all of its kind."""
    if _A_WORKOUT.search(text):
        return (Fact.WORKOUTS,)
    if dated:
        return (Fact.WORKOUTS, Fact.FASTS)
    return (Fact.WORKOUTS,) if _WORKOUTS.search(text) else (Fact.NOTES,)


def _measured(amount: Amount, found: Reading) -> Amount:
    """Return a number alone by what the question is about: hours of a fast, minutes of a workout."""
    if amount.measure is not Measure.NUMBER or Fact.SETS in found.facts:
        return amount
    factor = 3600 if Fact.FASTS in found.facts else 60
    least = None if amount.least is None else amount.least * factor
    most = None if amount.most is None else amount.most * factor
    return replace(amount, measure=Measure.SECONDS, least=least, most=most)


def shown_amount(amount: Amount) -> str:
    """Return an amount in words."""
    factor, unit = _shown_unit(amount)
    least, most = (
        None if one is None else f"{(one / factor).normalize():f}" for one in (amount.least, amount.most)
    )
    if least is not None and most is not None:
        return f"{least} to {most}{unit}"
    if most is not None:
        return f"{'under' if amount.under else 'at most'} {most}{unit}"
    return f"{'over' if amount.over else 'at least'} {least}{unit}"


def _shown_unit(amount: Amount) -> tuple[Decimal, str]:
    """Return what amounts of a kind are shown in: in how many of their own units, and what these are called."""
    match amount.measure:
        case Measure.SECONDS:
            number = amount.least if amount.least is not None else amount.most or Decimal(0)
            units = ((3600, " h"), (60, " min"))
            return next(((Decimal(one), unit) for one, unit in units if not number % one), (Decimal(1), " s"))
        case Measure.METRES:
            return Decimal(1), " m"
        case Measure.REPS:
            return Decimal(1), " reps"
        case Measure.MASS | Measure.NUMBER:
            return Decimal(1), f" {amount.unit}" if amount.unit else ""
