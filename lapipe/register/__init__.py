"""The register: append-only, hash-chained entries that say what ran, for which purpose, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from lapipe.errors import UsageFault
from lapipe.register.chain import Verification, closed_until, life_ended, verified
from lapipe.register.entry import (
    KIND,
    LARGEST,
    NOTHING_BEFORE,
    RUN_ID,
    Entry,
    Json,
    as_entry,
    as_text,
    canonical,
    plain_object,
    written,
)
from lapipe.register.evidence import Evidence
from lapipe.register.outbox import Outbox
from lapipe.register.runs import ENDS, LIFE, RunSummary, folded, newest_approvals, packed, unpacked, verdict
from lapipe.register.store import PRUNED, Store, Unsettled

__all__ = ["LARGEST", "NOTHING_BEFORE", "Entry", "Evidence", "Json", "Outbox", "Register", "RunRecord", "RunSummary", "Unsettled", "Verification"]

#: What only methods of their own write.
_RESERVED = frozenset(("started", *ENDS, "amended", "carried", "checkpoint", "closed", "evidence", "evidence-deleted"))

#: What a closed period keeps whole: which releases there are (they may outlive it), and what verifying reads.
_KEPT = ("amended", "carried", "checkpoint", "closed", "evidence", "evidence-deleted", "key-destroyed", "key-rotated", "release",
         "release-gone", "retained", "rewritten")

#: What an amendment, the one thing that people write into the chain by hand, is refused for: an address, a number of seven digits or more.
_PERSONAL = re.compile(r"@|\d{7}")

#: How many runs one entry carries out of a closed period.
_CARRIED = 500

_T = TypeVar("_T")


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
            Unsettled: the connection was lost so that nobody here knows whether it was written.
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
    """An append-only register in a SQLite file or a PostgreSQL database. Use it from the thread that opened it.

    What the chain shows: an entry that was edited, deleted, reordered, inserted or repeated by someone who did not also
    compute every later hash anew. What no chain shows by itself: a tail that was cut off by someone who set the counter
    back too (as restoring an old copy does), or a rewrite of everything from some entry on. These need checkpoints kept
    elsewhere: `lapipe.register.checkpoints`.

    >>> import tempfile
    >>> from datetime import UTC
    >>> clock = lambda: datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder, Register.open(f"{folder}/register", clock=clock) as register:
    ...     with register.run("r1", {"pipeline": "weekly", "purpose": "feedback"}) as run:
    ...         _ = run.record("source", {"rows": 12})
    ...         _ = run.complete({"releases": 1})
    ...     [entry.kind for entry in register.entries()], register.outcome("r1").state, register.verify().findings
    (['started', 'source', 'completed'], 'completed', ())
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def open(cls, url: str | Path, *, clock: Callable[[], datetime], create: bool = True) -> Register:
        """Open the register at a path, `sqlite:///path` or `postgresql://...`; where there is none and `create` is true, make one.

        A file is made owner-only, and its folder too where that is missing. A file that is no register is refused before
        SQLite touches it. In PostgreSQL only a role that may make the schema makes one. `clock` gives the time with its zone.

        Raises:
            UsageFault: the URL has another scheme.
            RegisterFault: LP601, it cannot be made or opened, or is no whole register.
        """
        return cls(_opened(url, create), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """How this register is told: its path, or its URL without user and password."""
        return self._store.name

    @property
    def path(self) -> Path | None:
        """The register's file; None in a database."""
        return self._store.path

    @property
    def evidence(self) -> Evidence:
        """What is kept about single people, which can be deleted while the chain stays whole."""
        return Evidence(self)

    def outbox(self, catalogue: str) -> Outbox:
        """What a catalogue is still to be told."""
        return Outbox(self, catalogue)

    def close(self) -> None:
        """Let go of the file or connection. What was appended is on disk already."""
        self._store.close()

    def append(self, kind: str, body: Mapping[str, Json], *, run: str = "") -> Entry:
        """Append one entry in a transaction of its own; it is on disk when this returns.

        `body` holds names, counts and hashes, never a personal value. The time is the clock's, even where that is
        earlier than the entry before; `verify` tells.

        Raises:
            RegisterFault: LP601, the register cannot be written.
            TypeError: `body` holds something that is no text, whole number, bool, None, list or mapping.
            ValueError: `kind` is one that only another method writes, or `kind` or `run` is not spelt as a name.
        """
        if kind in _RESERVED:
            raise ValueError(f"Only a method of its own writes entries of kind {kind}: Register.run those of a run's life.")
        if not KIND.fullmatch(kind) or (run and not RUN_ID.fullmatch(run)):
            raise ValueError("The kind of an entry and its run are names: letters, digits, '.', '_' and '-'.")
        content = plain_object(body)
        return self._store.transact(lambda: self._insert(kind, content, run))

    def amend(self, seq: int, reason: str, content: Mapping[str, Json]) -> Entry:
        """Correct an entry by a new one that names it; the old one stays as it is.

        `reason` and `content` hold no personal value, as in every entry.

        Raises:
            UsageFault: there is no such entry, or the reason is empty.
            RegisterFault, TypeError: as `append`.
        """
        if not reason.strip():
            raise UsageFault("An amendment says why: give a reason.")
        said = plain_object({"reason": reason, "content": content})
        if _PERSONAL.search(canonical(said)):
            raise UsageFault("What is given seems to hold an e-mail address or somebody's number, and an entry can never be erased; say it without.")

        def work() -> Entry:
            found = self._store.page(after=seq - 1, until=seq)
            if not found:
                raise UsageFault(f"The register has no entry {seq} (its last one is {self._store.head()[0]}).")
            run = "" if found[0][1] == PRUNED else as_entry(*found[0]).run
            return self._insert("amended", {**said, "amends": seq, "hash": as_text(found[0][2])}, run)
        return self._store.transact(work)

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
        if not RUN_ID.fullmatch(run):
            raise UsageFault("A run id is 1 to 100 letters, digits, '.', '_' and '-', with a letter or digit first.")
        return self._run(run, opening)

    @contextmanager
    def _run(self, run: str, opening: Mapping[str, Json]) -> Iterator[RunRecord]:
        content = plain_object(opening)
        with self._store.alive(run) as mine:
            if not mine:
                raise UsageFault(f"Run {run} is running now; wait for its end, or choose another run id.")
            record = RunRecord(self, run, self._store.transact(lambda: self._start(run, content)))
            try:
                yield record
            except BaseException as error:
                with suppress(Exception):
                    self._end(run, *verdict(error))
                raise
            finally:
                record._over = True
            self._end(run, "failed", {"reason": "no completion"})

    def turn(self, name: str) -> AbstractContextManager[None]:
        """Wait until no other process has the turn of this name on this register, and have it until the end of the block.

        Raises:
            RegisterFault: LP601, the register cannot be written.
        """
        return self._store.turn(name)

    def identity(self) -> str:
        """Give what tells this register from any other: the hash of its first entry; empty while it has none."""
        first = self._store.guarded(lambda: self._store.page(after=0, until=1))
        return as_text(first[0][2]) if first else ""

    def entries(self, *, run: str | None = None, kinds: tuple[str, ...] = ()) -> Iterator[Entry]:
        """Give the entries up to now in order, of one run or of all, of some kinds or of all, a page in memory at a time. Checks no hash.

        Of a closed period only those are given whose content was kept: releases, and what verifying needs.

        Raises:
            RegisterFault: LP602, an entry is no longer one; or LP601.
        """
        return self._select(run=run, kinds=kinds)

    def runs(self) -> list[RunSummary]:
        """List the runs in the order of their first start."""
        return [self._settled(summary) for summary in self._summaries().values()]

    def outcome(self, run: str) -> RunSummary | None:
        """Say how the last attempt of a run ended, or None where it never started."""
        summary = self._last(run)
        return summary and self._settled(summary)

    def verify(self, *, sizes: Iterable[int] = (), whole_tree: bool = False) -> Verification:
        """Recompute the chain from first to last; the class says what this can show and what it cannot.

        Findings are LP602 for an entry that is not what was written or whose time runs backwards, LP603 for a start
        without an end whose run is not alive, LP611 for evidence that is not what its entry commits to, LP612 for a closed
        period that is not what it was, LP613 for a role that may change entries. Memory does not grow with the register.
        The roots of the Merkle tree at `sizes` are computed on the way, and over all entries with `whole_tree`.

        Raises:
            RegisterFault: LP601, the register is damaged so that it cannot be read.
        """
        return verified(self._store, sizes, whole_tree,
                        lambda run, seq: self._store.is_alive(run) or life_ended(self._store, run, seq))

    def grant(self, role: str) -> None:
        """Let a role of the database append and read, and nothing else.

        Raises:
            UsageFault: the register is a file, or there is no such role.
            RegisterFault: LP601, this role may not grant.
        """
        self._store.grant(role)

    def leaves(self, until: int, use: Callable[[Iterator[bytes]], _T]) -> _T:
        """Hand the hashes of the first entries to `use`, as 32 bytes each, and give what it makes of them."""
        def read() -> _T:
            with closing(self._store.leaves(until)) as leaves:
                return use(bytes.fromhex(as_text(digest)) for digest in leaves)
        return self._store.read(read)

    def rows(self, use: Callable[[Iterator[tuple[int, bytes, bytes]]], _T]) -> _T:
        """Hand number, canonical text (empty where a closed period left none) and hash of every entry to `use`."""
        def read() -> _T:
            with closing(self._store.rows()) as rows:
                return use((seq, body, digest) for seq, _, _, body, digest, _ in rows)
        return self._store.read(read)

    # What follows is not part of the interface of pipelines; checkpoints, closings and evidence use it.

    def _insert(self, kind: str, content: Mapping[str, Json], run: str) -> Entry:
        """Within a transaction: the clock is read there, so that the order of times is the order of entries."""
        before, digest = self._store.head()
        prev = as_text(digest) if before else NOTHING_BEFORE
        text, hashed = written(before + 1, self._clock(), kind, run, prev, content)
        self._store.insert(before + 1, run, kind, text, hashed)
        return as_entry(before + 1, text.encode(), hashed.encode())

    def _start(self, run: str, content: Mapping[str, Json]) -> int:
        last = self._last(run)
        if last and last.state == "completed":
            raise UsageFault(f"Run {run} was completed at {last.ended}; its releases stand. Choose another run id.")
        attempt = last.attempt + 1 if last else 1
        self._insert("started", {**content, "attempt": attempt}, run)
        return attempt

    def _end(self, run: str, kind: str, body: Mapping[str, Json]) -> Entry | None:
        """Write the end of a run, unless it has one."""
        content = plain_object(body)

        def work() -> Entry | None:
            last = self._last(run)
            return self._insert(kind, content, run) if last and last.ended is None else None
        return self._store.transact(work)

    def _close(self, until: int, body: Mapping[str, Json]) -> Entry:
        """Record that the period up to an entry is closed, with what is carried out of it; all or nothing."""
        def work() -> Entry:
            gone = list(self._select(kinds=LIFE, until=until, after=closed_until(self._store)))
            touched = {entry.run for entry in gone}
            summaries = [self._settled(summary) for run, summary in self._summaries(until=until).items() if run in touched]
            for start in range(0, len(summaries), _CARRIED):
                self._insert("carried", {"runs": [packed(summary) for summary in summaries[start:start + _CARRIED]]}, "")
            if approvals := newest_approvals(gone):
                self._insert("carried", {"approvals": approvals}, "")
            return self._insert("closed", {**body, "until": until}, "")
        return self._store.transact(work)

    def _prune(self, until: int) -> int:
        """Remove the contents of a closed period; give how many."""
        pruned = self._store.transact(lambda: self._store.prune(until, _KEPT))
        self._store.tidy()
        return pruned

    def _select(self, *, run: str | None = None, kinds: tuple[str, ...] = (), after: int = -(2**63), until: int | None = None) -> Iterator[Entry]:
        """Read page by page: an open cursor would hold an old snapshot, in which this connection cannot append."""
        end = self._store.guarded(self._store.head)[0] if until is None else until
        while page := self._store.guarded(partial(self._store.page, after=after, until=end, run=run, kinds=kinds)):
            for seq, body, digest in page:
                if body != PRUNED:
                    yield as_entry(seq, body, digest)
            after = page[-1][0]

    def _summaries(self, *, until: int | None = None) -> dict[str, RunSummary]:
        carried: dict[str, RunSummary] = {}
        closed = closed_until(self._store)
        if closed:
            for entry in self._select(kinds=("carried",)):
                carried |= unpacked(entry)
        return folded(self._select(kinds=LIFE, after=closed or -(2**63), until=until), carried)

    def _last(self, run: str) -> RunSummary | None:
        closed = closed_until(self._store)
        carried: dict[str, RunSummary] = {}
        # Only a run that has entries in a closed period can be carried out of one.
        if closed and self._store.guarded(lambda: self._store.page(after=0, until=closed, run=run)):
            for entry in self._select(kinds=("carried",)):
                carried |= {id: summary for id, summary in unpacked(entry).items() if id == run}
        return folded(self._select(run=run, kinds=LIFE, after=closed or -(2**63)), carried).get(run)

    def _settled(self, summary: RunSummary) -> RunSummary:
        """Tell a run that lives from one that was interrupted."""
        if summary.state != "running" or self._store.is_alive(summary.id):
            return summary
        # The end is written before the lock is let go: with the lock free, a second look has the last word.
        again = self._last(summary.id)
        if again and again != summary:
            return self._settled(again)
        return replace(summary, state="interrupted", reason="LP603")


def _opened(url: str | Path, create: bool) -> Store:
    from lapipe.register.sqlite import SqliteStore

    scheme, found, rest = str(url).partition("://")
    if isinstance(url, Path) or not found or (scheme == "sqlite" and rest.startswith("/")):
        return SqliteStore.open(str(url), create=create)
    if scheme in ("postgresql", "postgres"):
        from lapipe.register.postgres import PostgresStore

        return PostgresStore.open(str(url), create=create)
    # Only the scheme is shown: a database URL may hold a password.
    raise UsageFault(f"A register at {scheme}:// is not known; give a file path, sqlite:///path or postgresql://host/database.")
