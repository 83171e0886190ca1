"""Write a contract for an export that has none: what was found with its evidence, and what a person must decide marked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from lapipe.detect.headers import names_person
from lapipe.documents import UNDECIDED
from lapipe.errors import UsageFault
from lapipe.scan import Scanned, ScannedColumn


def write_draft(scanned: Scanned, out: Path) -> int:
    """Write the draft and give how many things are undecided. The table is named after the file that is written.

    Raises:
        UsageFault: the file exists, or its folder does not.
    """
    text = "".join(f"{line}\n" for line in _lines(scanned, _table(out)))
    write_new(out, text)
    return len(re.findall(rf": {UNDECIDED}\b", text))


def write_new(out: Path, text: str) -> None:
    """Write a file that does not exist yet.

    Raises:
        UsageFault: it does, or its folder does not.
    """
    problem = ""
    try:
        with open(out, "x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        problem = "exists already; name another file, a draft never overwrites"
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); name a file in a folder that exists"
    if problem:
        raise UsageFault(f"The draft {out} {problem}.")


def _table(out: Path) -> str:
    stem = out.name.removesuffix(".yaml").removesuffix(".yml").removesuffix(".odcs")
    return re.sub(r"\W+", "_", stem).strip("_").lower() or "table"


def _lines(scanned: Scanned, table: str) -> Iterator[str]:
    keys = [column for column in scanned.columns if column.candidate_key]
    times = [column for column in scanned.columns if column.kind == "event_time" and column.type != "date"]
    yield "# A draft by `lapipe scan`. What it could not decide is marked `undecided`, and `lapipe check` refuses it until a person decides."
    yield "# Kinds: national_id, identifier, special, free_text, sensitive, event_time, quasi, plain. Found is what the file showed, not what it means."
    yield f"# Scanned: {scanned.rows} rows, {len(scanned.columns)} columns."
    if scanned.unparsed:
        yield f"# {scanned.unparsed} more records could not be parsed. Correct the export; or declare under reading `quarantine`, or `ragged: filled`."
    yield from (f"# Note: {note}." for note in scanned.notes)
    yield ""
    yield from ("apiVersion: v3.2.0", "kind: DataContract", f"id: {_quoted(table)}", f"name: {_quoted(table)}", "version: 0.1.0", "status: draft")
    yield from ("description:", f"  purpose: {UNDECIDED}   # what this table is and where it comes from", "", "schema:")
    yield f"  - name: {_quoted(table)}"
    yield "    customProperties:"
    yield from _privacy(6)
    if any(column.kind == "identifier" for column in scanned.columns):
        yield f"          person: {UNDECIDED}   # the column that says who a row is about; leave it out where there is none"
    if times:
        yield f"          zone: {UNDECIDED}   # the zone the times are in, such as Europe/Amsterdam"
    said = dict(_reading(scanned))
    if said:
        yield f"          reading: {json.dumps(said, ensure_ascii=False)}"
    nulls = sorted({null for column in scanned.columns for null in column.nulls if null in ("", "\\N")} | {""})
    yield f"          nulls: {_list(nulls)}"
    if len(keys) > 1:
        yield f"    # {len(keys)} columns have a different value in every row; decide which is the primary key."
    yield "    properties:"
    for number, column in enumerate(scanned.columns):
        yield from _column(column, nulls, only_key=len(keys) == 1)
        if number + 1 < len(scanned.columns):
            yield ""


def _reading(scanned: Scanned) -> Iterator[tuple[str, object]]:
    """Say how the file is written, as a contract does."""
    reading = scanned.reading
    if reading.format:
        yield "format", reading.format
    if scanned.delimiter:
        yield "encoding", scanned.encoding
        yield "delimiter", scanned.delimiter
    elif reading.encoding and reading.format != "excel":
        yield "encoding", reading.encoding
    if reading.sheet and not names_person(reading.sheet):
        yield "sheet", reading.sheet
    if not reading.header:
        yield "header", "none"
    if reading.trailer:
        yield "trailer", {"header": reading.trailer[0], "text": reading.trailer[1]}
    if reading.pseudo_rows:
        yield "pseudoRows", [{"column": row.column, "text": row.text} if row.column else {"text": row.text} for row in reading.pseudo_rows]
    if reading.at:
        yield "at", reading.at
    if reading.envelope:
        yield "envelope", list(reading.envelope)
    if reading.prefix:
        yield "prefix", True
    if reading.nul_removed:
        yield "nul", "removed"
    if reading.format == "fixed" and reading.filled:
        yield "ragged", "filled"


def _column(column: ScannedColumn, table_nulls: list[str], *, only_key: bool) -> Iterator[str]:
    yield f"      - name: {_quoted(column.name)}"
    yield f"        # {column.distinct} distinct values."
    for note in column.found.notes:
        yield f"        # {note[0].upper()}{note[1:]}."
    yield f"        logicalType: {column.type}"
    if column.place.aliases:
        yield "        synonyms:"
        yield from (f"          - synonym: {_quoted(alias)}" for alias in column.place.aliases)
    if column.candidate_key and only_key:
        yield "        primaryKey: true   # the one column with a different value in every row of this file"
        yield "        primaryKeyPosition: 1"
        yield "        required: true"
    elif column.candidate_key:
        yield "        # A candidate key: a different value in every row of this file."
    if column.type in ("date", "timestamp") and column.found.format:
        yield f"        logicalTypeOptions: {{format: {UNDECIDED if column.found.format == UNDECIDED else _quoted(column.found.format)}}}"
    yield "        customProperties:"
    yield from _privacy(10)
    for each in column.telling:
        yield f"              # {each.words()}"
    if column.kind == UNDECIDED:
        why = "its name looks like a person's" if column.person else "only possible; look" if column.telling else "nothing was found, which does not make it plain"
        yield f"              kind: {UNDECIDED}   # {why}"
    else:
        yield f"              kind: {column.kind}"
    if column.kind in ("identifier", "national_id", "special", "free_text"):
        yield f"              about: {UNDECIDED}   # whose data: student, staff, ..."
    if column.place.path and column.place.path != (column.name,):
        yield f"              path: {_list(list(column.place.path))}"
    if column.place.position:
        yield f"              position: {column.place.position}   # {'its name is not written here' if column.person else 'the header has this name more than once, or none here'}"
    if column.place.start:
        yield f"              start: {column.place.start}"
        yield f"              length: {column.place.length}"
    if column.found.clock and column.type == "integer":
        yield f"              clock: {column.found.clock}"
    if column.type == "number" and column.found.scale:
        yield f"              scale: {column.found.scale}"
    if column.found.spelling and column.type == "string":
        yield f"              spelling: {column.found.spelling}"
    own = [null for null in column.nulls if null not in table_nulls]
    if own:
        yield f"              nulls: {_list(own)}"


def _privacy(indent: int) -> Iterator[str]:
    yield f"{' ' * indent}- property: privacy"
    yield f"{' ' * indent}  vendor: lapipe"
    yield f"{' ' * indent}  value:"


def _quoted(text: str) -> str:
    """Write any text as YAML; JSON's strings are."""
    return text if re.fullmatch(r"[a-z][a-z0-9_]*", text) and text not in ("null", "true", "false", "yes", "no", UNDECIDED) \
        else json.dumps(text, ensure_ascii=False)


def _list(texts: list[str]) -> str:
    return json.dumps(texts, ensure_ascii=False)
