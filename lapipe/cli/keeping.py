"""`lapipe status`: what somebody has to look at."""

from __future__ import annotations

import json

import typer

from lapipe.cli.app import Format, ProfileName, RegisterPath, app, clock, project, register_url, say, today, wants_json


@app.command("status")
def status_command(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Say how the project stands: last runs, overdue terms, approvals, checkpoint, quarantine; exit code 1 when something needs attention."""
    from lapipe.register import Register
    from lapipe.status import status

    as_json = wants_json(format)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        items = status(project(profile), opened, today())
    if as_json:
        say(json.dumps([vars(item) for item in items], indent=2, ensure_ascii=False))
    else:
        for item in items:
            say(f"{'!' if item.attention else ' '} {item.what:<11} {item.where}: {item.says}")
        wanting = sum(item.attention for item in items)
        say(f"{wanting} of {len(items)} need attention." if wanting else "Nothing needs attention.")
    if any(item.attention for item in items):
        raise typer.Exit(1)
