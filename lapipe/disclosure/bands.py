"""Say how much was left out, in bands from which no withheld figure can be computed."""

from __future__ import annotations

#: Lower bounds of the bands in which groups, people and rows that were left out are told.
BOUNDS = (0, 10, 100, 1_000, 10_000, 100_000, 1_000_000)

#: Row counts on a terminal are rounded to this many, or to two digits, whichever is coarser.
ROW_STEP = 100


def band(number: int) -> str:
    """Give the band that a number lies in; nought is told like one to nine.

    >>> band(0), band(9), band(10), band(12345)
    ('fewer than 10', 'fewer than 10', '10 to 99', '10,000 to 99,999')
    """
    above = [bound for bound in BOUNDS if bound > number]
    if not above:
        return f"{BOUNDS[-1]:,} or more"
    low = max(bound for bound in BOUNDS if bound <= number)
    return f"{low:,} to {above[0] - 1:,}" if low else f"fewer than {above[0]:,}"


def withheld_band(withheld: int, published: int, combinations: int) -> str:
    """Give the band for the groups that got no row, or say nothing where even the band would tell.

    `combinations` is the number of groups that the published values of the dimensions could form. Whoever knows that at
    least L of the unpublished combinations have people in them must be left with ten more that may be empty; otherwise
    the band would tell of each of them that somebody was there.
    """
    low = max(bound for bound in BOUNDS if bound <= withheld)
    if low and combinations - published - low < BOUNDS[1]:
        return "not told: it would show which groups have people in them"
    return band(withheld)


def about(rows: int) -> str:
    """Give a row count rounded for showing.

    >>> about(20), about(1_234), about(99_870)
    ('fewer than 100', 'about 1,200', 'about 100,000')
    """
    if rows < ROW_STEP:
        return f"fewer than {ROW_STEP}"
    step = max(ROW_STEP, 10 ** (len(str(rows)) - 2))
    return f"about {(rows + step // 2) // step * step:,}"
