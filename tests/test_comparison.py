"""Two releases side by side give nothing back that one of them withholds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lapipe
from lapipe.errors import LapipeError, Refused, RegisterFault, UsageFault
from lapipe.purpose.declaration import Waiver
from lapipe.stages import Aggregate
from tests.projects import TODAY, project
from tests.test_ledger import Project as Ledgered
from tests.test_ledger import students


def released(folder: Path, rows: list[dict[str, Any]], *, k: int = 10, names: tuple[str, ...] = ("course", "people", "actions"),
             **changes: Any) -> Path:
    """Write a release of groups as lapipe does: data and the manifest that has its hash."""
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, pa.schema([(name, pa.string() if name in ("course", "status") else pa.int64()) for name in names])),
                   folder / "data.parquet")
    manifest = {"format": 1, "release": folder.name, "run": "r1", "kind": "statistics", "k": k, "erase_by": (TODAY + timedelta(days=9)).isoformat(),
                "columns": [{"name": name, "detail": "full"} for name in names],
                "files": {"data.parquet": hashlib.sha256((folder / "data.parquet").read_bytes()).hexdigest()}, **changes}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def row(course: str | None, people: int | None, actions: int | None, status: str = "") -> dict[str, Any]:
    return {"course": course, "people": people, "actions": actions, **({"status": status} if status else {})}


def shown(frame: Any) -> dict[Any, tuple[Any, ...]]:
    rows = [[None if pd.isna(value) else value for value in record] for record in frame.astype("object").to_numpy().tolist()]
    return {first: tuple(others) for first, *others in rows}


def test_the_stricter_k_withholds_what_the_laxer_published(tmp_path: Path) -> None:
    a = released(tmp_path / "old", [row("a", 10, 100), row("b", 9, 90), row("c", 40, 400), row(None, 12, 5)], k=5)
    b = released(tmp_path / "new", [row("a", 12, 90), row("b", 30, 300), row("d", 11, 8), row(None, 10, 6)], k=10)
    found = lapipe.compare(a, b, today=TODAY)
    assert list(found.columns) == ["course", "status_a", "status_b", "people_a", "people_b", "actions_a", "actions_b"]
    assert shown(found) == {
        "a": ("published", "published", 10, 12, 100, 90), "b": ("withheld", "published", None, 30, None, 300),
        "c": ("published", "no row", 40, None, 400, None), "d": ("no row", "published", None, 11, None, 8),
        None: ("published", "published", 12, 10, 5, 6)}
    assert found.attrs["k"] == 10
    assert [manifest["k"] for manifest in found.attrs["manifests"]] == [5, 10]
    assert shown(lapipe.compare(b, a, today=TODAY))["b"] == ("published", "withheld", 30, None, 300, None)


def test_withheld_stays_withheld_and_nought_is_kept_only_where_it_was_public(tmp_path: Path) -> None:
    names = ("course", "status", "people", "actions")
    a = released(tmp_path / "old", [row("a", None, None, "withheld"), row("b", 0, None, "published"), row("c", 6, 7, "published"),
                                    row("d", 14, 2, "frozen"), row("e", 6, 2, "frozen")], k=5, names=names)
    b = released(tmp_path / "new", [row("a", 20, 1, "published"), row("b", 15, 2, "published"), row("c", 15, 3, "published"),
                                    row("d", 15, 3, "published"), row("e", 15, 3, "published")], names=names)
    assert shown(lapipe.compare(a, b, suffixes=("_2025", "_2026"), today=TODAY)) == {
        "a": ("withheld", "published", None, 20, None, 1), "b": ("published", "published", 0, 15, None, 2),
        "c": ("withheld", "published", None, 15, None, 3), "d": ("frozen", "published", 14, 15, 2, 3),
        "e": ("withheld", "published", None, 15, None, 3)}


@pytest.mark.parametrize(("changes", "error", "told"), [
    ({"kind": "pseudonyms"}, Refused, "LP415 Release new holds rows about people"),
    ({"names": ("course", "week", "people", "actions")}, Refused, "LP415 old is grouped by course and new by course, week"),
    ({"columns": [{"name": "course", "detail": "level faculty"}, {"name": "people", "detail": "full"}, {"name": "actions", "detail": "full"}]},
     Refused, "LP415 'course' is in detail full in one release and level faculty"),
    ({"erase_by": "2020-01-01"}, Refused, "LP502"),
    ({"files": {"data.parquet": "0" * 64}}, RegisterFault, "LP605")])
def test_what_cannot_be_compared_is_refused(tmp_path: Path, changes: dict[str, Any], error: type[LapipeError], told: str) -> None:
    a = released(tmp_path / "old", [row("a", 10, 1)])
    rows = [{**row("a", 10, 1), **({"week": 3} if "names" in changes else {})}]
    with pytest.raises(error) as refused:
        lapipe.compare(a, released(tmp_path / "new", rows, **changes), today=TODAY)
    assert told in str(refused.value)


def test_two_runs_of_a_pipeline_are_compared(tmp_path: Path) -> None:
    made = project(tmp_path, TODAY)
    made.go(run_id="r1")
    path = made.out / "weekly_activity"
    found = lapipe.compare(path, path, today=TODAY)
    table = lapipe.read_release(path, today=TODAY)
    assert len(found) == len(table) > 0
    assert sorted(found.people_a) == sorted(found.people_b) == sorted(table.people)
    assert (found.people_a == found.people_b).all()
    assert set(found.status_a) == {"published"}
    with pytest.raises(UsageFault, match="two different ones"):
        lapipe.compare(path, path, suffixes=("", "_b"))
    with pytest.raises(UsageFault):
        lapipe.compare(path, made.out / "nothing", today=date(2026, 11, 24))


def test_a_release_by_a_stricter_rule_than_the_purpose_s_says_so(tmp_path: Path) -> None:
    """Two releases are compared under the stricter of the k they were made with, which a preset may have raised."""
    made = Ledgered(tmp_path)
    organisation = made.base / "schemas" / "organisation.yaml"
    organisation.write_text(organisation.read_text(encoding="utf-8").replace("k_floor: 10", "k_floor: 5"), encoding="utf-8")
    pipeline = made.pipeline(["programme"], name="strict")
    stages = [replace(stage, preset="ten") if isinstance(stage, Aggregate) else stage for stage in pipeline.stages]
    small = replace(pipeline.purpose, k=5, exceptions=(Waiver("k", 5, "weighed and found small", "privacy_officer"),))
    run = made.go(replace(pipeline, purpose=small, stages=stages), students({"biology": 30, "law": 7}))
    assert run.read("strict")["people"].tolist() == [30]
    assert run.read("strict").attrs["manifest"]["k"] == 10
    assert "Groups of fewer than 10 people are not published." in (run.path("strict") / "codebook.en.md").read_text(encoding="utf-8")
    path = made.base / "out" / "strict"
    assert lapipe.compare(path, path, today=TODAY).attrs["k"] == 10
