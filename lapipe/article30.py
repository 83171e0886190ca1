"""The records of GDPR art. 30, put together from what is declared and what ran; each value says which of the two it rests on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from lapipe.contract import Column, Contract, load_contract
from lapipe.errors import EngineFault, UsageFault
from lapipe.phrases import BASES, DECIDED, KINDS, LANGUAGES, SAFEGUARDED, Language, term_said, use_said
from lapipe.purpose import Duration, Organisation, Purpose, Transfer, load_organisation, load_purpose
from lapipe.purpose.declaration import ColumnUse
from lapipe.register import Entry, Register
from lapipe.release import GONE

__all__ = ["CNIL", "FIELDS", "FORMATS", "ICO", "LANGUAGES", "Item", "Record", "as_csv", "as_json", "as_markdown", "records", "write_xlsx"]

#: The forms that a record is written in.
FORMATS = ("json", "csv", "xlsx", "md")

Label = Literal["evidenced", "declared", "missing"]


@dataclass(frozen=True)
class Item:
    """One value: evidenced by entries of the register, declared in a file, or missing.

    `aspects` are the parts of it that a regulator's template asks in a column of their own: the term of a category of data, the country of a
    transfer.
    """

    value: str
    label: Label
    entries: tuple[int, ...] = ()
    file: str = ""
    aspects: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """The record of one processing, for the controller (art. 30(1)) or the processor (art. 30(2)): its fields by their key."""

    article: str
    name: str
    title: Mapping[str, str]
    fields: Mapping[str, tuple[Item, ...]]
    runs: int
    last_run: str


#: Each field: its place in the article (or whose addition it is), and its name in Dutch and in English.
FIELDS: Mapping[str, tuple[str, str, str]] = {
    "controller": ("30(1)(a)", "Verwerkingsverantwoordelijke", "Controller"),
    "joint_controller": ("30(1)(a)", "Gezamenlijk verantwoordelijken", "Joint controllers"),
    "representative": ("30(1)(a)", "Vertegenwoordiger in de Unie", "Representative in the Union"),
    "officer": ("30(1)(a)", "Functionaris gegevensbescherming", "Data protection officer"),
    "created": ("CNIL", "Geldt sinds", "Created"),
    "updated": ("CNIL", "Laatst gewijzigd", "Last updated"),
    "purposes": ("30(1)(b)", "Doeleinde", "Main purpose"),
    "sub_purposes": ("30(1)(b)", "Uitwerking van het doeleinde", "Sub-purposes"),
    "subjects": ("30(1)(c)", "Categorieën betrokkenen", "Categories of data subjects"),
    "data": ("30(1)(c)", "Categorieën persoonsgegevens", "Categories of personal data"),
    "special": ("30(1)(c), 9, 10", "Bijzondere en strafrechtelijke gegevens", "Special categories and criminal data"),
    "recipients": ("30(1)(d)", "Ontvangers", "Recipients"),
    "processors": ("30(1)(d), 28", "Verwerkers en hun overeenkomsten", "Processors and their contracts"),
    "transfers": ("30(1)(e)", "Doorgifte buiten de EER, waarborgen", "Transfers outside the EEA, safeguards"),
    "terms": ("30(1)(f)", "Bewaartermijnen", "Time limits for erasure"),
    "measures": ("30(1)(g)", "Technische beveiligingsmaatregelen", "Technical security measures"),
    "organisational": ("30(1)(g)", "Organisatorische beveiligingsmaatregelen", "Organisational security measures"),
    "basis": ("AP; 6", "Grondslag per fase", "Legal basis per phase"),
    "condition": ("ICO; 9(2)", "Voorwaarde voor bijzondere gegevens", "Article 9 condition"),
    "interests": ("ICO; 6(1)(f)", "Gerechtvaardigde belangen", "Legitimate interests"),
    "rights": ("ICO; 12-22", "Rechten van betrokkenen", "Rights of individuals"),
    "sources": ("ICO; 14(2)(f)", "Herkomst van de gegevens", "Source of the data"),
    "notice": ("ICO; 13", "Privacyverklaring", "Privacy notice"),
    "dpia": ("ICO; 35", "DPIA", "DPIA"),
    "decisions": ("ICO; 22", "Geautomatiseerde besluiten, profilering", "Automated decisions, profiling"),
    "breaches": ("ICO; 33(5)", "Datalekken", "Personal data breaches"),
    "consent": ("ICO; 7(1)", "Bewijs van toestemming", "Record of consent"),
    "location": ("ICO", "Plaats van de gegevens", "Location of personal data"),
    "erased": ("ICO; 5(1)(e)", "Gewist volgens de termijn", "Erased in accordance with the terms"),
    "not_erased": ("ICO; 5(1)(e)", "Niet gewist volgens de termijn, en waarom", "Not erased in accordance with the terms, and why"),
    "processor": ("30(2)(a)", "Verwerker", "Processor"),
    "on_behalf_of": ("30(2)(a)", "Namens welke verantwoordelijke", "Controllers on whose behalf"),
    "categories": ("30(2)(b)", "Categorieën verwerkingen", "Categories of processing"),
}

#: Where the processor's record has a field of the controller's.
_IN_30_2 = {"officer": "30(2)(a)", "representative": "30(2)(a)", "transfers": "30(2)(c)", "measures": "30(2)(d)", "organisational": "30(2)(d)"}

_CONTROLLER = ("controller", "joint_controller", "representative", "officer", "created", "updated", "purposes", "sub_purposes", "subjects", "data", "special",
               "recipients", "processors", "transfers", "terms", "measures", "organisational", "basis", "condition", "interests", "rights", "sources", "notice",
               "consent", "location", "dpia", "decisions", "breaches", "erased", "not_erased")
_PROCESSOR = ("processor", "representative", "on_behalf_of", "officer", "categories", "transfers", "measures", "organisational")

#: The columns of the regulators' own templates (CNIL's simplified register, its list and its sheet of one processing; ICO's documentation template for
#: controllers), and the field that fills each, or `field.aspect` for a part of it, line by line beside the field's own. None where nobody declares it.
CNIL = {"Nom": "name", "Référence": "reference", "Date de création": "created", "Date de mise à jour": "updated", "Responsable du traitement": "controller",
        "Délégué à la protection des données": "officer", "Représentant": "representative", "Responsables conjoints": "joint_controller",
        "Finalité principale": "purposes", "Sous-finalités": "sub_purposes", "Mesures de sécurité techniques": "measures",
        "Mesures de sécurité organisationnelles": "organisational", "Catégories de données": "data", "Délai d'effacement": "data.term",
        "Données sensibles": "special", "Délai d'effacement des données sensibles": "special.term", "Catégories de personnes": "subjects",
        "Destinataires": "recipients", "Type de destinataire": "recipients.type", "Sous-traitants": "processors", "Transferts hors UE: destinataire": "transfers",
        "Pays": "transfers.country", "Type de garanties": "transfers.safeguard", "Lien vers les garanties": "transfers.reference"}
ICO = {"Controller": "controller", "Data protection officer": "officer", "Representative": "representative", "Business function": "name",
       "Purpose of processing": "purposes", "Name and contact details of joint controller": "joint_controller", "Categories of individuals": "subjects",
       "Categories of personal data": "data", "Categories of recipients": "recipients", "Link to contract with processor": "processors.reference",
       "Third countries or international organisations": "transfers.country", "Safeguards for transfers": "transfers.safeguard", "Retention schedule": "terms",
       "General description of technical security measures": "measures", "General description of organisational security measures": "organisational",
       "Article 6 lawful basis": "basis", "Article 9 condition": "condition", "Legitimate interests": "interests",
       "Link to legitimate interests assessment": "interests.reference", "Rights available to individuals": "rights",
       "Automated decision-making, profiling": "decisions", "Source of the personal data": "sources", "Link to privacy notice": "notice",
       "Link to record of consent": "consent", "Location of personal data": "location", "DPIA required": "dpia", "DPIA progress": "",
       "Link to DPIA": "dpia.reference", "Has a breach occurred": "breaches", "Link to record of breach": "breaches.reference",
       "Schedule 1 condition": "condition.reference", "Link to retention and erasure policy": "terms.file",
       "Retained and erased in accordance with policy": "erased", "Reasons for not adhering to policy": "not_erased"}

SCOPE = {
    "nl": "Dit overzicht dekt de pijplijnen van dit project. Wat buiten lapipe gebeurt (het verzamelen in de leeromgeving, het gebruik van de"
          " uitkomsten, andere systemen van de instelling) staat er niet in.",
    "en": "This record covers the pipelines of this project. What happens outside lapipe (collection in the learning environment, use of the"
          " results, other systems of the institution) is not in it.",
}
_LABELS = {"nl": {"evidenced": "gebleken", "declared": "opgegeven", "missing": "ontbreekt"},
           "en": {"evidenced": "evidenced", "declared": "declared", "missing": "missing"}}


@dataclass(frozen=True)
class _Out:
    """A release that left, as far as the register knows still there: its entry, who might have it, and the last day on which it may be there."""

    entry: Entry
    recipients: tuple[str, ...] = ()
    erase_by: date | None = None


@dataclass
class _Ran:
    """Of one purpose: the last completed run of each of its pipelines, entry by entry, and what became of its releases, of whichever run.

    `began` is the start of the first completed run, and `first` the first start that is still told under each text of the purpose, by its hash. `kept`
    are the releases that nobody deleted, by their folder, and `latest` the last of each name, deleted or not.
    """

    runs: int = 0
    began: str = ""
    last: str = ""
    entries: list[Entry] = field(default_factory=list)
    breaches: list[Entry] = field(default_factory=list)
    deletions: list[Entry] = field(default_factory=list)
    quarantined: list[Entry] = field(default_factory=list)
    first: dict[str, Entry] = field(default_factory=dict)
    kept: dict[str, _Out] = field(default_factory=dict)
    latest: dict[str, _Out] = field(default_factory=dict)

    def of(self, kind: str, **body: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind and all(entry.body.get(key) == value for key, value in body.items())]


@dataclass
class _Everywhere:
    """What of the register belongs to no one purpose: deletions of data under a term, and checkpoints by somebody else."""

    data: dict[str, list[Entry]] = field(default_factory=dict)
    signed: list[Entry] = field(default_factory=list)


def records(root: Path, register: Register, today: date, language: Language = "nl") -> list[Record]:
    """Make the record of each purpose of a project, for the controller and for the processor, in one language.

    Raises:
        DeclarationFault: a declaration is wrong.
        UsageFault: the project declares no purpose.
        RegisterFault: the register cannot be read.
    """
    schemas = root / "schemas"
    organisation = load_organisation(schemas / "organisation.yaml")
    paths = sorted((schemas / "purposes").glob("*.yaml"))
    if not paths:
        raise UsageFault(f"There is no purpose in {schemas / 'purposes'}, so there is nothing to make a record of.")
    ran, everywhere = _ran(register)
    found = []
    for path in paths:
        purpose = load_purpose(path, floor=organisation.k_floor)
        mine = ran.get(purpose.name, _Ran())
        made = _Maker(root, organisation, purpose, mine, everywhere, today, language)
        for article, keys in (("30(1)", _CONTROLLER), ("30(2)", _PROCESSOR)):
            fields = {key: tuple(getattr(made, key)()) or (Item("", "missing"),) for key in keys}
            found.append(Record(article, purpose.name, purpose.title, fields, mine.runs, mine.last))
    return found


def _ran(register: Register) -> tuple[dict[str, _Ran], _Everywhere]:
    found: dict[str, _Ran] = {}
    last: dict[tuple[str, str], str] = {}
    purposes: dict[str, str] = {}
    completed: set[str] = set()
    for run in register.runs():
        purposes[run.id] = run.purpose
        if run.state == "completed":
            completed.add(run.id)
            mine = found.setdefault(run.purpose, _Ran())
            mine.runs += 1
            mine.began = min(mine.began or run.started, run.started)
            mine.last = max(mine.last, run.ended or "")
            last[run.purpose, run.pipeline] = run.id
    for (purpose, _), run_id in sorted(last.items()):
        entries = list(register.entries(run=run_id))
        starts = [index for index, entry in enumerate(entries) if entry.kind == "started"]
        found[purpose].entries += entries[starts[-1]:] if starts else []
    return found, _fates(register, found, purposes, completed)


def _fates(register: Register, found: dict[str, _Ran], purposes: Mapping[str, str], completed: set[str]) -> _Everywhere:
    """Go through the register once, and see what became of the releases of each purpose, and of other data under a term."""
    everywhere = _Everywhere()
    # Of an attempt before the last one nothing came out.
    started = {entry.run: entry for entry in register.entries(kinds=("started",)) if entry.run in completed}
    for entry in started.values():
        found[purposes[entry.run]].first.setdefault(str(entry.body.get("purpose_sha256")), entry)
    for entry in register.entries(kinds=("release", "retained", GONE, "breach", "checkpoint")):
        body = entry.body
        item, what = str(body.get("item")), body.get("what")
        if entry.kind == "release" and entry.run in completed:
            mine = found[purposes[entry.run]]
            if entry.run in started and entry.seq < started[entry.run].seq:
                continue
            out = _out(entry, started.get(entry.run))
            mine.kept[str(body.get("folder"))] = mine.latest[str(body.get("release"))] = out
        elif entry.kind == GONE or (entry.kind == "retained" and what == "release" and body.get("deleted")):
            of = found.setdefault(purposes.get(item.rpartition("/")[2], ""), _Ran())
            if of.kept.pop(item, None) and entry.kind == "retained":
                of.deletions.append(entry)
        elif entry.kind == "retained" and item.startswith("quarantine "):
            found.setdefault(purposes.get(item.removeprefix("quarantine "), ""), _Ran()).quarantined.append(entry)
        elif entry.kind == "retained" and item.startswith("data "):
            everywhere.data.setdefault(item.removeprefix("data "), []).append(entry)
        elif entry.kind == "breach":
            for about in sorted({purposes[run] for run in _texts(body.get("runs")) if run in purposes}):
                found.setdefault(about, _Ran()).breaches.append(entry)
        elif entry.kind == "checkpoint" and body.get("apart") is True:
            everywhere.signed.append(entry)
    return everywhere


def _out(entry: Entry, started: Entry | None) -> _Out:
    """Say of a release until when it may be there: its term is counted from the day of its run. Of a closed period, the export of that has it."""
    if started is None:
        return _Out(entry)
    try:
        erase_by = Duration.parse(str(started.body.get("keep_for"))).after(date.fromisoformat(str(started.body.get("today"))))
    except ValueError:
        erase_by = None
    return _Out(entry, tuple(_texts(started.body.get("recipients"))), erase_by)


class _Maker:
    """Makes each field of one purpose's record; a field that gives nothing is missing."""

    def __init__(self, root: Path, organisation: Organisation, purpose: Purpose, ran: _Ran, everywhere: _Everywhere, today: date, language: Language) -> None:
        self.root, self.said, self.purpose, self.ran, self.everywhere, self.today, self.language = root, organisation, purpose, ran, everywhere, today, language

    def _in(self, dutch: str, english: str) -> str:
        return dutch if self.language == "nl" else english

    def _declared(self, value: str, path: Path | None = None, **aspects: str) -> Iterator[Item]:
        if value:
            yield Item(value, "declared", file=_relative(path or self.purpose.path, self.root), aspects=aspects)

    def _evidenced(self, value: str, entries: Sequence[Entry], path: Path | None = None, **aspects: str) -> Iterator[Item]:
        """What is declared, evidenced where entries show it."""
        if entries and value:
            yield Item(value, "evidenced", tuple(entry.seq for entry in entries), _relative(path or self.purpose.path, self.root), aspects)
        else:
            yield from self._declared(value, path, **aspects)

    def controller(self) -> Iterator[Item]:
        controller = self.said.controller
        yield from self._declared(f"{controller.name}, {controller.address}, {controller.contact}", self.said.path)

    def joint_controller(self) -> Iterator[Item]:
        for each in self.said.parties.joint_controllers:
            yield from self._declared(f"{each.name}, {each.address}, {each.contact}; {each.arrangement}", self.said.path)

    def representative(self) -> Iterator[Item]:
        if representative := self.said.parties.representative:
            yield from self._declared(f"{representative.name}, {representative.address}, {representative.contact}", self.said.path)

    def officer(self) -> Iterator[Item]:
        yield from self._declared(f"{self.said.officer.role}, {self.said.officer.email}", self.said.path)

    def created(self) -> Iterator[Item]:
        yield from self._declared(str(self.purpose.valid_from))

    def updated(self) -> Iterator[Item]:
        """The first run under this very text. A text that is not in use yet has no day; nor has the first that is told after a period was closed, for
        it may have been in use in that."""
        first = self.ran.first.get(self.purpose.sha256)
        if first is not None and not (first.time > self.ran.began and first is next(iter(self.ran.first.values()))):
            yield Item(first.time[:10], "evidenced", (first.seq,), _relative(self.purpose.path, self.root))

    def _runs(self) -> list[Entry]:
        """Give the starts under this very text of the purpose: only those show that this is what was done."""
        return self.ran.of("started", purpose_sha256=self.purpose.sha256)

    def purposes(self) -> Iterator[Item]:
        yield from self._evidenced(self.purpose.title.get(self.language, self.purpose.name), self._runs())

    def sub_purposes(self) -> Iterator[Item]:
        for value in (self.purpose.what, self.purpose.result):
            yield from self._evidenced(value, self._runs())

    def subjects(self) -> Iterator[Item]:
        for subject in self.purpose.subjects:
            yield from self._declared(subject)

    def data(self) -> Iterator[Item]:
        yield from self._columns(special=False)

    def special(self) -> Iterator[Item]:
        yield from self._columns(special=True)
        if self._without_special():
            yield from self._declared(self._in("geen: het doel noemt er geen", "none: the purpose names none"))

    def _without_special(self) -> bool:
        """Say whether the purpose names no special category: of a table without a contract nobody knows."""
        return all(self._contract(table) for table in self.purpose.columns) and not any(self._columns(special=True))

    def _contract(self, table: str) -> Contract | None:
        path = self.root / "schemas" / "tables" / f"{table}.odcs.yaml"
        return load_contract(path) if path.is_file() else None

    def _columns(self, *, special: bool) -> Iterator[Item]:
        for table, columns in self.purpose.columns.items():
            contract = self._contract(table)
            there = {column.name: column for column in (*contract.columns, *contract.extractable)} if contract else {}
            read = self.ran.of("source", contract=table)
            for name, use in columns.items():
                column = there.get(name)
                is_special = bool(column and column.kind.value in ("special", "national_id"))
                if is_special is special:
                    seen = [entry for entry in read if name in _texts(entry.body.get("columns_read"))]
                    yield from self._evidenced(f"{table}.{name} ({self._category(use, column)})", seen, term=self._term_of(table, use))

    def _category(self, use: ColumnUse, column: Column | None) -> str:
        said = [KINDS[self.language][column.kind.value], column.category] if column else []
        return "; ".join([", ".join(filter(None, said)), use_said(use.use, self.language)]).removeprefix("; ")

    def _term_of(self, table: str, use: ColumnUse) -> str:
        """Say how long a column is kept: what is released as long as releases are, and the source as long as the organisation says."""
        said = [] if use.use == "inside" else [self._in(f"uitkomsten: {self._long(self.purpose.keep_for)}", f"releases: {self._long(self.purpose.keep_for)}")]
        if use.use == "inside":
            said.append(self._in("niet langer dan de run", "no longer than the run"))
        said += [self._in(f"bron: {self._from(each.term, each.anchor)}", f"source: {self._from(each.term, each.anchor)}")
                 for each in self.said.retention.data if each.name == table]
        return "; ".join(said)

    def _long(self, term: Duration) -> str:
        return term_said(term, self.language)

    def _from(self, term: Duration, anchor: str) -> str:
        day = {"event": self._in("de gebeurtenis", "the event"), "release": self._in("de uitlevering", "the export"),
               "course_end": self._in("het einde van het vak", "the end of the course"), "graduation": self._in("het afstuderen", "graduation")}[anchor]
        return f"{self._long(term)} {self._in('na', 'after')} {day}"

    def recipients(self) -> Iterator[Item]:
        may = {"statistics": self._in("cijfers", "statistics"), "pseudonyms": self._in("regels onder pseudoniem", "rows under a pseudonym"),
               "names": self._in("namen", "names")}
        for recipient in self.purpose.recipients:
            # Who may get pseudonyms may get statistics too; a release shows a recipient when it is of a kind for them.
            kinds = ("statistics",) if recipient.may == "statistics" else ("statistics", "pseudonyms")
            made = [out.entry for out in self.ran.latest.values() if out.entry.body.get("kind") in kinds and recipient.name in out.recipients]
            yield from self._evidenced(f"{recipient.name} ({recipient.role}): {may[recipient.may]}", made, type=recipient.role)

    def processors(self) -> Iterator[Item]:
        for each in self.said.parties.processors:
            yield from self._declared(f"{each.name} ({each.contact}): {each.service}; {each.agreement}", self.said.path, reference=each.agreement)

    def transfers(self) -> Iterator[Item]:
        for path, transfers in ((self.purpose.path, self.purpose.transfers), (self.said.path, self.said.parties.transfers)):
            for each in transfers:
                yield from self._declared(self._transfer(each), path, country=each.country, safeguard=SAFEGUARDED[self.language][each.safeguard],
                                          reference=each.reference)

    def _transfer(self, transfer: Transfer) -> str:
        return f"{transfer.to}, {transfer.country}: {SAFEGUARDED[self.language][transfer.safeguard]}, {transfer.reference}"

    def terms(self) -> Iterator[Item]:
        """The terms, each evidenced by what was deleted at it; of the releases, only where none is there past its term."""
        kept = self._in(f"uitkomsten worden {self._long(self.purpose.keep_for)} bewaard", f"releases are kept for {self._long(self.purpose.keep_for)}")
        yield from self._evidenced(kept, [] if self._late() else self.ran.deletions)
        if self.purpose.retain:
            aged = self._in(f"regels ouder dan {self._long(self.purpose.retain)} tellen niet mee", f"rows older than {self._long(self.purpose.retain)} do not count")
            yield from self._evidenced(aged, self.ran.of("stage", stage="Retain"))
        term = self.said.retention.quarantine
        yield from self._evidenced(self._in(f"wat apart is gezet: {self._long(term)} na de run", f"what was set apart: {self._long(term)} after the run"),
                                   _whole_ones(self.ran.quarantined), self.said.path)
        for each in self.said.retention.data:
            of_all = "" if each.name in self.purpose.columns else self._in(", van de organisatie en niet van dit doel alleen", ", of the organisation and not of this purpose alone")
            yield from self._evidenced(self._in(f"gegevens '{each.name}'{of_all}: {self._from(each.term, each.anchor)}",
                                                f"data '{each.name}'{of_all}: {self._from(each.term, each.anchor)}"), _whole_ones(self.everywhere.data.get(each.name, [])), self.said.path)

    def _late(self) -> dict[str, _Out]:
        """Give, by their folder, the releases past their term of which the register does not say that they were deleted."""
        return {folder: out for folder, out in self.ran.kept.items() if out.erase_by is not None and out.erase_by < self.today}

    def measures(self) -> Iterator[Item]:
        for run in self.ran.of("started"):
            for step in run.body.get("steps") or ():  # type: ignore[union-attr]
                if isinstance(step, Mapping):
                    name = str(step.get("stage"))
                    done = self.ran.of("stage", stage=name)
                    said = json.dumps(step.get("parameters"), ensure_ascii=False, sort_keys=True)
                    if done:
                        yield Item(f"{name} {said}", "evidenced", tuple(entry.seq for entry in done))
            yield Item(f"k = {run.body.get('k')}", "evidenced", (run.seq,))
        for entry in self.ran.of("source"):
            left = len(_texts(entry.body.get("columns_left")))
            yield Item(self._in(f"{entry.body.get('source')}: {left} kolommen niet gelezen", f"{entry.body.get('source')}: {left} columns not read"), "evidenced", (entry.seq,))
        for entry in self.ran.of("completed"):
            keys = entry.body.get("key")
            for domain, key in keys.items() if isinstance(keys, Mapping) else ():
                yield Item(self._in(f"pseudoniemen van {domain} onder sleutel {key}", f"pseudonyms of {domain} under key {key}"), "evidenced", (entry.seq,))
        if not self.ran.entries:
            yield from self._declared(f"k = {self.purpose.k}")

    def organisational(self) -> Iterator[Item]:
        for run in self.ran.of("started"):
            approvals = run.body.get("approvals")
            for each in approvals if isinstance(approvals, list) else ():
                if isinstance(each, Mapping):
                    yield Item(self._in(f"goedgekeurd door {each.get('role')} op {each.get('approved')}", f"approved by {each.get('role')} on {each.get('approved')}"),
                               "evidenced", (run.seq,))
        if signed := self.everywhere.signed[-1:]:
            yield Item(self._in("register getekend door een ander dan wie de pijplijnen draait", "register signed by somebody else than who runs the pipelines"),
                       "evidenced", (signed[0].seq,))
        for waiver in self.purpose.exceptions:
            yield from self._declared(self._in(f"uitzondering {waiver.setting}, goedgekeurd door {waiver.approved_by}: {waiver.reason}",
                                               f"exception {waiver.setting}, approved by {waiver.approved_by}: {waiver.reason}"))
        yield from self._declared(self._in(f"opnieuw beoordeeld uiterlijk {self.purpose.review_by}", f"reviewed by {self.purpose.review_by}"))

    def basis(self) -> Iterator[Item]:
        phases = {"collect": self._in("verzamelen", "collect"), "analyse": self._in("analyseren", "analyse"), "use": self._in("gebruiken", "use")}
        for phase, basis in self.purpose.bases.items():
            yield from self._declared(f"{phases[phase]}: {BASES[self.language][basis.basis]}, {basis.reference}")
        if own := self.purpose.own_basis:
            yield from self._declared(f"{self._in('hergebruik', 'reuse')}: {BASES[self.language][own.basis]}, {own.reference}")

    def _bases(self) -> set[str]:
        own = [self.purpose.own_basis] if self.purpose.own_basis else []
        return {str(basis.basis) for basis in (*self.purpose.bases.values(), *own)}

    def condition(self) -> Iterator[Item]:
        if self.purpose.condition:
            yield from self._declared(f"9(2)({self.purpose.condition.letter}), {self.purpose.condition.reference}", reference=self.purpose.condition.reference)
        elif self._without_special():
            yield from self._declared(self._in("n.v.t.: het doel noemt geen bijzondere gegevens", "n/a: the purpose names no special categories"))

    def interests(self) -> Iterator[Item]:
        for basis in self.purpose.bases.values():
            if basis.basis == "legitimate_interests":
                yield from self._declared(basis.reference, reference=basis.reference)
        if self._bases() and "legitimate_interests" not in self._bases():
            yield from self._declared(self._in("n.v.t.: geen grondslag is gerechtvaardigd belang", "n/a: no basis is legitimate interests"))

    def rights(self) -> Iterator[Item]:
        """The rights that the declared bases leave people (GDPR art. 7(3), 15 to 18, 20(1), 21(1))."""
        bases = self._bases()
        if not bases:
            return
        yield from self._declared(self._in("inzage, rectificatie, wissing, beperking (AVG art. 15-18)", "access, rectification, erasure, restriction (GDPR art. 15-18)"))
        if bases & {"consent", "contract"}:
            yield from self._declared(self._in("overdraagbaarheid (art. 20)", "portability (art. 20)"))
        if bases & {"public_task", "legitimate_interests"}:
            yield from self._declared(self._in("bezwaar (art. 21)", "objection (art. 21)"))
        if "consent" in bases:
            yield from self._declared(self._in("toestemming intrekken (art. 7 lid 3)", "withdrawing consent (art. 7(3))"))

    def sources(self) -> Iterator[Item]:
        for entry in self.ran.of("source"):
            yield Item(f"{entry.body.get('source')} ({entry.body.get('contract')} {entry.body.get('version')})", "evidenced", (entry.seq,))
        yield from self._declared(self.purpose.collected_for)

    def notice(self) -> Iterator[Item]:
        yield from self._declared(self.purpose.notice)

    def dpia(self) -> Iterator[Item]:
        if self.purpose.dpia and self.purpose.dpia.reference:
            yield from self._declared(self._in(f"ja: {self.purpose.dpia.reference}", f"yes: {self.purpose.dpia.reference}"), reference=self.purpose.dpia.reference)
        elif self.purpose.dpia:
            yield from self._declared(self._in(f"niet nodig: {self.purpose.dpia.not_needed}", f"not needed: {self.purpose.dpia.not_needed}"))

    def decisions(self) -> Iterator[Item]:
        if decisions := self.purpose.decisions:
            yield from self._declared(f"{DECIDED[self.language][decisions.kind]}{f': {decisions.reference}' if decisions.reference else ''}")

    def breaches(self) -> Iterator[Item]:
        for entry in self.ran.breaches:
            yield Item(self._in(f"uitkomst {entry.body.get('release')}, bekend sinds {entry.body.get('known')}",
                                f"release {entry.body.get('release')}, known since {entry.body.get('known')}"), "evidenced", (entry.seq,))
        log = self.said.parties.breach_log
        yield from self._declared(self._in(f"bijgehouden in: {log}", f"documented in: {log}") if log else "", self.said.path, reference=log)

    def consent(self) -> Iterator[Item]:
        if not self.purpose.is_consent:
            if self._bases():
                yield from self._declared(self._in("n.v.t.: geen grondslag is toestemming", "n/a: no basis is consent"))
            return
        for entry in self.ran.of("choices"):
            yield Item(self._in("toestemmingen, bewaard bij het register", "consents, kept with the register"), "evidenced", (entry.seq,))

    def location(self) -> Iterator[Item]:
        for out in self.ran.latest.values():
            if str(out.entry.body.get("folder")) in self.ran.kept:
                yield Item(f"{out.entry.body.get('folder')}", "evidenced", (out.entry.seq,))

    def erased(self) -> Iterator[Item]:
        gone: dict[str, list[int]] = {}
        for entry in self.ran.deletions:
            gone.setdefault(str(entry.body.get("item")).partition("/")[0], []).append(entry.seq)
        for release, entries in gone.items():
            yield Item(self._in(f"{release}: wat over de termijn was, is gewist", f"{release}: what was past its term was deleted"), "evidenced", tuple(entries))
        within = [out.entry.seq for out in self.ran.kept.values() if out.erase_by is not None and out.erase_by >= self.today]
        if within:
            yield Item(self._in(f"{len(within)} nog binnen de termijn", f"{len(within)} still within the term"), "evidenced", tuple(within))

    def not_erased(self) -> Iterator[Item]:
        late = self._late()
        fine = [*self.ran.deletions, *(out.entry for out in self.ran.kept.values())]
        if fine and not late and all(out.erase_by is not None for out in self.ran.kept.values()):
            yield Item(self._in("geen", "none"), "evidenced", tuple(sorted(entry.seq for entry in fine)))
        for folder, out in late.items():
            name = str(out.entry.body.get("release"))
            held = self.said.retention.held(self.today, name, "releases")
            why = held or self._in("geen reden opgegeven", "no reason declared")
            yield Item(self._in(f"{folder}: had gewist moeten zijn na {out.erase_by} ({why})", f"{folder}: was to be erased after {out.erase_by} ({why})"), "evidenced",
                       (out.entry.seq,))
        untold = [out.entry.seq for out in self.ran.kept.values() if out.erase_by is None]
        if untold:
            yield Item(self._in(f"{len(untold)} van een afgesloten periode: de termijn staat in de export daarvan",
                                f"{len(untold)} of a closed period: their term stands in its export"), "evidenced", tuple(untold))

    def processor(self) -> Iterator[Item]:
        yield from self.controller()

    def on_behalf_of(self) -> Iterator[Item]:
        for each in self.said.parties.clients:
            others = [f"officer: {each.officer}"] * bool(each.officer) + [f"representative: {each.representative}"] * bool(each.representative)
            yield from self._declared("; ".join([f"{each.name}, {each.address}, {each.contact}", each.service, *others]), self.said.path)

    def categories(self) -> Iterator[Item]:
        done = {str(entry.body.get("stage")): entry for entry in self.ran.of("stage")}
        for name, entry in done.items():
            yield Item(name, "evidenced", (entry.seq,))


def _whole_ones(deletions: Sequence[Entry]) -> list[Entry]:
    """Give deletions as evidence that a term is kept: none, where the last of them passed something over."""
    last = {str(entry.body.get("item")): entry for entry in deletions}
    return list(deletions) if all(entry.body.get("whole") is True for entry in last.values()) else []


def place(record: Record, key: str) -> str:
    """Say which part of art. 30 asks for a field, or whose addition it is."""
    return _IN_30_2.get(key, FIELDS[key][0]) if record.article == "30(2)" else FIELDS[key][0]


def _relative(path: Path, root: Path) -> str:
    path = path.resolve()
    return path.relative_to(root.resolve()).as_posix() if path.is_relative_to(root.resolve()) else path.as_posix()


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


# --- writing ----------------------------------------------------------------------------------------------------------


def as_json(found: Sequence[Record], language: Language) -> str:
    """Write records for a program: by their fields, and as rows of CNIL's and ICO's templates."""
    return json.dumps({"scope": SCOPE, "records": [
        {"article": record.article, "name": record.name, "title": dict(record.title), "runs": record.runs, "last_run": record.last_run,
         "fields": {key: {"article": place(record, key), "nl": FIELDS[key][1], "en": FIELDS[key][2],
                          "items": [{**vars(item), "entries": list(item.entries), "aspects": dict(item.aspects)} for item in items]}
                    for key, items in record.fields.items()}}
        for record in found], **{name: [dict(zip(columns, row, strict=True)) for row in _template(found, columns, language)] for name, columns in _TEMPLATES.items()}},
        indent=2, ensure_ascii=False)


def as_csv(found: Sequence[Record], language: Language) -> str:
    """Write one line per value, for a spreadsheet, with the columns of CNIL's and ICO's templates in which it belongs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in _rows(found, language))
    return "\ufeff" + out.getvalue()


def as_markdown(found: Sequence[Record], language: Language) -> str:
    """Write records for a reader."""
    dutch = language == "nl"
    lines = [f"# {'Verwerkingsregister' if dutch else 'Records of processing'}", "", SCOPE[language], ""]
    for record in found:
        what = ("verantwoordelijke" if dutch else "controller") if record.article == "30(1)" else ("verwerker" if dutch else "processor")
        lines += [f"## {record.title.get(language, record.name)} ({record.article}, {what})", "",
                  f"{record.name}: {record.runs} {'voltooide runs' if dutch else 'completed runs'}"
                  + (f", {'laatst' if dutch else 'last'} {record.last_run[:10]}" if record.last_run else "") + ".", ""]
        for key, items in record.fields.items():
            lines += [f"**{FIELDS[key][1 if dutch else 2]}** ({place(record, key)})", ""]
            lines += [f"- {_markdown(_whole(item)) + ' ' if item.value else ''}[{_LABELS[language][item.label]}{_rest(item, language)}]" for item in items]
            lines.append("")
    return "\n".join(lines)


def _whole(item: Item) -> str:
    """Give a value with its term; its other aspects stand in the value itself."""
    return f"{item.value}; {term}" if (term := item.aspects.get("term")) else item.value


def _rest(item: Item, language: Language) -> str:
    told = f": {'regels' if language == 'nl' else 'entries'} {_numbers(item.entries)}" if item.entries else ""
    return told + (f"{';' if told else ':'} {item.file}" if item.file else "")


def write_xlsx(found: Sequence[Record], language: Language, path: Path) -> None:
    """Write a workbook: every value with what it rests on, and a sheet each with the columns of CNIL's and ICO's templates.

    Raises:
        UsageFault: openpyxl is not there.
        EngineFault: the file cannot be written.
    """
    there = True
    try:
        from openpyxl import Workbook
    except ImportError:
        there = False
    if not there:
        raise UsageFault("A workbook needs openpyxl: pip install 'lapipe-privacy[excel]'.")
    book = Workbook()
    book.remove(book.active)
    sheets = {"30": list(_rows(found, language)),
              **{name: [list(columns), *_template(found, columns, language)] for name, columns in _TEMPLATES.items()},
              "Scope": [[SCOPE[language]]]}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                # As text, so that no cell is a formula.
                cell = sheet.cell(row, column)
                cell.value, cell.data_type = value, "s"
    problem = ""
    try:
        book.save(path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        raise EngineFault(f"The record {path} cannot be written ({problem}); name a file in a folder that is there and yours.")


_TEMPLATES = {"CNIL": CNIL, "ICO": ICO}


def _template(found: Sequence[Record], columns: Mapping[str, str], language: Language) -> list[list[str]]:
    """Fill a regulator's template, a row for each processing of the controller."""
    return [[_cell(record, key, language) for key in columns.values()] for record in found if record.article == "30(1)"]


def _rows(found: Sequence[Record], language: Language) -> Iterator[list[str]]:
    dutch = language == "nl"
    aspects = {"term": "bewaartermijn" if dutch else "term", "type": "soort" if dutch else "type", "country": "land" if dutch else "country",
               "safeguard": "waarborg" if dutch else "safeguard", "reference": "verwijzing" if dutch else "reference"}
    yield [*(["artikel", "verwerking", "veld", "naam", "waarde", "status", "registerregels", "bestand"] if dutch
             else ["article", "processing", "field", "name", "value", "status", "register entries", "file"]), *aspects.values(), *_TEMPLATES]
    for record in found:
        for key, items in record.fields.items():
            # A record of the processor has no row in a controller's template.
            places = [", ".join(name for name, field in columns.items() if field.partition(".")[0] == key) if record.article == "30(1)" else ""
                      for columns in _TEMPLATES.values()]
            for item in items:
                yield [place(record, key), record.name, key, FIELDS[key][1 if dutch else 2], item.value, _LABELS[language][item.label],
                       _numbers(item.entries), item.file, *(item.aspects.get(aspect, "") for aspect in aspects), *places]


def _cell(record: Record, key: str, language: Language) -> str:
    """Fill a column of a regulator's template; line n of an aspect belongs to line n of its field."""
    plain: dict[str, str] = {"name": record.title.get(language, record.name), "reference": record.name}
    if key in plain:
        return plain[key]
    name, _, aspect = key.partition(".")
    items = record.fields.get(name, (Item("", "missing"),))
    if aspect and any(item.value for item in items):
        return "\n".join((item.file if aspect == "file" else ' '.join(item.aspects.get(aspect, "").split())) or "-" for item in items)
    return "\n".join(f"{' '.join(item.value.split())} [{_LABELS[language][item.label]}]".strip() for item in items)


def _numbers(entries: Sequence[int]) -> str:
    return ", ".join(map(str, entries))


def _safe(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula (CWE-1236)."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _markdown(text: str) -> str:
    return " ".join(text.split()).replace("[", "\\[").replace("<", "&lt;").replace("|", "\\|")
