"""Rows of a Parquet data set past their term: which files hold any, by their statistics, and those files written anew or deleted."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.errors import EngineFault, LapipeError, Refused
from lapipe.purpose import DataTerm
from lapipe.retention.days import FIRST, LAST, Cut, strange
from lapipe.retention.places import UNFINISHED, Root, Seen, changed

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: A text that is a day for certain, or a local moment; one with an offset could be another day here.
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]*)?$"

#: Rows that are in memory at a time.
_ROWS = 200_000


@dataclass(frozen=True)
class Part:
    """One file of a data set: its rows, how many are past their term or have no day, and its oldest day now and afterwards."""

    path: str
    rows: int
    past: int
    undated: int
    oldest: date | None
    left: date | None
    seen: Seen


@dataclass(frozen=True)
class Rows:
    """A Parquet data set under a term. `ended` gives, of each key, the last day of its course or study; None where there is no such condition."""

    root: Root
    declared: DataTerm
    ended: Mapping[Any, date | None] | None = field(default=None, repr=False)

    def look(self, cut: Cut) -> list[Part]:
        """Look at every file: only at its statistics where they tell enough."""
        return [self._part(path, cut) for path in self.root.files(self.declared.pattern)]

    def _part(self, path: str, cut: Cut) -> Part:
        with self._opened(path) as (file, seen):
            found = self._by_statistics(file, path, cut)
            if found is not None:
                oldest, newest, undated = found
                if oldest is None or oldest >= cut.day:
                    return Part(path, file.metadata.num_rows, 0, undated, oldest, oldest, seen)
                if newest is not None and newest < cut.day and self.ended is None:
                    past = file.metadata.num_rows - undated
                    return Part(path, file.metadata.num_rows, past, undated, oldest, None, seen)
            past = undated = 0
            oldest, left = None, None
            for table in self._batches(file, path, [self.declared.column, *self._key()]):
                gone, none, days = self._judged(table, path, cut)
                past, undated = past + gone.true_count, undated + none
                oldest, left = _least(oldest, _first(days, cut)), _least(left, _first(days.filter(_not(gone)), cut))
            return Part(path, file.metadata.num_rows, past, undated, oldest, left, seen)

    def delete(self, part: Part, cut: Cut) -> int:
        """Take the rows past their term out of one file, in one step, or the file when nothing else is in it; give how many.

        Raises:
            Refused: the file is no longer what was looked at (LP515), or a link (LP513).
        """
        import pyarrow.parquet as pq

        if part.past == part.rows:
            self.root.delete(part.path, part.seen)
            return part.past
        with self.root.folder(part.path) as (folder, name), self._opened(part.path) as (file, seen):
            if seen != part.seen:
                raise changed(self.root.path)
            temporary = f".{name}.{secrets.token_hex(4)}{UNFINISHED}"
            was = os.stat(name, dir_fd=folder, follow_symlinks=False)
            kept, finished = 0, False
            handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW, 0o600, dir_fd=folder)
            try:
                with os.fdopen(handle, "w+b", closefd=False) as stream:
                    codec = file.metadata.row_group(0).column(0).compression.lower()
                    schema = file.schema_arrow
                    with pq.ParquetWriter(stream, schema, compression="none" if codec == "uncompressed" else codec) as writer:
                        for table in self._batches(file, part.path, None, self._staying(file, cut)):
                            gone, _, _ = self._judged(table, part.path, cut)
                            left = table.filter(_not(gone))
                            kept += left.num_rows
                            if left.num_rows:
                                writer.write_table(left)
                    stream.flush()
                    written = pq.read_metadata(stream).num_rows
                if written != kept or kept != part.rows - part.past:
                    raise changed(self.root.path)
                with contextlib.suppress(PermissionError):
                    os.fchown(handle, was.st_uid, was.st_gid)
                os.fchmod(handle, was.st_mode & 0o777)
                os.fsync(handle)
                if Seen.of(os.stat(name, dir_fd=folder, follow_symlinks=False)) != part.seen:
                    raise changed(self.root.path)
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
                finished = True
                os.fsync(folder)
            finally:
                os.close(handle)
                if not finished:
                    with contextlib.suppress(OSError):
                        os.unlink(temporary, dir_fd=folder)
        return part.past

    def sweep(self) -> None:
        """Delete the unfinished files that a killed command left beside those of the data set."""
        for folder in {str(Path(path).parent) for path in self.root.files(self.declared.pattern)}:
            for path in (self.root.path / folder).glob(f".*{UNFINISHED}"):
                relative = str(path.relative_to(self.root.path))
                if re.search(r"\.[0-9a-f]{8}\.retain$", path.name):
                    self.root.delete(relative, Seen.of(self.root.look(relative)))

    # --- one file ---

    def _key(self) -> list[str]:
        return [self.declared.ends.key] if self.declared.ends else []

    @contextlib.contextmanager
    def _opened(self, path: str) -> Iterator[tuple[pq.ParquetFile, Seen]]:
        """Open a file by the name that was checked, and see that it has the columns; what Arrow says may hold a value and is kept out."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.root.look(path)
        handle, broken = -1, False
        fault: LapipeError | None = None
        with self.root.folder(path) as (folder, name):
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            seen = Seen.of(os.fstat(handle))
            with os.fdopen(handle, "rb", closefd=False) as stream, pq.ParquetFile(stream) as file:
                for wanted in (self.declared.column, *self._key()):
                    if wanted not in file.schema_arrow.names and f"{wanted}=" not in path:
                        raise Refused(f"Data '{self.declared.name}': a file has no column '{wanted}', by which its rows have a term; nothing of it is deleted.",
                                      rule="LP512")
                yield file, seen
        except (pa.ArrowException, OSError) as error:
            broken = True
            reason = type(error).__name__
        finally:
            os.close(handle)
        if broken:
            fault = EngineFault(f"Data '{self.declared.name}': a file below {self.root.path} cannot be read or written ({reason}); nothing of it is deleted.")
        if fault:
            raise fault

    def _batches(self, file: pq.ParquetFile, path: str, columns: list[str] | None, groups: list[int] | None = None) -> Iterator[pa.Table]:
        import pyarrow as pa

        there = None if columns is None else [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(_ROWS, columns=there, row_groups=groups):
            yield pa.Table.from_batches([batch])

    def _partition(self, path: str, column: str) -> str | None:
        found = re.search(rf"(?:^|/){re.escape(column)}=([^/]*)/", path)
        return found[1] if found else None

    def _judged(self, table: pa.Table, path: str, cut: Cut) -> tuple[pa.BooleanArray, int, pa.Array]:
        """Say which rows are past their term, how many have no day, and each row's value that its day is told by."""
        import pyarrow as pa
        import pyarrow.compute as pc

        name = self.declared.column
        if name in table.column_names:
            values = table.column(name).combine_chunks()
        else:
            values = pa.array([self._partition_day(path)] * table.num_rows, pa.date32())
        values = _days(values, cut, self.declared)
        gone = pc.fill_null(pc.less(values, _bound(values.type, cut)), False)
        if self.ended is not None and self.declared.ends is not None:
            keys = self._keys(table, path)
            over = [key for key, end in self.ended.items() if end is not None and end < cut.day]
            if over and all(isinstance(key, str) for key in over):
                keys = keys.cast(pa.string())  # in a CSV every key is a text
            try:
                gone = pc.and_(gone, pc.fill_null(pc.is_in(keys, value_set=pa.array(over, keys.type)), False))
                fitting = True
            except (pa.ArrowException, OverflowError, TypeError):
                fitting = False
            if not fitting:
                raise Refused(f"Data '{self.declared.name}': the key '{self.declared.ends.key}' is of another type than '{self.declared.ends.matches}' in '{self.declared.ends.data}'; nothing of "
                              "it is deleted.", rule="LP512")
        return gone, values.null_count, values

    def _keys(self, table: pa.Table, path: str) -> pa.Array:
        import pyarrow as pa

        assert self.declared.ends is not None
        key = self.declared.ends.key
        if key in table.column_names:
            return table.column(key).combine_chunks()
        return pa.array([self._partition(path, key)] * table.num_rows, pa.string())

    def _partition_day(self, path: str) -> date | None:
        text = self._partition(path, self.declared.column) or ""
        if text == "__HIVE_DEFAULT_PARTITION__":
            return None
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            with contextlib.suppress(ValueError):
                return date.fromisoformat(text)
        raise strange(self.declared.name, self.declared.column)

    def _kind_unsure(self, file: pq.ParquetFile) -> bool:
        """Say whether the column is of a type whose statistics do not tell days, such as text."""
        import pyarrow as pa

        kind = file.schema_arrow.field(self.declared.column).type
        return not (pa.types.is_date(kind) or pa.types.is_timestamp(kind) or (pa.types.is_integer(kind) and bool(self.declared.clock)))

    def _by_statistics(self, file: pq.ParquetFile, path: str, cut: Cut) -> tuple[date | None, date | None, int] | None:
        """Give oldest day, newest day and rows without one as the file's footer says; None where it does not say enough."""
        name = self.declared.column
        if name not in file.schema_arrow.names:
            day = self._partition_day(path)
            return day, day, 0 if day else file.metadata.num_rows
        if self._kind_unsure(file):
            return None
        oldest: date | None = None
        newest: date | None = None
        undated = 0
        for number in range(file.metadata.num_row_groups):
            found = _of_group(file.metadata.row_group(number), name, cut)
            if found is None:
                return None
            low, high, none = found
            undated += none
            oldest, newest = _least(oldest, low), high if newest is None or (high is not None and high > newest) else newest
        return oldest, newest, undated

    def _staying(self, file: pq.ParquetFile, cut: Cut) -> list[int]:
        """Give the row groups of which something may stay: those of which the footer says that all is past its term are not even read."""
        groups = range(file.metadata.num_row_groups)
        if self.ended is not None or self.declared.column not in file.schema_arrow.names or self._kind_unsure(file):
            return list(groups)
        return [number for number in groups if not _all_past(_of_group(file.metadata.row_group(number), self.declared.column, cut), cut)]


def _of_group(group: pq.RowGroupMetaData, name: str, cut: Cut) -> tuple[date | None, date | None, int] | None:
    """Give oldest day, newest day and rows without one of a row group as its statistics say; None where they do not say enough."""
    column = next((group.column(each) for each in range(group.num_columns) if group.column(each).path_in_schema == name), None)
    statistics = column.statistics if column is not None and column.is_stats_set else None
    if statistics is None or not statistics.has_null_count:
        return None
    if statistics.null_count == group.num_rows:
        return None, None, group.num_rows
    if not statistics.has_min_max or not isinstance(statistics.min, int | date | datetime):
        return None
    try:
        low, high = cut.day_of(statistics.min), cut.day_of(statistics.max)
    except (ValueError, OverflowError, OSError):
        return None
    # A nought that means "no day", or a strange year: the values themselves are looked at.
    if low is None or high is None or low < FIRST or high >= LAST:
        return None
    return low, high, int(statistics.null_count)


def _all_past(found: tuple[date | None, date | None, int] | None, cut: Cut) -> bool:
    return found is not None and found[1] is not None and found[1] < cut.day and not found[2]


def _days(values: pa.Array, cut: Cut, declared: DataTerm) -> pa.Array:
    """Give the values so that they compare with `_bound`; a text that is no day for certain, or a strange year, is refused (LP512)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        fine = pc.all(pc.match_substring_regex(values, _ISO)).as_py()
        values = pc.utf8_slice_codeunits(values, 0, 10) if fine is not False else values
        try:
            values = values.cast(pa.date32())
        except pa.ArrowInvalid:
            fine = False
        if fine is False:
            raise strange(declared.name, declared.column)
    elif pa.types.is_integer(kind) and declared.clock:
        values = pc.if_else(pc.equal(values, 0), pa.scalar(None, kind), values).cast(pa.int64())
    elif not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)) or declared.clock:
        raise strange(declared.name, declared.column)
    low, high = (_bound(values.type, Cut(day, cut.zone, declared.clock)) for day in (FIRST, LAST))
    if pc.any(pc.or_(pc.less(values, low), pc.greater_equal(values, high))).as_py():
        raise strange(declared.name, declared.column)
    return values


def _bound(kind: pa.DataType, cut: Cut) -> pa.Scalar:
    """Give the first moment that is kept as a value of a column's type."""
    import pyarrow as pa

    if pa.types.is_integer(kind):
        return pa.scalar(cut.counted(cut.day), kind)
    if pa.types.is_timestamp(kind):
        moment = cut.moment if kind.tz else datetime(cut.day.year, cut.day.month, cut.day.day)
        return pa.scalar(moment, pa.timestamp("us", kind.tz)).cast(kind)
    return pa.scalar(cut.day, pa.date32()).cast(kind)


def _not(mask: pa.BooleanArray) -> pa.BooleanArray:
    import pyarrow.compute as pc

    return pc.invert(mask)


def _first(values: pa.Array, cut: Cut) -> date | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    least = pc.min(values)
    if pa.types.is_timestamp(values.type) and values.type.unit == "ns":
        least = least.cast(pa.timestamp("us", values.type.tz), safe=False)
    return cut.day_of(least.as_py())


def _least(one: date | None, other: date | None) -> date | None:
    return min((each for each in (one, other) if each is not None), default=None)
