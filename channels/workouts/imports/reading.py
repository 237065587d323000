"""A file of comma-separated values, as the rows of a table.

Files come from phones, and by way of spreadsheets: with a byte order mark or without, in UTF-8, UTF-16 or Windows-1252,
with commas, semicolons or tabs, with lines that end in any way. RFC 4180 is followed where it speaks: quoted cells hold
separators, line ends and doubled quotes. Nothing here raises for what is in a file.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

MOST_BYTES: Final = 8 * 1024 * 1024
"""Sixty thousand rows, as long as these tools write them."""
MOST_ROWS: Final = 60_000
"""Thrice the sets of a thousand workouts."""
MOST_COLUMNS: Final = 100
_LONGEST_LINE: Final = 256 * 1024
"""Twice as long as a cell may be. What is made of millions of separators is no table, and would take all memory."""
_LONGEST_NAME: Final = 200
"""No column has a longer name; and to bring text of another sort into one form takes the square of its length."""
_SEPARATORS: Final = (",", ";", "\t")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_QUOTED: Final = re.compile(r'"[^"]*"')
_WORD: Final = re.compile(r"[a-z0-9]+")


class Record(Struct, frozen=True, gc=False):
    """A row, and the line of the file that it begins in, counted from 1. A row that cannot be read has no cells."""

    line: int
    cells: Sequence[str]


class Table(Struct, frozen=True):
    """What a file holds: the row that names the columns, and the others."""

    header: Sequence[str]
    records: Sequence[Record]


class Flaw(StrEnum):
    """Why a file cannot be read at all. The last two: it has amounts, and nobody said in which unit."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"
    UNKNOWN = "unknown"
    NO_MASS_UNIT = "no_mass_unit"
    NO_LENGTH_UNIT = "no_length_unit"


class Unreadable(Struct, frozen=True):
    """A file of none of the kinds that are known; `header` is what stands where its columns should be named."""

    flaw: Flaw
    header: tuple[str, ...] = ()


class _TooWideError(Exception):
    """A line that is longer than any of a table."""


def read_table(content: bytes) -> Table | Unreadable:
    """Return a file's rows, without those that are blank."""
    if len(content) > MOST_BYTES:
        return Unreadable(Flaw.TOO_LARGE)
    records: list[Record] = []
    try:
        for number, record in enumerate(_records(_decoded(content))):
            if number > MOST_ROWS:
                return Unreadable(Flaw.TOO_MANY_ROWS)
            if record is not None:
                records.append(record)
    except _TooWideError:
        return Unreadable(Flaw.TOO_WIDE)
    if not records or not records[0].cells:
        return Unreadable(Flaw.EMPTY)
    if len(records[0].cells) > MOST_COLUMNS:
        return Unreadable(Flaw.TOO_WIDE)
    return Table(header=records[0].cells, records=records[1:])


def plain(name: str) -> str:
    """Return the name of a column by its words: `Weight (kg)` and `weight_kg` are `weight kg`."""
    folded = unicodedata.normalize("NFKD", name[:_LONGEST_NAME].casefold())
    return " ".join(_WORD.findall("".join(letter for letter in folded if not unicodedata.combining(letter))))


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content.removeprefix(mark).decode(encoding, errors="replace")
            break
    else:
        text = _without_mark(content)
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _without_mark(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _records(text: str) -> Iterator[Record | None]:
    """Give the rows in turn, None for a blank one."""
    reader = csv.reader(_lines(text), delimiter=_separator(text))
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A cell that is longer than any: most likely a quote that nobody closed.
            yield Record(line, ())
        else:
            yield Record(line, tuple(cells[: MOST_COLUMNS + 1])) if any(map(str.strip, cells)) else None


def _lines(text: str) -> Iterator[str]:
    """Cut a text at its line ends alone: Python's own cut also at others, which may stand in a cell."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > _LONGEST_LINE:
            raise _TooWideError
        yield text[start:end] + "\n"
        start = end + 1


def _separator(text: str) -> str:
    first = next((line for line in text[:_LONGEST_LINE].split("\n", 20) if line.strip()), "")
    bare = _QUOTED.sub("", first)
    return max(_SEPARATORS, key=bare.count)
