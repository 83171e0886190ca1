"""The records of art. 30 say of each value whether it ran, was declared, or is missing."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import openpyxl
import pytest

from lapipe.article30 import CNIL, FIELDS, ICO, Item, Record, as_csv, as_json, as_markdown, records, write_xlsx
from lapipe.register import Register
from tests.projects import WEEKLY, Project, project
from tests.test_register import Ticking


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = project(tmp_path_factory.mktemp("article30"))
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    return made


def found(made: Project, register: Path | None = None) -> dict[tuple[str, str], Record]:
    with Register.open(register or made.register, clock=Ticking()) as opened:
        return {(record.article, record.name): record for record in records(made.root, opened)}


def labels(record: Record, field: str) -> set[str]:
    return {item.label for item in record.fields[field]}


def test_every_field_of_the_article_is_there_and_says_what_it_rests_on(made: Project) -> None:
    record = found(made)["30(1)", WEEKLY]
    asked = {f"30(1)({letter})" for letter in "abcdefg"}
    assert asked <= {FIELDS[key][0].partition(",")[0] for key in record.fields}
    assert {key: labels(record, key) for key in record.fields} == {
        "controller": {"declared"}, "joint_controller": {"missing"}, "officer": {"declared"}, "purposes": {"evidenced"}, "subjects": {"declared"},
        "data": {"evidenced", "declared"}, "special": {"missing"}, "recipients": {"evidenced"}, "processors": {"missing"}, "transfers": {"missing"},
        "terms": {"evidenced", "declared"}, "measures": {"evidenced"}, "basis": {"declared"}, "condition": {"missing"},
        "sources": {"evidenced", "declared"}, "notice": {"declared"}, "consent": {"missing"}, "location": {"evidenced"}, "dpia": {"declared"},
        "decisions": {"missing"}, "breaches": {"missing"}, "erased": {"missing"}}
    assert (record.runs, bool(record.last_run)) == (1, True)


def test_what_is_evidenced_names_entries_that_show_it(made: Project) -> None:
    record = found(made)["30(1)", WEEKLY]
    with Register.open(made.register, clock=Ticking()) as register:
        entries = {entry.seq: entry for entry in register.entries()}
    kinds = {key: {entries[seq].kind for item in items for seq in item.entries} for key, items in record.fields.items()}
    assert (kinds["purposes"], kinds["data"], kinds["recipients"], kinds["terms"]) == ({"started"}, {"source"}, {"release"}, {"stage"})
    for item in record.fields["data"]:
        table, _, column = item.value.partition(" ")[0].partition(".")
        read = {seq for seq, entry in entries.items() if entry.kind == "source" and entry.body["contract"] == table
                and column in entry.body["columns_read"]}  # type: ignore[operator]
        assert set(item.entries) == read
        assert (item.label == "evidenced") == bool(read)
    said = [item.value for item in record.fields["measures"]]
    assert "k = 10" in said
    assert any(value.startswith("Pseudonymise {") for value in said)
    assert any(value.startswith("pseudonyms of moodle_user under key 20") for value in said)
    # A role that may only have statistics is not shown by a release of pseudonyms.
    (committee,) = [item for item in record.fields["recipients"] if "statistics" in item.value]
    assert {entries[seq].body["kind"] for seq in committee.entries} == {"statistics"}


def test_the_processor_has_a_record_of_its_own_that_says_for_whom_is_not_known(made: Project) -> None:
    record = found(made)["30(2)", WEEKLY]
    assert (labels(record, "processor"), labels(record, "on_behalf_of"), labels(record, "categories")) == ({"declared"}, {"missing"}, {"evidenced"})
    assert "(30(2)(d))" in as_markdown([record], "en")


PARTIES = """
joint_controllers:
  - {name: Hogeschool Ernaast, address: Ernaastlaan 2, contact: privacy@ernaast.example, arrangement: "Regeling gezamenlijk onderwijs 2026-03"}
representative: {name: Kantoor in de Unie, address: Unieplein 1 Brussel, contact: unie@kantoor.example}
processors:
  - {name: Rekenbedrijf, contact: info@reken.example, service: Beheer van de server waarop lapipe draait, agreement: Verwerkersovereenkomst 2026-11}
  - name: Wolkbedrijf
    contact: info@wolk.example
    service: Opslag van reservekopieen
    agreement: Verwerkersovereenkomst 2026-12
    transfer: {country: US, safeguard: adequacy, reference: Uitvoeringsbesluit (EU) 2023/1795}
processes_for:
  - {name: Academie Verderop, address: Verderop 3, contact: privacy@verderop.example, service: Wekelijkse cijfers, officer: fg@verderop.example}
breach_log: Register datalekken, zaak 2026-7
"""
OF_PURPOSE = """
transfers:
  - {to: Onderzoeksgroep in Zuid-Korea, country: KR, safeguard: standard_clauses, reference: Contract 2026-88}
decisions: {kind: profiling, reference: DPIA 2026-014 paragraaf 4}
"""


def add(made: Project, file: str, text: str) -> None:
    path = made.root / file
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_who_else_has_a_part_is_declared_and_said_in_every_field_that_asks_for_it(tmp_path: Path) -> None:
    made = project(tmp_path)
    add(made, "schemas/organisation.yaml", PARTIES)
    add(made, f"schemas/purposes/{WEEKLY}.yaml", OF_PURPOSE)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    records = found(made)
    controller, processor = records["30(1)", WEEKLY], records["30(2)", WEEKLY]
    said = {key: [(item.value, item.label) for item in items] for record in (processor, controller) for key, items in record.fields.items()}
    assert said["joint_controller"] == [
        ("Hogeschool Ernaast, Ernaastlaan 2, privacy@ernaast.example; Regeling gezamenlijk onderwijs 2026-03", "declared"),
        ("representative: Kantoor in de Unie, Unieplein 1 Brussel, unie@kantoor.example", "declared")]
    assert said["processors"][0] == ("Rekenbedrijf (info@reken.example): Beheer van de server waarop lapipe draait; Verwerkersovereenkomst 2026-11", "declared")
    assert said["transfers"] == [("Onderzoeksgroep in Zuid-Korea, KR: standard_clauses, Contract 2026-88", "declared"),
                                 ("Wolkbedrijf, US: adequacy, Uitvoeringsbesluit (EU) 2023/1795", "declared")]
    assert said["on_behalf_of"] == [("Academie Verderop, Verderop 3, privacy@verderop.example; Wekelijkse cijfers; officer: fg@verderop.example", "declared")]
    assert said["decisions"] == [("profiling: DPIA 2026-014 paragraaf 4", "declared")]
    assert said["breaches"] == [("Register datalekken, zaak 2026-7", "declared")]
    files = {item.value.partition(",")[0]: item.file for item in controller.fields["transfers"]}
    assert files == {"Onderzoeksgroep in Zuid-Korea": f"schemas/purposes/{WEEKLY}.yaml", "Wolkbedrijf": "schemas/organisation.yaml"}
    # Another purpose has the organisation's processors, and not this one's transfer.
    other = records["30(1)", "assessment_results"]
    assert [item.value.partition(",")[0] for item in other.fields["transfers"]] == ["Wolkbedrijf"]
    # What leaked is evidenced by the entry of its report.
    assert made.lapipe("register", "breach", "out/weekly_activity", "--known", "2026-11-24T09:30+01:00").code == 0
    (leak, log) = found(made)["30(1)", WEEKLY].fields["breaches"]
    assert (leak.label, leak.value, log.label) == ("evidenced", "release weekly_activity, known since 2026-11-24T09:30:00+01:00", "declared")
    assert labels(found(made)["30(1)", "assessment_results"], "breaches") == {"declared"}


def test_what_was_deleted_at_its_term_is_evidenced_under_the_purpose_that_it_was_released_for(tmp_path: Path) -> None:
    made = project(tmp_path)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    with Register.open(made.register, clock=Ticking(), create=False) as register:
        folder = next(str(entry.body["folder"]) for entry in register.entries() if entry.kind == "release")
        said = {"what": "release", "deleted": 1, "unit": "files", "left": 0, "whole": True}
        gone = register.append("retained", {"item": folder, **said})
        register.append("retained", {"item": "elsewhere/2026/r9", **said})
    (item,) = found(made)["30(1)", WEEKLY].fields["erased"]
    assert (item.label, item.entries) == ("evidenced", (gone.seq,))
    assert labels(found(made)["30(1)", "assessment_results"], "erased") == {"missing"}


def test_what_did_not_run_is_not_evidenced(made: Project, tmp_path: Path) -> None:
    for record in found(made, tmp_path / "empty").values():
        assert record.runs == 0
        assert not any(item.label == "evidenced" or item.entries for items in record.fields.values() for item in items)


def test_a_purpose_that_was_changed_since_is_declared_and_not_evidenced(tmp_path: Path, made: Project) -> None:
    other = project(tmp_path)
    path = other.root / "schemas" / "purposes" / f"{WEEKLY}.yaml"
    path.write_text(path.read_text("utf-8") + "\n# later\n", "utf-8")
    record = found(other, made.register)["30(1)", WEEKLY]
    assert labels(record, "purposes") == {"declared"}


def test_a_missing_field_is_never_given_a_value(made: Project) -> None:
    items = [item for record in found(made).values() for each in record.fields.values() for item in each]
    assert all(bool(item.value) is (item.label != "missing") for item in items)
    assert all(bool(item.entries) is (item.label == "evidenced") for item in items)
    assert all(item.file for item in items if item.label == "declared")


def test_the_exports_hold_the_same_values(made: Project, tmp_path: Path) -> None:
    all_of_it = list(found(made).values())
    items = [item for record in all_of_it for each in record.fields.values() for item in each]
    told = json.loads(as_json(all_of_it))
    assert [item["value"] for record in told["records"] for each in record["fields"].values() for item in each["items"]] == [item.value for item in items]
    for language in ("nl", "en"):
        rows = list(csv.reader(io.StringIO(as_csv(all_of_it, language).removeprefix("\ufeff"))))
        assert [row[4] for row in rows[1:]] == [item.value for item in items]
        text = as_markdown(all_of_it, language)
        assert text.count("[ontbreekt]" if language == "nl" else "[missing]") == sum(item.label == "missing" for item in items)
        write_xlsx(all_of_it, language, tmp_path / "book.xlsx")
        book = openpyxl.load_workbook(tmp_path / "book.xlsx")
        assert book.sheetnames == ["30", "CNIL", "ICO", "Scope"]
        for name, columns in (("CNIL", CNIL), ("ICO", ICO)):
            sheet = list(book[name].values)
            assert sheet[0] == tuple(columns)
            assert len(sheet) == 1 + len(all_of_it) / 2


def test_no_cell_is_a_formula(made: Project, tmp_path: Path) -> None:
    record = found(made)["30(1)", WEEKLY]
    planted = dataclasses.replace(record, fields={"notice": (Item("=HYPERLINK(1)", "declared", file="+x"),)}, title={"nl": "=1+1", "en": "=1+1"})
    cells = [cell for row in csv.reader(io.StringIO(as_csv([planted], "en"))) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    write_xlsx([planted], "en", tmp_path / "book.xlsx")
    types = {cell.data_type for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx") for row in sheet for cell in row}
    assert types >= {"s"}
    assert "f" not in types


@pytest.mark.parametrize(("words", "code"), [
    ((), 0), (("--format", "json"), 0), (("--format", "csv", "--language", "en"), 0), (("--format", "xlsx"), 2), (("--format", "ods"), 2),
    (("--language", "fr"), 2), (("--format", "xlsx", "--to", "book.xlsx"), 0), (("--to", "nowhere/record.md"), 6), (("--to", "record.md"), 0)])
def test_the_command_writes_what_is_asked(made: Project, words: tuple[str, ...], code: int) -> None:
    done = made.lapipe("register", "article30", *words)
    assert (done.code, done.err.count("\n")) == (code, int(code != 0))
