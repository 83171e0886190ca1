"""A release is what it says it is, or it is not read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lapipe.errors import LapipeError, Refused, RegisterFault, UsageFault
from lapipe.register import Register
from lapipe.release import read_release, verify_release
from tests.projects import TODAY, Project, cells, expected, project


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = project(tmp_path_factory.mktemp("whole"), TODAY)
    made.go(run_id="r1")
    return made


@pytest.fixture
def made(whole: Project, tmp_path: Path) -> Project:
    shutil.copytree(whole.base, tmp_path / "copy", symlinks=True)
    return Project(tmp_path / "copy", whole.tables)


def folder(made: Project) -> Path:
    return (made.out / "weekly_activity").glob("*/r1").__next__()


def edit_manifest(made: Project) -> None:
    path = folder(made) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "k": 5}))


CHANGES: dict[str, tuple[Callable[[Project], object], str]] = {
    "data altered": (lambda made: (folder(made) / "data.parquet").write_bytes(b"PAR1"), "was altered"),
    "codebook altered": (lambda made: (folder(made) / "codebook.nl.md").write_text("k = 1"), "was altered"),
    "file added": (lambda made: (folder(made) / "more.csv").write_text("a\n1\n"), "should hold"),
    "file deleted": (lambda made: (folder(made) / "codebook.en.md").unlink(), "should hold"),
    "manifest emptied": (lambda made: (folder(made) / "manifest.json").write_text("{}"), "cannot be read"),
    "manifest cut short": (lambda made: (folder(made) / "manifest.json").write_text("{"), "cannot be read"),
    "run unfinished": (lambda made: ((made.out / ".staging-r1").mkdir(), (made.out / ".staging-r1" / "moves.json").write_text(
        json.dumps([folder(made).relative_to(made.out).as_posix()]))), "did not finish"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_release_that_was_touched_is_not_read(change: str, made: Project) -> None:
    act, says = CHANGES[change]
    assert cells(read_release(made.out / "weekly_activity", today=TODAY)) == expected()
    act(made)
    with pytest.raises(RegisterFault, match=says) as caught:
        read_release(made.out / "weekly_activity", today=TODAY)
    assert caught.value.rule == "LP605"
    assert made.lapipe("verify", "out/weekly_activity").code == 5


def another(made: Project, **changes: object) -> None:
    """Put a second part beside the first, whose manifest says something else."""
    beside = folder(made).parent.parent / "another" / "r2"
    shutil.copytree(folder(made), beside)
    path = beside / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "run": "r2", **changes}))


WEEKS = ("2026-10-19", "2026-10-26")


@pytest.mark.parametrize(("changes", "says"), [
    ({"periods": ["2026-11-02"]}, ""),
    ({"periods": ["2026-11-02", WEEKS[1]]}, "hold one period twice"),
    ({}, "hold one period twice"),
    ({"periods": ["2026-11-02"], "pipeline": "another"}, "of several pipelines"),
])
def test_parts_that_would_count_people_twice_are_not_read_together(changes: dict[str, object], says: str, made: Project) -> None:
    assert json.loads((folder(made) / "manifest.json").read_text())["periods"] == list(WEEKS)
    another(made, **changes)
    if not says:
        assert len(read_release(made.out / "weekly_activity", today=TODAY)) == 8
        return
    with pytest.raises(RegisterFault, match=says) as caught:
        read_release(made.out / "weekly_activity", today=TODAY)
    assert caught.value.rule == "LP605"
    # One run's folder can be read all the same.
    assert cells(read_release(folder(made), today=TODAY)) == expected()


def test_a_run_does_not_release_among_releases_of_another_pipeline(made: Project) -> None:
    another(made, pipeline="another")
    there = sorted(made.out.rglob("*"))
    with pytest.raises(UsageFault, match="weekly_activity holds releases of pipeline another"):
        made.go(run_id="r3")
    assert sorted(made.out.rglob("*")) == there


def test_a_manifest_that_was_edited_is_found_with_the_register(made: Project) -> None:
    clock = made.options().clock
    with Register.open(made.register, clock=clock) as register:
        assert [m["run"] for m in verify_release(made.out / "weekly_activity", today=TODAY, register=register)] == ["r1"]
        edit_manifest(made)
        with pytest.raises(RegisterFault, match="knows no release"):
            verify_release(made.out / "weekly_activity", today=TODAY, register=register)


@pytest.mark.parametrize(("days", "read"), [(-1, True), (0, True), (1, False)])
def test_a_release_is_read_up_to_its_last_day(days: int, read: bool, whole: Project) -> None:
    """The purpose keeps releases for two years."""
    last = TODAY.replace(year=TODAY.year + 2)
    if read:
        assert len(read_release(whole.out / "weekly_activity", today=last + timedelta(days=days)))
    else:
        with pytest.raises(Refused, match="LP502"):
            read_release(whole.out / "weekly_activity", today=last + timedelta(days=days))


@pytest.mark.parametrize("path", ["", "nothing", "weekly_activity/nothing"])
def test_what_is_no_release_is_not_read(path: str, whole: Project) -> None:
    with pytest.raises((UsageFault, LapipeError), match="no release"):
        read_release(whole.out / path, today=TODAY)


def test_statistics_open_with_numbers_and_say_what_they_are(whole: Project) -> None:
    frame = read_release(whole.out / "weekly_activity", today=TODAY)
    manifest = frame.attrs["manifest"]
    assert (manifest["kind"], manifest["k"], manifest["rows"], manifest["run"]) == ("statistics", 10, 4, "r1")
    assert manifest["erase_by"] == "2028-11-24"
    assert str(frame["people"].dtype) == "Int64"
    assert {recipient["may"] for recipient in manifest["recipients"]} <= {"statistics", "pseudonyms"}


def test_a_cell_that_begins_a_formula_is_made_harmless_in_csv_only(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lapipe.release import write_csv

    values = ["=1+1", "+1", "-1", "@x", "\tx", "x=1", None]
    pq.write_table(pa.table({"course": values, "people": list(range(7))}), tmp_path / "data.parquet")
    write_csv(tmp_path / "data.parquet", tmp_path / "data.csv")
    text = (tmp_path / "data.csv").read_text("utf-8-sig")
    assert [line.split(",")[0].strip('"') for line in text.splitlines()[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "x=1", ""]
    assert pq.read_table(tmp_path / "data.parquet")["course"].to_pylist() == values
