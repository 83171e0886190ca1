"""What a column's name says it holds: whole words in Dutch and English, never parts of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

#: How much a name says: `sure` counts by itself; `likely` needs values that fit; `hint` is never more than possible.
Strength = Literal["sure", "likely", "hint"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: Longest run of tokens that is looked up as one phrase ("volledige naam van de gebruiker").
LONGEST = 5


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
    one phrase, and "acid" holds no "cid".

    >>> read("studentnr"), read("course_name"), read("email_verified")
    ({'student_number': 'sure'}, {}, {})
    """
    words = tokens(name)
    runs = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(len(words), i + LONGEST) + 1)}
    present = set(words)
    found: dict[str, Strength] = {}
    for run in runs & _phrases().keys():
        for entry in _phrases()[run]:
            if not present & entry.unless:
                found[entry.rule] = _stronger(found.get(entry.rule, "hint"), entry.strength)
    if "username" not in found and present & _NAME_WORDS and present & _PEOPLE and not present & _THINGS:
        found["name"] = "sure"
    if found.keys() & {"student_number", "username"} and found.get("user_id") != "sure":
        found.pop("user_id", None)
    return dict(sorted(found.items()))


def kind_of(rule: str) -> str:
    """Give the kind, as a contract writes it, of what a rule finds.

    >>> kind_of("bsn"), kind_of("special:health"), kind_of("email")
    ('national_id', 'special', 'identifier')
    """
    if rule in ("bsn", "onderwijsnummer"):
        return "national_id"
    return "special" if rule.startswith("special:") else "free_text" if rule == "free_text" else "identifier"


@dataclass(frozen=True)
class Entry:
    """Phrases that speak for one rule, unless one of some other words stands in the same name."""

    rule: str
    strength: Strength
    phrases: str
    unless: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words beside an identifier's that make the column say something about it: whether, how many, how, when.
_ABOUT = _words(
    "verified verify valid validated validation confirmed confirmation bekend aanwezig geverifieerd bevestigd geldig "
    "gecontroleerd count counts aantal enabled disabled notification notifications notificatie optin optout "
    "consent toestemming template format type soort sent verzonden frequency frequentie language taal flag has heeft "
    "is exists missing ontbreekt digest preference preferences voorkeur domain domein policy version versie length lengte "
    "filter stop opened clicked bounced required verplicht visible zichtbaar hidden public allowed reminder")
_TIMES = _words("last first laatste eerste count aantal date datum current time tijd at on op method methode type attempts "
                "duration status page event timestamp days")
# What else has a name or an address.
_THINGS = _words(
    "course courses cursus vak vakken file files filename bestand module group groups groep groepen component event gebeurtenis "
    "school institution institutions instelling instituut opleiding opleidingen programme program programma product "
    "category categorie table tabel column kolom field veld role rol activity activiteit quiz assignment opdracht "
    "forum section sectie city stad country land plaats place straat org organization organisation organisatie faculty "
    "faculteit department afdeling campus location locatie term domain host server brand merk template sjabloon topic "
    "onderwerp item resource bron tool plugin app application system systeem test toets exam examen tentamen subject "
    "vooropleiding context page pagina unit room lokaal building gebouw class klas cohort profile device browser rubric "
    "outcome competency badge tag folder map image variable metric study studie specialisation specialisatie "
    "degree level niveau skill project team grade item feature model package library schema database company bedrijf "
    "provider union domain channel kanaal label status type")
_PEOPLE = _words("student studenten students user users gebruiker gebruikers leerling learner learners deelnemer participant "
                 "person persoon people docent docenten teacher instructor lecturer tutor mentor medewerker employee staff "
                 "parent ouder moeder vader mother father contact contactpersoon client klant patient member lid applicant "
                 "kandidaat candidate grader beoordelaar submitter trainee")
_NAME_WORDS = _words("name names naam namen fullname")
# Words that make a broad one a field of study, a place or a machine.
_STUDY = _words("science sciences studies studie wetenschap wetenschappen school faculty faculteit department course cursus vak "
                "check server system systeem opleiding programme sector topic module ict service")

_ENTRIES: tuple[Entry, ...] = (
    Entry("bsn", "sure", "bsn; bsn nummer; bsn nr; bsnr; burgerservicenummer; burgerservicenr; burger service nummer; "
          "burger service nr; citizen service number; sofi; sofinummer; sofinr; sofi nummer; sofi nr; pgn; pgn nummer; "
          "persoonsgebonden nummer; persoonsgebonden nr; persgebnr", _ABOUT),
    Entry("bsn", "hint", "national id; national id number; national identification number; social security number; ssn; "
          "rijksregisternummer; tax number; fiscaal nummer", _ABOUT),
    Entry("onderwijsnummer", "sure", "onderwijsnummer; onderwijs nummer; onderwijs nr; onderwijsnr; ondnr; education number",
          _ABOUT),
    Entry("email", "sure", "email; e mail; mail address; mailadres; mail adres; email adres; email address; emailaddress; "
          "emailadres; mailaddress; privemail; schoolmail; studentmail; external email", _ABOUT),
    Entry("email", "likely", "mail", _ABOUT),
    Entry("iban", "sure", "iban; ibannummer; iban nr; rekeningnummer; rekening nr; bankrekening; bankrekeningnummer; bank account; "
          "bank account number; account iban", _ABOUT),
    Entry("phone", "sure", "phone; phone number; phonenumber; telephone; telephone number; telefoon; telefoonnummer; telefoon nr; "
          "telefoonnr; telnr; tel nr; mobile number; mobiel nummer; mobiele telefoon; mobilephone; cellphone; cell phone; gsm nummer; "
          "gsmnummer; mobielnummer; noodnummer; ice phone number; whatsapp", _ABOUT),
    Entry("phone", "likely", "tel; mobiel; mobile; gsm; cell; fax", _ABOUT),
    Entry("ip", "sure", "ip; ip address; ip adres; ip addr; ipaddress; ipadres; ipaddr; ipv; last ip; lastip; remote ip; remote addr; "
          "client ip; remoteaddr; ipnummer", _ABOUT),
    Entry("mac", "sure", "mac address; mac adres; macaddress; macadres; hardware address", _ABOUT),
    Entry("device", "sure", "device id; deviceid; session id; sessionid; sessie id; sessieid; session key; cookie; cookie id; idfa; gaid; "
          "advertising id; imei; android id; device fingerprint; apparaat id; push token; access token", _ABOUT),
    Entry("url_id", "hint", "profile url; avatar url; profiel url; home page; homepage; linkedin; user url; person url; actor iri",
          _ABOUT),
    Entry("name", "sure", "voornaam; voornamen; roepnaam; achternaam; familienaam; geslachtsnaam; meisjesnaam; partnernaam; "
          "tussenvoegsel; tussenvoegsels; voorvoegsel; voorvoegsels; tussenvoegsel achternaam; voorletter; voorletters; initialen; "
          "initials; firstname; first name; given name; givenname; forename; lastname; last name; surname; family name; "
          "familyname; middlename; middle name; maiden name; alternatename; alternate name; preferred name; nickname; sortable name; "
          "lastnamephonetic; firstnamephonetic; student name; studentnaam; user fullname; user full name; "
          "volledige naam van de gebruiker; affected user; over gebruiker; docentnaam; ice name; achternamen",
          _THINGS | _ABOUT),
    Entry("name", "likely", "fullname; full name; volledige naam; display name; displayname; weergavenaam; student; leerling; learner; "
          "deelnemer; docent; teacher; instructor; lecturer; contactpersoon; mentor; tutor; begeleider; slber; author; auteur",
          _THINGS | _ABOUT),
    Entry("name", "hint", "naam; name; namen; names; naw", _THINGS | _ABOUT | _words("user first last account log in middle nick")),
    Entry("student_number", "sure", "studentnummer; id student; student nummer; studentnr; student nr; student number; studentnumber; student no; "
          "stud nr; studnr; student id; studentid; stamnummer; stamnr; leerlingnummer; leerling nummer; leerlingnr; leerling nr; "
          "leerling id; deelnemernummer; deelnemernr; deelnemer nr; personeelsnummer; personeels nr; personeelsnr; medewerkernummer; "
          "medewerker nr; medewerkernr; employee id; employee number; employeeid; staff id; staff number; matriculation number; "
          "matrikelnummer; org defined id; orgdefinedid; sis user id; sisuserid; sis id; hesa id; registration number; "
          "candidate number; kandidaatnummer; kandidaatnr; studielink nummer; studielinknummer; collegekaartnummer; "
          "idnumber; nummer id; id number; id nummer; idnummer; relatienummer; cliëntnummer", _ABOUT | _words(
              "course cursus group cohort category module")),
    Entry("username", "sure", "username; user name; usernames; gebruikersnaam; gebruiker naam; login id; loginid; loginname; login name; "
          "sis login id; inlognaam; inlog naam; accountnaam; account name; netid; net id; uvanetid; uva net id; solisid; solis id; "
          "ulcn; samaccountname; user principal name; userprincipalname; upn; unique name; screen name; github; moodlenetprofile",
          _ABOUT | _words("course cursus")),
    Entry("username", "likely", "login; eppn; nickname; handle; alias", _ABOUT | _TIMES | _THINGS),
    Entry("user_id", "sure", "userid; user id; users id; uid; gebruiker id; gebruikerid; gebruikersid; gebruikers id; learner id; "
          "learnerid; person id; personid; persoon id; persoonid; people id; actor id; actorid; participant id; relateduserid; related user id; "
          "realuserid; real user id; global user id; canvas user id; anonymous user id; submitter id; submitterid; author id; authorid; "
          "grader id; graderid; teacher id; docent id; docentid; instructor id; eckid; eck id; pseudo id; global canvas id; "
          "lms user id; lti user id; member id; lid nummer; student key; student pk; user pk; user key; orcid; observer id",
          _ABOUT),
    Entry("user_id", "likely", "user; gebruiker; student; learner; usermodified; modifierid; modifier id; grader; created by; modified by; "
          "last modified by; graded by; submitted by; assessor; actor", _THINGS | _ABOUT | _TIMES | _NAME_WORDS),
    Entry("date_of_birth", "sure", "geboortedatum; geboorte datum; gebdatum; geb datum; gebdat; date of birth; dob; birthdate; birth date; "
          "dateofbirth; birthday; verjaardag; birth day; datum geboorte", _ABOUT - _words("is")),
    Entry("address", "sure", "adres; huisadres; woonadres; postadres; thuisadres; home address; street address; postal address; "
          "straat huisnummer; straatnaam huisnummer; straat en huisnummer; adresregel; address line; huisnummer; house number; "
          "correspondentieadres; adresgegevens", _ABOUT | _THINGS | _words("e ip mac mail email url web remote")),
    Entry("address", "likely", "address; straat; street; straatnaam", _ABOUT | (_THINGS - _words("straat")) | _words(
        "e ip mac mail email url web remote")),
    Entry("free_text", "sure", "opmerking; opmerkingen; notitie; notities; toelichting; comment; comments; private comments; remark; remarks; "
          "note; notes; message; bericht; berichten; feedback; post body; vrije tekst; free text; motivatie; motivation letter; "
          "motivatiebrief; answer text; open answer; open antwoord; reflectie; reflection; essay; verslag", _ABOUT | _TIMES | _words(
              "format id nr score grade points max draft revisions")),
    Entry("free_text", "hint", "description; beschrijving; omschrijving; message body; body; content; text; tekst; antwoord; response; subject",
          _ABOUT | _words("format id nr code")),
    # GDPR art. 9 and 10. Broad words yield to a field of study or a machine beside them.
    Entry("special:health", "sure", "dyslexie; dyslexia; dyslectisch; dyslexic; dyscalculie; dyscalculia; adhd; autisme; autism; autistisch; "
          "functiebeperking; functiebeperkingen; functie beperking; handicap; handicaps; gehandicapt; disability; disabilities; "
          "disabled student; extra tijd; extratijd; tijdverlenging; extra time; extratime; extended time; extra time allowed; accommodations; "
          "accommodations profile; test accommodation; exam accommodation; exam accommodations; toetsvoorziening; toetsvoorzieningen; "
          "tentamenvoorziening; tentamenvoorzieningen; ziek; ziekte; ziekmelding; ziekmeldingen; ziekteverzuim; ziek gemeld; sick; "
          "sick leave; sick days; sickness; illness; diagnose; diagnosis; diagnoses; icd; dsm; medicatie; medication; chronisch ziek; "
          "chronic illness; chronische ziekte; rolstoel; wheelchair; zwanger; zwangerschap; pregnant; pregnancy; special needs; "
          "specialneeds; personal need; personal needs; personalneeds; assigned needs; assignedneeds; studentpsycholoog; burnout; "
          "vaccinatie; vaccination; vaccinated; psychische klachten; beperking type; hulpbehoefte; bloedgroep; blood type; slechtziend; "
          "slechthorend; allergie; allergieen; allergy; allergies; mental health", _words("studies sciences wetenschappen")),
    Entry("special:health", "sure", "health; health status; health condition; gezondheid; gezondheidstoestand; medical; medisch; medische; "
          "medical condition; medische gegevens; medical info", _STUDY),
    Entry("special:health", "hint", "accommodation; beperking; beperkingen; dieet; dieetwensen; dieet wensen; diet; dietary; "
          "dietary wishes; dietary requirements; dieetwens; "
          "absence reason; reden afwezigheid; reden verzuim; verzuimreden; reason absence; bijzondere omstandigheden; "
          "persoonlijke omstandigheden; special circumstances; personal circumstances; begeleidingsbehoefte; ondersteuningsbehoefte; "
          "zorgbehoefte; zorg; psycholoog; psychologist; time extension; voorziening; voorzieningen", _STUDY),
    Entry("special:ethnicity", "sure", "etniciteit; etnische; etnische achtergrond; ethnicity; ethnic; ethnic group; ethnic origin; "
          "ethnic background; race; ras; herkomst; herkomstland; herkomst land; herkomstindikking; herkomst indikking; "
          "herkomstgroepering; herkomstgroep; migratieachtergrond; migratie achtergrond; migration background; allochtoon; "
          "allochtonen; autochtoon; geboorteland ouder; geboortelandouder; geboorteland ouders; geboorteland moeder; geboorteland vader; "
          "geboorteland van ouder; geb land ouder; gebland ouder; country of birth parent; country of birth of parent; "
          "parent country of birth; parents country of birth; birth country parent; country of birth mother; country of birth father; "
          "mother country of birth; father country of birth; huidskleur; skin colour; skin color",
          _words("condition conditions data file bestand")),
    Entry("special:ethnicity", "hint", "nationaliteit; nationaliteiten; nationality; nationalities; citizenship; staatsburgerschap; geboorteland; "
          "country of birth; countryofbirth; birth country; birthcountry; geboorteplaats; place of birth; city of birth; moedertaal; "
          "mother tongue; native language; thuistaal; generatie", frozenset()),
    Entry("special:religion", "sure", "religie; religieus; religieuze; religion; religious; religious belief; godsdienst; geloof; geloofsovertuiging; "
          "levensovertuiging; levensbeschouwing; kerk; kerkgenootschap; kerkelijke gezindte; gezindte; church; church membership; faith",
          _STUDY),
    Entry("special:religion", "hint", "denominatie; denomination; bidruimte; prayer; halal; kosher; koosjer; parochie", _STUDY),
    Entry("special:politics", "sure", "politiek; politieke; politieke voorkeur; politieke partij; politieke overtuiging; political; "
          "political party; political opinion; political opinions; political affiliation; stemgedrag; partijlidmaatschap; party membership",
          _STUDY),
    Entry("special:union", "sure", "vakbond; vakbondslid; vakbondslidmaatschap; vakbond lidmaatschap; vakvereniging; trade union; tradeunion; "
          "union member; union membership; labour union; labor union; labour union member", _words("student students european")),
    Entry("special:sex_life", "sure", "seksuele; seksueel; seksuele geaardheid; seksuele voorkeur; seksuele orientatie; seksualiteit; geaardheid; "
          "sexual; sexual orientation; sexuality; sexual preference; sexual life; sex life; lhbti; lhbtiq; lgbt; lgbtq", _STUDY),
    Entry("special:gender_identity", "sure", "gender identity; genderidentity; genderidentiteit; gender identiteit; transgender; genderexpressie",
          frozenset()),
    Entry("special:gender_identity", "hint", "pronouns; pronoun; voornaamwoorden; voornaamwoord; aanspreekvorm", frozenset()),
    Entry("special:biometric", "sure", "biometric; biometrics; biometrie; biometrisch; biometrische; vingerafdruk; vingerafdrukken; face id; "
          "face template; face embedding; gezichtsherkenning; facial recognition; voiceprint; voice print; irisscan; iris scan; "
          "retina scan; keystroke dynamics; typing pattern", _STUDY),
    Entry("special:biometric", "hint", "fingerprint; pasfoto; portretfoto", _STUDY | _words("browser device file key certificate")),
    Entry("special:genetic", "sure", "genetic; genetics; genetisch; genetische; dna; dna profile; genotype; genome; erfelijke aandoening",
          _STUDY | _words("algorithm")),
    Entry("special:criminal", "sure", "strafblad; strafrechtelijk; strafrechtelijke; strafbaar feit; veroordeling; veroordelingen; vog; vog status; "
          "verklaring omtrent gedrag; justitiele documentatie; criminal; criminal record; criminal convictions; criminal conviction; "
          "conviction; convictions; certificate of conduct; police record; detentie", _STUDY),
)


def _stronger(one: Strength, other: Strength) -> Strength:
    order: tuple[Strength, ...] = ("hint", "likely", "sure")
    return max(one, other, key=order.index)


@cache
def _phrases() -> Mapping[str, tuple[Entry, ...]]:
    """Every phrase, its words run together, with what it speaks for."""
    table: dict[str, tuple[Entry, ...]] = {}
    for entry in _ENTRIES:
        for phrase in entry.phrases.split("; "):
            run = "".join(tokens(phrase))
            table[run] = (*table.get(run, ()), entry)
    return table


#: The special categories, in the order in which they are reported.
SPECIAL = tuple(dict.fromkeys(entry.rule for entry in _ENTRIES if entry.rule.startswith("special:")))
