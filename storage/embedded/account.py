"""Whom an embedded server runs as.

PostgreSQL refuses to run as root, and Valkey should not. Started by an ordinary user, a server runs as that user.
Started by root, it runs as the owner of its data folder, which is nobody unless an ordinary user made it. A
checkout or a virtual environment often lies below a home that only root may enter. Then the server keeps one
capability, to pass permission checks on files; opening root's home to everyone, or moving the data away from where
the operator looks for it, would be worse.
"""

import ctypes
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from storage.embedded.errors import WrongAccountError

_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 4
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """An account other than our own, and whether it must pass permission checks on files to do its work."""

    uid: int
    gid: int
    passes_checks: bool


def account_for(folder: Path, binary: Path) -> Account | None:
    """The account to run `binary` under on `folder`, None for our own.

    Raises WrongAccountError if an ordinary user meets a folder that is not theirs, or root has no nobody.
    """
    owner = folder.stat()
    if os.geteuid() != 0:
        if owner.st_uid != os.geteuid():
            raise WrongAccountError(
                f"{folder} belongs to the user with id {owner.st_uid}: run as that user (or as root), "
                "or choose another data folder."
            )
        return None
    uid, gid = (owner.st_uid, owner.st_gid) if owner.st_uid != 0 else _nobody()
    reachable = all(
        _may_enter(uid, parent) for parent in (*folder.resolve().parents, *binary.resolve().parents)
    )
    return Account(uid, gid, passes_checks=not (reachable and _may_enter(uid, binary)))


def become(account: Account) -> None:
    """Change this process, a child between fork and exec, into `account`. Nothing here may allocate much or lock."""
    if account.passes_checks:
        # Capabilities then outlast setuid, and count in access(), by which initdb looks for its other binaries.
        _call(libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0), "set secure bits")
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if account.passes_checks:
        _keep_one_capability(_CAP_DAC_OVERRIDE)


def _nobody() -> tuple[int, int]:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise WrongAccountError(
            "PostgreSQL does not run as root and this system has no user nobody: run as an ordinary user."
        ) from None
    return nobody.pw_uid, nobody.pw_gid


def _may_enter(uid: int, path: Path) -> bool:
    """Whether `uid`, a member of no group, may enter the folder, or run the file, at `path`."""
    status = path.stat()
    return bool(status.st_mode & (stat.S_IXUSR if status.st_uid == uid else stat.S_IXOTH))


def _keep_one_capability(capability: int) -> None:
    """Give up all capabilities but one, and let that one outlive exec."""
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    _call(libc.capset(header, effective_permitted_inheritable), "set capabilities")
    _call(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0), "raise an ambient capability")


def _call(status: int, purpose: str) -> None:
    if status != 0:
        raise OSError(ctypes.get_errno(), f"could not {purpose}")
