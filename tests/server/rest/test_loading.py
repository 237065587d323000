"""Plates and warm-up sets over REST, as an app asks for them while somebody trains."""

from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Mass, MassUnit
from channels.workouts.plates import plates
from channels.workouts.quantity import kg
from server.rest.workouts.loading import wanted_of
from server.rest.workouts.loading_contracts import LoadingQuery
from tests.server.rest.answers import data_of, error_of

PLATES = "/api/v1/workouts/plates"
WARM_UP = "/api/v1/workouts/warm-up"
TARGET = "/api/v1/workouts/target"
SQUAT = "Barbell_Squat"


async def loaded(client: httpx.AsyncClient, **asked: str) -> Any:
    return data_of(await client.get(PLATES, params=asked))


def lifted(reps: int, kg: str, **more: str) -> dict[str, Any]:
    return {"done": {"exercise_id": SQUAT, "mass": {"value": kg, "unit": "kg"}, "reps": reps, **more}}


async def log(client: httpx.AsyncClient, *sets: dict[str, Any]) -> None:
    body = {
        "name": "Legs",
        "started_at": "2026-03-02T12:00:00Z",
        "ended_at": "2026-03-02T13:00:00Z",
        "sets": sets,
    }
    assert data_of(await client.post("/api/v1/workouts/log", json=body), 201)


async def target(client: httpx.AsyncClient, **asked: str) -> Any:
    return data_of(await client.get(TARGET, params={"exercise": SQUAT, **asked}))


def side(of: Any) -> list[str]:
    return [f"{plate['value']} {plate['unit']}" for plate in of["per_side"]]


async def test_the_bar_and_the_plates_are_of_the_unit_that_is_asked_for(client: httpx.AsyncClient) -> None:
    assert side(await loaded(client, mass="225", unit="lb")) == ["45 lb", "45 lb"]
    assert side(await loaded(client, mass="142.5")) == ["25 kg", "25 kg", "10 kg", "1.25 kg"]
    assert side(await loaded(client, mass="60", bar="0")) == ["25 kg", "5 kg"]


async def test_pounds_go_on_a_bar_of_kilograms_and_what_is_missing_is_exact(
    client: httpx.AsyncClient,
) -> None:
    found = await loaded(client, mass="225", unit="lb", bar_unit="kg")
    assert side(found) == ["25 kg", "15 kg", "0.5 kg", "0.5 kg"]
    assert found["mass"] == {"value": "102", "unit": "kg"}
    assert found["missing"] == {"value": "0.05828325", "unit": "kg"}


async def test_a_warm_up_in_pounds_is_in_pounds_and_each_set_can_be_loaded(client: httpx.AsyncClient) -> None:
    found = data_of(await client.get(WARM_UP, params={"mass": "275", "unit": "lb"}))
    told = [(one["set"]["reps"], one["set"]["load"]["mass"], side(one)) for one in found["sets"]]
    assert [(reps, f"{mass['value']} {mass['unit']}") for reps, mass, _ in told] == [
        (5, "45 lb"),
        (5, "45 lb"),
        (5, "100 lb"),
        (3, "160 lb"),
        (2, "215 lb"),
    ]
    assert [plates for _, _, plates in told][2:] == [
        ["25 lb", "2.5 lb"],
        ["45 lb", "10 lb", "2.5 lb"],
        ["45 lb", "35 lb", "5 lb"],
    ]
    assert {one["set"]["kind"] for one in found["sets"]} == {"warm_up"}


class TestTarget:
    async def test_a_share_of_the_maximum_is_of_the_best_that_was_reached(
        self, client: httpx.AsyncClient
    ) -> None:
        await log(client, lifted(5, "100"), lifted(5, "140", kind="warm_up"), lifted(5, "90"))
        found = await target(client, percent="80")
        assert (found["one_rep_maximum_kg"], found["mass_kg"]) == ("116.67", "93.34")
        assert found["bar"]["mass"] == {"value": "93", "unit": "kg"}
        assert found["bar"]["missing"] == {"value": "0.34", "unit": "kg"}

    async def test_an_effort_is_looked_up_with_its_repetitions(self, client: httpx.AsyncClient) -> None:
        await log(client, lifted(1, "100"))
        assert (await target(client, rpe="8", reps="5"))["mass_kg"] == "81.10"
        assert (await target(client, rpe="8", reps="40"))["mass_kg"] is None

    async def test_the_bar_is_loaded_in_the_unit_that_is_asked_for(self, client: httpx.AsyncClient) -> None:
        await log(client, lifted(1, "100"))
        bar = (await target(client, percent="80", unit="lb"))["bar"]
        assert bar["mass"] == {"value": "175", "unit": "lb"}
        assert side(bar) == ["45 lb", "10 lb", "10 lb"]

    async def test_of_what_was_never_lifted_nothing_is_known(self, client: httpx.AsyncClient) -> None:
        assert await target(client, percent="80") == {
            "one_rep_maximum_kg": None,
            "mass_kg": None,
            "bar": None,
        }

    async def test_what_another_lifts_is_not_known(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        await log(client, lifted(1, "100"))
        assert (await target(stranger, percent="80"))["one_rep_maximum_kg"] is None

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({}, "percent"),
            ({"percent": "80", "rpe": "8", "reps": "5"}, "percent"),
            ({"rpe": "8"}, "reps"),
            ({"percent": "0"}, "percent"),
        ],
    )
    async def test_one_load_is_to_be_said(
        self, client: httpx.AsyncClient, asked: dict[str, str], field: str
    ) -> None:
        answer = await client.get(TARGET, params={"exercise": SQUAT, **asked})
        assert [one["field"] for one in error_of(answer)["details"]] == [field]

    @pytest.mark.parametrize(
        ("asked", "field"), [({"percent": "100"}, "percent"), ({"rpe": "10", "reps": "1"}, "rpe")]
    )
    async def test_what_is_beyond_any_load_is_refused_where_it_was_said(
        self, client: httpx.AsyncClient, asked: dict[str, str], field: str
    ) -> None:
        await log(client, lifted(12, "2000"))
        answer = await client.get(TARGET, params={"exercise": SQUAT, **asked})
        assert [one["field"] for one in error_of(answer)["details"]] == [field]


@pytest.mark.parametrize("path", [PLATES, WARM_UP])
@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ({"mass": "-1"}, "mass", "must be a number that is not negative"),
        ({"mass": "NaN"}, "mass", "must be a number that is not negative"),
        ({"mass": "1e999999"}, "mass", "must have 7 digits at most, 3 of them behind the point"),
        ({"mass": "100", "bar": "2000.5"}, "bar", "must not be more than 2,000 kg"),
        ({"mass": "100", "bar": "5000", "bar_unit": "lb"}, "bar", "must not be more than 4,409.245 lb"),
        ({"mass": "100", "plates": "20,20"}, "plates", "names 20 twice"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    client: httpx.AsyncClient, path: str, asked: dict[str, str], field: str, message: str
) -> None:
    answer = await client.get(path, params=asked)
    assert [(one["field"], one["message"]) for one in error_of(answer)["details"]] == [(field, message)]


@pytest.mark.parametrize("asked", [{}, {"mass": "much"}, {"mass": "100", "unit": "stone"}])
async def test_what_is_not_understood_is_refused(client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    assert (await client.get(PLATES, params=asked)).status_code == 400


@given(
    st.integers(0, 600_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3)),
    st.sampled_from(MassUnit),
    st.sampled_from(MassUnit),
)
def test_bar_plates_and_what_is_missing_are_the_mass_exactly_whatever_the_units(
    value: Decimal, unit: MassUnit, bar_unit: MassUnit
) -> None:
    wanted = wanted_of(LoadingQuery(mass=value, unit=unit, bar_unit=bar_unit))
    loading = plates(wanted.target, wanted.bar, wanted.stock)
    side_kg = sum(map(kg, loading.per_side), Decimal(0))
    assert kg(wanted.bar) + 2 * side_kg + kg(loading.missing) == kg(Mass(value=value, unit=unit))
