"""Signed checkpoints: what the register was at a time, kept where whoever owns the register cannot change it."""

from __future__ import annotations

import base64
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lapipe.errors import EngineFault, RegisterFault, UsageFault
from lapipe.register import Register, Verification
from lapipe.register.entry import Entry, Json, as_entry
from lapipe.register.verify_register import (
    Bad,
    Checkpoint,
    PublicKey,
    checkpoint_text,
    consistency_ranges,
    inclusion_ranges,
    parse_checkpoint,
    parse_public,
    range_roots,
    signature_line,
)
from lapipe.rules import RULES, Finding

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: What a checkpoint is called in a git work tree.
IN_GIT = "lapipe-register.note"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_PRIVATE = "PRIVATE+KEY+"
_ED25519 = b"\x01"


class SigningKey:
    """The key that checkpoints are signed with; it shows its public half only, and is neither copied nor pickled."""

    __slots__ = ("_key", "path", "public")

    def __init__(self, path: Path, public: PublicKey, key: Ed25519PrivateKey) -> None:
        self.path, self.public, self._key = path, public, key

    def __repr__(self) -> str:
        return f"SigningKey({str(self.public)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A signing key is not pickled or copied: open it where it is needed.")

    @classmethod
    def create(cls, path: Path, name: str) -> SigningKey:
        """Make a key: an owner-only file, and beside it `.pub`, which is for everybody.

        `name` says whose register it is, as an address without a scheme: voorbeeld.example/register.

        Raises:
            UsageFault: the name does not fit, or there is a file already.
            RegisterFault: LP610, the file would lie inside a project or git work tree.
            EngineFault: it cannot be written.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not _NAME.fullmatch(name):
            raise UsageFault("The name of a signing key is an address without a scheme, such as voorbeeld.example/register.")
        _refuse_inside_project(path)
        key = Ed25519PrivateKey.generate()
        public = PublicKey(name, key.public_key().public_bytes_raw())
        secret = base64.b64encode(_ED25519 + key.private_bytes_raw()).decode()
        _write_new(path, f"{_PRIVATE}{name}+{public.id.hex()}+{secret}\n", 0o600)
        _write_new(path.with_name(path.name + ".pub"), f"{public}\n", 0o644)
        return cls(path, public, key)

    @classmethod
    def open(cls, path: Path, register: Register) -> SigningKey:
        """Open a key to sign checkpoints of a register.

        Raises:
            UsageFault: there is none, or the file holds something else.
            RegisterFault: LP610, others may read the file, or it lies beside the register or inside a project.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        _refuse_inside_project(path)
        if register.path and register.path.parent in Path(os.path.realpath(path)).parents:
            raise RegisterFault(f"The signing key {path} lies where the register lies, so who rewrites the one can use the other; keep it"
                                " on an account of its own.", rule="LP610")
        text = _read_owned(path).strip()
        name, _, rest = text.removeprefix(_PRIVATE).partition("+")
        _, _, encoded = rest.partition("+")
        content = b""
        with suppress(ValueError):
            content = base64.b64decode(encoded, validate=True)
        if not text.startswith(_PRIVATE) or not _NAME.fullmatch(name) or content[:1] != _ED25519 or len(content) != 33:
            raise UsageFault(f"{path} is no signing key; make one with `lapipe register create-key FILE`.")
        key = Ed25519PrivateKey.from_private_bytes(content[1:])
        return cls(path, PublicKey(name, key.public_key().public_bytes_raw()), key)

    def note(self, size: int, root: bytes, time: str) -> bytes:
        """Write a signed note with a checkpoint (C2SP signed-note and tlog-checkpoint)."""
        text = checkpoint_text(self.public.name, size, root, time)
        return f"{text}\n{signature_line(self.public, self._key.sign(text.encode()))}".encode()

    def apart(self, register: Register) -> bool | None:
        """Say whether the key belongs to another account than the register; None where that cannot be told."""
        if register.path is None:
            return None
        return os.stat(self.path).st_uid != os.stat(register.path).st_uid


def checkpoint(register: Register, key: SigningKey, to: str, now: datetime) -> tuple[Checkpoint, bool]:
    """Sign what the register is now and put it at `to`: a file, `git:FOLDER` of a work tree, or `-` for standard output.

    Nothing is signed that is not whole or does not continue the checkpoint that lies there. Give the checkpoint, and whether
    the register itself took note of it (which a role that only reads cannot).

    Raises:
        RegisterFault: LP602, the register is not whole; LP607, it does not continue the last checkpoint; LP608, that one is
            signed with another key.
        UsageFault: the register is empty, or `to` is something else than a checkpoint.
        EngineFault: it cannot be written or committed.
    """
    place = Path(to.removeprefix("git:")) / IN_GIT if to.startswith("git:") else Path(to)
    earlier = _earlier(place, key.public) if to != "-" else None
    recorded = last_recorded(register)
    known = _size(recorded)
    found = register.verify(sizes=[*([earlier.size] if earlier else []), known], whole_tree=True)
    if not found.whole:
        raise RegisterFault("The register is not whole, so nothing is signed: `lapipe register verify` says what is wrong.", rule="LP602")
    if not found.entries:
        raise UsageFault("The register holds nothing yet, so there is nothing to sign; run a pipeline first.")
    if earlier and (problem := _broken(found, earlier)):
        raise RegisterFault(f"The register does not continue the checkpoint in {place}: {problem}", rule="LP607")
    if recorded and found.roots.get(known, b"").hex() != recorded.body.get("root"):
        raise RegisterFault(f"The register does not continue the checkpoint that entry {recorded.seq} tells of: something before it was"
                            " changed.", rule="LP607")
    note = key.note(found.entries, found.root, f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    if to == "-":
        print(note.decode(), end="")
    else:
        _replace(place, note)
    if to.startswith("git:"):
        _commit(place, f"Checkpoint of {found.entries} entries of {key.public.name}")
    said: dict[str, Json] = {"size": found.entries, "root": found.root.hex(), "key": str(key.public), "apart": key.apart(register)}
    taken = True
    try:
        register._store.transact(lambda: register._insert("checkpoint", said, ""))
    except RegisterFault:
        taken = False
    return parse_checkpoint(note), taken


def last_recorded(register: Register) -> Entry | None:
    """Give the register's own entry about its last checkpoint."""
    found = register._store.guarded(lambda: register._store.latest("checkpoint"))
    return as_entry(*found) if found else None


@dataclass(frozen=True)
class Assurance:
    """What can be believed of a register: the level in words, and every finding, those about checkpoints too."""

    verification: Verification
    findings: tuple[Finding, ...]
    level: str
    words: str


def assure(register: Register, notes: Mapping[str, bytes] | None = None, public: PublicKey | None = None) -> Assurance:
    """Verify the register, and hold it against checkpoints by the names of their files.

    Raises:
        UsageFault: a file holds no checkpoint, or the public key is missing.
        RegisterFault: LP601, the register cannot be read.
    """
    notes = notes or {}
    if notes and public is None:
        raise UsageFault("A checkpoint says nothing without the public key it is to be held against: give --public.")
    findings: list[Finding] = []
    signed: dict[str, Checkpoint] = {}
    for name, content in notes.items():
        read = read_checkpoint(name, content)
        if public is not None and read.signed_by(public):
            signed[name] = read
        else:
            findings.append(_finding("LP608", name, "It is not signed with the key that was given."))
    found = register.verify(sizes=[each.size for each in signed.values()])
    for name, each in signed.items():
        if problem := _broken(found, each):
            findings.append(_finding("LP607", name, problem))
    last = max(signed.values(), key=lambda each: each.size, default=None)
    recorded = last_recorded(register) if found.whole else None
    if last and _size(recorded) > last.size:
        findings.append(_finding("LP609", ", ".join(signed), f"The last of what is given is of {last.size} entries, and the register tells of one of"
                                                             f" {_size(recorded)}."))
    everything = (*found.findings, *findings)
    return Assurance(found, everything, *_words(found, last if not findings else None, recorded, bool(findings) or not found.whole))


def _words(found: Verification, last: Checkpoint | None, recorded: Entry | None, broken: bool) -> tuple[str, str]:
    if broken:
        return "none", "Assurance: none. What is found above must be explained before this register is shown to anyone."
    told = ""
    if recorded and recorded.body.get("apart") is False:
        told = " The key of the last checkpoint was on the account that owns the register: it shows nothing against that account."
    if last:
        return "chain and checkpoint", (
            f"Assurance: chain and checkpoint. The first {last.size} entries are those that were signed{_on(last.time)}, the last checkpoint;"
            f" the {found.entries - last.size} after them are held by the chain alone.{told}")
    when = (f" The last checkpoint was made{_on(recorded.time)} of {_size(recorded)} entries: get it from where it is kept, and give it with"
            " --checkpoint.") if recorded else " No checkpoint was ever made: `lapipe register checkpoint`."
    return "chain", ("Assurance: chain. An edited, deleted, moved or inserted entry shows; a tail that was cut off or a rewrite of everything by"
                     f" someone who owns the register does not.{when}{told}")


def _on(time: str) -> str:
    return f" on {time[:10]} at {time[11:16]} UTC" if time else ""


def prove(register: Register, older: Checkpoint, newer: Checkpoint) -> dict[str, Any]:
    """Prove that a later checkpoint continues an earlier one, for someone who has both and not the register (RFC 9162, 2.1.4)."""
    first, second = sorted((older, newer), key=lambda each: each.size)
    return {"first": first.size, "second": second.size, "path": _path(register, consistency_ranges(first.size, second.size), second.size)}


def prove_entry(register: Register, seq: int, signed: Checkpoint) -> dict[str, Any]:
    """Prove that an entry is under a checkpoint, for someone who has that and not the register (RFC 9162, 2.1.3).

    Raises:
        UsageFault: the checkpoint is older than the entry, or a closed period kept its hash alone.
    """
    rows = register._store.guarded(lambda: register._store.page(after=seq - 1, until=seq))
    if not 0 < seq <= signed.size or not rows or not rows[0][1]:
        raise UsageFault(f"Entry {seq} is not under this checkpoint, or its content went when its period was closed.")
    return {"size": signed.size, "entry": rows[0][1].decode(), "path": _path(register, inclusion_ranges(seq - 1, signed.size), signed.size)}


def _path(register: Register, ranges: Sequence[tuple[int, int]], size: int) -> list[str]:
    return [root.hex() for root in register.leaves(size, lambda leaves: range_roots(ranges, leaves))]


def read_checkpoint(name: str, content: bytes) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        UsageFault: it is none.
    """
    with suppress(Bad):
        return parse_checkpoint(content)
    raise UsageFault(f"{name} holds no checkpoint; give what `lapipe register checkpoint` wrote.")


def read_public(given: str) -> PublicKey:
    """Read a public key, or the file that holds it.

    Raises:
        UsageFault: it is none.
    """
    text = given
    if "+" not in given or os.path.exists(given):
        try:
            text = Path(given).read_text("utf-8")
        except (OSError, ValueError):
            text = ""
    with suppress(Bad):
        return parse_public(text)
    raise UsageFault("The public key is a file, or one line spelt name+id+base64, as `lapipe register create-key` wrote it to FILE.pub.")


def _broken(found: Verification, signed: Checkpoint) -> str:
    if signed.size > found.entries:
        return f"It is of {signed.size} entries, and the register holds {found.entries}: the end was cut off."
    if found.roots.get(signed.size) != signed.root:
        return f"The first {signed.size} entries are not those that were signed: something before it was changed."
    return ""


def _size(recorded: Entry | None) -> int:
    size = recorded.body.get("size") if recorded else 0
    return size if isinstance(size, int) else 0


def _finding(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, where, message, RULES[rule].fix)


# The disk.


def _earlier(place: Path, public: PublicKey) -> Checkpoint | None:
    """Give the checkpoint that lies at a place, which the new one must continue."""
    problem = ""
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        raise EngineFault(f"The checkpoint {place} cannot be read ({problem}); name a file.")
    found = read_checkpoint(str(place), content)
    if not found.signed_by(public):
        raise RegisterFault(f"The checkpoint {place} is signed with another key than this one; keep it, and name another file for those of this"
                            " key.", rule="LP608")
    return found


def _refuse_inside_project(path: Path) -> None:
    for folder in Path(os.path.realpath(path)).parents:
        for marker in (".git", "lapipe.toml"):
            if os.path.lexists(folder / marker):
                raise RegisterFault(f"The signing key {path} lies in {folder}, which holds {marker}: keep it outside every project and git work"
                                    " tree, on the account of who signs.", rule="LP610")


def _write_new(path: Path, text: str, mode: int) -> None:
    problem, taken = "", False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w") as file:
            os.fchmod(handle, mode)
            file.write(text)
            file.flush()
            os.fsync(handle)
    except FileExistsError:
        taken = True
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if taken:
        raise UsageFault(f"There is something at {path} already, and a signing key is never overwritten; name another file.")
    if problem:
        raise EngineFault(f"The signing key {path} cannot be written ({problem}); name a local folder that you own.")


def _read_owned(path: Path) -> str:
    problem, rule, text = "", "LP610", ""
    try:
        # O_NONBLOCK: do not wait at a pipe. What is checked is what is read, as both go by one handle.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                problem, rule = "is a folder or a device; name the file itself", ""
            elif found.st_uid != os.geteuid():
                problem = "belongs to another account; let its owner sign"
            elif found.st_mode & 0o077:
                problem = f"is open to others than its owner; say `chmod 600 {path}`"
            else:
                text = file.read(10_000).decode("utf-8", "replace")
    except PermissionError:
        problem = "may not be read by this account; let its owner sign"
    except OSError as error:
        problem, rule = f"cannot be read ({error.strerror}); make one with `lapipe register create-key FILE`", ""
    if problem and rule:
        raise RegisterFault(f"The signing key {path} {problem}.", rule=rule)
    if problem:
        raise UsageFault(f"The signing key {path} {problem}.")
    return text


def _replace(place: Path, content: bytes) -> None:
    """Put a file in place whole or not at all."""
    problem = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, 0o644)
                file.write(content)
                file.flush()
                os.fsync(handle)
            os.replace(temporary, place)
        except OSError:
            os.unlink(temporary)
            raise
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        raise EngineFault(f"The checkpoint {place} cannot be written ({problem}); name a file in a folder that is there and yours.")


def _commit(place: Path, message: str) -> None:
    git = ["git", "-C", str(place.parent)]
    problem = ""
    for words in (["add", "--", place.name], ["commit", "--quiet", "-m", message, "--", place.name]):
        try:
            done = subprocess.run([*git, *words], capture_output=True, timeout=60, check=False)
            problem = f"git {words[0]} ended with {done.returncode}" if done.returncode else ""
        except (OSError, subprocess.TimeoutExpired) as error:
            problem = f"git: {type(error).__name__}"
        if problem:
            break
    if problem:
        raise EngineFault(f"The checkpoint is in {place} and could not be committed ({problem}); see that the folder is a git work tree where"
                          " you may commit.")
