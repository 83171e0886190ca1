"""What a pipeline must do, said once more in plain Python over lists of rows: no engine, no SQL, and none of lapipe's own stages.

It knows the stages that are drawn at random in tests/test_generated.py, over its tables, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from math import floor
from typing import Any

Row = dict[str, Any]

#: One person with more than this share of a cell's rows or amounts withholds it, in per cent.
DOMINANCE = 85


class Refusal(Exception):
    """The run must be refused under this rule."""


@dataclass
class Told:
    """What a stage that may leave rows out must tell: its kind, and the rows and people left out."""

    kind: str
    rows: int
    people: int


@dataclass
class Expected:
    """The rows of each release, in any order, and what is told."""

    releases: dict[str, list[Row]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)


def canonical(spelling: str | None) -> str | None:
    """Bring a student number to its one form: without s and zeros before it; nobody has number 0."""
    if spelling is None:
        return None
    number = spelling.lower().removeprefix("s").lstrip("0")
    return number or None


class Rows:
    """The rows of a run, each with the stage that left it out, or None."""

    def __init__(self, rows: Sequence[Row], person: str) -> None:
        self.rows = [dict(row) for row in rows]
        self.gone: list[int | None] = [None] * len(rows)
        self.person = person
        self.dropping: list[tuple[int, str]] = []

    def leave_out(self, position: int, kind: str, goes: Callable[[Row], bool]) -> None:
        """Leave out the rows for which it holds and that no earlier stage left out."""
        self.dropping.append((position, kind))
        self.gone = [before if before is not None else position if goes(row) else None
                     for row, before in zip(self.rows, self.gone, strict=True)]

    def staying(self) -> list[Row]:
        return [row for row, gone in zip(self.rows, self.gone, strict=True) if gone is None]

    def told(self) -> list[Told]:
        """Count rows by the stage that left them out, and people by the stage that took the last of their rows."""
        last: dict[Any, float] = {}
        for row, gone in zip(self.rows, self.gone, strict=True):
            who = row[self.person]
            if who is not None:
                last[who] = max(last.get(who, -1), float("inf") if gone is None else gone)
        return [Told(kind, self.gone.count(position), sum(each == position for each in last.values()))
                for position, kind in self.dropping]


def objectors(listed: Sequence[Row], purpose: str, purposes: Sequence[str]) -> set[str]:
    """Give who objected; refuse a list that names a purpose or a person that nobody knows."""
    if any((row["purpose"] or "") not in ("", *purposes) for row in listed) or any(canonical(row["student"]) is None for row in listed):
        raise Refusal("LP501")
    return {str(canonical(row["student"])) for row in listed if (row["purpose"] or "") in ("", purpose)
            and row["state"] not in ("rejected", "withdrawn")}


def months(first: date, last: date) -> list[date]:
    """Give the first days of the months that lie wholly from `first` on and end on `last` or before, the day after them being `last`."""
    found, start = [], first.replace(day=1)
    while start <= last:
        end = (start + timedelta(days=32)).replace(day=1)
        if start >= first and end <= last:
            found.append(start)
        start = end
    return found


def rounded(value: float, scale: int) -> Decimal:
    """Round half up, as is done with a float."""
    return Decimal(floor(value * float(10**scale) + 0.5)) / Decimal(10**scale)


@dataclass(frozen=True)
class Figure:
    """A measure: its kind (count, sum, mean, share), its column and its digits."""

    kind: str
    column: str = ""
    scale: int = 2

    def of(self, rows: Sequence[Row], person: str, k: int) -> tuple[Any, bool, bool]:
        """Give the figure of a cell, whether it is unsafe, and whether one person dominates the cell."""
        people: dict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            people[row[person]].append(row)
        if self.kind == "count":
            return len(rows), False, dominated([len(theirs) for theirs in people.values()])
        values = {who: [row[self.column] for row in theirs if row[self.column] is not None] for who, theirs in people.items()}
        everyone = [value for theirs in values.values() for value in theirs]
        if self.kind == "share":
            yes, no = (sum(wanted in theirs for theirs in values.values()) for wanted in (True, False))
            share = rounded(sum(everyone) / len(everyone), self.scale) if everyone else None
            return share, yes < k or no < k, False
        contributors = sum(bool(theirs) for theirs in values.values())
        without = sum(any(row[self.column] is None for row in theirs) for theirs in people.values())
        unsafe = contributors < k or 0 < without < k or len(set(everyone)) <= 2
        dominant = dominated([len(theirs) for theirs in values.values()])
        if self.kind == "sum":
            dominant = dominant or dominated([abs(sum(theirs)) for theirs in values.values() if theirs])
        if not everyone:
            return None, True, dominant
        figure = float(sum(everyone)) / (len(everyone) if self.kind == "mean" else 1.0)
        return rounded(figure, self.scale), unsafe, dominant


def dominated(sizes: Sequence[int]) -> bool:
    """Tell whether one person makes more than their share of it all."""
    return bool(sizes) and max(sizes) * 100 > sum(sizes) * DOMINANCE


def groups(rows: Sequence[Row], by: Sequence[str], person: str, k: int, figures: Mapping[str, Figure],
           domains: Mapping[str, Sequence[Any]] | None) -> list[Row]:
    """Give the statistic: with `domains` a row for each combination, otherwise one for each group that may be shown."""
    cells: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        cells[tuple(row[name] for name in by)].append(row)
    shown = []
    for key in product(*(domains[name] for name in by)) if domains else cells:
        theirs = cells.get(key, [])
        found = {name: figure.of(theirs, person, k) for name, figure in figures.items()}
        people = len({row[person] for row in theirs})
        large = people >= k and not any(dominant for _, _, dominant in found.values())
        if large:
            values = {name: None if unsafe else value for name, (value, unsafe, _) in found.items()}
            shown.append(dict(zip(by, key, strict=True)) | {"status": "published", "people": people} | values)
        elif domains:
            shown.append(dict(zip(by, key, strict=True)) | {"status": "withheld", "people": None} | dict.fromkeys(figures))
    return shown
