"""Many questions, one JSON object a line; answers in the same order."""

import time
from contextlib import closing
from typing import IO, Annotated, Final

import click
import msgspec
from msgspec import Meta, Struct

from server.cli.exercises.alone import Meant
from server.search.answers import LONGEST_QUERY, Asked, UnknownValueError, Wished
from server.search.engine import engine_of
from server.search.shelf import Shelf
from server.settings import Settings

_Values = tuple[str, ...] | None


class _Filters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    equipment: _Values = None
    muscles: _Values = None
    level: _Values = None
    category: _Values = None


class _Line(Struct, frozen=True, kw_only=True):
    """A question; what else is said of it is for others."""

    query: Annotated[str, Meta(max_length=LONGEST_QUERY)]
    filters: _Filters | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 10

    def asked(self) -> Asked:
        filters = self.filters or _Filters()
        values = {name: getattr(filters, name) or () for name in Wished.__struct_fields__}
        return Asked(query=self.query, filters=Wished(**values), limit=self.limit)


class _Answer(Struct, frozen=True, kw_only=True):
    ids: tuple[str, ...]
    ms: float


class _Error(Struct, frozen=True, kw_only=True):
    error: str


_decoder: Final = msgspec.json.Decoder(_Line)


async def answer_all(settings: Settings, shelf: Shelf, questions: IO[bytes], answers: IO[bytes]) -> int:
    """Answer every line, once the encoder is there; return how many could not be answered. Empty lines are none."""
    with closing(Meant(settings, engine_of(shelf))) as meant:
        if reason := await meant.warm():
            click.echo(f"By words alone: {reason}", err=True)
        wrong = 0
        for line in questions:
            if line.strip():
                answer = await _answer(meant, line)
                wrong += isinstance(answer, _Error)
                answers.write(msgspec.json.encode(answer) + b"\n")
                answers.flush()
    return wrong


async def _answer(meant: Meant, line: bytes) -> _Answer | _Error:
    try:
        asked = _decoder.decode(line).asked()
        began = time.perf_counter()
        found = await meant.search(asked)
        seconds = time.perf_counter() - began
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, UnknownValueError) as error:
        return _Error(error=str(error))
    return _Answer(ids=tuple(one.exercise_id for one in found.results), ms=round(seconds * 1000, 3))
