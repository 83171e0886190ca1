"""Tell of what type the texts of a column are, and what spoils it: from distinct values, in batches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

#: How systems write "no value" (research/exports.md §2.14). A dash stands in Moodle's reports.
NULL_WORDS = ("", " ", "-", "\\N", "NULL", "null", "None", "NA", "N/A", "n/a", "NaN", "nan", "?", "#N/A")

#: From this many digits on, a spreadsheet or a float loses some of them.
_LONG = 16
#: An id that became a float has this many digits before its `.0`; a mark has fewer.
_IDENTIFIER_DIGITS = 6

_PATTERNS = {
    "boolean": r"(?i)^(?:true|false)$",
    "integer": r"^[+-]?\d{1,18}$",
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
_NUMERIC = r"^[+-]?[\d.][\d.,]*(?:[eE][+-]?\d+)?$"
_FAULTS = ("zeros", "long", "float", "float id", "science", "comma")
_WITH_SIGNS = ("float", "float id", "science", "comma", "iso", "iso zoned", "no year", "yyyy-MM-dd", "boolean")
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
        words = pa.array(NULL_WORDS)
        absent = pc.is_in(text, words)
        self.nulls.update(text.filter(absent).to_pylist())
        text = pc.utf8_trim_whitespace(text.filter(pc.invert(absent)))
        before, self.distinct = self.distinct, self.distinct + len(text)
        if not len(text):
            return
        digits = pc.all(pc.ascii_is_decimal(text)).as_py()
        numeric = text if digits else text.filter(pc.match_substring_regex(text, _NUMERIC))
        for name, pattern in _PATTERNS.items():
            # What a whole batch lacks can be no column's type; only faults among numbers are still looked for.
            among = numeric if name in _OF_NUMBERS else text
            if digits and name in _WITH_SIGNS:
                continue
            if len(among) and (not before or self.hits[name] or name in _FAULTS):
                self.hits[name] += pc.sum(pc.match_substring_regex(among, pattern)).as_py() or 0
        if self.hits["number"]:
            found = pc.struct_field(pc.extract_regex(text, r"\.(?P<d>\d+)$"), "d")
            self.decimals = max(self.decimals, pc.max(pc.utf8_length(found)).as_py() or 0)
        for name, pattern in _ORDERED.items():
            if digits or (before and self.hits[name] != before):
                continue
            parts = pc.extract_regex(text, pattern)
            hits = len(parts) - parts.null_count
            self.hits[name] += hits
            if hits:
                self.first = max(self.first, pc.max(pc.cast(pc.struct_field(parts, "a"), "int64")).as_py() or 0)
                self.second = max(self.second, pc.max(pc.cast(pc.struct_field(parts, "b"), "int64")).as_py() or 0)

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
