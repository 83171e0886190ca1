"""What is computed once per person is what would be computed row by row: the same rows, and the same people counted as left out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest

from lapipe.contract import Column
from lapipe.engine import Engine
from lapipe.errors import ContractBroken
from lapipe.people import People
from lapipe.plan import Step
from lapipe.stage import Stage
from lapipe.stages import Join, Object, Pseudonymise, Retain, Where
from tests.spec.conftest import TODAY, a_flow, a_person, a_purpose, a_table, an_instant, as_promised, in_order

EVENTS = a_table(a_person("user", domain="user"), an_instant(), Column("act"), person="user")
STUDENTS = a_table(a_person("user", domain="user", required=True), a_person("student"), Column("programme"), name="students",
                   person="user", key=("user",))
LIST = a_table(a_person("who"), Column("purpose"), Column("state"), name="objection")
CONTRACTS = {"main": EVENTS, "students": STUDENTS, "objections": LIST}
USES = {contract.name: dict.fromkeys(contract.names, "full") for contract in CONTRACTS.values()}
PURPOSE = a_purpose(columns=USES, excepts={"Join.unmatched": "keep"})

JOIN, OBJECT, RETAIN = Join("students", on="user", key="user"), Object(), Retain("at")
PSEUDONYMISE = Pseudonymise({"user": "person"})
WHERE = Where(ibis._.act != "b")

ORDERS: list[tuple[Stage, ...]] = [
    (JOIN, OBJECT, RETAIN, PSEUDONYMISE), (JOIN, RETAIN, OBJECT, PSEUDONYMISE), (RETAIN, JOIN, OBJECT, PSEUDONYMISE),
    (JOIN, OBJECT, WHERE, PSEUDONYMISE), (WHERE, JOIN, OBJECT, PSEUDONYMISE), (JOIN, WHERE, RETAIN, OBJECT, PSEUDONYMISE),
    (Join("students", on="user", key="user", unmatched="keep"), RETAIN, Object(), PSEUDONYMISE), (PSEUDONYMISE, RETAIN),
    (JOIN, OBJECT, Pseudonymise({"user": "person", "student": "number"})),
    (JOIN, Pseudonymise({"student": "number"})), (JOIN, OBJECT),
]


def some(chance: random.Random) -> dict[str, Any]:
    """Make a log of twelve users and of nobody, eight students, some without a number, and objections of some of them."""
    users = [*(f"{'s' * chance.randint(0, 1)}0{number}" for number in range(1, 13)), "0", None]
    old, young = (int(datetime.combine(TODAY - timedelta(days=days), datetime.min.time()).timestamp()) for days in (4000, 30))
    events = [{"user": chance.choice(users), "at": chance.choice([old, young, young, None]), "act": chance.choice(["a", "b", None])}
              for _ in range(chance.randint(0, 60))]
    students = [{"user": str(number), "student": chance.choice([str(900 + number), str(900 + number), None]), "programme": "p"}
                for number in range(1, 9)]
    listed = [{"who": str(900 + number), "purpose": "", "state": "received"} for number in chance.sample(range(1, 15), 3)]
    return {"main": events, "students": students, "objections": listed}


def through(stages: Sequence[Stage], rows: dict[str, Any], engine: Engine, folder: Path) -> tuple[Any, Any]:
    """Run the stages as a run does; give the rows that stay, and what each stage was told to have left out."""
    steps, contract = [], EVENTS
    for stage in stages:
        after = stage.plan(contract, PURPOSE, CONTRACTS)
        steps.append(Step(stage, contract, after))
        contract = after
    flow = a_flow(tuple(steps), CONTRACTS, rows, purpose=PURPOSE, engine=engine, folder=folder)
    flow._rows = len(rows["main"])
    table = flow.tables["main"]
    for position, step in enumerate(steps):
        table = flow._step(position, step, table)
    staying = flow._settle(table, contract, written=False)
    return in_order(as_promised(engine.fetch(staying), contract)), flow.told


@pytest.mark.parametrize("stages", ORDERS, ids=lambda stages: ", ".join(stage.kind for stage in stages))
def test_once_per_person_is_the_same_as_row_by_row(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                   stages: tuple[Stage, ...]) -> None:
    taken = []
    take = People.take
    monkeypatch.setattr(People, "take", lambda self, stage, context: taken.append(stage) or take(self, stage, context))
    seen = 0
    for number in range(8) if engine.name == "duckdb" else (6,):
        rows = some(random.Random(number))
        outcomes = []
        for fold in (True, False):
            with monkeypatch.context() as patch:
                if not fold:
                    for kind in (Join, Object, Pseudonymise):
                        patch.setattr(kind, "depends_on", lambda self, contract, contracts: "")
                try:
                    outcomes.append(through(stages, rows, engine, tmp_path))
                except ContractBroken as error:
                    outcomes.append((type(error), str(error)))
        assert outcomes[0] == outcomes[1]
        seen += isinstance(outcomes[0][0], list) and len(outcomes[0][0]) > 3
    assert taken
    assert seen


def test_rows_without_a_person_are_nobody_and_not_lost(engine: Engine, tmp_path: Path) -> None:
    rows = {"main": [{"user": None, "at": None, "act": "a"}, {"user": "1", "at": None, "act": "b"}], "students": [], "objections": []}
    kept = (Join("students", on="user", key="user", unmatched="keep"),)
    staying, _ = through(kept, rows, engine, tmp_path)
    assert [(row["user"], row["act"]) for row in staying] == [(None, "a"), ("1", "b")]
