"""Judge what a purpose declares: is it specific, lawful, in force, and as careful as the organisation asks?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lapipe.purpose.declaration import (
    COMPATIBILITY,
    DEFAULT_K,
    PHASES,
    QUESTIONS,
    Basis,
    LegalBasis,
    Organisation,
    Purpose,
)
from lapipe.purpose.vague import doubts, says_little
from lapipe.rules import Finding


def vagueness(purpose: Purpose) -> list[Finding]:
    """Give a finding (LP101) for each of the five questions that the purpose answers vaguely or not at all.

    The rule is that of guide step 1.1, and its examples are tests; `lapipe.purpose.vague` says how it judges.
    """
    answers = {question: str(getattr(purpose, question)) for question in QUESTIONS}
    found = doubts(answers)
    return [Finding("LP101", purpose.place(question), f"{question} {problem}") for question, problem in found.items()]


def findings(purpose: Purpose, organisation: Organisation, today: date) -> list[Finding]:
    """Judge a purpose whole: LP101 to LP104, LP106 to LP108, LP110 and LP402, in that order.

    LP105 is about columns, whose kinds the contracts know; here it asks that a condition, if any, refers to something.
    """
    return [
        *vagueness(purpose),
        *_bases(purpose, organisation),
        *_reuse(purpose),
        *_condition(purpose),
        *_dpia(purpose),
        *_term(purpose, today),
        *_exceptions(purpose, organisation),
        *_recipients(purpose),
        *_floor(purpose, organisation),
    ]


def _bases(purpose: Purpose, organisation: Organisation) -> Iterator[Finding]:
    for phase in PHASES:
        basis = purpose.bases.get(phase)
        if basis is None:
            yield Finding("LP102", purpose.place("basis"), f"basis has none for the phase {phase}.")
        elif says_little(basis.reference, enough=1):
            where = purpose.place("basis", phase, "reference")
            yield Finding("LP102", where, f"basis.{phase}.reference does not say where it is laid down.")
    used: list[tuple[tuple[str, ...], Basis]] = [(("basis", phase), basis) for phase, basis in purpose.bases.items()]
    if purpose.own_basis:
        used.append((("own_basis",), purpose.own_basis))
    for key, basis in used:
        if organisation.public_authority and basis.basis is LegalBasis.LEGITIMATE_INTERESTS:
            yield Finding(
                "LP103",
                purpose.place(*key, "basis"),
                f"{'.'.join(key)} is legitimate_interests, and {organisation.controller.name} is a public authority.",
                "Use public_task with its statutory reference, or consent.",
            )
    if purpose.is_consent and not any("consent" in table or "objection" in table for table in purpose.columns):
        yield Finding(
            "LP308",
            purpose.place("columns"),
            "the purpose rests on consent, and its columns allow no list of who consented.",
            "Add the columns of the consent or objection list, with use inside.",
        )


def _reuse(purpose: Purpose) -> Iterator[Finding]:
    if says_little(purpose.collected_for, enough=1):
        yield Finding(
            "LP104",
            purpose.place("collected_for"),
            "collected_for does not say what the data was collected for.",
            f"Say it, or write {purpose.name} where it is collected for this purpose itself.",
        )
        return
    itself = {text.casefold().strip() for text in (purpose.name, *purpose.title.values())}
    if purpose.collected_for.casefold().strip() in itself:
        return
    if purpose.own_basis:
        if says_little(purpose.own_basis.reference, enough=1):
            where = purpose.place("own_basis", "reference")
            yield Finding("LP104", where, "own_basis.reference does not say where it is laid down.")
        return
    collected = purpose.bases.get("collect")
    if collected and collected.basis is LegalBasis.CONSENT:
        # GDPR art. 6(4) weighs compatibility only where the first processing did not rest on consent.
        yield Finding(
            "LP104",
            purpose.place("collected_for"),
            "the data was collected with consent for something else, and that consent does not stretch.",
            "Give own_basis: ask consent again for this purpose, or name another basis.",
        )
        return
    # "yes", and one answer for two factors, count as none: the privacy officer has to be able to weigh each.
    answers = [purpose.compatibility.get(factor, "").casefold() for factor in COMPATIBILITY]
    missing = [
        factor for at, factor in enumerate(COMPATIBILITY) if says_little(answers[at]) or answers[at] in answers[:at]
    ]
    if missing:
        yield Finding(
            "LP104",
            purpose.place("compatibility"),
            f"the data was collected for something else, and compatibility does not answer {', '.join(missing)}.",
            "Answer each in a sentence, or give own_basis.",
        )


def _condition(purpose: Purpose) -> Iterator[Finding]:
    if purpose.condition and says_little(purpose.condition.reference, enough=1):
        where = purpose.place("condition", "reference")
        yield Finding("LP105", where, "condition.reference does not say where it is laid down.")


def _dpia(purpose: Purpose) -> Iterator[Finding]:
    if purpose.dpia is None:
        fix = "Give dpia.reference, or dpia.not_needed with the reason."
        yield Finding("LP106", purpose.place("dpia"), "there is no dpia.", fix)
    elif purpose.dpia.reference and says_little(purpose.dpia.reference, enough=1):
        yield Finding("LP106", purpose.place("dpia", "reference"), "dpia.reference refers to nothing.")
    elif purpose.dpia.not_needed and says_little(purpose.dpia.not_needed, enough=5):
        where = purpose.place("dpia", "not_needed")
        yield Finding("LP106", where, "dpia.not_needed gives no reason that can be weighed.")


def _term(purpose: Purpose, today: date) -> Iterator[Finding]:
    if purpose.expired(today):
        yield Finding(
            "LP107",
            purpose.place("review_by"),
            f"the review was due on {purpose.review_by}, and it is {today}.",
            "Review the purpose and set a new date.",
        )
    elif today < purpose.valid_from:
        where = purpose.place("valid_from")
        yield Finding("LP107", where, f"the purpose holds from {purpose.valid_from}, and it is {today}.")


def _exceptions(purpose: Purpose, organisation: Organisation) -> Iterator[Finding]:
    laxer: list[tuple[str, object, object]] = []
    if purpose.k < DEFAULT_K:
        laxer.append(("k", purpose.k, DEFAULT_K))
    if purpose.zeros_public:
        laxer.append(("zeros_public", True, False))
    for setting, value, default in laxer:
        waiver = purpose.waiver(setting)
        # 1 == True in Python; a waiver for one is none for the other.
        if waiver is None or (type(waiver.value), waiver.value) != (type(value), value):
            yield Finding(
                "LP108",
                purpose.place(setting),
                f"{setting} is {str(value).lower()}, laxer than the default {str(default).lower()}, "
                "and no exception says that value.",
                f"Add it under exceptions with reason and approved_by, or leave {setting} out.",
            )
    for index, waiver in enumerate(purpose.exceptions):
        if says_little(waiver.reason):
            where = purpose.place("exceptions", index, "reason")
            yield Finding("LP108", where, f"the exception for {waiver.setting} gives no reason.")
        if waiver.approved_by not in organisation.roles:
            yield Finding(
                "LP108",
                purpose.place("exceptions", index, "approved_by"),
                f"the exception for {waiver.setting} is approved by a role that the organisation does not have "
                f"(it has: {', '.join(organisation.roles)}).",
            )


def _recipients(purpose: Purpose) -> Iterator[Finding]:
    for index, recipient in enumerate(purpose.recipients):
        if recipient.may == "names":
            yield Finding(
                "LP110",
                purpose.place("recipients", index, "may"),
                f"{recipient.name} may get names, and results about named individuals are refused.",
                "Write statistics or pseudonyms.",
            )


def _floor(purpose: Purpose, organisation: Organisation) -> Iterator[Finding]:
    if purpose.k < organisation.k_floor:
        yield Finding(
            "LP402",
            purpose.place("k"),
            f"k is {purpose.k}, and the organisation's floor is {organisation.k_floor}.",
            "Raise k.",
        )
