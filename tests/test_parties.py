"""Who else has a part in the processing is declared in the two files an officer reads, and a slip is found with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lapipe.approval import organisation_sha256
from lapipe.errors import DeclarationFault
from lapipe.purpose import Decisions, Transfer, load_organisation, load_purpose
from tests.projects import ROOT, WEEKLY

PROCESSOR = "{name: Wolk, contact: a@wolk.example, service: Opslag, agreement: Overeenkomst 2026-12"
TRANSFER = "{to: Groep, country: KR, safeguard: standard_clauses, reference: Contract 2026-88}"


def written(folder: Path, file: str, text: str) -> Path:
    path = folder / Path(file).name
    path.write_text((ROOT / "schemas" / file).read_text("utf-8") + text + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "says"), [
    ("procesors: []", "procesors: is not a key here .* Did you mean 'processors'"),
    (f"processors: [{PROCESSOR}, agrement: x}}]", "agrement: is not a key here .* Did you mean 'agreement'"),
    ("processors: [{name: Wolk, contact: a@wolk.example, service: Opslag}]", "lacks agreement"),
    ("processors: [{name: Wolk, contact: a@wolk.example, service: Opslag, agreement: nvt}]", "does not say where it is laid down"),
    (f"processors: [{PROCESSOR}}}, {PROCESSOR}}}]", "stands twice"),
    (f"processors: [{PROCESSOR}, transfer: {{country: DE, safeguard: adequacy, reference: Besluit 3}}}}]", "is DE, which is in the EEA"),
    (f"processors: [{PROCESSOR}, transfer: {{country: usa, safeguard: adequacy, reference: Besluit 3}}}}]", "does not have the form"),
    (f"processors: [{PROCESSOR}, transfer: {{country: US, safeguard: adequasy, reference: Besluit 3}}}}]", "Did you mean 'adequacy'"),
    ("joint_controllers: [{name: Ernaast, address: Laan 2, contact: a@b.example, arrangement: todo}]", "does not say where it is laid down"),
    ("representative: {name: Kantoor, address: Plein 1}", "lacks contact"),
    ("processes_for: [{name: Academie, address: Weg 3, contact: a@b.example, servce: Cijfers}]", "Did you mean 'service'"),
])
def test_a_slip_in_the_organisation_is_found_with_its_line(text: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, "organisation.yaml", text)
    with pytest.raises(DeclarationFault, match=rf"organisation\.yaml:{len(path.read_text('utf-8').splitlines())}: .*{says}"):
        load_organisation(path)


@pytest.mark.parametrize(("text", "says"), [
    (f"tranfers: [{TRANSFER}]", "Did you mean 'transfers'"),
    ("transfers: [{to: Groep, country: KR, safeguard: standard_clauses}]", "lacks reference"),
    ("transfers: [{to: Groep, country: FR, safeguard: standard_clauses, reference: Contract 88}]", "is FR, which is in the EEA"),
    ("transfers: [{to: Groep, country: KR, safeguard: standard_clauses, reference: onbekend}]", "does not say where it is laid down"),
    ("decisions: {kind: profilling, reference: DPIA 4}", "Did you mean 'profiling'"),
    ("decisions: {kind: automated}", "does not say where it is laid down"),
])
def test_a_slip_in_a_purpose_is_found_with_its_line(text: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"purposes/{WEEKLY}.yaml", text)
    with pytest.raises(DeclarationFault, match=rf"{WEEKLY}\.yaml:{len(path.read_text('utf-8').splitlines())}: .*{says}"):
        load_purpose(path, floor=10)


def test_what_is_declared_is_loaded_and_bound_by_the_hashes_that_are_signed(tmp_path: Path) -> None:
    shipped = load_organisation(ROOT / "schemas" / "organisation.yaml")
    path = written(tmp_path, "organisation.yaml", f"processors: [{PROCESSOR}, transfer: {{country: international, safeguard: binding_rules, reference: BCR 5}}}}]")
    organisation = load_organisation(path)
    assert organisation.parties.processors[0].transfer == Transfer("Wolk", "international", "binding_rules", "BCR 5")
    assert organisation_sha256(organisation, {}) != organisation_sha256(shipped, {})
    purpose = load_purpose(written(tmp_path, f"purposes/{WEEKLY}.yaml", f"transfers: [{TRANSFER}]\ndecisions: {{kind: none}}"), floor=10)
    assert purpose.transfers == (Transfer("Groep", "KR", "standard_clauses", "Contract 2026-88"),)
    assert purpose.decisions == Decisions("none")
