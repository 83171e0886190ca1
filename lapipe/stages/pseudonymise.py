"""Replace identifiers by keyed pseudonyms."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Contract, Kind
from lapipe.errors import UsageFault
from lapipe.phrases import Language, listed, named
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry, refuse

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Pseudonymise(Stage):
    """Replace an identifier by HMAC-SHA256 under a key of this purpose and the column's identity domain.

    `columns` maps identifier columns to the names of their pseudonyms: `Pseudonymise({"userid": "student"})`. The pseudonym is
    a UUID (RFC 9562 version 8, 36 characters); the same person has unrelated pseudonyms in two purposes. The other
    identifiers of the table go, since beside a pseudonym they would undo it. Pseudonymised data is still personal data
    (GDPR art. 4(5), recital 26).
    """

    columns: Mapping[str, str]

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise pseudonyms; refuse national ids (LP302) and columns without an identity domain."""
        for name in self.columns:
            column = contract[name]
            if column.kind is Kind.NATIONAL_ID:
                raise refuse("LP302", self, f"'{name}' is a national identification number; it is left out, never hashed.")
            if column.kind is not Kind.IDENTIFIER or not column.domain:
                raise UsageFault(f"Pseudonymise: '{name}' of {contract.name} is {column.kind} with identity domain "
                                 f"'{column.domain or 'none'}'; it takes identifiers that have a domain.", rule="LP203")
            if column.use == "inside":
                raise refuse("LP304", self, f"purpose {purpose.name} uses '{name}' inside the pipeline only; to release its "
                             "pseudonym, say pseudonym there.")
        if len(set(self.columns.values())) < len(self.columns):
            raise UsageFault("Pseudonymise: two columns would get one name; give each its own.", rule="LP203")
        kept: list[Column] = []
        person = contract.person
        for column in contract:
            if column.name in self.columns:
                given = self.columns[column.name]
                if given in contract and given != column.name:
                    raise UsageFault(f"Pseudonymise: {contract.name} already has a column '{given}'.", rule="LP203")
                person = given if person == column.name else person
                kept.append(column.change(name=given, type="string", kind=Kind.PSEUDONYM, spelling=None, pattern="",
                                          min_length=None, max_length=None, minimum=None, maximum=None, values=()))
            elif column.kind is not Kind.IDENTIFIER:
                kept.append(column)
        return dataclasses.replace(contract, columns=tuple(kept), person=person, key=())

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        dutch = language == "nl"
        each = listed([f"`{name}` {'door' if dutch else 'by'} `{given}`" for name, given in self.columns.items()], language)
        gone = [column.name for column in before if column.kind is Kind.IDENTIFIER and column.name not in self.columns]
        if dutch:
            return (f"Vervangt {each}: een sleutelpseudoniem dat alleen binnen dit doel hetzelfde is. Pseudonieme gegevens blijven persoonsgegevens."
                    + (f" Wat verder direct herleidbaar is ({named(gone, language)}), vervalt." if gone else ""))
        return (f"Replaces {each}: a keyed pseudonym that is the same within this purpose only. Pseudonymised data is still personal data."
                + (f" What else identifies directly ({named(gone, language)}) is dropped." if gone else ""))

    def depends_on(self, contract: Contract, contracts: Mapping[str, Contract]) -> str:
        """The identifier, where it is one."""
        return next(iter(self.columns)) if len(self.columns) == 1 else ""

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Look the distinct identifiers up; the key never enters the engine."""
        for number, (name, given) in enumerate(self.columns.items()):
            domain = context.contract[name].domain

            def compute(values: list[Any], domain: str = domain) -> list[str | None]:
                texts = [value if value is None else str(value) for value in values]
                return context.pseudonyms(domain).of(texts)

            mapping = context.lookup(table[name], compute, "uuid")
            key, value = f"lapipe_key_{number}", f"lapipe_value_{number}"
            mapping = mapping.select(**{key: mapping.key, value: mapping.value})
            table = table.left_join(mapping, table[name] == mapping[key]).drop(key, name).rename({given: value})
        return carry(table, context.promise.names)
