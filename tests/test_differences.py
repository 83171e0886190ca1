"""What changed between two runs or days is told, each change with its rule, and whether it takes privacy away."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lapipe.errors import Refused, UsageFault
from lapipe.register import Register
from lapipe.register.differences import differences

OPENING: dict[str, Any] = {
    "pipeline": "weekly", "purpose": "feedback", "purpose_sha256": "1", "legal_basis": {"collect": "public_task", "use": "public_task"},
    "k": 10, "keep_for": "P2Y", "retain": "P5Y", "subjects": ["student"], "recipients": ["analysts", "committees"], "lapipe": "0.1.0",
    "sources": {"events": {"contract": "log", "version": "1", "fingerprint": "a"}, "people": {"contract": "student", "version": "1", "fingerprint": "b"}},
    "steps": [{"stage": "Minimise", "parameters": {}}, {"stage": "Flag", "parameters": {"accept": {}}}, {"stage": "Release", "parameters": {}}]}
COLUMNS = {"events": ["time", "user"], "people": ["programme"]}
RELEASES = {"table": "statistics"}


class Clock:
    """A day that the test sets, going on one second at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def day(self, month: int) -> None:
        self.now = datetime(2026, month, 1, tzinfo=UTC)


CLOCK = Clock()


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    CLOCK.day(1)
    with Register.open(tmp_path / "register", clock=CLOCK) as register:
        yield register


def ran(register: Register, run: str, change: Callable[[dict[str, Any]], object] = lambda said: None) -> None:
    said = copy.deepcopy({"opening": OPENING, "columns": COLUMNS, "releases": RELEASES})
    change(said)
    with register.run(run, said["opening"]) as record:
        for source, columns in said["columns"].items():
            record.record("source", {"source": source, "columns_read": columns})
        for release, kind in said["releases"].items():
            if kind == "nothing new":
                record.record("skipped", {"release": release, "why": "every closed period was released before"})
            else:
                record.record("release", {"release": release, "kind": kind})
        record.complete({})


def opening(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda said: said["opening"].update(changes)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str, str, bool]] = {
    "another purpose": (opening(purpose="advice"), "LP614", "purpose advice instead of feedback", True),
    "the purpose's text": (opening(purpose_sha256="2"), "LP614", "text of purpose feedback changed", True),
    "a basis": (opening(legal_basis={"collect": "consent", "use": "public_task"}), "LP114", "to collect is consent instead of public_task", True),
    "a basis less": (opening(legal_basis={"collect": "public_task"}), "LP114", "to use is none instead of public_task", True),
    "k lower": (opening(k=9), "LP112", "k is 9 instead of 10", True),
    "k higher": (opening(k=11), "LP112", "k is 11 instead of 10", False),
    "k gone": (opening(k=None), "LP112", "k is None instead of 10", True),
    "a longer term": (opening(keep_for="P25M"), "LP113", "kept for P25M instead of P2Y", True),
    "older rows": (opening(retain="P6Y"), "LP113", "greatest age of rows is P6Y instead of P5Y", True),
    "rows of any age": (opening(retain=""), "LP113", "greatest age of rows is without a limit instead of P5Y", True),
    "younger rows": (opening(retain="P4Y"), "LP113", "greatest age of rows is P4Y instead of P5Y", False),
    "other people": (opening(subjects=["student", "lecturer"]), "LP111", "new category of people: lecturer", True),
    "fewer people": (opening(subjects=[]), "LP111", "no more category of people student", False),
    "a shorter term": (opening(keep_for="P23M"), "LP113", "kept for P23M instead of P2Y", False),
    "one recipient more": (opening(recipients=["analysts", "committees", "vendor"]), "LP111", "new recipient: vendor", True),
    "one recipient less": (opening(recipients=["analysts"]), "LP111", "no more recipient committees", False),
    "one source more": (lambda said: said["opening"]["sources"].update(extra={"contract": "x"}), "LP111", "new source: extra", True),
    "one source less": (lambda said: said["opening"]["sources"].pop("people"), "LP111", "no more source people", False),
    "a contract": (lambda said: said["opening"]["sources"]["people"].update(version="2", fingerprint="c"), "LP210", r"people changed \(student 1 to student 2\)", True),
    "one column more": (lambda said: said["columns"]["people"].append("postcode"), "LP111", "new column of people: postcode", True),
    "one column less": (lambda said: said["columns"]["events"].remove("time"), "LP111", "no more column of events time", False),
    "one stage less": (lambda said: said["opening"]["steps"].pop(1), "LP614", "Stage Flag was left out", True),
    "one stage more": (lambda said: said["opening"]["steps"].append({"stage": "Where", "parameters": {}}), "LP614", "Stage Where was added", True),
    "a stage set otherwise": (lambda said: said["opening"]["steps"][1].update(parameters={"accept": {"x": "y"}}), "LP614", "Flag is set otherwise", True),
    "stages in another order": (lambda said: said["opening"]["steps"].reverse(), "LP614", "another order", True),
    "a release more": (lambda said: said["releases"].update(rows="pseudonyms"), "LP111", "rows is pseudonyms instead of not there", True),
    "a release of pseudonyms": (lambda said: said["releases"].update(table="pseudonyms"), "LP111", "table is pseudonyms instead of statistics", True),
    "a release less": (lambda said: said["releases"].clear(), "LP111", "table is no more there instead of statistics", False),
    "lapipe": (opening(lapipe="0.2.0"), "LP614", "lapipe is 0.2.0", False),
}


@pytest.mark.parametrize(("change", "rule", "says", "weaker"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_between_two_runs_is_told(register: Register, change: Callable[[dict[str, Any]], object], rule: str, says: str, weaker: bool) -> None:
    ran(register, "r1")
    ran(register, "r2")
    ran(register, "r3", change)
    assert differences(register, "r1", "r2") == []
    (found,) = differences(register, "r2", "r3")
    assert (found.finding.rule, found.weaker) == (rule, weaker)
    assert re.search(says, found.finding.message)


def test_between_two_days_each_pipeline_is_compared_by_what_it_last_completed(register: Register) -> None:
    ran(register, "w1")
    ran(register, "old", opening(pipeline="old"))
    CLOCK.day(3)
    ran(register, "w2", opening(k=9))
    with pytest.raises(Refused), register.run("w3", {**OPENING, "k": 2}):
        raise Refused("no")
    ran(register, "n1", opening(pipeline="new"))
    said = [(change.finding.where[:6], change.finding.message, change.weaker) for change in differences(register, "2026-02-01", "2026-03-01")]
    assert said == [("new", "Pipeline new had completed no run by 2026-02-01; run n1 is its last by 2026-03-01.", True), ("weekly", "k is 9 instead of 10.", True)]
    assert differences(register, "2026-03-01", "2026-04-01") == []
    assert [change.weaker for change in differences(register, "2025-01-01", "2026-02-01")] == [True, True]


@pytest.mark.parametrize(("before", "after", "says"), [
    ("r1", "r9", "no run 'r9'"), ("r1", "2026-01-01", "two runs, or two days"), ("r1", "bad", "only runs that completed"), ("r1", "other", "of pipeline weekly")])
def test_what_cannot_be_compared_is_said(register: Register, before: str, after: str, says: str) -> None:
    ran(register, "r1")
    ran(register, "other", opening(pipeline="other"))
    with pytest.raises(Refused), register.run("bad", OPENING):
        raise Refused("no")
    with pytest.raises(UsageFault, match=says):
        differences(register, before, after)


def released(**kinds: str) -> Callable[[dict[str, Any]], None]:
    return lambda said: said.update(releases=kinds)


def test_a_run_that_had_nothing_new_to_release_is_compared_by_what_was_released_before(register: Register) -> None:
    ran(register, "r1")
    ran(register, "r2", released(table="nothing new"))
    ran(register, "r3", released(table="nothing new"))
    # Another pipeline's release of that name, and one of a run that failed, say nothing of this one's.
    ran(register, "o1", lambda said: (said["opening"].update(pipeline="other"), said.update(releases={"table": "pseudonyms"})))
    with register.run("bad", OPENING) as record:
        record.record("release", {"release": "table", "kind": "pseudonyms"})
    ran(register, "r4")
    for before, after in (("r1", "r2"), ("r2", "r3"), ("r3", "r4")):
        assert differences(register, before, after) == []
    ran(register, "r5", released(table="pseudonyms"))
    ran(register, "r6", released(table="nothing new", more="nothing new"))
    (kind,) = differences(register, "r3", "r5")
    assert kind.finding.message == "Release table is pseudonyms instead of statistics."
    # A release that was not there before is told, though no entry says as what it was released.
    (kind, more) = sorted(differences(register, "r4", "r6"), key=lambda change: change.finding.message, reverse=True)
    assert (kind.finding.message, kind.weaker) == ("Release table is pseudonyms instead of statistics.", True)
    assert (more.finding.message, more.weaker) == ("Release more is of a kind that this register does not tell instead of not there.", True)


@pytest.mark.parametrize(("before", "after"), [("r2", "r1"), ("2026-02-01", "2026-01-01")])
def test_changes_are_told_from_the_earlier_to_the_later(register: Register, before: str, after: str) -> None:
    ran(register, "r1")
    ran(register, "r2")
    with pytest.raises(UsageFault, match="the earlier one first"):
        differences(register, before, after)


def test_what_an_earlier_lapipe_did_not_record_is_no_change(register: Register) -> None:
    ran(register, "a", lambda said: [said["opening"].pop(key) for key in ("retain", "subjects")])
    ran(register, "b")
    assert differences(register, "a", "b") == []
