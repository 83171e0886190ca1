"""Releases into PostgreSQL: a table per release, a copy of its files, there with the rest of the run or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from lapipe.errors import ContractBroken, EngineFault, LapipeError, Refused, RegisterFault, UsageFault
from lapipe.readers.database import driver
from lapipe.release import ALL, DATA, MANIFEST, REWRITTEN

if TYPE_CHECKING:
    import pyarrow as pa

    from lapipe.register import Register

T = TypeVar("T")

#: The table of a pipeline's schema that holds the manifests. No release is called so: their names begin with a letter.
MANIFESTS = "_lapipe_manifests"

#: The kind of the register's entry that says that a release's table was dropped.
DROPPED = "table-dropped"

#: The longest name that PostgreSQL keeps, in bytes; a longer one it would cut off without a word.
_LONGEST = 63

#: Seconds that a server may take to answer at all, and that the readers of a table are waited for.
_PATIENCE, _LOCK = 15, 60

#: The rows that are turned into CSV at a time: memory stays constant whatever the release's size.
_ROWS = 65_536

_FORM = "postgresql://ACCOUNT@HOST/DATABASE, with ?reader=ROLE for who may read there"


@dataclass(frozen=True)
class Table:
    """Where the table of a release is, as the register knows it: without account and password."""

    server: str
    schema: str
    name: str

    def told(self) -> dict[str, str]:
        """Give what the register holds of it."""
        return {"server": self.server, "schema": self.schema, "table": self.name}

    @property
    def shown(self) -> str:
        """Name it as SQL and messages do."""
        return f"{_quoted(self.schema)}.{_quoted(self.name)} of {self.server}"


def tables(register: Register) -> dict[str, Table]:
    """Give, by its folder in OUT, the table of each release that a run that completed put into a database and that was not dropped.

    A table that was dropped is not put there again: what was taken away with it, a person or a term, would be back.
    """
    completed = {run.id for run in register.runs() if run.state == "completed"}
    found: dict[str, Table] = {}
    for entry in register.entries():
        if entry.kind == "release" and entry.run in completed:
            table = table_of(entry.body)
            if table is not None:
                found[str(entry.body["folder"])] = table
        elif entry.kind == DROPPED:
            found.pop(str(entry.body["folder"]), None)
    return found


def drop(table: Table, folder: str, sinks: Sinks, register: Register) -> bool:
    """Drop a release's table and record it; False where it was gone already.

    Raises:
        EngineFault, UsageFault: the database cannot be reached.
    """
    there = sinks.of(table).drop(table)
    register.append(DROPPED, {**table.told(), "folder": folder, "was there": there})
    return there


def table_of(body: Mapping[str, Any]) -> Table | None:
    """Give the table that an entry of a release names; None where it has none."""
    said = body.get("table")
    return Table(str(said["server"]), str(said["schema"]), str(said["table"])) if isinstance(said, Mapping) else None


def name_of(release: str, run: str) -> str:
    """Give the name of a release's table; one that is too long ends in a hash, so that no two are alike.

    >>> name_of("weekly_activity", "20261124T093015Z-97d7b6")
    'weekly_activity@20261124T093015Z-97d7b6'
    """
    return _short(f"{release}@{run}")


def _short(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    return f"{name.encode()[:_LONGEST - 17].decode('utf-8', 'ignore')}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def checked(url: str) -> str:
    """Refuse what is no URL of PostgreSQL; no message repeats it, for it may hold a password."""
    if url:
        _parts(url)
    return url


def _parts(url: str) -> tuple[str, str]:
    """Split a URL into what libpq takes and the role that may read."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or parts.scheme.lower() not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise UsageFault(f"Releases go into PostgreSQL by a URL such as {_FORM}; what is given names "
                         f"{'another system' if parts and parts.scheme.lower() not in ('postgresql', 'postgres') else 'no database'}. "
                         "Characters such as @, / and [ in a password are written as %40, %2F, %5B.")
    settings = dict(parse_qsl(parts.query))
    reader = settings.pop("reader", "")
    if "table" in settings or "schema" in settings:
        raise UsageFault(f"The names of tables follow from pipeline, release and run; write the URL as {_FORM}.")
    return f"postgresql://{parts.netloc}{parts.path}" + (f"?{urlencode(settings)}" if settings else ""), reader


class Sink:
    """One connection that writes releases. Nothing of a run is seen before `commit`; closing without it leaves nothing."""

    def __init__(self, url: str = "", *, server: str = "") -> None:
        """Connect to a URL, or to a server as the register names it: then account and password come from libpq's own places."""
        self._psycopg = driver("psycopg", "postgres", "PostgreSQL")
        conninfo, self._reader = _parts(url or server)
        self._connection: Any = self._told(lambda: self._psycopg.connect(conninfo, connect_timeout=_PATIENCE, application_name="lapipe",
                                                                            cursor_factory=self._psycopg.RawCursor))
        self._told(self._begin)
        info = self._connection.info
        at = f"/{quote(info.dbname)}?host={quote(info.host, safe='/')}&port={info.port}" if info.host.startswith("/") else f"{info.host}:{info.port}/{quote(info.dbname)}"
        self.server = f"postgresql://{at}"

    def _begin(self) -> None:
        # What is told to have been written is on disk when commit returns, whatever the server's default.
        self._connection.execute(f"SET synchronous_commit = on; SET lock_timeout = '{_LOCK}s'; SET idle_in_transaction_session_timeout = 0; "
                                 "SET client_encoding = 'UTF8'; SET datestyle = ISO; SET search_path = pg_catalog, pg_temp; SET client_min_messages = error")
        self._connection.commit()

    def put(self, pipeline: str, folder: Path) -> Table:
        """Write a release's folder as a table with comments, its manifest beside it, and show it under the release's own name.

        Raises:
            Refused: something that is not lapipe's stands in its place, or a series changed its columns (LP618).
            ContractBroken: it holds a text that PostgreSQL cannot (LP204).
            EngineFault, UsageFault: the server, or what the account may do there.
        """
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        manifest = json.loads(text)
        schema = _short(f"lapipe_{pipeline}" if pipeline.startswith("pg_") else pipeline)
        table = Table(self.server, schema, name_of(manifest["release"], manifest["run"]))
        self._told(lambda: self._schema(schema))
        if self._told(lambda: self._there(table)):
            raise Refused(f"There is a table {table.shown} already, which this run did not make; have it dropped, or choose another run id.", rule="LP618")

        def make() -> None:
            columns = ", ".join(f"{_quoted(name)} {type}" for name, type in _types(folder / DATA))
            self._connection.execute(f"CREATE TABLE {self._name(table)} ({columns})")
            for column in manifest["columns"]:
                # The planner's statistics would keep pseudonyms of people who were erased.
                if column["kind"] == "pseudonym":
                    self._connection.execute(f"ALTER TABLE {self._name(table)} ALTER COLUMN {_quoted(column['name'])} SET STATISTICS 0")
            self._filled(table, folder)
            self._connection.execute(f"INSERT INTO {_quoted(schema)}.{_quoted(MANIFESTS)} VALUES ($1, $2, $3, $4, $5, $6, $7)", (
                table.name, manifest["release"], manifest["run"], _label(manifest), manifest["erase_by"], _digest(text), text))
            self._comments(table, manifest)
            self._grant(table)

        self._told(make)
        self._shown(schema, manifest["release"])
        return table

    def renew(self, table: Table, folder: Path) -> None:
        """Fill a table anew with what its release is now, in one step; what was in it leaves the disk with the old file."""
        text = (folder / MANIFEST).read_text(encoding="utf-8")

        def again() -> None:
            self._connection.execute(f"TRUNCATE {self._name(table)}")
            self._filled(table, folder)
            self._noted(table, text)

        self._told(again)
        self.commit()

    def _noted(self, table: Table, manifest: str) -> None:
        self._connection.execute(f'UPDATE {_quoted(table.schema)}.{_quoted(MANIFESTS)} SET manifest = $1, sha256 = $2 WHERE "table" = $3',
                                 (manifest, _digest(manifest), table.name))

    def without(self, table: Table, about: Mapping[str, Sequence[str]], naming: Mapping[str, Sequence[str]], texts: Mapping[str, Sequence[str]]) -> None:
        """Leave a person out of a table whose release's folder is gone: rows about them go, and their name in rows about others and in texts."""
        where, values = _any(about)

        def again() -> None:
            self._connection.execute(f"LOCK TABLE {self._name(table)}")
            self._connection.execute(f"CREATE TEMPORARY TABLE lapipe_kept ON COMMIT DROP AS SELECT * FROM {self._name(table)} WHERE NOT {where}", values)
            for name, pseudonyms in naming.items():
                self._connection.execute(f"UPDATE lapipe_kept SET {_quoted(name)} = NULL WHERE {_quoted(name)} = ANY($1)", (list(pseudonyms),))
            for name, pseudonyms in texts.items():
                for pseudonym in pseudonyms:
                    self._connection.execute(f"UPDATE lapipe_kept SET {_quoted(name)} = replace(replace({_quoted(name)}, $1, ''), $2, '') WHERE strpos({_quoted(name)}, $2) > 0",
                                             (f" {pseudonym}", pseudonym))
            self._connection.execute(f"TRUNCATE {self._name(table)}")
            self._connection.execute(f"INSERT INTO {self._name(table)} SELECT * FROM lapipe_kept")

        self._told(again)
        self.commit()

    def count(self, table: Table, about: Mapping[str, Sequence[str]], naming: Mapping[str, Sequence[str]], texts: Mapping[str, Sequence[str]]) -> tuple[int, int]:
        """Count the rows about a person, and those about others that name them; the pseudonyms go as parameters, in no text of a query."""
        (one, ones), (other, others) = _any(about), _any(naming, len(about) + 1)
        (inside, insides) = _any({name: [f"%{pseudonym}%" for pseudonym in mine] for name, mine in texts.items()}, len(about) + len(naming) + 1, like=True)
        found = self._read(f"SELECT count(*) FILTER (WHERE {one}), count(*) FILTER (WHERE ({other} OR {inside}) AND NOT {one}) FROM {self._name(table)}", (*ones, *others, *insides))
        return int(found[0][0]), int(found[0][1])

    def rows(self, table: Table, about: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Give a person's rows."""
        where, values = _any(about)

        def read() -> list[dict[str, Any]]:
            with self._connection.cursor(row_factory=self._psycopg.rows.dict_row) as cursor:
                return list(cursor.execute(f"SELECT * FROM {self._name(table)} WHERE {where}", values))

        found = self._told(read)
        self._told(self._connection.rollback)
        return found

    def manifest(self, table: Table) -> str | None:
        """Give the manifest that stands beside a table; None where there is no such table."""
        if not self._read("SELECT to_regclass($1)", (f"{_quoted(table.schema)}.{_quoted(MANIFESTS)}",))[0][0]:
            return None
        found = self._read(f'SELECT manifest FROM {_quoted(table.schema)}.{_quoted(MANIFESTS)} WHERE "table" = $1', (table.name,))
        return str(found[0][0]) if found and self._read("SELECT to_regclass($1)", (self._name(table),))[0][0] else None

    def drop(self, table: Table) -> bool:
        """Take a table and its manifest away, as deleting its release does; False where it was gone."""
        text = self.manifest(table)
        if text is None:
            return False
        release = str(json.loads(text)["release"])
        view = Table(table.server, table.schema, _short(release))
        # The view is made anew, and who could read it still can.
        readers = [str(row[0]) for row in self._read("SELECT grantee::text FROM information_schema.role_table_grants WHERE table_schema = $1 AND table_name = $2 "
                                                     "AND privilege_type = 'SELECT' AND grantee NOT IN (current_user, 'PUBLIC')", (view.schema, view.name))]

        def gone() -> None:
            self._connection.execute(f"DROP VIEW IF EXISTS {self._name(view)}")
            self._connection.execute(f"DROP TABLE {self._name(table)}")
            self._connection.execute(f'DELETE FROM {_quoted(table.schema)}.{_quoted(MANIFESTS)} WHERE "table" = $1', (table.name,))

        def again() -> None:
            for reader in readers if self._there(view) else ():
                self._connection.execute(f"GRANT SELECT ON {self._name(view)} TO {_quoted(reader)}")

        self._told(gone)
        self._shown(table.schema, release)
        self._told(again)
        self.commit()
        return True

    def differing(self, table: Table, folder: Path) -> int:
        """Count the rows that a table has and its release has not, or the other way round."""
        def compare() -> int:
            self._connection.execute(f"CREATE TEMPORARY TABLE lapipe_released (LIKE {self._name(table)}) ON COMMIT DROP")
            self._copy("pg_temp.lapipe_released", folder)
            one, other = f"TABLE {self._name(table)}", "TABLE pg_temp.lapipe_released"
            return int(self._connection.execute(f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})) d").fetchone()[0])

        found = self._told(compare)
        self._told(self._connection.rollback)
        return found

    def ready(self) -> None:
        """Find out, before the register says that the run completed, whether the server still has what was written."""
        self._told(lambda: self._connection.execute("SELECT 1"))

    def commit(self) -> None:
        """Show all that was written, in one step."""
        self._told(self._connection.commit)

    def close(self) -> None:
        """Let go of the connection, and of what was not committed."""
        with contextlib.suppress(Exception):
            self._connection.close()

    # --- inside ---

    def _name(self, table: Table) -> str:
        return f"{_quoted(table.schema)}.{_quoted(table.name)}"

    def _read(self, query: str, values: Sequence[Any]) -> list[Any]:
        """Read, and end the transaction: an open one would keep others from changing tables."""
        found = self._told(lambda: self._connection.execute(query, values).fetchall())
        self._told(self._connection.rollback)
        return list(found)

    def _there(self, table: Table) -> bool:
        return bool(self._connection.execute("SELECT to_regclass($1)", (self._name(table),)).fetchone()[0])

    def _schema(self, schema: str) -> None:
        """Make a pipeline's schema and its table of manifests where they are not there yet; one writer at a time."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", (f"lapipe sink {schema}",))
        if not self._connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = $1", (schema,)).fetchone():
            self._connection.execute(f"CREATE SCHEMA {_quoted(schema)}")
            self._connection.execute(f"COMMENT ON SCHEMA {_quoted(schema)} IS 'Releases of lapipe; {MANIFESTS} says of each table what it is, why, and until when.'")
        self._connection.execute(f'CREATE TABLE IF NOT EXISTS {_quoted(schema)}.{_quoted(MANIFESTS)} ("table" text PRIMARY KEY, release text NOT NULL, run text NOT NULL, '
                                 "label text NOT NULL, erase_by date NOT NULL, sha256 text NOT NULL, manifest text NOT NULL)")
        if self._reader:
            self._connection.execute(f"GRANT USAGE ON SCHEMA {_quoted(schema)} TO {_quoted(self._reader)}")
            self._grant(Table(self.server, schema, MANIFESTS))

    def _grant(self, table: Table) -> None:
        if self._reader:
            self._connection.execute(f"GRANT SELECT ON {self._name(table)} TO {_quoted(self._reader)}")

    def _filled(self, table: Table, folder: Path) -> None:
        expected = int(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["rows"])
        written = self._copy(self._name(table), folder)
        if written != expected:
            raise EngineFault(f"Of {expected} rows PostgreSQL took {written}; report this fault of lapipe.")

    def _copy(self, name: str, folder: Path) -> int:
        """Stream a release's Parquet as CSV in which every value but NULL is quoted."""
        import pyarrow.csv as csv
        import pyarrow.parquet as pq

        with pq.ParquetFile(folder / DATA) as parquet, self._connection.cursor() as cursor:
            columns = ", ".join(_quoted(column) for column in parquet.schema_arrow.names)
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)") as copy:
                for batch in parquet.iter_batches(batch_size=_ROWS):
                    stream = io.BytesIO()
                    csv.write_csv(batch, stream, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
                    copy.write(stream.getvalue())
            return int(cursor.rowcount)

    def _comments(self, table: Table, manifest: Mapping[str, Any]) -> None:
        # Comments are read by everybody who may connect: no count of a table of people stands there.
        self._comment(f"TABLE {self._name(table)}", _sentence(manifest))
        for column in manifest["columns"]:
            labels = [f"{language}: {text}" for language, text in sorted(column["label"].items())]
            facts = [column["kind"], f"detail {column['detail']}" if column["detail"] else "", f"unit {column['unit']}" if column["unit"] else "",
                     f"identity domain {column['domain']}" if column.get("domain") else ""]
            self._comment(f"COLUMN {self._name(table)}.{_quoted(column['name'])}", "; ".join(part for part in (*labels, *facts) if part))

    def _comment(self, what: str, text: str) -> None:
        from psycopg import sql

        self._connection.execute(f"COMMENT ON {what} IS {sql.Literal(text).as_string(self._connection)}")

    def _shown(self, schema: str, release: str) -> None:
        """Let the view of the release's name show its newest run, or of a time series all parts: as `latest` does for files."""
        place = f"{_quoted(schema)}.{_quoted(_short(release))}"
        parts = self._told(lambda: self._connection.execute(
            f'SELECT "table", label, manifest FROM {_quoted(schema)}.{_quoted(MANIFESTS)} WHERE release = $1 ORDER BY manifest::json ->> \'created\', run', (release,)).fetchall())
        there = self._told(lambda: self._connection.execute(
            "SELECT relkind::text, obj_description(oid, 'pg_class') FROM pg_class WHERE oid = to_regclass($1)", (place,)).fetchone())
        if there and (there[0] != "v" or not str(there[1] or "").startswith("Release ")):
            raise Refused(f"{place} is something else than lapipe's view of release {release}; have it renamed, or give the release another name.", rule="LP618")
        if not parts:
            return
        series = [name for name, label, _ in parts if label != ALL]
        names = series or [parts[-1][0]]
        columns = self._told(lambda: [self._columns(schema, name) for name in names])
        if any(each != columns[-1] for each in columns):
            raise Refused(f"The parts of release {release} that are in the database have other columns than this one, so one view cannot show them; give the "
                          "release another name.", rule="LP618")
        chosen = ", ".join(_quoted(column) for column, _ in columns[-1])
        query = " UNION ALL ".join(f"SELECT {chosen} FROM {_quoted(schema)}.{_quoted(name)}" for name in names)

        def show() -> None:
            if there and self._columns(schema, _short(release)) != columns[-1]:
                self._connection.execute(f"DROP VIEW {place}")
            self._connection.execute(f"CREATE OR REPLACE VIEW {place} AS {query}")
            self._comment(f"VIEW {place}", _sentence(json.loads(parts[-1][2])))
            self._grant(Table(self.server, schema, _short(release)))

        self._told(show)

    def _columns(self, schema: str, name: str) -> list[tuple[str, str]]:
        return [(str(column), str(type)) for column, type in self._connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (f"{_quoted(schema)}.{_quoted(name)}",)).fetchall()]

    def _told(self, call: Callable[[], T]) -> T:
        """Map an error to one of ours: the driver's own may hold an account or a value."""
        state: str | None = None
        try:
            return call()
        except self._psycopg.Error as error:
            state = error.sqlstate or ("url" if isinstance(error, self._psycopg.ProgrammingError) else "")
        with contextlib.suppress(Exception):
            self._connection.rollback()
        raise _fault(state or "")


def _fault(state: str) -> LapipeError:
    """Say what PostgreSQL answered to who writes."""
    if state == "url":
        return UsageFault("The URL that releases go to has a setting that libpq does not know, or cannot be read; look at what follows the ?.")
    if state[:2] in ("", "08", "57", "25"):
        return EngineFault("The PostgreSQL that releases go to cannot be reached, or the connection was lost. Try again when the server answers.")
    if state[:2] == "28" or state == "3D000":
        return UsageFault("The PostgreSQL that releases go to does not let this account into this database; look at the URL's account, password and database.")
    if state == "42501":
        return UsageFault("The PostgreSQL that releases go to does not let this account write there: GRANT CREATE ON DATABASE to it, or have the pipeline's schema made "
                          "and owned by it.")
    if state == "42704":
        return UsageFault("There is no such role as the URL's reader; have it made, or leave reader out.")
    if state in ("22021", "22P05"):
        return ContractBroken("A text of the release holds a NUL character, which PostgreSQL cannot keep; correct the source.", rule="LP204")
    if state == "55P03":
        return EngineFault(f"Somebody reads the release's table in PostgreSQL for more than {_LOCK} seconds, so it could not be changed; give the command again.")
    if state == "2BP01":
        return Refused("Something in the database was made on the release's view or table, so it cannot be changed; have that dropped first.", rule="LP618")
    if state[:2] in ("53", "58"):
        return EngineFault("The PostgreSQL that releases go to has no room or no connection left; make room, and run again.")
    return EngineFault(f"PostgreSQL gave error {state}; its own message is kept out, for it may hold data. Look for it in the server's log.")


class Sinks:
    """The databases that releases were put into, opened when they are asked for."""

    def __init__(self, urls: Sequence[str] = ()) -> None:
        self._urls = [url for url in urls if url]
        self._open: dict[str, Sink] = {}

    def add(self, sink: Sink) -> None:
        """Use a connection that is there already; `close` closes it too."""
        self._open[sink.server] = sink

    def of(self, table: Table) -> Sink:
        """Give the connection to a table's server: of the URLs that were given the one that leads there, else by libpq's own account.

        Raises:
            EngineFault, UsageFault: it cannot be reached.
        """
        while table.server not in self._open and self._urls:
            # A URL that leads elsewhere may well be out of reach; what counts is the table's own server.
            with contextlib.suppress(EngineFault, UsageFault):
                self.add(Sink(self._urls.pop()))
        if table.server not in self._open:
            self.add(Sink(server=table.server))
        return self._open[table.server]

    def close(self) -> None:
        """Let go of all."""
        for sink in self._open.values():
            sink.close()
        self._open.clear()


def reconcile(sinks: Sinks, register: Register, out: Path, *, only: str = "", run: str = "") -> list[Table]:
    """Make the tables of the register what their releases in OUT are now, and give those that were made or filled anew.

    A table is missing where the server was lost after the register had the run's end, and old where people were erased since. `only` names
    a server, `run` a run. A release that is no longer in OUT keeps its table here: deleting is retention's.

    Raises:
        RegisterFault: a release in OUT is not what the register says (LP605), so it is not copied.
    """
    done: list[Table] = []
    pipelines = {each.id: each.pipeline for each in register.runs()}
    for folder, table in tables(register).items():
        path, of = out / folder, folder.rpartition("/")[2]
        if (only and table.server != only) or (run and of != run) or not (path / MANIFEST).is_file():
            continue
        sink = sinks.of(table)
        now, there = (path / MANIFEST).read_text(encoding="utf-8"), sink.manifest(table)
        if there == now:
            continue
        said = [entry.body.get("manifest_sha256") for entry in register.entries(run=of) if entry.kind in ("release", REWRITTEN) and entry.body.get("folder") == folder]
        if not said or said[-1] != _digest(now):
            raise RegisterFault(f"Release {path} is not what the register says of it, so its table in the database is left as it is; `lapipe verify` says what "
                                "was changed.", rule="LP605")
        if there is None:
            sink.put(pipelines[of], path)
            sink.commit()
        else:
            sink.renew(table, path)
        done.append(table)
    return done


# --- what is written ------------------------------------------------------------------------------------------------


def _types(data: Path) -> Iterator[tuple[str, str]]:
    """Give each column of a release with the type that keeps its values as they are."""
    import pyarrow.parquet as pq

    for declared in pq.read_schema(data):
        yield declared.name, _type(declared.type, declared.name)


def _type(kind: pa.DataType, name: str) -> str:
    import pyarrow.types as types

    if types.is_string(kind) or types.is_large_string(kind):
        return "text"
    if types.is_integer(kind):
        signed = types.is_signed_integer(kind)
        return "numeric(20)" if not signed and kind.bit_width == 64 else {8: "smallint", 16: "smallint" if signed else "integer",
                                                                          32: "integer" if signed else "bigint", 64: "bigint"}[kind.bit_width]
    if types.is_decimal(kind):
        return f"numeric({kind.precision},{kind.scale})"
    if types.is_timestamp(kind):
        return "timestamp with time zone" if kind.tz else "timestamp without time zone"
    for test, found in ((types.is_boolean, "boolean"), (types.is_date, "date"), (types.is_float64, "double precision"), (types.is_float32, "real")):
        if test(kind):
            return found
    raise EngineFault(f"Column '{name}' of the release is of a type that is not written into PostgreSQL; report this fault of lapipe.")


def _sentence(manifest: Mapping[str, Any]) -> str:
    """Say on one line what a table is, why it exists, what is withheld and until when it may be there."""
    purpose = manifest["purpose"]
    said = [f"Release {manifest['release']} of lapipe, run {manifest['run']} of pipeline {manifest['pipeline']}",
            f"personal data: {manifest['personal_data']}", f"purpose {purpose['name']}: {purpose['title'].get('en') or purpose['name']}",
            f"for {', '.join(each['name'] for each in manifest['recipients'])}", f"erase by {manifest['erase_by']}",
            f"groups of fewer than k = {manifest['k']} people are not told" if manifest["kind"] == "statistics" else f"k of the purpose is {manifest['k']}"]
    if manifest["withheld"]:
        said.append(f"withheld groups: {manifest['withheld']}")
    return "; ".join([*said, f"the whole manifest stands in {MANIFESTS} of this schema"]) + "."


def _label(manifest: Mapping[str, Any]) -> str:
    periods = manifest["periods"]
    return f"{periods[0]}--{periods[-1]}" if periods else ALL


def _any(columns: Mapping[str, Sequence[str]], first: int = 1, *, like: bool = False) -> tuple[str, list[Any]]:
    """Give the condition that one of the columns holds one of its values, or is like one; its parameters are counted from `first`, and a null is nobody."""
    condition = " OR ".join(f"{_quoted(name)} {'LIKE' if like else '='} ANY(${number})" for number, name in enumerate(columns, start=first))
    return f"coalesce({condition or 'false'}, false)", [list(values) for values in columns.values()]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
