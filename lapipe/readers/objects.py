"""Read JSON: lines with an object each, an array of objects, or one object that holds the array; nested values by their path."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeAlias

from lapipe.contract import Contract, Reading
from lapipe.errors import ContractBroken
from lapipe.readers.opened import open_bytes
from lapipe.readers.spooled import Spool

if TYPE_CHECKING:
    import pyarrow as pa

#: How much of an array is read at a time, in characters; doubled while an element is longer.
_PIECE = 1 << 20
#: After pieces of which none could be taken at once, so many elements at most go one by one before the next try.
_BURST = 4_096

#: How many undeclared keys are gathered before the file is refused.
_UNDECLARED = 20

#: Keys that are shown in a message: words. A key with a digit, a blank or an @ may be somebody's number or name.
_WORD = re.compile(r"[A-Za-z_$:-]{1,40}")


class _Number(float):
    """A float that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> _Number:
        number = super().__new__(cls, text)
        number.text = text
        return number


def _no_number(_: str) -> NoReturn:
    raise ValueError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; a key twice in it is no JSON that two readers read alike."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


_DECODER = json.JSONDecoder(parse_float=_Number, parse_constant=_no_number, object_pairs_hook=_once)


class _OfAnotherShape(Exception):
    """A record does not have an object, list or JSON text where the contract's paths go through one."""


@dataclass
class Place:
    """A place in a record: the columns that are found there, the places below it, and whether other keys may be there."""

    columns: list[int] = field(default_factory=list)
    below: dict[str, Place] = field(default_factory=dict)
    open: bool = False
    seen: bool = False

    def found(self, value: Any, cells: list[str | None]) -> None:
        """Put a value in the cells of the columns that are found here."""
        self.seen = True
        for index in self.columns:
            cells[index] = value if type(value) is str else _text(value)

    def columns_seen(self) -> set[int]:
        """Give the columns that a record had a key for, here or below."""
        return {*(self.columns if self.seen else ()), *(index for place in self.below.values() for index in place.columns_seen())}

    def at(self, path: tuple[str, ...]) -> Place:
        """Give the place at a path below this one, made where it is not there yet."""
        place = self
        for key in path:
            place = place.below.setdefault(key, Place())
        return place


class Objects:
    """Takes objects apart into the contract's columns, and gathers the keys that nobody declared."""

    def __init__(self, contract: Contract, spool: Spool) -> None:
        self._contract, self._spool = contract, spool
        self._root, self._width = Place(), len(spool.names)
        self._undeclared: dict[str, None] = {}
        self._unnamed = False
        for index, name in enumerate(spool.names):
            column = contract[name]
            for path in [column.path] if column.path else [(word,) for word in (column.name, *column.aliases)]:
                self._root.at(path).columns.append(index)
        for key in contract.reading.other_keys:
            self._root.at(tuple(key.split("."))).open = True

    def take(self, path: Path, line: int, record: Any, raw: str) -> None:
        """Hand one record to the spool."""
        self._spool.seen += 1
        cells: list[str | None] = [None] * self._width
        why = "" if isinstance(record, dict) else "it is no JSON object"
        if not why and "\\u" in raw and _broken_text(record):
            why, raw = "it has half a character", raw.encode("utf-8", "replace").decode()
        try:
            if not why:
                self._walk(record, self._root, cells, "")
        except _OfAnotherShape:
            why = "a value on a declared path is no object, list or JSON text"
        if why:
            self._spool.refuse(path, line, raw, why)
        else:
            self._spool.keep(cells)

    def unparsed(self, path: Path, line: int, raw: str) -> None:
        """Put a line that is no JSON in quarantine."""
        self._spool.seen += 1
        self._spool.refuse(path, line, raw, "it is not JSON, only the beginning of it, or has a key twice")

    def checked(self, path: Path) -> None:
        """Refuse a file with undeclared keys, or with too few of the declared ones.

        Raises:
            ContractBroken: LP202.
        """
        contract, found = self._contract, self._root.columns_seen()
        required = {index for index, name in enumerate(self._spool.names) if contract[name].required}
        seen = len(found)
        # A system may leave keys without a value away, so only the required ones tell a wrong file; where none is, their number does.
        if self._spool.kept and (not required <= found if required else seen * 2 < self._width):
            raise ContractBroken(f"{contract.name}: the records of {path} hold {seen} of the {self._width} declared columns; is it the "
                                 f"right file? Declared: {', '.join(contract.names)}.", rule="LP202")
        if self._undeclared or self._unnamed:
            shown = [*self._undeclared, *(["keys that may be somebody's name or number"] if self._unnamed else [])]
            raise ContractBroken(f"{contract.name}: {path} does not have the keys of contract version {contract.version} (undeclared: "
                                 f"{', '.join(shown)}). Declare them with their kind, or their container under otherKeys.", rule="LP202")

    def learn(self, record: dict[str, Any], shape: dict[str, Any]) -> None:
        """Put the types of a record's declared values into `shape`: a word for each, and such a mapping for an object."""
        self._learn(record, self._root, shape)

    def _learn(self, record: dict[str, Any], place: Place, shape: dict[str, Any]) -> None:
        for key, below in place.below.items():
            value = record.get(key)
            if below.below:
                if isinstance(value, dict):
                    self._learn(value, below, shape.setdefault(key, {}))
            elif isinstance(value, float):
                if all(self._is_number(index) for index in below.columns):
                    shape[key] = "number"
            elif isinstance(value, (str, int)) and (type(value) is not int or shape.get(key) != "number"):
                shape[key] = type(value).__name__

    def _is_number(self, index: int) -> bool:
        """Tell whether of a column's values 7.5 and 7.50 are the same."""
        column = self._contract[self._spool.names[index]]
        nulls = column.nulls or self._contract.reading.nulls
        return column.type == "number" and not any(character.isdigit() for null in nulls for character in null)

    def columns_of(self, fields: Sequence[tuple[str, pa.Array]], rows: int) -> list[pa.Array] | None:
        """Give the columns of records that Arrow has read, as texts, or None where they need to be taken apart one by one."""
        import pyarrow as pa

        found: dict[int, pa.Array] = {}
        seen: list[Place] = []
        if not self._gather(fields, self._root, found, seen):
            return None
        for place in seen:
            place.seen = True
        return [found[index] if index in found else pa.nulls(rows, pa.string()) for index in range(self._width)]

    def _gather(self, fields: Sequence[tuple[str, pa.Array]], place: Place, found: dict[int, pa.Array], seen: list[Place]) -> bool:
        """Put the columns at a place and below it into `found`; tell whether it is certain that these are they."""
        import pyarrow as pa

        for name, values in fields:
            below = place.below.get(name)
            if below is None:
                if not (place.open or place.columns):
                    return False
            elif (below.below or below.columns) and values.null_count < len(values):
                if not below.below:
                    text = _texts(values)
                    if text is None or not found.keys().isdisjoint(below.columns):
                        return False
                    found.update(dict.fromkeys(below.columns, text))
                    seen.append(below)
                elif below.columns or not pa.types.is_struct(values.type) or not self._gather(_inside(values), below, found, seen):
                    return False
        return True

    def _walk(self, value: Any, place: Place, cells: list[str | None], where: str) -> None:
        place.found(value, cells)
        if value is None or not (place.below or place is self._root):
            return
        if isinstance(value, str):
            if not value.strip():
                return
            value = _inner(value)
            if value is None:
                return
        others = place.open or place.columns
        if isinstance(value, dict):
            if not others and not value.keys() <= place.below.keys():
                self._note(where, [key for key in value if key not in place.below])
            for key, below in place.below.items():
                if key not in value:
                    continue
                if below.below:
                    self._walk(value[key], below, cells, f"{where}{key}.")
                else:
                    below.found(value[key], cells)
        elif isinstance(value, list):
            if not others and any(str(index) not in place.below for index in range(len(value))):
                self._note(where, ["more elements of the list"])
            for key, below in place.below.items():
                if key.isdecimal() and int(key) < len(value):
                    self._walk(value[int(key)], below, cells, f"{where}{key}.")
        else:
            raise _OfAnotherShape

    def _note(self, where: str, keys: list[str]) -> None:
        for key in keys:
            if _WORD.fullmatch(key) or key.startswith("more elements"):
                if len(self._undeclared) < _UNDECLARED:
                    self._undeclared[f"{where}{key}"] = None
            else:
                self._unnamed = True


def _inside(values: pa.Array) -> list[tuple[str, pa.Array]]:
    """Give each key's values in an array of objects."""
    import pyarrow.compute as pc

    return [(field.name, pc.struct_field(values, position)) for position, field in enumerate(values.type)]


def _texts(values: pa.Array) -> pa.Array | None:
    """Give values as they were written, or None where Arrow does not tell that."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(values.type):
        return values
    if pa.types.is_int64(values.type) or pa.types.is_boolean(values.type):
        return values.cast(pa.string())
    if pa.types.is_decimal(values.type):
        return pc.replace_substring_regex(values.cast(pa.string()), r"\.?0+$", "")
    return None


def _broken_text(value: Any) -> bool:
    """Tell whether a text in a value has half of a pair of surrogates, which is no character."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False


def _inner(text: str) -> Any:
    """Parse JSON that stands in a string."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        pass
    raise _OfAnotherShape


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _Number):
        return value.text
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


#: Takes some elements at the beginning of a text, whose first line has this number, and gives where they end; 0 where it took none.
Many: TypeAlias = Callable[[int, str], int]


class Taker(Protocol):
    """What records are handed to."""

    def take(self, path: Path, line: int, record: Any, raw: str) -> None:
        """Take one record."""
        ...

    def unparsed(self, path: Path, line: int, raw: str) -> None:
        """Take what is no record."""
        ...


def parsed(text: str) -> tuple[bool, Any]:
    """Tell whether a text is JSON, and give its value."""
    try:
        return True, _DECODER.decode(text)
    except (ValueError, RecursionError):
        return False, None


def cleaned(line: str, reading: Reading) -> str:
    """Give a line without what stands around its record."""
    text = line.strip().removeprefix("\ufeff")
    if reading.nul_removed and "\0" in text:
        text = text.replace("\0", "").strip()
    return text[max(text.find("{"), 0):] if reading.prefix else text


def take_lines(path: Path, contract: Contract, encoding: str, objects: Taker) -> None:
    """Hand each line's record on."""
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            text = cleaned(line, contract.reading)
            if not text:
                continue
            good, record = parsed(text)
            if good:
                objects.take(path, number, record, text)
            else:
                objects.unparsed(path, number, text)


def take_array(path: Path, contract: Contract, encoding: str, objects: Taker, many: Many | None = None) -> None:
    """Hand each element's record on; `many` may take some at once."""
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
        text = _Stream(stream, path, contract)
        if contract.reading.at:
            _envelope(text, contract, path, objects, many)
        else:
            text.expect("[")
            _elements(text, path, objects, many)
        text.expect("")


def envelope_of(path: Path, contract: Contract, encoding: str) -> tuple[str, tuple[str, ...], int]:
    """Find, of the object that a file holds, the one key that holds an array of objects, and the other keys; neither where there are more.

    How many there are stands behind them.
    """
    found, others = list[str](), list[str]()
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
        text = _Stream(stream, path, contract)
        text.expect("{")
        while text.next() != "}":
            key, _ = text.value()
            text.expect(":")
            records = _Counted()
            if text.next() == "[":
                text.expect("[")
                _elements(text, path, records)
            else:
                text.value()
            (found if records.objects and records.objects == records.all else others).append(str(key))
            if text.next() != ",":
                break
            text.expect(",")
        text.expect("}")
        text.expect("")
    one = len(found) == 1 and all(map(_WORD.fullmatch, [*found, *others]))
    return (found[0] if one else "", tuple(others) if one else (), len(found))


@dataclass
class _Counted:
    """Counts the elements of an array, and the objects among them."""

    all: int = 0
    objects: int = 0

    def take(self, path: Path, line: int, record: Any, raw: str) -> None:
        self.all += 1
        self.objects += isinstance(record, dict)

    def unparsed(self, path: Path, line: int, raw: str) -> None:
        self.all += 1


def _elements(text: _Stream, path: Path, objects: Taker, many: Many | None = None) -> None:
    if text.next() == "]":
        text.expect("]")
        return
    while True:
        if many is None or not text.several(many):
            line = text.line
            value, raw = text.value()
            objects.take(path, line, value, raw)
        if text.next() != ",":
            break
        text.expect(",")
    text.expect("]")


def _envelope(text: _Stream, contract: Contract, path: Path, objects: Taker, many: Many | None) -> None:
    """Go through the object around the array."""
    reading, found, others = contract.reading, False, []
    text.expect("{")
    while text.next() != "}":
        key, _ = text.value()
        text.expect(":")
        if key == reading.at:
            found = True
            text.expect("[")
            _elements(text, path, objects, many)
        else:
            value, _ = text.value()
            others.append(key if isinstance(key, str) and _WORD.fullmatch(key) else "a key that is no word")
            if key == "more" and value:
                raise ContractBroken(f"{contract.name}: {path} says with 'more' that it is only a part; export the whole, or every part as a "
                                     "file with an empty 'more'.", rule="LP208")
        if text.next() != ",":
            break
        text.expect(",")
    text.expect("}")
    undeclared = sorted(set(others) - set(reading.envelope))
    if not found or undeclared:
        problem = f"undeclared beside it: {', '.join(undeclared)}" if found else "it is not there"
        raise ContractBroken(f"{contract.name}: {path} should be an object whose key '{reading.at}' holds the records ({problem}). Correct "
                             "`at` and `envelope` under reading in the contract.", rule="LP202")


class _Stream:
    """Text of JSON that is read as far as the next value needs it."""

    def __init__(self, stream: io.TextIOWrapper, path: Path, contract: Contract) -> None:
        self._stream, self._path, self._contract = stream, path, contract
        self._buffer, self._at, self._ended = "", 0, False
        self._missed, self._burst = 0, 1
        self.line = 1

    def next(self) -> str:
        """Give the next character that is no white space, without taking it; empty at the end."""
        while True:
            while self._at < len(self._buffer):
                character = self._buffer[self._at]
                if character not in " \t\r\n\ufeff":
                    return character
                self.line += character == "\n"
                self._at += 1
            if not self._more(_PIECE):
                return ""

    def expect(self, character: str) -> None:
        """Take a character that must be there; an empty one stands for the end of the file."""
        if self.next() != character:
            raise self._broken()
        self._at += len(character)

    def value(self) -> tuple[Any, str]:
        """Take one JSON value, and give its text too."""
        self.next()
        piece = _PIECE
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
                if end < len(self._buffer) or self._ended:
                    raw = self._buffer[self._at:end]
                    self.line += raw.count("\n")
                    self._at = end
                    return value, raw
            except (ValueError, RecursionError):
                pass
            if not self._more(piece):
                if self._ended and self._complete():
                    continue
                raise self._broken()
            piece *= 2

    def several(self, many: Many) -> bool:
        """Let some of the values that come next be taken at once; tell whether any were."""
        self.next()
        if self._missed:
            self._missed -= 1
            return False
        if not self._ended and len(self._buffer) - self._at < _PIECE:
            self._more(_PIECE)
        end = many(self.line, self._buffer[self._at:])
        self.line += self._buffer.count("\n", self._at, self._at + end)
        self._at += end
        # A strange array is not looked at again with every element.
        self._missed, self._burst = (0, 1) if end else (self._burst, min(2 * self._burst, _BURST))
        return end > 0

    def _complete(self) -> bool:
        try:
            _DECODER.raw_decode(self._buffer, self._at)
            return True
        except (ValueError, RecursionError):
            return False

    def _more(self, piece: int) -> bool:
        text = self._stream.read(piece)
        self._buffer, self._at = self._buffer[self._at:] + text, 0
        self._ended = not text
        return bool(text)

    def _broken(self) -> ContractBroken:
        return not_json(self._contract, self._path, self.line)


def not_json(contract: Contract, path: Path, line: int) -> ContractBroken:
    """Make the error for a file that is no JSON, at a line of it."""
    return ContractBroken(f"{contract.name}: {path} is not JSON as declared, or ends too early (at line {line}). Export it "
                          "again, or correct `reading` in the contract (format jsonl has a record in each line).", rule="LP208")
