"""Protect a table of cells, from pandas or Arrow: what to withhold so that arithmetic gives nothing back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from lapipe.disclosure.audit import audit
from lapipe.disclosure.known import told_by_rule
from lapipe.disclosure.presets import PRESETS, Rounding, Zeros, preset, rounded
from lapipe.disclosure.relations import Cube, Dimension, Relations
from lapipe.disclosure.suppression import Layer, Suppression, Task
from lapipe.errors import ContractBroken, Refused, UsageFault

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Fewer people than this in a cell are not published (the guide sets no number; ten is what Dutch institutions use most).
DEFAULT_K = 10

#: Words for a row that holds a total, in Dutch and English and as pandas writes it.
TOTALS = ("Total", "Totaal", "All", "Alle", "total", "totaal", "all", "alle", "TOTAL", "TOTAAL", "ALL", "ALLE", "Totals", "Eindtotaal",
          "Grand total", "Grand Total")

#: Which sums the outsider knows. `given`: the rows that are totals, and no others; `added`: all of them, as rows of the result;
#: `published`: all of k people or more; `known`: all of them, exactly, whatever they are.
Margins = Literal["", "given", "added", "published", "known"]

#: Stands for "not said", where None means something.
_UNSAID = object()

_INFINITE = float("inf")


@dataclass(frozen=True)
class Magnitude:
    """A figure that is a sum of people's contributions, and when one of them makes too much of it.

    `largest` names the columns that hold each cell's largest contributions, the largest first; none of them is given back.
    The p % rule: a cell is withheld when the largest could be estimated to within `p` per cent by the second largest. The
    (n, k) rule: when the `n` largest make more than `share` per cent; n = 0 leaves it out. Formulas and the protection that a
    cell needs are those of Hundepool et al., Statistical Disclosure Control (2012), ch. 4.
    """

    column: str
    largest: tuple[str, ...] = ()
    p: int = 10
    n: int = 0
    share: int = 85

    def needs(self, total: np.ndarray[Any, Any], largest: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Give, per cell, how far above the total an outsider's interval must reach; 0 where the cell may be published.

        `largest` has a column per contribution. With x1 and x2 the largest two of total X, p % asks p/100 x1 - (X - x1 - x2);
        (n, k) asks 100/k (x1 + ... + xn) - X.
        """
        import numpy as np

        first = largest[:, 0] if largest.shape[1] else np.zeros(len(total))
        second = largest[:, 1] if largest.shape[1] > 1 else np.zeros(len(total))
        size = np.abs(total)
        need = np.maximum(self.p / 100 * first - (size - first - second), 0)
        if self.n:
            need = np.maximum(need, 100 / self.share * largest[:, :self.n].sum(axis=1) - size)
        least: np.ndarray[Any, Any] = np.ceil(np.maximum(need, 0) - 1e-9)
        return least


@dataclass(frozen=True)
class Rule:
    """How small numbers are treated, beside k.

    `zeros`: a cell of nobody is "withheld" like one of 1 to k - 1, or always "public". `outcome` names the dimension that tells
    how people did: where all of a group have one outcome, the group's cells are withheld, since they tell everyone's.
    `protection` is how long an outsider's interval for a withheld cell must be at least. `cost` is what is withheld as little
    as can be: "people", "cells", or a magnitude's column. `rounding` is done instead of withholding further cells.
    """

    zeros: Zeros = "withheld"
    outcome: str = ""
    protection: int | None = None
    cost: str = "people"
    rounding: Rounding = 0


def protect(cells: Any, *, by: Sequence[str], people: str = "", k: int | None = None, values: Sequence[str | Magnitude] = (),
            primary: str = "", margins: Margins = "", total: Any = _UNSAID, hierarchies: Mapping[str, Any] | None = None,
            rule: Rule | str = "", earlier: Sequence[Earlier] = ()) -> Any:
    """Give the cells with a column `suppressed`: what must be withheld, and what else must be so that it cannot be computed.

    `cells` is a pandas frame (or Arrow table) with a row for each combination of the columns `by`, in any order. `people` is
    the column that counts people; cells of fewer than `k` are withheld. `values` are further figures of the same cells, each a
    column's name or a `Magnitude`. `primary` names a column that is true for cells to be withheld for a reason of your own.

    The figures of withheld cells are empty in the result; a combination that has no row is known to hold nobody. Null is a
    category of its own. Rows and index stay as they are. `attrs["audit"]` says what the outsider's intervals are.

    Totals may be among the rows: `total` says how their category is written (None: null; else one of `TOTALS`). `hierarchies`
    gives for a column the parent of each category, and of parents their own: {"programme": {"Physics": "Science"}}; a list
    where there are several. Without rows of totals, `margins` is "published": every total of at least k people is taken to be
    known. "added" gives them as rows of the result, protected too. `rule` is a `Rule`, or the name of a preset.

    `earlier` are sums that outsiders know already, of earlier releases for instance.

    >>> import pandas as pd
    >>> cells = pd.DataFrame({"programme": list("AAABBBCCC"), "year": [1, 2, 3] * 3, "n": [40, 3, 20, 30, 25, 35, 50, 60, 45]})
    >>> protect(cells, by=["programme", "year"], people="n", k=10)["suppressed"].tolist()
    [False, True, True, False, True, True, False, False, False]

    Raises:
        UsageFault: a column, a category or a setting does not fit (LP203, LP408).
        ContractBroken: counts are not whole numbers of people, a cell is there twice, or totals do not add up (LP408).
        Refused: there is no pattern by which every withheld cell is safe (LP407); rounded numbers would stand beside exact
            totals (LP410).
    """
    import pandas as pd

    arrow = not isinstance(cells, pd.DataFrame)
    frame: pd.DataFrame = cells.to_pandas() if arrow else cells
    rule, k = _ruled(rule, k)
    table = _Table(frame, tuple(by), people, k, _magnitudes(values), primary, rule, margins, total, hierarchies or {})
    result = table.rounded() if rule.rounding else table.protected(earlier)
    if arrow:
        import pyarrow as pa

        return pa.Table.from_pandas(result, preserve_index=False)
    return result


@dataclass(frozen=True)
class Earlier:
    """A sum that outsiders know: coefficients by the rows' positions in the cells. What it adds up to is computed from them."""

    coefficients: Mapping[int, int]


def _ruled(rule: Rule | str, k: int | None) -> tuple[Rule, int]:
    least = 1
    if isinstance(rule, str) and rule:
        chosen = preset(rule)
        rule, least = Rule(zeros=chosen.zeros, rounding=chosen.rounding), chosen.k
        k = chosen.k if k is None else k
    elif not isinstance(rule, Rule):
        rule = Rule()
    k = DEFAULT_K if k is None else k
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise UsageFault("k is the number of people that a cell needs: a whole number of 2 or more.", rule="LP401")
    if k < least:
        raise UsageFault(f"k is {k}, and the preset asks for {least} (presets: {', '.join(PRESETS)}). A preset can be raised, not lowered.",
                         rule="LP402")
    if rule.zeros not in ("withheld", "public"):
        raise UsageFault(f"zeros is '{rule.zeros}'; it should be withheld or public.", rule="LP203")
    prior = k - 1 - (rule.zeros == "public")
    if rule.protection is not None and (isinstance(rule.protection, bool) or not 1 <= rule.protection <= max(prior, 1)):
        raise UsageFault(f"protection is {rule.protection}; with k = {k} the rule itself leaves an interval of {prior}, so it should be 1 to "
                         f"{max(prior, 1)}.", rule="LP203")
    return rule, k


def _magnitudes(values: Sequence[str | Magnitude]) -> tuple[Magnitude, ...]:
    if isinstance(values, (str, Magnitude)):
        values = (values,)
    return tuple(value if isinstance(value, Magnitude) else Magnitude(value) for value in values)


def _label(value: Any) -> Hashable:
    """Give a category as one thing: every kind of null is None."""
    import pandas as pd

    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    found: Hashable = value
    return found


def _order(label: Hashable) -> tuple[bool, str, str]:
    return label is not None, type(label).__name__, str(label)


@dataclass
class _Table:
    """A frame of cells on its way to a task for the suppression, and back."""

    frame: pd.DataFrame
    by: tuple[str, ...]
    people: str
    k: int
    magnitudes: tuple[Magnitude, ...]
    primary: str
    rule: Rule
    margins: str
    total: Any
    hierarchies: Mapping[str, Any]
    labels: list[list[Hashable]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._columns()
        self.labels = [[_label(value) for value in self.frame[name].tolist()] for name in self.by]
        self.totals = [self._totals(position) for position in range(len(self.by))]
        if not self.margins:
            self.margins = "given" if any(label is not _UNSAID for label in self.totals) or self.rule.rounding else "published"
        if self.margins != "given":
            self.totals = [self._marker(position) if label is _UNSAID else label for position, label in enumerate(self.totals)]
        self.cube = Cube(tuple(self._dimension(position) for position in range(len(self.by))))
        self._place()

    # --- what was handed in ---

    def _columns(self) -> None:
        import pandas as pd

        if not self.by:
            raise UsageFault("protect needs the columns that make the cells: by=[...].", rule="LP203")
        wanted = [*self.by, *([self.people] if self.people else []), *([self.primary] if self.primary else []),
                  *(column for each in self.magnitudes for column in (each.column, *each.largest))]
        missing = [name for name in wanted if name not in self.frame.columns]
        if missing:
            raise UsageFault(f"The cells have no column '{missing[0]}' (they have: {', '.join(map(str, self.frame.columns))}).", rule="LP203")
        if "suppressed" in self.frame.columns:
            raise UsageFault("The cells have a column 'suppressed' already; protect them once.", rule="LP203")
        if not self.people and not self.magnitudes:
            raise UsageFault("protect needs the column that counts people, or values.", rule="LP203")
        if len(set(wanted)) < len(wanted):
            raise UsageFault("A column is named twice; each is a dimension, a count, or a figure.", rule="LP203")
        other = [name for name in self.frame.columns if name not in wanted and pd.api.types.is_numeric_dtype(self.frame[name])
                 and not pd.api.types.is_bool_dtype(self.frame[name])]
        if other:
            raise UsageFault(f"Column '{other[0]}' holds numbers and is neither a dimension, the count of people, nor a value. Name it in "
                             "values, so that it is protected, or leave it out.", rule="LP407")
        for name, _ in self.hierarchies.items():
            if name not in self.by:
                raise UsageFault(f"There is a hierarchy of '{name}', which is no dimension (they are: {', '.join(self.by)}).", rule="LP203")
        if self.rule.outcome and self.rule.outcome not in self.by:
            raise UsageFault(f"outcome is '{self.rule.outcome}', which is no dimension (they are: {', '.join(self.by)}).", rule="LP203")

    def _totals(self, position: int) -> Any:
        """Give the category that holds the total of a dimension, or `_UNSAID` where there is none among the rows."""
        present = set(self.labels[position])
        if self.total is not _UNSAID:
            said = self.total.get(self.by[position], _UNSAID) if isinstance(self.total, Mapping) else self.total
            said = _label(said) if said is not _UNSAID else said
            return said if said in present else _UNSAID
        found = [word for word in TOTALS if word in present]
        if len(found) > 1:
            raise UsageFault(f"Column '{self.by[position]}' has several words for a total; say which is one with total=.", rule="LP408")
        return found[0] if found else _UNSAID

    def _marker(self, position: int) -> Hashable:
        """Give the category for a total that is not among the rows."""
        said = self.total.get(self.by[position], _UNSAID) if isinstance(self.total, Mapping) else self.total
        taken = set(self.labels[position])
        if said is not _UNSAID:
            return _label(said)
        return next((word for word in TOTALS if word not in taken), "Total of all")

    def _dimension(self, position: int) -> Dimension:
        name, total = self.by[position], self.totals[position]
        given = self.hierarchies.get(name, ())
        trees = [dict(tree) for tree in ([given] if isinstance(given, Mapping) else given)]
        trees = [{_label(child): _label(parent) for child, parent in tree.items() if total is _UNSAID or _label(parent) != total}
                 for tree in trees]
        labels: set[Hashable] = set(self.labels[position])
        # Of a hierarchy only what is above categories of the table counts.
        while above := {tree[label] for tree in trees for label in labels if label in tree} - labels:
            labels |= above
        nodes = sorted(labels - ({total} if total is not _UNSAID else set()), key=_order)
        number = {label: at for at, label in enumerate(nodes)}
        groups: list[tuple[int, tuple[int, ...]]] = []
        for tree in trees:
            for parent in dict.fromkeys(tree[label] for label in nodes if label in tree):
                children = tuple(number[label] for label in nodes if label in tree and tree[label] == parent)
                groups.append((number[parent], children))
        if total is not _UNSAID:
            nodes.append(total)
            for tree in trees or [{}]:
                parents = {tree[label] for label in nodes if label in tree}
                elsewhere = {other[label] for other in trees if other is not tree for label in nodes if label in other}
                tops = tuple(number[label] for label in nodes[:-1]
                             if label not in tree and (label in parents or label not in elsewhere))
                groups.append((len(nodes) - 1, tops))
        return Dimension(name, tuple(nodes), tuple(group for group in groups if group[1]))

    def _place(self) -> None:
        """Find each row's place in the cube, and each figure's value there; check that it adds up."""
        import numpy as np

        numbers = [{label: at for at, label in enumerate(dimension.nodes)} for dimension in self.cube.dimensions]
        place = np.zeros(len(self.frame), dtype=np.int64)
        for position, number in enumerate(numbers):
            place += np.array([number[label] for label in self.labels[position]], dtype=np.int64) * self.cube.strides[position]
        if len(np.unique(place)) < len(place):
            raise ContractBroken(f"{len(place) - len(np.unique(place))} combinations of {', '.join(self.by)} have more than one row; add them up "
                                 "first.", rule="LP408")
        self.place = place
        self.there = np.zeros(self.cube.cells, dtype=bool)
        self.there[place] = True
        self.n = self._figure(self.people, _people(self.frame[self.people])) if self.people else None
        self.sums: list[np.ndarray[Any, Any]] = []
        self.top: list[np.ndarray[Any, Any]] = []
        for magnitude in self.magnitudes:
            whole, _ = _steps([self.frame[name] for name in (magnitude.column, *magnitude.largest)])
            self.sums.append(self._figure(magnitude.column, whole[0]))
            self.top.append(self._largest(whole[1:]))

    def _figure(self, name: str, numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        import numpy as np

        given = np.zeros(self.cube.cells, dtype=np.int64)
        given[self.place] = numbers
        summed = self.cube.summed(np.where(self.cube.leaves, given, 0))
        wrong = int((summed[self.place] != numbers).sum())
        if wrong:
            raise ContractBroken(f"In {wrong} rows '{name}' is not the sum of its parts. Where people are in several groups, a total of people is "
                                 "not a sum: count them in groups that do not overlap. Where parts are missing, leave the totals out.",
                                 rule="LP408")
        return summed

    def _largest(self, columns: Sequence[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
        """Give the largest contributions of every cell; of a total that is not among the rows, the largest of its parts'."""
        import numpy as np

        top = np.zeros((self.cube.cells, len(columns)), dtype=np.int64)
        for number, column in enumerate(columns):
            top[self.place, number] = column
        if not columns:
            return top
        shape = (*self.cube.shape, len(columns))
        cube = np.where(self.cube.leaves[:, None], top, 0).reshape(shape)
        for position, dimension in enumerate(self.cube.dimensions):
            moved = np.moveaxis(cube, position, 0)
            for parent, children in dimension.order:
                both = np.moveaxis(moved[list(children)], 0, -1).reshape(*moved.shape[1:-1], -1)
                moved[parent] = -np.sort(-both, axis=-1)[..., :len(columns)]
        merged = cube.reshape(-1, len(columns))
        return np.where(self.there[:, None], top, merged)

    # --- what must be withheld ---

    def task(self, earlier: Sequence[Earlier] = ()) -> Task:
        """Say what is to be protected, and what an outsider knows."""
        import numpy as np

        cube, k, rule = self.cube, self.k, self.rule
        size = self.n if self.n is not None else self.sums[0]
        leaves = cube.leaves
        shown = self.there | (~leaves if self.margins == "added" else False)
        if self.margins == "added":
            # Of combinations without a row nobody is there, and neither is a total of them.
            shown = self.there | (~leaves & (self._parts() > 0))
        hidden = ~leaves & ~shown
        known = np.zeros(cube.cells, dtype=bool)
        if self.margins == "known":
            known = hidden.copy()
        elif self.margins == "published":
            known = hidden & ((size >= k) if self.n is not None else True)
        hidden &= ~known
        primary = np.zeros(cube.cells, dtype=bool)
        if self.n is not None:
            primary |= shown & (self.n < k) & ((self.n > 0) | (rule.zeros == "withheld"))
            if self.margins == "known":
                primary &= ~self._nobody(known)
        small = primary.copy()
        told = self._one_outcome() & shown if rule.outcome else np.zeros(cube.cells, dtype=bool)
        primary |= told
        if self.primary:
            primary[self.place[self.frame[self.primary].fillna(False).astype(bool).to_numpy()]] = True
        needs = [magnitude.needs(total.astype(float), top) * shown
                 for magnitude, total, top in zip(self.magnitudes, self.sums, self.top, strict=True)]
        for need in needs:
            primary |= need > 0
        spare = shown & ~primary & (size > 0)
        relations = cube.relations().joined([{int(self.place[row]): number for row, number in each.coefficients.items()} for each in earlier])
        layers = []
        if self.n is not None:
            layers.append(self._people_layer(relations, primary, small, hidden))
        for magnitude, total, need in zip(self.magnitudes, self.sums, needs, strict=True):
            layers.append(self._value_layer(magnitude, relations, total, need, primary, shown))
        cost = np.ones(cube.cells) if rule.cost == "cells" else self._cost(size)
        return Task(cube, relations, tuple(layers), primary, spare, hidden, cost)

    def _cost(self, size: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        import numpy as np

        if self.rule.cost != "people":
            names = [magnitude.column for magnitude in self.magnitudes]
            if self.rule.cost not in names:
                raise UsageFault(f"cost is '{self.rule.cost}'; it should be people, cells, or one of the values "
                                 f"({', '.join(names) or 'none'}).", rule="LP203")
            size = self.sums[names.index(self.rule.cost)]
        cost: np.ndarray[Any, Any] = np.maximum(np.abs(size).astype(float), 1.0)
        return cost

    def _parts(self) -> np.ndarray[Any, Any]:
        """Give how many of the rows each cell is the sum of."""
        found: np.ndarray[Any, Any] = self.cube.summed((self.there & self.cube.leaves).astype("int64"))
        return found

    def _nobody(self, known: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Tell of which cells a known total of nought says that nobody is there."""
        import numpy as np

        relations = self.cube.relations()
        assert self.n is not None
        nothing = np.zeros(relations.count, dtype=bool)
        parents = relations.coefficient < 0
        empty = known & (self.n == 0)
        nothing[relations.row[parents & empty[relations.column]]] = True
        found = np.zeros(self.cube.cells, dtype=bool)
        found[relations.column[nothing[relations.row]]] = True
        return found

    def _one_outcome(self) -> np.ndarray[Any, Any]:
        """Mark the cells of groups all of whose people have one outcome (group disclosure)."""
        return self.cube.of_one_kind(self.n if self.n is not None else self.sums[0], self.by.index(self.rule.outcome))

    def _people_layer(self, relations: Relations, primary: np.ndarray[Any, Any], small: np.ndarray[Any, Any],
                      hidden: np.ndarray[Any, Any]) -> Layer:
        """Say what the rule tells of a withheld count: of a small one that it is small, of another that it is not."""
        import numpy as np

        assert self.n is not None
        n, k = self.n, self.k
        zero_seen = self.rule.zeros == "withheld" and (bool((self.there & self.cube.leaves & (n == 0)).any())
                                                       or bool(self.there[self.cube.leaves].all()))
        least = 0 if zero_seen else 1
        told = told_by_rule(n, k, primary=primary, small=small, hidden=hidden, hidden_is_small=self.margins == "published", least=least,
                            protection=self.rule.protection)
        nothing = np.zeros(relations.count)
        zero = np.zeros(len(n), dtype=np.int64)
        single = (n == 1) & primary
        return Layer(self.people, n, told.least, told.most, nothing, nothing, zero, zero, told.width, single, single)

    def _value_layer(self, magnitude: Magnitude, relations: Relations, total: np.ndarray[Any, Any], need: np.ndarray[Any, Any],
                     primary: np.ndarray[Any, Any], shown: np.ndarray[Any, Any]) -> Layer:
        """Say what is known of a withheld sum: that it is not under nought, where none is."""
        import numpy as np

        signed = bool((total[shown] < 0).any())
        least = np.full(len(total), -_INFINITE if signed else 0.0)
        nothing = np.zeros(relations.count)
        up = need.astype(np.int64)
        down = up if signed else np.minimum(up, total)
        width = np.where(primary, np.maximum(np.ceil(np.abs(total) * magnitude.p / 100), 1), 0).astype(np.int64)
        single = (self.n == 1) & primary if self.n is not None else np.zeros(len(total), dtype=bool)
        return Layer(magnitude.column, total, least, np.full(len(total), _INFINITE), nothing, nothing, up, down, width, single, primary)

    # --- back to a frame ---

    def protected(self, earlier: Sequence[Earlier]) -> pd.DataFrame:
        """Find the pattern, prove it, and give the frame."""
        if not len(self.frame):
            return self._result(self.there, {})
        task = self.task(earlier)
        pattern = Suppression(task).found()
        if pattern.stuck:
            raise Refused(f"For {len(set(pattern.stuck))} withheld cells there is no other to withhold that would keep them from being computed. "
                          "Nothing is given out. Group coarser, publish fewer totals (margins='added' may withhold totals too), or ask for "
                          "less protection.", rule="LP407")
        audited = audit(task, pattern.withheld, pattern.moves)
        return self._result(pattern.withheld, audited.described())

    def _result(self, withheld: np.ndarray[Any, Any], audited: Mapping[str, int]) -> pd.DataFrame:
        import pandas as pd

        frame = self.frame.drop(columns=[*(column for each in self.magnitudes for column in each.largest),
                                         *([self.primary] if self.primary else [])])
        place: list[int] = self.place.tolist()
        if self.margins == "added" and len(frame):
            fresh: list[int] = (~self.cube.leaves & ~self.there & (self._parts() > 0)).nonzero()[0].tolist()
            frame = pd.concat([frame, self._rows(fresh, list(frame.columns))], ignore_index=True)
            place += fresh
        gone = withheld[place] if place else withheld[:0]
        frame = frame.copy()
        for name in [*([self.people] if self.people else []), *(each.column for each in self.magnitudes)]:
            column = frame[name]
            if name == self.people or pd.api.types.is_integer_dtype(column):
                column = column.astype("Int64")
            frame[name] = column.mask(gone)
        frame["suppressed"] = gone
        frame.attrs["audit"] = dict(audited)
        return frame

    def _rows(self, cells: Iterable[int], columns: Sequence[str]) -> pd.DataFrame:
        """Give rows for totals that were not among those handed in."""
        import pandas as pd

        cells = list(cells)
        found: dict[str, list[Any]] = {name: [None] * len(cells) for name in columns}
        for position, dimension in enumerate(self.cube.dimensions):
            found[self.by[position]] = [dimension.nodes[node] for node in self.cube.coordinates[position, cells]]
        if self.n is not None:
            found[self.people] = self.n[cells].tolist()
        for magnitude, total in zip(self.magnitudes, self.sums, strict=True):
            _, digits = _steps([self.frame[name] for name in (magnitude.column, *magnitude.largest)])
            found[magnitude.column] = [_number(value, digits, self.frame[magnitude.column]) for value in total[cells].tolist()]
        return pd.DataFrame(found, columns=list(columns)).astype(dict.fromkeys(self.by, object))

    def rounded(self) -> pd.DataFrame:
        """Withhold what is small, round the rest, and make totals of what is shown."""
        import numpy as np

        if self.margins not in ("given", "added"):
            raise Refused("Rounded numbers are no protection where the exact totals are known: a total minus its rounded parts tells how they "
                          "were rounded. Leave margins out, or do not round.", rule="LP410")
        if self.magnitudes or self.n is None:
            raise UsageFault("Only numbers of people are rounded; leave values out.", rule="LP203")
        leaves = self.cube.leaves
        gone = leaves & self.there & (self.n < self.k) & ((self.n > 0) | (self.rule.zeros == "withheld"))
        if self.rule.outcome:
            gone |= self._one_outcome() & leaves & self.there
        parts = np.array([rounded(int(number), self.rule.rounding) for number in self.n], dtype=np.int64)
        shown = self.cube.summed(np.where(leaves & ~gone, parts, 0))
        self.n = shown
        self.frame = self.frame.assign(**{self.people: shown[self.place]})
        return self._result(gone, {})


def _people(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Give counts of people as whole numbers.

    Raises:
        ContractBroken: there are nulls, fractions, numbers under nought, or no numbers at all (LP408).
    """
    import numpy as np
    import pandas as pd

    problem = ""
    numbers = np.zeros(0, dtype=np.int64)
    if pd.api.types.is_bool_dtype(column) or not (pd.api.types.is_numeric_dtype(column) or column.map(lambda v: isinstance(v, (int, Decimal))).all()):
        problem = "does not hold numbers"
    elif column.isna().any():
        problem = f"is empty in {int(column.isna().sum())} rows; nobody is 0, and an unknown number cannot be protected"
    else:
        exact = column.astype(float).to_numpy()
        if not np.isfinite(exact).all() or (exact != np.floor(exact)).any():
            problem = "holds fractions; people are whole"
        elif (exact < 0).any():
            problem = "holds numbers under nought"
        elif len(exact) and exact.max() > 2**50:
            problem = "holds numbers too large to be of people"
        else:
            numbers = exact.astype(np.int64)
    if problem:
        raise ContractBroken(f"Column '{column.name}' {problem}.", rule="LP408")
    return numbers


#: The most digits behind the point that are kept of a value, and the largest number of its steps: doubles are exact to there.
_DIGITS, _MOST_STEPS = 6, 2**50


def _steps(columns: Sequence[pd.Series[Any]]) -> tuple[list[np.ndarray[Any, Any]], int]:
    """Give numbers as whole steps of their last digit, one step for all columns, and how many digits that is.

    Raises:
        ContractBroken: they are empty, no numbers, too large, or have more digits than can be kept (LP408).
    """
    import numpy as np

    for digits in range(_DIGITS + 1):
        found: list[np.ndarray[Any, Any]] = []
        for column in columns:
            try:
                exact = column.astype(float).to_numpy()
            except (TypeError, ValueError):
                exact = np.array([np.nan])
            if not np.isfinite(exact).all():
                name = column.name
                break
            steps = exact * 10**digits
            whole = np.rint(steps)
            if len(steps) and np.abs(whole).max() > _MOST_STEPS:
                break
            if (np.abs(steps - whole) > 1e-9 * np.maximum(np.abs(steps), 1)).any():
                break
            found.append(whole.astype(np.int64))
        else:
            return found, digits
        if not np.isfinite(exact).all():
            raise ContractBroken(f"Column '{name}' is empty somewhere, or holds what is no number; every cell needs one, nought where there is "
                                 "nothing.", rule="LP408")
    raise ContractBroken(f"Column '{columns[0].name}' holds numbers that are too large, or have more than {_DIGITS} digits behind the point; round "
                         "them to a declared number of digits first.", rule="LP408")


def _number(steps: int, digits: int, like: pd.Series[Any]) -> Any:
    import pandas as pd

    if pd.api.types.is_integer_dtype(like):
        return steps
    exact = Decimal(steps).scaleb(-digits)
    return float(exact) if pd.api.types.is_float_dtype(like) else exact
