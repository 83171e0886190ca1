"""Tables of a real PostgreSQL and a real MariaDB as sources: read as the contract says, in one snapshot, with nothing of them in any message."""

from __future__ import annotations

import importlib
import os
import re
import secrets
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest

from lapipe.contract import Column, Contract, Reading
from lapipe.errors import ContractBroken, EngineFault, LapipeError, UsageFault
from lapipe.readers import database
from lapipe.readers.database import Databases
from lapipe.register import Register
from tests.conftest import missing
from tests.projects import CANARY, TODAY, WEEKLY, cells, expected, leaks, project

POSTGRES = os.environ.get("LAPIPE_POSTGRES", "postgresql:///test?host=/var/run/postgresql")
MARIADB = os.environ.get("LAPIPE_MARIADB", "mariadb://root@127.0.0.1:3306/")


@dataclass(frozen=True)
class Server:
    """A schema or database of one's own on a server."""

    system: str
    connection: Any
    schema: str

    def run(self, *statements: str) -> None:
        """Change it."""
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def url(self, table: str) -> str:
        """Give the URL of a table."""
        if self.system == "postgresql":
            return f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}table={self.schema}.{table}"
        return f"{MARIADB}{self.schema}?table={table}"


@contextmanager
def made(system: str) -> Iterator[Server]:
    name = f"lapipe_db_{secrets.token_hex(5)}"
    if system == "postgresql":
        import psycopg

        connection: Any = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
        start, end = f"CREATE SCHEMA {name}; SET search_path = {name}", f"SET client_min_messages = error; DROP SCHEMA {name} CASCADE"
    else:
        pymysql: Any = importlib.import_module("pymysql")
        place = urlsplit(MARIADB)
        connection = pymysql.connect(host=place.hostname, port=place.port or 3306, user=place.username, autocommit=True, connect_timeout=5, sql_mode="")
        start, end = f"CREATE DATABASE {name} CHARACTER SET utf8mb4", f"DROP DATABASE {name}"
    with closing(connection):
        server = Server(system, connection, name)
        server.run(start)
        if system == "mariadb":
            connection.select_db(name)
        try:
            yield server
        finally:
            server.run(end)


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    import psycopg

    pymysql: Any = importlib.import_module("pymysql")

    unreachable = False
    try:
        with made(request.param):
            pass
    except (psycopg.OperationalError, pymysql.err.OperationalError):
        unreachable = True
    if unreachable:
        missing(f"no {request.param} that tests may make schemas in")
    with made(request.param) as found:
        yield found


def contract(*columns: Column, **reading: Any) -> Contract:
    return Contract("log", version="1", columns=columns, reading=Reading(**reading))


def read(server: Server, declared: Contract, folder: Path, *wanted: str) -> dict[str, list[Any]]:
    with closing(Databases()) as databases:
        found = databases.read(server.url("log"), declared, wanted or declared.names, folder)
    return dict(pq.read_table(found.paths[0]).to_pydict())


def test_only_the_wanted_columns_are_read_and_every_value_comes_as_it_is(server: Server, tmp_path: Path) -> None:
    texts = ["a", "", None, 'quo"te', "two\nlines\r\n", "comma, é 😀", "\\N", "NULL"]
    server.run("CREATE TABLE log (id bigint, txt text, at timestamp NULL, bsn varchar(20))")
    with server.connection.cursor() as cursor:
        for number, text in enumerate(texts):
            cursor.execute("INSERT INTO log VALUES (%s, %s, %s, %s)", (2**62 + number, text, "2026-03-29 12:00:00", CANARY))
    declared = contract(Column("id", "integer"), Column("txt"), Column("at", "timestamp", zone="Europe/Amsterdam"), Column("bsn"))
    found = read(server, declared, tmp_path, "id", "txt")
    assert list(found) == ["id", "txt"]
    assert dict(zip(found["id"], found["txt"], strict=True)) == {2**62 + number: text for number, text in enumerate(texts)}
    assert CANARY.encode() not in next(tmp_path.glob("*.parquet")).read_bytes()


def test_one_column_alone_keeps_its_nulls_and_its_empty_texts(server: Server, tmp_path: Path) -> None:
    server.run("CREATE TABLE log (txt text)", "INSERT INTO log VALUES (NULL), (''), (NULL), ('a')")
    assert sorted(read(server, contract(Column("txt")), tmp_path)["txt"], key=str) == ["", None, None, "a"]


def test_an_undeclared_column_refuses_the_run_though_nobody_wants_it(server: Server, tmp_path: Path) -> None:
    server.run("CREATE TABLE log (id bigint, secret text)")
    with pytest.raises(ContractBroken, match="LP202.*undeclared: 'secret'"):
        read(server, contract(Column("id", "integer")), tmp_path)


@pytest.mark.parametrize("value", ["none", "null"])
def test_a_date_that_is_none_is_refused_or_null_as_the_contract_says(server: Server, tmp_path: Path, value: str) -> None:
    spelt = "infinity" if server.system == "postgresql" else "0000-00-00"
    server.run("CREATE TABLE log (born date)", f"INSERT INTO log VALUES ('2001-02-28'), ('{spelt}')")
    if value == "null":
        assert read(server, contract(Column("born", "date", nulls=(spelt,))), tmp_path)["born"][1] is None
        return
    with pytest.raises(ContractBroken, match="LP204.*in 1 rows column 'born'"):
        read(server, contract(Column("born", "date")), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_moment_becomes_the_contracts_local_time_and_a_decimal_its_own_sign(server: Server, tmp_path: Path) -> None:
    zoned, moment = ("timestamptz", "2026-07-01 10:00:00+00") if server.system == "postgresql" else ("timestamp", "2026-07-01 10:00:00")
    if server.system == "mariadb":
        server.run("SET time_zone = '+00:00'")
    server.run(f"CREATE TABLE log (at {zoned}, mark numeric(5,2))", f"INSERT INTO log VALUES ('{moment}', 7.25)")
    found = read(server, contract(Column("at", "timestamp", zone="Europe/Amsterdam"), Column("mark", "number"), decimal=",", thousands="."), tmp_path)
    assert str(found["at"][0]) == "2026-07-01 12:00:00"
    assert found["mark"] == ["7,25"]


def test_two_tables_of_one_server_are_read_in_one_snapshot(server: Server, tmp_path: Path) -> None:
    server.run("CREATE TABLE log (id bigint)", "CREATE TABLE people (id bigint)", "INSERT INTO log VALUES (1)", "INSERT INTO people VALUES (1)")
    declared = contract(Column("id", "integer"))
    with closing(Databases()) as databases:
        databases.read(server.url("log"), declared, ["id"], tmp_path)
        server.run("INSERT INTO people VALUES (2)")
        found = databases.read(server.url("people"), declared, ["id"], tmp_path)
    assert pq.read_table(found.paths[0]).num_rows == 1


def test_a_table_without_snapshots_is_refused(server: Server, tmp_path: Path) -> None:
    if server.system == "postgresql":
        return
    server.run("CREATE TABLE log (id bigint) ENGINE=MyISAM")
    with pytest.raises(ContractBroken, match="LP216"):
        read(server, contract(Column("id", "integer")), tmp_path)


def kill(server: Server) -> None:
    """End the connections that read."""
    if server.system == "postgresql":
        server.run("SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n "
                   f"ON n.oid = c.relnamespace WHERE n.nspname = '{server.schema}' AND l.pid <> pg_backend_pid()")
    else:
        with server.connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM information_schema.processlist WHERE db = '{server.schema}' AND id <> connection_id()")
            for (number,) in cursor.fetchall():
                cursor.execute(f"KILL {number}")


def test_a_connection_lost_between_rows_leaves_no_file(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.run("CREATE TABLE log (txt varchar(1000))", f"INSERT INTO log VALUES ('{CANARY * 100}')",
               *["INSERT INTO log SELECT * FROM log"] * 15)
    monkeypatch.setattr("lapipe.readers.database._BYTES", 100_000)
    monkeypatch.setattr("lapipe.readers.database._ROWS", 100)
    typed, calls = database._typed, []

    def once(*given: Any) -> Any:
        if not calls:
            kill(server)
        calls.append(1)
        return typed(*given)

    monkeypatch.setattr(database, "_typed", once)
    with pytest.raises(EngineFault, match="connection was lost") as caught:
        read(server, contract(Column("txt")), tmp_path)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert not list(tmp_path.iterdir())


def test_a_connection_lost_in_the_middle_is_one_sentence(server: Server, tmp_path: Path) -> None:
    server.run("CREATE TABLE log (id bigint)", "INSERT INTO log VALUES (1)")
    declared = contract(Column("id", "integer"))
    with closing(Databases()) as databases:
        databases.read(server.url("log"), declared, ["id"], tmp_path)
        kill(server)
        with pytest.raises(EngineFault, match="connection was lost; nothing is released"):
            databases.read(server.url("log"), declared, ["id"], tmp_path)


@pytest.mark.parametrize("url", [
    "postgresql://ann:kanarie@127.0.0.1:1/db?table=t", "mysql://ann:kanarie@127.0.0.1:1/db?table=t", "postgresql://ann:kanarie@h/db",
    "mysql://ann:kanarie@h/?table=t", "postgresql://ann:kan[arie@h/db?table=t", "mysql://ann:kanarie@h/db?table=t&other=1",
    "postgresql://ann:kanarie@h/db?table=t&nonsense=kanarie", "postgresql://ann:kanarie@h:port/db?table=t",
])
def test_a_password_is_in_no_message(url: str, tmp_path: Path) -> None:
    databases = Databases()
    with pytest.raises(LapipeError) as caught:
        databases.read(url, contract(Column("id")), ["id"], tmp_path)
    told = "".join(traceback.format_exception(caught.value, chain=True)) + repr(databases)
    lines = [line for line in told.splitlines() if not line.lstrip().startswith(("databases.read", "File"))]
    assert "arie" not in "\n".join(lines)
    assert caught.value.__context__ is None


def test_no_such_table_is_said(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="there is no .* table"):
        read(server, contract(Column("id")), tmp_path)


def test_a_whole_pipeline_over_three_tables_gives_what_it_gives_over_files(server: Server, tmp_path: Path) -> None:
    made = project(tmp_path, TODAY)
    quote = '"' if server.system == "postgresql" else "`"
    for name, table in made.tables.items():
        columns = ", ".join(f"{quote}{column}{quote} text" for column in table.header)
        server.run(f"CREATE TABLE {name} ({columns})")
        with server.connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(table.header))})", [tuple(row) for row in table.rows])
    done = made.go({name: server.url(name) for name in made.tables})
    assert cells(done.read("weekly_activity")) == expected()
    said = made.said()
    assert not leaks(said)
    assert b"root@" not in said


# --- a whole Moodle --------------------------------------------------------------------------------------------------

#: How much of its log is read: a million rows where all tests are asked for.
LOG_ROWS = 1_000_000 if os.environ.get("LAPIPE_ALL") == "1" else 60_000

MOODLE_PURPOSE = """
columns:
  moodle_logstore: {userid: pseudonym, courseid: full, component: full, timecreated: week}
  moodle_user: {id: inside, idnumber: inside}
  objection: {student_number: inside, purpose: inside, state: inside}
"""


def test_a_moodle_of_a_million_log_rows_is_read_minimised_and_released_as_sql_counts_it(server: Server, tmp_path: Path) -> None:
    from lapipe import Pipeline
    from lapipe.contract import load_contract
    from lapipe.purpose import load_purpose
    from lapipe.stages import Flag, Generalise, Join, Minimise, Object, Pseudonymise, Release, Retain, Validate
    from tests.moodle_database import statements
    from tests.test_ledger import PURPOSE

    server.run(*statements(server.system, LOG_ROWS))
    made = project(tmp_path, TODAY)
    tables = made.root / "schemas" / "tables"
    text = PURPOSE.format(name="moodle_use").replace("credits in bands", "component").replace("\ncolumns:", MOODLE_PURPOSE + "old:", 1)
    path = made.root / "schemas" / "purposes" / "moodle_use.yaml"
    path.write_text(re.sub(r"(?ms)^old:.*?(?=^k:)", "", text), encoding="utf-8")
    sources = {"events": "mdl_logstore_standard_log", "users": "mdl_user", "objections": "objections"}
    pipeline = Pipeline(load_purpose(path, floor=10), {name: load_contract(tables / f"{contract}.odcs.yaml") for name, contract in (
        ("events", "moodle_logstore"), ("users", "moodle_user"), ("objections", "objection"))}, (
        Minimise(), Validate(), Join("users", on="userid", key="id"), Object("objections"), Retain("timecreated"), Pseudonymise({"userid": "student"}),
        Generalise({"timecreated": "week"}, names={"timecreated": "week"}), Flag(), Release("moodle_use")))
    done = made.go({name: server.url(table) for name, table in sources.items()}, pipeline=pipeline, run_id="r1")
    with server.connection.cursor() as cursor:
        cursor.execute("SELECT courseid, count(*), count(DISTINCT userid) FROM mdl_logstore_standard_log WHERE userid <> 0 AND userid NOT IN (7, 14, 21, 28, 35) GROUP BY courseid")
        expected = {course: (rows, people) for course, rows, people in cursor.fetchall()}
    frame = done.read("moodle_use")
    assert {int(course): (len(group), group["student"].nunique()) for course, group in frame.groupby("courseid")} == expected
    with Register.open(made.register, clock=lambda: None) as register:  # type: ignore[arg-type, return-value]
        read = {str(entry.body["source"]): entry.body for entry in register.entries(run="r1") if entry.kind == "source"}
    assert read["events"]["rows"] == LOG_ROWS
    assert (read["events"]["columns_read"], read["users"]["columns_read"]) == (["component", "userid", "courseid", "timecreated"], ["id", "idnumber"])
    assert not leaks(made.said())
    assert not [path for path in made.runs.rglob("*") if path.is_file()]


def test_the_session_that_reads_can_change_nothing(server: Server, tmp_path: Path) -> None:
    server.run("CREATE TABLE log (id bigint)", "INSERT INTO log VALUES (1)")
    databases = Databases()
    databases.read(server.url("log"), contract(Column("id", "integer")), ["id"], tmp_path)
    (opened,) = databases._servers.values()
    statement = f"INSERT INTO {server.schema}.log VALUES (2)"
    with opened._connection.cursor() as cursor, pytest.raises(Exception, match=r"(?i)read.only"):  # type: ignore[attr-defined]
        cursor.execute(statement)
    databases.close()


def test_choices_come_in_from_a_table_all_or_none(server: Server, tmp_path: Path) -> None:
    from lapipe.choices import cases
    from tests.test_subjects import spellings

    made = project(tmp_path, TODAY)
    made.export("students").chmod(0o600)
    server.run("CREATE TABLE choices (identifier varchar(20), state varchar(20), received date)",
               f"INSERT INTO choices VALUES ('{spellings(3)[0]}', 'upheld', '2026-11-02'), ('{spellings(4)[2]}', NULL, '2026-11-03'), ('Kanarievogel', NULL, '2026-11-03')")
    words = ("subject", "object", "--purpose", WEEKLY, "--from", server.url("choices"))
    refused = made.lapipe(*words)
    assert (refused.code, "LP501 1 of 3 rows" in refused.err) == (4, True)
    server.run("DELETE FROM choices WHERE received = '2026-11-03' AND state IS NULL AND identifier LIKE 'Kanarie%'")
    assert [made.lapipe(*words).out for _ in range(2)] == ["Recorded 2 objections.\n"] * 2
    with Register.open(made.register, clock=lambda: None) as register:  # type: ignore[arg-type, return-value]
        assert sorted(case.state for case in cases(register)) == ["received", "upheld"]
    server.run("ALTER TABLE choices ADD COLUMN remark varchar(20)")
    assert made.lapipe(*words).code == 2
    assert not leaks(made.said())
