"""How the words around a phrase turn it: what is not wanted, what is but an example, and where a clause ends."""

import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from retrieval.concepts import Kind
from retrieval.words import Stems, is_break, stems_of, words_of


class Mode(Enum):
    """How a phrase is meant."""

    WANTED = "wanted"
    NOT = "not"
    INSTEAD = "instead"  # something like it, and not it
    LIKE = "like"
    ASIDE = "aside"  # it comes before or after what is looked for
    PURPOSE = (
        "purpose"  # an exercise that something is done for, and that is not it; of a muscle it says nothing
    )
    PAST = "past"  # an exercise that was done already: something like it; of anything else it says nothing


class Grammar(Struct, frozen=True, kw_only=True):
    """The small words, stemmed."""

    negators: frozenset[Stems]
    negators_behind: frozenset[Stems]
    past: frozenset[Stems]
    instead: frozenset[Stems]
    similar: frozenset[Stems]
    instead_behind: frozenset[Stems]
    outgrown: frozenset[Stems]
    aside: frozenset[Stems]
    gentle: frozenset[Stems]
    purpose: frozenset[Stems]
    idioms: frozenset[Stems]
    only: frozenset[Stems]
    turns: frozenset[Stems]
    fillers: frozenset[Stems]


class Phrase(Protocol):
    """What is marked."""

    start: int
    end: int
    named: tuple[str, ...]
    nearest: bool
    mode: Mode
    joined: bool

    @property
    def kinds(self) -> set[Kind]:
        """What sorts of things it means."""


_PATH: Final = Path(__file__).parent / "vocabulary" / "grammar.toml"


@cache
def grammar() -> Grammar:
    """Return the small words, read once."""
    table: Mapping[str, list[str]] = tomllib.loads(_PATH.read_text(encoding="utf-8"))
    return Grammar(**{name: frozenset(map(stems_of, phrases)) for name, phrases in table.items()})


@cache
def grammar_words() -> tuple[str, ...]:
    """Return the words of all small phrases, and of measures, as they are written."""
    table: Mapping[str, list[str]] = tomllib.loads(_PATH.read_text(encoding="utf-8"))
    return (
        tuple(word for phrases in table.values() for phrase in phrases for word in words_of(phrase))
        + _MEASURES
    )


_MEASURES: Final = ("kg", "kilo", "kilos", "lb", "lbs", "min", "mins", "sec", "secs", "reps", "km")
_FULL_STOPS: Final = frozenset({".", ";", "!", "?", "but"})
_LONGEST: Final = 5


def modes(stems: Sequence[str], spans: Sequence[Phrase], complaints: frozenset[Stems]) -> list[Stems]:
    """Mark how each phrase is meant; return the words that are not wanted and that no phrase has."""
    reading = _Reading(stems, spans, complaints)
    place = 0
    while place < len(stems):
        place = reading.step(place)
    return reading.loose


class _Reading:
    """One pass over a question. `last` is the phrase that the mode was last given to, `heard` says that any word was.

    Up to `read` the words have said already how the phrase before them is meant.
    """

    def __init__(self, stems: Sequence[str], spans: Sequence[Phrase], complaints: frozenset[Stems]) -> None:
        self._stems = stems
        self._spans = spans
        self._begins: dict[int, Phrase] = {}
        for span in spans:
            self._begins.setdefault(span.start, span)
        self._complaints = complaints
        self._mode = Mode.WANTED
        self._last: Phrase | None = None
        self._heard = False
        self._hurt = -1
        self._read = 0
        self._turn: Stems = ()
        self.loose: list[Stems] = []

    def step(self, place: int) -> int:
        """Read what begins here; return where the next begins."""
        span = self._begins.get(place)
        if span is not None and not self._opens(place, span):
            self._take(span)
            return span.end
        if place < self._read:
            return place + 1
        opened, length = self._opened(place)
        if self._stems[place] in _CAUSES and self._hurt == place:
            opened, length = Mode.NOT, 1
        if opened is not Mode.WANTED:
            self._turn = tuple(self._stems[place : place + length])
            # "Nothing on the floor": what the turn's last words begin is still to be read.
            length = next((one for one in range(1, length) if place + one in self._begins), length)
            if not any(map(is_break, self._stems[place + length : place + length + 1])):
                self._mode, self._last, self._heard = opened, None, False
            return place + length
        if self._hurt == place and (self._stems[place],) in grammar().fillers:
            self._hurt += 1
        if self._mode is not Mode.WANTED:
            if self._ends(place):
                self._mode = Mode.WANTED
            else:
                self._hear(place)
        return place + 1

    def _opens(self, place: int, span: Phrase) -> bool:
        """Say whether a longer phrase of the grammar begins here ("alternative to" before "alternative")."""
        opened, length = self._opened(place)
        if opened is Mode.WANTED:
            return False
        follows = any(span.end <= one.start <= span.end + _LIST_REACH for one in self._spans)
        return place + length > span.end or (place + length == span.end and follows)

    def _take(self, span: Phrase) -> None:
        if self._mode is not Mode.WANTED and self._last is not None and not self._goes_on(span):
            self._mode = Mode.WANTED
        span.joined = self._last is not None and self._is_with(self._last.end, span)
        mode = self._meant(span)
        for one in self._spans:
            if span.start <= one.start and one.end <= span.end:
                one.mode = mode
        self._last = span if self._mode is not Mode.WANTED else None
        if Kind.LIMIT in span.kinds:
            self._hurt = span.end + _length(self._stems, span.end, self._complaints)
        if self._turns_what_follows(span):
            limit = Kind.LIMIT in span.kinds
            self._mode, self._last, self._heard = Mode.NOT, span if limit else None, False

    def _turns_what_follows(self, span: Phrase) -> bool:
        """Say whether a negation within a phrase goes on: of a limit ("without overhead pressing"), or by an "or"."""
        if Kind.LIMIT in span.kinds:
            return bool(_length(self._stems, span.start, grammar().negators))
        listed = self._stems[span.end : span.end + 1] in (["or"], ["nor"])
        return listed and any(
            _length(self._stems, place, grammar().negators) for place in range(span.start, span.end)
        )

    def _meant(self, span: Phrase) -> Mode:
        """Return how a phrase is meant, by the mode around it and by what stands behind it."""
        mode = _MEANT_OF_NAMED.get(self._mode, self._mode) if span.named else self._unnamed(span)
        behind = _length(self._stems, span.end, grammar().instead_behind) if span.named else 0
        if behind and mode is Mode.WANTED:
            # Where a library has but what is nearest to it, that is what stands for it.
            mode = Mode.WANTED if span.nearest else Mode.INSTEAD
            self._read = span.end + behind
        outgrown = any(_length(self._stems, span.end + one, grammar().outgrown) for one in range(3))
        if outgrown and span.named and mode in {Mode.WANTED, Mode.NOT}:
            mode = Mode.LIKE if mode is Mode.WANTED else Mode.INSTEAD
        if _length(self._stems, span.end, grammar().negators_behind) and not self._only_before(span.start):
            mode = Mode.NOT
        # "Easy on" speaks of what follows: of the bike that stands before it, it is praise.
        praised = _length(self._stems, span.end, grammar().gentle)
        hurts = (
            (span.named or span.kinds <= _DONE)
            and not praised
            and _length(self._stems, span.end, self._complaints)
        )
        if hurts and Kind.LIMIT not in span.kinds:
            return Mode.INSTEAD if span.named else Mode.NOT
        return mode

    def _unnamed(self, span: Phrase) -> Mode:
        """Return the mode around a phrase that names no exercise: it is no example of anything."""
        if self._mode in {Mode.LIKE, Mode.PAST, Mode.PURPOSE}:
            return Mode.WANTED
        if self._mode is Mode.INSTEAD and not span.kinds & {Kind.MOVEMENT, Kind.EQUIPMENT}:
            return Mode.WANTED
        return self._mode

    def _goes_on(self, span: Phrase) -> bool:
        """Say whether a mode that was given to a phrase goes on to the next one: in a list, or to what it modifies."""
        last = self._last
        if last is None:
            return True
        said = self._stems[last.end : span.start]
        if not said and Kind.LIMIT in last.kinds:
            # "No overhead pressing", and not "no jumping cardio", "no jumping legs".
            return span.kinds == {Kind.MOVEMENT}
        if said and Kind.MOVEMENT in last.kinds and Kind.EQUIPMENT in span.kinds and set(said) <= _ARTICLES:
            return True
        if said and Kind.MOVEMENT in last.kinds and span.kinds == {Kind.POSTURE}:
            return all((one,) in grammar().fillers for one in said)
        between = [one for one in said if one not in _ARTICLES]
        if not between:
            return last.kinds <= {Kind.EQUIPMENT, Kind.POSTURE, Kind.MUSCLE, Kind.GOAL} and bool(
                span.kinds & {Kind.MOVEMENT, *last.kinds}
            )
        listed = {"or", "nor"} & set(between)
        return bool(listed or last.kinds & span.kinds) or self._is_with(last.end, span)

    def _opened(self, place: int) -> tuple[Mode, int]:
        """Return the longest turn that begins here."""
        found = (Mode.WANTED, 0)
        for mode, phrases in (
            (Mode.INSTEAD, grammar().instead),
            (Mode.NOT, grammar().negators),
            (Mode.PAST, grammar().past),
            (Mode.LIKE, grammar().similar),
            (Mode.ASIDE, grammar().aside),
            (Mode.PURPOSE, grammar().purpose),
        ):
            length = _length(self._stems, place, phrases)
            if length > found[1]:
                found = mode, length
        return found

    def _ends(self, place: int) -> bool:
        word = self._stems[place]
        if word in _FULL_STOPS:
            return True
        if self._last is None and not self._heard:
            return False
        following = next((span for span in self._spans if span.start > place), None)
        if word in {",", "and", "&", "+"}:
            alike = (
                self._last is not None
                and following is not None
                and bool(following.kinds & self._last.kinds)
                and following.start - place <= _LIST_REACH
                and not self._alone(following)
            )
            return not alike
        if word == "with":
            return following is None or not self._is_with(place, following)
        return word not in {"or", "nor"} and (word,) in grammar().turns

    def _is_with(self, place: int, following: Phrase) -> bool:
        """Say whether equipment belongs to the movement that is not wanted ("not curls with a barbell")."""
        return (
            self._turn == ("not",)
            and self._mode is Mode.NOT
            and self._last is not None
            and Kind.MOVEMENT in self._last.kinds
            and self._last.end == place
            and self._stems[place] == "with"
            and following.start == place + 1
            and following.kinds == {Kind.EQUIPMENT}
        )

    def _hear(self, place: int) -> None:
        word = self._stems[place]
        if is_break(word) or (word,) in grammar().fillers:
            return
        self._heard = True
        if self._mode is Mode.NOT and (self._last is None or self._last.end < place):
            self.loose.append((word,))

    def _alone(self, span: Phrase) -> bool:
        only = grammar().only
        return bool(_length(self._stems, span.end, only) or _length(self._stems, span.start - 1, only))

    def _only_before(self, place: int) -> bool:
        only = grammar().only
        return any(_length(self._stems, one, only) for one in range(max(place - _LIST_REACH, 0), place))


_MEANT_OF_NAMED: Final = {Mode.PAST: Mode.INSTEAD, Mode.PURPOSE: Mode.ASIDE}
_DONE: Final = frozenset({Kind.MOVEMENT, Kind.POSTURE})
"""What may hurt when it is done."""
_LIST_REACH: Final = 3
_CAUSES: Final = frozenset({"when", "while", "dure", "from", "if"})
_ARTICLES: Final = frozenset({"ani", "the", "a", "an", "my"})


def _length(stems: Sequence[str], place: int, phrases: frozenset[Stems]) -> int:
    """Return how many words of the longest phrase begin here, 0 where none does."""
    if place < 0:
        return 0
    return next(
        (
            length
            for length in range(min(_LONGEST, len(stems) - place), 0, -1)
            if tuple(stems[place : place + length]) in phrases
        ),
        0,
    )
