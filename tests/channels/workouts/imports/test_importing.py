"""A whole file: what may be in it, what it comes to, and that it can be logged."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.wire.workout_commands import WorkoutLog, WorkoutLogData
from channels.workouts.imports.importing import read_export
from channels.workouts.imports.reading import Flaw, Unreadable
from channels.workouts.imports.report import Imported, Report
from channels.workouts.starting import log
from storage.records import Workouts
from tests.channels.fasting.facts import ADA as PERSON
from tests.channels.workouts.imports.facts import ADA, fixture, imported, read
from tests.channels.workouts.library import FIXTURES, library

FILES = sorted(path.name for path in FIXTURES.glob("*.csv") if path.name != "names.csv")
STRONG = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Weight Unit,Reps,RPE,Distance,Distance Unit,Seconds,Notes"
HEVY = "title,start_time,end_time,description,exercise_title,exercise_notes,set_type,weight_lbs,reps,distance_km,duration_seconds,rpe"


def is_logged(data: WorkoutLogData) -> bool:
    """Whether a workout is one that the wire takes and that is logged."""
    again = msgspec.json.decode(msgspec.json.encode(data), type=WorkoutLogData)
    moment = Moment(now=ADA.now, at=ADA.now, new_id=UUID(int=100))
    decision = log(PERSON, Workouts(exercises=library()), WorkoutLog(id=1, data=again), moment)
    return again == data and isinstance(decision, Decision)


def holds(found: Imported | Unreadable) -> None:
    """What is true of every file."""
    if isinstance(found, Unreadable):
        return
    report = found.report
    assert report.workouts == len(found.workouts) == len({one.key for one in found.workouts})
    assert report.sets == sum(len(one.data.sets) for one in found.workouts)
    assert report.sets == sum(one.sets for one in report.matched + report.unmatched)
    assert report.rows == report.sets + report.skipped_rows
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
    assert all(one.data.ended_at - one.data.started_at <= timedelta(hours=24) for one in found.workouts)


@pytest.mark.parametrize("name", FILES)
def test_every_workout_of_the_fixtures_is_logged(name: str) -> None:
    found = imported(fixture(name))
    holds(found)
    assert found.workouts
    assert all(is_logged(one.data) for one in found.workouts)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_read_again_has_the_same_workouts(name: str) -> None:
    assert imported(fixture(name)) == imported(fixture(name))


def test_a_newer_file_has_the_same_keys_for_what_was_there() -> None:
    older = imported(fixture("strong_classic.csv"))
    newer = imported(fixture("strong_classic.csv") + b"2024-03-09 18:30:00,New,1h,Plank,1,0,0,0,60,,,\n")
    assert [one.key for one in newer.workouts][:2] == [one.key for one in older.workouts]
    assert len(newer.workouts) == 3


@pytest.mark.parametrize(
    ("content", "flaw", "header"),
    [
        (b"", Flaw.EMPTY, ()),
        (b"Date,Exercise,Category\n2024-01-01,Plank,Abs\n", Flaw.UNKNOWN, ("Date", "Exercise", "Category")),
        (b"\x89PNG\r\n\x1a\n", Flaw.UNKNOWN, ("‰PNG",)),
        (b"x" * 300, Flaw.UNKNOWN, ("x" * 100,)),
    ],
)
def test_a_file_of_no_tool_that_is_known_is_told_by_its_columns(
    content: bytes, flaw: Flaw, header: tuple[str, ...]
) -> None:
    assert read(content) == Unreadable(flaw, header)


def test_a_row_that_cannot_be_read_at_all_is_told() -> None:
    report = imported(f'{STRONG}\n2024-03-04,A,,Plank,1,,,5,,,,,"' + "x" * 140_000).report
    assert [(one.line, one.reason.value) for one in report.skipped] == [(2, "broken")]


@pytest.mark.parametrize(
    ("row", "flaw"),
    [
        ("2024-03-04 18:30:00,A,1h,Squat,1,100,,5,,,,,", Flaw.NO_MASS_UNIT),
        ("2024-03-04 18:30:00,A,1h,Running,1,0,,,,5,,1500,", Flaw.NO_LENGTH_UNIT),
    ],
)
def test_a_unit_that_nobody_has_said_is_asked_for(row: str, flaw: Flaw) -> None:
    nothing_said = replace(ADA, mass_unit=None, length_unit=None)
    assert read(f"{STRONG}\n{row}", nothing_said) == Unreadable(flaw)
    assert isinstance(read(f"{STRONG}\n{row}"), Imported)


def test_a_unit_is_not_asked_for_where_there_are_no_amounts_or_they_have_one() -> None:
    nothing_said = replace(ADA, mass_unit=None, length_unit=None)
    rows = "2024-03-04 18:30:00,A,1h,Squat,1,100,lbs,5,,,,,\n2024-03-04 18:30:00,A,1h,Pull Up,1,0,,5,,0,,0,"
    assert imported(f"{STRONG}\n{rows}", nothing_said).report.sets == 2


def test_a_number_that_is_none_takes_no_time() -> None:
    cell = "\u0316\u0301" * 20_000
    report = imported(f"{STRONG}\n2024-03-04 18:30:00,A,{cell},Squat,1,{cell},kg,5,,,,{cell},").report
    assert [(one.reason.value, one.column) for one in report.skipped] == [("bad_number", "Weight")]


def test_a_file_without_rows_has_no_workouts() -> None:
    found = imported(STRONG)
    assert found.workouts == ()
    assert (found.report.rows, found.report.source) == (0, "strong")


_CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "5",
            "62,5",
            "1e9",
            "-1",
            "kg",
            "lbs",
            "mi",
            "W",
            "Note",
            "Rest Timer",
            "warmup",
            "8.5",
            "1h 5m",
        ]
    ),
    st.sampled_from(
        ["Squat (Barbell)", "Plank", "Überzüge", "2024-03-04 18:30:00", "4 févr. 2026, 18:00", "2199-01-01"]
    ),
    st.text(max_size=12),
)


@given(
    st.sampled_from([STRONG, HEVY]),
    st.sampled_from([",", ";", "\t"]),
    st.lists(st.lists(_CELLS, max_size=14), max_size=8),
)
def test_no_cells_make_it_fail(header: str, separator: str, rows: list[list[str]]) -> None:
    quoted = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    found = read("\n".join([header.replace(",", separator), *quoted]))
    holds(found)
    assert isinstance(found, Imported)
    assert all(is_logged(one.data) for one in found.workouts)


_NAMES = st.sampled_from(["Squat (Barbell)", "Plank", "own:", "  ", "x" * 300])
_AMOUNTS = st.sampled_from(["", "0", "5", "62,5", "220.4622622", "1999.9999", "0.0001", "9999999"])


@given(st.lists(st.tuples(_NAMES, *[_AMOUNTS] * 5, st.text(max_size=5)), min_size=1, max_size=30))
def test_every_set_that_is_taken_can_be_logged(rows: list[tuple[str, ...]]) -> None:
    quoted = (
        f'2024-03-04 18:30:00,A,45m,"{name}",1,"{weight}",lbs,"{reps}","{rpe}","{way}",km,"{time}","{note}"'
        for name, weight, reps, rpe, way, time, note in ((*row[:6], row[6].replace('"', "")) for row in rows)
    )
    found = read("\n".join([STRONG, *quoted]))
    holds(found)
    assert isinstance(found, Imported)
    assert all(is_logged(one.data) for one in found.workouts)


@given(st.sampled_from(FILES), st.data())
def test_no_bytes_make_it_fail(name: str, data: st.DataObject) -> None:
    content = bytearray(fixture(name))
    for _ in range(data.draw(st.integers(0, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    holds(read_export(bytes(content), ADA))


@given(st.binary(max_size=300))
def test_nor_do_any_others(content: bytes) -> None:
    holds(read_export(content, ADA))
    holds(read_export(HEVY.encode() + b"\n" + content, ADA))
