"""One pipeline, many ways in: what is released depends on what the data says, not on how it came."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lapipe.errors import UsageFault
from lapipe.pipeline import Run
from tests.projects import TODAY, WEEKLY, Project, cells, declaring, expected, log, project, week

Given = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("ways"), TODAY)


@pytest.fixture(scope="module")
def first(made: Project) -> Run:
    return made.go(run_id="from-csv")


def frames(made: Project, folder: Path) -> Given:
    return {name: table.frame() for name, table in made.tables.items()}


def arrow(made: Project, folder: Path) -> Given:
    import pyarrow as pa

    return {name: pa.Table.from_pandas(table.frame(), preserve_index=False) for name, table in made.tables.items()}


def parquet(made: Project, folder: Path) -> Given:
    for name, table in made.tables.items():
        table.frame().to_parquet(folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in made.tables}


def numbers(made: Project, folder: Path) -> Given:
    """Give ids as whole numbers, times as timestamps and cohorts as floats with a hole, as pandas users have them."""
    import pandas as pd

    given = frames(made, folder)
    given["events"]["Time"] = pd.to_datetime(given["events"]["Time"], format="%d/%m/%y, %H:%M:%S")
    given["students"]["moodle_id"] = given["students"]["moodle_id"].astype("int64")
    given["students"]["cohort"] = given["students"]["cohort"].astype("float64")
    return given


def texts(made: Project, folder: Path, write: Callable[[Path, str], Path]) -> Given:
    return {name: write(folder / f"{name}.csv", table.text()) for name, table in made.tables.items()}


def gzipped(made: Project, folder: Path) -> Given:
    def write(path: Path, text: str) -> Path:
        packed = path.with_name(path.name + ".gz")
        packed.write_bytes(gzip.compress(text.encode()))
        return packed

    return texts(made, folder, write)


def zipped(made: Project, folder: Path) -> Given:
    def write(path: Path, text: str) -> Path:
        packed = path.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("log/file.csv", text)
        return packed

    return texts(made, folder, write)


def two_files(made: Project, folder: Path) -> Given:
    rows = made.tables["events"].rows
    for number, part in enumerate((rows[: len(rows) // 3], rows[len(rows) // 3:])):
        (folder / f"log{number}.csv").write_text(type(made.tables["events"])(made.tables["events"].header, part).text(), "utf-8")
    return {"events": folder / "log*.csv"}


def with_mark_and_semicolons(made: Project, folder: Path) -> Given:
    return texts(made, folder, lambda path, text: (path.write_bytes(
        b"\xef\xbb\xbf" + made.tables[path.stem].text(";", "\r\n").encode()), path)[1])


def columns_in_another_order(made: Project, folder: Path) -> Given:
    return {name: frame[list(reversed(frame.columns))] for name, frame in frames(made, folder).items()}


@pytest.mark.parametrize("given", [frames, numbers, arrow, parquet, gzipped, zipped, two_files, with_mark_and_semicolons,
                                   columns_in_another_order], ids=lambda way: way.__name__)
def test_the_same_data_gives_the_same_bytes_whichever_way_it_comes_in(
        given: Callable[[Project, Path], Given], made: Project, first: Run, tmp_path: Path) -> None:
    """A register of its own: the series would release nothing new otherwise."""
    run = made.go(given(made, tmp_path), register=tmp_path / "register", out=tmp_path / "out")
    for release in ("weekly_activity", "moodle_activity"):
        assert (run.path(release) / "data.parquet").read_bytes() == (first.path(release) / "data.parquet").read_bytes()
    assert cells(run.read("weekly_activity")) == expected()


def test_utf_16_with_tabs_is_read_as_its_bytes_say(made: Project, first: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(made.tables["events"].text("\t").encode("utf-16"))
    run = made.go({"events": path}, register=tmp_path / "register", out=tmp_path / "out")
    assert (run.path("weekly_activity") / "data.parquet").read_bytes() == (
        first.path("weekly_activity") / "data.parquet").read_bytes()


def test_a_declared_encoding_is_believed(made: Project, first: Run, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(made.tables["events"].text(";").replace("Kanarie de Docent", "Kanarië de Docent").encode("cp1252"))
    run = made.go({"events": path}, pipeline=declaring(made.pipeline(), "events", encoding="cp1252"),
                  register=tmp_path / "register", out=tmp_path / "out")
    assert cells(run.read("weekly_activity")) == expected()


def test_what_was_left_out_is_told_by_stage(first: Run) -> None:
    """One text and two rows of the cron job name nobody; the lecturer is no student; one person objected; nothing is too old."""
    told = {each.stage: (each.rows_left_out, each.people_left_out) for each in first.told if each.rows_left_out is not None}
    assert told == {"Extract": (3, 0), "Join": (2, 1), "Object": (4, 1), "Retain": (0, 0)}
    assert {each.stage for each in first.told} >= {"Minimise", "Validate", "Pseudonymise", "Generalise", "Flag", "Aggregate"}


def test_rows_and_people_in_the_pseudonymised_table_are_those_that_stayed(made: Project, first: Run) -> None:
    frame = first.read("moodle_activity")
    assert len(frame) == len(made.tables["events"].rows) - 9
    assert frame["student"].nunique() == 13
    assert set(frame.columns) == {"week", "course", "component", "student", "programme", "cohort"}
    assert frame.attrs["manifest"]["kind"] == "pseudonyms"


def test_a_run_hands_its_releases_over_by_name(first: Run) -> None:
    with pytest.raises(UsageFault, match="released no 'weekly'.*it released: moodle_activity, weekly_activity"):
        first.path("weekly")


def test_the_same_keys_give_the_same_pseudonyms_and_others_give_others(made: Project, first: Run, tmp_path: Path) -> None:
    from lapipe.keys import KeyRing

    KeyRing.create(tmp_path / "other" / "ring.json", today=TODAY)
    run = made.go(register=tmp_path / "register", keys=tmp_path / "other" / "ring.json", out=tmp_path / "out", ledger=tmp_path / "ledger")
    assert not set(run.read("moodle_activity")["student"]) & set(first.read("moodle_activity")["student"])
    assert (run.path("weekly_activity") / "data.parquet").read_bytes() == (
        first.path("weekly_activity") / "data.parquet").read_bytes()


def test_the_register_tells_the_whole_run(made: Project, first: Run) -> None:
    from lapipe.register import Register

    with Register.open(made.register, clock=made.options().clock) as register:
        entries = list(register.entries(run=first.id))
        assert register.verify().findings == ()
    opening = entries[0].body
    assert (opening["pipeline"], opening["purpose"], opening["k"], opening["actor"]) == (WEEKLY, WEEKLY, 10, "data engineer")
    assert [entry.kind for entry in entries][:4] == ["started", "source", "source", "source"]
    assert [entry.kind for entry in entries][-3:] == ["release", "release", "completed"]
    assert entries[-1].body["key"]


#: The log of the weeks 5 and 4 runs from a Monday to the Monday after them. By how many days each end is moved; what comes out.
EDGES = {
    "the log runs from Monday to Monday": (0, 0, (5, 4)),
    "it begins on the Tuesday": (1, 0, (4,)),
    "it ends on the Sunday, perhaps before the day was over": (0, -1, (5,)),
    "it ends on a Wednesday": (0, 2, (5, 4)),
    "neither week is whole": (1, -1, ()),
}


@pytest.mark.parametrize("edge", EDGES)
def test_only_weeks_that_lie_wholly_in_the_log_are_released(edge: str, made: Project, tmp_path: Path) -> None:
    later, earlier, weeks = EDGES[edge]
    events = log()
    for moved, back in ((later, 5), (earlier, 3)):
        for row in events.rows:
            row[0] = row[0].replace(f"{week(back):%d/%m/%y}", f"{week(back) + timedelta(days=moved):%d/%m/%y}")
    run = made.go({"events": events.frame()}, register=tmp_path / "register", out=tmp_path / "out")
    assert run.skipped == (() if weeks else ("weekly_activity",))
    if weeks:
        found = run.read("weekly_activity")
        assert set(found["week"]) == {week(back) for back in weeks}
        assert found.attrs["manifest"]["periods"] == [week(back).isoformat() for back in weeks]
    assert set(run.read("moodle_activity")["week"]) >= {week(5), week(4)}


@pytest.mark.parametrize(("named", "people"), [
    (WEEKLY, 13), (f" {WEEKLY.upper()}  ", 13), ("", 13), ("   ", 13), ("assessment_results", 14)])
def test_an_objection_holds_for_the_purpose_it_names_or_for_all(named: str, people: int, made: Project, tmp_path: Path) -> None:
    from tests.projects import objections

    listed = objections()
    listed.set("purpose", named)
    run = made.go({"objections": listed.frame()}, register=tmp_path / "register", out=tmp_path / "out")
    assert run.read("moodle_activity")["student"].nunique() == people
