"""Checkpoints show what a chain alone cannot: an insider who rewrites, cuts, replays or signs with another key is found."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lapipe.errors import EngineFault, LapipeError, RegisterFault, UsageFault
from lapipe.register import Register, verify_register
from lapipe.register.checkpoints import SigningKey, assure, checkpoint, prove, prove_entry, read_public
from lapipe.register.periods import close_period, export_to
from lapipe.register.verify_register import (
    PublicKey,
    Tree,
    check_export,
    consistent,
    ed25519_holds,
    included,
    parse_checkpoint,
    parse_public,
)
from tests.test_register import Insider, Ticking, attack, change, cut_the_tail, finish, rewrite

NAME = "voorbeeld.example/register"
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SCRIPT = Path(verify_register.__file__)

#: Goes on through all tests, so that no register's times run backwards.
CLOCK = Ticking()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("database"))
    (tmp_path / "record").mkdir()
    return str(tmp_path / "record" / "register")


@pytest.fixture
def full(place: str) -> str:
    """Three runs of three entries."""
    grow(place, "r1", "r2", "r3")
    return place


@pytest.fixture
def in_file(tmp_path: Path) -> str:
    (tmp_path / "record").mkdir()
    grow(str(tmp_path / "record" / "register"), "r1", "r2", "r3")
    return str(tmp_path / "record" / "register")


def grow(place: str, *runs: str) -> None:
    with Register.open(place, clock=CLOCK) as register:
        for run in runs:
            finish(register, run)


def key(tmp_path: Path, name: str = "key") -> Path:
    path = tmp_path / "officer" / name
    if not path.exists():
        SigningKey.create(path, NAME)
    return path


def sign(place: str, tmp_path: Path, note: str = "note", by: str = "key", now: datetime = NOW) -> Path:
    to = tmp_path / note
    with Register.open(place, clock=CLOCK, create=False) as register:
        checkpoint(register, SigningKey.open(key(tmp_path, by), register), str(to), now)
    return to


def rules(place: str, tmp_path: Path, *notes: Path, by: str = "key") -> set[str]:
    """Verify, and give the rules that are broken."""
    with Register.open(place, clock=CLOCK, create=False) as register:
        found = assure(register, {str(note): note.read_bytes() for note in notes}, read_public(f"{key(tmp_path, by)}.pub"))
    assert (found.level == "none") == bool({finding.rule for finding in found.findings} - {"LP603"})
    return {finding.rule for finding in found.findings}


def script(*arguments: object, flags: tuple[str, ...] = ("-I", "-S")) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *flags, str(SCRIPT), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                          cwd="/")


# --- the tree -------------------------------------------------------------------------------------------------------


def plainly(leaves: list[bytes]) -> bytes:
    """The root as RFC 9162 (2.1.1) defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1" + plainly(leaves[:k]) + plainly(leaves[k:])).digest()


LEAVES = [sha256(b"\0" + bytes([n])).digest() for n in range(70)]


def test_a_tree_has_the_root_of_the_definition_at_every_size() -> None:
    tree = Tree()
    for size in range(len(LEAVES) + 1):
        assert tree.root() == plainly(LEAVES[:size])
        if size < len(LEAVES):
            tree.append(LEAVES[size])


def test_known_roots_of_certificate_transparency() -> None:
    """The test vectors that implementations of RFC 6962 share."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = Tree()
    assert tree.root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for each in inputs:
        tree.append(sha256(b"\0" + bytes.fromhex(each)).digest())
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_proofs_hold_for_every_pair_of_sizes_and_for_nothing_else() -> None:
    dice = random.Random(6)
    roots = [plainly(LEAVES[:size]) for size in range(41)]
    for second in range(1, 41):
        for first in range(1, second + 1):
            proof = verify_register.range_roots(verify_register.consistency_ranges(first, second), LEAVES[:second])
            assert consistent(first, second, roots[first], roots[second], proof)
            other = LEAVES[50 + dice.randrange(20)]
            assert not consistent(first, second, other, roots[second], proof)
            assert not consistent(first, second, roots[first], other, proof)
            assert not consistent(first, second, roots[first], roots[second], [*proof, other])
            if proof:
                at = dice.randrange(len(proof))
                assert not consistent(first, second, roots[first], roots[second], [*proof[:at], other, *proof[at + 1:]])
                assert not consistent(first, second, roots[first], roots[second], proof[:-1])
        for index in range(second):
            path = verify_register.range_roots(verify_register.inclusion_ranges(index, second), LEAVES[:second])
            assert included(index, second, LEAVES[index], roots[second], path)
            assert not included(index, second, LEAVES[index + 1], roots[second], path)
            assert not included(index, second, LEAVES[index], roots[second], [*path, LEAVES[0]])
            if second > 1:
                assert not included((index + 1) % second, second, LEAVES[index], roots[second], path)


# --- Ed25519 --------------------------------------------------------------------------------------------------------


def test_the_pure_verifier_agrees_with_the_library_on_good_and_bad_signatures() -> None:
    dice = random.Random(25519)
    for _ in range(12):
        private = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
        public, message = private.public_key().public_bytes_raw(), dice.randbytes(dice.randrange(200))
        signature = private.sign(message)
        assert ed25519_holds(public, message, signature)
        for at in (dice.randrange(256), 256 + dice.randrange(256)):
            changed = bytearray(signature)
            changed[at // 8] ^= 1 << at % 8
            assert not ed25519_holds(public, message, bytes(changed))
        assert not ed25519_holds(public, message + b"x", signature)
        # S and S + L sign the same; only the first is a signature (RFC 8032, 5.1.7).
        malleable = signature[:32] + (int.from_bytes(signature[32:], "little") + verify_register._L).to_bytes(32, "little")
        assert not ed25519_holds(public, message, malleable)


def test_the_pure_verifier_knows_the_vector_of_the_rfc() -> None:
    """RFC 8032, 7.1, test 2."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    assert ed25519_holds(public, b"\x72", signature)
    assert not ed25519_holds(public, b"\x73", signature)
    assert not ed25519_holds(b"\xff" * 32, b"\x72", signature)
    assert not ed25519_holds(public, b"\x72", signature[:-1])


def test_a_note_of_somebody_else_is_read_as_c2sp_writes_it() -> None:
    """The key, note and signature with which Go's package sumdb/note is documented."""
    public = parse_public("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    signature = base64.b64decode(line)
    assert signature[:4] == public.id
    assert ed25519_holds(public.key, text.encode(), signature[4:])


# --- signing --------------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_a_signed_note_that_the_key_and_the_register_hold(full: str, tmp_path: Path) -> None:
    note = sign(full, tmp_path)
    origin, size, root, time, gap, signature, end = note.read_text("utf-8").split("\n")
    assert (origin, size, time, gap, end) == (NAME, "9", "time 2026-03-01T08:00:00Z", "", "")
    with Register.open(full, clock=CLOCK) as register:
        assert base64.b64decode(root) == register.verify(whole_tree=True, sizes=[9]).roots[9]
        last = list(register.entries())[-1]
    assert signature.startswith(f"\N{EM DASH} {NAME} ")
    assert (last.kind, last.body["size"], last.body["root"]) == ("checkpoint", 9, base64.b64decode(root).hex())
    assert rules(full, tmp_path, note) == set()


def test_the_level_of_assurance_is_said_in_words_with_the_day_of_the_last_checkpoint(full: str, tmp_path: Path) -> None:
    with Register.open(full, clock=CLOCK) as register:
        before = assure(register)
        assert (before.level, "No checkpoint was ever made" in before.words) == ("chain", True)
    note = sign(full, tmp_path)
    grow(full, "r4")
    with Register.open(full, clock=CLOCK) as register:
        without = assure(register)
        public = read_public(f"{key(tmp_path)}.pub")
        held = assure(register, {"note": note.read_bytes()}, public)
    today = CLOCK.now.date().isoformat()
    assert without.level == "chain"
    assert f"was made on {today}" in without.words
    assert "of 9 entries" in without.words
    assert held.level == "chain and checkpoint"
    assert "The first 9 entries are those that were signed on 2026-03-01 at 08:00 UTC" in held.words
    assert "the 4 after them are held by the chain alone" in held.words


def cut_and_go_on(insider: Insider) -> None:
    """Cut off what follows entry 6, and put other entries in its place, well made."""
    cut_the_tail(insider)
    for seq in range(7, 12):
        insider(f"INSERT INTO entries SELECT {seq}, run, kind, body, hash FROM entries WHERE seq = {seq - 1}")
        change(insider, seq, seq=seq, prev=insider("SELECT hash FROM entries WHERE seq = ?", seq - 1)[0][0])
        insider("UPDATE entries SET run = '', kind = 'key' WHERE seq = ?", seq)
        change(insider, seq, kind="key", run="", content={})
    insider.count(11)


def forget_the_checkpoint(insider: Insider) -> None:
    """Rewrite everything before the entry about the checkpoint, and that entry along with it."""
    insider("DELETE FROM entries WHERE seq > 9")
    insider.count(9)
    rewrite(insider)


@pytest.mark.parametrize("how", [cut_the_tail, rewrite, cut_and_go_on, forget_the_checkpoint], ids=lambda how: how.__name__)
def test_what_a_chain_alone_cannot_show_a_checkpoint_shows(full: str, tmp_path: Path, how: Callable[[Insider], None]) -> None:
    note = sign(full, tmp_path)
    attack(full, how)
    with Register.open(full, clock=CLOCK) as register:
        # The chain is well made: without the checkpoint nothing is found.
        assert register.verify().findings == ()
    assert "LP607" in rules(full, tmp_path, note)
    with pytest.raises(RegisterFault, match="LP607 The register does not continue the checkpoint"):
        sign(full, tmp_path)


def test_an_old_checkpoint_is_not_passed_off_as_the_last(full: str, tmp_path: Path) -> None:
    old = sign(full, tmp_path, "old")
    grow(full, "r4")
    new = sign(full, tmp_path, "new")
    assert rules(full, tmp_path, old) == {"LP609"}
    assert rules(full, tmp_path, old, new) == set()
    # Nor by a register that was set back to it.
    def set_back(insider: Insider) -> None:
        insider("DELETE FROM entries WHERE seq > 10")
        insider.count(10)
    attack(full, set_back)
    assert rules(full, tmp_path, old) == set()
    assert rules(full, tmp_path, old, new) == {"LP607"}
    # Whoever signs keeps the last one, and what is set back does not get past it.
    with pytest.raises(RegisterFault, match=r"LP607 .*of 13 entries, and the register holds 10"):
        sign(full, tmp_path, "new")


def test_a_checkpoint_by_another_key_is_none(full: str, tmp_path: Path) -> None:
    mine = sign(full, tmp_path)
    theirs = sign(full, tmp_path, "theirs", by="other")
    assert rules(full, tmp_path, theirs) == {"LP608"}
    assert rules(full, tmp_path, mine, theirs) == {"LP608", "LP609"}
    assert rules(full, tmp_path, theirs, by="other") == set()
    with pytest.raises(RegisterFault, match="LP608 .*signed with another key"):
        sign(full, tmp_path, "theirs")


@pytest.mark.parametrize(("old", "new"), [("\n9\n", "\n8\n"), (NAME, "voorbeeld.example/other"), ("time 2026", "time 2027"), ("8:00:00Z\n", "8:00:00Z\nmore\n")])
def test_a_checkpoint_that_was_edited_is_not_signed(in_file: str, tmp_path: Path, old: str, new: str) -> None:
    note = sign(in_file, tmp_path)
    note.write_text(note.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert "LP608" in rules(in_file, tmp_path, note)


@pytest.mark.parametrize("content", [b"", b"x", b"\xff\n\n\n", b"a\n1\n\n\xe2\x80\x94 a b\n", b"a\n01\nAAAA\n\n\xe2\x80\x94 a AAAAAAAA\n"])
def test_what_is_no_checkpoint_is_refused_and_not_overwritten(in_file: str, tmp_path: Path, content: bytes) -> None:
    note = tmp_path / "note"
    note.write_bytes(content)
    with pytest.raises(UsageFault, match="holds no checkpoint"):
        rules(in_file, tmp_path, note)
    with pytest.raises(UsageFault, match="holds no checkpoint"):
        sign(in_file, tmp_path)
    assert note.read_bytes() == content


def test_nothing_is_signed_that_is_not_whole_or_is_empty(in_file: str, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="nothing to sign"), Register.open(tmp_path / "record" / "empty", clock=CLOCK) as empty:
        checkpoint(empty, SigningKey.open(key(tmp_path), empty), "-", NOW)
    attack(in_file, "UPDATE entries SET body = replace(body, '12', '13') WHERE seq = 5")
    with pytest.raises(RegisterFault, match="LP602 The register is not whole, so nothing is signed"):
        sign(in_file, tmp_path)
    assert not (tmp_path / "note").exists()


def test_a_register_that_only_can_be_read_is_signed_and_takes_no_note(in_file: str, tmp_path: Path) -> None:
    with Register.open(in_file, clock=CLOCK) as register:
        register._store._db.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]
        made, recorded = checkpoint(register, SigningKey.open(key(tmp_path), register), str(tmp_path / "note"), NOW)
    assert (made.size, recorded) == (9, False)
    assert rules(in_file, tmp_path, tmp_path / "note") == set()


def test_checkpoints_in_git_are_commits(in_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"GIT_AUTHOR_NAME": "FG", "GIT_AUTHOR_EMAIL": "fg@voorbeeld.example", "GIT_COMMITTER_NAME": "FG",
                        "GIT_COMMITTER_EMAIL": "fg@voorbeeld.example", "GIT_CONFIG_GLOBAL": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    tree = tmp_path / "anchors"
    tree.mkdir()
    with Register.open(in_file, clock=CLOCK) as register:
        signing = SigningKey.open(key(tmp_path), register)
        with pytest.raises(EngineFault, match="could not be committed"):
            checkpoint(register, signing, f"git:{tree}", NOW)
        subprocess.run(["git", "init", "-q", str(tree)], check=True)
        for day in range(2):
            checkpoint(register, signing, f"git:{tree}", NOW + timedelta(days=day))
    log = subprocess.run(["git", "-C", str(tree), "log", "--format=%s"], capture_output=True, text=True, check=True).stdout
    assert log.splitlines() == [f"Checkpoint of {size} entries of {NAME}" for size in (10, 9)]
    old = subprocess.run(["git", "-C", str(tree), "show", "HEAD^:lapipe-register.note"], capture_output=True, check=True).stdout
    (tmp_path / "old").write_bytes(old)
    assert rules(in_file, tmp_path, tmp_path / "old", tree / "lapipe-register.note") == set()


# --- the key --------------------------------------------------------------------------------------------------------


def test_a_signing_key_is_owner_only_and_shows_its_public_half(tmp_path: Path) -> None:
    path = key(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().strip().rpartition("+")[2]
    public = (tmp_path / "officer" / "key.pub").read_text().strip()
    assert str(parse_public(public)) == public
    with Register.open(tmp_path / "record" / "register", clock=CLOCK) as register:
        opened = SigningKey.open(path, register)
        assert repr(opened) == f"SigningKey({public!r})"
        assert secret not in repr(opened)
        with pytest.raises(TypeError, match="not pickled"):
            opened.__reduce__()
    with pytest.raises(UsageFault, match="never overwritten"):
        SigningKey.create(path, NAME)


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda path: path.chmod(0o640), "LP610 .*open to others"),
    (lambda path: (path.parent / ".git").mkdir(), "LP610 .*git work tree"),
    (lambda path: (path.parent.parent / "lapipe.toml").write_text(""), "LP610 .*lapipe.toml"),
    (lambda path: path.write_text("PRIVATE+KEY+x+y+z"), "is no signing key"),
    (lambda path: path.unlink(), "cannot be read"),
    (lambda path: (path.unlink(), path.mkdir()), "is a folder|cannot be read"),
])
def test_a_signing_key_that_others_may_have_is_refused(tmp_path: Path, in_file: str, spoil: Callable[[Path], object], says: str) -> None:
    path = key(tmp_path)
    spoil(path)
    with Register.open(in_file, clock=CLOCK) as register, pytest.raises(LapipeError, match=says):
        SigningKey.open(path, register)


def test_a_signing_key_beside_the_register_is_refused_and_one_of_its_owner_is_said(tmp_path: Path, in_file: str) -> None:
    beside = tmp_path / "record" / "keys" / "key"
    SigningKey.create(beside, NAME)
    with Register.open(in_file, clock=CLOCK) as register:
        with pytest.raises(RegisterFault, match="LP610 .*lies where the register lies"):
            SigningKey.open(beside, register)
        sign(in_file, tmp_path)
        assert "shows nothing against that account" in assure(register).words
        os.chown(in_file, 12345, -1)
        assert SigningKey.open(key(tmp_path), register).apart(register) is True


@pytest.mark.parametrize("given", ["", "x", "a+b+c", "/nowhere/key.pub", NAME + "+00000000+" + base64.b64encode(b"\1" + b"0" * 32).decode()])
def test_what_is_no_public_key_is_refused(given: str) -> None:
    with pytest.raises(UsageFault, match="public key is a file"):
        read_public(given)


# --- exports, and the verifier without lapipe -----------------------------------------------------------------------


def exported(place: str, tmp_path: Path, name: str = "export.jsonl") -> Path:
    path = tmp_path / name
    with Register.open(place, clock=CLOCK, create=False) as register:
        export_to(register, path)
    return path


def test_the_verifier_is_one_file_of_the_standard_library(full: str, tmp_path: Path) -> None:
    note = sign(full, tmp_path)
    export = exported(full, tmp_path)
    assert export.stat().st_mode & 0o777 == 0o600
    alone = script(export)
    assert (alone.returncode, alone.stderr) == (0, "")
    assert "10 entries" in alone.stdout
    assert "Chain alone" in alone.stdout
    held = script(export, "--checkpoint", note, "--public", f"{key(tmp_path)}.pub")
    assert (held.returncode, held.stderr) == (0, "")
    assert "the first 9 entries are as they were signed on 2026-03-01T08:00:00Z; the 1 after them" in held.stdout


def lines(how: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda content: b"".join(how(content.splitlines(keepends=True)))


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "edit": lambda content: content.replace(b'"rows":12', b'"rows":13', 1),
    "delete": lines(lambda all: all[:4] + all[5:]),
    "cut": lines(lambda all: all[:-1]),
    "repeat": lines(lambda all: [*all, all[-1]]),
    "reorder": lines(lambda all: [*all[:3], all[4], all[3], *all[5:]]),
    "cut in mid-line": lambda content: content[:-40],
    "no json": lines(lambda all: [*all[:3], b"x\n", *all[4:]]),
    "hide": lines(lambda all: [*all[:3], json.dumps({"hash": sha256(b"\0" + all[3].rstrip()).hexdigest(), "pruned": 3}).encode() + b"\n", *all[4:]]),
}


@pytest.mark.parametrize("how", EDITS.values(), ids=EDITS.keys())
def test_an_export_that_was_edited_is_found(in_file: str, tmp_path: Path, how: Callable[[bytes], bytes]) -> None:
    export = exported(in_file, tmp_path)
    assert check_export(str(export)).problems == []
    export.write_bytes(how(export.read_bytes()))
    assert check_export(str(export)).problems


def test_an_export_that_was_made_anew_is_found_with_the_checkpoint_alone(in_file: str, tmp_path: Path) -> None:
    note = sign(in_file, tmp_path)
    attack(in_file, rewrite)
    export = exported(in_file, tmp_path)
    assert script(export).returncode == 0
    held = script(export, "--checkpoint", note, "--public", f"{key(tmp_path)}.pub")
    assert (held.returncode, held.stderr) == (5, "")
    assert "something before the checkpoint was changed" in held.stdout
    other = script(export, "--checkpoint", note, "--public", f"{key(tmp_path, 'other')}.pub")
    assert other.returncode == 5
    assert "not signed with this key" in other.stdout


@pytest.mark.parametrize("arguments", [(), ("/nowhere",), ("{export}", "--checkpoint", "{export}", "--public", "x+y"), ("{key}",), ("{export}", "--public", "{key}.pub"),
                                       ("--proof", "{export}")])
def test_the_verifier_says_what_it_cannot_tell(in_file: str, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    names = {"export": exported(in_file, tmp_path), "key": key(tmp_path)}
    done = script(*(each.format(**names) for each in arguments))
    assert done.returncode in (2, 5)
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr


def test_proofs_convince_who_has_the_checkpoints_alone(full: str, tmp_path: Path) -> None:
    old = sign(full, tmp_path, "old")
    grow(full, "r4", "r5")
    new = sign(full, tmp_path, "new")
    with Register.open(full, clock=CLOCK) as register:
        first, second = (parse_checkpoint(note.read_bytes()) for note in (old, new))
        continues, holds = prove(register, first, second), prove_entry(register, 5, second)
        with pytest.raises(UsageFault, match="not under this checkpoint"):
            prove_entry(register, 12, first)
    public = ("--public", f"{key(tmp_path)}.pub")
    for proof, notes in ((continues, (old, new)), (holds, (new,))):
        path = tmp_path / "proof.json"
        path.write_text(json.dumps(proof))
        given = [word for note in notes for word in ("--checkpoint", note)]
        assert script("--proof", path, *given, *public).stdout == "The proof holds.\n"
        path.write_text(json.dumps(proof).replace(proof["path"][0], "0" * 64))
        assert script("--proof", path, *given, *public).returncode == 5
    path.write_text(json.dumps(holds).replace('12', '13', 1) if '"rows\\":12' in json.dumps(holds) else json.dumps(holds | {"entry": "{}"}))
    assert script("--proof", path, "--checkpoint", new, *public).returncode == 5


# --- closed periods -------------------------------------------------------------------------------------------------


def year(place: str) -> None:
    """Runs of 2024 and of 2025: completed, refused and tried again, one that spans the new year."""
    from lapipe.errors import Refused

    with Register.open(place, clock=Ticking(datetime(2024, 5, 1, tzinfo=UTC))) as register:
        finish(register, "done")
        with pytest.raises(Refused), register.run("again", {"pipeline": "weekly", "purpose": "feedback"}):
            raise Refused("no", rule="LP401")
        with register.run("releasing", {"pipeline": "weekly", "purpose": "feedback"}) as record:
            record.record("release", {"release": "table", "periods": ["2024-05-01"]})
            register.evidence.add("consent", "s1", {"to": "it"}, date(2030, 1, 1))
            record.complete({})
    with Register.open(place, clock=Ticking(datetime(2024, 12, 31, 23, 59, 58, tzinfo=UTC))) as register:
        finish(register, "spanning")
    with Register.open(place, clock=Ticking(datetime(2025, 5, 1, tzinfo=UTC))) as register:
        finish(register, "again")
        finish(register, "late")


def close(place: str, tmp_path: Path, before: date = date(2025, 1, 1), export: str = "2024.jsonl") -> tuple[int, int]:
    with Register.open(place, clock=CLOCK) as register:
        signing = SigningKey.open(key(tmp_path), register)
        done = close_period(register, before, tmp_path / export, lambda: checkpoint(register, signing, str(tmp_path / "note"), NOW), date(2026, 3, 1))
    return done.until, done.removed


def test_a_closed_period_keeps_its_hashes_and_how_its_runs_ended(place: str, tmp_path: Path) -> None:
    year(place)
    with Register.open(place, clock=CLOCK) as register:
        runs, whole = register.runs(), list(register.entries())
    old = sign(place, tmp_path, "before")
    assert close(place, tmp_path) == (10, 8)
    with Register.open(place, clock=CLOCK) as register:
        assert register.runs() == runs
        assert [register.outcome(run.id) for run in runs] == runs
        kinds = [entry.kind for entry in register.entries()]
        assert kinds[:2] == ["release", "evidence"]
        assert [entry for entry in register.entries() if entry.seq > 10 and entry.seq <= whole[-1].seq] == whole[10:]
        checked = register.verify()
        assert (checked.findings, checked.pruned) == ((), 8)
        assert register.identity() == whole[0].hash
        with pytest.raises(UsageFault, match="completed at 2024-05-01"), register.run("done", {}):
            pytest.fail("the body ran")
        finish(register, "new")
        assert register.verify().findings == ()
    assert rules(place, tmp_path, old, tmp_path / "note") == set()
    kept = script(tmp_path / "2024.jsonl", "--checkpoint", old, "--checkpoint", tmp_path / "note", "--public", f"{key(tmp_path)}.pub")
    assert (kept.returncode, kept.stderr) == (0, "")
    after = script(exported(place, tmp_path), "--checkpoint", old, "--checkpoint", tmp_path / "note", "--public", f"{key(tmp_path)}.pub")
    assert (after.returncode, after.stderr) == (0, "")
    assert "8 of closed periods with their hash alone" in after.stdout


def test_periods_are_closed_one_after_another(place: str, tmp_path: Path) -> None:
    year(place)
    with Register.open(place, clock=CLOCK) as register:
        runs = register.runs()
    close(place, tmp_path)
    with pytest.raises(UsageFault, match="Nothing that was recorded before 2025-01-01"):
        close(place, tmp_path, export="again.jsonl")
    close(place, tmp_path, date(2026, 1, 1), "2025.jsonl")
    with Register.open(place, clock=CLOCK) as register:
        assert register.runs() == runs
        assert register.verify().findings == ()
    assert script(exported(place, tmp_path), "--checkpoint", tmp_path / "note", "--public", f"{key(tmp_path)}.pub").returncode == 0


def test_a_run_that_still_goes_on_is_not_closed(in_file: str, tmp_path: Path) -> None:
    with Register.open(in_file, clock=CLOCK) as register, register.run("going", {}) as record:
        until = register.verify().entries - 1
        with Register.open(in_file, clock=CLOCK) as other:
            signing = SigningKey.open(key(tmp_path), other)
            day = CLOCK.now.date() + timedelta(days=1)
            done = close_period(other, day, tmp_path / "export", lambda: checkpoint(other, signing, str(tmp_path / "note"), NOW), day)
        assert done.until == until
        record.record("stage", {})
        record.complete({})
        assert register.verify().findings == ()


def test_a_closing_that_was_interrupted_before_the_contents_went_is_finished(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    year(place)

    def killed(register: Register, until: int) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(Register, "_prune", killed)
        with pytest.raises(KeyboardInterrupt):
            close(place, tmp_path)
    with Register.open(place, clock=CLOCK) as register:
        assert register.verify().findings == ()
        assert len(register.runs()) == 5
    assert close(place, tmp_path, export="other.jsonl") == (10, 8)
    assert not (tmp_path / "other.jsonl").exists()


def edit_a_kept_hash(insider: Insider) -> None:
    insider(f"UPDATE entries SET hash = '{'1' * 64}' WHERE seq = 2")


def empty_one_more(insider: Insider) -> None:
    insider("UPDATE entries SET body = '' WHERE seq = 12")


def drop_a_kept_hash(insider: Insider) -> None:
    insider("DELETE FROM entries WHERE seq = 2")


@pytest.mark.parametrize(("how", "rule"), [(edit_a_kept_hash, "LP612"), (empty_one_more, "LP612"), (drop_a_kept_hash, "LP602")])
def test_what_is_done_to_a_closed_period_is_found(place: str, tmp_path: Path, how: Callable[[Insider], None], rule: str) -> None:
    year(place)
    close(place, tmp_path)
    attack(place, how)
    assert rule in rules(place, tmp_path, tmp_path / "note")
    assert check_export(str(exported(place, tmp_path))).problems


def test_contents_do_not_go_where_the_export_could_not_be_written(in_file: str, tmp_path: Path) -> None:
    day = CLOCK.now.date() + timedelta(days=1)
    for export, fault, says in ((tmp_path / "nowhere" / "x", EngineFault, "cannot be written"), (key(tmp_path), UsageFault, "never overwritten")):
        with Register.open(in_file, clock=CLOCK) as register, pytest.raises(fault, match=says):
            close_period(register, day, export, lambda: None, day)
    with Register.open(in_file, clock=CLOCK) as register, pytest.raises(UsageFault, match="is not over"):
        close_period(register, day, tmp_path / "x", lambda: None, CLOCK.now.date())
    with Register.open(in_file, clock=CLOCK) as register:
        assert register.verify().pruned == 0


def test_contents_that_were_removed_are_in_no_file_of_the_register(in_file: str, tmp_path: Path) -> None:
    with Register.open(in_file, clock=CLOCK) as register:
        register.append("note", {"who": "named-officer-4711"})
    day = CLOCK.now.date() + timedelta(days=1)
    with Register.open(in_file, clock=CLOCK) as register:
        close_period(register, day, tmp_path / "export", lambda: None, day)
        assert not any(b"named-officer-4711" in file.read_bytes() for file in Path(in_file).parent.iterdir())
    assert b"named-officer-4711" in (tmp_path / "export").read_bytes()


def test_a_public_key_says_its_id() -> None:
    public = PublicKey(NAME, b"k" * 32)
    assert parse_public(str(public)) == public
