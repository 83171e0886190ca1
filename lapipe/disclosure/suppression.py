"""Withhold more cells, as few people's as can be, until no withheld cell can be computed from what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from lapipe.disclosure.relations import Cube, Relations
from lapipe.disclosure.solver import FRACTION, Live, Move, Solver

if TYPE_CHECKING:
    import numpy as np

#: Tables of up to this many cells that may move are searched whole for each cell; larger ones first in its neighbourhood.
WHOLE = 4_000

#: So many cells of a larger table are tried, the dearest first, whether others need them; counted, not timed, so that the same table
#: always gives the same pattern.
TAKEN_BACK = 1_000

#: What a step of a cell that is withheld already costs: little, but something, so that moves stay short.
_FREE = 0.01

#: How many nodes of each of one, two, three, four dimensions are in a cell's neighbourhood: at first, and when that fails.
_NEAR = ((9, 8, 6, 4), (30, 16, 9, 5))


@dataclass(frozen=True)
class Layer:
    """One figure of every cell, and what an outsider knows of it before looking at the sums.

    `value` is in whole steps. `least` and `most` bound a cell should it be withheld (what the rule itself tells);
    `slack_down` and `slack_up` say how far each relation may change (nought: what it adds up to is known). A withheld cell is
    safe when the outsider's interval reaches `up` above and `down` below its value, and is `width` long in all. `single` marks
    cells whose figure somebody knows, being alone in them; `guarded` those that such a person may not compute either.
    """

    name: str
    value: np.ndarray[Any, Any]
    least: np.ndarray[Any, Any]
    most: np.ndarray[Any, Any]
    slack_down: np.ndarray[Any, Any]
    slack_up: np.ndarray[Any, Any]
    up: np.ndarray[Any, Any]
    down: np.ndarray[Any, Any]
    width: np.ndarray[Any, Any]
    single: np.ndarray[Any, Any]
    guarded: np.ndarray[Any, Any]

    @property
    def tight(self) -> np.ndarray[Any, Any]:
        """The relations of which it is known what they add up to."""
        found: np.ndarray[Any, Any] = (self.slack_down == 0) & (self.slack_up == 0)
        return found

    def pairs(self, relations: Relations, unknown: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
        """Give (cell, known cell) where the two are the only unknown ones of a sum, and who knows one may not compute the other."""
        import numpy as np

        if not self.single.any():
            return []
        inside = unknown[relations.column]
        number = np.bincount(relations.row[inside], minlength=relations.count)
        alone = np.bincount(relations.row[inside & self.single[relations.column]], minlength=relations.count)
        found: dict[tuple[int, int], None] = {}
        for relation in np.flatnonzero((number == 2) & (alone > 0) & self.tight):
            members = relations.members(int(relation))
            signs = relations.signs(int(relation))[unknown[members]]
            if signs[0] != signs[1]:
                continue  # A total and the one part of it that is unknown: who is alone in both is one person.
            one, other = members[unknown[members]].tolist()
            for cell, known in ((one, other), (other, one)):
                if self.single[known] and self.guarded[cell]:
                    found[cell, known] = None
        return list(found)

    def allows(self, relations: Relations, move: Move) -> bool:
        """Check a move in exact arithmetic: within every bound, and every sum as it is known."""
        value = self.value[move.cells] + move.steps
        if (value < self.least[move.cells]).any() or (value > self.most[move.cells]).any():
            return False
        touched, change = relations.moved(move.cells, move.steps)
        return not ((change > self.slack_up[touched]).any() or (-change > self.slack_down[touched]).any())


@dataclass(frozen=True)
class Task:
    """A table to protect: its cells and relations, figures, which cells must be withheld, may be, and are not published anyway."""

    cube: Cube
    relations: Relations
    layers: tuple[Layer, ...]
    primary: np.ndarray[Any, Any]
    #: May be withheld to protect others.
    spare: np.ndarray[Any, Any]
    #: In no table that is published: nobody knows them, and nobody asks that they be safe.
    hidden: np.ndarray[Any, Any]
    cost: np.ndarray[Any, Any]


class Reach:
    """How far an outsider's interval for each cell goes at least, as the moves show that were found."""

    def __init__(self, cells: int, moves: Sequence[Move] = ()) -> None:
        import numpy as np

        self.up = np.zeros(cells, dtype=np.int64)
        self.down = np.zeros(cells, dtype=np.int64)
        for move in moves:
            self.add(move)

    def add(self, move: Move) -> None:
        """Take a move into account."""
        import numpy as np

        self.up[move.cells] = np.maximum(self.up[move.cells], move.steps)
        self.down[move.cells] = np.maximum(self.down[move.cells], -move.steps)

    def enough(self, layer: Layer, cells: Any) -> Any:
        """Tell of cells whether they are safe."""
        return ((self.up[cells] >= layer.up[cells]) & (self.down[cells] >= layer.down[cells])
                & (self.up[cells] + self.down[cells] >= layer.width[cells]))


class Shown:
    """The moves that were found of one figure, and how far they reach; a move can be dropped, and what was dropped put back."""

    def __init__(self, cells: int) -> None:
        self.reach = Reach(cells)
        self._moves: dict[int, Move] = {}
        self._of: dict[int, dict[int, None]] = {}
        self._next = 0

    @property
    def moves(self) -> list[Move]:
        """Every move, the first found first."""
        return list(self._moves.values())

    def add(self, move: Move) -> None:
        """Take a move into account."""
        self._put(self._next, move)
        self._next += 1
        self.reach.add(move)

    def _put(self, number: int, move: Move) -> None:
        self._moves[number] = move
        for cell in move.cells.tolist():
            self._of.setdefault(cell, {})[number] = None

    def _pop(self, number: int) -> Move:
        move = self._moves.pop(number)
        for cell in move.cells.tolist():
            del self._of[cell][number]
        return move

    def without(self, cells: Sequence[int]) -> Callable[[], None]:
        """Drop the moves of some cells, so that the others reach as far as what is left shows; give what undoes this and all that came after."""
        first, before = self._next, (self.reach.up.copy(), self.reach.down.copy())
        dropped = {number: self._pop(number) for number in sorted({number for cell in cells for number in self._of.get(cell, ())})}
        touched = sorted({cell for move in dropped.values() for cell in move.cells.tolist()})
        for cell in touched:
            steps = [self._moves[number].of(cell) for number in self._of[cell]]
            self.reach.up[cell], self.reach.down[cell] = max([0, *steps]), max([0, *(-step for step in steps)])

        def undo() -> None:
            for number in [number for number in self._moves if number >= first]:
                self._pop(number)
            for number, move in dropped.items():
                self._put(number, move)
            self.reach.up, self.reach.down = before

        return undo


@dataclass
class Pattern:
    """Which cells are withheld, and the moves that show each of them to be safe."""

    withheld: np.ndarray[Any, Any]
    moves: list[list[Move]] = field(default_factory=list)
    #: Cells that no further withholding makes safe.
    stuck: list[int] = field(default_factory=list)


class Suppression:
    """One search for a pattern."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.solver = Solver(task.relations)
        self.withheld = task.primary.copy()
        self.shown = [Shown(task.cube.cells) for _ in task.layers]
        self.stuck: list[int] = []
        self._live: dict[int, Live] = {}
        #: Whether others may still be withheld; not while it is tried what can be taken back.
        self._open = task.primary | task.hidden | task.spare
        self._taking_back = False
        self._small = int(self._open.sum()) <= WHOLE

    def found(self) -> Pattern:
        """Protect each primary cell in turn, take back what was not needed, and give the pattern."""
        import numpy as np

        task = self.task
        size = np.maximum.reduce([layer.value for layer in task.layers])
        cells = np.flatnonzero(task.primary)
        for cell in cells[np.lexsort((cells, -size[cells]))]:
            for number in range(len(task.layers)):
                if not self._ensure(number, int(cell)):
                    self.stuck.append(int(cell))
        if not self.stuck:
            self._ensure_rest()
        if not self.stuck:
            self._take_back()
        return Pattern(self.withheld, [shown.moves for shown in self.shown], self.stuck)

    def _ensure_rest(self) -> None:
        """Make the cells safe that were withheld for others, and pairs of cells of which somebody knows one."""
        import numpy as np

        while not self.stuck:
            before = int(self.withheld.sum())
            for number, layer in enumerate(self.task.layers):
                withheld = np.flatnonzero(self.withheld)
                self.stuck += [int(cell) for cell in withheld[~self.shown[number].reach.enough(layer, withheld)]
                               if not self._ensure(number, int(cell))]
                if not self.stuck and not self._ensure_pairs(number):
                    self.stuck.append(-1)
            if int(self.withheld.sum()) == before:
                break

    def _ensure_pairs(self, number: int) -> bool:
        """Withhold until nobody who knows one cell of a pair can compute the other."""
        layer = self.task.layers[number]
        while pairs := layer.pairs(self.task.relations, self.withheld | self.task.hidden):
            cell, known = pairs[0]
            moves = [move for step in (1, -1) if (move := self._cheapest(number, cell, step, but=known)) is not None]
            if not moves:
                return False
            self._record(number, min(moves, key=self._price))
        return True

    # --- one cell ---

    def _ensure(self, number: int, cell: int) -> bool:
        """Withhold until an outsider's interval for the cell is wide enough."""
        layer, reach = self.task.layers[number], self.shown[number].reach
        while not reach.enough(layer, cell):
            moves: list[Move] = []
            for steps in self._steps(layer, reach, cell):
                moves = [move for step in steps if (move := self._cheapest(number, cell, step)) is not None]
                if moves:
                    break
            if not moves:
                return False
            self._record(number, min(moves, key=self._price))
        return True

    def _steps(self, layer: Layer, reach: Reach, cell: int) -> Iterator[list[int]]:
        """Give the moves that would help, one of each list is enough: up or down, as far as is asked and the rule leaves room.

        The shorter ones that come after are for intervals that reach a little to either side.
        """
        up, down = int(reach.up[cell]), int(reach.down[cell])
        if up < layer.up[cell]:
            yield [int(layer.up[cell])]
            return
        if down < layer.down[cell]:
            yield [-int(layer.down[cell])]
            return
        lacking = int(layer.width[cell]) - up - down
        room_up = layer.most[cell] - layer.value[cell]
        room_down = layer.value[cell] - layer.least[cell]
        while lacking:
            yield [step for step, room, done in ((int(min(up + lacking, room_up)), room_up, up), (-int(min(down + lacking, room_down)), room_down, down))
                   if done < room]
            lacking //= 2

    def _price(self, move: Move) -> tuple[float, int]:
        fresh = move.cells[~self.withheld[move.cells] & ~self.task.hidden[move.cells]]
        return float(self.task.cost[fresh].sum()), len(move.cells)

    def _record(self, number: int, move: Move) -> None:
        self.shown[number].add(move)
        fresh = move.cells[~self.task.hidden[move.cells] & ~self.withheld[move.cells]]
        if len(fresh):
            self.withheld[fresh] = True
            for live in self._live.values():
                live.price(fresh, _FREE)

    def _cheapest(self, number: int, cell: int, step: int, *, but: int = -1) -> Move | None:
        """Give the move that withholds fewest people's figures, as far as costs by the step can tell."""
        import numpy as np

        if not self._small:
            for most, whole in ((_NEAR[0], False), (_NEAR[1], False), (_NEAR[0], True)):
                if whole and self._taking_back:
                    return None  # Over all of a large table one question takes a second, and there are thousands.
                move = self._within(number, self._near(cell, most), cell, step, but, whole=whole)
                if move is not None:
                    return move
        if number not in self._live:
            self._live[number] = self._opened(number)
        found = self._live[number].move(cell, step, but)
        if found is None:
            return None
        cells, steps = found
        layer = self.task.layers[number]
        for times in (1, 2, 3):
            # A corner in halves or thirds, gone twice or thrice as far, is in whole numbers, if there is room.
            far = np.rint(steps * times)
            if (abs(steps * times - far) <= FRACTION).all():
                move = Move(cells, far.astype(np.int64))
                if layer.allows(self.task.relations, move):
                    return move
        if self._taking_back:
            return None
        near = [np.union1d(cells, self._near(cell, most)) for most in _NEAR]
        for whole, among in ((False, near[0]), (False, near[1]), (True, near[0]), (True, near[1]), (True, np.flatnonzero(self._open))):
            move = self._within(number, among, cell, step, but, whole=whole)
            if move is not None:
                return move
        return None

    def _opened(self, number: int) -> Live:
        import numpy as np

        task, layer = self.task, self.task.layers[number]
        cells = np.flatnonzero(self._open)
        value = layer.value[cells]
        cost = np.where(self.withheld[cells] | task.hidden[cells], _FREE, task.cost[cells])
        return Live(task.relations, cells, value - layer.least[cells], layer.most[cells] - value, cost, layer.slack_down, layer.slack_up)

    def _within(self, number: int, cells: np.ndarray[Any, Any], cell: int, step: int, but: int, *,
                whole: bool = False) -> Move | None:
        import numpy as np

        task, layer = self.task, self.task.layers[number]
        cells = cells[self._open[cells] & (cells != but)]
        cost = np.where(self.withheld[cells] | task.hidden[cells], _FREE, task.cost[cells])
        value = layer.value[cells]
        move = self.solver.cheapest(cells, cell, step, value - layer.least[cells], layer.most[cells] - value, cost,
                                    layer.slack_down, layer.slack_up, whole=whole)
        return move if move is not None and layer.allows(task.relations, move) else None

    def _near(self, cell: int, sizes: Sequence[int]) -> np.ndarray[Any, Any]:
        """Give the cells to look at: in each dimension the nodes beside the cell's own that are cheapest to move with it."""
        import numpy as np

        task, cube = self.task, self.task.cube
        most = sizes[min(len(cube.dimensions), len(sizes)) - 1]
        chosen: list[list[int]] = []
        for position, dimension in enumerate(cube.dimensions):
            node = int(cube.coordinates[position, cell])
            others = dimension.beside[node]
            step = cube.strides[position]
            if len(others) > most:
                beside = cell + (np.array(others) - node) * step
                free = self.withheld[beside] | task.hidden[beside]
                price = np.where(self._open[beside], np.where(free, 0.0, task.cost[beside]), np.inf)
                others = tuple(others[place] for place in np.argsort(price, kind="stable")[:most])
            chosen.append([node * step, *(other * step for other in others)])
        return np.array(sorted(sum(places) for places in product(*chosen)))

    # --- taking back ---

    def _take_back(self) -> None:
        """Publish again what no other withheld cell needs: the dearest first."""
        import numpy as np

        task = self.task
        self._taking_back, self._live = True, {}
        self._open = self.withheld | task.hidden
        if self._small:
            self._live = {number: self._opened(number) for number in range(len(task.layers))}
        added = np.flatnonzero(self.withheld & ~task.primary)
        tight = np.logical_or.reduce([layer.tight for layer in task.layers])
        for cell in added[np.lexsort((added, -task.cost[added]))][:None if self._small else TAKEN_BACK]:
            together = self._falling(int(cell), tight) if self.withheld[cell] else []
            if together:
                self._without(together)

    def _falling(self, cell: int, tight: np.ndarray[Any, Any]) -> list[int]:
        """Give the cells that can be computed once this one is published; none where a cell among them must be withheld."""
        relations, gone, look = self.task.relations, {cell}, [cell]
        import numpy as np

        while look:
            for relation in relations.of(np.array([look.pop()]))[1]:
                members = relations.members(relation)
                left = [each for each in members[self._open[members]].tolist() if each not in gone]
                if len(left) == 1 and tight[relation]:
                    if not self.withheld[left[0]] or self.task.primary[left[0]]:
                        return []
                    gone.add(left[0])
                    look.append(left[0])
        return sorted(gone)

    def _without(self, cells: list[int]) -> None:
        """Publish some cells again if every other stays safe without them."""
        import numpy as np

        self.withheld[cells] = self._open[cells] = False
        for live in self._live.values():
            for cell in cells:
                live.close(cell)
        undo = [shown.without(cells) for shown in self.shown]
        withheld = np.flatnonzero(self.withheld)
        for number, layer in enumerate(self.task.layers):
            weak = withheld[~self.shown[number].reach.enough(layer, withheld)]
            if not all(self._ensure(number, int(each)) for each in weak) or layer.pairs(self.task.relations, self._open):
                break
        else:
            return
        for each in undo:
            each()
        self.withheld[cells] = self._open[cells] = True
        for number, live in self._live.items():
            layer = self.task.layers[number]
            for cell in cells:
                live.reopen(cell, layer.value[cell] - layer.least[cell], layer.most[cell] - layer.value[cell])
