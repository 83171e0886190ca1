"""How a project stands today: what ran, what is past its term, and what somebody has to look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from lapipe.approval import load_approvals, standing
from lapipe.catalogue import KINDS
from lapipe.changes import Declared, declared
from lapipe.choices import cases
from lapipe.errors import LapipeError
from lapipe.project import Project
from lapipe.purpose import Retention
from lapipe.register import Register
from lapipe.release import MANIFEST, missing
from lapipe.retention import Item as Held
from lapipe.retention import Keeper, summed, terms_approved
from lapipe.sink import tables

#: Days after which a checkpoint no longer says much about the register.
CHECKPOINT_DAYS = 31

#: Days before its last day from which a request that waits for an answer needs somebody (GDPR art. 12(3) gives a month).
REQUEST_DAYS = 7


@dataclass(frozen=True)
class Item:
    """One thing that is so; `attention` where somebody has to act. It names pipelines, runs and folders, never a person."""

    what: str
    where: str
    says: str
    attention: bool


def status(project: Project, register: Register, today: date) -> list[Item]:
    """Say how a project stands: runs, terms, evidence, approvals, checkpoint, quarantine and the data catalogue. It reads and changes nothing.

    Storage limitation asks that somebody looks (GDPR art. 5(1)(e), 5(2)).
    """
    state = declared(project.root, today)
    keeper = Keeper(project, register, today, state.organisation.retention if state.organisation else Retention(), state.purposes,
                    unread={file: "`lapipe check` says why" for file in state.unread if file.startswith("schemas/purposes/")},
                    **(terms_approved(project, state.organisation, register, today) if state.organisation else {}))
    return [*_runs(register), *_terms(keeper), *_tables(project, register), *_missing(project, register), *_requests(register, today), *_approvals(project, state, today),
            _checkpoint(register, today), *_quarantine(project), *_catalogue(project, register, today)]


def _runs(register: Register) -> Iterator[Item]:
    """Per pipeline the last run that completed, and the last one where that ended otherwise; a run that is going on is neither."""
    good: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for run in sorted(register.runs(), key=lambda run: run.started):
        if run.state == "completed":
            good[run.pipeline] = run
        if run.state != "running":
            last[run.pipeline] = run
    for pipeline in sorted(last):
        if pipeline in good:
            yield Item("release", pipeline, f"last completed run {good[pipeline].id} of {good[pipeline].started[:10]}", False)
        else:
            yield Item("release", pipeline, "no run was ever completed", True)
        run = last[pipeline]
        if run.state != "completed":
            yield Item("run", pipeline, f"its last run {run.id} of {run.started[:10]} ended {run.state} ({run.reason})", True)


def _terms(keeper: Keeper) -> Iterator[Item]:
    """What `lapipe retain` would delete today, and what it may not touch although it lies there: somebody has to look at that."""
    try:
        keeper.holds()
    except LapipeError as error:
        yield Item("hold", "schemas/organisation.yaml", str(error).replace(f"{keeper.project.root}/", ""), True)
    for item in summed(keeper.items()):
        what = {"release": "term", "ledger": "ledger", "quarantine": "quarantine", "evidence": "evidence", "purpose": "evidence"}.get(item.what, "data")
        where = keeper.register.name if item.what == "evidence" else item.id.partition(" ")[2]
        if item.obstacle:
            yield Item(what, where, item.obstacle, True)
        elif item.past and item.hold:
            yield Item(what, where, f"is past its term ({item.term}), and held: {item.hold}", False)
        elif item.past:
            yield Item(what, where, f"{_past(item, keeper.today)}; `lapipe retain --plan FILE` lists it", True)
        if item.undated:
            yield Item(what, where, f"{item.undated} of {item.rows} rows have no day, so no term ends for them", True)
    for name, said in keeper.begun().items():
        yield Item("retain", name, f"deleting {said['past']} {said['unit']} was begun and is not recorded as done; give `lapipe retain --apply` again", True)


def _past(item: Held, today: date) -> str:
    if item.what == "evidence":
        return f"{item.past} pieces of evidence are past their term, the oldest since {item.oldest}"
    if item.what in ("files", "parquet", "table", "quarantine"):
        return f"{item.past} of {item.rows} {item.unit} are past their term ({item.term}), the oldest of {item.oldest}"
    erase_by = item.term.removeprefix("by ")
    if erase_by == item.term:
        return f"is past its term ({item.term}), of {item.oldest}"
    return f"was to be erased by {erase_by} ({(today - date.fromisoformat(erase_by)).days} days ago)"


def _tables(project: Project, register: Register) -> Iterator[Item]:
    """Tables in databases whose release is no longer in OUT: what was deleted in one place is deleted in the other. No database is asked."""
    for folder, table in tables(register).items():
        if not (project.profile.out / folder / MANIFEST).is_file():
            yield Item("table", folder, f"its files are gone, and its table {table.shown} was not dropped (`lapipe tables --drop-gone`)", True)


def _missing(project: Project, register: Register) -> Iterator[Item]:
    """Releases that are not in OUT: no term ends there, and from rows about people nobody is erased."""
    for folder, entry in missing(register, [project.profile.out], statistics=True).items():
        lost = "its term does not end" if entry.body.get("kind") == "statistics" else "nobody is erased from it, and no term ends"
        yield Item("missing", folder, f"was released, and is not in the profile's folder for releases; {lost}. Put it there, or where it was deleted by hand, say so "
                   "(`lapipe subject gone`)", True)


def _requests(register: Register, today: date) -> Iterator[Item]:
    """Requests and objections that wait for an answer, by their case's number."""
    for case in cases(register):
        if case.due is not None:
            late = " LP511 overdue" if case.due < today else ""
            yield Item("request", f"case {case.id}", f"{case.content.get('what') or case.kind}, received {case.received}, to be answered by {case.due}{late}",
                       case.due <= today + timedelta(days=REQUEST_DAYS))


def _approvals(project: Project, state: Declared, today: date) -> Iterator[Item]:
    for file in state.unread:
        yield Item("declaration", file, "cannot be read, so what hangs on it is not told here; `lapipe check` says why", True)
    if state.organisation is None or not project.profile.approvals:
        return
    given = load_approvals(project.root)
    for fault in given.faults:
        yield Item("approval", fault.where, fault.message, True)
    for name, purpose in sorted(state.purposes.items()):
        plans = [plan for plan in state.plans.values() if plan.purpose.name == name]
        if not plans:
            continue
        found = standing(purpose, plans, state.organisation, given, today)
        said = found.reason or f"approved until {found.until}"
        yield Item("approval", name, said, found.state(today) != "approved")


def _checkpoint(register: Register, today: date) -> Item:
    times = [entry.time for entry in register.entries() if entry.kind == "checkpoint"]
    if not times:
        return Item("checkpoint", register.name, "was never signed (`lapipe register checkpoint`)", True)
    days = (today - datetime.fromisoformat(times[-1]).date()).days
    return Item("checkpoint", register.name, f"last signed {days} days ago", days > CHECKPOINT_DAYS)


def _quarantine(project: Project) -> Iterator[Item]:
    """Files that wait, by run. Links are not followed: what they point at is not this project's."""
    folder: Path = project.profile.quarantine
    for run in sorted(folder.iterdir()) if folder.is_dir() else ():
        count = sum(len(files) for _, _, files in os.walk(run)) if run.is_dir() and not run.is_symlink() else 1
        if count:
            yield Item("quarantine", run.name, f"{count} {'file waits' if count == 1 else 'files wait'} for somebody to look at", True)


def _catalogue(project: Project, register: Register, today: date) -> Iterator[Item]:
    """What a data catalogue is still to be told; of events that wait longer than a day, the catalogue takes none."""
    catalogue = project.profile.openlineage
    if catalogue is None:
        return
    outbox = register.outbox(catalogue.url)
    waiting = [datetime.fromisoformat(entry.time).date() for entry in outbox.after(outbox.place(), KINDS)]
    if waiting:
        yield Item("catalogue", catalogue.url, f"{len(waiting)} events wait, the first since {waiting[0]} (`lapipe register flush`)", (today - waiting[0]).days > 1)
    else:
        yield Item("catalogue", catalogue.url, "is told everything", False)
