"""Make up a university: a Moodle log, the students in it, and the objections some of them made. Nobody in it exists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, islice
from pathlib import Path
from random import Random
from typing import IO, Literal, TypeVar

from lapipe.errors import EngineFault, UsageFault

LOG_FILE = "moodle_log.csv"
STUDENTS_FILE = "students.csv"
OBJECTIONS_FILE = "objections.csv"

#: The header of Moodle's log report as a teacher with the Dutch interface downloads it.
LOG_HEADER = ("Tijd", "Volledige naam van de gebruiker", "Over gebruiker", "Gebeurteniscontext", "Component",
              "Gebeurtenisnaam", "Beschrijving", "Oorsprong", "IP-adres")
STUDENT_HEADER = ("moodle_id", "student_number", "name", "email", "bsn", "date_of_birth", "programme", "cohort",
                  "extra_time")
OBJECTION_HEADER = ("student_number", "purpose", "state", "received")

PROGRAMMES = ("Psychologie", "Rechtsgeleerdheid", "Geneeskunde", "Economie en Bedrijfskunde",
              "Kunstmatige Intelligentie", "Geschiedenis", "Biologie", "Wijsbegeerte")

#: Log rows per student in a year, and the fewest students that fill the courses.
ROWS_PER_STUDENT, FEWEST_STUDENTS = 120, 60
#: One in so many students objected, and one in so many has extra time at exams.
ONE_OBJECTS_IN, ONE_HAS_EXTRA_TIME_IN = 33, 12
#: `progress` is told about every so many rows.
STEP = 10_000

#: Ways in which exports spell one student number.
SPELLINGS = ("s{}", "{}", "#{}", "{}.0")


@dataclass(frozen=True)
class Course:
    """A course; `size` is a share of all students up to 1, and otherwise people; weeks count from 1 September."""

    name: str
    size: float
    first_week: int = 0
    last_week: int = 52

    def people(self, students: int) -> int:
        """Give how many of so many students follow it.

        >>> Course("Celbiologie", 0.10).people(400), Course("Honourscollege", 4).people(400)
        (40, 4)
        """
        return int(self.size) if self.size > 1 else max(12, round(self.size * students))


#: Everybody follows the first. The last four lie around k = 10, and no student in them objected, so that this stays so.
COURSES = (
    Course("Academische vaardigheden", 1.0),
    Course("Inleiding Statistiek", 0.45, last_week=21),
    Course("Wetenschapsfilosofie", 0.35, first_week=22),
    Course("Programmeren voor iedereen", 0.25, last_week=21),
    Course("Recht, data en samenleving", 0.20, first_week=22),
    Course("Onderzoeksmethoden", 0.15),
    Course('Leeskring "Klassiekers"', 0.12, first_week=22),
    Course("Celbiologie", 0.10, last_week=21),
    Course("Seminar Digitale ethiek", 11, first_week=22),
    Course("Seminar Middeleeuwse handschriften", 10, first_week=22),
    Course("Seminar Neurale netwerken", 9, first_week=22),
    Course("Honourscollege", 4),
)

# First and last names that often go together.
_NAMES = (
    (60, ("Emma", "Sanne", "Lotte", "Anouk", "Zoë", "Inés", "Daan", "Bram", "Thijs", "Sem", "Anne-Fleur", "Kees"),
     ("de Jong", "Jansen", "de Vries", "van den Berg", "Bakker", "van Dijk", "Visser", "Smit", "ten Brink",
      "van 't Hof", "Mulder", "de Groot-Peters", "van der Meer", "Kuipers", "Hoekstra")),
    (22, ("Noor", "Fatima", "Yasmine", "Elif", "Samira", "Mohammed", "Emre", "Ilias", "Shanti", "Dewi"),
     ("El Amrani", "Yılmaz", "Öztürk", "Bouzid", "Kaya", "Ait Said", "Ramdin", "Sitompul")),
    (14, ("Ana", "Maja", "Siobhán", "Łukasz", "Søren", "Jürgen", "Chiara", "Luka", "Nguyên"),
     ("Šimić", "O'Brien", "Nowak", "Müller", "García López", "D'Angelo", "Trần", "Ødegård")),
    (4, ("Олена", "Ιωάννα", "Марко"), ("Шевченко", "Παππάς", "Коваль")),
)

Actor = Literal["student", "lecturer", "cron"]
Subject = Literal["nobody", "actor", "other"]


@dataclass(frozen=True)
class _Event:
    """A kind of log row; `share` is per thousand. Braces are filled with ids, names and numbers."""

    share: int
    component: str
    name: str
    context: str
    description: str
    about: Subject = "nobody"
    by: Actor = "student"


_COURSE = "Cursus: {course}"
_TEST = "Test: Oefentoets hoofdstuk {part}; deel 2"
_TASK = 'Opdracht: Verslag {part}, "concept"'
_FORUM = "Forum: Vragen & antwoorden"
_PERSON = "Gebruiker: {other}"
_BY = "The user with id '{actor}' "
_OF = " the user with id '{subject}'"
_IN = " with course module id '{module}'."

# In Moodle's form: descriptions are English in every language, and user, course, module and attempt ids look alike.
_EVENTS = (
    _Event(360, "Systeem", "Cursus bekeken", _COURSE, _BY + "viewed the course with id '{course_id}'."),
    _Event(40, "Gebruikersrapport", "Cijferrapport bekeken", _COURSE, _BY + "viewed their own report in the gradebook.",
           about="actor"),
    _Event(30, "Systeem", "Deelnemerslijst bekeken", _COURSE,
           _BY + "viewed the list of users in the course with id '{course_id}'."),
    _Event(20, "Forum", "Berichten doorzocht", _COURSE,
           _BY + "searched the course with id '{course_id}' for forum posts containing \"{text}\"."),
    _Event(120, "Bestand", "Cursusmodule bekeken", "Bestand: Hoorcollege {part}, dia's",
           _BY + "viewed the 'resource' activity" + _IN),
    _Event(50, "URL", "Cursusmodule bekeken", "URL: Kennisclip {part}", _BY + "viewed the 'url' activity" + _IN),
    _Event(90, "Test", "Testpoging bekeken", _TEST,
           _BY + "has viewed page '{part}' of the attempt with id '{object}' belonging to" + _OF + " for the quiz"
           + _IN, about="actor"),
    _Event(30, "Test", "Testpoging ingestuurd", _TEST,
           _BY + "has submitted the attempt with id '{object}' for the quiz" + _IN, about="actor"),
    _Event(60, "Opdracht", "Status van inzending bekeken", _TASK,
           _BY + "has viewed the status of their submission for the assignment" + _IN),
    _Event(20, "Opdracht", "Inzending ingestuurd", _TASK,
           _BY + "has submitted the submission with id '{object}' for the assignment" + _IN),
    _Event(15, "Feedback van studiegenoten", "Inzending beoordeeld", _TASK,
           _BY + "assessed the submission with id '{object}' belonging to" + _OF + ".", about="other"),
    _Event(45, "Forum", "Discussie bekeken", _FORUM,
           _BY + "has viewed the discussion with id '{object}' in the forum" + _IN),
    _Event(10, "Forum", "Bericht geplaatst", _FORUM,
           _BY + "has created the post with id '{object}' in the forum" + _IN),
    _Event(25, "Videovergadering", "Deelgenomen", "Videovergadering: Vragenuur {part}",
           "User '{actor}' joined meeting with id '{object}' in the course with id '{course_id}'."),
    _Event(10, "Vragenlijst", "Antwoorden bewaard", "Vragenlijst: Evaluatie {part}",
           _BY + "saved a response to the questionnaire\n" + _IN.lstrip()),
    _Event(20, "Systeem", "Gebruikersprofiel bekeken", _PERSON,
           _BY + "viewed the profile of" + _OF + " in the course with id '{course_id}'.", about="other"),
    _Event(10, "Systeem", "Bericht verstuurd", _PERSON, _BY + "sent a message to" + _OF + ".", about="other"),
    _Event(20, "Systeem", "Cursus bekeken", _COURSE, _BY + "viewed the course with id '{course_id}'.", by="lecturer"),
    _Event(15, "Opdracht", "Inzending beoordeeld", _TASK,
           _BY + "has graded the submission with id '{object}' for" + _OF + " for the assignment" + _IN,
           about="other", by="lecturer"),
    _Event(10, "Systeem", "Voltooiing bijgewerkt", _COURSE,
           _BY + "updated the completion state for the course module with id '{module}' for" + _OF + ".",
           about="other", by="cron"),
)

# Per local hour. Nothing happens from two to three: when the clocks change, it does not exist, or exists twice.
_HOURS = (3, 1, 0, 0, 0, 1, 2, 6, 20, 40, 48, 44, 30, 42, 46, 44, 34, 22, 18, 26, 30, 26, 16, 8)
_WEEKDAYS = (1.0, 1.05, 1.0, 0.95, 0.7, 0.3, 0.45)
# ISO weeks of holidays and exams; other weeks count as 1.
_WEEKS = {52: 0.1, 53: 0.1, 1: 0.1, 43: 0.6, 9: 0.5, 18: 0.4, 44: 1.4, 4: 1.4, 5: 1.3, 15: 1.3, 25: 1.4, 26: 1.2,
          **dict.fromkeys(range(28, 35), 0.1)}


@dataclass(frozen=True)
class Made:
    """What was made: three files in `folder`, with so many log rows and students."""

    folder: Path
    log: Path
    students: Path
    objections: Path
    rows: int
    students_count: int


@dataclass(frozen=True, slots=True)
class _Person:
    moodle_id: str
    name: str
    address: str = ""
    number: str = ""
    spelling: str = "{}"
    activity: float = 1.0


@dataclass(frozen=True)
class _Class:
    """A course with its people, and who comes next: the iterators never end.

    `visitors` gives every member once before it gives one twice.
    """

    course: Course
    course_id: int
    name: str
    lecturer: _Person
    members: Sequence[_Person]
    visitors: Iterator[_Person]
    workers: Iterator[_Person]
    others: Iterator[_Person]


def make_university(folder: Path, *, rows: int = 50_000, seed: int = 2026, end: date = date(2026, 6, 28),
                    progress: Callable[[int], None] | None = None) -> Made:
    """Write the made-up exports of one academic year, up to and with the day `end`.

    The same arguments give the same bytes. Memory grows with the students (one per 120 rows), not with the rows.
    `progress` is called with the rows written so far. Files of the same names in `folder` are replaced, once all three
    are whole. Over a whole year of about 5,000 rows or more, every member of a course visits it at least once.

    Raises:
        UsageFault: `rows` is not positive.
        EngineFault: the folder or a file cannot be written.
    """
    if rows < 1:
        raise UsageFault(f"A demo of {rows} rows was asked for; ask for 1 or more.")
    made = Made(folder, folder / LOG_FILE, folder / STUDENTS_FILE, folder / OBJECTIONS_FILE, rows,
                max(FEWEST_STUDENTS, rows // ROWS_PER_STUDENT))
    problem = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(made, Random(seed), end, progress)
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno else "it failed"
    if problem:
        raise EngineFault(f"The demo's files cannot be written to {folder} ({problem}). Name another folder.")
    return made


def _write(made: Made, rng: Random, end: date, progress: Callable[[int], None] | None) -> None:
    start = date(end.year if end.month >= 9 else end.year - 1, 9, 1)
    students = _students(rng, made.students_count)
    classes = _classes(rng, students, start)
    with _whole(made.students) as table, _whole(made.objections) as objections, _whole(made.log) as log:
        _write_csv(table, STUDENT_HEADER, _student_rows(rng, students, start))
        _write_csv(objections, OBJECTION_HEADER, _objection_rows(rng, students, classes, end))
        log.write("\ufeff")
        _write_csv(log, LOG_HEADER, _log_rows(rng, classes, made.rows, start, end), progress)


@contextmanager
def _whole(path: Path) -> Iterator[IO[str]]:
    """Give a stream whose text appears under `path` when all of it is written, and otherwise not."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="") as stream:
            yield stream
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(stream: IO[str], header: Sequence[str], rows: Iterator[Sequence[str]],
               progress: Callable[[int], None] | None = None) -> None:
    stream.write(_line(header))
    count = 0
    while batch := [_line(row) for row in islice(rows, STEP)]:
        stream.writelines(batch)
        count += len(batch)
        if progress:
            progress(count)


def _line(cells: Sequence[str]) -> str:
    """Join cells as the csv module would, in less time."""
    return ",".join([_quoted(cell) if "," in cell or '"' in cell or "\n" in cell else cell for cell in cells]) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _name(rng: Random) -> str:
    _, first, last = rng.choices(_NAMES, [group[0] for group in _NAMES])[0]
    return f"{rng.choice(first)} {rng.choice(last)}"


def _address(rng: Random) -> str:
    """Make an address from the ranges that are kept for documentation (RFC 5737, RFC 3849)."""
    if rng.random() < 0.3:
        return f"2001:db8:{rng.randrange(1, 0xFFFF):x}:{rng.randrange(1, 0xFFFF):x}::{rng.randrange(1, 0xFFFF):x}"
    return f"{rng.choice(('198.51.100', '203.0.113'))}.{rng.randrange(1, 255)}"


def _students(rng: Random, count: int) -> list[_Person]:
    # 7919 has no factor in common with nine million, so that no number comes twice.
    offset = rng.randrange(9_000_000)
    moodle_ids = accumulate((rng.randrange(1, 4) for _ in range(count)), initial=20_000)
    return [_Person(str(moodle_id), _name(rng), _address(rng), str(1_000_000 + (offset + 7919 * index) % 9_000_000),
                    rng.choice(SPELLINGS), min(rng.paretovariate(1.5), 30.0))
            for index, moodle_id in zip(range(count), moodle_ids, strict=False)]


def _classes(rng: Random, students: Sequence[_Person], start: date) -> list[_Class]:
    classes = []
    for index, course in enumerate(COURSES):
        members = rng.sample(students, course.people(len(students)))
        weights = [person.activity for person in members]
        classes.append(_Class(
            course, 101 + index, f"{course.name} {start.year}-{start.year + 1}",
            _Person(str(301 + index), _name(rng), _address(rng)), members,
            visitors=_endless(rng, members, weights, each_first=True),
            workers=_endless(rng, members, weights),
            others=_endless(rng, members, [1.0] * len(members))))
    return classes


T = TypeVar("T")


def _endless(rng: Random, items: Sequence[T], weights: Sequence[float], *, each_first: bool = False) -> Iterator[T]:
    """Draw for ever, in handfuls: one draw at a time is five times as slow."""
    cumulative = list(accumulate(weights))
    if each_first:
        yield from items
    while True:
        yield from rng.choices(items, cum_weights=cumulative, k=1024)


def _bsns(rng: Random) -> Iterator[str]:
    """Make numbers from 900 million on that pass the eleven test (weights 9 to 2, -1), none twice."""
    offset = rng.randrange(10_000_000)
    for index in range(10_000_000):
        eight = f"9{(offset + 7919 * index) % 10_000_000:07}"
        last = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), eight, strict=True)) % 11
        if last < 10:
            yield f"{eight}{last}"


def _student_rows(rng: Random, students: Sequence[_Person], start: date) -> Iterator[Sequence[str]]:
    for person, bsn in zip(students, _bsns(rng), strict=False):
        cohort = start.year - rng.choices((0, 1, 2, 3, 4), (35, 28, 22, 10, 5))[0]
        born = date(cohort - rng.randrange(18, 25), 1, 1) + timedelta(rng.randrange(365))
        yield (person.moodle_id, person.spelling.format(person.number), _filed(person.name),
               f"s{person.number}@student.voorbeeld.example", bsn, born.isoformat(), rng.choice(PROGRAMMES),
               str(cohort), "true" if rng.randrange(ONE_HAS_EXTRA_TIME_IN) == 0 else "false")


def _filed(name: str) -> str:
    """Write a name as an administration files it: Lotte van den Berg under Berg, Lotte van den."""
    first, *last = name.split()
    small = next(index for index, word in enumerate(last) if not word.islower())
    return " ".join((f"{' '.join(last[small:])},", first, *last[:small]))


def _objection_rows(rng: Random, students: Sequence[_Person], classes: Sequence[_Class],
                    end: date) -> Iterator[Sequence[str]]:
    kept = {person.moodle_id for each in classes if each.course.size > 1 for person in each.members}
    free = [person for person in students if person.moodle_id not in kept]
    states = ("received", "upheld", "upheld", "rejected", "withdrawn")
    purposes = ("", "moodle_weekly_activity", "assessment_results")
    for index, person in enumerate(rng.sample(free, max(len(states), len(students) // ONE_OBJECTS_IN))):
        spelling = rng.choice([each for each in SPELLINGS if each != person.spelling])
        yield (spelling.format(person.number), purposes[index % len(purposes)], states[index % len(states)],
               (end - timedelta(rng.randrange(90))).isoformat())


def _hours(rng: Random, rows: int, start: date, end: date) -> Iterator[tuple[date, int, int]]:
    """Divide the rows over the hours of the days, newest first: day, hour, how many."""
    slots = []
    for back in range((end - start).days + 1):
        day = end - timedelta(back)
        busy = _WEEKDAYS[day.weekday()] * _WEEKS.get(day.isocalendar().week, 1.0) * rng.uniform(0.8, 1.2)
        slots += [(day, hour, busy * _HOURS[hour]) for hour in reversed(range(24)) if _HOURS[hour]]
    reached = list(accumulate(weight for *_, weight in slots))
    before = 0
    for (day, hour, _), weight in zip(slots, reached, strict=True):
        until = round(rows * (weight / reached[-1]))
        yield day, hour, until - before
        before = until


def _log_rows(rng: Random, classes: Sequence[_Class], rows: int, start: date, end: date) -> Iterator[Sequence[str]]:
    events = _endless(rng, _EVENTS, [event.share for event in _EVENTS])
    for day, hour, count in _hours(rng, rows, start, end):
        week = (day - start).days // 7
        running = [each for each in classes if each.course.first_week <= week <= each.course.last_week]
        # The root: in a small course everyone is heard.
        chosen = rng.choices(running, [len(each.members) ** 0.5 for each in running], k=count)
        seconds = sorted((int(rng.random() * 3600) for _ in range(count)), reverse=True)
        moment = f"{day:%d/%m/%y}, {hour:02}"
        for second, each in zip(seconds, chosen, strict=True):
            yield f"{moment}:{second // 60:02}:{second % 60:02}", *_log_row(rng, next(events), each)


_CRON = _Person("0", "-")


def _log_row(rng: Random, event: _Event, each: _Class) -> tuple[str, ...]:
    """Fill one row but its time."""
    if event.by == "student":
        actor = next(each.visitors if event.context is _COURSE else each.workers)
    else:
        actor = each.lecturer if event.by == "lecturer" else _CRON
    subject = next(each.others) if event.about == "other" else actor
    chance = rng.random()
    part = int(chance * 1e6) % 9 + 1
    filling = {"actor": actor.moodle_id, "subject": subject.moodle_id, "other": subject.name, "course": each.name,
               "course_id": each.course_id, "module": each.course_id * 100 + part, "part": part,
               "object": 1_000_000 + int(chance * 8_999_999)}
    if "{text}" in event.description:
        filling["text"] = _searched(chance, next(each.others))
    if actor is _CRON:
        origin, address = "cli", ""
    else:
        origin = "ws" if chance < 0.08 else "web"
        # From the campus, whose addresses many share, or from home.
        address = f"192.0.2.{part}" if chance > 0.7 else actor.address
    return (actor.name, "-" if event.about == "nobody" else subject.name, event.context.format_map(filling),
            event.component, event.name, event.description.format_map(filling), origin, address)


def _searched(chance: float, other: _Person) -> str:
    """Give what was searched for: often a fellow student, by name or number."""
    if chance < 0.6:
        return other.name if chance < 0.4 else other.spelling.format(other.number)
    return "tentamenstof"
