"""The memory of releases, on sets of made-up people: no two tables, subtracted, tell of fewer than k of them."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.disclosure.memory import Cells, Comparison, Dimension, Match, Pair, Slice, compare

K = 3

#: What people are grouped by in these tests: the fine band lies within the coarse one, programme and gender are independent.
DIMENSIONS = {"programme": Dimension("student.programme", "full"), "gender": Dimension("student.gender", "full"),
              "fine": Dimension("student.credits", "band 5"), "coarse": Dimension("student.credits", "band 10")}


@dataclass(frozen=True)
class Person:
    """Somebody made up."""

    number: int
    programme: str
    gender: str
    credits: int

    def value(self, name: str) -> str:
        """Give the person's value of a grouping column."""
        return str({"programme": self.programme, "gender": self.gender, "fine": self.credits // 5, "coarse": self.credits // 10}[name])


@dataclass
class Table:
    """A table on its way out: per cell the people it is really about, and whether its figure is shown."""

    by: tuple[str, ...]
    members: list[frozenset[int]]
    cells: Cells


def tabulate(people: list[Person], by: tuple[str, ...]) -> Table:
    found: dict[tuple[str, ...], set[int]] = {}
    for person in people:
        found.setdefault(tuple(person.value(name) for name in by), set()).add(person.number)
    keys = sorted(found)
    sizes = [len(found[key]) for key in keys]
    cells = Cells(tuple(DIMENSIONS[name] for name in by), keys, sizes, [size >= K for size in sizes], ("people",))
    return Table(by, [frozenset(found[key]) for key in keys], cells)


def met(new: Table, earlier: Table) -> tuple[list[Pair], dict[tuple[str | None, ...], Slice]]:
    """Count by brute force what the ledger counts with the engine."""
    match = Match(new.cells.dimensions, earlier.cells.dimensions)
    pairs, mine, theirs = [], dict[Any, set[int]](), dict[Any, set[int]]()
    for i, key in enumerate(new.cells.keys):
        mine.setdefault(match.of_new(key), set()).update(new.members[i])
        for j, other in enumerate(earlier.cells.keys):
            both = len(new.members[i] & earlier.members[j])
            if both and match.of_new(key) == match.of_earlier(other):
                pairs.append(Pair(i, j, both, both))
    for j, other in enumerate(earlier.cells.keys):
        theirs.setdefault(match.of_earlier(other), set()).update(earlier.members[j])
    slices = {key: Slice(len(mine[key]), len(theirs[key]), len(mine[key] & theirs[key])) for key in mine.keys() & theirs.keys()}
    return pairs, slices


def held(new: Table, earlier: list[Table]) -> tuple[Table, list[Comparison]]:
    """Hold a table against those before it, and show of it what may be shown."""
    frozen, withheld, comparisons = dict[int, tuple[Table, int]](), set[int](), []
    for alike in (True, False):
        for table in earlier:
            if (table.by == new.by) is alike:
                found = compare(new.cells, table.cells, *met(new, table), K)
                comparisons.append(found)
                frozen |= {i: (table, j) for i, j in found.frozen.items()}
                withheld |= found.withheld
        if alike:
            members, people, known = list(new.members), list(new.cells.people), list(new.cells.known)
            for i, (table, j) in frozen.items():
                members[i], people[i], known[i] = table.members[j], table.cells.people[j], True
            new = Table(new.by, members, dataclasses.replace(new.cells, people=people, known=known))
    known = [each and (i in frozen or i not in withheld) for i, each in enumerate(new.cells.known)]
    return Table(new.by, new.members, dataclasses.replace(new.cells, known=known)), comparisons


def shown(table: Table) -> dict[tuple[str | None, ...], frozenset[int]]:
    return {key: table.members[i] for i, key in enumerate(table.cells.keys) if table.cells.known[i]}


persons = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("fm"), st.integers(0, 19)), min_size=8, max_size=30).map(
    lambda rows: [Person(number, *row) for number, row in enumerate(rows)])
groupings = st.sampled_from([by for size in (1, 2) for by in itertools.combinations(DIMENSIONS, size) if {"fine", "coarse"} - set(by)])


@settings(max_examples=300, deadline=None)
@given(persons, st.data())
def test_no_two_tables_about_one_group_differ_by_a_few_people(people: list[Person], data: st.DataObject) -> None:
    released: list[Table] = []
    for _ in range(3):
        gone = data.draw(st.sets(st.sampled_from([person.number for person in people]), max_size=2))
        table, _ = held(tabulate([person for person in people if person.number not in gone], data.draw(groupings)), released)
        for before in released:
            both = set(table.by) & set(before.by)
            for (key, mine), (other, theirs) in itertools.product(shown(table).items(), shown(before).items()):
                if any(key[table.by.index(name)] != other[before.by.index(name)] for name in both):
                    continue
                if table.by == before.by:
                    assert len(mine ^ theirs) == 0 or len(mine ^ theirs) >= K
        released.append(table)


@pytest.mark.parametrize(("changed", "frozen"), [(0, False), (1, True), (K - 1, True), (K, False)])
def test_a_group_that_changed_by_fewer_than_k_people_is_shown_as_it_was(changed: int, frozen: bool) -> None:
    people = [Person(number, "A", "f", 0) for number in range(10)]
    before = tabulate(people, ("programme",))
    after, (found,) = held(tabulate(people[changed:], ("programme",)), [before])
    assert bool(found.frozen) is frozen
    assert after.cells.people == ([10] if frozen else [10 - changed])


def test_a_group_that_fell_under_k_by_a_few_people_is_shown_as_it_was() -> None:
    """Else its disappearing would tell of them."""
    people = [Person(number, "A", "f", 0) for number in range(K)]
    after, _ = held(tabulate(people[1:], ("programme",)), [tabulate(people, ("programme",))])
    assert (after.cells.people, after.cells.known) == ([K], [True])


def test_a_contribution_of_one_that_changed_counts_as_a_difference() -> None:
    """12 people with mean 7.10 and the same 12 with 7.05 give one person's change: n2 m2 - n1 m1."""
    cells = Cells((DIMENSIONS["programme"],), [("A",)], [12], [True], ("mean grade",))
    slices = {("A",): Slice(12, 12, 12)}
    assert compare(cells, cells, [Pair(0, 0, 12, 11)], slices, 10).frozen == {0: 0}
    assert not compare(cells, cells, [Pair(0, 0, 12, 12)], slices, 10).frozen


def test_a_table_that_shares_out_the_same_people_is_told_to_the_audit_as_an_equal_sum() -> None:
    people = [Person(number, "A" if number < 6 else "B", "f" if number % 2 else "m", 0) for number in range(12)]
    few = people[:10] + [Person(20, "C", "f", 0)]
    before = tabulate(few, ("programme",))
    assert before.cells.known == [True, True, False]
    _, (found,) = held(tabulate(few, ("gender",)), [before])
    (relation,) = found.relations
    assert (relation.new, relation.earlier, relation.parts) == ((0, 1), (0, 1, 2), ())


def test_who_knows_every_cell_of_two_tables_cannot_read_off_one_person() -> None:
    people = [Person(number, "A" if number < 6 else "B", "f" if number % 2 else "m", 0) for number in range(12)]
    before = tabulate(people, ("programme",))
    after, _ = held(tabulate(people[1:], ("gender",)), [before])
    assert after.cells.known.count(False) == 1
