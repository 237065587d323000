"""The machine: Python, data folder, disk, open files, port."""

import http.client
import os
import platform
import resource
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from server.cli.checks.finding import Finding, Verdict
from server.settings import Settings

_PYTHON: Final = (3, 11)
_LITTLE_BYTES: Final = 1024**3
_TOO_LITTLE_BYTES: Final = 100 * 1024**2
_FEW_FILES: Final = 4096
_PROBE_SECONDS: Final = 2.0


def machine_findings(settings: Settings) -> Iterator[Finding]:
    """Look at Python, the data folder, the disk and the limit of open files."""
    yield _python(sys.version_info[:2])
    yield _data_folder(settings.data_dir)
    yield disk_finding(settings.data_dir, shutil.disk_usage(_existing(settings.data_dir)).free)
    yield files_finding(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def _python(version: tuple[int, ...]) -> Finding:
    if version >= _PYTHON:
        return Finding(Verdict.OK, f"Python {platform.python_version()}.")
    return Finding(Verdict.FAIL, f"Python {platform.python_version()} is too old.", "Install 3.11 or newer.")


def _data_folder(data_dir: Path) -> Finding:
    existing = _existing(data_dir)
    if os.access(existing, os.W_OK | os.X_OK):
        state = "is there" if existing == data_dir.absolute() else "will be made on the first start"
        return Finding(Verdict.OK, f"The data folder {data_dir} {state}.")
    return Finding(
        Verdict.FAIL,
        f"The data folder {data_dir} cannot be written by this user.",
        "Run as its owner, or choose another: CORNERMAN_DATA_DIR.",
    )


def disk_finding(data_dir: Path, free_bytes: int) -> Finding:
    """Judge the room on the data folder's disk."""
    room = f"{free_bytes / 1024**3:.1f} GiB are free on the disk of {data_dir}."
    if free_bytes >= _LITTLE_BYTES:
        return Finding(Verdict.OK, room)
    verdict = Verdict.WARN if free_bytes >= _TOO_LITTLE_BYTES else Verdict.FAIL
    return Finding(verdict, room, "Make room, or move the data folder: CORNERMAN_DATA_DIR.")


def files_finding(most: int) -> Finding:
    """Judge how many files the server may open; it raises its own limit to the machine's."""
    if most == resource.RLIM_INFINITY:
        return Finding(Verdict.OK, "Open files are not limited.")
    if most >= _FEW_FILES:
        return Finding(Verdict.OK, f"{most} files may be open; every socket is one.")
    return Finding(
        Verdict.WARN,
        f"Only {most} files may be open, and every socket is one.",
        "Raise the hard limit (ulimit -Hn, LimitNOFILE=).",
    )


def port_finding(settings: Settings) -> Finding:
    """Look whether the port is free, or a server of ours answers there."""
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return Finding(Verdict.OK, f"Port {port} on {host} is free: no server runs.")
    except OSError as error:
        return _taken(host, port, error)


def _taken(host: str, port: int, error: OSError) -> Finding:
    connection = http.client.HTTPConnection(
        {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host),  # noqa: S104 - looked up, not listened on
        port,
        timeout=_PROBE_SECONDS,
    )
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return Finding(
            Verdict.FAIL,
            f"Port {port} on {host} cannot be had ({os.strerror(error.errno or 0)}), and no server of ours answers there.",
            "Stop what listens there, or choose another: CORNERMAN_PORT.",
        )
    finally:
        connection.close()
    if answer.status == http.client.OK:
        return Finding(Verdict.OK, f"A server answers on port {port} and is ready.")
    return Finding(
        Verdict.WARN,
        f"What answers on port {port} is not ready (status {answer.status}).",
        f"See what it says: curl http://{host}:{port}/health/ready.",
    )


def _existing(path: Path) -> Path:
    """Return the path, or the nearest of its parents that exists."""
    path = path.absolute()
    return next(parent for parent in (path, *path.parents) if parent.exists())
