"""Leave out the people who objected, and under consent keep only those who gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.choices import CONSENTED, OUT
from lapipe.contract import Column, Contract, Kind
from lapipe.errors import Refused
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, leave_out, refuse
from lapipe.stages.minimise import minimised

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The states in which an objection no longer holds; in any other state, and in none, the person is left out
#: (received counts as restricted at once, GDPR art. 18(1)(d)).
ENDED = ("rejected", "withdrawn")

#: The one state in which a consent holds.
GIVEN = ("given",)

#: The word that stands for the register where a list could be named: what `lapipe subject` recorded, and no file beside it.
REGISTER = "register"


@dataclass(frozen=True)
class Object(Stage):
    """Leave out people on a list of objections; with `consents`, keep only people on a list of consents.

    A list is a source with an identifier column of an identity domain that the table has too, and the columns `purpose`
    (empty: every purpose; one that is not declared stops the run) and `state`. The rows of one person go together, whichever spelling stands in them; rows
    without an identifier go too. What `lapipe subject` recorded holds beside the lists, and before them where they differ; `register` in the
    place of a list says that there is none beside it.
    """

    objections: str = "objections"
    consents: str | None = None

    drops: ClassVar[bool] = True

    def needs(self) -> tuple[str, ...]:
        """The lists."""
        return tuple(name for name in (self.objections, self.consents) if name and name != REGISTER)

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Refuse a consent basis without a list of consents (LP308)."""
        if purpose.is_consent and not self.consents:
            raise refuse("LP308", self, f"purpose {purpose.name} rests on consent; name the source that lists the consents.")
        for source in self.needs():
            listed = minimised(sources[source], purpose)
            for name in ("purpose", "state"):
                listed[name]
            shared_domain(listed, contract, self)
        self._subject(contract, sources)
        return contract

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        consent = bool(self.consents and purpose.is_consent)
        if language == "nl":
            return (f"Laat iedereen weg die bezwaar maakte volgens {_said(self.objections, 'bron', 'het register')}, en ook regels waarvan niet te zeggen is over wie ze gaan"
                    + (f"; alleen wie toestemming gaf volgens {_said(self.consents, 'bron', 'het register')} blijft." if consent else "."))
        return (f"Leaves out everybody who objected according to {_said(self.objections, 'source', 'the register')}, and rows of which it cannot be told whom they are about"
                + (f"; only who consented according to {_said(self.consents, 'source', 'the register')} stays." if consent else "."))

    def depends_on(self, contract: Contract, contracts: Mapping[str, Contract]) -> str:
        """The identifier that the lists have too, where they all list people by the same."""
        names = {shared_domain(contracts[source], contract, self)[1].name for source in self.needs()}
        names.add(self._subject(contract, contracts).name)
        return names.pop() if len(names) == 1 else ""

    def _subject(self, contract: Contract, contracts: Mapping[str, Contract]) -> Column:
        """Give the column by which the register's choices are looked up: the one of the list, or else the table's person."""
        if self.needs():
            return shared_domain(contracts[self.needs()[0]], contract, self)[1]
        found = [column for column in contract if column.kind is Kind.IDENTIFIER and column.domain]
        chosen = [column for column in found if column.name == contract.person] or found
        if len(chosen) != 1:
            raise refuse("LP308", self, f"{contract.name} has at this point {len(found)} identifiers with a domain, and none of them is its person: put this "
                         "stage before Pseudonymise, where it can be told whom a row is about.")
        return chosen[0]

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Mark the rows of who objected, and of who did not consent."""
        import ibis

        contract, purpose = context.contract, context.purpose
        asks = bool(self.consents and purpose.is_consent)
        subject = self._subject(contract, context.contracts)
        known: Any = ibis.literal(0, "int64")
        if context.standing:
            choices = context.standing
            mapping = context.lookup(table[subject.name], lambda values: choices.of(subject.domain, values), "int64")
            mapping = mapping.select(lapipe_chooser=mapping.key, lapipe_choice=mapping.value)
            table = table.left_join(mapping, table[subject.name] == mapping.lapipe_chooser).drop("lapipe_chooser")
            known = table.lapipe_choice.fill_null(0)
        # Of a row without an identifier it cannot be told whether its person objected.
        goes = (known == OUT) | table[subject.name].isnull()
        if self.objections != REGISTER:
            objected, column = self._people(self.objections, contract, context, ended=True)
            table = table.left_join(objected, table[column] == objected.lapipe_listed)
            known = table.lapipe_choice.fill_null(0) if context.standing else known
            goes = (known == OUT) | table.lapipe_listed.notnull() | table[column].isnull()
            table = leave_out(table, goes, context).drop("lapipe_listed")
        else:
            table = leave_out(table, goes, context)
        if asks:
            known = table.lapipe_choice.fill_null(0) if context.standing else known
            if self.consents != REGISTER:
                consenting, column = self._people(str(self.consents), contract, context, ended=False)
                table = table.left_join(consenting, table[column] == consenting.lapipe_listed)
                known = table.lapipe_choice.fill_null(0) if context.standing else known
                table = leave_out(table, table.lapipe_listed.isnull() & (known != CONSENTED), context).drop("lapipe_listed")
            else:
                table = leave_out(table, known != CONSENTED, context)
        return table.drop("lapipe_choice") if context.standing else table

    def _people(self, source: str, contract: Contract, context: Context, *, ended: bool) -> tuple[ir.Table, str]:
        """Give the distinct people a list holds for this purpose, and the table's column of the same identity domain."""
        listed = context.contracts[source]
        listed_column, column = shared_domain(listed, contract, self)
        rows = context.table(source)
        named = _purpose(rows)
        mine = rows.filter((named == "") | (named == context.purpose.name.casefold()))
        people = mine.select(lapipe_listed=mine[listed_column.name], other=~mine.state.fill_null("").isin(ENDED if ended else GIVEN))
        if ended:
            return people.filter(people.other).select("lapipe_listed").distinct(), column.name
        # Who gave consent in one entry and withdrew it in another has not given it.
        one = people.group_by("lapipe_listed").aggregate(other=people.other.max())
        return one.filter(~one.other).select("lapipe_listed"), column.name

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count entries that name nobody, and rows whose person is not known in the domain of the lists."""
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
            raise Refused(f"Object: {unplaced} objections, restrictions or withdrawals in the register have no name in domain {domain}, by which "
                          f"{context.contract.name} knows people; going on would miss them. Record them again with every identifier "
                          "(`lapipe subject object`), or tie the domains together in schemas/identities.yaml.", rule="LP501")
        for name, count in facts.items():
            if name.endswith("for an unknown purpose") and count:
                raise Refused(f"Object: {int(count)} entries of the {name.removesuffix(' for an unknown purpose')} list name a purpose that is "
                              f"not declared (there are: {', '.join(sorted(context.purposes))}; empty means all); going on might miss "
                              "the person. Correct the list.", rule="LP501")
            if name.endswith("without a person") and count:
                raise Refused(f"Object: {int(count)} entries of the {name.removesuffix(' without a person')} list name nobody; "
                              "going on would miss them. Correct the identifiers on the list.", rule="LP501")


def _said(source: str | None, kind: str, register: str) -> str:
    """Name a list for who reads no Python; what is recorded counts whichever list is named."""
    return register if source == REGISTER else f"{kind} `{source}` {'en' if kind == 'bron' else 'and'} {register}"


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
