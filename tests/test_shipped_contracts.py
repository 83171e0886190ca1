"""Every contract that ships: complete, without findings, and readable by whoever reads ODCS or pandera."""

from __future__ import annotations

from pathlib import Path

import pytest

from lapipe.check import check_project
from lapipe.contract import Column, Contract, Kind, load_contract
from tests.projects import ROOT, TODAY

FILES = sorted((ROOT / "schemas" / "tables").glob("*.odcs.yaml"))

#: What a word in a column's name says of its values: at least this strict. A column that looks like one and is not, is named below.
AT_LEAST = {
    "bsn": Kind.NATIONAL_ID, "burgerservicenummer": Kind.NATIONAL_ID, "onderwijsnummer": Kind.NATIONAL_ID,
    "persoonsgebonden_nummer": Kind.NATIONAL_ID, "email": Kind.IDENTIFIER, "firstname": Kind.IDENTIFIER, "lastname": Kind.IDENTIFIER,
    "first_name": Kind.IDENTIFIER, "last_name": Kind.IDENTIFIER, "sortable_name": Kind.IDENTIFIER, "username": Kind.IDENTIFIER,
    "userid": Kind.IDENTIFIER, "user_id": Kind.IDENTIFIER, "student_number": Kind.IDENTIFIER, "ip": Kind.IDENTIFIER,
    "ip_address": Kind.IDENTIFIER, "remote_ip": Kind.IDENTIFIER, "password": Kind.IDENTIFIER, "avatar_image_url": Kind.IDENTIFIER,
    "message": Kind.FREE_TEXT, "body": Kind.FREE_TEXT, "comments": Kind.FREE_TEXT, "feedback": Kind.FREE_TEXT, "url": Kind.FREE_TEXT,
    "subject": Kind.FREE_TEXT, "disability": Kind.SPECIAL, "extra_time": Kind.SPECIAL, "etniciteit": Kind.SPECIAL,
    "gender": Kind.QUASI, "geslacht": Kind.QUASI, "date_of_birth": Kind.QUASI, "country": Kind.QUASI, "score": Kind.SENSITIVE,
    "grade": Kind.SENSITIVE, "finalgrade": Kind.SENSITIVE,
}


def columns(contract: Contract) -> tuple[Column, ...]:
    return (*contract.columns, *contract.extractable)


@pytest.fixture(params=FILES, ids=lambda path: path.name.removesuffix(".odcs.yaml"))
def shipped(request: pytest.FixtureRequest) -> Contract:
    path: Path = request.param
    return load_contract(path)


def test_there_are_contracts_to_hold_these_tests_against() -> None:
    assert len(FILES) >= 41


def test_a_shipped_contract_is_named_as_its_file(shipped: Contract) -> None:
    assert shipped.path is not None
    assert shipped.path.name == f"{shipped.name}.odcs.yaml"


def test_every_column_of_a_shipped_contract_has_a_label_in_both_languages(shipped: Contract) -> None:
    assert [column.name for column in columns(shipped) if set(column.label) != {"nl", "en"}] == []


def test_every_personal_column_of_a_shipped_contract_says_whose_it_is_and_of_which_category(shipped: Contract) -> None:
    assert [column.name for column in columns(shipped)
            if (column.kind is not Kind.PLAIN or column.about or column.category) and not (column.about and column.category)] == []


def test_categories_of_a_shipped_contract_are_terms_of_the_privacy_vocabulary(shipped: Contract) -> None:
    assert [column.name for column in columns(shipped)
            if column.category and not column.category.startswith(("pd:", "dpv:"))] == []


def test_a_column_is_of_a_kind_as_strict_as_its_name_says(shipped: Contract) -> None:
    assert [(column.name, str(column.kind)) for column in columns(shipped)
            if column.name.lower() in AT_LEAST and column.kind.strictness < AT_LEAST[column.name.lower()].strictness] == []


def test_the_person_of_a_shipped_contract_is_an_identifier(shipped: Contract) -> None:
    person = [column for column in columns(shipped) if column.name == shipped.person]
    assert all(column.kind is Kind.IDENTIFIER for column in person)
    assert bool(person) == bool(shipped.person)


def test_a_shipped_contract_compiles_to_pandera_with_its_kinds(shipped: Contract) -> None:
    schema = shipped.pandera()
    assert list(schema.columns) == list(shipped.names)
    assert {name: (column.metadata or {})["kind"] for name, column in schema.columns.items()} == {
        column.name: str(column.kind) for column in shipped}


def test_check_has_no_finding_in_the_shipped_contracts() -> None:
    checked = check_project(ROOT, TODAY, [ROOT / "schemas" / "tables"])
    assert checked.contracts == len(FILES)
    assert checked.findings == ()


def test_no_identity_domain_is_spelt_in_two_ways_in_the_shipped_contracts() -> None:
    seen: dict[str, set[object]] = {}
    for path in FILES:
        for column in columns(load_contract(path)):
            if column.domain:
                seen.setdefault(column.domain, set()).add((column.type, column.spelling))
    assert {domain: len(ways) for domain, ways in seen.items() if len(ways) > 1} == {}
    assert {"moodle_user", "student_number", "canvas_user", "brightspace_user"} <= set(seen)
