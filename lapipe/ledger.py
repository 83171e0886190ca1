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

from lapipe.disclosure.memory import Cells, Comparison, Dimension, Match, Pair, Slice, compare
from lapipe.engine import Engine
from lapipe.errors import EngineFault, RegisterFault, UsageFault
from lapipe.keys import KeyRing
from lapipe.register import Register

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

_ABOUT, _CELLS, _MEMBERS, _SHOWN, _CHECK = "about.json", "cells.parquet", "members.parquet", "shown.parquet", "key.check"

#: Runs that ended so released nothing, and what the ledger has of them goes.
_NOTHING = ("failed", "refused", "interrupted")

#: The columns of `members.parquet`: a row per cell and person.
CELL, WHO, STATE = "cell", "who", "state"


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

    def part(self, over: str, dimensions: tuple[Dimension, ...]) -> About:
        """Say the same of a part."""
        return replace(self, over=over, dimensions=dimensions)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return {**vars(self), "dimensions": [vars(dimension) for dimension in self.dimensions], "figures": list(self.figures), "version": 1}

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> About:
        """Read it back."""
        named = {name: found[name] for name in cls.__dataclass_fields__}
        return cls(**{**named, "dimensions": tuple(Dimension(**each) for each in found["dimensions"]), "figures": tuple(found["figures"])})


@dataclass(frozen=True)
class Remembered:
    """An earlier release in the ledger."""

    about: About
    folder: Path

    def cells(self) -> Cells:
        """Read its cells, without its people."""
        import pyarrow.parquet as pq

        table = pq.read_table(self.folder / _CELLS)
        columns = [table.column(f"key_{n}").to_pylist() for n in range(len(self.about.dimensions))]
        keys = list(zip(*columns, strict=True)) if columns else [()] * table.num_rows
        return Cells(self.about.dimensions, keys, table.column("people").to_pylist(), table.column("known").to_pylist(), self.about.figures)


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
    path = given.with_name(f"{given.name.removesuffix('.json')}.ledger.json")
    if path.exists() or Ledger.has_key(folder):
        return KeyRing.open(path, passphrase=passphrase)
    return KeyRing.create(path, today=today, passphrase=passphrase or None)


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
            ledger = cls(folder, ring)
            ledger._check_key()
            ledger._sweep(register)
            yield ledger
        finally:
            os.close(lock)

    @staticmethod
    def has_key(folder: Path) -> bool:
        """Say whether a ledger was written here, so that its key must be the one it was written with."""
        return (folder / _CHECK).exists()

    def _check_key(self) -> None:
        path, value = self.folder / _CHECK, self.ring.check_value()
        if not path.exists():
            if any(self.folder.glob(f"*/*/{_ABOUT}")):
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
        for path in sorted(self.folder.glob(f"[!.]*/*/{_ABOUT}")):
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

    def remember(self, about: About, part: int, cells: Cells, members: ir.Table, shown: pa.Table, engine: Engine) -> None:
        """Put a part of a release into the ledger: its cells, the marks of the people in each, and what was shown of it.

        It stands there whole before the run completes; should the run then fail, the next one sweeps it.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        final = self.folder / about.run / f"{about.release}.{part}"
        staging = self.folder / f".{about.run}.{about.release}.{part}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        engine.write(members, staging / _MEMBERS)
        columns: dict[str, Any] = {f"key_{n}": pa.array([key[n] for key in cells.keys], pa.string()) for n in range(len(about.dimensions))}
        pq.write_table(pa.table({**columns, "people": pa.array(cells.people, pa.int64()), "known": pa.array(cells.known, pa.bool_())}),
                       staging / _CELLS, compression="zstd")
        pq.write_table(shown, staging / _SHOWN, compression="zstd")
        (staging / _ABOUT).write_text(json.dumps(about.as_json(), indent=1) + "\n", encoding="utf-8")
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

    `cells` and `members` are the cells as they are shown, a frozen one with the people that it was about then. The comparisons hold
    the sums that the audit must know.
    """

    frozen: Mapping[int, tuple[Remembered, int]]
    withheld: frozenset[int]
    comparisons: tuple[tuple[Remembered, Comparison], ...]
    cells: Cells
    members: ir.Table


def hold_against(earlier: Sequence[Remembered], new: Cells, members: ir.Table, k: int, engine: Engine) -> Held:
    """Compare cells with every earlier release of the same people; `members` is a table of cell, person and state of contribution.

    First with those that are about the same groups, which may freeze some; what is then shown is compared with the others. One
    join of marks for each earlier release that has a group in common.
    """
    frozen: dict[int, tuple[Remembered, int]] = {}
    withheld: set[int] = set()
    comparisons = []
    there = [(remembered, remembered.cells()) for remembered in earlier]
    for alike in (True, False):
        for remembered, cells in there:
            if Match(new.dimensions, cells.dimensions).alike is not alike:
                continue
            found = _compared(new, members, cells, engine.view(remembered.folder / _MEMBERS), max(k, remembered.about.k), engine)
            if found is not None:
                comparisons.append((remembered, found))
                frozen |= {i: (remembered, j) for i, j in found.frozen.items()}
                withheld |= found.withheld
        if alike and frozen:
            new, members = _as_shown(new, members, frozen, engine)
    return Held(frozen, frozenset(withheld - set(frozen)), tuple(comparisons), new, members)


def _compared(new: Cells, members: ir.Table, cells: Cells, then: ir.Table, k: int, engine: Engine) -> Comparison | None:
    match = Match(new.dimensions, cells.dimensions)
    common = {match.of_new(key) for key in new.keys} & {match.of_earlier(key) for key in cells.keys}
    if not common:
        return None
    numbers = {key: number for number, key in enumerate(sorted(common, key=str))}
    pairs, slices = _met(members, [numbers.get(match.of_new(key)) for key in new.keys],
                         then, [numbers.get(match.of_earlier(key)) for key in cells.keys],
                         {number: key for key, number in numbers.items()}, engine)
    return compare(new, cells, pairs, slices, k)


def _as_shown(new: Cells, members: ir.Table, frozen: Mapping[int, tuple[Remembered, int]], engine: Engine) -> tuple[Cells, ir.Table]:
    """Give the cells with the people of each as it is shown: of a frozen one those it was about then."""
    import pyarrow as pa

    known, people = list(new.known), list(new.people)
    of_folder: dict[Path, tuple[Remembered, dict[int, int]]] = {}
    for number, (remembered, cell) in frozen.items():
        of_folder.setdefault(remembered.folder, (remembered, {}))[1][cell] = number
    members = members.filter(~members[CELL].isin(sorted(frozen))).select(CELL, WHO, STATE)
    for _, (remembered, cells) in sorted(of_folder.items()):
        sizes = remembered.cells().people
        for cell, number in cells.items():
            known[number], people[number] = True, sizes[cell]
        small = engine.table(pa.table({"lapipe_was": pa.array(list(cells), pa.int64()), "lapipe_is": pa.array(list(cells.values()), pa.int64())}))
        then = engine.view(remembered.folder / _MEMBERS)
        then = then.inner_join(small, then[CELL] == small.lapipe_was)
        members = members.union(then.select(**{CELL: then.lapipe_is, WHO: then[WHO], STATE: then[STATE]}))
    return replace(new, known=known, people=people), engine.hold(members)


def _met(new: ir.Table, slice_of_new: Sequence[int | None], earlier: ir.Table, slice_of_earlier: Sequence[int | None],
         keys: Mapping[int, tuple[str | None, ...]], engine: Engine) -> tuple[list[Pair], dict[tuple[str | None, ...], Slice]]:
    """Count the people whom cells of two tables have in common, within equal values of the columns that both share."""
    import ibis

    a = _sliced(new, slice_of_new, engine)
    b = _sliced(earlier, slice_of_earlier, engine)
    b = b.select(lapipe_slice=b.slice, lapipe_who=b[WHO], lapipe_cell=b[CELL], lapipe_state=b[STATE])
    met = a.inner_join(b, [a.slice == b.lapipe_slice, a[WHO] == b.lapipe_who])
    met = met.group_by(new=met[CELL], earlier=met.lapipe_cell).aggregate(
        both=met.count(), same=ibis.cases((met[STATE] == met.lapipe_state, 1), else_=0).sum().cast("int64"))
    pairs = [Pair(int(row["new"]), int(row["earlier"]), int(row["both"]), int(row["same"])) for row in engine.fetch(met).to_pylist()]
    mine, theirs = a.select("slice", who=a[WHO]).distinct(), b.select(slice=b.lapipe_slice, who=b.lapipe_who).distinct()
    both = mine.intersect(theirs)
    counted: list[dict[int, int]] = []
    for people in (mine, theirs, both):
        counted.append({int(row["slice"]): int(row["n"]) for row in
                        engine.fetch(people.group_by("slice").aggregate(n=people.count())).to_pylist()})
    slices = {keys[number]: Slice(counted[0].get(number, 0), counted[1].get(number, 0), counted[2].get(number, 0))
              for number in sorted({*counted[0], *counted[1]})}
    return sorted(pairs, key=lambda pair: (pair.new, pair.earlier)), slices


def _sliced(members: ir.Table, slice_of: Sequence[int | None], engine: Engine) -> ir.Table:
    """Give the people of the cells that are compared, each with the number of its cell's slice."""
    import pyarrow as pa

    there = [(cell, number) for cell, number in enumerate(slice_of) if number is not None]
    small = engine.table(pa.table({"lapipe_of": pa.array([cell for cell, _ in there], pa.int64()),
                                   "slice": pa.array([number for _, number in there], pa.int64())}))
    return members.inner_join(small, members[CELL] == small.lapipe_of).drop("lapipe_of")


def spelt(value: Any) -> str | None:
    """Give a grouping value as text, the same whatever type holds it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _sync(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
