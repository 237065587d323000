"""Sequences that once found something, or well might: one file each, replayed before anything is made up."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from channels.wire.codec import Subprotocol
from tests.fuzz.frames import Sequence

FOLDER: Final = Path(__file__).parent / "corpus"


class Payload(Struct, frozen=True, omit_defaults=True):
    """A frame: its text, or its bytes in base64; `binary` where it is sent as a binary frame."""

    text: str | None = None
    base64: bytes | None = None
    binary: bool = False


class Case(Struct, frozen=True):
    """A kept sequence; `about` says what it shows."""

    about: str
    subprotocol: Subprotocol
    frames: tuple[Payload, ...]

    @property
    def sequence(self) -> Sequence:
        """The frames as they are sent."""
        return [
            (one.text.encode() if one.text is not None else one.base64 or b"", not one.binary)
            for one in self.frames
        ]


def cases() -> dict[str, Case]:
    """Return the kept cases by the names of their files."""
    return {
        file.stem: msgspec.json.decode(file.read_bytes(), type=Case) for file in sorted(FOLDER.glob("*.json"))
    }


def kept(about: str, subprotocol: Subprotocol, frames: Sequence) -> Path:
    """Write a sequence that found something into the corpus; whoever mends it gives the file a name that says what."""
    case = Case(about, subprotocol, tuple(_payload(payload, text=text) for payload, text in frames))
    document = msgspec.json.format(msgspec.json.encode(case)) + b"\n"
    file = FOLDER / f"found-{hashlib.sha256(document).hexdigest()[:12]}.json"
    file.write_bytes(document)
    return file


def smallest(frames: Sequence, fails: Callable[[Sequence], bool]) -> Sequence:
    """Return a sequence that still fails and of which no frame can be left out."""
    left = list(frames)
    for index in reversed(range(len(left))):
        fewer = left[:index] + left[index + 1 :]
        if fewer and fails(fewer):
            left = fewer
    return left


def _payload(payload: bytes, *, text: bool) -> Payload:
    try:
        return Payload(text=payload.decode(), binary=not text)
    except UnicodeDecodeError:
        return Payload(base64=payload, binary=not text)
