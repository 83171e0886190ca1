"""`lapipe check --against` finds what takes privacy away since a revision of git."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.projects import Project, project

PURPOSE = "schemas/purposes/moodle_weekly_activity.yaml"
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
    ("a kind lowered", "schemas/tables/moodle_log_report.odcs.yaml", "kind: free_text\n              about: student\n              category: pd:EducationExperience", "kind: plain\n              about: student\n              category: pd:EducationExperience", "LP210"),
    ("a protection taken out", PIPELINE, '        Retain("time"),\n', "", "LP115"),
    ("pseudonyms of another domain", PIPELINE, 'Pseudonymise({"user": "student"})', 'Pseudonymise({"user": "other"})', "LP315"),
    ("a person left in by Scrub", LOG, "person: [user with id, User]", "person: [User]", "LP210"),
    ("another person found in a text", LOG, "The user with id", "The course with id", "LP210"),
    ("another column read", LOG, "{synonym: '描述', locale: zh-CN}", "{synonym: 'Anders'}", "LP210"),
    ("periods closed sooner", PIPELINE, 'lag="P2D"', 'lag="P1D"', "LP315"),
    ("rows without a match kept", PIPELINE, 'key="moodle_id"', 'key="moodle_id", unmatched="keep"', "LP108"),
    ("the order of stages", PIPELINE, 'Object("objections"),\n        Retain("time"),', 'Retain("time"),\n        Object("objections"),', "LP315"),
    ("a release added", PIPELINE, '        Release("weekly_activity"),', '        Release("weekly_activity"),\n        Release("again"),', "LP316"),
]


@pytest.mark.parametrize(("file", "old", "new", "rule"), [case[1:] for case in WIDER], ids=[case[0] for case in WIDER])
def test_a_change_that_takes_privacy_away_is_found(file: str, old: str, new: str, rule: str, made: Project) -> None:
    made.edit(file, old, new)
    code, rules, _ = against(made)
    assert code == 1
    assert rule in rules


@pytest.mark.parametrize(("file", "old", "new"), [
    (PURPOSE, "    time: week", "    time: week "),
    (PURPOSE, "\nk: 10", "\nk: 11"),
    (PURPOSE, "keep_for: P2Y", "keep_for: P23M"),
    (PURPOSE, "    component: full\n    timecreated: week\n  student", "    timecreated: week\n  student"),
], ids=["nothing", "k raised", "a shorter term", "a column taken out"])
def test_a_change_that_gives_more_privacy_is_information(file: str, old: str, new: str, made: Project) -> None:
    made.edit(file, old, new)
    code, rules, information = against(made)
    assert rules <= {"LP304", "LP203", "LP115"}
    assert bool(information) == (old.strip() != new.strip())
    assert code == bool(rules)


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
