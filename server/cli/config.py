"""`cornerman config`."""

import shutil
import textwrap
from typing import Final

import click
import msgspec
from msgspec import Struct

from server.choices import Source
from server.settings import Loaded, Settings, SettingsError, load, sentence, shown, variable

_WIDEST: Final = 100
_INDENT: Final = " " * 4


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
        click.echo("\n".join(_lines(settings, min(shutil.get_terminal_size().columns, _WIDEST))))
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


def _lines(settings: list[Listed], width: int) -> list[str]:
    """Return for each setting a line with what it is set to, and below it what it is."""
    names = [setting.variable or f"({setting.name})" for setting in settings]
    widest = max(len(name) for name in names)
    lines = []
    for name, setting in zip(names, settings, strict=True):
        lines.append(f"{name.ljust(widest)}  {setting.value}  ({setting.source})")
        lines += textwrap.wrap(
            setting.sentence,
            width,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
