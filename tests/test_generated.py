"""Pipelines and tables drawn at random: plain Python, DuckDB and Spark give the same releases, the same counts, the same refusals.

    LAPIPE_CASES=500 python -m pytest tests/test_generated.py     draws more of them
"""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis import _

from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.engine import open_engine
from lapipe.errors import ContractBroken, Refused
from lapipe.keys import KeyRing
from lapipe.pipeline import Options, Pipeline
from lapipe.purpose import Purpose, load_purpose
from lapipe.stage import Stage
from lapipe.stages import (
    Aggregate,
    Count,
    Derive,
    Flag,
    Generalise,
    Join,
    Mean,
    Minimise,
    Object,
    Pseudonymise,
    Release,
    Retain,
    Share,
    Sum,
    Validate,
    Where,
)
from tests.oracle import Expected, Figure, Refusal, Row, Rows, canonical, groups, months, objectors
from tests.projects import ROOT
from tests.test_engine import need_spark

TODAY = date(2026, 11, 24)
#: Rows from before this day are too old for the purpose.
FIRST = date(2025, 11, 24)
K = 10
PURPOSE, OTHER = "drawn", "assessment_results"

#: Cases on DuckDB, and how many of them on Spark, where each takes seconds.
CASES = int(os.environ.get("LAPIPE_CASES", "40"))
ON_SPARK = CASES if os.environ.get("LAPIPE_SPARK") == "all" else 4

COURSES, PROGRAMMES = ("algebra", "logica", "statistiek"), ("oost", "west")
SPELLING = Spelling(prefixes=("s",), lower=True, number=True, nobody=("0",))
RING = KeyRing.ephemeral()


def a_student(**more: Any) -> Column:
    return Column("student", kind=Kind.IDENTIFIER, about="student", domain="student_number", spelling=SPELLING, **more)


STUDENTS = Contract("register_of_students", version="1", person="student", columns=(a_student(), Column("programme", values=PROGRAMMES)))
OBJECTIONS = Contract("list_of_objections", version="1", person="student",
                      columns=(a_student(), Column("purpose"), Column("state", values=("received", "upheld", "rejected", "withdrawn"))))


def events(declared: bool) -> Contract:
    """Give the contract of the events; where the courses are not declared, groups under k get no row."""
    return Contract("events_of_students", version="1", person="student", columns=(
        a_student(), Column("course", values=COURSES if declared else ()), Column("score", type="integer", minimum=0, maximum=20),
        Column("passed", type="boolean"), Column("day", type="date", kind=Kind.EVENT_TIME)))


# --- what is drawn ---------------------------------------------------------------------------------------------------


#: Conditions, and what they are of a row in Python: true, false or unknown.
CONDITIONS: tuple[tuple[Any, Callable[[Row], bool | None]], ...] = (
    (_.score >= 8, lambda row: None if row["score"] is None else row["score"] >= 8),
    (_.course != "logica", lambda row: None if row["course"] is None else row["course"] != "logica"),
    (_.passed.notnull(), lambda row: row["passed"] is not None),
    ((_.score > 12) | _.passed, lambda row: _or(None if row["score"] is None else row["score"] > 12, row["passed"])),
    (~_.passed, lambda row: None if row["passed"] is None else not row["passed"]),
)


def _or(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if one is None or other is None else False


@dataclass
class Case:
    """A pipeline and its tables, and what must come of it: releases and counts, or the rule under which it is refused."""

    stages: list[Stage]
    tables: dict[str, tuple[Contract, list[Row]]]
    expected: Expected = field(default_factory=Expected)
    refused: str = ""
    #: Columns of the statistic whose totals are given; what else is withheld for them is not foretold.
    totals: tuple[str, ...] = ()


def a_case(seed: int) -> Case:
    """Draw a case, and foretell it."""
    dice = random.Random(seed)
    people = [str(1000 + number) for number in range(dice.choice((3, 25, 60)))]
    spelt = [lambda who: who, lambda who: f"s{who}", lambda who: f"S00{who}", lambda who: f"0{who}"]

    def maybe(value: Any, rarely: float = 0.08) -> Any:
        return None if dice.random() < rarely else value

    def name(who: str) -> str:
        return dice.choice(spelt)(who)

    old = dice.random() < 0.5
    rows = [{"student": maybe(name(dice.choice(people)) if dice.random() > 0.03 else "0"), "course": maybe(dice.choice(COURSES)),
             "score": maybe(dice.randint(0, 20)), "passed": maybe(dice.random() < 0.6),
             "day": maybe(TODAY - timedelta(days=dice.randint(0, 420 if old else 200)), 0.03)} for _row in range(dice.choice((1, 60, 400)))]
    if dice.random() < 0.4:
        # Somebody makes most of a course.
        rows += [{"student": name(people[0]), "course": "logica", "score": 20, "passed": True, "day": TODAY - timedelta(days=60)}] * (6 * len(rows))
    listed = [{"student": name(who), "programme": maybe(dice.choice(PROGRAMMES))} for who in people if dice.random() > 0.1]
    objecting = [{"student": name(dice.choice(people)), "purpose": dice.choice((None, "", PURPOSE, OTHER)),
                  "state": maybe(dice.choice(("received", "upheld", "rejected", "withdrawn")), 0.1)} for _row in range(dice.randint(0, 4))]
    if dice.random() < 0.06:
        rows[0]["score"] = 21
    if dice.random() < 0.06 and listed:
        listed.append({"student": name(str(canonical(listed[0]["student"]))), "programme": "oost"})
    if dice.random() < 0.06:
        objecting.append(dice.choice([{"student": name(people[0]), "purpose": "never declared", "state": "received"},
                                      {"student": "0", "purpose": "", "state": "received"}]))
    case = Case([Minimise(), Validate()], {"events": (events(dice.random() < 0.5), rows)})
    try:
        _drawn(case, dice, listed, objecting)
    except Refusal as refusal:
        case.refused = str(refusal)
    return case


def _drawn(case: Case, dice: random.Random, listed: list[Row], objecting: list[Row]) -> None:
    """Draw the stages and foretell them; every stage is drawn before the first of them may refuse."""
    contract, given = case.tables["events"]
    steps: list[str] = ["Object", "Retain", *dice.sample(["Join", "Where", "Where", "Derive"], dice.randint(0, 4))]
    dice.shuffle(steps)
    chosen = dice.choice(CONDITIONS), dice.choice(CONDITIONS)
    pseudonyms, banded = dice.random() < 0.6, dice.random() < 0.5
    per_month = pseudonyms or dice.random() < 0.5
    by = [name for name in ("course", "passed", *(["score"] if banded else []), *(["programme"] if "Join" in steps else []))
          if dice.random() < 0.5] or ["course"]
    by += ["day"] if per_month and dice.random() < 0.4 else []
    figures = {name: figure for name, figure in {
        "actions": (Count(), Figure("count")), "total": (Sum("score"), Figure("sum", "score")), "mean": (Mean("score", scale=1), Figure("mean", "score", 1)),
        "part": (Share("passed"), Figure("share", "passed", 3))}.items()
        if dice.random() < 0.4 and not (name in ("total", "mean") and "score" in by) and not (name == "part" and "passed" in by)}
    statistic = not pseudonyms or dice.random() < 0.7
    case.totals = tuple(name for name in by if name != "day")[:1] if statistic and len(by) > 1 and dice.random() < 0.25 else ()

    position = len(case.stages)
    foretold: list[Callable[[], None]] = []
    rows = Rows([row | {"student": canonical(row["student"])} for row in given], "student")

    def left_out(kind: str, goes: Callable[[Row], bool]) -> None:
        rows.leave_out(position, kind, goes)

    for step in steps:
        if step == "Join":
            case.tables["students"] = (STUDENTS, listed)
            case.stages.append(Join("students", on="student", key="student"))
            keys = [canonical(row["student"]) for row in listed]
            programme = dict(zip(keys, (row["programme"] for row in listed), strict=True))
            foretold.append(lambda keys=keys: _refuse("LP206", len(set(keys)) < len(keys)))  # type: ignore[misc]
            for row in rows.rows:
                row["programme"] = programme.get(row["student"])
            left_out("Join", lambda row, known=programme: row["student"] is None or row["student"] not in known)  # type: ignore[misc]
        elif step == "Object":
            case.tables["objections"] = (OBJECTIONS, objecting)
            case.stages.append(Object("objections"))
            try:
                gone, unknown = objectors(objecting, PURPOSE, (PURPOSE, OTHER)), False
            except Refusal:
                gone, unknown = set(), True
            foretold.append(lambda unknown=unknown: _refuse("LP501", unknown))  # type: ignore[misc]
            left_out("Object", lambda row, gone=gone: row["student"] is None or row["student"] in gone)  # type: ignore[misc]
        elif step == "Retain":
            case.stages.append(Retain("day"))
            left_out("Retain", lambda row: row["day"] is None or row["day"] < FIRST)
        elif step == "Where":
            expression, holds = chosen[sum(isinstance(stage, Where) for stage in case.stages)]
            case.stages.append(Where(expression))
            left_out("Where", lambda row, holds=holds: not holds(row))  # type: ignore[misc]
        else:
            case.stages.append(Derive("twice", _.score * 2 - 3))
            for row in rows.rows:
                row["twice"] = None if row["score"] is None else row["score"] * 2 - 3
        position += 1

    staying = [dict(row) for row in rows.staying()]
    case.expected.told = rows.told()
    person, columns = "student", list(rows.rows[0])
    if pseudonyms:
        case.stages.append(Pseudonymise({"student": "who"}))
        made = RING.pseudonyms(purpose=PURPOSE, domain="student_number").of([row["student"] for row in staying])
        for row, pseudonym in zip(staying, made, strict=True):
            row["who"] = pseudonym
            del row["student"]
        person = "who"
        columns = ["who" if name == "student" else name for name in columns]
    detail = ({"score": "band 5"} if banded else {}) | ({"day": "month"} if per_month else {})
    if detail:
        case.stages.append(Generalise(detail))
        for row in staying:
            row["score"] = row["score"] // 5 * 5 if banded and row["score"] is not None else row["score"]
            row["day"] = row["day"].replace(day=1) if per_month else row["day"]
    case.stages.append(Flag())
    if pseudonyms:
        case.stages.append(Release("rows"))
        case.expected.releases["rows"] = [dict(row) for row in staying]
    if statistic:
        measures: dict[str, Any] = {"actions": Count(), "total": Sum("score"), "mean": Mean("score", scale=1), "part": Share("passed")}
        case.stages += [Aggregate(by=tuple(by), measures={name: measures[name] for name in figures}, period="day" if "day" in by else "",
                                  totals=case.totals), Release("groups")]
        days = [row["day"] for row in given if row["day"] is not None]
        window = months(max(FIRST, min(days)), min(TODAY, max(days))) if days else []
        counted = [row for row in staying if row["day"] in window] if "day" in by else staying
        domains: dict[str, Sequence[Any]] = {"course": (*COURSES, None), "passed": (True, False, None), "programme": (*PROGRAMMES, None),
                                             "score": (0, 5, 10, 15, 20, None), "day": window}
        framed = "course" not in by or bool(contract["course"].values)
        case.expected.releases["groups"] = groups(counted, by, person, K, {name: figure for name, (_stage, figure) in figures.items()},
                                                  domains if framed else None)
        if "day" in by and not window:
            # A series of which no period is closed yet is left for a later run.
            del case.expected.releases["groups"]

    _refuse("LP205", any((row["score"] or 0) > 20 for row in given))
    for refuse in foretold:
        refuse()
    _refuse("LP205", not staying)


def _refuse(rule: str, condition: bool) -> None:
    if condition:
        raise Refusal(rule)


# --- what happens ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def purpose(tmp_path_factory: pytest.TempPathFactory) -> Purpose:
    """Give a purpose over the drawn tables, with the words of a shipped one."""
    folder = tmp_path_factory.mktemp("drawn") / "schemas"
    (folder / "purposes").mkdir(parents=True)
    shutil.copy(ROOT / "schemas" / "organisation.yaml", folder)
    shutil.copy(ROOT / "schemas" / "purposes" / f"{OTHER}.yaml", folder / "purposes")
    text = (folder / "purposes" / f"{OTHER}.yaml").read_text(encoding="utf-8").replace(f"name: {OTHER}", f"name: {PURPOSE}", 1)
    columns = """columns:
  events_of_students: {student: pseudonym, course: full, score: full, passed: full, day: month}
  register_of_students: {student: inside, programme: full}
  list_of_objections: {student: inside, purpose: inside, state: inside}

"""
    text = re.sub(r"^columns:\n.*?^(?=k: )", columns, text, flags=re.DOTALL | re.MULTILINE)
    text = text.replace("keep_for: P2Y", "keep_for: P2Y\nretain: P1Y").replace("may: statistics", "may: pseudonyms")
    (folder / "purposes" / f"{PURPOSE}.yaml").write_text(text, encoding="utf-8")
    return load_purpose(folder / "purposes" / f"{PURPOSE}.yaml", floor=10)


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep one Java process for all cases."""
    need_spark()
    opened = open_engine("spark", tmp_path_factory.mktemp("java"))
    yield
    opened.close()


def arrow(contract: Contract, rows: Sequence[Row]) -> pa.Table:
    types = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32()}
    return pa.table({column.name: pa.array([row[column.name] for row in rows], types[column.type]) for column in contract})


@dataclass
class Outcome:
    """What a run gave: its releases and counts, or a rule."""

    releases: dict[str, list[Row]]
    told: list[tuple[str, int, int]]
    refused: str = ""


def happens(case: Case, purpose: Purpose, engine: str, folder: Path) -> Outcome:
    """Run a case, in a place of its own."""
    place = folder / f"{engine}-{secrets.token_hex(4)}"
    pipeline = Pipeline(purpose, {name: contract for name, (contract, _rows) in case.tables.items()}, tuple(case.stages))
    options = Options(out=place / "out", runs=place / "runs", engine=engine, clock=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))
    try:
        run = pipeline.run({name: arrow(contract, rows) for name, (contract, rows) in case.tables.items()}, register=place / "register.sqlite",
                           keys=RING, options=options)
    except (Refused, ContractBroken) as refusal:
        assert not list((place / "out").rglob("*.parquet"))
        return Outcome({}, [], str(refusal).split()[0])
    releases = {each.name: pq.read_table(run.path(each.name) / "data.parquet").to_pylist() for each in run.releases}
    told = [(each.stage, each.rows_left_out, each.people_left_out) for each in run.told if each.rows_left_out is not None]
    return Outcome(releases, told)  # type: ignore[arg-type]


def in_order(rows: Sequence[Row]) -> list[str]:
    """Sort rows by all that is in them; 405.00 is 405."""
    return sorted(repr(sorted((name, float(value) if isinstance(value, Decimal) else value) for name, value in row.items())) for row in rows)


def agrees(case: Case, outcome: Outcome) -> None:
    """Hold what a run gave against what was foretold."""
    if case.totals and outcome.refused == "LP407":
        # There may be no way to withhold enough; which tables those are is not foretold here (see test_suppression.py).
        return
    assert outcome.refused == case.refused
    if case.refused:
        return
    assert outcome.told == [(told.kind, told.rows, told.people) for told in case.expected.told]
    assert set(outcome.releases) == set(case.expected.releases)
    for name, rows in case.expected.releases.items():
        if name == "groups" and case.totals:
            _protected(case, outcome.releases[name], rows)
        else:
            assert in_order(outcome.releases[name]) == in_order(rows), name


def _protected(case: Case, shown: Sequence[Row], true: Sequence[Row]) -> None:
    """Of a statistic with totals: what is shown is true, and what is too small is not shown; what else goes is the solver's to say."""
    stage = next(stage for stage in case.stages if isinstance(stage, Aggregate))
    truth = {tuple(row[name] for name in stage.by): row for row in true}
    for row in shown:
        if row["total_over"] == "" and row["status"] == "published":
            key = tuple(row[name] for name in stage.by)
            assert truth[key]["status"] == "published"
            assert row["people"] == truth[key]["people"] >= K
            assert all(row[name] == truth[key][name] for name in stage.measures)


@pytest.mark.parametrize("seed", range(CASES))
def test_duckdb_does_what_plain_python_says(seed: int, purpose: Purpose, tmp_path: Path) -> None:
    case = a_case(seed)
    agrees(case, happens(case, purpose, "duckdb", tmp_path))


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", range(ON_SPARK))
def test_spark_does_what_duckdb_and_plain_python_do(seed: int, purpose: Purpose, java: None, tmp_path: Path) -> None:
    case = a_case(seed)
    one, other = (happens(case, purpose, engine, tmp_path) for engine in ("duckdb", "spark"))
    agrees(case, other)
    assert (one.told, one.refused) == (other.told, other.refused)
    assert {name: in_order(rows) for name, rows in one.releases.items()} == {name: in_order(rows) for name, rows in other.releases.items()}


def test_the_cases_are_worth_drawing() -> None:
    drawn = [a_case(seed) for seed in range(200)]
    kinds = {stage.kind for case in drawn for stage in case.stages}
    assert kinds >= {"Join", "Object", "Retain", "Where", "Derive", "Pseudonymise", "Generalise", "Aggregate"}
    assert {case.refused for case in drawn} >= {"", "LP205", "LP206", "LP501"}
    statuses = {row["status"] for case in drawn for row in case.expected.releases.get("groups", ())}
    assert statuses == {"published", "withheld"}
    assert sum(bool(case.totals) for case in drawn) > 5
    assert any(row[name] is None for case in drawn for row in case.expected.releases.get("groups", ()) if row["status"] == "published"
               for name in ("total", "mean", "part") if name in row)
