"""A canary planted in the data is found nowhere else: not in what is printed, recorded or raised, and not in what is released."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lapipe.errors import LapipeError
from tests.projects import BSNS, COURSE, MOODLE_IDS, TODAY, Project, leaks, project

Frames = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("canary"), TODAY)


def frames(made: Project) -> Frames:
    return {name: table.frame() for name, table in made.tables.items()}


def put(source: str, column: str, *values: Any) -> Callable[[Frames], None]:
    """Put values, from the first row down, where they do not belong."""
    def change(given: Frames) -> None:
        frame = given[source].astype({column: "object"})
        frame.loc[: len(values) - 1, column] = list(values)
        given[source] = frame

    return change


def twice(given: Frames) -> None:
    import pandas as pd

    given["students"] = pd.concat([given["students"], given["students"].head(2)], ignore_index=True)


#: Each provokes another check: types, spellings, keys, wording, patterns, domains, findings, and the engine itself.
WRONG: dict[str, Callable[[Frames], None]] = {
    "a name for a time": put("events", "Time", "Kanarievogel"),
    "a number for a time": put("events", "Time", str(MOODLE_IDS[0])),
    "a mixed column": put("events", "Time", 1, "Kanarievogel", MOODLE_IDS[0]),
    "a name for a year": put("students", "cohort", "Kanarie"),
    "a BSN for a year": put("students", "cohort", BSNS[0]),
    "a number that overflows": put("students", "cohort", BSNS[0] * 4),
    "a name for an id": put("students", "moodle_id", "kanarie1"),
    "an address for a student number": put("students", "student_number", "kanarie@zwaluw.example"),
    "a name on the list of objections": put("objections", "student_number", "Kanarievogel05"),
    "a student twice": twice,
    "texts of another wording": put("events", "Description", *[f"Kanarievogel{i} keek" for i in range(60)]),
    "BSNs as programme": put("students", "programme", *BSNS),
    "names and addresses as component": put("events", "Component", *[f"kanarie{i}@zwaluw.example" for i in range(90)]),
    "BSNs in a course's name": put("events", "Event context", *[f"Course: {bsn[:4]}.{bsn[4:6]}.{bsn[6:]}" for bsn in BSNS * 6]),
    "nobody left": put("students", "moodle_id", *[str(900_000_000_000 + i) for i in range(14)]),
}


@pytest.mark.parametrize("fault", WRONG)
def test_no_error_and_nothing_in_its_chain_holds_a_value(fault: str, made: Project, capfd: pytest.CaptureFixture[str]) -> None:
    given = frames(made)
    WRONG[fault](given)
    with pytest.raises(LapipeError) as caught:
        made.go(given)
    error: BaseException | None = caught.value
    while error is not None:
        assert isinstance(error, LapipeError), "a foreign error hangs on in the chain"
        assert not leaks(f"{error!s} {error!r} {error.args}")
        error = error.__cause__ or error.__context__
    said = capfd.readouterr()
    assert not leaks(said.out + said.err)
    assert not leaks(made.said())
    assert not any(made.runs.iterdir())


@pytest.mark.parametrize("course", ["kanarie@zwaluw.example", f"Kanarie {MOODLE_IDS[0]}", "Kanarie 12345", "Kanarie\nstatistiek"])
def test_a_course_whose_name_may_hold_a_person_has_no_name(course: str, made: Project, tmp_path: Path) -> None:
    given = frames(made)
    put("events", "Event context", *[f"Course: {course}"] * 60)(given)
    run = made.go(given, register=tmp_path / "register", out=tmp_path / "out")
    for name in ("moodle_activity", "weekly_activity"):
        frame = run.read(name)
        assert set(frame["course"].dropna()) == {COURSE}
        assert frame["course"].isna().any()


def test_nothing_of_a_person_is_left_in_anything_that_a_good_run_writes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = project(tmp_path, TODAY)
    done = made.lapipe("run", "moodle_weekly_activity")
    assert done.code == 0
    assert not leaks(done.out + done.err)
    run = made.go()
    assert not leaks(repr(run))
    said = capfd.readouterr()
    assert not leaks(said.out + said.err)
    assert not leaks(made.said())
    files = [path for path in made.out.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"data.parquet", "manifest.json", "codebook.nl.md", "codebook.en.md"}
    for path in files:
        assert not leaks(path.read_bytes()), path.name
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            for column in table.columns:
                assert not leaks("\n".join(map(str, column.cast(pa.string()).to_pylist())))


def test_the_canaries_are_in_the_data_and_would_be_found(made: Project) -> None:
    text = "".join(table.text() for table in made.tables.values())
    assert len(leaks(text)) == 1 + 14 * 3 + 1 + 1
    assert leaks(text.encode("utf-16-le"))
    assert not leaks(f"8314001{'a' * 57}")
