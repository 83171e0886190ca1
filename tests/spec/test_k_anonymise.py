"""The spec of KAnonymise: what comes out, what is left out and told, what is refused; on every engine."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from lapipe.contract import Column, Contract, Kind, Level
from lapipe.disclosure import Entropy
from lapipe.errors import ContractBroken, LapipeError, Refused, UsageFault
from lapipe.plan import make_plan
from lapipe.stages import Flag, KAnonymise, Minimise, Release, Validate, Where
from tests.spec.conftest import TODAY, Runner, a_person, a_purpose, a_table, plan_stage

AGE = Column("age", type="integer", kind=Kind.QUASI)
START = Column("start", type="date", kind=Kind.EVENT_TIME)
PROGRAMME = Column("programme", kind=Kind.QUASI, levels={"faculty": Level({"psychology": "social", "law": "social", "physics": "science"})})
RESULT = Column("result", kind=Kind.SENSITIVE)


def table(*columns: Column) -> Contract:
    return a_table(a_person(), *columns, person="student")


def people(*rows: tuple[Any, ...], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"student": str(number), **dict(zip(names, row, strict=True))} for number, row in enumerate(rows, 1)]


def test_the_recoding_that_loses_least_is_chosen_and_told(run: Runner) -> None:
    rows = people((21, "law"), (23, "psychology"), (28, "law"), (34, "physics"), (35, "physics"), (36, "physics"), names=("age", "programme"))
    found = run(KAnonymise({"age": ["band 10", "*"], "programme": ["level faculty", "*"]}, limit=0), table(AGE, PROGRAMME), rows)
    assert [(row["age"], row["programme"]) for row in found.rows] == [("20-29", "social")] * 3 + [("30-39", "science")] * 3
    assert found.contract["age"].type == "string"
    told = found.facts["recoding"]
    assert told["levels"] == {"age": "band 10", "programme": "level faculty"}
    assert (told["k"], told["people left out"], told["combinations"]) == (3, "fewer than 10", 9)
    assert "not anonymous" in told["result"]
    assert 0 < float(told["loss"]) < 1


def test_people_of_rare_combinations_are_left_out_within_the_limit(run: Runner) -> None:
    rows = people(*[(21,)] * 9, (80,), names=("age",))
    found = run(KAnonymise({"age": ["*"]}, limit=0.1), table(AGE), rows)
    assert [row["age"] for row in found.rows] == ["21"] * 9
    assert found.left_out == 1


def test_no_value_is_a_value_of_its_own_and_never_a_wildcard(run: Runner) -> None:
    rows = people(*[(21,)] * 3, *[(None,)] * 3, names=("age",))
    assert [row["age"] for row in run(KAnonymise({"age": ["band 10", "*"]}, limit=0), table(AGE), rows).rows] == [None] * 3 + ["21"] * 3
    rows = people(*[(21,)] * 4, *[(None,)] * 2, names=("age",))
    assert run(KAnonymise({"age": ["band 10"]}, limit=0.4), table(AGE), rows).left_out == 2
    with pytest.raises(Refused, match=r"^LP414 No recoding of age"):
        run(KAnonymise({"age": ["band 10"]}, limit=0), table(AGE), rows)
    assert {row["age"] for row in run(KAnonymise({"age": ["band 10", "*"]}, limit=0), table(AGE), [*rows, {"student": "9", "age": 30}]).rows} == {"*"}


def test_a_person_with_the_same_row_many_times_counts_once(run: Runner) -> None:
    rows = people((21,), (21,), names=("age",)) + [{"student": "1", "age": 21}] * 5
    with pytest.raises(Refused, match="LP414"):
        run(KAnonymise({"age": []}, limit=0.5), table(AGE), rows)
    found = run(KAnonymise({"age": []}, limit=0), table(AGE), [*rows, {"student": "3", "age": 21}])
    assert Counter(row["age"] for row in found.rows) == {21: 8}
    assert found.facts["recoding"]["k"] == 3


def test_dates_become_months_and_stay_event_times(run: Runner) -> None:
    rows = people(*((date(2026, 9, day),) for day in (1, 14, 30)), *((date(2026, 10, day),) for day in (1, 2, 31)), names=("start",))
    found = run(KAnonymise({"start": ["month", "year", "*"]}, limit=0), table(START), rows)
    assert [row["start"] for row in found.rows] == ["2026-09"] * 3 + ["2026-10"] * 3
    assert found.contract["start"].kind is Kind.EVENT_TIME


def test_each_class_has_l_values_of_what_is_sensitive(run: Runner) -> None:
    rows = people(*[(21, "pass")] * 3, *[(22, "pass"), (22, "fail"), (22, "fail")], names=("age", "result"))
    found = run(KAnonymise({"age": ["band 10"]}, limit=0, sensitive=["result"], l=2), table(AGE, RESULT), rows)
    assert {row["age"] for row in found.rows} == {"20-29"}
    with pytest.raises(Refused, match=r"^LP414 .*and Entropy"):
        run(KAnonymise({"age": ["band 10"]}, limit=0, sensitive=["result"], l=Entropy(2)), table(AGE, RESULT), rows)


def test_sets_of_items_are_refused_with_the_reason(run: Runner) -> None:
    grades = [{"student": str(number), "age": 21, "result": course} for number in range(1, 6) for course in ("stats", "law")]
    with pytest.raises(Refused, match=r"^LP413 KAnonymise: some people have several different rows.*lapipe risk --items"):
        run(KAnonymise({"age": ["*"]}, sensitive=["result"], l=2), table(AGE, RESULT), grades)
    wide = table(AGE, RESULT, Column("second", kind=Kind.SENSITIVE))
    rows = [{"student": str(number), "age": 21, "result": str(number % 4), "second": str(number // 4)} for number in range(1, 17)]
    with pytest.raises(Refused, match=r"^LP413 KAnonymise: fewer than 3 people share most values of result and second"):
        run(KAnonymise({"age": ["*"]}, sensitive=["result", "second"], l=2), wide, rows)


def test_values_that_a_hierarchy_does_not_know_are_refused_untold(run: Runner) -> None:
    with pytest.raises(ContractBroken, match=r"^LP205 1 of the distinct values of 'programme' do not fit") as broken:
        run(KAnonymise({"programme": ["level faculty"]}), table(PROGRAMME), people(("law",), ("canary",), names=("programme",)))
    assert "canary" not in str(broken.value)


def test_rows_of_nobody_are_refused(run: Runner) -> None:
    with pytest.raises(Refused, match=r"^LP404 KAnonymise: 1 rows name nobody"):
        run(KAnonymise({"age": ["*"]}), table(AGE), [*people(*[(21,)] * 5, names=("age",)), {"age": 21}])


@pytest.mark.parametrize(("stage", "contract", "error", "told"), [
    (KAnonymise({"age": ["*"]}), table(AGE, PROGRAMME), Refused, "LP412 KAnonymise: 'programme' is neither"),
    (KAnonymise({"age": ["*"]}, sensitive=["result"]), table(AGE, RESULT), Refused, "LP412 KAnonymise: 'result' is sensitive, and neither l nor t"),
    (KAnonymise({"name": ["*"]}), table(Column("name", kind=Kind.FREE_TEXT)), Refused, "LP412 KAnonymise: 'name' is free_text"),
    (KAnonymise({"age": ["*"]}), a_table(AGE), Refused, "LP404"),
    (KAnonymise({}), table(), UsageFault, "at least one quasi-identifier"),
    (KAnonymise({"age": "*"}), table(AGE), UsageFault, "are a list"),
    (KAnonymise({"age": ["fortnight"]}), table(AGE), UsageFault, "'fortnight' is no detail"),
    (KAnonymise({"programme": ["level city"]}), table(PROGRAMME), UsageFault, "has no level 'city' (it has: faculty)"),
    (KAnonymise({"age": ["*"]}, limit=1), table(AGE), UsageFault, "limit is the share"),
    (KAnonymise({"gone": ["*"]}), table(AGE), UsageFault, "no column 'gone'"),
    (KAnonymise({"age": ["*"]}, sensitive=["age"], l=2), table(AGE), UsageFault, "named twice"),
    (KAnonymise({"age": ["*"]}, sensitive=["result"], l="two"), table(AGE, RESULT), UsageFault, "says nothing of l or t"),
    (KAnonymise({"course": ["*"]}), a_table(a_person(), Column("course"), person="student", key=("student", "course")), Refused,
     "LP413 KAnonymise: events has a row for each student and course"),
])
def test_what_cannot_be_is_refused_without_data(stage: KAnonymise, contract: Contract, error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        plan_stage(stage, contract)
    assert told in str(refused.value)


@pytest.mark.parametrize(("stages", "told"), [
    ((KAnonymise({"age": ["*"]}), Where(lambda t: t.age == "*"), Flag(), Release("out")), "Where stands after KAnonymise"),
    ((Flag(), Release("all"), KAnonymise({"age": ["*"]}), Flag(), Release("out")), "releases 'all' before KAnonymise"),
])
def test_nothing_undoes_it_in_a_pipeline(stages: tuple[Any, ...], told: str) -> None:
    contract = Contract("events", "1", (Column("student", kind=Kind.PSEUDONYM, domain="student_number"), AGE), person="student")
    purpose = a_purpose(columns={"events": {"student": "full", "age": "full"}}, bases={}, retain=None)
    with pytest.raises(Refused, match=rf"^LP412 .*{told}"):
        make_plan("trial", purpose, {"events": contract}, (Minimise(), Validate(), *stages), TODAY)
