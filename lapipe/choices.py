"""What people chose: consents, objections, restrictions and requests, kept as evidence that can be deleted."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lapipe.errors import Refused, RegisterFault, UsageFault
from lapipe.purpose import LegalBasis, Purpose
from lapipe.purpose.duration import Duration

if TYPE_CHECKING:
    from lapipe.identities import Person
    from lapipe.keys import KeyRing
    from lapipe.register import Register

#: How long a request is answered in (GDPR art. 12(3)): one month of the calendar.
ANSWERED_IN = Duration(months=1)

#: How long evidence is kept after the processing that it is about (guide step 3.1 on consent; taken for the other kinds too).
KEPT_AFTER = Duration(years=5)

#: The routes of an objection: to processing on art. 6(1)(e) or (f), and to research or statistics.
ROUTES = ("21(1)", "21(6)")

#: The bases that an objection by art. 21(1) lies against.
_OBJECTABLE = (LegalBasis.PUBLIC_TASK, LegalBasis.LEGITIMATE_INTERESTS)

#: The states in which a choice keeps a person out of runs: an objection that came in restricts at once (GDPR art. 18(1)(d)).
_OUT = {"objection": ("received", "upheld"), "restriction": ("restricted",), "erasure": ("erased",)}

#: The states in which somebody still has to act.
OPEN = ("received",)

#: An erasure: it keeps a person out of every purpose, of one that is declared later too, and nothing ends it (GDPR art. 17(1)).
ERASURE = "erasure"

#: How an erasure was recorded before it was a case of its own: as an objection to each purpose by this route, which no objection has.
_ONCE_ERASURE = "17(1)"

#: The kinds of evidence that this module keeps.
KINDS = ("objection", "consent", "restriction", "request", ERASURE)

#: What stands for a run's state of choices in the register.
STATE = "choices-state"


@dataclass(frozen=True)
class Case:
    """One choice or request, in the state that its latest entry says. Its repr shows neither the person nor what was said."""

    id: str
    kind: str
    purpose: str
    state: str
    received: date
    references: Mapping[str, str] = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)
    entry: int
    keep_until: date

    @property
    def due(self) -> date | None:
        """The last day to answer, of what still waits for an answer."""
        return ANSWERED_IN.after(self.received) if self.state in OPEN else None

    @property
    def said(self) -> date:
        """The last day on which the person said it: after `received` where they said it again while it waited for an answer."""
        return max(self.received, date.fromisoformat(str(self.content.get("repeated") or self.received)))

    def of(self, references: Mapping[str, str]) -> bool:
        """Say whether the case is of the person of these references."""
        return any(self.references.get(domain) == reference for domain, reference in references.items())


def references(person: Person, ring: KeyRing) -> dict[str, str]:
    """Give what the register knows a person by, per identity domain: keyed, under the key of the ledger, which is not rotated."""
    return {domain: str(ring.references(domain).of([form])[0]) for domain, form in person.forms.items()}


def cases(register: Register) -> list[Case]:
    """Give every case in its latest state, in the order in which they came in.

    An erasure that was recorded as an objection, whatever became of that since, is given as the erasure that it is: nothing ends it.
    """
    latest: dict[str, Case] = {}
    erased: set[str] = set()
    for kept in register.evidence.due(date.max):
        if kept.kind in KINDS:
            said: Mapping[str, Any] = kept.content
            case = Case(str(said["case"]), kept.kind, str(said["purpose"]), str(said["state"]), date.fromisoformat(str(said["received"])),
                        dict(said["references"]), said, kept.entry, kept.keep_until)
            if said.get("route") == _ONCE_ERASURE:
                erased.add(case.id)
            if case.id not in latest or latest[case.id].entry < case.entry:
                latest[case.id] = case
    return sorted((_as_erasure(case) if case.id in erased else case for case in latest.values()), key=lambda case: (case.received, case.entry))


def _as_erasure(case: Case) -> Case:
    if case.kind == ERASURE:
        return case
    return replace(case, kind=ERASURE, purpose="", state="erased", content={**case.content, "knew": [case.purpose]})


def check_ring(found: Sequence[Case], ring: KeyRing) -> None:
    """Refuse a key ring other than the one that the cases' references were made with: nobody in them would be found (LP604)."""
    others = sum(case.content.get("ring") != ring.check_value() for case in found)
    if others:
        raise RegisterFault(f"The register holds {others} objections, consents or requests that were recorded with another ledger key than the one given, so the "
                            "people in them would be missed; give the key ring (NAME.ledger.json, beside the pseudonyms') that it was kept with.", rule="LP604")


def find_case(register: Register, id: str) -> Case:
    """Give a case by its id.

    Raises:
        UsageFault: there is no such case.
    """
    found = next((case for case in cases(register) if case.id == id), None)
    if found is None:
        raise UsageFault(f"The register has no case {id}; `lapipe subject list --all` shows those there are.")
    return found


def record(register: Register, kind: str, references: Mapping[str, str], content: Mapping[str, Any], *, purpose: str, state: str,
           received: date, keep_until: date, ring: str, case: str = "") -> str:
    """Keep the state of a case as evidence, a new case where none is named, and give its id. `ring` is the key ring's check value."""
    case = case or secrets.token_hex(5)
    subject = next(iter(sorted(references.values())))
    register.evidence.add(kind, subject, {**content, "case": case, "ring": ring, "purpose": purpose, "state": state, "received": received.isoformat(),
                                          "references": dict(references)}, keep_until)
    return case


def change(register: Register, case: Case, state: str, content: Mapping[str, Any]) -> None:
    """Put a case in another state; what it was stays as evidence."""
    record(register, case.kind, case.references, {**case.content, **content}, purpose=case.purpose, state=state, received=case.received,
           keep_until=case.keep_until, ring=str(case.content.get("ring", "")), case=case.id)


def kept_until(purposes: Sequence[Purpose], today: date) -> date:
    """Give until when evidence about processing for these purposes is kept: five years after the last release is erased."""
    last = max((purpose.keep_for.after(max(purpose.review_by, today)) for purpose in purposes), default=today)
    return KEPT_AFTER.after(last)


def may_object(purpose: Purpose, route: str) -> bool:
    """Say whether a route leads somewhere for a purpose."""
    try:
        check_route(purpose, route)
    except Refused:
        return False
    return True


def check_route(purpose: Purpose, route: str) -> None:
    """Refuse a route that does not lead anywhere for this purpose (LP510)."""
    bases = [each.basis for each in (*purpose.bases.values(), *([purpose.own_basis] if purpose.own_basis else []))]
    if purpose.is_consent and not any(basis in _OBJECTABLE for basis in bases):
        raise Refused(f"Purpose {purpose.name} rests on consent, which is withdrawn, without giving a reason (GDPR art. 7(3)): use `lapipe subject "
                      "withdraw`.", rule="LP510")
    if route == "21(1)" and not any(basis in _OBJECTABLE for basis in bases):
        raise Refused(f"Purpose {purpose.name} rests on {', '.join(sorted({str(basis) for basis in bases}))}; an objection by art. 21(1) lies against a "
                      "public task or legitimate interests. Where this is research or statistics, use --route '21(6)'; else handle it as an erasure.",
                      rule="LP510")


def asked(purpose: Purpose) -> str:
    """Give the hash of what a consent is asked for: who does what with which data for which result. A changed purpose is asked anew."""
    said = [purpose.who, purpose.what, purpose.data, purpose.result,
            {table: {name: use.use for name, use in columns.items()} for table, columns in purpose.columns.items()}]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


# --- what a run must know -------------------------------------------------------------------------------------------


#: What is known of one identifier: nothing, its person stays out, its person consented.
NOTHING, OUT, CONSENTED = 0, 1, 2


@dataclass(frozen=True)
class Standing:
    """The choices that hold for one purpose on one day, as a run needs them. Its repr shows counts only."""

    out: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    given: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    ring: KeyRing | None = field(default=None, repr=False)
    evidence: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    cases: tuple[Case, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.out or self.given)

    def with_ring(self, ring: KeyRing) -> Standing:
        """Add the ring that the references were made with; another is refused (LP604)."""
        check_ring(self.cases, ring)
        return replace(self, ring=ring)

    def unplaced(self, domain: str) -> int:
        """Count those who must stay out and have no name in a domain, so that a table of it would keep them."""
        return sum(domain not in each for each in self.out)

    def of(self, domain: str, values: Sequence[Any]) -> list[int]:
        """Say of each canonical identifier of a domain what is known of its person."""
        assert self.ring is not None
        out = {each[domain] for each in self.out if domain in each}
        given = {each[domain] for each in self.given if domain in each}
        known = self.ring.references(domain).of([None if value is None else str(value) for value in values])
        return [OUT if reference in out else CONSENTED if reference in given else NOTHING for reference in known]


def standing(register: Register, purpose: Purpose, today: date, domains: Collection[str] | None = None) -> Standing:
    """Give the choices that hold for a purpose today; `with_ring` adds the ring that their references were made with.

    `domains` are the identity domains by which the purpose's tables know people, None where they are not known: an erasure under none of
    these names is about nobody in them, unless the purpose knew the person by another table when they were erased.
    """
    out, given, evidence, held = [], [], [], []
    for case in cases(register):
        if case.kind == ERASURE:
            if domains is not None and not set(domains) & set(case.references) and purpose.name not in case.content.get("knew", ()):
                continue
        elif case.received > today or case.purpose not in ("", purpose.name):
            continue
        if case.state in _OUT.get(case.kind, ()) or (case.kind == "consent" and case.state == "withdrawn"):
            out.append(case.references)
        elif case.kind == "consent" and case.state == "given" and case.content.get("asked") == asked(purpose):
            given.append(case.references)
        else:
            continue
        held.append(case)
        evidence.append({"case": case.id, "kind": case.kind, "state": case.state})
    # Who withdrew and then gave it again has given it: cases of consent are one per person and purpose.
    return Standing(tuple(out), tuple(given), None, tuple(evidence), tuple(held))


def outlived(register: Register, purposes: Mapping[str, Purpose], today: date, *, whole: bool = True) -> tuple[list[str], int]:
    """Give the ids of the evidence that is past its term, and how many pieces past theirs are kept, since what they prove still holds.

    The term was fixed when it was recorded. A purpose that was renewed since still runs, and an objection to it still holds, as does the
    consent that it rests on: that evidence stays until five years after the purpose's last release (GDPR art. 7(1), 21). So does a request
    that waits for an answer. An erasure holds for purposes to come too, so it stays. A case goes whole or not at all: an earlier state that
    stayed alone would hold again. Where `purposes` are not the `whole` of what is declared, since one could not be read, what may hang on that one
    is kept too.
    """
    kept = register.evidence.due(date.max)
    newest = {case.id: case for case in cases(register)}
    holding = {id for id, case in newest.items() if case.state in OPEN or (_proves(case) and (_runs_on(case, purposes, today) or (not whole and case.purpose not in purposes)))}
    young = {str(each.content["case"]) for each in kept if each.kind in KINDS and each.keep_until >= today}
    past = [each for each in kept if each.keep_until < today]
    going = [each.id for each in past if each.kind not in KINDS or str(each.content["case"]) not in holding | young]
    return going, len(past) - len(going)


def _proves(case: Case) -> bool:
    """Say whether somebody is kept out, or let in, by this state."""
    return case.state in _OUT.get(case.kind, ()) or (case.kind == "consent" and case.state in ("given", "withdrawn"))


def _runs_on(case: Case, purposes: Mapping[str, Purpose], today: date) -> bool:
    there = [purposes[case.purpose]] if case.purpose in purposes else list(purposes.values()) if not case.purpose else []
    return case.kind == ERASURE or any(KEPT_AFTER.after(purpose.keep_for.after(purpose.review_by)) >= today for purpose in there)
