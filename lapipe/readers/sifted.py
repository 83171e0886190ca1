"""Sift delimited text: whole pieces of rows that are as declared go on as they stand, and only the others are parsed one by one."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from lapipe.contract import Contract, folded
from lapipe.errors import ContractBroken
from lapipe.readers.bits import after, before, bits, counted, only, outside_quotes, places
from lapipe.readers.delimited import LONGEST, PseudoRows, judged, taken_apart
from lapipe.readers.opened import create, open_bytes
from lapipe.readers.spooled import Account

if TYPE_CHECKING:
    import numpy as np

#: How much text is looked at at a time, in bytes: enough for numpy, little enough to be looked at again after a faulty quote.
_PIECE = 1 << 19

#: After faulty quotes one upon the other, so many rows at most are parsed one by one before a piece is looked at again.
_BURST = 4_096

_QUOTE, _NEWLINE, _RETURN = ord('"'), ord("\n"), ord("\r")


def can_sift(contract: Contract, delimiter: str) -> bool:
    """Tell whether rows can go on as text: a cell that is filled up must be no value."""
    reading = contract.reading
    return (delimiter.isascii() and (not reading.filled or "" in reading.nulls)
            and all(_word(row.text) for row in reading.pseudo_rows if row.text))


class Sifted(Account):
    """Takes the rows of a source's files and makes one file of delimited UTF-8 of them, without a header, for the engine's own reader."""

    def __init__(self, contract: Contract, names: Sequence[str], delimiter: str, folder: Path, quarantine: Path | None) -> None:
        super().__init__(contract, folder / f"{contract.name}-{len(list(folder.iterdir()))}.csv", quarantine)
        self.names, self.delimiter = tuple(names), delimiter
        self._file = cast(IO[bytes], create(self.path, binary=True))
        self._line = io.StringIO()
        self._writer = csv.writer(self._line, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def keep(self, cells: Sequence[str | None]) -> None:
        """Keep one row that was parsed."""
        self._writer.writerow(cells)
        self.keep_all(self._line.getvalue().encode(), 1)
        self._line.seek(0)
        self._line.truncate()

    def keep_all(self, rows: bytes, count: int) -> None:
        """Keep rows as they stand; `rows` ends with the end of the last."""
        self._file.write(rows)
        self.kept += count

    def _finished(self) -> int:
        # The engine counts the rows again, and its count is held against this one.
        self._file.close()
        return self.kept

    def _abandoned(self) -> None:
        self._file.close()


def sift(path: Path, contract: Contract, encoding: str, out: Sifted) -> None:
    """Hand every row after the header to `out`: the same rows are kept, left out and put in quarantine as by `read_delimited`."""
    csv.field_size_limit(max(LONGEST, csv.field_size_limit()))
    with open_bytes(path) as stream:
        _Sieve(path, contract, _pieces(stream, encoding, path, contract), out).run()


def _pieces(stream: IO[bytes], encoding: str, path: Path, contract: Contract) -> Iterator[bytes]:
    """Give the file as UTF-8, in pieces that may end anywhere; text that is not of its encoding is noticed here."""
    decoder = codecs.getincrementaldecoder(encoding)()
    plain, first = encoding in ("utf-8", "utf-8-sig"), True
    while piece := stream.read(_PIECE):
        text = decoder.decode(piece)
        piece = piece if plain else text.encode()
        if b"\0" in piece:
            if not contract.reading.nul_removed:
                raise ContractBroken(f"{contract.name}: {path} has NUL bytes; export it again, or declare `nul: removed` under reading in the "
                                     "contract.", rule="LP208")
            piece = piece.replace(b"\0", b"")
        if first and piece:
            piece, first = piece.removeprefix(codecs.BOM_UTF8), False
        yield piece
    decoder.decode(b"", final=True)


class _Sieve:
    """One file on its way through; the next row begins at `_at` in the buffer, below `_lines` lines and `_rows` rows."""

    def __init__(self, path: Path, contract: Contract, pieces: Iterator[bytes], out: Sifted) -> None:
        self._path, self._contract, self._pieces, self._out = path, contract, pieces, out
        reading = contract.reading
        self._pseudo = PseudoRows(reading.pseudo_rows, out.names)
        self._places = [row.row for row in reading.pseudo_rows if row.row]
        words = sorted({_word(row.text) for row in reading.pseudo_rows if row.text})
        # A row that holds the word may hold the text; letters that fold to others may hide the word.
        self._telling = re.compile("|".join([*words, _folding()]).encode("latin-1"), re.IGNORECASE) if words else None
        self._tail = f"{out.delimiter}{reading.trailer[1]}".encode() if reading.trailer else b""
        self._delimiters = len(out.names) - 1 + bool(reading.trailer)
        self._buffer, self._at, self._ended = b"", 0, False
        self._lines = self._rows = 0
        self._header = reading.header

    def run(self) -> None:
        if self._header:
            self._parse(1)
        burst, wanted = 1, _PIECE
        while self._filled(wanted):
            before = self._at
            if self._whole_rows():
                self._parse(burst)
                burst = min(2 * burst, _BURST)
            else:
                burst = 1
            # A row that is longer than a piece.
            wanted = _PIECE if self._at > before else 2 * wanted

    def _filled(self, wanted: int) -> bool:
        """Fill the buffer up, and tell whether anything is left of the file."""
        while not self._ended and len(self._buffer) - self._at < wanted:
            piece = next(self._pieces, None)
            self._buffer, self._at = self._buffer[self._at:] + (piece or b""), 0
            self._ended = piece is None
        return self._at < len(self._buffer)

    # --- rows as they stand ---

    def _whole_rows(self) -> bool:
        """Sift the rows that end in the buffer; tell whether what is left of it needs the parser."""
        import numpy as np

        text = self._buffer[self._at:]
        data = np.frombuffer(text, np.uint8)
        stop, outside = len(data), None
        newlines, delimiters = bits(data, _NEWLINE), bits(data, ord(self._out.delimiter))
        lines, edges = newlines, newlines | delimiters
        paired = None
        if b"\r" in text:
            returned = bits(data, _RETURN)
            # A return before a newline ends no line by itself; of the last byte that is not known yet.
            alone = returned & ~before(newlines)
            if not self._ended and text.endswith(b"\r"):
                alone &= ~only(len(data) - 1, len(data))
            lines, edges, paired = newlines | alone, edges | returned, returned & ~alone
        if b'"' in text:
            quotes = bits(data, _QUOTE)
            outside, _ = outside_quotes(quotes, False, len(data))
            stop = _sound(quotes, outside, quotes | edges, len(data))
            delimiters &= outside
        ends = places(lines if outside is None else lines & outside)
        ends = ends[:np.searchsorted(ends, stop)]
        if not len(ends):
            # Of a row that ends nowhere, the parser says what is wrong; the last line may lack its end.
            return stop < len(data) or self._ended or len(data) > LONGEST
        size = int(ends[-1]) + 1
        counts = np.diff(counted(delimiters, ends), prepend=0)
        if paired is None:
            self._sifted(text[:size], data[:size], ends, None, counts)
        else:
            returns = places(paired if outside is None else paired & outside)
            self._sifted(text[:size], data[:size], ends, returns[:np.searchsorted(returns, size)], counts)
        self._lines += int(counted(lines, ends[-1:])[0]) + 1
        self._at += size
        return stop < len(data) or (self._ended and self._at < len(self._buffer))

    def _sifted(self, text: bytes, data: np.ndarray, ends: np.ndarray, returns: np.ndarray | None, counts: np.ndarray) -> None:
        """Keep the rows of a piece that are as declared; parse the others, each by itself.

        `ends` is where each row ends, `counts` how many delimiters it has, and `returns` where a return stands before its newline; nothing where the piece has none.
        """
        import numpy as np

        begins = np.concatenate(([0], ends[:-1] + 1))
        stops = ends if returns is None else ends - np.isin(ends - 1, returns, assume_unique=True)
        blank = stops <= begins
        good = (counts == self._delimiters) & ~blank
        for back, byte in enumerate(reversed(self._tail), 1):
            good &= (stops - back >= begins) & (data[np.maximum(stops - back, 0)] == byte)
        numbers = self._rows + np.cumsum(~blank)
        self._rows = int(numbers[-1])
        for place in self._places:
            good &= numbers != place
        if self._telling:
            good[np.searchsorted(ends, [found.start() for found in self._telling.finditer(text)])] = False
        kept = int(np.count_nonzero(good))
        self._out.seen += kept
        if kept == len(ends) and not self._tail and (returns is None or text.count(b"\r") == len(returns)):
            # Each return stands before a newline, and goes.
            self._out.keep_all(text if returns is None else text.replace(b"\r", b""), kept)
            return
        keep = np.repeat(good, np.diff(ends, prepend=-1))
        rows = data
        if returns is not None:
            keep[returns] = False
            rows = data.copy()
            rows[ends] = _NEWLINE
        for back in range(1, len(self._tail) + 1):
            keep[(stops - back)[good]] = False
        self._out.keep_all(rows[keep].tobytes(), kept)
        lines, counted_to = self._lines, 0
        for place in np.flatnonzero(~good & ~blank).tolist():
            begin, end = int(begins[place]), int(ends[place]) + 1
            lines, counted_to = lines + _line_ends(text[counted_to:begin]), begin
            raw = text[begin:end].decode()
            (cells,) = csv.reader(io.StringIO(raw, newline=""), delimiter=self._out.delimiter, strict=True)
            judged(self._path, lines + 1, io.StringIO(raw, newline="").readlines(), cells, int(numbers[place]), self._pseudo, self._contract, self._out)

    # --- rows that the parser takes apart ---

    def _parse(self, count: int) -> None:
        """Take so many rows, one by one, from wherever they begin."""
        if not count:
            return
        taken: list[str] = []
        before = self._lines

        def remembered() -> Iterator[str]:
            while line := self._line():
                taken.append(line)
                yield line

        for first, cells in taken_apart(remembered(), self._out.delimiter, taken):
            if self._header:
                self._header = False
            else:
                self._rows += 1
                judged(self._path, before + first, taken, cells, self._rows, self._pseudo, self._contract, self._out)
            count -= 1
            if not count:
                return

    def _line(self) -> str:
        """Give the next line, whatever it ends with; empty at the end of the file."""
        wanted = 1
        while self._filled(wanted):
            found = _END.search(self._buffer, self._at)
            end = found.end() if found else len(self._buffer)
            # What a return at the end of the buffer ends is known when the next byte is.
            if self._ended or (found and not (found[0] == b"\r" and end == len(self._buffer))):
                line = self._buffer[self._at:end].decode()
                self._at, self._lines = end, self._lines + 1
                return line
            wanted = len(self._buffer) - self._at + 1
        return ""


def _sound(quotes: np.ndarray, outside: np.ndarray, edges: np.ndarray, length: int) -> int:
    """Give where the first quote stands that neither encloses a whole cell nor is doubled inside one; the end where none does.

    A quote that opens stands behind an edge: a delimiter, the end of a line or another quote; and one that closes, before one.
    """
    import numpy as np

    faulty = (quotes & ~outside & ~after(edges, True)) | (quotes & outside & ~before(edges) & ~only(length - 1, length))
    first = np.flatnonzero(faulty)[:1]
    return int(places(faulty[:int(first[0]) + 1])[0]) if len(first) else length


_END = re.compile(rb"\r\n|\n|\r")


def _line_ends(text: bytes) -> int:
    """Count the lines that end in a piece which no return before a newline was torn from."""
    returns = text.count(b"\r")
    return text.count(b"\n") + (returns - text.count(b"\r\n") if returns else 0)


def _word(text: str) -> str:
    """Give the longest word of plain letters and digits in a declared text, by which the rows that may hold it are found."""
    return max(re.findall(r"[a-z0-9]+", folded(text)), key=len, default="")


@cache
def _folding() -> str:
    """Give a pattern of the characters outside ASCII that fold to letters in it, as their UTF-8 bytes read as Latin-1."""
    every = (chr(code) for code in range(0x80, 0x20000) if not 0xD800 <= code < 0xE000)
    return "|".join(re.escape(each.encode().decode("latin-1")) for each in every if re.search("[a-z0-9]", each.casefold()))
