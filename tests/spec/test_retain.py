"""Retain: rows older than the purpose allows are left out, by the calendar of the declared zone."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.contract import Column, Kind
from lapipe.engine import Engine
from lapipe.errors import LapipeError, Refused, UsageFault
from lapipe.purpose import Duration
from lapipe.stages import Retain
from tests.spec.conftest import ZONE, Runner, a_purpose, a_table, an_instant, plan_stage, run_stage

AMSTERDAM = ZoneInfo(ZONE)
INSTANTS = a_table(an_instant())
DAYS = a_table(Column("at", type="date", kind=Kind.EVENT_TIME))
CLOCKS = a_table(Column("at", type="timestamp", kind=Kind.EVENT_TIME, zone=ZONE))


def a_year(term: str = "P1Y") -> Any:
    return a_purpose(retain=Duration.parse(term))


def midnight(day: date) -> int:
    """The first second of a day in Amsterdam."""
    return int(datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).timestamp())


@pytest.mark.parametrize(("today", "term", "first"), [
    (date(2026, 11, 24), "P1Y", date(2025, 11, 24)),
    (date(2026, 3, 31), "P1M", date(2026, 2, 28)),
    (date(2028, 2, 29), "P1Y", date(2027, 2, 28)),
    (date(2026, 3, 30), "P1D", date(2026, 3, 29)),   # the clock went forward on the 29th
    (date(2026, 3, 31), "P1D", date(2026, 3, 30)),
    (date(2026, 10, 26), "P1D", date(2026, 10, 25)),  # and back on the 25th
    (date(2026, 1, 1), "P1W", date(2025, 12, 25)),
])
def test_the_first_local_day_that_may_be_kept_stays_whole_and_the_second_before_it_goes(run: Runner, today: date, term: str,
                                                                                        first: date) -> None:
    start = midnight(first)
    found = run(Retain("at"), INSTANTS, [{"at": start + step} for step in (-86_400, -1, 0, 1)], purpose=a_year(term), today=today)
    assert [row["at"] for row in found.rows] == [start, start + 1]
    assert found.left_out == 2


def test_milliseconds_are_kept_to_the_millisecond(run: Runner) -> None:
    start = midnight(date(2025, 11, 24)) * 1000
    found = run(Retain("at"), a_table(an_instant(clock="milliseconds")), [{"at": start - 1}, {"at": start}], purpose=a_year())
    assert [row["at"] for row in found.rows] == [start]


def test_dates_and_local_timestamps_are_kept_from_the_first_day_on(run: Runner) -> None:
    days = [date(2025, 11, 23), date(2025, 11, 24)]
    assert [row["at"] for row in run(Retain("at"), DAYS, [{"at": day} for day in days], purpose=a_year()).rows] == days[1:]
    clocks = [datetime(2025, 11, 23, 23, 59, 59, 999999), datetime(2025, 11, 24)]
    assert [row["at"] for row in run(Retain("at"), CLOCKS, [{"at": at} for at in clocks], purpose=a_year()).rows] == clocks[1:]


@pytest.mark.parametrize("table", [INSTANTS, DAYS, CLOCKS])
def test_a_row_without_a_time_goes(run: Runner, table: Any) -> None:
    found = run(Retain("at"), table, [{"at": None}], purpose=a_year())
    assert (found.rows, found.left_out) == ([], 1)


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(Retain("at"), INSTANTS, [], purpose=a_year()).rows == []


def test_a_shorter_term_may_be_given_and_is_promised(run: Runner) -> None:
    found = run(Retain("at", term="P1M"), DAYS, [{"at": date(2026, 10, 23)}, {"at": date(2026, 10, 24)}], purpose=a_year())
    assert [row["at"] for row in found.rows] == [date(2026, 10, 24)]
    assert found.contract["at"].keep == "P1M"


@pytest.mark.parametrize(("stage", "retain", "error", "told"), [
    (Retain("at"), None, Refused, "LP309 Retain: purpose activity names no term"),
    (Retain("at", term="P13M"), "P1Y", Refused, "LP309 Retain: P13M is longer than the P1Y"),
    (Retain("at", term="P366D"), "P1Y", Refused, "LP309"),
    (Retain("at", term="P31D"), "P1M", Refused, "LP309"),
    (Retain("at", term="a year"), "P1Y", UsageFault, "Retain: 'a year' should be an ISO 8601 duration"),
    (Retain("at", term="P0D"), "P1Y", UsageFault, "is no time at all"),
    (Retain("act"), "P1Y", UsageFault, "LP203 Retain needs a column of dates or times; act of events is string"),
    (Retain("week"), "P1Y", UsageFault, "LP203 Retain needs a column of dates or times"),
    (Retain("gone"), "P1Y", UsageFault, "LP203 events has no column 'gone'"),
])
def test_a_term_longer_than_the_purposes_is_refused(stage: Retain, retain: str | None, error: type[LapipeError], told: str) -> None:
    table = a_table(an_instant(), Column("act"), Column("week", type="date", detail="week"))
    with pytest.raises(error) as refused:
        plan_stage(stage, table, purpose=a_purpose(retain=Duration.parse(retain) if retain else None))
    assert told in str(refused.value)


@pytest.mark.parametrize("term", ["P1Y", "P12M", "P365D", "P364D"])
def test_a_term_no_longer_than_the_purposes_is_taken(term: str) -> None:
    assert plan_stage(Retain("at", term=term), INSTANTS, purpose=a_year())["at"].keep


def back(day: date, months: int, days: int) -> date:
    """Go back months, staying within the month, then days."""
    month = day.year * 12 + day.month - 1 - months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])) - timedelta(days=days)


@settings(max_examples=40, deadline=None)
@given(today=st.dates(date(2010, 1, 1), date(2035, 1, 1)), months=st.integers(0, 30), days=st.integers(1, 40),
       steps=st.lists(st.integers(-200_000, 200_000), max_size=8))
def test_any_term_keeps_what_plain_python_keeps(duckdb: Engine, tmp_path_factory: pytest.TempPathFactory, today: date, months: int,
                                                days: int, steps: list[int]) -> None:
    first = back(today, months, days)
    times = [midnight(first) + step for step in steps]
    found = run_stage(Retain("at"), INSTANTS, [{"at": time} for time in times], engine=duckdb,
                      folder=Path(tmp_path_factory.getbasetemp()), today=today,
                      purpose=a_purpose(retain=Duration(months=months, days=days)))
    local = {time: datetime.fromtimestamp(time, AMSTERDAM).date() for time in times}
    assert [row["at"] for row in found.rows] == sorted(time for time in times if local[time] >= first)
