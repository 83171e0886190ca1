"""`lapipe keys`: manage key rings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    from lapipe.custody import Custody, Effect
    from lapipe.keys import KeyRing
    from lapipe.register import Register

keys_app = typer.Typer(no_args_is_help=True, help="Manage key rings.")
app.add_typer(keys_app, name="keys")

KeyPath = Annotated[Path | None, typer.Option("--keys", help="The key ring's file; default: the profile's.")]


@keys_app.command("create")
def keys_create(keys: KeyPath = None, profile: ProfileName = "",
                passphrase: Annotated[bool, typer.Option("--passphrase", help=f"Encrypt it; asked for, or from {PASSPHRASE}.")] = False,
                ) -> None:
    """Create a key ring outside the project, for the owner only."""
    from lapipe.keys import KeyRing

    secret = os.environ.get(PASSPHRASE)
    if passphrase and not secret:
        secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    path = keys or project(profile).profile.keys
    ring = KeyRing.create(path.expanduser(), today=today(), passphrase=secret or None)
    say(f"Created {path} with key {ring.names[-1]}{', encrypted' if secret else ''}. Keep a copy in a safe: without it no pseudonym can be "
         "made again.")


@keys_app.command("signing")
def keys_signing(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, outside every project.")],
                 passphrase: Annotated[bool, typer.Option("--passphrase", help=f"Encrypt it; asked for, or from {PASSPHRASE}.")] = False) -> None:
    """Create the key that an officer signs approvals with, and print the public line for schemas/organisation.yaml."""
    from lapipe.signing import create_signing_key

    secret = os.environ.get(PASSPHRASE)
    if passphrase and not secret:
        secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    key = create_signing_key(file.expanduser(), passphrase=secret or None)
    say(f"Created {file}{', encrypted' if secret else ''}, for you alone to read: who has it can sign for you. This line goes into "
         "schemas/organisation.yaml, under the role that you sign as:")
    say(f"    - {key.public}")


@keys_app.command("list")
def keys_list(keys: KeyPath = None, profile: ProfileName = "", register: RegisterPath = "", format: Format = "text") -> None:
    """List the keys by their names, oldest first: which makes pseudonyms, and from when, and which were destroyed."""
    from lapipe.custody import Custody, custody
    from lapipe.register import Register

    as_json = wants_json(format)
    path, ring, _ = _open(keys, profile)
    known = Custody()
    with suppress(LapipeError), Register.open(register_url(register, profile), clock=clock, create=False) as opened:
        known = custody(opened)
    current, checks = ring.current(today()), ring.check_values()
    told = [{"key": name, "check": checks[name], "from": str(ring.since.get(name, "")), "state": "restored" if _is_destroyed(known, name, checks[name]) else "in use"
             if name == current else "waits for its day" if ring.since.get(name, today()) > today() else "kept", "other than the register's": known.checks.get(name, checks[name]) != checks[name]} for name in ring.names]
    told += [{"key": name, "check": check, "from": "", "state": "destroyed", "other than the register's": False} for name, check in known.destroyed.items() if name not in checks]
    if as_json:
        say(json.dumps(told, indent=2))
    for each in told if not as_json else ():
        since = f" from {each['from']}" if each["from"] else ""
        say(f"{each['key']}  {each['state']}{since}, check value {str(each['check'])[:8]}{', NOT the key that the register knows' if each[list(each)[-1]] else ''}")
    if not as_json and any(each["state"] == "restored" for each in told):
        say(f"A key in {path} was destroyed and is there again; `lapipe keys destroy` takes it out.")
    lost = {name for used in known.last.values() for name in used} - set(ring.names) - set(known.destroyed)
    for name in sorted(lost) if not as_json else ():
        say(f"{name}  MISSING: releases were made with it, and it is not in {path}; restore the ring from its backup.")


def _is_destroyed(known: Custody, name: str, check: str) -> bool:
    return name in known.destroyed or check in known.destroyed.values()


@keys_app.command("rotate")
def keys_rotate(since: Annotated[str, typer.Option("--from", help="The day from which on it makes new pseudonyms, as 2026-09-01; without it today.")] = "",
                keys: KeyPath = None, profile: ProfileName = "", register: RegisterPath = "") -> None:
    """Bring a new key into use from a day on: everybody gets another pseudonym; the old key stays, to find people by."""
    from lapipe.custody import rotate
    from lapipe.register import Register

    day = day_of(since, "--from")
    path, ring, secret = _open(keys, profile)
    with Register.open(register_url(register, profile), clock=clock) as opened:
        effect = _effect(ring.names, profile, opened)
        old, new = rotate(path, opened, today=today(), since=day, passphrase=secret)
    say(f"Key {new} makes pseudonyms from {day} on; {old} stays in {path}. Keep a copy of the file in a safe, in the place of the one there.")
    say(f"Joins: what is released from {day} on cannot be joined by pseudonym with what was made before, of which {len(effect.releases)} releases are there:")
    _say_releases(effect)
    say(f"Objections, consents and requests: all {effect.choices} hold as they are; they and the ledger are kept under a key of their own, which is not rotated.")
    say("Incremental releases: a period that was released is not made anew, so a time series of people breaks on that day; counts are compared with earlier ones as "
        "before. Who asks to be erased is found under every key of the ring.")


@keys_app.command("destroy")
def keys_destroy(name: Annotated[str, typer.Option("--name", help="The name of the key; typed when it is not given.")] = "",
                 keys: KeyPath = None, profile: ProfileName = "", register: RegisterPath = "") -> None:
    """Destroy a key: nobody can be found by it any more in what was made with it, which stays personal data until its term."""
    from lapipe.custody import destroy
    from lapipe.register import Register

    path, ring, secret = _open(keys, profile)
    if not name and not sys.stdin.isatty():
        raise UsageFault(f"Destroying a key asks for its name: --name NAME (there are: {', '.join(ring.names)}).")
    if name and name not in ring.names:
        raise UsageFault(f"The key ring {path} holds no key of this name (it has: {', '.join(ring.names)}).", rule="LP604")
    with Register.open(register_url(register, profile), clock=clock) as opened:
        # Without a name every key is told about, since it is not known yet which will be typed.
        for each in [name] if name else ring.names:
            _say_unlinkable(each, _effect([each], profile, opened))
        name = name or typer.prompt("Type the name of the key to destroy").strip()
        destroy(path, opened, name, _effect([name], profile, opened), today=today(), passphrase=secret)
    say(f"Destroyed {name} in {path}. Destroy its copies too: in the safe, in backups, in snapshots. One that comes back is refused.")


@keys_app.command("relink")
def keys_relink(release: Annotated[Path, typer.Argument(metavar="RELEASE", help="A run's folder of a release of pseudonyms in OUT.")],
                maps: Annotated[list[str] | None, typer.Option("--map", help="PIPELINE.SOURCE=PATH of a source that ties identities together.")] = None,
                outs: Annotated[list[Path] | None, typer.Option("--out", help="Another folder that releases were written to; may be repeated.")] = None,
                databases: Annotated[list[str] | None, typer.Option("--database", help="A postgresql:// URL by which the release's table is reached; may be repeated.")] = None,
                profile: ProfileName = "", register: RegisterPath = "") -> None:
    """Write a release anew under the key in use now, where its purpose says that a study goes on across a rotation."""
    from lapipe.cli.subjects import opened_desk

    with opened_desk(profile, register, maps, databases, outs) as desk:
        rows = desk.relink(release)
    say(f"{release} was written anew: its {rows} rows are under the key in use now, and can be joined with what is made with it.")


def _say_unlinkable(name: str, effect: Effect) -> None:
    say(f"Without key {name} nobody can be told in {len(effect.releases)} releases. They stay personal data, of the same kind and until the same day; a request about them "
        "follows GDPR art. 11: the person is told that they cannot be found, unless they give more.")
    _say_releases(effect)


def _say_releases(effect: Effect) -> None:
    for each in effect.told():
        say(f"  {each['release']} of run {each['run']}: {each['kind']}, purpose {each['purpose']}, erase by {each['erase_by']}")


def _effect(names: Sequence[str], profile: str, register: Register) -> Effect:
    from lapipe.choices import cases
    from lapipe.custody import made_with
    from lapipe.subjects.search import manifests

    return made_with(names, [said for _, said in manifests(project(profile).profile.out)], len(cases(register)))


def _open(keys: Path | None, profile: str) -> tuple[Path, KeyRing, str | None]:
    """Open the pseudonyms' ring; the ledger's own is not given away to be changed."""
    from lapipe.keys import KeyRing, PassphraseNeeded
    from lapipe.ledger import LEDGER_RING

    path = (keys or project(profile).profile.keys).expanduser()
    if path.name.endswith(LEDGER_RING):
        raise UsageFault(f"{path} is the ring of the ledger and of people's choices. It is neither rotated nor destroyed while they are kept: nobody in them would be found "
                         "again.", rule="LP604")
    secret = os.environ.get(PASSPHRASE)
    try:
        return path, KeyRing.open(path, passphrase=secret), secret
    except PassphraseNeeded:
        if not sys.stdin.isatty():
            raise
    secret = typer.prompt("Passphrase of the key ring", hide_input=True)
    return path, KeyRing.open(path, passphrase=secret), secret
