"""Time how a CSV log is read with its contract, ids as text, beside DuckDB's own read_csv into a table; then the other formats.

    python tests/benchmarks/reading.py [--rows 10000000] [--dir DIR] [--times 3]

The contract types every column as the peer's types do: DuckDB is told the columns, too. lapipe also counts the file's records by
itself, and tells values that do not fit. Each turn is a process of its own; the median is shown, and the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure

HERE = Path(__file__).resolve().parent

TYPES = {"id": "string", "eventname": "string", "component": "string", "action": "string", "objectid": "string", "userid": "string",
         "courseid": "string", "timecreated": "integer", "origin": "string", "ip": "string"}
JOBS = ("duckdb", "lapipe", "lapipe, quarantine declared", "lapipe, JSON lines", "lapipe, JSON array", "lapipe, fixed width")


def duckdb_reads(path: Path, folder: Path) -> int:
    """Read as one who knows DuckDB would."""
    import duckdb

    con = duckdb.connect(config={"temp_directory": str(folder), "preserve_insertion_order": False})
    columns = ", ".join(f"'{name}': '{'BIGINT' if type == 'integer' else 'VARCHAR'}'" for name, type in TYPES.items())
    con.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}', columns={{{columns}}}, auto_detect=false, header=true, delim=',')")
    return int(con.execute("SELECT count(*) FROM t").fetchall()[0][0])


def lapipe_reads(path: Path, folder: Path, job: str) -> int:
    """Read as a run does."""
    from lapipe.contract import Column, Contract, Reading
    from lapipe.engine.duckdb import DuckDB
    from lapipe.readers import open_source

    widths = dict.fromkeys(TYPES, 40)
    columns = tuple(Column(name, type=type, start=1 + 40 * place if "fixed" in job else 0, length=widths[name] if "fixed" in job else 0)
                    for place, (name, type) in enumerate(TYPES.items()))
    reading = Reading(format="fixed" if "fixed" in job else "json" if "array" in job else "jsonl" if "JSON" in job else "", quarantine_rows=10 if "quarantine" in job else 0)
    contract = Contract("log", columns=columns, reading=reading)
    engine = DuckDB(folder)
    return engine.read(open_source(path, contract, folder, folder / "quarantine"), contract).rows


def one(job: str, data: Path) -> None:
    """Do one job in this process, after its imports, and print what it took."""
    import duckdb
    import ibis
    import pyarrow.csv  # noqa: F401

    import lapipe.engine.duckdb  # noqa: F401

    assert duckdb
    assert ibis
    path = data / {"lapipe, JSON lines": "log.jsonl", "lapipe, JSON array": "log.json", "lapipe, fixed width": "log.asc"}.get(job, "log.csv")
    with tempfile.TemporaryDirectory(dir=data) as folder:
        begin, cpu = time.perf_counter(), time.process_time()
        rows = duckdb_reads(path, Path(folder)) if job == "duckdb" else lapipe_reads(path, Path(folder), job)
        print(json.dumps({"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "rows": rows,
                          "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


def other_formats(data: Path) -> None:
    """Write a tenth of the log as JSON lines, as an array, and in fixed width."""
    import csv

    with (data / "log.csv").open(encoding="utf-8", newline="") as stream, (data / "log.jsonl").open("w", encoding="utf-8") as lines, \
            (data / "log.json").open("w", encoding="utf-8") as array, (data / "log.asc").open("w", encoding="utf-8") as flat:
        rows = sum(1 for _ in stream) - 1
        stream.seek(0)
        reader = csv.DictReader(stream)
        for number, row in zip(range(rows // 10), reader, strict=False):
            lines.write(json.dumps(row) + "\n")
            array.write(("[" if number == 0 else ",\n") + json.dumps(row))
            flat.write("".join(value.ljust(40) for value in row.values()) + "\r\n")
        array.write("]\n")


def main() -> None:
    """Take turns and show a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--one")
    given = parser.parse_args()
    if given.one:
        one(given.one, given.dir)
        return
    with tempfile.TemporaryDirectory() as temporary:
        data = given.dir or Path(temporary)
        if not (data / "log.csv").is_file():
            subprocess.run([sys.executable, str(HERE / "make_data.py"), str(given.rows), str(data)], check=True)
        if not (data / "log.json").is_file():
            other_formats(data)
        took = measure.in_turns(JOBS, lambda job: measure.alone([sys.executable, __file__, "--one", job, "--dir", str(data)], job), given.times)
    whole = [job for job in JOBS if took[job][0]["rows"] == took["duckdb"][0]["rows"]]
    measure.tell("reading CSV", given.rows, {"DuckDB's reader" if job == "duckdb" else job: took[job] for job in whole})
    base = statistics.median(turn["seconds"] for turn in took["duckdb"])
    for job, turns in took.items():
        seconds, cpu = (statistics.median(turn[word] for turn in turns) for word in ("seconds", "cpu"))
        rows = int(turns[0]["rows"])
        print(f"{job:30} {rows:>12,} rows {seconds:7.2f} s  {cpu:7.2f} s CPU  {rows / seconds / 1e6:6.2f} M rows/s  "
              f"{seconds / base * took['duckdb'][0]['rows'] / rows:5.2f} x  {max(t['peak_mb'] for t in turns):,.0f} MB")


if __name__ == "__main__":
    main()
