"""Join: the purpose's columns of a second source, matched on one key."""

from __future__ import annotations

from typing import Any

import pytest

from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.errors import ContractBroken, LapipeError, Refused, UsageFault
from lapipe.stages import Join
from tests.spec.conftest import Runner, a_person, a_purpose, a_table, plan_stage

EVENTS = a_table(a_person(), Column("act"), person="student")
STUDENTS = a_table(a_person("number"), Column("programme"), Column("cohort", type="integer"), name="students")

ROWS = [{"student": "1", "act": "a"}, {"student": "1", "act": "b"}, {"student": "2", "act": "a"}, {"student": None, "act": "a"}]
ADMINISTRATION = [{"number": "1", "programme": "psychology", "cohort": 2025}, {"number": "3", "programme": "law", "cohort": 2024}]
JOIN = Join("students", on="student", key="number")


def test_a_row_gets_the_columns_of_its_match_and_others_are_left_out(run: Runner) -> None:
    found = run(JOIN, EVENTS, ROWS, sources={"students": (STUDENTS, ADMINISTRATION)})
    assert found.rows == [{"student": "1", "act": "a", "programme": "psychology", "cohort": 2025},
                          {"student": "1", "act": "b", "programme": "psychology", "cohort": 2025}]
    assert found.left_out == 2


def test_rows_without_a_match_are_kept_with_nulls_where_that_is_said(run: Runner) -> None:
    found = run(Join("students", on="student", key="number", unmatched="keep"), EVENTS, ROWS,
                purpose=a_purpose(excepts={"Join.unmatched": "keep"}),
                sources={"students": (STUDENTS, [*ADMINISTRATION, {"number": None, "programme": "nobody's", "cohort": 1}])})
    assert [(row["student"], row["programme"]) for row in found.rows] == [
        (None, None), ("2", None), ("1", "psychology"), ("1", "psychology")]
    assert found.left_out == 0


def test_keys_match_whatever_their_spelling(run: Runner) -> None:
    found = run(JOIN, EVENTS, [{"student": "s0001", "act": "a"}], sources={"students": (STUDENTS, [{"number": "1.0", "cohort": 1}])})
    assert found.rows == [{"student": "1", "act": "a", "programme": None, "cohort": 1}]


@pytest.mark.parametrize("twice", ["1", "s1", "3"])
def test_a_key_that_is_there_twice_is_refused_even_in_another_spelling(run: Runner, twice: str) -> None:
    with pytest.raises(ContractBroken, match=r"^LP206 Join: students holds 1 values of its key number more than once"):
        run(JOIN, EVENTS, ROWS, sources={"students": (STUDENTS, [*ADMINISTRATION, {"number": twice}])})


@pytest.mark.parametrize(("mails", "refused"), [
    (["a@x", "a@x"], True), (["a@x", "A@x"], True), (["a@x", "b@x"], False), ([None, None], False)])
def test_a_person_who_stands_under_several_keys_is_refused(run: Runner, mails: list[str | None], refused: bool) -> None:
    students = a_table(a_person("number"), a_person("mail", domain="mail", spelling=Spelling(lower=True)), name="students")
    listed = [{"number": number, "mail": mail} for number, mail in zip("12", mails, strict=True)]
    if not refused:
        assert run(JOIN, EVENTS, ROWS, sources={"students": (students, listed)}).left_out == 1
        return
    with pytest.raises(ContractBroken, match=r"^LP206 Join: 1 people of students stand under several number, with one mail"):
        run(JOIN, EVENTS, ROWS, sources={"students": (students, listed)})


def test_a_source_that_breaks_its_contract_is_refused(run: Runner) -> None:
    students = STUDENTS.change("cohort", minimum=2000)
    with pytest.raises(ContractBroken, match=r"^LP205"):
        run(JOIN, EVENTS, ROWS, sources={"students": (students, [{"number": "1", "cohort": 1999}])})


def test_a_key_that_is_null_twice_is_no_duplicate(run: Runner) -> None:
    found = run(JOIN, EVENTS, ROWS, sources={"students": (STUDENTS, [*ADMINISTRATION, {"cohort": 1}, {"cohort": 2}])})
    assert len(found.rows) == 2


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(JOIN, EVENTS, [], sources={"students": (STUDENTS, ADMINISTRATION)}).rows == []


def test_only_the_columns_that_are_asked_for_come_in(run: Runner) -> None:
    found = run(Join("students", on="student", key="number", columns=("cohort",)), EVENTS, ROWS,
                sources={"students": (STUDENTS, ADMINISTRATION)})
    assert found.contract.names == ("student", "act", "cohort")


def test_only_the_columns_that_the_purpose_allows_come_in(run: Runner) -> None:
    found = run(JOIN, EVENTS, ROWS, sources={"students": (STUDENTS, ADMINISTRATION)},
                purpose=a_purpose(columns={"students": {"number": "inside", "programme": "full"}}))
    assert found.contract.names == ("student", "act", "programme")


def test_kinds_and_uses_come_along(run: Runner) -> None:
    students = STUDENTS.change("programme", kind=Kind.QUASI)
    found = plan_stage(JOIN, EVENTS, sources={"students": students},
                       purpose=a_purpose(columns={"students": {"number": "inside", "programme": "inside"}}))
    assert (found["programme"].kind, found["programme"].use) == (Kind.QUASI, "inside")


@pytest.mark.parametrize(("stage", "other", "error", "told"), [
    (Join("students", on="student", key="number", unmatched="drop"), STUDENTS, UsageFault, "Join: unmatched is 'drop'"),
    (Join("students", on="gone", key="number"), STUDENTS, UsageFault, "LP203 events has no column 'gone'"),
    (Join("students", on="student", key="gone"), STUDENTS, UsageFault, "LP203 students has no column 'gone'"),
    (Join("students", on="act", key="cohort"), STUDENTS, UsageFault, "LP203 Join: act is string and cohort is integer"),
    (Join("students", on="student", key="programme"), STUDENTS, UsageFault, "LP203 Join: events.student is of identity domain"),
    (JOIN, STUDENTS.change("number", domain="mail"), UsageFault, "only keys of one domain match"),
    (JOIN, STUDENTS.add(Column("act", use="full")), UsageFault, "LP203 events already has a column 'act'"),
    (JOIN, STUDENTS.add(Column("bsn", kind=Kind.NATIONAL_ID, use="full")), Refused, "LP302"),
])
def test_what_cannot_be_joined_is_refused(stage: Join, other: Contract, error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        plan_stage(stage, EVENTS, sources={"students": other})
    assert told in str(refused.value)


def test_an_integer_key_joins_too(run: Runner) -> None:
    left: Any = a_table(Column("course", type="integer"), Column("act"))
    right = a_table(Column("id", type="integer"), Column("title"), name="courses")
    found = run(Join("courses", on="course", key="id"), left, [{"course": 7, "act": "a"}, {"course": 8, "act": "b"}],
                sources={"courses": (right, [{"id": 7, "title": "T"}])})
    assert found.rows == [{"course": 7, "act": "a", "title": "T"}]
