"""Time twenty rules over a log: lapipe's one pass, a hand-written count(*) filter query, and pandera's pandas and polars backends.

    python tests/benchmarks/validation.py [--rows 10000000] [--dir DIR] [--times 3]

The rules are those of the contract below, over the Parquet log of make_data.py. Each job is a process of its own, in turns, timed
after its imports and, for pandera, after the frame was read; medians are shown. All must find nothing broken.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure
from tests.benchmarks.make_data import make_data

JOBS = ("DuckDB SQL", "lapipe", "pandera polars", "pandera pandas")

#: Twenty rules, as SQL finds what breaks them.
RULES = (
    "id IS NULL", "id < 1", "id > 9999999999", "eventname IS NULL", "length(eventname) < 1", "length(eventname) > 255",
    "component IS NULL", "length(component) < 1", "length(component) > 100", "NOT regexp_matches(component, '^[a-z][a-z0-9_]*$')",
    "action IS NULL", "length(action) > 100", "action NOT IN ('created', 'submitted', 'updated', 'viewed')",
    "objectid < 0", "userid IS NULL", "userid < 1", "courseid IS NULL", "courseid < 0", "courseid > 9999999999",
    "origin NOT IN ('web', 'ws', 'cli')",
)


def contract() -> Any:
    """Declare the same twenty rules."""
    from lapipe.contract import Column, Contract

    number: dict[str, Any] = {"type": "integer", "required": True}
    return Contract("log", columns=(
        Column("id", minimum=1, maximum=9_999_999_999, **number),
        Column("eventname", required=True, min_length=1, max_length=255),
        Column("component", required=True, min_length=1, max_length=100, pattern="[a-z][a-z0-9_]*"),
        Column("action", required=True, max_length=100, values=("created", "submitted", "updated", "viewed")),
        Column("objectid", type="integer", minimum=0),
        Column("userid", minimum=1, **number),
        Column("courseid", minimum=0, maximum=9_999_999_999, **number),
        Column("origin", values=("web", "ws", "cli")),
    ))


def one(job: str, log: Path) -> dict[str, float]:
    """Do one job in this process and say what it took."""
    declared = contract()
    names = list(declared.names)
    if job == JOBS[0]:
        import duckdb

        con = duckdb.connect()

        def run() -> int:
            counts = ", ".join(f"count(*) FILTER (WHERE {rule})" for rule in RULES)
            row = con.execute(f"SELECT {counts} FROM read_parquet('{log}')").fetchone()
            return sum(row or (1,))
    elif job == "lapipe":
        from lapipe.engine.duckdb import DuckDB
        from lapipe.readers import open_source
        from lapipe.stages import Validate

        engine = DuckDB(Path(tempfile.mkdtemp(dir=log.parent)))
        seen = open_source(log, _whole(log, declared), log.parent)
        stage, context = Validate(key=False), SimpleNamespace(contract=declared, today=date.today(), values=engine.values)

        def run() -> int:
            facts = engine.count(stage.facts(engine.read(seen, declared).table, context))  # type: ignore[arg-type]
            assert len(facts) == len(RULES) + 1, len(facts)
            return sum(int(count or 0) for name, count in facts.items() if name != "rows")
    else:
        if job.endswith("polars"):
            import polars

            frame: Any = polars.read_parquet(log, columns=names)
        else:
            import pandas

            frame = pandas.read_parquet(log, columns=names)
        schema = declared.pandera(job.split()[1])

        def run() -> int:
            schema.validate(frame, lazy=True)
            return 0
    begin, cpu = time.perf_counter(), time.process_time()
    broken = run()
    took = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}
    if broken:
        raise SystemExit(f"{job} finds {broken} broken, and nothing is.")
    return took


def _whole(log: Path, declared: Any) -> Any:
    """Give a contract of every column of the log, since lapipe refuses undeclared ones; only the rules' columns are read."""
    import dataclasses

    import pyarrow.parquet as pq

    from lapipe.contract import Column

    more = tuple(Column(name) for name in pq.read_schema(log).names if name not in declared)
    return dataclasses.replace(declared, columns=(*declared.columns, *more))


def main() -> None:
    """Make the data if it is not there, run in turns, and print the table."""
    parser = argparse.ArgumentParser(description="Time twenty rules over a log.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--dir", type=Path, help="where the data lies, or is made (default: a folder that is removed again)")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        print(json.dumps(one(given.job, given.dir / "log.parquet")))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = given.dir or Path(folder)
        if not (data / "objections.csv").is_file():
            make_data(given.rows, data)
        taken = measure.in_turns(JOBS, lambda job: measure.alone([sys.executable, __file__, "--job", job, "--dir", str(data)], job), given.times)
    measure.tell("validation, twenty rules", given.rows, taken)
    print(measure.table(taken, JOBS[0]))


if __name__ == "__main__":
    main()
