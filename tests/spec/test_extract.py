"""Extract: the person that a text names, and not the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lapipe.contract import Column, Kind
from lapipe.errors import ContractBroken, LapipeError, Refused, UsageFault
from lapipe.stages import Extract
from tests.spec.conftest import Runner, a_person, a_purpose, a_table, plan_stage

LOG = a_table(Column("text", kind=Kind.FREE_TEXT), Column("act"), extractable=(
    a_person("user", extracted_from="text", patterns=(r"The user with id '(\d+)'", r"De gebruiker met id '(\d+)'")),))
PURPOSE = a_purpose(columns={"events": {"user": "pseudonym", "text": "inside", "act": "full"}})
ENGLISH, DUTCH = "The user with id '0012' viewed '99'.", "De gebruiker met id '12' bekeek dat."


def test_the_id_is_found_in_either_language_in_one_spelling_and_the_text_goes(run: Runner) -> None:
    found = run(Extract("user"), LOG, [{"text": ENGLISH, "act": "a"}, {"text": DUTCH, "act": "b"}], purpose=PURPOSE)
    assert found.rows == [{"act": "a", "user": "12"}, {"act": "b", "user": "12"}]
    assert found.contract["user"].use == "pseudonym"


def test_the_text_stays_where_that_is_said(run: Runner) -> None:
    kept = replace(PURPOSE, exceptions=a_purpose(excepts={"Extract.keep": True}).exceptions)
    assert run(Extract("user", keep=True), LOG, [{"text": DUTCH}], purpose=kept).contract.names == ("text", "act", "user")


def texts(unmatched: int, of: int, strange: str) -> list[Any]:
    return [{"text": f"{strange} {number}"} for number in range(unmatched)] + [
        {"text": f"The user with id '{number + 1}' came."} for number in range(of - unmatched)]


@pytest.mark.parametrize("strange", ["Something happened.", "He said: The user with id '3'"])
@pytest.mark.parametrize(("unmatched", "of", "holds"), [(1, 20, True), (1, 19, False), (5, 100, True), (6, 100, False)])
def test_up_to_five_per_cent_of_the_distinct_texts_may_have_no_match(run: Runner, strange: str, unmatched: int, of: int,
                                                                     holds: bool) -> None:
    if holds:
        found = run(Extract("user"), LOG, texts(unmatched, of, strange), purpose=PURPOSE)
        assert (len(found.rows), found.left_out) == (of - unmatched, unmatched)
        return
    with pytest.raises(ContractBroken, match=rf"^LP205 Extract found no user in {unmatched} of {of} distinct texts, more than 5 %"):
        run(Extract("user"), LOG, texts(unmatched, of, strange), purpose=PURPOSE)


@pytest.mark.parametrize("nobody", [None, "The user with id '0' logged out."])
def test_rows_without_a_person_in_their_text_are_left_out(run: Runner, nobody: str | None) -> None:
    found = run(Extract("user"), LOG, [{"text": DUTCH, "act": "a"}, {"text": nobody, "act": "b"}], purpose=PURPOSE)
    assert (found.rows, found.left_out) == ([{"act": "a", "user": "12"}], 1)


def test_an_empty_table_stays_empty(run: Runner) -> None:
    assert run(Extract("user"), LOG, [], purpose=PURPOSE).rows == []


@pytest.mark.parametrize(("column", "allowed", "error", "told"), [
    ("user", {"text": "inside"}, Refused, "LP304 Purpose activity does not allow column 'user'"),
    ("act", {"user": "full"}, UsageFault, "LP203 events has no column 'act'")])
def test_what_the_contract_or_the_purpose_does_not_name_is_refused(column: str, allowed: dict[str, str], error: type[LapipeError],
                                                                   told: str) -> None:
    with pytest.raises(error) as refused:
        plan_stage(Extract(column), LOG, purpose=a_purpose(columns={"events": allowed}))
    assert told in str(refused.value)
