"""A run's folder is the owner's alone, and gone when the run is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lapipe.engine.runfolder import RunFolder, sweep
from lapipe.errors import EngineFault


def test_the_folder_is_owner_only_and_goes_with_the_run(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "runs", "r1") as folder:
        (folder.path / "hold").write_text("x")
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert folder.path.parent.stat().st_mode & 0o777 == 0o700
    assert not folder.path.exists()


def test_a_folder_in_use_is_neither_taken_nor_swept(tmp_path: Path) -> None:
    with RunFolder(tmp_path, "r1") as folder:
        with pytest.raises(EngineFault, match="in use"):
            RunFolder(tmp_path, "r1")
        assert sweep(tmp_path) == 0
        assert folder.path.exists()


def test_what_a_dead_machine_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "dead"
    left.mkdir()
    (left / "lock").touch()
    (left / "hold").write_text("x")
    assert sweep(tmp_path) == 1
    assert not left.exists()


def test_after_kill_9_the_folder_is_soon_gone(tmp_path: Path) -> None:
    code = ("import sys, time, pathlib; from lapipe.engine.runfolder import RunFolder\n"
            "folder = RunFolder(pathlib.Path(sys.argv[1]), 'r1'); (folder.path / 'hold').write_text('x'); print('up', flush=True); time.sleep(60)")
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        assert (tmp_path / "r1" / "hold").exists()
        os.kill(process.pid, signal.SIGKILL)
    for _ in range(200):
        if not (tmp_path / "r1").exists():
            break
        time.sleep(0.05)
    assert not (tmp_path / "r1").exists()


def test_a_parent_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineFault, match="runs.* in lapipe.toml") as caught:
        RunFolder(tmp_path / "file" / "runs", "r1")
    assert caught.value.__context__ is None
