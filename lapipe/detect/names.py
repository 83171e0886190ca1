"""Names of people: lists of given names and surnames, Dutch and from elsewhere, and what share of a column is of them."""

from __future__ import annotations

import gzip
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

#: What stands between or before parts of surnames, folded ("van der", "el", "de la").
_PREFIXES = ("van von de den der het 't t 's s ten ter te tot in op onder over aan bij voor uit uijt el al la le les las los da das di do dos du "
             "del della des bin ben bint ibn abu abou ait oulad ould af zu zum zur vom of y e mac mc st san santa")
PREFIXES = frozenset(_PREFIXES.split())

# Letters that Unicode does not take apart.
_WHOLE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a",
                        "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_TOKENS = re.compile(r"[^\W\d_](?:['’‘-]?[^\W\d_])*\.?")


@dataclass(frozen=True)
class Names:
    """Folded names; `common` are those that are ordinary words, months or places too."""

    given: frozenset[str]
    surnames: frozenset[str]
    common: frozenset[str]


def fold(text: str) -> str:
    """Write a name in small letters without accents, as the lists do.

    >>> fold("Łukasz"), fold("Ştefan-Özgür"), fold("D’Souza")
    ('lukasz', 'stefan-ozgur', "d'souza")
    """
    apart = unicodedata.normalize("NFKD", text.lower().translate(_WHOLE))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_WHOLE).strip(" .")


@cache
def lists() -> Names:
    """Read the lists (lapipe/detect/data, whose README names sources and licences); takes some tens of milliseconds, once."""
    given, surnames = _read("given"), _read("surnames")
    common = frozenset(name[:-1] for name in (*given, *surnames) if name.endswith("~"))
    return Names(frozenset(name.rstrip("~") for name in given), frozenset(name.rstrip("~") for name in surnames), common)


def _read(name: str) -> list[str]:
    packed = resources.files("lapipe.detect").joinpath("data", f"{name}.txt.gz").read_bytes()
    return gzip.decompress(packed).decode().split("\n")


def is_given(token: str) -> bool:
    """Say whether a word is a given name; ask `is_common` before believing it of one word in running text.

    >>> is_given("Fatima"), is_given("Jan-Willem"), is_given("tentamen")
    (True, True, False)
    """
    return _among(fold(token), lists().given)


def is_surname(token: str) -> bool:
    """Say whether a word is a surname, its prefixes left out ("Berg" of "van den Berg").

    >>> is_surname("Bouchikhi"), is_surname("Nguyễn"), is_surname("werkcollege")
    (True, True, False)
    """
    return _among(fold(token), lists().surnames)


def is_common(token: str) -> bool:
    """Say whether a name is an ordinary Dutch or English word, a month or a place too: Roos, Will, mei, Florence.

    >>> is_common("Roos"), is_common("Fatima")
    (True, False)
    """
    return fold(token) in lists().common


def is_prefix(token: str) -> bool:
    """Say whether a word stands between or before parts of a surname: van, der, el."""
    return fold(token) in PREFIXES


def _among(word: str, names: frozenset[str]) -> bool:
    if word in names:
        return True
    # Of a double name, both parts.
    parts = [part for part in word.split("-") if part]
    return len(parts) > 1 and all(part in names for part in parts)


def tokens(text: str) -> tuple[str, ...]:
    """Split a text into words as names are written: hyphens and apostrophes inside, a full stop behind an initial.

    >>> tokens("Berg, J.P. van 't")
    ('Berg', 'J.', 'P.', 'van', 't')
    """
    return tuple(_TOKENS.findall(text))


def given_share(values: pa.Array | pa.ChunkedArray) -> float:
    """Give the share of the values, each counted once as it comes, of which every word is a given name or an initial.

    On Dutch exports .72 to .86 of a column of first names, and at most .12 of any other (research/detection.md §3).
    """
    return _share(values, _reads_as_given)


def person_share(values: pa.Array | pa.ChunkedArray) -> float:
    """Give the share of the values that read as a person's whole name: a given name or initials with a surname, in any order."""
    return _share(values, reads_as_person)


def surname_share(values: pa.Array | pa.ChunkedArray) -> float:
    """Give the share of the values that read as a surname, with or without its prefixes.

    Places are named like people: a column of surnames is believed only by its header or beside given names.
    """
    return _share(values, _reads_as_surname)


def _share(values: pa.Array | pa.ChunkedArray, test: object) -> float:
    texts = [text for text in values.to_pylist() if text]
    return sum(test(text) for text in texts) / len(texts) if texts else 0.0  # type: ignore[operator]


def _reads_as_given(text: str) -> bool:
    words = tokens(text)
    return 0 < len(words) <= 4 and any(is_given(word) for word in words) and all(is_given(word) or _initial(word) for word in words)


def _reads_as_surname(text: str) -> bool:
    words = tokens(text)
    own = [word for word in words if not is_prefix(word)]
    return 0 < len(own) <= 2 and all(is_surname(word) for word in own)


def reads_as_person(text: str) -> bool:
    """Say whether a text is a person's whole name.

    Of the words that are no prefix there are two to five, at least one is a given name or an initial and another a surname, and
    one of the two is no ordinary word, or it is written with initials or prefixes as only names are.

    >>> [reads_as_person(text) for text in ("Berg, J. van den", "Fatima el Bouchikhi", "Jan Jansen", "Will Page", "Inleiding recht")]
    [True, True, True, False, False]
    """
    words = tokens(text)
    own = [word for word in words if not is_prefix(word)]
    if not 2 <= len(own) <= 5 or re.search(r"[\d@_/\\]", text):
        return False
    initials = [word for word in own if _initial(word)]
    long = [word for word in own if not _initial(word)]
    if not long:
        return False
    given = [word for word in long if is_given(word)]
    surnames = [word for word in long if is_surname(word)]
    named = len(given) + len(surnames) >= 1 and all(is_given(word) or is_surname(word) for word in long[:1] + long[-1:])
    if initials:
        return bool(surnames or given) and len(long) <= 2
    if not given or not named or len(long) < 2 or not any(word not in given[:1] for word in surnames):
        return False
    return any(not is_common(word) for word in (*given, *surnames)) or len(words) > len(own)


def _initial(word: str) -> bool:
    return len(word.rstrip(".")) == 1 or (word.endswith(".") and len(word) <= 3)
