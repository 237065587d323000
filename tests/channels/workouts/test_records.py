from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.wire.quantity import Mass, MassUnit
from channels.wire.workout import DoneSet, Record, RecordKind
from channels.workouts.lived import Lived
from channels.workouts.records import gained, lost, reached, standing
from channels.workouts.sets import said
from channels.workouts.strength import epley
from storage.records import BestsRecord, SetRecord
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, at, done, lived

HEAVIEST, REPS, E1RM, VOLUME = RecordKind.HEAVIEST, RecordKind.REPS, RecordKind.E1RM, RecordKind.VOLUME
LONGEST, FARTHEST, FASTEST = RecordKind.LONGEST, RecordKind.FARTHEST, RecordKind.FASTEST
FIVES = BestsRecord(
    exercise_id=SQUAT.exercise_id, efforts=((Decimal(100), 5), (Decimal(60), 10)), volume_kg=Decimal(1100)
)
ROWED = BestsRecord(
    exercise_id=ROWING.exercise_id,
    seconds=1200,
    metres=Decimal(5000),
    paces=((Decimal(2000), 480), (Decimal(5000), 1200)),
)


def found(
    *sets: SetRecord, bests: Sequence[BestsRecord] = (FIVES,), status: str = "running"
) -> dict[tuple[RecordKind, Decimal | None], Record]:
    records = standing(reached(lived(sets, status=status), bests))
    return {(one.kind, one.at_kg or one.at_metres): one for one in records}


def test_a_record_says_what_it_is_and_what_stood_before() -> None:
    assert standing(reached(lived([done(7, kg="110", reps=1)], status="running"), [FIVES])) == (
        Record(
            exercise_id=SQUAT.exercise_id,
            kind=HEAVIEST,
            value=Decimal(110),
            session_id=SESSION,
            set_id=UUID(int=7),
            at=at(420),
            before=Decimal(100),
            mass_unit=MassUnit.KG,
        ),
    )


def pounds(number: int, value: str, reps: int) -> SetRecord:
    """A set as somebody enters it who has plates of pounds."""
    entered = DoneSet(
        exercise_id=SQUAT.exercise_id, mass=Mass(value=Decimal(value), unit=MassUnit.LB), reps=reps
    )
    return said(UUID(int=number), entered, at(60 * number))


def test_a_record_in_pounds_after_a_best_in_kilograms_is_told_in_pounds_exactly() -> None:
    (record,) = found(pounds(1, "220.462", 1), pounds(2, "220.463", 1)).values()
    assert record.kind is HEAVIEST
    assert (record.mass_unit, record.before) == (MassUnit.LB, Decimal(100))
    assert record.value == Decimal("220.463") * Decimal("0.45359237")


def test_the_volume_of_a_workout_is_told_in_the_unit_of_most_of_its_sets() -> None:
    sets = [pounds(1, "200", 10), pounds(2, "200", 10), done(3, kg="100", reps=1)]
    assert found(*sets, status="finished")[VOLUME, None].mass_unit is MassUnit.LB


def test_a_record_without_a_mass_has_no_unit_of_one() -> None:
    rowed = done(1, exercise=ROWING.exercise_id, metres="6000", seconds=1500)
    assert {one.mass_unit for one in found(rowed, bests=[ROWED]).values()} == {None}


def test_more_repetitions_compare_at_exactly_the_same_mass() -> None:
    records = found(done(1, kg="100.00", reps=6), done(2, kg="100.5", reps=4), done(3, kg="60", reps=9))
    assert {key: one.value for key, one in records.items()} == {
        (REPS, Decimal(100)): 6,
        (HEAVIEST, None): Decimal("100.5"),
        (E1RM, None): epley(Decimal(100), 6),
    }


def test_pounds_and_kilograms_compare_exactly() -> None:
    pounds = replace(
        done(1, reps=6), mass=Decimal(100), mass_unit="lb", mass_kg=Decimal(100) * Decimal("0.45359237")
    )
    bests = BestsRecord(exercise_id=SQUAT.exercise_id, efforts=((Decimal("45.359237"), 5),))
    assert found(pounds, bests=[bests])[REPS, Decimal("45.359237")].value == 6


@pytest.mark.parametrize("kg", [None, "0"])
def test_repetitions_without_a_mass_compare_with_one_another(kg: str | None) -> None:
    bests = BestsRecord(exercise_id=SQUAT.exercise_id, efforts=((None, 8), (Decimal(0), 10)))
    assert list(found(done(1, kg=kg, reps=11), bests=[bests])) == [(REPS, None)]
    assert found(done(1, kg=kg, reps=10), done(2, kg="20", reps=12), bests=[bests]) == {}


def test_more_than_twelve_repetitions_are_no_estimate_of_a_maximum() -> None:
    assert (E1RM, None) in found(done(1, kg="90", reps=12))
    assert found(done(1, kg="90", reps=13)) == {}


def test_a_mass_that_was_only_held_is_not_the_heaviest() -> None:
    assert found(done(1, kg="140", seconds=30)) == {}


def test_volume_is_of_the_whole_workout_and_looked_at_when_it_is_over() -> None:
    sets = [done(1, kg="100", reps=5), done(2, kg="100", reps=5), done(3, kg="50", reps=5)]
    assert found(*sets) == {}
    volume = found(*sets, status="finished")[VOLUME, None]
    assert (volume.value, volume.before) == (Decimal(1250), Decimal(1100))
    assert (volume.set_id, volume.at) == (None, at(3600))


def test_times_and_distances_are_records_too() -> None:
    fast = done(1, exercise=ROWING.exercise_id, metres="2000", seconds=470)
    far = done(2, exercise=ROWING.exercise_id, metres="6000", seconds=1500)
    records = found(fast, far, bests=[ROWED])
    assert {key: (int(one.value), int(one.before or 0)) for key, one in records.items()} == {
        (FASTEST, Decimal(2000)): (470, 480),
        (LONGEST, None): (1500, 1200),
        (FARTHEST, None): (6000, 5000),
    }


@pytest.mark.parametrize(
    "one",
    [
        done(1, kg="100", reps=5),
        done(1, kg="110", reps=6, kind="warm_up"),
        done(1, kg="110", reps=6, deleted=True),
        done(1, kg="110", reps=6, exercise=ROWING.exercise_id),
        done(1, kg="40", reps=6),
        done(1, seconds=60, metres="400"),
    ],
    ids=["equal", "warm-up", "deleted", "without bests", "the first time at a mass", "the first time"],
)
def test_what_does_not_beat_what_stood_is_no_record(one: SetRecord) -> None:
    assert found(one, status="finished") == {}


def test_to_be_as_fast_as_ever_is_no_record() -> None:
    assert found(done(1, exercise=ROWING.exercise_id, metres="2000", seconds=480), bests=[ROWED]) == {}


def test_nothing_is_a_record_the_first_time() -> None:
    first = BestsRecord(exercise_id=SQUAT.exercise_id)
    assert found(done(1, kg="100", reps=5, seconds=20), bests=[first], status="finished") == {}


def test_of_equal_sets_the_earliest_holds_the_record() -> None:
    records = found(done(1, kg="105", reps=1), done(2, kg="110", reps=1), done(3, kg="110", reps=1))
    assert [one.set_id for one in records.values()] == [UUID(int=2)]


def test_what_a_later_set_has_beaten_was_a_record_in_its_time() -> None:
    workout = lived(
        [done(1, kg="105", reps=1), done(2, kg="110", reps=1), done(3, kg="107", reps=1)], status="running"
    )
    assert [one.value for one in reached(workout, [FIVES])] == [105, 110]
    assert [one.before for one in reached(workout, [FIVES])] == [100, 100]


def changed(before: list[SetRecord], after: list[SetRecord]) -> tuple[list[int], list[int]]:
    """The masses that a change withdraws as the heaviest and those that it tells."""
    was, is_ = lived(before, status="running"), lived(after, status="running")
    told = gained(standing(reached(was, [FIVES])), standing(reached(is_, [FIVES])))
    withdrawn = lost(reached(was, [FIVES]), reached(is_, [FIVES]))
    heaviest = [[int(one.value) for one in each if one.kind is HEAVIEST] for each in (withdrawn, told)]
    return heaviest[0], heaviest[1]


def test_a_record_that_was_a_typing_mistake_goes_away() -> None:
    mistake = done(1, kg="1000", reps=1)
    assert changed([mistake], [done(1, kg="100", reps=1)]) == ([1000], [])
    assert changed([mistake], [replace(mistake, deleted=True)]) == ([1000], [])
    assert changed([mistake], [done(1, kg="101", reps=1)]) == ([1000], [101])


def test_a_mistake_goes_away_also_when_a_better_set_followed() -> None:
    better = done(2, kg="110", reps=1)
    assert changed([done(1, kg="105", reps=1), better], [done(1, kg="95", reps=1), better]) == ([105], [])


def test_a_record_that_a_better_set_replaces_is_not_lost() -> None:
    first = done(1, kg="105", reps=1)
    assert changed([first], [first, done(2, kg="110", reps=1)]) == ([], [110])


def test_a_record_that_an_earlier_set_forestalls_is_lost() -> None:
    later = done(2, kg="105", reps=1)
    assert changed([later], [done(1, kg="105", reps=1), later]) == ([105], [105])


def test_when_the_better_set_goes_the_one_before_it_is_told_again() -> None:
    first, better = done(1, kg="105", reps=1), done(2, kg="110", reps=1)
    assert changed([first, better], [first, replace(better, deleted=True)]) == ([110], [105])


def test_a_workout_that_ends_later_tells_no_volume_anew() -> None:
    sets = [done(1, kg="100", reps=12)]
    earlier = standing(reached(lived(sets, seconds=100), [FIVES]))
    later = standing(reached(lived(sets, seconds=200), [FIVES]))
    assert VOLUME in {one.kind for one in earlier}
    assert gained(earlier, later) == lost(earlier, later) == ()


_IDS = [SQUAT.exercise_id, ROWING.exercise_id]
_kg = st.sampled_from([None, "0", "20", "22.5", "22.50", "45.35923700"])
_reps = st.none() | st.integers(1, 14)
_seconds = st.none() | st.integers(1, 4)
_metres = st.sampled_from([None, "0", "400", "1000"])
_a_set = st.builds(
    done,
    st.integers(1, 5),
    seconds_in=st.integers(0, 9),
    exercise=st.sampled_from(_IDS),
    kg=_kg,
    reps=_reps,
    seconds=_seconds,
    metres=_metres,
    kind=st.sampled_from(["warm_up", "working", "drop", "failure"]),
    deleted=st.booleans(),
)
_bests = st.builds(
    BestsRecord,
    exercise_id=st.just(SQUAT.exercise_id),
    efforts=st.lists(
        st.tuples(_kg.map(lambda kg: None if kg is None else Decimal(kg)), st.integers(1, 14)), max_size=4
    ).map(tuple),
    volume_kg=st.none() | st.integers(0, 400).map(Decimal),
    seconds=_seconds,
    metres=st.none() | st.just(Decimal(400)),
    paces=st.lists(st.tuples(st.just(Decimal(400)), st.integers(1, 4)), max_size=1).map(tuple),
)


def workout_of(sets: Sequence[SetRecord], status: str = "finished") -> Lived:
    return lived({one.set_id: one for one in sets}.values(), status=status)


def told_of(records: Sequence[Record]) -> set[tuple[object, ...]]:
    return {(one.kind, one.at_kg, one.at_metres, one.value, one.set_id) for one in records}


def obvious(workout: Lived, best: BestsRecord) -> set[tuple[object, ...]]:
    """What the records are, one kind after the other, as one would say it."""
    sets = [
        one
        for one in workout.sets
        if one.exercise_id == best.exercise_id and one.kind != "warm_up" and not one.deleted
    ]
    records: set[tuple[object, ...]] = set()

    def most(kind: RecordKind, values: list[tuple[Decimal, datetime, UUID]], stood: list[Decimal]) -> None:
        if values and stood and max(values)[0] > max(stood):
            top = max(values)[0]
            _, set_id = min((moment, set_id) for value, moment, set_id in values if value == top)
            records.add((kind, None, None, top, set_id))

    loaded = [(kg, reps) for kg, reps in best.efforts if kg]
    heavy = [one for one in sets if one.mass_kg and one.reps]
    most(
        HEAVIEST, [(one.mass_kg or Decimal(0), one.at, one.set_id) for one in heavy], [kg for kg, _ in loaded]
    )
    most(
        E1RM,
        [
            (epley(one.mass_kg or Decimal(0), one.reps or 0), one.at, one.set_id)
            for one in heavy
            if (one.reps or 0) <= 12
        ],
        [epley(kg, reps) for kg, reps in loaded if reps <= 12],
    )
    timed = [one for one in sets if one.seconds]
    most(
        LONGEST,
        [(Decimal(one.seconds or 0), one.at, one.set_id) for one in timed],
        [Decimal(seconds) for seconds in (best.seconds, *(pace for _, pace in best.paces)) if seconds],
    )
    most(
        FARTHEST,
        [(one.metres, one.at, one.set_id) for one in sets if one.metres is not None],
        [metres for metres in (best.metres, *(metres for metres, _ in best.paces)) if metres],
    )
    return records | compared(workout, best, sets)


def compared(workout: Lived, best: BestsRecord, sets: list[SetRecord]) -> set[tuple[object, ...]]:
    """The records at the same mass, at the same distance, and of the whole workout."""
    records: set[tuple[object, ...]] = set()
    for mass in {one.mass_kg or None for one in sets}:
        here = [one for one in sets if (one.mass_kg or None) == mass and one.reps]
        stood = [reps for kg, reps in best.efforts if (kg or None) == mass]
        if here and stood and max(one.reps or 0 for one in here) > max(stood):
            top = max(here, key=lambda one: one.reps or 0)
            records.add((REPS, mass, None, Decimal(top.reps or 0), top.set_id))
    for metres, pace in best.paces:
        here = [one for one in sets if one.seconds and one.metres == metres and (one.seconds or 0) < pace]
        if here:
            top = min(here, key=lambda one: one.seconds or 0)
            records.add((FASTEST, None, metres, Decimal(top.seconds or 0), top.set_id))
    volume = sum(((one.mass_kg or Decimal(0)) * (one.reps or 0) for one in sets), Decimal(0))
    if workout.over and best.volume_kg is not None and volume > best.volume_kg:
        records.add((VOLUME, None, None, volume, None))
    return records


@given(sets=st.lists(_a_set, max_size=6), best=_bests, status=st.sampled_from(["running", "finished"]))
def test_records_are_what_an_obvious_recomputation_says(
    sets: list[SetRecord], best: BestsRecord, status: str
) -> None:
    workout = workout_of(sets, status)
    records = standing(reached(workout, [best]))
    assert records == standing(reached(workout, [replace(best, efforts=best.efforts[::-1])]))
    assert told_of(records) == obvious(workout, best)
    assert len(records) == len({(one.kind, one.at_kg, one.at_metres) for one in records})
    assert told_of(records) <= told_of(reached(workout, [best]))


@given(lives=st.lists(st.lists(_a_set, max_size=5), min_size=1, max_size=5), best=_bests)
def test_what_was_told_and_not_withdrawn_was_a_record_in_its_time(
    lives: list[list[SetRecord]], best: BestsRecord
) -> None:
    told: set[tuple[object, ...]] = set()
    before = workout_of([])
    for sets in lives:
        after = workout_of(sets)
        told -= told_of(lost(reached(before, [best]), reached(after, [best])))
        told |= told_of(gained(standing(reached(before, [best])), standing(reached(after, [best]))))
        assert told_of(standing(reached(after, [best]))) <= told <= told_of(reached(after, [best]))
        before = after


@given(sets=st.lists(_a_set, max_size=6), best=_bests)
def test_a_workout_that_is_thrown_away_loses_all_and_one_that_stays_loses_nothing(
    sets: list[SetRecord], best: BestsRecord
) -> None:
    records = reached(workout_of(sets), [best])
    assert lost(records, ()) == records
    assert gained((), records) == records
    assert lost(records, records) == gained(records, records) == ()
    assert reached(workout_of([replace(one, deleted=True) for one in sets]), [best]) == ()
