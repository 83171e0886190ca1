"""Who is who: what schemas/identities.yaml may say, and whom an identifier names, or nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lapipe.contract import Spelling, load_contracts
from lapipe.errors import DeclarationFault, Refused, UsageFault
from lapipe.identities import Domain, Identities, IdentityMap, Links, load_identities
from tests.projects import ROOT

TABLES = ROOT / "schemas" / "tables"
SHIPPED = (ROOT / "schemas" / "identities.yaml").read_text(encoding="utf-8")


def test_the_shipped_file_ties_student_number_moodle_and_email() -> None:
    identities = load_identities(ROOT / "schemas" / "identities.yaml", load_contracts(TABLES))
    assert [dict(each.columns) for each in identities.maps] == [{"student_number": "student_number", "moodle_user": "moodle_id", "email": "email"}]
    assert identities.domains["student_number"].canonical("S1234567.0") == "1234567"
    assert identities.domains["moodle_user"].canonical("0") is None, "nobody is no person"


def test_without_a_file_the_domains_are_those_of_the_contracts(tmp_path: Path) -> None:
    identities = load_identities(tmp_path / "identities.yaml", load_contracts(TABLES))
    assert {"student_number", "moodle_user"} <= set(identities.domains)
    assert identities.maps == ()


@pytest.mark.parametrize(("old", "new", "line", "said"), [
    ("contract: student\n", "contract: studnt\n", 15, "no such contract. Did you mean 'student'"),
    ("moodle_user: moodle_id", "moodle_user: moodleid", 17, "column 'moodleid'.*Did you mean 'moodle_id'"),
    ("student_number: student_number", "student_numbr: student_number", 17, "no domain of this file"),
    ("moodle_user: moodle_id", "moodle_user: student_number", 17, "puts in domain student_number"),
    ("  moodle_user:", "  moodle_usr:", 7, "is in no contract.*Did you mean 'moodle_user'"),
    ("maps:", "map:", 14, "not a key here"),
    ("source: moodle_weekly_activity.students", "source: students.csv.gz", 16, "does not have the form"),
    ("    label: {nl: Studentnummer, en: Student number}", "    label: {nl: Studentnummer, en: Student number}\n    spelling: {lower: true}", 7,
     "not the one that the contracts have"),
    ("    label: {nl: E-mailadres, en: Email address}\n", "", 9, "lacks label")])
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in SHIPPED
    path = tmp_path / "identities.yaml"
    path.write_text(SHIPPED.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationFault, match=said) as fault:
        load_identities(path, load_contracts(TABLES))
    assert f"{path}:{line}:" in str(fault.value)


def test_contracts_that_spell_a_domain_in_two_ways_are_told(tmp_path: Path) -> None:
    shutil.copytree(TABLES, tmp_path / "tables")
    table = tmp_path / "tables" / "objection.odcs.yaml"
    table.write_text(table.read_text("utf-8").replace("lower: true, number", "number"), encoding="utf-8")
    with pytest.raises(DeclarationFault, match=r"spelt in 2 ways"):
        load_identities(ROOT / "schemas" / "identities.yaml", load_contracts(tmp_path / "tables"))


DIGITS = Spelling(number=True, pattern="[0-9]{1,9}")
LINKS = Links.of([{"number": "1234567", "moodle": "42", "mail": "a@b.c"}, {"number": "42", "moodle": "99"}, {"number": "7", "mail": "shared@b.c"},
                  {"number": "8", "mail": "shared@b.c"}])


@pytest.fixture
def identities() -> Identities:
    contract = load_contracts(TABLES)["student"]
    domains = {"number": Domain("number", DIGITS), "moodle": Domain("moodle", DIGITS), "mail": Domain("mail", Spelling(lower=True, pattern=r"[^@]+@[^@]+"))}
    return Identities(domains, (IdentityMap(contract, "p.s", {"number": "student_number", "moodle": "moodle_id", "mail": "email"}),))


@pytest.mark.parametrize(("given", "forms"), [
    ([("", "A@B.C")], {"number": "1234567", "moodle": "42", "mail": "a@b.c"}),
    ([("", " 1234567.0 ")], {"number": "1234567", "moodle": "42", "mail": "a@b.c"}),
    ([("moodle", "42")], {"number": "1234567", "moodle": "42", "mail": "a@b.c"}),
    ([("number", "42")], {"number": "42", "moodle": "99"}),
    ([("", "99")], {"number": "42", "moodle": "99"}),
    ([("moodle", "99"), ("mail", "n@b.c")], {"number": "42", "moodle": "99", "mail": "n@b.c"})])
def test_an_identifier_names_one_person_in_every_domain(identities: Identities, given: list[tuple[str, str]], forms: dict[str, str]) -> None:
    found = identities.resolve(given, LINKS)
    assert found.forms == forms
    assert not any(form in f"{found!r}{found}" for form in forms.values())


@pytest.mark.parametrize(("given", "said"), [
    ([("", "42")], "may be one of number, moodle"), ([("", "x y")], "not spelt as one of any domain"), ([("mail", "42")], "not spelt as one of domain mail"),
    ([("", "555")], "may be one of"), ([("moodle", "555")], "does not know this identifier"), ([("", "shared@b.c")], "leads to 2 different ones in domain number"),
    ([("number", "42"), ("number", "7")], "leads to")])
def test_an_identifier_that_names_nobody_or_several_stops_and_is_not_quoted(identities: Identities, given: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(Refused, match=f"LP501.*{said}") as stopped:
        identities.resolve(given, LINKS)
    assert not any(len(raw) > 2 and raw in str(stopped.value) for _, raw in given)


def test_without_the_map_a_person_is_what_is_given(identities: Identities) -> None:
    assert identities.resolve([("moodle", "555"), ("mail", "x@y.z")], LINKS, mapped=False).forms == {"moodle": "555", "mail": "x@y.z"}
    with pytest.raises(UsageFault, match="no identity domain 'moodl'.*Did you mean 'moodle'"):
        identities.resolve([("moodl", "5")], LINKS)
