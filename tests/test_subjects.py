"""What people may ask: found in any spelling, a copy they can read, erased from every byte, left out from then on; with evidence."""

from __future__ import annotations

import json
import random
import re
import shutil
import stat
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lapipe import Pipeline, subjects
from lapipe.choices import asked, cases, may_object, outlived, record, standing
from lapipe.contract import Spelling, load_contract
from lapipe.custody import rotate
from lapipe.errors import LapipeError, Refused, RegisterFault, UsageFault
from lapipe.keys import KeyRing
from lapipe.project import load_project
from lapipe.purpose import load_purpose
from lapipe.purpose.consent import lacking
from lapipe.register import Register
from lapipe.release import REWRITTEN, verify_release
from lapipe.stages import Consent, Flag, Minimise, Object, Pseudonymise, Release, Retain, Validate
from lapipe.subjects import Desk, Verified
from lapipe.subjects.search import spelt
from tests.projects import BSNS, MOODLE_IDS, PEOPLE, STUDENT_NUMBERS, TODAY, WEEKLY, Project, leaks, project, students

OFFICER = Verified("privacy_officer", "at the desk")


@pytest.fixture
def made(tmp_path: Path) -> Project:
    """A project that ran once, whose map is its owner's alone."""
    built = project(tmp_path, TODAY)
    built.export("students").chmod(0o600)
    built.go(run_id="r1", ledger=ledger(built))
    return built


def ledger(built: Project) -> Path:
    return built.root / ".lapipe" / "ledger"


def register(built: Project, today: date = TODAY) -> Register:
    return Register.open(built.register, clock=lambda: datetime.combine(today, time(13), UTC))


class Desks:
    """Opens the desk of a project for one command."""

    def __init__(self, built: Project, today: date = TODAY, databases: Sequence[str] = ()) -> None:
        self.built, self.today, self.databases = built, today, databases

    def __enter__(self) -> Desk:
        self._register = register(self.built, self.today)
        self._desk = Desk.opened(self.built.root, load_project(self.built.root).profile, self._register, today=self.today, databases=self.databases)
        return self._desk.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._desk.__exit__(*error)
        self._register.close()


def spellings(who: int) -> list[str]:
    number = STUDENT_NUMBERS[who]
    return [f"s{number}", f" #{number}", f"{number}.0", f"S{number}", str(MOODLE_IDS[who]), f"00{MOODLE_IDS[who]}", f"Kanarie{who}@ZWALUW.example"]


def add_key(built: Project) -> None:
    """Give the ring a newer key beside the one it has."""
    with Register.open(built.register, clock=lambda: datetime.combine(TODAY, time(12), UTC)) as opened:
        rotate(built.ring, opened, today=TODAY, since=TODAY)


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Give the bytes of every file, and of Parquet what is in it unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()
            if path.suffix == ".parquet":
                yield path, json.dumps(pq.read_table(path).to_pylist(), default=str).encode()


def test_after_erase_no_spelling_and_no_pseudonym_of_the_person_is_in_any_byte_and_nobody_else_lost_a_row(made: Project) -> None:
    add_key(made)
    made.go(run_id="r2", ledger=ledger(made))
    ring = KeyRing.open(made.ring)
    draw = random.Random(7)
    quarantine = made.root / ".lapipe" / "quarantine" / "r1" / "moodle_log_report.jsonl"
    quarantine.parent.mkdir(parents=True)
    lines = [json.dumps({"file": "x", "line": who, "why": "-", "content": draw.choice(spellings(who))}) for who in range(PEOPLE)]
    quarantine.write_text("\n".join(lines) + "\n", encoding="utf-8")
    gone: set[int] = set()
    for who in draw.sample(range(PEOPLE - 1), 3):
        before = {run: pq.read_table(made.out / "moodle_activity" / "all" / run / "data.parquet").to_pylist() for run in ("r1", "r2")}
        with Desks(made) as desk:
            person = desk.person([("", draw.choice(spellings(who)))] if draw.random() < 0.5 else [("moodle_user", str(MOODLE_IDS[who]))])
            _, found = desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
            assert [each.name for each in found.holding] == ["moodle_activity", "moodle_activity"]
        gone.add(who)
        names = {each.of([form])[0] for domain, form in person.forms.items() for each in ring.every(purpose=WEEKLY, domain=domain)}
        assert len(names) == 2 * 3
        sought = [str(MOODLE_IDS[who]), str(STUDENT_NUMBERS[who]), f"kanarie{who}@zwaluw", *map(str, names)]
        sought_bytes = [text.encode() for text in sought] + [uuid.UUID(str(name)).bytes for name in names]
        for folder in (made.out, quarantine.parents[1], ledger(made)):
            for path, content in contents(folder):
                assert not [number for number, text in enumerate(sought_bytes) if text in content.lower()], path
        for run, rows in before.items():
            after = pq.read_table(made.out / "moodle_activity" / "all" / run / "data.parquet").to_pylist()
            kept = [row for row in rows if row["student"] not in names]
            assert sorted(map(repr, after)) == sorted(map(repr, kept))
            assert len(kept) < len(rows)
        marks = set(KeyRing.open(made.ring.with_name("ring.ledger.json")).marks("moodle_user").of([str(MOODLE_IDS[who])]))
        assert all(not marks & set(pq.read_table(path).column("who").to_pylist()) for path in ledger(made).rglob("members.parquet"))
    assert len(quarantine.read_text("utf-8").splitlines()) == PEOPLE - len(gone)
    with register(made) as opened:
        for release in (made.out / "moodle_activity", made.out / "weekly_activity"):
            verify_release(release, today=TODAY, register=opened)
        assert opened.verify().findings == ()
        assert len([entry for entry in opened.entries() if entry.kind == "subject-erased"]) == 3
    assert not leaks(made.said())
    assert not [path for path, content in contents(made.root / "notices") if leaks(content)]
    run = made.go(run_id="r3", ledger=ledger(made))
    assert run.read("moodle_activity")["student"].nunique() == PEOPLE - 1 - 3


def test_an_erasure_looks_through_every_release_once_and_afterwards_only_into_what_it_wrote_anew(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    others = students()
    del others.rows[3]
    made.go({"students": others.frame()}, run_id="r2", ledger=ledger(made))
    with Desks(made) as desk:
        looked: list[list[str]] = []
        really = desk.engine.holding
        monkeypatch.setattr(desk.engine, "holding", lambda paths, column, values: looked.append([path.parent.name for path in paths]) or really(paths, column, values))
        desk.erase(desk.person([("moodle_user", str(MOODLE_IDS[3]))]), made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
    assert looked == [["r1", "r2"], ["r1"]]


def test_an_erased_person_stays_out_whatever_is_recorded_or_declared_later(made: Project) -> None:
    def people(run: str, pipeline: Pipeline | None = None) -> int:
        return int(made.go(run_id=run, pipeline=pipeline, ledger=ledger(made)).read("moodle_activity" if pipeline is None else "later_moodle_activity")["student"].nunique())

    who = f"s{STUDENT_NUMBERS[3]}"
    before = people("a")
    with Desks(made) as desk:
        person = desk.person([("", who)])
        (old,) = desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
        for _ in range(2):
            desk.erase(person, made.root / "notices", OFFICER, ground="objected", received=TODAY)
        (erasure,) = [case for case in desk.find(person, landing=False).cases if case.kind == "erasure"]
        assert (erasure.purpose, erasure.state) == ("", "erased")
        rows = [{"identifier": who, "state": "rejected", "received": "2026-11-24"}]
        desk.import_choices("objection", rows, domain="", default_purpose=WEEKLY, route="21(1)")
        assert people("b") == before - 1
        (again,) = desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
        assert again == old
        desk.decide(desk.case(again), "rejected", role="privacy_officer", why="Because the interests of the study weigh more.")
        desk.restrict(person, [desk.purpose(WEEKLY)], on=TODAY, role="privacy_officer", lift=True)
        with pytest.raises(UsageFault, match="an erasure, which nothing ends"):
            desk.decide(erasure, "rejected", role="privacy_officer", why="Because the interests of the study weigh more.")
    assert people("c") == before - 1
    # A purpose that is declared afterwards, and a name of the person in no domain that another purpose knows.
    text = (made.root / f"schemas/purposes/{WEEKLY}.yaml").read_text("utf-8")
    (made.root / "schemas/purposes/later.yaml").write_text(text.replace(WEEKLY, "later"), encoding="utf-8")
    with Desks(made, TODAY) as desk:
        later, other = desk.purpose("later"), desk.purpose("assessment_results")
        assert len(standing(desk.register, later, TODAY, {"moodle_user"}).out) == 1
        assert not standing(desk.register, other, TODAY, {"oulad_student"})
        assert standing(desk.register, desk.purpose(WEEKLY), TODAY, {"oulad_student"}).unplaced("oulad_student") == 1, "it knew the person by another table"
        far = date(2060, 1, 1)
        going, _ = outlived(desk.register, desk.purposes, far)
        kept = {str(each.content["case"]) for each in desk.register.evidence.due(date.max) if each.kind == "erasure" and each.id not in going}
        assert kept == {erasure.id}, "an erasure is kept as long as it holds"
    shown = made.lapipe("subject", "list", "--all").out
    assert re.search(rf"{erasure.id}  erasure +- +erased", shown)
    assert f"case {erasure.id}: erasure, erased" in made.lapipe("subject", "find", who).out
    pipeline = made.pipeline()
    stages = [Release(f"later_{stage.name}") if isinstance(stage, Release) else stage for stage in pipeline.stages]
    copied = Pipeline(load_purpose(made.root / "schemas/purposes/later.yaml", floor=10), pipeline.sources, stages, name="later")
    assert people("d", copied) == before - 1


@pytest.mark.parametrize(("how", "erased"), [("a setting", True), ("a table that is not there", False), ("no YAML", False)])
def test_a_purpose_that_cannot_be_read_stops_a_request_only_where_it_could_lose_the_person(made: Project, how: str, erased: bool) -> None:
    broken = made.root / "schemas/purposes/broken.yaml"
    text = (made.root / f"schemas/purposes/{WEEKLY}.yaml").read_text("utf-8").replace(f"name: {WEEKLY}", "name: broken")
    broken.write_text({"a setting": text + "colour: red\n", "a table that is not there": text.replace("columns:\n", "columns:\n  nowhere: {id: full}\n", 1) + "colour: red\n",
                       "no YAML": text + "  : [\n"}[how], encoding="utf-8")
    who = [("", f"s{STUDENT_NUMBERS[3]}")]
    with Desks(made) as desk:
        person = desk.person(who)
        assert [each.name for each in desk.find(person).holding] == ["moodle_activity"]
        assert [each.split(":")[0] for each in desk.unread] == ["schemas/purposes/broken.yaml"]
        desk.export(person, made.base / "package", OFFICER, received=TODAY)
        desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
        with pytest.raises(UsageFault, match="Purpose broken cannot be read"):
            desk.purpose("broken")
        with pytest.raises(Refused, match="LP501 schemas/purposes/broken.yaml cannot be read and may know this person"):
            desk.knowing(person)
        rows = [{"identifier": who[0][1], "received": "2026-11-24"}]
        with pytest.raises(Refused, match="may know this person"):
            desk.import_choices("objection", rows, domain="", default_purpose="", route="21(1)")
        assert not [case for case in desk.cases_of(person) if case.purpose == "broken"]
        if not erased:
            with pytest.raises(Refused, match="LP501 schemas/purposes/broken.yaml cannot be read, so it is not known by which names it knows people.*they could come back"):
                desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
            assert desk.find(person).holding
            return
        desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
        assert not desk.find(person).holding
    # Mended, it keeps the person out by whatever name its tables know people.
    broken.write_text(text, encoding="utf-8")
    with Desks(made) as desk:
        assert standing(desk.register, desk.purpose("broken"), TODAY, {"oulad_student"}).unplaced("oulad_student") == 1
    done = made.lapipe("subject", "find", who[0][1])
    assert (done.code, done.err) == (0, "")
    broken.write_text(text + "colour: red\n", encoding="utf-8")
    done = made.lapipe("subject", "find", who[0][1], "--format", "json")
    assert (done.code, "schemas/purposes/broken.yaml cannot be read, and the rest goes on without it" in done.err) == (0, True)
    assert json.loads(done.out)["releases"]


def test_an_erasure_that_was_recorded_as_an_objection_is_one_that_nothing_ends(made: Project) -> None:
    who = f"s{STUDENT_NUMBERS[3]}"
    with Desks(made) as desk:
        person = desk.person([("", who)])
        # As it was recorded before an erasure was a case of its own; and what could be recorded over it.
        old = desk._choice("objection", person, desk.purpose(WEEKLY), "upheld", TODAY, {"route": "17(1)", "by": "privacy_officer", "request": "0" * 10})
        (before,) = [case for case in desk.register.evidence.due(date.max) if case.content["case"] == old]
        record(desk.register, "objection", before.content["references"], {**before.content, "route": "21(1)"}, purpose=WEEKLY, state="rejected", received=TODAY,  # type: ignore[arg-type]
               keep_until=date(2040, 1, 1), ring=desk.ledger_ring().check_value(), case=old)
        (case,) = desk.cases_of(person)
        assert (case.id, case.kind, case.purpose, case.state, case.due) == (old, "erasure", "", "erased", None)
        with pytest.raises(UsageFault, match="nothing ends"):
            desk.decide(case, "rejected", role="privacy_officer", why="Because the interests of the study weigh more.")
        (other,) = desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
        desk.decide(desk.case(other), "rejected", role="privacy_officer", why="Because the interests of the study weigh more.")
        assert len(standing(desk.register, desk.purpose("assessment_results"), TODAY, {"student"}).out) == int("student" in person.forms)
        assert standing(desk.register, desk.purpose(WEEKLY), TODAY, {"oulad_student"}).unplaced("oulad_student") == 1
        desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
        assert [each.id for each in desk.cases_of(person) if each.kind == "erasure"] == [old], "said again, it is the same case"
    assert made.go(run_id="later", ledger=ledger(made)).read("moodle_activity")["student"].nunique() == PEOPLE - 2


def test_what_a_file_of_quarantine_is_called_is_told_nowhere(made: Project) -> None:
    folder = made.root / ".lapipe" / "quarantine" / "r1"
    folder.mkdir(parents=True)
    (folder / "kanarie-jansen.jsonl").write_text(f"s{STUDENT_NUMBERS[3]}\n", encoding="utf-8")
    with (made.root / "schemas/organisation.yaml").open("a", encoding="utf-8") as stream:
        stream.write("retention:\n  zone: Europe/Amsterdam\n  data:\n    - {name: marks, form: parquet, column: at, term: P1Y, anchor: event}\n")
    found = made.lapipe("subject", "find", f"s{STUDENT_NUMBERS[3]}")
    assert "quarantine of run r1: 1 rows by records" in found.out
    assert "data marks: not searched, it is data under a term" in found.out
    said = [found, made.lapipe("subject", "find", f"s{STUDENT_NUMBERS[3]}", "--format", "json"), made.lapipe("status"), made.lapipe("status", "--format", "json"),
            made.lapipe("retain", "--plan", "plan.json"), made.lapipe("retain", "--plan", "other.json", "--format", "json")]
    assert "quarantine r1" in said[-2].out
    assert "kanarie-jansen" in (made.root / "plan.json").read_text("utf-8"), "the plan is its owner's"
    for each in said:
        assert "jansen" not in each.out + each.err


def test_a_restored_old_copy_of_an_erased_release_does_not_verify(made: Project, tmp_path: Path) -> None:
    import shutil

    folder = made.out / "moodle_activity" / "all" / "r1"
    shutil.copytree(folder, tmp_path / "backup")
    with Desks(made) as desk:
        desk.erase(desk.person([("", f"s{STUDENT_NUMBERS[3]}")]), made.root / "notices", OFFICER, ground="objected", received=TODAY)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    with register(made) as opened, pytest.raises(RegisterFault, match="LP605 .*old copy"):
        verify_release(folder, today=TODAY, register=opened)


@pytest.mark.parametrize("stop", ["rename", "rmtree"])
def test_an_erasure_that_is_killed_anywhere_is_finished_by_doing_it_again(made: Project, monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    import lapipe.release as releasing

    person = f"s{STUDENT_NUMBERS[3]}"
    real, calls = getattr(releasing.os if stop == "rename" else releasing.shutil, stop), []

    def killed(*given: Any, **named: Any) -> Any:
        if "rewriting" in str(given[0]) or (len(given) > 1 and "rewriting" in str(given[1])):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(releasing.os if stop == "rename" else releasing.shutil, stop, killed)
    with pytest.raises(KeyboardInterrupt), Desks(made) as desk:
        desk.erase(desk.person([("", person)]), made.root / "notices", OFFICER, ground="objected", received=TODAY)
    monkeypatch.undo()
    with Desks(made) as desk:
        desk.erase(desk.person([("", person)]), made.root / "notices", OFFICER, ground="objected", received=TODAY)
        assert not desk.find(desk.person([("", person)])).holding
    assert not list(made.out.glob(".rewriting*"))
    with register(made) as opened:
        verify_release(made.out / "moodle_activity", today=TODAY, register=opened)
        assert [case.content["what"] for case in cases(opened) if case.kind == "request"] == ["erase"]
        assert [entry for entry in opened.entries() if entry.kind == REWRITTEN]


def test_an_erasure_that_was_interrupted_proves_and_tells_what_it_erased_before(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made.go(run_id="r2", ledger=ledger(made))
    who = [("", f"s{STUDENT_NUMBERS[3]}")]
    written: list[str] = []
    real = subjects.rewrite

    def killed(folder: Path, *given: Any, **named: Any) -> int:
        if written:
            raise KeyboardInterrupt
        written.append(folder.name)
        return real(folder, *given, **named)

    with monkeypatch.context() as patched, Desks(made) as desk:
        patched.setattr(subjects, "rewrite", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.erase(desk.person(who), made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
    assert written == ["r1"]
    with Desks(made) as desk:
        _, found = desk.erase(desk.person(who), made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
        assert [each.manifest["run"] for each in found.holding] == ["r2"]
    with register(made) as opened:
        (erased,) = [entry.body for entry in opened.entries() if entry.kind == "subject-erased"]
    assert [(each["run"], each["rows"] > 0) for each in erased["releases"]] == [("r1", True), ("r2", True)]  # type: ignore[union-attr, index, call-overload, operator]
    for path in (made.root / "notices").glob("notice-*.md"):
        assert "moodle_activity (r1)" in path.read_text("utf-8")
    assert not leaks(made.said())


def test_a_release_that_is_in_another_folder_is_told_and_stops_an_erasure_until_it_is_named_or_said_to_be_gone(tmp_path: Path) -> None:
    made = project(tmp_path)
    made.export("students").chmod(0o600)
    who, elsewhere = f"s{STUDENT_NUMBERS[3]}", made.base / "elsewhere"
    erase = ("subject", "erase", who, "--verified-by", "privacy_officer", "--ground", "withdrawn", "--to", made.base / "notices")
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    assert made.lapipe("run", WEEKLY, "--run-id", "r2", "--out", elsewhere).code == 0
    found = made.lapipe("subject", "find", who)
    assert (found.code, "moodle_activity of run r2: not searched, it was released to a folder that is not here" in found.out) == (0, True)
    assert "weekly_activity of run r2" not in found.out, "statistics hold no rows about people"
    assert "moodle_activity/all/r2: was released, and is not in the profile's folder" in made.lapipe("status").out
    package = made.base / "package"
    exported = made.lapipe("subject", "export", who, "--verified-by", "privacy_officer", "--to", package)
    assert "Not searched: moodle_activity" in exported.out
    assert [each["run"] for each in json.loads((package / "package.json").read_text("utf-8"))["not_searched"]] == ["r2"]
    before = pq.read_table(made.out / "moodle_activity/all/r1/data.parquet").num_rows
    refused = made.lapipe(*erase)
    assert (refused.code, "LP501" in refused.err, "give that folder with --out" in refused.err) == (4, True, True)
    assert pq.read_table(made.out / "moodle_activity/all/r1/data.parquet").num_rows == before
    assert made.lapipe(*erase, "--out", made.base / "nowhere").code == 2
    erased = made.lapipe(*erase, "--out", elsewhere)
    assert (erased.code, "erased from 2 releases" in erased.out) == (0, True)
    for folder in (made.out / "moodle_activity/all/r1", elsewhere / "moodle_activity/all/r2"):
        assert pq.read_table(folder / "data.parquet").num_rows < before
    # Files that were deleted by hand: a role says so, and the register keeps it.
    shutil.rmtree(elsewhere)
    other = [f"s{STUDENT_NUMBERS[4]}" if word == who else word for word in erase]
    assert made.lapipe(*other).code == 4
    unsaid = made.lapipe("subject", "gone", "moodle_activity/all/r2")
    assert (unsaid.code, "LP509" in unsaid.err) == (4, True)
    assert made.lapipe("subject", "gone", "moodle_activity/all/r1", "--role", "privacy_officer").code == 2
    assert made.lapipe("subject", "gone", "moodle_activity/all/r2", "--role", "privacy_officer").code == 0
    assert made.lapipe(*other).code == 0
    assert "moodle_activity/all/r2" not in made.lapipe("status").out


@pytest.mark.parametrize(("on", "what"), [("moodle_activity", "Release moodle_activity of run r1"), ("releases", "Release moodle_activity of run r1"),
                                          ("weekly_activity", "The ledger's record of release weekly_activity"), ("quarantine", "What is in quarantine")])
def test_what_a_legal_hold_keeps_is_not_erased_until_it_ends(made: Project, on: str, what: str) -> None:
    quarantine = made.root / ".lapipe" / "quarantine" / "r1" / "moodle_log_report.jsonl"
    quarantine.parent.mkdir(parents=True)
    quarantine.write_text(json.dumps({"content": f"s{STUDENT_NUMBERS[3]}"}) + "\n", encoding="utf-8")
    path = made.root / "schemas" / "organisation.yaml"
    path.write_text(path.read_text("utf-8") + "\nretention:\n  zone: Europe/Amsterdam\n  data: []\n  holds:\n    - {on: NAME, reason: 'The court asked for it', "
                    "approved_by: privacy_officer, until: UNTIL}\n".replace("NAME", on).replace("UNTIL", TODAY.isoformat()), encoding="utf-8")
    before = dict(contents(made.out))
    for today in (TODAY, TODAY + timedelta(days=1)):
        with Desks(made, today) as desk:
            person = desk.person([("", f"s{STUDENT_NUMBERS[3]}")])
            if today == TODAY:
                with pytest.raises(Refused, match=rf"LP501 {what} is held: The court asked for it \(privacy_officer.*17\(3\)\(e\)"):
                    desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
                assert dict(contents(made.out)) == before
                assert quarantine.stat().st_size
                assert desk.cases_of(person) == []
            else:
                desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
                assert not desk.find(person, landing=False).holding


# --- somebody in another person's row --------------------------------------------------------------------------------

PEERS = """
apiVersion: v3.2.0
kind: DataContract
id: peers
name: Peers
version: 1.0.0
status: active
schema:
  - name: peers
    customProperties:
      - {property: privacy, vendor: lapipe, value: {person: student, zone: Europe/Amsterdam}}
    properties:
      - {name: student, logicalType: string, required: true, customProperties: [{property: privacy, vendor: lapipe, value: {kind: identifier, about: student, domain: student_number, spelling: SPELLING}}]}
      - {name: reviewer, logicalType: string, customProperties: [{property: privacy, vendor: lapipe, value: {kind: identifier, about: student, domain: student_number, spelling: SPELLING}}]}
      - {name: day, logicalType: date, required: true, customProperties: [{property: privacy, vendor: lapipe, value: {kind: event_time, about: student}}]}
"""
SPELLING = "{prefixes: ['#', s], lower: true, number: true, width: 7, pattern: '[0-9]{7}', nobody: ['0000000']}"


def test_a_person_in_another_persons_row_is_found_and_only_their_name_goes(made: Project) -> None:
    import pandas as pd

    from tests.test_ledger import PURPOSE

    (made.root / "schemas/tables/peers.odcs.yaml").write_text(PEERS.replace("SPELLING", SPELLING), encoding="utf-8")
    purpose = re.sub("grades: .*", "peers: {student: pseudonym, reviewer: pseudonym, day: full}", PURPOSE.format(name="peer_reviews"))
    purpose = purpose.replace("exceptions: []", "exceptions:\n  - {setting: Release.csv, value: true, reason: 'The committee opens it in a spreadsheet of its own', "
                              "approved_by: privacy_officer}\n  - {setting: religious_days day, value: true, reason: 'It is one and the same day for everybody, so it tells nothing of anybody', "
                              "approved_by: privacy_officer}")
    (made.root / "schemas/purposes/peer_reviews.yaml").write_text(purpose, encoding="utf-8")
    contract = load_contract(made.root / "schemas/tables/peers.odcs.yaml")
    pipeline = Pipeline(load_purpose(made.root / "schemas/purposes/peer_reviews.yaml", floor=10), {"events": contract}, (
        Minimise(), Validate(), Object("register"), Retain("day"), Pseudonymise({"student": "student", "reviewer": "reviewer"}), Flag(),
        Release("peer_reviews", csv=True)))
    frame = pd.DataFrame({"student": [f"s{number}" for number in STUDENT_NUMBERS], "reviewer": [*(str(number) for number in STUDENT_NUMBERS[1:]), None],
                          "day": [TODAY - timedelta(days=3)] * PEOPLE})
    made.go({"events": frame}, pipeline=pipeline, run_id="peers", ledger=ledger(made))
    with Desks(made) as desk:
        person = desk.person([("", str(STUDENT_NUMBERS[4]))])
        (holding,) = [each for each in desk.find(person, landing=False).holding if each.name == "peer_reviews"]
        assert (holding.rows, holding.mentions) == (1, 1)
        desk.erase(person, made.root / "notices", OFFICER, ground="objected", received=TODAY)
    folder = made.out / "peer_reviews" / "all" / "peers"
    table = pq.read_table(folder / "data.parquet")
    assert (table.num_rows, table.column("reviewer").null_count) == (PEOPLE - 1, 2)
    assert len((folder / "data.csv").read_text("utf-8").splitlines()) == PEOPLE
    run = made.go({"events": frame}, pipeline=pipeline, run_id="peers2", ledger=ledger(made))
    assert run.read("peer_reviews")["student"].nunique() == PEOPLE - 1


# --- choices ---------------------------------------------------------------------------------------------------------


def test_an_objection_holds_at_once_and_ends_when_it_is_rejected_with_a_reason(made: Project) -> None:
    def people(run: str) -> int:
        return int(made.go(run_id=run, ledger=ledger(made)).read("moodle_activity")["student"].nunique())

    before = people("a")
    with Desks(made) as desk:
        person = desk.person([("", spellings(3)[5])])
        (case,) = desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
        assert desk.case(case).due == date(2026, 12, 24)
    assert people("b") == before - 1
    with register(made) as opened:
        (said,) = [entry for entry in opened.entries(run="b") if entry.kind == "choices"]
        assert (said.body["kept out"], said.body["consented"]) == (1, 0)
        assert re.fullmatch("[0-9a-f]{64}", str(said.body["commitment"]))
        assert not any(number in repr(list(opened.entries())) for number in (str(MOODLE_IDS[3]), str(STUDENT_NUMBERS[3])))
    with Desks(made) as desk:
        with pytest.raises(Refused, match="LP509 .*reason"):
            desk.decide(desk.case(case), "rejected", role="privacy_officer", why=" ")
        with pytest.raises(Refused, match="LP509 .*role"):
            desk.decide(desk.case(case), "rejected", role="somebody", why="Because the interests of the study weigh more.")
        desk.decide(desk.case(case), "rejected", role="privacy_officer", why="Because the interests of the study weigh more.")
    assert people("c") == before
    with Desks(made) as desk:
        desk.restrict(person, [desk.purpose(WEEKLY)], on=TODAY, role="privacy_officer")
    assert people("d") == before - 1
    with Desks(made) as desk:
        desk.restrict(person, [desk.purpose(WEEKLY)], on=TODAY, role="privacy_officer", lift=True)
    assert people("e") == before
    assert not leaks(made.said())


def test_an_objection_that_is_said_again_is_to_be_answered_by_the_same_day(made: Project) -> None:
    def row(state: str, day: str) -> dict[str, str]:
        return {"identifier": f"s{STUDENT_NUMBERS[3]}", "state": state, "received": day}

    def taken_in(desk: Desk, *rows: dict[str, str]) -> tuple[str, str]:
        desk.import_choices("objection", rows, domain="", default_purpose=WEEKLY, route="21(1)")
        (case,) = cases(desk.register)
        return case.state, case.received.isoformat()

    with Desks(made) as desk:
        person = desk.person([("", f"s{STUDENT_NUMBERS[3]}")])
        (case,) = desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=date(2026, 11, 2))
        desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=date(2026, 11, 20))
        assert (desk.case(case).received, desk.case(case).due) == (date(2026, 11, 2), date(2026, 12, 2))
        assert taken_in(desk, row("received", "2026-11-21"), row("received", "2026-11-22")) == ("received", "2026-11-02")
        assert taken_in(desk, row("withdrawn", "2026-11-12")) == ("received", "2026-11-02"), "it was said again after that"
        assert taken_in(desk, row("withdrawn", "2026-11-23")) == ("withdrawn", "2026-11-23")
        desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
        assert desk.case(case).received == TODAY, "a new objection has a term of its own"


def test_a_state_without_a_case_is_refused(tmp_path: Path) -> None:
    made = project(tmp_path)
    made.export("students").chmod(0o600)
    done = made.lapipe("subject", "object", f"s{STUDENT_NUMBERS[3]}", "--state", "rejected")
    assert (done.code, "--state decides on a case: name it with --case" in done.err) == (2, True)
    assert made.lapipe("subject", "list", "--all").out == "No case waits for an answer.\n"


def test_an_objection_without_a_name_in_the_tables_domain_stops_the_run(made: Project) -> None:
    with Desks(made) as desk:
        person = desk.person([("moodle_user", str(MOODLE_IDS[3]))], mapped=False)
        desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
    with pytest.raises(Refused, match="LP501 Object: 1 objections.* domain student_number"):
        made.go(run_id="b", ledger=ledger(made))


def test_a_choice_for_a_purpose_that_does_not_know_the_person_is_refused_at_once(made: Project) -> None:
    with Desks(made) as desk, pytest.raises(Refused, match="LP501 Purpose assessment_results knows people by oulad_student"):
        desk.object(desk.person([("", str(STUDENT_NUMBERS[3]))]), [desk.purpose("assessment_results")], route="21(1)", received=TODAY)


def test_choices_kept_under_another_ledger_key_are_not_passed_over(made: Project) -> None:
    with Desks(made) as desk:
        desk.object(desk.person([("", str(STUDENT_NUMBERS[3]))]), [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
    # The same pseudonyms, with a ledger's key of its own beside them.
    other = made.base / "keys" / "other.json"
    shutil.copy(made.ring, other)
    with pytest.raises(RegisterFault, match="LP604 The register holds 1 objections.*another ledger key"):
        made.go(run_id="b", keys=other, ledger=made.root / "another-ledger")


def test_a_pipeline_without_object_does_not_pass_over_what_is_recorded(made: Project) -> None:
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "basis: public_task", "basis: contract")
    with Desks(made) as desk:
        desk.restrict(desk.person([("", str(STUDENT_NUMBERS[3]))]), [desk.purpose(WEEKLY)], on=TODAY, role="privacy_officer")
    pipeline = made.pipeline()
    sources = {name: contract for name, contract in pipeline.sources.items() if name != "objections"}
    without = Pipeline(load_purpose(made.root / "schemas/purposes" / f"{WEEKLY}.yaml", floor=10), sources,
                       [stage for stage in pipeline.stages if not isinstance(stage, Object)], name=WEEKLY)
    with pytest.raises(LapipeError, match="LP501 .*no Object or Consent stage"):
        made.go(pipeline=without, run_id="b", ledger=ledger(made))


@pytest.mark.parametrize(("basis", "route", "refused"), [
    ("public_task", "21(1)", False), ("legitimate_interests", "21(1)", False), ("contract", "21(1)", True), ("contract", "21(6)", False),
    ("consent", "21(1)", True), ("consent", "21(6)", True)])
def test_the_route_of_an_objection_fits_the_basis(made: Project, basis: str, route: str, refused: bool) -> None:
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "basis: public_task", f"basis: {basis}")
    with Desks(made) as desk:
        person = desk.person([("", str(STUDENT_NUMBERS[3]))])
        if refused:
            with pytest.raises(Refused, match="LP510"):
                desk.object(person, [desk.purpose(WEEKLY)], route=route, received=TODAY)
        else:
            assert desk.object(person, [desk.purpose(WEEKLY)], route=route, received=TODAY)


GOOD = ("Ik geef toestemming voor het volgen en registreren van mijn studieprestaties in de online leeromgeving van dit vak. Hierbij krijg ik studieadvies "
        "op maat. De studiebegeleider krijgt deze gegevens om mij proactief te kunnen aanspreken op risico’s voor vertraging.")
WHOLE = GOOD + " Ik kan deze toestemming altijd intrekken met één klik op mijn profielpagina."


@pytest.mark.parametrize(("text", "requirements"), [
    ("Ik geef toestemming voor learning analytics", {"specific", "informed"}), (GOOD, {"informed"}), (WHOLE, set()),
    (WHOLE + " Zonder toestemming kun je geen tentamen doen.", {"free"}), (WHOLE + " Het vakje is vooraf aangevinkt.", {"unambiguous"}),
    (WHOLE + " Door in te loggen ga je akkoord met de algemene voorwaarden.", {"informed"}), (WHOLE + " Ook voor alle doelen daarna.", {"specific"}),
    ("I consent that my lecturer follows my quiz results in this course in order to advise me. I can withdraw this at any time on my profile page.", set()),
    ("", {"specific", "informed"})])
def test_a_consent_text_is_held_against_what_a_text_can_show(text: str, requirements: set[str]) -> None:
    assert {each.requirement for each in lacking(text)} == requirements


def test_only_who_consented_to_this_very_purpose_stays_and_withdrawing_is_one_step(made: Project) -> None:
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "basis: public_task", "basis: consent")
    declared = made.root / f"schemas/purposes/{WEEKLY}.yaml"
    declared.write_text(re.sub(r"(?ms)^collected_for: .*?^dpia:", f"collected_for: {WEEKLY}\n\ndpia:", declared.read_text("utf-8")), encoding="utf-8")
    text = WHOLE.encode()
    with Desks(made) as desk:
        purpose = desk.purpose(WEEKLY)
        person = desk.person([("", str(STUDENT_NUMBERS[3]))])
        with pytest.raises(Refused, match="LP508"):
            desk.consent(person, purpose, text=b"Ik geef toestemming voor learning analytics", version="1", given=TODAY, how="form", attested_by="privacy_officer")
        with pytest.raises(Refused, match="LP509"):
            desk.consent(person, purpose, text=text, version="1", given=TODAY, how="form", attested_by="")
        case = desk.consent(person, purpose, text=text, version="1", given=TODAY, how="form", attested_by="privacy_officer")
        rows = [{"identifier": f"s{number}", "purpose": WEEKLY, "state": "given", "received": "2026-11-01"} for number in STUDENT_NUMBERS[4:9]]
        assert desk.import_choices("consent", rows, domain="", default_purpose="", text=text, attested_by="privacy_officer") == 5
        assert desk.import_choices("consent", rows, domain="", default_purpose="", text=text, attested_by="privacy_officer") == 5
        assert len(standing(desk.register, purpose, TODAY).given) == 6
        with pytest.raises(Refused, match="LP501 1 of 2 rows"):
            desk.import_choices("consent", [rows[0], {**rows[0], "identifier": "s12"}], domain="", default_purpose="", text=text, attested_by="privacy_officer")
    pipeline = made.pipeline()
    stages = [each for stage in pipeline.stages for each in ([stage, Consent("register")] if isinstance(stage, Object) else [stage])]
    consenting = Pipeline(load_purpose(made.root / "schemas/purposes" / f"{WEEKLY}.yaml", floor=10), pipeline.sources, stages, name=WEEKLY)
    assert made.go(pipeline=consenting, run_id="b", ledger=ledger(made)).read("moodle_activity")["student"].nunique() == 6
    with Desks(made) as desk:
        assert desk.withdraw(desk.person([("", spellings(3)[0])]), [desk.purpose(WEEKLY)], on=TODAY) == [case]
        assert [each.name for each in desk.find(person, landing=False).holding] == ["moodle_activity"] * 2
    assert made.go(pipeline=consenting, run_id="c", ledger=ledger(made)).read("moodle_activity")["student"].nunique() == 5
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "result: >-\n  De", "result: >-\n  Anders dan voorheen, de")
    with Desks(made) as desk:
        assert asked(desk.purpose(WEEKLY)) != asked(purpose)
        assert not standing(desk.register, desk.purpose(WEEKLY), TODAY).given


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_package_holds_the_persons_rows_alone_and_is_its_owners_alone(made: Project) -> None:
    to = made.base / "package"
    with Desks(made) as desk:
        person = desk.person([("", spellings(5)[1])])
        with pytest.raises(Refused, match="LP509"):
            desk.export(person, to, Verified("a stranger"), received=TODAY)
        assert not to.exists()
        desk.export(person, to, OFFICER, received=TODAY)
    package = json.loads((to / "package.json").read_text("utf-8"))
    (release,) = package["releases"]
    mine = KeyRing.open(made.ring).pseudonyms(purpose=WEEKLY, domain="moodle_user").of([str(MOODLE_IDS[5])])
    assert {row["student"] for row in release["data"]} == set(mine)
    everything = pq.read_table(made.out / "moodle_activity/all/r1/data.parquet").column("student").to_pylist()
    assert len(release["data"]) == everything.count(mine[0]) == release["rows"]
    assert (release["recipients"], release["erase_by"], release["sources"]) == (["onderwijsanalisten"], "2028-11-24", ["moodle_log_report", "objection", "student"])
    assert package["known_by"] == {"student_number": str(STUDENT_NUMBERS[5]), "moodle_user": str(MOODLE_IDS[5]), "email": "kanarie5@zwaluw.example"}
    assert {path.name for path in to.iterdir()} == {"package.json", "01-moodle_activity.csv", "letter.nl.md", "letter.en.md"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in to.iterdir()} == {0o600}
    assert stat.S_IMODE(to.stat().st_mode) == 0o700
    others = [str(number) for number in (*MOODLE_IDS, *STUDENT_NUMBERS) if number not in (MOODLE_IDS[5], STUDENT_NUMBERS[5])]
    assert not [path for path, content in contents(to) if any(other.encode() in content for other in (*others, *BSNS))]


def test_the_command_line_finds_exports_and_erases_and_names_nobody(tmp_path: Path) -> None:
    made = project(tmp_path)
    made.export("students").chmod(0o640)
    who = f"s{STUDENT_NUMBERS[3]}"
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    refused = made.lapipe("subject", "find", who)
    assert (refused.code, "LP507" in refused.err) == (4, True)
    made.export("students").chmod(0o600)
    found = json.loads(made.lapipe("subject", "find", who, "--format", "json").out)
    assert [each["release"] for each in found["releases"] if each["rows"]] == ["moodle_activity"]
    assert {Path(each["path"]).name: sum(each["columns"].values()) > 0 for each in found["landing"]} == {
        "events.csv": True, "students.csv": True, "objections.csv": False}
    waiting = made.lapipe("subject", "erase", who, "--received", (datetime.now(UTC).date() - timedelta(days=40)).isoformat())
    assert (waiting.code, "is recorded" in waiting.out) == (0, True)
    late = made.lapipe("subject", "list")
    assert (late.code, "LP511 overdue" in late.out) == (1, True)
    assert made.lapipe("subject", "erase", who, "--verified-by", "privacy_officer").code == 2
    erased = made.lapipe("subject", "erase", who, "--verified-by", "privacy_officer", "--ground", "withdrawn", "--to", made.base / "notices")
    assert (erased.code, erased.err) == (0, "")
    assert made.lapipe("subject", "list").out == "No case waits for an answer.\n"
    assert made.lapipe("verify", "out/moodle_activity", "--register", "record/register.sqlite").code == 0
    assert made.lapipe("subject", "find", "1234").code == 4
    wrong = made.lapipe("subject", "find", who, f"s{STUDENT_NUMBERS[4]}")
    assert (wrong.code, "unexpected extra argument" in wrong.err) == (2, True)
    refusal = made.lapipe("subject", "erase", f"s{STUDENT_NUMBERS[4]}", "--verified-by", "privacy_officer", "--refuse", "legal_claims", "--why", "A claim is pending.",
                          "--to", made.base / "refusal")
    assert refusal.code == 0
    assert "art. 17(3)(e)" in next((made.base / "refusal").glob("*.en.md")).read_text("utf-8")
    assert not leaks(made.said())


CANVAS = """
apiVersion: v3.2.0
kind: DataContract
id: canvas_map
name: Who is who in Canvas
version: 1.0.0
status: active
schema:
  - name: canvas_map
    customProperties:
      - {property: privacy, vendor: lapipe, value: {person: student_number, zone: UTC}}
    properties:
      - {name: student_number, logicalType: string, customProperties: [{property: privacy, vendor: lapipe, value: {kind: identifier, about: student, domain: student_number, spelling: SPELLING}}]}
      - {name: canvas, logicalType: string, customProperties: [{property: privacy, vendor: lapipe, value: {kind: identifier, about: student, domain: canvas_user, spelling: {number: true, pattern: '[0-9]{1,19}', nobody: ['0']}}}]}
"""


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_objections_come_in_by_the_file_all_or_none_and_twice_changes_nothing(made: Project, ending: str) -> None:
    from lapipe.cli.subjects import _rows

    path = made.base / f"objections.{ending}"
    table = {"identifier": [f"s{STUDENT_NUMBERS[3]}", f"{STUDENT_NUMBERS[4]}.0", f"#{STUDENT_NUMBERS[3]}"], "state": ["upheld", "received", "withdrawn"],
             "received": ["2026-11-02", "2026-11-02", "2026-11-01"]}
    for broken in (True, False):
        rows = {**table, "identifier": ["Kanarievogel", *table["identifier"][1:]]} if broken else table
        if ending == "parquet":
            pq.write_table(pa.table(rows), path)
        else:
            path.write_text("\n".join(",".join(cells) for cells in [tuple(rows), *zip(*rows.values(), strict=True)]) + "\n", encoding="utf-8-sig")
        with Desks(made) as desk:
            if broken:
                with pytest.raises(Refused, match="LP501 1 of 3 rows") as refused:
                    desk.import_choices("objection", _rows(path), domain="", default_purpose=WEEKLY, route="21(1)")
                assert not leaks(str(refused.value))
                assert cases(desk.register) == []
                continue
            for _ in range(2):
                assert desk.import_choices("objection", _rows(path), domain="", default_purpose=WEEKLY, route="21(1)") == 3
            found = {case.state: case.of(desk.references(desk.person([("", spellings(3)[0])]))) for case in cases(desk.register)}
            assert found == {"upheld": True, "received": False}, "what was chosen last holds, whatever row it stands in"
            assert len(standing(desk.register, desk.purpose(WEEKLY), TODAY).out) == 2


def test_a_list_of_objections_without_a_purpose_is_to_every_purpose_that_knows_the_person(made: Project) -> None:
    rows = [{"identifier": f"s{STUDENT_NUMBERS[3]}", "received": "2026-11-02"}]
    with Desks(made) as desk:
        other = desk.person([("", f"s{STUDENT_NUMBERS[4]}")])
        every = [each for each in desk.affected(other) if may_object(each, "21(1)")]
        assert len(every) > 1
        desk.object(other, every, route="21(1)", received=date(2026, 11, 2))
        for _ in range(2):
            assert desk.import_choices("objection", rows, domain="", default_purpose="", route="21(1)") == len(every)
        mine = desk.cases_of(desk.person([("", f"s{STUDENT_NUMBERS[3]}")]))
        assert sorted(case.purpose for case in mine) == sorted(case.purpose for case in desk.cases_of(other))
        with pytest.raises(UsageFault, match="Row 1 names no purpose"):
            desk.import_choices("consent", rows, domain="", default_purpose="", attested_by="privacy_officer")


def test_people_that_an_export_says_are_deleted_are_erased(made: Project) -> None:
    (made.root / "schemas/tables/canvas_map.odcs.yaml").write_text(CANVAS.replace("SPELLING", SPELLING), encoding="utf-8")
    with (made.root / "schemas/identities.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  - contract: canvas_map\n    source: moodle_weekly_activity.canvas\n    columns: {student_number: student_number, canvas_user: canvas}\n")
    ties = made.root / "exports" / "canvas_map.csv"
    ties.write_text("".join(f"{number},{canvas}\n" for number, canvas in [("student_number", "canvas"), *((STUDENT_NUMBERS[who], 900_000 + who) for who in range(PEOPLE))]),
                    encoding="utf-8")
    ties.chmod(0o600)
    made.edit("lapipe.toml", "objections = ", f'canvas = "{ties}"\nobjections = ')
    export = made.root / "exports" / "canvas.jsonl"
    export.write_text("".join(json.dumps({"key": {"id": number}, "meta": {"ts": "2026-11-01T00:00:00Z", "action": action}, "value": {}}) + "\n"
                              for number, action in ((900_002, "D"), (900_005, "U"), (77, "D"))), encoding="utf-8")
    with Desks(made) as desk:
        before = {who: bool(desk.find(desk.person([("canvas_user", str(900_000 + who))]), landing=False).holding) for who in (2, 5)}
        assert before == {2: True, 5: True}
        assert desk.erase_deleted(export, "canvas_users", made.root / "notices", OFFICER) == (1, 1)
        assert {who: bool(desk.find(desk.person([("canvas_user", str(900_000 + who))]), landing=False).holding) for who in (2, 5)} == {2: False, 5: True}


@pytest.mark.parametrize(("form", "spelling", "there", "absent"), [
    ("1234567", Spelling(prefixes=("#", "s"), lower=True, number=True, width=7), ["s1234567", "#1234567", "1234567.0", "x1234567y"], ["123456"]),
    ("42", Spelling(number=True), ["id '42'", "0042", "42.0"], ["142", "421", "a42"]),
    ("0000042", Spelling(prefixes=("s",), lower=True, number=True, width=7), ["s42", "S0000042"], ["1000042"])])
def test_every_spelling_is_looked_for_and_a_short_one_as_a_word(form: str, spelling: Spelling, there: list[str], absent: list[str]) -> None:
    pattern = re.compile(spelt(form, spelling), re.I)
    assert [text for text in there if not pattern.search(text)] == []
    assert [text for text in absent if pattern.search(text)] == []
