"""What an administrator's command does to devices on nodes that it knows nothing of."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.closing import CloseCode
from tests.nodes import Device, Fleet, fleet_of, register
from tests.server.cli.conftest import CommandLine

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def fleet(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Fleet]:
    with fleet_of(tmp_path, database_url, redis_url) as nodes:
        yield nodes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("user", "suspend"), CloseCode.SIGNED_OUT),
        (("user", "sign-out"), CloseCode.SIGNED_OUT),
        (("epoch", "raise"), CloseCode.STATE_IN_DOUBT),
    ],
)
async def test_sockets_on_every_node_close_within_two_seconds(
    fleet: Fleet, on_database: CommandLine, arguments: tuple[str, ...], code: CloseCode
) -> None:
    nodes = [fleet.start(), fleet.start()]
    person = await register(nodes[0])
    devices = [(await Device.open(node, person, name))[0] for node, name in zip(nodes, "ab", strict=True)]
    named = (person.email,) if arguments[0] == "user" else ()
    result = await asyncio.to_thread(on_database.run, *arguments, *named)
    assert result.returncode == 0, result.stderr
    done = time.monotonic()
    assert [await device.closed() for device in devices] == [code, code]
    assert time.monotonic() - done < 2.0
