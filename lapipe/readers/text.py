"""Open delimited text: find its encoding and delimiter, and bring it to UTF-8 where the engine needs that."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from lapipe.contract import Contract, folded
from lapipe.errors import ContractBroken
from lapipe.readers.bits import after, bit, bits, ones, outside_quotes
from lapipe.readers.delimited import read_delimited, without_trailer
from lapipe.readers.header import headerless, known_names, match_header
from lapipe.readers.opened import SAMPLE, create, open_bytes, readable, sampled
from lapipe.readers.sifted import Sifted, can_sift, sift
from lapipe.readers.spooled import Parquet, Spool, kept_or_discarded

DELIMITERS = (",", ";", "\t", "|")

#: How much of a file is counted at a time, in bytes: what a core's own cache holds.
_PIECE = 1 << 20

_QUOTE, _NEWLINE, _RETURN = map(ord, '"\n\r')


@dataclass(frozen=True)
class Text:
    """Delimited UTF-8 files of one header; `names` are the contract's names of the columns, in file order.

    `records` is this reader's own count of the rows; the engine's must be the same. `found` tells, for the register, what became of
    the rows of a file that had to be rewritten.
    """

    paths: tuple[Path, ...]
    header: tuple[str, ...]
    names: tuple[str, ...]
    delimiter: str
    encoding: str
    records: int = 0
    has_header: bool = True
    line_end: str = "\n"
    found: Mapping[str, str | int] = field(default_factory=dict)

    def recounted(self) -> int:
        """Count the rows once more, slowly, by a second parser: the first count takes every quote for one that encloses."""
        rows = 0
        for path in self.paths:
            with open(path, encoding="utf-8-sig", newline="") as stream:
                rows += sum(1 for cells in csv.reader(stream, delimiter=self.delimiter) if cells) - self.has_header
        return rows


def open_text(paths: Sequence[Path], contract: Contract, spool: Path, quarantine: Path | None) -> Text | Parquet:
    """Look at the first line of each file; rewrite, in `spool`, what is packed, not UTF-8, or needs more than the engine's own reader.

    Raises:
        ContractBroken: a file is empty, not text in a known encoding, or its header differs (LP202, LP208).
    """
    opened = [_look(path, contract) for path in paths]
    first = opened[0]
    if any(each.header != first.header or each.delimiter != first.delimiter for each in opened[1:]):
        raise ContractBroken(f"{contract.name}: the {len(opened)} files differ in header or delimiter; read them apart.",
                             rule="LP202")
    reading = contract.reading
    rewritten: list[Path] = []
    line_ends: set[str] = set()
    # Of one column, the engine takes an empty line for a row.
    records, plain = 0, len(first.names) > 1 and not (reading.pseudo_rows or reading.trailer or reading.filled or reading.nul_removed or reading.quarantines)
    for each in opened:
        if not plain:
            break
        path = each.paths[0]
        # A gzip that was cut short is noticed only by who reads it to its end and holds its checksum.
        if path.suffix.lower() in (".zip", ".gz") or each.encoding not in ("utf-8", "utf-8-sig"):
            path = rewrite(path, each.encoding, contract, spool)
        shape = readable(path, contract, lambda path=path: shape_of(path))  # type: ignore[misc]
        if shape.nul:
            raise ContractBroken(f"{contract.name}: {each.paths[0]} has NUL bytes; export it again, or declare `nul: removed` under reading in "
                                 "the contract.", rule="LP208")
        line_ends.add(shape.line_end)
        plain = not shape.mixed and len(line_ends) == 1
        records += shape.lines - reading.header
        rewritten.append(path)
    if plain:
        return Text(tuple(rewritten), first.header, first.names, first.delimiter, first.encoding, records, reading.header, line_ends.pop())
    found: dict[str, str | int] = {"format": "delimited", "encoding": first.encoding, "delimiter": first.delimiter}
    if can_sift(contract, first.delimiter):
        sifted = Sifted(contract, first.names, first.delimiter, spool, quarantine)
        with kept_or_discarded(sifted):
            for each in opened:
                readable(each.paths[0], contract, lambda each=each: sift(  # type: ignore[misc]
                    each.paths[0], contract, each.encoding, sifted), each.encoding, spool)
        found = sifted.close(found)
        return Text((sifted.path,), first.names, first.names, first.delimiter, first.encoding, sifted.kept, False, found=found)
    out = Spool(contract, first.names, spool, quarantine)
    with kept_or_discarded(out):
        for each in opened:
            readable(each.paths[0], contract, lambda each=each: read_delimited(  # type: ignore[misc]
                each.paths[0], contract, each.encoding, each.delimiter, out), each.encoding, spool)
    return out.parquet(found)


def _look(path: Path, contract: Contract) -> Text:
    encoding, text = sampled(path, contract)
    if contract.reading.nul_removed:
        text = text.replace("\0", "")
    delimiter = contract.reading.delimiter or _delimiter(text, contract)
    header, below = _first(text, delimiter)
    if contract.reading.header:
        names = match_header(without_trailer(header, contract, path), contract, str(path), alike=len(header) == len(below))
    else:
        header = names = headerless(header, contract, str(path))
    return Text((path,), header, names, delimiter, encoding)


def _first(text: str, delimiter: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the cells of the first row and of the next; an unclosed quote gives what there is."""
    found: list[tuple[str, ...]] = []
    with contextlib.suppress(csv.Error):
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            found += [tuple(cells)] if cells else []
            if len(found) == 2:
                break
    return (*found, (), ())[0], (*found, (), ())[1]


def _delimiter(text: str, contract: Contract) -> str:
    """Take the delimiter under which most of the first line's cells are declared columns, or are as many as declared."""
    known = known_names(contract)

    def score(delimiter: str) -> int:
        cells, _ = _first(text, delimiter)
        if not contract.reading.header:
            return -abs(len(cells) - len(contract.names))
        return sum(folded(cell) in known for cell in cells)

    return max(DELIMITERS, key=score)


@dataclass(frozen=True)
class Shape:
    """What the bytes of a file are like: lines that are not blank and end outside quotes, more than one kind of line end, NUL bytes."""

    lines: int
    mixed: bool
    nul: bool
    line_end: str = "\n"


def shape_of(path: Path) -> Shape:
    """Count a file's rows without taking its cells apart, in pieces of constant size.

    A line end counts where the quotes before it are even in number.
    """
    import numpy as np

    lines = returns = pairs = newlines = 0
    nul = quoted = False
    # What the last byte was: a line end, a carriage return, one of those on a line with nothing else in it.
    after_end, after_return, after_blank = True, False, False

    with open_bytes(path) as stream:
        while piece := stream.read(_PIECE):
            data = np.frombuffer(piece, np.uint8)
            nul = nul or b"\0" in piece
            line_ends = bits(data, _NEWLINE)
            carriage = bits(data, _RETURN) if b"\r" in piece else None
            if quoted or b'"' in piece:
                outside, quoted = outside_quotes(bits(data, _QUOTE), quoted, len(piece))
                line_ends &= outside
                if carriage is not None:
                    carriage &= outside
            # A line with nothing in it is none: a line end right after one, with a carriage return between them or not.
            blank = after(line_ends, after_end)
            if carriage is not None or after_return:
                carriage = np.zeros_like(line_ends) if carriage is None else carriage
                paired = line_ends & after(carriage, after_return)
                returns, pairs = returns + ones(carriage), pairs + ones(paired)
                alone = carriage & blank
                blank |= after(alone, after_blank)
                after_blank = bit(alone, len(piece) - 1)
            found = ones(line_ends)
            newlines, lines = newlines + found, lines + found - ones(line_ends & blank)
            after_end, after_return = piece.endswith(b"\n"), piece.endswith(b"\r")
    return Shape(lines + (not after_end), returns != pairs or 0 < pairs != newlines, nul, "\r\n" if pairs else "\n")


def rewrite(path: Path, encoding: str, contract: Contract, spool: Path) -> Path:
    """Write the file as UTF-8 into the run's own folder, in pieces of constant size."""
    target = spool / f"{contract.name}-{len(list(spool.iterdir()))}.csv"

    def write() -> None:
        with open_bytes(path) as stream, cast(IO[str], create(target)) as out:
            reader = codecs.getreader(encoding)(stream)
            while piece := reader.read(SAMPLE):
                out.write(piece.removeprefix("\ufeff"))

    readable(path, contract, write, encoding, spool)
    return target
