"""The table on its way through the stages: read, step by step, counted, judged, released."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.contract.spelling import Canonical
from lapipe.differencing import Leaving, Marks, about_release, hold, marks_of
from lapipe.disclosure.bands import band, withheld_band
from lapipe.engine import Engine
from lapipe.engine.metered import READING, Metered, Part
from lapipe.errors import ContractBroken, EngineFault, Refused
from lapipe.ledger import Ledger
from lapipe.local_time import local_date, period_of, starts
from lapipe.people import People
from lapipe.plan import Plan, Step, sources_of
from lapipe.provenance import described
from lapipe.quarantine import quarantine, refuse_quarantined
from lapipe.readers import Databases, Parquet, Text, files_of, open_source
from lapipe.register import Register, RunRecord
from lapipe.release import Note, Release, Staging, Written, on_disk, periods_there
from lapipe.stage import LEFT_OUT, Context, closed_periods, lag_of
from lapipe.stages.aggregate import Aggregate
from lapipe.stages.listed import Listed
from lapipe.stages.minimise import minimised
from lapipe.stages.redact import Redact
from lapipe.stages.release import Release as ReleaseStage
from lapipe.stages.validate import Validate

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from lapipe.approval import Approval
    from lapipe.choices import Standing
    from lapipe.purpose import Organisation


class Running(Protocol):
    """What the flow asks of the run that it is part of."""

    pipeline: Any
    options: Any
    today: date
    key_ids: dict[str, str]
    purposes: frozenset[str]
    ledger: Ledger | None
    pseudonymised: dict[str, dict[str, int]]
    approvals: tuple[Approval, ...]
    standing: Standing | None

    def organisation(self) -> Organisation:
        """Give the organisation of the purpose's project."""
        ...

    def pseudonyms(self, domain: str) -> Any:
        """Open the key of an identity domain."""
        ...

    def key_checks(self) -> dict[str, str]:
        """Give the keys that pseudonyms were made with, and their check values."""
        ...


@dataclass(frozen=True)
class Told:
    """What a stage did, for the register and the terminal: rows that entered, rows and people it left out."""

    stage: str
    rows_in: int | None = None
    rows_left_out: int | None = None
    people_in: int | None = None
    people_left_out: int | None = None


@dataclass(frozen=True)
class _Leaving:
    """A statistic on its way out: the release that writes it, its table, and what the ledger must know of it."""

    release: Release
    note: Note
    table: pa.Table
    leaving: Leaving
    marks: Marks
    part: Part


class Flow:
    """The table on its way through the stages, and what is told of it."""

    def __init__(self, running: Running, plan: Plan, engine: Engine, record: RunRecord, register: Register, staging: Staging,
                 folder: Path, started: Mapping[str, Any]) -> None:
        self.running, self.plan, self.engine, self.record = running, plan, engine, record
        self.register, self.staging, self.folder, self.started = register, staging, folder, started
        self.tables: dict[str, ir.Table] = {}
        self.contracts: dict[str, Contract] = {}
        self.source_rows: dict[str, int] = {}
        self._told: dict[int, Told] = {}
        self.written: list[Written] = []
        self.withheld = ""
        #: Texts that Redact withheld, by column, in bands.
        self.texts_withheld: dict[str, str] = {}
        #: How long an outsider's interval for a withheld group is at least; nought where no group depends on others.
        self.interval = 0
        self.window: list[Any] = []
        self.skipped: list[str] = []
        self.coverage: tuple[date, date] | None = None
        self._extents: dict[Any, tuple[Any, Any] | None] = {}
        self._dropping: list[tuple[int, Step, Context, dict[str, Any]]] = []
        self._pending = False
        self._held: ir.Table | None = None
        self._people: People | None = None
        self._files: dict[str, tuple[Path, ...]] = {}
        #: The groups of the last Aggregate with their people, and the step that made them.
        self._grouped: tuple[Step, dict[tuple[str, ...], ir.Table]] | None = None
        #: The rows that the next Aggregate groups too, and the statistics that leave together when the last stage is done.
        self._ungrouped: ir.Table | None = None
        self._leaving: list[_Leaving] = []
        #: The rows that the next count must find again; None where rows became groups.
        self._rows: int | None = None
        #: The people among them, where the table tells.
        self._going_on: int | None = None
        #: What the next table that is held computes, all in one query.
        self._waiting: list[str] = []

    def _measured(self, *stages: str) -> Part:
        """Let what follows count for these stages, where the run is to be explained."""
        return self.engine.at(*stages) if isinstance(self.engine, Metered) else Part(stages)

    @property
    def told(self) -> tuple[Told, ...]:
        """What each stage did, in the stages' order."""
        return tuple(self._told[position] for position in sorted(self._told))

    def go(self, data: Mapping[str, Any]) -> None:
        """Read the sources and fold the stages."""
        main = next(iter(self.plan.sources))
        self._files = {name: files_of(data[name], declared) for name, declared in self.plan.sources.items()}
        refuse_quarantined(self.register, self._files, self.running.organisation())
        with contextlib.closing(Databases()) as databases:
            self._read_all(data, main, databases)
        table = self._new_part(main, self.tables[main])
        for position, step in enumerate(self.plan.steps):
            self.running.options.progress(f"{step.stage.kind} ({position + 1} of {len(self.plan.steps)})")
            table = self._step(position, step, table)
        self._leave()

    def _new_part(self, main: str, table: ir.Table) -> ir.Table:
        """Leave alone the rows of periods that every release of the pipeline has had already: they are in no release any more.

        Only where all releases are series by one time column of the main source (the days it was read of are known by now), and where
        every stage is lapipe's own: those look at a row or at its person, and a stage of a project's may look at other rows.
        """
        self._rows = self.source_rows[main]
        read = self.plan.steps[0].after
        times = [column for column in read if column.kind is Kind.EVENT_TIME and column.is_time]
        steps = list(enumerate(self.plan.steps))
        series = [self._series(position, step) for position, step in steps if isinstance(step.stage, ReleaseStage)]
        own = all(type(step.stage).__module__.startswith("lapipe.") for _, step in steps)
        if not own or len(times) != 1 or any(each is None or each[0] != times[0].origin or not each[2] for each in series):
            return table
        fresh = [day for _, days, _ in filter(None, series) for day in days[:1]]
        if not fresh:
            return table
        import ibis

        column = times[0]
        bound = ibis.literal(starts(column, min(fresh))).cast(column.engine_type)
        new = table.filter((table[column.name] >= bound) | table[column.name].isnull())
        self._rows = int(self.engine.count({"rows": new.count()})["rows"])
        if self._rows == self.source_rows[main]:
            return table
        self._pending = True
        self._waiting.append("new rows")
        self.record.record("increment", {"source": main, "column": column.name, "from": min(fresh).isoformat(), "rows": self._rows})
        return new

    def _series(self, position: int, step: Step) -> tuple[str, list[date], bool] | None:
        """Give the column that a release's periods are read from, the first days of those to be released yet, and whether any was before.

        None where it is no series.
        """
        stage, contract = step.stage, step.after
        assert isinstance(stage, ReleaseStage)
        if contract.statistics:
            position, step = next((at, self.plan.steps[at]) for at in reversed(range(position)) if isinstance(self.plan.steps[at].stage, Aggregate))
            assert isinstance(step.stage, Aggregate)
            if not step.stage.period:
                return None
            column, days = step.before[step.stage.period], step.stage.window(self._context(position, step))
        elif stage.period:
            column = contract[stage.period]
            days = closed_periods(column, lag_of(stage.lag), self._context(position, step))
        else:
            return None
        past = self._released(stage.name)
        return column.origin, [day for day in days if str(period_of(day, column.detail)) not in past], bool(past)

    def _read_all(self, data: Mapping[str, Any], main: str, databases: Databases) -> None:
        for name, declared in self.plan.sources.items():
            may_be_empty = any(isinstance(step.stage, Listed) and name in step.stage.needs() for step in self.plan.steps)
            only = self.plan.steps[0].after if name == main else minimised(declared, self.plan.purpose)
            self._read(name, data[name], declared, only, may_be_empty, databases)

    def _read(self, name: str, given: Any, declared: Contract, only: Contract, may_be_empty: bool, databases: Databases) -> None:
        self.running.options.progress(f"reading {name}")
        self._measured(READING + name)
        options = self.running.options
        source = open_source(given, declared, self.folder, options.quarantine / options.run_id if options.quarantine else None,
                             databases=databases, wanted=only.names)
        read = self.engine.read(source, only)
        for column, count in read.unreadable.items():
            raise ContractBroken(f"{declared.name}: in {count} rows column '{column}' is not {only[column].type}"
                                 f"{' of the declared format' if only[column].format else ''}, as contract version {declared.version} says. "
                                 "Correct the export, or the contract.", rule="LP204")
        if not read.rows and not may_be_empty:
            raise ContractBroken(f"{declared.name}: source '{name}' has a header and no rows; export it again.", rule="LP208")
        table = read.table
        for declared_column in only:
            if declared_column.kind is Kind.IDENTIFIER and declared_column.domain:
                table = self._spelt(table, declared_column.name, only)
        self.tables[name], self.contracts[name] = table, only
        if name == next(iter(self.plan.sources)):
            self.coverage = self._covered(table, only)
        else:
            self._valid(table, only)
        self.source_rows[name] = read.rows
        shown: dict[str, Any] = {"source": name, "contract": declared.name, "version": declared.version, "rows": read.rows,
                                 "columns_read": list(only.names), "columns_left": [n for n in declared.names if n not in only],
                                 "columns": [described(column) for column in only]}
        if isinstance(source, Text):
            shown |= {"encoding": source.encoding, "delimiter": source.delimiter, **source.found}
        elif isinstance(source, Parquet):
            shown |= source.found
        self.record.record("source", shown)

    def _covered(self, table: ir.Table, contract: Contract) -> tuple[date, date] | None:
        """Give the first and last local day of the events that were read, or None where there are no times."""
        times = [column for column in contract if column.kind is Kind.EVENT_TIME and column.is_time]
        days: list[tuple[date, date]] = []
        for column in times:
            found = self._extent(table[column.name], column)
            if found is not None:
                days.append((local_date(found[0], column), local_date(found[1], column)))
        return (max(first for first, _ in days), min(last for _, last in days)) if days else None

    def _extent(self, column: ir.Column, declared: Column) -> tuple[Any, Any] | None:
        """Give the first and last time within its declared range that a column has where it was read; None where it has none.

        A time far outside is on no calendar; Validate refuses it.
        """
        import ibis

        root = self.engine.root(column)
        if root.op() not in self._extents:
            low, high = (ibis.literal(starts(declared, date.fromisoformat(day))).cast(declared.engine_type) for day in declared.times_between)
            known = (root >= low) & (root < high)
            found = self.engine.count({"first": root.min(where=known), "last": root.max(where=known)})
            self._extents[root.op()] = None if found["first"] is None else (found["first"], found["last"])
        return self._extents[root.op()]

    def _valid(self, table: ir.Table, contract: Contract) -> None:
        """Hold a source that is joined or looked into against its contract; the main one has Validate among its stages."""
        stage = Validate()
        context = replace(self._context(0, self.plan.steps[0]), contract=contract)
        stage.judge(self.engine.count(stage.facts(table, context)), context)

    def _spelt(self, table: ir.Table, name: str, contract: Contract) -> ir.Table:
        """Bring an identifier to its canonical form, over its distinct spellings; a table already in it stays as it is."""
        column = contract[name]
        compute = Canonical(column.spelling or Spelling(), whole=column.type == "integer")
        mapping = self.engine.lookup(self.engine.root(table[name]), compute, column.engine_type)
        if compute.unspellable:
            raise ContractBroken(f"{contract.name}: {compute.unspellable} distinct spellings of '{name}' are not what the contract declares, and "
                                 "cannot be brought to one form. Declare their spelling, or correct the export.", rule="LP207")
        if not compute.changed:
            self.engine.drop(mapping)
            return table
        keyed = mapping.select(lapipe_key=mapping.key, lapipe_value=mapping.value)
        joined = table.left_join(keyed, table[name] == keyed.lapipe_key).drop("lapipe_key", name)
        return joined.rename({name: "lapipe_value"}).select(*contract.names)

    # --- one step ---

    def _step(self, position: int, step: Step, table: ir.Table) -> ir.Table:
        stage = step.stage
        if isinstance(stage, Aggregate) and self._ungrouped is not None:
            table = self._ungrouped
        named = f"{position + 1} {stage.kind}"
        if stage.needs_held:
            table = self._settle(table, step.before, written=self._written_next(position))
        if isinstance(stage, Aggregate):
            self._ungrouped = table if any(isinstance(each.stage, Aggregate) for each in self.plan.steps[position + 1:]) else None
        part = self._measured(named)
        context = self._context(position, step)
        before = _staying(table)
        facts = self.engine.count(stage.facts(before, context))
        found = stage.inspect(before, context)
        if isinstance(stage, ReleaseStage):
            self._release(stage, step.after, table, part)
            return table
        if stage.drops:
            self._dropping.append((position, step, context, {**facts, **found}))
        else:
            self._judged(position, step, context, {**facts, **found}, Told(stage.kind))
        after = self._applied(step, table, context)
        if after is not table:
            self._pending = True
            self._waiting.append(named)
        return after

    def _written_next(self, position: int) -> bool:
        """Tell whether the table is released as it enters this step; what only looks at it may come before."""
        for step in self.plan.steps[position:]:
            if isinstance(step.stage, ReleaseStage) or step.stage.drops or step.after != step.before:
                return isinstance(step.stage, ReleaseStage)
        return False

    def _applied(self, step: Step, table: ir.Table, context: Context) -> ir.Table:
        """Let the stage compute: over the table's people where it looks at nothing else, over its rows otherwise."""
        stage = step.stage
        on = stage.depends_on(step.before, self.contracts)
        # A log has far fewer people than rows; of another key there may be one for each.
        if self._people is None and on and step.before[on].kind is Kind.IDENTIFIER:
            self._people = People(self.engine, table, step.before, on)
        if self._people is not None and self._people.take(stage, context):
            return self._people.joined(step.after)
        self._people = None
        if isinstance(stage, Aggregate):
            # Held, since both the figures and the ledger are made of it.
            people = {by: self.engine.hold(group) for by, group in stage.people(table, context).items()}
            self._grouped = (step, people)
            return stage.of_people(people, table, context)
        return stage.apply(table, context)

    def _context(self, position: int, step: Step) -> Context:
        engine = self.engine
        return Context(
            purpose=self.plan.purpose, today=self.running.today, contract=step.before, promise=step.after, position=position,
            tables=self.tables, contracts=self.contracts,
            lookup=lambda column, compute, type: engine.lookup(engine.root(column), compute, type),
            small=lambda schema, rows: engine.table(rows()),
            distinct=lambda column: engine.distinct(column), pseudonyms=self.running.pseudonyms, root=engine.root,
            extent=self._extent, values=engine.values, purposes=self.running.purposes, coverage=self.coverage, fetch=engine.fetch,
            standing=self.running.standing)

    def _judged(self, position: int, step: Step, context: Context, facts: Mapping[str, Any], told: Told) -> None:
        problem: BaseException | None = None
        try:
            step.stage.judge(facts, context)
        except (Refused, ContractBroken) as error:
            problem = error
        counts = {name: value for name, value in vars(told).items() if value is not None and name != "stage"}
        shown = {name: value if isinstance(value, Mapping) else int(value or 0) for name, value in facts.items()}
        self.record.record("stage", {"stage": step.stage.kind, "facts": shown, **counts,
                                     "columns_out": [{"name": c.name, "kind": str(c.kind), "detail": c.detail} for c in step.after]})
        if isinstance(problem, Refused) and problem.rule == "LP503":
            raise Refused(f"{str(problem).removeprefix('LP503 ')} {self._incident(position, facts)}", rule="LP503")
        if problem is not None:
            raise problem
        self._told[position] = told
        if isinstance(step.stage, Redact):
            self.texts_withheld[step.stage.column] = band(sum(int(facts[name] or 0) for name in step.stage.withheld()))

    def _incident(self, position: int, facts: Mapping[str, Any]) -> str:
        """Put the sources of a column with a BSN in quarantine, and say so with the officer's contact."""
        organisation, options = self.running.organisation(), self.running.options
        first: dict[str, Mapping[str, Any]] = {}
        for fact in facts.values():
            if isinstance(fact, Mapping) and fact.get("kind") == "national_id":
                for source in sorted(sources_of(self.plan, position, str(fact["column"]))):
                    first.setdefault(source, fact)
        told = []
        for source, fact in first.items():
            files = self._files.get(source, ())
            made = quarantine(self.register, options.run_id, pipeline=self.plan.pipeline, source=source, contract=self.plan.sources[source].name,
                              column=str(fact["column"]), rule=str(fact["rule"]), files=files, today=self.running.today,
                              organisation=organisation, folder=options.quarantine)
            told.append(f"source '{source}' (incident {made.number}{'' if files else ', a table in memory, which nothing keeps from being read'})")
        officer = organisation.officer
        return (f"In quarantine: {', '.join(told)}; files stay where they are, and no run reads them until the officer releases them "
                f"(`lapipe quarantine list`). Contact: {officer.role}, {officer.email}.")

    def _settle(self, table: ir.Table, contract: Contract, *, written: bool) -> ir.Table:
        """Compute the table once and keep it; count from it, in one grouped query, what each stage left out."""
        if not self._pending:
            return table
        part = self._measured(*self._waiting)
        self._waiting = []
        if self._people is not None:
            table = self._people.held(contract)
        held = self.engine.hold(table, written=contract.names if written and not contract.statistics else ())
        if self._people is not None:
            self._people.gone()
            self._people = None
        if self._dropping and self._dropping[-1][1].stage.finishes:
            held = self._finished(held)
        main = next(iter(self.plan.sources))
        if self._ungrouped is not None:
            pass  # Another Aggregate needs the rows.
        elif self._held is not None:
            self.engine.drop(self._held)
        elif not any(main in step.stage.needs() for step in self.plan.steps):
            self.engine.drop(self.tables[main])
        self._held, self._pending = held, False
        if self._dropping:
            self._count(held, contract)
        part.rows, part.people = self._rows, self._going_on
        return _staying(held)

    def _finished(self, held: ir.Table) -> ir.Table:
        """Let the last stage finish its few rows in this process; what it made on the engine goes."""
        _, step, context, facts = self._dropping[-1]
        finished = step.stage.finish(self.engine.fetch(held), context)
        self.engine.drop(held)
        facts.update(finished.facts)
        self.withheld, self.interval = finished.withheld, finished.interval
        return self.engine.table(finished.rows)

    def _count(self, held: ir.Table, contract: Contract) -> None:
        """Tell of each stage that may leave rows out how many rows and people it did, and let it judge."""
        import ibis

        marked = LEFT_OUT in held.columns
        last = self._dropping[-1][1]
        if isinstance(last.stage, Aggregate):
            self._rows = self._going_on = None
            self._count_groups(held, marked)
            return
        person = contract.person if contract.person in held.columns else ""
        mark = held[LEFT_OUT] if marked else ibis.null("int8")
        by = {"mark": mark, **({"who": held[person]} if person else {})}
        middle = self.engine.hold(held.group_by(**by).aggregate(n=ibis._.count()))
        rows = {row["mark"]: int(row["n"]) for row in
                self.engine.fetch(middle.group_by("mark").aggregate(n=middle.n.sum().cast("int64"))).to_pylist()}
        people: dict[int | None, int] = {}
        if person:
            # Someone is left out by the stage that took the last of their rows.
            stays = 127
            latest = (middle.filter(middle.who.notnull()).group_by("who")
                      .aggregate(mark=middle.mark.fill_null(stays).max()))
            people = {int(row["mark"]): int(row["n"]) for row in
                      self.engine.fetch(latest.group_by("mark").aggregate(n=latest.count())).to_pylist()}
        self.engine.drop(middle)
        entering, people_entering = sum(rows.values()), sum(people.values())
        if self._rows is not None and entering != self._rows:
            # A key that stands twice in another source makes rows; the stage that counted it says so better.
            for position, step, context, facts in self._dropping:
                self._judged(position, step, context, {**facts, "rows in": self._rows, "rows left out": 0}, Told(step.stage.kind))
            raise EngineFault(f"The engine gave {entering} rows where {self._rows} went in, so nothing is released. This is a fault of lapipe; "
                              "please report it.")
        dropping, self._dropping = self._dropping, []
        for position, step, context, facts in dropping:
            gone, people_gone = rows.get(position, 0), people.get(position, 0)
            told = Told(step.stage.kind, entering, gone, people_entering if person else None, people_gone if person else None)
            self._judged(position, step, context, {**facts, "rows in": entering, "rows left out": gone}, told)
            entering, people_entering = entering - gone, people_entering - people_gone
        self._rows, self._going_on = entering, people_entering if person else None
        if not entering:
            raise ContractBroken(f"After {dropping[-1][1].stage.kind} no row is left, so nothing can be released. Look which stage left them "
                                 "out: `lapipe register show`.", rule="LP205")

    def _count_groups(self, held: ir.Table, marked: bool) -> None:
        """Tell, in a band that gives nothing back, how many groups got no row."""
        (position, step, context, facts), self._dropping = self._dropping[-1], []
        if isinstance(step.stage, Aggregate) and step.stage.period:
            detail = step.before[step.stage.period].detail
            self.window = [period_of(day, detail) for day in step.stage.window(context)]
        if step.stage.finishes:
            pass
        elif step.after.framed:
            self.withheld = "in the table, as rows with status withheld"
        else:
            staying = _staying(held)
            counts = {"shown": staying.count(), "all": held.count()}
            for name in step.after.key:
                counts[f"distinct {name}"] = staying[name].nunique() + staying[name].isnull().max().fill_null(False).cast("int64")
            counted = {name: int(value or 0) for name, value in self.engine.count(counts).items()}
            combinations = 1
            for name in step.after.key:
                combinations *= max(1, counted[f"distinct {name}"])
            self.withheld = withheld_band(counted["all"] - counted["shown"], counted["shown"], combinations)
        self._judged(position, step, context, facts, Told(step.stage.kind))

    # --- out ---

    def _release(self, stage: ReleaseStage, contract: Contract, table: ir.Table, part: Part) -> None:
        running, declared = self.running, self.plan.purpose
        contract = stage.series(contract)
        release = Release(stage.name, contract, declared, stage.csv)
        periods: tuple[str, ...] = ()
        if contract.period:
            past = self._released(stage.name)
            window = self.window if contract.statistics else self._window(stage, contract)
            fresh = [period for period in window if str(period) not in past]
            periods = tuple(str(period) for period in fresh)
            if not fresh:
                self.record.record("skipped", {"release": stage.name, "why": "every closed period was released before"})
                self.skipped.append(stage.name)
                return
            if len(fresh) < len(window) or not contract.statistics:
                table = table.filter(table[contract.period].isin(fresh))
        self.running.options.progress(f"writing {stage.name}")
        sources = {name: {"contract": c.name, "version": c.version, "fingerprint": c.fingerprint()}
                   for name, c in self.plan.sources.items()}
        from lapipe import __version__

        note = Note(
            pipeline=running.pipeline.name, run=running.options.run_id, register=self.started, periods=periods,
            created=f"{running.options.clock():%Y-%m-%dT%H:%M:%SZ}", erase_by=declared.keep_for.after(running.today),
            withheld=self.withheld if contract.statistics else "", interval=self.interval if contract.statistics else 0,
            texts_withheld={} if contract.statistics else {name: told for name, told in self.texts_withheld.items() if name in contract},
            key_id=", ".join(sorted(set(running.key_ids.values())))
            if not contract.statistics else "", key_check={} if contract.statistics else running.key_checks(), contracts=sources, version=__version__,
            approvals=tuple(approval.named() for approval in running.approvals))
        chosen = table.select(*contract.names)
        if contract.statistics:
            self._leaving.append(_Leaving(release, note, self.engine.fetch(chosen), *self._about(stage.name, contract, periods, note), part))
        else:
            self._write(release, chosen, note, part)

    def _write(self, release: Release, leaving: Any, note: Note, part: Part) -> None:
        contract = release.contract
        written = on_disk(f"write release {release.name}", lambda: release.write(leaving, self.engine, self.staging, note))
        self.written.append(written)
        part.rows, part.exact = written.rows, contract.statistics
        self.record.record("stage", {"stage": "Release", "release": release.name, "columns_out": [
            {"name": c.name, "kind": str(c.kind), "detail": c.detail} for c in contract]})

    def _window(self, stage: ReleaseStage, contract: Contract) -> list[Any]:
        """Give the closed periods of rows about people that leave in parts."""
        column = contract[stage.period]
        step = Step(stage, contract, contract)
        return [period_of(day, column.detail) for day in closed_periods(column, lag_of(stage.lag), self._context(0, step))]

    def _about(self, name: str, contract: Contract, periods: tuple[str, ...], note: Note) -> tuple[Leaving, Marks]:
        """Say what the ledger must know of a statistic: the stage that made it, and the people of its groups."""
        running, declared = self.running, self.plan.purpose
        assert self._grouped is not None
        assert running.ledger is not None
        (step, people), ledger = self._grouped, running.ledger
        grouping = step.stage
        assert isinstance(grouping, Aggregate)
        if periods and len(periods) < len(self.window):
            fresh = [each for each in self.window if str(each) in set(periods)]
            people = {by: group.filter(group[contract.period].isin(fresh)) for by, group in people.items()}
        about = about_release(running.options.run_id, name, self.plan.pipeline, declared.name, grouping.k_of(declared), note.created, note.erase_by, grouping,
                              step.before)
        pseudonymised = step.before[grouping.person_of(step.before)].kind is Kind.PSEUDONYM
        marks = marks_of(ledger, about.domain, running.pseudonymised[about.domain] if pseudonymised else {})
        return Leaving(about, grouping, step.before, contract, people), marks

    def _leave(self) -> None:
        """Hold the run's statistics against earlier releases of the same people and against each other, remember and write them."""
        if not self._leaving:
            return
        ledger = self.running.ledger
        assert ledger is not None
        self._measured("memory of releases")
        shown = on_disk("remember the release", lambda: hold([(each.table, each.leaving, each.marks) for each in self._leaving], ledger, self.engine,
                                                             self.running.today))
        if len(self._leaving) > 1:
            self.withheld = "; ".join(f"{each.release.name}: {each.note.withheld}" for each in self._leaving)
        for each, held in zip(self._leaving, shown, strict=True):
            self.record.record("memory", {"release": each.release.name, "releases compared": held.compared, "cells frozen": held.frozen,
                                          "cells withheld": held.withheld})
            self._write(each.release, held.table, each.note, self._measured(*each.part.stages))

    def _released(self, name: str) -> set[str]:
        """Give the periods of this release that completed runs of this pipeline released before, as the register and OUT know."""
        mine = {run.id for run in self.register.runs() if run.state == "completed" and run.pipeline == self.plan.pipeline}
        known = {str(period) for entry in self.register.entries() if entry.kind == "release" and entry.run in mine
                 and entry.body.get("release") == name for period in texts(entry.body.get("periods"))}
        return known | periods_there(self.staging.out / name, self.plan.pipeline)


def _staying(table: ir.Table) -> ir.Table:
    """Give the rows that no stage left out."""
    return table.filter(table[LEFT_OUT].isnull()).drop(LEFT_OUT) if LEFT_OUT in table.columns else table


def texts(value: Any) -> list[str]:
    """Give a list of the register as texts."""
    return [str(each) for each in value] if isinstance(value, list) else []
