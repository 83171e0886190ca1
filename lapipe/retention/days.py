"""The day from which on data is kept, as a column writes days: dates, moments in a declared zone, or a count from 1970."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from lapipe.errors import Refused

#: Days outside these are slips: a count in the wrong unit (seconds read as milliseconds give 1970), a year of two digits, an end that means "never".
FIRST, LAST = date(1971, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class Cut:
    """The first day that is kept; `zone` says where it begins. `clock` is seconds or milliseconds where a column counts from 1970."""

    day: date
    zone: str
    clock: str = ""

    @property
    def moment(self) -> datetime:
        """The first moment of the day in the zone; where midnight comes twice, the first, and where it never comes, the moment after.

        >>> Cut(date(2026, 3, 29), "Europe/Amsterdam").moment.isoformat()
        '2026-03-28T23:00:00+00:00'
        """
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def counted(self, day: date) -> int:
        """Give the first moment of a day as the column counts."""
        return int(Cut(day, self.zone).moment.timestamp()) * (1000 if self.clock == "milliseconds" else 1)

    def day_of(self, value: int | datetime | date | str | None) -> date | None:
        """Give the local day of a value of the column."""
        if value is None:
            return None
        if isinstance(value, int):
            return datetime.fromtimestamp(value / (1000 if self.clock == "milliseconds" else 1), ZoneInfo(self.zone)).date()
        if isinstance(value, datetime):
            return (value.astimezone(ZoneInfo(self.zone)) if value.tzinfo else value).date()
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def strange(data: str, column: str) -> Refused:
    """Make the refusal of a column whose values are no days that can be told (LP512)."""
    return Refused(f"Data '{data}': column '{column}' holds what is no day that can be told for certain: a text that is not written as 2026-09-01, a number without "
                   "`clock`, or years that nobody meant. Nothing of it is deleted before it is declared or corrected.", rule="LP512")
