"""`lapipe retain` on a real PostgreSQL and a real MariaDB: rows past their term go in batches, and nothing else goes, killed anywhere."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lapipe.purpose import Duration
from lapipe.retention import DONE
from tests.conftest import KILLS
from tests.retained import TODAY, Small, killed_anywhere, small
from tests.test_databases import Server
from tests.test_databases import server as server  # the fixture, for both servers

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EVENT = "{{name: log, form: table, column: at, term: {term}, anchor: event{more}}}"


def declare(made: Small, server: Server, term: str = "P1Y", more: str = "", **stores: str) -> None:
    made.declare([EVENT.format(term=term, more=more)], stores={"log": server.url("log"), **{name: server.url(table) for name, table in stores.items()}})


def numbers(server: Server, table: str = "log") -> list[int]:
    with server.connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table}")
        return sorted(int(row[0]) for row in cursor.fetchall())


#: The types that a moment may have: in PostgreSQL, in MariaDB, how it is written there, and its clock.
TYPES: dict[str, tuple[str, str, Any, str]] = {
    "date": ("date", "date", lambda at: at.astimezone(AMSTERDAM).date().isoformat(), ""),
    "local": ("timestamp", "datetime", lambda at: f"{at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M:%S}", ""),
    "zoned": ("timestamptz", "timestamp NULL", lambda at: at, ""),
    "seconds": ("bigint", "bigint", lambda at: int(at.timestamp()), "seconds"),
    "milliseconds": ("bigint", "bigint unsigned", lambda at: int(at.timestamp() * 1000), "milliseconds"),
}


@pytest.fixture
def made(tmp_path: Path) -> Small:
    return small(tmp_path)


@pytest.mark.parametrize("written", TYPES)
def test_no_row_past_its_term_remains_and_no_younger_row_is_lost(server: Server, made: Small, written: str) -> None:
    postgres, mariadb, value_of, clock = TYPES[written]
    with server.connection.cursor() as cursor:
        if server.system == "mariadb":
            cursor.execute("SET SESSION time_zone = '+00:00'")
        cursor.execute(f"CREATE TABLE log (id bigint PRIMARY KEY, at {postgres if server.system == 'postgresql' else mariadb})")
    draw = random.Random(written)
    for round, (term, today) in enumerate([("P1Y", date(2025, 2, 28)), ("P1M", date(2025, 3, 1)), ("P1M", date(2026, 3, 30)), ("P1D", date(2026, 10, 26)), ("P1Y", TODAY)]):
        server.run("DELETE FROM log")
        first = Duration.parse(term).first_kept(today)
        rows: list[tuple[int, datetime | None]] = []
        for number in range(120):
            day = first + timedelta(days=draw.randint(-3, 3) if number % 3 else draw.randint(-900, 300))
            rows.append((number, datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC) + timedelta(minutes=draw.choice((0, 1, 59, 119, 180, 23 * 60)))))
        rows.append((500, None))
        with server.connection.cursor() as cursor:
            for number, at in rows:
                value = None if at is None else value_of(at)
                if server.system == "mariadb" and isinstance(value, datetime):
                    value = f"{value:%Y-%m-%d %H:%M:%S}"
                cursor.execute("INSERT INTO log VALUES (%s, %s)", (number, value))
            if clock:
                cursor.execute("INSERT INTO log VALUES (501, 0)")
        declare(made, server, term, f", clock: {clock}" if clock else "")
        made.retain(today)
        kept = [number for number, at in rows if at is None or Duration.parse(term).after(at.astimezone(AMSTERDAM).date()) >= today]
        assert numbers(server) == sorted([*kept, *([501] if clock else [])]), round
        with made.register(today) as register:
            (item,) = made.keeper(register, today).items()
            assert (item.past, item.undated, item.rows) == (0, 2 if clock else 1, len(numbers(server)))
            bodies = [entry.body for entry in register.entries() if entry.kind == DONE]
            assert bodies[-1]["oldest left"] == str(min(at.astimezone(AMSTERDAM).date() for number, at in rows if at and number in kept))


def filled(server: Server) -> Counter[int]:
    server.run("DROP TABLE IF EXISTS log", "CREATE TABLE log (id integer PRIMARY KEY, at date, txt varchar(200))")
    with server.connection.cursor() as cursor:
        rows = [(number, TODAY - timedelta(days=number % 700)) for number in range(1400)]
        cursor.execute("INSERT INTO log VALUES " + ", ".join(f"({number}, '{day}', '{'x' * 150}')" for number, day in rows))
    return Counter(number for number, day in rows if day >= date(2025, 11, 24))


def test_kill_9_anywhere_never_loses_a_young_row_nor_keeps_an_old_one(server: Server, made: Small) -> None:
    kept: Counter[int] = Counter()

    def prepare() -> None:
        kept.clear()
        kept.update(filled(server))

    declare(made, server)
    assert killed_anywhere(made, prepare, lambda: _same(server, kept)) >= KILLS // 10


def _same(server: Server, kept: Counter[int]) -> None:
    assert Counter(numbers(server)) == kept


@pytest.mark.parametrize("key", ["id integer PRIMARY KEY", "id integer", "id varchar(20) PRIMARY KEY", "id integer, two integer DEFAULT 1, PRIMARY KEY (id, two)"])
def test_batches_go_over_every_row_whatever_the_key(server: Server, made: Small, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from lapipe.retention import tables

    monkeypatch.setattr(tables, "BATCH", 7)
    monkeypatch.setattr(tables, "PAGES", 1)
    server.run(f"CREATE TABLE log ({key}, at date)")
    with server.connection.cursor() as cursor:
        for number in range(60):
            cursor.execute("INSERT INTO log (id, at) VALUES (%s, %s)", (number, "2020-01-01" if number % 2 else "2026-11-01"))
    declare(made, server)
    made.retain()
    assert numbers(server) == list(range(0, 60, 2))


def test_a_partitioned_table_of_postgresql_is_gone_over_whole(server: Server, made: Small) -> None:
    if server.system != "postgresql":
        pytest.skip("MariaDB's partitions are one table to every statement")
    server.run("CREATE TABLE log (id integer, at date) PARTITION BY RANGE (at)",
               *(f"CREATE TABLE log_{year} PARTITION OF log FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')" for year in (2024, 2025, 2026)),
               "INSERT INTO log VALUES (1, '2024-05-01'), (2, '2025-05-01'), (3, '2025-12-01'), (4, '2026-01-01')")
    declare(made, server)
    made.retain()
    assert numbers(server) == [3, 4]


def test_rows_go_by_the_end_of_their_course_and_never_while_they_are_young_themselves(server: Server, made: Small) -> None:
    stamp = {day: int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2024, 5, 1), (2026, 10, 1), (2026, 7, 1))}
    old, young, lately = stamp.values()
    server.run("CREATE TABLE log (id integer, course integer, at bigint)", "CREATE TABLE courses (course integer, ended bigint)",
               f"INSERT INTO courses VALUES (1, {old}), (2, {lately}), (4, {old}), (4, 0), (5, 0), (6, NULL)",
               f"INSERT INTO log VALUES (10, 1, {old}), (11, 1, {young}), (20, 2, {old}), (30, 3, {old}), (40, 4, {old}), (50, 5, {old}), (60, 6, {old}), (70, NULL, {old})")
    made.declare(["{name: log, form: table, column: at, clock: seconds, term: P1Y, anchor: course_end, ends: {data: courses, key: course, matches: course, column: ended, clock: seconds}}"],
                 stores={"log": server.url("log"), "courses": server.url("courses")})
    made.retain()
    assert numbers(server) == [11, 20, 30, 40, 50, 60, 70]
    # Seconds where milliseconds are declared: no course has ended.
    server.run(f"INSERT INTO log VALUES (80, 1, {old})")
    organisation = made.root / "schemas" / "organisation.yaml"
    organisation.write_text(organisation.read_text().replace("column: enddate, clock: seconds", "").replace("column: ended, clock: seconds", "column: ended, clock: milliseconds"))
    made.retain()
    assert 80 in numbers(server)


def test_a_rows_key_and_the_key_of_the_ends_each_have_their_own_name(server: Server, made: Small) -> None:
    old, lately = (int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2024, 5, 1), (2026, 7, 1)))
    # As Moodle has it: the submissions with the ids of ended courses belong to one that runs, and the other way round.
    server.run("CREATE TABLE log (id integer, course integer, at bigint)", "CREATE TABLE courses (id integer, enddate bigint)",
               f"INSERT INTO courses VALUES (1, {old}), (2, {lately})", f"INSERT INTO log VALUES (1, 2, {old}), (2, 1, {old}), (3, 1, {old}), (4, 2, {old}), (5, 9, {old})")
    stores = {"log": server.url("log"), "courses": server.url("courses")}
    term = ("{{name: log, form: table, column: at, clock: seconds, term: P1Y, anchor: course_end, "
            "ends: {{data: courses, key: {key}, matches: {matches}, column: enddate, clock: seconds}}}}")
    for key, matches, place in (("course", "course", "courses"), ("courses", "id", "log")):
        made.declare([term.format(key=key, matches=matches)], stores=stores)
        (item,) = made.plan(made.root / "plan.json")
        assert f"has no column '{key}'" in item.obstacle
        assert place in item.obstacle
    made.declare([term.format(key="course", matches="id")], stores=stores)
    made.retain()
    assert numbers(server) == [1, 4, 5]


@pytest.mark.parametrize("how", ["view", "cascade", "text", "wrong unit", "far future", "no column", "no table", "no clock"])
def test_what_cannot_be_told_or_would_reach_further_is_refused_and_nothing_goes(server: Server, made: Small, how: str) -> None:
    kind = {"text": "varchar(20)", "wrong unit": "bigint", "no clock": "bigint"}.get(how, "date")
    server.run(f"CREATE TABLE base (id integer PRIMARY KEY, at {kind})")
    value = {"text": "'01/02/2020'", "wrong unit": "1577836800000", "no clock": "1577836800", "far future": "'9999-12-31'"}.get(how, "'2020-01-01'")
    server.run(f"INSERT INTO base VALUES (1, {value})", *(["INSERT INTO base VALUES (2, '2020-01-01')"] if how == "far future" else []))
    if how == "cascade":
        server.run("CREATE TABLE other (base_id integer, FOREIGN KEY (base_id) REFERENCES base (id) ON DELETE CASCADE)", "INSERT INTO other VALUES (1)")
    if how == "view":
        server.run("CREATE VIEW log AS SELECT * FROM base")
    column = "when_" if how == "no column" else "at"
    made.declare([f"{{name: log, form: table, column: {column}, term: P1Y, anchor: event{', clock: seconds' if how == 'wrong unit' else ''}}}"],
                 stores={"log": server.url({"view": "log", "no table": "nothing"}.get(how, "base"))})
    (item,) = made.plan(made.root / "plan.json")
    rule = {"view": "LP513", "cascade": "LP513", "no column": "has no column", "no table": "there is no"}.get(how, "LP512")
    assert rule in item.obstacle
    assert "2020" not in item.obstacle
    (outcome,) = made.apply(made.root / "plan.json")
    assert outcome.passed_over == f"could not be looked at: {item.obstacle}"
    assert numbers(server, "base") == ([1, 2] if how == "far future" else [1])


def test_a_server_that_does_not_answer_is_told_and_the_rest_goes_on(made: Small) -> None:
    made.release("r1", TODAY - timedelta(days=1))
    made.declare([EVENT.format(term="P1Y", more="")], stores={"log": "postgresql://nobody:secret@127.0.0.1:1/none?table=log"})
    outcomes = made.retain()
    assert [(outcome.item.what, outcome.deleted, outcome.passed_over[:22]) for outcome in outcomes] == [("release", 1, ""), ("table", 0, "could not be looked at")]
    with made.register() as register:
        item = next(each for each in made.keeper(register).items() if each.what == "table")
    assert "cannot be reached" in item.obstacle
    assert "secret" not in repr(item)
