"""Keep only the people who consented, where a purpose rests on consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.choices import CONSENTED, OUT
from lapipe.contract import Contract
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, leave_out, refuse
from lapipe.stages.listed import REGISTER, Listed

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The one state in which a consent holds.
GIVEN = ("given",)


@dataclass(frozen=True)
class Consent(Listed):
    """Keep only people on a list of consents, and those whose consent to this very purpose the register holds; see `Listed`.

    Who withdrew, by the register or in any entry of the list, goes; so does who is restricted.
    """

    consents: str = "consents"

    @property
    def source(self) -> str:
        """The list, or `register`."""
        return self.consents

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Refuse a purpose that rests on something else, under which asking for consent would mislead (LP308)."""
        if not purpose.is_consent:
            raise refuse("LP308", self, f"purpose {purpose.name} does not rest on consent, so there is none to keep people by; leave this stage out, and use "
                         "Object(...).")
        return super().plan(contract, purpose, sources)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        if language == "nl":
            return f"Houdt alleen wie toestemming gaf volgens {self._said('bron', 'het register')}; wie die introk en regels zonder persoon gaan weg."
        return f"Keeps only who consented according to {self._said('source', 'the register')}; who withdrew it goes, and rows without a person too."

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Mark the rows of who did not consent, or withdrew, and those of nobody."""
        table, subject = self._known(table, context)
        goes: Any = (table.lapipe_choice != CONSENTED) | table[subject.name].isnull()
        if self.consents == REGISTER:
            return leave_out(table, goes, context).drop("lapipe_choice")
        people = self._listed(context, GIVEN)
        # Who gave consent in one entry and withdrew it in another has not given it.
        consenting = people.filter(~people.other).select("lapipe_listed")
        table = table.left_join(consenting, table[subject.name] == consenting.lapipe_listed)
        gave = (table.lapipe_choice == CONSENTED) | (table.lapipe_listed.notnull() & (table.lapipe_choice != OUT))
        return leave_out(table, ~gave | table[subject.name].isnull(), context).drop("lapipe_listed", "lapipe_choice")
