"""How long suppression takes on tables as large as releases are, and how near to the least value it comes.

Run with `python -m tests.benchmarks.suppression`. Random counts (log-normal, a tenth under ten), margins published, k = 10.
"""

from __future__ import annotations

import resource
import time
from itertools import product

import numpy as np
import pandas as pd

from lapipe.disclosure import Rule, protect

K = 10

#: Name, categories of each dimension, median of a cell, and the most seconds.
TABLES = (("248 cells", (61, 3), 14, 0.1), ("1,488 cells", (30, 11, 3), 28, 1.0), ("20,000 cells", (39, 24, 19), 28, 60.0))


def a_table(shape: tuple[int, ...], median: int, seed: int = 0) -> pd.DataFrame:
    """Make cells with all their totals."""
    random = np.random.default_rng(seed)
    numbers = np.maximum(1, np.floor(np.exp(random.normal(np.log(median), 1.0, size=shape)))).astype(int)
    for axis in range(len(shape)):
        numbers = np.concatenate([numbers, numbers.sum(axis=axis, keepdims=True)], axis=axis)
    labels = [[*(f"{chr(97 + axis)}{each}" for each in range(size)), "Total"] for axis, size in enumerate(shape)]
    names = [f"d{axis}" for axis in range(len(shape))]
    return pd.DataFrame([(*cell, n) for cell, n in zip(product(*labels), numbers.reshape(-1).tolist(), strict=True)], columns=[*names, "n"])


def main() -> None:
    """Time every table, and print a line for each."""
    protect(a_table((3, 3), 30), by=["d0", "d1"], people="n", k=K)   # imports aside
    print(f"{'table':<14} {'small':>6} {'others':>7} {'value':>8} {'seconds':>8} {'allowed':>8} {'shortest':>9}")
    for name, shape, median, allowed in TABLES:
        frame = a_table(shape, median)
        by = [f"d{axis}" for axis in range(len(shape))]
        for protection in (1, 2):
            begin = time.perf_counter()
            found = protect(frame, by=by, people="n", k=K, rule=Rule(zeros="public", protection=protection))
            seconds = time.perf_counter() - begin
            others = found["suppressed"] & (frame["n"] >= K)
            print(f"{name:<14} {int((frame['n'] < K).sum()):>6} {int(others.sum()):>7} {int(frame.loc[others, 'n'].sum()):>8} {seconds:>8.2f} "
                  f"{allowed:>8.1f} {found.attrs['audit']['shortest']:>9}", flush=True)
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
