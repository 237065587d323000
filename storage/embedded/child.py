"""A server as a child process that never outlives the one who started it.

The kernel signals the child when its parent dies (Linux: PR_SET_PDEATHSIG, which also holds for kill -9). It follows
the thread that spawned the child, hence the main thread only. A parent that dies between fork and that request
would go unnoticed, so the child looks at its parent once more after asking. Elsewhere an orphan stays; it is found
and stopped at the next start.

Each child leads a session of its own: Ctrl-C, which the terminal sends to the whole foreground group, must not take
the databases away from a server that is still draining.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from storage.embedded.account import Account, become, libc
from storage.embedded.errors import EmbeddedError, FolderInUseError, StartFailedError

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.005
_GRACE_SECONDS = 10.0

# None of ours: PGDATA, PGPORT, LD_PRELOAD and the like must not reach into an embedded server.
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Launch:
    """How to run one binary: as whom, writing where, ended by which signal when its parent dies."""

    command: Sequence[str]
    account: Account | None
    log: Path
    death_signal: signal.Signals


def spawn(launch: Launch) -> subprocess.Popen[bytes]:
    """Start the child. Only from the main thread; raises EmbeddedError otherwise, or if it cannot be started."""
    if threading.current_thread() is not threading.main_thread():
        raise EmbeddedError(
            "An embedded server dies with the thread that starts it: start it from the main thread."
        )
    try:
        with launch.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the command is ours
                launch.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
                preexec_fn=partial(_prepare, launch.account, launch.death_signal, os.getpid()),  # noqa: PLW1509 - it takes no lock
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise StartFailedError(
            f"{launch.command[0]} could not be started ({error}): run as an ordinary user, "
            "or install into a folder that other users may enter."
        ) from error


def _prepare(account: Account | None, death_signal: signal.Signals, parent: int) -> None:
    """In the child, before exec. The signal comes last: a change of account would clear it."""
    if account is not None:
        become(account)
    if sys.platform == "linux":
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def wait_until_ready(
    child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path, seconds: float
) -> None:
    """Return when `ready()` holds; raise StartFailedError if the child ends or takes too long. Then it is gone."""
    deadline = time.monotonic() + seconds
    try:
        while not ready():
            _look_after(child, log, deadline)
            time.sleep(_POLL_SECONDS)
    except BaseException:
        child.kill()
        child.wait()
        raise


def _look_after(child: subprocess.Popen[bytes], log: Path, deadline: float) -> None:
    if child.poll() is not None:
        raise StartFailedError(f"The server ended at start. The end of {log}:\n{log_tail(log)}")
    if time.monotonic() > deadline:
        raise StartFailedError(f"The server was not ready in time. The end of {log}:\n{log_tail(log)}")


def end(child: subprocess.Popen[bytes], *signals: signal.Signals) -> None:
    """Send the signals, gentlest first, each with its grace, until the child has ended; SIGKILL is the last."""
    for number in signals:
        if child.poll() is None:
            child.send_signal(number)
            try:
                child.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    if child.poll() is None:
        child.kill()
        child.wait()


def end_orphan(pid: int, mark: str, *signals: signal.Signals) -> bool:
    """End the server that a dead parent left behind; return whether there was one.

    It is one only if `mark`, the path of its folder, is in its command line: ids of processes are used again.
    """
    if mark not in _command_line(pid):
        return False
    for number in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        except PermissionError:
            break
        deadline = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < deadline:
            if mark not in _command_line(pid):
                return True
            time.sleep(_POLL_SECONDS)
    raise FolderInUseError(
        f"Process {pid} still has {mark} open and does not end: stop it, then start again."
    )


def end_strays(title: str, folder: Path) -> None:
    """Kill the processes that work in `folder` under a command line that begins with `title`, and see them gone."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while strays := [pid for pid in _working_in(folder) if _command_line(pid).startswith(title)]:
        for pid in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise FolderInUseError(
                f"Processes {strays} still have {folder} open: stop them, then start again."
            )
        time.sleep(_POLL_SECONDS)


def _working_in(folder: Path) -> Iterator[int]:
    """The processes, as far as we may see them, whose working folder this is; none where there is no /proc."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                yield int(link.parent.name)


def _command_line(pid: int) -> str:
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            return ""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return listed.stdout


def log_tail(log: Path) -> str:
    """What a server said last."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
