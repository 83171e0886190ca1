"""Provenance: which source columns each column of a release is made of, and whether a value is hidden on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pytest

from lapipe.lineage import LOOKUP, SMALL, deciding, origins, unchanged
from lapipe.pipeline import load_pipeline
from lapipe.provenance import released
from lapipe.register import Register
from tests.projects import ROOT, WEEKLY, project

FLOW = ibis.table({"a": "string", "b": "int64", "c": "int64"}, name="flow")
OTHER = ibis.table({"a": "string", "x": "int64"}, name="other")
MAPPING = ibis.table({"key": "string", "value": "string"}, name=f"{LOOKUP}_0")
CALENDAR = ibis.table({"key": "int64", "value": "string"}, name=f"{SMALL}_0")


def test_a_value_out_of_a_lookup_is_made_of_what_it_was_looked_up_by_where_that_is_asked() -> None:
    looked = FLOW.left_join(MAPPING, FLOW.a == MAPPING.key).select(r="value")
    assert origins(looked, "flow") == {"r": frozenset()}
    assert origins(looked, "flow", lookups=True) == {"r": frozenset({"a"})}


@pytest.mark.parametrize(("make", "expected"), [
    (lambda: FLOW.select("a", d="b", e=FLOW.c + 1), {"a": "a", "d": "b"}),
    (lambda: FLOW.filter(FLOW.b > 1).order_by("a").limit(2), {"a": "a", "b": "b", "c": "c"}),
    (lambda: FLOW.group_by("a").aggregate(n=FLOW.count()), {"a": "a"}),
    (lambda: FLOW.mutate(b=FLOW.b // 7).rename(week="b").select("week", "a"), {"a": "a"}),
    (lambda: FLOW.left_join(OTHER, "a").select("b", "x"), {"b": "b", "x": "other.x"}),
    (lambda: FLOW.left_join(MAPPING, FLOW.a == MAPPING.key).select("a", r="value"), {"a": "a"}),
    (lambda: FLOW.left_join(CALENDAR, FLOW.b == CALENDAR.key).select(r="value"), {}),
    (lambda: FLOW.select("a").union(OTHER.select("a")), {}),
])
def test_only_a_column_that_is_passed_on_as_it_is_is_unchanged(make: Any, expected: dict[str, str]) -> None:
    assert unchanged(make(), "flow") == expected


@pytest.mark.parametrize(("make", "expected"), [
    (lambda: FLOW.filter(FLOW.b > 1).select("a"), {"FILTER": {"b"}}),
    (lambda: FLOW.left_join(OTHER, "a").select("x"), {"JOIN": {"a", "other.a"}}),
    (lambda: FLOW.left_join(MAPPING, FLOW.a == MAPPING.key).select("value"), {}),
    (lambda: FLOW.left_join(CALENDAR, FLOW.b == CALENDAR.key).filter(CALENDAR.value == "x").select("value"), {"FILTER": {"b"}}),
    (lambda: FLOW.group_by(["a", "b"]).aggregate(n=FLOW.c.sum()), {"GROUP_BY": {"a", "b"}}),
])
def test_what_decides_the_rows_is_told_by_how_it_does(make: Any, expected: dict[str, set[str]]) -> None:
    assert {how: set(names) for how, names in deciding(make(), "flow").items() if names} == expected


def test_the_shipped_pipeline_says_of_every_released_column_where_it_comes_from() -> None:
    told = released(load_pipeline(ROOT / "pipelines" / f"{WEEKLY}.py").plan())
    people, groups = told["moodle_activity"]["lineage"], told["weekly_activity"]["lineage"]
    assert people["columns"] == {
        "week": [["events", "time", "TRANSFORMATION", True]],
        "course": [["events", "event_context", "TRANSFORMATION", True]],
        "component": [["events", "component", "IDENTITY", False]],
        # Taken out of the text, and then pseudonymised.
        "student": [["events", "description", "TRANSFORMATION", True]],
        "programme": [["students", "programme", "IDENTITY", False]],
        "cohort": [["students", "cohort", "IDENTITY", False]]}
    assert groups["columns"]["people"] == groups["columns"]["actions"] == [["events", "description", "AGGREGATION", True]]
    assert groups["columns"]["component"] == [["events", "component", "IDENTITY", False]]
    assert ["events", "time", "FILTER", False] in people["rows"]
    assert ["objections", "student_number", "JOIN", False] in people["rows"]
    assert ["events", "time", "GROUP_BY", True] in groups["rows"]
    assert not [row for row in people["rows"] if row[2] == "GROUP_BY" and row[0] != "objections"], "the list of objections alone is one row a person"
    kinds = {column["name"]: column["kind"] for column in told["moodle_activity"]["columns"]}
    assert (kinds["student"], kinds["week"], kinds["component"]) == ("pseudonym", "event_time", "plain")


def test_the_register_keeps_the_lineage_of_what_was_released(tmp_path: Path) -> None:
    made = project(tmp_path)
    done = made.go(run_id="r1", today=datetime.now(UTC).date())
    with Register.open(made.register, clock=lambda: datetime.now(UTC), create=False) as register:
        entries = list(register.entries(run="r1"))
    expected = released(made.pipeline().plan())
    kept = {str(entry.body["release"]): entry.body for entry in entries if entry.kind == "release"}
    assert set(kept) == {each.name for each in done.releases} == set(expected)
    for name, body in kept.items():
        assert (body["columns"], body["lineage"]) == (expected[name]["columns"], expected[name]["lineage"])
    (events,) = [entry.body for entry in entries if entry.kind == "source" and entry.body["source"] == "events"]
    assert [column["name"] for column in events["columns"]] == events["columns_read"]  # type: ignore[index, union-attr, call-overload]
