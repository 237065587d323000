"""The phrases of a question that mean something: concepts, exercises by name, regions of the body, complaints, ages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from retrieval.concepts import Alias, Concept, Kind, Vocabulary
from retrieval.grammar import Mode, grammar
from retrieval.words import LONGEST_PHRASE, Stems, is_break

_Place: TypeAlias = tuple[int, int, Concept]
_COMPLAINT_REACH: Final = 4
"""Words between a part of the body and what is wrong with it."""


class Span(Struct):
    """Words of a question that mean something, and how they are meant."""

    start: int
    end: int
    stems: Stems
    concepts: tuple[Concept, ...] = ()
    named: tuple[str, ...] = ()
    exact: bool = False
    nearest: bool = False
    """Those that are named are not it: the library has none, as far as is known."""
    mode: Mode = Mode.WANTED
    joined: bool = False
    """It says what the phrase before it is done with."""
    within: tuple[str, ...] = ()
    said: str = ""
    """Its words, as they were written."""

    @property
    def kinds(self) -> set[Kind]:
        """What sorts of things it means."""
        return {one.kind for one in self.concepts} | ({Kind.MOVEMENT} if self.named else set())

    @property
    def wanted(self) -> bool:
        """Say whether it is."""
        return self.mode is Mode.WANTED

    @property
    def unwanted(self) -> bool:
        """Say whether it is expressly not."""
        return self.mode in {Mode.NOT, Mode.INSTEAD}


class Phrases:
    """Finds the phrases of questions about one library, by the vocabulary and by the library's names."""

    def __init__(self, vocabulary: Vocabulary, names: Mapping[Stems, str]) -> None:
        self._vocabulary = vocabulary
        self._names = names
        self._marks = frozenset(one for region in vocabulary.regions for one in region.near | region.of)

    def of(self, stems: Sequence[str]) -> list[Span]:
        """Return the phrases of a question in the order of their places, the longer ones first."""
        spans = _chosen([*self._spans(stems), *self._regions(stems)])
        complaints = list(self._complaints(stems, spans))
        found = [one for one in spans if not any(_inside(one, limit) for limit in complaints)]
        found += [limit for limit, _ in complaints]
        found += _ages(stems)
        return sorted(found, key=lambda span: (span.start, -span.end))

    def _spans(self, stems: Sequence[str]) -> Iterator[Span]:
        for start in range(len(stems)):
            for end in range(start + 1, min(start + LONGEST_PHRASE, len(stems)) + 1):
                phrase = tuple(stems[start:end])
                concepts = self._vocabulary.phrases.get(phrase, ())
                alias = self._vocabulary.aliases.get(phrase)
                name = self._names.get(phrase)
                if phrase in grammar().idioms:
                    yield Span(start, end, phrase, mode=Mode.ASIDE)
                elif concepts or alias or name:
                    nearest = name is None and alias is not None and alias.nearest
                    yield Span(start, end, phrase, concepts, _means(alias, name), name is not None, nearest)

    def _regions(self, stems: Sequence[str]) -> Iterator[Span]:
        """Yield the parts of the body that are said by where they are."""
        marks = [
            (start, start + length, phrase)
            for start in range(len(stems))
            for length in (1, 2)
            if (phrase := tuple(stems[start : start + length])) in self._marks
        ]
        for first, last in ((one, other) for one in marks for other in marks if other[0] >= one[1]):
            between = set(stems[first[1] : last[0]])
            if last[1] - first[0] > LONGEST_PHRASE or not between <= self._vocabulary.between | {","}:
                continue
            for region in self._vocabulary.regions:
                # "Chest, the upper part", and not "lower, chest".
                after = first[2] in region.of and last[2] in region.near
                if after or (first[2] in region.near and last[2] in region.of and "," not in between):
                    yield Span(first[0], last[1], tuple(stems[first[0] : last[1]]), (region.concept,))

    def _complaints(
        self, stems: Sequence[str], spans: Sequence[Span]
    ) -> Iterator[tuple[Span, tuple[int, int]]]:
        """Yield the limits that are said by a part of the body and what is wrong with it, and where that stands."""
        limited = {one for span in spans if Kind.LIMIT in span.kinds for one in range(span.start, span.end)}
        parts = [one for one in self._parts(stems) if one[0] not in limited and not _within(one, spans)]
        for start, end in _complained(stems, self._vocabulary.complaints):
            # "Injury prevention" complains of nothing.
            if any(one.start <= start and end <= one.end and one.kinds == {Kind.GOAL} for one in spans):
                continue
            near = [
                one
                for one in parts
                if _gap(one, start, end) <= _COMPLAINT_REACH and _joined(stems, one, start, end)
            ]
            # In "tennis elbow friendly triceps" the complaint is spoken for by the limit right before it.
            before = start if stems[start] in _AHEAD else start - 1
            if near and limited.isdisjoint(range(before, end)):
                ahead = stems[start] in _AHEAD
                first, last, part = min(near, key=lambda one: _distance(one, start, end, ahead=ahead))
                yield Span(first, last, tuple(stems[first:last]), (part,)), (start, end)

    def _parts(self, stems: Sequence[str]) -> Iterator[_Place]:
        for length in (3, 2, 1):
            for start in range(len(stems) - length + 1):
                part = self._vocabulary.parts.get(tuple(stems[start : start + length]))
                if part is not None:
                    yield start, start + length, part


def _within(part: _Place, spans: Sequence[Span]) -> bool:
    """Say whether a part is but a word of something longer ("upper back")."""
    start, end, _ = part
    return any(one.start <= start and end <= one.end and one.end - one.start > end - start for one in spans)


def _distance(part: _Place, start: int, end: int, *, ahead: bool) -> tuple[bool, int, bool, int]:
    """Return how far a part is from a complaint: joints in general are the last, and `ahead` tells where it stands."""
    first, last, concept = part
    return concept.name == "low_impact", _gap(part, start, end), (first >= end) != ahead, first - last


def _inside(span: Span, limit: tuple[Span, tuple[int, int]]) -> bool:
    """Say whether a phrase is but the complaint itself."""
    start, end = limit[1]
    return start <= span.start and span.end <= end


_AHEAD: Final = frozenset(
    {
        "without",
        "easi",
        "gentl",
        "kind",
        "no",
        "not",
        "avoid",
        "spare",
        "protect",
        "save",
        "dont",
        "bad",
        "torn",
        "sore",
        "injur",
        "broken",
        "weak",
        "hurt",
    }
)
"""Complaints that begin so stand before the part that they are of."""


def _ages(stems: Sequence[str]) -> Iterator[Span]:
    """Yield that somebody is old, where a number says so."""
    for place, one in enumerate(stems):
        following = stems[place + 1] if place + 1 < len(stems) else ""
        if one.isdigit() and _OLD <= int(one) <= _OLDEST and following not in _UNITS:
            yield Span(place, place + 1, (one,), (Concept(Kind.LIMIT, "older"),))


_OLD: Final = 62
_OLDEST: Final = 99
_UNITS: Final = frozenset(
    {
        "kg",
        "kilo",
        "lb",
        "pound",
        "percent",
        "min",
        "minut",
        "sec",
        "second",
        "rep",
        "day",
        "cm",
        "kcal",
        "degre",
        "meter",
        "m",
    }
)


def _complained(stems: Sequence[str], complaints: frozenset[Stems]) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(stems):
        length = next((one for one in (4, 3, 2, 1) if tuple(stems[place : place + one]) in complaints), 0)
        if length:
            yield place, place + length
        place += length or 1


def _gap(part: _Place, start: int, end: int) -> int:
    return max(part[0] - end, start - part[1], 0)


def _joined(stems: Sequence[str], part: _Place, start: int, end: int) -> bool:
    between = stems[end : part[0]] if part[0] >= end else stems[part[1] : start]
    return not any(is_break(one) or one == "but" for one in between)


def _means(alias: Alias | None, name: str | None) -> tuple[str, ...]:
    names = () if name is None else (name,)
    return tuple(dict.fromkeys(names + (() if alias is None else alias.means)))


def _chosen(spans: Iterable[Span]) -> list[Span]:
    """Return the longest spans that do not lie across each other, and within named exercises what they are done with."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start - one.end, not one.concepts)):
        over = [one for one in chosen if one.start < span.end and span.start < one.end]
        if not over:
            chosen.append(span)
        elif len(over) == 1 and over[0].named and not over[0].concepts and span.concepts:
            kinds = _WITHIN_STRETCHES if "stretch" in over[0].stems else _WITHIN_NAMES
            within = tuple(one for one in span.concepts if one.kind in kinds)
            if within:
                chosen.append(Span(span.start, span.end, span.stems, within, within=over[0].named))
    return chosen


_WITHIN_NAMES: Final = frozenset({Kind.EQUIPMENT})
_WITHIN_STRETCHES: Final = frozenset({Kind.EQUIPMENT, Kind.MUSCLE, Kind.MOVEMENT})
