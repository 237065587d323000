"""Words as the search compares them: lower case, without accents, one spelling, stemmed.

Names, questions and the vocabulary all pass through here, so that `Push-Ups`, `pushup` and `push ups` are one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Final, TypeAlias

from snowballstemmer import stemmer

Stem: TypeAlias = str
Stems: TypeAlias = tuple[Stem, ...]

LONGEST_PHRASE: Final = 7
"""Words in the longest phrase that is looked for."""

_WORD: Final = re.compile(r"[a-z0-9]+|[,.;:!?()+&]")
_ARTICLES: Final = frozenset({"a", "an", "the", "my", "your", "our", "some"})
"""They change nothing of what is meant."""
_BREAKS: Final = frozenset(",.;:!?()")
# What is written in one word or in two, and what a stemmer would leave apart.
_ONE_SPELLING: Final = {
    "pushup": "push up",
    "pressup": "push up",
    "pullup": "pull up",
    "chinup": "chin up",
    "situp": "sit up",
    "stepup": "step up",
    "getup": "get up",
    "warmup": "warm up",
    "pulldown": "pull down",
    "pushdown": "push down",
    "pressdown": "push down",
    "cooldown": "cool down",
    "kickback": "kick back",
    "pullover": "pull over",
    "skullcrusher": "skull crusher",
    "bodyweight": "body weight",
    "benchpress": "bench press",
    "dumbell": "dumbbell",
    "crossover": "cross over",
    "rollout": "roll out",
    "flye": "fly",
    "flyes": "fly",
    "flies": "fly",
    "flys": "fly",
    "calves": "calf",
    "calfs": "calf",
    "abdominals": "abs",
    "triceps": "tricep",
    "biceps": "bicep",
    "lunges": "lunge",
    "strait": "straight",
    "loose": "lose",
    "dumbel": "dumbbell",
    "w": "with",
    "n": "and",
    "&": "and",
    "1": "one",
    "2": "two",
    "pres": "press",
    "strech": "stretch",
    "dbs": "db",
    "kbs": "kb",
    "childs": "child",
    "farmers": "farmer",
    "runners": "runner",
    "dancers": "dancer",
}
# Words that a stemmer takes for forms of one.
_STEMS: Final = {
    "splits": "splits",
    "alternative": "alternative",
    "alternatives": "alternative",
    "lungs": "lungs",
    "lung": "lungs",
    "universal": "universal",
    "boxing": "boxing",
}
_snowball = stemmer("english")


@lru_cache(maxsize=65536)
def stem(word: str) -> Stem:
    """Return what is common to a word's forms."""
    found: str = _STEMS.get(word) or _snowball.stemWord(word)
    return found


def words_of(text: str) -> list[str]:
    """Return a text's words and the marks that break it, in lower case and one spelling: `Pull-Ups!` is `pull up !`."""
    plain = text.lower() if text.isascii() else _without_accents(text.lower())
    plain = plain.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    found: list[str] = []
    for word in _WORD.findall(plain):
        if word not in _ARTICLES:
            found += spelled(word).split()
    return found


@cache
def spelled(word: str) -> str:
    """Return a word in the spelling that all is compared in; two words where it is written apart."""
    if word in _ONE_SPELLING:
        return _ONE_SPELLING[word]
    return _ONE_SPELLING.get(word.removesuffix("s"), word)


def _without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def stems_of(text: str) -> Stems:
    """Return a text's stems, without its marks."""
    return tuple(stem(word) for word in words_of(text) if word not in _BREAKS)


def is_break(word: str) -> bool:
    """Say whether this is a mark that ends a clause."""
    return word in _BREAKS


def two_words() -> Iterable[str]:
    """Return the words that are written otherwise here than people may write them."""
    return tuple(_ONE_SPELLING)


def grams(stems: Sequence[Stem]) -> Iterator[Stems]:
    """Yield all phrases of a text, up to the longest that the vocabulary has."""
    for start in range(len(stems)):
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(stems)) + 1):
            yield tuple(stems[start:end])
