"""The engines: what they read, keep, count, look up and write, and that they say nothing of what was in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from lapipe import contract, purpose
from lapipe.contract import Column, Contract, Kind, Reading
from lapipe.demo import make_university
from lapipe.engine import Engine, open_engine
from lapipe.engine.metered import READING, Metered
from lapipe.errors import ContractBroken, EngineFault, UsageFault
from lapipe.keys import KeyRing
from lapipe.pipeline import Options, Pipeline, Run, load_pipeline
from lapipe.readers import open_source
from lapipe.stages import Aggregate, Deviation, Flag, Mean, Median, Minimise, Object, Release, Sum, Validate
from tests.conftest import missing

ROOT = Path(__file__).parent.parent

#: What is planted in the data and may be seen nowhere else.
CANARY = "kanarie4711"

COLUMNS = (
    Column("student", kind=Kind.IDENTIFIER), Column("credits", type="integer"), Column("grade", type="number", scale=2),
    Column("passed", type="boolean"), Column("exam", type="date", format="%d-%m-%Y"), Column("handed_in", type="timestamp"),
)
TABLE = Contract("exam", columns=COLUMNS, reading=Reading(encoding="utf-8", delimiter=","))
ROWS = [
    {"student": "s1", "credits": 6, "grade": Decimal("7.50"), "passed": True, "exam": date(2025, 1, 31),
     "handed_in": datetime(2025, 1, 31, 23, 59, 59, 123456)},
    {"student": "é😀", "credits": None, "grade": None, "passed": None, "exam": None, "handed_in": None},
    {"student": None, "credits": -3, "grade": Decimal("-0.01"), "passed": False, "exam": date(1899, 12, 31),
     "handed_in": datetime(1970, 1, 1)},
]
TEXT = """student,credits,grade,passed,exam,handed_in
s1,6,7.50,true,31-01-2025,2025-01-31 23:59:59.123456
é😀,,,,,
,-3,-0.01,false,31-12-1899,1970-01-01 00:00:00
"""
SCHEMA = pa.schema([("student", pa.string()), ("credits", pa.int64()), ("grade", pa.decimal128(18, 2)), ("passed", pa.bool_()),
                    ("exam", pa.date32()), ("handed_in", pa.timestamp("us"))])


def need_spark() -> None:
    """Skip where Spark cannot run; fail where everything must."""
    if find_spec("pyspark") is None:
        missing("the engine spark: pyspark is not installed")
    if shutil.which("java") is None:
        missing("the engine spark: there is no Java runtime")


@pytest.fixture(scope="module", autouse=True)
def owner_only() -> Iterator[None]:
    """As the pipeline does for a run."""
    before = os.umask(0o077)
    yield
    os.umask(before)


# One engine for all tests of it: Spark takes seconds to start.
@pytest.fixture(scope="module", params=["duckdb", "spark"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    if request.param == "spark":
        need_spark()
    folder = tmp_path_factory.mktemp(f"run_{request.param}")
    engine = open_engine(request.param, folder)
    yield engine, folder
    engine.close()


@pytest.fixture
def engine(opened: tuple[Engine, Path]) -> Engine:
    return opened[0]


def table_of(engine: Engine, **columns: Any) -> Any:
    return engine.table(pa.table(columns))


def rows_of(engine: Engine, table: Any) -> list[dict[str, Any]]:
    return sorted(engine.fetch(table).to_pylist(), key=repr)


# --- in ---


@pytest.mark.parametrize("given", ["text", "parquet", "arrow", "pandas"])
def test_every_type_comes_in_as_the_contract_declares_it(engine: Engine, tmp_path: Path, given: str) -> None:
    table = pa.Table.from_pylist(ROWS, schema=SCHEMA)
    (tmp_path / "exam.csv").write_text(TEXT, encoding="utf-8")
    pq.write_table(table, tmp_path / "exam.parquet")
    plain = pa.Table.from_pylist(ROWS, schema=SCHEMA)
    data = {"text": tmp_path / "exam.csv", "parquet": tmp_path / "exam.parquet", "arrow": table,
            "pandas": plain.to_pandas(types_mapper={pa.int64(): _nullable_integer()}.get)}[given]
    read = engine.read(open_source(data, TABLE, tmp_path), TABLE)
    assert (read.rows, sum(read.unreadable.values())) == (3, 0)
    assert rows_of(engine, read.table) == sorted(ROWS, key=repr)


def _nullable_integer() -> Any:
    import pandas as pd

    return pd.Int64Dtype()


@pytest.mark.parametrize(("column", "text"), [
    ("credits", "12.6"), ("credits", "9999999999999999999"), ("grade", "1e3"), ("passed", "maybe"), ("exam", "31-02-2025"),
    ("handed_in", "noon"),
])
def test_a_value_that_does_not_fit_is_counted_under_its_column(engine: Engine, tmp_path: Path, column: str, text: str) -> None:
    cells = ["s1", "", "", "", "", ""]
    cells[TABLE.names.index(column)] = text
    (tmp_path / "exam.csv").write_text(TEXT + ",".join(cells) + "\n", encoding="utf-8")
    read = engine.read(open_source(tmp_path / "exam.csv", TABLE, tmp_path), TABLE)
    assert (read.rows, dict(read.unreadable)) == (4, {column: 1})
    assert engine.fetch(read.table.filter(read.table.student == "s1"))[column].null_count == 1


#: What a Parquet file may be named, and what the contract may call null.
STORED = Contract("exam", columns=(Column("student", nulls=("-", "it's \\ none")), Column("number", kind=Kind.IDENTIFIER), Column("credits", type="integer"),
                                   Column("exam", type="date"), Column("handed_in", type="timestamp")))
LYING = {"student": ["s1", "-", "it's \\ none", None], "number": pa.array([7, None, -1, 2**62], pa.int64()), "credits": pa.array([1, 2, None, 4], pa.int16()),
         "exam": [date(2025, 1, 31)] * 4, "handed_in": pa.array([datetime(2025, 1, 31, 23, 59, 59, 123456)] * 4, pa.timestamp("us"))}
READ = [{**dict(zip(LYING, row, strict=True)), "student": "s1" if row[0] == "s1" else None, "number": None if row[1] is None else str(row[1])}
        for row in zip(*(column if isinstance(column, list) else column.to_pylist() for column in LYING.values()), strict=True)]


def lying(folder: Path) -> Any:
    for number in (1, 2):
        pq.write_table(pa.table(LYING).slice(2 * number - 2, 2), folder / f"a [{number}] {{x}}*.parquet")
    return open_source(f"{folder}/*.parquet", STORED, folder)


def test_parquet_whose_values_fit_is_read_where_it_lies(opened: tuple[Engine, Path], tmp_path: Path) -> None:
    engine, folder = opened
    before = set(folder.iterdir())
    read = engine.read(lying(tmp_path), STORED)
    # What Spark shuffles to count them is no copy of the rows.
    assert (read.rows, read.held, set(folder.iterdir()) - before) == (4, False, set())
    assert rows_of(engine, read.table) == sorted(READ, key=repr)
    engine.drop(read.table)
    assert len(list(tmp_path.glob("*.parquet"))) == 2


def test_text_in_parquet_that_is_no_text_is_refused(engine: Engine, tmp_path: Path) -> None:
    wrong = pa.array([b"kanarie4711\xff"]).view(pa.string())
    pq.write_table(pa.table({**{name: pa.array(values)[:1] for name, values in LYING.items()}, "student": wrong}), tmp_path / "wrong.parquet")
    with pytest.raises((EngineFault, ContractBroken)) as caught:
        engine.fetch(engine.read(open_source(tmp_path / "wrong.parquet", STORED, tmp_path), STORED).table)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("there", [False, True])
def test_what_the_executors_do_not_have_is_read_by_lapipe(opened: tuple[Engine, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    engine, _ = opened
    if engine.name != "spark":
        pytest.skip("never: DuckDB runs in this process")
    from lapipe.engine import spark

    source = lying(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    if there:
        # Another file under the same path, as on another machine.
        elsewhere.mkdir()
        for path in source.paths:
            pq.write_table(pa.table(LYING), elsewhere / path.name)
    monkeypatch.setattr(spark, "_spelt", lambda path, spelt=spark._spelt: spelt(elsewhere / path.name))
    read = engine.read(source, STORED)
    assert (read.rows, read.held) == (4, True)
    assert rows_of(engine, read.table) == sorted(READ, key=repr)


def test_a_file_of_a_header_alone_has_no_rows(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "exam.csv").write_text(TEXT.splitlines()[0] + "\n", encoding="utf-8")
    read = engine.read(open_source(tmp_path / "exam.csv", TABLE, tmp_path), TABLE)
    assert (read.rows, engine.fetch(read.table).num_rows) == (0, 0)
    assert engine.fetch(read.table).schema == SCHEMA


# --- through ---


def test_facts_of_one_table_and_of_several_are_counted(engine: Engine) -> None:
    table, other = table_of(engine, n=[1, 2, 3, None]), table_of(engine, n=[2, 3])
    facts = {"rows": table.count(), "sum": table.n.sum(), "other": other.count(), "known": table.n.isin(other.n).sum()}
    assert engine.count(facts) == {"rows": 4, "sum": 6, "other": 2, "known": 2}
    assert engine.count({}) == {}


@pytest.mark.parametrize(("values", "found"), [
    (["b", "a", None, "b"], ["a", "b"]), ([None, None], []), ([], []),
])
def test_distinct_values_are_each_given_once_and_null_is_not(engine: Engine, values: list[str | None], found: list[str]) -> None:
    column = table_of(engine, name=pa.array(values, pa.string())).name
    assert sorted(value for batch in engine.distinct(column) for value in batch.to_pylist()) == found


def test_other_tables_may_be_used_between_the_batches_of_distinct_values(engine: Engine) -> None:
    table = table_of(engine, n=[1, 2])
    batches = engine.distinct(table.n)
    next(batches)
    assert engine.count({"rows": table.count()}) == {"rows": 2}
    assert list(batches) == []


@pytest.mark.parametrize(("type", "compute", "found"), [
    ("string", lambda keys: [key.upper() for key in keys], ["A", "B"]),
    ("int64", lambda keys: [len(key) for key in keys], [1, 1]),
    ("string", lambda keys: [None for key in keys], [None, None]),
])
def test_a_lookup_computes_once_for_each_distinct_value(engine: Engine, type: str, compute: Any, found: list[Any]) -> None:
    table = table_of(engine, name=["a", "b", None, "a"])
    mapping = engine.lookup(table.name, compute, type)
    assert rows_of(engine, mapping) == [{"key": key, "value": value} for key, value in zip("ab", found, strict=True)]
    joined = table.left_join(mapping, table.name == mapping.key)
    assert engine.count({"rows": joined.count()}) == {"rows": 4}
    engine.drop(mapping)


def test_a_lookup_over_no_values_is_a_table_without_rows(engine: Engine) -> None:
    mapping = engine.lookup(table_of(engine, n=pa.array([None], pa.int64())).n, lambda keys: keys, "string")
    assert engine.fetch(mapping).num_rows == 0


def test_what_a_lookup_raises_comes_out_as_it_is(engine: Engine) -> None:
    def refuse(keys: list[Any]) -> list[Any]:
        raise ContractBroken("no", rule="LP205")

    with pytest.raises(ContractBroken, match="LP205"):
        engine.lookup(table_of(engine, n=[1]).n, refuse, "string")


def test_a_held_table_stays_as_it_was_until_it_is_dropped(opened: tuple[Engine, Path]) -> None:
    engine, folder = opened
    table = table_of(engine, n=[1, 2, 3])
    before = set(folder.iterdir())
    held = engine.hold(table.filter(table.n > 1))
    assert rows_of(engine, held) == [{"n": 2}, {"n": 3}]
    engine.drop(held.filter(held.n > 2))
    with pytest.raises(EngineFault):
        engine.fetch(held)
    assert set(folder.iterdir()) <= before
    assert rows_of(engine, table) == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_the_root_of_a_renamed_and_filtered_column_is_where_it_is_kept(engine: Engine) -> None:
    table = table_of(engine, n=[1, 2])
    renamed = table.filter(table.n > 1).rename(m="n")
    assert engine.root(renamed.m).equals(table.n)
    computed = (table.n + 1).name("m")
    assert engine.root(computed).equals(computed)


def test_what_an_engine_is_asked_is_measured(engine: Engine, tmp_path: Path) -> None:
    meter = Metered(engine)
    meter.at(READING + "exams")
    (tmp_path / "exam.csv").write_text(TEXT, encoding="utf-8")
    table = meter.read(open_source(tmp_path / "exam.csv", TABLE, tmp_path), TABLE).table
    meter.at("kept")
    held = meter.hold(table.filter(table.credits > 0))
    grouped = meter.hold(held.group_by("passed").aggregate(n=held.count()))
    assert meter.count({"rows": grouped.count(), "credits": table.credits.sum()}) == {"rows": 1, "credits": 3}
    assert meter.write(held, tmp_path / "data.parquet") == 1
    part = meter.at("end")
    assert part.queries == 0
    told = meter.measured.told()
    assert told["sources"] == {"exams": {"first": "counted", "parsed": 1, "asked": 2, "kept": 2, "in_file": False}}
    assert [(part["stages"], part["queries"]) for part in told["parts"]] == [(["reading exams"], 1), (["kept"], 4)]
    meter.drop(held)


# --- out ---


def test_a_written_file_has_the_contracts_types(engine: Engine, tmp_path: Path) -> None:
    table = engine.table(pa.Table.from_pylist(ROWS, schema=SCHEMA))
    assert engine.write(table, tmp_path / "data.parquet") == 3
    written = pq.read_table(tmp_path / "data.parquet")
    assert written.schema.remove_metadata() == SCHEMA
    assert sorted(written.to_pylist(), key=repr) == sorted(ROWS, key=repr)
    assert pq.ParquetFile(tmp_path / "data.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_pseudonym_is_written_as_text(engine: Engine, tmp_path: Path) -> None:
    mapping = engine.lookup(table_of(engine, n=[1]).n, lambda keys: ["0" * 8 + "-0000-8000-8000-" + "0" * 12], "uuid")
    engine.write(mapping.select("value"), tmp_path / "data.parquet")
    assert pq.read_table(tmp_path / "data.parquet").to_pydict() == {"value": ["00000000-0000-8000-8000-000000000000"]}


def test_a_table_without_rows_is_written_with_its_columns(engine: Engine, tmp_path: Path) -> None:
    assert engine.write(table_of(engine, n=[1]).filter(ibis.literal(False)), tmp_path / "data.parquet") == 0
    assert pq.read_table(tmp_path / "data.parquet").column_names == ["n"]


def test_the_order_of_a_written_file_tells_nothing_of_the_rows_own(engine: Engine, tmp_path: Path) -> None:
    numbers = list(range(20_011))
    for name, given in (("one", numbers), ("other", numbers[::-1])):
        assert engine.write(table_of(engine, n=given), tmp_path / name) == 20_011
    one, other = (pq.read_table(tmp_path / name)["n"].to_pylist() for name in ("one", "other"))
    assert one == other
    assert sorted(one) == numbers


def test_a_table_held_to_be_written_computes_as_before(engine: Engine, tmp_path: Path) -> None:
    table = table_of(engine, text=["b", None, "a", "", "b", "\u00e9"], n=[3, 1, 2, None, 3, 4])
    held = engine.hold(table, written=("text", "n"))
    for way in (lambda t: t, lambda t: t.filter(t.text != "b"), lambda t: t.filter(t.text.isin(["b", "none"])), lambda t: t.filter(t.text < "b"),
                lambda t: t.mutate(text=t.text.upper() + "x"), lambda t: t.mutate(text=t.text.fill_null("none")),
                lambda t: t.mutate(n=t.text.length()), lambda t: t.mutate(n=t.text.re_search("^[ab]$").cast("int64")),
                lambda t: t.mutate(text=ibis.ifelse(t.text == "a", "other", t.text)),
                lambda t: t.group_by("text").aggregate(n=t.count()), lambda t: t.aggregate(text=t.text.max(), n=t.text.nunique()),
                lambda t: t.join(table_of(engine, text=["a", "c"]), "text"), lambda t: t.union(table_of(engine, text=["c"], n=[1]))):
        assert sorted(rows_of(engine, way(held)), key=repr) == sorted(rows_of(engine, way(table)), key=repr)
    assert sorted(str(text) for values in engine.distinct(held.text) for text in values.to_pylist()) == ["", "a", "b", "\u00e9"]
    engine.write(held, tmp_path / "one")
    engine.write(table_of(engine, text=["\u00e9", "", "b", "a", None, "b"], n=[4, None, 3, 2, 1, 3]), tmp_path / "other")
    assert pq.read_table(tmp_path / "one").sort_by("n").schema == pq.read_table(tmp_path / "other").schema
    assert sorted(pq.read_table(tmp_path / "one").to_pylist(), key=repr) == sorted(pq.read_table(tmp_path / "other").to_pylist(), key=repr)


def test_the_order_of_a_held_and_written_file_tells_nothing_of_the_rows_own(engine: Engine, tmp_path: Path) -> None:
    rows = [(f"t{number % 7}", number) for number in range(2_000)]
    for name, given in (("one", rows), ("other", rows[::-1])):
        held = engine.hold(table_of(engine, text=[text for text, _ in given], n=[number for _, number in given]), written=("text", "n"))
        engine.write(held, tmp_path / name)
    one, other = (pq.read_table(tmp_path / name).to_pylist() for name in ("one", "other"))
    assert one == other


# --- nothing shows ---


def test_everything_in_the_runs_folder_is_the_owners_alone(opened: tuple[Engine, Path]) -> None:
    engine, folder = opened
    engine.hold(table_of(engine, name=[CANARY]))
    engine.lookup(table_of(engine, name=[CANARY]).name, lambda keys: keys, "string")
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}
    assert [path.name for path, mode in modes.items() if mode & 0o077] == []


FAILING = {
    "cast": lambda engine, table, folder: engine.fetch(table.select(n=table.name.cast("int64"))),
    "hold": lambda engine, table, folder: engine.hold(table.select(n=table.name.cast("date"))),
    "write": lambda engine, table, folder: engine.write(table.select(n=table.name.cast("int64")), folder / "data.parquet"),
    "count": lambda engine, table, folder: engine.count({"n": table.name.cast("int64").sum()}),
    "distinct": lambda engine, table, folder: list(engine.distinct(table.name.cast("int64"))),
    "no such folder": lambda engine, table, folder: engine.write(table, folder / CANARY / "data.parquet"),
}


@pytest.mark.parametrize("how", FAILING)
def test_an_error_of_the_engine_says_nothing_of_the_data(
        engine: Engine, tmp_path: Path, how: str, capfd: pytest.CaptureFixture[str]) -> None:
    table = table_of(engine, name=["1", CANARY])
    with pytest.raises(EngineFault) as caught:
        FAILING[how](engine, table, tmp_path)
    assert CANARY not in str(caught.value).replace(str(tmp_path), "")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert CANARY not in "".join(capfd.readouterr())


SCRIPT = f"""
import os, pathlib, signal, sys, threading
import pyarrow as pa
from lapipe.engine import open_engine
from lapipe.errors import EngineFault
engine = open_engine("spark", pathlib.Path(sys.argv[1]))
table = engine.table(pa.table({{"name": ["{CANARY}"]}}))
faults = []
for expression in (table.select(n=table.name.cast("int64")), table.filter(table.name.cast("date").isnull()), table.rename(m="name")):
    engine.drop(table) if expression.columns == ("m",) else None
    try:
        engine.fetch(expression)
    except EngineFault as fault:
        faults.append(str(fault))
numbers = engine.table(pa.table({{"n": list(range(50_000))}}))
others = numbers.rename(m="n")
threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    engine.fetch(numbers.join(others, (numbers.n * others.m) % 1_000_003 == 7).count().as_table())
except KeyboardInterrupt as interrupt:
    faults.append(str(interrupt))
engine.close()
print(len(faults))
"""


def test_spark_writes_nothing_on_the_terminal_whatever_fails_or_is_interrupted(tmp_path: Path) -> None:
    need_spark()
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "4\n", "")


@pytest.mark.parametrize("line", [f"{CANARY},1,2", f"{CANARY},1,2,true,31-01-2025,2025-01-31 00:00:00,7"])
def test_a_row_of_another_length_is_refused_without_a_word_of_it(engine: Engine, tmp_path: Path, line: str) -> None:
    (tmp_path / "exam.csv").write_text(TEXT + line + "\n", encoding="utf-8")
    with pytest.raises(ContractBroken, match="LP208") as caught:
        engine.read(open_source(tmp_path / "exam.csv", TABLE, tmp_path), TABLE)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


# --- opening ---


@pytest.mark.parametrize("url", ["sqlite", "spark:/somewhere", "spark://host", "sc://host", "spark[4]"])
def test_an_engine_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageFault):
        open_engine(url, tmp_path)


def test_spark_without_java_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageFault, match="Java"):
        open_engine("spark", tmp_path)


def test_spark_that_is_not_installed_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageFault, match=r"lapipe-privacy\[spark\]"):
        open_engine("spark", tmp_path)


def test_spark_with_too_little_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="memory"):
        open_engine("spark", tmp_path, memory="1GB")


# --- whole pipelines ---


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """The shipped pipeline over a made-up university, on both engines with one key ring."""
    need_spark()
    folder = tmp_path_factory.mktemp("weekly")
    made = make_university(folder / "data", rows=3000)
    pipeline = load_pipeline(ROOT / "pipelines" / "moodle_weekly_activity.py")
    return _on_both(pipeline, {"events": made.log, "students": made.students, "objections": made.objections}, folder)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """Results of made-up assessments, with every numeric measure."""
    need_spark()
    folder = tmp_path_factory.mktemp("results")
    scores = [(assessment, 1000 + person, 18, 0, None if person % 2 == 0 else (person * 7 + assessment * 3) % 101)
              for assessment in (1752, 1753, 1754) for person in range(80 if assessment < 1754 else 9)]
    columns = zip(*scores, strict=True)
    names = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")
    pa.csv.write_csv(pa.table(dict(zip(names, map(list, columns), strict=True))), folder / "results.csv")
    (folder / "assessments.csv").write_text(
        "code_module,code_presentation,id_assessment,assessment_type,date,weight\n"
        + "".join(f"AAA,2013J,{number},TMA,19,10\n" for number in (1752, 1753, 1754, 1755)))
    (folder / "objections.csv").write_text("id_student,purpose,state,received\n1003,,received,2026-01-01\n")
    pipeline = Pipeline(
        purpose("assessment_results"), {"results": contract("oulad_student_assessment"),
                                              "assessments": contract("oulad_assessments"),
                                              "objections": contract("oulad_objection")},
        (Minimise(), Validate(), Object("objections"), Flag(),
         Aggregate(by=("id_assessment",), domains={"id_assessment": "assessments.id_assessment"},
                   measures={"mean": Mean("score"), "middle": Median("score"), "spread": Deviation("score"),
                             "all": Sum("score", scale=0)}),
         Release("scores")))
    return _on_both(pipeline, {name: folder / f"{name}.csv" for name in ("results", "assessments", "objections")}, folder)


def _on_both(pipeline: Pipeline, data: dict[str, Any], folder: Path) -> tuple[Run, Run]:
    keys = KeyRing.ephemeral()
    options = {name: Options(out=folder / f"out-{name}", runs=folder / f"runs-{name}", engine=name) for name in ("duckdb", "spark")}
    one, other = (pipeline.run(data, register=folder / f"{name}.sqlite", keys=keys, options=each) for name, each in options.items())
    return one, other


def _digest(run: Run, name: str) -> str:
    return hashlib.sha256((run.path(name) / "data.parquet").read_bytes()).hexdigest()


def test_the_weekly_releases_are_equal_on_both_engines(weekly: tuple[Run, Run]) -> None:
    one, other = weekly
    assert [(each.name, each.rows) for each in one.releases] == [(each.name, each.rows) for each in other.releases]
    assert (one.told, one.sources, one.withheld) == (other.told, other.sources, other.withheld)
    # Each engine has its own order of people's rows.
    left, right = (pq.read_table(run.path("moodle_activity") / "data.parquet") for run in weekly)
    order = [(name, "ascending") for name in left.column_names]
    assert left.sort_by(order).equals(right.sort_by(order))


def test_the_weekly_statistics_are_the_same_bytes_on_both_engines(weekly: tuple[Run, Run]) -> None:
    one, other = weekly
    assert len(one.read("weekly_activity")) > 5
    assert _digest(one, "weekly_activity") == _digest(other, "weekly_activity")


def test_figures_of_scores_are_the_same_bytes_on_both_engines(results: tuple[Run, Run]) -> None:
    one, other = results
    figures = one.read("scores").set_index("id_assessment")
    assert figures["status"].to_dict() == {
        "1752": "published", "1753": "published", "1754": "withheld", "1755": "withheld"}
    assert figures.loc["1752", ["mean", "middle", "spread", "all"]].notna().all()
    assert _digest(one, "scores") == _digest(other, "scores")


def test_nothing_of_a_run_stays_behind(weekly: tuple[Run, Run], tmp_path: Path) -> None:
    runs = [weekly[0].out.parent / f"runs-{name}" for name in ("duckdb", "spark")]
    assert [list(folder.iterdir()) for folder in runs] == [[], []]


def test_files_that_hold_a_text_are_told_whatever_their_names(engine: Engine, tmp_path: Path) -> None:
    paths = []
    # Spark takes such a name for a pattern, and says that there is none.
    for number, name in enumerate(("plain", *(("odd [1]* ?", "it's") if "duckdb" in type(engine).__module__ else ("one", "two")))):
        (tmp_path / name).mkdir()
        paths.append(tmp_path / name / "data.parquet")
        pq.write_table(pa.table({"who": ["a", None, f"b{number}"], **({"more": [1, 2, 3]} if number else {})}), paths[-1])
    assert engine.holding(paths, "who", ["b1", "nobody"]) == [paths[1]]
    assert engine.holding(paths, "who", ["a"]) == paths
    assert engine.holding(paths, "who", []) == []
    assert engine.holding(paths[:1], "who", ["b1"]) == []


def test_an_interruption_is_one_however_the_binding_tells_it() -> None:
    import duckdb

    from lapipe.engine.duckdb import _guarded

    def raises(error: BaseException) -> Any:
        raise error

    for told in (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), RuntimeError("Query interrupted")):
        with pytest.raises(KeyboardInterrupt):
            _guarded("compute", lambda told=told: raises(told))
    with pytest.raises(EngineFault, match=r"could not compute \(RuntimeError\)"):
        _guarded("compute", lambda: raises(RuntimeError("kanarie")))
