"""Leave out rows older than the purpose allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lapipe.contract import Contract
from lapipe.errors import UsageFault
from lapipe.local_time import starts
from lapipe.phrases import Language, term_said
from lapipe.purpose import Duration, Purpose
from lapipe.stage import Context, Stage, leave_out, refuse

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Retain(Stage):
    """Leave out rows that are older than the purpose's `retain`, or than a shorter term given here.

    Calendar arithmetic in the column's declared zone: with P1Y on 24 November 2026, the local day 24 November 2025 stays and
    the day before goes. A row without a time cannot be shown to be young enough, and goes.
    """

    column: str
    term: str = ""

    drops: ClassVar[bool] = True

    @property
    def marks_by(self) -> str:
        """The column of times."""
        return self.column

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise that the column holds nothing older; refuse a term longer than the purpose's (LP309)."""
        column = contract[self.column]
        if not column.is_time or column.detail not in ("full", "day"):
            raise UsageFault(f"Retain needs a column of dates or times; {self.column} of {contract.name} is "
                             f"{column.type}, in detail {column.detail}.", rule="LP203")
        return contract.change(self.column, keep=str(self._term(purpose)))

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        kept = term_said(self._term(purpose), language)
        if language == "nl":
            return f"Laat regels weg die volgens `{self.column}` ouder zijn dan {kept}, of zonder tijd."
        return f"Leaves out rows that are older than {kept} by `{self.column}`, or have no time."

    def _term(self, purpose: Purpose) -> Duration:
        if purpose.retain is None:
            raise refuse("LP309", self, f"purpose {purpose.name} names no term for source rows; add retain to it.")
        if not self.term:
            return purpose.retain
        problem = ""
        try:
            term = Duration.parse(self.term)
        except ValueError as error:
            problem = str(error)
        if problem:
            raise UsageFault(f"Retain: '{self.term}' {problem}.")
        # Terms in months and in days differ in length by date; the shorter one on each of many days is the shorter one.
        from datetime import date, timedelta

        days = [date(2023, 1, 1) + timedelta(days=7 * number) for number in range(210)]
        if any(term.before(day) < purpose.retain.before(day) for day in days):
            raise refuse("LP309", self, f"{self.term} is longer than the {purpose.retain} that purpose {purpose.name} allows.")
        return term

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Mark the rows from before the first day that may be kept."""
        import ibis

        column = context.contract[self.column]
        first = starts(column, self._term(context.purpose).before(context.today))
        return leave_out(table, table[self.column] < ibis.literal(first).cast(column.engine_type), context)
