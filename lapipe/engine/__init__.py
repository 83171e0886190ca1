"""Run Ibis expressions: read, hold, count, lookup, write. Only this package knows DuckDB and Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lapipe.contract import Contract
from lapipe.errors import UsageFault
from lapipe.readers import Source

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


@dataclass(frozen=True)
class Read:
    """What came out of reading a source: the table with the contract's types, its rows, and values that do not fit.

    `unreadable` counts, by column, the rows whose value is not of the declared type; a row counts for its first such column.
    `held` says that the engine keeps the rows; otherwise they stay in their file, where each query goes for the columns it needs.
    """

    table: ir.Table
    rows: int
    unreadable: Mapping[str, int] = field(default_factory=dict)
    held: bool = True


@dataclass(frozen=True)
class IfAny:
    """A fact that is counted only where a cheaper one, which is nought only when it is, is not."""

    cheaper: ir.Scalar
    exact: ir.Scalar


#: The column by which rows and the distinct values of one of their columns are matched.
MATCH = "lapipe_match"


@dataclass(frozen=True)
class Keyed:
    """Rows with a column `lapipe_match`, and the table (key, lapipe_match) of the values that stand for it; without a null where
    there is none in the rows.
    """

    rows: ir.Table
    values: ir.Table
    has_null: bool


class Engine(Protocol):
    """What lapipe asks of an engine. Every failure comes out as one of lapipe's own errors, without a value in it."""

    name: str

    def read(self, source: Source, contract: Contract) -> Read:
        """Read the contract's columns, and no other, with the contract's types; strings that do not fit become null and are counted.

        Raises:
            ContractBroken: rows do not have the header's number of cells, or text is not UTF-8 (LP208).
        """
        ...

    def table(self, rows: pa.Table) -> ir.Table:
        """Make a table of a few rows."""
        ...

    def view(self, path: Path, *, ordered: bool = True) -> ir.Table:
        """Give the table of a Parquet file that lapipe itself wrote, `ordered` or not; dropping it leaves the file."""
        ...

    def holding(self, paths: Sequence[Path], column: str, values: Sequence[str]) -> list[Path]:
        """Give which Parquet files hold any of these texts in a column."""
        ...

    def hold(self, expression: ir.Table, *, written: Sequence[str] = ()) -> ir.Table:
        """Compute a table and keep it until `drop` or the end; `written` names the columns that will be written next.

        An engine may then keep the rows in the order in which they are to be written.
        """
        ...

    def drop(self, table: ir.Table) -> None:
        """Let a held table go; other tables are left alone."""
        ...

    def count(self, facts: Mapping[str, ir.Scalar | IfAny]) -> dict[str, Any]:
        """Compute named aggregates, those of one table in one query."""
        ...

    def fetch(self, expression: ir.Table) -> pa.Table:
        """Compute a small table and bring it here."""
        ...

    def distinct(self, column: ir.Column, *, once: bool = False) -> Iterator[pa.Array]:
        """Stream the distinct values of a column, null left out; `once` says that nobody asks for them again, so that none are kept."""
        ...

    def values(self, column: ir.Column) -> ir.Table:
        """Give a table of one column `key`: the distinct values that a column has where it is stored, null among them."""
        ...

    def keyed(self, rows: ir.Table, on: str) -> Keyed:
        """Keep the distinct values of a column, null among them, with what the rows are matched with them by.

        That is the value itself, or what the file has for it where that is cheaper to compare.
        """
        ...

    def root(self, column: ir.Column) -> ir.Column:
        """Give the column of a kept table or view from which a column comes unchanged; itself where it was computed."""
        ...

    def lookup(self, column: ir.Column, compute: Callable[[list[Any]], Sequence[Any]], type: str) -> ir.Table:
        """Compute a value, in this process, for each distinct value of a column; give the table (key, value)."""
        ...

    def write(self, expression: ir.Table, path: Path, *, ordered: bool = True) -> int:
        """Write a table as one Parquet file, in an order made of the rows' content alone, and give its rows.

        The order in which events came in would be a time finer than the purpose allows. What never leaves lapipe's own folders need not
        be `ordered`.
        """
        ...

    def close(self) -> None:
        """Let everything go."""
        ...


def computed(compute: Callable[[list[Any]], Sequence[Any]], keys: pa.Array, type: pa.DataType) -> pa.Array:
    """Compute the values of a batch of keys; what can take the batch as it is (`over_arrow`) is spared an object for each key and value."""
    import pyarrow as pa

    over_arrow = getattr(compute, "over_arrow", None)
    return over_arrow(keys).cast(type) if over_arrow else pa.array(compute(keys.to_pylist()), type)


def root_of(column: ir.Column) -> ir.Column:
    """Follow a column through selections, filters and joins to where it is stored; what is on the way may drop rows only."""
    import ibis.expr.operations as ops

    op: Any = column.op()
    while isinstance(op, ops.Field):
        relation = op.rel
        if isinstance(relation, ops.DatabaseTable):
            return relation.to_expr()[op.name]
        if isinstance(relation, (ops.Project, ops.JoinChain, ops.DropColumns)):
            op = relation.values[op.name]
        elif isinstance(relation, (ops.Filter, ops.Sort, ops.JoinReference)):
            op = ops.Field(relation.parent, op.name)
        else:
            break
    return column


def count_by_table(facts: Mapping[str, ir.Scalar | IfAny], fetch: Callable[[ir.Table], pa.Table]) -> dict[str, Any]:
    """Compute named aggregates, those of one table in one query; `fetch` brings a table of one row here."""
    counted = _counted({name: fact.cheaper if isinstance(fact, IfAny) else fact for name, fact in facts.items()}, fetch)
    return counted | _counted({name: fact.exact for name, fact in facts.items() if isinstance(fact, IfAny) and counted[name]}, fetch)


def _counted(facts: Mapping[str, ir.Scalar], fetch: Callable[[ir.Table], pa.Table]) -> dict[str, Any]:
    import ibis.expr.operations as ops

    groups: dict[Any, dict[str, Any]] = {}
    for name, fact in facts.items():
        relations = fact.op().relations
        key = next(iter(relations)) if len(relations) == 1 else fact.op()
        groups.setdefault(key, {})[name] = fact
    counted: dict[str, Any] = {}
    for key, group in groups.items():
        if isinstance(key, ops.Relation):
            table = key.to_expr().aggregate(**group)
        else:
            ((name, fact),) = group.items()
            table = fact.name(name).as_table()
        (row,) = fetch(table).to_pylist()
        counted.update(row)
    return counted


def open_engine(url: str, folder: Path, *, memory: str = "") -> Engine:
    """Open the engine a URL names, with `folder` (owner-only) for what it must put on disk.

    Raises:
        UsageFault: there is no such engine, or it is not installed.
    """
    name = url.partition(":")[0]
    if name == "duckdb":
        from lapipe.engine.duckdb import DuckDB

        return DuckDB(folder, memory=memory)
    if name in ("spark", "sc"):
        from lapipe.engine.spark import Spark

        return Spark(url, folder, memory=memory)
    raise UsageFault(f"There is no engine '{url}' (there are: duckdb, spark, spark://HOST, sc://HOST).")
