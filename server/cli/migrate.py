"""`cornerman migrate`."""

import asyncio

import click

from server.cli.databases import borrowed_database
from server.cli.faults import load_settings, told
from server.libraries import FIRST, provide
from storage import migrate as migrations


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with told(), borrowed_database(load_settings().settings) as database_url:
        applied = asyncio.run(migrations.migrate(database_url))
        provided = asyncio.run(provide(database_url))
    for version in applied:
        click.echo(f"applied {version}")
    if provided:
        click.echo(f"imported {FIRST}")
    click.echo("The schema is up to date.")
