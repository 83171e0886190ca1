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
        """Give the columns (name, kind) batch by batch: as text, or whole numbers as such."""

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

    def columns(self, url: str) -> list[str]:
        """Give the names of a table's columns.

        Raises:
            UsageFault, ContractBroken, EngineFault: as `read`.
        """
        place = place_of(url)
        return [name for name, _ in self._found(place, place.table)[1]]

    def _found(self, place: Place, name: str) -> tuple[_Server, list[tuple[str, str]]]:
        """Give the connection to a table's server and the table's columns."""
        if place.url not in self._servers:
            self._servers[place.url] = _Postgres(place) if place.system == "PostgreSQL" else MySQL(place)
        server = self._servers[place.url]
        found = server.columns(place)
        if not found:
            raise UsageFault(f"{name}: there is no {place.shown}, or the account may not see it. Give it as table=SCHEMA.TABLE.")
        return server, found

    def read(self, url: str, contract: Contract, wanted: Sequence[str], folder: Path) -> Parquet:
        """Write the wanted columns of a table to one owner-only Parquet file in `folder`.

        Raises:
            UsageFault: the URL, the account or the table is wrong, or a driver is not installed.
            ContractBroken: the table's columns are not the contract's (LP202), hold what their type cannot (LP204), or cannot be read in a
                snapshot (LP216).
            EngineFault: the server cannot be reached, or the connection was lost.
        """
        place = place_of(url)
        server, found = self._found(place, contract.name)
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
    spelt = sorted({*column.nulls, *contract.reading.nulls})
    if pa.types.is_integer(texts.type):
        whole = [int(text) for text in spelt if text.lstrip("-").isdecimal() and str(int(text)) == text]
        return (pc.if_else(pc.is_in(texts, pa.array(whole, pa.int64())), pa.scalar(None, pa.int64()), texts) if whole else texts), 0
    nulls = pa.array(spelt, pa.string())
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
            values = pc.if_else(pc.is_null(texts), pa.scalar(None, pa.bool_()), pc.equal(texts, "true"))
        elif kind == _INSTANT:
            zone = column.zone or "UTC"
            values = pc.local_timestamp(pc.replace_substring(texts, "+00", "").cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone)))
        else:
            values = texts.cast(_arrow_type(kind))
    if values is None:
        return pa.nulls(len(texts), _arrow_type(kind)), bad + 1
    return values, bad


#: What an account that reads must be allowed, and what becomes of what was going on when its connection is lost.
READING, NOTHING = "have SELECT granted on the columns that the purpose names", "nothing is released of this run"


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def postgres_name(place: Place) -> str:
    """Give a table's name as SQL has it."""
    return f"{quoted(place.schema)}.{quoted(place.table)}" if place.schema else quoted(place.table)


def postgres_columns(place: Place) -> str:
    """Ask for the names and types of a table's columns, in order; it may be a view."""
    types = "CASE WHEN t.typcategory = 'A' THEN 'ARRAY' ELSE format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END, NULL) END"
    name = postgres_name(place).replace("'", "''")
    return (f"SELECT a.attname::text, {types} FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
            f"WHERE a.attrelid = to_regclass('{name}') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum")


def postgres_fault(state: str, *, needs: str, when_lost: str) -> LapipeError:
    """Tell what went wrong from the server's code (SQLSTATE), or `url`."""
    if state == "url":
        return UsageFault("A PostgreSQL URL has a setting that libpq does not know, or cannot be read; look at what follows the ?.")
    return _fault("PostgreSQL", state, lost=when_lost if state[:2] in ("", "08", "57") else "", login=state[:2] == "28" or state == "3D000",
                  denied=needs if state == "42501" else "", absent=state in ("42P01", "3F000"))


class _Postgres:
    """A connection to PostgreSQL by ADBC, which gives Arrow batches as the server sends them: neither side holds the table."""

    def __init__(self, place: Place) -> None:
        self._adbc = driver("adbc_driver_postgresql.dbapi", "postgres", "PostgreSQL")
        url = place.url.replace("postgres://", "postgresql://", 1)
        given = {name for name, _ in parse_qsl(urlsplit(url).query)}
        careful = {"connect_timeout": str(_PATIENCE), "application_name": "lapipe"}
        more = urlencode({name: value for name, value in careful.items() if name not in given})
        self._connection: Any = self._told(lambda: self._adbc.connect(f"{url}{'&' if '?' in url else '?'}{more}"))
        self._told(self._begin)

    def _begin(self) -> None:
        with self._connection.cursor() as cursor:
            # The first of a transaction; the snapshot is that of the first query after it.
            for setting in ("TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "LOCAL datestyle = ISO", "LOCAL timezone = 'UTC'",
                            "LOCAL extra_float_digits = 1", "LOCAL client_encoding = 'UTF8'"):
                cursor.execute(f"SET {setting}")

    def columns(self, place: Place) -> list[tuple[str, str]]:
        """See `_Server.columns`. All columns are listed, also those that the account may not read."""
        def listed() -> list[tuple[Any, ...]]:
            with self._connection.cursor() as cursor:
                cursor.execute(postgres_columns(place))
                return list(cursor.fetchall())

        return [(str(column), str(type)) for column, type in self._told(listed)]

    def rows(self, place: Place, columns: Sequence[tuple[str, str]]) -> Iterator[list[pa.Array]]:
        """See `_Server.rows`."""
        chosen = ", ".join(f"{quoted(column)}::{'bigint' if kind == _WHOLE else 'text'} AS c{number}" for number, (column, kind) in enumerate(columns))

        def ask() -> Any:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BYTES)})
            cursor.execute(f"SELECT {chosen} FROM {postgres_name(place)}")
            return cursor.fetch_record_batch()

        cursor = self._connection.cursor()
        try:
            batches = self._told(ask)
            while (batch := self._told(lambda: next(batches, None))) is not None:
                yield [self._utf8(column) for column in batch.columns]
        finally:
            # Of a connection that was lost nothing can be closed in order.
            with contextlib.suppress(Exception):
                cursor.close()

    @staticmethod
    def _utf8(column: pa.Array) -> pa.Array:
        """Refuse bytes that are no text, which a database without an encoding may hold."""
        import pyarrow as pa

        good = False
        # The message of Arrow may hold a value: nothing of it is kept.
        with contextlib.suppress(pa.ArrowInvalid):
            column.validate(full=True)
            good = True
        if not good:
            raise ContractBroken("A table of PostgreSQL holds text that is not UTF-8; correct it there.", rule="LP208")
        return column

    def close(self) -> None:
        """See `_Server.close`."""
        self._connection.close()

    def _told(self, call: Callable[[], T]) -> T:
        """Map an error to one of ours: the driver's own may hold an account or a value."""
        import pyarrow as pa

        state = ""
        try:
            return call()
        except (self._adbc.Error, OSError, pa.ArrowException) as error:
            found = str(error)
            state = getattr(error, "sqlstate", None) or ("url" if "invalid URI" in found or "invalid connection option" in found else "")
            # Of a server whose texts have no encoding, what is no UTF-8 is found by the driver.
            state = state or ("22021" if isinstance(error, UnicodeDecodeError) else "")
        raise postgres_fault(state, needs=READING, when_lost=NOTHING)


# --- MySQL and MariaDB ----------------------------------------------------------------------------------------------


class MySQL:
    """A connection to MySQL or MariaDB; the rows stay at the server until they are fetched."""

    #: What the account must be allowed, for who is told that it is not.
    needs = READING
    #: What becomes of what was going on when a connection is lost.
    when_lost = NOTHING

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
        raise _fault("MySQL", str(number or ""), lost=self.when_lost if number in (0, 1053, 1927, 2002, 2003, 2006, 2013, 2014) else "", login=number in (1044, 1045, 1049, 1698),
                     denied=self.needs if number in (1142, 1143) else "", absent=number == 1146)


def _fault(system: str, code: str, *, lost: str, login: bool, denied: str, absent: bool) -> LapipeError:
    """Say what a database answered; its own words may hold an account, an address or a value."""
    if lost:
        return EngineFault(f"{system} cannot be reached, or the connection was lost; {lost}. Try again when the server answers.")
    if login:
        return UsageFault(f"{system} does not let this account into this database; look at the URL's account, password and database.")
    if denied:
        return UsageFault(f"{system} does not let this account do this with the table; {denied}.")
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


def quoted(name: str) -> str:
    """Write a name of PostgreSQL so that nothing in it is read as more."""
    return '"' + name.replace('"', '""') + '"'
