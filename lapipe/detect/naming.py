"""Tell a column of people's names, and texts with names in them, by the lists of names: vectorised over words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.detect import names
from lapipe.detect.bsn import Verdict
from lapipe.detect.lexicon import Strength

if TYPE_CHECKING:
    import pyarrow as pa

#: The share of a column's distinct values that are names, for "found" without a header, with one that suggests it, and for "possible".
#: On Dutch exports first-name columns had .72 to .86, and every other column at most .12 (research/detection.md §3).
SHARE, UNDER_HEADER, SOME = 0.5, 0.25, 0.2
#: The same where the header is of courses, towns or files, which are named after people.
AMONG_THINGS = 0.8
#: Distinct values that are names and no ordinary words: statistics need corroboration.
ENOUGH = 4
#: Texts with a name in them for "found"; of more than one person.
TEXTS = 5
#: A value of more words is a text, and is looked into instead.
WORDS = 6

#: The longest whole value, in bytes.
LONGEST = 80
# What is no sign of ASCII counts as a letter here: RE2 prepares such classes in no time, and those of all letters in milliseconds.
_LETTER = r"[^\x00-&(-@\[-`{-~]"
_CELL = rf"^\s*{_LETTER}[^\x00-\x1f!\"#$%&*+/0-9:;<=>?@\[\\\]^_{{|}}~]+$"
_SPLIT = r"[\s,.()\"]+"
#: Two words with a capital, as a given name and a surname have, prefixes between them.
_PAIR = (rf"[A-Z\x{{80}}-\x{{10FFFF}}](?:{_LETTER}|-)+ (?:(?:van|de|den|der|ten|ter|te|het|'t|el|al|da|dos|von|bin|ben|ait|la|le|di) ){{0,3}}"
         rf"[A-Z\x{{80}}-\x{{10FFFF}}]{_LETTER}")

_GIVEN, _SURNAME, _COMMON, _PREFIX, _INITIAL, _CAPITAL = (1 << i for i in range(6))


@dataclass
class Naming:
    """Counts over the distinct values of one column.

    Attributes:
        shaped: values that could be names: letters, few words.
        given: values of given names only.
        people: values with a given name or initials and a surname.
        plain: of these two, how many are made of ordinary words only.
        surnames: values of surnames only, prefixes aside.
        prefixes: values of prefixes only, as a column of tussenvoegsels has.
        initialled: values of initials only.
        texts: longer values that hold a whole name.
        named: different given names among those, in one batch.
    """

    shaped: int = 0
    given: int = 0
    people: int = 0
    plain: int = 0
    surnames: int = 0
    prefixes: int = 0
    initialled: int = 0
    texts: int = 0
    named: int = 0

    def add(self, text: pa.Array, running: pa.Array) -> None:
        """Count a batch of distinct texts; `running` are those of several words."""
        import pyarrow.compute as pc

        cells = text.filter(pc.less_equal(pc.binary_length(text), LONGEST))
        cells = cells.filter(pc.match_substring_regex(cells, _CELL))
        self.shaped += len(cells)
        if len(cells):
            self._add_cells(cells)
        pairs = running.filter(pc.match_substring_regex(running, _PAIR))
        if len(pairs):
            self._add_texts(pairs)

    def _add_cells(self, cells: pa.Array) -> None:
        import numpy as np

        marks, owner, _ = _marked(cells)
        size = len(cells)

        def count(mask: Any) -> Any:
            return np.bincount(owner[mask], minlength=size)

        given, surname, common = marks & _GIVEN > 0, marks & _SURNAME > 0, marks & _COMMON > 0
        prefix, initial = marks & _PREFIX > 0, marks & _INITIAL > 0
        own = ~prefix & ~initial
        words, owned, initials = count(marks >= 0), count(own), count(initial)
        givens, known = count(own & given), count(own & (given | surname))
        unusual = count(own & (given | surname) & ~common)
        unusual_given = count(own & given & ~common)
        prefixes = count(prefix)
        short = (words > 0) & (words <= WORDS)
        only_given = short & (owned > 0) & (givens == owned) & (owned + initials <= 3) & (prefixes == 0)
        with_initials = short & (initials > 0) & (owned >= 1) & (owned <= 2) & ((known > 0) | (prefixes > 0))
        whole = short & (owned >= 2) & (owned <= 5) & (givens > 0) & ((known >= owned - 1) | (unusual_given > 0)) & ((unusual > 0) | (prefixes > 0))
        people = with_initials | whole
        told = people | only_given
        self.given += int((only_given & ~people).sum())
        self.people += int(people.sum())
        self.plain += int((told & (unusual == 0) & (prefixes == 0)).sum())
        self.surnames += int((short & ~told & (owned > 0) & (owned <= 3) & (initials == 0) & (known == owned)).sum())
        self.prefixes += int((short & (owned == 0) & (prefixes > 0)).sum())
        self.initialled += int((short & (owned == 0) & (prefixes == 0) & (initials > 0)).sum())

    def _add_texts(self, texts: pa.Array) -> None:
        import numpy as np

        marks, owner, codes = _marked(texts)
        lengths = np.bincount(owner, minlength=len(texts))
        begins = (marks & _GIVEN > 0) & (marks & _COMMON == 0) & (marks & _CAPITAL > 0)
        ends = (marks & _CAPITAL > 0) & (marks & _INITIAL == 0)
        prefix = marks & _PREFIX > 0
        hit = np.zeros(len(marks), dtype=bool)
        between = np.ones(len(marks), dtype=bool)
        for step in range(1, 5):
            same = np.zeros(len(marks), dtype=bool)
            same[:-step] = owner[:-step] == owner[step:]
            after = np.zeros(len(marks), dtype=bool)
            after[:-step] = ends[step:]
            hit |= begins & same & between & after
            held = np.zeros(len(marks), dtype=bool)
            held[:-step] = prefix[step:]
            between &= held
        rows = np.unique(owner[hit])
        self.texts += int((lengths[rows] > WORDS).sum()) if len(rows) else 0
        # A short text is judged as a whole value already, unless words are in it that no name has.
        self.texts += int(((lengths[rows] <= WORDS) & ~_is_cell(texts, rows)).sum()) if len(rows) else 0
        self.named = max(self.named, len(np.unique(codes[hit])))

    def by_values(self, distinct: int, *, of_things: bool = False) -> Verdict:
        """Judge whole values; `of_things` says that the header names something else that has names, such as a town."""
        named = self.given + self.people
        if named - self.plain >= ENOUGH and named >= (AMONG_THINGS if of_things else SHARE) * distinct:
            return "found"
        if of_things:
            return "none"
        if named - self.plain >= ENOUGH and named >= SOME * distinct:
            return "possible"
        return "possible" if 1 < named - self.plain == distinct else "none"

    def by_header(self, strength: Strength, distinct: int) -> Verdict:
        """Judge a header by the values: is what stands there written like names?"""
        if not distinct:
            return "possible"
        named = self.given + self.people + self.surnames + self.prefixes + self.initialled
        if strength == "sure":
            return "found" if self.shaped >= SHARE * distinct else "possible"
        if named >= UNDER_HEADER * distinct and (strength == "likely" or self.people + self.given >= UNDER_HEADER * distinct):
            return "found"
        return "possible" if strength == "hint" and self.shaped >= SHARE * distinct and self.given + self.people > self.plain else "none"

    def by_text(self) -> Verdict:
        """Judge names inside longer texts."""
        return "found" if self.texts >= TEXTS and self.named > 1 else "possible" if self.texts else "none"


def _is_cell(texts: pa.Array, rows: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    taken = texts.take(pa.array(rows))
    return pc.and_(pc.less_equal(pc.binary_length(taken), LONGEST), pc.match_substring_regex(taken, _CELL)).to_numpy(zero_copy_only=False)


def _marked(texts: pa.Array) -> tuple[Any, Any, Any]:
    """Give each word's marks, the number of the text it stands in, and the number of the word."""
    import numpy as np
    import pyarrow.compute as pc

    split = pc.split_pattern_regex(texts, _SPLIT)
    owner = pc.list_parent_indices(split).to_numpy(zero_copy_only=False)
    words = pc.dictionary_encode(split.flatten())
    codes = words.indices.to_numpy(zero_copy_only=False)
    table = np.array([_mark(word) for word in words.dictionary.to_pylist()], dtype=np.int64)
    marks = table[codes] if len(codes) else np.zeros(0, dtype=np.int64)
    real = marks >= 0
    return marks[real], owner[real], codes[real]


def _mark(word: str) -> int:
    if not word:
        return -1
    folded = names.fold(word)
    if not folded:
        return -1
    if len(folded) == 1:
        return _INITIAL | _CAPITAL
    tests: tuple[tuple[Callable[[str], bool], int], ...] = ((names.is_given, _GIVEN), (names.is_surname, _SURNAME), (names.is_common, _COMMON))
    marks = sum(mark for test, mark in tests if test(folded))
    if names.is_prefix(folded):
        marks |= _PREFIX
    return marks | (_CAPITAL if word[0].isupper() else 0)
