"""The register in PostgreSQL: roles that may only append, passwords that are not shown, connections that are lost."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lapipe.errors import RegisterFault, UsageFault
from lapipe.register import Register, RunRecord, Unsettled, postgres, store
from tests.conftest import POSTGRES, missing
from tests.projects import Project, mounted, project
from tests.test_register import Ticking, finish, start_python

SECRET = "geheim-123456782"


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def server() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        yield connection


@pytest.fixture
def writer(database: str, server: psycopg.Connection[Any]) -> Iterator[str]:
    """Give the URL of a register as a role that may append and read."""
    role = database.rpartition("=")[2].replace("lapipe_test", "lapipe_writer")
    server.execute(f"CREATE ROLE {role} NOLOGIN")
    with Register.open(database, clock=clock) as register:
        register.grant(role)
    yield f"{database}&options=-crole%3D{role}"
    server.execute(f"DROP OWNED BY {role}")
    server.execute(f"DROP ROLE {role}")


def schema(url: str) -> str:
    return url.partition("&schema=")[2].partition("&")[0]


def end_session(server: psycopg.Connection[Any], pid: int) -> None:
    """End a session from the server's side, and wait until it is gone."""
    server.execute("SELECT pg_terminate_backend(%s)", (pid,))
    while server.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
        time.sleep(0.005)


# --- roles ----------------------------------------------------------------------------------------------------------


def test_a_writer_appends_and_reads_and_verifies(writer: str) -> None:
    with Register.open(writer, clock=Ticking()) as register:
        finish(register, "r1")
        register.evidence.add("consent", "s1", {}, date(2030, 1, 1))
        checked = register.verify()
    assert (checked.entries, checked.findings) == (4, ())


@pytest.mark.parametrize("statement", [
    "UPDATE entries SET body = ''", "DELETE FROM entries", "TRUNCATE entries", "DELETE FROM evidence", "UPDATE evidence SET salt = ''",
    "UPDATE counted SET entries = 0", "UPDATE version SET version = 1", "DROP TABLE entries", "ALTER TABLE entries DISABLE TRIGGER USER",
    "DROP TRIGGER entries_hold ON entries", "CREATE TABLE other (n integer)"])
def test_a_writer_may_do_nothing_else(writer: str, statement: str) -> None:
    with Register.open(writer, clock=Ticking()) as register:
        finish(register, "r1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            register._store._db.execute(statement)  # type: ignore[attr-defined]
        assert register.verify().findings == ()


def test_a_writer_is_told_who_may_delete_and_close(writer: str) -> None:
    with Register.open(writer, clock=Ticking()) as register:
        kept = register.evidence.add("consent", "s1", {}, date(2030, 1, 1))
        for refused in (lambda: register.evidence.delete(str(kept.body["evidence"]), "term"), lambda: register._prune(1)):
            with pytest.raises(RegisterFault, match="LP601 This role may not do that .* its owner may") as caught:
                refused()
            assert caught.value.__context__ is None
        assert len(register.evidence.of("s1")) == 1
        assert register.verify().findings == ()


def test_a_role_that_may_not_make_a_register_is_told_who_does(database: str, writer: str, server: psycopg.Connection[Any]) -> None:
    server.execute(f"DROP SCHEMA {schema(database)} CASCADE")
    with pytest.raises(RegisterFault, match=r"not there yet, and this role may not make it; its owner does with `lapipe register create"):
        Register.open(writer, clock=clock)


def test_rights_that_were_granted_beside_lapipe_are_found(writer: str, database: str, server: psycopg.Connection[Any]) -> None:
    role = writer.rpartition("%3D")[2]
    for grant in ("UPDATE ON {}.entries", "UPDATE (body) ON {}.entries", "DELETE ON {}.counted"):
        server.execute(f"GRANT {grant.format(schema(database))} TO {role}")
        with Register.open(database, clock=clock) as register:
            assert [finding.rule for finding in register.verify().findings] == ["LP613"]
        server.execute(f"REVOKE {grant.format(schema(database))} FROM {role}")
        with Register.open(database, clock=clock) as register:
            assert register.verify().findings == ()


def test_only_a_role_that_is_there_is_granted_anything(database: str, tmp_path: Path) -> None:
    with Register.open(database, clock=clock) as register, pytest.raises(UsageFault, match="no such role"):
        register.grant('x"; DROP SCHEMA public; --')
    with Register.open(tmp_path / "register", clock=clock) as register, pytest.raises(UsageFault, match="no roles"):
        register.grant("anyone")


# --- the schema -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2])
def test_a_register_of_an_earlier_version_goes_on_as_it_was(version: int, database: str, server: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(postgres, "_STEPS", postgres._STEPS[:version])
        with Register.open(database, clock=Ticking()) as register:
            finish(register, "r1")
            before = list(register.entries())
    assert server.execute(f"SELECT to_regclass('{schema(database)}.outbox')").fetchone() == (None,)
    with Register.open(database, clock=Ticking(clock())) as register:
        assert list(register.entries()) == before
        register.evidence.add("consent", "s1", {}, date(2030, 1, 1))
        assert register.outbox("https://catalogue.example").waiting(("started", "completed")) == 2
        assert register.verify().findings == ()


def test_a_register_of_a_later_version_is_left_alone(database: str, server: psycopg.Connection[Any]) -> None:
    Register.open(database, clock=clock).close()
    server.execute(f"UPDATE {schema(database)}.version SET version = 99")
    with pytest.raises(RegisterFault, match="has format 99, and this lapipe knows format 3"):
        Register.open(database, clock=clock)


def test_a_reader_makes_no_register(database: str, server: psycopg.Connection[Any]) -> None:
    with pytest.raises(RegisterFault, match="There is no register"):
        Register.open(database, clock=clock, create=False)
    assert server.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema(database),)).fetchone() is None


@pytest.mark.parametrize(("url", "says"), [
    (f"postgresql://someone:{SECRET}@127.0.0.1:1/register", "LP601 The register postgresql://127.0.0.1:1/register cannot be reached"),
    (f"postgresql://{SECRET}:{SECRET}@127.0.0.1:1/register?schema=other", "LP601 .*/register .schema other. cannot be reached"),
    (f"postgresql://someone:{SECRET}@127.0.0.1:x/register", "cannot be reached"),
    (f"postgresql://someone:{SECRET}@127.0.0.1/register?nothing={SECRET}", "cannot be read"),
    (f"postgresql://someone:{SECRET}@127.0.0.1/register?schema=a%20b", "lower-case name"),
    (f"postgresql://someone:{SECRET}%zz@127.0.0.1/register", "cannot be read"),
    (POSTGRES.replace("/test", f"/{SECRET.replace('-', '_')}"), "cannot be reached"),
])
def test_a_password_is_never_shown(url: str, says: str) -> None:
    with pytest.raises((RegisterFault, UsageFault), match=says) as caught:
        Register.open(url, clock=clock)
    assert SECRET not in str(caught.value)
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


# --- connections that are lost --------------------------------------------------------------------------------------


def test_a_lost_connection_stops_the_run_and_its_end_is_missing(database: str, server: psycopg.Connection[Any]) -> None:
    with Register.open(database, clock=clock) as register:
        def go(record: RunRecord) -> None:
            record.record("source", {"rows": 1})
            end_session(server, register._store._db.info.backend_pid)  # type: ignore[attr-defined]
            record.record("stage", {})

        with pytest.raises(RegisterFault, match="connection to the register .* was lost") as caught, register.run("r1", {}) as record:
            go(record)
        assert caught.value.__context__ is None
        with pytest.raises(RegisterFault, match="lost or closed"):
            register.append("key", {})
    with Register.open(database, clock=clock) as register:
        outcome = register.outcome("r1")
        assert outcome is not None
        assert outcome.state == "interrupted"
        assert [entry.kind for entry in register.entries()] == ["started", "source"]
        assert [finding.rule for finding in register.verify().findings] == ["LP603"]
        finish(register, "r1")
        assert register.verify().findings == ()


class Cut:
    """A connection that is ended from the server's side at one statement, before or after the server did it."""

    def __init__(self, register: Register, server: psycopg.Connection[Any], at: str, when: str) -> None:
        self.inner, self.register, self.server, self.at, self.when = register._store._db, register, server, at, when  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def execute(self, query: str, *more: Any) -> Any:
        if not query.startswith(self.at):
            return self.inner.execute(query, *more)
        done = None
        if self.when == "after":
            done = self.inner.execute(query, *more)
        end_session(self.server, self.inner.info.backend_pid)
        # Of what the server did, its answer may be what is lost.
        return self.inner.execute("SELECT 1") if done is not None else self.inner.execute(query, *more)


@pytest.mark.parametrize(("at", "when", "kept"), [
    ("BEGIN", "before", False), ("SELECT pg_advisory_xact_lock", "after", False), ("INSERT", "before", False), ("INSERT", "after", False),
    ("COMMIT", "before", False), ("COMMIT", "after", True)])
def test_an_entry_is_there_whole_or_not_at_all_wherever_the_connection_is_lost(
        database: str, server: psycopg.Connection[Any], at: str, when: str, kept: bool) -> None:
    register = Register.open(database, clock=clock)
    register.append("key", {})
    register._store._db = Cut(register, server, at, when)  # type: ignore[attr-defined]
    if kept:
        assert register.append("key", {"it": 1}).seq == 2
    else:
        with pytest.raises(RegisterFault, match="lost"):
            register.append("key", {"it": 1})
    register.close()
    with Register.open(database, clock=clock) as again:
        assert [entry.body for entry in again.entries()] == [{}, *([{"it": 1}] if kept else [])]
        again.append("key", {})
        assert again.verify().findings == ()


def test_what_nobody_can_settle_is_said_to_be_open(database: str, server: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    register = Register.open(database, clock=clock)
    register._store._db = Cut(register, server, "COMMIT", "after")  # type: ignore[attr-defined]

    def unreachable(conninfo: str, schema: str) -> Any:
        raise RegisterFault("no server", rule="LP601")

    with monkeypatch.context() as cut_off:
        cut_off.setattr(postgres, "_connect", unreachable)
        with pytest.raises(Unsettled, match="see with `lapipe register list`") as caught:
            register.append("key", {})
    assert caught.value.__context__ is None
    register.close()


def test_sessions_that_are_ended_at_random_lose_no_entry_and_leave_no_half(database: str, server: psycopg.Connection[Any]) -> None:
    """Forty times, somewhere in the middle of appending."""
    Register.open(database, clock=clock).close()
    told: list[int] = []

    pids: list[int] = []

    def append() -> None:
        with Register.open(database, clock=clock) as register, suppress(RegisterFault):
            pids.append(register._store._db.info.backend_pid)  # type: ignore[attr-defined]
            while not stop.is_set():
                told.append(register.append("stage", {"number": len(told)}).seq)

    for _ in range(40):
        stop = threading.Event()
        thread = threading.Thread(target=append)
        before = len(told)
        thread.start()
        while len(told) < before + 3:
            time.sleep(0.001)
        end_session(server, pids[-1])
        thread.join(0.2)
        stop.set()
        thread.join()
    with Register.open(database, clock=clock) as register:
        checked = register.verify()
        there = {entry.seq for entry in register.entries()}
    assert checked.findings == ()
    # What was said to be on disk is; an entry whose answer was lost may be there too.
    assert set(told) <= there
    assert there == set(range(1, len(there) + 1))


def test_a_full_disk_of_the_server_is_a_fault_and_every_entry_is_whole(database: str, server: psycopg.Connection[Any]) -> None:
    """A real one: the register's tables lie in a tablespace on a file system of one megabyte."""
    home = Path(str(server.execute("SHOW data_directory").fetchone()[0]))  # type: ignore[index]
    if os.geteuid() != 0 or not home.is_dir():
        missing("a small disk for PostgreSQL, which needs root and the server on this machine")
    place, space = Path(tempfile.mkdtemp(prefix="lapipe_space_", dir="/var/tmp")), schema(database).replace("lapipe_test", "lapipe_space")
    try:
        with mounted(place, f"size=1m,uid={home.stat().st_uid},gid={home.stat().st_gid},mode=0700"):
            server.execute(f"CREATE TABLESPACE {space} LOCATION '{place}'")
            with Register.open(f"{database}&options=-cdefault_tablespace%3D{space}", clock=clock) as register:
                told = []

                def fill(record: RunRecord) -> None:
                    while True:
                        told.append(record.record("stage", {"said": secrets.token_hex(3000)}).seq)

                with pytest.raises(RegisterFault, match="its server's disk is full or failing; make room") as caught, register.run("r1", {}) as record:
                    fill(record)
                assert (caught.value.rule, caught.value.__context__) == ("LP601", None)
                assert len(told) > 20
                # The end did not fit either: the start without an end is the finding.
                assert {finding.rule for finding in register.verify().findings} <= {"LP603"}
                assert [entry.seq for entry in register.entries()][:len(told) + 1] == [1, *told]
                subprocess.run(["mount", "-o", "remount,size=4m", str(place)], check=True)
                finish(register, "r1")
                assert register.verify().findings == ()
            server.execute(f"DROP SCHEMA {schema(database)} CASCADE")
            server.execute(f"DROP TABLESPACE {space}")
    finally:
        place.rmdir()


def test_a_process_that_is_killed_lets_go_of_its_run_and_its_turn(database: str) -> None:
    with start_python(
            "with Register.open(sys.argv[1], clock=clock) as register, register.turn('weekly'), register.run('r1', {}) as run:\n"
            "    print('in', flush=True); sys.stdin.read()\n", database) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        with Register.open(database, clock=clock) as register:
            taken = threading.Event()

            def wait() -> None:
                with Register.open(database, clock=clock) as other, other.turn("weekly"):
                    taken.set()

            waiting = threading.Thread(target=wait)
            waiting.start()
            assert not taken.wait(0.2)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert taken.wait(10)
            waiting.join()
            outcome = register.outcome("r1")
            assert outcome is not None
            assert outcome.state == "interrupted"


def test_a_register_held_too_long_is_a_fault_and_nothing_is_lost(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    with Register.open(database, clock=clock) as holder, Register.open(database, clock=clock) as register:
        def hold() -> None:
            with pytest.raises(RegisterFault, match=r"held by another process for 0\.05 seconds"), register.run("r1", {}):
                pytest.fail("the body ran")
        holder._store.transact(hold)
        assert register.append("key", {}).seq == 1
        with holder.turn("weekly"):
            register.append("key", {})


def test_a_run_may_be_idle_longer_than_the_server_allows(database: str, server: psycopg.Connection[Any]) -> None:
    with Register.open(f"{database}&options=-cidle_session_timeout%3D50", clock=clock) as register, register.run("r1", {}) as record:
        time.sleep(0.2)
        record.complete({})


# --- pipelines ------------------------------------------------------------------------------------------------------


def weekly(made: Project, *more: object) -> Any:
    return made.lapipe("run", "moodle_weekly_activity", *more)


def test_a_pipeline_runs_on_a_register_in_postgresql(database: str, writer: str, tmp_path: Path) -> None:
    made = project(tmp_path)
    done = weekly(made, "--register", writer, "--run-id", "r1")
    assert (done.code, done.err) == (0, "")
    assert weekly(made, "--register", writer, "--run-id", "r1").out.startswith("Run r1 completed before")
    assert "completed" in made.lapipe("register", "list", "--register", writer).out
    shown = made.lapipe("register", "verify", "--register", database)
    assert (shown.code, shown.err) == (0, "")
    assert "Assurance: chain." in shown.out
    checked = made.lapipe("verify", "out/weekly_activity", "--register", writer)
    assert (checked.code, checked.err) == (0, "")


def test_a_pipeline_without_its_register_reads_nothing(tmp_path: Path) -> None:
    made = project(tmp_path)
    done = weekly(made, "--register", f"postgresql://someone:{SECRET}@127.0.0.1:1/register")
    assert (done.code, done.err.count("\n")) == (5, 1)
    assert done.err.startswith("lapipe: LP601 The register postgresql://127.0.0.1:1/register cannot be reached")
    assert SECRET not in done.out + done.err
    assert not made.out.exists()
    assert not made.runs.exists() or not any(made.runs.iterdir())


@pytest.mark.parametrize("there", [True, False], ids=["the end was written", "the end was not written"])
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_what_the_ledger_remembers_of_a_run_that_nobody_could_settle_is_settled_by_the_next(
        there: bool, backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statistic that may be out stays remembered until the register is asked: a later one must not be subtracted from it."""
    made = project(tmp_path)
    url = str(made.register) if backend == "sqlite" else str(request.getfixturevalue("database"))
    real = RunRecord.complete

    def complete(self: RunRecord, body: Any) -> Any:
        if there:
            real(self, body)
        # The connection is gone, so the end of the run cannot be written as failed either.
        self._register._end = lambda *_: None  # type: ignore[method-assign]
        raise Unsettled("the answer was lost", rule="LP601")

    ledger = made.root / ".lapipe" / "ledger"
    remembered = lambda: {path.parent.parent.name for path in ledger.glob("*/*/about.json")} | {path.parent.name for path in ledger.glob("*/*/about.json")}
    with monkeypatch.context() as lost:
        lost.setattr(RunRecord, "complete", complete)
        done = weekly(made, "--register", url, "--run-id", "r1")
        assert (done.code, "the answer was lost" in done.err) == (5, True)
    assert "r1" in remembered()
    assert list(made.out.glob(".staging-*"))
    second = weekly(made, "--register", url, "--run-id", "r2")
    assert (second.code, second.err) == (0, "")
    assert ("r1" in remembered()) is there
    assert not list(made.out.glob(".staging-*"))
    # A week that is out is not released again; one that never was is.
    assert ("nothing new" in second.out) is there
    weeks = {path.parent.parent.parent.name for path in made.out.glob("weekly_activity/*/*/manifest.json")}
    assert len(list(made.out.glob(f"weekly_activity/*/{'r1' if there else 'r2'}/manifest.json"))) == 1, weeks
    assert made.lapipe("verify", "out/weekly_activity", "--register", url).code == 0


def test_of_a_run_whose_end_nobody_could_settle_the_next_run_settles_what_is_released(
        database: str, tmp_path: Path, server: psycopg.Connection[Any]) -> None:
    """The server says completed and its answer is lost: the releases are kept, and shown by the next run."""
    made = project(tmp_path)
    script = ("from lapipe.register import Unsettled, RunRecord\n"
              "real = RunRecord.complete\n"
              "def complete(self, body):\n"
              "    real(self, body)\n"
              "    raise Unsettled('the answer was lost', rule='LP601')\n"
              "RunRecord.complete = complete\n"
              "from lapipe.cli import main\n"
              "sys.argv[1:] = sys.argv[2:]\n"
              "os.chdir(sys.argv.pop(1))\n"
              "main()\n")
    with start_python(script, "-", made.root, "run", "moodle_weekly_activity", "--register", database, "--run-id", "r1", "--keys", made.ring) as process:
        _, err = process.communicate(timeout=120)
    assert process.returncode == 5, err
    assert list(made.out.glob(".staging-*"))
    done = weekly(made, "--register", database, "--run-id", "r1")
    assert (done.code, done.err) == (0, "")
    assert not list(made.out.glob(".staging-*"))
    assert made.lapipe("verify", "out/weekly_activity", "--register", database).code == 0
