"""Read only what the purpose allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lapipe.contract import Contract, Kind
from lapipe.errors import Refused
from lapipe.phrases import Language, named
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Minimise(Stage):
    """Keep the columns that the purpose allows; the others are never read from the file. Always the first stage.

    `columns` narrows further than the purpose does; without it, all that the purpose allows are kept.
    """

    columns: tuple[str, ...] = ()

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the allowed columns, each with what the purpose lets be released of it."""
        return minimised(contract, purpose, self.columns)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        if language == "nl":
            return ("Leest alleen de kolommen die het doel toestaat"
                    + (f", en daarvan alleen {named(self.columns, language)}" if self.columns else "") + "; de andere worden nooit uit het bestand gelezen.")
        return ("Reads only the columns that the purpose allows"
                + (f", and of those only {named(self.columns, language)}" if self.columns else "") + "; the others are never read from the file.")

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Select them."""
        return carry(table, context.promise.names)


def minimised(contract: Contract, purpose: Purpose, only: tuple[str, ...] = ()) -> Contract:
    """Give a source's contract with the columns the purpose allows, marked with their use.

    Raises:
        Refused: the purpose allows nothing of this table, not a column that was asked for (LP304), or a national id (LP302).
        UsageFault: the purpose names a column that the contract does not have.
    """
    allowed = purpose.columns.get(contract.name, {})
    if not allowed:
        raise Refused(f"Purpose {purpose.name} allows no column of {contract.name} (it names: "
                      f"{', '.join(purpose.columns) or 'no tables'}).", rule="LP304")
    found_in_text = {column.name for column in contract.extractable}
    for name in allowed:
        if name not in contract and name not in found_in_text:
            raise contract.missing(name, f"columns.{contract.name} of purpose {purpose.name}")
    for name in only:
        contract[name]
        if name not in allowed:
            raise Refused(f"Purpose {purpose.name} does not allow column '{name}' of {contract.name} (allowed: "
                          f"{', '.join(allowed)}).", rule="LP304")
    kept = contract.keep([name for name in allowed if (not only or name in only) and name in contract])
    for name in kept.names:
        column = kept[name]
        if column.kind is Kind.NATIONAL_ID:
            raise Refused(f"Purpose {purpose.name} asks for column '{name}' of {contract.name}, a national identification "
                          "number; no law allows it for learning analytics. Leave it out.", rule="LP302")
        if column.kind is Kind.SPECIAL and not purpose.condition:
            raise Refused(f"Purpose {purpose.name} asks for column '{name}' of {contract.name}, special-category data, and "
                          "names no condition of art. 9(2).", rule="LP105")
        # A spelling for nobody becomes null when it is read, in a column that is filled in the file.
        nobody = column.spelling is not None and column.spelling.nobody
        kept = kept.change(name, use=allowed[name].use, required=column.required and not nobody, origin=f"{contract.name}.{name}")
    return kept
