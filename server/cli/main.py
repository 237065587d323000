"""The `cornerman` command line. A command's module is imported when it runs, so that `--help` answers at once."""

import importlib
import importlib.metadata
from typing import Final

import click

_COMMANDS: Final = {
    "serve": ("server.cli.serve", "Run the server, with embedded databases unless others are given."),
    "migrate": ("server.cli.migrate", "Bring the database's schema up to date."),
    "config": ("server.cli.config", "List every setting, its value and its source."),
    "doctor": ("server.cli.doctor", "Check each part and say what to do."),
    "epoch": ("server.cli.epoch", "Raise the log's epoch, as the last step of a restore."),
    "user": ("server.cli.user", "Create, show, suspend or sign out a person."),
    "library": ("server.cli.library", "Import, list and show libraries of exercises."),
    "exercises": ("server.cli.exercises.command", "Find exercises by a question, or by many at once."),
    "live": ("server.cli.live.command", "Show the running fast in the terminal."),
}


class _Lazy(click.Group):
    """A group that knows its commands' names and sentences without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's form
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's form
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's form
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in _COMMANDS.items()])


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's form
    if value:
        click.echo(f"cornerman {importlib.metadata.version('cornerman')}")
        ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """One socket per device, one log per person: a fitness companion's live server."""
