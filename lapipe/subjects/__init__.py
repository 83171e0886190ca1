"""What people may ask: find, export, erase, rectify, restrict, and have left out; each with evidence and without a name in the register."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.choices import (
    ERASURE,
    OPEN,
    Case,
    asked,
    cases,
    change,
    check_ring,
    check_route,
    find_case,
    kept_until,
    may_object,
    record,
    references,
)
from lapipe.contract import Contract, load_contracts
from lapipe.custody import custody
from lapipe.documents import nearest
from lapipe.engine import Engine, open_engine
from lapipe.engine.runfolder import RunFolder, sweep
from lapipe.errors import EngineFault, Refused, RegisterFault, UsageFault
from lapipe.identities import FILE, Identities, Links, Person, load_identities
from lapipe.keys import KeyRing, is_there
from lapipe.ledger import Ledger, ledger_ring
from lapipe.phrases import Language
from lapipe.project import Profile
from lapipe.purpose import Organisation, Purpose, Unread, load_organisation, read_purposes
from lapipe.purpose.consent import lacking
from lapipe.readers import open_source
from lapipe.register import Json, Register
from lapipe.release import DATA, GONE, MANIFEST, missing, on_disk, recover, rewrite, settle, write_csv
from lapipe.sink import Sinks, tables
from lapipe.subjects.letters import access_letter, notice
from lapipe.subjects.search import Holding, Landing, Search, manifests, texts_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["GROUNDS", "REFUSALS", "Desk", "Found"]

#: The grounds of erasure, by their words here and their letter in GDPR art. 17(1).
GROUNDS: Mapping[str, str] = {"not_needed": "art. 17(1)(a)", "withdrawn": "art. 17(1)(b)", "objected": "art. 17(1)(c)", "unlawful": "art. 17(1)(d)",
                              "obligation": "art. 17(1)(e)"}

#: The grounds to refuse it, by GDPR art. 17(3), and art. 12(5) for a request that is manifestly unfounded or excessive.
REFUSALS: Mapping[str, str] = {"expression": "art. 17(3)(a)", "legal_obligation": "art. 17(3)(b)", "public_health": "art. 17(3)(c)",
                               "archiving_research": "art. 17(3)(d)", "legal_claims": "art. 17(3)(e)", "excessive": "art. 12(5)"}

#: The exception by which a purpose lets what was made under one key be tied to what is made under another.
RELINK = "keys.relink"

#: What is counted of a person in a release, and in its table.
_COUNTS = ("rows", "mentions", "rows_in_table", "mentions_in_table")

_LANGUAGES: tuple[Language, ...] = ("nl", "en")


@dataclass(frozen=True)
class Found:
    """Where a person is, in counts and names of releases and files."""

    releases: tuple[Holding, ...]
    landing: tuple[Landing, ...]
    quarantine: tuple[Landing, ...]
    cases: tuple[Case, ...]

    @property
    def holding(self) -> list[Holding]:
        """The releases that hold the person."""
        return [each for each in self.releases if each.holds]

    @property
    def statistics(self) -> list[Holding]:
        """The statistical output, of which the officer's assessment says that nobody is in it."""
        return [each for each in self.releases if each.statistics]

    @property
    def obstacles(self) -> list[Holding]:
        """The releases that could not be searched."""
        return [each for each in self.releases if each.obstacle]


@dataclass(frozen=True)
class Verified:
    """Who verified the identity of whoever asks, by their role, and how (GDPR art. 12(6)); the record holds no name."""

    role: str
    how: str = ""


@dataclass
class Desk:
    """A project's register, keys, releases and purposes, for one command about one person."""

    root: Path
    profile: Profile
    register: Register
    today: date
    organisation: Organisation
    contracts: Mapping[str, Contract]
    identities: Identities
    purposes: Mapping[str, Purpose]
    engine: Engine
    spool: Path
    passphrase: str | None = field(default=None, repr=False)
    maps: Mapping[str, str] = field(default_factory=dict, repr=False)
    sinks: Sinks = field(default_factory=Sinks, repr=False)
    others: tuple[Path, ...] = ()
    #: The purposes' files that cannot be read: a request is served all the same where that loses nobody.
    unread: Mapping[str, Unread] = field(default_factory=dict)
    _rings: dict[str, KeyRing | None] = field(default_factory=dict, repr=False)
    _links: Links | None = field(default=None, repr=False)
    _checked: bool = False

    @classmethod
    @contextmanager
    def opened(cls, root: Path, profile: Profile, register: Register, *, today: date, passphrase: str | None = None,
               maps: Mapping[str, str] | None = None, databases: Sequence[str] = (), others: Sequence[Path] = ()) -> Iterator[Desk]:
        """Open the desk of a project; what it must put on disk lies in an owner-only folder that goes at the end.

        `databases` are URLs by which tables of releases are reached, beside the profile's, and `others` folders of releases.

        Raises:
            UsageFault: one of the folders is not there.
        """
        for other in others:
            if not other.is_dir():
                raise UsageFault(f"There is no folder {other}; name one that releases were written to with --out.")
        contracts = load_contracts(root / "schemas" / "tables")
        organisation = load_organisation(root / "schemas" / "organisation.yaml")
        purposes = read_purposes(root, floor=organisation.k_floor)
        identities = load_identities(root / "schemas" / FILE, contracts)
        sources = {f"{pipeline}.{source}": path for pipeline, named in profile.sources.items() for source, path in named.items()}
        before = os.umask(0o077)
        try:
            with ExitStack() as stack:
                sweep(profile.runs)
                folder = stack.enter_context(RunFolder(profile.runs, f"subject-{secrets.token_hex(4)}"))
                engine = open_engine("duckdb", folder.path)
                stack.callback(engine.close)
                sinks = Sinks((profile.to, *databases))
                stack.callback(sinks.close)
                yield cls(root, profile, register, today, organisation, contracts, identities, purposes.read, engine, folder.path, passphrase,
                          {**sources, **(maps or {})}, sinks,
                          tuple(dict.fromkeys(each for other in others if (each := other.resolve()) != profile.out.resolve())), purposes.unread)
        finally:
            os.umask(before)

    @property
    def outs(self) -> tuple[Path, ...]:
        """The folders of releases: the profile's, and those that were named beside it."""
        return (self.profile.out, *self.others)

    # --- who ---

    def person(self, given: Sequence[tuple[str, str]], *, mapped: bool = True) -> Person:
        """Resolve identifiers, in any spelling, to one person; see `Identities.resolve`."""
        return self.identities.resolve(given, self.links() if mapped else Links(), mapped=mapped)

    def links(self) -> Links:
        """Read what ties identities together; once."""
        if self._links is None:
            self._links = self.identities.links(self.maps, self.engine, self.spool)
        return self._links

    def references(self, person: Person) -> dict[str, str]:
        """Give what the register knows the person by."""
        if not self._checked:
            check_ring(cases(self.register), self.ledger_ring())
            self._checked = True
        return references(person, self.ledger_ring())

    def ledger_ring(self) -> KeyRing:
        """Open the ledger's key ring."""
        ring = self._rings.get("ledger")
        if ring is None:
            ring = self._rings["ledger"] = ledger_ring(self.profile.keys.expanduser(), self.profile.ledger, today=self.today, passphrase=self.passphrase)
        return ring

    def ring(self) -> KeyRing | None:
        """Open the key ring of pseudonyms; None where there is none. One that is not what the register knows is refused (LP616, LP617)."""
        path = self.profile.keys.expanduser()
        if "pseudonyms" not in self._rings:
            ring = KeyRing.open(path, passphrase=self.passphrase) if is_there(path) else None
            if ring is not None:
                custody(self.register).refuse_wrong(ring, f"The key ring {path}")
            self._rings["pseudonyms"] = ring
        return self._rings["pseudonyms"]

    def purpose(self, name: str) -> Purpose:
        """Give a purpose by its name."""
        broken = self.unread.get(f"schemas/purposes/{name}.yaml")
        if broken is not None:
            raise UsageFault(f"Purpose {name} cannot be read, so nothing is done for it; mend it first: {broken.why}")
        if name not in self.purposes:
            raise UsageFault(f"There is no purpose '{name}' (there are: {', '.join(sorted(self.purposes)) or 'none'}).")
        return self.purposes[name]

    def affected(self, person: Person) -> list[Purpose]:
        """Give the purposes that read a table that knows people by one of the person's names."""
        return [purpose for purpose in self.purposes.values() if self._domains(purpose.columns) & set(person.forms)]

    def knowing(self, person: Person) -> list[Purpose]:
        """Give every purpose that knows the person, for a choice that is to all of them.

        Raises:
            Refused: a purpose cannot be read and may be one of them, so that the person would not be left out of it (LP501).
        """
        for file, broken in self.unread.items():
            if broken.tables is None or set(broken.tables) - set(self.contracts) or self._domains(broken.tables) & set(person.forms):
                raise Refused(f"{file} cannot be read and may know this person, so a choice to every purpose would miss it; nothing was recorded. Mend it ({broken.why}), or name "
                              f"each purpose with --purpose (there are: {', '.join(self.purposes) or 'none'}).", rule="LP501")
        return self.affected(person)

    def _knew(self, person: Person) -> set[str]:
        """Give the names of the purposes that know a person who is erased, of those that cannot be read too.

        Raises:
            Refused: it cannot be told of one, and the person may be in its tables by a name that is not known (LP501).
        """
        names = {purpose.name for purpose in self.affected(person)}
        unknown = sorted(self._domains(self.contracts) - set(person.forms))
        for file, broken in self.unread.items():
            told = broken.tables is not None and not set(broken.tables) - set(self.contracts)
            if not told and unknown:
                raise Refused(f"{file} cannot be read, so it is not known by which names it knows people, and the person's is not known in domain {', '.join(unknown)}: they could come "
                              f"back by it. Nothing is erased before it is mended ({broken.why}), or give the other identifiers with --also DOMAIN=ID.", rule="LP501")
            if not told or self._domains(broken.tables or ()) & set(person.forms):
                names.add(Path(file).stem)
        return names

    def _domains(self, tables: Iterable[str]) -> set[str]:
        """Give the identity domains by which tables know people."""
        return {column.domain for table in tables if table in self.contracts for column in (*self.contracts[table], *self.contracts[table].extractable) if column.domain}

    def role(self, name: str, doing: str) -> str:
        """Refuse who has no role in the organisation (LP509)."""
        roles = [*self.organisation.roles, self.organisation.officer.role]
        if name not in roles:
            raise Refused(f"To {doing} takes a role of schemas/organisation.yaml (there are: {', '.join(roles)}), and "
                          f"{'none is named' if not name else 'another is named'}.", rule="LP509")
        return name

    def case(self, id: str) -> Case:
        """Give a case by its id."""
        return find_case(self.register, id)

    def cases_of(self, person: Person) -> list[Case]:
        """Give the person's cases."""
        known = self.references(person)
        return [case for case in cases(self.register) if case.of(known)]

    # --- choices ---

    def object(self, person: Person, purposes: Sequence[Purpose], *, route: str, received: date, state: str = "received", by: str = "") -> list[str]:
        """Record an objection to each purpose; from now on the person is left out. Give the cases' ids."""
        for purpose in purposes:
            check_route(purpose, route)
        return [self._choice("objection", person, purpose, state, received, {"route": route, "by": by}) for purpose in purposes]

    def decide(self, case: Case, state: str, *, role: str, why: str) -> None:
        """Uphold, reject or take back an objection; lift a restriction. A rejection says why (GDPR art. 21(1), 12(4))."""
        self.role(role, "decide on a case")
        if case.kind not in ("objection", "restriction", "request"):
            raise UsageFault(f"Case {case.id} is {'an erasure, which nothing ends' if case.kind == ERASURE else f'a {case.kind}, which is not decided on'}.")
        if state in ("rejected", "refused") and not why.strip():
            raise Refused(f"To reject case {case.id} takes a reason, which the person is told: give --why.", rule="LP509")
        change(self.register, case, state, {"decided_by": role, "decided": self.today.isoformat(), "why": why})

    def consent(self, person: Person, purpose: Purpose, *, text: bytes, version: str, given: date, how: str, attested_by: str) -> str:
        """Record a consent to one purpose: when, how, to which text; a role attests what no text shows.

        Raises:
            Refused: the text lacks what a text can show (LP508), the purpose does not rest on consent (LP510), nobody attests (LP509), or the
                person was erased (LP501).
        """
        self.role(attested_by, "attest that consent was free and unambiguous")
        self.check_consent(purpose, text)
        erased = next((case for case in self.cases_of(person) if case.kind == ERASURE), None)
        if erased is not None:
            raise Refused(f"This person was erased (case {erased.id}) and stays out of every run, so a consent would have no effect: tell them so.", rule="LP501")
        return self._choice("consent", person, purpose, "given", given, self._consented(purpose, text, version, how, attested_by))

    def check_consent(self, purpose: Purpose, text: bytes) -> None:
        """Refuse a consent text that lacks what a text can show (LP508), and a purpose that rests on something else (LP510)."""
        if not purpose.is_consent:
            raise Refused(f"Purpose {purpose.name} does not rest on consent, so asking for it would mislead; `lapipe subject object` records who does not want it.",
                          rule="LP510")
        found = lacking(text.decode("utf-8", "replace"))
        if found:
            raise Refused("The consent text is not what consent can be asked with: "
                          + "; ".join(f"{each.message} ({each.requirement})" for each in found) + ".", rule="LP508")

    def _consented(self, purpose: Purpose, text: bytes, version: str, how: str, attested_by: str) -> dict[str, str]:
        import hashlib

        return {"text_sha256": hashlib.sha256(text).hexdigest(), "version": version, "how": how, "attested_by": attested_by, "asked": asked(purpose),
                "purpose_sha256": purpose.sha256}

    def withdraw(self, person: Person, purposes: Sequence[Purpose], *, on: date) -> list[str]:
        """Record that consent is withdrawn: as easily as it was given, without a reason."""
        for purpose in purposes:
            if not purpose.is_consent:
                raise Refused(f"Purpose {purpose.name} does not rest on consent, so there is none to withdraw: use `lapipe subject object`.", rule="LP510")
        return [self._choice("consent", person, purpose, "withdrawn", on, {"withdrawn": on.isoformat()}) for purpose in purposes]

    def restrict(self, person: Person, purposes: Sequence[Purpose], *, on: date, lift: bool = False, why: str = "", role: str = "") -> list[str]:
        """Leave a person out until it is settled (GDPR art. 18), or end that."""
        self.role(role, "restrict processing")
        return [self._choice("restriction", person, purpose, "lifted" if lift else "restricted", on, {"decided_by": role, "why": why}) for purpose in purposes]

    def _choice(self, kind: str, person: Person, purpose: Purpose, state: str, on: date, content: Mapping[str, Any]) -> str:
        """Record a choice; a person has one case of a kind for each purpose, so that what they chose last is what holds."""
        if on > self.today:
            raise UsageFault(f"{on} is still to come; a choice is recorded with the day on which it was made.")
        if purpose not in self.affected(person):
            domains = sorted(self._domains(purpose.columns))
            raise Refused(f"Purpose {purpose.name} knows people by {', '.join(domains) or 'no identifier'}, and of this person {', '.join(person.domains)} is known, so "
                          "they could not be left out. Give the other identifier with --also DOMAIN=ID.", rule="LP501")
        known = self.references(person)
        return self._put(kind, known, purpose, state, on, content,
                         next((case for case in cases(self.register) if (case.kind, case.purpose) == (kind, purpose.name) and case.of(known)), None))

    def _put(self, kind: str, known: Mapping[str, str], purpose: Purpose, state: str, on: date, content: Mapping[str, Any], before: Case | None) -> str:
        received, repeated = self._first(before, state, on)
        return record(self.register, kind, {**(before.references if before else {}), **known}, {**(before.content if before else {}), **content, "repeated": repeated},
                      purpose=purpose.name, state=state, received=received, keep_until=kept_until([purpose], self.today), ring=self.ledger_ring().check_value(), case=before.id if before else "")

    @staticmethod
    def _first(before: Case | None, state: str, on: date) -> tuple[date, str]:
        """Give the day from which a case's term counts, and the last one on which it was said, if later.

        What is said again while it waits for an answer is to be answered by the same day (GDPR art. 12(3)).
        """
        if before is None or state not in OPEN or before.state != state:
            return on, ""
        return min(before.received, on), max(before.said, on).isoformat()

    def import_choices(self, kind: str, rows: Sequence[Mapping[str, Any]], *, domain: str, default_purpose: str, route: str = "", text: bytes = b"", version: str = "",
                       how: str = "", attested_by: str = "") -> int:
        """Record many objections or consents: rows of identifier, purpose, state and received. All or none is taken in.

        An objection without a purpose is to every one that knows the person and can be objected to, as one by itself is.

        Raises:
            Refused: rows name nobody, or several people (LP501); a message counts them and quotes none.
        """
        ready, broken = [], 0
        states = {"objection": ("received", "upheld", "rejected", "withdrawn"), "consent": ("given", "withdrawn")}[kind]
        for number, row in enumerate(rows, start=1):
            named = str(row.get("purpose") or default_purpose)
            every = kind == "objection" and not named
            if not every and f"schemas/purposes/{named}.yaml" in self.unread:
                self.purpose(named)
            if not every and named not in self.purposes:
                # What stands in a file is not quoted: in a wrong column it may be anybody's name.
                raise UsageFault(f"Row {number} names no purpose, or one that is not declared (there are: {', '.join(sorted(self.purposes))}).")
            state = str(row.get("state") or states[0])
            if state not in states:
                raise UsageFault(f"Row {number} has a state that is none of {', '.join(states)}.")
            if kind == "consent":
                self.role(attested_by, "attest that consent was free and unambiguous")
                self.check_consent(self.purposes[named], text)
            elif not every:
                check_route(self.purposes[named], route)
            day = _day(row.get("received"), number)
            if day > self.today:
                raise UsageFault(f"Row {number} has a day that is still to come.")
            try:
                person = self.person([(domain, str(row["identifier"] or ""))])
            except Refused:
                broken += 1
                continue
            chosen = [each for each in self.knowing(person) if may_object(each, route)] if every else [self.purposes[named]]
            if not chosen:
                raise UsageFault(f"Row {number} names no purpose, and none that knows the person can be objected to by art. {route}; nothing is taken in.")
            ready += [(person, purpose, state, day) for purpose in chosen]
        if broken:
            raise Refused(f"{broken} of {len(rows)} rows name nobody, or may name several people; nothing is taken in, since going on would miss them. "
                          "Correct the identifiers, or say with --domain what they are.", rule="LP501")
        there = {(case.purpose, domain, reference): case for case in cases(self.register) if case.kind == kind
                 for domain, reference in case.references.items()}
        # The newest last: a person who stands there twice chose last what stands last.
        for person, purpose, state, day in sorted(ready, key=lambda each: each[3]):
            known = self.references(person)
            content: dict[str, Any] = {"route": route} if kind == "objection" else self._consented(purpose, text, version, how, attested_by)
            places = [(purpose.name, domain, reference) for domain, reference in known.items()]
            before = next((there[place] for place in places if place in there), None)
            if before is not None and (before.said > day or (before.state, before.said) == (state, day)):
                continue
            id = self._put(kind, known, purpose, state, day, content, before)
            received, repeated = self._first(before, state, day)
            case = Case(id, kind, purpose.name, state, received, known, {**(before.content if before else {}), **content, "repeated": repeated}, 0, self.today)
            there |= dict.fromkeys(places, case)
        return len(ready)

    # --- find ---

    def find(self, person: Person, *, landing: bool = True, search: Search | None = None) -> Found:
        """Look for a person in releases, landing files, quarantine and the register; with a `search` that looked before, only into what changed since."""
        search = search or self._search(person)
        return Found(tuple(search.releases(self.outs, tables(self.register), self.sinks, missing(self.register, self.outs))),
                     tuple(self._landing(search)) if landing else (),
                     tuple(each for each in search.quarantine(self.profile.quarantine, self.identities) if each.holds), tuple(self.cases_of(person)))

    def _search(self, person: Person) -> Search:
        return Search(person, self.ring(), self.engine, custody(self.register))

    def _landing(self, search: Search) -> Iterator[Landing]:
        """Look into the files of lapipe.toml, by the contracts that the register says they were read with."""
        read: dict[tuple[str, str], str] = {}
        pipelines = {run.id: run.pipeline for run in self.register.runs()}
        for entry in self.register.entries():
            if entry.kind == "source":
                read[pipelines.get(entry.run, ""), str(entry.body["source"])] = str(entry.body["contract"])
        looked: set[tuple[str, str]] = set()
        for pipeline, sources in self.profile.sources.items():
            for source, path in sources.items():
                contract = self.contracts.get(read.get((pipeline, source), ""))
                if "://" in path:
                    yield Landing(f"source {source} of {pipeline}", {}, "it is a database, which is not searched; ask its owner")
                elif contract is None:
                    yield Landing(path, {}, "no run has read it yet, so it is not known what it holds")
                elif (path, contract.name) not in looked:
                    # A file that several pipelines read is looked into once.
                    looked.add((path, contract.name))
                    yield from search.landing(path, contract, self.spool / "landing")
        for declared in self.organisation.retention.data:
            # No contract says what stands in it: it is told, so that nobody takes it for searched.
            yield Landing(f"data {declared.name}", {}, "it is data under a term of schemas/organisation.yaml, which is not searched; ask its owner")

    def gone(self, folder: str, role: str) -> None:
        """Record that a release was deleted by hand, so that nobody is looked for in it any more.

        Raises:
            Refused: no role says so (LP509).
            UsageFault: no release of that folder is missing.
        """
        self.role(role, "say that a release is gone")
        known = missing(self.register, self.outs, statistics=True)
        entry = known.get(folder)
        if entry is None:
            raise UsageFault(f"No release '{folder}' is missing (there are: {', '.join(sorted(known)) or 'none'}).")
        self.register.append(GONE, {"item": folder, "release": str(entry.body["release"]), "run": entry.run, "said_by": role})

    # --- a copy ---

    def export(self, person: Person, to: Path, verified: Verified, *, received: date) -> tuple[str, Found]:
        """Write a package that the person can read: rows, purposes, recipients, terms, source and logic; JSON, CSV and a letter in two languages.

        Raises:
            Refused: nobody verified the identity (LP509).
            UsageFault: the folder is there already.
        """
        self.role(verified.role, "verify the identity of whoever asks")
        if to.exists():
            raise UsageFault(f"There is something at {to} already; name a new folder with --to.")
        if any(to.resolve().is_relative_to(out.resolve()) for out in self.outs):
            raise UsageFault(f"{to} lies among the releases, where others read; name a folder of your own with --to.")
        search = self._search(person)
        found = self.find(person, search=search)
        case = self._request(person, "access", received, verified)

        def package() -> None:
            to.mkdir(mode=0o700, parents=True)
            told = [self._packed(each, search, to) for each in found.holding]
            statistics = [each.told() for each in found.statistics]
            landing = [{"file": Path(each.path).name, "columns": dict(each.columns)} for each in found.landing if each.holds]
            whole = {"made": self.today.isoformat(), "controller": vars(self.organisation.controller), "known_by": dict(person.forms), "releases": told,
                     "statistics": statistics, "files_of_sources": landing, "not_searched": [each.told() for each in found.obstacles],
                     "choices": [{"kind": each.kind, "purpose": each.purpose, "state": each.state, "received": each.received.isoformat()} for each in found.cases]}
            (to / "package.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
            for language in _LANGUAGES:
                (to / f"letter.{language}.md").write_text(access_letter(told, statistics, landing, self.organisation, self.today, language), encoding="utf-8")
            for path in to.iterdir():
                path.chmod(0o600)

        on_disk("write the package", package)
        self._done(case, "done", {"releases": len(found.holding)})
        self.register.append("subject-exported", {"request": case.id, "releases": [{"release": each.name, "run": str(each.manifest["run"])} for each in found.holding],
                                                  "verified_by": verified.role})
        return case.id, found

    def _packed(self, holding: Holding, search: Search, to: Path) -> dict[str, Any]:
        """Write the person's rows of one release as CSV and give what is told of it, with the rows."""
        number = len(list(to.glob("*.csv"))) + 1
        rows = self.spool / f"package-{number}.parquet"
        if holding.in_files or holding.table is None:
            table = self.engine.view(holding.folder / DATA)
            about, _ = search.conditions(holding.manifest, table)
            self.engine.write(table.filter(about), rows)
        else:
            import pyarrow as pa
            import pyarrow.parquet as pq

            held = self.sinks.of(holding.table).rows(holding.table, search.named(holding.manifest)[0])
            pq.write_table(pa.Table.from_pylist(held) if held else pa.table({column["name"]: pa.nulls(0, pa.string()) for column in holding.manifest["columns"]}), rows)
        name = f"{number:02}-{holding.name}.csv"
        write_csv(rows, to / name)
        data = self.engine.fetch(self.engine.view(rows)).to_pylist()
        said, run = holding.manifest, str(holding.manifest["run"])
        steps = [str(step["stage"]) for entry in self.register.entries(run=run) if entry.kind == "started"
                 for step in _mappings(entry.body.get("steps"))]
        told = {name: value for name, value in holding.told().items() if name not in ("folder", "not_searched")}
        return {**told, "purpose": said["purpose"], "legal_basis": sorted({basis["basis"] for basis in said["legal_basis"].values()}),
                "notice": said["notice"], "columns": [{"name": column["name"], "label": column.get("label") or {}} for column in said["columns"]],
                "sources": sorted(about["contract"] for about in said["contracts"].values()), "steps": list(dict.fromkeys(steps)), "file": name, "data": data}

    # --- erase ---

    def erase(self, person: Person, to: Path, verified: Verified, *, ground: str, received: date) -> tuple[str, Found]:
        """Take a person out of every release of pseudonyms, the ledger and quarantine, have them left out from now on, and draft the notices.

        The order makes it safe to be killed anywhere and begun again: first what keeps them out of runs, then release by release.

        Raises:
            Refused: nobody verified the identity (LP509), a release cannot be searched, or knows people by a name that is not known of this
                person, or is under a legal hold (LP501).
            RegisterFault: a release was altered, so that it cannot be told who is in it (LP605).
        """
        self.role(verified.role, "verify the identity of whoever asks")
        if ground not in GROUNDS:
            raise UsageFault(f"There is no ground '{ground}' (there are: {', '.join(GROUNDS)}; to refuse: {', '.join(REFUSALS)}).")
        with self.register.turn("subject-erase"):
            return self._erase(person, to, verified, ground, received)

    def _erase(self, person: Person, to: Path, verified: Verified, ground: str, received: date) -> tuple[str, Found]:
        for out in self.outs:
            settle(out, self.register)
            on_disk("tidy the releases", partial(recover, out, self.register))
        search = self._search(person)
        before = self.find(person, landing=False, search=search)
        self._searchable(before)
        self._held(person, before)
        knew = self._knew(person)
        case = self._request(person, "erase", received, verified)
        self._keep_out(person, case, knew)
        # A run that began before that may still release: it is waited for, and those that begin later leave the person out.
        for pipeline in sorted({run.pipeline for run in self.register.runs() if run.purpose in knew}):
            with self.register.turn(pipeline):
                pass
        found = self.find(person, search=search)
        self._searchable(found)
        self._held(person, found)
        told = self._erasing(case, found)
        for each in found.holding:
            with self.register.turn(str(each.manifest["pipeline"])):
                if each.in_files:
                    rewrite(each.folder, search.without(each), self.engine, self.register, today=self.today, why="erasure")
                if each.table is not None and (each.folder / MANIFEST).is_file():
                    self.sinks.of(each.table).renew(each.table, each.folder)
                elif each.table is not None:
                    self.sinks.of(each.table).without(each.table, *search.named(each.manifest))
        cells = self._forget(person)
        records = search.erase_quarantine(self.profile.quarantine, self.identities)
        left = self.find(person, landing=False, search=search)
        if left.holding or left.quarantine:
            raise EngineFault("After erasing, the person is still found. A run may have released meanwhile: give the command again.")
        self._notices("erase", case.id, found, to, releases=told)
        self._done(case, "done", {"ground": ground})
        done: list[Json] = [{"release": each["release"], "run": each["run"], "rows": each["rows"], "mentions": each["mentions"],
                             **({"table": each["in"], "rows in table": each["rows_in_table"], "mentions in table": each["mentions_in_table"]} if "in" in each else {})} for each in told]
        self.register.append("subject-erased", {
            "request": case.id, "ground": GROUNDS[ground], "verified_by": verified.role, "releases": done, "cells of the ledger": cells,
            "records of quarantine": records, "statistics": sorted({each.name for each in found.statistics}),
            "unlinkable": sorted({each.name for each in found.obstacles}), "files of sources": sum(each.holds for each in found.landing)})
        return case.id, found

    def _erasing(self, case: Case, found: Found) -> list[dict[str, Any]]:
        """Give what is erased for a request, with what it was erased from before it was interrupted: recipients of that are told too. It is kept with the request before it begins."""
        before: Mapping[str, Mapping[str, Any]] = case.content.get("erasing") or {}
        told: dict[str, dict[str, Any]] = {folder: dict(each) for folder, each in before.items()}
        for each in found.holding:
            now = {**each.told(), **({"in": each.table.told()} if each.table else {})}
            earlier = told.get(str(each.folder), {})
            told[str(each.folder)] = {**earlier, **now, **{name: max(int(earlier.get(name, 0)), int(now[name])) for name in _COUNTS if name in now}}
        if told != before:
            change(self.register, case, case.state, {"erasing": told})
        return list(told.values())

    def _keep_out(self, person: Person, request: Case, knew: set[str]) -> None:
        """Record the erasure itself, one per person: no objection, list or decision takes it back, and a purpose declared later knows it too."""
        known = self.references(person)
        before = next((case for case in self.cases_of(person) if case.kind == ERASURE), None)
        names = knew | {str(name) for name in (before.content["knew"] if before else ())}
        record(self.register, ERASURE, {**(before.references if before else {}), **known}, {"request": request.id, "knew": sorted(names)}, purpose="", state="erased",
               received=before.received if before else request.received, keep_until=kept_until(list(self.purposes.values()), self.today),
               ring=self.ledger_ring().check_value(), case=before.id if before else "")

    @staticmethod
    def _searchable(found: Found) -> None:
        """Refuse to go on where it cannot be told whether a release holds the person; a destroyed key is no reason (GDPR art. 11)."""
        for each in found.obstacles:
            if "art. 11" not in each.obstacle:
                raise Refused(f"Release {each.name} of run {each.manifest['run']} cannot be searched: {each.obstacle}. Nothing is erased before that is "
                              f"settled{'; give the other identifier with --also DOMAIN=ID' if 'is not known' in each.obstacle else ''}.", rule="LP501")

    def _held(self, person: Person, found: Found) -> None:
        """Refuse to erase what a legal hold of schemas/organisation.yaml keeps (GDPR art. 17(3)(e)): releases, their marks in the ledger, quarantine."""
        terms = self.organisation.retention
        if not terms.holds:
            return
        places: list[tuple[str, tuple[str, ...]]] = [
            (f"Release {each.name} of run {each.manifest['run']}", (each.name, "releases")) for each in found.holding]
        if self.profile.ledger.is_dir():
            with Ledger.opened(self.profile.ledger, self.ledger_ring(), self.register) as ledger:
                marked = {name for domain, form in person.forms.items() for name in ledger.naming(domain, [form])}
            places += [(f"The ledger's record of release {name}", (name, "ledger")) for name in sorted(marked)]
        if found.quarantine:
            places.append(("What is in quarantine", ("quarantine",)))
        for what, names in places:
            hold = terms.held(self.today, *names)
            if hold:
                raise Refused(f"{what} is held: {hold}. What a legal claim needs is not erased (GDPR art. 17(3)(e)), and nothing was: answer with --refuse legal_claims --why "
                              "..., or have the role that said so end the hold in schemas/organisation.yaml.", rule="LP501")

    # --- under another key ---

    def relink(self, folder: Path) -> int:
        """Write a release of pseudonyms anew under the key in use now, for a study that goes on across a rotation; give how many rows.

        Who is who is computed in this process, from what schemas/identities.yaml ties together, and is never written. Doing it again after an
        interruption is safe.

        Raises:
            Refused: the purpose does not allow it (LP108), or somebody in the release is in no map (LP501).
            RegisterFault: a key is missing, destroyed or another (LP616, LP617), or the release was altered (LP605).
            UsageFault: it is no release of pseudonyms, or under that key already.
        """
        folder = folder.resolve()
        outs = [out.resolve() for out in self.outs]
        with self.register.turn("subject-erase"):
            for out in outs:
                settle(out, self.register)
            manifest, place = next(((said, str(place.relative_to(out))) for out in outs for place, said in manifests(out) if place == folder), (None, ""))
            if manifest is None or manifest["kind"] == "statistics":
                raise UsageFault(f"{folder} is no run's folder of a release of pseudonyms in {' or '.join(map(str, outs))}; name another folder of releases with --out.")
            if texts_of(manifest):
                raise Refused(f"Release {manifest['release']} of run {manifest['run']} has texts ({', '.join(texts_of(manifest))}) in which pseudonyms of the key of before stand, and texts are "
                              "not written anew under another key; run the pipeline again.", rule="LP501")
            name, ring = str(manifest["purpose"]["name"]), self.ring()
            waiver = self.purpose(name).waiver(RELINK)
            if waiver is None or waiver.value is not True:
                raise Refused(f"Purpose {name} does not say that what was made under one key may be tied to what is made under another: it takes an exception '{RELINK}' with "
                              "value true and the reason.", rule="LP108")
            used = [part for part in str(manifest["key"]).split(", ") if part]
            if not custody(self.register).refuse_missing(used, manifest.get("key_check") or {}, ring, str(manifest["release"])) or ring is None:
                raise RegisterFault(f"Release {manifest['release']} was made with a key that was destroyed, so nobody in it can be told (GDPR art. 11).", rule="LP617")
            new, table = ring.current(self.today), tables(self.register).get(place)
            if used == [new]:
                # Killed between the two, its table is still under the key of before.
                if table is not None and self.sinks.of(table).manifest(table) != (folder / MANIFEST).read_text(encoding="utf-8"):
                    self.sinks.of(table).renew(table, folder)
                    return int(manifest["rows"])
                raise UsageFault(f"Release {manifest['release']} of run {manifest['run']} is under key {new} already.")
            with self.register.turn(str(manifest["pipeline"])):
                change = self._relinked(manifest, ring, new)
                rows = rewrite(folder, change, self.engine, self.register, today=self.today, why="relinked", keys={new: ring.check_values()[new]})
                if table is not None:
                    self.sinks.of(table).renew(table, folder)
                return rows

    def _relinked(self, manifest: Mapping[str, Any], ring: KeyRing, new: str) -> Callable[[ir.Table], ir.Table]:
        """Give what puts the pseudonyms of another key in the place of those of a release; the mapping stays in memory."""
        import pyarrow as pa

        purpose, people = str(manifest["purpose"]["name"]), self.links().rows

        def change(table: ir.Table) -> ir.Table:
            for column in manifest["columns"]:
                if column["kind"] != "pseudonym":
                    continue
                name, domain = str(column["name"]), str(column.get("domain") or "")
                forms = sorted({person[domain] for person in people if domain in person})
                by = {each.key_id: each.of(forms) for each in ring.every(purpose=purpose, domain=domain)}
                pairs = {str(old): str(now) for key_id, olds in by.items() if key_id != new for old, now in zip(olds, by[new], strict=True)}
                mapping = self.engine.table(pa.table({"lapipe_was": pa.array(list(pairs), pa.string()), "lapipe_is": pa.array(list(pairs.values()), pa.string())}))
                joined = table.left_join(mapping, table[name] == mapping.lapipe_was)
                lost = self.engine.count({"n": (joined[name].notnull() & joined.lapipe_is.isnull()).sum().fill_null(0).cast("int64")})["n"]
                if lost:
                    raise Refused(f"{'Some' if int(lost) < 10 else int(lost)} rows of release {manifest['release']} are about people whom no map of schemas/identities.yaml names by "
                                  f"{domain or 'an identity domain'}, so they cannot be tied to their new pseudonym; give the map of that time with --map.", rule="LP501")
                table = joined.mutate(**{name: joined.lapipe_is}).select(*table.columns)
            return table

        return change

    def _forget(self, person: Person) -> int:
        """Make the person's marks in the ledger of releases anonymous."""
        if not self.profile.ledger.is_dir():
            return 0
        with Ledger.opened(self.profile.ledger, self.ledger_ring(), self.register) as ledger:
            return sum(ledger.erase(domain, [form]) for domain, form in person.forms.items())

    def erase_deleted(self, path: Path, contract: str, to: Path, verified: Verified, *, mapped: bool = True) -> tuple[int, int]:
        """Erase everybody whom an export says were deleted in the source (rows whose column `meta_action` is D, as Canvas writes them).

        Give how many were erased, and how many could not be resolved to one person.
        """
        if contract not in self.contracts:
            raise UsageFault(f"There is no contract '{contract}' (there are: {', '.join(sorted(self.contracts))}).{nearest(contract, self.contracts)}")
        declared = self.contracts[contract]
        if "meta_action" not in declared:
            raise UsageFault(f"Contract {contract} has no column meta_action, so its exports do not say who was deleted.")
        who = declared.person
        if not who or not declared[who].domain:
            raise UsageFault(f"Contract {contract} does not say whom a row is about, by an identifier of an identity domain.")
        self.role(verified.role, "erase whom a source deleted")
        only = declared.keep([who, "meta_action"])
        table = self.engine.read(open_source(str(path), declared, self.spool), only).table
        gone = self.engine.fetch(table.filter(table.meta_action == "D").select(who).distinct()).column(0).to_pylist()
        done = missed = 0
        for value in gone:
            try:
                person = self.person([(declared[who].domain, str(value))], mapped=mapped)
                self.erase(person, to, verified, ground="not_needed", received=self.today)
                done += 1
            except Refused:
                missed += 1
        return done, missed

    def refuse(self, person: Person, to: Path, verified: Verified, *, ground: str, why: str, received: date) -> str:
        """Refuse an erasure on a ground of the law, with the reason, and draft the notice that says so (GDPR art. 12(4))."""
        self.role(verified.role, "verify the identity of whoever asks, and refuse")
        if ground not in REFUSALS:
            raise UsageFault(f"There is no ground '{ground}' to refuse (there are: {', '.join(REFUSALS)}).")
        if not why.strip():
            raise Refused("To refuse takes a reason, which the person is told: give --why.", rule="LP509")
        case = self._request(person, "erase", received, verified)
        self._notices("erase", case.id, Found((), (), (), ()), to, refused=f"GDPR {REFUSALS[ground]}")
        self._done(case, "refused", {"ground": REFUSALS[ground], "why": why})
        self.register.append("subject-refused", {"request": case.id, "ground": REFUSALS[ground], "verified_by": verified.role})
        return case.id

    def rectify(self, person: Person, to: Path, verified: Verified, *, received: date) -> tuple[str, Found]:
        """Record that data about a person is to be corrected: at its source; name the releases to make again, and draft the notices.

        The case stays open until `decide` says it is done, so that its deadline is watched.
        """
        self.role(verified.role, "verify the identity of whoever asks")
        found = self.find(person)
        case = self._request(person, "rectify", received, verified)
        self._notices("rectify", case.id, found, to)
        return case.id, found

    def receive(self, person: Person, what: str, received: date) -> str:
        """Record that a request came in, so that its deadline is watched while the identity is verified."""
        return self._request(person, what, received, None).id

    def _request(self, person: Person, what: str, received: date, verified: Verified | None) -> Case:
        """Give the person's open request of this sort, or record a new one; the deadline counts from when it came in."""
        if received > self.today:
            raise UsageFault(f"{received} is still to come; a request is recorded with the day on which it came in.")
        known = self.references(person)
        before = next((case for case in cases(self.register) if case.kind == "request" and case.state == "received" and case.content.get("what") == what
                       and case.of(known)), None)
        content = {**(before.content if before else {}), "what": what,
                   **({"verified_by": verified.role, "verified_how": verified.how} if verified else {})}
        id = record(self.register, "request", {**(before.references if before else {}), **known}, content, purpose="", state="received",
                    received=before.received if before else received, keep_until=kept_until(self.affected(person), self.today), ring=self.ledger_ring().check_value(),
                    case=before.id if before else "")
        return find_case(self.register, id)

    def _done(self, case: Case, state: str, content: Mapping[str, Any]) -> None:
        change(self.register, case, state, {**content, "answered": self.today.isoformat()})

    def _notices(self, what: str, case: str, found: Found, to: Path, *, refused: str = "", releases: Sequence[Mapping[str, Any]] | None = None) -> None:
        assessed = {purpose.name: (purpose.dpia.reference or purpose.dpia.not_needed) if purpose.dpia else "" for purpose in self.purposes.values()}
        statistics = [{**each.told(), "assessment": assessed.get(str(each.manifest["purpose"]["name"])) or "-"} for each in found.statistics]
        out = [f"{each.name} ({each.manifest['run']}): {each.obstacle}" for each in found.obstacles]
        stores = {f"data {declared.name}" for declared in self.organisation.retention.data}
        out += [each.path for each in found.landing if each.path in stores]
        files = sum(bool(each.holds or each.obstacle) for each in found.landing if each.path not in stores)
        told = [each.told() for each in found.holding] if releases is None else releases

        def write() -> None:
            to.mkdir(mode=0o700, parents=True, exist_ok=True)
            for language in _LANGUAGES:
                path = to / f"notice-{case}.{language}.md"
                path.write_text(notice(what, case, told, statistics, out, self.organisation, self.today, language,
                                       files=files, refused=refused), encoding="utf-8")
                path.chmod(0o600)

        on_disk("write the notices", write)


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _day(value: Any, number: int) -> date:
    if isinstance(value, date):
        return value if type(value) is date else date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        pass
    raise UsageFault(f"Row {number} has no day under 'received', written as 2026-09-01.")
