"""A disk that is full, for processes that are started with it."""

import shutil
import subprocess
from pathlib import Path


class Disk:
    """Its library is built below `folder`, which every account may enter."""

    def __init__(self, folder: Path) -> None:
        self._flag = folder / "full"
        library = folder / "full_disk.so"
        compiler = shutil.which("gcc")
        assert compiler is not None, "make and gcc are what this project asks for"
        source = Path(__file__).with_name("full_disk.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        self.environment = {"LD_PRELOAD": str(library), "FULL_DISK": str(self._flag)}
        """What a process is started with to have this disk."""

    def fill(self, *, in_place: bool) -> None:
        """Let no file grow; without `in_place` also let nothing be written where something was before."""
        filled = self._flag.with_suffix(".new")
        filled.write_text("" if in_place else "nothing")
        filled.replace(self._flag)

    def free(self) -> None:
        """Have room again."""
        self._flag.unlink(missing_ok=True)
