"""The records of GDPR art. 30, put together from what is declared and what ran; each value says which of the two it rests on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lapipe.contract import load_contract
from lapipe.errors import EngineFault, UsageFault
from lapipe.purpose import Organisation, Purpose, Transfer, load_organisation, load_purpose
from lapipe.register import Entry, Register

#: The forms that a record is written in.
FORMATS = ("json", "csv", "xlsx", "md")
LANGUAGES = ("nl", "en")

Label = Literal["evidenced", "declared", "missing"]


@dataclass(frozen=True)
class Item:
    """One value: evidenced by entries of the register, declared in a file, or missing."""

    value: str
    label: Label
    entries: tuple[int, ...] = ()
    file: str = ""


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
    "joint_controller": ("30(1)(a)", "Gezamenlijk verantwoordelijke, vertegenwoordiger", "Joint controller, representative"),
    "officer": ("30(1)(a)", "Functionaris gegevensbescherming", "Data protection officer"),
    "purposes": ("30(1)(b)", "Doeleinden", "Purposes"),
    "subjects": ("30(1)(c)", "Categorieën betrokkenen", "Categories of data subjects"),
    "data": ("30(1)(c)", "Categorieën persoonsgegevens", "Categories of personal data"),
    "special": ("30(1)(c), 9, 10", "Bijzondere en strafrechtelijke gegevens", "Special categories and criminal data"),
    "recipients": ("30(1)(d)", "Ontvangers", "Recipients"),
    "processors": ("30(1)(d), 28", "Verwerkers en hun overeenkomsten", "Processors and their contracts"),
    "transfers": ("30(1)(e)", "Doorgifte buiten de EER, waarborgen", "Transfers outside the EEA, safeguards"),
    "terms": ("30(1)(f)", "Bewaartermijnen", "Time limits for erasure"),
    "measures": ("30(1)(g)", "Beveiligingsmaatregelen", "Security measures"),
    "basis": ("AP; 6", "Grondslag per fase", "Legal basis per phase"),
    "condition": ("ICO; 9(2)", "Voorwaarde voor bijzondere gegevens", "Article 9 condition"),
    "sources": ("ICO; 14(2)(f)", "Herkomst van de gegevens", "Source of the data"),
    "notice": ("ICO; 13", "Privacyverklaring", "Privacy notice"),
    "dpia": ("ICO; 35", "DPIA", "DPIA"),
    "decisions": ("ICO; 22", "Geautomatiseerde besluiten, profilering", "Automated decisions, profiling"),
    "breaches": ("ICO; 33(5)", "Datalekken", "Personal data breaches"),
    "consent": ("ICO; 7(1)", "Bewijs van toestemming", "Record of consent"),
    "location": ("ICO", "Plaats van de gegevens", "Location of personal data"),
    "erased": ("ICO; 5(1)(e)", "Gewist volgens de termijn", "Erased in accordance with the terms"),
    "processor": ("30(2)(a)", "Verwerker", "Processor"),
    "on_behalf_of": ("30(2)(a)", "Namens welke verantwoordelijke", "Controllers on whose behalf"),
    "categories": ("30(2)(b)", "Categorieën verwerkingen", "Categories of processing"),
}

#: Where the processor's record has a field of the controller's.
_IN_30_2 = {"officer": "30(2)(a)", "transfers": "30(2)(c)", "measures": "30(2)(d)"}

_CONTROLLER = ("controller", "joint_controller", "officer", "purposes", "subjects", "data", "special", "recipients", "processors", "transfers", "terms", "measures",
               "basis", "condition", "sources", "notice", "consent", "location", "dpia", "decisions", "breaches", "erased")
_PROCESSOR = ("processor", "on_behalf_of", "officer", "categories", "transfers", "measures")

#: The columns of the regulators' own templates, and the field that fills each; none where nothing of ours does.
CNIL = {"Nom": "name", "Référence": "reference", "Dernière exécution": "last_run", "Responsable du traitement": "controller",
        "Responsables conjoints / représentant": "joint_controller", "Délégué à la protection des données": "officer", "Finalité principale": "purposes",
        "Mesures de sécurité techniques et organisationnelles": "measures", "Catégories de données": "data", "Données sensibles": "special",
        "Délais d'effacement": "terms", "Catégories de personnes": "subjects", "Destinataires": "recipients", "Transferts hors UE et garanties": "transfers"}
ICO = {"Business function": "name", "Purpose of processing": "purposes", "Name and contact details of joint controller": "joint_controller",
       "Categories of individuals": "subjects", "Categories of personal data": "data", "Categories of recipients": "recipients",
       "Link to contract with processor": "processors", "Third countries and safeguards": "transfers", "Retention schedule": "terms",
       "General description of security measures": "measures", "Article 6 lawful basis": "basis", "Article 9 condition": "condition",
       "Link to privacy notice": "notice", "Automated decision-making, profiling": "decisions", "Source of the personal data": "sources",
       "Link to record of consent": "consent", "Location of personal data": "location", "DPIA required, progress, link": "dpia", "Breach occurred, link": "breaches",
       "Schedule 1 condition": "", "Retention and erasure policy": "terms", "Retained and erased in accordance with policy": "erased"}

SCOPE = {
    "nl": "Dit overzicht dekt de pijplijnen van dit project. Wat buiten lapipe gebeurt (het verzamelen in de leeromgeving, het gebruik van de"
          " uitkomsten, andere systemen van de instelling) staat er niet in.",
    "en": "This record covers the pipelines of this project. What happens outside lapipe (collection in the learning environment, use of the"
          " results, other systems of the institution) is not in it.",
}
_LABELS = {"nl": {"evidenced": "gebleken", "declared": "opgegeven", "missing": "ontbreekt"},
           "en": {"evidenced": "evidenced", "declared": "declared", "missing": "missing"}}


@dataclass
class _Ran:
    """The last completed run of each of a purpose's pipelines, entry by entry, and what leaked or was deleted of the releases of any of them."""

    runs: int = 0
    last: str = ""
    entries: list[Entry] = field(default_factory=list)
    breaches: list[Entry] = field(default_factory=list)
    deletions: list[Entry] = field(default_factory=list)

    def of(self, kind: str, **body: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind and all(entry.body.get(key) == value for key, value in body.items())]


def records(root: Path, register: Register) -> list[Record]:
    """Make the record of each purpose of a project, for the controller and for the processor.

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
    ran = _ran(register)
    found = []
    for path in paths:
        purpose = load_purpose(path, floor=organisation.k_floor)
        mine = ran.get(purpose.name, _Ran())
        made = _Maker(root, organisation, purpose, mine)
        for article, keys in (("30(1)", _CONTROLLER), ("30(2)", _PROCESSOR)):
            fields = {key: tuple(getattr(made, key)()) or (Item("", "missing"),) for key in keys}
            found.append(Record(article, purpose.name, purpose.title, fields, mine.runs, mine.last))
    return found


def _ran(register: Register) -> dict[str, _Ran]:
    found: dict[str, _Ran] = {}
    last: dict[tuple[str, str], str] = {}
    purposes: dict[str, str] = {}
    for run in register.runs():
        purposes[run.id] = run.purpose
        if run.state == "completed":
            mine = found.setdefault(run.purpose, _Ran())
            mine.runs += 1
            mine.last = max(mine.last, run.ended or "")
            last[run.purpose, run.pipeline] = run.id
    for (purpose, _), run_id in sorted(last.items()):
        entries = list(register.entries(run=run_id))
        starts = [index for index, entry in enumerate(entries) if entry.kind == "started"]
        found[purpose].entries += entries[starts[-1]:] if starts else []
    released: dict[str, str] = {}
    for entry in register.entries():
        if entry.kind == "release":
            released[str(entry.body.get("folder"))] = purposes.get(entry.run, "")
        elif entry.kind == "retained" and entry.body.get("what") == "release" and entry.body.get("deleted"):
            found.setdefault(released.get(str(entry.body.get("item")), ""), _Ran()).deletions.append(entry)
        elif entry.kind == "breach":
            for about in sorted({purposes[run] for run in _texts(entry.body.get("runs")) if run in purposes}):
                found.setdefault(about, _Ran()).breaches.append(entry)
    return found


class _Maker:
    """Makes each field of one purpose's record; a field that gives nothing is missing."""

    def __init__(self, root: Path, organisation: Organisation, purpose: Purpose, ran: _Ran) -> None:
        self.root, self.said, self.purpose, self.ran = root, organisation, purpose, ran

    def _declared(self, value: str, path: Path | None = None) -> Iterator[Item]:
        if value:
            yield Item(value, "declared", file=_relative(path or self.purpose.path, self.root))

    def _evidenced(self, value: str, entries: Sequence[Entry], path: Path | None = None) -> Iterator[Item]:
        """What is declared, evidenced where entries show it."""
        if entries and value:
            yield Item(value, "evidenced", tuple(entry.seq for entry in entries), _relative(path or self.purpose.path, self.root))
        else:
            yield from self._declared(value, path)

    def controller(self) -> Iterator[Item]:
        controller = self.said.controller
        yield from self._declared(f"{controller.name}, {controller.address}, {controller.contact}", self.said.path)

    def joint_controller(self) -> Iterator[Item]:
        for each in self.said.parties.joint_controllers:
            yield from self._declared(f"{each.name}, {each.address}, {each.contact}; {each.arrangement}", self.said.path)
        if representative := self.said.parties.representative:
            yield from self._declared(f"representative: {representative.name}, {representative.address}, {representative.contact}", self.said.path)

    def officer(self) -> Iterator[Item]:
        yield from self._declared(f"{self.said.officer.role}, {self.said.officer.email}", self.said.path)

    def purposes(self) -> Iterator[Item]:
        # Only runs under this very text show that this is what was done.
        runs = self.ran.of("started", purpose_sha256=self.purpose.sha256)
        for value in (self.purpose.title.get("nl", ""), self.purpose.what, self.purpose.result):
            yield from self._evidenced(value, runs)

    def subjects(self) -> Iterator[Item]:
        for subject in self.purpose.subjects:
            yield from self._declared(subject)

    def data(self) -> Iterator[Item]:
        yield from self._columns(special=False)

    def special(self) -> Iterator[Item]:
        yield from self._columns(special=True)

    def _columns(self, *, special: bool) -> Iterator[Item]:
        for table, columns in self.purpose.columns.items():
            path = self.root / "schemas" / "tables" / f"{table}.odcs.yaml"
            contract = load_contract(path) if path.is_file() else None
            there = {column.name: column for column in (*contract.columns, *contract.extractable)} if contract else {}
            read = self.ran.of("source", contract=table)
            for name, use in columns.items():
                column = there.get(name)
                is_special = bool(column and column.kind.value in ("special", "national_id"))
                if is_special is special:
                    kind = f", {column.kind.value}" + (f", {column.category}" if column.category else "") if column else ""
                    seen = [entry for entry in read if name in _texts(entry.body.get("columns_read"))]
                    yield from self._evidenced(f"{table}.{name} ({use.use}{kind})", seen)

    def recipients(self) -> Iterator[Item]:
        runs = self.ran.of("started")
        named = {name for run in runs for name in _texts(run.body.get("recipients"))}
        for recipient in self.purpose.recipients:
            # Who may get pseudonyms may get statistics too; a release shows a recipient when it is of a kind for them.
            kinds = ("statistics",) if recipient.may == "statistics" else ("statistics", "pseudonyms")
            made = [entry for entry in self.ran.of("release") if entry.body.get("kind") in kinds and recipient.name in named]
            yield from self._evidenced(f"{recipient.name} ({recipient.role}): {recipient.may}", made)

    def processors(self) -> Iterator[Item]:
        for each in self.said.parties.processors:
            yield from self._declared(f"{each.name} ({each.contact}): {each.service}; {each.agreement}", self.said.path)

    def transfers(self) -> Iterator[Item]:
        for each in self.purpose.transfers:
            yield from self._declared(_transfer(each))
        for processor in self.said.parties.processors:
            if processor.transfer:
                yield from self._declared(_transfer(processor.transfer), self.said.path)

    def terms(self) -> Iterator[Item]:
        yield from self._declared(f"keep_for {self.purpose.keep_for}")
        if self.purpose.retain:
            yield from self._evidenced(f"retain {self.purpose.retain}", self.ran.of("stage", stage="Retain"))

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
            yield Item(f"{entry.body.get('source')}: {left} columns not read", "evidenced", (entry.seq,))
        for entry in self.ran.of("completed"):
            keys = entry.body.get("key")
            for domain, key in keys.items() if isinstance(keys, Mapping) else ():
                yield Item(f"pseudonyms of {domain} under key {key}", "evidenced", (entry.seq,))
        if not self.ran.entries:
            yield from self._declared(f"k = {self.purpose.k}")

    def basis(self) -> Iterator[Item]:
        for phase, basis in self.purpose.bases.items():
            yield from self._declared(f"{phase}: {basis.basis}, {basis.reference}")
        if self.purpose.own_basis:
            yield from self._declared(f"reuse: {self.purpose.own_basis.basis}, {self.purpose.own_basis.reference}")

    def condition(self) -> Iterator[Item]:
        if self.purpose.condition:
            yield from self._declared(f"9(2)({self.purpose.condition.letter}), {self.purpose.condition.reference}")

    def sources(self) -> Iterator[Item]:
        for entry in self.ran.of("source"):
            yield Item(f"{entry.body.get('source')} ({entry.body.get('contract')} {entry.body.get('version')})", "evidenced", (entry.seq,))
        yield from self._declared(self.purpose.collected_for)

    def notice(self) -> Iterator[Item]:
        yield from self._declared(self.purpose.notice)

    def dpia(self) -> Iterator[Item]:
        if self.purpose.dpia:
            yield from self._declared(self.purpose.dpia.reference or f"not needed: {self.purpose.dpia.not_needed}")

    def decisions(self) -> Iterator[Item]:
        if self.purpose.decisions:
            yield from self._declared(f"{self.purpose.decisions.kind}{f': {self.purpose.decisions.reference}' if self.purpose.decisions.reference else ''}")

    def breaches(self) -> Iterator[Item]:
        for entry in self.ran.breaches:
            yield Item(f"release {entry.body.get('release')}, known since {entry.body.get('known')}", "evidenced", (entry.seq,))
        yield from self._declared(self.said.parties.breach_log, self.said.path)

    def consent(self) -> Iterator[Item]:
        for entry in self.ran.of("choices") if self.purpose.is_consent else ():
            yield Item("consents kept with the register", "evidenced", (entry.seq,))

    def location(self) -> Iterator[Item]:
        for entry in self.ran.of("release"):
            yield Item(f"{entry.body.get('folder')}", "evidenced", (entry.seq,))

    def erased(self) -> Iterator[Item]:
        gone: dict[str, list[int]] = {}
        for entry in self.ran.deletions:
            gone.setdefault(str(entry.body.get("item")).partition("/")[0], []).append(entry.seq)
        for release, entries in gone.items():
            yield Item(f"{release}: what was past its term was deleted", "evidenced", tuple(entries))

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


def _transfer(transfer: Transfer) -> str:
    return f"{transfer.to}, {transfer.country}: {transfer.safeguard}, {transfer.reference}"


def place(record: Record, key: str) -> str:
    """Say which part of art. 30 asks for a field, or whose addition it is."""
    return _IN_30_2.get(key, FIELDS[key][0]) if record.article == "30(2)" else FIELDS[key][0]


def _relative(path: Path, root: Path) -> str:
    path = path.resolve()
    return path.relative_to(root.resolve()).as_posix() if path.is_relative_to(root.resolve()) else path.as_posix()


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


# --- writing ----------------------------------------------------------------------------------------------------------


def as_json(found: Sequence[Record]) -> str:
    """Write records for a program."""
    return json.dumps({"scope": SCOPE, "records": [
        {"article": record.article, "name": record.name, "title": dict(record.title), "runs": record.runs, "last_run": record.last_run,
         "fields": {key: {"article": place(record, key), "nl": FIELDS[key][1], "en": FIELDS[key][2],
                          "items": [{**vars(item), "entries": list(item.entries)} for item in items]} for key, items in record.fields.items()}}
        for record in found]}, indent=2, ensure_ascii=False)


def as_csv(found: Sequence[Record], language: str) -> str:
    """Write one line per value, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in _rows(found, language))
    return "\ufeff" + out.getvalue()


def as_markdown(found: Sequence[Record], language: str) -> str:
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
            lines += [f"- {_markdown(item.value) + ' ' if item.value else ''}[{_LABELS[language][item.label]}{_rest(item, language)}]" for item in items]
            lines.append("")
    return "\n".join(lines)


def _rest(item: Item, language: str) -> str:
    told = f": {'regels' if language == 'nl' else 'entries'} {_numbers(item.entries)}" if item.entries else ""
    return told + (f"{';' if told else ':'} {item.file}" if item.file else "")


def write_xlsx(found: Sequence[Record], language: str, path: Path) -> None:
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
    controllers = [record for record in found if record.article == "30(1)"]
    sheets = {"30": list(_rows(found, language)),
              **{name: [list(columns), *([_cell(record, key, language) for key in columns.values()] for record in controllers)]
                 for name, columns in (("CNIL", CNIL), ("ICO", ICO))},
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


def _rows(found: Sequence[Record], language: str) -> Iterator[list[str]]:
    dutch = language == "nl"
    yield (["artikel", "verwerking", "veld", "naam", "waarde", "status", "registerregels", "bestand"] if dutch
           else ["article", "processing", "field", "name", "value", "status", "register entries", "file"])
    for record in found:
        for key, items in record.fields.items():
            for item in items:
                yield [place(record, key), record.name, key, FIELDS[key][1 if dutch else 2], item.value, _LABELS[language][item.label],
                       _numbers(item.entries), item.file]


def _cell(record: Record, key: str, language: str) -> str:
    """Fill a column of a regulator's template."""
    plain: dict[str, Any] = {"name": record.title.get(language, record.name), "reference": record.name, "last_run": record.last_run[:10]}
    if key in plain:
        return str(plain[key])
    items = record.fields.get(key, (Item("", "missing"),))
    return "\n".join(f"{item.value} [{_LABELS[language][item.label]}]".strip() for item in items)


def _numbers(entries: Sequence[int]) -> str:
    return ", ".join(map(str, entries))


def _safe(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula (CWE-1236)."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _markdown(text: str) -> str:
    return " ".join(text.split()).replace("[", "\\[").replace("<", "&lt;").replace("|", "\\|")
