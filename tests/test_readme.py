"""The README is run: its commands, its files, its pipeline, and what it says of rules, stages, exit codes and links."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import typer

import lapipe.errors
import lapipe.stages
from lapipe.cli import app
from lapipe.errors import LapipeError
from lapipe.pipeline import load_pipeline
from lapipe.rules import RULES
from lapipe.stage import Stage

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")

#: A block that is marked: what to do with it, and its lines.
_MARKED = re.compile(r"<!-- (run|pipeline|python|compiles|file: (\S+)) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EXIT = re.compile(r"\s+# exit code (\d)$")
_ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """A command as the README shows it: what it prints, and how it ends."""

    command: str
    lines: tuple[str, ...]
    code: int


def _commands(block: str) -> Iterator[Shown]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *lines = part.splitlines()
        ends = _EXIT.search(command)
        yield Shown(_EXIT.sub("", command), tuple(line for line in lines if line.strip() not in ("", "...")), int(ends[1]) if ends else 0)


BLOCKS = [(match[1].partition(":")[0], match[2] or "", match[3]) for match in _MARKED.finditer(TEXT)]
COMMANDS = [shown for kind, _, block in BLOCKS if kind == "run" for shown in _commands(block)]


def _table(header: str) -> list[list[str]]:
    """Give the cells of the table that begins with this header."""
    lines = TEXT[TEXT.index(f"| {header} |"):].split("\n\n")[0]
    return [[cell.strip() for cell in row.split(" | ")] for row in _ROW.findall(lines)[1:]]


# --- what it shows is what happens ---


@dataclass
class Walk:
    """A reader who does all that the README says, in a copy of the checkout, from top to bottom."""

    folder: Path
    env: Mapping[str, str]

    def __post_init__(self) -> None:
        self.cwd = self.folder / "lapipe"
        self.own = self.folder / "attendance"

    def command(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run one line as the reader would; make's and the environment's set-up is what this process has already."""
        if line.startswith("cd "):
            self.cwd = (self.cwd / line.removeprefix("cd ")).resolve()
            return self.command("pwd")
        line = {"make demo": "lapipe demo lapipe-demo", "source .venv/bin/activate": "true"}.get(line, line)
        return subprocess.run(line.replace(".venv/bin/", ""), shell=True, cwd=self.cwd, env=self.env, capture_output=True, text=True,
                              timeout=300, check=False)

    def all(self) -> list[subprocess.CompletedProcess[str]]:
        """Write every file and run every command."""
        done = []
        for kind, path, block in BLOCKS:
            if kind == "file":
                (self.own / path).write_text(block, encoding="utf-8")
            elif kind == "run":
                done += [self.command(shown.command) for shown in _commands(block)]
            elif kind == "python":
                (self.own / "notebook_cell.py").write_text(block, encoding="utf-8")
        return done


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder = tmp_path_factory.mktemp("readme").resolve()
    for name in ("schemas", "pipelines"):
        shutil.copytree(ROOT / name, folder / "lapipe" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "lapipe.toml", folder / "lapipe")
    programs = folder / "bin"
    programs.mkdir()
    for name, call in (("python", ""), ("lapipe", " -m lapipe.cli")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{call} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAPIPE_")}
    return Walk(folder, {**kept, "HOME": str(folder), "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
                         "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"})


@pytest.fixture(scope="module")
def walked(walk: Walk) -> list[subprocess.CompletedProcess[str]]:
    # The files of the reader's own project go into a folder that an earlier command makes.
    return walk.all()


def _alike(line: str) -> str:
    """Take out what differs from run to run and from machine to machine: numbers, hashes, folders, the width of a column."""
    line = re.sub(r"(?<![\w.-])/\S*?(?=/?(?:attendance|lapipe-demo|\.config)/)", "", line)
    line = re.sub(r"\b(?=\w*\d)[0-9a-f]{6,}\b", "#", line)
    line = re.sub(r"\d+(?:[.,:]\d+)*", "#", line)
    line = re.sub(r"#T#Z-\w+", "RUN", line)
    return re.sub(r"\s+", " ", line).strip()


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=[shown.command[:60] for shown in COMMANDS])
def test_a_command_ends_and_prints_as_shown(number: int, walked: list[subprocess.CompletedProcess[str]]) -> None:
    shown, done = COMMANDS[number], walked[number]
    assert done.returncode == shown.code, done.stderr
    printed = [_alike(line) for line in done.stdout.splitlines()]
    at = 0
    for line in shown.lines:
        assert _alike(line) in printed[at:], f"{line!r} is not printed, or not in this order, by: {done.stdout}"
        at = printed.index(_alike(line), at) + 1


def test_the_cell_for_a_notebook_gives_the_release_of_the_command(walk: Walk, walked: list[subprocess.CompletedProcess[str]]) -> None:
    compare = ("\nimport lapipe\nfrom pandas.testing import assert_frame_equal\n"
               "assert_frame_equal(table, lapipe.read_release('out/attendance_per_week'))\nprint(len(table), 'rows alike')\n")
    cell = walk.own / "notebook_cell.py"
    cell.write_text(cell.read_text(encoding="utf-8") + compare, encoding="utf-8")
    done = walk.command("python notebook_cell.py")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"[1-9]\d* rows alike\n", done.stdout)


def test_the_stage_of_ones_own_works_in_the_pipeline(walk: Walk, walked: list[subprocess.CompletedProcess[str]]) -> None:
    pipeline = walk.own / "pipelines" / "tutorial_attendance.py"
    text = pipeline.read_text(encoding="utf-8").replace('Retain("day"),', 'Retain("day"), Weekdays("day"),')
    (walk.own / "pipelines" / "on_weekdays.py").write_text("from _weekdays import Weekdays\n" + text, encoding="utf-8")
    done = walk.command("lapipe run on_weekdays --source attendance=attendance.csv --source objections=objections.csv "
                        "--out trial-weekdays --register trial-weekdays.sqlite")
    assert done.returncode == 0, done.stderr
    assert "Weekdays" in done.stdout


def test_the_pipeline_of_fifteen_lines_plans_against_the_shipped_schemas(tmp_path: Path) -> None:
    [block] = [block for kind, _, block in BLOCKS if kind == "pipeline"]
    assert len([line for line in block.splitlines() if line.strip()]) <= 15
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    shutil.copy(ROOT / "lapipe.toml", tmp_path)
    (tmp_path / "pipelines").mkdir()
    path = tmp_path / "pipelines" / "shown.py"
    path.write_text(block, encoding="utf-8")
    plan = load_pipeline(path).plan(today=date(2026, 11, 24))
    assert plan.steps[-1].after.names[:4] == ("course", "week", "status", "people")


@pytest.mark.parametrize("block", [block for kind, _, block in BLOCKS if kind == "compiles"], ids=["airflow", "dagster"])
def test_what_a_scheduler_is_told_is_python_and_asks_what_run_knows(block: str) -> None:
    """Neither scheduler is among what the tests need: what they would start is looked at, not started."""
    tree = ast.parse(block)
    compile(tree, "README.md", "exec")
    [words] = [[part.value for part in node.elts if isinstance(part, ast.Constant)] for node in ast.walk(tree)
               if isinstance(node, ast.List) and isinstance(node.elts[0], ast.Constant) and node.elts[0].value == "lapipe"]
    command = typer.main.get_command(app)
    assert words[:2] == ["lapipe", "run"]
    options = {name for parameter in command.commands["run"].params for name in parameter.opts}  # type: ignore[attr-defined]
    assert {word for word in words if word.startswith("--")} <= options
    assert "code == 6" in block


# --- what it says is so ---


@pytest.mark.parametrize("row", _table("rule"), ids=lambda row: str(row[0]))
def test_a_rule_has_the_law_that_the_table_says(row: list[str]) -> None:
    code, _, law = row
    assert RULES[code].law == law


def test_every_rule_named_exists() -> None:
    assert set(re.findall(r"\bLP\d{3}\b", TEXT)) <= set(RULES)


def test_the_table_of_stages_has_every_stage_and_measure() -> None:
    shipped = {name for name in lapipe.stages.__all__ if issubclass(getattr(lapipe.stages, name), Stage)}
    assert [row[0].strip("`") for row in _table("stage")] == sorted(shipped, key=lambda name: TEXT.index(f"| `{name}` |"))
    [measures] = re.findall(r"Measures of `Aggregate`: (.*?)\. ", TEXT)
    assert set(re.findall(r"`(\w+)`", measures)) == set(lapipe.stages.__all__) - shipped


@pytest.mark.parametrize("row", _table("stage"), ids=lambda row: str(row[0]))
def test_the_example_of_a_stage_makes_one(row: list[str]) -> None:
    import ibis

    names = {name: getattr(lapipe.stages, name) for name in lapipe.stages.__all__}
    made = eval(row[2].strip("`"), {**names, "_": ibis._})
    assert made.kind == row[0].strip("`")


def test_the_exit_codes_are_those_of_the_errors() -> None:
    said = {int(row[0]) for row in _table("code")}
    errors = {kind.exit_code for kind in vars(lapipe.errors).values() if isinstance(kind, type) and issubclass(kind, LapipeError)}
    assert said == errors | {0, 1, 130}


def test_the_commands_named_exist_and_those_to_come_do_not() -> None:
    import typer

    command = typer.main.get_command(app)
    there = set(getattr(command, "commands", {}))
    named = set(re.findall(r"\blapipe (check|plan|explain|run|demo|verify|register|keys|scan|init|approve|risk|retain|subject|status)\b", TEXT))
    to_come: set[str] = set()
    assert named - to_come <= there
    assert to_come <= named
    assert not to_come & there


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", TEXT))))
def test_a_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).is_file()


def test_every_file_named_in_the_tree_exists() -> None:
    named = re.findall(r"`((?:lapipe|tests|schemas|pipelines|notebooks)/[\w./]*)`", TEXT)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
