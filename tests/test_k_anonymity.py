"""k-anonymity of rows: the optimum is exhaustive search's, the loss ARX's formula, and tables of the literature come out as printed."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lapipe.contract import Column, Level
from lapipe.disclosure import Close, Distinct, Entropy, Recursive, k_anonymise
from lapipe.disclosure.diversity import distance, effective
from lapipe.disclosure.hierarchy import hierarchy
from lapipe.errors import ContractBroken, LapipeError, Refused, UsageFault

# --- against exhaustive search, written without the code under test -------------------------------------------------------

#: Three columns, each with the levels of its values; None is a value of the last one.
LEVELS: dict[str, dict[Any, list[str]]] = {
    "a": {1: ["low", "*"], 2: ["low", "*"], 3: ["high", "*"], 4: ["high", "*"]},
    "b": {"x": ["*"], "y": ["*"], "z": ["*"]},
    "c": {"p": ["pq", "all"], "q": ["pq", "all"], "r": ["r", "all"]},
}


def exhaustive(rows: list[tuple[Any, ...]], k: int, at_most: int, ok: Any) -> tuple[float, int] | None:
    """Try every combination of levels over one row per person: the least loss, and the people it leaves out."""
    names = list(LEVELS)[:len(rows[0]) - 1]

    def label(name: str, value: Any, level: int) -> Any:
        if value is None:
            return "all" if name == "c" and level == 2 else "*" if (name, level) in (("a", 2), ("b", 1)) else None
        return value if level == 0 else LEVELS[name][value][level - 1]

    best: tuple[float, int] | None = None
    for levels in itertools.product(*(range(len(next(iter(LEVELS[name].values()))) + 1) for name in names)):
        classes: dict[Any, list[Any]] = defaultdict(list)
        for row in rows:
            classes[tuple(label(name, value, level) for name, value, level in zip(names, row, levels, strict=False))].append(row)
        good = {key for key, members in classes.items() if len(members) >= k and ok([row[-1] for row in members], [row[-1] for row in rows])}
        gone = sum(len(members) for key, members in classes.items() if key not in good)
        if gone > at_most:
            continue
        product = 1.0
        for position, (name, level) in enumerate(zip(names, levels, strict=True)):
            domain = [*LEVELS[name], *([None] if any(row[position] is None for row in rows) else [])]
            under = Counter(label(name, value, level) for value in domain)
            total = sum(Fraction(under[key[position]], len(domain)) * len(members) if key in good else Fraction(len(members))
                        for key, members in classes.items())
            least = Fraction(len(rows), len(domain))
            product *= 1 + float((total - least) / (len(rows) - least))
        loss = product ** (1 / len(names)) - 1
        if best is None or loss < best[0] - 1e-9:
            best = (loss, gone)
    return best


def by_entropy(values: list[Any], _: list[Any]) -> bool:
    shares = [n / len(values) for n in Counter(values).values()]
    return math.exp(-sum(share * math.log(share) for share in shares)) >= 2 - 1e-9


def by_recursion(values: list[Any], _: list[Any]) -> bool:
    counts = sorted(Counter(values).values(), reverse=True)
    return counts[0] < 3 * sum(counts[1:])


def by_distance(values: list[Any], whole: list[Any]) -> bool:
    scale = sorted(set(whole))
    moved = pile = 0.0
    for value in scale[:-1]:
        pile += values.count(value) / len(values) - whole.count(value) / len(whole)
        moved += abs(pile)
    return moved / max(1, len(scale) - 1) <= 0.25 + 1e-9


ASKED: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda values, whole: True), ({"l": 2}, lambda values, whole: len(set(values)) >= 2), ({"l": Entropy(2)}, by_entropy),
    ({"l": Recursive(3, 2)}, by_recursion), ({"t": 0.25}, by_distance)]

ROWS = st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), st.sampled_from("xyz"), st.sampled_from(["p", "q", "r", None]), st.integers(1, 3)),
                min_size=4, max_size=30)


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, k=st.integers(2, 4), limit=st.sampled_from([0.0, 0.1, 0.5]), asked=st.sampled_from(ASKED))
def test_the_optimum_is_that_of_exhaustive_search(rows: list[Any], k: int, limit: float, asked: Any) -> None:
    settings_, ok = asked
    frame = pd.DataFrame(rows, columns=["a", "b", "c", "s"]).assign(id=range(len(rows)))
    frame["c"] = frame["c"].astype("object")
    expected = exhaustive(rows, k, int(limit * len(rows) + 1e-9), ok)
    arguments = {"subject": "id", "quasi": LEVELS, "k": k, "limit": limit, **({"sensitive": "s", **settings_} if settings_ else {})}
    if expected is None:
        with pytest.raises(Refused, match="LP414"):
            k_anonymise(frame, **arguments)
        return
    found = k_anonymise(frame, **arguments)
    assert found.loss == pytest.approx(expected[0], abs=1e-9)
    assert found.people_left_out <= limit * len(rows) + 1e-9
    assert len(found.frame) == len(rows) - found.people_left_out
    sizes = found.frame.groupby(["a", "b", "c"], dropna=False).id.nunique()
    assert found.k == sizes.min() >= k
    assert found.classes == len(sizes)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 6), st.sampled_from([1, 2, 3, 4]), st.sampled_from("xyz")), min_size=4, max_size=30),
       linked=st.booleans())
def test_somebody_with_several_tuples_is_told_apart_by_none_of_what_comes_out(rows: list[Any], linked: bool) -> None:
    frame = pd.DataFrame(rows, columns=["id", "a", "b"]).assign(s=lambda t: t.id % 3, row=range(len(rows)))
    assume(frame.id.nunique() >= 3)
    done = k_anonymise(frame, subject="id", quasi={"a": LEVELS["a"], "b": LEVELS["b"]}, k=2, limit=0.4, linked=linked)
    every = {"subject": "id", "quasi": {"a": LEVELS["a"], "b": LEVELS["b"]}, "k": 2, "limit": 0.4, "linked": False, "sensitive": "s", "l": Entropy(1.5)}
    try:
        varied = k_anonymise(frame, **every)
    except Refused:
        varied = None
    if varied is not None:
        kept = varied.frame.assign(id=frame.id.to_numpy()[varied.frame.row])
        for _, members in kept.groupby(["a", "b"]):
            shares = members.drop_duplicates(["id", "s"]).s.value_counts(normalize=True)
            assert math.exp(-(shares * np.log(shares)).sum()) >= 1.5 - 1e-6
    assert done.people == frame.id.nunique()
    assert ("id" in done.frame) == linked
    if linked:
        sets = Counter(frozenset(zip(rows.a, rows.b, strict=True)) for _, rows in done.frame.groupby("id"))
        assert min(sets.values()) == done.k >= 2
        assert set(done.frame.id) | set(frame.id[~frame.id.isin(done.frame.id)]) == set(frame.id)
        assert done.people_left_out == done.people - done.frame.id.nunique() <= 0.4 * done.people
    else:
        kept = done.frame.assign(id=frame.id.to_numpy()[done.frame.row])
        assert done.frame.a.astype(str).is_monotonic_increasing
        assert kept.groupby(["a", "b"]).id.nunique().min() == done.k >= 2


# --- facts of the literature -----------------------------------------------------------------------------------------------

def test_the_loss_is_arx_s_by_hand() -> None:
    # Two columns of 4 and 2 values; at level 1 of the first a value covers 2 of 4: (0.5 - 0.25) / 0.75 = 1/3. Nothing is lost of the other.
    # ARX 3.9, ILMultiDimensionalGeometricMean: ((1 + 1/3) * (1 + 0)) ^ (1/2) - 1.
    frame = pd.DataFrame({"id": range(8), "a": [1, 2, 3, 4] * 2, "b": ["x"] * 4 + ["y"] * 4})
    done = k_anonymise(frame, subject="id", quasi={"a": LEVELS["a"], "b": {"x": ["*"], "y": ["*"]}}, k=2, limit=0)
    assert done.levels == {"a": 1, "b": 0}
    assert done.loss == pytest.approx((4 / 3) ** 0.5 - 1, abs=1e-12)


#: Machanavajjhala et al. 2007, figure 1: twelve inpatients, by zip code, age, nationality and condition.
INPATIENTS = pd.DataFrame({
    "id": range(12),
    "zip": ["13053", "13068", "13068", "13053", "14853", "14853", "14850", "14850", "13053", "13053", "13068", "13068"],
    "age": [28, 29, 21, 23, 50, 55, 47, 49, 31, 37, 36, 35],
    "condition": ["heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral", "cancer", "cancer", "cancer", "cancer"]})
ZIPS = {value: [value[:3] + "**", "*"] for value in set(INPATIENTS.zip)}
AGES = {age: ["<30" if age < 30 else "3*" if age < 40 else ">=40", "*"] for age in INPATIENTS.age}


def test_the_inpatients_of_the_paper_on_l_diversity_are_4_anonymous_and_not_diverse() -> None:
    done = k_anonymise(INPATIENTS, subject="id", quasi={"zip": ZIPS, "age": AGES}, k=4, limit=0)
    assert done.k == 4
    assert done.classes == 3
    assert done.frame.groupby(["zip", "age"]).condition.nunique().min() == 1
    diverse = k_anonymise(INPATIENTS, subject="id", quasi={"zip": ZIPS, "age": AGES}, k=4, limit=0, sensitive="condition", l=3)
    assert diverse.frame.groupby(["zip", "age"]).condition.nunique().min() == 3
    assert diverse.loss > done.loss


def test_the_distances_of_the_paper_on_t_closeness_come_out_as_printed() -> None:
    # Li, Li and Venkatasubramanian 2007, section 3.1: salaries 3K to 11K; D[P1, Q] = 0.375 and D[P2, Q] = 0.167.
    everybody = np.full(9, 1 / 9)
    classes = np.zeros((2, 9), dtype=np.int64)
    classes[0, [0, 1, 2]] = classes[1, [3, 5, 8]] = 1
    assert distance(classes, everybody, ordered=True) == pytest.approx([0.375, 1 / 6])
    # Equal distance is half of what is added up of the differences (there, section 3.2).
    assert distance(classes, everybody, ordered=False) == pytest.approx([2 / 3, 2 / 3])


def test_recursive_diversity_follows_its_definition() -> None:
    counts = np.array([[5, 3, 2], [5, 3, 0], [4, 4, 4]])
    assert Recursive(2, 3).holds(counts, counts[0]).tolist() == [False, False, True]
    assert Recursive(2, 2).holds(counts, counts[0]).tolist() == [True, True, True]
    assert Recursive(1, 2).holds(counts, counts[0]).tolist() == [False, False, True]
    assert effective(np.array([[1, 1, 1, 1], [4, 0, 0, 0]])) == pytest.approx([4, 1])


# --- what people hand in -----------------------------------------------------------------------------------------------------

PEOPLE = pd.DataFrame({"id": ["a", "b", "c", "d", "e", "f"], "age": [21.0, 24.0, 29.0, 35.0, 38.0, math.nan], "x": range(6)})


def test_a_frame_of_hierarchies_in_the_shape_of_arx_is_taken() -> None:
    ages = pd.DataFrame([(str(age), f"{age // 10}0s", "*") for age in range(20, 40)])
    done = k_anonymise(PEOPLE.dropna(), subject="id", quasi={"age": ages}, k=2, limit=0)
    assert done.frame.age.tolist() == ["20s"] * 3 + ["30s"] * 2
    assert done.frame.x.tolist() == [0, 1, 2, 3, 4]
    # Of 20 values in the hierarchy ten are under each label: (10/20 - 1/20) / (19/20).
    assert done.loss == pytest.approx(9 / 19)


def test_no_value_stays_a_value_of_its_own_and_is_not_dropped() -> None:
    with pytest.raises(Refused, match="LP414"):
        k_anonymise(PEOPLE, subject="id", quasi={"age": ["band 10"]}, k=2, limit=0)
    more = pd.concat([PEOPLE, PEOPLE.tail(1).assign(id="g")], ignore_index=True)
    done = k_anonymise(more, subject="id", quasi={"age": ["band 10"]}, k=2, limit=0)
    assert done.frame.age.isna().sum() == 2
    assert done.people == 7


def test_an_arrow_table_gives_an_arrow_table() -> None:
    done = k_anonymise(pa.Table.from_pandas(PEOPLE), subject="id", quasi={"age": ["band 10", "*"]}, k=2, limit=0.2)
    assert isinstance(done.frame, pa.Table)
    assert done.frame["age"].to_pylist() == ["20-29"] * 3 + ["30-39"] * 2
    assert done.left_out == "fewer than 10"


def test_a_contract_s_column_brings_its_levels() -> None:
    column = Column("programme", levels={"faculty": Level({"psychology": "social", "law": "social"})})
    frame = pd.DataFrame({"id": [1, 2], "programme": ["law", "psychology"]})
    assert k_anonymise(frame, subject="id", quasi={"programme": column}, k=2, limit=0).details == {"programme": "level faculty"}


@pytest.mark.parametrize(("details", "value", "expected"), [
    (["band 5", "band 10"], -3, ["-5--1", "-10--1"]), (["band 10"], 9.5, ["0-9"]), (["first 4", "first 2"], "1234AB", ["1234", "12"]),
    (["week"], date(2026, 11, 25), ["2026-11-23"]), (["month", "year"], "2026-08-31T10:00:00", ["2026-08", "2026"]),
    (["academic year"], date(2026, 8, 31), ["2025/2026"]), (["academic year"], date(2026, 9, 1), ["2026/2027"]), (["*"], True, ["*"])])
def test_built_levels(details: list[str], value: Any, expected: list[str]) -> None:
    built = hierarchy("column", [value], details)
    assert [built.recoded(level)[0] for level in range(1, len(details) + 1)] == expected


@pytest.mark.parametrize(("change", "error", "told"), [
    ({"quasi": {"age": {21: ["x"]}}}, ContractBroken, "LP205 The hierarchy of 'age' does not know"),
    ({"quasi": {"age": ["band 10", "band 15"]}}, UsageFault, "'band 15' is not coarser than 'band 10'"),
    ({"quasi": {"age": {21: ["x", "y"], 24: ["x"]}}}, UsageFault, "2 different lengths"),
    ({"quasi": {"age": ["fortnight"]}}, UsageFault, "'fortnight' is no detail"),
    ({"quasi": {"age": 10}}, UsageFault, "is a int; give"),
    ({"quasi": {"canary": None}}, UsageFault, "has no column 'canary' (it has: id, age, x)"),
    ({"quasi": {}}, UsageFault, "at least one quasi"), ({"quasi": ["id"]}, UsageFault, "named twice"),
    ({"k": 1}, UsageFault, "at least 2"), ({"limit": 1}, UsageFault, "limit is the share"), ({"l": 2}, UsageFault, "about sensitive columns"),
    ({"sensitive": "x"}, UsageFault, "about sensitive columns"), ({"sensitive": "x", "t": 2}, UsageFault, "distance from 0 to 1"),
    ({"sensitive": "x", "l": Close(0.1)}, UsageFault, "Close says nothing"), ({"sensitive": "x", "l": Distinct(9)}, Refused, "LP414"),
    ({"k": 9}, Refused, "LP414 No recoding of age gives every class 9 people"),
])
def test_what_does_not_fit_is_told_without_a_value(change: dict[str, Any], error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        k_anonymise(PEOPLE, **{"subject": "id", "quasi": {"age": ["band 10", "*"]}, "k": 2, **change})
    assert told in str(refused.value)


def test_rows_of_nobody_and_mixed_columns_are_refused() -> None:
    with pytest.raises(Refused, match="LP404 1 rows have no 'id'"):
        k_anonymise(PEOPLE.assign(id=["a", "b", "c", "d", "e", None]), subject="id", quasi=["age"], k=2)
    with pytest.raises(UsageFault, match="values of several types") as fault:
        k_anonymise(PEOPLE.assign(age=pd.Series([1, "canary", 2, 3, 4, 5], dtype="object")), subject="id", quasi=["age"], k=2)
    assert "canary" not in str(fault.value)
    assert fault.value.__context__ is None
    with pytest.raises(ContractBroken, match="no rows"):
        k_anonymise(PEOPLE.head(0), subject="id", quasi=["age"], k=2)


def test_nothing_of_who_it_was_is_left_in_the_index_or_the_order_of_rows() -> None:
    frame = pd.DataFrame({"id": ["z", "z", "y", "y"], "a": ["q", "p", "p", "q"], "b": [1, 2, 3, 4]}, index=["canary"] * 4)
    for each in (frame, pa.Table.from_pandas(frame, preserve_index=False)):
        done = k_anonymise(each, subject="id", quasi={"a": None}, k=2, limit=0, linked=False)
        shown = done.frame if isinstance(done.frame, pd.DataFrame) else done.frame.to_pandas()
        assert shown.to_dict("list") == {"a": ["p", "p", "q", "q"], "b": [2, 3, 1, 4]}
        assert "canary" not in shown.to_string()
    assert "canary" not in k_anonymise(frame, subject="id", quasi={"a": None}, k=2, limit=0).frame.to_string()


def test_what_is_shown_of_a_result_holds_no_row() -> None:
    done = k_anonymise(PEOPLE.assign(id=["canary", *"bcdef"]), subject="id", quasi={"age": ["*"]}, k=2)
    assert "canary" not in repr(done)
    assert "not anonymous" in done.note
