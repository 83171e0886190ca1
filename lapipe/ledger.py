"""The ledger of releases: whom each published statistic was about, so that the next one cannot be subtracted from it.

It is personal data: keyed marks of the people in each cell, under a key of its own, in owner-only files, kept as long as the release
that they belong to (design 4.19). It holds no identifier and no pseudonym.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.disclosure.memory import Comparison, Dimension, Match, Pair, Relation, Slice, compare
from lapipe.engine import Engine
from lapipe.errors import EngineFault, RegisterFault, UsageFault
from lapipe.groups import Groups, Places, numbered, spelt_column
from lapipe.keys import KeyRing, in_environment, is_there
from lapipe.register import Register

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

ABOUT, _CELLS, _MEMBERS, _SHOWN, _SUMS, _CHECK = (
    "about.json", "cells.parquet", "members.parquet", "shown.parquet", "sums.json", "key.check")

#: How the name of the ledger's own ring ends. It is neither rotated nor destroyed: nobody in the ledger would be found again.
LEDGER_RING = ".ledger.json"

#: Runs that ended so released nothing, and what the ledger has of them goes.
_NOTHING = ("failed", "refused", "interrupted")

#: The columns of `members.parquet`: a row per cell and person.
CELL, WHO, STATE = "cell", "who", "state"


def states(told: Sequence[str]) -> list[str]:
    """Name the columns that say what a person adds to each thing that is told."""
    return [f"{STATE}_{n}" if n else STATE for n in range(len(told))]



@dataclass(frozen=True)
class About:
    """What a remembered release says of itself: enough to tell which other releases it can be subtracted from.

    A release with totals is remembered in parts: `over` names the columns that the totals of this part are over.
    """

    run: str
    release: str
    pipeline: str
    purpose: str
    domain: str
    dimensions: tuple[Dimension, ...]
    figures: tuple[str, ...]
    k: int
    created: str
    erase_by: str
    over: str = ""
    told: tuple[str, ...] = ()

    def part(self, over: str, dimensions: tuple[Dimension, ...]) -> About:
        """Say the same of a part."""
        return replace(self, over=over, dimensions=dimensions)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return {**vars(self), "dimensions": [vars(dimension) for dimension in self.dimensions], "figures": list(self.figures), "told": list(self.told), "version": 1}

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> About:
        """Read it back."""
        # What an earlier lapipe remembered says nothing of `told`; of that only people are compared.
        named = {name: found[name] for name in cls.__dataclass_fields__ if name != "told"}
        return cls(**{**named, "dimensions": tuple(Dimension(**each) for each in found["dimensions"]), "figures": tuple(found["figures"]),
                      "told": tuple(found.get("told", ()))})


@dataclass(frozen=True)
class Remembered:
    """An earlier release in the ledger."""

    about: About
    folder: Path

    @property
    def name(self) -> str:
        """What its cells are named by in sums."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def sums(self, thing: str = "") -> list[list[tuple[tuple[Any, ...], int, str, int]]]:
        """Give the sums of what was not known when it was released, as (cell, people, state, coefficient): of people, or of figures of a thing."""
        path = self.folder / _SUMS
        if not path.exists():
            return []
        kept = json.loads(path.read_text(encoding="ascii"))
        if thing:
            kept = kept.get("things", {}).get(thing, {"cells": [], "sums": []})
        cells = [(tuple(name), int(people), str(state)) for name, people, state in kept["cells"]]
        return [[(*cells[at], int(sign)) for at, sign in terms] for terms in kept["sums"]]

    def groups(self) -> Groups:
        """Read its groups, without the marks of their people."""
        import pyarrow.parquet as pq

        table = pq.read_table(self.folder / _CELLS)
        keys = tuple(spelt_column(table.column(f"key_{n}")) for n in range(len(self.about.dimensions)))
        gaps = {thing: table.column(f"gap_{n}").to_numpy().astype(bool) for n, thing in enumerate(self.about.told) if f"gap_{n}" in table.column_names}
        return Groups(self.about.dimensions, keys, table.column("people").to_numpy().astype("int64"),
                      table.column("known").to_numpy().astype(bool), self.about.figures, self.about.told, gaps)


def ledger_ring(given: KeyRing | Path | None, folder: Path, *, today: date, passphrase: str | None = None) -> KeyRing:
    """Give the ledger's own key ring, beside the pseudonyms'; made where there is neither ring nor ledger.

    Raises:
        UsageFault: no key ring is named.
        RegisterFault: it cannot be opened.
    """
    if isinstance(given, KeyRing):
        return given
    if given is None:
        raise UsageFault("No key ring is named; give --keys PATH, or `keys` in lapipe.toml. The memory of releases lies under a key beside it.",
                         rule="LP604")
    if in_environment(given):
        # Beside a variable there is one of its own, or else the ring itself, whose oldest key stays as long as the ledger.
        own = given.with_name(f"{given.name}_LEDGER")
        return KeyRing.open(own if is_there(own) else given, passphrase=passphrase)
    path = given.with_name(f"{given.name.removesuffix('.json')}{LEDGER_RING}")
    if path.exists() or Ledger.has_key(folder):
        return KeyRing.open(path, passphrase=passphrase)
    return KeyRing.create(path, today=today, passphrase=passphrase or None)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have the ledger's folder to oneself, made where it is missing; it takes no key to forget what is past its term.

    Raises:
        EngineFault: it cannot be made or written.
    """
    problem = ""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        problem = str(error.strerror)
    if problem:
        raise EngineFault(f"The ledger of releases {folder} cannot be written ({problem}); name another with `ledger` in lapipe.toml.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class Ledger:
    """A folder of remembered releases, one folder for each run and release; opened for a run, under its lock."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self.folder, self.ring = folder, ring

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, ring: KeyRing, register: Register) -> Iterator[Ledger]:
        """Open the ledger, made where it is missing, and keep other runs out of it: two that do not see each other could be subtracted.

        What runs left in it that released nothing goes.

        Raises:
            EngineFault: it cannot be made or written.
            RegisterFault: it was written with another key (LP604), since nobody in it would be found.
        """
        with held(folder):
            ledger = cls(folder, ring)
            ledger._check_key()
            ledger._sweep(register)
            yield ledger

    @staticmethod
    def has_key(folder: Path) -> bool:
        """Say whether a ledger was written here, so that its key must be the one it was written with."""
        return (folder / _CHECK).exists()

    def _check_key(self) -> None:
        path, value = self.folder / _CHECK, self.ring.check_value()
        if not path.exists():
            if any(self.folder.glob(f"*/*/{ABOUT}")):
                raise RegisterFault(f"The ledger of releases {self.folder} has lost its {_CHECK}; restore it from its backup.", rule="LP604")
            path.write_text(value + "\n", encoding="ascii")
            path.chmod(0o600)
        elif path.read_text(encoding="ascii", errors="replace").strip() != value:
            raise RegisterFault(f"The ledger of releases {self.folder} was written with another key than the one given, so nobody in it would be "
                                "found; give the key that it was made with.", rule="LP604")

    def _sweep(self, register: Register) -> None:
        for folder in self.folder.iterdir():
            if folder.is_dir() and (folder.name.startswith(".") or self._ended_without(register, folder.name)):
                shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _ended_without(register: Register, run: str) -> bool:
        outcome = register.outcome(run)
        return outcome is not None and outcome.state in _NOTHING

    def earlier(self, domain: str, today: date, *, but: str = "") -> list[Remembered]:
        """Give what is remembered of a domain's people and not past its term, oldest first; not of run `but`.

        Raises:
            RegisterFault: a record cannot be read: it is not known what was released (LP605).
        """
        found = []
        for path in sorted(self.folder.glob(f"[!.]*/*/{ABOUT}")):
            try:
                about: About | None = About.of_json(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError):
                about = None
            if about is None or not all((path.parent / name).is_file() for name in (_CELLS, _MEMBERS, _SHOWN)):
                raise RegisterFault(f"The ledger's record {path.parent} cannot be read, so nothing can be held against that release; restore it from "
                                    "its backup.", rule="LP605")
            if about.domain == domain and about.run != but and about.erase_by >= today.isoformat():
                found.append(Remembered(about, path.parent))
        return sorted(found, key=lambda each: (each.about.created, each.about.run, each.folder.name))

    @staticmethod
    def name(about: About, part: int) -> str:
        """Give what the cells of a part of a release are named by in sums."""
        return f"{about.run}/{about.release}.{part}"

    def remember(self, about: About, part: int, groups: Groups, members: ir.Table, shown: pa.Table, engine: Engine,
                 sums: Mapping[str, Any] | None = None) -> None:
        """Put a part of a release into the ledger: its groups, the marks of the people in each, and what was shown of it.

        `sums` are those of cells that nobody knows, which later releases must not make known.

        It stands there whole before the run completes; should the run then fail, the next one sweeps it.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        final = self.folder / about.run / f"{about.release}.{part}"
        staging = self.folder / f".{about.run}.{about.release}.{part}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        engine.write(members, staging / _MEMBERS, ordered=False)
        columns: dict[str, Any] = {f"key_{n}": key.dictionary_decode() for n, key in enumerate(groups.keys)}
        columns |= {f"gap_{n}": pa.array(groups.gaps[thing]) for n, thing in enumerate(groups.told) if thing in groups.gaps}
        pq.write_table(pa.table({**columns, "people": pa.array(groups.people), "known": pa.array(groups.known)}), staging / _CELLS,
                       compression="zstd")
        pq.write_table(shown, staging / _SHOWN, compression="zstd")
        if sums:
            (staging / _SUMS).write_text(json.dumps(sums) + "\n", encoding="ascii")
        (staging / ABOUT).write_text(json.dumps(about.as_json(), indent=1) + "\n", encoding="utf-8")
        for path in staging.iterdir():
            path.chmod(0o600)
            _sync(path)
        final.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(final, ignore_errors=True)
        os.rename(staging, final)
        _sync(final.parent)

    def forget(self, run: str) -> None:
        """Take back what a run put in, which then released nothing."""
        shutil.rmtree(self.folder / run, ignore_errors=True)

    def naming(self, domain: str, identifiers: Sequence[str]) -> set[str]:
        """Give the names of the releases in whose cells a person is marked."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        marks = pa.array(self.ring.marks(domain).of(list(identifiers)), pa.int64())
        return {remembered.about.release for remembered in self.earlier(domain, date.min)
                if pc.any(pc.is_in(pq.read_table(remembered.folder / _MEMBERS, columns=[WHO]).column(WHO), value_set=marks)).as_py()}

    def erase(self, domain: str, identifiers: Sequence[str]) -> int:
        """Replace a person's marks by anonymous ones that no later person has; give in how many cells (design 4.27).

        The cell keeps its size, and a later release without the person still differs from it by one.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        marks = pa.array(self.ring.marks(domain).of(list(identifiers)), pa.int64())
        erased = 0
        for remembered in self.earlier(domain, date.min):
            path = remembered.folder / _MEMBERS
            table = pq.read_table(path)
            mine = pc.is_in(table.column(WHO), value_set=marks)
            count = pc.sum(mine).as_py() or 0
            if not count:
                continue
            anonymous = pa.array([secrets.randbits(63) * (-1) ** secrets.randbits(1) for _ in range(count)], pa.int64())
            table = table.set_column(table.column_names.index(WHO), WHO, pc.replace_with_mask(table.column(WHO).combine_chunks(), mine.combine_chunks(),
                                                                                              anonymous))
            new = path.with_name(f".{path.name}")
            pq.write_table(table, new, compression="zstd")
            new.chmod(0o600)
            _sync(new)
            os.replace(new, path)
            _sync(path.parent)
            erased += count
        return erased


@dataclass(frozen=True)
class Held:
    """What came of holding cells against the ledger: each frozen cell with the earlier one it is shown as, and what must be withheld.

    Of `emptied` ones people may be shown and figures may not. `groups` and `members` are the groups as they are shown, a frozen one with the people that it was about then. The comparisons hold
    the sums that the audit must know.
    """

    frozen: Mapping[int, tuple[Remembered, int]]
    withheld: frozenset[int]
    emptied: frozenset[int]
    comparisons: tuple[tuple[Remembered, Comparison], ...]
    groups: Groups
    members: ir.Table


def hold_against(earlier: Sequence[Remembered], new: Groups, members: ir.Table, k: int, engine: Engine) -> Held:
    """Compare groups with every earlier release of the same people; `members` has cell, person and state of contribution.

    First with those that are about the same groups, which may freeze some; what is then shown is compared with the others. One
    join of marks for each earlier release that has a group in common.
    """
    frozen: dict[int, tuple[Remembered, int]] = {}
    withheld, emptied = set[int](), set[int]()
    comparisons = []
    is_held = False
    for alike in (True, False):
        for remembered in earlier:
            match = Match(new.dimensions, remembered.about.dimensions)
            if match.alike is not alike:
                continue
            then = remembered.groups()
            if not has_in_common(new, then):
                continue
            if not is_held:
                members, is_held = engine.hold(members), True
            found = compared(new, members, then, engine.view(remembered.folder / _MEMBERS, ordered=False), max(k, remembered.about.k), engine)
            comparisons.append((remembered, found))
            frozen |= {i: (remembered, j) for i, j in found.frozen.items()}
            withheld |= found.withheld
            emptied |= found.emptied
        if alike and frozen:
            new, members = _as_shown(new, members, frozen, engine)
    return Held(frozen, frozenset(withheld - set(frozen)), frozenset(emptied - withheld - set(frozen)), tuple(comparisons), new, members)


@dataclass(frozen=True)
class _Common:
    """The groups of two tables that agree in the columns that both share: their numbers, and of each the slice that it is in."""

    new: Places
    earlier: Places
    slice_of_new: Places
    slice_of_earlier: Places


def _in_common(match: Match, new: Groups, earlier: Groups) -> _Common | None:
    import numpy as np

    a, b = numbered([new.keys[i] for i, _ in match.shared], [earlier.keys[j] for _, j in match.shared], (len(new), len(earlier)))
    common = np.intersect1d(a, b)
    if not len(common):
        return None
    mine, theirs = np.flatnonzero(np.isin(a, common)), np.flatnonzero(np.isin(b, common))
    return _Common(mine, theirs, np.searchsorted(common, a[mine]), np.searchsorted(common, b[theirs]))


def has_in_common(new: Groups, other: Groups) -> bool:
    """Say whether a group of the one may be about people of a group of the other."""
    return _in_common(Match(new.dimensions, other.dimensions), new, other) is not None


def compared(new: Groups, members: ir.Table, other: Groups, theirs: ir.Table, k: int, engine: Engine) -> Comparison:
    """Compare the groups that may tell of each other; the numbers in what comes of it are those of the whole tables."""
    match = Match(new.dimensions, other.dimensions)
    common = _in_common(match, new, other)
    if common is None:
        return Comparison()
    mine, then = new.cells(common.new), other.cells(common.earlier)
    keys = {int(number): match.of_new(mine.keys[at]) for at, number in enumerate(common.slice_of_new)}
    here, there = _sliced(members, common.new, common.slice_of_new, engine), _sliced(theirs, common.earlier, common.slice_of_earlier, engine)
    mine_of, theirs_of = (dict(zip(each.told, states(each.told), strict=True)) for each in (new, other))
    pairs = _met(here, there, [(mine_of[thing], theirs_of[thing]) for thing in new.told if thing in theirs_of], engine)
    # Of tables about the same groups no sums are made.
    slices = {} if match.alike else _sizes(here, there, keys, engine)
    found = compare(mine, then, pairs, slices, k)
    i, j = common.new.tolist(), common.earlier.tolist()
    return Comparison({i[a]: j[b] for a, b in found.frozen.items()}, {i[a] for a in found.withheld}, {i[a] for a in found.emptied}, [
        Relation(tuple(i[a] for a in each.new), tuple(j[b] for b in each.earlier), tuple((i[a], j[b], size) for a, b, size in each.parts))
        for each in found.relations], *({i[a]: j[b] for a, b in each.items()} for each in (found.same, found.equal)))


def _as_shown(new: Groups, members: ir.Table, frozen: Mapping[int, tuple[Remembered, int]], engine: Engine) -> tuple[Groups, ir.Table]:
    """Give the groups with the people of each as it is shown: of a frozen one those it was about then."""
    import numpy as np
    import pyarrow as pa

    known, people, gaps = new.known.copy(), new.people.copy(), {thing: gap.copy() for thing, gap in new.gaps.items()}
    of_folder: dict[Path, tuple[Remembered, dict[int, int]]] = {}
    for number, (remembered, cell) in frozen.items():
        of_folder.setdefault(remembered.folder, (remembered, {}))[1][cell] = number
    columns = (WHO, *states(new.told))
    members = members.filter(~members[CELL].isin(sorted(frozen))).select(CELL, *columns)
    for _, (remembered, cells) in sorted(of_folder.items()):
        before = remembered.groups()
        for cell, number in cells.items():
            known[number], people[number] = True, before.people[cell]
        for thing in before.gaps.keys() | gaps.keys():
            of = gaps.setdefault(thing, np.zeros(len(new), dtype=bool))
            for cell, number in cells.items():
                of[number] = before.has_gap(thing, cell)
        small = engine.table(pa.table({"lapipe_was": pa.array(list(cells), pa.int64()), "lapipe_is": pa.array(list(cells.values()), pa.int64())}))
        then = engine.view(remembered.folder / _MEMBERS, ordered=False)
        then = then.inner_join(small, then[CELL] == small.lapipe_was)
        members = members.union(then.select(**{CELL: then.lapipe_is}, **{name: then[name] for name in columns}))
    return replace(new, known=known, people=people, gaps=gaps), engine.hold(members)


def _met(a: ir.Table, b: ir.Table, both_tell: Sequence[tuple[str, str]], engine: Engine) -> list[Pair]:
    """Count the people whom cells of two tables have in common, within equal values of the columns that both share.

    `both_tell` are the columns, of the one and the other, of what somebody adds to the things that both tell of.
    """
    import ibis

    b = b.select(lapipe_slice=b.slice, lapipe_who=b[WHO], lapipe_cell=b[CELL], **{f"lapipe_{n}": b[of] for n, (_, of) in enumerate(both_tell)})
    met = a.inner_join(b, [a.slice == b.lapipe_slice, a[WHO] == b.lapipe_who])
    alike = met[WHO].notnull()
    for n, (of, _) in enumerate(both_tell):
        alike = alike & (met[of] == met[f"lapipe_{n}"])
    met = met.group_by(new=met[CELL], earlier=met.lapipe_cell).aggregate(
        both=met.count(), same=ibis.cases((alike, 1), else_=0).sum().cast("int64"))
    of = engine.fetch(met.order_by("new", "earlier"))
    return [Pair(*row) for row in zip(*(of.column(name).to_pylist() for name in ("new", "earlier", "both", "same")), strict=True)]


def _sizes(a: ir.Table, b: ir.Table, keys: Mapping[int, tuple[str | None, ...]], engine: Engine) -> dict[tuple[str | None, ...], Slice]:
    """Count the people of each slice, in the one table, the other and both."""
    mine, theirs = a.select("slice", who=a[WHO]).distinct(), b.select("slice", who=b[WHO]).distinct()
    both = mine.intersect(theirs)
    counted: list[dict[int, int]] = []
    for people in (mine, theirs, both):
        of = engine.fetch(people.group_by("slice").aggregate(n=people.count()))
        counted.append(dict(zip(of.column("slice").to_pylist(), of.column("n").to_pylist(), strict=True)))
    return {keys[number]: Slice(counted[0].get(number, 0), counted[1].get(number, 0), counted[2].get(number, 0))
            for number in sorted({*counted[0], *counted[1]})}


def _sliced(members: ir.Table, cells: Places, slices: Places, engine: Engine) -> ir.Table:
    """Give the people of the cells that are compared, each cell by its place among them and with the number of its slice."""
    import pyarrow as pa

    small = engine.table(pa.table({"lapipe_of": pa.array(cells), "lapipe_at": pa.array(range(len(cells)), pa.int64()), "slice": pa.array(slices)}))
    joined = members.inner_join(small, members[CELL] == small.lapipe_of)
    return joined.drop(CELL, "lapipe_of").rename({CELL: "lapipe_at"})


def _sync(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
