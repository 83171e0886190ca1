"""Made-up values for the third set: people of many origins, numbers, codes; nothing here was copied from the rules or the other sets."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import pyarrow as pa

_NAMES = """
Femke|van der Meulen;Jurre|Hoekstra;Daniëlle|Kuipers;Marijn|ten Have;Wieteke|Zijlstra;Roelof|Postma;Anouk|van 't Hoff;Koen|Brinkman;Lieke|de Groot;Stijn|Verhoeven
Merel|van den Heuvel;Jelte|Dijkstra;Noortje|Schouten;Bram|Kok;Ilse|de Wit;Hidde|Wiersma;Puck|van Leeuwen;Gijs|op den Kamp;Maartje|Smits;Teun|Peeters
Ayşe|Yıldız;Mehmet|Kaya;Elif|Demirci;Burak|Özdemir;Zeynep|Şahin;Hamza|El Amrani;Naima|Bouzid;Ilias|Benali;Soumaya|Aït Brahim;Anass|Ouali
Rishi|Ramdin;Shanti|Bhagwandin;Xaviera|Kartosen;Gilliano|Pinas;Jurmaine|Winterdal;Wei|Zhang;Xiaoming|Li;Jiayi|Chen;Yuhan|Wang;Haoran|Liu
Priya|Venkataraman;Arjun|Mukherjee;Kavya|Nair;Rohit|Deshpande;Ananya|Iyer;Agnieszka|Wójcik;Paweł|Lewandowski;Katarzyna|Zielińska;Tomasz|Dąbrowski;Zofia|Kamińska
Oleksandr|Shevchenko;Iryna|Kovalenko;Dmytro|Bondarenko;Svitlana|Tkachuk;Konstantinos|Papadakis;Eleni|Georgiou;Giulia|Esposito;Matteo|Ricci;Chiara|Lombardi;Lorenzo|Moretti
Alejandro|Fernández García;Lucía|Gómez Ruiz;Javier|Ortega;Beatriz|Carvalho;João|Pereira da Silva;Inês|Oliveira;Nguyễn|Thị Hương;Trần|Văn Minh;Linh|Pham;Chinedu|Okonkwo
Ngozi|Adeyemi;Oluwaseun|Balogun;Kwame|Asante;Abena|Owusu;Tigist|Gebremariam;Dawit|Haile;Reza|Hosseini;Shirin|Moradi;Parisa|Karimi;Omar|Haddad
Layla|Al-Masri;Yousef|Khoury;Rana|Abdallah;Budi|Santoso;Dewi|Lestari;Putri|Wulandari;Haruto|Takahashi;Yuki|Nakamura;Sakura|Watanabe;Minjun|Park
Seoyeon|Kim;Jonas|Schäfer;Annika|Müller;Lukas|Hoffmann;Friederike|von Bülow;Émilie|Lefèvre;Théo|Girard;Camille|Rousseau;Siobhán|O'Sullivan;Declan|Murphy
Astrid|Lindqvist;Erik|Nyström;Ingrid|Haugland;Mikkel|Sørensen;Aino|Virtanen;Luka|Horvat;Milica|Petrović;Andrei|Popescu;Ioana|Dumitru;Zsófia|Szabó
Petra|Novotná;Marek|Svoboda;Jack|Thompson;Emily|Richardson;Harriet|Whitaker;Tyrone|Washington;Madison|Clarke;Rivka|Goldstein;Noam|Levy;Tamar|Cohen
""".replace("\n", ";")
PEOPLE = tuple((given, family) for given, family in (pair.split("|") for pair in _NAMES.split(";") if pair))
_PARTICLES = ("van der ", "van den ", "van 't ", "op den ", "ten ", "van ", "de ", "von ")


@dataclass(frozen=True)
class Person:
    """One made-up person."""

    given: str
    family: str

    @property
    def particle(self) -> str:
        """Give the tussenvoegsel, or nothing."""
        return next((part.strip() for part in _PARTICLES if self.family.startswith(part)), "")

    @property
    def core(self) -> str:
        """Give the family name without it."""
        return self.family[len(self.particle):].strip()

    @property
    def login(self) -> str:
        """Give letters for a login or a mail address."""
        return f"{plain(self.given)[:1]}{plain(self.core)}"


def plain(text: str) -> str:
    """Give lower-case ASCII letters only."""
    folded = unicodedata.normalize("NFKD", text.translate(str.maketrans("ıøłđ", "iold")))
    return "".join(letter for letter in folded.lower() if "a" <= letter <= "z")


def crowd(chance: Random, count: int) -> list[Person]:
    """Give people: pairs as they are, and given names with family names of others where more are wanted."""
    pairs = list(PEOPLE)
    chance.shuffle(pairs)
    while len(pairs) < count:
        pairs.append((chance.choice(PEOPLE)[0], chance.choice(PEOPLE)[1]))
    return [Person(*pair) for pair in pairs[:count]]


def eleven(chance: Random, rest: int = 0, first: str = "") -> str:
    """Give nine digits whose weighted sum 9..2, -1 leaves `rest` modulo eleven (BSN: 0; onderwijsnummer: 5, it starts with 10)."""
    while True:
        stem = first or str(chance.randrange(1, 10))
        stem += "".join(str(chance.randrange(10)) for _ in range(8 - len(stem)))
        last = (sum(int(digit) * (9 - place) for place, digit in enumerate(stem)) - rest) % 11
        if last < 10:
            return stem + str(last)


def a_nummer(chance: Random) -> str:
    """Give ten digits by the two rules of the Logisch Ontwerp BRP: no two neighbours alike, sums modulo eleven 0 or 5 and nought."""
    while True:
        digits = [chance.randrange(1, 10)]
        while len(digits) < 10:
            digits.append(chance.choice([d for d in range(10) if d != digits[-1]]))
        if sum(digits) % 11 in (0, 5) and sum(d << place for place, d in enumerate(digits)) % 11 == 0:
            return "".join(map(str, digits))


def _iban(chance: Random, country: str = "NL") -> str:
    bank = chance.choice(("INGB", "RABO", "ABNA", "TRIO", "KNAB", "BUNQ")) + f"{chance.randrange(10**9):010}" if country == "NL" else f"{chance.randrange(10**17):018}"
    number = "".join(str(int(sign, 36)) for sign in bank + country + "00")
    return f"{country}{98 - int(number) % 97:02}{bank}"


_STREETS = ("Lindelaan", "Korte Vijverberg", "Oude Gracht", "Parallelweg", "van Speykstraat", "Zonnebloemhof", "Havenkade", "Burgemeester Reigerstraat", "Plantsoen", "Tweede Jan Steenstraat")
_TOWNS = ("Utrecht", "Groningen", "Zwolle", "Tilburg", "Den Haag", "Rotterdam", "Nijmegen", "Almere", "Leeuwarden", "Maastricht", "'s-Hertogenbosch", "Amersfoort")


def _postcode(chance: Random) -> str:
    return f"{chance.randrange(1011, 9999)}{chance.choice('ABDEGHKLMNPRTVWXZ')}{chance.choice('ABDEGHKLMNPRTVWXZ')}"


def _day(chance: Random, first: int = 1988, last: int = 2006) -> dt.date:
    return dt.date(first, 1, 1) + dt.timedelta(days=chance.randrange(365 * (last - first + 1)))


def _when(chance: Random) -> dt.datetime:
    return dt.datetime(2025, 9, 1, 7) + dt.timedelta(seconds=chance.randrange(86_400 * 130))


def _mobile(chance: Random) -> str:
    return f"06{chance.randrange(10_000_000, 60_000_000):08}"


def _abroad(chance: Random) -> str:
    return chance.choice(("+49 151 ", "+32 47", "+44 7911 ", "+90 532 ", "+34 61", "+48 60")) + f"{chance.randrange(1_000_000, 9_999_999)}"


def _hash(chance: Random, size: int) -> str:
    return hashlib.sha256(chance.randbytes(16)).hexdigest()[:size]


def _uuid(chance: Random) -> str:
    return str(uuid.UUID(bytes=chance.randbytes(16), version=4))


def _mac(chance: Random, sign: str = ":") -> str:
    return sign.join(f"{byte:02x}" for byte in chance.randbytes(6))


def _ip6(chance: Random) -> str:
    return "2001:610:" + ":".join(f"{chance.randrange(1, 65_536):x}" for _ in range(6))


_AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "Moodle Mobile 4.4", "okhttp/4.9.3")
_COURSES = ("INF", "PSY", "BIO", "LAW", "ECO", "GEO", "MED", "HIS")

_REMARKS = (
    "De opdracht was duidelijk", "Meer voorbeelden zou helpen", "I liked the guest lecture", "The slides came late", "Hoofdstuk 3 mag korter", "Goede uitleg over regressie",
    "Te weinig tijd voor de toets", "The reading list is long but useful", "Werkgroepen waren nuttig", "Room was too small", "Ik mis een oefententamen", "Feedback came back quickly",
    "Graag de opnames langer online", "Formules staan niet op het blad", "Good balance between theory and practice", "Pagina 112 bevat een typefout", "The quiz crashed twice",
    "Rooster botst met het keuzevak", "Statistics was harder than expected", "Prima vak",
)
#: What a remark may hold that tells about somebody.
_HOLDING: dict[str, tuple[str, ...]] = {
    "name": ("Dank aan {full} voor de hulp", "{full} never answered my question", "Volgens {full} hoefde dat niet"),
    "mail": ("Mail me op {mail_private}", "please write to {mail_private}"),
    "phone": ("Bel mij op {mobile_dash}", "my number is {mobile_31}"),
    "number": ("Mijn studentnummer is {stud7}", "student number {s_number}, please check"),
    "bsn": ("BSN {bsn} staat verkeerd in het systeem", "mijn burgerservicenummer is {bsn_spaces}"),
    "iban": ("Graag terugstorten op {iban_spaces}", "my account is {iban}"),
    "health": ("Ik was ziek en lag in het ziekenhuis", "I have ADHD and need breaks", "Door mijn depressie lukte het niet", "Ik heb dyslexie", "I was recovering from a concussion"),
}

#: A value of one person: what a generator is handed are the chance, the person, and the row's number.
Make = Callable[[Random, Person, int], str]
MAKERS: dict[str, Make] = {
    "first": lambda c, p, i: p.given,
    "family": lambda c, p, i: p.family,
    "core": lambda c, p, i: p.core,
    "particle": lambda c, p, i: p.particle,
    "initials": lambda c, p, i: f"{p.given[0]}.{c.choice('ABCDEHJMPRS')}." if c.random() < 0.4 else f"{p.given[0]}.",
    "full": lambda c, p, i: f"{p.given} {p.family}",
    "last_comma": lambda c, p, i: f"{p.family}, {p.given}",
    "dutch_comma": lambda c, p, i: f"{p.core}, {p.given[0]}. {p.particle}".strip(),
    "caps": lambda c, p, i: f"{p.family.upper()} {p.given}",
    "short": lambda c, p, i: f"{p.given[0]}. {p.family}",
    "dear": lambda c, p, i: c.choice(("dhr. ", "mw. ", "Dr. ", "prof. dr. ")) + f"{p.given[0]}. {p.family}",
    "with_mail": lambda c, p, i: f"{p.given} {p.family} <{p.login}@student.uni.example>",
    "with_number": lambda c, p, i: f"{p.given} {p.family} ({c.randrange(2_000_000, 2_999_999)})",
    "two_people": lambda c, p, i: f"{p.given} {p.family}; {' '.join(c.choice(PEOPLE))}",
    "login": lambda c, p, i: f"{p.login[:7]}{i % 100:02}",
    "netid": lambda c, p, i: f"{plain(p.given)[0]}{plain(p.core)[:2]}{c.randrange(100, 999)}",
    "dotted": lambda c, p, i: f"{plain(p.given)}.{plain(p.core)}",
    "domain_login": lambda c, p, i: f"CAMPUS\\{p.login[:8]}",
    "s_number": lambda c, p, i: f"s{c.randrange(1_000_000, 4_999_999)}",
    "mail": lambda c, p, i: f"{plain(p.given)}.{plain(p.core)}{i if i % 3 == 0 else ''}@student.hogeschool.example",
    "mail_work": lambda c, p, i: f"{p.login}@uni.example",
    "mail_private": lambda c, p, i: f"{plain(p.given)}{c.randrange(80, 99)}@" + c.choice(("gmail.com", "hotmail.com", "ziggo.nl", "outlook.com")),
    "mailto": lambda c, p, i: f"mailto:{p.login}{i}@uni.example",
    "bsn": lambda c, p, i: eleven(c),
    "bsn_dots": lambda c, p, i: (lambda n: f"{n[:4]}.{n[4:6]}.{n[6:]}")(eleven(c)),
    "bsn_spaces": lambda c, p, i: (lambda n: f"{n[:3]} {n[3:6]} {n[6:]}")(eleven(c)),
    "bsn_float": lambda c, p, i: eleven(c) + ".0",
    "bsn_8": lambda c, p, i: eleven(c, first="0")[1:],
    "bsn_12": lambda c, p, i: "000" + eleven(c),
    "bsn_or_owns": lambda c, p, i: eleven(c, 5, "10") if c.random() < 0.3 else eleven(c),
    "bsn_some": lambda c, p, i: eleven(c) if c.random() < 0.15 else str(c.randrange(1_000_000, 9_999_999)),
    "bsn_half": lambda c, p, i: eleven(c) if c.random() < 0.5 else str(c.randrange(100_000_000, 999_999_999)),
    "bsn_text": lambda c, p, i: "" if c.random() < 0.2 else f"BSN {eleven(c)}",
    "owns": lambda c, p, i: eleven(c, 5, "10"),
    "a_nummer": lambda c, p, i: a_nummer(c),
    "nine": lambda c, p, i: str(c.randrange(100_000_000, 999_999_999)),
    "order": lambda c, p, i: str(402_117_000 + 3 * i + c.randrange(3)),
    "serial": lambda c, p, i: str(i + 1),
    "big_serial": lambda c, p, i: str(7_400_120 + 7 * i),
    "stud7": lambda c, p, i: str(c.randrange(1_900_000, 2_999_999)),
    "stud6": lambda c, p, i: str(c.randrange(400_000, 999_999)),
    "stud8": lambda c, p, i: str(c.randrange(11_000_000, 15_999_999)),
    "stud0": lambda c, p, i: f"0{c.randrange(800_000, 999_999)}",
    "stud_fte": lambda c, p, i: f"{c.randrange(2_000_000, 4_000_000)}.0",
    "staff": lambda c, p, i: f"P{c.randrange(100_000, 399_999)}",
    "pers8": lambda c, p, i: f"00{c.randrange(100_000, 399_999)}",
    "moodle_id": lambda c, p, i: str(c.randrange(3_000, 98_000)),
    "canvas_long": lambda c, p, i: f"1170000000{c.randrange(10_000_000):07}",
    "bb_pk": lambda c, p, i: f"_{c.randrange(10_000, 900_000)}_1",
    "uuid": lambda c, p, i: _uuid(c),
    "hex": lambda c, p, i: _hash(c, 40),
    "md5": lambda c, p, i: _hash(c, 32),
    "sha256": lambda c, p, i: _hash(c, 64),
    "token": lambda c, p, i: _hash(c, 26),
    "iban": lambda c, p, i: _iban(c, "NL" if c.random() < 0.9 else "DE"),
    "iban_spaces": lambda c, p, i: (lambda n: " ".join(n[k:k + 4] for k in range(0, len(n), 4)))(_iban(c)),
    "mobile": lambda c, p, i: _mobile(c),
    "mobile_dash": lambda c, p, i: (lambda n: f"{n[:2]}-{n[2:]}")(_mobile(c)),
    "mobile_31": lambda c, p, i: f"+31 6 {_mobile(c)[2:]}" if c.random() < 0.7 else _abroad(c),
    "landline": lambda c, p, i: c.choice(("030", "020", "050", "010", "024")) + f"-{c.randrange(2_000_000, 7_999_999)}",
    "ext": lambda c, p, i: str(c.randrange(1000, 9999)),
    "postcode": lambda c, p, i: (lambda n: n if c.random() < 0.6 else f"{n[:4]} {n[4:]}")(_postcode(c)),
    "pc4": lambda c, p, i: str(c.randrange(1011, 9999)),
    "housenr": lambda c, p, i: f"{c.randrange(1, 300)}{c.choice(('', '', '', 'a', '-2', ' bis'))}",
    "street": lambda c, p, i: c.choice(_STREETS),
    "street_nr": lambda c, p, i: f"{c.choice(_STREETS)} {c.randrange(1, 300)}",
    "address": lambda c, p, i: f"{c.choice(_STREETS)} {c.randrange(1, 300)}, {_postcode(c)} {c.choice(_TOWNS)}",
    "town": lambda c, p, i: c.choice(_TOWNS),
    "ip": lambda c, p, i: f"{c.choice((145, 130, 84, 213))}.{c.randrange(1, 255)}.{c.randrange(255)}.{c.randrange(1, 255)}",
    "ip6": lambda c, p, i: _ip6(c),
    "ip_port": lambda c, p, i: f"145.{c.randrange(1, 255)}.{c.randrange(255)}.{c.randrange(1, 255)}:{c.randrange(1024, 65_535)}",
    "mac": lambda c, p, i: _mac(c),
    "mac_dash": lambda c, p, i: _mac(c, "-").upper(),
    "udid": lambda c, p, i: f"{_hash(c, 8)}-{_hash(c, 16)}".upper(),
    "serial_no": lambda c, p, i: "5CG" + _hash(c, 7).upper(),
    "imei": lambda c, p, i: f"35{c.randrange(10**13):013}",
    "dob": lambda c, p, i: _day(c).isoformat(),
    "dob_nl": lambda c, p, i: _day(c).strftime("%d-%m-%Y"),
    "dob_slash": lambda c, p, i: _day(c).strftime("%d/%m/%Y"),
    "dob_8": lambda c, p, i: _day(c).strftime("%Y%m%d"),
    "passport": lambda c, p, i: f"N{c.choice('ABCDEFGHJKLMPRSTX')}{c.choice('BCDFGHJKLMPR')}{c.choice('0123456789BCDF')}{c.randrange(10_000, 99_999)}{c.randrange(10)}",
    "ni": lambda c, p, i: f"{c.choice('ABCEGHJ')}{c.choice('ABCEGHJ')}{c.randrange(100_000, 999_999)}{c.choice('ABCD')}",
    "vnumber": lambda c, p, i: str(c.randrange(2_000_000_000, 2_999_999_999)),
    "orcid": lambda c, p, i: f"0000-000{c.randrange(1, 4)}-{c.randrange(1000, 9999)}-{c.randrange(1000, 9999)}",
    "profile_url": lambda c, p, i: f"https://moodle.uni.example/user/profile.php?id={c.randrange(1000, 99_999)}",
    "canvas_url": lambda c, p, i: f"https://canvas.uni.example/courses/{c.randrange(10_000, 30_000)}/users/{c.randrange(100_000, 999_999)}",
    "view_url": lambda c, p, i: f"/user/view.php?id={c.randrange(1000, 99_999)}&course=2214",
    "page_url": lambda c, p, i: c.choice(("https://moodle.uni.example/course/view.php?name=statistiek", "https://www.uni.example/library/opening-hours", "https://uni.example/en/study/master")),
    "mbox_iri": lambda c, p, i: f'{{"objectType":"Agent","mbox":"mailto:{p.login}{i}@uni.example"}}',
    "photo_file": lambda c, p, i: f"pasfoto_{c.randrange(1_000_000, 2_999_999)}.jpg",
    "photo_url": lambda c, p, i: f"https://sis.uni.example/pictures/{_hash(c, 12)}/f1.jpg",
    "file_of": lambda c, p, i: f"{plain(p.core)}_{c.randrange(1_000_000, 2_999_999)}_essay.docx",
    "agent": lambda c, p, i: c.choice(_AGENTS),
    "epoch": lambda c, p, i: str(int(_when(c).replace(tzinfo=dt.UTC).timestamp())),
    "epoch_ms": lambda c, p, i: str(int(_when(c).replace(tzinfo=dt.UTC).timestamp()) * 1000 + c.randrange(1000)),
    "iso": lambda c, p, i: _when(c).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "stamp": lambda c, p, i: _when(c).strftime("%d-%m-%Y %H:%M"),
    "day": lambda c, p, i: _when(c).strftime("%Y-%m-%d"),
    "day_8": lambda c, p, i: _when(c).strftime("%Y%m%d"),
    "clock": lambda c, p, i: _when(c).strftime("%H:%M"),
    "length": lambda c, p, i: f"0{c.randrange(3)}:{c.randrange(60):02}:{c.randrange(60):02}",
    "grade": lambda c, p, i: f"{c.randrange(20, 100) / 10:.1f}",
    "grade_nl": lambda c, p, i: f"{c.randrange(20, 100) / 10:.1f}".replace(".", ","),
    "percent": lambda c, p, i: str(c.randrange(0, 101)),
    "likert": lambda c, p, i: str(c.randrange(1, 6)),
    "flag": lambda c, p, i: c.choice("JN"),
    "bit": lambda c, p, i: c.choice("01"),
    "few": lambda c, p, i: str(c.randrange(0, 40)),
    "money": lambda c, p, i: f"{c.randrange(1000, 250_000) / 100:.2f}",
    "course": lambda c, p, i: f"{c.choice(_COURSES)}{c.randrange(1, 4)}{c.randrange(100, 999)}",
    "course_osiris": lambda c, p, i: f"{c.choice(('B', 'M'))}-{c.choice(('KEK', 'PSY', 'RGL', 'WIS'))}{c.randrange(10, 99)}V{c.randrange(1, 4)}",
    "course_nl": lambda c, p, i: f"{c.randrange(100, 999)}{c.randrange(1000, 9999)}{c.choice('ABY')}",
    "croho": lambda c, p, i: c.choice(("56551", "50952", "60300", "34401", "56604", "59313", "34570")),
    "brin": lambda c, p, i: c.choice(("21PB", "21PC", "21PD", "21PE", "21PF", "21QB", "25BE", "30GB")),
    "isbn": lambda c, p, i: f"97890{c.randrange(10_000_000, 99_999_999)}",
    "barcode": lambda c, p, i: f"30{c.randrange(10**11, 10**12 - 1)}",
    "doi": lambda c, p, i: f"10.{c.randrange(1000, 9999)}/j.edu.{c.randrange(2010, 2026)}.{c.randrange(1000, 99_999)}",
    "room": lambda c, p, i: f"{c.choice(('BBG', 'MIN', 'KBG', 'RUPP', 'Aula'))} {c.randrange(0, 9)}.{c.randrange(10, 99)}",
    "version": lambda c, p, i: f"{c.randrange(3, 6)}.{c.randrange(12)}.{c.randrange(9)}.{c.randrange(300)}",
    "zoom_id": lambda c, p, i: f"{c.randrange(800, 999)} {c.randrange(1000, 9999)} {c.randrange(1000, 9999)}",
    "kvk": lambda c, p, i: str(c.randrange(10_000_000, 89_999_999)),
    "cost": lambda c, p, i: f"{c.randrange(10, 99)}{c.randrange(1000, 9999)}{c.randrange(100, 999)}",
    "gps": lambda c, p, i: f"{52 + c.random() / 4:.5f}",
    "size": lambda c, p, i: str(c.randrange(1_000, 90_000_000)),
    "json": lambda c, p, i: f'{{"attempt": {c.randrange(1, 4)}, "slot": {c.randrange(1, 20)}, "page": {c.randrange(9)}}}',
    "cron": lambda c, p, i: f"mod_{c.choice(('quiz', 'assign', 'forum'))}_{c.choice(('viewed', 'submitted', 'created'))}",
}


def _remark(chance: Random, person: Person, row: int, kind: str, share: float) -> str:
    """Give two plain remarks, and between them in a share of the rows one that holds something."""
    parts = [f"{chance.choice(_REMARKS)}.", f"{chance.choice(_REMARKS)}."]
    if chance.random() < share:
        holding = chance.choice(_HOLDING[kind])
        parts.insert(1, holding.format(**{name: MAKERS[name](chance, person, row) for name in MAKERS if f"{{{name}}}" in holding}) + ".")
    return " ".join(parts)


def column(make: str, people: Sequence[Person], chance: Random) -> list[str] | pa.Array:
    """Give a column's values, one for each person: `pick a|b|c`, `int low high`, `mix maker share word`, `before text maker`, `remarks kind share`,
    `int64 maker`, or a maker's name."""
    word, _, rest = make.partition(" ")
    if word == "pick":
        choices = rest.split("|")
        return [chance.choice(choices) for _ in people]
    if word == "int":
        low, high = map(int, rest.split())
        return [str(chance.randrange(low, high)) for _ in people]
    if word == "mix":
        maker, share, other = rest.split(" ", 2)
        return [MAKERS[maker](chance, person, row) if chance.random() < float(share) else other for row, person in enumerate(people)]
    if word == "remarks":
        kind, share = rest.split(" ")
        return [_remark(chance, person, row, kind, float(share)) for row, person in enumerate(people)]
    if word in ("int64", "float64"):
        return pa.array([float(text) if word == "float64" else int(text) for text in column(rest, people, chance)])
    if word == "before":
        text, maker = rest.rsplit(" ", 1)
        return [f"{text} {MAKERS[maker](chance, person, row)}" for row, person in enumerate(people)]
    return [MAKERS[make](chance, person, row) for row, person in enumerate(people)]
