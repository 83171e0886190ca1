"""Evidence about single people: kept in a table of its own that can be deleted from, while the chain holds salted commitments."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lapipe.errors import UsageFault
from lapipe.register.chain import commitment
from lapipe.register.entry import KIND, Entry, Json, canonical, plain_object
from lapipe.register.store import Held

if TYPE_CHECKING:
    from lapipe.register import Register

_HALF = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True)
class Kept:
    """Evidence about one person: a consent, an objection, a request. Its repr shows neither the person nor the content."""

    id: str
    kind: str
    subject_ref: str
    content: Mapping[str, Json]
    keep_until: date
    entry: int

    def __repr__(self) -> str:
        return f"Kept(id={self.id!r}, kind={self.kind!r}, keep_until={self.keep_until!r}, entry={self.entry})"


class Evidence:
    """The evidence of a register; `Register.evidence` makes it.

    What the chain tells for ever is a kind, a day and a hash under a random salt. The salt goes with the evidence, so nobody can try
    names against what is left. Copies in backups are the backup's to delete.

    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from lapipe.register import Register
    >>> clock = lambda: datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder, Register.open(f"{folder}/register", clock=clock) as register:
    ...     entry = register.evidence.add("objection", "s1234567", {"purpose": "feedback"}, date(2031, 9, 1))
    ...     _ = register.evidence.delete(str(entry.body["evidence"]), "term")
    ...     register.evidence.of("s1234567"), register.verify().findings
    ([], ())
    """

    def __init__(self, register: Register) -> None:
        self._register = register

    def add(self, kind: str, subject_ref: str, content: Mapping[str, Json], keep_until: date) -> Entry:
        """Keep evidence until a day, and commit to it in the chain, in one transaction; give the entry, whose body has its id.

        Raises:
            ValueError: `kind` is no name, or `subject_ref` is empty or no text.
            TypeError: `content` holds what no entry may hold.
            RegisterFault: LP601, the register cannot be written.
        """
        if not KIND.fullmatch(kind):
            raise ValueError("The kind of evidence is a name: lower-case letters, digits, '.', '_' and '-'.")
        if not subject_ref or _HALF.search(subject_ref):
            raise ValueError("Evidence is about somebody: give a reference to the person, as text.")
        text = canonical(plain_object(content))
        name, salt = secrets.token_hex(8), secrets.token_hex(32)

        def work() -> Entry:
            store = self._register._store
            row = Held(name, store.head()[0] + 1, kind, subject_ref, text, salt, keep_until.isoformat())
            store.hold(row)
            return self._register._insert("evidence", {"evidence": name, "kind": kind, "keep_until": row.keep_until,
                                                       "commitment": commitment(row)}, "")
        return self._register._store.transact(work)

    def delete(self, id: str, reason: str) -> Entry:
        """Delete evidence, and say so in the chain, in one transaction; what was deleted is overwritten on disk.

        `reason` is a word (term, request, withdrawn), so that no name slips into the chain.

        Raises:
            UsageFault: there is no such evidence.
            ValueError: `reason` is more than a word.
            RegisterFault: LP601, the register cannot be written, or this role may not delete.
        """
        if not KIND.fullmatch(reason):
            raise ValueError("The reason for a deletion is one word: term, request, withdrawn.")

        def work() -> Entry:
            if not self._register._store.let_go(id):
                raise UsageFault("The register keeps no evidence of this id; it may be deleted already.")
            return self._register._insert("evidence-deleted", {"evidence": id, "reason": reason}, "")
        entry = self._register._store.transact(work)
        self._register._store.tidy()
        return entry

    def delete_all(self, ids: Sequence[str], reason: str) -> int:
        """Delete evidence of many, with an entry for each, all or none; give how many there were. Those that are gone already are passed over.

        Raises:
            ValueError, RegisterFault: as `delete`.
        """
        if not KIND.fullmatch(reason):
            raise ValueError("The reason for a deletion is one word: term, request, withdrawn.")
        store = self._register._store

        def work() -> int:
            there = [id for id in ids if store.let_go(id)]
            for id in there:
                self._register._insert("evidence-deleted", {"evidence": id, "reason": reason}, "")
            return len(there)
        gone = store.transact(work)
        store.tidy()
        return gone

    def of(self, subject_ref: str) -> list[Kept]:
        """Give what is kept about one person, oldest first."""
        return self._kept(self._register._store.guarded(lambda: self._register._store.held(subject=subject_ref)) if subject_ref else [])

    def due(self, today: date) -> list[Kept]:
        """Give what was to be kept until before today, oldest first."""
        return self._kept(self._register._store.guarded(lambda: self._register._store.held(due=today.isoformat())))

    def _kept(self, rows: list[Held]) -> list[Kept]:
        return [Kept(row.id, row.kind, row.subject, json.loads(row.content), date.fromisoformat(row.keep_until), row.entry) for row in rows]
