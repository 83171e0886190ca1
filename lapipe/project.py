"""A project is the folder that holds lapipe.toml; a profile says where its register, keys, sources and releases are."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lapipe.documents import Document, check, nearest
from lapipe.errors import DeclarationFault, UsageFault

#: The file that makes a folder a project.
FILE = "lapipe.toml"

_TEXT = {"type": "string", "minLength": 1}

#: The form of lapipe.toml.
_FORM: Mapping[str, Any] = {
    "type": "object",
    "required": ["profiles"],
    "additionalProperties": False,
    "properties": {
        "default": _TEXT,
        "profiles": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["register", "out"],
                "additionalProperties": False,
                "properties": {
                    "register": _TEXT,
                    "keys": _TEXT,
                    "engine": _TEXT,
                    "out": _TEXT,
                    "to": _TEXT,
                    "runs": _TEXT,
                    "quarantine": _TEXT,
                    "ledger": _TEXT,
                    "approvals": {"type": "boolean"},
                    "stores": {"type": "object", "additionalProperties": _TEXT},
                    "openlineage": {
                        "type": "object",
                        "required": ["url", "namespace"],
                        "additionalProperties": False,
                        "properties": {"url": _TEXT, "namespace": _TEXT},
                    },
                    "sources": {
                        "type": "object",
                        "additionalProperties": {"type": "object", "additionalProperties": _TEXT},
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Catalogue:
    """The data catalogue that is told of runs (OpenLineage over HTTP), and the namespace of what is told."""

    url: str
    namespace: str


@dataclass(frozen=True)
class Profile:
    """One way to run a project: on a laptop, in a test, in production.

    Paths are absolute; `register`, the sources and the stores are paths or URLs, and `to` is the URL of a database that releases go into
    too. URLs may hold a password, so repr leaves them out. `stores` says where the data is that schemas/organisation.yaml puts under a term.
    """

    name: str
    register: str = field(repr=False)
    keys: Path
    out: Path
    runs: Path
    quarantine: Path
    ledger: Path
    engine: str = "duckdb"
    approvals: bool = False
    to: str = field(default="", repr=False)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    stores: Mapping[str, str] = field(default_factory=dict, repr=False)
    openlineage: Catalogue | None = None


@dataclass(frozen=True)
class Project:
    """A project's folder and the profile it is used under."""

    root: Path
    profile: Profile


def find_project(start: Path) -> Path:
    """Find the nearest folder, from `start` upwards, that holds lapipe.toml.

    Raises:
        UsageFault: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise UsageFault(
        f"There is no {FILE} in {here} or in a folder above it. "
        "Go to a project's folder, or start one with `lapipe init`."
    )


def load_project(start: Path, profile: str | None = None) -> Project:
    """Load the project around `start` under the named profile, or under the file's default.

    Raises:
        UsageFault: there is no project, or it has no such profile.
        DeclarationFault: lapipe.toml is wrong; the message names line and key.
    """
    root = find_project(start)
    document = _read(root / FILE)
    check(document, _FORM)
    profiles: Mapping[str, Mapping[str, Any]] = document.content["profiles"]
    default = document.content.get("default")
    has = f"(it has: {', '.join(profiles)})"
    if default is not None and default not in profiles:
        raise document.fault(["default"], f"names a profile that is not there {has}.{nearest(default, profiles)}")
    name = profile or default
    if name is None:
        fix = 'Add default = "NAME" on top, or use --profile NAME.'
        raise UsageFault(f"{document.path} has no default profile {has}. {fix}")
    if name not in profiles:
        raise UsageFault(f"{document.path} has no profile '{name}' {has}.{nearest(name, profiles)}")
    return Project(root, _profile(document, root, name, profiles[name]))


def load_profiles(start: Path) -> dict[str, Profile]:
    """Load every profile of the project around `start`, by its name.

    Raises:
        UsageFault: there is no project.
        DeclarationFault: lapipe.toml is wrong; the message names line and key.
    """
    root = find_project(start)
    document = _read(root / FILE)
    check(document, _FORM)
    return {name: _profile(document, root, name, said) for name, said in document.content["profiles"].items()}


def demanding(profiles: Mapping[str, Profile], *, register: str, keys: Path | None, out: Path | None, to: str = "", stores: Collection[str] = ()) -> str:
    """Name the profile that demands approvals and whose register, key ring, folder or database of releases, or place of data is used; empty without one.

    Whatever profile a run is started under: who uses what is production's is held to production's approvals.
    """
    def same(one: Path | str | None, other: Path | str | None) -> bool:
        return bool(one and other) and os.path.realpath(os.path.expanduser(str(one))) == os.path.realpath(os.path.expanduser(str(other)))

    return next((name for name, profile in profiles.items()
                 if profile.approvals and (same(profile.register, register) or same(profile.keys, keys) or same(profile.out, out)
                                           or (bool(to) and _server(profile.to) == _server(to)) or any(same(one, other) for one in profile.stores.values() for other in stores))), "")


def _server(url: str) -> tuple[str, str]:
    """Give a URL's host and database: whoever logs in, it is one place. The host of a socket stands among the settings."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or dict(parse_qsl(parts.query)).get("host", ""), parts.path.strip("/"))
    except ValueError:
        return ("", url)


def _profile(document: Document, root: Path, name: str, said: Mapping[str, Any]) -> Profile:
    def path(key: str, default: str) -> Path:
        return Path(_place(root, said.get(key, default)))

    stored = said.get("keys", "")
    in_variable = stored.startswith("env:")
    keys = Path(stored) if in_variable else path("keys", f"~/.config/lapipe/keys/{root.name}.json")
    if not in_variable and keys.resolve().is_relative_to(root):
        raise document.fault(
            ["profiles", name, "keys"],
            "lies inside the project, where it would be copied and committed with it. Put the key ring elsewhere, "
            "for instance under ~/.config/lapipe/keys/.",
        )
    return Profile(
        name=name,
        register=_place(root, said["register"]),
        keys=keys,
        out=path("out", ""),
        runs=path("runs", ".lapipe/runs"),
        quarantine=path("quarantine", ".lapipe/quarantine"),
        ledger=path("ledger", ".lapipe/ledger"),
        engine=said.get("engine", "duckdb"),
        approvals=said.get("approvals", name == "prod"),
        to=said.get("to", ""),
        sources={
            pipeline: {source: _place(root, where) for source, where in sources.items()}
            for pipeline, sources in said.get("sources", {}).items()
        },
        stores={name: _place(root, where) for name, where in said.get("stores", {}).items()},
        openlineage=_catalogue(document, name, said["openlineage"]) if "openlineage" in said else None,
    )


def _catalogue(document: Document, profile: str, said: Mapping[str, str]) -> Catalogue:
    """Refuse what is no place to send to, and a URL that holds a password: this file is committed."""
    problem = ""
    try:
        parts = urlsplit(said["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            problem = "is no URL such as https://catalogue.example:5000."
        elif parts.username or parts.password:
            problem = "holds a user or password, and this file is no place for one; give the catalogue's key in LAPIPE_OPENLINEAGE_KEY."
    except ValueError:
        problem = "is no URL such as https://catalogue.example:5000."
    if problem:
        raise document.fault(["profiles", profile, "openlineage", "url"], problem)
    return Catalogue(said["url"].rstrip("/"), said["namespace"])


def _place(root: Path, text: str) -> str:
    """Make a path or glob absolute (relative ones start at the project); leave a URL as it is."""
    return text if "://" in text else os.path.normpath(root / os.path.expanduser(text))


def _read(path: Path) -> Document:
    """Read the TOML with the line of every table and key, so that it is checked as the YAML files are."""
    text, problem = "", ""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    if problem:
        raise DeclarationFault(f"{path} {problem}.")
    content: dict[str, Any] = {}
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The parser quotes at most a character; only its place is taken over.
        place = re.search(r"line (\d+)", str(error))
        problem = f"{path}:{place[1] if place else text.count(chr(10)) + 1}: not valid TOML."
    if problem:
        raise DeclarationFault(problem)
    return Document(path, content, _lines(text))


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Find the line of tables and of keys; a key inside an inline table is told at the table's line."""
    lines: dict[tuple[str | int, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = _parts(found[1])
            at = table
        elif found := re.match(r"\s*([\w.\-\"' ]+?)\s*=", line):
            at = (*table, *_parts(found[1]))
        else:
            continue
        # The first line of a table that is named only by its children is its first child's.
        for depth in range(1, len(at) + 1):
            lines.setdefault(at[:depth], number)
    return lines


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))
