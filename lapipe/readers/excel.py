"""Read a sheet of an Excel workbook (.xlsx), every cell as the text that was meant; what Excel changed is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from lapipe.contract import Column, Contract
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers.delimited import PseudoRows, fitted, without_trailer
from lapipe.readers.header import headerless, match_header
from lapipe.readers.spooled import Spool

#: Excel keeps 15 digits of a number; what is longer has lost its last ones (Microsoft: "Excel specifications and limits").
_DIGITS = 15


class Sheet:
    """A sheet of a workbook that is read row by row; `header` is its first row."""

    def __init__(self, path: Path, contract: Contract) -> None:
        try:
            import openpyxl

            missing = False
        except ImportError:
            missing = True
        if missing:
            raise UsageFault("Reading .xlsx needs openpyxl: pip install 'lapipe-privacy[excel]', or save the sheet as CSV.")
        self._path, self._contract = path, contract
        try:
            self._book: Any = openpyxl.load_workbook(path, read_only=True, data_only=True)
            names = list(self._book.sheetnames)
            problem = ""
        except Exception:  # of openpyxl, zipfile, the XML parser: a damaged workbook raises whatever comes first
            problem = "is no workbook of Excel that can be read; save it again, or as CSV"
        if problem:
            raise ContractBroken(f"{contract.name}: {path} {problem}.", rule="LP208")
        wanted = contract.reading.sheet or names[0]
        if wanted not in names:
            self._book.close()
            raise ContractBroken(f"{contract.name}: {path} has no sheet '{wanted}' (it has {len(names)}). Correct `sheet` under reading in the "
                                 "contract.", rule="LP208")
        self.name, self.number = wanted, names.index(wanted) + 1

    def header(self) -> tuple[str, ...]:
        """Give the first row's texts, empty ones at the end left away."""
        first: Any = next(self._rows(), [])
        cells = ["" if cell.value is None else str(cell.value) for cell in first]
        while cells and not cells[-1].strip():
            cells.pop()
        return tuple(cells)

    def looked_at(self, width: int, sample: int) -> tuple[list[str], list[list[str]]]:
        """Give, for each column, `date` or `timestamp` where all its cells are such, else nothing; and the texts of so many first rows.

        Excel keeps no other type that says what a cell was meant to be.
        """
        kinds: list[set[str]] = [set() for _ in range(width)]
        rows: list[list[str]] = []
        with closing(self._book):
            for line, row in enumerate(self._rows(), 1):
                values = [cell.value for cell in row][:width]
                if line == 1 or all(value is None for value in values):
                    continue
                if len(rows) < sample:
                    rows.append(["" if value is None else str(value) for value in values] + [""] * (width - len(values)))
                for kind, value in zip(kinds, values, strict=False):
                    if isinstance(value, datetime):
                        kind.add("timestamp" if value.time() != time() else "date")
                    elif value is not None:
                        kind.add("")
        return [next(iter(kind)) if len(kind) == 1 else "timestamp" if kind == {"date", "timestamp"} else "" for kind in kinds], rows

    def read(self, spool: Spool) -> None:
        """Hand every row after the header to the spool.

        Raises:
            ContractBroken: Excel changed an identifier into a number too long for it, or a text into a date (LP204).
        """
        contract = self._contract
        columns = [contract[name] for name in spool.names]
        width = len(columns) + bool(contract.reading.trailer)
        pseudo, number = PseudoRows(contract.reading.pseudo_rows, spool.names), 0
        lost: dict[str, int] = {}
        with closing(self._book):
            for line, row in enumerate(self._rows(), 1):
                if line == 1 and contract.reading.header:
                    continue
                values = [cell.value for cell in row]
                if all(value is None for value in values):
                    continue
                number += 1
                spool.seen += 1
                while len(values) > width and values[-1] is None:
                    values.pop()
                # Empty cells at the end of a row are not in the file.
                values += [None] * (width - len(values))
                texts = [None if value is None else str(value) for value in values]
                if pseudo.has(number, texts):
                    spool.leave()
                    continue
                if contract.reading.trailer:
                    values[width - 1] = texts[width - 1]
                fits = fitted(values, len(columns), contract)
                faulty = any(getattr(cell, "data_type", "") == "e" for cell in row)
                if fits is None or faulty:
                    raw = "\t".join(text or "" for text in texts)
                    spool.refuse(self._path, line, raw, "a formula has no value" if faulty else "it does not have the header's number of cells")
                    continue
                cells = []
                for value, column in zip(fits, columns, strict=True):
                    text = _meant(value, column)
                    if text is None and value is not None:
                        lost[column.name] = lost.get(column.name, 0) + 1
                    cells.append(text)
                spool.keep(cells)
        for name, count in lost.items():
            raise ContractBroken(f"{contract.name}: in {count} rows of {self._path} Excel has changed column '{name}' (a number of more than "
                                 f"{_DIGITS} digits, a text into a date, or a date into a number). Export it again without Excel, or format the column "
                                 "as text there first.", rule="LP204")

    def _rows(self) -> Iterator[Any]:
        problem = ""
        try:
            sheet = self._book[self.name]
            sheet.reset_dimensions()
            yield from sheet.iter_rows()
        except GeneratorExit:
            raise
        except Exception:  # as above
            problem = "is damaged; save it again, or as CSV"
        if problem:
            raise ContractBroken(f"{self._contract.name}: {self._path} {problem}.", rule="LP208")


def filled_sheets(path: Path) -> tuple[str, tuple[str, ...]]:
    """Give the name of the first sheet, and of the sheets that hold anything, in the workbook's order; charts are none.

    Raises:
        ContractBroken: the workbook cannot be read (LP208).
    """
    opened = Sheet(path, Contract("scan"))
    with closing(opened._book) as book:
        return opened.name, tuple(sheet.title for sheet in book.worksheets if any(value is not None for row in sheet.iter_rows(values_only=True) for value in row))


def names_of(sheet: Sheet, path: Path, contract: Contract) -> tuple[str, ...]:
    """Give the contract's name of each column of a sheet."""
    if not contract.reading.header:
        return headerless(sheet.header(), contract, str(path))
    return match_header(without_trailer(sheet.header(), contract, path), contract, str(path))


def _meant(value: Any, column: Column) -> str | None:
    """Give the text that a cell was meant to hold, or None where Excel changed it beyond that."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        whole = float(value).is_integer()
        if abs(value) >= 10**_DIGITS or column.type in ("date", "timestamp"):
            return None
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime) and column.type in ("date", "timestamp"):
        if column.format:
            return value.strftime(column.format)
        return value.date().isoformat() if column.type == "date" else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return None
    return None
