"""Keys and tokens."""

from collections.abc import Iterator

from server.accounts.keys import KeysError, read_keys
from server.cli.checks.finding import Finding, Verdict
from server.secrets import obtain_secrets, secrets_folder
from server.settings import Settings


def secret_findings(settings: Settings) -> Iterator[Finding]:
    """Read the keys as the server will; in development that makes those that are not there."""
    try:
        keys = read_keys(obtain_secrets(settings).signing_key)
    except (KeysError, OSError) as error:
        yield Finding(
            Verdict.FAIL, "The signing key cannot be used.", f"{error} See CORNERMAN_SIGNING_KEY_FILE."
        )
        return
    bits = keys.signing.key_size
    yield Finding(
        Verdict.OK,
        f"Access tokens are signed by the key {keys.signing_id} (RSA, {bits} bits); {len(keys.public)} verify.",
    )
    if not settings.production:
        yield Finding(
            Verdict.OK,
            f"Secrets that were not given are kept in {secrets_folder(settings)}, for development.",
        )
