"""Settings: where they come from, what is refused, and what is said about it."""

from pathlib import Path

import pytest

from server.choices import LogFormat, Source
from server.secrets import obtain_secrets, secrets_folder
from server.settings import Settings, SettingsError, load, sentence, shown, variable

SECRET = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "CORNERMAN_ENV": "production",
    "DATABASE_URL": "postgresql://db/cornerman",
    "REDIS_URL": "redis://cache:6379",
    "CORNERMAN_SIGNING_KEY": "-----BEGIN PRIVATE KEY-----",
    "CORNERMAN_TOKEN_SECRET": SECRET,
    "CORNERMAN_ADMIN_TOKEN": SECRET,
}


def problems(environ: dict[str, str], **flags: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(environ, **flags)
    return caught.value.problems


def test_an_empty_environment_gives_the_defaults() -> None:
    loaded = load({})
    assert loaded.settings == Settings()
    assert (loaded.settings.host, loaded.settings.port) == ("127.0.0.1", 8000)
    assert loaded.sources == {}


def test_variables_are_read_into_the_types_of_their_settings() -> None:
    loaded = load(
        {
            "CORNERMAN_PORT": "9000",
            "CORNERMAN_DATA_DIR": "/var/lib/cornerman",
            "CORNERMAN_ALLOWED_HOSTS": "a.example, b.example",
            "CORNERMAN_COMMANDS_PER_SECOND": "2.5",
            "DATABASE_URL": "postgres://db/x",
        }
    )
    assert loaded.settings.port == 9000
    assert loaded.settings.data_dir == Path("/var/lib/cornerman")
    assert loaded.settings.allowed_hosts == ("a.example", "b.example")
    assert loaded.settings.commands_per_second == 2.5
    assert set(loaded.sources.values()) == {Source.ENVIRONMENT}


def test_an_empty_variable_counts_as_none() -> None:
    assert load({"DATABASE_URL": "", "CORNERMAN_PORT": " "}).settings == Settings()


def test_a_flag_wins_over_the_environment_and_an_absent_one_does_not() -> None:
    loaded = load({"CORNERMAN_PORT": "9000", "CORNERMAN_HOST": "::1"}, port=9001, host=None)
    assert (loaded.settings.port, loaded.settings.host) == (9001, "::1")
    assert loaded.sources == {"port": Source.FLAG, "host": Source.ENVIRONMENT}


def test_every_setting_has_a_sentence_and_a_variable_of_its_own() -> None:
    names = Settings.__struct_fields__
    assert all(sentence(name).endswith(".") for name in names)
    assert len({variable(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORNERMAN_PORT", "70000"),
        ("CORNERMAN_PORT", "http"),
        ("CORNERMAN_ENV", "staging"),
        ("CORNERMAN_LOG_LEVEL", "loud"),
        ("CORNERMAN_TOKEN_SECRET", "short"),
        ("CORNERMAN_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("CORNERMAN_ADMIN_ADDRESS", "9000"),
        ("CORNERMAN_SIGNING_KEY_FILE", "/no/such/file"),
        ("CORNERMAN_SANDBOX", "true"),
        ("DATABASE_URL", "mysql://db/x"),
        ("REDIS_URL", "cache:6379"),
    ],
)
def test_a_value_that_does_not_fit_is_one_problem_that_names_its_variable(name: str, value: str) -> None:
    (problem,) = problems({name: value})
    assert problem.startswith(name)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = problems({"CORNERMAN_ENV": "production", "CORNERMAN_PORT": "x", "DATABASE_URL": "y"}, sandbox=True)
    named = [problem.split(maxsplit=1)[0] for problem in told]
    assert named == [
        "CORNERMAN_PORT",
        "DATABASE_URL",
        "REDIS_URL",
        "CORNERMAN_SIGNING_KEY",
        "CORNERMAN_TOKEN_SECRET",
        "CORNERMAN_ADMIN_ADDRESS",
        "--sandbox",
    ]


def test_a_problem_never_shows_a_secret() -> None:
    told = problems({"DATABASE_URL": "mysql://me:pass-word@db/x", "CORNERMAN_ADMIN_TOKEN": "pass-word"})
    assert "pass-word" not in "".join(told)


def test_production_starts_with_what_it_needs_and_has_defaults_of_its_own() -> None:
    settings = load(PRODUCTION).settings
    assert settings.production
    assert (settings.host, settings.log_format) == ("0.0.0.0", LogFormat.JSON)


@pytest.mark.parametrize("missing", sorted(set(PRODUCTION) - {"CORNERMAN_ENV"}))
def test_production_does_not_start_without(missing: str) -> None:
    (problem,) = problems({name: value for name, value in PRODUCTION.items() if name != missing})
    assert missing in problem


def test_production_refuses_secrets_that_were_made_for_development(tmp_path: Path) -> None:
    development = Settings(data_dir=tmp_path)
    made = obtain_secrets(development).token_secret.decode()
    key = secrets_folder(development) / "signing-key.pem"
    environ = PRODUCTION | {
        "CORNERMAN_SIGNING_KEY": "",
        "CORNERMAN_SIGNING_KEY_FILE": str(key),
        "CORNERMAN_TOKEN_SECRET": made,
        "CORNERMAN_ADMIN_TOKEN": made,
    }
    assert [problem.split()[0] for problem in problems(environ)] == [
        "CORNERMAN_SIGNING_KEY_FILE",
        "CORNERMAN_TOKEN_SECRET",
        "CORNERMAN_ADMIN_TOKEN",
    ]
    assert len(problems(PRODUCTION | {"CORNERMAN_SIGNING_KEY": key.read_text()})) == 1


def test_a_misspelt_variable_is_noticed_with_what_may_be_meant() -> None:
    assert load({"CORNERMAN_PROT": "1", "PORT": "2"}).unknown == (
        "CORNERMAN_PROT is no setting; is CORNERMAN_PORT meant?",
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("token_secret", SECRET, "(hidden)"),
        ("token_secret", None, "(none)"),
        ("database_url", "postgresql://me:pw@db/x?password=y", "postgresql://(hidden)@db/x?(hidden)"),
        ("database_url", "me:pw@db/x", "(hidden)@db/x"),
        ("redis_url", "redis://cache:6379/0", "redis://cache:6379/0"),
        ("redis_url", "redis+cluster://u:secret@one:1,two:2", "redis+cluster://(hidden)@one:1,two:2"),
        ("allowed_hosts", ("a", "b"), "a, b"),
        ("allowed_hosts", (), "(none)"),
        ("sandbox", True, "true"),
        ("port", 8000, "8000"),
    ],
)
def test_a_value_is_shown_without_its_secrets(name: str, value: object, expected: str) -> None:
    assert shown(name, value) == expected
