"""Compute a column from others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Contract
from lapipe.errors import UsageFault
from lapipe.lineage import origins
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, strictest
from lapipe.stages.where import expressed, resolved

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Derive(Stage):
    """Add a column computed from others; it takes the strictest kind, and the narrowest use, of what went into it.

    `expression` is an Ibis deferred expression: `Derive("passed", _.score >= 40)`.
    """

    column: str
    expression: Any

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the column with the kind its origins give it."""
        import ibis

        table = ibis.table(contract.schema(), name="flow")
        value = resolved(self.expression, table, contract, self)
        types = {"string": "string", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}
        dtype = value.type()
        declared = ("integer" if dtype.is_integer() else "number" if dtype.is_numeric()
                    else types.get(str(dtype).partition("(")[0], ""))
        if not declared:
            raise UsageFault(f"Derive cannot make a column of type {dtype}; cast it to one of {', '.join(types)} or a number.")
        inputs = [contract[name] for name in contract.names
                   if name in origins(table.mutate(lapipe_value=value), "flow")["lapipe_value"]]
        uses = {column.use for column in inputs}
        # A result is as fine as its finest source, so it may be released only where all of them may be, as they are.
        use = "full" if uses <= {"full", ""} else "inside"
        column = Column(self.column, type=declared, kind=strictest(inputs), use=use,
                        made_of=tuple(sorted({name for each in inputs for name in (each.made_of or (each.name,))})),
                        about=next((c.about for c in inputs if c.about), ""))
        return contract.add(column)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        if language == "nl":
            return f"Berekent een kolom `{self.column}` uit andere: {expressed(self.expression)}; die is zo beschermd als waar ze van gemaakt is."
        return f"Computes a column `{self.column}` from others: {expressed(self.expression)}; it is guarded as what it is made of."

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Compute it."""
        value = resolved(self.expression, table, context.contract, self)
        return table.mutate(**{self.column: value.cast(context.promise[self.column].engine_type)})
