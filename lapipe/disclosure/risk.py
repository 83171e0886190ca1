"""How much a table tells of the people in it: how few share what others may know, and how alike are those who do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lapipe.disclosure.diversity import distance, effective
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]

#: A class-by-value table of more cells than this is looked at in pieces.
_CELLS = 20_000_000

#: Above this size a class's expected size in the population is its own divided by the sampling fraction, to four digits.
_LARGE = 5_000


@dataclass(frozen=True)
class Classes:
    """How many classes there are of each size in people, and how many people have a class of each size as their smallest.

    The two differ where a person has several tuples: they are in several classes, and the smallest is what endangers them.
    """

    classes: Mapping[int, int]
    people: Mapping[int, int]

    @property
    def number(self) -> int:
        """The classes."""
        return sum(self.classes.values())

    @property
    def k(self) -> int:
        """The people of the smallest class; 0 where there is none."""
        return min(self.classes, default=0)

    @property
    def subjects(self) -> int:
        """The people."""
        return sum(self.people.values())

    @property
    def memberships(self) -> int:
        """The people of each class, added up: more than the people where some are in several."""
        return sum(size * number for size, number in self.classes.items())

    @property
    def average(self) -> float:
        """The average over memberships of 1 / size, which is the number of classes by their people."""
        return self.number / self.memberships if self.memberships else 0.0


@dataclass(frozen=True)
class Journalist:
    """The risk against a population of whom the table's people are a sample: the highest and the average of 1 / population class."""

    highest: float
    average: float
    estimated: bool


@dataclass(frozen=True)
class Diverse:
    """The least diversity and the greatest distance of any class, for one sensitive column; `distance` is ordered or equal."""

    l: int  # noqa: E741  the letter of the literature
    entropy_l: float
    t: float
    distance: str


@dataclass(frozen=True)
class Risk:
    """What is told of a table: people, classes, the attackers' chances, sensitive columns, unicity and what else was asked."""

    records: int
    classes: Classes
    journalist: Journalist | None = None
    sensitive: Mapping[str, Diverse] = field(default_factory=dict)
    unicity: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the shape that tools read.

        The prosecutor knows that somebody is in the table, the marketer would re-identify as many as they can (El Emam 2013, chapter 16):
        both are 1 / class, at most and on average. The journalist knows only that somebody is in the population.
        """
        classes = self.classes
        risk = {"prosecutor_max": 1 / classes.k if classes.k else 0.0, "prosecutor_avg": classes.average, "marketer": classes.average}
        if self.journalist:
            risk |= {"journalist_max": self.journalist.highest, "journalist_avg": self.journalist.average}
        return {
            "records": self.records, "subjects": classes.subjects, "classes": classes.number, "k": classes.k,
            "unique_subjects": classes.people.get(1, 0), "risk": {name: _short(value) for name, value in risk.items()},
            "sensitive": {name: {"l": each.l, "entropy_l": _short(each.entropy_l), "t": _short(each.t)} for name, each in self.sensitive.items()},
            "unicity": {name: _short(value) for name, value in self.unicity.items()}, **self.more}


def _short(value: float) -> float:
    return round(value, 6)


def against_population(sample: Ints, population: Ints) -> Journalist:
    """Give the journalist's risk: `sample[i]` people of class i are in the table, and `population[i]` in the population.

    Raises:
        UsageFault: a class has more people in the table than in its population, which then is not its population.
    """
    outside = int((population < sample).sum())
    if outside:
        raise UsageFault(f"{outside} classes have more people in the file than in the population, so it is not the population of these people. "
                         "Give one that has everybody of the file in it, with the same spelling of values.")
    chances = 1 / population
    return Journalist(float(chances.max(initial=0.0)), float((sample * chances).sum() / max(1, sample.sum())), estimated=False)


def of_population(classes: Classes, population: int) -> Journalist:
    """Estimate the journalist's risk where only the population's size is known.

    The expected 1 / F of a class of f people that was drawn from a population's class of F, at the sampling fraction p; F given f
    is negative binomial (Benedetti and Franconi 1998; as in mu-Argus and sdcMicro).

    Raises:
        UsageFault: the population is smaller than the table.
    """
    if population < classes.subjects:
        raise UsageFault(f"The file has {classes.subjects} people, more than the population of {population}; correct --population.")
    p = classes.subjects / population if population else 1.0
    chances = {size: _expected(size, p) for size in classes.classes}
    total = sum(size * number * chances[size] for size, number in classes.classes.items())
    return Journalist(max(chances.values(), default=0.0), total / max(1, classes.memberships), estimated=True)


def _expected(f: int, p: float) -> float:
    """Give E[1/F | f] = p * integral from 0 to 1 of u^(f-1) / (p + (1-p) u) du."""
    q = 1 - p
    if f > _LARGE:
        return p / f
    if p >= 0.5:
        # p/f * 2F1(1, 1; f+1; q), whose terms fall at least by half.
        term = total = 1.0
        for j in range(200):
            term *= q * (j + 1) / (f + 1 + j)
            total += term
        return p / f * total
    integral = float(np.log(1 / p)) / q
    for smaller in range(1, f):
        integral = (1 / smaller - p * integral) / q
    return p * integral


def diverse(classes: Ints, values: Ints, people: Ints, number: int, size: int, *, ordered: bool) -> Diverse:
    """Give l, entropy l and t over all classes: `people[i]` of class `classes[i]` have value `values[i]`, of `size` values in order."""
    counted = np.bincount(values, weights=people, minlength=size).astype(np.float64)
    whole: Reals = counted / max(1.0, float(counted.sum()))
    step = max(1, _CELLS // max(1, size))
    least, varied, furthest = size, float(size), 0.0
    for first in range(0, number, step):
        last = min(number, first + step)
        here = (classes >= first) & (classes < last)
        counts = np.bincount((classes[here] - first) * size + values[here], weights=people[here], minlength=(last - first) * size)
        table = counts.astype(np.int64).reshape(last - first, size)
        table = table[table.sum(axis=1) > 0]
        if len(table):
            least = min(least, int((table > 0).sum(axis=1).min()))
            varied = min(varied, float(effective(table).min()))
            furthest = max(furthest, float(distance(table, whole, ordered=ordered).max()))
    return Diverse(least, varied, furthest, "ordered" if ordered else "equal")
