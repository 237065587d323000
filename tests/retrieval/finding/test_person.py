"""Who asks counts: what hurts, what they have, what they like, what they trained; and what they added themselves."""

from itertools import pairwise

import pytest

from retrieval.library import Exercise, Library
from retrieval.person import Person
from retrieval.ranking import OWN_EQUIPMENT, Filters
from retrieval.search import Hits, Search

ANY = Filters()
CHEST_DAY = {"Barbell_Bench_Press_-_Medium_Grip": 0.7, "Dumbbell_Flyes": 0.5}


def ask(search: Search, query: str, person: Person, limit: int = 15) -> Hits:
    return search.search(query, ANY, limit, person=person)


def ids(hits: Hits) -> list[str]:
    return [hit.exercise.exercise_id for hit in hits.hits]


def labels(hits: Hits) -> set[str]:
    return {label for hit in hits.hits for label in hit.exercise.equipment}


@pytest.mark.parametrize("query", ["legs", "squats", "barbell lunges", "jumping", "Barbell Squat"])
def test_what_a_limit_forbids_is_never_found_whatever_is_asked(search: Search, query: str) -> None:
    person = Person(limits=("knee",))
    found = ask(search, query, person, limit=873)
    assert found.hits
    assert not {"Barbell_Squat", "Dumbbell_Lunges", "Box_Jump_Multiple_Response"} & set(ids(found))
    assert all("spares the knees" in hit.why for hit in found.hits)


def test_of_two_limits_both_hold(search: Search) -> None:
    both = ids(ask(search, "legs", Person(limits=("knee", "lower_back")), limit=873))
    assert set(both) == set(ids(ask(search, "legs", Person(limits=("knee",)), limit=873))) & set(
        ids(ask(search, "legs", Person(limits=("lower_back",)), limit=873))
    )


def test_what_they_have_is_enough_for_what_is_found(search: Search) -> None:
    found = ask(search, "chest", Person(equipment=frozenset({"dumbbell"})))
    assert len(found.hits) == 15
    assert labels(found) == {"dumbbell", "body only"}
    assert not found.relaxed


def test_a_question_that_names_equipment_or_a_place_says_what_there_is(search: Search) -> None:
    person = Person(equipment=frozenset({"dumbbell"}))
    assert labels(ask(search, "chest with a barbell", person, limit=5)) == {"barbell"}
    assert {"machine", "cable"} & labels(ask(search, "chest in the gym", person, limit=10))


def test_equipment_gives_way_and_says_so_where_too_little_is_left(search: Search) -> None:
    found = ask(search, "forearms", Person(equipment=frozenset()), limit=400)
    assert len(found.hits) == 400
    assert OWN_EQUIPMENT in found.relaxed


def test_favourites_come_forward_and_what_is_disliked_steps_back(search: Search) -> None:
    plain = ids(ask(search, "biceps", Person(), limit=40))
    person = Person(favourites=frozenset({plain[8]}), disliked=frozenset({plain[0]}))
    found = ask(search, "biceps", person, limit=40)
    assert ids(found).index(plain[8]) < 4
    assert plain[0] not in ids(found)[:15]
    assert "a favourite of yours" in next(
        hit.why for hit in found.hits if hit.exercise.exercise_id == plain[8]
    )


def test_what_was_worked_hard_lately_steps_back_until_it_is_asked_for(search: Search) -> None:
    person = Person(worked=CHEST_DAY)
    rested = ask(search, "upper body", Person())
    found = ask(search, "upper body", person)
    assert any("chest" in hit.exercise.primary_muscles for hit in rested.hits)
    assert not any("chest" in hit.exercise.primary_muscles for hit in found.hits)
    asked = ask(search, "chest", person, limit=8)
    assert all("chest" in hit.exercise.primary_muscles for hit in asked.hits)
    assert all("chest worked hard lately" in hit.why for hit in asked.hits)


def test_a_beginner_is_shown_nothing_for_experts_unless_it_is_asked_for(search: Search) -> None:
    found = ask(search, "legs", Person(level="beginner"), limit=30)
    assert {hit.exercise.level for hit in found.hits} <= {"beginner", "intermediate"}
    asked = ask(search, "expert level legs", Person(level="beginner"), limit=5)
    assert {hit.exercise.level for hit in asked.hits} == {"expert"}


def test_what_they_have_records_in_comes_forward_and_says_so(search: Search) -> None:
    plain = ids(ask(search, "triceps", Person(), limit=10))
    found = ask(search, "triceps", Person(recorded=frozenset({plain[4]})), limit=10)
    assert ids(found).index(plain[4]) < 4
    assert "you have records in it" in found.hits[ids(found).index(plain[4])].why


class TestAlternatives:
    def test_they_follow_the_pattern_and_work_the_muscles(self, search: Search) -> None:
        found = search.alternatives("Barbell_Squat", ANY, 10).hits
        assert len(found) == 10
        assert all("quadriceps" in {*hit.exercise.primary_muscles} for hit in found)
        assert all("Squat" in hit.exercise.name for hit in found[:5])
        assert "Barbell_Squat" not in {hit.exercise.exercise_id for hit in found}
        assert all(one.score >= other.score for one, other in pairwise(found))

    def test_they_need_no_more_than_is_there(self, search: Search) -> None:
        at_home = Person(equipment=frozenset({"dumbbell"}))
        found = search.alternatives("Barbell_Bench_Press_-_Medium_Grip", ANY, 10, at_home)
        assert found.hits
        assert labels(found) <= {"dumbbell", "body only"}

    def test_of_what_hurts_nothing_is_offered(self, search: Search) -> None:
        found = search.alternatives("Barbell_Squat", ANY, 20, Person(limits=("knee",)))
        assert not {"Front_Barbell_Squat", "Dumbbell_Lunges", "Goblet_Squat"} & set(ids(found))

    def test_that_nothing_fits_is_an_answer(self, search: Search) -> None:
        assert not search.alternatives("Barbell_Squat", Filters(equipment=("foam roll",)), 5).hits


class TestOwn:
    GARAGE = Library(
        name="own",
        licence="",
        exercises=(
            Exercise(
                exercise_id="own:Kettlebot heave",
                name="Kettlebot heave",
                category="strength",
                equipment=("kettlebells",),
                primary_muscles=("glutes",),
                secondary_muscles=("hamstrings",),
            ),
            Exercise(
                exercise_id="own:Couch dips",
                name="Couch dips",
                category="strength",
                equipment=("body only",),
                primary_muscles=("triceps",),
                secondary_muscles=(),
            ),
        ),
    )

    def test_one_is_found_by_its_name_as_it_is_written(self, search: Search) -> None:
        own = search.own(self.GARAGE)
        assert ids(search.search("kettlebot heave", ANY, 5, own=own))[0] == "own:Kettlebot heave"

    def test_one_is_found_by_what_it_is_among_the_librarys(self, search: Search) -> None:
        own = search.own(self.GARAGE)
        found = ids(search.search("triceps at home without equipment", ANY, 15, own=own))
        assert "own:Couch dips" in found
        assert len([one for one in found if not one.startswith("own:")]) == 14

    def test_filters_and_limits_hold_for_them(self, search: Search) -> None:
        own = search.own(self.GARAGE)
        barbells = search.search("couch dips", Filters(equipment=("barbell",)), 15, own=own)
        assert not [one for one in ids(barbells) if one.startswith("own:")]
        spared = search.search("couch dips", ANY, 200, person=Person(limits=("shoulder",)), own=own)
        assert "own:Couch dips" not in ids(spared)

    def test_without_them_they_are_not_there(self, search: Search) -> None:
        assert not [one for one in ids(search.search("couch dips", ANY, 50)) if one.startswith("own:")]
