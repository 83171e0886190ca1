"""What scan says of columns and writes in a draft; and that no value of the file is in either."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lapipe.cli import app
from lapipe.contract import load_contract, load_contracts
from lapipe.errors import ContractBroken, DeclarationFault, LapipeError, UsageFault
from lapipe.readers.opened import SAMPLE
from lapipe.scan import Scanned, in_words, scan
from lapipe.scan.draft import write_draft
from tests.conftest import missing
from tests.evaluation.made_up import bsns
from tests.projects import ROOT, SAMPLES, project


def scanned(folder: Path, content: str | bytes, name: str = "export.csv", **options: Any) -> Scanned:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    spool = folder / "spool"
    spool.mkdir(mode=0o700, exist_ok=True)
    return scan(folder / name, spool, **options)


def elevens(count: int, seed: int = 1) -> list[str]:
    """Give made-up numbers that pass the eleven test."""
    chance, found = random.Random(seed), []
    while len(found) < count:
        digits = [chance.randrange(10) for _ in range(8)]
        last = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if digits[0] and last < 10:
            found.append("".join(map(str, [*digits, last])))
    return found


# --- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("values", "type", "format", "note"), [
    (["1", "-2", "30"], "integer", "", ""),
    (["7.5", "8", "10.0"], "number", "", ""),
    (["0012", "12", "13"], "string", "", "leading zeros"),
    (["123456789012345678", "5"], "string", "", "16 digits or more"),
    (["1234567.0", "1234568.0"], "string", "", "spreadsheet"),
    (["1.23E+16", "1.24E+16"], "string", "", "scientific"),
    (["1.23E+16", "'17190000000000001"], "string", "", "scientific"),
    (["7,5", "8"], "string", "", "decimal comma"),
    (["true", "False"], "boolean", "", ""),
    (["2026-01-31", "2026-02-01"], "date", "yyyy-MM-dd", ""),
    (["20260131", "20260201"], "date", "yyyyMMdd", ""),
    (["31/01/2026", "01/02/2026"], "date", "dd/MM/yyyy", ""),
    (["01/31/2026", "02/01/2026"], "date", "MM/dd/yyyy", ""),
    (["01/02/2026", "03/04/2026"], "date", "undecided", "either dd or MM"),
    (["31/01/2026", "01/31/2026"], "string", "", "some the month"),
    (["31-01-26 10:00", "01-02-26 11:30"], "timestamp", "dd-MM-yy HH:mm", ""),
    (["24/11/26, 10:00:00"], "timestamp", "dd/MM/yy, HH:mm:ss", ""),
    (["24 Nov, 10:00"], "string", "", "without a year"),
    (["2026-01-31 10:00:00", "2026-02-01T10:00:00.5"], "timestamp", "", ""),
    (["1700000000", "1700000001"], "integer", "", "seconds since 1970"),
    (["a", "b"], "string", "", ""),
    (["\\N", ""], "string", "", "no values"),
])
def test_a_column_of_values_has_a_type_or_is_left_undecided(
        values: list[str], type: str, format: str, note: str, tmp_path: Path) -> None:
    column = scanned(tmp_path, "thing;other\n" + "".join(f"{value};x{number}\n" for number, value in enumerate(values))).columns[0]
    assert (column.found.type, column.found.format) == (type, format)
    assert note in " ".join(column.found.notes)
    assert bool(note) == bool(column.found.notes)


@pytest.mark.parametrize(("encoding", "found"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le")])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found_and_shown(encoding: str, found: str, delimiter: str, tmp_path: Path) -> None:
    text = f"naam{delimiter}cijfer\nZoë{delimiter}7\nRené{delimiter}8\n"
    seen = scanned(tmp_path, text.encode(encoding))
    assert (seen.encoding, seen.delimiter, seen.rows, [column.name for column in seen.columns]) == (found, delimiter, 2, ["naam", "cijfer"])


def test_a_key_has_a_different_value_in_every_row(tmp_path: Path) -> None:
    seen = scanned(tmp_path, "id,group\n1,a\n2,a\n3,b\n")
    assert [column.candidate_key for column in seen.columns] == [True, False]


def test_parquet_is_scanned_with_its_own_types(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"userid": [1, 2, 3], "score": [7.5, None, 8.0], "word": ["a", "b", "b"]}), tmp_path / "t.parquet")
    (tmp_path / "spool").mkdir()
    seen = scan(tmp_path / "t.parquet", tmp_path / "spool")
    assert [(column.found.type, column.distinct) for column in seen.columns] == [("integer", 3), ("number", 2), ("string", 2)]


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "error", "words"), [
    ("", ContractBroken, "is empty"),
    ("a,b\n", ContractBroken, "2 columns and 0 rows"),
    ("Anna Bakker,7\nPiet Jansen,8\n", UsageFault, "seems to have no header"),
    ("Anna Bakker;Biologie\nPiet Jansen;Rechten\n", UsageFault, "seems to have no header"),
    ("anna@uni.example,x\npiet@uni.example,y\n", UsageFault, "seems to have no header"),
    ("s1234567,x\ns1234568,y\n", UsageFault, "seems to have no header"),
    ("Jansen;Piet;Informatica\nBakker;Klaas;Wiskunde\n", UsageFault, "seems to have no header"),
    ("jdevries;informatica;geslaagd\nkbakker;wiskunde;gezakt\n", UsageFault, "seems to have no header"),
    ("depression since 2019;x\nnone;y\n", UsageFault, "seems to have no header"),
    ("Anna,Biologie\nPiet,Rechten\nJan,Biologie\n", UsageFault, "seems to have no header"),
    ("Report of the day\na;b\n1;2\n3;4\n5;6\n7;8\n", ContractBroken, "under no delimiter"),
])
def test_what_cannot_be_told_for_sure_is_refused_without_a_value(
        content: str, error: type[LapipeError], words: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=re.escape(words)) as refused:
        scanned(tmp_path, content)
    assert not re.search("Anna|Biologie|uni.example|1234567", str(refused.value))


def test_a_file_without_a_header_is_scanned_under_given_names(tmp_path: Path) -> None:
    seen = scanned(tmp_path, "\ufeffAnna Bakker,7\nPiet Jansen,8\n", names=["name of student", "mark"])
    assert (seen.rows, [column.name for column in seen.columns], [c.distinct for c in seen.columns]) == (2, ["name of student", "mark"], [2, 2])


def test_a_parquet_column_named_like_a_value_is_not_shown(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"course": ["a"], "piet.jansen@uni.example": [7]}), tmp_path / "t.parquet")
    (tmp_path / "spool").mkdir()
    with pytest.raises(UsageFault, match="name of column 2 has the form of a value") as caught:
        scan(tmp_path / "t.parquet", tmp_path / "spool")
    assert "jansen" not in str(caught.value)


def test_a_header_that_seems_data_is_taken_for_one_when_a_person_says_so(tmp_path: Path) -> None:
    assert scanned(tmp_path, "word,x\nword,1\n", header=True).rows == 1


@pytest.mark.parametrize("header", [
    "Time,User full name,Event name", "2023,2024,final_mark", "Last Name,First Name,Lab4 [Total Pts: 20 Score] |526963", "id,p_1,p_2"])
def test_a_header_is_taken_for_one(header: str, tmp_path: Path) -> None:
    assert scanned(tmp_path, f"{header}\na,Course viewed,Quiz attempt viewed\nb,User listed,Course viewed\n").rows == 2


# --- findings ---------------------------------------------------------------------------------------------------------


def _letters(number: int) -> str:
    return "abcdefgh"[number % 8] + "klmnopqr"[number // 8]


def people(count: int = 40) -> tuple[str, list[str]]:
    """Give a table of made-up people, and every value in it."""
    numbers = elevens(count)
    rows = [(number, f"Qwanna{_letters(i)} Zwartbaard{_letters(i)}", f"qx{i}zw@uni.example", f"0{7_000_000 + i}", ("dyslexie", "adhd")[i % 2],
             f"{5 + i % 5},{i % 10}", f"{1 + i % 12:02}/{1 + i % 12:02}/2003", f"Tutor vrwx{i} spoke with student 76543{i:02}")
            for i, number in enumerate(numbers)]
    header = "bsn_nr;user full name;e-mail;student_number;extra_time;grade;born;note"
    return header + "\n" + "".join(";".join(row) + "\n" for row in rows), [cell for row in rows for cell in row]


def test_the_json_has_the_shape_that_tools_read(tmp_path: Path) -> None:
    column = scanned(tmp_path, people()[0]).as_json()["columns"][0]
    assert (column["name"], column["type"], column["kind"], column["category"]) == ("bsn_nr", "string", "national_id", "bsn")
    finding = next(each for each in column["findings"] if each["rule"] == "bsn")
    assert finding["verdict"] == "found"
    assert finding["channels"] == {"header": True, "values": True, "text": False}
    assert (finding["distinct"], finding["matching"], finding["share"]) == (40, 40, 1.0)
    assert finding["p_value"] < 1e-6


def test_no_value_is_printed_written_or_drafted(tmp_path: Path) -> None:
    made = project(tmp_path)
    text, values = people()
    export = made.base / "export.csv"
    export.write_text(text, "utf-8")
    told = made.lapipe("scan", str(export), "--draft", str(made.base / "students.odcs.yaml"))
    as_json = made.lapipe("scan", str(export), "--format", "json")
    draft = (made.base / "students.odcs.yaml").read_text("utf-8")
    assert (told.code, as_json.code, told.err, as_json.err) == (1, 1, "", "")
    assert [each["kind"] for each in json.loads(as_json.out)["columns"]][:4] == ["national_id", "identifier", "identifier", "identifier"]
    for out in (told.out, as_json.out, draft):
        # Words that column names, rules and counts also hold say nothing; every other value must be nowhere.
        assert not [value for value in values if len(value) > 4 and value != "dyslexie" and value in out]
        assert not re.search(r"qwanna|zwartbaard|vrwx|dyslexie|adhd|76543", out, re.IGNORECASE)


@pytest.mark.parametrize(("content", "code"), [("group,size\na,1\nb,2\n", 0), ("dyslexie,size\nja,1\nnee,2\n", 1), ("e-mail\nx@uni.example\n", 1)])
def test_the_exit_code_says_whether_something_was_found(content: str, code: int, tmp_path: Path) -> None:
    made = project(tmp_path)
    (made.base / "x.csv").write_text(content)
    assert made.lapipe("scan", str(made.base / "x.csv")).code == code


# --- drafts -----------------------------------------------------------------------------------------------------------


def decided(draft: str, person: str) -> str:
    """Decide everything in a draft, as a person would."""
    draft = draft.replace("person: undecided", f"person: {person}").replace("zone: undecided", "zone: Europe/Amsterdam")
    draft = draft.replace("format: undecided", "format: dd/MM/yyyy").replace("purpose: undecided", "purpose: A test.")
    return draft.replace("kind: undecided", "kind: plain").replace("about: undecided", "about: student")


def test_a_draft_is_refused_until_everything_is_decided_and_then_loads(tmp_path: Path) -> None:
    seen = scanned(tmp_path, people()[0])
    out = tmp_path / "students.odcs.yaml"
    undecided = write_draft(seen, out)
    assert undecided > 5
    with pytest.raises(DeclarationFault, match=rf"^LP209 {re.escape(str(out))}:\d+: .*undecided, as are {undecided - 1} more"):
        load_contract(out)
    text = out.read_text("utf-8")
    out.write_text(decided(text, "student_number"), "utf-8")
    contract = load_contract(out)
    assert [column.name for column in contract] == [column.name for column in seen.columns]
    assert (contract["bsn_nr"].kind, contract["born"].format, contract.reading.delimiter) == ("national_id", "%d/%m/%Y", ";")


@pytest.mark.parametrize("content", [
    "id,at,mark\n1,2026-01-31 10:00:00,7.25\n2,2026-01-31 11:00:00,8\n", "userid,seen\n1,1700000000\n2,1700000001\n",
    "number,x\n1234567.0,NULL\n1234568.0,1\n", 'weird: "name" # {here},other\na,1\nb,2\n', "date_of_birth,b\n2001-02-03,1\n2001-02-04,1\n"])
def test_a_decided_draft_reads_the_file_it_was_made_of(content: str, tmp_path: Path) -> None:
    from lapipe.engine import open_engine
    from lapipe.readers import open_source

    seen = scanned(tmp_path, content)
    out = tmp_path / "t.odcs.yaml"
    write_draft(seen, out)
    out.write_text(decided(out.read_text("utf-8"), json.dumps(seen.columns[0].name)), "utf-8")
    contract = load_contract(out)
    engine = open_engine("duckdb", tmp_path / "spool")
    read = engine.read(open_source(tmp_path / "export.csv", contract, tmp_path / "spool"), contract)
    assert (read.rows, sum(read.unreadable.values())) == (seen.rows, 0)
    engine.close()


def test_a_draft_never_overwrites(tmp_path: Path) -> None:
    seen = scanned(tmp_path, "a,b\n1,2\n")
    (tmp_path / "t.odcs.yaml").write_text("mine")
    with pytest.raises(UsageFault, match="never overwrites"):
        write_draft(seen, tmp_path / "t.odcs.yaml")
    assert (tmp_path / "t.odcs.yaml").read_text() == "mine"


# --- known exports ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "encoding", "delimiter", "name"), [
    ("moodle_log_templates/synthetic_moodle_log_en_utf8bom.csv", "utf-8-sig", ",", "moodle_log_report"),
    ("moodle_log_templates/synthetic_moodle_log_nl_excel_resaved_cp1252_semicolon.csv", "cp1252", ";", "moodle_log_report"),
    ("moodle_log_templates/synthetic_moodle_log_en_utf16le_tab.txt", "utf-16", "\t", "moodle_log_report"),
    ("oulad/studentInfo.csv", "utf-8", ",", "oulad_student_info"),
    ("gradebook_microsamples/blackboard_gradecenter.csv", "utf-8-sig", ",", "blackboard_gradebook"),
])
def test_a_sample_is_recognised_by_its_header(file: str, encoding: str, delimiter: str, name: str, tmp_path: Path) -> None:
    if not SAMPLES.is_dir():
        missing(f"scan on the sample exports: there are none in {SAMPLES}")
    seen = scan(SAMPLES / file, tmp_path, known=list(load_contracts(ROOT / "schemas" / "tables").values()))
    assert seen.looks_like == name
    with (SAMPLES / file).open(encoding=encoding, newline="") as stream:
        assert seen.rows == sum(1 for row in csv.reader(stream, delimiter=delimiter) if row) - 1
    assert bool(name) == any("looks like" in line for line in in_words(seen))


def test_rows_of_nobody_and_a_sign_at_the_end_are_told_and_answers_of_people_stay(tmp_path: Path) -> None:
    rows = "".join(f"s{2_000_000 + n},{('Total', 'Average')[n % 2]},7\n" for n in range(30))
    seen = scanned(tmp_path, "student,answer,x\nPoints Possible,,\n,Average,\n" + rows)
    assert (seen.rows, [column.name for column in seen.columns]) == (31, ["student", "answer", "x"])
    assert "rows that say 'Points Possible' were taken for nobody's" in seen.notes[0]
    assert seen.notes[1].startswith("row 2 after the header has nothing in most of the columns that the others fill")
    assert not scanned(tmp_path, "student,answer,x\n" + rows, "others.csv").notes


def test_texts_that_are_not_all_objects_stay_texts(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"s{2_000_000 + n}", "event": json.dumps({"page": n})}) for n in range(25)]
    assert [column.name for column in scanned(tmp_path, "\n".join(lines), "a.jsonl").columns] == ["id", "event_page"]
    cut = json.dumps({"id": "s1999999", "event": '{"page": "kana'})
    seen = scanned(tmp_path, "\n".join([*lines[:10], cut, *lines[10:]]), "b.jsonl")
    assert ([column.name for column in seen.columns], seen.rows, seen.unparsed) == (["id", "event"], 26, 0)


@pytest.mark.parametrize("delimiter", ["^", "~", "\u00a6", "\u00a7", "\x1f"])
def test_a_rare_delimiter_is_found_and_its_draft_reads_the_file(delimiter: str, tmp_path: Path) -> None:
    from lapipe.engine import open_engine
    from lapipe.readers import open_source

    seen = scanned(tmp_path, "course,mark,day\n".replace(",", delimiter) + "".join(f"C{n}{delimiter}7.{n}{delimiter}2026-01-0{n}\n" for n in range(1, 9)))
    assert ([column.name for column in seen.columns], seen.rows) == (["course", "mark", "day"], 8)
    assert f"U+{ord(delimiter):04X}" in next(in_words(seen))
    out = tmp_path / "t.odcs.yaml"
    write_draft(seen, out)
    out.write_text(decided(out.read_text("utf-8"), "course"), "utf-8")
    engine = open_engine("duckdb", tmp_path / "spool")
    read = engine.read(open_source(tmp_path / "export.csv", load_contract(out), tmp_path / "spool"), load_contract(out))
    assert (read.rows, sum(read.unreadable.values())) == (8, 0)
    engine.close()


@pytest.mark.parametrize(("name", "content", "told"), [
    ("two.zip", {"a.csv": "a,b\n1,2\n", "b.csv": "a,b\n1,2\n"}, "holds 2 files"), ("none.csv.zip", {}, "holds no files"),
    ("page.xls", "<html><table><tr><td>kanarie</td></tr></table></html>", r"is a web page \(HTML\)"),
    ("two.csv", b"naam,x\n" + "kanarie,\u00e9\n".encode("utf-16-le") + b"a,b\n" * 20, "NUL bytes inside its values, or text of two encodings"),
    ("late.csv", b"student,mark\n" + b"x" * (SAMPLE - 14) + b"\0y,1\n", "NUL bytes inside its values"),
    ("inside.csv", b"student,mark\ns2000001,7\ns20\x0000002,8\n", "NUL bytes inside its values"),
    ("cut.csv.gz", gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:-12], "ends too early"), ("only.csv", "student,mark\n", "2 columns and 0 rows")])
def test_what_holds_no_one_table_is_refused_with_what_it_is(name: str, content: Any, told: str, tmp_path: Path) -> None:
    if isinstance(content, dict):
        with zipfile.ZipFile(tmp_path / "z", "w") as archive:
            for file, text in content.items():
                archive.writestr(file, text)
        content = (tmp_path / "z").read_bytes()
    with pytest.raises(ContractBroken, match=told) as refused:
        scanned(tmp_path, content, name)
    assert "kanarie" not in str(refused.value)


@pytest.mark.parametrize("content", [
    b"\0" * 826 + b"student,mark\n" + b"s2000001,7\n" * 3, b"student,mark\ns2000001\0\0\0,7\0\ns2000002\0\0\0,8\0\ns2000003,9\n\0\0\0\0",
    b"student,mark\n" + b"s2000001,7\n" * 2 + b"x" * (SAMPLE - 37) + b"\0\0\0\0,7\n"], ids=["before", "behind cells", "over two pieces"])
def test_nul_bytes_that_pad_a_file_are_told_and_drafted(content: bytes, tmp_path: Path) -> None:
    out = tmp_path / "d.odcs.yaml"
    found = scanned(tmp_path, content)
    assert found.rows == 3
    assert [column.name for column in found.columns] == ["student", "mark"]
    assert any(f"{content.count(0)} NUL bytes" in note for note in found.notes)
    write_draft(found, out)
    text = out.read_text("utf-8")
    assert '"nul": "removed"' in text
    assert "NUL bytes" in text


def test_a_file_of_two_encodings_one_of_which_is_read_wrongly_is_told(tmp_path: Path) -> None:
    half = "s2000001;Zoë;André\n"
    mixed = b"student;voornaam;achternaam\n" + half.encode() * 20 + half.replace("1;", "2;").encode("cp1252") * 20
    assert any("UTF-8 and others are not" in note for note in scanned(tmp_path, mixed).notes)
    sound = b"student;voornaam;achternaam\n" + half.encode("cp1252") * 40
    assert scanned(tmp_path, sound, "other.csv").notes == ()


@pytest.mark.parametrize(("last", "told"), [("Totaal,,,1770", True), ("s2000099,,,8", True), ("s2000099,x,y,8", False), ("Totaal,,1770", False)])
def test_a_last_row_that_seems_nobodys_is_told_without_its_text(last: str, told: bool, tmp_path: Path) -> None:
    rows = "".join(f"s20000{number:02},a{number},b{number},{number}\n" for number in range(40))
    found = scanned(tmp_path, f"student,group,room,mark\n{rows}{last}\n")
    assert any("the last row has nothing" in note for note in found.notes) == told
    assert "Totaal" not in str(found.notes)
    assert found.rows + found.unparsed == 41


def test_an_object_with_two_lists_of_records_is_not_taken_for_one_record(tmp_path: Path) -> None:
    records = [{"id": f"kanarie{number}", "x": number} for number in range(50)]
    with pytest.raises(ContractBroken, match="not one of its keys alone holds a list of records") as refused:
        scanned(tmp_path, json.dumps({"a": records, "b": records}), "two.json")
    assert "kanarie" not in str(refused.value)
    assert scanned(tmp_path, json.dumps({"a": records, "b": []}), "one.json").rows == 50


def test_what_a_mac_puts_beside_a_file_in_a_zip_is_no_second_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("e.csv", "student,mark\ns2000001,7\ns2000002,8\n")
        archive.writestr("__MACOSX/._e.csv", "x")
    assert scanned(tmp_path, (tmp_path / "z").read_bytes(), "e.csv.zip").rows == 2


# --- families ---------------------------------------------------------------------------------------------------------

PEOPLE = [{"student": f"s{2_000_000 + n}", "mark": 5.5 + n % 4, "at": f"2026-01-{n + 1:02}T10:00:00Z", "where": {"course": f"C{n % 2}", "group": "a"}}
          for n in range(25)]
LAYOUT = "Label;StartingPosition;NumberOfPositions\nstudent;1;8\nmark;9;4\nat;13;20\ncourse;33;2\n"


def as_workbook() -> bytes:
    import datetime
    import io

    openpyxl = pytest.importorskip("openpyxl")
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["student", "mark", "at", "course"])
    for each in PEOPLE:
        book.active.append([each["student"], each["mark"], datetime.datetime.fromisoformat(each["at"]).replace(tzinfo=None), each["where"]["course"]])
    book.create_sheet("other")
    book.save(out)
    return out.getvalue()


def packed(name: str, content: str) -> bytes:
    import io
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


LINES = "".join(json.dumps(each) + "\n" for each in PEOPLE)
ROWS = [f"{each['student']},{each['mark']},{each['at']},{each['where']['course']}\n" for each in PEOPLE]
FAMILIES: dict[str, tuple[str, bytes, dict[str, Any], int]] = {
    "JSON lines": ("e.jsonl", LINES.encode(), {}, 0),
    "JSON lines named .json, zipped": ("e.json.zip", packed("e.json", LINES), {}, 0),
    "prefixed lines, one cut short": ("e.log", ("\0" * 826 + "".join(f"2026-01-01 INFO [user None] - {line}\n" for line in LINES.splitlines())
                                               + 'x - {"student": "kana').encode(), {}, 1),
    "an array": ("e.json", json.dumps(PEOPLE, indent=1).encode(), {}, 0),
    "an envelope": ("e.json", json.dumps({"sensor": "x", "data": PEOPLE}).encode(), {}, 0),
    "a workbook": ("e.xlsx", b"", {}, 0),
    "fixed width": ("e.asc", "".join(f"{e['student']}{e['mark']:<4}{e['at']}{e['where']['course']}\r\n" for e in PEOPLE).encode(), {"layout": True}, 0),
    "no header, gzip": ("e.csv.gz", gzip.compress("".join(ROWS).encode(), mtime=0), {"names": ["student", "mark", "at", "course"]}, 0),
    "a row too short": ("e.csv", ("student,mark,at,course\n" + "".join(ROWS) + "kanarie,5\n").encode(), {}, 1),
    "objects in texts": ("e.jsonl", "".join(json.dumps({**each, "where": json.dumps(each["where"])}) + "\n" for each in PEOPLE).encode(), {}, 0),
    "rows of nobody, and a sign behind each row": ("e.csv", ("student,mark,at,course,End-of-Line Indicator\n,,Manual Posting,,#\n    Points Possible,10,,,#\n" + "".join(
        row.replace("\n", ",#\n") for row in ROWS) + '"Student, Test",,,,#\n').encode(), {}, 0),
    "a name twice and one that is empty": ("e.csv", ("student,mark,mark,\n" + "".join(ROWS)).encode(), {"header": True}, 0),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_files_is_scanned_and_read_again_by_its_draft(family: str, tmp_path: Path) -> None:
    import dataclasses

    from lapipe.engine.duckdb import DuckDB
    from lapipe.readers import open_source

    name, content, options, unparsed = FAMILIES[family]
    if options.get("layout"):
        (tmp_path / "layout.csv").write_text(LAYOUT)
        options = {"layout": tmp_path / "layout.csv"}
    found = scanned(tmp_path, content or as_workbook(), name, **options)
    assert (found.rows, found.unparsed, len(found.columns)) == (25, unparsed, 5 if "where" in LINES and name.endswith((".jsonl", "json", ".zip", ".log")) else 4)
    if family == "objects in texts":
        assert found.columns[3].place.path == ("where", "course")
    kinds = {column.name: (column.type, column.kind) for column in found.columns}
    assert kinds["student"] == ("string", "identifier")
    if "mark" in kinds and "mark_2" not in kinds:
        assert kinds["mark"][0] == "number"
        assert kinds["at"][0] == "timestamp"
    draft = tmp_path / "made.odcs.yaml"
    write_draft(found, draft)
    text = draft.read_text("utf-8")
    assert "kana" not in text + " ".join(in_words(found)) + json.dumps(found.as_json())
    with pytest.raises(DeclarationFault, match="undecided"):
        load_contract(draft)
    for asked, decided in (("kind", "plain"), ("about", "student"), ("zone", "UTC"), ("purpose", "tried"), ("person", "student")):
        text = re.sub(rf"\b{asked}: undecided\b", f"{asked}: {decided}", text)
    draft.write_text(text, "utf-8")
    contract = load_contract(draft)
    contract = dataclasses.replace(contract, reading=dataclasses.replace(contract.reading, quarantine_rows=unparsed))
    (tmp_path / "run").mkdir()
    engine = DuckDB(tmp_path / "run")
    read = engine.read(open_source(tmp_path / name, contract, tmp_path / "run", tmp_path / "quarantine"), contract)
    students = engine.fetch(read.table.select("student")).column(0).to_pylist()
    engine.close()
    assert (read.rows, read.unreadable) == (25, {})
    assert sorted(students) == sorted(each["student"] for each in PEOPLE)


@pytest.mark.parametrize("record", [
    {"marks": {"kanarie": 7}}, {"Kanarie Jansen": 7}, {"s1234567": 1}, {"info": {"Kanarie": 1}}, {"info": {"s1234567": 1}}])
def test_a_key_that_may_be_somebodys_name_is_no_column(record: dict[str, Any], tmp_path: Path) -> None:
    """The same mark is kept under another key in each record, as a program does that has people for keys."""
    lines = [{"id": n, **json.loads(re.sub("kanarie|Kanarie", lambda word, n=n: f"{word[0]}{chr(97 + n)}", json.dumps(record)).replace("1234567", str(1_234_567 + n)))}
             for n in range(20)]
    try:
        found = scanned(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "e.jsonl")
        told = " ".join(in_words(found)) + json.dumps(found.as_json())
    except ContractBroken as error:
        told = str(error)
    assert "anarie" not in told
    assert "s123" not in told
    assert any(word in told for word in ("may be somebody", "marks", "info"))


# --- what is declared, what stands beside, folders --------------------------------------------------------------------------------------


def test_what_the_contract_of_the_header_declares_is_no_finding(tmp_path: Path) -> None:
    known = list(load_contracts(ROOT / "schemas" / "tables").values())
    header = "code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,num_of_prev_attempts,studied_credits,disability,final_result"
    rows = "".join(f"AAA,2013J,{11391 + i},M,Wales,HE,10-20%,0-35,0,60,{'YN'[i % 2]},Pass\n" for i in range(20))
    declared, unknown = scanned(tmp_path, f"{header}\n{rows}", known=known), scanned(tmp_path, f"{header}\n{rows}", "other.csv")
    assert (declared.looks_like, declared.alarming, unknown.alarming) == ("oulad_student_info", False, True)
    leaked = rows.replace(",Wales,", ",wie@uni.example,")
    column = scanned(tmp_path, f"{header}\n{leaked}", "leak.csv", known=known).columns[4]
    assert ([column.rule(each) for each in column.undeclared], column.declared) == (["LP504"], "quasi")


@pytest.mark.parametrize(("content", "column", "rule", "breaks", "beside"), [
    ("nationaliteit,geboorteland\nNL,NL\nNL,TR\n", "geboorteland", "special:ethnicity", "LP505", ["nationaliteit"]),
    ("id,quiz,userid,timelimit\n1,3,11,5400\n2,3,12,5400\n", "timelimit", "special:health", "LP505", ["userid"]),
    ("postcode,huisnummer\n1234AB,1\n1234AC,2\n", "postcode", "address", "LP504", ["huisnummer"]),
    ("bsn\n111222333\n123456782\n", "bsn", "bsn", "LP503", []),
])
def test_a_finding_says_the_rule_it_breaks_and_what_stands_beside(
        content: str, column: str, rule: str, breaks: str, beside: list[str], tmp_path: Path) -> None:
    told = next(each for each in scanned(tmp_path, content).as_json()["columns"] if each["name"] == column)
    finding = next(each for each in told["findings"] if each["rule"] == rule)
    assert (finding["breaks"], finding["beside"]) == (breaks, beside)


@pytest.mark.parametrize("content", [
    "quiz,timelimit,name\n3,5400,a\n4,3600,b\n", "nationaliteit,plaats\nNL,a\nTR,b\n", "postcode,jaar\n1234AB,1\n1234AC,2\n",
    "id,course\n1,a\n2,a\n3,a\n4,b\n5,b\n6,b\n"])
def test_a_column_alone_says_less(content: str, tmp_path: Path) -> None:
    assert not any(each["beside"] for column in scanned(tmp_path, content).as_json()["columns"] for each in column["findings"])


def test_what_could_not_have_been_seen_is_said(tmp_path: Path) -> None:
    seen = scanned(tmp_path, "attempt\n" + "".join(f"{300_000_001 + 10_007 * i}\n" for i in range(400)))
    (finding,) = [each for each in seen.as_json()["columns"][0]["findings"] if each["rule"] == "bsn"]
    assert (finding["verdict"], 0.08 < finding["unseen"] < 0.15) == ("none", True)
    assert any("this could not tell" in line for line in in_words(seen))


def test_a_folder_is_scanned_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    made = project(tmp_path)
    folder = made.base / "exports"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.csv").write_text("group,size\na,1\nb,2\n")
    (folder / "deep" / "b.csv").write_text("e-mail,size\nx@uni.example,1\n")
    told = made.lapipe("scan", str(folder), "--format", "json")
    assert (told.code, [Path(each["file"]).name for each in json.loads(told.out)]) == (1, ["a.csv", "b.csv"])
    (folder / "c.csv").write_text("")
    (folder / "deep" / "b.csv").unlink()
    told = made.lapipe("scan", str(folder))
    assert (told.code, "c.csv is empty" in told.err, "a.csv" in told.out) == (3, True, True)
    (made.base / "none").mkdir()
    assert made.lapipe("scan", str(made.base / "none")).code == 2


def test_a_scan_opens_no_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert scanned(tmp_path, people()[0]).alarming


# --- people as columns -------------------------------------------------------------------------------------------------

_PEOPLE_AS_COLUMNS = {
    "names.json": '[{"Jan de Vries": 3, "Anna Smit": 4}, {"Jan de Vries": 5, "Anna Smit": 6}]',
    "deep.jsonl": '{"student": 1, "marks": {"jan_jansen": 3, "anna_smit": 4}}\n' * 3,
    "names.csv": "student,Jan de Vries,Anna Smit\nweek 1,3,4\nweek 2,5,6\n",
    "small.csv": "student;anna_smit;Eva Mulder\nweek 1;3;4\nweek 2;5;6\n",
}


@pytest.mark.parametrize("name", _PEOPLE_AS_COLUMNS)
def test_a_persons_name_over_a_column_is_a_finding_and_stands_nowhere(name: str, tmp_path: Path) -> None:
    made = project(tmp_path, ring=False)
    (made.root / name).write_text(_PEOPLE_AS_COLUMNS[name], "utf-8")
    done = made.lapipe("scan", name, "--draft", "draft.odcs.yaml")
    told = made.lapipe("scan", name, "--format", "json")
    assert (done.code, told.code) == (1, 1)
    last = len(json.loads(told.out)["columns"])
    assert [each["name"] for each in json.loads(told.out)["columns"]][-2:] == [f"column {last - 1}", f"column {last}"]
    assert all((each["kind"], each["verdict"], each["person_in_name"]) == ("undecided", "possible", True) for each in json.loads(told.out)["columns"][-2:])
    draft = (made.root / "draft.odcs.yaml").read_text("utf-8")
    for text in (done.out, told.out, draft):
        assert text.count("LP504 a column's name looks like a person's") == 2
    assert draft.count("kind: undecided   # its name looks like a person's") == 2
    for text in (done.out, done.err, told.out, told.err, draft):
        assert not re.search("jan[_ ]|jansen|vries|anna|smit|eva|mulder", text, re.IGNORECASE)
    with pytest.raises(DeclarationFault, match="LP209"):
        load_contract(made.root / "draft.odcs.yaml")


def test_no_column_that_a_shipped_contract_names_looks_like_a_person() -> None:
    from lapipe.detect.headers import names_person

    words = {word for contract in load_contracts(ROOT / "schemas" / "tables").values() for column in contract.columns
             for word in (column.name, *column.aliases, ".".join(column.path))}
    assert len(words) > 900
    assert not [word for word in words if names_person(word)]


def workbook(path: Path, *sheets: tuple[str, list[list[str]]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_every_sheet_of_a_workbook_is_scanned_and_its_name_is_not_told(tmp_path: Path) -> None:
    marks = [["vak", "cijfer"], ["statistiek", "7"], ["wiskunde", "8"]]
    people = [["bsn", "vak"], *([bsn, "statistiek"] for bsn in bsns(8, 1))]
    file = workbook(tmp_path / "two.xlsx", ("Cijfers", marks), ("Leeg", []), ("Canarya Canaryb", people))
    done = CliRunner().invoke(app, ["scan", str(file), "--format", "json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, [(each["sheet"], each["sheets"], each["rows"]) for each in told]) == (1, [(1, 2, 2), (2, 2, 8)])
    assert [column["verdict"] for column in told[1]["columns"] if column["name"] == "bsn"] == ["found"]
    assert "Canary" not in done.output
    refused = CliRunner().invoke(app, ["scan", str(file), "--draft", str(tmp_path / "x.yaml")])
    assert (isinstance(refused.exception, UsageFault), (tmp_path / "x.yaml").exists()) == (True, False)


def test_the_one_sheet_that_holds_anything_is_scanned_wherever_it_stands(tmp_path: Path) -> None:
    file = workbook(tmp_path / "one.xlsx", ("Leeg", []), ("Cijfers", [["vak", "cijfer"], ["statistiek", "7"]]))
    done = CliRunner().invoke(app, ["scan", str(file), "--draft", str(tmp_path / "x.yaml")])
    assert (done.exit_code, "Cijfers" in (tmp_path / "x.yaml").read_text()) == (0, True)
