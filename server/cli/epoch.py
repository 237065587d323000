"""`cornerman epoch`."""

import asyncio

import click

from server.cli.databases import borrowed_database
from server.cli.faults import load_settings, told
from storage.epoch import raise_from, settle
from storage.postgres import close_database, linked, open_database


@click.group()
def epoch() -> None:
    """The log's epoch, which says what history the offsets count in."""


@epoch.command("raise")
def raise_() -> None:
    """Raise the epoch, as the last step of a restore: every device then takes a fresh snapshot."""
    with told(), borrowed_database(load_settings().settings) as database_url:
        before, after = asyncio.run(_raise(database_url))
    click.echo(f"The epoch was {before} and is {after}. Running nodes notice within two seconds.")


async def _raise(database_url: str) -> tuple[int, int]:
    database = await open_database(database_url, size=1)
    try:
        async with linked(database) as link:
            before = await settle(link)
            return before, await raise_from(link, before)
    finally:
        await close_database(database)
