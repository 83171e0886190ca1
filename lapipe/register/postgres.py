"""The register in a schema of a PostgreSQL database, shared between machines; advisory locks tell which runs live.

The owner of the schema makes it (`lapipe register create --writer ROLE`); pipelines connect as a role that may insert and select,
and nothing else. Locks belong to the session, so connect to the server itself or to a pooler that keeps sessions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lapipe.errors import RegisterFault, UsageFault
from lapipe.register import store
from lapipe.register.queries import Queries
from lapipe.register.store import Unsettled, refusal

if TYPE_CHECKING:
    import psycopg

#: The schema of a URL that names none with `?schema=`.
SCHEMA = "lapipe"

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_KEEP = """
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.body = '' AND ROW(NEW.seq, NEW.run, NEW.kind, NEW.hash) IS NOT DISTINCT FROM ROW(OLD.seq, OLD.run, OLD.kind, OLD.hash)
           AND EXISTS (SELECT 1 FROM entries WHERE kind = 'closed' AND seq > OLD.seq) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the register is append-only';
END"""

# It runs with the rights of the owner: the role that appends may not touch the count by itself.
_FOLLOW = """
BEGIN
    UPDATE counted SET entries = entries + 1 WHERE entries = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the register is append-only';
    END IF;
    RETURN NEW;
END"""

#: What each version added to the one before it; version n is after step n. {schema} is the quoted name.
_STEPS = (
    ("CREATE TABLE {schema}.entries (seq bigint PRIMARY KEY, run text NOT NULL, kind text NOT NULL, body text NOT NULL,"
     " hash text NOT NULL)",
     "CREATE INDEX entries_by_run ON {schema}.entries (run, seq)",
     "CREATE INDEX entries_closed ON {schema}.entries (seq) WHERE kind = 'closed'",
     "CREATE TABLE {schema}.counted (entries bigint NOT NULL) WITH (fillfactor = 10)",
     "INSERT INTO {schema}.counted VALUES (0)",
     f"CREATE FUNCTION {{schema}}.keep() RETURNS trigger LANGUAGE plpgsql SET search_path = {{schema}}, pg_temp AS $lapipe${_KEEP}$lapipe$",
     "CREATE FUNCTION {schema}.follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
     f" SET search_path = {{schema}}, pg_temp AS $lapipe${_FOLLOW}$lapipe$",
     "CREATE TRIGGER entries_hold BEFORE UPDATE OR DELETE ON {schema}.entries FOR EACH ROW EXECUTE FUNCTION {schema}.keep()",
     "CREATE TRIGGER entries_stay BEFORE TRUNCATE ON {schema}.entries FOR EACH STATEMENT EXECUTE FUNCTION {schema}.keep()",
     "CREATE TRIGGER entries_follow BEFORE INSERT ON {schema}.entries FOR EACH ROW EXECUTE FUNCTION {schema}.follow()"),
    ("CREATE TABLE {schema}.evidence (id text PRIMARY KEY, entry bigint NOT NULL UNIQUE, kind text NOT NULL, subject text NOT NULL,"
     " content text NOT NULL, salt text NOT NULL, keep_until text NOT NULL)",
     "CREATE INDEX evidence_by_subject ON {schema}.evidence (subject)"),
    ("CREATE TABLE {schema}.outbox (catalogue text PRIMARY KEY, told bigint NOT NULL, note text NOT NULL)",),
)

#: The triggers by name, with PostgreSQL's bits for when they fire (pg_trigger.tgtype: row 1, before 2, insert 4, delete 8, update 16,
#: truncate 32), their function's text, and whether it runs as its owner.
_TRIGGERS = {("entries_hold", 1 + 2 + 8 + 16, _KEEP, False), ("entries_stay", 2 + 32, _KEEP, False), ("entries_follow", 1 + 2 + 4, _FOLLOW, True)}

#: The tables of a register.
_TABLES = ("entries", "counted", "evidence", "outbox", "version")

#: Settings of a session, each where the server knows it. A machine that is gone is noticed within two minutes; a session may be idle as
#: long as a run takes; a commit is on disk when it returns, whatever the server's default.
_SETTINGS = {"synchronous_commit": "on", "idle_session_timeout": "0", "idle_in_transaction_session_timeout": "0", "statement_timeout": "0",
             "tcp_keepalives_idle": "60", "tcp_keepalives_interval": "15", "tcp_keepalives_count": "4", "client_min_messages": "error"}

_T = TypeVar("_T")


class PostgresStore(Queries):
    """A schema. Use it from the thread that opened it."""

    path: Path | None = None
    _BINARY = '"C"'

    def __init__(self, db: psycopg.Connection[Any], conninfo: str, schema: str) -> None:
        self._db = db
        self._conninfo = conninfo
        self._schema = schema
        self._running: set[str] = set()
        self._last: tuple[int, str] | None = None

    @classmethod
    def open(cls, url: str, *, create: bool) -> PostgresStore:
        """Connect; where there is no register yet, or one of an earlier version, make it one if this role may and `create` is true."""
        conninfo, schema = _parts(url)
        opened = cls(_connect(conninfo, schema), conninfo, schema)
        try:
            version = opened.guarded(opened._version)
            if version > len(_STEPS):
                raise refusal(f"The register {opened.name} has format {version}, and this lapipe knows format {len(_STEPS)};"
                              " use the lapipe that wrote it.")
            if not version and not create:
                raise refusal(f"There is no register {opened.name}; its owner makes it with `lapipe register create`.")
            if version < len(_STEPS):
                if not opened.guarded(opened._may_create):
                    raise refusal(f"The register {opened.name} is {'of an earlier format' if version else 'not there yet'}, and this role may not"
                                  " make it; its owner does with `lapipe register create --writer ROLE`.")
                opened.guarded(opened._migrate)
        except RegisterFault:
            opened.close()
            raise
        return opened

    @property
    def name(self) -> str:
        return _told(self._conninfo, self._schema)

    def close(self) -> None:
        with suppress(Exception):
            self._db.close()

    def guarded(self, work: Callable[[], _T]) -> _T:
        import psycopg

        try:
            return work()
        except psycopg.Error as error:
            fault = _fault(self.name, error)
        raise fault

    def transact(self, work: Callable[[], _T]) -> _T:
        lost = False

        def whole() -> _T:
            nonlocal lost
            import psycopg

            self._last = None
            self._db.execute("BEGIN")
            try:
                # Without this lock two writers read one head, and the chain forks.
                self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_key(self._schema, "append"),))
                result = work()
            except BaseException:
                with suppress(psycopg.Error):
                    self._db.execute("ROLLBACK")
                raise
            try:
                self._db.execute("COMMIT")
            except psycopg.OperationalError:
                lost = True
            return result

        result = self.guarded(whole)
        if lost and not self._settled():
            raise refusal(f"The connection to the register {self.name} was lost, and the last entry is not there; run again.")
        return result

    def read(self, work: Callable[[], _T]) -> _T:
        import psycopg

        def whole() -> _T:
            self._db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                return work()
            finally:
                with suppress(psycopg.Error):
                    self._db.execute("ROLLBACK")
        return self.guarded(whole)

    def tidy(self) -> None:
        self.guarded(lambda: self._db.execute("VACUUM entries, evidence"))

    def _settled(self) -> bool:
        """Look over a new connection whether what was being committed when the connection was lost is there.

        Raises:
            Unsettled: the server cannot be reached.
        """
        known = None
        try:
            db = _connect(self._conninfo, self._schema)
        except RegisterFault:
            db = None
        if db is not None:
            other = PostgresStore(db, self._conninfo, self._schema)

            def there() -> bool:
                # The old session holds this lock until its commit is done or undone.
                db.execute("SELECT pg_advisory_lock(%s)", (_key(self._schema, "append"),))
                return self._last is None or bool(other._ask("SELECT 1 FROM entries WHERE seq = %s AND hash = %s", self._last))
            with suppress(RegisterFault):
                known = other.guarded(there)
            other.close()
        if known is None:
            raise Unsettled(f"The connection to the register {self.name} was lost while an entry was written; see with `lapipe register list`"
                            " whether the run completed.", rule="LP601")
        return known

    # --- runs that live -------------------------------------------------------------------------------------------

    @contextmanager
    def alive(self, run: str) -> Iterator[bool]:
        """Hold the run's lock. The server lets go of it when the session ends, however it ends."""
        import psycopg

        key = _key(self._schema, f"run {run}")
        # A session that asks for a lock of its own again would get it.
        if run in self._running or not self.guarded(lambda: self._one("SELECT pg_try_advisory_lock(%s)", key)):
            yield False
            return
        self._running.add(run)
        try:
            yield True
        finally:
            self._running.discard(run)
            with suppress(psycopg.Error):
                self._db.execute("SELECT pg_advisory_unlock(%s)", (key,))

    def is_alive(self, run: str) -> bool:
        key = _key(self._schema, f"run {run}") % 2**64
        return bool(self.guarded(lambda: self._one(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid::bigint = %s"
            " AND objid::bigint = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            key >> 32, key & 0xFFFFFFFF)))

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        import psycopg

        key = _key(self._schema, f"turn {name}")

        def wait() -> None:
            self._db.execute("SET lock_timeout = 0")
            self._db.execute("SELECT pg_advisory_lock(%s)", (key,))
            self._db.execute(_patience())
        self.guarded(wait)
        try:
            yield
        finally:
            with suppress(psycopg.Error):
                self._db.execute("SELECT pg_advisory_unlock(%s)", (key,))

    # --- within a transaction -------------------------------------------------------------------------------------

    def _bytes(self, name: str = "") -> Any:
        """Open a cursor that gives text as the bytes that stand there. No function of the database has a hand in it: who owns the schema could put
        one of their own in place of PostgreSQL's."""
        from psycopg.types.string import ByteaBinaryLoader

        cursor: Any = self._db.cursor(name=name, binary=True) if name else self._db.cursor(binary=True)
        cursor.adapters.register_loader("text", ByteaBinaryLoader)
        return cursor

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._bytes() as cursor:
            return list(cursor.execute(query.replace("?", "%s"), values).fetchall())

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask PostgreSQL about itself, where text is text."""
        return self._db.execute(query, values).fetchall()

    def _change(self, query: str, values: Sequence[object] = ()) -> int:
        return self._db.execute(query.replace("?", "%s"), values).rowcount

    def _one(self, query: str, *values: object) -> Any:
        rows = self._ask(query, values)
        return rows[0][0] if rows else None

    def insert(self, seq: int, run: str, kind: str, body: str, digest: str) -> None:
        super().insert(seq, run, kind, body, digest)
        self._last = (seq, digest)

    def rows(self) -> Generator[tuple[int, bytes, bytes, bytes, bytes, bool], None, None]:
        with self._bytes("rows") as cursor, ThreadPoolExecutor(1) as ahead:
            cursor.execute("SELECT seq, run, kind, body, hash, true FROM entries ORDER BY seq")
            # The server finds the next page while this one is gone through.
            coming = ahead.submit(cursor.fetchmany, 5 * store.PAGE)
            while page := coming.result():
                coming = ahead.submit(cursor.fetchmany, 5 * store.PAGE)
                yield from page

    def leaves(self, until: int) -> Generator[bytes, None, None]:
        with self._bytes("leaves") as cursor:
            cursor.itersize = 10 * store.PAGE
            for (digest,) in cursor.execute("SELECT hash FROM entries WHERE seq <= %s ORDER BY seq", (until,)):
                yield digest

    def frame(self, last: int) -> list[tuple[str, str]]:
        """Check the count of the entries, the triggers with their functions, and who else than the owner may change what."""
        problems = []
        counted = self._one("SELECT max(entries) FROM counted")
        if counted != last:
            problems.append(("LP602", f"It is the last one, and the register counted {counted}: the end was cut off."))
        # Of the other tables too: they have none.
        there = self._ask("SELECT t.tgname, t.tgtype::int, p.prosrc, p.prosecdef FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                          " WHERE t.tgrelid = ANY (%s::regclass[]) AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')", (list(_TABLES),))
        if set(there) != _TRIGGERS:
            problems.append(("LP602", "The triggers that keep entries as they are were dropped or changed."))
        # A rule swallows what is inserted or shows something else, a policy hides rows, a table that inherits adds some.
        plain = self._one(
            "SELECT count(*) FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%s) AND relkind = 'r' AND NOT relrowsecurity"
            " AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid) AND NOT EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhparent, inhrelid))",
            list(_TABLES))
        if plain != len(_TABLES):
            problems.append(("LP602", "There are rules, policies or views that lapipe did not make: they can swallow entries, or hide or show others."))
        others = self._one(
            "SELECT count(*) FROM pg_class c CROSS JOIN aclexplode(c.relacl) a WHERE a.grantee <> c.relowner AND"
            " (c.oid = 'entries'::regclass AND a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')"
            " OR c.oid = 'counted'::regclass AND a.privilege_type <> 'SELECT')")
        columns = self._one("SELECT count(*) FROM pg_attribute WHERE attrelid IN ('entries'::regclass, 'counted'::regclass) AND attacl IS NOT NULL")
        if others or columns:
            problems.append(("LP613", "A role other than the owner may change or delete entries."))
        return problems

    # --- the schema -----------------------------------------------------------------------------------------------

    def _version(self) -> int:
        there = self._one("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s"
                          " AND c.relname = 'version'", self._schema)
        return int(self._one("SELECT max(version) FROM version") or 0) if there else 0

    def _may_create(self) -> bool:
        """Say whether this role owns the schema, or may make one."""
        return bool(self._one("SELECT coalesce((SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s),"
                              " has_database_privilege(current_database(), 'CREATE'))", self._schema))

    def _migrate(self) -> None:
        """Bring the schema to this version, whole or not at all."""
        encoding = self._one("SHOW server_encoding")
        if encoding != "UTF8":
            raise refusal(f"The database of the register {self.name} is not in UTF8; make the register in one that is.")
        with self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_key(self._schema, "append"),))
            # Another process may have been first.
            self._db.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
            self._db.execute("CREATE TABLE IF NOT EXISTS version (version integer NOT NULL)")
            version = self._one("SELECT coalesce(max(version), 0) FROM version")
            for step in _STEPS[version:]:
                for statement in step:
                    self._db.execute(statement.replace("{schema}", f'"{self._schema}"'))
            self._db.execute("DELETE FROM version")
            self._db.execute("INSERT INTO version VALUES (%s)", (len(_STEPS),))

    def grant(self, role: str) -> None:
        """Let a role append and read, and nothing else; and note how far a catalogue was told, which is no part of the record."""
        from psycopg import sql

        def give() -> None:
            named = sql.Identifier(role)
            with self._db.transaction():
                for what in ("USAGE ON SCHEMA {schema}", "SELECT, INSERT ON entries, evidence", "SELECT, INSERT, UPDATE ON outbox",
                             "SELECT ON version, counted"):
                    self._db.execute(sql.SQL("GRANT " + what + " TO {role}").format(
                        schema=sql.Identifier(self._schema), role=named))
        if not self.guarded(lambda: self._one("SELECT count(*) FROM pg_roles WHERE rolname = %s", role)):
            raise UsageFault("There is no such role in the database; make it first, with CREATE ROLE name LOGIN.")
        self.guarded(give)


def _parts(url: str) -> tuple[str, str]:
    """Split a URL into what libpq takes and the schema.

    Raises:
        UsageFault: it is no such URL, or psycopg is not there.
    """
    psycopg_there = True
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import make_conninfo
    except ImportError:
        psycopg_there = False
    if not psycopg_there:
        raise UsageFault("A register in PostgreSQL needs psycopg: pip install 'lapipe-privacy[postgres]'.")
    # The rest of the query is libpq's, and stays as it is spelt.
    place, _, query = url.partition("?")
    settings = dict(each.partition("=")[::2] for each in query.split("&") if each)
    schema = settings.pop("schema", SCHEMA)
    if not _NAME.fullmatch(schema):
        raise UsageFault("The schema of a register is a lower-case name: letters, digits and '_'.")
    careful = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "connect_timeout": "10",
               "application_name": "lapipe register"}
    conninfo = ""
    # The error quotes the URL, which may hold a password.
    with suppress(ProgrammingError, ValueError):
        rest = "&".join(f"{name}={value}" for name, value in settings.items())
        conninfo = make_conninfo(f"{place}?{rest}", **{name: value for name, value in careful.items() if name not in settings})
    if not conninfo:
        raise UsageFault("The register's URL cannot be read; give postgresql://user@host:port/database?schema=lapipe, with the password in"
                         " ~/.pgpass.")
    return conninfo, schema


def _told(conninfo: str, schema: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(conninfo)
    host, port = str(parts.get("host") or ""), str(parts.get("port") or "")
    place = "" if host.startswith("/") else host + (f":{port}" if port else "")
    return f"postgresql://{place}/{parts.get('dbname') or ''}" + (f" (schema {schema})" if schema != SCHEMA else "")


def _connect(conninfo: str, schema: str) -> psycopg.Connection[Any]:
    import psycopg

    problem = None
    try:
        db: psycopg.Connection[Any] = psycopg.connect(conninfo, autocommit=True, client_encoding="utf8")
        db.execute(f'SET search_path = "{schema}", pg_temp')
        db.execute("SELECT set_config(name, setting, false) FROM unnest(%s::text[], %s::text[]) AS wanted (name, setting)"
                   " WHERE name IN (SELECT name FROM pg_settings)", (list(_SETTINGS), list(_SETTINGS.values())))
        db.execute(_patience())
        return db
    except psycopg.Error as error:
        problem = _fault(_told(conninfo, schema), error, connecting=True)
    raise problem


def _patience() -> Any:
    return f"SET lock_timeout = {int(store.BUSY_SECONDS * 1000)}"


def _key(schema: str, what: str) -> int:
    """Give the number of an advisory lock: 64 bits, so that no two names are likely to meet."""
    return int.from_bytes(sha256(f"lapipe register {schema} {what}".encode()).digest()[:8], "big", signed=True)


def _fault(name: str, error: psycopg.Error, *, connecting: bool = False) -> RegisterFault:
    """Say in our words what PostgreSQL's error code means; its text may quote what stands in the database, or the URL."""
    code = error.sqlstate or ""
    lost = not code or code[:2] in ("08", "57")
    if connecting and (lost or code[:2] in ("28", "3D", "53")):
        return refusal(f"The register {name} cannot be reached; see that the server runs, that the database is there, and that this user may"
                       " connect (the password may stand in ~/.pgpass).")
    if lost:
        return refusal(f"The connection to the register {name} was lost or closed; see that the server runs, and run again.")
    if code == "42501":
        return refusal(f"This role may not do that to the register {name}; its owner may, or grants a role to append with"
                       " `lapipe register create --writer ROLE`.")
    if code == "55P03":
        return refusal(f"The register {name} was held by another process for {store.BUSY_SECONDS:g} seconds;"
                       " find what holds it, and run again.")
    if code == "25006":
        return refusal(f"The register {name} is on a server that only reads; name the server that writes.")
    if code[:2] in ("53", "58"):
        return refusal(f"The register {name} cannot be written, because its server's disk is full or failing; make room, and run again.")
    if code in ("23505", "P0001"):
        return refusal(f"The register {name} was written by something else than lapipe; `lapipe register verify` says what.")
    return refusal(f"The register {name} is damaged (SQL state {code}); restore it from its backup.")
