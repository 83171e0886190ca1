"""`lapipe register breach`, over the releases of a run."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.projects import WEEKLY, project


def test_a_breach_pack_counts_people_and_tells_the_clock(tmp_path: Path) -> None:
    made = project(tmp_path)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    known = ("--known", "2026-03-29T01:30+01:00", "--language", "en")  # the night in which the clock skips an hour
    done = made.lapipe("register", "breach", "out/moodle_activity", *known)
    assert (done.code, done.err) == (0, "")
    assert "by: **2026-04-01 00:30 UTC**" in done.out
    table = pq.read_table(next(made.out.glob("moodle_activity/*/r1/data.parquet")))
    pseudonym = next(name for name in table.column_names if f"`{name}`" in done.out)
    values = set(table.column(pseudonym).to_pylist()) - {None}
    assert f"{len(values)} different pseudonyms in column `{pseudonym}`" in done.out
    assert not any(value in done.out for value in values)
    assert "was made with key" in done.out or "were made with key" in done.out
    dutch = made.lapipe("register", "breach", "out/weekly_activity", "--known", "2026-03-29T01:30+01:00")
    assert "Groepen van minder dan 10 mensen" in dutch.out
    assert "run `r1` ging over 10 to 99 mensen, naar het register" in dutch.out, "a band, and never the number"
    assert made.lapipe("register", "breach", "out/weekly_activity", "--known", "2026-03-29T01:30").code == 2
    assert made.lapipe("register", "list").code == 0
    assert made.lapipe("register", "verify").code == 0
    manifest = next(made.out.glob("weekly_activity/*/r1/manifest.json"))
    kept = manifest.read_text("utf-8")
    manifest.write_text(kept.replace("onderwijsanalisten", "iedereen"), encoding="utf-8")
    another = made.lapipe("register", "breach", "out/weekly_activity", *known)
    assert (another.code, "LP605 The register knows no release" in another.err, another.out) == (5, True, "")
    manifest.write_text(kept, encoding="utf-8")
    data = next(made.out.glob("moodle_activity/*/r1/data.parquet"))
    pq.write_table(table.slice(1), data)
    altered = made.lapipe("register", "breach", "out/moodle_activity", *known)
    assert (altered.code, "LP605" in altered.err, altered.out) == (5, True, "")
