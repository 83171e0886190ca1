"""Run every benchmark, write one report, draw the growth, and tell what got slower than the report that is committed.

    python tests/benchmarks/report.py [--times 3] [--only NAME,NAME] [--full]     `make bench`
    python tests/benchmarks/report.py --check                                     `make bench-check`

Each benchmark is a script of this folder, run as it is in a process of its own; what it prints (its figures beside its peers') stands in the
report. A machine is faster than another, and other work disturbs it: what is compared from one report to the next are CPU seconds divided
by those of a fixed piece of work that is done before and after each run. Where that ratio is more than 15 % above the committed one, the
benchmark is named, and `--check` ends with 1.
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

#: How much slower than the baseline is told.
SLOWER = 0.15

#: What is no benchmark of its own.
NOT_RUN = ("make_data", "report")

#: What keeps its figures in files of its own.
OWN_RESULTS = ("main_job", "scale")

#: The words of a benchmark: in some minutes, and in full. One that is not named here is run without any.
WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "main_job": (("--rows", "1000000", "--times", "1"), ("--rows", "10000000", "--times", "3")),
    "scale": (("--sizes", "1000000,4000000"), ("--sizes", "1000000,10000000,100000000")),
    "reading": (("--rows", "300000", "--times", "1"), ()),
    "validation": (("--rows", "300000", "--times", "1"), ()),
    "scan": (("--rows", "100000", "--presidio", "0", "--times", "1"), ("--rows", "1000000,10000000")),
    "register": (("--entries", "20000", "--seconds", "2"), ()),
    "text": (("10000",), ()),
    "scrub": (("100000",), ()),
    "rows": (("k", "200000"), ("k", "10000000")),
}

#: The fixed piece of work, which takes about a second: sorting, hashing and counting in DuckDB, and a loop in Python.
_YARDSTICK = """
import duckdb, hmac
con = duckdb.connect()
con.execute("SELECT count(*) FROM (SELECT hash(i) % 50000 AS g, count(DISTINCT i % 977) AS n FROM range(4000000) t(i) GROUP BY g ORDER BY n)").fetchall()
for number in range(300_000):
    hmac.digest(b"k" * 32, str(number).encode(), "sha256")
"""


def benchmarks() -> list[str]:
    """Name the benchmarks, by their files."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_RUN)


def words_of(name: str, full: bool) -> tuple[str, ...]:
    """Give the words that a benchmark is run with."""
    return WORDS.get(name, ((), ()))[full]


def run(words: Sequence[str], print_to: int) -> dict[str, float]:
    """Run a process and give its seconds, CPU seconds and peak memory, children it waited for among them."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}, stdout=print_to)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {"seconds": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss * 1024 / 1e6,
            "code": process.returncode}


def yardstick() -> float:
    """Give the CPU seconds of the fixed piece of work."""
    return run(["-c", _YARDSTICK], subprocess.DEVNULL)["cpu"]


def measured(name: str, times: int, full: bool, folder: Path) -> dict[str, Any]:
    """Run a benchmark some times; give medians, spread, its ratio to the fixed piece of work, and what it printed last."""
    words = [str(HERE / f"{name}.py"), *words_of(name, full)]
    if name in OWN_RESULTS and not full:
        # The figures of the README stay as they are.
        words += ["--results", str(folder / "small")]
    taken, ratios, text = [], [], ""
    for _turn in range(times):
        before = yardstick()
        with tempfile.TemporaryFile() as printed:
            done = run(words, printed.fileno())
            printed.seek(0)
            text = printed.read().decode("utf-8", "replace")
        ratios.append(done["cpu"] / statistics.mean((before, yardstick())))
        taken.append(done)
        if done["code"]:
            break
    figures = {each: statistics.median(one[each] for one in taken) for each in ("seconds", "cpu", "peak_mb")}
    return {"command": " ".join(["python", f"tests/benchmarks/{name}.py", *words_of(name, full)]), "code": int(max(one["code"] for one in taken)), **figures,
            "ratio": statistics.median(ratios), "spread": (max(ratios) - min(ratios)) / statistics.median(ratios), "printed": text}


def slower(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Say which benchmarks of both reports, run with the same words, take more than they did, and which failed."""
    found = []
    for name, took in now["benchmarks"].items():
        was = before["benchmarks"].get(name)
        if took["code"]:
            found.append(f"{name} failed with exit code {took['code']}: {took['command']}")
        elif was and not was["code"] and was["command"] == took["command"] and took["ratio"] > was["ratio"] * (1 + SLOWER):
            found.append(f"{name} takes {took['ratio'] / was['ratio'] - 1:.0%} more than in the committed report ({took['ratio']:.1f} for "
                         f"{was['ratio']:.1f} times the fixed work): {took['command']}")
    return found


def markdown(report: Mapping[str, Any]) -> str:
    """Write the report."""
    about = report["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    lines = ["# Benchmarks", "", f"{report['day']}, medians of {report['times']}: `{report['command']}`. {about['cores']} cores of {about['cpu']}, "
             f"{about['memory_gb']} GB, load average {about['load_average']}; Python {about['python']}, {versions}.", "",
             "Ratio: CPU seconds over those of a fixed piece of work, done before and after; it is what `make bench-check` compares. CPU seconds "
             "and memory are of the whole script, its peers among them.", "",
             "| benchmark | seconds | CPU seconds | peak MB | ratio | spread |", "|---|--:|--:|--:|--:|--:|"]
    lines += [f"| {name} | {took['seconds']:.1f} | {took['cpu']:.1f} | {took['peak_mb']:,.0f} | {took['ratio']:.1f} | {took['spread']:.0%} |"
              for name, took in report["benchmarks"].items()]
    for name, took in report["benchmarks"].items():
        lines += ["", f"## {name}", "", f"`{took['command']}`" + (f" ended with exit code {took['code']}" if took["code"] else ""), "", "```text",
                  took["printed"].rstrip(), "```"]
    return "\n".join([*lines, ""])


def chart(scale: Mapping[str, Any], path: Path) -> None:
    """Draw time and memory against rows, on axes of logarithms; drawn here, without a browser or a host."""
    import altair

    names = {"cpu": "CPU seconds", "peak_mb": "peak memory (MB)"}
    rows = [{"rows": int(rows), "figure": took[each]} | {"what": names[each]} for rows, took in scale["figures"].items() for each in names]

    def drawn(what: str) -> Any:
        return altair.Chart(altair.InlineData([row for row in rows if row["what"] == what]), width=320, height=240).mark_line(point=True).encode(
            x=altair.X("rows:Q", scale=altair.Scale(type="log"), title="rows"),
            y=altair.Y("figure:Q", scale=altair.Scale(type="log"), title=what))

    altair.hconcat(*(drawn(what) for what in names.values()), title=f"Main job from Parquet under --memory {scale['memory']}").save(str(path))


def main() -> None:
    """Run, write, compare."""
    parser = argparse.ArgumentParser(description="Run every benchmark and write one report.")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--only", default="", help="names, with commas")
    parser.add_argument("--full", action="store_true", help="at the sizes of the README, which takes an hour and 20 GB of disk")
    parser.add_argument("--check", action="store_true", help="compare with the committed report, which is left as it is")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    given = parser.parse_args()
    chosen = given.only.split(",") if given.only else benchmarks()
    unknown = sorted(set(chosen) - set(benchmarks()))
    if unknown:
        raise SystemExit(f"There is no benchmark {unknown[0]} (there are: {', '.join(benchmarks())}).")
    given.results.mkdir(parents=True, exist_ok=True)
    baseline = given.results / "report.json"
    before = json.loads(baseline.read_text(encoding="utf-8")) if baseline.is_file() else {"benchmarks": {}}
    found: dict[str, Any] = {}
    for name in chosen:
        print(name, file=sys.stderr, flush=True)
        found[name] = measured(name, given.times, given.full, given.results)
    shutil.rmtree(given.results / "small", ignore_errors=True)
    words = "".join([f" --times {given.times}", " --full" * given.full])
    report = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "command": f"python tests/benchmarks/report.py{words}", "times": given.times, "machine": machine(),
              "benchmarks": found}
    told = slower(report, before)
    if not given.check:
        # Of a part alone, the others' figures are kept.
        report["benchmarks"] = dict(sorted({**before["benchmarks"], **found}.items())) if given.only else found
        baseline.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        (given.results / "report.md").write_text(markdown(report), encoding="utf-8")
        if (given.results / "scale.json").is_file():
            chart(json.loads((given.results / "scale.json").read_text(encoding="utf-8")), given.results / "scale.svg")
        print(f"Written: {given.results / 'report.md'}")
    for line in told or ["Nothing got slower than it was."]:
        print(line)
    raise SystemExit(bool(told) if given.check else any(took["code"] for took in found.values()))


if __name__ == "__main__":
    main()
