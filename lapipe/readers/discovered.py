"""Find the columns of records that no contract describes: the keys of JSON objects, and what a layout file says of lines of fixed width."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lapipe.contract import Column, Contract, Reading, folded
from lapipe.errors import ContractBroken, UsageFault
from lapipe.readers.objects import envelope_of, parsed, take_array, take_lines

#: A key that programs write inside of objects; one that begins with a capital or holds three digits may be somebody's name or number.
_INNER = re.compile(r"[a-z$@](?:[A-Za-z_]|(?<!\d\d)\d){0,39}")
#: A key of a record itself, of which there are the same in many records.
_OUTER = re.compile(r"[A-Za-z$@_][\w .:-]{0,60}")
#: More keys than this, or a key of one record only among this many, are values that somebody wrote as keys.
_KEYS, _MANY = 80, 20


@dataclass
class _Node:
    """What stood at one place in the records: how often, an object how often (`inside` of a text), and its keys."""

    times: int = 0
    objects: int = 0
    inside: int = 0
    empty: int = 0
    below: dict[str, _Node] = field(default_factory=dict)

    def note(self, value: Any) -> None:
        self.times += 1
        if isinstance(value, str) and self.inside == self.times - 1 - self.empty:
            # An object that was written into a text, as long as all of them are such texts.
            text = value.strip()
            good, inner = parsed(text) if text[:1] == "{" and text[-1:] == "}" else (False, None)
            self.inside += good
            value = inner if good else value if text else None
        if value is None:
            self.empty += 1
        elif isinstance(value, dict):
            self.objects += 1
            for key, inner in value.items():
                # Beyond that they are no columns, and need not be remembered.
                if key in self.below or len(self.below) <= _KEYS:
                    self.below.setdefault(key, _Node()).note(inner)

    @property
    def opens(self) -> bool:
        """Whether this is an object throughout, with keys that a program wrote: its keys are then columns, and otherwise it is one."""
        return (self.objects > 0 and self.objects + self.empty == self.times and 0 < len(self.below) <= _KEYS
                and all(_INNER.fullmatch(key) for key in self.below)
                and (self.objects < _MANY or all(node.times > 1 for node in self.below.values())))

    def paths(self, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Give the place of every column, in the order in which they were met."""
        for key, node in self.below.items():
            if node.opens:
                yield from node.paths((*at, key))
            else:
                yield (*at, key)


@dataclass
class _Keys:
    """Takes records and remembers their keys, never a value."""

    root: _Node = field(default_factory=_Node)
    other: int = 0

    def take(self, path: Path, line: int, record: Any, raw: str) -> None:
        if isinstance(record, dict):
            self.root.note(record)
        else:
            self.other += 1

    def unparsed(self, path: Path, line: int, raw: str) -> None:
        self.other += 1


def columns_of_json(path: Path, format: str, encoding: str, sample: str) -> tuple[tuple[Column, ...], Reading]:
    """Find the columns of a file of JSON, and how it is written: lines, behind a prefix or not, an array, or an object around one.

    Raises:
        ContractBroken: it holds no objects, or keys that may be somebody's name or number (LP208).
    """
    nul = "\0" in sample
    first = sample.replace("\0", "").lstrip("\ufeff \t\r\n").partition("\n")[0].strip()
    if first.startswith("["):
        reading = Reading(format="json", nulls=())
    elif not first.startswith("{"):
        reading = Reading(format="jsonl", prefix=True, nul_removed=nul, nulls=())
    elif _whole(first) and (format == "jsonl" or len([line for line in sample.splitlines() if line.strip()]) > 1):
        reading = Reading(format="jsonl", nul_removed=nul, nulls=())
    else:
        at, others, lists = envelope_of(path, Contract("scan"), encoding)
        if not at and (lists or not _whole(first)):
            raise ContractBroken(f"{path} is one JSON object, and not one of its keys alone holds a list of records; is it an export of records?",
                                 rule="LP208")
        reading = Reading(format="json", at=at, envelope=others, nulls=()) if at else Reading(format="jsonl", nulls=())
    keys, nameless = _Keys(), Contract("scan", reading=reading)
    (take_array if reading.format == "json" else take_lines)(path, nameless, encoding, keys)
    root = keys.root
    if not root.times or keys.other > root.times:
        raise ContractBroken(f"{path}: {root.times} of its {root.times + keys.other} records are JSON objects; is it an export of records?", rule="LP208")
    strange = [key for key, node in root.below.items() if not (_INNER.fullmatch(key) or (_OUTER.fullmatch(key) and node.times * 2 >= root.times))]
    if strange or len(root.below) > _KEYS:
        raise ContractBroken(f"{path}: {len(strange) or f'more than {_KEYS}'} of the keys of its records may be somebody's name or number, so they are no "
                             "columns. Export a list of records, each with the same keys. No key is shown here.", rule="LP208")
    paths = list(root.paths())
    names = distinct_names(["_".join(re.sub(r"\W+", "_", key).strip("_") or "key" for key in each) for each in paths])
    return tuple(Column(name, path=each) for name, each in zip(names, paths, strict=True)), reading


def _whole(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def distinct_names(names: Sequence[str]) -> list[str]:
    """Give each name once: a second one has a number behind it."""
    made: list[str] = []
    taken: set[str] = set()
    for name in names:
        number, tried = 1, name
        while folded(tried) in taken:
            number += 1
            tried = f"{name}_{number}"
        taken.add(folded(tried))
        made.append(tried)
    return made


# --- layout files -----------------------------------------------------------------------------------------------------

#: Headers of a layout's columns, in the layouts of DUO, of its users and of others.
_NAME = frozenset({"label", "name", "naam", "veld", "veldnaam", "field", "column", "kolom", "variable"})
_START = frozenset({"startingposition", "start", "startpositie", "position", "positie", "begin", "from", "van"})
_LENGTH = frozenset({"numberofpositions", "length", "lengte", "aantalposities", "width", "breedte"})
_HEAD = re.compile(r"^\s*Startpositie\s+Aantal posities", re.IGNORECASE)
_ROW = re.compile(r"^(?P<name>\S.*?)\s{2,}(?P<start>\d+)\s+(?P<length>\d+)(?:\s.*)?$")


def columns_of_layout(layout: Path, table: str, width: int) -> tuple[Column, ...]:
    """Read the columns of lines of fixed width from a layout file: a table with name, start and length, or DUO's description.

    A description of several files is asked for the one that is called `table`, or else has lines of `width` characters.

    Raises:
        UsageFault: it is not there, or none of its tables is this file's.
    """
    try:
        content = layout.read_bytes()
    except OSError:
        content = b""
    if not content.strip():
        raise UsageFault(f"There is no layout file {layout}, or it is empty.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("iso-8859-1")
    tables = _described(text) or _tabled(text)
    called = {title: rows for title, rows in tables.items() if table and folded(table) in folded(title)}
    fitting = called or {title: rows for title, rows in tables.items() if max(start + length - 1 for _, start, length in rows) == width}
    if len(fitting) != 1 and len(tables) == 1:
        fitting = tables
    if len(fitting) != 1:
        raise UsageFault(f"{layout} describes {len(tables)} tables, of which {len(fitting)} are of {table} with lines of {width} characters. Give a layout with "
                         "the columns name, start and length of this file alone.")
    ((_, rows),) = fitting.items()
    names = distinct_names([name for name, _, _ in rows])
    columns = [Column(name, start=start, length=length) for name, (_, start, length) in zip(names, rows, strict=True)]
    end, before = 0, ""
    for column in sorted(columns, key=lambda each: each.start):
        if column.start <= end or not column.length:
            raise UsageFault(f"{layout}: {column.name} begins inside {before}, or has no length; correct the layout.")
        end, before = column.start + column.length - 1, column.name
    return tuple(columns)


def _tabled(text: str) -> dict[str, list[tuple[str, int, int]]]:
    for delimiter in ",;\t|":
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        words = [re.sub(r"[\W_]+", "", cell).casefold() for cell in rows[0]] if rows else []
        places = [next((place for place, word in enumerate(words) if word in known), None) for known in (_NAME, _START, _LENGTH)]
        if None in places:
            continue
        name, start, length = (int(place or 0) for place in places)
        try:
            return {"": [(row[name], int(row[start]), int(row[length])) for row in rows[1:]]} if len(rows) > 1 else {}
        except (ValueError, IndexError):
            return {}
    return {}


def _described(text: str) -> dict[str, list[tuple[str, int, int]]]:
    """Find DUO's tables: a title, a line under it, the words Startpositie and Aantal posities, and a row for each column."""
    tables: dict[str, list[tuple[str, int, int]]] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not _HEAD.match(line):
            continue
        above = [each.strip() for each in lines[max(0, number - 4):number] if each.strip() and not re.fullmatch(r"[=\s-]+", each)]
        rows = []
        for each in lines[number + 1:]:
            found = _ROW.match(each)
            if not found:
                break
            rows.append((found["name"].removesuffix("(*)").strip(), int(found["start"]), int(found["length"])))
        if rows:
            tables[f"{above[-1] if above else ''} {number}"] = rows
    return tables
