"""What an administrator's command does to devices on nodes that it knows nothing of."""

import asyncio
import time

import pytest

from channels.closing import CloseCode
from tests.nodes import Device, Standing, register
from tests.server.cli.conftest import CommandLine

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("user", "suspend"), CloseCode.SIGNED_OUT),
        (("user", "sign-out"), CloseCode.SIGNED_OUT),
        (("epoch", "raise"), CloseCode.STATE_IN_DOUBT),
    ],
)
async def test_sockets_on_every_node_close_within_two_seconds(
    standing: Standing, command_line: CommandLine, arguments: tuple[str, ...], code: CloseCode
) -> None:
    command_line.environ["DATABASE_URL"] = standing.database_url
    nodes = [standing.start(), standing.start()]
    person = await register(nodes[0])
    devices = [(await Device.open(node, person, name))[0] for node, name in zip(nodes, "ab", strict=True)]
    named = (person.email,) if arguments[0] == "user" else ()
    result = await asyncio.to_thread(command_line.run, *arguments, *named)
    assert result.returncode == 0, result.stderr
    done = time.monotonic()
    assert [await device.closed() for device in devices] == [code, code]
    assert time.monotonic() - done < 2.0
