"""No sample has a spelling of "no value" that the contract of its table does not declare for that column.

The samples are read here by Python's `csv` and `json`, and held against a list of the spellings that exports are known to have.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lapipe.contract import Column, Contract, folded, load_contracts
from lapipe.documents import load
from tests.projects import ROOT, SAMPLES

SHIPPED = load_contracts(ROOT / "schemas" / "tables")
LOGS, GRADES, OEA, CD2 = "moodle_log_templates/synthetic_moodle_log", "gradebook_microsamples", "moodle_db_oea", "canvas_cd2_oea"

#: The table of each sample; of Canvas Data 2 the copy is flat, without key, value and meta.
TABLES = {
    f"{LOGS}_en_utf8bom.csv": "moodle_log_report", f"{LOGS}_nl_utf8bom.csv": "moodle_log_report", f"{LOGS}_en_utf16le_tab.txt": "moodle_log_report",
    f"{LOGS}_nl_excel_resaved_cp1252_semicolon.csv": "moodle_log_report",
    "oulad/studentInfo.csv": "oulad_student_info", "oulad/studentAssessment.csv": "oulad_student_assessment", "oulad/assessments.csv": "oulad_assessments",
    "oulad/courses.csv": "oulad_courses", f"{GRADES}/blackboard_gradecenter.csv": "blackboard_gradebook",
    f"{GRADES}/blackboard_gradecenter_utf16.xls": "blackboard_gradebook", f"{GRADES}/brightspace_gradebook.csv": "brightspace_gradebook",
    f"{GRADES}/moodle_gradebook_nl.csv": "moodle_gradebook", f"{GRADES}/canvas_gradebook.csv": "canvas_gradebook",
    f"{GRADES}/canvas_gradebook_semicolon_decimalcomma.csv": "canvas_gradebook", f"{OEA}/user.csv": "moodle_user",
    f"{OEA}/quiz_attempts.csv": "moodle_quiz_attempts", f"{OEA}/user_enrolments.csv": "moodle_user_enrolments", f"{OEA}/forum_posts.csv": "moodle_forum_posts",
    f"{CD2}/users.json": "canvas_users", f"{CD2}/enrollments.json": "canvas_enrollments", "openedx_fixtures/edx_events.jsonl": "openedx_tracking",
    "openedx_fixtures/tracking_prefixed.log": "openedx_tracking", "xapi_moodle/xapi_statements_moodle.jsonl": "xapi_statements",
    "xapi_moodle/xapi_statements_openedx.jsonl": "xapi_statements", "xapi_moodle/moodle_logstore_events.jsonl": "moodle_logstore",
}
#: Spellings of "no value", in every system that we know of.
NOTHING = re.compile(r"""\s*(?:|[-–—]+|\?+|\.+|\\N|[<(\[]?null[>)\]]?|none|nil|nan|n\.?/?a\.?|\#(?:n/?a|null!|value!|ref!)|n\.?v\.?t\.?|onbekend|unknown|geen
    |0000-00-00(?:[ T]00:00:00)?|0{8}|""|''|N;|\(read[ ]only\))\s*""", re.IGNORECASE | re.VERBOSE)


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a sample, each with the headers or keys that it has."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-16" if content[:2] == b"\xff\xfe" else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if path.suffix in (".json", ".jsonl", ".log"):
        for line in text.split("\n"):
            try:
                yield json.loads(line[max(line.find("{"), 0):])
            except ValueError:
                continue
        return
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)


def value(record: dict[str, Any], column: Column) -> Any:
    """Give what a record has for a column, under any of its headers, by its path, or by the path's last key."""
    words = {folded(word) for word in (column.name, *column.aliases, *column.path[-1:])}
    inner: Any = record
    for key in column.path or ("",):
        inner = inner.get(key) if isinstance(inner, dict) else None
    found = [each for key, each in record.items() if key and folded(key) in words]
    return inner if inner is not None else found[0] if found else None


def undeclared(contract: Contract, path: Path) -> tuple[Counter[tuple[str, str]], int, int]:
    """Count the spellings that are declared nowhere, the columns that the sample has, and the nothings in all."""
    found: Counter[tuple[str, str]] = Counter()
    there: set[str] = set()
    nothings = 0
    for record in records(path):
        for column in contract:
            text = value(record, column)
            if text is None:
                continue
            there.add(column.name)
            if isinstance(text, str) and NOTHING.fullmatch(text):
                nothings += 1
                if text not in (*contract.reading.nulls, *column.nulls):
                    found[column.name, text] += 1
    return found, len(there), nothings


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")
@pytest.mark.parametrize(("file", "table"), TABLES.items(), ids=list(TABLES))
def test_no_sample_spells_nothing_as_its_contract_does_not(file: str, table: str) -> None:
    found, there, nothings = undeclared(SHIPPED[table], SAMPLES / file)
    assert found == {}
    assert there * 3 >= len(SHIPPED[table].names)
    # The same sample under a contract without spellings: the search does find them.
    bare = dataclasses.replace(SHIPPED[table], columns=tuple(column.change(nulls=()) for column in SHIPPED[table]),
                               reading=dataclasses.replace(SHIPPED[table].reading, nulls=()))
    assert sum(undeclared(bare, SAMPLES / file)[0].values()) == nothings


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_contract_says_its_null_spellings_itself(name: str) -> None:
    path = SHIPPED[name].path
    assert path is not None
    (table,) = load(path).content["schema"]
    (profile,) = (custom["value"] for custom in table["customProperties"] if custom["property"] == "privacy")
    assert "nulls" in {**profile, **profile.get("reading", {})}
    assert "" in SHIPPED[name].reading.nulls


@pytest.mark.parametrize(("family", "spellings"), [
    ("moodle_", {"NULL", "\\N"}), ("canvas_", {"NULL", "\\N"}), ("oulad_", {"?"}), ("studielink_", {"NULL"})])
def test_every_table_of_a_family_has_the_spellings_of_its_database(family: str, spellings: set[str]) -> None:
    reports = {"moodle_log_report", "moodle_gradebook", "canvas_gradebook"}
    assert [name for name, contract in SHIPPED.items() if name.startswith(family) and name not in reports
            and not spellings <= set(contract.reading.nulls)] == []


def test_nothing_of_duo_is_what_its_layout_says_that_it_is() -> None:
    ev, marks = SHIPPED["duo_1cijferho_ev"], SHIPPED["duo_1cijferho_vakhavw"]
    assert all("0000" in ev[name].nulls for name in ev.names if name.startswith("diplomajaar"))
    assert all("00000000" in column.nulls for column in ev if column.type == "date")
    assert {"0"} <= set(ev["code_beeindiging"].nulls)
    assert {"000", "007"} <= set(ev["leeftijd_per_peildatum_1_oktober"].nulls)
    assert "008" not in ev["leeftijd_per_peildatum_1_oktober"].nulls
    assert all({"0", "000"} <= set(column.nulls) for column in marks if "cijfer" in column.name and column.length)
