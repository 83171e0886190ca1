"""A run that puts people's data on disk and is killed leaves none of it there."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projects import WEEKLY, Project, leaks, project
from tests.test_faults import gone, state


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Project]:
    """Give a project whose log does not fit in the memory that its runs are granted."""
    made = project(tmp_path)
    made.tables["events"].rows *= 6_000
    made.write()
    yield made
    made.export("events").unlink()


def on_disk(folder: Path) -> dict[Path, bytes]:
    """Read all files that are there at this moment."""
    found = {}
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            with contextlib.suppress(FileNotFoundError):
                found[path] = path.read_bytes()
    return found


def test_after_kill_9_nothing_of_a_person_is_on_disk(made: Project) -> None:
    run = ("run", WEEKLY, "--memory", "450MB")
    given = {made.export(name) for name in made.tables}
    dice, spilt = random.Random(8), 0
    for number in range(3):
        going = made.start(*run, "--run-id", f"r{number}")
        # The moment is drawn from when there is something to lose: people's numbers lie in the spill.
        until, lying = time.monotonic() + 60, False
        while time.monotonic() < until and not lying and going.going_on():
            time.sleep(0.02)
            lying = any(leaks(content) for path, content in on_disk(made.runs).items() if "spill" in path.parts)
        modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (made.runs, *made.runs.glob("*")) if path.exists()}
        assert modes == {0}
        time.sleep(dice.random())
        going.signal(signal.SIGKILL)
        spilt += lying and going.wait().code == -signal.SIGKILL
        assert gone(made.runs)
        left = {path.relative_to(made.base): leaks(content) for path, content in on_disk(made.base).items() if path not in given}
        assert {path: found for path, found in left.items() if found} == {}
        assert state(made, f"r{number}") in ("interrupted", "completed")
    assert spilt >= 1
    after = made.lapipe(*run, "--run-id", "after")
    assert (after.code, after.err) == (0, "")
