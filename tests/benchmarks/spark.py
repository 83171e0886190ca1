"""Time the main job on local Spark: lapipe with `--engine spark` beside Spark SQL written by hand, over the same Parquet files.

    python tests/benchmarks/spark.py [--rows 1000000,10000000] [--dir DIR] [--times 1]

The job is that of main_job.py. Each turn is a process of its own, with two threads and a heap of the same size; the clock starts when
Spark is there. CPU seconds are those of Python and Java together, after the start; the peak is that of both.
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
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure
from tests.benchmarks.main_job import CELL, TODAY, K, benchmarked, compare, pseudonym
from tests.benchmarks.make_data import made

JOBS = ("Spark SQL", "lapipe", "lapipe with memory and flag")

#: What both are granted: of lapipe's amount a part is the heap.
MEMORY, HEAP = "5GB", "2000m"


class Clock:
    """Starts when Spark is there, and knows what had been used by then."""

    def __init__(self) -> None:
        self.since, self.used = 0.0, 0.0

    def start(self, java: int) -> None:
        """Begin; `java` is the process of Spark."""
        words = Path(f"/proc/{java}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        self.used = time.process_time() + (int(words[11]) + int(words[12])) / 100
        self.since = time.perf_counter()

    def took(self, seconds: float) -> dict[str, float]:
        """Tell what was used since; Java has ended by now."""
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        return {"seconds": seconds, "cpu": cpu - self.used, "peak_mb": (own.ru_maxrss + children.ru_maxrss) * 1024 / 1e6}


def by_hand(data: Path, out: Path, clock: Clock) -> tuple[Path, dict[str, float]]:
    """Do the job as one who knows Spark would."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    flags = f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.io.tmpdir={out}"
    said = {"spark.driver.memory": HEAP, "spark.driver.extraJavaOptions": flags, "spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC", "spark.local.dir": str(out), "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
            "spark.sql.parquet.compression.codec": "zstd"}
    builder = SparkSession.builder.master("local[2]").appName("by hand")
    for name, value in said.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    gateway = SparkContext._gateway
    assert gateway is not None
    clock.start(gateway.proc.pid)

    def read(name: str, path: str) -> None:
        spark.read.parquet(path).createOrReplaceTempView(name)

    read("log", f"{data}/log*.parquet")
    read("students", f"{data}/students.parquet")
    staying = spark.sql("SELECT userid FROM students WHERE NOT objected").toArrow()
    users = staying.column("userid").to_pylist()
    pq.write_table(pa.table({"userid": users, "student": [pseudonym(user) for user in users]}), out / "names.parquet")
    read("names", f"{out}/names.parquet")
    spark.sql("""SELECT /*+ BROADCAST(s), BROADCAST(n) */ l.component, n.student, l.courseid,
                        CAST(date_trunc('week', from_utc_timestamp(timestamp_seconds(l.timecreated), 'Europe/Amsterdam')) AS DATE) AS week,
                        s.programme, s.cohort
                 FROM log l JOIN students s ON l.userid = s.userid JOIN names n ON l.userid = n.userid""").write.parquet(str(out / "activity"))
    read("activity", str(out / "activity"))
    spark.sql(f"""SELECT courseid, week, component, count(*) AS people, sum(n) AS actions
                  FROM (SELECT courseid, week, component, student, count(*) AS n FROM activity GROUP BY courseid, week, component, student)
                  GROUP BY courseid, week, component HAVING count(*) >= {K}""").coalesce(1).write.parquet(str(out / "weekly"))
    seconds = time.perf_counter() - clock.since
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    return next((out / "weekly").glob("*.parquet")), clock.took(seconds)


def lapipe(data: Path, out: Path, clock: Clock, *, whole: bool) -> tuple[Path, dict[str, float]]:
    """Run the shipped pipeline, as main_job.py does; `whole` with the memory of releases and Flag."""
    from lapipe import flow
    from lapipe.differencing import Shown
    from lapipe.engine import spark
    from lapipe.keys import KeyRing
    from lapipe.pipeline import Options

    if not whole:
        flow.hold = lambda statistics, *_: [Shown(table, 0, 0, 0) for table, *_ in statistics]  # type: ignore[assignment]
    started: Callable[..., Any] = spark._started

    def start(*words: Any) -> Any:
        from pyspark import SparkContext

        session = started(*words)
        clock.start(SparkContext._gateway.proc.pid)  # type: ignore[union-attr]
        return session

    spark._started = start
    ring = out / "keys.json"
    KeyRing.create(ring, today=TODAY.date())
    run = benchmarked(flag=whole, key=False).run(
        {"events": f"{data}/log*.parquet", "students": data / "students.parquet", "objections": data / "objections.csv"}, register=out / "register.sqlite",
        keys=ring, options=Options(out=out / "out", runs=out / "runs", clock=lambda: TODAY, engine="spark", memory=MEMORY))
    return Path(run.path(run.releases[-1].name)) / "data.parquet", clock.took(time.perf_counter() - clock.since)


def one(job: str, data: Path, keep: Path) -> None:
    """Do one job in this process; its statistics go to `keep`."""
    import duckdb
    import ibis
    import pandas
    import pyspark.sql

    _ = duckdb, ibis.duckdb, pyspark.sql
    with tempfile.TemporaryDirectory(dir=data) as folder:
        clock, out = Clock(), Path(folder)
        weekly, took = by_hand(data, out, clock) if job == JOBS[0] else lapipe(data, out, clock, whole=job == JOBS[2])
        pandas.read_parquet(weekly, columns=[*CELL, "people", "actions"]).to_parquet(keep)
    print(json.dumps(took))


def main() -> None:
    """Take turns and print a table for each size."""
    parser = argparse.ArgumentParser(description="Time the main job on local Spark.")
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--dir", type=Path, help="where the data lies, or is made (default: a folder that is removed again)")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        one(given.job, given.dir, given.keep)
        return
    with tempfile.TemporaryDirectory() as temporary:
        for rows in map(int, given.rows.split(",")):
            data = made(rows, given.dir or Path(temporary))
            found = {job: Path(temporary) / f"{number}.parquet" for number, job in enumerate(JOBS)}
            taken = measure.in_turns(JOBS, lambda job, data=data, found=found: measure.alone(  # type: ignore[misc]
                [sys.executable, __file__, "--job", job, "--dir", str(data), "--keep", str(found[job])], job), given.times)
            compare(found, JOBS[0])
            measure.tell("main job on Spark", rows, taken)
            print(f"\n{rows:,} rows\n\n{measure.table(taken, JOBS[0])}", flush=True)


if __name__ == "__main__":
    main()
