"""Vectors of many texts, made once: a run after the first begins at once."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from retrieval.encoder import Encoder, Vectors
from retrieval.index import Index, Made, open_index, write_index
from retrieval.sealed import SealedFileError

_PIECE: Final = 16


def index_of(texts: Sequence[Sequence[str]], encoder: Encoder, path: Path) -> Index:
    """Return the index of exercises that say these texts each; it is kept under this path. Raises OSError."""
    said = hashlib.sha256(msgspec.json.encode(texts)).hexdigest()[:_PIECE]
    made = Made(model=encoder.fingerprint, library=said)
    try:
        return open_index(path, made)
    except SealedFileError:
        rows = _rows([text for of_one in texts for text in of_one], encoder)
        write_index(path, made, rows, [len(of_one) for of_one in texts])
        return open_index(path, made)


def _rows(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """Return a row for each text; each text is encoded once, beside others of its length."""
    different = list(dict.fromkeys(texts))
    once = [text for _, text in sorted(zip(encoder.lengths(different), different, strict=True))]
    pieces = [once[first : first + _PIECE] for first in range(0, len(once), _PIECE)]
    rows = np.concatenate([encoder.encode(piece) for piece in pieces])
    places = {text: place for place, text in enumerate(once)}
    found: Vectors = rows[[places[text] for text in texts]]
    return found
