"""Sifting a file by whole pieces keeps, leaves out and puts in quarantine the same rows as parsing it row by row."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from lapipe.contract import Column, Contract, PseudoRow, Reading
from lapipe.engine.duckdb import DuckDB
from lapipe.errors import ContractBroken
from lapipe.readers import sifted as module
from lapipe.readers.delimited import read_delimited
from lapipe.readers.opened import readable
from lapipe.readers.sifted import Sifted, can_sift, sift
from lapipe.readers.spooled import Account, Spool
from lapipe.readers.text import Text

NAMES = ("a", "b", "c")
COLUMNS = tuple(Column(name) for name in NAMES)

#: What files are made of: whole rows of every kind mostly, and pieces that make a mess of them.
ROWS = ("1,2,3", "x,,", '"q, r","s ""t""",u', '"two\nlines",v,w', "é,ß,ſ", "1,2", "1,2,3,4", "", "Points Possible,5,5", '"POINTS   possible",,', "y,,#",
        "1,2,3,#", '1,2,3,"#"', "1,2,#", ",,", '"",,""', "1,\\N,3", '"a\r\nb",2,3', "x points possible y,2,3", "poinTſ Possible,1,1")
MESS = ('"', ",", "\n", "\r", 'a"b', '" ', '"x', "\0", "'", "\ufeff", "#", '""', "Points")
READINGS: tuple[dict[str, Any], ...] = (
    {}, {"filled": True}, {"trailer": ("end", "#")}, {"pseudo_rows": (PseudoRow(column="a", text="Points Possible"),)},
    {"pseudo_rows": (PseudoRow(text=" points  POSSIBLE"), PseudoRow(row=2), PseudoRow(row=5))}, {"nul_removed": True}, {"header": False},
    {"filled": True, "trailer": ("end", "#"), "nul_removed": True, "pseudo_rows": (PseudoRow(row=1),)})


def messy(chance: random.Random, rows: int) -> str:
    """Make a file up: some hold nothing but sound rows, some lose a character here and there."""
    ends = chance.choice((("\n",), ("\r\n",), ("\n", "\r\n", "\r"), ("\r",)))
    mess = chance.choice((0.0, 0.0, 0.05, 0.3))
    out = "".join((chance.choice(MESS) if chance.random() < mess else "") + chance.choice(ROWS[:5] if chance.random() < 0.6 else ROWS)
                  + (chance.choice(MESS) if chance.random() < mess else "") + chance.choice(ends) for _ in range(rows))
    return out[:-1] if chance.random() < 0.3 else out


def account(made: Account, quarantine: Path) -> tuple[int, int, int, int, list[dict[str, Any]]]:
    made.close({})
    file = quarantine / "t.jsonl"
    # Removed NUL bytes stand in the quarantine of the one and not of the other.
    refused = [json.loads(line.replace("\\u0000", "")) for line in file.read_text("utf-8").split("\n") if line] if file.is_file() else []
    file.unlink(missing_ok=True)
    return made.seen, made.kept, made.left, made.bad, refused


def test_whole_pieces_and_single_rows_give_the_same_account_and_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, seen, engine = random.Random(20261125), 0, DuckDB(tmp_path)
    kinds: set[tuple[bool, bool, bool]] = set()
    for case in range(200):
        monkeypatch.setattr(module, "_PIECE", chance.choice((1, 2, 5, 17, 64, 1 << 19)))
        contract = Contract("t", columns=COLUMNS, reading=Reading(nulls=("", "\\N"), quarantine_rows=10_000, **READINGS[case % len(READINGS)]))
        assert can_sift(contract, ",")
        path, quarantine, folder = tmp_path / "m.csv", tmp_path / "q", tmp_path / f"run{case}"
        folder.mkdir()
        text = messy(chance, chance.choice((0, 1, 3, 30)))
        path.write_text(("a,b,c\n" if contract.reading.header else "") + (text if contract.reading.nul_removed else text.replace("\0", "")), "utf-8",
                        newline="")
        slow = Spool(contract, NAMES, folder, quarantine)
        read_delimited(path, contract, "utf-8-sig", ",", slow)
        wanted = account(slow, quarantine)
        fast = Sifted(contract, NAMES, ",", folder, quarantine)
        sift(path, contract, "utf-8", fast)
        assert account(fast, quarantine) == wanted, (contract.reading, path.read_bytes())
        seen += wanted[0]
        kinds.add((wanted[1] > 0, wanted[2] > 0, wanted[3] > 0))
        if case % 5 == 0:
            tables = []
            for source in (Text((fast.path,), NAMES, NAMES, ",", "utf-8", fast.kept, False), slow.parquet({})):
                read = engine.read(source, contract)
                rows = [tuple(row.values()) for row in engine.fetch(read.table).to_pylist()]
                assert len(rows) == read.rows == fast.kept
                tables.append(sorted(rows, key=repr))
            assert tables[0] == tables[1], (contract.reading, path.read_bytes())
    engine.close()
    assert seen > 1_000
    assert len(kinds) == 8


def test_rows_of_one_column_are_sifted_as_they_are_parsed_and_empty_lines_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, engine, kept, bad = random.Random(8), DuckDB(tmp_path), 0, 0
    contract = Contract("t", columns=(Column("a"),), reading=Reading(quarantine_rows=10_000))
    for case in range(60):
        monkeypatch.setattr(module, "_PIECE", chance.choice((1, 5, 17, 1 << 19)))
        path, quarantine, folder = tmp_path / "m.csv", tmp_path / "q", tmp_path / f"run{case}"
        folder.mkdir()
        end = chance.choice(("\n", "\r\n"))
        found = [chance.choice(("1", "x y", "", " ", "\t", "s1000001", '""', '"q,r"', '"s ""t"""', '"two\nlines"', *(("a,b", 'x"y', '"') if case % 2 else ())))
                 for _ in range(chance.choice((1, 5, 40)))]
        path.write_text(f"a{end}" + end.join(found) + chance.choice(("", end, end * 3)), "utf-8", newline="")
        slow, fast = Spool(contract, ("a",), folder, quarantine), Sifted(contract, ("a",), ",", folder, quarantine)
        read_delimited(path, contract, "utf-8", ",", slow)
        wanted = account(slow, quarantine)
        sift(path, contract, "utf-8", fast)
        assert account(fast, quarantine) == wanted, found
        tables = []
        for source in (Text((fast.path,), ("a",), ("a",), ",", "utf-8", fast.kept, False), slow.parquet({})):
            read = engine.read(source, contract)
            rows = sorted(row["a"] or "" for row in engine.fetch(read.table).to_pylist())
            assert len(rows) == read.rows == fast.kept
            tables.append(rows)
        assert tables[0] == tables[1], found
        kept, bad = kept + wanted[1], bad + wanted[3]
    engine.close()
    assert kept > 300
    assert bad > 10


def test_a_row_longer_than_a_piece_and_text_of_another_encoding_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PIECE", 64)
    contract = Contract("t", columns=COLUMNS, reading=Reading(quarantine_rows=1))
    path = tmp_path / "m.csv"
    path.write_text('a,b,c\n1,"' + "x\n" * 5_000 + '",3\n' + "1,2,3\n" * 100, "utf-8")
    out = Sifted(contract, NAMES, ",", tmp_path, tmp_path / "q")
    sift(path, contract, "utf-8", out)
    assert (out.seen, out.kept, out.bad) == (101, 101, 0)
    path.write_bytes(b"a,b,c\n" + b"1,2,3\n" * 100 + "1,\xe9,3\n".encode("latin-1"))
    with pytest.raises(ContractBroken, match="is not utf-8 text throughout"):
        readable(path, contract, lambda: sift(path, contract, "utf-8", out), "utf-8")
    path.write_bytes(b"a,b,c\n1,\x002,3\n")
    with pytest.raises(ContractBroken, match="has NUL bytes"):
        sift(path, contract, "utf-8", out)
    out.discard()
