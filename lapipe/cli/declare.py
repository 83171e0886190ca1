"""Commands that read no keys: scan, contract, check, plan, explain."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapipe.cli.app import Format, ProfileName, app, named_pipeline, progress_shown, say, shipped, today, wants_json
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    from lapipe.check import Approved

contract_app = typer.Typer(no_args_is_help=True, help="Make contracts.")
app.add_typer(contract_app, name="contract")


@app.command()
def scan(files: Annotated[list[Path], typer.Argument(help="Exports to look at, or folders of them.")],
         draft: Annotated[Path | None, typer.Option("--draft", help="Write a contract for the one FILE here.")] = None,
         names: Annotated[str, typer.Option("--names", help="The columns' names, with commas, of a file without a header.")] = "",
         header: Annotated[bool, typer.Option("--header", help="I have looked: the first line is a header.")] = False,
         layout: Annotated[Path | None, typer.Option("--layout", help="Where the columns of a file of fixed width stand: a table of names, starts and "
                                                                      "lengths, or DUO's description.")] = None,
         memory: Annotated[str, typer.Option("--memory", help="The most memory to use, such as 4GB.")] = "", format: Format = "text") -> None:
    """Say what is in the columns of files, without a value; exit code 1 when BSNs, special categories or identifiers are found undeclared.

    What the contract that a file's header is of declares is no finding; a possible BSN is one.
    """
    import tempfile

    from lapipe.contract import load_contracts
    from lapipe.engine.runfolder import RunFolder
    from lapipe.errors import LapipeError
    from lapipe.scan import Scanned, exports_in, in_words, scan_whole
    from lapipe.scan.draft import write_draft

    as_json = wants_json(format)
    folders = [path for path in files if path.is_dir()]
    files = [export for path in files for export in (exports_in(path) if path.is_dir() else (path,))]
    if draft and len(files) != 1:
        raise UsageFault(f"--draft writes the contract of one file, and {len(files)} are given; scan them apart.")
    if draft and draft.exists():
        raise UsageFault(f"The draft {draft} exists already; name another file, a draft never overwrites.")
    known = list(load_contracts(shipped() / "schemas" / "tables").values())
    scanned: list[Scanned] = []
    refused: list[LapipeError] = []
    with tempfile.TemporaryDirectory(prefix="lapipe-") as parent, progress_shown() as progress:
        for number, path in enumerate(files, 1):
            progress(f"scanning file {number} of {len(files)}")
            with RunFolder(Path(parent), f"scan-{number}") as folder:
                try:
                    scanned.extend(scan_whole(path, folder.path, names=[name.strip() for name in names.split(",")] if names else (), header=header,
                                             known=known, memory=memory, layout=layout))
                except LapipeError as error:
                    # One file of a folder that cannot be read hides nothing of the others; it is told, and the command fails.
                    if not folders:
                        raise
                    refused.append(error)
    if draft and len(scanned) != 1:
        raise UsageFault(f"--draft writes the contract of one table, and this workbook has {len(scanned)} sheets; save each as a file of its own.")
    undecided = write_draft(scanned[0], draft) if draft else 0
    if as_json:
        told = [each.as_json() for each in scanned]
        say(json.dumps(told if len(told) != 1 or folders else told[0], indent=2, ensure_ascii=False))
    else:
        for each in scanned:
            for line in in_words(each):
                say(line)
        if draft:
            say(f"Wrote {draft}: {undecided} things are undecided; `lapipe check` says which until you have decided them.")
    for each_refused in refused:
        print(each_refused, file=sys.stderr)
    if any(each.alarming for each in scanned):
        raise typer.Exit(1)
    if refused:
        raise typer.Exit(refused[0].exit_code)


@contract_app.command("from-model")
def contract_from_model(model: Annotated[str, typer.Argument(metavar="MODULE:MODEL", help="A pandera DataFrameModel or DataFrameSchema.")],
                        out: Annotated[Path | None, typer.Option("--out", help="Write it here; never overwrites.")] = None) -> None:
    """Make a contract of a pandera model; what the model does not say is undecided."""
    from lapipe.contract.frames import contract_of_model
    from lapipe.scan.draft import write_new

    sys.path.insert(0, os.getcwd())
    text = contract_of_model(model)
    if out is None:
        say(text.rstrip("\n"))
    else:
        write_new(out, text)
        say(f"Wrote {out}.")


@app.command()
def check(paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; default: the whole project.")] = None,
          against: Annotated[str, typer.Option("--against", help="A git revision: find what takes privacy away since.")] = "",
          profile: ProfileName = "",
          format: Annotated[str, typer.Option("--format", help="text, json, sarif, github or junit.")] = "text") -> None:
    """Check contracts, purposes and pipelines without data; exit code 1 when something must be mended."""
    from lapipe import __version__, report
    from lapipe.approval import approved_until
    from lapipe.check import check_project
    from lapipe.project import find_project

    if format not in report.FORMATS:
        raise UsageFault(f"There is no format '{format}' (there are: {', '.join(report.FORMATS)}).")
    for path in paths or ():
        if not path.exists():
            raise UsageFault(f"There is no {path} to check.")
    start = paths[0] if paths else Path.cwd()
    root = find_project(start if start.is_dir() else start.parent)
    done = check_project(root, today(), paths or (), profile)
    found, information = done.findings, done.information
    if against:
        from lapipe.changes import changes, declared
        from lapipe.revision import project_at

        with project_at(root, against) as before:
            changed = changes(declared(before, today()), declared(root, today()), today())
        found, information = (*found, *changed.findings), (*information, *changed.information)
    placed = [report.placed(finding, root) for finding in found]
    looked = f"{done.contracts} contracts, {done.purposes} purposes, {done.pipelines} pipelines"
    summary = f"Checked {looked}: {len(found) or 'no'} finding{'' if len(found) == 1 else 's'}."
    if format == "json":
        say(json.dumps({"contracts": done.contracts, "purposes": done.purposes, "pipelines": done.pipelines, "findings": placed,
                         "information": list(information), "approvals": [_approved(each, done.demanded) for each in done.approvals]},
                        indent=2, ensure_ascii=False))
    elif format == "sarif":
        say(report.sarif(placed, __version__))
    elif format == "junit":
        say(report.junit(placed, done.files))
    else:
        for line in report.github(placed) if format == "github" else map(str, found):
            say(line)
        for line in information:
            say(f"Information: {line.replace(f'{root}/', '')}" if format == "text" else f"::notice::{report.escaped(line)}")
        # Where nobody asks for approvals and nobody gave one, there is nothing to tell.
        if format == "text" and (done.demanded or any(each.standing.approvals for each in done.approvals)):
            for each in done.approvals:
                say(f"Approval: {each.pipeline} is {approved_until(each.standing, today())}")
        say(summary)
    if found:
        raise typer.Exit(1)


def _approved(each: Approved, demanded: str) -> dict[str, Any]:
    """Tell how a pipeline stands as JSON."""
    found = each.standing
    return {"pipeline": each.pipeline, "purpose": each.purpose, "file": each.file, "demanded_by": demanded,
            "state": found.state(today()), "until": str(found.until) if found.until else None,
            "reason": found.reason, "approvals": [approval.named() for approval in found.approvals]}


@app.command()
def plan(pipeline: Annotated[str, typer.Argument(help="A pipeline's name or file.")],
         sql: Annotated[bool, typer.Option("--sql", help="Show the SQL of each stage.")] = False,
         words: Annotated[str, typer.Option("--words", help="nl or en: say it in words, as the privacy officer reads and signs it.")] = "",
         format: Format = "text") -> None:
    """Show the steps of a pipeline, the columns and their kinds, and what may leave; reads no data."""
    from lapipe.phrases import LANGUAGES
    from lapipe.plan import stage_sql
    from lapipe.purpose import load_organisation
    from lapipe.words import in_words

    as_json = wants_json(format)
    if words and (words not in LANGUAGES or sql):
        raise UsageFault("--words goes without --sql." if words in LANGUAGES else f"There are no words in '{words}' (there are: nl, en).")
    planned = named_pipeline(pipeline).plan(today=today())
    if words:
        said = in_words(planned, load_organisation(planned.purpose.path.resolve().parents[1] / "organisation.yaml"), LANGUAGES[LANGUAGES.index(words)])
        say(json.dumps({"pipeline": planned.pipeline, "words": said, "plan_sha256": planned.fingerprint()}, indent=2, ensure_ascii=False)
            if as_json else said.rstrip("\n"))
        return
    if as_json:
        say(json.dumps({**planned.described(), "plan_sha256": planned.fingerprint()}, indent=2, ensure_ascii=False))
        return
    say(f"{planned.pipeline} for purpose {planned.purpose.name} (k = {planned.purpose.k}, releases kept for {planned.purpose.keep_for})")
    for name, contract in planned.sources.items():
        say(f"  source {name}: {contract.name} version {contract.version}, {len(contract.columns)} columns")
    for number, step in enumerate(planned.steps, 1):
        given = {k: v for k, v in step.stage.parameters().items() if v not in ("", None, {}, [])}
        say(f"\n{number}. {step.stage.kind}" + (f"  {json.dumps(given, ensure_ascii=False)}" if given else ""))
        before = {column.name: column for column in step.before}
        if step.before != step.after or number == 1:
            for column in step.after:
                new = column.name not in before or before[column.name] != column
                say(f"   {'*' if new else ' '} {column.name:<20} {column.type:<10} {column.kind:<12} {column.detail:<16} {column.use}")
        if sql:
            say(stage_sql(planned, number - 1))
    say(f"\nNo rule is broken. Plan {planned.fingerprint()[:16]}.")


@app.command()
def explain(rule: Annotated[str, typer.Argument(help="A rule's code, such as LP301.")], format: Format = "text") -> None:
    """Explain a rule: why it exists, which law and guide step ask for it, how to meet it."""
    from lapipe.documents import nearest
    from lapipe.rules import RULES

    as_json = wants_json(format)
    found = RULES.get(rule.upper())
    if found is None:
        raise UsageFault(f"There is no rule {rule} (they run from {min(RULES)} to {max(RULES)}).{nearest(rule.upper(), RULES)}")
    if as_json:
        say(json.dumps(vars(found), indent=2, ensure_ascii=False))
        return
    say(f"{found.code}  {found.title}\n\nWhy    {found.why}\nGuide  step {found.guide} of SURF's Stappenplan Learning analytics onder de AVG\n"
         f"Law    {found.law}\nFix    {found.fix}")
