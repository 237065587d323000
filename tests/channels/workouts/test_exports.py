import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.wire.workout_commands import WorkoutLog
from channels.workouts.exports import COLUMNS, CSV, JSON, Done, ExportedWorkout, Form, names_by_id
from channels.workouts.starting import log
from storage.records import SetRecord, WorkoutRecord, Workouts
from tests.channels.fasting.facts import ADA as PERSON
from tests.channels.workouts.imports.facts import ADA, fixture, told, workouts
from tests.channels.workouts.library import library


def logged(name: str, number: int = 0) -> Done:
    """A workout of a fixture, as it is kept."""
    command = WorkoutLog(id=1, data=workouts(fixture(name))[number])
    moment = Moment(now=ADA.now, at=ADA.now, new_id=UUID(int=100))
    decision = log(PERSON, Workouts(exercises=library()), command, moment)
    assert isinstance(decision, Decision)
    (record,) = (one for one in decision.saves if isinstance(one, WorkoutRecord))
    return record, [one for one in decision.saves if isinstance(one, SetRecord)]


LEGS = logged("strong_classic.csv")
PUSH = logged("strong_units.csv")


def file(form: Form, *done: Done) -> bytes:
    return form.begin + form.between.join(form.pieces(done, names_by_id(library()))) + form.end


def rows(*done: Done) -> list[dict[str, str]]:
    text = file(CSV, *done).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def documents(*done: Done) -> list[ExportedWorkout]:
    return msgspec.json.decode(file(JSON, *done), type=list[ExportedWorkout])


class TestForSpreadsheets:
    def test_each_set_is_a_row_with_all_that_is_said_of_its_workout(self) -> None:
        first, *others = rows(LEGS)
        assert len(others) == 7
        assert first == {
            "workout_id": str(LEGS[0].session_id),
            "workout": "Legs, heavy",
            "started_at": "2024-03-04T17:30:00Z",
            "ended_at": "2024-03-04T18:35:00Z",
            "time_zone": "UTC",
            "origin": "imported",
            "origin_of": "strong",
            "workout_rpe": "",
            "workout_note": "Slept well\nand ate",
            "set_number": "1",
            "set_id": str(LEGS[1][0].set_id),
            "set_at": first["set_at"],
            "exercise_id": "Barbell_Squat",
            "exercise": "Barbell Squat",
            "kind": "warm_up",
            "mass": "60",
            "mass_unit": "kg",
            "mass_kg": "60",
            "reps": "8",
            "seconds": "",
            "distance": "",
            "distance_unit": "",
            "distance_metres": "",
            "rpe": "",
            "side": "",
            "set_note": "",
            "records": "",
        }

    def test_masses_and_distances_are_as_entered_and_exact_beside_that(self) -> None:
        said = [(row["mass"], row["mass_unit"], row["mass_kg"]) for row in rows(PUSH)]
        assert said[:2] == [("82.5", "kg", "82.5"), ("185", "lb", "83.91458845")]
        said = [(row["distance"], row["distance_unit"], row["distance_metres"]) for row in rows(PUSH)]
        assert said[2:] == [("1500.5", "m", "1500.5"), ("3.1", "mi", "4988.9664")]

    def test_sets_are_in_their_order_without_those_that_were_deleted(self) -> None:
        record, sets = LEGS
        deleted = [replace(one, deleted=one is sets[1]) for one in reversed(sets)]
        numbers = [(row["set_number"], row["set_id"]) for row in rows((record, deleted))]
        kept = [sets[0], *sets[2:]]
        assert numbers == [(str(n), str(one.set_id)) for n, one in enumerate(kept, 1)]

    def test_a_workout_without_sets_is_a_row_without_one(self) -> None:
        (only,) = rows((LEGS[0], []))
        assert only["workout"] == "Legs, heavy"
        assert {only[column] for column in COLUMNS[COLUMNS.index("set_number") :]} == {""}

    def test_what_is_not_finished_is_left_out(self) -> None:
        record, sets = LEGS
        assert rows((replace(record, status="discarded"), sets), (replace(record, finished=None), sets)) == []
        assert file(CSV).decode() == ",".join(COLUMNS) + "\r\n"

    def test_a_text_is_no_formula(self) -> None:
        record, sets = LEGS
        for text in ("=1+1", "+1", "-1", "@SUM", " =1", "\tx"):
            row = rows(
                (replace(record, name=text), [replace(sets[0], note=text, exercise_id=f"own:{text}")])
            )[0]
            assert row["workout"] == row["set_note"] == row["exercise"] == f"'{text}"
            assert row["exercise_id"] == f"own:{text}"

    def test_one_that_is_of_no_library_is_called_as_it_is(self) -> None:
        record, sets = LEGS
        names = [
            rows((record, [replace(sets[0], exercise_id=name)]))[0]["exercise"]
            for name in ("own:Sled", "Gone")
        ]
        assert names == ["Sled", "Gone"]

    def test_what_only_some_sets_have_is_there(self) -> None:
        record, sets = LEGS
        one = replace(sets[0], side="left", records=("heaviest", "e1rm"), rpe=Decimal("8.5"))
        row = rows((replace(record, rpe=Decimal(7), ended_at=None), [one]))[0]
        assert (row["side"], row["records"], row["rpe"]) == ("left", "heaviest e1rm", "8.5")
        assert (row["workout_rpe"], row["ended_at"]) == ("7", "2024-03-04T18:35:00Z")

    @given(st.text(), st.text())
    def test_any_text_is_read_back(self, name: str, note: str) -> None:
        record, sets = LEGS
        (row,) = rows((replace(record, name=name), [replace(sets[0], note=note)]))
        assert row["workout"] in {name, f"'{name}"}
        assert row["set_note"] in {note, f"'{note}"}


class TestForPrograms:
    def test_each_workout_is_a_document(self) -> None:
        legs, push = documents(LEGS, PUSH)
        assert legs.workout.name == "Legs, heavy"
        assert legs.workout.started_at == datetime(2024, 3, 4, 17, 30, tzinfo=UTC)
        assert legs.workout.summary.sets == 7
        assert bytes(legs.blocks) == b"[]"
        assert [told(one.done) for one in push.sets][:2] == [
            "Barbell_Bench_Press_-_Medium_Grip: 82.5 kg x 5",
            "Barbell_Bench_Press_-_Medium_Grip: 185 lb x 5",
        ]
        assert push.sets[1].mass_kg == Decimal("83.91458845")
        assert push.sets[1].exercise == "Barbell Bench Press - Medium Grip"

    def test_none_are_an_empty_list(self) -> None:
        assert documents() == []
        assert documents((replace(LEGS[0], status="running"), [])) == []
