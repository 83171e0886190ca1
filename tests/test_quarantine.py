"""A BSN where none was declared: the file is not read again until an officer says so, and nobody has to move or copy it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lapipe.errors import Refused
from lapipe.plan import sources_of
from lapipe.register import Register
from tests.projects import BSNS, TODAY, Project, leaks, project


@pytest.fixture
def made(tmp_path: Path) -> Project:
    made = project(tmp_path)
    for row, bsn in enumerate(BSNS):
        made.tables["students"].set("programme", bsn, [row])
    made.write()
    return made


def number(text: str) -> str:
    found = re.search(r"incident (\d+)", text)
    assert found
    return found[1]


def test_the_file_is_refused_by_its_content_until_the_officer_releases_it(made: Project) -> None:
    file = made.export("students")
    file.chmod(0o644)
    before = file.read_bytes()
    first = made.lapipe("run", "moodle_weekly_activity")
    assert first.code == 4
    assert "LP503" in first.err
    assert "source 'students'" in first.err
    assert "source 'events'" not in first.err
    assert "fg@voorbeeld.example" in first.err
    # Neither moved nor copied; others lose the right to read it.
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o600
    notes = list((made.root / ".lapipe" / "quarantine").rglob("*-incident.json"))
    assert len(notes) == 1
    assert {path.stat().st_mode & 0o077 for path in (notes[0], notes[0].parent, notes[0].parent.parent)} == {0}
    assert {"decide_by", "erase_by", "custodian"} <= set(json.loads(notes[0].read_text()))

    # Under another name and from another place it is the same file.
    file.rename(made.root / "exports" / "renamed.csv")
    again = made.lapipe("run", "moodle_weekly_activity", "--source", "students=exports/renamed.csv")
    assert again.code == 4
    assert again.err.startswith("lapipe: LP506 Source 'students'")
    assert "fg@voorbeeld.example" in again.err
    (made.root / "exports" / "renamed.csv").rename(file)

    listed = made.lapipe("quarantine", "list")
    assert listed.code == 0
    assert "bsn in column 'programme', source 'students' of moodle_weekly_activity" in listed.out
    assert str(file) in listed.out
    (found,) = json.loads(made.lapipe("quarantine", "list", "--format", "json").out)
    which = number(first.err)
    assert (found["number"], found["released"], found["places"]) == (int(which), False, [str(file)])

    wrong = [("99999", "privacy_officer", "Het nummer stond in de verkeerde kolom van de export."), (which, "janitor", "Het nummer stond verkeerd in de export."),
             (which, "privacy_officer", "ok"), (which, "privacy_officer", f"Het nummer {BSNS[0]} van Sanne Jansen stond in de verkeerde kolom.")]
    assert [made.lapipe("quarantine", "release", id, "--role", role, "--reason", reason).code for id, role, reason in wrong] == [2, 2, 2, 2]
    released = made.lapipe("quarantine", "release", which, "--role", "privacy_officer", "--reason", "De export is hersteld en de houders zijn ingelicht.")
    assert released.code == 0
    assert file.stat().st_mode & 0o777 == 0o644
    assert made.lapipe("quarantine", "list").out == "Nothing is in quarantine.\n"
    assert "De export is hersteld" in made.lapipe("quarantine", "list", "--all").out
    assert made.lapipe("quarantine", "release", which, "--role", "privacy_officer", "--reason", "De export is hersteld en gecontroleerd.").code == 2

    # A release lets the file be read; what is not declared is refused as before, as an incident of its own.
    third = made.lapipe("run", "moodle_weekly_activity")
    assert "LP503" in third.err
    assert number(third.err) != which
    assert not leaks(made.said())
    assert not leaks(notes[0].read_bytes())


def test_another_export_is_not_held_up(made: Project) -> None:
    assert made.lapipe("run", "moodle_weekly_activity").code == 4
    good = project(made.base / "other")
    made.export("students").chmod(0o600)
    made.export("students").write_text(good.tables["students"].text(), encoding="utf-8")
    assert made.lapipe("run", "moodle_weekly_activity").code == 0


def test_a_table_in_memory_is_recorded_and_told(made: Project) -> None:
    fresh = project(made.base / "frames", TODAY)
    fresh.tables["students"] = made.tables["students"]
    frames = {name: table.frame() for name, table in fresh.tables.items()}
    with pytest.raises(Refused, match=r"LP503 .*incident \d+, a table in memory, which nothing keeps from being read"):
        fresh.go(frames)
    with Register.open(fresh.register, clock=lambda: None, create=False) as register:  # type: ignore[arg-type,return-value]
        (entry,) = [entry for entry in register.entries() if entry.kind == "incident"]
    assert entry.body["files"] == []
    assert "fg@voorbeeld.example" in str(entry.body["contact"])


def test_the_source_of_a_column_is_traced_through_joins_names_and_lookups(tmp_path: Path) -> None:
    made = project(tmp_path, TODAY)
    plan = made.pipeline().plan(today=TODAY)
    at = next(number for number, step in enumerate(plan.steps) if step.stage.kind == "Flag")
    assert {name: sorted(sources_of(plan, at, name)) for name in ("programme", "course", "component", "week")} == {
        "programme": ["students"], "course": ["events"], "component": ["events"], "week": ["events"]}
