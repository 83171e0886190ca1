"""Flag: what was not declared does not flow on."""

from __future__ import annotations

import pytest

from lapipe.contract import Column, Kind
from lapipe.errors import LapipeError, Refused, UsageFault
from lapipe.purpose import Condition, Waiver
from lapipe.stages import Flag
from tests.spec.conftest import Runner, a_person, a_purpose, a_table, plan_stage


def an_eleven(stem: int) -> str | None:
    """Give a made-up number of nine digits that passes the eleven test, or None."""
    digits = [int(digit) for digit in f"{stem:08}"]
    last = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    return f"{stem:08}{last}" if last < 10 else None


NUMBERS = [number for number in map(an_eleven, range(12_345_678, 12_346_800, 7)) if number][:100]


def test_a_column_of_bsns_is_an_incident_and_no_number_is_told(run: Runner) -> None:
    with pytest.raises(Refused, match=r"^LP503 Flag: column 'code' holds bsn \(100 of 100 distinct values fit\)") as refused:
        run(Flag(), a_table(Column("code")), [{"code": number} for number in NUMBERS])
    assert not any(number in str(refused.value) for number in NUMBERS)


def test_an_e_mail_address_in_a_plain_column_is_refused(run: Runner) -> None:
    with pytest.raises(Refused, match=r"^LP301 Flag: column 'contact_text' holds email") as refused:
        run(Flag(), a_table(Column("contact_text")), [{"contact_text": f"jan{number}@example.org"} for number in range(20)])
    assert "example.org" not in str(refused.value)


def test_an_e_mail_address_in_an_identifier_is_declared(run: Runner) -> None:
    table = a_table(Column("mail", kind=Kind.IDENTIFIER))
    assert len(run(Flag(), table, [{"mail": f"jan{number}@example.org"} for number in range(20)]).rows) == 20


def test_plain_data_passes(run: Runner) -> None:
    table = a_table(Column("component"), Column("score", type="integer"), Column("passed", type="boolean"))
    rows = [{"component": "quiz" if number % 2 else "forum", "score": number % 10, "passed": True} for number in range(30)]
    assert len(run(Flag(), table, rows).rows) == 30


def test_an_empty_table_passes(run: Runner) -> None:
    assert run(Flag(), a_table(Column("component")), []).rows == []


WAIVED = a_purpose(exceptions=(Waiver("flag contact_text email", True, "het adres van een afdeling", "FG"),))


def test_a_finding_that_the_purpose_waives_is_accepted(run: Runner) -> None:
    rows = [{"contact_text": f"dienst{number}@example.org"} for number in range(20)]
    table = a_table(Column("contact_text"))
    assert len(run(Flag(accept={"contact_text": "email"}), table, rows, purpose=WAIVED).rows) == 20
    with pytest.raises(Refused, match=r"^LP301"):
        run(Flag(accept={"contact_text": "phone"}), table, rows, purpose=a_purpose(
            exceptions=(Waiver("flag contact_text phone", True, "x", "FG"),)))


@pytest.mark.parametrize(("stage", "error", "told"), [
    (Flag(accept={"contact_text": "email"}), Refused, "LP108 Flag: accepts email in 'contact_text'"),
    (Flag(accept={"contact_text": "bsn"}), UsageFault, "LP302 Flag: bsn cannot be accepted"),
    (Flag(accept={"gone": "email"}), UsageFault, "LP203 events has no column 'gone'")])
def test_an_acceptance_needs_a_waiver_and_a_bsn_has_none(stage: Flag, error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        plan_stage(stage, a_table(Column("contact_text")))
    assert told in str(refused.value)


@pytest.mark.parametrize(("kind", "rule"), [(Kind.NATIONAL_ID, "LP302"), (Kind.SPECIAL, "LP105")])
def test_what_is_declared_and_may_not_flow_is_refused_in_the_plan(kind: Kind, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        plan_stage(Flag(), a_table(a_person(), Column("x", kind=kind)))
    assert refused.value.rule == rule


CONDITION = a_purpose(condition=Condition("j", "UAVG art. 24"))


def test_a_special_category_that_no_contract_declares_is_refused_whatever_the_purpose_says(run: Runner) -> None:
    rows = [{"student": str(number), "dyslexie": number % 7 == 0} for number in range(40)]
    for purpose in (a_purpose(), CONDITION):
        with pytest.raises(Refused, match=r"^LP310 Flag: column 'dyslexie' holds special:health, which its contract does not declare"):
            run(Flag(), a_table(a_person(), Column("dyslexie", type="boolean")), rows, purpose=purpose)
    declared = a_table(a_person(), Column("dyslexie", type="boolean", kind=Kind.SPECIAL, category="pd:Disability"))
    assert len(run(Flag(), declared, rows, purpose=CONDITION).rows) == 40


def test_criminal_data_is_refused_whatever_its_contract_and_purpose_say(run: Runner) -> None:
    rows = [{"student": str(number), "strafblad": "ja" if number % 7 == 0 else "nee"} for number in range(40)]
    for kind in (Kind.PLAIN, Kind.SENSITIVE):
        with pytest.raises(Refused, match=r"^LP321 Flag: column 'strafblad' holds criminal data"):
            run(Flag(), a_table(a_person(), Column("strafblad", kind=kind)), rows, purpose=CONDITION)
    with pytest.raises(UsageFault, match="^LP321"):
        plan_stage(Flag(accept={"strafblad": "special:criminal"}), a_table(a_person(), Column("strafblad")), purpose=CONDITION)


def test_what_is_left_of_redacted_text_is_looked_at_like_all_else(run: Runner) -> None:
    table = a_table(a_person(), Column("message", kind=Kind.FREE_TEXT, detail="redacted", use="redacted"))
    clean = [{"student": str(number), "message": f"Hoi [naam], zie vraag {number} van [persoon 596d8598-acdc-8fd0-822a-5ff407bb114e] of [e-mailadres]."} for number in range(60)]
    assert len(run(Flag(), table, clean).rows) == 60
    with pytest.raises(Refused, match="^LP301 Flag: column 'message' holds email"):
        run(Flag(), table, [*clean, {"student": "61", "message": "Hoi, mail mij op jan@voorbeeld.example, goed?"}])
    with pytest.raises(Refused, match="^LP503"):
        run(Flag(), table, [*clean, {"student": "61", "message": f"Mijn BSN is {NUMBERS[0]}."}])
