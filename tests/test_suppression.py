"""What is withheld cannot be computed: an attacker of the tests' own against random tables, and published tables."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from lapipe.disclosure import Rule, protect
from lapipe.errors import Refused
from tests.attacker import Cell, Knowledge, all_sums

INFINITE = float("inf")


# --- against an attacker ---


class Made:
    """A random table: leaf cells, nodes and sums, with or without a hierarchy in the first dimension."""

    def __init__(self, shape: tuple[int, ...], tree: bool, values: list[int], absent: list[bool], totals: bool) -> None:
        self.names = [f"d{number}" for number in range(len(shape))]
        leaves: list[list[Any]] = [[f"{name}{each}" for each in range(size)] for name, size in zip(self.names, shape, strict=True)]
        self.groups: list[dict[Any, list[Any]]] = [{} for _ in shape]
        self.tree: dict[str, dict[Any, Any]] = {}
        tops = [list(each) for each in leaves]
        if tree and shape[0] > 2:
            half = shape[0] // 2
            self.groups[0] = {"low": leaves[0][:half], "high": leaves[0][half:]}
            self.tree = {"d0": {leaf: parent for parent, children in self.groups[0].items() for leaf in children}}
            tops[0] = ["low", "high"]
        self.all_groups = [{**groups, "Total": top} for groups, top in zip(self.groups, tops, strict=True)]
        if totals:
            self.groups = self.all_groups
        self.nodes = [[*each, *groups] for each, groups in zip(leaves, self.groups, strict=True)]
        cells = list(product(*leaves))
        self.leaf = {cell: value for cell, value, gone in zip(cells, values, absent, strict=False) if not gone}
        self.under = [{**{leaf: {leaf} for leaf in each}, **{parent: {leaf for leaf in each if self._below(number, leaf, parent)}
                                                            for parent in self.all_groups[number]}}
                      for number, each in enumerate(leaves)]

        cells = list(product(*self.nodes))
        inside = {cell: [leaf for leaf in self.leaf if all(one in self.under[at][node] for at, (one, node)
                                                           in enumerate(zip(leaf, cell, strict=True)))] for cell in cells}
        #: What every cell holds, and the cells that are sums of rows.
        self.value = {cell: sum(self.leaf[leaf] for leaf in of) for cell, of in inside.items()}
        self.margins = {cell for cell, of in inside.items() if (of and of != [cell])
                        or (of and any(node in groups for node, groups in zip(cell, self.groups, strict=True)))}
        self.full = not any(absent[:len(self.leaf)]) and len(self.leaf) == len(list(product(*leaves)))

    def __repr__(self) -> str:
        return f"Made({self.leaf}, {self.tree})"

    def _below(self, number: int, leaf: Any, parent: Any) -> bool:
        children = self.all_groups[number][parent]
        return leaf in children or any(child in self.all_groups[number] and self._below(number, leaf, child) for child in children)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Made, str]:
    shape = draw(st.sampled_from([(4,), (2, 3), (3, 3), (4, 3), (4, 4), (2, 2, 2), (3, 3, 2), (3, 2, 2, 2)]))
    size = 1
    for length in shape:
        size *= length
    values = draw(st.lists(st.one_of(st.integers(0, 12), st.integers(5, 60)), min_size=size, max_size=size))
    absent = [False] * size
    if draw(st.booleans()):
        absent = draw(st.lists(st.integers(0, 4).map(lambda n: n == 0), min_size=size, max_size=size))
        absent[0] = False
    margins = draw(st.sampled_from(["given", "added", "published", "known"]))
    return Made(shape, draw(st.booleans()), values, absent, totals=True), margins


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=tables(), k=st.integers(2, 9), zeros=st.sampled_from(["withheld", "public"]), order=st.randoms(use_true_random=False))
def test_no_attacker_narrows_a_withheld_cell_below_what_was_declared(made: tuple[Made, str], k: int, zeros: Any, order: Any) -> None:
    table, margins = made
    rows = list(table.leaf) + (sorted(table.margins) if margins == "given" else [])
    order.shuffle(rows)
    frame = pd.DataFrame([(*cell, table.value[cell]) for cell in rows], columns=[*table.names, "n"])
    least = 0 if zeros == "withheld" and (0 in table.leaf.values() or table.full) else 1
    width = max(min(2, k - 1 - least), 1)
    result, refused = None, ""
    try:
        result = protect(frame, by=table.names, people="n", k=k, margins=margins, hierarchies=table.tree, rule=Rule(zeros=zeros))  # type: ignore[arg-type]
    except Refused as error:
        refused = error.rule
    event(refused or "protected")
    if result is None:
        given_cells = set(rows) | (table.margins if margins == "added" else set())
        withheld = {cell for cell in given_cells if table.value[cell] or zeros == "withheld"}
    else:
        found = {tuple(row[:-2]): (row[-2], row[-1]) for row in result[[*table.names, "n", "suppressed"]].itertuples(index=False)}
        assert result.index.tolist()[:len(frame)] == frame.index.tolist()
        given_cells = set(found)
        withheld = {cell for cell, (_, gone) in found.items() if gone}
        assert all(pd.isna(n) if gone else n == table.value[cell] for cell, (n, gone) in found.items())
    knowledge, small = known(table, given_cells, withheld, margins, k, least, width)
    if margins == "known":
        # A known total of nought tells that nobody is there; that is not withheld.
        nothing = {cell for cell in small if table.value[cell] == 0 and any(
            table.value[parent] == 0 and parent not in given_cells for parent, children in knowledge.sums if cell in children)}
        small -= nothing
        withheld -= nothing if result is None else set()
    safe = all(high - low >= (width if cell in small else 1) for cell in withheld for low, high in [knowledge.interval(cell)])
    alone = [parent for parent, children in knowledge.sums
             if [table.value[cell] for cell in (parent, *children) if cell in knowledge.bounds] == [1, 1]]
    if result is None:
        # Refused only because withholding all that may be withheld would not do either.
        assert refused == "LP407"
        assert not safe or alone
    else:
        assert small <= withheld
        assert safe
        assert not alone


def known(table: Made, cells: set[Cell], withheld: set[Cell], margins: str, k: int, least: int, width: int) -> tuple[Knowledge, set[Cell]]:
    """Say what the outsider knows, and which cells are withheld for being small."""
    roles = k - 1 - least >= width
    small = {cell for cell in cells if table.value[cell] < k and (table.value[cell] or least == 0 or cell in withheld)}
    told: dict[Cell, int] = {}
    bounds: dict[Cell, tuple[float, float]] = {}
    for cell in product(*table.nodes):
        value = table.value[cell]
        if cell in withheld:
            bounds[cell] = (min(least, value) if cell in small or not roles else k, k - 1 if cell in small and roles else INFINITE)
        elif cell in cells or cell not in table.margins or margins == "known" or (margins == "published" and value >= k):
            told[cell] = value
        else:
            bounds[cell] = (0, k - 1 if margins == "published" and roles else INFINITE)
    return Knowledge(told, bounds, all_sums(table.nodes, table.groups)), small
