"""A plan in words, Dutch or English: what the privacy officer reads and signs, without Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from lapipe.contract import Column, Contract
from lapipe.phrases import BASES, DECIDED, KINDS, SAFEGUARDED, Language, listed, named, term_said, use_said
from lapipe.plan import Plan, Step
from lapipe.purpose import PHASES, QUESTIONS, Basis, Decisions, Organisation, Recipient
from lapipe.stage import Stage
from lapipe.stages.release import Release

_W = {
    "nl": {
        "pipeline": "Pijplijn", "purpose": "Doel", "controller": "Verwerkingsverantwoordelijke", "subjects": "Betrokkenen",
        "who": "Wie", "what": "Wat", "data": "Welke gegevens", "when": "Wanneer", "result": "Resultaat",
        "lawful": "Grondslag", "collect": "Verzamelen", "analyse": "Analyseren", "use": "Gebruiken",
        "collected": "Verzameld voor", "itself": "dit doel zelf", "compatible": "Waarom dit daarmee verenigbaar is", "own": "Eigen grondslag voor dit gebruik",
        "joint": "Gezamenlijk verantwoordelijk", "representative": "Vertegenwoordiger in de Unie", "processor": "Verwerker", "client": "In opdracht van",
        "transfer": "Doorgifte buiten de EER", "notransfer": "Doorgifte buiten de EER: geen opgegeven.", "under": "onder", "decisions": "Besluiten over mensen",
        "link": "verband", "context": "context", "nature": "aard van de gegevens", "consequences": "gevolgen", "safeguards": "waarborgen",
        "expectations": "verwachtingen", "condition": "Bijzondere persoonsgegevens: voorwaarde van art. 9 lid 2 AVG", "nocondition":
        "Bijzondere persoonsgegevens: geen voorwaarde genoemd, dus ze worden geweigerd.", "dpia": "DPIA", "nodpia": "Geen DPIA, omdat", "notice": "Privacyverklaring",
        "read": "Wat er gelezen wordt", "source": "Bron", "version": "versie", "reads": "Gelezen", "unread": "Niet gelezen", "none": "geen",
        "renamed": "heet in het bestand", "found": "uit de tekst gehaald", "inferred": "categorie", "steps": "Wat ermee gebeurt",
        "ownstep": "Eigen stap van dit project; lapipe heeft niet nagegaan of de volgende zin klopt",
        "out": "Wat er naar buiten gaat", "groups": "cijfers over groepen van {k} of meer mensen", "people": "regels over mensen, onder pseudoniem; dat zijn persoonsgegevens",
        "columns": "Kolommen", "for": "Voor", "terms": "Termijnen", "kept": "Uitkomsten worden {term} bewaard en dan gewist.",
        "aged": "Regels ouder dan {term} tellen niet mee.", "noage": "Er is geen termijn voor de gelezen regels; ze hebben geen tijd.",
        "valid": "Het doel geldt van {start} tot en met {end}; dan wordt het opnieuw beoordeeld.", "zone": "Dagen en weken volgen de tijdzone {zone}.",
        "exceptions": "Uitzonderingen", "noexceptions": "Geen: overal geldt de voorzichtige instelling.", "approvedby": "goedgekeurd door", "signs": "ondertekent dit mee",
        "least": "Kleinste groep (k): {k} mensen", "floor": "de organisatie staat geen kleinere groep toe dan {floor}", "zeros": "Nul mensen wordt wel getoond.",
        "code": "Eigen code van dit project", "codewhy": "Wie ondertekent, tekent ook voor deze bestanden zoals ze nu zijn; laat ze uitleggen door wie ze schreef.",
        "hash": "Ondertekenen", "signing": "Wie ondertekent, tekent voor precies dit plan. Verandert het doel, een contract, een stap, de eigen code of wie er nog meer een rol heeft, "
        "dan vervalt de goedkeuring.", "plan": "Plan (SHA-256)", "sign": "Ondertekenen met"},
    "en": {
        "pipeline": "Pipeline", "purpose": "Purpose", "controller": "Controller", "subjects": "Data subjects",
        "who": "Who", "what": "What", "data": "Which data", "when": "When", "result": "Result",
        "lawful": "Legal basis", "collect": "Collecting", "analyse": "Analysing", "use": "Using",
        "collected": "Collected for", "itself": "this purpose itself", "compatible": "Why this is compatible with it", "own": "A basis of its own for this use",
        "joint": "Joint controller", "representative": "Representative in the Union", "processor": "Processor", "client": "On behalf of",
        "transfer": "Transfer outside the EEA", "notransfer": "Transfers outside the EEA: none declared.", "under": "under", "decisions": "Decisions about people",
        "link": "link", "context": "context", "nature": "nature of the data", "consequences": "consequences", "safeguards": "safeguards",
        "expectations": "expectations", "condition": "Special categories: condition of GDPR art. 9(2)", "nocondition":
        "Special categories: no condition is named, so they are refused.", "dpia": "DPIA", "nodpia": "No DPIA, because", "notice": "Privacy notice",
        "read": "What is read", "source": "Source", "version": "version", "reads": "Read", "unread": "Left unread", "none": "none",
        "renamed": "is called in the file", "found": "found in the text", "inferred": "category", "steps": "What happens to it",
        "ownstep": "A step of this project's own; lapipe has not checked that the next sentence is true",
        "out": "What is released", "groups": "figures about groups of {k} people or more", "people": "rows about people, under a pseudonym; that is personal data",
        "columns": "Columns", "for": "For", "terms": "Terms", "kept": "Results are kept for {term} and then erased.",
        "aged": "Rows older than {term} do not count.", "noage": "There is no term for the rows that are read; they have no time.",
        "valid": "The purpose holds from {start} up to and including {end}; then it is reviewed.", "zone": "Days and weeks are those of time zone {zone}.",
        "exceptions": "Exceptions", "noexceptions": "None: the careful setting holds everywhere.", "approvedby": "approved by", "signs": "signs this too",
        "least": "Smallest group (k): {k} people", "floor": "the organisation allows no smaller group than {floor}", "zeros": "Nought people is shown.",
        "code": "Code of this project's own", "codewhy": "Who signs, signs for these files as they are now; have them explained by who wrote them.",
        "hash": "Signing", "signing": "Who signs, signs for exactly this plan. When the purpose, a contract, a step, the code or who else has a part changes, "
        "the approval lapses.",
        "plan": "Plan (SHA-256)", "sign": "Sign with"}}


def in_words(plan: Plan, organisation: Organisation, language: Language) -> str:
    """Write a plan as Markdown that reads well as plain text too; the same plan always gives the same words.

    Everything that the purpose's author wrote stands there as written, in whatever language that is.
    """
    lines = [*_why(plan, organisation, language), *_lawful(plan, language), *_read(plan, language), *_steps(plan, language),
             *_out(plan, organisation, language), *_limits(plan, organisation, language), *_signing(plan, organisation, language)]
    # No text of a declaration, a column's name among them, begins a line of its own or turns the line around.
    return "".join("".join(sign if sign.isprintable() else " " for sign in line) + "\n" for line in lines)


def _why(plan: Plan, organisation: Organisation, language: Language) -> Iterator[str]:
    w, purpose = _W[language], plan.purpose
    yield from (f"# {purpose.title.get(language, purpose.name)}", "", f"{w['pipeline']} `{plan.pipeline}`, {w['purpose'].lower()} `{purpose.name}`", "")
    yield from (f"## {w['purpose']}", "", f"- {w['controller']}: {_line(organisation.controller.name)}")
    parties = organisation.parties
    yield from (f"- {w['joint']}: {_line(each.name)} ({_line(each.arrangement)})" for each in parties.joint_controllers)
    if parties.representative:
        yield f"- {w['representative']}: {_line(parties.representative.name)}"
    yield from (f"- {w['client']}: {_line(each.name)} ({_line(each.service)})" for each in parties.clients)
    yield from (f"- {w['processor']}: {_line(each.name)}, {_line(each.service)} ({_line(each.agreement)})" for each in parties.processors)
    for question in QUESTIONS:
        yield f"- {w[question]}: {_line(getattr(purpose, question))}"
    yield f"- {w['subjects']}: {listed(map(_line, purpose.subjects), language)}"
    yield ""


def _lawful(plan: Plan, language: Language) -> Iterator[str]:
    w, purpose = _W[language], plan.purpose
    yield from (f"## {w['lawful']}", "")
    for phase in PHASES:
        if phase in purpose.bases:
            yield f"- {w[phase]}: {_basis(purpose.bases[phase], language)}"
    itself = purpose.collected_for.casefold() in {purpose.name, *(text.casefold() for text in purpose.title.values())}
    yield f"- {w['collected']}: {w['itself'] if itself else _line(purpose.collected_for)}"
    if purpose.own_basis:
        yield f"- {w['own']}: {_basis(purpose.own_basis, language)}"
    if purpose.compatibility:
        yield f"- {w['compatible']}:"
        yield from (f"  - {w[factor]}: {_line(said)}" for factor, said in purpose.compatibility.items())
    yield f"- {w['condition']}, {purpose.condition.letter}: {_line(purpose.condition.reference)}" if purpose.condition else f"- {w['nocondition']}"
    if purpose.dpia:
        yield f"- {w['dpia'] if purpose.dpia.reference else w['nodpia']}: {_line(purpose.dpia.reference or purpose.dpia.not_needed)}"
    decisions = purpose.decisions or Decisions("none")
    yield f"- {w['decisions']}: {DECIDED[language][decisions.kind]}{f' ({_line(decisions.reference)})' if decisions.reference else ''}"
    yield from (f"- {w['notice']}: {_line(purpose.notice)}", "")


def _basis(basis: Basis, language: Language) -> str:
    return f"{BASES[language][str(basis.basis)]} ({_line(basis.reference)})"


def _read(plan: Plan, language: Language) -> Iterator[str]:
    w = _W[language]
    yield from (f"## {w['read']}", "")
    for number, (name, contract) in enumerate(plan.sources.items()):
        # Of the first source, what Minimise lets through; of others what the purpose allows, which is what may be joined.
        names = set(plan.steps[0].after.names) if number == 0 else set(plan.purpose.columns.get(contract.name, {}))
        allowed = plan.purpose.columns.get(contract.name, {})
        yield from (f"### {w['source']} {name}: `{contract.name}`, {w['version']} {contract.version}", "")
        for column in (*contract, *contract.extractable):
            if column.name in names or (column.extracted_from and column.name in allowed):
                yield f"- `{column.name}`: {_column(column, plan, contract, language)}"
        unread = [column.name for column in contract if column.name not in names]
        yield from (f"- {w['unread']}: {named(unread, language) if unread else w['none']}", "")


def _column(column: Column, plan: Plan, contract: Contract, language: Language) -> str:
    w = _W[language]
    said = [KINDS[language][str(column.kind)]]
    if column.extracted_from:
        said.append(f"{w['found']} `{column.extracted_from}`")
    if column.local_name:
        said.append(f"{w['renamed']} “{_line(column.local_name)}”")
    given = plan.purpose.use_of(contract.name, column.name)
    return f"{', '.join(said)}; {use_said(given.use, language) if given else w['none']}"


def _steps(plan: Plan, language: Language) -> Iterator[str]:
    w = _W[language]
    yield from (f"## {w['steps']}", "")
    for number, step in enumerate(plan.steps, 1):
        sentence = _line(step.stage.words(language, step.before, plan.purpose))
        yield f"{number}. {sentence}" if _is_lapipes(step.stage) else f"{number}. [{w['ownstep']}: `{step.stage.kind}`] {sentence}"
    yield ""


def _is_lapipes(stage: Stage) -> bool:
    """Say whether a stage is really lapipe's; a class may say that it stands in any module."""
    kind = type(stage)
    return kind.__module__.startswith("lapipe.stages.") and getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind


def _out(plan: Plan, organisation: Organisation, language: Language) -> Iterator[str]:
    w = _W[language]
    yield from (f"## {w['out']}", "")
    for step in plan.steps:
        if isinstance(step.stage, Release):
            statistics = step.after.statistics
            yield f"- `{step.stage.name}`: {w['groups' if statistics else 'people'].format(k=plan.purpose.k)}"
            yield f"  - {w['columns']}: {listed([_released(column, language) for column in step.after], language)}"
            yield f"  - {w['for']}: {listed([f'{_line(each.name)} ({each.role})' for each in _recipients(plan, step)], language)}"
    transfers = [*plan.purpose.transfers, *organisation.parties.transfers]
    for transfer in transfers:
        yield f"- {w['transfer']}: {_line(transfer.to)}, {transfer.country}, {w['under']} {SAFEGUARDED[language][transfer.safeguard]} ({_line(transfer.reference)})"
    if not transfers:
        yield f"- {w['notransfer']}"
    yield ""


def _released(column: Column, language: Language) -> str:
    label = column.label.get(language, "")
    return f"`{column.name}`" + (f" ({label})" if label else "")


def _recipients(plan: Plan, step: Step) -> list[Recipient]:
    return [each for each in plan.purpose.recipients if each.may == "pseudonyms" or step.after.statistics]


def _limits(plan: Plan, organisation: Organisation, language: Language) -> Iterator[str]:
    w, purpose = _W[language], plan.purpose
    yield from (f"## {w['terms']}", "")
    yield f"- {w['least'].format(k=purpose.k)}; {w['floor'].format(floor=organisation.k_floor)}.{' ' + w['zeros'] if purpose.zeros_public else ''}"
    yield f"- {w['kept'].format(term=term_said(purpose.keep_for, language))}"
    yield f"- {w['aged'].format(term=term_said(purpose.retain, language)) if purpose.retain else w['noage']}"
    yield f"- {w['valid'].format(start=purpose.valid_from, end=purpose.review_by)}"
    yield from (f"- {w['zone'].format(zone=purpose.zone)}", "", f"## {w['exceptions']}", "")
    for waiver in purpose.exceptions:
        value = str(waiver.value).lower() if isinstance(waiver.value, bool) else str(waiver.value)
        yield f"- {waiver.setting} = {_line(value)}: {_line(waiver.reason)} ({w['approvedby']} {waiver.approved_by}, {w['signs']})"
    if not purpose.exceptions:
        yield w["noexceptions"]
    yield ""


def _signing(plan: Plan, organisation: Organisation, language: Language) -> Iterator[str]:
    w = _W[language]
    own = {name: digest for name, digest in plan.code.items() if name.startswith(("_", "module ")) or "/" in name}
    if own or not all(_is_lapipes(step.stage) for step in plan.steps):
        yield from (f"## {w['code']}", "", w["codewhy"], "")
        yield from (f"- `{name}`: {digest}" for name, digest in (own or plan.code).items())
        yield ""
    yield from (f"## {w['hash']}", "", w["signing"], "", f"{w['plan']}: {plan.fingerprint()}")
    yield f"{w['sign']}: lapipe approve {plan.purpose.name} --role {organisation.approvers[0]} --key FILE"


def _line(text: str) -> str:
    """Give a text on one line."""
    return " ".join(text.split())
