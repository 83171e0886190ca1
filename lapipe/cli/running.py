"""Commands that run a pipeline and look at what it released: run, demo, verify."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapipe.cli.app import (
    PASSPHRASE,
    Format,
    ProfileName,
    RegisterPath,
    app,
    clock,
    named_pipeline,
    pipeline_file,
    progress_shown,
    say,
    shipped,
    today,
    wants_json,
)
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    from lapipe.pipeline import Pipeline, Run


@app.command()
def run(pipeline: Annotated[str, typer.Argument(help="A pipeline's name or file.")],
        source: Annotated[list[str] | None, typer.Option("--source", help="NAME=PATH of a source; a glob is allowed.")] = None,
        out: Annotated[Path | None, typer.Option("--out", help="The folder for releases.")] = None,
        to: Annotated[str, typer.Option("--to", help="A postgresql:// URL that releases are put into too.")] = "", register: RegisterPath = "",
        keys: Annotated[Path | None, typer.Option("--keys", help="The key ring's file.")] = None,
        engine: Annotated[str, typer.Option("--engine", help="duckdb or spark.")] = "",
        memory: Annotated[str, typer.Option("--memory", help="The most memory to use, such as 4GB.")] = "",
        run_id: Annotated[str, typer.Option("--run-id", help="An id of your own; the same id gives the same release.")] = "",
        explain: Annotated[bool, typer.Option("--explain", help="Tell what the time went into, and how often each source was gone through.")] = False,
        profile: ProfileName = "", format: Format = "text") -> None:
    """Run a pipeline over real data: validated, recorded, released all or none."""
    as_json = wants_json(format)
    _only_approved(pipeline_file(pipeline), profile, register=register, keys=keys, out=out, to=to)
    loaded = named_pipeline(pipeline)
    data = {}
    for each in source or ():
        name, equals, path = each.partition("=")
        if not equals or not path or "://" in name:
            # A database's URL may hold a password.
            shown = "a URL without a name" if "://" in each else f"'{each}'"
            raise UsageFault(f"--source is {shown}; write it as NAME=PATH, with NAME one of {', '.join(loaded.sources)}.")
        data[name] = path
    done = _run(loaded, data, register=register, keys=keys, profile=profile, out=out, engine=engine, memory=memory, run_id=run_id,
                to=to, explain=explain)
    told = done.measured.told() if done.measured else None
    if as_json:
        say(json.dumps({"run": done.id, "repeated": done.repeated, "out": str(done.out), **({"untold": done.untold} if done.untold else {}),
                         "releases": [{"name": w.name, "kind": w.kind, "folder": w.folder, **({"table": done.tables[w.name].told()} if w.name in done.tables else {})}
                                      for w in done.releases], **({"explain": told} if told else {})}, indent=2))
    else:
        _told(done)
        if told:
            _explained(told)


def _only_approved(path: Path, profile: str, *, register: str, keys: Path | None, out: Path | None, to: str) -> None:
    """Where approvals are demanded, load no code that no approval names."""
    from lapipe.approval import load_approvals, unknown_code
    from lapipe.errors import Refused
    from lapipe.project import demanding, find_project, load_profiles, load_project
    from lapipe.purpose import load_organisation

    if not path.is_file():
        return
    try:
        root = find_project(path.resolve().parent)
    except UsageFault:
        return
    chosen = load_project(root, profile or None).profile
    demanded = chosen.name if chosen.approvals else demanding(load_profiles(root), register=register or chosen.register,
                                                              keys=keys or chosen.keys, out=out or chosen.out, to=to or chosen.to)
    if demanded:
        organisation = load_organisation(root / "schemas" / "organisation.yaml")
        reason = unknown_code(path, organisation, load_approvals(root), today())
        if reason:
            raise Refused(f"Profile {demanded} runs only what was approved, and loads nothing else: {reason}. Have {' or '.join(organisation.approvers)} "
                          f"read `lapipe plan {path.stem} --words nl` and sign it with `lapipe approve`.", rule="LP109")


def _run(pipeline: Pipeline, data: dict[str, Any], *, register: str, keys: Path | None, **settings: Any) -> Run:
    from lapipe.keys import PassphraseNeeded
    from lapipe.pipeline import Options

    passphrase = os.environ.get(PASSPHRASE)
    with progress_shown() as progress:
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
        say(f"Run {done.id} completed before; these are its releases:")
    else:
        say(f"Run {done.id}\n\nIn")
        for name, rows in done.sources.items():
            say(f"  {name:<14} {about(rows)} rows")
        say("\nLeft out")
        for told in done.told:
            if told.rows_left_out is not None:
                people = f", {band(told.people_left_out)} people altogether" if told.people_left_out is not None else ""
                say(f"  {told.stage:<14} {_WHY.get(told.stage, 'rows that the stage does not keep')}: {about(told.rows_left_out)} rows{people}")
        if done.withheld:
            say(f"  {'Aggregate':<14} groups of fewer people than k: {done.withheld}")
        for column, texts in done.texts_withheld.items():
            say(f"  {'Redact':<14} texts in '{column}' that hold a BSN or a special category, or leave a doubt: {texts}, and empty in the release")
        say("\nOut")
    for written in done.releases:
        shown = f"{written.rows:,}" if written.kind == "statistics" else about(written.rows)
        say(f"  {written.name:<20} {shown} rows in {done.out / written.folder}")
        if written.name in done.tables:
            say(f"  {'':<20} and in {done.tables[written.name].shown}")
    for name in done.skipped:
        say(f"  {name:<20} nothing new: every closed period was released before")
    if done.untold:
        say(f"\nThe data catalogue is not told yet: {done.untold.removesuffix('.')}. The next run tells it, or `lapipe register flush`.")
    if done.releases:
        say(f"\nLook     {_here(sys.executable)} -c \"import lapipe; print(lapipe.read_release('{done.out / done.releases[-1].name}'))\"")


def _explained(told: dict[str, Any]) -> None:
    """Print what the time went into and how the sources were used. Stages in one row were computed in one query: their time cannot be told apart."""
    width = max(len("stages"), *(len(_stages(part)) for part in told["parts"]))
    say(f"\n{'Seconds':>8}  {'written':>9}  {'stages':<{width}}  what goes on")
    for part in told["parts"]:
        goes_on = "" if part["rows"] is None else f"{part['rows']} rows" + (f" of {part['people']} people" if part["people"] else "")
        say(f"{part['seconds']:>8.2f}  {_size(part['bytes_written']):>9}  {_stages(part):<{width}}  {goes_on}".rstrip())
    say(f"{told['other_seconds']:>8.2f}  {'':>9}  everything else")
    say("\nSources")
    for name, use in told["sources"].items():
        say(f"  {name:<14} {_used(use)}")


def _stages(part: dict[str, Any]) -> str:
    return " + ".join(part["stages"])


def _size(count: int | None) -> str:
    """Write an amount of bytes; where the system does not tell it, a question mark."""
    if count is None:
        return "?"
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:.3g} GB"


def _used(use: dict[str, Any]) -> str:
    first = {"counted": "its rows counted, then ", "rewritten": "rewritten, then ", "": ""}[use["first"]]
    read = "left in its file" if use["in_file"] else "parsed once"
    return f"{first}{read}; {use['asked']} queries over it as it was read; each row kept in {use['kept']} table{'' if use['kept'] == 1 else 's'}"


def _here(command: str) -> str:
    """Give a command as it can be typed in this folder."""
    import shutil

    name = Path(command).name
    if shutil.which(name) == command:
        return name
    relative = os.path.relpath(command)
    return command if relative.startswith("..") else relative


_WHY = {"Consent": "people who did not consent, or withdrew", "Extract": "no person found in the text", "Join": "people who are not in the other table", "Object": "people who objected",
        "KAnonymise": "people whom too few share a combination with", "Retain": "older than the purpose allows", "Where": "not meant by the condition"}


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
    with progress_shown() as progress:
        made = on_disk(f"make the demo in {folder}", lambda: make_university(
            folder / "exports", rows=rows, progress=lambda number: progress(f"making {number:,} of {rows:,} rows")))

        def copy() -> None:
            for name in ("schemas", "pipelines", "lapipe.toml"):
                source = shipped() / name
                if source.is_dir():
                    shutil.copytree(source, project / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    project.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, project / name)

            _renew(project / "schemas" / "purposes" / "moodle_weekly_activity.yaml")

        on_disk(f"make the demo in {folder}", copy)
    if not keys.exists():
        KeyRing.create(keys, today=today())
    pipeline = named_pipeline(str(project / "pipelines" / "moodle_weekly_activity.py"))
    data = {"events": made.log, "students": made.students, "objections": made.objections}
    say(f"A made-up university in {folder}: a Moodle log with names, ids and IP addresses in it, students with their BSN, and")
    say("a list of who objected. This runs pipelines/moodle_weekly_activity.py over it.\n")
    done = _run(pipeline, data, register=str(folder / "register.sqlite"), keys=keys, out=folder / "out", runs=folder / "runs", profile="")
    _told(done)
    lapipe = _here(str(Path(sys.executable).with_name("lapipe")))
    say(f"Verify   {lapipe} verify {folder / 'out' / 'weekly_activity'} --register {folder / 'register.sqlite'}")
    say(f"Record   {lapipe} register list --register {folder / 'register.sqlite'}")
    say(f"Declare  {project / 'schemas' / 'purposes' / 'moodle_weekly_activity.yaml'}: what the privacy officer reads")


def _renew(purpose: Path) -> None:
    """Let the demo's own copy of the purpose hold today, whenever that is."""
    import re
    from datetime import timedelta

    text = purpose.read_text(encoding="utf-8")
    if f"{today()}" >= re.findall(r"^review_by: (\S+)", text, re.MULTILINE)[0]:
        purpose.write_text(re.sub(r"^review_by: \S+", f"review_by: {today() + timedelta(days=365)}", text, flags=re.MULTILINE),
                           encoding="utf-8")


@app.command()
def verify(release: Annotated[Path, typer.Argument(help="A release's folder.")], register: RegisterPath = "",
           format: Format = "text") -> None:
    """Say whether a release is what its manifest, and with --register the register, say it is."""
    from contextlib import ExitStack

    from lapipe.register import Register
    from lapipe.release import verify_release

    as_json = wants_json(format)
    with ExitStack() as stack:
        opened = stack.enter_context(Register.open(register, clock=clock, create=False)) if register else None
        manifests = verify_release(release, today=today(), register=opened)
    if as_json:
        say(json.dumps({"verified": True, "with_register": bool(register), "parts": [
            {key: m[key] for key in ("release", "run", "kind", "periods", "rows", "erase_by")} for m in manifests]}, indent=2))
        return
    against = "manifest and register" if register else "manifest (give --register to hold it against the register too)"
    for manifest in manifests:
        say(f"{manifest['release']} of run {manifest['run']}: as its {against} say{'' if register else 's'}; erase by {manifest['erase_by']}.")
