"""Dutch and English for what plans are made of: lists, terms, details, kinds, legal bases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from lapipe.purpose import Duration

Language = Literal["nl", "en"]

LANGUAGES: tuple[Language, ...] = ("nl", "en")

#: The legal bases as the Dutch and the English text of GDPR art. 6(1) call them.
BASES: Mapping[Language, Mapping[str, str]] = {
    "nl": {"consent": "toestemming", "contract": "uitvoering van een overeenkomst", "legal_obligation": "wettelijke verplichting",
           "vital_interests": "vitale belangen", "public_task": "taak van algemeen belang", "legitimate_interests": "gerechtvaardigd belang"},
    "en": {"consent": "consent", "contract": "performance of a contract", "legal_obligation": "legal obligation",
           "vital_interests": "vital interests", "public_task": "public task", "legitimate_interests": "legitimate interests"}}

KINDS: Mapping[Language, Mapping[str, str]] = {
    "nl": {"national_id": "nationaal identificatienummer", "identifier": "direct herleidbaar", "special": "bijzonder persoonsgegeven",
           "free_text": "vrije tekst", "pseudonym": "pseudoniem", "sensitive": "gevoelig", "event_time": "tijdstip",
           "quasi": "herleidbaar in combinatie", "plain": "gewoon gegeven"},
    "en": {"national_id": "national identification number", "identifier": "direct identifier", "special": "special category",
           "free_text": "free text", "pseudonym": "pseudonym", "sensitive": "sensitive", "event_time": "time of an act",
           "quasi": "identifies in combination", "plain": "plain"}}

#: What a transfer outside the EEA rests on (GDPR art. 45 to 49).
SAFEGUARDED: Mapping[Language, Mapping[str, str]] = {
    "nl": {"adequacy": "een adequaatheidsbesluit", "standard_clauses": "standaardcontractbepalingen", "binding_rules": "bindende bedrijfsvoorschriften",
           "other_safeguard": "een andere passende waarborg (art. 46)", "derogation": "een uitzondering van art. 49 lid 1",
           "compelling_interests": "dwingende belangen van art. 49 lid 1, tweede alinea"},
    "en": {"adequacy": "an adequacy decision", "standard_clauses": "standard contractual clauses", "binding_rules": "binding corporate rules",
           "other_safeguard": "another appropriate safeguard (art. 46)", "derogation": "a derogation of art. 49(1)",
           "compelling_interests": "compelling interests of art. 49(1), second subparagraph"}}

#: What is decided about people by the outcome (GDPR art. 4(4), 22).
DECIDED: Mapping[Language, Mapping[str, str]] = {
    "nl": {"none": "geen profilering en geen geautomatiseerde besluiten opgegeven", "profiling": "profilering, waarna een mens besluit",
           "automated": "besluiten door de machine alleen (art. 22 lid 1)"},
    "en": {"none": "no profiling and no automated decisions declared", "profiling": "profiling, after which a person decides",
           "automated": "decisions by the machine alone (art. 22(1))"}}

_DETAILS = {"nl": {"hour": "het uur", "day": "de dag", "week": "de week", "month": "de maand", "year": "het jaar", "academic year": "het studiejaar"},
            "en": {"hour": "the hour", "day": "the day", "week": "the week", "month": "the month", "year": "the year",
                   "academic year": "the academic year"}}

_UNITS = {"nl": (("jaar", "jaar"), ("maand", "maanden"), ("week", "weken"), ("dag", "dagen")),
          "en": (("year", "years"), ("month", "months"), ("week", "weeks"), ("day", "days"))}


def listed(words: Iterable[str], language: Language) -> str:
    """Write a list: commas, and a word before the last.

    >>> listed(["a", "b", "c"], "nl"), listed([], "en")
    ('a, b en c', 'nothing')
    """
    all_words = list(words)
    if len(all_words) < 2:
        return all_words[0] if all_words else {"nl": "niets", "en": "nothing"}[language]
    return f"{', '.join(all_words[:-1])} {'en' if language == 'nl' else 'and'} {all_words[-1]}"


def named(names: Iterable[str], language: Language) -> str:
    """Write a list of columns or tables, marked as names."""
    return listed([f"`{name}`" for name in names], language)


def term_said(duration: Duration, language: Language) -> str:
    """Write a term.

    >>> term_said(Duration.parse("P1Y6M"), "nl"), term_said(Duration.parse("P14D"), "en")
    ('1 jaar en 6 maanden', '14 days')
    """
    counts = (duration.years, duration.months, duration.weeks, duration.days)
    return listed([f"{count} {unit[count != 1]}" for count, unit in zip(counts, _UNITS[language], strict=True) if count], language)


def detail_said(said: str, language: Language) -> str:
    """Write how coarse a column is brought.

    >>> detail_said("band 10", "nl"), detail_said("week", "en")
    ('klassen van 10', 'the week')
    """
    kind, _, argument = said.partition(" ")
    if kind == "band":
        return f"klassen van {argument}" if language == "nl" else f"bands of {argument}"
    if kind == "level":
        return f"het niveau {argument}" if language == "nl" else f"the level {argument}"
    if kind == "prefix":
        return f"de eerste {argument} bits van het adres" if language == "nl" else f"the first {argument} bits of the address"
    return _DETAILS[language].get(said, said)


def use_said(said: str, language: Language) -> str:
    """Write what of a column may be released, as a purpose says it."""
    dutch = language == "nl"
    if said == "full":
        return "mag naar buiten zoals het is" if dutch else "may be released as it is"
    if said == "inside":
        return "alleen binnen de pijplijn, gaat niet naar buiten" if dutch else "used inside the pipeline only, never released"
    if said == "pseudonym":
        return "alleen als pseudoniem naar buiten" if dutch else "released as a pseudonym only"
    if said == "redacted":
        return ("vrije tekst, alleen naar buiten nadat de mensen eruit zijn gehaald" if dutch
                else "free text, released only after the people are taken out of it")
    return f"hoogstens op {detail_said(said, language)} naar buiten" if dutch else f"released at {detail_said(said, language)} at the finest"
