"""Who else has a part in the processing (GDPR art. 26 to 30): joint controllers, processors, clients, transfers, automated decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lapipe.documents import Document
from lapipe.purpose.vague import says_little

#: The countries of the European Economic Area, by ISO 3166-1: what goes there is no transfer (EEA Joint Committee Decision 154/2018).
EEA = frozenset(["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"])

#: What a transfer may rest on: GDPR art. 45, 46(2)(c), 47, 46(2)(a), (e) and (f) or 46(3), 49(1), and its second subparagraph.
SAFEGUARDS = ("adequacy", "standard_clauses", "binding_rules", "other_safeguard", "derogation", "compelling_interests")

#: What is decided about people by the outcome, from nothing to decisions by the machine alone (GDPR art. 4(4), 22(1)).
DECISIONS = ("none", "profiling", "automated")


@dataclass(frozen=True)
class Transfer:
    """What goes to a country outside the EEA, or to an international organisation: to whom, under which safeguard, and where that is laid down.

    `country` is ISO 3166-1 alpha-2, or "international".
    """

    to: str
    country: str
    safeguard: str
    reference: str


@dataclass(frozen=True)
class Party:
    """Somebody with an address: a representative in the Union (GDPR art. 27)."""

    name: str
    address: str
    contact: str


@dataclass(frozen=True)
class JointController:
    """Who decides on purposes and means together with the controller, and the arrangement between them (GDPR art. 26)."""

    name: str
    address: str
    contact: str
    arrangement: str


@dataclass(frozen=True)
class Processor:
    """Who processes on the controller's behalf: what for, under which contract (GDPR art. 28), and the transfer where they are outside the EEA."""

    name: str
    contact: str
    service: str
    agreement: str
    transfer: Transfer | None = None


@dataclass(frozen=True)
class Client:
    """A controller on whose behalf this organisation processes (GDPR art. 30(2)(a)), with its officer and representative where it has them."""

    name: str
    address: str
    contact: str
    service: str
    officer: str = ""
    representative: str = ""


@dataclass(frozen=True)
class Decisions:
    """What is decided about people: none, profiling, or automated decisions, with where that is laid down (GDPR art. 22)."""

    kind: str
    reference: str = ""


@dataclass(frozen=True)
class Parties:
    """Everybody beside the controller that schemas/organisation.yaml names; `breach_log` says where breaches are documented (GDPR art. 33(5))."""

    joint_controllers: tuple[JointController, ...] = ()
    representative: Party | None = None
    processors: tuple[Processor, ...] = ()
    clients: tuple[Client, ...] = ()
    breach_log: str = ""

    def weighed(self) -> dict[str, list[list[str]]]:
        """Give what an officer weighs of them, and `plan --words` says: who, for what, under which arrangement or contract, and to where.

        An address or telephone number may change without anybody's having to weigh it again.
        """
        return {
            "joint_controllers": [[each.name, each.arrangement] for each in self.joint_controllers],
            "representative": [[self.representative.name]] if self.representative else [],
            "processors": [[each.name, each.service, each.agreement] for each in self.processors],
            "clients": [[each.name, each.service] for each in self.clients],
            "transfers": [[each.to, each.country, each.safeguard, each.reference] for each in self.transfers],
        }

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """What goes outside the EEA with processors."""
        return tuple(each.transfer for each in self.processors if each.transfer)


def load_parties(document: Document) -> Parties:
    """Read the parties of schemas/organisation.yaml, whose form was checked.

    Raises:
        DeclarationFault: a transfer stays within the EEA, a contract or arrangement is not named, or somebody is named twice.
    """
    said = document.content
    processors = []
    for index, each in enumerate(said.get("processors", ())):
        _laid_down(document, ("processors", index, "agreement"), each["agreement"])
        transfer = _transfer(document, ("processors", index, "transfer"), {**each["transfer"], "to": each["name"]}) if "transfer" in each else None
        processors.append(Processor(each["name"], each["contact"], each["service"], each["agreement"], transfer))
    for index, each in enumerate(said.get("joint_controllers", ())):
        _laid_down(document, ("joint_controllers", index, "arrangement"), each["arrangement"])
    for key in ("joint_controllers", "processors", "processes_for"):
        names = [each["name"] for each in said.get(key, ())]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise document.fault([key, index], "stands twice; keep one.")
    representative = said.get("representative")
    return Parties(tuple(JointController(**each) for each in said.get("joint_controllers", ())), Party(**representative) if representative else None,
                   tuple(processors), tuple(Client(**each) for each in said.get("processes_for", ())), said.get("breach_log", ""))


def load_transfers(document: Document) -> tuple[Transfer, ...]:
    """Read the transfers of a purpose, whose form was checked.

    Raises:
        DeclarationFault: one stays within the EEA.
    """
    return tuple(_transfer(document, ("transfers", index), each) for index, each in enumerate(document.content.get("transfers", ())))


def load_decisions(document: Document) -> Decisions | None:
    """Read what a purpose says is decided about people.

    Raises:
        DeclarationFault: it says that something is, and not where that is laid down.
    """
    said: Mapping[str, Any] | None = document.content.get("decisions")
    if said is None:
        return None
    if said["kind"] != "none":
        _laid_down(document, ("decisions", "reference"), said.get("reference", ""))
    return Decisions(said["kind"], said.get("reference", ""))


def _transfer(document: Document, at: Sequence[str | int], said: Mapping[str, str]) -> Transfer:
    if said["country"] in EEA:
        raise document.fault([*at, "country"], f"is {said['country']}, which is in the EEA, so nothing is transferred; take the transfer out.")
    _laid_down(document, (*at, "reference"), said["reference"])
    return Transfer(said["to"], said["country"], said["safeguard"], said["reference"])


def _laid_down(document: Document, at: Sequence[str | int], reference: str) -> None:
    if says_little(reference, enough=1):
        raise document.fault(at, "does not say where it is laid down: name the document, its number or its date.")
