"""A list of records as JSON, read record by record, so that each is known by its line and a bad one costs no other.

A record that is no JSON ends where its brackets do, or where the next one begins on a line of its own. When neither is
to be found, or what stands between the records is broken, the rest of the file says nothing any more, and the whole is
refused: half a library would pass for one.

Lists stand alone, or in pages of an API (`{"count": …, "results": […]}`); several may follow one another, as when pages
were written into one file.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from msgspec import Struct

PAGE: Final = "results"
"""Where a page has its records."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
# A text that is not closed ends with its line: JSON has no line ends in texts.
_TOKEN: Final = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|(?=\n)|\Z)|[{}\[\],]')
# Behind a record comes another one, or the end of the list; behind half of one that ended too early, its next field.
_BEHIND: Final = re.compile(r"""[ \t\r\n]*(?:\]|,(?![ \t\r\n]*"(?:[^"\\\n]|\\.)*"[ \t\r\n]*:))""")
_OPENS: Final = {"}": "{", "]": "["}


class UnreadableError(Exception):
    """Nothing can be taken from the file; the sentence says why."""


class Refused(Struct, frozen=True, kw_only=True):
    """A record that was not taken: its line, the field at fault where it is one, and why."""

    line: int
    field: str | None = None
    reason: str

    def __str__(self) -> str:
        return (
            f"line {self.line}: {self.field}: {self.reason}"
            if self.field
            else f"line {self.line}: {self.reason}"
        )


class Record(Struct, frozen=True):
    """An object of the list, and the line on which it begins."""

    line: int
    value: Mapping[str, Any]


def records_of(data: bytes) -> Sequence[Record | Refused]:
    """Return the records in their order. Raises UnreadableError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"The file is not in UTF-8 (line {line}).") from None
    return tuple(_Reader(text).records())


class _BadValueError(ValueError):
    """A value that JSON's grammar allows, or Python's reader, but that says nothing for certain."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) < len(pairs):
        names = [name for name, _ in pairs]
        raise _BadValueError(f"{next(name for name in names if names.count(name) > 1)} is said twice")
    return known


def _no_number(constant: str) -> NoReturn:
    raise _BadValueError(f"{constant} is no number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


class _Reader:
    """Reads a text from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = 0
        self._line = 1
        self._indent: str | None = None

    def records(self) -> Iterator[Record | Refused]:
        """Yield the records of all lists."""
        if not self._next():
            raise UnreadableError("The file is empty.")
        while first := self._next():
            yield from self._page() if first == "{" else self._list()

    def _page(self) -> Iterator[Record | Refused]:
        self._take("{")
        has_list = False
        while self._next() == '"':
            name = self._value()
            self._take(":")
            if name == PAGE:
                has_list = True
                yield from self._list()
            else:
                self._next()
                self._value()
            if self._next() == ",":
                self._take(",")
        self._take("}")
        if not has_list:
            raise UnreadableError(f"There is no list of exercises before line {self._lines()}.")

    def _list(self) -> Iterator[Record | Refused]:
        if self._next() != "[":
            raise UnreadableError(f"There is no list of exercises on line {self._lines()}.")
        self._take("[")
        self._next()
        before = self._text[self._text.rfind("\n", 0, self._at) : self._at]
        self._indent = before[1:] if before.startswith("\n") and not before.strip() else None
        while self._next() != "]":
            yield self._record()
            if self._next() == ",":  # there is none behind a record that ends where the next one begins
                self._take(",")
        self._take("]")

    def _record(self) -> Record | Refused:
        line = self._lines()
        try:
            value, end = _DECODER.raw_decode(self._text, self._at)
        except _BadValueError as error:
            self._at = self._end()
            return Refused(line=line, reason=str(error))
        except json.JSONDecodeError as error:
            self._at = self._end()
            return Refused(line=line, reason=f"this is no JSON ({error.msg}, line {error.lineno})")
        except (RecursionError, ValueError):
            self._at = self._end()
            return Refused(line=line, reason="its values are too deep or too long")
        if not _BEHIND.match(self._text, end):
            self._at = self._end_by_lines() or self._end()
            return Refused(line=line, reason="it ends before its end, or no comma is behind it")
        self._at = end
        return (
            Record(line, value)
            if isinstance(value, dict)
            else Refused(line=line, reason="this is no exercise")
        )

    def _value(self) -> Any:
        """Return what stands between the lists of a page."""
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except (RecursionError, ValueError):
            raise self._broken() from None
        return value

    def _end(self) -> int:
        """Return where a broken record ends: where its brackets do, unless another one begins on a line before that."""
        by_lines = self._end_by_lines()
        by_brackets = self._end_by_brackets(len(self._text) if by_lines is None else by_lines)
        end = by_lines if by_brackets is None else by_brackets
        if end is None:
            raise self._broken()
        return end

    def _end_by_lines(self) -> int | None:
        """Return where, on a line indented as the first one's, the next record begins, or the list ends."""
        if self._indent is None:
            return None
        less = max(len(self._indent) - 1, 0)
        ends = re.compile(rf"\n(?:{self._indent}(?=\{{)|[ \t]{{0,{less}}}(?=\]))")
        found = ends.search(self._text, self._at)
        return found and found.end()

    def _end_by_brackets(self, limit: int) -> int | None:
        open_: list[str] = []
        for token in _TOKEN.finditer(self._text, self._at, limit):
            sign = token[0]
            if sign in "{[":
                open_.append(sign)
            elif not open_ and sign in ",]":
                return token.start()
            elif sign in "}]":
                if _OPENS[sign] not in open_:
                    return None
                while open_.pop() != _OPENS[sign]:
                    pass
        return None

    def _broken(self) -> UnreadableError:
        return UnreadableError(
            f"From line {self._lines()} on the file is no list of exercises: it is broken or cut off."
        )

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise self._broken()
        self._at += 1

    def _next(self) -> str:
        """Go to what comes next; return its first character, nothing at the end."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _lines(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line
