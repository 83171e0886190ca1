"""What time brings: what somebody has to look at, and what to report when a release leaked."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lapipe.cli.app import Format, ProfileName, RegisterPath, app, clock, project, register_url, say, today, wants_json
from lapipe.cli.registers import register_app
from lapipe.errors import UsageFault


@app.command("status")
def status_command(register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Say how the project stands: last runs, overdue terms, requests, approvals, checkpoint, quarantine; exit code 1 when something needs attention."""
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


@register_app.command("breach")
def register_breach(release: Annotated[Path, typer.Argument(metavar="RELEASE", help="The release's folder in OUT.")],
                    known: Annotated[str, typer.Option("--known", help="When it became known, with its zone: 2026-11-24T09:30+01:00.")],
                    language: Annotated[str, typer.Option("--language", help="nl or en.")] = "nl",
                    register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Write what to report when a release leaked: what it held, how many people, the 72-hour clock, what to tell whom."""
    from lapipe.breach import LANGUAGES, breach_pack, manifests_of, people_by_run
    from lapipe.register import Register

    if language not in LANGUAGES:
        raise UsageFault(f"There is no language '{language}' (there are: {', '.join(LANGUAGES)}).")
    try:
        time = datetime.fromisoformat(known)
    except ValueError:
        raise UsageFault("--known takes a time with its zone, as 2026-11-24T09:30+01:00.") from None
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        held = manifests_of(release, opened)
        text = breach_pack(held, time, language, people_by_run(opened, [str(said["run"]) for _, said in held]))
        opened.append("breach", {"release": str(held[-1][1]["release"]), "runs": [str(said["run"]) for _, said in held], "known": time.isoformat()})
    say(text)
