"""Columns with what is in them: the labelled evaluation of the column classifier, made up from fixed seeds."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from tests.evaluation import headers
from tests.evaluation.made_up import (
    NAME_ORDERS,
    a_nummers,
    bsns,
    dates,
    iban,
    initials,
    numbers,
    onderwijsnummers,
    people,
    plain,
    split_surname,
)
from tests.evaluation.sentences import HOLDING, INNOCENT

NATIONAL = ("bsn", "onderwijsnummer", "a_nummer")


@dataclass(frozen=True)
class Case:
    """One labelled column.

    Attributes:
        group: where it belongs in the report.
        name: the column's name.
        values: its values, with doubles and nulls, or an Arrow array.
        found: rules of which one must be found (any of a set that is right: "student_number|user_id").
        possible: rules that must be said, possible or found.
        allowed: rules that may be said without being right or wrong.
    """

    group: str
    name: str
    values: Sequence[Any] | pa.Array
    found: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    allowed: frozenset[str] = field(default_factory=frozenset)

    @property
    def held_out(self) -> bool:
        """Whether it is of the half that is not looked at while rules are made: by its name or, nameless, its group."""
        return zlib.crc32(f"{self.group}/{self.name}".encode()) % 2 == 1

    def array(self) -> pa.Array:
        """Give the distinct values."""
        array = self.values if isinstance(self.values, (pa.Array, pa.ChunkedArray)) else pa.array(list(self.values), pa.string())
        if pa.types.is_nested(array.type) or pa.types.is_null(array.type):
            return array
        return array.unique()


def every_case(*, small: bool = False) -> Iterator[Case]:
    """Give all cases; `small` leaves out the 5,000-row ones and most repetitions."""
    yield from bsn_columns(small=small)
    yield from look_alikes(small=small)
    yield from named()
    yield from people_columns()
    yield from typed()
    yield from closed_lists()
    yield from texts()


# --- national numbers ---------------------------------------------------------------------------------------------------


def _mixed(count: int, share: float, seed: int, other: str) -> list[str]:
    real = max(1, round(count * share))
    others = {"nine digits": lambda n: numbers(n, seed + 7, 200_000_000, 1_000_000_000), "seven digits": lambda n: numbers(n, seed + 7, 1_000_000, 10_000_000),
              "words": lambda n: [f"onbekend {i}" for i in range(n)]}[other]
    mixed = [*bsns(real, seed), *others(count - real)]
    Random(seed).shuffle(mixed)
    return mixed


def bsn_columns(*, small: bool) -> Iterator[Case]:
    """BSNs at every share and size; found where statistics allow, at least possible elsewhere."""
    for size in (50, 500) if small else (50, 500, 5000):
        for share in (1.0, 0.5, 0.2, 0.05, 0.01):
            for other in ("nine digits", "seven digits", "words"):
                for seed in range(1 if small else 3):
                    real = round(size * share)
                    # Alone among another shape a few stand out; among nine digits the power is what it is (research/detection.md §2).
                    sure = share == 1.0 or (real >= 6 if other != "nine digits" else (share >= 0.5) or (share >= 0.2 and size >= 500) or (share >= 0.05 and size >= 5000))
                    seen = other != "nine digits" or (share >= 0.2 and size >= 100)
                    group = f"bsn {share:.0%} of {size} among {other}"
                    yield Case(group, f"kolom{seed}", _mixed(size, share, 1000 * seed + size, other), found=("bsn",) if sure else (),
                               possible=("bsn",) if seen and not sure and real >= 3 else (), allowed=frozenset({"bsn", "name"} if not sure else {"name"}))
    forms = {"dotted": lambda n: f"{n[:3]}.{n[3:6]}.{n[6:]}", "dotted 4.2.3": lambda n: f"{n[:4]}.{n[4:6]}.{n[6:]}", "spaced": lambda n: f"{n[:3]} {n[3:6]} {n[6:]}",
             "float": lambda n: f"{int(n)}.0", "padded": lambda n: f"000{n}", "stripped": lambda n: n.lstrip("0"), "quoted": lambda n: f"'{n}", "blank": lambda n: f" {n} ",
             "comma float": lambda n: f"{int(n)},00", "hyphens": lambda n: f"{n[:4]}-{n[4:6]}-{n[6:]}"}
    for form, write in forms.items():
        yield Case(f"bsn {form}", "x", [write(number) for number in bsns(120, 5)], found=("bsn",))
    yield Case("bsn integers", "x", pa.array([int(number) for number in bsns(120, 6)]), found=("bsn",))
    yield Case("bsn nullable integers", "x", pa.array([*(int(number) for number in bsns(120, 6)), None, None]), found=("bsn",))
    yield Case("bsn decimals", "x", pa.array([Decimal(number) for number in bsns(120, 6)]), found=("bsn",))
    yield Case("bsn floats", "x", pa.array([float(number) for number in bsns(120, 6)]), found=("bsn",))
    yield Case("bsn lists", "x", pa.array([[number] for number in bsns(120, 6)]), found=("bsn",))
    yield Case("bsn structs", "x", pa.array([{"id": number, "k": 1} for number in bsns(120, 6)]), found=("bsn",))
    yield Case("bsn two people", "x", bsns(2, 8), possible=("bsn",), allowed=frozenset({"bsn"}))
    yield Case("bsn one person", "bsn", bsns(1, 8), possible=("bsn",))
    yield Case("bsn hashed", "bsn", [f"{i * 7919:064x}" for i in range(1, 200)], possible=("bsn",))
    yield Case("onderwijsnummer", "x", onderwijsnummers(120, 1), found=("onderwijsnummer",))
    yield Case("onderwijsnummer among bsn", "x", [*onderwijsnummers(60, 1), *bsns(60, 2)], found=("onderwijsnummer", "bsn"))
    yield Case("onderwijsnummer integers", "x", pa.array([int(number) for number in onderwijsnummers(50, 3)]), found=("onderwijsnummer",))
    yield Case("a_nummer", "x", a_nummers(120, 1), found=("a_nummer",))
    yield Case("a_nummer integers", "x", pa.array([int(number) for number in a_nummers(60, 2)]), found=("a_nummer",))
    yield Case("a_nummer some", "x", [*a_nummers(40, 3), *numbers(160, 4, 1_000_000_000, 9_999_999_999)], found=("a_nummer",))
    yield Case("rsin", "rsin", [*bsns(150, 12)], possible=("bsn",), allowed=frozenset({"bsn"}))
    yield Case("bsn twelve among student numbers", "studentnummer", [*numbers(2000, 1, 1_000_000, 9_999_999), *bsns(12, 3)], found=("bsn", "student_number"))
    yield Case("bsn twelve among 8-digit student numbers", "studentnummer", [*numbers(2000, 1, 10_000_000, 19_999_999), *bsns(12, 3)], found=("bsn", "student_number"))
    yield Case("bsn twelve among words", "opmerking", [*(f"Nog geen reactie ontvangen van student in dossier {i} deze week" for i in range(2000)), *bsns(12, 3)],
               found=("bsn", "free_text"))


def look_alikes(*, small: bool) -> Iterator[Case]:
    """Columns of ordinary numbers that are nobody's."""
    start = dt.date(1990, 1, 1)
    for size in (20, 500) if small else (20, 100, 500, 5000):
        rows = range(size)
        made: Mapping[str, Sequence[str]] = {
            "attempt_id": numbers(size, size, 100_000_000, 1_000_000_000), "object": numbers(size, size + 1, 100_000_000, 1_000_000_000),
            "record": [str(100_000_000 + i) for i in rows], "rij": [str(345_678_000 + 10 * i) for i in rows], "key": [str(987_000_001 + 100 * i) for i in rows],
            "nr": [str(10_000_000 + 37 * i) for i in rows], "volgnr": [str(i + 1) for i in rows], "padded": [f"{i + 1:09}" for i in rows],
            "datum": [(start + dt.timedelta(days=i)).strftime("%Y%m%d") for i in rows], "dag": [(start + dt.timedelta(days=i)).strftime("%d%m%Y") for i in rows],
            "dag_int": [str(int((start + dt.timedelta(days=i)).strftime("%d%m%Y"))) for i in rows],
            "epoch": [str(1_600_000_000 + 997 * i) for i in rows], "millis": [str(1_600_000_000_000 + 99_971 * i) for i in rows],
            "stamp": [(dt.datetime(2024, 1, 1) + dt.timedelta(hours=i)).strftime("%Y%m%d%H") for i in rows],
            "isbn": [f"978{number}" for number in numbers(size, size + 2, 1_000_000_000, 9_999_999_999)], "ean": [f"87{number}" for number in numbers(size, size + 3, 10**10, 10**11)],
            "kvk": numbers(size, size + 4, 10_000_000, 99_999_999), "factuur": [f"2024{i:06}" for i in rows], "order": [f"20{24 + i % 2}{i:05}" for i in rows],
            "score": [str(x) for x in Random(size).choices(range(10), k=size)], "bedrag": [f"{x / 100:.2f}" for x in Random(size).choices(range(10**8, 10**9), k=size)],
            "vakcode": [f"{x[:4]}{'ABCDE'[i % 5]}{x[4:]}" for i, x in enumerate(numbers(size, size + 5, 100_000_000, 999_999_999))],
            "canvas_key": [f"1{x:017}" for x in Random(size).sample(range(10**9), size)],
            "version": [f"{i % 9}.{i % 7}.{i % 5}.{i % 3}" for i in rows], "ratio": [f"{i % 100}/{100 + i}" for i in rows], "tijd": [f"{i % 24:02}:{i % 60:02}" for i in rows],
            "gps": [f"52.{x}" for x in numbers(size, size + 6, 100_000_000, 999_999_999)],
        }
        for name, values in made.items():
            allowed = frozenset({"ip"}) if name == "version" else frozenset({"phone"} if name in ("object",) else ())
            yield Case(f"look-alike {size}", name, values, allowed=allowed)
            if all(value.isdigit() and len(value) < 19 for value in values) and name != "padded":
                yield Case(f"look-alike integers {size}", name, pa.array([int(value) for value in values], pa.int64()), allowed=allowed)
    yield Case("look-alike one", "totaal", ["100000000"])
    yield Case("institution's account", "betaalrekening_instelling", [iban(5_417_164)] * 3, found=("iban",))
    yield Case("student 8 digits", "studentnr", numbers(800, 44, 10_000_000, 14_999_999), found=("student_number",))
    yield Case("student 9 digits", "student_id", numbers(800, 45, 200_000_000, 300_000_000), found=("student_number|user_id",))
    yield Case("student 10 digits", "sisid", numbers(300, 46, 1_000_000_000, 1_100_000_000), found=("student_number",))


# --- names of columns ---------------------------------------------------------------------------------------------------


def _fitting(rule: str, name: str, seed: int) -> Sequence[Any] | pa.Array:
    """Give values as a column of this name has them."""
    chance, crowd = Random(seed), people(60, seed)
    low = name.lower()
    if rule == "student_number":
        form = seed % 4
        return [(f"s{x}", x, f"{x}.0", f"0{x}")[form] for x in numbers(80, seed, 1_000_000, 9_999_999)]
    if rule == "username":
        return [(f"{plain(g)[0]}{plain(s)}{i}", f"{plain(g)}.{plain(s)}", f"s{1_200_000 + 37 * i}", f"{plain(g)}.{plain(s)}@uni.example")[seed % 4] for i, (g, s) in enumerate(crowd)]
    if rule == "user_id":
        return ([str(x) for x in chance.sample(range(2, 90_000), 70)], [f"{x:08x}-3c4d-4e5f-8a9b-{x:012x}" for x in chance.sample(range(10**8), 70)])[seed % 2]
    if rule == "email":
        return [(f"{plain(g)}.{plain(s)}@student.example.nl", f"{plain(g)[0]}{plain(s)}@uni.example", f"s{i}{plain(s)}@mail.example.org")[seed % 3] for i, (g, s) in enumerate(crowd)]
    if rule == "phone":
        return [(f"06{x}", f"06-{x}", f"+316{x}", f"+31 6 {x}", f"6{x}")[seed % 5] for x in numbers(60, seed, 10_000_000, 99_999_999)]
    if rule == "iban":
        return [iban(int(x), chance.choice(["INGB", "RABO", "ABNA"])) for x in numbers(60, seed, 1_000_000, 9_999_999_999)]
    if rule == "ip":
        return [f"145.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}" for _ in range(60)]
    if rule == "mac":
        return [":".join(f"{chance.randrange(256):02x}" for _ in range(6)) for _ in range(60)]
    if rule == "device":
        return [f"{chance.getrandbits(104):026x}" for _ in range(60)]
    if rule == "date_of_birth":
        days = dates(70, seed)
        return ([day.isoformat() for day in days], [day.strftime("%d-%m-%Y") for day in days], [day.strftime("%Y%m%d") for day in days], [f"{day.day}/{day.month}/{day.year}" for day in days],
                pa.array(days))[seed % 5]
    if rule == "address":
        if "huis" in low and "straat" not in low:
            return [str(chance.randrange(1, 300)) + chance.choice(["", "a", "-2"]) for _ in range(60)]
        streets = ("Dorpsstraat", "Oudegracht", "Parklaan", "Van Goghstraat", "Kerkweg", "Singel", "Plein 1813", "Laan van Meerdervoort")
        return [chance.choice(streets) + ("" if low == "straat" else f" {chance.randrange(1, 400)}") for _ in range(60)]
    if rule == "photo":
        return [f"https://sis.example/foto/{x}.jpg" for x in numbers(50, seed, 1_000_000, 9_999_999)] if seed % 2 else [f"{x}.png" for x in numbers(50, seed, 1_000_000, 9_999_999)]
    if rule == "document":
        return [f"{chance.choice('NIS')}{chance.choice('ABCDEF')}{x}" for x in numbers(50, seed, 1_000_000, 9_999_999)]
    if rule == "name":
        if any(part in low for part in ("voorl", "init")):
            return [initials(g) + chance.choice(["", "J.", "M."]) for g, _ in crowd]
        if "tussenv" in low or "voorvoegsel" in low:
            return [split_surname(s)[0] or None for _, s in crowd]
        if any(part in low for part in ("voornaam", "voornamen", "roepnaam", "first", "given", "middle", "preferred", "vnaam")):
            return [g for g, _ in crowd]
        if any(part in low for part in ("achter", "surname", "last", "family", "familie", "geslacht", "maiden", "anaam", "gezin")):
            return [s for _, s in crowd]
        return [tuple(NAME_ORDERS.values())[seed % 6](g, s) for g, s in crowd]
    raise AssertionError(rule)


def named() -> Iterator[Case]:
    """Every name of a column, with values that fit it."""
    for number, name in enumerate(headers.split(headers.BSN)):
        yield Case("header bsn", name, bsns(60, number), found=("bsn",), allowed=frozenset({"onderwijsnummer"} if "onderwijs" in name else ()))
        yield Case("header bsn, no values", name, [None, ""], possible=("bsn|onderwijsnummer",), allowed=frozenset({"onderwijsnummer"}))
    for number, name in enumerate(headers.split(headers.ONDERWIJSNUMMER)):
        yield Case("header onderwijsnummer", name, onderwijsnummers(60, number), found=("onderwijsnummer",))
        yield Case("header onderwijsnummer, no values", name, [None], possible=("onderwijsnummer",))
    for number, name in enumerate(headers.split(headers.A_NUMMER)):
        yield Case("header a_nummer", name, a_nummers(60, number), found=("a_nummer",))
    same = frozenset({"student_number", "username", "user_id", "email", "name", "phone", "device"})
    for rule, names in headers.IDENTIFIERS.items():
        for number, name in enumerate(headers.split(names)):
            right = "student_number|username|user_id" if rule in ("student_number", "username", "user_id") else rule
            yield Case(f"header {rule}", name, _fitting(rule, name, number), found=(right,), allowed=same if rule in ("username", "user_id", "student_number") else frozenset(
                {"user_id", "username", "url_id"} if rule in ("name", "photo", "device", "document") else ()))
    for rule, names in headers.SPECIAL.items():
        for number, name in enumerate(headers.split(names)):
            low = name.lower()
            values: Sequence[Any] = ["ja", "nee", "nee"] if number % 3 == 0 else ["1", "0"] if number % 3 == 1 else ["A1", "B2", "C3", None]
            if "datum" in low:
                values = [day.isoformat() for day in dates(30, number, 2018, 2025)]
            yield Case(f"header {rule}", name, values, found=(rule,))
    for rule, names in headers.POSSIBLE.items():
        for name in headers.split(names):
            yield Case(f"header proxy {rule}", name, ["A", "B", "C"], possible=(rule,))
    for number, name in enumerate(headers.split(headers.FREE_TEXT)):
        chance = Random(number)
        yield Case("header free_text", name, [f"{chance.choice(INNOCENT)} {chance.choice(INNOCENT)}" for _ in range(40)], found=("free_text",))
    for number, name in enumerate(headers.split(headers.NOTHING)):
        yield Case("header of nothing", name, _ordinary(name, number))


def _ordinary(name: str, seed: int) -> Sequence[Any] | pa.Array:
    low, chance = name.lower(), Random(seed)
    if any(part in low for part in ("datum", "date", "_at", "time", "tijd", "deadline", "access", "last_login")):
        return [(dt.datetime(2024, 1, 1) + dt.timedelta(hours=17 * i)).isoformat(sep=" ") for i in range(60)]
    if any(part in low for part in ("naam", "name", "opleiding", "programme", "onderwerp", "thema", "vak", "cursus", "course", "faculty", "faculteit", "studierichting")):
        subjects = ("Inleiding recht", "Statistiek 2", "Celbiologie", "Academic Writing", "Wijsbegeerte van de wetenschap", "Bedrijfskunde MBA", "Nederlandse taal en cultuur", "Quiz 3",
                    "Werkgroep B", "Organic Chemistry II", "Tentamen 1e kans", "Psychologie en gedrag", "Kunstgeschiedenis", "Data Science", "Arbeidsrecht")
        return [chance.choice(subjects) for _ in range(40)]
    if any(part in low for part in ("plaats", "city", "stad")):
        return ["Amsterdam", "Utrecht", "Groningen", "Breda", "Leiden", "Den Haag", "Zwolle", "Ede", "Bergen op Zoom"]
    if low in ("land", "country"):
        return ["Nederland", "Duitsland", "België", "China", "Suriname"]
    if any(part in low for part in ("url", "link")):
        return [f"https://lms.example/mod/resource/view.php?id={i}" for i in range(100, 150)]
    if low in ("geslacht", "gender"):
        return ["M", "V"]
    if low in ("user_agent", "browser"):
        return [f"Mozilla/5.0 (Windows NT 10.0; rv:{i}.0) Gecko/20100101 Firefox/{i}.0" for i in range(80, 120)]
    if any(part in low for part in ("code", "brin", "isat", "croho", "nr", "nummer")):
        return [f"{chance.choice('ABCDEFG')}{chance.choice('LMNOP')}{x}" for x in numbers(40, seed, 1000, 9999)] if seed % 2 else numbers(40, seed, 10_000, 99_999)
    if any(part in low for part in ("verified", "stop", "notif", "has_", "is_", "enabled", "visible", "hidden", "actief", "passed", "geslaagd", "toegelaten", "bsa", "indicatie")):
        return ["0", "1"]
    if low.endswith("id") or "key" in low:
        return numbers(60, seed, 1000, 99_999)
    if any(part in low for part in ("cijfer", "grade", "score", "punten", "percentage", "ects", "weging", "weight")):
        return [f"{chance.randrange(10, 100) / 10}" for _ in range(60)]
    return [str(chance.randrange(100)) for _ in range(60)] if seed % 2 else [chance.choice(("open", "gesloten", "actief", "course", "viewed", "web")) for _ in range(40)]


# --- people, types, lists, texts ------------------------------------------------------------------------------------------


def people_columns() -> Iterator[Case]:
    """Names without a header that says so, and identifiers by their shape alone."""
    for number, (order, write) in enumerate(NAME_ORDERS.items()):
        for size in (25, 400):
            yield Case(f"names without a header {size}", f"kolom {order}", [write(g, s) for g, s in people(size, 60 + number)], found=("name",))
    yield Case("first names without a header", "kolom_b", sorted({g for g, _ in people(300, 3)}), found=("name",))
    yield Case("first names, few", "wie", ["Sanne", "Fatima", "Emre", "Lotte", "Youssef", "Piotr", "Thijs"], found=("name",))
    shapes: Mapping[str, tuple[Sequence[str], str]] = {
        "mails": ([f"{plain(g)}.{plain(s)}@student.example.nl" for g, s in people(50, 1)], "email"),
        "mobile": ([f"06-{x}" for x in numbers(50, 1, 10_000_000, 99_999_999)], "phone"), "mobile intl": ([f"+31 6 {x[:4]} {x[4:]}" for x in numbers(50, 2, 10_000_000, 99_999_999)], "phone"),
        "mobile bare": ([f"06{x}" for x in numbers(50, 2, 10_000_000, 99_999_999)], "phone"), "phone abroad": ([f"+49 30 {x}" for x in numbers(50, 2, 1_000_000, 9_999_999)], "phone"),
        "phone uk": ([f"+44 7911 {x}" for x in numbers(50, 2, 100_000, 999_999)], "phone"), "accounts": ([iban(int(x)) for x in numbers(50, 3, 10**6, 10**9)], "iban"),
        "accounts spaced": ([" ".join(a[i:i + 4] for i in range(0, 18, 4)) for a in (iban(int(x)) for x in numbers(50, 3, 10**6, 10**9))], "iban"),
        "addr4": ([f"145.18.{i}.{i + 1}" for i in range(50)], "ip"), "addr6": ([f"2001:610:1908:f000::{i:x}" for i in range(1, 50)], "ip"),
        "hw": ([f"3c:22:fb:00:{i:02x}:7e" for i in range(50)], "mac"), "hw dash": ([f"3C-22-FB-00-{i:02X}-7E" for i in range(50)], "mac"),
        "hw cisco": ([f"3c22.fb00.{i:04x}" for i in range(50)], "mac"),
        "profile": ([f"https://lms.example/user/profile.php?id={i}" for i in range(200, 250)], "url_id"), "views": ([f"https://lms.example/user/view.php?course=3&id={i}" for i in range(200, 250)], "url_id"),
        "iris": ([f"https://lms.example/users/{i}" for i in range(200, 250)], "url_id"), "mailto": ([f"mailto:{plain(g)}@uni.example" for g, _ in people(50, 8)], "email"),
        "homes": ([f"Dorpsstraat {i}, {1000 + i} AB Utrecht" for i in range(1, 50)], "address"), "homes2": ([f"{1000 + i}AB {i}" for i in range(1, 50)], "address"),
        "codes s": ([f"s{x}" for x in numbers(60, 4, 1_000_000, 3_999_999)], "student_number"), "codes u": ([f"u{x}" for x in numbers(60, 5, 100_000, 999_999)], "student_number|username"),
        "pictures": ([f"https://cdn.example/avatars/{i}.jpg" for i in range(50)], "photo"),
        "orcid": ([f"https://orcid.org/0000-000{i % 3}-{1000 + i}-{2000 + i}" for i in range(50)], "user_id|url_id"),
    }
    for name, (values, rule) in shapes.items():
        yield Case("shape without a header", name, values, found=(rule,), allowed=frozenset({"username", "student_number", "url_id"}) if rule in ("photo",) else frozenset())
    yield Case("one mail in a thousand codes", "kenmerk", [*(f"K{i:05}" for i in range(999)), "sanne@student.example.nl"], found=("email",))
    yield Case("one account in a thousand codes", "kenmerk2", [*(f"K{i:05}" for i in range(999)), iban(123_456)], found=("iban",))
    yield Case("one person", "naam", ["Sanne de Vries"], found=("name",))
    yield Case("one person's number", "studentnummer", ["1234567"], found=("student_number",))
    yield Case("places", "vestiging", ["Amsterdam", "Breda", "Delft", "Ede", "Gouda", "Leiden", "Meppel", "Venlo", "Zeist", "Assen", "Hoorn", "Almelo", "Tiel", "Weert", "Best", "Emmen"])
    yield Case("streets", "locatie", [f"{name}straat" for name in ("Dorps", "Kerk", "Molen", "Juliana", "Wilhelmina", "Beatrix", "School", "Nieuw", "Oranje", "Hoofd")], allowed=frozenset({"address"}))
    yield Case("months", "maand", ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"])
    yield Case("months en", "month", ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"])
    yield Case("weekdays", "weekdag", ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"])
    yield Case("colours", "kleur", ["rood", "blauw", "groen", "geel", "paars", "oranje", "wit", "zwart", "grijs", "bruin"])
    yield Case("subjects", "richting", ["Economie", "Rechten", "Geneeskunde", "Psychologie", "Filosofie", "Geschiedenis", "Biologie", "Wiskunde", "Natuurkunde", "Scheikunde", "Nederlands", "Engels", "Frans"])
    yield Case("tools", "software", ["Python", "Java", "Ruby", "Julia", "Pascal", "Ada", "Perl", "Scala", "Swift", "Matlab"])
    yield Case("companies", "stagebedrijf", ["Philips", "ASML", "Jansen Bouw BV", "Albert Heijn", "De Vries Advies", "Shell", "KPN", "Bakker & Zonen", "ING", "Unilever"], allowed=frozenset({"name"}))
    yield Case("buildings", "zaalnaam", ["Drift 21", "Boothzaal", "Minnaertgebouw", "Ruppert Blauw", "Marinus Ruppert", "Buys Ballot 0.12", "Sjoerd Groenman", "Willem C. van Unnik", "Educatorium Beta"],
               allowed=frozenset({"name"}))
    yield Case("yes and no", "akkoord", ["ja", "nee", "onbekend"])
    yield Case("events", "gebeurtenis", ["Course viewed", "Quiz attempt started", "User list viewed", "Grade item created", "Message sent", "Role assigned", "Course module viewed"])
    yield Case("titles", "titel", ["Will Page: a primer", "The Grace of Kings", "Mark as done", "Art history", "Hope and glory", "Dean's list", "Rose garden", "Max score", "Bill of rights"])


def typed() -> Iterator[Case]:
    """Every type that a column of Arrow can have."""
    yield Case("types", "leeg", pa.nulls(20))
    yield Case("types", "email", pa.nulls(20), possible=("email",))
    yield Case("types", "niets", pa.array([], pa.string()))
    yield Case("types", "gemaakt", pa.array([dt.datetime(2024, 1, day) for day in range(1, 29)]))
    yield Case("types", "gemaakt_zone", pa.array([dt.datetime(2024, 1, day) for day in range(1, 29)], pa.timestamp("us", "Europe/Amsterdam")))
    yield Case("types", "bedrag", pa.array([Decimal("12.50"), Decimal("7.00"), None]))
    yield Case("types", "aantal", pa.array([1, 2, None, 4], pa.int32()))
    yield Case("types", "tags_lijst", pa.array([["a", "b"], [], None, ["c"]]))
    yield Case("types", "leden", pa.array([["sanne@uni.example"], ["daan@uni.example", "emma@uni.example"]]), found=("email",))
    yield Case("types", "meta", pa.array([{"name": "quiz 1", "size": 3}, {"name": "quiz 2", "size": 4}]))
    yield Case("types", "actor_blob", pa.array([{"who": f"{plain(g)}@uni.example", "n": i} for i, (g, _) in enumerate(people(20, 4))]), found=("email",))
    yield Case("types", "duur", pa.array([dt.timedelta(minutes=i) for i in range(20)]))
    yield Case("types", "klok", pa.array([dt.time(i, 0) for i in range(20)]))
    yield Case("types", "actief", pa.array([True, False, None]))
    yield Case("types", "dyslexie", pa.array([True, False, None]), found=("special:health",))
    yield Case("types", "extra_tijd", pa.array([0, 25, 30, None]), found=("special:health",))
    yield Case("types", "geboortedatum", pa.array(dates(40, 3)), found=("date_of_birth",))
    yield Case("types", "dob", pa.array([dt.datetime(day.year, day.month, day.day) for day in dates(40, 3)]), found=("date_of_birth",))
    yield Case("types", "cijfers", pa.array([[7.5, 8.0], [6.0]]))
    yield Case("types", "woord", pa.array(["a", "b", "a"]).dictionary_encode())
    yield Case("types", "bytes", pa.array([b"abc", b"\xff\xfe", None]))
    yield Case("types", "score_nan", pa.array([1.5, float("nan"), float("inf"), None]))
    yield Case("types", "studentnummer", pa.array([float(x) for x in numbers(40, 9, 1_000_000, 9_999_999)]), found=("student_number",))


CLOSED = (
    ("special:health", "kenmerk", ["dyslexie", "ADHD", "geen", "dyscalculie"], True), ("special:health", "profiel_code", ["Dyslexie", "Autisme (ASS)", "Visueel", "Auditief", "n.v.t."], True),
    ("special:health", "reden", ["ziekte", "vakantie", "familieomstandigheden", "ziek", "operatie"], False), ("special:health", "support", ["dyslexia", "wheelchair user", "none", "autism"], True),
    ("special:health", "maatregel", ["25% extra tijd", "aparte ruimte", "geen", "vergroot lettertype"], True), ("special:health", "need", ["ExtraTimeOnlyMaths25%", "extra_time", "spoken", "spell_checker_on_screen"], True),
    ("special:health", "dx", ["F81.0", "F90.0", "F84.5", "F32.1", "F41.1", "G43.9"], True), ("special:health", "klasse", ["J45.909", "E10.9", "F33.1", "M54.5", "G40.3"], True),
    ("special:health", "omschrijving_beperking_x", ["chronische ziekte", "psychische aandoening", "motorische beperking", "visuele beperking"], True),
    ("special:religion", "stroming", ["islam", "rooms-katholiek", "protestants", "geen", "hindoe"], True), ("special:religion", "denom", ["Moslim", "Christen", "Joods", "Boeddhist", "Atheïst"], True),
    ("special:religion", "group_x", ["Muslim", "Christian", "Jewish", "Hindu", "none"], True), ("special:ethnicity", "achtergrond", ["westers", "niet-westers", "Nederlandse achtergrond"], True),
    ("special:ethnicity", "afkomst_x", ["Marokkaans", "Turks", "Surinaams", "Antilliaans", "Nederlands"], False), ("special:ethnicity", "eth", ["White British", "Black African", "Asian Indian", "Mixed"], True),
    ("special:ethnicity", "groep_cbs", ["autochtoon", "1e generatie niet-westers", "2e generatie westers"], True), ("special:sex_life", "voorkeur", ["heteroseksueel", "homoseksueel", "biseksueel", "onbekend"], True),
    ("special:sex_life", "orient", ["straight", "gay", "lesbian", "bisexual"], True), ("special:politics", "partij", ["VVD", "D66", "GroenLinks", "PvdA", "PVV", "CDA"], True),
    ("special:politics", "keuze", ["VVD", "PvdD", "SP", "Volt", "JA21", "BBB", "ChristenUnie"], True), ("special:union", "lidmaatschap", ["FNV", "CNV", "AOb", "geen"], True),
    ("special:criminal", "screening", ["VOG afgegeven", "VOG geweigerd", "VOG aangevraagd"], True), ("special:criminal", "verleden", ["geen veroordeling", "veroordeeld", "strafblad"], True),
    ("special:gender_identity", "m_v_x", ["man", "vrouw", "non-binair", "transvrouw"], True), ("special:gender_identity", "aanspreek", ["she/her", "he/him", "they/them"], False),
)


def closed_lists() -> Iterator[Case]:
    """Special categories by their values alone, and lists that look like them."""
    for number, (rule, name, values, sure) in enumerate(CLOSED):
        yield Case(f"values {rule} {number}", name, values, found=(rule,) if sure else (), possible=() if sure else (rule,), allowed=frozenset({rule}))
    for name, values in {
        "toetsvorm2": ["schriftelijk", "mondeling", "digitaal", "opdracht"], "status2": ["ingeschreven", "uitgeschreven", "geslaagd", "gestaakt"], "fase": ["propedeuse", "bachelor", "master"],
        "codes2": ["A10", "B20", "C30", "D40", "E50"], "zaal2": ["F1.01", "F2.13", "G0.05", "A3.11"], "letter": list("ABCDEF"), "vak2": ["Gezondheidsrecht", "Psychiatrie 2", "Islam en het Westen", "Strafrecht"],
        "voertuig": ["auto", "fiets", "trein", "bus"], "windows": ["F1", "F2", "F10", "F12"], "landen2": ["Nederland", "Turkije", "Marokko", "Duitsland"], "taal2": ["Nederlands", "Engels", "Duits"],
        "uitslag2": ["V", "O", "G", "NVD"], "boek": ["De islam in Europa", "Autisme begrijpen", "Het recht van de sterkste"], "soort2": ["hoorcollege", "werkcollege", "practicum"],
        "versies": ["E1.1", "E1.2", "E1.3"], "lokalen": ["B20.1", "B20.2", "C11.0", "D05.3", "E10.2"], "hoofdstuk": ["A1.1", "A1.2", "B2.1", "C3.4"],
        "geslacht2": ["man", "vrouw", "onbekend"], "vooropl": ["havo", "vwo", "mbo", "hbo-propedeuse"], "rollen": ["student", "docent", "decaan", "studieadviseur"],
        "opleidingen2": ["Islam & Arabisch", "Theologie", "Politicologie", "Rechten", "Genderstudies", "Gezondheidswetenschappen"], "cefr": ["A1", "A2", "B1", "B2", "C1"],
    }.items():
        yield Case("lists of nothing", name, values)


def texts() -> Iterator[Case]:
    """Columns of sentences: one in five holds something, and none does."""
    chance = Random(77)
    crowd = people(400, 78)
    numbers_ = bsns(200, 79)

    def fill(sentence: str, i: int) -> str:
        given, surname = crowd[i % len(crowd)]
        return sentence.format(bsn=numbers_[i % 200], email=f"{plain(given)}.{plain(surname)}@student.example.nl", phone=(f"06-{23_456_789 + i}", f"+31 6 {23_456_789 + i}", f"06{23_456_789 + i}")[i % 3],
                               iban=iban(1_000_000 + i), address=f"Parklaan {i + 1}, {3500 + i} AB Utrecht", id=str(10_000 + i), id7=str(4_000_000 + i), person=f"{given} {surname}", number=str(200_000_001 + 11 * i))

    for rule, sentences in HOLDING.items():
        for number, sentence in enumerate(sentences):
            rows = [f"{chance.choice(INNOCENT).format(number='200000001')} {chance.choice(INNOCENT).format(number='200000012')}" for _ in range(20)]
            rows[chance.randrange(20)] = f"{chance.choice(INNOCENT).format(number='1')} {fill(sentence, number)}"
            rows[0] = fill(sentence, number + 5)
            sure = rule in ("bsn", "email", "iban", "address")
            yield Case(f"text with {rule}", f"{rule} {number}", rows, found=(rule,) if sure else (), possible=() if sure else (rule,),
                       allowed=frozenset({rule, "free_text", "special:health", "name", "user_id", "special:criminal", "special:union", "special:politics"} if rule.startswith("special") else
                                         {rule, "free_text", "name"} | ({"student_number"} if rule == "user_id" else {"user_id"} if rule == "bsn" else set())))
    for number in range(40):
        rows = [chance.choice(INNOCENT).format(number=str(chance.randrange(200_000_000, 900_000_000))) for _ in range(30)]
        yield Case("text of nothing", f"posts {number}", rows, allowed=frozenset({"free_text"}))
    yield Case("text of nothing", "all", [sentence.format(number="200000001") for sentence in INNOCENT], allowed=frozenset({"free_text"}))
