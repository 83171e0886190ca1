"""Time the main job: lapipe beside hand-written SQL, polars and pandas, over the same files.

    python tests/benchmarks/main_job.py [--rows 10000000] [--data DIR] [--times 3] [--format parquet] [--jobs sql,lapipe]

The job: leave out who objected, join a log with its students, replace the user by a keyed pseudonym, bring the time to the week of
Amsterdam, write that table, and write people and actions per course, week and component in groups of ten or more. Every job runs in
a process of its own, in turns, and is timed after its imports. CPU seconds stand beside the elapsed ones, since other work on the
machine disturbs them less. lapipe does more than its peers: twelve checks, a register, manifests, dominated groups withheld, an
order of rows that tells nothing. What it does for the next release, the memory of who was in each of its groups, is told apart, and
so are Flag and the uniqueness of the key.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import platform
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure
from tests.benchmarks.make_data import made

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent

#: The jobs in the order of the table; the first is what the others are measured against.
JOBS = ("sql", "lapipe", "lapipe with memory", "lapipe with memory and flag", "lapipe with memory and flag and key", "polars", "pandas")
FORMATS = ("parquet", "csv")

#: When the benchmark says it is: every period of its data has closed, and the shipped purpose holds.
TODAY = datetime(2026, 11, 24, 12, tzinfo=UTC)

K = 10
CELL = ["courseid", "week", "component"]

#: Between these instants Amsterdam was one hour ahead of UTC, in the rest of the data's year two.
WINTER = (1761440400, 1774746000)


def pseudonym(user: object) -> str:
    """Give a peer's pseudonym: HMAC-SHA256, 128 bits in hex, which the SQL keeps as a UUID."""
    return hmac.digest(b"a key of the benchmark only, 32 b", str(user).encode(), "sha256").hex()[:32]


# --- the jobs: each gives how it is timed, and where its statistics lie ---------------------------------------------------


def sql(data: Path, kind: str, out: Path) -> Path:
    """Do the job as one who knows DuckDB would."""
    import duckdb
    import pyarrow as pa

    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    log, students = (f"read_{kind}('{data}/{name}.{kind}')" for name in ("log*", "students"))
    con.execute(f"CREATE TABLE staying AS SELECT userid, programme, cohort FROM {students} WHERE NOT objected")
    users = [user for (user,) in con.execute("SELECT userid FROM staying").fetchall()]
    names = pa.table({"userid": users, "student": [pseudonym(user) for user in users]})
    con.register("names", names)
    con.execute("CREATE TABLE people AS SELECT userid, student::UUID AS student, programme, cohort FROM staying JOIN names USING (userid)")
    offset = f"CASE WHEN timecreated >= {WINTER[0]} AND timecreated < {WINTER[1]} THEN 3600 ELSE 7200 END"
    con.execute(f"""CREATE TABLE activity AS
        SELECT component, student, courseid, date_trunc('week', make_timestamp((timecreated + {offset}) * 1000000))::DATE AS week,
               programme, cohort
        FROM {log} JOIN people USING (userid)""")
    con.execute(f"COPY activity TO '{out}/activity.parquet' (COMPRESSION zstd)")
    con.execute(f"""COPY (
        SELECT courseid, week, component, count(*) AS people, sum(n) AS actions
        FROM (SELECT courseid, week, component, student, count(*) AS n FROM activity GROUP BY ALL)
        GROUP BY courseid, week, component HAVING count(*) >= {K}) TO '{out}/weekly.parquet' (COMPRESSION zstd)""")
    return out / "weekly.parquet"


def polars(data: Path, kind: str, out: Path) -> Path:
    """Do the job in lazy polars, streaming."""
    import polars as pl

    scan: Callable[[Path], pl.LazyFrame] = pl.scan_csv if kind == "csv" else pl.scan_parquet
    people = scan(data / f"students.{kind}").filter(~pl.col("objected")).select("userid", "programme", "cohort").collect()
    people = people.with_columns(student=pl.Series([pseudonym(user) for user in people["userid"]]))
    local = pl.from_epoch("timecreated", time_unit="s").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Amsterdam")
    (scan(data / f"log*.{kind}").select("userid", "courseid", "component", "timecreated")
     .join(people.lazy(), on="userid").with_columns(week=local.dt.date().dt.truncate("1w")).drop("userid", "timecreated")
     .sink_parquet(out / "activity.parquet"))
    weekly = (pl.scan_parquet(out / "activity.parquet").group_by(CELL)
              .agg(people=pl.col("student").n_unique(), actions=pl.len())
              .filter(pl.col("people") >= K).collect(engine="streaming"))
    weekly.write_parquet(out / "weekly.parquet")
    return out / "weekly.parquet"


def pandas(data: Path, kind: str, out: Path) -> Path:
    """Do the job as most would in pandas."""
    import pandas as pd

    columns = ["userid", "courseid", "component", "timecreated"]
    if kind == "csv":
        log, students = pd.read_csv(data / "log.csv", usecols=columns), pd.read_csv(data / "students.csv")
    else:
        log, students = pd.read_parquet(data / "log.parquet", columns=columns), pd.read_parquet(data / "students.parquet")
    people = students.loc[~students["objected"], ["userid", "programme", "cohort"]]
    people = people.assign(student=[pseudonym(user) for user in people["userid"]])
    activity = log.merge(people, on="userid").drop(columns="userid")
    local = pd.to_datetime(activity.pop("timecreated"), unit="s", utc=True).dt.tz_convert("Europe/Amsterdam").dt.tz_localize(None)
    activity["week"] = local.dt.to_period("W").dt.start_time
    activity.to_parquet(out / "activity.parquet", compression="zstd")
    weekly = activity.groupby(CELL).agg(people=("student", "nunique"), actions=("student", "size")).reset_index()
    weekly = weekly[weekly["people"] >= K]
    weekly.to_parquet(out / "weekly.parquet", compression="zstd")
    return out / "weekly.parquet"


def lapipe(data: Path, kind: str, out: Path, *, memory: bool = False, flag: bool = False, key: bool = False) -> Path:
    """Run the shipped pipeline through the Python API, with a register and a key ring in files."""
    from lapipe import flow
    from lapipe.differencing import Shown
    from lapipe.keys import KeyRing
    from lapipe.pipeline import Options

    if not memory:
        flow.hold = lambda statistics, *_: [Shown(table, 0, 0, 0) for table, *_ in statistics]  # type: ignore[assignment]
    pipeline = benchmarked(flag=flag, key=key)
    ring = out / "keys.json"
    KeyRing.create(ring, today=TODAY.date())
    run = pipeline.run({"events": f"{data}/log*.{kind}", "students": data / f"students.{kind}", "objections": data / "objections.csv"},
                       register=out / "register.sqlite", keys=ring,
                       options=Options(out=out / "out", runs=out / "runs", clock=lambda: TODAY))
    return Path(run.path(run.releases[-1].name)) / "data.parquet"


def benchmarked(*, flag: bool, key: bool) -> Any:
    """Give the shipped pipeline, without the look at all values that Flag is, or with a key that is read and checked."""
    from dataclasses import replace

    from lapipe.contract import Kind
    from lapipe.pipeline import load_pipeline
    from lapipe.stages import Flag

    class FlagPlanOnly(Flag):
        """Flag as far as the plan goes."""

        def inspect(self, before: Any, context: Any) -> Mapping[str, Any]:
            """Look at nothing."""
            return {}

    pipeline = load_pipeline(PROJECT / "pipelines" / "moodle_weekly_extract.py")
    if not flag:
        pipeline = replace(pipeline, stages=tuple(FlagPlanOnly() if isinstance(s, Flag) else s for s in pipeline.stages))
    if key:
        # As an identifier it goes when the pseudonyms come.
        events, columns = pipeline.sources["events"].change("id", kind=Kind.IDENTIFIER), pipeline.purpose.columns
        inside = columns["student_extract"]["userid"]
        allowed = {**columns, "moodle_logstore_extract": {"id": inside, **columns["moodle_logstore_extract"]}}
        pipeline = replace(pipeline, sources={**pipeline.sources, "events": events}, purpose=replace(pipeline.purpose, columns=allowed))
    return pipeline


def _imports(job: str) -> None:
    """Import what a job needs, before its clock starts."""
    if job in ("polars", "pandas"):
        __import__(job)
    else:
        import duckdb  # noqa: F401
        import pyarrow  # noqa: F401
    if job.startswith("lapipe"):
        import ibis
        import pandas  # noqa: F401

        import lapipe.pipeline
        import lapipe.stages  # noqa: F401
        _ = ibis.duckdb


# --- one job in this process, all jobs in theirs --------------------------------------------------------------------------


def timed(job: str, data: Path, kind: str, out: Path) -> dict[str, Any]:
    """Do one job and say what it took."""
    _imports(job)
    jobs: dict[str, Callable[[], Path]] = {
        "sql": lambda: sql(data, kind, out), "polars": lambda: polars(data, kind, out), "pandas": lambda: pandas(data, kind, out),
        "lapipe": lambda: lapipe(data, kind, out), "lapipe with memory": lambda: lapipe(data, kind, out, memory=True),
        "lapipe with memory and flag": lambda: lapipe(data, kind, out, memory=True, flag=True),
        "lapipe with memory and flag and key": lambda: lapipe(data, kind, out, memory=True, flag=True, key=True)}
    used, start = time.process_time(), time.perf_counter()
    weekly = jobs[job]()
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "cpu": cpu, "peak_mb": peak / 1e6, "weekly": str(weekly)}


def in_a_process(job: str, data: Path, kind: str, keep: Path) -> dict[str, Any]:
    """Do one job in a process of its own; its statistics are moved to `keep`."""
    with tempfile.TemporaryDirectory(dir=data) as folder:
        words = [sys.executable, str(Path(__file__).resolve()), "--job", job, "--format", kind, "--dir", str(data), "--out", folder]
        told = measure.alone(words, f"{job} from {kind}")
        shutil.move(told.pop("weekly"), keep)
    return told


def compare(found: Mapping[str, Path], against: str = "sql") -> dict[str, int]:
    """Hold each job's people and actions per cell against one job's, on the cells both have; give cells that a job lacks.

    Raises:
        SystemExit: a figure differs, or a job has a cell that the other has not.
    """
    import pandas as pd

    def read(path: Path) -> Any:
        frame = pd.read_parquet(path).astype({"people": "int64", "actions": "int64"})
        frame["week"] = pd.to_datetime(frame["week"])
        return frame.set_index(CELL)[["people", "actions"]]

    reference, lacking = read(found[against]), {}
    for job, path in found.items():
        both = read(path).join(reference.add_suffix("_sql"), how="left")
        if not ((both["people"] == both["people_sql"]) & (both["actions"] == both["actions_sql"])).all():
            raise SystemExit(f"{job} and {against} disagree.")
        lacking[job] = len(reference) - len(both)
    return lacking


def benchmark(data: Path, rows: int, jobs: Sequence[str], times: int, formats: tuple[str, ...]) -> dict[str, Any]:
    """Run every job `times` times, in turns, and give the medians."""
    figures: dict[str, Any] = {}
    for kind in formats:
        with tempfile.TemporaryDirectory(dir=data) as folder:
            found = {job: Path(folder) / f"{number}.parquet" for number, job in enumerate(jobs)}

            def run(job: str, kind: str = kind, found: Mapping[str, Path] = found) -> dict[str, Any]:
                took = in_a_process(job, data, kind, found[job])
                print(f"{kind}, {job}: {took['seconds']:.1f} s", file=sys.stderr)
                return took

            taken = measure.in_turns(jobs, run, times)
            lacking = compare(found)
        measure.tell(f"main job from {kind}", rows, {"DuckDB SQL" if job == "sql" else job: turns for job, turns in taken.items()})
        figures[kind] = {job: {name: measure.median(taken[job], name) for name in measure.NAMES} | {"cells_withheld_that_sql_shows": lacking[job]}
                         for job in jobs}
    return figures


def machine() -> dict[str, Any]:
    """Say on what, and with what, it was measured."""
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), "") if Path("/proc/cpuinfo").exists() else platform.processor()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory, 1), "load_average": round(os.getloadavg()[2], 1),
            "python": platform.python_version(),
            "versions": {name: version(name) for name in ("duckdb", "ibis-framework", "pyarrow", "pandas", "polars")}}


def markdown(result: Mapping[str, Any]) -> str:
    """Write the table."""
    about = result["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    lines = ["# The main job", "", f"{result['rows']:,} log rows, medians of {result['times']} runs in turns: `{result['command']}`.",
             f"{about['cores']} cores of {about['cpu']}, {about['memory_gb']} GB, load average {about['load_average']}; "
             f"Python {about['python']}, {versions}.", ""]
    for kind in result["figures"]:
        base = result["figures"][kind]["sql"]
        lines += [f"## From {kind}", "", "| job | seconds | × SQL | CPU seconds | × SQL | peak MB |", "|---|--:|--:|--:|--:|--:|"]
        lines += [f"| {job} | {took['seconds']:.1f} | {took['seconds'] / base['seconds']:.2f} | {took['cpu']:.1f} | "
                  f"{took['cpu'] / base['cpu']:.2f} | {took['peak_mb']:,.0f} |" for job, took in result["figures"][kind].items()]
        lines.append("")
    withheld = next(iter(result["figures"].values()))["lapipe"]["cells_withheld_that_sql_shows"]
    lines += [f"All jobs give the same people and actions; lapipe withholds {withheld:,} cells more, which one person dominates.", ""]
    return "\n".join(lines)


def main() -> None:
    """Make the data if it is not there, run, print and keep the result."""
    parser = argparse.ArgumentParser(description="Time the main job: lapipe beside SQL, polars and pandas.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--data", type=Path, help="where a folder for each number of rows lies, or is made (default: one that is removed again)")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--jobs", default="", help="some of them, with commas, sql among them (default: all)")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--format", choices=FORMATS, help="one of them only; the other's figures of the same rows are kept")
    parser.add_argument("--dir", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        print(json.dumps(timed(given.job, given.dir, given.format, given.out)))
        return
    jobs = given.jobs.split(",") if given.jobs else JOBS
    unknown = [job for job in jobs if job not in JOBS]
    if unknown or "sql" not in jobs:
        raise SystemExit(f"There is no job '{unknown[0]}'." if unknown else "The others are measured against sql; name it too.")
    with tempfile.TemporaryDirectory() as folder:
        data = made(given.rows, given.data or Path(folder))
        figures = benchmark(data, given.rows, jobs, given.times, (given.format,) if given.format else FORMATS)
    command = f"python tests/benchmarks/main_job.py --rows {given.rows} --times {given.times}"
    before = given.results / "main_job.json"
    if given.format and before.is_file() and (last := json.loads(before.read_text(encoding="utf-8")))["rows"] == given.rows:
        figures = {**last["figures"], **figures}
    figures = {kind: figures[kind] for kind in FORMATS if kind in figures}
    result = {"rows": given.rows, "times": given.times, "command": command, "machine": machine(), "figures": figures}
    given.results.mkdir(parents=True, exist_ok=True)
    (given.results / "main_job.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (given.results / "main_job.md").write_text(markdown(result), encoding="utf-8")
    print(markdown(result))


if __name__ == "__main__":
    main()
