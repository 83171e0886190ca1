"""What both backends ask of their tables in the same words; each says how a query is run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any

from lapipe.register import store
from lapipe.register.entry import as_text
from lapipe.register.store import Held, refusal


class Queries(ABC):
    """The methods of a `Store` below its line that are plain SQL, with ? where a value goes."""

    #: The order of text by its bytes, as days are compared.
    _BINARY = "BINARY"

    @abstractmethod
    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query, text as the bytes that stand there."""

    @abstractmethod
    def _change(self, query: str, values: Sequence[object] = ()) -> int:
        """Run a query that changes rows; give how many."""

    def head(self) -> tuple[int, bytes]:
        rows = self._all("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1")
        return (rows[0][0], rows[0][1]) if rows else (0, b"")

    def insert(self, seq: int, run: str, kind: str, body: str, digest: str) -> None:
        self._kept(self._change("INSERT INTO entries (seq, run, kind, body, hash) VALUES (?, ?, ?, ?, ?)", (seq, run, kind, body, digest)))

    def page(self, *, after: int, until: int, run: str | None = None, kinds: Collection[str] = ()) -> list[tuple[int, bytes, bytes]]:
        where, values = "", []
        if run is not None:
            where += "run = ? AND "
            values.append(run)
        if kinds:
            where += f"kind IN ({_places(kinds)}) AND "
            values += kinds
        return [(seq, body, digest) for seq, body, digest in self._all(
            f"SELECT seq, body, hash FROM entries WHERE {where}seq > ? AND seq <= ? ORDER BY seq LIMIT {store.PAGE}", (*values, after, until))]

    def latest(self, kind: str) -> tuple[int, bytes, bytes] | None:
        # The closings have an index of their own, which is used where the query holds the very word.
        is_kind = "kind = 'closed' AND kind" if kind == "closed" else "kind"
        rows = self._all(f"SELECT seq, body, hash FROM entries WHERE {is_kind} = ? ORDER BY seq DESC LIMIT 1", (kind,))
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def prune(self, until: int, kept: Collection[str]) -> int:
        return self._change(f"UPDATE entries SET body = '' WHERE seq <= ? AND body <> '' AND kind NOT IN ({_places(kept)})", (until, *kept))

    def hold(self, row: Held) -> None:
        self._kept(self._change("INSERT INTO evidence (id, entry, kind, subject, content, salt, keep_until) VALUES (?, ?, ?, ?, ?, ?, ?)", row))

    def _kept(self, rows: int) -> None:
        """See that what was inserted is there: a trigger or rule beside ours can swallow it without an error.

        Raises:
            RegisterFault: LP601, it is not.
        """
        if rows != 1:
            raise refusal("The register did not keep what was written: something in its database swallows entries; `lapipe register verify` says what"
                          " lapipe did not make there.")

    def held(self, *, id: str = "", subject: str = "", due: str = "", entry: int = 0) -> list[Held]:
        asked: tuple[str, str | int] = ("entry =", entry)
        if id:
            asked = "id =", id
        elif subject:
            asked = "subject =", subject
        elif due:
            asked = f"keep_until COLLATE {self._BINARY} <", due
        rows = self._all(f"SELECT entry, id, kind, subject, content, salt, keep_until FROM evidence WHERE {asked[0]} ? ORDER BY entry",
                         (asked[1],))
        return [Held(as_text(name), number, *map(as_text, texts)) for number, name, *texts in rows]

    def held_count(self) -> int:
        return int(self._all("SELECT count(*) FROM evidence")[0][0])

    def let_go(self, id: str) -> bool:
        return self._change("DELETE FROM evidence WHERE id = ?", (id,)) == 1

    def told(self, catalogue: str) -> tuple[int, str]:
        rows = self._all("SELECT told, note FROM outbox WHERE catalogue = ?", (catalogue,))
        return (int(rows[0][0]), as_text(rows[0][1])) if rows else (0, "")

    def tell(self, catalogue: str, seq: int, note: str) -> None:
        self._change("INSERT INTO outbox VALUES (?, ?, ?) ON CONFLICT (catalogue) DO UPDATE SET told = excluded.told, note = excluded.note",
                     (catalogue, seq, note))


def _places(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))
