"""DuckDB: the engine that runs inside lapipe's own process."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import ibis

from lapipe.contract import Column, Contract
from lapipe.contract import Reading as FileReading
from lapipe.engine import MATCH, IfAny, Keyed, Read, computed, count_by_table, root_of
from lapipe.errors import ContractBroken, EngineFault, LapipeError, UsageFault
from lapipe.readers import Frame, Parquet, Source, Text

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

T = TypeVar("T")

#: Of the memory a user grants (design 4.26: peak RSS) this much is Python's and its libraries', before a row is read; of the rest DuckDB's
#: own limit is a part, since its peak is above its limit. Under 1 GB, 100M rows peaked at 1,071 MB with a limit of 490 MB, 10M at 1,158 MB with one of 650 MB.
_OURS, _MEMORY_SHARE = 400e6, 0.7

#: A CSV file is not read with a smaller limit than this, where so much was granted at all.
_LEAST_LIMIT = 300e6

#: How many distinct values a lookup computes at a time.
_BATCH = 100_000

#: Up to this number of people a pseudonym is a code of 2 or 4 bytes in the engine: it sorts and groups faster than a UUID. Making
#: the codes takes 0.2 s for as many, and grows faster than their number.
_CODED = 200_000

#: Up to this number of texts a column of a table that is written is held as codes, of 2 bytes at most.
_TEXTS = 65_000

#: Rows of broken shape are counted up to this number.
_REJECTS = 1_000

#: Rows in a row group of a written file: what one thread has at hand.
_ROW_GROUP = 122_880

_UNREADABLE = "lapipe_unreadable"

#: Zones in which a time with an offset is what is left when the offset is taken off.
_UTC = frozenset({"UTC", "Etc/UTC", "Z", "Etc/Universal", "Etc/Zulu"})


class DuckDB:
    """An in-memory DuckDB that spills to the run's own folder and never loads or fetches an extension."""

    name = "duckdb"

    def __init__(self, folder: Path, *, memory: str = "") -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._held: set[str] = set()
        #: Tables whose rows lie in the order in which they are written, and the columns that are.
        self._sorted: dict[str, frozenset[str]] = {}
        self._frames: dict[str, pa.Table] = {}
        #: The view over each frame.
        self._over: dict[str, str] = {}
        self._viewed: dict[tuple[str, str], _Viewed] = {}
        #: The table of the distinct values of a column.
        self._listed: dict[tuple[str, str], str] = {}
        #: The ENUM of the texts of a column, or nothing where they are many.
        self._codes: dict[tuple[str, str], str] = {}
        settings: dict[str, Any] = {
            "temp_directory": str(folder / "spill"), "autoinstall_known_extensions": False,
            "autoload_known_extensions": False, "preserve_insertion_order": False,
        }
        if memory:
            settings["memory_limit"] = f"{int(_limit(_bytes_of(memory)) / 1e6)}MB"
        self._ibis = _guarded("open the engine", lambda: ibis.duckdb.connect(":memory:", **settings))
        # In a notebook without ipywidgets the setting cannot be touched at all, and is off.
        if self._run("SELECT current_setting('enable_progress_bar')")[0][0]:
            self._run("SET enable_progress_bar = false")

    # --- in ---

    def read(self, source: Source, contract: Contract) -> Read:
        """See `Engine.read`."""
        columns = contract.columns
        if isinstance(source, Text):
            relation, types = self._text(source, contract.reading.nulls), dict.fromkeys(source.names, "string")
        elif isinstance(source, Parquet):
            files = ", ".join(_path(path) for path in source.paths)
            positions = zip(source.header, source.names, strict=True)
            relation = f"(SELECT {', '.join(f'{_name(h)} AS {_name(n)}' for h, n in positions)} FROM read_parquet([{files}]))"
            types = dict(zip(source.names, source.types, strict=True))
        else:
            relation, types = self._frame(source)
        known = contract.reading.nulls if isinstance(source, Text) else ()
        reads = [_Reading(column, types[column.name], contract.reading, known) for column in columns]
        name = self._new("read")
        if isinstance(source, Text) or any(reading.may_fail for reading in reads):
            return self._held_read(name, relation, reads, source, contract)
        stored = {r.column.name: f"lapipe_stored_{number}" for number, r in enumerate(reads) if r.stored_whole}
        values = [*(f"{r.value} AS {r.name}" for r in reads), *(f"{_name(given)} AS {whole}" for given, whole in stored.items())]
        self._run(f"CREATE VIEW {name} AS SELECT {', '.join(values)} FROM {relation}")
        self._over[relation] = name
        self._viewed |= {(name, r.column.name): _Viewed(relation, r.name, r.value, stored.get(r.column.name, "")) for r in reads}
        rows = self._one(f"SELECT count(*) FROM {relation}")
        return Read(self._ibis.table(name).select(*contract.names), rows, held=False)

    def _held_read(self, name: str, relation: str, reads: Sequence[_Reading], source: Source, contract: Contract) -> Read:
        """Parse once: keep the typed values, and beside them which column of a row, if any, could not be read."""
        failing = [(number, reading) for number, reading in enumerate(reads, 1) if reading.may_fail]
        raw = ", ".join(f"{r.raw} AS raw{number}, {r.value} AS {r.name}" if r.may_fail else f"{r.value} AS {r.name}"
                        for number, r in enumerate(reads, 1))
        marks = " ".join(f"WHEN raw{number} IS NOT NULL AND {r.name} IS NULL THEN {number}::USMALLINT"
                         for number, r in failing)
        mark = f", CASE {marks} END AS {_UNREADABLE}" if failing else ""
        names = ", ".join(r.name for r in reads)
        self._run(f"CREATE TABLE {name} AS SELECT {names}{mark} FROM (SELECT {raw} FROM {relation})",
                  f"read the file of {contract.name}")
        self._held.add(name)
        if isinstance(source, Text):
            broken = self._one("SELECT count(DISTINCT (file_id, line)) FROM reject_errors")
            if broken:
                least = "at least " if broken >= _REJECTS else ""
                raise ContractBroken(
                    f"{contract.name}: {least}{broken} rows do not have the header's number of cells, or are not UTF-8 text. "
                    "Correct the export, or declare its encoding and delimiter in the contract.", rule="LP208")
        unreadable = {}
        if failing:
            found = self._all(f"SELECT {_UNREADABLE}, count(*) FROM {name} WHERE {_UNREADABLE} IS NOT NULL GROUP BY 1 ORDER BY 1")
            unreadable = {reads[number - 1].column.name: count for number, count in found}
        rows = self._one(f"SELECT count(*) FROM {name}")
        if isinstance(source, Text) and rows != source.records and rows != source.recounted():
            raise ContractBroken(f"{contract.name}: the file has {source.recounted()} rows, and the engine read {rows} of it. Look for quotes that "
                                 "are not closed; correct the export.", rule="LP208")
        table = self._ibis.table(name)
        return Read(table.drop(_UNREADABLE) if failing else table, rows, unreadable)

    def _text(self, source: Text, nulls: Sequence[str]) -> str:
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in source.names)
        files = ", ".join(_path(path) for path in source.paths)
        # The engine goes by the first end of line it sees, which may stand inside a cell. Told the other one, it reads nothing at all.
        line_end = "new_line='\\n', " if source.line_end == "\n" else ""
        spelt = f"nullstr=[{', '.join(_text(null) for null in nulls)}], " if nulls else ""
        # Rejected rows lie in a table of this database only, and are counted; their content is never selected.
        self._run("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
        return (f"read_csv([{files}], columns={{{columns}}}, auto_detect=false, header={str(source.has_header).lower()}, delim={_text(source.delimiter)}, "
                f"quote='\"', escape='\"', {line_end}{spelt}store_rejects=true, rejects_limit={_REJECTS}, null_padding=false, strict_mode=true, "
                "max_line_size=16777216)")

    def _frame(self, source: Frame) -> tuple[str, dict[str, str]]:
        name = self._new("frame")
        _guarded("take the table in", lambda: self._ibis.con.register(name, source.table))
        self._frames[name] = source.table
        return name, {field.name: str(field.type) for field in source.table.schema}

    def table(self, rows: pa.Table) -> ir.Table:
        """See `Engine.table`."""
        name = self._new("small")
        con = self._ibis.con
        _guarded("take a table in", lambda: con.register(f"{name}_in", rows))
        self._run(f"CREATE TABLE {name} AS SELECT * FROM {name}_in")
        con.unregister(f"{name}_in")
        return self._ibis.table(name)

    def view(self, path: Path, *, ordered: bool = True) -> ir.Table:
        """See `Engine.view`."""
        name = self._new("view")
        self._run(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{_path(path)}])")
        table = self._ibis.table(name)
        if ordered:
            # `write` put the file in an order of its content; fewer of its rows are in no order that tells more.
            self.keep_in_order(name, table.columns)
        return table

    def holding(self, paths: Sequence[Path], column: str, values: Sequence[str]) -> list[Path]:
        """See `Engine.holding`. One value at a time: then statistics and Bloom filters say of most files that they hold none; a list is held against each row."""
        files = ", ".join(_path(path) for path in paths)
        found = {row[0] for value in values for row in self._run(
            f"SELECT DISTINCT lapipe_file FROM read_parquet([{files}], filename = 'lapipe_file', union_by_name = true) WHERE {_name(column)} = {_text(value)}")}
        # A file that is named otherwise than it was asked for is not passed over: then all are looked through.
        return [path for path in paths if str(path) in found] if found <= {str(path) for path in paths} else list(paths)

    # --- through ---

    def hold(self, expression: ir.Table, *, written: Sequence[str] = ()) -> ir.Table:
        """See `Engine.hold`. Sorted while it is made, a table costs less than sorted again when it is written."""
        name, sql = self._new("held"), self._sql(expression)
        types = self._types(sql)
        if written:
            codes = {column: code for column in written if types[column] == "varchar" and (code := self._code(expression[column]))}
            values = ", ".join(f"{_name(column)}::{codes[column]} AS {_name(column)}" if column in codes else _name(column) for column in types)
            order = _order(types | dict.fromkeys(codes, "code"))
            sql, types = f"SELECT {values} FROM ({sql}) ORDER BY {order}", types | dict.fromkeys(codes, "enum")
            self.keep_in_order(name, written)
        self._run(f"CREATE TABLE {name} AS {sql}")
        self._held.add(name)
        return self._coded(name, expression.schema()) if "enum" in types.values() else self._ibis.table(name)

    def drop(self, table: ir.Table) -> None:
        """See `Engine.drop`."""
        import ibis.expr.operations as ops

        for op in table.op().find(ops.DatabaseTable):
            if op.name in self._held:
                self._held.discard(op.name)
                for at in [at for at in self._listed if at[0] == op.name]:
                    self._run(f"DROP TABLE {self._listed.pop(at)}")
                self._run(f"DROP TABLE {op.name}")

    def count(self, facts: Mapping[str, ir.Scalar | IfAny]) -> dict[str, Any]:
        """See `Engine.count`."""
        return count_by_table(facts, self.fetch)

    def fetch(self, expression: ir.Table) -> pa.Table:
        """See `Engine.fetch`."""
        sql = self._sql(expression)
        return _guarded("compute", lambda: _plain(self._ibis.con.execute(sql).to_arrow_table()))

    def distinct(self, column: ir.Column, *, once: bool = False) -> Iterator[pa.Array]:
        """See `Engine.distinct`."""
        sql = self._distinct(column, once=once)
        # A cursor of its own: the connection may be used between the batches.
        cursor = self._ibis.con.cursor()
        for name, frame in self._frames.items():
            # What is registered is known to its own cursor only, and registering takes time.
            if name in sql or self._over.get(name, name) in sql:
                cursor.register(name, frame)
        reader = _guarded("list distinct values", lambda: cursor.execute(sql).to_arrow_reader(_BATCH))
        with contextlib.closing(cursor):
            while True:
                batch = _guarded("list distinct values", lambda: next(reader, None))
                if batch is None:
                    return
                column_values = batch.column(0)
                yield column_values.dictionary_decode() if hasattr(column_values, "dictionary_decode") else column_values

    def _distinct(self, column: ir.Column, *, once: bool = False) -> str:
        """Give the SQL of a column's distinct values, null left out."""
        listed = "" if once else self._listing(column)
        if not listed:
            return self._sql(column.name("key").as_table().filter(lambda t: t.key.notnull()).distinct())
        return f"SELECT DISTINCT key FROM {listed} WHERE key IS NOT NULL"

    def _listing(self, column: ir.Column) -> str:
        """Give the table (key, stored) of the values of a column, listed once, as they are read and as they are stored; nothing where it
        is computed.
        """
        import ibis.expr.operations as ops

        op = column.op()
        if not isinstance(op, ops.Field) or not isinstance(op.rel, ops.DatabaseTable):
            return ""
        at = (op.rel.name, op.name)
        if at not in self._listed:
            self._listed[at] = name = self._new("distinct")
            origin = self._viewed.get(at) or _Viewed(op.rel.name, _name(op.name), _name(op.name))
            # In the type in which a file has them, which may be cheaper.
            self._run(f"CREATE TABLE {name} AS SELECT {origin.value} AS key, {origin.name} AS stored "
                      f"FROM (SELECT DISTINCT {origin.name} FROM {origin.relation})")
        return self._listed[at]

    def values(self, column: ir.Column) -> ir.Table:
        """See `Engine.values`."""
        root = self.root(column)
        listed = self._listing(root)
        return self._coded(listed, ibis.schema({"key": root.type()})).distinct() if listed else root.name("key").as_table().distinct()

    def keyed(self, rows: ir.Table, on: str) -> Keyed:
        """See `Engine.keyed`. A number that a file has for an identifier is compared as it is, where the rows come unchanged from the file."""
        root = self.root(rows[on])
        as_stored, name = self._as_stored(rows, root), self._new("values")
        if as_stored is None:
            self._run(f"CREATE TABLE {name} AS SELECT key, key AS {MATCH} FROM ({self._distinct(root)}) UNION ALL SELECT NULL, NULL")
        else:
            self._run(f"CREATE TABLE {name} AS SELECT key, stored AS {MATCH} FROM {self._listing(root)}")
        self._held.add(name)
        has_null = self._one(f"SELECT count(*) FROM {name} WHERE {MATCH} IS NULL") > 0
        return Keyed(rows.mutate(**{MATCH: rows[on]}) if as_stored is None else as_stored, self._ibis.table(name), has_null)

    def _as_stored(self, rows: ir.Table, root: ir.Column) -> ir.Table | None:
        """Give the rows with the number that the file has for an identifier, where no row was taken out and all columns come unchanged."""
        import ibis.expr.operations as ops

        relation = rows.op()
        while isinstance(relation, (ops.Project, ops.DropColumns)):
            relation = relation.parent
        roots = {name: self.root(rows[name]).op() for name in rows.columns}
        if not isinstance(relation, ops.DatabaseTable) or any(getattr(op, "rel", None) != relation for op in (*roots.values(), root.op())):
            return None
        view = relation.to_expr()
        origin = self._viewed.get((relation.name, root.get_name()))
        if origin is None or not origin.whole:
            return None
        return view.select(**{name: view[op.name] for name, op in roots.items()}, **{MATCH: view[origin.whole]})

    def root(self, column: ir.Column) -> ir.Column:
        """See `Engine.root`."""
        return root_of(column)

    def lookup(self, column: ir.Column, compute: Callable[[list[Any]], Sequence[Any]], type: str) -> ir.Table:
        """See `Engine.lookup`. A value of type `uuid` is given as text of 36 characters; in the engine it is an ENUM, or UUID where they are many."""
        import pyarrow as pa

        name = self._new("lookup")
        key_type = _sql_type(str(column.type()))
        self._run(f"CREATE TABLE {name} (key {key_type}, value {_sql_type(type)})")
        self._held.add(name)
        con = self._ibis.con
        for keys in self.distinct(column):
            values = computed(compute, keys, _arrow_type(type))
            batch = _guarded("keep a lookup", lambda keys=keys, values=values: pa.table({"key": keys, "value": values}))  # type: ignore[misc]
            _guarded("keep a lookup", lambda batch=batch: con.register("lapipe_batch", batch))  # type: ignore[misc]
            self._run(f"INSERT INTO {name} SELECT key, value::{_sql_type(type)} FROM lapipe_batch")
            con.unregister("lapipe_batch")
        if type == "uuid" and self._one(f"SELECT count(*) FROM {name}") <= _CODED:
            # Numbered in the order of the pseudonyms, so that sorting by the number tells nothing else.
            self._run(f"CREATE TYPE {name}_values AS ENUM (SELECT DISTINCT value::VARCHAR AS v FROM {name} WHERE value IS NOT NULL ORDER BY v)")
            self._run(f"ALTER TABLE {name} ALTER value TYPE {name}_values USING value::VARCHAR::{name}_values")
            return self._coded(name, ibis.schema({"key": column.type(), "value": "string"}))
        return self._ibis.table(name)

    # --- out ---

    def write(self, expression: ir.Table, path: Path, *, ordered: bool = True) -> int:
        """See `Engine.write`."""
        sql = self._sql(expression)
        types = self._types(sql)
        coded = {name for name, kind in types.items() if kind in ("uuid", "enum")}
        columns = ", ".join(f"{_name(name)}::VARCHAR AS {_name(name)}" if name in coded else _name(name) for name in types)
        order = "" if not ordered or self.in_order(expression, types) else f" ORDER BY {_order(types)}"
        rows = self._run(
            f"COPY (SELECT {columns} FROM (SELECT * FROM ({sql}){order})) TO {_text(str(path))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})", f"write {path.name}")
        return int(rows[0][0])

    def close(self) -> None:
        """See `Engine.close`."""
        with contextlib.suppress(duckdb.Error):
            self._ibis.disconnect()

    # --- inside ---

    def keep_in_order(self, table: str, columns: Iterable[str]) -> None:
        """Note that the rows of a table lie in the order in which these columns are written."""
        self._sorted[table] = frozenset(columns)

    def in_order(self, expression: ir.Table, columns: Iterable[str]) -> bool:
        """Tell whether these are rows of one table that is held in the order to write, some left out and nothing computed."""
        import ibis.expr.operations as ops

        tables = [op.name for op in expression.op().find(ops.DatabaseTable)]
        plain = not expression.op().find((ops.JoinChain, ops.Aggregate, ops.Set, ops.Sort, ops.Distinct))
        return plain and len(tables) == 1 and self._sorted.get(tables[0]) == frozenset(columns)

    def _code(self, column: ir.Column) -> str:
        """Give the ENUM of the texts a column may have, where it comes unchanged from a table that has few; numbered in their own order."""
        import ibis.expr.operations as ops

        op = self.root(column).op()
        if not isinstance(op, ops.Field) or not isinstance(op.rel, ops.DatabaseTable):
            return ""
        at = (op.rel.name, op.name)
        if at not in self._codes:
            name = self._new("codes")
            self._run(f"CREATE TABLE {name} AS FROM ({self._distinct(op.to_expr())}) LIMIT {_TEXTS + 1}")
            few = 0 < self._one(f"SELECT count(*) FROM {name}") <= _TEXTS
            if few:
                self._run(f"CREATE TYPE {name}_values AS ENUM (SELECT key::VARCHAR FROM {name} ORDER BY 1)")
            self._run(f"DROP TABLE {name}")
            self._codes[at] = f"{name}_values" if few else ""
        return self._codes[at]

    def _types(self, sql: str) -> dict[str, str]:
        """Give the engine's own types of a query's columns, without running it."""
        relation = _guarded("compute", lambda: self._ibis.con.sql(sql))
        return {name: kind.id for name, kind in zip(relation.columns, relation.types, strict=True)}

    def _coded(self, name: str, schema: ibis.Schema) -> ir.Table:
        """Give a table that has codes. Asked for its types, the engine would list every text that a code stands for."""
        import ibis.expr.operations as ops

        table: ir.Table = ops.DatabaseTable(name, schema, self._ibis).to_expr()
        return table

    def _sql(self, expression: ir.Table) -> str:
        return str(self._ibis.compile(expression))

    def _new(self, word: str) -> str:
        return f"{word}_{next(self._numbers)}"

    def _run(self, sql: str, what: str = "compute") -> list[tuple[Any, ...]]:
        return _guarded(what, lambda: self._ibis.con.execute(sql).fetchall())

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._run(sql)

    def _one(self, sql: str) -> int:
        return int(self._run(sql)[0][0])


@dataclass(frozen=True)
class _Viewed:
    """A column that is read from its file whenever it is asked for: where from, its name there, and the SQL of its value.

    `whole` is the view's column of the whole numbers that the file has for texts; empty for other columns.
    """

    relation: str
    name: str
    value: str
    whole: str = ""


class _Reading:
    """How one column is read: the SQL of its text with nulls taken out, and of its value in the declared type."""

    def __init__(self, column: Column, physical: str, reading: FileReading, known: Sequence[str] = ()) -> None:
        self.column, self._written = column, reading
        self.name = _name(column.name)
        stored = self.name
        self.may_fail = self.stored_whole = False
        if physical.startswith("dictionary<values=") and "string" in physical:
            physical = "string"
        if physical.startswith("timestamp[") and "tz=" in physical:
            raise ContractBroken(f"Column '{column.name}' holds times with a zone, which a Parquet file gives in UTC; write them in the local "
                                 f"time of {column.zone or 'the contract'}, or hand them in as a pandas or Arrow table.", rule="LP204")
        if physical in ("string", "large_string", "string_view"):
            nulls = ", ".join(_text(null) for null in sorted({*reading.nulls, *column.nulls} - {*known}))
            self.raw = f"CASE WHEN {stored} IN ({nulls}) THEN NULL ELSE {stored} END" if nulls else stored
            self.value = self._from_text()
            self.may_fail = column.type != "string"
        elif physical in ("double", "float", "halffloat"):
            self.raw = f"CASE WHEN isnan({stored}) THEN NULL ELSE {stored} END"
            self.value = self._from_float()
            self.may_fail = True
        elif physical == "null":
            self.raw = self.value = f"NULL::{_sql_type(column.engine_type)}"
        else:
            self.raw = stored
            self.value = f"TRY_CAST({stored} AS {_sql_type(column.engine_type)})"
            whole = physical.startswith(("int", "uint"))
            self.stored_whole = whole and column.type == "string"
            self.may_fail = not (column.type == "string" or (whole and column.type == "integer" and physical != "uint64")
                                 or physical.startswith(column.type.replace("boolean", "bool")))

    def _from_text(self) -> str:
        column, raw, sql_type = self.column, self.raw, _sql_type(self.column.engine_type)
        if column.type == "string":
            return raw
        if column.type == "integer":
            # A cast alone would round '12.6'; what does not come back the same is looked at more closely.
            cast = f"TRY_CAST({raw} AS BIGINT)"
            return (f"CASE WHEN {cast}::VARCHAR = {raw} THEN {cast} "
                    f"WHEN regexp_full_match(trim({raw}), '[+-]?\\d{{1,18}}([.]0*)?') THEN {cast} END")
        if column.format:
            parsed = f"try_strptime({raw}, {_text(column.format)})"
            return f"{parsed}::DATE" if column.type == "date" else parsed
        if column.type == "number":
            return self._number(sql_type)
        if column.type == "timestamp":
            return self._instant(sql_type)
        return f"TRY_CAST({raw} AS {sql_type})"

    def _number(self, sql_type: str) -> str:
        """Read a number as it is declared to be written: with the other decimal sign it is none."""
        decimal, group = self._written.decimal, self._written.thousands
        whole = f"(\\d*|\\d{{1,3}}([{group}]\\d{{3}})+)" if group else "\\d*"
        form = _text(f"[+-]?{whole}([{decimal}]\\d+)?")
        plain = f"replace(trim({self.raw}), {_text(group)}, '')" if group else f"trim({self.raw})"
        plain = plain if decimal == "." else f"replace({plain}, ',', '.')"
        return f"CASE WHEN regexp_full_match(trim({self.raw}), {form}) THEN TRY_CAST({plain} AS {sql_type}) END"

    def _instant(self, sql_type: str) -> str:
        """Read ISO 8601. DuckDB's cast leaves an offset unread; here it is subtracted, and only UTC is a zone it leads to."""
        raw = self.raw
        plain = f"TRY_CAST({raw} AS {sql_type})"
        has_offset = f"regexp_matches({raw}, ':[0-9]{{2}}([.][0-9]+)? ?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
        if self.column.zone not in _UTC:
            return f"CASE WHEN NOT {has_offset} THEN {plain} END"
        offset = f"regexp_extract({raw}, '[+-][0-9:]+$')"
        digits = f"rpad(replace(substr({offset}, 2), ':', ''), 4, '0')"
        minutes = (f"CAST(left({digits}, 2) AS INTEGER) * 60 + CAST(right({digits}, 2) AS INTEGER)")
        local = f"TRY_CAST(regexp_replace({raw}, ' ?(Z|[+-][0-9:]+)$', '') AS {sql_type})"
        shifted = f"{local} - to_minutes(({minutes}) * (CASE WHEN left({offset}, 1) = '-' THEN -1 ELSE 1 END))"
        return f"CASE WHEN NOT {has_offset} THEN {plain} WHEN right({raw}, 1) = 'Z' THEN {local} ELSE {shifted} END"

    def _from_float(self) -> str:
        sql_type = _sql_type(self.column.engine_type)
        if self.column.type in ("string", "integer"):
            # Exact up to 2^53; beyond it a float has already lost digits of the identifier.
            whole = f"{self.raw} = trunc({self.raw}) AND abs({self.raw}) <= 9007199254740992"
            return f"CASE WHEN {whole} THEN CAST(CAST({self.raw} AS BIGINT) AS {sql_type}) END"
        return f"TRY_CAST({self.raw} AS {sql_type})"


def _order(types: Mapping[str, str]) -> str:
    """Give the keys of an order that tells nothing of the rows' own and is the same each time: it is made of all there is in a row.

    Numbers, dates and codes sort fast, and the engine narrows them; texts that are no codes sort five times faster as a number of
    64 bits. People come first, so that their rows stay together: the file is a third of the size.
    """
    people = [_name(name) for name, kind in types.items() if kind == "enum"]
    many, texts = ([_name(name) for name, kind in types.items() if kind in kinds] for kinds in (("uuid",), ("varchar",)))
    hashed = [f"hash({', '.join(names)})" if names else "" for names in (many, texts)]
    others = [_name(name) for name, kind in types.items() if kind not in ("enum", "uuid", "varchar")]
    return ", ".join(key for key in (*people, hashed[0], *others, hashed[1]) if key)


def _plain(table: pa.Table) -> pa.Table:
    """Give codes as the texts they stand for."""
    import pyarrow as pa

    fields = [field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema(fields))


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _path(path: Path) -> str:
    """Write a path so that DuckDB takes it for one file, whatever its name has of *, ? and [."""
    return _text(re.sub(r"([\[*?])", r"[\1]", str(path)))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql_type(engine_type: str) -> str:
    plain = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "boolean": "BOOLEAN", "date": "DATE",
             "uuid": "UUID", "float64": "DOUBLE"}
    if engine_type.startswith("timestamp"):
        return "TIMESTAMP"
    return plain.get(engine_type, engine_type.upper())


def _arrow_type(engine_type: str) -> pa.DataType:
    import pyarrow as pa

    types = {"string": pa.string(), "uuid": pa.string(), "int64": pa.int64(), "date": pa.date32(), "boolean": pa.bool_(),
             "timestamp(6)": pa.timestamp("us")}
    return types[engine_type]


def _bytes_of(memory: str) -> float:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])i?B?\s*", memory, re.IGNORECASE)
    if not found:
        raise UsageFault(f"'{memory}' is no amount of memory; write it as 4GB or 500MB.")
    return float(found[1]) * 1000.0 ** ("KMGT".index(found[2].upper()) + 1)


def _limit(granted: float) -> float:
    """Give DuckDB's own limit, so that the process stays within what was granted.

    >>> [round(_limit(each) / 1e6) for each in (450e6, 1e9, 4e9)]
    [292, 420, 2520]
    """
    return max((granted - _OURS) * _MEMORY_SHARE, min(granted * 0.65, _LEAST_LIMIT))


def _guarded(what: str, call: Callable[[], T]) -> T:
    """Call the engine; its errors quote values, so only their type goes on, and nothing of them in the chain."""
    try:
        return call()
    except duckdb.InterruptException:
        fault: BaseException = KeyboardInterrupt()
    except RuntimeError as error:
        # So the binding says that a signal came while it was waiting for the query.
        interrupted = "interrupted" in str(error).lower()
        fault = KeyboardInterrupt() if interrupted else EngineFault(f"The engine could not {what} ({type(error).__name__}).")
    except duckdb.Error as error:
        fault = _fault(what, error)
    except (OSError, MemoryError, ValueError, TypeError) as error:
        # pyarrow's errors are ValueErrors and TypeErrors, and quote values too.
        fault = EngineFault(f"The engine could not {what} ({type(error).__name__}).")
    raise fault


def _fault(what: str, error: duckdb.Error) -> LapipeError:
    text = str(error)
    if "No space left" in text or "disk quota" in text.lower() or "max_temp_directory_size" in text:
        return EngineFault(f"The disk is full: the engine could not {what}. Free space, or name other folders in lapipe.toml.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return EngineFault(f"The engine ran out of memory and could not {what}. Grant more with --memory.")
    if "not utf-8" in text.lower() or "Invalid unicode" in text or "invalid UTF-8" in text:
        return ContractBroken(f"The engine could not {what}: it is not UTF-8 text throughout. Declare its encoding in the contract.",
                              rule="LP208")
    if "sniff" in text.lower() or "CSV" in text:
        return ContractBroken(f"The engine could not {what}: it is not delimited text as the contract declares.", rule="LP208")
    if isinstance(error, duckdb.IOException):
        return EngineFault(f"The engine could not {what}: a file could not be read or written.")
    return EngineFault(f"The engine could not {what} ({type(error).__name__}).")
