"""What a class of people must hold of a sensitive column, so that belonging to it tells little: l-diversity and t-closeness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from lapipe.errors import UsageFault

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]
    Truths = npt.NDArray[np.bool_]
    Reals = npt.NDArray[np.float64]


class Criterion(Protocol):
    """What is asked of each class; `counts` has a row per class and a column per value, `whole` is the distribution of everybody."""

    @property
    def survives_merging(self) -> bool:
        """Whether a class that meets it still does after any other class is added to it."""
        ...

    def holds(self, counts: Counts, whole: Reals) -> Truths:
        """Say of each class whether it meets it."""
        ...


@dataclass(frozen=True)
class Distinct:
    """At least `l` different values in each class (Machanavajjhala et al. 2007, distinct l-diversity)."""

    l: int  # noqa: E741  the letter of the literature

    @property
    def survives_merging(self) -> bool:
        """Adding people takes no value away."""
        return True

    def holds(self, counts: Counts, whole: Reals) -> Truths:
        """See `Criterion.holds`."""
        holds: Truths = (counts > 0).sum(axis=1) >= self.l
        return holds


@dataclass(frozen=True)
class Entropy:
    """The values of each class are as varied as `l` equally frequent ones: exp(entropy) >= l (Machanavajjhala et al. 2007)."""

    l: float  # noqa: E741

    @property
    def survives_merging(self) -> bool:
        """Many people of one value may drown a varied class."""
        return False

    def holds(self, counts: Counts, whole: Reals) -> Truths:
        """See `Criterion.holds`."""
        return effective(counts) >= self.l - 1e-9


@dataclass(frozen=True)
class Recursive:
    """The most frequent value of each class is less frequent than `c` times the l-th and rarer ones together: r1 < c (rl + ... + rm).

    Source: Machanavajjhala et al. 2007, recursive (c, l)-diversity.
    """

    c: float
    l: int  # noqa: E741

    @property
    def survives_merging(self) -> bool:
        """Many people of one value may drown a varied class."""
        return False

    def holds(self, counts: Counts, whole: Reals) -> Truths:
        """See `Criterion.holds`."""
        import numpy as np

        ordered = -np.sort(-counts, axis=1)
        tail = ordered[:, self.l - 1:].sum(axis=1)
        holds: Truths = ordered[:, 0] < self.c * tail - 1e-12 * tail
        return holds


@dataclass(frozen=True)
class Close:
    """Each class's distribution is at most `t` from everybody's (Li, Li, Venkatasubramanian 2007, t-closeness).

    The distance is the earth mover's: with `ordered` values, moving to the next one costs 1/(m-1); otherwise every move costs 1.
    Everybody is everybody who came in, the people who are left out among them, as in ARX. None: numbers are ordered, texts are not.
    """

    t: float
    ordered: bool | None = None

    @property
    def survives_merging(self) -> bool:
        """A close class may be drowned by a distant one."""
        return False

    def holds(self, counts: Counts, whole: Reals) -> Truths:
        """See `Criterion.holds`."""
        return distance(counts, whole, ordered=bool(self.ordered)) <= self.t + 1e-9


def effective(counts: Counts) -> Reals:
    """Give exp(entropy) of each class: the number of equally frequent values that would be as varied."""
    import numpy as np

    shares = counts / counts.sum(axis=1, keepdims=True)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.asarray(np.exp(-(shares * logs).sum(axis=1)))


def distance(counts: Counts, whole: Reals, *, ordered: bool) -> Reals:
    """Give the earth mover's distance of each class from everybody (Li et al. 2007, section 3); columns of ordered values lie in order."""
    import numpy as np

    difference = counts / counts.sum(axis=1, keepdims=True) - whole
    if not ordered:
        return np.asarray(np.abs(difference).sum(axis=1) / 2)
    if counts.shape[1] < 2:
        return np.zeros(len(counts))
    return np.asarray(np.abs(np.cumsum(difference, axis=1)[:, :-1]).sum(axis=1) / (counts.shape[1] - 1))


def criteria(l: Any = None, t: Any = None) -> tuple[Criterion, ...]:  # noqa: E741
    """Read what is asked: `l` a number (distinct values), `Distinct`, `Entropy` or `Recursive`; `t` a number or `Close`."""
    found: list[Criterion] = []
    if isinstance(l, (int, float)) and not isinstance(l, bool):
        if l < 1 or int(l) != l:
            raise UsageFault("l is the number of different values in each class: a whole number of at least 1.")
        l = Distinct(int(l))  # noqa: E741
    if isinstance(t, (int, float)) and not isinstance(t, bool):
        if not 0 <= t <= 1 or math.isnan(t):
            raise UsageFault("t is a distance from 0 to 1.")
        t = Close(float(t))
    for given, allowed in ((l, (Distinct, Entropy, Recursive)), (t, (Close,))):
        if given is None:
            continue
        if not isinstance(given, allowed):
            raise UsageFault(f"A {type(given).__name__} says nothing of l or t; give a number, or one of "
                             f"{', '.join(each.__name__ for each in allowed)}.")
        found.append(given)
    return tuple(found)


def in_scale(values: Sequence[Any]) -> tuple[list[int], bool]:
    """Give the positions of values in their order, no value first, and whether they are numbers, whose distances mean something."""
    from decimal import Decimal, InvalidOperation

    try:
        keys = [None if value is None else Decimal(str(value)) for value in values]
        numbers = all(key is None or key.is_finite() for key in keys) and any(key is not None for key in keys) and not any(
            isinstance(value, bool) for value in values)
    except InvalidOperation:
        numbers = False
    if numbers:
        return sorted(range(len(values)), key=lambda at: (keys[at] is not None, keys[at] or 0)), True
    return sorted(range(len(values)), key=lambda at: (values[at] is not None, str(values[at]))), False
