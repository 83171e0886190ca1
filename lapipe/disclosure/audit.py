"""What an outsider can compute: of each withheld cell the interval that all that is known leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.disclosure.solver import Move, Solver
from lapipe.disclosure.suppression import Layer, Reach, Task
from lapipe.errors import Refused

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Audit:
    """What was found: how many cells, how many withheld, and how long the shortest and the middle interval are at least.

    `declared` is how long the interval of a cell that is withheld for itself must be: it follows from the rule alone.

    Lengths are of the first figure (people where there are people), as proven; the true intervals may be longer. These are
    facts of the pattern: they tell of no cell what it holds.
    """

    cells: int
    withheld: int
    shortest: int
    middle: int
    declared: int = 0

    def described(self) -> dict[str, int]:
        """Give it as the register keeps it."""
        return dict(vars(self))


def audit(task: Task, withheld: np.ndarray[Any, Any], shown: Sequence[Sequence[Move]] = ()) -> Audit:
    """Prove that no withheld cell is told, or refuse.

    The outsider knows every published cell and sum, that people are whole and not fewer than none, and the rule: whether a
    cell is withheld for itself, and what that says of it. Proof of an interval are other tables that fit all of that, as
    moves from the true one. Those in `shown` (of each figure) are not trusted: each is checked in exact arithmetic over all
    relations. What they do not prove is asked of a linear programme over all that is withheld.

    Raises:
        Refused: an interval is shorter than declared, or one who is alone in a cell could compute another (LP407).
    """
    import numpy as np

    unknown = withheld | task.hidden
    cells = np.flatnonzero(withheld)
    open_ = 0
    lengths = np.zeros(0, dtype=np.int64)
    for number, layer in enumerate(task.layers):
        reach = Reach(task.cube.cells)
        for move in shown[number] if number < len(shown) else ():
            if unknown[move.cells].all() and layer.allows(task.relations, move):
                reach.add(move)
        for cell in cells[~reach.enough(layer, cells)]:
            for sign in (1, -1):
                _search(task, layer, unknown, reach, int(cell), sign)
        open_ += int((~reach.enough(layer, cells)).sum()) + len(layer.pairs(task.relations, unknown))
        if not number:
            lengths = (reach.up + reach.down)[cells]
    if open_:
        raise Refused(f"Of {open_} withheld cells the figure could be computed from what is published, or nearly. Nothing is given out. "
                      "Group coarser, or publish fewer totals.", rule="LP407")
    return Audit(int((~task.hidden).sum()), len(cells), int(lengths.min()) if len(cells) else 0,
                 int(np.median(lengths)) if len(cells) else 0, int(task.layers[0].width[task.primary].max(initial=0)))


def _search(task: Task, layer: Layer, unknown: np.ndarray[Any, Any], reach: Reach, cell: int, sign: int) -> None:
    """Look for the farthest move of a cell that is asked for, halving what is asked until one is found."""
    import numpy as np

    solver = Solver(task.relations)
    cells = np.flatnonzero(unknown)
    value = layer.value[cells]
    asked = int(max(layer.width[cell], layer.up[cell] if sign > 0 else layer.down[cell]))
    room = layer.most[cell] - layer.value[cell] if sign > 0 else layer.value[cell] - layer.least[cell]
    step = int(min(asked, room))
    while step:
        move = solver.cheapest(cells, cell, sign * step, value - layer.least[cells], layer.most[cells] - value,
                               np.ones(len(cells)), layer.slack_down, layer.slack_up)
        if move is not None and layer.allows(task.relations, move):
            reach.add(move)
            return
        step //= 2
