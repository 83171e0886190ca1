"""Purposes and the organisation: loading, terms, and what is found in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from lapipe.errors import DeclarationFault
from lapipe.purpose import (
    Duration,
    LegalBasis,
    Organisation,
    Purpose,
    findings,
    load_organisation,
    load_purpose,
    vagueness,
)

SCHEMAS = Path(__file__).parent.parent / "schemas"
TODAY = date(2026, 11, 24)

#: The guide's first full example, split over the five questions.
COMPLETE: dict[str, Any] = {
    "name": "mistakes",
    "title": {"nl": "Fouten per onderwerp", "en": "Mistakes per topic"},
    "who": "De onderwijscoördinator van het vak 'grondslagen van het privacyrecht'",
    "what": "De antwoorden op groepsniveau analyseren om af te leiden waar de meeste fouten worden gemaakt",
    "data": "De antwoorden in de digitale leeromgeving",
    "when": "Gedurende het schooljaar",
    "result": "Aan die onderwerpen meer aandacht geven tijdens de lessen",
    "basis": {phase: {"basis": "public_task", "reference": "WHW art. 1.3"} for phase in ("collect", "analyse", "use")},
    "collected_for": "Toetsen afnemen in de digitale leeromgeving",
    "compatibility": {
        "link": "Beide gaan over hetzelfde vak en dezelfde toetsen",
        "context": "Studenten maken de toetsen als deel van het vak",
        "nature": "Antwoorden op vragen, geen bijzondere persoonsgegevens",
        "consequences": "Alleen de lessen veranderen, niets voor een enkele student",
        "safeguards": "Pseudoniemen en groepen van tien of meer",
        "expectations": "De studiehandleiding vertelt het de studenten vooraf",
    },
    "dpia": {"reference": "DPIA 2026-1"},
    "notice": "https://example.org/privacy",
    "subjects": ["student"],
    "columns": {"answers": {"student": "inside", "question": "full", "made_at": "week"}},
    "k": 10,
    "keep_for": "P1Y",
    "retain": "P18M",
    "recipients": [{"name": "docenten", "role": "lecturer", "may": "statistics"}],
    "exceptions": [],
    "valid_from": "2026-09-01",
    "review_by": "2027-09-01",
    "zone": "Europe/Amsterdam",
}

#: The second full example.
HONOURS = {
    "who": "De coördinatoren van honoursprogramma's",
    "what": "Excellente studenten herkennen",
    "data": "De snelheid en de resultaten van oefentoetsen in de online leeromgeving van relevante vakken",
    "when": "Aan het einde van een studiejaar",
    "result": "Aan hen relevante programma's te kunnen aanbieden",
}
IN_ENGLISH = [
    {
        "who": "The education coordinator of the course 'foundations of privacy law'",
        "what": "Analyse the answers at group level, to derive for which topics most mistakes are made",
        "data": "The answers in the digital learning environment",
        "when": "During the school year",
        "result": "Giving those topics more attention in class",
    },
    {
        "who": "The coordinators of honours programmes",
        "what": "Recognise excellent students",
        "data": "The speed and the results of practice tests in the online learning environment of relevant courses",
        "when": "At the end of an academic year",
        "result": "Being able to offer them relevant programmes",
    },
]

Load = Callable[..., Purpose]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write the complete purpose with changes (None leaves a key out) and load it."""

    def loaded(floor: int = 10, **changes: Any) -> Purpose:
        said = {key: value for key, value in {**COMPLETE, **changes}.items() if value is not None}
        path = tmp_path / "purpose.yaml"
        path.write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return load_purpose(path, floor=floor)

    return loaded


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    return _organisation(tmp_path)


def _organisation(folder: Path, *, floor: int = 5, public: bool = True) -> Organisation:
    path = folder / "organisation.yaml"
    said = {
        "controller": {"name": "Hogeschool Voorbeeld", "address": "Laan 1", "contact": "info@example.org"},
        "officer": {"role": "FG", "email": "fg@example.org"},
        "k_floor": floor,
        "public_authority": public,
        "roles": {"privacy_officer": []},
    }
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    return load_organisation(path)


# Terms


@pytest.mark.parametrize(
    ("term", "day", "before"),
    [
        ("P1M", date(2026, 3, 31), date(2026, 2, 28)),
        ("P1M", date(2028, 3, 31), date(2028, 2, 29)),
        ("P1Y", date(2028, 2, 29), date(2027, 2, 28)),
        ("P4Y", date(2028, 2, 29), date(2024, 2, 29)),
        ("P18M", date(2026, 1, 15), date(2024, 7, 15)),
        ("P12M", date(2026, 1, 1), date(2025, 1, 1)),
        ("P2W", date(2026, 1, 1), date(2025, 12, 18)),
        ("P90D", date(2026, 11, 24), date(2026, 8, 26)),
        ("P1Y1M1W1D", date(2026, 11, 24), date(2025, 10, 16)),
    ],
)
def test_a_term_goes_back_by_the_calendar(term: str, day: date, before: date) -> None:
    assert Duration.parse(term).before(day) == before


@pytest.mark.parametrize(
    ("term", "day", "after"),
    [
        ("P1M", date(2026, 1, 31), date(2026, 2, 28)),
        ("P1Y", date(2024, 2, 29), date(2025, 2, 28)),
        ("P1M", date(2026, 12, 31), date(2027, 1, 31)),
        ("P2Y", date(2026, 11, 24), date(2028, 11, 24)),
        ("P1D", date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_term_goes_forward_by_the_calendar(term: str, day: date, after: date) -> None:
    assert Duration.parse(term).after(day) == after


@pytest.mark.parametrize("text", ["P2Y", "P18M", "P3W", "P90D", "P1Y6M", "P1Y2M3W4D", "P100Y"])
def test_a_term_is_written_as_it_was_read(text: str) -> None:
    assert str(Duration.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "P", "2Y", "P0D", "P0Y0M", "P1.5Y", "P-1Y", "PT5H", "P1DT1H", "P1M1Y", "p1y", "P101Y", "P99999D", " P1Y"],
)
def test_a_term_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"ISO 8601|no time|longer"):
        Duration.parse(text)


# Loading


def test_a_complete_purpose_loads_whole(load: Load) -> None:
    purpose = load()
    assert purpose.name == "mistakes"
    assert purpose.bases["use"].basis is LegalBasis.PUBLIC_TASK
    basis = purpose.basis("analyse")
    assert basis is not None
    assert basis.reference == "WHW art. 1.3"
    assert (purpose.keep_for, purpose.retain) == (Duration(years=1), Duration(months=18))
    assert (purpose.valid_from, purpose.review_by) == (date(2026, 9, 1), date(2027, 9, 1))
    assert not purpose.is_consent
    assert re.fullmatch(r"[0-9a-f]{64}", purpose.sha256)


def test_only_the_declared_columns_have_a_use(load: Load) -> None:
    purpose = load()
    use = purpose.use_of("answers", "made_at")
    assert use is not None
    assert use.use == "week"
    assert purpose.use_of("answers", "e_mail") is None
    assert purpose.use_of("students", "made_at") is None


@pytest.mark.parametrize(
    ("said", "floor", "k"), [(None, 5, 10), (None, 10, 10), (None, 15, 15), (12, 5, 12), (7, 10, 7)]
)
def test_without_a_k_the_stricter_of_default_and_floor_holds(load: Load, said: int | None, floor: int, k: int) -> None:
    assert load(k=said, floor=floor).k == k


@pytest.mark.parametrize(
    "use",
    ["full", "inside", "pseudonym", "hour", "day", "week", "month", "year", "academic year", "band 1", "band 10",
     "level course", "level study_phase", "prefix 1", "prefix 16", "prefix 31"],
)  # fmt: skip
def test_a_known_use_is_taken(load: Load, use: str) -> None:
    found = load(columns={"answers": {"made_at": use}}).use_of("answers", "made_at")
    assert found is not None
    assert found.use == use


@pytest.mark.parametrize(
    ("use", "hint"),
    [("weeks", "'week'"), ("pseudonim", "'pseudonym'"), ("bandd 10", "'band'"), ("band", ""), ("band 0", ""),
     ("band -5", ""), ("band 2.5", ""), ("level", ""), ("level ", ""), ("level x ", ""), ("prefix 0", ""),
     ("prefix 32", ""), ("Full", ""), ("minute", ""), ("full\n", "")],
)  # fmt: skip
def test_another_use_is_refused_with_what_is_allowed(load: Load, use: str, hint: str) -> None:
    with pytest.raises(DeclarationFault, match=r"(?s)columns\.answers\.made_at.*allowed: full, inside") as refused:
        load(columns={"answers": {"made_at": use}})
    assert hint in str(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resultt": "x"}, r"purpose\.yaml:\d+: resultt: is not a key here .*Did you mean 'result'"),
        ({"dpia": {"referense": "x"}}, r"dpia.*'reference'"),
        ({"dpia": {"reference": "x", "not_needed": "y"}}, "dpia"),
        ({"notice": None}, "lacks notice"),
        ({"review_by": None}, "lacks review_by"),
        ({"keep_for": "2 years"}, r"keep_for: is '2 years'; it should be an ISO 8601 duration"),
        ({"retain": "P0D"}, "retain: is 'P0D'; it is no time at all"),
        ({"review_by": "2027-02-29"}, "review_by: is '2027-02-29', which is no day"),
        ({"review_by": "20270901"}, "which is no day"),
        ({"review_by": "2026-08-31"}, "review_by: is before valid_from"),
        ({"zone": "Europe/Amsterdm"}, r"zone: .*Did you mean 'Europe/Amsterdam'"),
        ({"zone": "../etc/passwd"}, "no IANA time zone"),
        ({"basis": {"analyse": {"basis": "public_tasks", "reference": "x"}}}, r"basis\.analyse\.basis.*'public_task'"),
        ({"basis": {"analyze": {"basis": "consent", "reference": "x"}}}, r"basis.*Did you mean 'analyse'"),
        ({"recipients": []}, "recipients"),
        ({"columns": {}}, "columns"),
        ({"k": 0}, "k"),
        ({"k": True}, "k"),
        ({"name": "My purpose"}, "name"),
        ({"condition": {"letter": "z", "reference": "x"}}, r"condition\.letter"),
        ({"zeros_public": "no"}, "zeros_public"),
        (
            {"exceptions": [{"setting": "k", "value": v, "reason": "r", "approved_by": "FG"} for v in (5, 6)]},
            "names k a second time",
        ),
    ],
)
def test_a_wrong_form_is_refused_with_file_line_and_key(load: Load, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationFault, match=message) as refused:
        load(**changes)
    assert re.search(r"purpose\.yaml:\d+:", str(refused.value))
    assert refused.value.__context__ is None
    assert refused.value.exit_code == 2


# Findings


def _codes(purpose: Purpose, organisation: Organisation, today: date = TODAY) -> list[str]:
    return [finding.rule for finding in findings(purpose, organisation, today)]


@pytest.mark.parametrize("answers", [{}, HONOURS, *IN_ENGLISH])
def test_the_full_examples_of_the_guide_pass(load: Load, organisation: Organisation, answers: dict[str, str]) -> None:
    assert findings(load(**answers), organisation, TODAY) == []


@pytest.mark.parametrize("question", ["who", "what", "data", "when", "result"])
@pytest.mark.parametrize("text", [None, "TODO", "het leerproces verbeteren", "learning analytics"])
def test_one_vague_or_missing_answer_is_one_finding(load: Load, question: str, text: str | None) -> None:
    found = vagueness(load(**{question: text}))
    assert [finding.rule for finding in found] == ["LP101"]
    assert found[0].message.startswith(f"{question} ")


def test_a_finding_names_the_line(load: Load) -> None:
    purpose = load(result="beter onderwijs")
    line = purpose.path.read_text(encoding="utf-8").splitlines().index("result: beter onderwijs") + 1
    assert vagueness(purpose)[0].where == f"{purpose.path}:{line}"


LEGITIMATE = {"basis": "legitimate_interests", "reference": "belangenafweging 2026-3"}
CONSENT = {"basis": "consent", "reference": "formulier 2026-3"}
WAIVER = {"setting": "k", "value": 5, "reason": "Kleine masters, gewogen in de DPIA", "approved_by": "privacy_officer"}
ZEROS = {**WAIVER, "setting": "zeros_public", "value": True}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"basis": None}, ["LP102", "LP102", "LP102"]),
        ({"basis": {phase: COMPLETE["basis"][phase] for phase in ("collect", "use")}}, ["LP102"]),
        ({"basis": {**COMPLETE["basis"], "use": {"basis": "public_task", "reference": "TODO"}}}, ["LP102"]),
        ({"basis": {**COMPLETE["basis"], "use": LEGITIMATE}}, ["LP103"]),
        ({"own_basis": LEGITIMATE}, ["LP103"]),
        ({"basis": {**COMPLETE["basis"], "use": CONSENT}}, ["LP308"]),
        ({"basis": {**COMPLETE["basis"], "use": CONSENT}, "columns": {"consent": {"state": "inside"}}}, []),
        ({"basis": {**COMPLETE["basis"], "collect": CONSENT}, "columns": {"consent": {"state": "inside"}}}, ["LP104"]),
        ({"collected_for": None}, ["LP104"]),
        ({"collected_for": "n.v.t."}, ["LP104"]),
        ({"compatibility": None}, ["LP104"]),
        ({"compatibility": {**COMPLETE["compatibility"], "nature": "ja"}}, ["LP104"]),
        ({"compatibility": {**COMPLETE["compatibility"], "nature": COMPLETE["compatibility"]["link"]}}, ["LP104"]),
        ({"compatibility": dict.fromkeys(COMPLETE["compatibility"], "n.v.t.")}, ["LP104"]),
        ({"compatibility": None, "collected_for": "mistakes"}, []),
        ({"compatibility": None, "collected_for": "Mistakes per topic"}, []),
        ({"compatibility": None, "own_basis": {"basis": "public_task", "reference": "WHW art. 1.3"}}, []),
        ({"compatibility": None, "own_basis": {"basis": "public_task", "reference": "?"}}, ["LP104"]),
        ({"condition": {"letter": "j", "reference": "tbd"}}, ["LP105"]),
        ({"condition": {"letter": "j", "reference": "UAVG art. 24"}}, []),
        ({"dpia": None}, ["LP106"]),
        ({"dpia": {"reference": "nog te bepalen"}}, ["LP106"]),
        ({"dpia": {"not_needed": "niet nodig"}}, ["LP106"]),
        ({"dpia": {"not_needed": "Geen profielen en geen besluiten, alleen tellingen over groepen boven de tien"}}, []),
        ({"k": 9}, ["LP108"]),
        ({"k": 10}, []),
        ({"k": 11}, []),
        ({"k": 5, "exceptions": [WAIVER]}, []),
        ({"k": 6, "exceptions": [WAIVER]}, ["LP108"]),
        ({"k": 4, "exceptions": [{**WAIVER, "value": 4}]}, ["LP402"]),
        ({"k": 5, "exceptions": [{**WAIVER, "reason": "ja"}]}, ["LP108"]),
        ({"k": 5, "exceptions": [{**WAIVER, "approved_by": "ik"}]}, ["LP108"]),
        ({"zeros_public": True}, ["LP108"]),
        ({"zeros_public": True, "exceptions": [ZEROS]}, []),
        ({"zeros_public": True, "exceptions": [{**ZEROS, "value": 1}]}, ["LP108"]),
        ({"recipients": [{"name": "d", "role": "r", "may": "names"}]}, ["LP110"]),
        ({"recipients": [{"name": "d", "role": "r", "may": "pseudonyms"}]}, []),
    ],
)
def test_what_a_purpose_says_is_judged(
    load: Load, organisation: Organisation, changes: dict[str, Any], codes: list[str]
) -> None:
    assert _codes(load(**changes), organisation) == codes


def test_legitimate_interests_are_a_basis_for_who_is_no_public_authority(load: Load, tmp_path: Path) -> None:
    purpose = load(basis={**COMPLETE["basis"], "use": LEGITIMATE})
    assert _codes(purpose, _organisation(tmp_path, public=False)) == []


@pytest.mark.parametrize(
    ("today", "expired", "codes"),
    [
        (date(2026, 8, 31), False, ["LP107"]),
        (date(2026, 9, 1), False, []),
        (date(2027, 9, 1), False, []),
        (date(2027, 9, 2), True, ["LP107"]),
    ],
)
def test_a_purpose_holds_from_its_first_day_through_its_review_day(
    load: Load, organisation: Organisation, today: date, expired: bool, codes: list[str]
) -> None:
    purpose = load()
    assert purpose.expired(today) is expired
    assert _codes(purpose, organisation, today) == codes


@pytest.mark.parametrize(("floor", "codes"), [(9, []), (10, []), (11, ["LP402"])])
def test_k_is_at_least_the_floor(load: Load, tmp_path: Path, floor: int, codes: list[str]) -> None:
    assert _codes(load(k=10), _organisation(tmp_path, floor=floor)) == codes


@pytest.mark.parametrize("name", ["moodle_weekly_activity", "assessment_results"])
def test_the_shipped_purposes_have_no_findings(name: str) -> None:
    organisation = load_organisation(SCHEMAS / "organisation.yaml")
    purpose = load_purpose(SCHEMAS / "purposes" / f"{name}.yaml", floor=organisation.k_floor)
    assert purpose.name == name
    assert findings(purpose, organisation, TODAY) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"k_floor": 1}, "k_floor"),
        ({"kfloor": 5}, "'k_floor'"),
        ({"roles": {}}, "roles"),
        ({"roles": {"privacy_officer": ["not a key"]}}, r"roles\.privacy_officer"),
        ({"officer": {"role": "FG"}}, "lacks email"),
    ],
)
def test_a_wrong_organisation_is_refused(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    path = _organisation(tmp_path).path
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text(encoding="utf-8")), **changed}), encoding="utf-8")
    with pytest.raises(DeclarationFault, match=message):
        load_organisation(path)
