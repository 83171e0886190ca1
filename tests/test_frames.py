"""pandera's verdict on frames and the engine's counts are the same, on every shipped contract; no error holds a value."""

from __future__ import annotations

import random
import traceback
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lapipe.contract import Column, Contract, Kind, load_contract, load_contracts
from lapipe.contract.frames import contract_of_model, count_of
from lapipe.engine import Engine
from lapipe.errors import ContractBroken, UsageFault
from lapipe.local_time import starts
from lapipe.stages.validate import _checks
from tests.projects import ROOT
from tests.spec.conftest import duckdb  # noqa: F401  (a fixture)

CONTRACTS = load_contracts(ROOT / "schemas" / "tables")
#: Every check that a contract can have, on one table; and each shipped contract.
EVERY = Contract("every", version="1", columns=(
    Column("word", required=True, values=("a", "bc")), Column("code", pattern="[a-z]{2}[0-9]", min_length=3, max_length=3),
    Column("count", type="integer", minimum=1, maximum=9), Column("mark", type="number", minimum=1, maximum=10),
    Column("day", type="date", times_between=("2020-01-01", "2027-01-01")),
    Column("at", type="timestamp", zone="Europe/Amsterdam", kind=Kind.EVENT_TIME),
    Column("unix", type="integer", clock="seconds", zone="Europe/Amsterdam", kind=Kind.EVENT_TIME), Column("flag", type="boolean")))
TABLES = {**CONTRACTS, "every": EVERY}


def value(column: Column, chance: random.Random) -> Any:
    """Give a value of the column's type: near its bounds, so that some break each check."""
    if chance.random() < 0.15:
        return None
    if column.is_time:
        edge = starts(column, date.fromisoformat(chance.choice(column.times_between)))
        moved = chance.choice((-86_400, -1, 0, 1, 86_400))
        if isinstance(edge, int):
            return edge + moved
        return edge + timedelta(days=chance.choice((-1, 0, 1)), seconds=moved if isinstance(edge, datetime) else 0)
    if column.type == "boolean":
        return chance.random() < 0.5
    if column.type in ("integer", "number"):
        bound = chance.choice([b for b in (column.minimum, column.maximum) if b is not None] or [5])
        given = int(float(bound)) + chance.choice((-1, 0, 1))
        return given if column.type == "integer" else given + chance.choice((0.0, 0.25))
    if column.values and chance.random() < 0.7:
        return str(chance.choice(column.values))
    lengths = [length for length in (column.min_length, column.max_length) if length is not None]
    if lengths and chance.random() < 0.5:
        return "x" * max(0, chance.choice(lengths) + chance.choice((-1, 0, 1)))
    return chance.choice(("ab1", "zq", "", "s1234567", "1234567", "12345678", "a\n", "x" * 80, "e@uni.example"))


def rows(contract: Contract, seed: int, count: int = 200) -> pa.Table:
    chance = random.Random(seed)
    types = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
             "timestamp": pa.timestamp("us")}
    return pa.table({column.name: pa.array([value(column, chance) for _ in range(count)], types[column.type]) for column in contract})


def counted(engine: Engine, contract: Contract, table: pa.Table) -> dict[str, int]:
    """Count as Validate does: the rows that break a column, over all its checks of one name."""
    import ibis

    held = engine.table(table)
    facts = {}
    for column in contract:
        each = held[column.name].cast(column.engine_type) if column.type == "number" else held[column.name]
        for name, broken in _checks(each, column):
            facts[name] = broken.fill_null(False).ifelse(1, 0).sum().fill_null(0)
    facts = {name: fact for name, fact in facts.items() if isinstance(fact, ibis.expr.types.Value)}
    return {name: int(count) for name, count in engine.count(facts).items()} if facts else {}


#: The words in the names of the engine's checks, and of pandera's.
SAME = (("is not null", "not_nullable"), ("is at least", "at least its minimum"), ("is at most", "at most its maximum"),
        ("is one of", "one of its declared values"), ("has its declared pattern", "its declared pattern"),
        ("characters", "its declared length"), ("lies between", "within its declared times"))


def by_rule(counts: dict[str, int], contract: Contract) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for name, count in counts.items():
        column = max((c for c in contract.names if name.startswith(f"{c} ")), key=len)
        rule = next(theirs for ours, theirs in SAME if ours in name.removeprefix(column))
        if count:
            found[column, rule] = found.get((column, rule), 0) + count
    return found


def of_pandera(contract: Contract, frame: Any, backend: str) -> dict[tuple[str, str], int]:
    from pandera.errors import SchemaErrors

    schema = contract.pandera(backend)
    schema.unique = None
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        found: dict[tuple[str, str], int] = {}
        for error in errors.schema_errors:
            rule = getattr(error.check, "name", None) or str(error.check)
            found[error.schema.name, rule] = found.get((error.schema.name, rule), 0) + count_of(error)
        return found
    return {}


# Ibis 12 sets this option of pandas 3 each time it gives a pandas frame.
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("backend", ["pandas", "polars", "ibis"])
def test_pandera_and_the_engine_count_the_same_broken_rows(name: str, backend: str, duckdb: Engine) -> None:  # noqa: F811
    import ibis
    import polars as pl

    contract, broken = TABLES[name], set()
    # Ibis makes a query of each check.
    for seed in range(1 if backend == "ibis" else 2):
        table = rows(contract, seed, 400 if backend == "ibis" else 200)
        wanted = by_rule(counted(duckdb, contract, table), contract)
        frame = table.to_pandas(date_as_object=False) if backend == "pandas" else pl.from_arrow(table) if backend == "polars" else ibis.memtable(table)
        assert of_pandera(contract, frame, backend) == wanted
        broken |= set(wanted)
    # Each check was broken at least once, or the test could not fail.
    assert broken == set(by_rule(dict.fromkeys(counted(duckdb, contract, rows(contract, 0, 1)), 1), contract))


# Ibis 12 sets this option of pandas 3 each time it gives a pandas frame.
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
@pytest.mark.parametrize("backend", ["pandas", "polars", "ibis"])
def test_a_broken_frame_is_refused_with_rule_column_and_count_and_without_a_value(backend: str) -> None:
    import ibis
    import polars as pl

    contract = Contract("t", version="3", columns=(Column("code", pattern="[a-z]+"), Column("mark", type="integer", maximum=9)))
    table = pa.table({"code": ["fine", "QX77canary", "QX78canary"], "mark": [1, 2, 777_123]})
    frame = {"pandas": table.to_pandas, "polars": lambda: pl.from_arrow(table), "ibis": lambda: ibis.memtable(table)}[backend]()
    with pytest.raises(ContractBroken) as refused:
        contract.validate(frame)
    told = "".join(traceback.format_exception(refused.value))
    assert refused.value.rule == "LP205"
    assert "'code': its declared pattern (broken 2 times)" in told
    assert "'mark': at most its maximum (broken 1 times)" in told
    assert "canary" not in told
    assert "777" not in told
    assert refused.value.__context__ is None


@pytest.mark.parametrize("frame", [{"code": ["QX77canary"]}, {"code": ["a"], "mark": ["QX77canary"]}, {"code": ["a"], "mark": [1], "extra": [1]}])
def test_missing_retyped_and_extra_columns_are_refused_without_a_value(frame: dict[str, list[Any]]) -> None:
    import pandas as pd

    contract = Contract("t", version="3", columns=(Column("code"), Column("mark", type="integer")))
    with pytest.raises(ContractBroken, match="^LP205 t: the pandas frame breaks contract version 3") as refused:
        contract.validate(pd.DataFrame(frame))
    assert "canary" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("backend", ["pandas", "polars", "ibis"])
def test_a_good_frame_comes_back_and_the_kind_stands_in_the_metadata(backend: str) -> None:
    import ibis
    import polars as pl

    contract = Contract("t", columns=(Column("code", kind=Kind.IDENTIFIER, about="student", category="x"), Column("mark", type="integer")))
    table = pa.table({"code": ["a"], "mark": [1]})
    frame = {"pandas": table.to_pandas, "polars": lambda: pl.from_arrow(table), "ibis": lambda: ibis.memtable(table)}[backend]()
    assert list(contract.validate(frame).columns) == ["code", "mark"]
    assert contract.pandera(backend).columns["code"].metadata == {"kind": "identifier", "about": "student", "category": "x", "domain": ""}


def test_there_is_no_other_frame() -> None:
    with pytest.raises(UsageFault, match="no frame 'dask'"):
        EVERY.pandera("dask")


MODEL = '''
import pandera.pandas as pa

class Marks(pa.DataFrameModel):
    student: str = pa.Field(metadata={"kind": "identifier", "about": "student", "domain": "student_number"}, str_matches=r"[0-9]{7}")
    mark: int = pa.Field(ge=1, le=10, nullable=True, metadata={"kind": "sensitive"})
    group: str = pa.Field(isin=["a", "b"])

    class Config:
        unique = ["student"]
'''


def test_a_contract_is_made_of_a_pandera_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_up_model.py").write_text(MODEL)
    monkeypatch.syspath_prepend(tmp_path)
    text = contract_of_model("made_up_model:Marks")
    assert text.count("undecided") == 3  # the sentence at its head, the purpose, and the kind of group
    out = tmp_path / "marks.odcs.yaml"
    out.write_text(text.replace("purpose: undecided", "purpose: x").replace("kind: undecided", "kind: plain"))
    contract = load_contract(out)
    assert [(c.name, c.type, str(c.kind), c.required) for c in contract] == [
        ("student", "string", "identifier", True), ("mark", "integer", "sensitive", False), ("group", "string", "plain", True)]
    assert (contract.key, contract["student"].pattern, contract["student"].domain) == (("student",), "[0-9]{7}", "student_number")
    assert (contract["mark"].minimum, contract["mark"].maximum, contract["group"].values) == (1, 10, ("a", "b"))


@pytest.mark.parametrize(("target", "words"), [
    ("json", "names no model"), ("no_such_module:X", "no module"), ("json:X", "has no X"), ("json:loads", "is no pandera")])
def test_what_is_no_model_is_refused(target: str, words: str) -> None:
    with pytest.raises(UsageFault, match=words):
        contract_of_model(target)
