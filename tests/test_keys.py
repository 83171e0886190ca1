"""The key ring: pseudonyms that are stable, unrelated across purposes, and a file that gives nothing away."""

from __future__ import annotations

import base64
import copy
import errno
import functools
import hashlib
import hmac
import json
import os
import pickle
import secrets
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lapipe.errors import ContractBroken, EngineFault, LapipeError, RegisterFault, UsageFault
from lapipe.keys import KeyRing, PassphraseNeeded, Pseudonyms

TODAY = date(2026, 11, 24)
PASSPHRASE = "een lange wachtzin met een é"
#: A known master key, in every spelling in which it could leak.
MASTER = bytes(range(32, 64))
LEAKS = (MASTER, MASTER.hex().encode(), base64.b64encode(MASTER).rstrip(b"="), repr(MASTER).encode()[2:-1])


def leaks(content: bytes) -> list[bytes]:
    return [spelling for spelling in LEAKS if spelling in content]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def write(path: Path, document: dict[str, Any]) -> Path:
    """Write a ring file by hand, checksum included, as a forger could."""
    document = {name: value for name, value in document.items() if name != "sha256"}
    content = json.dumps(document | {"sha256": hashlib.sha256(canonical(document)).hexdigest()}).encode()
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def plain(*masters: bytes) -> dict[str, Any]:
    keys = [{"id": f"key-{number}", "master": master.hex()} for number, master in enumerate(masters)]
    return {"format": "lapipe key ring", "version": 1, "keys": keys}


def by_hand(master: bytes, purpose: str, domain: str, value: str) -> str:
    """Compute a pseudonym with the standard library: HKDF as RFC 5869 writes it, HMAC, RFC 9562's bits."""
    words = [word.encode() for word in ("lapipe", "1", "pseudonym", purpose, domain)]
    info = b"".join(len(word).to_bytes(4, "big") + word for word in words)
    extracted = hmac.new(bytes(32), master, hashlib.sha256).digest()
    derived = hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()
    number = int.from_bytes(hmac.new(derived, value.encode(), hashlib.sha256).digest()[:16], "big")
    number = number & ~(0xF << 76) | (8 << 76)
    number = number & ~(0b11 << 62) | (0b10 << 62)
    return str(uuid.UUID(int=number))


def of(ring: KeyRing, *values: str | None, purpose: str = "progress", domain: str = "student") -> list[str | None]:
    return ring.pseudonyms(purpose=purpose, domain=domain).of(values)


def chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    for earlier in (error.__cause__, error.__context__):
        if earlier is not None:
            yield from chain(earlier)


def refused(call: Callable[[], object], *, fault: type[LapipeError] = RegisterFault, rule: str, says: str) -> None:
    """See that a call is refused in one sentence, with its rule, and with nothing of a key or a foreign error in it."""
    with pytest.raises(fault) as caught:
        call()
    error = caught.value
    assert type(error) in {fault, PassphraseNeeded}
    assert error.rule == rule
    assert says in str(error)
    assert str(error).count("\n") == 0
    assert str(error).endswith(".")
    assert list(chain(error)) == [error]
    assert not leaks(f"{error!r} {error}".encode())
    assert PASSPHRASE not in str(error)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every new master key be MASTER; salts and nonces stay random."""
    monkeypatch.setattr(secrets, "token_bytes", lambda size: MASTER if size == 32 else os.urandom(size))


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one encrypted ring around MASTER, as scrypt takes its time."""
    path = tmp_path_factory.mktemp("keys") / "encrypted.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_bytes", lambda size: MASTER if size == 32 else os.urandom(size))
        KeyRing.create(path, today=TODAY, passphrase=PASSPHRASE)
    return path


# Pseudonyms


@pytest.mark.parametrize(
    ("purpose", "domain", "value"),
    [
        ("progress", "student", "1234567"),
        ("progress", "moodle", "1234567"),
        ("studievoortgang", "e-mail", "josé@example.org"),
        ("progress", "student", ""),
        ("progress", "student", "x" * 5000),
        ("", "", "0"),
    ],
)
def test_a_pseudonym_is_what_the_standards_say(tmp_path: Path, purpose: str, domain: str, value: str) -> None:
    ring = KeyRing.open(write(tmp_path / "ring.json", plain(MASTER)))
    assert of(ring, value, purpose=purpose, domain=domain) == [by_hand(MASTER, purpose, domain, value)]


def test_a_pseudonym_stays_the_same_in_every_version_of_lapipe(tmp_path: Path) -> None:
    ring = KeyRing.open(write(tmp_path / "ring.json", plain(MASTER)))
    assert of(ring, "1234567") == ["c575d5d1-152b-8ea2-8030-d93034f53a57"]


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=20))
def test_every_value_gets_its_own_pseudonym_in_its_own_place_and_none_stays_none(values: list[str | None]) -> None:
    ring = KeyRing({"key-0": MASTER})
    expected = [None if value is None else by_hand(MASTER, "progress", "student", value) for value in values]
    assert of(ring, *values) == expected


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_nobody_gets_no_pseudonym(values: list[None]) -> None:
    assert of(KeyRing.ephemeral(), *values) == values


def test_a_pseudonym_is_a_uuid_of_version_8_and_everybody_has_another() -> None:
    pseudonyms = of(KeyRing.ephemeral(), *(str(number) for number in range(500)))
    assert len(set(pseudonyms)) == 500
    for pseudonym in pseudonyms:
        assert pseudonym is not None
        parsed = uuid.UUID(pseudonym)
        assert (str(parsed), parsed.version, parsed.variant) == (pseudonym, 8, uuid.RFC_4122)


@given(text=st.text("abé-:/0", min_size=1, max_size=8), cuts=st.data())
def test_two_purposes_and_domains_that_read_alike_together_have_unrelated_pseudonyms(
    text: str, cuts: st.DataObject
) -> None:
    first, second = (cuts.draw(st.integers(0, len(text))) for _ in range(2))
    ring = KeyRing({"key-0": MASTER})
    one = of(ring, "1234567", purpose=text[:first], domain=text[first:])
    other = of(ring, "1234567", purpose=text[:second], domain=text[second:])
    assert (one == other) == (first == second)


@pytest.mark.parametrize(
    ("purpose", "domain"), [("advice", "student"), ("progress", "moodle"), ("student", "progress")]
)
def test_another_purpose_or_domain_gives_an_unrelated_pseudonym(purpose: str, domain: str) -> None:
    ring = KeyRing.ephemeral()
    here = of(ring, *map(str, range(100)))
    assert not set(here) & set(of(ring, *map(str, range(100)), purpose=purpose, domain=domain))


def test_another_ring_gives_another_pseudonym() -> None:
    assert of(KeyRing.ephemeral(), "1234567") != of(KeyRing.ephemeral(), "1234567")


def test_the_newest_key_makes_the_pseudonym_and_is_the_one_named(tmp_path: Path) -> None:
    older = bytes(32)
    ring = KeyRing.open(write(tmp_path / "ring.json", plain(older, MASTER)))
    pseudonyms = ring.pseudonyms(purpose="progress", domain="student")
    assert ring.names == ("key-0", "key-1")
    assert pseudonyms.key_id == "key-1"
    assert pseudonyms.of(["1"]) == [by_hand(MASTER, "progress", "student", "1")]


def test_another_process_computes_the_same_pseudonym(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    ring = KeyRing.create(path, today=TODAY)
    program = (
        "import pathlib, sys; from lapipe.keys import KeyRing; ring = KeyRing.open(pathlib.Path(sys.argv[1])); "
        "print(ring.pseudonyms(purpose='progress', domain='student').of(['1234567'])[0])"
    )
    root = Path(__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", program, path], cwd=root, capture_output=True, text=True, check=True)
    assert [run.stdout.strip()] == of(ring, "1234567")


@pytest.mark.parametrize(
    "value", ["student-\ud800-77", 7654321, float("nan"), b"7654321"], ids=["half a pair", "int", "nan", "bytes"]
)
def test_a_value_that_is_no_text_is_refused_without_showing_it(value: Any) -> None:
    def call() -> object:
        return of(KeyRing.ephemeral(), "1", value)

    refused(call, fault=ContractBroken, rule="LP207", says="identity domain 'student'")
    with pytest.raises(ContractBroken) as caught:
        call()
    assert not any(part in str(caught.value) for part in ("77", "7654321", "nan"))


# Secrecy


def test_no_repr_attribute_or_vars_shows_the_key(known: None) -> None:
    ring = KeyRing.ephemeral()
    pseudonyms = ring.pseudonyms(purpose="progress", domain="student")
    words = [b"lapipe", b"1", b"pseudonym", b"progress", b"student"]
    info = b"".join(len(word).to_bytes(4, "big") + word for word in words)
    extracted = hmac.new(bytes(32), MASTER, hashlib.sha256).digest()
    derived = hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()
    for thing in (ring, pseudonyms):
        shown = f"{thing!r} {thing!s} {[getattr(thing, name) for name in dir(thing)]!r}"
        assert not leaks(shown.encode())
        assert derived.hex() not in shown
        assert repr(derived)[2:-1] not in shown
        assert not hasattr(thing, "__dict__")
    assert repr(ring) == f"KeyRing(names={ring.names!r})"
    assert repr(pseudonyms) == f"Pseudonyms(purpose='progress', domain='student', key_id={ring.names[0]!r})"


@pytest.mark.parametrize(
    "act",
    [*(functools.partial(pickle.dumps, protocol=number) for number in range(6)), copy.copy, copy.deepcopy],
)
@pytest.mark.parametrize("kind", [KeyRing, Pseudonyms])
def test_a_key_is_not_pickled_or_copied(act: Callable[[object], object], kind: type) -> None:
    ring = KeyRing.ephemeral()
    thing = ring if kind is KeyRing else ring.pseudonyms(purpose="progress", domain="student")
    with pytest.raises(TypeError, match=f"{kind.__name__} holds a key and is not pickled or copied"):
        act(thing)


def test_the_id_of_a_key_is_its_day_and_chance(tmp_path: Path, known: None) -> None:
    rings = [KeyRing.create(tmp_path / f"{number}.json", today=TODAY) for number in range(2)]
    names = {name for ring in rings for name in ring.names}
    assert len(names) == 2, "one and the same key has two ids: nothing of it is in them"
    assert all(name.startswith("2026-11-24-") for name in names)


# Create


def test_what_was_created_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    created = KeyRing.create(path, today=TODAY)
    opened = KeyRing.open(path)
    assert opened.names == created.names
    assert of(opened, "1", "2") == of(created, "1", "2")
    assert os.listdir(tmp_path) == ["ring.json"]


def test_a_passphrase_that_is_not_needed_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    assert KeyRing.create(path, today=TODAY).names == KeyRing.open(path, passphrase=PASSPHRASE).names


def test_the_file_is_whole_and_its_owners_only_from_its_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "ring.json"
    seen: list[tuple[bool, int]] = []
    link = os.link

    def watch(source: str, target: Path) -> None:
        seen.append((path.exists(), stat.S_IMODE(os.stat(source).st_mode)))
        link(source, target)

    monkeypatch.setattr(os, "link", watch)
    before = os.umask(0)
    try:
        KeyRing.create(path, today=TODAY)
    finally:
        os.umask(before)
    assert seen == [(False, 0o600)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("step", ["fsync", "link"])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=["full", "ctrl-c"]
)
def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, step, fail)
    path = tmp_path / "ring.json"
    if isinstance(error, OSError):
        refused(lambda: KeyRing.create(path, today=TODAY), fault=EngineFault, rule="", says="(No space left on device)")
    else:
        with pytest.raises(KeyboardInterrupt):
            KeyRing.create(path, today=TODAY)
    assert os.listdir(tmp_path) == []


def test_a_file_where_a_folder_should_be_is_a_fault_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "ring.json"
    refused(lambda: KeyRing.create(path, today=TODAY), fault=EngineFault, rule="", says="cannot be written")


def occupied_by_a_file(path: Path) -> None:
    path.write_text("mine")


def occupied_by_a_folder(path: Path) -> None:
    path.mkdir()


def occupied_by_a_dangling_link(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


@pytest.mark.parametrize("occupy", [occupied_by_a_file, occupied_by_a_folder, occupied_by_a_dangling_link])
def test_nothing_is_overwritten(tmp_path: Path, occupy: Callable[[Path], None]) -> None:
    path = tmp_path / "ring.json"
    occupy(path)
    before = path.lstat()
    refused(lambda: KeyRing.create(path, today=TODAY), rule="LP604", says="never overwritten")
    assert path.lstat() == before
    assert os.listdir(tmp_path) == ["ring.json"]


def test_a_ring_that_appears_while_another_is_written_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ring.json"
    link = os.link

    def late(source: str, target: Path) -> None:
        path.write_text("the first")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    refused(lambda: KeyRing.create(path, today=TODAY), rule="LP604", says="never overwritten")
    assert path.read_text() == "the first"
    assert os.listdir(tmp_path) == ["ring.json"]


def test_of_eight_creators_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    start = threading.Barrier(8)
    made: list[KeyRing] = []
    faults: list[RegisterFault] = []

    def create() -> None:
        start.wait()
        try:
            made.append(KeyRing.create(path, today=TODAY))
        except RegisterFault as fault:
            faults.append(fault)

    creators = [threading.Thread(target=create) for _ in range(8)]
    for creator in creators:
        creator.start()
    for creator in creators:
        creator.join()
    assert (len(made), len(faults)) == (1, 7)
    assert KeyRing.open(path).names == made[0].names
    assert os.listdir(tmp_path) == ["ring.json"]


def marked_by_git(folder: Path) -> None:
    (folder / ".git").mkdir()


def marked_by_a_second_git_work_tree(folder: Path) -> None:
    (folder / ".git").write_text("gitdir: elsewhere")


def marked_by_lapipe(folder: Path) -> None:
    (folder / "lapipe.toml").write_text("")


@pytest.mark.parametrize("mark", [marked_by_git, marked_by_a_second_git_work_tree, marked_by_lapipe])
@pytest.mark.parametrize("below", ["ring.json", "secret/deep/ring.json", "../link/ring.json", "sub/../ring.json"])
def test_a_ring_inside_a_project_is_neither_made_nor_opened(
    tmp_path: Path, mark: Callable[[Path], None], below: str
) -> None:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to(project)
    path = project / below
    mark(project)
    before = sorted(project.rglob("*"))
    refused(lambda: KeyRing.create(path, today=TODAY), rule="LP606", says="keep it outside every project")
    assert sorted(project.rglob("*")) == before
    Path(os.path.realpath(path)).parent.mkdir(parents=True, exist_ok=True)
    write(path, plain(MASTER))
    refused(lambda: KeyRing.open(path), rule="LP606", says="keep it outside every project")


def test_a_ring_beside_a_project_is_fine_and_so_is_a_link_to_it_from_inside(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    marked_by_git(project)
    ring = KeyRing.create(tmp_path / "ring.json", today=TODAY)
    (project / "ring.json").symlink_to(tmp_path / "ring.json")
    assert KeyRing.open(project / "ring.json").names == ring.names


# Open


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "ring.json", plain(MASTER))
    path.chmod(mode)
    refused(lambda: KeyRing.open(path), rule="LP606", says=f"`chmod 600 {path}`")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_its_owner_only_is_opened(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "ring.json", plain(MASTER))
    path.chmod(mode)
    assert KeyRing.open(path).names == ("key-0",)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "ring.json", plain(MASTER))
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    refused(lambda: KeyRing.open(path), rule="LP606", says="belongs to another account")


def test_a_file_that_the_system_keeps_closed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", closed)  # as root no file is closed
    refused(lambda: KeyRing.open(tmp_path / "ring.json"), rule="LP606", says="may not be read by this account")


@pytest.mark.parametrize("missing", ["ring.json", "folder/ring.json", "file/ring.json"])
def test_a_missing_ring_says_how_to_make_one(tmp_path: Path, missing: str) -> None:
    (tmp_path / "file").write_text("")
    refused(lambda: KeyRing.open(tmp_path / missing), rule="LP604", says="create one with `lapipe keys create`")


def test_a_folder_or_a_pipe_is_no_ring(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe", 0o600)
    refused(lambda: KeyRing.open(tmp_path / "folder"), rule="LP604", says="not a file")
    refused(lambda: KeyRing.open(tmp_path / "pipe"), rule="LP604", says="not a file")


def test_a_loop_of_links_is_no_ring(tmp_path: Path) -> None:
    (tmp_path / "ring.json").symlink_to(tmp_path / "ring.json")
    refused(lambda: KeyRing.open(tmp_path / "ring.json"), rule="LP604", says="cannot be read")


def text_of(document: dict[str, Any]) -> bytes:
    return json.dumps(document | {"sha256": hashlib.sha256(canonical(document)).hexdigest()}).encode()


WHOLE = text_of(plain(MASTER))
KEY = {"id": "key-0", "master": MASTER.hex()}


DAMAGED = {
    "empty": b"",
    "half": WHOLE[: len(WHOLE) // 2],
    "last byte gone": WHOLE[:-1],
    "another key": WHOLE.replace(MASTER.hex().encode(), MASTER[::-1].hex().encode()),
    "another id": WHOLE.replace(b"key-0", b"key-9"),
    "no checksum": WHOLE.replace(b'"sha256"', b'"sha255"'),
    "not text": b"\xff\xfe",
    "null": b"null",
    "a list": b"[]",
    "nothing in it": b"{}",
    "a word": b'"lapipe key ring"',
    "too deep": b"[" * 100_000,
    "data": b"studentnummer;naam\n1234567;Jansen\n",
    "another format": text_of({**plain(MASTER), "format": "another"}),
    "keys absent": text_of({"format": "lapipe key ring", "version": 1}),
    "keys none": text_of(plain()),
    "keys null": text_of({**plain(), "keys": None}),
    "keys a number": text_of({**plain(), "keys": 1}),
    "keys a word": text_of({**plain(), "keys": "ab"}),
    "key a number": text_of({**plain(), "keys": [1]}),
    "key empty": text_of({**plain(), "keys": [{}]}),
    "key twice": text_of({**plain(), "keys": [KEY, KEY]}),
    "master not hexadecimal": text_of({**plain(), "keys": [{**KEY, "master": "zz"}]}),
    "master null": text_of({**plain(), "keys": [{**KEY, "master": None}]}),
    "master of 31 bytes": text_of(plain(bytes(31))),
    "master of 33 bytes": text_of(plain(bytes(33))),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_ring_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ring.json"
    path.touch(mode=0o600)
    path.write_bytes(content)
    refused(lambda: KeyRing.open(path), rule="LP604", says="restore it from its backup")


def test_a_ring_of_a_later_version_is_not_guessed_at(tmp_path: Path) -> None:
    path = write(tmp_path / "ring.json", {**plain(MASTER), "version": 3})
    refused(lambda: KeyRing.open(path), rule="LP604", says="not of version 1 or 2")


# Encrypted


@pytest.mark.parametrize("passphrase", [PASSPHRASE, PASSPHRASE.replace("é", "e\u0301")], ids=["composed", "decomposed"])
def test_an_encrypted_ring_opens_with_its_passphrase(encrypted: Path, passphrase: str) -> None:
    ring = KeyRing.open(encrypted, passphrase=passphrase)
    assert ring.names[0].startswith("2026-11-24-")
    assert of(ring, "1") == [by_hand(MASTER, "progress", "student", "1")]


def test_a_passphrase_from_the_environment_need_not_be_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    passphrase = os.fsdecode(b"caf\xe9 in latin-1")
    created = KeyRing.create(path, today=TODAY, passphrase=passphrase)
    assert of(KeyRing.open(path, passphrase=passphrase), "1") == of(created, "1")


def test_an_encrypted_file_holds_neither_key_nor_id_nor_passphrase(encrypted: Path) -> None:
    content = encrypted.read_bytes()
    assert not leaks(content)
    assert b"2026-11-24" not in content
    assert b"wachtzin" not in content
    assert stat.S_IMODE(encrypted.stat().st_mode) == 0o600


def test_the_words_of_the_leak_test_find_a_key_that_is_there(tmp_path: Path, known: None) -> None:
    KeyRing.create(tmp_path / "ring.json", today=TODAY)
    assert leaks((tmp_path / "ring.json").read_bytes()) == [MASTER.hex().encode()]


@pytest.mark.parametrize("passphrase", [None, ""])
def test_an_encrypted_ring_asks_for_its_passphrase(encrypted: Path, passphrase: str | None) -> None:
    refused(
        lambda: KeyRing.open(encrypted, passphrase=passphrase),
        fault=PassphraseNeeded, rule="LP604", says="is encrypted",
    )


@pytest.mark.parametrize("passphrase", [PASSPHRASE + " ", "\udcff"], ids=["longer", "not UTF-8"])
def test_a_wrong_passphrase_is_refused(encrypted: Path, passphrase: str) -> None:
    refused(lambda: KeyRing.open(encrypted, passphrase=passphrase), rule="LP604", says="passphrase does not open")


def test_an_encrypted_file_altered_by_accident_says_so_before_the_passphrase_is_tried(
    encrypted: Path, tmp_path: Path
) -> None:
    document = json.loads(encrypted.read_bytes())
    first = document["keys"][0]
    document["keys"] = ("1" if first == "0" else "0") + document["keys"][1:]
    path = tmp_path / "ring.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(document))
    refused(lambda: KeyRing.open(path), rule="LP604", says="altered")


FORGED: dict[str, dict[str, Any]] = {
    "cost": {"encryption": "scrypt n=2 r=8 p=1, AES-256-GCM"},
    "salt": {"salt": "00" * 16},
    "no salt": {"salt": None},
    "nonce": {"nonce": "00" * 12},
    "no nonce": {"nonce": ""},
    "one more field": {"note": "hello"},
    "keys": {"keys": "00" * 100},
    "keys in the clear": {"keys": [KEY]},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_an_encrypted_file_altered_on_purpose_does_not_open(
    encrypted: Path, tmp_path: Path, forge: dict[str, Any]
) -> None:
    path = write(tmp_path / "ring.json", json.loads(encrypted.read_bytes()) | forge)
    refused(lambda: KeyRing.open(path, passphrase=PASSPHRASE), rule="LP604", says="if somebody altered it")


def test_an_empty_passphrase_encrypts_nothing_and_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    refused(
        lambda: KeyRing.create(path, today=TODAY, passphrase=""),
        fault=UsageFault, rule="LP604", says="passphrase of a key ring is empty",
    )
    assert not path.exists()


def test_importing_the_module_does_not_load_cryptography() -> None:
    program = "import sys, lapipe.keys; print('cryptography' in sys.modules)"
    root = Path(__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
