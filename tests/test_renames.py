"""Local names: an institution's headers for a contract's columns, which nobody can use to lead a column past its kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lapipe.contract import Contract, load_contract
from lapipe.errors import ContractBroken, DeclarationFault, Refused
from lapipe.readers.header import match_header
from lapipe.register import Register
from tests.projects import WEEKLY, Project, expected, project
from tests.test_against import git

FILE = "schemas/tables/student.renames.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("renames"), ring=False).root


def renaming(root: Path, text: str) -> Contract:
    (root / FILE).write_text(text, encoding="utf-8")
    try:
        return load_contract(root / "schemas/tables/student.odcs.yaml")
    finally:
        (root / FILE).unlink()


def test_a_renamed_column_is_read_under_its_local_name_alone(folder: Path) -> None:
    plain, contract = load_contract(folder / "schemas/tables/student.odcs.yaml"), renaming(folder, "renames: {programme: Opleidings naam, cohort: startjaar}\n")
    header = [{"programme": " opleidings  NAAM", "cohort": "Startjaar"}.get(name, name) for name in contract.names]
    assert match_header(header, contract, "the file") == contract.names
    for other in ("programme", "opleiding"):
        with pytest.raises(ContractBroken, match=r"LP202 .*undeclared: '(programme|opleiding)'; missing: programme"):
            match_header([other if name == "programme" else header[at] for at, name in enumerate(contract.names)], contract, "the file")
    with pytest.raises(ContractBroken, match="LP202"):
        match_header(header, plain, "the file")
    assert contract.fingerprint() != plain.fingerprint()
    assert renaming(folder, "renames: {programme: Opleiding 2, cohort: startjaar}\n").fingerprint() != contract.fingerprint()
    assert load_contract(folder / "schemas/tables/student.odcs.yaml") == plain


WRONG = [
    ("no column", "renames:\n  programe: x\n", 2, "Did you mean 'programme'?"), ("another key", "rename:\n  programme: x\n", 1, "Did you mean 'renames'?"),
    ("one header for two", "renames:\n  programme: x\n  cohort: ' X '\n", 3, "that programme has too"),
    ("twice", "renames:\n  programme: x\n  programme: y\n", 3, "stands twice"), ("the name of another", "renames:\n  cohort: bsn\n", 2, "calls bsn"),
    ("an alias of another", "renames:\n  cohort: Opleiding\n", 2, "calls programme"), ("a swap", "renames:\n  bsn: cohort\n  cohort: bsn\n", 2, "calls cohort"),
    ("no name", "renames:\n  cohort: ''\n", 2, "empty"), ("blanks", "renames:\n  cohort: '  '\n", 2, "no name at all"),
    ("several", "renames:\n  cohort: [a, b]\n", 2, "should be string"), ("nothing", "renames: {}\n", 1, "empty"),
]


@pytest.mark.parametrize(("text", "line", "told"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_mistake_has_its_line_and_the_nearest_word(text: str, line: int, told: str, folder: Path) -> None:
    with pytest.raises(DeclarationFault, match=rf"student\.renames\.yaml:{line}: ") as refused:
        renaming(folder, text)
    assert told in str(refused.value)


def test_what_has_no_header_has_no_local_names(folder: Path) -> None:
    path = folder / "schemas/tables/openedx_tracking.renames.yaml"
    path.write_text("renames: {event_type: soort}\n", encoding="utf-8")
    with pytest.raises(DeclarationFault, match="LP211 .*without a header"):
        load_contract(path.with_name("openedx_tracking.odcs.yaml"))
    path.unlink()


@pytest.mark.parametrize("header", ["Burger service nummer", "Student BSN", "Onderwijsnummer", "Mailadres", "Etniciteit"])
def test_a_header_that_says_something_stricter_is_not_read_as_a_plain_column(header: str, tmp_path: Path) -> None:
    made = project(tmp_path, ring=False)
    (made.root / FILE).write_text(f"renames: {{programme: {header}}}\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"^LP212 .*student\.programme is quasi and is read under a header that says"):
        made.pipeline().plan()
    (made.root / FILE).write_text("renames: {bsn: burgerservicenummer van de student, programme: Opleidingsnaam}\n", encoding="utf-8")
    made.pipeline().plan()


def test_a_file_for_no_contract_is_found(folder: Path) -> None:
    path = folder / "schemas/tables/studnet.renames.yaml"
    path.write_text("renames: {cohort: x}\n", encoding="utf-8")
    done = Project(folder.parent, {}).lapipe("check", "--format", "json")
    path.unlink()
    assert [(each["rule"], each["file"]) for each in json.loads(done.out)["findings"]] == [("LP211", "schemas/tables/studnet.renames.yaml")]


@pytest.mark.parametrize("form", ["csv", "parquet", "frame"])
def test_a_run_reads_local_names_in_every_form_and_the_register_tells_them(form: str, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    made = project(tmp_path)
    (made.root / FILE).write_text("renames: {programme: Opleidingsnaam, moodle_id: Moodle nr}\n", encoding="utf-8")
    table = made.tables["students"]
    table.header[:] = [{"programme": "Opleidingsnaam", "moodle_id": "Moodle nr"}.get(name, name) for name in table.header]
    made.write()
    data = {}
    if form == "parquet":
        data["students"] = made.root / "exports" / "students.parquet"
        pq.write_table(pa.Table.from_pandas(table.frame()), data["students"])
    elif form == "frame":
        data["students"] = table.frame()
    run = made.go(data, today=today)
    frame = run.read("weekly_activity")
    assert {(row.people, row.component) for row in frame.itertuples()} == {(people, component) for _, _, component, people, _ in expected(today=today)}
    with Register.open(made.register, clock=lambda: datetime.now(UTC), create=False) as register:
        (body,) = [dict(entry.body) for entry in register.entries() if entry.kind == "started"]
    assert body["sources"]["students"]["local_names"] == {"moodle_id": "Moodle nr", "programme": "Opleidingsnaam"}
    assert "local_names" not in body["sources"]["events"]
    told = made.lapipe("plan", WEEKLY, "--words", "nl").out
    assert "- `programme`: herleidbaar in combinatie, heet in het bestand “Opleidingsnaam”;" in told


def test_a_new_local_name_is_a_change_that_needs_an_approval(tmp_path: Path) -> None:
    made = project(tmp_path, ring=False)
    git(made.root, "init", "-q")
    git(made.root, "add", ".")
    git(made.root, "commit", "-qm", "before")
    (made.root / FILE).write_text("renames: {programme: Opleidingsnaam}\n", encoding="utf-8")
    done = made.lapipe("check", "--against", "HEAD", "--format", "json")
    assert [each["rule"] for each in json.loads(done.out)["findings"]] == ["LP210"]
