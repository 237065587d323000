"""Rows that are suites of tests of their own, which run beside every change as well: here whole, and counted."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.faults.checks import Check, Size, at_most, exactly, told
from tests.faults.house import House

REFUSED_SECONDS = 2.0


def suite(*arguments: str) -> Callable[[House, Size], Awaitable[list[Check]]]:
    """Return a row that runs pytest with these arguments."""

    async def run(_house: House, _size: Size) -> list[Check]:
        cases = await _cases(arguments)
        seconds = [
            float(value.get("value", "inf"))
            for case in cases
            for value in case.iter("property")
            if value.get("name") == "seconds"
        ]
        failed = [
            case.get("name", "")
            for case in cases
            if case.find("failure") is not None or case.find("error") is not None
        ]
        return [
            told("tests", len(cases)),
            exactly(f"failed {' '.join(failed)[:200]}".strip(), len(failed)),
            *(
                [at_most("from the act to its refusal", max(seconds), REFUSED_SECONDS, "s")]
                if seconds
                else []
            ),
        ]

    return run


async def _cases(arguments: tuple[str, ...]) -> list[ET.Element]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = (sys.executable, "-m", "pytest", *arguments, f"--junitxml={report}")
        pytest = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        try:
            await pytest.wait()
        finally:
            if pytest.returncode is None:
                pytest.kill()
        return list(ET.parse(report).getroot().iter("testcase"))
