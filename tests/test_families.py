"""Every family of exports in the samples is read by a contract that ships, with as many rows as an independent count finds.

The count is made by Python's `csv`: records after the header; of JSON lines, by the lines that are not blank. The Open Education Analytics copy of Moodle's tables writes ids as UUIDs
and times as ISO text, where Moodle has numbers: its rows are counted with every column read as text, and the shipped contract by
itself is tried on it beside that, and refuses.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from lapipe.contract import Column, Contract, Kind, load_contract
from lapipe.engine import Engine, Read, open_engine
from lapipe.errors import ContractBroken
from lapipe.readers import open_source
from tests.projects import ROOT, SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")


def shipped(name: str) -> Contract:
    return load_contract(ROOT / "schemas" / "tables" / f"{name}.odcs.yaml")


def as_text(contract: Contract) -> Contract:
    """Give the contract with every column read as text."""
    columns = tuple(column.change(type="string", clock="", format="") for column in contract)
    return dataclasses.replace(contract, columns=columns)


def encoded(contract: Contract, encoding: str) -> Contract:
    return dataclasses.replace(contract, reading=dataclasses.replace(contract.reading, encoding=encoding))


def counted(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> int:
    with path.open(encoding=encoding, newline="") as stream:
        return sum(1 for _ in csv.reader(stream, delimiter=delimiter)) - 1


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


def read(path: Path, contract: Contract, spool: Path) -> Read:
    engine: Engine = open_engine("duckdb", spool)
    try:
        return engine.read(open_source(path, contract, spool), contract)
    finally:
        engine.close()


LOGS = "moodle_log_templates/synthetic_moodle_log"


@pytest.mark.parametrize(("file", "contract", "encoding", "delimiter"), [
    (f"{LOGS}_en_utf8bom.csv", "moodle_log_report", "", ","),
    (f"{LOGS}_nl_utf8bom.csv", "moodle_log_report", "", ","),
    (f"{LOGS}_nl_excel_resaved_cp1252_semicolon.csv", "moodle_log_report", "cp1252", ";"),
    (f"{LOGS}_en_utf16le_tab.txt", "moodle_log_report", "utf-16", "\t"),
    ("oulad/studentInfo.csv", "oulad_student_info", "", ","),
    ("oulad/studentAssessment.csv", "oulad_student_assessment", "", ","),
    ("oulad/assessments.csv", "oulad_assessments", "", ","),
    ("oulad/courses.csv", "oulad_courses", "", ","),
    ("gradebook_microsamples/blackboard_gradecenter.csv", "blackboard_gradebook", "", ","),
    ("gradebook_microsamples/blackboard_gradecenter_utf16.xls", "blackboard_gradebook", "utf-16", "\t"),
    ("gradebook_microsamples/brightspace_gradebook.csv", "brightspace_gradebook", "", ","),
    ("gradebook_microsamples/moodle_gradebook_nl.csv", "moodle_gradebook", "", ","),
])
def test_a_sample_is_read_with_every_row_and_every_value(file: str, contract: str, encoding: str, delimiter: str, spool: Path) -> None:
    declared = encoded(shipped(contract), encoding) if encoding else shipped(contract)
    found = read(SAMPLES / file, declared, spool)
    assert found.rows == counted(SAMPLES / file, encoding or "utf-8-sig", delimiter) > 0
    assert found.unreadable == {}


def test_of_a_canvas_gradebook_the_rows_of_nobody_are_left_out(spool: Path) -> None:
    path = SAMPLES / "gradebook_microsamples" / "canvas_gradebook.csv"
    # 'Manual Posting', 'Points Possible' and 'Student, Test'.
    assert read(path, shipped("canvas_gradebook"), spool).rows == counted(path) - 3 == 1


def lines(path: Path) -> int:
    return sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


@pytest.mark.parametrize(("file", "contract"), [
    ("openedx_fixtures/edx_events.jsonl", "openedx_tracking"),
    ("xapi_moodle/xapi_statements_moodle.jsonl", "xapi_statements"),
    ("xapi_moodle/xapi_statements_openedx.jsonl", "xapi_statements"),
])
def test_a_sample_of_json_lines_is_read_with_every_line_and_every_value(file: str, contract: str, spool: Path) -> None:
    found = read(SAMPLES / file, shipped(contract), spool)
    assert found.rows == lines(SAMPLES / file) > 0
    assert found.unreadable == {}


@pytest.mark.parametrize(("file", "contract"), [("users", "canvas_users"), ("enrollments", "canvas_enrollments")])
def test_a_canvas_table_without_key_value_and_meta_is_read_by_its_columns(file: str, contract: str, spool: Path) -> None:
    """The Open Education Analytics copy is flat and has some of Canvas's columns, one of its own among them."""
    declared, path = shipped(contract), SAMPLES / "canvas_cd2_oea" / f"{file}.json"
    there = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    columns = [column.change(path=(column.name,), aliases=()) for column in declared if column.name in there]
    assert set(there) - {column.name for column in columns} == ({"global_canvas_id"} if file == "users" else set())
    number = [Column("global_canvas_id", kind=Kind.IDENTIFIER)] if file == "users" else []
    flat = dataclasses.replace(declared, columns=(*columns, *number))
    found = read(path, flat, spool)
    assert found.rows == lines(path) > 0
    assert found.unreadable == {}


@pytest.mark.parametrize(("file", "contract"), [
    ("user", "moodle_user"), ("quiz_attempts", "moodle_quiz_attempts"), ("user_enrolments", "moodle_user_enrolments"),
])
def test_a_moodle_table_of_another_layout_is_read_as_text_with_every_row_and_refused_as_it_ships(
        file: str, contract: str, spool: Path) -> None:
    path = SAMPLES / "moodle_db_oea" / f"{file}.csv"
    assert read(path, as_text(shipped(contract)), spool).rows == counted(path) > 0
    assert set(read(path, shipped(contract), spool).unreadable) & {
        column.name for column in shipped(contract) if column.clock}


@pytest.mark.parametrize(("file", "contract", "rule", "said"), [
    ("moodle_db_oea/forum_posts.csv", "moodle_forum_posts", "LP202", "undeclared: 'messgaeformat'; missing: messageformat"),
    ("moodle_db_oea/quiz_grades.csv", "moodle_grade_grades", "LP202", "is it the right file"),
    ("canvas_cd2_oea/users.json", "canvas_users", "LP202", "hold 0 of the 24 declared columns"),
    ("openedx_fixtures/tracking_prefixed.log", "openedx_tracking", "LP208", "2 records of 12 cannot be parsed"),
    ("gradebook_microsamples/canvas_gradebook_semicolon_decimalcomma.csv", "canvas_gradebook", "LP202", "missing: final_score, item_2, notes"),
    ("gradebook_microsamples/excel_mangled_ids.csv", "student", "LP202", "is it the right file"),
    (f"{LOGS}_nl_excel_resaved_cp1252_semicolon.csv", "moodle_log_report", "LP208", "not utf-8 text"),
])
def test_a_variant_that_cannot_be_read_is_refused_with_a_sentence(file: str, contract: str, rule: str, said: str, spool: Path) -> None:
    with pytest.raises(ContractBroken, match=said) as caught:
        read(SAMPLES / file, shipped(contract), spool)
    assert caught.value.rule == rule


# --- families of which there is no sample with data ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["duo_1cijferho_ev", "duo_1cijferho_vakhavw"])
def test_a_fixed_width_file_of_duo_is_cut_where_its_contract_says(name: str, spool: Path) -> None:
    declared = shipped(name)
    width = max(column.start + column.length - 1 for column in declared)
    assert width == {"duo_1cijferho_ev": 323, "duo_1cijferho_vakhavw": 82}[name]
    # Numbers as long as their field, dates, and one field after another without a gap.
    assert sum(column.length for column in declared) == width
    line = "".join("20240901" if column.type == "date" else "G" if column.values else "7".rjust(column.length, "0")
                   for column in sorted(declared, key=lambda column: column.start))
    path = spool / f"{name}.asc"
    path.write_bytes((line + "\r\n").encode("latin-1") * 3)
    found = read(path, declared, spool)
    assert (found.rows, found.unreadable) == (3, {})
    path.write_bytes((line + "\r\n" + line[:-1] + "\r\n").encode("latin-1"))
    with pytest.raises(ContractBroken) as caught:
        read(path, declared, spool)
    assert caught.value.rule == "LP208"


def test_a_deleted_record_of_canvas_has_its_key_and_nothing_else(spool: Path) -> None:
    path = spool / "users.jsonl"
    value = {column.path[1]: None for column in shipped("canvas_users") if column.path[0] == "value"} | {"name": "A"}
    meta = {"ts": "2026-11-01T00:00:00Z"}
    path.write_text(json.dumps({"key": {"id": "105150000000000001"}, "value": value, "meta": {**meta, "action": "U"}}) + "\n"
                    + json.dumps({"key": {"id": "105150000000000002"}, "meta": {**meta, "action": "D"}}) + "\n")
    engine = open_engine("duckdb", spool)
    declared = shipped("canvas_users")
    found = engine.read(open_source(path, declared, spool), declared)
    rows = engine.fetch(found.table.select("id", "name", "meta_action").order_by("id")).to_pylist()
    engine.close()
    assert rows == [{"id": "105150000000000001", "name": "A", "meta_action": "U"},
                    {"id": "105150000000000002", "name": None, "meta_action": "D"}]
    assert found.unreadable == {}


def test_an_envelope_of_caliper_events_is_read_event_by_event(spool: Path) -> None:
    path = spool / "events.json"
    event = ('{"@context":"http://purl.imsglobal.org/ctx/caliper/v1p2","id":"urn:uuid:1","type":"NavigationEvent","actor":{"id":"https://x.example/'
             'user/7","type":"Person"},"action":"NavigatedTo","object":{"id":"https://x.example/page/2","type":"Page"},'
             '"eventTime":"2026-11-01T10:00:00.000Z","edApp":{"id":"https://x.example"}}')
    path.write_text(f'{{"sensor":"https://x.example/sensor","sendTime":"2026-11-01T10:00:01.000Z","dataVersion":"v1p2","data":[{event},{event}]}}')
    found = read(path, shipped("caliper_events"), spool)
    assert (found.rows, found.unreadable) == (2, {})
