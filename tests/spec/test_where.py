"""Where: fewer rows."""

from __future__ import annotations

from typing import Any

import pytest
from ibis import _

from lapipe.contract import Column
from lapipe.errors import UsageFault
from lapipe.stages import Where
from tests.spec.conftest import Runner, a_table, plan_stage

EVENTS = a_table(Column("act"), Column("score", type="integer"))


@pytest.mark.parametrize(("condition", "stays"), [
    (_.score >= 5, [5, 6]), (_.score != 5, [4, 6]), (_.act == "a", [4, None]), (_.score.isnull(), [None]), (_.act == "z", [])])
def test_rows_for_which_it_holds_stay_and_where_it_is_null_they_go(run: Runner, condition: Any, stays: list[int | None]) -> None:
    rows = [{"act": "a", "score": 4}, {"act": "b", "score": 5}, {"act": "b", "score": 6}, {"act": "a", "score": None}]
    found = run(Where(condition), EVENTS, rows)
    assert sorted((row["score"] for row in found.rows), key=str) == stays
    assert found.left_out == 4 - len(stays)


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(Where(_.score > 1), EVENTS, []).rows == []


@pytest.mark.parametrize(("condition", "told"), [(_.gone > 1, "LP203 Where:"), (_.score + 1, "true or false"), (_.act > 1, "LP203 Where:")])
def test_a_condition_that_does_not_fit_is_refused(condition: Any, told: str) -> None:
    with pytest.raises(UsageFault) as refused:
        plan_stage(Where(condition), EVENTS)
    assert told in str(refused.value)
