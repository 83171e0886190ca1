"""The analyst's notebook is executed over a release of the demo, and its outputs are looked at."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "analyst.ipynb"

#: Shorter values (a number of three digits, a first name) may stand in the outputs for something else.
_SHORTEST = 5

#: Run in the kernel before the notebook: any connection beyond this machine, and any host looked up, is an error.
NO_NETWORK = """
import socket
def _deny(*args, **kwargs):
    raise AssertionError("the notebook looks for a host")
def _local(connect):
    def only(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            _deny()
        return connect(self, address)
    return only
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = _deny
socket.socket.connect = _local(socket.socket.connect)
socket.socket.connect_ex = _local(socket.socket.connect_ex)
"""


def test_the_notebook_is_committed_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo in it; 20,000 rows give a good many groups of ten people and more."""
    folder = tmp_path_factory.mktemp("notebook").resolve()
    done = subprocess.run([sys.executable, "-m", "lapipe.cli", "demo", str(folder / "lapipe-demo"), "--rows", "20000"], cwd=folder,
                          env=_environment(folder), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAPIPE_", "JUPYTER", "IPYTHON"))}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "LAPIPE_RELEASE": str(home / "lapipe-demo" / "out" / "weekly_activity")}


@pytest.fixture(scope="module")
def executed(home: Path) -> Any:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))  # type: ignore[no-untyped-call]
    client = nbclient.NotebookClient(notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(home)}})
    # An error in a cell raises here, with the cell and its traceback; the data are made up.
    client.execute(env=_environment(home))
    return notebook


def _charts(notebook: Any) -> list[dict[str, Any]]:
    found = [spec for cell in notebook.cells for output in cell.get("outputs", ()) for kind, spec in output.get("data", {}).items()
             if kind == "application/vnd.vegalite.v5+json"]
    return [dict(chart) for chart in found]


def _chart(notebook: Any) -> dict[str, Any]:
    [chart] = [chart for chart in _charts(notebook) if "facet" in chart]
    return chart


def test_the_last_cell_draws_how_many_people_a_few_weeks_tell_apart(executed: Any) -> None:
    chart = _charts(executed)[-1]
    [rows] = chart["datasets"].values()
    assert [row["known"] for row in rows] == ["1", "2", "3", "4", "5", "full"]
    shares = [row["share"] for row in rows]
    assert 0 <= shares[0] < shares[-1] <= 1
    # More is never less, within what a draw can tell: the demo's people differ each time.
    assert all(before["low"] <= row["high"] for n, row in enumerate(rows) for before in rows[:n])
    assert all(row["low"] <= row["share"] <= row["high"] for row in rows)
    assert re.findall(r'"url"', json.dumps(chart)) == []


def test_a_cell_draws_marks_of_weeks_and_people(executed: Any) -> None:
    chart = _chart(executed)
    assert chart["spec"]["mark"]["type"] == "line"
    assert {channel: chart["spec"]["encoding"][channel]["field"] for channel in ("x", "y", "color")} == {
        "x": "week", "y": "people", "color": "component"}
    assert chart["facet"]["field"] == "course"
    [rows] = chart["datasets"].values()
    assert len({row["course"] for row in rows}) > 5
    assert len({row["week"] for row in rows}) > 30


def test_no_group_under_k_is_drawn(executed: Any) -> None:
    [rows] = _chart(executed)["datasets"].values()
    assert min(row["people"] for row in rows) >= 10


def test_no_line_is_drawn_over_a_week_that_is_missing(executed: Any) -> None:
    [rows] = _chart(executed)["datasets"].values()
    stretches: dict[tuple[Any, ...], list[date]] = {}
    for row in rows:
        stretches.setdefault((row["course"], row["component"], row["stretch"]), []).append(date.fromisoformat(row["week"][:10]))
    assert _chart(executed)["spec"]["encoding"]["detail"]["field"] == "stretch"
    assert len(stretches) > len({key[:2] for key in stretches}), "no line is broken, so this test shows nothing"
    assert all((later - earlier).days == 7 for weeks in stretches.values() for earlier, later in pairwise(sorted(weeks)))
    assert max(map(len, stretches.values())) > 5, "every week stands by itself"


def test_the_chart_holds_the_figures_of_groups_only_and_points_to_no_data_elsewhere(executed: Any) -> None:
    chart = _chart(executed)
    [rows] = chart["datasets"].values()
    assert set(rows[0]) == {"course", "component", "week", "status", "people", "actions", "stretch"}
    assert set(re.findall(r'"url"', json.dumps(chart))) == set()


def test_no_student_of_the_demo_is_in_the_outputs(executed: Any, home: Path) -> None:
    outputs = json.dumps([cell.get("outputs", []) for cell in executed.cells], ensure_ascii=False)
    with (home / "lapipe-demo" / "exports" / "students.csv").open(encoding="utf-8", newline="") as file:
        students = list(csv.DictReader(file))
    secrets = {value for student in students for column, value in student.items()
               if re.search(r"name|naam|mail|bsn|number|nummer", column, re.IGNORECASE) and len(value) >= _SHORTEST}
    assert len(secrets) > 3 * len(students)
    assert [f"one of {len(secrets)}" for secret in secrets if secret in outputs] == []


def test_the_manifest_is_shown(executed: Any) -> None:
    shown = json.dumps([cell.get("outputs", []) for cell in executed.cells])
    for word in ("erase by", "groups withheld", "Weekly activity in Moodle per course and programme"):
        assert word in shown
