"""`lapipe init`: a project from nothing, that is refused until somebody decided, and that overwrites nothing."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import yaml

from lapipe.project import load_profiles
from lapipe.rules import RULES
from tests.projects import ROOT, Project

DECIDED = {"public_authority: undecided": "public_authority: true", "undecided": "Voorbeeld Universiteit"}


@pytest.fixture
def made(tmp_path: Path) -> Project:
    made = Project(tmp_path, {})
    made.root.mkdir()
    assert made.lapipe("init").code == 0
    return made


def rules(made: Project) -> list[tuple[str, str]]:
    done = made.lapipe("check", "--format", "json")
    assert done.err == ""
    return [(each["rule"], each["file"]) for each in json.loads(done.out)["findings"]]


def decide(made: Project, file: str = "schemas/organisation.yaml") -> None:
    for old, new in DECIDED.items():
        made.edit(file, old, new)


def test_nothing_is_checked_as_right_until_it_is_decided(made: Project) -> None:
    assert rules(made) == [("LP201", "pipelines"), ("LP209", "schemas/organisation.yaml")]
    decide(made)
    assert rules(made) == [("LP201", "pipelines"), ("LP209", "schemas/purposes/first_purpose.yaml")]


def test_the_purpose_asks_the_questions_of_the_guide_and_holds_once_they_are_answered(made: Project) -> None:
    decide(made)
    path = made.root / "schemas" / "purposes" / "first_purpose.yaml"
    text = path.read_text("utf-8")
    for key in ("who", "what", "data", "when", "result", "collected_for", "link", "expectations", "reference", "notice", "keep_for", "retain", "review_by"):
        assert re.search(rf"^ *{key}: undecided", text, re.MULTILINE), key
    assert all(rule in RULES for rule in re.findall(r"LP\d{3}", text))
    assert {f"tep {step}" for step in ("1.1", "2.1", "2.2", "2.4", "2.5", "3.1", "3.2", "4.3", "5.1")} <= set(re.findall(r"tep \d\.\d", text))
    shipped = yaml.safe_load((ROOT / "schemas/purposes/moodle_weekly_activity.yaml").read_text("utf-8"))
    asked = yaml.safe_load(text)

    def answered(question: object, answer: object) -> object:
        if isinstance(question, dict) and isinstance(answer, dict):
            return {key: answered(value, answer.get(key, value)) for key, value in question.items()}
        return answer if "undecided" in str(question) else question

    said = {**answered(asked, shipped), "columns": {"objection": asked["columns"]["objection"]}}  # type: ignore[dict-item]
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    assert rules(made) == [("LP201", "pipelines")]


def test_production_demands_approvals_and_shares_nothing_with_development(made: Project) -> None:
    profiles = load_profiles(made.root)
    assert {name: profile.approvals for name, profile in profiles.items()} == {"dev": False, "prod": True}
    dev, prod = profiles["dev"], profiles["prod"]
    assert not {dev.register, str(dev.keys), str(dev.out)} & {prod.register, str(prod.keys), str(prod.out)}


def test_a_draft_of_a_scan_is_checked_from_there(made: Project) -> None:
    decide(made)
    with (made.root / "grades.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["vak", "cijfer"], *(["Logica", number % 10] for number in range(50))])
    assert made.lapipe("scan", "grades.csv", "--draft", "schemas/tables/grades.odcs.yaml").code == 0
    assert ("LP209", "schemas/tables/grades.odcs.yaml") in rules(made)


def test_what_is_there_is_left_as_it_is(made: Project) -> None:
    before = {path: path.read_bytes() for path in made.root.rglob("*") if path.is_file()}
    (made.root / ".gitlab-ci.yml").unlink()
    (made.root / "schemas" / "organisation.yaml").write_text("mine: true\n", encoding="utf-8")
    done = made.lapipe("init")
    assert (done.code, done.out.count("Left "), done.out.count("Wrote ")) == (0, len(before) - 1, 1)
    assert (made.root / "schemas" / "organisation.yaml").read_text("utf-8") == "mine: true\n"
    assert (made.root / ".gitlab-ci.yml").read_bytes() == before[made.root / ".gitlab-ci.yml"]


@pytest.mark.parametrize(("host", "file"), [("gitlab", ".gitlab-ci.yml"), ("github", ".github/workflows/lapipe.yml")])
def test_the_job_for_ci_checks_against_the_branch_that_it_goes_to(host: str, file: str, tmp_path: Path) -> None:
    made = Project(tmp_path, {})
    made.root.mkdir()
    assert made.lapipe("init", "New Project 1", "--ci", host).code == 0
    job = (made.root / "New Project 1" / file).read_text("utf-8")
    assert yaml.safe_load(job)
    assert "lapipe check" in job
    assert "--against=" in job
    assert "project: new_project_1" in (made.root / "New Project 1" / "schemas" / "organisation.yaml").read_text("utf-8")


@pytest.mark.parametrize(("words", "code", "told"), [
    (("inner",), 2, "lies inside the project"), ((".", "--ci", "gitlap"), 2, "Did you mean 'gitlab'?"), (("lapipe.toml/x",), 2, "lies inside"),
    (("/proc/lapipe",), 6, "cannot be written")])
def test_a_mistake_is_one_sentence(words: tuple[str, ...], code: int, told: str, made: Project) -> None:
    done = made.lapipe("init", *words)
    assert (done.code, done.err.count("\n"), told in done.err) == (code, 1, True)
