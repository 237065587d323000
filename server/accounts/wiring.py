"""Ties the parts of accounts together."""

from server.accounts.passwords import Passwords
from server.accounts.refreshing import RefreshTokens
from server.accounts.signing_in import Accounts
from server.accounts.tokens import Tokens
from server.executor import Executor
from server.secrets import Secrets
from server.settings import Settings
from storage.postgres import Database
from storage.redis.limits import Limits


def wire_accounts(
    settings: Settings,
    secrets: Secrets,
    database: Database,
    *,
    executor: Executor,
    limits: Limits,
    passwords: Passwords,
    tokens: Tokens,
) -> Accounts:
    """Return what signing in works with."""
    return Accounts(
        database=database,
        executor=executor,
        passwords=passwords,
        tokens=tokens,
        refresh_tokens=RefreshTokens(secrets.token_secret),
        limits=limits,
        refresh_seconds=settings.refresh_token_seconds,
        failed_logins=settings.login_tries_per_hour,
        registrations=settings.registrations_per_hour,
    )
