"""How long data is kept beside releases: the terms of schemas/organisation.yaml, what they count from, and legal holds."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lapipe.documents import Document, nearest
from lapipe.purpose.duration import Duration

#: More than this share of a data set is not deleted at once without being asked for, where nothing else is declared. A clock that went
#: wrong, or a term with a slip of the pen, shows itself by how much would go.
SHARE = 0.5

#: How long records and notes of quarantine are kept, where nothing else is declared.
QUARANTINE = Duration(years=1)


@dataclass(frozen=True)
class Ends:
    """Where the day stands on which a course ended or somebody graduated: in `column` of another data set.

    The rows' own column `key` holds what the column `matches` of that data set holds; one name is not taken for both, since `id` of a
    submission is not `id` of a course.
    """

    data: str
    key: str
    matches: str
    column: str
    clock: str = ""


@dataclass(frozen=True)
class DataTerm:
    """A term of data that lapipe did not release: files, rows of Parquet, or rows of a database's table.

    `column` holds the row's own day. Where the term counts from a course's end or a graduation, a row goes only when its own day is past
    the term as well: a course that is given again keeps its old end in many systems, and what is new in it must stay (MDL-71316).
    """

    name: str
    form: str
    term: Duration
    anchor: str
    pattern: str = ""
    dated_by: str = ""
    column: str = ""
    clock: str = ""
    zone: str = ""
    ends: Ends | None = None


@dataclass(frozen=True)
class Hold:
    """A legal hold: what is not deleted whatever its term, why, and which role says so. `on` names data, a release or a pipeline."""

    on: str
    reason: str
    approved_by: str
    until: date | None = None

    def in_force(self, today: date) -> bool:
        """Whether it still holds; its last day is its own."""
        return self.until is None or today <= self.until


@dataclass(frozen=True)
class Retention:
    """The terms of an organisation. `zone` says where a day begins; empty is this machine's."""

    zone: str = ""
    share: float = SHARE
    quarantine: Duration = QUARANTINE
    data: tuple[DataTerm, ...] = ()
    holds: tuple[Hold, ...] = ()

    def today(self, now: datetime) -> date:
        """Give the day that it is in the declared zone."""
        return now.astimezone(zoneinfo.ZoneInfo(self.zone) if self.zone else None).date()

    def held(self, today: date, *names: str) -> str:
        """Give why something of these names is held, or nothing."""
        for hold in self.holds:
            if hold.on in names and hold.in_force(today):
                return f"{hold.reason} ({hold.approved_by}{f', until {hold.until}' if hold.until else ''})"
        return ""


#: Of each form, the keys that it must have, and those that it may.
_KEYS = {"files": ({"pattern", "dated_by"}, {"zone"}), "parquet": ({"column"}, {"pattern", "clock", "zone", "ends"}),
         "table": ({"column"}, {"clock", "zone", "ends"})}


def load_retention(document: Document) -> Retention:
    """Load `retention` of schemas/organisation.yaml, of which the form was checked.

    Raises:
        DeclarationFault: a term, day, zone or role is none, or a key does not belong there; the message names file and line.
    """
    said = document.content.get("retention")
    if not said:
        return Retention()
    zone = zone_of(document, said["zone"], "retention", "zone")
    data = tuple(_data(document, index, each, zone) for index, each in enumerate(said.get("data", ())))
    names = [each.name for each in data]
    for index, one in enumerate(data):
        at = ("retention", "data", index)
        if one.name in names[:index]:
            raise document.fault([*at, "name"], f"is '{one.name}' a second time; keep one.")
        if one.ends and (one.ends.data == one.name or not one.ends.data):
            raise document.fault([*at, "ends", "data"], "names this data itself; the days stand in another.")
    holds = []
    for index, each in enumerate(said.get("holds", ())):
        role = each["approved_by"]
        roles = [*document.content["roles"], document.content["officer"]["role"]]
        if role not in roles:
            raise document.fault(["retention", "holds", index, "approved_by"], f"is '{role}', which is none of the roles ({', '.join(roles)}).{nearest(role, roles)}")
        until = day_of(document, each["until"], "retention", "holds", index, "until") if "until" in each else None
        holds.append(Hold(each["on"], each["reason"], role, until))
    quarantine = term_of(document, said["quarantine"], "retention", "quarantine") if "quarantine" in said else QUARANTINE
    return Retention(zone, float(said.get("share", SHARE)), quarantine, data, tuple(holds))


def _data(document: Document, index: int, said: dict[str, Any], zone: str) -> DataTerm:
    at: tuple[str | int, ...] = ("retention", "data", index)
    needed, allowed = _KEYS[said["form"]]
    there = set(said) - {"name", "form", "term", "anchor"}
    if missing := sorted(needed - there):
        raise document.fault(at, f"is of form {said['form']} and lacks {' and '.join(missing)}.")
    if wrong := sorted(there - needed - allowed):
        raise document.fault([*at, wrong[0]], f"does not belong to data of form {said['form']} (it has: {', '.join(sorted(needed | allowed))}).")
    elsewhere = said["anchor"] in ("course_end", "graduation")
    if elsewhere != ("ends" in said):
        raise document.fault([*at, "anchor"], f"is {said['anchor']}, " + (
            "so `ends` must say in which data that day stands (data, key, matches, column)." if elsewhere else "whose day stands in the row itself; leave `ends` out."))
    ends = Ends(**said["ends"]) if "ends" in said else None
    return DataTerm(said["name"], said["form"], term_of(document, said["term"], *at, "term"), said["anchor"], said.get("pattern", "**/*.parquet"),
                    said.get("dated_by", ""), said.get("column", ""), said.get("clock", ""), zone_of(document, said.get("zone", zone), *at, "zone"), ends)


def term_of(document: Document, text: str, *at: str | int) -> Duration:
    """Read a term; its fault names the line."""
    problem = ""
    try:
        return Duration.parse(text)
    except ValueError as error:
        problem = str(error)
    raise document.fault(at, f"is '{text}'; it {problem}.")


def day_of(document: Document, text: str, *at: str | int) -> date:
    """Read a day, written as 2026-09-01; its fault names the line."""
    # fromisoformat alone also takes 20260901 and 2026-W36.
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise document.fault(at, f"is '{text}', which is no day of the calendar, written as 2026-09-01.")


def zone_of(document: Document, name: str, *at: str | int) -> str:
    """Read an IANA time zone; its fault names the line."""
    try:
        zoneinfo.ZoneInfo(name)
        return name
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        pass
    raise document.fault(at, f"is '{name}', which is no IANA time zone such as Europe/Amsterdam.{nearest(name, zoneinfo.available_timezones())}")
