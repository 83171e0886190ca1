"""A folder below which files go: no symbolic link is followed, nothing outside it is touched, and a file is what was looked at."""

from __future__ import annotations

import glob
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lapipe.errors import EngineFault, Refused

#: How what a killed command left begins: a folder that was on its way out, and a file that was not finished.
GOING, UNFINISHED = ".retaining-", ".retain"


@dataclass(frozen=True)
class Seen:
    """What tells a file from another, or from itself after somebody wrote in it."""

    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> Seen:
        """Take it from what the system says of a file."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class Root:
    """A folder below which files may be deleted, or written anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def folder(self, relative: str) -> Iterator[tuple[int, str]]:
        """Open the folder that holds `relative`, step by step without following links, and give it with the last name.

        Raises:
            Refused: the path leaves the root, or a symbolic link stands in it (LP513).
        """
        parts = Path(relative).parts
        if not parts or Path(relative).is_absolute() or ".." in parts:
            raise _outside(self.path)
        problem = ""
        handle = -1
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
                os.close(handle)
                handle = inner
        except NotADirectoryError:
            problem = "link"
        except OSError as error:
            problem = str(error.strerror)
        try:
            if problem == "link":
                raise _outside(self.path)
            if problem:
                raise EngineFault(f"A folder below {self.path} cannot be opened ({problem}); nothing was deleted in it.")
            yield handle, parts[-1]
        finally:
            if handle >= 0:
                os.close(handle)

    def look(self, relative: str) -> os.stat_result:
        """Say what the system says of a regular file, without following a link.

        Raises:
            Refused: it is a link, a folder or a device, or has another name elsewhere, under which it would stay (LP513).
        """
        with self.folder(relative) as (folder, name):
            found = None
            with suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if found is None:
            raise EngineFault(f"A file below {self.path} is gone since it was listed; plan again.")
        if not stat.S_ISREG(found.st_mode):
            raise _outside(self.path)
        if found.st_nlink > 1:
            raise Refused(f"A file below {self.path} has another name as well (a hard link), under which its data would stay; take that away first.", rule="LP513")
        return found

    def files(self, pattern: str) -> list[str]:
        """Give the paths below the root that a pattern names; hidden ones are not among them."""
        return sorted(each for each in glob.glob(pattern, root_dir=self.path, recursive=True) if not (self.path / each).is_dir())

    def delete(self, relative: str, seen: Seen) -> None:
        """Delete a file that is still what was looked at.

        Raises:
            Refused: it changed meanwhile (LP515), or as `look`.
        """
        if Seen.of(self.look(relative)) != seen:
            raise changed(self.path)
        with self.folder(relative) as (folder, name):
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    def delete_folder(self, relative: str) -> None:
        """Delete a folder: out of sight in one step, then for good. `sweep` finishes what was interrupted."""
        hidden = f"{GOING}{'+'.join(Path(relative).parts)}"
        with self.folder(relative) as (folder, name):
            top = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise _outside(self.path)
                shutil.rmtree(hidden, ignore_errors=True, dir_fd=top)
                os.rename(name, hidden, src_dir_fd=folder, dst_dir_fd=top)
                os.fsync(folder)
                os.fsync(top)
                shutil.rmtree(hidden, dir_fd=top)
            finally:
                os.close(top)

    def sweep(self) -> list[str]:
        """Finish what a killed deletion left, and give the folders that it was about, relative to the root."""
        found = []
        for hidden in sorted(self.path.glob(f"{GOING}*")) if self.path.is_dir() else ():
            if hidden.is_dir() and not hidden.is_symlink():
                shutil.rmtree(hidden)
                found.append(str(Path(*hidden.name.removeprefix(GOING).split("+"))))
        return found


def _outside(root: Path) -> Refused:
    return Refused(f"What is to be deleted below {root} is a symbolic link, no file, or leads out of that folder; nothing outside is touched. "
                   "Name the folder itself in lapipe.toml, or take the link away.", rule="LP513")


def changed(root: Path) -> Refused:
    """Make the refusal of a file that is no longer what was looked at."""
    return Refused(f"A file below {root} changed while it was looked at; nothing was deleted of it. Plan again when nobody writes there.", rule="LP515")
