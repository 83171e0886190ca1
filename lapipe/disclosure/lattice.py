"""Find the recoding of quasi-identifiers that loses least, over distinct tuples of values and the people who have them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lapipe.disclosure.diversity import Criterion
from lapipe.disclosure.hierarchy import Hierarchy
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]
    Truths = npt.NDArray[np.bool_]

#: Lattices of more nodes than this are not searched: the bounds alone would take more memory than the data.
NODES = 5_000_000

#: Tuples are numbered by counting where there are at most this many times as many possible ones, by sorting otherwise.
_DENSE = 8

#: A class-by-value table of more cells than this is made in pieces.
_CELLS = 20_000_000


@dataclass(frozen=True)
class Sensitive:
    """A sensitive column: for each (unit, value) with people in it how many, the number of values, and what is asked of classes.

    Where a person may be in several units, there is an entry per person instead, and `person` says who: units that become one class
    must not count them twice.
    """

    column: str
    unit: Ints
    value: Ints
    people: Ints
    values: int
    criteria: tuple[Criterion, ...]
    person: Ints | None = None

    @property
    def whole(self) -> Reals:
        """The distribution over everybody."""
        counted = np.bincount(self.value, weights=self.people, minlength=self.values)
        return np.asarray(counted / counted.sum())


@dataclass(frozen=True)
class Units:
    """What classes are made of: people who have the same tuple, or the same set of tuples, of quasi-identifiers.

    `tuples` has a row of value codes for each distinct tuple, `people` the people of each unit. Pair i says that unit
    `of[i]` has tuple `has[i]`. Without sets, units are the tuples. `owners`, where a person may be in several units, gives the
    person and unit of each pair of these, and then a class protects its rows and not the set of a person's rows.
    """

    tuples: Ints
    people: Ints
    of: Ints
    has: Ints
    owners: tuple[Ints, Ints] | None = None

    @property
    def sets(self) -> bool:
        """Whether some unit has several tuples."""
        return len(self.of) > len(self.people)


@dataclass(frozen=True)
class Recoding:
    """A recoding: the level of each column, its loss, the people left out, the smallest class, the classes, and which units stay."""

    levels: tuple[int, ...]
    loss: float
    people_left_out: int
    k: int
    classes: int
    stays: Truths = field(repr=False)
    checked: int = 0
    nodes: int = 0


def one_each(tuples: Ints, people: Ints) -> Units:
    """Give the units of people who have one tuple each."""
    numbers = np.arange(len(tuples), dtype=np.int64)
    return Units(tuples, people, numbers, numbers)


class Lattice:
    """Every combination of levels, what is known of each, and the classes that it makes.

    Loss is ARX's (MetricMDNMLoss, with suppression and generalisation weighed alike, and its geometric mean): of each column the
    mean share of its domain that a published value covers, 1 for people left out, scaled so that 0 is the data as it is and 1 all
    of it gone; over d columns (product of (1 + loss_i))^(1/d) - 1. Sources: Iyengar 2002; Prasser et al., ARX 3.9.
    """

    def __init__(self, columns: Sequence[Hierarchy], units: Units, k: int, *, at_most: int = 0, sensitive: Sequence[Sensitive] = ()) -> None:
        heights = [column.height + 1 for column in columns]
        nodes = int(np.prod(np.array(heights, dtype=object))) if heights else 1
        if nodes > NODES:
            raise UsageFault(f"The hierarchies make {nodes:,} combinations of levels, more than the {NODES:,} that are searched. Give fewer "
                             "columns or levels.")
        self.columns, self.units, self.k, self.at_most, self.sensitive = tuple(columns), units, k, at_most, tuple(sensitive)
        self._weights = units.people[units.of]
        self._weight = int(self._weights.sum())
        self._cache: dict[tuple[int, int], Ints] = {}
        self.levels: npt.NDArray[np.int16] = np.array(list(itertools.product(*(range(height) for height in heights))),
                                                      dtype=np.int16).reshape(nodes, len(columns))
        #: The part of each column's loss that generalising alone makes, by level: it grows with the level, whatever is left out.
        self._generalised = [np.array([self._scaled(number, float((self._weights * self._shares(number, level)).sum()))
                                       for level in range(height)]) for number, height in enumerate(heights)]
        bounds = np.ones(nodes)
        for number, losses in enumerate(self._generalised):
            bounds *= (1 + losses[self.levels[:, number]]) ** (1 / len(columns))
        self.bounds = bounds - 1
        self._hashes: npt.NDArray[np.uint64] | None = None

    def search(self) -> Recoding | None:
        """Give the recoding of least loss that leaves out at most `at_most` people, or None where there is none.

        A combination that leaves out too many rules out all finer ones, as long as merging classes cannot make one worse (k
        people, distinct values; with nobody left out, every criterion); one whose generalisation alone loses more than the best so
        far rules out itself. What remains is tried in the middle first. Of equals, the lowest levels are taken.
        """
        open_ = np.ones(len(self.levels), dtype=bool)
        best: Recoding | None = None
        checked = 0
        chain = self._chain()
        low, high = 0, len(chain)
        while low < high:
            # A first good combination, by halving the way from all detail to none.
            middle = (low + high) // 2
            if open_[chain[middle]]:
                found, survives = self._tried(chain[middle], open_)
                checked += 1
                best = _better(best, found)
                low, high = (low, middle) if survives else (middle + 1, high)
            else:
                low, high = middle + 1, high
        while True:
            if best is not None:
                open_ &= self.bounds <= best.loss + 1e-12
            left = np.flatnonzero(open_)
            if not len(left):
                break
            middle = len(left) // 2
            node = int(left[np.argpartition(self.bounds[left], middle)[middle]])
            found, _ = self._tried(node, open_)
            checked += 1
            best = _better(best, found)
        if best is None:
            return None
        return Recoding(best.levels, best.loss, best.people_left_out, best.k, best.classes, best.stays, checked, len(self.levels))

    def _tried(self, node: int, open_: Truths) -> tuple[Recoding | None, bool]:
        """Try one combination and close what it rules out; also say whether coarser ones may do."""
        open_[node] = False
        found, survives = self.evaluated(tuple(int(level) for level in self.levels[node]))
        if not survives:
            open_ &= ~(self.levels <= self.levels[node]).all(axis=1)
        return found, survives

    def _chain(self) -> list[int]:
        """Give a way from the lowest to the highest levels that takes, at each step, the column that loses least."""
        level = [0] * len(self.columns)
        heights = [column.height for column in self.columns]
        places = [int(np.prod([height + 1 for height in heights[number + 1:]], dtype=np.int64)) for number in range(len(heights))]
        chain = [0]
        while level != heights:
            step = min((number for number, height in enumerate(heights) if level[number] < height),
                       key=lambda number: (1 + self._generalised[number][level[number] + 1]) / (1 + self._generalised[number][level[number]]))
            level[step] += 1
            chain.append(sum(place * at for place, at in zip(places, level, strict=True)))
        return chain

    def evaluated(self, levels: tuple[int, ...]) -> tuple[Recoding | None, bool]:
        """Give the recoding by these levels, or None where it leaves out too many; and whether what survives merging is met."""
        units, k = self.units, self.k
        classes, number = self._classes(levels)
        sizes = self._sizes(classes, number)
        surviving = large = sizes >= k
        for column in self.sensitive:
            for criterion in column.criteria:
                holds = self._holds(column, criterion, classes, number)
                large = large & holds
                if criterion.survives_merging or not self.at_most:
                    surviving = surviving & holds
        stays = large[classes]
        left_out = self._people(~stays)
        survives = left_out <= self.at_most or self._people(~surviving[classes]) <= self.at_most
        if left_out > self.at_most:
            return None, survives
        gone = ~stays[units.of]
        weights, has = self._weights[gone], units.has[gone]
        loss = 1.0
        for position, level in enumerate(levels):
            shares = self._share_of(position, level)[units.tuples[has, position]] if len(has) else np.zeros(0)
            whole = float((self._weights * self._shares(position, level)).sum()) if self._weight else 0.0
            loss *= (1 + self._scaled(position, whole + float((weights * (1 - shares)).sum()))) ** (1 / len(levels))
        staying = sizes[large]
        return Recoding(levels, loss - 1, left_out, int(staying.min()) if len(staying) else 0, int(large.sum()), stays), survives

    def _sizes(self, classes: Ints, number: int) -> Ints:
        """Count the people of each class: once, whichever of its units they are in."""
        if self.units.owners is None:
            return np.bincount(classes, weights=self.units.people, minlength=number).astype(np.int64)
        person, unit = self.units.owners
        return np.bincount(distinct(person * number + classes[unit]) % number, minlength=number)

    def _people(self, gone: Truths) -> int:
        """Count the people of units; somebody in several is one."""
        if self.units.owners is None:
            return int(self.units.people[gone].sum())
        person, unit = self.units.owners
        return int(np.count_nonzero(np.bincount(person[gone[unit]], minlength=1)))

    def _holds(self, column: Sensitive, criterion: Criterion, classes: Ints, number: int) -> Truths:
        """Say of each class whether it meets a criterion, in pieces of memory that is bounded."""
        whole, of, value, people = column.whole, classes[column.unit], column.value, column.people
        if column.person is not None:
            _, of, value = _apart(distinct((column.person * number + of) * column.values + value), number, column.values)
            people = np.ones(len(of), dtype=np.int64)
        step = max(1, _CELLS // max(1, column.values))
        holds = np.zeros(number, dtype=bool)
        for first in range(0, number, step):
            last = min(number, first + step)
            here = (of >= first) & (of < last) if step < number else slice(None)
            cell = (of[here] - first) * column.values + value[here]
            counts = np.bincount(cell, weights=people[here], minlength=(last - first) * column.values)
            holds[first:last] = criterion.holds(counts.astype(np.int64).reshape(last - first, column.values), whole)
        return holds

    # --- classes ---

    def _classes(self, levels: tuple[int, ...]) -> tuple[Ints, int]:
        """Number the class of each unit."""
        cells, number = numbered([self._coded(position, level) for position, level in enumerate(levels)],
                                 [len(column.labels[level]) for column, level in zip(self.columns, levels, strict=True)], len(self.units.tuples))
        if not self.units.sets:
            return cells[self.units.has], number
        return self._sets(cells, number)

    def _sets(self, cells: Ints, number: int) -> tuple[Ints, int]:
        """Number the set of cells of each unit: two units are one where their sets are the same."""
        pair = distinct(self.units.of * number + cells[self.units.has])
        unit, cell = pair // number, pair % number
        if self._hashes is None or self._hashes.shape[1] < number:
            # Sets are compared by 128 bits: of a million sets two differ and are taken for one with a chance under 1 in 10^26.
            self._hashes = np.random.default_rng(20260901).integers(0, 2**64, size=(2, max(number, len(self.units.tuples))), dtype=np.uint64)
        starts = np.flatnonzero(np.diff(unit, prepend=-1))
        sums = np.stack([np.add.reduceat(hashes[cell], starts) for hashes in self._hashes], axis=1)
        _, classes = np.unique(np.ascontiguousarray(sums).view([("a", np.uint64), ("b", np.uint64)]).ravel(), return_inverse=True)
        return classes.astype(np.int64), int(classes.max(initial=-1)) + 1

    def _coded(self, position: int, level: int) -> Ints:
        if (position, level) not in self._cache:
            self._cache[position, level] = self.columns[position].codes[level][self.units.tuples[:, position]]
        return self._cache[position, level]

    # --- loss ---

    def _share_of(self, position: int, level: int) -> Reals:
        return self.columns[position].shares[level]

    def _shares(self, position: int, level: int) -> Reals:
        shares: Reals = self._share_of(position, level)[self.units.tuples[self.units.has, position]]
        return shares

    def _scaled(self, position: int, total: float) -> float:
        least = self._weight / self.columns[position].size
        return max(0.0, (total - least) / (self._weight - least)) if self._weight > least else 0.0


def numbered(codes: Sequence[Ints], sizes: Sequence[int], rows: int) -> tuple[Ints, int]:
    """Number the distinct combinations of codes, each below its size, row by row; give the numbers and how many there are."""
    combined = np.zeros(rows, dtype=np.int64)
    possible = 1
    for code, size in zip(codes, sizes, strict=True):
        if possible * size >= 2**62:
            combined, possible = _dense(combined, possible, rows)
        combined = combined * size + code
        possible *= size
    return _dense(combined, possible, rows)


def _apart(combined: Ints, number: int, values: int) -> tuple[Ints, Ints, Ints]:
    return combined // (number * values), combined // values % number, combined % values


def _dense(combined: Ints, possible: int, rows: int) -> tuple[Ints, int]:
    if possible <= max(1_000_000, _DENSE * rows):
        there = np.zeros(possible, dtype=bool)
        there[combined] = True
        place = np.cumsum(there, dtype=np.int64) - 1
        return place[combined], int(there.sum())
    distinct, inverse = np.unique(combined, return_inverse=True)
    return inverse.astype(np.int64), len(distinct)


def distinct(values: Ints) -> Ints:
    """Give the distinct values in order; numpy's own `unique` hashes them, which takes 25 s for 9M where sorting takes 1."""
    ordered = np.sort(values, kind="stable")
    return np.asarray(ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]) if len(ordered) else ordered


def _better(best: Recoding | None, found: Recoding | None) -> Recoding | None:
    if best is None or found is None:
        return found or best
    return min(best, found, key=lambda each: (round(each.loss, 12), sum(each.levels), each.levels))
