"""A term in calendar years, months, weeks and days, as the law and a retention schedule say it."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(r"P(?=\d)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?")

#: A longer term is a slip of the pen, and would run off the calendar. Archiving for ever is no retention term.
LONGEST_YEARS = 100


@dataclass(frozen=True)
class Duration:
    """A calendar term: P1M before 31 March is the last day of February.

    >>> Duration.parse("P1Y6M").before(date(2026, 8, 31))
    datetime.date(2025, 2, 28)
    """

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read an ISO 8601 duration of whole years, months, weeks and days ("P1Y", "P18M", "P2W", "P90D", "P1Y6M").

        Raises:
            ValueError: another form, a time of day, nothing at all ("P0D"), or more than a century.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError("should be an ISO 8601 duration in whole years, months, weeks or days (P2Y, P18M, P90D)")
        term = cls(*(int(part or 0) for part in found.groups()))
        if term == cls():
            raise ValueError("is no time at all; give at least one day (P1D)")
        if term.years + term.months / 12 + term.weeks / 52 + term.days / 365 > LONGEST_YEARS:
            raise ValueError(f"is longer than {LONGEST_YEARS} years")
        return term

    def before(self, day: date) -> date:
        """Go back from `day`: first years and months (staying within the month), then weeks and days."""
        return self._move(day, -1)

    def after(self, day: date) -> date:
        """Go forward from `day`: first years and months (staying within the month), then weeks and days."""
        return self._move(day, 1)

    def first_kept(self, today: date) -> date:
        """Give the oldest day whose term has not ended today; what is dated before it is past its term.

        A term that begins on a day ends with the day `after` it: the last day of February after one month from 31 January.

        >>> Duration.parse("P1M").first_kept(date(2027, 2, 28)), Duration.parse("P1M").first_kept(date(2027, 3, 1))
        (datetime.date(2027, 1, 28), datetime.date(2027, 2, 1))
        """
        day = self.before(today)
        # Months differ in length: going back and forth again may miss by a few days, either way.
        while self.after(day) >= today:
            day -= timedelta(days=1)
        while self.after(day) < today:
            day += timedelta(days=1)
        return day

    def _move(self, day: date, sign: int) -> date:
        months = day.year * 12 + day.month - 1 + sign * (self.years * 12 + self.months)
        year, month = months // 12, months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(day.day, last)) + sign * timedelta(weeks=self.weeks, days=self.days)

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D"))
        return "P" + "".join(f"{number}{unit}" for number, unit in parts if number)
