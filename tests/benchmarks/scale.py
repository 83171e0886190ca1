"""Measure how time and memory grow with the rows: the shipped pipeline under a limit, through the command line, from Parquet.

    python tests/benchmarks/scale.py [--sizes 1000000,10000000,100000000] [--memory 1GB] [--dir DIR] [--times 1]

More than ten million rows are the same file several times, under several names, which the pipeline reads as one source: rows of the same
people, ten times as many each. Each run has a ledger of its own, so that no earlier release is compared with. Every run is a process of its own; its peak resident memory is what the system says of it. The slope is
that of seconds against rows on axes of logarithms, from each size to the next.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lapipe.keys import KeyRing
from tests.benchmarks.main_job import HERE, PROJECT, TODAY, machine
from tests.benchmarks.make_data import made

PIPELINE = "moodle_weekly_extract"


def project(folder: Path) -> Path:
    """Make a copy of the shipped project whose purpose holds today, with keys of its own."""
    root = folder / "project"
    if not root.is_dir():
        for name in ("schemas", "pipelines"):
            shutil.copytree(PROJECT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        KeyRing.create(folder / "keys" / "ring.json", today=TODAY.date())
    return root


def measured(data: Path, folder: Path, memory: str) -> dict[str, float]:
    """Run the pipeline in a process of its own, and give its seconds, CPU seconds and peak memory."""
    root = project(folder)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        sources = [f"events={data}/log*.parquet", f"students={data}/students.csv", f"objections={data}/objections.csv"]
        words = [sys.executable, "-m", "lapipe.cli", "run", PIPELINE, *(word for source in sources for word in ("--source", source)),
                 "--out", f"{place}/out", "--register", f"{place}/register.sqlite", "--keys", str(folder / "keys" / "ring.json"), "--memory", memory]
        (root / "lapipe.toml").write_text(f'default = "dev"\n[profiles.dev]\nregister = "{place}/register.sqlite"\nout = "{place}/out"\n'
                                          f'runs = "{place}/runs"\nledger = "{place}/ledger"\n', encoding="utf-8")
        start = time.perf_counter()
        process = subprocess.Popen(words, cwd=root, env={**os.environ, "PYTHONPATH": str(PROJECT)}, stdout=subprocess.DEVNULL)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"The run over {data} ended with exit code {process.returncode}.")
        return {"seconds": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss * 1024 / 1e6}


def slopes(figures: Mapping[int, Mapping[str, float]], name: str) -> list[float]:
    """Give how a figure grows from each size to the next, as a power of the rows."""
    sizes = sorted(figures)
    return [math.log(figures[large][name] / figures[small][name]) / math.log(large / small) for small, large in itertools.pairwise(sizes)]


def markdown(result: Mapping[str, Any]) -> str:
    """Write the table."""
    about = result["machine"]
    lines = ["# Growth with the rows", "", f"The shipped pipeline {PIPELINE} from Parquet under `--memory {result['memory']}`, median of {result['times']}: "
             f"`{result['command']}`.", f"{about['cores']} cores of {about['cpu']}, {about['memory_gb']} GB, load average {about['load_average']}.", "",
             "| rows | seconds | CPU seconds | peak MB | slope of CPU seconds |", "|--:|--:|--:|--:|--:|"]
    grown = ["", *(f"{slope:.2f}" for slope in result["slopes"])]
    lines += [f"| {int(rows):,} | {took['seconds']:.1f} | {took['cpu']:.1f} | {took['peak_mb']:,.0f} | {slope} |"
              for (rows, took), slope in zip(result["figures"].items(), grown, strict=True)]
    return "\n".join([*lines, ""])


def main() -> None:
    """Make the data, run, print and keep the result."""
    parser = argparse.ArgumentParser(description="Measure how time and memory grow with the rows.")
    parser.add_argument("--sizes", default="1000000,10000000,100000000")
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--results", type=Path, default=HERE / "results")
    given = parser.parse_args()
    figures: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.dir or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for rows in map(int, given.sizes.split(",")):
            data = made(rows, folder)
            taken = [measured(data, folder, given.memory) for _turn in range(given.times)]
            figures[rows] = {name: statistics.median(each[name] for each in taken) for name in taken[0]}
            print(f"{rows:,} rows: {figures[rows]['seconds']:.1f} s, {figures[rows]['peak_mb']:,.0f} MB", file=sys.stderr)
    result = {"command": f"python tests/benchmarks/scale.py --sizes {given.sizes} --memory {given.memory} --times {given.times}", "times": given.times,
              "memory": given.memory, "machine": machine(), "figures": {str(rows): took for rows, took in figures.items()}, "slopes": slopes(figures, "cpu")}
    given.results.mkdir(parents=True, exist_ok=True)
    (given.results / "scale.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (given.results / "scale.md").write_text(markdown(result), encoding="utf-8")
    print(markdown(result))


if __name__ == "__main__":
    main()
