"""Declare what a table holds: its columns, their kinds, whose data they are, and how each is written."""

from __future__ import annotations

import codecs
import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lapipe.contract.renames import renamed, renames_of
from lapipe.contract.spelling import Spelling as Spelling
from lapipe.contract.spelling import compiled
from lapipe.documents import Document, allowed_keys, check, load, meaning, nearest, refuse_undecided
from lapipe.errors import DeclarationFault, UsageFault
from lapipe.scrubbing import NOT_SCRUBBED, Scrubbing

if TYPE_CHECKING:
    import ibis


class Kind(StrEnum):
    """What a column's values are to the people in it; it travels with the column through every stage."""

    NATIONAL_ID = "national_id"
    IDENTIFIER = "identifier"
    SPECIAL = "special"
    FREE_TEXT = "free_text"
    PSEUDONYM = "pseudonym"
    SENSITIVE = "sensitive"
    EVENT_TIME = "event_time"
    QUASI = "quasi"
    PLAIN = "plain"

    @property
    def strictness(self) -> int:
        """Order from harmless (0) to never released; a value made of several takes the strictest."""
        return len(Kind) - 1 - list(Kind).index(self)


#: What a column's type may be (ODCS logical types that tables of exports have), and its type in the engine.
_TYPES = {"string": "string", "integer": "int64", "boolean": "boolean", "date": "date", "timestamp": "timestamp(6)"}

#: Digits after the point that a `number` keeps, unless its `scale` says otherwise; 18 digits in all.
NUMBER_SCALE = 6

#: Times are expected between these dates unless the contract says otherwise (Moodle's first release was in 2002).
TIMES_BETWEEN = ("2000-01-01", "2040-01-01")

#: How a system writes "no value" when the contract does not say.
NULLS = ("",)


@dataclass(frozen=True)
class Level:
    """A coarser level of a column: what each value becomes, or patterns whose first group it becomes.

    A value that a mapping does not know is refused; a text that no pattern matches becomes null.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def of(self, value: str) -> str | None:
        """Give the level's value for one value, or None."""
        if self.values:
            return self.values.get(value)
        return first_group(self.patterns, value)


def first_group(patterns: Sequence[str], text: str) -> str | None:
    """Give the first group of the first pattern that matches at the start of `text`, or None."""
    for pattern in patterns:
        found = compiled(pattern).match(text)
        if found:
            return found[1]
    return None


@dataclass(frozen=True)
class Column:
    """One column: what it is called and holds, how it is written, and what a purpose lets be released of it.

    `detail` is how coarse the values are by now and `use` what the purpose allows; stages change them. `keep` is set by
    Retain: rows of this time column are no older. `path` (JSON), `start` and `length` (fixed width) and `position` (a header
    that stands twice) say where in a record it stands, `extracted_from` names the text column that a value is found in, and
    `made_of` the columns that Derive computed it from, `origin` the contract and column it was read from. `nulls_at_most` is the share of the rows, from 0 to 1, that may have no
    value: an export in which more has none has changed. `scrub` says how people are taken out of a text. `local_name` is the header
    under which this institution's exports have the column, and then the only one.
    """

    name: str
    type: str = "string"
    kind: Kind = Kind.PLAIN
    required: bool = False
    about: str = ""
    category: str = ""
    aliases: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    pattern: str = ""
    min_length: int | None = None
    max_length: int | None = None
    values: tuple[str | int, ...] = ()
    format: str = ""
    clock: str = ""
    zone: str = ""
    times_between: tuple[str, str] = TIMES_BETWEEN
    domain: str = ""
    spelling: Spelling | None = None
    levels: Mapping[str, Level] = field(default_factory=dict)
    extracted_from: str = ""
    path: tuple[str, ...] = ()
    start: int = 0
    length: int = 0
    position: int = 0
    patterns: tuple[str, ...] = ()
    scale: int = NUMBER_SCALE
    label: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    detail: str = "full"
    use: str = ""
    keep: str = ""
    made_of: tuple[str, ...] = ()
    origin: str = ""
    nulls_at_most: float | None = None
    scrub: Scrubbing = NOT_SCRUBBED
    local_name: str = ""

    def __post_init__(self) -> None:
        for name in ("levels", "label"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def change(self, **fields: Any) -> Column:
        """Give this column with some fields changed."""
        return dataclasses.replace(self, **fields)

    @property
    def engine_type(self) -> str:
        """The column's type in the engine, as Ibis writes it."""
        return f"decimal(18, {self.scale})" if self.type == "number" else _TYPES[self.type]

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers under which a file may have the column."""
        return (self.local_name,) if self.local_name else (self.name, *self.aliases)

    @property
    def is_time(self) -> bool:
        """Whether the values are points in time."""
        return self.type in ("date", "timestamp") or bool(self.clock)


@dataclass(frozen=True)
class PseudoRow:
    """A row that is nobody's: the `row`-th after the header, or one that holds `text` in `column` or, without one, anywhere."""

    row: int = 0
    column: str = ""
    text: str = ""


@dataclass(frozen=True)
class Reading:
    """How a file of this table is written; what is empty is detected and shown.

    `trailer` is the header and the text of a last column that only ends each row. `at` is the key of a JSON object that
    holds the records, `envelope` its other keys, and `other_keys` the containers whose undeclared keys are left unread. At
    most `quarantine_rows` rows, or their `quarantine_share`, may be unparseable.
    """

    encoding: str = ""
    delimiter: str = ""
    nulls: tuple[str, ...] = NULLS
    format: str = ""
    decimal: str = "."
    thousands: str = ""
    header: bool = True
    pseudo_rows: tuple[PseudoRow, ...] = ()
    trailer: tuple[str, ...] = ()
    filled: bool = False
    nul_removed: bool = False
    prefix: bool = False
    at: str = ""
    envelope: tuple[str, ...] = ()
    other_keys: tuple[str, ...] = ()
    sheet: str = ""
    quarantine_rows: int = 0
    quarantine_share: float = 0.0

    @property
    def quarantines(self) -> bool:
        """Whether some rows may be unparseable."""
        return bool(self.quarantine_rows or self.quarantine_share)


@dataclass(frozen=True)
class Contract:
    """What one table holds. Immutable: `keep`, `change`, `add` and `drop` give a new one.

    `person` names the column that says who a row is about, by which people are counted; it may have been left out.
    `extractable` are the columns that can be found in a text column. `statistics` is true once the rows are groups instead
    of people, and `period` then names the column of a time series' periods; `framed` says that every group known beforehand has a row,
    `k` how many people a group has at least: more than the purpose asks, where a published rule does.
    """

    name: str
    version: str = "0"
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    person: str = ""
    reading: Reading = Reading()
    extractable: tuple[Column, ...] = ()
    statistics: bool = False
    framed: bool = False
    k: int = 0
    period: str = ""
    lag: str = ""
    description: str = ""
    path: Path | None = None
    sha256: str = ""

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise self.missing(name)

    def missing(self, name: str, by: str = "") -> UsageFault:
        """Make the error for a column that does not exist; `by` names who asked."""
        asked = f" Correct {by}." if by else ""
        return UsageFault(f"{self.name} has no column '{name}' (it has: {', '.join(self.names)}).{asked}", rule="LP203")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def keep(self, names: Sequence[str]) -> Contract:
        """Give this contract with only these columns, in the contract's order."""
        for name in names:
            self[name]
        key = self.key if set(self.key) <= set(names) else ()
        return dataclasses.replace(self, columns=tuple(c for c in self if c.name in names), key=key)

    def drop(self, *names: str) -> Contract:
        """Give this contract without these columns."""
        for name in names:
            self[name]
        return self.keep([name for name in self.names if name not in names])

    def change(self, name: str, /, **fields: Any) -> Contract:
        """Give this contract with fields of one column changed."""
        changed = self[name].change(**fields)
        columns = tuple(changed if column.name == name else column for column in self)
        person = changed.name if self.person == name else self.person
        key = tuple(changed.name if part == name else part for part in self.key)
        return dataclasses.replace(self, columns=columns, person=person, key=key)

    def add(self, *columns: Column) -> Contract:
        """Give this contract with columns added at the end.

        Raises:
            UsageFault: a column of that name exists.
        """
        for column in columns:
            if column.name in self:
                raise UsageFault(f"{self.name} already has a column '{column.name}'; choose another name.", rule="LP203")
        return dataclasses.replace(self, columns=(*self.columns, *columns))

    def schema(self) -> ibis.Schema:
        """Give the engine's schema of the columns."""
        import ibis

        return ibis.schema({column.name: column.engine_type for column in self})

    def described(self) -> list[dict[str, str]]:
        """Give name, type, kind, detail and use of each column, as the register and `lapipe plan` show them."""
        return [
            {"name": c.name, "type": c.type, "kind": str(c.kind), "detail": c.detail, "use": c.use or "undeclared"}
            for c in self
        ]

    def fingerprint(self) -> str:
        """Give the SHA-256 over everything this contract says, wherever it came from; `meaning` says what counts."""
        return hashlib.sha256(json.dumps(meaning(self), sort_keys=True).encode()).hexdigest()

    def pandera(self, backend: str = "pandas") -> Any:
        """Compile to a pandera schema for `pandas`, `polars` or `ibis` frames; kinds, categories and domains stand in its metadata.

        Raises nothing by itself; validating a frame with it raises pandera's errors, which quote values: use `validate` where they
        would be logged.

        Raises:
            UsageFault: there is no such backend, or it is not installed.
        """
        from lapipe.contract.frames import compile_schema

        return compile_schema(self, backend)

    def validate(self, frame: Any) -> Any:
        """Hold a pandas, polars or Ibis frame against this contract with pandera, and give it back with the contract's types.

        Raises:
            ContractBroken: a rule is broken; the message names rule, column and count, never a value.
        """
        from lapipe.contract.frames import validate

        return validate(self, frame)


# --- ODCS (Open Data Contract Standard v3.2) -----------------------------------------------------------------------

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_COUNT = {"type": "integer", "minimum": 1}

#: What lapipe says of a column beyond ODCS: the value of its custom property `privacy` (vendor `lapipe`).
_COLUMN_PROFILE: Mapping[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": [str(kind) for kind in Kind]},
        "about": _TEXT,
        "category": _TEXT,
        "domain": _TEXT,
        "spelling": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "prefixes": _TEXTS, "lower": {"type": "boolean"}, "number": {"type": "boolean"},
                "width": {"type": "integer", "minimum": 1}, "pattern": _TEXT, "nobody": _TEXTS,
            },
        },
        "nulls": _TEXTS,
        "nullsAtMost": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        "clock": {"enum": ["seconds", "milliseconds"]},
        "zone": _TEXT,
        "levels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
                "properties": {"values": {"type": "object", "additionalProperties": {"type": "string"}},
                               "patterns": _TEXTS},
            },
        },
        "extractedFrom": _TEXT,
        "scrub": {
            "type": "object", "additionalProperties": False, "required": ["person", "words"],
            "properties": {"person": {**_TEXTS, "minItems": 1}, "hidden": _TEXTS, "kept": _TEXTS, "named": _TEXTS,
                           "names": _TEXTS, "words": _TEXTS, "form": {"enum": ["address", "container"]}, "ids": _TEXTS, "addresses": _TEXTS},
        },
        "path": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
        "start": _COUNT, "length": _COUNT, "position": _COUNT,
        "patterns": _TEXTS,
        "scale": {"type": "integer", "minimum": 0, "maximum": 12},
        "label": {"type": "object", "additionalProperties": False, "properties": {"nl": _TEXT, "en": _TEXT}},
        "unit": _TEXT,
    },
}

def _mapping(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "minProperties": 1, "properties": properties}


#: How a table's files are written.
_READING: Mapping[str, Any] = _mapping(
    format={"enum": ["delimited", "fixed", "jsonl", "json", "excel"]}, encoding=_TEXT, delimiter=_TEXT, nulls=_TEXTS,
    decimal={"enum": [".", ","]}, thousands={"enum": [".", ",", " ", "\u00a0", "\u202f", "'"]}, header={"enum": ["none"]},
    pseudoRows={"type": "array", "minItems": 1, "items": _mapping(row=_COUNT, column=_TEXT, text=_TEXT)},
    trailer=_mapping(("header", "text"), header=_TEXT, text={"type": "string"}), ragged={"enum": ["filled"]},
    nul={"enum": ["removed"]}, prefix={"enum": [True]}, at=_TEXT, envelope=_TEXTS, otherKeys=_TEXTS, sheet=_TEXT,
    quarantine=_mapping(rows=_COUNT, share={"type": "number", "exclusiveMinimum": 0, "maximum": 1}))

#: What lapipe says of a table beyond ODCS.
_TABLE_PROFILE: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "person": _TEXT, "zone": _TEXT, "encoding": _TEXT, "delimiter": _TEXT, "nulls": _TEXTS, "reading": _READING,
        "timesBetween": {"type": "array", "items": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
                         "minItems": 2, "maxItems": 2},
    },
}

#: What ODCS can declare and lapipe does not hold data against: refused, since a rule that silently does not hold is worse.
_UNCHECKED = frozenset({"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "timezone", "defaultTimezone"})
_INSTEAD = "use minimum, maximum, pattern, enum, primaryKey, or the zone of 'privacy'"

_JDK = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSSSSS": "%f"}


@cache
def _odcs_schema() -> Mapping[str, Any]:
    from importlib.util import find_spec

    # The package's own `__init__` is empty, its model is not needed: only the standard's JSON Schema is.
    spec = find_spec("open_data_contract_standard")
    assert spec is not None
    assert spec.origin is not None
    schema: dict[str, Any] = json.loads((Path(spec.origin).parent / "schema.json").read_text(encoding="utf-8"))
    # The standard leaves this mapping open, and a misspelt `purpose` in it would go unseen.
    schema["properties"]["description"]["additionalProperties"] = False
    # Without a type the standard applies the rules of every type at once, and complains of a map's missing parts.
    schema["$defs"]["SchemaProperty"]["required"] = ["name", "logicalType"]
    for part in schema["$defs"]["SchemaBaseProperty"]["allOf"]:
        if "if" in part:
            part["if"]["required"] = ["logicalType"]
    # The same closed list of keys, said so that a validator need not try every alternative to find it: three times faster.
    for name in ("SchemaObject", "SchemaBaseProperty", "SchemaProperty"):
        part = schema["$defs"][name]
        del part["unevaluatedProperties"]
        part["properties"] = {**dict.fromkeys(allowed_keys(part, schema), True), **part.get("properties", {})}
        part["additionalProperties"] = False
    return schema


def load_contract(path: Path) -> Contract:
    """Read one contract: an ODCS v3.2 document that describes one table, with the local names that stand beside it.

    Raises:
        DeclarationFault: with file and line; an unknown key, a wrong word, or a declaration that contradicts itself.
    """
    try:
        content: bytes | None = path.read_bytes()
    except OSError:
        content = None
    contract = _loaded(_File(path, hashlib.sha256(content).hexdigest() if content is not None else ""))
    contract = dataclasses.replace(contract, path=path)
    local = renames_of(path)
    return renamed(contract, local) if os.path.lexists(local) else contract


@dataclass(frozen=True)
class _File:
    """A contract's file, which is another one when its content is."""

    path: Path = field(compare=False)
    sha256: str


@lru_cache(maxsize=256)
def _loaded(file: _File) -> Contract:
    """Read a contract; one that several pipelines name, or that did not change since a revision, is read and checked once."""
    path, sha256 = file.path, file.sha256
    document = load(path)
    if document.content.get("apiVersion") != "v3.2.0":
        raise document.fault(["apiVersion"], "must be v3.2.0, the version of ODCS that lapipe reads.")
    refuse_undecided(document, "contract")
    check(document, _odcs_schema())
    tables = document.content.get("schema", [])
    if len(tables) != 1:
        raise document.fault(["schema"], f"should describe one table, and describes {len(tables)}.")
    table = tables[0]
    if table.get("quality"):
        raise document.fault(["schema", 0, "quality"], f"is not checked by lapipe; {_INSTEAD}.")
    profile = _profile(document, ["schema", 0], table, _TABLE_PROFILE)
    reading = _reading(document, profile)
    times = tuple(profile.get("timesBetween", TIMES_BETWEEN))
    columns = [
        _column(document, ["schema", 0, "properties", index], declared, str(profile.get("zone", "")), times)
        for index, declared in enumerate(table.get("properties", []))
    ]
    _consistent(document, columns, profile)
    _placed(document, columns, reading)
    positions = {c["name"]: c.get("primaryKeyPosition", 0) for c in table.get("properties", []) if c.get("primaryKey")}
    return Contract(
        name=str(table["name"]), version=str(document.content["version"]),
        columns=tuple(column for column in columns if not column.extracted_from),
        extractable=tuple(column for column in columns if column.extracted_from),
        key=tuple(sorted(positions, key=lambda name: int(positions[name]))), person=str(profile.get("person", "")),
        reading=reading, description=str(table.get("description", "")), path=path,
        sha256=sha256,
    )


def _profile(document: Document, where: list[str | int], part: Mapping[str, Any],
             schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the value of the custom property `privacy` of vendor `lapipe`, held against its schema."""
    found = []
    for index, custom in enumerate(part.get("customProperties", [])):
        at = (*where, "customProperties", index)
        vendor = str(custom.get("vendor", ""))
        if vendor != "lapipe":
            if custom["property"] == "privacy" and (not vendor or nearest(vendor, ["lapipe"])):
                raise document.fault([*at, "vendor"], f"of 'privacy' is '{vendor}' and should be 'lapipe'.")
            continue
        if custom["property"] != "privacy":
            raise document.fault([*at, "property"], f"is '{custom['property']}'; lapipe knows only 'privacy'."
                                                    f"{nearest(str(custom['property']), ['privacy'])}")
        found.append((at, custom["value"]))
    if len(found) > 1:
        raise document.fault(found[1][0], "is a second 'privacy'; keep one.")
    for at, value in found:
        prefix = (*at, "value")
        lines = {key[len(prefix):]: line for key, line in document.lines.items() if key[: len(prefix)] == prefix}
        check(Document(document.path, value, lines), schema)
        return dict(value)
    if schema is _COLUMN_PROFILE:
        raise document.fault(where, f"column {part.get('name')} has no custom property 'privacy' of vendor 'lapipe', "
                                    "which says its kind.")
    return {}


def _column(document: Document, where: list[str | int], declared: Mapping[str, Any], zone: str,
            times: tuple[str, ...]) -> Column:
    profile = _profile(document, where, declared, _COLUMN_PROFILE)
    options = declared.get("logicalTypeOptions", {})
    kind = Kind(profile["kind"])
    spelling = profile.get("spelling")
    column_type = declared.get("logicalType", "string")
    if column_type not in ("number", *_TYPES):
        raise document.fault([*where, "logicalType"],
                             f"is '{column_type}'; a table's columns are {', '.join(('number', *_TYPES))}.")
    for word in sorted(_UNCHECKED & set(options)):
        raise document.fault([*where, "logicalTypeOptions", word], f"is not checked by lapipe; {_INSTEAD}.")
    if column_type == "string" and "format" in options:
        raise document.fault([*where, "logicalTypeOptions", "format"], f"is not checked by lapipe; {_INSTEAD}.")
    if column_type == "boolean" and options:
        raise document.fault([*where, "logicalTypeOptions"], "has no meaning for a boolean.")
    for word in ("unique", "quality"):
        if declared.get(word):
            raise document.fault([*where, word], f"is not checked by lapipe; {_INSTEAD}.")
    is_time = column_type in ("date", "timestamp") or "clock" in profile
    try:
        patterns = [*profile.get("patterns", ()), options.get("pattern", ""), (spelling or {}).get("pattern", ""),
                    *profile.get("scrub", {}).get("ids", ())]
        for pattern in [*patterns, *(p for level in profile.get("levels", {}).values() for p in level.get("patterns", ()))]:
            re.compile(pattern)
        broken = ""
    except re.error as error:
        broken = f"has a pattern that is no regular expression ({error.msg})."
    if broken:
        raise document.fault(where, broken)
    taken = {"patterns": profile.get("patterns", ()),
             **{f"level {name}": level.get("patterns", ()) for name, level in profile.get("levels", {}).items()}}
    for name, patterns in taken.items():
        if any(re.compile(pattern).groups < 1 for pattern in patterns):
            raise document.fault(where, f"{name} has a pattern without a group; the group is what is kept.")
    return Column(
        name=declared["name"], type=column_type, kind=kind, required=bool(declared.get("required", False)),
        about=profile.get("about", ""), category=profile.get("category", ""),
        aliases=tuple(synonym["synonym"] for synonym in declared.get("synonyms", ())),
        nulls=tuple(profile.get("nulls", ())), nulls_at_most=profile.get("nullsAtMost"), minimum=options.get("minimum"), maximum=options.get("maximum"),
        pattern=options.get("pattern", ""), min_length=options.get("minLength"), max_length=options.get("maxLength"),
        values=tuple(item["value"] for item in declared.get("enum", ())),
        format=_strptime(document, where, options.get("format", "")) if is_time else "",
        clock=profile.get("clock", ""), zone=profile.get("zone", zone) if is_time else "",
        times_between=(times[0], times[1]), domain=profile.get("domain", ""),
        spelling=_spelling(spelling)
        if spelling is not None else None,
        levels={name: Level(level.get("values", {}), tuple(level.get("patterns", ())))
                for name, level in profile.get("levels", {}).items()},
        extracted_from=profile.get("extractedFrom", ""), path=_path(profile.get("path", ())), start=profile.get("start", 0),
        length=profile.get("length", 0), position=profile.get("position", 0), patterns=tuple(profile.get("patterns", ())),
        scale=profile.get("scale", NUMBER_SCALE), label=profile.get("label", {}), unit=profile.get("unit", ""),
        scrub=_scrub(profile.get("scrub", {})),
    )


def _path(said: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(said.split(".")) if isinstance(said, str) else tuple(said)


def _reading(document: Document, profile: Mapping[str, Any]) -> Reading:
    """Say how the files are written; a key that has no meaning for their format would be a rule that silently does not hold."""
    said = profile.get("reading", {})
    at: list[str | int] = ["schema", 0]
    for word in ("encoding", "delimiter", "nulls"):
        if word in said and word in profile:
            raise document.fault(at, f"says {word} both under 'reading' and beside it; keep one.")
    said = {**{word: profile[word] for word in ("encoding", "delimiter", "nulls") if word in profile}, **said}
    format = said.get("format", "")
    only = {"delimiter": ("", "delimited"), "header": ("", "delimited", "excel"), "trailer": ("", "delimited", "excel"),
            "pseudoRows": ("", "delimited", "excel"), "prefix": ("jsonl",), "at": ("json",), "otherKeys": ("json", "jsonl"), "sheet": ("", "excel"),
            "encoding": ("", "delimited", "fixed", "json", "jsonl")}
    for word, formats in only.items():
        if word in said and format not in formats:
            raise document.fault(at, f"reading.{word} has no meaning for format {format}; take it out.")
    if "envelope" in said and "at" not in said:
        raise document.fault(at, "reading.envelope names the keys beside 'at', which is not there.")
    if said.get("thousands") == said.get("decimal", "."):
        raise document.fault(at, "reading.thousands and reading.decimal are the same sign.")
    if len(said.get("delimiter", ",")) != 1:
        raise document.fault(at, "reading.delimiter should be one character.")
    for row in said.get("pseudoRows", ()):
        if ("row" in row) == ("text" in row) or ("column" in row and "row" in row):
            raise document.fault(at, "each of reading.pseudoRows says either row, or text with or without column.")
    try:
        codecs.lookup(said.get("encoding", "utf-8"))
        known = True
    except LookupError:
        known = False
    if not known:
        raise document.fault(at, f"encoding '{said['encoding']}' does not exist; take utf-8, utf-16, cp1252 or iso-8859-1.")
    trailer, limit = said.get("trailer"), said.get("quarantine", {})
    if len(limit) > 1:
        raise document.fault(at, "reading.quarantine says either rows or share.")
    return Reading(
        encoding=said.get("encoding", ""), delimiter=said.get("delimiter", ""), nulls=tuple(said.get("nulls", NULLS)), format=format,
        decimal=said.get("decimal", "."), thousands=said.get("thousands", ""), header="header" not in said,
        pseudo_rows=tuple(PseudoRow(**row) for row in said.get("pseudoRows", ())),
        trailer=(trailer["header"], trailer["text"]) if trailer else (), filled="ragged" in said, nul_removed="nul" in said,
        prefix="prefix" in said, at=said.get("at", ""), envelope=tuple(said.get("envelope", ())),
        other_keys=tuple(said.get("otherKeys", ())), sheet=said.get("sheet", ""), quarantine_rows=limit.get("rows", 0),
        quarantine_share=float(limit.get("share", 0.0)))


def _placed(document: Document, columns: Sequence[Column], reading: Reading) -> None:
    """Refuse places in a record that contradict each other or the format."""
    at: list[str | int] = ["schema", 0, "properties"]
    end, before, places = 0, "", [column for column in columns if column.position]
    for index, column in enumerate(columns):
        where = [*at, index]
        if (column.path and reading.format not in ("json", "jsonl")) or (
                (column.start or column.length) and reading.format != "fixed") or (
                column.position and reading.format not in ("", "delimited", "excel")):
            raise document.fault(where, f"{column.name} says a place that has no meaning for format {reading.format or 'delimited'}; path is "
                                        "for json and jsonl, start and length are for fixed, position is for delimited and excel.")
        if reading.format == "fixed" and not (column.start and column.length) and not column.extracted_from:
            raise document.fault(where, f"{column.name} needs start and length, as format is fixed.")
        if sum(column.position == other.position for other in places) > 1:
            raise document.fault(where, f"{column.name} has the position of another column.")
    for column in sorted((column for column in columns if column.start), key=lambda each: each.start):
        if column.start <= end:
            raise document.fault(at, f"{column.name} begins inside {before}; correct start or length.")
        end, before = column.start + column.length - 1, column.name
    for row in reading.pseudo_rows:
        if row.column and row.column not in [column.name for column in columns]:
            raise document.fault(["schema", 0], f"reading.pseudoRows names '{row.column}', which is no column of the table.")


def _scrub(said: Mapping[str, Any]) -> Scrubbing:
    lists = {key: tuple(each) for key, each in said.items() if key != "form"}
    return Scrubbing(form=said.get("form", ""), **lists)


def _spelling(said: Mapping[str, Any]) -> Spelling:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return Spelling(**fields)


def _strptime(document: Document, where: list[str | int], jdk: str) -> str:
    """Turn the standard's JDK date format into strptime's; letters that are not understood are refused."""
    out = re.sub("|".join(sorted(_JDK, key=len, reverse=True)), lambda found: _JDK[found[0]], jdk)
    if re.search(r"(?<!%)[A-Za-z]", out.replace("'T'", "").replace("'Z'", "")):
        raise document.fault([*where, "logicalTypeOptions", "format"],
                             f"is '{jdk}'; lapipe knows the parts {', '.join(_JDK)}.")
    if jdk and not (re.search("%[Yy]", out) and "%m" in out and "%d" in out):
        raise document.fault([*where, "logicalTypeOptions", "format"],
                             f"is '{jdk}', which lacks year, month or day; a time without them is not known. Have it exported whole.")
    return out.replace("'T'", "T").replace("'Z'", "Z")


def _consistent(document: Document, columns: Sequence[Column], profile: Mapping[str, Any]) -> None:
    at: list[str | int] = ["schema", 0, "properties"]
    names = [column.name for column in columns]
    if not names:
        raise document.fault(["schema", 0], "declares no columns.")
    known: dict[str, str] = {}
    for index, column in enumerate(columns):
        where = [*at, index]
        for word in (column.name, *column.aliases):
            owner = known.setdefault(folded(word), column.name)
            placed = column.position and owner in names and columns[names.index(owner)].position
            if owner != column.name and not placed:
                raise document.fault(where, f"'{word}' names both {owner} and {column.name}.")
        if len({column.name, *column.aliases}) <= len(column.aliases):
            raise document.fault(where, f"{column.name} has a synonym twice; keep one.")
        if column.kind is Kind.PSEUDONYM:
            raise document.fault(where, f"{column.name} is declared a pseudonym; those are what Pseudonymise makes. Another system's number "
                                        "for a person is an identifier here.")
        if column.scrub and column.kind is not Kind.FREE_TEXT:
            raise document.fault(where, f"{column.name} says how it is scrubbed but is {column.kind}, not free_text.")
        if column.scrub.ids and not column.scrub.form:
            raise document.fault(where, f"{column.name} gives patterns of ids (scrub.ids), which only the forms address and container have.")
        if column.scrub.addresses and column.scrub.form != "container":
            raise document.fault(where, f"{column.name} gives keys with addresses (scrub.addresses), which only the form container has.")
        if column.extracted_from and (column.extracted_from not in names or not column.patterns):
            raise document.fault(where, f"{column.name} needs extractedFrom (one of {', '.join(names)}) and patterns.")
        if column.kind in (Kind.IDENTIFIER, Kind.PSEUDONYM) and column.type not in ("string", "integer"):
            raise document.fault(where, f"{column.name} is an identifier and must be string or integer.")
        if column.domain and column.kind not in (Kind.IDENTIFIER, Kind.PSEUDONYM):
            raise document.fault(where, f"{column.name} has an identity domain but is {column.kind}, not an identifier.")
        if column.kind is Kind.EVENT_TIME and column.is_time and column.type != "date":
            if not column.zone:
                raise document.fault(where, f"{column.name} is a time and needs a zone, such as Europe/Amsterdam.")
            _zone_exists(document, where, column.zone)
        for nobody in column.spelling.nobody if column.spelling else ():
            if column.spelling and column.spelling.canonical(nobody) != nobody:
                raise document.fault(where, f"nobody '{nobody}' is not in the canonical form of its own spelling.")
        if column.clock and column.type != "integer":
            raise document.fault(where, f"{column.name} counts {column.clock} since 1970 and must be integer.")
    if profile.get("person") and profile["person"] not in names:
        raise document.fault(["schema", 0], f"person is '{profile['person']}', which is no column of it.")


def folded(word: str) -> str:
    """Give a header as it is compared with others: white space and case aside.

    >>> folded(" User  Full Name")
    'user full name'
    """
    return " ".join(word.split()).casefold()


def _zone_exists(document: Document, where: list[str | int], zone: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
        known = True
    except (KeyError, ValueError, OSError):
        known = False
    if not known:
        raise document.fault(where, f"'{zone}' is no time zone of the IANA list.")


def load_contracts(folder: Path) -> dict[str, Contract]:
    """Read every contract of a folder, by the table's name.

    Raises:
        DeclarationFault: the folder is missing, holds no contract, or two contracts name one table.
    """
    files = sorted(folder.glob("*.odcs.yaml")) if folder.is_dir() else []
    if not files:
        raise DeclarationFault(f"{folder} holds no contract (*.odcs.yaml).", rule="LP201")
    contracts: dict[str, Contract] = {}
    for path in files:
        contract = load_contract(path)
        if contract.name in contracts:
            raise DeclarationFault(f"{path}: {contract.name} is described by {contracts[contract.name].path} too.")
        contracts[contract.name] = contract
    return contracts
