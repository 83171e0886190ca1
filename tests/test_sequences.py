"""Several releases of the same people, one after another and in one run: what an outsider computes who has them all.

The outsider is written apart from lapipe: unknown are the people of each combination of all columns, in whole numbers; every figure
that was published, in whichever release, is a sum of them.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from lapipe.errors import Refused
from lapipe.stages import Aggregate, Release
from tests.projects import TODAY
from tests.test_ledger import K, Project

#: How many sequences are tried; more by hand, before a change of the protection lands.
EXAMPLES = int(os.environ.get("LAPIPE_SEQUENCES", "6"))

#: How long an interval for a withheld group must be at least: what lapipe declares for k = 10.
WIDTH = 2

PROGRAMMES, ROUTES, CUTS = "abc", ("fulltime", "parttime"), (0, 10, 15, 20)

Atom = tuple[str, str, int]
ATOMS: list[Atom] = list(itertools.product(PROGRAMMES, ROUTES, CUTS))


@dataclass(frozen=True)
class Ask:
    """One release of a sequence: grouping columns, how wide the bands of credits are, columns that there are totals over."""

    by: tuple[str, ...]
    width: int = 10
    totals: tuple[str, ...] = ()


Cell = tuple[tuple[str, Any], ...]


def inside(cell: Cell, width: int) -> list[int]:
    """Give the numbers of the atoms that a cell is the sum of."""
    found = []
    for number, (programme, route, credits) in enumerate(ATOMS):
        value = {"programme": programme, "route": route, "credits": credits // width * width}
        if all(value[name] == wanted for name, wanted in cell):
            found.append(number)
    return found


@st.composite
def people(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Draw how many people each atom has; many are small, and some have none."""
    numbers = draw(st.lists(st.one_of(st.integers(0, 4), st.integers(0, 12), st.integers(8, 40)), min_size=len(ATOMS), max_size=len(ATOMS)))
    numbers[0] = 30
    return np.array(numbers)


asks = st.sampled_from([Ask(("programme",)), Ask(("route",)), Ask(("credits",), 10), Ask(("credits",), 15), Ask(("credits",), 20),
                        Ask(("programme", "route")), Ask(("programme", "route"), totals=("programme",)),
                        Ask(("programme", "route"), totals=("programme", "route")), Ask(("programme", "credits"), 10),
                        Ask(("programme", "credits"), 20, ("credits",)), Ask(("route", "credits"), 15), Ask(("route", "credits"), 10, ("route", "credits"))])


def told(frame: pd.DataFrame, ask: Ask) -> dict[Cell, int]:
    """Give the figures that a release shows."""
    found = {}
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        over = [name for name in str(row.get("total_over") or "").split(", ") if name]
        if row["status"] != "withheld":
            found[tuple((name, row[name]) for name in ask.by if name not in over)] = int(row["people"])
    return found


def asked_for(ask: Ask) -> Iterator[Cell]:
    """Give every cell that a release could have shown."""
    values = {"programme": list(PROGRAMMES), "route": list(ROUTES), "credits": sorted({cut // ask.width * ask.width for cut in CUTS})}
    for size in range(len(ask.totals) + 1):
        for over in itertools.combinations(ask.totals, size):
            names = [name for name in ask.by if name not in over]
            for combination in itertools.product(*(values[name] for name in names)):
                yield tuple(zip(names, combination, strict=True))


class Outsider:
    """Who has every release, and solves integer programmes."""

    def __init__(self, known: list[tuple[list[int], int]]) -> None:
        self.matrix = np.array([[float(at in atoms) for at in range(len(ATOMS))] for atoms, _ in known])
        self.right = np.array([number for _, number in known], dtype=float)

    def interval(self, atoms: list[int]) -> tuple[float, float]:
        """Give the least and the most people that some atoms can have together."""
        aim = np.zeros(len(ATOMS))
        aim[atoms] = 1
        found = []
        for sign in (1, -1):
            solved = milp(sign * aim, integrality=np.ones(len(ATOMS)), bounds=Bounds(0, 10_000),
                          constraints=[LinearConstraint(self.matrix, self.right, self.right)] if len(self.matrix) else [])
            assert solved.status == 0, solved.message
            found.append(round(sign * solved.fun))
        return found[0], found[1]


def frame_of(numbers: np.ndarray[Any, Any]) -> pd.DataFrame:
    rows = [atom for atom, number in zip(ATOMS, numbers.tolist(), strict=True) for _ in range(number)]
    frame = pd.DataFrame(rows, columns=["programme", "route", "credits"])
    return frame.assign(student=[str(1_000_000 + number) for number in range(len(frame))], day=pd.Timestamp(TODAY) - pd.Timedelta(days=20))


def released(made: Project, sequence: list[Ask], frame: pd.DataFrame, together: bool) -> list[tuple[Ask, dict[Cell, int]]]:
    """Run the releases in turn, or the tables of one width of bands in one run; what is refused is not there."""
    found = []
    runs = [[ask] for ask in sequence]
    if together:
        runs = [list(group) for _, group in itertools.groupby(sequence, key=lambda ask: ask.width)]
    for number, asked in enumerate(runs):
        one = made.pipeline(asked[0].by, name=f"sequence_{number}", pseudonyms=False, details={"credits": f"band {asked[0].width}"})
        stages = [stage for at, ask in enumerate(asked) for stage in (Aggregate(ask.by, totals=ask.totals), Release(f"t{number}_{at}"))]
        try:
            run = made.go(dataclasses.replace(one, stages=(*one.stages[:-2], *stages)), frame)
        except Refused as refused:
            event(f"refused {refused.rule}")
            if refused.rule != "LP407":
                raise
            continue
        found += [(ask, told(run.read(f"t{number}_{at}"), ask)) for at, ask in enumerate(asked)]
    return found


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck),
          phases=(Phase.explicit, Phase.generate))
@given(numbers=people(), sequence=st.lists(asks, min_size=2, max_size=3), together=st.booleans())
def test_no_sequence_of_releases_tells_of_fewer_than_k(numbers: np.ndarray[Any, Any], sequence: list[Ask], together: bool) -> None:
    with tempfile.TemporaryDirectory() as base:
        releases = released(Project(Path(base)), sequence, frame_of(numbers), together)
    known = [(inside(cell, ask.width), number) for ask, cells in releases for cell, number in cells.items()]
    assert all(number == numbers[atoms].sum() and number >= K for atoms, number in known)
    outsider = Outsider(known)
    shown = {tuple(atoms) for atoms, _ in known}
    for ask, cells in releases:
        for cell in asked_for(ask):
            atoms = inside(cell, ask.width)
            if 0 < numbers[atoms].sum() < K:
                assert cell not in cells
                low, high = outsider.interval(atoms)
                assert high - low >= WIDTH, (ask, cell, low, high)
    # What one table's group holds and a smaller one of another does not.
    for one, other in itertools.permutations(sorted(shown), 2):
        rest = sorted(set(one) - set(other))
        if set(other) < set(one):
            assert not 0 < numbers[rest].sum() < K, (one, other)
        elif set(other) & set(one) and _bands(one) and _bands(other):
            for part in (rest, sorted(set(one) & set(other))):
                if 0 < numbers[part].sum() < K:
                    low, high = outsider.interval(part)
                    assert high - low >= WIDTH, (one, other, low, high)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(numbers=people(), sequence=st.lists(asks, min_size=2, max_size=3), gone=st.lists(st.integers(0, 12), min_size=3, max_size=3),
       moved=st.lists(st.integers(0, 4), min_size=3, max_size=3), order=st.randoms(use_true_random=False))
def test_people_who_left_or_moved_between_releases_are_not_told(numbers: np.ndarray[Any, Any], sequence: list[Ask], gone: list[int], moved: list[int],
                                                                 order: Any) -> None:
    """Of one group in two releases, and of a group and all the parts that another release shows it in, no fewer than k people differ."""
    frame = frame_of(numbers)
    shown: list[dict[tuple[int, ...], frozenset[str]]] = []
    with tempfile.TemporaryDirectory() as base:
        made = Project(Path(base))
        for number, (ask, leave, move) in enumerate(zip(sequence, gone, moved, strict=False)):
            if number:
                stay = order.sample(range(len(frame)), max(len(frame) - leave, 1))
                frame = frame.iloc[sorted(stay)].reset_index(drop=True)
                other = order.sample(range(len(frame)), min(move, len(frame)))
                frame.loc[other, "programme"] = "c"
            run = released_once(made, number, ask, frame)
            if run is None:
                continue
            true: dict[int, set[str]] = {}
            for student, *atom in frame[["student", "programme", "route", "credits"]].itertuples(index=False):
                true.setdefault(ATOMS.index(tuple(atom)), set()).add(student)  # type: ignore[arg-type]
            found = {}
            for cell, (status, people) in run.items():
                atoms = tuple(inside(cell, ask.width))
                members = frozenset().union(*(true.get(each, set()) for each in atoms))
                if status == "frozen":
                    members = next(each[atoms] for each in reversed(shown) if len(each.get(atoms, ())) == people)
                assert len(members) == people >= K
                found[atoms] = members
            shown.append(found)
    for one, other in itertools.permutations(shown, 2):
        for atoms, members in one.items():
            parts = [cell for cell in other if set(cell) <= set(atoms)]
            if len(parts) == 1 and set(parts[0]) == set(atoms):
                assert not 0 < len(members ^ other[parts[0]]) < K
            by_grouping = [some for some in (parts, *itertools.combinations(parts, 2)) if sorted(itertools.chain.from_iterable(some)) == sorted(atoms)]
            for some in by_grouping:
                together = frozenset().union(*(other[cell] for cell in some))
                assert not 0 < len(members ^ together) < K, (atoms, some)


def released_once(made: Project, number: int, ask: Ask, frame: pd.DataFrame) -> dict[Cell, tuple[str, int]] | None:
    """Run one release and give status and people of what it shows; None where it is refused."""
    try:
        run = made.go(made.pipeline(ask.by, name=f"sequence_{number}", pseudonyms=False, details={"credits": f"band {ask.width}"}, totals=ask.totals), frame)
    except Refused as refused:
        event(f"refused {refused.rule}")
        if refused.rule != "LP407":
            raise
        return None
    read = run.read(f"sequence_{number}")
    status = {tuple((name, row[name]) for name in ask.by if name not in str(row.get("total_over") or "").split(", ")): row["status"]
              for row in read.astype(object).where(read.notna(), None).to_dict("records")}
    return {cell: (status[cell], people) for cell, people in told(read, ask).items()}


def _bands(atoms: tuple[int, ...]) -> bool:
    """Say whether a cell is of bands alone, or differs from all by its bands."""
    return len(atoms) % (len(PROGRAMMES) * len(ROUTES)) == 0
