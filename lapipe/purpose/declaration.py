"""What a purpose and an organisation declare, loaded from the YAML that a privacy officer reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from lapipe.documents import Document, check, load, nearest, refuse_undecided
from lapipe.purpose.duration import Duration
from lapipe.purpose.form import ORGANISATION, PURPOSE
from lapipe.purpose.parties import Decisions, Parties, Transfer, load_decisions, load_parties, load_transfers
from lapipe.purpose.terms import Retention, day_of, load_retention, term_of, zone_of

#: People below this number in a group are not published, unless a purpose's exceptions say a lower number
#: (never below the organisation's floor). The guide sets no number; ten is what Dutch institutions use most.
DEFAULT_K = 10

#: Who approves where the organisation names nobody: who advises on the processing (guide step 3.6).
APPROVERS = ("privacy_officer",)

#: The phases that each need a legal basis (guide step 3.1).
PHASES = ("collect", "analyse", "use")

#: The five questions a purpose answers (guide step 1.1).
QUESTIONS = ("who", "what", "data", "when", "result")

#: The factors of GDPR art. 6(4), and the reasonable expectations that the guide adds (step 3.1).
COMPATIBILITY = ("link", "context", "nature", "consequences", "safeguards", "expectations")

Phase = Literal["collect", "analyse", "use"]
Setting = bool | int | float | str


class LegalBasis(StrEnum):
    """The six bases of GDPR art. 6(1)(a) to (f)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


@dataclass(frozen=True)
class Basis:
    """A legal basis of one phase ("reuse" for a further purpose's own basis), and where it is laid down."""

    phase: str
    basis: LegalBasis
    reference: str


@dataclass(frozen=True)
class ColumnUse:
    """What of a column may be released.

    `use` is "full" (as it is), "inside" (used inside the pipeline, never released), "pseudonym", "redacted" (free text that
    Redact took the people out of), or a detail: "hour", "day", "week", "month", "year", "academic year", "band 10",
    "level NAME" (of a hierarchy), "prefix 16" (bits of an IPv4 address; IPv6 keeps three times as many).
    """

    column: str
    use: str


@dataclass(frozen=True)
class Waiver:
    """A setting laxer than the default, with the reason and the role that approved it."""

    setting: str
    value: Setting
    reason: str
    approved_by: str


@dataclass(frozen=True)
class Condition:
    """The condition of GDPR art. 9(2), by its letter, under which special categories are processed."""

    letter: str
    reference: str


@dataclass(frozen=True)
class Dpia:
    """Where the data protection impact assessment is, or why none is needed; one of the two is empty."""

    reference: str = ""
    not_needed: str = ""


@dataclass(frozen=True)
class Recipient:
    """Who gets releases, in which role, and what they may get at most."""

    name: str
    role: str
    may: Literal["statistics", "pseudonyms", "names"]


@dataclass(frozen=True)
class Purpose:
    """One purpose: the five answers, its lawfulness, the data it needs, to whom it goes and until when.

    `bases` holds the basis per phase; `own_basis` is set where the data was collected for something else and the reuse
    stands on a basis of its own. `columns` says per table contract which columns may be read, and what of them may be
    released. `keep_for` is the term of releases, `retain` the greatest age of source rows (None: the source has no
    dates). `zone` is the IANA zone of local days. `sha256` is that of the file's bytes.
    """

    name: str
    title: Mapping[str, str]
    who: str
    what: str
    data: str
    when: str
    result: str
    bases: Mapping[str, Basis]
    collected_for: str
    compatibility: Mapping[str, str]
    own_basis: Basis | None
    condition: Condition | None
    dpia: Dpia | None
    notice: str
    subjects: tuple[str, ...]
    columns: Mapping[str, Mapping[str, ColumnUse]]
    k: int
    keep_for: Duration
    retain: Duration | None
    recipients: tuple[Recipient, ...]
    exceptions: tuple[Waiver, ...]
    valid_from: date
    review_by: date
    zone: str
    path: Path
    sha256: str
    zeros_public: bool = False
    transfers: tuple[Transfer, ...] = ()
    decisions: Decisions | None = None
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict, repr=False, compare=False)

    def use_of(self, table: str, column: str) -> ColumnUse | None:
        """Say what of a column may be released, or None where the purpose does not allow it at all."""
        return self.columns.get(table, {}).get(column)

    def basis(self, phase: Phase) -> Basis | None:
        """Give the legal basis of a phase, or None where none was declared."""
        return self.bases.get(phase)

    def waiver(self, setting: str) -> Waiver | None:
        """Give the exception for a setting, or None: the careful default holds."""
        return next((waiver for waiver in self.exceptions if waiver.setting == setting), None)

    def expired(self, today: date) -> bool:
        """Say whether the day of review has passed; on that day itself the purpose still holds."""
        return today > self.review_by

    @property
    def is_consent(self) -> bool:
        """Whether any phase rests on consent, so that only people who consented stay in."""
        bases = [*self.bases.values(), *([self.own_basis] if self.own_basis else [])]
        return any(basis.basis is LegalBasis.CONSENT for basis in bases)

    def place(self, *where: str | int) -> str:
        """Say file and line of a key, for a finding; the nearest enclosing key that exists gives the line."""
        while where and where not in self.lines:
            where = where[:-1]
        return f"{self.path}:{self.lines.get(where, 1)}"


@dataclass(frozen=True)
class Controller:
    """Who answers for the processing (GDPR art. 4(7))."""

    name: str
    address: str
    contact: str


@dataclass(frozen=True)
class Officer:
    """The data protection officer (FG), by role and never by name."""

    role: str
    email: str


@dataclass(frozen=True)
class Organisation:
    """Who is responsible, who advises, the least k of all purposes, and who may approve.

    `roles` gives per role the Ed25519 public keys (32 bytes in base64) that may sign for it; a key that is taken out signs
    nothing any more. `approvers` are the roles of which one approves plans and changes, and `project` is the name that an
    approval is for, so that it holds in no other project.
    """

    controller: Controller
    officer: Officer
    k_floor: int
    public_authority: bool
    roles: Mapping[str, tuple[str, ...]]
    path: Path
    sha256: str
    project: str = ""
    approvers: tuple[str, ...] = APPROVERS
    retention: Retention = field(default_factory=Retention)
    parties: Parties = field(default_factory=Parties)


def load_purpose(path: Path, *, floor: int) -> Purpose:
    """Load one purpose; its form is checked here, its content by `findings`.

    `floor` is the organisation's least k: a purpose that names no k gets it, or `DEFAULT_K` where that is more.

    Raises:
        DeclarationFault: a key is unknown, missing or of the wrong form; the message names file and line.
    """
    document = load(path)
    refuse_undecided(document, "purpose")
    check(document, PURPOSE)
    said = document.content
    retain = said.get("retain")
    condition = said.get("condition")
    dpia = said.get("dpia")
    purpose = Purpose(
        name=said["name"],
        title=said["title"],
        **{question: said.get(question, "") for question in QUESTIONS},
        bases={phase: _basis(phase, basis) for phase, basis in said.get("basis", {}).items()},
        collected_for=said.get("collected_for", ""),
        compatibility=said.get("compatibility", {}),
        own_basis=_basis("reuse", said["own_basis"]) if "own_basis" in said else None,
        condition=Condition(**condition) if condition else None,
        dpia=Dpia(**dpia) if dpia else None,
        notice=said["notice"],
        subjects=tuple(said["subjects"]),
        columns={
            table: {column: _use(document, table, column, use) for column, use in columns.items()}
            for table, columns in said["columns"].items()
        },
        k=said.get("k", max(DEFAULT_K, floor)),
        keep_for=term_of(document, said["keep_for"], "keep_for"),
        retain=term_of(document, retain, "retain") if retain else None,
        recipients=tuple(Recipient(**recipient) for recipient in said["recipients"]),
        exceptions=tuple(Waiver(**waiver) for waiver in said.get("exceptions", [])),
        valid_from=day_of(document, said["valid_from"], "valid_from"),
        review_by=day_of(document, said["review_by"], "review_by"),
        zone=zone_of(document, said["zone"], "zone"),
        path=path,
        sha256=_sha256(path),
        zeros_public=said.get("zeros_public", False),
        transfers=load_transfers(document),
        decisions=load_decisions(document),
        lines=document.lines,
    )
    if purpose.review_by < purpose.valid_from:
        raise document.fault(["review_by"], "is before valid_from, so the purpose would never hold.")
    settings = [waiver.setting for waiver in purpose.exceptions]
    for index, setting in enumerate(settings):
        if setting in settings[:index]:
            raise document.fault(["exceptions", index], f"names {setting} a second time; keep one.")
    return purpose


def load_organisation(path: Path) -> Organisation:
    """Load schemas/organisation.yaml.

    Raises:
        DeclarationFault: a key is unknown, missing or of the wrong form; the message names file and line.
    """
    document = load(path)
    refuse_undecided(document, "organisation")
    check(document, ORGANISATION)
    said = document.content
    _keys(document, said["roles"])
    for index, role in enumerate(said.get("approvers", ())):
        if role not in said["roles"]:
            raise document.fault(["approvers", index], f"is '{role}', which is none of the roles ({', '.join(said['roles'])})."
                                                       f"{nearest(role, said['roles'])}")
    return Organisation(
        controller=Controller(**said["controller"]),
        officer=Officer(**said["officer"]),
        k_floor=said["k_floor"],
        public_authority=said["public_authority"],
        roles={role: tuple(keys) for role, keys in said["roles"].items()},
        path=path,
        sha256=_sha256(path),
        project=said.get("project", ""),
        approvers=tuple(said.get("approvers", APPROVERS)),
        retention=load_retention(document),
        parties=load_parties(document),
    )


def _keys(document: Document, roles: Mapping[str, list[str]]) -> None:
    """Refuse a public key that stands twice: who holds it would be two roles at once, or stay when one line is taken out."""
    owner: dict[str, str] = {}
    for role, keys in roles.items():
        for index, key in enumerate(keys):
            if key in owner:
                raise document.fault(["roles", role, index], f"is a key that stands under {owner[key]} already; each role has keys of its own.")
            owner[key] = role


def _basis(phase: str, said: Mapping[str, str]) -> Basis:
    return Basis(phase, LegalBasis(said["basis"]), said["reference"])


#: The uses that are one word (or two); the others carry a number or a name.
_PLAIN_USES = ("full", "inside", "pseudonym", "redacted", "hour", "day", "week", "month", "year", "academic year")
_OTHER_USES = (r"band [1-9]\d{0,8}", r"level [A-Za-z_]\w*(?:[ -]\w+)*", r"prefix (?:[1-9]|[12]\d|3[01])")
_USE = re.compile("|".join([*_PLAIN_USES, *_OTHER_USES]))


def _use(document: Document, table: str, column: str, use: str) -> ColumnUse:
    if _USE.fullmatch(use):
        return ColumnUse(column, use)
    first = use.split(" ")[0]
    hint = nearest(use, _PLAIN_USES) or nearest(first, ["band", "level", "prefix"])
    forms = ", ".join([*_PLAIN_USES, "band N", "level NAME", "prefix N (1 to 31)"])
    raise document.fault(["columns", table, column], f"is '{use}'; allowed: {forms}.{hint}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
