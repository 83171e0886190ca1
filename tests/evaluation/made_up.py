"""Made-up people and values for the evaluation, from words of its own: not from the lists that the detector reads."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from random import Random

_GIVEN = (
    "Sanne Daan Emma Bram Lotte Thijs Fleur Jeroen Marieke Wouter Anouk Sjoerd Femke Joost Willemijn Tjeerd Nynke Pieter Roos Jan Mees Guusje "
    "Fenna Jelmer Douwe Maud Floris Hidde Tess Ruben Noor Julia Saar Sophie Levi Luuk Milan Evi Zoë Inés Anne-Fleur Jan-Willem Kees Ineke Riet "
    "Mohammed Fatima Youssef Samira Achraf Naoual Hicham Oumaima Zakaria Btissam Ayoub Hajar Nordin Loubna Redouan Ikram Bilal Safae Anass Chaimae "
    "Mehmet Ayşe Emre Elif Burak Zeynep Özlem Serkan Büşra Yunus Hatice Ömer Selin Kadir Gülşah Tuğba Enes Beyza İbrahim Şeyma "
    "Ravi Priya Sharmila Anand Soerin Radjesh Kavita Winston Cheryl Giovanni Shanice Quincy Romano Jermain Xaviera Dwight Naomi Kenneth "
    "Wei Xiaoming Jingyi Haoran Yuxin Minh Linh Thuy Jisoo Hyun-woo Putri Dewi Budi Siti Agung Kadek Aditya Ayu "
    "Agnieszka Katarzyna Piotr Łukasz Małgorzata Tomasz Zuzanna Oleksandr Olena Dmytro Iryna Andrei Ioana Georgi Desislava Nikos Eleni "
    "Amina Abdirahman Hodan Yonas Selam Filmon Mahmoud Rania Khaled Noura Farhad Mina Arash Parisa Zahra Ali Hassan "
    "James Olivia Liam Charlotte Ethan Grace Aoife Siobhán Hans Jürgen Lukas Johanna Giulia Matteo José María João Beatriz Pierre Chloé Freja Lars"
)
GIVEN = _GIVEN.split()
_SURNAMES = (
    "de Jong; Jansen; de Vries; van den Berg; Bakker; van Dijk; Visser; Smit; Meijer; de Boer; Mulder; de Groot; Bos; Vos; Peters; Hendriks; "
    "van Leeuwen; Dekker; Brouwer; de Wit; Dijkstra; Smits; de Graaf; van der Meer; van der Linden; Kok; Jacobs; de Haan; Vermeulen; "
    "van den Heuvel; van der Veen; van den Broek; de Bruijn; Schouten; van Beek; Willems; van Vliet; van der Heijden; Hoekstra; Maas; Verhoeven; "
    "Koster; van Dam; Prins; Blom; Huisman; Peeters; de Jonge; Kuipers; van Veen; Post; Kramer; van 't Hof; ten Brink; Terpstra; Zijlstra; "
    "Oosterhuis; Uitdehaag; Schuurmans; Wagenaar; Noordhoek Hegt; Quist; Zwagerman; Buitenhuis; Rietveld; Teunissen; Wijngaarden; Stam; "
    "El Amrani; Bouali; Ait Haddou; Benali; El Khattabi; Azzouzi; Chakir; Boulahrouz; Ouali; El Idrissi; Mokhtari; Aboutaleb; Lamrabet; "
    "Yılmaz; Kaya; Demir; Çelik; Şahin; Öztürk; Yıldız; Aydın; Doğan; Arslan; Koç; Kılıç; Karataş; Güneş; Erdoğan; Bozkurt; "
    "Ramdin; Autar; Jaggernath; Baldewsingh; Ramsaran; Pinas; Seedorf; Tjon A Tsien; Kartosen; Martodihardjo; Hasselbaink; Girigorie; Martina; "
    "Wang; Li; Zhang; Chen; Liu; Huang; Zhao; Xu; Nguyen; Tran; Pham; Kim; Park; Tahitu; Pattinama; Latumahina; Wijaya; Santoso; Hidayat; "
    "Kowalski; Nowak; Wójcik; Kamiński; Lewandowska; Zielińska; Shevchenko; Kovalenko; Popescu; Ionescu; Ivanov; Petrova; Papadopoulos; "
    "Hassan; Warsame; Tesfay; Haile; Kidane; Mohammadi; Rezaei; Hosseini; Haddad; Khalil; Al-Masri; Darwish; Ahmadzai; "
    "Smith; Johnson; O'Brien; Murphy; Müller; Schneider; Weber; Rossi; Esposito; García; Fernández; da Silva; Santos; Dubois; Lefèvre; Andersen; Nielsen"
)
SURNAMES = [name.strip() for name in _SURNAMES.split(";")]

SURNAME_PREFIXES = ("van", "de", "den", "der", "ten", "ter", "'t", "El", "da", "Ait")


def people(count: int, seed: int) -> list[tuple[str, str]]:
    """Give distinct pairs of given name and surname."""
    chance, made = Random(seed), dict[tuple[str, str], None]()
    while len(made) < count:
        made[(chance.choice(GIVEN), chance.choice(SURNAMES))] = None
    return list(made)


def split_surname(surname: str) -> tuple[str, str]:
    """Give prefixes and the rest."""
    words = surname.split()
    cut = 0
    while cut < len(words) - 1 and words[cut] in SURNAME_PREFIXES:
        cut += 1
    return " ".join(words[:cut] if len(words) > 1 else []), " ".join(words[cut:])


def initials(given: str) -> str:
    """Give initials with full stops."""
    return "".join(f"{part[0]}." for part in given.split("-"))


def _tail(given: str, surname: str) -> str:
    prefix, rest = split_surname(surname)
    return f"{rest}, {given} {prefix}".strip() if prefix else f"{rest}, {given}"


#: Six orders in which one person is written.
NAME_ORDERS: dict[str, Callable[[str, str], str]] = {
    "given surname": lambda g, s: f"{g} {s}",
    "surname, given prefix": _tail,
    "surname, initials prefix": lambda g, s: _tail(initials(g), s),
    "initials surname": lambda g, s: f"{initials(g)} {s}",
    "SURNAME Given": lambda g, s: f"{s.upper()} {g}",
    "surname given": lambda g, s: f"{s[0].upper()}{s[1:]} {g}",
}


def eleven(stem: int, residue: int = 0) -> str | None:
    """Give the nine-digit number of eight digits and its last, digit by digit; None where no last digit fits."""
    digits = [int(sign) for sign in f"{stem:08}"]
    last = (sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) - residue) % 11
    return f"{stem:08}{last}" if last < 10 else None


def bsns(count: int, seed: int) -> list[str]:
    """Give distinct numbers that pass, anywhere in the range that is issued."""
    chance, made = Random(seed), dict[str, None]()
    while len(made) < count:
        number = eleven(chance.randrange(1_000_000, 100_000_000))
        if number and not number.startswith("00"):
            made[number] = None
    return list(made)


def onderwijsnummers(count: int, seed: int) -> list[str]:
    """Give distinct onderwijsnummers: from 10, residue 5."""
    chance, made = Random(seed), dict[str, None]()
    while len(made) < count:
        number = eleven(10_000_000 + chance.randrange(1_000_000), 5)
        if number:
            made[number] = None
    return list(made)


def a_nummers(count: int, seed: int) -> list[str]:
    """Give distinct A-nummers: no two neighbours alike, the sum leaves 0 or 5 and the sum doubled leftwards 0 modulo eleven."""
    chance, made = Random(seed), dict[str, None]()
    while len(made) < count:
        digits = [chance.randrange(10) for _ in range(10)]
        if digits[0] and all(a != b for a, b in itertools.pairwise(digits)) and sum(digits) % 11 in (0, 5) \
                and sum(digit << place for place, digit in enumerate(digits)) % 11 == 0:
            made["".join(map(str, digits))] = None
    return list(made)


def numbers(count: int, seed: int, first: int, last: int) -> list[str]:
    """Give distinct numbers of a range."""
    return [str(number) for number in Random(seed).sample(range(first, last), count)]


def dates(count: int, seed: int, first: int = 1985, last: int = 2007) -> list[dt.date]:
    """Give days, as births are spread."""
    chance, start = Random(seed), dt.date(first, 1, 1).toordinal()
    return [dt.date.fromordinal(start + chance.randrange((last - first) * 365)) for _ in range(count)]


def iban(account: int, bank: str = "INGB") -> str:
    """Give a Dutch IBAN with its check digits."""
    body = f"{bank}{account:010}"
    digits = "".join(str(int(sign, 36)) for sign in f"{body}NL00")
    return f"NL{98 - int(digits) % 97:02}{body}"


def plain(text: str) -> str:
    """Give a name as it stands in an address."""
    import unicodedata

    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return "".join(sign for sign in bare.lower() if sign.isascii() and sign.isalpha())
