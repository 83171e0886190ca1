"""Run every benchmark, write one report, draw the growth, and tell what got slower beside its peer than in the report that is committed.

    python tests/benchmarks/report.py [--only NAME,NAME] [--full] [--peers PYTHON]     `make bench`
    python tests/benchmarks/report.py --check                                          `make bench-check`

Each benchmark is a script of this folder, run as it is in a process of its own. It tells what lapipe and its peers took for the same work,
in turns, in that run; what is compared from one report to the next is the ratio of their CPU seconds, the median of those of the turns:
machines differ, and other work disturbs both. A benchmark without a peer is held against a fixed piece of work that is done before and after
it. What is more than 15 % above the committed ratio is measured again, and named where it is so both times; `--check` then ends with 1.
PYTHON has the peers that pin old versions (`make bench` sets it up).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.main_job import HERE, PROJECT, machine
from tests.benchmarks.measure import FIGURES, NAMES, median

#: How much slower than the baseline is told.
SLOWER = 0.15

#: What is no benchmark of its own.
NOT_RUN = ("make_data", "measure", "report")

#: What keeps its figures in files of its own.
OWN_RESULTS = ("main_job", "scale")

Words = tuple[str, ...]

_FEWER = "sql,lapipe,lapipe with memory and flag,polars,pandas"

#: How a benchmark is run: in some minutes, and in full. One that is not named here is run once, without any words. DATA is a folder for what
#: several of them read, PEERS the Python that has the peers.
WORDS: dict[str, tuple[tuple[Words, ...], tuple[Words, ...]]] = {
    "main_job": ((("--rows", "1000000", "--times", "3", "--jobs", _FEWER, "--data", "DATA"), ("--rows", "10000000", "--times", "1", "--jobs", _FEWER, "--data", "DATA")),
                 (("--rows", "1000000", "--times", "3", "--data", "DATA"), ("--rows", "10000000", "--times", "3", "--data", "DATA"),
                  ("--rows", "100000000", "--times", "1", "--jobs", "sql,lapipe,lapipe with memory and flag,polars", "--data", "DATA"))),
    "spark": ((("--rows", "1000000", "--dir", "DATA"),), (("--rows", "1000000,10000000", "--times", "3", "--dir", "DATA"),)),
    "scale": ((("--sizes", "1000000,10000000", "--dir", "DATA"),), (("--sizes", "1000000,10000000,100000000", "--dir", "DATA"),)),
    "aggregate": ((("--rows", "1000000", "--times", "3", "--dir", "DATA"),), (("--rows", "10000000", "--times", "3", "--dir", "DATA"),)),
    "reading": ((("--rows", "300000", "--times", "3"),), ((),)),
    "validation": ((("--rows", "1000000", "--times", "3", "--dir", "DATA/rows-1000000"),), (("--rows", "10000000", "--dir", "DATA/rows-10000000"),)),
    "k_anonymity": ((("--rows", "300000", "--times", "3", "--peers", "PEERS"),), (("--rows", "1000000", "--times", "3", "--peers", "PEERS"),)),
    "suppression": ((("--seeds", "1", "--quick", "--peer", "PEERS"),), (("--seeds", "2", "--peer", "PEERS"),)),
    "scan": ((("--rows", "100000", "--presidio", "100", "--times", "3"),), (("--rows", "1000000,10000000"),)),
    "register": ((("--entries", "20000", "--seconds", "2"),), ((),)),
    "erase": ((("2400000",),), ((),)),
    "text": ((("10000",),), ((),)),
    "scrub": ((("100000",),), ((),)),
    "rows": ((("releases", "DATA", "200000"),), (("check", "DATA", "20000000"), ("k", "DATA"), ("unicity", "DATA"), ("releases", "DATA"))),
}

#: The fixed piece of work, which takes about a second: sorting, hashing and counting in DuckDB, and a loop in Python.
_YARDSTICK = """
import duckdb, hmac
con = duckdb.connect()
con.execute("SELECT count(*) FROM (SELECT hash(i) % 50000 AS g, count(DISTINCT i % 977) AS n FROM range(4000000) t(i) GROUP BY g ORDER BY n)").fetchall()
for number in range(300_000):
    hmac.digest(b"k" * 32, str(number).encode(), "sha256")
"""

FIXED = "the fixed work"


def benchmarks() -> list[str]:
    """Name the benchmarks, by their files; a database is read where there is one."""
    known = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_RUN)
    return [name for name in known if name != "database" or os.environ.get("LAPIPE_POSTGRES")]


def words_of(name: str, full: bool) -> tuple[Words, ...]:
    """Give the words of each run of a benchmark."""
    return WORDS.get(name, (((),), ((),)))[full]


def ours(who: str) -> bool:
    """Tell lapipe, in whatever dress, from its peers."""
    return who.startswith("lapipe")


def run(words: Sequence[str], print_to: int, figures: str = "") -> dict[str, float]:
    """Run a process and give its seconds, CPU seconds and peak memory, children it waited for among them."""
    start = time.perf_counter()
    found = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, "PYTHONPATH": found, FIGURES: figures}
    process = subprocess.Popen([sys.executable, *words], cwd=PROJECT, env=environment, stdout=print_to)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {"seconds": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss * 1024 / 1e6,
            "code": process.returncode}


def yardstick() -> dict[str, float]:
    """Say what the fixed piece of work took."""
    return run(["-c", _YARDSTICK], subprocess.DEVNULL)


def measured(name: str, words: Words, data: Path, peers: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run a benchmark; give what the script took and printed, and the jobs that it told of."""
    said = {"DATA": str(data), "PEERS": peers}
    told_as = ["python", f"tests/benchmarks/{name}.py", *(f"'{word}'" if " " in word else word for word in words)]
    given = [word.replace("DATA", said["DATA"]).replace("PEERS", said["PEERS"]) for word in words]
    if name in OWN_RESULTS:
        # The figures that were committed by themselves stay as they are.
        given += ["--results", str(data / "results")]
    before = yardstick()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        with tempfile.TemporaryFile() as printed:
            done = run([str(HERE / f"{name}.py"), *given], printed.fileno(), str(figures))
            printed.seek(0)
            text = printed.read().decode("utf-8", "replace")
        after = yardstick()
        lines = figures.read_text(encoding="utf-8").splitlines() if figures.exists() else []
    told = [json.loads(line) for line in lines] or [{"job": name, "rows": 0, "taken": {"lapipe": [done], FIXED: [before, after]}}]
    return {"command": " ".join(told_as), **done, "printed": text}, [job_of(name, each) for each in told if not done["code"]]


def job_of(benchmark: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Make of the turns of a job medians, their spread, and the ratio of lapipe to each peer."""
    taken = told["taken"]
    medians: dict[str, dict[str, float]] = {}
    for who, turns in taken.items():
        seen = {each: median(turns, each) for each in NAMES if all(each in turn for turn in turns)}
        seconds = [turn["seconds"] for turn in turns]
        medians[who] = {**seen, "times": len(turns), "spread": (max(seconds) - min(seconds)) / statistics.median(seconds) if statistics.median(seconds) else 0.0}
    ratios = {who: {peer: ratio(taken[who], taken[peer]) for peer in taken if not ours(peer)} for who in taken if ours(who)}
    return {"benchmark": benchmark, "job": told["job"], "rows": told["rows"], "taken": medians, "ratios": ratios}


def ratio(mine: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Give the median of the ratios of the turns, in CPU seconds and in seconds, and how far the first is spread."""
    found: dict[str, float] = {}
    for name in ("cpu", "seconds"):
        if all(turn.get(name) for turn in (*mine, *theirs)):
            if len(mine) == len(theirs):
                each = [one[name] / other[name] for one, other in zip(mine, theirs, strict=True)]
            else:
                each = [median(mine, name) / median(theirs, name)]
            found |= {name: statistics.median(each), f"{name}_spread": (max(each) - min(each)) / statistics.median(each)}
    return found


def slower(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Say, by benchmark and job, what takes more beside its first peer than it did, where both reports have it; and which scripts failed."""
    found = {(name, each["command"]): f"{name} failed with exit code {each['code']}: {each['command']}"
             for name, runs in now["scripts"].items() for each in runs if each["code"]}
    was = {_named(job, who): ratios for job in before["jobs"] for who, ratios in job["ratios"].items()}
    for job in now["jobs"]:
        for who, ratios in job["ratios"].items():
            for peer, took in list(ratios.items())[:1]:
                then = was.get(_named(job, who), {}).get(peer, {})
                name = "cpu" if "cpu" in took and "cpu" in then else "seconds"
                if name in took and name in then and took[name] > then[name] * (1 + SLOWER):
                    found[job["benchmark"], _named(job, who)] = (
                        f"{_named(job, who)} takes {took[name] / then[name] - 1:.0%} more beside {peer} than in the committed report "
                        f"({took[name]:.2f} for {then[name]:.2f} times).")
    return found


def _named(job: Mapping[str, Any], who: str) -> str:
    rows = f" of {job['rows']:,} rows" if job["rows"] else ""
    return f"{job['job']}{rows}{'' if who == 'lapipe' else f' ({who})'}"


def markdown(report: Mapping[str, Any]) -> str:
    """Write the report."""
    about = report["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    lines = ["# Benchmarks", "", f"{report['day']}: `{report['command']}`. {about['cores']} cores of {about['cpu']}, "
             f"{about['memory_gb']} GB, load average {about['load_average']}; Python {about['python']}, {versions}.", "",
             "Medians of each job's turns; spread is that of the seconds, from least to most. Ratios are lapipe's CPU seconds over a peer's in the same run; "
             "`make bench-check` compares that to the first peer.", "",
             "| job | rows | who | turns | seconds | spread | CPU seconds | peak MB | lapipe over it, CPU | lapipe over it, seconds |", "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|"]
    for job in report["jobs"]:
        for who, took in job["taken"].items():
            over = [job["ratios"][mine].get(who, {}) for mine in job["ratios"]][:1]
            shown = [f"{over[0][name]:.2f}" if not ours(who) and over and name in over[0] else "" for name in ("cpu", "seconds")]
            cpu, peak = (f"{took['cpu']:.2f}" if "cpu" in took else "", f"{took['peak_mb']:,.0f}" if "peak_mb" in took else "")
            rows = f"{job['rows']:,}" if job["rows"] else ""
            lines.append(f"| {job['job']} | {rows} | {who} | {took['times']} | {took['seconds']:.2f} | {took['spread']:.0%} | {cpu} | {peak} | "
                         f"{shown[0]} | {shown[1]} |")
    lines += ["", "![Time and memory against rows](report.svg)"]
    for name, runs in report["scripts"].items():
        lines += ["", f"## {name}"]
        for each in runs:
            ended = f" ended with exit code {each['code']}" if each["code"] else f": {each['seconds']:.0f} s"
            lines += ["", f"`{each['command']}`{ended}", "", "```text", each["printed"].rstrip(), "```"]
    return "\n".join([*lines, ""])


def chart(scale: Mapping[str, Any], path: Path) -> None:
    """Draw what the growth under a limit of memory took."""
    rows = [{"rows": int(rows), "who": "lapipe", **took} for rows, took in scale["figures"].items()]
    _drawn({f"Main job from Parquet under --memory {scale['memory']}": rows}, path)


def chart_of_jobs(jobs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the main job of lapipe and its peers, from each kind of file."""
    panels: dict[str, list[dict[str, Any]]] = {}
    for job in jobs:
        if job["job"].startswith("main job"):
            panels.setdefault(job["job"], []).extend({"rows": job["rows"], "who": who, **took} for who, took in job["taken"].items())
    if panels:
        _drawn(panels, path)


def _drawn(panels: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> None:
    """Draw time and memory against rows, on axes of logarithms; drawn here, without a browser or a host."""
    import altair

    names = {"cpu": "CPU seconds", "peak_mb": "peak memory (MB)"}

    def drawn(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
        points = [{"rows": row["rows"], "who": row["who"], "figure": row[name]} for row in rows]
        marked = altair.Chart(altair.InlineData(points), width=320, height=240).mark_line(point=True)
        return marked.encode(x=altair.X("rows:Q", scale=altair.Scale(type="log"), title="rows"),
                             y=altair.Y("figure:Q", scale=altair.Scale(type="log"), title=names[name]), color=altair.Color("who:N", title=""))

    rows = [altair.hconcat(*(drawn(points, name) for name in names), title=title) for title, points in panels.items()]
    altair.vconcat(*rows).resolve_scale(color="independent").save(str(path))


def all_of(chosen: Sequence[str], full: bool, data: Path, peers: str) -> dict[str, Any]:
    """Run benchmarks and give their scripts and jobs."""
    scripts: dict[str, list[dict[str, Any]]] = {}
    jobs: list[dict[str, Any]] = []
    for name in chosen:
        for words in words_of(name, full):
            print(" ".join([name, *words]), file=sys.stderr, flush=True)
            script, told = measured(name, words, data, peers)
            scripts.setdefault(name, []).append(script)
            jobs += told
    return {"scripts": scripts, "jobs": jobs}


def peers_there(named: str) -> str:
    """Give the Python with the peers that pin old versions; empty where it was not set up."""
    python = named or str(PROJECT / ".venv-bench" / "bin" / "python")
    return python if Path(python).exists() else ""


def main() -> None:
    """Run, write, compare."""
    parser = argparse.ArgumentParser(description="Run every benchmark and write one report.")
    parser.add_argument("--only", default="", help="names, with commas; the others' figures are kept")
    parser.add_argument("--full", action="store_true", help="at every size, up to 100 million rows, which takes an hour or two and 30 GB of disk")
    parser.add_argument("--check", action="store_true", help="compare with the committed report, which is left as it is")
    parser.add_argument("--data", type=Path, help="where the data lies, or is made (default: a folder that is removed again)")
    parser.add_argument("--peers", default="", help="a Python that has pycanon and pytauargus (default: that of .venv-bench)")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    given = parser.parse_args()
    chosen = given.only.split(",") if given.only else benchmarks()
    unknown = sorted(set(chosen) - set(benchmarks()))
    if unknown:
        raise SystemExit(f"There is no benchmark {unknown[0]} (there are: {', '.join(benchmarks())}).")
    given.results.mkdir(parents=True, exist_ok=True)
    baseline, peers = given.results / "report.json", peers_there(given.peers)
    before = json.loads(baseline.read_text(encoding="utf-8")) if baseline.is_file() else {"scripts": {}, "jobs": []}
    if not peers:
        print("pycanon and pytauargus are left out: .venv-bench is not there (`make bench` sets it up).", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        data = (given.data or Path(folder)).resolve()
        found = all_of(chosen, given.full, data, peers)
        told = slower(found, before)
        if given.check and told:
            again = slower(all_of(sorted({name for name, _ in told}), given.full, data, peers), before)
            told = {key: line for key, line in again.items() if key in told}
        shutil.rmtree(data / "results", ignore_errors=True)
    if not given.check:
        if given.only:
            # Of a part alone, the others' figures are kept.
            found = {"scripts": dict(sorted({**before["scripts"], **found["scripts"]}.items())),
                     "jobs": sorted([*found["jobs"], *(job for job in before["jobs"] if job["benchmark"] not in chosen)], key=lambda job: job["benchmark"])}
        report = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "command": f"python tests/benchmarks/report.py{' --full' * given.full}", "machine": machine(), **found}
        baseline.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (given.results / "report.md").write_text(markdown(report), encoding="utf-8")
        chart_of_jobs(report["jobs"], given.results / "report.svg")
        if (given.results / "scale.json").is_file():
            chart(json.loads((given.results / "scale.json").read_text(encoding="utf-8")), given.results / "scale.svg")
        print(f"Written: {given.results / 'report.md'}")
    for line in told.values() or ["Nothing got slower than it was."]:
        print(line)
    raise SystemExit(bool(told) if given.check else any(each["code"] for runs in found["scripts"].values() for each in runs))


if __name__ == "__main__":
    main()
