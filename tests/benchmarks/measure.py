"""What the benchmarks share: jobs in processes of their own, in turns, and what each took, told to the report."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]

#: Where a benchmark writes what the report compares; empty where it is run by hand.
FIGURES = "LAPIPE_FIGURES"

#: What a job may tell of itself, in seconds, CPU seconds and megabytes.
NAMES = ("seconds", "cpu", "peak_mb")

Took = Mapping[str, float]


def alone(words: Sequence[str], what: str) -> dict[str, Any]:
    """Run a job in a process of its own; the last line that it prints is what it took, as JSON.

    Raises:
        SystemExit: it failed; its errors follow.
    """
    found = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH", ""))))
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": found})
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def in_turns(jobs: Iterable[str], run: Callable[[str], dict[str, Any]], times: int) -> dict[str, list[dict[str, Any]]]:
    """Run every job once, then every job again: what disturbs the machine for a while disturbs all of them."""
    taken: dict[str, list[dict[str, Any]]] = {job: [] for job in jobs}
    for _turn in range(times):
        for job, turns in taken.items():
            turns.append(run(job))
    return taken


def median(turns: Sequence[Took], name: str) -> float:
    """Give the median of a figure."""
    return statistics.median(turn[name] for turn in turns)


def tell(job: str, rows: int, taken: Mapping[str, Sequence[Took]]) -> None:
    """Tell the report what each took for the same work: lapipe under names that begin so, and its peers, the one to be held against first."""
    path = os.environ.get(FIGURES)
    if path:
        kept = {who: [{name: turn[name] for name in NAMES if name in turn} for turn in turns] for who, turns in taken.items()}
        with open(path, "a", encoding="utf-8") as out:
            out.write(json.dumps({"job": job, "rows": rows, "taken": kept}) + "\n")


def table(taken: Mapping[str, Sequence[Took]], against: str) -> str:
    """Write the medians as a table of Markdown, with how many times one of the jobs each took."""
    lines = [f"| job | seconds | × {against} | CPU seconds | × {against} | peak MB |", "|---|--:|--:|--:|--:|--:|"]
    for who, turns in taken.items():
        seconds, cpu, peak = (median(turns, name) for name in NAMES)
        lines.append(f"| {who} | {seconds:.2f} | {seconds / median(taken[against], 'seconds'):.2f} | {cpu:.2f} | {cpu / median(taken[against], 'cpu'):.2f} | "
                     f"{peak:,.0f} |")
    return "\n".join(lines)
