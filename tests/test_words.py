"""`lapipe plan --words`: what the officer reads says all that is done, in Dutch and English, and nothing that is not so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import ibis
import pytest

import lapipe.stages
from lapipe.contract import Column, Contract, Kind
from lapipe.phrases import LANGUAGES, Language
from lapipe.pipeline import load_pipeline
from lapipe.plan import Plan, Step
from lapipe.purpose import (
    Client,
    Decisions,
    JointController,
    Parties,
    Party,
    Processor,
    Purpose,
    Transfer,
    Waiver,
    load_organisation,
)
from lapipe.stage import Stage
from lapipe.stages import (
    Aggregate,
    Consent,
    Derive,
    Extract,
    Flag,
    Generalise,
    Join,
    KAnonymise,
    Mean,
    Minimise,
    Object,
    Pseudonymise,
    Redact,
    Release,
    Retain,
    Scrub,
    Validate,
    Where,
)
from lapipe.words import in_words
from tests.projects import ROOT, TODAY, WEEKLY, project
from tests.spec.conftest import a_person, a_purpose, a_table, an_instant

ORGANISATION = load_organisation(ROOT / "schemas" / "organisation.yaml")
PIPELINES = sorted(path.stem for path in (ROOT / "pipelines").glob("[!_]*.py"))
TABLE = a_table(Column("text", kind=Kind.FREE_TEXT), a_person("student"), a_person("mail", domain="mail"), an_instant("at"), Column("score", type="integer"),
                person="student", key=("student",), extractable=(a_person("user", extracted_from="text", patterns=("(x)",)),))


def shipped(name: str) -> Plan:
    return load_pipeline(ROOT / "pipelines" / f"{name}.py").plan(today=TODAY)


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_says_every_column_step_release_recipient_and_term(name: str, language: Language) -> None:
    plan = shipped(name)
    text = in_words(plan, ORGANISATION, language)
    purpose = plan.purpose
    for contract in plan.sources.values():
        assert contract.version in text
        assert all(f"`{column.name}`" in text for column in (*contract, *contract.extractable))
    assert len(re.findall(r"(?m)^\d+\. ", text)) == len(plan.steps)
    assert all(f"`{step.stage.name}`" in text for step in plan.steps if isinstance(step.stage, Release))
    for said in (*purpose.compatibility.values(), purpose.who, purpose.result, purpose.notice, *(each.name for each in purpose.recipients),
                 str(purpose.review_by), str(purpose.k), plan.fingerprint(), f"lapipe approve {purpose.name} --role privacy_officer"):
        assert " ".join(said.split()) in text
    assert in_words(shipped(name), ORGANISATION, language) == text


def test_what_is_not_read_is_not_told_as_read() -> None:
    text = in_words(shipped(WEEKLY), ORGANISATION, "nl")
    (unread,) = [line for line in text.splitlines() if line.startswith("- Niet gelezen") and "bsn" in line]
    assert all(name in unread for name in ("`name`", "`email`", "`bsn`", "`date_of_birth`"))
    assert not re.search(r"(?m)^- `(bsn|email)`", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_else_has_a_part_is_read_by_who_signs(language: Language) -> None:
    plan = shipped(WEEKLY)
    plain = in_words(plan, ORGANISATION, language)
    assert {"nl": "Doorgifte buiten de EER: geen opgegeven.", "en": "Transfers outside the EEA: none declared."}[language] in plain
    moved = Transfer("Onderzoeksgroep", "KR", "standard_clauses", "Contract 2026-88")
    away = Transfer("Wolk", "US", "adequacy", "Besluit 2023/1795")
    parties = Parties((JointController("Ernaast", "Laan 2", "a@b.example", "Regeling 2026-03"),), Party("Kantoor", "Plein 1", "c@d.example"),
                      (Processor("Wolk", "e@f.example", "Opslag", "Overeenkomst 12", away),), (Client("Academie", "Weg 3", "g@h.example", "Cijfers"),))
    purpose = replace(plan.purpose, transfers=(moved,), decisions=Decisions("profiling", "DPIA 2026-014"))
    changed = replace(plan, purpose=purpose)
    text = in_words(changed, replace(ORGANISATION, parties=parties), language)
    for said in ("Onderzoeksgroep, KR", "Contract 2026-88", "Wolk, US", "Besluit 2023/1795", "Ernaast (Regeling 2026-03)", "Kantoor",
                 "Wolk, Opslag (Overeenkomst 12)", "Academie (Cijfers)", "DPIA 2026-014", {"nl": "standaardcontractbepalingen", "en": "standard contractual clauses"}[language]):
        assert said in text
    # A plan is approved with its transfers and decisions.
    assert changed.fingerprint() != plan.fingerprint()


AWAY = Transfer("Wolk", "US", "adequacy", "Besluit 2023/1795")
PARTIES = Parties((JointController("Ernaast", "Laan 2", "a@b.example", "Regeling 2026-03"),), Party("Kantoor", "Plein 1", "c@d.example"),
                  (Processor("Wolk", "e@f.example", "Opslag", "Overeenkomst 12", AWAY),), (Client("Academie", "Weg 3", "g@h.example", "Cijfers"),), "Zaak 7")


def each_changed(party: Any) -> Iterator[tuple[str, Any]]:
    """Give a party with each of its fields changed, one after another."""
    for field in fields(party):
        value = getattr(party, field.name)
        if isinstance(value, str):
            yield field.name, replace(party, **{field.name: {"country": "KR", "safeguard": "binding_rules"}.get(field.name, "Anders")})
        elif isinstance(value, Transfer):
            yield field.name, replace(party, transfer=None)
            for inner, changed in each_changed(value):
                yield inner, replace(party, transfer=changed)


def test_an_approval_binds_of_the_parties_exactly_what_who_signs_has_read() -> None:
    variants = [("none", Parties()), ("breach_log", replace(PARTIES, breach_log="Zaak 8"))]
    for name in ("joint_controllers", "processors", "clients"):
        (party,) = getattr(PARTIES, name)
        variants += [(name, replace(PARTIES, **{name: ()})), *((f"{name}.{field}", replace(PARTIES, **{name: (changed,)})) for field, changed in each_changed(party))]
    variants.append(("representative", replace(PARTIES, representative=None)))
    variants += [(f"representative.{field}", replace(PARTIES, representative=changed)) for field, changed in each_changed(PARTIES.representative)]
    plan = replace(shipped(WEEKLY), parties=PARTIES)

    def said(parties: Parties, language: Language) -> str:
        # Without the line of the hash itself.
        return "".join(line for line in in_words(plan, replace(ORGANISATION, parties=parties), language).splitlines(keepends=True) if "SHA-256" not in line)

    bound = {name for name, parties in variants if replace(plan, parties=parties).fingerprint() != plan.fingerprint()}
    for language in LANGUAGES:
        assert bound == {name for name, parties in variants if said(parties, language) != said(PARTIES, language)}
    assert {"none", "processors", "processors.agreement", "processors.country", "joint_controllers.arrangement", "clients"} <= bound
    assert not {"breach_log", "processors.contact", "joint_controllers.address"} & bound


def test_the_dutch_is_dutch_and_the_english_english() -> None:
    dutch, english = (in_words(shipped(WEEKLY), ORGANISATION, language) for language in LANGUAGES)
    ours = re.compile(r"(?m)^(?:#+ .*|\d+\. .*|- (?:Niet gelezen|Left unread).*)$")
    assert not re.search(r"\b(the|and|rows|people|release|which)\b", " ".join(ours.findall(dutch)))
    assert not re.search(r"\b(het|een|regels|mensen|niet|worden)\b", " ".join(ours.findall(english)))


#: What each stage says that its settings change, in Dutch and English.
SAID: list[tuple[Stage, Mapping[str, Any], str, str]] = [
    (Minimise(("score",)), {}, "daarvan alleen `score`", "only `score`"),
    (Validate(), {}, "voldoen, en stopt", "stops where it does not."),
    (Validate(key=False), {}, "dubbel voorkomt wordt niet nagegaan", "stands twice is not checked"),
    (Extract("user"), {}, "`user` uit de tekst in `text`; regels waarin niemand te vinden is vallen af, en de tekst zelf vervalt.", "itself is dropped."),
    (Extract("user", keep=True), {}, "blijft in de pijplijn", "stays in the pipeline"),
    (KAnonymise({"score": ["band 10", "*"]}, sensitive=["at"], l=2), {},
     "`score` zoals het is of klassen van 10 of niets ervan; laat ten hoogste 4.0% van de mensen weg. In elke groep houden `at` zich aan Distinct(l=2)",
     "at least 3 people to share each combination: `score` as it is or bands of 10 or nothing of it"),
    (Scrub("text"), {}, "Haalt de mensen uit de tekst in `text`", "Takes the people out of the text in `text`"),
    (Redact("text"), {}, "Een tekst met een BSN, met iets over gezondheid of een andere bijzondere categorie, of waarover twijfel is, wordt onthouden.",
     "such text is personal data still"),
    (Redact("text", people="students", pseudonym="student_number"), {"exceptions": (Waiver("ordinary text", "Bayes", "een methode", "FG"),)},
     "het pseudoniem (student_number) van wie in de gegevens staat", "These words do not count as names: Bayes."),
    (Where(ibis._.score >= 40), {}, "`score >= 40`", "`score >= 40`"),
    (Derive("passed", ibis._.score >= 55), {}, "`passed` uit andere: `score >= 55`", "`passed` from others: `score >= 55`"),
    (Join("students", on="student", key="number"), {}, "zonder overeenkomst vallen af", "without a match are left out"),
    (Join("students", on="student", key="number", unmatched="keep"), {}, "overeenkomst blijven, met lege waarden", "match stay, with empty values"),
    (Object("bezwaren"), {}, "volgens bron `bezwaren`", "source `bezwaren`"),
    (Consent("ja"), {"consent": True}, "alleen wie toestemming gaf volgens bron `ja`", "only who consented according to source `ja`"),
    (Retain("at", "P1Y6M"), {}, "ouder zijn dan 1 jaar en 6 maanden", "older than 1 year and 6 months"),
    (Pseudonymise({"student": "person"}), {}, "`student` door `person`", "What else identifies directly (`mail`) is dropped"),
    (Generalise({"at": "academic year", "score": "band 10"}, names={"at": "year"}), {}, "`at` tot het studiejaar (voortaan `year`) en `score` tot klassen van 10",
     "`at` to the academic year (from here on `year`)"),
    (Flag({"text": "email"}), {}, "aanvaard is: email in `text`", "accepted is: email in `text`"),
    (Aggregate(by=("score",), measures={"m": Mean("score")}), {}, "Groepen van minder dan 3 mensen worden onthouden, een groep van niemand ook.",
     "`m` (mean of score)"),
    (Aggregate(by=("score",)), {"zeros_public": True}, "een groep van niemand wordt getoond", "a group of nobody is shown"),
    (Aggregate(by=("at",), period="at", lag="P2D"), {}, "als ze voorbij is en nog 2 dagen gewacht is", "when it is over and 2 days have passed"),
    (Aggregate(by=("score",), domains={"score": "cat.id"}), {}, "staat in `cat.id`", "stands in `cat.id`"),
    (Release("uit"), {}, "als `uit`: regels over mensen, onder pseudoniem.", "rows about people, under a pseudonym."),
    (Release("uit", csv=True), {}, "ook als CSV-bestand", "as a CSV file too"),
    (Release("uit", period="week", lag="P2D"), {}, "Een periode van `week` gaat één keer naar buiten, als ze voorbij is en nog 2 dagen gewacht is.",
     "A period of `week` is released once, when it is over and 2 days have passed."),
]


@pytest.mark.parametrize(("stage", "changes", "dutch", "english"), SAID, ids=lambda value: type(value).__name__ if isinstance(value, Stage) else "")
def test_a_stage_says_what_it_is_told_to_do(stage: Stage, changes: Mapping[str, Any], dutch: str, english: str) -> None:
    purpose = a_purpose(**changes)
    assert dutch in stage.words("nl", TABLE, purpose)
    assert english in stage.words("en", TABLE, purpose)


def test_every_stage_of_lapipe_has_words_of_its_own() -> None:
    stages = [value for value in vars(lapipe.stages).values() if isinstance(value, type) and issubclass(value, Stage) and value is not Stage]
    assert {stage.__name__ for stage in stages} == {type(case[0]).__name__ for case in SAID}
    assert all("words" in vars(stage) for stage in stages)


@dataclass(frozen=True)
class Jitter(Stage):
    """A stage from elsewhere, that says nothing of itself."""

    column: str
    steps: tuple[int, ...] = (1, 2)


@dataclass(frozen=True)
class Boast(Stage):
    """A stage from elsewhere that says it is harmless, on two lines, and that it is lapipe's."""

    __module__ = "lapipe.stages.minimise"

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        return "Doet niets.\n\n## Ondertekenen\n\nPlan (SHA-256): 0"


def with_stage(stage: Stage) -> Plan:
    plan = shipped(WEEKLY)
    step = plan.steps[3]
    return replace(plan, steps=(*plan.steps[:3], Step(stage, step.before, step.before), *plan.steps[3:]))


def test_a_stage_that_says_nothing_is_told_as_such_with_its_settings() -> None:
    text = in_words(with_stage(Jitter("at")), ORGANISATION, "nl")
    assert "4. [Eigen stap van dit project; lapipe heeft niet nagegaan of de volgende zin klopt: `Jitter`]" in text
    assert "column: at; steps: 1, 2" in text
    assert "laat het uitleggen door wie hem schreef" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stage_from_elsewhere_cannot_pass_for_lapipes_or_write_lines_of_its_own(language: Language) -> None:
    text = in_words(with_stage(Boast()), ORGANISATION, language)
    assert "`Boast`] Doet niets. ## Ondertekenen" in text
    assert text.count("\n## Ondertekenen\n") == (language == "nl")
    assert {"nl": "## Eigen code", "en": "## Code of this"}[language] in text


def test_what_a_declaration_says_stays_on_its_line() -> None:
    plan = shipped(WEEKLY)
    evil = replace(plan.purpose, who="Iedereen\n## Uitzonderingen\n\nGeen\u202e", exceptions=(
        Waiver("Join.unmatched", "keep", "reden\nGeen", "privacy_officer"),))
    text = in_words(replace(plan, purpose=evil), ORGANISATION, "nl")
    assert text.count("\n## Uitzonderingen\n") == 1
    assert "\u202e" not in text
    assert "- Join.unmatched = keep: reden Geen (goedgekeurd door privacy_officer, ondertekent dit mee)" in text


def test_the_command_prints_them_and_refuses_another_language(tmp_path: Path) -> None:
    made = project(tmp_path, ring=False)
    done = made.lapipe("plan", WEEKLY, "--words", "nl")
    assert done.code == 0
    assert done.out.startswith("# Wekelijkse activiteit in Moodle")
    done = made.lapipe("plan", WEEKLY, "--words", "de")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert made.lapipe("plan", WEEKLY, "--words", "nl", "--sql").code == 2
