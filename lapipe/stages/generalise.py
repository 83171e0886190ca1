"""Make values coarser, so that more people share them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind, Level
from lapipe.errors import ContractBroken, UsageFault
from lapipe.local_time import (
    PERIOD_START,
    TIME_DETAILS,
    calendar,
    coarser_or_equal,
    day_key,
    local_seconds,
    outside,
    period_type,
    within,
)
from lapipe.phrases import Language, detail_said, listed
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: IPv6 keeps this many times the bits of an IPv4 prefix: 16 bits of 32 say about what 48 of 128 do.
IPV6_FACTOR = 3


@dataclass(frozen=True)
class Generalise(Stage):
    """Bring columns to a coarser detail.

    `detail` maps a column to one of: hour, day, week, month, year, academic year (of times, in the column's zone; weeks by
    their Monday); `band 10` (of numbers: the lower bound); `level NAME` (of the contract's hierarchy); `prefix 16` (of IP
    addresses, IPv6 keeps three times as many bits). `names` gives columns a new name: `{"time": "week"}`.
    """

    detail: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)

    weakens: ClassVar[frozenset[Kind]] = frozenset({Kind.EVENT_TIME})

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the coarser columns under their own names."""
        for name, detail in self.detail.items():
            contract = contract.change(name, **_promise(contract[name], detail))
        for name, given in self.names.items():
            if name not in self.detail or given in contract:
                raise UsageFault(f"Generalise: '{name}' cannot be named '{given}'; name columns that are generalised, by names that "
                                 "are free.", rule="LP203")
            contract = contract.change(name, name=given)
        return contract

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        dutch = language == "nl"
        each = listed([f"`{name}` {'tot' if dutch else 'to'} {detail_said(said, language)}"
                       + (f" ({'voortaan' if dutch else 'from here on'} `{self.names[name]}`)" if name in self.names else "")
                       for name, said in self.detail.items()], language)
        return f"Maakt grover: {each}." if dutch else f"Makes coarser: {each}."

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count times outside the range that the contract declares, for which the calendar has no day."""
        return {f"{name} outside its range": outside(context.root(before[name]), context.contract[name]).sum().fill_null(0)
                for name, detail in self.detail.items() if detail in PERIOD_START}

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse times that the calendar does not have (LP205)."""
        for name, count in facts.items():
            if count:
                raise ContractBroken(f"Generalise: {int(count)} rows have {name}; correct the export, or timesBetween in the "
                                     "contract.", rule="LP205")

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Join the calendar, compute the band, or look the distinct values up."""
        for number, (name, detail) in enumerate(self.detail.items()):
            column = context.contract[name]
            if detail in TIME_DETAILS:
                column = within(column, context.extent(table[name], column))
            kind, _, argument = detail.partition(" ")
            if detail in PERIOD_START:
                mapping, key = _calendar(column, detail, context), day_key(table[name], column)
            elif detail == "hour":
                key = (local_seconds(table[name], column) // 3600).cast("int64") if column.clock else table[name].truncate("h")
                if not column.clock:
                    table = table.mutate(**{name: key})
                    continue
                mapping = context.lookup(key, _hours, "timestamp(6)")
            elif kind == "band":
                width = int(argument)
                floor = (table[name].cast("float64") / float(width)).floor().cast("int64") * width
                table = table.mutate(**{name: floor.cast("int64")})
                continue
            elif kind == "level":
                mapping, key = context.lookup(table[name], _levels(column, argument, context), "string"), table[name]
            else:
                mapping, key = context.lookup(table[name], _prefixes(int(argument)), "string"), table[name]
            table = _replaced(table, name, mapping, key, number)
        return carry(table.rename({given: name for name, given in self.names.items()}), context.promise.names)


def _calendar(column: Column, detail: str, context: Context) -> ir.Table:
    types = {"date": "date", "integer": "int64", "string": "string"}
    schema = {"key": "int64" if column.clock else "date", "value": types[period_type(detail)]}
    return context.small(schema, lambda: calendar(column, detail))


def _replaced(table: ir.Table, name: str, mapping: ir.Table, key: ir.Value, number: int) -> ir.Table:
    """Replace a column by what a table (key, value) says of it."""
    keyed, valued = f"lapipe_key_{number}", f"lapipe_value_{number}"
    mapping = mapping.select(**{keyed: mapping.key, valued: mapping.value})
    joined = table.mutate(lapipe_key=key)
    joined = joined.left_join(mapping, joined.lapipe_key == mapping[keyed])
    return joined.drop(name, "lapipe_key", keyed).rename({name: valued})


def _promise(column: Column, detail: str) -> dict[str, Any]:
    """Say what becomes of a column at a detail, or refuse a detail that does not fit it."""
    kind, _, argument = detail.partition(" ")
    plain: dict[str, Any] = {"detail": detail, "pattern": "", "min_length": None, "max_length": None}
    if detail in TIME_DETAILS[1:]:
        if not column.is_time or column.detail not in ("full", "hour"):
            raise UsageFault(f"Generalise: '{column.name}' is {column.type} in detail {column.detail}, and no time in full detail.",
                             rule="LP203")
        if column.type == "date" and detail == "hour":
            raise UsageFault(f"Generalise: '{column.name}' holds dates, which have no hour.", rule="LP203")
        return {**plain, "type": period_type(detail), "clock": "", "format": "", "minimum": None, "maximum": None}
    if kind == "band" and argument.isdigit() and int(argument) > 0:
        if column.type not in ("integer", "number") or column.clock:
            raise UsageFault(f"Generalise: '{column.name}' is {column.type}; bands are of numbers.", rule="LP203")
        return {**plain, "type": "integer", "values": ()}
    if kind == "level":
        if argument not in column.levels:
            raise UsageFault(f"Generalise: '{column.name}' has no level '{argument}' (it has: {', '.join(column.levels) or 'none'}).",
                             rule="LP203")
        level = column.levels[argument]
        # What a declared mapping or pattern lets through was assessed by who declared it.
        softer: Kind = Kind.PLAIN if column.kind is Kind.FREE_TEXT else column.kind
        return {**plain, "type": "string", "kind": softer, "values": tuple(sorted(set(level.values.values())))}
    if kind == "prefix" and argument.isdigit() and 0 < int(argument) <= 32:
        if column.type != "string":
            raise UsageFault(f"Generalise: '{column.name}' is {column.type}; prefixes are of IP addresses.", rule="LP203")
        softer = Kind.QUASI if int(argument) <= 16 and column.kind is Kind.IDENTIFIER else column.kind
        return {**plain, "kind": softer, "domain": "", "spelling": None, "values": ()}
    raise UsageFault(f"Generalise: '{detail}' is no detail (there are: {', '.join(TIME_DETAILS[1:])}, band N, level NAME, prefix N).",
                     rule="LP203")


def meets(column: Column, allowed: str) -> bool:
    """Say whether a column's detail is at least as coarse as a purpose allows."""
    if allowed in ("full", column.detail):
        return True
    if allowed in TIME_DETAILS:
        return coarser_or_equal(column.detail, allowed)
    kind, _, argument = allowed.partition(" ")
    own, _, has = column.detail.partition(" ")
    if kind == own == "band":
        return int(has) % int(argument) == 0
    return kind == own == "prefix" and int(has) <= int(argument)


def _hours(hours: list[Any]) -> list[Any]:
    from datetime import datetime, timedelta

    return [datetime(1970, 1, 1) + timedelta(hours=hour) for hour in hours]


def _levels(column: Column, name: str, context: Context) -> Any:
    level: Level = column.levels[name]

    def compute(values: list[Any]) -> list[str | None]:
        found = [level.of(value) for value in values]
        missing = sum(value is None for value in found)
        if level.values and missing:
            raise ContractBroken(f"Generalise: level {name} of {context.contract.name}.{column.name} does not say what becomes of "
                                 f"{missing} of its distinct values; add them to the contract.", rule="LP205")
        return found

    return compute


def _prefixes(bits: int) -> Any:
    def prefix(text: str) -> str | None:
        try:
            address = ipaddress.ip_address(text.strip())
        except ValueError:
            return None
        length = bits if address.version == 4 else bits * IPV6_FACTOR
        return str(ipaddress.ip_network((address, length), strict=False))

    def compute(values: list[Any]) -> list[str | None]:
        return [prefix(value) for value in values]

    return compute
