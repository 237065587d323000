"""The real model: what the tests of encoding and of indexes do with encoders of their own, once with it."""

import asyncio
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.encoder import Encoding, NoModel, NotInstalled
from retrieval.importers.reading import SHIPPED
from retrieval.minilm import SentenceEncoder, fingerprint_of, folder_of
from retrieval.onnx_encoder import OnnxEncoder
from retrieval.warm import Built, Meaning
from tests.retrieval.conftest import library_of

LATENESS_SECONDS = 0.25
"""Generous: other workers of the run are busy as well."""
IS_THERE = importlib.util.find_spec("sentence_transformers") is not None
HAS_ONNX = importlib.util.find_spec("onnxruntime") is not None
NAMES = (
    "Hammer Curls",
    "Barbell Squat",
    "Plank",
    "Bent Over Barbell Row",
    "Calf Stretch Hands Against Wall",
    "Sled Push",
)

real = pytest.mark.skipif(not IS_THERE, reason="sentence-transformers is not installed")


async def worst_lateness(ended: asyncio.Event) -> float:
    """How late the loop came at worst to a tick that was due every millisecond."""
    loop = asyncio.get_running_loop()
    worst = 0.0
    while not ended.is_set():
        due = loop.time() + 0.001
        await asyncio.sleep(0.001)
        worst = max(worst, loop.time() - due)
    return worst


@real
@pytest.mark.long
async def test_it_finds_what_is_meant_while_the_loop_goes_on(minilm: SentenceEncoder, tmp_path: Path) -> None:
    built: list[Built] = []
    batches: list[int] = []
    encoding = Encoding(lambda: minilm, batched=batches.append)
    meaning = Meaning(encoding, tmp_path, built.append)
    library = library_of(*NAMES)
    ended = asyncio.Event()
    lateness = asyncio.create_task(worst_lateness(ended))
    await meaning.warm(library)
    questions = [
        f"{text} {number}" for number in range(10) for text in ("stretching for the calves", "pushing a sled")
    ]
    found = await asyncio.gather(*(meaning.cosines(library, text) for text in questions))
    ended.set()
    near = [NAMES[int(one.argmax())] for one in found if one is not None]
    assert near == ["Calf Stretch Hands Against Wall", "Sled Push"] * 10
    assert batches == [1, 19]
    assert await lateness < LATENESS_SECONDS
    assert built[0].rows == 12
    encoding.close()


@real
def test_vectors_are_of_length_one_and_do_not_depend_on_the_batch(minilm: SentenceEncoder) -> None:
    rows = minilm.encode(NAMES)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(NAMES)), abs=1e-5)
    assert minilm.encode(NAMES[:1])[0] == pytest.approx(rows[0], abs=1e-5)


@real
def test_what_torch_recorded_gives_what_the_model_gives(minilm: SentenceEncoder) -> None:
    recorded = minilm.encode(NAMES)
    assert minilm._recorded is not None
    assert minilm._encode(NAMES) == pytest.approx(recorded, abs=1e-6)


@real
def test_a_record_that_fits_one_batch_alone_or_none_is_not_used(minilm: SentenceEncoder) -> None:
    record = minilm._recorded
    assert record is not None

    def one_text_alone(features: dict[str, Any]) -> Any:
        return record({name: value[:1] for name, value in features.items()}).expand(
            len(features["input_ids"]), -1
        )

    def none(_features: dict[str, Any]) -> Any:
        raise RuntimeError("another shape")

    assert [minilm._tried(one) for one in (one_text_alone, none, None)] == [None] * 3
    assert minilm._tried(record) is record


@real
def test_texts_are_as_long_as_their_tokens_up_to_what_the_model_reads(minilm: SentenceEncoder) -> None:
    assert minilm.lengths(["", "squat", "squat, please", "row " * 500]) == [2, 3, 5, 256]
    assert minilm.lengths([]) == []


@real
@pytest.mark.skipif(not HAS_ONNX, reason="onnxruntime is not installed")
def test_the_int8_form_is_close_to_the_original_and_made_once(
    minilm: SentenceEncoder, tmp_path: Path
) -> None:
    names = [line.split('"')[3] for line in SHIPPED.read_text().splitlines() if '"name":' in line][::6]
    first = OnnxEncoder(tmp_path)
    assert len(names) == 146
    cosines = (
        np.concatenate([first.encode(names[at : at + 64]) for at in range(0, len(names), 64)])
        * minilm.encode(names)
    ).sum(1)
    assert cosines.min() >= 0.999
    (file,) = tmp_path.iterdir()
    made = file.stat().st_ino
    assert OnnxEncoder(tmp_path).fingerprint == first.fingerprint != minilm.fingerprint
    assert file.stat().st_ino == made
    file.write_bytes(file.read_bytes()[:1_000_000])
    assert OnnxEncoder(tmp_path).encode(["row"]) == pytest.approx(first.encode(["row"]))
    assert first.lengths(["", "squat", "row " * 500]) == [2, 3, 256]


@pytest.mark.skipif(not HAS_ONNX, reason="onnxruntime is not installed")
def test_a_disk_that_takes_nothing_costs_the_int8_form_only_its_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("this is no folder")
    assert len(OnnxEncoder(tmp_path / "file").encode(["row"])) == 1


def test_a_model_is_a_folder_or_was_fetched_before(tmp_path: Path) -> None:
    assert folder_of(str(tmp_path)) == tmp_path
    if IS_THERE:
        for name in ("nobody/has-this", "nor this", "../x"):
            with pytest.raises(NoModel):
                folder_of(name)


def test_without_its_package_there_is_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.minilm.PACKAGE", "no_such_package")
    with pytest.raises(NotInstalled):
        folder_of()


def test_the_fingerprint_is_of_names_and_bytes(tmp_path: Path) -> None:
    with pytest.raises(NoModel):
        fingerprint_of(tmp_path)
    seen: set[str] = set()
    for name, content in (("a", "1"), ("a", "2"), ("b", "2"), ("sub/b", "2")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
        seen.add(fingerprint_of(tmp_path))
    (tmp_path / "README.md").write_text("words")
    assert fingerprint_of(tmp_path) in seen
    assert len(seen) == 4


@real
@pytest.mark.usefixtures("minilm")  # in its worker, where torch is imported already
def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("nothing")
    with pytest.raises(NoModel):
        SentenceEncoder(tmp_path)


def test_nothing_large_is_imported_before_it_is_needed() -> None:
    program = (
        "import sys, retrieval.warm, retrieval.minilm, retrieval.onnx_encoder\n"
        "print(*({'torch', 'sentence_transformers', 'transformers', 'faiss', 'onnx', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
