"""A pipeline with totals, from exports to a release that nothing can be subtracted from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lapipe.errors import Refused
from lapipe.pipeline import Run
from lapipe.purpose import Purpose
from lapipe.register import Register
from lapipe.release import Release
from lapipe.stages import Aggregate
from tests.projects import TODAY, Project, leaks, project


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Run]:
    made = project(tmp_path_factory.mktemp("totals"), TODAY)
    return made, made.go(pipeline=with_totals(made), run_id="r1")


def with_totals(made: Project, **changes: Any) -> Any:
    pipeline = made.pipeline()
    stages = [replace(stage, **{"totals": ("component", "course"), "measures": {}, **changes}) if isinstance(stage, Aggregate) else stage
              for stage in pipeline.stages]
    return replace(pipeline, stages=stages)


def test_a_release_with_totals_says_how_wide_an_outsiders_interval_is(ran: tuple[Project, Run]) -> None:
    _, run = ran
    table = run.read("weekly_activity")
    assert set(table["total_over"]) == {"", "component", "course", "course, component"}
    assert (table["people"] >= 10).all()
    folder = run.path("weekly_activity")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["audit"] == {"outsiders_interval_at_least": 2}
    assert "`total_over`" in (folder / "codebook.en.md").read_text()
    assert [leaks(path.read_text(encoding="utf-8-sig")) for path in folder.glob("*.[mjc]*")] == [[]] * 4


def test_the_register_keeps_what_the_audit_found(ran: tuple[Project, Run]) -> None:
    made, run = ran
    with Register.open(made.register, clock=made.options().clock) as register:
        facts = [entry.body["facts"] for entry in register.entries(run=run.id)
                 if entry.kind == "stage" and entry.body.get("stage") == "Aggregate"]
    assert [sorted(each["audit"]) for each in facts] == [["cells", "declared", "middle", "shortest", "withheld"]]
    assert facts[0]["audit"]["shortest"] >= 1


def test_the_same_data_gives_the_same_bytes_with_totals(ran: tuple[Project, Run], tmp_path: Path) -> None:
    made, run = ran
    again = made.go(pipeline=with_totals(made), run_id="r2", register=tmp_path / "register", out=tmp_path / "out")
    assert (again.path("weekly_activity") / "data.parquet").read_bytes() == (run.path("weekly_activity") / "data.parquet").read_bytes()


def test_a_release_refuses_a_withheld_row_that_holds_a_figure(ran: tuple[Project, Run]) -> None:
    import pyarrow as pa

    from lapipe.contract import Column, Contract

    purpose: Purpose = ran[0].pipeline().purpose
    columns = (Column("course", use="full"), Column("status", use="full"), Column("people", type="integer", use="full"))
    release = Release("counts", Contract(name="counts", version="1", columns=columns, key=("course",), statistics=True), purpose)
    fine = pa.table({"course": ["A", "B"], "status": ["published", "withheld"], "people": [12, None]})
    assert release._withheld(fine) is fine
    with pytest.raises(Refused, match=r"^LP401 Release counts: a withheld group still holds a figure"):
        release._withheld(pa.table({"course": ["A"], "status": ["withheld"], "people": [3]}))
