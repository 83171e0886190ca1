"""How long suppression takes on tables as large as releases are, and how near to the least value it comes.

Run with `python -m tests.benchmarks.suppression [--peer PYTHON]`. Random counts (log-normal, some under ten), every margin published, k = 10.
PYTHON is an interpreter that has pytauargus (0.6.0) and pandas; its optimal method (OPT) is then run on the same tables. Without it
the least value is bounded from below here, by an integer programme of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_matrix, csr_matrix, hstack

from lapipe.disclosure import Rule, protect
from lapipe.disclosure.suppression import Layer, Task
from lapipe.disclosure.tables import _UNSAID, _Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure

K = 10

#: Name, categories of each dimension, median of a cell, and the most seconds.
TABLES = (("248 cells", (61, 3), 14, 0.1), ("1,488 cells", (30, 11, 3), 28, 1.0), ("20,000 cells", (39, 24, 19), 28, 60.0))

#: Tables of more cells are not bounded: an integer programme of them takes hours.
BOUNDED = 2_000

#: What the interpreter with pytauargus runs: a row per person, since its table is made of rows.
PEER = """
import json, sys, tempfile, time
import pandas as pd
from pytauargus import protect
given = json.load(sys.stdin)
frame = pd.DataFrame([row[:-1] for row in given["leaves"] for _ in range(row[-1])], columns=given["by"]).assign(one=1.0)
began, clock = time.process_time(), time.perf_counter()
found = protect(frame, given["by"], response="one", safety_rules=f"FREQ({given['k']},0)", suppress="OPT(1)", workdir=tempfile.mkdtemp())
seconds, clock = round(time.process_time() - began, 2), time.perf_counter() - clock
table = found.tables[0].dataframe()
others = table[table.status == "M"]
print("\\n" + json.dumps({"seconds": seconds, "clock": clock, "others": len(others), "value": int(others.one.sum())}))
"""


def counts(shape: tuple[int, ...], median: int, seed: int = 0) -> np.ndarray[Any, Any]:
    """Draw the counts of the cells."""
    random = np.random.default_rng(seed)
    return np.maximum(1, np.floor(np.exp(random.normal(np.log(median), 1.0, size=shape)))).astype(int)


def a_table(shape: tuple[int, ...], median: int, seed: int = 0) -> pd.DataFrame:
    """Make cells with all their totals."""
    numbers = counts(shape, median, seed)
    for axis in range(len(shape)):
        numbers = np.concatenate([numbers, numbers.sum(axis=axis, keepdims=True)], axis=axis)
    labels = [[*(f"{chr(97 + axis)}{each:02}" for each in range(size)), "Total"] for axis, size in enumerate(shape)]
    names = [f"d{axis}" for axis in range(len(shape))]
    return pd.DataFrame([(*cell, n) for cell, n in zip(product(*labels), numbers.reshape(-1).tolist(), strict=True)], columns=[*names, "n"])


def peer(python: str, frame: pd.DataFrame, by: list[str]) -> dict[str, Any]:
    """Let pytauargus find the cheapest pattern of the same table."""
    leaves = frame[(frame[by] != "Total").all(axis=1)]
    given = json.dumps({"by": by, "k": K, "leaves": [[*map(str, row[:-1]), int(row[-1])] for row in leaves.itertuples(index=False)]})
    with tempfile.TemporaryDirectory() as folder:   # it writes its logs where it stands
        ran = subprocess.run([python, "-c", PEER], input=given, capture_output=True, text=True, timeout=170, check=True, cwd=folder)
    found: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found


def least(task: Task, rounds: int = 40) -> tuple[float, bool]:
    """Give a value that no safe pattern is below, and whether it is the optimum of what it asks.

    A relaxation: only the cells that are withheld for themselves have to be safe. The pattern is an integer programme; wherever an
    outsider's interval under it is too short, the dual of theirs is a cut (Fischetti and Salazar-Gonzalez, 2000), until none is.
    """
    layer, n = task.layers[0], task.cube.cells
    matrix = csr_matrix((task.relations.coefficient, (task.relations.row, task.relations.column)), shape=(task.relations.count, n))
    both = hstack([matrix, -matrix]).tocsr()
    far = float(layer.value.sum())
    up, down = np.minimum(layer.most - layer.value, far), np.minimum(layer.value - layer.least, far)
    primary = np.flatnonzero(task.primary)
    open_ = np.flatnonzero(task.spare)
    cuts: dict[bytes, np.ndarray[Any, Any]] = {}
    chosen = np.zeros(len(open_))
    bound, exact = 0.0, True
    for turn in range(rounds):
        shown = np.zeros(n)
        shown[primary] = 1
        shown[open_[chosen > 0.5]] = 1
        fresh = 0
        for cell in primary.tolist():
            cut = _cut(layer, both, up * shown, down * shown, up, down, cell, n)
            if cut is None:
                continue
            fixed = float(cut[primary].sum())
            needs = float(layer.width[cell]) - fixed
            row = np.minimum(cut[open_], max(needs, 0))
            if needs > 1e-6 and row.round(6).tobytes() not in cuts:
                cuts[row.round(6).tobytes()] = row / needs
                fresh += 1
        if not fresh:
            break
        rows = coo_matrix(np.array(list(cuts.values())))
        found = milp(task.cost[open_], integrality=np.ones(len(open_)), bounds=Bounds(0, 1), constraints=[LinearConstraint(rows, 1 - 1e-9, np.inf)],
                     options={"time_limit": 20})
        if found.x is None:
            return bound, False
        chosen, bound = np.rint(found.x), max(bound, float(found.mip_dual_bound))
        exact = found.status == 0 and turn < rounds - 1
    return bound, exact


def _cut(layer: Layer, both: Any, up: Any, down: Any, most_up: Any, most_down: Any, cell: int, n: int) -> np.ndarray[Any, Any] | None:
    """Give, where an interval is too short, how much at most each cell would lengthen it if it were withheld."""
    length, cut = 0.0, np.zeros(n)
    for sign in (1, -1):
        aim = np.zeros(2 * n)
        aim[cell], aim[n + cell] = -sign, sign
        solved = linprog(aim, A_eq=both, b_eq=np.zeros(both.shape[0]), bounds=np.stack([np.zeros(2 * n), np.concatenate([up, down])], axis=1), method="highs")
        length -= solved.fun
        # Reduced costs at what the multipliers are: each step of a cell that is open lengthens by so much.
        gain = np.maximum(-(aim - both.T @ solved.eqlin.marginals), 0)
        gain[gain < 1e-9] = 0
        cut += gain[:n] * most_up + gain[n:] * most_down
    return cut if length < layer.width[cell] - 1e-6 else None


def main() -> None:
    """Time every table, and print a line for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--peer", default="", help="a Python that has pytauargus")
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--quick", action="store_true", help="without the least value, which takes longer than the protection")
    options = asked.parse_args()
    protect(a_table((3, 3), 30), by=["d0", "d1"], people="n", k=K)   # imports aside
    print("| table | seed | interval | small | others | value | seconds | CPU s | allowed s | least value | × least | pytauargus OPT | its CPU s |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name, shape, median, allowed in TABLES:
        for seed in range(options.seeds if len(shape) == 2 or shape[0] < 39 else 1):
            frame = a_table(shape, median, seed)
            by = [f"d{axis}" for axis in range(len(shape))]
            opt = peer(options.peer, frame, by) if options.peer and len(frame) <= BOUNDED else {}
            turns = []
            for protection in (1, 2):
                rule = Rule(zeros="public", protection=protection)
                began, cpu = time.perf_counter(), time.process_time()
                found = protect(frame, by=by, people="n", k=K, rule=rule)
                seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
                turns.append({"seconds": seconds, "cpu": cpu})
                others = found["suppressed"] & (frame["n"] >= K)
                value = int(frame.loc[others, "n"].sum())
                low = ratio = ""
                if len(frame) <= BOUNDED and not options.quick:
                    task = _task(frame, by, rule)
                    bound, exact = least(task)
                    low, ratio = f"{'' if exact else '≥ '}{bound:,.0f}", f"{'' if exact else '≤ '}{value / bound:.2f}"
                print(f"| {name} | {seed} | {protection} | {int((frame['n'] < K).sum())} | {int(others.sum())} | {value:,} | {seconds:.2f} | {cpu:.2f} | "
                      f"{allowed} | {low} | {ratio} | {opt.get('value', '')} | {opt['seconds'] if opt else ''} |", flush=True)
            if opt and not seed:
                measure.tell("suppression", len(frame), {"lapipe": turns[:1], "pytauargus OPT": [{"seconds": opt["clock"], "cpu": opt["seconds"]}]})
    print(f"\npeak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _task(frame: pd.DataFrame, by: list[str], rule: Rule) -> Task:
    return _Table(frame, tuple(by), "n", K, (), "", rule, "", _UNSAID, {}).task()


if __name__ == "__main__":
    main()
