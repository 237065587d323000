from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.workouts.imports.dates import end_in_utc, in_utc, moment
from tests.channels.workouts.imports.facts import wall

BERLIN = ZoneInfo("Europe/Berlin")
# The short forms that phones write, by language.
SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "de, shorter": "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
}


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-04 18:30:00",
        "2024-03-04T18:30",
        "2024-03-04 18:30:00.123",
        "2024/03/04, 18:30",
        "2024.3.4 18:30",
        "4 Mar 2024, 18:30",
        "4 March 2024 18:30:00",
        "Mar 4, 2024, 6:30 PM",
        "March 4th, 2024 at 6:30 pm",
        "Mon, 4 Mar 2024, 18:30",
        "4 de mar. de 2024, 6:30 p. m.",
        "4. März 2024 um 18:30",
        "04.03.2024 18:30",
        "  4 mars 2024 à 18:30 ",
        "4\u00a0mars\u00a02024, 6:30\u202fPM",
    ],
)
def test_a_moment_is_written_in_many_ways(text: str) -> None:
    assert moment(text) == wall("2024-03-04 18:30")


@pytest.mark.parametrize("language", SHORT)
def test_months_are_known_in_the_languages_of_the_tools(language: str) -> None:
    months = [moment(f"21 {word} 2024, 18:00") for word in SHORT[language].split()]
    assert [found and found.month for found in months] == list(range(1, 13))


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:05 AM", 0), ("12:05 PM", 12), ("1:05 am", 1), ("11:05 p.m.", 23), ("0:05", 0), ("23:05", 23)],
)
def test_a_clock_has_twelve_hours_or_twenty_four(text: str, hour: int) -> None:
    assert moment(f"4 Mar 2024, {text}") == wall(f"2024-03-04 {hour:02}:05")


@pytest.mark.parametrize(
    ("text", "day", "month"), [("25/03/2024", 25, 3), ("03/25/2024", 25, 3), ("13-12-2024", 13, 12)]
)
def test_a_day_that_is_no_month_tells_the_two_apart(text: str, day: int, month: int) -> None:
    assert moment(text) == wall(f"2024-{month:02}-{day:02} 12:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "18:30",
        "yesterday",
        "March 4th",
        "22 Oct 18:30",
        "03/04/2024",
        "2024-02-30",
        "2024-13-01",
        "4 jui 2024",
        "4 ma 2024",
        "4 Mar 1969",
        "4 Mar 2200",
        "4 Mar 2024, 24:30",
        "4 Mar 2024, 18:61",
        "4 Mar 2024, 18:30 +99:00",
        "99999999999999999999 Dec 2024",
        "4 Mar Apr 2024",
        "1 2 3 4",
    ],
)
def test_what_is_no_moment_or_could_be_two_is_none(text: str) -> None:
    assert moment(text) is None


def test_a_moment_that_names_its_zone_keeps_it() -> None:
    assert moment("2024-03-04T18:30:00Z") == datetime(2024, 3, 4, 18, 30, tzinfo=UTC)
    east = timezone(timedelta(hours=5, minutes=30))
    assert moment("2024-03-04 18:30:00 +0530") == datetime(2024, 3, 4, 18, 30, tzinfo=east)
    assert in_utc(datetime(2024, 3, 4, 18, 30, tzinfo=east), BERLIN) == datetime(2024, 3, 4, 13, tzinfo=UTC)


def test_a_moment_without_a_zone_is_of_the_persons() -> None:
    assert in_utc(wall("2024-03-04 18:30"), BERLIN) == datetime(2024, 3, 4, 17, 30, tzinfo=UTC)
    assert in_utc(wall("2024-07-04 18:30"), BERLIN) == datetime(2024, 7, 4, 16, 30, tzinfo=UTC)


def test_where_an_hour_comes_twice_the_end_is_after_the_start() -> None:
    start = in_utc(wall("2023-10-29 02:50"), BERLIN)
    assert end_in_utc(wall("2023-10-29 02:10"), start, BERLIN) - start == timedelta(minutes=20)
    assert end_in_utc(wall("2023-10-29 02:55"), start, BERLIN) - start == timedelta(minutes=5)


@given(st.text(max_size=80) | st.text(alphabet="0123456789-:./, TZJanfevapm+", max_size=40))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = moment(text)
    assert found is None or in_utc(found, BERLIN).year >= 1969


@given(st.datetimes(min_value=wall("1970-01-01"), max_value=wall("2199-12-31")))
def test_a_moment_that_is_written_is_read_again(at: datetime) -> None:
    whole = at.replace(microsecond=0)
    assert moment(whole.isoformat(" ")) == whole
    assert moment(f"{whole:%d %b %Y, %H:%M}") == whole.replace(second=0)
    assert moment(f"{whole:%b %d, %Y, %I:%M %p}") == whole.replace(second=0)
