"""What is read of who looks for exercises."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from server.execution import Actor
from storage import askers
from storage.askers import asker
from storage.library_records import AskerRecord, ExerciseMarkRecord, WorkedRecord
from storage.records import SetRecord, WorkoutRecord
from tests.server.counting import counting
from tests.server.house import House, opened
from tests.storage.keeping import keep, mark
from tests.storage.test_own_exercises import LIKES, SLED
from tests.years import BEGIN, train

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

_PROFILE = """
INSERT INTO training_profiles (user_id, equipment, limits, level, updated_at) VALUES ($1, $2, $3, $4, now())
"""
_WORKOUT = """
INSERT INTO workout_sessions (
    user_id, session_id, name, status, started_at, ended_at, last_at, time_zone, origin_kind, origin_of, note, blocks,
    marks, previous
) VALUES ($1, $2, 'Legs', $3, $4, $4, $4, 'UTC', 'own', '', '', '[]', '[]', '{}')
"""
_SET = """
INSERT INTO workout_sets (
    user_id, session_id, set_id, exercise_id, kind, at, changed_at, deleted, reps, note, records
) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 5, '', '{}')
"""


class Somebody:
    """A person whose records are written as they stand."""

    def __init__(self, house: House, actor: Actor) -> None:
        self._house = house
        self.user_id = actor.user_id

    async def asks(self, now: datetime = NOW) -> AskerRecord:
        async with self._house.database.acquire() as link:
            return await asker(link, self.user_id, now)

    async def tells(self, equipment: list[str] | None, limits: list[str], level: str | None) -> None:
        await self._house.database.execute(_PROFILE, self.user_id, equipment, limits, level)

    async def marks(self, exercise_id: str, **what: bool) -> None:
        plain = {"favourite": False, "disliked": False} | what
        async with self._house.database.acquire() as link:
            await mark(
                link,
                ExerciseMarkRecord(
                    user_id=self.user_id, exercise_id=exercise_id, note="", updated_at=NOW, **plain
                ),
            )

    async def begins(self, at: datetime, status: str = "finished") -> UUID:
        session_id = uuid4()
        await self._house.database.execute(_WORKOUT, self.user_id, session_id, status, at)
        return session_id

    async def lifts(
        self,
        session_id: UUID,
        exercise_id: str,
        at: datetime,
        *,
        kind: str = "working",
        deleted: bool = False,
    ) -> None:
        await self._house.database.execute(
            _SET, self.user_id, session_id, uuid4(), exercise_id, kind, at, deleted
        )


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Somebody:
    return Somebody(house, await house.add_person())


@pytest.fixture
async def bob(house: House) -> Somebody:
    return Somebody(house, await house.add_person())


class TestTold:
    async def test_of_who_told_nothing_nothing_is_known(self, ada: Somebody) -> None:
        assert await ada.asks() == AskerRecord()

    async def test_the_profile_is_as_it_was_told(self, ada: Somebody, bob: Somebody) -> None:
        await ada.tells(["barbell", "bench"], ["knee"], "beginner")
        asked = await ada.asks()
        assert (asked.equipment, asked.limits, asked.level) == (("barbell", "bench"), ("knee",), "beginner")
        assert await bob.asks() == AskerRecord()

    async def test_nothing_to_train_with_is_not_the_same_as_not_told(
        self, ada: Somebody, bob: Somebody
    ) -> None:
        await ada.tells([], [], None)
        await bob.tells(None, [], None)
        assert (await ada.asks()).equipment == ()
        assert (await bob.asks()).equipment is None

    async def test_likes_and_dislikes_are_one_s_own(self, ada: Somebody, bob: Somebody) -> None:
        await ada.marks("Row", favourite=True)
        await ada.marks("Curl", favourite=True)
        await ada.marks("Burpee", disliked=True)
        await ada.marks("Plank")
        await bob.marks("Burpee", favourite=True)
        asked = await ada.asks()
        assert (asked.favourites, asked.disliked) == (("Curl", "Row"), ("Burpee",))
        assert (await bob.asks()).favourites == ("Burpee",)


class TestDone:
    async def test_recorded_is_what_counts_of_finished_workouts_the_last_first(self, ada: Somebody) -> None:
        old, new = await ada.begins(NOW - 900 * HOUR), await ada.begins(NOW - 500 * HOUR)
        for number, exercise in enumerate(("Row", "Curl", "Row", "Press")):
            await ada.lifts(old, exercise, NOW - (900 - number) * HOUR)
        await ada.lifts(new, "Row", NOW - 500 * HOUR)
        await ada.lifts(new, "Plank", NOW - 500 * HOUR, kind="warm_up")
        await ada.lifts(new, "Dip", NOW - 500 * HOUR, deleted=True)
        asked = await ada.asks()
        assert asked.recorded == ("Row", "Press", "Curl")
        assert asked.worked == ()

    @pytest.mark.parametrize(("status", "worked"), [("running", 1), ("paused", 1), ("discarded", 0)])
    async def test_a_workout_that_is_not_finished_records_nothing(
        self, ada: Somebody, status: str, worked: int
    ) -> None:
        session = await ada.begins(NOW - HOUR, status)
        await ada.lifts(session, "Row", NOW - HOUR)
        asked = await ada.asks()
        assert asked.recorded == ()
        assert len(asked.worked) == worked

    async def test_worked_are_the_sets_of_three_days(self, ada: Somebody) -> None:
        session = await ada.begins(NOW - 80 * HOUR)
        for hours in (73, 72, 71, 3, 0, -1):
            await ada.lifts(session, "Row", NOW - hours * HOUR)
        await ada.lifts(session, "Curl", NOW - 2 * HOUR)
        await ada.lifts(session, "Curl", NOW - HOUR, kind="warm_up")
        await ada.lifts(session, "Dip", NOW - HOUR, deleted=True)
        assert (await ada.asks()).worked == (
            WorkedRecord(exercise_id="Curl", sets=1, last_at=NOW - 2 * HOUR),
            WorkedRecord(exercise_id="Row", sets=3, last_at=NOW),
        )

    async def test_what_others_did_is_not_in_it(self, ada: Somebody, bob: Somebody) -> None:
        session = await ada.begins(NOW - HOUR)
        await ada.lifts(session, "Row", NOW - HOUR)
        assert await bob.asks() == AskerRecord()

    async def test_no_more_than_the_most_are_told(
        self, ada: Somebody, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = await ada.begins(NOW - 9 * HOUR)
        for hours, exercise in enumerate(("Row", "Curl", "Press", "Dip")):
            await ada.lifts(session, exercise, NOW - hours * HOUR)
        monkeypatch.setattr(askers, "MOST_RECORDED", 2)
        assert (await ada.asks()).recorded == ("Row", "Curl")

    async def test_years_of_training_come_in_one_round_trip(self, house: House, database_url: str) -> None:
        person = await house.add_person()
        async with house.database.acquire() as link:
            history = await train(link, person.user_id, sessions=40, days=200)
        async with counting(database_url) as relay, opened(relay.dsn, size=1) as counted:
            async with counted.database.acquire() as link:
                await asker(link, person.user_id, BEGIN)
                relay.trips = 0
                found = await asker(link, person.user_id, BEGIN)
            assert relay.trips == 1
        in_order = sorted(_counted(history.finished()), key=lambda one: one.at)
        last = {one.exercise_id: one.at for one in in_order}
        assert found.recorded == tuple(sorted(last, key=lambda name: (-last[name].timestamp(), name)))


class TestOwn:
    async def fingerprints(self, house: House, person: Somebody, *changes: dict[str, Any]) -> list[str]:
        found = [(await person.asks()).own_fingerprint]
        for change in changes:
            async with house.database.acquire() as link:
                await keep(link, replace(SLED, user_id=person.user_id, **change))
            found.append((await person.asks()).own_fingerprint)
        return found

    async def test_the_fingerprint_changes_with_every_change(self, house: House, ada: Somebody) -> None:
        found = await self.fingerprints(
            house,
            ada,
            {},
            {"name": "Sled"},
            {"exercise_id": "own:Tire", "updated_at": NOW - 30 * HOUR},
            {"exercise_id": "own:Tire", "updated_at": NOW - 29 * HOUR, "level": "expert"},
        )
        assert found[0] == ""
        assert len(set(found)) == 5

    async def test_without_any_that_is_kept_it_is_empty(self, house: House, ada: Somebody) -> None:
        assert (await self.fingerprints(house, ada, {}, {"deleted_at": NOW}))[2] == ""

    async def test_it_stays_while_nothing_changes_of_one_s_own(
        self, house: House, ada: Somebody, bob: Somebody
    ) -> None:
        (_, before) = await self.fingerprints(house, ada, {})
        await self.fingerprints(house, bob, {}, {"exercise_id": "own:Tire"})
        await ada.marks(LIKES.exercise_id, favourite=True)
        assert (await ada.asks()).own_fingerprint == before


def _counted(finished: Iterable[tuple[WorkoutRecord, tuple[SetRecord, ...]]]) -> list[SetRecord]:
    return [one for _, sets in finished for one in sets if not one.deleted and one.kind != "warm_up"]
