"""Tell a column of people's names, and texts with names in them, by the lists of names: vectorised over words."""

from __future__ import annotations

import re
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
#: Names from everywhere stand on no list. Where nearly all values are written as whole names are, of words that are no ordinary ones, a column
#: is one of names when this share of them is on the lists; so many of its values are looked at for that.
ON_LISTS, WRITTEN, LOOKED_AT = 0.2, 0.8, 2_000
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
        strange: of the first values, how many are written as whole names though a word of them is on no list; no word of them is an ordinary one.
        looked: how many were looked at for that.
        cued: texts with a name that is told from what stands before it, "mijn naam is", on whatever list it stands.
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
    strange: int = 0
    looked: int = 0
    cued: int = 0

    def add(self, text: pa.Array, running: pa.Array) -> None:
        """Count a batch of distinct texts; `running` are those of several words."""
        import pyarrow.compute as pc

        cells = text.filter(pc.less_equal(pc.binary_length(text), LONGEST))
        cells = cells.filter(pc.match_substring_regex(cells, _CELL))
        self.shaped += len(cells)
        if len(cells):
            self._add_cells(cells)
        running = running.filter(pc.match_substring_regex(running, f"{_CUED}|{_PAIR}"))
        cued = running.filter(pc.match_substring_regex(running, _CUED))
        if len(cued):
            self.cued += sum(map(_cued, cued.to_pylist()))
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
        rest = (LOOKED_AT - self.looked) if self.looked < LOOKED_AT else 0
        if rest:
            texts = cells.slice(0, rest).to_pylist()
            self.looked += len(texts)
            self.strange += sum(not named and _written(text) for text, named in zip(texts, told[:rest].tolist(), strict=True))
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
        if not of_things and self.looked and named - self.plain >= ENOUGH and named >= ON_LISTS * distinct:
            # What the lists lack counts as far as it is written like the rest.
            named += self.strange * self.shaped // self.looked if named + self.strange * self.shaped // self.looked >= WRITTEN * distinct else 0
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
        return "found" if self.texts >= TEXTS and self.named > 1 else "possible" if self.texts or self.cued else "none"


#: What stands right before a name: who is greeted, who greets, titles, "mijn naam is".
_CUES = (r"(?i:\b(?:mvg|gr|groet(?:en|jes)?|met vriendelijke groet(?:en)?|(?:kind |best |warm )?regards|cheers|greetings|liefs|namens|mevr(?:ouw|\.)?|meneer|dhr\.?|mw\.?|heer|mr\.?|mrs\.?|ms\.?|dr\.?|drs\.?|ir\.?|prof(?:essor)?\.?|"
         r"(?:mijn|my|zijn|haar|his|her) (?:naam|name) is|ik heet|heet|genaamd|named|called|call me|noem me|ik ben|i am|i'm|student(?:e)?|leerling|mentee|docent|mentor|tutor|begeleider|coach|collega|klasgenoot|"
         r"hoi|hallo|hey|hi|hello|beste|dear|geachte|dag|bedankt|dank je(?: wel)?|dankjewel|thanks|thank you|samen met|together with|gesprek met|talked to|asked|vraag het aan|volgens|according to|"
         r"verzoek van|request (?:of|by|from)|bericht van|mail van|door|by|from|van|met|with|let|and|en|groepje van|group of|post (?:by|of))[\s,:!]+)")
_CUED_INITIALS = r"(?:[A-Z]\.[ ]?){1,4}"
_CUED = rf"{_CUES}(?:{_CUED_INITIALS})?[A-Z\x{{80}}-\x{{10FFFF}}]|(?:^|[.!?,:;]\s+)[A-Z\x{{80}}-\x{{10FFFF}}]\S+ (?:en ik|and I|and me|en mij|ze|za|sai|say|vr|ask|ver|to|be|ma|em|ap|h|is|was|d|wr|sch|ne|al|ko|kw)"
_AFTER_CUE = re.compile(rf"{_CUES}(?P<initials>{_CUED_INITIALS})?(?P<it>[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*)(?P<more>(?: (?:van|de|den|der|ten|ter|te|el|al|von|da|la))*(?: [^\W\d_a-z][^\W\d_]+)?)")
#: Cues that stand before things as well: behind these a name is of two words, or on the lists.
_WEAK_CUE = re.compile(r"(?i)\b(?:door|by|from|van|met|with|let|and|en|volgens|according to|called|genaamd|heet|asked|ik ben|i am|i'm|student|docent)[\s,:!]+$")
_NAME = r"[^\W\d_a-z][^\W\d_]+"
#: What only people do, right behind somebody's name, and what things do too.
_ACTS = re.compile(rf"(?:^|[.!?,:;]\s+)(?P<it>{_NAME})(?P<more>) (?:en ik|and I|and me|en mij|zei|zegt|said|says|vroeg|vraagt|asked|asks|vertelde|vertelt|told|belde|belt|mailde|mailt|emailed|appte|appt)\b")
_DOES = re.compile(rf"(?:^|[.!?]\s+)(?P<it>{_NAME})(?P<more>) (?:heeft|had|is|was|doet|deed|maakt|maakte|has|did|does|made|wrote|schreef|never|always|komt|kwam)\b")


#: Authors of literature are no one in the data: "Smith (2019)", "Jones et al."
_CITED = re.compile(r"\s+et al|(?:'s)?[^.!?\n]{0,40}\((?:19|20)\d\d")


def _cued(text: str) -> bool:
    """Tell whether a text names somebody right behind a cue, by a word that is no ordinary one, or at its begin as who does something."""
    from lapipe.detect.words import FUNCTION, PROPER, STUDY, is_word

    for found in (*_AFTER_CUE.finditer(text), *_ACTS.finditer(text), *_DOES.finditer(text)):
        acts = found.re is _ACTS
        word, more = found["it"], found["more"].split()
        folded = names.fold(word)
        if found.groupdict().get("initials") and not _CITED.match(text, found.end()):
            return True
        if folded in FUNCTION | PROPER | STUDY or word.isupper() or is_word(word) or _CITED.match(text, found.end()):
            continue
        listed = (names.is_given(word) or names.is_surname(word)) and not names.is_common(word)
        other = more[-1] if more else ""
        double = bool(other) and (not is_word(other) or names.is_surname(other)) and names.fold(other) not in PROPER and not other.isupper()
        weak = found.re is _DOES or (not acts and _WEAK_CUE.search(text[:found.start("it")]) is not None)
        if acts or listed or (double and (not weak or any(map(names.is_given, (word, other))) or names.is_surname(other))) or (not weak and names.is_surname(word)):
            return True
    return False


def _written(text: str) -> bool:
    """Tell whether a value is written as a whole name is, of words that are no ordinary ones: "Chidi Nwosu", "Karimova, Dilnoza"."""
    from lapipe.detect.words import is_word

    words = [word for word in names.tokens(text) if not names.is_prefix(word)]
    long = [word for word in words if len(word.rstrip(".")) > 1]
    if not 2 <= len(words) <= 5 or not long or any(sign.isdigit() for sign in text):
        return False
    return not any(is_word(word) and not (names.is_given(word) or names.is_surname(word)) for word in long)


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
