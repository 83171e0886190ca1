"""Protect the cells of one release: groups of people with totals over some of their dimensions, and figures of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lapipe.disclosure.audit import Audit, audit
from lapipe.disclosure.known import told_by_rule
from lapipe.disclosure.relations import Cube, Dimension, Relations
from lapipe.disclosure.suppression import Layer, Suppression, Task
from lapipe.errors import Refused

if TYPE_CHECKING:
    import numpy as np

#: A sum that one person makes 85 per cent of must be uncertain by as much as the others could add: (100/85 - 1) of it, by the
#: protection level of the (n, k) rule (Hundepool et al., Statistical Disclosure Control, 2012, ch. 4).
DOMINATED = 100 / 85 - 1


class Total:
    """Stands in a dimension for all of its categories together."""

    def __str__(self) -> str:
        return "total"


#: The one total.
TOTAL = Total()


@dataclass(frozen=True)
class Cells:
    """A row per cell: its category in each dimension (or `TOTAL`), its people, and what else is told of it.

    `unsafe` cells must be withheld whatever their size; `hidden` ones are computed and not published. `rows` counts the
    cell's rows, where figures of these are told; `sums` are figures that are sums, in whole steps.
    """

    labels: Sequence[tuple[Hashable, ...]]
    people: np.ndarray[Any, Any]
    unsafe: np.ndarray[Any, Any]
    hidden: np.ndarray[Any, Any]
    rows: np.ndarray[Any, Any] | None = None
    sums: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)


def withheld(cells: Cells, names: Sequence[str], k: int, *, zeros_public: bool, framed: bool, outcome: str = "",
             rounded: bool = False) -> tuple[np.ndarray[Any, Any], Audit]:
    """Tell which rows to withhold, and what the audit found.

    `framed`: there is a row for every combination, so that a withheld one does not tell that somebody was there; without a
    frame, a combination without a row is taken to be known as empty. People may be in several groups: a total is then no
    sum, and outsiders know only that it is no more than the sum and no less than any part.

    Raises:
        Refused: there is no safe pattern (LP407).
    """
    import numpy as np

    if not len(cells.labels):
        return np.zeros(0, dtype=bool), Audit(0, 0, 0, 0)
    cube, place = _cube(cells.labels, names)

    def placed(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        out = np.zeros(cube.cells, dtype=values.dtype)
        out[place] = values
        return out

    people, hidden = placed(cells.people.astype(np.int64)), placed(cells.hidden)
    shown = placed(~cells.hidden)
    zeros_withheld = framed and not zeros_public
    small = shown & (people < k) & ((people > 0) | zeros_withheld)
    primary = small | (placed(cells.unsafe) & shown)
    if outcome:
        primary |= shown & cube.of_one_kind(people, names.index(outcome))
    if rounded:
        gone: np.ndarray[Any, Any] = primary[place]
        return gone, Audit(int(shown.sum()), int(gone.sum()), 0, 0)
    relations = cube.relations()
    over = relations.applied(people)
    relations, slack_down, slack_up = _overlapping(relations, people, over)
    told = told_by_rule(people, k, primary=primary, small=small, hidden=hidden, hidden_is_small=False, least=0 if zeros_withheld else 1)
    zero, tight = np.zeros(cube.cells, dtype=np.int64), np.zeros(relations.count)
    # Of the relations that only say which of two counts of people is the larger, sums know nothing.
    tight[len(over):] = np.inf
    single = (people == 1) & primary
    most = told.most
    layers = []
    if cells.rows is not None and over.any():
        # People overlap and rows do not: rows have a table of their own. Each person has a row at least, so that neither figure
        # is moved past the other.
        rows = placed(cells.rows.astype(np.int64))
        most = np.minimum(most, np.maximum(rows, people))
        layers.append(Layer("rows", rows, np.minimum(people, rows).astype(float), np.full(cube.cells, np.inf), tight, tight, zero, zero,
                            np.where(primary & (rows > 0), 1, 0), single, primary))
    layers.insert(0, Layer("people", people, told.least, most, slack_down, slack_up, zero, zero, told.width, single, single))
    for name, steps in cells.sums.items():
        value = placed(steps.astype(np.int64))
        signed = bool((value < 0).any())
        reach = np.where(primary, np.ceil(np.abs(value) * DOMINATED), 0).astype(np.int64)
        layers.append(Layer(name, value, np.full(cube.cells, -np.inf if signed else 0.0), np.full(cube.cells, np.inf), tight, tight, reach,
                            reach, np.where(primary & (value != 0), 1, 0), single, primary))
    task = Task(cube, relations, tuple(layers), primary, shown & ~primary & (people > 0), hidden, np.maximum(people.astype(float), 1.0))
    pattern = Suppression(task).found()
    if pattern.stuck:
        raise Refused(f"Aggregate: for {len(set(pattern.stuck))} withheld groups there is no other to withhold that would keep them from being "
                      "computed. Nothing is released. Group coarser, or leave totals out.", rule="LP407")
    audited = audit(task, pattern.withheld, pattern.moves)
    found: np.ndarray[Any, Any] = pattern.withheld[place]
    return found, audited


def _cube(labels: Sequence[tuple[Hashable, ...]], names: Sequence[str]) -> tuple[Cube, np.ndarray[Any, Any]]:
    """Give the cube of the labels, and each row's place in it."""
    import numpy as np

    dimensions = []
    for position, name in enumerate(names):
        seen = {row[position] for row in labels}
        nodes: list[Hashable] = sorted(seen - {TOTAL}, key=lambda each: (each is not None, str(each)))
        groups: tuple[tuple[int, tuple[int, ...]], ...] = ()
        if TOTAL in seen:
            groups = ((len(nodes), tuple(range(len(nodes)))),) if nodes else ()
            nodes.append(TOTAL)
        dimensions.append(Dimension(name, tuple(nodes), groups))
    cube = Cube(tuple(dimensions))
    place = np.zeros(len(labels), dtype=np.int64)
    for position, dimension in enumerate(dimensions):
        number = {label: at for at, label in enumerate(dimension.nodes)}
        place += np.array([number[row[position]] for row in labels], dtype=np.int64) * cube.strides[position]
    return cube, place


def _overlapping(relations: Relations, people: np.ndarray[Any, Any], over: np.ndarray[Any, Any]) -> tuple[Relations, Any, Any]:
    """Give the relations of people who may be in several groups, and how far each may change.

    Where the parts make more than the total, it is known that they are no less than it, and that no part is more.
    """
    import numpy as np

    loose = np.flatnonzero(over)
    further: list[dict[int, int]] = []
    inside = np.isin(relations.row, loose)
    row, column, sign = relations.row[inside], relations.column[inside], relations.coefficient[inside]
    parent = dict(zip(row[sign < 0].tolist(), column[sign < 0].tolist(), strict=True))
    for relation, child in zip(row[sign > 0].tolist(), column[sign > 0].tolist(), strict=True):
        further.append({parent[relation]: 1, child: -1})
    down = np.concatenate([over.astype(float), [float(people[total] - people[child]) for total, child in map(tuple, further)]])
    up = np.concatenate([np.where(over != 0, np.inf, 0.0), np.full(len(further), np.inf)])
    return relations.joined(further), down, up

