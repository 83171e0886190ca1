"""Bring in columns of a second source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract, Kind
from lapipe.errors import ContractBroken, UsageFault
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry, laxer, leave_out
from lapipe.stages.minimise import minimised

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Join(Stage):
    """Add the columns that the purpose allows of another source, matched on one declared key on each side.

    `on` is the table's column, `key` the other source's, both in canonical form and of one identity domain. Rows without a
    match, and without a key, are left out and counted; `unmatched="keep"` keeps them, with nulls, and stands under the purpose's
    exceptions as `Join.unmatched`. The other source holds each key once, or the run is refused: otherwise a row would be counted
    twice.
    """

    source: str
    on: str
    key: str
    columns: tuple[str, ...] = ()
    unmatched: str = "leave out"

    @property
    def drops(self) -> bool:  # type: ignore[override]
        """Whether rows may be left out."""
        return self.unmatched != "keep"

    def needs(self) -> tuple[str, ...]:
        """The other source."""
        return (self.source,)

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the columns of both; refuse keys of different identity domains."""
        if self.unmatched not in ("leave out", "keep"):
            raise UsageFault(f"Join: unmatched is '{self.unmatched}'; it is 'leave out' or 'keep'.")
        if self.unmatched == "keep":
            laxer(self, "unmatched", self.unmatched, purpose)
        other = minimised(sources[self.source], purpose, (self.key, *self.columns) if self.columns else ())
        left, right = contract[self.on], other[self.key]
        identifiers = {Kind.IDENTIFIER, Kind.PSEUDONYM}
        if (left.kind in identifiers or right.kind in identifiers) and (left.domain, left.kind) != (right.domain, right.kind):
            raise UsageFault(
                f"Join: {contract.name}.{self.on} is of identity domain '{left.domain or 'none'}' and "
                f"{other.name}.{self.key} of '{right.domain or 'none'}'; only keys of one domain match.", rule="LP203")
        if left.type != right.type:
            raise UsageFault(f"Join: {self.on} is {left.type} and {self.key} is {right.type}; declare them alike.", rule="LP203")
        nullable = {"required": False} if self.unmatched == "keep" else {}
        return contract.add(*(column.change(**nullable) for column in other if column.name != self.key))

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        kept = self.unmatched == "keep"
        if language == "nl":
            return (f"Voegt de toegestane kolommen van bron `{self.source}` toe, waar `{self.on}` gelijk is aan `{self.key}` daar; regels zonder "
                    + ("overeenkomst blijven, met lege waarden." if kept else "overeenkomst vallen af."))
        return (f"Adds the allowed columns of source `{self.source}`, where `{self.on}` equals `{self.key}` there; rows without a match "
                + ("stay, with empty values." if kept else "are left out."))

    def depends_on(self, contract: Contract, contracts: Mapping[str, Contract]) -> str:
        """The column that is matched."""
        return self.on

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Join on the left, and mark the rows without a match."""
        other = context.table(self.source)
        names = [name for name in context.promise.names if name not in context.contract]
        right = other.select(*names, lapipe_key=other[self.key])
        joined = table.left_join(right, table[self.on] == right.lapipe_key)
        if self.drops:
            joined = leave_out(joined, joined.lapipe_key.isnull(), context)
        return carry(joined, context.promise.names)

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count keys that the other source holds more than once."""
        import ibis

        other = context.table(self.source)
        keys = other.filter(other[self.key].notnull()).group_by(self.key).aggregate(lapipe_rows=ibis._.count())
        facts: dict[str, ir.Scalar] = {"keys held more than once": keys.filter(keys.lapipe_rows > 1).count()}
        for column in context.contracts[self.source]:
            if column.domain and column.name != self.key:
                # One person under two keys would be counted as two.
                shared = other.filter(other[column.name].notnull()).group_by(column.name).aggregate(lapipe_rows=ibis._.count())
                facts[f"{column.name} under several keys"] = shared.filter(shared.lapipe_rows > 1).count()
        return facts

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse a key that does not identify a row (LP206)."""
        for name, count in facts.items():
            if name.endswith("under several keys") and count:
                raise ContractBroken(f"Join: {int(count)} people of {self.source} stand under several {self.key}, with one "
                                     f"{name.removesuffix(' under several keys')}; they would be counted several times. Merge them at the "
                                     "source.", rule="LP206")
        repeated = int(facts["keys held more than once"])
        if repeated:
            raise ContractBroken(f"Join: {self.source} holds {repeated} values of its key {self.key} more than once, so rows "
                                 "would be counted twice. Remove the duplicates at the source.", rule="LP206")
