import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher, extract_parameters

from channels.errors import Code, Refused
from server.accounts.passwords import MAX_LENGTH, Passwords, score
from server.telemetry import Measures

STRONG = "gravel-otter-41-lantern"


@pytest.fixture
def measures() -> Measures:
    return Measures()


@pytest.fixture
async def passwords(measures: Measures) -> AsyncIterator[Passwords]:
    made = Passwords(measures, threads=1, waiting=2)
    yield made
    await made.aclose()


async def test_a_password_is_kept_as_argon2id_and_found_again(passwords: Passwords) -> None:
    kept = await passwords.hashed(STRONG)
    assert kept.startswith("$argon2id$")
    parameters = extract_parameters(kept)
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)
    assert await passwords.matches(STRONG, kept)
    assert not await passwords.matches(STRONG + "!", kept)
    assert not passwords.outdated(kept)


async def test_the_same_characters_typed_on_another_keyboard_match(passwords: Passwords) -> None:
    kept = await passwords.hashed("e\u0301tude-lantern")
    assert await passwords.matches("\u00e9tude-lantern", kept)


async def test_the_password_of_nobody_matches_nothing(passwords: Passwords) -> None:
    assert not await passwords.matches("", None)
    assert not await passwords.matches(STRONG, None)


async def test_what_is_kept_and_no_hash_matches_nothing(passwords: Passwords) -> None:
    assert not await passwords.matches(STRONG, "!")


async def test_a_hash_of_other_parameters_matches_and_is_outdated(passwords: Passwords) -> None:
    kept = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(STRONG)
    assert await passwords.matches(STRONG, kept)
    assert passwords.outdated(kept)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "P@ssw0rd!2026",
        "qwertyuiop",
        "12345678",
        "aaaaaaaaaaaa",
        "cornerman1",
        "anna.kowalska@example.com",
        "AnnaKowalska",
        "kowalska1",
        "a" * MAX_LENGTH,
    ],
)
async def test_what_is_easy_to_guess_is_weak(passwords: Passwords, password: str) -> None:
    assert not await passwords.is_strong(password, ["anna.kowalska@example.com", "Anna Kowalska"])


@pytest.mark.parametrize("password", [STRONG, "vX7#qLp2k", "wróbel śpiewa o świcie", STRONG * 5])
async def test_what_is_hard_to_guess_is_strong(passwords: Passwords, password: str) -> None:
    assert await passwords.is_strong(password, ["anna.kowalska@example.com", "Anna Kowalska"])


async def test_a_strong_password_is_weak_for_who_has_it_as_a_name(passwords: Passwords) -> None:
    assert await passwords.is_strong("zbrzeznytrzcianka", [])
    assert not await passwords.is_strong("zbrzeznytrzcianka", ["zbrzezny@trzcianka.example", "x"])


def test_no_password_takes_long_to_judge() -> None:
    chance = random.Random(7)
    stand_ins = "!$%(+0123456789<@[{|"
    worst = ["@4{(<6 9!1|$5+7%2" * 7, "1|7!" * 32, stand_ins * 6, "a" * 128, "abc123" * 21]
    worst += ["".join(chance.choices(stand_ins + "aoe", k=128)) for _ in range(20)]
    began = time.process_time()
    for password in worst:
        score(password, ["anna", "example"])
    assert (time.process_time() - began) / len(worst) < 0.25


async def test_who_finds_the_queue_full_is_asked_to_come_again(
    passwords: Passwords, measures: Measures
) -> None:
    kept = await passwords.hashed(STRONG)
    outcomes = await asyncio.gather(
        *(passwords.matches(STRONG, kept) for _ in range(5)), return_exceptions=True
    )
    assert outcomes[:3] == [True, True, True]
    for refused in outcomes[3:]:
        assert isinstance(refused, Refused)
        assert refused.refusal.code is Code.UNAVAILABLE
        assert refused.refusal.retry_after_seconds == 1
    labels = {"queue": "passwords to compare"}
    assert measures.registry.get_sample_value("cornerman_queue_dropped_total", labels) == 2
    assert measures.registry.get_sample_value("cornerman_queue_waiting", labels) == 0
    assert await passwords.matches(STRONG, kept)
