"""Open what a user hands in (a path, a glob, a pandas or Arrow table) and hold its header against the contract."""

from __future__ import annotations

import glob as globbing
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers.database import Databases, is_database
from lapipe.readers.header import match_header
from lapipe.readers.opened import open_bytes, readable, sampled
from lapipe.readers.spooled import Parquet, Spool
from lapipe.readers.text import Text, open_text

if TYPE_CHECKING:
    import pyarrow as pa


__all__ = ["FORMATS", "Databases", "Frame", "Parquet", "Source", "Text", "files_of", "open_source"]

#: The format that a file's ending stands for, where the contract names none; a packed file has .gz or .zip behind it.
FORMATS = {".csv": "delimited", ".txt": "delimited", ".tsv": "delimited", ".xls": "delimited", ".jsonl": "jsonl", ".ndjson": "jsonl",
           ".log": "jsonl", ".json": "json", ".xlsx": "excel", ".parquet": "parquet"}

#: How a workbook of old Excel (.xls) and a zip, which .xlsx is, begin.
_OLD_EXCEL, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


@dataclass(frozen=True)
class Frame:
    """A table in memory, its columns named as the contract names them."""

    table: pa.Table


Source = Text | Parquet | Frame


def open_source(data: Any, contract: Contract, spool: Path, quarantine: Path | None = None, *, databases: Databases | None = None,
                wanted: Sequence[str] | None = None) -> Source:
    """Find out what `data` is and check that it has the contract's columns, each once, and no others.

    `spool` is an owner-only folder for what must be rewritten before the engine can read it, `quarantine` one for records that
    cannot be parsed, where the contract lets some. Of a table in a database only the columns `wanted` are asked for (all, where
    nothing is said); `databases` are the run's connections.

    Raises:
        UsageFault: there is no such file, or it is of a kind that is not read.
        ContractBroken: the header differs from the contract (LP202), or the file cannot be read as declared (LP208).
    """
    if not isinstance(data, (str, Path)):
        return Frame(_arrow(data, contract))
    if is_database(str(data)):
        with ExitStack() as stack:
            opened = databases or stack.enter_context(closing(Databases()))
            return opened.read(str(data), contract, contract.names if wanted is None else wanted, spool)
    paths = _paths(str(data), contract)
    formats = {_format(path, contract) for path in paths}
    if len(formats) > 1:
        raise UsageFault(f"{contract.name}: the files are of several formats ({', '.join(sorted(formats))}); read each by itself.")
    (format,) = formats
    if format == "parquet":
        return _open_parquet(paths, contract)
    if format == "delimited":
        return open_text(paths, contract, spool, quarantine)
    return _open_records(paths, format, contract, spool, quarantine)


def files_of(data: Any, contract: Contract) -> tuple[Path, ...]:
    """Give the files that a source is read from; none where it is a table in memory or in a database."""
    return _paths(str(data), contract) if isinstance(data, Path) or (isinstance(data, str) and "://" not in data) else ()


def _format(path: Path, contract: Contract) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    packed = suffixes[-1:] if suffixes[-1:] in ([".gz"], [".zip"]) else []
    ending = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    declared = contract.reading.format
    if ending == ".parquet" and not packed:
        return "parquet"
    format = declared or FORMATS.get(ending, "delimited" if packed == [".zip"] and not ending else "")
    if not format or format == "parquet" or (packed and format == "excel"):
        known = ", ".join(f"{each}{'' if each in ('.parquet', '.xlsx') else '[.gz|.zip]'}" for each in FORMATS)
        raise UsageFault(f"{contract.name}: a file ending in {''.join(suffixes) or 'nothing'} is read only where the contract declares its format "
                         f"under reading (by their ending are read: {known}).")
    if ending in (".xls", ".xlsx"):
        return excel_or_text(path, contract, packed != [], format)
    return format


def excel_or_text(path: Path, contract: Contract, packed: bool, format: str) -> str:
    """Tell text that is only named as a workbook from a workbook."""

    def begin() -> bytes:
        with open_bytes(path) as stream:
            return stream.read(4)

    start = readable(path, contract, begin)
    if start == _OLD_EXCEL:
        raise UsageFault(f"{contract.name}: {path} is a workbook of old Excel, which is not read; save it as .xlsx or CSV.")
    found = "excel" if (start == _ZIP and not packed) or path.suffix.lower() == ".xlsx" else "delimited"
    if contract.reading.format and found != format:
        raise ContractBroken(f"{contract.name}: {path} is {'a workbook' if found == 'excel' else 'text'}, and its contract declares format {format}.",
                             rule="LP208")
    return found


def _open_records(paths: Sequence[Path], format: str, contract: Contract, folder: Path, quarantine: Path | None) -> Parquet:
    """Read files record by record, into one Parquet file in `folder`."""
    out: Spool | None = None
    found: dict[str, str | int] = {"format": format}
    finished = False
    try:
        for path in paths:
            if format == "excel":
                from lapipe.readers.excel import Sheet, names_of

                sheet = Sheet(path, contract)
                names = names_of(sheet, path, contract)
                found["sheet"] = sheet.name
                out = out or Spool(contract, names, folder, quarantine)
                if names != out.names:
                    raise ContractBroken(f"{contract.name}: the {len(paths)} files differ in header; read them apart.", rule="LP202")
                sheet.read(out)
                continue
            out = out or Spool(contract, contract.names, folder, quarantine)
            _read_text(path, format, contract, out, folder, found)
        finished = True
    finally:
        if out and not finished:
            out.discard()
    assert out is not None
    return out.parquet(found)


def _read_text(path: Path, format: str, contract: Contract, out: Spool, folder: Path, found: dict[str, str | int]) -> None:
    from lapipe.readers.arrays import read_array
    from lapipe.readers.fixed import read_fixed
    from lapipe.readers.lines import read_lines

    encoding, text = sampled(path, contract)
    found["encoding"] = encoding
    if format == "fixed":
        if not all(column.length for column in contract.columns):
            raise UsageFault(f"{contract.name}: {path} is of fixed width, and the contract does not give start and length of every column.")
        read = read_fixed
    elif format == "json" and not contract.reading.at and text.lstrip().startswith("{"):
        # Canvas names its files of lines .json too.
        read, found["format"] = read_lines, "jsonl"
    else:
        read = read_array if format == "json" else read_lines
    readable(path, contract, lambda: read(path, contract, encoding, out), encoding, folder)


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
