"""Check an exported register, its checkpoints and its proofs: one file, Python's standard library only, no lapipe.

    python verify_register.py EXPORT.jsonl [--checkpoint NOTE ...] [--public KEY]
    python verify_register.py --proof PROOF.json --checkpoint OLDER --checkpoint NEWER --public KEY
    python verify_register.py --proof PROOF.json --checkpoint NOTE --public KEY

The first line of an export names its format; each other line is an entry, byte for byte as it was hashed, or the hash alone of one whose
period was closed. An entry's hash is SHA-256 over a zero byte and its line (a leaf of an RFC 9162 Merkle tree), and it holds the hash of the
one before it. A checkpoint is a signed note (C2SP signed-note and tlog-checkpoint; Ed25519, RFC 8032). The exit code is 0 when all
is well, 5 when something is not, 2 when it cannot be told.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

#: What the first line of an export says it is.
FORMAT = "lapipe register export"
VERSION = 1
#: The algorithm byte of an Ed25519 key in a signed note.
_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_HEX = re.compile(r"[0-9a-f]{64}")


class Bad(Exception):
    """What is given is not what it should be."""


# --- the Merkle tree of RFC 9162 (2.1) --------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows by leaves and keeps only the roots of its whole subtrees, at most one for each power of two."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        roots, size = self._roots, self.size
        # Each one-bit at the low end of the size is a whole subtree that the new one completes.
        while size & 1:
            leaf = hashlib.sha256(b"\1" + roots.pop() + leaf).digest()
            size >>= 1
        roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._roots:
            return hashlib.sha256().digest()
        result = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            result = node(left, result)
        return result


def split(size: int) -> int:
    """Give the largest power of two below a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def consistency_ranges(first: int, second: int) -> list[tuple[int, int]]:
    """Give the leaves, as half-open ranges, under each hash of the proof that a tree extends an earlier one (2.1.4.1)."""
    def part(earlier: int, start: int, end: int, known: bool) -> list[tuple[int, int]]:
        size = end - start
        if earlier == size:
            return [] if known else [(start, end)]
        middle = split(size)
        if earlier <= middle:
            return [*part(earlier, start, start + middle, known), (start + middle, end)]
        return [*part(earlier - middle, start + middle, end, False), (start, start + middle)]
    return part(first, 0, second, True) if 0 < first < second else []


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Give the ranges under each hash of the proof that a tree holds a leaf (2.1.3.1)."""
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def range_roots(ranges: Sequence[tuple[int, int]], leaves: Iterable[bytes]) -> list[bytes]:
    """Compute the root over each range in one pass over the leaves."""
    trees = [Tree() for _ in ranges]
    for index, leaf in enumerate(leaves):
        for tree, (start, end) in zip(trees, ranges, strict=True):
            if start <= index < end:
                tree.append(leaf)
    return [tree.root() for tree in trees]


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the tree of `second` leaves begins with the tree of `first` (2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    low, high = first - 1, second - 1
    while low & 1:
        low, high = low >> 1, high >> 1
    old = new = path[0]
    for each in path[1:]:
        if high == 0:
            return False
        if low & 1 or low == high:
            old, new = node(each, old), node(each, new)
            while low and not low & 1:
                low, high = low >> 1, high >> 1
        else:
            new = node(new, each)
        low, high = low >> 1, high >> 1
    return high == 0 and old == first_root and new == second_root


def included(index: int, size: int, leaf: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the tree of `size` leaves has this one at `index`, counted from nought (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    low, high, result = index, size - 1, leaf
    for each in proof:
        if high == 0:
            return False
        if low & 1 or low == high:
            result = node(each, result)
            while low and not low & 1:
                low, high = low >> 1, high >> 1
        else:
            result = node(result, each)
        low, high = low >> 1, high >> 1
    return high == 0 and result == root


# --- Ed25519 (RFC 8032, 5.1), verification only -----------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
#: A point as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
_Point = tuple[int, int, int, int]


def _add(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, p: _Point) -> _Point:
    result: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = _add(result, p)
        p, factor = _add(p, p), factor >> 1
    return result


def _point(encoded: bytes) -> _Point | None:
    """Decode a point (5.1.3); None where there is none with this y, or its spelling is not the one that there is."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encoded(p: _Point) -> bytes:
    inverse = pow(p[2], -1, _P)
    x, y = p[0] * inverse % _P, p[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature is of this message by the holder of this public key (5.1.7)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _L or _BASE is None:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    minus_key = (_P - key[0], key[1], key[2], _P - key[3])
    return _encoded(_add(_times(scalar, _BASE), _times(challenge, minus_key))) == signature[:32]


# --- signed notes -----------------------------------------------------------------------------------------------------


class PublicKey(NamedTuple):
    """A verifier key: its name, and 32 bytes."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.key).decode()}"


class Checkpoint(NamedTuple):
    """A signed statement of how many entries there were, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes
    time: str
    text: str
    signatures: tuple[tuple[str, bytes], ...]

    def signed_by(self, public: PublicKey) -> bool:
        """Say whether it has a signature by this key, and none of that name and id that fails."""
        mine = [signature[4:] for name, signature in self.signatures if name == public.name and signature[:4] == public.id]
        return bool(mine) and self.origin == public.name and all(ed25519_holds(public.key, self.text.encode(), each) for each in mine)


def parse_public(text: str) -> PublicKey:
    """Read a verifier key, spelt name+id+base64.

    Raises:
        Bad: it is none.
    """
    name, _, rest = text.strip().partition("+")
    given, _, encoded = rest.partition("+")
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError:
        content = b""
    found = PublicKey(name, content[1:])
    if not name or content[:1] != _ED25519 or len(content) != 33 or found.id.hex() != given:
        raise Bad("this is no public key of a register; it is one line, spelt name+id+base64")
    return found


def checkpoint_text(origin: str, size: int, root: bytes, time: str) -> str:
    """Write what is signed. The time is an extension line: what it says is the signer's word."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\ntime {time}\n"


def signature_line(public: PublicKey, signature: bytes) -> str:
    return f"{_DASH}{public.name} {base64.b64encode(public.id + signature).decode()}\n"


def parse_checkpoint(content: bytes) -> Checkpoint:
    """Read a signed note with a checkpoint; whether the signature holds is another question.

    Raises:
        Bad: it is none.
    """
    try:
        text, gap, signed = content.decode().rpartition("\n\n")
        lines, text = text.split("\n"), text + "\n"
        signatures = []
        for line in signed.removesuffix("\n").split("\n"):
            name, _, encoded = line.removeprefix(_DASH).partition(" ")
            signature = base64.b64decode(encoded, validate=True)
            if not line.startswith(_DASH) or not name or len(signature) < 5:
                raise ValueError
            signatures.append((name, signature))
        root = base64.b64decode(lines[2], validate=True)
        if not gap or not signed.endswith("\n") or not all(lines) or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) or len(root) != 32:
            raise ValueError
    except (ValueError, IndexError):
        raise Bad("this is no checkpoint; it has an origin, a number of entries, a root and a signature") from None
    time = next((line.removeprefix("time ") for line in lines[3:] if line.startswith("time ")), "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|", time):
        time = ""
    return Checkpoint(lines[0], int(lines[1]), root, time, text, tuple(signatures))


# --- an export --------------------------------------------------------------------------------------------------------


class Report(NamedTuple):
    """What an export holds, and what is wrong with it."""

    entries: int
    pruned: int
    head: str
    roots: dict[int, bytes]
    problems: list[str]


def _lines(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def _closings(path: str) -> list[tuple[int, int, str]]:
    """Find the entries that closed a period: number, last entry that they closed, root."""
    found = []
    for line in _lines(path):
        if b'"kind":"closed"' in line:
            try:
                entry = json.loads(line)
                if entry["kind"] == "closed":
                    found.append((int(entry["seq"]), int(entry["content"]["until"]), str(entry["content"]["root"])))
            except (ValueError, LookupError, TypeError):
                continue  # what it is instead is found when the chain is followed
    return found


def check_export(path: str, sizes: Iterable[int] = ()) -> Report:
    """Follow the chain of an export from first to last, in memory that does not grow with it; give the tree's root at some sizes."""
    problems: list[str] = []
    closings = _closings(path)
    closed = max((until for _, until, _ in closings), default=0)
    wanted = {*sizes, *(until for _, until, _ in closings)}
    tree, roots, head, time, pruned = Tree(), {}, "0" * 64, "", 0
    lines = _lines(path)
    header = _json(next(lines, b""))
    if header.get("format") != FORMAT or header.get("version") != VERSION:
        raise Bad(f"{path} is no export of a register, or one of another version than {VERSION}")
    for line in lines:
        number = tree.size + 1
        entry = _json(line)
        if "pruned" in entry:
            pruned += 1
            digest = str(entry.get("hash"))
            if not _HEX.fullmatch(digest) or entry.get("pruned") != number:
                problems.append(f"entry {number}: it has no hash or number of its own")
                digest = "0" * 64
            if number > closed:
                problems.append(f"entry {number}: its content was removed, and no closed period holds it")
        else:
            digest = hashlib.sha256(b"\0" + line).hexdigest()
            if entry.get("seq") != number:
                problems.append(f"entry {number}: it has another number: one was deleted, inserted, repeated or moved")
            if entry.get("prev") != head:
                problems.append(f"entry {number}: it does not continue the entry before it")
            when = entry.get("time")
            if not isinstance(when, str) or when < time:
                problems.append(f"entry {number}: its time is before that of the entry before it")
            else:
                time = when
        tree.append(bytes.fromhex(digest))
        head = digest
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    if header.get("entries") != tree.size or header.get("head") != head:
        problems.append("the export does not hold what its first line says: it was cut or edited")
    for number, until, root in closings:
        if until >= number or roots.get(until, b"").hex() != root:
            problems.append(f"entry {number}: the period that it closed is not what it was")
    return Report(tree.size, pruned, head, roots, problems)


def _json(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def check_checkpoint(report: Report, checkpoint: Checkpoint) -> str:
    """Say what is wrong with a register, given a checkpoint of it; nothing when it continues the checkpoint."""
    if checkpoint.size > report.entries:
        return f"the checkpoint is of {checkpoint.size} entries, and there are {report.entries}: the end was cut off"
    if report.roots.get(checkpoint.size) != checkpoint.root:
        return f"the first {checkpoint.size} entries are not those that were signed: something before the checkpoint was changed"
    return ""


def check_proof(proof: dict[str, Any], checkpoints: Sequence[Checkpoint]) -> str:
    """Say what is wrong with a proof, given the signed checkpoints that it is about."""
    path = [bytes.fromhex(each) for each in proof["path"]]
    if "entry" in proof:
        (tree,) = checkpoints
        leaf = hashlib.sha256(b"\0" + proof["entry"].encode()).digest()
        number = _json(proof["entry"].encode()).get("seq")
        held = isinstance(number, int) and included(number - 1, tree.size, leaf, tree.root, path)
        return "" if held else "the proof does not show that this entry is in the register that was signed"
    first, second = sorted(checkpoints, key=lambda each: each.size)
    held = consistent(first.size, second.size, first.root, second.root, path)
    return "" if held else "the proof does not show that the later checkpoint continues the earlier one"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; say it in words; give the exit code."""
    parser = argparse.ArgumentParser(prog="verify_register", description="Check an exported register without lapipe.")
    parser.add_argument("export", nargs="?", help="what `lapipe register export` wrote")
    parser.add_argument("--checkpoint", action="append", default=[], help="a checkpoint's file; may be repeated")
    parser.add_argument("--public", default="", help="the public key, or its file")
    parser.add_argument("--proof", default="", help="what `lapipe register prove` wrote")
    given = parser.parse_args(arguments)
    problems: list[str] = []
    try:
        if not given.export and not given.proof:
            raise Bad("name an export or a proof")
        if bool(given.checkpoint) != bool(given.public):
            raise Bad("a checkpoint needs the public key that it is to be held against, and a key needs a checkpoint")
        notes = []
        for path in given.checkpoint:
            with open(path, "rb") as file:
                notes.append((path, parse_checkpoint(file.read())))
        if given.public:
            public = parse_public(given.public if "+" in given.public else next(_lines(given.public), b"").decode())
            for path, note in notes:
                if not note.signed_by(public):
                    problems.append(f"{path}: it is not signed with this key")
        signed = [note for path, note in notes if not any(each.startswith(f"{path}: ") for each in problems)]
        if given.export:
            report = check_export(given.export, (note.size for note in signed))
            problems += report.problems + [problem for note in signed if (problem := check_checkpoint(report, note))]
            print(f"{report.entries} entries, {report.pruned} of closed periods with their hash alone, head {report.head[:16]}.")
            if signed and not problems:
                last = max(signed, key=lambda note: note.size)
                print(f"Chain and checkpoint: the first {last.size} entries are as they were signed{' on ' + last.time if last.time else ''};"
                      f" the {report.entries - last.size} after them are held by the chain alone.")
            elif not problems:
                print("Chain alone: a tail that was cut off, or a rewrite of everything, does not show without a checkpoint.")
        if given.proof:
            with open(given.proof, "rb") as file:
                proof = json.load(file)
            if len(signed) != (1 if "entry" in proof else 2):
                problems.append("a proof of an entry needs one signed checkpoint, a proof of two trees needs two")
            elif problem := check_proof(proof, signed):
                problems.append(problem)
            else:
                print("The proof holds.")
    except (Bad, OSError, ValueError, LookupError, TypeError) as error:
        reason = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error) if isinstance(error, Bad) else "unreadable proof"
        print(f"verify_register: {reason}", file=sys.stderr)
        return 2
    for problem in problems[:100]:
        print(f"NOT WELL: {problem}")
    if len(problems) > 100:
        print(f"NOT WELL: {len(problems) - 100} more")
    return 5 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
