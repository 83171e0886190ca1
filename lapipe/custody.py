"""What the register knows of keys: with which one each release was made, which were rotated and destroyed; so that no other is taken for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lapipe.errors import RegisterFault, UsageFault
from lapipe.keys import KeyRing
from lapipe.register import Register
from lapipe.register.entry import Entry

#: The kinds of the register's entries about keys. They stay when a period is closed: a key that was destroyed may come back years later.
ROTATED, DESTROYED = "key-rotated", "key-destroyed"


@dataclass(frozen=True)
class Custody:
    """The keys that a register names. `checks` are their check values, where it has them; `last` the keys of each purpose's newest release."""

    checks: Mapping[str, str] = field(default_factory=dict)
    destroyed: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: By the key that was in use before, each key that a rotation brought in.
    after: Mapping[str, str] = field(default_factory=dict)

    def refuse_wrong(self, ring: KeyRing, where: str, purpose: str = "") -> None:
        """Refuse a ring that is not the one the register knows: it would give everybody another pseudonym, and find nobody.

        Raises:
            RegisterFault: a key that was destroyed is there again (LP617); a key is another than the one of its name, or the one that the
                purpose's newest release was made with is missing and was not destroyed (LP616).
        """
        checks = ring.check_values()
        again = [name for name, check in checks.items() if name in self.destroyed or check in self.destroyed.values()]
        if again:
            raise RegisterFault(f"{where} holds key {again[0]}, which was destroyed, as the register says: a backup has brought it back, or destroying it was "
                                f"interrupted. Say `lapipe keys destroy --name {again[0]}`, and destroy the backup.", rule="LP617")
        wrong = [name for name, check in checks.items() if self.checks.get(name, check) != check]
        if wrong:
            raise RegisterFault(f"{where} holds another key under the name {wrong[0]} than the one that the register knows by it, so everybody would get another "
                                "pseudonym. Restore the right ring from its backup.", rule="LP616")
        stale = [new for old, new in self.after.items() if old in checks and new not in checks and new not in self.destroyed]
        if stale:
            raise RegisterFault(f"{where} lacks key {stale[0]}, which a rotation brought in, as the register says: it is a copy from before. Restore the newest copy of the "
                                "ring, in a variable of CI too.", rule="LP616")
        missing = [name for name in self.last.get(purpose, ()) if name not in checks and name not in self.destroyed]
        if missing:
            raise RegisterFault(f"{where} lacks key {missing[0]}, with which purpose {purpose} was released last and which was not destroyed: everybody would get another "
                                "pseudonym. Give the ring that holds it; `lapipe keys rotate` is how a new key comes into use.", rule="LP616")

    def refuse_missing(self, used: Collection[str], checks: Mapping[str, str], ring: KeyRing | None, release: str) -> bool:
        """Say whether the keys of a release are there, False where they were destroyed; refuse a ring that lacks one otherwise, or has another (LP616)."""
        mine = ring.check_values() if ring else {}
        gone = set(used) - set(mine)
        if lost := sorted(gone - set(self.destroyed)):
            raise RegisterFault(f"Release {release} was made with key {lost[0]}, which is not in the key ring and was not destroyed, so nobody in it would be found. Give the "
                                "ring that holds it.", rule="LP616")
        wrong = sorted(name for name, check in checks.items() if name in mine and mine[name] != check)
        if wrong:
            raise RegisterFault(f"Release {release} was made with another key {wrong[0]} than the one in the key ring, so nobody in it would be found. Restore the right ring "
                                "from its backup.", rule="LP616")
        return not gone


def custody(register: Register) -> Custody:
    """Read what a register knows of keys."""
    checks: dict[str, str] = {}
    destroyed: dict[str, str] = {}
    last: dict[str, Mapping[str, str]] = {}
    after: dict[str, str] = {}
    purposes = {run.id: run.purpose for run in register.runs()}
    for entry in register.entries(kinds=("completed", "release", ROTATED, DESTROYED)):
        used = _keys(entry)
        checks.update({name: check for name, check in used.items() if check})
        if used and entry.run in purposes:
            last[purposes[entry.run]] = used
        if entry.kind in (ROTATED, DESTROYED):
            checks[str(entry.body["key"])] = str(entry.body["check"])
        if entry.kind == ROTATED:
            after[str(entry.body["before"])] = str(entry.body["key"])
        if entry.kind == DESTROYED:
            destroyed[str(entry.body["key"])] = str(entry.body["check"])
    return Custody(checks, destroyed, last, after)


def _keys(entry: Entry) -> dict[str, str]:
    """Give the keys that an entry names and their check values; registers of before those had them name the keys alone."""
    found = entry.body.get("keys") if entry.kind in ("completed", "release") else None
    if isinstance(found, Mapping):
        return {str(name): str(check) for name, check in found.items()}
    named = entry.body.get("key") if entry.kind == "completed" else None
    return {str(name): "" for name in named.values()} if isinstance(named, Mapping) else {}


@dataclass(frozen=True)
class Effect:
    """What a change of keys does to what is there: releases of pseudonyms by their folder, and how many choices of people stay as they are."""

    releases: tuple[Mapping[str, Any], ...]
    choices: int

    def told(self) -> list[dict[str, Any]]:
        """Give the releases as they may be shown: names, kinds and terms."""
        return [{name: each[name] for name in ("release", "run", "purpose", "kind", "erase_by")} for each in self.releases]


def made_with(keys: Collection[str], manifests: Collection[Mapping[str, Any]], choices: int) -> Effect:
    """Give the releases of pseudonyms that were made with any of the keys."""
    return Effect(tuple({**said, "purpose": said["purpose"]["name"]} for said in manifests
                        if said["kind"] != "statistics" and set(keys) & set(str(said.get("key", "")).split(", "))), choices)


def rotate(path: Path, register: Register, *, today: date, since: date, passphrase: str | None = None) -> tuple[str, str]:
    """Bring a new key into use from a day on, and record it; give the names of the key before and of the new one.

    Nobody is erased meanwhile. What the register needs not know, the key, it does not get.

    Raises:
        RegisterFault: the ring is not the one that the register knows (LP616, LP617), or the register cannot be written.
        UsageFault, EngineFault: as `KeyRing.rotate`.
    """
    with register.turn("subject-erase"):
        before = KeyRing.open(path, passphrase=passphrase)
        known = custody(register)
        known.refuse_wrong(before, f"The key ring {path}")
        if known.last and not set(before.names) & set(known.checks):
            raise RegisterFault(f"The key ring {path} holds no key that the register knows, which knows others: it is another project's. Nothing was rotated.", rule="LP616")
        ring = KeyRing.rotate(path, today=today, since=since, passphrase=passphrase)
        old, new = before.names[-1], ring.names[-1]
        register.append(ROTATED, {"key": new, "check": ring.check_values()[new], "from": since.isoformat(), "before": old, "check before": ring.check_values()[old]})
    return old, new


def destroy(path: Path, register: Register, name: str, effect: Effect, *, today: date, passphrase: str | None = None) -> None:
    """Record that a key is destroyed, and which releases nobody can be found in from now on; then destroy it.

    In this order: a key that is gone and not recorded would be a wrong ring for ever; one that is recorded and still there is found, and
    destroyed by doing it again. A run that uses the key now is waited for.

    Raises:
        UsageFault: the ring holds no such key, or it is the one in use.
        RegisterFault: another key than the register knows is under the name (LP616), or the register cannot be written.
    """
    with register.turn("subject-erase"):
        ring = KeyRing.open(path, passphrase=passphrase)
        known, checks = custody(register), ring.check_values()
        if name not in checks:
            raise UsageFault(f"The key ring {path} holds no key of this name (it has: {', '.join(ring.names)}).", rule="LP604")
        if name in (ring.names[-1], ring.current(today)) and len(ring.names) > 1:
            raise UsageFault(f"Key {name} is in use, or the newest: rotate first, or destroy the older ones before it.", rule="LP604")
        if known.checks.get(name, checks[name]) != checks[name]:
            raise RegisterFault(f"The key ring {path} holds another key under the name {name} than the one that the register knows by it; nothing was destroyed.", rule="LP616")
        if name not in known.destroyed:
            register.append(DESTROYED, {"key": name, "check": checks[name], "unlinkable": [{key: str(value) for key, value in each.items()} for each in effect.told()]})
        for pipeline in sorted({run.pipeline for run in register.runs() if run.pipeline}):
            with register.turn(pipeline):
                pass
        KeyRing.destroy(path, name, today=today, passphrase=passphrase)
