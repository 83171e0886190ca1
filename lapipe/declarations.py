"""Give a project's contracts and purposes by name."""

from __future__ import annotations

import sys
from pathlib import Path

from lapipe.contract import Contract, load_contract
from lapipe.errors import UsageFault
from lapipe.project import find_project
from lapipe.purpose import Purpose, load_organisation, load_purpose


def contract(name: str | Path) -> Contract:
    """Give a contract of the project that the calling file, or else the working folder, is in; or read it from a path.

    Raises:
        DeclarationFault: there is no such contract, or it is wrong.
    """
    return load_contract(_declaration(name, "tables", ".odcs.yaml", sys._getframe(1).f_globals.get("__file__")))


def purpose(name: str | Path) -> Purpose:
    """Give a purpose of the project that the calling file, or else the working folder, is in; or read it from a path.

    Raises:
        DeclarationFault: there is no such purpose, or it is wrong.
    """
    path = _declaration(name, "purposes", ".yaml", sys._getframe(1).f_globals.get("__file__"))
    return load_purpose(path, floor=load_organisation(path.resolve().parent.parent / "organisation.yaml").k_floor)


def _declaration(name: str | Path, folder: str, ending: str, caller: str | None) -> Path:
    if isinstance(name, Path) or name.endswith(".yaml"):
        return Path(name)
    start = Path(caller).resolve().parent if caller else Path.cwd()
    declared = find_project(start) / "schemas" / folder
    path = declared / f"{name}{ending}"
    if not path.is_file():
        there = sorted(each.name.removesuffix(ending) for each in declared.glob(f"*{ending}"))
        raise UsageFault(f"There is no {folder.removesuffix('s')} '{name}' in {declared} (there are: {', '.join(there) or 'none'}).",
                         rule="LP201")
    return path
