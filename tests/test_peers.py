"""Another tool reads our contracts: datacontract-cli lints each that ships, and a draft once it is decided.

Its pins exclude ours (typer below 0.28), so it lives in an environment of its own, which `make test` sets up beside `.venv`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from lapipe.contract import load_contract
from lapipe.scan import scan
from lapipe.scan.draft import write_draft
from tests.conftest import missing
from tests.projects import ROOT

PEERS = ROOT / ".venv-peers" / "bin"

#: What `datacontract lint FILE` does, in one process for all files: most of its time goes into starting.
LINT = """
import json, sys
from datacontract.data_contract import DataContract
told = {}
for file in sys.argv[1:]:
    run = DataContract(data_contract_file=file).lint()
    told[file] = [str(getattr(run.result, "value", run.result)), [str(check.reason) for check in run.checks if check.reason]]
print(json.dumps(told))
"""


def linted(files: list[Path]) -> dict[Path, tuple[str, list[str]]]:
    """Give the verdict on each file, and what was said."""
    done = subprocess.run([PEERS / "python", "-c", LINT, *map(str, files)], capture_output=True, text=True, timeout=300, check=True)
    return {Path(file): (verdict, said) for file, (verdict, said) in json.loads(done.stdout.splitlines()[-1]).items()}


def test_datacontract_lint_passes_on_every_shipped_contract_and_on_a_draft_and_fails_on_a_slip(tmp_path: Path) -> None:
    if not (PEERS / "datacontract").is_file():
        missing(f"datacontract-cli is not installed in {PEERS.parent}; `make test` does it")
    (tmp_path / "export.csv").write_text("course,mark,day\n" + "".join(f"A{n % 3},{n % 10}.5,2026-01-{n % 28 + 1:02}\n" for n in range(60)))
    (tmp_path / "spool").mkdir()
    draft = tmp_path / "export.odcs.yaml"
    write_draft(scan(tmp_path / "export.csv", tmp_path / "spool"), draft)
    draft.write_text(draft.read_text().replace("kind: undecided", "kind: plain").replace(": undecided", ": Europe/Amsterdam"))
    assert load_contract(draft).names == ("course", "mark", "day")
    slip = tmp_path / "slip.odcs.yaml"
    slip.write_text(draft.read_text().replace("logicalType:", "logicalTipe:"))
    shipped = sorted((ROOT / "schemas" / "tables").glob("*.odcs.yaml"))
    found = linted([*shipped, draft, slip])
    assert len(shipped) > 40
    assert {file.name: said for file, said in found.items() if said[0] != "passed"}.keys() == {slip.name}
    # The command itself, as a colleague would give it.
    done = subprocess.run([PEERS / "datacontract", "lint", shipped[0]], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "is valid" in done.stdout) == (0, True), done.stdout
