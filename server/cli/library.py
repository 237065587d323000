"""`cornerman library`."""

import asyncio
import re
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from typing import IO, Final, TypeVar

import click
import msgspec

from retrieval.importers.reading import Imported, read
from retrieval.importers.records import UnreadableError
from server.cli.databases import borrowed_database, opened
from server.cli.faults import Failed, Wrong, load_settings, told
from server.libraries import OtherFormatError, Report, take
from storage import libraries
from storage.library_records import LibraryExerciseRecord, LibraryRecord
from storage.postgres import Database, linked

Result = TypeVar("Result")

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""Files are called after libraries."""
_MOST_BYTES: Final = 64 * 2**20
_WIDEST: Final = 100
_COLUMNS: Final = ("library", "exercises", "used", "format", "imported", "licence")
_SHOWN: Final = (
    "library",
    "licence",
    "aliases",
    "category",
    "equipment",
    "primary_muscles",
    "secondary_muscles",
    "level",
    "force",
    "mechanic",
)


@click.group()
def library() -> None:
    """Libraries of exercises: import, list and show them, and say which the search uses."""


@library.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--as", "name", required=True, metavar="NAME", help="What to call the library.")
def import_(file: IO[bytes], name: str) -> None:
    """Import exercises: free-exercise-db's JSON, or what wger's API gives under /api/v2/exerciseinfo/.

    Those that the library has already are updated by their ids; those that the file does not have stay. Bad records are
    told with their line and left out.
    """
    if not _NAME.fullmatch(name):
        raise Wrong(
            f"{name!r} is no name for a library: take up to 40 letters, digits, dots, hyphens and underscores."
        )
    imported = _read(file)
    for refused in imported.refused:
        click.echo(f"  {refused}")
    if not imported.taken:
        raise Failed(f"There is no exercise in {file.name} that could be taken.")
    try:
        report = _run(lambda database: take(database, name, imported))
    except OtherFormatError as error:
        raise Failed(f"{error} Import it under another name.") from None
    click.echo("\n".join(_told(report, imported)))


@library.command("list")
def list_() -> None:
    """List the libraries, those that search uses first."""
    listed = _run(_listed)
    if not listed:
        click.echo("There is no library yet: `cornerman library import FILE --as NAME` makes one.")
        return
    rows = [_COLUMNS, *(_row(one) for one in listed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS) - 1)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True))
        click.echo("  ".join(cells).rstrip())


@library.command()
@click.argument("exercise_id", metavar="ID")
@click.option(
    "--library", "name", metavar="NAME", help="The library to look in; else the first that has the id."
)
def show(exercise_id: str, name: str | None) -> None:
    """Show an exercise by the id that its library gives it."""

    async def find(database: Database) -> list[LibraryExerciseRecord]:
        async with linked(database) as link:
            return await libraries.by_id(link, exercise_id)

    found = [one for one in _run(find) if name in {None, one.library}]
    if not found:
        raise Failed(f"There is no exercise {exercise_id} in {name or 'any library'}.")
    click.echo("\n".join(_shown(found[0])))


@library.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def use(names: tuple[str, ...]) -> None:
    """Let search use these libraries, in this order, and no others."""
    wanted = tuple(dict.fromkeys(names))

    async def change(database: Database) -> None:
        async with linked(database) as link, link.transaction():
            known = [one.name for one in await libraries.listed(link)]
            if unknown := [name for name in wanted if name not in known]:
                raise Failed(
                    f"There is no library {', '.join(unknown)}. There is {', '.join(known) or 'none'}."
                )
            await libraries.use(link, wanted)

    _run(change)
    click.echo(f"Search uses {', then '.join(wanted)}.")


@library.command("evaluate")
@click.option("--half", type=click.Choice(["tuning", "unseen"]), help="Ask one half of the questions only.")
@click.option(
    "--library", "name", metavar="NAME", help="One that was imported, in place of the one that comes along."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--worst", type=click.IntRange(0), default=0, metavar="N", help="Show the N questions answered worst."
)
@click.option("--lexical", "by_words", is_flag=True, help="Without an encoder: a few seconds.")
def evaluate(half: str | None, name: str | None, *, as_json: bool, worst: int, by_words: bool) -> None:
    """Measure how well the search finds, beside plain BM25, plain vectors and both fused.

    All are asked the questions that come along, in two wordings each, and graded by what readers thought of each result.
    docs/search.md says how to read the table. The questions answered worst are of the half to tune by.
    """
    # The search and all that it knows take half a second, which the other commands need not wait for.
    from retrieval.evaluation.questions import Half  # noqa: PLC0415
    from server.cli import evaluation  # noqa: PLC0415
    from server.search.shelf import fetch, shipped  # noqa: PLC0415

    found = [shipped()] if name is None else _run(lambda database: fetch(database, [name]))
    if not found:
        raise Failed(f"There is no library {name}.")
    halves = [one for one in Half if half in {None, one}]
    result = evaluation.run(found[0], halves, by_words=by_words, worst=worst)
    click.echo(msgspec.json.encode(result) if as_json else "\n".join(evaluation.lines(result)))


def _read(file: IO[bytes]) -> Imported:
    data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise Failed(f"{file.name} is larger than {_MOST_BYTES // 2**20} MiB: import it in parts.")
    try:
        return read(data)
    except UnreadableError as error:
        raise Failed(f"{file.name}: {error} Nothing was taken.") from None


def _told(report: Report, imported: Imported) -> Iterator[str]:
    library, merged = report.library, report.merged
    counts = (
        f"{len(merged.new)} new",
        f"{len(merged.changed)} changed",
        f"{merged.unchanged} unchanged",
        f"{len(imported.refused)} refused",
    )
    yield f"{library.name}: {', '.join(counts)}; {library.exercises} exercises in all."
    if merged.staying:
        yield f"{merged.staying} that it did not bring stay as they were."
    yield f"Licence: {library.licence}."
    if library.place is None:
        yield f"Search does not use it: `cornerman library use {library.name}` changes that."


async def _listed(database: Database) -> list[LibraryRecord]:
    async with linked(database) as link:
        return await libraries.listed(link)


def _row(library: LibraryRecord) -> tuple[str, ...]:
    return (
        library.name,
        str(library.exercises),
        str(library.place or "-"),
        library.format,
        f"{library.imported_at:%Y-%m-%d %H:%M}",
        library.licence,
    )


def _shown(exercise: LibraryExerciseRecord) -> Iterator[str]:
    yield f"{exercise.name} ({exercise.exercise_id})"
    for name in _SHOWN:
        value = getattr(exercise, name)
        said = ", ".join(value) if isinstance(value, tuple) else value
        yield f"{name.replace('_', ' '):<17} {said or '-'}"
    for number, step in enumerate(exercise.instructions, 1):
        yield from textwrap.wrap(f"{number}. {step}", _WIDEST, subsequent_indent="   ")


def _run(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do work on the database."""
    with told(), borrowed_database(load_settings().settings) as database_url:
        return asyncio.run(_on(database_url, work))


async def _on(database_url: str, work: Callable[[Database], Awaitable[Result]]) -> Result:
    async with opened(database_url, long_reads=True) as database:
        return await work(database)
