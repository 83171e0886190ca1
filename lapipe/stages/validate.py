"""Check that what was read meets its contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Contract, Kind
from lapipe.engine import IfAny
from lapipe.errors import ContractBroken
from lapipe.local_time import outside
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, laxer

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Validate(Stage):
    """Refuse data that breaks its contract: nulls, ranges, patterns, lengths, allowed values; all counted in one pass.

    Whether the contract's key is unique is a query of its own, since it costs more than the rest together; `key=False`
    leaves it out, and stands under the purpose's exceptions as `Validate.key`. Types were checked when the file was read.
    """

    key: bool = True

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the same columns; refuse to leave the key unchecked where the purpose does not say so."""
        if not self.key and contract.key:
            laxer(self, "key", self.key, purpose)
        return contract

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        unchecked = not self.key and bool(before.key)
        if language == "nl":
            return ("Controleert of de gegevens aan hun contract voldoen, en stopt als dat niet zo is"
                    + ("; of een regel dubbel voorkomt wordt niet nagegaan." if unchecked else "."))
        return ("Checks that the data meets its contract, and stops where it does not"
                + ("; whether a row stands twice is not checked." if unchecked else "."))

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar | IfAny]:
        """Count, for each check, the rows that break it."""
        import ibis

        facts: dict[str, ir.Scalar | IfAny] = {}
        for column in context.contract:
            # A pattern costs ten times a comparison, and a column with one has few distinct texts: those are tried, with their rows.
            table = before.group_by(column.name).aggregate(lapipe_rows=ibis._.count()) if column.pattern else before
            weight = table.lapipe_rows if column.pattern else 1
            # Where no distinct value is broken, no row is; people's identifiers were listed when they were read.
            listed = column.type == "string" and (column.pattern or (column.kind is Kind.IDENTIFIER and column.domain))
            few = dict(_checks(context.values(before[column.name]).key, column)) if listed else {}
            for name, broken in _checks(table[column.name], column):
                rows = ibis.ifelse(broken.fill_null(False), weight, 0).sum().fill_null(0)
                facts[name] = IfAny(few[name].fill_null(False).sum().fill_null(0), rows) if listed else rows
            if column.nulls_at_most is not None:
                # In millionths and whole numbers, so that all engines agree on the boundary.
                nulls, allowed = before[column.name].isnull().sum().fill_null(0), round(column.nulls_at_most * 1_000_000)
                facts[f"{column.name} is null in at most {_percent(column.nulls_at_most)} % of the rows"] = ibis.ifelse(
                    nulls * 1_000_000 > before.count() * allowed, nulls, 0)
        if facts:
            facts["rows"] = before.count()
        key = context.contract.key
        if self.key and key:
            repeated = before.group_by(list(key)).aggregate(lapipe_rows=ibis._.count()).filter(ibis._.lapipe_rows > 1)
            facts[f"key {', '.join(key)} is unique"] = repeated.count()
        return facts

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse when a check is broken, naming check and count."""
        broken = {name: int(count or 0) for name, count in facts.items() if name != "rows" and count}
        if broken:
            told = "; ".join(f"'{name}' is broken by {count} {'keys' if name.startswith('key ') else 'rows'}"
                             for name, count in broken.items())
            repeated = next(iter(broken)).startswith("key ")
            raise ContractBroken(
                f"{context.contract.name} breaks contract version {context.contract.version}: {told}. Find out what changed in "
                "the export; then correct it or the contract.", rule="LP206" if repeated else "LP205")


def _percent(share: float) -> str:
    """Write a share of 0.05 as 5."""
    return f"{share * 100:.4f}".rstrip("0").rstrip(".")


def _checks(value: Any, column: Column) -> Iterator[tuple[str, ir.BooleanValue]]:
    """Give each check of a column by its name, with the condition under which a value breaks it."""
    import ibis

    name = column.name
    if column.required:
        yield f"{name} is not null", value.isnull()
    # Numbers are compared as exact decimals, dates and times as ISO text made into their type.
    def limit(bound: Any) -> Any:
        return ibis.literal(bound if column.type == "integer" else str(bound)).cast(column.engine_type)

    if column.minimum is not None:
        yield f"{name} is at least {column.minimum}", value < limit(column.minimum)
    if column.maximum is not None:
        yield f"{name} is at most {column.maximum}", value > limit(column.maximum)
    if column.values:
        yield f"{name} is one of its {len(column.values)} declared values", ~value.isin(list(column.values))
    if column.pattern:
        yield f"{name} has its declared pattern", ~value.re_search(rf"\A(?:{column.pattern})\z")
    if column.min_length is not None:
        yield f"{name} has at least {column.min_length} characters", value.length() < column.min_length
    if column.max_length is not None:
        yield f"{name} has at most {column.max_length} characters", value.length() > column.max_length
    if column.is_time and column.detail == "full":
        yield f"{name} lies between {column.times_between[0]} and {column.times_between[1]}", outside(value, column)
