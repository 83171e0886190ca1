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
    """A cell of the new table and one of an earlier: people in both, and those of them whose contribution to what both tell is the same."""

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
    """A sum that an outsider can form, of cells of both tables: the new ones add up to the earlier ones, and to a number that is known.

    With `parts` it is of one table's cells and of what they share with the other's: people who are in a new and in an earlier cell,
    as (new, earlier, people). In no table is such a part a cell of its own.
    """

    new: tuple[int, ...]
    earlier: tuple[int, ...]
    parts: tuple[tuple[int, int, int], ...] = ()


@dataclass
class Comparison:
    """What comes of comparing: cells to freeze, each with the earlier cell; cells to withhold; and sums for the audit.

    `emptied` are new cells whose people may be shown and whose figures may not. `same` are the new cells that are about exactly the
    people of an earlier one, so that who knows the one knows the other; `equal` are those to which they add the same, too.
    """

    frozen: dict[int, int] = field(default_factory=dict)
    withheld: set[int] = field(default_factory=set)
    emptied: set[int] = field(default_factory=set)
    relations: list[Relation] = field(default_factory=list)
    same: dict[int, int] = field(default_factory=dict)
    equal: dict[int, int] = field(default_factory=dict)


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
      it was, whether it would be published or withheld now, since either tells of the difference; where other figures were shown, it is
      withheld, or emptied where the people are the same;
    - where the cells of both tables share out the same people, their sums are equal: a relation for the audit, which knows what
      they give back. People that differ by 1 to k - 1 count as the same here, since an outsider guesses as much; when every cell on
      both sides is known, that difference itself could be read off, so the smallest new cell is *withheld*; or *emptied*, where the people are the
      same and what a few of them add to the figures is not;
    - where one column is told in two details that do not nest, as bands of five and of eight years, the sums are of the parts that
      both tables have: who knows cells that overlap may subtract them, and is left with a part of a few people.

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
        i = by_key.get(match.of_earlier(key))
        if i is None:
            continue
        pair = met.get(j)
        both, same = (pair.both, pair.same) if pair else (0, 0)
        if both and new.people[i] == earlier.people[j] == both:
            found.same[i] = j
            if same == both:
                found.equal[i] = j
        differ = new.people[i] + earlier.people[j] - 2 * both
        if earlier.known[j] and 1 <= differ + (both - same) < k:
            if figures:
                found.frozen[i] = j
            else:
                (found.withheld if differ else found.emptied).add(i)


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
        if not shared_out:
            continue
        if match.related:
            for some_new, some_earlier, of in _components(mine, theirs, overlap.get(key, [])):
                _parts(new, earlier, some_new, some_earlier, of, k, found)
        elif people.new + people.earlier - 2 * people.both < k:
            _sum(new, earlier, mine, theirs, people.both, _changed(overlap.get(key, ()), k), found)


def _changed(pairs: Sequence[Pair], k: int) -> bool:
    """Say whether what people add to the figures changed, and of so few that it could be read off: here nobody is in two cells of a table."""
    return 0 < sum(pair.both - pair.same for pair in pairs) < k


def _sum(new: Cells, earlier: Cells, mine: Sequence[int], theirs: Sequence[int], both: int, changed: bool, found: Comparison) -> None:
    if not mine or not theirs:
        return
    differ = not both == sum(new.people[i] for i in mine) == sum(earlier.people[j] for j in theirs)
    if (differ or changed) and all(earlier.known[j] for j in theirs) and all(new.known[i] for i in mine):
        # A few people are in one of the tables only, or add something else; with everything known, how many, or what, could be read off.
        (found.withheld if differ else found.emptied).add(min((i for i in mine if new.people[i]), key=lambda i: (new.people[i], str(new.keys[i]))))
    found.relations.append(Relation(tuple(mine), tuple(theirs)))


def _parts(new: Cells, earlier: Cells, mine: Sequence[int], theirs: Sequence[int], pairs: Sequence[Pair], k: int, found: Comparison) -> None:
    """Find the sums of cells that people connect: as a whole where the one table's lie within the other's, else by what they share."""
    both = sum(pair.both for pair in pairs)
    if sum(new.people[i] for i in mine) + sum(earlier.people[j] for j in theirs) - 2 * both >= k:
        return
    _sum(new, earlier, mine, theirs, both, _changed(pairs, k), found)
    if len(mine) > 1 and len(theirs) > 1:
        shared = tuple((pair.new, pair.earlier, pair.both) for pair in pairs)
        found.relations += [Relation((i,), (), tuple(part for part in shared if part[0] == i)) for i in mine]
        found.relations += [Relation((), (j,), tuple(part for part in shared if part[1] == j)) for j in theirs]


def _components(mine: Sequence[int], theirs: Sequence[int], pairs: Sequence[Pair]) -> list[tuple[list[int], list[int], list[Pair]]]:
    """Give the groups of cells that people connect, and the pairs of each: where cells nest, one group per coarser cell."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for pair in pairs:
        parent[root(("new", pair.new))] = root(("earlier", pair.earlier))
    groups: dict[tuple[str, int], tuple[list[int], list[int], list[Pair]]] = {}
    for side, numbers in (("new", mine), ("earlier", theirs)):
        for number in numbers:
            groups.setdefault(root((side, number)), ([], [], []))[side == "earlier"].append(number)  # type: ignore[arg-type]
    for pair in pairs:
        groups[root(("new", pair.new))][2].append(pair)
    return [groups[each] for each in sorted(groups)]
