"""`lapipe check --against` finds what takes privacy away since a revision of git."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.projects import Project, project

PURPOSE = "schemas/purposes/moodle_weekly_activity.yaml"
ORGANISATION = "schemas/organisation.yaml"
PIPELINE = "pipelines/moodle_weekly_activity.py"
STUDENT = "schemas/tables/student.odcs.yaml"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@voorbeeld.example", *words], check=True,
                   capture_output=True, timeout=60)


@pytest.fixture
def made(tmp_path: Path) -> Project:
    """Give a project that is one commit in a repository."""
    made = project(tmp_path, ring=False)
    git(made.root, "init", "-q")
    git(made.root, "add", "lapipe.toml", "schemas", "pipelines")
    git(made.root, "commit", "-qm", "before")
    return made


def against(made: Project) -> tuple[int, set[str], list[str]]:
    """Give the exit code, the rules of changes that were found, and the information."""
    done = made.lapipe("check", "--against", "HEAD", "--format", "json")
    told = json.loads(done.out)
    return done.code, {each["rule"] for each in told["findings"]}, told["information"]


#: What is changed in which file, from what to what, and the rule by which it is found.
SCORES = "schemas/tables/oulad_student_assessment.odcs.yaml"
LOG = "schemas/tables/moodle_log_report.odcs.yaml"

WIDER = [
    ("a column added", PURPOSE, "    cohort: full\n  student_extract", "    cohort: full\n    email: inside\n  student_extract", "LP111"),
    ("detail made finer", PURPOSE, "    time: week", "    time: day", "LP111"),
    ("a recipient added", PURPOSE, "exceptions: []", "  - {name: bestuur, role: board, may: statistics}\nexceptions: []", "LP111"),
    ("a recipient may have more", PURPOSE, "    may: statistics", "    may: pseudonyms", "LP111"),
    ("an exception added", PURPOSE, "exceptions: []",
     "exceptions:\n  - {setting: k, value: 9, reason: De opleiding telt minder studenten dan tien per cohort, approved_by: privacy_officer}",
     "LP111"),
    ("k lowered", PURPOSE, "\nk: 10", "\nk: 9", "LP112"),
    ("the floor lowered", "schemas/organisation.yaml", "k_floor: 10", "k_floor: 5", "LP112"),
    ("releases kept longer", PURPOSE, "keep_for: P2Y", "keep_for: P3Y", "LP113"),
    ("rows kept longer", PURPOSE, "retain: P5Y", "retain: P61M", "LP113"),
    ("the legal basis changed", PURPOSE, "basis: public_task", "basis: contract", "LP114"),
    ("the notice changed", PURPOSE, "notice: https", "notice: http", "LP114"),
    ("the DPIA replaced by a reason", PURPOSE, "  reference: DPIA 2026-014", "  not_needed: Geen hoog risico volgens DPIA 2026-014", "LP114"),
    ("a transfer added", PURPOSE, "exceptions: []",
     "exceptions: []\ntransfers: [{to: Onderzoeksgroep, country: KR, safeguard: standard_clauses, reference: Contract 2026-88}]", "LP119"),
    ("profiling", PURPOSE, "exceptions: []", "exceptions: []\ndecisions: {kind: profiling, reference: DPIA 2026-014}", "LP119"),
    ("a processor added", ORGANISATION, "\nk_floor: 10",
     "\nprocessors: [{name: Wolk, contact: a@wolk.example, service: Opslag van kopieen, agreement: Overeenkomst 2026-12}]\nk_floor: 10", "LP119"),
    ("a client added", ORGANISATION, "\nk_floor: 10",
     "\nprocesses_for: [{name: Academie, address: Verderop 3, contact: a@verderop.example, service: Cijfers}]\nk_floor: 10", "LP119"),
    ("a kind lowered", "schemas/tables/moodle_log_report.odcs.yaml", "kind: free_text\n              about: student\n              category: pd:EducationExperience", "kind: plain\n              about: student\n              category: pd:EducationExperience", "LP210"),
    ("a protection taken out", PIPELINE, '        Retain("time"),\n', "", "LP115"),
    ("pseudonyms of another domain", PIPELINE, 'Pseudonymise({"user": "student"})', 'Pseudonymise({"user": "other"})', "LP315"),
    ("a person left in by Scrub", LOG, "person: [user with id, User]", "person: [User]", "LP210"),
    ("another person found in a text", LOG, "The user with id", "The course with id", "LP210"),
    ("another column read", LOG, "{synonym: '描述', locale: zh-CN}", "{synonym: 'Anders'}", "LP210"),
    ("periods closed sooner", PIPELINE, 'lag="P2D"', 'lag="P1D"', "LP315"),
    ("rows without a match kept", PIPELINE, 'key="moodle_id"', 'key="moodle_id", unmatched="keep"', "LP108"),
    ("the order of stages", PIPELINE, 'Object("objections"),\n        Retain("time"),', 'Retain("time"),\n        Object("objections"),', "LP315"),
    ("more digits of a column", SCORES, "label: {nl: Score, en: Score}", "label: {nl: Score, en: Score}\n              scale: 9", "LP210"),
    ("another type", SCORES, "logicalType: integer\n        logicalTypeOptions: {minimum: 0, maximum: 100}",
     "logicalType: number\n        logicalTypeOptions: {minimum: 0, maximum: 100}", "LP210"),
    ("other null spellings", STUDENT, "nulls: ['']", "nulls: ['', '-']", "LP210"),
    ("a release added", PIPELINE, '        Release("weekly_activity"),', '        Release("weekly_activity"),\n        Release("again"),', "LP316"),
]


@pytest.mark.parametrize(("file", "old", "new", "rule"), [case[1:] for case in WIDER], ids=[case[0] for case in WIDER])
def test_a_change_that_takes_privacy_away_is_found(file: str, old: str, new: str, rule: str, made: Project) -> None:
    made.edit(file, old, new)
    code, rules, _ = against(made)
    assert code == 1
    assert rule in rules


PROCESSOR = "processors: [{name: Wolk, contact: a@wolk.example, service: Opslag, agreement: Overeenkomst 2026-12}]\n"
JOINT = "joint_controllers: [{name: Ernaast, address: Laan 2, contact: a@ernaast.example, arrangement: Regeling 2026-03}]\n"
TRANSFER = "transfers: [{to: Groep, country: KR, safeguard: standard_clauses, reference: Contract 88}]\n"


@pytest.mark.parametrize(("file", "before", "after", "rule"), [
    (ORGANISATION, PROCESSOR, "", None),
    (ORGANISATION, PROCESSOR, PROCESSOR.replace("2026-12", "2026-13"), "LP119"),
    (ORGANISATION, PROCESSOR, PROCESSOR.replace("}]", ", transfer: {country: US, safeguard: derogation, reference: Besluit 7}}]"), "LP119"),
    (ORGANISATION, JOINT, "", "LP119"),
    (ORGANISATION, "breach_log: Zaak 2026-7\n", "", "LP114"),
    (ORGANISATION, "representative: {name: Kantoor, address: Plein 1, contact: a@kantoor.example}\n", "", "LP114"),
    (PURPOSE, TRANSFER, "", None),
    (PURPOSE, TRANSFER, TRANSFER.replace("KR", "CN"), "LP119"),
    (PURPOSE, TRANSFER, TRANSFER.replace("standard_clauses", "derogation"), "LP119"),
    (PURPOSE, "decisions: {kind: automated, reference: Regeling 4}\n", "decisions: {kind: none}\n", None),
    (PURPOSE, "decisions: {kind: profiling, reference: Regeling 4}\n", "", None),
    (PURPOSE, "decisions: {kind: profiling, reference: Regeling 4}\n", "decisions: {kind: automated, reference: Regeling 4}\n", "LP119"),
    (PURPOSE, "decisions: {kind: profiling, reference: Regeling 4}\n", "decisions: {kind: profiling, reference: Regeling 5}\n", "LP119"),
])
def test_what_reaches_more_parties_is_found_and_what_reaches_fewer_is_told(file: str, before: str, after: str, rule: str | None, made: Project) -> None:
    path = made.root / file
    text = path.read_text("utf-8")
    path.write_text(f"{text}\n{before}", "utf-8")
    git(made.root, "commit", "-qam", "more")
    path.write_text(f"{text}\n{after}", "utf-8")
    code, rules, information = against(made)
    if rule:
        assert (code, rule in rules) == (1, True)
    else:
        assert (code, rules) == (0, set())
        assert information


@pytest.mark.parametrize(("file", "old", "new"), [
    (PURPOSE, "    time: week", "    time: week "),
    (PURPOSE, "\nk: 10", "\nk: 11"),
    (PURPOSE, "keep_for: P2Y", "keep_for: P23M"),
    (SCORES, "label: {nl: Score, en: Score}", "label: {nl: Score, en: Score}\n              scale: 2"),
    (PURPOSE, "    component: full\n    timecreated: week\n  student", "    timecreated: week\n  student"),
], ids=["nothing", "k raised", "a shorter term", "fewer digits of a column", "a column taken out"])
def test_a_change_that_gives_more_privacy_is_information(file: str, old: str, new: str, made: Project) -> None:
    made.edit(file, old, new)
    code, rules, information = against(made)
    assert rules <= {"LP304", "LP203", "LP115"}
    assert bool(information) == (old.strip() != new.strip())
    assert code == bool(rules)


TERMS = """retention:
  zone: Europe/Amsterdam
  share: 0.26
  data:
    - {name: landed, form: files, pattern: 'x.csv', dated_by: name, term: P31D, anchor: release}
"""


@pytest.mark.parametrize(("old", "new", "weaker"), [
    ("term: P31D, anchor", "term: P2M, anchor", True), ("term: P31D, anchor", "term: P20D, anchor", False), ("term: P31D, anchor", "term: P28D, anchor", False), ("pattern: 'x.csv'", "pattern: 'a.csv'", True),
    ("share: 0.26", "share: 0.5", True), ("share: 0.26", "share: 0.26\n  quarantine: P2Y", True), ("share: 0.26", "share: 0.26\n  quarantine: P1M", False),
    ("term: P31D, anchor: release}\n", "term: P31D, anchor: release}\n  holds:\n    - {on: landed, reason: A complaint, approved_by: privacy_officer}\n", True),
    ("  data:\n    - {name: landed, form: files, pattern: 'x.csv', dated_by: name, term: P31D, anchor: release}\n", "", True),
    ("    - {name: landed", "    - {name: more, form: parquet, column: at, term: P1Y, anchor: event}\n    - {name: landed", False)])
def test_data_that_is_kept_longer_or_no_longer_under_a_term_is_found(made: Project, old: str, new: str, weaker: bool) -> None:
    with (made.root / "schemas" / "organisation.yaml").open("a", encoding="utf-8") as stream:
        stream.write(TERMS)
    git(made.root, "add", ".")
    git(made.root, "commit", "-qm", "terms")
    made.edit("schemas/organisation.yaml", old, new)
    code, rules, information = against(made)
    assert (code, rules) == ((1, {"LP113"}) if weaker else (0, set()))
    assert weaker or information
def test_code_of_a_stage_that_the_stage_does_not_show_is_found(made: Project) -> None:
    own = made.root / "pipelines" / "_own.py"
    own.write_text("def some(table):\n    return table.component != 'x'\n", "utf-8")
    made.edit(PIPELINE, "from lapipe import", "from _own import some\nfrom lapipe import")
    made.edit(PIPELINE, "    Validate,\n)", "    Validate,\n    Where,\n)")
    made.edit(PIPELINE, '        Retain("time"),', '        Retain("time"),\n        Where(some), Where(lambda t: t.component != "y"),')
    git(made.root, "add", ".")
    git(made.root, "commit", "-qm", "functions")
    assert against(made) == (0, set(), [])
    own.write_text("def some(table):\n    # nothing else\n    return table.component != 'x'\n", "utf-8")
    assert against(made) == (0, set(), [])
    own.write_text("def some(table):\n    return table.component != 'z'\n", "utf-8")
    assert against(made)[1] == {"LP315"}
    git(made.root, "commit", "-qam", "another function")
    assert against(made) == (0, set(), [])
    made.edit(PIPELINE, '!= "y"', '!= "z"')
    assert against(made)[1] == {"LP315"}


def test_an_unchanged_project_has_no_changes(made: Project) -> None:
    assert against(made) == (0, set(), [])


def test_a_project_below_the_top_of_its_repository_is_compared(tmp_path: Path) -> None:
    made = project(tmp_path / "inner", ring=False)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "before")
    assert against(made) == (0, set(), [])
    made.edit(PURPOSE, "keep_for: P2Y", "keep_for: P3Y")
    assert against(made)[1] == {"LP113"}


def test_a_purpose_that_is_deleted_with_its_pipeline_is_information(made: Project) -> None:
    (made.root / "schemas/purposes/assessment_results.yaml").unlink()
    for path in made.root.glob("pipelines/*.py"):
        if "assessment_results" in path.read_text("utf-8"):
            path.unlink()
    code, rules, information = against(made)
    assert (code, rules) == (0, set())
    assert any(re.search("purpose assessment_results: was deleted", line) for line in information)


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "HEAD:schemas", ""])
def test_an_unknown_revision_is_one_sentence(revision: str, made: Project) -> None:
    done = made.lapipe("check", f"--against={revision or ' '}")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_outside_git_there_is_nothing_to_check_against(tmp_path: Path) -> None:
    done = project(tmp_path, ring=False).lapipe("check", "--against", "HEAD")
    assert (done.code, "no git repository" in done.err) == (2, True)
