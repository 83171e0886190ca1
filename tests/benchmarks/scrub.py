"""How many distinct Moodle descriptions are scrubbed in a second: `python tests/benchmarks/scrub.py [TEXTS]`."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pyarrow as pa

from lapipe.contract import load_contract
from lapipe.engine.duckdb import _BATCH as BATCH
from lapipe.scrubbing import Scrubber

ROOT = Path(__file__).resolve().parents[2]

#: Sentences with two to five numbers, as often as they stand in a real log.
SENTENCES = (
    "The user with id '{}' viewed the course with id '{}'.",
    "The user with id '{}' viewed the 'quiz' activity with course module id '{}'.",
    "The user with id '{}' has viewed page '{}' of the attempt with id '{}' belonging to the user with id '{}' for the quiz with course "
    "module id '{}'.",
    "The user with id '{}' updated the completion state for the course module with id '{}' for the user with id '{}'.",
)


def main(count: int) -> None:
    """Time texts that are all different; rows with a text that was seen are looked up by the engine and cost nothing here."""
    made = random.Random(1)
    texts = list({SENTENCES[i % 4].format(*(made.randrange(10**7) for _ in range(5))) for i in range(count)})
    scrubber = Scrubber(load_contract(ROOT / "schemas" / "tables" / "moodle_log_report.odcs.yaml")["description"].scrub)
    keys = pa.array(texts)
    began, cpu = time.perf_counter(), time.process_time()
    # In batches, as an engine's lookup gives the distinct values.
    done = [scrubber.over_arrow(keys[begin:begin + BATCH]) for begin in range(0, len(keys), BATCH)]
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert sum(batch.null_count for batch in done) == 0
    print(f"{len(texts):,} distinct texts in {seconds:.2f} s: {len(texts) / seconds:,.0f} per second; {cpu:.2f} s CPU: {len(texts) / cpu:,.0f} per second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
