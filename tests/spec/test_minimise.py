"""Minimise: only what the purpose allows."""

from __future__ import annotations

import pytest

from lapipe.contract import Column, Kind
from lapipe.errors import LapipeError, Refused, UsageFault
from lapipe.purpose import Condition
from lapipe.stages import Minimise
from tests.spec.conftest import Runner, a_person, a_purpose, a_table, plan_stage

EVENTS = a_table(a_person(), Column("act"), Column("ip"), Column("bsn", kind=Kind.NATIONAL_ID), Column("faith", kind=Kind.SPECIAL),
                 key=("student", "act"))


def test_only_the_allowed_columns_stay_in_the_contracts_order(run: Runner) -> None:
    purpose = a_purpose(columns={"events": {"act": "full", "student": "pseudonym"}})
    found = run(Minimise(), EVENTS, [{"student": "1", "act": "a", "ip": "x", "bsn": "y"}], purpose=purpose)
    assert found.rows == [{"student": "1", "act": "a"}]
    assert found.contract.names == ("student", "act")
    assert [column.use for column in found.contract] == ["pseudonym", "full"]


def test_fewer_columns_than_the_purpose_allows_may_be_asked_for_and_a_key_that_is_not_whole_goes(run: Runner) -> None:
    purpose = a_purpose(columns={"events": {"act": "full", "student": "pseudonym"}})
    found = run(Minimise(columns=("act",)), EVENTS, [], purpose=purpose)
    assert (found.rows, found.contract.names, found.contract.key) == ([], ("act",), ())


@pytest.mark.parametrize(("stage", "allowed", "error", "told"), [
    (Minimise(), {"other": {"x": "full"}}, Refused, "LP304 Purpose activity allows no column of events"),
    (Minimise(columns=("ip",)), {"events": {"act": "full"}}, Refused, "LP304 Purpose activity does not allow column 'ip'"),
    (Minimise(columns=("gone",)), {"events": {"act": "full"}}, UsageFault, "LP203 events has no column 'gone'"),
    (Minimise(), {"events": {"gone": "full"}}, UsageFault, "LP203 events has no column 'gone'"),
    (Minimise(), {"events": {"bsn": "inside"}}, Refused, "LP302 Purpose activity asks for column 'bsn'"),
    (Minimise(), {"events": {"faith": "inside"}}, Refused, "LP105 Purpose activity asks for column 'faith'"),
])
def test_what_the_purpose_or_the_law_does_not_allow_is_refused(stage: Minimise, allowed: dict[str, dict[str, str]],
                                                               error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        plan_stage(stage, EVENTS, purpose=a_purpose(columns=allowed))
    assert told in str(refused.value)


def test_a_special_category_is_read_under_a_condition() -> None:
    purpose = a_purpose(columns={"events": {"faith": "inside"}}, condition=Condition("a", "toestemming"))
    assert plan_stage(Minimise(), EVENTS, purpose=purpose).names == ("faith",)
