"""Two phones on a bad network, one with a wrong wall clock that jumps: both show the server's second."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import pytest

from tests.flow import Way
from tests.nodes import Device, Standing, register
from tests.proxy import proxy_to

SECONDS = 12
CLOSE = 0.05
"""How far from the truth a phone's clock may be, in 95 of 100 looks."""


@pytest.fixture
def wrong_clock(tmp_path: Path) -> dict[str, str]:
    """The environment of a process whose wall clock is off by what the file `off` holds."""
    compiler = shutil.which("gcc")
    assert compiler is not None, "make and gcc are what this project asks for"
    library = tmp_path / "wall_clock.so"
    source = Path(__file__).with_name("wall_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "WALL_CLOCK_OFF": str(tmp_path / "off")}


@pytest.mark.timeout(120)
async def test_two_phones_show_the_servers_second_whatever_network_and_wall_clock_do(
    standing: Standing, tmp_path: Path, wrong_clock: dict[str, str]
) -> None:
    node = standing.start()
    ada = await register(node)
    author, _ = await Device.open(node, ada, "author")
    await author.command("fasting:start", {"protocol_id": "16:8"})
    chance = random.Random(11)
    off = tmp_path / "off"
    off.write_text("90")

    def way(share: float) -> float:
        return 2 * share * chance.uniform(0.04, 0.2)

    truth = time.time() - time.monotonic()
    async with proxy_to(node.port, Way(lambda: way(0.6)), Way(lambda: way(0.4))) as network:
        phones = [
            await _device(network.url, ada.access_token, "right", {}),
            await _device(network.url, ada.access_token, "wrong", wrong_clock),
        ]
        reading = [asyncio.create_task(_lines(phone)) for phone in phones]
        await asyncio.sleep(SECONDS / 2)
        off.write_text("-3600")
        right, wrong = await asyncio.gather(*reading)

    walls = [line["wall"] - truth for line in wrong if "wall" in line]
    assert walls == [pytest.approx(90, abs=1), pytest.approx(-3600, abs=1)], "the clock was off and jumped"
    for lines in (right, wrong):
        _is_right(lines, truth)
    _agree(right, wrong)


def _is_right(lines: list[dict[str, Any]], truth: float) -> None:
    looks = [line for line in lines if "shows" in line]
    assert len(looks) > SECONDS * 10
    errors = [abs(line["shows"] - (line["at"] + truth)) for line in looks]
    assert all(error <= line["bound"] for error, line in zip(errors, looks, strict=True))
    settled = sorted(errors[len(errors) // 4 :])
    assert settled[int(len(settled) * 0.95)] <= CLOSE


def _agree(right: list[dict[str, Any]], wrong: list[dict[str, Any]]) -> None:
    ticks = [{line["tick"]: line["elapsed"] for line in lines if "tick" in line} for lines in (right, wrong)]
    shared = ticks[0].keys() & ticks[1].keys()
    assert len(shared) > SECONDS / 2
    assert all(ticks[0][version] == ticks[1][version] for version in shared)
    begun = [
        [line["elapsed"] - line["at"] for line in lines if "shows" in line][-1] for lines in (right, wrong)
    ]
    assert abs(begun[0] - begun[1]) <= 2 * CLOSE, "the seconds turn together, within what an eye sees"


async def _device(url: str, token: str, name: str, environment: dict[str, str]) -> Process:
    script = Path(__file__).with_name("clock_device.py")
    arguments = (str(script), url, token, name, str(SECONDS))
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, env={**os.environ, **environment}
    )


async def _lines(phone: Process) -> list[dict[str, Any]]:
    output, _ = await phone.communicate()
    assert phone.returncode == 0
    return [json.loads(line) for line in output.splitlines()]
