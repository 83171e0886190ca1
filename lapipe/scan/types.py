"""Tell of what type the texts of a column are, and what spoils it: from distinct values, in batches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

#: How systems write "no value" (research/exports.md §2.14). A dash stands in Moodle's reports.
NULL_WORDS = ("", " ", "-", "\\N", "NULL", "null", "None", "NA", "N/A", "n/a", "NaN", "nan", "?", "#N/A")
_LONGEST_NULL = max(map(len, NULL_WORDS))

#: From this many digits on, a spreadsheet or a float loses some of them.
_LONG = 16
#: Digits of a whole number that fits 64 bits, and seconds since 1970 that are times: from February 2000 to 2039.
_INTEGER, _CLOCK = 18, (950_000_000, 2_200_000_000)
#: An id that became a float has this many digits before its `.0`; a mark has fewer.
_IDENTIFIER_DIGITS = 6

_PATTERNS = {
    "boolean": r"(?i)^(?:true|false)$",
    "integer": rf"^[+-]?\d{{1,{_INTEGER}}}$",
    "zeros": r"^0\d+$",
    "long": rf"^\d{{{_LONG},}}$",
    "float": r"^\d+\.0+$",
    "float id": rf"^\d{{{_IDENTIFIER_DIGITS},}}\.0+$",
    "science": r"(?i)^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$",
    "number": r"^[+-]?\d*[.]?\d+$",
    "comma": r"^[+-]?\d+,\d+$",
    "yyyyMMdd": r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$",
    "seconds": r"^(?:9[5-9]\d|1\d\d\d|20\d\d|21\d\d)\d{6}$",
    "milliseconds": r"^(?:9[5-9]\d|1\d\d\d|20\d\d|21\d\d)\d{9}$",
    "yyyy-MM-dd": r"^\d{4}-\d{2}-\d{2}$",
    "iso": r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?$",
    "iso zoned": r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})? ?(?:Z|UTC|[+-]\d{2}:?(?:\d{2})?)$",
    "no year": r"^\d{1,2} [[:alpha:]]{3,4}\.?,? \d{1,2}:\d{2}$",
}
#: What any number looks like, so that most values are looked at once.
_NUMERIC = r"^\s*[+-]?[\d.][\d.,]*(?:[eE][+-]?\d+)?\s*$"
_FAULTS = ("zeros", "long", "float", "float id", "science", "comma")
_OF_NUMBERS = (*_FAULTS, "integer", "number", "yyyyMMdd", "seconds", "milliseconds")
_TAILS = {"": "", ", HH:mm:ss": r", \d{1,2}:\d{2}:\d{2}", ", HH:mm": r", \d{1,2}:\d{2}",
          " HH:mm:ss": r" \d{1,2}:\d{2}:\d{2}", " HH:mm": r" \d{1,2}:\d{2}"}
#: Day and month, in whatever order, then the year: the date format with `?` for the two, and what finds it.
_ORDERED = {
    f"?{sep}?{sep}{year}{tail}": rf"^(?P<a>\d{{1,2}})[{sep}](?P<b>\d{{1,2}})[{sep}]\d{{{len(year)}}}{pattern}$"
    for sep in "/.-" for year in ("yyyy", "yy") for tail, pattern in _TAILS.items()
}


@dataclass(frozen=True)
class Found:
    """What the type seems to be. `format` may be `undecided`; `notes` say what a person should look at, without a value."""

    type: str
    format: str = ""
    clock: str = ""
    scale: int = 0
    spelling: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Texts:
    """Counts over the distinct texts of one column."""

    distinct: int = 0
    nulls: set[str] = field(default_factory=set)
    hits: Counter[str] = field(default_factory=Counter)
    first: int = 0
    second: int = 0
    decimals: int = 0

    def add(self, batch: pa.Array) -> None:
        """Count one batch of distinct texts, none of which is null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        text = batch.cast(pa.string()) if not pa.types.is_string(batch.type) else batch
        if not len(text):
            return
        if pc.all(pc.ascii_is_decimal(text)).as_py():
            self._add_digits(text)
            return
        absent = pc.is_in(text, pa.array(NULL_WORDS)) if pc.min(pc.binary_length(text)).as_py() <= _LONGEST_NULL else None
        if absent is not None and pc.any(absent).as_py():
            self.nulls.update(text.filter(absent).to_pylist())
            text = text.filter(pc.invert(absent))
        before, self.distinct = self.distinct, self.distinct + len(text)
        if not len(text):
            return
        numeric = pc.utf8_trim_whitespace(text.filter(pc.match_substring_regex(text, _NUMERIC)))
        # What a whole batch lacks can be no column's type; only faults among numbers are still looked for.
        asked = [name for name in _PATTERNS if not before or self.hits[name] or name in _FAULTS]
        ordered = [name for name in _ORDERED if self.hits[name] == before]
        if ordered or any(name not in _OF_NUMBERS for name in asked):
            text = pc.utf8_trim_whitespace(text)
        for name in asked:
            among = numeric if name in _OF_NUMBERS else text
            if len(among):
                self.hits[name] += pc.sum(pc.match_substring_regex(among, _PATTERNS[name])).as_py() or 0
        if len(numeric):
            found = pc.struct_field(pc.extract_regex(numeric, r"\.(?P<d>\d+)$"), "d")
            self.decimals = max(self.decimals, pc.max(pc.utf8_length(found)).as_py() or 0)
        for name in ordered:
            # Only where the first value is a date the others are asked.
            if not pc.match_substring_regex(text[:1], _ORDERED[name])[0].as_py():
                continue
            parts = pc.extract_regex(text, _ORDERED[name])
            hits = len(parts) - parts.null_count
            self.hits[name] += hits
            if hits:
                self.first = max(self.first, pc.max(pc.cast(pc.struct_field(parts, "a"), "int64")).as_py() or 0)
                self.second = max(self.second, pc.max(pc.cast(pc.struct_field(parts, "b"), "int64")).as_py() or 0)

    def _add_digits(self, text: pa.Array) -> None:
        """Count a batch of digits only: lengths and sizes say all that the patterns would, in a tenth of the time."""
        import pyarrow.compute as pc

        self.distinct += len(text)
        length = pc.binary_length(text)
        self.hits["number"] += len(text)
        self.hits["integer"] += pc.sum(pc.less_equal(length, _INTEGER)).as_py() or 0
        self.hits["long"] += pc.sum(pc.greater_equal(length, _LONG)).as_py() or 0
        self.hits["zeros"] += pc.sum(pc.and_(pc.starts_with(text, "0"), pc.greater(length, 1))).as_py() or 0
        days = text.filter(pc.equal(length, 8))
        if len(days) == len(text):
            self.hits["yyyyMMdd"] += pc.sum(pc.match_substring_regex(days, _PATTERNS["yyyyMMdd"])).as_py() or 0
        for clock, unit in (("seconds", 1), ("milliseconds", 1000)):
            digits = len(str(unit)) - 1
            if pc.min(length).as_py() >= 9 + digits and pc.max(length).as_py() <= 10 + digits:
                numbers = pc.cast(text, "int64")
                self.hits[clock] += pc.sum(pc.and_(pc.greater_equal(numbers, _CLOCK[0] * unit), pc.less(numbers, _CLOCK[1] * unit))).as_py() or 0

    def found(self) -> Found:
        """Decide; where the texts allow two readings, leave it undecided."""
        every, hits = self.distinct, self.hits
        if not every:
            return Found("string", notes=("it has no values",))
        if hits["boolean"] == every:
            return Found("boolean")
        times = self._times()
        if times:
            return times
        if hits["comma"] and hits["comma"] + hits["integer"] == every:
            return Found("string", notes=("numbers with a decimal comma, which are read as text",))
        numeric = hits["number"] + hits["science"]
        if hits["science"] and numeric == every:
            return Found("string", notes=(f"{hits['science']} distinct values are in scientific notation: digits are lost; export it again as text",))
        if hits["number"] != every and not hits["long"]:
            return Found("string", notes=tuple(self._spoilt()))
        if hits["zeros"] and hits["number"] == every:
            return Found("string", notes=(f"{hits['zeros']} distinct values have leading zeros: identifiers or codes, kept as text",))
        if hits["long"]:
            return Found("string", notes=(f"{hits['long']} distinct values have {_LONG} digits or more: identifiers, kept as text",))
        if hits["integer"] == every:
            for clock in ("seconds", "milliseconds"):
                if hits[clock] == every:
                    return Found("integer", clock=clock, notes=(f"it seems to count {clock} since 1970",))
            return Found("integer")
        if hits["float id"] and hits["float"] + hits["integer"] == every:
            return Found("string", spelling="{number: true}", notes=(
                f"{hits['float id']} distinct whole numbers are written with .0: identifiers that a spreadsheet made floats of",))
        return Found("number", scale=min(12, self.decimals) if self.decimals > 6 else 0)

    def _times(self) -> Found | None:
        every, hits = self.distinct, self.hits
        if hits["yyyyMMdd"] == every:
            return Found("date", "yyyyMMdd")
        if hits["yyyy-MM-dd"] == every:
            return Found("date", "yyyy-MM-dd")
        if hits["iso"] == every:
            return Found("timestamp")
        if hits["iso"] + hits["iso zoned"] == every:
            return Found("timestamp", notes=("the texts name their zone; the engine reads them in it",))
        if hits["no year"] == every:
            return Found("string", notes=("times without a year, which cannot be read; export them with it",))
        for name in _ORDERED:
            if hits[name] != every:
                continue
            kind = "timestamp" if "H" in name else "date"
            if self.first > 12 and self.second > 12:
                return Found("string", notes=("some dates have the day first and some the month; export them again",))
            if self.first <= 12 and self.second <= 12:
                return Found(kind, "undecided", notes=(f"either dd or MM stands first in {name}, and no value tells which",))
            day_first = self.first > 12
            return Found(kind, name.replace("?", "dd" if day_first else "MM", 1).replace("?", "MM" if day_first else "dd", 1))
        return None

    def _spoilt(self) -> list[str]:
        science = self.hits["science"]
        if science:
            return [f"{science} of {self.distinct} distinct values are in scientific notation: digits are lost; export it again as text"]
        mostly = self.hits["number"] * 10 > self.distinct * 9
        return [f"{self.distinct - self.hits['number']} of {self.distinct} distinct values are no numbers, the rest are"] if mostly else []
