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


def of(cpu: float, peer: str = "SQL", rows: int = 10, code: int = 0) -> dict[str, Any]:
    job = {"benchmark": "scan", "job": "scanning", "rows": rows, "ratios": {"lapipe": {peer: {"cpu": cpu, "seconds": 1.0}, "another": {"cpu": 9 * cpu}}}}
    return {"scripts": {"scan": [{"code": code, "command": "python scan"}]}, "jobs": [] if code else [job]}


@pytest.mark.parametrize(("now", "told"), [
    (of(1.14), []), (of(1.16), ["scanning of 10 rows takes 16% more beside SQL"]), (of(0.5), []), (of(9.0, peer="polars"), []), (of(9.0, rows=20), []),
    (of(1.0, code=2), ["scan failed with exit code 2"]),
])
def test_what_takes_more_beside_its_peer_is_named(now: dict[str, Any], told: list[str]) -> None:
    found = list(report.slower(now, of(1.0)).values())
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


def test_every_benchmark_is_a_script_with_words_of_its_own() -> None:
    known = set(report.benchmarks()) | {"database"}
    assert set(report.WORDS) <= known
    assert {"main_job", "spark", "scale", "reading", "scan", "validation", "aggregate", "k_anonymity", "suppression", "register", "erase"} <= known


def test_a_ratio_is_the_middle_one_of_the_turns() -> None:
    # The machine was busy in the second turn: both took longer.
    mine, theirs = ([{"cpu": cpu, "seconds": cpu} for cpu in each] for each in ([2.0, 9.0, 2.0], [1.0, 3.0, 1.0]))
    found = report.ratio(mine, theirs)
    assert (found["cpu"], found["seconds"], found["cpu_spread"]) == (2.0, 2.0, 0.5)


#: A benchmark of which lapipe's part is as many pieces of work as a file says.
SCRIPT = """
import sys, time
from pathlib import Path
from tests.benchmarks import measure
def work(pieces):
    used = time.process_time()
    for _ in range(pieces):
        sum(number * number for number in range(200_000))
    cpu = time.process_time() - used
    return {"seconds": cpu, "cpu": cpu, "peak_mb": 1.0}
pieces = {"lapipe": int(Path(__file__).with_name("pieces").read_text()), "SQL": 10}
measure.tell("planted", 5, measure.in_turns(pieces, lambda who: work(pieces[who]), 5))
print("done")
"""


def test_a_slowdown_that_is_planted_is_named_and_the_baseline_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here, results = tmp_path / "here", tmp_path / "results"
    here.mkdir()
    (here / "planted.py").write_text(SCRIPT)
    monkeypatch.setattr(report, "HERE", here)

    def go(pieces: int, *words: str) -> tuple[int, str]:
        (here / "pieces").write_text(str(pieces))
        monkeypatch.setattr(sys, "argv", ["report.py", "--results", str(results), *words])
        with pytest.raises(SystemExit) as ended:
            report.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    assert go(10)[0] == 0
    written = (results / "report.json").read_text()
    (job,) = json.loads(written)["jobs"]
    assert 0.5 < job["ratios"]["lapipe"]["SQL"]["cpu"] < 2
    assert "| planted | 5 | lapipe | 5 |" in (results / "report.md").read_text()
    # Thrice the work where the peer's stays: more than the machine's own unrest.
    code, told = go(30, "--check")
    assert (code, told.startswith("planted of 5 rows takes ")) == (1, True)
    assert (results / "report.json").read_text() == written
    assert go(5, "--check") == (0, "Nothing got slower than it was.\n")


def test_a_benchmark_without_a_peer_is_held_against_the_fixed_work(tmp_path: Path) -> None:
    words = [sys.executable, str(ROOT / "tests" / "benchmarks" / "report.py"), "--only", "scrub", "--results", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "report.json").read_text())
    (job,) = written["jobs"]
    assert job["taken"]["lapipe"]["cpu"] > 0
    assert job["ratios"]["lapipe"][report.FIXED]["cpu"] > 0
    assert "per second" in (tmp_path / "report.md").read_text()


def test_the_main_job_of_each_is_drawn(tmp_path: Path) -> None:
    jobs = [report.job_of("main_job", {"job": "main job from csv", "rows": rows, "taken": {
        who: [{"seconds": 1.0, "cpu": rows / 10, "peak_mb": 100.0}] for who in ("lapipe", "polars")}}) for rows in (10, 100)]
    report.chart_of_jobs(jobs, tmp_path / "report.svg")
    drawn = (tmp_path / "report.svg").read_text()
    assert drawn.startswith("<svg")
    assert "polars" in drawn


def test_growth_is_drawn_as_a_picture(tmp_path: Path) -> None:
    figures = {"1000": {"cpu": 1.0, "peak_mb": 100.0}, "10000": {"cpu": 9.0, "peak_mb": 110.0}}
    report.chart({"memory": "1GB", "figures": figures}, tmp_path / "scale.svg")
    drawn = (tmp_path / "scale.svg").read_text()
    assert drawn.startswith("<svg")
    assert "peak memory (MB)" in drawn


def test_the_slope_of_twice_the_work_for_twice_the_rows_is_one() -> None:
    from tests.benchmarks.scale import slopes

    assert slopes({1: {"cpu": 2.0}, 2: {"cpu": 4.0}, 4: {"cpu": 4.0}}, "cpu") == [1.0, 0.0]
