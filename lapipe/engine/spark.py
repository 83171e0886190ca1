"""Spark: the engine for clusters, and for one machine when a cluster's answers are to be tried out."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lapipe.contract import Contract
from lapipe.engine import MATCH, IfAny, Keyed, Read, count_by_table, root_of
from lapipe.engine.duckdb import DuckDB, _bytes_of, _guarded
from lapipe.errors import EngineFault, LapipeError, UsageFault
from lapipe.readers import Parquet, Source

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")

#: Threads of a Spark that runs on this machine, and the parts that it sorts and groups in.
_LOCAL_THREADS, _LOCAL_PARTS = 2, 4

#: Memory of Spark's driver when the user grants no amount.
_DRIVER_MEMORY = "2g"

#: The part of the memory granted that the driver's heap may be: DuckDB, which reads the sources, takes as much again.
_HEAP_SHARE = 0.4

#: Spark's driver does not start with a smaller heap (UnifiedMemoryManager: one and a half times the 300 MB it reserves).
_LEAST_HEAP = 472e6

#: How many distinct values a lookup computes at a time, and rows in a row group of a written file.
_BATCH, _ROW_GROUP = 100_000, 500_000

#: How long a Spark Connect server may take to answer, in seconds.
_PATIENCE = 10

#: What a session must have for both engines to give the same.
_AGREED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}

#: Log nothing: on Java's side, and above every level of Python's. Without a place to write to Spark takes the
#: configuration for none, and an executor logs all that it does, errors with their values too.
_SILENT = "rootLogger.level = off\nrootLogger.appenderRef.none.ref = none\nappender.none.type = Null\nappender.none.name = none\n"
_NEVER = logging.CRITICAL + 1


class Spark:
    """A Spark session of this run's own, whose tables are Parquet files in the run's folder.

    What Python hands to Spark goes through files of that folder, never through SQL text, which shows in Spark's logs. With
    `spark://HOST:PORT` the executors must see the folder under the same path. Types are the contract's; pseudonyms are text.
    """

    name = "spark"

    def __init__(self, url: str, folder: Path, *, memory: str = "") -> None:
        self._folder = folder.resolve()
        self._numbers = itertools.count(1)
        self._held: dict[str, Path] = {}
        self._closed = False
        granted = _bytes_of(memory) if memory else 0.0
        self._remote = url.startswith("sc:")
        self._session = _connected(url) if self._remote else _started(url, self._folder, granted)
        # Files are parsed by DuckDB, so that both engines read, and refuse, the same values.
        self._doors = DuckDB(self._folder, memory=f"{granted / 2e6:.0f}MB" if granted else "")
        self._ibis = _call("open the engine", self._connect)
        if self._remote:
            self._shares()

    def _connect(self) -> Any:
        import ibis

        return ibis.pyspark.connect(self._session)

    def _shares(self) -> None:
        """Refuse a server that does not have the run's folder: it must read there what lapipe wrote, and write what is lapipe's own."""
        import pyarrow as pa

        reason = ""
        try:
            table = self.table(pa.table({"n": [1]}))
            path = self._saved("shared", "write to the run's folder", table)
            there = [path, *path.rglob("*")] if path.exists() else []
            strange = [each for each in there if each.lstat().st_uid != os.getuid()]
            reason = "another user" if strange else "" if list(path.glob("*.parquet")) else "another place"
            _remove(path)
            self.drop(table)
        except EngineFault:
            reason = "another place or another user"
        if reason:
            self.close()
            raise UsageFault(f"The Spark server reads and writes the run's folder {self._folder.parent} as {reason}: run it as the user who runs lapipe, and "
                             "let `runs` in lapipe.toml be on storage that its executors have under the same path.")

    # --- in ---

    def read(self, source: Source, contract: Contract) -> Read:
        """See `Engine.read`. Parquet whose every value fits is read where it lies, by the executors; all else is parsed in this process."""
        if isinstance(source, Parquet) and not source.found and (columns := _as_stored(source, contract)):
            direct = self._in_place(source, columns)
            if direct is not None:
                return direct
        read = self._doors.read(source, contract)
        path = self._new("read")
        _guarded(f"read the file of {contract.name}", lambda: read.table.to_parquet(path))
        self._doors.drop(read.table)
        return Read(self._view(path), read.rows, read.unreadable)

    def _in_place(self, source: Parquet, columns: Mapping[str, str]) -> Read | None:
        """Give the rows of files as they lie; None where the executors do not have these files under the same path."""
        import pyarrow.parquet as pq

        name = self._new("source").name

        def view() -> tuple[Any, int]:
            rows = sum(pq.read_metadata(path).num_rows for path in source.paths)
            files = [f"file://{_spelt(path.resolve())}" for path in source.paths]
            frame = self._session.read.parquet(*files).selectExpr(*(f"{value} AS {_quoted(column)}" for column, value in columns.items()))
            frame.createOrReplaceTempView(name)
            # Another file may lie there on another machine.
            return self._ibis.table(name), rows if frame.count() == rows else -1

        try:
            table, rows = _call("read the files", view)
        except EngineFault:
            return None
        return Read(table, rows, held=False) if rows >= 0 else None

    def table(self, rows: pa.Table) -> ir.Table:
        """See `Engine.table`."""
        import pyarrow.parquet as pq

        path = self._new("small")
        _call("take a table in", lambda: pq.write_table(rows, path))
        return self._view(path)

    def view(self, path: Path, *, ordered: bool = True) -> ir.Table:
        """See `Engine.view`."""
        name = self._new("view").name

        def view() -> Any:
            self._reader(path).parquet(f"file://{path.resolve()}").createOrReplaceTempView(name)
            return self._ibis.table(name)

        return _call("open a table", view)

    def holding(self, paths: Sequence[Path], column: str, values: Sequence[str]) -> list[Path]:
        """See `Engine.holding`."""
        found = []
        for path in paths if values else ():
            table = self.view(path)
            found += [path] if self.count({"n": table[column].isin(list(values)).sum()})["n"] else []
            self.drop(table)
        return found

    # --- through ---

    def hold(self, expression: ir.Table, *, written: Sequence[str] = ()) -> ir.Table:
        """See `Engine.hold`. In order while it is made, a table is not moved among the executors again when it is written."""
        path = self._saved("held", "compute", expression, order=bool(written))
        if written:
            self._doors.keep_in_order(path.name, written)
        return self._view(path)

    def drop(self, table: ir.Table) -> None:
        """See `Engine.drop`."""
        import ibis.expr.operations as ops

        for op in table.op().find(ops.DatabaseTable):
            path = self._held.pop(op.name, None)
            if path is not None:
                _call("drop a table", lambda name=op.name: self._session.catalog.dropTempView(name))  # type: ignore[misc]
                _remove(path)

    def count(self, facts: Mapping[str, ir.Scalar | IfAny]) -> dict[str, Any]:
        """See `Engine.count`."""
        return count_by_table(facts, self.fetch)

    def fetch(self, expression: ir.Table) -> pa.Table:
        """See `Engine.fetch`."""
        import pyarrow as pa

        # Through a file of the run's folder too: Spark's own way to Arrow leaves a socket open.
        schema, path = _schema(expression), self._saved("fetched", "compute", expression)
        try:
            return _call("compute", lambda: pa.Table.from_batches([batch.cast(schema) for batch in self._batches(path, _BATCH)], schema))
        finally:
            _remove(path)

    def distinct(self, column: ir.Column, *, once: bool = False) -> Iterator[pa.Array]:
        """See `Engine.distinct`; none are kept here anyway."""
        expression = column.name("key").as_table().filter(lambda t: t.key.notnull()).distinct()
        path = self._saved("distinct", "list distinct values", expression)
        try:
            for batch in self._batches(path, _BATCH):
                yield batch.column(0)
        finally:
            _remove(path)

    def values(self, column: ir.Column) -> ir.Table:
        """See `Engine.values`; computed with what is asked of it."""
        return root_of(column).name("key").as_table().distinct()

    def keyed(self, rows: ir.Table, on: str) -> Keyed:
        """See `Engine.keyed`."""
        listed = root_of(rows[on]).name("key").as_table().filter(lambda t: t.key.notnull()).distinct()
        # One null, computed: frames do not enter Spark.
        values = self.hold(listed.union(listed.aggregate(key=listed.key.nullif(listed.key).max())))
        return Keyed(rows.mutate(**{MATCH: rows[on]}), values.mutate(**{MATCH: values.key}), has_null=True)

    def root(self, column: ir.Column) -> ir.Column:
        """See `Engine.root`."""
        return root_of(column)

    def lookup(self, column: ir.Column, compute: Callable[[list[Any]], Sequence[Any]], type: str) -> ir.Table:
        """See `Engine.lookup`. A value of type `uuid` is text of 36 characters."""
        import ibis
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._new("lookup")
        schema = ibis.schema({"key": column.type().copy(nullable=True), "value": type}).to_pyarrow()

        def keep(out: pq.ParquetWriter, keys: pa.Array, values: Sequence[Any]) -> None:
            columns = [keys.cast(schema.field("key").type), pa.array(values, schema.field("value").type)]
            out.write_table(pa.table(columns, schema=schema))

        with _call("keep a lookup", lambda: pq.ParquetWriter(path, schema)) as out:
            for keys in self.distinct(column):
                values = compute(keys.to_pylist())
                _call("keep a lookup", lambda keys=keys, values=values: keep(out, keys, values))  # type: ignore[misc]
        return self._view(path)

    # --- out ---

    def write(self, expression: ir.Table, path: Path, *, ordered: bool = True) -> int:
        """See `Engine.write`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = _schema(expression)
        in_order = not ordered or self._doors.in_order(expression, expression.columns)
        saved = self._saved("sorted", f"write {path.name}", expression, order=not in_order)

        def copy() -> int:
            rows = 0
            with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as out:
                for batch in self._batches(saved, _ROW_GROUP):
                    out.write_table(pa.Table.from_batches([batch]).cast(schema))
                    rows += batch.num_rows
            return rows

        try:
            return _call(f"write {path.name}", copy)
        finally:
            _remove(saved)

    def close(self) -> None:
        """See `Engine.close`."""
        self._doors.close()
        if self._closed:
            return
        self._closed = True
        if self._remote:
            # The server goes on; its views and what it kept for this session go.
            with contextlib.suppress(Exception):
                self._session.stop()
        else:
            _stop()

    # --- inside ---

    def _new(self, word: str) -> Path:
        return self._folder / f"{word}_{next(self._numbers)}"

    def _view(self, path: Path) -> ir.Table:
        """Give the table that Parquet at a path of the run's folder holds; it goes when dropped."""
        name = path.name

        def view() -> Any:
            self._reader(path).parquet(f"file://{path}").createOrReplaceTempView(name)
            return self._ibis.table(name)

        self._held[name] = path
        return _call("open a table", view)

    def _reader(self, path: Path) -> Any:
        """Give a reader that is told the columns of a file, or of a folder of files that are alike: Spark starts a job to find them out."""
        fields = _fields(path)
        return self._session.read if fields is None else self._session.read.schema(fields)

    def _frame(self, expression: ir.Table) -> DataFrame:
        """Plan an expression. Spark's own functions of time give zoned timestamps; ours have no zone."""
        from pyspark.sql.types import TimestampType

        frame = self._session.sql(str(self._ibis.compile(expression)))
        zoned = [field.name for field in frame.schema if isinstance(field.dataType, TimestampType)]
        return frame.withColumns({name: frame[f"`{name}`"].cast("timestamp_ntz") for name in zoned}) if zoned else frame

    def _saved(self, word: str, what: str, expression: ir.Table, *, order: bool = False) -> Path:
        """Compute an expression into a folder of Parquet files; in an order of its rows' content where asked, file by file as they are named."""
        path = self._new(word)

        def save() -> None:
            frame = self._frame(expression)
            if order:
                # To sort all of it Spark computes all of it twice; where a row stands among these parts comes of its content alone, too.
                columns = [frame[f"`{name}`"] for name in frame.columns]
                frame = frame.repartition(*columns).sortWithinPartitions(*[column.asc_nulls_last() for column in columns])
            frame.write.parquet(f"file://{path}")

        _call(what, save)
        return path

    def _batches(self, path: Path, size: int) -> Iterator[pa.RecordBatch]:
        import pyarrow.parquet as pq

        for file in sorted(path.glob("*.parquet")):
            with pq.ParquetFile(file) as opened:
                yield from opened.iter_batches(batch_size=size)


def _call(what: str, call: Callable[[], T]) -> T:
    """Call Spark; its errors quote values, and Java's stack, so only their name goes on, and nothing of them in the chain."""
    try:
        return call()
    except LapipeError:
        raise
    except KeyboardInterrupt:
        fault: BaseException = KeyboardInterrupt()
    except Exception as error:  # of pyspark, py4j, Java, Arrow or Ibis: any of them may quote a value
        fault = _fault(what, error)
    raise fault


def _fault(what: str, error: Exception) -> LapipeError:
    from py4j.protocol import Py4JNetworkError

    text = str(error)
    if "No space left" in text or "isk quota" in text:
        return EngineFault(f"The disk is full: the engine could not {what}. Free space, or name other folders in lapipe.toml.")
    if "OutOfMemoryError" in text or isinstance(error, MemoryError):
        return EngineFault(f"The engine ran out of memory and could not {what}. Grant more with --memory.")
    if isinstance(error, (Py4JNetworkError, ConnectionError)):
        return EngineFault(f"Spark stopped, so the engine could not {what}.")
    condition = ""
    with contextlib.suppress(Exception):  # Java is asked for the name, and may be gone
        condition = str(error.getCondition() or "")  # type: ignore[attr-defined]
    name = condition if re.fullmatch(r"[A-Z0-9_.]+", condition) else type(error).__name__
    return EngineFault(f"The engine could not {what} ({name}).")


#: What a Parquet file may have for each type of a contract, so that every value fits and Spark's is DuckDB's.
_WHOLE, _TEXTS = frozenset({"int8", "int16", "int32", "int64"}), frozenset({"string", "large_string"})
_FITS = {"string": _TEXTS | _WHOLE, "integer": _WHOLE, "boolean": frozenset({"bool"}), "date": frozenset({"date32[day]"}),
         "timestamp": frozenset({"timestamp[us]", "timestamp[ms]"})}
_SPARK_TYPES = {"string": "string", "integer": "bigint", "boolean": "boolean", "date": "date", "timestamp": "timestamp_ntz"}


def _as_stored(source: Parquet, contract: Contract) -> dict[str, str]:
    """Give the SQL of each column, where a file has a value of the contract's type for every one; nothing where a value might not fit."""
    stored = dict(zip(source.names, zip(source.header, source.types, strict=True), strict=True))
    found = {}
    for column in contract.columns:
        header, physical = stored[column.name]
        if physical not in _FITS.get(column.type, ()):
            return {}
        value = _quoted(header)
        if physical in _TEXTS:
            # As DuckDB does, refuse what is no text.
            value = f"validate_utf8({value})"
            nulls = ", ".join(_literal(null) for null in sorted({*contract.reading.nulls, *column.nulls}))
            value = f"CASE WHEN {value} IN ({nulls}) THEN NULL ELSE {value} END" if nulls else value
        found[column.name] = f"CAST({value} AS {_SPARK_TYPES[column.type]})"
    return found


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(text: str) -> str:
    """Write a text that a contract declares, as Spark reads it: with a backslash something else follows."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _spelt(path: Path) -> str:
    """Write a path so that Hadoop takes it for one file, whatever its name has of its signs."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", str(path))


def _fields(path: Path) -> Any:
    """Give the columns of Parquet as Spark has them; None where Spark's own reading of its types must say."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyspark.sql.pandas.types import from_arrow_schema

    file = next(iter(sorted(path.glob("*.parquet"))), None) if path.is_dir() else path
    if file is None:
        return None
    schema = pq.read_schema(file)
    known = all(kind in (pa.int8(), pa.int32(), pa.int64(), pa.bool_(), pa.string(), pa.date32(), pa.timestamp("us"), pa.float64())
                or pa.types.is_decimal128(kind) for kind in schema.types)
    return from_arrow_schema(schema, prefer_timestamp_ntz=True) if known else None


def _schema(expression: ir.Table) -> pa.Schema:
    """Give the Arrow schema of a result; every column may be null, as in DuckDB's files."""
    import pyarrow as pa

    return pa.schema([pa.field(field.name, field.type) for field in expression.schema().to_pyarrow()])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


# --- the session ----------------------------------------------------------------------------------------------------


def _started(url: str, folder: Path, granted: float) -> SparkSession:
    """Start Spark in a Java process of its own, or join the one that lapipe started."""
    rest = url.partition(":")[2]
    if url != "spark" and not re.fullmatch(r"//[^/]+:\d+", rest):
        raise UsageFault(f"'{url}' names no Spark; write spark, or spark://HOST:PORT.")
    if granted and granted * _HEAP_SHARE < _LEAST_HEAP:
        raise UsageFault(f"Spark needs more memory than was granted; grant it {_LEAST_HEAP / _HEAP_SHARE / 1e9:.1f}GB or more.")
    _installed()
    from pyspark import SparkContext

    if not _JAVA.users and SparkContext._active_spark_context is not None:
        raise UsageFault("A Spark session is running in this process already, with settings of its own; stop it, or run the pipeline "
                         "in another process.")
    _JAVA.users += 1
    try:
        session = _call("start Spark", lambda: _session(url, folder, granted))
    except BaseException:
        _stop()
        raise
    return session


def _connected(url: str) -> SparkSession:
    """Open a session at a Spark Connect server, with the settings on which both engines agree."""
    import importlib.util

    if not re.fullmatch(r"sc://[^/;@\s]+:\d+(/;?.*)?", url):
        raise UsageFault("The URL names no Spark Connect server; write sc://HOST:PORT.")
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("grpc") is None:
        raise UsageFault("Spark Connect is not installed; install lapipe-privacy[connect].")

    # PySpark tries a server that is not there for ten minutes.
    host, _, port = re.split(r"[/;]", url.removeprefix("sc://"), maxsplit=1)[0].rpartition(":")
    reason = ""
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except (OSError, ValueError, OverflowError) as error:
        reason = type(error).__name__
    if reason:
        raise EngineFault(f"No Spark Connect server answers at {host}:{port} ({reason}); start it, or name another with --engine.")

    def connect() -> Any:
        from pyspark.sql.connect.session import SparkSession as Remote

        _quiet()
        session = Remote.builder.remote(url).create()
        for name, value in _AGREED.items():
            session.conf.set(name, value)
        return session

    session: SparkSession = _call("reach the Spark Connect server", connect)
    return session


@dataclass
class _Java:
    """The Java process that the engines of this process share, since PySpark can have no second one; the last engine ends it.

    Its spill lies in the folder of the run that began first.
    """

    users: int = 0


_JAVA = _Java()


def _installed() -> None:
    """Refuse, with what to install, where pyspark or Java is not there."""
    import importlib.util

    if importlib.util.find_spec("pyspark") is None:
        raise UsageFault("The engine spark is not installed; install lapipe-privacy[spark].")
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(str(Path(home) / "bin" / "java") if home else "java"):
        raise UsageFault("The engine spark needs a Java runtime, 17 or later, and none is found on the PATH or by JAVA_HOME; install one.")


def _session(url: str, folder: Path, granted: float) -> SparkSession:
    """Give a session with tables of its own."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    return SparkSession(SparkContext._active_spark_context or _context(url, folder, granted)).newSession()


def _context(url: str, folder: Path, granted: float) -> SparkContext:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    _quiet()
    conf = SparkConf(loadDefaults=False).setAll(list(_settings(url, folder, granted).items()))
    handler = signal.getsignal(signal.SIGINT)
    elsewhere = os.environ.pop("SPARK_LOCAL_DIRS", None)  # it would overrule spark.local.dir
    try:
        # What Java says on starting goes nowhere; what Spark logs is switched off beside it.
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        gateway = launch_gateway(conf, popen_kwargs=silent)  # type: ignore[no-untyped-call]
    finally:
        if elsewhere is not None:
            os.environ["SPARK_LOCAL_DIRS"] = elsewhere
    context = SparkContext(conf=conf, gateway=gateway)
    context.setLogLevel("OFF")
    # PySpark's own handler of Ctrl-C speaks to Java over the line that waits for an answer, and fails; ours ends Java on closing.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, handler)
    return context


def _quiet() -> None:
    """Silence the Python side of Spark, which logs an error's text, with the value in it, before it raises."""
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).setLevel(_NEVER)
    logging.getLogger("py4j").setLevel(_NEVER)
    logging.getLogger().addFilter(_not_of_py4j)  # which logs a traceback there on Ctrl-C


def _not_of_py4j(record: logging.LogRecord) -> bool:
    return Path(record.pathname).parent.name != "py4j"


def _settings(url: str, folder: Path, granted: float) -> dict[str, str]:
    """Give Spark's settings: everything it puts on disk in the run's folder, nothing on a network, nothing in a log."""
    local, warehouse, log = folder / "spark-local", folder / "spark-warehouse", folder / "log4j2.properties"
    for each in (local, warehouse):
        each.mkdir(mode=0o700, exist_ok=True)
    log.write_text(_SILENT, encoding="utf-8")
    # On one machine most of Spark's time goes into starting and compiling: the quick compiler took a quarter of the processor's time.
    quick = " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC" if url == "spark" else ""
    quiet = f'"-Dlog4j2.configurationFile={log}" "-Djava.io.tmpdir={local}" -XX:-UsePerfData'
    here = {} if url != "spark" else {
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(_LOCAL_PARTS), "spark.default.parallelism": str(_LOCAL_PARTS),
    }
    return here | {
        "spark.master": url if here == {} else f"local[{_LOCAL_THREADS}]",
        "spark.app.name": "lapipe",
        "spark.driver.memory": f"{granted * _HEAP_SHARE / 1e6:.0f}m" if granted else _DRIVER_MEMORY,
        "spark.driver.extraJavaOptions": f"{quiet}{quick}",
        # An executor on a cluster would log an error's text, with the value in it, into its own folder.
        "spark.executor.extraJavaOptions": quiet,
        "spark.local.dir": str(local),
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        **_AGREED,
        # Hadoop sets its own mode on what it writes; it is to be the owner's alone, and without a mark of success.
        "spark.hadoop.fs.permissions.umask-mode": "077",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    }


def _stop() -> None:
    """Let go of Spark; the last engine stops it and its Java process, whose memory held people's data."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    _JAVA.users -= 1
    if _JAVA.users:
        return
    with contextlib.suppress(Exception):
        if SparkContext._active_spark_context is not None:
            SparkSession(SparkContext._active_spark_context).stop()
    gateway = SparkContext._gateway
    SparkContext._gateway = SparkContext._jvm = None
    if gateway is not None:
        with contextlib.suppress(Exception):
            gateway.shutdown()
        process: subprocess.Popen[bytes] = gateway.proc
        with contextlib.suppress(Exception):
            if process.stdin is not None:
                process.stdin.close()  # Java ends when its input does
            process.wait(timeout=30)
        if process.poll() is None:
            process.kill()
            process.wait()
