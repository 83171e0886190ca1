"""All purposes of a project, as far as they can be read: one that cannot stops only what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lapipe.documents import load
from lapipe.errors import LapipeError
from lapipe.purpose.declaration import Purpose, load_purpose


@dataclass(frozen=True)
class Unread:
    """A purpose's file that could not be read: why, and which tables it names; None where not even that can be told."""

    why: str
    tables: frozenset[str] | None = None


@dataclass(frozen=True)
class Purposes:
    """The purposes of a project by their name, and the files that could not be read by their path in the project."""

    read: Mapping[str, Purpose] = field(default_factory=dict)
    unread: Mapping[str, Unread] = field(default_factory=dict)


def read_purposes(root: Path, *, floor: int) -> Purposes:
    """Read every purpose of the project in `root`; `floor` is the organisation's least k."""
    read, unread = {}, {}
    for path in sorted((root / "schemas" / "purposes").glob("*.yaml")):
        try:
            purpose = load_purpose(path, floor=floor)
            read[purpose.name] = purpose
        except LapipeError as error:
            unread[path.relative_to(root).as_posix()] = Unread(str(error).replace(f"{root}/", ""), _tables(path))
    return Purposes(read, unread)


def _tables(path: Path) -> frozenset[str] | None:
    try:
        named = load(path).content.get("columns")
    except LapipeError:
        return None
    return frozenset(map(str, named)) if isinstance(named, Mapping) else None
