"""`python -m scripts.generate` writes what is made from the wire and the API; with `--check` it only says what is not current."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from scripts.generate.asyncapi import asyncapi_document
from scripts.generate.openapi import openapi_document
from scripts.generate.protocol_page import protocol_page
from scripts.generate.python_codes import codes_source
from scripts.generate.python_types import types_source

_ROOT: Final = Path(__file__).resolve().parents[2]
_CLIENT: Final = "clients/python/cornerman_client"


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit status."""
    stale = {path: text for path, text in generated().items() if current(path) != text}
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path} is not current: run `make generate`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale.items():
        (_ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (_ROOT / path).write_text(text, encoding="utf-8")
        print(path)
    return 0


def generated() -> dict[str, str]:
    """Return what each generated file should hold."""
    return {
        "docs/asyncapi.json": json.dumps(asyncapi_document(), indent=2, ensure_ascii=False) + "\n",
        "docs/openapi.json": openapi_document(),
        "docs/protocol.md": protocol_page(),
        f"{_CLIENT}/types.py": _formatted(types_source()),
        f"{_CLIENT}/codes.py": _formatted(codes_source()),
    }


def current(path: str) -> str:
    """Return what a generated file holds now; nothing when it is not there."""
    file = _ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", f"{_CLIENT}/types.py", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True, cwd=_ROOT)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
