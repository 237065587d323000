"""How well the search finds, as `cornerman library evaluate` says it."""

from collections.abc import Iterator, Sequence
from typing import Final

import click
import msgspec

from retrieval.encoder import Encoder, NoModel, NotInstalled
from retrieval.evaluation.questions import Half, judged
from retrieval.evaluation.run import Evaluation, Latency, Low, Row, Shown, evaluate
from retrieval.library import Library
from retrieval.ranking import Filters
from server.cli.faults import Failed, Wrong, load_settings, told
from server.search.answers import NO_ENCODER
from server.search.engine import encoder_of, folder_for_files
from server.settings import Settings

_COLUMNS: Final = (
    ("half", "system", "nDCG@10", "recall@15", "wrong", "unjudged", "broken", "reworded", "fall"),
    ("", "", "", "", "of 100", "of 100", "filters", "nDCG@10", ""),
)
_LEFT: Final = 2
"""So many columns begin with words."""


def run(library: Library, halves: Sequence[Half], *, by_words: bool, worst: int) -> Evaluation:
    """Ask a library all questions of these halves; `by_words` without an encoder, as also where there is none."""
    if worst and Half.TUNING not in halves:
        raise Wrong(
            "What is answered worst is told of the tuning half only: the other would not stay unseen."
        )
    questions = judged(halves)
    ids = {one.exercise_id for one in library.exercises}
    if not any(judgement.relevant & ids for _, judgement in questions):
        raise Failed(f"No question is about exercises that {library.name} has: they are known by their ids.")
    settings = load_settings().settings
    with told():
        encoder = None if by_words else encoder_of_settings(settings)
        return evaluate(library, questions, encoder, folder_for_files(settings.data_dir), worst=worst)


def encoder_of_settings(settings: Settings) -> Encoder | None:
    """Return the encoder of the settings, or say why there is none."""
    if settings.encoder == NO_ENCODER:
        click.echo("CORNERMAN_ENCODER is none: what needs an encoder is left out.", err=True)
        return None
    try:
        encoder = encoder_of(settings.encoder, folder_for_files(settings.data_dir))()
    except (NotInstalled, NoModel) as error:
        click.echo(f"What needs an encoder is left out: {error}.", err=True)
        return None
    click.echo("Where vectors have to be made first, that takes some minutes.", err=True)
    return encoder


def lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield what a run came to."""
    yield (
        f"{evaluation.library}: {evaluation.exercises} exercises, fingerprint {evaluation.fingerprint}; "
        + (f"encoder {evaluation.encoder}." if evaluation.encoder else "without an encoder.")
    )
    yield ""
    yield from _table(evaluation.rows)
    yield ""
    for half in Half:
        yield from _ahead(evaluation.best, [row for row in evaluation.rows if row.half is half])
    yield from _latency(evaluation.best, evaluation.latency)
    for low in evaluation.worst:
        yield ""
        yield from _low(low)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    table = [*_COLUMNS, *map(_cells, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS[0]))]
    for row in table:
        cells = [
            cell.ljust(width) if column < _LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    worth = row.queries
    return (
        row.half,
        row.system,
        f"{worth.ndcg:.3f}",
        f"{worth.recall:.3f}",
        f"{worth.wrong_per_100:.1f}",
        f"{worth.unjudged_per_100:.1f}",
        f"{worth.broken + row.paraphrases.broken}",
        f"{row.paraphrases.ndcg:.3f}",
        f"{row.fall:.3f}",
    )


def _ahead(best: str, rows: Sequence[Row]) -> Iterator[str]:
    """Say by how much ours leaves the best baseline behind."""
    ours = next((row for row in rows if row.system == best), None)
    others = [row for row in rows if not row.ours]
    if ours is None or not others:
        return
    first = max(others, key=lambda row: row.queries.ndcg)
    yield (
        f"{ours.half}: {ours.queries.questions} questions; {best}: {ours.queries.ndcg - first.queries.ndcg:+.3f} nDCG@10"
        f" beside the best baseline, {first.system}."
    )


def _latency(best: str, latency: Latency) -> Iterator[str]:
    yield f"{best}: ranking alone p50 {latency.p50:.1f} ms, p99 {latency.p99:.1f} ms."
    if latency.encoded_p50 is not None:
        yield f"{best}: encoding and ranking p50 {latency.encoded_p50:.1f} ms, p99 {latency.encoded_p99:.1f} ms."


def _low(low: Low) -> Iterator[str]:
    yield f"{low.id}  {low.ndcg:.3f}  {low.query}"
    if low.filters != Filters():
        given = msgspec.to_builtins(low.filters).items()
        yield "      " + "; ".join(f"{field}: {', '.join(values)}" for field, values in given if values)
    yield f"      {low.intent}"
    for place, shown in enumerate(low.first, 1):
        yield f"      {place}. {_grade(shown)}  {shown.name}"


def _grade(shown: Shown) -> str:
    return {None: "?", -1: "x"}.get(shown.grade, str(shown.grade))
