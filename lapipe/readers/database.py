"""Read a table of PostgreSQL, MySQL or MariaDB: only the purpose's columns, in batches, from one read-only snapshot."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from lapipe.contract import Column, Contract
from lapipe.errors import ContractBroken, EngineFault, LapipeError, UsageFault
from lapipe.readers.header import match_header
from lapipe.readers.opened import create
from lapipe.readers.spooled import Parquet

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

#: Bytes, and rows, that are gathered before they are written: memory stays constant whatever the table's size.
_BYTES, _ROWS = 8_000_000, 20_000

#: Seconds that a server may take to answer at all.
_PATIENCE = 15

_POSTGRES, _MYSQL = ("postgresql", "postgres"), ("mysql", "mariadb")

#: What a column of the database is to Arrow, by its type there; other types but those of bytes are read as text.
_WHOLE, _FLAG, _DAY, _LOCAL, _INSTANT, _FLOAT, _NUMBER, _TEXT = "int64", "bool", "date32", "local", "utc", "double", "number", "string"
_UNSIGNED = "uint64"
_KINDS = {"smallint": _WHOLE, "integer": _WHOLE, "bigint": _WHOLE, "tinyint": _WHOLE, "mediumint": _WHOLE, "int": _WHOLE, "year": _WHOLE,
          "bigint unsigned": _UNSIGNED, "boolean": _FLAG, "date": _DAY, "timestamp without time zone": _LOCAL, "datetime": _LOCAL,
          "timestamp with time zone": _INSTANT, "timestamp": _INSTANT, "real": _FLOAT, "double precision": _FLOAT, "float": _FLOAT,
          "double": _FLOAT, "numeric": _NUMBER, "decimal": _NUMBER}
_BYTES_TYPES = frozenset({"bytea", "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit", "bit varying", "geometry"})

#: How a day, a moment and a number are spelt that exist: 0000-00-00, infinity, NaN and years before Christ do not.
_DAYS = r"([1-9][0-9]{3}|0[0-9]{2}[1-9]|0[0-9][1-9]0|0[1-9]00)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_SPELT = {_DAY: f"^{_DAYS}$", _LOCAL: f"^{_DAYS} [0-9:]{{8}}([.][0-9]{{1,6}})?$", _INSTANT: f"^{_DAYS} [0-9:]{{8}}([.][0-9]{{1,6}})?([+]00)?$",
          _FLOAT: r"^-?[0-9.]+([eE][+-]?[0-9]+)?$"}


@dataclass(frozen=True)
class Place:
    """Where a table is: a server's URL, which may hold a password and is not shown, and the table's schema and name."""

    url: str = field(repr=False)
    system: str
    table: str
    schema: str = ""

    @property
    def shown(self) -> str:
        """Name the table as messages and the register do: without account and password."""
        return f"{self.system} table {'.'.join(part for part in (self.schema, self.table) if part)}"


def is_database(text: str) -> bool:
    """Tell a database's URL from a path."""
    return text.partition("://")[0].lower() in (*_POSTGRES, *_MYSQL) and "://" in text


def place_of(url: str) -> Place:
    """Take a URL apart.

    Raises:
        UsageFault: it names no table or no database; the message does not repeat it, for it may hold a password.

    >>> place_of("postgresql://ann:secret@db/moodle?table=public.mdl_log")
    Place(system='PostgreSQL', table='mdl_log', schema='public')
    """
    form = "postgresql://ACCOUNT@HOST/DATABASE?table=TABLE, or mysql:// or mariadb://"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None:
        raise UsageFault(f"A database's URL cannot be read; write it as {form}. Characters such as @, / and [ in a password are written as %40, %2F, %5B.")
    settings = dict(parse_qsl(parts.query))
    schema, _, table = settings.pop("table", "").rpartition(".")
    if not table or not parts.path.strip("/"):
        raise UsageFault(f"A database's URL names no {'database' if table else 'table'}; write it as {form}.")
    system = "PostgreSQL" if parts.scheme.lower() in _POSTGRES else "MySQL"
    server = f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{urlencode(settings)}" if settings else "")
    return Place(server, system, table, schema)


class _Server(Protocol):
    """One connection, in one snapshot."""

    def columns(self, place: Place) -> list[tuple[str, str]]:
        """Give the table's columns and their types in the database, in order."""

    def rows(self, place: Place, columns: Sequence[tuple[str, str]]) -> Iterator[list[pa.Array]]:
        """Give the columns (name, kind), all as text, batch by batch."""

    def close(self) -> None:
        """End the transaction and the connection."""


class Databases:
    """The databases of a run: tables of one server are read in one snapshot."""

    def __init__(self) -> None:
        self._servers: dict[str, _Server] = {}

    def close(self) -> None:
        """Close all connections; what was read of them stays."""
        for server in self._servers.values():
            # A connection that was lost cannot be ended in order, and has nothing to lose.
            with contextlib.suppress(Exception):
                server.close()
        self._servers.clear()

    def read(self, url: str, contract: Contract, wanted: Sequence[str], folder: Path) -> Parquet:
        """Write the wanted columns of a table to one owner-only Parquet file in `folder`.

        Raises:
            UsageFault: the URL, the account or the table is wrong, or a driver is not installed.
            ContractBroken: the table's columns are not the contract's (LP202), hold what their type cannot (LP204), or cannot be read in a
                snapshot (LP216).
            EngineFault: the server cannot be reached, or the connection was lost.
        """
        place = place_of(url)
        if place.url not in self._servers:
            self._servers[place.url] = _Postgres(place) if place.system == "PostgreSQL" else _MySQL(place)
        server = self._servers[place.url]
        found = server.columns(place)
        if not found:
            raise UsageFault(f"{contract.name}: there is no {place.shown}, or the account may not see it. Give it as table=SCHEMA.TABLE.")
        names = match_header([name for name, _ in found], contract, place.shown)
        read = [(header, kind, contract[name]) for (header, kind), name in zip(found, names, strict=True) if name in wanted]
        return _spooled(server, place, contract, read, folder)


def _spooled(server: _Server, place: Place, contract: Contract, read: Sequence[tuple[str, str, Column]], folder: Path) -> Parquet:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = [_kind(type, column, place) for _, type, column in read]
    schema = pa.schema([(column.name, _arrow_type(kind)) for kind, (_, _, column) in zip(kinds, read, strict=True)])
    path = folder / f"{contract.name}-{len(list(folder.iterdir()))}.parquet"
    unread = dict.fromkeys(schema.names, 0)
    rows = 0
    finished = False
    file = create(path, binary=True)
    try:
        with pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as writer:
            for texts in server.rows(place, [(header, kind) for kind, (header, _, _) in zip(kinds, read, strict=True)]):
                typed = []
                for array, kind, (_, _, column) in zip(texts, kinds, read, strict=True):
                    values, bad = _typed(array, kind, column, contract)
                    unread[column.name] += bad
                    typed.append(values)
                rows += len(texts[0])
                writer.write_batch(pa.record_batch(typed, schema=schema))
        finished = True
    finally:
        file.close()
        if not finished:
            path.unlink(missing_ok=True)
    broken = {name: count for name, count in unread.items() if count}
    if broken:
        path.unlink()
        name, count = next(iter(broken.items()))
        raise ContractBroken(f"{contract.name}: in {count} rows column '{name}' of {place.shown} holds a date, time or number that is none (such as "
                             f"0000-00-00, infinity or NaN). Correct the table, or declare how it writes 'no value' under the column's nulls.",
                             rule="LP204")
    return Parquet((path,), tuple(schema.names), tuple(schema.names), tuple(str(each) for each in schema.types),
                   {"format": place.system, "table": ".".join(part for part in (place.schema, place.table) if part), "records": rows})


def _kind(type: str, column: Column, place: Place) -> str:
    if type in _BYTES_TYPES or type.endswith("[]") or type == "ARRAY":
        raise ContractBroken(f"Column '{column.name}' of {place.shown} is of type {type}, which is not read; leave it out of the purpose, or make a "
                             "view that gives it as text.", rule="LP204")
    kind = _KINDS.get(type) or _KINDS.get(type.removesuffix(" unsigned"), _TEXT)
    if kind == _INSTANT and column.type in ("timestamp", "date") and not column.zone:
        raise ContractBroken(f"Column '{column.name}' of {place.shown} holds moments, and the contract names no zone for it.", rule="LP204")
    # As a number, 2 would be read as true.
    return _TEXT if kind in (_WHOLE, _UNSIGNED) and column.type == "boolean" else kind


def _arrow_type(kind: str) -> pa.DataType:
    import pyarrow as pa

    return {_WHOLE: pa.int64(), _UNSIGNED: pa.uint64(), _FLAG: pa.bool_(), _DAY: pa.date32(), _LOCAL: pa.timestamp("us"),
            _INSTANT: pa.timestamp("us"), _FLOAT: pa.float64()}.get(kind, pa.string())


def _typed(texts: pa.Array, kind: str, column: Column, contract: Contract) -> tuple[pa.Array, int]:
    """Give the values in their type, and how many are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == _TEXT:
        return texts, 0
    if kind == _NUMBER:
        # The engine reads numbers as the contract says they are written.
        return (pc.replace_substring(texts, ".", contract.reading.decimal) if column.type == "number" else texts), 0
    nulls = pa.array(sorted({*column.nulls, *contract.reading.nulls}), pa.string())
    texts = pc.if_else(pc.is_in(texts, nulls), pa.scalar(None, pa.string()), texts)
    bad = 0
    if kind in _SPELT:
        good = pc.match_substring_regex(texts, _SPELT[kind])
        bad = int(pc.sum(pc.invert(good)).as_py() or 0)
        texts = pc.if_else(good, texts, pa.scalar(None, pa.string()))
    # The message of Arrow names the value: nothing of it is kept.
    values = None
    with contextlib.suppress(pa.ArrowInvalid):
        if kind == _FLAG:
            values = pc.if_else(pc.is_null(texts), pa.scalar(None, pa.bool_()), pc.equal(texts, "t"))
        elif kind == _INSTANT:
            zone = column.zone or "UTC"
            values = pc.local_timestamp(pc.replace_substring(texts, "+00", "").cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone)))
        else:
            values = texts.cast(_arrow_type(kind))
    if values is None:
        return pa.nulls(len(texts), _arrow_type(kind)), bad + 1
    return values, bad


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


class _Postgres:
    """A connection to PostgreSQL. COPY streams a row a message: neither side holds the table."""

    def __init__(self, place: Place) -> None:
        self._psycopg = driver("psycopg", "postgres", "PostgreSQL")
        url = place.url.replace("postgres://", "postgresql://", 1)
        self._connection = self._told(lambda: self._psycopg.connect(url, connect_timeout=_PATIENCE, application_name="lapipe"))
        self._told(self._begin)

    def _begin(self) -> None:
        self._connection.isolation_level = self._psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True
        self._connection.execute("SET LOCAL datestyle = ISO; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; SET LOCAL client_encoding = 'UTF8'")

    def columns(self, place: Place) -> list[tuple[str, str]]:
        """See `_Server.columns`. All columns are listed, also those that the account may not read."""
        name = f"{_quoted(place.schema)}.{_quoted(place.table)}" if place.schema else _quoted(place.table)
        types = "CASE WHEN t.typcategory = 'A' THEN 'ARRAY' ELSE format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END, NULL) END"
        query = (f"SELECT a.attname, {types} FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
                 "WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum")
        return [(str(column), str(type)) for column, type in self._told(lambda: self._connection.execute(query, (name,)).fetchall())]

    def rows(self, place: Place, columns: Sequence[tuple[str, str]]) -> Iterator[list[pa.Array]]:
        """See `_Server.rows`."""
        name = f"{_quoted(place.schema)}.{_quoted(place.table)}" if place.schema else _quoted(place.table)
        chosen = ", ".join(_quoted(column) for column, _ in columns)
        copy = f"COPY (SELECT {chosen} FROM {name}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        with contextlib.closing(self._connection.cursor()) as cursor, contextlib.ExitStack() as stack:
            stream = self._told(lambda: stack.enter_context(cursor.copy(copy)))
            gathered: list[bytes] = []
            size = 0
            while message := self._told(stream.read):
                gathered.append(bytes(message))
                size += len(message)
                if size >= _BYTES:
                    yield self._parsed(gathered, len(columns))
                    gathered, size = [], 0
            if gathered:
                yield self._parsed(gathered, len(columns))

    def _parsed(self, gathered: list[bytes], width: int) -> list[pa.Array]:
        """Parse whole rows of CSV, in which every value but NULL is quoted."""
        import pyarrow as pa
        import pyarrow.csv as csv

        names = [f"c{number}" for number in range(width)]
        content = b"".join(gathered)
        table: pa.Table | None = None
        # The message of Arrow may hold a value: nothing of it is kept.
        with contextlib.suppress(pa.ArrowInvalid):
            table = csv.read_csv(pa.BufferReader(content),
                                 read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(content) + 1),
                                 parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                                 convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), null_values=[""],
                                                                    strings_can_be_null=True, quoted_strings_can_be_null=False))
        if table is None:
            raise ContractBroken("A table of PostgreSQL holds text that is not UTF-8; correct it there.", rule="LP208")
        if table.num_rows != len(gathered):
            raise EngineFault(f"Of {len(gathered)} rows of PostgreSQL {table.num_rows} were read; report this fault of lapipe.")
        return [column.combine_chunks() for column in table.columns]

    def close(self) -> None:
        """See `_Server.close`."""
        self._connection.rollback()
        self._connection.close()

    def _told(self, call: Callable[[], T]) -> T:
        """Map an error to one of ours: the driver's own may hold an account or a value."""
        state: str | None = None
        try:
            return call()
        except self._psycopg.Error as error:
            state = error.sqlstate or ("url" if isinstance(error, self._psycopg.ProgrammingError) else "")
        if state == "url":
            raise UsageFault("A PostgreSQL URL has a setting that libpq does not know, or cannot be read; look at what follows the ?.")
        raise _fault("PostgreSQL", state, lost=state[:2] in ("", "08", "57"), login=state[:2] == "28" or state == "3D000",
                     denied=state == "42501", absent=state in ("42P01", "3F000"))


# --- MySQL and MariaDB ----------------------------------------------------------------------------------------------


class _MySQL:
    """A connection to MySQL or MariaDB; the rows stay at the server until they are fetched."""

    def __init__(self, place: Place) -> None:
        self._pymysql = driver("pymysql", "mysql", "MySQL and MariaDB")
        parts = urlsplit(place.url)
        settings = dict(parse_qsl(parts.query))
        known = {"unix_socket", "ssl_ca"}
        if unknown := sorted(settings.keys() - known):
            raise UsageFault(f"A MySQL URL has a setting '{unknown[0]}', which is not known (known: table, {', '.join(sorted(known))}).")
        self._database = unquote(parts.path.strip("/"))
        options: dict[str, Any] = {
            "user": unquote(parts.username or ""), "password": unquote(parts.password or "") or os.environ.get("MYSQL_PWD", ""),
            "host": parts.hostname or "localhost", "port": parts.port or 3306, "database": self._database, "charset": "utf8mb4",
            # Every value comes as the text it is; only what is sent is converted.
            "conv": self._pymysql.converters.encoders,
            "connect_timeout": _PATIENCE, "local_infile": False, **settings,
        }
        self._connection = self._told(lambda: self._pymysql.connect(**options))
        self._told(self._begin)

    def _begin(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute("SET SESSION time_zone = '+00:00', SESSION sql_mode = '', SESSION net_write_timeout = 3600")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def columns(self, place: Place) -> list[tuple[str, str]]:
        """See `_Server.columns`.

        Raises:
            ContractBroken: the table's storage engine has no snapshots (LP216).
        """
        at = (place.schema or self._database, place.table)
        with self._connection.cursor() as cursor:
            self._told(lambda: cursor.execute("SELECT engine FROM information_schema.tables WHERE table_schema = %s AND table_name = %s", at))
            engine = cursor.fetchone()
            if engine and engine[0] and engine[0].lower() != "innodb":
                raise ContractBroken(f"{place.shown} is kept by the engine {engine[0]}, which has no snapshots: rows may change while they are read. "
                                     "Convert it to InnoDB, or export it while nobody writes.", rule="LP216")
            self._told(lambda: cursor.execute("SELECT column_name, data_type, column_type FROM information_schema.columns "
                                              "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position", at))
            return [(name, f"{type} unsigned" if "unsigned" in whole.lower() else type) for name, type, whole in cursor.fetchall()]

    def rows(self, place: Place, columns: Sequence[tuple[str, str]]) -> Iterator[list[pa.Array]]:
        """See `_Server.rows`."""
        import pyarrow as pa

        schema, table = (f"`{part.replace('`', '``')}`" for part in (place.schema or self._database, place.table))
        # A FLOAT is shown with six digits unless it is computed with.
        names = [(f"`{name.replace('`', '``')}`", kind) for name, kind in columns]
        chosen = ", ".join(f"{name} + 0e0" if kind == _FLOAT else name for name, kind in names)
        cursor = self._connection.cursor(self._pymysql.cursors.SSCursor)
        try:
            self._told(lambda: cursor.execute(f"SELECT {chosen} FROM {schema}.{table}"))
            while rows := self._told(lambda: cursor.fetchmany(_ROWS)):
                yield [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        finally:
            # Closed, the cursor would read what is left, over a connection that may be lost.
            if cursor._result is not None:
                cursor._result.unbuffered_active = False
            cursor.close()

    def close(self) -> None:
        """See `_Server.close`."""
        self._connection.close()

    def _told(self, call: Callable[[], T]) -> T:
        """Map an error to one of ours: the driver's own may hold an account or a value."""
        number = 0
        try:
            return call()
        except (self._pymysql.Error, OSError, UnicodeDecodeError) as error:
            number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        raise _fault("MySQL", str(number or ""), lost=number in (0, 1053, 1927, 2002, 2003, 2006, 2013, 2014), login=number in (1044, 1045, 1049, 1698),
                     denied=number in (1142, 1143), absent=number == 1146)


def _fault(system: str, code: str, *, lost: bool, login: bool, denied: bool, absent: bool) -> LapipeError:
    """Say what a database answered; its own words may hold an account, an address or a value."""
    if lost:
        return EngineFault(f"{system} cannot be reached, or the connection was lost; nothing is released of this run. Try again when the server answers.")
    if login:
        return UsageFault(f"{system} does not let this account into this database; look at the URL's account, password and database.")
    if denied:
        return UsageFault(f"{system} does not let this account read the table's columns; have SELECT granted on those the purpose names.")
    if absent:
        return UsageFault(f"{system} has no such table; look at the URL's table.")
    return EngineFault(f"{system} gave error {code}; its own message is kept out, for it may hold data. Look for it in the server's log.")


def driver(module: str, extra: str, system: str) -> Any:
    """Import a database's driver, or say how it is installed."""
    import importlib

    found = None
    with contextlib.suppress(ImportError):
        found = importlib.import_module(module)
        if module == "pymysql":
            importlib.import_module("pymysql.cursors")
    if found is None:
        raise UsageFault(f"{system} needs a driver that is not installed: pip install 'lapipe-privacy[{extra}]'.")
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
