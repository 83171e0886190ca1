"""`lapipe quarantine`: files in which a BSN was found."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lapipe.cli.app import Format, ProfileName, RegisterPath, app, clock, project, register_url, say, wants_json

quarantine_app = typer.Typer(no_args_is_help=True, help="Files in which a BSN was found, which no run reads until the officer releases them.")
app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def quarantine_list(register: RegisterPath = "", profile: ProfileName = "",
                    everything: Annotated[bool, typer.Option("--all", help="Those that were released too.")] = False, format: Format = "text") -> None:
    """List what is in quarantine: which source and column, since when, and by when the officer must have decided."""
    from lapipe.quarantine import incidents, places
    from lapipe.register import Register

    as_json = wants_json(format)
    folder = project(profile).profile.quarantine
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        found = [each for each in incidents(opened) if everything or not each.released]
    if as_json:
        say(json.dumps([{**vars(each), "files": [{"sha256": digest, "size": size} for digest, size in each.files], "released": each.released,
                         "places": [str(path) for path, _ in places(each, folder)]} for each in found], indent=2, ensure_ascii=False))
        return
    for each in found:
        state = f"released by {each.role}" if each.released else f"decide by {each.decide_by}"
        say(f"{each.number:>6}  {each.since[:19]}  {each.rule} in column '{each.column}', source '{each.source}' of {each.pipeline}, run {each.run}; {state}")
        for path, _ in places(each, folder):
            say(f"        {path}")
        if not each.files:
            say("        a table in memory, which cannot be kept from being read")
        if each.released:
            say(f"        {each.reason}")
    if not found:
        say("Nothing is in quarantine.")


@quarantine_app.command("release")
def quarantine_release(incident: Annotated[int, typer.Argument(help="The incident's number, from `lapipe quarantine list`.")],
                       reason: Annotated[str, typer.Option("--reason", help="How the number came there, and what was done about it.")],
                       role: Annotated[str, typer.Option("--role", help="The role of organisation.yaml in which this is decided.")],
                       register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Let the files of an incident be read again; the register keeps the role and the reason."""
    from lapipe.purpose import load_organisation
    from lapipe.quarantine import release
    from lapipe.register import Register

    found = project(profile)
    organisation = load_organisation(found.root / "schemas" / "organisation.yaml")
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        done = release(opened, incident, reason=reason, role=role, organisation=organisation, folder=found.profile.quarantine)
    say(f"Incident {done.number} is released by {done.role}: source '{done.source}' may be read again. What its contract does not declare is refused as before.")
