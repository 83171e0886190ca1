"""`lapipe check` finds what must be mended, without data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lapipe.check import check_project
from tests.projects import ROOT, TODAY, Project, project


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path, ring=False)


def test_the_shipped_project_has_nothing_to_mend() -> None:
    done = check_project(ROOT, TODAY)
    assert done.findings == ()
    assert (done.contracts, done.purposes, done.pipelines) == (41, 2, 3)


def test_a_misspelt_key_is_found_with_its_file_and_line(made: Project) -> None:
    file = made.root / "schemas" / "tables" / "objection.odcs.yaml"
    lines = file.read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "required: true" in text)
    lines[line - 1] = lines[line - 1].replace("required", "requird")
    file.write_text("\n".join(lines), "utf-8")
    done = made.lapipe("check", "--format", "json")
    assert (done.code, done.err) == (1, "")
    (finding,) = [each for each in json.loads(done.out)["findings"] if each["where"].endswith("objection.odcs.yaml")
                  or "objection.odcs.yaml" in each["message"]]
    assert f"objection.odcs.yaml:{line}" in finding["where"] + finding["message"]
    assert "requird" in finding["message"]
    assert f"objection.odcs.yaml:{line}" in made.lapipe("check").out


@pytest.mark.parametrize("folder", ["pipelines", "schemas/tables", "schemas/purposes"])
def test_a_project_in_which_nothing_is_found_was_not_checked(folder: str, made: Project) -> None:
    shutil.rmtree(made.root / folder)
    done = made.lapipe("check")
    assert done.code == 1
    assert "nothing was checked" in done.out


def test_a_project_without_an_organisation_is_a_finding(made: Project) -> None:
    (made.root / "schemas" / "organisation.yaml").unlink()
    assert made.lapipe("check").code == 1


def test_a_pipeline_that_would_leak_is_a_finding_with_its_rule(made: Project) -> None:
    made.edit("pipelines/moodle_weekly_activity.py", '        Pseudonymise({"user": "student"}),\n', "")
    done = made.lapipe("check", "--format", "json")
    assert done.code == 1
    assert [each["rule"] for each in json.loads(done.out)["findings"]] == ["LP301"]


def test_an_expired_purpose_is_a_finding(made: Project) -> None:
    made.edit("schemas/purposes/assessment_results.yaml", "review_by: ", "review_by: 2026-10-01  # was ")
    done = made.lapipe("check", "--format", "json")
    assert "LP107" in {each["rule"] for each in json.loads(done.out)["findings"]}


def test_one_file_may_be_checked_by_itself(made: Project) -> None:
    done = made.lapipe("check", "schemas/purposes/assessment_results.yaml", "--format", "json")
    assert (done.code, json.loads(done.out)["purposes"], json.loads(done.out)["pipelines"]) == (0, 1, 0)
    assert made.lapipe("check", "schemas/nothing.yaml").code == 2
