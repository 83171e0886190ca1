"""Letters in Dutch and English that lapipe drafts and a person signs: on access, and on erasure, to the person and to recipients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from lapipe.phrases import BASES, Language, listed
from lapipe.purpose import Organisation

#: What each stage does, for who reads no program; a project's own stage is told by its name.
_STEPS: Mapping[Language, Mapping[str, str]] = {
    "nl": {"Minimise": "alleen de kolommen die het doel nodig heeft zijn gelezen", "Validate": "de gegevens zijn tegen hun beschrijving gehouden",
           "Extract": "een nummer is uit een tekst gehaald", "Join": "gegevens uit een tweede bron zijn erbij gezet",
           "Object": "wie bezwaar maakte, is weggelaten", "Consent": "alleen wie toestemming gaf, bleef", "Retain": "te oude regels zijn weggelaten", "Where": "een deel van de regels is gekozen",
           "Derive": "een waarde is uit andere berekend", "Pseudonymise": "uw nummer is door een pseudoniem vervangen",
           "Generalise": "tijden en waarden zijn grover gemaakt", "Flag": "er is gezocht naar gegevens die er niet horen te staan",
           "Scrub": "namen en nummers zijn uit teksten gehaald", "Aggregate": "mensen zijn in groepen geteld; kleine groepen worden niet getoond",
           "Release": "de tabel is vrijgegeven aan de ontvangers"},
    "en": {"Minimise": "only the columns that the purpose needs were read", "Validate": "the data was held against its description",
           "Extract": "a number was found in a text", "Join": "data from a second source was added", "Object": "whoever objected was left out", "Consent": "only who consented stayed",
           "Retain": "rows that are too old were left out", "Where": "some of the rows were chosen", "Derive": "a value was computed from others",
           "Pseudonymise": "your number was replaced by a pseudonym", "Generalise": "times and values were made coarser",
           "Flag": "data that should not be there was looked for", "Scrub": "names and numbers were taken out of texts",
           "Aggregate": "people were counted in groups; small groups are not shown", "Release": "the table was released to its recipients"}}


def step_said(stage: str, language: Language) -> str:
    """Say in a few words what a stage does."""
    return _STEPS[language].get(stage, stage)


def access_letter(found: Sequence[Mapping[str, Any]], statistics: Sequence[Mapping[str, Any]], landing: Sequence[Mapping[str, Any]],
                  organisation: Organisation, today: date, language: Language) -> str:
    """Write the letter that goes with a copy of somebody's data (GDPR art. 15): `found` are the releases as the package tells them."""
    return "\n".join(_access(found, statistics, landing, organisation, today, language)) + "\n"


def _access(found: Sequence[Mapping[str, Any]], statistics: Sequence[Mapping[str, Any]], landing: Sequence[Mapping[str, Any]],
            organisation: Organisation, today: date, language: Language) -> Iterator[str]:
    nl = language == "nl"
    yield from (f"# {'Uw gegevens in learning analytics' if nl else 'Your data in learning analytics'}", "",
                f"{organisation.controller.name}, {organisation.controller.address}", f"{today:%Y-%m-%d}", "")
    if not found:
        yield ("Wij hebben gezocht en geen regels over u gevonden in wat is vrijgegeven." if nl else
               "We looked, and found no rows about you in what was released.")
    for each in found:
        title = each["purpose"]["title"].get(language, each["purpose"]["name"])
        bases = listed(sorted({BASES[language].get(basis, basis) for basis in each["legal_basis"]}), language)
        yield from (f"## {title} ({each['release']})", "")
        yield f"- {'Waarom' if nl else 'Why'}: {each['purpose']['what']}. {each['purpose']['result']}."
        yield f"- {'Grondslag' if nl else 'Legal basis'}: {bases}"
        yield f"- {'Welke gegevens' if nl else 'Which data'}: {listed([column['label'].get(language) or column['name'] for column in each['columns']], language)}"
        yield f"- {'Regels over u' if nl else 'Rows about you'}: {each['rows']} ({each['file']})"
        yield f"- {'Ontvangers' if nl else 'Recipients'}: {listed(each['recipients'], language)}"
        yield f"- {'Gewist uiterlijk op' if nl else 'Erased by'}: {each['erase_by']}"
        yield f"- {'Waar de gegevens vandaan komen' if nl else 'Where the data comes from'}: {listed(each['sources'], language)}"
        yield f"- {'Hoe het is gemaakt' if nl else 'How it was made'}: {'; '.join(step_said(step, language) for step in each['steps'])}."
        yield ("- Er is geen besluit over u alleen op grond van deze verwerking genomen door lapipe; het maakt geen resultaten over personen bij naam." if nl else
               "- lapipe takes no decision about you from this; it makes no results about people by name.")
        yield f"- {'Privacyverklaring' if nl else 'Privacy notice'}: {each['notice']}"
        yield ""
    yield from ("", f"## {'Cijfers over groepen' if nl else 'Figures about groups'}", "")
    yield (("Deze tabellen tellen groepen en hebben geen regel over u: " if nl else "These tables count groups and have no row about you: ")
           + (listed(sorted({each["release"] for each in statistics}), language) or ("geen" if nl else "none")) + ".")
    if landing:
        yield ("Bestanden uit de bronsystemen waarin u voorkomt, zijn ontvangen om deze tabellen te maken. De inhoud daarvan krijgt u van het bronsysteem." if nl
               else "Files from the source systems in which you occur were received to make these tables. Their content you get from the source system.")
    yield from ("", f"## {'Uw rechten' if nl else 'Your rights'}", "")
    yield ("U kunt vragen om verbetering, wissing, beperking of overdracht, en bezwaar maken; gegeven toestemming kunt u altijd intrekken. U kunt een klacht indienen "
           f"bij de Autoriteit Persoonsgegevens. Vragen: {organisation.officer.role}, {organisation.officer.email}." if nl else
           "You may ask for rectification, erasure, restriction or portability, and object; consent that you gave can be withdrawn at any time. You may lodge a "
           f"complaint with the Autoriteit Persoonsgegevens. Questions: {organisation.officer.role}, {organisation.officer.email}.")


def notice(what: str, request: str, releases: Sequence[Mapping[str, Any]], statistics: Sequence[Mapping[str, Any]],
           unreachable: Sequence[str], organisation: Organisation, today: date, language: Language, *, files: int = 0, refused: str = "") -> str:
    """Draft the notice on erasure, rectification or restriction, to the person and to each recipient (GDPR art. 12(3), 12(4) and 19).

    It names no person: who sends it puts the name in.
    """
    return "\n".join(_notice(what, request, releases, statistics, unreachable, organisation, today, language, files, refused)) + "\n"


_WHAT: Mapping[Language, Mapping[str, str]] = {"nl": {"erase": "wissing", "rectify": "verbetering", "restrict": "beperking"},
                                              "en": {"erase": "erasure", "rectify": "rectification", "restrict": "restriction"}}


def _notice(what: str, request: str, releases: Sequence[Mapping[str, Any]], statistics: Sequence[Mapping[str, Any]], unreachable: Sequence[str],
            organisation: Organisation, today: date, language: Language, files: int, refused: str) -> Iterator[str]:
    nl = language == "nl"
    said = _WHAT[language][what]
    yield from (f"# {'Kennisgeving van' if nl else 'Notice of'} {said}", "", f"{'Concept; verzoek' if nl else 'Draft; request'} {request}, {today:%Y-%m-%d}",
                f"{'Van' if nl else 'From'}: {organisation.controller.name}, {organisation.controller.address}",
                f"{'Aan' if nl else 'To'}: {'[naam van de betrokkene of ontvanger]' if nl else '[name of the person or recipient]'}", "")
    if refused:
        yield (f"Het verzoek om {said} is geweigerd, op grond van {refused}. U kunt een klacht indienen bij de Autoriteit Persoonsgegevens en naar de rechter gaan." if nl
               else f"The request for {said} is refused, on the ground of {refused}. You may lodge a complaint with the Autoriteit Persoonsgegevens and go to court.")
        yield ""
        return
    done = {"erase": ("Uit deze tabellen zijn de regels gewist:", "From these tables the rows are erased:"),
            "rectify": ("Deze tabellen worden opnieuw gemaakt zodra de bron is verbeterd:", "These tables are made again once the source is corrected:"),
            "restrict": ("Deze tabellen mogen voor deze persoon niet worden gebruikt:", "These tables may not be used about this person:")}[what]
    yield done[0] if nl else done[1]
    yield ""
    for each in releases:
        yield (f"- {each['release']} ({each['run']}), {'doel' if nl else 'purpose'} {each['purpose']}; {'ontvangers' if nl else 'recipients'}: "
               f"{listed(each['recipients'], language)}")
    if not releases:
        yield f"- {'geen' if nl else 'none'}"
    recipients = sorted({recipient for each in releases for recipient in each["recipients"]})
    if recipients:
        yield from ("", ("Ontvangers worden verzocht hun kopieën op dezelfde manier te behandelen (art. 19 AVG): " if nl else
                         "Recipients are asked to treat their copies in the same way (GDPR art. 19): ") + listed(recipients, language) + ".")
    if statistics:
        yield from ("", "Cijfers over groepen blijven zoals ze zijn, met waar is beoordeeld of iemand daarin te herkennen is:" if nl else
                    "Figures about groups stay as they are, with where it was assessed whether anybody can be recognised in them:", "")
        yield from (f"- {each['release']} ({each['run']}), {'doel' if nl else 'purpose'} {each['purpose']}: {each['assessment']}" for each in statistics)
    yield from ("", "Wat lapipe niet bereikt en wie dit verzendt moet nagaan:" if nl else "What lapipe cannot reach, and who sends this must see to:", "")
    own = (["het bronsysteem zelf, waaruit de exports komen", "reservekopieën, volgens hun eigen termijn", "kopieën die analisten hebben gemaakt"] if nl else
           ["the source system itself, from which the exports come", "backups, by their own term", "copies that analysts made"])
    if files:
        own.append(f"{files} bestanden die van de bronnen zijn ontvangen" if nl else f"{files} files that were received from the sources")
    yield from (f"- {each}" for each in (*own, *unreachable))
    yield from ("", f"{'Vragen' if nl else 'Questions'}: {organisation.officer.role}, {organisation.officer.email}.")
