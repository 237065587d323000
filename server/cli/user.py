"""`cornerman user`. People are named by email or id; what changes them goes through the executor, as everything does."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import click
import msgspec

from channels.errors import Code, Refusal, Refused
from channels.wire.account import AccountSignOut, AccountSignOutData, AccountSuspend
from channels.wire.envelope import Command, UserId
from server.accounts.passwords import Passwords
from server.accounts.signing_in import Registration, deliverable, enrol
from server.cli.databases import borrowed_database, opened
from server.cli.faults import Failed, load_settings, said, told
from server.clock import new_id
from server.execution import Actor, Giver
from server.executor import Executor
from server.nouns import capabilities
from server.telemetry import Measures
from storage import users
from storage.postgres import Database, linked

Result = TypeVar("Result")

_DONE = "Their sockets close on all nodes within two seconds."


@click.group()
def user() -> None:
    """Create, show, suspend or sign out a person."""


@user.command()
@click.argument("email")
@click.option("--name", help="What to call them; the first part of the address, if not given.")
@click.option("--time-zone", default="UTC", show_default=True, help="Their IANA time zone.")
def create(email: str, name: str | None, time_zone: str) -> None:
    """Create an account. The password is asked for, or read from standard input."""
    wanted = Registration(
        email=email, password=_password(), name=name or email.partition("@")[0], time_zone=time_zone
    )
    passwords = Passwords(Measures())

    async def run(database: Database) -> UserId:
        try:
            return await enrol(database, passwords, wanted)
        finally:
            await passwords.aclose()

    click.echo(f"Created {_run(run)}.")


@user.command()
@click.argument("person", metavar="EMAIL|ID")
def show(person: str) -> None:
    """Show who somebody is, and where they stand."""

    async def run(database: Database) -> users.ShownUser:
        user_id = await _find(database, person)
        async with linked(database) as link:
            found = await users.show(link, user_id)
        if found is None:
            raise Refused(Refusal(code=Code.USER_NOT_FOUND))
        return found

    for name, value in msgspec.to_builtins(_run(run)).items():
        click.echo(f"{name.replace('_', ' '):<13} {'-' if value is None else value}")


@user.command()
@click.argument("person", metavar="EMAIL|ID")
def suspend(person: str) -> None:
    """Suspend somebody: their devices are signed out and cannot sign in."""
    _give(person, AccountSuspend(id=1, key=new_id()))
    click.echo(f"Suspended {person}. {_DONE}")


@user.command("sign-out")
@click.argument("person", metavar="EMAIL|ID")
def sign_out(person: str) -> None:
    """Sign out all of somebody's devices; they may sign in anew."""
    _give(person, AccountSignOut(id=1, key=new_id(), data=AccountSignOutData(everywhere=True)))
    click.echo(f"Signed out {person}. {_DONE}")


def _password() -> str:
    """Ask at a terminal, otherwise read the first line of what is piped in: an argument would show in `ps`."""
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\n")


def _give(person: str, command: Command) -> None:
    async def run(database: Database) -> None:
        # Nothing is published from here: the running nodes' tails find the event within a second.
        executor = Executor(database, capabilities(sandbox=False), lambda _: None)
        actor = Actor(user_id=await _find(database, person), giver=Giver.ADMIN)
        outcome = await executor.execute(actor, command)
        if outcome.refusal is not None:
            raise Refused(outcome.refusal)

    _run(run)


async def _find(database: Database, person: str) -> UserId:
    """Return the id of the person with an email or an id. Raises Refused."""
    if "@" not in person:
        try:
            return UserId(UUID(person))
        except ValueError:
            raise Failed(f"{person} is neither an email nor an id.") from None
    async with linked(database) as link:
        found = await users.by_email(link, deliverable(person))
    if found is None:
        raise Refused(Refusal(code=Code.USER_NOT_FOUND))
    return UserId(found.user_id)


def _run(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do work on the database; a refusal becomes its sentence."""
    with told(), borrowed_database(load_settings().settings) as database_url:
        try:
            return asyncio.run(_on(database_url, work))
        except Refused as error:
            details = [(detail.field, detail.message) for detail in error.refusal.details]
            raise Failed(said(details) or error.refusal.error().message) from None


async def _on(database_url: str, work: Callable[[Database], Awaitable[Result]]) -> Result:
    async with opened(database_url) as database:
        return await work(database)
