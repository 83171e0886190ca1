"""The one way out: what may leave, how it is written, what says so beside it, and how it is read back."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Contract, Kind
from lapipe.detect.inferred import refuse_times
from lapipe.engine import Engine
from lapipe.errors import EngineFault, LapipeError, Refused, RegisterFault, UsageFault
from lapipe.purpose import Purpose
from lapipe.register import Entry, Register
from lapipe.stages.aggregate import OVER, PEOPLE, STATUS, WITHHELD
from lapipe.stages.generalise import meets
from lapipe.stages.redact import REDACTED

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

#: The period folder of a release that is no time series.
ALL = "all"

#: The kind of the register's entry that says a release was written anew, with fewer rows.
REWRITTEN = "rewritten"

MANIFEST, DATA, CSV = "manifest.json", "data.parquet", "data.csv"

#: Released folders and files: the owner writes, the group of the folder reads, nobody else.
_FOLDER_MODE, _FILE_MODE = 0o750, 0o640


# --- what may leave -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Release:
    """A table that may leave, under a name. Making one refuses everything that may not; only a Release can be written.

    Raises:
        Refused: a column is an identifier (LP301), a national id (LP302), free text (LP307), a special category without a
            condition (LP310), not allowed by the purpose (LP304), or finer than it allows (LP303, LP311), or a time about single
            people from which a special category can be inferred (LP318, LP319); or no recipient of the purpose may have a table
            of this kind (LP304).
    """

    name: str
    contract: Contract
    purpose: Purpose
    csv: bool = False

    def __post_init__(self) -> None:
        for column in self.contract:
            self._column(column)
        kind = "statistics" if self.contract.statistics else "pseudonyms"
        if not any(recipient.may in (kind, "pseudonyms") for recipient in self.purpose.recipients):
            raise Refused(f"Release {self.name}: no recipient of purpose {self.purpose.name} may have {kind}. Add one there, or "
                          "aggregate before the release.", rule="LP304")

    @property
    def k(self) -> int:
        """How many people a group or a combination has at least."""
        return self.contract.k or self.purpose.k

    def _column(self, column: Column) -> None:
        at = f"Release {self.name}: column '{column.name}'"
        if column.kind is Kind.NATIONAL_ID:
            raise Refused(f"{at} is a national identification number. Leave it out with Minimise.", rule="LP302")
        if column.kind is Kind.IDENTIFIER:
            raise Refused(f"{at} is a direct identifier. Put Pseudonymise before the release, or leave it out.", rule="LP301")
        if column.kind is Kind.FREE_TEXT:
            self._text(column, at)
        if column.kind is Kind.SPECIAL and not self.purpose.condition:
            raise Refused(f"{at} is special-category data, and purpose {self.purpose.name} names no condition of art. 9(2).",
                          rule="LP310")
        if not column.use or column.use == "inside":
            reason = "uses it inside the pipeline only" if column.use else "does not name it"
            raise Refused(f"{at} may not be released: purpose {self.purpose.name} {reason}.", rule="LP304")
        if column.use == "pseudonym" and column.kind is not Kind.PSEUDONYM:
            raise Refused(f"{at} may be released as a pseudonym only. Put Pseudonymise before the release.", rule="LP301")
        if column.use not in ("full", "pseudonym") and not meets(column, column.use):
            raise Refused(f"{at} has detail '{column.detail}', finer than the '{column.use}' that purpose {self.purpose.name} allows. "
                          f"Add it to Generalise: {{'{column.name}': '{column.use}'}}.",
                          rule="LP303" if column.kind is Kind.EVENT_TIME else "LP311")
        refuse_times(at, column, self.contract, self.purpose)

    def _text(self, column: Column, at: str) -> None:
        """Refuse free text, unless it is redacted and the purpose says so, with a reason, for people who may have pseudonyms."""
        name = self.purpose.name
        if column.detail != REDACTED:
            raise Refused(f"{at} is free text, in which names and numbers hide. Leave it out, Generalise it to a declared level, or Redact it where "
                          f"purpose {name} allows that.", rule="LP307")
        if self.contract.statistics:
            raise Refused(f"{at} is free text, and figures are not told per text. Leave it out of Aggregate.", rule="LP317")
        waiver = self.purpose.waiver(f"{REDACTED} {column.name}")
        if column.use != REDACTED or waiver is None or waiver.value is not True:
            missing = f"says '{column.use or 'nothing'}' for it and not '{REDACTED}'" if column.use != REDACTED else "does not say why"
            raise Refused(f"{at} is redacted free text, in which something may still tell who wrote it, and purpose {name} {missing}. It takes the use "
                          f"'{REDACTED}' under columns, and an exception '{REDACTED} {column.name}' with value true and the reason.", rule="LP317")

    def write(self, table: ir.Table | pa.Table, engine: Engine, staging: Staging, note: Note) -> Written:
        """Write data, codebooks and manifest below `staging`; nothing is visible before `Staging.commit`.

        Pseudonyms are a table of the engine; statistics were brought here, since they were held against earlier ones.
        """
        label = note.periods_label or ALL
        folder = staging.make(self.name, label)
        data = folder / DATA
        rows = _write_statistics(self._withheld(table), self.contract, data) if self.contract.statistics else engine.write(table, data)
        if self.contract.statistics or self.csv:
            write_csv(data, folder / CSV)
        for language in ("nl", "en"):
            (folder / f"codebook.{language}.md").write_text(codebook(self, note, language), encoding="utf-8")
        files = {path.name: sha256(path) for path in sorted(folder.iterdir())}
        text = json.dumps(_manifest(self, note, rows, files), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")
        for path in folder.iterdir():
            path.chmod(_FILE_MODE)
            _sync(path)
        return Written(self.name, f"{self.name}/{label}/{staging.run}", rows, sha256(folder / MANIFEST),
                       "statistics" if self.contract.statistics else "pseudonyms", note.periods, dict(note.key_check))


    def _withheld(self, table: pa.Table) -> pa.Table:
        """Refuse rows that say they are withheld and hold a figure: the last look before they are written."""
        import pyarrow.compute as pc

        if STATUS in self.contract:
            figures = [name for name in self.contract.names if name not in (*self.contract.key, STATUS)]
            rows = table.filter(pc.equal(table.column(STATUS), WITHHELD))
            if any(rows.column(name).null_count < rows.num_rows for name in figures):
                raise Refused(f"Release {self.name}: a withheld group still holds a figure. This is a fault of lapipe; please report it.",
                              rule="LP401")
        return table


@dataclass(frozen=True)
class Note:
    """What a release's manifest says beyond its columns and purpose."""

    pipeline: str
    run: str
    register: Mapping[str, Any]
    created: str
    erase_by: date
    withheld: str = ""
    interval: int = 0
    texts_withheld: Mapping[str, str] = field(default_factory=dict)
    periods: tuple[str, ...] = ()
    key_id: str = ""
    key_check: Mapping[str, str] = field(default_factory=dict)
    contracts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    version: str = ""
    approvals: tuple[Mapping[str, str | int], ...] = ()

    @property
    def periods_label(self) -> str:
        """The folder name of a series' part: its first and last period."""
        if not self.periods:
            return ""
        return self.periods[0] if len(self.periods) == 1 else f"{self.periods[0]}--{self.periods[-1]}"


@dataclass(frozen=True)
class Written:
    """A release that was written: its folder relative to OUT, its rows, and its manifest's SHA-256."""

    name: str
    folder: str
    rows: int
    manifest_sha256: str
    kind: str
    periods: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


def _write_statistics(table: pa.Table, contract: Contract, path: Path) -> int:
    """Cast, sort and write with one writer, so that the same figures give the same bytes on every engine."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(c.name, _arrow_type(c)) for c in contract])
    table = table.select(contract.names).cast(schema)
    order = [(name, "ascending", "at_start") for name in (contract.key or contract.names)]
    table = table.take(pc.sort_indices(table, sort_keys=order))
    for column in table.columns:
        if pa.types.is_floating(column.type):
            raise EngineFault("A release may not hold floats, whose digits differ between engines.")
    pq.write_table(table.combine_chunks(), path, compression="zstd")
    return int(table.num_rows)


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.type == "number":
        return pa.decimal128(18, column.scale)
    return {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
            "timestamp": pa.timestamp("us")}[column.type]


def write_csv(source: Path, path: Path) -> None:
    """Write a copy for spreadsheets, in pieces: UTF-8 with a mark, and no cell that begins a formula (CWE-1236)."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as parquet, path.open("wb") as out:
        out.write(b"\xef\xbb\xbf")
        with pa.csv.CSVWriter(out, parquet.schema_arrow) as writer:
            for batch in parquet.iter_batches():
                table = pa.table(batch)
                for position, name in enumerate(table.column_names):
                    column = table.column(position)
                    if pa.types.is_string(column.type):
                        safe = pc.replace_substring_regex(column, pattern=r"^([=+\-@\t\r])", replacement=r"'\1")
                        table = table.set_column(position, name, safe)
                writer.write_table(table)


def _manifest(release: Release, note: Note, rows: int, files: Mapping[str, str]) -> dict[str, Any]:
    purpose, contract = release.purpose, release.contract
    return {
        "format": 1,
        "release": release.name,
        "kind": "statistics" if contract.statistics else "pseudonyms",
        "personal_data": "statistical output; see the privacy officer's assessment in the purpose"
        if contract.statistics else "yes: pseudonymised data is personal data (GDPR art. 4(5))",
        "pipeline": note.pipeline,
        "run": note.run,
        "register": dict(note.register),
        "created": note.created,
        "erase_by": note.erase_by.isoformat(),
        "purpose": {"name": purpose.name, "title": dict(purpose.title), "who": purpose.who, "what": purpose.what,
                    "data": purpose.data, "when": purpose.when, "result": purpose.result, "sha256": purpose.sha256},
        "legal_basis": {phase: {"basis": str(basis.basis), "reference": basis.reference}
                        for phase, basis in purpose.bases.items()},
        "notice": purpose.notice,
        "recipients": [{"name": r.name, "role": r.role, "may": r.may} for r in purpose.recipients
                       if r.may == "pseudonyms" or contract.statistics],
        "k": release.k,
        "withheld": note.withheld,
        **({"audit": {"outsiders_interval_at_least": note.interval}} if note.interval else {}),
        **({"texts_withheld": dict(note.texts_withheld)} if note.texts_withheld else {}),
        "periods": list(note.periods),
        "columns": [{"name": c.name, "type": c.type, "kind": str(c.kind), "detail": c.detail, "category": c.category,
                     "domain": c.domain, "label": dict(c.label), "unit": c.unit} for c in contract],
        "person": contract.person if not contract.statistics and contract.person in contract else "",
        "key": note.key_id,
        "key_check": dict(note.key_check),
        "approvals": [dict(approval) for approval in note.approvals],
        "contracts": {name: dict(about) for name, about in note.contracts.items()},
        "lapipe": note.version,
        "rows": rows,
        "files": dict(files),
    }


_WORDS = {
    "nl": {"title": "Codeboek", "why": "Waarom deze tabel bestaat", "column": "kolom", "means": "betekenis", "type": "type",
           "detail": "detail", "empty": "Lege waarden en onthouden groepen", "erase": "Wissen uiterlijk op", "join": "Te koppelen met",
           "people": "Groepen van minder dan {k} mensen worden niet gepubliceerd.",
           "status": "`status` is `published` of `withheld`; een onthouden rij zegt niet of er iemand was: nul is net zo onthouden als "
                     "één tot {less}.",
           "frozen": "Een rij met `status` `frozen` toont wat eerder is gepubliceerd: sindsdien zijn er minder dan {k} mensen bij gekomen, weggegaan of "
                     "veranderd, en het verschil zou over hen gaan.",
           "norow": "Groepen onder de drempel hebben geen rij. Aantal van zulke groepen: {withheld}.",
           "totals": "Een rij met `total_over` is een totaal over die kolommen, die er dan leeg zijn. Ook groepen van {k} of meer kunnen onthouden "
                     "zijn, zodat een onthouden groep niet uit de andere te berekenen is. Mensen in meer groepen tellen in een totaal één keer.",
           "measure": "Een leeg cijfer in een gepubliceerde rij is onthouden omdat het over te weinig mensen gaat of ieders waarde zou verraden, "
                      "of omdat zo'n cijfer er met andere tabellen uit te rekenen zou zijn.",
           "null": "Een lege waarde in een groepskolom is een eigen groep: bij deze mensen is de waarde onbekend.",
           "plain": "Een lege waarde is in de bron onbekend.",
           "redacted": "Een lege tekst was leeg, of wordt onthouden: iets erin vertelt mogelijk over iemand. Wat tussen [haken] staat, is vervangen.",
           "texts": "Onthouden teksten in `{column}`: {number}.",
           "joinable": "andere gepseudonimiseerde tabellen van hetzelfde doel, en geen andere",
           "nojoin": "niets: deze tabel bevat groepen, geen mensen"},
    "en": {"title": "Codebook", "why": "Why this table exists", "column": "column", "means": "meaning", "type": "type",
           "detail": "detail", "empty": "Empty values and withheld groups", "erase": "Erase by", "join": "May be joined with",
           "people": "Groups of fewer than {k} people are not published.",
           "status": "`status` is `published` or `withheld`; a withheld row does not say whether anybody was there: nought is withheld "
                     "just as one to {less}.",
           "frozen": "A row with `status` `frozen` shows what was published before: fewer than {k} people came, went or changed since, and the "
                     "difference would be about them.",
           "norow": "Groups under the threshold have no row. Number of such groups: {withheld}.",
           "totals": "A row with `total_over` is a total over those columns, which are empty in it. Groups of {k} or more may be withheld too, so "
                     "that no withheld group can be computed from others. People in several groups count once in a total.",
           "measure": "An empty figure in a published row is withheld, because too few people are behind it or it would tell everyone's value, or "
                      "because such a figure could be computed from it with other tables.",
           "null": "An empty value in a grouping column is a group of its own: for these people the value is not known.",
           "plain": "An empty value is not known in the source.",
           "redacted": "An empty text was empty, or is withheld: something in it may tell about somebody. What stands in [brackets] was replaced.",
           "texts": "Texts withheld in `{column}`: {number}.",
           "joinable": "other pseudonymised tables of the same purpose, and no others",
           "nojoin": "nothing: it holds groups, not people"},
}


def codebook(release: Release, note: Note, language: str) -> str:
    """Write what an analyst must know of a release, in Dutch or English Markdown."""
    words, purpose, contract = _WORDS[language], release.purpose, release.contract
    lines = [f"# {words['title']}: {release.name}", "", f"## {words['why']}", "",
             f"{purpose.title.get(language, purpose.name)}. {purpose.what}. {purpose.result}.", "",
             f"| {words['column']} | {words['means']} | {words['type']} | {words['detail']} |", "|---|---|---|---|"]
    for column in contract:
        meaning = column.label.get(language, column.name.replace("_", " "))
        unit = f" ({column.unit})" if column.unit else ""
        lines.append(f"| `{column.name}` | {meaning}{unit} | {column.type} | {column.detail} |")
    lines += ["", f"## {words['empty']}", ""]
    if contract.statistics:
        lines.append(words["people"].format(k=release.k))
        if contract.framed:
            if not purpose.zeros_public:
                lines.append(words["status"].format(less=release.k - 1))
        else:
            lines.append(words["norow"].format(withheld=note.withheld))
        lines.append(words["frozen"].format(k=release.k))
        if OVER in contract:
            lines.append(words["totals"].format(k=release.k))
        if contract.names[-1] != PEOPLE:
            lines.append(words["measure"])
        lines.append(words["null"])
    else:
        lines.append(words["plain"])
        if any(column.detail == REDACTED for column in contract):
            lines.append(words["redacted"])
            lines += [words["texts"].format(column=column, number=number) for column, number in note.texts_withheld.items()]
    lines += ["", f"{words['join']}: {words['nojoin'] if contract.statistics else words['joinable']}.", "",
              f"{words['erase']}: {note.erase_by.isoformat()}.", ""]
    return "\n".join(lines)


# --- all or none ----------------------------------------------------------------------------------------------------


class Staging:
    """The place where a run's releases wait, in the same file system as OUT, until all of them may appear."""

    def __init__(self, out: Path, run: str, register: str, releases: Mapping[str, str]) -> None:
        self.out, self.run = out, run
        for name, pipeline in releases.items():
            others = {str(manifest.get("pipeline")) for manifest in _manifests(out / name)} - {pipeline}
            if others:
                raise UsageFault(f"{out / name} holds releases of pipeline {min(others)}; give those of {pipeline} another name or folder, "
                                 "or a reader would add them up.")
        self._path = out / f".staging-{run}"
        self._targets: list[str] = []
        problem = ""
        try:
            if not out.exists():
                out.mkdir(parents=True)
                out.chmod(_FOLDER_MODE)
            self._path.mkdir(mode=0o700)
            (self._path / "register").write_text(register, encoding="utf-8")
            self._lock = os.open(self._path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileExistsError:
            problem = "is there already" if out.is_dir() else "is a file, not a folder"
        except OSError as error:
            problem = f"cannot be written ({error.strerror})"
        if problem:
            raise EngineFault(f"The folder for releases {self._path if out.is_dir() else out} {problem}; name another with --out.")

    def make(self, release: str, label: str) -> Path:
        """Make the folder of one release."""
        folder = self._path / release / label
        folder.mkdir(parents=True)
        folder.chmod(_FOLDER_MODE)
        self._targets.append(f"{release}/{label}/{self.run}")
        return folder

    def waiting(self, written: Written) -> Path:
        """Give the folder in which a release that was written waits."""
        return self._path / Path(written.folder).parent

    def commit(self) -> None:
        """Move every release to its place. Until `finish`, a reader refuses them and `recover` can take them back."""
        journal = self._path / "moves.json"
        journal.write_text(json.dumps(self._targets), encoding="utf-8")
        _sync(journal)
        _sync(self._path)
        for target in self._targets:
            final = self.out / target
            for folder in (final.parent.parent, final.parent):
                if not folder.exists():
                    folder.mkdir()
                    folder.chmod(_FOLDER_MODE)
            os.rename(self._path / Path(target).parent, final)
            _sync(final.parent)

    def finish(self) -> None:
        """Let readers see what was moved."""
        _finish(self._path)
        self._close()

    def undo(self) -> None:
        """Take everything back."""
        _roll_back(self._path)
        self._close()

    def leave(self) -> None:
        """Let it lie for `recover`, as the register alone knows whether the run completed; this process may go on for long."""
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._lock)


def _point(folder: Path, run: str) -> None:
    """Let `latest` name a run's folder, in one step."""
    link = folder / f".latest-{run}"
    os.symlink(run, link)
    os.replace(link, folder / "latest")


def _moves(staging: Path) -> list[str]:
    try:
        found = json.loads((staging / "moves.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    # What is read from disk is not trusted to stay in its folder.
    run = staging.name.removeprefix(".staging-")
    whole = re.compile(rf"[a-z][a-z0-9_]*/[A-Za-z0-9][A-Za-z0-9._-]*/{re.escape(run)}")
    return [str(target) for target in found if isinstance(target, str) and whole.fullmatch(target)]


def _finish(staging: Path) -> None:
    """Let `latest` name what a completed run moved, and its staging go."""
    for target in _moves(staging):
        final = staging.parent / target
        if (final / MANIFEST).is_file():
            _point(final.parent, final.name)
    shutil.rmtree(staging, ignore_errors=True)


def _roll_back(staging: Path) -> None:
    for target in _moves(staging):
        final = staging.parent / target
        shutil.rmtree(final, ignore_errors=True)
        taken_away(final)
    shutil.rmtree(staging, ignore_errors=True)


def taken_away(final: Path) -> None:
    """Let `latest` name another run's folder once this one is gone, and folders go in which nothing is left."""
    latest = final.parent / "latest"
    if latest.is_symlink() and os.readlink(latest) == final.name:
        others = sorted(path.name for path in final.parent.iterdir() if (path / MANIFEST).is_file() and not path.is_symlink())
        if others:
            _point(final.parent, others[-1])
        else:
            latest.unlink()
    for folder in (final.parent, final.parent.parent):
        with contextlib.suppress(OSError):
            folder.rmdir()


def recover(out: Path, register: Register) -> int:
    """Finish or take back what killed runs left in OUT, as the register says they ended; give how many there were."""
    found = 0
    for staging in out.glob(".staging-*") if out.is_dir() else ():
        if not _mine(staging, register):
            continue
        outcome = register.outcome(staging.name.removeprefix(".staging-"))
        if outcome is not None and outcome.state == "running":
            continue
        found += 1
        if outcome is not None and outcome.state == "completed":
            _finish(staging)
        else:
            _roll_back(staging)
    return found


def periods_there(folder: Path, pipeline: str) -> set[str]:
    """Give the periods of a series that a pipeline's released folders hold, should the register have been lost."""
    return {str(period) for manifest in _manifests(folder) if manifest.get("pipeline") == pipeline
            for period in manifest.get("periods", [])}


def _mine(staging: Path, register: Register) -> bool:
    """Say whether a staging folder is of a run of this register, and of none that is still going on."""
    try:
        of = (staging / "register").read_text(encoding="utf-8")
        lock = os.open(staging / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return bool(of) and of == register.identity()
    except OSError:
        return False
    finally:
        os.close(lock)


def _manifests(folder: Path) -> list[dict[str, Any]]:
    """Give the readable manifests of a release folder."""
    found: list[dict[str, Any]] = []
    for path in folder.glob(f"*/*/{MANIFEST}"):
        with contextlib.suppress(OSError, ValueError):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(manifest, dict) and not path.parent.is_symlink():
                found.append(manifest)
    return found


# --- written anew -----------------------------------------------------------------------------------------------------

#: The folders in OUT in which a release is written anew.
_REWRITING = ".rewriting-"


def rewrite(folder: Path, change: Callable[[ir.Table], ir.Table], engine: Engine, register: Register, *, today: date, why: str,
            keys: Mapping[str, str] | None = None) -> int:
    """Write the rows of a release of pseudonyms anew, as `change` makes them of what they were, and give how many there are now.

    `keys` are the ids and check values of the keys that its pseudonyms are made with from now on, where those change.
    Data, CSV and manifest change in one step. The register says so before: from then on what was there is an old copy, which `verify` refuses.
    Interrupted anywhere, doing it again is safe; `settle` tidies what was left.

    Raises:
        RegisterFault: the release is not what its manifest and the register say (LP605), or the register cannot be written.
        EngineFault: a file cannot be written.
    """
    folder = folder.resolve()
    out = folder.parents[2]
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    before = sha256(folder / MANIFEST)
    if sha256(folder / DATA) != manifest["files"].get(DATA):
        raise RegisterFault(f"Release {folder} was altered: its data does not have the hash of the manifest, and written anew it would seem whole. Find out "
                            "why, and run the pipeline again.", rule="LP605")
    place = out / f"{_REWRITING}{'+'.join(folder.relative_to(out).parts)}"

    def written() -> tuple[int, str]:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        new = place / "new"
        new.mkdir(mode=0o700)
        rows = engine.write(change(engine.view(folder / DATA)), new / DATA)
        for name in manifest["files"]:
            if name == CSV:
                write_csv(new / DATA, new / CSV)
            elif name != DATA:
                shutil.copy(folder / name, new / name)
        files = {path.name: sha256(path) for path in sorted(new.iterdir())}
        rewritten = [*manifest.get("rewritten", []), {"day": today.isoformat(), "why": why, "replaces": before}]
        by = {"key": ", ".join(sorted(keys)), "key_check": dict(keys)} if keys else {}
        text = json.dumps({**manifest, **by, "rows": rows, "files": files, "rewritten": rewritten}, indent=2, ensure_ascii=False) + "\n"
        (new / MANIFEST).write_text(text, encoding="utf-8")
        for path in (new, *new.iterdir()):
            was = (folder if path == new else folder / path.name).stat()
            with contextlib.suppress(PermissionError):
                os.chown(path, -1, was.st_gid)
            path.chmod(was.st_mode & 0o777)
            _sync(path)
        return rows, sha256(new / MANIFEST)

    rows: int
    rows, after = on_disk(f"write release {folder.parts[-3]} anew", written)
    register.append(REWRITTEN, {"release": str(manifest["release"]), "folder": str(folder.relative_to(out)), "rows": rows, "manifest_sha256": after,
                                "replaces": before, "why": why}, run=str(manifest["run"]))

    def swapped() -> None:
        os.rename(folder, place / "old")
        os.rename(place / "new", folder)
        _sync(folder.parent)
        shutil.rmtree(place)

    on_disk(f"put release {folder.parts[-3]} in place", swapped)
    return rows


def settle(out: Path, register: Register) -> int:
    """Finish what a killed rewriting left in OUT, where the register has it already, or else take it back; give how many there were."""
    found = 0
    for place in sorted(out.glob(f"{_REWRITING}*")) if out.is_dir() else ():
        folder, new = out.joinpath(*place.name.removeprefix(_REWRITING).split("+")), place / "new"
        said = {entry.body.get("manifest_sha256") for entry in register.entries(run=folder.name) if entry.kind == REWRITTEN}
        if (new / MANIFEST).is_file() and sha256(new / MANIFEST) in said:
            if folder.exists():
                os.rename(folder, place / "old")
            os.rename(new, folder)
            _sync(folder.parent)
        shutil.rmtree(place, ignore_errors=True)
        found += 1
    return found


#: What the register says of a release whose files were deleted by hand, or are known to be nowhere.
GONE = "release-gone"


def missing(register: Register, outs: Sequence[Path], *, statistics: bool = False) -> dict[str, Entry]:
    """Give, by its folder in OUT, the entry of each release of rows about people that is in none of these folders and was not deleted as far as the register knows.

    Where they are, nobody can be found or erased, and no term ends. `statistics` hold no rows about people, but have a term too: with it they are given as well.
    """
    completed = {run.id for run in register.runs() if run.state == "completed"}
    known: dict[str, dict[str, Entry]] = {}
    for entry in register.entries(kinds=("started", "release", "retained", GONE)):
        if entry.kind == "started":
            # Of an attempt before this one nothing came out.
            known.pop(entry.run, None)
        elif entry.kind == "release":
            known.setdefault(entry.run, {})[str(entry.body["folder"])] = entry
        elif entry.kind == GONE or (entry.body.get("what") == "release" and entry.body.get("deleted")):
            folder = str(entry.body["item"])
            known.get(folder.rpartition("/")[2], {}).pop(folder, None)
    return {folder: entry for run, mine in known.items() if run in completed for folder, entry in mine.items()
            if (statistics or entry.body.get("kind") != "statistics") and not any((out / folder / MANIFEST).is_file() for out in outs)}


# --- reading back ---------------------------------------------------------------------------------------------------


def parts(path: Path) -> list[Path]:
    """Give the folders, each with a manifest, of a release: of one run, or of a release folder.

    Of a time series every run's folder is a part, since each holds other periods; of anything else only the latest counts.

    Raises:
        UsageFault: there is no release.
    """
    if (path / MANIFEST).is_file():
        return [path]
    labels = [each for each in sorted(path.iterdir()) if each.is_dir()] if path.is_dir() else []
    if (path / "latest").is_symlink():
        labels = [path]
    found: list[Path] = []
    for label in labels:
        runs = [label / "latest"] if label.name == ALL else sorted(each for each in label.iterdir() if not each.is_symlink())
        found += [each.resolve() for each in runs if (each / MANIFEST).is_file()]
    if not found:
        raise UsageFault(f"There is no release in {path} (a release has a {MANIFEST}).")
    return found


def verify_release(path: Path, *, today: date, register: Register | None = None) -> list[dict[str, Any]]:
    """Check every part of a release and give their manifests.

    Raises:
        RegisterFault: a file was altered, added or lost (LP605), the run did not finish, or the register says otherwise.
        Refused: its term is past (LP502).
    """
    manifests = [_verified(folder, today, register) for folder in parts(path)]
    pipelines = {str(manifest.get("pipeline")) for manifest in manifests}
    periods = [str(period) for manifest in manifests for period in manifest.get("periods", [])]
    if len(pipelines) > 1 or len(set(periods)) < len(periods):
        what = "of several pipelines" if len(pipelines) > 1 else "that hold one period twice"
        raise RegisterFault(f"Release {path} has parts {what}; together they would count people twice. Read one run's folder.",
                            rule="LP605")
    return manifests


def _verified(folder: Path, today: date, register: Register | None) -> dict[str, Any]:
    folder = folder.resolve()
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        erase_by = date.fromisoformat(manifest["erase_by"])
        files, run, name = dict(manifest["files"]), str(manifest["run"]), str(manifest["release"])
        broken = ""
    except (OSError, ValueError, KeyError, TypeError):
        broken = "has a manifest that cannot be read"
    if not broken:
        out = folder.parent.parent.parent
        if any(str(folder.relative_to(out)) in _moves(staging) for staging in out.glob(".staging-*")):
            broken = "belongs to a run that did not finish"
    if not broken:
        there = {each.name for each in folder.iterdir()} - {MANIFEST}
        if there != set(files):
            broken = f"should hold {len(files)} files beside its manifest, and holds {len(there)}"
        elif any(sha256(folder / file) != digest for file, digest in files.items()):
            broken = "was altered: a file does not have the hash of the manifest"
    if broken:
        raise RegisterFault(f"Release {folder} {broken}; run the pipeline again.", rule="LP605")
    if register is not None:
        said = [entry.body for entry in register.entries(run=run) if entry.kind in ("release", REWRITTEN)]
        replaced = {body.get("replaces") for body in said}
        if sha256(folder / MANIFEST) in replaced:
            raise RegisterFault(f"Release {folder} is an old copy: it was written anew since, as the register says, without people who are back in it, or "
                                "under another key. Put the rewritten one in its place, or do that again.", rule="LP605")
        if not any(body.get("manifest_sha256") == sha256(folder / MANIFEST) for body in said):
            raise RegisterFault(f"Release {folder}: the register knows no release {name} of run {run} with this manifest.",
                                rule="LP605")
        outcome = register.outcome(run)
        if outcome is None or outcome.state != "completed":
            raise RegisterFault(f"Release {folder}: the register does not say that run {run} completed.", rule="LP605")
    if today > erase_by:
        raise Refused(f"Release {folder} was to be erased by {erase_by.isoformat()}; it is not read any more. Delete it, and run the "
                      "pipeline again if the purpose still holds.", rule="LP502")
    return dict(manifest)


def read_release(path: str | Path, *, today: date | None = None) -> pd.DataFrame:
    """Read a release as a pandas frame, after checking it; the parts of a time series are put together.

    `path` is the release's folder in OUT, or one run's folder in it. The manifest of the newest part stands in the frame's
    `attrs["manifest"]`. Figures are exact decimals in the files and floats in pandas.

    Raises:
        UsageFault: there is no release.
        RegisterFault: it was altered, or its run did not finish (LP605).
        Refused: its term is past (LP502).
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    folders = parts(Path(path))
    manifests = verify_release(Path(path), today=today or date.today())
    tables = [pq.read_table(folder / DATA) for folder in folders]
    table = pa.concat_tables(tables, promote_options="default")
    for position, name in enumerate(table.column_names):
        if pa.types.is_decimal(table.column(position).type):
            table = table.set_column(position, name, table.column(position).cast(pa.float64()))
    types: dict[Any, Any] = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=types.get)
    frame.attrs["manifest"] = manifests[-1]
    return frame


def sha256(path: Path) -> str:
    """Give the SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def on_disk(what: str, work: Callable[[], Any]) -> Any:
    """Do something with files; a full disk or a folder that may not be written comes out as one sentence."""
    fault: LapipeError
    try:
        return work()
    except OSError as error:
        reason = "the disk is full" if error.errno == 28 else str(error.strerror)
        fault = EngineFault(f"Could not {what}: {reason}. Nothing was released.")
    raise fault

