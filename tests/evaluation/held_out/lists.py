"""People's names from everywhere, and lists of few values, as exports have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.evaluation.cases import Case

#: given / prefix / surname
PEOPLE = {
    "Dutch": "Wietske//Hoogland;Jurriaan/van/Houwelingen;Bregje//Tichelaar;Sietse/de/Haas;Liselotte/van der/Plas;Gijsbert//Oudshoorn;Marjolein/ten/Cate;Rutger//Wolthuis;Hilde//Bronkhorst;Jorrit/van/Ginkel;"
             "Annemiek//Wiegersma;Teunis/den/Ouden;Klaartje/van den/Akker;Diederik//Sneller;Eefje//Baardman",
    "Frisian and Flemish": "Wytze//Hylkema;Baukje//Sikkema;Gerben//Bosma;Ytsje//Wiarda;Lieven/De/Smedt;Veerle//Vandenbroucke;Joris/Van/Acker;Griet//Claes;Tine//Goossens;Koenraad//Wouters;Hanne//Desmet;Aukje//Feenstra",
    "Moroccan and Turkish": "Yassine/El/Mansouri;Soukaina//Benmoussa;Ilias//Achahbar;Nisrine/El/Fassi;Abdelhakim//Bouzid;Kübra//Akkaya;Tunahan//Özdemir;Melike//Aksoy;Furkan//Polat;Dilara//Çetin;Othmane//Tahiri;Rümeysa//Güler",
    "Surinamese and Antillean": "Sherwin//Wijngaarde;Rishma//Mahabier;Jurmaine//Blackman;Shaniqua//Pinas;Ashwin//Sewdien;Glenda//Kromowidjojo;Rowena//Statie;Vinod//Kanhai;Gregory//Croes;Xiomara//Maduro;Naomy//Leeflang;Sunil//Ganga",
    "East Asian": "Siew Ling//Tan;Jiawei//Xu;Zihan//Guo;Thi Lan//Nguyen;Quang//Vo;Haruka//Tanaka;Kenji//Watanabe;Seo-yeon//Choi;Ji-hoon//Jung;Yiting//Lin;Cheuk Yin//Wong;Mei Ling//Chua",
    "South Asian": "Priyanka//Deshmukh;Arjun//Iyer;Lakshmi//Venkataraman;Rohit//Agarwal;Sana//Qureshi;Bilal//Chaudhry;Tharindu//Perera;Anjali//Nair;Farhana//Rahman;Vikram//Reddy;Nusrat//Jahan;Imran//Siddiqui",
    "African": "Oluwaseun//Adeyemi;Chidi//Nwosu;Ngozi//Okafor;Kwame//Mensah;Abena//Owusu;Tendai//Moyo;Thandiwe//Dlamini;Mulugeta//Tadesse;Wanjiru//Kamau;Mamadou//Diallo;Aissatou//Ba;Sipho//Nkosi",
    "Eastern European": "Kacper//Wiśniewski;Aleksandra//Dąbrowska;Bohdan//Tkachenko;Yuliia//Bondarenko;Radoslav//Dimitrov;Ștefania//Munteanu;Márton//Szabó;Zsófia//Nagy;Jiří//Dvořák;Lenka//Horáková;Dilnoza//Karimova;Tamar//Beridze",
    "Western": "Abigail//Thornton;Declan//Gallagher;Imogen//Abernathy;Sebastian//Krause;Friederike//Baumann;Lorenzo//Moretti;Chiara//Colombo;Alejandro//Jiménez;Lucía//Navarro;Thibault//Lemaire;Solveig//Haugen;Anneli//Virtanen",
    "Arab and Persian": "Abdulrahman//Al-Otaibi;Layla//Haddad;Yousef//Nasser;Maryam//Sharifi;Reza//Tehrani;Shirin//Moradi;Tariq//Mansour;Huda//Salem;Omar//Barakat;Zeinab//Karimi;Hamza//Saleh;Amal//Khoury",
}


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


ORDERS: dict[str, Callable[[str, str, str], str]] = {
    "given first": lambda g, p, s: _joined(g, p, s),
    "surname, given prefix": lambda g, p, s: f"{s}, {_joined(g, p)}",
    "prefix surname, given": lambda g, p, s: f"{_joined(p, s)}, {g}",
    "initials surname": lambda g, p, s: _joined(f"{g[0]}.", p, s),
    "SURNAME given": lambda g, p, s: _joined(p, s.upper(), g),
    "lower case": lambda g, p, s: _joined(g, p, s).lower(),
    "surname (given)": lambda g, p, s: f"{_joined(p, s)} ({g})",
}
MAILS = ("w.hoogland@hva.example", "jurriaan1998@outlook.example", "s2938471@student.rug.example", "priyanka.deshmukh+school@gmail.example", "t.ozdemir@fontys.example", "studentadmin@uni.example.edu", "k_wisniewski@live.example")

#: rule, whether it must be found (else possible will do), values.
LISTS = (
    ("special:health", True, "Dyslexie; ADHD/ADD; ASS; Dyscalculie; Geen"), ("special:health", True, "Fysieke beperking; Psychische beperking; Chronische aandoening; Geen beperking"),
    ("special:health", True, "1. dyslexie; 2. motorische beperking; 3. psychische klachten; 4. AD(H)D; 9. overig"), ("special:health", True, "Hearing loss; Low vision; Autism spectrum disorder; Specific learning difficulty; None"),
    ("special:health", True, "F90.0; F84.0; F81.0; F32.9; F41.9; F43.1"), ("special:health", True, "F840; F900; F810; G4390; E109; F321"), ("special:health", True, "6A02; 6A05.0; 6A03.0; 6A70.1; 6B00; 6B40"),
    ("special:health", True, "314.01; 299.00; 315.00; 300.02; 296.22; 309.81"), ("special:health", True, "25% extra tijd; laptop; voorleessoftware; kleine ruimte; geen"), ("special:health", False, "Ziek; Vakantie; Huisarts; Tandarts; Bijzonder verlof; Te laat"),
    ("special:health", True, "ziekmelding; betermelding; zwangerschapsverlof; vakantieverlof"), ("special:health", True, "extra time 25%; separate room; reader; scribe; rest breaks"), ("special:health", True, "DYS; ADHD; ASS; VIS; AUD; MOT; CHR; PSY"),
    ("special:religion", True, "RK; PKN; Islam; Hindoeïsme; Geen"), ("special:religion", True, "Christian; Muslim; Sikh; Hindu; No religion; Prefer not to say"), ("special:religion", True, "Rooms-Katholiek; Nederlands Hervormd; Islamitisch; Overig"),
    ("special:ethnicity", True, "Niet-westers; Westers; Nederlandse herkomst"), ("special:ethnicity", True, "Asian or Asian British - Indian; White - English; Black - Caribbean; Mixed; Other"), ("special:ethnicity", False, "Marokkaanse; Turkse; Surinaamse; Nederlandse; Poolse"),
    ("special:ethnicity", True, "Herkomst Marokko; Herkomst Turkije; Herkomst Suriname; Herkomst Nederland"), ("special:politics", True, "GroenLinks-PvdA; VVD; NSC; BBB; D66; blanco"), ("special:politics", True, "Conservative; Labour; Liberal Democrat; Green; SNP"),
    ("special:union", True, "FNV; CNV; AOb; VCP; geen lid"), ("special:sex_life", True, "Heterosexual; Gay or lesbian; Bisexual; Prefer not to say"), ("special:sex_life", True, "hetero; homo; lesbisch; bi; anders"),
    ("special:gender_identity", True, "Cisgender; Transgender; Non-binary; Other"), ("special:gender_identity", False, "zij/haar; hij/hem; die/hun"), ("special:criminal", True, "VOG ok; VOG geweigerd; VOG in aanvraag; nvt"),
    ("special:criminal", True, "Diefstal; Geweld; Vernieling; Geen strafblad"), ("special:criminal", True, "No convictions; Spent conviction; Unspent conviction"),
)
#: Lists that say none of it.
NOTHING = (
    "Voldoende; Onvoldoende; Vrijstelling; Niet verschenen", "tentamen; hertentamen; practicum; werkstuk", "F1; F2; F3; F4; F5", "B1.04; B2.12; C0.03; D1.22", "Actief; Slapend; Verwijderd", "314.1; 299.5; 315.2; 300.7; 296.4; 309.3",
    "1A02; 2B05; 3C03; 4D01", "6A; 6B; 5A; 5H; 4V", "Religiewetenschappen; Antropologie; Politicologie; Criminologie", "Student; Docent; Beheerder; Gast", "Chrome; Safari; Firefox; Edge", "Marokko; Turkije; Polen; Duitsland; China",
    "Nederlands; Engels; Frans; Duits; Turks", "V; M; X", "red; green; blue; white; black", "black; white; grey; navy", "zeer oneens; oneens; neutraal; eens; zeer eens", "links; rechts; midden", "extra opdracht; herkansing; geen", "Locomotief; Kwartaal; Blok",
    "mixed; lecture; seminar", "labour economics; law; history", "E10; E25; E50", "T1; T2; T3; T4", "K1; K2; A1; A2", "bi-weekly; weekly; monthly", "VOG; WOG; ZOG", "Rood; Groen; Blauw; Geel", "PSY101; PSY102; AUD200", "Gym; Mavo; Havo; Vwo",
)


def cases() -> Iterator[Case]:
    """Lists of few values."""
    for number, (rule, sure, values) in enumerate(LISTS):
        rows = [value.strip() for value in values.split(";")]
        yield Case(f"values {rule} {number}", f"kenmerk{number}", rows, found=(rule,) if sure else (), possible=() if sure else (rule,), allowed=frozenset({rule}))
    for number, values in enumerate(NOTHING):
        yield Case("lists of nothing", f"code{number}", [value.strip() for value in values.split(";")])
