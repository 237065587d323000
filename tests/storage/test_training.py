"""What is read of years of training, held against a look at every set."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from channels.workouts.sets import counts
from channels.workouts.strength import brzycki, epley
from server.execution import Actor
from server.rest.workouts.answers import ExerciseRecords, Training
from storage.postgres import Link
from storage.training import FeatsRecord, SumsRecord, WorkoutFilter, feats, history, sums, whole
from storage.workouts import best_maximum
from tests.server.counting import counting
from tests.server.house import House, opened
from tests.storage.recomputed import reached, strength_of, weeks_of
from tests.years import BEGIN, LIFTS, RUNS, History, train

ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")
EVER = datetime(9999, 1, 1, tzinfo=UTC)


class Trained(msgspec.Struct, frozen=True):
    """Somebody with a history, beside somebody else with another."""

    link: Link
    person: Actor
    history: History


async def trained(house: House, link: Link, **how: int) -> Trained:
    ada, ben = await house.add_person(), await house.add_person()
    await train(link, ben.user_id, sessions=10, days=60, seed=2)
    return Trained(link, ada, await train(link, ada.user_id, **how))


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@pytest.fixture
async def years(house: House) -> AsyncIterator[Trained]:
    """Sixty workouts over two new years, with changes of the clock."""
    async with house.database.acquire() as link:
        yield await trained(house, link, sessions=60, days=500)


def as_records(found: FeatsRecord) -> ExerciseRecords:
    records = msgspec.json.decode(found.feats, type=ExerciseRecords)
    assert records.exercise_id == found.exercise_id
    return records


async def check_records(years: Trained) -> None:
    """Page by page they are what a look at every set finds."""
    found: list[ExerciseRecords] = []
    more = True
    while more:
        after = found[-1].exercise_id if found else ""
        page, more = await feats(years.link, years.person.user_id, after=after, limit=7)
        assert len(page) == 7 or not more
        found += map(as_records, page)
    assert found == reached(years.history)


def as_sums(found: SumsRecord) -> Training:
    document = b'{"weeks":%b,"strength":%b}' % (found.weeks.encode(), found.strength.encode())
    return msgspec.json.decode(document, type=Training)


async def check_sums(years: Trained, zone: str, since: date, until: date) -> None:
    """They are what a look at every set finds."""
    begin = datetime.combine(since, datetime.min.time(), ZoneInfo(zone))
    end = datetime.combine(until + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    found = as_sums(await sums(years.link, years.person.user_id, begin, end, time_zone=zone))
    shown = [
        {
            "week": week.week,
            "workouts": week.workouts,
            "days": week.days,
            "sets": week.sets,
            "volume_kg": week.volume_kg,
            "planned_sets": week.planned_sets,
            "planned_done": week.planned_done,
            "load": {one.method: one.value for one in week.load},
            "muscles": {one.muscle: one.sets for one in week.muscles},
            "muscle_kg": {one.muscle: one.volume_kg for one in week.muscles},
        }
        for week in found.weeks
    ]
    expected = weeks_of(years.history, ZoneInfo(zone), since, until)
    assert shown == [week | {"days": len(week["days"])} for week in expected]


async def check_strength(years: Trained, zone: str) -> None:
    """So are the one-repetition maxima."""
    found = as_sums(await sums(years.link, years.person.user_id, BEGIN, EVER, time_zone=zone))
    shown = {
        (exercise.exercise_id, point.week): (point.best.epley_kg, point.best.brzycki_kg)
        for exercise in found.strength
        for point in exercise.points
    }
    assert shown == strength_of(years.history, ZoneInfo(zone))


async def test_records_are_what_the_sets_are(years: Trained) -> None:
    await check_records(years)


async def test_one_exercise_is_asked_for_alone(years: Trained) -> None:
    [found], more = await feats(years.link, years.person.user_id, exercise=LIFTS[0], limit=5)
    assert not more
    assert as_records(found) in reached(years.history)
    assert await feats(years.link, years.person.user_id, exercise="Nothing", limit=5) == ([], False)


@pytest.mark.parametrize("zone", ZONES)
async def test_sums_by_week_are_what_the_sets_are(years: Trained, zone: str) -> None:
    await check_sums(years, zone, date(2021, 1, 1), date(2030, 1, 1))
    await check_sums(years, zone, date(2022, 1, 5), date(2022, 3, 30))
    await check_strength(years, zone)


async def test_the_maxima_of_one_exercise_are_asked_for_alone(years: Trained) -> None:
    found = await sums(
        years.link, years.person.user_id, BEGIN, EVER, time_zone="UTC", exercise="own: Sandbag over shoulder"
    )
    [strength] = as_sums(found).strength
    assert strength.name == "Sandbag over shoulder"


async def walk(years: Trained, **chosen: Any) -> list[UUID]:
    """Every page of the history, by its keys."""
    wanted = WorkoutFilter(**chosen)
    found: list[UUID] = []
    while page := await history(years.link, years.person.user_id, wanted, limit=7):
        found += [one.session_id for one in page]
        wanted = msgspec.structs.replace(wanted, after=(page[-1].started_at, page[-1].session_id))
    return found


async def test_the_history_has_each_finished_workout_once_the_newest_first(years: Trained) -> None:
    finished = [row.session_id for row, _ in years.history.finished()]
    assert await walk(years) == finished[::-1]
    middle = years.history.workouts[30][0].started_at
    parts = await walk(years, since=middle), await walk(years, until=middle)
    assert [*parts[0], *parts[1]] == finished[::-1]


async def test_the_history_of_an_exercise_and_of_a_muscle(years: Trained) -> None:
    of_run, of_chest = [], []
    chest = {
        one.exercise_id
        for one in years.history.exercises
        if "chest" in {*one.primary_muscles, *one.secondary_muscles}
    }
    for row, sets in years.history.finished():
        done = {one.exercise_id for one in filter(counts, sets)}
        of_run += [row.session_id] if RUNS[0] in done else []
        of_chest += [row.session_id] if done & chest else []
    assert await walk(years, exercise=RUNS[0]) == of_run[::-1]
    assert await walk(years, muscle="chest") == of_chest[::-1]
    assert of_run
    assert len(of_chest) < len(list(years.history.finished()))


async def test_a_workout_is_read_whole(years: Trained) -> None:
    for row, sets in years.history.workouts[-8:]:
        found = await whole(years.link, years.person.user_id, row.session_id)
        if row.status == "discarded":
            assert found is None
        else:
            assert found is not None
            assert (found.workout, found.sets) == (row, sets)
    running = await whole(years.link, years.person.user_id)
    assert running is not None
    assert running.workout.status == "running"


async def test_what_was_weighed_last_before_the_end_counts(years: Trained) -> None:
    row = next(row for row, _ in years.history.finished())
    assert row.ended_at is not None
    for hours, mass, unit in ((-48, "80", "kg"), (-1, "180", "lb"), (1, "70", "kg")):
        await years.link.execute(
            "INSERT INTO body_masses (user_id, at, mass, mass_unit) VALUES ($1, $2, $3, $4)",
            years.person.user_id,
            row.ended_at + timedelta(hours=hours),
            Decimal(mass),
            unit,
        )
    found = await whole(years.link, years.person.user_id, row.session_id)
    assert found is not None
    assert found.body_kg == Decimal("81.6466266")


async def test_maxima_are_rounded_as_decisions_round(years: Trained) -> None:
    chance = random.Random(3)
    kg = [Decimal(chance.randrange(1, 400_000)) / 1000 for _ in range(4000)]
    kg += [
        Decimal(number) / 20 for number in range(1, 4001)
    ]  # with many that lie just between two hundredths
    reps = [chance.randrange(1, 13) for _ in kg]
    rows = await years.link.fetch(
        "SELECT epley_kg(kg, reps) AS e, brzycki_kg(kg, reps) AS b FROM unnest($1::numeric[], $2::int[]) AS s (kg, reps)",
        kg,
        reps,
    )
    pairs = list(zip(kg, reps, strict=True))
    assert [row["e"] for row in rows] == [epley(*pair) for pair in pairs]
    assert [row["b"] for row in rows] == [brzycki(*pair) for pair in pairs]


async def test_each_answer_takes_one_round_trip(database_url: str) -> None:
    async with (
        counting(database_url) as relay,
        opened(relay.dsn, size=2) as house,
        house.database.acquire() as link,
    ):
        years = await trained(house, link, sessions=10, days=60)
        user, [row, *_] = years.person.user_id, years.history.workouts[0]
        reads: list[Callable[[], Awaitable[object]]] = [
            lambda: whole(link, user, row.session_id),
            lambda: history(link, user, WorkoutFilter(muscle="chest"), limit=5),
            lambda: feats(link, user, limit=5),
            lambda: sums(link, user, BEGIN, EVER, time_zone="UTC"),
            lambda: best_maximum(link, user, LIFTS[0]),
        ]
        for read in reads:
            await read()  # The first one prepares it.
            relay.trips = 0
            assert await read()
            assert relay.trips == 1


@pytest.mark.long
async def test_five_years_are_read_to_the_set(house: House) -> None:
    async with house.database.acquire() as link:
        years = await trained(house, link, sessions=1000, days=1826, sets=20)
        assert sum(1 for _, sets in years.history.workouts for one in sets if counts(one)) > 15_000
        await check_records(years)
        for zone in ZONES:
            await check_sums(years, zone, date(2021, 1, 1), date(2030, 1, 1))
            await check_strength(years, zone)
        assert await walk(years) == [row.session_id for row, _ in years.history.finished()][::-1]
