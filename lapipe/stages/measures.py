"""What can be said of a group of people: count, mean, median, sum, share, deviation; and when it may not be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A sum or count of which one person makes more than this share, in per cent, tells about that person: the (n, k)-dominance
#: rule with n = 1 (Hundepool et al., Handbook on Statistical Disclosure Control, ch. 4).
DOMINANCE = 85

#: A median of fewer people than this is close to being one person's value (three times the usual threshold of ten).
MEDIAN_MINIMUM = 30

#: The name of the column that counts a person's rows in a cell.
ROWS = "lapipe_rows"


@dataclass(frozen=True)
class Measure:
    """One figure per cell. `person` gives what is summed per person, `cell` what is made of that, `value` the figure."""

    #: The names of what `person` gives, which is the same for all figures that can be made of one another.
    parts: ClassVar[tuple[str, ...]] = ()

    @property
    def of(self) -> str:
        """The column that the figure is of; none for one of rows."""
        return str(getattr(self, "column", ""))

    @property
    def prefix(self) -> str:
        """What the measure's columns in the table of people begin with."""
        return ROWS

    def check(self, contract: Contract) -> None:
        """Refuse a column that the measure cannot be made of."""

    @property
    def finer(self) -> int:
        """The digits after the point, where they are more than the measure has of itself; 0 otherwise."""
        asked: int = getattr(self, "scale", 0)
        return asked if asked > getattr(type(self), "scale", 0) else 0

    def result(self, name: str) -> Column:
        """Describe the figure's column."""
        raise NotImplementedError

    def person(self, table: ir.Table) -> Mapping[str, ir.Value]:
        """Give the aggregates per cell and person."""
        return {}

    def cell(self, people: ir.Table, contract: Contract, k: int) -> Mapping[str, ir.Value]:
        """Give the aggregates per cell, `value` among them; of `people`, a row per cell and person.

        `unsafe` and `dominated` may stand beside it: the figure, or the whole cell, is then withheld.
        """
        raise NotImplementedError

    def rows(self, table: ir.Table, contract: Contract) -> Mapping[str, ir.Value]:
        """Give the aggregates per cell that can only be made of the rows themselves."""
        return {}


@dataclass(frozen=True)
class Count(Measure):
    """The number of rows in the cell; withheld with the cell when one person makes most of it."""

    def result(self, name: str) -> Column:
        """A whole number."""
        return _figure(name, "integer", "aantal regels", "number of rows")

    def cell(self, people: ir.Table, contract: Contract, k: int) -> Mapping[str, ir.Value]:
        """The sum of the people's rows."""
        return {"value": people[ROWS].sum().cast("int64"), "dominated": _dominated(people[ROWS])}


@dataclass(frozen=True)
class _Numeric(Measure):
    """A figure made of one number per row, kept exactly as whole units of the column's last digit."""

    column: str
    scale: int = 2

    #: What the figure is called in Dutch and in English.
    words: ClassVar[tuple[str, str]] = ("cijfer", "figure")
    parts = ("n", "total", "squares", "least", "most", "without")

    def check(self, contract: Contract) -> None:
        column = contract[self.column]
        if column.type not in ("integer", "number") or column.clock:
            raise UsageFault(f"Aggregate: {type(self).__name__} needs a number; {self.column} of {contract.name} is {column.type}.",
                             rule="LP203")
        if column.kind in (Kind.NATIONAL_ID, Kind.IDENTIFIER, Kind.PSEUDONYM):
            raise UsageFault(f"Aggregate: {self.column} of {contract.name} is {column.kind}; a number that names a person has no "
                             f"{type(self).__name__.lower()}.", rule="LP405")

    def result(self, name: str) -> Column:
        return _figure(name, "number", f"{self.words[0]} van {self.column}", f"{self.words[1]} of {self.column}").change(scale=self.scale)

    def person(self, table: ir.Table) -> Mapping[str, ir.Value]:
        units = _units(table[self.column])
        exact = units.cast("decimal(18, 0)")
        # One factor of 38 digits: DuckDB keeps the product of two narrow decimals in 18, and overflows.
        return {"n": table[self.column].count(), "total": exact.sum(), "squares": (exact.cast("decimal(38, 0)") * exact).sum(),
                "least": units.min(), "most": units.max(), "without": table[self.column].isnull().sum()}

    def cell(self, people: ir.Table, contract: Contract, k: int) -> Mapping[str, ir.Value]:
        p = self.columns(people)
        n, total, squares = p["n"].sum(), p["total"].sum(), p["squares"].sum()
        figure = self.figure(n, total, squares) / _unit(contract[self.column])
        return {"value": rounded(figure, self.scale), "unsafe": self._unsafe(people, k), "dominated": _dominated(p["n"])}

    def _unsafe(self, people: ir.Table, least_people: int) -> Any:
        """Say whether the figure would tell of too few people.

        So it does when fewer than k stand behind it; when it leaves out rows of some people, but of fewer than k, since a
        figure with them beside it gives theirs; and when the rows have one value, or only two: it then counts how many have
        which, and that count may be under k. `Share` tells such a count safely.
        """
        p = self.columns(people)
        contributors, left_out = (p["n"] > 0).sum(), (p["without"] > 0).sum()
        exact = "decimal(38, 0)"
        low, high = p["least"].min().cast(exact), p["most"].max().cast(exact)
        n, total, squares = (p[name].sum().cast(exact) for name in ("n", "total", "squares"))
        # The sum of (x - low)(high - x) is nought only when every x is one of the two; in floats it would lose its digits.
        two_valued = (low + high) * total - squares == n * low * high
        unsafe = (contributors < least_people) | ((left_out > 0) & (left_out < least_people)) | two_valued
        return unsafe.fill_null(True)

    def columns(self, people: ir.Table) -> Mapping[str, Any]:
        """Give this measure's aggregates per person, by their short names."""
        return {name: people[f"{self.prefix}_{name}"] for name in self.parts}

    @property
    def prefix(self) -> str:
        """What the measure's columns in the table of people begin with."""
        return f"lapipe_{type(self).__name__.lower()}_{self.column}"

    def figure(self, n: Any, total: Any, squares: Any) -> Any:
        """Give the figure of a cell, in units, from the number, sum and squared sum of its units."""
        raise NotImplementedError


@dataclass(frozen=True)
class Mean(_Numeric):
    """The mean over rows, rounded to `scale` digits; withheld when all have one of two values, or one person most rows."""

    words = ("gemiddelde", "mean")

    def figure(self, n: Any, total: Any, squares: Any) -> Any:
        """Total over number."""
        return total.cast("float64") / n.cast("float64").nullif(0.0)


@dataclass(frozen=True)
class Deviation(_Numeric):
    """The standard deviation over rows (n - 1), rounded to `scale` digits."""

    words = ("standaarddeviatie", "standard deviation")

    def figure(self, n: Any, total: Any, squares: Any) -> Any:
        """The root of (n Σx² - (Σx)²) / (n (n - 1)): the difference in exact numbers, since in floats it would lose its digits."""
        number, exact = n.cast("float64"), "decimal(38, 0)"
        spread = (n.cast(exact) * squares.cast(exact) - total.cast(exact) * total.cast(exact)).cast("float64")
        return (spread / (number * (number - 1.0)).nullif(0.0)).sqrt()


@dataclass(frozen=True)
class Sum(_Numeric):
    """The sum over rows; withheld with the cell when one person makes most of it."""

    words = ("som", "sum")

    def figure(self, n: Any, total: Any, squares: Any) -> Any:
        """The total."""
        return total.cast("float64")

    def cell(self, people: ir.Table, contract: Contract, k: int) -> Mapping[str, ir.Value]:
        """As every numeric figure, with dominance of the amounts too."""
        cell = super().cell(people, contract, k)
        return {**cell, "dominated": cell["dominated"] | _dominated(self.columns(people)["total"])}


@dataclass(frozen=True)
class Median(_Numeric):
    """The median over rows, rounded to `scale` digits; only of `MEDIAN_MINIMUM` people or more."""

    words = ("mediaan", "median")

    def cell(self, people: ir.Table, contract: Contract, k: int) -> Mapping[str, ir.Value]:
        """Whether enough people stand behind it."""
        return {"unsafe": self._unsafe(people, max(k, MEDIAN_MINIMUM)), "dominated": _dominated(self.columns(people)["n"])}

    def rows(self, table: ir.Table, contract: Contract) -> Mapping[str, ir.Value]:
        """The median itself cannot be made of the people's sums."""
        middle = _units(table[self.column]).cast("float64").quantile(0.5)
        return {"value": rounded(middle / _unit(contract[self.column]), self.scale)}


@dataclass(frozen=True)
class Share(Measure):
    """The share of rows for which a column is true, from 0 to 1; withheld unless k people stand on either side.

    A share of 0 or 1 tells each member's result, and one of 27 in 30 counts a group of three.
    """

    column: str
    scale: int = 3

    parts = ("yes", "no")

    def check(self, contract: Contract) -> None:
        """Take true-or-false columns only."""
        if contract[self.column].type != "boolean":
            raise UsageFault(f"Aggregate: Share needs a column that is true or false; {self.column} of {contract.name} is "
                             f"{contract[self.column].type}. Derive one first.", rule="LP203")

    def result(self, name: str) -> Column:
        """A number between 0 and 1."""
        return _figure(name, "number", f"aandeel met {self.column}", f"share with {self.column}").change(scale=self.scale)

    @property
    def prefix(self) -> str:
        """What the measure's columns in the table of people begin with."""
        return f"lapipe_share_{self.column}"

    def person(self, table: ir.Table) -> Mapping[str, ir.Value]:
        """Rows with true, and with false."""
        return {"yes": (table[self.column] == True).sum(), "no": (table[self.column] == False).sum()}  # noqa: E712

    def cell(self, people: ir.Table, contract: Contract, k: int) -> Mapping[str, ir.Value]:
        """Their share, and how many people stand on either side."""
        yes, no = (people[f"{self.prefix}_{name}"].fill_null(0) for name in self.parts)
        total = (yes + no).sum().cast("float64")
        few = ((yes > 0).sum() < k) | ((no > 0).sum() < k)
        return {"value": rounded(yes.sum().cast("float64") / total.nullif(0.0), self.scale), "unsafe": few.fill_null(True)}


def rounded(value: Any, scale: int) -> Any:
    """Round half up to `scale` digits, the same on every engine (their own roundings of floats differ)."""
    units = (value * float(10**scale) + 0.5).floor().cast("int64").cast("decimal(18, 0)")
    if not scale:
        return units
    import ibis

    # 18 and 19 digits: Ibis wants the wider to hold the other, Spark cuts digits of products above 38.
    step = ibis.literal("0." + "0" * (scale - 1) + "1").cast(f"decimal(19, {scale})")
    return (units * step).cast(f"decimal(18, {scale})")


def _units(value: Any) -> Any:
    """Give a number as a whole number of its last digit's units."""
    dtype = value.type()
    return (value * 10**dtype.scale).cast("int64") if dtype.is_decimal() and dtype.scale else value.cast("int64")


def _unit(column: Column) -> float:
    """Give how many units make one."""
    return float(10**column.scale) if column.type == "number" else 1.0


def _dominated(contribution: Any) -> Any:
    size = contribution.abs().cast("float64")
    return (size.max() * 100.0 > size.sum() * float(DOMINANCE)).fill_null(False)


def _figure(name: str, type: str, dutch: str, english: str) -> Column:
    return Column(name, type=type, kind=Kind.PLAIN, use="full", label={"nl": dutch, "en": english})
