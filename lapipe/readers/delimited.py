"""Read delimited text record by record, where something is declared that the engine's own reader does not know."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lapipe.contract import Contract, PseudoRow, folded
from lapipe.errors import ContractBroken
from lapipe.readers.opened import open_bytes
from lapipe.readers.spooled import Account, Spool

#: The longest cell, in characters, as the engine has it for a line.
LONGEST = 1 << 24


class PseudoRows:
    """Tells which rows of a table are declared to be nobody's."""

    def __init__(self, declared: Sequence[PseudoRow], names: Sequence[str]) -> None:
        self._places = {row.row for row in declared if row.row}
        self._texts = [(list(names).index(row.column) if row.column else -1, folded(row.text)) for row in declared if row.text]

    def has(self, number: int, cells: Sequence[str | None]) -> bool:
        """Tell whether the `number`-th row after the header is one."""
        if number in self._places:
            return True
        for place, text in self._texts:
            if place >= 0:
                if place < len(cells) and folded(cells[place] or "") == text:
                    return True
            elif any(folded(cell or "") == text for cell in cells):
                return True
        return False


def fitted(cells: list[Any], width: int, contract: Contract) -> list[Any] | None:
    """Give the cells of a row without the trailer and filled up as declared, or None where their number is wrong."""
    trailer = contract.reading.trailer
    if trailer:
        if not cells or cells[-1] != trailer[1]:
            return None
        cells = cells[:-1]
    if len(cells) < width and contract.reading.filled:
        cells = [*cells, *[None] * (width - len(cells))]
    return cells if len(cells) == width else None


def without_trailer(header: Sequence[str], contract: Contract, path: Path) -> tuple[str, ...]:
    """Take the declared trailer off a header.

    Raises:
        ContractBroken: it is not there (LP202).
    """
    trailer = contract.reading.trailer
    if not trailer:
        return tuple(header)
    if not header or folded(header[-1]) != folded(trailer[0]):
        raise ContractBroken(f"{contract.name}: {path} does not end with the trailer column '{trailer[0]}' that the contract declares.",
                             rule="LP202")
    return tuple(header[:-1])


def taken_apart(stream: Iterator[str], delimiter: str, lines: list[str]) -> Iterator[tuple[int, list[str] | None]]:
    """Give each record that is not empty, None for one that cannot be parsed, with the number of its first line.

    `stream` puts the lines it gives into `lines`, which is emptied before each record.
    """
    records = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        first = records.line_num + 1
        lines.clear()
        cells: list[str] | None = None
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        if cells != []:
            yield first, cells


def read_delimited(path: Path, contract: Contract, encoding: str, delimiter: str, spool: Spool) -> None:
    """Hand every record after the header to the spool; a record over several lines that cannot be parsed counts for each of them."""
    pseudo = PseudoRows(contract.reading.pseudo_rows, spool.names)
    csv.field_size_limit(max(LONGEST, csv.field_size_limit()))
    lines: list[str] = []

    def remembered(stream: Iterator[str]) -> Iterator[str]:
        for number, line in enumerate(stream):
            plain = line.replace("\0", "") if contract.reading.nul_removed else line
            lines.append(line)
            yield plain.removeprefix("\ufeff") if number == 0 else plain

    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
        first, number = contract.reading.header, 0
        for begin, cells in taken_apart(remembered(iter(stream)), delimiter, lines):
            if first:
                first = False
                continue
            number += 1
            judged(path, begin, lines, cells, number, pseudo, contract, spool)


def judged(path: Path, line: int, lines: Sequence[str], cells: list[str] | None, number: int, pseudo: PseudoRows, contract: Contract,
           account: Account) -> None:
    """Keep one row, leave it out, or put each of its lines, of which the first is the `line`-th, in quarantine; `cells` are None where it is none."""
    if cells is not None and pseudo.has(number, cells):
        account.seen += 1
        account.leave()
        return
    fits = fitted(cells, len(account.names), contract) if cells is not None else None
    # A quote that is never closed would take many rows for one.
    account.seen += 1 if fits is not None else len(lines)
    if fits is not None:
        account.keep(fits)
    else:
        why = "a quote is not closed, or text follows it" if cells is None else "it does not have the header's number of cells"
        for offset, each in enumerate(lines):
            account.refuse(path, line + offset, each, why)
