"""What a run tells of its own work: each source is gone through once, nothing small is counted, and the figures add up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

from lapipe.demo import make_university
from lapipe.engine.metered import Measured, Metered, Part
from lapipe.pipeline import Run
from tests.benchmarks.make_data import make_data
from tests.projects import ROOT, WEEKLY, Project, project
from tests.test_forum_posts import sources as forum_sources


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("metered"))


def weekly(folder: Path) -> dict[str, Any]:
    given = make_university(folder, rows=2_000)
    return {"events": given.log, "students": given.students, "objections": given.objections}


def extract(folder: Path) -> dict[str, Any]:
    make_data(20_000, folder)
    return {"events": folder / "log.parquet", "students": folder / "students.csv", "objections": folder / "objections.csv"}


def results(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    scores = [(assessment, 1000 + person, 18, 0, person * 7 % 101) for assessment in (1752, 1753) for person in range(80)]
    names = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")
    pa.csv.write_csv(pa.table(dict(zip(names, map(list, zip(*scores, strict=True)), strict=True))), folder / "results.csv")
    (folder / "assessments.csv").write_text("code_module,code_presentation,id_assessment,assessment_type,date,weight\n"
                                            "AAA,2013J,1752,TMA,19,10\nAAA,2013J,1753,TMA,19,10\n")
    (folder / "objections.csv").write_text("id_student,purpose,state,received\n1003,,received,2026-01-01\n")
    return {name: folder / f"{name}.csv" for name in ("results", "assessments", "objections")}


def posts(folder: Path) -> dict[str, Any]:
    return dict(each.split("=", 1) for each in forum_sources(project(folder)))


#: Sources for each pipeline that ships.
SOURCES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "moodle_weekly_activity": weekly, "moodle_weekly_extract": extract, "assessment_results": results, "moodle_forum_posts": posts}


def explained(made: Project, name: str, folder: Path) -> tuple[Run, Measured]:
    run = made.go(SOURCES[name](folder / "sources"), pipeline=made.pipeline(name), explain=True, register=folder / "register.sqlite",
                  out=folder / "out", runs=folder / "runs")
    assert run.measured is not None
    return run, run.measured


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "pipelines").glob("[!_]*.py")))
def test_every_shipped_pipeline_reads_each_source_once_and_keeps_its_rows_at_most_twice(name: str, made: Project, tmp_path: Path) -> None:
    run, measured = explained(made, name, tmp_path)
    assert len(run.releases) > 0
    assert set(measured.sources) == set(made.pipeline(name).sources)
    for source, use in measured.sources.items():
        # A Parquet file whose columns are as declared is not parsed into a table: queries take the columns that they need.
        assert use.parsed + use.in_file == 1, source
        assert use.kept <= 2, source


def read_so_far() -> int:
    return int(next(line.split()[1] for line in Path("/proc/self/io").read_text().splitlines() if line.startswith("rchar:")))


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="NOT TESTED: only Linux tells what a process read")
def test_the_bytes_that_a_run_reads_are_those_of_counting_and_parsing_its_sources(made: Project, tmp_path: Path) -> None:
    given = make_university(tmp_path / "sources", rows=30_000)
    data = {"events": given.log, "students": given.students, "objections": given.objections}
    made.go(data, register=tmp_path / "first.sqlite", out=tmp_path / "first", runs=tmp_path / "runs")
    before = read_so_far()
    made.go(data, register=tmp_path / "second.sqlite", out=tmp_path / "second", runs=tmp_path / "runs")
    size = sum(path.stat().st_size for path in data.values())
    assert size > 5_000_000
    # Once to count its rows and tell its encoding, once to parse it; releases are read again for their hashes.
    assert 2 * size < read_so_far() - before < 2.5 * size


def test_stages_that_are_computed_in_one_query_stand_in_one_row(made: Project, tmp_path: Path) -> None:
    _, measured = explained(made, WEEKLY, tmp_path)
    asked = [part.stages for part in measured.parts if part.queries]
    assert ("3 Extract",) in asked
    [together] = [part for part in measured.parts if len(part.stages) > 1]
    assert together.stages == tuple(f"{number} {kind}" for number, kind in (
        (1, "Minimise"), (3, "Extract"), (4, "Join"), (5, "Object"), (6, "Retain"), (7, "Pseudonymise"), (8, "Generalise")))
    # Where the release stands among those before it is asked last.
    assert asked[-2:] == [("12 Release",), ("memory of releases",)]


def test_the_parts_are_all_the_time_there_was(made: Project, tmp_path: Path) -> None:
    _, measured = explained(made, "assessment_results", tmp_path)
    told = measured.told()
    assert abs(sum(part.seconds for part in measured.parts) - sum(part["seconds"] for part in told["parts"]) - told["other_seconds"]) < 0.05
    assert all(part.seconds >= 0 for part in measured.parts)
    released = [part for part in measured.parts if part.stages[-1].endswith("Release")]
    assert all(part.written and part.written > 1000 for part in released)


def test_no_count_of_few_rows_or_people_is_told(made: Project, tmp_path: Path) -> None:
    done = made.lapipe("run", WEEKLY, "--run-id", "r1", "--explain", "--format", "json", "--out", tmp_path / "out", "--register", tmp_path / "r.sqlite")
    assert done.code == 0, done.err
    told = json.loads(done.out)["explain"]
    [together] = [part for part in told["parts"] if len(part["stages"]) > 1]
    assert (together["rows"], together["people"]) == ("about 100", "10 to 99")
    assert [part["rows"] for part in told["parts"] if part["stages"] == ["reading students"]] == ["fewer than 100"]
    # A released statistic can be counted by everyone who has it.
    assert [part["rows"] for part in told["parts"] if part["stages"] == ["12 Release"]] == ["4"]
    again = made.lapipe("run", WEEKLY, "--run-id", "r1", "--explain", "--format", "json", "--out", tmp_path / "out", "--register", tmp_path / "r.sqlite")
    assert "explain" not in json.loads(again.out), "a run that is not done again took nothing"


def test_the_terminal_says_what_was_measured(made: Project, tmp_path: Path) -> None:
    done = made.lapipe("run", WEEKLY, "--explain", "--out", tmp_path / "out", "--register", tmp_path / "r.sqlite")
    assert done.code == 0, done.err
    assert "1 Minimise + 3 Extract + 4 Join + 5 Object + 6 Retain + 7 Pseudonymise + 8 Generalise  about 100 rows of 10 to 99 people\n" in done.out
    assert "  events         its rows counted, then parsed once; " in done.out
    assert "each row kept in 2 tables" in done.out


@pytest.mark.parametrize(("part", "told"), [
    (Part(("a",), queries=1, written=1_234_567), {"bytes_written": 1_200_000}), (Part(("a",), queries=1, written=7), {"bytes_written": 7}),
    (Part(("a",), queries=1, written=None), {"bytes_written": None}), (Part(("a",), queries=1, rows=3), {"rows": "fewer than 100"}),
    (Part(("a",), queries=1, rows=3, exact=True), {"rows": "3"}), (Part(("a",), queries=1, people=9), {"people": "fewer than 10"}),
])
def test_what_is_told_of_a_part_is_rounded(part: Part, told: dict[str, Any]) -> None:
    [shown] = Measured([part]).told()["parts"]
    assert {name: shown[name] for name in told} == told


def test_time_counts_for_the_stages_that_are_at_work() -> None:
    class Nothing:
        name = "nothing"

        def close(self) -> None:
            pass

    ticks = iter([0.0, 1.0, 3.0, 6.0, 10.0])
    meter = Metered(Nothing(), clock=lambda: next(ticks))  # type: ignore[arg-type]
    for stage in ("a", "b", "a"):
        meter.at(stage)
    meter.at("end")
    assert {part.stages: part.seconds for part in meter.measured.parts} == {("opening",): 1.0, ("a",): 6.0, ("b",): 3.0, ("end",): 0.0}
    assert [replace(part, seconds=0, written=0) for part in meter.measured.parts[:1]] == [Part(("opening",))]
