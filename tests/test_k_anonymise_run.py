"""A pipeline that releases k-anonymous rows, whole: what is released, what the register keeps, and that neither tells a value."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lapipe.declarations import contract, purpose
from lapipe.errors import Refused
from lapipe.pipeline import Pipeline
from lapipe.register import Register
from lapipe.release import read_release
from lapipe.stages import Flag, KAnonymise, Minimise, Object, Pseudonymise, Release, Validate
from tests.projects import TODAY, WEEKLY, Project, project


@pytest.fixture
def made(tmp_path: Path) -> Project:
    made = project(tmp_path, TODAY)
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "moodle_id: inside ", "moodle_id: pseudonym ")
    return made


def pipeline(made: Project, stage: KAnonymise) -> Pipeline:
    tables = made.root / "schemas" / "tables"
    return Pipeline(
        purpose=purpose(made.root / "schemas" / "purposes" / f"{WEEKLY}.yaml"),
        sources={"students": contract(tables / "student.odcs.yaml"), "objections": contract(tables / "objection.odcs.yaml")},
        stages=(Minimise(), Validate(), Object("objections"), Pseudonymise({"moodle_id": "student"}), stage, Flag(), Release("rows")))


def test_k_anonymous_rows_are_released_and_the_register_says_how(made: Project) -> None:
    stage = KAnonymise({"programme": ["*"], "cohort": ["band 10", "*"]}, limit=0.1)
    run = made.go(pipeline=pipeline(made, stage), run_id="r1")
    table = read_release(run.path("rows"), today=TODAY)
    # Thirteen people, seven and six by programme; k is 10.
    assert len(table) == table.student.nunique() == 13
    assert set(table.programme) == {"*"}
    assert set(table.cohort) == {"2020-2029"}
    assert table.attrs["manifest"]["personal_data"].startswith("yes: pseudonymised data is personal data")
    with Register.open(str(made.register), clock=lambda: datetime.now(UTC)) as register:
        [body] = [entry.body for entry in register.entries(run="r1") if entry.kind == "stage" and entry.body["stage"] == "KAnonymise"]
    told = body["facts"]["recoding"]
    assert told["levels"] == {"programme": "*", "cohort": "band 10"}
    assert (told["k"], told["people left out"]) == (13, "fewer than 10")
    assert "not anonymous" in told["result"]
    said = made.said()
    assert b"pseudonymised" in said
    assert not [word for word in (b"Kanarievogel", b"Biologie", b"Rechten", b"zwaluw", made.tables["students"].rows[0][0].encode()) if word in said]


def test_nothing_is_released_where_no_recoding_does_it(made: Project) -> None:
    with pytest.raises(Refused, match=r"^LP414 No recoding of programme, cohort gives every class 10 people"):
        made.go(pipeline=pipeline(made, KAnonymise({"programme": [], "cohort": ["*"]})), run_id="r1")
    assert not (made.out / "rows").exists()
    with Register.open(str(made.register), clock=lambda: datetime.now(UTC)) as register:
        outcome = register.outcome("r1")
    assert outcome is not None
    assert outcome.state == "refused"


def test_the_plan_names_the_levels_that_are_approved(made: Project) -> None:
    planned = pipeline(made, KAnonymise({"programme": ["*"], "cohort": ["band 10", "*"]})).plan(today=TODAY)
    step = next(step for step in planned.described()["steps"] if step["stage"] == "KAnonymise")
    assert step["parameters"] == {"quasi": {"programme": ["*"], "cohort": ["band 10", "*"]}, "limit": "0.04", "sensitive": [], "l": None, "t": None,
                                  "person": ""}
    other = pipeline(made, KAnonymise({"programme": ["*"], "cohort": ["*"]}))
    assert other.plan(today=TODAY).fingerprint() != planned.fingerprint()
