"""What is found for what people type: the right exercises first, and none that was ruled out."""

import msgspec
import pytest

from retrieval.library import Exercise
from retrieval.ranking import Filters
from retrieval.search import Search

ANY = Filters()


def found(search: Search, query: str, limit: int = 10, filters: Filters = ANY) -> list[Exercise]:
    return [hit.exercise for hit in search.search(query, filters, limit).hits]


def names(search: Search, query: str, limit: int = 10, filters: Filters = ANY) -> list[str]:
    return [one.name for one in found(search, query, limit, filters)]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("good mornings", "Good Morning"),
        ("kettlebell windmill", "Kettlebell Windmill"),
        ("Child's pose", "Child's Pose"),
        ("OHP", "Standing Military Press"),
        ("RDLs", "Romanian Deadlift"),
        ("skullcrusher", "EZ-Bar Skullcrusher"),
        ("dedlift", "Barbell Deadlift"),
        ("kickbaks triceps", "Tricep Dumbbell Kickback"),
        ("benchpress", "Barbell Bench Press - Medium Grip"),
        ("gobblet squat", "Goblet Squat"),
        ("side plank", "Side Bridge"),
        ("press ups", "Pushups"),
        ("pul ups", "Pullups"),
    ],
)
def test_an_exercise_is_found_by_its_name_however_it_is_written(
    search: Search, query: str, name: str
) -> None:
    assert names(search, query, 3)[0] == name


@pytest.mark.parametrize(
    ("query", "muscle"),
    [
        ("hammies", "hamstrings"),
        ("bingo wings", "triceps"),
        ("six pack", "abdominals"),
        ("muscles at the back of my thigh", "hamstrings"),
        ("inner thigh", "adductors"),
        ("wings", "lats"),
    ],
)
def test_muscles_are_known_as_people_call_them(search: Search, query: str, muscle: str) -> None:
    assert all(muscle in one.primary_muscles for one in found(search, query, 8))


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("Biceps but not with dumbbells", "dumbbell"),
        ("biceps without dumbbells", "dumbbell"),
        ("biceps, no dumbbells", "dumbbell"),
        ("biceps, anything but dumbbells", "dumbbell"),
        ("chest, skip the barbell", "barbell"),
        ("triceps, I hate cables", "cable"),
        ("shoulders except with kettlebells or dumbbells", "kettlebells"),
        ("shoulders except with kettlebells or dumbbells", "dumbbell"),
    ],
)
def test_what_is_not_wanted_is_not_shown(search: Search, query: str, label: str) -> None:
    assert all(label not in one.equipment for one in found(search, query, 15))


def test_a_movement_that_is_not_wanted_is_not_shown_under_any_name(search: Search) -> None:
    shown = names(search, "legs without lunges", 15)
    assert not any("lunge" in name.lower() or "Split Squat" in name for name in shown)


def test_what_follows_a_negation_is_wanted_again_after_the_clause(search: Search) -> None:
    shown = found(search, "no barbell, just dumbbells, chest")
    assert all(one.equipment == ("dumbbell",) and "chest" in one.primary_muscles for one in shown)


def test_a_sore_joint_is_spared(search: Search) -> None:
    shown = names(search, "knee friendly quads", 8)
    assert not any("Kneeling" in name or "Jump" in name or "Lunge" in name for name in shown)


def test_who_hurts_somewhere_and_asks_for_nothing_else_gets_what_eases_it(search: Search) -> None:
    assert all(one.category == "stretching" for one in found(search, "my neck is killing me", 3))


def test_nothing_at_hand_means_nothing(search: Search) -> None:
    for one in found(search, "dorm room, no equipment, abs"):
        assert one.equipment in {(), ("body only",)}


def test_two_wishes_of_different_kinds_belong_together(search: Search) -> None:
    for one in found(search, "shoulders with bands", 4):
        assert one.primary_muscles == ("shoulders",)
        assert one.equipment == ("bands",)


def test_an_alternative_is_like_the_exercise_and_is_not_it(search: Search) -> None:
    shown = search.search("alternative to leg press", ANY, 6).hits
    assert all("Leg Press" not in hit.exercise.name for hit in shown)
    assert sum("quadriceps" in hit.exercise.primary_muscles for hit in shown) >= 5


class TestFilters:
    @pytest.mark.parametrize(
        "filters",
        [
            Filters(equipment=("bands",)),
            Filters(level=("expert",), category=("strength",)),
            Filters(muscles=("neck",)),
            Filters(equipment=("dumbbell", "cable"), muscles=("lats", "middle back")),
        ],
    )
    @pytest.mark.parametrize("query", ["squat", "no bands", "easy chest", "", "??", "löffel 😀"])
    def test_no_result_breaks_a_filter_whatever_the_words_say(
        self, search: Search, query: str, filters: Filters
    ) -> None:
        for one in found(search, query, 15, filters):
            assert not filters.equipment or set(one.equipment) <= set(filters.equipment) or "Band" in one.name
            assert not filters.level or one.level in filters.level
            assert not filters.category or one.category in filters.category
            assert not filters.muscles or set(one.primary_muscles) & set(filters.muscles)

    def test_a_name_that_says_another_implement_than_the_label_is_believed(self, search: Search) -> None:
        name = "Smith Incline Shoulder Raise"  # labelled as a barbell's
        assert name not in names(search, name, 50, Filters(equipment=("barbell",)))
        assert names(search, name, 1, Filters(equipment=("machine",))) == [name]

    def test_what_is_done_with_bands_on_a_barbell_needs_both(self, search: Search) -> None:
        name = "Squat with Bands"
        assert name not in names(search, name, 50, Filters(equipment=("barbell",)))
        assert name in names(search, name, 5, Filters(equipment=("barbell", "bands")))

    def test_nothing_fits_is_an_answer(self, search: Search) -> None:
        assert found(search, "squat", 10, Filters(equipment=("foam roll",), category=("powerlifting",))) == []

    def test_fifteen_are_found_wherever_there_are_so_many(self, search: Search) -> None:
        assert len(found(search, "neck, no machines", 15, Filters(equipment=("machine",)))) == 15


def test_words_give_way_when_too_few_remain_and_the_answer_says_so(search: Search) -> None:
    enough = search.search("neck without a harness", ANY, 5)
    assert enough.relaxed == ()
    short = search.search("squat but no machines", Filters(equipment=("machine",)), 5)
    assert len(short.hits) == 5
    assert short.relaxed == ("machines",)


def test_each_result_says_why(search: Search) -> None:
    [hit] = search.search("dumbbell hammer curls for the biceps", ANY, 1).hits
    assert {"works the biceps", "with dumbbells"} <= set(hit.why)
    [hit] = search.search("ohp", ANY, 1).hits
    assert hit.why == ("is called 'ohp'",)


def test_the_answer_shows_how_the_question_was_read(search: Search) -> None:
    assert search.search("bicep culrs", ANY, 1).read_as == "bicep curls"


def test_a_question_is_answered_the_same_every_time(search: Search) -> None:
    answers = {msgspec.json.encode(search.search("legs at home, bad knees", ANY, 10)) for _ in range(3)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("how do I get my first pull up", "Band Assisted Pull-Up"),
        ("easier than a plank", "Dead Bug"),
        ("push ups are too easy", "Decline Push-Up"),
        ("new to snatches", "Snatch Deadlift"),
    ],
)
def test_what_leads_up_to_an_exercise_and_what_comes_after_it_is_known(
    search: Search, query: str, name: str
) -> None:
    assert name in names(search, query, 3)


def test_a_negation_in_a_phrase_goes_on_to_the_next_of_a_list(search: Search) -> None:
    found = names(search, "abs without crunches or sit-ups", 20)
    assert not [one for one in found if "Crunch" in one or "Sit-Up" in one]


def test_what_is_friendly_to_a_joint_is_not_of_what_comes_next(search: Search) -> None:
    assert all("triceps" in one.primary_muscles for one in found(search, "tennis elbow friendly triceps", 5))


def test_a_turn_of_several_words_leaves_its_last_ones_to_what_they_begin(search: Search) -> None:
    assert not {"Crunches", "Sit-Up", "Air Bike"} & set(names(search, "abs, nothing on the floor"))


def test_what_something_is_done_for_is_not_it_but_tells_which_muscles(search: Search) -> None:
    for one in found(search, "warm up for the bench press", 6):
        assert {"chest", "shoulders", "triceps"} & set(one.primary_muscles)
        assert "Bench" not in one.name


@pytest.mark.parametrize("query", ["c&j", "C & J", "clean and jerk"])
def test_a_mark_for_and_is_one(search: Search, query: str) -> None:
    assert names(search, query, 1) == ["Clean and Jerk"]


def test_one_weight_is_enough_where_there_is_but_one(search: Search) -> None:
    for name in names(search, "one dumbbell shoulders", 6):
        assert {"One-Arm", "One", "Single"} & set(name.split())


def test_what_stands_for_an_exercise_trains_the_same_with_what_is_named(search: Search) -> None:
    for one in found(search, "instead of crunches on machine", 6):
        assert one.primary_muscles == ("abdominals",)


def test_a_sore_elbow_is_not_gripped_with(search: Search) -> None:
    assert not {"Plate Pinch", "Standing Olympic Plate Hand Squeeze"} & set(
        names(search, "tennis elbow forearm")
    )


def test_warming_up_is_moving_and_cooling_down_is_not(search: Search) -> None:
    assert {"Front Leg Raises", "Inchworm"} <= set(names(search, "warm up before squats"))
    assert not {"Front Leg Raises", "Inchworm"} & set(names(search, "cool down after leg day"))
