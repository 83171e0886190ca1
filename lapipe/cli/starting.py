"""`lapipe init`: start a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lapipe.cli.app import app, say, shipped
from lapipe.errors import UsageFault


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to start it; default: here.")] = Path("."),
         ci: Annotated[str, typer.Option("--ci", help="gitlab or github: for which the job is written.")] = "gitlab") -> None:
    """Start a project: schemas, pipelines, profiles, a job for CI. Never overwrites."""
    from lapipe.documents import nearest
    from lapipe.start import CI, start_project

    if ci not in CI:
        raise UsageFault(f"There is no job for '{ci}' (there are: {', '.join(CI)}).{nearest(ci, CI)}")
    written, kept = start_project(folder, shipped=shipped(), ci=ci)
    for file in written:
        say(f"Wrote {folder / file}")
    for file in kept:
        say(f"Left  {folder / file} as it was")
    say("")
    say(f"Now decide every `undecided` of {folder / 'schemas' / 'organisation.yaml'} and of the purpose; `lapipe check` says which are left.")
    say("Then a contract for each export:  lapipe scan EXPORT.csv --draft schemas/tables/EXPORT.odcs.yaml")
    say("the purpose (schemas/purposes/first_purpose.yaml asks what it must say), a pipeline in pipelines/, and `lapipe check` again.")
