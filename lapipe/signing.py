"""A key to sign with (Ed25519): one owner-only file for one person in a role, and the public line that tells it to a project."""

from __future__ import annotations

import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.errors import EngineFault, RegisterFault, UsageFault
from lapipe.keys import PassphraseNeeded, stretched

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_FORMAT = "lapipe signing key"

#: For whoever must read the file without lapipe; `lapipe.keys` says why these.
_ENCRYPTION = "scrypt n=131072 r=8 p=1, AES-256-GCM, additional data: the public key's bytes"


class SigningKey:
    """A private key in memory; it shows its public half only, and is neither pickled nor copied."""

    __slots__ = ("_sign", "public")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._sign = private.sign
        self.public = b64encode(private.public_key().public_bytes_raw()).decode()

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public!r})"

    def __reduce__(self) -> Any:
        raise TypeError("SigningKey holds a key and is not pickled or copied: open the file where it is needed.")

    def sign(self, message: bytes) -> str:
        """Give the signature (64 bytes) in base64."""
        return b64encode(self._sign(message)).decode()


def create_signing_key(path: Path, *, passphrase: str | None = None) -> SigningKey:
    """Make a key and write it to `path`, readable by its owner only and never over another file.

    Raises:
        RegisterFault: something is there already, or it lies in a lapipe project or a git work tree (LP606).
        UsageFault: the passphrase is empty.
        EngineFault: the file cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if passphrase == "":
        raise UsageFault("The passphrase of a signing key is empty: give one, or none at all.")
    _refuse_inside_project(path)
    private = Ed25519PrivateKey.generate()
    made = SigningKey(private)
    document = {"format": _FORMAT, "version": 1, "public": made.public, **_sealed(private.private_bytes_raw(), made.public, passphrase)}
    problem = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(document, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        problem = "exists"
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem == "exists":
        raise RegisterFault(f"There is something at {path} already, and a signing key is never overwritten: name another path.", rule="LP606")
    if problem:
        raise EngineFault(f"The signing key {path} cannot be written ({problem}): name a local folder that you own.")
    return made


def open_signing_key(path: Path, *, passphrase: str | None = None) -> SigningKey:
    """Read the key at `path`; a passphrase that is not needed is ignored.

    Raises:
        PassphraseNeeded: it is encrypted, and the passphrase is missing or empty.
        RegisterFault: the file is missing, damaged, not owner-only or inside a project, or the passphrase is wrong (LP606).
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    content = _read(path)
    _refuse_inside_project(path)
    secret, wrong = b"", False
    try:
        document = json.loads(content)
        whole = document["format"] == _FORMAT and document["version"] == 1
        if whole and "encryption" in document:
            if not passphrase:
                raise PassphraseNeeded(f"The signing key {path} is encrypted: give its passphrase, in LAPIPE_PASSPHRASE or when a terminal asks for it.", rule="LP606")
            secret = _unsealed(document, passphrase)
            wrong = not secret
        elif whole:
            secret = bytes.fromhex(document["secret"])
        made = SigningKey(Ed25519PrivateKey.from_private_bytes(secret)) if secret else None
    except (ValueError, TypeError, LookupError, RecursionError):
        made = None
    if wrong:
        raise RegisterFault(f"The passphrase does not open the signing key {path}: give the one it was created with.", rule="LP606")
    if made is None or made.public != document["public"]:
        raise RegisterFault(f"The signing key {path} is cut short, altered, or no signing key at all: restore it from its backup, or create another "
                            "with `lapipe keys signing` and have its public line put in organisation.yaml.", rule="LP606")
    return made


def is_signed(message: bytes, signature: str, public: str) -> bool:
    """Say whether a signature in base64 is that of a public key (32 bytes in base64) over a message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True)).verify(b64decode(signature, validate=True), message)
        return True
    except (InvalidSignature, ValueError):
        return False


def _sealed(secret: bytes, public: str, passphrase: str | None) -> dict[str, str]:
    if passphrase is None:
        return {"secret": secret.hex()}
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(stretched(passphrase, salt)).encrypt(nonce, secret, b64decode(public))
    return {"encryption": _ENCRYPTION, "salt": salt.hex(), "nonce": nonce.hex(), "secret": sealed.hex()}


def _unsealed(document: dict[str, str], passphrase: str) -> bytes:
    """Give the secret, or nothing where the passphrase is not the one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(stretched(passphrase, bytes.fromhex(document["salt"])))
    try:
        return cipher.decrypt(bytes.fromhex(document["nonce"]), bytes.fromhex(document["secret"]), b64decode(document["public"]))
    except InvalidTag:
        return b""


def _refuse_inside_project(path: Path) -> None:
    for folder in Path(os.path.realpath(path)).parents:
        for marker in (".git", "lapipe.toml"):
            if os.path.lexists(folder / marker):
                raise RegisterFault(f"The signing key {path} lies in {folder}, which holds {marker}: keep it outside every project and git work "
                                    "tree, where only you can read it.", rule="LP606")


def _read(path: Path) -> bytes:
    """Read a file that is its owner's only; what is checked is what is read, as both go by one handle."""
    problem, handle = "", -1
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            problem = "is a folder or a device; name the file itself"
        elif found.st_uid != os.geteuid() or found.st_mode & 0o077:
            problem = f"may be read by others than you; sign as its owner, who says `chmod 600 {path}`"
        else:
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read()
    except (FileNotFoundError, NotADirectoryError):
        problem = "does not exist; create one with `lapipe keys signing`, outside the project"
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); name the file itself"
    finally:
        if handle >= 0:
            os.close(handle)
    raise RegisterFault(f"The signing key {path} {problem}.", rule="LP606")
