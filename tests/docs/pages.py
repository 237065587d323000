"""The pages that people read, and the blocks of code in them."""

import re
from pathlib import Path

from msgspec import Struct

PAGES = [Path("README.md"), *sorted(Path("docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```(?P<language>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


class Block(Struct, frozen=True):
    """A block of code: where it stands, its language, and what is said before it on its page."""

    page: str
    language: str
    text: str
    before: str

    @property
    def begins(self) -> str:
        """Its first line, by which it is known."""
        return self.text.partition("\n")[0]


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(str(page), found["language"], found["text"], text[: found.start()])
        for found in _BLOCK.finditer(text)
    ]
