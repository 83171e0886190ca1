"""Open what a user hands in (a path, a glob, a pandas or Arrow table) and hold its header against the contract."""

from __future__ import annotations

import glob as globbing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers.header import match_header
from lapipe.readers.text import TEXT_ENDINGS, Text, open_text

if TYPE_CHECKING:
    import pyarrow as pa


__all__ = ["Frame", "Parquet", "Source", "Text", "open_source"]


@dataclass(frozen=True)
class Parquet:
    """Parquet files of one schema; `names` are the contract's names of the columns in the files, in file order."""

    paths: tuple[Path, ...]
    header: tuple[str, ...]
    names: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """A table in memory, its columns named as the contract names them."""

    table: pa.Table


Source = Text | Parquet | Frame


def open_source(data: Any, contract: Contract, spool: Path) -> Source:
    """Find out what `data` is and check that it has the contract's columns, each once, and no others.

    `spool` is an owner-only folder for what must be rewritten before the engine can read it.

    Raises:
        UsageFault: there is no such file, or it is of a kind that is not read.
        ContractBroken: the header differs from the contract (LP202), or the file cannot be read as declared (LP208).
    """
    if isinstance(data, (str, Path)):
        paths = _paths(str(data), contract)
        endings = {_ending(path) for path in paths}
        if endings <= {".parquet"}:
            return _open_parquet(paths, contract)
        if endings <= TEXT_ENDINGS:
            return open_text(paths, contract, spool)
        raise UsageFault(f"{contract.name}: files ending in {', '.join(sorted(endings))} are not read "
                         f"(read are: {', '.join(sorted(TEXT_ENDINGS))}, .parquet, each kind by itself).")
    return Frame(_arrow(data, contract))


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in (".gz", ".zst", ".zip"):
        return "".join(suffixes) if len(suffixes) > 1 else suffixes[-1]
    return suffixes[-1] if suffixes else "no ending"


def _paths(pattern: str, contract: Contract) -> tuple[Path, ...]:
    path = Path(pattern).expanduser()
    if path.is_dir():
        raise UsageFault(f"{contract.name}: {path} is a folder; give a file, or a pattern such as '{path}/*.csv'.")
    found = [path] if path.is_file() else [Path(name) for name in sorted(globbing.glob(str(path)))]
    found = [each for each in found if each.is_file()]
    if not found:
        raise UsageFault(f"{contract.name}: there is no file {path}.")
    return tuple(found)


def _open_parquet(paths: Sequence[Path], contract: Contract) -> Parquet:
    import pyarrow.parquet as pq

    schemas = []
    for path in paths:
        try:
            schemas.append(pq.read_schema(path))
            broken = ""
        except (OSError, ValueError):
            broken = f"{contract.name}: {path} cannot be read as Parquet; export it again."
        if broken:
            raise ContractBroken(broken, rule="LP208")
    if any(schema.names != schemas[0].names or schema.types != schemas[0].types for schema in schemas[1:]):
        raise ContractBroken(f"{contract.name}: the {len(schemas)} Parquet files differ in their columns or types; "
                             "export them alike.", rule="LP202")
    names = match_header(schemas[0].names, contract, str(paths[0]))
    return Parquet(tuple(paths), tuple(schemas[0].names), names, tuple(str(each) for each in schemas[0].types))


def _arrow(data: Any, contract: Contract) -> pa.Table:
    """Give a pandas frame, Arrow table or anything with the Arrow stream interface as an Arrow table."""
    import pyarrow as pa

    table: pa.Table | None = None
    if isinstance(data, pa.Table):
        table = data
    elif type(data).__module__.partition(".")[0] == "pandas":
        names = match_header([str(name) for name in data.columns], contract, "the pandas frame")
        broken = []
        arrays = []
        for position, name in enumerate(names):
            try:
                arrays.append(pa.array(data.iloc[:, position], from_pandas=True))
            except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError):
                broken.append(name)
        if broken:
            raise ContractBroken(f"{contract.name}: column {broken[0]} of the pandas frame mixes types; give it one type.",
                                 rule="LP204")
        return _local(pa.table(arrays, names=list(names)), contract)
    elif hasattr(data, "__arrow_c_stream__"):
        table = pa.table(data)
    if table is None:
        raise UsageFault(f"{contract.name}: a {type(data).__name__} is not read; give a path, a pandas or an Arrow table.")
    names = match_header(table.column_names, contract, "the table")
    return _local(table.rename_columns(list(names)), contract)


def _local(table: pa.Table, contract: Contract) -> pa.Table:
    """Turn zoned timestamps into the local time of the contract's zone, and dictionaries into their values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for position, name in enumerate(table.column_names):
        column = table.column(position)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_timestamp(column.type) and column.type.tz and name in contract and contract[name].zone:
            column = pc.local_timestamp(column.cast(pa.timestamp("us", contract[name].zone)))
        table = table.set_column(position, name, column)
    return table
