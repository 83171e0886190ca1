"""A pipeline: a purpose, sources and stages; planned without data, run under the register."""

from __future__ import annotations

import os
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.approval import Approval, earlier, held_by
from lapipe.catalogue import Telling
from lapipe.choices import STATE, Standing, kept_until, standing
from lapipe.contract import Contract
from lapipe.custody import custody
from lapipe.documents import load
from lapipe.engine import open_engine
from lapipe.engine.metered import Measured, Metered
from lapipe.engine.runfolder import RunFolder, sweep
from lapipe.errors import EngineFault, LapipeError, Refused, UsageFault
from lapipe.flow import Flow, Told, texts
from lapipe.keys import KeyRing, Marks, Pseudonyms
from lapipe.ledger import Ledger, ledger_ring
from lapipe.plan import Plan, make_plan
from lapipe.project import Catalogue, Profile, demanding, find_project, load_profiles, load_project
from lapipe.provenance import released
from lapipe.purpose import Organisation, Purpose, load_organisation
from lapipe.purpose.findings import findings
from lapipe.register import Register, RunRecord, Unsettled
from lapipe.release import MANIFEST, Staging, Written, on_disk, read_release, recover
from lapipe.sink import Sink, Sinks, Table, checked, reconcile, table_of
from lapipe.sink import tables as tables_there
from lapipe.stage import Stage
from lapipe.stages.aggregate import Aggregate
from lapipe.stages.listed import Listed
from lapipe.stages.pseudonymise import Pseudonymise
from lapipe.stages.redact import Redact
from lapipe.stages.release import Release as ReleaseStage
from lapipe.syntax import code_of, compiled, file_of, own_modules, read_by

if TYPE_CHECKING:
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
    if path.name.startswith("_"):
        raise UsageFault(f"{path} begins with _, so it holds parts that pipelines share and is not checked as one; give a pipeline another name.")
    problem = ""
    place = path.resolve()
    unreadable = compiled(place.parent)
    if unreadable:
        raise Refused(f"{place.parent} holds compiled code ({unreadable[0]}), which nobody can review and Python may load instead of its source; "
                      "take it out.", rule="LP118")
    outside: dict[str, Path] = {}
    with own_modules(place.parent) as own:
        try:
            loaded = runpy.run_path(str(place), run_name="lapipe_pipeline").get("pipeline")
            if isinstance(loaded, Pipeline):
                outside = _others(loaded, place.parent)
        except LapipeError:
            raise
        except (Exception, SystemExit) as error:
            line = next((frame.lineno for frame in reversed(traceback.extract_tb(error.__traceback__))
                         if frame.filename == str(place)), 1)
            problem = f"{path}:{line}: the file cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})."
    if problem:
        raise UsageFault(problem)
    if not isinstance(loaded, Pipeline):
        raise UsageFault(f"{path} holds no pipeline; it should end in `pipeline = Pipeline(...)`.")
    _of_one_project(loaded, place)
    files = {Path(str(module.__file__)) for module in own.values()} | {*read_by(place).values()}
    hidden = sorted(file.name for file in files if file.suffix != ".py")
    if hidden:
        raise Refused(f"{place} loads {hidden[0]}, which is no Python that can be reviewed.", rule="LP118")
    return replace(loaded, code=code_of({file.relative_to(place.parent).as_posix(): file for file in files} | outside))


def _others(pipeline: Pipeline, folder: Path) -> dict[str, Path]:
    """Give the files of the stages, and of what they are told, that are neither lapipe's nor the project's, by their modules."""
    inner = [value for stage in pipeline.stages for value in _objects(stage)]
    found = {type(value).__module__: file_of(value) for value in inner if not type(value).__module__.startswith("lapipe.")}
    return {f"module {name}": file for name, file in found.items() if file and not file.is_relative_to(folder)}


def _objects(stage: Stage) -> list[Any]:
    told = [getattr(stage, each.name) for each in fields(stage)]
    return [stage, *(inner for value in told for inner in (value.values() if isinstance(value, Mapping) else [value])
                     if is_dataclass(inner))]


def _of_one_project(pipeline: Pipeline, place: Path) -> None:
    """Refuse a pipeline whose purpose lies in another project: its register, its officer and its profiles would be that one's."""
    try:
        root = find_project(place.parent)
    except UsageFault:
        return
    purpose = pipeline.purpose.path.resolve()
    if purpose.parent != root / "schemas" / "purposes":
        raise Refused(f"{place} takes its purpose from {purpose}, and should take it from {root / 'schemas' / 'purposes'}: what is approved "
                      "and recorded goes by the purpose's place.", rule="LP118")


@dataclass(frozen=True)
class Run:
    """A run that ended well: its releases, and what each stage did. `repeated` when its id had completed before.

    `texts_withheld` tells by column, in bands, how many texts `Redact` withheld. `skipped` names time series of which every closed period was
    released by earlier runs.
    `tables` are those that releases were put into, by the release's name. `untold` says why the data catalogue, where there is one, is not
    told of the run yet. `measured` is what the run took, where that was asked for; its counts are exact, so it is not to be shown as it is.
    """

    id: str
    out: Path
    releases: tuple[Written, ...]
    told: tuple[Told, ...] = ()
    sources: Mapping[str, int] = field(default_factory=dict)
    repeated: bool = False
    withheld: str = ""
    texts_withheld: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    untold: str = ""
    measured: Measured | None = None

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

    A file in `pipelines/` holds one: `pipeline = Pipeline(...)`. `code` is filled in when it is loaded from there.
    """

    purpose: Purpose
    sources: Mapping[str, Contract]
    stages: Sequence[Stage]
    name: str = ""
    code: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.purpose.name)

    def plan(self, *, today: date | None = None) -> Plan:
        """Fold the stages over tables without rows; reads no data, needs no key and no engine.

        Raises:
            Refused: a rule forbids it; the message names stage, column, rule and fix.
            UsageFault: a stage names what does not exist.
            DeclarationFault: the organisation beside the purpose is declared wrongly.
        """
        organisation = organisation_of(self.purpose)
        parties = load_organisation(organisation).parties if organisation.is_file() else None
        return make_plan(self.name, self.purpose, self.sources, self.stages, today or date.today(), self.code, parties)

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
    """How a run is done; what is empty comes from the project's profile.

    `approvals` names the profile that demands them; it is filled in by the project and not by who runs. `to` is the URL of a PostgreSQL that the
    releases are put into beside their files.
    """

    profile: str = ""
    out: Path | None = None
    engine: str = ""
    runs: Path | None = None
    quarantine: Path | None = None
    ledger: Path | None = None
    run_id: str = ""
    memory: str = ""
    explain: bool = False
    actor: str = "data engineer"
    passphrase: str | None = None
    progress: Progress = lambda phrase: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    register: str = ""
    keys: KeyRing | Path | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    approvals: str = ""
    to: str = field(default="", repr=False)
    openlineage: Catalogue | None = None

    def settled(self, pipeline: Pipeline, register: str | Path | None, keys: KeyRing | str | Path | None) -> Options:
        """Fill in what is empty."""
        found: Profile | None = None
        profiles: dict[str, Profile] = {}
        root = pipeline.purpose.path.resolve().parent
        try:
            found = load_project(root, self.profile or None).profile
            profiles = load_profiles(root)
        except UsageFault:
            # Where everything is given, a purpose may lie outside a project; but a project's profile always counts.
            if self.profile or not (register and self.out and self.runs and keys):
                raise
        settled = replace(
            self,
            out=self.out or (found.out if found else None), engine=self.engine or (found.engine if found else "duckdb"),
            runs=self.runs or (found.runs if found else None),
            quarantine=self.quarantine or (found.quarantine if found else None),
            ledger=self.ledger or (self.runs.parent / "ledger" if self.runs else found.ledger if found else None), register=str(register or (found.register if found else "")),
            keys=keys if isinstance(keys, KeyRing) else Path(keys) if keys else (found.keys if found else None),
            sources=found.sources.get(pipeline.name, {}) if found else {}, to=checked(self.to or (found.to if found else "")),
            openlineage=self.openlineage or (found.openlineage if found else None),
            run_id=self.run_id or f"{self.clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        )
        used = demanding(profiles, register=settled.register, keys=settled.keys if isinstance(settled.keys, Path) else None, out=settled.out, to=settled.to)
        return replace(settled, approvals=found.name if found and found.approvals else used)


class _Running:
    """One run: the state that the stages are folded over."""

    def __init__(self, pipeline: Pipeline, options: Options) -> None:
        self.pipeline, self.options = pipeline, options
        self.today = options.clock().astimezone().date()
        self.key_ids: dict[str, str] = {}
        self.approvals: tuple[Approval, ...] = ()
        self.purposes = declared_purposes(pipeline.purpose)
        self.ledger: Ledger | None = None
        self.standing: Standing | None = None
        #: By identity domain, the ledger's marks of the pseudonyms that this run made.
        self.pseudonymised: dict[str, dict[str, int]] = {}
        self._telling: Telling | None = None
        self._ring: KeyRing | None = options.keys if isinstance(options.keys, KeyRing) else None

    def run(self, data: Mapping[str, Any]) -> Run:
        """Run, and tell the data catalogue beside it, where there is one."""
        if self.options.openlineage is None:
            return self._go(data)
        self._telling = Telling(self.options.register, self.options.openlineage, self.options.clock)
        try:
            done = self._go(data)
        finally:
            untold = self._telling.end()
        return replace(done, untold=untold)

    def _go(self, data: Mapping[str, Any]) -> Run:
        options, pipeline = self.options, self.pipeline
        assert options.out is not None
        assert options.runs is not None
        out, runs = options.out, options.runs
        plan = pipeline.plan(today=self.today)
        self._lawful()
        self.approvals = held_by(plan, self.organisation(), pipeline.purpose.path.resolve().parents[2], self.today, demanded=options.approvals)
        data = self._data(data)
        with _owner_only(), closing(Sinks()) as sinks, Register.open(options.register, clock=options.clock) as register, register.turn(pipeline.name):
            sweep(runs)
            on_disk("tidy the releases", lambda: recover(out, register))
            before = register.outcome(options.run_id)
            if before is not None and before.pipeline != pipeline.name:
                raise UsageFault(f"Run id {options.run_id} was used for pipeline {before.pipeline}; give {pipeline.name} another one.")
            # What cannot be reached is found out before hours of work.
            sink = Sink(options.to) if options.to else None
            if sink is not None:
                sinks.add(sink)
                reconcile(sinks, register, out, only=sink.server)
            if before is not None and before.state == "completed":
                return _repeated(register, options.run_id, out, sink)
            if options.approvals:
                # Of a period that was closed, `carried` has the newest.
                replayed = earlier(self.approvals, (entry.body for entry in register.entries() if entry.kind in ("started", "carried")))
                if replayed:
                    raise Refused(f"Pipeline {pipeline.name}: {replayed}. Have it approved again.", rule="LP109")
            if any(isinstance(stage, Pseudonymise) or (isinstance(stage, Redact) and stage.pseudonym) for stage in pipeline.stages):
                custody(register).refuse_wrong(self._keys(), "The key ring", pipeline.purpose.name)
            with self._remembering(register), register.run(options.run_id, self._opening(plan)) as record:
                if self._telling is not None:
                    self._telling.begun()
                self.standing = self._choices(register)
                self._recorded(register, record)
                started = next(e for e in register.entries(run=options.run_id) if e.kind == "started")
                with RunFolder(runs, options.run_id) as folder:
                    staging = Staging(out, options.run_id, register.identity(), _releases(pipeline))
                    try:
                        opened = open_engine(options.engine, folder.path, memory=options.memory)
                        engine = Metered(opened) if options.explain else opened
                        try:
                            flow = Flow(self, plan, engine, record, register, staging, folder.path,
                                         {"sequence": started.seq, "hash": started.hash})
                            flow.go(data)
                        finally:
                            engine.close()
                        tables = self._put(sink, flow.written, staging)
                        shown = released(plan)
                        for written in flow.written:
                            record.record("release", {**shown[written.name], "release": written.name, "folder": written.folder, "rows": written.rows,
                                                      "manifest_sha256": written.manifest_sha256, "kind": written.kind,
                                                      "periods": list(written.periods), **({"keys": dict(written.keys)} if written.keys else {}),
                                                      **({"table": tables[written.name].told()} if written.name in tables else {})})
                        on_disk("put the releases in place", staging.commit)
                        if sink is not None:
                            sink.ready()
                        record.complete({"releases": [w.name for w in flow.written], "key": self.key_ids, "keys": self.key_checks()})
                    except BaseException as error:
                        # Where nobody knows whether the end was written, the next run asks the register, and finishes or takes back.
                        if isinstance(error, Unsettled):
                            staging.leave()
                        else:
                            staging.undo()
                            if self.ledger is not None:
                                self.ledger.forget(options.run_id)
                        raise
                    staging.finish()
                    if sink is not None:
                        self._show(sink)
        return Run(options.run_id, out, tuple(flow.written), flow.told, flow.source_rows, withheld=flow.withheld,
                   texts_withheld=dict(flow.texts_withheld), skipped=tuple(flow.skipped), tables=tables,
                   measured=engine.measured if isinstance(engine, Metered) else None)

    def _put(self, sink: Sink | None, written: Sequence[Written], staging: Staging) -> dict[str, Table]:
        """Write the releases into the database, in one transaction that nobody sees yet."""
        if sink is None:
            return {}
        self.options.progress("writing into PostgreSQL")
        return {each.name: sink.put(self.pipeline.name, staging.waiting(each)) for each in written}

    def _show(self, sink: Sink) -> None:
        """Show the tables of a run that the register knows as completed; a lost connection leaves none, and the same run id puts them there."""
        lost = False
        try:
            sink.commit()
        except EngineFault:
            lost = True
        if lost:
            raise EngineFault(f"Run {self.options.run_id} is completed and its files are released, but the connection to PostgreSQL was lost before its tables were "
                              f"shown. Run it again with --run-id {self.options.run_id}: that puts them there and does nothing else.", rule="LP618")

    def _lawful(self) -> None:
        """Refuse a purpose with findings, and an expired one."""
        declared = self.pipeline.purpose
        organisation = self.organisation()
        for finding in findings(declared, organisation, self.today):
            raise Refused(f"{finding.where}: {finding.message} {finding.fix}".strip(), rule=finding.rule)

    def organisation(self) -> Organisation:
        """Give the organisation of the purpose's project."""
        return load_organisation(organisation_of(self.pipeline.purpose))

    def _data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give each source its data: what was handed in, or the profile's path."""
        names = list(self.pipeline.sources)
        for name in data:
            if name not in names and "://" in name:
                raise UsageFault(f"Pipeline {self.pipeline.name} was given a URL for a source's name (it has: {', '.join(names)}).")
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
            "recipients": [recipient.name for recipient in declared.recipients], "subjects": list(declared.subjects), "keep_for": str(declared.keep_for), "retain": str(declared.retain or ""),
            "approvals": [approval.named() for approval in self.approvals], "actor": self.options.actor, "engine": self.options.engine.partition(":")[0], "lapipe": __version__,
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

    def key_checks(self) -> dict[str, str]:
        """Give the keys that this run made pseudonyms with, and their check values."""
        used = set(self.key_ids.values())
        return {name: check for name, check in self._keys().check_values().items() if name in used} if used else {}

    def pseudonyms(self, domain: str) -> Any:
        """Open the key of an identity domain, and remember its id for the register."""
        opened = self._keys().pseudonyms(purpose=self.pipeline.purpose.name, domain=domain, today=self.today)
        self.key_ids[domain] = opened.key_id
        if self.ledger is None:
            return opened
        return _Noted(opened, self.ledger.ring.marks(domain), self.pseudonymised.setdefault(domain, {}))

    @contextmanager
    def _remembering(self, register: Register) -> Iterator[None]:
        """Open the ledger of releases where the pipeline makes statistics."""
        if not any(isinstance(stage, Aggregate) for stage in self.pipeline.stages):
            yield
            return
        assert self.options.ledger is not None
        with Ledger.opened(self.options.ledger, self._ledger_ring(self.options.ledger), register) as self.ledger:
            yield

    def _ledger_ring(self, folder: Path) -> KeyRing:
        given = self.options.keys
        assert given is None or isinstance(given, (KeyRing, Path))
        return ledger_ring(given, folder, today=self.today, passphrase=self.options.passphrase)

    def _choices(self, register: Register) -> Standing:
        """Give the objections, restrictions and consents that hold; where there are any, a pipeline without Object or Consent would pass over them."""
        purpose = self.pipeline.purpose
        tables = [contract for contract in self.pipeline.sources.values() if contract.name in purpose.columns]
        domains = {column.domain for table in tables for column in (*table, *table.extractable) if column.domain}
        found = standing(register, purpose, self.today, domains)
        if not found:
            return found
        if found.out and not any(isinstance(stage, Listed) for stage in self.pipeline.stages):
            raise Refused(f"Pipeline {self.pipeline.name} has no Object or Consent stage, and the register holds {len(found.out)} objections, restrictions, "
                          f"withdrawals or erasures for purpose {purpose.name}. Add Object('register') before Pseudonymise.", rule="LP501")
        assert self.options.ledger is not None
        return found.with_ring(self._ledger_ring(self.options.ledger))

    def _recorded(self, register: Register, record: RunRecord) -> None:
        """Say in the register on which choices the run rests: counts, and a salted commitment to their state."""
        found = self.standing
        if not found:
            return
        purpose = self.pipeline.purpose
        entry = register.evidence.add(STATE, f"run {record.id}", {"run": record.id, "purpose": purpose.name, "choices": [dict(each) for each in found.evidence]},
                                      kept_until([purpose], self.today))
        record.record("choices", {"kept out": len(found.out), "consented": len(found.given), "evidence": entry.body["evidence"],
                                  "commitment": entry.body["commitment"]})


class _Noted:
    """Pseudonyms that note, for the ledger of releases, whose they are."""

    def __init__(self, pseudonyms: Pseudonyms, marks: Marks, noted: dict[str, int]) -> None:
        self._pseudonyms, self._marks, self._noted = pseudonyms, marks, noted

    def of(self, values: Sequence[str | None]) -> list[str | None]:
        """See `Pseudonyms.of`."""
        names = self._pseudonyms.of(values)
        people = [(value, name) for value, name in zip(values, names, strict=True) if value is not None and name is not None]
        self._noted.update(zip((name for _, name in people), self._marks.of([value for value, _ in people]), strict=True))
        return names


def organisation_of(purpose: Purpose) -> Path:
    """Give the place of the organisation's file in the project of a purpose."""
    return purpose.path.resolve().parent.parent / "organisation.yaml"


def declared_purposes(purpose: Purpose) -> frozenset[str]:
    """Give the names of every purpose declared beside this one; a list of objections may name each of them."""
    beside = {str(load(path).content.get("name", path.stem)) for path in purpose.path.parent.glob("*.yaml")}
    return frozenset({purpose.name, *beside})


def _repeated(register: Register, run: str, out: Path, sink: Sink | None) -> Run:
    entries = [entry for entry in register.entries(run=run) if entry.kind == "release"]
    gone = [str(entry.body["folder"]) for entry in entries if not (out / str(entry.body["folder"]) / MANIFEST).is_file()]
    if gone:
        raise UsageFault(f"Run {run} completed before, and its release {gone[0]} is not in {out}: it was deleted, or released to another folder. The same run id "
                         "gives the same release; choose another run id.")
    tables = {str(entry.body["release"]): table for entry in entries for table in [table_of(entry.body)] if table}
    if sink is not None and any(table.server != sink.server for table in tables.values()) | (not tables):
        raise UsageFault(f"Run {run} completed before without that database, and the same run id gives the same release; choose another run id to release into it.")
    released = [Written(str(entry.body["release"]), str(entry.body["folder"]), int(str(entry.body["rows"])),
                        str(entry.body["manifest_sha256"]), str(entry.body["kind"]), tuple(texts(entry.body["periods"])))
                for entry in entries]
    there = tables_there(register)
    return Run(run, out, tuple(released), repeated=True,
               tables={name: table for name, table in tables.items() if any(table == each for each in there.values())})


def _releases(pipeline: Pipeline) -> dict[str, str]:
    """Give the pipeline of each of its releases' names."""
    return {stage.name: pipeline.name for stage in pipeline.stages if isinstance(stage, ReleaseStage)}


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
