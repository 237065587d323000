"""`cornerman exercises search`, alone and by a server that runs."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from retrieval.encoder import Encoder
from retrieval.importers.reading import SHIPPED
from retrieval.minilm import SentenceEncoder
from server.cli.exercises import alone, batch
from server.search import engine
from server.search.answers import LONGEST_QUERY
from server.search.engine import Engine, engine_of
from server.search.shelf import Shelf
from tests.searching import shipped_engine
from tests.server.cli.conftest import CommandLine, Serve

QUESTIONS = Path(__file__).parents[3] / "retrieval" / "evaluation" / "questions.jsonl"
AT_ONCE = (
    "By words alone: with --wait the encoder, which takes seconds to load, reads the question as well.\n"
)

pytestmark = pytest.mark.xdist_group("minilm")  # one of them needs the model


@pytest.fixture(autouse=True)
def made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands in this process share what answers: each would make it anew."""

    def shared(shelf: Shelf) -> Engine:
        ready = shipped_engine()
        return ready if shelf.library == ready.shelf.library else engine_of(shelf)

    monkeypatch.setattr(alone, "engine_of", shared)
    monkeypatch.setattr(batch, "engine_of", shared)


def searched(command_line: CommandLine, *arguments: str, **environ: str) -> Any:
    result = command_line.here("exercises", "search", *arguments, "--json", **environ)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def answers(output: str) -> list[Any]:
    return [json.loads(line) for line in output.splitlines()]


def tuning() -> list[dict[str, Any]]:
    """Questions that may be looked at."""
    lines = [line for line in QUESTIONS.read_text("utf-8").splitlines() if '"half": "tuning"' in line]
    return [json.loads(line) for line in lines]


def test_a_question_is_answered_at_once_where_there_is_no_house(command_line: CommandLine) -> None:
    result = command_line.here(
        "exercises", "search", "biceps but not with dumbbells", "--limit", "3", "--why"
    )
    assert (result.returncode, result.stderr) == (0, AT_ONCE)
    lines = result.stdout.splitlines()
    assert [line[:3] for line in lines[::2]] == [" 1 ", " 2 ", " 3 "]
    assert all("; biceps; " in line and "dumbbell" not in line for line in lines[::2])
    assert all("works the biceps" in line for line in lines[1::2])
    assert not (command_line.data_dir / "postgres").exists()


def test_lists_are_given_twice_or_with_commas(command_line: CommandLine) -> None:
    by_commas = searched(command_line, "rows", "--equipment", "dumbbell, body only", "--level", "beginner")
    twice = ("--equipment", "dumbbell", "--equipment", "body only", "--level", "beginner")
    assert by_commas == searched(command_line, "rows", *twice)
    assert {one["level"] for one in by_commas["results"]} == {"beginner"}
    assert {*by_commas["results"][0]} >= {"exercise_id", "name", "equipment", "muscles", "why"}


def test_that_nothing_fits_is_an_answer(command_line: CommandLine) -> None:
    result = command_line.here(
        "exercises", "search", "squat", "--equipment", "foam roll", "--category", "powerlifting"
    )
    assert (result.returncode, result.stdout) == (0, "Nothing fits.\n")


@pytest.mark.parametrize(
    ("arguments", "told", "code"),
    [
        ((), "Say what to search for", 2),
        ((" ",), "Say what to search for", 2),
        (("x" * (LONGEST_QUERY + 1),), "may have 500 characters; this one has 501.", 2),
        (("rows", "--level", "easy"), "--level: there is no 'easy'. There is beginner, expert, inter", 2),
        (("rows", "--batch"), "A batch reads its questions and filters from the input", 2),
    ],
)
def test_what_cannot_be_asked_is_said(
    command_line: CommandLine, arguments: tuple[str, ...], told: str, code: int
) -> None:
    result = command_line.here("exercises", "search", *arguments)
    assert result.returncode == code
    assert told in result.stderr


def test_a_library_that_is_not_there_is_told_with_those_that_are(on_database: CommandLine) -> None:
    assert (
        "There is free-exercise-db." in on_database.here("exercises", "search", "x", "--library", "no").stderr
    )
    on_database.here("library", "import", str(SHIPPED), "--as", "mine")
    result = on_database.here("exercises", "search", "rows", "--library", "wger")
    assert result.returncode == 1
    assert "There is no library wger. There is mine." in result.stderr


def test_fifty_questions_are_answered_in_their_order_with_the_librarys_own_ids(
    command_line: CommandLine,
) -> None:
    asked = tuning()[:50]
    typed = "\n".join(json.dumps({**one, "limit": 15}) for one in asked)
    result = command_line.run("exercises", "search", "--batch", "--library", "free-exercise-db", typed=typed)
    assert (result.returncode, result.stderr) == (0, "By words alone: CORNERMAN_ENCODER is none.\n")
    found = answers(result.stdout)
    known = {one.exercise_id: one for one in shipped_engine().shelf.library.exercises}
    assert len(found) == 50
    assert all(len(one["ids"]) == 15 and set(one["ids"]) <= known.keys() and one["ms"] > 0 for one in found)
    named = [(one["query"], answer["ids"]) for one, answer in zip(asked, found, strict=True)]
    assert dict(named)["goblet squat"][0] == "Goblet_Squat"


def test_a_bad_line_has_its_error_in_its_place(command_line: CommandLine) -> None:
    lines = [
        '{"query": "goblet squat", "limit": 1}',
        "{",
        '{"limit": 3}',
        "",
        '{"query": "rows", "filters": {"equipment": ["dumbells"]}}',
        '{"query": "rows", "filters": {"equipments": []}}',
        '{"query": "rows", "limit": 0}',
        '{"query": "rows", "filters": {"equipment": ["dumbbell"], "level": null}, "limit": 2}',
    ]
    result = command_line.here("exercises", "search", "--batch", typed="\n".join(lines))
    assert result.returncode == 1
    assert result.stderr.endswith("5 lines were not answered.\n")
    first, *bad, last = answers(result.stdout)
    assert first["ids"] == ["Goblet_Squat"]
    assert len(last["ids"]) == 2
    assert all(one.keys() == {"error"} for one in bad)
    assert "there is no 'dumbells'; there is bands, barbell" in bad[2]["error"]


def test_a_batch_waits_for_the_encoder_and_the_index_is_kept(
    on_database: CommandLine, tmp_path: Path, minilm: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encoder_of(_name: str, _folder: Path) -> Any:
        def load() -> Encoder:
            return minilm

        return load

    monkeypatch.setattr(engine, "encoder_of", encoder_of)
    file = tmp_path / "few.json"
    file.write_text(json.dumps(json.loads(SHIPPED.read_bytes())[:10]), "utf-8")
    assert on_database.here("library", "import", str(file), "--as", "few").returncode == 0
    arguments = ("exercises", "search", "--batch", "--library", "few")
    for _ in range(2):
        result = on_database.here(*arguments, typed='{"query": "sit up"}\n', CORNERMAN_ENCODER="packaged")
        assert (result.returncode, result.stderr) == (0, "")
        assert "3_4_Sit-Up" in answers(result.stdout)[0]["ids"]
    assert len(list((on_database.data_dir / "search").glob("few-*.index"))) == 1
    waited = searched(on_database, "sit up", "--wait", "--library", "few", CORNERMAN_ENCODER="packaged")
    assert waited["state"] == "ready"


def test_a_server_that_runs_is_asked(command_line: CommandLine, serve: Serve) -> None:
    server = serve()
    result = command_line.here("exercises", "search", "goblet squat", "--limit", "1", "--wait")
    assert result.returncode == 0
    assert result.stdout.startswith(" 1  Goblet Squat")
    assert result.stderr == "By words alone: the server's search says lexical.\n"
    elsewhere = command_line.here("exercises", "search", "goblet squat", "--library", "nobodys")
    assert "There is no library nobodys. There is free-exercise-db." in elsewhere.stderr
    assert "GET /admin/exercises/search 200" in server.stop(signal.SIGTERM)
