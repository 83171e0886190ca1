"""Compare what a project declares with what it declared before: which changes take privacy away, and which give more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from lapipe.approval import FOLDER, Approvals, Standing, declared_sha256, load_approvals, organisation_standing, standing
from lapipe.contract import Column, Contract, load_contract
from lapipe.documents import meaning
from lapipe.errors import LapipeError
from lapipe.local_time import TIME_DETAILS
from lapipe.pipeline import load_pipeline
from lapipe.plan import Plan, Step
from lapipe.project import FILE, Profile, load_profiles
from lapipe.purpose import Duration, Organisation, Parties, Purpose, Retention, load_organisation, load_purpose
from lapipe.purpose.parties import DECISIONS
from lapipe.rules import Finding
from lapipe.widening import longer, widened


@dataclass(frozen=True)
class Declared:
    """All that a project declares, loaded; `unread` names the files that could not be."""

    root: Path
    organisation: Organisation | None
    contracts: Mapping[str, Contract]
    purposes: Mapping[str, Purpose]
    plans: Mapping[str, Plan]
    unread: tuple[str, ...] = ()
    approvals: Approvals = field(default_factory=Approvals)
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    @property
    def demanding(self) -> dict[str, bool]:
        """Which profiles demand approvals."""
        return {name: profile.approvals for name, profile in self.profiles.items()}


@dataclass(frozen=True)
class Changes:
    """What takes privacy away (findings), and what gives more or goes (information)."""

    findings: tuple[Finding, ...] = ()
    information: tuple[str, ...] = ()


#: What a change is about, and with it who can approve it: a purpose, a contract or the organisation by its name; nothing, nobody.
_About = tuple[Literal["purpose", "contract", "organisation", "nothing"], str]


@dataclass
class _Told:
    findings: list[tuple[_About, Finding]] = field(default_factory=list)
    information: list[str] = field(default_factory=list)
    about: _About = ("nothing", "")

    def less(self, rule: str, where: str, message: str) -> None:
        self.findings.append((self.about, Finding(rule, where, message)))

    def more(self, where: str, message: str) -> None:
        self.information.append(f"{where}: {message}")


def declared(root: Path, today: date) -> Declared:
    """Load everything that a project declares; pipelines run their Python, as `load_pipeline` does, and are planned."""
    unread: list[str] = []
    contracts: dict[str, Contract] = {}
    purposes: dict[str, Purpose] = {}
    plans: dict[str, Plan] = {}
    organisation = None
    try:
        organisation = load_organisation(root / "schemas" / "organisation.yaml")
    except LapipeError:
        unread.append("schemas/organisation.yaml")
    for path in _files(root, "schemas/tables", "*.odcs.yaml"):
        try:
            contract = load_contract(path)
            contracts[contract.name] = contract
        except LapipeError:
            unread.append(path.relative_to(root).as_posix())
    for path in _files(root, "schemas/purposes", "*.yaml"):
        try:
            purpose = load_purpose(path, floor=organisation.k_floor if organisation else 2)
            purposes[purpose.name] = purpose
        except LapipeError:
            unread.append(path.relative_to(root).as_posix())
    for path in _files(root, "pipelines", "*.py"):
        try:
            plans[path.relative_to(root).as_posix()] = load_pipeline(path).plan(today=today)
        except LapipeError:
            unread.append(path.relative_to(root).as_posix())
    profiles: dict[str, Profile] = {}
    try:
        profiles = load_profiles(root)
    except LapipeError:
        unread.append(FILE)
    return Declared(root, organisation, contracts, purposes, plans, tuple(unread), load_approvals(root), profiles)


def _files(root: Path, folder: str, pattern: str) -> list[Path]:
    # Parts that pipelines share begin with _; a purpose or contract that does is one like any other.
    return sorted(path for path in (root / folder).glob(pattern) if not (folder == "pipelines" and path.name.startswith("_")))


def changes(old: Declared, new: Declared, today: date) -> Changes:
    """Compare two states of a project, by the names of purposes and contracts and the files of pipelines.

    What could not be read on either side was not compared, and is a finding. What is deleted is information, and so is what
    somebody approved who might:

    - a change of a purpose or of one of its pipelines, by an approval of that purpose and its pipelines as they are now;
    - a change of a contract, by such an approval of every purpose that reads it; where none does, nothing flows by it;
    - a change of the organisation, its keys, or which profiles demand approvals, by an approval of that (`--organisation`).

    Keys are those of the state before: whoever adds a key has no say in whether it may be added. An approval that is older
    than the one it replaces lets nothing through.
    """
    told = _Told()
    for file in old.unread:
        told.about = _about_file(file, new)
        told.less("LP115", file, "cannot be loaded as it is before, so what changed in it is not known.")
    told.about = ("nothing", "")
    for file in new.unread:
        told.less("LP115", file, "cannot be loaded as it is now, so what changed in it is not known.")
    _approvals(old, new, told)
    told.about = ("organisation", "")
    _organisation(old.organisation, new.organisation, told)
    _profiles(old, new, told)
    for name in sorted({*old.contracts, *new.contracts}):
        told.about = ("contract", name)
        _contract(old.contracts.get(name), new.contracts.get(name), told, new.root)
    for name in sorted({*old.purposes, *new.purposes}):
        told.about = ("purpose", name)
        _purpose(old.purposes.get(name), new.purposes.get(name), told)
    for file in sorted({*old.plans, *new.plans}):
        told.about = _about_file(file, new)
        _plan(file, old.plans.get(file), new.plans.get(file), told)
    return _let_through(old, new, told, today)


def _about_file(file: str, new: Declared) -> _About:
    """Say what a file is about; a pipeline is part of its purpose."""
    stem = Path(file).name.partition(".")[0]
    if file in new.plans:
        return "purpose", new.plans[file].purpose.name
    if stem in new.purposes and "purposes" in file:
        return "purpose", stem
    return ("contract", stem) if stem in new.contracts and "tables" in file else ("nothing", "")


# --- what is approved -------------------------------------------------------------------------------------------------


def _let_through(old: Declared, new: Declared, told: _Told, today: date) -> Changes:
    """Make information of the findings that an approval covers."""
    trusted, who = old.organisation, new.organisation
    changed = any(about[0] == "organisation" for about, _ in told.findings)
    by: dict[_About, Standing] = {}
    if trusted is not None and who is not None:
        if changed:
            found = organisation_standing(who, new.demanding, trusted, new.approvals, today)
            found = _newer(found, old)
            if found.reason and not any(trusted.roles.get(role) for role in trusted.approvers):
                found = Standing(reason="the state before lists no key of an approver; whoever guards the branch reviews this once by hand")
            by["organisation", ""] = found
            # New keys count once somebody approved them whose key was there.
            trusted = trusted if found.reason else who
        for name, purpose in new.purposes.items():
            plans = [plan for plan in new.plans.values() if plan.purpose.name == name]
            by["purpose", name] = _newer(
                standing(purpose, plans, trusted, new.approvals, today, declared=declared_sha256(purpose, new.contracts)), old)
    findings: list[Finding] = []
    for about, finding in told.findings:
        readers = [name for name, purpose in new.purposes.items() if about[1] in purpose.columns] if about[0] == "contract" else []
        wanted: list[_About] = [("purpose", name) for name in readers] if about[0] == "contract" else [about]
        held = [by.get(each, Standing(reason="nobody may approve it")) for each in wanted]
        why = next((each.reason for each in held if each.reason), "")
        if why:
            findings.append(replace(finding, message=f"{finding.message} It is not approved: {why}.") if about[0] != "nothing" else finding)
        elif about[0] == "contract" and not readers:
            told.more(finding.where, f"{finding.message} No purpose reads it.")
        else:
            roles = sorted({approval.role for each in held for approval in each.approvals})
            told.more(finding.where, f"{finding.message} Approved by {' and '.join(roles)}.")
    return Changes(tuple(findings), tuple(told.information))


def _newer(found: Standing, old: Declared) -> Standing:
    """Refuse an approval that is older than the one which it replaces: that was given for what was changed since."""
    for approval in found.approvals:
        before = old.approvals.given.get((approval.approves, approval.role))
        if before and approval.sha256 != before.sha256 and approval.number <= before.number:
            return Standing(reason=f"the approval by {approval.role} is older than the one that was there")
    return found


def _approvals(old: Declared, new: Declared, told: _Told) -> None:
    """Find approvals that were taken out or put back: the number of the last is how a replay is known."""
    for at, before in old.approvals.given.items():
        where = f"{FOLDER}/{before.approves}.{before.role}.yaml"
        after = new.approvals.given.get(at)
        if after is None and not any(fault.where == where for fault in new.approvals.faults):
            told.less("LP117", where, "was taken out; it stays, also when its purpose goes, so that no older one can come back.")
        elif after is not None and after.sha256 != before.sha256 and after.number <= before.number:
            told.less("LP117", where, f"has number {after.number} and replaces number {before.number}: it is older.")


def _profiles(old: Declared, new: Declared, told: _Told) -> None:
    """Find profiles that no longer demand approvals, and what was theirs and is another profile's now."""
    for name, profile in old.profiles.items():
        if profile.approvals and not new.demanding.get(name):
            told.less("LP116", FILE, f"profile {name} {'no longer demands approvals' if name in new.profiles else 'was taken out'}.")
    theirs = {place for profile in old.profiles.values() if profile.approvals for place in _places(profile, old.root)}
    for name, profile in new.profiles.items():
        if not profile.approvals and theirs & (_places(profile, new.root) - (_places(old.profiles[name], old.root) if name in old.profiles else set())):
            told.less("LP116", FILE, f"profile {name} demands no approvals, and has the register, keys or releases of one that did.")


def _places(profile: Profile, root: Path) -> set[str]:
    """Give a profile's register, key ring and folder of releases, as both states name them."""
    # A key ring that is not named is called after the project's folder, which the state before lies in another one of.
    return {str(place).replace(f"{root}/", "").replace(f"/{root.name}.json", "/.json") for place in (profile.register, profile.keys, profile.out)}


# --- the organisation and the contracts -------------------------------------------------------------------------------


def _organisation(old: Organisation | None, new: Organisation | None, told: _Told) -> None:
    if old is None or new is None:
        return
    where = "schemas/organisation.yaml"
    if new.k_floor < old.k_floor:
        told.less("LP112", where, f"k_floor went from {old.k_floor} down to {new.k_floor}.")
    elif new.k_floor > old.k_floor:
        told.more(where, f"k_floor went from {old.k_floor} up to {new.k_floor}.")
    if old.public_authority and not new.public_authority:
        told.less("LP114", where, "public_authority became false, which makes legitimate interests a basis.")
    if old.officer != new.officer:
        told.less("LP114", where, "the privacy officer's role or address changed.")
    for role, keys in new.roles.items():
        if set(keys) - set(old.roles.get(role, ())):
            told.less("LP116", where, f"role {role} got a key with which it may sign.")
    for role, keys in old.roles.items():
        if set(keys) - set(new.roles.get(role, ())):
            told.more(where, f"a key of role {role} was taken out; what it signed is not approved any more.")
    if set(new.approvers) - set(old.approvers):
        told.less("LP116", where, f"who may approve was {', '.join(old.approvers)} and is {', '.join(new.approvers)}.")
    if old.project and old.project != new.project:
        told.less("LP116", where, "the project's name changed, and approvals are for a project.")
    _retention(where, old.retention, new.retention, told)
    _parties(where, old.parties, new.parties, told)
    if old.controller.name != new.controller.name:
        told.less("LP114", where, "the controller changed, and with it who is responsible.")


def _retention(where: str, old: Retention, new: Retention, told: _Told) -> None:
    """Data that is kept longer, or no longer under a term, takes privacy away; that more goes is told, for it cannot be undone."""
    after = {each.name: each for each in new.data}
    for each in old.data:
        now = after.get(each.name)
        if now is None:
            told.less("LP113", where, f"data '{each.name}' is no longer under a term.")
        elif replace(now, term=each.term) != each:
            told.less("LP113", where, f"what the term of data '{each.name}' is about, or counts from, changed.")
        elif now.term != each.term:
            _term(where, f"the term of data '{each.name}'", each.term, now.term, told)
    for name in after.keys() - {each.name for each in old.data}:
        told.more(where, f"data '{name}' came under a term of {after[name].term}, after which it is deleted.")
    if new.quarantine != old.quarantine:
        _term(where, "the term of quarantine", old.quarantine, new.quarantine, told)
    if new.share > old.share:
        told.less("LP113", where, f"the share that may be deleted at once went from {old.share} to {new.share}.")
    for hold in new.holds:
        if hold not in old.holds:
            told.less("LP113", where, f"'{hold.on}' came under a legal hold, and is kept past its term.")


def _term(where: str, what: str, before: Duration, after: Duration, told: _Told) -> None:
    said = f"{what} went from {before} to {after}"
    if longer(after, before):
        told.less("LP113", where, f"{said}, which is longer.")
    else:
        told.more(where, f"{said}.")
def _parties(where: str, old: Parties, new: Parties, told: _Told) -> None:
    """Who else has the data, or answers for it: each that is added or changed was not weighed; who is gone has it no longer."""
    for what, had, has in (("processor", old.processors, new.processors), ("joint controller", old.joint_controllers, new.joint_controllers),
                           ("client", old.clients, new.clients)):
        before = {each.name: each for each in had}
        now = {each.name: each for each in has}
        for name, each in now.items():
            if name not in before:
                told.less("LP119", where, f"{what} '{name}' was added.")
            elif each != before[name]:
                told.less("LP119", where, f"{what} '{name}', or what was agreed with it, changed.")
        for name in before.keys() - now.keys():
            # Who shared the responsibility and no longer does leaves people with one address less.
            if what == "joint controller":
                told.less("LP119", where, f"{what} '{name}' was taken out.")
            else:
                told.more(where, f"{what} '{name}' was taken out.")
    for what, one, other in (("representative", old.representative, new.representative), ("breach_log", old.breach_log, new.breach_log)):
        if one and one != other:
            told.less("LP114", where, f"{what} changed, or was taken out.")


def _contract(old: Contract | None, new: Contract | None, told: _Told, root: Path) -> None:
    if old is None or new is None:
        one = old or new
        assert one is not None
        told.more(f"contract {one.name}", "was deleted." if new is None else "is new; what is read of it stands in the purposes.")
        return
    where = new.path.relative_to(root).as_posix() if new.path and new.path.is_relative_to(root) else f"contract {new.name}"
    if old.person != new.person:
        told.less("LP210", where, "the column that says who a row is about (person) changed, and people are counted by it.")
    for said, what in (("nulls", "the null spellings"), ("decimal", "the decimal sign"), ("thousands", "the sign between thousands")):
        if getattr(old.reading, said) != getattr(new.reading, said):
            told.less("LP210", where, f"{what} of its files changed, so its columns may hold something else than what was assessed.")
    after = {column.name: column for column in (*new, *new.extractable)}
    for column in (*old, *old.extractable):
        _column(where, column, after.get(column.name), told)


#: What says which values a column is read from, and what is made of them.
_READ = {"path": "the path", "start": "the place", "length": "the place", "position": "the place", "extracted_from": "the source",
         "patterns": "the pattern", "spelling": "the spelling", "scrub": "what Scrub makes", "nulls": "the null spellings", "zone": "the zone",
         "local_name": "the local name", "type": "the type", "clock": "the clock", "format": "the format"}


def _column(where: str, old: Column, new: Column | None, told: _Told) -> None:
    if new is None:
        told.more(where, f"column '{old.name}' was deleted.")
        return
    if new.kind.strictness < old.kind.strictness:
        told.less("LP210", where, f"column '{old.name}' was {old.kind} and is {new.kind}, which is guarded less.")
    elif new.kind is not old.kind:
        told.more(where, f"column '{old.name}' was {old.kind} and is {new.kind}, which is guarded more.")
    for said in ("category", "about"):
        if getattr(old, said) and getattr(old, said) != getattr(new, said):
            told.less("LP210", where, f"column '{old.name}' no longer has the {said} it had.")
    if old.domain and old.domain != new.domain:
        told.less("LP210", where, f"column '{old.name}' left its identity domain, by which pseudonyms are made and objections matched.")
    for said, what in _READ.items():
        if getattr(old, said) != getattr(new, said):
            told.less("LP210", where, f"{what} of column '{old.name}' changed, so it may hold something else than what was assessed.")
    if new.scale > old.scale:
        told.less("LP210", where, f"column '{old.name}' has {new.scale} digits after the point and had {old.scale}, which is finer.")
    elif new.scale < old.scale:
        told.more(where, f"column '{old.name}' has {new.scale} digits after the point and had {old.scale}.")
    gained = set(new.aliases) - set(old.aliases)
    if gained:
        told.less("LP210", where, f"column '{old.name}' is read under {len(gained)} names that it did not have.")
    for level in old.levels:
        if level not in new.levels or old.levels[level] != new.levels[level]:
            told.less("LP210", where, f"level '{level}' of column '{old.name}' changed, and may be finer than what was assessed.")


# --- purposes ---------------------------------------------------------------------------------------------------------


def _purpose(old: Purpose | None, new: Purpose | None, told: _Told) -> None:
    if new is None:
        assert old is not None
        told.more(f"purpose {old.name}", "was deleted.")
        return
    if old is None:
        told.less("LP111", new.place(), f"purpose {new.name} is new.")
        return
    _columns(old, new, told)
    _limits(old, new, told)
    _grounds(old, new, told)


def _columns(old: Purpose, new: Purpose, told: _Told) -> None:
    for table, columns in new.columns.items():
        for name, given in columns.items():
            before = old.use_of(table, name)
            place = new.place("columns", table, name)
            if before is None:
                told.less("LP111", place, f"column '{name}' of {table} was added to purpose {new.name}.")
            elif before.use != given.use and not narrower(given.use, before.use):
                told.less("LP111", place, f"column '{name}' of {table} went from '{before.use}' to '{given.use}', which is not coarser.")
            elif before.use != given.use:
                told.more(place, f"column '{name}' of {table} went from '{before.use}' to '{given.use}'.")
    for table, columns in old.columns.items():
        for name in columns:
            if new.use_of(table, name) is None:
                told.more(new.place("columns", table), f"column '{name}' of {table} was taken out of purpose {new.name}.")
    gained = [(index, each) for index, each in enumerate(new.recipients) if each not in old.recipients]
    for index, recipient in gained:
        told.less("LP111", new.place("recipients", index), f"recipient '{recipient.name}' was added, or may have something else than before.")
    for index, transfer in enumerate(new.transfers):
        if transfer not in old.transfers:
            told.less("LP119", new.place("transfers", index), f"a transfer to {transfer.country} was added or changed.")
    for gone in old.transfers:
        if (gone.to, gone.country) not in {(each.to, each.country) for each in new.transfers}:
            told.more(new.place("transfers"), f"the transfer to {gone.country} was taken out.")
    was, now = (DECISIONS.index(each.decisions.kind) if each.decisions else 0 for each in (old, new))
    if now > was:
        told.less("LP119", new.place("decisions"), f"decisions went from {DECISIONS[was]} to {DECISIONS[now]}.")
    elif now < was:
        told.more(new.place("decisions"), f"decisions went from {DECISIONS[was]} to {DECISIONS[now]}.")
    elif now and old.decisions != new.decisions:
        told.less("LP119", new.place("decisions"), "where it is laid down what is decided about people changed.")
    for subject in new.subjects:
        if subject not in old.subjects:
            told.less("LP111", new.place("subjects"), f"subject '{subject}' was added.")
    for index, waiver in enumerate(new.exceptions):
        if waiver not in old.exceptions:
            told.less("LP111", new.place("exceptions", index), f"an exception for {waiver.setting} was added or changed.")


def _limits(old: Purpose, new: Purpose, told: _Told) -> None:
    if new.k < old.k:
        told.less("LP112", new.place("k"), f"k went from {old.k} down to {new.k}.")
    elif new.k > old.k:
        told.more(new.place("k"), f"k went from {old.k} up to {new.k}.")
    if new.zeros_public and not old.zeros_public:
        told.less("LP112", new.place("zeros_public"), "zeros_public became true.")
    for key, before, after in (("keep_for", old.keep_for, new.keep_for), ("retain", old.retain, new.retain)):
        if before == after:
            continue
        said = f"{key} went from {before or 'none'} to {after or 'none'}"
        # Without a term, rows of any age are taken.
        if before is not None and (after is None or longer(after, before)):
            told.less("LP113", new.place(key), f"{said}, which is longer.")
        else:
            told.more(new.place(key), f"{said}.")
    if new.review_by > old.review_by:
        told.less("LP113", new.place("review_by"), f"the review moved from {old.review_by} to {new.review_by}.")
    if new.valid_from < old.valid_from:
        told.less("LP113", new.place("valid_from"), f"the first day moved from {old.valid_from} back to {new.valid_from}.")


def _grounds(old: Purpose, new: Purpose, told: _Told) -> None:
    for phase in sorted({*old.bases, *new.bases}):
        if old.bases.get(phase) != new.bases.get(phase):
            told.less("LP114", new.place("basis", phase), f"the legal basis of phase {phase}, or its reference, changed.")
    for key in ("own_basis", "condition", "collected_for", "compatibility", "dpia", "notice", "zone"):
        before, after = getattr(old, key), getattr(new, key)
        if before != after and not (key == "dpia" and before is None):
            how = "was dropped" if not after else "was added" if not before else "changed"
            told.less("LP114", new.place(key), f"{key} {how}.")
    for question in ("who", "what", "data", "when", "result"):
        if getattr(old, question) != getattr(new, question):
            told.less("LP111", new.place(question), f"the answer to '{question}' changed.")


def narrower(new: str, old: str) -> bool:
    """Say whether a use lets less be released than another, as far as that can be told.

    >>> [narrower("month", "week"), narrower("week", "month"), narrower("band 20", "band 10"), narrower("level course", "level x")]
    [True, False, True, False]
    """
    if new == old or new == "inside" or old == "full":
        return True
    if new in TIME_DETAILS and old in TIME_DETAILS:
        # A year and an academic year cut each other, so neither is coarser.
        cut = {new, old} == {"year", "academic year"}
        return not cut and TIME_DETAILS.index(new) >= TIME_DETAILS.index(old)
    kind, _, size = new.partition(" ")
    before, _, had = old.partition(" ")
    if kind == before == "band":
        return int(size) % int(had) == 0
    return kind == before == "prefix" and int(size) <= int(had)


# --- pipelines --------------------------------------------------------------------------------------------------------


def _plan(file: str, old: Plan | None, new: Plan | None, told: _Told) -> None:
    if new is None:
        told.more(file, "the pipeline was deleted.")
        return
    if old is None:
        told.less("LP316", file, f"pipeline {new.pipeline} is new, and releases {', '.join(_releases(new))}.")
        return
    if old.purpose.name != new.purpose.name:
        told.less("LP316", file, f"the pipeline went from purpose {old.purpose.name} to {new.purpose.name}.")
    _code(file, old, new, told)
    had = {contract.name for contract in old.sources.values()}
    for name, contract in new.sources.items():
        if contract.name not in had:
            told.less("LP316", file, f"source '{name}' ({contract.name}) was added.")
    before, after = _releases(old), _releases(new)
    for name in after:
        if name not in before:
            told.less("LP316", file, f"release '{name}' was added.")
        else:
            _release(file, name, before[name], after[name], told)
    for name in before:
        if name not in after:
            told.more(file, f"release '{name}' was taken out.")


def _code(file: str, old: Plan, new: Plan, told: _Told) -> None:
    """Find code that changed and that the stages do not show: the project's own stages, and functions that stages are given."""
    own = Path(file).name
    for name in sorted({*old.code, *new.code} - {own}):
        if old.code.get(name) != new.code.get(name):
            told.less("LP315", file, f"{name}, which it loads, changed; what a stage of the project's own does is its code.")
    given = any("function " in str(step.stage.parameters()) for step in new.steps)
    alike = all(_shown(old)[each] == said for each, said in _shown(new).items())
    if old.code.get(own) != new.code.get(own) and (given or alike):
        told.less("LP315", file, "its code changed in a way that its stages do not show.")


def _shown(plan: Plan) -> dict[str, object]:
    """Give what is compared of a plan."""
    return {"steps": [meaning(step.stage) for step in plan.steps], "purpose": plan.purpose.name,
            "sources": {name: contract.name for name, contract in plan.sources.items()}}


def _releases(plan: Plan) -> dict[str, tuple[Step, ...]]:
    """Give, of each release, the steps that lead to it."""
    return {str(step.stage.parameters()["name"]): plan.steps[:number + 1] for number, step in enumerate(plan.steps)
            if step.stage.kind == "Release"}


def _release(file: str, name: str, old: tuple[Step, ...], new: tuple[Step, ...], told: _Told) -> None:
    at = f"before release '{name}'"
    more, less = widened([step.stage for step in old], [step.stage for step in new])
    for what in more:
        told.less("LP315", file, f"{what} {at}, and what it gives may be more than what was assessed.")
    for what in less:
        told.more(file, f"{what} {at}.")
    now = _pseudonymised(new)
    for column, domain in _pseudonymised(old).items():
        # A column that is no longer there cannot be released as it is.
        if column not in now and column in {each.name for step in new for each in step.after}:
            told.less("LP315", file, f"column '{column}' is no longer pseudonymised {at}.")
        elif column in now and now[column] != domain:
            told.less("LP315", file, f"the domain of the pseudonyms of '{column}' {at} changed.")
    before = {column.name: column for column in old[-1].after}
    for now_there in new[-1].after:
        earlier = before.get(now_there.name)
        if earlier is None:
            told.less("LP316", file, f"column '{now_there.name}' was added to release '{name}'.")
        elif now_there.kind.strictness > earlier.kind.strictness or not narrower(now_there.detail, earlier.detail):
            told.less("LP316", file, f"column '{now_there.name}' of release '{name}' is finer, or of a stricter kind, than it was.")
    for column_name in before:
        if column_name not in new[-1].after:
            told.more(file, f"column '{column_name}' was taken out of release '{name}'.")
    if old[-1].after.statistics and not new[-1].after.statistics:
        told.less("LP316", file, f"release '{name}' held groups, and holds rows of people.")


def _pseudonymised(steps: tuple[Step, ...]) -> dict[str, str]:
    return {str(column): str(domain) for step in steps if step.stage.kind == "Pseudonymise"
            for column, domain in step.stage.parameters()["columns"].items()}
