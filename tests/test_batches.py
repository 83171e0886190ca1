"""JSON lines and lines of fixed width that are read many at once give the same rows, and the same account, as one by one."""

from __future__ import annotations

import codecs
import json
import random
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lapipe.contract import Column, Contract, Reading
from lapipe.errors import ContractBroken
from lapipe.readers import arrays as arrays_module
from lapipe.readers import fixed as fixed_module
from lapipe.readers import lines as module
from lapipe.readers import objects as objects_module
from lapipe.readers.arrays import elements, read_array
from lapipe.readers.fixed import read_fixed
from lapipe.readers.lines import pieces_of_lines, read_lines
from lapipe.readers.spooled import Spool

COLUMNS = (Column("id"), Column("mark", type="number"), Column("note", aliases=("remark",)), Column("user", path=("actor", "id")),
           Column("home", path=("actor", "account", "home")), Column("flag", type="boolean"), Column("inner", path=("payload", "x")), Column("whole"))
NAMES = tuple(column.name for column in COLUMNS)

#: Values of every kind; those of a file are mostly of one kind, as a program writes them.
IDS = ('"0012345"', '"900719925474099312"', "900719925474099312", "12", "null", '"1.23E+16"', "1e3", "-0", "12345678901234567890", "9223372036854775808")
MARKS = ("7.5", "7.50", "10", "1e2", "null", '"7,5"', "0.12345678901234567890123", "-0.0", "NaN", "Infinity")
NOTES = ('"é \\u00e9 \\ud83d\\ude00"', '"\\ud83d"', '"a \\"b\\" \\\\ {x}"', '"2024-01-01T00:00:00"', '"\\u0000"', '""', "true", "[1, 2]", '"NaN"', '"x\ty"')
ACTORS = ('{"id": "u1", "account": {"home": "h"}}', '{"id": 7}', "null", '{"id": "u2", "other": 1}', '{"id": "u", "id": "v"}', '"{\\"id\\": 5}"', "7", "[]", '""')
PAYLOADS = ('{"x": 1, "y": {"z": 1}}', '{"x": "a", "z": [1, {"q": "t"}]}', '"{\\"x\\": 3}"', '{"y": NaN}', "{}", '{"y": [1, "a"]}')
WHOLE = ('"plain"', '{"a": 1.50}', "[1]", '"2020-01-01 00:00:00"')
MESS = ("", "   ", "[]", "null", '{"id": "1"', '{"id": "1"} {"id": "2"}', '{"id": "1"}}', "x", '{"id": "1",}', '{"unknown": 1}', '{"s3456789": 1}', "{}",
        '{"remark": "r", "note": "n"}', '{"note": null, "remark": "r"}', '{"open": {"id": 1, "deep": [[[[1]]]]}}', '{"open": NaN}', '\ufeff{"id": "9"}', '{"id": "\0"}',
        '{"id": "x"} \x1c', '{"open": ' + "[" * 3_000 + "]" * 3_000 + "}")


def record(chance: random.Random, steady: int, odd: float) -> str:
    def one(values: tuple[str, ...]) -> str:
        return chance.choice(values) if chance.random() < odd else values[steady % 2 if len(values) > 1 else 0]

    made = {"id": one(IDS), "mark": one(MARKS), "note": one(NOTES), "actor": one(ACTORS), "flag": chance.choice(("true", "false", "null")),
            "payload": one(PAYLOADS), "whole": one(WHOLE), "open": one(('{"k": 1}', '{"k": [{"a": 2.5}]}', '"t"'))}
    for key in list(made):
        if chance.random() < 0.2:
            del made[key]
    keys = list(made)
    if chance.random() < odd:
        chance.shuffle(keys)
    return "{" + ", ".join(f'"{key}": {made[key]}' for key in keys) + "}"


def read(path: Path, contract: Contract, folder: Path, encoding: str = "utf-8", reader: Any = read_lines) -> tuple[Any, ...]:
    """Give the account of a file, its table, and what was refused."""
    folder.mkdir()
    out = Spool(contract, NAMES, folder, folder / "q")
    problem = ""
    try:
        reader(path, contract, encoding, out)
    except ContractBroken as error:
        problem = str(error)
    told = out.close({})
    told.pop("quarantine", "")
    refused = folder / "q" / "t.jsonl"
    return told, pq.read_table(out.path).to_pylist(), problem, sorted(refused.read_text("utf-8").split("\n")) if refused.is_file() else []


def test_many_lines_at_once_and_one_by_one_give_the_same_account_and_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, together, kept = random.Random(3), 0, 0
    monkeypatch.setattr(module, "_FEW", 4)
    monkeypatch.setattr(module, "_LEARNT", 10)
    batched = Spool.keep_all

    def counted(self: Spool, columns: Any) -> None:
        nonlocal together
        together += len(columns[0])
        batched(self, columns)

    monkeypatch.setattr(Spool, "keep_all", counted)
    for case in range(150):
        reading = Reading(quarantine_rows=10**6, other_keys=("open", "payload"), nul_removed=case % 2 == 0, prefix=case % 5 == 0)
        contract = Contract("t", columns=COLUMNS, reading=reading)
        odd, mess = chance.choice((0.0, 0.0, 0.02, 0.3)), chance.choice((0.0, 0.02, 0.2))
        lines = [chance.choice(MESS) if chance.random() < mess else record(chance, case, odd) for _ in range(chance.choice((30, 300)))]
        if reading.prefix:
            lines = [f"2024-01-01 INFO - {line}" for line in lines]
        path = tmp_path / "m.jsonl"
        path.write_text(chance.choice(("\n", "\r\n")).join(lines) + chance.choice(("", "\n")), "utf-8", newline="")
        monkeypatch.setattr(module, "_PIECE", chance.choice((50, 1_000, 1 << 22)))
        monkeypatch.setattr(module, "_PATIENCE", 100_000)
        fast = read(path, contract, tmp_path / f"fast{case}")
        monkeypatch.setattr(module, "_PATIENCE", -(10**9))
        one_by_one = read(path, contract, tmp_path / f"slow{case}")
        for mine, wanted in zip(fast, one_by_one, strict=True):
            if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
                # Of a number, zeros at its end say nothing.
                mine, wanted = ([{**row, "mark": plain(row["mark"])} for row in rows] for rows in (mine, wanted))
            assert mine == wanted, case
        kept += int(fast[0]["records"]) - int(fast[0]["rows in quarantine"])
    assert together > kept / 4


def plain(number: str | None) -> Any:
    """Give the number that a text is, whatever way it is written."""
    try:
        return Decimal(number) if number else number
    except InvalidOperation:
        return number


def test_objects_that_share_a_line_are_not_taken_for_two_lines_where_one_is_spread_over_two(tmp_path: Path) -> None:
    sound = ['{"id": "1", "whole": "w"}'] * 200
    lines = [*sound, '{"id": "1"}{"id": "2"}', '{"id": "3", "whole":', '"{x}"}', *sound]
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    told, table, _, refused = read(path, Contract("t", columns=COLUMNS, reading=Reading(quarantine_rows=9)), tmp_path / "run")
    assert told == {"records": 403, "pseudo-rows left out": 0, "rows in quarantine": 3}
    assert len(table) == 400
    assert len([line for line in refused if line]) == 3


# --- arrays -----------------------------------------------------------------------------------------------------------

BETWEEN = (",", ", ", ",\n", " ,\r\n  ")
STRANGE = ("7", "[]", '"x"', "null", '{"id": "1",}', "", '{"note": "a\nb"}', '{"id": "1"} {"id": "2"}', '{"id": "\\\\"}', '{"note": "\\\\\\" }, {"}', '{"a": [}]', "}", "]", "{")


def test_elements_of_an_array_at_once_and_one_by_one_give_the_same_account_and_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, together, good, bad = random.Random(6), 0, 0, 0
    monkeypatch.setattr(module, "_FEW", 4)
    monkeypatch.setattr(module, "_LEARNT", 10)
    batched = Spool.keep_all

    def counted(self: Spool, columns: Any) -> None:
        nonlocal together
        together += len(columns[0])
        batched(self, columns)

    monkeypatch.setattr(Spool, "keep_all", counted)
    for case in range(150):
        at = case % 3 == 0
        reading = Reading(format="json", quarantine_rows=10**6, other_keys=("open", "payload"), at="data" if at else "", envelope=("sensor", "more"))
        contract = Contract("t", columns=COLUMNS, reading=reading)
        odd, mess = chance.choice((0.0, 0.0, 0.02, 0.3)), chance.choice((0.0, 0.0, 0.005, 0.1))
        found = [chance.choice(STRANGE) if chance.random() < mess else record(chance, case, odd) for _ in range(chance.choice((0, 1, 30, 300)))]
        if chance.random() < 0.2:
            found = [re.sub(r'(?<=[{,]) ?(?="[a-z]+": )', "\n  ", each) for each in found]
        comma = chance.choice(BETWEEN)
        text = "[" + chance.choice(("", "\n ")) + comma.join(found) + chance.choice(("", " ")) + "]"
        if at:
            text = f'{{"sensor": "]", "data": {text}, "more": ""}}'
        path = tmp_path / "m.json"
        path.write_text(text[:-5] if chance.random() < 0.05 else text, "utf-8", newline="")
        monkeypatch.setattr(objects_module, "_PIECE", chance.choice((20, 1_000, 1 << 20)))
        monkeypatch.setattr(arrays_module, "elements", elements)
        fast = read(path, contract, tmp_path / f"fast{case}", reader=read_array)
        monkeypatch.setattr(arrays_module, "elements", lambda _: None)
        slow = read(path, contract, tmp_path / f"slow{case}", reader=read_array)
        assert fast[2] == slow[2], case
        if slow[2]:
            bad += 1
            continue
        good += 1
        assert fast[0] == slow[0]
        tables = [[{**row, "mark": plain(row["mark"])} for row in each[1]] for each in (fast, slow)]
        assert tables[0] == tables[1], case
        # What was taken at once stands on one line.
        assert [re.sub(r"\\[nr]", " ", line) for line in fast[3]] == [re.sub(r"\\[nr]", " ", line) for line in slow[3]]
    assert good > 30
    assert bad > 10
    assert together > 500


# --- fixed width ------------------------------------------------------------------------------------------------------

PLACES = (("a", 1, 3), ("b", 4, 2), ("c", 8, 4))
WIDTH = 11


def cut_one_by_one(path: Path, contract: Contract, encoding: str) -> tuple[list[dict[str, str]], list[tuple[int, str]], int]:
    """Cut as the reader's description says, a line at a time."""
    rows, bad, undeclared = [], [], 0
    text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    for number, line in enumerate(text.split("\n"), 1):
        line = (line.replace("\0", "") if contract.reading.nul_removed else line).rstrip("\r").removesuffix("\x1a")
        if not line:
            continue
        if len(line) != WIDTH and not (contract.reading.filled and len(line) < WIDTH):
            bad.append((number, line))
            continue
        rows.append({name: line[start - 1:start - 1 + length].strip(" ") for name, start, length in PLACES})
        undeclared += bool(line[5:7].strip(" "))
    return rows, bad, undeclared


def test_lines_of_fixed_width_are_cut_together_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, seen = random.Random(4), set()
    for case in range(300):
        encoding = chance.choice(("utf-8", "iso-8859-1", "cp1252", "utf-16"))
        letters = chance.choice(("ab 0", "ab 0é", "ab 0é€" if encoding != "iso-8859-1" else "ÿ 0", "😀 0" if encoding in ("utf-8", "utf-16") else "a "))
        reading = Reading(format="fixed", filled=case % 3 == 0, nul_removed=case % 4 == 0, quarantine_rows=10**6)
        contract = Contract("t", columns=tuple(Column(name, start=start, length=length) for name, start, length in PLACES), reading=reading)
        mess = chance.choice((0.0, 0.1))
        lines = []
        for _ in range(chance.choice((0, 1, 3, 60))):
            line = "".join(chance.choice(letters) for _ in range(WIDTH))
            line = line if chance.random() < 0.02 else line[:5] + "  " + line[7:]
            if chance.random() < mess:
                line = chance.choice((line[:-2], line + "x", "", "\0" + line, line + "\x1a", line + "\r", "\x1a", "\r", " "))
            lines.append(line + chance.choice(("\r\n", "\r\n", "\n") if chance.random() < mess else ("\n",)))
        text = "".join(lines)
        path, folder = tmp_path / "t.asc", tmp_path / f"run{case}"
        path.write_bytes((text[:-1] if chance.random() < 0.5 else text).encode(encoding))
        folder.mkdir()
        monkeypatch.setattr(fixed_module, "pieces_of_lines", lambda *a, **k: pieces_of_lines(*a, size=chance.choice((3, 40, 1 << 22)), **k))
        out = Spool(contract, contract.names, folder, folder / "q")
        rows, bad, undeclared = cut_one_by_one(path, contract, encoding)
        told = False
        try:
            read_fixed(path, contract, encoding, out)
        except ContractBroken as error:
            told = "positions that no column declares (6-7)" in str(error)
        assert told == bool(undeclared)
        assert (out.seen, out.kept, out.bad) == (len(rows) + len(bad), len(rows), len(bad)), (case, path.read_bytes())
        out.close({})
        assert pq.read_table(out.path).to_pylist() == rows
        kept = folder / "q" / "t.jsonl"
        refused = [json.loads(line) for line in kept.read_text("utf-8").split("\n") if line] if kept.is_file() else []
        assert [(each["line"], each["content"]) for each in refused] == bad
        seen.add((encoding, bool(bad), bool(undeclared), not text.isascii()))
    assert len(seen) > 20


def test_text_that_is_not_of_its_encoding_is_told_in_the_middle_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "t.asc"
    path.write_bytes(b"abc\n" * 3 + codecs.BOM_UTF16_LE)
    with pytest.raises(UnicodeDecodeError):
        list(pieces_of_lines(path, "utf-8", size=5))
