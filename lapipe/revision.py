"""Lay a project out as it was at a revision of git, without touching the work tree."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lapipe.errors import UsageFault

#: What a project declares; nothing else of the revision is read.
_PARTS = ("schemas", "pipelines", "lapipe.toml")

#: A git command that takes longer than this hangs.
_SECONDS = 60


@contextmanager
def project_at(root: Path, revision: str) -> Iterator[Path]:
    """Give a folder, its owner's only and gone afterwards, with schemas, pipelines and lapipe.toml as they were at a revision.

    Raises:
        UsageFault: git is not there, `root` lies in no git repository, the revision is unknown, or the project did not exist then.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        if _git(root, "rev-parse", "--git-dir") is None:
            raise UsageFault(f"{root} lies in no git repository, so there is nothing to check against; leave --against out.")
        raise UsageFault(f"There is no revision '{revision}' here; name a branch, tag or commit that was fetched (in CI: fetch the whole history).")
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    tree = f"{commit.decode().strip()}:{prefix}"
    names = (_git(root, "ls-tree", "-z", "--name-only", "--full-tree", tree) or b"").decode().split("\0")
    there = [name for name in _PARTS if name in names]
    if "lapipe.toml" not in there:
        raise UsageFault(f"At revision '{revision}' there was no project here (no lapipe.toml), so there is nothing to check against.")
    packed = _git(root.resolve(), "archive", "--format=tar", tree, *there, top=True)
    if packed is None:
        raise UsageFault(f"git cannot give the project as it was at revision '{revision}'.")
    # Made by mkdtemp with mode 0700: an old revision may hold what was taken out since.
    with tempfile.TemporaryDirectory(prefix="lapipe-against-") as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder).resolve()


def _git(root: Path, *words: str, top: bool = False) -> bytes | None:
    """Give what a git command prints, or None where it fails; what it says of that is not repeated."""
    where = root
    if top:
        # A tree is archived from the top: below it, git would look for the folder inside the tree again.
        found = _git(root, "rev-parse", "--show-toplevel")
        where = Path(found.decode().rstrip("\n")) if found else root
    problem = ""
    try:
        done = subprocess.run(["git", "-C", str(where), *words], capture_output=True, timeout=_SECONDS, check=False)
        return done.stdout if done.returncode == 0 else None
    except FileNotFoundError:
        problem = "git is not installed here"
    except (OSError, subprocess.TimeoutExpired):
        problem = "git does not answer"
    raise UsageFault(f"{problem}, and --against needs it.")
