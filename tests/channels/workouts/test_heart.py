import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.workout import LoadMethod, TrainingLoad
from channels.workouts.heart import heart_summary, maximum_heart_rate, training_load
from storage.records import BodyRecord, PulseRecord

YEAR = 2026
FORTY = YEAR - 40
UNKNOWN = BodyRecord()
MEASURED = BodyRecord(resting_heart_rate=60, maximum_heart_rate=190, sex="male")
PULSES = st.lists(
    st.builds(PulseRecord, heart_rate=st.integers(30, 230), seconds=st.integers(1, 900)), max_size=8
)
BODIES = st.builds(
    BodyRecord,
    birth_year=st.none() | st.integers(YEAR - 100, YEAR - 13),
    sex=st.sampled_from([None, "female", "male"]),
    resting_heart_rate=st.none() | st.integers(30, 110),
    maximum_heart_rate=st.none() | st.integers(120, 220),
)


def pulses(*pairs: tuple[int, int]) -> list[PulseRecord]:
    return [PulseRecord(heart_rate=rate, seconds=seconds) for rate, seconds in pairs]


def zones(body: BodyRecord, *rates: int) -> tuple[int, ...]:
    found = heart_summary(pulses(*((rate, 1) for rate in rates)), len(rates), body, YEAR)
    assert found is not None
    return found.zone_seconds


@pytest.mark.parametrize(("sex", "top"), [("male", "180.0"), ("female", "170.8")])
def test_the_formulas_give_what_their_tables_say_at_forty(sex: str, top: str) -> None:
    found = maximum_heart_rate(BodyRecord(birth_year=FORTY, sex=sex), YEAR)
    assert found is not None
    assert found.top == Decimal(top)


def test_an_hour_at_155_of_190_and_55_weighs_118() -> None:
    """A worked example of training literature: three quarters of the reserve, weighed about four times 0.64."""
    body = BodyRecord(resting_heart_rate=55, maximum_heart_rate=190, sex="male")
    found = training_load(pulses((155, 3600)), 3600, body, YEAR, None)
    assert found is not None
    assert round(found.value) == 118


@pytest.mark.parametrize(
    ("body", "top", "source"),
    [
        (BodyRecord(maximum_heart_rate=187, birth_year=FORTY), "187", "measured"),
        (BodyRecord(birth_year=FORTY, sex="male"), "180.0", "Tanaka"),
        (BodyRecord(birth_year=FORTY), "180.0", "Tanaka"),
        (BodyRecord(birth_year=FORTY, sex="female"), "170.8", "Gulati"),
    ],
)
def test_a_maximum_is_measured_or_given_by_a_formula_with_its_source(
    body: BodyRecord, top: str, source: str
) -> None:
    found = maximum_heart_rate(body, YEAR)
    assert found is not None
    assert (found.low, found.top) == (Decimal(0), Decimal(top))
    assert source in found.name
    assert top in found.name


def test_of_somebody_whose_age_is_unknown_there_is_no_maximum() -> None:
    assert maximum_heart_rate(BodyRecord(sex="female", resting_heart_rate=60), YEAR) is None


def test_average_and_maximum_are_by_the_second() -> None:
    found = heart_summary(pulses((100, 30), (160, 60), (171, 1)), 91, MEASURED, YEAR)
    assert found is not None
    assert (found.average, found.maximum) == (140, 171)


def test_without_a_heart_rate_there_is_no_summary() -> None:
    assert heart_summary([], 600, MEASURED, YEAR) is None
    assert heart_summary(pulses((120, 0)), 600, MEASURED, YEAR) is None


@pytest.mark.parametrize(
    ("seconds", "moving", "covered"),
    [(799, 1000, "0.79"), (800, 1000, "0.80"), (1000, 1000, "1"), (1200, 1000, "1"), (5, 0, "1")],
)
def test_what_is_covered_is_never_told_as_more(seconds: int, moving: int, covered: str) -> None:
    found = heart_summary(pulses((120, seconds)), moving, MEASURED, YEAR)
    assert found is not None
    assert found.covered == Decimal(covered)


def test_zones_are_tenths_of_the_measured_maximum_from_a_half_on() -> None:
    body = BodyRecord(maximum_heart_rate=200, resting_heart_rate=60, birth_year=FORTY)
    assert zones(body, 40, 99, 100, 119, 120, 139, 140, 159, 160, 179, 180, 200, 215) == (2, 2, 2, 2, 3)
    found = heart_summary(pulses((120, 1)), 1, body, YEAR)
    assert found is not None
    assert found.zones_by == "measured maximum, 200"


def test_zones_are_tenths_of_the_formula_s_maximum_where_none_is_measured() -> None:
    body = BodyRecord(birth_year=FORTY, resting_heart_rate=60)
    assert zones(body, 89, 90, 108, 126, 144, 162) == (1, 1, 1, 1, 1)
    found = heart_summary(pulses((120, 1)), 1, body, YEAR)
    assert found is not None
    assert found.zones_by == "maximum by Tanaka et al. 2001, 208 - 0.7 x age: 180.0"


def test_zones_are_of_the_heart_rate_reserve_where_only_the_resting_rate_is_known() -> None:
    body = BodyRecord(resting_heart_rate=60)
    assert zones(body, 119, 120, 132, 144, 156, 168) == (1, 1, 1, 1, 1)
    found = heart_summary(pulses((120, 1)), 1, body, YEAR)
    assert found is not None
    assert found.zones_by == "heart-rate reserve, Karvonen et al. 1957: from 60 to 180, which is assumed"


def test_a_heart_that_beat_faster_than_assumed_is_its_own_maximum() -> None:
    assert zones(BodyRecord(resting_heart_rate=60), 129, 130, 186, 200) == (1, 0, 0, 0, 2)


@pytest.mark.parametrize("body", [UNKNOWN, BodyRecord(resting_heart_rate=181)])
def test_of_somebody_of_whom_nothing_is_known_no_second_is_in_a_zone(body: BodyRecord) -> None:
    found = heart_summary(pulses((150, 10)), 10, body, YEAR)
    assert found is not None
    assert found.zone_seconds == (0, 0, 0, 0, 0)
    assert found.zones_by.startswith("unknown")


@given(PULSES, st.integers(0, 4000), BODIES)
def test_no_second_is_in_two_zones(beats: list[PulseRecord], moving: int, body: BodyRecord) -> None:
    found = heart_summary(beats, moving, body, YEAR)
    if found is not None:
        assert sum(found.zone_seconds) <= sum(pulse.seconds for pulse in beats)
        assert min(pulse.heart_rate for pulse in beats) <= found.average <= found.maximum
        assert 0 <= found.covered <= 1


@pytest.mark.parametrize(
    ("sex", "minutes", "rate", "value"),
    [
        ("male", 45, 150, "75.3"),
        ("male", 60, 150, "100.4"),
        ("female", 60, 150, "113.5"),
        (None, 60, 150, "100.4"),
        ("male", 60, 60, "0"),
        ("male", 60, 45, "0"),
        ("male", 60, 190, "261.9"),
        ("male", 60, 200, "261.9"),
    ],
)
def test_banister_s_trimp_is_minutes_by_reserve_by_its_weight(
    sex: str | None, minutes: int, rate: int, value: str
) -> None:
    body = BodyRecord(resting_heart_rate=60, maximum_heart_rate=190, sex=sex)
    found = training_load(pulses((rate, minutes * 60)), minutes * 60, body, YEAR, None)
    assert found == TrainingLoad(method=LoadMethod.TRIMP, value=Decimal(value))


def test_hard_minutes_weigh_more_than_an_even_effort_of_the_same_average() -> None:
    even = training_load(pulses((130, 1200)), 1200, MEASURED, YEAR, None)
    hard = training_load(pulses((90, 600), (170, 600)), 1200, MEASURED, YEAR, None)
    assert even is not None
    assert hard is not None
    assert hard.value > even.value


def test_seconds_without_a_heart_rate_weigh_like_those_with_one() -> None:
    whole = training_load(pulses((150, 3600)), 3600, MEASURED, YEAR, None)
    assert training_load(pulses((150, 2880)), 3600, MEASURED, YEAR, None) == whole


@pytest.mark.parametrize(("seconds", "method"), [(2880, LoadMethod.TRIMP), (2879, LoadMethod.SESSION_RPE)])
def test_heart_rates_count_from_eighty_per_cent_of_the_time_on(seconds: int, method: LoadMethod) -> None:
    found = training_load(pulses((150, seconds)), 3600, MEASURED, YEAR, Decimal(7))
    assert found is not None
    assert found.method is method


def test_the_session_s_rpe_times_its_minutes_stands_in() -> None:
    found = training_load([], 2700, MEASURED, YEAR, Decimal("7.5"))
    assert found == TrainingLoad(method=LoadMethod.SESSION_RPE, value=Decimal("337.5"))


@pytest.mark.parametrize(("sex", "resting"), [("female", 74), ("male", 71), (None, 72)])
def test_for_an_unknown_resting_heart_rate_stands_the_mean_of_adults(sex: str | None, resting: int) -> None:
    beats = pulses((150, 3600))
    unknown = BodyRecord(birth_year=FORTY, sex=sex)
    known = BodyRecord(birth_year=FORTY, sex=sex, resting_heart_rate=resting)
    found = training_load(beats, 3600, unknown, YEAR, None)
    assert found is not None
    assert found == training_load(beats, 3600, known, YEAR, None)


@pytest.mark.parametrize(
    "body",
    [
        UNKNOWN,
        BodyRecord(resting_heart_rate=60, sex="male"),
        BodyRecord(resting_heart_rate=190, maximum_heart_rate=190),
    ],
)
def test_without_a_maximum_the_heart_says_nothing_of_the_load(body: BodyRecord) -> None:
    beats = pulses((150, 600))
    assert training_load(beats, 600, body, YEAR, None) is None
    by_effort = training_load(beats, 600, body, YEAR, Decimal(6))
    assert by_effort == TrainingLoad(method=LoadMethod.SESSION_RPE, value=Decimal(60))


def test_what_took_no_time_was_no_load() -> None:
    assert training_load(pulses((150, 600)), 0, MEASURED, YEAR, Decimal(6)) is None


@given(PULSES, st.integers(1, 4000), BODIES)
def test_a_load_by_heart_is_what_the_formula_gives_in_floating_point(
    beats: list[PulseRecord], moving: int, body: BodyRecord
) -> None:
    found = training_load(beats, moving, body, YEAR, None)
    maximum = maximum_heart_rate(body, YEAR)
    if found is None or maximum is None:
        return
    resting = body.resting_heart_rate or {"female": 74, "male": 71, None: 72}[body.sex]
    factor, exponent = (0.86, 1.67) if body.sex == "female" else (0.64, 1.92)
    total = 0.0
    for pulse in beats:
        share = min(1.0, max(0.0, (pulse.heart_rate - resting) / (float(maximum.top) - resting)))
        total += pulse.seconds * share * factor * math.exp(exponent * share)
    expected = moving / 60 * total / sum(pulse.seconds for pulse in beats)
    assert math.isclose(float(found.value), expected, abs_tol=0.0501)


@given(st.floats(0, 1))
def test_an_unknown_sex_never_makes_a_load_greater(share: float) -> None:
    assert 0.64 * math.exp(1.92 * share) < 0.86 * math.exp(1.67 * share)
