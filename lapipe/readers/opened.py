"""Open the bytes of a file, packed or not; find how its text is encoded; say in one sentence what cannot be read."""

from __future__ import annotations

import codecs
import gzip
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar, cast

from lapipe.contract import Contract
from lapipe.errors import ContractBroken, EngineFault

T = TypeVar("T")

#: How much of a file is looked at to find its encoding, and the longest header line, in bytes.
SAMPLE = 1 << 20

#: Byte order marks, and the encodings they stand for.
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NO_SPACE = 28


class _SeveralFiles(zipfile.BadZipFile):
    """A zip does not hold one file; says how many it does."""


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading; a gzip or a zip of one file is unpacked on the way."""
    ending = path.suffix.lower()
    if ending == ".gz":
        return cast(IO[bytes], gzip.open(path))
    if ending == ".zip":
        archive = zipfile.ZipFile(path)
        # A Mac puts what it knows of a file beside it.
        files = [info for info in archive.infolist() if not (info.is_dir() or info.filename.startswith("__MACOSX/"))]
        if len(files) != 1:
            raise _SeveralFiles(len(files))
        return archive.open(files[0])
    return open(path, "rb")


def readable(path: Path, contract: Contract, read: Callable[[], T], encoding: str = "", spool: Path | None = None) -> T:
    """Call what reads a file; what goes wrong comes out as one sentence, with nothing of the file in it.

    Raises:
        ContractBroken: the file is not there, damaged, or not text of its encoding (LP208).
        EngineFault: the disk is full.
    """
    try:
        return read()
    except UnicodeError:
        problem = (f"is not {encoding.removesuffix('-sig')} text throughout. Declare its encoding in the contract (for a file that was saved "
                   "by Excel on Windows: encoding cp1252)")
    except PermissionError:
        problem = "may not be read by this user"
    except FileNotFoundError:
        problem = "does not exist"
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        full = isinstance(error, OSError) and error.errno == _NO_SPACE
        problem = "full" if full else damaged(error)
    if problem == "full":
        raise EngineFault(f"The disk is full: {path} could not be unpacked into {spool}. Free space, or name another "
                          "folder with `runs` in lapipe.toml.")
    raise ContractBroken(f"{contract.name}: {path} {problem}.", rule="LP208")


def damaged(error: Exception) -> str:
    """Say what is wrong with a file that could not be unpacked."""
    if isinstance(error, _SeveralFiles):
        return f"holds {error.args[0] or 'no'} files, and a zip is read where it holds one; unpack it and give each file with its own contract"
    return "ends too early, is damaged, or is not what its ending says; export it again"


def sampled(path: Path, contract: Contract) -> tuple[str, str]:
    """Give the encoding of a file, as declared or by its byte order mark, and the text at its beginning.

    Raises:
        ContractBroken: the file is empty or not text of that encoding; the sentence names the likely one (LP208).
    """

    def read() -> bytes:
        with open_bytes(path) as stream:
            return stream.read(SAMPLE)

    sample = readable(path, contract, read)
    if not sample.strip():
        raise ContractBroken(f"{contract.name}: {path} is empty; export it again.", rule="LP208")
    encoding = contract.reading.encoding or next((name for mark, name in BOMS if sample.startswith(mark)), "utf-8")
    text: str | None = None
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample).removeprefix("\ufeff")
    except (UnicodeError, LookupError):
        text = None
    wide = _likely_wide(sample)
    if text is None or ("\0" in text and (wide or not contract.reading.nul_removed)):
        likely = wide or _likely(sample)
        hint = (f"It looks like {likely}: declare `encoding: {likely}` in the contract if it is." if likely else
                "It has NUL bytes; export it again, or declare `nul: removed` under reading in the contract.")
        raise ContractBroken(f"{contract.name}: {path} is not {encoding.removesuffix('-sig')} text. {hint}", rule="LP208")
    return encoding, text


def _likely_wide(sample: bytes) -> str:
    """Tell UTF-16 without a mark: of Latin letters every second byte is zero."""
    even, odd = sample[0:4000:2].count(0), sample[1:4000:2].count(0)
    half = len(sample[:4000]) // 2
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd < 0.1 * half else ""


def _likely(sample: bytes) -> str:
    """Tell what text of one byte per character is likely to be in: Windows uses 0x80 to 0x9f, ISO 8859 leaves them to controls."""
    if 0 in sample:
        return ""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8"
    except UnicodeError:
        return "cp1252" if any(byte in sample for byte in range(0x80, 0xA0)) else "iso-8859-1"


def create(path: Path, binary: bool = False) -> IO[bytes] | IO[str]:
    """Make a new file that only its owner may read."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    return open(descriptor, "wb") if binary else open(descriptor, "w", encoding="utf-8", newline="")
