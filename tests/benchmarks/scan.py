"""Time `lapipe scan` on a Moodle log of 12 columns, beside Presidio's cells per second in the same run, and its peak of memory.

    python tests/benchmarks/scan.py [--rows 1000000,10000000] [--presidio 300] [--dir DIR] [--times 3]

Everything distinct is looked at: no sampling. Presidio runs its default recognisers on a blank English model (no download) over the
distinct cells of some rows of the same log, as many as asked. Each scan is a process of its own; the median is shown.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measure

HEADER = ("id,timecreated,userid,relateduserid,user_full_name,event_context,component,event_name,description,origin,ip_address,courseid")
_GIVEN = ("Sanne", "Daan", "Fatima", "Emre", "Lotte", "Youssef", "Zoë", "Thijs", "Piotr", "Anouk")
_SURNAMES = ("de Jong", "Bakker", "van den Berg", "Yılmaz", "El Amrani", "Visser", "Nowak", "Ramdin", "ten Brink", "Smit")
_EVENTS = ("Course viewed", "Quiz attempt viewed", "Discussion viewed", "Course module viewed", "Post created")


def make(path: Path, rows: int) -> None:
    """Write a log: 40,000 users, ids that count up, a description that is different in nearly every row."""
    block = 100_000
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER + "\n")
        for start in range(0, rows, block):
            out.write("".join(
                f"{100_000_000 + i},{1_690_000_000 + i * 13},{u},{'' if i % 3 else u + 1},{_GIVEN[u % 10]} {_SURNAMES[u // 10 % 10]} {chr(65 + u % 26)}{chr(97 + u // 26 % 26)},"
                f"Cursus: Inleiding {i % 997},Quiz,{_EVENTS[i % 5]},The user with id '{u}' viewed the course with id '{i % 100_000}'.,web,145.{i % 7}.{i // 7 % 250}.{u % 250},{i % 997}\n"
                for i in range(start, min(rows, start + block)) for u in (2 + i * 7919 % 40_000,)))


def scan_one(path: Path) -> None:
    """Scan in this process, after its imports, and print what it took."""
    import duckdb  # noqa: F401
    import ibis  # noqa: F401

    from lapipe.scan import scan

    with tempfile.TemporaryDirectory() as folder:
        begun, used = time.perf_counter(), time.process_time()
        seen = scan(path, Path(folder))
        took, cpu = time.perf_counter() - begun, time.process_time() - used
    found = sum(column.alarming for column in seen.columns)
    print(json.dumps({"seconds": took, "cpu": cpu, "rows": seen.rows, "cells": seen.rows * len(seen.columns), "found": found,
                      "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def presidio(path: Path, rows: int) -> dict[str, float]:
    """Give the seconds and CPU seconds that Presidio takes for a million cells, its default recognisers on a blank model."""
    import csv
    import itertools
    import os

    os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = ""
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def load(self) -> None:
            self.nlp = {"en": spacy.blank("en")}

    engine = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
    engine.analyze("warm up 0612345678", language="en")
    with path.open(encoding="utf-8") as stream:
        cells = [cell for row in itertools.islice(csv.reader(stream), 1, 1 + rows) for cell in row]
    begun, used = time.perf_counter(), time.process_time()
    for cell in cells:
        engine.analyze(cell, language="en")
    return {"seconds": (time.perf_counter() - begun) / len(cells) * 1e6, "cpu": (time.process_time() - used) / len(cells) * 1e6}


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000000")
    parser.add_argument("--presidio", type=int, default=300, help="rows that Presidio looks at; 0 leaves it out")
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        scan_one(options.one)
        return
    folder = options.dir or Path(tempfile.mkdtemp())
    rates = []
    for rows in (int(number) for number in options.rows.split(",")):
        path = folder / f"log-{rows}.csv"
        if not path.exists():
            make(path, rows)
        turns = [json.loads(subprocess.run([sys.executable, __file__, "--one", str(path)], check=True, capture_output=True, text=True).stdout) for _ in range(options.times)]
        seconds = statistics.median(turn["seconds"] for turn in turns)
        rates.append(turns[0]["cells"] / seconds)
        print(f"scan {rows:>12,} rows x 12: {seconds:7.2f} s, {rates[-1] / 1e6:.2f}M cells/s, peak {max(turn['peak_mb'] for turn in turns):,.0f} MB, {turns[0]['found']} columns found", flush=True)
        if options.presidio and len(rates) == 1:
            peer = presidio(path, options.presidio)
            slow = 1e6 / peer["seconds"]
            million = [{"seconds": turn["seconds"] / turn["cells"] * 1e6, "cpu": turn["cpu"] / turn["cells"] * 1e6, "peak_mb": turn["peak_mb"]} for turn in turns]
            measure.tell("scan, per million cells", rows, {"lapipe": million, "Presidio": [peer]})
            print(f"presidio, {options.presidio} rows:        {slow:,.0f} cells/s; scan is {rates[0] / slow:,.0f} times as fast", flush=True)


if __name__ == "__main__":
    main()
