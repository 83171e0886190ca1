"""Exports of the register, and periods that are closed: signed, exported, and then kept by their hashes alone."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from lapipe.errors import EngineFault, RegisterFault, UsageFault
from lapipe.register import Register
from lapipe.register.chain import closed_until
from lapipe.register.entry import as_entry, as_text
from lapipe.register.verify_register import FORMAT, VERSION, check_export


def write_export(register: Register, file: BinaryIO) -> int:
    """Write every entry as the line that was hashed, after a line that names format, number and head; give how many.

    An entry of a closed period is its hash alone. `verify_register.py` checks such a file with Python's standard library.
    """
    def write(rows: Iterator[tuple[int, bytes, bytes]]) -> int:
        count, head = register._store.head()
        header = {"format": FORMAT, "version": VERSION, "entries": count, "head": as_text(head) or "0" * 64}
        file.write(json.dumps(header).encode() + b"\n")
        for seq, body, digest in rows:
            file.write((body or json.dumps({"hash": as_text(digest), "pruned": seq}).encode()) + b"\n")
        return count
    return register.rows(write)


def export_to(register: Register, path: Path) -> int:
    """Write an export to an owner-only file, whole or not at all.

    Raises:
        EngineFault: it cannot be written.
    """
    problem, count = "", 0
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                count = write_export(register, file)
                file.flush()
                os.fsync(handle)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        raise EngineFault(f"The export {path} cannot be written ({problem}); name a file in a folder that is there and has room.")
    return count


@dataclass(frozen=True)
class Closed:
    """A period that was closed: its last entry, and how many contents were removed."""

    until: int
    removed: int


def close_period(register: Register, before: date, export: Path, sign: Callable[[], object], today: date) -> Closed:
    """Close what was recorded before a day (UTC): sign, export, record the closing, and remove the contents.

    What stays of each entry is its hash, and of each run how it ended; releases, corrections and commitments stay whole, since
    a release may outlive its period. The period ends before the first run that still goes on. `sign` makes the checkpoint.

    Raises:
        UsageFault: nothing is there to close, or there is a file at `export`.
        RegisterFault: LP602, the register is not whole; LP601, this role may not.
        EngineFault: the export cannot be written.
    """
    if before > today:
        raise UsageFault(f"A period that ends on {before} is not over; name a day up to today.")
    if not register.verify().whole:
        raise RegisterFault("The register is not whole, so no period of it is closed: `lapipe register verify` says what is wrong.", rule="LP602")
    closed = closed_until(register._store)
    until = _last_before(register, before, closed)
    for run in register.runs():
        if run.state == "running":
            started = max((entry.seq for entry in register.entries(run=run.id) if entry.kind == "started"), default=until + 1)
            until = min(until, started - 1)
    if until <= closed:
        # A closing that was interrupted is finished.
        removed = register._prune(closed) if closed else 0
        if removed:
            return Closed(closed, removed)
        raise UsageFault(f"Nothing that was recorded before {before} is there to close.")
    if os.path.lexists(export):
        raise UsageFault(f"There is something at {export} already, and the export of a closed period is never overwritten; name another file.")
    sign()
    export_to(register, export)
    # The contents go only when what was written holds them.
    report = check_export(str(export), (until,))
    if report.problems or report.entries < until:
        raise EngineFault(f"The export {export} does not hold the register, so nothing was removed; see to the disk, and close again.")
    register._close(until, {"before": before.isoformat(), "root": report.roots[until].hex(), "export_sha256": _digest(export)})
    return Closed(until, register._prune(until))


def _last_before(register: Register, before: date, closed: int) -> int:
    """Find the last entry before a day by halving; times do not run back in a whole register."""
    limit = datetime(before.year, before.month, before.day, tzinfo=UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    low, high = closed, register._store.guarded(register._store.head)[0]
    while low < high:
        middle = (low + high + 1) // 2
        (row,) = register._store.guarded(lambda at=middle: register._store.page(after=at - 1, until=at))  # type: ignore[misc]
        if as_entry(*row).time < limit:
            low = middle
        else:
            high = middle - 1
    return low


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
