"""Look at what really flows, and refuse what was not declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.detect.inferred import refuse_revealing
from lapipe.errors import Refused, UsageFault
from lapipe.phrases import Language, listed
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, refuse

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Columns of these kinds are pseudonyms that lapipe made: nothing in them can be read.
_OPAQUE = (Kind.PSEUDONYM,)

#: What no purpose, exception or setting allows (UAVG art. 46; GDPR art. 10).
_NEVER = ("bsn", "onderwijsnummer", "special:criminal")


@dataclass(frozen=True)
class Flag(Stage):
    """Refuse BSN, criminal data, undeclared identifiers and undeclared special-category data in the columns that flow on.

    Every distinct value is looked at, in lapipe's own process; the register keeps rule, column and counts. `accept` names
    findings that a person has looked at and found harmless, as column -> rule; each must stand under the purpose's exceptions as
    `flag COLUMN RULE`. A BSN and criminal data have no such switch (UAVG art. 46; GDPR art. 10). A BSN where none was declared is an
    incident: the run that finds one puts the sources of its column in quarantine.
    """

    accept: Mapping[str, str] = field(default_factory=dict)

    needs_held: ClassVar[bool] = True

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Refuse what is declared and may not flow (LP302, LP321, LP105, LP320), and an acceptance that the purpose does not name (LP108)."""
        for column in contract:
            if column.kind is Kind.NATIONAL_ID:
                raise refuse("LP302", self, f"'{column.name}' is a national identification number.")
            if column.kind is Kind.SPECIAL and _criminal(column):
                raise refuse("LP321", self, f"'{column.name}' is criminal data, which no condition of art. 9(2) covers.")
            if column.kind is Kind.SPECIAL and not purpose.condition:
                raise refuse("LP105", self, f"'{column.name}' is special-category data, and the purpose names no condition.")
        refuse_revealing(self.kind, contract, purpose)
        for name, rule in self.accept.items():
            contract[name]
            if rule in _NEVER:
                raise UsageFault(f"Flag: {rule} cannot be accepted; no law allows it for learning analytics.",
                                 rule="LP321" if rule == "special:criminal" else "LP302")
            if not purpose.waiver(f"flag {name} {rule}"):
                raise refuse("LP108", self, f"accepts {rule} in '{name}', which purpose {purpose.name} does not list under exceptions "
                             f"as 'flag {name} {rule}'.")
        return contract

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        dutch = language == "nl"
        accepted = listed([f"{rule} in `{name}`" for name, rule in self.accept.items()], language) if self.accept else ""
        if dutch:
            return ("Bekijkt elke waarde die verdergaat en stopt bij een BSN, een naam of nummer van een persoon, of een bijzonder gegeven dat niemand "
                    "had opgegeven" + (f"; aanvaard is: {accepted}." if accepted else "."))
        return ("Looks at every value that goes on and stops at a BSN, a person's name or number, or a special category that nobody declared"
                + (f"; accepted is: {accepted}." if accepted else "."))

    def inspect(self, before: ir.Table, context: Context) -> Mapping[str, Any]:
        """Judge each column on its distinct values; give the findings as rule, verdict and counts."""
        from lapipe.detect import judge

        found: dict[str, Any] = {}
        for column in context.contract:
            if column.kind in _OPAQUE or column.is_time:
                continue
            for evidence in judge(column.name, context.distinct(before[column.name])):
                if evidence.verdict != "none" and not _declared(column, evidence.kind, evidence.rule):
                    found[f"{column.name}: {evidence.rule}"] = {
                        "column": column.name, "rule": evidence.rule, "kind": evidence.kind, "verdict": evidence.verdict,
                        "distinct": evidence.distinct, "matching": evidence.matching, "words": evidence.words()}
        return found

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse the first undeclared finding, a BSN before all else; possible fails closed for a BSN."""
        findings = [fact for fact in facts.values() if isinstance(fact, Mapping)]
        for fact in sorted(findings, key=lambda fact: (fact["kind"] != "national_id", fact["rule"] not in _NEVER)):
            if fact["kind"] == "national_id":
                raise Refused(
                    f"Flag: column '{fact['column']}' {_verb(fact)} {fact['rule']} ({fact['matching']} of {fact['distinct']} distinct "
                    "values fit). This is an incident: find out how it came there.", rule="LP503")
            if fact["verdict"] != "found" or (self.accept.get(fact["column"]) == fact["rule"] and fact["rule"] not in _NEVER):
                continue
            if fact["rule"] in _NEVER:
                raise Refused(f"Flag: column '{fact['column']}' holds criminal data ({fact['matching']} of {fact['distinct']} distinct values fit), which no "
                              "setting lets through. Leave the column out.", rule="LP321")
            raise Refused(
                f"Flag: column '{fact['column']}' holds {fact['rule']}, which its contract does not declare ({fact['matching']} of "
                f"{fact['distinct']} distinct values fit). Declare its kind in the contract, or leave the column out.",
                rule="LP310" if fact["kind"] == "special" else "LP301")


def _criminal(column: Column) -> bool:
    from lapipe.detect import headers

    return "criminal" in column.category.casefold() or headers.read(column.name).get("special:criminal") == "sure"


def _verb(fact: Mapping[str, Any]) -> str:
    return "holds" if fact["verdict"] == "found" else "may hold"


def _declared(column: Column, kind: str, rule: str) -> bool:
    """Say whether a column's declared kind is at least as strict as what was found in it; criminal data no kind declares."""
    return column.kind.strictness >= Kind(kind).strictness and rule != "special:criminal"
