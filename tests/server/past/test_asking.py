"""What people ask of their past, over a history that was lived by commands."""

from datetime import UTC, datetime

import pytest

from retrieval.minilm import SentenceEncoder
from server.execution import Actor
from server.search.answers import SearchState
from tests.server.house import House
from tests.server.past.conftest import Opens, Past, fast, lifted, train

pytestmark = pytest.mark.xdist_group("minilm")  # which has both the model and the vocabulary in memory

SQUAT, BENCH, CURL = "Barbell_Squat", "Barbell_Bench_Press_-_Medium_Grip", "Barbell_Curl"


def on(month: int, day: int, hour: int = 17, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture
async def lived(house: House, ada: Actor) -> Actor:
    """Ada's last year and a half."""
    await train(house, ada, on(4, 2, year=2025), lifted(SQUAT, "60"), name="First steps")
    await train(
        house,
        ada,
        on(5, 6),
        lifted(SQUAT, "90", note="left knee ached going down"),
        lifted(CURL, "20"),
        name="Lower",
    )
    await train(
        house, ada, on(5, 20), lifted(SQUAT, "80"), name="Lower", note="my knee was fine again, slept badly"
    )
    await train(house, ada, on(6, 3), lifted(SQUAT, "95", note="knee swollen"), name="Lower")
    await train(house, ada, on(11, 3), lifted(BENCH, "102.5", 3), lifted(BENCH, "95"), name="Push")
    await train(house, ada, on(11, 16), lifted(BENCH, "100"), lifted("own:Zercher carry", "60"), name="Push")
    await train(
        house,
        ada,
        on(11, 18),
        lifted(SQUAT, "100"),
        lifted(SQUAT, "100"),
        lifted(SQUAT, "225", 2, unit="lb"),
        name="Heavy",
    )
    await train(
        house, ada, on(11, 20), lifted(CURL, "30"), lifted(BENCH, "60"), lifted(BENCH, "60"), name="Arms"
    )
    await fast(house, ada, on(11, 14), 16)
    await fast(house, ada, on(11, 17), 19.5, "18:6")
    await fast(house, ada, on(11, 21, 12), 18.25)
    return ada


@pytest.fixture
def node(opens: Opens) -> Past:
    return opens()


HEAVY = "Heavy: Barbell Squat 3 sets, 100 kg x 5, 225 lb x 2"
_BENCH = "Barbell Bench Press - Medium Grip"


ASKED: dict[str, list[str]] = {
    "what did I do last leg day": [HEAVY],
    "when did I last bench over 100": [f"Push: {_BENCH} 102.5 kg x 3"],
    "when did I last bench 100 kg": [f"Push: {_BENCH} 100 kg x 5"],
    "bench over 220 lb": [f"Push: {_BENCH} 100 kg x 5", f"Push: {_BENCH} 102.5 kg x 3"],
    "when did I first squat": ["First steps: Barbell Squat 60 kg x 5"],
    "heaviest squat ever": ["Heavy: Barbell Squat 225 lb x 2"],
    "heaviest squat between March and July": ["Lower: Barbell Squat 95 kg x 5"],
    "squats at least 100 kg for 5 reps": ["Heavy: Barbell Squat 2 sets, 100 kg x 5"],
    "zercher carry": ["Push: Zercher carry 60 kg x 5"],
    "longest fast": ["18:6 fast, 19 h 30 min, ended on time"],
    "fasts longer than 18 hours this month": [
        "16:8 fast, 18 h 15 min, ended on time",
        "18:6 fast, 19 h 30 min, ended on time",
    ],
    "16:8 fasts last week": ["16:8 fast, 16 h, ended on time"],
    "did I fast on Tuesday": ["18:6 fast, 19 h 30 min, ended on time"],
    "what did I do yesterday": ["16:8 fast, 18 h 15 min, ended on time"],
    "legs since October": [HEAVY],
    "workouts longer than 2 hours": [],
    "when did I last bench over 200": [],
}


async def test_what_is_exact_is_answered_exactly(node: Past, lived: Actor) -> None:
    assert {question: await node.texts(lived, question) for question in ASKED} == ASKED


async def test_an_answer_says_what_it_is_how_the_question_was_read_and_how_many_there_are(
    node: Past, lived: Actor
) -> None:
    found = await node.asked(lived, "how many workouts this year", limit=2)
    assert (found.total, len(found.results), found.read_as) == (7, 2, "workouts this year")
    one = (await node.asked(lived, "when did I last bench over 100")).results[0]
    assert (one.source, one.id, one.at) == ("workout", str(one.session_id), on(11, 3))
    assert one.why == ("last", "bench", "over 100")
    (best,) = (await node.asked(lived, "heaviest squat")).results
    assert (best.source, best.id != str(best.session_id)) == ("set", True)


async def test_what_was_written_is_found_by_words_in_its_time(node: Past, lived: Actor) -> None:
    found = await node.asked(lived, "how did my knee feel in May")
    assert {one.text for one in found.results} == {
        "left knee ached going down",
        "Lower\nmy knee was fine again, slept badly",
    }
    assert {(one.source, "says knee" in one.why) for one in found.results} == {
        ("set", True),
        ("workout", True),
    }
    assert (found.state, found.total) == (SearchState.LEXICAL, None)
    assert (await node.texts(lived, "when did my knee last hurt"))[0] == "knee swollen"
    assert await node.texts(lived, "my first note", limit=1) == ["First steps"]


async def test_what_is_neither_done_nor_written_is_not_found(node: Past, lived: Actor) -> None:
    assert await node.texts(lived, "how did my elbow feel") == []


async def test_the_real_model_finds_what_was_meant(
    opens: Opens, lived: Actor, house: House, minilm: SentenceEncoder
) -> None:
    await train(house, lived, on(5, 12), lifted(CURL, "20", note="patella hurt on the stairs"), name="Upper")
    node = opens(minilm)
    await node.encoded()
    found = await node.asked(lived, "how did my knee feel in May")
    assert found.state is SearchState.READY
    assert {one.text for one in found.results[:3]} == {
        "left knee ached going down",
        "Lower\nmy knee was fine again, slept badly",
        "patella hurt on the stairs",
    }
    assert all(one.at.month == 5 for one in found.results)
    tired = await node.asked(lived, "was I exhausted because of bad nights")
    assert tired.results[0].text == "Lower\nmy knee was fine again, slept badly"
    assert "near in meaning" in tired.results[0].why
