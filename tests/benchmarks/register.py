"""Time the register: appends by four processes at full durability, verifying, and what a large one takes in memory and on disk.

    python tests/benchmarks/register.py [--entries 1000000] [--seconds 10] [--postgres URL [--postgres-alone]] [--dir DIR]

Entries are those of the demo's run, over and over: about twenty of 150 to 1,900 bytes. The large register is filled in
one transaction, in PostgreSQL by COPY. Beside the appends stands what the disk allows: fsync of a small write, one after another. Without --postgres only
SQLite is timed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lapipe.register import NOTHING_BEFORE, Register
from lapipe.register.entry import written

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure

#: Bodies as the demo's run writes them, by the length of their canonical text.
LENGTHS = (1900, 420, 330, 330, 350, 310, 310, 290, 330, 290, 420, 310, 360, 330, 450, 520, 330, 330, 290)


def clock() -> datetime:
    return datetime.now(UTC)


def bodies() -> list[dict[str, Any]]:
    return [{"stage": "Generalise", "rows": 1234567, "said": "x" * (length - 230)} for length in LENGTHS]


def append_for(url: str, seconds: float) -> int:
    """Append until the time is over; give how many."""
    with Register.open(url, clock=clock) as register:
        made, end, some = 0, time.monotonic() + seconds, bodies()
        while time.monotonic() < end:
            register.append("stage", some[made % len(some)], run="r1")
            made += 1
    return made


def appends(url: str, processes: int, seconds: float) -> float:
    """Give appends a second of some processes at once."""
    Register.open(url, clock=clock).close()
    going = [subprocess.Popen([sys.executable, __file__, "--append", url, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True)
             for _ in range(processes)]
    made = sum(int(process.communicate()[0]) for process in going)
    with Register.open(url, clock=clock) as register:
        checked = register.verify()
        assert (checked.entries, checked.findings) == (made, ()), "an entry was lost"
    return made / seconds


def fill(url: str, entries: int) -> float:
    """Fill a register as fast as its owner can; what it then holds is what appending would have made, and verifying says so."""
    start, some = time.monotonic(), bodies()
    with Register.open(url, clock=clock) as register:
        def many() -> None:
            for number in range(entries):
                register._insert("stage", some[number % len(some)], f"r{number // len(some)}")
        if register.path:
            register._store.transact(many)
        else:
            copy(register, entries)
    return time.monotonic() - start


def copy(register: Register, entries: int) -> None:
    """Fill PostgreSQL by COPY, with the triggers out of the way: within one transaction, each of them would go through all counts before it."""
    db, some, prev = register._store._db, bodies(), NOTHING_BEFORE  # type: ignore[attr-defined]
    with db.transaction():
        db.execute("ALTER TABLE entries DISABLE TRIGGER USER")
        with db.cursor() as cursor, cursor.copy("COPY entries (seq, run, kind, body, hash) FROM STDIN") as rows:
            for number in range(entries):
                run = f"r{number // len(some)}"
                text, digest = written(number + 1, clock(), "stage", run, prev, some[number % len(some)])
                rows.write_row((number + 1, run, "stage", text, digest))
                prev = digest
        db.execute("UPDATE counted SET entries = %s", (entries,))
        db.execute("ALTER TABLE entries ENABLE TRIGGER USER")
    db.execute("VACUUM ANALYZE entries")


def verify(url: str) -> dict[str, float]:
    """Verify with and without the Merkle tree, in this process; give the times and the peak of memory."""
    told: dict[str, float] = {}
    for name, whole_tree in (("chain", False), ("chain and tree", True)):
        start = time.monotonic()
        with Register.open(url, clock=clock) as register:
            found = register.verify(whole_tree=whole_tree)
        assert found.findings == ()
        told[name] = found.entries / (time.monotonic() - start)
    told["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return told


def by_hand(folder: Path, seconds: float) -> dict[str, float]:
    """Append the same bodies to a table of SQLite, each in a transaction of its own that is on disk when it returns, with a hash over the one before;
    give what 1,000 of them take."""
    with contextlib.closing(sqlite3.connect(folder / "by-hand", isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (id INTEGER PRIMARY KEY, body TEXT, hash TEXT)")
        some, last, made = bodies(), "", 0
        begun, used = time.perf_counter(), time.process_time()
        while time.perf_counter() - begun < seconds:
            body = json.dumps(some[made % len(some)])
            db.execute("BEGIN IMMEDIATE")
            last = hashlib.sha256((last + body).encode()).hexdigest()
            db.execute("INSERT INTO entries (body, hash) VALUES (?, ?)", (body, last))
            db.execute("COMMIT")
            made += 1
        return {"seconds": (time.perf_counter() - begun) / made * 1000, "cpu": (time.process_time() - used) / made * 1000}


def as_by_hand(folder: Path, seconds: float) -> dict[str, float]:
    """Append through the register for as long."""
    used = time.process_time()
    made = append_for(str(folder / "register"), seconds)
    return {"seconds": seconds / made * 1000, "cpu": (time.process_time() - used) / made * 1000}


def fsyncs(folder: Path, seconds: float = 2) -> float:
    made, end = 0, time.monotonic() + seconds
    handle = os.open(folder / "fsync", os.O_CREAT | os.O_WRONLY)
    while time.monotonic() < end:
        os.write(handle, b"x" * 4096)
        os.fsync(handle)
        made += 1
    os.close(handle)
    return made / seconds


def size(url: str) -> float:
    """Give megabytes."""
    if "://" not in url:
        return sum(file.stat().st_size for file in Path(url).parent.glob(f"{Path(url).name}*")) / 1e6
    with Register.open(url, clock=clock) as register:
        tables = "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        return float(register._store._one(tables)) / 1e6  # type: ignore[attr-defined]


def drop(url: str) -> None:
    with Register.open(url, clock=clock) as register:
        name = register._store._schema  # type: ignore[attr-defined]
        register._store._db.execute(f"DROP SCHEMA {name} CASCADE")  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--postgres-alone", action="store_true", help="leave SQLite out")
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--append", default="", help=argparse.SUPPRESS)
    parser.add_argument("--verify", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.append:
        print(append_for(given.append, given.seconds))
        return
    if given.verify:
        print(json.dumps(verify(given.verify)))
        return
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        taken: dict[str, list[dict[str, float]]] = {"lapipe": [], "SQLite by hand": []}
        for turn in range(3):
            for who, work in (("lapipe", as_by_hand), ("SQLite by hand", by_hand)):
                place = Path(folder) / f"{who}-{turn}"
                place.mkdir()
                taken[who].append(work(place, given.seconds / 2))
        measure.tell("register, 1,000 appends", 0, taken)
        for who, turns in taken.items():
            print(f"{who}: 1,000 appends in {measure.median(turns, 'seconds'):.2f} s, {measure.median(turns, 'cpu'):.2f} s CPU")
        print(f"the disk: {fsyncs(Path(folder)):,.0f} fsyncs a second")
        places = {"SQLite": (f"{folder}/appends", f"{folder}/large")}
        if given.postgres:
            joint = "&" if "?" in given.postgres else "?"
            if given.postgres_alone:
                places.clear()
            places["PostgreSQL"] = (f"{given.postgres}{joint}schema=lapipe_bench_appends", f"{given.postgres}{joint}schema=lapipe_bench_large")
        for name, (small, large) in places.items():
            try:
                for processes in (1, 4):
                    print(f"{name}: {appends(small + (str(processes) if name == 'SQLite' else f'_{processes}'), processes, given.seconds):,.0f} appends a second"
                          f" from {processes} process{'es' * (processes > 1)}")
                took = fill(large, given.entries)
                done = subprocess.run([sys.executable, __file__, "--verify", large], capture_output=True, text=True, check=True)
                told = json.loads(done.stdout)
                print(f"{name}: {given.entries:,} entries filled in {took:.0f} s, {size(large):,.0f} MB; verified {told['chain']:,.0f} a second, with"
                      f" the Merkle tree {told['chain and tree']:,.0f}; peak memory {told['MB']:,.0f} MB")
            finally:
                if name == "PostgreSQL":
                    for url in (f"{small}_1", f"{small}_4", large):
                        drop(url)


if __name__ == "__main__":
    main()
