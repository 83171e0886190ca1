"""`lapipe register`: look at the processing register."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lapipe.cli.app import Format, ProfileName, RegisterPath, app, clock, register_url, say, wants_json
from lapipe.errors import UsageFault

register_app = typer.Typer(no_args_is_help=True, help="Look at the processing register.")
app.add_typer(register_app, name="register")


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
        known = [run.id for run in opened.runs()] if not entries else []
    if not entries:
        raise UsageFault(f"The register has no run '{run_id}' (its last ones: {', '.join(known[-3:]) or 'none'}).")
    if as_json:
        say(json.dumps([vars(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    for entry in entries:
        say(f"{entry.seq:>6}  {entry.time[:19]}  {entry.kind}")
        for key, value in entry.body.items():
            say(f"          {key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


@register_app.command("verify")
def register_verify(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Recompute the chain of entries; exit code 5 when it is broken, 1 when a run has no end."""
    from lapipe.register import Register

    as_json = wants_json(format)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        found = opened.verify()
    if as_json:
        say(json.dumps({"entries": found.entries, "head": found.head, "findings": [vars(f) for f in found.findings]}, indent=2))
    else:
        for finding in found.findings:
            say(str(finding))
        state = "whole" if not any(f.rule == "LP602" for f in found.findings) else "broken"
        say(f"{found.entries} entries, chain {state}, head {found.head[:16]}. A chain alone does not show a tail that was cut off or a "
             "rewrite of everything: note the head elsewhere.")
    if found.findings:
        raise typer.Exit(5 if any(f.rule == "LP602" for f in found.findings) else 1)
