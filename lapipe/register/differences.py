"""What changed between two runs or two days: what the guide's step 5.1 asks to be weighed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from lapipe.errors import UsageFault
from lapipe.purpose.duration import Duration
from lapipe.register import Register
from lapipe.rules import RULES, Finding


class Change(NamedTuple):
    """One change; `weaker` when it takes privacy away, or nobody can tell by the register alone."""

    finding: Finding
    weaker: bool


_BACKWARDS = "A change is told from the earlier to the later one; give the earlier one first."

#: What is said of a release of which a run released nothing new, where this register holds no earlier one of it.
_UNTOLD = "of a kind that this register does not tell"


@dataclass(frozen=True)
class Ran:
    """What the register says of one run, as far as it is weighed again when it changes.

    `releases` gives the kind of each; of one that had nothing new in this run, the kind that it was last released as.
    """

    id: str
    started: str
    opening: Mapping[str, Any]
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    releases: Mapping[str, str] = field(default_factory=dict)

    @property
    def pipeline(self) -> str:
        return str(self.opening.get("pipeline", ""))


def differences(register: Register, before: str, after: str) -> list[Change]:
    """Compare two runs of one pipeline, or what each pipeline last completed before two days.

    Raises:
        UsageFault: a run is not there, did not complete, was closed, or is of another pipeline; one is a day and one a run; or the second
            is the earlier one.
    """
    days = [_day(each) for each in (before, after)]
    if days[0] and days[1]:
        if days[0] > days[1]:
            raise UsageFault(_BACKWARDS)
        old, new = (_state(register, day) for day in days if day)
        changes: list[Change] = []
        # What completed before a day did so before any later one.
        for name in sorted(new):
            if name not in old:
                changes.append(_change("LP614", name, f"Pipeline {name} had completed no run by {before}; run {new[name].id} is its last by {after}."))
            else:
                changes += _compared(old[name], new[name])
        return changes
    if days[0] or days[1]:
        raise UsageFault("Give two runs, or two days (2026-09-01), not one of each.")
    first, second = _ran(register, before), _ran(register, after)
    if first.pipeline != second.pipeline:
        raise UsageFault(f"Run {first.id} is of pipeline {first.pipeline} and run {second.id} of {second.pipeline}; give two of one.")
    if first.started > second.started:
        raise UsageFault(_BACKWARDS)
    return list(_compared(first, second))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _state(register: Register, day: date) -> dict[str, Ran]:
    """Give the last run of each pipeline that completed before the end of a day (UTC)."""
    last: dict[str, str] = {}
    ended: dict[str, str] = {}
    for run in register.runs():
        if run.state == "completed" and run.ended and datetime.fromisoformat(run.ended).date() <= day and run.ended >= ended.get(run.pipeline, ""):
            last[run.pipeline], ended[run.pipeline] = run.id, run.ended
    return {pipeline: _ran(register, run) for pipeline, run in last.items()}


def _ran(register: Register, run: str) -> Ran:
    """Read the last attempt of a run.

    Raises:
        UsageFault: there is no such run, it did not complete, or its period was closed.
    """
    outcome = register.outcome(run)
    if outcome is None:
        known = [each.id for each in register.runs()][-3:]
        raise UsageFault(f"The register has no run '{run}' (its last ones: {', '.join(known) or 'none'}).")
    if outcome.state != "completed":
        raise UsageFault(f"Run {run} is {outcome.state}; only runs that completed are compared.")
    entries = list(register.entries(run=run))
    starts = [index for index, entry in enumerate(entries) if entry.kind == "started"]
    if not starts:
        raise UsageFault(f"The period of run {run} was closed; what it read stands in the export of that closing.")
    columns: dict[str, frozenset[str]] = {}
    releases: dict[str, str] = {}
    for entry in entries[starts[-1]:]:
        if entry.kind == "source":
            columns[str(entry.body.get("source"))] = frozenset(_texts(entry.body.get("columns_read")))
        elif entry.kind == "release":
            releases[str(entry.body.get("release"))] = str(entry.body.get("kind"))
        elif entry.kind == "skipped":
            releases[str(entry.body.get("release"))] = _UNTOLD
    if _UNTOLD in releases.values():
        releases |= _released_before(register, outcome.pipeline, entries[starts[-1]].seq, [name for name, kind in releases.items() if kind == _UNTOLD])
    return Ran(run, outcome.started, entries[starts[-1]].body, columns, releases)


def _released_before(register: Register, pipeline: str, before: int, names: Sequence[str]) -> dict[str, str]:
    """Give as what completed runs of a pipeline last released something before an entry; a closed period keeps its releases."""
    mine = {run.id for run in register.runs() if run.pipeline == pipeline and run.state == "completed"}
    return {str(entry.body.get("release")): str(entry.body.get("kind")) for entry in register.entries(kinds=("release",))
            if entry.seq < before and entry.run in mine and entry.body.get("release") in names}


def _compared(old: Ran, new: Ran) -> Iterator[Change]:
    """Compare in the order in which a privacy officer reads a purpose: why, which data, how protected, to whom, until when."""
    where = f"{new.pipeline}, {old.started[:10]} to {new.started[:10]}"
    was, now = old.opening, new.opening
    if was.get("purpose") != now.get("purpose"):
        yield _change("LP614", where, f"It runs for purpose {now.get('purpose')} instead of {was.get('purpose')}.")
    elif was.get("purpose_sha256") != now.get("purpose_sha256"):
        yield _change("LP614", where, f"The text of purpose {now.get('purpose')} changed.")
    for phase in sorted({*_mapping(was, "legal_basis"), *_mapping(now, "legal_basis")}):
        one, other = (_mapping(each, "legal_basis").get(phase) for each in (was, now))
        if one != other:
            yield _change("LP114", where, f"The legal basis to {phase} is {other or 'none'} instead of {one or 'none'}.")
    yield from _sources(where, old, new)
    k_was, k_now = was.get("k"), now.get("k")
    if k_was != k_now:
        yield _change("LP112", where, f"k is {k_now} instead of {k_was}.", weaker=not (type(k_was) is type(k_now) is int and k_now > k_was))
    yield from _steps(where, was, now)
    for name in sorted({*old.releases, *new.releases}):
        one, other = old.releases.get(name), new.releases.get(name)
        if one != other and not (one and other and _UNTOLD in (one, other)):
            yield _change("LP111", where, f"Release {name} is {other or 'no more there'} instead of {one or 'not there'}.",
                          weaker=other is not None and not (one == "pseudonyms" and other == "statistics"))
    yield from _listed(where, "recipient", _texts(was.get("recipients")), _texts(now.get("recipients")))
    # An earlier lapipe recorded neither whom it is about nor the greatest age of rows.
    if "subjects" in was and "subjects" in now:
        yield from _listed(where, "category of people", _texts(was.get("subjects")), _texts(now.get("subjects")))
    for key, what in (("keep_for", "Releases are kept for"), ("retain", "The greatest age of rows is")):
        if key in was and key in now and was.get(key) != now.get(key):
            yield _change("LP113", where, f"{what} {now.get(key) or 'without a limit'} instead of {was.get(key) or 'without a limit'}.",
                          weaker=bool(was.get(key)) and not _shorter(str(now.get(key)), str(was.get(key))))
    if was.get("lapipe") != now.get("lapipe"):
        yield _change("LP614", where, f"lapipe is {now.get('lapipe')} instead of {was.get('lapipe')}.", weaker=False)


def _sources(where: str, old: Ran, new: Ran) -> Iterator[Change]:
    was, now = _mapping(old.opening, "sources"), _mapping(new.opening, "sources")
    yield from _listed(where, "source", list(was), list(now))
    for name in sorted({*was, *now}):
        if name in was and name in now:
            if was[name] != now[name]:
                yield _change("LP210", where, f"The contract of source {name} changed ({_version(was[name])} to {_version(now[name])}).")
            yield from _listed(where, f"column of {name}", old.columns.get(name, ()), new.columns.get(name, ()))


def _version(source: object) -> str:
    return f"{source.get('contract')} {source.get('version')}" if isinstance(source, Mapping) else "none"


def _steps(where: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    old, new = ([(str(step.get("stage")), step) for step in each.get("steps", ()) if isinstance(step, Mapping)] for each in (was, now))
    names_old, names_new = [name for name, _ in old], [name for name, _ in new]
    for name in sorted({*names_old, *names_new}):
        fewer, more = names_new.count(name) < names_old.count(name), names_new.count(name) > names_old.count(name)
        if fewer or more:
            yield _change("LP614", where, f"Stage {name} was {'left out' if fewer else 'added'}.")
        elif [step for each, step in old if each == name] != [step for each, step in new if each == name]:
            yield _change("LP614", where, f"Stage {name} is set otherwise.")
    if sorted(names_old) == sorted(names_new) and names_old != names_new:
        yield _change("LP614", where, "The stages come in another order.")


def _listed(where: str, what: str, was: Sequence[str] | frozenset[str], now: Sequence[str] | frozenset[str]) -> Iterator[Change]:
    for name in sorted({*was, *now}):
        if name not in was:
            yield _change("LP111", where, f"There is a new {what}: {name}.")
        elif name not in now:
            yield _change("LP111", where, f"There is no more {what} {name}.", weaker=False)


def _shorter(one: str, other: str) -> bool:
    try:
        return Duration.parse(one).after(date(2026, 1, 1)) < Duration.parse(other).after(date(2026, 1, 1))
    except ValueError:
        return False


def _change(rule: str, where: str, message: str, *, weaker: bool = True) -> Change:
    return Change(Finding(rule, where, message, RULES[rule].fix if weaker else ""), weaker)


def _mapping(opening: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = opening.get(key)
    return found if isinstance(found, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
