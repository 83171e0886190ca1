"""Where a person is: releases, by every pseudonym they may have; quarantine and landing files, by every spelling."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract, Kind, Spelling, first_group
from lapipe.custody import Custody
from lapipe.engine import Engine
from lapipe.errors import LapipeError, RegisterFault
from lapipe.identities import Identities, Person
from lapipe.keys import KeyRing
from lapipe.readers import open_source
from lapipe.register import Entry
from lapipe.release import DATA, MANIFEST
from lapipe.sink import Sinks, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A form of fewer characters than this is looked for in free text only where a pattern of the contract says that it stands there.
_TELLING = 5

#: From this length on a form is looked for inside other words too: chance does not make it.
_UNMISTAKABLE = 6


@dataclass(frozen=True)
class Holding:
    """A release and what it holds of a person: rows about them, and rows about others that name them; in its files and in its table.

    `obstacle` says why it could not be searched, or is empty. Of a release whose files were deleted a `table` may be left.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)
    rows: int = 0
    mentions: int = 0
    obstacle: str = ""
    table: Table | None = None
    in_table: tuple[int, int] = (0, 0)
    #: The data file that was looked into, as the system tells it from another.
    seen: tuple[int, int, int] = field(default=(0, 0, 0), repr=False)

    @property
    def name(self) -> str:
        """The release's name."""
        return str(self.manifest["release"])

    @property
    def statistics(self) -> bool:
        """Whether it is statistical output, which holds groups and no rows about people."""
        return str(self.manifest["kind"]) == "statistics"

    @property
    def holds(self) -> bool:
        """Whether it holds the person."""
        return self.in_files or any(self.in_table)

    @property
    def in_files(self) -> bool:
        """Whether its files hold the person."""
        return bool(self.rows or self.mentions)

    def told(self) -> dict[str, Any]:
        """Give what may be said of it: names, terms, recipients and counts."""
        said = self.manifest
        return {"release": self.name, "kind": said["kind"], "run": said["run"], "purpose": said["purpose"]["name"], "erase_by": said["erase_by"],
                "recipients": [recipient["name"] for recipient in said["recipients"]], "rows": self.rows, "mentions": self.mentions,
                "folder": str(self.folder), "not_searched": self.obstacle,
                **({"table": self.table.shown, "rows_in_table": self.in_table[0], "mentions_in_table": self.in_table[1]} if self.table else {})}


@dataclass(frozen=True)
class Landing:
    """A file that pipelines read, or a file of quarantine, and in how many rows of it a person is, by column."""

    path: str
    columns: Mapping[str, int] = field(default_factory=dict)
    obstacle: str = ""

    @property
    def holds(self) -> bool:
        """Whether it holds the person."""
        return any(self.columns.values())

    def told(self) -> dict[str, Any]:
        """Give what may be said of it."""
        return {"path": self.path, "columns": dict(self.columns), "not_searched": self.obstacle}


def manifests(out: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give every release in OUT, each run's folder with its manifest.

    Raises:
        RegisterFault: a manifest cannot be read, so that it is not known what lies there (LP605).
    """
    for path in sorted(out.glob(f"[!.]*/*/*/{MANIFEST}")):
        if path.parent.is_symlink():
            continue
        said: Any = None
        with contextlib.suppress(OSError, ValueError):
            said = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(said, dict) or not {"release", "kind", "purpose", "columns", "files"} <= set(said):
            raise RegisterFault(f"Release {path.parent} has a manifest that cannot be read, so nobody can be looked for in it; restore or delete it.",
                                rule="LP605")
        yield path.parent, said


class Search:
    """Looks for one person with a key ring; what is computed of the keys stays in this process.

    Asked again, it looks only into what is new or was written anew since: a release that is what it was holds whom it held.
    """

    def __init__(self, person: Person, ring: KeyRing | None, engine: Engine, known: Custody) -> None:
        self.person, self.ring, self.engine, self.known = person, ring, engine, known
        self._before: dict[Path, Holding] = {}
        #: A spelling of the person inside a text.
        self._whole = re.compile("|".join(spelt(form, Spelling(), text=True) for form in person.forms.values() if len(form) >= _TELLING) or r"(?!)", re.I)

    def releases(self, outs: Sequence[Path], tables: Mapping[str, Table], sinks: Sinks, missing: Mapping[str, Entry]) -> list[Holding]:
        """Look into every release in these folders and its table, by its folder; statistics among them are named and not searched.

        `missing` are those that the register knows and that are in none of the folders: each is an obstacle.
        """
        there = [(str(folder.relative_to(out)), Holding(folder, manifest, seen=_seen(folder / DATA))) for out in outs for folder, manifest in manifests(out)]
        hold = self._holding([holding for _, holding in there])
        placed = [(name, self._release(holding, holding.folder in hold)) for name, holding in there]
        names = {name for name, _ in placed}
        orphans = [(name, Holding(outs[0] / name, {})) for name in sorted({*tables, *missing} - names)]
        looked = [(name, self._table(holding, tables[name], sinks) if name in tables else holding) for name, holding in placed + orphans]
        holdings = [self._missing(holding, missing[name]) if name in missing else holding for name, holding in looked]
        found = [holding for holding in holdings if holding.manifest]
        self._before = {holding.folder: holding for holding in found}
        return found

    def _same(self, now: Holding) -> Holding | None:
        """Give what was found in a release before, where its manifest and data are the ones that were looked into."""
        before = self._before.get(now.folder)
        return before if before is not None and not before.obstacle and (before.manifest, before.seen) == (now.manifest, now.seen) else None

    def _missing(self, holding: Holding, entry: Entry) -> Holding:
        """Say of a release that is not here why nobody was looked for in it; its table may have been."""
        body = entry.body
        said: Mapping[str, Any] = holding.manifest or {"release": body["release"], "run": entry.run, "kind": body.get("kind") or "pseudonyms", "purpose": {"name": ""},
                                                       "erase_by": "", "recipients": [], "columns": []}
        keys = body.get("keys")
        gone = sorted(keys) if isinstance(keys, Mapping) and keys and set(keys) <= set(self.known.destroyed) else []
        why = f"it is not here, and its key {', '.join(gone)} was destroyed, so nobody in it can be told (GDPR art. 11)" if gone else (
            f"it was released to a folder that is not here: give that folder with --out, or mount it; where the files were deleted by hand, say so with `lapipe subject gone "
            f"{body['folder']} --role ROLE`")
        return replace(holding, manifest=said, obstacle=holding.obstacle or why)

    def _table(self, holding: Holding, table: Table, sinks: Sinks) -> Holding:
        """Look into the table of a release, also where its files are gone or were rewritten before."""
        fault = ""
        try:
            sink = sinks.of(table)
            text = sink.manifest(table)
            if text is None:
                return holding
            manifest = holding.manifest or json.loads(text)
            placed = replace(holding, manifest=manifest, table=table)
            placed = placed if holding.manifest or placed.statistics else replace(placed, obstacle=self._unsearchable(manifest))
            if placed.obstacle or placed.statistics:
                return placed
            before = self._before.get(holding.folder)
            clear = before is not None and (before.table, before.in_table, before.manifest) == (table, (0, 0), manifest) and not before.obstacle
            return placed if clear else replace(placed, in_table=sink.count(table, *self.named(manifest)))
        except LapipeError as error:
            fault = type(error).__name__
        said: Mapping[str, Any] = holding.manifest or {"release": table.name.partition("@")[0], "run": table.name.partition("@")[2], "kind": "pseudonyms",
                                                       "purpose": {"name": ""}, "erase_by": "", "recipients": [], "columns": []}
        # Statistics hold no rows about people, wherever they stand.
        return holding if holding.manifest and holding.statistics else replace(
            holding, manifest=said, table=table, obstacle=holding.obstacle or f"its table {table.shown} cannot be read ({fault}); give its URL with --database, or see that "
            "the server answers")

    def _unsearchable(self, manifest: Mapping[str, Any]) -> str:
        """Say why nobody can be looked for in a release; empty where one can."""
        used = {part for part in str(manifest.get("key", "")).split(", ") if part}
        if not self.known.refuse_missing(used, manifest.get("key_check") or {}, self.ring, f"{manifest['release']} of run {manifest['run']}"):
            gone = sorted(used & set(self.known.destroyed))
            return f"its key {', '.join(gone)} was destroyed, so nobody in it can be told (GDPR art. 11)"
        if self.ring is None:
            return "there is no key ring"
        unknown = {str(column["domain"]) for column in _pseudonyms(manifest) if column.get("domain")} - set(self.person.forms)
        return f"it knows people by {', '.join(sorted(unknown))}, and the person's is not known" if unknown else ""

    def _holding(self, there: Sequence[Holding]) -> set[Path]:
        """Give the releases whose data holds any of the person's pseudonyms; those of one kind are looked through together."""
        kinds: dict[tuple[tuple[str, tuple[str, ...]], ...], list[Path]] = {}
        for each in there:
            if not each.statistics and any(each.seen) and self._same(each) is None and not self._unsearchable(each.manifest):
                about, naming, _ = self.named(each.manifest)
                kinds.setdefault(tuple((name, tuple(mine)) for name, mine in {**about, **naming}.items()), []).append(each.folder)
        found = {path.parent for columns, folders in kinds.items() for name, mine in columns
                 for path in self.engine.holding([folder / DATA for folder in folders], name, mine)}
        # No statistics of a file say what stands inside a text.
        return found | {each.folder for each in there if texts_of(each.manifest)}

    def _release(self, there: Holding, holds: bool) -> Holding:
        if there.statistics:
            return there
        obstacle = self._unsearchable(there.manifest) or ("" if any(there.seen) else "its data is gone")
        if obstacle:
            return replace(there, obstacle=obstacle)
        before = self._same(there)
        if before is not None:
            return replace(there, rows=before.rows, mentions=before.mentions)
        if not holds:
            return there
        table = self.engine.view(there.folder / DATA)
        about, naming = self.conditions(there.manifest, table)
        found = self.engine.count({"rows": about.sum().fill_null(0).cast("int64"), "mentions": (naming & ~about).sum().fill_null(0).cast("int64")})
        self.engine.drop(table)
        return replace(there, rows=int(found["rows"] or 0), mentions=int(found["mentions"] or 0))

    def conditions(self, manifest: Mapping[str, Any], table: ir.Table) -> tuple[ir.BooleanValue, ir.BooleanValue]:
        """Give which rows are about the person, and which name them in another column or inside a text."""
        import ibis

        def met(columns: Mapping[str, Sequence[str]]) -> Any:
            found: Any = ibis.literal(False)
            for name, mine in columns.items():
                found = found | table[name].isin(mine).fill_null(False)
            return found

        about, naming, texts = self.named(manifest)
        told = met(naming)
        for name, mine in texts.items():
            changed = self.engine.lookup(table[name], lambda values, mine=mine: [value is not None and self.cleaned(str(value), mine) != value for value in values], "boolean")  # type: ignore[misc]
            told = told | table[name].isin(changed.filter(changed.value).key).fill_null(False)
        return met(about), told

    def cleaned(self, text: str, mine: Sequence[str]) -> str | None:
        """Give a text without the person's pseudonyms; None for one in which a spelling of an identifier of theirs was left, which is withheld."""
        for pseudonym in mine:
            text = text.replace(f" {pseudonym}", "").replace(pseudonym, "")
        return None if self._whole.search(text) else text

    def named(self, manifest: Mapping[str, Any]) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]:
        """Give, by column, the person's pseudonyms: in the column that says whom a row is about, in others, and inside texts.

        They alone are handed to an engine or a database; no key, no identifier.
        """
        person = about_column(manifest)
        columns = {str(column["name"]): self.pseudonyms(manifest, str(column.get("domain") or "")) for column in _pseudonyms(manifest)}
        return ({name: mine for name, mine in columns.items() if name == person}, {name: mine for name, mine in columns.items() if name != person},
                {name: self.pseudonyms(manifest, "") for name in texts_of(manifest)})

    def pseudonyms(self, manifest: Mapping[str, Any], domain: str) -> list[str]:
        """Give the person's pseudonyms in a release: of its purpose, by every key of the ring, in one domain or where it names none in all."""
        assert self.ring is not None
        purpose = str(manifest["purpose"]["name"])
        found = [each.of([form])[0] for name, form in self.person.forms.items() if domain in ("", name)
                 for each in self.ring.every(purpose=purpose, domain=name)]
        return [pseudonym for pseudonym in found if pseudonym]

    def without(self, holding: Holding) -> Callable[[ir.Table], ir.Table]:
        """Give what leaves the person out of a release: rows about them go, in rows about others their name is emptied, and taken out of texts."""
        import ibis

        manifest = holding.manifest

        def change(table: ir.Table) -> ir.Table:
            about, _ = self.conditions(manifest, table)
            kept = table.filter(~about)
            _, naming, texts = self.named(manifest)
            for name, mine in naming.items():
                kept = kept.mutate(**{name: ibis.cases((kept[name].isin(mine).fill_null(False), ibis.null("string")), else_=kept[name])})
            for name, mine in texts.items():
                found = self.engine.lookup(table[name], lambda values, mine=mine: [None if value is None else self.cleaned(str(value), mine) for value in values], "string")  # type: ignore[misc]
                found = found.select(lapipe_key=found.key, lapipe_value=found.value)
                joined = kept.left_join(found, kept[name] == found.lapipe_key)
                kept = joined.mutate(**{name: joined.lapipe_value}).select(*kept.columns)
            return kept

        return change

    # --- landing files ---

    def landing(self, path: str, contract: Contract, spool: Path) -> list[Landing]:
        """Look into the files of a source, in the columns of the person's domains and in text.

        What cannot be read as the contract says is told, since nobody was looked for in it.
        """
        found = []
        for name in sorted(glob.glob(path)) or [path]:
            try:
                columns, obstacle = self._columns(name, contract, spool), ""
            except LapipeError as error:
                columns, obstacle = {}, f"it cannot be read ({type(error).__name__}{', ' + error.rule if error.rule else ''})"
            found.append(Landing(name, columns, obstacle))
        return found

    def _columns(self, path: str, contract: Contract, spool: Path) -> dict[str, int]:
        spool.mkdir(mode=0o700, exist_ok=True)
        looked = [column for column in contract if column.domain in self.person.forms or column.kind in (Kind.IDENTIFIER, Kind.FREE_TEXT)]
        texts = {column.extracted_from for column in contract.extractable}
        names = [column.name for column in contract if column in looked or column.name in texts]
        if not names:
            return {}
        table = self.engine.read(open_source(path, contract, spool), contract.keep(names)).table
        counts: dict[str, int] = {}
        for name in names:
            column = contract[name]
            patterns = [each for each in contract.extractable if each.extracted_from == name]

            def mine(value: Any, domain: str = column.domain, spelling: Spelling | None = column.spelling,
                     patterns: Sequence[Any] = tuple(patterns)) -> bool:
                text = str(value)
                if domain in self.person.forms:
                    return (spelling or Spelling()).canonical(text) == self.person.forms[domain]
                for each in patterns:
                    form = first_group(each.patterns, text)
                    if form is not None and (each.spelling or Spelling()).canonical(form) == self.person.forms.get(each.domain):
                        return True
                return bool(self._whole.search(text))

            def told(values: list[Any], mine: Callable[[Any], bool] = mine) -> list[bool]:
                return [value is not None and mine(value) for value in values]

            mapping = self.engine.lookup(table[name], told, "boolean")
            met = table.inner_join(mapping.filter(mapping.value), table[name] == mapping.filter(mapping.value).key)
            counts[name] = int(self.engine.count({"n": met.count()})["n"] or 0)
        return counts

    def quarantine(self, folder: Path, identities: Identities) -> list[Landing]:
        """Look into the records that could not be parsed, for every spelling; by run, since what a file there is called may name a person."""
        found: dict[str, int] = {}
        for path, count, _ in self._quarantined(folder, identities):
            name = f"quarantine of run {path.relative_to(folder).parts[0]}" if path.parent != folder else "quarantine"
            found[name] = found.get(name, 0) + count
        return [Landing(name, {"records": count}) for name, count in found.items()]

    def erase_quarantine(self, folder: Path, identities: Identities) -> int:
        """Take the records that hold a spelling of the person out of quarantine, and give how many."""
        gone = 0
        for path, count, kept in self._quarantined(folder, identities):
            if count:
                new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
                handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with os.fdopen(handle, "wb") as stream:
                    stream.writelines(kept)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(new, path)
                gone += count
        return gone

    def _quarantined(self, folder: Path, identities: Identities) -> Iterator[tuple[Path, int, list[bytes]]]:
        sought = re.compile("|".join(spelt(form, identities.domains[domain].spelling) for domain, form in self.person.forms.items()), re.I)
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not path.is_symlink():
                lines = path.read_bytes().splitlines(keepends=True)
                kept = [line for line in lines if not sought.search(_unpacked(line))]
                yield path, len(lines) - len(kept), kept


def _seen(path: Path) -> tuple[int, int, int]:
    """Give what tells a file from another; noughts where there is none."""
    if not path.is_file():
        return 0, 0, 0
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _unpacked(line: bytes) -> str:
    """Give a record of quarantine as text, what JSON escapes in it unpacked beside what stands there."""
    text = unicodedata.normalize("NFC", line.decode("utf-8", "replace"))
    with contextlib.suppress(ValueError):
        content = json.loads(text)
        values = content.values() if isinstance(content, dict) else [content]
        return "\n".join([text, *(unicodedata.normalize("NFC", str(value)) for value in values)])
    return text


def spelt(form: str, spelling: Spelling, *, text: bool = False) -> str:
    """Give a regular expression for every spelling of a canonical form; a short one stands as a word by itself."""
    bare = form.lstrip("0") if spelling.number and form.lstrip("0") else form
    core = re.escape(bare)
    if len(bare) >= _UNMISTAKABLE and not text:
        return core
    before = "(?:" + "|".join(re.escape(prefix) for prefix in spelling.prefixes) + ")*0*" if spelling.prefixes or spelling.number else "(?:[#sS]0*)?"
    return rf"(?<![^\W_]){before}{core}(?:\.0)?(?![^\W_])"


def _pseudonyms(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [column for column in manifest["columns"] if column["kind"] == "pseudonym"]


def texts_of(manifest: Mapping[str, Any]) -> list[str]:
    """Give the columns of free text, in which pseudonyms may stand for who is named."""
    return [str(column["name"]) for column in manifest["columns"] if column["kind"] == "free_text"]


def about_column(manifest: Mapping[str, Any]) -> str:
    """Give the column that says whom a row is about: the one the manifest names, or else the first pseudonym."""
    named = str(manifest.get("person") or "")
    columns: Iterable[str] = (str(column["name"]) for column in _pseudonyms(manifest))
    return named or next(iter(columns), "")
