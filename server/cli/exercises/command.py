"""`cornerman exercises`: finding them from the command line."""

import asyncio
import sys
from collections.abc import Iterator

import click
import msgspec

from server.cli.exercises.running import ask_server
from server.cli.faults import Wrong, load_settings, told
from server.search.answers import (
    LONGEST_QUERY,
    Asked,
    FoundExercises,
    SearchState,
    UnknownValueError,
    Wished,
)
from server.settings import Settings


@click.group()
def exercises() -> None:
    """Exercises: find the right one."""


@exercises.command()
@click.argument("query", required=False)
@click.option("--equipment", multiple=True, help="What there is; results need nothing else.")
@click.option("--muscles", multiple=True, help="Results work one of these first of all.")
@click.option("--level", multiple=True, help="Results are of one of these levels.")
@click.option("--category", multiple=True, help="Results are of one of these kinds.")
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="How many at most.")
@click.option("--library", metavar="NAME", help="The library to search; else those that search uses.")
@click.option("--why", is_flag=True, help="Say why each was found.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--wait", is_flag=True, help="Wait until questions are read by their meaning as well.")
@click.option("--batch", is_flag=True, help="Read questions as JSON from the input, one a line; waits.")
def search(
    *,
    query: str | None,
    library: str | None,
    limit: int,
    why: bool,
    as_json: bool,
    wait: bool,
    batch: bool,
    **wished: tuple[str, ...],
) -> None:
    """Find the exercises that answer a question best.

    Lists are given as --equipment dumbbell --equipment "body only", or with commas between, in the library's own words.

    A line of a batch is {"query": "...", "filters": {"equipment": [...], "level": [...], "category": [...],
    "muscles": [...]}, "limit": 10}; its answer is {"ids": [...], "ms": ...}.
    """
    settings = load_settings().settings
    if batch:
        _batch(settings, library, given=query is not None or any(wished.values()))
        return
    asked = Asked(query=_query(query), filters=_wished(wished), limit=limit)
    found = ask_server(settings, asked, library, wait=wait) or _alone(settings, asked, library, wait=wait)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        click.echo("\n".join(_shown(found, why=why)))


def _batch(settings: Settings, library: str | None, *, given: bool) -> None:
    from server.cli.exercises.alone import shelf_for  # noqa: PLC0415 - what a question to a server needs not
    from server.cli.exercises.batch import answer_all  # noqa: PLC0415 - as above

    if given:
        raise Wrong("A batch reads its questions and filters from the input: leave those of the command out.")
    with told():
        shelf = shelf_for(settings, library)
        wrong = asyncio.run(answer_all(settings, shelf, sys.stdin.buffer, sys.stdout.buffer))
    if wrong:
        click.echo(f"{wrong} {'lines were' if wrong > 1 else 'line was'} not answered.", err=True)
        raise click.exceptions.Exit(1)


def _alone(settings: Settings, asked: Asked, library: str | None, *, wait: bool) -> FoundExercises:
    from server.cli.exercises.alone import search_alone, shelf_for  # noqa: PLC0415 - as above

    try:
        with told():
            found, reason = asyncio.run(
                search_alone(settings, shelf_for(settings, library), asked, wait=wait)
            )
    except UnknownValueError as error:
        known = ", ".join(error.known) or "nothing"
        raise Wrong(f"--{error.field}: there is no {error.value!r}. There is {known}.") from None
    if found.state is not SearchState.READY:
        click.echo(f"By words alone: {reason}", err=True)
    return found


def _query(query: str | None) -> str:
    if query is None or not query.strip():
        raise Wrong('Say what to search for: cornerman exercises search "legs without lunges".')
    if len(query) > LONGEST_QUERY:
        raise Wrong(f"A question may have {LONGEST_QUERY} characters; this one has {len(query)}.")
    return query


def _wished(given: dict[str, tuple[str, ...]]) -> Wished:
    return Wished(
        **{
            name: tuple(part.strip() for value in values for part in value.split(",") if part.strip())
            for name, values in given.items()
        }
    )


def _shown(found: FoundExercises, *, why: bool) -> Iterator[str]:
    if not found.results:
        yield "Nothing fits."
    width = max((len(one.name) for one in found.results), default=0)
    for number, one in enumerate(found.results, 1):
        told_of = (", ".join(one.equipment), ", ".join(one.muscles), one.level or "", one.exercise_id)
        yield f"{number:>2}  {one.name:<{width}}  {'; '.join(part for part in told_of if part)}"
        if why and one.why:
            yield f"    {'; '.join(one.why)}"
    if found.relaxed:
        yield f"Too few have all that was asked for, so this gave way: {', '.join(found.relaxed)}."
