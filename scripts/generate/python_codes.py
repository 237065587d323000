"""The Python client's codes of errors and of closed sockets."""

from collections.abc import Iterable
from enum import Enum
from textwrap import wrap

from channels.closing import CLOSINGS, FINAL_STANDARD_CODES
from channels.errors import CATALOGUE


def codes_source() -> str:
    """Return the source of `cornerman_client.codes`, not yet formatted."""
    errors = _members((entry.code, f"{entry.cause} {entry.cure}") for entry in CATALOGUE.values())
    closings = _members((closing.code, f"{closing.cause} {closing.cure}") for closing in CLOSINGS)
    cures = "\n".join(f'    {closing.code.value}: "{closing.cure}",' for closing in CLOSINGS)
    final = ", ".join(str(code) for code in sorted(FINAL_STANDARD_CODES))
    return f'''"""The codes of errors and of closed sockets. Made by `make generate`; do not edit."""

from enum import IntEnum, StrEnum
from typing import Final


class ErrorCode(StrEnum):
    """The codes of errors; a newer server may know more."""

{errors}


class CloseCode(IntEnum):
    """Why the server closes a socket. 4000-4499: come back. 4500-4999: do not."""

{closings}


FINAL_STANDARD_CODES: Final = frozenset({{{final}}})
"""Standard close codes after which a client must not come back by itself."""

CURES: Final[dict[int, str]] = {{
{cures}
}}
"""What an app does about a close code."""
'''


def _members(codes: Iterable[tuple[Enum, str]]) -> str:
    rows = []
    for code, said in codes:
        lines = wrap(said, 100)
        text = "\n    ".join(lines) + ("\n    " if len(lines) > 1 else "")
        value = f'"{code.value}"' if isinstance(code, str) else code.value
        rows.append(f'    {code.name} = {value}\n    """{text}"""')
    return "\n".join(rows)
