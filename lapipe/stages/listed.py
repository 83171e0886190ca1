"""What Object and Consent share: people on a list or in the register, told apart by one identifier of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.errors import Refused
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, refuse
from lapipe.stages.minimise import minimised

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The word that stands for the register where a list could be named: what `lapipe subject` recorded, and no file beside it.
REGISTER = "register"


@dataclass(frozen=True)
class Listed(Stage):
    """A stage that leaves people out by what they chose; a stage of a pipeline is one of its two subclasses.

    A list is a source with an identifier column of an identity domain that the table has too, and the columns `purpose`
    (empty: every purpose; one that is not declared stops the run) and `state`. The rows of one person go together, whichever spelling stands in them; rows
    without an identifier go too. What `lapipe subject` recorded holds beside the list, and before it where they differ; `register` in the
    place of a list says that there is none beside it.
    """

    drops: ClassVar[bool] = True

    @property
    def source(self) -> str:
        """The list, or `register`."""
        raise NotImplementedError

    def needs(self) -> tuple[str, ...]:
        """The list."""
        return () if self.source == REGISTER else (self.source,)

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Refuse a list that cannot be applied to the table (LP308)."""
        for source in self.needs():
            listed = minimised(sources[source], purpose)
            for name in ("purpose", "state"):
                listed[name]
            shared_domain(listed, contract, self)
        self._subject(contract, sources)
        return contract

    def depends_on(self, contract: Contract, contracts: Mapping[str, Contract]) -> str:
        """The identifier that the list has too."""
        return self._subject(contract, contracts).name

    def _subject(self, contract: Contract, contracts: Mapping[str, Contract]) -> Column:
        """Give the column by which choices are looked up: the one of the list, or else the table's person."""
        if self.needs():
            return shared_domain(contracts[self.source], contract, self)[1]
        found = [column for column in contract if column.kind is Kind.IDENTIFIER and column.domain]
        chosen = [column for column in found if column.name == contract.person] or found
        if len(chosen) != 1:
            raise refuse("LP308", self, f"{contract.name} has at this point {len(found)} identifiers with a domain, and none of them is its person: put this "
                         "stage before Pseudonymise, where it can be told whom a row is about.")
        return chosen[0]

    def _known(self, table: ir.Table, context: Context) -> tuple[ir.Table, Column]:
        """Add what the register knows of each row's person as `lapipe_choice`; give the identifier too."""
        import ibis

        subject = self._subject(context.contract, context.contracts)
        if not context.standing:
            return table.mutate(lapipe_choice=ibis.literal(0, "int64")), subject
        choices = context.standing
        mapping = context.lookup(table[subject.name], lambda values: choices.of(subject.domain, values), "int64")
        mapping = mapping.select(lapipe_chooser=mapping.key, lapipe_chosen=mapping.value)
        joined = table.left_join(mapping, table[subject.name] == mapping.lapipe_chooser)
        return joined.mutate(lapipe_choice=joined.lapipe_chosen.fill_null(0)).drop("lapipe_chooser", "lapipe_chosen"), subject

    def _listed(self, context: Context, states: Sequence[str]) -> ir.Table:
        """Give for this purpose the people on the list, as `lapipe_listed`, and whether any of their entries has none of these states, as `other`."""
        listed_column, _ = shared_domain(context.contracts[self.source], context.contract, self)
        rows = context.table(self.source)
        named = _purpose(rows)
        mine = rows.filter((named == "") | (named == context.purpose.name.casefold()))
        people = mine.select(lapipe_listed=mine[listed_column.name], other=~mine.state.fill_null("").isin(states))
        return people.group_by("lapipe_listed").aggregate(other=people.other.max())

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count entries that name nobody, and those for a purpose that is not declared."""
        facts: dict[str, ir.Scalar] = {}
        for source in self.needs():
            listed_column, _ = shared_domain(context.contracts[source], context.contract, self)
            facts[f"{source} for an unknown purpose"] = (
                ~_purpose(context.table(source)).isin(["", *sorted(name.casefold() for name in context.purposes)])).sum().fill_null(0)
            facts[f"{source} without a person"] = context.table(source)[listed_column.name].isnull().sum().fill_null(0)
        return facts

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse a list with an entry that cannot be tied to a person, and a choice of the register without one (LP501)."""
        domain = self._subject(context.contract, context.contracts).domain
        unplaced = context.standing.unplaced(domain) if context.standing else 0
        if unplaced:
            raise Refused(f"{self.kind}: {unplaced} objections, restrictions, withdrawals or erasures in the register have no name in domain {domain}, by which "
                          f"{context.contract.name} knows people; going on would miss them. Record them again with every identifier "
                          "(`lapipe subject object`), or tie the domains together in schemas/identities.yaml.", rule="LP501")
        for name, count in facts.items():
            if name.endswith("for an unknown purpose") and count:
                raise Refused(f"{self.kind}: {int(count)} entries of the {name.removesuffix(' for an unknown purpose')} list name a purpose that is "
                              f"not declared (there are: {', '.join(sorted(context.purposes))}; empty means all); going on might miss "
                              "the person. Correct the list.", rule="LP501")
            if name.endswith("without a person") and count:
                raise Refused(f"{self.kind}: {int(count)} entries of the {name.removesuffix(' without a person')} list name nobody; "
                              "going on would miss them. Correct the identifiers on the list.", rule="LP501")

    def _said(self, kind: str, register: str) -> str:
        """Name the list for who reads no Python; what is recorded counts whichever list is named."""
        return register if self.source == REGISTER else f"{kind} `{self.source}` {'en' if kind == 'bron' else 'and'} {register}"


def _purpose(rows: ir.Table) -> ir.StringValue:
    """Give the purpose that each entry names, white space and case aside; empty where it names none."""
    return rows.purpose.fill_null("").strip().lower()


def shared_domain(left: Contract, right: Contract, stage: Stage) -> tuple[Column, Column]:
    """Give the identifier columns, one of each contract, that are of one identity domain.

    Raises:
        Refused: there is none, or more than one (LP308).
    """
    pairs = [(a, b) for a in left for b in right
             if a.domain and a.domain == b.domain and Kind.IDENTIFIER is a.kind is b.kind]
    if len(pairs) != 1:
        domains = sorted({column.domain for column in right if column.kind is Kind.IDENTIFIER and column.domain})
        wanted = sorted({column.domain for column in left if column.domain})
        raise refuse("LP308", stage, f"{left.name} lists people by {', '.join(wanted) or 'no identity domain'}, and "
                     f"{right.name} has at this point {', '.join(domains) or 'no identifier with a domain'}: one must be the "
                     "same. Join the table that has both first, and put this stage before Pseudonymise.")
    return pairs[0]
