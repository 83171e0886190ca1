"""Each constant of the rules matters: with another value, something else is said of a column."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lapipe.detect import (
    Judged,
    anummer,
    beside,
    bsn,
    columns,
    elfproef,
    headers,
    identifiers,
    judge,
    naming,
    presidio,
    special,
    tables,
    text,
    words,
)
from lapipe.detect.identifiers import SHAPES, valid_phones
from tests.evaluation.made_up import a_nummers, bsns, iban, numbers

#: Constants that only say how much is done at a time: no verdict depends on them.
OF_SIZE = {"columns.BATCH_ROWS", "columns.BATCH_BYTES"}
#: Names for signs and bits.
NO_NUMBERS = {"identifiers._AROUND", *(f"naming._{bit}" for bit in ("GIVEN", "SURNAME", "COMMON", "PREFIX", "INITIAL", "CAPITAL"))}


def verdict(rule: str, name: str, values: Sequence[str | None]) -> str:
    return next(each.verdict for each in judge(name, [pa.array(values, pa.string())]) if each.rule == rule)


def verdicts(*asked: tuple[str, str, Sequence[str | None]]) -> tuple[str, ...]:
    return tuple(verdict(*each) for each in asked)


def evidence(rule: str, name: str, values: Sequence[str | None]) -> Any:
    return next(each for each in judge(name, [pa.array(values, pa.string())]) if each.rule == rule)


def passing(first: int, last: int) -> str:
    return next(str(number) for number in range(first, last) if elfproef(pa.array([number]))[0].as_py())


LOW, HIGH = passing(10_000_000, 10_000_100), passing(999_999_900, 1_000_000_000)
A = a_nummers(60, 1)
OTHER_TENS = numbers(2000, 4, 5_000_000_000, 9_999_999_999)
PEOPLE = ["Sanne Bouchikhi", "Fatima Dijkstra", "Lotte Hoekstra", "Emre Zijlstra", "Thijs Terpstra", "Anouk Wiersma", "Zeynep Postma", "Youssef Veenstra", "Jeroen Hofstra", "Femke Miedema"]
WORDS = [f"werkvorm {word}" for word in "abcdefghijklmnopqrstuvwxyz"]
TEXT = "Het was een mooie dag en we hebben {} daar gezien met de hele groep"
TELEPHONES = [f"06{number}" for number in numbers(600, 3, 10_000_000, 99_999_999)]


def told(*named: tuple[str, Sequence[str]], rows: int) -> dict[str, set[str]]:
    judged = [Judged(name, judge(name, [pa.array(values).unique()])) for name, values in named]
    return {name: {each.rule for each in said if each.verdict == "found"} for name, said in beside(judged, rows).items()}


def rows_of(count: int, people: int) -> dict[str, set[str]]:
    return told(("id", [str(number) for number in range(count)]), ("email", [f"a{number % people}@uni.example" for number in range(count)]), rows=count)


FAILING = [number for number in numbers(400, 8, 200_000_000, 999_999_999) if not elfproef(pa.array([number]))[0].as_py()]
SICK = [f"Ik ben {word} ziek geweest" for word in ("gisteren", "vandaag", "lang", "kort", "heel", "erg", "weer")]
#: Written as names are, of words on no list.
STRANGE = [f"{first} {last}" for first in ("Qovzar", "Brixtul", "Wenzrok", "Plumdar", "Xirvan") for last in ("Vrontik", "Dzelmar", "Quostev", "Trazwil", "Brogzan")]


def shaped_told() -> tuple[str, ...]:
    """Ask with the shapes made anew, as they read the constant when they are made."""
    shapes = tuple(dataclasses.replace(each, enough=identifiers.TELLING) if each.sift else each for each in SHAPES)
    before, columns.SHAPES = columns.SHAPES, shapes
    try:
        return verdicts(*(("special:health", "x", SICK[:n]) for n in (4, 5)))
    finally:
        columns.SHAPES = before


def by_lists(of: int, listed: int, others: int = 0) -> str:
    """Ask about so many values, of which some are names on the lists, some no names, and the rest written like names."""
    return verdict("name", "x", [*PEOPLE[:listed], *STRANGE[:of - listed - others], *WORDS[:others]])


def rules_of(told: str, ids: Sequence[str] = ()) -> list[tuple[str, str, bool]]:
    known = text.Known([("", [], [one]) for one in ids])
    return [(span.rule, told[span.start:span.end], span.sure) for span in text.Finder(known).find([told])[0]]


def second() -> object:
    """Ask Presidio about texts whose doubt a word near by takes away."""
    presidio._engine.cache_clear()
    texts = ["Hij heet volgens mij dus inderdaad Tafel daar", "Tafel is inderdaad mijn docent", "De docent gaf college paleontologie aan Tafel", "Tafel daar", "Het nummer 91827364 is mijn studentnummer"]
    found = text.Finder().find(texts)
    out = presidio.second_look(texts, found)
    presidio._engine.cache_clear()
    return [[(span.rule, span.start, span.end, span.sure) for span in spans] for spans in out]


#: constant -> (other values, what is asked). It is asked with the constant as it is, and again with each other value.
MUTANTS: dict[str, tuple[tuple[Any, ...], Callable[[], object]]] = {
    "bsn.CHANCE": ((1 / 10, 1 / 12), lambda: round(bsn.tail(3, 3), 6)),
    "bsn.ALPHA": ((1e-7, 1e-5), lambda: verdicts(("bsn", "x", bsns(6, 1)), ("bsn", "x", bsns(5, 1)))),
    "bsn.DOUBT": ((1e-4, 1e-2), lambda: verdicts(("bsn", "x", bsns(3, 1)), ("bsn", "x", [*bsns(3, 1), "211222334"]))),
    "bsn.FEWEST": ((2, 4), lambda: verdicts(("bsn", "x", bsns(2, 1)), ("bsn", "bsn", bsns(3, 1)))),
    "bsn.POWER": ((0.8, 0.95), lambda: round(bsn.unseen.__wrapped__(100, 1 / 11), 3)),
    "bsn.LEAST": ((1_000_000, 20_000_000), lambda: elfproef(pa.array([LOW, "001234560"])).to_pylist()),
    "bsn.GREATEST": ((900_000_000, 9_999_999_999), lambda: (elfproef(pa.array([HIGH])).to_pylist(), elfproef(pa.array([10**9 + 3])).to_pylist())),
    "bsn.REMEMBERED": ((0,), lambda: verdict("bsn", "x", [f"Deelname van {number} is verwerkt" for number in bsns(20, 1)])),
    "headers.SLIPPED": ((6, 14), lambda: (headers.read("nationalitiet"), headers.read("religi"), headers.read("handikap"))),
    "bsn.FORMED": (((12, 40), (3, 20)), lambda: (any(elfproef(pa.array([f"{a}.{b}e8" for a in range(1, 10) for b in range(10)])).to_pylist()), elfproef(pa.array(["123456782".rjust(30)])).to_pylist())),
    "anummer.DIGITS": ((9, 11), lambda: verdict("a_nummer", "x", A)),
    "anummer.CHANCE": ((0.007, 0.0058), lambda: round(evidence("a_nummer", "x", A[:3]).p_value, 9)),
    "anummer.LEAST": ((100_000_000, 2_000_000_000), lambda: (anummer_of([1_010_101_010]), anummer_of([101_010_101]))),
    "anummer.GREATEST": ((2_000_000_000, 99_999_999_999), lambda: (anummer_of([int(number) for number in A]), anummer_of([10_000_000_001]))),
    "anummer.SHARE": ((0.02, 0.2), lambda: verdicts(("a_nummer", "x", [*A, *OTHER_TENS[:500]]), ("a_nummer", "x", [*A, *OTHER_TENS]))),
    "anummer._CLOCK": (((2_000_000_000, 3_000_000_000), (0, 9_999_999_999)), lambda: verdicts(("a_nummer", "x", ["1010101010"]), ("a_nummer", "x", [max(A)]))),
    "columns._MOST_FLAGS": ((1,), lambda: verdict("email", "email", ["ja", "nee"])),
    "headers.LONGEST": ((4,), lambda: dict(headers.read("country of birth of parent"))),
    "headers.PART": ((7,), lambda: (headers._parts("emailstudent"), headers._parts("lastip"))),
    "identifiers.FITS": ((0.3, 0.7), lambda: verdicts(("username", "username", ["a", "b", "c", "d d", "e e", "f f"]), ("username", "username", ["a", "b", "c d", "d d", "e e"]))),
    "identifiers.FITS_STRICTLY": ((0.5, 0.95), lambda: verdicts(("user_id", "grader", ["11", "12", "13", "14", "x"]), ("user_id", "grader", ["11", "12", "13", "x", "y"]))),
    "identifiers.ALIKE": ((2, 4), lambda: verdicts(*(("free_text", "x", [f"een zin van ruim acht woorden staat hier, {word}" for word in "abc"[:n]]) for n in (2, 3)))),
    "identifiers._CORROBORATING": ((1,), lambda: verdict("phone", "x", ["Bel 06-12345678 even", "of 020-1234567 hier"])),
    "identifiers._ASKED": ((5,), lambda: pa.compute.sum(valid_phones(pa.array([*TELEPHONES[:400], *["06"] * 20]))).as_py()),
    "identifiers._BELIEVED": ((0.5, 1.0), lambda: (len(valid_phones(pa.array([*["06"] * 150, *TELEPHONES])).filter(valid_phones(pa.array([*["06"] * 150, *TELEPHONES])))),
                                                   pa.compute.sum(valid_phones(pa.array([*["06"] * 20, *TELEPHONES]))).as_py())),
    "naming.SHARE": ((0.3, 0.7), lambda: verdicts(("name", "x", [*PEOPLE[:6], *WORDS[:5]]), ("name", "x", [*PEOPLE[:6], *WORDS[:8]]))),
    "naming.UNDER_HEADER": ((0.1, 0.5), lambda: verdicts(("name", "display name", [*PEOPLE[:3], *WORDS[:6]]), ("name", "display name", [*PEOPLE[:2], *WORDS[:9]]))),
    "naming.SOME": ((0.1, 0.4), lambda: verdicts(("name", "x", [*PEOPLE[:5], *WORDS[:12]]), ("name", "x", [*PEOPLE[:5], *WORDS[:25]]))),
    "naming.AMONG_THINGS": ((0.6, 0.95), lambda: verdicts(("name", "city", [*PEOPLE[:9], WORDS[0]]), ("name", "city", [*PEOPLE[:7], *WORDS[:3]]))),
    "naming.ENOUGH": ((3, 5), lambda: verdicts(("name", "x", [*PEOPLE[:4], "Werkvorm"]), ("name", "x", [*PEOPLE[:3], "Werkvorm"]))),
    "naming.TEXTS": ((4, 6), lambda: verdicts(("name", "x", [TEXT.format(name) for name in PEOPLE[:5]]), ("name", "x", [TEXT.format(name) for name in PEOPLE[:4]]))),
    "naming.WORDS": ((3, 9), lambda: verdicts(("name", "x", [f"{name} van der Berg" for name in PEOPLE[:4]]), ("name", "x", [f"{name} en van der den ter te al" for name in PEOPLE[:4]]))),
    "naming.LONGEST": ((20, 200), lambda: verdicts(("name", "x", [f"{name} Schimmelpenninck" for name in PEOPLE[:4]]), ("name", "x", [f"{name} {'Schimmelpenninck' * 8}" for name in PEOPLE[:4]]))),
    "special.CLOSED_LIST": ((2,), lambda: verdict("special:health", "x", ["dyslexie", "ADHD", "geen"])),
    "special.LONGEST": ((5, 500), lambda: verdicts(("special:health", "x", ["dyslexie", "dyscalculie"]), ("special:health", "x", [f"dyslexie ({'zoals gemeld ' * 9}{i})" for i in range(3)]))),
    "special.SHARE": ((0.1, 0.4), lambda: verdicts(("special:health", "x", ["dyslexie", "ADHD", *WORDS[:6]]), ("special:health", "x", ["dyslexie", "ADHD", *WORDS[:15]]))),
    "special.ENOUGH": ((1, 3), lambda: verdicts(("special:health", "x", ["dyslexie", "ADHD", "geen"]), ("special:health", "x", ["dyslexie", "geen"]))),
    "special.CODES_SHARE": ((0.6, 0.95), lambda: verdicts(("special:health", "x", ["F81.0", "F90.0", "F84.5", "F32.1", "F41.1", "F33.1", "F43.2", "F42.0", "geen"]),
                                                          ("special:health", "x", ["F81.0", "F90.0", "F84.5", "F32.1", "F41.1", "p", "q"]))),
    "special.CODES_ENOUGH": ((2, 4), lambda: verdicts(("special:health", "x", ["F81.0", "F90.0", "F84.5"]), ("special:health", "x", ["F81.0", "F90.0"]))),
    "tables.A_ROW_EACH": ((0.7, 0.98), lambda: (rows_of(100, 92), rows_of(100, 80))),
    "tables.FEWEST_ROWS": ((4, 6), lambda: (rows_of(5, 5), rows_of(4, 4))),
    "tables.FEWEST_SURNAMES": ((2, 4), lambda: [told(("voornaam", ["Sanne", "Fatima", "Emre"]), ("x", rest), rows=3) for rest in (["Bouchikhi", "Dijkstra", "Hoekstra"], ["Bouchikhi", "Dijkstra"])]),
    "bsn.MANY": ((50, 150), lambda: verdicts(("bsn", "x", [*bsns(20, 1), *FAILING[:80]]), ("bsn", "x", [*bsns(14, 1), *FAILING[:46]]))),
    "bsn.MUCH": ((0.15, 0.3), lambda: verdicts(("bsn", "x", [*bsns(22, 1), *FAILING[:80]]), ("bsn", "x", [*bsns(34, 1), *FAILING[:166]]))),
    "headers._TELLING_PART": ((5, 9), lambda: (headers.read("blindmarking"), headers.read("geloofsgroepje"), headers.read("medicijnverstrekking"))),
    "identifiers.TELLING": ((4, 6), lambda: shaped_told()),
    "naming.ON_LISTS": ((0.1, 0.5), lambda: (by_lists(30, 5), by_lists(30, 10))),
    "naming.WRITTEN": ((0.6, 0.95), lambda: (by_lists(30, 9, 3), by_lists(30, 9, 9))),
    "naming.LOOKED_AT": ((0,), lambda: by_lists(30, 9)),
    "words.PART": ((3, 6), lambda: (words.is_compound("taaltoets"), words.is_compound("wekstuk"), words.is_compound("boekweek"), words.is_compound("zeeslag"))),
    "text._IBAN_SIGNS": (((20, 34), (15, 20)), lambda: [rules_of(f"Graag op {code} vandaag") for code in ("NO9386011117947", "MT84MALT011000012345MTLCAST001S")]),
    "text._PHONE_DIGITS": (((11, 15), (9, 10)), lambda: [rules_of(f"bel {code} even") for code in ("06-12345678", "+49 30 12345678", "020-7654321")]),
    "text._STEM": ((2, 5), lambda: [rules_of(f"mijn account is anders, {token} dus") for token in ("xq12", "jvdm12", "jvm34")]),
    "text._KNOWN_DIGITS": ((4, 6), lambda: [rules_of(f"we zagen nummer {number} daar", ids=["1234", "12345"]) for number in ("1234", "12345")]),
    "text._KNOWN_SIGNS": ((2, 4), lambda: [rules_of(f"we zagen {sign} daar", ids=["qz", "qzx"]) for sign in ("qz", "qzx")]),
    "text._SHORT_FORM": ((4, 8), lambda: [rules_of(f"we gebruiken {word} daarna") for word in ("HOEKSTR", "BRZKW", "QWZKRT", "KWZRTPL")]),
    "text._SMALL": ((2, 6), lambda: [rules_of(f"we doen dat samen {word} daarna") for word in ("fatima", "nur", "emre", "gul", "lars", "kim", "tim", "bob")]),
    "text._LONGEST": ((50,), lambda: rules_of("een tekst van gewone woorden die lang is " * 3)),
    "text._ENDLESS": ((re.compile(r"\S{20}"),), lambda: rules_of("een woord van tweeentwintigletterwoordlang en meer")),
    "text._BACK": ((3,), lambda: rules_of("ja mijn naam is Tafel")),
    "presidio.BARE": ((0.7, 0.1), second), "presidio.WORDED": ((0.1, 0.0), second), "presidio.BELIEVED": ((0.9, 0.2), second),
    "presidio.BEFORE": ((1,), second), "presidio.AFTER": ((0,), second),
}
MODULES = {"bsn": bsn, "anummer": anummer, "columns": columns, "headers": headers, "identifiers": identifiers, "naming": naming, "special": special, "tables": tables, "text": text, "words": words,
           "presidio": presidio}


def anummer_of(values: list[int]) -> int:
    return next(each.judged for each in judge("x", [pa.array(values, pa.int64())]) if each.rule == "a_nummer")


def seen(ask: Callable[[], object]) -> object:
    """Ask; what fails is another answer."""
    try:
        return ask()
    except (IndexError, ArithmeticError) as error:
        return type(error)


@pytest.mark.parametrize("name", MUTANTS)
def test_another_value_of_a_constant_says_something_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, constant = name.split(".")
    others, ask = MUTANTS[name]
    as_it_is = seen(ask)
    for other in others:
        headers._whole_words.cache_clear()
        headers._compounded.cache_clear()
        headers._meant.cache_clear()
        headers._slips.cache_clear()
        with monkeypatch.context() as patched:
            patched.setattr(MODULES[module], constant, other)
            assert seen(ask) != as_it_is, f"{name} may be {other}, and nothing tells"
    headers._whole_words.cache_clear()
    headers._compounded.cache_clear()
    headers._meant.cache_clear()
    headers._slips.cache_clear()


def test_every_number_of_the_rules_has_its_mutants() -> None:
    written = {f"{name}.{constant}" for name, module in MODULES.items()
               for line in re.findall(r"(?m)^([A-Z_, ]+) = \(?-?[\d.]", Path(str(module.__file__)).read_text("utf-8")) for constant in re.split(r",\s*", line)}
    assert written - OF_SIZE - NO_NUMBERS - set(MUTANTS) == set()


#: What each shape asks for when no header says it: so many whole values, such a share, so many inside texts.
SHAPED: dict[str, tuple[list[str], str]] = {
    "email": (["ann@uni.example"], "Mail ann@uni.example even"), "iban": ([iban(1234)], f"Graag op {iban(1234)} ten name van"),
    "phone": (["06-12345678", "06-12345679"], "Bel 06-1234567{} even"), "ip": (["145.18.10.1", "145.18.10.2"], "van 145.18.10.{} af"),
    "mac": (["00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5f"], "van 00:1a:2b:3c:4d:5{} af"), "url_id": ([], "zie https://lms.example/user/view.php?id={} hier"),
    "user_id": ([], "The user with id '{}' viewed it."), "student_number": ([f"s123456{i}" for i in range(5)], "De inschrijving van s293847{} ontbreekt nog hier"),
    "photo": (["https://x.example/foto/1.jpg", "https://x.example/foto/2.jpg"], ""), "address": (["Dorpsstraat 12, 1234 AB Utrecht"], "Ik woon op Parklaan 5, 3504 AB Utrecht"),
    "date_of_birth": ([], "Zij is geboren op {} mei 2003, dus dat telt."), "username": ([], "mijn insta is sanne_{} als je wilt"),
    "free_text": ([f"een zin van ruim acht woorden staat hier, nummer {i}" for i in range(20)], ""),
}


@pytest.mark.parametrize("rule", [shape.rule for shape in SHAPES if (shape.cell or shape.inside) and not shape.rule.startswith("special:")])
def test_what_a_shape_asks_for_is_what_is_needed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, text = SHAPED[rule]
    shape = next(each for each in SHAPES if each.rule == rule)
    enough = [text.format(i + 1) for i in range(shape.enough)] if text else []

    def ask() -> tuple[str, ...]:
        others = int(len(whole) / max(shape.share, 0.01))
        mixed = [*whole, *(f"K{i}" for i in range(max(0, others - len(whole))))]
        more = [*mixed, *(f"L{i}" for i in range(len(mixed) // 4 + 1))]
        return verdicts((rule, "x", whole[:shape.enough]), (rule, "x", whole[:shape.enough - 1]), (rule, "x", mixed), (rule, "x", more), (rule, "x", enough), (rule, "x", enough[:-1]))

    as_it_is = ask()
    assert "found" in as_it_is
    changed = [{"enough": shape.enough + 1}, {"alone": "none"}]
    if shape.enough > 1:
        changed.append({"enough": shape.enough - 1})
    if shape.share > 0 and whole and rule not in ("free_text",):
        changed += [{"share": min(1.0, shape.share * 1.5)}, {"share": shape.share * 0.6}]
    for change in changed:
        mutated = tuple(dataclasses.replace(each, **change) if each.rule == rule else each for each in SHAPES)
        with monkeypatch.context() as patched:
            patched.setattr(columns, "SHAPES", mutated)
            assert ask() != as_it_is, f"{rule} may have {change}, and nothing tells"
