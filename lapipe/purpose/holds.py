"""What a legal hold may name, and which holds name nothing: a hold with a slip of the pen keeps nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from lapipe.documents import load, nearest
from lapipe.errors import DeclarationFault
from lapipe.purpose.terms import Hold, Retention

#: What can be held as a whole.
GROUPS = ("releases", "ledger", "quarantine", "evidence")


def can_be_held(root: Path, out: Path | None, retention: Retention) -> set[str]:
    """Give the names that a project has: its data, pipelines and releases, and what can be held as a whole. No code of it runs."""
    names = {*GROUPS, *(each.name for each in retention.data)}
    for path in sorted((root / "pipelines").glob("*.py")):
        if not path.name.startswith("_"):
            names |= {path.stem, *_released(path)}
    if out is not None and out.is_dir():
        names |= {path.name for path in out.iterdir() if path.is_dir() and not path.name.startswith(".")}
    return names


def _released(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")) == "Release":
            for given in [*node.args[:1], *(each.value for each in node.keywords if each.arg == "name")]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value


def misnamed(organisation: Path, retention: Retention, names: Iterable[str], today: date) -> Iterator[tuple[Hold, DeclarationFault]]:
    """Give each hold that is in force and names none of `names`, with the fault that says so."""
    there = sorted(names)
    for number, hold in enumerate(retention.holds):
        if hold.in_force(today) and hold.on not in there:
            yield hold, load(organisation).fault(["retention", "holds", number, "on"], f"is '{hold.on}', which names nothing, so nothing is held by it "
                                                 f"(there are: {', '.join(there)}).{nearest(hold.on, there)}")


def expired(retention: Retention, today: date) -> Iterator[str]:
    """Say of each hold that is over that it is."""
    for hold in retention.holds:
        if not hold.in_force(today):
            yield f"the hold on '{hold.on}' ended on {hold.until}, so it holds nothing any more."
