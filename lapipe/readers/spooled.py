"""Rewrite records that the engine cannot read itself as Parquet in the run's folder, and account for every one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from lapipe.contract import Contract
from lapipe.errors import ContractBroken, EngineFault, UsageFault
from lapipe.readers.opened import create

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows that are gathered before they are written: memory stays constant whatever the file's size.
_ROWS = 50_000


@dataclass(frozen=True)
class Parquet:
    """Parquet files of one schema; `names` are the contract's names of the columns in the files, in file order.

    `found` tells, for the register, how a file was read that had to be rewritten: its format, and its rows by what became of them.
    """

    paths: tuple[Path, ...]
    header: tuple[str, ...]
    names: tuple[str, ...]
    types: tuple[str, ...]
    found: Mapping[str, str | int] = field(default_factory=dict)


class Account:
    """Accounts for the records of a source's files, which are rewritten at `path`; a reader has a place for those it keeps.

    Each record is kept, left out as a declared pseudo-row, or put in quarantine; `close` refuses when they do not add up to
    what the reader saw, or when more than the contract allows could not be parsed.
    """

    names: tuple[str, ...]

    def __init__(self, contract: Contract, path: Path, quarantine: Path | None) -> None:
        if contract.reading.quarantines and quarantine is None:
            raise UsageFault(f"{contract.name}: its contract lets rows go to quarantine, and no folder for it is named; run it with a profile "
                             "of lapipe.toml.")
        self.contract, self.path = contract, path
        self.seen = self.kept = self.bad = self.left = 0
        self._first = ""
        self._quarantine = quarantine / f"{contract.name}.jsonl" if quarantine else None
        self._bad_rows: IO[str] | None = None

    def keep(self, cells: Sequence[str | None]) -> None:
        """Keep one record: a cell per name."""
        raise NotImplementedError

    def _finished(self) -> int:
        """End the file and give how many records it holds."""
        raise NotImplementedError

    def _abandoned(self) -> None:
        """End the file, whatever is in it."""
        raise NotImplementedError

    def leave(self) -> None:
        """Leave out a declared pseudo-row."""
        self.left += 1

    def refuse(self, path: Path, line: int, raw: str, why: str) -> None:
        """Put a record that cannot be parsed in quarantine; the reason is ours, and holds nothing of the record."""
        self.bad += 1
        self._first = self._first or f"line {line} of {path}: {why}"
        limit = self.contract.reading.quarantine_rows
        if self._quarantine is None or not self.contract.reading.quarantines or (limit and self.bad > limit):
            return
        if self._bad_rows is None:
            self._open_quarantine()
        assert self._bad_rows is not None
        self._bad_rows.write(json.dumps({"file": path.name, "line": line, "why": why, "content": raw}, ensure_ascii=False) + "\n")

    def _open_quarantine(self) -> None:
        assert self._quarantine is not None
        problem = ""
        try:
            for folder in [*reversed(self._quarantine.parents)]:
                folder.mkdir(mode=0o700, exist_ok=True)
            # Two sources may have one contract, and a refused run may be tried again under its id.
            number = 1
            while self._quarantine.exists():
                number += 1
                self._quarantine = self._quarantine.with_name(f"{self.contract.name}-{number}.jsonl")
            self._bad_rows = cast(IO[str], create(self._quarantine))
        except OSError as error:
            problem = str(error.strerror)
        if problem:
            raise EngineFault(f"The quarantine folder {self._quarantine.parent} cannot be written ({problem}); name another with `quarantine` in "
                              "lapipe.toml.")

    def close(self, found: Mapping[str, str | int]) -> dict[str, str | int]:
        """Finish the file, hold the counts against each other, and give them beside what was found.

        Raises:
            ContractBroken: too many records cannot be parsed (LP208).
            EngineFault: records were lost on the way; this is a fault of lapipe.
        """
        written = self._finished()
        if self._bad_rows is not None:
            self._bad_rows.close()
        reading = self.contract.reading
        allowed = reading.quarantine_rows or int(reading.quarantine_share * self.seen)
        if self.bad > allowed:
            self.discard()
            limit = f"{allowed} may be put in quarantine" if reading.quarantines else "none may be put in quarantine"
            rows = "1 record" if self.bad == 1 else f"{self.bad} records"
            raise ContractBroken(f"{self.contract.name}: {rows} of {self.seen} cannot be parsed (the first is {self._first}), and {limit}. "
                                 "Correct the export, or `reading` in the contract.", rule="LP208")
        if written != self.kept or self.seen != self.kept + self.left + self.bad:
            self.discard()
            raise EngineFault(f"{self.contract.name}: of {self.seen} records {written} were written, {self.left} left out and {self.bad} put in "
                              "quarantine, which does not add up; report this fault of lapipe.")
        counts: dict[str, str | int] = {"records": self.seen, "pseudo-rows left out": self.left, "rows in quarantine": self.bad}
        if self.bad and self._quarantine:
            counts["quarantine"] = str(self._quarantine)
        return {**found, **counts}

    def discard(self) -> None:
        """Let go of what was written so far, when the source is refused."""
        self._abandoned()
        if self._bad_rows is not None and self._quarantine is not None:
            self._bad_rows.close()
            self._quarantine.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


@contextmanager
def kept_or_discarded(account: Account) -> Iterator[None]:
    """Discard what was written of a source when reading it fails."""
    finished = False
    try:
        yield
        finished = True
    finally:
        if not finished:
            account.discard()


class Spool(Account):
    """Takes the records of a source's files, all cells as text, and makes one Parquet file of them."""

    def __init__(self, contract: Contract, names: Sequence[str], folder: Path, quarantine: Path | None) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        super().__init__(contract, folder / f"{contract.name}-{len(list(folder.iterdir()))}.parquet", quarantine)
        self.names = tuple(names)
        self._schema = pa.schema([(name, pa.string()) for name in names])
        self._file = create(self.path, binary=True)
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd", compression_level=1)
        self._rows: list[Sequence[str | None]] = []

    def keep(self, cells: Sequence[str | None]) -> None:
        """See `Account.keep`."""
        self._rows.append(cells)
        self.kept += 1
        if len(self._rows) >= _ROWS:
            self._flush()

    def keep_all(self, columns: Sequence[pa.Array]) -> None:
        """Keep many records: a column per name."""
        import pyarrow as pa

        self._flush()
        batch = pa.record_batch(list(columns), schema=self._schema)
        self.kept += batch.num_rows
        self._written(batch)

    def parquet(self, found: Mapping[str, str | int]) -> Parquet:
        """Close, and give the file."""
        told = self.close(found)
        return Parquet((self.path,), self.names, self.names, ("string",) * len(self.names), told)

    def _finished(self) -> int:
        import pyarrow.parquet as pq

        self._flush()
        self._abandoned()
        return int(pq.read_metadata(self.path).num_rows)

    def _abandoned(self) -> None:
        if self._writer.is_open:
            self._writer.close()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        self._rows = []
        self._written(pa.record_batch(columns, schema=self._schema))

    def _written(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)
