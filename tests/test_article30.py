"""The records of art. 30 say of each value whether it ran, was declared, or is missing."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lapipe.article30 import CNIL, FIELDS, ICO, Item, Record, as_csv, as_json, as_markdown, records, write_xlsx
from lapipe.phrases import LANGUAGES, Language
from lapipe.purpose import Duration
from lapipe.register import Register
from tests.projects import TODAY, WEEKLY, Project, project
from tests.test_register import Ticking


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = project(tmp_path_factory.mktemp("article30"))
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    return made


def found(made: Project, register: Path | None = None, *, today: date | None = None, language: Language = "en") -> dict[tuple[str, str], Record]:
    with Register.open(register or made.register, clock=Ticking()) as opened:
        return {(record.article, record.name): record for record in records(made.root, opened, today or datetime.now(UTC).date(), language)}


def labels(record: Record, field: str) -> set[str]:
    return {item.label for item in record.fields[field]}


def test_every_field_of_the_article_is_there_and_says_what_it_rests_on(made: Project) -> None:
    record = found(made)["30(1)", WEEKLY]
    asked = {f"30(1)({letter})" for letter in "abcdefg"}
    assert asked <= {FIELDS[key][0].partition(",")[0] for key in record.fields}
    assert {key: labels(record, key) for key in record.fields} == {
        "controller": {"declared"}, "joint_controller": {"missing"}, "representative": {"missing"}, "officer": {"declared"}, "created": {"declared"},
        "updated": {"evidenced"}, "purposes": {"evidenced"}, "sub_purposes": {"evidenced"}, "subjects": {"declared"},
        "data": {"evidenced", "declared"}, "special": {"declared"}, "recipients": {"evidenced"}, "processors": {"missing"}, "transfers": {"missing"},
        "terms": {"evidenced", "declared"}, "measures": {"evidenced"}, "organisational": {"declared"}, "basis": {"declared"}, "condition": {"declared"},
        "interests": {"declared"}, "rights": {"declared"}, "sources": {"evidenced", "declared"}, "notice": {"declared"}, "consent": {"declared"},
        "location": {"evidenced"}, "dpia": {"declared"}, "decisions": {"missing"}, "breaches": {"missing"}, "erased": {"evidenced"},
        "not_erased": {"evidenced"}}
    assert (record.runs, bool(record.last_run)) == (1, True)


def test_what_is_evidenced_names_entries_that_show_it(made: Project) -> None:
    record = found(made)["30(1)", WEEKLY]
    with Register.open(made.register, clock=Ticking()) as register:
        entries = {entry.seq: entry for entry in register.entries()}
    kinds = {key: {entries[seq].kind for item in items for seq in item.entries} for key, items in record.fields.items()}
    assert (kinds["purposes"], kinds["data"], kinds["recipients"], kinds["terms"]) == ({"started"}, {"source"}, {"release"}, {"stage"})
    for item in record.fields["data"]:
        table, _, column = item.value.partition(" (")[0].partition(".")
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
        ("Hogeschool Ernaast, Ernaastlaan 2, privacy@ernaast.example; Regeling gezamenlijk onderwijs 2026-03", "declared")]
    assert said["representative"] == [("Kantoor in de Unie, Unieplein 1 Brussel, unie@kantoor.example", "declared")]
    assert said["processors"][0] == ("Rekenbedrijf (info@reken.example): Beheer van de server waarop lapipe draait; Verwerkersovereenkomst 2026-11", "declared")
    assert said["transfers"] == [("Onderzoeksgroep in Zuid-Korea, KR: standard contractual clauses, Contract 2026-88", "declared"),
                                 ("Wolkbedrijf, US: an adequacy decision, Uitvoeringsbesluit (EU) 2023/1795", "declared")]
    assert said["on_behalf_of"] == [("Academie Verderop, Verderop 3, privacy@verderop.example; Wekelijkse cijfers; officer: fg@verderop.example", "declared")]
    assert said["decisions"] == [("profiling, after which a person decides: DPIA 2026-014 paragraaf 4", "declared")]
    assert said["breaches"] == [("documented in: Register datalekken, zaak 2026-7", "declared")]
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


def deletion(item: str, **more: Any) -> dict[str, Any]:
    return {"item": item, "what": "release", "deleted": 1, "unit": "files", "left": 0, "whole": True, **more}


def test_what_was_deleted_at_its_term_is_evidence_of_the_term_under_the_purpose_that_it_was_released_for(tmp_path: Path) -> None:
    made = project(tmp_path)
    add(made, "schemas/organisation.yaml", "\nretention:\n  zone: UTC\n  quarantine: P6M\n  data:\n"
        "    - {name: exports, form: files, pattern: '*.csv', dated_by: name, term: P1M, anchor: release}\n"
        "    - {name: moodle_log_report, form: files, pattern: '*.log', dated_by: name, term: P1Y, anchor: event}\n")
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    declared = "declared"

    def terms(today: date | None = None) -> dict[str, tuple[str, tuple[int, ...]]]:
        items = found(made, today=today)["30(1)", WEEKLY].fields["terms"]
        return {item.value: (item.label, item.entries) for item in items if "older" not in item.value}

    kept, apart = "releases are kept for 2 years", "what was set apart: 6 months after the run"
    exports = "data 'exports', of the organisation and not of this purpose alone: 1 month after the export"
    log = "data 'moodle_log_report': 1 year after the event"
    assert terms() == dict.fromkeys((kept, apart, exports, log), (declared, ()))
    columns = {item.value.partition(" ")[0]: item.aspects["term"] for item in found(made)["30(1)", WEEKLY].fields["data"]}
    assert columns["moodle_log_report.component"] == "releases: 2 years; source: 1 year after the event"
    assert columns["student.moodle_id"] == "no longer than the run"
    with Register.open(made.register, clock=lambda: datetime.now(UTC), create=False) as register:
        folders = [str(entry.body["folder"]) for entry in register.entries() if entry.kind == "release"]
        first = register.append("retained", deletion(folders[0])).seq
        register.append("retained", deletion("elsewhere/2026/r9"))
        quarantined = register.append("retained", deletion("quarantine r1", what="quarantine")).seq
        register.append("retained", deletion("data moodle_log_report", what="files", whole=False))
        whole = register.append("retained", deletion("data exports", what="files")).seq
    # What was passed over is no evidence that the term is kept.
    assert terms() == {kept: ("evidenced", (first,)), apart: ("evidenced", (quarantined,)), exports: ("evidenced", (whole,)), log: (declared, ())}
    record = found(made)["30(1)", WEEKLY]
    assert next((item.value, item.entries) for item in record.fields["erased"]) == (f"{folders[0].partition('/')[0]}: what was past its term was deleted", (first,))
    assert "1 still within the term" in [item.value for item in record.fields["erased"]]
    assert [item.value for item in record.fields["not_erased"]] == ["none"]
    other = found(made)["30(1)", "assessment_results"]
    assert (labels(other, "erased"), labels(other, "not_erased")) == ({"missing"}, {"missing"})
    # What is past its term and there still takes the evidence away, and is told with the reason.
    last = Duration.parse("P2Y").after(datetime.now(UTC).date())
    assert terms(last)[kept][0] == "evidenced"
    late = last + timedelta(days=1)
    assert terms(late)[kept] == (declared, ())
    (why,) = found(made, today=late)["30(1)", WEEKLY].fields["not_erased"]
    assert why.value == f"{folders[1]}: was to be erased after {last} (no reason declared)"
    name = folders[1].partition("/")[0]
    add(made, "schemas/organisation.yaml", f"  holds:\n    - {{on: {name}, reason: Een zaak, approved_by: privacy_officer}}\n")
    (why,) = found(made, today=late)["30(1)", WEEKLY].fields["not_erased"]
    assert why.value == f"{folders[1]}: was to be erased after {last} (Een zaak (privacy_officer))"


def test_a_run_with_nothing_new_takes_no_evidence_of_recipients_away(tmp_path: Path) -> None:
    made = project(tmp_path)
    for run in ("r1", "r2"):
        assert made.lapipe("run", WEEKLY, "--run-id", run).code == 0
        assert labels(found(made)["30(1)", WEEKLY], "recipients") == {"evidenced"}
    with Register.open(made.register, clock=Ticking(), create=False) as register:
        assert "weekly_activity" not in [entry.body["release"] for entry in register.entries(run="r2", kinds=("release",))]
    assert len(found(made)["30(1)", WEEKLY].fields["location"]) == 2


def test_the_day_of_a_change_is_the_first_run_under_the_text_and_is_not_guessed(tmp_path: Path) -> None:
    made = project(tmp_path)

    def updated() -> list[str]:
        return [item.value for item in found(made)["30(1)", WEEKLY].fields["updated"]]

    assert updated() == [""]
    made.go(run_id="r1", today=TODAY)
    made.go(run_id="r2", today=TODAY + timedelta(days=1))
    assert updated() == [str(TODAY)]
    add(made, f"schemas/purposes/{WEEKLY}.yaml", "# later\n")
    assert updated() == [""]
    made.go(run_id="r3", today=TODAY + timedelta(days=2))
    assert updated() == [str(TODAY + timedelta(days=2))]
    with Register.open(made.register, clock=Ticking(), create=False) as register:
        def close(run: str) -> None:
            last = max(entry.seq for entry in register.entries(run=run))
            register._close(last, {"root": "0" * 64})
            register._prune(last)
        close("r1")
        # r2 ran under another text, so the day of this one is known; without r2 it is not.
        assert updated() == [str(TODAY + timedelta(days=2))]
        close("r2")
    assert updated() == [""]
    assert "3 of a closed period: their term stands in its export" in {item.value for item in found(made)["30(1)", WEEKLY].fields["not_erased"]}


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exports_hold_the_same_values(language: Language, made: Project, tmp_path: Path) -> None:
    all_of_it = list(found(made, language=language).values())
    items = [item for record in all_of_it for each in record.fields.values() for item in each]
    told = json.loads(as_json(all_of_it, language))
    assert [item["value"] for record in told["records"] for each in record["fields"].values() for item in each["items"]] == [item.value for item in items]
    rows = list(csv.reader(io.StringIO(as_csv(all_of_it, language).removeprefix("\ufeff"))))
    assert [row[4] for row in rows[1:]] == [item.value for item in items]
    assert [row[8] for row in rows[1:]] == [item.aspects.get("term", "") for item in items]
    assert {name for row in rows[1:] for name in filter(None, row[-2].split(", "))} == {name for name, key in CNIL.items() if key not in ("name", "reference")}
    text = as_markdown(all_of_it, language)
    assert text.count("[ontbreekt]" if language == "nl" else "[missing]") == sum(item.label == "missing" for item in items)
    write_xlsx(all_of_it, language, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert book.sheetnames == ["30", "CNIL", "ICO", "Scope"]
    for name, columns in (("CNIL", CNIL), ("ICO", ICO)):
        sheet = list(book[name].values)
        assert sheet[0] == tuple(columns)
        assert len(sheet) == 1 + len(all_of_it) / 2
        assert [tuple(row) for row in sheet[1:]] == [tuple(row.values()) for row in told[name]]


def test_the_templates_have_what_the_regulators_ask(made: Project) -> None:
    told = json.loads(as_json(list(found(made).values()), "en"))
    cnil, ico = ({row[column]: row for row in told[name]} for name, column in (("CNIL", "Nom"), ("ICO", "Business function")))
    (title,) = [title for title, row in cnil.items() if row["Référence"] == WEEKLY]
    row = cnil[title]
    # Line by line: a term for each category of data, a type for each recipient.
    for one, other in (("Catégories de données", "Délai d'effacement"), ("Destinataires", "Type de destinataire")):
        assert len(row[one].splitlines()) == len(row[other].splitlines()) > 1
    assert "2 years" in row["Délai d'effacement"]
    assert row["Date de création"] == f"{made.pipeline().purpose.valid_from} [declared]"
    assert row["Date de mise à jour"].endswith("[evidenced]")
    assert row["Finalité principale"] == f"{title} [evidenced]"
    assert len(row["Sous-finalités"].splitlines()) == 2
    assert "k = 10 [evidenced]" in row["Mesures de sécurité techniques"].splitlines()
    assert (ico[title]["Schedule 1 condition"], ico[title]["DPIA progress"]) == ("-", "[missing]")
    assert "schemas/organisation.yaml" in ico[title]["Link to retention and erasure policy"]
    assert "objection (art. 21) [declared]" in ico[title]["Rights available to individuals"].splitlines()
    assert ico[title]["Link to DPIA"] != "[missing]"


def test_the_dutch_record_is_dutch_and_the_english_english(made: Project) -> None:
    dutch, english = (as_markdown(list(found(made, language=language).values()), language) for language in ("nl", "en"))
    for text, words in ((dutch, (" kept ", " years", "released", " under key", "public task")), (english, (" bewaard", " 2 jaar", "pijplijn,", " onder sleutel", "taak van algemeen"))):
        for word in words:
            assert word not in text, word


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
