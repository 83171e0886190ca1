"""What a data catalogue is still to be told of the register.

An entry is its own message: it is written in one transaction with itself, so that none is there without the other, whoever wrote it.
What is kept beside the entries is how far each catalogue was told, and it moves on after the catalogue took a message, never before:
what is sent is sent in order, and at least once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from lapipe.register.chain import life_ended
from lapipe.register.entry import Entry, as_entry
from lapipe.register.store import PRUNED

if TYPE_CHECKING:
    from lapipe.register import Register


@dataclass(frozen=True)
class Place:
    """How far a catalogue was told: the number of the last entry, and the runs that it was told the start of and no end, by the entry of that start."""

    entry: int = 0
    going: Mapping[str, int] = field(default_factory=dict)


class Outbox:
    """The messages of one catalogue, which is named by its URL; `Register.outbox` makes it.

    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from lapipe.register import Register
    >>> clock = lambda: datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder, Register.open(f"{folder}/register", clock=clock) as register:
    ...     first, second = register.append("key", {}), register.append("stage", {})
    ...     outbox = register.outbox("https://catalogue.example")
    ...     waiting = outbox.waiting(("key", "stage"))
    ...     outbox.move(Place(first.seq))
    ...     waiting, [entry.seq for entry in outbox.after(outbox.place(), ("key", "stage"))]
    (2, [2])
    """

    def __init__(self, register: Register, catalogue: str) -> None:
        self._register = register
        self._store = register._store
        self._catalogue = catalogue

    def mine(self) -> AbstractContextManager[bool]:
        """Be the one who tells this catalogue; False where another process is. Two at once would mix the order."""
        # No run has such an id.
        return self._store.alive(f"_{sha256(self._catalogue.encode()).hexdigest()[:16]}.outbox")

    def place(self) -> Place:
        """Say how far the catalogue was told."""
        seq, note = self._store.guarded(lambda: self._store.told(self._catalogue))
        try:
            going = json.loads(note) if note else {}
        except ValueError:
            going = {}
        return Place(seq, {str(run): int(start) for run, start in going.items()} if isinstance(going, dict) else {})

    def move(self, place: Place) -> None:
        """Keep how far the catalogue was told; it is on disk when this returns.

        Raises:
            RegisterFault: LP601, the register cannot be written, or this role may not.
        """
        self._store.transact(lambda: self._store.tell(self._catalogue, place.entry, json.dumps(dict(place.going), sort_keys=True)))

    def after(self, place: Place, kinds: Collection[str]) -> Iterator[Entry]:
        """Give the entries of some kinds after a place, a page in memory at a time; those whose content a closed period removed are passed over."""
        after = place.entry
        while page := self._store.guarded(partial(self._store.page, after=after, until=2**62, kinds=kinds)):
            for seq, body, digest in page:
                if body != PRUNED:
                    yield as_entry(seq, body, digest)
            after = page[-1][0]

    def waiting(self, kinds: Collection[str]) -> int:
        """Count the entries that are still to be told."""
        return sum(1 for _ in self.after(self.place(), kinds))

    def died(self, run: str, start: int) -> bool:
        """Say whether a run has no end and nobody holds it, as after kill -9."""
        return not self._store.is_alive(run) and not life_ended(self._store, run, start)
