"""Find in a text what its contract says is in there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Contract, Spelling, first_group
from lapipe.errors import ContractBroken, Refused
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry, laxer, leave_out

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: The share of distinct texts that no pattern fits, in per cent, above which the export must have changed its wording.
UNMATCHED_LIMIT = 5


@dataclass(frozen=True)
class Extract(Stage):
    """Add a column that the contract says is found in a text, such as the acting person's id in Moodle's Description.

    Computed over the distinct texts, in lapipe's own process. Rows without a person in their text are left out and counted; the
    text itself goes, unless `keep`, which stands under the purpose's exceptions as `Extract.keep`.
    """

    column: str
    keep: bool = False

    drops: ClassVar[bool] = True

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the column as the full contract of the table declares it."""
        found = next((column for column in contract.extractable if column.name == self.column), None)
        if found is None:
            names = ", ".join(column.name for column in contract.extractable) or "none"
            raise contract.missing(self.column, f"Extract; columns that {contract.name} lets be extracted: {names}")
        use = purpose.use_of(contract.name, self.column)
        if use is None:
            raise Refused(f"Purpose {purpose.name} does not allow column '{self.column}' of {contract.name}.", rule="LP304")
        contract[found.extracted_from]
        if self.keep:
            laxer(self, "keep", self.keep, purpose)
        promised = contract.add(found.change(use=use.use, extracted_from=""))
        return promised if self.keep else promised.drop(found.extracted_from)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        found = next(column for column in before.extractable if column.name == self.column)
        if language == "nl":
            return (f"Haalt `{self.column}` uit de tekst in `{found.extracted_from}`; regels waarin niemand te vinden is vallen af, en de tekst zelf "
                    + ("blijft in de pijplijn." if self.keep else "vervalt."))
        return (f"Takes `{self.column}` from the text in `{found.extracted_from}`; rows in which nobody is found are left out, and the text itself "
                + ("stays in the pipeline." if self.keep else "is dropped."))

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Look the distinct texts up, and mark the rows without a match."""
        found = next(column for column in context.contract.extractable if column.name == self.column)
        spelling = found.spelling

        texts_seen = texts_unmatched = 0

        def compute(texts: list[Any]) -> list[str | None]:
            nonlocal texts_seen, texts_unmatched
            raw = [first_group(found.patterns, text) for text in texts]
            texts_seen += len(raw)
            texts_unmatched += raw.count(None)
            return [_person(value, spelling) for value in raw]

        mapping = context.lookup(table[found.extracted_from], compute, "string")
        if texts_unmatched * 100 > texts_seen * UNMATCHED_LIMIT:
            raise ContractBroken(
                f"Extract found no {self.column} in {texts_unmatched} of {texts_seen} distinct texts, more than {UNMATCHED_LIMIT} %; the "
                f"export's wording must have changed. Add its patterns to {context.contract.name}.", rule="LP205")
        joined = table.left_join(mapping, table[found.extracted_from] == mapping.key).drop("key")
        joined = joined.rename({self.column: "value"})
        marked = leave_out(joined, joined[self.column].isnull(), context)
        return carry(marked, context.promise.names)


def _person(raw: str | None, spelling: Spelling | None) -> str | None:
    """Give the canonical form of what was found; None where nothing was, or where it stands for nobody."""
    if raw is None or spelling is None:
        return raw
    canonical = spelling.canonical(raw)
    return None if canonical is None or spelling.is_nobody(canonical) else canonical
