"""Pseudonymise: a keyed pseudonym per person, purpose and identity domain."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.contract import Column, Kind
from lapipe.engine import Engine
from lapipe.errors import LapipeError, Refused, UsageFault
from lapipe.stages import Pseudonymise
from tests.spec.conftest import RING, Runner, a_person, a_purpose, a_table, plan_stage, run_stage

EVENTS = a_table(a_person(), Column("act"), person="student")
STAGE = Pseudonymise({"student": "who"})

#: RFC 9562: version 8, variant binary 10.
UUID8 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def of(*students: str | None) -> list[dict[str, Any]]:
    return [{"student": student, "act": f"{number:03}"} for number, student in enumerate(students)]


def pseudonyms(found: Any) -> list[str | None]:
    return [row["who"] for row in sorted(found.rows, key=lambda row: row["act"])]


def test_one_person_has_one_pseudonym_in_all_spellings_and_two_people_have_two(run: Runner) -> None:
    one, again, zero, excel, other = pseudonyms(run(STAGE, EVENTS, of("7", "s7", "0007", "7.0", "8")))
    assert one == again == zero == excel
    assert other not in (one, None)


def test_a_pseudonym_is_a_uuid_of_version_8_and_tells_nothing_of_the_number(run: Runner) -> None:
    (found,) = pseudonyms(run(STAGE, EVENTS, of("7")))
    assert found
    assert UUID8.fullmatch(found)


def test_nobody_has_no_pseudonym_and_the_row_stays(run: Runner) -> None:
    assert pseudonyms(run(STAGE, EVENTS, of(None, "0")))  == [None, None]


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(STAGE, EVENTS, []).rows == []


def test_the_same_person_has_unrelated_pseudonyms_in_two_purposes_and_two_domains(run: Runner) -> None:
    table = a_table(a_person(), a_person("mail", domain="mail"), Column("act"), person="student")
    rows = [{"student": "7", "mail": "7", "act": "a"}]
    stage = Pseudonymise({"student": "who", "mail": "box"})
    found = {value for purpose in ("activity", "advice") for name in ("who", "box")
             for value in [run(stage, table, rows, purpose=a_purpose(name=purpose)).rows[0][name]]}
    assert len(found) == 4


def test_whole_numbers_are_people_too(run: Runner) -> None:
    table = a_table(a_person(type="integer"), Column("act"), person="student")
    assert pseudonyms(run(STAGE, table, [{"student": 7, "act": "a"}])) == pseudonyms(run(STAGE, EVENTS, of("7")))


def test_other_identifiers_go_and_the_person_is_the_pseudonym(run: Runner) -> None:
    table = a_table(a_person(), Column("mail", kind=Kind.IDENTIFIER), Column("act"), person="student", key=("student",))
    found = run(STAGE, table, [{"student": "7", "mail": "x", "act": "a"}])
    assert found.contract.names == ("who", "act")
    assert (found.contract.person, found.contract.key) == ("who", ())
    assert found.contract["who"].kind is Kind.PSEUDONYM


def test_a_pseudonym_may_keep_the_columns_name(run: Runner) -> None:
    found = run(Pseudonymise({"student": "student"}), EVENTS, of("7"))
    assert UUID8.fullmatch(found.rows[0]["student"])


@pytest.mark.parametrize(("columns", "error", "told"), [
    ({"bsn": "who"}, Refused, "LP302 Pseudonymise: 'bsn' is a national identification number; it is left out, never hashed"),
    ({"act": "who"}, UsageFault, "LP203 Pseudonymise: 'act' of events is plain"),
    ({"loose": "who"}, UsageFault, "LP203 Pseudonymise: 'loose' of events is identifier with identity domain 'none'"),
    ({"secret": "who"}, Refused, "LP304 Pseudonymise: purpose activity uses 'secret' inside the pipeline only"),
    ({"student": "act"}, UsageFault, "LP203 Pseudonymise: events already has a column 'act'"),
    ({"gone": "who"}, UsageFault, "LP203 events has no column 'gone'"),
])
def test_what_may_have_no_pseudonym_is_refused(columns: dict[str, str], error: type[LapipeError], told: str) -> None:
    table = a_table(a_person(), Column("act"), Column("loose", kind=Kind.IDENTIFIER), a_person("secret", use="inside"),
                    Column("bsn", kind=Kind.NATIONAL_ID), person="student")
    with pytest.raises(error) as refused:
        plan_stage(Pseudonymise(columns), table)
    assert told in str(refused.value)


def test_two_columns_may_not_become_one() -> None:
    table = a_table(a_person(), a_person("mail", domain="mail"), person="student")
    with pytest.raises(UsageFault):
        plan_stage(Pseudonymise({"student": "who", "mail": "who"}), table)


NUMBERS = st.one_of(st.none(), st.integers(0, 30).map(lambda number: f"s{number:05}"), st.integers(0, 30).map(str))


@settings(max_examples=20, deadline=None)
@given(students=st.lists(NUMBERS, max_size=12))
def test_pseudonyms_are_equal_exactly_where_people_are(duckdb: Engine, tmp_path_factory: pytest.TempPathFactory,
                                                       students: list[str | None]) -> None:
    found = pseudonyms(run_stage(STAGE, EVENTS, of(*students), engine=duckdb, folder=Path(tmp_path_factory.getbasetemp())))
    people = [None if student is None else int(student.lstrip("s")) or None for student in students]
    keyed = RING.pseudonyms(purpose="activity", domain="student_number")
    assert found == keyed.of([None if person is None else str(person) for person in people])
    assert len(set(found)) == len(set(people))
