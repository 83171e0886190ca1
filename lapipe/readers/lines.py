"""Read JSON lines many at once, as Arrow reads them; lines of which that may not say the same go one by one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from lapipe.contract import Contract, Reading
from lapipe.readers.objects import Objects, cleaned, parsed
from lapipe.readers.opened import open_bytes
from lapipe.readers.spooled import Spool

if TYPE_CHECKING:
    import pyarrow as pa

#: How much of a file is looked at at a time, in bytes.
_PIECE = 1 << 22
#: Lines that are read one by one, for their types to be learnt, and the fewest that are tried together.
_LEARNT, _FEW = 100, 64
#: So many lines may be tried together in vain, beyond as many as succeeded, before a file is read one by one.
_PATIENCE = 100_000
#: More brackets than these in a line might be too deep for Arrow.
_BRACKETS = 500
#: What Arrow takes for a number and JSON does not know.
_NO_NUMBER = re.compile(rb"[:,\[]\s*-?(?:NaN|Inf)")

#: From a key to the type of its values, or to the keys of the objects there.
_Shape: TypeAlias = "dict[str, str | _Shape]"


def read_lines(path: Path, contract: Contract, encoding: str, spool: Spool) -> None:
    """Read a file with one JSON object in each line, after a logger's prefix where that is declared."""
    objects = Objects(contract, spool)
    batches = Batches(path, contract.reading, objects, spool)
    number = 0
    for text in pieces_of_lines(path, encoding):
        text = text.removesuffix("\n")
        batches.take(number + 1, text)
        number += text.count("\n") + 1
    objects.checked(path)


def pieces_of_lines(path: Path, encoding: str, size: int = _PIECE, changed: Callable[[str], str] = str) -> Iterator[str]:
    """Give a file's text in pieces of whole lines, each `changed` before its lines are told apart."""
    decoder = codecs.getincrementaldecoder(encoding)()
    left: list[str] = []
    with open_bytes(path) as stream:
        yield from _whole_lines(stream, decoder, size, changed, left)
    if rest := "".join(left):
        yield rest


def _whole_lines(stream: IO[bytes], decoder: codecs.IncrementalDecoder, size: int, changed: Callable[[str], str], left: list[str]) -> Iterator[str]:
    first, piece = True, b" "
    while piece:
        piece = stream.read(size)
        text = decoder.decode(piece, final=not piece)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        text = changed(text)
        end = text.rfind("\n") + 1
        if end:
            yield "".join([*left, text[:end]])
            left.clear()
        left.append(text[end:])


class Batches:
    """Takes lines together where it is certain what they say; `_shape` is what the lines that were read one by one taught."""

    def __init__(self, path: Path, reading: Reading, objects: Objects, spool: Spool) -> None:
        self._path, self._reading, self._objects, self._spool = path, reading, objects, spool
        self._shape: _Shape = {}
        self._learnt, self._left = 0, _PATIENCE

    def take(self, number: int, text: str) -> None:
        """Take the lines of a text, of which the first is the `number`-th."""
        plain = not self._reading.prefix and "\0" not in text and "\ufeff" not in text
        if plain and "\r" in text:
            text = text.replace("\r\n", "\n").removesuffix("\r")
        lines = text.split("\n")
        numbers: Sequence[int] = range(number, number + len(lines))
        if not (plain and text[:1] == "{" and text[-1:] == "}" and text.count("}\n{") == len(lines) - 1):
            lines = [line.strip() for line in lines] if plain else [cleaned(line, self._reading) for line in lines]
            other = [place for place, line in enumerate(lines) if line[:1] != "{" or line[-1:] != "}"]
            for place in other:
                if lines[place]:
                    # No object, so it goes to quarantine, and its place among the others does not matter.
                    self._one(numbers[place], lines[place])
            left = sorted(set(range(len(lines))).difference(other))
            numbers, lines = [numbers[place] for place in left], [lines[place] for place in left]
        self.together(numbers, lines)

    def together(self, numbers: Sequence[int], lines: Sequence[str]) -> None:
        """Take lines that begin and end as an object does, the first of a file one by one."""
        learnt = min(max(_LEARNT - self._learnt, 0), len(lines))
        self._singly(numbers[:learnt], lines[:learnt])
        self._together(numbers[learnt:], lines[learnt:])

    def _singly(self, numbers: Sequence[int], lines: Sequence[str]) -> None:
        for number, line in zip(numbers, lines, strict=True):
            self._one(number, line)

    def _together(self, numbers: Sequence[int], lines: Sequence[str]) -> None:
        found = self._read(lines) if self._left > 0 and len(lines) >= _FEW else None
        if found is not None:
            self._left += len(lines)
            self._spool.seen += len(lines)
            self._spool.keep_all(found)
            return
        self._left -= len(lines)
        if self._left <= 0 or len(lines) < 2 * _FEW:
            self._singly(numbers, lines)
            return
        middle = len(lines) // 2
        self._together(numbers[:middle], lines[:middle])
        self._together(numbers[middle:], lines[middle:])

    def _one(self, number: int, line: str) -> None:
        good, record = parsed(line)
        if good:
            self._learnt += 1
            if isinstance(record, dict):
                self._objects.learn(record, self._shape)
            self._objects.take(self._path, number, record, line)
        else:
            self._unparsed(number, line)

    def _unparsed(self, number: int, line: str) -> None:
        self._objects.unparsed(self._path, number, line)

    def _read(self, lines: Sequence[str]) -> list[pa.Array] | None:
        """Give the columns of lines, or None where Arrow may read them otherwise than one by one."""
        import pyarrow as pa
        import pyarrow.json

        # A bracket that opens and one that closes are two characters.
        if max(map(len, lines)) > 2 * _BRACKETS and any(line.count("{") + line.count("[") > _BRACKETS for line in lines):
            return None
        text = "\n".join(lines).encode()
        if (b"NaN" in text or b"Inf" in text) and _NO_NUMBER.search(text):
            return None
        schema = pa.schema(_fields(self._shape))
        try:
            # Every line begins and ends as an object does. So each is one, if as many were found as there are lines.
            table = pyarrow.json.read_json(pa.BufferReader(text), read_options=pyarrow.json.ReadOptions(block_size=len(text) + 1, use_threads=False),
                                           parse_options=pyarrow.json.ParseOptions(explicit_schema=schema))
        except (pa.ArrowException, ValueError):
            return None
        if table.num_rows != len(lines):
            return None
        return self._objects.columns_of([(name, column.combine_chunks()) for name, column in zip(table.column_names, table.columns, strict=True)],
                                        table.num_rows)


def _fields(shape: _Shape) -> list[tuple[str, Any]]:
    import pyarrow as pa

    # Texts and whole numbers come out as they were written; numbers with a point do where trailing zeros say nothing.
    types = {"str": pa.string(), "int": pa.int64(), "bool": pa.bool_(), "number": pa.decimal128(38, 18)}
    return [(key, types[value] if isinstance(value, str) else pa.struct(_fields(value))) for key, value in shape.items()]
