"""`lapipe status`, over a project that ran."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lapipe.choices import record
from lapipe.project import load_project
from lapipe.register import Register
from lapipe.status import Item, status
from tests.projects import STUDENT_NUMBERS, WEEKLY, Project, project


@pytest.fixture
def ran(tmp_path: Path) -> Project:
    made = project(tmp_path)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    return made


def test_status_tells_what_needs_attention_and_of_nothing_else(ran: Project) -> None:
    done = ran.lapipe("status", "--format", "json")
    items = {(each["what"], each["where"]): each for each in json.loads(done.out)}
    assert done.code == 1
    assert "last completed run r1" in items["release", "moodle_weekly_activity"]["says"]
    assert [what for (what, _), each in items.items() if each["attention"]] == ["checkpoint"]
    assert "1 of 2 need attention." in ran.lapipe("status").out
    assert ran.lapipe("status", "--format", "yaml").code == 2


def test_status_finds_what_is_overdue_from_the_day_after_its_term(ran: Project) -> None:
    manifests = {str(path.parent.relative_to(ran.out)): date.fromisoformat(json.loads(path.read_text())["erase_by"])
                 for path in ran.out.glob("*/*/r1/manifest.json")}
    records = {str(path.parent.name): date.fromisoformat(json.loads(path.read_text())["erase_by"])
               for path in load_project(ran.root).profile.ledger.glob("r1/*/about.json")}
    assert len(manifests) == 2
    assert records
    for release, term in manifests.items():
        assert ("term", release) not in {(each.what, each.where) for each in _told(ran, term)}
        assert ("term", release) in {(each.what, each.where) for each in _told(ran, term + timedelta(days=1))}
    late = [each for each in _told(ran, date(2099, 1, 1)) if each.what in ("term", "ledger")]
    assert len(late) == len(manifests) + len(records)  # `latest` names no release of its own


def test_status_finds_statistics_that_are_not_there_until_somebody_says_that_they_are_gone(ran: Project) -> None:
    path = next(path.parent for path in ran.out.glob("*/*/r1/manifest.json") if json.loads(path.read_text())["kind"] == "statistics")
    shutil.rmtree(path)
    where = str(path.relative_to(ran.out))
    (told,) = [each for each in _told(ran, date.today()) if each.what == "missing"]
    assert (told.where, told.attention, "its term does not end" in told.says) == (where, True, True)
    assert ran.lapipe("subject", "gone", where, "--role", "privacy_officer").code == 0
    assert not [each for each in _told(ran, date.today()) if each.what == "missing"]


def test_status_finds_a_manifest_that_hides_its_term(ran: Project) -> None:
    path = next(ran.out.glob("*/*/r1/manifest.json"))
    path.write_text("{}")
    assert [each.where for each in _told(ran, date.today()) if each.what == "term"] == [str(path.parent.relative_to(ran.out))]


def test_status_finds_a_failed_run_evidence_past_its_term_and_quarantine(ran: Project) -> None:
    def clock() -> datetime:
        return datetime.now().astimezone()

    today = date.today()
    with Register.open(ran.register, clock=clock) as register:
        record(register, "objection", {"student_number": "s1234567"}, {}, purpose="no_longer_there", state="upheld", received=today, keep_until=today, ring="-")
        with pytest.raises(ValueError), register.run("r2", {"pipeline": "moodle_weekly_activity", "purpose": "p"}):
            raise ValueError("s1234567")
    waiting = load_project(ran.root).profile.quarantine / "r2"
    waiting.mkdir(parents=True)
    (waiting / "events.jsonl").write_text("s1234567\n")

    def wanting(day: date) -> set[str]:
        return {each.what for each in _told(ran, day) if each.attention}

    assert wanting(today) == {"checkpoint", "run", "quarantine"}
    assert "evidence" in wanting(today + timedelta(days=1))
    assert "s1234567" not in repr(_told(ran, today + timedelta(days=1)))
    assert "last completed run r1" in next(each.says for each in _told(ran, today) if each.what == "release")


def _told(made: Project, today: date) -> list[Item]:
    with Register.open(made.register, clock=lambda: datetime.now().astimezone()) as register:
        return status(load_project(made.root), register, today)


def test_status_shows_requests_that_wait_and_wants_somebody_a_week_before_their_last_day(ran: Project) -> None:
    ran.export("students").chmod(0o600)
    today = date.today()
    assert ran.lapipe("subject", "erase", f"s{STUDENT_NUMBERS[3]}").code == 0

    def waiting(day: date) -> list[tuple[bool, bool]]:
        return [(each.attention, "LP511 overdue" in each.says) for each in _told(ran, day) if each.what == "request"]

    (item,) = [each for each in _told(ran, today) if each.what == "request"]
    due = date.fromisoformat(item.says.split("answered by ")[1])
    assert item.says.startswith(f"erase, received {today}")
    assert [waiting(due - timedelta(days=days)) for days in (8, 7, 0, -1)] == [[(False, False)], [(True, False)], [(True, False)], [(True, True)]]
    assert str(STUDENT_NUMBERS[3]) not in repr(_told(ran, due))
