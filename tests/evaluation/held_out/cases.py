"""The held-out cases: shares of BSNs, names of columns, people from everywhere, lists, codes, and sentences as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pyarrow as pa

from tests.evaluation.cases import NATIONAL, Case, _fitting, _ordinary
from tests.evaluation.held_out import headers, lists
from tests.evaluation.held_out.sentences import INNOCENT_LINES, holding
from tests.evaluation.made_up import a_nummers, bsns, iban, numbers, onderwijsnummers

#: Rules that stand inside a text without a doubt once they are there; of the others one hit is no more than possible.
_CERTAIN = frozenset({"bsn", "email", "iban", "address"})
#: What goes together: a number of a person may be called by any of these.
_ONE_ID = frozenset({"student_number", "username", "user_id"})


def held_out(*, small: bool = False) -> Iterator[Case]:
    """Give every case; `small` leaves out the 5,000-row ones."""
    yield from shares(small=small)
    yield from ordinary_numbers(small=small)
    yield from named()
    yield from people()
    yield from lists.cases()
    yield from texts()


def shares(*, small: bool) -> Iterator[Case]:
    """BSNs among look-alikes of several makes, at every share and size; at 20 % of 100 there is no excuse."""
    for size in (50, 100, 500) if small else (50, 100, 150, 500, 5000):
        for share in (1.0, 0.5, 0.2, 0.05, 0.01):
            real = round(size * share)
            makes = {
                "random": lambda n, seed: numbers(n, seed, 100_000_000, 1_000_000_000), "counting": lambda n, seed: [str(300_000_000 + 7 * seed + i) for i in range(n)],
                "student": lambda n, seed: numbers(n, seed, 500_000_000, 500_999_999), "eight digits": lambda n, seed: numbers(n, seed, 10_000_000, 15_000_000),
                "yyyymmdd": lambda n, seed: [(dt.date(1960, 1, 1) + dt.timedelta(days=3 * i)).strftime("%Y%m%d") for i in range(n)],
                "s-numbers": lambda n, seed: [f"s{number}" for number in numbers(n, seed, 1_000_000, 9_999_999)], "nulls": lambda n, seed: [None] * n,
            }
            for make, others in makes.items():
                for seed in range(2 if small else 8):
                    values = [*bsns(max(1, real), 31 * seed + size), *others(size - real, 17 * seed + 3)]
                    Random(seed).shuffle(values)
                    apart = make in ("s-numbers", "nulls", "yyyymmdd")
                    sure = (share == 1.0 or (share >= 0.2 and (size >= 100 or apart))) and real >= 6
                    yield Case(f"bsn {share:.0%} of {size} among {make}", "waarde", values, found=("bsn",) if sure else (), allowed=frozenset({"bsn", "student_number", "date_of_birth"}))


def ordinary_numbers(*, small: bool) -> Iterator[Case]:
    """Numbers that are nobody's BSN, as text and as integers, floats and decimals."""
    for size in (30, 100, 150, 1000) if small else (30, 100, 110, 150, 1000, 20_000):
        for seed in range(3 if small else 12):
            made = {
                "random nine": numbers(size, 900 + seed, 100_000_000, 1_000_000_000), "step 1": [str(100_000_000 + 977 * seed + i) for i in range(size)],
                "step 2": [str(204_000_000 + seed + 2 * i) for i in range(size)], "step 11": [str(310_000_000 + seed + 11 * i) for i in range(size)], "step 100": [str(410_000_007 + seed + 100 * i) for i in range(size)],
                "year and number": [f"{2019 + i % 5}{seed:01}{i:05}"[:9] if size < 10_000 else f"2024{i:05}" for i in range(size)], "student nine": numbers(size, 70 + seed, 500_000_000, 500_900_000),
                "student eight": numbers(size, 80 + seed, 11_000_000, 16_000_000), "eight zero": [f"0{number}" for number in numbers(size, 90 + seed, 1_000_000, 9_999_999)],
                "unix": [str(1_600_000_000 + seed + 86_400 * i) for i in range(size)],
                "cents": numbers(size, 60 + seed, 10_000_000, 99_999_999),
            }
            for name, values in made.items():
                yield Case(f"numbers {size} {name}", f"veld{seed}", values, allowed=frozenset({"phone"}))
                if seed % 3 == 0:
                    yield Case(f"integers {size} {name}", f"veld{seed}", pa.array([int(value) for value in values], pa.int64()), allowed=frozenset({"phone"}))
                    yield Case(f"floats {size} {name}", f"veld{seed}", pa.array([float(value) for value in values], pa.float64()), allowed=frozenset({"phone"}))


def _values(rule: str, name: str, seed: int) -> Sequence[Any] | pa.Array:
    if rule in ("bsn", "onderwijsnummer", "a_nummer"):
        return {"bsn": bsns, "onderwijsnummer": onderwijsnummers, "a_nummer": a_nummers}[rule](60, seed)
    if rule.startswith("special:"):
        return (["J", "N", None], ["1", "0"], ["01", "03", "12", None], ["A1", "B2", "C3"])[seed % 4]
    return _fitting(rule, name, seed)


def named() -> Iterator[Case]:
    """Names of columns, with values that fit."""
    for rule, names in headers.SAYING.items():
        for number, name in enumerate(headers.split(names)):
            right = "student_number|username|user_id" if rule in _ONE_ID else rule
            allowed = _ONE_ID if rule in _ONE_ID else frozenset({"onderwijsnummer"} if rule == "bsn" else {"user_id", "username", "url_id", "email"} if rule in ("photo", "document", "name") else ())
            yield Case(f"header {rule}", name, _values(rule, name, number), found=(right,), allowed=allowed | ({"email"} if rule in _ONE_ID else frozenset()))
    for rule, names in headers.HINTING.items():
        for name in headers.split(names):
            yield Case(f"header hints {rule}", name, ["A", "B", "C"], possible=(rule,))
    for number, name in enumerate(headers.split(headers.NOTHING)):
        yield Case("header of nothing", name, _ordinary(name, number))


def people() -> Iterator[Case]:
    """Names from everywhere, in six orders and with titles, without a header that says so."""
    for origin, pairs in lists.PEOPLE.items():
        both = [tuple(part.strip() for part in pair.split("/")) for pair in pairs.split(";")]
        for order, write in lists.ORDERS.items():
            yield Case(f"names {origin}", f"kolom {order}", [write(given, prefix, surname) for given, prefix, surname in both], found=("name",))


def texts() -> Iterator[Case]:
    """Each sentence among others that hold nothing, and all sentences of one rule together."""
    chance, every = Random(404), dict[str, list[str]]()
    free = frozenset({"free_text"})
    for number, (rules, marked) in enumerate(holding()):
        text = filled(marked, number)
        rows = [*chance.sample(INNOCENT_LINES, 24), text]
        chance.shuffle(rows)
        # One student number or user name alone may be read as the other.
        allowed = free | set(rules) | {"name"} | (_ONE_ID | {"phone"} if set(rules) & {*_ONE_ID, "url_id"} else set()) | ({"special:health"} if any(rule.startswith("special") for rule in rules) else set())
        labels = [("student_number|user_id|username|url_id" if rule in (*_ONE_ID, "url_id") else rule) for rule in rules]
        yield Case(f"one text with {','.join(rules)}", f"veld {number}", rows, found=tuple(label for label in labels if label in _CERTAIN),
                   possible=tuple(label for label in labels if label not in _CERTAIN), allowed=frozenset(allowed))
        for rule in rules:
            every.setdefault(rule, []).append(text)
    for rule, rows in every.items():
        if len(rows) >= 6:
            label = "student_number|user_id" if rule in _ONE_ID else rule
            yield Case("texts together", f"all {rule}", [*rows, *chance.sample(INNOCENT_LINES, 60)], found=(label,),
                       allowed=free | {"name", "phone", "email", "student_number", "user_id", "special:health"} | ({"special:sex_life", "special:religion"} if rule.startswith("special") else set()))
    for number in range(30):
        yield Case("text of nothing", f"posts {number}", chance.sample(INNOCENT_LINES, 25), allowed=free)
    yield Case("text of nothing", "all posts", INNOCENT_LINES, allowed=free)


def filled(marked: str, number: int) -> str:
    """Fill a sentence in, and take its marks away."""
    bsn = bsns(60, 808)[number % 60]
    local = lists.MAILS[number % len(lists.MAILS)]
    phone = (f"06-{31_415_926 + 7 * number}", f"+31 6 {2_718_281 + number:08}", f"06 {20 + number % 70} {11 + number % 80} {34 + number % 50} {56 + number % 40}", f"0{30 + number % 5}-{2_530_000 + number}")[number % 4]
    return marked.replace("[[", "").replace("]]", "").format(bsn=bsn, bsn_dotted=f"{bsn[:4]}.{bsn[4:6]}.{bsn[6:]}", bsn_spaced=f"{bsn[:3]} {bsn[3:6]} {bsn[6:]}", email=local, phone=phone, iban=iban(9_000_000 + number, "RABO"))


__all__ = ["NATIONAL", "held_out"]
