"""Local time as a small calendar: which day an instant falls on in a declared zone, and that day's week, month and year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lapipe.contract import Column

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

_EPOCH = date(1970, 1, 1)

#: The month in which a Dutch academic year begins (WHW art. 1.1(k): 1 September to 31 August).
ACADEMIC_YEAR_STARTS = 9


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _academic_year(day: date) -> int:
    return day.year if day.month >= ACADEMIC_YEAR_STARTS else day.year - 1


def _academic_start(day: date) -> date:
    return date(_academic_year(day), ACADEMIC_YEAR_STARTS, 1)


#: From a detail to the first day of the period that a day falls in (weeks begin on Monday, ISO 8601).
PERIOD_START: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": _week,
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
    "academic year": _academic_start,
}

#: Every detail of time, finest first.
TIME_DETAILS = ("full", "hour", *PERIOD_START)


def coarser_or_equal(detail: str, allowed: str) -> bool:
    """Say whether a detail of time is at least as coarse as another."""
    return detail in TIME_DETAILS and TIME_DETAILS.index(detail) >= TIME_DETAILS.index(allowed)


def period_type(detail: str) -> str:
    """Give the column type of a detail: hours are timestamps, calendar years numbers, academic years text, the rest dates."""
    return {"hour": "timestamp", "year": "integer", "academic year": "string"}.get(detail, "date")


def period_of(day: date, detail: str) -> date | int | str:
    """Give the value that stands for a day at a detail.

    >>> period_of(date(2025, 1, 1), "week"), period_of(date(2025, 1, 1), "academic year")
    (datetime.date(2024, 12, 30), '2024-2025')
    """
    if detail == "year":
        return day.year
    if detail == "academic year":
        return f"{_academic_year(day)}-{_academic_year(day) + 1}"
    return PERIOD_START[detail](day)


def period_end(start: date, detail: str) -> date:
    """Give the first day after the period that begins on `start`."""
    if detail == "day":
        return start + timedelta(days=1)
    if detail == "week":
        return start + timedelta(days=7)
    if detail == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return start.replace(year=start.year + 1)


def periods(first: date, last: date, detail: str) -> Iterator[date]:
    """Give the first days of the periods that lie wholly between two days (`last` excluded)."""
    start = PERIOD_START[detail](first)
    if start < first:
        start = period_end(start, detail)
    while (end := period_end(start, detail)) <= last:
        yield start
        start = end


@cache
def transitions(zone: str, first: str, last: str) -> tuple[tuple[int, int], ...]:
    """Give, for a zone between two dates, the instants (seconds since 1970) at which an offset (seconds) begins to hold.

    The first entry holds from before `first`.
    """
    info = ZoneInfo(zone)

    def offset(second: int) -> int:
        delta = datetime.fromtimestamp(second, UTC).astimezone(info).utcoffset()
        assert delta is not None
        return int(delta.total_seconds())

    start = int(datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp()) - 86_400
    end = int(datetime.fromisoformat(last).replace(tzinfo=UTC).timestamp()) + 86_400
    found = [(start, offset(start))]
    # No zone changes its offset twice within a day.
    for day in range(start + 86_400, end + 1, 86_400):
        if offset(day) != found[-1][1]:
            low, high = day - 86_400, day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) != found[-1][1] else (middle, high)
            found.append((high, offset(high)))
    return tuple(found)


def _clock_seconds(value: ir.Value, column: Column) -> ir.Value:
    return value // 1000 if column.clock == "milliseconds" else value


def local_seconds(value: ir.Value, column: Column) -> ir.Value:
    """Give the seconds since 1970 that a wall clock in the column's zone shows, of a column that counts from 1970 UTC."""
    import ibis

    seconds = _clock_seconds(value, column)
    steps = transitions(column.zone, *column.times_between)

    def choose(low: int, high: int) -> ir.Value:
        if low == high:
            return ibis.literal(steps[low][1], "int64")
        middle = (low + high + 1) // 2
        return ibis.ifelse(seconds < steps[middle][0], choose(low, middle - 1), choose(middle, high))

    return seconds + choose(0, len(steps) - 1)


def day_key(value: ir.Value, column: Column) -> ir.Value:
    """Give the local day of a time column, as `calendar`'s key: a date, or days since 1970 where the column counts time."""
    if column.clock:
        return (local_seconds(value, column) // 86_400).cast("int64")
    return value if column.type == "date" else value.date()


def calendar(column: Column, detail: str) -> pa.Table:
    """Make the table (key, value): every day of the column's declared range, and its period at a detail."""
    import pyarrow as pa

    first, last = (date.fromisoformat(day) for day in column.times_between)
    days = [first + timedelta(days=number) for number in range(-1, (last - first).days + 1)]
    keys: list[Any] = [(day - _EPOCH).days for day in days] if column.clock else list(days)
    types = {"date": pa.date32(), "integer": pa.int64(), "string": pa.string()}
    return pa.table({
        "key": pa.array(keys, pa.int64() if column.clock else pa.date32()),
        "value": pa.array([period_of(day, detail) for day in days], types[period_type(detail)]),
    })


def starts(column: Column, day: date) -> int | datetime | date:
    """Give the first instant of a local day, as the column's own values write it."""
    if not column.clock:
        return day if column.type == "date" else datetime(day.year, day.month, day.day)
    instant = int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(column.zone)).timestamp())
    return instant * (1000 if column.clock == "milliseconds" else 1)


def local_date(value: Any, column: Column) -> date:
    """Give the local day of one value of a time column."""
    if column.clock:
        seconds = int(value) // (1000 if column.clock == "milliseconds" else 1)
        return datetime.fromtimestamp(seconds, ZoneInfo(column.zone)).date()
    return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def within(column: Column, extent: tuple[Any, Any] | None) -> Column:
    """Give a time column with the days between its least and greatest value as its range: a short calendar, few changes of the clock."""
    if extent is None:
        return column
    first, last = (local_date(value, column) for value in extent)
    return column.change(times_between=(first.isoformat(), (last + timedelta(days=1)).isoformat()))


def outside(value: ir.Value, column: Column) -> ir.BooleanValue:
    """Say of each time whether it lies outside the column's declared range (null is not outside)."""
    import ibis

    first, last = (date.fromisoformat(day) for day in column.times_between)
    low, high = starts(column, first), starts(column, last)
    return (value < ibis.literal(low)) | (value >= ibis.literal(high))
