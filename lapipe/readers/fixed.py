"""Read lines of fixed width, as DUO delivers 1CijferHO: every column has a start and a length in the contract."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lapipe.contract import Contract
from lapipe.errors import ContractBroken
from lapipe.readers.lines import pieces_of_lines
from lapipe.readers.spooled import Spool

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_BLANK = ord(" ")


def read_fixed(path: Path, contract: Contract, encoding: str, spool: Spool) -> None:
    """Cut each line into the declared columns, blanks around them taken off; many lines at once, as a table of their characters.

    A line of another length cannot be parsed; characters where the contract declares nothing are an undeclared column.

    Raises:
        ContractBroken: there are such characters (LP202).
    """
    import numpy as np

    columns = [contract[name] for name in spool.names]
    width = max(column.start + column.length - 1 for column in columns)
    gaps = _gaps([(column.start - 1, column.start - 1 + column.length) for column in columns])
    undeclared = line = 0
    for text in pieces_of_lines(path, encoding, changed=_without_nul if contract.reading.nul_removed else str):
        begins, stops, codes = _lines(text)
        lengths = stops - begins
        good = (lengths == width) | ((lengths < width) & (lengths > 0) & contract.reading.filled)
        bad = np.flatnonzero(~good & (lengths > 0))
        for each in bad.tolist():
            spool.refuse(path, line + each + 1, text[begins[each]:stops[each]], f"it does not have {width} characters")
        spool.seen += int(np.count_nonzero(good)) + len(bad)
        line += len(begins)
        table = _table(codes, begins[good], lengths[good], width)
        for begin, stop in gaps:
            undeclared += int(np.count_nonzero((table[:, begin:stop] != _BLANK).any(axis=1)))
        if len(table):
            spool.keep_all([_cut(table[:, column.start - 1:column.start - 1 + column.length]) for column in columns])
    if undeclared:
        places = ", ".join(f"{begin + 1}-{stop}" for begin, stop in gaps)
        raise ContractBroken(f"{contract.name}: {path} has characters at positions that no column declares ({places}). Declare them with "
                             "their kind.", rule="LP202")


def _gaps(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the places between the columns' places."""
    gaps, end = [], 0
    for begin, stop in sorted(places):
        if begin > end:
            gaps.append((end, begin))
        end = stop
    return gaps


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


def _lines(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give where each line begins and stops, its end not counted, and the text's characters as numbers."""
    import numpy as np

    codes = np.frombuffer(text.encode(), np.uint8) if text.isascii() else np.frombuffer(text.encode("utf-32-le"), np.uint32)
    stops = np.flatnonzero(codes == ord("\n"))
    begins = np.concatenate(([0], stops + 1))
    if begins[-1] == len(codes):
        begins = begins[:-1]
    else:
        stops = np.append(stops, len(codes))
    while len(returns := np.flatnonzero((stops > begins) & (codes[stops - 1] == ord("\r")))):
        stops[returns] -= 1
    # MS-DOS ended its files with a byte 26, and some of DUO's programs still do.
    stops -= (stops > begins) & (codes[stops - 1] == 0x1A)
    return begins, stops, codes


def _table(codes: np.ndarray, begins: np.ndarray, lengths: np.ndarray, width: int) -> np.ndarray:
    """Give a row of characters per line, and blanks behind a line that is shorter."""
    import numpy as np

    if not len(begins):
        return np.empty((0, width), codes.dtype)
    step = int(begins[1] - begins[0]) if len(begins) > 1 else width
    if step >= width and (np.diff(begins) == step).all() and (lengths == width).all():
        return np.lib.stride_tricks.as_strided(codes[begins[0]:], (len(begins), width), (step * codes.itemsize, codes.itemsize), writeable=False)
    places = np.arange(width)
    table = codes[np.minimum(begins[:, None] + places, len(codes) - 1)]
    table[places >= lengths[:, None]] = _BLANK
    return table


def _cut(cells: np.ndarray) -> pa.Array:
    """Make a column of cells of so many characters each, blanks around them taken off."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, length = cells.shape
    if cells.dtype == np.uint8 or cells.max() < 0x80:
        text = cells.astype(np.uint8).tobytes()
        ends = np.arange(1, rows + 1) * length
    else:
        text = cells.tobytes().decode("utf-32-le").encode()
        ends = np.cumsum((1 + (cells >= 0x80) + (cells >= 0x800) + (cells >= 0x10000)).sum(axis=1))
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    return pc.utf8_trim(pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text)), " ")
