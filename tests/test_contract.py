"""Contracts: the shipped ones load and fit the samples, and every mistake in one is told with file and line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.contract import Column, Contract, Kind, Level, Spelling, first_group, load_contract, load_contracts
from lapipe.contract.spelling import Canonical
from lapipe.errors import ContractBroken, DeclarationFault, UsageFault
from lapipe.readers.header import match_header
from tests.projects import SAMPLES

PROJECT = Path(__file__).parent.parent
TABLES = PROJECT / "schemas" / "tables"
SHIPPED = sorted(path.name.removesuffix(".odcs.yaml") for path in TABLES.glob("*.odcs.yaml"))

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the sample exports are not in {SAMPLES}")


@pytest.fixture(scope="module")
def shipped() -> dict[str, Contract]:
    return load_contracts(TABLES)


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789 .#sE+é"), max_size=12), st.booleans(), st.booleans(), st.sampled_from([0, 4, 9]))
def test_what_is_plainly_a_number_is_spelt_as_every_other_identifier(raw: str, lower: bool, number: bool, width: int) -> None:
    quick = Spelling(lower=lower, number=number, width=width)
    assert quick.canonical(raw) == replace(quick, pattern=".*").canonical(raw)


# --- the shipped contracts -----------------------------------------------------------------------------------------


def test_the_tables_of_the_shipped_pipelines_have_contracts(shipped: dict[str, Contract]) -> None:
    assert set(shipped) >= {
        "moodle_log_report", "moodle_logstore", "moodle_logstore_extract", "student", "student_extract", "objection",
        "consent", "oulad_student_info", "oulad_student_assessment", "oulad_assessments", "oulad_courses", "oulad_objection"}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_contract_is_named_as_its_file_and_says_whom_it_is_about(name: str) -> None:
    contract = load_contract(TABLES / f"{name}.odcs.yaml")
    everything = (*contract.columns, *contract.extractable)
    assert contract.name == name
    assert re.fullmatch("[0-9a-f]{64}", contract.sha256)
    assert bool(contract.person) == any(column.kind is Kind.IDENTIFIER for column in everything)
    for column in everything:
        if column.kind in (Kind.IDENTIFIER, Kind.NATIONAL_ID, Kind.QUASI, Kind.SENSITIVE, Kind.SPECIAL):
            assert column.category.startswith("pd:"), column.name
            assert column.about in ("student", "staff"), column.name
        assert set(column.label) in ({"nl", "en"}, set()), column.name


def test_one_identity_domain_has_one_type_and_one_spelling_in_all_contracts(shipped: dict[str, Contract]) -> None:
    seen: dict[str, set[tuple[str, Spelling | None]]] = {}
    for contract in shipped.values():
        for column in (*contract.columns, *contract.extractable):
            if column.domain:
                seen.setdefault(column.domain, set()).add((column.type, column.spelling))
    assert set(seen) == {"moodle_user", "student_number", "oulad_student", "canvas_user", "brightspace_user"}
    assert {domain: len(ways) for domain, ways in seen.items()} == dict.fromkeys(seen, 1)


def test_the_students_stand_in_the_order_of_the_demo(shipped: dict[str, Contract]) -> None:
    assert shipped["student"].names == ("moodle_id", "student_number", "name", "email", "bsn", "date_of_birth", "programme",
                                        "cohort", "extra_time")
    assert shipped["student"]["bsn"].kind is Kind.NATIONAL_ID
    assert shipped["student"]["extra_time"].kind is Kind.SPECIAL


@pytest.mark.parametrize(
    ("name", "key", "person"),
    [
        ("moodle_log_report", (), "user"),
        ("moodle_logstore", ("id",), "userid"),
        ("oulad_student_assessment", ("id_assessment", "id_student"), "id_student"),
        ("oulad_student_info", ("code_module", "code_presentation", "id_student"), "id_student"),
        ("oulad_courses", ("code_module", "code_presentation"), ""),
    ],
)
def test_a_table_has_its_key_and_its_person(
        shipped: dict[str, Contract], name: str, key: tuple[str, ...], person: str) -> None:
    assert (shipped[name].key, shipped[name].person) == (key, person)


@pytest.mark.parametrize(
    ("description", "user"),
    [
        ("The user with id '10938' has viewed the discussion with id '6033308' in the forum.", "10938"),
        ("The user with id '11757' has viewed the attempt with id '7' belonging to the user with id '3'.", "11757"),
        ("User '42' joined meeting with meeting_id '9' in course '8'", "42"),
        ("The user with id '5' submitted a response for the questionnaire\n            with course module id '7'.", "5"),
        ("The user with id '5' has had their attempt with id '6' reviewed by the user with id '7' for the quiz.", "7"),
        ("The user with id '-1' ran a task.", "-1"),
        ("It was said that the user with id '5' joined.", None),
        ("User '42' left meeting with meeting_id '9'", None),
        ("", None),
    ],
)
def test_who_acted_is_found_in_the_description(shipped: dict[str, Contract], description: str, user: str | None) -> None:
    (column,) = shipped["moodle_log_report"].extractable
    assert first_group(column.patterns, description) == user


@pytest.mark.parametrize(
    ("context", "course"),
    [
        ("Course: Inleiding Statistiek 2024-2025", "Inleiding Statistiek 2024-2025"),
        ("Cursus: Inleiding: deel 2", "Inleiding: deel 2"),
        ("Kurs: Statistik", "Statistik"),
        ("User: A Person", None), ("Gebruiker: Een Mens", None), ("Quiz: Course: x", None), ("course: x", None), ("", None),
    ],
)
def test_only_the_name_of_a_course_comes_out_of_an_event_context(
        shipped: dict[str, Contract], context: str, course: str | None) -> None:
    assert shipped["moodle_log_report"]["event_context"].levels["course"].of(context) == course


@pytest.mark.parametrize(
    ("table", "column", "raw", "canonical", "nobody"),
    [
        ("student", "student_number", "1234567", "1234567", False),
        ("student", "student_number", " S1234567 ", "1234567", False),
        ("student", "student_number", "#s0123456", "0123456", False),
        ("student", "student_number", "123456", "0123456", False),
        ("student", "student_number", "1234567.0", "1234567", False),
        ("student", "student_number", "0", "0000000", True),
        ("student", "student_number", "12345678", None, False),
        ("student", "student_number", "1.23E+06", None, False),
        ("student", "student_number", "", None, False),
        ("student", "student_number", "#s", None, False),
        ("student", "moodle_id", "007", "7", False),
        ("student", "moodle_id", "0", "0", True),
        ("student", "moodle_id", "1", "1", True),
        ("student", "moodle_id", "-10", "-10", True),
        ("student", "moodle_id", "-5", None, False),
        ("student", "moodle_id", "2", "2", False),
        ("student", "moodle_id", "9" * 18, "9" * 18, False),
        ("student", "moodle_id", "9" * 19, None, False),
        ("student", "moodle_id", "\u0661", None, False),
        ("oulad_student_info", "id_student", "11391.0", "11391", False),
    ],
)
def test_the_spellings_of_a_person_become_one(
        shipped: dict[str, Contract], table: str, column: str, raw: str, canonical: str | None, nobody: bool) -> None:
    spelling = shipped[table][column].spelling
    assert spelling is not None
    assert spelling.canonical(raw) == canonical
    assert (canonical is not None and spelling.is_nobody(canonical)) == nobody


# --- the samples ---------------------------------------------------------------------------------------------------

_LOGS = SAMPLES / "moodle_log_templates"


@needs_samples
@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("synthetic_moodle_log_en_utf8bom.csv", "utf-8-sig", ","),
        ("synthetic_moodle_log_nl_utf8bom.csv", "utf-8-sig", ","),
        ("synthetic_moodle_log_nl_excel_resaved_cp1252_semicolon.csv", "cp1252", ";"),
        ("synthetic_moodle_log_en_utf16le_tab.txt", "utf-16", "\t"),
    ],
)
def test_every_sample_log_fits_its_contract_and_tells_who_acted(
        shipped: dict[str, Contract], name: str, encoding: str, delimiter: str) -> None:
    contract = shipped["moodle_log_report"]
    (user,) = contract.extractable
    assert user.spelling is not None
    with (_LOGS / name).open(encoding=encoding, newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        names = match_header(next(rows), contract, name)
        unknown = people = 0
        for row in rows:
            found = first_group(user.patterns, row[names.index("description")])
            people += found is not None
            unknown += found is None or user.spelling.canonical(found) is None
    assert names == contract.names
    assert unknown == 0
    assert people > 0


@needs_samples
def test_every_description_template_of_moodle_tells_who_acted(shipped: dict[str, Contract]) -> None:
    (user,) = shipped["moodle_log_report"].extractable
    with (_LOGS / "description_templates.csv").open(encoding="utf-8-sig", newline="") as file:
        templates = [row["Description template"] for row in csv.DictReader(file)]
    numbered = []
    for template in templates:
        ids: Iterator[int] = iter(range(100, 200))
        numbered.append(re.sub("<[NS]>", lambda _, ids=ids: str(next(ids)), template))
    found = [first_group(user.patterns, text) for text in numbered]
    assert len(templates) > 100
    assert None not in found
    # Who acts is named first, but for the reviews of attempts: there after the student and the attempt.
    assert {text for text, who in zip(templates, found, strict=True) if who != "100"} == {
        text for text in templates if "has had their attempt" in text}


@needs_samples
def test_headers_in_every_language_of_moodle_are_known(shipped: dict[str, Contract]) -> None:
    contract = shipped["moodle_log_report"]
    with (SAMPLES / "moodle_header_i18n" / "moodle_header_i18n.csv").open(encoding="utf-8", newline="") as file:
        languages = list(csv.DictReader(file))
    assert len(languages) == 21
    for language in languages:
        assert match_header([language[name] for name in contract.names], contract, language["lang"]) == contract.names


@needs_samples
@pytest.mark.parametrize(
    ("name", "file"),
    [("oulad_student_info", "studentInfo"), ("oulad_student_assessment", "studentAssessment"),
     ("oulad_assessments", "assessments"), ("oulad_courses", "courses")],
)
def test_the_tables_of_oulad_meet_their_contracts(shipped: dict[str, Contract], name: str, file: str) -> None:
    import pandas as pd

    contract = shipped[name]
    frame = pd.read_csv(SAMPLES / "oulad" / f"{file}.csv", dtype="str", na_values=list(contract.reading.nulls),
                        keep_default_na=False)
    assert match_header(list(frame.columns), contract, file) == contract.names
    assert len(contract.pandera().validate(frame)) == len(frame)


# --- headers -------------------------------------------------------------------------------------------------------

_TWO = Contract("two", columns=(Column("user", aliases=("User full name",)), Column("time", aliases=("Tijd",))))


@pytest.mark.parametrize("header", [["user", "time"], ["Time", "USER"], [" User  full name ", "tijd"]])
def test_a_header_is_known_by_name_and_synonym_white_space_and_case_aside(header: list[str]) -> None:
    assert set(match_header(header, _TWO, "file")) == {"user", "time"}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["user"], "missing: time"),
        (["user", "time", "shoe"], "undeclared: 'shoe'"),
        (["user", "time", "Tijd"], "more than once: time"),
        (["\ufeffuser", "time"], "undeclared"),
        ([], "is it the right file"),
        (["a", "b"], "is it the right file"),
    ],
)
def test_a_header_that_differs_is_refused(header: list[str], said: str) -> None:
    with pytest.raises(ContractBroken, match=said) as caught:
        match_header(header, _TWO, "file")
    assert caught.value.rule == "LP202"


# --- mistakes in a contract ----------------------------------------------------------------------------------------

_GOOD = """\
apiVersion: v3.2.0
kind: DataContract
id: made-up
name: Made up
version: 1.0.0
status: active
description:
  purpose: To make mistakes in
schema:
  - name: made_up
    customProperties:
      - property: privacy
        vendor: lapipe
        value: {person: number, zone: Europe/Amsterdam}
    properties:
      - name: number
        logicalType: string
        primaryKey: true
        required: true
        logicalTypeOptions: {pattern: '[0-9]+'}
        synonyms: [{synonym: Nummer}, {synonym: No.}]
        customProperties:
          - property: privacy
            vendor: lapipe
            value:
              kind: identifier
              domain: made_up
              spelling: {number: true, width: 3, nobody: ['000']}
              label: {nl: Nummer, en: Number}
      - name: at
        logicalType: timestamp
        logicalTypeOptions: {format: 'yyyy-MM-dd HH:mm:ss'}
        customProperties:
          - property: privacy
            vendor: lapipe
            value: {kind: event_time}
      - name: mark
        logicalType: integer
        logicalTypeOptions: {minimum: 1, maximum: 10}
        enum: [{value: 1}, {value: 10}]
        customProperties:
          - property: privacy
            vendor: lapipe
            value:
              kind: sensitive
              levels: {half: {values: {1: low, 10: high}}, first: {patterns: ['(.)']}}
      - name: text
        logicalType: string
        customProperties: [{property: privacy, vendor: lapipe, value: {kind: free_text}}]
      - name: found
        logicalType: string
        customProperties:
          - property: privacy
            vendor: lapipe
            value: {kind: plain, extractedFrom: text, patterns: ['a(b)']}
"""


def _contract(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "made_up.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_contract_says_what_stands_in_its_file(tmp_path: Path) -> None:
    contract = load_contract(_contract(tmp_path, _GOOD))
    assert contract.names == ("number", "at", "mark", "text")
    assert [column.name for column in contract.extractable] == ["found"]
    assert (contract.key, contract.person, contract.version) == (("number",), "number", "1.0.0")
    assert contract["number"].spelling == Spelling(number=True, width=3, nobody=("000",))
    assert contract["number"].aliases == ("Nummer", "No.")
    assert (contract["at"].format, contract["at"].zone) == ("%Y-%m-%d %H:%M:%S", "Europe/Amsterdam")
    assert (contract["mark"].minimum, contract["mark"].maximum, contract["mark"].values) == (1, 10, (1, 10))
    assert contract["mark"].levels["half"].of("10") == "high"
    assert contract["mark"].zone == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        # The standard's keys, at every depth
        ("status: active", "statis: active", "Did you mean 'status'"),
        ("  purpose: To", "  purpos: To", "Did you mean 'purpose'"),
        ("    properties:\n", "    propertys:\n", "Did you mean 'properties'"),
        ("      - name: mark\n", "      - naam: mark\n", "Did you mean 'name'"),
        ("        logicalType: integer", "        logicaltype: integer", "Did you mean 'logicalType'"),
        ("        required: true", "        requird: true", "Did you mean 'required'"),
        ("{minimum: 1,", "{minimun: 1,", "Did you mean 'minimum'"),
        ("{synonym: Nummer}", "{synonim: Nummer}", "Did you mean 'synonym'"),
        ("[{value: 1}", "[{valeu: 1}", "Did you mean 'value'"),
        ("            vendor: lapipe\n            value:\n              kind: identifier",
         "            vender: lapipe\n            value:\n              kind: identifier", "Did you mean 'vendor'"),
        # The profile's keys, at every depth
        ("{person: number,", "{persoon: number,", "Did you mean 'person'"),
        ("kind: identifier", "kinds: identifier", "Did you mean 'kind'"),
        ("domain: made_up", "domian: made_up", "Did you mean 'domain'"),
        ("{number: true,", "{nummer: true,", "Did you mean 'number'"),
        ("{nl: Nummer,", "{ne: Nummer,", "is not a key here (allowed: en, nl)"),
        ("{half: {values:", "{half: {valeus:", "Did you mean 'values'"),
        # Wrong words
        ("kind: identifier", "kind: identifer", "Did you mean 'identifier'"),
        ("logicalType: integer", "logicalType: intger", "Did you mean 'integer'"),
        ("kind: DataContract", "kind: DatContract", "Did you mean 'DataContract'"),
        ("apiVersion: v3.2.0", "apiVersion: v3.1.0", "must be v3.2.0"),
        ("- property: privacy\n            vendor: lapipe\n            value: {kind: event_time}",
         "- property: privcy\n            vendor: lapipe\n            value: {kind: event_time}", "Did you mean 'privacy'"),
        ("vendor: lapipe\n            value: {kind: event_time}", "vendor: lapip\n            value: {kind: event_time}",
         "should be 'lapipe'"),
        ("- property: privacy\n        vendor: lapipe", "- property: privacy\n        vendor: lapip", "should be 'lapipe'"),
        ("        vendor: lapipe\n        value: {person", "        value: {person", "should be 'lapipe'"),
        # Wrong types and missing parts
        ("version: 1.0.0", "version: 1.0", "should be string, and is a number"),
        ("required: true", "required: yes", "should be boolean, and is text"),
        ("        logicalType: string\n        customProperties: [", "        customProperties: [", "lacks logicalType"),
        ("        customProperties: [{property: privacy, vendor: lapipe, value: {kind: free_text}}]\n", "", "column text has no"),
        ("value: {kind: free_text}", "value: free_text", "should be object, and is text"),
        ("[{property: privacy,", "[{property: privacy, vendor: lapipe, value: {kind: plain}}, {property: privacy,",
         "a second 'privacy'"),
        # What contradicts itself
        ("{synonym: No.}", "{synonym: ' AT '}", "names both number and at"),
        ("{synonym: No.}", "{synonym: Nummer}", "has a synonym twice"),
        ("name: mark", "name: At", "names both at and At"),
        ("zone: Europe/Amsterdam", "zone: Europe/Amsterdm", "no time zone"),
        ("zone: Europe/Amsterdam", "zone: ../etc/passwd", "no time zone"),
        (", zone: Europe/Amsterdam", "", "needs a zone"),
        ("pattern: '[0-9]+'", "pattern: '[0-9'", "no regular expression"),
        ("patterns: ['(.)']", "patterns: ['(']", "no regular expression"),
        ("patterns: ['(.)']", "patterns: ['.']", "a pattern without a group"),
        ("patterns: ['a(b)']", "patterns: ['ab']", "a pattern without a group"),
        ("extractedFrom: text", "extractedFrom: txt", "needs extractedFrom"),
        (", patterns: ['a(b)']", "", "needs extractedFrom"),
        ("'yyyy-MM-dd HH:mm:ss'", "'d MMMM yyyy'", "lapipe knows the parts"),
        ("kind: sensitive\n", "kind: sensitive\n              domain: made_up\n", "not an identifier"),
        ("kind: sensitive\n", "kind: sensitive\n              clock: fortnights\n", "allowed: seconds, milliseconds"),
        ("value: {kind: free_text}", "value: {kind: quasi, clock: seconds}", "must be integer"),
        ("{person: number,", "{person: nummer,", "is no column of it"),
        ("nobody: ['000']", "nobody: ['0']", "not in the canonical form"),
        ("kind: event_time", "kind: identifier", "must be string or integer"),
        # What the standard can say and lapipe would not check
        ("primaryKey: true", "unique: true", "is not checked by lapipe"),
        ("{minimum: 1,", "{exclusiveMinimum: 0,", "is not checked by lapipe"),
        ("{pattern: '[0-9]+'}", "{format: email}", "is not checked by lapipe"),
        ("{format: 'yyyy-MM-dd HH:mm:ss'}", "{defaultTimezone: Etc/UTC}", "is not checked by lapipe"),
        ("        required: true\n", "        quality: [{type: text, description: good}]\n", "is not checked by lapipe"),
        ("    properties:\n", "    quality: [{type: text, description: good}]\n    properties:\n", "is not checked by lapipe"),
        ("        logicalType: integer\n        logicalTypeOptions: {minimum: 1, maximum: 10}\n        enum: [{value: 1}, {value: 10}]",
         "        logicalType: boolean\n        logicalTypeOptions: {minimum: 1}", "no meaning for a boolean"),
        ("        logicalType: string\n        customProperties: [", "        logicalType: array\n        customProperties: [",
         "a table's columns are"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_the_nearest_word(
        tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in _GOOD
    path = _contract(tmp_path, _GOOD.replace(right, wrong, 1))
    with pytest.raises(DeclarationFault) as caught:
        load_contract(path)
    told = re.fullmatch(rf"{re.escape(str(path))}:(\d+): .*", str(caught.value), re.DOTALL)
    assert told is not None
    assert said in str(caught.value)
    # The line is one of the column that is wrong: the mistake's own, or where what it contradicts stands.
    assert 1 < int(told[1]) <= _GOOD.count("\n") or "apiVersion" in right
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("word", "line"),
    [("status: active", 6), ("        required: true", 19), ("{number: true,", 28), ("logicalType: integer", 38)],
)
def test_a_misspelt_key_is_told_on_its_own_line(tmp_path: Path, word: str, line: int) -> None:
    key = word.strip(" {").partition(":")[0]
    path = _contract(tmp_path, _GOOD.replace(word, word.replace(key, f"{key}z"), 1))
    with pytest.raises(DeclarationFault, match=rf"{key}z: is not a key here .*Did you mean '{key}'") as caught:
        load_contract(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize("tables", ["schema: []\n", "", "schema: [{name: a}, {name: b}]\n", "schema: [{name: a}]\n"])
def test_a_contract_describes_one_table_with_columns(tmp_path: Path, tables: str) -> None:
    with pytest.raises(DeclarationFault, match="one table|no columns"):
        load_contract(_contract(tmp_path, _GOOD.partition("schema:")[0] + tables))


def test_a_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DeclarationFault, match="holds no contract"):
            load_contracts(folder)


def test_two_contracts_of_one_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "again.odcs.yaml").write_text(_GOOD, encoding="utf-8")
    _contract(tmp_path, _GOOD)
    with pytest.raises(DeclarationFault, match="is described by .*again"):
        load_contracts(tmp_path)


# --- contracts as values -------------------------------------------------------------------------------------------

_TABLE = Contract("made_up", key=("a", "b"), person="a", columns=(
    Column("a", kind=Kind.IDENTIFIER), Column("b", type="integer"), Column("c", type="number", scale=2)))


def test_keep_goes_by_the_contracts_order_and_keeps_only_a_whole_key() -> None:
    assert _TABLE.keep(["b", "a"]).names == ("a", "b")
    assert _TABLE.keep(["b", "a"]).key == ("a", "b")
    assert _TABLE.keep(["a", "c"]).key == ()
    assert _TABLE.keep([]).names == ()
    assert _TABLE.names == ("a", "b", "c")


def test_drop_is_what_keep_leaves() -> None:
    assert _TABLE.drop("b") == _TABLE.keep(["a", "c"])
    assert _TABLE.drop() == _TABLE


def test_change_follows_a_new_name_into_person_and_key() -> None:
    changed = _TABLE.change("a", name="pseudonym", kind=Kind.PSEUDONYM)
    assert changed.names == ("pseudonym", "b", "c")
    assert (changed.person, changed.key) == ("pseudonym", ("pseudonym", "b"))
    assert changed["pseudonym"].kind is Kind.PSEUDONYM
    assert _TABLE["a"].kind is Kind.IDENTIFIER


def test_add_puts_columns_at_the_end_and_refuses_a_name_that_exists() -> None:
    assert _TABLE.add(Column("d")).names == ("a", "b", "c", "d")
    with pytest.raises(UsageFault, match="already has a column 'b'"):
        _TABLE.add(Column("b"))


@pytest.mark.parametrize(
    "ask", [lambda: _TABLE["x"], lambda: _TABLE.keep(["x"]), lambda: _TABLE.drop("x"), lambda: _TABLE.change("x", unit="m")])
def test_a_column_that_is_not_there_is_told_with_those_that_are(ask: Any) -> None:
    with pytest.raises(UsageFault, match=r"LP203 made_up has no column 'x' \(it has: a, b, c\)"):
        ask()


def test_strictness_orders_the_kinds() -> None:
    assert sorted(Kind, key=lambda kind: kind.strictness)[0] is Kind.PLAIN
    assert sorted(Kind, key=lambda kind: kind.strictness)[-1] is Kind.NATIONAL_ID
    assert Kind.IDENTIFIER.strictness > Kind.PSEUDONYM.strictness > Kind.QUASI.strictness


def test_the_fingerprint_follows_what_is_said_and_not_where(tmp_path: Path) -> None:
    one = load_contract(_contract(tmp_path, _GOOD))
    (tmp_path / "other").mkdir()
    again = load_contract(_contract(tmp_path / "other", "# a remark\n" + _GOOD))
    assert one.fingerprint() == again.fingerprint()
    assert one.sha256 != again.sha256
    for right, wrong in (("maximum: 10", "maximum: 9"), ("kind: sensitive", "kind: plain"), ("10: high", "10: hi"),
                         ("'a(b)'", "'a(c)'"), ("width: 3", "width: 3, lower: true")):
        assert load_contract(_contract(tmp_path, _GOOD.replace(right, wrong, 1))).fingerprint() != one.fingerprint(), wrong


def test_a_level_gives_what_is_mapped_or_matched_or_nothing() -> None:
    assert Level(values={"x": "X"}).of("x") == "X"
    assert Level(values={"x": "X"}).of("y") is None
    assert Level(patterns=("a(b)", "(c)")).of("cab") == "c"
    assert Level(patterns=("a(b)",)).of("cab") is None


def test_the_engine_schema_has_the_types_of_the_columns() -> None:
    schema = Contract("t", columns=(*_TABLE.columns, Column("d", type="timestamp"), Column("e", type="date"))).schema()
    assert {name: str(kind) for name, kind in schema.items()} == {
        "a": "string", "b": "int64", "c": "decimal(18, 2)", "d": "timestamp(6)", "e": "date"}


# --- pandera -------------------------------------------------------------------------------------------------------


def _frame(**changes: Any) -> Any:
    import pandas as pd

    columns: dict[str, Any] = {
        "number": ["1", "2"], "at": pd.to_datetime(["2026-01-01", "2026-01-02"]), "mark": [1, None], "text": [None, "x"]}
    return pd.DataFrame({**columns, **changes})


def test_a_good_frame_passes_pandera_and_the_kinds_stand_in_its_metadata(tmp_path: Path) -> None:
    schema = load_contract(_contract(tmp_path, _GOOD)).pandera()
    validated = schema.validate(_frame())
    assert validated["mark"].dtype == "Int64"
    assert validated["text"].isna().tolist() == [True, False]
    assert {name: (column.metadata or {})["kind"] for name, column in schema.columns.items()} == {
        "number": "identifier", "at": "event_time", "mark": "sensitive", "text": "free_text"}
    assert (schema.columns["number"].metadata or {})["domain"] == "made_up"


@pytest.mark.parametrize(
    "changes",
    [
        {"number": ["1", None]}, {"number": ["1", "1"]}, {"number": ["1", "x"]}, {"number": ["1", "2\n"]},
        {"mark": [0, 1]}, {"mark": [11, 1]}, {"mark": [2, 1]}, {"extra": [1, 2]},
    ],
)
def test_pandera_refuses_what_the_contract_refuses(tmp_path: Path, changes: dict[str, Any]) -> None:
    from pandera.errors import SchemaError, SchemaErrors

    schema = load_contract(_contract(tmp_path, _GOOD)).pandera()
    with pytest.raises((SchemaError, SchemaErrors)):
        schema.validate(_frame(**changes))


_SPELLINGS = st.builds(Spelling, prefixes=st.sampled_from([(), ("s",), ("#", "s"), ("0",), ("1",)]), lower=st.booleans(), number=st.booleans(),
                       width=st.integers(0, 6), pattern=st.sampled_from(["", "[0-9]{5}", "[0-9]+", "[a-z]+"]), nobody=st.sampled_from([(), ("7",), ("00007",)]))
_RAW = st.lists(st.one_of(st.text(alphabet="0179sS#.E+ é٣", min_size=1, max_size=6), st.integers(0, 999_999).map(str)), max_size=30)


@given(_SPELLINGS, _RAW)
def test_a_batch_of_spellings_is_brought_to_what_each_alone_is(spelling: Spelling, raw: list[str]) -> None:
    import pyarrow as pa

    alone, together = Canonical(spelling), Canonical(spelling)
    assert together.over_arrow(pa.array(raw, pa.string())).to_pylist() == alone(raw)
    assert (together.unspellable, together.changed) == (alone.unspellable, alone.changed)


@given(_SPELLINGS.filter(lambda spelling: spelling.pattern != "[a-z]+"), st.lists(st.integers(0, 999_999), max_size=30))
def test_whole_numbers_stay_whole_numbers(spelling: Spelling, raw: list[int]) -> None:
    import pyarrow as pa

    alone, together = Canonical(spelling, whole=True), Canonical(spelling, whole=True)
    assert together.over_arrow(pa.array(raw, pa.int64())).to_pylist() == alone(list(raw))
    assert (together.unspellable, together.changed) == (alone.unspellable, alone.changed)
