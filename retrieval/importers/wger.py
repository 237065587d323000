"""wger: https://github.com/wger-project/wger, what its API gives under `/api/v2/exerciseinfo/`.

The fields are those of `ExerciseInfoSerializer` in `wger/exercises/api/serializers.py`; servers of before 2025 call the
translations `exercises`. Muscles go by their everyday names, and by the Latin ones where there are no others. Each
exercise has a licence of its own.
"""

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from retrieval.importers.fields import Name, Told, Word, each_once, explained, spaced, steps_of
from retrieval.library import Exercise

FORMAT: Final = "wger"

_ENGLISH: Final = 2
"""English in wger's `languages.json`, which all its servers load."""
_UNSEEN: Final = frozenset({"script", "style"})
_WITHIN_LINES: Final = frozenset(
    {"a", "b", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"}
)


class _Named(Struct, frozen=True):
    name: Word


class _Muscle(Struct, frozen=True):
    name: Word
    name_en: Annotated[str, Meta(max_length=60)] = ""


class _Licence(Struct, frozen=True):
    short_name: Word


class _Alias(Struct, frozen=True):
    alias: Name


class _Translation(Struct, frozen=True):
    name: Name
    description: Told = ""
    aliases: Annotated[tuple[_Alias, ...], Meta(max_length=40)] = ()


class _Row(Struct, frozen=True, kw_only=True):
    uuid: UUID
    category: _Named
    muscles: tuple[_Muscle, ...]
    muscles_secondary: tuple[_Muscle, ...]
    equipment: tuple[_Named, ...]
    license: _Licence
    translations: tuple[dict[str, Any], ...] = ()
    exercises: tuple[dict[str, Any], ...] = ()


def is_wger(value: Mapping[str, Any]) -> bool:
    """Say whether a record has what only wger's have."""
    return "uuid" in value and not value.keys().isdisjoint({"translations", "exercises"})


def exercise_of(value: Mapping[str, Any]) -> tuple[Exercise, str]:
    """Return the exercise of a record, and what it may be used under. Raises msgspec.ValidationError."""
    row = msgspec.convert(value, _Row)
    english = _english(row.translations or row.exercises)
    name = spaced(english.name)
    primary = each_once(map(_called, row.muscles))
    exercise = Exercise(
        exercise_id=str(row.uuid),
        name=name,
        aliases=each_once((one.alias for one in english.aliases), (name,)),
        category=spaced(row.category.name),
        equipment=each_once(one.name for one in row.equipment),
        primary_muscles=primary,
        secondary_muscles=each_once(map(_called, row.muscles_secondary), primary),
        instructions=steps_of(_lines(english.description)),
    )
    return exercise, spaced(row.license.short_name)


def _english(translations: Sequence[Mapping[str, Any]]) -> _Translation:
    for one in translations:
        if one.get("language") == _ENGLISH:
            try:
                return msgspec.convert(one, _Translation)
            except msgspec.ValidationError as error:
                field, reason = explained(str(error))
                raise msgspec.ValidationError(f"{reason} - at `$.translations.{field}`") from None
    raise msgspec.ValidationError("There is none in English - at `$.translations`")


def _called(muscle: _Muscle) -> str:
    return spaced(muscle.name_en) or muscle.name


def _lines(html: str) -> list[str]:
    page = _Page()
    page.feed(html)
    page.close()
    return "".join(page.seen).split("\n")


class _Page(HTMLParser):
    """The text of a page as it is seen, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's form
        self._unseen += tag in _UNSEEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.seen.append(data.replace("\n", " "))

    def _break(self, tag: str) -> None:
        if tag not in _WITHIN_LINES:
            self.seen.append("\n")
