"""Every way in which exports are written is read to the same rows, or refused in a sentence without a value."""

from __future__ import annotations

import codecs
import csv
import dataclasses
import gzip
import io
import json
import os
import random
import re
import stat
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lapipe.contract import Column, Contract, Kind, PseudoRow, Reading, Spelling, load_contract
from lapipe.engine.duckdb import DuckDB
from lapipe.errors import ContractBroken, DeclarationFault, LapipeError, UsageFault
from lapipe.readers import open_source

#: Stands in cells of rows that are faulty; no message may hold it.
CANARY = "kanarie"

ROWS = [["0012345", "Zoë de Vries", "7.50", "first\nsecond"], ["1234567", "Bram, J.", "", ""], ["900719925474099312", 'a "b"', "10", "x"]]
WANTED = [("0012345", "Zoë de Vries", "7.500000", "first\nsecond"), ("1234567", "Bram, J.", None, None),
          ("900719925474099312", 'a "b"', "10.000000", "x")]
HEADER = ["id", "name", "mark", "remark"]


def columns(**changes: dict[str, Any]) -> tuple[Column, ...]:
    made = (Column("id", kind=Kind.IDENTIFIER), Column("name", kind=Kind.FREE_TEXT), Column("mark", type="number"), Column("remark"))
    return tuple(dataclasses.replace(column, **changes.get(column.name, {})) for column in made)


def contract(of: tuple[Column, ...] | None = None, **reading: Any) -> Contract:
    return Contract("marks", columns=of or columns(), reading=Reading(**reading))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir(mode=0o700)
    return tmp_path


def read(path: Path, of: Contract) -> tuple[list[tuple[Any, ...]], Any]:
    """Read a file as a run does; give the rows as text, and what the register is told of the file."""
    engine = DuckDB(path.parent / "run")
    try:
        source = open_source(path, of, path.parent / "run", path.parent / "quarantine")
        got = engine.read(source, of)
        assert not got.unreadable, got.unreadable
        rows = [tuple(None if value is None else str(value) for value in row.values()) for row in engine.fetch(got.table).to_pylist()]
        assert len(rows) == got.rows
        return rows, source
    finally:
        engine.close()


def refused(path: Path, of: Contract, error: type[LapipeError] = ContractBroken) -> str:
    """Give the sentence with which a file is refused, after looking through everything that hangs on it."""
    with pytest.raises(error) as caught:
        read(path, of)
    shown = "".join(traceback.format_exception(caught.value))
    chain, link = [], caught.value
    while link is not None:
        chain.append(repr(link))
        link = link.__cause__ or link.__context__  # type: ignore[assignment]
    assert CANARY not in shown.casefold() + " ".join(chain).casefold()
    assert len(chain) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def delimited(rows: list[list[str]], delimiter: str = ",", end: str = "\n", header: list[str] | None = None) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([header or HEADER, *rows])
    return out.getvalue()


def packed(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner.csv", text)
    return out.getvalue()


def ended(text: str, *ends: str) -> bytes:
    """Give other line ends, in turn, but leave the one inside a cell."""
    lines = text.replace("first\nsecond", "first\0second").split("\n")
    return "".join(line + ends[number % len(ends)] for number, line in enumerate(lines[:-1])).replace("\0", "\n").encode()


def mixed(text: str) -> bytes:
    return ended(text, "\n", "\r\n")


PLAIN = delimited(ROWS)
COMMAS = [[cell.replace(".50", ",50") if place == 2 else cell for place, cell in enumerate(row)] for row in ROWS]

#: name -> (file name, bytes, reading)
WRITTEN: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "plain": ("m.csv", PLAIN.encode(), {}),
    "no line end at the end": ("m.csv", PLAIN.rstrip("\n").encode(), {}),
    "byte order mark": ("m.csv", PLAIN.encode("utf-8-sig"), {}),
    "CRLF": ("m.csv", delimited(ROWS, end="\r\n").encode(), {}),
    "CR": ("m.csv", ended(PLAIN, "\r"), {}),
    "mixed line ends": ("m.csv", mixed(PLAIN), {}),
    "blank lines": ("m.csv", PLAIN.replace("1234567", "\n\n1234567").encode() + b"\n\n", {}),
    "tab inside .csv": ("m.csv", delimited(ROWS, "\t").encode(), {}),
    "semicolons and decimal commas": ("m.csv", delimited(COMMAS, ";").encode(), {"decimal": ","}),
    "UTF-16 tab text named .xls": ("m.xls", delimited(ROWS, "\t", "\r\n").encode("utf-16"), {}),
    "cp1252, declared": ("m.csv", PLAIN.encode("cp1252"), {"encoding": "cp1252"}),
    "latin-1 and pseudo-rows": ("m.csv", delimited([[" Points Possible", "", "10", ""], *ROWS]).encode("latin-1"),
                                {"encoding": "iso-8859-1", "pseudo_rows": (PseudoRow(column="id", text="Points Possible"),)}),
    "gzip": ("m.csv.gz", gzip.compress(PLAIN.encode()), {}),
    "zip": ("m.zip", packed(PLAIN), {}),
    "no header": ("m.csv", PLAIN.split("\n", 1)[1].encode(), {"header": False}),
    "no header, mixed line ends": ("m.csv", mixed(PLAIN.split("\n", 1)[1]), {"header": False}),
    "pseudo-row by place": ("m.csv", delimited([["x", "Test, Student", "1", ""], *ROWS]).encode(), {"pseudo_rows": (PseudoRow(row=1),)}),
    "pseudo-row by any cell": ("m.csv", delimited([["", "", "Manual Posting", ""], *ROWS]).encode(),
                               {"pseudo_rows": (PseudoRow(text="Manual posting"),)}),
    "trailer": ("m.csv", delimited([[*row, "#"] for row in ROWS], header=[*HEADER, "End-of-Line Indicator"]).encode(),
                {"trailer": ("End-of-Line Indicator", "#")}),
    "ragged, filled": ("m.csv", delimited([row[:2] if row[0] == "1234567" else row for row in ROWS]).encode(), {"filled": True}),
    "NUL padding, removed": ("m.csv", b"\0" * 826 + PLAIN.encode(), {"nul_removed": True}),
    "JSON lines": ("m.jsonl", "".join(json.dumps({k: v or None for k, v in zip(HEADER, row, strict=True)}) + "\n" for row in ROWS).encode(), {}),
    "JSON lines named .json": ("m.json", "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in ROWS).encode(), {}),
    "a JSON array": ("m.json", json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS], indent=1).encode(), {}),
    "an object around the array": ("m.json", json.dumps({"more": "", "all": [dict(zip(HEADER, row, strict=True)) for row in ROWS]}).encode(),
                                   {"format": "json", "at": "all", "envelope": ("more",)}),
    "prefixed JSON lines": ("m.log", "".join(f"2026-01-01 INFO [user None] - {json.dumps(dict(zip(HEADER, row, strict=True)))}\n"
                                             for row in ROWS).encode(), {"format": "jsonl", "prefix": True}),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_every_way_of_writing_gives_the_same_rows(way: str, place: Path) -> None:
    name, content, reading = WRITTEN[way]
    (place / name).write_bytes(content)
    rows, _ = read(place / name, contract(**reading))
    assert sorted(rows) == sorted(WANTED)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_rows_are_counted_the_same_whatever_piece_is_read_at_a_time(size: int, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lapipe.readers import text

    monkeypatch.setattr(text, "_PIECE", size)
    for content, lines, is_mixed in [(PLAIN, 4, False), (delimited(ROWS, end="\r\n"), 4, False), (mixed(PLAIN).decode(), 4, True),
                                     ("a\n\n\nb\n\n", 2, False), ('a\n""\n"\n"\n', 3, False), ("a\r\n\r\nb", 2, False)]:
        (place / "x.csv").write_bytes(content.encode())
        shape = text.shape_of(place / "x.csv")
        assert (shape.lines, shape.mixed) == (lines, is_mixed), content


def test_the_count_of_rows_is_that_of_a_plain_count(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lapipe.readers import text

    chance = random.Random(20261125)
    for _ in range(300):
        content = "".join(chance.choice('ab,"\r\n\n') for _ in range(chance.randint(1, 200)))
        content += '"' * (content.count('"') % 2)
        (place / "x.csv").write_bytes(content.encode())
        monkeypatch.setattr(text, "_PIECE", chance.choice([1, 3, 63, 64, 65, 1 << 20]))
        # Line ends inside quotes are no ends; a line with nothing but a carriage return in it is none.
        quoted = '"'.join(part if number % 2 == 0 else "x" * len(part) for number, part in enumerate(content.split('"')))
        ended = quoted.replace("\r\n", "\n").split("\n")
        assert text.shape_of(place / "x.csv").lines == sum(line != "" for line in ended), content


BAD_ROWS = [*ROWS, [CANARY, CANARY]]
BROKEN = PLAIN.encode() + f"{CANARY},{CANARY}\n".encode()

#: name -> (file name, bytes, reading, what the sentence says)
UNREADABLE: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    "cp1252, not declared": ("m.csv", (PLAIN + f"1,{CANARY} \u20ac,1,\n").encode("cp1252"), {}, "encoding: cp1252"),
    "latin-1, not declared": ("m.csv", PLAIN.encode("latin-1"), {}, "encoding: iso-8859-1"),
    "UTF-16 without a mark": ("m.csv", PLAIN.encode("utf-16-le"), {}, "encoding: utf-16-le"),
    "another encoding far into the file": ("m.csv", PLAIN.encode() + b"1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,1,1\n" * 40_000 + f"1,{CANARY} é,1,\n".encode("cp1252"),
                                           {}, "UTF-8"),
    "UTF-8 declared UTF-16": ("m.csv", PLAIN.encode(), {"encoding": "utf-16"}, "encoding: utf-8"),
    "NUL bytes": ("m.csv", b"\0" * 9 + PLAIN.encode(), {}, "nul: removed"),
    "a row too short": ("m.csv", BROKEN, {}, "1 rows do not have"),
    "a row too short, mixed line ends": ("m.csv", mixed(BROKEN.decode()), {}, "1 record of 4 cannot be parsed (the first is line 6"),
    "an unclosed quote": ("m.csv", PLAIN.encode() + f'1,"{CANARY},1,\n2,b,1,\n3,c,1,\n'.encode(), {"quarantine_rows": 2},
                          "3 records of 6 cannot be parsed"),
    "a header where none is declared": ("m.csv", PLAIN.encode(), {"header": False}, "has a header"),
    "no header where one is declared": ("m.csv", PLAIN.split("\n", 1)[1].replace("Bram", CANARY).encode(), {}, "does it have a header"),
    "one column": ("m.csv", delimited(ROWS, "^").encode(), {}, "holds 0 of the 4"),
    "a trailer that is not there": ("m.csv", PLAIN.encode(), {"trailer": ("#", "#")}, "trailer column"),
    "a row without its trailer": ("m.csv", delimited([[*row, "#"] for row in ROWS] + [[CANARY, "", "", "", "+"]],
                                                     header=[*HEADER, "end"]).encode(), {"trailer": ("end", "#")}, "1 record of 4"),
    "a header twice": ("m.csv", delimited([[*row, "x"] for row in ROWS], header=[*HEADER, "mark"]).encode(), {}, "more than once: mark"),
    "gzip that ends early": ("m.csv.gz", gzip.compress(PLAIN.encode())[:-9], {}, "ends too early"),
    "gzip that ends early, streamed": ("m.csv.gz", gzip.compress(os.urandom(50_000).hex().encode())[:-90], {"quarantine_rows": 1}, "ends too early"),
    "damaged gzip": ("m.csv.gz", gzip.compress(PLAIN.encode())[:30] + b"\xff" * 60, {}, "damaged"),
    "empty": ("m.csv", b"", {}, "is empty"),
    "a truncated line of JSON": ("m.jsonl", f'{{"id":"1","name":"b","mark":"1","remark":""}}\n{{"id":"{CANARY}","na'.encode(), {},
                                 "1 record of 2 cannot be parsed (the first is line 2"),
    "a prefix that is not declared": ("m.jsonl", f'{CANARY} {{"id":"1","name":"b","mark":"1","remark":""}}\n'.encode(), {}, "1 record of 1"),
    "an array that ends early": ("m.json", f'[{{"id":"1","name":"b","mark":"1","remark":""}},{{"id":"{CANARY}'.encode(), {}, "ends too early (at line 1)"),
    "a key nobody declared": ("m.jsonl", f'{{"id":"1","name":"b","mark":"1","remark":"","secret":"{CANARY}"}}\n'.encode(), {}, "undeclared: secret"),
    "a key that is somebody's number": ("m.jsonl", f'{{"id":"1","name":"b","mark":"1","remark":"","{CANARY}1":2}}\n'.encode(), {}, "somebody's name"),
    "JSON of something else": ("m.jsonl", f'{{"id":"1","{CANARY}":2}}\n'.encode(), {}, "hold 1 of the 4"),
    "a part of a dump": ("m.json", f'{{"all":[],"more":"/{CANARY}"}}'.encode(), {"format": "json", "at": "all", "envelope": ("more",)}, "only a part"),
    "an envelope that was not declared": ("m.json", b'{"all":[],"sensor":"x"}', {"format": "json", "at": "all"}, "undeclared beside it: sensor"),
    "NaN": ("m.jsonl", b'{"id":"1","name":"b","mark":NaN,"remark":""}\n', {}, "1 record of 1"),
    "old Excel": ("m.xls", b"\xd0\xcf\x11\xe0" + CANARY.encode(), {}, "old Excel"),
}


@pytest.mark.parametrize("fault", UNREADABLE)
def test_what_cannot_be_read_is_refused_in_a_sentence_without_a_value(fault: str, place: Path) -> None:
    name, content, reading, says = UNREADABLE[fault]
    (place / name).write_bytes(content)
    assert says in refused(place / name, contract(**reading), UsageFault if fault == "old Excel" else ContractBroken)
    assert not (place / "quarantine").exists() or not list((place / "quarantine").iterdir())


def test_rows_that_cannot_be_parsed_go_to_an_owner_only_file_with_their_line(place: Path) -> None:
    (place / "m.csv").write_bytes(BROKEN)
    os.umask(before := os.umask(0o000))
    os.umask(0o000)
    try:
        rows, source = read(place / "m.csv", contract(quarantine_rows=1))
    finally:
        os.umask(before)
    assert sorted(rows) == sorted(WANTED)
    assert {key: source.found[key] for key in ("records", "rows in quarantine", "pseudo-rows left out")} == {
        "records": 4, "rows in quarantine": 1, "pseudo-rows left out": 0}
    kept = place / "quarantine" / "marks.jsonl"
    (line,) = [json.loads(each) for each in kept.read_text("utf-8").splitlines()]
    assert (line["file"], line["line"], line["content"]) == ("m.csv", 6, f"{CANARY},{CANARY}\n")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(("limit", "goes"), [({"quarantine_share": 0.25}, True), ({"quarantine_share": 0.24}, False),
                                             ({"quarantine_rows": 1}, True), ({"quarantine_rows": 2}, True)])
def test_one_bad_row_in_four_passes_a_quarter_and_no_less(limit: dict[str, float], goes: bool, place: Path) -> None:
    (place / "m.csv").write_bytes(BROKEN)
    if goes:
        assert len(read(place / "m.csv", contract(**limit))[0]) == 3
    else:
        assert "1 record of 4 cannot be parsed" in refused(place / "m.csv", contract(**limit))
        assert not list((place / "quarantine").iterdir())


def test_without_a_folder_nothing_is_put_in_quarantine(place: Path) -> None:
    (place / "m.csv").write_bytes(BROKEN)
    with pytest.raises(UsageFault, match="no folder"):
        open_source(place / "m.csv", contract(quarantine_rows=1), place / "run")


@pytest.mark.parametrize("row", ['Thijs Kanarie,"a, b",7', "s1000001,x,7", "x,kanarie@voorbeeld.example,7", "x,30/06/25,7", "Kanarie@7.example,b,c"])
def test_a_person_behind_a_header_whose_line_end_was_lost_is_named_in_no_message(row: str, place: Path) -> None:
    (place / "m.csv").write_text(f"id,name,mark,remark,{row}\n" + "s2000001,Anna,8,goed\n" * 5, "utf-8")
    said = refused(place / "m.csv", contract())
    assert "columns, not shown here" in said
    assert not re.search("kanarie|Thijs|s1000001|30/06", said, re.IGNORECASE)


def test_a_header_that_stands_twice_is_told_apart_by_declared_positions(place: Path) -> None:
    of = columns(mark={"aliases": ("Toets",), "position": 3}, remark={"aliases": ("Toets",), "position": 4})
    (place / "m.csv").write_bytes(delimited(ROWS, header=["id", "name", "Toets", "Toets"]).encode())
    assert sorted(read(place / "m.csv", contract(of))[0]) == sorted(WANTED)
    (place / "m.csv").write_bytes(delimited(ROWS, header=["id", "name", "", "Toets"]).encode())
    assert sorted(read(place / "m.csv", contract(of))[0]) == sorted(WANTED)
    (place / "m.csv").write_bytes(delimited(ROWS, header=["id", "Toets", "name", "Toets"]).encode())
    assert "undeclared: 'Toets'" in refused(place / "m.csv", contract(of))


# --- fixed width ----------------------------------------------------------------------------------------------------

FIXED = tuple(dataclasses.replace(column, start=start, length=length) for column, (start, length) in
              zip(columns(), [(1, 18), (19, 14), (33, 5), (38, 6)], strict=True))
FLAT = [row[:3] + [row[3].replace("\n", "")[:6]] for row in ROWS]
LINES = ["".join(cell.ljust(width) for cell, width in zip(row, (18, 14, 5, 6), strict=True)) for row in FLAT]


@pytest.mark.parametrize(("end", "encoding", "filled"), [("\r\n", "latin-1", False), ("\n", "utf-8", False), ("\n", "utf-8", True)])
def test_lines_of_fixed_width_are_cut_where_the_contract_says(end: str, encoding: str, filled: bool, place: Path) -> None:
    lines = [line.rstrip() for line in LINES] if filled else LINES
    (place / "ev.asc").write_bytes((end.join(lines) + end + "\x1a" * (encoding == "latin-1")).encode(encoding))
    rows, source = read(place / "ev.asc", contract(FIXED, format="fixed", encoding=encoding, filled=filled))
    assert [row[0] for row in rows] == [row[0] for row in FLAT]
    assert [row[1] for row in rows] == [row[1] for row in FLAT]
    assert [row[2] for row in rows] == [None if not row[2] else f"{float(row[2]):.6f}" for row in FLAT]
    assert source.found["records"] == 3


@pytest.mark.parametrize(("line", "drop", "says"), [
    (CANARY, "", "1 record of 4 cannot be parsed (the first is line 4"), (LINES[0] + CANARY, "", "1 record of 4"),
    (LINES[0], "name", "positions that no column declares (19-32)")])
def test_a_line_of_another_length_or_with_undeclared_characters_is_refused(line: str, drop: str, says: str, place: Path) -> None:
    of = tuple(column for column in FIXED if column.name != drop)
    (place / "ev.asc").write_text("\n".join([*LINES, line]), "utf-8")
    assert says in refused(place / "ev.asc", contract(of, format="fixed"))


def test_asc_without_a_declared_format_is_not_read(place: Path) -> None:
    (place / "ev.asc").write_text("x", "utf-8")
    assert "a file ending in .asc" in refused(place / "ev.asc", contract(), UsageFault)


# --- JSON -----------------------------------------------------------------------------------------------------------

EVENT = {"username": "u", "context": {"user_id": 900719925474099312, "org": "x"}, "time": "2026-01-01T00:00:00Z",
         "event": json.dumps({"score": 1.50, "done": True, "teams": [{"id": 7}]}), "agent": {"a": [1, 2.5]}}
NESTED = (Column("username"), Column("user_id", path=("context", "user_id"), kind=Kind.IDENTIFIER), Column("org", path=("context", "org")),
          Column("time", type="timestamp", zone="UTC"), Column("score", path=("event", "score")), Column("done", path=("event", "done")),
          Column("team", path=("event", "teams", "0", "id")), Column("agent", kind=Kind.FREE_TEXT))


def test_values_inside_objects_lists_and_strings_are_found_by_their_path(place: Path) -> None:
    (place / "t.jsonl").write_text("\n".join(json.dumps(each) for each in (
        EVENT, {**EVENT, "event": ""}, {**EVENT, "event": None, "context": {"org": None}})) + "\n", "utf-8")
    rows, _ = read(place / "t.jsonl", Contract("events", columns=NESTED, reading=Reading(format="jsonl")))
    first = ("u", "900719925474099312", "x", "2026-01-01 00:00:00", "1.5", "true", "7", '{"a":[1,2.5]}')
    assert rows == [first, (*first[:4], None, None, None, first[7]), ("u", None, None, first[3], None, None, None, first[7])]


@pytest.mark.parametrize(("event", "says"), [
    ({**EVENT, "context": {"user_id": 1, "org": "x", "path": CANARY}}, "undeclared: context.path"),
    ({**EVENT, "event": json.dumps({"score": 1, "password": CANARY})}, "undeclared: event.password"),
    ({**EVENT, "event": '{"score": 1, "text": "' + CANARY}, "1 record of 1"), ({**EVENT, "event": 3}, "1 record of 1"),
    ({**EVENT, "event": {"teams": [{"id": 1}, {"id": CANARY}]}}, "more elements"), ([CANARY], "1 record of 1")])
def test_what_is_inside_and_not_declared_is_refused(event: Any, says: str, place: Path) -> None:
    (place / "t.jsonl").write_text(json.dumps(event), "utf-8")
    assert says in refused(place / "t.jsonl", Contract("events", columns=NESTED, reading=Reading(format="jsonl")))


def test_other_keys_of_a_container_are_left_unread_where_that_is_declared(place: Path) -> None:
    (place / "t.jsonl").write_text(json.dumps({**EVENT, "context": {"user_id": 1, "path": CANARY}}), "utf-8")
    rows, _ = read(place / "t.jsonl", Contract("events", columns=NESTED, reading=Reading(format="jsonl", other_keys=("context",))))
    assert rows[0][1] == "1"
    assert CANARY not in str(rows)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_array_is_read_element_by_element_whatever_piece_comes_at_a_time(size: int, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lapipe.readers import objects

    monkeypatch.setattr(objects, "_PIECE", size)
    (place / "m.json").write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS * 5], indent=2), "utf-8")
    assert sorted(read(place / "m.json", contract())[0]) == sorted(WANTED * 5)


def test_an_array_without_elements_has_no_rows(place: Path) -> None:
    (place / "m.json").write_text("[ ]\n", "utf-8")
    assert read(place / "m.json", contract())[0] == []


# --- Excel ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def workbook(place: Path) -> Callable[..., Path]:
    openpyxl = pytest.importorskip("openpyxl")

    def make(*sheets: tuple[str, list[list[Any]]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(place / "m.xlsx")
        return place / "m.xlsx"

    return make


def test_a_sheet_is_read_with_its_ids_as_text(workbook: Callable[..., Path]) -> None:
    path = workbook(("Uitleg", [["niets"]]), ("Cijfers", [HEADER, ["0012345", "Zoë", 7.5, None], [1234567.0, "B", None], [None] * 4,
                                                          [123456789012345, "C", 10, "x"]]))
    rows, source = read(path, contract(sheet="Cijfers"))
    assert rows == [("0012345", "Zoë", "7.500000", None), ("1234567", "B", None, None), ("123456789012345", "C", "10.000000", "x")]
    assert source.found["sheet"] == "Cijfers"
    assert "holds 0 of the 4" in refused(path, contract())
    assert "no sheet 'X'" in refused(path, contract(sheet="X"))


@pytest.mark.parametrize("value", [1.23e16, 1234567890123456, __import__("datetime").datetime(2026, 10, 20)])
def test_an_identifier_that_excel_changed_is_refused(value: Any, workbook: Callable[..., Path]) -> None:
    assert "Excel has changed column 'id'" in refused(workbook(("A", [HEADER, [value, CANARY, 1, ""]])), contract())


# --- times and numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "zone", "found"), [
    ("2026-01-01T12:00:00Z", "UTC", "2026-01-01 12:00:00"), ("2026-01-01T12:00:00.5+02:00", "UTC", "2026-01-01 10:00:00.500000"),
    ("2026-01-01 12:00:00-0530", "UTC", "2026-01-01 17:30:00"), ("2026-01-01 12:00:00+01", "UTC", "2026-01-01 11:00:00"),
    ("2026-01-01 12:00:00", "UTC", "2026-01-01 12:00:00"), ("2026-01-01", "UTC", "2026-01-01 00:00:00"),
    ("2026-01-01 12:00:00", "Europe/Amsterdam", "2026-01-01 12:00:00"), ("2026-01-01T12:00:00Z", "Europe/Amsterdam", None),
    ("2026-01-01T12:00:00+01:00", "Europe/Amsterdam", None), ("03/04/2026", "UTC", None), ("04 Mar, 12:00", "UTC", None)])
def test_a_time_with_an_offset_is_utc_and_one_without_a_year_or_order_is_none(text: str, zone: str, found: str | None, place: Path) -> None:
    of = Contract("t", columns=(Column("at", type="timestamp", zone=zone),))
    (place / "t.csv").write_text(f"at\n{text}\n" if "," not in text else f'at\n"{text}"\n', "utf-8")
    engine = DuckDB(place / "run")
    got = engine.read(open_source(place / "t.csv", of, place / "run"), of)
    (row,) = engine.fetch(got.table).to_pylist()
    assert (None if row["at"] is None else str(row["at"])) == found
    assert dict(got.unreadable) == ({} if found else {"at": 1})
    engine.close()


@pytest.mark.parametrize(("text", "decimal", "thousands", "found"), [
    ("7.50", ".", "", "7.500000"), ("7,50", ".", "", None), ("7,50", ",", "", "7.500000"), ("7.50", ",", "", None),
    ("1.234,56", ",", ".", "1234.560000"), ("1.23,56", ",", ".", None), ("1,234.56", ".", ",", "1234.560000"), ("1,234.56", ".", "", None),
    ("-,5", ",", "", "-0.500000"), ("1 234", ".", " ", "1234.000000"), ("x", ".", "", None), ("", ".", "", "null")])
def test_a_number_is_read_with_the_declared_signs_only(text: str, decimal: str, thousands: str, found: str | None, place: Path) -> None:
    of = Contract("t", columns=(Column("n", type="number"), Column("x")), reading=Reading(decimal=decimal, thousands=thousands))
    (place / "t.csv").write_text(f'n;x\n"{text}";1\n', "utf-8")
    engine = DuckDB(place / "run")
    got = engine.read(open_source(place / "t.csv", of, place / "run"), of)
    (row,) = engine.fetch(got.table).to_pylist()
    assert (None if row["n"] is None else str(row["n"])) == (None if found == "null" else found)
    assert dict(got.unreadable) == ({} if found else {"n": 1})
    engine.close()


@pytest.mark.parametrize(("raw", "spelling", "found"), [
    ("1.23E+16", Spelling(), None), ("1,23457e+16", Spelling(number=True), None), ("1234567.0", Spelling(), None),
    ("1234567.0", Spelling(number=True), "1234567"), ("#s0123456", Spelling(prefixes=("#", "s"), number=True), "123456"),
    ("0123456", Spelling(), "0123456"), ("900719925474099312", Spelling(), "900719925474099312"), ("'001", Spelling(prefixes=("'",)), "001"),
    ("000123456782", Spelling(number=True, width=9), "123456782"), ("E12", Spelling(), "E12")])
def test_an_identifier_keeps_its_digits_or_is_refused(raw: str, spelling: Spelling, found: str | None) -> None:
    assert spelling.canonical(raw) == found


# --- the contract ---------------------------------------------------------------------------------------------------

CONTRACT = """apiVersion: v3.2.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    customProperties:
      - property: privacy
        vendor: lapipe
        value:
          reading:
            {reading}
    properties:
      - name: a
        logicalType: {type}
        {options}
        customProperties: [{{property: privacy, vendor: lapipe, value: {{kind: plain, {column}}}}}]
"""


def declared(place: Path, reading: str, column: str = "", type: str = "string", options: str = "") -> Contract:
    path = place / "t.odcs.yaml"
    path.write_text(CONTRACT.format(reading=reading, column=column, type=type, options=options), "utf-8")
    return load_contract(path)


def test_everything_about_reading_is_declared_in_the_contract(place: Path) -> None:
    one = declared(place, "{encoding: cp1252, delimiter: ';', decimal: ',', thousands: '.', header: none, ragged: filled, nul: removed, "
                          "pseudoRows: [{row: 1}, {column: a, text: x}], trailer: {header: e, text: '#'}, quarantine: {share: 0.01}}")
    assert one.reading == Reading("cp1252", ";", ("",), "", ",", ".", False, (PseudoRow(1), PseudoRow(0, "a", "x")), ("e", "#"), True, True,
                                  quarantine_share=0.01)
    assert declared(place, "{format: jsonl, prefix: true, otherKeys: [context]}", "path: [a, b.c]").columns[0].path == ("a", "b.c")
    assert declared(place, "{format: fixed}", "start: 2, length: 3").columns[0].start == 2


@pytest.mark.parametrize(("reading", "column", "says"), [
    ("{quarantin: {rows: 1}}", "", ":13: .*quarantin: is not a key here .*Did you mean 'quarantine'"),
    ("{format: fixd}", "", "allowed: delimited, fixed"), ("{format: fixed}", "", "needs start and length"), ("{header: none, prefix: true}", "", "no meaning"),
    ("{format: json, delimiter: ','}", "", "no meaning"), ("{encoding: latin-99}", "", "does not exist"), ("{decimal: ',', thousands: ','}", "", "same sign"),
    ("{quarantine: {rows: 1, share: 0.1}}", "", "either rows or share"), ("{pseudoRows: [{column: b, text: x}]}", "", "no column of the table"),
    ("{pseudoRows: [{column: a}]}", "", "says either row"), ("{header: none}", "path: x", "no meaning for format delimited"),
    ("{quarantine: {share: 2}}", "", "maximum")])
def test_a_wrong_word_about_reading_is_refused_with_its_line(reading: str, column: str, says: str, place: Path) -> None:
    with pytest.raises(DeclarationFault, match=says):
        declared(place, reading, column)


@pytest.mark.parametrize("format", ["dd/MM HH:mm", "HH:mm:ss", "MM/yyyy"])
def test_a_format_without_year_month_and_day_is_refused(format: str, place: Path) -> None:
    with pytest.raises(DeclarationFault, match="lacks year, month or day"):
        declared(place, "{header: none}", "zone: UTC", "timestamp", f"logicalTypeOptions: {{format: '{format}'}}")


def test_utf_16_marks_are_what_python_writes() -> None:
    assert "x".encode("utf-16")[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@pytest.mark.parametrize(("records", "rows"), [
    ([{"key": {"id": 7}, "meta": {"action": "D", "ts": "2026-09-01T00:00:00Z"}}], 1),
    ([{"key": {"id": 7}, "meta": {"action": "U"}}, {"key": {"id": 8}, "value": {"name": CANARY}, "meta": {"action": "D"}}], 2),
    ([{"key": {"id": 7}}], None),
    ([{"meta": {"action": "D"}}], None),
])
def test_a_json_file_may_lack_what_is_not_required(place: Path, records: list[Any], rows: int | None) -> None:
    declared = load_contract(Path(__file__).parents[1] / "schemas" / "tables" / "canvas_users.odcs.yaml")
    path = place / "users.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    if rows is None:
        with pytest.raises(ContractBroken, match=r"^LP202 canvas_users: .* is it the right file\?") as caught:
            read(path, declared)
        assert CANARY not in str(caught.value)
    else:
        assert len(read(path, declared)[0]) == rows


@pytest.mark.parametrize("line", ['{"id": "1", "name": "a", "id": "2"}', '{"id": "1", "name": "Jan \\ud800"}'])
def test_a_record_that_readers_would_read_differently_is_refused_or_quarantined(place: Path, line: str) -> None:
    path = place / "marks.jsonl"
    path.write_text(f'{line}\n{{"id": "2", "name": "b"}}\n', encoding="utf-8")
    of = (Column("id"), Column("name", kind=Kind.FREE_TEXT))
    with pytest.raises(ContractBroken) as caught:
        read(path, contract(of))
    assert "Jan" not in str(caught.value)
    rows, source = read(path, contract(of, quarantine_rows=1))
    assert rows == [("2", "b")]
    assert source.found["rows in quarantine"] == 1


@pytest.mark.parametrize("column", range(3))
@pytest.mark.parametrize("inner", ["\n", "\r\n", "\r", "\n\n", "x\r"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_inside_cells_are_read_as_they_are_whatever_ends_the_rows(end: str, inner: str, column: int, place: Path) -> None:
    for rows in (1, 3, 2_500):
        cells = [[f"id{row}", "b", "c"] for row in range(rows)]
        for row in cells[::3]:
            row[column] = f"k{inner}z"
        path = place / f"m{rows}.csv"
        path.write_bytes(("a,b,c" + end + "".join(",".join(f'"{cell}"' if inner in cell else cell for cell in row) + end for row in cells)).encode())
        got, _ = read(path, contract(tuple(map(Column, "abc"))))
        assert sorted(got) == sorted(tuple(row) for row in cells)
