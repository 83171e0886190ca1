"""How a project stands today: what ran, what is past its term, and what somebody has to look at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lapipe.approval import load_approvals, standing
from lapipe.catalogue import KINDS
from lapipe.changes import declared
from lapipe.project import Project
from lapipe.register import Register
from lapipe.release import MANIFEST

#: Days after which a checkpoint no longer says much about the register.
CHECKPOINT_DAYS = 31


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
    return [*_runs(register), *_terms(project, today), *_evidence(register, today), *_approvals(project, today),
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


def _terms(project: Project, today: date) -> Iterator[Item]:
    """Every release and ledger record past its term; a manifest that cannot be read hides its term, which is worth a look too."""
    profile = project.profile
    for what, root, pattern in (("term", profile.out, f"[!.]*/*/*/{MANIFEST}"), ("ledger", profile.ledger, "[!.]*/*/about.json")):
        for path in sorted(root.glob(pattern)):
            where = str(path.parent.relative_to(root))
            if any(folder.is_symlink() for folder in (path, *path.parents) if folder.is_relative_to(root) and folder != root):
                continue  # the link to the newest release: what it shows is listed under its own name
            try:
                erase_by: date | None = date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["erase_by"])
            except (OSError, ValueError, KeyError, TypeError):
                erase_by = None
            if erase_by is None:
                yield Item(what, where, "does not say when it is to be erased, or cannot be read", True)
            elif today > erase_by:
                yield Item(what, where, f"was to be erased by {erase_by} ({(today - erase_by).days} days ago)", True)


def _evidence(register: Register, today: date) -> Iterator[Item]:
    due = register.evidence.due(today)
    if due:
        oldest = min(kept.keep_until for kept in due)
        yield Item("evidence", register.name, f"{len(due)} pieces of evidence are past their term, the oldest since {oldest}", True)


def _approvals(project: Project, today: date) -> Iterator[Item]:
    state = declared(project.root, today)
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
