"""`lapipe subject`: what people may ask and choose: consent, object, withdraw, find, export, erase, rectify, restrict."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lapipe.cli.app import (
    PASSPHRASE,
    Format,
    ProfileName,
    RegisterPath,
    app,
    clock,
    day_of,
    project,
    register_url,
    say,
    today,
    wants_json,
)
from lapipe.errors import LapipeError, UsageFault

if TYPE_CHECKING:
    from lapipe.choices import Case
    from lapipe.identities import Person
    from lapipe.purpose import Purpose
    from lapipe.subjects import Desk, Found

subject_app = typer.Typer(no_args_is_help=True, help="What people may ask and choose: consent, object, find, export, erase.")
app.add_typer(subject_app, name="subject")

Identifier = Annotated[str, typer.Argument(metavar="ID", help="An identifier in any spelling; - reads it from standard input, so that no history keeps it.")]
OptionalId = Annotated[str, typer.Argument(metavar="[ID]", help="An identifier in any spelling; - reads it from standard input.")]
DomainName = Annotated[str, typer.Option("--domain", help="The identity domain of ID, where it may be one of several.")]
Also = Annotated[list[str] | None, typer.Option("--also", help="DOMAIN=ID of another identifier of the same person; may be repeated.")]
NoMap = Annotated[bool, typer.Option("--no-map", help="The person is what is given, whatever schemas/identities.yaml ties to it.")]
Maps = Annotated[list[str] | None, typer.Option("--map", help="PIPELINE.SOURCE=PATH of a source that ties identities together.")]
Databases = Annotated[list[str] | None, typer.Option("--database", help="A postgresql:// URL by which a table of releases is reached; may be repeated.")]
Outs = Annotated[list[Path] | None, typer.Option("--out", help="Another folder that releases were written to; may be repeated.")]
PurposeName = Annotated[str, typer.Option("--purpose", help="The purpose; without it every one that knows the person.")]
Received = Annotated[str, typer.Option("--received", help="The day on which it came in, as 2026-09-01; without it today.")]
VerifiedBy = Annotated[str, typer.Option("--verified-by", help="The role that verified who asks.")]
VerifiedHow = Annotated[str, typer.Option("--verified-how", help="How: at the desk, by the institution's login; no name.")]
CaseId = Annotated[str, typer.Option("--case", help="A case to decide on.")]
RoleName = Annotated[str, typer.Option("--role", help="The role that decides.")]
Why = Annotated[str, typer.Option("--why", help="The reason, which the person is told.")]
From = Annotated[str, typer.Option("--from", help="A CSV or Parquet file, or a database's URL with ?table=, of many: identifier, purpose, state, received.")]


@contextmanager
def opened_desk(profile: str, register: str, maps: list[str] | None = None, databases: list[str] | None = None, outs: list[Path] | None = None) -> Iterator[Desk]:
    """Open the project's desk; a register is made where there is none yet, since people may choose before the first run."""
    from lapipe.keys import PassphraseNeeded
    from lapipe.register import Register
    from lapipe.sink import checked
    from lapipe.subjects import Desk

    named = project(profile)
    given = {}
    for each in maps or ():
        name, equals, path = each.partition("=")
        if not equals or not path:
            raise UsageFault("--map is written as PIPELINE.SOURCE=PATH.")
        given[name] = str(Path(path).expanduser())
    secret = os.environ.get(PASSPHRASE)
    with Register.open(register_url(register, profile), clock=clock) as opened, Desk.opened(
            named.root, named.profile, opened, today=today(), passphrase=secret, maps=given, databases=[checked(url) for url in databases or ()],
            others=[out.expanduser() for out in outs or ()]) as desk:
        for ring in (desk.ring, desk.ledger_ring):
            try:
                ring()
            except PassphraseNeeded:
                if not sys.stdin.isatty():
                    raise
                desk.passphrase = typer.prompt("Passphrase of the key ring", hide_input=True)
        for file, broken in desk.unread.items():
            print(f"{file} cannot be read, and the rest goes on without it: {broken.why}", file=sys.stderr)
        yield desk


def _person(desk: Desk, identifier: str, domain: str, also: list[str] | None, no_map: bool) -> Person:
    text = sys.stdin.readline().strip() if identifier == "-" else identifier
    if not text:
        raise UsageFault("No identifier is given; name one, or - to read it from standard input.")
    given = [(domain, text)]
    for each in also or ():
        name, equals, value = each.partition("=")
        if not equals or not value:
            raise UsageFault("--also is written as DOMAIN=ID.")
        given.append((name, value))
    return desk.person(given, mapped=not no_map)


def _purposes(desk: Desk, purpose: str, person: Person) -> list[Purpose]:
    return [desk.purpose(purpose)] if purpose else desk.knowing(person)


def _folder(to: Path | None, desk: Desk) -> Path:
    return to or desk.root / ".lapipe" / "requests"


@subject_app.command("consent")
def consent(identifier: OptionalId = "", purpose: Annotated[str, typer.Option("--purpose", help="The purpose consented to.")] = "",
            text: Annotated[Path | None, typer.Option("--text", help="The text that was consented to.")] = None,
            version: Annotated[str, typer.Option("--text-version", help="The text's version.")] = "1",
            given: Annotated[str, typer.Option("--given", help="The day, as 2026-09-01; without it today.")] = "",
            how: Annotated[str, typer.Option("--how", help="How it was given: a web form, on paper.")] = "",
            attested_by: Annotated[str, typer.Option("--attested-by", help="The role that attests it was free and a clear act.")] = "",
            source: From = "", domain: DomainName = "", also: Also = None, no_map: NoMap = False, maps: Maps = None, register: RegisterPath = "",
            profile: ProfileName = "") -> None:
    """Record consent to one purpose, with the text and how it was given; or many from a file."""
    with opened_desk(profile, register, maps) as desk:
        if not purpose and not source:
            raise UsageFault(f"Consent is given to one purpose: name it with --purpose (there are: {', '.join(sorted(desk.purposes))}).")
        content = _read(text, "the consent text", "--text")
        if source:
            count = desk.import_choices("consent", _rows(source), domain=domain, default_purpose=purpose, text=content, version=version, how=how,
                                        attested_by=attested_by)
            say(f"Recorded {count} consents and withdrawals.")
            return
        person = _person(desk, identifier, domain, also, no_map)
        case = desk.consent(person, desk.purpose(purpose), text=content, version=version, given=day_of(given, "--given"), how=how, attested_by=attested_by)
        say(f"Recorded consent to {purpose} as case {case}. It is taken back with `lapipe subject withdraw ID --purpose {purpose}`.")


@subject_app.command("withdraw")
def withdraw(identifier: Identifier, purpose: PurposeName = "", on: Annotated[str, typer.Option("--on", help="The day; without it today.")] = "",
             domain: DomainName = "", also: Also = None, no_map: NoMap = False, maps: Maps = None, register: RegisterPath = "",
             profile: ProfileName = "") -> None:
    """Record that consent is withdrawn, and list which releases hold the person."""
    with opened_desk(profile, register, maps) as desk:
        person = _person(desk, identifier, domain, also, no_map)
        purposes = [each for each in _purposes(desk, purpose, person) if purpose or each.is_consent]
        if not purposes:
            raise UsageFault("No purpose that knows this person rests on consent; use `lapipe subject object`.")
        ids = desk.withdraw(person, purposes, on=day_of(on, "--on"))
        say(f"Recorded as {', '.join(ids)}: from now on the person is left out of {', '.join(each.name for each in purposes)}.")
        _tell_releases(desk.find(person, landing=False))


@subject_app.command("object")
def object_(identifier: OptionalId = "", purpose: PurposeName = "",
            route: Annotated[str, typer.Option("--route", help="21(1): public task or legitimate interests; 21(6): research and statistics.")] = "21(1)",
            received: Received = "", case: CaseId = "",
            state: Annotated[str, typer.Option("--state", help="With --case: upheld, rejected or withdrawn.")] = "", role: RoleName = "", why: Why = "",
            source: From = "", domain: DomainName = "", also: Also = None, no_map: NoMap = False, maps: Maps = None, register: RegisterPath = "",
            profile: ProfileName = "") -> None:
    """Record an objection: from then on the person is left out. Or decide on one (--case), or take in many (--from)."""
    from lapipe.choices import ROUTES, may_object

    if route not in ROUTES:
        raise UsageFault(f"There is no route '{route}' (there are: {', '.join(ROUTES)}).")
    with opened_desk(profile, register, maps) as desk:
        if case:
            if state not in ("upheld", "rejected", "withdrawn"):
                raise UsageFault("An objection is decided with --state upheld, rejected or withdrawn.")
            decided = desk.case(case)
            if decided.kind != "objection":
                raise UsageFault(f"Case {case} is {'an' if decided.kind[0] in 'aeiou' else 'a'} {decided.kind}, not an objection.")
            desk.decide(decided, state, role=role, why=why)
            say(f"Case {case} is {state}, by {role}.")
            return
        if state:
            raise UsageFault("--state decides on a case: name it with --case (`lapipe subject list` shows them); nothing was recorded.")
        if source:
            count = desk.import_choices("objection", _rows(source), domain=domain, default_purpose=purpose, route=route)
            say(f"Recorded {count} objections.")
            return
        person = _person(desk, identifier, domain, also, no_map)
        purposes = _purposes(desk, purpose, person)
        others = [] if purpose else [each for each in purposes if not may_object(each, route)]
        purposes = [each for each in purposes if each not in others]
        if not purposes:
            raise UsageFault(f"No purpose that knows this person can be objected to by art. {route} (it is known to: "
                             f"{', '.join(each.name for each in others) or 'none'}); name one with --purpose to hear why.")
        ids = desk.object(person, purposes, route=route, received=day_of(received, "--received"))
        for each, id in zip(purposes, ids, strict=True):
            say(f"Objection to {each.name} recorded as case {id}, to be decided by {desk.case(id).due}; until then, and when upheld, the person is left out.")
        for each in others:
            say(f"Not recorded for {each.name}, whose legal basis gives another route: name it with --purpose to hear which.")
        _tell_releases(desk.find(person, landing=False))


@subject_app.command("restrict")
def restrict(identifier: Identifier, purpose: PurposeName = "", lift: Annotated[bool, typer.Option("--lift", help="End the restriction.")] = False,
             role: RoleName = "", why: Why = "", domain: DomainName = "", also: Also = None, no_map: NoMap = False, maps: Maps = None,
             register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Leave a person out of runs until something is settled (art. 18), or end that with --lift."""
    with opened_desk(profile, register, maps) as desk:
        person = _person(desk, identifier, domain, also, no_map)
        purposes = _purposes(desk, purpose, person)
        ids = desk.restrict(person, purposes, on=today(), lift=lift, why=why, role=role)
        for each, id in zip(purposes, ids, strict=True):
            say(f"{'No longer restricted' if lift else 'Restricted'} for {each.name}: case {id}.")


@subject_app.command("find")
def find(identifier: Identifier, domain: DomainName = "", also: Also = None, no_map: NoMap = False, maps: Maps = None, databases: Databases = None, outs: Outs = None,
         register: RegisterPath = "", profile: ProfileName = "", format: Format = "text") -> None:
    """Say which releases, landing files and quarantine hold a person, for which purpose, until when, and who receives them."""
    as_json = wants_json(format)
    with opened_desk(profile, register, maps, databases, outs) as desk:
        found = desk.find(_person(desk, identifier, domain, also, no_map))
        if as_json:
            say(json.dumps({"releases": [each.told() for each in found.releases], "landing": [each.told() for each in found.landing],
                            "quarantine": [each.told() for each in found.quarantine], "cases": [_told_case(each) for each in found.cases]}, indent=2))
            return
        _tell_releases(found)
        for landing in (*found.landing, *found.quarantine):
            if landing.holds:
                say(f"  {landing.path}: {', '.join(f'{count} rows by {column}' for column, count in landing.columns.items() if count)}")
            elif landing.obstacle:
                say(f"  {landing.path}: not searched, {landing.obstacle}")
        for each in found.cases:
            say(f"  case {each.id}: {each.kind}{f' to {each.purpose}' if each.purpose else ''}, {each.state}")


@subject_app.command("gone")
def gone(release: Annotated[str, typer.Argument(metavar="RELEASE", help="The release's folder, as `lapipe status` names it: NAME/PERIODS/RUN.")], role: RoleName = "",
         register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Record that a release's files were deleted by hand, so that it stands in nobody's way; the register keeps who said so."""
    with opened_desk(profile, register) as desk:
        desk.gone(release, role)
        say(f"Recorded by {role}: {release} is gone. Nobody is looked for in it any more.")


def _tell_releases(found: Found) -> None:
    say(f"Releases that hold the person: {len(found.holding)} of {len(found.releases) - len(found.statistics)}.")
    for each in found.holding:
        said = each.told()
        say(f"  {said['release']} of run {said['run']}: purpose {said['purpose']}, {said['rows']} rows{f', {each.mentions} more that name them' if each.mentions else ''}; "
            f"to {', '.join(said['recipients'])}; erase by {said['erase_by']}")
        if each.table is not None and not each.obstacle:
            say(f"    and {each.in_table[0]} rows{f', {each.in_table[1]} more that name them' if each.in_table[1] else ''} in table {each.table.shown}")
    for each in found.obstacles:
        say(f"  {each.name} of run {each.manifest['run']}: not searched, {each.obstacle}")
    if found.statistics:
        say(f"Statistics, which have no rows about people: {', '.join(sorted({each.name for each in found.statistics}))}.")


@subject_app.command("export")
def export(identifier: Identifier, to: Annotated[Path | None, typer.Option("--to", help="A new folder for the package, yours alone.")] = None,
           verified_by: VerifiedBy = "", verified_how: VerifiedHow = "", received: Received = "", domain: DomainName = "", also: Also = None,
           no_map: NoMap = False, maps: Maps = None, databases: Databases = None, outs: Outs = None, register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Write a package that the person can read: their rows, why, for whom, until when (art. 15). Without --verified-by the request is recorded."""
    from lapipe.subjects import Verified

    with opened_desk(profile, register, maps, databases, outs) as desk:
        person = _person(desk, identifier, domain, also, no_map)
        day = day_of(received, "--received")
        if not verified_by:
            _waiting(desk, desk.receive(person, "access", day))
            return
        if to is None:
            raise UsageFault("Name a new folder for the package with --to.")
        case, found = desk.export(person, to.expanduser(), Verified(verified_by, verified_how), received=day)
        say(f"The package of request {case} is in {to}, for you alone to read: {len(found.holding)} releases, package.json, letter.nl.md and letter.en.md.")
        _not_searched(found)


@subject_app.command("erase")
def erase(identifier: OptionalId = "", ground: Annotated[str, typer.Option("--ground", help="not_needed, withdrawn, objected, unlawful or obligation.")] = "",
          refuse: Annotated[str, typer.Option("--refuse", help="Refuse, on a ground of art. 17(3) or 12(5).")] = "", why: Why = "",
          to: Annotated[Path | None, typer.Option("--to", help="The folder for the drafted notices.")] = None, verified_by: VerifiedBy = "",
          verified_how: VerifiedHow = "", received: Received = "",
          signals: Annotated[Path | None, typer.Option("--signals", help="An export in which rows with meta.action D tell who was deleted.")] = None,
          contract: Annotated[str, typer.Option("--contract", help="The contract of that export.")] = "", domain: DomainName = "", also: Also = None,
          no_map: NoMap = False, maps: Maps = None, databases: Databases = None, outs: Outs = None, register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Erase a person from releases, ledger and quarantine (art. 17), or refuse; without --verified-by the request is recorded."""
    from lapipe.subjects import Verified

    with opened_desk(profile, register, maps, databases, outs) as desk:
        verified, day = Verified(verified_by, verified_how), day_of(received, "--received")
        if signals is not None:
            done, missed = desk.erase_deleted(signals.expanduser(), contract, _folder(to, desk), verified, mapped=not no_map)
            say(f"{done} people that the export says are deleted were erased.")
            if missed:
                say(f"{missed} others were not erased: they could not be told whom they are, or a release stands in the way. Erase each with every identifier "
                    "(--also DOMAIN=ID --no-map), which says why.")
                raise typer.Exit(1)
            return
        person = _person(desk, identifier, domain, also, no_map)
        if refuse:
            case = desk.refuse(person, _folder(to, desk), verified, ground=refuse, why=why, received=day)
            say(f"Request {case} is refused; the notice that says so is drafted in {_folder(to, desk)}.")
            return
        if not verified_by:
            _waiting(desk, desk.receive(person, "erase", day))
            return
        case, found = desk.erase(person, _folder(to, desk), verified, ground=ground, received=day)
        say(f"Request {case}: erased from {len(found.holding)} releases; from now on the person is left out of runs.")
        for each in found.holding:
            say(f"  {each.name} of run {each.manifest['run']}{f', and its table {each.table.shown}' if each.table else ''}")
        if found.statistics:
            say(f"Left as they are, by the officer's assessment: {', '.join(sorted({each.name for each in found.statistics}))}.")
        for landing in found.landing:
            if landing.holds:
                say(f"Still in {landing.path}, a file of the source: delete or export it again.")
        _not_searched(found)
        say(f"Notices to the person and to recipients are drafted in {_folder(to, desk)}; send them.")


@subject_app.command("rectify")
def rectify(identifier: OptionalId = "", to: Annotated[Path | None, typer.Option("--to", help="The folder for the drafted notices.")] = None,
            verified_by: VerifiedBy = "", verified_how: VerifiedHow = "", received: Received = "", case: CaseId = "",
            done: Annotated[bool, typer.Option("--done", help="With --case: it was corrected.")] = False,
            refused: Annotated[bool, typer.Option("--refused", help="With --case: it is refused.")] = False, role: RoleName = "", why: Why = "",
            domain: DomainName = "", also: Also = None, no_map: NoMap = False, maps: Maps = None, register: RegisterPath = "", profile: ProfileName = "") -> None:
    """Record that data is to be corrected at its source and which releases to make again (art. 16), or close that with --case."""
    from lapipe.subjects import Verified

    with opened_desk(profile, register, maps) as desk:
        if case:
            if done == refused:
                raise UsageFault("A case is closed with --done or --refused.")
            desk.decide(desk.case(case), "done" if done else "refused", role=role, why=why)
            say(f"Case {case} is {'done' if done else 'refused'}, by {role}.")
            return
        id, found = desk.rectify(_person(desk, identifier, domain, also, no_map), _folder(to, desk), Verified(verified_by, verified_how),
                                 received=day_of(received, "--received"))
        say(f"Recorded as case {id}, to be answered by {desk.case(id).due}. Have the source corrected, run these again, and close the case with --case {id} --done:")
        _tell_releases(found)


@subject_app.command("list")
def list_(all: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False, register: RegisterPath = "", profile: ProfileName = "",
          format: Format = "text") -> None:
    """List the cases that wait for an answer, by their last day; exit 1 when one is overdue."""
    from lapipe.choices import cases
    from lapipe.register import Register

    as_json = wants_json(format)
    with Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        shown = sorted((case for case in cases(opened) if all or case.due), key=lambda case: (case.due or date.max, case.received, case.id))
    overdue = [case for case in shown if case.due and case.due < today()]
    if as_json:
        say(json.dumps([_told_case(case) for case in shown], indent=2))
    else:
        for case in shown:
            late = " LP511 overdue" if case in overdue else ""
            what = case.content.get("what") or case.kind
            say(f"{case.id}  {what:<11} {case.purpose or '-':<26} {case.state:<11} received {case.received}"
                f"{f', answer by {case.due}' if case.due else ''}{late}")
        if not shown:
            say("No case waits for an answer.")
    if overdue:
        raise typer.Exit(1)


def _told_case(case: Case) -> dict[str, Any]:
    return {"case": case.id, "kind": case.kind, "what": case.content.get("what") or case.kind, "purpose": case.purpose, "state": case.state,
            "received": case.received.isoformat(), "due": case.due.isoformat() if case.due else None, "overdue": bool(case.due and case.due < today()),
            "rule": "LP511" if case.due and case.due < today() else ""}


def _waiting(desk: Desk, case: str) -> None:
    say(f"Request {case} is recorded, to be answered by {desk.case(case).due}. Verify who asks, and give the command again with --verified-by ROLE.")


def _not_searched(found: Found) -> None:
    obstacles = {each.name: each.obstacle for each in found.obstacles} | {each.path: each.obstacle for each in found.landing if each.obstacle}
    for name, obstacle in obstacles.items():
        say(f"Not searched: {name}, {obstacle}.")


def _read(path: Path | None, what: str, option: str) -> bytes:
    if path is None:
        raise UsageFault(f"Name {what} with {option}.")
    try:
        return path.expanduser().read_bytes()
    except OSError as error:
        reason = error.strerror
    raise UsageFault(f"{path} cannot be read ({reason}).")


def _rows(given: str | Path) -> list[dict[str, Any]]:
    """Read a CSV or Parquet file, or a table, of choices; no message of a parser, which quotes values, goes on."""
    from lapipe.readers.database import is_database

    return _as_choices(*_of_table(str(given)) if is_database(str(given)) else _of_file(Path(given)))


def _of_table(url: str) -> tuple[str, list[dict[str, Any]]]:
    """Read a table of choices through an owner-only folder that goes at once."""
    import tempfile
    from contextlib import closing

    import pyarrow.parquet as pq

    from lapipe.contract import Column, Contract
    from lapipe.readers.database import Databases, place_of

    with closing(Databases()) as databases, tempfile.TemporaryDirectory() as folder:
        names = databases.columns(url)
        found = databases.read(url, Contract("choices", version="1", columns=tuple(map(Column, names))), [name for name in names if name in _CHOICE], Path(folder))
        rows = pq.read_table(found.paths[0]).to_pylist()
    # A column that is not read is one that should not be there: of it, only that there are more is told.
    return place_of(url).shown, [{**row, **dict.fromkeys(set(names) - set(row))} for row in rows]


def _of_file(path: Path) -> tuple[str, list[dict[str, Any]]]:
    import csv

    fault: LapipeError | None = None
    rows: list[dict[str, Any]] = []
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            rows = pq.read_table(path).to_pylist()
        else:
            with path.expanduser().open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.DictReader(stream))
    except (OSError, ValueError, csv.Error) as error:
        fault = UsageFault(f"{path} cannot be read as {'Parquet' if path.suffix == '.parquet' else 'CSV'} ({type(error).__name__}).")
    if fault:
        raise fault
    return str(path), rows


#: The columns of a list of choices.
_CHOICE = ("identifier", "purpose", "state", "received")


def _as_choices(where: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = set(rows[0]) if rows else set()
    if not {"identifier", "received"} <= columns or not columns <= set(_CHOICE):
        raise UsageFault(f"{where} should have the columns identifier and received, and may have purpose and state; it has {len(rows)} rows and "
                         f"{len(columns)} columns.")
    return rows
