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
        failed = [
            case.get("name", "")
            for case in cases
            if case.find("failure") is not None or case.find("error") is not None
        ]
        return [
            told("tests", len(cases)),
            exactly(f"failed {' '.join(failed)[:200]}".strip(), len(failed)),
            *_slowest(cases, "seconds", "from the act to its refusal", REFUSED_SECONDS, "s"),
            *_slowest(cases, "neighbour", "a neighbour's slowest, of what it may be", 1, ""),
        ]

    return run


def _slowest(cases: list[ET.Element], noted: str, name: str, most: float, unit: str) -> list[Check]:
    """Judge the most of what the tests noted under this name, if any of them did, and say which it was."""
    values = [
        (float(each.get("value", "inf")), case.get("name", ""))
        for case in cases
        for each in case.iter("property")
        if each.get("name") == noted
    ]
    if not values:
        return []
    value, test = max(values)
    return [at_most(f"{name}; the most: {test}", value, most, unit)]


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
