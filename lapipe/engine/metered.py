"""Measure what an engine is asked: time, rows, bytes written, and how often each source was gone through."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract
from lapipe.disclosure.bands import about, band
from lapipe.engine import Engine, IfAny, Keyed, Read
from lapipe.readers import Frame, Source, Text

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


#: What stands before a source's name where a part is the reading of it.
READING = "reading "


@dataclass
class Part:
    """What was done for some stages together: in one query where they are several, since nothing is computed before it must be.

    `seconds` is all the time until the next part began, `queries` what the engine was asked in it; `written` counts the bytes that lapipe
    put in files meanwhile, spill and register among them, or is None where the system does not tell. `rows` and `people` are those that
    go on; `exact` says that the rows are those of a released statistic, which everyone who has it can count.
    """

    stages: tuple[str, ...]
    seconds: float = 0.0
    queries: int = 0
    written: int | None = 0
    rows: int | None = None
    people: int | None = None
    exact: bool = False


@dataclass
class Use:
    """How often a source was gone through: `first` by lapipe's reader, which `counted` the rows of a text or has `rewritten` the files,
    then `parsed` by the engine, then `asked` by queries over the rows as they were read.

    `in_file` tells that the rows stayed in a Parquet file, where each query goes for the columns that it needs. `kept` is the number of
    tables that the source's rows, one for one, were put into.
    """

    first: str = ""
    parsed: int = 0
    asked: int = 0
    kept: int = 0
    in_file: bool = False


@dataclass
class Measured:
    """What a run took, part by part in the order in which they began, and how each source was used."""

    parts: list[Part] = field(default_factory=list)
    sources: dict[str, Use] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Give it as it may be shown: counts of rows rounded and people in bands, as in all that a run tells."""
        return {
            "parts": [{"stages": list(part.stages), "seconds": round(part.seconds, 3), "queries": part.queries, "rows": _rows(part),
                       "people": None if part.people is None else band(part.people),
                       "bytes_written": None if part.written is None else _two_digits(part.written)}
                      for part in self.parts if part.queries],
            "other_seconds": round(sum(part.seconds for part in self.parts if not part.queries), 3),
            "sources": {name: vars(use) for name, use in self.sources.items()},
        }


class Metered:
    """An engine that measures another one; `at` says for which stages, or for which source, it works from now on."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.perf_counter) -> None:
        self._engine, self._clock = engine, clock
        self.name = engine.name
        self.measured = Measured()
        #: The sources that the engine's tables were read from, and those whose rows, one for one, they have.
        self._read_from: dict[str, str] = {}
        self._rows_of: dict[str, frozenset[str]] = {}
        self._part = self._of(("opening",))
        self._since, self._wrote = clock(), _bytes_written()

    # --- what is told ---

    def at(self, *stages: str) -> Part:
        """Let what follows count for these stages, and give what is known of them so far."""
        now, wrote, part = self._clock(), _bytes_written(), self._part
        part.seconds += now - self._since
        part.written = part.written + wrote - self._wrote if None not in (part.written, wrote, self._wrote) else None  # type: ignore[operator]
        self._since, self._wrote = now, wrote
        self._part = self._of(stages)
        return self._part

    def _of(self, stages: tuple[str, ...]) -> Part:
        for part in self.measured.parts:
            if part.stages == stages:
                return part
        self.measured.parts.append(Part(stages))
        return self.measured.parts[-1]

    def _asked(self, *expressions: Any) -> None:
        """Count a query, and the sources that it goes through as they were read."""
        self._part.queries += 1
        tables = {table for expression in expressions for table in _tables(expression)}
        for source in {self._read_from[table] for table in tables if table in self._read_from}:
            self.measured.sources[source].asked += 1

    # --- what is asked ---

    def read(self, source: Source, contract: Contract) -> Read:
        """See `Engine.read`."""
        name = self._part.stages[-1].removeprefix(READING)
        self._part.queries += 1
        read = self._engine.read(source, contract)
        self.measured.sources[name] = Use(_first(source), int(read.held), 0, int(read.held), not read.held)
        for table in _tables(read.table):
            self._read_from[table], self._rows_of[table] = name, frozenset({name})
        self._part.rows = read.rows
        return read

    def table(self, rows: pa.Table) -> ir.Table:
        """See `Engine.table`."""
        return self._engine.table(rows)

    def view(self, path: Path, *, ordered: bool = True) -> ir.Table:
        """See `Engine.view`."""
        return self._engine.view(path, ordered=ordered)

    def holding(self, paths: Sequence[Path], column: str, values: Sequence[str]) -> list[Path]:
        """See `Engine.holding`."""
        return self._engine.holding(paths, column, values)

    def hold(self, expression: ir.Table, *, written: Sequence[str] = ()) -> ir.Table:
        """See `Engine.hold`."""
        self._asked(expression)
        held = self._engine.hold(expression, written=written)
        self._kept(expression, held)
        return held

    def _kept(self, expression: ir.Table, held: ir.Table) -> None:
        """Note whose rows are in a table that was kept."""
        sources = self._sources_of(expression.op())
        for source in sources:
            self.measured.sources[source].kept += 1
        for table in _tables(held):
            self._rows_of[table] = sources

    def _sources_of(self, op: Any) -> frozenset[str]:
        """Give the sources whose rows are those of a relation, one for one: not grouped, and not only joined to them."""
        import ibis.expr.operations as ops

        while not isinstance(op, ops.DatabaseTable):
            if isinstance(op, ops.JoinChain):
                op = op.first
            elif isinstance(op, (ops.Project, ops.Filter, ops.Sort, ops.DropColumns, ops.FillNull, ops.JoinReference)):
                op = op.parent
            else:
                return frozenset()
        return self._rows_of.get(op.name, frozenset())

    def drop(self, table: ir.Table) -> None:
        """See `Engine.drop`."""
        self._engine.drop(table)

    def count(self, facts: Mapping[str, ir.Scalar | IfAny]) -> dict[str, Any]:
        """See `Engine.count`; one query, though over several tables it may be as many."""
        if not facts:
            return self._engine.count(facts)
        self._asked(*(fact.cheaper if isinstance(fact, IfAny) else fact for fact in facts.values()))
        return self._engine.count(facts)

    def fetch(self, expression: ir.Table) -> pa.Table:
        """See `Engine.fetch`."""
        self._asked(expression)
        return self._engine.fetch(expression)

    def distinct(self, column: ir.Column, *, once: bool = False) -> Iterator[pa.Array]:
        """See `Engine.distinct`."""
        self._asked(column)
        yield from self._engine.distinct(column, once=once)

    def values(self, column: ir.Column) -> ir.Table:
        """See `Engine.values`."""
        self._asked(column)
        return self._engine.values(column)

    def keyed(self, rows: ir.Table, on: str) -> Keyed:
        """See `Engine.keyed`."""
        self._asked(rows[on])
        return self._engine.keyed(rows, on)

    def root(self, column: ir.Column) -> ir.Column:
        """See `Engine.root`."""
        return self._engine.root(column)

    def lookup(self, column: ir.Column, compute: Callable[[list[Any]], Sequence[Any]], type: str) -> ir.Table:
        """See `Engine.lookup`."""
        self._asked(column)
        return self._engine.lookup(column, compute, type)

    def write(self, expression: ir.Table, path: Path, *, ordered: bool = True) -> int:
        """See `Engine.write`."""
        self._asked(expression)
        return self._engine.write(expression, path, ordered=ordered)

    def close(self) -> None:
        """See `Engine.close`."""
        self.at("closing")
        self._engine.close()
        self.at("closing")


def _rows(part: Part) -> str | None:
    if part.rows is None:
        return None
    return f"{part.rows:,}" if part.exact else about(part.rows)


def _two_digits(number: int) -> int:
    """Round to two digits: the size of a file of few rows would tell how many they are."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return (number + step // 2) // step * step


def _first(source: Source) -> str:
    if not isinstance(source, Frame) and source.found:
        return "rewritten"
    return "counted" if isinstance(source, Text) else ""


def _tables(expression: Any) -> set[str]:
    """Name the engine's tables that an expression is made of."""
    import ibis.expr.operations as ops

    return {op.name for op in expression.op().find(ops.DatabaseTable)}


def _bytes_written() -> int | None:
    """Give the bytes that this process and its children, Spark's Java among them, have written to files; None where Linux is not there to tell."""
    total = 0
    try:
        own = os.getpid()
        children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
        for process in (str(own), *children):
            # A child may end meanwhile.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                lines = Path(f"/proc/{process}/io").read_text(encoding="ascii").splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))
    except OSError:
        return None
    return total
