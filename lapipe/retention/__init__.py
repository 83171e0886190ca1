"""Delete what is past its term: listed for review first, looked at again at the moment of deletion, recorded, and safe to interrupt."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lapipe.approval import earlier, load_approvals, terms_standing
from lapipe.choices import outlived
from lapipe.errors import EngineFault, LapipeError, Refused, RegisterFault, UsageFault
from lapipe.ledger import ABOUT
from lapipe.ledger import held as ledger_held
from lapipe.project import Project, demanding, load_profiles
from lapipe.purpose import DataTerm, Organisation, Purpose, Retention, load_organisation, read_purposes
from lapipe.purpose.holds import can_be_held, misnamed
from lapipe.quarantine import NOTE
from lapipe.readers.database import is_database
from lapipe.register import Register
from lapipe.release import MANIFEST, REWRITTEN, on_disk, recover, settle, sha256, taken_away
from lapipe.retention.days import FIRST, Cut
from lapipe.retention.parquet import Rows
from lapipe.retention.places import Root, Seen
from lapipe.retention.tables import delete_rows, open_table
from lapipe.sink import Sinks, drop
from lapipe.sink import tables as tables_of_releases

__all__ = ["BEGUN", "DONE", "Item", "Keeper", "Listed", "Outcome", "read_plan", "summed", "summed_outcomes", "write_plan"]

#: The register's entries: what is about to be deleted, and what was.
BEGUN, DONE = "retain-begun", "retained"

#: Days after which a plan is made anew: what was reviewed is no longer what there is.
PLAN_DAYS = 31


@dataclass(frozen=True)
class Item:
    """One thing under a term: a release, a part of the ledger, a file, a data set, a table, or the evidence of the register.

    `rows` and `past` count rows, or files where `unit` says so. `before` is the first day that is kept, of rows. `group` is what the share
    that may go at once is taken of. `obstacle` says why it is not touched.
    """

    id: str
    what: str
    group: str
    unit: str
    rows: int
    past: int
    term: str
    oldest: str = ""
    left: str = ""
    before: str = ""
    undated: int = 0
    hold: str = ""
    obstacle: str = ""
    note: str = ""
    files: tuple[str, ...] = ()
    #: What the register calls it: never the name of a file of a source, which may be a person's.
    recorded: str = ""

    @property
    def due(self) -> bool:
        """Whether something of it is to go."""
        return bool(self.past) and not self.hold and not self.obstacle

    @property
    def hindered(self) -> str:
        """Why it is not touched, in words for who asked; nothing where nothing hinders."""
        if not self.obstacle:
            return ""
        return f"{'could not be looked at' if self.what in ('files', 'parquet', 'table') and not self.past else 'is not touched'}: {self.obstacle}"

    def told(self, *, files: bool = True) -> dict[str, Any]:
        """Give it as a plan holds it; without `files`, as it may be shown: how files of a source are called may name a person."""
        said = {name: value for name, value in vars(self).items() if name not in ("recorded", "files") and value not in ("", (), 0)}
        return {**said, "rows": self.rows, "past": self.past, **({"files": list(self.files)} if files and self.files else {})}


@dataclass(frozen=True)
class Listed:
    """What was reviewed: a plan's items by their id, and what it was made of."""

    made: date
    register: str
    profile: str
    sha256: str
    items: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What came of one item: how many rows or files went, what is left, and why it was passed over."""

    item: Item
    deleted: int = 0
    left: str = ""
    passed_over: str = ""


def _shown(item: Item) -> str:
    """Give the name by which an item is shown: the name of a file of a source, or of one that somebody put into quarantine, may be a person's."""
    return item.recorded if item.what in ("files", "quarantine") else item.id


def summed(items: Sequence[Item]) -> list[Item]:
    """Give items as they may be shown: the files of a data set, or of a run's quarantine, as one, in counts, or one for each term and for each thing that hinders some of them."""
    together: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        together.setdefault((_shown(item), item.term, item.obstacle), []).append(item)
    return [replace(of[0], id=key[0], rows=sum(each.rows for each in of), past=sum(each.past for each in of), oldest=min((each.oldest for each in of if each.oldest), default=""))
            for key, of in together.items()]


def summed_outcomes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Give outcomes as `summed` gives items."""
    together: dict[tuple[str, str], list[Outcome]] = {}
    for each in outcomes:
        together.setdefault((_shown(each.item), each.passed_over), []).append(each)
    return [replace(of[0], item=replace(of[0].item, id=key, rows=sum(each.item.rows for each in of)), deleted=sum(each.deleted for each in of))
            for (key, _), of in together.items()]


@dataclass
class Keeper:
    """A project, its register and its terms on one day."""

    project: Project
    register: Register
    today: date
    declared: Retention
    purposes: Mapping[str, Purpose]
    #: Of rows, the first day that the plan keeps, by data set: no row goes that was not reviewed.
    limits: dict[str, date] = field(default_factory=dict)
    #: Why a purpose's file could not be loaded, by its path in the project: what hangs on it is kept.
    unread: Mapping[str, str] = field(default_factory=dict)
    #: Why the terms of schemas/organisation.yaml are not approved, where that is demanded: what would go by them alone stays.
    unapproved: str = ""
    #: The approval that they have, as the register names it.
    approved: tuple[Mapping[str, str | int], ...] = ()

    @classmethod
    def of(cls, project: Project, register: Register, now: datetime) -> Keeper:
        """Load what a project declares. Which day it is, the zone of schemas/organisation.yaml says.

        A purpose that cannot be loaded, such as a draft, stops only what hangs on it; it is among the items.

        Raises:
            DeclarationFault: schemas/organisation.yaml is wrong; nothing is deleted by half of what is declared.
        """
        organisation = load_organisation(project.root / "schemas" / "organisation.yaml")
        found = read_purposes(project.root, floor=organisation.k_floor)
        day = organisation.retention.today(now)
        return cls(project, register, day, organisation.retention, found.read, unread={file: each.why for file, each in found.unread.items()},
                   **terms_approved(project, organisation, register, day))

    def holds(self) -> None:
        """See that every hold names something: one with a slip of the pen would let go what it was to keep.

        Raises:
            DeclarationFault: one names nothing; the message names the line, what there is, and the nearest name.
        """
        names = {*can_be_held(self.project.root, self.project.profile.out, self.declared), *self._pipelines().values(),
                 *(str(entry.body.get("release")) for entry in self.register.entries(kinds=("release",)))}
        for _, fault in misnamed(self.project.root / "schemas" / "organisation.yaml", self.declared, names, self.today):
            raise fault

    def _pipelines(self) -> dict[str, str]:
        """Give the pipeline of every run."""
        return {run.id: run.pipeline for run in self.register.runs()}

    # --- what is there ------------------------------------------------------------------------------------------------

    def items(self) -> list[Item]:
        """List everything under a term, past it or not. It reads, and changes nothing."""
        return [*self.releases(), *self.ledger(), *self.quarantine(), *self.evidence(), *self.data()]

    def releases(self) -> Iterator[Item]:
        """List the releases in OUT that the register knows."""
        out, known = self.project.profile.out, self._known()
        for path in sorted(out.glob(f"[!.]*/*/*/{MANIFEST}")):
            folder = path.parent
            name = str(folder.relative_to(out))
            if folder.is_symlink() and folder.name == "latest":
                continue
            item = Item(f"release {name}", "release", "releases", "releases", 1, 0, "", recorded=name)
            said, obstacle = self._manifest(path, name, known)
            if said is None:
                yield replace(item, obstacle=obstacle)
                continue
            erase_by = date.fromisoformat(said["erase_by"])
            yield replace(item, rows=1, past=int(self.today > erase_by), term=f"by {erase_by}", oldest=str(said.get("created", ""))[:10], files=tuple(said["files"]),
                          hold=self.declared.held(self.today, str(said["release"]), str(said["pipeline"]), "releases"), obstacle=obstacle)

    def _manifest(self, path: Path, name: str, known: Mapping[str, set[str]]) -> tuple[dict[str, Any] | None, str]:
        """Read a manifest and say what forbids to touch its release."""
        out = self.project.profile.out
        if any(each.is_symlink() for each in (path, *path.parents) if each.is_relative_to(out) and each != out):
            return None, "a symbolic link leads to it"
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            date.fromisoformat(said["erase_by"])
            files = {str(file) for file in said["files"]}
            str(said["release"]), str(said["pipeline"])
        except (OSError, ValueError, KeyError, TypeError):
            return None, "does not say when it is to be erased, or cannot be read"
        if name not in known:
            return said, "the register does not know it"
        if sha256(path) not in known[name]:
            return said, "its manifest is not what the register says"
        there = {each.name for each in path.parent.iterdir()}
        if strangers := there - files - {MANIFEST}:
            return said, f"it holds {len(strangers)} files that the manifest does not name"
        return said, ""

    def _known(self) -> dict[str, set[str]]:
        """Give, of each folder that the register says was released, the hashes of its manifests, old copies' too."""
        known: dict[str, set[str]] = {}
        for entry in self.register.entries(kinds=("release", REWRITTEN)):
            known.setdefault(str(entry.body["folder"]), set()).update(str(entry.body[key]) for key in ("manifest_sha256", "replaces") if key in entry.body)
        return known

    def ledger(self) -> Iterator[Item]:
        """List the parts of the ledger: each is kept as long as the release that it belongs to."""
        root, pipelines = self.project.profile.ledger, self._pipelines()
        for path in sorted(root.glob(f"[!.]*/*/{ABOUT}")):
            name = str(path.parent.relative_to(root))
            item = Item(f"ledger {name}", "ledger", "ledger", "parts", 1, 0, "", recorded=f"ledger {name}")
            try:
                said = json.loads(path.read_text(encoding="utf-8"))
                erase_by, release = date.fromisoformat(said["erase_by"]), str(said["release"])
            except (OSError, ValueError, KeyError, TypeError):
                yield replace(item, obstacle="does not say when it is to be erased, or cannot be read")
                continue
            linked = any(each.is_symlink() for each in (path, path.parent, path.parent.parent))
            unknown = self.register.outcome(path.parent.parent.name) is None
            yield replace(item, past=int(self.today > erase_by), term=f"by {erase_by}", oldest=str(said.get("created", ""))[:10],
                          hold=self.declared.held(self.today, release, pipelines.get(path.parent.parent.name, ""), "ledger"),
                          obstacle="a symbolic link leads to it" if linked else "the register does not know its run" if unknown else "")

    def quarantine(self) -> Iterator[Item]:
        """List the files of quarantine: a note says its own term, records are kept so long after their run."""
        root, pipelines = self.project.profile.quarantine, self._pipelines()
        for run in sorted(root.iterdir()) if root.is_dir() else ():
            outcome = None if run.is_symlink() or not run.is_dir() else self.register.outcome(run.name) if re.fullmatch(r"[A-Za-z0-9][\w.-]{0,99}", run.name) else None
            for path in sorted(run.iterdir()) if run.is_dir() and not run.is_symlink() else [run]:
                name = str(path.relative_to(root))
                item = Item(f"quarantine {name}", "quarantine", "quarantine", "files", 1, 0, "", recorded=f"quarantine {run.name}",
                            hold=self.declared.held(self.today, "quarantine", pipelines.get(run.name, "")))
                if path.is_symlink() or not path.is_file():
                    yield replace(item, obstacle="is a symbolic link, or no file")
                elif outcome is None:
                    yield replace(item, obstacle="the register does not know its run")
                else:
                    found = self._in_quarantine(item, path, self._local(datetime.fromisoformat(outcome.started)))
                    # A note says its own term, by what held when it was written.
                    yield found if path.name.endswith(NOTE) else self._by_approval(found)

    def _in_quarantine(self, item: Item, path: Path, ran: date) -> Item:
        quarantine = self.declared.quarantine
        if not path.name.endswith(NOTE):
            return replace(item, past=int(ran < quarantine.first_kept(self.today)), term=f"{quarantine} after the run", oldest=str(ran))
        try:
            erase_by = date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["erase_by"])
        except (OSError, ValueError, KeyError, TypeError):
            return replace(item, obstacle="does not say when it is to be erased, or cannot be read")
        return replace(item, past=int(self.today > erase_by), term=f"by {erase_by}", oldest=str(ran))

    def evidence(self) -> Iterator[Item]:
        """List the evidence of the register as one: how many pieces, and how many are past their term and prove nothing that still holds."""
        kept = self.register.evidence.due(date.max)
        if kept:
            going, holding = self._outlived()
            gone = set(going)
            yield Item("evidence", "evidence", "evidence", "pieces", len(kept), len(going), "as recorded", min(str(each.keep_until) for each in kept),
                       left=min((str(each.keep_until) for each in kept if each.id not in gone), default=""), recorded="evidence",
                       hold=self.declared.held(self.today, "evidence"), note=f"{holding} past their term are kept, since what they prove still holds" if holding else "")
            if self.unread and (waiting := len(outlived(self.register, self.purposes, self.today)[0]) - len(going)):
                for file, why in self.unread.items():
                    yield Item(f"purpose {file}", "purpose", "purposes", "pieces", waiting, 0, "as recorded", recorded=f"purpose {file}",
                               obstacle=f"the purpose cannot be read, so {waiting} pieces of evidence past their term, which may hang on it, are kept ({why})")

    def _outlived(self) -> tuple[list[str], int]:
        """Give the evidence that goes, and how many pieces past their term stay: by the purposes that could be read, and for those that could not."""
        return outlived(self.register, self.purposes, self.today, whole=not self.unread)

    def data(self) -> Iterator[Item]:
        """List the data that schemas/organisation.yaml puts under a term, where lapipe.toml says it is."""
        for declared in self.declared.data:
            item = Item(f"data {declared.name}", declared.form, declared.name, "rows", 0, 0, f"{declared.term} after {declared.anchor.replace('_', ' ')}",
                        recorded=f"data {declared.name}", hold=self.declared.held(self.today, declared.name))
            try:
                yield from map(self._by_approval, self._files(item, declared) if declared.form == "files" else [self._rows(item, declared)])
            except LapipeError as error:
                yield replace(item, obstacle=str(error))

    def _by_approval(self, item: Item) -> Item:
        """Keep what would go by a term that nobody approved, where the profile demands that."""
        return replace(item, obstacle=self.unapproved) if self.unapproved and item.past and not item.obstacle else item

    def cut(self, declared: DataTerm) -> Cut:
        """Give the first day of data that is kept: by the term of today, and no later than what was reviewed."""
        first = declared.term.first_kept(self.today)
        return Cut(min(first, self.limits.get(declared.name, first)), declared.zone, declared.clock)

    def _store(self, declared: DataTerm | str) -> str:
        name = declared if isinstance(declared, str) else declared.name
        stores = self.project.profile.stores
        if name not in stores:
            raise UsageFault(f"Data '{name}' is under a term, and profile {self.project.profile.name} of lapipe.toml does not say where it is; add it to "
                             f"[profiles.{self.project.profile.name}.stores].")
        return stores[name]

    def root(self, declared: DataTerm) -> Root:
        """Open the folder of a data set; the project's own files are no data, whatever a pattern says (LP513)."""
        name, place = declared.name, Path(self._store(declared))
        if is_database(self._store(declared)) or not place.is_dir():
            raise UsageFault(f"Data '{name}' is in files, and what lapipe.toml names for it is no folder.")
        profile, root = self.project.profile, self.project.root
        own = [profile.out, profile.ledger, profile.quarantine, profile.runs, profile.keys, root / "schemas", root / "pipelines",
               *([] if "://" in profile.register else [Path(profile.register)])]
        real = Path(os.path.realpath(place))
        if any(each.is_relative_to(real) or real.is_relative_to(each) for each in (Path(os.path.realpath(each.expanduser())) for each in own)):
            raise Refused(f"Data '{name}' lies in a folder with the project's own declarations, keys, register or releases, or among them; give it a folder of its own.", rule="LP513")
        return Root(place)

    def _files(self, item: Item, declared: DataTerm) -> Iterator[Item]:
        root, cut = self.root(declared), self.cut(declared)
        for name in root.files(declared.pattern):
            each = replace(item, id=f"file {declared.name}/{name}", unit="files", rows=1)
            try:
                day = self._dated(declared, Path(name), root.look(name))
            except LapipeError as error:
                yield replace(each, obstacle=str(error))
                continue
            yield replace(each, past=int(day < cut.day), oldest=str(day), before=str(cut.day))

    def _dated(self, declared: DataTerm, path: Path, found: os.stat_result) -> date:
        """Give the day of a file: the one day in its name, or the local day on which it was written."""
        written = datetime.fromtimestamp(found.st_mtime, ZoneInfo(declared.zone)).date()
        if declared.dated_by == "written":
            return written
        days: set[date] = set()
        for year, month, day in re.findall(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", path.name):
            with contextlib.suppress(ValueError):
                days.add(date(int(year), int(month), int(day)))
        loose = re.findall(r"\d{5,}|\d+[-_.]\d+[-_.]\d+", re.sub(r"(?<!\d)(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d(?!\d)", "", path.name))
        if len(days) != 1 or loose:
            raise Refused("its name holds no day, several, or one that may be read in two ways; write one as 2026-09-01.", rule="LP512")
        (day,) = days
        if day > self.today:
            raise Refused("the day in its name is still to come.", rule="LP512")
        return day

    def _rows(self, item: Item, declared: DataTerm) -> Item:
        cut = self.cut(declared)
        if declared.form == "parquet":
            parts = self._parquet(declared).look(cut)
            days = [str(part.oldest) for part in parts if part.oldest]
            left = [str(part.left) for part in parts if part.left]
            return replace(item, rows=sum(part.rows for part in parts), past=sum(part.past for part in parts), undated=sum(part.undated for part in parts),
                           oldest=min(days, default=""), left=min(left, default=""), before=str(cut.day), files=tuple(part.path for part in parts if part.past))
        with self._table(declared) as table:
            found = table.look(cut)
        return replace(item, rows=found.rows, past=found.past, undated=found.undated, oldest=str(found.oldest or ""), left=str(found.left or ""), before=str(cut.day))

    def _table(self, declared: DataTerm) -> contextlib.closing[Any]:
        return contextlib.closing(open_table(self._store(declared), declared, self._store(declared.ends.data) if declared.ends else ""))

    def _parquet(self, declared: DataTerm) -> Rows:
        return Rows(self.root(declared), declared, self._ended(declared))

    def _ended(self, declared: DataTerm) -> dict[Any, date | None] | None:
        """Read the last day of each course or study: one without a day, or with several of which one is missing, has not ended."""
        if declared.ends is None:
            return None
        import pyarrow.parquet as pq

        place, ends = Path(self._store(declared.ends.data)), declared.ends
        cut = Cut(self.today, declared.zone, ends.clock)
        broken = False
        pairs: list[tuple[Any, Any]] = []
        try:
            if place.suffix == ".parquet" or place.is_dir():
                table = pq.read_table(place, columns=[ends.matches, ends.column])
                pairs = list(zip(*(table.column(name).to_pylist() for name in (ends.matches, ends.column)), strict=True))
            else:
                with place.open(encoding="utf-8-sig", newline="") as stream:
                    pairs = [(row[ends.matches], row[ends.column]) for row in csv.DictReader(stream)]
            known: dict[Any, date | None] = {}
            for key, value in pairs:
                day = None if value in (None, "", 0, "0") else cut.day_of(int(value) if ends.clock else _day(value))
                if day is not None and day < FIRST:
                    raise ValueError
                known[key] = None if day is None or (key in known and known[key] is None) else max(day, known.get(key) or day)
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            broken = True
        if broken:
            raise Refused(f"Data '{declared.name}': the days in '{ends.data}' cannot be read (columns '{ends.matches}' and '{ends.column}', days written as 2026-09-01, or "
                          "`clock`), so it is not known what has ended; nothing is deleted.", rule="LP512")
        return known

    def _local(self, moment: datetime) -> date:
        return self.declared.today(moment)

    # --- deletion -----------------------------------------------------------------------------------------------------

    def apply(self, listed: Listed, *, allowed: Sequence[str] = ()) -> list[Outcome]:
        """Delete what a plan lists and what still is past its term, item by item; give what came of each.

        Nobody erases a person meanwhile, and no pipeline runs whose release goes. Each item is looked at anew, at that moment and by what is
        declared by then; what is no longer past its term, came under a hold, or is more than was reviewed, stays. What could not be looked at
        is among the outcomes, whether the plan lists it or not.

        Raises:
            UsageFault: the plan is of another register or profile.
            Refused: it is too old (LP515), or more than the declared share of something would go (LP514); nothing was deleted.
            RegisterFault: the register cannot be written.
            DeclarationFault: a hold names nothing.
        """
        self.holds()
        if listed.register != self.register.identity() or listed.profile != self.project.profile.name:
            raise UsageFault("The plan was made under another register or profile; make one here with `lapipe retain --plan`.")
        last = max((entry.time for entry in self.register.entries()), default="")
        if last and self._local(datetime.fromisoformat(last)) > self.today:
            raise Refused(f"It is {self.today} here, and the register's last entry is of a later day; set the clock right.", rule="LP514")
        if not timedelta(0) <= self.today - listed.made <= timedelta(days=PLAN_DAYS):
            raise Refused(f"The plan is of {listed.made}, more than {PLAN_DAYS} days ago or still to come; what is there now was not reviewed. Plan again.", rule="LP515")
        with self.register.turn("subject-erase"):
            on_disk("tidy what a killed command left", self._tidy)
            self.limits = {declared.name: date.fromisoformat(said["before"]) for declared in self.declared.data
                           for said in [listed.items.get(f"data {declared.name}")] if said and "before" in said}
            found = self.items()
            self._unfinished(found)
            chosen = [item for item in found if int(listed.items.get(item.id, {}).get("past", 0))]
            self._sane(found, chosen, allowed)
            outcomes = []
            for recorded in dict.fromkeys(item.recorded for item in chosen):
                outcomes += self._deleted([item for item in chosen if item.recorded == recorded], listed)
            # What could not be looked at may be past its term: a plan that says nothing of it would be silent for ever.
            return [*outcomes, *(Outcome(item, passed_over=item.hindered) for item in found if item.obstacle and item not in chosen)]

    def _tidy(self) -> None:
        """Finish what killed commands left."""
        out = self.project.profile.out
        settle(out, self.register)
        recover(out, self.register)
        for folder in Root(out).sweep():
            taken_away(out / folder)
        Root(self.project.profile.ledger).sweep()
        for declared in self.declared.data:
            if declared.form == "parquet":
                with contextlib.suppress(LapipeError):
                    Rows(self.root(declared), declared).sweep()

    def _sane(self, found: Sequence[Item], chosen: Sequence[Item], allowed: Sequence[str]) -> None:
        """Refuse a deletion of more than the declared share of something, unless it is asked for by name (LP514)."""
        share = self.declared.share
        for group in dict.fromkeys(item.group for item in chosen if item.due):
            total, past = (sum(numbers) for numbers in zip(*((item.rows, item.past if item.due and item in chosen else 0) for item in found if item.group == group),
                                                           strict=True))
            if past > share * total and group not in allowed:
                raise Refused(f"{past} of {total} {'rows' if any(item.unit == 'rows' for item in found if item.group == group) else 'pieces'} of '{group}' would go, "
                              f"more than the share of {share} that schemas/organisation.yaml lets go at once. Is the clock right, and the term? Then say "
                              f"--allow {group}. Nothing was deleted.", rule="LP514")

    def _deleted(self, items: Sequence[Item], listed: Listed) -> list[Outcome]:
        """Delete what the register calls by one name: say before what is about to go, and after what went."""
        outcomes = [Outcome(item, passed_over=self._stays(item, listed)) for item in items]
        going = [outcome.item for outcome in outcomes if not outcome.passed_over]
        if going:
            first = going[0]
            self.register.append(BEGUN, {"item": first.recorded, "what": first.what, "past": sum(item.past for item in going), "unit": first.unit, "plan": listed.sha256,
                                         **({"approvals": [dict(each) for each in self.approved]} if self.approved else {})})
            done = []
            try:
                for item in going:
                    done.append(self._delete(item))
            finally:
                deleted = sum(outcome.deleted for outcome in done)
                if deleted or len(done) == len(going):
                    after = [item for item in self._again(first) if item.recorded == first.recorded]
                    self.register.append(DONE, {
                        "item": first.recorded, "what": first.what, "deleted": deleted, "unit": first.unit, "left": sum(item.rows for item in after),
                        "oldest left": min((item.oldest for item in after if item.oldest), default=""), "undated": sum(item.undated for item in after),
                        "plan": listed.sha256, "whole": len(done) == len(going) and not any(outcome.passed_over for outcome in done)})
            outcomes = [outcome for outcome in outcomes if outcome.passed_over] + done
        return outcomes

    def _stays(self, item: Item, listed: Listed) -> str:
        """Say why an item is passed over, or nothing."""
        if item.obstacle:
            return item.hindered
        if item.hold:
            return f"it is held: {item.hold}"
        if not item.past:
            return "it is no longer past its term"
        if item.past > int(listed.items[item.id]["past"]):
            return "more is past its term than was reviewed; plan again"
        return ""

    def _again(self, item: Item) -> list[Item]:
        """Look at things of one sort anew."""
        looks = {"release": self.releases, "ledger": self.ledger, "quarantine": self.quarantine, "evidence": self.evidence}
        return list(looks.get(item.what, self.data)())

    def _delete(self, item: Item) -> Outcome:
        """Delete one item, after a last look; what forbids it by now is told and not passed on, so that others go on."""
        try:
            return {"release": self._delete_release, "ledger": self._delete_part, "quarantine": self._delete_quarantined, "evidence": self._delete_evidence,
                    "files": self._delete_file, "parquet": self._delete_rows, "table": self._delete_table}[item.what](item)
        except RegisterFault:
            raise
        except LapipeError as error:
            return Outcome(item, passed_over=str(error))
        except OSError as error:
            reason = str(error.strerror)
        return Outcome(item, passed_over=f"it cannot be deleted ({reason})")

    def _delete_release(self, item: Item) -> Outcome:
        out, name = self.project.profile.out, item.recorded
        pipeline = str(json.loads((out / name / MANIFEST).read_text(encoding="utf-8"))["pipeline"])
        with self.register.turn(pipeline):
            fresh = next((each for each in self.releases() if each.id == item.id), None)
            if fresh is None or not fresh.due:
                return Outcome(item, passed_over="it changed since it was listed")
            # Its table first: one that cannot be reached keeps the files, which say that it is there.
            table = tables_of_releases(self.register).get(name)
            if table is not None:
                with contextlib.closing(Sinks((self.project.profile.to,))) as sinks:
                    drop(table, name, sinks, self.register)
            Root(out).delete_folder(name)
            taken_away(out / name)
        return Outcome(item, 1)

    def _delete_part(self, item: Item) -> Outcome:
        folder = self.project.profile.ledger
        with ledger_held(folder):
            fresh = next((each for each in self.ledger() if each.id == item.id), None)
            if fresh is None or not fresh.due:
                return Outcome(item, passed_over="it changed since it was listed")
            name = item.id.removeprefix("ledger ")
            Root(folder).delete_folder(name)
            with contextlib.suppress(OSError):
                (folder / name).parent.rmdir()
        return Outcome(item, 1)

    def _delete_quarantined(self, item: Item) -> Outcome:
        root, name = Root(self.project.profile.quarantine), item.id.removeprefix("quarantine ")
        seen = Seen.of(root.look(name))
        if not any(each.id == item.id and each.due for each in self.quarantine()):
            return Outcome(item, passed_over="it changed since it was listed")
        root.delete(name, seen)
        with contextlib.suppress(OSError):
            (root.path / name).parent.rmdir()
        return Outcome(item, 1)

    def _delete_evidence(self, item: Item) -> Outcome:
        going, _ = self._outlived()
        if len(going) > item.past:
            return Outcome(item, passed_over="more is past its term than was reviewed; plan again")
        return Outcome(item, self.register.evidence.delete_all(going, "term"))

    def _declared(self, item: Item) -> DataTerm:
        return next(each for each in self.declared.data if each.name == item.group)

    def _delete_file(self, item: Item) -> Outcome:
        declared = self._declared(item)
        root, name = self.root(declared), item.id.removeprefix(f"file {declared.name}/")
        found = root.look(name)
        if self._dated(declared, Path(name), found) >= self.cut(declared).day:
            return Outcome(item, passed_over="it changed since it was listed")
        root.delete(name, Seen.of(found))
        return Outcome(item, 1)

    def _delete_rows(self, item: Item) -> Outcome:
        declared = self._declared(item)
        rows, cut = self._parquet(declared), self.cut(declared)
        parts = [part for part in rows.look(cut) if part.past]
        if sum(part.past for part in parts) > item.past:
            return Outcome(item, passed_over="more is past its term than was reviewed; plan again")
        return Outcome(item, sum(rows.delete(part, cut) for part in parts))

    def _delete_table(self, item: Item) -> Outcome:
        declared = self._declared(item)
        with self._table(declared) as table:
            return Outcome(item, delete_rows(table, self.cut(declared), item.past))

    # --- what was interrupted -----------------------------------------------------------------------------------------

    def begun(self) -> dict[str, Mapping[str, Any]]:
        """Give what is recorded as begun and not as done, by its name in the register."""
        open_: dict[str, Mapping[str, Any]] = {}
        for entry in self.register.entries(kinds=(BEGUN, DONE)):
            name = str(entry.body.get("item"))
            if entry.kind == BEGUN:
                before = open_.get(name)
                open_[name] = before if before is not None else entry.body
            elif entry.kind == DONE and entry.body.get("whole"):
                open_.pop(name, None)
        return open_

    def _unfinished(self, found: Sequence[Item]) -> None:
        """Record the end of what a killed command deleted whole: nothing of it is past its term any more."""
        for name, said in self.begun().items():
            there = [item for item in found if item.recorded == name]
            if not any(item.past for item in there) and not any(item.obstacle for item in there):
                self.register.append(DONE, {
                    "item": name, "what": str(said["what"]), "deleted": int(said["past"]), "unit": str(said["unit"]), "left": sum(item.rows for item in there),
                    "oldest left": min((item.oldest for item in there if item.oldest), default=""), "undated": sum(item.undated for item in there),
                    "plan": str(said["plan"]), "whole": True, "interrupted": True})


def terms_approved(project: Project, organisation: Organisation, register: Register, today: date) -> dict[str, Any]:
    """Say, as fields of a keeper, by which approval data goes by the terms of an organisation, or why by none.

    Asked where the profile demands approvals, or its register, releases or data are those of one that does: what a term deletes is gone for good.
    A release goes by the term of the purpose that it was approved under.
    """
    profile, profiles = project.profile, load_profiles(project.root)
    demanded = profile.name if profile.approvals else demanding(profiles, register=profile.register, keys=profile.keys,
                                                                out=profile.out, to=profile.to, stores=list(profile.stores.values()))
    if not demanded:
        return {}
    found = terms_standing(organisation, {name: each.approvals for name, each in profiles.items()}, load_approvals(project.root), today)
    reason = found.reason or earlier(found.approvals, (entry.body for entry in register.entries(kinds=(BEGUN,))))
    if reason:
        return {"unapproved": f"profile {demanded} deletes data only by terms that were approved, and schemas/organisation.yaml is not: {reason}. Have {' or '.join(organisation.approvers)} "
                              "read it and sign with `lapipe approve --organisation`"}
    return {"approved": tuple(approval.named() for approval in found.approvals)}


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


# --- the plan's file --------------------------------------------------------------------------------------------------


def write_plan(path: Path, keeper: Keeper, items: Sequence[Item]) -> None:
    """Write a plan, for its owner alone: what is in it may be the names of files.

    Raises:
        UsageFault: there is something at `path` already.
        EngineFault: it cannot be written.
    """
    plan = {"format": "lapipe retention plan", "version": 1, "made": keeper.today.isoformat(), "zone": keeper.declared.zone, "profile": keeper.project.profile.name,
            "register": keeper.register.identity(), "share": keeper.declared.share, "items": [item.told() for item in items]}
    problem = ""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as stream:
            json.dump(plan, stream, indent=1, ensure_ascii=False)
            stream.write("\n")
    except FileExistsError:
        problem = "exists"
    except OSError as error:
        problem = str(error.strerror)
    if problem == "exists":
        raise UsageFault(f"There is something at {path} already; name a new file for the plan.")
    if problem:
        raise EngineFault(f"The plan {path} cannot be written ({problem}).")


def read_plan(path: Path) -> Listed:
    """Read a plan. Items that were taken out of it are not deleted; nothing that was put in is, unless it is past its term.

    Raises:
        UsageFault: there is none, or it is no plan.
    """
    try:
        content = path.read_bytes()
        said = json.loads(content)
        if said["format"] != "lapipe retention plan" or said["version"] != 1:
            raise ValueError
        items = {str(item["id"]): item for item in said["items"]}
        for item in items.values():
            int(item["past"]), date.fromisoformat(item.get("before", "2000-01-01"))
        return Listed(date.fromisoformat(said["made"]), str(said["register"]), str(said["profile"]), hashlib.sha256(content).hexdigest(), items)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise UsageFault(f"{path} is no plan that can be read; make one with `lapipe retain --plan FILE`.")
