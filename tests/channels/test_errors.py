"""The catalogue of errors, and refusals as clients see them."""

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from channels.errors import CATALOGUE, Code, Entry, Refusal, Refused, invalid, unavailable
from channels.wire.codec import encode
from tests.schema import check_server_frame

STATUSES = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503}


def test_every_code_is_in_the_catalogue_under_itself() -> None:
    assert set(CATALOGUE) == set(Code)
    assert all(entry.code is code for code, entry in CATALOGUE.items())


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.code)
def test_an_entry_says_what_happened_why_and_what_helps(entry: Entry) -> None:
    assert entry.status in STATUSES
    assert all(sentence.endswith(".") for sentence in (entry.message, entry.cause, entry.cure))
    # What passes by itself must not be remembered as the answer.
    assert not (entry.temporary and entry.stored)
    assert entry.temporary == (entry.status in {429, 500, 503})


@pytest.mark.parametrize("code", Code)
def test_every_refusal_is_a_frame_that_the_schema_knows(code: Code) -> None:
    told = check_server_frame(b'{"re":1,"error":%b}' % encode(Refusal(code=code).error()))
    assert told["error"]["code"] == code
    assert told["error"]["message"] == CATALOGUE[code].message


def test_a_plain_refusal_leaves_out_what_it_does_not_know() -> None:
    error = Refusal(code=Code.NOT_FOUND).error()
    assert (error.retry_after_seconds, error.now, error.details, error.temporary) == (UNSET, UNSET, (), False)


def test_a_refusal_may_say_more_than_the_catalogue() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    error = Refusal(code=Code.TOO_OLD, message="Much too old.", now=now, retry_after_seconds=0).error()
    assert (error.message, error.now, error.retry_after_seconds) == ("Much too old.", now, 0)


def test_a_validation_refusal_names_the_field() -> None:
    refusal = invalid("data.rate", "must be a number")
    assert refusal.code is Code.VALIDATION
    assert [(detail.field, detail.message) for detail in refusal.details] == [
        ("data.rate", "must be a number")
    ]


def test_what_is_away_passes_and_says_when_to_ask_again() -> None:
    refusal = unavailable(3)
    assert (refusal.code, refusal.retry_after_seconds, refusal.entry.temporary) == (Code.UNAVAILABLE, 3, True)


def test_a_refusal_travels_as_an_exception_where_it_cannot_be_returned() -> None:
    refusal = unavailable()
    with pytest.raises(Refused) as caught:
        raise Refused(refusal)
    assert caught.value.refusal is refusal
