from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Code, Refused
from server.rest.envelope import read_cursor, write_cursor
from server.rest.fasting.contracts import HistoryKey


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_holds_its_key_and_goes_into_an_address_as_it_is(started_at: datetime, id_: UUID) -> None:
    key = HistoryKey(started_at, id_)
    text = write_cursor(key)
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()
    assert read_cursor(text, HistoryKey) == key


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_cursor(text, HistoryKey)
    assert refused.value.refusal.code is Code.VALIDATION
    assert refused.value.refusal.details[0].field == "cursor"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_the_calendar_is_no_cursor_s(moment: str) -> None:
    text = write_cursor(HistoryKey(datetime.fromisoformat(moment), UUID(int=0)))
    with pytest.raises(Refused):
        read_cursor(text, HistoryKey)
