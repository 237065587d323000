"""What an operator may choose: the one reader of the environment.

Each field of `Settings` is one setting; its variable is its name in capitals after `CORNERMAN_`, save `DATABASE_URL` and
`REDIS_URL`. An empty variable counts as none. Everything that is wrong is told at once, and below the edge there are
only arguments.
"""

import difflib
import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from server.choices import Environment, LogFormat, LogLevel, Source

MIN_SECRET_BYTES: Final = 32
DEVELOPMENT_MARK: Final = "made-for-development"
"""Every secret that a development server makes up carries this, so that production can refuse it."""
_PREFIX: Final = "CORNERMAN_"
_SECRETS: Final = {"signing_key", "token_secret", "admin_token"}
_PLAIN_VARIABLES: Final = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def _says(words: str, **bounds: Any) -> Meta:
    return Meta(description=words, **bounds)


_SECONDS: Final = {"ge": 1, "le": 90 * 86_400}
_SECRET_SHAPE: Final = f"at least {MIN_SECRET_BYTES} bytes, the same on all nodes (openssl rand -hex 32)"


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting, with its default in development."""

    env: Annotated[
        Environment, _says("Where this runs: development, or production, which takes no made-up secrets.")
    ] = Environment.DEVELOPMENT
    host: Annotated[
        str,
        _says("The address to listen on; 0.0.0.0 is every one (the default in production).", min_length=1),
    ] = "127.0.0.1"
    port: Annotated[int, _says("The port to listen on; 0 takes a free one.", ge=0, le=65_535)] = 8000
    data_dir: Annotated[Path, _says("Where the embedded servers and made-up secrets are kept.")] = Path(
        ".cornerman"
    )
    database_url: (
        Annotated[
            str,
            _says(
                "PostgreSQL 17 or newer, as postgresql://user@host/name; embedded when not given.",
                pattern="^postgres(ql)?://",
            ),
        ]
        | None
    ) = None
    redis_url: (
        Annotated[
            str,
            _says(
                "Redis or Valkey, 7 or newer, as redis://host:port, or a cluster's nodes, as"
                " redis+cluster://host:port,host:port; embedded when not given.",
                pattern=r"^(rediss?(\+cluster)?|unix)://",
            ),
        ]
        | None
    ) = None
    database_connections: Annotated[
        int, _says("The most connections to PostgreSQL for commands and short reads.", ge=2, le=1000)
    ] = 16
    database_read_connections: Annotated[
        int, _says("The most connections to PostgreSQL for long reads.", ge=1, le=1000)
    ] = 4
    signing_key: (
        Annotated[
            str,
            _says("The RSA private key that signs access tokens, as PEM text.", min_length=1),
        ]
        | None
    ) = None
    signing_key_file: Annotated[Path, _says("A file with that key, instead.")] | None = None
    token_secret: Annotated[str, _says(f"What refresh tokens are made with: {_SECRET_SHAPE}.")] | None = None
    access_token_seconds: Annotated[int, _says("How long an access token lives.", **_SECONDS)] = 900
    refresh_token_seconds: Annotated[int, _says("How long a refresh token lives.", **_SECONDS)] = 7 * 86_400
    issuer: Annotated[str, _says("The `iss` of access tokens.", min_length=1)] = "cornerman"
    audience: Annotated[str, _says("The `aud` of access tokens.", min_length=1)] = "cornerman"
    allowed_origins: Annotated[
        tuple[str, ...],
        _says(
            "Other origins whose pages may use this server, as https://app.example, with commas; apps need none."
        ),
    ] = ()
    allowed_hosts: Annotated[
        tuple[str, ...], _says("Host names that requests may be addressed to, with commas; empty: any.")
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        _says("Proxies whose X-Forwarded-For is believed, as addresses or networks, with commas."),
    ] = ()
    admin_address: (
        Annotated[
            str,
            _says(
                "An inner address, as host:port, for /metrics and admin routes, without a token.",
                pattern=r"^.+:[0-9]{1,5}$",
            ),
        ]
        | None
    ) = None
    admin_token: (
        Annotated[str, _says(f"The bearer token of /metrics and admin routes: {_SECRET_SHAPE}.")] | None
    ) = None
    login_tries_per_hour: Annotated[
        int, _says("Failed sign-ins in an hour, per address and per account.", ge=1, le=10_000)
    ] = 10
    registrations_per_hour: Annotated[
        int, _says("New accounts in an hour, per address.", ge=1, le=1_000_000)
    ] = 100
    commands_per_second: Annotated[
        float, _says("Commands of one person in a second, lastingly.", gt=0, le=100_000)
    ] = 10.0
    commands_burst: Annotated[int, _says("Commands of one person at once.", ge=1, le=100_000)] = 60
    files_per_hour: Annotated[
        int, _says("Imports and exports of one person in an hour.", ge=1, le=1_000_000)
    ] = 60
    requests_per_second: Annotated[
        float, _says("Requests of one address in a second, lastingly.", gt=0, le=100_000)
    ] = 20.0
    requests_burst: Annotated[int, _says("Requests of one address at once.", ge=1, le=100_000)] = 100
    sockets_per_person: Annotated[int, _says("Open sockets of one person on a node.", ge=1, le=1000)] = 20
    drain_seconds: Annotated[
        int, _says("How long a stopping node takes to say goodbye and finish its work.", ge=0, le=600)
    ] = 20
    encoder: Annotated[
        str,
        _says(
            "What search reads meaning with: packaged (all-MiniLM-L6-v2), onnx (its small form), none, or any model of"
            " sentence-transformers by name or folder.",
            min_length=1,
        ),
    ] = "packaged"
    search_at_start: Annotated[
        bool, _says("Whether search is made ready as soon as the server listens, or when somebody asks.")
    ] = True
    log_level: Annotated[
        LogLevel, _says("The least grave that is logged: debug, info, warning or error.")
    ] = LogLevel.INFO
    log_format: Annotated[LogFormat, _says("readable, or json (the default in production).")] = (
        LogFormat.READABLE
    )
    sandbox: Annotated[
        bool, _says("Whether people may let their time run faster; only by `serve --sandbox`.")
    ] = False

    @property
    def production(self) -> bool:
        """Whether this is production."""
        return self.env is Environment.PRODUCTION


class Loaded(Struct, frozen=True, kw_only=True):
    """The settings, where each comes from, and variables that look like settings and are none."""

    settings: Settings
    sources: dict[str, Source]
    unknown: tuple[str, ...] = ()


class SettingsError(Exception):
    """Settings that the server does not start with; `problems` are sentences, each with its variable and its cure.

    `loaded` is what could be read.
    """

    def __init__(self, problems: list[str], loaded: Loaded) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.loaded = loaded


_TYPES: Final = get_type_hints(Settings, include_extras=True)
_PRODUCTION_DEFAULTS: Final[dict[str, Any]] = {"host": "0.0.0.0", "log_format": LogFormat.JSON}  # noqa: S104 - behind a load balancer


def _meta(annotation: Any) -> Meta:
    """Return the Meta of `Annotated[T, meta]` or of `Annotated[T, meta] | None`."""
    for part in get_args(annotation):
        if isinstance(part, Meta):
            return part
    return _meta(get_args(annotation)[0])


_METAS: Final = {name: _meta(annotation) for name, annotation in _TYPES.items()}


def variable(name: str) -> str | None:
    """Return the environment variable of a setting; None when only a flag sets it."""
    return None if name == "sandbox" else _PLAIN_VARIABLES.get(name, _PREFIX + name.upper())


def sentence(name: str) -> str:
    """Return what a setting is, as one sentence."""
    return _METAS[name].description or ""


def shown(name: str, value: Any) -> str:
    """Return a setting's value for people to read: of a secret only that it is there, of an address no password."""
    if value is None or value == ():
        return "(none)"
    if name in _SECRETS:
        return "(hidden)"
    if name in _PLAIN_VARIABLES:
        return re.sub(r"\?.*", "?(hidden)", re.sub(r"^([\w+]+://)?.*@", r"\1(hidden)@", value))
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def load(environ: Mapping[str, str] = os.environ, **flags: Any) -> Loaded:
    """Read the settings; `flags` that are not None win over the environment. Raises SettingsError."""
    given: dict[str, tuple[Any, Source]] = {}
    for name in _TYPES:
        if text := environ.get(variable(name) or "", "").strip():
            given[name] = (text, Source.ENVIRONMENT)
    given |= {name: (value, Source.FLAG) for name, value in flags.items() if value is not None}
    values, problems = _converted({name: value for name, (value, _) in given.items()})
    if values.get("env") is Environment.PRODUCTION:
        values = _PRODUCTION_DEFAULTS | values
    settings = Settings(**values)
    unreadable = tuple(variable(name) or name for name in problems)
    told = [*problems.values()]
    told += [problem for problem in _wrong_together(settings, environ) if not problem.startswith(unreadable)]
    loaded = Loaded(
        settings=settings,
        sources={name: source for name, (_, source) in given.items()},
        unknown=tuple(_unknown(environ)),
    )
    if told:
        raise SettingsError(told, loaded)
    return loaded


def _converted(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that could be read, and for each other one what is wrong with it."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, raw in given.items():
        listing = isinstance(raw, str) and "tuple[" in str(_TYPES[name])
        value = [part.strip() for part in raw.split(",") if part.strip()] if listing else raw
        try:
            values[name] = msgspec.convert(value, _TYPES[name], strict=False, dec_hook=_path)
        except msgspec.ValidationError as error:
            problem = f"{str(error)[0].lower()}{str(error)[1:]}"
            problems[name] = f"{variable(name) or name} is {shown(name, raw)}: {problem}. {sentence(name)}"
    return values, problems


def _path(type_: type, value: Any) -> Any:
    if type_ is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise NotImplementedError


def _wrong_together(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """Return what is wrong with values that are each of the right type."""
    problems = [
        f"CORNERMAN_TRUSTED_PROXIES has {proxy}, which is no address or network: write it as 10.0.0.0/8."
        for proxy in settings.trusted_proxies
        if not _is_network(proxy)
    ]
    if settings.signing_key is not None and settings.signing_key_file is not None:
        problems.append("CORNERMAN_SIGNING_KEY and CORNERMAN_SIGNING_KEY_FILE are both given: leave one out.")
    if settings.signing_key_file is not None and not settings.signing_key_file.is_file():
        problems.append(f"CORNERMAN_SIGNING_KEY_FILE: there is no file {settings.signing_key_file}.")
    for name in ("token_secret", "admin_token"):
        value: str | None = getattr(settings, name)
        if value is not None and len(value.encode()) < MIN_SECRET_BYTES:
            problems.append(f"{variable(name)} is too short: give {_SECRET_SHAPE}.")
    if environ.get("CORNERMAN_SANDBOX"):
        problems.append("CORNERMAN_SANDBOX is no setting: give `serve` the flag --sandbox.")
    return problems + (_wrong_in_production(settings) if settings.production else [])


def _wrong_in_production(settings: Settings) -> list[str]:
    needed = {
        "DATABASE_URL is not given: production does not run on the embedded PostgreSQL.": settings.database_url,
        "REDIS_URL is not given: production does not run on the embedded Valkey.": settings.redis_url,
        "CORNERMAN_SIGNING_KEY is not given: make an RSA key (openssl genrsa 2048) and give it, or its path as "
        "CORNERMAN_SIGNING_KEY_FILE.": settings.signing_key or settings.signing_key_file,
        f"CORNERMAN_TOKEN_SECRET is not given: give {_SECRET_SHAPE}.": settings.token_secret,
        "CORNERMAN_ADMIN_ADDRESS and CORNERMAN_ADMIN_TOKEN are not given: /metrics needs an inner address or a "
        "token.": settings.admin_address or settings.admin_token,
    }
    problems = [words for words, value in needed.items() if value is None]
    problems += [
        f"{variable(name)} was made for development: give one of production's own."
        for name in ("signing_key", "signing_key_file", "token_secret", "admin_token")
        if DEVELOPMENT_MARK in _text(getattr(settings, name))
    ]
    if settings.sandbox:
        problems.append("--sandbox is not for production: people's time must run as it does.")
    return problems


def _text(value: str | Path | None) -> str:
    if isinstance(value, Path):
        return value.read_text(errors="replace") if value.is_file() else ""
    return value or ""


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = {variable(name) or "" for name in _TYPES}
    unknown = []
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, n=1)
            unknown.append(f"{name} is no setting" + (f"; is {meant[0]} meant?" if meant else "."))
    return unknown
