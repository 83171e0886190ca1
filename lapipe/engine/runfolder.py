"""A run's own folder for what it must put on disk: owner-only, locked while the run lives, gone when it ends or dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from lapipe.errors import EngineFault

#: Waits until its standard input closes, which happens when the run ends in whatever way, and removes the folder.
_WATCHER = "import shutil,sys; sys.stdin.buffer.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"


class RunFolder:
    """A folder of mode 0700 below `parent`, held by a lock; holds and spill of one run go here.

    A small process beside the run removes the folder when the run is killed; `sweep` removes what a crash of the whole
    machine left.
    """

    def __init__(self, parent: Path, name: str) -> None:
        self.path = parent / name
        problem = ""
        try:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.mkdir(mode=0o700)
            self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileExistsError:
            problem = "is in use by a run of the same id"
        except OSError as error:
            problem = f"cannot be made ({error.strerror})"
        if problem:
            raise EngineFault(f"The run folder {self.path} {problem}; name another with `runs` in lapipe.toml.")
        self._watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCHER, str(self.path)], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder and let the watcher go."""
        shutil.rmtree(self.path, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.close(self._lock)
        if self._watcher.stdin:
            self._watcher.stdin.close()
        self._watcher.wait()


def sweep(parent: Path) -> int:
    """Remove run folders whose run is gone, and say how many there were."""
    removed = 0
    for folder in parent.iterdir() if parent.is_dir() else ():
        with contextlib.suppress(OSError):
            lock = os.open(folder / "lock", os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            finally:
                os.close(lock)
    return removed
