"""How questions are read: words mended, phrases found, and each wanted or not by what stands around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.concepts import Kind, vocabulary
from retrieval.phrases import Phrases
from retrieval.question import Question, Reader
from retrieval.ranking import Filters
from retrieval.search import Search
from retrieval.spelling import Spelling
from retrieval.words import is_break, stems_of, words_of

KNOWN = ("press", "curl", "bench", "dumbbell", "shoulder", "rolling", "rowing", "squat", "row")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(vocabulary(), {}, Spelling(()))


def wanted(question: Question, kind: Kind) -> list[str]:
    return [one.name for one in question.wanted(kind)]


def avoided(question: Question) -> list[str]:
    return [concept.name for avoid in question.avoids for concept in avoid.concepts]


class TestWords:
    @pytest.mark.parametrize("text", ["Push-Ups", "pushups", "push ups", "the PUSHUP"])
    def test_one_thing_is_one_however_it_is_written(self, text: str) -> None:
        assert stems_of(text) == stems_of("push up")

    def test_accents_and_apostrophes_make_no_difference(self) -> None:
        assert stems_of(
            "Child\N{RIGHT SINGLE QUOTATION MARK}s P\N{LATIN SMALL LETTER O WITH ACUTE}se"
        ) == stems_of("childs pose")

    def test_what_a_stemmer_would_take_for_one_stays_apart(self) -> None:
        assert stems_of("lungs") != stems_of("lunges")
        assert stems_of("alternative") != stems_of("alternating")

    @given(st.text(max_size=80))
    def test_any_text_has_words(self, text: str) -> None:
        assert all(
            word == word.lower() and (word.isalnum() or is_break(word) or word in "&+")
            for word in words_of(text)
        )


class TestSpelling:
    @pytest.mark.parametrize(
        ("word", "meant"),
        [
            ("culr", "curl"),
            ("dumbel", "dumbbell"),
            ("sholder", "shoulder"),
            ("rwo", "row"),
            ("roling", "rolling"),
            ("squatt", "squat"),
            ("benchpress", "bench press"),
        ],
    )
    def test_slips_of_the_thumb_are_mended(self, word: str, meant: str) -> None:
        assert Spelling(KNOWN).mended(word) == meant

    @pytest.mark.parametrize("word", ["curl", "meeting", "xq", "12kg", "zzzzzzzz"])
    def test_what_is_a_word_or_near_none_stays(self, word: str) -> None:
        assert Spelling(KNOWN).mended(word) == word


class TestNegation:
    @pytest.mark.parametrize(
        "text",
        [
            "chest, no bench",
            "no bench, chest",
            "chest without a bench",
            "chest but not on a bench",
            "chest, anything but the bench",
            "I hate the bench, chest please",
        ],
    )
    def test_what_stands_behind_a_negation_is_not_wanted(self, reader: Reader, text: str) -> None:
        question = reader.read(text)
        assert "bench" in avoided(question)
        assert wanted(question, Kind.MUSCLE) == ["chest"]
        assert "bench" not in wanted(question, Kind.EQUIPMENT)

    def test_a_list_is_not_wanted_as_a_whole(self, reader: Reader) -> None:
        assert {"barbell", "dumbbell", "machine"} <= set(
            avoided(reader.read("no barbell, dumbbell or machine"))
        )

    def test_another_kind_of_thing_begins_anew(self, reader: Reader) -> None:
        question = reader.read("obliques no twisting standing dumbbell")
        assert avoided(question) == ["twist"]
        assert wanted(question, Kind.EQUIPMENT) == ["dumbbell"]

    @pytest.mark.parametrize("text", ["legs but no barbell squats", "legs but no cable lunges"])
    def test_equipment_before_a_movement_belongs_to_it(self, reader: Reader, text: str) -> None:
        question = reader.read(text)
        assert not {("barbell",), ("cable",)} & {
            tuple(one.name for one in avoid.concepts) for avoid in question.avoids
        }
        assert question.avoids or question.not_named

    def test_equipment_behind_a_movement_belongs_to_it_where_not_says_so(self, reader: Reader) -> None:
        (avoid,) = reader.read("biceps but not curls with barbell").avoids
        assert {one.name for one in avoid.concepts} == {"curl", "barbell"}

    @pytest.mark.parametrize("text", ["no jumping legs", "legs no jumping"])
    def test_a_limit_that_says_no_ends_before_another_kind_of_thing(self, reader: Reader, text: str) -> None:
        question = reader.read(text)
        assert wanted(question, Kind.MUSCLE) == ["legs"]
        assert wanted(question, Kind.LIMIT) == ["low_impact"]

    def test_what_is_easy_on_joints_does_not_hurt(self, reader: Reader) -> None:
        question = reader.read("treadmill or bike easy on joints")
        assert wanted(question, Kind.EQUIPMENT) == ["treadmill", "bike"]
        assert wanted(question, Kind.LIMIT) == ["low_impact"]

    def test_a_limit_is_one_whatever_is_said_around_it(self, reader: Reader) -> None:
        assert wanted(reader.read("nothing that hurts my knees"), Kind.LIMIT) == ["knee"]

    def test_an_exercise_that_hurts_is_not_wanted(self, reader: Reader) -> None:
        question = reader.read("upright rows hurt, what else for traps")
        assert question.not_named
        assert question.like == question.not_named


class TestExamples:
    def test_what_stands_instead_is_like_it_and_not_it(self, reader: Reader) -> None:
        question = reader.read("something instead of deadlifts")
        assert question.like
        assert question.not_named == question.like
        assert not question.named

    @pytest.mark.parametrize("text", ["Zottman curl alternative", "Zottman curls substitute with bands"])
    def test_what_stands_instead_may_be_said_behind_it(self, reader: Reader, text: str) -> None:
        question = reader.read(text)
        assert question.like
        assert question.not_named == question.like
        assert not {"band"} & set(avoided(question))

    @pytest.mark.parametrize("text", ["how do i do a Zottman curl", "should i do Zottman curls"])
    def test_who_asks_how_to_do_it_has_not_done_it_yet(self, reader: Reader, text: str) -> None:
        question = reader.read(text)
        assert question.named
        assert not question.not_named

    def test_what_was_done_is_not_wanted_again(self, reader: Reader) -> None:
        assert reader.read("did bench press yesterday, chest").not_named

    def test_not_yet_means_something_like_it_instead(self, reader: Reader) -> None:
        question = reader.read("can't do Zottman curls yet")
        assert question.like
        assert question.not_named == question.like

    def test_what_got_too_easy_is_an_example(self, reader: Reader) -> None:
        question = reader.read("Zottman curls got too easy")
        assert question.like
        assert not question.not_named


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "limit"),
        [
            ("bad knees", "knee"),
            ("my shoulder is killing me", "shoulder"),
            ("wrist hurts when I press", "wrist"),
            ("tennis elbow", "elbow"),
            ("third trimester legs", "pregnancy"),
            ("mum is 74", "older"),
        ],
    )
    def test_what_hurts_is_heard(self, reader: Reader, text: str, limit: str) -> None:
        assert limit in wanted(reader.read(text), Kind.LIMIT)

    def test_who_prevents_injuries_has_none(self, reader: Reader) -> None:
        assert wanted(reader.read("shoulders, for injury prevention"), Kind.LIMIT) == []

    def test_a_weight_is_no_age(self, reader: Reader) -> None:
        assert wanted(reader.read("bench 74 kg"), Kind.LIMIT) == []

    def test_a_part_of_something_longer_does_not_hurt(self, reader: Reader) -> None:
        assert wanted(reader.read("upper back"), Kind.LIMIT) == []


@pytest.mark.parametrize(
    ("text", "muscle"),
    [
        ("outer part of my shoulder", "side_delts"),
        ("the chest, upper part", "upper_chest"),
        ("back of the arms", "triceps"),
        ("the inside of my thighs", "adductors"),
    ],
)
def test_regions_are_known_by_where_they_are(reader: Reader, text: str, muscle: str) -> None:
    assert muscle in wanted(reader.read(text), Kind.MUSCLE)


def test_an_idiom_says_nothing_of_the_body(reader: Reader) -> None:
    assert wanted(reader.read("back from holidays"), Kind.MUSCLE) == []


def test_the_longest_phrase_counts() -> None:
    phrases = Phrases(vocabulary(), {stems_of("Leg Press"): "Leg Press"})
    assert [one.stems for one in phrases.of(stems_of("leg press"))] == [stems_of("leg press")]


@given(
    text=st.text(max_size=120),
    filters=st.builds(
        Filters,
        equipment=st.lists(st.sampled_from(["bands", "dumbbell", "none such"]), max_size=2).map(tuple),
        level=st.lists(st.sampled_from(["beginner", "expert"]), max_size=1).map(tuple),
    ),
    limit=st.integers(1, 30),
)
def test_whatever_is_asked_each_result_comes_once_and_is_allowed(
    search: Search, text: str, filters: Filters, limit: int
) -> None:
    found = [hit.exercise for hit in search.search(text, filters, limit).hits]
    assert len(found) == len({one.exercise_id for one in found}) <= limit
    assert all(not filters.level or one.level in filters.level for one in found)
