"""Every file of the sample exports beside the checkout is read to as many rows as another parser counts, or refused in a sentence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from lapipe.contract import Column, Contract, PseudoRow, Reading, Spelling
from lapipe.engine.duckdb import DuckDB
from lapipe.errors import ContractBroken
from lapipe.readers import open_source
from tests.projects import SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")

DUO = "duo_1cijferho_demo"

#: How a file must be declared to be read; all others are read without a word.
DECLARED: dict[str, dict[str, Any]] = {
    "synthetic_moodle_log_nl_excel_resaved_cp1252_semicolon.csv": {"encoding": "cp1252"},
    "canvas_gradebook.csv": {"pseudo_rows": (PseudoRow(column="Student", text="Points Possible"), PseudoRow(text="Manual Posting"))},
    "canvas_gradebook_semicolon_decimalcomma.csv": {"pseudo_rows": (PseudoRow(column="Student", text="Points Possible"),), "decimal": ","},
    "brightspace_gradebook.csv": {"trailer": ("End-of-Line Indicator", "#"), "decimal": ","},
    "tracking_prefixed.log": {"format": "jsonl", "prefix": True},
}
#: Rows of a file that are nobody's.
PSEUDO = {"canvas_gradebook.csv": 2, "canvas_gradebook_semicolon_decimalcomma.csv": 1}


def files(*endings: str) -> list[str]:
    return sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.name.endswith(endings)) if SAMPLES.is_dir() else []


def rows_of(path: Path, contract: Contract, folder: Path) -> tuple[int, Any]:
    engine = DuckDB(folder)
    try:
        source = open_source(path, contract, folder)
        read = engine.read(source, contract)
        assert engine.fetch(read.table.aggregate(n=read.table.count())).to_pylist() == [{"n": read.rows}]
        return read.rows, source
    finally:
        engine.close()


def texts(names: list[str], **reading: Any) -> Contract:
    columns = tuple(Column(name) if name else Column("unnamed", position=place) for place, name in enumerate(names, 1))
    return Contract("sample", columns=columns, reading=Reading(**reading))


def decoded(path: Path) -> str:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] == b"\xff\xfe" else "cp1252" if "cp1252" in path.name else "utf-8-sig"
    return content.decode(encoding)


@pytest.mark.parametrize("file", files(".csv", ".txt", ".xls"))
def test_delimited_text_has_the_rows_that_python_counts(file: str, tmp_path: Path) -> None:
    path = SAMPLES / file
    if path.name.startswith("Bestandsbeschrijving"):
        pytest.skip("a text for people, not a table")
    declared = dict(DECLARED.get(path.name, {}))
    try:
        text = decoded(path)
    except UnicodeDecodeError:
        text, declared["encoding"] = path.read_bytes().decode("iso-8859-1"), "iso-8859-1"
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    header = rows[0][:-1] if "trailer" in declared else rows[0]
    ragged = sum(len(row) != len(rows[0]) for row in rows)
    contract = texts(header, **declared)
    if ragged:
        with pytest.raises(ContractBroken, match=f"{ragged} rows"):
            rows_of(path, contract, tmp_path)
        contract = texts(header, **declared, quarantine_rows=ragged)
        source = open_source(path, contract, tmp_path, tmp_path / "quarantine")
        assert source.found["rows in quarantine"] == ragged  # type: ignore[union-attr]
        return
    found, _ = rows_of(path, contract, tmp_path)
    assert found == len(rows) - 1 - PSEUDO.get(path.name, 0)


@pytest.mark.parametrize("file", files(".json", ".jsonl", ".log"))
def test_json_has_as_many_rows_as_lines_or_is_refused_with_their_number(file: str, tmp_path: Path) -> None:
    path = SAMPLES / file
    text = path.read_text("utf-8")
    if path.parent.name.endswith("_schema"):
        elements = json.loads(text)
        pytest.skip(f"a description of tables, not a table ({type(elements).__name__})")
    declared = DECLARED.get(path.name, {"format": "jsonl"})
    records, bad = [], 0
    for line in filter(str.strip, text.split("\n")):
        try:
            records.append(json.loads(line[line.index("{"):] if "prefix" in declared else line))
        except ValueError:
            bad += 1
    names = sorted({key for record in records for key in record})
    contract = texts(names, **declared)
    if bad:
        with pytest.raises(ContractBroken, match=f"{bad} records? of {bad + len(records)}"):
            rows_of(path, contract, tmp_path)
        contract = texts(names, **declared, quarantine_rows=bad)
    source = open_source(path, contract, tmp_path, tmp_path / "quarantine")
    assert source.found["records"] == bad + len(records)  # type: ignore[union-attr]
    engine = DuckDB(tmp_path)
    assert engine.read(source, contract).rows == len(records)
    engine.close()


def layout(file: str) -> tuple[Column, ...]:
    """Give the columns that the import definition beside a fixed-width file declares, names that stand twice told apart."""
    path = SAMPLES / DUO / "eencijfer_import_definitions" / file.replace(".asc", ".csv")
    made: dict[str, Column] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            name = row["Label"] if row["Label"] not in made else f"{row['Label']} {len(made)}"
            made[name] = Column(name, start=int(row["StartingPosition"]), length=int(row["NumberOfPositions"]))
    return tuple(made.values())


@pytest.mark.parametrize("file", [Path(file).name for file in files(".asc")])
def test_lines_of_fixed_width_have_the_rows_that_there_are_lines(file: str, tmp_path: Path) -> None:
    path = SAMPLES / DUO / file
    content = path.read_bytes()
    lines = [line for line in content.decode("iso-8859-1").replace("\r\n", "\n").replace("\x1a", "").split("\n") if line]
    width = max(map(len, lines))
    declared = (SAMPLES / DUO / "eencijfer_import_definitions" / file.replace(".asc", ".csv")).is_file()
    columns = layout(file) if declared else (Column("line", start=1, length=width),)
    wide = max(column.start + column.length - 1 for column in columns)
    contract = Contract("sample", columns=columns, reading=Reading(format="fixed", encoding="iso-8859-1", filled=True))
    if wide < width:
        longer = sum(len(line) > wide for line in lines)
        with pytest.raises(ContractBroken, match=f"{longer} records? of {len(lines)} cannot be parsed"):
            rows_of(path, contract, tmp_path)
        return
    found, source = rows_of(path, contract, tmp_path)
    assert found == source.found["records"] == len(lines)


def test_the_padded_bsn_of_a_vakkenbestand_keeps_its_zeros(tmp_path: Path) -> None:
    columns = layout("VAKHAVW_____.asc")
    width = max(column.start + column.length - 1 for column in columns)
    number = next(column for column in columns if column.start == 1)
    assert (number.length, width) == (12, 82)
    (tmp_path / "v.asc").write_bytes(("000123456782".ljust(64) + "123456782" + " " * 9).encode() + b"\r\n")
    contract = Contract("sample", columns=columns, reading=Reading(format="fixed"))
    (tmp_path / "run").mkdir()
    engine = DuckDB(tmp_path / "run")
    (row,) = engine.fetch(engine.read(open_source(tmp_path / "v.asc", contract, tmp_path / "run"), contract).table).to_pylist()
    engine.close()
    assert row[number.name] == "000123456782"
    assert Spelling(number=True, width=9).canonical(row[number.name]) == "123456782"


def test_an_identifier_that_excel_mangled_has_no_canonical_form() -> None:
    if SAMPLES.is_dir():
        with (SAMPLES / "gradebook_microsamples" / "excel_mangled_ids.csv").open(encoding="utf-8") as stream:
            found = [Spelling(prefixes=("'",)).canonical(row["HESA ID"]) for row in csv.DictReader(stream)]
        assert [value is None for value in found] == [False, True]
