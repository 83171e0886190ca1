"""Follow the chain from first to last, and say what is not as it was written."""

from __future__ import annotations

import hmac
import re
from binascii import hexlify
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from lapipe.register.entry import NOTHING_BEFORE, RUN_ID, Json, as_bytes, as_entry, as_text, canonical, parsed
from lapipe.register.runs import ENDS, LIFE
from lapipe.register.store import PRUNED, Held, Store
from lapipe.register.verify_register import Tree
from lapipe.rules import RULES, Finding

#: More findings than this are counted, not listed, so that verifying a ruin needs no more memory than a whole register.
MOST_FINDINGS = 1000

_END_KINDS = frozenset(kind.encode() for kind in ENDS)
_EVIDENCE_KINDS = frozenset((b"evidence", b"evidence-deleted"))
#: The end of an entry's canonical text, and where in the text its time stands.
_ENDING = b',"kind":"%b","prev":"%b","run":"%b","seq":%d,"time":"%b"}'
_TIME = slice(-len('2026-01-05T12:00:00.000000Z"}'), -len('"}'))
_HEX = re.compile(b"[0-9a-f]{64}")


@dataclass(frozen=True)
class Verification:
    """What `Register.verify` found: how many entries there are, the hash of the last, and what is wrong.

    `pruned` counts the entries of closed periods, of which only the hash is left. `roots` has the root of the Merkle tree
    at each size that was asked for; `root` is that over all entries, where it was asked for.
    """

    entries: int
    head: str
    findings: tuple[Finding, ...]
    pruned: int = 0
    evidence: int = 0
    roots: Mapping[int, bytes] = field(default_factory=dict)
    root: bytes = b""

    @property
    def whole(self) -> bool:
        """Whether all that is wrong is runs without an end."""
        return all(finding.rule == "LP603" for finding in self.findings)


class _Link(NamedTuple):
    """The entry before one that is not as it should be."""

    seq: int
    hash: bytes
    time: bytes


class _Closing(NamedTuple):
    seq: int
    until: int
    root: str


def verified(store: Store, sizes: Iterable[int], whole_tree: bool, ended: Callable[[str, int], bool]) -> Verification:
    """Follow the chain; `ended` says whether a run has an end after its start or is alive, looked at anew."""
    walk = _Walk(store, frozenset(sizes), whole_tree)
    store.read(walk.go)
    for run, seq in walk.unfinished.items():
        # An id that lapipe did not write may be anything, so it is not shown.
        if not RUN_ID.fullmatch(run):
            walk.findings.add("LP603", seq, "A run was started here and has no end.")
        elif not ended(run, seq):
            walk.findings.add("LP603", seq, f"Run {run} was started here and has no end.")
    return Verification(walk.count, walk.head, walk.findings.listed(), walk.pruned, walk.evidence, walk.roots,
                        walk.tree.root() if whole_tree else b"")


class _Walk:
    """One walk over one state of the register; its memory does not grow with the number of entries."""

    def __init__(self, store: Store, sizes: frozenset[int], whole_tree: bool) -> None:
        self.store = store
        self.findings = _Findings()
        self.unfinished: dict[str, int] = {}
        self.count = self.pruned = self.evidence = 0
        self.head = NOTHING_BEFORE
        self.tree = Tree()
        self.roots: dict[int, bytes] = {}
        self._sizes, self._whole_tree = sizes, whole_tree
        self._lost: dict[str, int] = {}

    def go(self) -> None:
        closings = self._closings()
        closed = max((closing.until for closing in closings), default=0)
        sizes = self._sizes | {closing.until for closing in closings}
        last_size = max(sizes, default=0)
        tree, unfinished = self.tree, self.unfinished
        # What the next entry has to continue: number, hash and time of the one before it.
        last, before, since = 0, NOTHING_BEFORE.encode(), b""
        count, leaf = 0, b""
        for seq, run, kind, body, digest, typed in self.store.rows():
            count += 1
            if body == PRUNED and typed:
                when = since
                leaf = bytes.fromhex(as_text(digest)) if _HEX.fullmatch(digest) else b""
                self._check_pruned(_Link(last, before, since), seq, digest, closed)
            else:
                when = body[_TIME] if typed else b""
                leaf = sha256(b"\0" + body).digest() if typed else b""
                # A whole entry ends, byte for byte, in what its columns and the entry before it say: no need to parse it.
                whole = (typed and hexlify(leaf) == digest and seq == last + 1 and when >= since
                         and body.endswith(_ENDING % (kind, before, run, seq, when)))
                if not whole:
                    entry = parsed(body) if typed else None
                    for message in _faults(_Link(last, before, since), (seq, run, kind, digest), entry, leaf.hex()):
                        self.findings.add("LP602", seq, message)
                    kind, run, when = (as_bytes(entry[key]) if entry else b"" for key in ("kind", "run", "time"))
                if kind == b"started":
                    unfinished[as_text(run)] = seq
                elif kind in _END_KINDS:
                    unfinished.pop(as_text(run), None)
                elif kind in _EVIDENCE_KINDS:
                    self._check_evidence(seq, kind, body)
            if self._whole_tree or count <= last_size:
                tree.append(leaf)
                if count in sizes:
                    self.roots[count] = tree.root()
            last, before, since = seq, digest if typed else b"", when
        self.count, self.head = count, leaf.hex() if count else NOTHING_BEFORE
        self._check_around(last, closings)

    def _closings(self) -> list[_Closing]:
        found, after = [], 0
        while page := self.store.page(after=after, until=2**62, kinds=("closed",)):
            for seq, body, _ in page:
                entry = (parsed(body) if isinstance(body, bytes) else None) or {"content": {}}
                until, root = entry["content"].get("until"), entry["content"].get("root")
                if type(until) is int and 0 < until < seq and type(root) is str:
                    found.append(_Closing(seq, until, root))
                else:
                    self.findings.add("LP612", seq, "It should say which period it closed, and does not.")
            after = page[-1][0]
        return found

    def _check_pruned(self, link: _Link, seq: int, digest: bytes, closed: int) -> None:
        self.pruned += 1
        if seq != link.seq + 1 or not _HEX.fullmatch(digest):
            self.findings.add("LP602", seq, "Entries before it are missing, or its hash is none.")
        if seq > closed:
            self.findings.add("LP612", seq, "Its content was removed, and no closed period holds it.")

    def _check_evidence(self, seq: int, kind: bytes, body: bytes) -> None:
        entry = parsed(body) or {"content": {}}
        name = str(entry["content"].get("evidence"))
        if kind == b"evidence-deleted":
            if self._lost.pop(name, None) is None:
                self.findings.add("LP611", seq, "It says that evidence was deleted, which is there or was never kept.")
            return
        rows = self.store.held(entry=seq)
        if not rows:
            self._lost[name] = seq
            return
        self.evidence += 1
        (row,) = rows
        if row.id != name or commitment(row) != entry["content"].get("commitment"):
            self.findings.add("LP611", seq, "The evidence that it commits to is not what was kept.")

    def _check_around(self, last: int, closings: Iterable[_Closing]) -> None:
        for rule, message in self.store.frame(last):
            self.findings.add(rule, last, message)
        for closing in closings:
            if self.roots.get(closing.until, b"").hex() != closing.root:
                self.findings.add("LP612", closing.seq, "The period that it closed is not what it was.")
        for seq in self._lost.values():
            self.findings.add("LP611", seq, "The evidence that it commits to is gone, and no entry says that it was deleted.")
        if self.store.held_count() != self.evidence:
            self.findings.add("LP611", last, "There is evidence that no entry commits to.")


def commitment(row: Held) -> str:
    """Bind an entry to evidence without telling it: HMAC-SHA256 under a random salt that is deleted along with the evidence."""
    said: dict[str, Json] = {"content": row.content, "id": row.id, "keep_until": row.keep_until, "kind": row.kind, "subject": row.subject}
    return hmac.new(bytes.fromhex(row.salt) if re.fullmatch("[0-9a-f]{64}", row.salt) else b"", canonical(said).encode("utf-8", "surrogatepass"),
                    sha256).hexdigest()


def life_ended(store: Store, run: str, start: int) -> bool:
    """Say whether a run has an entry of its life after its start; without parsing bodies that may be damaged."""
    return bool(store.guarded(lambda: store.page(after=start, until=2**62, run=run, kinds=LIFE)))


def closed_until(store: Store) -> int:
    """Give the number of the last entry of the last closed period; 0 without one."""
    found = store.guarded(lambda: store.latest("closed"))
    until = as_entry(*found).body.get("until") if found else 0
    return until if isinstance(until, int) else 0


def _faults(link: _Link, row: tuple[int, bytes, bytes, bytes], entry: Mapping[str, Any] | None, head: str) -> list[str]:
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
    if as_bytes(entry["prev"]) != link.hash and seq == link.seq + 1:
        faults.append("It does not continue the entry before it: one of them was edited, inserted, repeated or moved.")
    if entry["seq"] != seq or as_bytes(entry["run"]) != run or as_bytes(entry["kind"]) != kind:
        faults.append("Its number, run or kind is not its content's: it was moved or edited.")
    if as_bytes(entry["time"]) < link.time:
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
