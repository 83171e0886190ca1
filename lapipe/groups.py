"""The groups of a statistic by columns: a large one has a million, and an object for each value of each would cost more than the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lapipe.disclosure.memory import Cells, Dimension

if TYPE_CHECKING:
    import pyarrow as pa

#: Numbers of combinations stay below this while they are made; beyond it they are numbered anew.
_MANY = 2**62

Places = np.ndarray[Any, np.dtype[np.int64]]


def spelt(value: Any) -> str | None:
    """Give a grouping value as text, the same whatever type holds it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def spelt_column(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """Give a column of grouping values as codes of their texts in order, each distinct value spelt once; null stays null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    whole = pc.dictionary_encode(values.combine_chunks())
    texts = [str(spelt(value)) for value in whole.dictionary.to_pylist()]
    ordered = sorted(set(texts))
    codes = {text: code for code, text in enumerate(ordered)}
    new = pa.array([codes[text] for text in texts], pa.int32())
    return pa.DictionaryArray.from_arrays(new.take(whole.indices), pa.array(ordered, pa.string()))


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of one statistic: a column of texts for each of its dimensions, people (n), and whether the figures are known (n).

    `told` names what the figures tell of. `gaps` marks, for such a thing, the groups whose people are known and whose figures of it
    were left out (n); where there are none it has no entry.
    """

    dimensions: tuple[Dimension, ...]
    keys: tuple[pa.DictionaryArray, ...]
    people: Places
    known: np.ndarray[Any, np.dtype[np.bool_]]
    figures: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    gaps: Mapping[str, np.ndarray[Any, np.dtype[np.bool_]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.people)

    def key(self, number: int) -> tuple[str | None, ...]:
        """Give what one group is about."""
        return tuple(column[number].as_py() for column in self.keys)

    def shows(self, thing: str = "") -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Say of each group whether its people are known, or its figures of a thing."""
        return self.known & ~self.gaps[thing] if thing in self.gaps else self.known

    def has_gap(self, thing: str, number: int) -> bool:
        """Say whether a group's figures of a thing were left out though the group is known."""
        return thing in self.gaps and bool(self.gaps[thing][number])

    def cells(self, numbers: Places) -> Cells:
        """Give some of the groups, in this order, as cells to compare."""
        import pyarrow as pa

        at = pa.array(numbers)
        columns = [column.take(at).to_pylist() for column in self.keys]
        keys = list(zip(*columns, strict=True)) if columns else [()] * len(numbers)
        return Cells(self.dimensions, keys, self.people[numbers].tolist(), self.known[numbers].tolist(), (*self.figures, *self.told))

    def and_of_nobody(self, keys: Sequence[pa.DictionaryArray], number: int) -> Groups:
        """Add a number of groups without people."""
        if not number:
            return self
        longer = tuple(spelt_column(_joined(mine, theirs)) for mine, theirs in zip(self.keys, keys, strict=True))
        return replace(self, keys=longer, people=np.concatenate([self.people, np.zeros(number, dtype=np.int64)]),
                       known=np.concatenate([self.known, np.zeros(number, dtype=bool)]),
                       gaps={thing: np.concatenate([gap, np.zeros(number, dtype=bool)]) for thing, gap in self.gaps.items()})


def _joined(mine: pa.DictionaryArray, theirs: pa.DictionaryArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([mine.dictionary_decode(), theirs.dictionary_decode()], pa.string())


def numbered(mine: Sequence[pa.DictionaryArray], theirs: Sequence[pa.DictionaryArray], sizes: tuple[int, int]) -> tuple[Places, Places]:
    """Number the rows of two tables in their order, so that equal rows, and they only, have equal numbers; null equals null and comes first.

    `sizes` are the rows of each.
    """
    numbers, among = np.zeros(sum(sizes), dtype=np.int64), 1
    for one, other in zip(mine, theirs, strict=True):
        coded = spelt_column(_joined(one, other))
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        size = len(coded.dictionary) + 1
        if among * size >= _MANY:
            distinct, numbers = np.unique(numbers, return_inverse=True)
            among = len(distinct)
        numbers, among = numbers * size + codes, among * size
    return numbers[:sizes[0]], numbers[sizes[0]:]


def places(of: Places, among: Places) -> Places:
    """Give where each number stands in a list of distinct numbers, or -1."""
    if not len(among):
        return np.full(len(of), -1, dtype=np.int64)
    # Looked for in order, numbers that are near each other are found in what is at hand.
    order, asked = np.argsort(among), np.argsort(of)
    among_sorted, of_sorted = among[order], of[asked]
    at = np.minimum(np.searchsorted(among_sorted, of_sorted), len(among) - 1)
    found = np.empty(len(of), dtype=np.int64)
    found[asked] = np.where(among_sorted[at] == of_sorted, order[at], -1)
    return found


class Rows:
    """The rows of a statistic as they may leave: few of them are changed, and only those become objects.

    `over` names the column that tells what a row is a total over; empty where the table has none.
    """

    def __init__(self, table: pa.Table, over: str = "") -> None:
        self.table = table
        self._over = table.column(over).to_numpy(zero_copy_only=False) if over and over in table.column_names else None
        self._changed: dict[int, Mapping[str, Any] | None] = {}
        self._added: list[Mapping[str, Any]] = []

    def of(self, over: str, by: Sequence[str]) -> tuple[Places, tuple[pa.DictionaryArray, ...]]:
        """Give the numbers of the rows that are totals over some columns, and what each is about."""
        import pyarrow as pa

        numbers = np.arange(self.table.num_rows) if self._over is None else np.flatnonzero(self._over == over)
        some = self.table.select(list(by)) if self._over is None else self.table.select(list(by)).take(pa.array(numbers))
        return numbers, tuple(spelt_column(some.column(name)) for name in by)

    def row(self, number: int) -> dict[str, Any]:
        """Give one row, as the table that was handed in has it."""
        found: dict[str, Any] = self.table.slice(number, 1).to_pylist()[0]
        return found

    def change(self, number: int, row: Mapping[str, Any] | None) -> None:
        """Let a row say something else, or nothing."""
        self._changed[number] = row

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row at the end."""
        self._added.append(row)

    def changed(self) -> pa.Table:
        """Give the table with what was changed, in its order."""
        import pyarrow as pa

        if not self._changed and not self._added:
            return self.table
        rows = [row for row in self._changed.values() if row is not None]
        order = np.arange(self.table.num_rows)
        order[[number for number, row in self._changed.items() if row is not None]] = self.table.num_rows + np.arange(len(rows))
        order = np.delete(order, [number for number, row in self._changed.items() if row is None])
        order = np.concatenate([order, self.table.num_rows + len(rows) + np.arange(len(self._added))])
        made = pa.Table.from_pylist([*rows, *self._added], schema=self.table.schema)
        return pa.concat_tables([self.table, made]).take(pa.array(order))
