"""Open a file that no contract describes, as columns of text; what cannot be told for sure is refused."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from lapipe.contract import Column, Contract, Reading, folded
from lapipe.detect import headers
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers import FORMATS, Parquet, Source
from lapipe.readers.opened import BOMS, SAMPLE, create, open_bytes, readable
from lapipe.readers.text import DELIMITERS, Text, rewrite, shape_of

#: Rows of the sample that are held against each other to find delimiter and header.
_ROWS = 1_000
#: The share of rows that must have the header's number of cells under a delimiter.
_ALIKE = 0.9
#: A cell that is a number, date, time, address or id is no column's name; a year alone may be one.
_VALUE = re.compile(r"['#]?[a-z]?[-+]?\d[\d.,:/ TZ+-]*|.*@.*\.\w+.*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]{1,3}-?\d{5,}|true|false|\\N|NULL",
                    re.IGNORECASE)
#: Words joined as programs join them.
_SNAKE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CAPITAL = r"(?=[^\W\d_])[^a-z][\w.'’-]*"
_PERSON = re.compile(rf"(?:(?:van|von|de|den|der|het|'t|ten|ter|el|al|la|le|da|di) )*{_CAPITAL}"
                     rf"(?:,? (?:{_CAPITAL}|van|von|de|den|der|het|'t|ten|ter|el|al|la|le|da|di))+")

_PARQUET_TYPES = (("int", "integer"), ("uint", "integer"), ("double", "number"), ("float", "number"), ("halffloat", "number"),
                  ("decimal", "number"), ("bool", "boolean"), ("date", "date"), ("timestamp", "timestamp"))


@dataclass(frozen=True)
class Undeclared:
    """A file without a contract: how the engine opens it, and the contract that says no more of it than that."""

    source: Source
    contract: Contract
    encoding: str = ""
    delimiter: str = ""


def open_undeclared(path: Path, spool: Path, names: Sequence[str] = (), *, header: bool = False) -> Undeclared:
    """Open one file as columns of text (Parquet: of its own types); `names` are the columns' of a file without a header.

    `header` says that a person has looked and the first line is one, where it seems to be data.

    Raises:
        UsageFault: there is no such file, it is of a kind that is not read, or its first line seems to be data.
        ContractBroken: it is empty, in no known encoding, or its columns cannot be told apart (LP208).
    """
    if not path.is_file():
        raise UsageFault(f"There is no file {path} to scan.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] in ([".gz"], [".zip"])
    ending = (suffixes[-2:-1] if packed else suffixes[-1:]) or [".csv" if suffixes[-1:] == [".zip"] else ""]
    format = FORMATS.get(ending[0], "")
    if format == "parquet" and not packed:
        return _parquet(path, header)
    if format != "delimited":
        known = ", ".join(f"{each}[.gz|.zip]" for each, kind in FORMATS.items() if kind == "delimited")
        raise UsageFault(f"{path} ends in {path.suffix or 'nothing'} and is not scanned (scanned are: {known}, .parquet).")
    return _text(path, spool, names, header)


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
    nameless = Contract("scan")
    encoding = _found_encoding(path)
    try:
        with open_bytes(path) as stream:
            sample = stream.read(SAMPLE)
    except (OSError, EOFError, zipfile.BadZipFile):
        sample = b""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample).removeprefix("\ufeff")
    if not text or not text.strip():
        raise ContractBroken(f"{path} is empty, or not text; export it again.", rule="LP208")
    if len(sample) == SAMPLE:
        text = text[: text.rfind("\n") + 1] or text
    delimiter, rows = _cells(text, path)
    header = rows[0]
    if names:
        if len(names) != len(header):
            raise UsageFault(f"{path} has {len(header)} columns, and --names gives {len(names)}; name each.")
        header = list(names)
        _distinguishable(header, path)
    else:
        _distinguishable(header, path)
        seems = "" if is_header else _seems_data(header, rows[1:])
        if seems:
            raise UsageFault(f"{path} seems to have no header: in its first line, {seems}. Give the columns' names with --names A,B,... (in the file's "
                             "order); or, when you have looked and it is a header, say --header. Nothing of that line is shown here.")
    if path.suffix.lower() in (".zip", ".gz") or encoding not in ("utf-8", "utf-8-sig"):
        path = rewrite(path, encoding, nameless, spool)
    if names:
        path = _named(path, header, delimiter, spool)
    columns = tuple(Column(name) for name in header)
    shape = readable(path, nameless, lambda: shape_of(path))
    if shape.mixed:
        raise ContractBroken(f"{path} has lines that end in different ways; export it again.", rule="LP208")
    source = Text((path,), tuple(header), tuple(header), delimiter, encoding, shape.lines - 1, line_end=shape.line_end)
    return Undeclared(source, Contract("scan", columns=columns, reading=Reading(nulls=())), encoding, delimiter)


def _found_encoding(path: Path) -> str:
    """Find a file's encoding: its mark, else UTF-8 if all of it is, else UTF-16 by its zero bytes, else cp1252."""
    problem = ""
    try:
        with open_bytes(path) as stream:
            piece = stream.read(SAMPLE)
            for mark, encoding in BOMS:
                if piece.startswith(mark):
                    return encoding
            if b"\0" in piece:
                for encoding, zeros in (("utf-16-le", piece[1::2]), ("utf-16-be", piece[::2])):
                    if zeros.count(0) * 2 > len(zeros):
                        return encoding
                problem = "holds NUL bytes"
            decoder = codecs.getincrementaldecoder("utf-8")()
            while piece and not problem:
                decoder.decode(piece)
                piece = stream.read(SAMPLE)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except (OSError, EOFError, zipfile.BadZipFile):
        problem = "cannot be read, or is not what its ending says"
    if problem:
        raise ContractBroken(f"{path} {problem}; export it again.", rule="LP208")
    return "utf-8"


def _cells(text: str, path: Path) -> tuple[str, list[list[str]]]:
    """Find the delimiter under which the rows have as many cells as the first, and more than one if any has."""
    best: tuple[float, int, str, list[list[str]]] = (0.0, 0, "", [])
    split = False
    for delimiter in DELIMITERS:
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


def _named(path: Path, header: Sequence[str], delimiter: str, spool: Path) -> Path:
    """Copy a file without a header, below a line of names."""
    target = spool / f"named-{len(list(spool.iterdir()))}.csv"
    with cast(IO[bytes], create(target, binary=True)) as out, open(path, "rb") as stream:
        line = io.StringIO()
        piece = stream.read(SAMPLE).removeprefix(b"\xef\xbb\xbf")
        # The engine wants one end of line throughout a file.
        csv.writer(line, delimiter=delimiter, lineterminator="\r\n" if b"\r\n" in piece else "\n").writerow(header)
        out.write(line.getvalue().encode())
        while piece:
            out.write(piece)
            piece = stream.read(SAMPLE)
    return target
