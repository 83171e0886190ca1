"""Lineage: from which columns a result is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import pytest

from lapipe.lineage import LOOKUP, SMALL, origins

FLOW = ibis.table({"a": "string", "b": "int64", "c": "int64"}, name="flow")
OTHER = ibis.table({"a": "string", "x": "int64"}, name="other")
MAPPING = ibis.table({"key": "string", "value": "string"}, name=f"{LOOKUP}_0")
CALENDAR = ibis.table({"key": "int64", "value": "string"}, name=f"{SMALL}_0")


@pytest.mark.parametrize(("make", "expected"), [
    (lambda: FLOW.select(r=FLOW.b), {"b"}),
    (lambda: FLOW.select(r=FLOW.b + FLOW.c), {"b", "c"}),
    (lambda: FLOW.select(r=ibis.literal(1)), set()),
    (lambda: FLOW.filter(FLOW.a == "x").select(r=FLOW.b), {"b"}),
    (lambda: FLOW.order_by("a").limit(3).select("b").rename(r="b"), {"b"}),
    (lambda: FLOW.distinct().select(r="b"), {"b"}),
    (lambda: FLOW.select(r=ibis.ifelse(FLOW.a == "x", FLOW.b, 0)), {"a", "b"}),
    (lambda: FLOW.select(r=ibis.cases((FLOW.b > 1, "x"), else_="y")), {"b"}),
    (lambda: FLOW.group_by("a").aggregate(r=FLOW.b.sum())[["r"]], {"b"}),
    (lambda: FLOW.group_by("a").aggregate(n=FLOW.count()).select(r="a"), {"a"}),
    (lambda: FLOW.aggregate(r=FLOW.count()), set()),
    (lambda: FLOW.aggregate(r=FLOW.b.sum(where=FLOW.c > 1)), {"b", "c"}),
    (lambda: FLOW.select(r=FLOW.b.sum().over(group_by="a")), {"a", "b"}),
    (lambda: FLOW.left_join(OTHER, "a").select(r="x"), {"other.x"}),
    (lambda: FLOW.left_join(OTHER, "a").select(r=ibis._.x + ibis._.b), {"other.x", "b"}),
    (lambda: FLOW.left_join(MAPPING, FLOW.a == MAPPING.key).select(r="value"), set()),
    (lambda: FLOW.left_join(MAPPING, FLOW.a == MAPPING.key).select(r="key"), set()),
    (lambda: FLOW.left_join(CALENDAR, FLOW.b == CALENDAR.key).select(r="value"), {"b"}),
    (lambda: FLOW.left_join(CALENDAR, FLOW.b + FLOW.c == CALENDAR.key).select(r="value"), {"b", "c"}),
    (lambda: FLOW.mutate(d=FLOW.c // 7).left_join(CALENDAR.rename(d="key"), "d").select(r="value"), {"c"}),
    (lambda: FLOW.left_join(CALENDAR, FLOW.b == CALENDAR.key).select(r="c"), {"c"}),
    (lambda: FLOW.cross_join(OTHER.rename(y="a")).select(r="y"), {"other.a"}),
    (lambda: FLOW.select(r="a").union(OTHER.select(r="a")), {"a", "other.a"}),
    (lambda: FLOW.select(r="a").intersect(OTHER.select(r="a")), {"a", "other.a"}),
    (lambda: FLOW.select(r=FLOW.b.max().as_scalar()), {"b"}),
    (lambda: FLOW.select(r=FLOW.b.isin(OTHER.x)), {"b", "other.x"}),
    (lambda: FLOW.mutate(b=FLOW.a.length()).mutate(r=ibis._.b + 1), {"a"}),
    (lambda: FLOW.view().select(r="a"), {"a"}),
])
def test_the_columns_whose_values_reach_a_result_are_its_origins(make: Callable[[], Any], expected: set[str]) -> None:
    found = origins(make(), "flow")["r"]
    assert expected <= found
    # What is only there beside it may be told too much (unions), never in a plain chain of steps.
    assert found == expected


def test_every_column_of_the_expression_has_its_origins() -> None:
    assert origins(FLOW.mutate(d=FLOW.b * 2), "flow") == {
        "a": frozenset({"a"}), "b": frozenset({"b"}), "c": frozenset({"c"}), "d": frozenset({"b"})}
