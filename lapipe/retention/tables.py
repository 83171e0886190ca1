"""Rows of a database's table past their term: counted, and deleted in batches, each in a transaction of its own."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from lapipe.errors import EngineFault, Refused, UsageFault
from lapipe.purpose import DataTerm
from lapipe.readers.database import (
    MySQL,
    Place,
    driver,
    is_database,
    place_of,
    postgres_columns,
    postgres_fault,
    postgres_name,
    quoted,
)
from lapipe.retention.days import FIRST, LAST, Cut, strange

#: About how many rows of MySQL, and pages of 8 kB of PostgreSQL, one transaction goes over: others wait that long for a row at most.
BATCH, PAGES = 20_000, 1000

_GRANT = "have SELECT and DELETE granted on it"

#: What becomes of what was going on when the connection is lost.
_UNDONE = "what was not finished is undone"

#: Seconds that a server may take to answer at all.
_PATIENCE = 15

T = TypeVar("T")
_DAYS, _LOCAL, _INSTANT = ("date",), ("timestamp without time zone", "datetime"), ("timestamp with time zone", "timestamp")
_COUNTED = ("smallint", "integer", "bigint", "int", "mediumint", "bigint unsigned", "int unsigned", "mediumint unsigned")


@dataclass(frozen=True)
class Look:
    """A table: its rows, how many are past their term or have no day, and its oldest day now and without those."""

    rows: int
    past: int
    undated: int
    oldest: date | None
    left: date | None


class Table(Protocol):
    """A table under a term, over one connection."""

    def look(self, cut: Cut) -> Look:
        """Count, in one statement."""

    def delete(self, cut: Cut) -> Iterator[int]:
        """Delete batch by batch; give of each how many rows went, once that is on the server's disk."""

    def close(self) -> None:
        """End the connection."""


def open_table(url: str, declared: DataTerm, ends: str = "") -> Table:
    """Open the table at a URL; `ends` is the URL of the table that the days of courses or graduations stand in, on the same server.

    Raises:
        UsageFault: the URL, account, table or column is wrong, or the two tables are not in one database.
        Refused: it is a view, a deletion in it would reach other tables (LP513), or its column tells no days (LP512).
        EngineFault: the server cannot be reached.
    """
    if not is_database(url):
        raise UsageFault(f"Data '{declared.name}' is a table; write in lapipe.toml where it is as postgresql:// or mysql://...?table=TABLE.")
    place = place_of(url)
    if any("%" in name for name in (place.table, place.schema, declared.column)):
        raise UsageFault(f"Data '{declared.name}': a table or column with % in its name cannot be put under a term; make it another name.")
    other = place_of(ends) if ends else None
    if other is not None and other.url != place.url:
        raise UsageFault(f"Data '{declared.name}' and '{declared.ends.data if declared.ends else ''}' are not in one database; a row and the end it waits for are "
                         "looked at in one statement, so they must be.")
    return _Postgres(place, declared, other) if place.system == "PostgreSQL" else _MySQL(place, declared, other)


class _Column:
    """How a column of days is compared, as its type in the database says."""

    def __init__(self, name: str, type: str, clock: str, declared: DataTerm, *, zoned_text: bool) -> None:
        self.name, self.clock, self.type = name, clock, type
        self.counted = type in _COUNTED
        if self.counted != bool(clock) or not (self.counted or type in (*_DAYS, *_LOCAL, *_INSTANT)):
            raise strange(declared.name, name)
        self._zoned_text = zoned_text

    def bound(self, cut: Cut, day: date) -> int | str:
        """Give the first moment of a day as the column writes it."""
        if self.counted:
            return Cut(day, cut.zone, self.clock).counted(day)
        if self.type in _INSTANT:
            return f"{Cut(day, cut.zone).moment:%Y-%m-%d %H:%M:%S}" + ("+00" if self._zoned_text else "")
        return day.isoformat() if self.type in _DAYS else f"{day.isoformat()} 00:00:00"

    def day(self, cut: Cut, value: Any) -> date | None:
        """Give the local day of a value as the driver gives it."""
        if value is None:
            return None
        if self.counted:
            return Cut(cut.day, cut.zone, self.clock).day_of(int(value))
        if self.type in _INSTANT:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value)[:19]).replace(tzinfo=UTC)
            return moment.astimezone(ZoneInfo(cut.zone)).date()
        return date.fromisoformat(str(value)[:10])


class _Statements:
    """The conditions of a term in SQL; names are quoted, values are handed to the driver apart."""

    def __init__(self, table: str, column: str, own: _Column, ends: tuple[str, str, str, str, _Column] | None) -> None:
        self.table, self._own, self._column, self._ends = table, own, column, ends

    def none(self) -> str:
        """Say that a row has no day; a nought where it counts, and 0000-00-00, mean that."""
        return self._none(self._column, self._own)

    @staticmethod
    def _none(column: str, told: _Column) -> str:
        if told.counted:
            return f"({column} IS NULL OR {column} = 0)"
        return f"({column} IS NULL OR {column} = 0)" if not told._zoned_text else f"({column} IS NULL)"

    def past(self, cut: Cut) -> tuple[str, list[Any]]:
        """Say that a row is past its term: by its own day, and by every end that stands under its key."""
        words, values = f"({self._column} < %s AND NOT {self.none()}", [self._own.bound(cut, cut.day)]
        if self._ends is not None:
            table, key, mine, end, told = self._ends
            words += (f" AND EXISTS (SELECT 1 FROM {table} e WHERE e.{key} = {mine}) AND NOT EXISTS (SELECT 1 FROM {table} e WHERE e.{key} = {mine} "
                      f"AND ({self._none(f'e.{end}', told)} OR NOT e.{end} < %s OR e.{end} < %s))")
            # An end that nobody meant, such as seconds read as milliseconds, is none.
            values += [told.bound(cut, cut.day), told.bound(cut, FIRST)]
        return f"{words})", values

    def counts(self, cut: Cut) -> tuple[str, list[Any]]:
        """Count rows, those past their term, those without a day, oldest days, and days that nobody meant."""
        past, values = self.past(cut)
        column, none = self._column, self.none()
        strange = f"NOT {none} AND ({column} < %s OR {column} >= %s)"
        query = (f"SELECT count(*), sum(CASE WHEN {past} THEN 1 ELSE 0 END), sum(CASE WHEN {none} THEN 1 ELSE 0 END), min(CASE WHEN NOT {none} THEN {column} END), "
                 f"min(CASE WHEN NOT {none} AND NOT {past} THEN {column} END), sum(CASE WHEN {strange} THEN 1 ELSE 0 END) FROM {self.table}")
        return query, [*values, *values, self._own.bound(cut, FIRST), self._own.bound(cut, LAST)]

    def look(self, row: Sequence[Any], cut: Cut, declared: DataTerm) -> Look:
        """Read what was counted; days that nobody meant are refused (LP512)."""
        rows, past, undated, oldest, left, odd = row
        if int(odd or 0):
            raise strange(declared.name, declared.column)
        return Look(int(rows), int(past or 0), int(undated or 0), self._own.day(cut, oldest), self._own.day(cut, left))


class _Asked(ABC):
    """What both servers do alike, over a connection and `_all`."""

    _connection: Any

    @abstractmethod
    def _all(self, query: str, values: Sequence[Any] | None) -> list[Any]:
        """Ask, and give every row."""

    def _one(self, query: str, values: Sequence[Any]) -> Any:
        rows = self._all(query, values)
        return rows[0][0] if rows else None

    def close(self) -> None:
        """See `Table.close`."""
        with contextlib.suppress(Exception):
            self._connection.close()


def _column_of(columns: Sequence[tuple[str, str]], name: str, clock: str, declared: DataTerm, place: Place, *, zoned_text: bool) -> _Column:
    types = dict(columns)
    if not types:
        raise UsageFault(f"Data '{declared.name}': there is no {place.shown}, or the account may not see it. Give it as table=SCHEMA.TABLE.")
    if name not in types:
        raise UsageFault(f"Data '{declared.name}': {place.shown} has no column '{name}' (it has: {', '.join(types)}).")
    return _Column(name, types[name], clock, declared, zoned_text=zoned_text)


def _reaches(declared: DataTerm, place: Place) -> Refused:
    return Refused(f"Data '{declared.name}': deleting rows of {place.shown} would change or delete rows of other tables as well, by a foreign key's ON DELETE. Only what "
                   "is under a term goes: give that table a term of its own, and take the ON DELETE away.", rule="LP513")


class _Postgres(_Asked):
    """PostgreSQL. A range of pages at a time: no part of the table is read twice, however it is indexed."""

    def __init__(self, place: Place, declared: DataTerm, ends: Place | None) -> None:
        self._psycopg = driver("psycopg", "postgres", "PostgreSQL")
        url = place.url.replace("postgres://", "postgresql://", 1)
        self._connection: Any = self._told(lambda: self._psycopg.connect(url, connect_timeout=_PATIENCE, application_name="lapipe", autocommit=True))
        self._told(lambda: self._connection.execute("SET datestyle = ISO; SET timezone = 'UTC'; SET client_encoding = 'UTF8'; SET lock_timeout = '60s'"))
        self._place, self._declared = place, declared
        try:
            self._checked(place, declared, ends)
        except BaseException:
            self.close()
            raise

    def columns(self, place: Place) -> list[tuple[str, str]]:
        """Give the table's columns and their types in the database, in order."""
        return [(str(column), str(type)) for column, type in self._all(postgres_columns(place), None)]

    def _told(self, call: Callable[[], T]) -> T:
        """Map an error to one of ours: the driver's own may hold an account or a value."""
        state: str | None = None
        try:
            return call()
        except self._psycopg.Error as error:
            state = error.sqlstate or ("url" if isinstance(error, self._psycopg.ProgrammingError) else "")
        raise postgres_fault(state, needs=_GRANT, when_lost=_UNDONE)

    def _checked(self, place: Place, declared: DataTerm, ends: Place | None) -> None:
        name = postgres_name(place)
        own = _column_of(self.columns(place), declared.column, declared.clock, declared, place, zoned_text=True)
        kind = self._one("SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)", (name,))
        if kind not in ("r", "p"):
            raise Refused(f"Data '{declared.name}': {place.shown} is no table but a view or a foreign table; name the table itself.", rule="LP513")
        self._leaves = [name] if kind == "r" else [str(row[0]) for row in self._all(
            "SELECT relid::regclass::text FROM pg_partition_tree(to_regclass(%s)) WHERE isleaf", (name,))]
        reached = self._one("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confdeltype IN ('c', 'n', 'd') AND confrelid = to_regclass(%s)", (name,))
        if reached:
            raise _reaches(declared, place)
        told = None
        if ends is not None and declared.ends is not None:
            other = self.columns(ends)
            end = _column_of(other, declared.ends.column, declared.ends.clock, declared, ends, zoned_text=True)
            _known(other, declared.ends.matches, declared, ends)
            _known(self.columns(place), declared.ends.key, declared, place)
            told = (postgres_name(ends), quoted(declared.ends.matches), "t." + quoted(declared.ends.key), quoted(declared.ends.column), end)
        self._own, self._told_ends, self._name = own, told, name

    def _statements(self, table: str) -> _Statements:
        return _Statements(table, "t." + quoted(self._declared.column), self._own, self._told_ends)

    def look(self, cut: Cut) -> Look:
        """See `Table.look`."""
        only = "ONLY " if self._leaves == [self._name] else ""
        statements = self._statements(f"{only}{self._name} t")
        query, values = statements.counts(cut)
        rows = self._all(query, values)
        return statements.look(rows[0], cut, self._declared)

    def delete(self, cut: Cut) -> Iterator[int]:
        """See `Table.delete`."""
        for leaf in self._leaves:
            past, values = self._statements(leaf).past(cut)
            pages = int(self._one("SELECT pg_relation_size(to_regclass(%s)) / current_setting('block_size')::int", (leaf,)) or 0)
            for first in range(0, pages + 1, PAGES):
                # Without parameters, so that the planner sees a range of pages.
                within = f"t.ctid >= '({first},0)'::tid AND t.ctid < '({first + PAGES},0)'::tid"
                cursor = self._told(lambda within=within, leaf=leaf, past=past, values=values:  # type: ignore[misc]
                                    self._connection.execute(f"DELETE FROM ONLY {leaf} t WHERE {within} AND {past}", values))
                yield cursor.rowcount

    def _all(self, query: str, values: Sequence[Any] | None) -> list[Any]:
        return list(self._told(lambda: self._connection.execute(query, values).fetchall()))


def _known(columns: Sequence[tuple[str, str]], name: str, declared: DataTerm, place: Place) -> None:
    if name not in dict(columns):
        raise UsageFault(f"Data '{declared.name}': {place.shown} has no column '{name}' (it has: {', '.join(dict(columns))}).")


class _MySQL(_Asked, MySQL):
    """MySQL and MariaDB. A range of the primary key at a time where it is one column; else as many rows as a batch has."""

    needs, when_lost = _GRANT, _UNDONE

    def __init__(self, place: Place, declared: DataTerm, ends: Place | None) -> None:
        super().__init__(place)
        self._place, self._declared = place, declared
        try:
            self._checked(place, declared, ends)
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute("SET SESSION time_zone = '+00:00', SESSION sql_mode = '', SESSION innodb_lock_wait_timeout = 60")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        self._connection.autocommit(False)

    def _checked(self, place: Place, declared: DataTerm, ends: Place | None) -> None:
        own = _column_of(self.columns(place), declared.column, declared.clock, declared, place, zoned_text=False)
        at = (place.schema or self._database, place.table)
        kind = self._one("SELECT table_type FROM information_schema.tables WHERE table_schema = %s AND table_name = %s", at)
        if kind != "BASE TABLE":
            raise Refused(f"Data '{declared.name}': {place.shown} is no table but a view; name the table itself.", rule="LP513")
        reached = self._one("SELECT count(*) FROM information_schema.referential_constraints WHERE unique_constraint_schema = %s AND referenced_table_name = %s "
                            "AND delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')", at)
        if int(reached or 0):
            raise _reaches(declared, place)
        told = None
        if ends is not None and declared.ends is not None:
            other = self.columns(ends)
            end = _column_of(other, declared.ends.column, declared.ends.clock, declared, ends, zoned_text=False)
            _known(other, declared.ends.matches, declared, ends)
            _known(self.columns(place), declared.ends.key, declared, place)
            told = (self._named(ends), _ticked(declared.ends.matches), f"{self._named(place)}.{_ticked(declared.ends.key)}", _ticked(declared.ends.column), end)
        self._own, self._told_ends, self._name = own, told, self._named(place)
        keys = self._all("SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = %s AND table_name = %s AND constraint_name = 'PRIMARY'", at)
        self._key = _ticked(keys[0][0]) if len(keys) == 1 else ""
        self._connection.rollback()

    def _named(self, place: Place) -> str:
        return f"{_ticked(place.schema or self._database)}.{_ticked(place.table)}"

    def look(self, cut: Cut) -> Look:
        """See `Table.look`."""
        statements = _Statements(self._name, f"{self._name}.{_ticked(self._declared.column)}", self._own, self._told_ends)
        query, values = statements.counts(cut)
        rows = self._all(query, values)
        self._connection.rollback()
        return statements.look(rows[0], cut, self._declared)

    def delete(self, cut: Cut) -> Iterator[int]:
        """See `Table.delete`."""
        past, values = _Statements(self._name, f"{self._name}.{_ticked(self._declared.column)}", self._own, self._told_ends).past(cut)
        if not self._key:
            while gone := self._deleted(f"DELETE FROM {self._name} WHERE {past} LIMIT {BATCH}", values):
                yield gone
            return
        first = self._one(f"SELECT min({self._key}) FROM {self._name}", ())
        while first is not None:
            following = self._one(f"SELECT {self._key} FROM {self._name} WHERE {self._key} >= %s ORDER BY {self._key} LIMIT 1 OFFSET {BATCH}", (first,))
            until = "" if following is None else f" AND {self._key} < %s"
            yield self._deleted(f"DELETE FROM {self._name} WHERE {self._key} >= %s{until} AND {past}", [first, *([] if following is None else [following]), *values])
            first = following

    def _deleted(self, query: str, values: Sequence[Any]) -> int:
        def work() -> int:
            with self._connection.cursor() as cursor:
                count = int(cursor.execute(query, values))
            self._connection.commit()
            return count
        return self._told(work)

    def _all(self, query: str, values: Sequence[Any] | None) -> list[Any]:
        def work() -> list[Any]:
            with self._connection.cursor() as cursor:
                cursor.execute(query, values)
                return list(cursor.fetchall())
        return self._told(work)


def _ticked(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def delete_rows(table: Table, cut: Cut, expected: int) -> int:
    """Delete what is past its term, until nothing of it is left; give how many rows.

    Raises:
        EngineFault: rows are still there after going over the table three times, or more went than was reviewed.
    """
    gone = 0
    for _ in range(3):
        for count in table.delete(cut):
            gone += count
            if gone > expected:
                raise EngineFault("More rows came past their term while they were deleted than were reviewed; the rest stays. Plan again.")
        if table.look(cut).past == 0:
            return gone
    raise EngineFault("Rows past their term are written while they are deleted; stop what writes them, and give the command again.")
