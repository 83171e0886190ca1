"""Where: fewer rows."""

from __future__ import annotations

from typing import Any

import ibis
import pytest
from ibis import _

from lapipe.contract import Column, Kind
from lapipe.errors import Refused, UsageFault
from lapipe.stages import Derive, Where
from tests.spec.conftest import Runner, a_person, a_table, plan_stage

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


PEOPLE = a_table(a_person(), Column("number", type="integer", kind=Kind.IDENTIFIER), Column("shown", kind=Kind.PSEUDONYM), *EVENTS)
OTHERS = ibis.table({"act": "string"}, name="others")

REFUSED = [
    (_.score == _.score.max(), "LP403"), (_.score > _.score.mean().over(), "LP403"), (_.score.sum() > 3, "LP403"),
    (_.act.isin(OTHERS.act), "LP403"), (_.student == "1234", "LP304"), (_.student.isin(["1", "2"]), "LP304"),
    (_.number == 1000, "LP304"), (_.number == -1000, "LP304"), ((_.score > 3) & _.student.startswith("s"), "LP304"),
    (_.shown == "x", "LP304")]
ALLOWED = [_.number % 999 == 0, _.student.notnull(), _.student.length() > 6, _.act == "a", _.score > 1000]


@pytest.mark.parametrize(("condition", "rule"), REFUSED)
def test_what_looks_at_other_rows_or_picks_people_out_is_refused(condition: Any, rule: str) -> None:
    for stage in (Where(condition), Derive("made", condition)):
        with pytest.raises(Refused) as refused:
            plan_stage(stage, PEOPLE)
        assert refused.value.rule == rule
        assert "1234" not in str(refused.value)


@pytest.mark.parametrize("condition", ALLOWED)
def test_what_is_computed_from_the_row_alone_is_allowed(condition: Any) -> None:
    assert plan_stage(Where(condition), PEOPLE) == PEOPLE
    assert plan_stage(Derive("made", condition), PEOPLE).names[-1] == "made"
