"""Count people and make figures per group, and withhold the groups that are too small to hide in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import floor
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.errors import ContractBroken, UsageFault
from lapipe.local_time import PERIOD_START, period_of, period_type, periods
from lapipe.phrases import Language, listed, named, term_said
from lapipe.purpose import Duration, Purpose
from lapipe.stage import Context, Stage, carry, laxer, leave_out, refuse
from lapipe.stages.measures import ROWS, Measure
from lapipe.stages.minimise import minimised

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

#: The columns that every aggregate has.
PEOPLE, STATUS = "people", "status"

PUBLISHED, WITHHELD = "published", "withheld"


@dataclass(frozen=True)
class Aggregate(Stage):
    """Give figures per group of people: `by` names the grouping columns, `measures` the figures by their names.

    People are counted, not rows, in two steps: per group and person, then per group. A group of fewer than the purpose's k
    is withheld; null is a group of its own. `person` is the column that tells people apart (default: the contract's). Counting
    another person than the contract's stands under the purpose's exceptions as `Aggregate.person`.

    With a time column as `period` the result is a series: only periods that closed `lag` ago, and that lie wholly within what
    Retain kept and within the days that the data has events of, are there, and the pipeline releases each once.

    Where every grouping column has a declared domain (the contract's allowed values, a band between minimum and maximum, the
    periods, or `domains={"course": "catalogue.id"}`: a column of another source) there is a row for each combination, and a
    withheld one says so in `status`; a group of nobody is withheld too, unless the purpose declares zeros public. Where one has
    none, groups under k get no row at all, since a row would tell that somebody was there.
    """

    by: Sequence[str]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    person: str = ""
    period: str = ""
    lag: str = "P0D"
    domains: Mapping[str, str] = field(default_factory=dict)

    weakens: ClassVar[frozenset[Kind]] = frozenset(Kind) - {Kind.NATIONAL_ID}
    drops: ClassVar[bool] = True
    needs_held: ClassVar[bool] = True

    def needs(self) -> tuple[str, ...]:
        """The sources that the domains come from."""
        return tuple(dict.fromkeys(source.partition(".")[0] for source in self.domains.values()))

    # --- plan ---

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise grouping columns and figures; refuse to group by, or to count without, a person."""
        if not self.by:
            raise UsageFault("Aggregate needs at least one column to group by.", rule="LP203")
        person = self._person(contract)
        if contract.person in contract and person != contract.person:
            laxer(self, "person", person, purpose)
        for name in self.by:
            column = contract[name]
            if column.kind in (Kind.IDENTIFIER, Kind.PSEUDONYM, Kind.FREE_TEXT) or name == person:
                raise refuse("LP401", self, f"'{name}' is {column.kind}; grouping by it makes every group one person or one text.")
            if column.type == "timestamp" or (column.clock and column.detail == "full"):
                raise refuse("LP303", self, f"'{name}' is a time in full detail; bring it to a week or coarser with Generalise.")
        for name, measure in self.measures.items():
            if name in (*self.by, PEOPLE, STATUS):
                raise UsageFault(f"Aggregate: '{name}' names two columns; rename the measure.", rule="LP203")
            measure.check(contract)
            used = getattr(measure, "column", "")
            if used and contract[used].use == "inside":
                raise refuse("LP304", self, f"purpose {purpose.name} uses '{used}' inside the pipeline only; it may not be told in "
                             "figures.")
        self._check_measures(contract)
        if self.period:
            self._check_period(contract)
        elif any(contract[name].is_time and contract[name].detail in PERIOD_START for name in self.by):
            raise refuse("LP406", self, "groups by time without `period`: the newest groups would be released while people are "
                         "still being added to them. Name the time column as period.")
        for name, source in self.domains.items():
            self._check_domain(name, source, contract, purpose, sources)
        columns = [contract[name].change(required=False) for name in self.by]
        if self._framed(contract):
            columns.append(Column(STATUS, kind=Kind.PLAIN, use="full", values=(PUBLISHED, WITHHELD), required=True,
                                  label={"nl": "gepubliceerd of onthouden", "en": "published or withheld"}))
        columns.append(Column(PEOPLE, type="integer", kind=Kind.PLAIN, use="full", unit="people",
                              label={"nl": "aantal mensen", "en": "number of people"}))
        columns += [measure.result(name) for name, measure in self.measures.items()]
        return Contract(name=contract.name, version=contract.version, columns=tuple(columns), key=tuple(self.by),
                        statistics=True, period=self.period, lag=self.lag)

    def _person(self, contract: Contract) -> str:
        name = self.person or contract.person
        if not name or name not in contract:
            people = [c.name for c in contract if c.kind in (Kind.IDENTIFIER, Kind.PSEUDONYM)]
            raise refuse("LP404", self, f"does not know by which column to tell people apart (there are: "
                         f"{', '.join(people) or 'no identifiers or pseudonyms'}); name it as person.")
        if contract[name].kind not in (Kind.IDENTIFIER, Kind.PSEUDONYM) or not contract[name].domain:
            raise refuse("LP404", self, f"'{name}' is {contract[name].kind} of identity domain '{contract[name].domain or 'none'}'; "
                         "people are counted by an identifier or pseudonym that has a domain, and so one spelling.")
        return name

    def _check_measures(self, contract: Contract) -> None:
        """Refuse figures of two columns that are made of one: their difference may be one person's value."""
        made: dict[str, str] = {}
        for name in dict.fromkeys(str(getattr(m, "column", "")) for m in self.measures.values()):
            if not name or contract[name].type == "boolean":
                continue
            for origin in contract[name].made_of or (name,):
                if made.setdefault(origin, name) != name:
                    raise refuse("LP403", self, f"gives figures of '{made[origin]}' and of '{name}', both made of '{origin}'; subtracted "
                                 "they may give one person's value. Keep one of them.")

    def _check_period(self, contract: Contract) -> None:
        column = contract[self.period]
        if self.period not in self.by or column.detail not in PERIOD_START:
            raise UsageFault(f"Aggregate: period '{self.period}' must be one of the columns to group by, brought to "
                             f"{', '.join(PERIOD_START)} with Generalise.", rule="LP203")
        problem = ""
        try:
            self._lag()
        except ValueError as error:
            problem = str(error)
        if problem:
            raise UsageFault(f"Aggregate: lag '{self.lag}' {problem}.")

    def _lag(self) -> Duration:
        return Duration() if self.lag == "P0D" else Duration.parse(self.lag)

    def _check_domain(self, name: str, source: str, contract: Contract, purpose: Purpose,
                      sources: Mapping[str, Contract]) -> None:
        table, _, column = source.partition(".")
        if name not in self.by or table not in sources or not column:
            raise UsageFault(f"Aggregate: the domain of '{name}' is '{source}'; it should be SOURCE.COLUMN of one of "
                             f"{', '.join(sources)}, for a column to group by.", rule="LP203")
        declared = minimised(sources[table], purpose)[column]
        if declared.type != contract[name].type:
            raise UsageFault(f"Aggregate: '{name}' is {contract[name].type} and its domain {source} is {declared.type}.",
                             rule="LP203")
        if declared.about:
            raise refuse("LP401", self, f"{source} is data about people ({declared.about}); a domain is known without the data.")

    def _framed(self, contract: Contract) -> bool:
        return all(name in self.domains or _declared(contract[name]) for name in self.by)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        dutch, k = language == "nl", purpose.k
        figures = listed([f"`{name}` ({measure.result(name).label.get(language, type(measure).__name__)})" for name, measure in self.measures.items()],
                         language)
        person, public = self._person(before), purpose.zeros_public
        if dutch:
            said = (f"Telt mensen (naar `{person}`) per {named(self.by, language)}"
                    + (f", en berekent per groep {figures}" if self.measures else "") + f". Groepen van minder dan {k} mensen worden onthouden"
                    + ("; een groep van niemand wordt getoond." if public else ", een groep van niemand ook."))
        else:
            said = (f"Counts people (by `{person}`) per {named(self.by, language)}" + (f", and computes {figures} per group" if self.measures else "")
                    + f". Groups of fewer than {k} people are withheld" + ("; a group of nobody is shown." if public else ", and so is a group of nobody."))
        if self.period:
            lag = self._lag()
            waits = term_said(lag, language) if lag != Duration() else ""
            if dutch:
                said += f" Een periode van `{self.period}` gaat één keer naar buiten, als ze voorbij is" + (f" en nog {waits} gewacht is." if waits else ".")
            else:
                said += f" A period of `{self.period}` is released once, when it is over" + (f" and {waits} have passed." if waits else ".")
        for name, source in self.domains.items():
            said += (f" Welke waarden `{name}` kan hebben, staat in `{source}`." if dutch
                     else f" Which values `{name}` can have stands in `{source}`.")
        return said

    # --- run ---

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count rows without a person, and rows outside a declared domain."""
        person = self._person(context.contract)
        facts: dict[str, ir.Scalar] = {"rows without a person": before[person].isnull().sum().fill_null(0)}
        if self._framed(context.contract):
            for name in self.by:
                if name != self.period:
                    frame = self._domain(name, context)
                    known = frame.filter(frame[name].notnull())[name]
                    facts[f"rows outside the domain of {name}"] = (
                        before[name].notnull() & ~before[name].isin(known)).sum().fill_null(0)
        return facts

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse rows of nobody (LP404) and values that the declared domain does not have (LP205)."""
        if facts["rows without a person"]:
            raise refuse("LP404", self, f"{int(facts['rows without a person'])} rows name nobody, and would be in no count. Join the "
                         "table of people, or leave those rows out with Where, first.")
        for name, count in facts.items():
            if name.startswith("rows outside") and count:
                raise ContractBroken(f"Aggregate: {int(count)} {name}; add the values to the domain, or correct the data.",
                                     rule="LP205")

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Group twice, and withhold what is too small."""
        import ibis

        contract, k = context.contract, context.purpose.k
        if self.period:
            table = self._closed(table, context)
        cells = self._cells(table, contract, k)
        large = (cells[PEOPLE] >= k) & ~cells.lapipe_dominated
        if not self._framed(contract):
            return carry(leave_out(cells, ~large, context), context.promise.names)
        frame = self._frame(context)
        cells = cells.rename({f"lapipe_{name}": name for name in self.by})
        wide = frame.left_join(cells, [frame[name].identical_to(cells[f"lapipe_{name}"]) for name in self.by])
        large = ((wide[PEOPLE] >= k) & ~wide.lapipe_dominated).fill_null(False)
        if context.purpose.zeros_public:
            empty = wide[PEOPLE].isnull()
            status = ibis.ifelse(large | empty, PUBLISHED, WITHHELD)
            people = ibis.cases((large, wide[PEOPLE]), (empty, ibis.literal(0, "int64")), else_=ibis.null("int64"))
        else:
            status = ibis.ifelse(large, PUBLISHED, WITHHELD)
            people = ibis.ifelse(large, wide[PEOPLE], ibis.null("int64"))
        shown = {name: ibis.ifelse(large, wide[name], ibis.null(wide[name].type())) for name in self.measures}
        return wide.select(*self.by, **{STATUS: status, PEOPLE: people, **shown})

    def _cells(self, table: ir.Table, contract: Contract, k: int) -> ir.Table:
        """Give a row per group that has people in it, with the true figures and whether one person makes most of one."""
        import ibis

        person = self._person(contract)
        partial: dict[str, ir.Value] = {ROWS: table.count()}
        for measure in self.measures.values():
            partial |= {f"{measure.prefix}_{name}": value  # type: ignore[attr-defined]
                        for name, value in measure.person(table).items()}
        people = table.group_by([*self.by, person]).aggregate(**partial)
        figures: dict[str, ir.Value] = {PEOPLE: people.count()}
        for name, measure in self.measures.items():
            figures |= {f"lapipe_{name}_{part}": value for part, value in measure.cell(people, contract, k).items()}
        cells = people.group_by(list(self.by)).aggregate(**figures)
        from_rows = {f"lapipe_{name}_value": value for name, measure in self.measures.items()
                     for value in measure.rows(table, contract).values()}
        if from_rows:
            rows = table.group_by(list(self.by)).aggregate(**from_rows).rename({f"lapipe_{name}": name for name in self.by})
            cells = cells.left_join(rows, [cells[name].identical_to(rows[f"lapipe_{name}"]) for name in self.by])
        dominated = ibis.literal(False)
        for name in self.measures:
            if f"lapipe_{name}_dominated" in cells.columns:
                dominated = dominated | cells[f"lapipe_{name}_dominated"]
        values = {}
        for name, measure in self.measures.items():
            value = cells[f"lapipe_{name}_value"].cast(measure.result(name).engine_type)
            if f"lapipe_{name}_unsafe" in cells.columns:
                value = ibis.ifelse(cells[f"lapipe_{name}_unsafe"], ibis.null(value.type()), value)
            values[name] = value
        return cells.select(*self.by, PEOPLE, lapipe_dominated=dominated, **values)

    # --- periods and domains ---

    def window(self, context: Context) -> list[date]:
        """Give the first days of the periods that are closed and wholly kept."""
        column = context.contract[self.period]
        first = date.fromisoformat(column.times_between[0])
        if column.keep:
            first = max(first, Duration.parse(column.keep).before(context.today))
        # A period that ends on day E (excluded) is closed from E plus the lag on.
        last = context.today if self.lag == "P0D" else self._lag().before(context.today)
        if context.coverage is not None:
            # An export that begins or ends within a period holds only part of it, whatever the date is today.
            first, last = max(first, context.coverage[0]), min(last, context.coverage[1])
        return list(periods(first, last, column.detail))

    def _closed(self, table: ir.Table, context: Context) -> ir.Table:
        import ibis

        column = context.contract[self.period]
        window = [period_of(day, column.detail) for day in self.window(context)]
        if not window:
            return table.filter(ibis.literal(False))
        value = table[self.period]
        if column.detail == "academic year":
            return table.filter(value.isin(window))
        return table.filter((value >= ibis.literal(window[0])) & (value <= ibis.literal(window[-1])))

    def _domain(self, name: str, context: Context) -> ir.Table:
        """Give the declared values of one column, and null where it may be null."""
        column = context.contract[name]
        if name in self.domains:
            source, _, other = self.domains[name].partition(".")
            table = context.table(source)
            values = table.select(**{name: table[other]}).distinct()
            if column.required:
                return values.filter(values[name].notnull())
            return values.filter(values[name].notnull()).union(self._listed(name, [None], context))
        listed: list[Any] = list(_declared(column))
        if name == self.period:
            listed = [period_of(day, column.detail) for day in self.window(context)]
        elif not column.required:
            listed.append(None)
        return self._listed(name, listed, context)

    def _listed(self, name: str, values: list[Any], context: Context) -> ir.Table:
        column = context.contract[name]

        def rows() -> pa.Table:
            import pyarrow as pa

            return pa.table({name: pa.array(values, _arrow(column))})

        return context.small({name: column.engine_type}, rows)

    def _frame(self, context: Context) -> ir.Table:
        frame = self._domain(self.by[0], context)
        for name in self.by[1:]:
            frame = frame.cross_join(self._domain(name, context))
        return frame


def _declared(column: Column) -> tuple[Any, ...]:
    """Give the values a column can have, where its contract says so; for a time, what makes them known."""
    if column.values:
        return column.values
    if column.type == "boolean":
        return (False, True)
    if column.detail.startswith("band ") and column.minimum is not None and column.maximum is not None:
        width = int(column.detail.removeprefix("band "))
        return tuple(range(floor(float(column.minimum)) // width * width, floor(float(column.maximum)) // width * width + 1, width))
    if column.detail in PERIOD_START and column.keep:
        return (column.detail,)
    return ()


def _arrow(column: Column) -> Any:
    import pyarrow as pa

    kind = period_type(column.detail) if column.detail in PERIOD_START else column.type
    return {"string": pa.string(), "integer": pa.int64(), "date": pa.date32(), "boolean": pa.bool_()}[kind]
