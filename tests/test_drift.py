"""An export that changed stops the run, with a sentence that says what changed since which version of its contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lapipe.errors import ContractBroken
from tests.projects import CANARY, TODAY, Project, Table, leaks
from tests.projects import project as a_project

GERMAN_AND_OTHERS = {"Time": "Zeit", "Component": "Komponente", "Origin": "Herkunft"}
UNKNOWN_LANGUAGE = ("Aika", "Koko nimi", "Kohde", "Konteksti", "Osa", "Tapahtuma", "Kuvaus", "Alkuperä", "Osoite")

Change = Callable[[Table], None]


def header(words: dict[str, str]) -> Change:
    def change(table: Table) -> None:
        table.header[:] = [words.get(word, word) for word in table.header]
    return change


def tolerant(project: Project) -> None:
    """Let a twentieth of the log's components be missing."""
    project.edit("schemas/tables/moodle_log_report.odcs.yaml", "              kind: plain\n              label: {nl: Onderdeel, en: Component}\n",
                 "              kind: plain\n              nullsAtMost: 0.05\n              label: {nl: Onderdeel, en: Component}\n")


def closed_component(project: Project) -> None:
    """Let the log's component be one of a closed list."""
    project.edit("schemas/tables/moodle_log_report.odcs.yaml", "      - name: component\n        logicalType: string\n",
                 "      - name: component\n        logicalType: string\n"
                 "        enum: [{value: System}, {value: Forum}, {value: Quiz}, {value: Search}]\n")


def nothing(project: Project) -> None:
    """Leave the contract as it ships."""


@pytest.mark.parametrize(("declare", "change", "rule", "said"), [
    (nothing, lambda table: table.add("Device", CANARY), "LP202", r"version 1\.1\.0 \(undeclared: 'Device'\)"),
    (nothing, lambda table: table.drop("Component"), "LP202", r"version 1\.1\.0 \(missing: component\)"),
    (nothing, header({"Component": "Part"}), "LP202", r"version 1\.1\.0 \(undeclared: 'Part'; missing: component\)"),
    (nothing, header({"Origin": "Component"}), "LP202", r"version 1\.1\.0 \(missing: origin; more than once: component\)"),
    (nothing, header(dict(zip(("Time", "User full name", "Affected user", "Event context", "Component", "Event name", "Description",
                               "Origin", "IP address"), UNKNOWN_LANGUAGE, strict=True))), "LP202", "holds 0 of the 9 declared columns"),
    (nothing, lambda table: table.set("Time", "2026-11-24 09:00", range(7)), "LP204",
     r"in 7 rows column 'time' is not timestamp of the declared format, as contract version 1\.1\.0 says"),
    (closed_component, lambda table: table.set("Component", f"{CANARY}bord", range(3)), "LP205",
     r"breaks contract version 1\.1\.0: 'component is one of its 4 declared values' is broken by 3 rows"),
    (tolerant, lambda table: table.set("Component", "", range(30)), "LP205",
     r"breaks contract version 1\.1\.0: 'component is null in at most 5 % of the rows' is broken by 30 rows"),
], ids=["a new column", "a missing column", "a column with another name", "a column twice", "a header in a language nobody declared",
        "a column of another type", "a new value of a closed list", "more nulls than declared"])
def test_an_export_that_changed_is_refused_and_the_change_is_told(
        tmp_path: Path, declare: Callable[[Project], None], change: Change, rule: str, said: str) -> None:
    project = a_project(tmp_path, TODAY)
    declare(project)
    change(project.tables["events"])
    project.write()
    with pytest.raises(ContractBroken, match=said) as caught:
        project.go()
    assert caught.value.rule == rule
    assert leaks(str(caught.value)) == []
    assert not list(project.out.rglob("*.parquet"))


@pytest.mark.parametrize(("declare", "change"), [
    (nothing, header(GERMAN_AND_OTHERS)),
    (closed_component, lambda table: None),
    (tolerant, lambda table: table.set("Component", "", range(2))),
], ids=["headers in a declared language", "values of the closed list only", "as many nulls as declared"])
def test_an_export_within_its_contract_runs(tmp_path: Path, declare: Callable[[Project], None], change: Change) -> None:
    project = a_project(tmp_path, TODAY)
    declare(project)
    change(project.tables["events"])
    project.write()
    assert len(project.go().read("weekly_activity")) > 0
