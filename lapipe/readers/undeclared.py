"""Open a file that no contract describes, as columns of text; what cannot be told for sure is refused."""

from __future__ import annotations

import codecs
import contextlib
import csv
import dataclasses
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lapipe.contract import Column, Contract, Reading, folded
from lapipe.detect import headers
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers import FORMATS, Parquet, Source, excel_or_text
from lapipe.readers.arrays import read_array
from lapipe.readers.delimited import PseudoRows, read_delimited
from lapipe.readers.discovered import columns_of_json, columns_of_layout, distinct_names
from lapipe.readers.fixed import read_fixed
from lapipe.readers.framing import pseudo_rows_of, seem_nobodys, seems_nobodys_end, trailer_of
from lapipe.readers.lines import read_lines
from lapipe.readers.opened import BOMS, SAMPLE, damaged, open_bytes, readable, sampled
from lapipe.readers.sifted import Sifted, can_sift, sift
from lapipe.readers.spooled import Account, Spool, kept_or_discarded
from lapipe.readers.text import DELIMITERS, Text

#: So many records may be unparseable: they are counted, and told.
_ALL = 1 << 62
#: Rows of the sample that are held against each other to find delimiter and header.
_ROWS = 1_000
#: Of the end of a file so many bytes are looked at for its last line.
_TAIL = 1 << 16
#: The share of rows that must have the header's number of cells under a delimiter.
_ALIKE = 0.9
#: A cell that is a number, date, time, address or id is no column's name; a year alone may be one.
_VALUE = re.compile(r"['#]?[a-z]?[-+]?\d[\d.,:/ TZ+-]*|.*@.*\.\w+.*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]{1,3}-?\d{5,}|true|false|\\N|NULL",
                    re.IGNORECASE)
#: Words joined as programs join them.
_SNAKE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
#: What stands in lines that are sentences, or columns set under one another; in a list of single values it is rare.
_PROSE, _PROSES = re.compile(r"\S\s{2,}\S|(?:\S+\s+){3}\S"), 0.3
_PAGE = re.compile(r"\s*<(?:!doctype html|html|table|\?xml)\b", re.IGNORECASE)
#: Delimiters that are looked for only where none of the usual ones divides a line.
_RARE = ("^", "~", "\u00a6", "\u00a7", "\x1f", "\x01")
#: NUL bytes between two characters of which neither ends a cell.
_INSIDE = re.compile(rb"""[^\0,;\t|"\r\n]\0+[^\0,;\t|"\r\n]""")
#: A letter of Western Europe as UTF-8 has it; as two letters it is in no word.
_OF_UTF8 = re.compile(rb"[a-zA-Z,;\t\s]\xc3[\x80-\xbf](?:[a-z,;\t\s]|$)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CAPITAL = r"(?=[^\W\d_])[^a-z][\w.'’-]*"
_PERSON = re.compile(rf"(?:(?:van|von|de|den|der|het|'t|ten|ter|el|al|la|le|da|di) )*{_CAPITAL}"
                     rf"(?:,? (?:{_CAPITAL}|van|von|de|den|der|het|'t|ten|ter|el|al|la|le|da|di))+")

_PARQUET_TYPES = (("int", "integer"), ("uint", "integer"), ("double", "number"), ("float", "number"), ("halffloat", "number"),
                  ("decimal", "number"), ("bool", "boolean"), ("date", "date"), ("timestamp", "timestamp"))


@dataclass(frozen=True)
class Undeclared:
    """A file without a contract: how the engine opens it, and the contract that says no more of it than that.

    `unparsed` records could not be taken apart, and are not looked at; `notes` say what a person should know of the file.
    """

    source: Source
    contract: Contract
    encoding: str = ""
    delimiter: str = ""
    unparsed: int = 0
    notes: tuple[str, ...] = ()


def open_undeclared(path: Path, spool: Path, names: Sequence[str] = (), *, header: bool = False, layout: Path | None = None, sheet: str = "") -> Undeclared:
    """Open one file as columns of text (Parquet: of its own types); `names` are the columns' of a file without a header.

    `header` says that a person has looked and the first line is one, where it seems to be data. `layout` is the file that
    says where the columns of lines of fixed width stand, and `sheet` which sheet of a workbook is meant: the first unless told.

    Raises:
        UsageFault: there is no such file, it is of a kind that is not read, or its first line seems to be data.
        ContractBroken: it is empty, in no known encoding, or its columns cannot be told apart (LP208).
    """
    if not path.is_file():
        raise UsageFault(f"There is no file {path} to scan.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] in ([".gz"], [".zip"])
    ending = (suffixes[-2:-1] if packed else suffixes[-1:]) or [".csv" if suffixes[-1:] == [".zip"] else ""]
    format = "fixed" if layout else FORMATS.get(ending[0], "")
    if format and ending[0] in (".xls", ".xlsx") and not layout:
        format = excel_or_text(path, Contract("scan"), packed, format)
    if names and format not in ("delimited", "excel"):
        raise UsageFault(f"{path}: --names is for files without a header; of {format or 'this'} the names of the columns are known.")
    if format == "parquet" and not packed:
        return _parquet(path, header)
    if format == "excel" and not packed:
        return _excel(path, spool, names, header, sheet)
    if format == "delimited":
        return _text(path, spool, names, header)
    if layout:
        return _fixed(path, spool, layout)
    if format in ("json", "jsonl"):
        return _json(path, format, spool)
    known = ", ".join(each if each in (".parquet", ".xlsx") else f"{each}[.gz|.zip]" for each in FORMATS)
    raise UsageFault(f"{path} ends in {path.suffix or 'nothing'} and is not scanned (scanned are: {known}; and, with the layout that says where its "
                     "columns stand, a file of fixed width: --layout FILE).")


def _whole(account: Account, read: Callable[[], None]) -> None:
    """Read a file into an account; its records in quarantine are counted, and go with the folder of the scan."""
    with kept_or_discarded(account):
        read()


def _spooled(path: Path, spool: Path, contract: Contract, encoding: str, read: Callable[[Spool], None], notes: Sequence[str] = ()) -> Undeclared:
    """Read records into one file of texts."""
    out = Spool(contract, contract.names, spool, spool / "quarantine")
    _whole(out, lambda: readable(path, contract, lambda: read(out), encoding, spool))
    return Undeclared(out.parquet({}), contract, encoding, "", out.bad, tuple(notes))


def _json(path: Path, format: str, spool: Path) -> Undeclared:
    encoding, nameless = _found_encoding(path, padded=True), Contract("scan")
    _, text = sampled(path, Contract("scan", reading=Reading(encoding=encoding, nul_removed=True)))
    columns, reading = readable(path, nameless, lambda: columns_of_json(path, format, encoding, text), encoding)
    reading = dataclasses.replace(reading, encoding="" if encoding.startswith("utf-8") else encoding, quarantine_rows=_ALL)
    contract = Contract("scan", columns=columns, reading=reading)
    take = read_array if reading.format == "json" else read_lines
    return _spooled(path, spool, contract, encoding, lambda out: take(path, contract, encoding, out))


def _fixed(path: Path, spool: Path, layout: Path) -> Undeclared:
    encoding = _found_encoding(path)
    # DUO writes Latin-1; Windows' letters are beyond it, and its file would hold none.
    encoding = "iso-8859-1" if encoding == "cp1252" else encoding
    _, text = sampled(path, Contract("scan", reading=Reading(encoding=encoding)))
    width = max(len(line.removesuffix("\x1a")) for line in text.splitlines() or [""])
    table = path.name.removesuffix(".gz").removesuffix(".zip")
    contract = Contract("scan", columns=columns_of_layout(layout, table, width), reading=Reading(
        format="fixed", encoding=encoding, filled=True, nulls=(), quarantine_rows=_ALL))
    return _spooled(path, spool, contract, encoding, lambda out: read_fixed(path, contract, encoding, out))


def sheets_of(path: Path) -> tuple[str, ...]:
    """Give the names of the sheets of a workbook that hold anything, where it is not the first alone; nothing of a file that is no workbook."""
    suffix = path.suffix.lower()
    if suffix not in (".xls", ".xlsx") or not path.is_file() or excel_or_text(path, Contract("scan"), False, FORMATS[suffix]) != "excel":
        return ()
    from lapipe.readers.excel import filled_sheets

    first, filled = filled_sheets(path)
    return () if filled in ((), (first,)) else filled


def _excel(path: Path, spool: Path, names: Sequence[str], is_header: bool, name: str) -> Undeclared:
    from lapipe.readers.excel import Sheet

    sheet = Sheet(path, Contract("scan", reading=Reading(sheet=name)))
    header = list(sheet.header())
    if not header:
        raise ContractBroken(f"{path}: the first row of its sheet {sheet.number} is empty; remove what stands above the table, or export it again.", rule="LP208")
    kinds, sample = sheet.looked_at(len(header), _ROWS)
    reading = Reading(format="excel", sheet=name, header=not names, nulls=(), filled=True, quarantine_rows=_ALL)
    columns, reading, told = _framed(path, [header, *sample], names, is_header, reading)
    columns = tuple(column.change(type=kind or "string") for column, kind in zip(columns, kinds, strict=False))
    contract = Contract("scan", columns=columns, reading=reading)
    opened = _spooled(path, spool, contract, "", lambda out: Sheet(path, contract).read(out), told)
    # All cells are texts by now, as they are in any file of a contract's.
    return dataclasses.replace(opened, contract=dataclasses.replace(contract, columns=tuple(column.change(type="string") for column in columns)))


def _parquet(path: Path, is_header: bool) -> Undeclared:
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (OSError, ValueError):
        schema = None
    if schema is None:
        raise ContractBroken(f"{path} cannot be read as Parquet; export it again.", rule="LP208")
    kinds = [str(each) for each in schema.types]
    _distinguishable(schema.names, path)
    values = [number for number, name in enumerate(schema.names, 1) if _VALUE.fullmatch(name) and not _YEAR.fullmatch(name)]
    if values and not is_header:
        raise UsageFault(f"{path}: the name of column {values[0]} has the form of a value. When you have looked and it names nobody, say --header. "
                         "No name is shown here.")
    columns = tuple(Column(name, type=next((ours for theirs, ours in _PARQUET_TYPES if kind.startswith(theirs)), "string"))
                    for name, kind in zip(schema.names, kinds, strict=True))
    header = tuple(schema.names)
    return Undeclared(Parquet((path,), header, header, tuple(kinds)), Contract("scan", columns=columns, reading=Reading(nulls=())))


def _text(path: Path, spool: Path, names: Sequence[str], is_header: bool) -> Undeclared:
    encoding = _found_encoding(path, padded=True)
    padding = 0 if encoding.startswith("utf-16") else _padding(path)
    try:
        with open_bytes(path) as stream:
            sample = stream.read(SAMPLE)
    except (OSError, EOFError, zipfile.BadZipFile):
        sample = b""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    text = (text.replace("\0", "") if padding else text).removeprefix("\ufeff")
    if not text or not text.strip():
        raise ContractBroken(f"{path} is empty, or not text; export it again.", rule="LP208")
    if _PAGE.match(text):
        raise ContractBroken(f"{path} is a web page (HTML) under another name, as some systems export; open it in a spreadsheet, save it as .xlsx or CSV, and "
                             "look whether its ids came through.", rule="LP208")
    if len(sample) == SAMPLE:
        text = text[: text.rfind("\n") + 1] or text
    delimiter, rows = _cells(text, path)
    if len(rows[0]) == 1 and not (names or is_header or headers.read(rows[0][0])) and sum(bool(_PROSE.search(row[0])) for row in rows) > _PROSES * len(rows):
        raise UsageFault(f"{path} has one column under every delimiter (comma, semicolon, tab, bar). When that is what it should have, say --header; else "
                         "export it again. A file of fixed width needs --layout.")
    reading = Reading(encoding="" if encoding in ("utf-8", "utf-8-sig") else encoding, delimiter=delimiter, header=not names, nulls=(),
                      nul_removed=padding > 0, quarantine_rows=_ALL)
    columns, reading, notes = _framed(path, rows, names, is_header, reading)
    last = _last(path, encoding, delimiter)
    if len(last) == len(rows[0]) and seems_nobodys_end(rows[1:], last) and not PseudoRows(reading.pseudo_rows, [column.name for column in columns]).has(0, last):
        notes = (*notes, "the last row has nothing in most of the columns that the others fill; if that is nobody's, a total say, name the text that stands in it "
                         "under reading: `pseudoRows: [{column: ..., text: ...}]`")
    if encoding == "cp1252" and _OF_UTF8.search(sample):
        notes = (*notes, "some of its letters are UTF-8 and others are not, so either are read wrongly; export it again in one encoding")
    if padding:
        notes = (*notes, f"{padding:,} NUL bytes stand at the ends of its cells or lines, and were taken out as padding")
    contract = Contract("scan", columns=columns, reading=reading)
    if can_sift(contract, delimiter):
        sifted = Sifted(contract, contract.names, delimiter, spool, spool / "quarantine")
        _whole(sifted, lambda: readable(path, contract, lambda: sift(path, contract, encoding, sifted), encoding, spool))
        sifted.close({})
        source = Text((sifted.path,), contract.names, contract.names, delimiter, encoding, sifted.kept, False)
        return Undeclared(source, contract, encoding, delimiter, sifted.bad, notes)
    return dataclasses.replace(_spooled(path, spool, contract, encoding, lambda out: read_delimited(path, contract, encoding, delimiter, out), notes),
                               delimiter=delimiter)


def _framed(path: Path, rows: Sequence[Sequence[str]], names: Sequence[str], is_header: bool,
            reading: Reading) -> tuple[tuple[Column, ...], Reading, tuple[str, ...]]:
    """Give a table's columns, how it is read without what stands around them, and what a person should know of that."""
    header, notes = rows[0], list[str]()
    trailer = None if names else trailer_of(header, rows[1:])
    if trailer:
        header, rows = header[:-1], [row[:-1] for row in rows]
        notes.append("the last column has the same sign in every row, and was taken for the end of the row")
    columns = _named_columns(path, header, names, rows[1:], is_header)
    known = [column.name for column in columns]
    below = rows if names else rows[1:]
    pseudo = pseudo_rows_of(known, below)
    if pseudo:
        said = ", ".join(f"'{row.text}'" for row in pseudo)
        notes.append(f"rows that say {said} were taken for nobody's and left out; if one of them is a person's, take it out of `pseudoRows` under reading")
    judged = PseudoRows(pseudo, known)
    strange = [number for number in seem_nobodys(below, len(known)) if not judged.has(0, below[number - 1])]
    if strange:
        notes.append(f"row {' and '.join(map(str, strange))} after the header has nothing in most of the columns that the others fill; if that is nobody's, "
                     f"say so under reading, such as `pseudoRows: [{{row: {strange[0]}}}]`")
    return columns, dataclasses.replace(reading, pseudo_rows=pseudo, trailer=trailer or ()), tuple(notes)


def _named_columns(path: Path, header: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[str]], is_header: bool) -> tuple[Column, ...]:
    """Give the columns of a first row, or those that a person names. A name that stands twice, or none, is told by its position."""
    if names:
        if len(names) != len(header):
            raise UsageFault(f"{path} has {len(header)} columns, and --names gives {len(names)}; name each.")
        _distinguishable(names, path)
        return tuple(map(Column, names))
    seems = "" if is_header else _seems_data(header, rows)
    if seems:
        raise UsageFault(f"{path} seems to have no header: in its first line, {seems}. Give the columns' names with --names A,B,... (in the file's "
                         "order); or, when you have looked and it is a header, say --header. Nothing of that line is shown here.")
    words = [" ".join(name.split()) for name in header]
    counted = Counter(map(folded, words))
    columns = []
    for position, (word, name) in enumerate(zip(words, distinct_names([word or "unnamed" for word in words]), strict=True), 1):
        twice = counted[folded(word)] > 1 or not word
        columns.append(Column(name, position=position if twice else 0, aliases=(word,) if word and name != word else ()))
    return tuple(columns)


def _found_encoding(path: Path, *, padded: bool = False) -> str:
    """Find a file's encoding: its mark, else UTF-8 if all of it is, else UTF-16 by its zero bytes, else cp1252; `padded` lets NUL bytes be."""
    problem = ""
    try:
        with open_bytes(path) as stream:
            piece = stream.read(SAMPLE)
            for mark, encoding in BOMS:
                if piece.startswith(mark):
                    return encoding
            if b"\0" in piece:
                for encoding, zeros, others in (("utf-16-le", piece[1::2], piece[::2]), ("utf-16-be", piece[::2], piece[1::2])):
                    if zeros.count(0) * 2 > len(zeros) and others.count(0) * 10 < len(others):
                        return encoding
                problem = "" if padded else "holds NUL bytes, or text of two encodings; export it again"
            decoder = codecs.getincrementaldecoder("utf-8")()
            while piece and not problem:
                decoder.decode(piece)
                piece = stream.read(SAMPLE)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        problem = damaged(error)
    if problem:
        raise ContractBroken(f"{path} {problem}.", rule="LP208")
    return "utf-8"


def _last(path: Path, encoding: str, delimiter: str) -> list[str]:
    """Give the cells of the last line that is not empty; none where the file is packed or the line cannot be taken apart."""
    if path.suffix.lower() in (".gz", ".zip"):
        return []
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL) // 2 * 2)
        text = stream.read().decode(encoding.replace("utf-8-sig", "utf-8"), "replace").replace("\0", "")
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return next(csv.reader(lines[-1:], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _padding(path: Path) -> int:
    """Count the NUL bytes of a file, which pad its cells or lines.

    Raises:
        ContractBroken: some stand inside a value; without them it would be another one (LP208).
    """
    count, before, inside = 0, b"", False
    with contextlib.suppress(OSError, EOFError, zipfile.BadZipFile, zlib.error), open_bytes(path) as stream:
        while piece := stream.read(SAMPLE):
            if b"\0" in piece:
                count += piece.count(0)
                # A run that goes on in the next piece is judged there, by what stood before it.
                inside = inside or _INSIDE.search(before + piece) is not None
            elif before.endswith(b"\0"):
                inside = inside or _INSIDE.search(before + piece[:1]) is not None
            last = (before + piece.rstrip(b"\0"))[-1:] if piece.strip(b"\0") else before[:1]
            before = last + b"\0" if last and piece.endswith(b"\0") else last
    if inside:
        raise ContractBroken(f"{path} holds NUL bytes inside its values, or text of two encodings; export it again.", rule="LP208")
    return count


def _cells(text: str, path: Path, delimiters: Sequence[str] = DELIMITERS) -> tuple[str, list[list[str]]]:
    """Find the delimiter under which the rows have as many cells as the first, and more than one if any has."""
    best: tuple[float, int, str, list[list[str]]] = (0.0, 0, "", [])
    split = False
    for delimiter in delimiters:
        rows = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                if row:
                    rows.append(row)
                if len(rows) >= _ROWS:
                    break
        except csv.Error:
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows) if rows else 0.0
        width = len(rows[0]) if rows else 0
        split = split or (width == 1 and sum(len(row) > 1 for row in rows[1:]) > _ALIKE * max(1, len(rows) - 1))
        if width > 1 and (alike >= _ALIKE, width) > (best[0] >= _ALIKE, best[1]):
            best = (alike, width, delimiter, rows)
    if best[1] > 1 and best[0] >= _ALIKE:
        return best[2], best[3]
    if best[1] > 1 or split:
        raise ContractBroken(f"{path}: under no delimiter (comma, semicolon, tab, bar) do nine rows in ten have as many cells as its first line. "
                             "Remove what stands above or below the table, or export it again.", rule="LP208")
    if delimiters is DELIMITERS and any(each in text for each in _RARE):
        return _cells(text, path, _RARE)
    return ",", [[line] for line in text.splitlines() if line.strip()][:_ROWS]


def _distinguishable(header: Sequence[str], path: Path) -> None:
    without = [str(number) for number, name in enumerate(header, 1) if not name.strip()]
    if without:
        raise ContractBroken(f"{path}: columns {', '.join(without)} of {len(header)} have no name; name or remove them in the export.", rule="LP208")
    seen: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        first = seen.setdefault(folded(name), number)
        if first != number:
            raise ContractBroken(f"{path}: columns {first} and {number} have the same name; rename one in the export.", rule="LP208")


def _seems_data(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Say why the first line seems to be data and no header, without a word of it; empty when it seems a header."""
    told = False
    for number, name in enumerate(header, 1):
        cell = name.strip()
        known = bool(headers.read(cell))
        if _VALUE.fullmatch(cell) and not _YEAR.fullmatch(cell) and not (known and not re.search(r"\d{5}|@", cell)):
            return f"cell {number} has the form of a value"
        column = [row[number - 1].strip() for row in rows if len(row) == len(header)]
        if any(folded(value) == folded(cell) for value in column):
            return f"cell {number} comes again as a value of its column"
        filled = [value for value in column if value]
        if filled and not known and _PERSON.fullmatch(cell) and sum(bool(_PERSON.fullmatch(value)) for value in filled) > _ALIKE * len(filled):
            return f"cell {number} has the form of its column's values"
        values = [bool(_VALUE.fullmatch(value)) for value in filled]
        told = told or known or bool(_SNAKE.fullmatch(cell)) or (bool(values) and sum(values) > _ALIKE * len(values))
    # A line of plain words over columns of plain words may be anybody's name.
    return "" if told or not rows else "nothing tells names of columns from values"
