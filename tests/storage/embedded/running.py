"""Run the embedded servers for a while: here, or below a parent that may be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from storage.embedded.postgres import Postgres, start_postgres
from storage.embedded.valkey import Valkey, start_valkey
from tests.waiting import until

ROOT = Path(__file__).parents[3]


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    server = start_postgres(folder)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def running_valkey(folder: Path, port: int | None = None) -> Iterator[Valkey]:
    server = start_valkey(folder, port=port)
    try:
        yield server
    finally:
        server.stop()


async def query(dsn: str, statement: str) -> object:
    """The first value that the statement gives, over a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def lives(pid: int) -> bool:
    """Whether it runs; who has ended and was not asked for yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass(frozen=True)
class Parent:
    """A running `parent_program.py`."""

    child: subprocess.Popen[str]
    dsn: str
    url: str
    pids: list[int]

    def line(self) -> str:
        assert self.child.stdout
        return self.child.stdout.readline().strip()

    def kill(self) -> None:
        """Kill it and see its servers go."""
        self.child.kill()
        self.child.wait()
        until(lambda: not any(map(lives, self.pids)))

    def leave(self) -> None:
        """Let it stop its servers and end."""
        assert self.child.stdin
        self.child.stdin.close()
        assert self.child.wait(20) == 0


@contextmanager
def parent_on(
    folder: Path, *, prefix: Sequence[str] = (), python_path: Path | None = None
) -> Iterator[Parent]:
    places = [str(place) for place in (python_path, ROOT) if place]
    child = subprocess.Popen(
        [*prefix, sys.executable, str(Path(__file__).with_name("parent_program.py")), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        start_new_session=True,
    )
    try:
        assert child.stdout
        line = child.stdout.readline()
        assert line, "the parent did not start its servers"
        yield Parent(child, **json.loads(line))
    finally:
        child.kill()
        child.wait()
