"""Whatever goes wrong, on the command line: one sentence, the right exit code, no value, nothing half released."""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lapipe.errors import RegisterFault, UsageFault
from lapipe.keys import KeyRing
from lapipe.pipeline import Options
from lapipe.purpose import Duration
from lapipe.register import Register, RunSummary
from lapipe.release import read_release
from tests.conftest import KILLS
from tests.projects import BSNS, WEEKLY, Change, Done, Project, cells, expected, leaks, log, mounted, project, unwritable, week

EVENTS, STUDENTS, OBJECTIONS = "events", "students", "objections"


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Make a new project each time, in one and the same place: contracts are read once per path and content."""
    base = tmp_path_factory.getbasetemp() / "faults"
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir()
    return project(base)


def refused(done: Done, code: int, says: str, made: Project) -> None:
    """Hold a command against what every fault must look like."""
    assert done.err.startswith("lapipe: "), done.err
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    assert says in done.err, done.err
    assert done.code == code, done.err
    assert done.out == ""
    assert not leaks(made.said())
    assert released(made.out) == []
    assert not any(made.runs.iterdir()) if made.runs.is_dir() else True


def released(out: Path) -> list[str]:
    """Give the names of what a reader could take for a release."""
    return sorted({path.parent.relative_to(out).as_posix() for path in out.rglob("manifest.json")}) if out.is_dir() else []


def history(made: Project) -> list[RunSummary]:
    with Register.open(made.register, clock=lambda: datetime.now(UTC), create=False) as register:
        return register.runs()


# --- data that breaks its contract ----------------------------------------------------------------------------------


def table(name: str, change: Callable[[Any], Any]) -> Change:
    def changed(made: Project) -> None:
        change(made.tables[name])
        made.write()

    return changed


def content(name: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda made: made.export(name).write_bytes(change(made.export(name).read_bytes()))


def headless(text: bytes) -> bytes:
    return text.split(b"\n", 1)[1]


def instead(name: str, file: str, write: Callable[[Path, bytes], Any]) -> Change:
    """Write a source as another file, and name that one."""
    def changed(made: Project) -> Sequence[str]:
        path = made.root / "exports" / file
        write(path, made.export(name).read_bytes())
        return ("--source", f"{name}={path}")

    return changed


def two_in_a_zip(path: Path, text: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", text)


DATA: dict[str, tuple[Change, int, str]] = {
    "a missing column": (table(EVENTS, lambda t: t.drop("Component")), 3, "missing: component"),
    "a renamed column": (content(EVENTS, lambda text: text.replace(b"Component", b"Part", 1)), 3, "undeclared: 'Part'; missing: component"),
    "an extra column": (table(STUDENTS, lambda t: t.add("hobby", "kanaries")), 3, "undeclared: 'hobby'"),
    "a column twice": (table(STUDENTS, lambda t: t.add("programme", "Kanariekunde")), 3, "more than once: programme"),
    "an empty file": (content(EVENTS, lambda text: b""), 3, "is empty"),
    "a file of white space": (content(STUDENTS, lambda text: b"\n \n"), 3, "is empty"),
    "a header only": (content(EVENTS, lambda text: text.split(b"\n")[0] + b"\n"), 3, "a header and no rows"),
    "students with a header only": (content(STUDENTS, lambda text: text.split(b"\n")[0] + b"\n"), 3, "a header and no rows"),
    "no header": (content(EVENTS, headless), 3, "does it have a header"),
    "students without a header": (content(STUDENTS, headless), 3, "does it have a header"),
    "another table": (content(EVENTS, lambda text: b"name,phone\nKanarie,0612345678\n"), 3, "is it the right file"),
    "a time that is none": (table(EVENTS, lambda t: t.set("Time", "kanarie gisteren", [4])), 3, "in 1 rows column 'time' is not timestamp"),
    "a time that is empty": (table(EVENTS, lambda t: t.set("Time", "", [4, 5])), 3, "'time is not null' is broken by 2 rows"),
    "a number that is none": (table(STUDENTS, lambda t: t.set("cohort", "kanarie", [0, 1])), 3, "in 2 rows column 'cohort' is not integer"),
    "a fraction for a whole number": (table(STUDENTS, lambda t: t.set("cohort", "2024.5")), 3, "in 1 rows column 'cohort' is not integer"),
    "an id that cannot be spelt": (table(STUDENTS, lambda t: t.set("student_number", "kanarie-7")), 3, "LP207"),
    "an objection that cannot be spelt": (table(OBJECTIONS, lambda t: t.set("student_number", "Kanarie")), 3, "LP207"),
    "an objection of nobody": (table(OBJECTIONS, lambda t: t.set("student_number", "")), 4, "LP501"),
    "an objection to a purpose that is not declared": (table(OBJECTIONS, lambda t: t.set("purpose", "weekly")), 4, "LP501"),
    "an objection in a state that is not declared": (table(OBJECTIONS, lambda t: t.set("state", "kanarie")), 3, "objection breaks contract"),
    "a student twice": (table(STUDENTS, lambda t: t.rows.append(list(t.rows[0]))), 3, "'key moodle_id is unique' is broken by 1 keys"),
    "a row with too few cells": (content(EVENTS, lambda text: text + b"kanarie,kanarie\n"), 3, "LP208"),
    "a row with too many cells": (content(EVENTS, lambda text: text + b"kanarie," * 12 + b"\n"), 3, "LP208"),
    "a quote that is not closed": (content(EVENTS, lambda text: text + b'"kanarie,'), 3, "LP208"),
    "another encoding": (content(EVENTS, lambda text: text.replace(b"Kanarie de", "Kanarië de".encode("cp1252"))), 3, "encoding"),
    "another encoding far down": (content(EVENTS, lambda text: text + text.split(b"\n", 1)[1] * 60 + text.splitlines(True)[1].replace(
        b"viewed", "kanarië".encode("cp1252"))), 3, "LP208"),
    "bytes that are no text": (content(EVENTS, lambda text: text[:99] + b"\0" * 9 + text[99:]), 3, "is not utf-8 text"),
    "wording that changed": (table(EVENTS, lambda t: t.set("Description", "Kanarie keek", range(30))), 3, "wording must have changed"),
    "a BSN as programme": (table(STUDENTS, lambda t: [t.set("programme", bsn, [i]) for i, bsn in enumerate(BSNS)]), 4, "LP503"),
    "addresses as component": (table(EVENTS, lambda t: [t.set("Component", f"kanarie{i}@zwaluw.example", [i]) for i in range(100)]), 4, "LP301"),
    "nobody who is a student": (table(STUDENTS, lambda t: [t.set("moodle_id", str(i + 5), [i]) for i in range(14)]), 3, "no row is left"),
    "Parquet that is none": (instead(EVENTS, "log.parquet", lambda path, text: path.write_bytes(text)), 3, "cannot be read as Parquet"),
    "gzip that is none": (instead(EVENTS, "log.csv.gz", lambda path, text: path.write_bytes(text)), 3, "is not what its ending says"),
    "gzip that ends early": (instead(EVENTS, "log.csv.gz", lambda path, text: path.write_bytes(gzip.compress(text)[:-300])), 3, "LP208"),
    "a zip of two files": (instead(EVENTS, "log.zip", two_in_a_zip), 3, "holds 2 files, and a zip is read where it holds one"),
    "a spreadsheet that is none": (instead(EVENTS, "log.xlsx", lambda path, text: path.write_bytes(text)), 3, "is no workbook"),
    "a file of an unknown ending": (instead(EVENTS, "log.doc", lambda path, text: path.write_bytes(text)), 2, "a file ending in .doc"),
    "a folder for a file": (instead(EVENTS, "log.csv", lambda path, text: path.mkdir()), 2, "is a folder"),
    "a pattern that matches nothing": (lambda made: ("--source", "events=exports/nothing*.csv"), 2, "there is no file"),
    "a pattern over unlike files": (instead(EVENTS, "events2.csv", lambda path, text: path.write_bytes(b"a,b\n1,2\n")), 3, "LP202"),
}


@pytest.mark.parametrize("fault", DATA)
def test_data_that_breaks_its_contract_stops_the_run_with_one_sentence(fault: str, made: Project) -> None:
    change, code, says = DATA[fault]
    words = change(made)
    done = made.lapipe("run", WEEKLY, "--run-id", "r1", *(words if isinstance(words, tuple) else ()))
    refused(done, code, says, made)
    (run,) = history(made)
    assert (run.state, run.reason[:2]) == ("refused" if code > 2 else "failed", "LP" if code > 2 else "Us")


@pytest.mark.parametrize(("limit", "code"), [("{rows: 2}", 0), ("{rows: 1}", 3), ("{share: 0.5}", 0)])
def test_rows_in_quarantine_are_recorded_as_a_count_and_kept_for_their_owner_alone(limit: str, code: int, made: Project) -> None:
    made.edit("schemas/tables/moodle_log_report.odcs.yaml", "          zone: Europe/Amsterdam\n",
              f"          zone: Europe/Amsterdam\n          reading: {{quarantine: {limit}}}\n")
    rows = made.export(EVENTS).read_text("utf-8").count("\n") - 1
    with made.export(EVENTS).open("a", encoding="utf-8") as stream:
        stream.write("kanarie,kanarie\nkanarie\n")
    done = made.lapipe("run", WEEKLY, "--run-id", "r1")
    kept = list(made.root.rglob("moodle_log_report*.jsonl"))
    if code:
        refused(done, code, "2 records of", made)
        assert kept == []
        return
    assert done.code == 0, done.err
    with Register.open(made.register, clock=lambda: datetime.now(UTC), create=False) as register:
        (told,) = [entry.body for entry in register.entries(run="r1") if entry.kind == "source" and entry.body["source"] == EVENTS]
    assert (told["rows in quarantine"], told["pseudo-rows left out"]) == (2, 0)
    assert told["records"] == int(str(told["rows"])) + 2
    assert int(str(told["rows"])) <= rows
    (file,) = kept
    assert file.parent.parent == made.root / ".lapipe" / "quarantine"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert file.read_text("utf-8").count("kanarie") == 3
    assert "kanarie" not in done.out + done.err


def test_a_list_of_objections_may_hold_nobody(made: Project) -> None:
    made.tables[OBJECTIONS].rows.clear()
    made.write()
    assert made.lapipe("run", WEEKLY).code == 0


# --- commands, declarations, keys -----------------------------------------------------------------------------------


def encrypted(made: Project) -> None:
    made.ring.unlink()
    KeyRing.create(made.ring, today=date(2026, 11, 1), passphrase="een zwaluw maakt geen zomer")


def folder_for_ring(made: Project) -> None:
    made.ring.unlink()
    made.ring.mkdir(mode=0o700)


SETTING: dict[str, tuple[Change, int, str]] = {
    "an unknown pipeline": (lambda made: ("wekelijks",), 2, "There is no pipeline file"),
    "an unknown purpose": (lambda made: made.edit(f"pipelines/{WEEKLY}.py", f'purpose("{WEEKLY}")', 'purpose("weekly")'), 2,
                           "There is no purpose 'weekly'"),
    "a pipeline that does not load": (lambda made: made.edit(f"pipelines/{WEEKLY}.py", "pipeline =", "pipeline = (1 / 0)\npipeline ="), 2,
                                      "cannot be loaded (ZeroDivisionError"),
    "a pipeline with an error of many lines": (lambda made: made.edit(
        f"pipelines/{WEEKLY}.py", "pipeline =", "raise ValueError('one\\ntwo')\npipeline ="), 2, "cannot be loaded (ValueError"),
    "a file without a pipeline": (lambda made: made.edit(f"pipelines/{WEEKLY}.py", "pipeline =", "pijplijn ="), 2, "holds no pipeline"),
    "a domain that two contracts spell differently": (lambda made: made.edit(
        "schemas/tables/student.odcs.yaml", "prefixes: ['#', s]", "prefixes: ['#']"), 4, "LP207"),
    "a contract that declares a pseudonym": (lambda made: made.edit(
        "schemas/tables/objection.odcs.yaml", "kind: identifier", "kind: pseudonym"), 2, "is declared a pseudonym"),
    "an unknown source": (lambda made: ("--source", "log=exports/events.csv"), 2, "has no source 'log'"),
    "a source without a name": (lambda made: ("--source", "exports/events.csv"), 2, "NAME=PATH"),
    "a source that is not named": (lambda made: made.edit("lapipe.toml", 'events = "exports/events.csv"\n', ""), 2, "--source events=PATH"),
    "an unknown profile": (lambda made: ("--profile", "production"), 2, "has no profile 'production'"),
    "an unknown engine": (lambda made: ("--engine", "duckbill"), 2, "There is no engine 'duckbill'"),
    "memory that is no amount": (lambda made: ("--memory", "a lot"), 2, "is no amount of memory"),
    "an unknown format": (lambda made: ("--format", "xml"), 2, "There is no format 'xml'"),
    "an unknown option": (lambda made: ("--force",), 2, "--force"),
    "a run id that leads elsewhere": (lambda made: ("--run-id", "../elsewhere"), 2, "run id"),
    "a broken lapipe.toml": (lambda made: made.edit("lapipe.toml", "[profiles.dev]", "[profiles.dev"), 2, "not valid TOML"),
    "an expired purpose": (lambda made: made.edit(
        f"schemas/purposes/{WEEKLY}.yaml", "review_by: ", "review_by: 2026-10-01  # was "), 4, "LP107"),
    "a purpose for k = 2": (lambda made: made.edit(f"schemas/purposes/{WEEKLY}.yaml", "k: 10", "k: 2"), 4, "LP"),
    "a profile that asks for approvals": (lambda made: made.edit("lapipe.toml", "[profiles.dev]\n", "[profiles.dev]\napprovals = true\n"),
                                          4, "LP109"),
    "no key ring": (lambda made: made.ring.unlink(), 5, "There is no key ring"),
    "a key ring that others may read": (lambda made: made.ring.chmod(0o640), 5, "LP606"),
    "a damaged key ring": (lambda made: made.ring.write_text("{}"), 5, "LP604"),
    "a folder for a key ring": (folder_for_ring, 5, "is a folder"),
    "a passphrase that is missing": (encrypted, 5, "is encrypted"),
    "a register that is a folder": (lambda made: made.register.mkdir(parents=True), 5, "is a folder"),
    "a register that is no register": (lambda made: (made.register.parent.mkdir(), made.register.write_text("# een lijst"))[:0], 5,
                                       "is no lapipe register"),
    "a register below a file": (lambda made: made.register.parent.write_text("x"), 5, "LP601"),
    "a database that is not known": (lambda made: ("--register", "mysql://someone:secret@host/db"), 2, "A register at mysql://"),
    "a file for the releases' folder": (lambda made: made.out.write_text("x"), 6, "The folder for releases"),
    "a file for the runs' folder": (lambda made: made.runs.write_text("x"), 6, "run folder"),
}


@pytest.mark.parametrize("fault", SETTING)
def test_a_wrong_setting_stops_the_run_with_one_sentence(fault: str, made: Project) -> None:
    change, code, says = SETTING[fault]
    words = change(made)
    given = [str(word) for word in words] if isinstance(words, tuple) else []
    name = given.pop(0) if given and not given[0].startswith("-") else WEEKLY
    done = made.lapipe("run", name, *given)
    refused(done, code, says, made)
    assert "secret" not in done.err


@pytest.mark.parametrize(("passphrase", "code"), [("een zwaluw maakt geen zomer", 0), ("een kanarie maakt geen zomer", 5)])
def test_a_passphrase_opens_the_ring_it_was_created_with(passphrase: str, code: int, made: Project) -> None:
    encrypted(made)
    done = made.lapipe("run", WEEKLY, LAPIPE_PASSPHRASE=passphrase)
    assert done.code == code
    if code:
        refused(done, 5, "The passphrase does not open the key ring", made)


def test_outside_a_project_lapipe_says_so(made: Project) -> None:
    shutil.rmtree(made.root / "pipelines")
    (made.root / "lapipe.toml").unlink()
    refused(made.lapipe("run", WEEKLY), 2, "There is no lapipe.toml", made)


# --- registers, disks -----------------------------------------------------------------------------------------------


def test_a_register_that_was_damaged_stops_the_next_run(made: Project) -> None:
    assert made.lapipe("run", WEEKLY).code == 0
    before = released(made.out)
    for path in made.register.parent.glob("register.sqlite-*"):
        path.unlink()
    whole = made.register.read_bytes()
    made.register.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    done = made.lapipe("run", WEEKLY)
    assert (done.code, done.err.count("\n"), done.err[:14]) == (5, 1, "lapipe: LP601 ")
    assert released(made.out) == before


def test_a_register_that_may_not_be_written_stops_the_run(made: Project) -> None:
    with unwritable(made.register.parent):
        refused(made.lapipe("run", WEEKLY), 5, "LP601", made)


def test_a_folder_for_releases_that_may_not_be_written_stops_the_run(made: Project) -> None:
    with unwritable(made.out):
        refused(made.lapipe("run", WEEKLY), 6, "cannot be written", made)
    assert history(made)[0].state == "failed"


@pytest.mark.parametrize(("place", "size", "code"), [
    ("out", "12k", 6), ("out", "40k", 6), ("runs", "8k", 6), ("record", "16k", 5), ("record", "64k", 5)])
def test_a_full_disk_stops_the_run_and_releases_nothing(place: str, size: str, code: int, made: Project) -> None:
    """The log is UTF-16, so that the run's own folder has to hold a copy of it."""
    path = made.root / "exports" / "log.csv"
    path.write_bytes(made.tables[EVENTS].text().encode("utf-16"))
    with mounted(made.root / place, f"size={size},mode=0700"):
        done = made.lapipe("run", WEEKLY, "--source", f"events={path}")
        refused(done, code, "isk", made)


# --- the same run twice, two at once, a series ----------------------------------------------------------------------


def test_a_run_id_that_was_used_gives_the_same_release_and_no_second(made: Project) -> None:
    first = made.lapipe("run", WEEKLY, "--run-id", "r1")
    files = {path: path.stat().st_mtime_ns for path in made.out.rglob("*")}
    second = made.lapipe("run", WEEKLY, "--run-id", "r1")
    assert (first.code, second.code, second.err) == (0, 0, "")
    assert "Run r1 completed before" in second.out
    assert {path: path.stat().st_mtime_ns for path in made.out.rglob("*")} == files
    assert [(run.id, run.attempt) for run in history(made)] == [("r1", 1)]


def test_a_run_that_was_refused_may_be_tried_again_under_its_id(made: Project) -> None:
    made.export(EVENTS).write_bytes(b"")
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 3
    made.write()
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    assert [(run.attempt, run.state) for run in history(made)] == [(2, "completed")]


def test_two_runs_at_once_on_one_register_and_one_folder_both_end_well(made: Project) -> None:
    going = [made.start("run", WEEKLY, "--run-id", f"r{number}") for number in range(2)]
    ended = [each.wait() for each in going]
    assert [(done.code, done.err) for done in ended] == [(0, ""), (0, "")]
    assert [run.state for run in history(made)] == ["completed", "completed"]
    assert cells(read_release(made.out / "weekly_activity")) == expected(today=datetime.now(UTC).date())
    assert not list(made.out.glob(".staging-*"))
    assert not any(made.runs.iterdir())


def test_the_second_run_of_a_series_releases_nothing_new_of_it(made: Project) -> None:
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    done = made.lapipe("run", WEEKLY, "--run-id", "r2")
    assert done.code == 0
    assert [path for path in released(made.out) if path.startswith("weekly")] == [
        path for path in released(made.out) if path.endswith("r1") and path.startswith("weekly")]
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        assert [entry.kind for entry in register.entries(run="r2")].count("skipped") == 1
    assert "nothing new" in done.out
    assert not any(path.startswith("weekly") and path.endswith("r2") for path in released(made.out))


# --- interrupted ----------------------------------------------------------------------------------------------------


def gone(folder: Path) -> bool:
    """Wait a while for the watching process to remove what a killed run left."""
    for _ in range(100):
        if not folder.exists() or not any(folder.iterdir()):
            return True
        time.sleep(0.05)
    return False


def readable(made: Project, run: str) -> int:
    """Count the releases of one run that open; each of the others must refuse."""
    opened = 0
    for folder in released(made.out):
        if folder.rpartition("/")[2] == run and not folder.startswith(".staging"):
            with contextlib.suppress(RegisterFault, UsageFault):
                read_release(made.out / folder)
                opened += 1
    return opened


def state(made: Project, run: str) -> str:
    if not made.register.exists():
        return "never started"
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        outcome = register.outcome(run)
    return outcome.state if outcome else "never started"


def test_runs_that_are_killed_at_any_moment_leave_nothing_that_looks_like_a_release(made: Project) -> None:
    made.tables[EVENTS].rows *= 20
    made.write()
    start = time.monotonic()
    other = ("--out", made.base / "elsewhere", "--register", made.base / "other")
    assert made.start("run", WEEKLY, "--run-id", "whole", *other).wait().code == 0
    whole = time.monotonic() - start
    dice, states = random.Random(26), []
    # The first half goes into imports.
    moments = [whole * (6 + number + dice.random()) / 12 for number in range(6)]
    for number, moment in enumerate(dice.sample(moments, 6)):
        going = made.start("run", WEEKLY, "--run-id", f"r{number}")
        time.sleep(moment)
        going.signal(signal.SIGINT if number % 3 == 2 else signal.SIGKILL)
        done = going.wait()
        if done.code == 130:
            assert done.err == "lapipe: interrupted. Nothing is released of a run that `lapipe register list` does not show as completed.\n"
        ended = state(made, f"r{number}")
        states.append(ended)
        assert ended in ("never started", "interrupted", "completed"), done.err
        if ended != "completed":
            assert done.code in (-signal.SIGKILL, -signal.SIGINT, 130), done.err
            assert not readable(made, f"r{number}")
        assert gone(made.runs)
    assert states.count("interrupted") >= 1
    after = made.lapipe("run", WEEKLY, "--run-id", "after")
    assert (after.code, after.err) == (0, "")
    completed = {run.id for run in history(made) if run.state == "completed"}
    assert {path.rpartition("/")[2] for path in released(made.out)} == completed
    assert not list(made.out.glob(".staging-*"))
    assert all(readable(made, run) for run in completed)
    assert {week for _, week, *_ in cells(read_release(made.out / "weekly_activity"))} == {
        week for _, week, *_ in expected(today=datetime.now(UTC).date())}
    shown = made.lapipe("register", "verify")
    assert shown.code == (1 if "interrupted" in states else 0)
    assert "chain whole" in shown.out


#: Runs in processes that are forked with everything imported, so that the kill falls into the run and not into Python's start.
KILLED = """
import importlib, json, os, random, signal, sys, time
from lapipe.cli import main
pipeline, told = sys.argv[1:]

def go(run):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(f'{told}.err', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    sys.argv = ['lapipe', 'run', pipeline, '--run-id', run]
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0

# The first one says which modules a run imports; none of them runs in this process, which has no threads to fork.
child = os.fork()
if not child:
    code = go('warm')
    json.dump(sorted(name for name in sys.modules if name.partition('.')[0] in ('lapipe', 'duckdb', 'ibis', 'pandas', 'pyarrow', 'numpy', 'sqlglot')),
              open(told, 'w'))
    os._exit(code)
assert os.waitpid(child, 0)[1] == 0
for name in json.load(open(told)):
    try:
        importlib.import_module(name)
    except Exception:
        pass
start = time.monotonic()
child = os.fork()
if not child:
    os._exit(go('whole'))
assert os.waitpid(child, 0)[1] == 0
whole, dice, ended = time.monotonic() - start, random.Random(11), []
for number in range(KILLS):
    child = os.fork()
    if not child:
        os._exit(go(f'r{number}'))
    time.sleep(dice.random() * whole * 1.1)
    os.kill(child, signal.SIGKILL)
    ended.append(os.waitpid(child, 0)[1])
json.dump(ended, open(told, 'w'))
"""


def test_runs_that_are_killed_at_random_lose_nothing_and_finish_nothing_by_half(made: Project) -> None:
    script, told = made.base / "hundred.py", made.base / "told.json"
    script.write_text(KILLED.replace("KILLS", str(KILLS)), encoding="utf-8")
    subprocess.run([sys.executable, script, WEEKLY, told], cwd=made.root, env=made.environment(PYTHONWARNINGS="default"), check=True, timeout=600)
    ended = json.loads(told.read_text("utf-8"))
    runs = {run.id: run.state for run in history(made)}
    killed = [f"r{number}" for number, status in enumerate(ended) if status == signal.SIGKILL]
    assert set(ended) <= {0, signal.SIGKILL}, Path(f"{told}.err").read_text("utf-8")
    # What ended by itself said that it completed; of what was killed, the register alone says how far it came.
    assert {runs.get(f"r{number}") for number, status in enumerate(ended) if status == 0} <= {"completed"}
    assert {runs.get(run) for run in killed} <= {"completed", "interrupted", None}
    assert sum(runs.get(run) == "interrupted" for run in killed) > KILLS // 5
    assert gone(made.runs)
    after = made.lapipe("run", WEEKLY, "--run-id", "after")
    assert (after.code, after.err) == (0, "")
    completed = {run.id for run in history(made) if run.state == "completed"}
    assert {path.rpartition("/")[2] for path in released(made.out)} == completed
    assert all(readable(made, run) for run in completed)
    assert not list(made.out.glob(".staging-*"))
    shown = made.lapipe("register", "verify", "--format", "json")
    found = json.loads(shown.out)["findings"]
    assert {finding["rule"] for finding in found} == {"LP603"}
    assert len(found) == sum(run.state == "interrupted" for run in history(made))
    # Each week was released once, and by a run that completed.
    assert {week for _, week, *_ in cells(read_release(made.out / "weekly_activity"))} == {
        week for _, week, *_ in expected(today=datetime.now(UTC).date())}
    assert not leaks(made.said())


@pytest.mark.parametrize(("jump", "found"), [(timedelta(days=-400), {"LP602"}), (timedelta(days=400), set()), (timedelta(hours=-1), {"LP602"})])
def test_a_clock_that_jumps_in_mid_run_ends_no_run_by_half_and_is_found(jump: timedelta, found: set[str], made: Project) -> None:
    """The day of the run is the one on which it began; what it released is kept by that day's term."""
    today = datetime.now(UTC).date()
    looks = 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        return datetime.now(UTC) + (jump if looks > 8 else timedelta())

    run = made.go(run_id="r1", clock=clock)
    assert looks > 12
    (outcome,) = history(made)
    assert (outcome.state, {each.name for each in run.releases}) == ("completed", {"moodle_activity", "weekly_activity"})
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        assert {finding.rule for finding in register.verify().findings} == found
    for release in ("moodle_activity", "weekly_activity"):
        manifest = json.loads((run.path(release) / "manifest.json").read_text("utf-8"))
        assert manifest["erase_by"] == str(Duration.parse("P2Y").after(today))
        assert len(read_release(made.out / release))
    assert made.go(run_id="r2", today=today).repeated is False


#: Where a run can be when it dies: owner and name of the call, which one of them, before or after it; whether the register
#: will say that the run completed, and how many releases were in place by then.
LAST_CALLS = {
    "before the releases move": ("import_module('lapipe.release').Staging", "commit", 1, "before", False, 0),
    # The first rename puts the statistics' people into the ledger.
    "between two releases": ("import_module('os')", "rename", 3, "before", False, 1),
    "after the releases moved": ("import_module('lapipe.release').Staging", "commit", 1, "after", False, 2),
    "after the register said so": ("import_module('lapipe.register').RunRecord", "complete", 1, "after", True, 2),
    "between two of the links to the latest": ("import_module('lapipe.release')", "_point", 2, "before", True, 2),
}


@pytest.mark.parametrize("moment", LAST_CALLS)
def test_a_run_that_dies_while_its_releases_appear_shows_all_of_them_or_none(moment: str, made: Project) -> None:
    """The moments are milliseconds, so the process is made to kill itself in them."""
    owner, name, nth, when, done, moved = LAST_CALLS[moment]
    (made.root / "pipelines" / "dying.py").write_text(f"""import os
from importlib import import_module
owner = {owner}
true = owner.{name}
calls = []
def dying(*given):
    calls.append(1)
    last = len(calls) == {nth}
    if last and "{when}" == "before":
        os.kill(os.getpid(), 9)
    true(*given)
    if last:
        os.kill(os.getpid(), 9)
owner.{name} = dying
from lapipe.pipeline import load_pipeline
from pathlib import Path
pipeline = load_pipeline(Path(__file__).with_name("{WEEKLY}.py"))
""", encoding="utf-8")
    died = made.start("run", "dying", "--run-id", "r1").wait()
    assert died.code == -signal.SIGKILL
    assert state(made, "r1") == ("completed" if done else "interrupted")
    assert len([path for path in released(made.out) if not path.startswith(".staging")]) == moved
    assert len(list(made.out.rglob("latest"))) == (1 if name == "_point" else 0)
    assert not readable(made, "r1")
    assert gone(made.runs)
    assert made.lapipe("run", WEEKLY, "--run-id", "r2").code == 0
    assert readable(made, "r1") == (2 if done else 0)
    assert {path.rpartition("/")[2] for path in released(made.out)} == ({"r1", "r2"} if done else {"r2"})
    assert len(list(made.out.rglob("latest"))) == 2
    assert cells(read_release(made.out / "weekly_activity")) == expected(today=datetime.now(UTC).date())


@pytest.mark.parametrize("whose", ["this", "another", "none", "this, going on"])
def test_a_run_tidies_up_after_runs_of_its_own_register_only(whose: str, made: Project) -> None:
    """Of a staging whose run this register does not know, another register may say that it completed."""
    made.go(run_id="r1", today=datetime.now(UTC).date())
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        identity = register.identity()
    staging = made.out / ".staging-foreign"
    staging.mkdir()
    if whose != "none":
        (staging / "register").write_text(identity if whose.startswith("this") else "f" * 64)
    with (staging / "lock").open("w") as lock:
        if whose == "this, going on":
            fcntl.flock(lock, fcntl.LOCK_EX)
        made.go(run_id="r2", today=datetime.now(UTC).date())
    assert staging.exists() == (whose != "this")


def test_new_periods_are_released_beside_the_old_ones(made: Project) -> None:
    """The clock is moved: three weeks on, one more week has closed."""
    today = datetime.now(UTC).date()
    later = today + timedelta(weeks=3)
    made.go(run_id="r1", today=today)
    made.tables[EVENTS].rows += log(today, weeks=(2,)).rows
    # Late rows of a week that was released change nothing.
    made.tables[EVENTS].rows += log(today, weeks=(4,)).rows
    made.write()
    run = made.go(run_id="r2", today=later)
    assert cells(run.read("weekly_activity")) == expected(weeks=(2,), today=today)
    # A week without a cell is released too: as one in which there is nothing to publish.
    assert run.read("weekly_activity").attrs["manifest"]["periods"] == [str(week(3, today)), str(week(2, today))]
    frame = read_release(made.out / "weekly_activity", today=later)
    assert cells(frame) == expected(weeks=(5, 4, 2), today=today)
    assert len(frame) == 6
    assert frame.attrs["manifest"]["run"] == "r2"


def test_a_period_that_closes_later_is_not_released_before(made: Project) -> None:
    """A week closes on the Monday after it plus the lag of two days."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    made.tables[EVENTS] = log(monday, weeks=(2, 1))
    made.write()
    weeks = lambda run: {week for _, week, *_ in cells(run.read("weekly_activity"))}
    assert weeks(made.go(run_id="r1", today=monday + timedelta(days=1))) == {monday - timedelta(weeks=2)}
    assert weeks(made.go(run_id="r2", today=monday + timedelta(days=2))) == {monday - timedelta(weeks=1)}


def test_the_umask_of_the_user_does_not_matter(made: Project) -> None:
    before = os.umask(0)
    try:
        made.go()
    finally:
        os.umask(before)
    modes = {path.relative_to(made.out).parts[-1].partition(".")[2]: path.lstat().st_mode & 0o777
             for path in made.out.rglob("*") if path.is_file() and not path.is_symlink()}
    assert set(modes.values()) == {0o640}
    folders = {path.stat().st_mode & 0o777 for path in made.out.rglob("*") if path.is_dir() and not path.is_symlink()}
    assert folders == {0o750}
    assert made.register.stat().st_mode & 0o777 == 0o600
    assert made.runs.stat().st_mode & 0o777 == 0o700
    assert made.ring.stat().st_mode & 0o777 == 0o600


def test_the_folder_of_a_run_is_its_owners_only(made: Project) -> None:
    modes: set[int] = set()

    def look(phrase: str) -> None:
        modes.update(path.stat().st_mode & 0o777 for path in made.runs.glob("*"))
        modes.update(path.stat().st_mode & 0o077 for path in made.runs.glob("*/*"))

    made.go(progress=look)
    assert modes == {0o700, 0}
    assert not any(made.runs.iterdir())
    assert Options().runs is None
