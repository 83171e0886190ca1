"""Keep fewer rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Contract, Kind
from lapipe.errors import UsageFault
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, leave_out, refuse

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Where(Stage):
    """Keep the rows for which a condition holds; where it is null, the row goes.

    `condition` is an Ibis deferred expression: `Where(_.component != "core")`.
    """

    condition: Any

    drops: ClassVar[bool] = True

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the same columns; refuse a condition that does not fit them."""
        import ibis

        table = ibis.table(contract.schema(), name="flow")
        if not resolved(self.condition, table, contract, self).type().is_boolean():
            raise UsageFault(f"Where needs a condition that is true or false; {self.condition!r} is not.")
        return contract

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        said = expressed(self.condition)
        if language == "nl":
            return f"Houdt alleen de regels waarvoor geldt: {said}. Waar dat niet te zeggen is, vervalt de regel."
        return f"Keeps only the rows for which this holds: {said}. Where that cannot be told, the row is left out."

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Mark the other rows as left out."""
        return leave_out(table, ~resolved(self.condition, table, context.contract, self), context)


def resolved(expression: Any, table: ir.Table, contract: Contract, stage: Stage) -> Any:
    """Apply a deferred expression to a table.

    Raises:
        UsageFault: it names a column that does not exist, or does not fit the columns' types.
    """
    import ibis

    problem = ""
    try:
        value = expression.resolve(table) if hasattr(expression, "resolve") else expression(table)
    except (AttributeError, ibis.common.exceptions.IbisError, TypeError) as error:
        problem = type(error).__name__
    if problem:
        raise UsageFault(f"{stage.kind}: {expression!r} does not fit {contract.name} ({problem}; its columns are "
                         f"{', '.join(contract.names)}).", rule="LP203")
    _row_by_row(value, contract, stage)
    return value


def expressed(expression: Any) -> str:
    """Write an expression for who reads no Python: columns by their names.

    >>> from ibis import _
    >>> expressed(_.component != "core")
    "`component != 'core'`"
    """
    if isinstance(expression, FunctionType):
        return f"`{expression.__qualname__}` (Python)"
    return f"`{re.sub(r'(?<![A-Za-z0-9)])_[.]', '', repr(expression)).removeprefix('(').removesuffix(')')}`"


def _row_by_row(value: Any, contract: Contract, stage: Stage) -> None:
    """Refuse what looks at other rows (people left out are still among them), and what picks a person out by name.

    Raises:
        Refused: a window, total or subquery (LP403), or an identifier compared with a constant (LP304).
    """
    import ibis.expr.operations as ops

    op = value.op()
    # Only the condition itself: the table below it may be the outcome of joins and constants of other stages.
    if op.find((ops.Reduction, ops.WindowFunction, ops.Subquery), filter=ops.Value):
        raise refuse("LP403", stage, "computes from other rows, among them those of people who are left out. Compute from the row's "
                     "own columns; totals are for Aggregate.")
    identifying = {Kind.IDENTIFIER, Kind.PSEUDONYM, Kind.NATIONAL_ID}
    names = {field.name for field in op.find(ops.Field, filter=ops.Value) if field.name in contract and contract[field.name].kind in identifying}
    constants = [literal for literal in op.find(ops.Literal, filter=ops.Value) if isinstance(literal.value, str) or
                 (isinstance(literal.value, int) and abs(literal.value) >= 1000)]
    if names and constants:
        raise refuse("LP304", stage, f"compares '{min(names)}' with a constant, which picks people out by name, and the register would "
                     "hold it. Use a list: Object.")
