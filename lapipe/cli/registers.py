"""`lapipe register`: look at the processing register, sign it, export it, close periods of it."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from lapipe.cli.app import Format, ProfileName, RegisterPath, app, clock, project, register_url, say, today, wants_json
from lapipe.errors import EngineFault, UsageFault

register_app = typer.Typer(no_args_is_help=True, help="Look at the processing register, sign it, export it, close periods of it.")
app.add_typer(register_app, name="register")

KeyFile = Annotated[Path, typer.Option("--key", help="The signing key's file, of whoever signs.")]
Place = Annotated[str, typer.Option("--to", help="A file, git:FOLDER of a work tree, or - for standard output.")]
Notes = Annotated[list[Path] | None, typer.Option("--checkpoint", help="A checkpoint's file; may be repeated.")]
Public = Annotated[str, typer.Option("--public", help="The public key of whoever signs, or its file.")]


@register_app.command("create")
def register_create(
        url: Annotated[str, typer.Option("--url", "--register", help="A file, or postgresql://owner@host/database?schema=lapipe.")] = "",
        writer: Annotated[list[str] | None, typer.Option("--writer", help="A role of the database that may append and read.")] = None,
        profile: ProfileName = "") -> None:
    """Make a register, or bring one to this version; in PostgreSQL as the owner of its schema."""
    from lapipe.register import Register

    with Register.open(register_url(url, profile), clock=clock) as opened:
        for role in writer or ():
            opened.grant(role)
        granted = f", where {', '.join(writer)} may append and read" if writer else ""
        say(f"The register {opened.name} is there{granted}.")


@register_app.command("list")
def register_list(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """List the runs."""
    from lapipe.register import Register

    as_json = wants_json(format)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        runs = opened.runs()
    if as_json:
        say(json.dumps([vars(run) for run in runs], indent=2))
        return
    for run in runs:
        say(f"{run.id:<28} {run.started[:19]}  {run.state:<12} {run.pipeline:<26} {run.reason}".rstrip())
    if not runs:
        say("The register holds no runs.")


@register_app.command("show")
def register_show(run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id.")], register: RegisterPath = "",
                  profile: ProfileName = "", format: Format = "text") -> None:
    """Show every entry of a run."""
    from lapipe.register import Register

    as_json = wants_json(format)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        entries = list(opened.entries(run=run_id))
        run = opened.outcome(run_id)
        known = [each.id for each in opened.runs()] if run is None and not entries else []
    if run is None and not entries:
        raise UsageFault(f"The register has no run '{run_id}' (its last ones: {', '.join(known[-3:]) or 'none'}).")
    if as_json:
        say(json.dumps([vars(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    for entry in entries:
        say(f"{entry.seq:>6}  {entry.time[:19]}  {entry.kind}")
        for key, value in entry.body.items():
            say(f"          {key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    if run is not None and not any(entry.kind == "started" for entry in entries):
        say(f"        {run.started[:19]}  {run.state}: its period was closed; the export of that closing has the rest.")


@register_app.command("verify")
def register_verify(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text", checkpoint: Notes = None,
                    public: Public = "") -> None:
    """Recompute the chain of entries, and hold it against checkpoints; exit code 5 when it is broken, 1 when a run has no end."""
    from lapipe.register import Register
    from lapipe.register.checkpoints import assure, read_public

    as_json = wants_json(format)
    notes = {str(path): _content(path) for path in checkpoint or ()}
    key = read_public(public) if public else None
    if key and not notes:
        raise UsageFault("A public key says nothing without a checkpoint: give --checkpoint FILE.")
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        assurance = assure(opened, notes, key)
    found = assurance.verification
    broken = any(finding.rule != "LP603" for finding in assurance.findings)
    if as_json:
        say(json.dumps({"entries": found.entries, "pruned": found.pruned, "evidence": found.evidence, "head": found.head,
                        "assurance": assurance.level, "words": assurance.words,
                        "findings": [vars(finding) for finding in assurance.findings]}, indent=2))
    else:
        for finding in assurance.findings:
            say(str(finding))
        pruned = f" ({found.pruned} of them of closed periods, by their hash)" if found.pruned else ""
        say(f"{found.entries} entries{pruned}, chain {'whole' if found.whole else 'broken'}, head {found.head[:16]}.")
        say(assurance.words)
    if assurance.findings:
        raise typer.Exit(5 if broken else 1)


@register_app.command("create-key")
def register_create_key(path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the signing key goes, outside every project.")],
                        name: Annotated[str, typer.Option("--name", help="Whose register it is: voorbeeld.example/register.")] = "lapipe/register",
                        ) -> None:
    """Make the key that checkpoints are signed with: for whoever signs, not for who runs pipelines."""
    from lapipe.register.checkpoints import SigningKey

    key = SigningKey.create(path.expanduser(), name)
    say(f"Created {path}, for its owner only, and {path}.pub, for everybody who verifies:")
    say(str(key.public))
    say("Make it on the account of whoever signs (the privacy officer, a CI service), never on that of the pipelines: who has the key and the "
        "register can rewrite both.")


@register_app.command("checkpoint")
def register_checkpoint(key: KeyFile, to: Place = "-", register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Sign what the register is now, to be kept where its owner cannot change it."""
    from lapipe.register import Register
    from lapipe.register.checkpoints import SigningKey, checkpoint

    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        signing = SigningKey.open(key.expanduser(), opened)
        made, recorded = checkpoint(opened, signing, to, clock())
        apart = signing.apart(opened)
    # With the note on standard output, what is said about it goes beside it.
    out = sys.stderr if to == "-" else sys.stdout
    print(f"Signed {made.size} entries on {made.time} as {made.origin}{'' if to == '-' else f', in {to}'}.", file=out)
    if not recorded:
        print("The register itself could not take note of it.", file=out)
    if apart is False:
        print("This key is on the account that owns the register, so it shows nothing against that account; let somebody else sign.", file=out)


@register_app.command("prove")
def register_prove(checkpoint: Notes = None, entry: Annotated[int, typer.Option("--entry", help="Prove that this entry is there.")] = 0,
                   register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Prove, to someone who has checkpoints and not the register, that one continues the other, or that an entry is under one."""
    from lapipe.register import Register
    from lapipe.register.checkpoints import prove, prove_entry, read_checkpoint

    notes = [read_checkpoint(str(path), _content(path)) for path in checkpoint or ()]
    if len(notes) != (1 if entry else 2):
        raise UsageFault("Give --checkpoint twice to prove that one continues the other, or once with --entry N.")
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        held = opened.verify(sizes=[note.size for note in notes])
        if any(held.roots.get(note.size) != note.root for note in notes):
            raise UsageFault("The register is not what these checkpoints say, so there is nothing to prove; `lapipe register verify` says what is wrong.")
        say(json.dumps(prove_entry(opened, entry, notes[0]) if entry else prove(opened, *notes), ensure_ascii=False))


@register_app.command("diff")
def register_diff(before: Annotated[str, typer.Argument(metavar="A", help="A run's id, or a day.")],
                  after: Annotated[str, typer.Argument(metavar="B", help="A later run's id, or day.")],
                  register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Say what changed between two runs or days that asks to be weighed again; exit code 1 when something takes privacy away."""
    from lapipe.register import Register
    from lapipe.register.differences import differences
    from lapipe.rules import RULES

    as_json = wants_json(format)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        changes = differences(opened, before, after)
    if as_json:
        say(json.dumps([{**vars(change.finding), "guide": RULES[change.finding.rule].guide, "weaker": change.weaker} for change in changes],
                       indent=2, ensure_ascii=False))
    else:
        for finding, weaker in changes:
            say(f"{finding} (guide step {RULES[finding.rule].guide})" if weaker else f"Information, {finding.where}: {finding.message}")
        if not changes:
            say("Nothing that is weighed again changed.")
    if any(change.weaker for change in changes):
        raise typer.Exit(1)


@register_app.command("article30")
def register_article30(to: Annotated[str, typer.Option("--to", help="A file, or - for standard output.")] = "-",
                       format: Annotated[str, typer.Option("--format", help="md, json, csv or xlsx.")] = "md",
                       language: Annotated[str, typer.Option("--language", help="nl or en.")] = "nl",
                       register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Write the records of GDPR art. 30(1) and 30(2): what is declared, what the register evidences, and what is missing."""
    from lapipe.article30 import FORMATS, LANGUAGES, as_csv, as_json, as_markdown, records, write_xlsx
    from lapipe.register import Register

    if format not in FORMATS or language not in LANGUAGES:
        raise UsageFault(f"There is no format '{format}' in language '{language}' (there are: {', '.join(FORMATS)}; {', '.join(LANGUAGES)}).")
    if format == "xlsx" and to == "-":
        raise UsageFault("A workbook goes to a file: give --to FILE.xlsx.")
    chosen = LANGUAGES[LANGUAGES.index(language)]
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        found = records(project(profile).root, opened, today(), chosen)
    if format == "xlsx":
        write_xlsx(found, chosen, Path(to))
    else:
        text = {"json": lambda: as_json(found, chosen), "csv": lambda: as_csv(found, chosen), "md": lambda: as_markdown(found, chosen)}[format]()
        if to == "-":
            say(text)
            return
        _write(Path(to), text)
    items = [item for record in found for items in record.fields.values() for item in items]
    told = ", ".join(f"{sum(item.label == label for item in items)} {label}" for label in ("evidenced", "declared", "missing"))
    say(f"{len(found)} records in {to}: of their values, {told}.")


@register_app.command("flush")
def register_flush(skip: Annotated[int, typer.Option("--skip", metavar="ENTRY", help="Leave out the event of this entry, which the catalogue does not take.")] = 0,
                   register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Tell the data catalogue of the profile (OpenLineage) what it was not told yet, in order; exit code 6 when it does not take it."""
    from lapipe.catalogue import flush
    from lapipe.catalogue import skip as leave_out
    from lapipe.register import Register

    as_json = wants_json(format)
    chosen = project(profile).profile
    if chosen.openlineage is None:
        raise UsageFault(f"Profile {chosen.name} names no data catalogue; add [profiles.{chosen.name}.openlineage] with url and namespace to lapipe.toml.")
    with Register.open(register or chosen.register, clock=clock, create=False) as opened:
        if skip:
            leave_out(opened, chosen.openlineage, skip)
        done = flush(opened, chosen.openlineage, clock)
    if done.problem and not as_json:
        which = f"the event of entry {done.entry}" if done.entry else "what waits"
        refusing = done.problem.startswith("it answered 4")
        raise EngineFault(f"The data catalogue was sent {done.sent} events, and {done.waiting} wait: for {which}, {done.problem}. Try again later"
                          f"{f', or leave that one out with --skip {done.entry}' if refusing else ''}.")
    say(json.dumps(vars(done)) if as_json else f"The data catalogue was sent {done.sent} events, and none wait.")
    if done.problem:
        raise typer.Exit(6)


@register_app.command("amend")
def register_amend(entry: Annotated[int, typer.Argument(metavar="ENTRY", help="The number of the entry to correct.")],
                   reason: Annotated[str, typer.Option("--reason", help="Why; never with a person in it.")],
                   change: Annotated[list[str] | None, typer.Option("--set", help="What it should say: key=value; may be repeated.")] = None,
                   register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Correct an entry by a new one that names it; what was written stays."""
    from lapipe.register import Register

    pairs = [each.partition("=") for each in change or ()]
    if any(not key or not equals for key, equals, _ in pairs):
        raise UsageFault("What an entry should say is given as --set key=value.")
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        made = opened.amend(entry, reason, {key: value for key, _, value in pairs})
    say(f"Entry {made.seq} amends entry {entry}.")


@register_app.command("export")
def register_export(to: Annotated[str, typer.Option("--to", help="A file, or - for standard output.")] = "-",
                    format: Annotated[str, typer.Option("--format", help="jsonl.")] = "jsonl",
                    register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Write every entry as it was hashed; verify_register.py checks it without lapipe."""
    from lapipe.register import Register
    from lapipe.register.periods import export_to, write_export

    if format != "jsonl":
        raise UsageFault(f"There is no format '{format}' (there is: jsonl).")
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        if to == "-":
            write_export(opened, sys.stdout.buffer)
            return
        count = export_to(opened, Path(to))
    say(f"{count} entries in {to}. Without lapipe: python verify_register.py {to}")


@register_app.command("close")
def register_close(until: Annotated[str, typer.Option("--until", help="A day; what was recorded before it is closed.")],
                   export: Annotated[Path, typer.Option("--export", help="Where the closed entries are kept.")], key: KeyFile,
                   to: Annotated[str, typer.Option("--to", help="Where the checkpoint goes: a file, or git:FOLDER.")],
                   register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Close a period: sign, export, and keep of its entries the hashes alone."""
    from lapipe.register import Register
    from lapipe.register.checkpoints import SigningKey, checkpoint
    from lapipe.register.periods import close_period

    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise UsageFault("--until takes a day, as 2026-09-01.") from None
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        signing = SigningKey.open(key.expanduser(), opened)
        done = close_period(opened, day, export, lambda: checkpoint(opened, signing, to, clock()), today())
    say(f"Closed up to entry {done.until}: {done.removed} contents removed, their hashes kept. Keep {export}: it is all that is left of them.")


def _write(path: Path, text: str) -> None:
    problem = ""
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        raise EngineFault(f"{path} cannot be written ({problem}); name a file in a folder that is there and yours.")


def _content(path: Path) -> bytes:
    problem = ""
    try:
        return path.read_bytes()
    except OSError as error:
        problem = error.strerror or type(error).__name__
    raise EngineFault(f"{path} cannot be read ({problem}); name a file.")
