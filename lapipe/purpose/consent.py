"""What the text of a consent can show: that it is specific and informed, and nothing in it that takes the freedom away."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A sign that may follow a word's stem.
_REST = r"\w*"


@dataclass(frozen=True)
class Lacking:
    """What a text lacks or should not say: one of the guide's four requirements (step 3.1), and what to write."""

    requirement: str
    message: str


#: Who watches, or gets to see it: a role, not "we".
_WHO = re.compile(r"\b(?:studie\w*begeleider|studieadviseur|docent|tutor|mentor|onderzoeker|analist|decaan|examencommissie|opleidingscommissie|coordinator|"
                  r"opleiding|faculteit|afdeling|dienst|bureau|universiteit|hogeschool|instelling|adviser|advisor|lecturer|teacher|researcher|analyst|"
                  r"committee|coordinator|faculty|department|university|counsell?or|dean)" + _REST)

#: Which data: a trace, a result, a place where it arises.
_DATA = re.compile(r"\b(?:studieprestatie|studieresulta|resulta|prestatie|cijfer|toets|opdracht|aanwezigheid|klik|inlog|login|log|logboek|activiteit|deelname|"
                   r"antwoord|locatie|studievoortgang|studiepunt|tijdstip|bericht|grade|result|score|attendance|click|assignment|activity|submission|"
                   r"answer|location|progress|credit|post|quiz|test)" + _REST)

#: What happens with it, for the one who consents: an act or a consequence.
_WHAT = re.compile(r"\b(?:volgen|registreren|meten|vergelijken|studieadvies|advies|adviseren|aanspreken|begeleiden|begeleiding|waarschuwen|uitnodigen|voorspellen|"
                   r"tellen|onderzoeken|berekenen|tonen|monitor|follow|record|measure|compare|advise|advice|invite|warn|predict|count|contact|support|"
                   r"calculate|show|study)" + _REST)

#: Why, or to which end.
_AIM = re.compile(r"\b(?:om|zodat|waarmee|hierbij|hiermee|daarmee|doel|so that|in order to|to help|to see|purpose|with this|which helps)\b")

_WITHDRAW = re.compile(r"\b(?:intrekken|intrek|trek\w*\b[^.]{0,60}\bin|withdraw\w*|revoke\w*|stoppen wanneer)\b")

_TICKED = re.compile(r"vooraf\w* (?:is )?(?:aangevinkt|ingevuld|aangekruist)|voor-aangevinkt|pre-?(?:ticked|checked|selected)|(?:niets|niet) doen (?:geldt|betekent)|"
                     r"als (?:je|u|ik) niet reageer|stilzwijgend|unless i (?:object|tell)|if (?:you|i) do not (?:respond|reply)|silence")

_FORCED = re.compile(r"(?:anders|zonder (?:deze )?toestemming)[^.]{0,40}(?:geen|niet|uitgesloten|geweigerd)|(?:verplicht|noodzakelijk) (?:om|voor)[^.]{0,40}(?:vak|tentamen|inschrij|"
                     r"deelname)|voorwaarde voor (?:inschrijving|deelname|toelating)|(?:otherwise|without (?:this )?consent)[^.]{0,40}(?:cannot|can not|may not|no |"
                     r"excluded|refused)|(?:required|mandatory) (?:to|for)[^.]{0,40}(?:course|exam|enrol|particip)")

_TERMS = re.compile(r"\b(?:algemene|gebruiks)\s?voorwaarden\b|\bga\b[^.]{0,40}\bakkoord met\b[^.]{0,40}\b(?:voorwaarden|privacyverklaring)|terms (?:of use|and conditions|of service)|"
                    r"agree (?:to|with) the (?:privacy|terms)")

_SEVERAL = re.compile(r"\b(?:voor alle doelen|andere doeleinden|verdere doeleinden|en voor (?:marketing|reclame|onderzoek door derden)|toekomstige doeleinden|all purposes|"
                      r"other purposes|any purpose|future purposes|and for (?:marketing|advertising))\b")


def lacking(text: str) -> list[Lacking]:
    """Say what a consent text lacks of what a text can show; empty for one that can be asked with.

    That it is given freely and by a clear act is attested by a named role: no text shows it. Sources: guide step 3.1 and GDPR art. 4(11) and 7.

    >>> [each.requirement for each in lacking("Ik geef toestemming voor learning analytics.")]
    ['specific', 'specific', 'specific', 'specific', 'informed']
    """
    plain = " ".join(text.casefold().replace("\u2019", "'").replace("\u00f6", "o").split())
    found = []
    if not _WHO.search(plain):
        found.append(Lacking("specific", "say who watches or gets to see it, by their role"))
    if not _DATA.search(plain):
        found.append(Lacking("specific", "say which data is collected, and where"))
    if not _WHAT.search(plain):
        found.append(Lacking("specific", "say what is done with it"))
    if not _AIM.search(plain):
        found.append(Lacking("specific", "say to which end, for the person who consents"))
    if _SEVERAL.search(plain):
        found.append(Lacking("specific", "ask for one purpose; ask for each other one apart"))
    if not _WITHDRAW.search(plain):
        found.append(Lacking("informed", "say that consent can be withdrawn, and how: as easily as it is given"))
    if _TERMS.search(plain):
        found.append(Lacking("informed", "ask for consent apart from terms and from the privacy notice; refer to a notice for explanation only"))
    if _FORCED.search(plain):
        found.append(Lacking("free", "do not tie a course, an exam or enrolment to it: one must be able to say no"))
    if _TICKED.search(plain):
        found.append(Lacking("unambiguous", "ask for a clear act: no box ticked beforehand, no silence that counts as yes"))
    return found
