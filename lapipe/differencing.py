"""Hold a statistic that is about to leave against what was released before: show, freeze or withhold each of its cells, and remember it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from lapipe.contract import Contract
from lapipe.disclosure.memory import Comparison, Dimension
from lapipe.engine import Engine
from lapipe.groups import Groups, Places, Rows, numbered, places, spelt_column
from lapipe.ledger import CELL, STATE, WHO, About, Ledger, Remembered, hold_against
from lapipe.stages.aggregate import FROZEN, OVER, PUBLISHED, STATUS, WITHHELD, Aggregate

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
    return About(run, release, pipeline, purpose, before[stage.person_of(before)].domain, dimensions, figures, k, created, erase_by.isoformat())


def _origin(contract: Contract, name: str) -> str:
    column = contract[name]
    return column.origin or "+".join(column.made_of) or name


@dataclass
class _Part:
    """The groups of one release that are by the same columns: all of them, or fewer, which are totals over the others.

    `rows` has the number of each group's row in what is shown, or -1.
    """

    about: About
    over: str
    by: tuple[str, ...]
    groups: Groups
    rows: Places
    members: ir.Table
    comparisons: tuple[tuple[Remembered, Comparison], ...] = ()
    frozen: dict[int, tuple[Remembered, int]] = field(default_factory=dict)


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
    table = people.select(*by, person, **{STATE: stage.contribution(people)})
    table = table.inner_join(cells, [table[each].identical_to(cells[f"lapipe_by_{each}"]) for each in by]) if by else table.cross_join(cells)
    table = table.inner_join(who, table[person] == who.lapipe_key)
    members = table.select(**{CELL: table.lapipe_cell, WHO: table.lapipe_who, STATE: table[STATE]})
    dimensions = tuple(dimension for each, dimension in zip(stage.by, leaving.about.dimensions, strict=True) if each in by)
    sizes = found.column("lapipe_n").to_numpy().astype(np.int64)
    # A row of a group of nobody, where every group has a row, is a group too.
    at, alone = places(mine, theirs), np.flatnonzero(places(theirs, mine) < 0)
    groups = Groups(dimensions, keys, sizes, np.zeros(len(sizes), dtype=bool), leaving.about.figures)
    groups = groups.and_of_nobody([key.take(pa.array(alone)) for key in of], len(alone))
    rows = np.concatenate([np.where(at < 0, -1, numbers[at]) if len(numbers) else at, numbers[alone]])
    published = pc.equal(shown.table.column(STATUS), PUBLISHED).to_numpy().astype(bool)
    groups.known[rows >= 0] = published[rows[rows >= 0]]
    return _Part(leaving.about.part(name, dimensions), name, by, groups, rows, members)


def hold(shown: pa.Table, leaving: Leaving, marks: Marks, ledger: Ledger, engine: Engine, today: date) -> Shown:
    """Hold a statistic against the ledger, give what may be shown of it, and put that into the ledger.

    `shown` has the columns of the release, with `status`. A cell whose people, or their contributions, differ from what was shown of
    it before by 1 to k - 1 people is shown as it was, `frozen`; one that an earlier cell could be subtracted from, or from an
    earlier cell, is withheld; and so is what sums of them would tell.

    Raises:
        Refused: nothing that could be withheld keeps withheld cells from being computed (LP407).
    """
    contract, about = leaving.contract, leaving.about
    rows = Rows(shown, OVER if OVER in contract else "")
    earlier = ledger.earlier(about.domain, today, but=about.run)
    parts = [_part(leaving, over, rows, marks, engine) for over in leaving.stage.published()]
    withheld = 0
    for part in parts:
        held = hold_against(earlier, part.groups, part.members, about.k, engine)
        part.comparisons, part.members, part.frozen, part.groups = held.comparisons, held.members, dict(held.frozen), held.groups
        for number in sorted(held.withheld):
            withheld += _withhold(rows, part, number, contract)
    for part, number in _told_by_sums(parts, leaving.stage, about.k, changed=bool(withheld)):
        withheld += _withhold(rows, part, number, contract)
        part.frozen.pop(number, None)
    for part in parts:
        _as_before(rows, part, contract)
    table = rows.changed()
    for number, part in enumerate(parts):
        ledger.remember(part.about, number, part.groups, part.members, table, engine)
    compared = {str(remembered.folder.parent) for part in parts for remembered, _ in part.comparisons}
    return Shown(table, len(compared), sum(len(part.frozen) for part in parts), withheld)


def _withhold(rows: Rows, part: _Part, number: int, contract: Contract) -> bool:
    """Take a group's figures out: where every group has a row, it stays and says so; elsewhere it goes."""
    row, known = int(part.rows[number]), bool(part.groups.known[number])
    part.groups.known[number] = False
    if row >= 0:
        rows.change(row, {name: value if name in contract.key else None for name, value in rows.row(row).items()} | {STATUS: WITHHELD}
                    if contract.framed else None)
    return known


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


def _told_by_sums(parts: Sequence[_Part], stage: Aggregate, k: int, *, changed: bool) -> list[tuple[_Part, int]]:
    """Give the cells that must be withheld too, since sums with earlier releases would give a withheld cell back: of this one or of those.

    Every cell that a sum is about, and every withheld cell of an earlier release in one, is a cell of one list without dimensions; the
    sums are what outsiders know of it. Where cells were withheld here for earlier ones' sake (`changed`), the sums that the table's own
    totals make are among them.
    """
    import pandas as pd

    from lapipe.disclosure import protect
    from lapipe.disclosure.tables import Earlier

    people: list[int] = []
    kept: list[bool] = []
    of: dict[tuple[object, ...], int] = {}
    mine: dict[int, tuple[_Part, int]] = {}

    def row(name: tuple[object, ...], size: int, shown: bool) -> int:
        if name not in of:
            of[name] = len(people)
            people.append(size)
            kept.append(not shown)
        return of[name]

    def own(number: int, cell: int) -> int:
        part = parts[number]
        place = row(("new", number, cell), int(part.groups.people[cell]), bool(part.groups.known[cell]))
        mine[place] = (part, cell)
        return place

    sums: list[dict[int, int]] = []
    for number, part in enumerate(parts):
        for release, (_, comparison) in enumerate(part.comparisons):
            for relation in comparison.relations:
                sums.append({own(number, cell): 1 for cell in relation.new}
                            | {row(("earlier", number, release, cell), size, False): -1 for cell, size in relation.hidden})
    if changed or sums:
        sums += [{own(number, cell): sign for number, cell, sign in terms} for terms in _own_sums(parts, stage)]
    sums = [terms for terms in sums if any(kept[place] for place in terms)]
    if not sums:
        return []
    frame = pd.DataFrame({"cell": range(len(people)), "n": people, "kept": kept})
    suppressed = protect(frame, by=["cell"], people="n", k=k, primary="kept", margins="given",
                         earlier=[Earlier(terms) for terms in sums])["suppressed"].tolist()
    return [(part, cell) for place, (part, cell) in sorted(mine.items()) if suppressed[place] and part.groups.known[cell]]


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
