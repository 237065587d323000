"""What a question means: which concepts it wants, which it does not, which exercises it names.

Words are mended, the longest phrases of the vocabulary and the library's names are found, and each is read as wanted or
not by the negations, and the ends of clauses, around it. Nothing is guessed from single questions: a question is
understood as far as its words are known, and the rest is left to the lexical and the dense evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from retrieval.concepts import Concept, Kind, Vocabulary
from retrieval.grammar import Mode, grammar, modes
from retrieval.phrases import Phrases, Span
from retrieval.spelling import Spelling
from retrieval.words import Stems, is_break, spelled, stem, words_of

_ONLY_REACH: Final = 4


class Want(Struct, frozen=True):
    """A concept, and the words that said it; `of` are the exercises in whose name they stand."""

    concept: Concept
    said: str
    of: tuple[str, ...] = ()


class Avoid(Struct, frozen=True):
    """What is not wanted: exercises that fit all of the concepts ("no barbell squats"), or whose names say the words."""

    concepts: tuple[Concept, ...]
    said: str
    stems: Stems = ()


class Named(Struct, frozen=True):
    """Exercises that were named, by their names, the closest first."""

    means: tuple[str, ...]
    said: str
    stems: Stems
    exact: bool


class Question(Struct, frozen=True, kw_only=True):
    """A question as it was understood. `text` has its words mended; `rest` are the stems that no concept took."""

    text: str
    wants: tuple[Want, ...] = ()
    avoids: tuple[Avoid, ...] = ()
    named: tuple[Named, ...] = ()
    not_named: tuple[Named, ...] = ()
    like: tuple[Named, ...] = ()
    around: tuple[Named, ...] = ()
    """What is done before or after what is looked for, or what that is done for."""
    rest: Stems = ()
    said: Stems = ()
    """The stems of what is wanted."""
    only: bool = False

    def wanted(self, kind: Kind) -> tuple[Concept, ...]:
        """Return the concepts of a kind that are wanted."""
        return tuple(one.concept for one in self.wants if one.concept.kind is kind)


class Reader:
    """Reads questions about one library."""

    def __init__(self, vocabulary: Vocabulary, names: Mapping[Stems, str], spelling: Spelling) -> None:
        self._phrases = Phrases(vocabulary, names)
        self._complaints = vocabulary.complaints
        self._spelling = spelling

    def read(self, text: str) -> Question:
        """Return what a question means."""
        words = [part for word in words_of(text) for part in spelled(self._spelling.mended(word)).split()]
        stems = [word if is_break(word) else stem(word) for word in words]
        spans = self._phrases.of(stems)
        for span in spans:
            span.said = " ".join(words[span.start : span.end])
        unwanted = modes(stems, spans, self._complaints)
        return _question(words, stems, spans, unwanted)


def _question(
    words: Sequence[str], stems: Sequence[str], spans: Sequence[Span], unwanted: Sequence[tuple[str, ...]]
) -> Question:
    limits = [span for span in spans if Kind.LIMIT in span.kinds]
    clear = [span for span in spans if span in limits or not any(_across(span, one) for one in limits)]
    taken = {place for span in clear for place in range(span.start, span.end)}
    avoided = {place for span in clear if span.unwanted for place in range(span.start, span.end)}
    fillers = grammar().fillers | grammar().negators
    loose = [
        place
        for place, one in enumerate(stems)
        if place not in taken and not is_break(one) and (one,) not in fillers
    ]
    not_said = {one for phrase in unwanted for one in phrase}
    written = dict(zip(stems, words, strict=True))
    return Question(
        text=" ".join(words),
        wants=_wants(clear),
        avoids=(
            *_avoids(clear),
            *(Avoid((), " ".join(written[one] for one in phrase), phrase) for phrase in unwanted),
        ),
        named=tuple(_named(span) for span in clear if span.named and span.wanted),
        not_named=tuple(
            _named(span) for span in clear if span.named and span.unwanted and not _partly(span, clear)
        ),
        like=tuple(_named(span) for span in clear if span.named and span.mode in {Mode.INSTEAD, Mode.LIKE}),
        around=tuple(_named(span) for span in clear if span.named and span.mode is Mode.ASIDE),
        rest=tuple(stems[place] for place in loose if stems[place] not in not_said),
        said=tuple(
            one
            for place, one in enumerate(stems)
            if place not in avoided and not is_break(one) and (one,) not in fillers and one not in not_said
        ),
        only=_exclusively(stems, clear),
    )


def _partly(span: Span, spans: Sequence[Span]) -> bool:
    """Say whether only some of what is named is not wanted: that with a barbell."""
    return any(one.joined and one.start == span.end + 1 for one in spans)


def _across(span: Span, limit: Span) -> bool:
    return span is not limit and span.start < limit.end and limit.start < span.end


def _named(span: Span) -> Named:
    return Named(span.named, span.said, span.stems, span.exact)


_OPPOSITES: Final = {
    "expert": "beginner",
    "advanced": "beginner",
    "intermediate": "beginner",
    "beginner": "advanced",
}


def _wants(spans: Sequence[Span]) -> tuple[Want, ...]:
    """Return what is wanted; limits whatever was said around them; places and levels that are not, turned round."""
    found: list[Want] = []
    for span in spans:
        for concept in span.concepts:
            if span.wanted or concept.kind is Kind.LIMIT:
                found.append(Want(concept, span.said, span.within))
            elif span.unwanted and concept.kind is Kind.PLACE:
                place = "no_kit" if concept.name == "gym" else concept.name
                found.append(Want(Concept(Kind.PLACE, place), span.said))
            elif span.unwanted and concept.kind is Kind.GOAL and concept.name in _OPPOSITES:
                found.append(Want(Concept(Kind.GOAL, _OPPOSITES[concept.name]), span.said))
    return tuple(dict.fromkeys(found))


_AVOIDABLE: Final = frozenset({Kind.MUSCLE, Kind.EQUIPMENT, Kind.MOVEMENT, Kind.POSTURE, Kind.GOAL})
_NOT_AVOIDED: Final = frozenset(
    {*_OPPOSITES, "muscle_size", "max_strength", "fat_loss", "functional", "rehab"}
)
"""What nearly every exercise is good for: who does not want it ("strength, not size") rules out none."""
_MODIFIERS: Final = frozenset({Kind.EQUIPMENT, Kind.POSTURE})


def _avoids(spans: Sequence[Span]) -> Iterator[Avoid]:
    """Yield what is not wanted; modifiers right before a movement, before each other or behind "with" belong together."""
    modifiers: list[Concept] = []
    end = -1
    for span in (one for one in spans if one.unwanted and not one.within):
        concepts = _avoidable(span)
        if span.joined:
            continue
        joined = next((one for one in spans if _partly(span, [one])), None)
        if joined is not None:
            yield from (Avoid((*_avoidable(joined), concept), span.said) for concept in concepts)
            continue
        if span.start != end:
            modifiers = []
        end = span.end
        follows = any(one.unwanted and one.start == end for one in spans)
        if span.kinds <= _MODIFIERS and follows and concepts:
            modifiers.append(concepts[0])
            continue
        for concept in concepts:
            yield Avoid((*modifiers, concept), span.said)
        if span.named and modifiers and not concepts:
            yield Avoid(tuple(modifiers), span.said, span.stems)


def _avoidable(span: Span) -> list[Concept]:
    return [one for one in span.concepts if one.kind in _AVOIDABLE and one.name not in _NOT_AVOIDED]


def _exclusively(stems: Sequence[str], spans: Sequence[Span]) -> bool:
    """Say whether the equipment that is named is all there is."""
    kit = [span for span in spans if span.wanted and Kind.EQUIPMENT in span.kinds]
    only = grammar().only
    for place in range(len(stems)):
        length = next((one for one in (5, 4, 3, 2, 1) if tuple(stems[place : place + one]) in only), 0)
        if length and any(
            0 <= span.start - place - length < _ONLY_REACH or 0 <= place - span.end < _ONLY_REACH - 2
            for span in kit
        ):
            return True
    return False
