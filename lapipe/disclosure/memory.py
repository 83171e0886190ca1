"""Hold a new table of cells against those released before: which cells would, subtracted, tell of fewer than k people.

A threshold looks at one table. Who has two tables subtracts them: 30 people last week and 31 today in what is said to be the same
group is one person's arrival. The rules here are those of *differencing* in the SDC Handbook (Hundepool et al., 2012, ch. 5) and in
the design (4.16, 4.27), on the sets of people themselves, of which only sizes come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: What a cell of an earlier release stands for when the new one may not differ from it by a few people.
FROZEN = "frozen"

@dataclass(frozen=True)
class Dimension:
    """A grouping column: where its values come from (`contract.column`), and how coarse they are."""

    origin: str
    detail: str
    is_time: bool = False


@dataclass(frozen=True)
class Cells:
    """A table of cells: its grouping columns and, per cell, the values it is about, its people, and whether its figures are known.

    `figures` says what its figures are computed from; where two tables differ in that, only people are compared.
    """

    dimensions: tuple[Dimension, ...]
    keys: Sequence[tuple[str | None, ...]]
    people: Sequence[int]
    known: Sequence[bool]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """A cell of the new table and one of an earlier: people in both, and those of them whose contribution is the same in both."""

    new: int
    earlier: int
    both: int
    same: int


@dataclass(frozen=True)
class Slice:
    """The people that two tables have where the columns that they share have the same values."""

    new: int
    earlier: int
    both: int


@dataclass(frozen=True)
class Relation:
    """A sum that an outsider can form: cells of the new table on one side, and what is known or not of the earlier on the other.

    Sum of `new` equals `known` plus the sum of `hidden`, cells of the earlier release that were withheld, each with its people.
    """

    new: tuple[int, ...]
    known: int
    hidden: tuple[tuple[int, int], ...] = ()


@dataclass
class Comparison:
    """What comes of comparing: cells to freeze, each with the earlier cell; cells to withhold; and sums for the audit."""

    frozen: dict[int, int] = field(default_factory=dict)
    withheld: set[int] = field(default_factory=set)
    relations: list[Relation] = field(default_factory=list)


class Match:
    """How the grouping columns of two tables go together.

    `shared` are columns of one origin and detail, by their places in both; `related` are of one origin and differ in detail.
    """

    def __init__(self, new: Sequence[Dimension], earlier: Sequence[Dimension]) -> None:
        self.shared = [(i, j) for i, a in enumerate(new) for j, b in enumerate(earlier) if a == b]
        of_new, of_earlier = {i for i, _ in self.shared}, {j for _, j in self.shared}
        self.related = [(i, j) for i, a in enumerate(new) for j, b in enumerate(earlier)
                        if a.origin == b.origin and i not in of_new and j not in of_earlier]
        self.only_new = [i for i in range(len(new)) if i not in of_new and i not in {a for a, _ in self.related}]
        self.only_earlier = [j for j in range(len(earlier)) if j not in of_earlier and j not in {b for _, b in self.related}]

    @property
    def alike(self) -> bool:
        """Whether both tables group by the same."""
        return not (self.related or self.only_new or self.only_earlier)

    def of_new(self, key: Sequence[str | None]) -> tuple[str | None, ...]:
        """Give the values that a cell of the new table has in the columns that both share."""
        return tuple(key[i] for i, _ in self.shared)

    def of_earlier(self, key: Sequence[str | None]) -> tuple[str | None, ...]:
        """Give the values that a cell of the earlier table has in the columns that both share."""
        return tuple(key[j] for _, j in self.shared)


def compare(new: Cells, earlier: Cells, pairs: Sequence[Pair], slices: Mapping[tuple[str | None, ...], Slice], k: int) -> Comparison:
    """Compare a new table with one earlier release of the same people.

    `pairs` are the cells that have people in common, within equal values of the shared columns; `slices` the people of both
    tables by these values. In the result:

    - of cells that are about the same, one whose people, or their contributions, differ by 1 to k - 1 is *frozen*: it is shown as
      it was, whether it would be published or withheld now, since either tells of the difference;
    - where the cells of both tables share out the same people, their sums are equal: a relation for the audit, which knows what
      they give back. People that differ by 1 to k - 1 count as the same here, since an outsider guesses as much; when every cell on
      both sides is known, that difference itself could be read off, so the smallest new cell is *withheld*.

    Where people are in several cells of a table, as in weeks or components, cells are no parts of a sum, and what lies between a
    cell and a wider one is no cell that was withheld.
    """
    match = Match(new.dimensions, earlier.dimensions)
    found = Comparison()
    if match.alike:
        _alike(new, earlier, pairs, match, k, found)
        return found
    if not any(new.dimensions[i].is_time for i, _ in match.related):
        _sums(new, earlier, pairs, slices, match, k, found)
    return found


def _alike(new: Cells, earlier: Cells, pairs: Sequence[Pair], match: Match, k: int, found: Comparison) -> None:
    by_key = {match.of_new(key): number for number, key in enumerate(new.keys)}
    met = {pair.earlier: pair for pair in pairs}
    figures = new.figures == earlier.figures
    for j, key in enumerate(earlier.keys):
        if not earlier.known[j]:
            continue
        i = by_key.get(match.of_earlier(key))
        if i is None:
            continue
        pair = met.get(j)
        both, same = (pair.both, pair.same if figures else pair.both) if pair else (0, 0)
        if 1 <= new.people[i] + earlier.people[j] - 2 * both + (both - same) < k:
            if figures:
                found.frozen[i] = j
            else:
                found.withheld.add(i)


def _sums(new: Cells, earlier: Cells, pairs: Sequence[Pair], slices: Mapping[tuple[str | None, ...], Slice], match: Match, k: int,
          found: Comparison) -> None:
    """Find the sums over cells that share out the same people: by shared values and, where details nest, by the coarser cell."""
    of_new: dict[tuple[str | None, ...], list[int]] = {}
    of_earlier: dict[tuple[str | None, ...], list[int]] = {}
    for i, key in enumerate(new.keys):
        of_new.setdefault(match.of_new(key), []).append(i)
    for j, key in enumerate(earlier.keys):
        of_earlier.setdefault(match.of_earlier(key), []).append(j)
    overlap: dict[tuple[str | None, ...], list[Pair]] = {}
    for pair in pairs:
        overlap.setdefault(match.of_new(new.keys[pair.new]), []).append(pair)
    for key, people in slices.items():
        mine, theirs = of_new.get(key, []), of_earlier.get(key, [])
        shared_out = (sum(new.people[i] for i in mine) == people.new and sum(earlier.people[j] for j in theirs) == people.earlier)
        if not shared_out or people.new + people.earlier - 2 * people.both >= k:
            continue
        parts = [(mine, theirs)]
        if match.related and not match.only_new and not match.only_earlier:
            parts = _components(mine, theirs, overlap.get(key, []))
        for some_new, some_earlier in parts:
            _sum(new, earlier, some_new, some_earlier, people, found)


def _sum(new: Cells, earlier: Cells, mine: Sequence[int], theirs: Sequence[int], people: Slice, found: Comparison) -> None:
    if not mine or not theirs:
        return
    hidden = tuple((j, earlier.people[j]) for j in theirs if not earlier.known[j])
    total_new = sum(new.people[i] for i in mine)
    total_earlier = sum(earlier.people[j] for j in theirs)
    differ = total_new != total_earlier or not people.both == people.new == people.earlier
    if differ and not hidden and all(new.known[i] for i in mine):
        # A few people are in one of the tables only; with everything known, how many could be read off.
        found.withheld.add(min((i for i in mine if new.people[i]), key=lambda i: (new.people[i], str(new.keys[i]))))
    found.relations.append(Relation(tuple(mine), total_new - sum(count for _, count in hidden), hidden))


def _components(mine: Sequence[int], theirs: Sequence[int], pairs: Sequence[Pair]) -> list[tuple[list[int], list[int]]]:
    """Give the groups of cells that people connect: where one table's cells lie within the other's, one group per coarser cell."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for pair in pairs:
        parent[root(("new", pair.new))] = root(("earlier", pair.earlier))
    groups: dict[tuple[str, int], tuple[list[int], list[int]]] = {}
    for side, numbers in (("new", mine), ("earlier", theirs)):
        for number in numbers:
            groups.setdefault(root((side, number)), ([], []))[side == "earlier"].append(number)
    return [groups[each] for each in sorted(groups)]
