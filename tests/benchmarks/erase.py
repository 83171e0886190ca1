"""Erasing one person from releases of many months, beside rewriting just the files that hold them: `python tests/benchmarks/erase.py [ROWS] [HOLDING]`.

ROWS (24 million) are spread over 24 releases about 50,000 people; the person is in HOLDING (3) of them. lapipe looks for them in all, records the request
and the erasure, rewrites what holds them with manifests and hashes, makes the ledger's marks anonymous, looks into what it wrote, and drafts the notices. The measure
is DuckDB alone, which is told the files: SELECT all but one person, in the same format. On a machine that others use, seconds of processor say more than those of the clock.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lapipe.keys import KeyRing
from lapipe.register import Register
from lapipe.release import sha256
from tests.benchmarks import measure
from tests.projects import MOODLE_IDS, STUDENT_NUMBERS, TODAY, WEEKLY, Project, project
from tests.test_subjects import OFFICER, Desks, register

MONTHS, PEOPLE, WHO = 24, 50_000, 3


def months(made: Project, rows: int, holding: int) -> list[Path]:
    """Put releases beside the one there is, each with its manifest and its entries; the person is in the first few."""
    template = made.out / "moodle_activity" / "all" / "r1"
    manifest = json.loads((template / "manifest.json").read_text("utf-8"))
    name = KeyRing.open(made.ring).pseudonyms(purpose=WEEKLY, domain="moodle_user").of([str(MOODLE_IDS[WHO])])[0]
    columns = [column["name"] for column in manifest["columns"]]
    made_up = {"student": "who", "week": "(DATE '2026-09-07' + 7 * (i % 12)::INTEGER)", "day": "(DATE '2026-09-07' + (i % 84)::INTEGER)"}
    with duckdb.connect() as db:
        db.execute(f"CREATE TABLE people AS SELECT row_number() OVER () AS n, uuid()::VARCHAR AS who FROM range({PEOPLE})")
        types = dict(db.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{template}/data.parquet')").fetchall())
        found = []
        for month in range(MONTHS):
            folder = template.parent / f"m{month:02}"
            folder.mkdir()
            person = f"CASE WHEN n = 1 THEN '{name}' ELSE who END" if month < holding else "who"
            other = {column: f"'{column} ' || ((i * 7919) % 40)" if types[column] == "VARCHAR" else "(i % 9)" for column in columns} | made_up
            # As lapipe's own files lie: people first, so that a person's rows are in few row groups.
            order = ", ".join(f'"{column}"' for column in sorted(columns, key=lambda column: column != "student"))
            values = ", ".join(f'{other[column]}::{types[column]} AS "{column}"' for column in columns)
            if month > holding:
                # Nobody's month is like another's; for what is not rewritten that makes no difference.
                shutil.copy(found[holding] / "data.parquet", folder / "data.parquet")
            else:
                db.execute(f"COPY (SELECT {values} FROM (SELECT i, {person} AS who FROM range({rows // MONTHS}) t(i) JOIN people ON n = 1 + hash(i, {month}) % {PEOPLE}) ORDER BY {order}) "
                           f"TO '{folder}/data.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")
            for extra in set(manifest["files"]) - {"data.parquet"}:
                (folder / extra).write_bytes((template / extra).read_bytes())
            said = {**manifest, "run": folder.name, "rows": rows // MONTHS, "files": {path.name: sha256(path) for path in folder.iterdir()}}
            (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
            with register(made) as opened, opened.run(folder.name, {"pipeline": WEEKLY, "purpose": WEEKLY}) as run:
                run.record("release", {"release": "moodle_activity", "folder": f"moodle_activity/all/{folder.name}", "rows": said["rows"],
                                       "manifest_sha256": sha256(folder / "manifest.json"), "kind": "pseudonyms", "periods": []})
                run.complete({})
            found.append(folder)
    return found


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 24_000_000
    holding = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as base:
        made = project(Path(base), TODAY)
        made.export("students").chmod(0o600)
        made.go(run_id="r1", ledger=made.root / ".lapipe" / "ledger")
        folders = months(made, rows, holding)
        hold = [made.out / "moodle_activity" / "all" / "r1", *folders[:holding]]
        size = sum((folder / "data.parquet").stat().st_size for folder in hold)
        print(f"{rows:,} rows in {MONTHS} releases, the person is in {holding} of {rows // MONTHS:,} rows ({size / 1e6:,.0f} MB) and in a small one")
        before = {folder: (folder / "data.parquet").stat().st_mtime_ns for folder in folders}
        name = KeyRing.open(made.ring).pseudonyms(purpose=WEEKLY, domain="moodle_user").of([str(MOODLE_IDS[WHO])])[0]
        alone, processor = [], []
        for _ in range(3):
            began, used = time.perf_counter(), time.process_time()
            with duckdb.connect() as db:
                for number, folder in enumerate(hold):
                    db.execute(f"COPY (SELECT * FROM '{folder}/data.parquet' WHERE student <> '{name}') TO '{base}/alone{number}.parquet' (FORMAT parquet, COMPRESSION zstd)")
            alone.append(time.perf_counter() - began)
            processor.append(time.process_time() - used)
        with Desks(made) as desk:
            opened = time.perf_counter()
            person = desk.person([("", f"s{STUDENT_NUMBERS[WHO]}")])
            found = desk.find(person, landing=False)
            looked, used = time.perf_counter(), time.process_time()
            desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
            seconds, used = time.perf_counter() - looked, time.process_time() - used
        assert len(found.holding) == len(hold)
        touched = [folder for folder in folders if (folder / "data.parquet").stat().st_mtime_ns != before[folder]]
        assert touched == folders[:holding], "only files that hold the person are rewritten"
        with Register.open(made.register, clock=lambda: None) as chain:
            assert chain.verify().findings == ()
        measure.tell("erasing one person", rows, {"lapipe": [{"seconds": seconds, "cpu": used}],
                                                  "DuckDB, told the files": [{"seconds": min(alone), "cpu": min(processor)}]})
        print(f"  DuckDB alone, told the files      {min(alone):6.2f} s  (of {', '.join(f'{each:.2f}' for each in alone)}), {min(processor):.2f} s of processor")
        print(f"  lapipe: looking in {MONTHS + 1} releases    {looked - opened:6.2f} s")
        print(f"  lapipe: subject erase, all of it  {seconds:6.2f} s  {seconds / min(alone):.2f} times, {used:.2f} s of processor, {used / min(processor):.2f} times; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
