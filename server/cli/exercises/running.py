"""Asking the server that runs here: as its operator, on its own machine, where it has all in memory already.

The operator is who knows the metrics' token, as who shares the server's settings or its data folder does, or who reaches
its inner address.
"""

import http.client
import socket
import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import click
import msgspec
from msgspec import Struct

from server.search.answers import Asked, FoundExercises, SearchState, Wished
from server.secrets import obtain_secrets
from server.settings import Settings

ADDRESS: Final = "/admin/exercises/search"
_REACHED_SECONDS: Final = 0.5
_ANSWERED_SECONDS: Final = 15.0
_READY_SECONDS: Final = 120.0
_AGAIN_SECONDS: Final = 0.25
_HERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class _Answer(Struct, frozen=True, kw_only=True):
    data: FoundExercises


def ask_server(settings: Settings, asked: Asked, library: str | None, *, wait: bool) -> FoundExercises | None:
    """Return the server's answer; None when none runs here, or it would not or could not tell.

    With `wait` it is asked again until it reads questions by their meaning.
    """
    deadline = time.monotonic() + _READY_SECONDS
    found = _ask(settings, asked, library)
    while wait and found is not None and found.state is SearchState.WARMING and time.monotonic() < deadline:
        time.sleep(_AGAIN_SECONDS)
        found = _ask(settings, asked, library)
    if found is not None and found.state is not SearchState.READY:
        click.echo(f"By words alone: the server's search says {found.state}.", err=True)
    return found


def _ask(settings: Settings, asked: Asked, library: str | None) -> FoundExercises | None:
    connection = _connection(settings)
    if connection is None:
        return None
    headers = {}
    if settings.admin_address is None and (token := obtain_secrets(settings).admin_token) is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request("GET", f"{ADDRESS}?{_query(asked, library)}", headers=headers)
        answer = connection.getresponse()
        if answer.status != HTTPStatus.OK:
            return None
        return msgspec.json.decode(answer.read(), type=_Answer).data
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return None
    finally:
        connection.close()


def _connection(settings: Settings) -> http.client.HTTPConnection | None:
    """Return a connection to the server of these settings, None when there is none on this machine."""
    if settings.admin_address is not None:
        host, _, port = settings.admin_address.rpartition(":")
    else:
        host, port = settings.host, str(settings.port)
    host = host.strip("[]")
    host = _HERE.get(host, host)
    if host not in _LOOPBACK:
        return None
    try:
        socket.create_connection((host, int(port)), timeout=_REACHED_SECONDS).close()
    except OSError:
        return None
    return http.client.HTTPConnection(host, int(port), timeout=_ANSWERED_SECONDS)


def _query(asked: Asked, library: str | None) -> str:
    lists = {name: ",".join(getattr(asked.filters, name)) for name in Wished.__struct_fields__}
    named = {} if library is None else {"library": library}
    given = {name: values for name, values in lists.items() if values}
    return urlencode({"q": asked.query, "limit": asked.limit, **given, **named})
