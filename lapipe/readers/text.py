"""Open delimited text: find its encoding and delimiter, and bring it to UTF-8 where the engine needs that."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from lapipe.contract import Contract, folded
from lapipe.errors import ContractBroken, EngineFault
from lapipe.readers.header import known_names, match_header

#: Endings of the files that are read as text.
TEXT_ENDINGS = frozenset(
    ending + packed for ending in (".csv", ".txt", ".tsv") for packed in ("", ".gz", ".zip")) | {".zip"}

_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

#: How much of a file is looked at to find its encoding, and the longest header line, in bytes.
_SAMPLE = 1 << 20


@dataclass(frozen=True)
class Text:
    """Delimited UTF-8 files of one header; `names` are the contract's names of the columns, in file order."""

    paths: tuple[Path, ...]
    header: tuple[str, ...]
    names: tuple[str, ...]
    delimiter: str
    encoding: str


def open_text(paths: Sequence[Path], contract: Contract, spool: Path) -> Text:
    """Look at the first line of each file and rewrite, in `spool`, what is zipped or not UTF-8.

    Raises:
        ContractBroken: a file is empty, not text in a known encoding, or its header differs (LP202, LP208).
    """
    opened = [_open_one(path, contract, spool) for path in paths]
    first = opened[0]
    if any(each.header != first.header or each.delimiter != first.delimiter for each in opened[1:]):
        raise ContractBroken(f"{contract.name}: the {len(opened)} files differ in header or delimiter; read them apart.",
                             rule="LP202")
    return Text(tuple(each.paths[0] for each in opened), first.header, first.names, first.delimiter, first.encoding)


def _open_one(path: Path, contract: Contract, spool: Path) -> Text:
    problem = ""
    try:
        with _bytes(path) as stream:
            sample = stream.read(_SAMPLE)
    except PermissionError:
        problem = "may not be read by this user"
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        problem = "is not what its ending says" if not isinstance(error, FileNotFoundError) else "does not exist"
    if problem:
        raise ContractBroken(f"{contract.name}: {path} {problem}.", rule="LP208")
    if not sample.strip():
        raise ContractBroken(f"{contract.name}: {path} is empty; export it again.", rule="LP208")
    encoding = contract.reading.encoding or _encoding(sample)
    text = _decoded(sample, encoding)
    if text is None:
        raise ContractBroken(
            f"{contract.name}: {path} is not {encoding} text. Declare its encoding in the contract (for a file that was "
            "saved by Excel on Windows: encoding cp1252).", rule="LP208")
    delimiter = contract.reading.delimiter or _delimiter(text, contract)
    header = tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
    names = match_header(header, contract, str(path))
    # A gzip that was cut short is noticed only by who reads it to its end and holds its checksum.
    if path.suffix.lower() in (".zip", ".gz") or encoding not in ("utf-8", "utf-8-sig"):
        path = _rewrite(path, encoding, contract, spool)
    return Text((path,), header, names, delimiter, encoding)


def _bytes(path: Path) -> IO[bytes]:
    ending = path.suffix.lower()
    if ending == ".gz":
        return cast(IO[bytes], gzip.open(path))
    if ending == ".zip":
        archive = zipfile.ZipFile(path)
        files = [info for info in archive.infolist() if not info.is_dir()]
        if len(files) != 1:
            raise zipfile.BadZipFile
        return archive.open(files[0])
    return open(path, "rb")


def _encoding(sample: bytes) -> str:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    return "utf-8"


def _decoded(sample: bytes, encoding: str) -> str | None:
    """Decode a sample; it may end within a character."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except (UnicodeDecodeError, LookupError):
        return None
    return None if "\0" in text else text.removeprefix("\ufeff")


def _delimiter(text: str, contract: Contract) -> str:
    """Take the delimiter under which most of the first line's cells are declared columns."""
    known = known_names(contract)

    def score(delimiter: str) -> int:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return sum(folded(cell) in known for cell in cells)

    return max(_DELIMITERS, key=score)


def _rewrite(path: Path, encoding: str, contract: Contract, spool: Path) -> Path:
    """Write the file as UTF-8 into the run's own folder, in pieces of constant size."""
    target = spool / f"{contract.name}-{len(list(spool.iterdir()))}.csv"
    problem = ""
    try:
        with _bytes(path) as stream, open(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w",
                                          encoding="utf-8", newline="") as out:
            reader = codecs.getreader(encoding)(stream)
            while piece := reader.read(_SAMPLE):
                out.write(piece.removeprefix("\ufeff"))
    except UnicodeDecodeError:
        problem = f"is not {encoding} text throughout; declare its encoding in the contract"
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        full = isinstance(error, OSError) and error.errno == 28
        problem = "full" if full else "ends too early or is damaged; export it again"
    if problem == "full":
        raise EngineFault(f"The disk is full: {path} could not be unpacked into {spool}. Free space, or name another "
                          "folder with `runs` in lapipe.toml.")
    if problem:
        raise ContractBroken(f"{contract.name}: {path} {problem}.", rule="LP208")
    return target
