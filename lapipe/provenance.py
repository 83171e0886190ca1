"""From which columns of which sources each column of a release comes, how, and whether the value is hidden on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lapipe.contract import Column, Contract
from lapipe.lineage import deciding, origins, unchanged
from lapipe.plan import FLOW, Plan, Step, planned
from lapipe.stage import LEFT_OUT
from lapipe.stages.aggregate import Aggregate
from lapipe.stages.release import Release

#: The stages whose changed columns no longer tell the value that they were made of.
_MASKING = ("Aggregate", "Generalise", "KAnonymise", "Pseudonymise", "Redact", "Scrub")

#: How a value was made, from least to most: OpenLineage's subtypes of direct lineage.
_DIRECT = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")


class _At(NamedTuple):
    """A column of a source, by the source's name in the pipeline."""

    source: str
    column: str


@dataclass(frozen=True)
class _Way:
    """How a value came here: the most that was done to it, and whether it was masked."""

    how: str = "IDENTITY"
    masked: bool = False

    def and_then(self, how: str, masked: bool) -> _Way:
        return _Way(max(self.how, how, key=_DIRECT.index), self.masked or masked)

    def or_else(self, other: _Way) -> _Way:
        """Of two ways from one column: masked is only what both mask."""
        return _Way(max(self.how, other.how, key=_DIRECT.index), self.masked and other.masked)


@dataclass
class _Traced:
    columns: dict[str, dict[_At, _Way]]
    rows: dict[tuple[_At, str], bool] = field(default_factory=dict)

    def decided(self, origin: str, how: str, sources: Mapping[str, Any]) -> None:
        for at, way in self.of(origin, sources).items():
            self.rows[at, how] = self.rows.get((at, how), True) and way.masked

    def of(self, origin: str, sources: Mapping[str, Any]) -> dict[_At, _Way]:
        source, dot, column = origin.partition(".")
        return {_At(source, column): _Way()} if dot and source in sources else self.columns.get(origin, {})


def released(plan: Plan) -> dict[str, dict[str, Any]]:
    """Give, of each release of a plan, its columns and their lineage, as the register keeps them.

    `columns` lists name, type, kind, detail and category. `lineage` has under `columns`, per column of the release, the columns that its
    values are made of; under `rows`, the columns that decide which rows there are. Each stands as [source, column, how, masked].
    """
    main = next(iter(plan.sources))
    traced = _Traced({column.name: {_At(main, column.name): _Way()} for column in plan.steps[0].before})
    found: dict[str, dict[str, Any]] = {}
    for position, step in enumerate(plan.steps):
        if isinstance(step.stage, Release):
            found[step.stage.name] = {"columns": _columns(step.after), "lineage": _told(traced, step.after)}
        else:
            _go(plan, position, step, traced)
    return found


def _columns(contract: Contract) -> list[dict[str, str]]:
    return [described(column) for column in contract]


def described(column: Column) -> dict[str, str]:
    """Give what the register says of a column; what is empty is left out."""
    said = {"name": column.name, "type": column.type, "kind": str(column.kind), "detail": column.detail, "category": column.category}
    return {key: value for key, value in said.items() if value}


def _go(plan: Plan, position: int, step: Step, traced: _Traced) -> None:
    """Fold one step."""
    expression = planned(plan, position)
    same = unchanged(expression, FLOW)
    made = origins(expression, FLOW, lookups=True)
    for how, names in deciding(expression, FLOW).items():
        for origin in names:
            traced.decided(origin, how, plan.sources)
    # What a stage leaves out is marked, and goes with the next hold.
    for origin in made.get(LEFT_OUT, ()):
        traced.decided(origin, "FILTER", plan.sources)
    after: dict[str, dict[_At, _Way]] = {}
    for column in step.after:
        computed = column.name not in same
        how = "IDENTITY" if not computed else "AGGREGATION" if isinstance(step.stage, Aggregate) else "TRANSFORMATION"
        ways: dict[_At, _Way] = {}
        # A count of people or rows has no column of its own: it is of the people.
        counted = [step.stage.person_of(step.before)] if isinstance(step.stage, Aggregate) else []
        for origin in made[column.name] or counted:
            masked = computed and (step.stage.kind in _MASKING or _weaker(step, origin, column))
            for at, way in traced.of(origin, plan.sources).items():
                gone = way.and_then(how, masked)
                ways[at] = ways[at].or_else(gone) if at in ways else gone
        after[column.name] = ways
    traced.columns = after


def _weaker(step: Step, origin: str, column: Column) -> bool:
    return origin in step.before and column.kind.strictness < step.before[origin].kind.strictness


def _told(traced: _Traced, contract: Contract) -> dict[str, Any]:
    return {"columns": {column.name: [[*at, way.how, way.masked] for at, way in sorted(traced.columns.get(column.name, {}).items())]
                        for column in contract},
            "rows": [[*at, how, masked] for (at, how), masked in sorted(traced.rows.items())]}
