"""The architecture: imports go one way, names say something, start-up is light, rules are real."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lapipe.rules import RULES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lapipe"

#: The flow of the data, and the order of imports: each module imports only from earlier ones.
ORDER = ("errors", "rules", "documents", "syntax", "unfolding", "scrubbing", "contract", "project", "purpose", "phrases", "declarations", "keys", "signing", "detect",
         "disclosure", "local_time", "readers", "engine", "scan", "identities", "register", "custody", "catalogue", "choices", "quarantine", "lineage", "stage", "stages", "release", "sink", "assess", "comparison", "groups", "ledger", "differencing",
         "plan", "provenance", "words", "approval", "people", "flow", "pipeline", "subjects", "revision", "widening", "changes", "check", "report", "article30", "retention", "status", "breach", "demo", "start", "cli")

#: Names that say nothing.
EMPTY_NAMES = {"utils", "base", "core", "common", "manager", "factory"}

#: Rules that no code raises yet, with the issue that will.
RESERVED: dict[str, str] = {}

FILES = sorted(PACKAGE.rglob("*.py"))


def module(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Give the lapipe modules that a file imports when it runs, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
                   for statement in node.body for inner in ast.walk(statement)}
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("lapipe."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            if node.module == "lapipe":
                yield from (alias.name for alias in node.names if alias.name in ORDER)
            elif (node.module or "").startswith("lapipe."):
                yield (node.module or "").split(".")[1]


def test_every_module_has_its_place_in_the_order() -> None:
    assert {module(path) for path in FILES} - {"__init__", "__main__"} == set(ORDER)


@pytest.mark.parametrize("path", [path for path in FILES if module(path) in ORDER], ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_earlier_ones(path: Path) -> None:
    own = ORDER.index(module(path))
    later = {name for name in imported(path) if name not in ORDER or ORDER.index(name) > own}
    assert not later


def test_no_name_says_nothing() -> None:
    assert not {part.removesuffix(".py") for path in FILES for part in path.relative_to(PACKAGE).parts} & EMPTY_NAMES


@pytest.mark.parametrize("code", ["import lapipe", "import lapipe.rules", "import lapipe.cli", "import lapipe.stages"])
def test_starting_loads_nothing_heavy(code: str) -> None:
    heavy = ["pandas", "pyarrow", "duckdb", "ibis", "presidio_analyzer", "pyspark", "pandera", "cryptography", "openlineage", "requests"]
    script = f"{code}; import sys; print(*(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []


def raised() -> set[str]:
    """Give the rule codes that stand in the code as a text of their own."""
    return {node.value for path in FILES if path.name != "rules.py"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"LP\d{3}", node.value)}


def test_every_rule_that_is_raised_exists() -> None:
    assert raised() <= set(RULES)


def test_every_rule_is_raised_or_reserved_for_an_issue() -> None:
    assert set(RULES) - raised() == set(RESERVED)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_says_why_where_and_how_it_is_met(rule: object) -> None:
    assert all(vars(rule).values())
