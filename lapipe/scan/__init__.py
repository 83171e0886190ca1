"""Say what is in the columns of a file that no contract describes: types, keys, identifiers, special categories; never a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import UNDECIDED, Contract, Kind, folded
from lapipe.detect import Evidence, judge
from lapipe.engine import open_engine
from lapipe.errors import ContractBroken
from lapipe.readers.undeclared import open_undeclared
from lapipe.scan.types import Found, Texts

if TYPE_CHECKING:
    import pyarrow as pa

#: Kinds whose finding makes `lapipe scan` exit with 1.
ALARMING = ("national_id", "special", "identifier")


@dataclass(frozen=True)
class ScannedColumn:
    """What one column holds; `nulls` are spellings of no value, never values."""

    name: str
    found: Found
    nulls: tuple[str, ...]
    distinct: int
    candidate_key: bool
    evidence: tuple[Evidence, ...]

    @property
    def telling(self) -> tuple[Evidence, ...]:
        """The evidence that speaks for something, the strictest kind first."""
        told = [each for each in self.evidence if each.verdict != "none"]
        return tuple(sorted(told, key=lambda each: (each.verdict != "found", -Kind(each.kind).strictness)))

    @property
    def kind(self) -> str:
        """The kind that was found, or undecided: that nothing was found does not make a column plain."""
        first = self.telling[0] if self.telling else None
        if first and first.verdict == "found":
            # A birth date names nobody by itself, and no time can be declared an identifier.
            if first.kind == "identifier" and self.temporal:
                return UNDECIDED
            # Identifiers inside longer texts make no identifier of the column: nothing could bring it to one form.
            inside = first.text and not (first.header or first.values)
            return "free_text" if first.kind == "identifier" and inside else first.kind
        return UNDECIDED if first or not self.temporal else "event_time"

    @property
    def temporal(self) -> bool:
        """Whether the values are points in time."""
        return self.found.type in ("date", "timestamp") or bool(self.found.clock)

    @property
    def type(self) -> str:
        """The type; whatever identifies a person is text."""
        return "string" if self.kind in ("identifier", "national_id") else self.found.type

    @property
    def alarming(self) -> bool:
        """Whether something was found that `lapipe scan` must be loud about; a possible BSN counts."""
        return any(each.kind in ALARMING and (each.verdict == "found" or each.kind == "national_id") for each in self.telling)

    def as_json(self) -> dict[str, Any]:
        """Give the shape that tools read."""
        shown = [each for each in self.evidence if each.verdict != "none" or each.judged]
        category = self.telling[0].rule.removeprefix("special:") if self.telling else ""
        return {
            "name": self.name, "type": self.type, "format": self.found.format, "kind": self.kind, "category": category, "nulls": list(self.nulls),
            "distinct": self.distinct, "candidate_key": self.candidate_key, "notes": list(self.found.notes),
            "findings": [{"rule": each.rule, "verdict": each.verdict,
                          "channels": {"header": each.header, "values": each.values, "text": each.text}, "distinct": each.distinct,
                          "matching": each.matching, "share": round(each.share, 6), "p_value": each.p_value} for each in shown]}


@dataclass(frozen=True)
class Scanned:
    """What one file holds."""

    file: str
    rows: int
    columns: tuple[ScannedColumn, ...]
    encoding: str
    delimiter: str
    looks_like: str = ""

    @property
    def alarming(self) -> bool:
        """Whether any column is."""
        return any(column.alarming for column in self.columns)

    def as_json(self) -> dict[str, Any]:
        """Give the shape that tools read."""
        return {"file": self.file, "rows": self.rows, "encoding": self.encoding, "delimiter": self.delimiter, "looks_like": self.looks_like,
                "columns": [column.as_json() for column in self.columns]}


def scan(path: Path, folder: Path, *, names: Sequence[str] = (), header: bool = False, known: Sequence[Contract] = (),
         memory: str = "") -> Scanned:
    """Scan one file; `folder` is an owner-only one for what must be put on disk, `known` are contracts that its header may be of.

    Every distinct value is looked at, a column at a time, in batches: memory does not grow with the file.

    Raises:
        UsageFault: there is no such file, or it seems to have no header and `names` are not given.
        ContractBroken: it cannot be read, or has no rows.
    """
    opened = open_undeclared(path, folder, names, header=header)
    engine = open_engine("duckdb", folder, memory=memory)
    try:
        read = engine.read(opened.source, opened.contract)
        if not read.rows or not opened.contract.columns:
            raise ContractBroken(f"{path} has {len(opened.contract.columns)} columns and {read.rows} rows, so nothing was scanned; "
                                 "give an export with rows.", rule="LP208")
        columns = tuple(_column(column.name, column.type, engine.distinct(read.table[column.name]), read.rows) for column in opened.contract)
        columns = _inferred(columns, read.rows, lambda name: engine.distinct(read.table[name]))
    finally:
        engine.close()
    return Scanned(str(path), read.rows, columns, opened.encoding, opened.delimiter, looks_like([c.name for c in columns], known))


def _column(name: str, stored: str, batches: Iterator[pa.Array], rows: int) -> ScannedColumn:
    texts, counted = Texts(), 0

    def passing() -> Iterator[pa.Array]:
        nonlocal counted
        for batch in batches:
            counted += len(batch)
            if stored == "string":
                texts.add(batch)
            yield batch

    evidence = judge(name, passing())
    found = texts.found() if stored == "string" else Found(stored)
    distinct = texts.distinct if stored == "string" else counted
    # A file of one row has every key there is.
    key = distinct == rows > 1 and found.type in ("string", "integer") and not found.clock
    nulls = tuple(sorted(texts.nulls | {""})) if stored == "string" else ()
    return ScannedColumn(name, found, nulls, distinct, key, evidence)


def _inferred(columns: tuple[ScannedColumn, ...], rows: int, distinct: Callable[[str], Iterator[pa.Array]]) -> tuple[ScannedColumn, ...]:
    """Add to the notes what times show about the people beside them."""
    from lapipe.detect.inferred import TimesSeen, beside_people, times_of

    people = beside_people([(c.name, c.distinct, any(e.kind == "identifier" and e.verdict == "found" and not e.text for e in c.evidence))
                            for c in columns], rows)
    notes: dict[str, tuple[str, ...]] = {}
    for column in columns:
        born = any(each.rule == "date_of_birth" and each.verdict != "none" for each in column.evidence)
        if people and column.temporal and not born:
            seen = TimesSeen()
            for batch in distinct(column.name):
                times = times_of(batch, column.found.format, column.found.clock)
                if times is not None:
                    seen.add(times)
            notes[column.name] = seen.notes()
    return tuple(replace(column, found=replace(column.found, notes=(*column.found.notes, *notes.get(column.name, ())))) for column in columns)


def looks_like(header: Sequence[str], known: Sequence[Contract]) -> str:
    """Name the contract whose columns, under whatever alias, are those of a header."""
    words = {folded(name) for name in header}
    for contract in known:
        spelt = [{folded(word) for word in (column.name, *column.aliases)} for column in contract.columns]
        if len(words) == len(spelt) and all(names & words for names in spelt):
            return contract.name
    return ""


def in_words(scanned: Scanned) -> Iterator[str]:
    """Say it for a terminal, a line at a time."""
    delimiters = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    how = f", {scanned.encoding}, delimited by {delimiters[scanned.delimiter]}" if scanned.delimiter else ""
    yield f"{scanned.file}: {scanned.rows:,} rows, {len(scanned.columns)} columns{how}"
    if scanned.looks_like:
        yield f"  This looks like {scanned.looks_like}; use that contract."
    for column in scanned.columns:
        kind = "" if column.kind == UNDECIDED else f"  {column.kind}"
        form = f" ({column.found.format})" if column.found.format else ""
        key = ", a key" if column.candidate_key else ""
        yield f"  {shown(column.name):<28} {column.type}{form}, {column.distinct:,} distinct{key}{kind}"
        for note in column.found.notes:
            yield f"      {note}"
        for each in column.telling:
            yield f"      {each.words()}"


def shown(name: str) -> str:
    """Give a column's name as it can be printed on one line."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", name)
