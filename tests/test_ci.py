"""The commands of the pre-commit hook, the GitHub action and the GitLab job are run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.projects import ROOT, Project, project
from tests.test_against import PURPOSE, git


@pytest.fixture
def made(tmp_path: Path) -> Project:
    """Give a project on a branch `work`, with the state before as `origin/main`."""
    made = project(tmp_path, ring=False)
    git(made.root, "init", "-q")
    git(made.root, "add", "lapipe.toml", "schemas", "pipelines")
    git(made.root, "commit", "-qm", "before")
    git(made.root, "update-ref", "refs/remotes/origin/main", "HEAD")
    return made


def shell(made: Project, line: str, **env: str) -> subprocess.CompletedProcess[str]:
    folder = made.base / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / "lapipe"
    script.write_text(f"#!{sys.executable}\nfrom lapipe.cli import main\nmain()\n")
    script.chmod(0o755)
    return subprocess.run(["bash", "-e", "-c", line], cwd=made.root, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{folder}:{os.environ['PATH']}", **env})


def hook() -> str:
    (each,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return str(each["entry"])


def action() -> str:
    steps = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"]
    return str(next(step["run"] for step in steps if step["name"] == "Check"))


def gitlab() -> str:
    section = (ROOT / "README.md").read_text("utf-8").split("## In CI\n")[1]
    found = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert found
    (line,) = yaml.safe_load(found[1])["lapipe"]["script"]
    return str(line)


@pytest.mark.parametrize("line", [hook(), action(), gitlab()], ids=["pre-commit", "GitHub", "GitLab"])
def test_a_clean_project_passes_and_a_wrong_one_does_not(line: str, made: Project) -> None:
    env = {"AGAINST": "origin/main", "CI_DEFAULT_BRANCH": "main"}
    done = shell(made, line, **env)
    assert (done.returncode, done.stderr) == (0, "")
    made.edit(PURPOSE, "\nk: 10", "\nk: 5")
    done = shell(made, line, **env)
    assert (done.returncode, done.stderr) == (1, "")
    report = made.root / "lapipe.xml"
    assert "LP402" in done.stdout + (ElementTree.tostring(ElementTree.parse(report).getroot(), "unicode") if report.exists() else "")


def test_the_action_without_a_revision_checks_what_is_there(made: Project) -> None:
    made.edit(PURPOSE, "keep_for: P2Y", "keep_for: P3Y")
    assert shell(made, action(), AGAINST="").returncode == 0
    done = shell(made, action(), AGAINST="origin/main")
    assert (done.returncode, "LP113" in done.stdout) == (1, True)
