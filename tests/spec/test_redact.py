"""Redact: people go out of free text, and a text of which that cannot be said is withheld."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.errors import Refused, UsageFault
from lapipe.plan import make_plan
from lapipe.purpose import Waiver
from lapipe.release import Release
from lapipe.stages import Flag, Minimise, Object, Redact, Validate
from lapipe.stages import Release as ReleaseStage
from tests.spec.conftest import RING, TODAY, Runner, a_person, a_purpose, a_table, plan_stage

POSTS = a_table(a_person(), Column("message", kind=Kind.FREE_TEXT, use="redacted"), name="posts")
LISTED = Contract("people", columns=(
    Column("student", kind=Kind.IDENTIFIER, domain="student_number", spelling=Spelling(prefixes=("s",), lower=True, number=True, nobody=("0",)), use="inside"),
    Column("name", kind=Kind.IDENTIFIER, category="pd:Name", use="inside"), Column("email", kind=Kind.IDENTIFIER, use="inside")))
PEOPLE = [{"student": "s1000001", "name": "Kwarrelbos, Xander van", "email": "xkw@voorbeeld.nl"},
          {"student": "1000002", "name": "Jansen, Sanne", "email": "sj@voorbeeld.nl"}, {"student": "1000003", "name": None, "email": None}]


def redacted(run: Runner, stage: Redact, *texts: str | None, **options: Any) -> list[str | None]:
    rows = run(stage, POSTS, [{"student": str(2_000_000 + number), "message": text} for number, text in enumerate(texts)], **options).rows
    return [row["message"] for row in sorted(rows, key=lambda row: row["student"])]


def test_people_are_replaced_by_placeholders_in_the_language_that_is_chosen(run: Runner) -> None:
    text = "<p>Hoi Sanne,</p><p>mail jan@voorbeeld.nl of bel 06-12345678.</p>"
    assert redacted(run, Redact("message"), text, None, "Wat is de deadline?") == [
        "Hoi [naam],\n\nmail [e-mailadres] of bel [telefoonnummer].", None, "Wat is de deadline?"]
    assert redacted(run, Redact("message", language="en"), text) == ["Hoi [name],\n\nmail [e-mail address] of bel [telephone number]."]


def test_what_is_uncertain_and_what_is_nobodys_business_is_withheld_and_counted(run: Runner) -> None:
    texts = ["Ik ben ziek.", "Mijn BSN is 123456782.", "Ik zag Kwarrelbos.", "Ik zag Kwarrelbos.", "Prima."]
    done = run(Redact("message"), POSTS, [{"student": str(number), "message": text} for number, text in enumerate(texts)])
    assert sorted(str(row["message"]) for row in done.rows) == ["None", "None", "None", "None", "Prima."]
    assert {name: count for name, count in done.facts.items() if "withheld" in name} == {
        "message withheld: uncertain": 2, "message withheld: special category": 1, "message withheld: national id": 1}
    # Spans are counted over distinct texts.
    assert done.facts["message spans"] == {"bsn": 1, "name": 1, "special:health": 1}
    assert done.contract["message"].kind is Kind.FREE_TEXT
    assert done.contract["message"].detail == "redacted"


def test_known_people_of_the_table_get_the_pseudonym_that_they_have_elsewhere_and_others_a_placeholder(run: Runner) -> None:
    texts = ["Vraag Xander van Kwarrelbos.", "s1000001 weet het.", "Mail xkw@voorbeeld.nl maar.", "Kwarrelbos zei het.", "Bedankt, Daan!",
             "Vraag Sanne Jansen.", "1000002 weet het."]
    # Sanne Jansen has no row here: she may have objected.
    rows = [{"student": "s1000001" if number else "1000003", "message": text} for number, text in enumerate(texts)]
    done = run(Redact("message", people="people", pseudonym="student_number"), POSTS, rows, sources={"people": (LISTED, PEOPLE)})
    (pseudonym,) = RING.pseudonyms(purpose="activity", domain="student_number").of(["1000001"])
    assert {row["message"] for row in done.rows} == {
        f"Vraag [persoon {pseudonym}].", f"[persoon {pseudonym}] weet het.", f"Mail [persoon {pseudonym}] maar.", "[naam] zei het.", "Bedankt, [naam]!",
        "Vraag [naam].", "[studentnummer] weet het."}


def test_pseudonyms_are_put_into_texts_after_who_objected_is_gone_and_before_pseudonymise() -> None:
    with pytest.raises(UsageFault, match="Put Redact before Pseudonymise"):
        plan_stage(Redact("message", people="people", pseudonym="student_number"), a_table(Column("message", kind=Kind.FREE_TEXT)), sources={"people": LISTED})


def test_without_a_domain_known_people_are_placeholders_too(run: Runner) -> None:
    assert redacted(run, Redact("message", people="people"), "Kwarrelbos en 1000002.", sources={"people": (LISTED, PEOPLE)}) == [
        "[naam] en [studentnummer]."]


def test_words_that_the_purpose_says_are_no_names_stay(run: Runner) -> None:
    purpose = a_purpose(exceptions=(Waiver("ordinary message", "Kwarrelbos, zwirvel", "naam van een methode", "privacy_officer"),))
    assert redacted(run, Redact("message"), "Ik las Kwarrelbos.", purpose=purpose) == ["Ik las Kwarrelbos."]


@pytest.mark.parametrize(("stage", "told"), [
    (Redact("student"), r"'student' of posts is identifier, no free text \(that is: message\)"), (Redact("gone"), "has no column 'gone'"),
    (Redact("message", language="fr"), "language is 'fr'; placeholders are in nl or en"),
    (Redact("message", pseudonym="student_number"), "need a source of people"),
    (Redact("message", people="people", pseudonym="moodle"), r"people has no identifier of domain 'moodle' \(it has: student_number\)")])
def test_what_does_not_fit_is_told_in_the_plan(stage: Redact, told: str) -> None:
    with pytest.raises(UsageFault, match=told):
        plan_stage(stage, POSTS, sources={"people": LISTED})


WHY = Waiver("redacted message", True, "voor het onderzoek naar de begeleiding", "privacy_officer")


@pytest.mark.parametrize(("use", "exceptions", "rule"), [
    ("redacted", (WHY,), ""), ("redacted", (), "LP317"), ("full", (WHY,), "LP317"), ("inside", (WHY,), "LP317"),
    ("redacted", (Waiver("redacted message", False, "niet", "privacy_officer"),), "LP317")])
def test_it_is_released_only_where_the_purpose_says_so_and_why(use: str, exceptions: tuple[Waiver, ...], rule: str) -> None:
    purpose = a_purpose(exceptions=exceptions)
    table = a_table(Column("message", kind=Kind.FREE_TEXT, use=use))
    promised = plan_stage(Redact("message"), table, purpose=purpose)
    if rule:
        with pytest.raises(Refused) as refused:
            Release("posts", promised, purpose)
        assert refused.value.rule == rule
    else:
        Release("posts", promised, purpose)
    with pytest.raises(Refused, match=r"^LP307"):
        Release("posts", table, purpose)


def test_texts_are_no_groups_of_a_statistic() -> None:
    import dataclasses

    purpose = a_purpose(exceptions=(WHY,))
    promised = plan_stage(Redact("message"), a_table(Column("message", kind=Kind.FREE_TEXT, use="redacted")), purpose=purpose)
    with pytest.raises(Refused, match="^LP317 .*figures are not told per text"):
        Release("posts", dataclasses.replace(promised, statistics=True), purpose)


def test_a_model_that_is_not_there_is_told_even_where_no_text_is_in_doubt(run: Runner) -> None:
    with pytest.raises(UsageFault, match="'nl_core_news_xxl' is not installed"):
        redacted(run, Redact("message", model="nl_core_news_xxl"), "Prima.")


def test_who_objected_is_left_out_before_anyone_is_named_in_a_text() -> None:
    stages = (Minimise(), Validate(), Redact("message", people="people", pseudonym="student_number"), Object("objections"), Flag(), ReleaseStage("posts"))
    with pytest.raises(Refused, match="^LP308 .*put Object first"):
        make_plan("texts", a_purpose(), {"posts": POSTS, "people": LISTED, "objections": LISTED}, stages, TODAY)


def test_nothing_of_a_person_is_left_in_any_of_many_made_up_texts(run: Runner) -> None:
    import random

    chance = random.Random(11)
    given, surnames = ["Sanne", "Mohammed", "Fatima", "Thijs", "Xander"], ["Jansen", "de Vries", "van der Berg", "Bouchikhi", "Kwarrelbos"]
    around = ["Hoi {}, dank!", "Groetjes, {}", "volgens {} klopt het", "{} zei dat het mag", "Ik werk met {} en Emma.", "({})", "Mijn naam is {}.", "Dear {}, hello"]
    texts, secrets = [], []
    for number in range(200):
        name = f"{chance.choice(given)} {chance.choice(surnames)}"
        telling = chance.choice([name, f"kanarie{number}@zwaluw.example", f"06-{chance.randint(10_000_000, 99_999_999)}", f"s{chance.randint(1_000_000, 9_999_999)}"])
        texts.append(chance.choice(around).format(telling))
        secrets += [part for part in re.split(r"[ @]", telling) if part not in ("de", "van", "der")]
    left = " ".join(text or "" for text in redacted(run, Redact("message"), *texts))
    assert [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", left)] == []
    assert left.count("[") > 150
