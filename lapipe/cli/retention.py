"""`lapipe retain`: list what is under a term, and delete what was listed and still is past it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapipe.cli.app import Format, ProfileName, RegisterPath, app, clock, project, register_url, say, wants_json
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    from lapipe.retention import Item, Outcome


@app.command("retain")
def retain_command(plan: Annotated[Path | None, typer.Option("--plan", help="Write what is under a term, and what would go, to this new file.")] = None,
                   apply: Annotated[Path | None, typer.Option("--apply", help="Delete what this plan lists and what still is past its term.")] = None,
                   allow: Annotated[list[str] | None, typer.Option("--allow", help="What may go beyond the declared share, by the name that the refusal gives.")] = None,
                   register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """List what is past its term, or delete what was listed; exit code 1 when something was passed over or could not be looked at."""
    from lapipe.register import Register
    from lapipe.retention import Keeper, read_plan, summed, summed_outcomes, write_plan

    as_json = wants_json(format)
    if (plan is None) == (apply is None):
        raise UsageFault("Give --plan FILE to list, or --apply FILE to delete what was listed.")
    if allow and apply is None:
        raise UsageFault("--allow goes with --apply.")
    named = project(profile)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        keeper = Keeper.of(named, opened, clock())
        if plan is not None:
            keeper.holds()
            items = keeper.items()
            write_plan(plan, keeper, items)
            shown = summed(items)
            say(json.dumps([item.told(files=False) for item in shown], indent=2, ensure_ascii=False)) if as_json else _tell(shown, plan, named.profile.stores)
            if any(item.obstacle for item in items):
                raise typer.Exit(1)
            return
        assert apply is not None
        outcomes = summed_outcomes(keeper.apply(read_plan(apply), allowed=allow or ()))
    if as_json:
        say(json.dumps([{"id": each.item.id, "deleted": each.deleted, "passed_over": each.passed_over} for each in outcomes], indent=2, ensure_ascii=False))
    else:
        _told(outcomes)
    if any(each.passed_over for each in outcomes):
        raise typer.Exit(1)


def _counted(outcome: Outcome) -> str:
    unit = outcome.item.unit
    return f"{outcome.deleted} {unit.removesuffix('s') if outcome.deleted == 1 else unit}"


def _tell(items: Sequence[Item], plan: Path, stores: Mapping[str, str]) -> None:
    from lapipe.readers.database import is_database

    for item in items:
        mark = "!" if item.obstacle else "-" if item.due else " "
        parts = [f"{item.past} of {item.rows} {item.unit}" if item.unit in ("rows", "pieces", "files") else f"{'goes' if item.due else 'stays'}",
                 item.term, f"oldest {item.oldest}" if item.oldest else "", f"{item.undated} without a day" if item.undated else "",
                 item.note, f"held: {item.hold}" if item.hold else "", item.hindered]
        place = f" in {stores[item.group]}" if item.what in ("files", "parquet") and item.group in stores and not is_database(stores[item.group]) else ""
        say(f"{mark} {item.id}{place}: {'; '.join(part for part in parts if part)}")
    due = [item for item in items if item.due]
    say(f"{len(due)} of {len(items)} have something that is past its term. Take out of {plan} what should stay, and say `lapipe retain --apply {plan}`."
        + (f" {plan} names the files, and its owner alone can read it, since names of files may name people." if any(item.what in ("files", "parquet") for item in items) else ""))


def _told(outcomes: Sequence[Outcome]) -> None:
    for each in outcomes:
        say(f"{'!' if each.passed_over else ' '} {each.item.id}: {each.passed_over or f'{_counted(each)} deleted'}")
    say(f"{sum(not each.passed_over for each in outcomes)} of {len(outcomes)} were done." if outcomes else "The plan lists nothing that is to go.")
