"""Stories that once found something, or well might: one file each, told before anything is made up."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tests.server.live.machine.story import Story

FOLDER: Final = Path(__file__).parent / "kept"
Steps = tuple[tuple[str, tuple[int, ...]], ...]


class Case(Struct, frozen=True):
    """A kept story; `about` says what it shows."""

    about: str
    steps: Steps


def cases() -> dict[str, Case]:
    """Return the kept stories by the names of their files."""
    return {
        file.stem: msgspec.json.decode(file.read_bytes(), type=Case) for file in sorted(FOLDER.glob("*.json"))
    }


def keep(about: str, steps: Steps) -> Path:
    """Write a story that found something beside the others; whoever mends it gives the file a name that says what."""
    lines = ",\n    ".join(msgspec.json.encode(step).decode() for step in steps)
    document = f'{{\n  "about": {msgspec.json.encode(about).decode()},\n  "steps": [\n    {lines}\n  ]\n}}\n'
    file = FOLDER / f"found-{hashlib.sha256(document.encode()).hexdigest()[:12]}.json"
    file.write_text(document)
    return file


def tell(steps: Steps) -> None:
    """Tell a story to its end."""
    story = Story()
    try:
        for name, numbers in steps:
            story.take(name, numbers)
        story.end()
    finally:
        story.close()
