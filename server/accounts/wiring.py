"""Ties the parts of accounts together."""

from server.accounts.keys import read_keys
from server.accounts.passwords import Passwords
from server.accounts.refreshing import RefreshTokens
from server.accounts.signing_in import Accounts
from server.accounts.tokens import Tokens
from server.clock import monotonic
from server.executor import Executor
from server.secrets import Secrets
from server.settings import Settings
from server.stores import Stores
from storage.redis.limits import Limits


def wire_tokens(settings: Settings, secrets: Secrets) -> Tokens:
    """Return what issues and verifies access tokens. Raises KeysError."""
    return Tokens(
        read_keys(secrets.signing_key),
        issuer=settings.issuer,
        audience=settings.audience,
        seconds=settings.access_token_seconds,
    )


def wire_accounts(
    settings: Settings,
    secrets: Secrets,
    stores: Stores,
    tokens: Tokens,
    executor: Executor,
    passwords: Passwords,
) -> Accounts:
    """Return what signing in works with."""
    return Accounts(
        database=stores.database,
        executor=executor,
        passwords=passwords,
        tokens=tokens,
        refresh_tokens=RefreshTokens(secrets.token_secret),
        limits=Limits(stores.redis, monotonic),
        refresh_seconds=settings.refresh_token_seconds,
        failed_logins=settings.login_tries_per_hour,
        registrations=settings.registrations_per_hour,
    )
