"""Groups by columns, held against plain Python."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.groups import Rows, numbered, places, spelt, spelt_column

values = st.one_of(st.none(), st.sampled_from(["a", "b", "", "ë"]))
rows = st.lists(st.tuples(values, values), max_size=12)


def columns(of: list[tuple[str | None, str | None]], chunks: int) -> list[pa.ChunkedArray]:
    """Give two columns in one chunk, in several, or in none."""
    size = max(1, -(-len(of) // chunks)) if chunks else 1
    cut = [of[start:start + size] for start in range(0, len(of), size)]
    return [pa.chunked_array([pa.array([row[at] for row in part], pa.string()) for part in cut], pa.string()) for at in (0, 1)]


@settings(deadline=None)
@given(rows, rows, st.sampled_from([1, 3]))
def test_equal_rows_and_they_only_have_equal_numbers(mine: list[tuple[str | None, str | None]], theirs: list[tuple[str | None, str | None]], chunks: int) -> None:
    ours, others = ([spelt_column(column) for column in columns(each, chunks)] for each in (mine, theirs))
    a, b = numbered(ours, others, (len(mine), len(theirs)))
    every, numbers = [*mine, *theirs], [*a.tolist(), *b.tolist()]
    ordered = sorted(range(len(every)), key=lambda row: tuple((value is not None, value or "") for value in every[row]))
    assert len(set(zip(every, numbers, strict=True))) == len(set(every)) == len(set(numbers))
    assert [numbers[row] for row in ordered] == sorted(numbers)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_a_number_is_found_where_it_stands(of: list[int], among: set[int]) -> None:
    listed = list(among)
    found = places(np.array(of, dtype=np.int64), np.array(listed, dtype=np.int64))
    assert found.tolist() == [listed.index(number) if number in among else -1 for number in of]


def test_a_value_is_spelt_the_same_whatever_type_holds_it() -> None:
    days = spelt_column(pa.chunked_array([[date(2026, 1, 5)], [None, date(2025, 9, 1)], [date(2026, 1, 5)]], pa.date32()))
    assert days.to_pylist() == ["2026-01-05", None, "2025-09-01", "2026-01-05"]
    assert spelt_column(pa.chunked_array([[True, None, False]])).to_pylist() == ["true", None, "false"]
    assert spelt_column(pa.chunked_array([pa.array(["x", None, "x"]).dictionary_encode(), pa.array(["y"]).dictionary_encode()])).to_pylist() == ["x", None, "x", "y"]
    assert spelt_column(pa.chunked_array([], pa.string())).to_pylist() == []
    assert spelt(None) is None


def test_only_what_was_changed_is_changed_and_the_order_stays() -> None:
    table = pa.table({"over": ["", "c", "", ""], "c": ["a", None, "b", "c"], "n": [1, 6, 2, 3]})
    shown = Rows(table, "over")
    numbers, of = shown.of("", ("c",))
    assert (numbers.tolist(), of[0].to_pylist()) == ([0, 2, 3], ["a", "b", "c"])
    shown.change(2, None)
    shown.change(3, {**shown.row(3), "n": None})
    shown.add({"over": "", "c": "d", "n": 9})
    assert shown.changed().to_pylist() == [{"over": "", "c": "a", "n": 1}, {"over": "c", "c": None, "n": 6}, {"over": "", "c": "c", "n": None},
                                           {"over": "", "c": "d", "n": 9}]
    assert Rows(table).changed() is table
