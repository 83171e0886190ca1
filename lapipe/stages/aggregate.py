"""Count people and make figures per group, and withhold the groups that are too small to hide in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from math import floor
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.disclosure.bands import withheld_band
from lapipe.disclosure.presets import Preset, Rounding, clipped, preset, rounded
from lapipe.errors import ContractBroken, UsageFault
from lapipe.local_time import PERIOD_START, period_of, period_type
from lapipe.phrases import Language, listed, named, term_said
from lapipe.purpose import Duration, Purpose
from lapipe.stage import LEFT_OUT, Context, Finished, Stage, carry, check_lag, closed_periods, lag_of, laxer, leave_out, refuse
from lapipe.stages.measures import ROWS, Measure, Share, Sum
from lapipe.stages.minimise import minimised

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pyarrow as pa

#: The columns that every aggregate has, and the one that says of a total over which columns it is.
PEOPLE, STATUS, OVER = "people", "status", "total_over"

#: A figure is as it is now; or kept back; or as it was shown before, since few people changed.
PUBLISHED, WITHHELD, FROZEN = "published", "withheld", "frozen"

#: What contributions are told apart by is taken modulo this prime, so that no engine overflows.
_PRIME = 2_147_483_647


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

    `totals` names columns to give totals over as well, in every combination; a tuple in it gives that combination alone. Such a
    row is empty in the columns it is over, and says so in `total_over`. Other groups are then withheld too, until no withheld
    one can be computed (lapipe.disclosure). `outcome` names the grouping column that tells how people did: where all of a group
    have one outcome, the group is withheld. `preset` names published rules for small numbers (duo, nse, nco, ten, opensafely),
    which may be stricter than the purpose, not laxer. `rounding` (a number, or "midpoint-6") rounds counts of people, and makes
    totals of the rounded parts. A figure in more digits than its measure has of itself stands under the purpose's exceptions, as
    `Aggregate.scale` with the most digits of any. With any of these a group of which one figure is unsafe is withheld whole.
    """

    by: Sequence[str]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    person: str = ""
    period: str = ""
    lag: str = "P0D"
    domains: Mapping[str, str] = field(default_factory=dict)
    totals: Sequence[str | tuple[str, ...]] = ()
    outcome: str = ""
    preset: str = ""
    rounding: Rounding = 0

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
        person = self.person_of(contract)
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
            used = measure.of
            if used and contract[used].use == "inside":
                raise refuse("LP304", self, f"purpose {purpose.name} uses '{used}' inside the pipeline only; it may not be told in "
                             "figures.")
        digits = max((measure.finer for measure in self.measures.values()), default=0)
        if digits:
            laxer(self, "scale", digits, purpose)
        self._check_measures(contract)
        if self.period:
            self._check_period(contract)
        elif any(contract[name].is_time and contract[name].detail in PERIOD_START for name in self.by):
            raise refuse("LP406", self, "groups by time without `period`: the newest groups would be released while people are "
                         "still being added to them. Name the time column as period.")
        for name, source in self.domains.items():
            self._check_domain(name, source, contract, purpose, sources)
        self._check_protection(purpose)
        self._check_outcomes(contract)
        columns = [contract[name].change(required=False) for name in self.by]
        if self.totals:
            columns.append(Column(OVER, kind=Kind.PLAIN, use="full", values=tuple(", ".join(over) for over in self.published()), required=True,
                                  label={"nl": "totaal over", "en": "total over"}))
        columns.append(Column(STATUS, kind=Kind.PLAIN, use="full", values=(PUBLISHED, WITHHELD, FROZEN), required=True,
                              label={"nl": "gepubliceerd, onthouden of bevroren", "en": "published, withheld or frozen"}))
        columns.append(Column(PEOPLE, type="integer", kind=Kind.PLAIN, use="full", unit="people",
                              label={"nl": "aantal mensen", "en": "number of people"}))
        columns += [measure.result(name) for name, measure in self.measures.items()]
        return Contract(name=contract.name, version=contract.version, columns=tuple(columns), key=(*self.by, *([OVER] if self.totals else ())),
                        statistics=True, period=self.period, lag=self.lag, framed=self._framed(contract), k=self.k_of(purpose))

    def person_of(self, contract: Contract) -> str:
        """Name the column that tells people apart; refuse one that cannot (LP404)."""
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
        """Refuse figures of two columns that are made of one: their difference may be one person's value, or count who is in between."""
        made: dict[tuple[bool, str], str] = {}
        for name in dict.fromkeys(measure.of for measure in self.measures.values()):
            for origin in (contract[name].made_of or (name,)) if name else ():
                kind = contract[name].type == "boolean"
                if made.setdefault((kind, origin), name) != name:
                    raise refuse("LP403", self, f"gives figures of '{made[kind, origin]}' and of '{name}', both made of '{origin}'; subtracted "
                                 f"they may {'count a few people' if kind else 'give one person' + chr(39) + 's value'}. Keep one of them.")

    def _check_period(self, contract: Contract) -> None:
        column = contract[self.period]
        if self.period not in self.by or column.detail not in PERIOD_START:
            raise UsageFault(f"Aggregate: period '{self.period}' must be one of the columns to group by, brought to "
                             f"{', '.join(PERIOD_START)} with Generalise.", rule="LP203")
        check_lag(self, self.lag)

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

    def _check_protection(self, purpose: Purpose) -> None:
        """Refuse totals, outcomes, presets and roundings that do not fit the groups, the purpose or each other."""
        for name in {each for over in self.totals for each in ((over,) if isinstance(over, str) else over)} | ({self.outcome} - {""}):
            if name not in self.by:
                raise UsageFault(f"Aggregate: '{name}' is no column to group by (they are: {', '.join(self.by)}).", rule="LP203")
            if name == self.period:
                raise refuse("LP403", self, f"'{name}' is the period of a series: a total over periods would be released anew with each, and "
                             "two of them subtracted give one period's people. Leave it out of totals and outcome.")
        for name in (OVER, *(self.measures if self.totals else ())):
            if self.totals and (name in self.by or (name == OVER and name in self.measures)):
                raise UsageFault(f"Aggregate: '{name}' names two columns; rename one.", rule="LP203")
        rules = self._preset
        if rules is not None and rules.zeros == "public" and not purpose.zeros_public:
            raise refuse("LP108", self, f"preset {rules.name} publishes groups of nobody, and purpose {purpose.name} does not declare zeros public. "
                         "Say zeros_public there, with its exception, or take another preset.")
        if self._rounding and self.measures:
            raise refuse("LP410", self, "rounds people and gives figures beside them, from which the exact numbers can be had. Leave the measures "
                         "or the rounding out.")
        if isinstance(self.rounding, bool) or not (self.rounding == "midpoint-6" or (isinstance(self.rounding, int) and self.rounding >= 0)):
            raise UsageFault(f"Aggregate: rounding is '{self.rounding}'; it should be a number of people, or midpoint-6.", rule="LP203")

    def _check_outcomes(self, contract: Contract) -> None:
        """Refuse to group by how people did without the rule for groups that all did the same (LP409)."""
        told = [name for name in self.by if contract[name].kind in (Kind.SENSITIVE, Kind.SPECIAL)]
        if len(told) > 1:
            raise refuse("LP409", self, f"groups by {listed([f'{each!r}' for each in told], 'en')}, which are sensitive; where all of a group have one value "
                         "of either, the table tells everybody's. Group by one of them.")
        if told and self.outcome != told[0]:
            raise refuse("LP409", self, f"groups by '{told[0]}', which is {contract[told[0]].kind}; where all of a group have one value, the table tells "
                         f"everybody's. Say outcome='{told[0]}', so that such groups are withheld.")

    @property
    def _preset(self) -> Preset | None:
        return preset(self.preset) if self.preset else None

    @property
    def _rounding(self) -> Rounding:
        return self.rounding or (self._preset.rounding if self._preset else 0)

    def k_of(self, purpose: Purpose) -> int:
        """Give the number of people that a group needs: the purpose's, or the preset's where that is more."""
        return max(purpose.k, self._preset.k if self._preset else 0)

    @property
    def finishes(self) -> bool:
        """Groups are withheld in this process where that depends on other groups, or where numbers are told otherwise."""
        rules = self._preset
        return bool(self.totals or self.outcome or self._rounding or (rules and rules.shares != (0, 100)))

    def published(self) -> list[tuple[str, ...]]:
        """Give the sets of columns that there are totals over, none first; names in the order of `by`."""
        cubed = [each for each in self.totals if isinstance(each, str)]
        sets = [tuple(name for name in self.by if name in chosen) for size in range(len(cubed) + 1) for chosen in combinations(cubed, size)]
        sets += [tuple(name for name in self.by if name in each) for each in self.totals if not isinstance(each, str)]
        return list(dict.fromkeys(sets))

    def _computed(self) -> list[tuple[str, ...]]:
        """Give the published sets, and those between them: who knows the one may know something of the other."""
        over = {name for each in self.published() for name in each}
        names = [name for name in self.by if name in over]
        return [tuple(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)]

    def _framed(self, contract: Contract) -> bool:
        return all(name in self.domains or _declared(contract[name]) for name in self.by)

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        dutch, k = language == "nl", self.k_of(purpose)
        figures = listed([f"`{name}` ({measure.result(name).label.get(language, type(measure).__name__)})" for name, measure in self.measures.items()],
                         language)
        person, public = self.person_of(before), purpose.zeros_public
        if dutch:
            said = (f"Telt mensen (naar `{person}`) per {named(self.by, language)}"
                    + (f", en berekent per groep {figures}" if self.measures else "") + f". Groepen van minder dan {k} mensen worden onthouden"
                    + ("; een groep van niemand wordt getoond." if public else ", een groep van niemand ook."))
        else:
            said = (f"Counts people (by `{person}`) per {named(self.by, language)}" + (f", and computes {figures} per group" if self.measures else "")
                    + f". Groups of fewer than {k} people are withheld" + ("; a group of nobody is shown." if public else ", and so is a group of nobody."))
        if self.period:
            lag = lag_of(self.lag)
            waits = term_said(lag, language) if lag != Duration() else ""
            if dutch:
                said += f" Een periode van `{self.period}` gaat één keer naar buiten, als ze voorbij is" + (f" en nog {waits} gewacht is." if waits else ".")
            else:
                said += f" A period of `{self.period}` is released once, when it is over" + (f" and {waits} have passed." if waits else ".")
        for name, source in self.domains.items():
            said += (f" Welke waarden `{name}` kan hebben, staat in `{source}`." if dutch
                     else f" Which values `{name}` can have stands in `{source}`.")
        over = [f"`{' + '.join(each)}`" for each in self.published() if each]
        if over:
            said += (f" Er zijn totalen over {listed(over, language)}; andere groepen worden mee onthouden tot geen onthouden groep uit te rekenen is."
                     if dutch else f" There are totals over {listed(over, language)}; other groups are withheld with them until no withheld one "
                     "can be computed.")
        if self.outcome:
            said += (f" Heeft een hele groep dezelfde `{self.outcome}`, dan wordt die onthouden." if dutch
                     else f" A group of which all have one `{self.outcome}` is withheld.")
        if self.preset:
            said += f" Regels voor kleine aantallen: `{self.preset}`." if dutch else f" Rules for small numbers: `{self.preset}`."
        if self._rounding:
            said += f" Aantallen worden afgerond: `{self._rounding}`." if dutch else f" Numbers are rounded: `{self._rounding}`."
        return said + (" Verschilt een groep weinig van wat eerder is gepubliceerd, dan staat er wat er stond." if dutch
                       else " A group that differs little from what was published before is shown as it was.")

    # --- run ---

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count rows without a person, and rows outside a declared domain."""
        person = self.person_of(context.contract)
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
        return self.of_people(self.people(table, context), table, context)

    def people(self, table: ir.Table, context: Context) -> dict[tuple[str, ...], ir.Table]:
        """Give the first of the two steps: a row per group and person, with what the figures are made of.

        By the columns that are grouped by: all of them, and fewer where there are totals.
        """
        if self.period:
            table = self._closed(table, context)
        person = self.person_of(context.contract)
        partial: dict[str, ir.Value] = {ROWS: table.count()}
        for measure in self.measures.values():
            partial |= {f"{measure.prefix}_{name}": value for name, value in measure.person(table).items()}
        return {by: table.group_by([*by, person]).aggregate(**partial) for by in map(self.without, self._computed() if self.finishes else [()])}

    def without(self, over: Sequence[str]) -> tuple[str, ...]:
        """Give the grouping columns that a total over some of them still has."""
        return tuple(name for name in self.by if name not in over)

    def told(self, contract: Contract) -> dict[str, tuple[str, ...]]:
        """Give what the figures tell of, each with the columns that hold what a person adds to it.

        Two releases can be subtracted where they tell of the same thing, whatever the figures are called: a mean and a number give a sum.
        Columns that are true or false and made of one other are one thing, since two cuts of it tell who lies between.
        """
        found: dict[str, tuple[str, ...]] = {}
        for measure in self.measures.values():
            found.setdefault(self.thing(measure, contract), tuple(f"{measure.prefix}_{part}" for part in measure.parts) or (ROWS,))
        return dict(sorted(found.items()))

    @staticmethod
    def thing(measure: Measure, contract: Contract) -> str:
        """Name what a figure tells of: the column as it was read, or what a computed one was made of."""
        name = measure.of
        if not name:
            return "rows"
        origin = contract[name].origin or "+".join(contract[name].made_of) or name
        return f"share of {origin}" if isinstance(measure, Share) else origin if contract[name].origin else f"{origin} as {name}"

    def contributions(self, people: ir.Table, contract: Contract) -> list[ir.IntegerValue]:
        """Give, for each thing told, a number that changes when what a person adds to it does: the same on every engine, and no figure itself."""
        import ibis

        found = []
        for columns in self.told(contract).values():
            state: Any = ibis.literal(0, "int64")
            for name in columns:
                # Exact on every engine: sums are decimals of up to 38 digits.
                part = (people[name].cast("decimal(38, 0)").fill_null(-1) % ibis.literal(_PRIME).cast("decimal(38, 0)")).cast("int64")
                state = (state * 31 + part) % ibis.literal(_PRIME, "int64")
            found.append(state.cast("int64"))
        return found

    def of_people(self, people: Mapping[tuple[str, ...], ir.Table], table: ir.Table, context: Context) -> ir.Table:
        """Give the second step, of the first and of the rows."""
        import ibis

        contract, k = context.contract, self.k_of(context.purpose)
        if self.period:
            table = self._closed(table, context)
        if self.finishes:
            return self._unfinished(people, table, context)
        cells = self._cells(people[tuple(self.by)], table, contract, k, tuple(self.by))
        large = (cells[PEOPLE] >= k) & ~cells.lapipe_dominated
        if not self._framed(contract):
            return carry(leave_out(cells.mutate(**{STATUS: ibis.literal(PUBLISHED)}), ~large, context), context.promise.names)
        frame = self._frame(context, self.by)
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

    def _cells(self, people: ir.Table, table: ir.Table, contract: Contract, k: int, by: tuple[str, ...]) -> ir.Table:
        """Give a row per group that has people in it, with the true figures and whether one person makes most of one."""
        import ibis

        cells = self._figures(people, table, contract, k, by)
        values = {}
        for name in self.measures:
            value = cells[name]
            if f"lapipe_{name}_unsafe" in cells.columns:
                value = ibis.ifelse(cells[f"lapipe_{name}_unsafe"], ibis.null(value.type()), value)
            values[name] = value
        return cells.select(*by, PEOPLE, "lapipe_dominated", **values)

    def _figures(self, people: ir.Table, table: ir.Table, contract: Contract, k: int, by: tuple[str, ...]) -> ir.Table:
        """Give a row per group that has people in it: people, rows, every figure, which of them is unsafe, and which group is."""
        import ibis

        figures: dict[str, ir.Value] = {PEOPLE: people.count(), ROWS: people[ROWS].sum().cast("int64")}
        for name, measure in self.measures.items():
            figures |= {f"lapipe_{name}_{part}": value for part, value in measure.cell(people, contract, k).items()}
        cells = people.group_by(list(by)).aggregate(**figures) if by else people.aggregate(**figures)
        from_rows = {f"lapipe_{name}_value": value for name, measure in self.measures.items()
                     for value in measure.rows(table, contract).values()}
        if from_rows and by:
            rows = table.group_by(list(by)).aggregate(**from_rows).rename({f"lapipe_{name}": name for name in by})
            cells = cells.left_join(rows, [cells[name].identical_to(rows[f"lapipe_{name}"]) for name in by])
        elif from_rows:
            cells = cells.cross_join(table.aggregate(**from_rows))
        dominated = ibis.literal(False)
        for name in self.measures:
            if f"lapipe_{name}_dominated" in cells.columns:
                dominated = dominated | cells[f"lapipe_{name}_dominated"]
        values = {name: cells[f"lapipe_{name}_value"].cast(measure.result(name).engine_type) for name, measure in self.measures.items()}
        unsafe = [f"lapipe_{name}_unsafe" for name in self.measures if f"lapipe_{name}_unsafe" in cells.columns]
        return cells.select(*by, PEOPLE, ROWS, *unsafe, lapipe_dominated=dominated, **values)

    # --- totals, outcomes and roundings ---

    def _unfinished(self, people: Mapping[tuple[str, ...], ir.Table], table: ir.Table, context: Context) -> ir.Table:
        """Give the true figures of every group and total; `finish` withholds. They go no farther than this run's own folder."""
        import ibis

        contract, k = context.contract, self.k_of(context.purpose)
        published = self.published()
        parts = []
        for over in self._computed():
            by = self.without(over)
            cells = self._figures(people[by], table, contract, k, by)
            unsafe = cells.lapipe_dominated
            for name in self.measures:
                if f"lapipe_{name}_unsafe" in cells.columns:
                    unsafe = unsafe | cells[f"lapipe_{name}_unsafe"]
            cells = cells.select(*by, PEOPLE, ROWS, *self.measures, lapipe_unsafe=unsafe.fill_null(True))
            if by and self._framed(contract):
                frame = self._frame(context, by)
                cells = cells.rename({f"lapipe_{name}": name for name in by})
                cells = frame.left_join(cells, [frame[name].identical_to(cells[f"lapipe_{name}"]) for name in by])
            shown: dict[str, Any] = {name: cells[name] if name in by else ibis.null(contract[name].engine_type) for name in self.by}
            if self.totals:
                shown[OVER] = ibis.literal(", ".join(over))
            shown[STATUS] = ibis.literal(WITHHELD)
            shown |= {name: cells[name] for name in (PEOPLE, *self.measures)}
            shown |= {PEOPLE: cells[PEOPLE].fill_null(0), ROWS: cells[ROWS].fill_null(0),
                      "lapipe_unsafe": cells.lapipe_unsafe.fill_null(False) & (cells[PEOPLE].fill_null(0) > 0),
                      "lapipe_hidden": ibis.literal(over not in published), "lapipe_over": ibis.literal(", ".join(over))}
            parts.append(cells.select(**{name: shown[name] for name in
                                         (*context.promise.names, ROWS, "lapipe_unsafe", "lapipe_hidden", "lapipe_over")}))
        return ibis.union(*parts) if len(parts) > 1 else parts[0]

    def finish(self, rows: pa.Table, context: Context) -> Finished:
        """Withhold until nothing withheld can be computed, and prove it."""
        import numpy as np
        import pyarrow as pa

        from lapipe.disclosure.cells import TOTAL, Cells, withheld

        framed, k = self._framed(context.contract), self.k_of(context.purpose)
        columns = rows.to_pydict()
        totals = [frozenset(over.split(", ")) for over in columns["lapipe_over"]]
        labels = [tuple(TOTAL if name in over else columns[name][row] for name in self.by) for row, over in enumerate(totals)]
        # Without a frame the total of nobody has no row either.
        people = np.array(columns[PEOPLE], dtype=np.int64)
        sums = {name: np.array([int((value or 0) * 10**measure.scale) for value in columns[name]], dtype=np.int64)
                for name, measure in self.measures.items() if isinstance(measure, Sum)}
        cells = Cells(labels, people, np.array(columns["lapipe_unsafe"], dtype=bool), np.array(columns["lapipe_hidden"], dtype=bool),
                      np.array(columns[ROWS], dtype=np.int64) if self.measures else None, sums)
        gone, audited = withheld(cells, self.by, k, zeros_public=context.purpose.zeros_public, framed=framed, outcome=self.outcome,
                                 rounded=bool(self._rounding))
        if self._rounding:
            people = self._rounded(labels, people, gone)
        limits = self._preset.shares if self._preset else (0, 100)
        told: dict[str, list[Any]] = {name: columns[name] for name in context.promise.names}
        empty = [bool(each) for each in gone]
        told[STATUS] = [WITHHELD if each else PUBLISHED for each in empty]
        told[PEOPLE] = [None if each else int(n) for each, n in zip(empty, people, strict=True)]
        for name, measure in self.measures.items():
            share = isinstance(measure, Share)
            told[name] = [None if each or not n else clipped(value, limits) if share and value is not None else value
                          for each, n, value in zip(empty, people, columns[name], strict=True)]
        keep = [row for row in range(len(labels)) if not columns["lapipe_hidden"][row] and (framed or people[row] > 0 or empty[row])]
        schema = pa.schema([rows.schema.field(name) for name in context.promise.names])
        finished = pa.table({name: [values[row] for row in keep] for name, values in told.items()}, schema=schema)
        if framed:
            return Finished(finished, "in the table, as rows with status withheld", audited.declared, {"audit": audited.described()})
        mark = pa.array([context.position if empty[row] else None for row in keep], pa.int8())
        return Finished(finished.append_column(LEFT_OUT, mark), self._band(labels, empty, keep), audited.declared, {"audit": audited.described()})

    def _rounded(self, labels: Sequence[tuple[Any, ...]], people: np.ndarray[Any, Any], gone: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Round the groups, and make every total of the rounded groups that are shown."""
        import numpy as np

        from lapipe.disclosure.cells import TOTAL

        exact, told = np.zeros_like(people), np.zeros_like(people)
        place = {label: row for row, label in enumerate(labels)}
        sets = {tuple(part is TOTAL for part in label) for label in labels}
        for row, label in enumerate(labels):
            if TOTAL not in label:
                step = 0 if gone[row] else rounded(int(people[row]), self._rounding)
                for over in sets:
                    total = place.get(tuple(TOTAL if summed else part for summed, part in zip(over, label, strict=True)))
                    if total is not None:
                        exact[total] += people[row]
                        told[total] += step
        if (exact != people).any():
            raise refuse("LP410", self, "people are in several groups, so a total of rounded parts is no number of people. Leave totals or the "
                         "rounding out.")
        return told

    def _band(self, labels: Sequence[tuple[Any, ...]], gone: Sequence[bool], keep: Sequence[int]) -> str:
        """Tell how many groups got no row, in a band, or not at all where the band would tell which."""
        from lapipe.disclosure.cells import TOTAL

        shown = [labels[row] for row in keep if not gone[row]]
        possible = 0
        for over in {tuple(part is TOTAL for part in labels[row]) for row in keep}:
            of = [label for label in shown if tuple(part is TOTAL for part in label) == over]
            number = 1
            for position, summed in enumerate(over):
                number *= 1 if summed else len({label[position] for label in of})
            possible += number
        return withheld_band(sum(gone[row] for row in keep), len(shown), possible)

    # --- periods and domains ---

    def window(self, context: Context) -> list[date]:
        """Give the first days of the periods that are closed and wholly kept."""
        return closed_periods(context.contract[self.period], lag_of(self.lag), context)

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

    def _frame(self, context: Context, by: Sequence[str]) -> ir.Table:
        frame = self._domain(by[0], context)
        for name in by[1:]:
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
