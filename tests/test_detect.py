"""What `lapipe.detect` says about columns: by their names, their values, and their texts."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from math import comb

import pyarrow as pa
import pytest

from lapipe.detect import RULES, Evidence, elfproef, judge
from lapipe.detect.bsn import ALPHA, tail
from lapipe.detect.headers import read, tokens

#: Public test numbers, entered as facts.
BSN = ["111222333", "123456782"]
IBANS = ["NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", "DE89370400440532013000", "BE68539007547034"]


def bsns(n: int, seed: int = 1, *, onderwijs: bool = False) -> list[str]:
    """Make distinct nine-digit numbers that pass, digit by digit: an oracle of its own."""
    source, made = random.Random(seed), set[str]()
    while len(made) < n:
        digits = [int(sign) for sign in ("10" if onderwijs else "") + str(source.randrange(10**6, 10**7))]
        digits = (digits + [source.randrange(10) for _ in range(9)])[:8]
        last = (sum((9 - i) * digit for i, digit in enumerate(digits)) - (5 if onderwijs else 0)) % 11
        if last < 10 and digits[:2] != [0, 0]:
            made.add("".join(map(str, [*digits, last])))
    return sorted(made)


def numbers(n: int, seed: int = 2, first: int = 200_000_000, last: int = 10**9) -> list[str]:
    return [str(number) for number in random.Random(seed).sample(range(first, last), n)]


def on(rule: str, name: str, values: pa.Array | Sequence[str | None]) -> Evidence:
    array = pa.array(values, pa.string()) if isinstance(values, Sequence) else values
    return next(evidence for evidence in judge(name, [array]) if evidence.rule == rule)


def said(name: str, values: pa.Array | Sequence[str | None]) -> dict[str, str]:
    """Give the rules that say anything but none."""
    array = pa.array(values, pa.string()) if isinstance(values, Sequence) else values
    return {evidence.rule: evidence.verdict for evidence in judge(name, [array]) if evidence.verdict != "none"}


@pytest.mark.parametrize("write", [
    lambda n: f"{n[:3]}\u00a0{n[3:6]}\u00a0{n[6:]}", lambda n: "".join(chr(ord(sign) + 0xFEE0) for sign in n), lambda n: f"{n[:4]}\u200b{n[4:]}", lambda n: f"BSN{n}", lambda n: f"NL-{n}",
    lambda n: f"{n[:2]}/{n[2:5]}/{n[5:]}", lambda n: f"{n[:2]}.{n[2:4]}.{n[4:6]}.{n[6:]}", lambda n: f"{int(n):,}", lambda n: f"{int(n):.8E}", lambda n: f"{{'x': {{'y': {n}}}}}", lambda n: f"{{k={n}}}"])
def test_a_bsn_is_found_in_whatever_clothes(write: Callable[[str], str]) -> None:
    assert said("x", [write(n) for n in bsns(60) if not n.startswith("0")]).get("bsn") == "found"


# The eleven test


@pytest.mark.parametrize(("value", "passes"), [
    ("111222333", True), ("123456782", True), ("1112.22.333", True), ("111.222.333", True), ("111 222 333", True),
    ("123456782.0", True), ("000123456782", True), (" 123456782 ", True), ("#123456782", True), ("'123456782", True),
    ("12345672", True), ("012345672", True), ("123456789", False), ("12345678", False), ("000000000", False),
    ("001234560", False), ("1234567", False), ("1234567820", False), ("20240101", False), ("x", False), ("", False), (None, None),
])
def test_the_eleven_test_reads_every_form_of_a_bsn(value: str | None, passes: bool | None) -> None:
    assert elfproef(pa.array([value], pa.string())).to_pylist() == [passes]


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.uint32(), pa.uint64()])
def test_the_eleven_test_takes_integers(kind: pa.DataType) -> None:
    array = pa.array([123456782, 123456789, 0, None], kind)
    assert elfproef(array).to_pylist() == [True, False, False, None]


def test_the_eleven_test_takes_chunks_empties_and_negatives() -> None:
    assert elfproef(pa.chunked_array([[123456782], [-123456782]])).to_pylist() == [True, False]
    assert elfproef(pa.array([], pa.string())).to_pylist() == []


def test_the_eleven_test_agrees_with_plain_arithmetic() -> None:
    sample = numbers(3000, first=0)
    def plain(text: str) -> bool:
        weighted = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), text.zfill(9), strict=True))
        return int(text) >= 10_000_000 and weighted % 11 == 0
    eight_up = [text for text in sample if len(text) >= 8]
    assert elfproef(pa.array(eight_up)).to_pylist() == [plain(text) for text in eight_up]


@pytest.mark.parametrize(("judged", "passing"), [
    (1, 0), (1, 1), (3, 3), (6, 6), (20, 1), (20, 2), (20, 11), (50, 4), (50, 5), (100, 26), (200, 199)])
def test_the_tail_is_the_exact_binomial_tail(judged: int, passing: int) -> None:
    exact = sum(comb(judged, i) * 10 ** (judged - i) for i in range(passing, judged + 1)) / 11**judged
    assert tail(judged, passing) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(("judged", "least"), [(6, 6), (8, 7), (10, 8), (20, 11), (50, 18), (100, 26)])
def test_so_many_hits_and_no_fewer_convict(judged: int, least: int) -> None:
    # The table of research/detection.md §2.
    assert tail(judged, least) < ALPHA <= tail(judged, least - 1)


def test_the_tail_holds_for_a_hundred_million() -> None:
    assert tail(10**8, 10**8 // 11) == pytest.approx(0.5, abs=1e-3)
    assert tail(10**8, 10**8 // 5) == 0.0


# BSN columns


@pytest.mark.parametrize("write", [
    lambda bsn: bsn, lambda bsn: f"{bsn}.0", lambda bsn: f"{bsn[:3]}.{bsn[3:6]}.{bsn[6:]}", lambda bsn: f"{bsn[:4]}.{bsn[4:6]}.{bsn[6:]}",
    lambda bsn: f"{bsn[:3]} {bsn[3:6]} {bsn[6:]}", lambda bsn: f"000{bsn}", lambda bsn: f" {bsn} ", lambda bsn: bsn.lstrip("0")])
def test_a_bsn_column_is_found_in_every_form(write: Callable[[str], str]) -> None:
    found = on("bsn", "kolom_a", [write(bsn) for bsn in bsns(40)])
    assert (found.verdict, found.kind, found.header, found.values, found.matching) == ("found", "national_id", False, True, 40)
    assert found.p_value is not None
    assert found.p_value < ALPHA
    assert found.fraction == pytest.approx(1.0)


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.uint64(), pa.float64(), pa.decimal128(12, 0), pa.decimal128(14, 2), pa.large_string(),
                                  pa.string_view(), pa.binary(), pa.dictionary(pa.int32(), pa.string()), pa.list_(pa.string())])
def test_a_bsn_column_is_found_in_every_type(kind: pa.DataType) -> None:
    values: list[object] = list(bsns(40))
    if pa.types.is_list(kind):
        values = [[value] for value in values]
    elif pa.types.is_decimal(kind):
        values = [Decimal(str(value)) for value in values]
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        values = [int(str(value)) for value in values]
    array = pa.array([*values, None], pa.string() if pa.types.is_dictionary(kind) else kind)
    array = array.dictionary_encode() if pa.types.is_dictionary(kind) else array
    found = on("bsn", "x", array)
    assert (found.verdict, found.distinct, found.matching) == ("found", 40, 40)


@pytest.mark.parametrize("n", [5, 6])
def test_six_of_six_are_found_and_five_of_five_are_possible(n: int) -> None:
    assert on("bsn", "x", bsns(n)).verdict == ("found" if n == 6 else "possible")


@pytest.mark.parametrize(("values", "name", "verdict"), [
    (["123456782"], "x", "possible"), (BSN, "x", "possible"), (["123456782", "123456789"], "x", "none"),
    (["123456782", "123456789"], "bsn", "possible"), ([], "bsn", "possible"), ([None, ""], "bsn", "possible"), ([], "x", "none"),
    ([*BSN, "011222330"], "x", "none"), (bsns(3), "x", "possible"), (bsns(3), "bsn", "found"), (["1", "2", "3"], "bsn", "possible"),
    (["123456789", "234567890", "345678901"], "burgerservicenummer", "possible"),
])
def test_few_values_say_possible_or_nothing(values: list[str | None], name: str, verdict: str) -> None:
    assert on("bsn", name, values).verdict == verdict


@pytest.mark.parametrize(("name", "values"), [
    ("attempt_id", numbers(2000)), ("id", [str(300_000_000 + i) for i in range(2000)]), ("id", [str(100_000_000 + 11 * i) for i in range(2000)]),
    ("id", [str(100_000_000 + 10 * i) for i in range(500)]), ("nr", numbers(2000, first=10_000_000, last=99_999_999)),
    ("datum", [(dt.date(1995, 1, 1) + dt.timedelta(days=i)).strftime("%Y%m%d") for i in range(2000)]), ("datum", ["20240109", "20240122"]),
    ("timecreated", [str(1_700_000_000 + 37 * i) for i in range(2000)]), ("userid", [str(i).zfill(9) for i in range(1, 2000)]),
    ("nr", numbers(2000, first=1_000_000, last=9_999_999)), ("padded", [f"0{number}" for number in numbers(500)]), ("amount", ["7,5", "8,0"]),
])
def test_ordinary_numbers_are_no_bsn_column(name: str, values: list[str | None]) -> None:
    assert {"bsn", "onderwijsnummer"}.isdisjoint(said(name, values))
    assert {"bsn", "onderwijsnummer"}.isdisjoint(said(name, pa.array([int(value.replace(",", "")) for value in values if value])))


@pytest.mark.parametrize("others", [
    numbers(2000, first=1_000_000, last=9_999_999), [f"geen nummer {i}" for i in range(2000)],
    numbers(2000, first=10_000_000, last=99_999_999), [f"{number[:3]} {number[3:6]} {number[6:]}" for number in numbers(2000)]])
def test_twelve_bsns_are_found_among_two_thousand_values_of_another_shape(others: list[str]) -> None:
    found = on("bsn", "nummer", [*others, *bsns(12)])
    assert (found.verdict, found.distinct, found.judged, found.matching) == ("found", 2012, 12, 12)


@pytest.mark.parametrize(("share", "n"), [(1.0, 100), (0.5, 100), (0.2, 500), (1.0, 500), (0.5, 500)])
def test_bsns_among_other_nine_digit_numbers_are_found(share: float, n: int) -> None:
    # At 20 % of 100 values the test's power is .65 (research/detection.md §2), so it is not promised.
    real = round(share * n)
    for seed in range(10):
        found = on("bsn", "x", [*bsns(real, seed), *numbers(n - real, seed + 100, first=800_000_000)])
        assert found.verdict == "found"
        assert found.fraction == pytest.approx(share, abs=0.12)


def test_the_likeliest_of_several_forms_is_one_of_several_chances() -> None:
    failing = [number for number in numbers(80, first=10_000_000, last=19_000_000) if not elfproef(pa.array([number]))[0].as_py()]
    assert on("bsn", "x", [*failing, *bsns(3)]).verdict == "none"
    assert on("bsn", "x", [*failing, *bsns(5)]).verdict == "possible"


def test_a_lone_date_that_passes_the_test_accuses_nobody() -> None:
    assert elfproef(pa.array(["20000108"])).to_pylist() == [True]
    assert said("x", ["20000108"]) == {}


def test_columns_of_random_numbers_are_never_found() -> None:
    assert {on("bsn", "x", numbers(n, seed)).verdict for seed in range(40) for n in (5, 20, 100)} <= {"none", "possible"}


def test_batches_are_summed() -> None:
    whole = bsns(60)
    parts = [pa.array(whole[i:i + 7]) for i in range(0, 60, 7)]
    assert judge("x", parts) == judge("x", [pa.array(whole)]) == judge("x", [pa.chunked_array(parts)])


@pytest.mark.parametrize(("name", "values", "verdict"), [
    ("x", bsns(20, onderwijs=True), "found"), ("x", ["1012.22.331"], "possible"), ("onderwijsnummer", [], "possible"),
    ("x", [str(100_000_000 + i) for i in range(2000)], "none"), ("x", bsns(500), "none"), ("x", numbers(500, first=100_000_000), "none"),
    ("x", [*bsns(20, onderwijs=True), *numbers(500)], "found")])
def test_onderwijsnummers_are_judged_among_the_numbers_from_ten(name: str, values: list[str | None], verdict: str) -> None:
    assert on("onderwijsnummer", name, values).verdict == verdict


@pytest.mark.parametrize(("text", "verdict"), [
    ("Mijn BSN is 123456782, dank u", "found"), ("burgerservicenummer: 1112.22.333", "found"), ("123456782 (bsn) doorgegeven", "found"),
    ("BSN 123456789 klopt niet", "possible"), ("student 123456782 deed mee", "none"), ("bestelling 123456789", "none"),
    ("De BSN-regeling geldt sinds 2007", "none")])
def test_a_word_beside_a_number_in_text_tells_a_bsn(text: str, verdict: str) -> None:
    found = on("bsn", "post", [text, "Iets heel anders."])
    assert (found.verdict, found.values, found.text) == (verdict, False, verdict != "none")


def test_numbers_in_texts_without_a_word_are_judged_together() -> None:
    assert on("bsn", "post", [f"Deelname van {bsn} is verwerkt" for bsn in bsns(30)]).verdict == "found"
    assert on("bsn", "post", [f"Deelname van {number} is verwerkt" for number in numbers(500)]).verdict == "none"
    assert on("bsn", "post", [f"{i} keer dezelfde: 123456782 ok" for i in range(500)]).verdict == "none"


# Names of columns


@pytest.mark.parametrize(("name", "words"), [
    ("studentBSN_nr2", ("student", "bsn", "nr")), ("E-mailadres", ("e", "mailadres")), ("IPAddress", ("ip", "address")),
    ("Nummer (ID)", ("nummer", "id")), ("GeboortelandOuder1", ("geboorteland", "ouder")), ("cliëntnummer", ("clientnummer",)), ("", ()), ("123", ())])
def test_names_are_split_into_whole_words(name: str, words: tuple[str, ...]) -> None:
    assert tokens(name) == words


@pytest.mark.parametrize(("rule", "names"), [
    ("bsn", "bsn BSN student_bsn bsnNummer BSN-nr Burgerservicenummer burger_service_nummer sofinummer sofi-nr PGN persoonsgebonden_nummer PersoonsgebondenNummer"),
    ("onderwijsnummer", "Onderwijsnummer onderwijs_nr onderwijsnr"),
    ("email", "email e-mail E-mailadres Email_address EmailAddress mailadres student_email e_mail ExternalEmail"),
    ("phone", "phone phone1 telefoon telefoonnummer Phone_number tel_nr mobileNumber ICEPhoneNumber"),
    ("iban", "iban IBAN rekeningnummer bankrekening"), ("ip", "ip IP-adres ip_address lastip IPAddress"), ("mac", "mac_address MACadres"),
    ("name", "naam voornaam Voornaam achternaam first_name firstname LastName Full_name user_full_name student_name Volledige_naam_van_de_gebruiker tussenvoegsel Affected_user name"),
    ("date_of_birth", "geboortedatum Geboorte_datum date_of_birth dob birthDate"),
    ("student_number", "studentnummer student_number studentnr StudentID Student_ID id_student OrgDefinedId SIS_User_ID leerlingnummer personeelsnummer Nummer_(ID)"),
    ("username", "username user_name gebruikersnaam login_id netid"), ("user_id", "userid user_id UserId relateduserid usermodified"),
    ("address", "adres woonadres home_address"), ("device", "device_id sessionid"),
    ("special:health", "dyslexie dyslexia functiebeperking handicap disability extra_tijd extraTime extra_time accommodation accommodations ziek ziekmelding medical dieet dieetwensen heeft_dyslexie"),
    ("special:ethnicity", "etniciteit herkomst HerkomstlandVolgensCbsDefinitie geboorteland_ouder GeboortelandOuder1 nationaliteit Nationaliteit2 ethnicity nationality countryOfBirth migratieachtergrond"),
    ("special:religion", "religie religion kerk kerkgenootschap geloof"), ("special:politics", "politiek political_party politieke_voorkeur"),
    ("special:union", "vakbond vakbondslid trade_union"), ("special:sex_life", "seksuele_geaardheid sexual_orientation"),
    ("special:gender_identity", "gender_identity genderidentiteit pronouns"), ("special:biometric", "biometric vingerafdruk"),
    ("special:genetic", "genetic dna"), ("special:criminal", "strafblad VOG vog_status criminal_record"), ("free_text", "opmerking comments feedback"),
])
def test_names_speak_for_their_rule(rule: str, names: str) -> None:
    silent = [name for name in names.split() if rule not in read(name) or on(rule, name, []).verdict == "none"]
    assert silent == []


@pytest.mark.parametrize(("name", "rule"), [
    ("nationalitiet", "special:ethnicity"), ("accomodatons", "special:health"), ("geboortedatm", "date_of_birth"), ("land geboorte ouder 1", "special:ethnicity"), ("stud_no", "student_number"),
    ("links.user", "user_id"), ("datum_geb", "date_of_birth"), ("demographics.blackOrAfricanAmerican", "special:ethnicity"), ("voornaam leerl", "name")])
def test_slips_other_spellings_and_other_orders_of_a_name_are_read(name: str, rule: str) -> None:
    assert rule in read(name)


def test_a_number_of_another_country_is_no_bsn_but_a_document() -> None:
    assert said("NI Number", ["QQ123456C", "AB123456D", "ZZ654321A"]) == {"document": "found"}
    assert said("national_id", [])["bsn"] == "possible"


def test_an_origin_of_web_and_app_is_nobodys() -> None:
    assert said("Herkomst", ["web", "ws", "cli"]) == {}
    assert said("Herkomst", ["web", "Marokko"])["special:ethnicity"] == "found"


def test_accounts_of_a_windows_domain_are_user_names() -> None:
    assert said("x", [f"CAMPUS\\jans{number}" for number in range(8)])["username"] == "found"


@pytest.mark.parametrize("name", [
    "autosubscribe", "roleid", "cluster4", "plan", "badge_id", "visa", "add_date", "exam_no", "subject_nr", "last_logon",
    "email_verified", "emailstop", "email_notifications", "academic_year_code", "acid", "cid", "class", "classname", "course_name", "cursusnaam",
    "Course full name", "shortname", "bestandsnaam", "file_name", "Event name", "Gebeurtenisnaam", "Component", "group_name", "opleidingsnaam",
    "opleidingscode_naam_opleiding", "geslacht", "gender", "id", "courseid", "timecreated", "last_login", "has_bsn", "bsn_verified", "bsnl",
    "student_union", "disability_studies", "faculty_of_medical_sciences", "orientation", "zip", "shipping", "grass", "terrace", "blind_marking",
    "Oorsprong", "account_id", "health_check", "postcode", "Instituut", "grade", "score", "week", "programme", "institution_address_type", "sex"])
def test_other_names_speak_for_nothing(name: str) -> None:
    assert read(name) == {}
    assert said(name, []) == {}


def test_a_column_of_yes_and_no_is_about_an_identifier_and_is_none() -> None:
    for values in (["ja", "nee"], ["0", "1"], pa.array([True, False]), pa.array([0, 1])):
        assert said("email", values) == said("student", values) == {}
        assert said("dyslexie", values) == {"special:health": "found"}


@pytest.mark.parametrize(("name", "verdict"), [
    ("dyslexie", "found"), ("nationaliteit", "possible"), ("geboorteland", "possible"), ("herkomst", "found"), ("dieet", "possible")])
def test_special_categories_are_told_by_name(name: str, verdict: str) -> None:
    rules = said(name, ["a", "b", "c"])
    assert list(rules.values()) == [verdict]
    assert all(rule.startswith("special:") for rule in rules)


# Values


@pytest.mark.parametrize(("rule", "values", "verdict"), [
    ("email", ["a.b@student.example.nl"], "found"), ("email", ["ann@example.org", *(f"v{i}" for i in range(999))], "found"),
    ("email", ["zoë@example.org"], "found"), ("email", ["@handle", "a@b", "user at example.org", "https://x.example/@user/1"], "none"),
    ("iban", IBANS[:1], "found"), ("iban", IBANS, "found"), ("iban", ["NL92ABNA0417164300", "NL91ABNA041716430", "XX91ABNA0417164300"], "none"),
    ("phone", ["0612345678", "06-12345678", "+31 6 12345678", "020-1234567", "+32 2 555 12 12"], "found"), ("phone", ["0612345678", "x"], "none"),
    ("phone", ["06-12345678", "06 12345679", *(f"v{i}" for i in range(99))], "possible"), ("phone", ["0123456789", "0223456789"], "none"),
    ("phone", ["01-02-2024 10:30", "2024-01-02", "12345678", "1700000000"], "none"),
    ("ip", ["145.18.10.1", "145.18.10.2"], "found"), ("ip", ["2001:610:1908:f000::f8e7", "::1", "fe80::1"], "found"), ("ip", ["145.18.10.1"], "found"),
    ("ip", ["12:30:45", "1.2.3", "256.1.1.1", "1.2.3.4.5"], "none"), ("mac", ["00:1A:2b:3c:4d:5e", "00-1A-2b-3c-4d-5f"], "found"), ("mac", ["12:30:45"], "none"),
    ("address", ["Dorpsstraat 12, 1234 AB Utrecht", "1234 AB 12"], "found"), ("address", ["1234 AB", "Lokaal 12"], "none"),
    ("special:religion", ["islam", "katholiek", "geen"], "found"), ("special:health", ["dyslexie", "ADHD", "geen"], "found"),
    ("name", ["Ann de Vries", "Bo Smit"], "none"), ("user_id", ["10938", "10939"], "none"),
])
def test_values_speak_without_a_name(rule: str, values: list[str | None], verdict: str) -> None:
    if rule == "ip" and len(values) == 1:
        verdict = "possible"
    assert on(rule, "x", values).verdict == verdict


@pytest.mark.parametrize(("rule", "texts", "verdict"), [
    ("email", ["Mail naar ann@example.org voor vragen"], "found"), ("email", ["mailto:ann@example.org"], "found"),
    ("iban", ["Graag op NL91ABNA0417164300 ten name van"], "found"), ("iban", ["Graag op NL91ABNA0417164301 overmaken"], "none"),
    ("phone", ["Bel 06-12345678 even"], "possible"), ("phone", ["Bel 06-12345678 even", "of 020-1234567 hier"], "found"),
    ("phone", ["Inleveren 06-12-2024 10 uur", "Inleveren 01-02-2024 12 uur"], "none"),
    ("user_id", ["The user with id '12' viewed it.", "The user with id '13' viewed it."], "found"), ("user_id", ["student 2024 cohort"], "none"),
    ("url_id", ["https://lms.example/user/view.php?id=12", "https://lms.example/user/view.php?id=13&course=1"], "found"),
    ("url_id", ["https://lms.example/course/view.php?id=12", "https://x.example/a"], "none"), ("ip", ["from 145.18.10.1 today", "from 145.18.10.2 today"], "found"),
    ("special:health", ["dyslexie: extra tijd gegeven"], "possible")])
def test_what_stands_inside_text_is_told_by_the_text_channel(rule: str, texts: list[str | None], verdict: str) -> None:
    found = on(rule, "x", [*texts, *(f"Iets heel anders, deel {word}" for word in "abcdefgh")])
    assert (found.verdict, found.header, found.text) == (verdict, False, verdict != "none")


@pytest.mark.parametrize(("name", "values", "rule", "verdict"), [
    ("voornaam", ["Ann", "Bo"], "name", "found"), ("voornaam", ["x12", "y13"], "name", "possible"), ("voornaam", [], "name", "possible"),
    ("naam", ["Ann de Vries", "Bo Smit"], "name", "found"), ("naam", ["Inleiding in de statistiek", "Toets 2"], "name", "none"),
    ("Student", ["de Vries, Ann", "Smit, Bo"], "name", "found"), ("Student", ["10", "11"], "name", "none"),
    ("studentnummer", ["1234567", "s1234568"], "student_number", "found"), ("studentnummer", ["a b", "c d"], "student_number", "possible"),
    ("username", ["annv", "bo.smit"], "username", "found"), ("geboortedatum", ["2001-02-03", "03-02-2001"], "date_of_birth", "found"),
    ("phone", ["1-910-244-5329", "1-319-857-5775"], "phone", "found"), ("email", ["d41d8cd9", "9e107d9d"], "email", "possible"),
    ("nationaliteit", ["NL", "BE"], "special:ethnicity", "possible"), ("denominatie", ["islam", "hindoe"], "special:religion", "found")])
def test_a_name_counts_as_far_as_its_values_fit(name: str, values: list[str | None], rule: str, verdict: str) -> None:
    assert on(rule, name, values).verdict == verdict


@pytest.mark.parametrize(("name", "fitting", "verdict"), [
    ("voornaam", 5, "found"), ("voornaam", 4, "possible"), ("volledige_naam", 3, "found"), ("volledige_naam", 2, "none")])
def test_half_of_the_values_fit_a_sure_name_and_a_quarter_a_likely_one(name: str, fitting: int, verdict: str) -> None:
    people = [f"Ann {last}" for last in ("Aa", "Bb", "Cc", "Dd", "Ee", "Ff", "Gg", "Hh", "Ii", "Jj")]
    assert on("name", name, [*people[:fitting], *(f"code {i}" for i in range(10 - fitting))]).verdict == verdict


def test_prose_is_free_text() -> None:
    posts = [f"Ik vond hoofdstuk {i} van het boek erg lastig om te lezen" for i in range(30)]
    assert said("x", posts) == {"free_text": "found"}
    assert said("opmerking", posts[:1]) == {"free_text": "found"}
    assert said("x", ["Statistiek 1", "Kunstmatige intelligentie"]) == {}


# Types


@pytest.mark.parametrize("array", [
    pa.nulls(3), pa.array([], pa.string()), pa.array([None, None], pa.int64()), pa.array([True, None]), pa.array([1.5, float("nan"), float("inf"), None]),
    pa.array([dt.datetime(2024, 1, 1)]), pa.array([dt.datetime(2024, 1, 1)], pa.timestamp("us", "Europe/Amsterdam")), pa.array([dt.date(2024, 1, 1)]),
    pa.array([dt.time(1)]), pa.array([dt.timedelta(1)]), pa.array([Decimal("1.50"), None]), pa.array([b"\xff\xfe", None]), pa.array([[1, None], None, []]),
    pa.array([{"a": 1, "b": ["x"]}, None]), pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string())), pa.array(["a", "b"]).dictionary_encode(),
    pa.array([1, 2, -3], pa.int8()), pa.array([2**64 - 1], pa.uint64()), pa.array([1.0], pa.float16()), pa.array([["x"], ["y"]], pa.list_(pa.string(), 1)),
    pa.chunked_array([], pa.string()), pa.RunEndEncodedArray.from_arrays(pa.array([2]), pa.array(["a"])), pa.array([b"x" * 16], pa.binary(16)),
    pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["x"])]),
], ids=lambda array: str(array.type))
@pytest.mark.parametrize("name", ["x", "geboortedatum_student"])
def test_every_type_is_judged_and_gives_every_rule(array: pa.Array, name: str) -> None:
    evidence = judge(name, [array])
    assert tuple(each.rule for each in evidence) == RULES
    assert all(each.verdict != "found" for each in evidence if each.kind != "identifier")
    if name == "x":
        assert {each.verdict for each in evidence} == {"none"}


def test_leaves_of_structs_and_lists_are_judged() -> None:
    assert said("x", pa.array([{"who": [{"mail": "ann@example.org"}]}, None])) == {"email": "found"}
    assert said("x", pa.array([[("mail", "ann@example.org")]], pa.map_(pa.string(), pa.string()))) == {"email": "found"}


def test_a_slice_is_judged_without_its_neighbours() -> None:
    assert said("x", pa.array([["ann@example.org"], ["b"], ["c"]]).slice(1)) == {}


def test_a_date_of_birth_of_type_date_is_found() -> None:
    assert said("geboortedatum", pa.array([dt.date(2001, 2, 3)])) == {"date_of_birth": "found"}
    assert said("geboortedatum", pa.array([dt.datetime(2001, 2, 3)])) == {"date_of_birth": "found"}


def test_bytes_that_are_no_text_are_judged_all_the_same() -> None:
    broken = pa.array([b"\xff\xfe ann@example.org", b"\xc3(", None], pa.binary())
    assert said("x", broken) == said("x", broken.view(pa.string())) == {"email": "found"}


def test_nulls_and_empty_text_are_passed_over() -> None:
    assert on("email", "x", ["ann@example.org", "", None]).distinct == 1


# What is said


@pytest.mark.parametrize(("name", "values"), [
    ("bsn", bsns(20)), ("x", [*BSN]), ("mail", ["canary-7@example.org", "canary-8"]), ("post", ["Mijn BSN is 123456782 en canary-7@example.org"]),
    ("iban", IBANS), ("voornaam", ["Canarya", "Canaryb"]), ("dyslexie", ["ja"]), ("bsn", []), ("x", numbers(20))])
def test_no_value_stands_in_what_is_said(name: str, values: list[str | None]) -> None:
    for evidence in judge(name, [pa.array(values, pa.string())]):
        told = repr(evidence) + evidence.words()
        assert not any(value and value in told for value in [*values, "canary-7", "123456782"])
        assert evidence.words().endswith(".")
        assert evidence.words().count(". ") == 0


def test_the_words_tell_rule_channels_and_chance() -> None:
    assert on("bsn", "bsn", bsns(20)).words() == (
        "Found: citizen service number (BSN); the column's name says so; 20 of 20 distinct numbers pass its test, where 1 in 11 would by "
        "chance (probability less than one in a million), so about 100% of them are such numbers.")
    assert on("email", "email", []).words() == "Possible: e-mail address; the column's name says so; no values to compare."
    assert on("bsn", "x", numbers(99)).words().startswith("Not found: citizen service number (BSN) (")
    assert on("email", "x", ["Mail ann@example.org even", "b"]).words() == "Found: e-mail address; 1 of 2 distinct values hold it inside longer text."
