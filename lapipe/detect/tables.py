"""What columns say only beside each other: surnames beside first names, a house number beside its postcode, an id of each person's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lapipe.detect import headers
from lapipe.detect.bsn import Verdict
from lapipe.detect.columns import Evidence
from lapipe.detect.naming import SHARE
from lapipe.detect.traces import traced

#: A table has a row for each person where at least this share of its rows has an own value of what names people.
A_ROW_EACH = 0.9
#: Fewer rows than this tell nothing about uniqueness.
FEWEST_ROWS = 5

#: Surnames, or prefixes of surnames, that make a column of them beside first names.
FEWEST_SURNAMES = 3

_PEOPLE = ("email", "username", "student_number", "user_id", "name", "phone", "bsn", "onderwijsnummer")
#: Of these, what a list of people has once for each; the ids in a log or a list of exceptions come as often as they happen to.
_NAMING = ("email", "username", "student_number", "name", "phone")
#: Names of a column that numbers the rows.
_NUMBERING = frozenset({"id", "nr", "nummer", "number", "no", "key", "code", "guid", "uuid", "oid", "objectid", "identifier", "sourcedid", "externalid", "externalkey", "externalreference", "reference",
                        "ref", "record", "recordid", "rowid", "pk", "sub", "volgnr", "volgnummer"})
_POSTCODE = frozenset({"postcode", "postalcode", "zip", "zipcode", "postal"})
_HOUSE = frozenset({"huisnummer", "huisnr", "housenumber"})
#: Times of one's own in a table of exceptions from a test's or a task's times (Moodle's quiz_overrides, Canvas' quiz extensions): the first tells extra time.
_OWN_LIMIT = frozenset({"timelimit", "extratime", "extraminutes"})
_OWN_TIMES = frozenset({"timeclose", "timeopen", "extensionduedate", "extendeduntil", "extraattempts", "cutoffdate", "allowsubmissionsfromdate"})
_TASKS = frozenset({"quiz", "quizid", "assign", "assignid", "assignment", "assignmentid", "lesson", "lessonid", "toets", "toetsid", "exam", "examid", "test", "testid"})
#: Such a table describes no task of its own.
_DESCRIBED = frozenset({"name", "naam", "title", "titel", "intro", "description", "gradingtype", "workflowstate", "score", "cijfer", "grade", "sumgrades", "state"})
#: A table of courses names a teacher in each row.
_OF_COURSES = frozenset({"shortname", "coursename", "cursusnaam", "vaknaam", "titel", "title", "ects", "studiepunten", "summary", "coursecount", "maxstudents"})


#: A column, a rule, its verdict, and the columns beside it that make it so.
Addition = tuple["Judged", str, Verdict, tuple["Judged", ...]]


@dataclass(frozen=True)
class Judged:
    """A column with what it says by itself."""

    name: str
    evidence: tuple[Evidence, ...]

    def says(self, rule: str) -> Evidence:
        """Give the evidence on one rule."""
        return next(each for each in self.evidence if each.rule == rule)

    @property
    def run(self) -> str:
        """The words of its name, run together."""
        return "".join(headers.tokens(self.name))

    @property
    def distinct(self) -> int:
        """Its distinct values."""
        return self.evidence[0].distinct if self.evidence else 0

    def names_people(self, rules: Sequence[str] = _PEOPLE) -> bool:
        """Tell whether it was found to hold what names single people, by one of some rules."""
        return any(each.rule in rules and each.verdict == "found" and (each.header or each.values) for each in self.evidence)


def beside(columns: Sequence[Judged], rows: int) -> Mapping[str, tuple[Evidence, ...]]:
    """Give each column's evidence again, with what the columns beside it add.

    >>> from lapipe.detect.columns import judge
    >>> import pyarrow as pa
    >>> table = {"postcode": ["1234AB", "1234AC"], "huisnummer": ["1", "2"]}
    >>> told = beside([Judged(name, judge(name, [pa.array(values)])) for name, values in table.items()], 2)
    >>> next(each.words() for each in told["postcode"] if each.rule == "address")
    "Found: postal address; the column's name says so; together with huisnummer."
    """
    told = {column.name: column.evidence for column in columns}
    for column, rule, verdict, others in [*_addresses(columns), *_surnames(columns), *_row_ids(columns, rows), *_own_times(columns), *_traces(columns)]:
        told[column.name] = tuple(
            replace(each, verdict=verdict, header=each.header or rule != "name", values=each.values or rule == "name", beside=tuple(other.name for other in others))
            if each.rule == rule and (each.verdict == "none" or (each.verdict == "possible" and verdict == "found")) else each for each in told[column.name])
    if not any(column.names_people() and column.run != "idnumber" for column in columns):
        # Moodle calls the number of a course, a group or a person "idnumber".
        for column in columns:
            if column.run == "idnumber":
                told[column.name] = tuple(replace(each, verdict="possible") if each.rule == "student_number" and each.verdict == "found" else each for each in told[column.name])
    return told


def _addresses(columns: Sequence[Judged]) -> list[Addition]:
    houses = [column for column in columns if any(house in column.run for house in _HOUSE)]
    return [(column, "address", "found", tuple(houses[:1])) for column in columns if houses and _POSTCODE & set(headers.tokens(column.name))]


def _surnames(columns: Sequence[Judged]) -> list[Addition]:
    named = [column for column in columns if column.says("name").verdict == "found" and (column.says("name").values or column.says("name").header)]
    surnames = [column for column in columns if column.says("name").verdict == "none" and column.says("name").matching >= max(FEWEST_SURNAMES, SHARE * column.distinct) and not column.says("name").header]
    return [(column, "name", "found", tuple(named[:1])) for column in surnames if named]


def _row_ids(columns: Sequence[Judged], rows: int) -> list[Addition]:
    if rows < FEWEST_ROWS or {column.run for column in columns} & _OF_COURSES:
        return []
    people = [column for column in columns if column.names_people(_NAMING) and column.distinct >= A_ROW_EACH * rows]
    return [(column, "user_id", "found", tuple(people[:1])) for column in columns if people and column.run in _NUMBERING and column.distinct == rows and column not in people]


def _own_times(columns: Sequence[Judged]) -> list[Addition]:
    runs = {column.run for column in columns}
    who = [column for column in columns if column.says("user_id").header or column.says("student_number").header]
    if not who or not runs & _TASKS or runs & _DESCRIBED:
        return []
    return [(column, "special:health", "found" if column.run in _OWN_LIMIT else "possible", tuple(who[:1])) for column in columns if column.run in _OWN_LIMIT | _OWN_TIMES and column.distinct]


def _traces(columns: Sequence[Judged]) -> list[Addition]:
    """Two traces of origin give it away; two of health, as an absence and an extension, may be about other things."""
    added: list[Addition] = []
    by_name = {column.name: column for column in columns}
    for category, of in traced((column.name, "") for column in columns if column.distinct).items():
        for name, what in of.items():
            others = tuple(by_name[other] for other in of if of[other] != what)
            added.append((by_name[name], f"special:{category}", "found" if category == "ethnicity" else "possible", others[:2]))
    return added
