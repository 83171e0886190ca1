"""Time how anonymous a table is, its k: lapipe beside SQL, pandas and pycanon, over the same Parquet file of one row for each person.

    python tests/benchmarks/k_anonymity.py [--rows 1000000] [--times 3] [--peers PYTHON]

Each job is a process of its own, in turns, timed after its imports until it has k; all must find the same. lapipe counts people where the others
count rows, and knows the classes of each size besides. PYTHON is one of an environment with pycanon, which pins versions of its own; without it
pycanon is left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure

QUASI = ("programme", "birth_year", "gender", "origin")
JOBS = ("DuckDB SQL", "lapipe", "pandas")

#: What the interpreter with pycanon runs.
PEER = """
import json, resource, sys, time
import pandas
from pycanon import anonymity
begun, used = time.perf_counter(), time.process_time()
k = anonymity.k_anonymity(pandas.read_parquet(sys.argv[1]), sys.argv[2].split(","))
print(json.dumps({"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used, "k": int(k),
                  "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))
"""


def make(rows: int, path: Path) -> None:
    """Write people with four quasi-identifiers."""
    import duckdb

    with duckdb.connect() as con:
        con.execute(f"""COPY (SELECT who AS student, 'programme ' || lpad((hash(who, 1) % 60)::VARCHAR, 3, '0') AS programme, 1995 + (hash(who, 2) % 10)::INTEGER
                              AS birth_year, ['f', 'm'][1 + (hash(who, 4) % 2)::INTEGER] AS gender, 'origin ' || (hash(who, 5) % 12)::VARCHAR AS origin
                              FROM range({rows}) t(who)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")


def k_of(job: str, path: Path) -> int:
    """Find k."""
    names = list(QUASI)
    if job == "pandas":
        import pandas as pd

        return int(pd.read_parquet(path).groupby(names, dropna=False, observed=True).size().min())
    if job == "DuckDB SQL":
        import duckdb

        with duckdb.connect() as con:
            row = con.execute(f"SELECT min(n) FROM (SELECT count(*) AS n FROM '{path}' GROUP BY {', '.join(names)})").fetchone()
        return int(row[0]) if row else 0
    from lapipe.assess import Question, _people, _read, counted
    from lapipe.engine import open_engine

    with tempfile.TemporaryDirectory(dir=path.parent) as spill:
        engine = open_engine("duckdb", Path(spill))
        question = Question(path, "student", QUASI)
        table, _ = _read(engine, question, question.columns, Path(spill))
        _, pairs = _people(engine, table, question, QUASI)
        found = counted(engine, pairs, "student", QUASI)[0]
        engine.close()
    return int(found.k)


def one(job: str, path: Path) -> None:
    """Do one job in this process, after its imports, and print what it took."""
    import duckdb
    import ibis
    import pandas

    import lapipe.assess
    import lapipe.engine.duckdb

    _ = duckdb, ibis.duckdb, pandas, lapipe.assess, lapipe.engine.duckdb
    begun, used = time.perf_counter(), time.process_time()
    k = k_of(job, path)
    print(json.dumps({"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used, "k": k,
                      "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


def main() -> None:
    """Take turns and print a table."""
    parser = argparse.ArgumentParser(description="Time how k is found.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--peers", default="", help="a Python that has pycanon")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        one(given.job, given.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        make(given.rows, path)
        words = {job: [sys.executable, __file__, "--job", job, "--path", str(path)] for job in JOBS}
        if given.peers:
            words["pycanon"] = [given.peers, "-c", PEER, str(path), ",".join(QUASI)]
        taken = measure.in_turns(words, lambda job: measure.alone(words[job], job), given.times)
    found = {job: turns[0]["k"] for job, turns in taken.items()}
    if len(set(found.values())) > 1:
        raise SystemExit(f"They find different k: {found}.")
    measure.tell("k-anonymity", given.rows, taken)
    print(f"k = {found['lapipe']}\n\n{measure.table(taken, JOBS[0])}")


if __name__ == "__main__":
    main()
