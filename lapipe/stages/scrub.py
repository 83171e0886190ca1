"""Take the people out of a text that a system wrote, and leave courses and modules in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lapipe.contract import Contract, Kind
from lapipe.errors import UsageFault
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.scrubbing import Scrubber
from lapipe.stage import Context, Stage, carry

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Scrub(Stage):
    """Replace the person ids in a text column, as its contract's `scrub` declares, such as in Moodle's Description.

    Computed over the distinct texts, in lapipe's own process. What is not understood as a whole becomes null, is not
    released, and is counted: a text with a name or a search term in it is no sentence of the system's alone.
    """

    column: str

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the column as plain; only a text whose contract says how it is scrubbed can become that."""
        column = contract[self.column]
        if column.kind is not Kind.FREE_TEXT or not column.scrub:
            able = ", ".join(c.name for c in contract if c.kind is Kind.FREE_TEXT and c.scrub) or "none"
            raise UsageFault(f"Scrub: the contract of {contract.name} does not say how '{self.column}' is scrubbed (it does for: {able}). "
                             "Declare `scrub` there.", rule="LP203")
        return contract.change(self.column, kind=Kind.PLAIN, required=False)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        if language == "nl":
            return f"Haalt de mensen uit de tekst in `{self.column}`, zoals het contract zegt; een tekst die niet geheel begrepen wordt, gaat niet naar buiten."
        return f"Takes the people out of the text in `{self.column}`, as the contract says; a text that is not understood as a whole is not released."

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Look the distinct texts up."""
        joined = self._joined(table, context)
        return carry(joined.drop(self.column).rename({self.column: "lapipe_scrubbed"}), context.promise.names)

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count the rows whose text is not released."""
        joined = self._joined(before, context)
        lost = joined[self.column].notnull() & joined.lapipe_scrubbed.isnull()
        return {f"{self.column} not released": lost.sum().fill_null(0)}

    def _joined(self, table: ir.Table, context: Context) -> ir.Table:
        mapping = context.lookup(table[self.column], Scrubber(context.contract[self.column].scrub), "string")
        mapping = mapping.select(lapipe_text=mapping.key, lapipe_scrubbed=mapping.value)
        return table.left_join(mapping, table[self.column] == mapping.lapipe_text).drop("lapipe_text")
