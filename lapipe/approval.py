"""An approval: the signed statement that a role read what is declared; which plans and changes it lets through, and which not."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lapipe.contract import Contract, load_contract
from lapipe.documents import check, load, meaning
from lapipe.errors import EngineFault, LapipeError, Refused, UsageFault
from lapipe.plan import Plan
from lapipe.purpose import Duration, Organisation, Purpose, load_purpose
from lapipe.rules import Finding
from lapipe.signing import SigningKey, is_signed
from lapipe.syntax import code_of, read_by

#: Where a project's approvals lie: `PURPOSE.ROLE.yaml`, and `_organisation.ROLE.yaml` (no purpose begins with _).
FOLDER = "schemas/approvals"
ORGANISATION = "_organisation"

#: Days before its end in which an approval is told to be expiring: time to plan a review.
EXPIRING = 30

#: An organisation has no date of review, so an approval of it is for a year.
ORGANISATION_TERM = Duration(years=1)

_FORMAT = "lapipe approval 1"
_NAME = re.compile(r"(_organisation|[a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\.yaml")
_TEXT = {"type": "string", "minLength": 1}
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_FORM: Mapping[str, Any] = {
    "type": "object", "additionalProperties": False,
    "required": ["format", "project", "controller", "approves", "role", "key", "number", "approved", "expires", "declared", "pipelines", "code",
                 "signature"],
    "properties": {
        "format": {"const": _FORMAT}, "project": _TEXT, "controller": _TEXT, "approves": _TEXT, "role": _TEXT,
        "key": {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"}, "number": {"type": "integer", "minimum": 1}, "approved": _DAY,
        "expires": _DAY, "declared": _HASH, "pipelines": {"type": "object", "additionalProperties": _HASH},
        "code": {"type": "object", "additionalProperties": _HASH},
        "signature": {"type": "string", "pattern": "^[A-Za-z0-9+/]{86}==$"}}}


@dataclass(frozen=True)
class Approval:
    """What one role signed: for which project and controller, the declarations and plans by their hashes, from when and until when.

    `number` counts the approvals of one purpose by one role: a newer one replaces an older, and an older one that is put back
    is known by its number.
    """

    project: str
    controller: str
    approves: str
    role: str
    key: str
    number: int
    approved: date
    expires: date
    declared: str
    pipelines: Mapping[str, str]
    code: Mapping[str, str]
    signature: str = field(default="", repr=False)

    def message(self) -> bytes:
        """Give the bytes that are signed: the format's name first, so that no other signed thing can be taken for an approval."""
        said = {"project": self.project, "controller": self.controller, "approves": self.approves, "role": self.role, "key": self.key,
                "number": self.number, "approved": str(self.approved), "expires": str(self.expires), "declared": self.declared,
                "pipelines": dict(self.pipelines), "code": dict(self.code)}
        return f"{_FORMAT}\n".encode() + json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def sha256(self) -> str:
        """Give the SHA-256 of what is signed, by which the register names it."""
        return hashlib.sha256(self.message()).hexdigest()

    def named(self) -> dict[str, str | int]:
        """Give what register and manifest say of it."""
        return {"project": self.project, "purpose": self.approves, "role": self.role, "sha256": self.sha256, "approved": str(self.approved),
                "expires": str(self.expires), "number": self.number}


@dataclass(frozen=True)
class Approvals:
    """The approvals of a project by what they approve and by whom; `faults` are those that are none (LP117)."""

    given: Mapping[tuple[str, str], Approval] = field(default_factory=dict)
    faults: tuple[Finding, ...] = ()

    def of(self, approves: str) -> list[Approval]:
        """Give the approvals of one purpose, or of the organisation."""
        return [approval for (what, _), approval in sorted(self.given.items()) if what == approves]


@dataclass(frozen=True)
class Standing:
    """Whether something is approved: by which approvals and until when, or else why not."""

    approvals: tuple[Approval, ...] = ()
    reason: str = ""

    @property
    def until(self) -> date | None:
        """The last day on which all of them hold."""
        return min((approval.expires for approval in self.approvals), default=None)

    def state(self, today: date) -> str:
        """Say it in one word: approved, expiring (within `EXPIRING` days) or unapproved."""
        if self.reason or self.until is None:
            return "unapproved"
        return "expiring" if (self.until - today).days <= EXPIRING else "approved"


# --- reading and writing ----------------------------------------------------------------------------------------------


def load_approvals(root: Path) -> Approvals:
    """Read every approval of a project. What is no approval, lies elsewhere or is not signed by the key it names is a fault."""
    folder = root / FOLDER
    if not os.path.lexists(folder):
        return Approvals()
    if folder.is_symlink() or not folder.is_dir():
        return Approvals(faults=(Finding("LP117", FOLDER, "is no folder of this project; a link shows what lies elsewhere."),))
    given: dict[tuple[str, str], Approval] = {}
    faults: list[Finding] = []
    for path in sorted(folder.iterdir()):
        where = f"{FOLDER}/{path.name}"
        name = _NAME.fullmatch(path.name)
        if path.name.startswith("."):
            continue
        if not stat.S_ISREG(path.lstat().st_mode):
            faults.append(Finding("LP117", where, "is a link or a folder, and no file of this project."))
        elif name is None:
            faults.append(Finding("LP117", where, f"is no approval; those are called PURPOSE.ROLE.yaml or {ORGANISATION}.ROLE.yaml."))
        else:
            try:
                approval = _loaded(path)
            except LapipeError as error:
                faults.append(Finding("LP117", where, str(error).removeprefix(f"{path}:").removeprefix(f"{error.rule} ")))
                continue
            if (approval.approves, approval.role) != name.groups():
                faults.append(Finding("LP117", where, f"approves {approval.approves} as {approval.role}, and has the name of another approval."))
            elif not is_signed(approval.message(), approval.signature, approval.key):
                faults.append(Finding("LP117", where, "is not what was signed: something in it was changed, or it was never signed."))
            else:
                given[approval.approves, approval.role] = approval
    return Approvals(given, tuple(faults))


def _loaded(path: Path) -> Approval:
    document = load(path)
    check(document, _FORM)
    said = {key: value for key, value in document.content.items() if key != "format"}
    days = {}
    for key in ("approved", "expires"):
        try:
            days[key] = date.fromisoformat(said[key])
        except ValueError:
            days[key] = date.min
        if days[key] == date.min:
            raise document.fault([key], "is no day of the calendar.")
    return Approval(**{**said, **days})


def write_approval(approval: Approval, root: Path) -> Path:
    """Write an approval in place of the one before it: whole or not at all.

    Raises:
        EngineFault: it cannot be written, or the folder or file is a link.
    """
    folder = root / FOLDER
    path = folder / f"{approval.approves}.{approval.role}.yaml"
    said = {**json.loads(approval.message().partition(b"\n")[2]), "signature": approval.signature}
    lines = ["# Signed by `lapipe approve`. It holds for exactly what was read: any change, here or in what is approved, makes it void.",
             f"format: {_FORMAT}"]
    for key in ("project", "controller", "approves", "role", "key", "number", "approved", "expires", "declared"):
        value = said[key]
        lines.append(f"{key}: {value if isinstance(value, int) or key in ('approved', 'expires') else json.dumps(value, ensure_ascii=False)}")
    for key in ("pipelines", "code"):
        lines.append(f"{key}:" if said[key] else f"{key}: {{}}")
        lines += [f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(digest)}" for name, digest in sorted(said[key].items())]
    lines.append(f"signature: {json.dumps(said['signature'])}")
    problem, temporary = "", ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.is_symlink() or path.is_symlink():
            problem = "it is a link"
        else:
            handle, temporary = tempfile.mkstemp(prefix=".approval-", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
            temporary = ""
    except OSError as error:
        problem = str(error.strerror)
    finally:
        if temporary:
            os.unlink(temporary)
    if problem:
        raise EngineFault(f"The approval {path} cannot be written ({problem}).")
    return path


# --- what is approved -------------------------------------------------------------------------------------------------


def declared_sha256(purpose: Purpose, contracts: Mapping[str, Contract]) -> str:
    """Give the SHA-256 of a purpose and of the contracts whose columns it allows."""
    tables = {name: contracts[name].fingerprint() for name in purpose.columns if name in contracts}
    return _sha256({"purpose": meaning(purpose), "purpose_sha256": purpose.sha256, "contracts": tables})


def named_contracts(purpose: Purpose, root: Path) -> dict[str, Contract]:
    """Load the contracts that a purpose names, as far as they are declared."""
    there = {name: root / "schemas" / "tables" / f"{name}.odcs.yaml" for name in purpose.columns}
    return {name: load_contract(path) for name, path in there.items() if path.is_file()}


def organisation_sha256(organisation: Organisation, demanding: Mapping[str, bool]) -> str:
    """Give the SHA-256 of what an organisation says, its keys among that, and of which profiles demand approvals."""
    return _sha256({"organisation": meaning(organisation), "approvers": list(organisation.approvers), "profiles": dict(demanding)})


def _sha256(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def sign(key: SigningKey, role: str, *, approves: str, declared: str, plans: Sequence[Plan], organisation: Organisation, expires: date,
         today: date, before: Approval | None) -> Approval:
    """Sign as a role. `before` is the approval that this one replaces.

    Raises:
        UsageFault: the organisation has no such role, does not list this key for it, or names no project.
    """
    if role not in organisation.roles:
        raise UsageFault(f"The organisation has no role '{role}' (it has: {', '.join(organisation.roles)}); add it to roles in {organisation.path}.")
    if key.public not in organisation.roles[role]:
        raise UsageFault(f"{organisation.path} does not list this key for {role}; add the line `- {key.public}` under roles.{role} there.")
    if not organisation.project:
        raise UsageFault(f"{organisation.path} names no project, and an approval is for one project; add a line such as `project: studiedata`.")
    unsigned = Approval(project=organisation.project, controller=organisation.controller.name, approves=approves, role=role, key=key.public,
                        number=before.number + 1 if before else 1, approved=today, expires=expires, declared=declared,
                        pipelines={plan.pipeline: plan.fingerprint() for plan in plans},
                        code={name: digest for plan in plans for name, digest in plan.code.items()})
    return Approval(**{**{name: getattr(unsigned, name) for name in unsigned.__dataclass_fields__}, "signature": key.sign(unsigned.message())})


# --- what holds -------------------------------------------------------------------------------------------------------


def void(approval: Approval, organisation: Organisation, today: date) -> str:
    """Say why an approval counts for nothing, whatever it approves; empty where it counts."""
    by = f"the approval by {approval.role}"
    if not is_signed(approval.message(), approval.signature, approval.key):
        return f"{by} is not what was signed"
    if approval.role not in organisation.roles:
        return f"the organisation has no role {approval.role}"
    if approval.key not in organisation.roles[approval.role]:
        owner = next((role for role, keys in organisation.roles.items() if approval.key in keys), "")
        return f"{by} is signed with a key of {owner}" if owner else f"{by} is signed with a key that is not, or no longer, listed for that role"
    if (approval.project, approval.controller) != (organisation.project, organisation.controller.name):
        return f"{by} is for another project or controller"
    if approval.approved > today:
        return f"{by} is dated in the future"
    if today > approval.expires:
        return f"{by} expired on {approval.expires}"
    return ""


def standing(purpose: Purpose, plans: Iterable[Plan], organisation: Organisation, approvals: Approvals, today: date, *,
             declared: str = "") -> Standing:
    """Say whether these plans of a purpose are approved; with `declared` (`declared_sha256`) also the purpose and all its contracts.

    A plan binds the purpose and the contracts that it reads itself, so that of another pipeline's contract nothing hangs on.

    One of the organisation's approvers has to have approved all of it, and so has every role that the purpose names under
    an exception: `approved_by` is a claim until that role signs.
    """
    given = approvals.of(purpose.name)
    wanted = [organisation.approvers, *((waiver.approved_by,) for waiver in purpose.exceptions)]
    valid: dict[str, Approval] = {}
    reasons: dict[str, str] = {}
    for approval in given:
        reason = void(approval, organisation, today) or _differs(approval, purpose, plans, declared)
        if reason:
            reasons[approval.role] = reason
        else:
            valid[approval.role] = approval
    for roles in wanted:
        if not any(role in valid for role in roles):
            said = next((reasons[role] for role in roles if role in reasons), "")
            return Standing(reason=said or f"no approval by {' or '.join(roles)} is there")
    return Standing(tuple(valid[role] for role in sorted(valid) if any(role in roles for roles in wanted)))


def _differs(approval: Approval, purpose: Purpose, plans: Iterable[Plan], declared: str) -> str:
    by = f"the approval by {approval.role}"
    if approval.approves != purpose.name:
        return f"{by} is for {approval.approves}"
    if approval.expires > purpose.review_by:
        return f"{by} runs until after the purpose's review"
    for plan in plans:
        if plan.pipeline not in approval.pipelines:
            return f"{by} does not name pipeline {plan.pipeline}"
        if approval.pipelines[plan.pipeline] != plan.fingerprint():
            return f"{by} is for another plan of {plan.pipeline}: the purpose, a contract, a stage, the project's own code or who else has a part changed since"
    if declared and approval.declared != declared:
        return f"{by} is for another state of purpose {purpose.name} or of the contracts that it names"
    return ""


def organisation_standing(organisation: Organisation, demanding: Mapping[str, bool], trusted: Organisation, approvals: Approvals,
                          today: date) -> Standing:
    """Say whether a changed organisation is approved by an approver of the state before it, with a key that was listed then."""
    digest = organisation_sha256(organisation, demanding)
    reason = f"no approval of the organisation by {' or '.join(trusted.approvers)} is there"
    for approval in approvals.of(ORGANISATION):
        # The new state's project is what is approved, and it may have another name; role and key are those of the old one.
        void_because = void(approval, _named(trusted, organisation), today)
        if void_because:
            reason = void_because
        elif approval.role not in trusted.approvers:
            reason = f"{approval.role} is none of the approvers that there were ({', '.join(trusted.approvers)})"
        elif approval.declared != digest:
            reason = f"the approval by {approval.role} is for another state of organisation.yaml, or of the profiles that demand approvals"
        else:
            return Standing((approval,))
    return Standing(reason=reason)


def terms_standing(organisation: Organisation, demanding: Mapping[str, bool], approvals: Approvals, today: date) -> Standing:
    """Say whether the terms by which data is deleted are approved as they stand. An approval that ran out approved them all the same: what was to go on time still is."""
    found = Standing(reason=f"no approval of the organisation by {' or '.join(organisation.approvers)} is there")
    for approval in approvals.of(ORGANISATION):
        found = organisation_standing(organisation, demanding, organisation, Approvals({(ORGANISATION, approval.role): approval}), min(today, approval.expires))
        if not found.reason:
            break
    return found


def _named(trusted: Organisation, new: Organisation) -> Organisation:
    return Organisation(**{**{name: getattr(trusted, name) for name in trusted.__dataclass_fields__}, "project": new.project,
                           "controller": new.controller})


def held_by(plan: Plan, organisation: Organisation, root: Path, today: date, *, demanded: str) -> tuple[Approval, ...]:
    """Give the approvals that a plan runs by. `demanded` names the profile that demands them; without one there may be none.

    Raises:
        Refused: it is not approved as it is (LP109), or says something else than the declared files do (LP118).
    """
    for message in altered(plan, root, organisation) if demanded else ():
        raise Refused(message, rule="LP118")
    approvals = load_approvals(root)
    found = standing(plan.purpose, [plan], organisation, approvals, today)
    if found.reason and demanded:
        mine = [fault for fault in approvals.faults if Path(fault.where).name.startswith(f"{plan.purpose.name}.") or fault.where == FOLDER]
        why = f"{found.reason}{''.join(f'; {fault.where} {fault.message}' for fault in mine[:1])}".rstrip(".")
        raise Refused(f"Profile {demanded} runs only what was approved, and pipeline {plan.pipeline} is not: {why}. Have {' or '.join(organisation.approvers)} read `lapipe plan "
                      f"{plan.pipeline} --words nl` and sign it with `lapipe approve {plan.purpose.name}`.", rule="LP109")
    return found.approvals


def unknown_code(path: Path, organisation: Organisation, approvals: Approvals, today: date) -> str:
    """Say why a pipeline's code may not even be loaded; empty where an approval that counts names all of it as it is.

    What a file does when it is loaded comes before all that is asked of its plan, and it is done in the same process.
    """
    code = code_of(read_by(path))
    reason = f"no approval by {' or '.join(organisation.approvers)} names the code of {path.name}"
    for approval in approvals.given.values():
        void_because = void(approval, organisation, today)
        if approval.role not in organisation.approvers or path.name not in approval.code:
            continue
        changed = sorted(name for name, digest in code.items() if approval.code.get(name) != digest)
        if not void_because and not changed:
            return ""
        reason = void_because or f"{', '.join(changed)} changed since the approval of {approval.approves} by {approval.role}"
    return reason


def altered(plan: Plan, root: Path, organisation: Organisation) -> list[str]:
    """Say what of a plan is not as the project's files declare it: whoever reviews them would have read something else."""
    said: list[str] = []
    purposes, tables = root / "schemas" / "purposes", root / "schemas" / "tables"
    purpose = plan.purpose
    where = purpose.path
    if where.is_symlink() or where.resolve() != purposes.resolve() / f"{purpose.name}.yaml":
        said.append(f"Pipeline {plan.pipeline} takes its purpose from {where}; it should lie in {purposes} under the purpose's name.")
    elif _other(lambda: load_purpose(where, floor=organisation.k_floor), purpose):
        said.append(f"Pipeline {plan.pipeline} changes purpose {purpose.name} in Python; what holds is what stands in {where}. Say it there.")
    for name, contract in plan.sources.items():
        place = contract.path
        if place is None or place.resolve().parent != tables.resolve():
            said.append(f"Pipeline {plan.pipeline}: the contract of source '{name}' lies outside {tables}, where nobody reviews it. Put it there.")
        elif _other(lambda place=place: load_contract(place), contract):
            said.append(f"Pipeline {plan.pipeline} changes contract {contract.name} in Python; what holds is what stands in {place}. Say it there, "
                        "or narrow what is read with Minimise(columns).")
    return said


def _other(load_again: Any, held: object) -> bool:
    try:
        return bool(load_again() != held)
    except LapipeError:
        return True


def earlier(approvals: Sequence[Approval], runs: Iterable[Mapping[str, Any]]) -> str:
    """Say which of these approvals is older than one by which an earlier run was started; empty where none is.

    `runs` are the bodies of the register's `started` entries. Whoever puts an older approval back, with the state that it was
    given for, would run what was replaced since.
    """
    newest: dict[tuple[str, str, str], int] = {}
    for body in runs:
        for named in body.get("approvals") or ():
            if isinstance(named, Mapping) and isinstance(named.get("number"), int):
                at = (str(named.get("project")), str(named.get("purpose")), str(named.get("role")))
                newest[at] = max(newest.get(at, 0), int(named["number"]))
    for approval in approvals:
        last = newest.get((approval.project, approval.approves, approval.role), 0)
        if approval.number < last:
            return (f"the approval by {approval.role} has number {approval.number}, and a run was started by number {last}: an older approval "
                    "was put back")
    return ""


def approved_until(found: Standing, today: date) -> str:
    """Say in words how something stands."""
    if found.reason:
        return f"not approved: {found.reason}"
    roles = " and ".join(approval.role for approval in found.approvals)
    assert found.until is not None
    soon = f", which is in {(found.until - today).days} days" if found.state(today) == "expiring" else ""
    return f"approved by {roles} until {found.until}{soon}"
