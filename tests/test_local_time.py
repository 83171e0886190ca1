"""Local time: the calendar says of every instant what a clock and a calendar in its zone say."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from lapipe.contract import Column
from lapipe.engine import open_engine
from lapipe.local_time import (
    calendar,
    coarser_or_equal,
    local_seconds,
    outside,
    period_end,
    period_of,
    periods,
    starts,
    transitions,
)

RANGE = ("1968-01-01", "2039-12-31")
ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("clock", ["seconds", "milliseconds"])
@pytest.mark.parametrize("zone", ZONES)
def test_every_instant_has_the_local_time_that_zoneinfo_gives(zone: str, clock: str, tmp_path: Path) -> None:
    chance = random.Random(zone)
    column = Column("at", type="integer", clock=clock, zone=zone, times_between=RANGE)
    edges = [at + step for at, _ in transitions(zone, *RANGE)[1:] for step in (-1, 0, 1)]
    instants = sorted({*edges, *(chance.randrange(seconds(RANGE[0]), seconds(RANGE[1])) for _ in range(2_000))})
    unit = 1000 if clock == "milliseconds" else 1
    engine = open_engine("duckdb", tmp_path)
    table = engine.table(pa.table({"at": [instant * unit + unit - 1 for instant in instants]}))
    found = engine.fetch(table.select("at", local=local_seconds(table["at"], column)).order_by("at"))
    engine.close()
    info = ZoneInfo(zone)
    wrong = sum(datetime.fromtimestamp(local, UTC).replace(tzinfo=None) != datetime.fromtimestamp(at // unit, info).replace(tzinfo=None)
                for at, local in zip(found["at"].to_pylist(), found["local"].to_pylist(), strict=True))
    assert found.num_rows == len(instants)
    assert wrong == 0


def test_the_clock_goes_forward_on_the_last_sunday_of_march_and_back_on_that_of_october() -> None:
    found = dict(transitions("Europe/Amsterdam", "2026-01-01", "2027-01-01"))
    at = [datetime.fromtimestamp(instant, UTC) for instant in found][1:]
    assert at == [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    assert list(found.values()) == [3600, 7200, 3600]


EVERY_DAY = [date(1968, 1, 1) + timedelta(days=number) for number in range(26_000)]


def test_weeks_months_and_years_are_those_of_the_calendar() -> None:
    for day in EVERY_DAY:
        year, week, _ = day.isocalendar()
        assert period_of(day, "week") == date.fromisocalendar(year, week, 1)
        assert period_of(day, "month") == date(day.year, day.month, 1)
        assert period_of(day, "year") == day.year
        assert period_of(day, "day") == day


@pytest.mark.parametrize(("day", "detail", "expected"), [
    (date(2027, 1, 1), "week", date(2026, 12, 28)), (date(2025, 12, 29), "week", date(2025, 12, 29)),
    (date(2026, 8, 31), "academic year", "2025-2026"), (date(2026, 9, 1), "academic year", "2026-2027"),
    (date(2026, 12, 31), "academic year", "2026-2027"), (date(2027, 1, 1), "academic year", "2026-2027")])
def test_new_year_and_september_begin_what_they_should(day: date, detail: str, expected: Any) -> None:
    assert period_of(day, detail) == expected


@pytest.mark.parametrize(("first", "last", "detail", "expected"), [
    (date(2026, 1, 31), date(2026, 4, 1), "month", [date(2026, 2, 1), date(2026, 3, 1)]),
    (date(2026, 2, 1), date(2026, 3, 1), "month", [date(2026, 2, 1)]),
    (date(2026, 2, 1), date(2026, 2, 28), "month", []),
    (date(2026, 11, 2), date(2026, 11, 15), "week", [date(2026, 11, 2)]),
    (date(2026, 11, 2), date(2026, 11, 16), "week", [date(2026, 11, 2), date(2026, 11, 9)]),
    (date(2024, 9, 1), date(2026, 8, 31), "academic year", [date(2024, 9, 1)]),
    (date(2024, 2, 1), date(2026, 1, 1), "year", [date(2025, 1, 1)]),
    (date(2026, 3, 1), date(2026, 3, 1), "day", [])])
def test_only_whole_periods_lie_between_two_days(first: date, last: date, detail: str, expected: list[date]) -> None:
    assert list(periods(first, last, detail)) == expected


@pytest.mark.parametrize("detail", ["day", "week", "month"])
def test_one_period_ends_where_the_next_begins(detail: str) -> None:
    for day in EVERY_DAY[::13]:
        start = period_of(day, detail)
        assert isinstance(start, date)
        assert period_of(period_end(start, detail), detail) == period_end(start, detail)
        assert period_of(period_end(start, detail) - timedelta(days=1), detail) == start


def test_the_calendar_has_every_day_of_its_range_once() -> None:
    column = Column("at", type="integer", clock="seconds", zone="Europe/Amsterdam", times_between=("2026-01-01", "2027-01-01"))
    keys = calendar(column, "week")["key"].to_pylist()
    assert keys == list(range(keys[0], keys[0] + 367))
    assert keys[1] == (date(2026, 1, 1) - date(1970, 1, 1)).days


def test_times_outside_the_declared_range_are_found_to_the_second(tmp_path: Path) -> None:
    column = Column("at", type="integer", clock="seconds", zone="Europe/Amsterdam", times_between=("2026-01-01", "2027-01-01"))
    low, high = (starts(column, date(year, 1, 1)) for year in (2026, 2027))
    engine = open_engine("duckdb", tmp_path)
    table = engine.table(pa.table({"at": [low - 1, low, high - 1, high, None]}))  # type: ignore[operator]
    found = engine.fetch(table.select("at", out=outside(table["at"], column)).order_by("at"))["out"].to_pylist()
    engine.close()
    assert found == [True, False, False, True, None]


@pytest.mark.parametrize(("detail", "allowed", "meets"), [
    ("week", "week", True), ("month", "week", True), ("day", "week", False), ("full", "hour", False), ("band 10", "week", False)])
def test_a_coarser_detail_meets_a_finer_one(detail: str, allowed: str, meets: bool) -> None:
    assert coarser_or_equal(detail, allowed) is meets
