"""Make the benchmark's data: N rows of a Moodle-like log and N/200 students, as Parquet and as CSV, and who objected.

    python tests/benchmarks/make_data.py 10000000 DIR

More than ten million rows are the same file several times, under several names: rows of the same people, so many times as many each.

The log has the columns of contract `moodle_logstore_extract`, the students those of `student_extract`. The same N gives the same
rows. How often people act follows a long tail, as it does in an LMS; identifiers begin above Moodle's reserved ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

#: One academic year, long closed on the benchmark's fixed day.
FIRST, LAST = (int(datetime(year, 9, 1, tzinfo=UTC).timestamp()) for year in (2025, 2026))

#: Moodle's own accounts (nobody, guest, administrator) have lower numbers.
FIRST_USER = 101

#: The share of students who object.
OBJECTING = 0.03

_ROW_GROUP = 500_000

#: Rows that are made; more are had by reading a file again.
MADE = 10_000_000

_EVENTS = (r"\core\event\course_viewed", r"\mod_quiz\event\attempt_submitted", r"\mod_forum\event\discussion_viewed",
           r"\mod_assign\event\submission_created")
_COMPONENTS = ("core", "mod_assign", "mod_forum", "mod_h5pactivity", "mod_page", "mod_quiz", "mod_url")
_ACTIONS = ("created", "submitted", "updated", "viewed")


def make_data(rows: int, folder: Path) -> None:
    """Write log, students and objections into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20260901)
    people = max(50, rows // 200)
    courses = max(5, people // 30)

    def pick(values: tuple[str, ...], number: int) -> pa.Array:
        chosen = pa.array(random.integers(0, len(values), number, dtype=np.int32))
        return pa.DictionaryArray.from_arrays(chosen, pa.array(values)).cast(pa.string())

    users = np.arange(FIRST_USER, FIRST_USER + people)
    actors = users[np.minimum((random.pareto(1.2, rows) * people / 20).astype(np.int64), people - 1)]
    addresses = pa.array([f"145.18.{number}.7" for number in range(250)])
    log = pa.table({
        "id": np.arange(1, rows + 1),
        "eventname": pick(_EVENTS, rows),
        "component": pick(_COMPONENTS, rows),
        "action": pick(_ACTIONS, rows),
        "objectid": random.integers(1, 200_000, rows),
        "userid": actors,
        "courseid": random.integers(2, courses + 2, rows),
        "timecreated": random.integers(FIRST, LAST, rows),
        "origin": pick(("web", "ws", "cli"), rows),
        "ip": pa.DictionaryArray.from_arrays(pa.array((actors % 250).astype(np.int32)), addresses).cast(pa.string()),
    })
    objected = random.random(people) < OBJECTING
    numbers = [f"s{1_000_000 + user}" for user in users.tolist()]
    students = pa.table({
        "userid": users, "studentnumber": numbers, "programme": random.integers(1, 60, people),
        "cohort": random.integers(2018, 2026, people), "gender": pick(("m", "v", "x"), people), "objected": objected,
    })
    listed = [number for number, objects in zip(numbers, objected.tolist(), strict=True) if objects]
    objections = pa.table({"student_number": listed, "purpose": [""] * len(listed), "state": ["received"] * len(listed),
                           "received": ["2026-09-14"] * len(listed)})
    _write("log", log, folder)
    _write("students", students, folder)
    pc.write_csv(objections, folder / "objections.csv")


def made(rows: int, folder: Path) -> Path:
    """Give a folder with the sources, made where it is not there: `log*.parquet` together have so many rows, and so have `log*.csv`.

    Made in a process of its own, whose memory is not this one's.
    """
    place = folder / f"rows-{rows}"
    if (place / "objections.csv").is_file():
        return place
    if rows <= MADE:
        subprocess.run([sys.executable, __file__, str(rows), str(place)], check=True)
        return place
    if rows % MADE:
        raise SystemExit(f"{rows:,} rows are no multiple of {MADE:,}.")
    once = made(MADE, folder)
    place.mkdir(exist_ok=True)
    for number in range(rows // MADE):
        for kind in ("parquet", "csv"):
            os.link(once / f"log.{kind}", place / f"log-{number:03}.{kind}")
    for name in ("students.parquet", "students.csv", "objections.csv"):
        os.link(once / name, place / name)
    return place


def _write(name: str, table: Any, folder: Path) -> None:
    pq.write_table(table, folder / f"{name}.parquet", row_group_size=_ROW_GROUP)
    pc.write_csv(table, folder / f"{name}.csv")


if __name__ == "__main__":
    make_data(int(sys.argv[1]), Path(sys.argv[2]))
