"""Hierarchies of a quasi-identifier: each value, and what it becomes at each coarser level."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Level
from lapipe.errors import ContractBroken, UsageFault

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: What every value becomes where nothing of it is kept.
ANY = "*"

#: The name of the level at which values stay as they are.
AS_IT_IS = "as it is"

#: The first month of an academic year.
_SEPTEMBER = 9

_HOW = ("a mapping of each value to its levels, a data frame whose first column is the value, a contract's column, or a list of 'band 10' "
        "(numbers), 'first 4' (characters), 'week', 'month', 'year', 'academic year' (dates), 'level NAME' (a contract's) and '*'")


@dataclass(frozen=True)
class Hierarchy:
    """One column's values by their codes, and for each level the code, the label and the share of the domain of each.

    `codes[level][value]` is what a value becomes, `labels[level]` says what such a code is called (None: no value), and
    `shares[level][value]` is the part of the domain that lies under it, as ARX's loss counts it. Level 0 is the value as it is.
    """

    column: str
    names: tuple[str, ...]
    values: tuple[Any, ...]
    codes: tuple[npt.NDArray[np.int64], ...]
    labels: tuple[tuple[Any, ...], ...]
    shares: tuple[npt.NDArray[np.float64], ...]
    size: int

    @property
    def height(self) -> int:
        """How many levels there are above the values themselves."""
        return len(self.names) - 1

    def recoded(self, level: int) -> list[Any]:
        """Give what each value becomes at a level, in the order of `values`."""
        return [self.labels[level][code] for code in self.codes[level]]


def hierarchy(column: str, values: Sequence[Any], given: Any = None, levels: Mapping[str, Level] | None = None) -> Hierarchy:
    """Make the hierarchy of a column over the distinct values that the data has.

    `given` is a mapping of each value to its levels (the value itself may stand first), a data frame (first column the value, as
    ARX writes them), a contract's column (its levels, in order), or a list of details; `levels` are those that 'level NAME' means.
    No value (None) is a value of its own at every level, save where all others become one and the same.

    Raises:
        UsageFault: it is not understood, or a level is not coarser than the one before: two values of one group are apart there.
        ContractBroken: the data has values that it does not know (LP205).

    >>> hierarchy("age", [21, 28, 35, None], ["band 10", "*"]).recoded(1)
    ['20-29', '20-29', '30-39', None]
    """
    import numpy as np

    names, domain = _domain(column, values, given, levels or {})
    unknown = sum(value is not None and text_of(value) not in domain for value in values)
    if unknown:
        raise ContractBroken(f"The hierarchy of '{column}' does not know {unknown} of its distinct values. Add them, or correct the data.",
                             rule="LP205")
    if None in values and None not in domain:
        constant = [len({row[level] for row in domain.values()}) == 1 and len(domain) > 1 for level in range(len(names))]
        some = next(iter(domain.values()), ())
        domain[None] = tuple(some[level] if constant[level] else None for level in range(len(names)))
    _nested(column, names, domain)
    size = max(1, len(domain))
    codes, labels, shares = [], [], []
    for level in range(len(names)):
        numbered: dict[Any, int] = {}
        leaves: list[int] = []
        for row in domain.values():
            code = numbered.setdefault(row[level], len(numbered))
            if code == len(leaves):
                leaves.append(0)
            leaves[code] += 1
        codes.append(np.array([numbered[domain[text_of(value)][level]] for value in values], dtype=np.int64))
        labels.append(tuple(numbered))
        shares.append(np.array(leaves, dtype=np.float64)[codes[-1]] / size if len(values) else np.zeros(0))
    return Hierarchy(column, names, tuple(values), tuple(codes), tuple(labels), tuple(shares), size)


def text_of(value: Any) -> str | None:
    """Write a value as hierarchies name it; a whole number is written without a point, and NaN is no value."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("NaT", "<NA>"):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


Domain = dict["str | None", "tuple[Any, ...]"]


def _domain(column: str, values: Sequence[Any], given: Any, levels: Mapping[str, Level]) -> tuple[tuple[str, ...], Domain]:
    """Give the names of the levels, and a row of labels for each value of the domain."""
    if isinstance(given, Column):
        levels, given = given.levels, [f"level {name}" for name in given.levels]
    if isinstance(given, Mapping):
        return _of_rows(column, [(value, *([row] if isinstance(row, str) or not isinstance(row, Sequence) else row))
                                 for value, row in given.items()], whole=False)
    if hasattr(given, "itertuples"):
        return _of_rows(column, [tuple(row) for row in given.itertuples(index=False)], whole=True)
    if isinstance(given, str):
        given = [given]
    if given is not None and not isinstance(given, Sequence):
        raise UsageFault(f"The hierarchy of '{column}' is a {type(given).__name__}; give {_HOW}.")
    if given and all(isinstance(row, (list, tuple)) for row in given):
        return _of_rows(column, [tuple(row) for row in given], whole=True)
    details = [str(detail) for detail in given or ()]
    makers = [_maker(column, detail, levels) for detail in details]
    widths = [(detail, int(detail.removeprefix("band "))) for detail in details if detail.startswith("band ")]
    for (finer, width), (coarser, wider) in itertools.pairwise(widths):
        if wider % width:
            # With few values in the data it might seem to be.
            raise _not_coarser(column, coarser, finer)
    domain: Domain = {}
    failed = 0
    for value in values:
        text = text_of(value)
        if text is None:
            domain[None] = (None, *(ANY if detail == ANY else None for detail in details))
            continue
        row: list[Any] = [text]
        try:
            row += [make(value, text) for make in makers]
        except (ValueError, ArithmeticError, KeyError):
            failed += 1
            continue
        domain[text] = tuple(row)
    if failed:
        raise ContractBroken(f"{failed} of the distinct values of '{column}' do not fit its hierarchy ({', '.join(details)}). Correct the data, "
                             "or give a mapping of each value.", rule="LP205")
    return (AS_IT_IS, *details), domain


def _of_rows(column: str, rows: Sequence[tuple[Any, ...]], *, whole: bool) -> tuple[tuple[str, ...], Domain]:
    """Take rows of (value, level 1, level 2, ...); unless `whole`, the value may stand a second time as the first of its levels."""
    if len({len(row) for row in rows}) != 1:
        raise UsageFault(f"The hierarchy of '{column}' has {len(rows)} rows of {len({len(row) for row in rows})} different lengths; give each value "
                         "as many levels.")
    if not whole and len(rows[0]) > 1 and all(text_of(row[0]) == text_of(row[1]) for row in rows):
        rows = [(row[0], *row[2:]) for row in rows]
    domain: Domain = {}
    for row in rows:
        labels = tuple(text_of(label) for label in row)
        if domain.setdefault(labels[0], labels) != labels:
            raise UsageFault(f"The hierarchy of '{column}' gives a value twice, with different levels; keep one.")
    return (AS_IT_IS, *(f"level {number}" for number in range(1, len(rows[0])))), domain


def _nested(column: str, names: Sequence[str], domain: Domain) -> None:
    for level in range(1, len(names)):
        above: dict[Any, Any] = {}
        for row in domain.values():
            if above.setdefault(row[level - 1], row[level]) != row[level]:
                raise _not_coarser(column, names[level], names[level - 1])


def _not_coarser(column: str, level: str, before: str) -> UsageFault:
    return UsageFault(f"The hierarchy of '{column}': '{level}' is not coarser than '{before}', since values that are one there are apart in it. "
                      "Put the levels in order, or make their bounds fall together.")


def _maker(column: str, detail: str, levels: Mapping[str, Level]) -> Callable[[Any, str], Any]:
    kind, _, argument = detail.partition(" ")
    if detail == ANY:
        return lambda value, text: ANY
    if kind in ("band", "first") and argument.isdigit() and int(argument) > 0:
        width = int(argument)
        if kind == "first":
            return lambda value, text: text[:width]
        return lambda value, text: _band(text, width)
    if detail in ("week", "month", "year", "academic year"):
        return lambda value, text: _period(text, detail)
    if kind == "level":
        if argument not in levels:
            raise UsageFault(f"Column '{column}' has no level '{argument}' (it has: {', '.join(levels) or 'none'}).", rule="LP203")
        level = levels[argument]

        def of(value: Any, text: str) -> Any:
            found = level.of(text)
            if found is None and level.values:
                raise KeyError
            return found

        return of
    raise UsageFault(f"The hierarchy of '{column}': '{detail}' is no detail; give {_HOW}.")


def _band(text: str, width: int) -> str:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    low = int(number // width) * width
    # Decimal's division goes towards nought.
    low = low - width if number < low else low
    return f"{low}-{low + width - 1}"


def _period(text: str, detail: str) -> str:
    day = date.fromisoformat(text[:10])
    if detail == "week":
        return (day - timedelta(days=day.weekday())).isoformat()
    if detail == "month":
        return f"{day.year:04}-{day.month:02}"
    if detail == "year":
        return f"{day.year:04}"
    first = day.year if day.month >= _SEPTEMBER else day.year - 1
    return f"{first}/{first + 1}"
