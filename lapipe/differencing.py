"""Hold a statistic that is about to leave against what was released before: show, freeze or withhold each of its cells, and remember it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from lapipe.contract import Contract
from lapipe.disclosure.linked import Linked
from lapipe.disclosure.memory import Comparison, Dimension, Relation
from lapipe.engine import Engine
from lapipe.groups import Groups, Places, Rows, numbered, places, spelt_column
from lapipe.ledger import CELL, WHO, About, Ledger, Remembered, compared, has_in_common, hold_against, states
from lapipe.stages.aggregate import FROZEN, OVER, PUBLISHED, STATUS, WITHHELD, Aggregate
from lapipe.stages.measures import Median

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

#: From people as the table names them (identifiers, or pseudonyms that were made in this run) to the ledger's marks.
Marks = Callable[[list[Any]], "Sequence[int]"]

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Leaving:
    """A release of groups on its way out: what it is, and the stage that made the groups of rows that `before` describes.

    `people` has, for each set of grouping columns that the table has groups by, a row per group and person, as Aggregate's first
    step gives it.
    """

    about: About
    stage: Aggregate
    before: Contract
    contract: Contract
    people: Mapping[tuple[str, ...], ir.Table]


@dataclass(frozen=True)
class Shown:
    """A statistic as it may leave, and how many of its cells are so for the sake of earlier releases."""

    table: pa.Table
    compared: int
    frozen: int
    withheld: int


def about_release(run: str, release: str, pipeline: str, purpose: str, k: int, created: str, erase_by: date, stage: Aggregate,
                  before: Contract) -> About:
    """Say what a release of a stage's groups is about; `before` describes the rows that the stage groups."""
    dimensions = tuple(Dimension(_origin(before, name), before[name].detail, before[name].is_time) for name in stage.by)
    figures = (f"rounded: {stage.rounding}, {stage.preset}", *(f"{name}: {measure!r}" for name, measure in sorted(stage.measures.items())))
    return About(run, release, pipeline, purpose, before[stage.person_of(before)].domain, dimensions, figures, k, created, erase_by.isoformat(),
                 told=tuple(stage.told(before)))


def _origin(contract: Contract, name: str) -> str:
    column = contract[name]
    return column.origin or "+".join(column.made_of) or name


@dataclass
class _Part:
    """The groups of one release that are by the same columns: all of them, or fewer, which are totals over the others.

    `rows` has the number of each group's row in what is shown, or -1; `name` is what its groups are named by in sums.
    """

    about: About
    over: str
    by: tuple[str, ...]
    groups: Groups
    rows: Places
    members: ir.Table
    name: str = ""
    comparisons: tuple[tuple[Remembered, Comparison], ...] = ()
    frozen: dict[int, tuple[Remembered, int]] = field(default_factory=dict)
    emptied: dict[int, set[str]] = field(default_factory=dict)

    def told(self, thing: str) -> set[int]:
        """Give the groups that an earlier release shows with the very same people: whatever is done now, they are known."""
        found = set(np.flatnonzero(self.groups.shows(thing)).tolist()) & set(self.frozen)
        for remembered, comparison in self.comparisons:
            same = comparison.equal if thing else comparison.same
            if same and (not thing or thing in remembered.about.told):
                known = remembered.groups().shows(thing)
                found |= {i for i, j in same.items() if known[j]}
        return found


@dataclass
class _Table:
    """A statistic that is about to leave, its rows and its parts."""

    leaving: Leaving
    rows: Rows
    parts: list[_Part]
    withheld: int = 0


def _part(leaving: Leaving, over: tuple[str, ...], shown: Rows, marks: Marks, engine: Engine) -> _Part:
    """Number the groups, in one order, mark the people of each, and find the row of each among those `shown`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    stage, by, name = leaving.stage, leaving.stage.without(over), ", ".join(over)
    people, person = leaving.people[by], stage.person_of(leaving.before)
    grouped = people.group_by(list(by)) if by else people
    found = engine.fetch(grouped.aggregate(lapipe_n=people.count()))
    keys = tuple(spelt_column(found.column(each)) for each in by)
    numbers, of = shown.of(name, by)
    mine, theirs = numbered(keys, of, (found.num_rows, len(numbers)))
    # In the order of their values, so that the same groups have the same numbers in every run.
    order = np.argsort(mine)
    mine, found, keys = mine[order], found.take(order), tuple(key.take(pa.array(order)) for key in keys)
    cells = engine.table(found.select(list(by)).append_column("lapipe_cell", pa.array(range(found.num_rows), pa.int64()))
                         .rename_columns([*(f"lapipe_by_{each}" for each in by), "lapipe_cell"]))
    who = engine.lookup(people[person], marks, "int64")
    who = who.select(lapipe_key=who.key, lapipe_who=who.value)
    state = dict(zip(states(leaving.about.told), stage.contributions(people, leaving.before), strict=True))
    table = people.select(*by, person, **state)
    table = table.inner_join(cells, [table[each].identical_to(cells[f"lapipe_by_{each}"]) for each in by]) if by else table.cross_join(cells)
    table = table.inner_join(who, table[person] == who.lapipe_key)
    members = table.select(**{CELL: table.lapipe_cell, WHO: table.lapipe_who, **{each: table[each] for each in state}})
    dimensions = tuple(dimension for each, dimension in zip(stage.by, leaving.about.dimensions, strict=True) if each in by)
    sizes = found.column("lapipe_n").to_numpy().astype(np.int64)
    # A row of a group of nobody, where every group has a row, is a group too.
    at, alone = places(mine, theirs), np.flatnonzero(places(theirs, mine) < 0)
    groups = Groups(dimensions, keys, sizes, np.zeros(len(sizes), dtype=bool), leaving.about.figures, leaving.about.told)
    groups = groups.and_of_nobody([key.take(pa.array(alone)) for key in of], len(alone))
    rows = np.concatenate([np.where(at < 0, -1, numbers[at]) if len(numbers) else at, numbers[alone]])
    published = pc.equal(shown.table.column(STATUS), PUBLISHED).to_numpy().astype(bool)
    groups.known[rows >= 0] = published[rows[rows >= 0]]
    groups = replace(groups, gaps=_gaps(leaving, shown, groups, rows))
    return _Part(leaving.about.part(name, dimensions), name, by, groups, rows, members)


def _gaps(leaving: Leaving, shown: Rows, groups: Groups, rows: Places) -> dict[str, np.ndarray[Any, Any]]:
    """Mark the groups that are known and of which a figure was left out, for each thing that such figures tell of."""
    found: dict[str, np.ndarray[Any, Any]] = {}
    for thing, names in _figures(leaving).items():
        empty = np.logical_and.reduce([shown.table.column(name).is_null().to_numpy().astype(bool) for name in names])
        gap = groups.known.copy()
        gap[gap] = empty[rows[gap]]
        if gap.any():
            found[thing] = gap
    return found


def _figures(leaving: Leaving) -> dict[str, list[str]]:
    """Give the columns of the figures that tell of each thing and can be added up; a median cannot."""
    found: dict[str, list[str]] = {}
    for name, measure in leaving.stage.measures.items():
        if not isinstance(measure, Median):
            found.setdefault(leaving.stage.thing(measure, leaving.before), []).append(name)
    return found


def hold(statistics: Sequence[tuple[pa.Table, Leaving, Marks]], ledger: Ledger, engine: Engine, today: date) -> list[Shown]:
    """Hold the statistics of a run against the ledger and each other, give what may be shown of them, and put that into the ledger.

    Each has the columns of its release, with `status`. A cell whose people, or their contributions, differ from what was shown of
    it before by 1 to k - 1 people is shown as it was, `frozen`; one that an earlier cell could be subtracted from, or from an
    earlier cell, is withheld; and so is what sums of them would tell. Statistics of one run about the same people are protected in
    one: what is withheld in one of them may have to be so in another.

    Raises:
        Refused: nothing that could be withheld keeps withheld cells from being computed (LP407).
    """
    tables = []
    for shown, leaving, marks in statistics:
        rows = Rows(shown, OVER if OVER in leaving.contract else "")
        tables.append(_Table(leaving, rows, [_part(leaving, over, rows, marks, engine) for over in leaving.stage.published()]))
    for table in tables:
        earlier = ledger.earlier(table.leaving.about.domain, today, but=table.leaving.about.run)
        for number, part in enumerate(table.parts):
            part.name = ledger.name(part.about, number)
            held = hold_against(earlier, part.groups, part.members, table.leaving.about.k, engine)
            part.comparisons, part.members, part.frozen, part.groups = held.comparisons, held.members, dict(held.frozen), held.groups
            for cell in sorted(held.withheld):
                table.withheld += _withhold(table.rows, part, cell, table.leaving.contract)
            _empty(table.leaving, part, held.emptied, table.leaving.about.told)
    sums = _protected_together(tables, ledger, engine, today)
    shown_all = []
    for table in tables:
        for part in table.parts:
            for cell, names in part.emptied.items():
                if part.groups.known[cell] and cell not in part.frozen:
                    row = int(part.rows[cell])
                    table.rows.change(row, table.rows.row(row) | dict.fromkeys(names))
            _as_before(table.rows, part, table.leaving.contract)
        finished = table.rows.changed()
        for number, part in enumerate(table.parts):
            ledger.remember(part.about, number, part.groups, part.members, finished, engine, sums if not number else None)
        compared_with = {str(remembered.folder.parent) for part in table.parts for remembered, _ in part.comparisons}
        shown_all.append(Shown(finished, len(compared_with), sum(len(part.frozen) for part in table.parts), table.withheld))
    return shown_all


def _withhold(rows: Rows, part: _Part, number: int, contract: Contract) -> bool:
    """Take a group's figures out: where every group has a row, it stays and says so; elsewhere it goes."""
    row, known = int(part.rows[number]), bool(part.groups.known[number])
    part.groups.known[number] = False
    if row >= 0:
        rows.change(row, {name: value if name in contract.key else None for name, value in rows.row(row).items()} | {STATUS: WITHHELD}
                    if contract.framed else None)
    return known


def _empty(leaving: Leaving, part: _Part, cells: Iterable[int], things: Iterable[str]) -> None:
    """Leave the figures of some things out of groups whose people are shown."""
    stage, numbers = leaving.stage, sorted(cells)
    for thing in things if numbers else ():
        gap = part.groups.gaps.get(thing, np.zeros(len(part.groups), dtype=bool)).copy()
        gap[numbers] = True
        part.groups = replace(part.groups, gaps={**part.groups.gaps, thing: gap})
        for cell in numbers:
            part.emptied.setdefault(cell, set()).update(name for name, measure in stage.measures.items() if stage.thing(measure, leaving.before) == thing)


def _as_before(rows: Rows, part: _Part, contract: Contract) -> None:
    """Show each frozen group as it was shown then."""
    import pyarrow.parquet as pq

    of_folder: dict[str, tuple[Remembered, list[tuple[int, int]]]] = {}
    for number, (remembered, cell) in part.frozen.items():
        of_folder.setdefault(str(remembered.folder), (remembered, []))[1].append((number, cell))
    for remembered, cells in of_folder.values():
        shown = pq.read_table(remembered.folder / "shown.parquet")
        before = Rows(shown, OVER if OVER in shown.column_names else "")
        numbers, of = before.of(remembered.about.over, part.by)
        wanted = remembered.groups().keys
        mine, theirs = numbered(wanted, of, (len(remembered.groups()), len(numbers)))
        at = places(mine, theirs)
        for number, cell in cells:
            then = before.row(int(numbers[at[cell]]))
            row = {**{name: then.get(name) for name in contract.names}, STATUS: FROZEN, **({OVER: part.over} if OVER in contract else {})}
            if part.rows[number] >= 0:
                rows.change(int(part.rows[number]), row)
            else:
                rows.add(row)


def _protected_together(tables: Sequence[_Table], ledger: Ledger, engine: Engine, today: date) -> dict[str, Any]:
    """Withhold the groups by which sums would give a withheld one back, of this run or of an earlier; give the sums of what stays unknown.

    In one system are: the sums that each table's own totals make, those that two tables of the run make, those that each makes with an
    earlier release, and those of earlier releases that hang together with them. Where figures of a thing were left out of groups whose
    people are shown, they are a system of their own, in which a group's figures are known or not.
    """
    mates = [found for first, second in combinations(tables, 2) if first.leaving.about.domain == second.leaving.about.domain
             for found in _mates(first, second, engine)]
    domains = {table.leaving.about.domain for table in tables}
    earlier = [remembered for domain in sorted(domains) for remembered in ledger.earlier(domain, today, but=tables[0].leaving.about.run)]
    k = max(table.leaving.about.k for table in tables)
    system = _System(tables, mates, earlier)
    # A table alone was protected when it was made.
    gone = system.linked.withhold(k) if system.crossed or any(table.withheld for table in tables) else set()
    for name in sorted(gone, key=str):
        table, part, cell = system.mine[name]
        table.withheld += _withhold(table.rows, part, cell, table.leaving.contract)
        part.frozen.pop(cell, None)
    kept = _kept(system.linked, gone)
    for thing in sorted({thing for table in tables for thing in table.leaving.about.told}):
        if _has_gaps(tables, thing):
            system = _System(tables, mates, earlier, thing)
            gone = system.linked.withhold(k)
            for name in sorted(gone, key=str):
                table, part, cell = system.mine[name]
                _empty(table.leaving, part, [cell], [thing])
            if sums := _kept(system.linked, gone):
                kept = {"cells": [], "sums": [], **kept, "things": {**kept.get("things", {}), thing: sums}}
    return kept


def _has_gaps(tables: Sequence[_Table], thing: str) -> bool:
    """Say whether somewhere, now or in a release that these were compared with, people are shown and figures of a thing are not."""
    parts = [part for table in tables for part in table.parts]
    return any(thing in part.groups.gaps for part in parts) or any(
        thing in remembered.groups().gaps for part in parts for remembered, _ in part.comparisons if thing in remembered.about.told)


def _mates(first: _Table, second: _Table, engine: Engine) -> list[tuple[_Part, _Part, Comparison]]:
    """Compare two tables of one run; of two groups that differ by a few people, the first's goes."""
    k = max(first.leaving.about.k, second.leaving.about.k)
    comparisons = []
    for part, other in product(first.parts, second.parts):
        if has_in_common(part.groups, other.groups):
            part.members, other.members = engine.hold(part.members), engine.hold(other.members)
            found = compared(part.groups, part.members, other.groups, other.members, k, engine)
            comparisons.append((part, other, found))
            for cell in sorted(found.withheld | set(found.frozen)):
                first.withheld += _withhold(first.rows, part, cell, first.leaving.contract)
                part.frozen.pop(cell, None)
            _empty(first.leaving, part, found.emptied, first.leaving.about.told)
    return comparisons


def _kept(linked: Linked, gone: set[Hashable]) -> dict[str, Any]:
    """Write the sums of what nobody knows, as the ledger keeps them."""
    sums = linked.unknown(gone)
    place = {name: at for at, name in enumerate(dict.fromkeys(name for terms in sums for name in terms))}
    cells = [[list(name) if isinstance(name, tuple) else name, linked.people[name], "withheld" if name in gone else linked.state[name]] for name in place]
    return {"cells": cells, "sums": [[[place[name], sign] for name, sign in terms.items()] for terms in sums]} if sums else {}


class _System:
    """The groups of a run and of earlier releases that sums join, under names that stay the same from release to release.

    Of their people, or of the figures of one `thing` that they tell of: then only of the statistics that do.
    """

    def __init__(self, tables: Sequence[_Table], mates: Sequence[tuple[_Part, _Part, Comparison]], earlier: Sequence[Remembered], thing: str = "") -> None:
        self.linked = Linked()
        self.mine: dict[Hashable, tuple[_Table, _Part, int]] = {}
        self._thing = thing
        parts = {part.name: (table, part) for table in tables for part in table.parts if self._tells(part.about)}
        self._told = {name: part.told(thing) for name, (_, part) in parts.items()}
        self._known = {name: part.groups.shows(thing) for name, (_, part) in parts.items()}
        self._of = {name: table for name, (table, _) in parts.items()}
        self._earlier: dict[str, tuple[Groups, np.ndarray[Any, Any]]] = {}
        self.crossed = False
        for table in tables:
            if self._tells(table.leaving.about):
                self.own(table)
        for part, other, comparison in mates:
            if self._tells(part.about) and self._tells(other.about):
                self.mates(part, other, comparison)
        for _, part in parts.values():
            for remembered, comparison in part.comparisons:
                if self._tells(remembered.about):
                    self.earlier(part, remembered, comparison)
        self.of_the_ledger(earlier)

    def _same(self, comparison: Comparison) -> dict[int, int]:
        return comparison.equal if self._thing else comparison.same

    def _tells(self, about: About) -> bool:
        return not self._thing or self._thing in about.told

    def _own(self, part: _Part, cell: int) -> list[Hashable]:
        """Name a group of this run; none where it is known already, or has nobody."""
        known = bool(self._known[part.name][cell])
        if cell in self._told[part.name] or not (part.groups.people[cell] or not known):
            return []
        name = (part.name, cell)
        self.mine[name] = (self._of[part.name], part, cell)
        return [self.linked.cell(name, int(part.groups.people[cell]), "shown" if known else "withheld")]

    def _groups(self, remembered: Remembered) -> tuple[Groups, np.ndarray[Any, Any]]:
        """Read the groups of an earlier release, and which of them it shows."""
        if remembered.name not in self._earlier:
            groups = remembered.groups()
            self._earlier[remembered.name] = groups, groups.shows(self._thing)
        return self._earlier[remembered.name]

    def _then(self, remembered: Remembered, cell: int) -> list[Hashable]:
        """Name a group of an earlier release; none where that shows it."""
        groups, known = self._groups(remembered)
        return [] if known[cell] else [self.linked.cell((remembered.name, cell), int(groups.people[cell]), "withheld")]

    def _sum(self, plus: Iterable[Hashable], minus: Iterable[Hashable]) -> None:
        self.linked.add({**dict.fromkeys(plus, 1), **dict.fromkeys(minus, -1)})

    def own(self, table: _Table) -> None:
        """Take in what the table's totals are the sums of."""
        if len(table.parts) > 1:
            for terms in _own_sums(table.parts, table.leaving.stage):
                named = [(sign, name) for number, cell, sign in terms for name in self._own(table.parts[number], cell)]
                self._sum((name for sign, name in named if sign > 0), (name for sign, name in named if sign < 0))

    def mates(self, part: _Part, other: _Part, comparison: Comparison) -> None:
        """Take in what two tables of the run have to do with each other."""
        same = self._same(comparison)
        self.crossed = self.crossed or bool(same or comparison.relations)
        for i, j in same.items():
            self._sum(self._own(part, i), self._own(other, j))
        for relation in comparison.relations:
            self._relation(relation, part.name, other.name, {i: self._own(part, i) for i in relation.new},
                           {j: self._own(other, j) for j in relation.earlier})

    def earlier(self, part: _Part, remembered: Remembered, comparison: Comparison) -> None:
        """Take in what a table and an earlier release have to do with each other."""
        same = self._same(comparison)
        self.crossed = self.crossed or bool(same or comparison.relations)
        _, known = self._groups(remembered)
        for i, j in same.items():
            if not known[j]:
                self._sum(self._own(part, i), self._then(remembered, j))
        for relation in comparison.relations:
            self._relation(relation, part.name, remembered.name, {i: self._own(part, i) for i in relation.new},
                           {j: self._then(remembered, j) for j in relation.earlier})

    def _relation(self, relation: Relation, name: str, other: str, new: Mapping[int, list[Hashable]], then: Mapping[int, list[Hashable]]) -> None:
        k = max(table.leaving.about.k for table in self._of.values())
        parts = [self.linked.cell((name, i, other, j), size, "withheld" if size < k else "unknown") for i, j, size in relation.parts]
        mine, theirs = [each for named in new.values() for each in named], [each for named in then.values() for each in named]
        if relation.parts:
            self._sum([*mine, *theirs], parts)
        else:
            self._sum(mine, theirs)
            for side in (mine, theirs):
                self._together(side, k)

    def _together(self, side: Sequence[Hashable], k: int) -> None:
        """Ask that several withheld groups on one side of a sum are not told together either, where they make fewer than k people."""
        gone = [name for name in side if self.linked.state[name] == "withheld"]
        people = sum(self.linked.people[name] for name in gone)
        if len(gone) > 1 and 0 < people < k:
            flat = [each for name in gone for each in (name if isinstance(name, tuple) else (name,))]
            self._sum([self.linked.cell(("together", *flat), people, "withheld")], gone)

    def of_the_ledger(self, earlier: Sequence[Remembered]) -> None:
        """Take in the sums of earlier releases that hang together with what is withheld."""
        known: dict[Hashable, tuple[int, str]] = {}
        sums: list[dict[Hashable, int]] = []
        for remembered in earlier:
            for terms in remembered.sums(self._thing):
                known |= {name: (people, state) for name, people, state, _ in terms}
                sums.append({name: sign for name, _, _, sign in terms})
        for joined in self.linked.joined(sums):
            for name in joined:
                people, state = known[name]
                self.linked.cell(name, people, "unknown" if state == "unknown" else "withheld")
            self.linked.add(joined)


def _own_sums(parts: Sequence[_Part], stage: Aggregate) -> list[list[tuple[int, int, int]]]:
    """Give the sums that a table's totals make of its groups, as (part, cell, sign), where nobody is in two of the groups."""
    found = []
    keys: list[list[Key]] = [list(part.groups.cells(np.arange(len(part.groups))).keys) for part in parts]
    for number, part in enumerate(parts):
        for finer, other in enumerate(parts):
            if set(part.by) < set(other.by):
                at = [other.by.index(name) for name in part.by]
                children: dict[Key, list[int]] = {}
                for cell, key in enumerate(keys[finer]):
                    children.setdefault(tuple(key[place] for place in at), []).append(cell)
                for cell, key in enumerate(keys[number]):
                    among = children.get(key, [])
                    if sum(int(other.groups.people[each]) for each in among) == part.groups.people[cell]:
                        found.append([(number, cell, -1), *((finer, each, 1) for each in among)])
    return found


def marks_of(ledger: Ledger, domain: str, known: Mapping[str, int]) -> Marks:
    """Give the marks of people by their identifiers, or by the pseudonyms of this run, whose marks are `known`."""
    marks = ledger.ring.marks(domain)

    def compute(people: list[Any]) -> Sequence[int]:
        if known:
            return [known[str(person)] for person in people]
        return marks.of([str(person) for person in people])

    return compute
