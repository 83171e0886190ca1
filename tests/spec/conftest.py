"""The harness of the stage specs: a table in, a table out, through a real engine with the context that a run makes."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from lapipe.choices import Standing
from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.engine import Engine, open_engine
from lapipe.flow import Flow
from lapipe.keys import KeyRing
from lapipe.plan import Plan, Step, _compare, _context
from lapipe.purpose import Basis, ColumnUse, LegalBasis, Purpose, Waiver, load_purpose
from lapipe.readers import Databases
from lapipe.release import _arrow_type
from lapipe.stage import LEFT_OUT, Stage
from lapipe.stages.minimise import minimised
from tests.conftest import missing

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
ZONE = "Europe/Amsterdam"

#: The key ring of these specs: known to nobody, the same in all of them.
RING = KeyRing.ephemeral()

Row = Mapping[str, Any]

_BASE = load_purpose(ROOT / "schemas/purposes/moodle_weekly_activity.yaml", floor=5)


# --- declarations ---------------------------------------------------------------------------------------------------


def a_purpose(*, consent: bool = False, columns: Mapping[str, Mapping[str, str]] | None = None,
              excepts: Mapping[str, bool | int | str] | None = None, **changes: Any) -> Purpose:
    """Give a purpose with k 3, of which a test changes what it is about; `excepts` are settings that stand under its exceptions."""
    bases = dict(_BASE.bases)
    if consent:
        bases["analyse"] = Basis("analyse", LegalBasis.CONSENT, "toestemming bij inschrijving")
    allowed = {table: {name: ColumnUse(name, use) for name, use in uses.items()} for table, uses in (columns or {}).items()}
    exceptions = tuple(Waiver(setting, value, "weighed and found small", "privacy_officer") for setting, value in (excepts or {}).items())
    return replace(_BASE, **{"name": "activity", "k": 3, "bases": bases, "columns": allowed, "exceptions": exceptions, **changes})


def a_table(*columns: Column, name: str = "events", **fields: Any) -> Contract:
    """Give a contract; a column that does not say its use may be released in full."""
    return Contract(name=name, version="1", columns=tuple(c if c.use else c.change(use="full") for c in columns), **fields)


def a_person(name: str = "student", **fields: Any) -> Column:
    """Give an identifier column of the identity domain student_number, written with or without zeros and an s before it."""
    given: dict[str, Any] = {"kind": Kind.IDENTIFIER, "about": "student", "domain": "student_number",
                             "spelling": Spelling(prefixes=("s",), lower=True, number=True, nobody=("0",)), **fields}
    return Column(name, **given)


def an_instant(name: str = "at", **fields: Any) -> Column:
    """Give a column of seconds since 1970, read in Amsterdam."""
    return Column(name, **{"type": "integer", "kind": Kind.EVENT_TIME, "clock": "seconds", "zone": ZONE, **fields})


# --- running a stage -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What came out of a stage: rows in a fixed order, what was promised of them, rows left out, and what was counted."""

    rows: list[dict[str, Any]]
    contract: Contract
    left_out: int
    facts: Mapping[str, Any]


Runner = Callable[..., Result]


@pytest.fixture(scope="session")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give one DuckDB for all specs."""
    opened = open_engine("duckdb", tmp_path_factory.mktemp("duckdb"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give one local Spark for all specs; it is slow to start."""
    for module in ("pyspark", "lapipe.engine.spark"):
        if importlib.util.find_spec(module) is None:
            missing(f"the specs on Spark: {module} is not there")
    if shutil.which("java") is None:
        missing("the specs on Spark: java is not there")
    opened = open_engine("spark", tmp_path_factory.mktemp("spark"))
    yield opened
    opened.close()


#: pyspark leaves its sockets to the garbage collector, which warns of them in whatever test runs by then.
_SOCKETS = (pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
            pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="session", params=["duckdb", pytest.param("spark", marks=_SOCKETS)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give each engine in turn: every spec holds on all of them."""
    return cast(Engine, request.getfixturevalue(request.param))


@pytest.fixture
def run(engine: Engine, tmp_path: Path) -> Runner:
    """Give `run_stage` on the engine of this test."""

    def on_engine(stage: Stage, contract: Contract, rows: Sequence[Row], **options: Any) -> Result:
        return run_stage(stage, contract, rows, engine=engine, folder=tmp_path, **options)

    return on_engine


def plan_stage(stage: Stage, contract: Contract, *, purpose: Purpose | None = None,
               sources: Mapping[str, Contract] | None = None, today: date = TODAY) -> Contract:
    """Plan a stage alone, without an engine, and hold its promise against its expression."""
    purpose, contracts = _declared(purpose, sources or {})
    promise = stage.plan(contract, purpose, {"main": contract, **contracts})
    others = {name: minimised(other, purpose) for name, other in contracts.items() if name in stage.needs()}
    _compare("spec", stage, contract, promise, _context(purpose, today, contract, promise, 1, others))
    return promise


def _declared(purpose: Purpose | None, sources: Mapping[str, Contract]) -> tuple[Purpose, Mapping[str, Contract]]:
    purpose = purpose or a_purpose()
    allowed = {other.name: {c.name: ColumnUse(c.name, c.use or "full") for c in other} for other in sources.values()}
    return replace(purpose, columns={**allowed, **purpose.columns}), sources


def run_stage(stage: Stage, contract: Contract, rows: Sequence[Row], *, engine: Engine, folder: Path,
              purpose: Purpose | None = None, sources: Mapping[str, tuple[Contract, Sequence[Row]]] | None = None,
              today: date = TODAY, purposes: Sequence[str] = ("another",), coverage: tuple[date, date] | None = None,
              standing: Standing | None = None) -> Result:
    """Plan a stage, hold its promise against its expression, and run it as a pipeline does.

    `purposes` are declared beside the purpose; `coverage` is the first and last day of the events, by default without bounds; `standing` are the register's choices.
    The purpose allows every column of the other sources, as their contracts say; what it says itself of a table goes first.
    """
    given = dict(sources or {})
    purpose, contracts = _declared(purpose, {name: other for name, (other, _) in given.items()})
    contracts = {"main": contract, **contracts}
    promise = stage.plan(contract, purpose, contracts)
    others = {name: minimised(other, purpose) for name, (other, _) in given.items()}
    _compare("spec", stage, contract, promise, _context(purpose, today, contract, promise, 1, others))
    step = Step(stage, contract, promise)
    flow = a_flow((step, step), contracts, {"main": rows, **{name: listed for name, (_, listed) in given.items()}}, purpose=purpose,
                  engine=engine, folder=folder, today=today, purposes=purposes)

    # What the stage gets may be brought to weeks already: the days of its events are the test's to say.
    flow.coverage = coverage
    flow.running.standing = standing
    table, context = flow.tables["main"], flow._context(1, step)
    facts = {**engine.count(stage.facts(table, context)), **stage.inspect(table, context)}
    held = engine.hold(stage.apply(table, context))
    if stage.finishes:
        finished = stage.finish(engine.fetch(held), context)
        held, facts = engine.table(finished.rows), {**facts, **finished.facts, "withheld": finished.withheld}
    rows_in, gone = engine.fetch(table.count().as_table())[0][0].as_py(), 0
    if LEFT_OUT in held.columns:
        gone = engine.fetch(held.filter(held[LEFT_OUT].notnull()).count().as_table())[0][0].as_py()
        held = held.filter(held[LEFT_OUT].isnull()).drop(LEFT_OUT)
    stage.judge({**facts, "rows in": rows_in, "rows left out": gone} if stage.drops else facts, context)
    assert held.columns == promise.names
    return Result(in_order(as_promised(engine.fetch(held), promise)), promise, gone, facts)


def a_flow(steps: tuple[Step, ...], contracts: Mapping[str, Contract], rows: Mapping[str, Sequence[Row]], *, purpose: Purpose,
           engine: Engine, folder: Path, today: date = TODAY, purposes: Sequence[str] = ()) -> Flow:
    """Give the flow of a run whose sources are read; `main` is the source that the steps are over, as the first of them gets it."""
    options = SimpleNamespace(progress=lambda phrase: None, quarantine=None, run_id="spec")
    running = SimpleNamespace(options=options, today=today, standing=None, purposes=frozenset(purposes) | {purpose.name},
                              pseudonyms=lambda domain: RING.pseudonyms(purpose=purpose.name, domain=domain))
    record = SimpleNamespace(record=lambda kind, shown: None)
    nothing: Any = None
    flow = Flow(cast(Any, running), Plan("spec", purpose, contracts, steps), engine, cast(Any, record), nothing, nothing, folder, {})
    for name, contract in contracts.items():
        flow._read(name, an_arrow(contract, rows[name]), contract, contract if name == "main" else minimised(contract, purpose), True, Databases())
    return flow


def an_arrow(contract: Contract, rows: Sequence[Row]) -> pa.Table:
    """Make the Arrow table of some rows; columns that a row does not name are null."""
    types = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
             "timestamp": pa.timestamp("us")}
    for row in rows:
        assert set(row) <= set(contract.names), f"{contract.name} has no {set(row) - set(contract.names)}"
    return pa.table({c.name: pa.array([row.get(c.name) for row in rows],
                                      pa.decimal128(18, c.scale) if c.type == "number" else types[c.type])
                     for c in contract})


def as_promised(table: pa.Table, promise: Contract) -> list[dict[str, Any]]:
    """Give an engine's rows in the promised types, as a release does: sums may be wider in the engine, a UUID is its 36 characters."""
    columns = []
    for column in promise:
        values = table[column.name]
        if str(table.schema.field(column.name).type) in ("extension<arrow.uuid>", "arrow.uuid"):
            values = pa.array([None if value is None else str(value) for value in values.to_pylist()], pa.string())
        columns.append(values.cast(_arrow_type(column)))
    return cast("list[dict[str, Any]]", pa.table(columns, names=list(promise.names)).to_pylist())


def in_order(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Sort rows by all their columns, null first."""
    return sorted((dict(row) for row in rows),
                  key=lambda row: [(value is not None, "" if value is None else value) for _, value in sorted(row.items())])
