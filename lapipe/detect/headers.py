"""What a column's name says it holds: whole words in Dutch and English, never parts of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import pairwise

from lapipe.detect import names
from lapipe.detect.lexicon import (
    ABOUT,
    ENTRIES,
    GLUE,
    ID_WORDS,
    NAME_WORDS,
    NUMBERED_PEOPLE,
    PEOPLE,
    SPELT,
    THINGS,
    Entry,
    Strength,
)
from lapipe.detect.words import is_word

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: Longest run of tokens that is looked up as one phrase ("volledige naam van de gebruiker").
LONGEST = 5
#: A compound is taken apart into parts of at least so many letters, and these shorter ones.
PART = 3
#: A word of at least so many letters is known with a slip of the pen, too; of shorter ones too many are near.
SLIPPED = 9
_SHORT_PARTS = frozenset(("id", "nr", "ip", "no"))


def tokens(name: str) -> tuple[str, ...]:
    """Split a column's name into lower-case words, on camelCase, digits and every sign; accents go.

    >>> tokens("studentBSN_nr2"), tokens("E-mailadres")
    (('student', 'bsn', 'nr'), ('e', 'mailadres'))
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return tuple(word.lower() for word in _WORDS.findall(plain))


def read(name: str) -> Mapping[str, Strength]:
    """Say which rules a column's name speaks for, and how strongly.

    A phrase matches a run of whole words, written in any way: "student_nummer", "studentNummer" and "Studentnummer" are
    one phrase, and "acid" holds no "cid". A compound is taken apart only where all of it is known words: "emailstudent".

    >>> read("studentnr"), read("course_name"), read("email_verified"), read("bsnstudent")
    ({'student_number': 'sure'}, {}, {}, {'bsn': 'sure'})
    """
    words = _whole_words(name)
    # The last part of a path is a name of its own: "links.user".
    own = len(words) - len(_whole_words(name.rpartition(".")[2]))
    present = frozenset(words)
    found: dict[str, Strength] = {}
    spans = [(i, j, entry) for i in range(len(words)) for j in range(i + 1, min(len(words), i + LONGEST) + 1) for entry in _phrased(words[i:j])]
    for start, end, entry in spans:
        if present & entry.unless - frozenset(words[start:end]):
            continue
        if entry.whole and not (end == len(words) and start in (0, own)):
            continue
        # A longer phrase says what its parts mean: in "user id" no user is named, and "extra tijd" is no time.
        if any(other_start <= start and end <= other_end and other_end - other_start > end - start and other.rule != entry.rule
               for other_start, other_end, other in spans if entry.strength != "sure"):
            continue
        found[entry.rule] = _stronger(found.get(entry.rule, "hint"), entry.strength)
    if "username" not in found and not present & ABOUT and (_adjacent(words) or (present & NAME_WORDS and present & PEOPLE and not present & THINGS)):
        found["name"] = "sure"
    if not found.keys() & {"student_number", "username", "bsn", "onderwijsnummer", "a_nummer", "phone"} and not present & ABOUT and _numbered(words):
        found["user_id"] = "sure"
    for rule in (rule for word in words for rule in _compounded(word)):
        found.setdefault(rule, "sure")
    return dict(sorted(_settled(found).items()))


def kind_of(rule: str) -> str:
    """Give the kind, as a contract writes it, of what a rule finds.

    >>> kind_of("bsn"), kind_of("special:health"), kind_of("email")
    ('national_id', 'special', 'identifier')
    """
    if rule in ("bsn", "onderwijsnummer", "a_nummer"):
        return "national_id"
    return "special" if rule.startswith("special:") else "free_text" if rule == "free_text" else "identifier"


def _numbered(words: tuple[str, ...]) -> bool:
    """Tell whether a word for a number stands right beside one for people, and neither belongs to a thing: "SSPSTUD_NR", "persoon_guid"."""
    people = [word in NUMBERED_PEOPLE or any(len(word) > len(end) + 1 and word.endswith(end) for end in ("stud", "student")) for word in words]
    ids = [word in ID_WORDS for word in words]
    beside = (i for i in range(len(words) - 1) if (people[i] and ids[i + 1]) or (ids[i] and people[i + 1]))
    return any(not {words[i + 2] if i + 2 < len(words) else "", words[i - 1] if i and ids[i + 1] is False else ""} & THINGS for i in beside)


#: Rests of a compound that make it a subject, an institute or a test of knowledge: "gezondheidswetenschappen", "diagnosetoets".
_OF_STUDY = ("toets", "test", "wetenschap", "kunde", "leer", "studie", "onderwijs", "recht", "psychologie", "economie", "zorg", "vak", "les", "college", "cursus", "opleiding", "informatica", "management", "kamp", "werk", "wijs", "loos", "waardig")
#: A part of a compound that makes it special has at least so many letters.
_TELLING_PART = 6


@lru_cache(maxsize=4096)
def _compounded(word: str) -> tuple[str, ...]:
    """Give the special categories of a Dutch compound that begins with a word for one, or ends with it: "medicijnverstrekking", "gehoorstoornis"."""
    if len(word) < _TELLING_PART + 4 or _entries(word):
        return ()
    found = []
    for cut in range(_TELLING_PART, len(word) - 2):
        first, rest = word[:cut], word[cut:].removeprefix("s")
        for part, other in ((first, rest), (word[cut:], first)):
            if len(part) >= _TELLING_PART and len(other) > 2 and not other.startswith(_OF_STUDY) and (part != word[cut:] or not other.startswith(("on", "anti"))):
                found += [entry.rule for entry in _phrases().get(part, ()) if entry.rule.startswith("special:") and entry.strength == "sure"]
    return tuple(dict.fromkeys(found))


def _adjacent(words: tuple[str, ...]) -> bool:
    """Tell whether a word for people stands right beside one for names: in "context.instructor.name" the name is no context's."""
    return any((one in PEOPLE and other in NAME_WORDS) or (one in NAME_WORDS and other in PEOPLE) for one, other in pairwise(words))


def _settled(found: dict[str, Strength]) -> dict[str, Strength]:
    """Leave out what a more definite reading of the same name explains."""
    sure = {rule for rule, strength in found.items() if strength == "sure"}
    if sure & {"student_number", "username"}:
        found = {rule: strength for rule, strength in found.items() if rule not in ("user_id", "name") or (rule == "user_id" and strength == "sure" and "username" not in sure)}
    if any(rule not in ("name", "user_id", "username") for rule in sure):
        # "Student.BSN" is no student's name.
        found = {rule: strength for rule, strength in found.items() if strength == "sure" or rule not in ("name", "user_id", "username", "device", "free_text")}
    return found


@lru_cache(maxsize=4096)
def _whole_words(name: str) -> tuple[str, ...]:
    """Split a name into words, and compounds of known words into their parts."""
    return tuple(part for word in tokens(name) for part in (_parts(word) if word not in _known() and not _entries(word) else (word,)))


def _phrased(words: tuple[str, ...]) -> tuple[Entry, ...]:
    """Give what a run of words speaks for: as it is written, in other spellings of its words, or as one long word with a slip of the pen."""
    run = "".join(words)
    found = _entries(run)
    if found:
        return found
    if len(words) == 1:
        return _entries(_meant(run))
    spelt = [SPELT.get(word, word) for word in words]
    return _spelt().get("".join(spelt), ()) or _in_any_order().get(tuple(sorted(spelt)), ())


@cache
def _in_any_order() -> Mapping[tuple[str, ...], tuple[Entry, ...]]:
    """Every phrase of several words that means the same in any order: "land geboorte ouder". A name of a user is no user name."""
    table: dict[tuple[str, ...], tuple[Entry, ...]] = {}
    for entry in ENTRIES:
        if entry.rule.startswith("special:") or entry.rule in ("date_of_birth", "document", "phone", "bsn"):
            for phrase in entry.phrases.split("; "):
                key = tuple(sorted(SPELT.get(word, word) for word in tokens(phrase)))
                if len(key) > 1 and entry not in table.get(key, ()):
                    table[key] = (*table.get(key, ()), entry)
    return table


@lru_cache(maxsize=4096)
def _meant(word: str) -> str:
    """Give a phrase of one long word from which this word differs by a letter more, less, other or displaced: "nationalitiet".

    Nothing where it is a word itself, or where those near it speak for different rules.
    """
    if len(word) < SLIPPED or word in _known():
        return ""
    near = {other for cut in _cuts(word) for other in _slips().get(cut, ()) if other[0] == word[0] and abs(len(other) - len(word)) <= 1}
    rules = {tuple(entry.rule for entry in _entries(other)) for other in near}
    return min(near) if len(rules) == 1 and not is_word(word) else ""


def _cuts(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1:] for i in range(len(word)))}


@cache
def _slips() -> Mapping[str, frozenset[str]]:
    """Every long word of a phrase by what is left of it without one letter."""
    table: dict[str, set[str]] = {}
    for run, entries in _phrases().items():
        if len(run) >= SLIPPED and any(len(tokens(phrase)) == 1 for entry in entries for phrase in entry.phrases.split("; ") if "".join(tokens(phrase)) == run):
            for cut in _cuts(run):
                table.setdefault(cut, set()).add(run)
    return {cut: frozenset(runs) for cut, runs in table.items()}


@cache
def _spelt() -> Mapping[str, tuple[Entry, ...]]:
    """Every phrase of several words in the one spelling of each of them."""
    table: dict[str, tuple[Entry, ...]] = {}
    for entry in ENTRIES:
        for phrase in entry.phrases.split("; "):
            words = tokens(phrase)
            run = "".join(SPELT.get(word, word) for word in words)
            if len(words) > 1 and entry not in table.get(run, ()):
                table[run] = (*table.get(run, ()), entry)
    return table


def _parts(word: str) -> tuple[str, ...]:
    """Take a compound apart into the fewest known words; itself where that cannot be done with all of it."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, part = best[start], word[start:end]
            if before is None or not (len(part) >= PART or part in _SHORT_PARTS) or not (part in _known() or _entries(part)):
                continue
            held = best[end]
            if held is None or len(before) + 1 < len(held):
                best[end] = (*before, part)
    found = best[-1]
    return found if found and len(found) <= LONGEST else (word,)


@cache
def _known() -> frozenset[str]:
    """Every word that stands in a phrase or beside one."""
    words = {word for entry in ENTRIES for phrase in entry.phrases.split("; ") for word in tokens(phrase)}
    return frozenset(words | GLUE | PEOPLE | NAME_WORDS | THINGS | ABOUT)


def _entries(run: str) -> tuple[Entry, ...]:
    found = _phrases().get(run)
    # Of a plural, the singular.
    return found if found is not None else _phrases().get(run[:-1], ()) if run.endswith("s") and len(run) > PART + 1 else ()


def _stronger(one: Strength, other: Strength) -> Strength:
    order: tuple[Strength, ...] = ("hint", "likely", "sure")
    return max(one, other, key=order.index)


@cache
def _phrases() -> Mapping[str, tuple[Entry, ...]]:
    """Every phrase, its words run together, with what it speaks for."""
    table: dict[str, tuple[Entry, ...]] = {}
    for entry in ENTRIES:
        for phrase in entry.phrases.split("; "):
            run = "".join(tokens(phrase))
            if entry not in table.get(run, ()):
                table[run] = (*table.get(run, ()), entry)
    return table


#: The special categories, in the order in which they are reported.
SPECIAL = tuple(dict.fromkeys(entry.rule for entry in ENTRIES if entry.rule.startswith("special:")))


def names_person(name: str) -> bool:
    """Say whether a column's name, or a key of JSON in it, looks like a person's: where people are columns, each name is somebody's.

    >>> [names_person(text) for text in ("Jan de Vries", "Smit, Anna", "marks.Fatima el Bouchikhi.total", "Eva Mulder", "JanJansen", "Last Name", "Mark Total", "GracePeriod")]
    [True, True, True, True, True, False, False, False]
    """
    joined = re.sub(r"(?<=[a-z\u00df-\u00ff])(?=[A-Z\u00c0-\u00de])|_", " ", name)
    return any(_names_person(part) for part in (name, *name.split("."), *([joined] if joined != name and joined.replace(" ", "").isalpha() and joined[:1].isupper() else [])))


def _names_person(text: str) -> bool:
    words = names.tokens(text)
    own = [word for word in words if not names.is_prefix(word)]
    if not 2 <= len(own) <= 5:
        return False
    small = text.islower()
    telling = [word for word in own if (small or word[:1].isupper()) and len(word.rstrip(".")) > 1 and not _of_columns(word)]
    first = next((at for at, word in enumerate(telling) if names.is_given(word)), -1)
    rest = [word for at, word in enumerate(telling) if at != first]
    if first < 0 or not rest:
        return False
    # Small letters are how programs call columns: there both must be names, and no other words.
    if small:
        return len(telling) == len(own) and not re.search(r"\d", text) and all(names.is_surname(word) for word in rest) and \
            not all(names.is_common(word) for word in telling)
    # A name that is an ordinary word too (Eva, Mulder) counts where the surname is a known one, or written with a prefix.
    return any(names.is_surname(word) for word in rest) or ((not names.is_common(telling[first]) or len(words) > len(own)) and any(not is_word(word) for word in rest))


def _of_columns(word: str) -> bool:
    """Tell whether a word stands in what columns are called: "Mark", "Page"."""
    plain = tokens(word)
    return all(part in _known() or bool(_entries(part)) for part in plain) if plain else False
