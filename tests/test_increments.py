"""Runs over a growing log: each adds the periods that closed since, computes no others, and together they are one run over all of it."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lapipe.errors import Refused, UsageFault
from lapipe.pipeline import Pipeline, Run
from lapipe.register import Register
from lapipe.register.differences import differences
from lapipe.release import parts, verify_release
from lapipe.stage import Stage
from lapipe.stages import KAnonymise, Release
from tests.projects import CANARY, PEOPLE, STUDENT_NUMBERS, TODAY, Project, Table, log, project, week

WEEKS = tuple(range(9, 2, -1))


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path, today=TODAY)


def in_parts(made: Project) -> Pipeline:
    """Give the shipped pipeline, whose rows about people leave by the week too."""
    shipped = made.pipeline()
    return dataclasses.replace(shipped, stages=tuple(Release("moodle_activity", period="week", lag="P2D") if stage == Release("moodle_activity") else stage
                                                     for stage in shipped.stages))


def until(day: date, whole: Table) -> Table:
    """Give the log as it was exported early on a day."""
    at = whole.header.index("Time")
    return Table(whole.header, [row for row in whole.rows if datetime.strptime(row[at], "%d/%m/%y, %H:%M:%S").date() < day])


def exported(made: Project, day: date, name: str = "events") -> Path:
    path = made.base / f"{name}-{day}.csv"
    path.write_text(until(day, log(TODAY, WEEKS)).text(), encoding="utf-8")
    return path


def rows_of(folder: Path) -> list[str]:
    """Give the rows of all parts, sorted; a week stands in one part."""
    tables = [pq.read_table(part / "data.parquet") for part in parts(folder)]
    weeks = [set(table["week"].to_pylist()) for table in tables]
    assert sum(map(len, weeks)) == len(set().union(*weeks))
    return sorted(map(repr, pa.concat_tables(tables).to_pylist()))


def go(made: Project, day: date, place: str, **settings: Any) -> Run:
    base = made.base / place
    return made.go({"events": exported(made, day)}, pipeline=in_parts(made), today=day, register=base / "register.sqlite", out=base / "out",
                   runs=base / "runs", **settings)


@pytest.mark.parametrize("seed", range(3))
def test_runs_on_any_days_are_together_one_run_over_all(seed: int, made: Project) -> None:
    dice = random.Random(seed)
    days = sorted({week(9) + timedelta(days=dice.randint(12, 50)) for _ in range(4)}) + [week(2) + timedelta(days=4)]
    for day in days:
        go(made, day, "daily")
    go(made, days[-1], "once")
    for release in ("moodle_activity", "weekly_activity"):
        daily, once = (made.base / place / "out" / release for place in ("daily", "once"))
        assert rows_of(daily) == rows_of(once), release
        assert len(parts(daily)) > len(parts(once)) == 1
        with Register.open(str(made.base / "daily" / "register.sqlite"), clock=made.options().clock) as register:
            assert len(verify_release(daily, today=days[-1], register=register)) == len(parts(daily))


def test_only_the_new_part_is_computed_and_the_register_says_from_when(made: Project) -> None:
    first, second = week(5) + timedelta(days=3), week(4) + timedelta(days=3)
    go(made, first, "daily")
    run = go(made, second, "daily", explain=True)
    assert run.measured is not None
    [together] = [part for part in run.measured.parts if len(part.stages) > 1]
    assert together.stages[0] == "new rows"
    whole = len(until(second, log(TODAY, WEEKS)).rows)
    assert together.rows is not None
    assert together.rows < whole / 3
    assert [dict(each.periods and {"periods": each.periods}) for each in run.releases] == [{"periods": (str(week(5)),)}] * 2
    with Register.open(str(made.base / "daily" / "register.sqlite"), clock=made.options().clock) as register:
        [increment] = [entry.body for entry in register.entries(run=run.id) if entry.kind == "increment"]
    assert increment["from"] == str(week(5))


@dataclass(frozen=True)
class LooksAtOthers(Stage):
    """Stand for a stage of a project's own, which may compute from rows of any day."""


def test_where_a_projects_own_stage_may_look_at_older_rows_all_are_computed(made: Project) -> None:
    shipped = in_parts(made)
    pipeline = dataclasses.replace(shipped, stages=(*shipped.stages[:2], LooksAtOthers(), *shipped.stages[2:]))
    for day in (week(5) + timedelta(days=3), week(4) + timedelta(days=3)):
        run = made.go({"events": exported(made, day)}, pipeline=pipeline, today=day)
        assert run.sources["events"] == next(told.rows_in for told in run.told if told.rows_in is not None)


def test_a_run_with_nothing_new_adds_nothing(made: Project) -> None:
    day = week(4) + timedelta(days=3)
    go(made, day, "daily")
    before = rows_of(made.base / "daily" / "out" / "moodle_activity")
    again = go(made, day + timedelta(days=1), "daily")
    assert (again.releases, again.skipped) == ((), ("moodle_activity", "weekly_activity"))
    with Register.open(str(made.base / "daily" / "register.sqlite"), clock=made.options().clock) as register:
        assert differences(register, *(run.id for run in register.runs())) == []
    assert rows_of(made.base / "daily" / "out" / "moodle_activity") == before


def test_rows_that_come_late_and_a_week_that_is_not_over_stay_out(made: Project) -> None:
    day = week(4) + timedelta(days=3)
    go(made, day, "daily")
    weeks = {row["week"] for part in parts(made.base / "daily" / "out" / "moodle_activity") for row in pq.read_table(part / "data.parquet").to_pylist()}
    assert max(weeks) == week(5)


def test_who_is_erased_goes_from_every_part(made: Project) -> None:
    made.edit("pipelines/moodle_weekly_activity.py", 'Release("moodle_activity")', 'Release("moodle_activity", period="week", lag="P2D")')
    made.tables["events"] = until(week(5) + timedelta(days=3), log(TODAY, WEEKS))
    pipeline = made.pipeline()
    for day in (week(5) + timedelta(days=3), week(4) + timedelta(days=3)):
        made.go({"events": exported(made, day)}, pipeline=pipeline, today=day)
    folder = made.out / "moodle_activity"
    assert len(parts(folder)) == 2

    def people() -> list[int]:
        return [len(set(pq.read_table(part / "data.parquet", columns=["student"])["student"].to_pylist())) for part in parts(folder)]

    assert people() == [PEOPLE - 1] * 2
    made.export("students").chmod(0o600)
    done = made.lapipe("subject", "erase", str(STUDENT_NUMBERS[4]), "--verified-by", "privacy_officer", "--ground", "withdrawn")
    assert done.code == 0, done.err
    assert people() == [PEOPLE - 2] * 2
    assert CANARY not in (done.out + done.err).casefold()
    assert made.lapipe("verify", folder, "--register", made.register).code == 0


@pytest.mark.parametrize(("release", "fault", "told"), [
    (Release("moodle_activity", period="course"), UsageFault, "period 'course' must be a time column"),
    (Release("moodle_activity", period="week", lag="soon"), UsageFault, "lag 'soon'"),
    (Release("moodle_activity", lag="P2D"), UsageFault, "must be a time column"),
])
def test_a_part_that_is_no_period_is_refused(release: Release, fault: type[Exception], told: str, made: Project) -> None:
    shipped = made.pipeline()
    stages = tuple(release if stage == Release("moodle_activity") else stage for stage in shipped.stages)
    with pytest.raises(fault, match=told):
        dataclasses.replace(shipped, stages=stages).plan(today=TODAY)


def test_the_periods_of_a_statistic_stand_in_aggregate(made: Project) -> None:
    shipped = made.pipeline()
    with pytest.raises(UsageFault, match="Aggregate"):
        dataclasses.replace(shipped, stages=(*shipped.stages[:-1], Release("weekly_activity", period="week"))).plan(today=TODAY)


def test_a_k_anonymous_table_does_not_leave_in_parts() -> None:
    from lapipe.plan import _anonymised_last

    with pytest.raises(Refused, match="LP412"):
        _anonymised_last("drawn", [KAnonymise(quasi={"week": ()}), Release("rows", period="week")])  # type: ignore[arg-type]
