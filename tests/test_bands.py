"""What is told of how much was left out gives no withheld figure back."""

from __future__ import annotations

import pytest

from lapipe.disclosure.bands import BOUNDS, about, band, withheld_band


@pytest.mark.parametrize(("number", "told"), [
    (0, "fewer than 10"), (1, "fewer than 10"), (9, "fewer than 10"), (10, "10 to 99"), (99, "10 to 99"), (100, "100 to 999"),
    (999_999, "100,000 to 999,999"), (1_000_000, "1,000,000 or more"), (7_654_321, "1,000,000 or more"),
])
def test_a_number_is_told_as_its_band_and_nought_like_one(number: int, told: str) -> None:
    assert band(number) == told


@pytest.mark.parametrize(("withheld", "published", "combinations", "is_told"), [
    (5, 10, 15, True),       # the lowest band says nothing of any group
    (10, 10, 30, True),      # at least 10 of 20 unpublished groups: ten more may be empty
    (10, 10, 29, False),     # at least 10 of 19: of one it would be known
    (10, 10, 20, False),     # at least 10 of 10: of all of them
    (150, 0, 1_000, True), (150, 895, 1_000, False),
])
def test_a_band_is_told_only_when_ten_more_groups_may_be_empty(withheld: int, published: int, combinations: int,
                                                              is_told: bool) -> None:
    assert withheld_band(withheld, published, combinations).startswith("not told") is not is_told


@pytest.mark.parametrize(("rows", "told"), [
    (0, "fewer than 100"), (99, "fewer than 100"), (100, "about 100"), (149, "about 100"), (151, "about 200"),
    (12_345, "about 12,000"), (99_999, "about 100,000"), (1_234_567, "about 1,200,000"),
])
def test_row_counts_are_rounded_to_two_digits_or_a_hundred(rows: int, told: str) -> None:
    assert about(rows) == told


def test_a_rounded_row_count_hides_at_least_fifty_rows_either_way() -> None:
    for rows in range(200, 20_000, 7):
        assert len({about(rows + step) for step in range(100)}) <= 2


def test_bands_are_nested_powers() -> None:
    assert list(BOUNDS) == sorted(BOUNDS)
    assert len({band(bound) for bound in BOUNDS}) == len(BOUNDS)
