"""What cells have to do with each other: which are the sums of which, over dimensions, hierarchies and margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lapipe.errors import UsageFault

if TYPE_CHECKING:
    import numpy as np

#: More cells than this, margins counted, are not protected together; the audit over the whole would take hours.
MOST_CELLS = 250_000


@dataclass(frozen=True)
class Dimension:
    """The nodes of one dimension, and of each group its parent and children; a leaf is in no group as a parent."""

    name: str
    nodes: tuple[Any, ...]
    groups: tuple[tuple[int, tuple[int, ...]], ...]

    @cached_property
    def parents(self) -> frozenset[int]:
        """The nodes that are sums of others."""
        return frozenset(parent for parent, _ in self.groups)

    @cached_property
    def beside(self) -> tuple[tuple[int, ...], ...]:
        """For each node, the nodes that stand in a group with it."""
        near: list[dict[int, None]] = [{} for _ in self.nodes]
        for parent, children in self.groups:
            for node in (parent, *children):
                near[node] |= dict.fromkeys(other for other in (*children, parent) if other != node)
        return tuple(tuple(found) for found in near)

    @cached_property
    def order(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The groups, children before the groups that they are parents of.

        Raises:
            UsageFault: a category is its own ancestor.
        """
        left, done = list(self.groups), {node for node in range(len(self.nodes)) if node not in self.parents}
        found: list[tuple[int, tuple[int, ...]]] = []
        while left:
            ready = [group for group in left if all(child in done for child in group[1])]
            if not ready:
                raise UsageFault(f"The hierarchy of '{self.name}' goes round in a circle; a category cannot be above itself.", rule="LP408")
            found += ready
            left = [group for group in left if group not in ready]
            done |= {parent for parent, _ in ready if all(parent != other for other, _ in left)}
        return tuple(found)


@dataclass(frozen=True)
class Cube:
    """Every combination of the dimensions' nodes, and which of them are sums of which."""

    dimensions: tuple[Dimension, ...]

    def __post_init__(self) -> None:
        if self.cells > MOST_CELLS:
            raise UsageFault(f"The table has {self.cells} cells with its margins; at most {MOST_CELLS} are protected together. Use fewer "
                             "dimensions or coarser categories.", rule="LP407")

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of nodes of each dimension."""
        return tuple(len(dimension.nodes) for dimension in self.dimensions)

    @property
    def cells(self) -> int:
        """The number of combinations."""
        number = 1
        for length in self.shape:
            number *= length
        return number

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """What one step in a dimension adds to a cell's number."""
        found: list[int] = []
        step = 1
        for length in reversed(self.shape):
            found.append(step)
            step *= length
        return tuple(reversed(found))

    @cached_property
    def coordinates(self) -> np.ndarray[Any, Any]:
        """The nodes of each cell: a row per dimension."""
        import numpy as np

        return np.array(np.unravel_index(np.arange(self.cells), self.shape), dtype=np.int64)

    @cached_property
    def leaves(self) -> np.ndarray[Any, Any]:
        """Whether a cell is the sum of no others."""
        import numpy as np

        leaf = np.ones(self.cells, dtype=bool)
        for position, dimension in enumerate(self.dimensions):
            leaf &= ~np.isin(self.coordinates[position], list(dimension.parents))
        return leaf

    def summed(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Give the values with every parent made the sum of its children, in each dimension in turn."""
        cube = values.reshape(self.shape).copy()
        for position, dimension in enumerate(self.dimensions):
            moved = cube.swapaxes(0, position)
            for parent, children in dimension.order:
                moved[parent] = moved[list(children)].sum(axis=0)
        return cube.reshape(-1)

    def of_one_kind(self, values: np.ndarray[Any, Any], position: int) -> np.ndarray[Any, Any]:
        """Mark the cells of groups all of whose people are in one category of a dimension: the figure tells each member's."""
        import numpy as np

        dimension = self.dimensions[position]
        leaf = [node for node in range(len(dimension.nodes)) if node not in dimension.parents]
        marks = np.zeros(self.shape, dtype=bool)
        among, marked = np.moveaxis(values.reshape(self.shape), position, 0), np.moveaxis(marks, position, 0)
        kinds = among[leaf]
        one = (kinds.max(axis=0) == kinds.sum(axis=0)) & (kinds.sum(axis=0) > 0)
        for node in leaf:
            marked[node] = one
        return marks.reshape(-1)

    def relations(self) -> Relations:
        """Give a relation for each group in each combination of the other dimensions: children - parent = 0."""
        import numpy as np

        rows: list[Any] = []
        columns: list[Any] = []
        signs: list[Any] = []
        count = 0
        for position, dimension in enumerate(self.dimensions):
            zero = np.flatnonzero(self.coordinates[position] == 0)
            step = self.strides[position]
            for parent, children in dimension.groups:
                numbers = np.arange(count, count + len(zero))
                count += len(zero)
                for node, sign in ((parent, -1), *((child, 1) for child in children)):
                    rows.append(numbers)
                    columns.append(zero + node * step)
                    signs.append(np.full(len(zero), sign, dtype=np.int64))
        if not rows:
            empty = np.zeros(0, dtype=np.int64)
            return Relations(self.cells, 0, empty, empty, empty)
        return Relations(self.cells, count, np.concatenate(rows), np.concatenate(columns), np.concatenate(signs))


@dataclass(frozen=True)
class Relations:
    """A sparse matrix of whole numbers: entry e says that relation row[e] holds coefficient[e] times cell column[e]."""

    cells: int
    count: int
    row: np.ndarray[Any, Any]
    column: np.ndarray[Any, Any]
    coefficient: np.ndarray[Any, Any]

    def joined(self, further: Sequence[Mapping[int, int]]) -> Relations:
        """Give these and further relations, each a mapping of cells to coefficients: of an earlier release, for instance."""
        import numpy as np

        row, column, coefficient = [self.row], [self.column], [self.coefficient]
        for number, relation in enumerate(further, self.count):
            row.append(np.full(len(relation), number, dtype=np.int64))
            column.append(np.fromiter(relation.keys(), dtype=np.int64, count=len(relation)))
            coefficient.append(np.fromiter(relation.values(), dtype=np.int64, count=len(relation)))
        return Relations(self.cells, self.count + len(further), np.concatenate(row), np.concatenate(column), np.concatenate(coefficient))

    @cached_property
    def _by_column(self) -> tuple[Any, Any, Any]:
        import numpy as np

        order = np.argsort(self.column, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(self.column, minlength=self.cells))])
        return start, self.row[order], self.coefficient[order]

    @cached_property
    def _by_row(self) -> tuple[Any, Any, Any]:
        import numpy as np

        order = np.argsort(self.row, kind="stable")
        return np.concatenate([[0], np.cumsum(np.bincount(self.row, minlength=self.count))]), self.column[order], self.coefficient[order]

    def members(self, relation: int) -> np.ndarray[Any, Any]:
        """Give the cells of one relation."""
        start, column, _ = self._by_row
        found: np.ndarray[Any, Any] = column[start[relation]:start[relation + 1]]
        return found

    def signs(self, relation: int) -> np.ndarray[Any, Any]:
        """Give the coefficients of one relation's cells, in the order of `members`."""
        start, _, coefficient = self._by_row
        found: np.ndarray[Any, Any] = coefficient[start[relation]:start[relation + 1]]
        return found

    def of(self, cells: np.ndarray[Any, Any]) -> tuple[Any, Any, Any]:
        """Give the entries of some cells, column by column: lengths, relations, coefficients."""
        import numpy as np

        start, row, coefficient = self._by_column
        length = start[cells + 1] - start[cells]
        ends = np.cumsum(length)
        entries = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - length, length) + np.repeat(start[cells], length)
        return length, row[entries], coefficient[entries]

    def applied(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Give each relation's sum over the cells' values, in whole numbers where they are."""
        import numpy as np

        out = np.zeros(self.count, dtype=values.dtype)
        np.add.at(out, self.row, self.coefficient * values[self.column])
        return out

    def moved(self, cells: np.ndarray[Any, Any], steps: np.ndarray[Any, Any]) -> tuple[Any, Any]:
        """Give the relations that a move of some cells touches, and by how much it changes each."""
        import numpy as np

        length, row, coefficient = self.of(cells)
        touched, place = np.unique(row, return_inverse=True)
        change = np.zeros(len(touched), dtype=steps.dtype)
        np.add.at(change, place, coefficient * np.repeat(steps, length))
        return touched, change
