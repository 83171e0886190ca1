"""The register in one SQLite file, with file locks beside it for runs that live."""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from lapipe.errors import RegisterFault, UsageFault
from lapipe.register import store
from lapipe.register.entry import RUN_ID
from lapipe.register.queries import Queries
from lapipe.register.store import refusal

#: How often a start tries its lock, 10 ms apart: who looks whether a run lives holds the lock for microseconds.
_LOCK_TRIES = 25

#: "lapr", at offset 68 of the file (SQLite's `application_id`): tells a register from any other SQLite file.
#: The format's version is at offset 60 (`user_version`).
_APPLICATION = int.from_bytes(b"lapr", "big")
_VERSION = 3

_REFUSE = " BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
_ENTRIES = ("CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, kind TEXT NOT NULL,"
            " body TEXT NOT NULL, hash TEXT NOT NULL)")

# Dropping these triggers is easy for who owns the file; they keep honest tools from changing what is written, and their
# absence is a finding. The third one is there because INSERT OR REPLACE deletes without asking the second. The second one
# lets a body be emptied once a closing was recorded after it.
_SCHEMA = {
    "entries": _ENTRIES,
    "entries_by_run": "CREATE INDEX entries_by_run ON entries (run)",
    "entries_stay": f"CREATE TRIGGER entries_stay BEFORE DELETE ON entries{_REFUSE}",
    "entries_hold": "CREATE TRIGGER entries_hold BEFORE UPDATE ON entries WHEN NOT (NEW.body IS '' AND NEW.seq IS OLD.seq"
                    " AND NEW.run IS OLD.run AND NEW.kind IS OLD.kind AND NEW.hash IS OLD.hash"
                    f" AND EXISTS (SELECT 1 FROM entries WHERE kind = 'closed' AND seq > OLD.seq)){_REFUSE}",
    "entries_follow": "CREATE TRIGGER entries_follow BEFORE INSERT ON entries"
                      f" WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries){_REFUSE}",
    "entries_closed": "CREATE INDEX entries_closed ON entries (seq) WHERE kind = 'closed'",
    "evidence": "CREATE TABLE evidence (id TEXT PRIMARY KEY, entry INTEGER NOT NULL UNIQUE, kind TEXT NOT NULL, subject TEXT NOT NULL,"
                " content TEXT NOT NULL, salt TEXT NOT NULL, keep_until TEXT NOT NULL) WITHOUT ROWID",
    "evidence_by_subject": "CREATE INDEX evidence_by_subject ON evidence (subject)",
    "outbox": "CREATE TABLE outbox (catalogue TEXT PRIMARY KEY, told INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID",
}

#: What each version added to the one before it: 1 had no closings and no evidence, 2 no outbox.
_STEPS: dict[int, tuple[str, ...]] = {
    2: ("DROP TRIGGER entries_hold",
        *(_SCHEMA[name] for name in ("entries_hold", "entries_closed", "evidence", "evidence_by_subject"))),
    3: (_SCHEMA["outbox"],),
}

_T = TypeVar("_T")


class SqliteStore(Queries):
    """A file. Use it from the thread that opened it."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path: Path = path
        self._db = db

    @classmethod
    def open(cls, url: str, *, create: bool) -> SqliteStore:
        """Open the file at a path or `sqlite:///path`; where there is none and `create` is true, make one, owner-only."""
        path = _path(url)
        opened, problem = None, None
        try:
            _prepare(path, create)
            opened = cls(path, _connect(path))
        except sqlite3.Error as error:
            problem = _fault(path, error)
        except OSError as error:
            problem = _os_fault(path, error)
        if problem:
            raise problem
        assert opened is not None
        try:
            opened.guarded(opened._migrate)
        except RegisterFault:
            opened.close()
            raise
        return opened

    @property
    def name(self) -> str:
        return str(self.path)

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._db.close()

    def guarded(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except sqlite3.Error as error:
            fault = _fault(self.path, error)
        raise fault

    def transact(self, work: Callable[[], _T]) -> _T:
        def whole() -> _T:
            with self._db:
                # A deferred transaction that turns into a writing one fails where this one waits.
                self._db.execute("BEGIN IMMEDIATE")
                return work()
        return self.guarded(whole)

    def read(self, work: Callable[[], _T]) -> _T:
        def whole() -> _T:
            with self._db:
                self._db.execute("BEGIN")
                return work()
        return self.guarded(whole)

    def tidy(self) -> None:
        # The write-ahead log still holds what was deleted, until it is brought into the file and cut.
        self.guarded(lambda: self._db.execute("VACUUM"))
        self.guarded(lambda: self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    def grant(self, role: str) -> None:
        raise UsageFault("A register in a file has no roles: who may write the file may append.")

    # --- runs that live -------------------------------------------------------------------------------------------

    @contextmanager
    def alive(self, run: str) -> Iterator[bool]:
        """Hold the run's lock. The operating system lets go of it when the process dies, however it dies."""
        lock = self._lock(run)
        try:
            handle, problem = _hold(lock), None
        except OSError as error:
            problem = _os_fault(self.path, error)
        if problem:
            raise problem
        if handle is None:
            yield False
            return
        try:
            yield True
        finally:
            # Deleted while held: who has the file open sees that it has no name any more, and makes a new one.
            with suppress(OSError):
                lock.unlink()
            os.close(handle)

    def is_alive(self, run: str) -> bool:
        # The id comes from the file, which someone may have changed: it must not lead to another folder.
        if not RUN_ID.fullmatch(run):
            return False
        try:
            handle = os.open(self._lock(run), os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        finally:
            os.close(handle)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        problem = None
        try:
            handle = os.open(self.path.with_name(f".{self.path.name}.{name}.turn"), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            problem = _os_fault(self.path, error)
        if problem:
            raise problem
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _lock(self, run: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{run}.lock")

    # --- within a transaction -------------------------------------------------------------------------------------

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(query, values).fetchall()

    def _change(self, query: str, values: Sequence[object] = ()) -> int:
        return self._db.execute(query, values).rowcount

    def rows(self) -> Generator[tuple[int, bytes, bytes, bytes, bytes, bool], None, None]:
        # A column that holds a BLOB with the same bytes looks the same here, and is not found by its index. Columns of text that are not null hold text or
        # a BLOB, and every text comes before every BLOB (which costs half of what typeof does).
        yield from self._db.execute(
            "SELECT seq, run, kind, body, hash,"
            " run < x'' AND kind < x'' AND body < x'' AND hash < x''"
            " FROM entries ORDER BY seq")

    def leaves(self, until: int) -> Generator[bytes, None, None]:
        for (digest,) in self._db.execute("SELECT hash FROM entries WHERE seq <= ? ORDER BY seq", (until,)):
            yield digest

    def frame(self, last: int) -> list[tuple[str, str]]:
        """Check SQLite's own count of the entries, the triggers, that nothing stands beside them, and that the indexes hold what the tables do."""
        problems = []
        row = self._db.execute("SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = 'entries'").fetchone()
        counted = row[0] if row else 0
        if counted != last:
            problems.append(("LP602", f"It is the last one, and the register counted {counted}: the end was cut off."))
        there = dict(self._db.execute("SELECT name, sql FROM sqlite_master").fetchall())
        if any(there.get(name.encode()) != sql.encode() for name, sql in _SCHEMA.items()):
            problems.append(("LP602", "The triggers that keep entries as they are were dropped or changed."))
        others = self._db.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchall()
        if any(name.decode("utf-8", "replace") not in _SCHEMA for (name,) in others):
            problems.append(("LP602", "There are triggers or views that lapipe did not make: they can swallow entries, or show others."))
        # An index that lacks an entry hides it from who asks for its run, while who goes through all of them sees it.
        if self._db.execute("PRAGMA integrity_check(1)").fetchone() != (b"ok",):
            problems.append(("LP602", "The file's indexes and tables do not hold the same: entries may be hidden from who looks for them."))
        return problems

    def _migrate(self) -> None:
        """Bring a register of an earlier version to this one, whole or not at all."""
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version >= _VERSION:
            # A file that was cut short, or whose folder is closed, shows here and not in mid-run.
            self.head()
            return
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            # Another process may have been first.
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            for step in range(version + 1, _VERSION + 1):
                for statement in _STEPS[step]:
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {_VERSION}")


def _path(url: str) -> Path:
    text = url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else url
    if not text or "\0" in text:
        raise UsageFault("The register has no file name; give a file path or sqlite:///path.")
    return Path(os.path.realpath(text))


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, which must exist."""
    db = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=store.BUSY_SECONDS, isolation_level=None)
    # Bytes that are no UTF-8 are an edit to be found, not a reason for SQLite's module to stop.
    db.text_factory = bytes
    db.execute("PRAGMA synchronous = FULL")
    # What is deleted from the table of evidence is overwritten.
    db.execute("PRAGMA secure_delete = ON")
    return db


def _prepare(path: Path, create: bool) -> None:
    """See that there is a register file at `path`, and make one if wanted."""
    if create and not os.path.lexists(path):
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        _make(path)
    if path.is_dir():
        raise refusal(f"The register {path} is a folder; name a file.")
    if not path.exists():
        raise refusal(f"There is no register {path}; run a pipeline first, or name the register that it wrote.")
    if path.is_file():
        application, version = _header(path)
        if application == _APPLICATION:
            if version <= _VERSION:
                return
            raise refusal(f"The register {path} has format {version}, and this lapipe knows format {_VERSION};"
                          " use the lapipe that wrote it.")
    raise refusal(f"The file {path} is no lapipe register, or is a damaged one; name another file,"
                  " or restore the register from its backup.")


def _header(path: Path) -> tuple[int, int]:
    """Read what a file says that it is: `application_id` and `user_version`; (0, 0) where it is no database.

    By SQLite and not by opening the file: where this process has the register open already, closing another handle of it would let go of
    SQLite's locks (fcntl), and the next process to close the register would take the write-ahead log away under this one. Immutable, so
    that nothing beside a foreign file is touched.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            return tuple(int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version"))  # type: ignore[return-value]
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_NOTADB:
            raise
        return 0, 0


def _make(path: Path) -> None:
    """Make an empty register beside `path` and give it that name when it is whole; whoever comes first wins."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        # SQLite gives its own files beside it the same mode, whatever the umask.
        os.fchmod(handle, 0o600)
        os.close(handle)
        with closing(_connect(new)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            for statement in (f"PRAGMA application_id = {_APPLICATION}", f"PRAGMA user_version = {_VERSION}",
                              *_SCHEMA.values()):
                db.execute(statement)
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        for left in (new, new.with_name(f"{new.name}-wal"), new.with_name(f"{new.name}-shm")):
            left.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _hold(lock: Path) -> int | None:
    """Take the lock and return its open file, or None where someone else holds it."""
    for attempt in range(_LOCK_TRIES):
        if attempt:
            time.sleep(0.01)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_nlink:
                return handle
        except BlockingIOError:
            pass
        os.close(handle)
    return None


def _os_fault(path: Path, error: OSError) -> RegisterFault:
    return refusal(f"The register {path} cannot be made or written ({error.strerror});"
                   " see that its folder is writable for this user and has room.")


def _fault(path: Path, error: sqlite3.Error) -> RegisterFault:
    """Say in our words what SQLite's error code means; its text may quote what stands in the file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return refusal(f"The register {path} was held by another process for {store.BUSY_SECONDS:g} seconds;"
                       " find what holds it, and run again.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return refusal(f"The register {path} cannot be written; make the file and its folder writable for this user.")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return refusal(f"The register {path} cannot be read or written, because the disk is full or failing;"
                       " make room, and run again.")
    if isinstance(error, sqlite3.ProgrammingError):
        return refusal(f"The register {path} was closed, or is used from another thread; open it where it is used.")
    return refusal(f"The register {path} is damaged; restore it from its backup.")
