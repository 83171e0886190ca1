"""Releases into a real PostgreSQL: whole or not at all, as the files are, with what they are written beside them."""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg.rows import dict_row

import lapipe.pipeline as running
from lapipe.choices import cases
from lapipe.custody import rotate
from lapipe.errors import EngineFault, LapipeError, Refused, UsageFault
from lapipe.keys import KeyRing
from lapipe.project import load_project
from lapipe.register import Register
from lapipe.release import missing as missing_releases
from lapipe.release import verify_release
from lapipe.retention import Keeper, Outcome, read_plan, write_plan
from lapipe.sink import MANIFESTS, Sink, Table, checked, name_of, tables
from tests import test_forum_posts as forum
from tests.conftest import KILLS, POSTGRES, missing
from tests.projects import MOODLE_IDS, PEOPLE, STUDENT_NUMBERS, TODAY, WEEKLY, Project, leaks, project
from tests.test_custody import allow_relinking
from tests.test_subjects import OFFICER, Desks


@dataclass(frozen=True)
class Database:
    """A database of one's own."""

    name: str
    url: str

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.url, autocommit=True, row_factory=dict_row)

    def all(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.connect() as connection:
            return connection.execute(query, values or None).fetchall()  # type: ignore[call-overload, no-any-return]

    def tables(self) -> set[str]:
        """Give the tables and views that somebody made."""
        return {f"{row['schemaname']}.{row['name']}" for row in self.all(
            "SELECT schemaname, tablename AS name FROM pg_tables UNION ALL SELECT schemaname, viewname FROM pg_views") if row["schemaname"] == WEEKLY}

    def table(self, name: str) -> list[dict[str, Any]]:
        return self.all(f'SELECT * FROM {WEEKLY}."{name}"')


@pytest.fixture
def base() -> Iterator[Database]:
    name = f"lapipe_sink_{secrets.token_hex(5)}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        connection = None
    if connection is None:
        missing("no PostgreSQL at LAPIPE_POSTGRES that tests may make a database in")
    with connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        info = connection.info
        try:
            yield Database(name, f"postgresql:///{name}?host={info.host}&port={info.port}&user={info.user}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path, TODAY)


def rows_of(path: Path) -> list[str]:
    return sorted(map(repr, (list(row.values()) for row in pq.read_table(path / "data.parquet").to_pylist())))


def test_a_release_is_a_table_with_the_same_rows_and_its_manifest_beside_it(made: Project, base: Database) -> None:
    run = made.go(run_id="r1", to=base.url)
    assert base.tables() == {f"{WEEKLY}.{name}" for name in ("weekly_activity", "weekly_activity@r1", "moodle_activity", "moodle_activity@r1", MANIFESTS)}
    for name in ("weekly_activity", "moodle_activity"):
        for shown in (name, f"{name}@r1"):
            assert sorted(map(repr, (list(row.values()) for row in base.table(shown)))) == rows_of(run.path(name))
    said = {row["release"]: row for row in base.table(MANIFESTS)}
    for name, row in said.items():
        assert row["manifest"] == (run.path(name) / "manifest.json").read_text("utf-8")
        assert (row["run"], str(row["erase_by"]), row["table"]) == ("r1", "2028-11-24", f"{name}@r1")
    comments = {row["name"]: row["text"] for row in base.all(
        f"SELECT relname AS name, obj_description(oid, 'pg_class') AS text FROM pg_class WHERE relnamespace = '{WEEKLY}'::regnamespace AND relkind IN ('r', 'v')")}
    for name in ("weekly_activity", "weekly_activity@r1"):
        assert all(part in comments[name] for part in ("erase by 2028-11-24", "fewer than k = 10", "run r1", "withheld groups", "onderwijsanalisten"))
    assert "personal data: yes" in comments["moodle_activity@r1"]
    columns = {row["attname"]: row["text"] for row in base.all(
        f"SELECT attname, col_description(attrelid, attnum) AS text FROM pg_attribute WHERE attrelid = '{WEEKLY}.\"moodle_activity@r1\"'::regclass AND attnum > 0")}
    assert "pseudonym" in columns["student"]
    with Register.open(made.register, clock=lambda: None) as register:  # type: ignore[arg-type, return-value]
        known = tables(register)
        assert {(table.schema, table.name) for table in known.values()} == {(WEEKLY, "weekly_activity@r1"), (WEEKLY, "moodle_activity@r1")}
        assert all(base.name in table.server and "user" not in table.server for table in known.values())


def test_the_same_run_id_twice_gives_one_release_and_another_run_moves_the_view(made: Project, base: Database) -> None:
    made.go(run_id="r1", to=base.url)
    before = base.tables()
    assert made.go(run_id="r1", to=base.url).repeated
    assert base.tables() == before
    made.go(run_id="r2", to=base.url)
    assert base.tables() - before == {f"{WEEKLY}.moodle_activity@r2"}, "a week is released once; rows about people are a release each time"
    (view,) = base.all(f"SELECT definition FROM pg_views WHERE schemaname = '{WEEKLY}' AND viewname = 'moodle_activity'")
    assert "moodle_activity@r2" in view["definition"]
    made.go(run_id="files")
    with pytest.raises(UsageFault, match="another run id"):
        made.go(run_id="files", to=base.url)


@pytest.mark.parametrize("when", ["copy", "ready"])
def test_a_connection_that_is_lost_while_writing_leaves_no_table_and_no_file(made: Project, base: Database, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    real = getattr(Sink, "_copy" if when == "copy" else "ready")
    calls: list[int] = []

    def killed(self: Sink, *given: Any) -> Any:
        calls.append(1)
        if len(calls) == (2 if when == "copy" else 1):
            base.all("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lapipe'")
        return real(self, *given)

    monkeypatch.setattr(Sink, "_copy" if when == "copy" else "ready", killed)
    with pytest.raises(EngineFault, match="connection was lost") as caught:
        made.go(run_id="r1", to=base.url)
    monkeypatch.undo()
    assert caught.value.__context__ is None
    assert base.tables() == set()
    assert not [path for path in made.out.rglob("*") if path.is_file()]
    made.go(run_id="r1", to=base.url)
    assert f"{WEEKLY}.moodle_activity@r1" in base.tables()


def test_a_connection_that_is_lost_after_the_register_has_the_end_is_made_good_by_the_same_run_id(made: Project, base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Sink.commit

    def killed(self: Sink) -> None:
        base.all("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lapipe'")
        real(self)

    monkeypatch.setattr(Sink, "commit", killed)
    with pytest.raises(EngineFault, match="LP618 Run r1 is completed.*--run-id r1"):
        made.go(run_id="r1", to=base.url)
    monkeypatch.undo()
    assert base.tables() == set()
    done = made.go(run_id="r1", to=base.url)
    assert done.repeated
    for name in ("weekly_activity", "moodle_activity"):
        assert sorted(map(repr, (list(row.values()) for row in base.table(name)))) == rows_of(done.path(name))


def test_killed_anywhere_the_database_has_all_of_a_run_or_nothing_and_never_more_than_the_register(made: Project, base: Database) -> None:
    made.lapipe("keys", "list")
    for number in range(int(os.environ.get("LAPIPE_KILLS", "6"))):
        run = f"k{number}"
        going = made.start("run", WEEKLY, "--run-id", run, "--to", base.url)
        time.sleep(1.5 + 0.35 * number)
        going.signal(signal.SIGKILL)
        going.wait()
        there = {name for name in base.tables() if name.endswith(f"@{run}")}
        with Register.open(made.register, clock=running.Options().clock) as register:
            outcome = register.outcome(run)
        if outcome is None or outcome.state != "completed":
            assert not there, "nothing appears of a run that the register does not know as completed"
    done = made.lapipe("run", WEEKLY, "--run-id", "last", "--to", base.url)
    assert (done.code, done.err) == (0, "")
    with Register.open(made.register, clock=running.Options().clock) as register:
        known = {f"{table.schema}.{table.name}" for table in tables(register).values()}
    assert {name for name in base.tables() if "@" in name} == known, "the next run puts there what a killed one had completed"
    assert not leaks(made.said())


def test_every_type_comes_as_it_is(base: Database, tmp_path: Path) -> None:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    rows: dict[str, tuple[pa.DataType, list[Any]]] = {
        'quo"te %s {x} é': (pa.string(), ["", None, 'a "b", c\r\nd\\N', "\\.", "=1+1"]),
        "whole": (pa.int64(), [2**63 - 1, None, -(2**63), 0, 7]),
        "small": (pa.int32(), [2**31 - 1, None, -5, 0, 1]),
        "huge": (pa.uint64(), [2**64 - 1, None, 0, 1, 2]),
        "mark": (pa.decimal128(18, 3), [Decimal("7.250"), None, Decimal("-123456789012345.678"), Decimal("0.001"), Decimal("10.000")]),
        "day": (pa.date32(), [date(2024, 2, 29), None, date(1999, 12, 31), date(2026, 1, 1), date(1, 1, 1)]),
        "local": (pa.timestamp("us"), [datetime(2026, 3, 29, 2, 30), None, datetime(2026, 10, 25, 2, 30, 0, 1), datetime(1970, 1, 1), datetime(2038, 1, 20)]),
        "moment": (pa.timestamp("us", "UTC"), [datetime(2026, 3, 29, 1, 30, tzinfo=UTC), None, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC),
                                               datetime(2038, 1, 20, tzinfo=UTC)]),
        "yes": (pa.bool_(), [True, None, False, True, False]), "real": (pa.float64(), [0.1, None, 1e300, -0.0, 5e-324]),
    }
    for name, (type, values) in [*rows.items(), ("all", (pa.string(), [])), ("null", (pa.string(), [None, None, ""]))]:
        chosen = rows if name == "all" else {name: (type, values)}
        folder = tmp_path / name.replace('"', "")
        folder.mkdir()
        table = pa.table({column: pa.array(held, kind) for column, (kind, held) in chosen.items()})
        pq.write_table(table, folder / "data.parquet")
        manifest = {"release": "types", "run": f"r{len(name)}{name[:1]}", "pipeline": "a pipeline's \"name\"", "rows": table.num_rows, "kind": "pseudonyms", "personal_data": "yes",
                    "purpose": {"name": "p", "title": {}}, "recipients": [], "erase_by": "2028-01-01", "k": 10, "withheld": "", "periods": [], "created": f"{len(name):02}",
                    "columns": [{"name": column, "kind": "plain", "detail": "", "unit": "", "label": {"en": "it's \\ a {label} %s"}} for column in table.column_names]}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        sink = Sink(base.url)
        placed = sink.put("a pipeline's \"name\"", folder)
        sink.commit()
        assert sink.differing(placed, folder) == 0
        quoted = placed.schema.replace('"', '""')
        with base.connect() as connection:
            found = connection.execute(f'SELECT * FROM "{quoted}"."{placed.name}"').fetchall()  # type: ignore[call-overload]
        expected = table.to_pylist()
        assert [list(row.values()) for row in found] == [list(row.values()) for row in expected]
        if name == "all":
            assert sink.manifest(placed) == json.dumps(manifest)
        sink.close()


def test_what_is_not_lapipes_is_left_alone(made: Project, base: Database) -> None:
    with base.connect() as connection:
        connection.execute(f"CREATE SCHEMA {WEEKLY}")
        connection.execute(f"CREATE TABLE {WEEKLY}.weekly_activity (mine int)")
    with pytest.raises(Refused, match="LP618 .*something else"):
        made.go(run_id="r1", to=base.url)
    assert base.tables() == {f"{WEEKLY}.weekly_activity"}


def test_only_the_named_reader_may_read(made: Project, base: Database) -> None:
    role = f"lapipe_reader_{secrets.token_hex(4)}"
    with base.connect() as connection:
        connection.execute(f"CREATE ROLE {role}")  # type: ignore[call-overload]
        try:
            with pytest.raises(UsageFault, match="no such role"):
                made.go(run_id="r0", to=f"{base.url}&reader={role}x")
            made.go(run_id="r1", to=f"{base.url}&reader={role}")
            may = connection.execute("SELECT relname, has_table_privilege(%s, oid, 'SELECT') AS reads, has_table_privilege(%s, oid, 'DELETE') AS deletes FROM pg_class "
                                     "WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'v')", (role, role, WEEKLY)).fetchall()
            assert len(may) == 5
            assert all((row["reads"], row["deletes"]) == (True, False) for row in may)
        finally:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")  # type: ignore[call-overload]


@pytest.mark.parametrize("url", ["mysql://ann:kanarie@h/db", "postgresql://ann:kanarie@h", "postgresql://ann:kan[arie@h/db", "postgresql://ann:kanarie@h/db?table=x",
                                 "postgresql://ann:kanarie@127.0.0.1:1/db", "postgresql://ann:kanarie@h/db?nonsense=kanarie"])
def test_a_password_is_in_no_message(url: str) -> None:
    with pytest.raises(LapipeError) as caught:
        Sink(checked(url))
    assert "arie" not in str(caught.value)
    assert caught.value.__context__ is None


def test_names_that_are_too_long_end_in_a_hash_and_stay_apart() -> None:
    one, other = name_of("r" * 64, "x" * 60 + "1"), name_of("r" * 64, "x" * 60 + "2")
    assert one != other
    assert max(len(one.encode()), len(other.encode())) <= 63
    assert name_of("a", "b") == "a@b"


def test_a_profile_names_the_database_and_production_asks_for_approval_whoever_logs_in(made: Project, base: Database) -> None:
    with (made.root / "lapipe.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'[profiles.prod]\nregister = "elsewhere"\nout = "elsewhere-out"\nto = "{base.url}"\n')
    assert load_project(made.root, "prod").profile.to == base.url
    assert base.name not in repr(load_project(made.root, "prod").profile)
    refused = made.lapipe("run", WEEKLY, "--to", base.url.replace("user=", "application_name=x&user="))
    assert (refused.code, "LP109" in refused.err) == (4, True)
    made.edit("lapipe.toml", 'out = "out"', f'out = "out"\nto = "{base.url}"')
    made.edit("lapipe.toml", f'out = "elsewhere-out"\nto = "{base.url}"', 'out = "elsewhere-out"')
    done = made.lapipe("run", WEEKLY, "--run-id", "r1", "--format", "json")
    assert done.code == 0
    assert {each["table"]["table"] for each in json.loads(done.out)["releases"]} == {"weekly_activity@r1", "moodle_activity@r1"}
    assert Table("s", "a", "b").shown == '"a"."b" of s'


# --- people ----------------------------------------------------------------------------------------------------------


def on_disk(base: Database) -> bytes:
    """Give the bytes of a pipeline's tables, of their statistics and of what the server keeps beside them, as they lie on disk."""
    with base.connect() as connection:
        connection.execute("CHECKPOINT")
        connection.execute("ANALYZE")
        connection.execute("VACUUM FULL pg_catalog.pg_statistic")
        paths = [row["path"] for row in connection.execute(
            "SELECT pg_relation_filepath(oid) AS path FROM pg_class WHERE (relnamespace = %s::regnamespace OR relname = 'pg_statistic') AND relkind IN ('r', 't')"
            " AND pg_relation_filepath(oid) IS NOT NULL", (WEEKLY,)).fetchall()]
        return b"".join(bytes(connection.execute("SELECT pg_read_binary_file(%s) AS content", (path,)).fetchone()["content"]) for path in paths)  # type: ignore[index]


def test_a_person_is_found_exported_and_erased_in_the_table_too(made: Project, base: Database) -> None:
    made.export("students").chmod(0o600)
    for run in ("r1", "r2"):
        made.go(run_id=run, to=base.url, ledger=made.root / ".lapipe" / "ledger")
    who = 3
    with Desks(made, databases=[base.url]) as desk:
        person = desk.person([("", f"s{STUDENT_NUMBERS[who]}")])
        mine = {str(each.of([form])[0]) for domain, form in person.forms.items() for each in KeyRing.open(made.ring).every(purpose=WEEKLY, domain=domain)}
        before = base.table("moodle_activity@r1")
        count = sum(row["student"] in mine for row in before)
        assert {each.in_table for each in desk.find(person).holding} == {(count, 0)}
        assert any(name.encode() in on_disk(base) for name in mine)
    # The files of one release are gone past their term, and its table was forgotten: it is found and erased all the same.
    shutil.rmtree(made.out / "moodle_activity" / "all" / "r2")
    with Desks(made, databases=[base.url]) as desk:
        with pytest.raises(Refused, match="LP501 Release moodle_activity of run r2 cannot be searched.*`lapipe subject gone moodle_activity/all/r2"):
            desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
        desk.gone("moodle_activity/all/r2", "privacy_officer")
        desk.export(person, made.base / "package", OFFICER, received=TODAY)
        package = json.loads((made.base / "package" / "package.json").read_text("utf-8"))
        assert [len(each["data"]) for each in package["releases"]] == [count, count]
        desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
        assert not desk.find(person).holding
    for run in ("r1", "r2"):
        assert sorted(map(repr, base.table(f"moodle_activity@{run}"))) == sorted(repr(row) for row in before if row["student"] not in mine)
    kept = on_disk(base)
    assert not [number for number, name in enumerate([*mine, str(STUDENT_NUMBERS[who]), str(MOODLE_IDS[who]), f"kanarie{who}@"]) if name.encode() in kept]
    assert any(str(row["student"]).encode() in kept for row in before if row["student"] not in mine)
    with Register.open(made.register, clock=running.Options().clock) as register:
        (erased,) = [entry.body for entry in register.entries() if entry.kind == "subject-erased"]
        assert [each["rows in table"] for each in erased["releases"]] == [count, count]  # type: ignore[union-attr, index, call-overload]
        assert "user" not in json.dumps(erased["releases"])
    manifest = json.loads(next(row for row in base.table(MANIFESTS) if row["table"] == "moodle_activity@r1")["manifest"])
    assert manifest["rewritten"][0]["why"] == "erasure"


@pytest.mark.parametrize("gone", [False, True], ids=["files and table", "table alone"])
def test_a_pseudonym_inside_the_text_of_another_goes_with_its_person(tmp_path: Path, base: Database, gone: bool) -> None:
    made = project(tmp_path)
    words = [word for source in forum.sources(made) for word in ("--source", source)]
    done = made.lapipe("run", forum.NAME, "--run-id", "f1", "--to", base.url, *words)
    assert done.code == 0, done.err
    folder = next(made.out.glob("forum_posts/**/manifest.json")).parent
    ring = KeyRing.open(made.ring)
    who, other = (ring.pseudonyms(purpose=forum.NAME, domain="moodle_user").of([forum.USERS[number][0]])[0] for number in (0, 2))
    before = pq.read_table(folder / "data.parquet").to_pylist()
    if gone:
        shutil.rmtree(folder)
        assert made.lapipe("subject", "gone", str(folder.relative_to(made.out)), "--role", "privacy_officer").code == 0
    given = (forum.USERS[0][0], "--domain", "moodle_user", "--no-map", "--database", base.url)
    found = made.lapipe("subject", "find", *given)
    assert "1 rows, 1 more that name them" in found.out or "2 rows, 1 more that name them" in found.out, found.out + found.err
    refused = made.lapipe("keys", "relink", folder)
    assert refused.code == (2 if gone else 4)
    assert gone or "has texts (message) in which pseudonyms of the key of before stand" in refused.err
    erased = made.lapipe("subject", "erase", *given, "--verified-by", "privacy_officer", "--ground", "withdrawn", "--to", made.base / "notices")
    assert erased.code == 0, erased.err
    rows = [row for row in before if row["student"] != str(who)]
    for after in [base.all(f'SELECT * FROM {forum.NAME}."forum_posts@f1"'), *([] if gone else [pq.read_table(folder / "data.parquet").to_pylist()])]:
        assert str(who) not in repr(after)
        assert str(other) in repr(after), "nobody else is taken out"
        assert sorted(repr(row) for row in after) == sorted(repr({**row, "message": row["message"] and row["message"].replace(f" {who}", "")}) for row in rows)
        assert any("Hoi [persoon], dat is vrijdag" in (row["message"] or "") for row in after)


def test_a_release_that_is_relinked_has_its_new_pseudonyms_in_its_table_too(made: Project, base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made.export("students").chmod(0o600)
    made.go(run_id="r1", to=base.url, ledger=made.root / ".lapipe" / "ledger")
    before = {row["student"] for row in base.table("moodle_activity@r1")}
    with Register.open(made.register, clock=running.Options().clock) as register:
        rotate(made.ring, register, today=TODAY, since=TODAY)
    allow_relinking(made)
    folder = made.out / "moodle_activity" / "all" / "r1"

    def lost(*_: Any) -> None:
        raise EngineFault("The connection was lost.")

    with Desks(made, databases=[base.url]) as desk:
        with monkeypatch.context() as patched:
            patched.setattr(Sink, "renew", lost)
            with pytest.raises(EngineFault, match="was lost"):
                desk.relink(folder)
        assert {row["student"] for row in base.table("moodle_activity@r1")} == before
        assert desk.relink(folder) == len(base.table("moodle_activity@r1")), "given again, it ends what was interrupted"
        after = {row["student"] for row in base.table("moodle_activity@r1")}
        assert after == set(pq.read_table(folder / "data.parquet").column("student").to_pylist())
        assert (len(after), after & before) == (len(before), set())
        with pytest.raises(UsageFault, match="already"):
            desk.relink(folder)


def test_an_erasure_whose_connection_is_lost_is_finished_by_doing_it_again(made: Project, base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made.export("students").chmod(0o600)
    made.go(run_id="r1", to=base.url, ledger=made.root / ".lapipe" / "ledger")
    before = len(base.table("moodle_activity"))
    with Desks(made, databases=[base.url]) as desk:
        person = desk.person([("", f"s{STUDENT_NUMBERS[3]}")])
        monkeypatch.setattr(Sink, "_copy", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
    monkeypatch.undo()
    assert len(base.table("moodle_activity")) == before, "the files were rewritten; the table is as it was, and holds the person"
    with Desks(made, databases=[base.url]) as desk:
        (holding,) = desk.find(person).holding
        assert not holding.in_files
        desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
        assert not desk.find(person).holding
    assert len(base.table("moodle_activity")) < before


def test_a_table_that_cannot_be_reached_stops_an_erasure_and_is_told(made: Project, base: Database) -> None:
    made.export("students").chmod(0o600)
    made.go(run_id="r1", to=base.url, ledger=made.root / ".lapipe" / "ledger")
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {base.name} RENAME TO {base.name}_away")  # type: ignore[call-overload]
        try:
            found = made.lapipe("subject", "find", f"s{STUDENT_NUMBERS[3]}")
            assert (found.code, "cannot be read (EngineFault); give its URL with --database" in found.out) == (0, True)
            refused = made.lapipe("subject", "erase", f"s{STUDENT_NUMBERS[3]}", "--verified-by", "privacy_officer", "--ground", "withdrawn")
            assert (refused.code, "LP501" in refused.err, "Nothing is erased" in refused.err) == (4, True, True)
        finally:
            connection.execute(f"ALTER DATABASE {base.name}_away RENAME TO {base.name}")  # type: ignore[call-overload]
    erased = made.lapipe("subject", "erase", f"s{STUDENT_NUMBERS[3]}", "--verified-by", "privacy_officer", "--ground", "withdrawn", "--database", base.url)
    assert (erased.code, erased.err) == (0, "")
    assert "and its table" in erased.out


#: A process that has imported everything and started no thread: it forks for each command, so that a hundred of them cost no hundred imports.
FORKER = """
import json, os, signal, sys, time
import duckdb, ibis.backends.duckdb, psycopg, pyarrow.compute, pyarrow.csv, pyarrow.parquet
import lapipe.cli, lapipe.cli.subjects, lapipe.register.sqlite, lapipe.subjects
for line in sys.stdin:
    delay, *words = json.loads(line)
    child = os.fork()
    if not child:
        code = 99
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(2):
                os.dup2(nothing, number)
            sys.argv = ["lapipe", *words]
            lapipe.cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            os._exit(code)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forker:
    """Gives commands of a project, and kills them after a while."""

    def __init__(self, made: Project) -> None:
        self._errors = (made.base / "forked.err").open("ab")
        self._process = subprocess.Popen([sys.executable, "-c", FORKER], cwd=made.root, env=made.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=self._errors, text=True)

    def __enter__(self) -> Forker:
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=60)
        self._errors.close()

    def __call__(self, *words: str, kill: float | None = None) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([kill, *words]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


#: How many erasures are killed, each of which is slow.
ERASURES = max(8, KILLS // 4) if KILLS < 100 else KILLS


def released(made: Project, run: str) -> list[str]:
    """Give the rows of a release, wherever a killed rewriting left its folder: at its place, or beside it as it was."""
    folder = made.out / "moodle_activity" / "all" / run
    if not folder.exists():
        (folder,) = [path for path in made.out.glob(".rewriting-*/old") if path.is_dir()]
    return sorted(repr(row) for row in pq.read_table(folder / "data.parquet").to_pylist())


def test_an_erasure_that_is_killed_at_any_moment_loses_and_doubles_no_row_of_others_and_ends(tmp_path: Path, base: Database) -> None:
    draw = random.Random(11)
    kills = rounds = 0
    took = 1.0
    while kills < ERASURES:
        run, rounds = f"r{rounds}", rounds + 1
        made = project(tmp_path / run, TODAY)
        made.export("students").chmod(0o600)
        made.go(run_id=run, to=base.url, ledger=made.root / ".lapipe" / "ledger")
        made.edit("lapipe.toml", 'out = "out"', f'out = "out"\nto = "{base.url}"')
        ring = KeyRing.open(made.ring)
        with Forker(made) as lapipe:
            for who in range(PEOPLE - 1):
                words = ("subject", "erase", f"s{STUDENT_NUMBERS[who]}", "--verified-by", "privacy_officer", "--ground", "withdrawn", "--to", str(made.base / "notices"))
                names = {str(each.of([form])[0]) for domain, form in (("moodle_user", str(MOODLE_IDS[who])), ("student_number", str(STUDENT_NUMBERS[who])))
                         for each in ring.every(purpose=WEEKLY, domain=domain)}
                before = released(made, run)
                others = [row for row in before if not any(name in row for name in names)]
                for _ in range(draw.choice((1, 2, 3)) if kills < ERASURES else 0):
                    if lapipe(*words, kill=draw.uniform(0.05, took)) == 0:
                        break
                    kills += 1
                    there = released(made, run)
                    assert there in (before, others), "a row of somebody else was lost or doubled"
                    assert sorted(map(repr, base.table(f"moodle_activity@{run}"))) in (before, others)
                began = time.perf_counter()
                assert lapipe(*words) == 0
                took = max(0.3, time.perf_counter() - began)
                assert released(made, run) == others
                assert sorted(map(repr, base.table(f"moodle_activity@{run}"))) == others
                if kills >= ERASURES:
                    break
        assert not list(made.out.glob(".rewriting*"))
        with Register.open(made.register, clock=running.Options().clock) as register:
            assert register.verify().findings == ()
            verify_release(made.out / "moodle_activity", today=TODAY, register=register)
            assert not [case for case in cases(register) if case.kind == "request" and case.due]
        assert not leaks((made.base / "forked.err").read_bytes())


@pytest.mark.parametrize("wait", [0.3, 1.8])
def test_an_erasure_beside_a_run_that_is_going_on_misses_nothing(made: Project, base: Database, wait: float) -> None:
    made.export("students").chmod(0o600)
    made.edit("lapipe.toml", 'out = "out"', f'out = "out"\nto = "{base.url}"')
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    before = len(base.table("moodle_activity"))
    going = made.start("run", WEEKLY, "--run-id", "r2")
    time.sleep(wait)
    erasing = made.start("subject", "erase", f"s{STUDENT_NUMBERS[3]}", "--verified-by", "privacy_officer", "--ground", "withdrawn", "--to", made.base / "notices")
    assert (going.wait().code, erasing.wait().code) == (0, 0)
    with Desks(made, today=datetime.now(UTC).date()) as desk:
        person = desk.person([("", f"s{STUDENT_NUMBERS[3]}")])
        found = desk.find(person)
        assert (found.holding, found.obstacles) == ([], [])
    assert {len(base.table(f"moodle_activity@{run}")) for run in ("r1", "r2")} == {len(released(made, "r1"))}
    assert len(released(made, "r1")) == len(released(made, "r2")) < before


def test_the_table_of_a_release_that_is_gone_is_told_and_dropped_and_the_view_shows_the_one_before(made: Project, base: Database) -> None:
    made.edit("lapipe.toml", 'out = "out"', f'out = "out"\nto = "{base.url}"')
    for run in ("r1", "r2"):
        assert made.lapipe("run", WEEKLY, "--run-id", run).code == 0
    shutil.rmtree(made.out / "moodle_activity" / "all" / "r2")
    told = made.lapipe("status")
    assert "moodle_activity/all/r2: its files are gone, and its table" in told.out
    assert made.lapipe("tables").out.count(", whose release is gone") == 1
    assert "  dropped\n" in made.lapipe("tables", "--drop-gone").out
    assert f"{WEEKLY}.moodle_activity@r2" not in base.tables()
    assert base.table("moodle_activity") == base.table("moodle_activity@r1")
    assert "its files are gone" not in made.lapipe("status").out
    assert "r2" not in made.lapipe("tables", "--drop-gone").out


def test_retention_drops_the_table_with_its_release_and_keeps_both_where_the_database_is_out_of_reach(made: Project, base: Database) -> None:
    made.edit("lapipe.toml", 'out = "out"', f'out = "out"\nto = "{base.url}"')
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    later = datetime(2029, 1, 15, tzinfo=UTC)

    def retained(number: int) -> list[Outcome]:
        named = load_project(made.root)
        with Register.open(named.profile.register, clock=lambda: later) as register:
            keeper = Keeper.of(named, register, later)
            write_plan(made.base / f"plan{number}", keeper, keeper.items())
            return keeper.apply(read_plan(made.base / f"plan{number}"), allowed=["releases", "ledger", "evidence"])

    # Of a server that is not there, nothing can be dropped: the files stay, and say so.
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {base.name} RENAME TO {base.name}_away")  # type: ignore[call-overload]
        try:
            lost = [outcome for outcome in retained(1) if outcome.item.what == "release"]
        finally:
            connection.execute(f"ALTER DATABASE {base.name}_away RENAME TO {base.name}")  # type: ignore[call-overload]
    assert [(outcome.deleted, bool(outcome.passed_over)) for outcome in lost] == [(0, True), (0, True)]
    assert (made.out / "moodle_activity" / "all" / "r1").is_dir()
    assert f"{WEEKLY}.moodle_activity@r1" in base.tables()
    assert [outcome.passed_over for outcome in retained(2) if outcome.item.what == "release"] == ["", ""]
    assert not list(made.out.glob("*/*/r1"))
    with Register.open(made.register, clock=lambda: later) as register:
        assert missing_releases(register, [made.out]) == {}, "what retention deleted stands in nobody's way"
    assert base.tables() == {f"{WEEKLY}.{MANIFESTS}"}
    assert made.lapipe("tables").out == "No release was put into a database.\n"


def test_a_table_that_was_dropped_is_not_put_there_again_and_the_reader_can_still_read(made: Project, base: Database) -> None:
    with base.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS lapipe_sink_reader")
        connection.execute("CREATE ROLE lapipe_sink_reader")
    try:
        for run in ("r1", "r2"):
            made.go(run_id=run, to=f"{base.url}&reader=lapipe_sink_reader")
        made.edit("lapipe.toml", 'out = "out"', f'out = "out"\nto = "{base.url}"')
        away = made.base / "away"
        shutil.move(made.out / "moodle_activity" / "all" / "r2", away)
        assert "  dropped\n" in made.lapipe("tables", "--drop-gone").out
        assert base.all(f"SELECT has_table_privilege('lapipe_sink_reader', '{WEEKLY}.moodle_activity', 'SELECT') AS may")[0]["may"]
        with pytest.raises(UsageFault, match="is not in .*: it was deleted, or released to another folder"):
            made.go(run_id="r2", to=base.url)
        shutil.move(away, made.out / "moodle_activity" / "all" / "r2")
        for run in ("r2", "r3"):
            made.go(run_id=run, to=base.url)
            assert f"{WEEKLY}.moodle_activity@r2" not in base.tables()
        assert f"{WEEKLY}.moodle_activity@r3" in base.tables()
    finally:
        with base.connect() as connection:
            connection.execute("DROP OWNED BY lapipe_sink_reader")
            connection.execute("DROP ROLE lapipe_sink_reader")
