"""Secrets: given ones are used, made-up ones are kept, and only their owner reads them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.accounts.keys import read_keys
from server.secrets import obtain_secrets, secrets_folder
from server.settings import DEVELOPMENT_MARK, MIN_SECRET_BYTES, Settings

GIVEN = "0123456789abcdef0123456789abcdef"


def test_development_makes_secrets_once_and_keeps_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    made = obtain_secrets(settings)
    assert read_keys(made.signing_key).signing.key_size >= 2048
    assert len(made.token_secret) >= MIN_SECRET_BYTES
    assert made.admin_token is not None
    assert obtain_secrets(settings) == made


def test_made_up_secrets_carry_the_mark_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    obtain_secrets(settings)
    folder = secrets_folder(settings)
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert len(files) == 3
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert DEVELOPMENT_MARK in file.read_text()


def test_two_data_folders_have_secrets_of_their_own(tmp_path: Path) -> None:
    first, second = (obtain_secrets(Settings(data_dir=tmp_path / name)) for name in ("a", "b"))
    assert first.token_secret != second.token_secret
    assert first.signing_key != second.signing_key


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor() as threads:
        made = list(threads.map(lambda _: obtain_secrets(settings), range(4)))
    assert all(secrets == made[0] for secrets in made)


def test_given_secrets_are_used_and_none_is_made(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("a key")
    settings = Settings(
        data_dir=tmp_path / "data", signing_key_file=key, token_secret=GIVEN, admin_token=GIVEN
    )
    secrets = obtain_secrets(settings)
    assert (secrets.signing_key, secrets.token_secret, secrets.admin_token) == (
        "a key",
        GIVEN.encode(),
        GIVEN,
    )
    assert not secrets_folder(settings).exists()
