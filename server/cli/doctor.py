"""`cornerman doctor`: looks at each part, changes none, and says what to do. Works beside a running server."""

import asyncio
from collections.abc import Iterator

import click

from server.cli.checks.databases import database_findings, redis_finding
from server.cli.checks.finding import Finding, Verdict
from server.cli.checks.machine import machine_findings, port_finding
from server.cli.checks.search import search_finding
from server.cli.checks.secrets import secret_findings
from server.cli.databases import borrowed_database, redis_url_of
from server.cli.faults import load_settings
from server.settings import Loaded
from storage.embedded.errors import EmbeddedError

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}


@click.command()
def doctor() -> None:
    """Check each part: what is well, what is not, and what to do. The exit code is 1 when something fails."""
    failed = False
    for finding in _findings(load_settings()):
        click.echo(f"{click.style(finding.verdict.ljust(4), _COLOURS[finding.verdict])}  {finding.sentence}")
        if finding.cure:
            click.echo(f"      → {finding.cure}")
        failed = failed or finding.verdict is Verdict.FAIL
    if failed:
        raise click.exceptions.Exit(1)


def _findings(loaded: Loaded) -> Iterator[Finding]:
    settings = loaded.settings
    for problem in loaded.unknown:
        yield Finding(Verdict.WARN, problem, "Mend its name, or take it out of the environment.")
    yield from machine_findings(settings)
    yield from secret_findings(settings)
    yield port_finding(settings)
    yield search_finding(settings.encoder)
    try:
        with borrowed_database(settings) as database_url:
            yield from asyncio.run(database_findings(settings, database_url))
    except EmbeddedError as error:
        yield Finding(Verdict.FAIL, "The embedded PostgreSQL does not start.", str(error))
    yield asyncio.run(redis_finding(redis_url_of(settings)))
