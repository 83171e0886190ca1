"""Aggregate: figures per group of people, none of them about a person."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.contract import Column, Contract, Kind
from lapipe.engine import Engine
from lapipe.errors import ContractBroken, LapipeError, Refused, UsageFault
from lapipe.stages import Aggregate, Count, Deviation, Mean, Median, Share, Sum
from lapipe.stages.measures import Measure
from tests.spec.conftest import Runner, a_person, a_purpose, a_table, in_order, plan_stage, run_stage

COURSE = Column("course", about="student")
SCORE = Column("score", type="integer", kind=Kind.SENSITIVE, about="student")
PASSED = Column("passed", type="boolean", about="student")
EVENTS = a_table(a_person(), COURSE, SCORE, PASSED, person="student")


def people(number: int, course: str | None = "A", first: int = 1, **values: Any) -> list[dict[str, Any]]:
    """One row for each of `number` people."""
    return [{"student": str(first + each), "course": course, **values} for each in range(number)]


@pytest.mark.parametrize(("number", "rows"), [(2, []), (3, [{"course": "A", "status": "published", "people": 3}]), (4, [{"course": "A", "status": "published", "people": 4}])])
def test_a_group_is_shown_from_k_people_on(run: Runner, number: int, rows: list[Any]) -> None:
    assert run(Aggregate(by=("course",)), EVENTS, people(number), purpose=a_purpose(k=3)).rows == rows


@pytest.mark.parametrize(("number", "shown"), [(9, False), (10, True), (11, True)])
def test_a_group_of_nine_is_left_out_when_k_is_ten(run: Runner, number: int, shown: bool) -> None:
    found = run(Aggregate(by=("course",)), EVENTS, people(number), purpose=a_purpose(k=10))
    assert bool(found.rows) is shown
    assert found.left_out == (not shown)


def test_one_person_with_many_rows_is_one_person(run: Runner) -> None:
    rows = people(1) * 50 + people(1, first=2)
    assert run(Aggregate(by=("course",)), EVENTS, rows).rows == []


def test_two_spellings_of_one_student_are_one_person(run: Runner) -> None:
    rows = [{"student": spelling, "course": "A"} for spelling in ("7", "s7", "007", "7.0", " S7 ", "8")]
    assert run(Aggregate(by=("course",)), EVENTS, rows).rows == []


def test_null_is_a_group_of_its_own(run: Runner) -> None:
    found = run(Aggregate(by=("course",)), EVENTS, people(3, None) + people(4) + people(2, "B"))
    assert found.rows == [{"course": None, "status": "published", "people": 3}, {"course": "A", "status": "published", "people": 4}]


def test_a_null_in_one_of_two_columns_is_a_group_of_its_own(run: Runner) -> None:
    rows = people(3, None, passed=True) + people(3, None, first=10) + people(3, passed=True)
    found = run(Aggregate(by=("course", "passed"), measures={"rows": Count(), "mid": Median("score")}), EVENTS, rows)
    assert [(row["course"], row["passed"], row["rows"]) for row in found.rows] == [(None, None, 3), (None, True, 3), ("A", True, 3)]


@pytest.mark.parametrize("nobody", [None, "0", "s0"])
def test_rows_of_nobody_are_refused(run: Runner, nobody: str | None) -> None:
    with pytest.raises(Refused, match=r"^LP404 Aggregate: 1 rows name nobody"):
        run(Aggregate(by=("course",)), EVENTS, [*people(5), {"student": nobody, "course": "A"}])


def test_an_empty_table_gives_an_empty_table(run: Runner) -> None:
    assert run(Aggregate(by=("course",), measures={"rows": Count(), "mean": Mean("score")}), EVENTS, []).rows == []


def test_a_person_in_two_groups_counts_in_both(run: Runner) -> None:
    found = run(Aggregate(by=("course",)), EVENTS, people(3) + people(3, "B"))
    assert found.rows == [{"course": "A", "status": "published", "people": 3}, {"course": "B", "status": "published", "people": 3}]


# --- measures ---


def test_count_counts_rows(run: Runner) -> None:
    found = run(Aggregate(by=("course",), measures={"rows": Count()}), EVENTS, people(3) * 2 + people(1))
    assert found.rows == [{"course": "A", "status": "published", "people": 3, "rows": 7}]


@pytest.mark.parametrize(("most", "shown"), [(17, True), (18, False)])
def test_a_count_of_which_one_person_makes_more_than_85_per_cent_is_withheld(run: Runner, most: int, shown: bool) -> None:
    # 17 of 20 rows are 85 per cent, 18 of 21 are more.
    rows = people(1) * most + people(3, first=2)
    assert bool(run(Aggregate(by=("course",), measures={"rows": Count()}), EVENTS, rows).rows) is shown


@pytest.mark.parametrize(("most", "shown"), [(340, True), (341, False), (-340, True), (-341, False)])
def test_a_sum_that_one_person_makes_withholds_its_group(run: Runner, most: int, shown: bool) -> None:
    rows = [{"student": str(who), "course": "A", "score": score} for who, score in enumerate((most, 10, 20, 30), 1)]
    found = run(Aggregate(by=("course",), measures={"total": Sum("score")}), EVENTS, rows)
    assert [row["total"] for row in found.rows] == ([Decimal(most + 60)] if shown else [])


def test_a_mean_is_over_rows_and_rounds_half_up(run: Runner) -> None:
    # Over rows it is 1.5; over people, of whom the third has two rows, it would be 1.2.
    rows = [{"student": who, "course": "A", "score": score} for who, score in (("1", 0), ("2", 1), ("3", 2), ("3", 3))]
    found = run(Aggregate(by=("course",), measures={"mean": Mean("score", scale=0)}), EVENTS, rows)
    assert [row["mean"] for row in found.rows] == [Decimal(2)]


FIGURES: list[Measure] = [Mean("score"), Sum("score"), Deviation("score")]


@pytest.mark.parametrize("large", [0, 10**9], ids=["small", "large"])
@pytest.mark.parametrize(("scores", "shown"), [
    ((7, 7, 7, 7), False), ((0, 0, 0, 1), False), ((0, 1, 1, 1), False), ((-3, 5, 5, -3), False), ((0, 1, 2, 2), True),
    ((0, 1, 1, 5000), True)])
def test_a_figure_of_one_or_two_values_is_withheld_and_the_group_is_not(run: Runner, scores: Sequence[int], shown: bool,
                                                                        large: int) -> None:
    rows = [{"student": str(who), "course": "A", "score": large + score} for who, score in enumerate(scores, 1)]
    found = run(Aggregate(by=("course",), measures={"mean": Mean("score"), "sd": Deviation("score")}), EVENTS, rows)
    assert [(row["people"], row["mean"] is not None, row["sd"] is not None) for row in found.rows] == [(4, shown, shown)]


@pytest.mark.parametrize("values", [2, 3])
def test_a_median_of_two_values_is_withheld(run: Runner, values: int) -> None:
    rows = [{"student": str(each + 1), "course": "A", "score": each % values} for each in range(30)]
    found = run(Aggregate(by=("course",), measures={"mid": Median("score")}), EVENTS, rows)
    assert [row["mid"] for row in found.rows] == [Decimal(1) if values == 3 else None]


@pytest.mark.parametrize(("known", "unknown", "shown"), [
    (2, 0, False), (2, 3, False), (3, 0, True), (3, 1, False), (3, 2, False), (3, 3, True), (4, 4, True)])
@pytest.mark.parametrize("measure", FIGURES, ids=lambda measure: type(measure).__name__)
def test_a_figure_needs_k_people_who_have_a_value_and_none_or_k_who_have_not(run: Runner, measure: Measure, known: int, unknown: int,
                                                                              shown: bool) -> None:
    rows = [{"student": str(each), "course": "A", "score": each if each <= known else None} for each in range(1, known + unknown + 1)]
    # Two people fill the group; they have three values between them.
    rows += [{"student": "1", "course": "A", "score": 5}, {"student": "2", "course": "A", "score": 6}]
    found = run(Aggregate(by=("course",), measures={"figure": measure}), EVENTS, rows, purpose=a_purpose(k=3))
    assert [row["figure"] is not None for row in found.rows] == ([shown] if known + unknown >= 3 else [])


@pytest.mark.parametrize(("most", "shown"), [(17, True), (18, False)])
@pytest.mark.parametrize("measure", FIGURES, ids=lambda measure: type(measure).__name__)
def test_a_figure_of_which_one_person_has_more_than_85_per_cent_of_the_rows_withholds_its_group(run: Runner, measure: Measure,
                                                                                                most: int, shown: bool) -> None:
    # The rows without a value do not count; those of the others are large, so that the sum is not one person's.
    rows = [*people(1, score=1) * most, *people(3, course="A", first=2)]
    rows = [{**row, "score": row.get("score") or 100 * int(row["student"])} for row in rows] + people(3, first=2) * 20
    found = run(Aggregate(by=("course",), measures={"figure": measure}), EVENTS, rows)
    assert [row["people"] for row in found.rows] == ([4] if shown else [])


@pytest.mark.parametrize(("number", "shown"), [(29, False), (30, True)])
def test_a_median_needs_thirty_people(run: Runner, number: int, shown: bool) -> None:
    rows = [{"student": str(each + 1), "course": "A", "score": each} for each in range(number)]
    found = run(Aggregate(by=("course",), measures={"mid": Median("score", scale=1)}), EVENTS, rows)
    assert [row["mid"] for row in found.rows] == [Decimal("14.5") if shown else None]


def test_a_median_needs_k_people_where_k_is_more_than_thirty(run: Runner) -> None:
    rows = [{"student": str(each + 1), "course": "A", "score": each % 31 if each < 31 else None} for each in range(40)]
    found = run(Aggregate(by=("course",), measures={"mid": Median("score")}), EVENTS, rows, purpose=a_purpose(k=40))
    assert [(row["people"], row["mid"]) for row in found.rows] == [(40, None)]


@pytest.mark.parametrize(("yes", "no", "share"), [
    (3, 3, Decimal("0.500")), (2, 5, None), (5, 2, None), (7, 0, None), (0, 7, None), (3, 6, Decimal("0.333"))])
def test_a_share_needs_k_people_on_either_side(run: Runner, yes: int, no: int, share: Decimal | None) -> None:
    rows = people(yes, passed=True) + people(no, first=100, passed=False)
    found = run(Aggregate(by=("course",), measures={"share": Share("passed")}), EVENTS, rows)
    assert found.rows == [{"course": "A", "status": "published", "people": yes + no, "share": share}]


def test_a_share_leaves_out_rows_of_which_it_is_not_known(run: Runner) -> None:
    rows = people(3, passed=True) + people(3, first=10, passed=False) + people(3, first=20)
    found = run(Aggregate(by=("course",), measures={"share": Share("passed")}), EVENTS, rows)
    assert found.rows == [{"course": "A", "status": "published", "people": 9, "share": Decimal("0.500")}]


def test_more_digits_than_a_measure_has_of_itself_stand_under_the_exceptions_of_the_purpose() -> None:
    finer = Aggregate(by=("course",), measures={"mean": Mean("score", scale=3), "share": Share("passed", scale=3)})
    with pytest.raises(Refused, match=r"scale is 3, laxer than the default.* Aggregate.scale") as refused:
        plan_stage(finer, EVENTS)
    assert refused.value.rule == "LP108"
    with pytest.raises(Refused, match="scale is 3"):
        plan_stage(finer, EVENTS, purpose=a_purpose(excepts={"Aggregate.scale": 4}))
    assert plan_stage(finer, EVENTS, purpose=a_purpose(excepts={"Aggregate.scale": 3}))["mean"].scale == 3
    assert plan_stage(Aggregate(by=("course",), measures={"mean": Mean("score", scale=1), "share": Share("passed")}), EVENTS)["mean"].scale == 1


def test_a_deviation_is_that_of_a_sample(run: Runner) -> None:
    rows = [{"student": str(number), "course": "A", "score": score} for number, score in enumerate((2, 4, 4, 4, 5, 5, 7, 9), 1)]
    found = run(Aggregate(by=("course",), measures={"sd": Deviation("score", scale=4)}), EVENTS, rows, purpose=a_purpose(excepts={"Aggregate.scale": 4}))
    assert found.rows == [{"course": "A", "status": "published", "people": 8, "sd": Decimal("2.1381")}]


def test_a_deviation_of_large_numbers_close_together_is_exact(run: Runner) -> None:
    rows = [{"student": str(number), "course": "A", "score": 10**9 + number} for number in (1, 2, 3)]
    found = run(Aggregate(by=("course",), measures={"sd": Deviation("score", scale=3)}), EVENTS, rows, purpose=a_purpose(excepts={"Aggregate.scale": 3}))
    assert found.rows == [{"course": "A", "status": "published", "people": 3, "sd": Decimal("1.000")}]


def test_decimals_are_summed_exactly(run: Runner) -> None:
    table = a_table(a_person(), COURSE, Column("grade", type="number", scale=1), person="student")
    rows = [{"student": str(number), "course": "A", "grade": Decimal(grade)} for number, grade in
            enumerate(("0.1", "0.2", "5.5", "-0.3"), 1)]
    found = run(Aggregate(by=("course",), measures={"total": Sum("grade", scale=1), "mean": Mean("grade", scale=2)}), table,
                rows[:3] + [{**rows[1], "student": "9"}], purpose=a_purpose(k=3))
    assert found.rows == []  # 5.5 of 6.0 is one person's
    rows = [{**row, "grade": Decimal("0.1") * number} for number, row in enumerate(rows, 1)]
    found = run(Aggregate(by=("course",), measures={"total": Sum("grade", scale=1), "mean": Mean("grade", scale=2)}), table, rows)
    assert found.rows == [{"course": "A", "status": "published", "people": 4, "total": Decimal("1.0"), "mean": Decimal("0.25")}]


def test_many_measures_of_one_column_stand_beside_each_other(run: Runner) -> None:
    rows = [{"student": str(number), "course": "A", "score": number} for number in range(1, 31)]
    measures: dict[str, Measure] = {"n": Count(), "mean": Mean("score"), "rough": Mean("score", scale=0), "sum": Sum("score", scale=0),
                                    "mid": Median("score"), "sd": Deviation("score")}
    found = run(Aggregate(by=("course",), measures=measures), EVENTS, rows)
    assert found.rows == [{"course": "A", "status": "published", "people": 30, "n": 30, "mean": Decimal("15.50"), "rough": Decimal(16), "sum": Decimal(465),
                           "mid": Decimal("15.50"), "sd": Decimal("8.80")}]


# --- a frame: rows come from what is declared, not from who was there ---


LEVEL = Column("level", values=("bachelor", "master"), required=True)
FRAMED = a_table(a_person(), LEVEL, person="student")


def at_level(number: int, level: str | None) -> list[dict[str, Any]]:
    return [{"student": str(each + 1), "level": level} for each in range(number)]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_group_under_k_looks_like_a_group_of_nobody(run: Runner, number: int) -> None:
    found = run(Aggregate(by=("level",)), FRAMED, at_level(3, "bachelor") + at_level(number, "master"))
    assert found.rows == [{"level": "bachelor", "status": "published", "people": 3},
                          {"level": "master", "status": "withheld", "people": None}]
    assert found.left_out == 0


@pytest.mark.parametrize(("number", "status", "shown"), [(0, "published", 0), (1, "withheld", None), (3, "published", 3)])
def test_zero_is_published_where_the_purpose_declares_it_public(run: Runner, number: int, status: str, shown: int | None) -> None:
    found = run(Aggregate(by=("level",), measures={"rows": Count()}), FRAMED, at_level(5, "bachelor") + at_level(number, "master"),
                purpose=a_purpose(zeros_public=True))
    assert found.rows[1]["status"] == status
    assert found.rows[1]["people"] == shown


def test_a_column_that_may_be_null_has_a_row_for_null(run: Runner) -> None:
    table = a_table(a_person(), LEVEL.change(required=False), person="student")
    found = run(Aggregate(by=("level",)), table, at_level(3, None))
    assert [(row["level"], row["people"]) for row in found.rows] == [(None, 3), ("bachelor", None), ("master", None)]


def test_an_empty_table_gives_the_whole_frame_withheld(run: Runner) -> None:
    found = run(Aggregate(by=("level",)), FRAMED, [])
    assert [(row["level"], row["status"]) for row in found.rows] == [("bachelor", "withheld"), ("master", "withheld")]


def test_a_value_outside_the_declared_domain_is_refused_without_being_told(run: Runner) -> None:
    with pytest.raises(ContractBroken, match=r"^LP205 Aggregate: 1 rows outside the domain of level") as told:
        run(Aggregate(by=("level",)), FRAMED, at_level(3, "bachelor") + at_level(1, "doctorate"))
    assert "doctorate" not in str(told.value)


def test_a_domain_comes_from_another_source(run: Runner) -> None:
    catalogue = a_table(Column("id"), name="catalogue")
    table = a_table(a_person(), COURSE.change(required=True), person="student")
    found = run(Aggregate(by=("course",), domains={"course": "catalogue.id"}), table,
                [{"student": str(each), "course": "A"} for each in range(1, 4)] + [{"student": "1", "course": "C"}],
                sources={"catalogue": (catalogue, [{"id": name} for name in ("A", "B", "C", None, "A")])})
    assert [(row["course"], row["status"], row["people"]) for row in found.rows] == [
        ("A", "published", 3), ("B", "withheld", None), ("C", "withheld", None)]


def test_a_domain_of_a_column_that_may_be_null_has_null_once(run: Runner) -> None:
    catalogue = a_table(Column("id"), name="catalogue")
    found = run(Aggregate(by=("course",), domains={"course": "catalogue.id"}), EVENTS, people(3, None) + people(2),
                sources={"catalogue": (catalogue, [{"id": name} for name in ("A", None, "A")])})
    assert [(row["course"], row["people"]) for row in found.rows] == [(None, 3), ("A", None)]


@pytest.mark.parametrize(("low", "high", "bands"), [
    (0, 100, [0, 20, 40, 60, 80, 100]), (0, 99, [0, 20, 40, 60, 80]), (-1, 19, [-20, 0]), (-0.5, 19.5, [-20, 0])])
def test_bands_between_minimum_and_maximum_are_a_domain(run: Runner, low: float, high: float, bands: list[int]) -> None:
    table = a_table(a_person(), Column("score", type="integer", required=True, minimum=low, maximum=high, detail="band 20"),
                    person="student")
    found = run(Aggregate(by=("score",)), table, [{"student": str(each), "score": bands[-1]} for each in range(1, 4)])
    assert [(row["score"], row["people"]) for row in found.rows] == [
        *((band, None) for band in bands[:-1]), (bands[-1], 3)]


def test_true_and_false_are_a_domain(run: Runner) -> None:
    found = run(Aggregate(by=("passed",)), a_table(a_person(), PASSED.change(required=True), person="student"),
                [{"student": str(each), "passed": True} for each in range(3)][1:] + [{"student": "9", "passed": True}])
    assert [(row["passed"], row["people"]) for row in found.rows] == [(False, None), (True, 3)]


def test_a_frame_of_two_columns_has_every_combination_and_dominance_withholds(run: Runner) -> None:
    table = a_table(a_person(), LEVEL, PASSED.change(required=True), person="student")
    rows = [{"student": str(each), "level": "master", "passed": True} for each in (1, 2, 3)]
    rows += [{"student": str(each), "level": "bachelor", "passed": True} for each in (4, 5, *[6] * 30)]
    found = run(Aggregate(by=("level", "passed"), measures={"rows": Count()}), table, rows)
    assert [(r["level"], r["passed"], r["status"], r["people"], r["rows"]) for r in found.rows] == [
        ("bachelor", False, "withheld", None, None), ("bachelor", True, "withheld", None, None),
        ("master", False, "withheld", None, None), ("master", True, "published", 3, 3)]


# --- periods ---

#: 24 November 2026 is a Tuesday; its week began on the 23rd.
WEEK = Column("week", type="date", kind=Kind.EVENT_TIME, detail="week", required=True)
WEEKLY = a_table(a_person(), WEEK, person="student")


def in_weeks(*mondays: date) -> list[dict[str, Any]]:
    return [{"student": str(each), "week": monday} for monday in mondays for each in range(1, 4)]


def monday(weeks_ago: int) -> date:
    return date(2026, 11, 23) - timedelta(weeks=weeks_ago)


@pytest.mark.parametrize(("today", "lag", "last"), [
    (date(2026, 11, 22), "P0D", monday(2)), (date(2026, 11, 23), "P0D", monday(1)), (date(2026, 11, 24), "P2D", monday(2)),
    (date(2026, 11, 25), "P2D", monday(1)), (date(2026, 11, 29), "P1W", monday(2)), (date(2026, 11, 30), "P1W", monday(1))])
def test_a_week_is_there_once_it_closed_and_its_lag_passed(run: Runner, today: date, lag: str, last: date) -> None:
    found = run(Aggregate(by=("week",), period="week", lag=lag), WEEKLY, in_weeks(*(monday(ago) for ago in range(4))), today=today)
    assert max(row["week"] for row in found.rows) == last


def test_weeks_that_retain_cut_through_are_not_there(run: Runner) -> None:
    table = a_table(a_person(), WEEK.change(keep="P2W"), person="student")
    # Kept from 10 November on: the week of the 9th is cut, that of the 16th is whole and closed.
    found = run(Aggregate(by=("week",), period="week"), table, in_weeks(monday(2), monday(1)), today=date(2026, 11, 24))
    assert [(row["week"], row["people"]) for row in found.rows] == [(monday(1), 3)]


@pytest.mark.parametrize(("first", "last", "shown"), [
    (monday(4), monday(0), [4, 3, 2, 1]), (monday(4) + timedelta(days=1), monday(0), [3, 2, 1]),
    (monday(4), monday(0) - timedelta(days=1), [4, 3, 2]), (monday(3), monday(2), [3]),
    (monday(3), monday(2) - timedelta(days=1), []), (date(2020, 1, 1), date(2030, 1, 1), [4, 3, 2, 1])])
def test_weeks_that_the_export_begins_or_ends_in_are_not_there(run: Runner, first: date, last: date, shown: list[int]) -> None:
    found = run(Aggregate(by=("week",), period="week"), WEEKLY, in_weeks(*(monday(ago) for ago in range(5))), coverage=(first, last))
    assert [row["week"] for row in found.rows] == [monday(ago) for ago in shown]


def test_a_kept_period_is_a_domain_and_an_empty_week_says_withheld(run: Runner) -> None:
    table = a_table(a_person(), WEEK.change(keep="P4W"), person="student")
    found = run(Aggregate(by=("week",), period="week"), table, in_weeks(monday(1)), today=date(2026, 11, 24))
    assert [(row["week"], row["status"]) for row in found.rows] == [
        (monday(3), "withheld"), (monday(2), "withheld"), (monday(1), "published")]


def test_where_no_period_is_closed_nothing_is_there(run: Runner) -> None:
    table = a_table(a_person(), WEEK.change(keep="P1D"), person="student")
    assert run(Aggregate(by=("week",), period="week"), table, in_weeks(monday(0))).rows == []


def test_academic_years_are_periods(run: Runner) -> None:
    year = Column("year", kind=Kind.EVENT_TIME, detail="academic year", required=True)
    rows = [{"student": str(each), "year": name} for name in ("2024-2025", "2025-2026", "2026-2027") for each in range(1, 4)]
    found = run(Aggregate(by=("year",), period="year"), a_table(a_person(), year, person="student"), rows)
    assert [row["year"] for row in found.rows] == ["2024-2025", "2025-2026"]


# --- what may not be asked ---


@pytest.mark.parametrize(("stage", "error", "told"), [
    (Aggregate(by=()), UsageFault, "LP203 Aggregate needs at least one column"),
    (Aggregate(by=("student",)), Refused, "LP401 Aggregate: 'student' is identifier"),
    (Aggregate(by=("note",)), Refused, "LP401 Aggregate: 'note' is free_text"),
    (Aggregate(by=("at",)), Refused, "LP303 Aggregate: 'at' is a time in full detail"),
    (Aggregate(by=("week",)), Refused, "LP406 Aggregate: groups by time without `period`"),
    (Aggregate(by=("course",), person="course"), Refused, "LP404 Aggregate: 'course' is plain"),
    (Aggregate(by=("course",), person="loose"), Refused, "LP404 Aggregate: 'loose' is identifier of identity domain 'none'"),
    (Aggregate(by=("course",), person="gone"), Refused, "LP404 Aggregate: does not know by which column"),
    (Aggregate(by=("course",), measures={"people": Count()}), UsageFault, "LP203 Aggregate: 'people' names two columns"),
    (Aggregate(by=("course",), measures={"course": Count()}), UsageFault, "LP203 Aggregate: 'course' names two columns"),
    (Aggregate(by=("course",), measures={"m": Mean("course")}), UsageFault, "LP203 Aggregate: Mean needs a number"),
    (Aggregate(by=("course",), measures={"m": Sum("at")}), UsageFault, "LP203 Aggregate: Sum needs a number"),
    (Aggregate(by=("course",), measures={"m": Mean("number")}), UsageFault, "LP405 Aggregate: number of events is identifier"),
    (Aggregate(by=("course",), measures={"m": Share("score")}), UsageFault, "LP203 Aggregate: Share needs"),
    (Aggregate(by=("course",), measures={"m": Mean("secret")}), Refused, "LP304 Aggregate: purpose activity uses 'secret' inside"),
    (Aggregate(by=("course",), measures={"m": Mean("gone")}), UsageFault, "LP203 events has no column 'gone'"),
    (Aggregate(by=("week",), period="course"), UsageFault, "LP203 Aggregate: period 'course' must be one of"),
    (Aggregate(by=("course", "week"), period="at"), UsageFault, "LP203 Aggregate: period 'at' must be"),
    (Aggregate(by=("week",), period="week", lag="2 days"), UsageFault, "Aggregate: lag '2 days' should be an ISO 8601 duration"),
    (Aggregate(by=("course",), domains={"course": "nowhere.id"}), UsageFault, "LP203 Aggregate: the domain of 'course'"),
    (Aggregate(by=("course",), domains={"score": "catalogue.id"}), UsageFault, "LP203 Aggregate: the domain of 'score'"),
    (Aggregate(by=("course",), domains={"course": "catalogue.points"}), UsageFault, "LP203 Aggregate: 'course' is string and its"),
    (Aggregate(by=("course",), domains={"course": "catalogue.teacher"}), Refused, "LP401 Aggregate: catalogue.teacher is data about people"),
])
def test_what_may_not_be_asked_is_refused(stage: Aggregate, error: type[LapipeError], told: str) -> None:
    table = a_table(a_person(), COURSE, SCORE, WEEK, Column("note", kind=Kind.FREE_TEXT), Column("loose", kind=Kind.IDENTIFIER),
                    Column("number", type="integer", kind=Kind.IDENTIFIER, domain="staff"),
                    Column("at", type="integer", kind=Kind.EVENT_TIME, clock="seconds", zone="Europe/Amsterdam"),
                    Column("secret", type="integer", use="inside"), person="student")
    catalogue = a_table(Column("id"), Column("points", type="integer"), Column("teacher", about="lecturer"), name="catalogue")
    with pytest.raises(error) as refused:
        plan_stage(stage, table, sources={"catalogue": catalogue})
    assert told in str(refused.value)


@pytest.mark.parametrize(("measures", "refused"), [
    ({"a": Mean("score"), "b": Sum("points")}, True), ({"a": Mean("points"), "b": Mean("marks")}, True),
    ({"a": Mean("points"), "b": Sum("points")}, False), ({"a": Mean("score"), "b": Mean("other")}, False),
    ({"a": Mean("score"), "b": Share("passed")}, False)])
def test_figures_of_two_columns_made_of_one_are_refused(measures: dict[str, Measure], refused: bool) -> None:
    made = [Column(name, type="integer", made_of=("score",)) for name in ("points", "marks")]
    table = a_table(a_person(), COURSE, SCORE, *made, Column("other", type="integer"), PASSED.change(made_of=("score",)), person="student")
    stage = Aggregate(by=("course",), measures=measures)
    if not refused:
        assert plan_stage(stage, table).names[-2:] == ("a", "b")
        return
    with pytest.raises(Refused, match=r"^LP403 Aggregate: gives figures of .* both made of 'score'"):
        plan_stage(stage, table)


# --- against an oracle ---

ROWS = st.lists(st.fixed_dictionaries({
    "student": st.sampled_from([str(number) for number in range(1, 8)]), "course": st.sampled_from(["A", "B", None]),
    "score": st.one_of(st.none(), st.integers(-50, 50)), "passed": st.one_of(st.none(), st.booleans())}), max_size=40)


def oracle(rows: Sequence[dict[str, Any]], k: int) -> list[dict[str, Any]]:
    """What Aggregate should give, by course: people, rows, sum, mean, deviation and share."""
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["course"]].append(row)
    out = []
    for course, members in groups.items():
        of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in members:
            of[row["student"]].append(row)
        scores = {who: [row["score"] for row in theirs if row["score"] is not None] for who, theirs in of.items()}
        totals = [abs(sum(values)) for values in scores.values()]
        sizes, valued = [len(theirs) for theirs in of.values()], [len(theirs) for theirs in scores.values()]
        if len(of) < k or any(max(parts) * 100 > sum(parts) * 85 for parts in (sizes, valued, totals)):
            continue
        values = [value for theirs in scores.values() for value in theirs]
        lacking = len({row["student"] for row in members if row["score"] is None})
        safe = sum(bool(theirs) for theirs in scores.values()) >= k and not 0 < lacking < k and len(set(values)) > 2
        yes = {row["student"] for row in members if row["passed"] is True}
        no = {row["student"] for row in members if row["passed"] is False}
        known = [row["passed"] for row in members if row["passed"] is not None]
        out.append({
            "course": course, "status": "published", "people": len(of), "rows": len(members), "sum": Decimal(sum(values)) if safe else None,
            "mean": hundredths(Decimal(sum(values)) / len(values)) if safe else None,
            "sd": hundredths(Decimal(statistics.stdev(values))) if safe else None,
            "share": round(known.count(True) / len(known), 9) if min(len(yes), len(no)) >= k else None})
    return in_order(out)


def hundredths(value: Decimal) -> Decimal:
    """Round half up, towards the greater number."""
    return (value * 100 + Decimal("0.5")).to_integral_value("ROUND_FLOOR") / 100


@settings(max_examples=20, deadline=None)
@given(rows=ROWS, k=st.integers(1, 4))
def test_any_table_gives_what_plain_python_gives(duckdb: Engine, tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]],
                                                 k: int) -> None:
    stage = Aggregate(by=("course",), measures={"rows": Count(), "sum": Sum("score", scale=0), "mean": Mean("score"),
                                                "sd": Deviation("score"), "share": Share("passed", scale=9)})
    contract: Contract = EVENTS
    found = run_stage(stage, contract, rows, engine=duckdb, folder=Path(tmp_path_factory.getbasetemp()), purpose=a_purpose(k=k, excepts={"Aggregate.scale": 9}))
    shown = [{**row, "share": None if row["share"] is None else float(row["share"])} for row in found.rows]
    assert shown == oracle(rows, k)


# --- totals ---

TAKEN = a_table(a_person(), COURSE, PASSED, SCORE, LEVEL, person="student")

#: Courses of 16, 35 and 24 people, of whom 4 of the first failed.
OUTCOMES = (people(12, "A", passed=True) + people(4, "A", first=50, passed=False) + people(15, "B", first=100, passed=True)
            + people(20, "B", first=200, passed=False) + people(11, "C", first=300, passed=True) + people(13, "C", first=400, passed=False))


def test_totals_withhold_what_they_would_tell(run: Runner) -> None:
    found = run(Aggregate(by=("course", "passed"), totals=("course", "passed")), EVENTS, OUTCOMES, purpose=a_purpose(k=10))
    shown = {(row["course"], row["passed"], row["total_over"]): row["people"] for row in found.rows}
    assert shown == {
        (None, None, "course, passed"): 75, (None, True, "course"): 38, (None, False, "course"): 37, ("A", None, "passed"): 16,
        ("B", None, "passed"): 35, ("C", None, "passed"): 24, ("B", True, ""): 15, ("B", False, ""): 20}
    assert found.facts["withheld"] == "fewer than 10"
    assert found.facts["audit"]["shortest"] >= 2
    assert found.contract.key == ("course", "passed", "total_over")


def test_a_total_over_one_column_leaves_the_others_alone(run: Runner) -> None:
    found = run(Aggregate(by=("course", "passed"), totals=("course",)), EVENTS, OUTCOMES, purpose=a_purpose(k=10))
    # The total of those who failed is known, so of their courses one more goes; nothing is said of those who passed.
    assert [(row["course"], row["people"]) for row in found.rows if row["passed"] and not row["total_over"]] == [("A", 12), ("B", 15), ("C", 11)]
    assert [row["people"] for row in found.rows if row["passed"] is False and not row["total_over"]] == [20]


def test_a_frame_with_totals_shows_which_groups_are_withheld_and_not_why(run: Runner) -> None:
    rows = [{"student": str(each), "level": "bachelor" if each < 30 else "master", "passed": each % 3 > 0} for each in range(1, 34)]
    found = run(Aggregate(by=("level", "passed"), totals=("level", "passed")), a_table(a_person(), LEVEL, PASSED.change(required=True),
                                                                                        person="student"), rows, purpose=a_purpose(k=5))
    assert len(found.rows) == 9
    gone = {(row["level"], row["passed"], row["total_over"]) for row in found.rows if row["status"] == "withheld"}
    assert gone >= {("master", True, ""), ("master", False, ""), ("master", None, "passed")}
    assert ("bachelor", None, "passed") in gone
    assert all((row["people"] is None) == (row["status"] == "withheld") for row in found.rows)


def test_a_person_in_two_groups_counts_once_in_their_total(run: Runner) -> None:
    found = run(Aggregate(by=("course",), totals=("course",), measures={"rows": Count()}), EVENTS, people(10) + people(12, "B", first=5))
    assert [(row["course"], row["people"], row["rows"]) for row in found.rows] == [(None, 16, 22), ("A", 10, 10), ("B", 12, 12)]


def test_rows_of_a_small_group_are_not_had_by_subtracting_those_of_others(run: Runner) -> None:
    # Everybody of B is in A too, so people do not add up; their rows do.
    rows = people(10) + people(2, "B") + people(8, "C", first=3)
    shown = run(Aggregate(by=("course",), totals=("course",), measures={"rows": Count()}), EVENTS, rows).rows
    assert [row["rows"] for row in shown] in ([10, 8], [20, 10], [20, 8])


def test_a_group_with_one_unsafe_figure_is_withheld_whole_where_there_are_totals(run: Runner) -> None:
    rows = [{**row, "score": 7 if row["course"] == "A" else int(row["student"]) % 9} for row in OUTCOMES]
    found = run(Aggregate(by=("course",), totals=("course",), measures={"mean": Mean("score"), "sum": Sum("score")}), EVENTS, rows)
    assert [(row["course"], row["people"]) for row in found.rows] in ([(None, 75), ("B", 35)], [(None, 75), ("C", 24)])


def test_all_of_a_group_with_one_outcome_are_withheld(run: Runner) -> None:
    table = a_table(a_person(), LEVEL, PASSED.change(required=True), person="student")
    rows = [{"student": str(each), "level": "bachelor" if each < 30 else "master", "passed": each < 45} for each in range(1, 60)]
    stage = Aggregate(by=("level", "passed"), outcome="passed")
    found = run(stage, table, rows, purpose=a_purpose(k=5, zeros_public=True)).rows
    assert [(row["level"], row["passed"], row["people"]) for row in found] == [
        ("bachelor", False, None), ("bachelor", True, None), ("master", False, 15), ("master", True, 15)]


def test_rounded_totals_are_made_of_rounded_groups_that_are_shown(run: Runner) -> None:
    found = run(Aggregate(by=("course",), totals=("course",), preset="opensafely"), EVENTS, people(13) + people(8, "B", first=50) + people(
        7, "C", first=80))
    assert [(row["course"], row["people"]) for row in found.rows] == [(None, 25), ("A", 15), ("B", 10)]


def test_rounded_totals_of_people_in_several_groups_are_refused(run: Runner) -> None:
    with pytest.raises(Refused, match=r"^LP410 Aggregate: people are in several groups"):
        run(Aggregate(by=("course",), totals=("course",), rounding=5), EVENTS, people(13) + people(8, "B"))


def test_the_cohort_study_tells_shares_over_95_per_cent_as_95(run: Runner) -> None:
    rows = people(300, passed=True) + people(6, first=1000, passed=False)
    found = run(Aggregate(by=("course",), measures={"share": Share("passed")}, preset="nco"), EVENTS, rows)
    assert [row["share"] for row in found.rows] == [Decimal("0.950")]


@pytest.mark.parametrize(("stage", "error", "told"), [
    (Aggregate(by=("course",), totals=("score",)), UsageFault, "LP203 Aggregate: 'score' is no column to group by"),
    (Aggregate(by=("course", "week"), totals=("week",), period="week"), Refused, "LP403 Aggregate: 'week' is the period of a series"),
    (Aggregate(by=("course", "score")), Refused, "LP409 Aggregate: groups by 'score', which is sensitive"),
    (Aggregate(by=("course", "score"), outcome="course"), Refused, "LP409 Aggregate: groups by 'score', which is sensitive"),
    (Aggregate(by=("course",), preset="duo"), Refused, "LP108 Aggregate: preset duo publishes groups of nobody"),
    (Aggregate(by=("course",), preset="dou"), UsageFault, "LP203 There is no preset 'dou'"),
    (Aggregate(by=("course",), rounding=5, measures={"n": Count()}), Refused, "LP410 Aggregate: rounds people and gives figures"),
    (Aggregate(by=("course",), rounding="six"), UsageFault, "LP203 Aggregate: rounding is 'six'"),  # type: ignore[arg-type]
    (Aggregate(by=("course",), totals=("course",), measures={"total_over": Count()}), UsageFault, "LP203 Aggregate: 'total_over' names two"),
])
def test_totals_that_do_not_fit_are_refused(stage: Aggregate, error: type[LapipeError], told: str) -> None:
    table = a_table(a_person(), COURSE, SCORE, WEEK, person="student")
    with pytest.raises(error) as refused:
        plan_stage(stage, table)
    assert str(refused.value).startswith(told)


@settings(max_examples=12, deadline=None)
@given(rows=ROWS, k=st.integers(2, 4))
def test_totals_of_any_table_show_true_figures_and_no_small_group(duckdb: Engine, tmp_path_factory: pytest.TempPathFactory,
                                                                  rows: list[dict[str, Any]], k: int) -> None:
    stage = Aggregate(by=("course", "passed"), totals=("course", "passed"), measures={"rows": Count()})
    refused, shown = "LP407", []
    try:
        shown = run_stage(stage, EVENTS, rows, engine=duckdb, folder=Path(tmp_path_factory.getbasetemp()), purpose=a_purpose(k=k)).rows
    except Refused as error:
        refused = error.rule
    assert refused == "LP407"
    for row in shown:
        over = row["total_over"].split(", ")
        members = [each for each in rows if all(name in over or each[name] == row[name] for name in ("course", "passed"))]
        assert (row["people"], row["rows"]) == (len({each["student"] for each in members}), len(members))
        assert row["people"] >= k
