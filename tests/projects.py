"""Made-up projects for tests that run lapipe whole, with people in them who cannot be mistaken."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from lapipe.contract import Contract
from lapipe.keys import KeyRing
from lapipe.pipeline import Options, Pipeline, Run, load_pipeline

ROOT = Path(__file__).resolve().parent.parent
#: Sample exports, which are never committed: beside the checkout, or where LAPIPE_SAMPLES says.
SAMPLES = Path(os.environ.get("LAPIPE_SAMPLES", ROOT.parent / "shared" / "data"))
WEEKLY = "moodle_weekly_activity"

#: The day on which pipelines run when the test hands the clock in: a Tuesday, within the shipped purposes' term.
TODAY = date(2026, 11, 24)

COURSE = "Inleiding Statistiek 2026"
PEOPLE = 14

#: Every personal text that is made up here holds this word, in any case.
CANARY = "kanarie"
#: Every number that stands for a person: long ones, so that none turns up by chance.
MOODLE_IDS = tuple(731_000_000_100 + number for number in range(PEOPLE))
STUDENT_NUMBERS = tuple(8_314_001 + 7 * number for number in range(PEOPLE))
LECTURER = 731_000_000_999

LOG_HEADER = ("Time", "User full name", "Affected user", "Event context", "Component", "Event name", "Description", "Origin",
              "IP address")
STUDENT_HEADER = ("moodle_id", "student_number", "name", "email", "bsn", "date_of_birth", "programme", "cohort", "extra_time")
OBJECTION_HEADER = ("student_number", "purpose", "state", "received")


def bsns() -> Iterator[str]:
    """Give numbers that pass the eleven test, as a BSN does."""
    for number in range(91_827_364, 99_999_999):
        last = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), str(number), strict=True)) % 11
        if last < 10:
            yield f"{number}{last}"


BSNS = tuple(bsn for bsn, _ in zip(bsns(), range(PEOPLE), strict=False))
_NUMBERS = tuple(str(number) for number in (*MOODLE_IDS, *STUDENT_NUMBERS, LECTURER, *BSNS))


def leaks(content: bytes | str) -> list[str]:
    """Give what of the made-up people is found in bytes or text; hashes, whose digits are chance, are left out first."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    wide = content.decode("utf-16-le", "replace") if isinstance(content, bytes) else ""
    text = re.sub(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])", " ", text)
    found = {word for word in (CANARY, *_NUMBERS) if word in text.casefold() or word in wide.casefold()}
    return sorted(found | {"203.0.113." for _ in [0] if "203.0.113." in text})


# --- what is handed in ----------------------------------------------------------------------------------------------


@dataclass
class Table:
    """A header and rows of text, which a test changes and then writes."""

    header: list[str]
    rows: list[list[str]]

    def set(self, column: str, value: str, rows: Iterable[int] = (0,)) -> None:
        """Put one value in a column of some rows."""
        for row in rows:
            self.rows[row][self.header.index(column)] = value

    def drop(self, column: str) -> None:
        """Take a column out."""
        position = self.header.index(column)
        for row in (self.header, *self.rows):
            del row[position]

    def add(self, column: str, value: str) -> None:
        """Put a column at the end."""
        self.header.append(column)
        for row in self.rows:
            row.append(value)

    def text(self, delimiter: str = ",", newline: str = "\n") -> str:
        """Give it as delimited text."""
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows([self.header, *self.rows])
        return out.getvalue()

    def frame(self) -> Any:
        """Give it as a pandas frame of texts, empty ones missing."""
        import pandas as pd

        return pd.DataFrame([[cell or None for cell in row] for row in self.rows], columns=self.header, dtype="str")


def week(back: int, today: date = TODAY) -> date:
    """Give the Monday of so many weeks ago."""
    return today - timedelta(days=today.weekday(), weeks=back)


def log(today: date = TODAY, weeks: Sequence[int] = (5, 4)) -> Table:
    """Make a log: each week all are seen in the system, ten in the forum and nine in tests; the first week's last three are elsewhere.

    Around them: a lecturer who is no student and is seen on the next Monday, so that every week is whole, the cron job, a text that names nobody, and texts with names and numbers of others.
    """
    rows = []

    def row(day: date, who: int, component: str, description: str, context: str = f"Course: {COURSE}", name: str = "") -> None:
        moment = datetime.combine(day, time(9)) + timedelta(minutes=len(rows) % 600)
        rows.append([f"{moment:%d/%m/%y, %H:%M:%S}", name or f"Xanthippe Kanarievogel{who:02}", f"Kanarievogel{(who + 1) % PEOPLE:02}",
                     context, component, "Course viewed", description, "web", f"203.0.113.{who + 1}"])

    for back in weeks:
        monday = week(back, today)
        for component, people in (("System", PEOPLE), ("Forum", 10), ("Quiz", 9)):
            for who in range(people):
                for day in range(1 + who % 3):
                    row(monday + timedelta(days=day), who, component,
                        f"The user with id '{MOODLE_IDS[who]}' viewed the profile of the user with id "
                        f"'{MOODLE_IDS[(who + day + 1) % PEOPLE]}'.")
        row(monday + timedelta(days=7), 20, "System", f"The user with id '{LECTURER}' viewed the course with id '12'.", name="Kanarie de Docent")
        row(monday, 21, "System", "The user with id '0' ran a task.", name="-")
        row(monday, 3, "Search", f"The user with id '{MOODLE_IDS[3]}' searched for \"Kanarievogel05, s{STUDENT_NUMBERS[5]}\".",
            context="User: Xanthippe Kanarievogel05")
    row(week(weeks[0], today), 2, "System", "Kanarie zonder nummer.")
    return Table(list(LOG_HEADER), rows)


def students() -> Table:
    """Make the student table; numbers are spelt in four ways."""
    spellings = ("s{}", "{}", "#{}", "{}.0")
    rows = [[str(MOODLE_IDS[i]), spellings[i % 4].format(STUDENT_NUMBERS[i]), f"Kanarievogel{i:02}, Xanthippe",
             f"kanarie{i}@zwaluw.example", BSNS[i], f"200{i % 6}-0{1 + i % 9}-11", ("Biologie", "Rechten")[i % 2], str(2023 + i % 3),
             str(i % 7 == 0).lower()] for i in range(PEOPLE)]
    return Table(list(STUDENT_HEADER), rows)


def objections() -> Table:
    """Make the list of objections: student 13 objected, student 12 took it back, student 11 objected to another purpose."""
    return Table(list(OBJECTION_HEADER), [
        [f"#{STUDENT_NUMBERS[13]}", "", "upheld", "2026-10-01"],
        [f"s{STUDENT_NUMBERS[12]}", WEEKLY, "withdrawn", "2026-10-02"],
        [str(STUDENT_NUMBERS[11]), "assessment_results", "received", "2026-10-03"]])


def tables(today: date = TODAY) -> dict[str, Table]:
    """Make all three sources of `moodle_weekly_activity`."""
    return {"events": log(today), "students": students(), "objections": objections()}


#: What the weekly table holds for `tables()`: of 14 people 13 did not object; ten are in the forum; nine in tests get no row.
def expected(weeks: Sequence[int] = (5, 4), today: date = TODAY) -> set[tuple[str, date, str, int, int]]:
    """Give the rows (course, week, component, people, actions) that must come out."""
    systems = sum(1 + who % 3 for who in range(PEOPLE - 1))
    forum = sum(1 + who % 3 for who in range(10))
    return {(COURSE, week(back, today), component, people, actions) for back in weeks
            for component, people, actions in (("System", PEOPLE - 1, systems), ("Forum", 10, forum))}


def cells(frame: Any) -> set[tuple[str, date, str, int, int]]:
    """Give a weekly table that was read back in the form of `expected`."""
    return {(row.course, row.week, row.component, int(row.people), int(row.actions)) for row in frame.itertuples()}


# --- a project on disk ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A project in `base/project`, with a home, keys and exports of its own; nothing is written outside `base`."""

    base: Path
    tables: dict[str, Table]

    @property
    def root(self) -> Path:
        return self.base / "project"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def register(self) -> Path:
        return self.root / "record" / "register.sqlite"

    @property
    def ring(self) -> Path:
        return self.base / "keys" / "ring.json"

    def export(self, name: str) -> Path:
        """Give the place of a source's file."""
        return self.root / "exports" / f"{name}.csv"

    def write(self) -> None:
        """Write the sources as they are now."""
        for name, table in self.tables.items():
            self.export(name).write_text(table.text(), encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a declaration; what is to be changed must be there."""
        text = (self.root / file).read_text(encoding="utf-8")
        assert old in text
        (self.root / file).write_text(text.replace(old, new), encoding="utf-8")

    def pipeline(self, name: str = WEEKLY) -> Pipeline:
        """Load a pipeline of this project."""
        return load_pipeline(self.root / "pipelines" / f"{name}.py")

    def options(self, today: date = TODAY, **settings: Any) -> Options:
        """Give the settings of a run in this process, at noon of a day."""
        clock = lambda: datetime.combine(today, time(12), UTC)
        return Options(**{"out": self.out, "runs": self.runs, "clock": clock, **settings})

    def go(self, data: Mapping[str, Any] | None = None, *, pipeline: Pipeline | None = None, **settings: Any) -> Run:
        """Run in this process, over the exports where nothing else is given; `register` and `keys` may be others."""
        chosen = pipeline or self.pipeline()
        given = {name: self.export(name) for name in chosen.sources if name in self.tables} | dict(data or {})
        return chosen.run(given, register=settings.pop("register", self.register), keys=settings.pop("keys", self.ring),
                          options=self.options(**settings))

    def environment(self, **more: str) -> dict[str, str]:
        """Give what a command of this project sees."""
        (self.base / "home").mkdir(exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": str(self.base / "home"), "PYTHONPATH": str(ROOT), "TZ": "UTC",
                "PYTHONWARNINGS": "error", **more}

    def _streams(self) -> tuple[Path, Path]:
        number = len(list(self.base.glob("stdout*")))
        return self.base / f"stdout{number}", self.base / f"stderr{number}"

    def lapipe(self, *words: str | Path, **environment: str) -> Done:
        """Give a command, and wait for its end."""
        return command([str(word) for word in words], self.root, self.environment(**environment), *self._streams())

    def start(self, *words: str | Path, **environment: str) -> Going:
        """Start a command in a process of its own."""
        return Going([str(word) for word in words], self.root, self.environment(**environment), *self._streams())

    def said(self) -> bytes:
        """Give all that lapipe wrote and that is no data: standard output and error, register, manifests, codebooks, journals."""
        kinds = ["stdout*", "stderr*", "project/record/**/*", "project/record/.*", "project/out/**/*.json", "project/out/**/*.md"]
        return b"\n".join(path.read_bytes() for kind in kinds for path in sorted(self.base.glob(kind)) if path.is_file())


def project(base: Path, today: date | None = None, ring: bool = True) -> Project:
    """Make a project of the shipped schemas and pipelines, in force on `today` (default: the day it is), with exports."""
    day = today or datetime.now(UTC).date()
    made = Project(base, tables(day))
    for name in ("schemas", "pipelines"):
        shutil.copytree(ROOT / name, made.root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (made.root / "schemas" / "purposes").glob("*.yaml"):
        text = re.sub(r"(?m)^valid_from: .*$", f"valid_from: {day - timedelta(days=90)}", path.read_text(encoding="utf-8"))
        path.write_text(re.sub(r"(?m)^review_by: .*$", f"review_by: {day + timedelta(days=270)}", text), encoding="utf-8")
    (made.root / "lapipe.toml").write_text(
        f"""default = "dev"
[profiles.dev]
register = "record/register.sqlite"
out = "out"
runs = "runs"
keys = "{made.ring}"
[profiles.dev.sources.{WEEKLY}]
events = "exports/events.csv"
students = "exports/students.csv"
objections = "exports/objections.csv"
""", encoding="utf-8")
    (made.root / "exports").mkdir()
    made.write()
    if ring:
        KeyRing.create(made.ring, today=day)
    return made


def declaring(pipeline: Pipeline, source: str, **reading: str) -> Pipeline:
    """Give a pipeline whose source is declared to be written otherwise."""
    changed: Contract = pipeline.sources[source]
    changed = dataclasses.replace(changed, reading=dataclasses.replace(changed.reading, **reading))
    return dataclasses.replace(pipeline, sources={**pipeline.sources, source: changed})


# --- the command line -----------------------------------------------------------------------------------------------


class Going:
    """A command in a process of its own, that may still be going on."""

    def __init__(self, words: Sequence[str], cwd: Path, env: Mapping[str, str], out: Path, err: Path) -> None:
        self._out, self._err = out, err
        with out.open("wb") as to_out, err.open("wb") as to_err:
            self._process = subprocess.Popen([sys.executable, "-m", "lapipe.cli", *words], cwd=cwd, env=dict(env),
                                             stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err)

    def signal(self, number: int) -> None:
        """Send it a signal; it may be over."""
        self._process.send_signal(number)

    def going_on(self) -> bool:
        """Say whether it has not ended."""
        return self._process.poll() is None

    def wait(self) -> Done:
        """Wait for its end."""
        code = self._process.wait(timeout=120)
        return Done(code, self._out.read_text("utf-8"), self._err.read_text("utf-8"))


def command(words: Sequence[str], cwd: Path, env: Mapping[str, str], out: Path, err: Path) -> Done:
    """Do in this process what `python -m lapipe.cli` does in its own, whose imports alone take two seconds."""
    from lapipe.cli import main

    with (pytest.MonkeyPatch.context() as patch, out.open("w", encoding="utf-8") as to_out, err.open("w", encoding="utf-8") as to_err,
          contextlib.redirect_stdout(to_out), contextlib.redirect_stderr(to_err), open(os.devnull, encoding="utf-8") as nothing):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["lapipe", *words])
        patch.setattr(sys, "stdin", nothing)
        for name in ("LAPIPE_PASSPHRASE", "LAPIPE_PROFILE"):
            patch.delenv(name, raising=False)
        for name, value in env.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as stop:
            main()
    return Done(int(stop.value.code or 0), out.read_text("utf-8"), err.read_text("utf-8"))


# --- disks ----------------------------------------------------------------------------------------------------------


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Mount a small file system in memory on a folder, or skip, loudly, where this user may not."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    done = subprocess.run([mount or "false", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("NOT TESTED: mounting a small disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Make a folder that nobody may write in: root, who may write anywhere, gets a read-only mount."""
    if os.geteuid() == 0:
        with mounted(folder, "ro,size=64k"):
            yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(0o700)


Change = Callable[[Project], Any]
