"""Read an array of JSON objects many at once, as Arrow reads them; elements of which that may not say the same go one by one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lapipe.contract import Contract
from lapipe.readers.bits import bits, counted, outside_quotes, places
from lapipe.readers.lines import Batches
from lapipe.readers.objects import Objects, not_json, take_array
from lapipe.readers.spooled import Spool

if TYPE_CHECKING:
    import numpy as np

_QUOTE, _BACKSLASH, _OPEN, _CLOSE, _LIST, _END, _NEWLINE, _RETURN = (ord(each) for each in '"\\{}[]\n\r')


def read_array(path: Path, contract: Contract, encoding: str, spool: Spool) -> None:
    """Read an array of objects, whatever the file's size; with `at`, the one of the key of that name.

    Raises:
        ContractBroken: it is not JSON (LP208), or has undeclared keys (LP202).
    """
    objects = Objects(contract, spool)
    batches = _Elements(path, contract, objects, spool)
    take_array(path, contract, encoding, objects, batches.taken)
    objects.checked(path)


class _Elements(Batches):
    """Takes the elements of an array that a piece of text holds whole."""

    def __init__(self, path: Path, contract: Contract, objects: Objects, spool: Spool) -> None:
        super().__init__(path, contract.reading, objects, spool)
        self._contract = contract

    def taken(self, line: int, text: str) -> int:
        """Take the elements at the beginning of a text, whose first line is the `line`-th, and give where the last of them ends.

        It is 0 where none were taken: the text does not begin with an object, or something in it is not as in most arrays.
        """
        found = elements(text)
        if found is None:
            return 0
        whole, lines, end = found
        self.together([line + each for each in lines], whole)
        return end

    def _unparsed(self, number: int, line: str) -> None:
        # What follows it can be told from it only by guessing.
        raise not_json(self._contract, self._path, number)


def elements(text: str) -> tuple[list[str], Sequence[int], int] | None:
    r"""Give the objects that a text begins with, a comma between them: each on one line, the line breaks before each, and where the last ends.

    None where it does not begin with a whole object, or what stands between two of them is no comma alone.

    >>> elements('{"a": "}"},\n{"a":\n2}, {"a"')
    (['{"a": "}"}', '{"a": 2}'], [0, 1], 20)
    """
    import numpy as np

    content = text.encode()
    data = np.frombuffer(content, np.uint8)
    quotes = bits(data, _QUOTE)
    if b"\\" in content:
        quotes &= ~_escaped(data)
    outside, _ = outside_quotes(quotes, False, len(data))
    breaks = bits(data, _NEWLINE)
    opens, closes = bits(data, _OPEN) | bits(data, _LIST), bits(data, _CLOSE) | bits(data, _END)
    at = places((opens | closes) & outside)
    if not len(at) or at[0]:
        return None
    opening = (data[at] == _OPEN) | (data[at] == _LIST)
    depth = np.cumsum(np.where(opening, 1, -1))
    if int(depth.min()) < 0:
        # The array itself ends there.
        stop = int(np.flatnonzero(depth < 0)[0])
        at, opening, depth = at[:stop], opening[:stop], depth[:stop]
    begins, ends = at[opening & (depth == 1)], at[~opening & (depth == 0)] + 1
    begins = begins[:len(ends)]
    if not len(ends) or (data[begins] != _OPEN).any():
        return None
    if len(places((breaks | bits(data, _RETURN)) & ~outside)) or not _commas(content, ends[:-1].tolist(), begins[1:].tolist()):
        return None
    lines, size = counted(breaks, begins).tolist(), int(ends[-1])
    pairs = list(zip(begins.tolist(), ends.tolist(), strict=True))
    # Of plain letters each is one byte.
    if len(content) == len(text):
        flat = text.replace("\n", " ").replace("\r", " ")
        return [flat[begin:end] for begin, end in pairs], lines, size
    content = content.replace(b"\n", b" ").replace(b"\r", b" ")
    return [content[begin:end].decode() for begin, end in pairs], lines, len(content[:size].decode())


def _commas(content: bytes, ends: Sequence[int], begins: Sequence[int]) -> bool:
    """Tell whether a comma, and white space, is all that stands from each end to the next beginning."""
    between = {content[end:begin] for end, begin in zip(ends, begins, strict=True)}
    return all(each.strip(b" \t\r\n") == b"," for each in between)


def _escaped(data: np.ndarray) -> np.ndarray:
    """Give a bit for each byte that stands after an odd number of backslashes."""
    import numpy as np

    at = np.flatnonzero(data == _BACKSLASH)
    first = np.concatenate(([True], np.diff(at) > 1))
    begun = at[first][np.cumsum(first) - 1]
    after = at[(at - begun) % 2 == 0] + 1
    marked = np.zeros(len(data), np.uint8)
    marked[after[after < len(data)]] = 1
    return bits(marked, 1)
