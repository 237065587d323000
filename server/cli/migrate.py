"""`cornerman migrate`."""

import asyncio

import click

from server.cli.databases import borrowed_database
from server.cli.faults import load_settings, told
from storage import migrate as migrations


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with told(), borrowed_database(load_settings().settings) as database_url:
        applied = asyncio.run(migrations.migrate(database_url))
    for version in applied:
        click.echo(f"applied {version}")
    click.echo("The schema is up to date.")
