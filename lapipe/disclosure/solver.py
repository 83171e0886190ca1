"""Linear programmes over a few cells of a table, on HiGHS: the same answer every time, and nothing on the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.disclosure.relations import Relations

if TYPE_CHECKING:
    import numpy as np

#: A step this small is none, and a number this near to a whole one is whole; HiGHS keeps to 1e-7.
FRACTION = 1e-6


@dataclass(frozen=True)
class Move:
    """Another table that fits all that is known: which cells would differ from the true table, and by how much."""

    cells: np.ndarray[Any, Any]
    steps: np.ndarray[Any, Any]

    def of(self, cell: int) -> int:
        """By how much it moves one cell."""
        import numpy as np

        place = int(np.searchsorted(self.cells, cell))
        return int(self.steps[place]) if place < len(self.cells) and self.cells[place] == cell else 0


class Live:
    """A programme over many cells that is kept between questions, so that each begins where the last one ended."""

    def __init__(self, relations: Relations, cells: np.ndarray[Any, Any], room_down: np.ndarray[Any, Any], room_up: np.ndarray[Any, Any],
                 cost: np.ndarray[Any, Any], slack_down: np.ndarray[Any, Any], slack_up: np.ndarray[Any, Any]) -> None:
        import numpy as np

        self.cells = cells
        self._room = np.concatenate([room_up, room_down]).astype(float)
        length, row, coefficient = relations.of(cells)
        touched, place = np.unique(row, return_inverse=True)
        start = np.concatenate([[0], np.cumsum(length)])
        self._highs = quiet()
        price = np.concatenate([cost, cost]).astype(float)
        _pass(self._highs, price, np.zeros(2 * len(cells)), self._room, -slack_down[touched].astype(float),
              slack_up[touched].astype(float), np.concatenate([start[:-1], start[-1] + start]), np.concatenate([place, place]),
              np.concatenate([coefficient, -coefficient]), whole=False)

    def move(self, cell: int, step: int, but: int = -1) -> tuple[Any, Any] | None:
        """Give the cells that move, and the steps (perhaps in fractions), when one cell moves by `step` and `but` does not."""
        import numpy as np

        at = self._at(cell)
        if self._room[at if step > 0 else at + len(self.cells)] < abs(step):
            return None
        self._bound(at, (step, 0) if step > 0 else (0, -step), least=True)
        if but >= 0:
            self._bound(self._at(but), (0, 0))
        steps = _run(self._highs)
        self._reset(at)
        if but >= 0:
            self._reset(self._at(but))
        if steps is None:
            return None
        n = len(self.cells)
        moved = steps[:n] - steps[n:]
        moving = np.flatnonzero(np.abs(moved) > FRACTION)
        return self.cells[moving], moved[moving]

    def price(self, cells: np.ndarray[Any, Any], cost: float) -> None:
        """Set what a step of some cells costs."""
        import numpy as np

        at = np.searchsorted(self.cells, cells)
        both = np.concatenate([at, at + len(self.cells)]).astype(np.int32)
        self._highs.changeColsCost(len(both), both, np.full(len(both), cost))

    def close(self, cell: int) -> None:
        """Let a cell not move any more."""
        at = self._at(cell)
        for place in (at, at + len(self.cells)):
            self._room[place] = 0.0
        self._reset(at)

    def reopen(self, cell: int, room_down: float, room_up: float) -> None:
        """Let a cell move again."""
        at = self._at(cell)
        self._room[at], self._room[at + len(self.cells)] = room_up, room_down
        self._reset(at)

    def _at(self, cell: int) -> int:
        import numpy as np

        return int(np.searchsorted(self.cells, cell))

    def _bound(self, at: int, most: tuple[float, float], *, least: bool = False) -> None:
        for place, room in zip((at, at + len(self.cells)), most, strict=True):
            self._highs.changeColBounds(place, float(room) if least else 0.0, float(room))

    def _reset(self, at: int) -> None:
        self._bound(at, (self._room[at], self._room[at + len(self.cells)]))


class Solver:
    """Finds the cheapest move of a cell by a number of steps."""

    def __init__(self, relations: Relations) -> None:
        self.relations = relations
        self._highs: Any = None

    def cheapest(self, cells: np.ndarray[Any, Any], target: int, step: int, room_down: np.ndarray[Any, Any],
                 room_up: np.ndarray[Any, Any], cost: np.ndarray[Any, Any], slack_down: np.ndarray[Any, Any],
                 slack_up: np.ndarray[Any, Any], *, whole: bool = True) -> Move | None:
        """Move `target` by `step`, moving others of `cells` (sorted) as cheaply as can be, or give None where it cannot.

        `room_down` and `room_up` say how far each of `cells` may go, `cost` what a step of it costs; `slack_down` and
        `slack_up` how far each relation of the table may change. The move is in whole numbers; with `whole` these are searched for
        where a corner of the programme is not in them.
        """
        import numpy as np

        length, row, coefficient = self.relations.of(cells)
        entry = np.repeat(np.arange(len(cells)), length)
        keep = (room_down > 0) | (room_up > 0)
        # A cell that is alone in a relation without slack cannot move.
        while True:
            alive = keep[entry]
            entry, row, coefficient = entry[alive], row[alive], coefficient[alive]
            touched, place = np.unique(row, return_inverse=True)
            tight = (slack_down[touched] == 0) & (slack_up[touched] == 0)
            alone = (np.bincount(place, minlength=len(touched)) == 1) & tight
            if not alone.any():
                break
            keep[entry[alone[place]]] = False
        at = int(np.searchsorted(cells, target))
        if not keep[at]:
            return None
        kept = np.flatnonzero(keep)
        number = np.full(len(cells), -1)
        number[kept] = np.arange(len(kept))
        n = len(kept)
        up, down = room_up[kept].astype(float), room_down[kept].astype(float)
        mine = int(number[at])
        up_low, down_low = np.zeros(n), np.zeros(n)
        if step > 0:
            up[mine] = up_low[mine] = step
            down[mine] = 0
        else:
            down[mine] = down_low[mine] = -step
            up[mine] = 0
        by_column = np.bincount(number[entry], minlength=n)
        start = np.concatenate([[0], np.cumsum(by_column)])
        programme = (np.concatenate([cost[kept], cost[kept]]).astype(float), np.concatenate([up_low, down_low]), np.concatenate([up, down]),
                     -slack_down[touched].astype(float), slack_up[touched].astype(float), np.concatenate([start[:-1], start[-1] + start]),
                     np.concatenate([place, place]), np.concatenate([coefficient, -coefficient]))
        found = self._solve(*programme)
        if found is None:
            return None
        if np.abs(found - np.rint(found)).max() > FRACTION:
            # A corner in halves or thirds, gone twice or thrice as far, is in whole numbers, if there is room.
            far = [found * times for times in (2, 3) if np.abs(found * times - np.rint(found * times)).max() <= FRACTION
                   and (found[:n] * times <= room_up[kept] + FRACTION).all() and (found[n:] * times <= room_down[kept] + FRACTION).all()]
            found = far[0] if far else self._solve(*programme, whole=True) if whole else None
            if found is None:
                return None
        steps = np.rint(found[:n] - found[n:])
        moving = np.flatnonzero(steps)
        return Move(cells[kept[moving]], steps[moving].astype(np.int64))

    def _solve(self, *programme: Any, whole: bool = False) -> Any:
        if self._highs is None:
            self._highs = quiet()
        self._highs.clearSolver()
        _pass(self._highs, *programme, whole=whole)
        return _run(self._highs)


def _pass(highs: Any, price: Any, low: Any, high: Any, row_low: Any, row_high: Any, starts: Any, index: Any, value: Any, *,
          whole: bool) -> None:
    """Hand over a programme: minimise, its matrix by columns."""
    import numpy as np

    kinds = np.full(len(price), int(whole), dtype=np.int32)
    highs.passModel(len(price), len(row_low), len(index), 1, 1, 0.0, price, low, high, row_low, row_high, starts.astype(np.int32),
                    index.astype(np.int32), value.astype(float), kinds)


def _run(highs: Any) -> Any:
    """Solve, and give the columns' values, or None where nothing fits."""
    import highspy
    import numpy as np

    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(highs.getSolution().col_value)


def quiet() -> Any:
    """Open HiGHS with one thread, a fixed seed and no output."""
    # The public class greets on the terminal when it is made, and JSON may be written there.
    from highspy._core import _Highs

    highs = _Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("presolve", "off"), ("solver", "simplex"),
                          ("mip_max_nodes", 500)):
        highs.setOptionValue(option, value)
    return highs
