"""Object and Consent: who objected is left out, and under consent only who consented stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.choices import Standing
from lapipe.contract import Column
from lapipe.engine import Engine
from lapipe.errors import LapipeError, Refused, UsageFault
from lapipe.stages import Consent, Object
from lapipe.stages.listed import Listed
from tests.spec.conftest import RING, Runner, a_person, a_purpose, a_table, in_order, plan_stage, run_stage

EVENTS = a_table(a_person(), Column("act"), person="student")
LIST = a_table(a_person("who"), Column("purpose"), Column("state"), name="objection")
CONSENTS = a_table(a_person("who"), Column("purpose"), Column("state"), name="consent")

ROWS = [{"student": "1", "act": "a"}, {"student": "1", "act": "b"}, {"student": "2", "act": "a"}]
ONE, TWO = ROWS[:2], ROWS[2:]


def entry(who: str | None, purpose: str | None = "activity", state: str | None = "upheld") -> dict[str, Any]:
    return {"who": who, "purpose": purpose, "state": state}


@pytest.mark.parametrize(("listed", "stays"), [
    ([], ROWS),
    ([entry("1")], TWO),
    ([entry("1"), entry("1")], TWO),
    ([entry("1"), entry("1", state="rejected")], TWO),
    ([entry("1", state="received")], TWO),
    ([entry("1", state=None)], TWO),
    ([entry("1", state="who knows")], TWO),
    ([entry("1", state="rejected")], ROWS),
    ([entry("1", state="withdrawn")], ROWS),
    ([entry("1", purpose=None)], TWO),
    ([entry("1", purpose="another")], ROWS),
    ([entry("1", purpose="another"), entry("2")], ONE),
    ([entry("9")], ROWS),
    ([entry("1", purpose=" Activity ")], TWO),
    ([entry("1", purpose="ACTIVITY")], TWO),
    ([entry("1", purpose="  ")], TWO),
    ([entry("1", purpose="")], TWO),
    ([entry("1", purpose=" Another")], ROWS),
])
def test_all_rows_of_a_person_whose_objection_holds_are_left_out(run: Runner, listed: list[Any], stays: list[Any]) -> None:
    found = run(Object(), EVENTS, ROWS, sources={"objections": (LIST, listed)})
    assert found.rows == in_order(stays)
    assert found.left_out == 3 - len(stays)


@pytest.mark.parametrize("spelling", ["s0000001", "1.0", " S1", "01"])
def test_two_spellings_of_one_person_are_one_person(run: Runner, spelling: str) -> None:
    found = run(Object(), EVENTS, [{"student": "001", "act": "a"}, {"student": "2", "act": "a"}],
                sources={"objections": (LIST, [entry(spelling)])})
    assert found.rows == TWO


def test_everyone_may_object(run: Runner) -> None:
    found = run(Object(), EVENTS, ROWS, sources={"objections": (LIST, [entry("1"), entry("2")])})
    assert (found.rows, found.left_out) == ([], 3)


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(Object(), EVENTS, [], sources={"objections": (LIST, [entry("1")])}).rows == []


@pytest.mark.parametrize("nobody", [None, "0"])
def test_an_entry_without_a_person_stops_the_run(run: Runner, nobody: str | None) -> None:
    with pytest.raises(Refused, match=r"^LP501 Object: 1 entries of the objections list name nobody"):
        run(Object(), EVENTS, ROWS, sources={"objections": (LIST, [entry("1"), entry(nobody, state="withdrawn")])})


@pytest.mark.parametrize("purpose", ["activty", "activity, another", "*"])
def test_an_entry_for_a_purpose_that_nobody_declared_stops_the_run(run: Runner, purpose: str) -> None:
    with pytest.raises(Refused, match=r"^LP501 Object: 1 entries of the objections list name a purpose that is not declared"):
        run(Object(), EVENTS, ROWS, sources={"objections": (LIST, [entry("2"), entry("1", purpose=purpose)])})


def test_a_consent_without_a_person_stops_the_run(run: Runner) -> None:
    with pytest.raises(Refused, match=r"^LP501 Consent: 2 entries of the consents list name nobody"):
        run(Consent(), EVENTS, ROWS, purpose=a_purpose(consent=True), sources={"consents": (CONSENTS, [entry(None), entry(None)])})


@pytest.mark.parametrize(("consented", "stays"), [
    ([], []),
    ([entry("1", state="given")], ONE),
    ([entry("1", state="given"), entry("1", state="given")], ONE),
    ([entry("1", state="given"), entry("2", state="withdrawn")], ONE),
    ([entry("1", state="given"), entry("2", state=None)], ONE),
    ([entry("s1", purpose=None, state="given"), entry("2", purpose="another", state="given")], ONE),
])
def test_under_consent_only_who_gave_it_stays(run: Runner, consented: list[Any], stays: list[Any]) -> None:
    found = run(Consent(), EVENTS, ROWS, purpose=a_purpose(consent=True), sources={"consents": (CONSENTS, consented)})
    assert found.rows == in_order(stays)
    assert found.left_out == 3 - len(stays)


def test_a_consent_that_was_withdrawn_after_it_was_given_does_not_hold(run: Runner) -> None:
    found = run(Consent(), EVENTS, ROWS, purpose=a_purpose(consent=True),
                sources={"consents": (CONSENTS, [entry("1", state="given"), entry("1", state="withdrawn"), entry("2", state="given")])})
    assert found.rows == TWO


@pytest.mark.parametrize(("stage", "source"), [(Object(), "objections"), (Consent(), "consents")])
def test_rows_of_nobody_go_since_they_may_be_an_objectors(run: Runner, stage: Listed, source: str) -> None:
    found = run(stage, EVENTS, [*ROWS, {"student": None, "act": "a"}], purpose=a_purpose(consent=source == "consents"),
                sources={source: (CONSENTS, [entry(who, state="given") for who in "12"] if source == "consents" else [])})
    assert (found.rows, found.left_out) == (in_order(ROWS), 1)


@pytest.mark.parametrize(("stage", "table", "listed", "consent", "error", "told"), [
    (Consent(), EVENTS, LIST, False, Refused, "LP308 Consent: purpose activity does not rest on consent"),
    (Consent(), EVENTS, LIST.drop("state"), True, UsageFault, "LP203 objection has no column 'state'"),
    (Object(), EVENTS, LIST.drop("state"), False, UsageFault, "LP203 objection has no column 'state'"),
    (Object(), EVENTS, LIST.drop("purpose"), False, UsageFault, "LP203 objection has no column 'purpose'"),
    (Object(), EVENTS, LIST.change("who", domain="mail"), False, Refused, "LP308 Object: objection lists people by mail"),
    (Object(), EVENTS.drop("student"), LIST, False, Refused, "LP308 Object: objection lists people by student_number"),
    (Object(), EVENTS.add(a_person("also", use="full")), LIST, False, Refused, "LP308"),
])
def test_lists_that_cannot_be_applied_are_refused(stage: Listed, table: Any, listed: Any, consent: bool,
                                                  error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        plan_stage(stage, table, sources={stage.source: listed}, purpose=a_purpose(consent=consent))
    assert told in str(refused.value)


PEOPLE = st.sampled_from(["1", "2", "3"])
ENTRIES = st.lists(st.builds(entry, PEOPLE, st.sampled_from([None, "activity", "another"]),
                             st.sampled_from([None, "received", "upheld", "rejected", "withdrawn", "given"])), max_size=6)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries({"student": st.one_of(st.none(), PEOPLE), "act": st.sampled_from("ab")}), max_size=8),
       objected=ENTRIES, consented=ENTRIES, consent=st.booleans())
def test_any_lists_give_what_plain_python_gives(duckdb: Engine, tmp_path_factory: pytest.TempPathFactory, rows: list[Any],
                                                objected: list[Any], consented: list[Any], consent: bool) -> None:
    out = {e["who"] for e in objected if e["purpose"] in (None, "activity") and e["state"] not in ("rejected", "withdrawn")}
    mine = [e for e in consented if e["purpose"] in (None, "activity")]
    gave = {e["who"] for e in mine} - {e["who"] for e in mine if e["state"] != "given"}
    expected = [row for row in rows if row["student"] is not None and (row["student"] in gave if consent else row["student"] not in out)]
    found = run_stage(Consent() if consent else Object(), EVENTS, rows, engine=duckdb, folder=Path(tmp_path_factory.getbasetemp()),
                      purpose=a_purpose(consent=consent), sources={"consents": (CONSENTS, consented)} if consent else {"objections": (LIST, objected)})
    assert found.rows == in_order(expected)


# --- what the register holds --------------------------------------------------------------------------------------


def recorded(out: tuple[str, ...] = (), given: tuple[str, ...] = ()) -> Standing:
    """Give the register's choices about people of the domain of `a_person`, by their canonical number."""
    refer = RING.references(a_person().domain)
    return Standing(*(tuple({refer.domain: str(refer.of([who])[0])} for who in people) for people in (out, given)), RING)


@pytest.mark.parametrize(("listed", "out", "stays"), [
    (None, (), ROWS), (None, ("1",), TWO), (None, ("1", "2"), []), (None, ("9",), ROWS), ([], ("1",), TWO), ([entry("2")], ("1",), []),
    ([entry("1", state="rejected")], ("1",), TWO), ([entry("1")], ("2",), [])])
def test_who_objected_by_the_register_is_left_out_beside_the_list(run: Runner, listed: list[Any] | None, out: tuple[str, ...], stays: list[Any]) -> None:
    sources = {} if listed is None else {"objections": (LIST, listed)}
    found = run(Object("register" if listed is None else "objections"), EVENTS, [*ROWS, {"student": None, "act": "c"}], sources=sources, standing=recorded(out))
    assert found.rows == in_order(stays)
    assert found.left_out == 4 - len(stays)


@pytest.mark.parametrize(("listed", "out", "given", "stays"), [
    (None, (), (), []), (None, (), ("1",), ONE), (None, ("1",), ("1", "2"), TWO), ([entry("2", state="given")], (), ("1",), ROWS),
    ([entry("1", state="given")], ("1",), (), []), ([entry("1", state="withdrawn")], (), ("1",), ONE)])
def test_under_consent_the_register_goes_before_the_list(run: Runner, listed: list[Any] | None, out: tuple[str, ...], given: tuple[str, ...],
                                                         stays: list[Any]) -> None:
    sources = {} if listed is None else {"consents": (CONSENTS, listed)}
    found = run(Consent("register" if listed is None else "consents"), EVENTS, [*ROWS, {"student": None, "act": "c"}], sources=sources, standing=recorded(out, given), purpose=a_purpose(consent=True))
    assert found.rows == in_order(stays)


def test_a_choice_without_a_name_in_the_tables_domain_stops_the_run(run: Runner) -> None:
    with pytest.raises(Refused, match="LP501 Object: 1 objections"):
        run(Object("register"), EVENTS, ROWS, standing=Standing(({"another": "x"},), (), RING))


def test_without_a_list_the_table_must_know_its_people() -> None:
    with pytest.raises(Refused, match="LP308"):
        plan_stage(Object("register"), a_table(Column("act")))
