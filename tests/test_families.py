"""Every family of exports in the samples is read by a contract that ships, with as many rows as an independent count finds.

The count is made by Python's `csv`: records after the header. The Open Education Analytics copy of Moodle's tables writes ids as UUIDs
and times as ISO text, where Moodle has numbers: its rows are counted with every column read as text, and the shipped contract by
itself is tried on it beside that, and refuses.
"""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest

from lapipe.contract import Contract, load_contract
from lapipe.engine import Engine, Read, open_engine
from lapipe.errors import ContractBroken
from lapipe.readers import open_source
from tests.projects import ROOT

SAMPLES = ROOT.parent / "shared" / "data"

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
])
def test_a_sample_is_read_with_every_row_and_every_value(file: str, contract: str, encoding: str, delimiter: str, spool: Path) -> None:
    declared = encoded(shipped(contract), encoding) if encoding else shipped(contract)
    found = read(SAMPLES / file, declared, spool)
    assert found.rows == counted(SAMPLES / file, encoding or "utf-8-sig", delimiter) > 0
    assert found.unreadable == {}


@pytest.mark.parametrize(("file", "contract"), [
    ("user", "moodle_user"), ("quiz_attempts", "moodle_quiz_attempts"), ("user_enrolments", "moodle_user_enrolments"),
])
def test_a_moodle_table_of_another_layout_is_read_as_text_with_every_row_and_refused_as_it_ships(
        file: str, contract: str, spool: Path) -> None:
    path = SAMPLES / "moodle_db_oea" / f"{file}.csv"
    assert read(path, as_text(shipped(contract)), spool).rows == counted(path) > 0
    assert {column for column in read(path, shipped(contract), spool).unreadable} & {
        column.name for column in shipped(contract) if column.clock}


@pytest.mark.parametrize(("file", "contract", "rule", "said"), [
    ("moodle_db_oea/forum_posts.csv", "moodle_forum_posts", "LP202", "undeclared: 'messgaeformat'; missing: messageformat"),
    ("moodle_db_oea/quiz_grades.csv", "moodle_grade_grades", "LP202", "is it the right file"),
    ("gradebook_microsamples/excel_mangled_ids.csv", "student", "LP202", "is it the right file"),
    (f"{LOGS}_nl_excel_resaved_cp1252_semicolon.csv", "moodle_log_report", "LP208", "not utf-8 text"),
])
def test_a_variant_that_cannot_be_read_is_refused_with_a_sentence(file: str, contract: str, rule: str, said: str, spool: Path) -> None:
    with pytest.raises(ContractBroken, match=said) as caught:
        read(SAMPLES / file, shipped(contract), spool)
    assert caught.value.rule == rule
