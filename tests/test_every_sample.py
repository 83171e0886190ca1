"""Every file of the sample exports is read by a contract that ships or by its own draft, to as many rows as an independent count finds.

Counted are: of delimited text, the records that Python's `csv` finds below the header; of JSON, the lines that `json` takes for an object;
of fixed width, the lines that are not empty. Which rows are nobody's, and which cannot be parsed, is counted by the shape of those records.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lapipe.contract import Contract, load_contract, load_contracts
from lapipe.engine.duckdb import DuckDB
from lapipe.errors import LapipeError
from lapipe.readers import open_source
from lapipe.scan import scan
from lapipe.scan.draft import write_draft
from tests.projects import ROOT, SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")

SHIPPED = load_contracts(ROOT / "schemas" / "tables")
LOGS, GRADES, DUO = "moodle_log_templates/synthetic_moodle_log", "gradebook_microsamples", "duo_1cijferho_demo"

#: Files that a contract that ships reads as they are, and what their institution must declare of how they were saved.
BY_CONTRACT: dict[str, tuple[str, dict[str, Any]]] = {
    f"{LOGS}_en_utf8bom.csv": ("moodle_log_report", {}),
    f"{LOGS}_nl_utf8bom.csv": ("moodle_log_report", {}),
    f"{LOGS}_nl_excel_resaved_cp1252_semicolon.csv": ("moodle_log_report", {"encoding": "cp1252"}),
    f"{LOGS}_en_utf16le_tab.txt": ("moodle_log_report", {"encoding": "utf-16"}),
    "oulad/studentInfo.csv": ("oulad_student_info", {}), "oulad/studentAssessment.csv": ("oulad_student_assessment", {}),
    "oulad/assessments.csv": ("oulad_assessments", {}), "oulad/courses.csv": ("oulad_courses", {}),
    f"{GRADES}/blackboard_gradecenter.csv": ("blackboard_gradebook", {}),
    f"{GRADES}/blackboard_gradecenter_utf16.xls": ("blackboard_gradebook", {"encoding": "utf-16"}),
    f"{GRADES}/brightspace_gradebook.csv": ("brightspace_gradebook", {}), f"{GRADES}/moodle_gradebook_nl.csv": ("moodle_gradebook", {}),
    f"{GRADES}/canvas_gradebook.csv": ("canvas_gradebook", {}),
    "openedx_fixtures/edx_events.jsonl": ("openedx_tracking", {}),
    "openedx_fixtures/tracking_prefixed.log": ("openedx_tracking", {"quarantine_rows": 2}),
    "xapi_moodle/xapi_statements_moodle.jsonl": ("xapi_statements", {}), "xapi_moodle/xapi_statements_openedx.jsonl": ("xapi_statements", {}),
}
#: Rows of them that stand for nobody, as the contract says: 'Manual Posting', 'Points Possible' and 'Student, Test'.
NOBODY = {f"{GRADES}/canvas_gradebook.csv": 3, f"{GRADES}/canvas_gradebook_semicolon_decimalcomma.csv": 1}
#: Descriptions for people and machines, which hold no table of records: a scan refuses them.
NO_TABLE = frozenset({
    "README.md", "brightspace_bds_schema/field_policy.yml", "brightspace_bds_schema/datasets.json", "canvas_cd2_schema/cd2_tables_nessie.json",
    f"{DUO}/Bestandsbeschrijving_1cyferho_2023_v1.1_DEMO.txt", f"{DUO}/Bestandsbeschrijving_Dec-bestanden.txt",
    f"{DUO}/Bestandsbeschrijving_Vakkenbestanden.txt"})
#: Files that no layout among the samples fits, and the sentence that says so.
UNREADABLE = {f"{DUO}/Dec_vakcode.asc": r"none of its \d+ records could be parsed as the layout says"}
#: Which layout a file of fixed width is scanned with: where the import definitions that came with them overlap, or are of other years, another.
LAYOUTS = {"Dec_landcode": "Bestandsbeschrijving_Dec-bestanden.txt", "Dec_nationaliteitscode": "Bestandsbeschrijving_Dec-bestanden.txt",
           "Dec_vakcode": "Bestandsbeschrijving_Vakkenbestanden.txt", "Dec_instellingscode": "Bestandsbeschrijving_Dec-bestanden.txt",
           "Dec_opleidingscode": "Bestandsbeschrijving_Dec-bestanden.txt", "Dec_vest_ho": "Bestandsbeschrijving_Dec-bestanden.txt",
           "Dec_postcodecijfers_2021": "eencijfer_import_definitions/Dec_postcodecijfers_2023.csv",
           "Dec_postcodecijfers_2022": "eencijfer_import_definitions/Dec_postcodecijfers_2023.csv"}

FILES = sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file()) if SAMPLES.is_dir() else []


def counted(path: Path) -> tuple[int, int]:
    """Count the records and those that are none."""
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] == b"\xff\xfe" else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252" if path.suffix == ".csv" else "iso-8859-1")
    if path.suffix == ".asc":
        return sum(bool(line) for line in text.replace("\x1a", "").replace("\r\n", "\n").split("\n")), 0
    if path.suffix in (".json", ".jsonl", ".log"):
        lines = [line for line in text.split("\n") if line.strip()]
        good = 0
        for line in lines:
            try:
                good += isinstance(json.loads(line[max(line.find("{"), 0):]), dict)
            except ValueError:
                good += 0
        return good, len(lines) - good
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    good = sum(len(row) == len(rows[0]) for row in rows)
    return good - 1, len(rows) - good


def layout_of(path: Path) -> Path | None:
    """Give the layout of a file of fixed width."""
    return path.parent / LAYOUTS.get(path.stem, f"eencijfer_import_definitions/{path.stem}.csv") if path.suffix == ".asc" else None


def drafted(path: Path, folder: Path) -> Contract:
    """Scan a file, write its draft, decide everything in it as a person would, and load it."""
    found = scan(path, folder / "spool", layout=layout_of(path), header=True)
    draft = folder / "drafted.odcs.yaml"
    write_draft(found, draft)
    text = re.sub(r"\n *person: undecided.*", "", draft.read_text("utf-8"))
    for asked, decided in (("kind", "plain"), ("about", "student"), ("zone", "UTC"), ("purpose", "tried"), ("format", "dd/MM/yyyy")):
        text = re.sub(rf"\b{asked}: undecided\b", f"{asked}: {decided}", text)
    draft.write_text(text, "utf-8")
    contract = load_contract(draft)
    return dataclasses.replace(contract, reading=dataclasses.replace(contract.reading, quarantine_rows=found.unparsed))


@pytest.mark.parametrize("file", FILES)
def test_a_sample_is_read_with_every_row_and_every_value_or_is_no_table(file: str, tmp_path: Path) -> None:
    path = SAMPLES / file
    for folder in ("spool", "run"):
        (tmp_path / folder).mkdir(mode=0o700)
    if file in NO_TABLE or file in UNREADABLE:
        with pytest.raises(LapipeError, match=UNREADABLE.get(file)) as refused:
            scan(path, tmp_path / "spool", layout=layout_of(path))
        assert "\n" not in str(refused.value)
        return
    if file in BY_CONTRACT:
        name, declared = BY_CONTRACT[file]
        contract = dataclasses.replace(SHIPPED[name], reading=dataclasses.replace(SHIPPED[name].reading, **declared))
    else:
        contract = drafted(path, tmp_path)
    engine = DuckDB(tmp_path / "run")
    try:
        source = open_source(path, contract, tmp_path / "run", tmp_path / "quarantine")
        read = engine.read(source, contract)
        (held,) = engine.fetch(read.table.aggregate(n=read.table.count())).to_pylist()
    finally:
        engine.close()
    good, bad = counted(path)
    assert read.rows == held["n"] == good - NOBODY.get(file, 0) > 0
    assert read.unreadable == {}
    assert getattr(source, "found", {}).get("rows in quarantine", 0) == bad


def test_no_folder_of_the_samples_is_left_out_and_each_of_their_families_has_a_contract_or_a_draft() -> None:
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()}
    assert {Path(file).parts[0] for file in FILES if "/" in file} == folders
    assert len(folders) >= 12
    assert {*BY_CONTRACT, *NO_TABLE, *UNREADABLE} <= set(FILES)
