"""Sequences of frames that a client might send: right ones, almost right ones, and rubbish."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from channels.wire.codec import Subprotocol
from channels.wire.registry import CLIENT_COMMAND_TYPES, SIGNAL_TYPES
from channels.wire.schema import definitions
from tests.generated import Maker

LONGEST: Final = 20
CORPUS: Final = Path(__file__).parent / "corpus.json"

Frame = tuple[bytes, bool]
"""A payload, and whether it is sent as text."""
Sequence = list[Frame]

_DEFINITIONS = definitions()
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    2**53,
    2**64,
    -(2**63),
    10**400,
    1e308,
    "",
    "\u0000",
    "x" * 5000,
    [],
    {},
    [[[]]],
    {"": {}},
)
_RAW: Final = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"id":1}',
    b"[" * 30_000,
    b'{"a":' * 10_000,
    b'{"id":1,"type":"ping","id":2}',
    b'{"id":1,"type":"ping"}{"id":2,"type":"ping"}',
    b'\xef\xbb\xbf{"id":1,"type":"ping"}',
    b'{"id":1e3,"type":"ping"}',
    b'{"id":NaN,"type":"ping"}',
    b'{"id":1,"type":"\\ud800"}',
    b"\xff\xfe\x00",
    b"\xc1",
    b"\xdf\xff\xff\xff\xff",
    b"\xc7\x0c\xff" + b"\x00" * 12,
)


def sequence(random: Random, subprotocol: Subprotocol, connect: dict[str, Any] | None) -> Sequence:
    """Return up to 20 frames; `connect` comes first when it is given, as it is."""
    frames: Sequence = []
    if connect is not None:
        frames.append(_encoded(connect, subprotocol))
    number = 1
    for _ in range(random.randint(1, LONGEST - len(frames))):
        number += random.choice((1, 1, 1, 1, 2, 0, -1))
        frames.append(_frame(random, subprotocol, number))
    return frames


def corpus() -> list[tuple[Subprotocol, Sequence]]:
    """Return the sequences that once found something."""
    return [
        (
            Subprotocol(case["subprotocol"]),
            [(base64.b64decode(payload), text) for payload, text in case["frames"]],
        )
        for case in json.loads(CORPUS.read_text())
    ]


def kept(subprotocol: Subprotocol, frames: Sequence) -> str:
    """Return a sequence as an entry of the corpus, to be put there by whoever mends what it found."""
    return json.dumps(
        {
            "subprotocol": subprotocol,
            "frames": [[base64.b64encode(payload).decode(), text] for payload, text in frames],
        }
    )


def _frame(random: Random, subprotocol: Subprotocol, number: int) -> Frame:
    kind = random.random()
    if kind < 0.1:
        payload = random.choice(_RAW) if random.random() < 0.5 else random.randbytes(random.randint(0, 200))
        return payload, random.random() < 0.9 if subprotocol is Subprotocol.JSON else random.random() < 0.1
    message = random.choice((*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES))
    made: dict[str, Any] = Maker(random, _DEFINITIONS).named(message.__name__)
    if "id" in made:
        made["id"] = number
    if kind < 0.5:
        random.choice(_MUTATIONS)(random, made)
    payload, text = _encoded(made, subprotocol)
    if kind < 0.2:
        payload = _broken(random, payload)
    return payload, text


def _encoded(message: dict[str, Any], subprotocol: Subprotocol) -> Frame:
    if subprotocol is Subprotocol.JSON:
        return json.dumps(message).encode(), True
    try:
        return msgspec.msgpack.encode(message), False
    except OverflowError:
        return json.dumps(message).encode(), False


def _broken(random: Random, payload: bytes) -> bytes:
    at = random.randrange(len(payload) + 1)
    match random.randrange(4):
        case 0:
            return payload[:at]
        case 1:
            return payload[:at] + random.randbytes(random.randint(1, 8)) + payload[at:]
        case 2:
            return payload[:at] + random.randbytes(1) + payload[at + 1 :]
        case _:
            return payload[:at] + payload[at // 2 :]


def _drop(random: Random, made: dict[str, Any]) -> None:
    made.pop(random.choice(list(made)))


def _odd_value(random: Random, made: dict[str, Any]) -> None:
    holder = made["data"] if isinstance(made.get("data"), dict) and random.random() < 0.7 else made
    holder[random.choice([*holder, "further"])] = random.choice(_ODD)


def _other_data(random: Random, made: dict[str, Any]) -> None:
    other = random.choice((*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES))
    made["data"] = Maker(random, _DEFINITIONS).named(other.__name__).get("data")


def _other_type(random: Random, made: dict[str, Any]) -> None:
    made["type"] = random.choice(
        ("", "nope", "fasting:complete", "account:suspend", "account:revoke", "connect", 7)
    )


_MUTATIONS: Final[tuple[Callable[[Random, dict[str, Any]], None], ...]] = (
    _drop,
    _odd_value,
    _odd_value,
    _other_data,
    _other_type,
)
