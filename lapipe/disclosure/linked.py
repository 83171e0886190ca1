"""Cells of several tables in one linear system: what must be withheld of the new ones so that no table gives back what another withholds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lapipe.disclosure.known import told_by_rule
from lapipe.disclosure.suppression import Suppression
from lapipe.errors import Refused

if TYPE_CHECKING:
    import numpy as np

#: What is known of a cell: it is `shown` and could be withheld still; it is `withheld` and has to stay unknown; or it is `unknown`,
#: in no table, and nobody asks that it stay so.
State = Literal["shown", "withheld", "unknown"]

Terms = Mapping[Hashable, int]


class _BySums(Suppression):
    """A search among cells that have no dimensions: near to a cell is what stands in its sums, and what closes a circle with these."""

    def _near(self, cell: int, sizes: Sequence[int]) -> np.ndarray[Any, Any]:
        import numpy as np

        relations, most = self.task.relations, sizes[0]
        first = {cell}
        for relation in relations.of(np.array([cell]))[1].tolist():
            members = relations.members(relation)
            members = members[self._open[members]]
            free = self.withheld[members] | self.task.hidden[members]
            first.update(members[np.argsort(np.where(free, 0.0, self.task.cost[members]), kind="stable")[:most]].tolist())
        near = np.array(sorted(first))
        touched = np.unique(relations.of(near)[1])
        around = np.concatenate([near, *(relations.members(relation) for relation in touched.tolist())])
        cells, times = np.unique(around, return_counts=True)
        return np.union1d(near, cells[(times > 1) & self._open[cells]])


@dataclass
class Linked:
    """Cells by name with their people, and the sums that an outsider can form of them; a cell that outsiders know is in none.

    Each sum gives cells their coefficients. What it adds up to is known, as are the counts of all cells that are shown.
    """

    people: dict[Hashable, int] = field(default_factory=dict)
    state: dict[Hashable, State] = field(default_factory=dict)
    sums: list[dict[Hashable, int]] = field(default_factory=list)

    def cell(self, name: Hashable, people: int, state: State) -> Hashable:
        """Name a cell; a second time it stays what it was."""
        self.people.setdefault(name, people)
        self.state.setdefault(name, state)
        return name

    def add(self, terms: Terms) -> None:
        """Take in a sum of cells that are named."""
        if terms:
            self.sums.append(dict(terms))

    def joined(self, among: Iterable[Terms]) -> list[Terms]:
        """Give those of other sums that hang together with the withheld cells of these, one through the other."""
        of: dict[Hashable, list[int]] = {}
        listed = list(among)
        for number, terms in enumerate(listed):
            for name in terms:
                of.setdefault(name, []).append(number)
        look = [name for terms in self.sums for name in terms if self.state[name] != "shown"]
        taken: dict[int, None] = {}
        seen = set(look)
        while look:
            for number in of.get(look.pop(), ()):
                if number not in taken:
                    taken[number] = None
                    fresh = [name for name in listed[number] if name not in seen]
                    seen.update(fresh)
                    look += fresh
        return [listed[number] for number in taken]

    def unknown(self, withheld: set[Hashable]) -> list[dict[Hashable, int]]:
        """Give the sums as they are once some of the shown cells are withheld too: of cells that nobody knows."""
        found = [{name: sign for name, sign in terms.items() if self.state[name] != "shown" or name in withheld} for terms in self.sums]
        return [terms for terms in found if terms]

    def withhold(self, k: int) -> set[Hashable]:
        """Give the shown cells that must be withheld, as few people's as can be found, and prove that then nothing withheld is told.

        Raises:
            Refused: nothing that could be withheld is enough (LP407).
        """
        import numpy as np

        from lapipe.disclosure.audit import audit
        from lapipe.disclosure.relations import Cube, Dimension, Relations
        from lapipe.disclosure.suppression import Layer, Task

        sums = self._relevant()
        names = list(dict.fromkeys(name for terms in sums for name in terms))
        if not names:
            return set()
        place = {name: number for number, name in enumerate(names)}
        people = np.array([self.people[name] for name in names], dtype=np.int64)
        states = np.array([self.state[name] for name in names])
        primary, hidden = states == "withheld", states == "unknown"
        told = told_by_rule(people, k, primary=primary, small=primary & (people < k), hidden=hidden, hidden_is_small=False, least=0)
        cube = Cube((Dimension("cell", tuple(range(len(names))), ()),))
        empty = np.zeros(0, dtype=np.int64)
        relations = Relations(len(names), 0, empty, empty, empty).joined([{place[name]: sign for name, sign in terms.items()} for terms in sums])
        nothing, zero = np.zeros(relations.count), np.zeros(len(names), dtype=np.int64)
        single = (people == 1) & primary
        layer = Layer("people", people, told.least, told.most, nothing, nothing, zero, zero, told.width, single, single)
        cost: np.ndarray[Any, Any] = np.maximum(people.astype(float), 1.0)
        task = Task(cube, relations, (layer,), primary, ~primary & ~hidden & (people > 0), hidden, cost)
        pattern = _BySums(task).found()
        if pattern.stuck:
            raise Refused(f"Aggregate: {len(set(pattern.stuck))} withheld groups could be computed from this release together with others of the same "
                          "people, whatever else is withheld. Nothing is released. Group as before, or coarser, or leave totals out.", rule="LP407")
        audit(task, pattern.withheld, pattern.moves)
        return {name for name, gone, state in zip(names, pattern.withheld.tolist(), states.tolist(), strict=True) if gone and state == "shown"}

    def _relevant(self) -> list[dict[Hashable, int]]:
        """Give the sums that hang together with a withheld cell, through cells of any kind: what is withheld for it stands in others too."""
        of: dict[Hashable, list[int]] = {}
        for number, terms in enumerate(self.sums):
            for name in terms:
                of.setdefault(name, []).append(number)
        look = [name for name in of if self.state[name] == "withheld"]
        seen, taken = set(look), set[int]()
        while look:
            for number in of[look.pop()]:
                if number not in taken:
                    taken.add(number)
                    fresh = [name for name in self.sums[number] if name not in seen]
                    seen.update(fresh)
                    look += fresh
        return [self.sums[number] for number in sorted(taken)]
