"""Rows about people, as ratios in one run: `python -m tests.benchmarks.rows check|k|unicity|releases DIR [ROWS]`.

check: people of four quasi-identifiers in a Parquet file of ROWS rows (a person has ten), against the DuckDB query by hand.
k: k-anonymity of a pandas frame of ROWS people and four quasi-identifiers, and the optimum by trying every combination.
unicity: ROWS people with nine items each, for each number of items known; then the same by a join in DuckDB, for one known.
releases: two releases of ROWS people in 600 groups, of which some moved, held against each other as the ledger does.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lapipe.assess import Question, _people, _read, counted
from lapipe.disclosure import k_anonymise
from lapipe.disclosure.unicity import Sets
from lapipe.engine import open_engine

QUASI = ("programme", "birth_year", "gender", "origin")


def timed(what: str, work: Callable[[], Any]) -> tuple[float, Any]:
    """Time one piece of work, print it with the peak of the process so far, and give its CPU seconds: other work may use the machine."""
    began, cpu = time.perf_counter(), time.process_time()
    found = work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"  {what:<44} {seconds:8.2f} s   {cpu:8.2f} s CPU   peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", flush=True)
    return cpu, found


def make_rows(rows: int, folder: Path) -> Path:
    """Write ROWS rows of a tenth as many people; a person's quasi-identifiers are the same in each row for nine people in ten."""
    path = folder / f"rows-{rows}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        duckdb.sql(f"""COPY (SELECT who AS student, 'programme ' || lpad((hash(who, moved, 1) % 120)::VARCHAR, 3, '0') AS programme,
                       1985 + (hash(who, 2) % 22 + hash(who, 3) % 5)::INTEGER AS birth_year, ['f', 'm', 'x'][1 + (hash(who, 4) % 100 > 48)::INT
                       + (hash(who, 4) % 100 > 98)::INT] AS gender, 'origin ' || (hash(who, 5) % 12)::VARCHAR AS origin
                       FROM (SELECT (i * 7919) % {rows // 10} + 1000000 AS who, i % 10 > 8 AND i % 7 = 0 AS moved FROM range({rows}) t(i)))
                       TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")
    return path


def check(rows: int, folder: Path) -> None:
    """Count people per combination, in lapipe and by hand, in turns."""
    path = make_rows(rows, folder)
    names = ", ".join(QUASI)
    by_hand = f"""SELECT people, count(*) FROM (SELECT {names}, count(DISTINCT student) AS people FROM '{path}' GROUP BY {names}) GROUP BY 1"""
    print(f"{rows:,} rows, {len(QUASI)} quasi-identifiers")
    best: dict[str, float] = {}
    for _ in range(2):
        seconds, expected = timed("DuckDB, count(DISTINCT student)", lambda: dict(duckdb.sql(by_hand).fetchall()))
        best["hand"] = min(best.get("hand", seconds), seconds)
        with tempfile.TemporaryDirectory() as spill:
            engine = open_engine("duckdb", Path(spill))
            question = Question(path, "student", QUASI)

            def ours(engine: Any = engine, question: Question = question, spill: str = spill) -> Any:
                table, _ = _read(engine, question, question.columns, Path(spill))
                _, pairs = _people(engine, table, question, QUASI)
                return counted(engine, pairs, "student", QUASI)[0]

            seconds, found = timed("lapipe, classes by people and people by class", ours)
            engine.close()
        best["ours"] = min(best.get("ours", seconds), seconds)
        assert found.classes == expected
    print(f"  k = {found.k}, {found.number:,} classes, {found.subjects:,} people: {best['ours'] / best['hand']:.2f} times the query")


def k_anonymity(rows: int) -> None:
    """Recode a frame of one row per person."""
    random = np.random.default_rng(1)
    programmes = [f"programme {n:03}" for n in range(60)]
    origins = [f"origin {n:02}" for n in range(40)]
    frame = pd.DataFrame({
        "id": random.permutation(rows), "programme": np.array(programmes)[random.zipf(1.3, rows) % 60],
        "birth_year": 1990 + random.poisson(8, rows), "gender": np.array(["f", "m", "x"])[random.choice(3, rows, p=[0.5, 0.49, 0.01])],
        "origin": np.array(origins)[random.zipf(1.5, rows) % 40]})
    quasi = {"programme": {name: [f"faculty {name[-3:-1]}", "*"] for name in programmes}, "birth_year": ["band 5", "band 10", "*"],
             "gender": ["*"], "origin": {name: [f"region {int(name[-2:]) // 5}", "*"] for name in origins}}
    print(f"{rows:,} people, 4 quasi-identifiers, k = 5, 4 % at most left out")
    for _ in range(3):
        _, done = timed("lapipe.disclosure.k_anonymise", lambda: k_anonymise(frame, subject="id", quasi=quasi, k=5, limit=0.04))
    print(f"  levels {tuple(done.levels.values())}, loss {done.loss:.6f}, {done.people_left_out:,} left out, {done.checked} of {done.nodes} tried")
    seconds, every = timed("every combination", lambda: exhaustive(frame, quasi))
    assert abs(every - done.loss) < 1e-12
    print(f"  same optimum: {every:.6f} ({seconds:.1f} s)")


def exhaustive(frame: pd.DataFrame, quasi: dict[str, Any]) -> float:
    """Evaluate every node of the lattice."""
    from lapipe.disclosure.hierarchy import hierarchy
    from lapipe.disclosure.k_anonymity import Coded, arrow_of
    from lapipe.disclosure.lattice import Lattice

    coded = Coded(arrow_of(frame), "id", list(quasi), (), linked=True)
    lattice = Lattice([hierarchy(name, coded.values[name], given) for name, given in quasi.items()], coded.units, 5, at_most=int(len(frame) * 0.04))
    found = [lattice.evaluated(tuple(int(level) for level in levels))[0] for levels in lattice.levels]
    return min(each.loss for each in found if each is not None)


def unicity(rows: int) -> None:
    """Probe sets of course and grade."""
    random = np.random.default_rng(3)
    person = np.repeat(np.arange(rows), 9)
    course = np.repeat(random.integers(0, 60, rows), 9) * 30 + random.integers(0, 30, rows * 9)
    ability = np.repeat(random.normal(6.8, 1, rows), 9)
    item = course * 11 + np.clip(np.round(ability + random.normal(0, 0.8, rows * 9)), 1, 10).astype(np.int64)
    print(f"{rows:,} people, {rows * 9:,} items")
    _, sets = timed("taking them in", lambda: Sets(person, item))
    _, full = timed("whole sets", sets.unique_in_full)
    print(f"    {full:.2%} unique")
    for known in range(1, 6):
        _, share = timed(f"{known} known", lambda known=known: sets.unique(known))
        print(f"    {share.share:.2%} unique ({share.low:.2%} to {share.high:.2%})")


def releases(people: int) -> None:
    """Hold a release of groups against an earlier one of nearly the same people."""
    import pyarrow as pa

    from lapipe.disclosure.memory import Dimension
    from lapipe.groups import Groups, spelt_column
    from lapipe.ledger import CELL, STATE, WHO, compared

    random = np.random.default_rng(5)
    group, mark = random.integers(0, 600, people), random.integers(-2**62, 2**62, people)
    moved = group.copy()
    moved[random.random(people) < 0.001] = 7
    keys = (spelt_column(pa.chunked_array([pa.array([f"programme {n}" for n in range(600)])])),)

    with tempfile.TemporaryDirectory() as spill:
        engine = open_engine("duckdb", Path(spill))
        held, groups = [], []
        for cells in (group, moved):
            members = engine.table(pa.table({CELL: pa.array(cells), WHO: pa.array(mark), STATE: pa.array(np.ones(people, dtype=np.int64))}))
            held.append(engine.hold(members))
            sizes = np.bincount(cells, minlength=600)
            groups.append(Groups((Dimension("student.programme", "full"),), keys, sizes, sizes >= 10))
        print(f"{people:,} people in {len(groups[0])} groups, twice")
        for _ in range(3):
            _, found = timed("two releases compared", lambda: compared(groups[1], held[1], groups[0], held[0], 10, engine))
        print(f"  {len(found.frozen)} frozen, {len(found.same)} the same")
        engine.close()


if __name__ == "__main__":
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    if sys.argv[1] == "check":
        check(rows or 100_000_000, Path(sys.argv[2]))
    elif sys.argv[1] == "k":
        k_anonymity(rows or 1_000_000)
    elif sys.argv[1] == "releases":
        releases(rows or 1_000_000)
    else:
        unicity(rows or 1_000_000)
