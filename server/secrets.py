"""The secrets that the server works with: those given, and in development made-up ones for what is not.

Made-up secrets are files below the data folder that only its owner can read; they stay the same between starts, so
that sign-ins outlive a restart. Production has none of them: its settings are refused before this is reached.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct

from server.settings import DEVELOPMENT_MARK, Settings

_KEY_BITS: Final = 2048


class Secrets(Struct, frozen=True, kw_only=True):
    """The signing keys as PEM text, what refresh tokens are made with, and the admin routes' token, if they have one."""

    signing_key: str
    token_secret: bytes
    admin_token: str | None


def secrets_folder(settings: Settings) -> Path:
    """Return where made-up secrets are kept."""
    return settings.data_dir / "secrets"


def obtain_secrets(settings: Settings) -> Secrets:
    """Return the secrets; in development make those that are neither given nor there. Raises OSError."""
    signing_key, token_secret, admin_token = settings.signing_key, settings.token_secret, settings.admin_token
    if settings.signing_key_file is not None:
        signing_key = settings.signing_key_file.read_text(encoding="ascii", errors="replace")
    if not settings.production:
        folder = secrets_folder(settings)
        signing_key = signing_key or _kept(folder / "signing-key.pem", _new_signing_key)
        token_secret = token_secret or _kept(folder / "token-secret", _new_secret)
        admin_token = admin_token or _kept(folder / "admin-token", _new_secret)
    if signing_key is None or token_secret is None:
        raise ValueError("production settings without secrets passed the check")
    return Secrets(signing_key=signing_key, token_secret=token_secret.encode(), admin_token=admin_token)


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return what the file holds; make it first if it is not there. Two at once agree on one content."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent)  # which only its owner can read
        fresh = Path(name)
        with os.fdopen(number, "w") as file:
            file.write(make())
            file.flush()
            os.fsync(number)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def _new_secret() -> str:
    return f"{DEVELOPMENT_MARK}-{secrets.token_hex(32)}\n"


def _new_signing_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_KEY_BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return f"{DEVELOPMENT_MARK}\n{pem}"  # readers of PEM skip what stands before BEGIN
