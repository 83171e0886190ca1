"""Each change of a stage's setting is told as one that may let more through, or as one that lets less."""

from __future__ import annotations

import dataclasses

import pytest
from ibis import _

import lapipe.stages as shipped
from lapipe.stage import Stage
from lapipe.stages import (
    Aggregate,
    Consent,
    Count,
    Derive,
    Extract,
    Flag,
    Generalise,
    Join,
    KAnonymise,
    Mean,
    Minimise,
    Object,
    Pseudonymise,
    Redact,
    Release,
    Retain,
    Scrub,
    Validate,
    Where,
)
from lapipe.widening import widened


def groups(**settings: object) -> Aggregate:
    return Aggregate(**{"by": ("course",), "measures": {"n": Count(), "mean": Mean("score", scale=2)}, "lag": "P7D", **settings})  # type: ignore[arg-type]


#: From what, to what, and whether the first to the second lets more through; with None, both ways may.
CHANGES: list[tuple[str, Stage, Stage, bool | None]] = [
    ("Aggregate.measures", groups(), groups(measures={"n": Count(), "mean": Mean("score", scale=4)}), True),
    ("Aggregate.measures", groups(measures={"n": Count()}), groups(), True),
    ("Aggregate.measures", groups(measures={"mean": Mean("score")}), groups(measures={"mean": Mean("grade")}), None),
    ("Aggregate.by", groups(), groups(by=("course", "week")), None), ("Aggregate.person", groups(person="a"), groups(person="b"), None),
    ("Aggregate.period", groups(), groups(period="week"), None), ("Aggregate.lag", groups(), groups(lag="P6D"), True),
    ("Aggregate.domains", groups(), groups(domains={"course": "courses.id"}), None), ("Aggregate.totals", groups(), groups(totals=("course",)), True),
    ("Aggregate.outcome", groups(), groups(outcome="n"), None), ("Aggregate.preset", groups(), groups(preset="duo"), None),
    ("Aggregate.rounding", groups(rounding=5), groups(), True), ("Aggregate.rounding", groups(rounding=10), groups(rounding=5), True),
    ("Aggregate.rounding", groups(rounding=5), groups(rounding=3), None),
    ("Derive.column", Derive("a", _.x), Derive("b", _.x), None), ("Derive.expression", Derive("a", _.x), Derive("a", _.y), None),
    ("Extract.column", Extract("a"), Extract("b"), None), ("Extract.keep", Extract("a"), Extract("a", keep=True), True),
    ("Flag.accept", Flag(), Flag(accept={"a": "name"}), True), ("Flag.accept", Flag(accept={"a": "name"}), Flag(accept={"a": "email"}), None),
    ("Generalise.detail", Generalise({"a": "week"}), Generalise({"a": "day"}), False),
    ("Generalise.names", Generalise({"a": "week"}), Generalise({"a": "week"}, names={"a": "b"}), False),
    ("Join.source", Join("a", on="x", key="y"), Join("b", on="x", key="y"), None), ("Join.on", Join("a", on="x", key="y"), Join("a", on="z", key="y"), None),
    ("Join.key", Join("a", on="x", key="y"), Join("a", on="x", key="z"), None),
    ("Join.columns", Join("a", on="x", key="y", columns=("p",)), Join("a", on="x", key="y"), True),
    ("Join.unmatched", Join("a", on="x", key="y"), Join("a", on="x", key="y", unmatched="keep"), True),
    ("KAnonymise.quasi", KAnonymise({"a": ["*"]}), KAnonymise({"a": []}), None), ("KAnonymise.limit", KAnonymise({"a": []}), KAnonymise({"a": []}, limit=0.1), None),
    ("KAnonymise.sensitive", KAnonymise({"a": []}), KAnonymise({"a": []}, sensitive=("s",)), None),
    ("KAnonymise.l", KAnonymise({"a": []}, l=3), KAnonymise({"a": []}, l=2), True), ("KAnonymise.t", KAnonymise({"a": []}, t=0.1), KAnonymise({"a": []}, t=0.2), True),
    ("KAnonymise.person", KAnonymise({"a": []}), KAnonymise({"a": []}, person="p"), None),
    ("Minimise.columns", Minimise(("a",)), Minimise(), True), ("Minimise.columns", Minimise(("a",)), Minimise(("a", "b")), True),
    ("Object.objections", Object("a"), Object("b"), None), ("Consent.consents", Consent("a"), Consent("b"), None),
    ("Pseudonymise.columns", Pseudonymise({"a": "x"}), Pseudonymise({"a": "y"}), False),
    ("Redact.column", Redact("a"), Redact("b"), None), ("Redact.people", Redact("a", people="p"), Redact("a"), True),
    ("Redact.pseudonym", Redact("a"), Redact("a", pseudonym="x"), True), ("Redact.language", Redact("a"), Redact("a", language="en"), None),
    ("Redact.model", Redact("a", model="m"), Redact("a"), True),
    ("Release.name", Release("a"), Release("b"), False), ("Release.csv", Release("a"), Release("a", csv=True), True),
    ("Release.period", Release("a"), Release("a", period="week"), None), ("Release.lag", Release("a", period="w", lag="P2D"), Release("a", period="w", lag="P1D"), True),
    ("Retain.column", Retain("a"), Retain("b"), None), ("Retain.term", Retain("a", "P1Y"), Retain("a"), True), ("Retain.term", Retain("a", "P1Y"), Retain("a", "P13M"), True),
    ("Scrub.column", Scrub("a"), Scrub("b"), None), ("Validate.key", Validate(), Validate(key=False), True), ("Where.condition", Where(_.a), Where(_.b), None),
]


@pytest.mark.parametrize(("setting", "old", "new", "wider"), CHANGES, ids=[f"{number} {change[0]}" for number, change in enumerate(CHANGES)])
def test_a_setting_that_lets_more_through_is_told_from_one_that_lets_less(setting: str, old: Stage, new: Stage, wider: bool | None) -> None:
    assert bool(widened([old], [new])[0]) == (wider is not False)
    assert bool(widened([new], [old])[0]) == (wider is None)
    assert widened([old], [old]) == ([], [])
    if wider is not False:
        assert setting.partition(".")[2] in widened([old], [new])[0][0]


def test_every_setting_of_every_stage_was_judged() -> None:
    stages = [each for each in vars(shipped).values() if isinstance(each, type) and issubclass(each, Stage) and each is not Stage]
    settings = {f"{stage.__name__}.{field.name}" for stage in stages for field in dataclasses.fields(stage)}
    assert {change[0] for change in CHANGES} == settings


def test_stages_that_come_and_go_and_change_places() -> None:
    assert widened([Flag()], [])[0] == ["Flag was taken out"]
    assert widened([], [Retain("a")]) == ([], ["Retain was added"])
    assert widened([], [Join("a", on="x", key="y")])[0] == ["Join was added"]
    assert widened([Join("a", on="x", key="y")], [])[0] == ["Join was taken out"]
    assert "order" in widened([Flag(), Extract("a")], [Extract("a"), Flag()])[0][0]
