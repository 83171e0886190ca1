"""Check a whole project without data: contracts, organisation, purposes, pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lapipe.approval import Standing, altered, load_approvals, standing
from lapipe.contract import load_contract, load_contracts
from lapipe.errors import DeclarationFault, LapipeError, UsageFault
from lapipe.identities import FILE as IDENTITIES
from lapipe.identities import load_identities
from lapipe.pipeline import load_pipeline
from lapipe.plan import Plan
from lapipe.project import FILE, load_project
from lapipe.purpose import load_organisation, load_purpose
from lapipe.purpose.findings import findings
from lapipe.purpose.holds import can_be_held, expired, misnamed
from lapipe.rules import RULES, Finding


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what must be mended."""

    contracts: int
    purposes: int
    pipelines: int
    findings: tuple[Finding, ...]
    files: tuple[str, ...] = ()
    approvals: tuple[Approved, ...] = ()
    demanded: str = ""
    information: tuple[str, ...] = ()


@dataclass(frozen=True)
class Approved:
    """How a pipeline stands: whether it is approved as it is now, by whom, until when; or why not."""

    pipeline: str
    purpose: str
    file: str
    standing: Standing


def check_project(root: Path, today: date, only: Sequence[Path] = (), profile: str = "") -> Checked:
    """Load and judge everything that a project declares, or only some of its files; reads no data, key or register.

    A folder in which nothing is found is a finding: a check that looked at nothing has not checked. Under a profile that demands
    approvals (default: the project's), a pipeline that is not approved as it is now is a finding too.

    Raises:
        UsageFault: the project has no such profile.
    """
    found: list[Finding] = []
    demanded = ""
    out: Path | None = None
    try:
        settings = load_project(root, profile or None).profile
        demanded, out = settings.name if settings.approvals else "", settings.out
    except DeclarationFault as error:
        found.append(_of(error, FILE))
    except UsageFault:
        # A project without a default profile is checked as one that demands nothing; one that is asked for has to be there.
        if profile:
            raise
    chosen = [path.resolve() for path in only]

    def files(folder: str, pattern: str) -> list[Path]:
        # Parts that pipelines share begin with _; a purpose or contract that does is one like any other.
        there = sorted(path for path in (root / folder).glob(pattern) if not (folder == "pipelines" and path.name.startswith("_")))
        if not there:
            found.append(Finding("LP201", folder, f"there is no {pattern} here, so nothing was checked.", "Add one."))
        return [path for path in there if not chosen or path.resolve() in chosen or path.parent.resolve() in chosen]

    contracts, purposes = files("schemas/tables", "*.odcs.yaml"), files("schemas/purposes", "*.yaml")
    pipelines = files("pipelines", "*.py")
    if chosen and not (contracts or purposes or pipelines or (root / "schemas" / IDENTITIES).resolve() in chosen):
        found.append(Finding("LP201", ", ".join(map(str, only)), "is no contract, purpose or pipeline of this project."))
    organisation = None
    try:
        organisation = load_organisation(root / "schemas" / "organisation.yaml")
    except LapipeError as error:
        found.append(_of(error, "schemas/organisation.yaml"))
    for path in contracts:
        try:
            found += _named(load_contract(path).name, path, root)
        except LapipeError as error:
            found.append(_of(error, str(path.relative_to(root))))
    for path in purposes if organisation else ():
        assert organisation is not None
        try:
            declared = load_purpose(path, floor=organisation.k_floor)
            found += [*_named(declared.name, path, root), *findings(declared, organisation, today)]
        except LapipeError as error:
            found.append(_of(error, str(path.relative_to(root))))
    identities = root / "schemas" / IDENTITIES
    if identities.exists() and (not chosen or identities.resolve() in chosen):
        try:
            load_identities(identities, load_contracts(root / "schemas" / "tables"))
        except LapipeError as error:
            found.append(_of(error, str(identities.relative_to(root))))
    plans: dict[str, Plan] = {}
    for path in pipelines if organisation else ():
        try:
            plans[path.relative_to(root).as_posix()] = load_pipeline(path).plan(today=today)
        except LapipeError as error:
            found.append(_of(error, str(path.relative_to(root))))
    given = load_approvals(root)
    found += [*_alone(root), *given.faults]
    approved = []
    for file, plan in plans.items() if organisation else ():
        assert organisation is not None
        found += [Finding("LP118", file, message) for message in altered(plan, root, organisation)]
        approved.append(Approved(plan.pipeline, plan.purpose.name, file, standing(plan.purpose, [plan], organisation, given, today)))
        if demanded and approved[-1].standing.reason:
            found.append(Finding("LP109", file, f"profile {demanded} runs only what was approved, and {plan.pipeline} is not: "
                                                f"{approved[-1].standing.reason}.", RULES["LP109"].fix))
    information: tuple[str, ...] = ()
    if organisation:
        retention = organisation.retention
        names = {*can_be_held(root, out, retention), *(plan.pipeline for plan in plans.values())}
        found += [_of(fault, "schemas/organisation.yaml") for _, fault in misnamed(organisation.path, retention, names, today)]
        information = tuple(f"schemas/organisation.yaml: {said}" for said in expired(retention, today))
    # One wrong contract stops every pipeline that reads it with the same sentence: tell it once.
    told = {(finding.rule, finding.message): finding for finding in reversed(found)}
    return Checked(len(contracts), len(purposes), len(pipelines), tuple(reversed(told.values())),
                   tuple(path.relative_to(root).as_posix() for path in (*contracts, *purposes, *pipelines)),
                   tuple(approved), demanded, information)


def _alone(root: Path) -> list[Finding]:
    """Find renames of a contract that is not there: nothing would read them."""
    folder = root / "schemas" / "tables"
    return [Finding("LP211", str(path.relative_to(root)), "renames columns of a contract that is not beside it.")
            for path in sorted(folder.glob("*.renames.yaml")) if not path.with_name(f"{path.name.removesuffix('.renames.yaml')}.odcs.yaml").is_file()]


def _named(name: str, path: Path, root: Path) -> list[Finding]:
    """Find a declaration whose file has another name: two files could declare one, and which of them holds would not be told."""
    stem = path.name.partition(".")[0]
    if stem == name:
        return []
    return [Finding("LP201", str(path.relative_to(root)), f"declares '{name}', and its file is called {stem}.", "Call the file or the name alike.")]


def _of(error: LapipeError, where: str) -> Finding:
    rule = error.rule or "LP201"
    return Finding(rule, where, str(error).removeprefix(f"{error.rule} ") if error.rule else str(error),
                   "" if error.rule else RULES[rule].fix)
