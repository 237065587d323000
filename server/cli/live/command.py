"""`cornerman live`: signs in, then hands the client to the view."""

import asyncio
import secrets
import signal
import socket
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from cornerman_client.account import Account, Login, http_url
from cornerman_client.client import Client
from cornerman_client.codes import CloseCode, ErrorCode
from cornerman_client.errors import Ended, SignInRefused, Unreachable
from server.cli.faults import Failed, Wrong, load_settings, said
from server.cli.live.app import LiveView
from server.cli.live.keeping import Keeper, Kept, Place, take, take_all, take_empty

_TRIES: Final = 3
_REACH_SECONDS: Final = 5.0


@click.command()
@click.option(
    "--url",
    default=lambda: f"http://127.0.0.1:{load_settings().settings.port}",
    show_default="http://127.0.0.1 at CORNERMAN_PORT, 8000 without it",
    help="The server.",
)
@click.option("--email", help="Whom to sign in; asked for, or remembered, if not given.")
@click.option("--register", is_flag=True, help="Make an account first.")
@click.option("--forget", is_flag=True, help="Sign out, remember nobody, and leave.")
def live(*, url: str, email: str | None, register: bool, forget: bool) -> None:
    """Show the running fast or workout as a ticking clock, start and end it.

    Open it in two terminals: what is done in one shows in the other.
    """
    try:
        url = http_url(url)
    except ValueError as error:
        raise Wrong(f"--url: {error}") from None
    folder = Path(click.get_app_dir("cornerman"))
    try:
        if forget:
            asyncio.run(_forget(folder, url))
        else:
            asyncio.run(_live(folder, url, email, register=register))
    except Unreachable as error:
        raise Failed(f"No server answers ({error}). Start one in another terminal: make run") from None
    except OSError as error:
        raise Failed(str(error)) from None


async def _forget(folder: Path, url: str) -> None:
    places, in_use = take_all(folder, url)
    told = await asyncio.gather(*(_sign_out(url, kept) for place in places if (kept := place.read())))
    for place in places:
        place.forget()
        place.release()
    click.echo(f"Forgot {_sign_ins(len(places))} at {url}.")
    if untold := told.count(False):
        click.echo(
            f"The server could not be told: {_sign_ins(untold)} end there by themselves, in days.",
            err=True,
        )
    if in_use:
        raise Failed(f"{_sign_ins(in_use)} kept, still in use: close the views (q), then try again.")


def _sign_ins(number: int) -> str:
    return f"{number} sign-in{'s' * (number != 1)}"


async def _sign_out(url: str, kept: Kept) -> bool:
    """Say whether the server knows that this sign-in has ended."""
    account = Account(url, device=kept.device, refresh_token=kept.refresh_token)
    try:
        await account.sign_out()
    except SignInRefused:
        return True  # it has ended by itself
    except Unreachable:
        return False
    return True


async def _live(folder: Path, url: str, email: str | None, *, register: bool) -> None:
    place = take_empty(folder, url) if register else take(folder, url, email)
    try:
        keeper = await _signed_in(place, url, email, register=register)
        async with Client(url, credentials=keeper, device=keeper.device, app="cornerman live") as client:
            await LiveView(client, keeper.email).run_async()
            ended = client.ended
        if ended is not None:
            _say_goodbye(place, ended)
    finally:
        place.release()


def _say_goodbye(place: Place, ended: Ended) -> None:
    if ended.code in {CloseCode.SIGNED_OUT, CloseCode.TOKEN_REFUSED}:
        place.forget()
        click.echo("This terminal is signed out.")
    else:
        click.echo(str(ended))


async def _signed_in(place: Place, url: str, email: str | None, *, register: bool) -> Keeper:
    """Sign in: by what is remembered, else by a password. Raises Unreachable."""
    kept = place.read()
    if kept is not None:
        account = Account(url, device=kept.device, refresh_token=kept.refresh_token)
        keeper = Keeper(account, place, kept.email, kept.device)
        try:
            await keeper.access_token(renew=True)
        except SignInRefused:
            click.echo("The remembered sign-in has ended.", err=True)
            email = email or kept.email
        else:
            return keeper
    await _reach(url)  # before anybody types a password for nothing
    device = f"{socket.gethostname()[:40]}-{secrets.token_hex(4)}"
    account = Account(url, device=device)
    for _ in range(_TRIES):
        email = email or _asked("Email")
        wrong = await _sign_in(account, email, register=register)
        if wrong is None:
            keeper = Keeper(account, place, email, device)
            keeper.keep()
            return keeper
        if "email" in wrong:
            email = None
    raise Failed("Not signed in.")


async def _reach(url: str) -> None:
    """Return if something listens there. Raises Unreachable."""
    place = urlsplit(url)
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            _, writer = await asyncio.open_connection(place.hostname, port)
    except (OSError, TimeoutError) as error:
        raise Unreachable(f"{url} cannot be reached: {str(error) or 'no answer'}") from None
    writer.close()


def _asked(question: str, *, hide_input: bool = False, confirm: bool = False) -> str:
    """Ask in the terminal. Ctrl-C leaves at once, which the loop's own handler would put off until an answer."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        answer: str = click.prompt(question, hide_input=hide_input, confirmation_prompt=confirm)
        return answer
    finally:
        signal.signal(signal.SIGINT, before)


async def _sign_in(account: Account, email: str, *, register: bool) -> set[str] | None:
    """Ask for the password and sign in. Return None, or the fields that the server finds wrong, if it names any."""
    rule = " (8 characters or more, hard to guess)" if register else ""
    password = _asked(f"Password{rule}", hide_input=True, confirm=register)
    login = Login(email, password)
    try:
        if register:
            await account.register(login, name=email.partition("@")[0] or email)
        else:
            await account.log_in(login)
    except SignInRefused as error:
        if error.code == ErrorCode.EMAIL_EXISTS:
            raise Failed(f"{error.message} To sign in, leave out --register.") from None
        click.echo(
            said((detail.field, detail.message) for detail in error.details) or error.message, err=True
        )
        return {detail.field for detail in error.details}
    return None
