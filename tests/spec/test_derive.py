"""Derive: a named expression keeps the strictest kind, and the narrowest use, of what went into it."""

from __future__ import annotations

from typing import Any

import pytest
from ibis import _

from lapipe.contract import Column, Kind
from lapipe.errors import UsageFault
from lapipe.stages import Derive
from tests.spec.conftest import Runner, a_person, a_table, plan_stage

EVENTS = a_table(a_person(), Column("act"), Column("score", type="integer", kind=Kind.SENSITIVE, about="student"),
                 Column("secret", type="integer", kind=Kind.QUASI, use="inside"), Column("grade", type="number", scale=1))


def test_a_column_is_computed_and_null_stays_null(run: Runner) -> None:
    found = run(Derive("passed", _.score >= 40), EVENTS, [{"score": 39}, {"score": 40}, {"score": None}])
    assert [row["passed"] for row in found.rows] in ([None, False, True], [None, True, False])
    assert {(row["score"], row["passed"]) for row in found.rows} == {(39, False), (40, True), (None, None)}


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(Derive("passed", _.score >= 40), EVENTS, []).rows == []


@pytest.mark.parametrize(("expression", "kind", "use", "type"), [
    (_.act.upper(), Kind.PLAIN, "full", "string"), (_.score + 1, Kind.SENSITIVE, "full", "integer"),
    (_.score + _.secret, Kind.SENSITIVE, "inside", "integer"), (_.act.length() + _.secret, Kind.QUASI, "inside", "integer"),
    (_.student.upper(), Kind.IDENTIFIER, "full", "string"), (_.student.length() > _.score, Kind.IDENTIFIER, "full", "boolean"),
    ((_.act == "a").ifelse(_.score, 0), Kind.SENSITIVE, "full", "integer"), (_.grade > 5, Kind.PLAIN, "full", "boolean")])
def test_the_strictest_kind_and_the_narrowest_use_hold(expression: Any, kind: Kind, use: str, type: str) -> None:
    column = plan_stage(Derive("made", expression), EVENTS)["made"]
    assert (column.kind, column.use, column.type) == (kind, use, type)


@pytest.mark.parametrize(("stage", "told"), [
    (Derive("act", _.score), "LP203 events already has a column 'act'"), (Derive("made", _.gone), "LP203 Derive:"),
    (Derive("made", _.act.split(",")), "Derive cannot make a column of type")])
def test_an_expression_that_does_not_fit_is_refused(stage: Derive, told: str) -> None:
    with pytest.raises(UsageFault) as refused:
        plan_stage(stage, EVENTS)
    assert told in str(refused.value)


@pytest.mark.parametrize(("expression", "made_of"), [
    (_.score + 1, ("score",)), (_.score + _.secret, ("score", "secret")), (_.made * 2, ("act", "score")), (_.act.upper(), ("act",))])
def test_a_column_knows_what_it_was_made_of(expression: Any, made_of: tuple[str, ...]) -> None:
    table = EVENTS.add(Column("made", type="integer", use="full", made_of=("act", "score")))
    assert plan_stage(Derive("again", expression), table)["again"].made_of == made_of
