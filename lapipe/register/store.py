"""What a backend of the register does: keep entries in order, one writer at a time, and know which runs live."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from lapipe.errors import RegisterFault

#: How long an append waits for other processes. Each of them needs milliseconds.
BUSY_SECONDS = 30.0

#: How many entries are read at a time.
PAGE = 1000

#: What a body is replaced by when its period was closed. No entry is empty, so it stands for nothing else.
PRUNED = b""

_T = TypeVar("_T")


class Held(NamedTuple):
    """A row of the deletable table of evidence about people; `entry` is the number of the entry that commits to it."""

    id: str
    entry: int
    kind: str
    subject: str
    content: str
    salt: str
    keep_until: str


class Unsettled(RegisterFault):
    """The connection was lost while an entry was committed: it may be there or not, and only the register knows."""


class Store(Protocol):
    """A backend. Methods below the line are called within `transact`, `read` or `guarded`, which turn its errors into ours."""

    @property
    def name(self) -> str:
        """How it is told: a path, or a URL without user and password."""

    @property
    def path(self) -> Path | None:
        """The file, where it is one."""

    def close(self) -> None: ...

    def guarded(self, work: Callable[[], _T]) -> _T:
        """Do `work`; turn the backend's error into a RegisterFault, raised where nothing of that error hangs on to it."""

    def transact(self, work: Callable[[], _T]) -> _T:
        """Do `work` while nobody else writes; all of it is on disk when this returns, or nothing."""

    def read(self, work: Callable[[], _T]) -> _T:
        """Do `work` over one state of the register, whatever others append meanwhile."""

    def alive(self, run: str) -> AbstractContextManager[bool]:
        """Hold a run while it goes on, however its process ends; False where somebody holds it already."""

    def is_alive(self, run: str) -> bool:
        """Say whether somebody holds a run. What happened before it was let go of can be read by then."""

    def turn(self, name: str) -> AbstractContextManager[None]:
        """Wait until nobody else has the turn of this name, and have it."""

    def tidy(self) -> None:
        """Overwrite what was deleted, as far as the backend can."""

    def grant(self, role: str) -> None:
        """Let a role append and read, and nothing else."""

    # --------------------------------------------------------------------------------------------------------------

    def head(self) -> tuple[int, bytes]:
        """Give number and hash of the last entry; (0, b"") where there is none."""

    def insert(self, seq: int, run: str, kind: str, body: str, digest: str) -> None: ...

    def page(self, *, after: int, until: int, run: str | None = None, kinds: Collection[str] = ()) -> list[tuple[int, bytes, bytes]]:
        """Give number, body and hash of the next entries, of one run or of all, of some kinds or of all."""

    def latest(self, kind: str) -> tuple[int, bytes, bytes] | None:
        """Give the last entry of a kind."""

    def rows(self) -> Generator[tuple[int, bytes, bytes, bytes, bytes, bool], None, None]:
        """Give everything in order: number, run, kind, body, hash, and whether each is of its type."""

    def leaves(self, until: int) -> Generator[bytes, None, None]:
        """Give the hashes of the first entries."""

    def frame(self, last: int) -> list[tuple[str, str]]:
        """Say what is wrong around the entries, given the last one: rule and sentence."""

    def prune(self, until: int, kept: Collection[str]) -> int:
        """Empty the bodies up to a number, of all kinds but some; give how many."""

    def hold(self, row: Held) -> None: ...

    def held(self, *, id: str = "", subject: str = "", due: str = "", entry: int = 0) -> list[Held]:
        """Give evidence by its id, its subject or its entry, or what was to be kept until before a day."""

    def held_count(self) -> int: ...

    def let_go(self, id: str) -> bool:
        """Delete evidence; False where there is none."""

    def told(self, catalogue: str) -> tuple[int, str]:
        """Give how far a catalogue was told: the number of the last entry, and a note that goes with it; (0, "") at first."""

    def tell(self, catalogue: str, seq: int, note: str) -> None:
        """Keep how far a catalogue was told."""


def refusal(message: str) -> RegisterFault:
    """A register that cannot be used (LP601)."""
    return RegisterFault(message, rule="LP601")
