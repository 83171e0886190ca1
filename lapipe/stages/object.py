"""Leave out the people who objected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.choices import OUT
from lapipe.contract import Contract
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, leave_out
from lapipe.stages.listed import REGISTER, Listed

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The states in which an objection no longer holds; in any other state, and in none, the person is left out
#: (received counts as restricted at once, GDPR art. 18(1)(d)).
ENDED = ("rejected", "withdrawn")


@dataclass(frozen=True)
class Object(Listed):
    """Leave out people on a list of objections, and those whose objection, restriction or withdrawal the register holds; see `Listed`."""

    objections: str = "objections"

    @property
    def source(self) -> str:
        """The list, or `register`."""
        return self.objections

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        if language == "nl":
            return f"Laat iedereen weg die bezwaar maakte volgens {self._said('bron', 'het register')}, en ook regels waarvan niet te zeggen is over wie ze gaan."
        return f"Leaves out everybody who objected according to {self._said('source', 'the register')}, and rows of which it cannot be told whom they are about."

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Mark the rows of who objected, and those of which it cannot be told whether their person did."""
        table, subject = self._known(table, context)
        goes: Any = (table.lapipe_choice == OUT) | table[subject.name].isnull()
        if self.objections == REGISTER:
            return leave_out(table, goes, context).drop("lapipe_choice")
        people = self._listed(context, ENDED)
        objected = people.filter(people.other).select("lapipe_listed")
        table = table.left_join(objected, table[subject.name] == objected.lapipe_listed)
        goes = (table.lapipe_choice == OUT) | table.lapipe_listed.notnull() | table[subject.name].isnull()
        return leave_out(table, goes, context).drop("lapipe_listed", "lapipe_choice")
