"""The benchmarks' report: what got slower is named, what is drawn is there. Nothing is timed here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import report
from tests.projects import ROOT


def of(**ratios: float) -> dict[str, Any]:
    return {"benchmarks": {name: {"code": 0, "command": f"python {name}", "ratio": ratio} for name, ratio in ratios.items()}}


@pytest.mark.parametrize(("now", "told"), [
    (of(scan=1.14), []), (of(scan=1.16), ["scan takes 16% more"]), (of(scan=0.5), []), (of(other=9.0), []),
    ({"benchmarks": {"scan": {"code": 2, "command": "python scan", "ratio": 1.0}}}, ["scan failed with exit code 2"]),
    ({"benchmarks": {"scan": {"code": 0, "command": "python scan --rows 9", "ratio": 9.0}}}, []),
])
def test_what_takes_more_than_a_seventh_more_is_named(now: dict[str, Any], told: list[str]) -> None:
    found = report.slower(now, of(scan=1.0))
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


def test_every_benchmark_is_a_script_with_words_of_its_own() -> None:
    assert set(report.WORDS) <= set(report.benchmarks())
    assert {"main_job", "reading", "validation", "scan", "text", "suppression", "register", "scale"} <= set(report.benchmarks())


def test_a_benchmark_is_run_reported_and_compared(tmp_path: Path) -> None:
    words = [sys.executable, str(ROOT / "tests" / "benchmarks" / "report.py"), "--only", "scrub", "--results", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "report.json").read_text())
    took = written["benchmarks"]["scrub"]
    assert took["cpu"] > 0
    assert "per second" in took["printed"]
    assert f"| scrub | {took['seconds']:.1f} |" in (tmp_path / "report.md").read_text()
    # A baseline that took a tenth: the check says so, and leaves it as it is.
    took["ratio"] /= 10
    (tmp_path / "report.json").write_text(json.dumps(written))
    checked = subprocess.run([*words, "--check"], capture_output=True, text=True, check=False, timeout=300)
    assert checked.returncode == 1
    assert checked.stdout.startswith("scrub takes ")
    assert json.loads((tmp_path / "report.json").read_text()) == written


def test_growth_is_drawn_as_a_picture(tmp_path: Path) -> None:
    figures = {"1000": {"cpu": 1.0, "peak_mb": 100.0}, "10000": {"cpu": 9.0, "peak_mb": 110.0}}
    report.chart({"memory": "1GB", "figures": figures}, tmp_path / "scale.svg")
    drawn = (tmp_path / "scale.svg").read_text()
    assert drawn.startswith("<svg")
    assert "peak memory (MB)" in drawn


def test_the_slope_of_twice_the_work_for_twice_the_rows_is_one() -> None:
    from tests.benchmarks.scale import slopes

    assert slopes({1: {"cpu": 2.0}, 2: {"cpu": 4.0}, 4: {"cpu": 4.0}}, "cpu") == [1.0, 0.0]
