"""The command line: parse, call, exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapipe.errors import LapipeError, UsageFault

if TYPE_CHECKING:
    from lapipe.pipeline import Pipeline, Run
    from lapipe.project import Project

app = typer.Typer(
    name="lapipe", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Privacy as code for learning analytics: declare, plan, run, record, release.",
)
register_app = typer.Typer(no_args_is_help=True, help="Look at the processing register.")
keys_app = typer.Typer(no_args_is_help=True, help="Manage key rings.")
app.add_typer(register_app, name="register")
app.add_typer(keys_app, name="keys")
contract_app = typer.Typer(no_args_is_help=True, help="Make contracts.")
app.add_typer(contract_app, name="contract")

#: The environment variable that a key ring's passphrase is taken from.
PASSPHRASE = "LAPIPE_PASSPHRASE"

Format = Annotated[str, typer.Option("--format", help="text or json.")]
ProfileName = Annotated[str, typer.Option("--profile", help="A profile of lapipe.toml.")]
RegisterPath = Annotated[str, typer.Option("--register", help="The register's file or URL.")]


def main() -> None:
    """Run the command line: every refusal is one sentence on standard error, and an exit code that says of what kind."""
    code = 0
    try:
        # Without standalone mode, the code of a typer.Exit is what the call gives back.
        code = int(app(standalone_mode=False) or 0)
        # Typer makes this code of an interruption, without a word.
        if code == 130:
            raise KeyboardInterrupt
    except LapipeError as error:
        print(f"lapipe: {error}", file=sys.stderr)
        code = error.exit_code
    except (typer.Exit, SystemExit) as stop:
        given = getattr(stop, "exit_code", None)
        code = int(given if given is not None else getattr(stop, "code", 0) or 0)
    except (KeyboardInterrupt, typer.Abort):
        print("lapipe: interrupted. Nothing is released of a run that `lapipe register list` does not show as completed.", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except Exception as error:
        # Whatever else goes wrong may hold a value in its text: its class is all that is told.
        usage = getattr(error, "exit_code", None) == 2 and hasattr(error, "format_message")
        if usage:
            print(f"lapipe: {error.format_message()}", file=sys.stderr)  # type: ignore[attr-defined]
            code = 2
        else:
            print(f"lapipe: something went wrong inside lapipe ({type(error).__name__} in {_where(error)}). Nothing is "
                  "released of a run that `lapipe register list` does not show as completed. Please report it.", file=sys.stderr)
            code = 6
    sys.stdout.flush()
    sys.exit(code)


def _where(error: BaseException) -> str:
    trace, last = error.__traceback__, "lapipe"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("lapipe"):
            last = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return last


def _today() -> date:
    return datetime.now().astimezone().date()


def _clock() -> datetime:
    return datetime.now(UTC)


def _json(format: str) -> bool:
    if format not in ("text", "json"):
        raise UsageFault(f"There is no format '{format}' (there are: text, json).")
    return format == "json"


def _say(line: str = "") -> None:
    print(line)


def _project(profile: str = "", start: Path | None = None) -> Project:
    from lapipe.project import load_project

    return load_project(start or Path.cwd(), profile or None)


def _pipeline(name: str) -> Pipeline:
    """Load a pipeline by its file, or by its name in the project's `pipelines/`."""
    from lapipe.pipeline import load_pipeline
    from lapipe.project import find_project

    path = Path(name)
    if path.suffix != ".py" and not path.exists():
        path = find_project(Path.cwd()) / "pipelines" / f"{name}.py"
    return load_pipeline(path)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda phrase: None
        return
    import re

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True,
                  console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)

        def show(phrase: str) -> None:
            # A phrase that counts ("3 of 12") moves the bar; any other only names what is being done.
            counted = re.search(r"([\d,]+) of ([\d,]+)", phrase)
            if counted:
                done, total = (int(number.replace(",", "")) for number in counted.groups())
                bar.update(task, description=phrase, completed=done, total=total)
            else:
                bar.update(task, description=phrase)

        yield show


# --- scan, check, plan, explain ---------------------------------------------------------------------------------------------


@app.command()
def scan(files: Annotated[list[Path], typer.Argument(help="Exports to look at.")],
         draft: Annotated[Path | None, typer.Option("--draft", help="Write a contract for the one FILE here.")] = None,
         names: Annotated[str, typer.Option("--names", help="The columns' names, with commas, of a file without a header.")] = "",
         header: Annotated[bool, typer.Option("--header", help="I have looked: the first line is a header.")] = False,
         memory: Annotated[str, typer.Option("--memory", help="The most memory to use, such as 4GB.")] = "", format: Format = "text") -> None:
    """Say what is in the columns of files, without a value; exit code 1 when BSNs, special categories or identifiers are found."""
    import tempfile

    from lapipe.contract import load_contracts
    from lapipe.engine.runfolder import RunFolder
    from lapipe.scan import in_words
    from lapipe.scan import scan as scan_file
    from lapipe.scan.draft import write_draft

    as_json = _json(format)
    if draft and len(files) != 1:
        raise UsageFault(f"--draft writes the contract of one file, and {len(files)} are given; scan them apart.")
    if draft and draft.exists():
        raise UsageFault(f"The draft {draft} exists already; name another file, a draft never overwrites.")
    known = list(load_contracts(_shipped() / "schemas" / "tables").values())
    scanned = []
    with tempfile.TemporaryDirectory(prefix="lapipe-") as parent, _progress() as progress:
        for number, path in enumerate(files, 1):
            progress(f"scanning file {number} of {len(files)}")
            with RunFolder(Path(parent), f"scan-{number}") as folder:
                scanned.append(scan_file(path, folder.path, names=[name.strip() for name in names.split(",")] if names else (), header=header,
                                         known=known, memory=memory))
    undecided = write_draft(scanned[0], draft) if draft else 0
    if as_json:
        told = [each.as_json() for each in scanned]
        _say(json.dumps(told if len(told) > 1 else told[0], indent=2, ensure_ascii=False))
    else:
        for each in scanned:
            for line in in_words(each):
                _say(line)
        if draft:
            _say(f"Wrote {draft}: {undecided} things are undecided; `lapipe check` says which until you have decided them.")
    if any(each.alarming for each in scanned):
        raise typer.Exit(1)


@contract_app.command("from-model")
def contract_from_model(model: Annotated[str, typer.Argument(metavar="MODULE:MODEL", help="A pandera DataFrameModel or DataFrameSchema.")],
                        out: Annotated[Path | None, typer.Option("--out", help="Write it here; never overwrites.")] = None) -> None:
    """Make a contract of a pandera model; what the model does not say is undecided."""
    from lapipe.contract.frames import contract_of_model
    from lapipe.scan.draft import write_new

    sys.path.insert(0, os.getcwd())
    text = contract_of_model(model)
    if out is None:
        _say(text.rstrip("\n"))
    else:
        write_new(out, text)
        _say(f"Wrote {out}.")


@app.command()
def check(paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; default: the whole project.")] = None,
          against: Annotated[str, typer.Option("--against", help="A git revision: find what takes privacy away since.")] = "",
          format: Annotated[str, typer.Option("--format", help="text, json, sarif, github or junit.")] = "text") -> None:
    """Check contracts, purposes and pipelines without data; exit code 1 when something must be mended."""
    from lapipe import __version__, report
    from lapipe.check import check_project
    from lapipe.project import find_project

    if format not in report.FORMATS:
        raise UsageFault(f"There is no format '{format}' (there are: {', '.join(report.FORMATS)}).")
    for path in paths or ():
        if not path.exists():
            raise UsageFault(f"There is no {path} to check.")
    start = paths[0] if paths else Path.cwd()
    root = find_project(start if start.is_dir() else start.parent)
    done = check_project(root, _today(), paths or ())
    found, information = done.findings, tuple[str, ...]()
    if against:
        from lapipe.changes import changes, declared
        from lapipe.revision import project_at

        with project_at(root, against) as before:
            changed = changes(declared(before, _today()), declared(root, _today()))
        found, information = (*found, *changed.findings), changed.information
    placed = [report.placed(finding, root) for finding in found]
    looked = f"{done.contracts} contracts, {done.purposes} purposes, {done.pipelines} pipelines"
    summary = f"Checked {looked}: {len(found) or 'no'} finding{'' if len(found) == 1 else 's'}."
    if format == "json":
        _say(json.dumps({"contracts": done.contracts, "purposes": done.purposes, "pipelines": done.pipelines, "findings": placed,
                         "information": list(information)},
                        indent=2, ensure_ascii=False))
    elif format == "sarif":
        _say(report.sarif(placed, __version__))
    elif format == "junit":
        _say(report.junit(placed, done.files))
    else:
        for line in report.github(placed) if format == "github" else map(str, found):
            _say(line)
        for line in information:
            _say(f"Information: {line.replace(f'{root}/', '')}" if format == "text" else f"::notice::{report.escaped(line)}")
        _say(summary)
    if found:
        raise typer.Exit(1)


@app.command()
def plan(pipeline: Annotated[str, typer.Argument(help="A pipeline's name or file.")],
         sql: Annotated[bool, typer.Option("--sql", help="Show the SQL of each stage.")] = False, format: Format = "text") -> None:
    """Show the steps of a pipeline, the columns and their kinds, and what may leave; reads no data."""
    from lapipe.plan import stage_sql

    as_json = _json(format)
    planned = _pipeline(pipeline).plan(today=_today())
    if as_json:
        _say(json.dumps({**planned.described(), "plan_sha256": planned.fingerprint()}, indent=2, ensure_ascii=False))
        return
    _say(f"{planned.pipeline} for purpose {planned.purpose.name} (k = {planned.purpose.k}, releases kept for {planned.purpose.keep_for})")
    for name, contract in planned.sources.items():
        _say(f"  source {name}: {contract.name} version {contract.version}, {len(contract.columns)} columns")
    for number, step in enumerate(planned.steps, 1):
        given = {k: v for k, v in step.stage.parameters().items() if v not in ("", None, {}, [])}
        _say(f"\n{number}. {step.stage.kind}" + (f"  {json.dumps(given, ensure_ascii=False)}" if given else ""))
        before = {column.name: column for column in step.before}
        if step.before != step.after or number == 1:
            for column in step.after:
                new = column.name not in before or before[column.name] != column
                _say(f"   {'*' if new else ' '} {column.name:<20} {column.type:<10} {column.kind:<12} {column.detail:<16} {column.use}")
        if sql:
            _say(stage_sql(planned, number - 1))
    _say(f"\nNo rule is broken. Plan {planned.fingerprint()[:16]}.")


@app.command()
def explain(rule: Annotated[str, typer.Argument(help="A rule's code, such as LP301.")], format: Format = "text") -> None:
    """Explain a rule: why it exists, which law and guide step ask for it, how to meet it."""
    from lapipe.documents import nearest
    from lapipe.rules import RULES

    as_json = _json(format)
    found = RULES.get(rule.upper())
    if found is None:
        raise UsageFault(f"There is no rule {rule} (they run from {min(RULES)} to {max(RULES)}).{nearest(rule.upper(), RULES)}")
    if as_json:
        _say(json.dumps(vars(found), indent=2, ensure_ascii=False))
        return
    _say(f"{found.code}  {found.title}\n\nWhy    {found.why}\nGuide  step {found.guide} of SURF's Stappenplan Learning analytics onder de AVG\n"
         f"Law    {found.law}\nFix    {found.fix}")


# --- run, demo, verify -------------------------------------------------------------------------------------------------


@app.command()
def run(pipeline: Annotated[str, typer.Argument(help="A pipeline's name or file.")],
        source: Annotated[list[str] | None, typer.Option("--source", help="NAME=PATH of a source; a glob is allowed.")] = None,
        out: Annotated[Path | None, typer.Option("--out", help="The folder for releases.")] = None, register: RegisterPath = "",
        keys: Annotated[Path | None, typer.Option("--keys", help="The key ring's file.")] = None,
        engine: Annotated[str, typer.Option("--engine", help="duckdb or spark.")] = "",
        memory: Annotated[str, typer.Option("--memory", help="The most memory to use, such as 4GB.")] = "",
        run_id: Annotated[str, typer.Option("--run-id", help="An id of your own; the same id gives the same release.")] = "",
        profile: ProfileName = "", format: Format = "text") -> None:
    """Run a pipeline over real data: validated, recorded, released all or none."""
    as_json = _json(format)
    loaded = _pipeline(pipeline)
    data = {}
    for each in source or ():
        name, equals, path = each.partition("=")
        if not equals or not path:
            raise UsageFault(f"--source is '{each}'; write it as NAME=PATH, with NAME one of {', '.join(loaded.sources)}.")
        data[name] = path
    done = _run(loaded, data, register=register, keys=keys, profile=profile, out=out, engine=engine, memory=memory, run_id=run_id)
    if as_json:
        _say(json.dumps({"run": done.id, "repeated": done.repeated, "out": str(done.out),
                         "releases": [{"name": w.name, "kind": w.kind, "folder": w.folder} for w in done.releases]}, indent=2))
    else:
        _told(done)


def _run(pipeline: Pipeline, data: dict[str, Any], *, register: str, keys: Path | None, **settings: Any) -> Run:
    from lapipe.keys import PassphraseNeeded
    from lapipe.pipeline import Options

    passphrase = os.environ.get(PASSPHRASE)
    with _progress() as progress:
        def attempt(passphrase: str | None) -> Run:
            return pipeline.run(data, register=register or None, keys=keys,
                                options=Options(passphrase=passphrase, progress=progress, **settings))
        try:
            return attempt(passphrase)
        except PassphraseNeeded:
            if not sys.stdin.isatty():
                raise
    return attempt(typer.prompt("Passphrase of the key ring", hide_input=True))


def _told(done: Run) -> None:
    """Print what went in, what was left out and why, what came out, and where to look; counts in bands or rounded."""
    from lapipe.disclosure.bands import about, band

    if done.repeated:
        _say(f"Run {done.id} completed before; these are its releases:")
    else:
        _say(f"Run {done.id}\n\nIn")
        for name, rows in done.sources.items():
            _say(f"  {name:<14} {about(rows)} rows")
        _say("\nLeft out")
        for told in done.told:
            if told.rows_left_out is not None:
                people = f", {band(told.people_left_out)} people altogether" if told.people_left_out is not None else ""
                _say(f"  {told.stage:<14} {_WHY.get(told.stage, 'rows that the stage does not keep')}: {about(told.rows_left_out)} rows{people}")
        if done.withheld:
            _say(f"  {'Aggregate':<14} groups of fewer people than k: {done.withheld}")
        _say("\nOut")
    for written in done.releases:
        shown = f"{written.rows:,}" if written.kind == "statistics" else about(written.rows)
        _say(f"  {written.name:<20} {shown} rows in {done.out / written.folder}")
    for name in done.skipped:
        _say(f"  {name:<20} nothing new: every closed period was released before")
    if done.releases:
        _say(f"\nLook     {_here(sys.executable)} -c \"import lapipe; print(lapipe.read_release('{done.out / done.releases[-1].name}'))\"")


def _here(command: str) -> str:
    """Give a command as it can be typed in this folder."""
    import shutil

    name = Path(command).name
    if shutil.which(name) == command:
        return name
    relative = os.path.relpath(command)
    return command if relative.startswith("..") else relative


_WHY = {"Extract": "no person found in the text", "Join": "people who are not in the other table", "Object": "people who objected",
        "Retain": "older than the purpose allows", "Where": "not meant by the condition"}


@app.command()
def demo(folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path("lapipe-demo"),
         rows: Annotated[int, typer.Option("--rows", min=1000, help="Rows of the made-up log.")] = 50_000) -> None:
    """Make a made-up university's Moodle log and students, run the shipped pipeline over it, and say where to look."""
    import shutil

    from lapipe.demo import make_university
    from lapipe.keys import KeyRing
    from lapipe.release import on_disk

    keys = Path.home() / ".config" / "lapipe" / "keys" / "lapipe-demo.json"
    project = folder / "project"
    with _progress() as progress:
        made = on_disk(f"make the demo in {folder}", lambda: make_university(
            folder / "exports", rows=rows, progress=lambda number: progress(f"making {number:,} of {rows:,} rows")))

        def copy() -> None:
            for name in ("schemas", "pipelines", "lapipe.toml"):
                source = _shipped() / name
                if source.is_dir():
                    shutil.copytree(source, project / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    project.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, project / name)

            _renew(project / "schemas" / "purposes" / "moodle_weekly_activity.yaml")

        on_disk(f"make the demo in {folder}", copy)
    if not keys.exists():
        KeyRing.create(keys, today=_today())
    pipeline = _pipeline(str(project / "pipelines" / "moodle_weekly_activity.py"))
    data = {"events": made.log, "students": made.students, "objections": made.objections}
    _say(f"A made-up university in {folder}: a Moodle log with names, ids and IP addresses in it, students with their BSN, and")
    _say("a list of who objected. This runs pipelines/moodle_weekly_activity.py over it.\n")
    done = _run(pipeline, data, register=str(folder / "register.sqlite"), keys=keys, out=folder / "out", runs=folder / "runs", profile="")
    _told(done)
    lapipe = _here(str(Path(sys.executable).with_name("lapipe")))
    _say(f"Verify   {lapipe} verify {folder / 'out' / 'weekly_activity'} --register {folder / 'register.sqlite'}")
    _say(f"Record   {lapipe} register list --register {folder / 'register.sqlite'}")
    _say(f"Declare  {project / 'schemas' / 'purposes' / 'moodle_weekly_activity.yaml'}: what the privacy officer reads")


def _renew(purpose: Path) -> None:
    """Let the demo's own copy of the purpose hold today, whenever that is."""
    import re
    from datetime import timedelta

    text = purpose.read_text(encoding="utf-8")
    if f"{_today()}" >= re.findall(r"^review_by: (\S+)", text, re.MULTILINE)[0]:
        purpose.write_text(re.sub(r"^review_by: \S+", f"review_by: {_today() + timedelta(days=365)}", text, flags=re.MULTILINE),
                           encoding="utf-8")


def _shipped() -> Path:
    """Give the folder with the shipped pipelines and schemas: the checkout, or what the installed package carries."""
    for folder in (Path(__file__).resolve().parent / "shipped", Path(__file__).resolve().parent.parent):
        if (folder / "schemas").is_dir():
            return folder
    raise UsageFault("This installation carries no shipped schemas; install lapipe-privacy again.")


@app.command()
def verify(release: Annotated[Path, typer.Argument(help="A release's folder.")], register: RegisterPath = "",
           format: Format = "text") -> None:
    """Say whether a release is what its manifest, and with --register the register, say it is."""
    from contextlib import ExitStack

    from lapipe.register import Register
    from lapipe.release import verify_release

    as_json = _json(format)
    with ExitStack() as stack:
        opened = stack.enter_context(Register.open(register, clock=_clock, create=False)) if register else None
        manifests = verify_release(release, today=_today(), register=opened)
    if as_json:
        _say(json.dumps({"verified": True, "with_register": bool(register), "parts": [
            {key: m[key] for key in ("release", "run", "kind", "periods", "rows", "erase_by")} for m in manifests]}, indent=2))
        return
    against = "manifest and register" if register else "manifest (give --register to hold it against the register too)"
    for manifest in manifests:
        _say(f"{manifest['release']} of run {manifest['run']}: as its {against} say{'' if register else 's'}; erase by {manifest['erase_by']}.")


# --- register and keys -------------------------------------------------------------------------------------------------


def _register_url(given: str, profile: str) -> str:
    return given or _project(profile).profile.register


@register_app.command("list")
def register_list(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """List the runs."""
    from lapipe.register import Register

    as_json = _json(format)
    with Register.open(_register_url(register, profile), clock=_clock, create=False) as opened:
        runs = opened.runs()
    if as_json:
        _say(json.dumps([vars(run) for run in runs], indent=2))
        return
    for run in runs:
        _say(f"{run.id:<28} {run.started[:19]}  {run.state:<12} {run.pipeline:<26} {run.reason}".rstrip())
    if not runs:
        _say("The register holds no runs.")


@register_app.command("show")
def register_show(run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id.")], register: RegisterPath = "",
                  profile: ProfileName = "", format: Format = "text") -> None:
    """Show every entry of a run."""
    from lapipe.register import Register

    as_json = _json(format)
    with Register.open(_register_url(register, profile), clock=_clock, create=False) as opened:
        entries = list(opened.entries(run=run_id))
        known = [run.id for run in opened.runs()] if not entries else []
    if not entries:
        raise UsageFault(f"The register has no run '{run_id}' (its last ones: {', '.join(known[-3:]) or 'none'}).")
    if as_json:
        _say(json.dumps([vars(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    for entry in entries:
        _say(f"{entry.seq:>6}  {entry.time[:19]}  {entry.kind}")
        for key, value in entry.body.items():
            _say(f"          {key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


@register_app.command("verify")
def register_verify(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Recompute the chain of entries; exit code 5 when it is broken, 1 when a run has no end."""
    from lapipe.register import Register

    as_json = _json(format)
    with Register.open(_register_url(register, profile), clock=_clock, create=False) as opened:
        found = opened.verify()
    if as_json:
        _say(json.dumps({"entries": found.entries, "head": found.head, "findings": [vars(f) for f in found.findings]}, indent=2))
    else:
        for finding in found.findings:
            _say(str(finding))
        state = "whole" if not any(f.rule == "LP602" for f in found.findings) else "broken"
        _say(f"{found.entries} entries, chain {state}, head {found.head[:16]}. A chain alone does not show a tail that was cut off or a "
             "rewrite of everything: note the head elsewhere.")
    if found.findings:
        raise typer.Exit(5 if any(f.rule == "LP602" for f in found.findings) else 1)


KeyPath = Annotated[Path | None, typer.Option("--keys", help="The key ring's file; default: the profile's.")]


@keys_app.command("create")
def keys_create(keys: KeyPath = None, profile: ProfileName = "",
                passphrase: Annotated[bool, typer.Option("--passphrase", help=f"Encrypt it; asked for, or from {PASSPHRASE}.")] = False,
                ) -> None:
    """Create a key ring outside the project, for the owner only."""
    from lapipe.keys import KeyRing

    secret = os.environ.get(PASSPHRASE)
    if passphrase and not secret:
        secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    path = keys or _project(profile).profile.keys
    ring = KeyRing.create(path.expanduser(), today=_today(), passphrase=secret or None)
    _say(f"Created {path} with key {ring.names[-1]}{', encrypted' if secret else ''}. Keep a copy in a safe: without it no pseudonym can be "
         "made again.")


@keys_app.command("list")
def keys_list(keys: KeyPath = None, profile: ProfileName = "") -> None:
    """List the keys by their names, oldest first."""
    from lapipe.keys import KeyRing, PassphraseNeeded

    path = (keys or _project(profile).profile.keys).expanduser()
    try:
        ring = KeyRing.open(path, passphrase=os.environ.get(PASSPHRASE))
    except PassphraseNeeded:
        if not sys.stdin.isatty():
            raise
        ring = KeyRing.open(path, passphrase=typer.prompt("Passphrase of the key ring", hide_input=True))
    for name in ring.names:
        _say(name)


if __name__ == "__main__":
    main()
