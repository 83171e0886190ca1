"""Planning: every shipped pipeline plans, what may not leave is refused, and a stage that lies is found out."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pytest

from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.errors import LapipeError, Refused, UsageFault
from lapipe.pipeline import load_pipeline
from lapipe.plan import Plan, make_plan
from lapipe.purpose import Condition, Duration, Purpose, Recipient
from lapipe.stage import Context, Stage
from lapipe.stages import (
    Aggregate,
    Consent,
    Derive,
    Flag,
    Generalise,
    Join,
    Minimise,
    Object,
    Pseudonymise,
    Release,
    Retain,
    Validate,
    Where,
)
from tests.spec.conftest import ROOT, TODAY, a_person, a_purpose, a_table, an_instant

SHIPPED = sorted(path for path in (ROOT / "pipelines").glob("*.py") if not path.name.startswith("_"))


def test_pipelines_are_shipped() -> None:
    assert {"moodle_weekly_activity", "assessment_results"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_pipeline_plans_without_data_key_or_engine(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = load_pipeline(path)
    pipeline.plan(today=TODAY)  # libraries load on first use

    def closed(*_: Any, **__: Any) -> Any:
        raise AssertionError("a plan opens nothing")

    for name in ("lapipe.pipeline.open_engine", "lapipe.engine.open_engine", "lapipe.flow.open_source", "lapipe.keys.KeyRing.open"):
        monkeypatch.setattr(name, closed)
    monkeypatch.setattr(builtins, "open", closed)
    plan = pipeline.plan(today=TODAY)
    assert [step.stage for step in plan.steps] == list(pipeline.stages)
    assert len(plan.fingerprint()) == 64


EVENTS = Contract("events", "1", (
    a_person(), Column("course"), an_instant(), Column("note", kind=Kind.FREE_TEXT), Column("bsn", kind=Kind.NATIONAL_ID),
    Column("faith", kind=Kind.SPECIAL), Column("age", type="integer"), Column("secret"), Column("mail", kind=Kind.IDENTIFIER)), person="student")
OBJECTIONS = Contract("objection", "1", (a_person("who"), Column("purpose"), Column("state")))
USES = {"student": "pseudonym", "course": "full", "at": "week"}

Changed = Mapping[str, str]


def plan(*stages: Stage, uses: Changed | None = None, bare: bool = False, sources: Mapping[str, Contract] | None = None,
         **purpose: Any) -> Plan:
    """Plan stages after Minimise, Validate, Object and Retain, with Flag before what is released; `bare` leaves these out."""
    given: dict[str, Any] = {"columns": {"events": {**USES, **(uses or {})},
                                         "objection": dict.fromkeys(("who", "purpose", "state"), "inside")},
                             "retain": Duration(years=1), **purpose}
    if not bare:
        end = next((number for number, stage in enumerate(stages) if isinstance(stage, (Aggregate, Release))), len(stages))
        stages = (Minimise(), Validate(), Object(), Retain("at"), *stages[:end], Flag(), *stages[end:])
    return make_plan("trial", a_purpose(**given), {"events": EVENTS, "objections": OBJECTIONS, **(sources or {})},
                     stages, TODAY)


SAFE = (Pseudonymise({"student": "who"}), Generalise({"at": "week"}))
OUT = Release("out")


def test_a_whole_pipeline_plans() -> None:
    found = plan(*SAFE, OUT)
    assert [column["kind"] for column in found.described()["steps"][-1]["columns"]] == ["pseudonym", "plain", "event_time"]


@pytest.mark.parametrize(("make", "rule", "told"), [
    (lambda: plan(Generalise({"at": "week"}), OUT), "LP301", ["Release out", "'student'", "Pseudonymise"]),
    (lambda: plan(*SAFE, OUT, uses={"bsn": "full"}), "LP302", ["activity", "'bsn'", "Leave it out"]),
    (lambda: plan(SAFE[0], OUT), "LP303", ["Release out", "'at'", "Generalise: {'at': 'week'}"]),
    (lambda: plan(SAFE[0], Generalise({"at": "day"}), OUT), "LP303", ["'at'", "'day'", "'week'"]),
    (lambda: plan(*SAFE, OUT, uses={"course": "inside"}), "LP304", ["Release out", "'course'", "inside"]),
    (lambda: plan(*SAFE, OUT, sources={"more": a_table(Column("x"), name="more")}), "LP304", ["trial", "'more'"]),
    (lambda: plan(*SAFE, OUT, recipients=(Recipient("programme", "committee", "statistics"),)), "LP304", ["pseudonyms"]),
    (lambda: plan(Object(), Minimise(), *SAFE, OUT, bare=True), "LP305", ["trial", "Minimise() is the first stage"]),
    (lambda: plan(Minimise(), *SAFE, OUT), "LP305", ["trial", "once"]),
    (lambda: plan(*SAFE, OUT, uses={"note": "full"}), "LP307", ["Release out", "'note'", "free text"]),
    (lambda: plan(Minimise(), Retain("at"), Flag(), *SAFE, OUT, bare=True, sources={}), "LP304", ["'objections'"]),
    (lambda: plan(Minimise(), Validate(), Retain("at"), *SAFE, Flag(), OUT, Object(), bare=True), "LP308", ["trial", "Object"]),
    (lambda: plan(*SAFE, OUT, consent=True), "LP308", ["trial", "rests on consent", "Consent(...)"]),
    (lambda: plan(Consent("objections"), *SAFE, OUT), "LP308", ["Consent", "does not rest on consent"]),
    (lambda: plan(Minimise(), Validate(), Object(), Retain("at"), *SAFE, Flag(), OUT, Consent("objections"), bare=True, consent=True), "LP308", ["trial", "Consent(...)"]),
    (lambda: plan(Minimise(), Validate(), Object(), *SAFE, Flag(), OUT, bare=True), "LP309", ["trial", "'at'", "Retain('at')"]),
    (lambda: plan(*SAFE, OUT, retain=None), "LP309", ["Retain", "activity"]),
    (lambda: plan(*SAFE, OUT, uses={"faith": "full"}), "LP105", ["activity", "'faith'"]),
    (lambda: plan(*SAFE, OUT, uses={"age": "band 10"}), "LP311", ["Release out", "'age'", "'band 10'"]),
    (lambda: plan(*SAFE, Generalise({"age": "band 5"}), OUT, uses={"age": "band 10"}), "LP311", ["'age'", "'band 5'"]),
    (lambda: plan(*SAFE), "LP312", ["trial", "Release(name)"]),
    (lambda: plan(*SAFE, OUT, OUT), "LP312", ["trial", "one name"]),
    (lambda: plan(Minimise(), Object(), Retain("at"), *SAFE, OUT, Flag(), bare=True), "LP313", ["trial", "'out'", "Flag()"]),
    (lambda: plan(Minimise(), Validate(), Object(), Retain("at"), Flag(), *SAFE, OUT, bare=True), "LP313",
     ["trial changes columns between Flag() and Release('out')"]),
    (lambda: plan(*SAFE, OUT, Derive("again", ibis._.course), Release("more")), "LP313", ["Release('more')"]),
    (lambda: plan(Minimise(), Object(), Retain("at"), *SAFE, Flag(), OUT, bare=True), "LP314", ["trial", "'out'", "Validate()"]),
    (lambda: plan(Minimise(), Object(), Retain("at"), *SAFE, Flag(), OUT, Validate(), bare=True), "LP314", ["Validate()"]),
    (lambda: plan(Aggregate(by=("course",)), Aggregate(by=("course",), person="people"), OUT), "LP404", ["Aggregate", "by which column to tell people apart"]),
    (lambda: plan(Aggregate(by=("course",)), Where(ibis._.people > 3), OUT), "LP403", ["Where stands after Aggregate"]),
    (lambda: plan(Aggregate(by=("course",)), OUT, Flag(), Release("more")), "LP403", ["Flag stands after Aggregate"]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_may_not_be_is_refused_with_stage_column_rule_and_fix(make: Callable[[], Plan], rule: str, told: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        make()
    assert refused.value.rule == rule
    assert str(refused.value).startswith(rule)
    for words in told:
        assert words in str(refused.value)


def test_a_special_category_is_released_under_a_condition_only() -> None:
    assert plan(*SAFE, OUT, uses={"faith": "full"}, condition=Condition("a", "uitdrukkelijke toestemming"))
    special = Contract("events", "1", (Column("faith", kind=Kind.SPECIAL, use="full"),))
    from lapipe.release import Release as Released

    with pytest.raises(Refused, match=r"^LP310 Release out: column 'faith'"):
        Released("out", special, a_purpose())


@dataclass(frozen=True)
class Lie(Stage):
    """Promises one thing and computes another, as a test says."""

    promise: Callable[[Contract], Contract] = lambda contract: contract
    compute: Callable[[Any], Any] = lambda table: table
    source: str = ""

    def needs(self) -> tuple[str, ...]:
        return (self.source,) if self.source else ()

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        return self.promise(contract)

    def apply(self, table: Any, context: Context) -> Any:
        return self.compute(table) if not self.source else self.compute(table.cross_join(context.table(self.source)))


def _adds(name: str = "made", type: str = "string", kind: Kind = Kind.PLAIN) -> Callable[[Contract], Contract]:
    return lambda contract: contract.add(Column(name, type=type, kind=kind, use="full"))


@pytest.mark.parametrize(("lie", "told"), [
    (Lie(lambda c: c.change("student", kind=Kind.PLAIN)), "'student' as plain and computes it from 'student', which is identifier"),
    (Lie(lambda c: c.change("student", name="x", kind=Kind.PLAIN), lambda t: t.rename(x="student")), "'x' as plain"),
    (Lie(_adds(), lambda t: t.mutate(made=t.student.upper())), "'made' as plain and computes it from 'student'"),
    (Lie(_adds(kind=Kind.PSEUDONYM), lambda t: t.mutate(made=t.student.hash().cast("string"))), "'made' as pseudonym"),
    (Lie(_adds(), lambda t: t.mutate(made=ibis.ifelse(t.student == "7", "a", "b"))), "from 'student'"),
    (Lie(_adds(type="integer"), lambda t: t.mutate(made=t.student.nunique())), "from 'student'"),
    (Lie(_adds(), lambda t: t.mutate(made=t.student.max().over())), "from 'student'"),
    (Lie(lambda c: c.drop("course")), "promises the columns student, at and computes student, course, at"),
    (Lie(lambda c: c, lambda t: t.select("course", "student", "at")), "computes course, student, at"),
    (Lie(_adds(type="integer"), lambda t: t.mutate(made=t.course)), "promises 'made' as int64 and computes string"),
    (Lie(_adds(), lambda t: t.mutate(made=t.who).drop("who", "purpose", "state"), source="objections"), "from 'objections.who'"),
    (Lie(lambda c: c.change("secret", name="made", use="full"), lambda t: t.rename(made="secret")), "made of 'secret'"),
    (Lie(_adds(), lambda t: t.mutate(made=t.course + t.secret)), "lets 'made' out, which is made of 'secret'"),
])
def test_a_stage_that_lies_is_found_out(lie: Lie, told: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(lie, *SAFE, OUT, uses={"secret": "inside"} if "secret" in told else {})
    assert refused.value.rule == "LP306"
    assert "Lie of trial" in str(refused.value)
    assert told in str(refused.value)


def test_a_stage_that_keeps_its_promise_passes() -> None:
    assert plan(Lie(_adds(), lambda t: t.mutate(made=t.course.upper())), *SAFE, OUT)


def test_what_is_released_after_an_aggregate_is_the_aggregate() -> None:
    found = plan(*SAFE, OUT, Aggregate(by=("course",), person="who"), Release("counted"))
    assert found.steps[-1].after.names == ("course", "status", "people")


@pytest.mark.parametrize("changes", [{"spelling": None}, {"spelling": Spelling(prefixes=("u",))}, {"type": "integer"}])
def test_a_domain_that_two_contracts_spell_differently_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"^LP207 Pipeline trial: events\.student and objection\.who are of identity domain"):
        plan(*SAFE, OUT, sources={"objections": OBJECTIONS.change("who", **changes)})


def test_a_second_aggregate_groups_the_rows_that_the_first_did() -> None:
    made = plan(Aggregate(by=("course",)), OUT, Aggregate(by=("course",), totals=("course",)), Release("more"))
    steps = [step for step in made.steps if isinstance(step.stage, Aggregate)]
    assert steps[0].before == steps[1].before
    with pytest.raises(Refused, match=r"^LP312 Pipeline trial: an Aggregate follows another"):
        plan(Aggregate(by=("course",)), Aggregate(by=("course",)), OUT)


@pytest.mark.parametrize(("make", "told"), [
    (lambda: plan(Join("nowhere", on="student", key="x"), OUT), "Join reads source 'nowhere' (there are: events, objections)"),
    (lambda: plan(Release("../out")), "'../out' is no name"),
    (lambda: make_plan("trial", a_purpose(), {}, (), TODAY), "has 0 sources and 0 stages"),
    (lambda: plan(OUT, uses={"gone": "full"}), "events has no column 'gone'"),
])
def test_what_does_not_exist_is_named(make: Callable[[], Plan], told: str) -> None:
    with pytest.raises(UsageFault) as fault:
        make()
    assert told in str(fault.value)


def test_an_approval_no_longer_fits_when_a_stage_a_contract_or_the_purpose_changes() -> None:
    found = {plan(*SAFE, OUT).fingerprint(), plan(*SAFE, Release("other")).fingerprint(),
             plan(*SAFE, OUT, sha256="0" * 64).fingerprint(), plan(*SAFE, OUT, uses={"course": "full", "age": "full"}).fingerprint()}
    assert len(found) == 4
    assert plan(*SAFE, OUT).fingerprint() in found


def test_messages_hold_one_sentence_of_refusal_and_no_chain() -> None:
    with pytest.raises(LapipeError) as refused:
        plan(OUT)
    assert refused.value.__context__ is None
