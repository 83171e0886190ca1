"""Keep files in which a BSN was found from being read again, until an officer says with a reason that they may be.

A quarantined file is neither moved nor copied. It may be another system's export, that others read; and a copy would be one more place
where the BSN stands. What is kept is its content's hash, in the register, which every run asks; and an owner-only note beside the
quarantined rows, which says where the file is, until when that is to be decided, and who looks after it. Where the file is ours, others
lose the right to read it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lapipe.errors import EngineFault, Refused, UsageFault
from lapipe.purpose import Organisation
from lapipe.purpose.vague import says_little
from lapipe.register import Register

#: Within this time a breach is notified to the authority, unless nobody is at risk (GDPR art. 33(1)).
DECIDE_WITHIN = timedelta(hours=72)

#: So long the note with the file's place is kept.
NOTE_KEPT = timedelta(days=365)

#: The register's entries of what was put in quarantine, and of what was released from it.
INCIDENT, RELEASED = "incident", "incident_released"

NOTE = "incident.json"


@dataclass(frozen=True)
class Incident:
    """A BSN where none was declared. `number` is that of the register's entry; `files` are (sha256, size) of the source's files."""

    number: int
    run: str
    pipeline: str
    source: str
    contract: str
    column: str
    rule: str
    since: str
    decide_by: str
    files: tuple[tuple[str, int], ...]
    reason: str = ""
    role: str = ""

    @property
    def released(self) -> bool:
        """Whether an officer released it."""
        return bool(self.role)


def incidents(register: Register) -> list[Incident]:
    """Give every incident of a register, oldest first, with its release where there was one."""
    found: dict[int, Incident] = {}
    for entry in register.entries():
        body: Mapping[str, Any] = entry.body
        if entry.kind == INCIDENT:
            files = tuple((str(file["sha256"]), int(file["size"])) for file in body["files"])
            said = {name: str(body[name]) for name in ("pipeline", "source", "contract", "column", "rule", "decide_by")}
            found[entry.seq] = Incident(entry.seq, entry.run, since=entry.time, files=files, **said)
        elif entry.kind == RELEASED and int(body["incident"]) in found:
            before = found[int(body["incident"])]
            found[before.number] = Incident(**{**vars(before), "reason": str(body["reason"]), "role": str(body["role"])})
    return list(found.values())


def refuse_quarantined(register: Register, sources: Mapping[str, Sequence[Path]], organisation: Organisation) -> None:
    """Refuse a run over a file that is in quarantine; only files of a size that is there are read for it.

    Raises:
        Refused: LP506.
    """
    held = {file: incident for incident in incidents(register) if not incident.released for file in incident.files}
    sizes = {size for _, size in held}
    for source, files in sources.items():
        for number, path in enumerate(files, 1):
            if path.stat().st_size not in sizes:
                continue
            incident = held.get(_content(path))
            if incident:
                officer = organisation.officer
                # What a file is called may name a person; who may know it sees it in `lapipe quarantine list`.
                which = f"file {number} of {len(files)}" if len(files) > 1 else "its file"
                raise Refused(f"Source '{source}': {which} is in quarantine, as {incident.rule} was found in column '{incident.column}' of it by run "
                              f"{incident.run} (incident {incident.number}). It is read again once the officer releases it: `lapipe quarantine "
                              f"release {incident.number} --role ROLE --reason ...`. Contact: {officer.role}, {officer.email}.", rule="LP506")


def quarantine(register: Register, run: str, *, pipeline: str, source: str, contract: str, column: str, rule: str, files: Sequence[Path],
               today: date, organisation: Organisation, folder: Path | None) -> Incident:
    """Record an incident: the hashes in the register, the place of the files in an owner-only note, others out of files that are ours."""
    contents = [_content(path) for path in files]
    decide_by = (today + DECIDE_WITHIN).isoformat()
    officer = f"{organisation.officer.role}, {organisation.officer.email}"
    entry = register.append(INCIDENT, {
        "pipeline": pipeline, "source": source, "contract": contract, "column": column, "rule": rule, "contact": officer, "decide_by": decide_by,
        "files": [{"sha256": digest, "size": size} for digest, size in contents]}, run=run)
    incident = Incident(entry.seq, run, pipeline, source, contract, column, rule, entry.time, decide_by, tuple(contents))
    if files and folder is not None:
        _note(folder / run, incident, files, officer, (today + NOTE_KEPT).isoformat())
    return incident


def _note(folder: Path, incident: Incident, files: Sequence[Path], custodian: str, erase_by: str) -> None:
    note = {"incident": incident.number, "source": incident.source, "column": incident.column, "rule": incident.rule, "since": incident.since,
            "decide_by": incident.decide_by, "erase_by": erase_by, "custodian": custodian,
            "files": [{"path": str(path.resolve()), "mode_before": _closed(path)} for path in files]}
    problem = ""
    try:
        for each in reversed((folder, *folder.parents)):
            each.mkdir(mode=0o700, exist_ok=True)
        target = folder / f"{incident.number}-{NOTE}"
        with os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(note, out, indent=2, ensure_ascii=False)
    except OSError as error:
        problem = str(error.strerror)
    if problem:
        raise EngineFault(f"The note of incident {incident.number} cannot be written in {folder} ({problem}); the register holds the incident, and "
                          "the file is refused all the same.")


def _closed(path: Path) -> str:
    """Take others' right to read a file away where it is ours; give the mode that it had, or nothing where it was left as it is."""
    with contextlib.suppress(OSError):
        found = path.stat()
        mode = stat.S_IMODE(found.st_mode)
        if found.st_uid == os.geteuid() and mode & 0o077:
            path.chmod(mode & 0o700)
            return f"{mode:04o}"
    return ""


def release(register: Register, number: int, *, reason: str, role: str, organisation: Organisation, folder: Path | None) -> Incident:
    """Let the files of an incident be read again; the register keeps who said so, in which role, and why.

    Raises:
        UsageFault: there is no such incident, it was released before, no such role, or no reason that can be weighed.
    """
    known = {incident.number: incident for incident in incidents(register)}
    waiting = [str(each.number) for each in known.values() if not each.released]
    incident = known.get(number)
    if incident is None or incident.released:
        what = "was released before" if incident else "is not in the register"
        raise UsageFault(f"Incident {number} {what} (in quarantine: {', '.join(waiting) or 'none'}).")
    if role not in organisation.roles:
        raise UsageFault(f"There is no role '{role}' in {organisation.path.name} (there are: {', '.join(organisation.roles)}).")
    if says_little(reason):
        raise UsageFault("--reason does not say why the file may be read again: how the number came there, and what was done about it.")
    _impersonal(reason)
    register.append(RELEASED, {"incident": number, "reason": reason, "role": role}, run=incident.run)
    for path, mode in places(incident, folder):
        if mode and path.is_file() and _content(path) in incident.files:
            with contextlib.suppress(OSError):
                path.chmod(int(mode, 8))
    return Incident(**{**vars(incident), "reason": reason, "role": role})


def _impersonal(reason: str) -> None:
    """Refuse a reason that seems to tell of somebody: the register is never rewritten."""
    from lapipe.detect.text import Finder, plain

    (spans,) = Finder().find([plain(reason)])
    told = sorted({span.rule.removeprefix("special:") for span in spans if span.sure or span.rule == "bsn"})
    if told:
        raise UsageFault(f"--reason seems to hold personal data ({', '.join(told)}), and the register keeps what it holds; say it without.")


def places(incident: Incident, folder: Path | None) -> Iterator[tuple[Path, str]]:
    """Give where the files of an incident lay and the mode they had, as far as the note can be read."""
    note: dict[str, Any] = {}
    if folder is not None:
        with contextlib.suppress(OSError, ValueError):
            note = json.loads((folder / incident.run / f"{incident.number}-{NOTE}").read_text(encoding="utf-8"))
    for file in note.get("files", ()):
        yield Path(str(file["path"])), str(file["mode_before"])


def _content(path: Path) -> tuple[str, int]:
    problem = ""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
    except OSError as error:
        problem = str(error.strerror)
    raise EngineFault(f"{path} cannot be read ({problem}).")
