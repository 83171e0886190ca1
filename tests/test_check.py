"""`lapipe check` finds what must be mended, without data."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lapipe.check import check_project
from lapipe.register import Register
from lapipe.report import github, junit, placed
from lapipe.rules import Finding
from tests.projects import ROOT, TODAY, Project, project


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path, ring=False)


def test_the_shipped_project_has_nothing_to_mend() -> None:
    done = check_project(ROOT, TODAY)
    assert done.findings == ()
    assert (done.contracts, done.purposes, done.pipelines) == (41, 3, 4)


def test_a_misspelt_key_is_found_with_its_file_and_line(made: Project) -> None:
    file = made.root / "schemas" / "tables" / "objection.odcs.yaml"
    lines = file.read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "required: true" in text)
    lines[line - 1] = lines[line - 1].replace("required", "requird")
    file.write_text("\n".join(lines), "utf-8")
    done = made.lapipe("check", "--format", "json")
    assert (done.code, done.err) == (1, "")
    (finding,) = [each for each in json.loads(done.out)["findings"] if each["file"] == "schemas/tables/objection.odcs.yaml"]
    assert f"objection.odcs.yaml:{line}" in finding["where"] + finding["message"]
    assert "requird" in finding["message"]
    assert f"objection.odcs.yaml:{line}" in made.lapipe("check").out


@pytest.mark.parametrize(("folder", "name", "copy"), [
    ("schemas/purposes", "moodle_weekly_activity.yaml", "zz.yaml"), ("schemas/purposes", "moodle_weekly_activity.yaml", "_p.yaml"),
    ("schemas/tables", "student.odcs.yaml", "_student.odcs.yaml")])
def test_a_second_file_for_one_name_is_found(folder: str, name: str, copy: str, made: Project) -> None:
    shutil.copy(made.root / folder / name, made.root / folder / copy)
    done = made.lapipe("check")
    assert done.code == 1
    assert f"{folder}/{copy}" in done.out
    assert "Call the file or the name alike" in done.out


def test_a_hold_that_names_nothing_is_a_finding_and_one_that_is_over_is_information(made: Project) -> None:
    organisation = made.root / "schemas" / "organisation.yaml"
    before = organisation.read_text("utf-8")
    hold = "retention:\n  zone: Europe/Amsterdam\n  holds:\n    - {{on: {}, reason: A claim, approved_by: privacy_officer{}}}\n"
    for right in ("weekly_activity", "moodle_weekly_activity", "quarantine"):
        organisation.write_text(before + hold.format(right, ""), "utf-8")
        assert made.lapipe("check").code == 0
    organisation.write_text(before + hold.format("weekly_activty", ""), "utf-8")
    done = made.lapipe("check")
    assert done.code == 1
    assert f"organisation.yaml:{len(before.splitlines()) + 4}" in done.out
    assert "Did you mean 'weekly_activity'?" in done.out
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        register.append("note", {"made": "for a test"})
    assert "names nothing" in made.lapipe("status").out
    assert made.lapipe("retain", "--plan", "plan.json").code == 2
    organisation.write_text(before + hold.format("weekly_activty", ", until: 2020-01-01"), "utf-8")
    done = made.lapipe("check")
    assert done.code == 0
    assert "Information: schemas/organisation.yaml: the hold on 'weekly_activty' ended on 2020-01-01" in done.out


def test_a_file_of_shared_parts_is_no_pipeline(made: Project) -> None:
    shutil.copy(made.root / "pipelines" / "moodle_weekly_activity.py", made.root / "pipelines" / "_hidden.py")
    done = made.lapipe("plan", "_hidden")
    assert done.code == 2
    assert "begins with _" in done.err


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


def _wrong(made: Project, form: str) -> str:
    """Break a purpose (k below the floor) and a contract (a misspelt key), and check in a form."""
    made.edit("schemas/purposes/assessment_results.yaml", "k: 10", "k: 5")
    made.edit("schemas/tables/oulad_courses.odcs.yaml", "kind: ", "knd: ")
    done = made.lapipe("check", "--format", form)
    assert (done.code, done.err) == (1, "")
    return done.out


def test_sarif_lists_the_rules_and_gives_each_result_a_relative_place(made: Project) -> None:
    told = json.loads(_wrong(made, "sarif"))
    (run,) = told["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert (told["version"], rules) == ("2.1.0", sorted(set(rules)))
    assert {"LP201", "LP402"} <= set(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert (made.root / place["artifactLocation"]["uri"]).is_file()
        assert place["region"]["startLine"] > 1


def test_workflow_commands_keep_to_one_line_each(made: Project) -> None:
    lines = _wrong(made, "github").splitlines()
    assert all(line.startswith("::error file=schemas/") for line in lines[:-1])
    assert lines[-1].startswith("Checked ")
    assert any("title=LP402 " in line and ",line=" in line for line in lines)


def test_a_workflow_command_escapes_what_would_end_it() -> None:
    finding = Finding("LP201", "schemas/a,b.yaml:3", "one\ntwo 100%\r::error::")
    (line,) = github([placed(finding, Path("/nowhere"))])
    properties, _, text = line.removeprefix("::error ").partition("::")
    assert "file=schemas/a%2Cb.yaml,line=3," in properties
    assert text.startswith("one%0Atwo 100%25%0D::error::")


def test_junit_has_a_case_for_every_file_and_a_failure_for_each_wrong_one(made: Project) -> None:
    root = ElementTree.fromstring(_wrong(made, "junit"))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    on_disk = [*made.root.glob("schemas/tables/*.yaml"), *made.root.glob("schemas/purposes/*.yaml"), *made.root.glob("pipelines/[!_]*.py")]
    assert {str(path.relative_to(made.root)) for path in on_disk} == set(cases)
    failing = {name for name, case in cases.items() if case.find("failure") is not None}
    assert {"schemas/purposes/assessment_results.yaml", "schemas/tables/oulad_courses.odcs.yaml"} <= failing


def test_what_xml_cannot_hold_is_replaced() -> None:
    written = junit([placed(Finding("LP201", "a.yaml", "bell \x07 & <tag>"), Path("/nowhere"))], ["a.yaml"])
    assert ElementTree.fromstring(written).find(".//failure").get("message") == "bell \ufffd & <tag>"  # type: ignore[union-attr]


def test_an_unknown_form_is_refused(made: Project) -> None:
    assert made.lapipe("check", "--format", "xml").code == 2
