"""One entry of the register: its canonical text, its hash, and what it may hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeAlias

from lapipe.errors import RegisterFault

#: What an entry may hold. No floats: their text differs between writers, and a hash is over text.
Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

#: The largest whole number that every JSON reader gives back unchanged (RFC 7493, 2.2).
LARGEST = 2**53 - 1

#: What the first entry has for the hash of the entry before it.
NOTHING_BEFORE = "0" * 64

#: How the ids of runs and the kinds of entries are spelt.
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}")

_SURROGATE = re.compile("[\ud800-\udfff]")
_FIELDS = (("content", dict), ("kind", str), ("prev", str), ("run", str), ("seq", int), ("time", str))
# `json.loads` takes twice as long over texts as short as these.
_DECODE = json.JSONDecoder().raw_decode


@dataclass(frozen=True)
class Entry:
    """One entry. `time` is UTC as ISO text with microseconds; `hash` is over all the rest, `prev` the hash before."""

    seq: int
    time: str
    kind: str
    run: str
    body: Mapping[str, Json]
    prev: str
    hash: str


def written(seq: int, now: datetime, kind: str, run: str, prev: str, content: Mapping[str, Json]) -> tuple[str, str]:
    """Give an entry's canonical text and its hash: keys sorted, no spaces, no floats, so that every writer gives the same."""
    if now.tzinfo is None:
        raise TypeError("The register's clock must give a time with its zone.")
    time = now.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    text = canonical({"seq": seq, "time": time, "kind": kind, "run": run, "prev": prev, "content": content})
    return text, leaf_hash(text.encode())


def canonical(value: Mapping[str, Json]) -> str:
    """Write JSON the one way that the register does."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def leaf_hash(body: bytes) -> str:
    """Hash as a leaf of an RFC 9162 Merkle tree (2.1.1), so that checkpoints can be made over the same hashes."""
    return sha256(b"\0" + body).hexdigest()


def parsed(body: bytes) -> dict[str, Any] | None:
    """Parse what stands in the store; None where that is no entry."""
    try:
        text = body.decode()
        entry, end = _DECODE(text)
    except (ValueError, RecursionError):
        return None
    if end != len(text) or type(entry) is not dict or len(entry) != len(_FIELDS):
        return None
    for field, kind in _FIELDS:
        if type(entry.get(field)) is not kind:
            return None
    return entry


def as_entry(seq: int, body: bytes, digest: bytes) -> Entry:
    """Make an entry of what stands in the store.

    Raises:
        RegisterFault: LP602, it is none.
    """
    entry = parsed(body) if isinstance(body, bytes) else None
    if entry is None:
        raise RegisterFault(f"Entry {seq} of the register cannot be read; `lapipe register verify` says what else was"
                            " changed.", rule="LP602")
    return Entry(entry["seq"], entry["time"], entry["kind"], entry["run"], entry["content"], entry["prev"],
                 as_text(digest))


def as_bytes(text: str) -> bytes:
    """Encode what was parsed; JSON can spell half a character pair, which UTF-8 has no bytes for."""
    return text.encode("utf-8", "surrogatepass")


def as_text(value: object) -> str:
    """Give the text of a column that should hold text; whatever else was put there is for verify to find."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def plain_object(value: Mapping[Any, object], at: str = "") -> dict[str, Json]:
    """Copy a mapping as plain JSON, or name the key (never the value) that the register does not take.

    Raises:
        TypeError: it holds what no entry may hold.
    """
    if not all(isinstance(key, str) and not _SURROGATE.search(key) for key in value):
        raise TypeError(f"The register takes only text as keys {f'under {at}' if at else 'of a body'}.")
    return {key: _plain(inner, f"{at}.{key}" if at else key) for key, inner in value.items()}


def _plain(value: object, at: str) -> Json:
    if isinstance(value, Mapping):
        return plain_object(value, at)
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{at}[{index}]") for index, inner in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, str) and not _SURROGATE.search(value):
        return value
    what = {int: "whole number beyond 2^53", str: "text that is no Unicode"}.get(type(value), type(value).__name__)
    raise TypeError(f"The register takes no {what} at {at}; give text, a whole number, true, false or nothing.")
