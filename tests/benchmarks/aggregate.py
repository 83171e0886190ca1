"""Time people and actions per group: lapipe's Aggregate beside SQL, polars and pandas, from a Parquet file of pseudonymised rows.

    python tests/benchmarks/aggregate.py [--rows 10000000] [--dir DIR] [--times 3]

Groups are course, week and component, in tens of people or more; the rows are those of make_data.py. Each job is a process of its own,
in turns, timed after its imports until its groups are written. lapipe also withholds groups that one person dominates.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure
from tests.benchmarks.main_job import CELL, K, compare, pseudonym
from tests.benchmarks.make_data import made

JOBS = ("DuckDB SQL", "lapipe", "polars", "pandas")


def activity(rows: int, folder: Path) -> Path:
    """Make the file that is grouped, where it is not there."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = made(rows, folder)
    path = data / "activity.parquet"
    if not path.is_file():
        users = pq.read_table(data / "students.parquet", columns=["userid"]).column(0).to_pylist()
        with duckdb.connect() as con:
            con.register("names", pa.table({"userid": users, "student": [pseudonym(user) for user in users]}))
            con.execute(f"""COPY (SELECT student::UUID::VARCHAR AS student, courseid, component, date_trunc('week', make_timestamp(timecreated * 1000000))::DATE AS week
                            FROM read_parquet('{data}/log*.parquet') JOIN names USING (userid)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")
    return path


def sql(path: Path, out: Path) -> None:
    """Count in two steps."""
    import duckdb

    with duckdb.connect() as con:
        con.execute(f"""COPY (SELECT courseid, week, component, count(*) AS people, sum(n) AS actions
            FROM (SELECT courseid, week, component, student, count(*) AS n FROM '{path}' GROUP BY ALL)
            GROUP BY courseid, week, component HAVING count(*) >= {K}) TO '{out}' (FORMAT parquet)""")


def by_lapipe(path: Path, out: Path) -> None:
    """Run the stage, over what the engine reads."""
    from lapipe.contract import Column, Contract, Kind
    from lapipe.engine.duckdb import DuckDB
    from lapipe.readers import open_source
    from lapipe.stage import LEFT_OUT
    from lapipe.stages import Aggregate, Count

    declared = Contract("activity", person="student", columns=(Column("student", kind=Kind.PSEUDONYM, domain="student"), Column("courseid", type="integer"),
                                                               Column("component"), Column("week", type="date")))
    engine = DuckDB(out.parent)
    stage = Aggregate(by=tuple(CELL), measures={"actions": Count()})
    context: Any = SimpleNamespace(contract=declared, purpose=SimpleNamespace(k=K, zeros_public=False), position=0,
                                   promise=SimpleNamespace(names=(*CELL, "status", "people", "actions")))
    rows = engine.read(open_source(path, declared, out.parent), declared).table
    people = {by: engine.hold(group) for by, group in stage.people(rows, context).items()}
    groups = engine.hold(stage.of_people(people, rows, context))
    engine.write(groups.filter(groups[LEFT_OUT].isnull()).drop(LEFT_OUT), out)
    engine.close()


def polars(path: Path, out: Path) -> None:
    """Count distinct people, streaming."""
    import polars as pl

    (pl.scan_parquet(path).group_by(CELL).agg(people=pl.col("student").n_unique(), actions=pl.len()).filter(pl.col("people") >= K)
     .collect(engine="streaming").write_parquet(out))


def pandas(path: Path, out: Path) -> None:
    """Count distinct people in memory."""
    import pandas as pd

    weekly = pd.read_parquet(path).groupby(CELL).agg(people=("student", "nunique"), actions=("student", "size")).reset_index()
    weekly[weekly["people"] >= K].to_parquet(out)


def one(job: str, path: Path, keep: Path) -> None:
    """Do one job in this process, after its imports, and print what it took."""
    import duckdb
    import ibis
    import pyarrow.parquet as pq

    import lapipe.engine.duckdb
    import lapipe.stages

    if job in ("polars", "pandas"):
        __import__(job)
    _ = duckdb, ibis.duckdb, pq, lapipe.engine.duckdb, lapipe.stages
    work: Callable[[Path, Path], None] = dict(zip(JOBS, (sql, by_lapipe, polars, pandas), strict=True))[job]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        begun, used = time.perf_counter(), time.process_time()
        work(path, Path(folder) / "groups.parquet")
        took = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}
        (Path(folder) / "groups.parquet").replace(keep)
    print(json.dumps(took))


def main() -> None:
    """Take turns and print a table."""
    parser = argparse.ArgumentParser(description="Time people and actions per group.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--dir", type=Path, help="where the data lies, or is made (default: a folder that is removed again)")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        one(given.job, given.path, given.keep)
        return
    with tempfile.TemporaryDirectory() as temporary:
        path = activity(given.rows, given.dir or Path(temporary))
        with tempfile.TemporaryDirectory(dir=path.parent) as kept:
            found = {job: Path(kept) / f"{number}.parquet" for number, job in enumerate(JOBS)}
            taken = measure.in_turns(JOBS, lambda job: measure.alone(
                [sys.executable, __file__, "--job", job, "--path", str(path), "--keep", str(found[job])], job), given.times)
            compare(found, JOBS[0])
    measure.tell("aggregate", given.rows, taken)
    print(measure.table(taken, JOBS[0]))


if __name__ == "__main__":
    main()
