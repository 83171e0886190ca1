"""An outsider who knows a published table, its totals and the rule: what can they compute? Written apart from lapipe.disclosure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

#: As far as the outsider looks: no cell of the tests holds as many.
FAR = 10_000

Cell = tuple[Any, ...]


@dataclass(frozen=True)
class Knowledge:
    """What the outsider has: figures that are told, bounds of those that are not, and which cells add up to which."""

    told: Mapping[Cell, int]
    bounds: Mapping[Cell, tuple[float, float]]
    sums: Sequence[tuple[Cell, Sequence[Cell]]]

    def interval(self, cell: Cell) -> tuple[int, int]:
        """Give the least and the most that a cell can hold, in whole numbers, by two integer programmes."""
        unknown = list(self.bounds)
        at = {each: number for number, each in enumerate(unknown)}
        rows, right = [], []
        for parent, children in self.sums:
            row, known = np.zeros(len(unknown)), 0
            for each, sign in ((parent, -1), *((child, 1) for child in children)):
                if each in at:
                    row[at[each]] += sign
                else:
                    known += sign * self.told[each]
            if row.any():
                rows.append(row)
                right.append(-known)
            else:
                assert known == 0
        low, high = (np.array([self.bounds[each][side] for each in unknown], dtype=float) for side in (0, 1))
        found = []
        for sign in (1, -1):
            aim = np.zeros(len(unknown))
            aim[at[cell]] = sign
            solved = milp(aim, integrality=np.ones(len(unknown)), bounds=Bounds(low, np.minimum(high, FAR)),
                          constraints=[LinearConstraint(np.array(rows), right, right)] if rows else [])
            assert solved.status == 0, solved.message
            found.append(round(sign * solved.fun))
        return found[0], found[1]

    def enumerated(self, cell: Cell, most: int) -> tuple[int, int]:
        """Give the same by trying every table, for tables of a few cells."""
        unknown = list(self.bounds)
        seen = [values[unknown.index(cell)] for values in self._tables(unknown, most)]
        return min(seen), max(seen)

    def _tables(self, unknown: Sequence[Cell], most: int) -> Iterator[tuple[int, ...]]:
        ranges = [range(int(self.bounds[each][0]), int(min(self.bounds[each][1], most)) + 1) for each in unknown]
        for values in product(*ranges):
            table = {**self.told, **dict(zip(unknown, values, strict=True))}
            if all(table[parent] == sum(table[child] for child in children) for parent, children in self.sums):
                yield values


def all_sums(nodes: Sequence[Sequence[Any]], groups: Sequence[Mapping[Any, Sequence[Any]]]) -> list[tuple[Cell, list[Cell]]]:
    """Give every sum: in each dimension each parent of its children, for each combination of the other dimensions."""
    found = []
    for position, of in enumerate(groups):
        for parent, children in of.items():
            for rest in product(*(each for other, each in enumerate(nodes) if other != position)):
                def cell(node: Any, rest: Cell = rest, position: int = position) -> Cell:
                    return (*rest[:position], node, *rest[position:])

                found.append((cell(parent), [cell(child) for child in children]))
    return found
