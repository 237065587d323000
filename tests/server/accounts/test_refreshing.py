import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.errors import Code, Refused
from server.accounts.refreshing import RefreshTokens
from storage.records import FamilyRecord
from tests.server.accounts.node import NOW

TOKENS = RefreshTokens(b"s" * 32)
FAMILY = FamilyRecord(
    user_id=UUID(int=1),
    family_id=UUID(int=2),
    device="phone",
    generation=3,
    rotated_at=NOW,
    expires_at=NOW,
    revoked_at=None,
)
TOKEN = TOKENS.write(FAMILY)


def assert_refused(token: str) -> None:
    with pytest.raises(Refused) as caught:
        TOKENS.read(token)
    assert caught.value.refusal.code is Code.TOKEN_INVALID


@given(st.uuids(), st.uuids(), st.integers(0, 2**31 - 1))
def test_a_token_says_what_it_was_written_for(user_id: UUID, family_id: UUID, generation: int) -> None:
    family = replace(FAMILY, user_id=user_id, family_id=family_id, generation=generation)
    shown = TOKENS.read(TOKENS.write(family))
    assert (shown.user_id, shown.family_id, shown.generation) == (user_id, family_id, generation)


def test_the_same_generation_gives_the_same_token_and_each_its_own() -> None:
    assert TOKENS.write(FAMILY) == TOKEN
    assert TOKENS.write(replace(FAMILY, generation=4)) != TOKEN


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_a_token_with_any_character_changed_is_refused(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        assert_refused(changed)


@pytest.mark.parametrize(
    "token", ["", "v1.", TOKEN[:-1], TOKEN + "A", TOKEN + "\n", TOKEN.replace("v1.", "v2."), "v1." + "=" * 96]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    assert_refused(token)


def test_a_token_of_another_secret_is_refused() -> None:
    assert_refused(RefreshTokens(b"t" * 32).write(FAMILY))


def test_a_generation_edited_into_a_token_is_refused() -> None:
    content = bytearray(base64.urlsafe_b64decode(TOKEN.removeprefix("v1.")))
    content[39] += 1
    assert_refused("v1." + base64.urlsafe_b64encode(content).decode())
