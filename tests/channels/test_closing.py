"""Close codes say in their range what a client does next."""

import pytest

from channels.closing import CLOSINGS, FINAL_STANDARD_CODES, CloseCode, may_return


def test_every_code_has_its_cause_and_its_cure() -> None:
    assert sorted(closing.code for closing in CLOSINGS) == sorted(CloseCode)
    assert all(closing.cause.endswith(".") and closing.cure.endswith(".") for closing in CLOSINGS)


def test_codes_are_in_the_range_that_says_what_their_cure_says() -> None:
    for closing in CLOSINGS:
        assert 4000 <= closing.code <= 4999
        assert may_return(closing.code) == closing.cure.lower().endswith(
            ("again.", "again and resume.", "in the reason.", "spread over.", "first message.", "follows.")
        )


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 4000, 4001, 4499])
def test_a_client_comes_back_after(code: int) -> None:
    assert may_return(code)


@pytest.mark.parametrize("code", [*sorted(FINAL_STANDARD_CODES), 4500, 4777, 4999])
def test_a_client_stays_away_after(code: int) -> None:
    assert not may_return(code)
