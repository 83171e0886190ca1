"""Say what is in the columns of a file that no contract describes: types, keys, identifiers, special categories; never a value."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Contract, Kind, Reading, folded
from lapipe.detect import Evidence, Judged, beside, judge
from lapipe.detect.headers import names_person
from lapipe.documents import UNDECIDED
from lapipe.engine import open_engine
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers import FORMATS
from lapipe.readers.undeclared import open_undeclared, sheets_of
from lapipe.scan.types import Found, Texts

if TYPE_CHECKING:
    import pyarrow as pa

#: The most memory that a scan uses unless told otherwise; what is more is kept on disk, in a folder of the owner's.
MEMORY = "1GB"
#: Columns looked at together.
_TOGETHER = 2
#: The widest that names of columns make their column of the table.
_WIDEST = 40
#: Kinds whose finding makes `lapipe scan` exit with 1.
ALARMING = ("national_id", "special", "identifier")
#: What is told of a column whose name may be a person's, instead of the name.
PERSON = "LP504 a column's name looks like a person's, so it is not written here; export a row per person, with the name in a column of its own"


@dataclass(frozen=True)
class ScannedColumn:
    """What one column holds, and where in a record it stands (`place`).

    `nulls` are spellings of no value, never values, and `declared` is its kind in the contract of the file, if it has one.
    """

    name: str
    found: Found
    nulls: tuple[str, ...]
    distinct: int
    candidate_key: bool
    evidence: tuple[Evidence, ...]
    place: Column = dataclasses.field(default_factory=lambda: Column(""))
    declared: str = ""
    #: Whether its name in the file looks like a person's. `name` is then its place, and the name stands nowhere.
    person: bool = False

    @property
    def telling(self) -> tuple[Evidence, ...]:
        """The evidence that speaks for something, the strictest kind first."""
        told = [each for each in self.evidence if each.verdict != "none"]
        return tuple(sorted(told, key=lambda each: (each.verdict != "found", -Kind(each.kind).strictness)))

    @property
    def kind(self) -> str:
        """The kind that was found, or undecided: that nothing was found does not make a column plain."""
        first = self.telling[0] if self.telling else None
        if self.person:
            return UNDECIDED
        if first and first.verdict == "found":
            # A birth date names nobody by itself, and no time can be declared an identifier.
            if first.kind == "identifier" and self.temporal:
                return UNDECIDED
            # What longer texts hold makes the column no identifier, as nothing could bring it to one form, and no list of a special category.
            inside = first.text and not (first.header or first.values)
            return "free_text" if first.kind in ("identifier", "special") and inside else first.kind
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
    def undeclared(self) -> tuple[Evidence, ...]:
        """The evidence that `lapipe scan` must be loud about: found (a national number: possible too) and not declared as strictly."""
        loud = (each for each in self.telling if each.kind in ALARMING and (each.verdict == "found" or each.kind == "national_id"))
        return tuple(each for each in loud if not (self.declared and Kind(self.declared).strictness >= Kind(each.kind).strictness))

    @property
    def alarming(self) -> bool:
        """Whether anything undeclared was found, or its name may be a person's."""
        return bool(self.undeclared) or self.person

    def rule(self, evidence: Evidence) -> str:
        """Give the code of the rule that an undeclared finding breaks, or nothing."""
        if evidence not in self.undeclared:
            return ""
        return "LP503" if evidence.kind == "national_id" else "LP505" if evidence.kind == "special" and evidence.beside else "LP504"

    @property
    def verdict(self) -> str:
        """The verdict on the whole column: that of what tells most."""
        return self.telling[0].verdict if self.telling else "possible" if self.person else "none"

    def as_json(self) -> dict[str, Any]:
        """Give the shape that tools read."""
        shown = [each for each in self.evidence if each.verdict != "none" or each.judged]
        first = self.telling[0] if self.telling else None
        kind = first.kind if first and first.verdict == "found" and self.kind == UNDECIDED else self.kind
        return {
            "name": self.name, "type": self.type, "format": self.found.format, "kind": kind, "category": first.category if first else "", "verdict": self.verdict,
            "declared": self.declared, "nulls": list(self.nulls),
            "distinct": self.distinct, "candidate_key": self.candidate_key, "notes": list(self.found.notes),
            "person_in_name": self.person,
            "findings": [{"rule": each.rule, "category": each.category, "verdict": each.verdict,
                          "channels": {"header": each.header, "values": each.values, "text": each.text}, "distinct": each.distinct,
                          "matching": each.matching, "share": round(each.share, 6), "p_value": each.p_value,
                          "unseen": None if each.unseen is None else round(each.unseen, 4), "beside": list(each.beside), "breaks": self.rule(each),
                          "words": each.words()} for each in shown]}


@dataclass(frozen=True)
class Scanned:
    """What one file holds, and how it is written; `unparsed` records could not be taken apart and were not looked at."""

    file: str
    rows: int
    columns: tuple[ScannedColumn, ...]
    encoding: str
    delimiter: str
    looks_like: str = ""
    reading: Reading = dataclasses.field(default_factory=Reading)
    unparsed: int = 0
    notes: tuple[str, ...] = ()
    #: The number of the sheet where a workbook has several, and of how many; a sheet's name may be somebody's.
    sheet: tuple[int, int] = (0, 0)

    @property
    def alarming(self) -> bool:
        """Whether any column is."""
        return any(column.alarming for column in self.columns)

    def as_json(self) -> dict[str, Any]:
        """Give the shape that tools read."""
        return {"file": self.file, **({"sheet": self.sheet[0], "sheets": self.sheet[1]} if self.sheet[1] else {}), "rows": self.rows, "encoding": self.encoding, "delimiter": self.delimiter, "looks_like": self.looks_like,
                "format": self.reading.format or ("delimited" if self.delimiter else "parquet"), "unparsed": self.unparsed, "notes": list(self.notes),
                "columns": [column.as_json() for column in self.columns]}


def scan_whole(path: Path, folder: Path, *, names: Sequence[str] = (), header: bool = False, known: Sequence[Contract] = (),
               memory: str = "", layout: Path | None = None) -> tuple[Scanned, ...]:
    """Scan one file, of a workbook every sheet that holds anything, in its order; the rest as `scan`."""
    sheets = sheets_of(path)
    if len(sheets) < 2:
        return (scan(path, folder, names=names, header=header, known=known, memory=memory, layout=layout, sheet=sheets[0] if sheets else ""),)
    scanned = []
    for number, sheet in enumerate(sheets, 1):
        own = folder / f"sheet-{number}"
        own.mkdir(mode=0o700)
        scanned.append(replace(scan(path, own, names=names, header=header, known=known, memory=memory, layout=layout, sheet=sheet), sheet=(number, len(sheets))))
    return tuple(scanned)


def scan(path: Path, folder: Path, *, names: Sequence[str] = (), header: bool = False, known: Sequence[Contract] = (),
         memory: str = "", layout: Path | None = None, sheet: str = "") -> Scanned:
    """Scan one file, of a workbook one sheet; `folder` is an owner-only one for what must be put on disk, `known` are contracts that its header may be of, and
    `layout` says where the columns of lines of fixed width stand.

    Every distinct value is looked at, a column at a time, in batches: memory does not grow with the file.

    Raises:
        UsageFault: there is no such file, or it seems to have no header and `names` are not given.
        ContractBroken: it cannot be read, or has no rows.
    """
    opened = open_undeclared(path, folder, names, header=header, layout=layout, sheet=sheet)
    engine = open_engine("duckdb", folder, memory=memory or MEMORY)
    try:
        read = engine.read(opened.source, opened.contract)
        if not read.rows and opened.unparsed:
            raise ContractBroken(f"{path}: none of its {opened.unparsed} records could be parsed{' as the layout says' if layout else ''}, so nothing was "
                                 f"scanned; correct the export{', or give its own layout' if layout else ''}.", rule="LP208")
        if not read.rows or not opened.contract.columns:
            raise ContractBroken(f"{path} has {len(opened.contract.columns)} columns and {read.rows} rows, so nothing was scanned; "
                                 "give an export with rows.", rule="LP208")
        # Two columns at a time: looking at values is done outside Python's lock, each column with a cursor of its own.
        listed = [(column.name, column.type, engine.distinct(read.table[column.name], once=True)) for column in opened.contract]
        with ThreadPoolExecutor(_TOGETHER) as pool:
            columns = tuple(pool.map(lambda each: _column(each[0], each[1], each[2], read.rows), listed))
        columns = _inferred(columns, read.rows, lambda name: engine.distinct(read.table[name], once=True))
    finally:
        engine.close()
    like = looks_like(opened.contract, known)
    spelt = _spelt(next((contract for contract in known if contract.name == like), None))
    kinds = [_declared(place, spelt) for place in opened.contract]
    places, pseudo_rows = list(opened.contract), opened.contract.reading.pseudo_rows
    for number, (column, place, kind) in enumerate(zip(columns, places, kinds, strict=True)):
        if not kind and any(names_person(text) for text in (column.name, *place.aliases, *place.path)):
            unnamed = f"column {number + 1}"
            pseudo_rows = tuple(replace(row, column=unnamed) if row.column == column.name else row for row in pseudo_rows)
            places[number] = Column(unnamed, position=0 if place.path or not (opened.delimiter or opened.contract.reading.format == "excel") else number + 1)
            columns = (*columns[:number], replace(column, name=unnamed, person=True, found=replace(column.found, notes=(PERSON, *column.found.notes))), *columns[number + 1:])
    told = beside([Judged(column.name, column.evidence) for column in columns], read.rows)
    told_columns = tuple(dataclasses.replace(column, evidence=told[column.name], place=place, declared=kind)
                         for column, place, kind in zip(columns, places, kinds, strict=True))
    return Scanned(str(path), read.rows, told_columns, opened.encoding, opened.delimiter, like, replace(opened.contract.reading, pseudo_rows=pseudo_rows), opened.unparsed, opened.notes)


def _spelt(contract: Contract | None) -> dict[str, Column]:
    """Give a contract's columns by every name they go by, and of JSON by their path."""
    return {folded(word): column for column in contract.columns
            for word in (column.name, *column.aliases, *([".".join(column.path)] if column.path else []))} if contract else {}


def _declared(place: Column, spelt: dict[str, Column]) -> str:
    """Give the kind that the file's contract declares of a column, or nothing where it does not know it."""
    words = [".".join(place.path)] if place.path else [*place.aliases, place.name]
    return next((spelt[folded(word)].kind.value for word in words if folded(word) in spelt), "")


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
    from lapipe.detect.inferred import OF_DAY, TimesSeen, beside_people, of_day, times_of

    people = beside_people([(c.name, c.distinct, any(e.kind == "identifier" and e.verdict == "found" and not e.text for e in c.evidence))
                            for c in columns], rows)
    notes: dict[str, tuple[str, ...]] = {}
    for column in columns:
        born = any(each.rule == "date_of_birth" and each.verdict != "none" for each in column.evidence)
        if people and born:
            continue
        if people and column.temporal:
            seen = TimesSeen()
            for batch in distinct(column.name):
                times = times_of(batch, column.found.format, column.found.clock)
                if times is not None:
                    seen.add(times)
            notes[column.name] = seen.notes()
        elif people and of_day(column.name, distinct(column.name), column.distinct):
            notes[column.name] = (OF_DAY,)
    return tuple(replace(column, found=replace(column.found, notes=(*column.found.notes, *notes.get(column.name, ())))) for column in columns)


def exports_in(folder: Path) -> tuple[Path, ...]:
    """Give the files under a folder whose ending is an export's, hidden ones left out.

    Raises:
        UsageFault: there are none.
    """
    found = tuple(path for path in sorted(folder.rglob("*")) if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
                  and next((suffix for suffix in reversed(path.suffixes) if suffix.lower() not in (".gz", ".zip")), "").lower() in FORMATS)
    if not found:
        raise UsageFault(f"There is no export under {folder} (endings of exports: {', '.join(FORMATS)}).")
    return found


def looks_like(found: Contract, known: Sequence[Contract]) -> str:
    """Name the contract whose columns, under whatever alias, are those of a header; of JSON, the one that knows the keys of its records."""
    format = found.reading.format
    words = {folded(word) for column in found for word in (*column.aliases, *(() if column.aliases else (column.name,)))}
    best, most = "", 0
    for contract in known:
        if format in ("json", "jsonl") and contract.reading.format in ("json", "jsonl"):
            keys = {column.path[0] for column in found}
            theirs = {column.path[0] if column.path else column.name for column in contract}
            needed = {column.path[0] for column in contract if column.path and column.required}
            if needed <= keys <= theirs and len(keys) * 2 > len(theirs) and len(keys) > most:
                best, most = contract.name, len(keys)
        elif format not in ("json", "jsonl") and contract.reading.format not in ("json", "jsonl"):
            spelt = [{folded(word) for word in (column.name, *column.aliases)} for column in contract.columns]
            if len(words) == len(spelt) and all(names & words for names in spelt):
                return contract.name
    return best


def in_words(scanned: Scanned) -> Iterator[str]:
    """Say it for a terminal as a table: column, type, kind, verdict, and the evidence in words, each finding on a line of its own."""
    delimiters = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    forms = {"jsonl": "JSON lines", "json": "a JSON array", "excel": "Excel", "fixed": "fixed width"}
    how = f", {scanned.encoding}, delimited by {delimiters.get(scanned.delimiter, f'U+{ord(scanned.delimiter):04X}')}" if scanned.delimiter else (
        f", {', '.join(filter(None, (scanned.encoding, forms[scanned.reading.format])))}" if scanned.reading.format else "")
    which = f", sheet {scanned.sheet[0]} of {scanned.sheet[1]}" if scanned.sheet[1] else ""
    yield f"{scanned.file}{which}: {scanned.rows:,} rows, {len(scanned.columns)} columns{how}; every distinct value was looked at, none is shown"
    if scanned.unparsed:
        yield f"  {scanned.unparsed:,} records could not be parsed and were not looked at; correct the export, or declare `quarantine` or `ragged`."
    yield from (f"  Note: {note}." for note in scanned.notes)
    if scanned.looks_like:
        yield f"  This looks like {scanned.looks_like}; use that contract. What it declares is no finding here."
    wide = min(_WIDEST, max((len(shown(column.name)) for column in scanned.columns), default=0))
    yield f"  {'column':<{wide}}  {'type':<9}  {'kind':<12}  {'verdict':<8}  evidence"
    for column in scanned.columns:
        form = f" {column.found.format}" if column.found.format else ""
        key = ", a key" if column.candidate_key else ""
        first = f"{column.distinct:,} distinct{key}{form}"
        declared = f" (declared {column.declared})" if column.declared else ""
        told = [f"{each.words()}{f' {rule}.' if (rule := column.rule(each)) else ''}" for each in column.telling]
        told += [each.words() for each in column.evidence if each.verdict == "none" and each.kind == "national_id" and each.unseen is not None and each.judged and not column.telling]
        kind = "" if column.kind == UNDECIDED else column.kind
        yield f"  {shown(column.name):<{wide}}  {column.type:<9}  {kind:<12}  {column.verdict if column.telling else '':<8}  {first}{declared}"
        for line in [*column.found.notes, *told]:
            yield f"  {'':<{wide}}  {'':<9}  {'':<12}  {'':<8}  {line}"


def shown(name: str) -> str:
    """Give a column's name as it can be printed on one line."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", name)
