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

from lapipe.contract import Contract
from lapipe.documents import load
from lapipe.engine import open_engine
from lapipe.engine.runfolder import RunFolder, sweep
from lapipe.errors import LapipeError, Refused, RegisterFault, UsageFault
from lapipe.flow import Flow, Told, texts
from lapipe.keys import KeyRing
from lapipe.plan import Plan, make_plan
from lapipe.project import Profile, load_project
from lapipe.purpose import Organisation, Purpose, load_organisation
from lapipe.purpose.findings import findings
from lapipe.register import Register
from lapipe.release import Staging, Written, on_disk, read_release, recover
from lapipe.stage import Stage
from lapipe.stages.pseudonymise import Pseudonymise
from lapipe.stages.redact import Redact
from lapipe.stages.release import Release as ReleaseStage

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
            if any(isinstance(stage, Pseudonymise) or (isinstance(stage, Redact) and stage.pseudonym) for stage in pipeline.stages):
                self._keys()
            with register.run(options.run_id, self._opening(plan)) as record:
                started = next(e for e in register.entries(run=options.run_id) if e.kind == "started")
                with RunFolder(runs, options.run_id) as folder:
                    staging = Staging(out, options.run_id, register.identity(), _releases(pipeline))
                    try:
                        engine = open_engine(options.engine, folder.path, memory=options.memory)
                        try:
                            flow = Flow(self, plan, engine, record, register, staging, folder.path,
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


def declared_purposes(purpose: Purpose) -> frozenset[str]:
    """Give the names of every purpose declared beside this one; a list of objections may name each of them."""
    beside = {str(load(path).content.get("name", path.stem)) for path in purpose.path.parent.glob("*.yaml")}
    return frozenset({purpose.name, *beside})


def _repeated(register: Register, run: str, out: Path) -> Run:
    released = [Written(str(entry.body["release"]), str(entry.body["folder"]), int(str(entry.body["rows"])),
                        str(entry.body["manifest_sha256"]), str(entry.body["kind"]), tuple(texts(entry.body["periods"])))
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
