"""Hold a statistic that is about to leave against what was released before: show, freeze or withhold each of its cells, and remember it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract
from lapipe.disclosure.memory import Cells, Dimension
from lapipe.engine import Engine
from lapipe.ledger import CELL, STATE, WHO, About, Held, Ledger, Remembered, hold_against, spelt
from lapipe.stages.aggregate import FROZEN, PUBLISHED, STATUS, WITHHELD, Aggregate

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

#: From people as the table names them (identifiers, or pseudonyms that were made in this run) to the ledger's marks.
Marks = Callable[[list[Any]], "Sequence[int]"]

Key = tuple[str | None, ...]


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
    figures = tuple(f"{name}: {measure!r}" for name, measure in sorted(stage.measures.items()))
    return About(run, release, pipeline, purpose, before[stage.person_of(before)].domain, dimensions, figures, k, created, erase_by.isoformat())


def _origin(contract: Contract, name: str) -> str:
    column = contract[name]
    return column.origin or "+".join(column.made_of) or name


class Groups:
    """The groups of a table and the people in each: `people` has a row per group and person, as Aggregate's first step gives it."""

    def __init__(self, stage: Aggregate, before: Contract, people: ir.Table, marks: Marks, engine: Engine) -> None:
        self._stage, self._engine = stage, engine
        self._by = list(stage.by)
        found = engine.fetch(people.group_by(self._by).aggregate(lapipe_n=people.count()))
        order = sorted(range(found.num_rows), key=lambda row: str(_key(found, self._by, row)))
        self._found = found.take(order)
        self.keys: list[Key] = [_key(self._found, self._by, row) for row in range(found.num_rows)]
        self.sizes: list[int] = [int(n) for n in self._found.column("lapipe_n").to_pylist()]
        self.members = self._members(people, stage.person_of(before), marks)

    def _members(self, people: ir.Table, person: str, marks: Marks) -> ir.Table:
        import pyarrow as pa

        numbered = self._found.select(self._by).append_column(f"lapipe_{CELL}", pa.array(range(len(self.keys)), pa.int64()))
        cells = self._engine.table(numbered.rename_columns([*(f"lapipe_by_{name}" for name in self._by), f"lapipe_{CELL}"]))
        who = self._engine.lookup(people[person], marks, "int64")
        who = who.select(lapipe_key=who.key, lapipe_who=who.value)
        people = people.select(*self._by, person, **{STATE: self._stage.contribution(people)})
        table = people.inner_join(cells, [people[name].identical_to(cells[f"lapipe_by_{name}"]) for name in self._by])
        table = table.inner_join(who, table[person] == who.lapipe_key)
        return self._engine.hold(table.select(**{CELL: table[f"lapipe_{CELL}"], WHO: table.lapipe_who, STATE: table[STATE]}))


def _key(table: pa.Table, by: Sequence[str], row: int) -> Key:
    return tuple(spelt(table.column(name)[row].as_py()) for name in by)


def hold(shown: pa.Table, contract: Contract, about: About, groups: Groups, ledger: Ledger, engine: Engine, today: date) -> Shown:
    """Hold a statistic against the ledger, give what may be shown of it, and put that into the ledger.

    `shown` has the columns of `contract`, with `status`. A cell whose people, or their contributions, differ from what was shown of
    it before by 1 to k - 1 people is shown as it was, `frozen`; one that an earlier cell could be subtracted from, or from an
    earlier cell, is withheld.
    """
    import pyarrow as pa

    by = list(contract.key)
    rows = {tuple(spelt(row[name]) for name in by): row for row in shown.to_pylist()}
    keys = [*groups.keys, *sorted(rows.keys() - set(groups.keys), key=str)]
    sizes = [*groups.sizes, *(0 for _ in keys[len(groups.keys):])]
    known = [rows.get(key, {}).get(STATUS) == PUBLISHED for key in keys]
    earlier = ledger.earlier(about.domain, today, but=about.run)
    held = hold_against(earlier, Cells(about.dimensions, keys, sizes, known, about.figures), groups.members, about.k, engine)
    withheld = 0
    for number in held.withheld:
        withheld += known[number]
        _withhold(rows, keys[number], contract)
        known[number] = False
    for number, (remembered, cell) in held.frozen.items():
        known[number], sizes[number] = True, remembered.cells().people[cell]
    for number in _told_by_sums(held, sizes, known, about.k):
        withheld += 1
        _withhold(rows, keys[number], contract)
        known[number] = False
    before: dict[str, dict[Key, dict[str, Any]]] = {}
    frozen = {number: then for number, then in held.frozen.items() if known[number]}
    for number, (remembered, _) in frozen.items():
        if str(remembered.folder) not in before:
            before[str(remembered.folder)] = {tuple(spelt(row[name]) for name in by): row for row in _shown(remembered)}
        rows[keys[number]] = {**before[str(remembered.folder)][keys[number]], STATUS: FROZEN}
    table = pa.Table.from_pylist(list(rows.values()), schema=shown.schema)
    ledger.remember(about, Cells(about.dimensions, keys, sizes, known, about.figures), _remembered_members(groups, frozen, engine), table, engine)
    return Shown(table, held.compared, len(frozen), withheld)


def _withhold(rows: dict[Key, dict[str, Any]], key: Key, contract: Contract) -> None:
    """Take a cell's figures out: where every group has a row, it stays and says so; elsewhere it goes."""
    if contract.framed and key in rows:
        rows[key] = {name: value if name in contract.key else None for name, value in rows[key].items()} | {STATUS: WITHHELD}
    else:
        rows.pop(key, None)


def _shown(remembered: Remembered) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(remembered.folder / "shown.parquet").to_pylist()
    return found


def _told_by_sums(held: Held, sizes: Sequence[int], known: Sequence[bool], k: int) -> list[int]:
    """Give the cells that must be withheld too, since sums that earlier releases tell would give a withheld cell back: of this one or of those.

    Every cell that a sum is about, and every withheld cell of an earlier release in one, is a cell of one list without dimensions; the
    sums are what outsiders know of it.

    Raises:
        Refused: nothing that could be withheld makes all of them safe (LP407).
    """
    import pandas as pd

    from lapipe.disclosure import protect
    from lapipe.disclosure.tables import Earlier

    rows: list[tuple[int, bool]] = []
    place: dict[tuple[int, int], int] = {}

    def row(release: int, number: int, people: int, shown: bool) -> int:
        if (release, number) not in place:
            place[release, number] = len(rows)
            rows.append((people, not shown))
        return place[release, number]

    sums = []
    for release, (_, comparison) in enumerate(held.comparisons):
        for relation in comparison.relations:
            terms = {row(-1, number, sizes[number], known[number]): 1 for number in relation.new}
            terms |= {row(release, number, people, False): -1 for number, people in relation.hidden}
            if any(rows[position][1] for position in terms):
                sums.append(Earlier(terms))
    if not sums:
        return []
    frame = pd.DataFrame({"cell": range(len(rows)), "n": [people for people, _ in rows], "kept": [kept for _, kept in rows]})
    suppressed = protect(frame, by=["cell"], people="n", k=k, primary="kept", margins="given", earlier=sums)["suppressed"].tolist()
    return [number for (release, number), position in place.items() if release < 0 and suppressed[position] and known[number]]


def _remembered_members(groups: Groups, frozen: Mapping[int, tuple[Remembered, int]], engine: Engine) -> ir.Table:
    """Give the people of each cell as it was shown: of a frozen one those it was about then."""
    import pyarrow as pa

    members = groups.members.select(CELL, WHO, STATE)
    if not frozen:
        return members
    members = members.filter(~members[CELL].isin(sorted(frozen)))
    of_folder: dict[str, tuple[Remembered, dict[int, int]]] = {}
    for number, (remembered, cell) in frozen.items():
        of_folder.setdefault(str(remembered.folder), (remembered, {}))[1][cell] = number
    for _, (remembered, cells) in sorted(of_folder.items()):
        small = engine.table(pa.table({"lapipe_was": pa.array(list(cells), pa.int64()), "lapipe_is": pa.array(list(cells.values()), pa.int64())}))
        then = engine.view(remembered.folder / "members.parquet")
        then = then.inner_join(small, then[CELL] == small.lapipe_was)
        members = members.union(then.select(**{CELL: then.lapipe_is, WHO: then[WHO], STATE: then[STATE]}))
    return members


def marks_of(ledger: Ledger, domain: str, known: Mapping[str, int]) -> Marks:
    """Give the marks of people by their identifiers, or by the pseudonyms of this run, whose marks are `known`."""
    marks = ledger.ring.marks(domain)

    def compute(people: list[Any]) -> Sequence[int]:
        if known:
            return [known[str(person)] for person in people]
        return marks.of([str(person) for person in people])

    return compute
