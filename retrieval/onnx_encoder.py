"""The one adapter to ONNX Runtime: the packaged model in its int8 form, made at the first use and kept in a folder."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from retrieval.encoder import NoModel, NotInstalled, Vectors
from retrieval.files import replace
from retrieval.minilm import fingerprint_of, folder_of

_LONGEST: Final = 256
"""Of so many tokens a text is read, as by the original."""
_ERRORS_ONLY: Final = 3


class OnnxEncoder:
    """The packaged model in int8, on one thread. `kept` is where its form is, or will be."""

    def __init__(self, kept: Path, *, threads: int = 1) -> None:
        try:
            import onnxruntime  # noqa: PLC0415, TID251 - this is its adapter
            from tokenizers import Tokenizer  # noqa: PLC0415 - it comes with the same extra

            from retrieval.onnx_form import FORM  # noqa: PLC0415 - it needs the extra
        except ImportError as error:
            raise NotInstalled(f"{error.name} is not installed") from error
        folder = folder_of()
        self.fingerprint = hashlib.sha256(f"{FORM} {fingerprint_of(folder)}".encode()).hexdigest()[:16]
        file = kept / f"minilm-{FORM}-{self.fingerprint}.onnx"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        # Threads that spin for work would take the cores that the event loop needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            form = _kept(file) or _made(folder, file)
            self._session = onnxruntime.InferenceSession(form, options, providers=["CPUExecutionProvider"])
            self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (OSError, KeyError) as error:
            raise NoModel(f"no int8 form can be made of {folder}: {error}") from error
        self._tokens.enable_truncation(_LONGEST)
        self._tokens.enable_padding(pad_id=0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length one for each text."""
        read = self._tokens.encode_batch(list(texts))
        given = {
            "ids": np.array([one.ids for one in read], np.int64),
            "mask": np.array([one.attention_mask for one in read], np.int32),
        }
        return np.asarray(self._session.run(None, given)[0], np.float32)

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the tokens of each text."""
        return [sum(one.attention_mask) for one in self._tokens.encode_batch(list(texts))]


_HASH_BYTES: Final = hashlib.sha256().digest_size


def _made(folder: Path, file: Path) -> bytes:
    """Return the form of a model, made and kept; a disk that takes no file costs only the time of the next start."""
    from retrieval.onnx_form import form_of  # noqa: PLC0415 - it needs the extra

    form = form_of(folder)
    with suppress(OSError):
        replace(file, [form, hashlib.sha256(form).digest()])
    return form


def _kept(file: Path) -> bytes | None:
    """Return the form in a file, if it is there and ends with its own hash."""
    try:
        kept = file.read_bytes()
    except OSError:
        return None
    form = kept[:-_HASH_BYTES]
    return form if hashlib.sha256(form).digest() == kept[-_HASH_BYTES:] else None
