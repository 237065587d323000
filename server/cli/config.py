"""`cornerman config`."""

import click
import msgspec
from msgspec import Struct

from server.settings import Loaded, Settings, SettingsError, Source, load, sentence, shown, variable


class Listed(Struct, frozen=True, kw_only=True):
    """One setting as it is shown; a secret's value is hidden."""

    name: str
    variable: str | None
    value: str
    source: Source
    sentence: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def config(*, as_json: bool) -> None:
    """List every setting: its variable, its value, where that comes from, and what it is."""
    problems = []
    try:
        loaded = load()
    except SettingsError as error:
        loaded, problems = error.loaded, error.problems
    settings = listed(loaded)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(settings)).decode())
    else:
        click.echo("\n".join(_table(settings)))
    for warning in loaded.unknown:
        click.echo(f"Warning: {warning}", err=True)
    for problem in problems:
        click.echo(f"Error: {problem}", err=True)
    if problems:
        raise click.exceptions.Exit(2)


def listed(loaded: Loaded) -> list[Listed]:
    """Return every setting in order."""
    return [
        Listed(
            name=name,
            variable=variable(name),
            value=shown(name, getattr(loaded.settings, name)),
            source=loaded.sources.get(name, Source.DEFAULT),
            sentence=sentence(name),
        )
        for name in Settings.__struct_fields__
    ]


def _table(settings: list[Listed]) -> list[str]:
    rows = [(setting.variable or f"({setting.name})", setting.value, setting.source) for setting in settings]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        + f"  {setting.sentence}"
        for row, setting in zip(rows, settings, strict=True)
    ]
