"""Sign-ins over REST: register, log in, keep the access token fresh, sign out."""

import asyncio
import http.client
import ssl
import urllib.error
import urllib.request
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from cornerman_client.clock import monotonic, new_key
from cornerman_client.codes import ErrorCode
from cornerman_client.errors import SignInRefused, Unreachable
from cornerman_client.types import Error

_FRESH_SECONDS: Final = 10.0
"""An access token with less left than this is renewed before it is used."""
_TEMPORARY_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

Told = TypeVar("Told", bound=Struct)


class Credentials(Protocol):
    """Where a client gets its access tokens. `Account` is one; an app with a sign-in of its own writes another."""

    async def access_token(self, *, renew: bool) -> str:
        """Return an access token, with `renew` a newer one than before. Raises SignInRefused, Unreachable."""
        ...


class Login(Struct, frozen=True):
    """An email and a password."""

    email: str
    password: str


class _Pair(Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_in: float


class _Nothing(Struct, frozen=True):
    pass


class _Success(Struct, frozen=True):
    data: msgspec.Raw


class _Failure(Struct, frozen=True):
    error: Error


class Account:
    """One device's sign-in. `refresh_token` is what an app keeps, in a safe place, to be signed in after a restart.

    Every refresh gives a new one: keep the newest. With a `login` the account signs in by itself, and again when its
    refresh token has ended; it never does so after a sign-out.
    """

    def __init__(
        self,
        url: str,
        *,
        device: str,
        login: Login | None = None,
        refresh_token: str | None = None,
        tls: ssl.SSLContext | None = None,
        timeout_seconds: float = 10.0,
    ) -> None:
        self.refresh_token = refresh_token
        self._url = http_url(url)
        self._device = device
        self._login = login
        self._tls = tls
        self._timeout_seconds = timeout_seconds
        self._access: str | None = None
        self._ends = 0.0
        self._turn = asyncio.Lock()

    async def register(self, login: Login, *, name: str, time_zone: str = "UTC") -> None:
        """Make an account and sign this device in. Raises SignInRefused, Unreachable."""
        person = {"email": login.email, "password": login.password, "name": name, "time_zone": time_zone}
        async with self._turn:
            await self._take_pair("register", {**person, "device": self._device})

    async def log_in(self, login: Login) -> None:
        """Sign this device in. Raises SignInRefused, Unreachable."""
        async with self._turn:
            await self._log_in(login)

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """Sign out this device, or every one of the person's. Raises SignInRefused, Unreachable."""
        token = await self.access_token(renew=False)
        async with self._turn:
            await self._post("logout", {"everywhere": everywhere}, _Nothing, token=token, key=new_key())
            self.refresh_token = self._access = self._login = None

    async def access_token(self, *, renew: bool) -> str:
        """Return an access token, with `renew` a newer one than before. Raises SignInRefused, Unreachable."""
        async with self._turn:
            if self._access is None or renew or monotonic() > self._ends - _FRESH_SECONDS:
                return await self._newer()
            return self._access

    async def _newer(self) -> str:
        if self.refresh_token is not None:
            try:
                return await self._take_pair(
                    "refresh", {"refresh_token": self.refresh_token, "device": self._device}
                )
            except SignInRefused as refused:
                if refused.code != ErrorCode.TOKEN_EXPIRED or self._login is None:
                    raise
        if self._login is None:
            raise SignInRefused(ErrorCode.SIGNED_OUT, "nobody is signed in on this device")
        return await self._log_in(self._login)

    async def _log_in(self, login: Login) -> str:
        body = {"email": login.email, "password": login.password, "device": self._device}
        return await self._take_pair("login", body)

    async def _take_pair(self, path: str, body: dict[str, Any]) -> str:
        asked = monotonic()
        pair = await self._post(path, body, _Pair)
        self._access, self.refresh_token = pair.access_token, pair.refresh_token
        self._ends = asked + pair.expires_in
        return pair.access_token

    async def _post(
        self,
        path: str,
        body: dict[str, Any],
        kind: type[Told],
        token: str | None = None,
        key: UUID | None = None,
    ) -> Told:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": str(key)} if key else {}
        address = f"{self._url}/api/v1/auth/{path}"
        request = urllib.request.Request(  # noqa: S310 - `http_url` has checked the scheme
            address, data=msgspec.json.encode(body), headers=headers, method="POST"
        )
        status, answer = await asyncio.to_thread(self._ask, request)
        try:
            if status in {200, 201}:
                return msgspec.json.decode(msgspec.json.decode(answer, type=_Success).data, type=kind)
            error = msgspec.json.decode(answer, type=_Failure).error
        except msgspec.DecodeError as problem:
            raise Unreachable(f"{address} answered {status}, not as a Cornerman server does") from problem
        if status in _TEMPORARY_STATUS:
            raise Unreachable(f"{error.code}: {error.message}")
        raise SignInRefused(error.code, error.message, error.details)

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_seconds, context=self._tls) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{request.full_url} cannot be reached: {error}") from error


class FixedToken:
    """An access token that somebody else looks after. It cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def access_token(self, *, renew: bool) -> str:
        """Return the token. Raises SignInRefused when a newer one is asked for."""
        if renew:
            raise SignInRefused(ErrorCode.TOKEN_EXPIRED, "the token has ended and cannot be renewed here")
        return self._token


def http_url(url: str) -> str:
    """Return a server's address for REST, given for REST or for sockets. Raises ValueError."""
    scheme, separator, rest = url.rstrip("/").partition("://")
    secure = {"http": "http", "ws": "http", "https": "https", "wss": "https"}.get(scheme)
    if not separator or secure is None or not rest:
        raise ValueError(f"{url!r} is no address of a server, such as https://api.example.org")
    return f"{secure}://{rest}"


def live_url(url: str) -> str:
    """Return a server's address for sockets, given for REST or for sockets. Raises ValueError."""
    return f"ws{http_url(url).removeprefix('http')}/live"
