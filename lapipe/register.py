"""The register: append-only, hash-chained entries that say what ran, for which purpose, and how it ended."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeAlias, TypeVar

from lapipe.errors import ContractBroken, LapipeError, Refused, RegisterFault, UsageFault
from lapipe.rules import RULES, Finding

#: What an entry may hold. No floats: their text differs between writers, and a hash is over text.
Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

#: The largest whole number that every JSON reader gives back unchanged (RFC 7493, 2.2).
LARGEST = 2**53 - 1

#: What the first entry has for the hash of the entry before it.
NOTHING_BEFORE = "0" * 64

#: How long an append waits for other processes. Each of them needs milliseconds.
BUSY_SECONDS = 30.0

#: How often a start tries its lock, 10 ms apart: who looks whether a run lives holds the lock for microseconds.
_LOCK_TRIES = 25

#: More findings than this are counted, not listed, so that verifying a ruin needs no more memory than a whole register.
MOST_FINDINGS = 1000

_ENDS = ("completed", "failed", "refused", "interrupted")
_END_KINDS = frozenset(kind.encode() for kind in _ENDS)
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: The end of an entry's canonical text, and where in the text its time stands.
_ENDING = b',"kind":"%b","prev":"%b","run":"%b","seq":%d,"time":"%b"}'
_TIME = slice(-len('2026-01-05T12:00:00.000000Z"}'), -len('"}'))
_FIELDS = (("content", dict), ("kind", str), ("prev", str), ("run", str), ("seq", int), ("time", str))
# `json.loads` takes twice as long over texts as short as these.
_DECODE = json.JSONDecoder().raw_decode

#: "lapr", at offset 68 of the file (SQLite's `application_id`): tells a register from any other SQLite file.
#: The format's version is at offset 60 (`user_version`).
_APPLICATION = int.from_bytes(b"lapr", "big")
_VERSION = 1

# Dropping these triggers is easy for who owns the file; they keep honest tools from changing what is written, and their
# absence is a finding. The third one is there because INSERT OR REPLACE deletes without asking the second.
_SCHEMA = {
    "entries": "CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, kind TEXT NOT NULL,"
               " body TEXT NOT NULL, hash TEXT NOT NULL)",
    "entries_by_run": "CREATE INDEX entries_by_run ON entries (run)",
    "entries_stay": "CREATE TRIGGER entries_stay BEFORE DELETE ON entries"
                    " BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END",
    "entries_hold": "CREATE TRIGGER entries_hold BEFORE UPDATE ON entries"
                    " BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END",
    "entries_follow": "CREATE TRIGGER entries_follow BEFORE INSERT ON entries"
                      " WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)"
                      " BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END",
}
_LIFE = f"kind IN {('started', *_ENDS)}"

_T = TypeVar("_T")


@dataclass(frozen=True)
class Entry:
    """One entry. `time` is UTC as ISO text with microseconds; `hash` is over all the rest, `prev` the hash before."""

    seq: int
    time: str
    kind: str
    run: str
    body: Mapping[str, Json]
    prev: str
    hash: str


@dataclass(frozen=True)
class RunSummary:
    """What the register says about the last attempt of a run.

    `state` is running, completed, failed, refused or interrupted; `ended` is None without an end. `reason` is the code
    of the rule that was broken, or else the name of the error's class; LP603 for an interrupted run without an end.
    `pipeline` and `purpose` are the texts under these keys of the opening.
    """

    id: str
    attempt: int
    started: str
    ended: str | None
    state: str
    pipeline: str
    purpose: str
    reason: str


@dataclass(frozen=True)
class Verification:
    """What `Register.verify` found: how many entries there are, the hash of the last, and what is wrong."""

    entries: int
    head: str
    findings: tuple[Finding, ...]


class RunRecord:
    """A run that is going on; made by `Register.run`."""

    def __init__(self, register: Register, run: str, attempt: int) -> None:
        self.id = run
        self.attempt = attempt
        self._register = register
        self._over = False

    def record(self, kind: str, body: Mapping[str, Json]) -> Entry:
        """Append an entry to this run; it is on disk when this returns.

        Raises:
            RegisterFault: LP601, the register cannot be written.
            RuntimeError: the run is over.
        """
        self._still("record")
        return self._register.append(kind, body, run=self.id)

    def complete(self, body: Mapping[str, Json]) -> Entry:
        """Say, once and last, that the run reached its end; it is on disk when this returns.

        Raises:
            RegisterFault: LP601, the register cannot be written.
            RuntimeError: the run is over.
        """
        self._still("complete")
        entry = self._register._end(self.id, "completed", body)
        self._over = True
        if entry is None:
            raise RuntimeError(f"Run {self.id} has an end already.")
        return entry

    def _still(self, verb: str) -> None:
        if self._over:
            raise RuntimeError(f"Run {self.id} is over, so `{verb}` comes too late.")


class Register:
    """An append-only register in one SQLite file. Use it from the thread that opened it.

    What the chain shows: an entry that was edited, deleted, reordered, inserted or repeated by someone who did not also
    compute every later hash anew. What no chain shows by itself: a tail that was cut off by someone who set the counter
    back too (as restoring an old copy does), or a rewrite of everything from some entry on. These need checkpoints kept
    elsewhere.

    >>> import tempfile
    >>> clock = lambda: datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder, Register.open(f"{folder}/register", clock=clock) as register:
    ...     with register.run("r1", {"pipeline": "weekly", "purpose": "feedback"}) as run:
    ...         _ = run.record("source", {"rows": 12})
    ...         _ = run.complete({"releases": 1})
    ...     [entry.kind for entry in register.entries()], register.outcome("r1").state, register.verify().findings
    (['started', 'source', 'completed'], 'completed', ())
    """

    def __init__(self, path: Path, db: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._db = db
        self._clock = clock

    @classmethod
    def open(cls, url: str | Path, *, clock: Callable[[], datetime], create: bool = True) -> Register:
        """Open the register at a path or `sqlite:///path`; where there is none and `create` is true, make one.

        It is made owner-only, and its folder too where that is missing. A file that is no register is refused before
        SQLite touches it. `clock` gives the time with its zone.

        Raises:
            UsageFault: the URL has another scheme.
            RegisterFault: LP601, it cannot be made or opened, or is no whole register.
        """
        path = _path(url)
        try:
            _prepare(path, create)
            register, problem = cls(path, _connect(path), clock), None
        except sqlite3.Error as error:
            problem = _fault(path, error)
        except OSError as error:
            problem = _os_fault(path, error)
        if problem:
            raise problem
        try:
            # A file that was cut short, or whose folder is closed, shows here and not in mid-run.
            register._guarded(register._head)
        except RegisterFault:
            register.close()
            raise
        return register

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. What was appended is on disk already."""
        with suppress(sqlite3.Error):
            self._db.close()

    def append(self, kind: str, body: Mapping[str, Json], *, run: str = "") -> Entry:
        """Append one entry in a transaction of its own; it is on disk when this returns.

        `body` holds names, counts and hashes, never a personal value. The time is the clock's, even where that is
        earlier than the entry before; `verify` tells.

        Raises:
            RegisterFault: LP601, the register cannot be written.
            TypeError: `body` holds something that is no text, whole number, bool, None, list or mapping.
            ValueError: `kind` is one that only `run` writes, or `kind` or `run` is not spelt as a name.
        """
        if kind == "started" or kind in _ENDS:
            raise ValueError(f"Only Register.run writes entries of kind {kind}.")
        if not _KIND.fullmatch(kind) or (run and not _RUN_ID.fullmatch(run)):
            raise ValueError("The kind of an entry and its run are names: letters, digits, '.', '_' and '-'.")
        content = _object(body, "")
        return self._transaction(lambda: self._insert(kind, content, run))

    def run(self, run: str, opening: Mapping[str, Json]) -> AbstractContextManager[RunRecord]:
        """Record a run: `started` is on disk before the body begins, and its end when it leaves.

        Leaving without `complete` is recorded as failed; `Refused` and `ContractBroken` as refused; another error as
        failed, with no more of a foreign one than the name of its class; Ctrl-C and exit as interrupted. The error goes
        on, even where the end could not be written: then the start without an end is the finding (LP603). A run that
        failed, was refused or interrupted may be started again under its id, as the next attempt.

        Raises:
            UsageFault: the id does not fit a file name, is running now, or was completed before.
            RegisterFault: LP601, the register cannot be written.
            TypeError: `opening` holds what `append` does not take.
        """
        if not _RUN_ID.fullmatch(run):
            raise UsageFault("A run id is 1 to 100 letters, digits, '.', '_' and '-', with a letter or digit first.")
        return self._run(run, opening)

    @contextmanager
    def _run(self, run: str, opening: Mapping[str, Json]) -> Iterator[RunRecord]:
        content = _object(opening, "")
        with self._alive(run):
            record = RunRecord(self, run, self._transaction(lambda: self._start(run, content)))
            try:
                yield record
            except BaseException as error:
                with suppress(Exception):
                    self._end(run, *_verdict(error))
                raise
            finally:
                record._over = True
            self._end(run, "failed", {"reason": "no completion"})

    def identity(self) -> str:
        """Give what tells this register from any other: the hash of its first entry; empty while it has none."""
        return next((entry.hash for entry in self.entries()), "")

    def entries(self, *, run: str | None = None) -> Iterator[Entry]:
        """Give the entries up to now in order, of one run or of all, a page in memory at a time. Checks no hash.

        Raises:
            RegisterFault: LP602, an entry is no longer one; or LP601.
        """
        return self._select("TRUE") if run is None else self._select("run = ?", run)

    def runs(self) -> list[RunSummary]:
        """List the runs in the order of their first start."""
        return [self._settled(summary) for summary in _folded(self._select(_LIFE)).values()]

    def outcome(self, run: str) -> RunSummary | None:
        """Say how the last attempt of a run ended, or None where it never started."""
        summary = self._last(run)
        return summary and self._settled(summary)

    def verify(self) -> Verification:
        """Recompute the chain from first to last; the class says what this can show and what it cannot.

        Findings are LP602 for an entry that is not what was written or whose time runs backwards, and LP603 for a start
        without an end whose run is not alive. Memory does not grow with the register.

        Raises:
            RegisterFault: LP601, the file is damaged so that SQLite cannot read it.
        """
        return self._guarded(self._verify)

    # What follows is not part of the interface.

    def _guarded(self, work: Callable[[], _T]) -> _T:
        """Do `work`; turn SQLite's error into ours, raised where nothing of SQLite's hangs on to it."""
        try:
            return work()
        except sqlite3.Error as error:
            fault = _fault(self.path, error)
        raise fault

    def _transaction(self, work: Callable[[], _T]) -> _T:
        def whole() -> _T:
            with self._db:
                # A deferred transaction that turns into a writing one fails where this one waits.
                self._db.execute("BEGIN IMMEDIATE")
                return work()
        return self._guarded(whole)

    def _head(self) -> tuple[int, str]:
        row = self._db.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], _text(row[1])) if row else (0, NOTHING_BEFORE)

    def _insert(self, kind: str, content: Mapping[str, Json], run: str) -> Entry:
        """Within a transaction: the clock is read there, so that the order of times is the order of entries."""
        before, prev = self._head()
        now = self._clock()
        if now.tzinfo is None:
            raise TypeError("The register's clock must give a time with its zone.")
        written = now.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
        body = json.dumps(
            {"seq": before + 1, "time": written, "kind": kind, "run": run, "prev": prev, "content": content},
            ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        digest = _hash(body.encode())
        self._db.execute("INSERT INTO entries (seq, run, kind, body, hash) VALUES (?, ?, ?, ?, ?)",
                         (before + 1, run, kind, body, digest))
        return _entry(before + 1, body.encode(), digest.encode())

    def _start(self, run: str, content: Mapping[str, Json]) -> int:
        last = self._last(run)
        if last and last.state == "completed":
            raise UsageFault(f"Run {run} was completed at {last.ended}; its releases stand. Choose another run id.")
        attempt = last.attempt + 1 if last else 1
        self._insert("started", {**content, "attempt": attempt}, run)
        return attempt

    def _end(self, run: str, kind: str, body: Mapping[str, Json]) -> Entry | None:
        """Write the end of a run, unless it has one."""
        content = _object(body, "")

        def work() -> Entry | None:
            last = self._last(run)
            return self._insert(kind, content, run) if last and last.ended is None else None
        return self._transaction(work)

    def _select(self, where: str, *values: str) -> Iterator[Entry]:
        """Read page by page: an open cursor would hold an old snapshot, in which this connection cannot append."""
        end = self._guarded(self._head)[0]
        seq = -(2**63)
        query = f"SELECT seq, body, hash FROM entries WHERE {where} AND seq > ? AND seq <= ? ORDER BY seq LIMIT 1000"
        while page := self._guarded(partial(self._page, query, (*values, seq, end))):
            for seq, body, digest in page:
                yield _entry(seq, body, digest)

    def _page(self, query: str, values: tuple[str | int, ...]) -> list[tuple[int, bytes, bytes]]:
        return self._db.execute(query, values).fetchall()

    def _last(self, run: str) -> RunSummary | None:
        return _folded(self._select(f"run = ? AND {_LIFE}", run)).get(run)

    def _settled(self, summary: RunSummary) -> RunSummary:
        """Tell a run that lives from one that was interrupted."""
        if summary.state != "running" or self._is_held(summary.id):
            return summary
        # The end is written before the lock is let go: with the lock free, a second look has the last word.
        again = self._last(summary.id)
        if again and again != summary:
            return self._settled(again)
        return replace(summary, state="interrupted", reason="LP603")

    def _lock(self, run: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{run}.lock")

    def _is_held(self, run: str) -> bool:
        # The id comes from the file, which someone may have changed: it must not lead to another folder.
        if not _RUN_ID.fullmatch(run):
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
    def _alive(self, run: str) -> Iterator[None]:
        """Hold the run's lock. The operating system lets go of it when the process dies, however it dies."""
        lock = self._lock(run)
        try:
            handle, problem = _hold(lock), None
        except OSError as error:
            problem = _os_fault(self.path, error)
        if problem:
            raise problem
        if handle is None:
            raise UsageFault(f"Run {run} is running now; wait for its end, or choose another run id.")
        try:
            yield
        finally:
            # Deleted while held: who has the file open sees that it has no name any more, and makes a new one.
            with suppress(OSError):
                lock.unlink()
            os.close(handle)

    def _verify(self) -> Verification:
        findings = _Findings()
        with self._db:
            # One snapshot: what others append meanwhile is not there, and neither is their counting.
            self._db.execute("BEGIN")
            count, head, unfinished = self._verify_chain(findings)
        for run, seq in unfinished.items():
            # An id that lapipe did not write may be anything, so it is not shown.
            if not _RUN_ID.fullmatch(run):
                findings.add("LP603", seq, "A run was started here and has no end.")
            elif not self._is_held(run) and self._is_last(run, seq):
                findings.add("LP603", seq, f"Run {run} was started here and has no end.")
        return Verification(count, head, findings.listed())

    def _verify_chain(self, findings: _Findings) -> tuple[int, str, Mapping[str, int]]:
        """Go from first to last; give how many there are, the last hash, and the runs without an end by their start."""
        unfinished: dict[str, int] = {}
        count, link, head = 0, _Link(0, NOTHING_BEFORE.encode(), b""), NOTHING_BEFORE
        # A column that holds a BLOB with the same bytes looks the same here, and is not found by its index.
        rows = self._db.execute(
            "SELECT seq, run, kind, body, hash,"
            " typeof(run) = 'text' AND typeof(kind) = 'text' AND typeof(body) = 'text' AND typeof(hash) = 'text'"
            " FROM entries ORDER BY seq")
        for seq, run, kind, body, digest, typed in rows:
            count += 1
            when = body[_TIME] if typed else b""
            head = _hash(body) if typed else ""
            # A whole entry ends, byte for byte, in what its columns and the entry before it say: no need to parse it.
            whole = (typed and seq == link.seq + 1 and when >= link.time and head.encode() == digest
                     and body.endswith(_ENDING % (kind, link.hash, run, seq, when)))
            if not whole:
                entry = _parsed(body) if typed else None
                for message in _faults(link, (seq, run, kind, digest), entry, head):
                    findings.add("LP602", seq, message)
                kind, run, when = (_bytes(entry[key]) if entry else b"" for key in ("kind", "run", "time"))
            if kind == b"started":
                unfinished[_text(run)] = seq
            elif kind in _END_KINDS:
                unfinished.pop(_text(run), None)
            link = _Link(seq, digest if typed else b"", when)
        self._verify_frame(link.seq, findings)
        return count, head, unfinished

    def _verify_frame(self, last: int, findings: _Findings) -> None:
        """Check what stands around the entries: SQLite's own count of them, and the triggers."""
        row = self._db.execute("SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = 'entries'").fetchone()
        counted = row[0] if row else 0
        if counted != last:
            findings.add("LP602", last, f"It is the last one, and the register counted {counted}: the end was cut off.")
        there = dict(self._db.execute("SELECT name, sql FROM sqlite_master").fetchall())
        if any(there.get(name.encode()) != sql.encode() for name, sql in _SCHEMA.items()):
            findings.add("LP602", last, "The triggers that keep entries as they are were dropped or changed.")

    def _is_last(self, run: str, start: int) -> bool:
        """Look anew, without parsing bodies that may be damaged: a run may have ended since its start was read."""
        (last,) = self._db.execute(f"SELECT max(seq) FROM entries WHERE run = ? AND {_LIFE}", (run,)).fetchone()
        return last is None or last <= start


class _Link(NamedTuple):
    """What the next entry has to continue."""

    seq: int
    hash: bytes
    time: bytes


def _faults(
    link: _Link, row: tuple[int, bytes, bytes, bytes], entry: Mapping[str, Any] | None, head: str,
) -> list[str]:
    """Say what is wrong with an entry that is not what it should be, given its columns, content and computed hash."""
    seq, run, kind, digest = row
    faults = []
    if seq < 1:
        faults.append("Entries are numbered from 1: it was inserted.")
    elif seq != link.seq + 1:
        faults.append(f"Before it, {seq - max(link.seq, 0) - 1} entries are missing.")
    if entry is None:
        return [*faults, "It cannot be read as an entry."]
    if head.encode() != digest:
        faults.append("Its content does not have its hash: one of them was edited.")
    if _bytes(entry["prev"]) != link.hash and seq == link.seq + 1:
        faults.append("It does not continue the entry before it: one of them was edited, inserted, repeated or moved.")
    if entry["seq"] != seq or _bytes(entry["run"]) != run or _bytes(entry["kind"]) != kind:
        faults.append("Its number, run or kind is not its content's: it was moved or edited.")
    if _bytes(entry["time"]) < link.time:
        faults.append("Its time is before that of the entry before it: a clock was set back.")
    return faults or ["It is not written the way lapipe writes: it was edited."]


class _Findings:
    """Findings up to a limit, then their number."""

    def __init__(self) -> None:
        self._list: list[Finding] = []
        self._more = 0

    def add(self, rule: str, seq: int, message: str) -> None:
        if len(self._list) < MOST_FINDINGS:
            self._list.append(Finding(rule, f"register entry {seq}", message, RULES[rule].fix))
        else:
            self._more += 1

    def listed(self) -> tuple[Finding, ...]:
        if self._more:
            rest = Finding("LP602", "register", f"{self._more} more findings are not listed.", RULES["LP602"].fix)
            return (*self._list, rest)
        return tuple(self._list)


def _path(url: str | Path) -> Path:
    text = str(url)
    scheme, found, rest = text.partition("://")
    if found and not isinstance(url, Path):
        # Only the scheme is shown: a database URL may hold a password.
        if scheme != "sqlite" or not rest.startswith("/"):
            raise UsageFault(f"A register at {scheme}:// is not known; give a file path or sqlite:///path.")
        text = rest[1:]
    if not text or "\0" in text:
        raise UsageFault("The register has no file name; give a file path or sqlite:///path.")
    return Path(os.path.realpath(text))


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, which must exist."""
    db = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    # Bytes that are no UTF-8 are an edit to be found, not a reason for SQLite's module to stop.
    db.text_factory = bytes
    db.execute("PRAGMA synchronous = FULL")
    return db


def _prepare(path: Path, create: bool) -> None:
    """See that there is a register file at `path`, and make one if wanted."""
    if create and not os.path.lexists(path):
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        _make(path)
    if path.is_dir():
        raise _refusal(f"The register {path} is a folder; name a file.")
    if not path.exists():
        raise _refusal(f"There is no register {path}; run a pipeline first, or name the register that it wrote.")
    if path.is_file():
        with path.open("rb") as file:
            header = file.read(72)
        if header[:16] == b"SQLite format 3\0" and header[68:72] == _APPLICATION.to_bytes(4, "big"):
            version = int.from_bytes(header[60:64], "big")
            if version == _VERSION:
                return
            raise _refusal(f"The register {path} has format {version}, and this lapipe knows format {_VERSION};"
                           " use the lapipe that wrote it.")
    raise _refusal(f"The file {path} is no lapipe register, or is a damaged one; name another file,"
                   " or restore the register from its backup.")


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


def _refusal(message: str) -> RegisterFault:
    return RegisterFault(message, rule="LP601")


def _os_fault(path: Path, error: OSError) -> RegisterFault:
    return _refusal(f"The register {path} cannot be made or written ({error.strerror});"
                    " see that its folder is writable for this user and has room.")


def _fault(path: Path, error: sqlite3.Error) -> RegisterFault:
    """Say in our words what SQLite's error code means; its text may quote what stands in the file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _refusal(f"The register {path} was held by another process for {BUSY_SECONDS:g} seconds;"
                        " find what holds it, and run again.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _refusal(f"The register {path} cannot be written; make the file and its folder writable for this user.")
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return _refusal(f"The register {path} cannot be read or written, because the disk is full or failing;"
                        " make room, and run again.")
    if isinstance(error, sqlite3.ProgrammingError):
        return _refusal(f"The register {path} was closed, or is used from another thread; open it where it is used.")
    return _refusal(f"The register {path} is damaged; restore it from its backup.")


def _object(value: Mapping[Any, object], at: str) -> dict[str, Json]:
    """Copy a mapping as plain JSON, or name the key (never the value) that the register does not take."""
    if not all(isinstance(key, str) and not _SURROGATE.search(key) for key in value):
        raise TypeError(f"The register takes only text as keys {f'under {at}' if at else 'of a body'}.")
    return {key: _plain(inner, f"{at}.{key}" if at else key) for key, inner in value.items()}


def _plain(value: object, at: str) -> Json:
    if isinstance(value, Mapping):
        return _object(value, at)
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{at}[{index}]") for index, inner in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, str) and not _SURROGATE.search(value):
        return value
    what = {int: "whole number beyond 2^53", str: "text that is no Unicode"}.get(type(value), type(value).__name__)
    raise TypeError(f"The register takes no {what} at {at}; give text, a whole number, true, false or nothing.")


def _hash(body: bytes) -> str:
    """Hash as a leaf of an RFC 9162 Merkle tree (2.1.1), so that checkpoints can be made over the same hashes."""
    return sha256(b"\0" + body).hexdigest()


def _parsed(body: bytes) -> dict[str, Any] | None:
    """Parse what stands in the file; None where that is no entry."""
    try:
        text = body.decode()
        entry, end = _DECODE(text)
    except (ValueError, RecursionError):
        return None
    if end != len(text) or type(entry) is not dict or len(entry) != len(_FIELDS):
        return None
    for field, kind in _FIELDS:
        if type(entry.get(field)) is not kind:
            return None
    return entry


def _bytes(text: str) -> bytes:
    """Encode what was parsed; JSON can spell half a character pair, which UTF-8 has no bytes for."""
    return text.encode("utf-8", "surrogatepass")


def _text(value: object) -> str:
    """Give the text of a column that should hold text; whatever else was put there is for verify to find."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _entry(seq: int, body: bytes, digest: bytes) -> Entry:
    entry = _parsed(body) if isinstance(body, bytes) else None
    if entry is None:
        raise RegisterFault(f"Entry {seq} of the register cannot be read; `lapipe register verify` says what else was"
                            " changed.", rule="LP602")
    return Entry(entry["seq"], entry["time"], entry["kind"], entry["run"], entry["content"], entry["prev"],
                 _text(digest))


def _verdict(error: BaseException) -> tuple[str, Mapping[str, Json]]:
    """Say how a run ended by an error. Only lapipe's own messages are known to hold no value."""
    name = type(error).__name__
    if isinstance(error, LapipeError):
        kind = "refused" if isinstance(error, Refused | ContractBroken) else "failed"
        # A path in the message may have bytes that are no Unicode.
        message = str(error).encode("utf-8", "replace").decode("utf-8")
        return kind, {"rule": error.rule, "error": name, "message": message}
    return "failed" if isinstance(error, Exception) else "interrupted", {"error": name}


def _folded(entries: Iterable[Entry]) -> dict[str, RunSummary]:
    """Fold starts and ends into one summary per run: the last attempt counts."""
    runs: dict[str, RunSummary] = {}
    for entry in entries:
        body = {key: value for key, value in entry.body.items() if isinstance(value, str)}
        if entry.kind == "started":
            before = runs.get(entry.run)
            runs[entry.run] = RunSummary(
                entry.run, before.attempt + 1 if before else 1, entry.time, None, "running",
                body.get("pipeline", ""), body.get("purpose", ""), "")
        elif entry.run in runs:
            reason = body.get("rule") or body.get("error") or body.get("reason", "")
            runs[entry.run] = replace(runs[entry.run], ended=entry.time, state=entry.kind,
                                      reason="" if entry.kind == "completed" else reason)
    return runs
