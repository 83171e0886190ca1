"""Validate: what was read meets its contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lapipe.contract import Column, Kind
from lapipe.errors import ContractBroken
from lapipe.stages import Validate
from tests.spec.conftest import Runner, a_purpose, a_table, an_instant


@pytest.mark.parametrize(("column", "good", "bad", "check"), [
    (Column("c", required=True), ["a", " "], [None], "c is not null"),
    (Column("c", type="integer", minimum=-1), [-1, 0, None], [-2], "c is at least -1"),
    (Column("c", type="integer", maximum=10), [10, None], [11], "c is at most 10"),
    (Column("c", type="number", minimum=0.1, scale=2), [Decimal("0.10"), None], [Decimal("0.09")], "c is at least 0.1"),
    (Column("c", type="date", minimum="2026-01-01"), [date(2026, 1, 1)], [date(2025, 12, 31)], "c is at least 2026-01-01"),
    (Column("c", values=("a", "b")), ["a", "b", None], ["A"], "c is one of its 2 declared values"),
    (Column("c", type="integer", values=(1, 2)), [1, None], [3], "c is one of its 2 declared values"),
    (Column("c", pattern="[a-z]+|x1"), ["abc", "x1", None], ["x12"], "c has its declared pattern"),
    (Column("c", min_length=2), ["ab", "éé", None], ["é"], "c has at least 2 characters"),
    (Column("c", max_length=2), ["ab", "éé", None], ["abc"], "c has at most 2 characters"),
    (an_instant("c", times_between=("2026-01-01", "2027-01-01")), [1767222000, None], [1767221999],
     "c lies between 2026-01-01 and 2027-01-01"),
    (Column("c", type="date", kind=Kind.EVENT_TIME, times_between=("2026-01-01", "2027-01-01")), [date(2026, 12, 31)],
     [date(2027, 1, 1)], "c lies between 2026-01-01 and 2027-01-01"),
])
def test_each_check_passes_its_boundary_and_counts_what_is_beyond(run: Runner, column: Column, good: list[Any], bad: list[Any],
                                                                  check: str) -> None:
    table = a_table(column)
    assert len(run(Validate(), table, [{"c": value} for value in good]).rows) == len(good)
    with pytest.raises(ContractBroken) as broken:
        run(Validate(), table, [{"c": value} for value in good + bad + bad])
    assert str(broken.value).startswith(f"LP205 events breaks contract version 1: '{check}' is broken by 2 rows")


@pytest.mark.parametrize(("nulls", "rows", "share", "broken"), [
    (1, 20, 0.05, 0), (2, 20, 0.05, 2), (0, 3, 0, 0), (1, 3, 0, 1), (1, 3, 0.333333, 1), (1, 3, 0.333334, 0), (0, 0, 0.05, 0),
])
def test_more_nulls_than_the_declared_share_are_refused(run: Runner, nulls: int, rows: int, share: float, broken: int) -> None:
    table = a_table(Column("c", nulls_at_most=share), Column("d"))
    data: list[dict[str, Any]] = [{"c": None if number < nulls else "x", "d": "y"} for number in range(rows)]
    if not broken:
        assert len(run(Validate(), table, data).rows) == rows
        return
    with pytest.raises(ContractBroken, match=rf"^LP205 .* version 1: 'c is null in at most [0-9.]+ % of the rows' is broken by {broken} rows"):
        run(Validate(), table, data)


def test_every_broken_check_is_told_with_its_count(run: Runner) -> None:
    table = a_table(Column("a", required=True), Column("b", type="integer", minimum=0))
    with pytest.raises(ContractBroken, match=r"'a is not null' is broken by 1 rows; 'b is at least 0' is broken by 2 rows"):
        run(Validate(), table, [{"a": None, "b": -1}, {"a": "x", "b": -1}])


@pytest.mark.parametrize(("rows", "count"), [([("x", 1), ("x", 2)], 0), ([("x", 1), ("x", 1)], 1), ([("x", None), ("x", None)], 1),
                                             ([("x", 1)] * 3 + [("y", 1)] * 2, 2)])
def test_a_key_is_unique(run: Runner, rows: list[Any], count: int) -> None:
    table = a_table(Column("a"), Column("b", type="integer"), key=("a", "b"))
    data = [{"a": a, "b": b} for a, b in rows]
    assert len(run(Validate(key=False), table, data, purpose=a_purpose(excepts={"Validate.key": False})).rows) == len(rows)
    if not count:
        assert len(run(Validate(), table, data).rows) == len(rows)
        return
    with pytest.raises(ContractBroken, match=rf"^LP206 .*'key a, b is unique' is broken by {count} keys"):
        run(Validate(), table, data)


def test_an_empty_table_breaks_nothing(run: Runner) -> None:
    assert run(Validate(), a_table(Column("a", required=True), key=("a",)), []).rows == []


def test_a_broken_value_is_never_told(run: Runner) -> None:
    with pytest.raises(ContractBroken) as broken:
        run(Validate(), a_table(Column("a", pattern="[0-9]+")), [{"a": "canary"}])
    assert "canary" not in str(broken.value)
