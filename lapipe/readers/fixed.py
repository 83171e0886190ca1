"""Read lines of fixed width, as DUO delivers 1CijferHO: every column has a start and a length in the contract."""

from __future__ import annotations

import io
from itertools import islice
from pathlib import Path

from lapipe.contract import Contract
from lapipe.errors import ContractBroken
from lapipe.readers.opened import open_bytes
from lapipe.readers.spooled import Spool

#: Lines that are cut at a time.
_LINES = 20_000


def read_fixed(path: Path, contract: Contract, encoding: str, spool: Spool) -> None:
    """Cut each line into the declared columns, blanks around them taken off.

    A line of another length cannot be parsed; characters where the contract declares nothing are an undeclared column.

    Raises:
        ContractBroken: there are such characters (LP202).
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [contract[name] for name in spool.names]
    width = max(column.start + column.length - 1 for column in columns)
    gaps, end = [], 0
    for column in sorted(columns, key=lambda each: each.start):
        if column.start > end + 1:
            gaps.append((end, column.start - 1))
        end = column.start + column.length - 1
    undeclared = 0
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="\n") as stream:
        number = 0
        while lines := list(islice(stream, _LINES)):
            good = []
            for line in lines:
                number += 1
                # MS-DOS ended its files with a byte 26, and some of DUO's programs still do.
                text = line.rstrip("\r\n").removesuffix("\x1a")
                if number == 1:
                    text = text.removeprefix("\ufeff")
                if not text:
                    continue
                spool.seen += 1
                if "\0" in text and contract.reading.nul_removed:
                    text = text.replace("\0", "")
                if len(text) == width or (len(text) < width and contract.reading.filled):
                    good.append(text)
                else:
                    spool.refuse(path, number, text, f"it does not have {width} characters")
            whole = pa.array(good, pa.string())
            for begin, stop in gaps:
                blank = pc.equal(pc.utf8_trim(pc.utf8_slice_codeunits(whole, begin, stop), " "), "")
                undeclared += len(whole) - int(pc.sum(blank).as_py() or 0)
            spool.keep_all([
                pc.utf8_trim(pc.utf8_slice_codeunits(whole, column.start - 1, column.start - 1 + column.length), " ") for column in columns])
    if undeclared:
        places = ", ".join(f"{begin + 1}-{stop}" for begin, stop in gaps)
        raise ContractBroken(f"{contract.name}: {path} has characters at positions that no column declares ({places}). Declare them with "
                             "their kind.", rule="LP202")
