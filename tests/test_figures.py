"""Figures beside counts: an outsider who subtracts sums, means and shares of several tables and releases learns nothing of fewer than k people.

The outsider is written apart from lapipe: unknown are what each small group of people adds, and what a correction changed; each figure that
was published, in whichever release, is a sum of them. Is what was to stay unknown a combination of what was published, it is known.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from ibis import _

from lapipe import Pipeline
from lapipe.errors import Refused
from lapipe.stages import Aggregate, Count, Derive, Deviation, Flag, Mean, Median, Share, Sum
from tests.test_ledger import K, Project, made, people, several, students

__all__ = ["made"]

EXAMPLES = int(os.environ.get("LAPIPE_SEQUENCES", "6"))


def computing(pipeline: Pipeline, **columns: Any) -> Pipeline:
    """Compute columns just before the groups are made."""
    at = next(number for number, stage in enumerate(pipeline.stages) if isinstance(stage, Aggregate))
    made_of = [Derive(name, expression) for name, expression in columns.items()]
    return replace(pipeline, stages=(*pipeline.stages[:at], *made_of, Flag(), *pipeline.stages[at:]))


@pytest.mark.parametrize("measure", [Mean("credits"), Sum("credits"), Deviation("credits"), Median("credits")], ids=lambda each: type(each).__name__)
def test_a_figure_under_another_name_does_not_tell_of_one_corrected_value(made: Project, measure: Any) -> None:
    """30 people with a mean before, and a sum after: n2 m2 - n1 m1 is what one of them got."""
    frame = students({"biology": 30, "law": 40})
    made.go(made.pipeline(["programme"], {"credits": Mean("credits")}, name="one"), frame)
    corrected = frame.assign(credits=frame["credits"] + 7 * (frame.index == 4))
    run = made.go(made.pipeline(["programme"], {"other": measure}, name="two"), corrected)
    assert people(run, "two") == {"biology": ("published", 30), "law": ("published", 40)}
    assert run.read("two").set_index("programme")["other"].isna().to_dict() == {"biology": True, "law": False}
    # A third, of a correction of as many as k, is shown.
    many = frame.assign(credits=(frame["credits"] + (frame.index < K)).clip(upper=60))
    assert made.go(made.pipeline(["programme"], {"third": Mean("credits")}, name="three"), many).read("three")["third"].notna().all()


def test_the_parts_of_a_later_table_do_not_tell_of_one_corrected_value(made: Project) -> None:
    frame = students({"biology": 40, "law": 40})
    made.go(made.pipeline(["programme"], {"total": Sum("credits")}, name="one"), frame)
    corrected = frame.assign(credits=frame["credits"] + 7 * (frame.index == 4))
    run = made.go(made.pipeline(["programme", "route"], {"total": Sum("credits")}, name="two"), corrected).read("two")
    assert (run["people"] == 20).all()
    assert run.groupby("programme")["total"].count()["biology"] < 2
    assert run.groupby("programme")["total"].count()["law"] == 2


def test_rows_of_one_person_that_came_later_are_not_counted_by_parts(made: Project) -> None:
    frame = students({"biology": 40})
    made.go(made.pipeline(["programme"], {"rows": Count()}, name="one"), frame)
    longer = pd.concat([frame, frame.iloc[[3] * 5]], ignore_index=True)
    run = made.go(made.pipeline(["programme", "route"], {"rows": Count()}, name="two"), longer).read("two")
    assert (run["people"] == 20).all()
    assert run["rows"].notna().sum() < 2


def test_a_sum_that_is_of_too_few_is_not_what_another_table_leaves_over(made: Project) -> None:
    """Of 30 part-time biologists three have credits: their sum is that of all biologists less that of the full-time ones."""
    frame = students({"biology": 60, "law": 80}).astype({"credits": "Int64"})
    frame.loc[frame[(frame.programme == "biology") & (frame.route == "parttime")].index[3:], "credits"] = None
    tables = Aggregate(("programme",), {"total": Sum("credits")}), Aggregate(("programme", "route"), {"mean": Mean("credits")})
    run = made.go(several(made, *tables), frame)
    whole, parts = run.read("t0").set_index("programme"), run.read("t1").set_index(["programme", "route"])
    assert pd.isna(parts["mean"]["biology", "parttime"])
    assert pd.isna(whole["total"]["biology"]) or pd.isna(parts["mean"]["biology", "fulltime"])
    assert parts["mean"]["law"].notna().all()
    # A later release of the whole does not give it back either, nor one that asks anew.
    later = made.go(made.pipeline(["programme"], {"again": Sum("credits")}, name="later"), frame).read("later").set_index("programme")
    assert pd.isna(later["again"]["biology"]) or pd.isna(parts["mean"]["biology", "fulltime"])


def test_a_share_of_nearly_all_is_not_what_another_table_leaves_over(made: Project) -> None:
    """27 of 30 full-time biologists passed: three did not, as the shares of all and of the part-time ones would tell."""
    frame = students({"biology": 60, "law": 80})
    full = frame[(frame.programme == "biology") & (frame.route == "fulltime")].index
    frame["credits"] = [60 * (number // 2 % 2) for number in range(len(frame))]
    frame.loc[full, "credits"] = 60
    frame.loc[full[:3], "credits"] = 0
    tables = (Aggregate(by, {"passed": Share("passed")}) for by in (("programme",), ("programme", "route")))
    run = made.go(computing(several(made, *tables), passed=_.credits >= 30), frame)
    whole, parts = run.read("t0").set_index("programme")["passed"], run.read("t1").set_index(["programme", "route"])["passed"]
    assert pd.isna(parts["biology", "fulltime"])
    assert pd.isna(whole["biology"]) or pd.isna(parts["biology", "parttime"])
    assert parts["law"].notna().all()


def test_two_cuts_of_one_column_do_not_count_who_lies_between(made: Project) -> None:
    """Of those with 30 credits or more, and with 31 or more: the difference is how many have 30."""
    frame = students({"biology": 60})
    both = made.pipeline(["programme"], {"a": Share("low"), "b": Share("high")}, name="both")
    with pytest.raises(Refused, match=r"^LP403 .*'low' and of 'high', both made of 'credits'; subtracted they may count a few people"):
        made.go(computing(both, low=_.credits >= 30, high=_.credits >= 31), frame)
    made.go(computing(made.pipeline(["programme"], {"a": Share("low")}, name="one"), low=_.credits >= 30), frame)
    run = made.go(computing(made.pipeline(["programme"], {"b": Share("high")}, name="two"), high=_.credits >= 31), frame)
    assert run.read("two")["b"].isna().all()


# --- at random ---


@dataclass(frozen=True)
class Ask:
    """A release of a sequence: what it groups by, and what it tells of credits."""

    by: tuple[str, ...]
    measure: str
    totals: tuple[str, ...] = ()


asks = st.builds(Ask, st.sampled_from([("programme",), ("route",), ("programme", "route")]), st.sampled_from(["sum", "mean"]))
ATOMS = list(itertools.product("abc", ("fulltime", "parttime")))


@st.composite
def groups(draw: st.DrawFn) -> pd.DataFrame:
    """Draw people of each atom, of whom some, or nearly all, have no credits."""
    rows: list[tuple[str, str, int | None]] = []
    for programme, route in ATOMS:
        number = draw(st.sampled_from([4, 12, 14, 25, 40]))
        empty = draw(st.sampled_from([0, 0, number - 3, number // 2]))
        rows += [(programme, route, None if at < empty else (at * 7 + len(rows)) % 50) for at in range(number)]
    frame = pd.DataFrame(rows, columns=["programme", "route", "credits"]).astype({"credits": "Int64"})
    return frame.assign(student=[str(1_000_000 + number) for number in range(len(frame))], day=students({"a": 1})["day"][0])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(frame=groups(), sequence=st.lists(asks, min_size=2, max_size=3), corrected=st.lists(st.booleans(), min_size=3, max_size=3),
       who=st.integers(0, 10_000))
def test_no_sequence_of_figures_tells_the_sum_of_a_few_or_one_correction(frame: pd.DataFrame, sequence: list[Ask], corrected: list[bool],
                                                                          who: int) -> None:
    known: list[np.ndarray[Any, Any]] = []
    asked: list[tuple[Ask, tuple[str, ...]]] = []
    changes = 0
    told = frame[frame["credits"].notna()].index
    mine = told[who % len(told)]
    with tempfile.TemporaryDirectory() as base:
        project = Project(Path(base))
        for number, (ask, correct) in enumerate(zip(sequence, corrected, strict=False)):
            if number and correct:
                frame.loc[mine, "credits"] += 1
                changes += 1
            measure = Sum("credits") if ask.measure == "sum" else Mean("credits")
            pipeline = project.pipeline(ask.by, {ask.measure: measure}, name=f"sequence_{number}", pseudonyms=False)
            try:
                read = project.go(pipeline, frame).read(f"sequence_{number}")
            except Refused as refused:
                event(f"refused {refused.rule}")
                if refused.rule != "LP407":
                    raise
                continue
            shown = {tuple(row[name] for name in ask.by): row for row in read.to_dict("records")}
            for cell in itertools.product(*({"programme": "abc", "route": ("fulltime", "parttime")}[name] for name in ask.by)):
                asked.append((ask, cell))
                row = shown.get(cell)
                if row is not None and not pd.isna(row[ask.measure]) and row["status"] == "published":
                    known.append(inside(ask.by, cell, frame, mine, changes))
    matrix = np.array(known) if known else np.zeros((0, len(ATOMS) + 3))
    event(f"{len(known)} figures known")
    for ask, cell in asked:
        of = inside(ask.by, cell, frame, mine, 0)
        contributors = int(frame[np.logical_and.reduce([frame[name] == value for name, value in zip(ask.by, cell, strict=True)])]["credits"].notna().sum())
        if 0 < contributors < K:
            assert not computable(matrix, of), (ask, cell)
    for change in range(changes):
        assert not computable(matrix, np.eye(len(ATOMS) + 3)[len(ATOMS) + change])


def inside(by: tuple[str, ...], cell: tuple[str, ...], frame: pd.DataFrame, mine: Any, changes: int) -> np.ndarray[Any, Any]:
    """Give what a group's sum is the sum of: what its atoms add, and each correction so far of the one that was corrected, if they are in it."""
    row = [float(all(dict(zip(("programme", "route"), atom, strict=True))[name] == value for name, value in zip(by, cell, strict=True))) for atom in ATOMS]
    there = row[ATOMS.index((frame["programme"][mine], frame["route"][mine]))]
    return np.array([*row, *(there * (number < changes) for number in range(3))])


def computable(known: np.ndarray[Any, Any], asked: np.ndarray[Any, Any]) -> bool:
    """Say whether a sum is a combination of sums that are known."""
    return bool(np.linalg.matrix_rank(known) == np.linalg.matrix_rank(np.vstack([known, asked]))) if len(known) else False
