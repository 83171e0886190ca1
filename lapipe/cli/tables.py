"""`lapipe tables`: where releases stand in databases, and dropping the tables of those that are gone."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from lapipe.cli.app import ProfileName, RegisterPath, app, clock, project, register_url, say


@app.command("tables")
def tables_command(drop_gone: Annotated[bool, typer.Option("--drop-gone", help="Drop the tables of releases that are no longer in OUT.")] = False,
                   databases: Annotated[list[str] | None, typer.Option("--database", help="A postgresql:// URL by which tables are reached; may be repeated.")] = None,
                   register: RegisterPath = "", profile: ProfileName = "") -> None:
    """List the tables that releases were put into; with --drop-gone, drop those whose release was deleted."""
    from lapipe.register import Register
    from lapipe.release import MANIFEST
    from lapipe.sink import Sinks, checked, drop, tables

    named = project(profile).profile
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened, closing(
            Sinks((named.to, *(checked(url) for url in databases or ())))) as sinks:
        known = tables(opened)
        for folder, table in known.items():
            there = (named.out / folder / MANIFEST).is_file()
            say(f"{folder}: {table.shown}{'' if there else ', whose release is gone'}")
            if drop_gone and not there:
                say("  dropped" if drop(table, folder, sinks, opened) else "  was dropped before")
        if not known:
            say("No release was put into a database.")
