"""The register keeps what it was told, says how runs ended, and finds what was changed."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import psycopg
import pytest

from lapipe import register as module
from lapipe.errors import ContractBroken, EngineFault, LapipeError, Refused, RegisterFault, UsageFault
from lapipe.register import LARGEST, NOTHING_BEFORE, Register, chain, store

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]
PLANTED = "Geplant-Jansen-123456782"


class Ticking:
    """A clock that goes on one second at each look."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


@pytest.fixture
def in_file(path: Path) -> Iterator[Register]:
    with Register.open(path, clock=Ticking()) as register:
        yield register


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str:
    """Where a register may be: every test with this runs on both backends."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("path"))
    return str(request.getfixturevalue("database"))


@pytest.fixture
def register(place: str) -> Iterator[Register]:
    with Register.open(place, clock=Ticking()) as register:
        yield register


def finish(register: Register, run: str) -> None:
    with register.run(run, {"pipeline": "weekly", "purpose": "feedback"}) as record:
        record.record("source", {"rows": 12})
        record.complete({"releases": 1})


def start_python(script: str, *arguments: object, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    prelude = ("import sys, os, time, resource\nfrom datetime import UTC, datetime\n"
               "from lapipe.register import Register\n"
               "clock = lambda: datetime.now(UTC)\n")
    return subprocess.Popen([*prefix, sys.executable, "-c", prelude + script, *map(str, arguments)], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
                            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"})


def run_python(script: str, *arguments: object, prefix: tuple[str, ...] = ()) -> str:
    """Run the script to its end, without complaint, and return what it prints."""
    with start_python(script, *arguments, prefix=prefix) as process:
        printed, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")
    return printed


# --- entries and the chain ------------------------------------------------------------------------------------------


def test_an_entry_holds_what_was_given_and_continues_the_one_before(register: Register) -> None:
    first = register.append("key", {"key": "k1", "uses": 0, "spare": None, "old": False, "in": ["é", {"a": 1}]})
    second = register.append("source", {}, run="r1")
    assert (first.seq, first.kind, first.run, first.prev) == (1, "key", "", NOTHING_BEFORE)
    assert first.time == "2026-01-05T12:00:01.000000Z"
    assert first.body == {"key": "k1", "uses": 0, "spare": None, "old": False, "in": ["é", {"a": 1}]}
    assert (second.seq, second.kind, second.run, second.prev) == (2, "source", "r1", first.hash)
    assert list(register.entries()) == [first, second]
    assert list(register.entries(run="r1")) == [second]
    assert list(register.entries(run="r2")) == []


def test_the_hash_is_the_rfc_9162_leaf_hash_of_the_canonical_text(in_file: Register, path: Path) -> None:
    entry = in_file.append("key", {"b": "ë", "a": 1})
    text = ('{"content":{"a":1,"b":"ë"},"kind":"key","prev":"' + "0" * 64
            + '","run":"","seq":1,"time":"2026-01-05T12:00:01.000000Z"}')
    assert entry.hash == sha256(b"\0" + text.encode()).hexdigest()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT seq, run, kind, body, hash FROM entries").fetchall() == [
            (1, "", "key", text, entry.hash)]


def test_a_register_opened_again_goes_on_with_the_same_chain(path: Path) -> None:
    with Register.open(path, clock=Ticking()) as register:
        first = register.append("key", {})
    with Register.open(f"sqlite:///{path}", clock=Ticking(START + timedelta(days=1)), create=False) as register:
        assert register.append("key", {}).prev == first.hash
        assert register.verify().findings == ()


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001])
def test_entries_come_whole_at_the_boundaries_of_a_page(register: Register, count: int) -> None:
    def many() -> None:
        for _ in range(count):
            register._insert("key", {}, "")
    register._store.transact(many)
    assert [entry.seq for entry in register.entries()] == list(range(1, count + 1))
    checked = register.verify()
    assert (checked.entries, checked.findings) == (count, ())


def test_an_empty_register_is_whole_and_its_head_is_nothing(register: Register) -> None:
    assert register.verify() == module.Verification(0, NOTHING_BEFORE, ())
    assert register.runs() == []
    assert register.outcome("r1") is None


def test_entries_appended_while_reading_wait_for_the_next_reading(register: Register, place: str) -> None:
    register.append("key", {})
    with Register.open(place, clock=Ticking(START + timedelta(hours=1))) as other:
        seen = 0
        for _ in register.entries():
            seen += 1
            other.append("key", {})
            register.append("key", {})
    assert seen == 1
    assert len(list(register.entries())) == 3


@pytest.mark.parametrize(("body", "where"), [
    ({"share": 0.5}, "no float at share"),
    ({"a": {"b": [1, {"c": 1.5}]}}, "no float at a.b[1].c"),
    ({"n": LARGEST + 1}, "beyond 2^53 at n"),
    ({"n": -LARGEST - 1}, "beyond 2^53 at n"),
    ({"at": START}, "no datetime at at"),
    ({"raw": PLANTED.encode()}, "no bytes at raw"),
    ({"some": {PLANTED}}, "no set at some"),
    ({"text": PLANTED + "\ud800"}, "no Unicode at text"),
    ({"a": {1: 2}}, "only text as keys under a"),
    ({1: 2}, "only text as keys of a body"),
])
def test_what_json_writers_spell_differently_is_refused_by_its_key_alone(
        register: Register, body: dict[str, module.Json], where: str) -> None:
    with pytest.raises(TypeError) as caught:
        register.append("key", body)
    assert where in str(caught.value)
    assert PLANTED not in str(caught.value)
    assert caught.value.__context__ is None
    assert list(register.entries()) == []


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, "", "\0 \\u \" \n \u2028", "👩‍🎓", [], {}, None, True])
def test_a_value_comes_back_as_it_was_given(register: Register, value: module.Json) -> None:
    register.append("key", {"it": value})
    assert [entry.body for entry in register.entries()] == [{"it": value}]
    assert register.verify().findings == ()


def test_a_read_only_mapping_and_a_tuple_are_recorded_as_mapping_and_list(register: Register) -> None:
    entry = register.append("key", MappingProxyType({"columns": ("a", "b")}))
    assert entry.body == {"columns": ["a", "b"]}


@pytest.mark.parametrize(("kind", "run"), [
    ("started", "r1"), ("completed", "r1"), ("interrupted", "r1"), ("", ""), ("Key", ""), ("a b", ""), ("key", "../r1"),
])
def test_append_takes_names_and_leaves_starts_and_ends_to_run(register: Register, kind: str, run: str) -> None:
    with pytest.raises(ValueError, match=r"Register\.run|are names"):
        register.append(kind, {}, run=run)


def test_a_clock_without_a_zone_is_refused(place: str) -> None:
    with Register.open(place, clock=lambda: datetime(2026, 1, 5)) as register:
        with pytest.raises(TypeError, match="zone"):
            register.append("key", {})
        assert list(register.entries()) == []


def test_a_time_in_another_zone_is_recorded_in_utc(place: str) -> None:
    with Register.open(place, clock=lambda: datetime(2026, 1, 5, 1, tzinfo=timezone(timedelta(hours=2)))) as register:
        assert register.append("key", {}).time == "2026-01-04T23:00:00.000000Z"


def test_a_clock_that_was_set_back_is_recorded_as_it_was_and_found(place: str) -> None:
    times = iter([START, START, START - timedelta(microseconds=1), START + timedelta(days=1)])
    with Register.open(place, clock=lambda: next(times)) as register:
        for _ in range(4):
            register.append("key", {})
        findings = register.verify().findings
    assert [(finding.rule, finding.where) for finding in findings] == [("LP602", "register entry 3")]
    assert "clock" in findings[0].message


# --- runs -----------------------------------------------------------------------------------------------------------


def test_a_start_is_on_disk_before_the_body_runs(register: Register, place: str) -> None:
    with Register.open(place, clock=Ticking()) as other, register.run("r1", {"pipeline": "weekly"}) as record:
        assert [entry.kind for entry in other.entries(run="r1")] == ["started"]
        record.complete({})
        assert [entry.kind for entry in other.entries(run="r1")] == ["started", "completed"]


def test_a_completed_run_is_summarised(register: Register) -> None:
    finish(register, "r1")
    summary = register.outcome("r1")
    assert summary == module.RunSummary(
        "r1", 1, "2026-01-05T12:00:01.000000Z", "2026-01-05T12:00:03.000000Z", "completed", "weekly", "feedback", "")
    assert register.runs() == [summary]
    assert [entry.kind for entry in register.entries(run="r1")] == ["started", "source", "completed"]
    assert register.verify().findings == ()


class StageError(Exception):
    """A foreign error, of a stage or an engine."""


@pytest.mark.parametrize(("error", "state", "body"), [
    (Refused("cells under k", rule="LP401"), "refused",
     {"rule": "LP401", "error": "Refused", "message": "LP401 cells under k"}),
    (ContractBroken("3 rows", rule="LP204"), "refused",
     {"rule": "LP204", "error": "ContractBroken", "message": "LP204 3 rows"}),
    (EngineFault("disk \udcff full"), "failed", {"rule": "", "error": "EngineFault", "message": "disk ? full"}),
    (LapipeError("else"), "failed", {"rule": "", "error": "LapipeError", "message": "else"}),
    (StageError(PLANTED), "failed", {"error": "StageError"}),
    (KeyError(PLANTED), "failed", {"error": "KeyError"}),
    (KeyboardInterrupt(PLANTED), "interrupted", {"error": "KeyboardInterrupt"}),
    (SystemExit(PLANTED), "interrupted", {"error": "SystemExit"}),
])
def test_an_error_is_recorded_and_goes_on(
        register: Register, path: Path, error: BaseException, state: str, body: dict[str, str]) -> None:
    with pytest.raises(type(error)) as caught, register.run("r1", {}):
        raise error
    assert caught.value is error
    assert caught.value.__context__ is None
    last = list(register.entries())[-1]
    assert (last.kind, last.body) == (state, body)
    summary = register.outcome("r1")
    assert summary is not None
    assert (summary.state, summary.reason) == (state, body.get("rule") or body["error"])
    assert register.verify().findings == ()
    assert PLANTED not in repr(list(register.entries()))
    # Every byte that was written: the register, SQLite's files beside it, locks.
    assert not any(PLANTED.encode() in file.read_bytes() for file in path.parent.iterdir())


def test_leaving_without_complete_is_a_failure(register: Register) -> None:
    with register.run("r1", {}):
        pass
    assert [(entry.kind, entry.body) for entry in register.entries()] == [
        ("started", {"attempt": 1}), ("failed", {"reason": "no completion"})]
    summary = register.outcome("r1")
    assert summary is not None
    assert (summary.state, summary.reason) == ("failed", "no completion")


def test_an_error_after_complete_leaves_the_run_completed(register: Register) -> None:
    def stage(record: module.RunRecord) -> None:
        record.complete({})
        raise StageError

    with pytest.raises(StageError), register.run("r1", {}) as record:
        stage(record)
    assert [entry.kind for entry in register.entries()] == ["started", "completed"]


@pytest.mark.parametrize("late", [lambda record: record.complete({}), lambda record: record.record("stage", {})])
def test_nothing_comes_after_complete_or_after_the_run(
        register: Register, late: Callable[[module.RunRecord], object]) -> None:
    with register.run("r1", {}) as record:
        record.complete({})
        with pytest.raises(RuntimeError, match="over"):
            late(record)
    with pytest.raises(RuntimeError, match="over"):
        late(record)
    with register.run("r2", {}) as record:
        pass
    with pytest.raises(RuntimeError, match="over"):
        late(record)
    assert [entry.kind for entry in register.entries()] == ["started", "completed", "started", "failed"]


def test_a_body_that_does_not_fit_fails_the_run_and_not_its_record(register: Register) -> None:
    with pytest.raises(TypeError, match="share"), register.run("r1", {}) as record:
        record.complete({"share": 0.1})  # type: ignore[dict-item]
    assert [(entry.kind, entry.body) for entry in register.entries()][1:] == [("failed", {"error": "TypeError"})]


def test_a_completed_run_cannot_start_again(register: Register) -> None:
    finish(register, "r1")
    with pytest.raises(UsageFault, match="completed at 2026-01-05"), register.run("r1", {}):
        pytest.fail("the body ran")
    assert len(list(register.entries())) == 3


@pytest.mark.parametrize("error", [Refused("no"), StageError(), KeyboardInterrupt()])
def test_a_run_without_success_starts_again_as_the_next_attempt(register: Register, error: BaseException) -> None:
    for _ in range(2):
        with suppress(type(error)), register.run("r1", {}):
            raise error
    finish(register, "r1")
    starts = [entry.body["attempt"] for entry in register.entries() if entry.kind == "started"]
    assert starts == [1, 2, 3]
    summary = register.outcome("r1")
    assert summary is not None
    assert (summary.attempt, summary.state, summary.reason) == (3, "completed", "")
    assert [summary.id for summary in register.runs()] == ["r1"]


def test_a_run_that_lives_cannot_start_twice(register: Register, place: str) -> None:
    with Register.open(place, clock=Ticking()) as other, register.run("r1", {}) as record:
        with pytest.raises(UsageFault, match="is running now"), other.run("r1", {}):
            pytest.fail("the body ran")
        with other.run("r2", {}) as second:
            second.complete({})
        record.complete({})
    assert [entry.kind for entry in register.entries(run="r1")] == ["started", "completed"]


@pytest.mark.parametrize("run", ["", ".", "../r1", "a/b", "a b", "é", "r\n", "a" * 101])
def test_a_run_id_is_a_file_name(register: Register, run: str) -> None:
    with pytest.raises(UsageFault, match="run id"), register.run(run, {}):
        pytest.fail("the body ran")
    assert list(register.entries()) == []


def test_a_lock_is_owner_only_and_gone_after_the_run(in_file: Register, path: Path) -> None:
    lock = path.with_name(".register.sqlite.r1.lock")
    with in_file.run("r1", {}) as record:
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
        record.complete({})
    assert not lock.exists()


def test_a_lock_that_is_deleted_between_opening_and_holding_is_made_anew(
        in_file: Register, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = path.with_name(".register.sqlite.r1.lock")
    real = fcntl.flock
    looks: list[int] = []

    def flock(handle: int, how: int) -> None:
        if not looks:
            lock.unlink()
        looks.append(how)
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with in_file.run("r1", {}) as record:
        assert lock.exists()
        summary = in_file.outcome("r1")
        assert summary is not None
        assert summary.state == "running"
        record.complete({})


def test_a_living_run_is_running_and_a_killed_one_interrupted(place: str) -> None:
    with start_python(
            "with Register.open(sys.argv[1], clock=clock) as register, register.run('r1', {}) as run:\n"
            "    run.record('source', {'rows': 1})\n"
            "    print('in', flush=True)\n"
            "    sys.stdin.read()\n", place) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        with Register.open(place, clock=lambda: datetime.now(UTC)) as register:
            summary = register.outcome("r1")
            assert summary is not None
            assert (summary.state, summary.ended, summary.reason) == ("running", None, "")
            assert register.verify().findings == ()
            with pytest.raises(UsageFault, match="is running now"), register.run("r1", {}):
                pytest.fail("the body ran")

            os.kill(process.pid, signal.SIGKILL)
            process.wait()

            summary = register.outcome("r1")
            assert summary is not None
            assert (summary.state, summary.ended, summary.reason) == ("interrupted", None, "LP603")
            assert register.runs() == [summary]
            checked = register.verify()
            assert [(finding.rule, finding.where) for finding in checked.findings] == [("LP603", "register entry 1")]
            assert checked.entries == 2

            finish(register, "r1")
            summary = register.outcome("r1")
            assert summary is not None
            assert (summary.attempt, summary.state) == (2, "completed")
            assert register.verify().findings == ()


@pytest.mark.parametrize(("look", "expected"), [
    (lambda reader: reader.outcome("r1").state, "completed"),
    (lambda reader: reader.runs()[0].state, "completed"),
    (lambda reader: reader.verify().findings, ()),
])
def test_a_run_that_ends_while_it_is_looked_at_has_ended(
        register: Register, place: str, monkeypatch: pytest.MonkeyPatch,
        look: Callable[[Register], object], expected: object) -> None:
    with Register.open(place, clock=Ticking()) as reader, register.run("r1", {}) as record:
        def ended(run: str) -> bool:
            record.complete({})
            return False

        monkeypatch.setattr(reader._store, "is_alive", ended)
        assert look(reader) == expected


def test_verify_is_not_misled_by_what_others_append_meanwhile(
        register: Register, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    register.append("key", {})
    with Register.open(place, clock=Ticking()) as reader:
        real = reader._store.frame

        def frame(last: int) -> list[tuple[str, str]]:
            register.append("key", {})
            return real(last)

        monkeypatch.setattr(reader._store, "frame", frame)
        checked = reader.verify()
    assert (checked.entries, checked.findings) == (1, ())
    assert len(list(register.entries())) == 2


def test_of_processes_that_start_one_run_at_once_exactly_one_wins(place: str) -> None:
    script = ("from lapipe.errors import UsageFault\n"
              "with Register.open(sys.argv[1], clock=clock) as register:\n"
              "    print('ready', flush=True); sys.stdin.readline()\n"
              "    try:\n"
              "        with register.run('r1', {}) as run:\n"
              "            print('won', flush=True); sys.stdin.readline(); run.complete({})\n"
              "    except UsageFault: print('lost', flush=True)\n")
    processes = [start_python(script, place) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = []
    for process in processes:
        assert process.stdout is not None
        told.append(process.stdout.readline())
    for process in processes:
        process.communicate("end\n", timeout=30)
    assert sorted(told) == ["lost\n", "lost\n", "won\n"]
    with Register.open(place, clock=Ticking()) as register:
        assert [entry.kind for entry in register.entries()] == ["started", "completed"]


def test_eight_processes_keep_every_entry_on_one_chain(place: str) -> None:
    # Nobody has made the register: the processes also agree on who does.
    processes = [start_python(
        "with Register.open(sys.argv[1], clock=clock) as register:\n"
        "    for number in range(25): register.append('stage', {'number': number}, run=sys.argv[2])\n",
        place, f"r{name}") for name in range(8)]
    assert [process.communicate(timeout=60) for process in processes] == [("", "")] * 8
    with Register.open(place, clock=Ticking(), create=False) as register:
        checked = register.verify()
        assert (checked.entries, checked.findings) == (200, ())
        for name in range(8):
            assert [entry.body["number"] for entry in register.entries(run=f"r{name}")] == list(range(25))
        if register.path:
            assert [file.name for file in register.path.parent.iterdir() if "-" not in file.name] == [register.path.name]


KILLED = """
import random, signal
from datetime import date
place, dice = sys.argv[1], random.Random(9)
Register.open(place, clock=clock).close()
for number in range(100):
    told, telling = os.pipe()
    child = os.fork()
    if not child:
        with Register.open(place, clock=clock) as register:
            os.write(telling, b'open\\n')
            for run in range(1000):
                with register.run(f'r{number}-{run}', {'pipeline': 'weekly', 'purpose': 'feedback'}) as record:
                    record.record('source', {'rows': 12})
                    kept = register.evidence.add('consent', 's1', {'number': number}, date(2030, 1, 1))
                    record.complete({})
                os.write(telling, f'r{number}-{run}\\n'.encode())
    os.close(telling)
    os.read(told, 5)
    time.sleep(dice.random() / 30)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(told) as lines:
        print(lines.read(), end='')
"""


def test_what_is_killed_a_hundred_times_loses_nothing_and_finishes_nothing_by_half(place: str) -> None:
    told = run_python(KILLED, place).split()
    with Register.open(place, clock=lambda: datetime.now(UTC), create=False) as register:
        checked = register.verify()
        runs = register.runs()
        by_run: dict[str, list[str]] = {}
        for entry in register.entries():
            by_run.setdefault(entry.run, []).append(entry.kind)
        kept = register.evidence.of("s1")
    assert {finding.rule for finding in checked.findings} <= {"LP603"}
    completed = {run.id for run in runs if run.state == "completed"}
    assert set(told) <= completed
    # At most the last one of each process was completed without having come to say so.
    assert len(completed) - len(told) <= 100
    assert {run.state for run in runs} <= {"completed", "interrupted"}
    assert len(checked.findings) == len(runs) - len(completed)
    assert all(by_run[run] == ["started", "source", "completed"] for run in completed)
    assert len(kept) == by_run[""].count("evidence") == checked.evidence


# --- attacks --------------------------------------------------------------------------------------------------------


class Insider:
    """Whoever owns the register's file or schema, with the triggers out of the way."""

    def __init__(self, place: str, *, triggers: bool = True) -> None:
        self.sqlite = sqlite3.connect(place) if "://" not in place else None
        self.postgres = None if self.sqlite else psycopg.connect(place.partition("&schema=")[0], autocommit=True)
        self.triggers: list[tuple[str, str]] = []
        if self.sqlite and triggers:
            self.triggers = self("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            assert len(self.triggers) == 3
            for name, _ in self.triggers:
                self(f"DROP TRIGGER {name}")
        elif self.postgres:
            self(f"SET search_path = {place.partition('&schema=')[2]}")
            if triggers:
                self("ALTER TABLE entries DISABLE TRIGGER USER")

    def __enter__(self) -> Insider:
        return self

    def __exit__(self, *_: object) -> None:
        """Put the triggers back as they were."""
        if self.sqlite:
            for _, sql in self.triggers:
                with suppress(sqlite3.OperationalError):  # on a table that is gone
                    self(sql)
            self.sqlite.commit()
            self.sqlite.close()
        if self.postgres:
            self("ALTER TABLE entries ENABLE TRIGGER USER")
            self.postgres.close()

    def __call__(self, statements: str, *values: object) -> list[tuple[Any, ...]]:
        if self.sqlite and ";" in statements and not values:
            self.sqlite.executescript(statements)
            return []
        if self.sqlite:
            return self.sqlite.execute(statements, values).fetchall()
        assert self.postgres is not None
        done = self.postgres.execute(statements.replace("?", "%s") if values else statements, values or None)  # type: ignore[arg-type]
        return done.fetchall() if done.description else []

    def count(self, entries: int) -> None:
        """Set the backend's own count of entries."""
        self(f"UPDATE sqlite_sequence SET seq = {entries}" if self.sqlite else f"UPDATE counted SET entries = {entries}")


Attack: TypeAlias = "str | Callable[[Insider], object]"


def change(insider: Insider, at: int, /, between: str = ",", **fields: object) -> None:
    """Edit the content of an entry, and rehash it as a careful insider would."""
    entry = json.loads(insider("SELECT body FROM entries WHERE seq = ?", at)[0][0]) | fields
    body = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(between, ":"))
    insider("UPDATE entries SET body = ?, hash = ? WHERE seq = ?", body, sha256(b"\0" + body.encode()).hexdigest(), at)


def copy(seq: int, *, to: int) -> str:
    return f"INSERT INTO entries SELECT {to}, run, kind, body, hash FROM entries WHERE seq = {seq}"


def swap(insider: Insider) -> None:
    """Exchange entries 4 and 5, all their columns but the number."""
    four, five = insider("SELECT run, kind, body, hash FROM entries WHERE seq IN (4, 5) ORDER BY seq")
    for seq, columns in ((4, five), (5, four)):
        insider("UPDATE entries SET run = ?, kind = ?, body = ?, hash = ? WHERE seq = ?", *columns, seq)


def trail(insider: Insider) -> None:
    """Put something after the last entry's JSON, within its hash."""
    body = insider("SELECT body || 'x' FROM entries WHERE seq = 9")[0][0]
    insider("UPDATE entries SET body = ?, hash = ? WHERE seq = 9", body, sha256(b"\0" + body.encode()).hexdigest())


def skip(insider: Insider) -> None:
    """Give the last entry a later number, and set the counter to it."""
    change(insider, 9, seq=11)
    insider("UPDATE entries SET seq = 11 WHERE seq = 9")
    insider.count(11)


def insert(insider: Insider) -> None:
    """Make room after entry 4, and put a well-made entry there."""
    insider("UPDATE entries SET seq = -seq - 1 WHERE seq > 4")
    insider("UPDATE entries SET seq = -seq WHERE seq < 0")
    insider(copy(4, to=5))
    change(insider, 5, seq=5, prev=insider("SELECT hash FROM entries WHERE seq = 4")[0][0], content={"rows": 0})


def fork(insider: Insider) -> None:
    """Let two entries continue one: entry 9 is made anew to continue entry 7, as a second writer without the lock would."""
    change(insider, 9, prev=insider("SELECT hash FROM entries WHERE seq = 7")[0][0])


ATTACKS: dict[str, tuple[Attack, str]] = {
    "edit a body": ("UPDATE entries SET body = replace(body, '12', '13') WHERE seq = 5", "entry 5"),
    "edit a body and its hash": (lambda insider: change(insider, 5, content={"rows": 1}), "entry 6"),
    "edit the hash of the last": (f"UPDATE entries SET hash = '{'0' * 64}' WHERE seq = 9", "entry 9"),
    "edit the last body": ("UPDATE entries SET body = replace(body, '1', '2') WHERE seq = 9", "entry 9"),
    "empty a body": ("UPDATE entries SET body = '' WHERE seq = 5", "entry 5"),
    "edit the column of a run": ("UPDATE entries SET run = 'r9' WHERE seq = 5", "entry 5"),
    "edit the column of a kind": ("UPDATE entries SET kind = 'stage' WHERE seq = 5", "entry 5"),
    "no json": ("UPDATE entries SET body = '{' WHERE seq = 5", "entry 5"),
    "no object": ("UPDATE entries SET body = '[]' WHERE seq = 5", "entry 5"),
    "deep nesting": (lambda insider: insider("UPDATE entries SET body = ? WHERE seq = 5", "[" * 200_000), "entry 5"),
    "half a character pair": (
        r"""UPDATE entries SET body = replace(body, '"r2"', '"\ud800"') WHERE seq = 5""", "entry 5"),
    "a number of the wrong type": (lambda insider: change(insider, 5, seq=True), "entry 5"),
    "the number of another": (lambda insider: change(insider, 9, seq=7), "entry 9"),
    "spaces in the last": (lambda insider: change(insider, 9, between=", "), "entry 9"),
    "text after the last": (trail, "entry 9"),
    "a field more": (lambda insider: change(insider, 5, more=1), "entry 5"),
    "delete the first": ("DELETE FROM entries WHERE seq = 1", "entry 2"),
    "delete one in the middle": ("DELETE FROM entries WHERE seq = 5", "entry 6"),
    "delete and renumber": (
        "DELETE FROM entries WHERE seq = 5; UPDATE entries SET seq = seq - 1 WHERE seq > 5", "entry 5"),
    "delete the last": ("DELETE FROM entries WHERE seq = 9", "entry 8"),
    "delete all": ("DELETE FROM entries", "entry 0"),
    "reorder": (swap, "entry 4"),
    "renumber two": ("UPDATE entries SET seq = -1 WHERE seq = 4; UPDATE entries SET seq = 4 WHERE seq = 5;"
                     "UPDATE entries SET seq = 5 WHERE seq = -1", "entry 4"),
    "insert": (insert, "entry 6"),
    "insert before the first": (copy(1, to=0), "entry 0"),
    "insert far before the first": (copy(1, to=-(2**63)), f"entry {-(2**63)}"),
    "repeat the last": (copy(9, to=10), "entry 10"),
    "repeat one far on": (copy(5, to=99), "entry 99"),
    "leave a gap": (skip, "entry 11"),
    "fork": (fork, "entry 9"),
    "set the clock back": (lambda insider: change(insider, 9, time="2025-12-31T00:00:00.000000Z"), "entry 9"),
    "say that a period was closed": (lambda insider: close_falsely(insider), "entry 9"),
}

#: What only SQLite's loose types let somebody write.
LOOSE: dict[str, tuple[Attack, str]] = {
    "hide a run as a blob": ("UPDATE entries SET run = CAST(run AS BLOB) WHERE seq = 5", "entry 5"),
    "no utf-8": ("UPDATE entries SET body = CAST(x'ff' AS TEXT) WHERE seq = 5", "entry 5"),
    "a body that is a blob": ("UPDATE entries SET body = x'' WHERE seq = 5", "entry 5"),
}


def close_falsely(insider: Insider) -> None:
    """Empty entry 5, and let the last entry say that it was closed, with a root that is none."""
    change(insider, 9, kind="closed", content={"until": 5, "root": "0" * 64})
    insider("UPDATE entries SET body = '' WHERE seq = 5; UPDATE entries SET kind = 'closed' WHERE seq = 9")


def fill(place: str | Path) -> None:
    with Register.open(place, clock=Ticking()) as register:
        for run in ("r1", "r2", "r3"):
            finish(register, run)
        assert register.verify().findings == ()


@pytest.fixture
def filled(path: Path) -> Path:
    """Three runs of three entries, in a file."""
    fill(path)
    return path


@pytest.fixture
def full(place: str) -> str:
    """Three runs of three entries."""
    fill(place)
    return place


def attack(place: str | Path, how: Attack) -> None:
    """Do it with the triggers out of the way, and put them back as they were."""
    with Insider(str(place)) as insider:
        if isinstance(how, str):
            insider(how)
        else:
            how(insider)


def found_where(place: str | Path) -> set[str]:
    with Register.open(place, clock=Ticking(), create=False) as register:
        return {finding.where for finding in register.verify().findings if finding.rule in ("LP602", "LP612")}


@pytest.mark.parametrize(("how", "where"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_found(full: str, how: Attack, where: str) -> None:
    attack(full, how)
    assert f"register {where}" in found_where(full)


@pytest.mark.parametrize(("how", "where"), LOOSE.values(), ids=LOOSE.keys())
def test_an_attack_by_type_is_found(filled: Path, how: Attack, where: str) -> None:
    attack(filled, how)
    assert f"register {where}" in found_where(filled)


#: What the owner can put beside the tables, so that an entry is swallowed or not shown, while a chain without it is as whole as any.
BESIDE = {
    "a trigger that swallows": ("CREATE TRIGGER z BEFORE INSERT ON entries WHEN NEW.kind = 'breach' BEGIN SELECT RAISE(IGNORE); END",
                                "CREATE FUNCTION z() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.kind = ''breach'' THEN RETURN NULL; END IF; RETURN NEW; END';"
                                "CREATE TRIGGER z BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION z()"),
    "a rule that swallows": ("", "CREATE RULE z AS ON INSERT TO entries WHERE NEW.kind = 'breach' DO INSTEAD NOTHING"),
    "a policy that hides": ("", "ALTER TABLE entries ENABLE ROW LEVEL SECURITY; CREATE POLICY z ON entries USING (kind <> 'breach') WITH CHECK (true)"),
    "a table behind": ("", "CREATE TABLE z () INHERITS (entries)"),
    "a view": ("CREATE VIEW z AS SELECT * FROM entries", "ALTER TABLE outbox RENAME TO z; CREATE VIEW outbox AS SELECT * FROM z"),
    "an index that lacks a run": (
        "PRAGMA writable_schema = ON; DROP INDEX entries_by_run; CREATE INDEX entries_by_run ON entries (run) WHERE run <> 'r2';"
        "UPDATE sqlite_master SET sql = 'CREATE INDEX entries_by_run ON entries (run)' WHERE name = 'entries_by_run'; PRAGMA schema_version = 99", ""),
}


@pytest.mark.parametrize(("name", "backend"), [(name, backend) for name, how in BESIDE.items() for backend, said in zip(("sqlite", "postgresql"), how, strict=True) if said])
def test_what_the_owner_puts_beside_the_tables_swallows_nothing_silently_and_is_found(name: str, backend: str, request: pytest.FixtureRequest, path: Path) -> None:
    place = str(path) if backend == "sqlite" else str(request.getfixturevalue("database"))
    fill(place)
    with Insider(place, triggers=False) as insider:
        insider(BESIDE[name][backend == "postgresql"])
    clock = Ticking(datetime(2026, 2, 1, tzinfo=UTC))
    with Register.open(place, clock=clock) as register:
        if "swallows" in name:
            with pytest.raises(RegisterFault, match="LP601 The register did not keep"):
                register.append("breach", {"release": "a"})
        else:
            register.append("breach", {"release": "a"})
        found = register.verify()
        assert not found.whole
        assert {finding.rule for finding in found.findings} == {"LP602"}


def test_no_function_of_the_schema_has_a_hand_in_what_is_read(database: str) -> None:
    fill(database)
    with Insider(database, triggers=False) as insider:
        insider("CREATE FUNCTION convert_to(text, text) RETURNS bytea LANGUAGE sql AS $$ SELECT pg_catalog.convert_to(replace($1, '12', '99'), 'UTF8') $$")
    with Register.open(database, clock=Ticking(), create=False) as register:
        assert [entry.body for entry in register.entries(run="r1")][1] == {"rows": 12}
        assert register.verify().findings == ()


def straight(place: str, statement: str) -> None:
    """Do it as a tool that knows nothing of lapipe."""
    server, _, schema = place.partition("&schema=")
    if schema:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"SET search_path = {schema}")
            connection.execute(statement)
    else:
        with closing(sqlite3.connect(place)) as db:
            db.execute(statement)


def triggers_are_missed(place: str) -> bool:
    with Register.open(place, clock=Ticking()) as register:
        (finding,) = register.verify().findings
    return finding.rule == "LP602" and "triggers" in finding.message


def test_dropped_triggers_are_found(full: str) -> None:
    straight(full, "DROP TRIGGER entries_stay" + " ON entries" * ("://" in full))
    assert triggers_are_missed(full)


@pytest.mark.parametrize("how", [
    "ALTER TABLE entries DISABLE TRIGGER entries_hold",
    "CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
])
def test_triggers_that_do_nothing_are_found(database: str, how: str) -> None:
    fill(database)
    straight(database, how)
    assert triggers_are_missed(database)


@pytest.mark.parametrize("statement", [
    "UPDATE entries SET body = '' WHERE seq = 5",
    "DELETE FROM entries WHERE seq = 9",
    copy(9, to=11),
])
def test_the_triggers_keep_an_honest_tool_from_changing_entries(full: str, statement: str) -> None:
    with pytest.raises((sqlite3.IntegrityError, psycopg.Error), match="append-only"):
        straight(full, statement)


@pytest.mark.parametrize("statement", [
    copy(4, to=5).replace("INSERT", "INSERT OR REPLACE"),
    "INSERT INTO entries (run, kind, body, hash) VALUES ('', '', '', '')",
])
def test_the_triggers_keep_what_only_sqlite_can_say(filled: Path, statement: str) -> None:
    with closing(sqlite3.connect(filled)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)


def test_the_end_of_a_run_that_is_cut_off_is_also_a_run_without_an_end(full: str) -> None:
    attack(full, "DELETE FROM entries WHERE seq = 9")
    with Register.open(full, clock=Ticking()) as register:
        assert sorted(finding.rule for finding in register.verify().findings) == ["LP602", "LP603"]


def cut_the_tail(insider: Insider) -> None:
    insider("DELETE FROM entries WHERE seq > 6")
    insider.count(6)


def rewrite(insider: Insider) -> None:
    """Change one entry, and rehash everything after it."""
    prev = NOTHING_BEFORE
    for (seq,) in insider("SELECT seq FROM entries ORDER BY seq"):
        change(insider, seq, prev=prev)
        if seq == 2:
            change(insider, seq, content={"rows": 1})
        prev = insider("SELECT hash FROM entries WHERE seq = ?", seq)[0][0]


def test_what_a_chain_alone_cannot_show_changes_the_head_or_the_count(full: str) -> None:
    with Register.open(full, clock=Ticking()) as register:
        before = register.verify()

    attack(full, cut_the_tail)
    with Register.open(full, clock=Ticking()) as register:
        cut = register.verify()
    assert (cut.entries, cut.findings) == (6, ())

    attack(full, rewrite)
    with Register.open(full, clock=Ticking()) as register:
        rewritten = register.verify()
    assert rewritten.findings == ()
    assert len({before.head, cut.head, rewritten.head}) == 3


def test_a_finding_shows_nothing_of_what_was_put_in(full: str) -> None:
    def plant(insider: Insider) -> None:
        change(insider, 1, run=PLANTED + "/..", kind="started", time=PLANTED, content={PLANTED: PLANTED})
        insider("UPDATE entries SET run = ?, kind = ?, hash = ? WHERE seq = 5", PLANTED, PLANTED, PLANTED)
        insider("UPDATE entries SET body = ? WHERE seq = 6", PLANTED)

    attack(full, plant)
    with Register.open(full, clock=Ticking()) as register:
        checked = register.verify()
        assert len(checked.findings) > 3
        assert PLANTED not in repr(checked)
        with pytest.raises(RegisterFault, match="LP602 Entry 6") as caught:
            list(register.entries())
    assert PLANTED not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_findings_of_a_ruin_are_counted_beyond_the_limit(full: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MOST_FINDINGS", 4)
    attack(full, "UPDATE entries SET body = 'x'")
    with Register.open(full, clock=Ticking()) as register:
        findings = register.verify().findings
    assert len(findings) == 5
    assert findings[-1].message == "5 more findings are not listed."


# --- files and faults -----------------------------------------------------------------------------------------------


@pytest.fixture
def as_user() -> tuple[str, ...]:
    """What goes before a command so that file modes hold for it, even where the tests run as root."""
    if os.geteuid() != 0:
        return ()
    script = ("import ctypes, os, sys\n"
              "libc = ctypes.CDLL(None, use_errno=True)\n"
              # PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
              "assert libc.prctl(24, 1, 0, 0, 0) == 0 and libc.prctl(24, 2, 0, 0, 0) == 0\n"
              "os.execv(sys.argv[1], sys.argv[1:])\n")
    prefix = (sys.executable, "-c", script)
    if subprocess.run([*prefix, sys.executable, "-c", ""], capture_output=True).returncode:
        pytest.skip("root that cannot give up its rights")
    return prefix


def assert_plain(message: str) -> None:
    """One sentence with the rule's code, in our words."""
    assert message.startswith("LP601 ")
    assert message.count("\n") == 0
    assert message.endswith(".")
    for word in ("sqlite3", "Error", "database", "Traceback"):
        assert word not in message


def test_a_register_is_made_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "register"
    before = os.umask(0)
    try:
        with Register.open(path, clock=Ticking()) as register:
            register.append("key", {})
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"register": 0o600, "register-wal": 0o600, "register-shm": 0o600}
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


@pytest.mark.parametrize("name", ["register", "with space", "50%.db", "what?x=1", "a#b", ":memory:", "é"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with Register.open(tmp_path / name, clock=Ticking()) as register:
        register.append("key", {})
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_every_append_is_durable(in_file: Register) -> None:
    db = in_file._store._db  # type: ignore[attr-defined]
    assert db.execute("PRAGMA journal_mode").fetchone() == (b"wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("url", ["mysql://user:secret@host/db", "sqlite://host/x", "https://x", "", "sqlite:///"])
def test_a_register_elsewhere_is_refused_with_what_exists(url: str) -> None:
    with pytest.raises(UsageFault, match="sqlite:///path") as caught:
        Register.open(url, clock=Ticking())
    assert "secret" not in str(caught.value)


def test_a_register_that_is_not_there_is_not_made_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(RegisterFault, match="There is no register") as caught:
        Register.open(tmp_path / "a" / "register", clock=Ticking(), create=False)
    assert_plain(str(caught.value))
    assert list(tmp_path.iterdir()) == []


def other_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode = WAL; CREATE TABLE entries (seq INTEGER PRIMARY KEY, hash TEXT);")


def newer(path: Path) -> None:
    with Register.open(path, clock=Ticking()) as register:
        register._store._db.execute("PRAGMA user_version = 99")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("make", "says"), [
    (lambda path: path.write_bytes(b""), "no lapipe register"),
    (lambda path: path.write_bytes(PLANTED.encode() * 200), "no lapipe register"),
    (lambda path: path.write_bytes(b"SQLite format 3\0" + b"x" * 5000), "no lapipe register"),
    (other_sqlite, "no lapipe register"),
    (newer, "format 99"),
    (lambda path: path.mkdir(), "is a folder"),
    (lambda path: os.mkfifo(path), "no lapipe register"),
])
def test_what_is_no_register_is_refused_and_left_alone(
        path: Path, make: Callable[[Path], object], says: str) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(RegisterFault, match=says) as caught:
        Register.open(path, clock=Ticking())
    assert_plain(str(caught.value))
    assert PLANTED not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_register_that_is_open_twice_in_one_process_keeps_its_log_from_others(path: Path) -> None:
    """Closing a second handle of the file would let go of the locks of the first, and who closes the register next take its log away."""
    with Register.open(path, clock=Ticking()) as register:
        register.append("key", {"it": 1})
        Register.open(path, clock=Ticking()).close()
        Register.open(path, clock=Ticking()).close()
        look = "with Register.open(sys.argv[1], clock=clock, create=False) as register: print(len(list(register.entries())))\n"
        assert run_python(look, path) == "1\n"
        register.append("key", {"it": 2})
        assert run_python(look, path) == "2\n"
    assert run_python(look, path) == "2\n"


@pytest.mark.parametrize("version", [1, 2])
def test_a_register_of_an_earlier_version_goes_on_as_it_was(version: int, path: Path, as_user: tuple[str, ...]) -> None:
    """Made as lapipe made it before there were closings and evidence, and before there was an outbox."""
    with Register.open(path, clock=Ticking()) as register:
        finish(register, "r1")
        before = list(register.entries())
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE outbox")
        if version == 1:
            for name in ("TRIGGER entries_hold", "INDEX entries_closed", "TABLE evidence"):
                db.execute(f"DROP {name}")
            db.execute("CREATE TRIGGER entries_hold BEFORE UPDATE ON entries"
                       " BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END")
        db.execute(f"PRAGMA user_version = {version}")
    path.chmod(0o400)
    message = run_python(FAULT + "tell(lambda: Register.open(sys.argv[1], clock=clock))\n", path, prefix=as_user)
    assert_plain(message.rstrip("\n"))
    path.chmod(0o600)
    with Register.open(path, clock=Ticking(START + timedelta(days=1)), create=False) as register:
        assert list(register.entries()) == before
        register.evidence.add("consent", "s1", {}, START.date())
        assert register.outbox("https://catalogue.example").waiting(("started", "completed")) == 2
        assert register.verify().findings == ()


def overwrite(path: Path, start: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:start] + PLANTED.encode() * ((len(content) - start) // len(PLANTED)))


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(path.read_bytes()[:4096]),
    lambda path: path.write_bytes(path.read_bytes()[:1000]),
    lambda path: overwrite(path, 4096),
    lambda path: overwrite(path, 100),
    lambda path: attack(path, "ALTER TABLE entries RENAME TO others"),
])
def test_a_damaged_register_is_refused_in_our_words(filled: Path, damage: Callable[[Path], None]) -> None:
    damage(filled)
    with pytest.raises(RegisterFault, match="damaged") as caught, \
            Register.open(filled, clock=Ticking()) as register:
        register.verify()
    assert_plain(str(caught.value))
    assert PLANTED not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_register_held_too_long_is_a_fault_and_nothing_is_lost(
        path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    with Register.open(path, clock=Ticking()) as register, closing(sqlite3.connect(path)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegisterFault, match=r"held by another process for 0\.05 seconds") as caught:
            register.append("key", {})
        assert_plain(str(caught.value))
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        with pytest.raises(RegisterFault), register.run("r1", {}):
            pytest.fail("the body ran")
        holder.execute("ROLLBACK")
        assert register.append("key", {}).seq == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_error_goes_on_where_its_end_cannot_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    with Register.open(path, clock=Ticking()) as register, closing(sqlite3.connect(path)) as holder:
        def stage() -> None:
            holder.execute("BEGIN IMMEDIATE")
            raise StageError

        with pytest.raises(StageError) as caught, register.run("r1", {}):
            stage()
        assert caught.value.__context__ is None
        holder.execute("ROLLBACK")
        summary = register.outcome("r1")
        assert summary is not None
        assert summary.state == "interrupted"
        assert [finding.rule for finding in register.verify().findings] == ["LP603"]


def test_a_closed_register_says_so(path: Path) -> None:
    register = Register.open(path, clock=Ticking())
    register.close()
    register.close()
    with pytest.raises(RegisterFault, match="was closed") as caught:
        register.append("key", {})
    assert_plain(str(caught.value))


FAULT = ("from lapipe.errors import RegisterFault\n"
         "def tell(work):\n"
         "    try: work()\n"
         "    except RegisterFault as fault:\n"
         "        assert fault.__context__ is None and fault.__cause__ is None\n"
         "        print(fault)\n"
         "    else: print('no fault')\n")


def test_a_read_only_folder_is_a_fault(tmp_path: Path, as_user: tuple[str, ...]) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    with Register.open(folder / "old", clock=Ticking()) as register:
        register.append("key", {})
    folder.chmod(0o500)
    try:
        printed = run_python(
            FAULT + "for name in ('old', 'new', 'below/new'):\n"
                    "    tell(lambda: Register.open(f'{sys.argv[1]}/{name}', clock=clock).append('key', {}))\n",
            folder, prefix=as_user)
    finally:
        folder.chmod(0o700)
    assert len(printed.splitlines()) == 3
    for message in printed.splitlines():
        assert_plain(message)
        assert "writable" in message
    assert [file.name for file in folder.iterdir()] == ["old"]


def test_a_read_only_file_can_be_read_and_not_written(filled: Path, as_user: tuple[str, ...]) -> None:
    filled.chmod(0o400)
    printed = run_python(
        FAULT + "register = Register.open(sys.argv[1], clock=clock)\n"
                "print(register.verify().findings)\n"
                "tell(lambda: register.append('key', {}))\n"
                "tell(lambda: register.run('r9', {}).__enter__())\n", filled, prefix=as_user)
    findings, *messages = printed.splitlines()
    assert findings == "()"
    assert len(messages) == 2
    for message in messages:
        assert_plain(message)
        assert "cannot be written" in message


def test_an_unreadable_file_is_a_fault(filled: Path, as_user: tuple[str, ...]) -> None:
    filled.chmod(0)
    message = run_python(FAULT + "tell(lambda: Register.open(sys.argv[1], clock=clock))\n", filled, prefix=as_user)
    assert_plain(message.rstrip("\n"))


def test_a_full_disk_is_a_fault_and_every_entry_is_whole(filled: Path) -> None:
    printed = run_python(
        FAULT + "register = Register.open(sys.argv[1], clock=clock)\n"
                "count = 0\n"
                # Files may not grow beyond this: SQLite is told no in the middle of a write.
                "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
                "def fill():\n"
                "    global count\n"
                "    while True:\n"
                "        register.append('stage', {'number': count, 'text': 'x' * 500})\n"
                "        count += 1\n"
                "tell(fill)\n"
                "print(count)\n", filled)
    message, count = printed.splitlines()
    assert_plain(message)
    assert "full" in message
    assert int(count) > 0
    with Register.open(filled, clock=lambda: datetime.now(UTC)) as register:
        numbers = [entry.body["number"] for entry in register.entries() if entry.kind == "stage"]
        assert numbers == list(range(int(count)))
        register.append("key", {})
        assert register.verify().findings == ()


def test_a_register_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    message = run_python(
        FAULT + "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
                "tell(lambda: Register.open(sys.argv[1], clock=clock))\n", tmp_path / "register")
    assert_plain(message.rstrip("\n"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_among_the_folders_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegisterFault) as caught:
        Register.open(tmp_path / "file" / "register", clock=Ticking())
    assert_plain(str(caught.value))
    assert caught.value.__context__ is None
