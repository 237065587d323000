"""`cornerman library evaluate`."""

import json
from pathlib import Path

import pytest

from retrieval.evaluation.questions import Half
from retrieval.evaluation.run import Evaluation, Latency, Low, Row, Shown, Worth
from retrieval.ranking import Filters
from server import settings
from server.cli.evaluation import encoder_of_settings, lines
from tests.server.cli.conftest import CommandLine

WGER = Path(__file__).parents[2] / "retrieval" / "importers" / "fixtures" / "wger_page.json"


def row(system: str, ndcg: float, reworded: float) -> Row:
    worth = Worth(questions=7, ndcg=ndcg, recall=0.5, wrong_per_100=12.34, broken=0, unjudged_per_100=1)
    again = Worth(questions=7, ndcg=reworded, recall=0.5, wrong_per_100=0, broken=2, unjudged_per_100=0)
    return Row(system=system, half=Half.UNSEEN, queries=worth, paraphrases=again)


EVALUATION = Evaluation(
    library="mine",
    fingerprint="f00d",
    exercises=873,
    encoder="c0de",
    best="ours",
    rows=(row("BM25", 0.25, 0.25), row("dense", 0.375, 0.25), row("ours", 0.875, 0.75)),
    latency=Latency(p50=1.25, p99=4.0, encoded_p50=11.0, encoded_p99=19.5),
    worst=(
        Low(
            id="q7",
            query="legs, no lunges",
            filters=Filters(equipment=("barbell", "bands"), level=("expert",)),
            intent="Squats.",
            ndcg=0.125,
            first=(
                Shown(exercise_id="a", name="Squat", grade=3),
                Shown(exercise_id="b", name="Lunge", grade=-1),
                Shown(exercise_id="c", name="Hop", grade=None),
            ),
        ),
    ),
)


def test_a_run_is_told_as_one_table() -> None:
    assert list(lines(EVALUATION)) == [
        "mine: 873 exercises, fingerprint f00d; encoder c0de.",
        "",
        "half    system  nDCG@10  recall@15   wrong  unjudged   broken  reworded   fall",
        "                                    of 100    of 100  filters   nDCG@10",
        "unseen  BM25      0.250      0.500    12.3       1.0        2     0.250  0.000",
        "unseen  dense     0.375      0.500    12.3       1.0        2     0.250  0.125",
        "unseen  ours      0.875      0.500    12.3       1.0        2     0.750  0.125",
        "",
        "unseen: 7 questions; ours: +0.500 nDCG@10 beside the best baseline, dense.",
        "ours: ranking alone p50 1.2 ms, p99 4.0 ms.",
        "ours: encoding and ranking p50 11.0 ms, p99 19.5 ms.",
        "",
        "q7  0.125  legs, no lunges",
        "      equipment: barbell, bands; level: expert",
        "      Squats.",
        "      1. 3  Squat",
        "      2. x  Lunge",
        "      3. ?  Hop",
    ]


@pytest.mark.long
def test_without_an_encoder_what_can_be_run_is_run(command_line: CommandLine) -> None:
    arguments = ("library", "evaluate", "--half", "tuning", "--json", "--worst", "2")
    result = command_line.here(*arguments, CORNERMAN_ENCODER="none")
    assert result.returncode == 0
    assert result.stderr == "CORNERMAN_ENCODER is none: what needs an encoder is left out.\n"
    told = json.loads(result.stdout)
    assert (told["library"], told["exercises"], told["encoder"]) == ("free-exercise-db", 873, None)
    assert [(one["system"], one["half"]) for one in told["rows"]] == [
        ("BM25", "tuning"),
        ("ours, by words alone", "tuning"),
    ]
    assert len(told["worst"]) == 2


def test_a_model_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    nowhere = settings.Settings(encoder=str(tmp_path / "nowhere"), data_dir=tmp_path)
    assert encoder_of_settings(nowhere) is None
    assert capsys.readouterr().err.startswith("What needs an encoder is left out: there is no model ")


def test_of_the_unseen_half_the_worst_are_not_told(command_line: CommandLine) -> None:
    result = command_line.here("library", "evaluate", "--half", "unseen", "--worst", "3", "--lexical")
    assert result.returncode == 2
    assert "is told of the tuning half only" in result.stderr


def test_a_library_has_to_be_there_and_to_have_what_is_asked_for(on_database: CommandLine) -> None:
    nobody = on_database.here("library", "evaluate", "--library", "nobody", "--lexical")
    assert (nobody.returncode, nobody.stderr) == (1, "Error: There is no library nobody.\n")
    assert on_database.here("library", "import", str(WGER), "--as", "wger").returncode == 0
    other = on_database.here("library", "evaluate", "--library", "wger", "--lexical")
    assert (other.returncode, other.stderr) == (
        1,
        "Error: No question is about exercises that wger has: they are known by their ids.\n",
    )
