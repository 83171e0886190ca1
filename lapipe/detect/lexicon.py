"""Names of columns, Dutch and English, and what each speaks for; a phrase is a run of whole words, however it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: How much a name says: `sure` counts by itself; `likely` needs values that fit; `hint` is never more than possible by itself.
Strength = Literal["sure", "likely", "hint"]


@dataclass(frozen=True)
class Entry:
    """Phrases that speak for one rule.

    Attributes:
        phrases: separated by "; ".
        unless: words beside a phrase that make it speak of something else.
        whole: whether a phrase must be the whole name.
    """

    rule: str
    strength: Strength
    phrases: str
    unless: frozenset[str] = frozenset()
    whole: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words beside an identifier's that make the column say something about it: whether, how many, how, when.
_ABOUT = _words(
    "verified verify valid validated validation confirmed confirmation bekend aanwezig geverifieerd bevestigd geldig "
    "gecontroleerd count counts aantal enabled disabled notification notifications notificatie optin optout "
    "consent toestemming template format type soort sent verzonden frequency frequentie language taal flag has heeft "
    "is exists missing ontbreekt digest preference preferences voorkeur domain domein policy version versie length lengte "
    "filter stop opened clicked bounced required verplicht visible zichtbaar hidden public allowed reminder range display bron source when updated restricted")
_TIMES = _words("last first laatste eerste count aantal date datum current time tijd at on op method methode type attempts "
                "duration status page event timestamp days duur")
# What else has a name or an address.
_THINGS = _words(
    "course courses cursus vak vakken file files filename bestand module group groups groep groepen component event gebeurtenis "
    "school institution institutions instelling instituut opleiding opleidingen programme program programma product "
    "category categorie table tabel column kolom field veld role rol activity activiteit quiz assignment opdracht "
    "forum section sectie city stad country land plaats place straat org organization organisation organisatie faculty "
    "faculteit department afdeling campus location locatie term domain host server brand merk template sjabloon topic "
    "onderwerp item resource bron tool plugin app application system systeem test toets exam examen tentamen subject "
    "vooropleiding context page pagina unit room lokaal zaal building gebouw class klas cohort profile device browser rubric "
    "outcome competency badge tag folder map image variable metric study studie specialisation specialisatie "
    "degree level niveau skill project team grade item feature model package library schema database company bedrijf "
    "provider union domain channel kanaal label status type vakgroep stage attribute entity property titel title tabblad sheet")
_PEOPLE_WORDS = ("student studenten students user users gebruiker gebruikers leerling learner learners deelnemer participant person persoon "
                 "people docent docenten teacher instructor lecturer tutor mentor medewerker mdw employee staff parent ouder ouders moeder vader mother "
                 "father contact contactpersoon client klant patient member lid applicant kandidaat candidate grader beoordelaar submitter "
                 "trainee cursist begeleider examinator partner verzorger")
PEOPLE = _words(_PEOPLE_WORDS)
#: Short forms of these in exports, which count beside a word for a number only.
_SHORT_PEOPLE = _words("stud studt lln dln mdw medew empl emp pers usr cand curs begel dcnt")
#: Of these words those that a number, a page or a post can have too: a post's parent, a contact moment.
NUMBERED_PEOPLE = (PEOPLE | _SHORT_PEOPLE) - _words("parent ouder ouders contact client klant partner people")
#: What makes the number of somebody of a word for people right before or after it.
ID_WORDS = _words("id ids nr nrs nummer no num guid uuid uid pk fk key ref identifier idnr idcode")
NAME_WORDS = _words("name names naam namen fullname")
# What a teaching institution numbers that is no person.
_NUMBERED = _words("course cursus group groep cohort category module vak quiz toets room zaal class klas version assignment opdracht")
# Words that make a broad one a field of study, a place or a machine.
_STUDY = _words("science sciences studies studie studierichting wetenschap wetenschappen school faculty faculteit department course cursus vak "
                "check server system systeem opleiding programme sector topic module ict service grade cijfer union event")
THINGS = _THINGS
#: Of these, words that a column has for being one, and that name nothing.
_OF_ANY_COLUMN = _words("table tabel column kolom field veld label status type tag attribute entity property sheet tabblad schema database")
#: What is named after people: towns, courses, files.
NAMESAKES = _THINGS - _OF_ANY_COLUMN
ABOUT = _ABOUT

#: Organisations have a number (RSIN) that passes the same test as the BSN, and that of a sole trader was one.
ORGANISATIONS = _words("rsin kvk btw vat organisatie organisation organization instelling institution bedrijf company rechtspersoon bevoegd gezag vestiging "
                       "leverancier supplier werkgever employer")

#: Rooms are numbered like diagnoses.
ROOMS = _words("zaal zaalnaam zaalnr lokaal lokalen room rooms ruimte ruimtes gebouw building locatie location kamer kamernummer campus vloer floor verdieping "
               "hoofdstuk chapter paragraaf section versie version bloklokaal plek seat stoel rij")

#: Titles can be long; they are written by staff and are about no one.
TITLES = _words("title titel label heading kop header caption")

#: Words by which compounds are taken apart: they add little to what a name says.
GLUE = _words(
    "student studenten ouder ouders moeder vader code codes status datum omschrijving omschr oms toelichting soort type indicatie ind reden "
    "minuten percentage aantal verklaring attest aanvraag toegekend melding meldingen registratie thuis prive werk mobiel school instelling oud "
    "nieuw eerste laatste huidig huidige nummer nummers nr nrs no id ids veld waarde volledig volledige adres adressen naam namen name names "
    "value field text tekst date flag persoon person user users gebruiker leerling docent medewerker deelnemer cursist kandidaat contact extern "
    "external internal intern primary primair secondary main hoofd account number numbers key osiris canvas moodle brightspace blackboard sis "
    "lms studielink duo gba brp cbs hash orig original raw van de het der in of the nl en dutch ja nee jn bestand url image foto type lijst "
    "afgegeven verleend bekend groep groepering generatie land landen ander andere second tweede")

ENTRIES: tuple[Entry, ...] = (
    Entry("bsn", "sure", "bsn; bsn nummer; bsn nr; bsnr; bsnnr; burgerservicenummer; burgerservicenr; burger service nummer; burgerserv nr; "
          "burger service nr; citizen service number; citizenservicenumber; sofi; sofinummer; sofinr; sofi nummer; sofi nr; sociaal fiscaal nummer; pgn; "
          "pgn nummer; pgn nr; persoonsgebonden nummer; persoonsgebonden nr; persoonsgeb nr; persgebnr; pers geb nr; persoonsgebondennr", _ABOUT),
    Entry("bsn", "hint", "national id; nationalid; national id number; national identification number; national insurance number; social security number; ssn; "
          "nationaal identificatienummer; nationaal nummer; rijksregisternummer; insz; tax number; fiscaal nummer; fiscal number; tin; rsin; national number", _ABOUT),
    Entry("onderwijsnummer", "sure", "onderwijsnummer; onderwijs nummer; onderwijs nr; onderwijsnr; ondnr; ond nr; ondwnr; ondw nr; own nummer; education number; "
          "education id number; onderwijsnummer leerling", _ABOUT),
    Entry("a_nummer", "sure", "a nummer; anummer; administratienummer; administratienr; gba nummer; gba anummer; brp nummer; brp anummer", _ABOUT | _NUMBERED | _words(
        "inschrijving factuur order")),
    # Tilburg calls its student numbers ANR.
    Entry("a_nummer", "sure", "anr; a nr", _ABOUT | _NUMBERED | _words("student studenten stud lln leerling medewerker")),
    Entry("student_number", "sure", "anr student; student anr; anr studenten"),
    Entry("email", "sure", "email; e mail; mail address; mailadres; mail adres; email adres; email address; emailaddress; emailadres; mailaddress; privemail; "
          "privemail; schoolmail; studentmail; external email; webmail adres; mail student; mailstudent; mail prive; mail school", _ABOUT),
    Entry("email", "likely", "mail; mails", _ABOUT),
    Entry("iban", "sure", "iban; ibannummer; iban nr; rekeningnummer; rekening nr; rek nr; reknr; bankrekening; bankrekeningnummer; bankrek; bank account; bankaccount; "
          "bank account number; account iban; bankrekening nr", _ABOUT),
    Entry("phone", "sure", "phone; phone number; phonenumber; phone no; telephone; telephone number; telefoon; telefoonnummer; telefoonnr; telefoon nr; telnr; tel nr; "
          "tel nummer; mobile number; mobiel nummer; mobiele nummer; mobiele telefoon; mobiel nr; mobielnr; mobilephone; mobile phone; mobile no; cellphone; cell phone; "
          "gsm nummer; gsmnummer; gsm nr; mobielnummer; noodnummer; ice phone number; whatsapp; telefoon mobiel; telefoon thuis; telefoon prive; telefoon vast; emergency phone",
          _ABOUT),
    Entry("phone", "likely", "tel; mobiel; mobile; gsm; cell; fax; nummer mobiel", _ABOUT | _words("app device first web")),
    Entry("ip", "sure", "ip; ip address; ip adres; ip addr; ipaddress; ipadres; ipaddr; ipv; last ip; lastip; remote ip; remote addr; remote address; client ip; remoteaddr; "
          "ipnummer; ip nummer; user ip; source ip; login ip; host ip", _ABOUT),
    Entry("mac", "sure", "mac address; mac adres; macaddress; macadres; mac addr; hardware address; wifi mac; wlan mac; bssid", _ABOUT),
    Entry("mac", "likely", "mac", _ABOUT, whole=True),
    Entry("device", "sure", "device id; deviceid; device uuid; device guid; session id; sessionid; sessie id; sessieid; session key; session token; sessionkey; sesskey; "
          "moodlesession; cookie; cookie id; idfa; gaid; advertising id; imei; android id; device fingerprint; browser fingerprint; apparaat id; push token; access token; "
          "refresh token; auth token; api token; device token; visitor id; client uuid; installation id", _ABOUT),
    Entry("device", "likely", "session; sessie; sid; token; visitor", _ABOUT | _TIMES | _THINGS, whole=True),
    Entry("url_id", "hint", "profile url; profiel url; home page; homepage; linkedin; user url; person url; actor iri; actor url; webpagina", _ABOUT),
    Entry("photo", "sure", "foto; pasfoto; photo; photos; profile picture; profielfoto; profile photo; profile image; avatar; avatar url; photo url; foto url; picture url; "
          "user picture; user image; portretfoto; portret; portrait; fotobestand; foto bestand; headshot; selfie; image user; profile pic", _ABOUT | _words(
              "course cursus building gebouw item product banner")),
    Entry("photo", "likely", "picture", _ABOUT | _THINGS, whole=True),
    Entry("document", "sure", "paspoort; paspoortnummer; paspoort nummer; paspoort nr; paspoortnr; passport; passport number; passport no; passportnumber; "
          "documentnummer; documentnr; document nummer id; identiteitskaart; identiteitskaartnummer; id kaart; idkaart; id kaart nr; idkaartnummer; identity card; "
          "identity card number; identiteitsbewijs; identiteitsbewijs nummer; vreemdelingennummer; vreemdelingen nummer; vreemdelingennr; vreemdelingen nr; vnummer; v nummer; rijbewijs; rijbewijsnummer; "
          "driving licence; drivers license; driver license number; visa number; visumnummer; verblijfsvergunning; residence permit number; verblijfsdocument; kenteken; "
          "license plate", _ABOUT | _words("expiry verloopt")),
    Entry("name", "sure", "voornaam; voornamen; roepnaam; achternaam; familienaam; geslachtsnaam; meisjesnaam; partnernaam; gezinsnaam; vnaam; anaam; anaam partner; "
          "tussenvoegsel; tussenvoegsels; tussenv; tussenvgsl; voorvoegsel; voorvoegsels; voorv; tussenvoegsel achternaam; voorletter; voorletters; voorl; initialen; "
          "initials; firstname; first name; given name; givenname; given names; forename; lastname; last name; surname; family name; first names; fname; lname; "
          "familyname; middlename; middle name; maiden name; alternatename; alternate name; preferred name; preferredname; nickname; sortable name; sortname; "
          "lastnamephonetic; firstnamephonetic; student name; studentnaam; naam student; student fullname; user fullname; user full name; chosen name; legal name; "
          "volledige naam van de gebruiker; affected user; over gebruiker; docentnaam; ice name; achternamen; naw; naam en adres; aanschrijfnaam; roepnamen; "
          "naam volledig; achternaam partner; middle initial; middleinitial; aanspreeknaam; birth name; birthname; birth surname; name prefix; srch name; aanhef naam; doopnaam; doopnamen",
          _THINGS | _ABOUT),
    Entry("name", "likely", "fullname; full name; volledige naam; display name; displayname; weergavenaam; contactpersoon; mentor; tutor; begeleider; begeleiders; slber; slb er; slb; "
          "author; auteur; beoordelaar; examinator; aanmelder; corrector; coach; supervisor; promotor; studieadviseur; decaan; indiener; ingediend door; aangemaakt door; "
          "afzender; ontvanger; sender; recipient; assessor; medewerker; cursist; kandidaat; aanvrager",
          _THINGS | _ABOUT | _words("id nr nummer code role username email mail")),
    Entry("name", "likely", "student; studenten; leerling; leerlingen; learner; deelnemer; deelnemers; participant; docent; docenten; teacher; instructor; lecturer; user; gebruiker; "
          "trainee; person; persoon; attendee", whole=True),
    Entry("name", "hint", "naam; name; namen; names; wie; who", _THINGS | _ABOUT | _words("user account log in nick")),
    Entry("student_number", "sure", "studentnummer; id student; student nummer; studentnr; student nr; student number; studentnumber; student no; student num; "
          "stud nr; studnr; stud nummer; student id; studentid; stamnummer; stamnr; leerlingnummer; leerling nummer; leerlingnr; leerling nr; student code; studentcode; "
          "leerling id; deelnemernummer; deelnemersnummer; deelnemernr; deelnemer nr; deelnemersnr; personeelsnummer; personeels nr; personeelsnr; persnr; pers nr; "
          "medewerkernummer; medewerker nr; medewerkernr; mdw nr; mdwnr; mdw nummer; employee id; employee number; employeeid; employee no; staff id; staff number; staff no; "
          "matriculation number; matriculation no; matrikelnummer; matrikelnr; org defined id; orgdefinedid; sis user id; sisuserid; sis id; sisid; hesa id; husid; registration number; "
          "candidate number; candidate no; kandidaatnummer; kandidaat nr; kandidaatnr; studielink nummer; studielinknummer; collegekaartnummer; collegekaartnr; collegekaart; "
          "cursistnummer; cursist nummer; cursistnr; cursist nr; snummer; s number; snr; student key nr; student external key; external student key; "
          "idnumber; nummer id; id number; id nummer; idnummer; relatienummer; relatie nr; clientnummer; cliëntnummer; persoonsnummer; persoon nr; persoonsnr; "
          "registratienummer student; student ref; student reference; studentref; candidate ref; ucas pid; ucas id; ucas number; studielinknr; studielink nr; osiris nummer; emplid; empl id; campus id; campusid; integration id; sis integration id; batch uid; external person key; external id; university id; universityid; banner id; bannerid; hemis id; usi; puid; ucas personal id; personal id; learner number; learner ref; uln; enrolment number; pupil number; upn pupil; roll number; rollnumber; dossiernummer; "
          "lidnummer; patientnummer; pasnummer; bibliotheekpas; library card number; inschrijvingsnummer student", _ABOUT | _NUMBERED),
    Entry("username", "sure", "username; user name; usernames; gebruikersnaam; gebruikers naam; gebruiker naam; login id; loginid; loginname; login name; logincode; login code; "
          "sis login id; inlognaam; inlog naam; inlogcode; inlog code; inlogaccount; accountnaam; account name; netid; net id; uvanetid; uva net id; solisid; solis id; "
          "vunetid; vunet id; ulcn; ulcn account; samaccountname; user principal name; userprincipalname; upn; edu person principal name; edupersonprincipalname; principal name; "
          "schac personal unique code; personal unique code; uid edu; unique name; screen name; github; github username; moodlenetprofile; ad account; windows account; "
          "student account; user account; useraccount; user login; login user; userlogin; operator id; oprid; discord; twitter handle", _ABOUT | _words("course cursus bank parent type credit")),
    Entry("username", "likely", "login; eppn; handle; alias; account; nick", _ABOUT | _TIMES | _THINGS, whole=True),
    Entry("user_id", "sure", "userid; user id; users id; uid; gebruiker id; gebruikerid; gebruikersid; gebruikers id; gebruikersnummer; learner id; user no; user nr; "
          "learnerid; person id; personid; persoon id; persoonid; people id; actor id; actorid; participant id; deelnemer id; relateduserid; related user id; "
          "realuserid; real user id; global user id; canvas user id; anonymous user id; submitter id; submitterid; author id; authorid; author user id; "
          "grader id; graderid; teacher id; docent id; docentid; instructor id; tutor id; mentor id; coach id; eckid; eck id; eck i d; pseudo id; pseudoniem; pseudonym; "
          "global canvas id; canvas id user; moodle id; moodleid; moodle userid; moodle user id; brightspace user id; "
          "lms user id; lti user id; member id; student key; student pk; user pk; user key; userkey; orcid; orcid id; observer id; user uuid; useruuid; user guid; userguid; "
          "user identifier; useridentifier; student uuid; student guid; person uuid; persoon uuid; profile id; profileid; modifier id; modifierid; created by user id; "
          "owner id; ownerid; creator id; assessor id; beoordelaar id; contact id; applicant id; viewer id; sender id; recipient id; patient id; uuid student; "
          "created by id; updated by id; usermodified; user modified; person key; persoon key; id persoon; id gebruiker; id user; id person; id docent; id leerling; "
          "student fk; user fk; external user id; external id user; ltiuserid; party id", _ABOUT | _words("course cursus")),
    Entry("user_id", "likely", "modifier; grader; created by; modified by; updated by; last modified by; graded by; submitted by; assessor; actor; assigned to; "
          "useridfrom; useridto; submitter; observer; owner", _ABOUT | _THINGS | _NUMBERED | NAME_WORDS),
    Entry("user_id", "likely", "user; gebruiker; student; learner; deelnemer; participant; member; person; persoon", _words(""), whole=True),
    Entry("date_of_birth", "sure", "geboortedatum; geboorte datum; gebdatum; geb datum; gebdat; geb dat; date of birth; dob; birthdate; birth date; geboortedt; geboorte dt; geb dt; "
          "dateofbirth; birthday; verjaardag; birth day; datum geboorte; geboortedag; geboorte dag; birth dt; student dob; born on; geboren op; born", _ABOUT - _words("is")),
    Entry("address", "sure", "adres; huisadres; woonadres; postadres; thuisadres; verblijfsadres; verblijfadres; vestigingsadres student; home address; street address; postal address; "
          "straat huisnummer; straatnaam huisnummer; straat en huisnummer; straathuisnummer; adresregel; adresregels; address line; addressline; huisnummer; huisnr; house number; housenumber; "
          "correspondentieadres; correspondentie adres; adresgegevens; mailing address; residential address; living address; factuuradres; post adres; huis nr; huisletter",
          _ABOUT | (_THINGS - _words("straat")) | _words("e ip mac mail email url web remote")),
    Entry("address", "likely", "address; straat; street; straatnaam; adressen", _ABOUT | (_THINGS - _words("straat")) | _words("e ip mac mail email url web remote")),
    Entry("free_text", "sure", "opmerking; opmerkingen; notitie; notities; toelichting; comment; comments; private comments; remark; remarks; bijzonderheden; gespreksverslag; "
          "verslag; gespreksnotitie; dossiernotitie; note; notes; message; bericht; berichten; feedback; post body; vrije tekst; free text; post text; posttext; motivatie; "
          "motivation letter; motivation; motivatiebrief; answer text; open answer; open antwoord; antwoord open vraag; reflectie; reflection; essay; journal; logboek; klacht; complaint; "
          "beoordeling tekst; mededeling; narrative; evaluatie tekst; omschrijving klacht; chat; chat message",
          _ABOUT | _TIMES | _words("format id nr score grade points max draft revisions trust")),
    Entry("free_text", "hint", "description; beschrijving; omschrijving; message body; body; content; text; tekst; antwoord; response; subject; bericht tekst; introduction; review",
          _ABOUT | _words("format id nr code")),
    # GDPR art. 9 and 10. Broad words yield to a field of study or a machine beside them.
    Entry("special:health", "sure", "dyslexie; dyslexia; dyslectisch; dyslexic; dyscalculie; dyscalculia; adhd; autisme; autism; autistisch; autistic; asperger; pddnos; "
          "functiebeperking; functiebeperkingen; functie beperking; handicap; handicaps; gehandicapt; disability; disabilities; disabled; impairment; "
          "disabled student; extra tijd; extratijd; tijdverlenging; tijdsverlenging; tijd verlenging; extra time; extratime; extended time; additional time; additionaltime; "
          "extra time allowed; extra minuten; extra toetstijd; examentijd verlengd; verlengde toetstijd; verlenging toetstijd; time extension; accommodation; accommodations; "
          "accommodations profile; test accommodation; exam accommodation; exam accommodations; exam adjustments; reasonable adjustment; reasonable adjustments; toetsvoorziening; "
          "toetsvoorzieningen; voorziening toets; tentamenvoorziening; tentamenvoorzieningen; voorziening tentamen; voorzieningen tentamen; examenvoorziening; examenvoorzieningen; "
          "bijzondere voorziening; bijzondere voorzieningen; aangepaste toetsing; aangepast tentamen; toetsaanpassing; tentamenfaciliteiten; "
          "ziek; ziekte; ziekmelding; ziekmeldingen; ziekteverzuim; ziekteverlof; ziek gemeld; ziekgemeld; ziektedagen; sick; ziek sinds; "
          "sick leave; sickleave; sick days; sick note; sickness; illness; diagnose; diagnosis; diagnoses; diagnosecode; diagnose code; icd; icd code; dsm; dsm code; medicatie; medicijnen; "
          "medication; medicines; chronisch ziek; chronic illness; chronische ziekte; chronic condition; rolstoel; wheelchair; zwanger; zwangerschap; zwangerschapsverlof; zwangerschaps verlof; pregnant; pregnancy; "
          "maternity; maternity leave; special needs; specialneeds; special educational needs; sen status; personal need; personal needs; personalneeds; assigned needs; assignedneeds; "
          "studentpsycholoog; studentenpsycholoog; burnout; burn out; vaccinatie; vaccinatiestatus; vaccination; vaccinated; psychische klachten; psychisch; mentale gezondheid; "
          "beperking type; type beperking; beperking; beperkingen; hulpbehoefte; ondersteuningsbehoefte; ondersteunings behoefte; zorgbehoefte; zorgplan; zorg plan; hulpmiddelen; "
          "time limit extension; timelimitextension; special access; special access time; extra time multiplier; time multiplier; timer multiplier; extra attempts time; access arrangement; access arrangements; exam arrangements; dispensatie dyslexie; medicijn; medicijngebruik; zorgindicatie; zorg indicatie; zorgarrangement; zorgniveau; zorgleerling; ondersteuningsprofiel; ondersteunings profiel; ondersteuningsplan; ondersteuningsniveau; ontwikkelingsperspectief; ontwikkelingsperspectiefplan; opp; toelaatbaarheidsverklaring; tlv; arbeidsbeperking; participatiewet; doelgroepregister; re integratie; reintegratie; poortwachter; leave of absence medical; sick hours; fmla; iep; 504 plan; sen; send status; ehcp; disability ind; handicap ind; stoornis; ziektebeelden; zorgvraag; jeugdhulp; jeugdzorg; maatwerk toets; faciliteit tentamen; faciliteit toets; faciliteiten toets; bloedgroep; blood type; slechtziend; blind; doof; deaf; slechthorend; visueel beperkt; auditief beperkt; motorische beperking; allergie; allergieen; allergy; allergies; "
          "mental health; passend onderwijs; arbeidsongeschikt; arbeidsongeschiktheid; verklaring arts; artsverklaring; artsen verklaring; doktersverklaring; dokters verklaring; extra min; extra min toets; toets extra min; "
          "prikkelarm; prikkelarme ruimte; psych hulp; psychische hulp; psychologische hulp; psychologische klachten; hulpverlening; aparte ruimte; tentamentijdverlenging; tentamen tijd verlenging; tentamentijd verlenging; toetstijdverlenging; toetstijd verlenging; examentijdverlenging; voorleessoftware; vergroot lettertype;  wajong; wao; wia; epilepsie; epilepsy; diabetes; depressie; depression; anxiety; "
          "lichamelijke beperking; lichamelijke gesteldheid; body mass index; bmi; therapie; therapy; ziektebeeld; huisarts; medisch dossier; medical record; dyspraxie; "
          "dyspraxia; neurodivergent; neurodiversiteit; studeren met functiebeperking; smf; covid; corona besmetting; smoker; roker; gewicht kg; lgf; rugzakje; zat; ziekenhuisopname",
          _words("studies sciences wetenschappen since sinds tool plugin marking mode")),
    Entry("special:health", "sure", "aandoening; aandoeningen", _words("erfelijk erfelijke genetisch genetische")),
    Entry("special:health", "sure", "health; health status; health condition; gezondheid; gezondheidstoestand; medical; medisch; medische; "
          "medical condition; medische gegevens; medical info; medical notes; medische verklaring", _STUDY),
    Entry("special:health", "hint", "dieet; dieetwensen; dieet wensen; diet; dietary; dieetwens; voedselvoorkeur; food preference; meal preference; "
          "dietary wishes; dietary requirements; absence reason; reden afwezigheid; reden verzuim; verzuimreden; reason absence; reden absentie; absentiereden; "
          "afw reden; reden afw; afwezigheidsreden; afwezigheid reden; afmeldreden; reden afmelding; bijz omst; bijz omstandigheden; bijzondere omst; pers omst; persoonlijke omst; fb code; fb type; lichamelijk; dsa; mantelzorg; mantelzorger; carer; "
          "bijzondere omstandigheden; persoonlijke omstandigheden; special circumstances; personal circumstances; extenuating circumstances; mitigating circumstances; "
          "begeleidingsbehoefte; begeleiding type; zorg; psycholoog; psychologist; voorziening; voorzieningen; faciliteiten; reden uitstel; reden stop; reden uitval; reden staken; "
          "ass; kwetsbaar; zorgstudent; extension granted; extension reason; verlof; leave type; verzuim; verzuimcode; counselor; counselling; coach traject; overrule reason",
          _STUDY | _words("score")),
    Entry("special:ethnicity", "sure", "etniciteit; etnische; etnische achtergrond; etnische groep; etnische afkomst; ethnicity; ethnic; ethnic group; ethnicgroup; ethnic origin; ethnic code; "
          "ethnic background; race; ras; afkomst; herkomst; herkomstland; herkomst land; herkomstindikking; herkomst indikking; "
          "herkomstgroepering; herkomstgroep; migratieachtergrond; migratie achtergrond; migration background; migrant background; migrant; allochtoon; niet westers; nietwesters; "
          "niet westerse; westers; non western; allochtonen; autochtoon; geboorteland ouder; geboortelandouder; geboorteland ouders; geboorteland moeder; geboorteland vader; "
          "geboortelandmoeder; geboortelandvader; gebland ouder; gebland vader; gebland moeder; geblandvader; geblandmoeder; geb land vader; geb land moeder; land van herkomst; "
          "geboorteland van ouder; geb land ouder; geb land ouders; country of birth parent; country of birth of parent; parent birth country; "
          "parent country of birth; parents country of birth; birth country parent; country of birth mother; country of birth father; birthplace mother; birthplace father; "
          "mother country of birth; father country of birth; huidskleur; skin colour; skin color; culturele achtergrond; cultural background; generatie migratie; migratie generatie; "
          "nieuwkomer; nieuwkomers; nieuwkomerstatus; cumi; cumi status; cumi code; nt2 herkomst; minderheid; etnische minderheid; minority; minority status; bame; ethnic grp; woonwagen; asielzoeker; vluchteling; vluchtelingenstatus; refugee; refugee status; asielstatus; statushouder; roma; aboriginal; indigenous; hispanic",
          _words("condition conditions data file bestand track car bron")),
    Entry("special:ethnicity", "hint", "nationaliteit; nationaliteiten; nationality; nationalities; citizenship; staatsburgerschap; geboorteland; gebland; geb land; landcode geboorte; "
          "country of birth; countryofbirth; birth country; birthcountry; geboorteplaats; place of birth; city of birth; birthplace; geboorteplaats; moedertaal; nat code; "
          "mother tongue; mothertongue; native language; first language; thuistaal; home language; generatie; domicile; verblijfsstatus; residence status; visa status; visa type; verblijfstitel", frozenset()),
    Entry("special:religion", "sure", "religie; religieus; religieuze; religieuze achtergrond; religion; religious; religious belief; religious affiliation; godsdienst; geloof; geloofsovertuiging; "
          "levensovertuiging; levensbeschouwing; levensbeschouwelijk; kerk; kerkgenootschap; kerkelijke gezindte; kerklidmaatschap; gezindte; geloofsrichting; geloofsgemeenschap; religious preference; religion code; denominatie leerling; doopdatum; dooptplaats; parochiaan; church; church membership; faith; belief", _STUDY),
    Entry("special:religion", "hint", "denominatie; denomination; bidruimte; prayer; prayer room; halal; kosher; koosjer; parochie; feestdagen religieus; ramadan", _STUDY),
    Entry("special:politics", "sure", "politiek; politieke; politieke voorkeur; politieke partij; politieke overtuiging; politieke gezindheid; political; political party; political opinion; "
          "political opinions; political affiliation; politicalaffiliation; political view; political views; stemgedrag; stemvoorkeur; stemintentie; partijlidmaatschap; partijlid; "
          "party membership; voting intention; vote intention; partijvoorkeur", _STUDY),
    Entry("special:union", "sure", "vakbond; vakbondslid; vakbondslidmaatschap; vakbond lidmaatschap; lid vakbond; vakvereniging; vakbeweging; trade union; tradeunion; trade union membership; "
          "tradeunionmembership; union member; union membership; union cd; union code; union dues; vakbondscontributie; bondscontributie; vakbondsbijdrage; labour union; labor union; labour union member; unionmember", _words("student students european")),
    Entry("special:sex_life", "sure", "seksuele; seksueel; seksuele geaardheid; seksuele voorkeur; seksuele orientatie; seksuele gerichtheid; seksualiteit; geaardheid; "
          "sexual; sexual orient; sexual orientation; sexualorientation; sexuality; sexual preference; sexual life; sex life; lhbti; lhbtiq; lhbtq; lgbt; lgbtq; lgbtqia; lgbti; homoseksueel; homoseksualiteit", _STUDY),
    Entry("special:gender_identity", "sure", "gender identity; genderidentity; genderidentiteit; gender identiteit; transgender; genderexpressie; gender expression; genderexpression; "
          "trans status; transgender status; gender beleving; intersekse", frozenset()),
    Entry("special:gender_identity", "hint", "pronouns; pronoun; preferred pronouns; voornaamwoorden; voornaamwoord; aanspreekvorm", frozenset()),
    Entry("special:biometric", "sure", "biometric; biometrics; biometrie; biometrisch; biometrische; vingerafdruk; vingerafdrukken; vingerscan; face id; faceid; face recognition; facerecognition; face recognition id; fingerprint hash; fingerprint data; vingerafdruk id; voice recognition; hand scan; "
          "face template; face embedding; face encoding; face vector; gezichtsherkenning; gezichtsscan; gezichts scan; facial recognition; voiceprint; voice print; stemafdruk; irisscan; iris scan; "
          "retina scan; retina; keystroke dynamics; keystroke; typing pattern; fingerprint template; fingerprint scan; handpalm; palm print; gait; proctoring face", _STUDY),
    Entry("special:biometric", "hint", "fingerprint; faceprint", _STUDY | _words("browser device file key certificate")),
    Entry("special:genetic", "sure", "genetic; genetics; genetisch; genetische; genetische gegevens; dna; dna profile; dna profiel; genotype; genome; genoom; erfelijke aandoening; erfelijk", _STUDY | _words("algorithm")),
    Entry("special:criminal", "sure", "strafblad; strafrechtelijk; strafrechtelijke; strafbaar feit; strafbare feiten; veroordeling; veroordelingen; veroordeeld; vog; vog status; vog datum; vog verklaring; "
          "verklaring omtrent gedrag; verklaring omtrent het gedrag; justitiele documentatie; criminal; criminal record; criminalrecord; criminal history; criminal convictions; criminal conviction; "
          "conviction; convictions; certificate of conduct; police record; police check; halt; halt verwijzing; halt straf; haltverwijzing; halt afdoening; taakstraf; jeugdreclassering; proces verbaal; politie melding; ondertoezichtstelling; dbs; dbs status; dbs check; background check; detentie; detention prison; reclassering; antecedenten; "
          "justitieel; justitieel verleden; strafrechtelijk verleden; gevangenis; prison; offence; offense; delict; politiecontact", _STUDY),
)
