"""Traces of a special category in the names of columns: one says little, two of one category together reveal it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lapipe.detect.headers import tokens


@dataclass(frozen=True)
class Trace:
    """One trace: what it is, the terms of the Data Privacy Vocabulary for it, and the words of a column's name that say it, run together."""

    what: str
    words: frozenset[str]
    categories: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: By special category. The pipeline's rule (LP320) and the scan's (LP505) read this one list.
TRACES: Mapping[str, tuple[Trace, ...]] = {
    "ethnicity": (
        Trace("nationality", _words("nationality nationaliteit nationaliteiten citizenship staatsburgerschap"), _words("pd:Nationality")),
        Trace("country of birth", _words("geboorteland gebland geboorteplaats birthplace birthcountry countryofbirth placeofbirth cityofbirth"), _words("pd:BirthPlace pd:CountryOfBirth")),
        Trace("parents' country of birth", _words("geboortelandouder geboortelandmoeder geboortelandvader geblandouder geblandmoeder geblandvader parentcountry herkomstland")),
        Trace("mother tongue", _words("moedertaal mothertongue thuistaal homelanguage nativelanguage firstlanguage")),
        Trace("residence status", _words("verblijfsstatus verblijfstitel visatype visastatus residencestatus")),
    ),
    "health": (
        Trace("absence", _words("absence absent verzuim afwezig afwezigheid")),
        Trace("extension", _words("extension uitstel verlenging extensionduedate")),
        Trace("extra time", _words("timelimit extratime extratijd accommodation voorziening voorzieningen")),
        Trace("student counsellor", _words("studentendecaan decaan studentpsycholoog counsellor counselor")),
    ),
}


def traced(columns: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Give, by special category, the columns (name, term of their category) that are traces of it, with what of; only where there are two traces.

    >>> traced([("nationaliteit", ""), ("geb_land", ""), ("cohort", "")])
    {'ethnicity': {'nationaliteit': 'nationality', 'geb_land': 'country of birth'}}
    >>> traced([("nationaliteit", ""), ("nationaliteit2", "")])
    {}
    """
    said = [(name, category, _runs(name)) for name, category in columns]
    found: dict[str, dict[str, str]] = {}
    for category, traces in TRACES.items():
        # The longest word says what it is: a parent's country of birth is not the student's.
        of = {name: max(words)[1] for name, term, runs in said
              if (words := [(max(map(len, runs & trace.words), default=0), trace.what) for trace in traces if runs & trace.words or term in trace.categories])}
        if len(set(of.values())) > 1:
            found[category] = of
    return found


def _runs(name: str) -> frozenset[str]:
    """Give the words of a name run together in every way, their plurals too."""
    words = tokens(name)
    runs = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    return frozenset(runs | {run.removesuffix("s") for run in runs})
