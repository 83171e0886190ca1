"""A pipeline: a purpose, sources and stages; planned without data, run under the register."""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract, Kind, Spelling
from lapipe.disclosure.bands import withheld_band
from lapipe.documents import load
from lapipe.engine import Engine, open_engine
from lapipe.engine.runfolder import RunFolder, sweep
from lapipe.errors import ContractBroken, LapipeError, Refused, RegisterFault, UsageFault
from lapipe.keys import KeyRing
from lapipe.local_time import local_date, period_of
from lapipe.plan import Plan, Step, make_plan
from lapipe.project import Profile, load_project
from lapipe.purpose import Organisation, Purpose, load_organisation
from lapipe.purpose.findings import findings
from lapipe.readers import Parquet, Text, open_source
from lapipe.register import Register, RunRecord
from lapipe.release import Note, Release, Staging, Written, on_disk, periods_there, read_release, recover
from lapipe.stage import LEFT_OUT, Context, Stage
from lapipe.stages.aggregate import STATUS, Aggregate
from lapipe.stages.minimise import minimised
from lapipe.stages.object import Object
from lapipe.stages.pseudonymise import Pseudonymise
from lapipe.stages.release import Release as ReleaseStage
from lapipe.stages.validate import Validate

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

#: Told to who is watching: what is being done, as a short English phrase.
Progress = Callable[[str], None]


def load_pipeline(path: Path) -> Pipeline:
    """Load the value `pipeline` of a Python file; its folder is where its own imports are looked for.

    Raises:
        UsageFault: there is no such file, it fails to load, or it holds no pipeline.
    """
    import runpy

    if not path.is_file():
        there = sorted(each.name for each in path.parent.glob("[!_]*.py")) if path.parent.is_dir() else []
        raise UsageFault(f"There is no pipeline file {path} (there are: {', '.join(there) or 'none'}).")
    problem = ""
    folder = str(path.resolve().parent)
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        loaded = runpy.run_path(str(path.resolve()), run_name="lapipe_pipeline").get("pipeline")
    except LapipeError:
        raise
    except (Exception, SystemExit) as error:
        line = next((frame.lineno for frame in reversed(traceback.extract_tb(error.__traceback__))
                     if frame.filename == str(path.resolve())), 1)
        problem = f"{path}:{line}: the file cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})."
    finally:
        sys.path.remove(folder)
        # Another project may have a module of the same name.
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(folder + os.sep):
                del sys.modules[name]
    if problem:
        raise UsageFault(problem)
    if not isinstance(loaded, Pipeline):
        raise UsageFault(f"{path} holds no pipeline; it should end in `pipeline = Pipeline(...)`.")
    return loaded


@dataclass(frozen=True)
class Told:
    """What a stage did, for the register and the terminal: rows that entered, rows and people it left out."""

    stage: str
    rows_in: int | None = None
    rows_left_out: int | None = None
    people_in: int | None = None
    people_left_out: int | None = None


@dataclass(frozen=True)
class Run:
    """A run that ended well: its releases, and what each stage did. `repeated` when its id had completed before.

    `skipped` names time series of which every closed period was released by earlier runs.
    """

    id: str
    out: Path
    releases: tuple[Written, ...]
    told: tuple[Told, ...] = ()
    sources: Mapping[str, int] = field(default_factory=dict)
    repeated: bool = False
    withheld: str = ""
    skipped: tuple[str, ...] = ()

    def path(self, name: str) -> Path:
        """Give the folder of a release of this run."""
        for release in self.releases:
            if release.name == name:
                return self.out / release.folder
        raise UsageFault(f"Run {self.id} released no '{name}' (it released: {', '.join(r.name for r in self.releases) or 'nothing'}).")

    def read(self, name: str) -> pd.DataFrame:
        """Read a release of this run as a pandas frame, verified."""
        return read_release(self.path(name))


@dataclass(frozen=True)
class Pipeline:
    """A purpose, the sources by name with their contracts, and the stages over the first of them.

    A file in `pipelines/` holds one: `pipeline = Pipeline(...)`.
    """

    purpose: Purpose
    sources: Mapping[str, Contract]
    stages: Sequence[Stage]
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.purpose.name)

    def plan(self, *, today: date | None = None) -> Plan:
        """Fold the stages over tables without rows; reads no data, needs no key and no engine.

        Raises:
            Refused: a rule forbids it; the message names stage, column, rule and fix.
            UsageFault: a stage names what does not exist.
        """
        return make_plan(self.name, self.purpose, self.sources, self.stages, today or date.today())

    def run(self, data: Mapping[str, Any] | None = None, *, register: str | Path | None = None,
            keys: KeyRing | str | Path | None = None, options: Options | None = None) -> Run:
        """Run it: pandas or Arrow tables, paths or globs in, by the sources' names; releases out.

        What is not given comes from lapipe.toml of the project that the purpose lies in. Nothing is read before the register
        holds the run's start; the releases of a run appear all or none.

        Raises:
            UsageFault, ContractBroken, Refused, RegisterFault, EngineFault: one sentence each, without a value.
        """
        settings = (options or Options()).settled(self, register, keys)
        return _Running(self, settings).run(data or {})


@dataclass(frozen=True)
class Options:
    """How a run is done; what is empty comes from the project's profile."""

    profile: str = ""
    out: Path | None = None
    engine: str = ""
    runs: Path | None = None
    quarantine: Path | None = None
    run_id: str = ""
    memory: str = ""
    actor: str = "data engineer"
    passphrase: str | None = None
    progress: Progress = lambda phrase: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    register: str = ""
    keys: KeyRing | Path | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    approvals: bool = False

    def settled(self, pipeline: Pipeline, register: str | Path | None, keys: KeyRing | str | Path | None) -> Options:
        """Fill in what is empty."""
        found: Profile | None = None
        root = pipeline.purpose.path.resolve().parent
        try:
            found = load_project(root, self.profile or None).profile
        except UsageFault:
            # Where everything is given, a purpose may lie outside a project; but a project's profile always counts.
            if self.profile or not (register and self.out and self.runs and keys):
                raise
        return replace(
            self,
            out=self.out or (found.out if found else None), engine=self.engine or (found.engine if found else "duckdb"),
            runs=self.runs or (found.runs if found else None),
            quarantine=self.quarantine or (found.quarantine if found else None), register=str(register or (found.register if found else "")),
            keys=keys if isinstance(keys, KeyRing) else Path(keys) if keys else (found.keys if found else None),
            sources=found.sources.get(pipeline.name, {}) if found else {}, approvals=bool(found and found.approvals),
            run_id=self.run_id or f"{self.clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        )


class _Running:
    """One run: the state that the stages are folded over."""

    def __init__(self, pipeline: Pipeline, options: Options) -> None:
        self.pipeline, self.options = pipeline, options
        self.today = options.clock().astimezone().date()
        self.key_ids: dict[str, str] = {}
        self.purposes = declared_purposes(pipeline.purpose)
        self._ring: KeyRing | None = options.keys if isinstance(options.keys, KeyRing) else None

    def run(self, data: Mapping[str, Any]) -> Run:
        options, pipeline = self.options, self.pipeline
        assert options.out is not None
        assert options.runs is not None
        out, runs = options.out, options.runs
        plan = pipeline.plan(today=self.today)
        self._lawful()
        data = self._data(data)
        with _owner_only(), Register.open(options.register, clock=options.clock) as register, _one_at_a_time(register, pipeline.name):
            sweep(runs)
            on_disk("tidy the releases", lambda: recover(out, register))
            before = register.outcome(options.run_id)
            if before is not None and before.pipeline != pipeline.name:
                raise UsageFault(f"Run id {options.run_id} was used for pipeline {before.pipeline}; give {pipeline.name} another one.")
            if before is not None and before.state == "completed":
                return _repeated(register, options.run_id, out)
            if any(isinstance(stage, Pseudonymise) for stage in pipeline.stages):
                self._keys()
            with register.run(options.run_id, self._opening(plan)) as record:
                started = next(e for e in register.entries(run=options.run_id) if e.kind == "started")
                with RunFolder(runs, options.run_id) as folder:
                    staging = Staging(out, options.run_id, register.identity(), _releases(pipeline))
                    try:
                        engine = open_engine(options.engine, folder.path, memory=options.memory)
                        try:
                            flow = _Flow(self, plan, engine, record, register, staging, folder.path,
                                         {"sequence": started.seq, "hash": started.hash})
                            flow.go(data)
                        finally:
                            engine.close()
                        for written in flow.written:
                            record.record("release", {"release": written.name, "folder": written.folder, "rows": written.rows,
                                                      "manifest_sha256": written.manifest_sha256, "kind": written.kind,
                                                      "periods": list(written.periods)})
                        on_disk("put the releases in place", staging.commit)
                        record.complete({"releases": [w.name for w in flow.written], "key": self.key_ids})
                    except BaseException:
                        staging.undo()
                        raise
                    staging.finish()
        return Run(options.run_id, out, tuple(flow.written), flow.told, flow.source_rows, withheld=flow.withheld,
                   skipped=tuple(flow.skipped))

    def _lawful(self) -> None:
        """Refuse a purpose with findings, an expired one, and in production one that nobody approved."""
        declared = self.pipeline.purpose
        organisation = self.organisation()
        for finding in findings(declared, organisation, self.today):
            raise Refused(f"{finding.where}: {finding.message} {finding.fix}".strip(), rule=finding.rule)
        if self.options.approvals:
            raise Refused(f"The production profile runs only what was approved, and nothing approves pipeline {self.pipeline.name} yet.",
                          rule="LP109")

    def organisation(self) -> Organisation:
        """Give the organisation of the purpose's project."""
        return load_organisation(self.pipeline.purpose.path.resolve().parent.parent / "organisation.yaml")

    def _data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give each source its data: what was handed in, or the profile's path."""
        names = list(self.pipeline.sources)
        for name in data:
            if name not in names:
                raise UsageFault(f"Pipeline {self.pipeline.name} has no source '{name}' (it has: {', '.join(names)}).")
        settled = {name: data[name] if name in data else self.options.sources.get(name) for name in names}
        missing = [name for name, given in settled.items() if given is None]
        if missing:
            raise UsageFault(f"Pipeline {self.pipeline.name} needs a file for source '{missing[0]}': --source {missing[0]}=PATH, or a line in "
                             "lapipe.toml.")
        return settled

    def _opening(self, plan: Plan) -> dict[str, Any]:
        declared = self.pipeline.purpose
        from lapipe import __version__

        described = plan.described()
        return {
            "pipeline": self.pipeline.name, "purpose": declared.name, "purpose_sha256": declared.sha256,
            "plan_sha256": plan.fingerprint(), "sources": described["sources"],
            "steps": [{"stage": step["stage"], "parameters": step["parameters"]} for step in described["steps"]],
            "legal_basis": {phase: str(basis.basis) for phase, basis in declared.bases.items()}, "k": declared.k,
            "recipients": [recipient.name for recipient in declared.recipients], "keep_for": str(declared.keep_for),
            "actor": self.options.actor, "engine": self.options.engine.partition(":")[0], "lapipe": __version__,
            "code": code_version(declared.path.resolve().parent),
            "today": self.today.isoformat(),
        }

    def _keys(self) -> KeyRing:
        if self._ring is None:
            path = self.options.keys
            if path is None:
                raise UsageFault("No key ring is named; give --keys PATH, or `keys` in lapipe.toml.", rule="LP604")
            assert isinstance(path, Path)
            self._ring = KeyRing.open(path, passphrase=self.options.passphrase)
        return self._ring

    def pseudonyms(self, domain: str) -> Any:
        """Open the key of an identity domain, and remember its id for the register."""
        opened = self._keys().pseudonyms(purpose=self.pipeline.purpose.name, domain=domain)
        self.key_ids[domain] = opened.key_id
        return opened


class _Flow:
    """The table on its way through the stages, and what is told of it."""

    def __init__(self, running: _Running, plan: Plan, engine: Engine, record: RunRecord, register: Register, staging: Staging,
                 folder: Path, started: Mapping[str, Any]) -> None:
        self.running, self.plan, self.engine, self.record = running, plan, engine, record
        self.register, self.staging, self.folder, self.started = register, staging, folder, started
        self.tables: dict[str, ir.Table] = {}
        self.contracts: dict[str, Contract] = {}
        self.source_rows: dict[str, int] = {}
        self._told: dict[int, Told] = {}
        self.written: list[Written] = []
        self.withheld = ""
        self.window: list[Any] = []
        self.skipped: list[str] = []
        self.coverage: tuple[date, date] | None = None
        self._dropping: list[tuple[int, Step, Context, dict[str, Any]]] = []
        self._pending = False
        self._held: ir.Table | None = None

    @property
    def told(self) -> tuple[Told, ...]:
        """What each stage did, in the stages' order."""
        return tuple(self._told[position] for position in sorted(self._told))

    def go(self, data: Mapping[str, Any]) -> None:
        """Read the sources and fold the stages."""
        main = next(iter(self.plan.sources))
        for name, declared in self.plan.sources.items():
            may_be_empty = any(isinstance(step.stage, Object) and name in step.stage.needs() for step in self.plan.steps)
            only = self.plan.steps[0].after if name == main else minimised(declared, self.plan.purpose)
            self._read(name, data[name], declared, only, may_be_empty)
        table = self.tables[main]
        for position, step in enumerate(self.plan.steps):
            self.running.options.progress(f"{step.stage.kind} ({position + 1} of {len(self.plan.steps)})")
            table = self._step(position, step, table)

    def _read(self, name: str, given: Any, declared: Contract, only: Contract, may_be_empty: bool) -> None:
        self.running.options.progress(f"reading {name}")
        options = self.running.options
        source = open_source(given, declared, self.folder, options.quarantine / options.run_id if options.quarantine else None)
        read = self.engine.read(source, only)
        for column, count in read.unreadable.items():
            raise ContractBroken(f"{declared.name}: in {count} rows column '{column}' is not {only[column].type}"
                                 f"{' of the declared format' if only[column].format else ''}, as contract version {declared.version} says. "
                                 "Correct the export, or the contract.",
                                 rule="LP204")
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
                                 "columns_read": list(only.names), "columns_left": [n for n in declared.names if n not in only]}
        if isinstance(source, Text):
            shown |= {"encoding": source.encoding, "delimiter": source.delimiter}
        elif isinstance(source, Parquet):
            shown |= source.found
        self.record.record("source", shown)

    def _covered(self, table: ir.Table, contract: Contract) -> tuple[date, date] | None:
        """Give the first and last local day of the events that were read, or None where there are no times."""
        times = [column for column in contract if column.kind is Kind.EVENT_TIME and column.is_time]
        days: list[tuple[date, date]] = []
        for column in times:
            found = self.engine.count({"first": table[column.name].min(), "last": table[column.name].max()})
            if found["first"] is not None:
                days.append((local_date(found["first"], column), local_date(found["last"], column)))
        return (max(first for first, _ in days), min(last for _, last in days)) if days else None

    def _valid(self, table: ir.Table, contract: Contract) -> None:
        """Hold a source that is joined or looked into against its contract; the main one has Validate among its stages."""
        stage = Validate()
        context = replace(self._context(0, self.plan.steps[0]), contract=contract)
        stage.judge(self.engine.count(stage.facts(table, context)), context)

    def _spelt(self, table: ir.Table, name: str, contract: Contract) -> ir.Table:
        """Bring an identifier to its canonical form, over its distinct spellings; a table already in it stays as it is."""
        column = contract[name]
        spelling = column.spelling or Spelling()
        whole = column.type == "integer"
        unspellable = changed = 0

        def compute(raw: list[Any]) -> list[Any]:
            nonlocal unspellable, changed
            found: list[Any] = []
            for value in raw:
                text = spelling.canonical(str(value))
                unspellable += text is None
                if text is not None and spelling.is_nobody(text):
                    text = None
                changed += text != str(value)
                found.append(int(text) if whole and text is not None else text)
            return found

        mapping = self.engine.lookup(table[name], compute, column.engine_type)
        if unspellable:
            raise ContractBroken(f"{contract.name}: {unspellable} distinct spellings of '{name}' are not what the contract declares, and "
                                 "cannot be brought to one form. Declare their spelling, or correct the export.", rule="LP207")
        if not changed:
            self.engine.drop(mapping)
            return table
        keyed = mapping.select(lapipe_key=mapping.key, lapipe_value=mapping.value)
        joined = table.left_join(keyed, table[name] == keyed.lapipe_key).drop("lapipe_key", name)
        return joined.rename({name: "lapipe_value"}).select(*contract.names)

    # --- one step ---

    def _step(self, position: int, step: Step, table: ir.Table) -> ir.Table:
        stage = step.stage
        if stage.needs_held:
            table = self._settle(table, step.before)
        context = self._context(position, step)
        before = _staying(table)
        facts = self.engine.count(stage.facts(before, context))
        found = stage.inspect(before, context)
        if isinstance(stage, ReleaseStage):
            self._release(stage, step.after, table)
            return table
        if stage.drops:
            self._dropping.append((position, step, context, facts))
        else:
            self._judged(position, step, context, {**facts, **found}, Told(stage.kind))
        after = stage.apply(table, context)
        self._pending = self._pending or after is not table
        return after

    def _context(self, position: int, step: Step) -> Context:
        engine = self.engine
        return Context(
            purpose=self.plan.purpose, today=self.running.today, contract=step.before, promise=step.after, position=position,
            tables=self.tables, contracts=self.contracts,
            lookup=lambda column, compute, type: engine.lookup(engine.root(column), compute, type),
            small=lambda schema, rows: engine.table(rows()),
            distinct=lambda column: engine.distinct(column), pseudonyms=self.running.pseudonyms, root=engine.root,
            purposes=self.running.purposes, coverage=self.coverage)

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
            officer = self.running.organisation().officer
            raise Refused(f"{str(problem).removeprefix('LP503 ')} Contact: {officer.role}, {officer.email}.", rule="LP503")
        if problem is not None:
            raise problem
        self._told[position] = told

    def _settle(self, table: ir.Table, contract: Contract) -> ir.Table:
        """Compute the table once and keep it; count from it, in one grouped query, what each stage left out."""
        if not self._pending:
            return table
        held = self.engine.hold(table)
        if self._held is not None:
            self.engine.drop(self._held)
        self._held, self._pending = held, False
        if self._dropping:
            self._count(held, contract)
        return _staying(held)

    def _count(self, held: ir.Table, contract: Contract) -> None:
        """Tell of each stage that may leave rows out how many rows and people it did, and let it judge."""
        import ibis

        marked = LEFT_OUT in held.columns
        last = self._dropping[-1][1]
        if isinstance(last.stage, Aggregate):
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
        dropping, self._dropping = self._dropping, []
        for position, step, context, facts in dropping:
            gone, people_gone = rows.get(position, 0), people.get(position, 0)
            told = Told(step.stage.kind, entering, gone, people_entering if person else None, people_gone if person else None)
            self._judged(position, step, context, {**facts, "rows in": entering, "rows left out": gone}, told)
            entering, people_entering = entering - gone, people_entering - people_gone
        if not entering:
            raise ContractBroken(f"After {dropping[-1][1].stage.kind} no row is left, so nothing can be released. Look which stage left them "
                                 "out: `lapipe register show`.", rule="LP205")

    def _count_groups(self, held: ir.Table, marked: bool) -> None:
        """Tell, in a band that gives nothing back, how many groups got no row."""
        (position, step, context, facts), self._dropping = self._dropping[-1], []
        if isinstance(step.stage, Aggregate) and step.stage.period:
            detail = step.before[step.stage.period].detail
            self.window = [period_of(day, detail) for day in step.stage.window(context)]
        if STATUS in step.after:
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

    def _release(self, stage: ReleaseStage, contract: Contract, table: ir.Table) -> None:
        running, declared = self.running, self.plan.purpose
        release = Release(stage.name, contract, declared, stage.csv)
        periods: tuple[str, ...] = ()
        if contract.period:
            past = self._released(stage.name)
            fresh = [period for period in self.window if str(period) not in past]
            periods = tuple(str(period) for period in fresh)
            if not fresh:
                self.record.record("skipped", {"release": stage.name, "why": "every closed period was released before"})
                self.skipped.append(stage.name)
                return
            if len(fresh) < len(self.window):
                table = table.filter(table[contract.period].isin(fresh))
        self.running.options.progress(f"writing {stage.name}")
        sources = {name: {"contract": c.name, "version": c.version, "fingerprint": c.fingerprint()}
                   for name, c in self.plan.sources.items()}
        from lapipe import __version__

        note = Note(
            pipeline=running.pipeline.name, run=running.options.run_id, register=self.started, periods=periods,
            created=f"{running.options.clock():%Y-%m-%dT%H:%M:%SZ}", erase_by=declared.keep_for.after(running.today),
            withheld=self.withheld if contract.statistics else "", key_id=", ".join(sorted(set(running.key_ids.values())))
            if not contract.statistics else "", contracts=sources, version=__version__)
        self.written.append(on_disk(f"write release {stage.name}",
                                    lambda: release.write(table.select(*contract.names), self.engine, self.staging, note)))
        self.record.record("stage", {"stage": "Release", "release": stage.name, "columns_out": [
            {"name": c.name, "kind": str(c.kind), "detail": c.detail} for c in contract]})

    def _released(self, name: str) -> set[str]:
        """Give the periods of this release that completed runs of this pipeline released before, as the register and OUT know."""
        mine = {run.id for run in self.register.runs() if run.state == "completed" and run.pipeline == self.plan.pipeline}
        known = {str(period) for entry in self.register.entries() if entry.kind == "release" and entry.run in mine
                 and entry.body.get("release") == name for period in _texts(entry.body.get("periods"))}
        return known | periods_there(self.staging.out / name, self.plan.pipeline)


def declared_purposes(purpose: Purpose) -> frozenset[str]:
    """Give the names of every purpose declared beside this one; a list of objections may name each of them."""
    beside = {str(load(path).content.get("name", path.stem)) for path in purpose.path.parent.glob("*.yaml")}
    return frozenset({purpose.name, *beside})


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _staying(table: ir.Table) -> ir.Table:
    """Give the rows that no stage left out."""
    return table.filter(table[LEFT_OUT].isnull()).drop(LEFT_OUT) if LEFT_OUT in table.columns else table


def _repeated(register: Register, run: str, out: Path) -> Run:
    released = [Written(str(entry.body["release"]), str(entry.body["folder"]), int(str(entry.body["rows"])),
                        str(entry.body["manifest_sha256"]), str(entry.body["kind"]), tuple(_texts(entry.body["periods"])))
                for entry in register.entries(run=run) if entry.kind == "release"]
    return Run(run, out, tuple(released), repeated=True)


def _releases(pipeline: Pipeline) -> dict[str, str]:
    """Give the pipeline of each of its releases' names."""
    return {stage.name: pipeline.name for stage in pipeline.stages if isinstance(stage, ReleaseStage)}


@contextmanager
def _one_at_a_time(register: Register, pipeline: str) -> Iterator[None]:
    """Let the runs of one pipeline on one register wait for each other, so that no period is released by two of them."""
    path = register.path.with_name(f".{register.path.name}.{pipeline}.turn")
    try:
        turn = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        reason = ""
    except OSError as error:
        reason = str(error.strerror)
    if reason:
        raise RegisterFault(f"The folder of the register {register.path} cannot be written ({reason}).", rule="LP601")
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


@contextmanager
def _owner_only() -> Iterator[None]:
    """Make every file of a run the owner's alone, whatever the user's umask."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def code_version(folder: Path) -> str:
    """Give the commit that the working tree around a folder stands on, with a plus sign where it was changed; empty without git."""
    import subprocess

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        return commit + "+" * bool(commit and git("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.TimeoutExpired):
        return ""
