"""The key ring: one owner-only file outside the project, and from it a key for each purpose and identity domain."""

from __future__ import annotations

import fcntl
import glob
import hashlib
import json
import os
import secrets
import stat
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lapipe.errors import ContractBroken, EngineFault, RegisterFault, UsageFault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hmac import HMAC

_FORMAT = "lapipe key ring"
#: A file of version 2 holds a key that is used from a later day on; a lapipe that would pass over that day does not read it.
_VERSION, _DATED = 1, 2
#: Characters that `tempfile` makes a name unlike others with.
_RANDOM = 8
#: How a ring in an environment variable is named where a path is asked for: `env:LAPIPE_KEYS`. For CI, which has no files that last.
ENVIRONMENT = "env:"
#: The version of the derivation, apart from the file's: a new one gives everyone another pseudonym.
_DERIVATION = "1"
#: Bytes of a master key: as long as the output of SHA-256, which HKDF asks of its input (RFC 5869, section 3.3).
_MASTER = 32
#: scrypt's cost: 128 MiB and about half a second (OWASP, Password Storage Cheat Sheet: N=2^17, r=8, p=1). Fixed by the
#: version and not read from the file, so that no file can ask for less, or for all memory.
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
#: Written into the file for whoever must read it without lapipe.
_ENCRYPTION = f"scrypt n={_SCRYPT['n']} r={_SCRYPT['r']} p={_SCRYPT['p']}, AES-256-GCM"

#: From a hexadecimal digit to the same digit with RFC 9562's variant (binary 10) in its two high bits.
_VARIANT = bytes.maketrans(b"0123456789abcdef", b"89ab" * 4)
_UUID_LENGTH = 36
#: Where the 32 hexadecimal digits of a UUID stand between its hyphens.
_DIGITS = tuple(place for place in range(_UUID_LENGTH) if place not in (8, 13, 18, 23))


class PassphraseNeeded(RegisterFault):
    """The key ring is encrypted and no passphrase was given: who can, asks for it and opens again."""


class _StaysInProcess:
    """What holds a key: neither pickled nor copied, so that no key reaches a worker, a cache or a disk."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        name = type(self).__name__
        raise TypeError(f"{name} holds a key and is not pickled or copied: open the key ring where it is needed.")


class Pseudonyms(_StaysInProcess):
    """What one purpose and one identity domain may see of a key ring: pseudonyms, and the id of the key behind them."""

    __slots__ = ("_keyed", "domain", "key_id", "purpose")

    def __init__(self, keyed: HMAC, *, key_id: str, purpose: str, domain: str) -> None:
        self._keyed = keyed
        self.key_id = key_id
        self.purpose = purpose
        self.domain = domain

    def __repr__(self) -> str:
        return f"Pseudonyms(purpose={self.purpose!r}, domain={self.domain!r}, key_id={self.key_id!r})"

    def of(self, values: Sequence[str | None]) -> list[str | None]:
        """Compute the pseudonym of each value: 36 characters, a UUID of version 8; None stays None.

        HMAC-SHA256 of the UTF-8 spelling, its first 16 bytes, with the version and variant bits of RFC 9562 (5.8).
        Bring the values to their canonical spelling first: "1234567" and "1234567.0" are two people here. Give distinct
        values; the cost is per value (more than 400,000 a second).

        >>> ring = KeyRing.ephemeral()
        >>> progress = ring.pseudonyms(purpose="progress", domain="student_number")
        >>> advice = ring.pseudonyms(purpose="advice", domain="student_number")
        >>> [pseudonym and len(pseudonym) for pseudonym in progress.of(["1234567", None])]
        [36, None]
        >>> progress.of(["1234567"]) == progress.of(["1234567"])
        True
        >>> progress.of(["1234567"]) == advice.of(["1234567"])
        False

        Raises:
            ContractBroken: a value is no text, or text that has no UTF-8 form.
        """
        copy = self._keyed.copy  # the keyed state is made once: an HMAC from the start costs twice the time
        digests: list[bytes] = []
        texts = True
        try:
            for value in values:
                if value is not None:
                    keyed = copy()
                    keyed.update(value.encode())
                    digests.append(keyed.finalize())
        except (AttributeError, UnicodeEncodeError):  # a number, NaN or bytes; half a surrogate pair
            texts = False
        if not texts:
            raise ContractBroken(
                f"A value of identity domain {self.domain!r} is not text: give canonical spellings, None for nobody.",
                rule="LP207",
            )
        pseudonyms = iter(_uuids(digests))
        return [None if value is None else next(pseudonyms) for value in values]


class Marks(_StaysInProcess):
    """What the ledger of releases may see of a key ring: a whole number of 64 bits for each person of an identity domain."""

    __slots__ = ("_keyed", "domain")

    def __init__(self, keyed: HMAC, *, domain: str) -> None:
        self._keyed = keyed
        self.domain = domain

    def __repr__(self) -> str:
        return f"Marks(domain={self.domain!r})"

    def of(self, values: Sequence[str]) -> list[int]:
        """Compute the mark of each canonical identifier: the first 8 bytes of HMAC-SHA256, as a signed number.

        Two people out of a million share one with a chance of 3 in 100 million, and would then be counted as one in a comparison.

        Raises:
            ContractBroken: a value is no text, or text that has no UTF-8 form.
        """
        copy, marks, texts = self._keyed.copy, [], True
        try:
            for value in values:
                keyed = copy()
                keyed.update(value.encode())
                marks.append(int.from_bytes(keyed.finalize()[:8], "big", signed=True))
        except (AttributeError, UnicodeEncodeError):
            texts = False
        if not texts:
            raise ContractBroken(f"A value of identity domain {self.domain!r} is not text: give canonical spellings.", rule="LP207")
        return marks


class KeyRing(_StaysInProcess):
    """Master keys, oldest to newest, from which the keys in use are derived; the newest one makes new pseudonyms.

    Make one with `create`, `open` or `ephemeral`. It shows the ids of its keys only.
    """

    __slots__ = ("_masters", "_since")

    _masters: Callable[[], Mapping[str, bytes]]
    _since: Mapping[str, date]

    def __init__(self, masters: Mapping[str, bytes], since: Mapping[str, date] | None = None) -> None:
        self._masters = lambda: masters  # in a closure, which no repr, vars() or inspector prints
        self._since = dict(since or {})

    def __repr__(self) -> str:
        return f"KeyRing(names={self.names!r})"

    @classmethod
    def create(cls, path: Path, *, today: date, passphrase: str | None = None) -> KeyRing:
        """Make a ring with one new key and write it to `path`, readable by its owner only.

        The file appears whole or not at all, and never replaces another. A missing folder is made, owner-only. With a
        passphrase the keys are encrypted (scrypt, AES-256-GCM); who loses it loses the ring.

        Raises:
            RegisterFault: there is something at `path` already, or it lies in a git work tree or a lapipe project.
            UsageFault: the passphrase is empty.
            EngineFault: the file cannot be written.
        """
        if in_environment(path):
            raise UsageFault("A key ring is created in a file; its content may then be put into an environment variable.", rule="LP604")
        if passphrase == "":
            raise UsageFault("The passphrase of a key ring is empty: give one, or none at all.", rule="LP604")
        _refuse_inside_project(path)
        if os.path.lexists(path):
            raise _exists(path)
        masters = _new_master(f"{today:%Y-%m-%d}")
        _write(path, _document(masters, passphrase))
        return cls(masters)

    @classmethod
    def open(cls, path: Path, *, passphrase: str | None = None) -> KeyRing:
        """Read the ring at `path`, or in the environment variable of `env:NAME`; a passphrase that is not needed is ignored.

        Raises:
            PassphraseNeeded: the ring is encrypted, and the passphrase is missing or empty.
            RegisterFault: the file is missing, damaged, not owner-only, somebody else's or inside a project, or the
                passphrase is wrong.
        """
        return cls(*_opened(path, passphrase)[:2])

    @classmethod
    def rotate(cls, path: Path, *, today: date, since: date, passphrase: str | None = None) -> KeyRing:
        """Put a new key into the ring at `path`, which makes the pseudonyms from the day `since` on; the others stay, to find people by.

        The file is replaced in one step, encrypted as it was.

        Raises:
            UsageFault: the day is past, or before that of a key that is there; or the ring is an environment variable.
            RegisterFault, PassphraseNeeded: as `open`.
            EngineFault: the file cannot be written.
        """
        with _changing(path):
            masters, dated, encrypted = _opened(path, passphrase)
            if since < max([today, *dated.values()]):
                raise UsageFault(f"A key is used from today on, or from a later day than those before it ({max([today, *dated.values()])} at the earliest), since what was "
                                 "made before stays as it was made.", rule="LP604")
            new = _new_master(f"{since:%Y-%m-%d}")
            masters, dated = {**masters, **new}, {**dated, **dict.fromkeys(new, since)}
            _replace(path, _document(masters, passphrase if encrypted else None, dated))
        return cls(masters, dated)

    @classmethod
    def destroy(cls, path: Path, name: str, *, today: date, passphrase: str | None = None) -> None:
        """Take a key out of the ring at `path`, and overwrite where it stood; the last one goes with its file.

        Copies in backups and snapshots are theirs to destroy who keep them. A name that is not there is passed over.

        Raises:
            UsageFault: it is in use, or the newest, and not the only one; or the ring is an environment variable.
            RegisterFault, PassphraseNeeded, EngineFault: as `rotate`.
        """
        with _changing(path):
            masters, dated, encrypted = _opened(path, passphrase)
            if name not in masters:
                return
            left = {each: master for each, master in masters.items() if each != name}
            if left and name in (list(masters)[-1], cls(masters, dated).current(today)):
                raise UsageFault(f"Key {name} is in use, or the newest: without it another would make the pseudonyms of today. Rotate first, or destroy the older ones "
                                 "before it.", rule="LP604")
            _replace(path, _document(left, passphrase if encrypted else None, {each: day for each, day in dated.items() if each != name}) if left else None)

    @classmethod
    def ephemeral(cls) -> KeyRing:
        """Make a ring that exists in memory only, for tests and examples: its pseudonyms never come back."""
        return cls(_new_master("ephemeral"))

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the keys, oldest to newest."""
        return tuple(self._masters())

    @property
    def since(self) -> Mapping[str, date]:
        """From which day on a key is used, of those that came by rotation."""
        return self._since

    def current(self, today: date | None = None) -> str:
        """Give the id of the key that makes pseudonyms on a day: the newest whose day has come; without a day, the newest."""
        begun = [name for name in self.names if today is None or self._since.get(name, date.min) <= today]
        return begun[-1] if begun else self.names[0]

    def check_values(self) -> dict[str, str]:
        """Give, of each key by its id, what tells it from another and nothing of it: 32 hexadecimal digits of an HMAC over a fixed label.

        It stands in manifests and registers, so that another key under the same id is not taken for it.
        """
        return {key_id: _keyed(master, "key check").finalize().hex()[:32] for key_id, master in self._masters().items()}

    def pseudonyms(self, *, purpose: str, domain: str, today: date | None = None) -> Pseudonyms:
        """Derive the key of one purpose and identity domain from the master key in use on a day; without a day, the newest.

        HKDF-SHA256 (RFC 5869). Pseudonyms of two purposes or two domains are unrelated, so that data sets cannot be
        joined behind the register's back.
        """
        key_id = self.current(today)
        master = self._masters()[key_id]
        return Pseudonyms(_keyed(master, "pseudonym", purpose, domain), key_id=key_id, purpose=purpose, domain=domain)

    def every(self, *, purpose: str, domain: str) -> tuple[Pseudonyms, ...]:
        """Derive the key of one purpose and identity domain from each master key: under one of them a person stands in a release."""
        return tuple(Pseudonyms(_keyed(master, "pseudonym", purpose, domain), key_id=key_id, purpose=purpose, domain=domain)
                     for key_id, master in self._masters().items())

    def references(self, domain: str) -> Pseudonyms:
        """Derive, from the oldest master key, the key of what the register knows people by who consented, objected or asked something."""
        key_id, master = next(iter(self._masters().items()))
        return Pseudonyms(_keyed(master, "reference", domain), key_id=key_id, purpose="", domain=domain)

    def marks(self, domain: str) -> Marks:
        """Derive the key of the ledger of releases for one identity domain, from the oldest master key.

        The newest one may change from year to year; what was released is compared with what is released for as long as it is kept.
        """
        return Marks(_keyed(next(iter(self._masters().values())), "ledger", domain), domain=domain)

    def check_value(self) -> str:
        """Give what tells whether a ledger was written with this ring's oldest key, and nothing of the key: 32 hexadecimal digits."""
        return _keyed(next(iter(self._masters().values())), "ledger check").finalize().hex()[:32]


def _keyed(master: bytes, *words: str) -> HMAC:
    """Give an HMAC under the key that HKDF-SHA256 (RFC 5869) derives for what the words say it is for."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(algorithm=SHA256(), length=_MASTER, salt=None, info=_context("lapipe", _DERIVATION, *words)).derive(master)
    return HMAC(derived, SHA256())


def _context(*words: str) -> bytes:
    """Encode what a key is for; each word carries its length, so that ("ab", "c") and ("a", "bc") differ."""
    encoded = [word.encode() for word in words]
    return b"".join(len(word).to_bytes(4, "big") + word for word in encoded)


def _uuids(digests: Sequence[bytes]) -> list[str]:
    """Write the first 16 bytes of each SHA-256 digest as the text of a UUID of version 8.

    Digit by digit over all values: less than half the time of formatting each (0.46 against 1.1 microseconds).
    """
    digits = b"".join(digests).hex().encode()
    text = bytearray(b"-") * (_UUID_LENGTH * len(digests))
    for digit, place in enumerate(_DIGITS):
        text[place::_UUID_LENGTH] = digits[digit::64]
    text[14::_UUID_LENGTH] = b"8" * len(digests)
    text[19::_UUID_LENGTH] = text[19::_UUID_LENGTH].translate(_VARIANT)
    written = text.decode()
    return [written[start : start + _UUID_LENGTH] for start in range(0, len(written), _UUID_LENGTH)]


def _new_master(label: str) -> dict[str, bytes]:
    # The id is random too: it goes into registers that many may read.
    return {f"{label}-{secrets.token_hex(4)}": secrets.token_bytes(_MASTER)}


# The file: JSON with a checksum against accidents; with a passphrase, `keys` is encrypted and all else authenticated.


def _opened(path: Path, passphrase: str | None) -> tuple[dict[str, bytes], dict[str, date], bool]:
    """Give the keys of a ring, the days that they are used from, and whether it is encrypted."""
    if in_environment(path):
        content = _from_environment(path)
    else:
        content = _read(path)
        _refuse_inside_project(path)
    document = _parsed(path, content)
    encrypted = "encryption" in document
    keys = _decrypted(path, document, passphrase) if encrypted else document.get("keys")
    masters = _masters(path, keys)
    listed: Any = keys  # a list, or `_masters` had refused it
    since: dict[str, date] | None = None
    with suppress(ValueError, TypeError):
        since = {str(key["id"]): date.fromisoformat(key["from"]) for key in listed if "from" in key}
    if since is None:
        raise _damaged(path, "holds a day that is none")
    return masters, since, encrypted


def in_environment(path: Path) -> bool:
    """Say whether a ring is in an environment variable."""
    return str(path).startswith(ENVIRONMENT)


def is_there(path: Path) -> bool:
    """Say whether there is something where a ring is said to be."""
    return str(path).removeprefix(ENVIRONMENT) in os.environ if in_environment(path) else os.path.lexists(path)


def _from_environment(path: Path) -> bytes:
    """Read a ring from an environment variable: the file's content, as it is or in base64."""
    import base64

    name = str(path).removeprefix(ENVIRONMENT)
    text = os.environ.get(name, "").strip()
    if not text:
        raise RegisterFault(f"There is no key ring in the environment variable {name}: put the content of one there, made with `lapipe keys create`.", rule="LP604")
    if text.startswith("{"):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b"-"  # what it is not, `_parsed` says


def _document(masters: Mapping[str, bytes], passphrase: str | None, since: Mapping[str, date] | None = None) -> bytes:
    dated = since or {}
    keys = [{"id": name, "master": master.hex(), **({"from": dated[name].isoformat()} if name in dated else {})} for name, master in masters.items()]
    document: dict[str, Any] = {"format": _FORMAT, "version": _DATED if dated else _VERSION}
    if passphrase is None:
        document["keys"] = keys
    else:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        document |= {"encryption": _ENCRYPTION, "salt": salt.hex(), "nonce": nonce.hex()}
        cipher = AESGCM(stretched(passphrase, salt))
        document["keys"] = cipher.encrypt(nonce, _canonical(keys), _canonical(document)).hex()
    return json.dumps(document | {"sha256": _checksum(document)}, indent=1).encode() + b"\n"


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    """Read the JSON and see that it is whole; what passes was written by `_document`, or forged on purpose."""
    if not content:
        raise _damaged(path, "is empty")
    try:
        document = json.loads(content)
        whole = document["format"] == _FORMAT
        version = document["version"]
        if whole and version in (_VERSION, _DATED):
            whole = document.pop("sha256") == _checksum(document)
    except (ValueError, TypeError, LookupError, RecursionError):
        whole = False
    if not whole:
        raise _damaged(path, "is cut short, altered, or not a key ring at all")
    if version not in (_VERSION, _DATED):
        raise RegisterFault(
            f"The key ring {path} is not of version {_VERSION} or {_DATED}, which this lapipe reads: use the lapipe that wrote it.",
            rule="LP604",
        )
    return dict(document)


def _masters(path: Path, keys: Any) -> dict[str, bytes]:
    try:
        masters = {str(key["id"]): bytes.fromhex(key["master"]) for key in keys}
    except (ValueError, TypeError, LookupError):
        masters = {}
    if not masters or len(masters) != len(keys) or any(len(master) != _MASTER for master in masters.values()):
        raise _damaged(path, "holds no keys, or something else than keys")
    return masters


def _decrypted(path: Path, document: Mapping[str, Any], passphrase: str | None) -> Any:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not passphrase:
        raise PassphraseNeeded(
            f"The key ring {path} is encrypted: give its passphrase, in LAPIPE_PASSPHRASE or when a terminal asks for it.", rule="LP604"
        )
    header = {name: value for name, value in document.items() if name != "keys"}
    try:
        cipher = AESGCM(stretched(passphrase, bytes.fromhex(header["salt"])))
        nonce, sealed = bytes.fromhex(header["nonce"]), bytes.fromhex(document["keys"])
        return json.loads(cipher.decrypt(nonce, sealed, _canonical(header)))
    except (InvalidTag, ValueError, TypeError, LookupError):
        pass  # raised below, so that nothing of the cipher hangs on in the chain
    # The checksum held, so it is not an accident to the file; only a forger makes this sentence's second half true.
    raise RegisterFault(
        f"The passphrase does not open the key ring {path}: give the one it was created with, or restore the file from "
        "its backup if somebody altered it.",
        rule="LP604",
    )


def stretched(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # One normal form: keyboards differ in how they spell é. "surrogatepass": an environment variable need not be UTF-8.
    spelling = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(spelling)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _checksum(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(document)).hexdigest()


def _damaged(path: Path, how: str) -> RegisterFault:
    return RegisterFault(
        f"The key ring {path} {how}: restore it from its backup, as a new ring gives everyone another pseudonym.",
        rule="LP604",
    )


def _exists(path: Path) -> RegisterFault:
    return RegisterFault(
        f"There is something at {path} already, and a key ring is never overwritten: use it, or name another path.",
        rule="LP604",
    )


# The disk.


def _refuse_inside_project(path: Path) -> None:
    """Refuse a ring that would go along with the code: committed, zipped, published."""
    for folder in Path(os.path.realpath(path)).parents:  # realpath: unlike Path.resolve, no error at a loop of links
        for marker in (".git", "lapipe.toml"):
            if os.path.lexists(folder / marker):
                raise RegisterFault(
                    f"The key ring {path} lies in {folder}, which holds {marker}: keep it outside every project and "
                    "git work tree.",
                    rule="LP606",
                )


def _write(path: Path, content: bytes) -> None:
    """Write a new owner-only file: whole or not at all, and never over another."""
    taken, problem, temporary = False, "", ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp opens with O_EXCL and mode 0600. A link, unlike a rename, fails when another creator was first.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            taken = True
        _sync_folder(path.parent)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    finally:
        if temporary:
            os.unlink(temporary)
    if taken:
        raise _exists(path)
    if problem:
        raise EngineFault(f"The key ring {path} cannot be written ({problem}): name a local folder that you own.")


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Change a ring alone: two that rotate at once would lose a key."""
    if in_environment(path):
        raise UsageFault(f"The key ring is the environment variable {str(path).removeprefix(ENVIRONMENT)}, which lapipe cannot change: change the file that it was made "
                         "from, and put that there.", rule="LP604")
    _read(path)  # before a lock is made beside what is none, or is somebody else's
    problem = ""
    try:
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        raise EngineFault(f"The key ring {path} cannot be changed ({problem}): its folder must be writable for its owner.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = Path(os.path.realpath(path))
        # What a killed change left holds keys, among them one that is destroyed later.
        for left in place.parent.glob(f".{glob.escape(place.name)}.{'?' * _RANDOM}"):
            with suppress(OSError):
                _overwrite(left)
                left.unlink()
        yield
    finally:
        os.close(lock)


def _overwrite(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(path: Path, content: bytes | None) -> None:
    """Put another content in the place of a ring, in one step, or nothing; and overwrite what stood there, as far as the disk does."""
    problem, temporary = "", ""
    place = Path(os.path.realpath(path))
    try:
        old = os.open(place, os.O_RDWR | os.O_NOFOLLOW)
        try:
            if content is None:
                os.unlink(place)
            else:
                handle, temporary = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, place)
                temporary = ""
            _sync_folder(place.parent)
            if os.fstat(old).st_nlink == 0:  # another name would lose its key unasked
                os.pwrite(old, bytes(os.fstat(old).st_size), 0)
                os.fsync(old)
        finally:
            os.close(old)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    finally:
        if temporary:
            os.unlink(temporary)
    if problem:
        raise EngineFault(f"The key ring {path} cannot be written ({problem}): its folder must be writable for its owner.")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)  # the name, too, is on the disk before anything is made with the key
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    """Read a file that is its owner's only; what is checked is what is read, as both go by one handle."""
    problem, rule, handle = "", "LP606", -1
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # O_NONBLOCK: do not wait at a pipe
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            problem, rule = f"The key ring {path} is a folder or a device, not a file: name the file itself.", "LP604"
        elif found.st_uid != os.geteuid():
            problem = f"The key ring {path} belongs to another account: run as its owner, who says `chmod 600 {path}`."
        elif found.st_mode & 0o077:
            problem = f"The key ring {path} is open to others than its owner: say `chmod 600 {path}`."
        else:
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read()
    except (FileNotFoundError, NotADirectoryError):
        problem = f"There is no key ring at {path}: create one with `lapipe keys create`, outside the project, or restore it where it was lost."
        rule = "LP604"
    except PermissionError:
        problem = f"The key ring {path} may not be read by this account: run as its owner, who says `chmod 600 {path}`."
    except OSError as error:
        problem, rule = f"The key ring {path} cannot be read ({error.strerror}): name the file itself.", "LP604"
    finally:
        if handle >= 0:
            os.close(handle)
    raise RegisterFault(problem, rule=rule)
