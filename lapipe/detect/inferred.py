"""What can be inferred about single people from times, days and columns side by side, and the coarsening that removes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lapipe.contract import Column, Contract, Kind
from lapipe.detect.headers import tokens
from lapipe.detect.traces import traced
from lapipe.errors import Refused
from lapipe.purpose import Purpose

if TYPE_CHECKING:
    import pyarrow as pa

#: Details of a time that show when somebody sleeps: one week of 60 clicks rounded to the hour still gives bedtime (research/detection.md §4).
SLEEP = ("full", "hour")
#: The detail that shows behaviour on religious days; a week holds one of each day.
DAYS = ("day",)


# --- times, at plan time ------------------------------------------------------------------------------------------------------------


def refuse_times(at: str, column: Column, contract: Contract, purpose: Purpose) -> None:
    """Refuse a time about single people, finer than a week, that the purpose's exceptions do not name.

    An exception for `sleep COLUMN` covers the days too, as whoever weighed times weighed their days.

    Raises:
        Refused: LP318 for finer than a day, LP319 for days.
    """
    about_people = bool(contract.person) or any(each.kind is Kind.PSEUDONYM for each in contract)
    # A date that is no event's, such as of birth, shows no behaviour; a time of day does, whatever it is declared as.
    acts = column.kind is Kind.EVENT_TIME or (column.is_time and column.type != "date")
    if contract.statistics or not about_people or not acts:
        return
    detail = "day" if column.type == "date" and column.detail == "full" else column.detail
    if detail in SLEEP and not _weighed(purpose, f"sleep {column.name}"):
        raise Refused(f"{at} tells the time of day of single people's acts, which shows when they sleep; rounding to the hour does not help. Add it to "
                      f"Generalise: {{'{column.name}': 'week'}}, or have the officer weigh an exception 'sleep {column.name}' with value true.", rule="LP318")
    if detail in DAYS and not (_weighed(purpose, f"religious_days {column.name}") or _weighed(purpose, f"sleep {column.name}")):
        raise Refused(f"{at} tells the days of single people's acts, which shows who keeps Fridays, Saturdays, Sundays or feasts. Add it to Generalise: "
                      f"{{'{column.name}': 'week'}}, or have the officer weigh an exception 'religious_days {column.name}' with value true.", rule="LP319")


def _weighed(purpose: Purpose, setting: str) -> bool:
    waiver = purpose.waiver(setting)
    return waiver is not None and waiver.value is True


# --- columns side by side -----------------------------------------------------------------------------------------------------------


def revealing(columns: Iterable[Column]) -> dict[str, tuple[str, ...]]:
    """Give the special categories that some of these columns reveal together, with the columns' names, one for each trace.

    >>> revealing([Column("nationaliteit"), Column("geboorteland"), Column("cohort")])
    {'ethnicity': ('nationaliteit', 'geboorteland')}
    >>> revealing([Column("nationaliteit"), Column("cohort")])
    {}
    """
    return {category: tuple({what: name for name, what in reversed(of.items())}.values())[::-1]
            for category, of in traced((column.name, column.category) for column in columns).items()}


def refuse_revealing(stage: str, contract: Contract, purpose: Purpose) -> None:
    """Refuse columns that reveal a special category together, without a condition of art. 9(2) or an exception (LP320)."""
    for category, names in revealing(contract).items():
        if not purpose.condition and not _weighed(purpose, f"reveals {category}"):
            raise Refused(f"{stage}: {' and '.join(repr(name) for name in names)} together reveal {category}, and purpose {purpose.name} names no condition of "
                          f"art. 9(2). Leave one out, or have the officer weigh an exception 'reveals {category}' with value true.", rule="LP320")


# --- days, at scan time -------------------------------------------------------------------------------------------------------------


def feasts(first: date, last: date) -> tuple[str, ...]:
    """Name the religious days and months that have a day in a span, in the order of the calendar year.

    Easter by the Gregorian computus (Meeus, Jones, Butcher); the Jewish year by the calendar's arithmetic, Ramadan by the tabular Islamic
    calendar, which differs from the sighting of the moon by a day at most (Reingold and Dershowitz, Calendrical Calculations).

    >>> feasts(date(2026, 2, 1), date(2026, 4, 30))
    ('Ramadan', 'Eid al-Fitr', 'Passover', 'Good Friday', 'Easter')
    """
    found: dict[str, date] = {}
    for year in range(first.year - 1, last.year + 2):
        for name, start, length in _feasts_of(year):
            if start <= last and start + timedelta(days=length - 1) >= first and name not in found:
                found[name] = start
    return tuple(sorted(found, key=lambda name: found[name]))


def _feasts_of(year: int) -> Iterable[tuple[str, date, int]]:
    easter = _easter(year)
    yield "Good Friday", easter - timedelta(days=2), 1
    yield "Easter", easter, 2
    yield "Ascension Day", easter + timedelta(days=39), 1
    yield "Pentecost", easter + timedelta(days=49), 2
    yield "Christmas", date(year, 12, 25), 2
    # The Jewish year that begins in the autumn of this one; Passover and Shavuot are 163 and 113 days before its first day.
    new_year = _rosh_hashanah(year + 3761)
    yield "Passover", new_year - timedelta(days=163), 8
    yield "Shavuot", new_year - timedelta(days=113), 2
    yield "Rosh Hashanah", new_year, 2
    yield "Yom Kippur", new_year + timedelta(days=9), 1
    yield "Sukkot", new_year + timedelta(days=14), 9
    # An Islamic year is 354 or 355 days, so that one or two begin in a year of ours.
    for islamic in {(year - 622) * 33 // 32 + shift for shift in (0, 1, 2)}:
        ramadan = _islamic(islamic, 9)
        if ramadan.year == year:
            yield "Ramadan", ramadan, 30
            yield "Eid al-Fitr", _islamic(islamic, 10), 3
        sacrifice = _islamic(islamic, 12) + timedelta(days=9)
        if sacrifice.year == year:
            yield "Eid al-Adha", sacrifice, 4


def _easter(year: int) -> date:
    century, in_century = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _elapsed(year: int) -> int:
    """Give the days from the epoch to the first of Tishri of a Jewish year, with the delay that keeps it off three weekdays."""
    months = (235 * year - 234) // 19
    days = 29 * months + (12084 + 13753 * months) // 25920
    return days + 1 if (3 * (days + 1)) % 7 < 3 else days


def _rosh_hashanah(year: int) -> date:
    before, this, after = _elapsed(year - 1), _elapsed(year), _elapsed(year + 1)
    longer = 2 if after - this == 356 else 1 if this - before == 382 else 0
    return date.fromordinal(this + longer - 1_373_427)


def _islamic(year: int, month: int) -> date:
    return date.fromordinal((year - 1) * 354 + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2 + 227_015)


@dataclass
class TimesSeen:
    """What distinct points in time show together: whether they have a time of day, and which days they span."""

    clocked: bool = False
    first: date | None = None
    last: date | None = None
    weekdays: set[int] = field(default_factory=set)

    def add(self, times: pa.Array) -> None:
        """Take a batch of dates or timestamps."""
        import pyarrow as pa
        import pyarrow.compute as pc

        days = pc.unique(pc.cast(times, pa.date32(), safe=False)).drop_null().to_pylist()
        if not days:
            return
        if pa.types.is_timestamp(times.type):
            self.clocked = self.clocked or bool(pc.any(pc.not_equal(pc.cast(pc.cast(times, pa.date32(), safe=False), times.type), times)).as_py())
        self.first, self.last = min([*days, *([self.first] if self.first else [])]), max([*days, *([self.last] if self.last else [])])
        self.weekdays |= {day.weekday() for day in days}

    def notes(self) -> tuple[str, ...]:
        """Say what follows about each person whose times these are, and what removes it; no time is told."""
        if self.first is None or self.last is None or self.first == self.last:
            return ()
        told = []
        if self.clocked:
            told.append("with a person beside it, the time of day shows when they sleep; rounding to the hour does not remove that, Generalise to week does")
        names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        kept = [*(f"{names[day]}s" for day in (4, 5, 6) if day in self.weekdays), *feasts(self.first, self.last)]
        if kept and len(self.weekdays) > 1:
            told.append(f"with a person beside it, its days show who keeps {', '.join(kept)}; Generalise to week removes that")
        return tuple(told)


def times_of(batch: pa.Array, format: str, clock: str) -> pa.Array | None:
    """Read a batch of texts or numbers as points in time, in a format as `lapipe scan` tells it; what does not fit is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_temporal(batch.type):
        return batch
    if clock:
        if pa.types.is_string(batch.type):
            batch = pc.utf8_trim_whitespace(batch) if not pc.all(pc.ascii_is_decimal(batch), min_count=0).as_py() else batch
            length = pc.binary_length(batch)
            fits = pc.and_(pc.ascii_is_decimal(batch), pc.and_(pc.greater_equal(length, 9), pc.less_equal(length, 13)))
            batch = batch if pc.all(fits, min_count=0).as_py() else pc.if_else(fits, batch, pa.scalar(None, pa.string()))
        numbers = pc.cast(batch, pa.int64(), safe=False)
        return pc.cast(numbers, pa.timestamp("s" if clock == "seconds" else "ms"))
    if not pa.types.is_string(batch.type) or format == "undecided":
        return None
    if not format:
        batch, format = pc.replace_substring(pc.utf8_slice_codeunits(batch, 0, 19), "T", " "), "yyyy-MM-dd HH:mm:ss"
    written = format
    for word, sign in (("yyyy", "%Y"), ("yy", "%y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")):
        written = written.replace(word, sign)
    return pc.strptime(batch, format=written, unit="s", error_is_null=True)


#: There are no more seconds in a day.
_SECONDS_OF_A_DAY = 86_400
_HOURS = frozenset({"hour", "hourofday", "uur", "uurvandag", "starthour", "loginhour"})
#: What is told of a time of day that stands by itself, its day in another column or nowhere.
OF_DAY = "with a person beside it, the time of day shows when they sleep; rounding to the hour does not remove that, leaving it out does"


def of_day(name: str, batches: Iterable[pa.Array], distinct: int) -> bool:
    """Say whether a column holds times of day without a day: 23:14, or hours by its name.

    >>> import pyarrow as pa
    >>> of_day("tijd", [pa.array(["23:14", "7:05:30"])], 2), of_day("uur", [pa.array([0, 23])], 2), of_day("score", [pa.array(["3:1", "x"])], 2)
    (True, True, False)
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not 1 < distinct <= _SECONDS_OF_A_DAY:
        return False
    hours = "".join(tokens(name)) in _HOURS
    for batch in batches:
        if pa.types.is_time(batch.type):
            continue
        if not (pa.types.is_string(batch.type) or (hours and pa.types.is_integer(batch.type))):
            return False
        form = r"^\s*(?:[01]?\d|2[0-3])(?:[:h][0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?)" + ("?" if hours else "") + r"\s*$"
        if not pc.all(pc.match_substring_regex(pc.cast(batch, pa.string()), form), min_count=0).as_py():
            return False
    return True


def beside_people(columns: Sequence[tuple[str, int, bool]], rows: int) -> bool:
    """Say whether a table follows people through its rows: (name, distinct values, whether it identifies) of each column."""
    return any(identifies and 1 < distinct < rows for _, distinct, identifies in columns)
