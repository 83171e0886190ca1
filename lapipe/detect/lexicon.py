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
    Entry("bsn", "hint", "national id; nationalid; national id number; national identification number; "
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
          _ABOUT | _TIMES | _words("format id nr score grade points max draft revisions trust jaar year general review")),
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
          "time limit extension; timelimitextension; special access; special access time; extra time multiplier; time multiplier; timer multiplier; extra attempts time; access arrangement; access arrangements; exam arrangements; dispensatie dyslexie; medicijn; medicijngebruik; zorgindicatie; zorg indicatie; zorgarrangement; zorgniveau; zorgleerling; ondersteuningsprofiel; ondersteunings profiel; ondersteuningsplan; ondersteuningsniveau; ontwikkelingsperspectief; ontwikkelingsperspectiefplan; opp; toelaatbaarheidsverklaring; tlv; arbeidsbeperking; participatiewet; doelgroepregister; re integratie; reintegratie; poortwachter; leave of absence medical; sick hours; fmla; iep; sen; send status; ehcp; disability ind; handicap ind; stoornis; ziektebeelden; zorgvraag; jeugdhulp; jeugdzorg; maatwerk toets; faciliteit tentamen; faciliteit toets; faciliteiten toets; bloedgroep; blood type; slechtziend; blind; doof; deaf; slechthorend; visueel beperkt; auditief beperkt; motorische beperking; allergie; allergieen; allergy; allergies; "
          "mental health; passend onderwijs; arbeidsongeschikt; arbeidsongeschiktheid; verklaring arts; artsverklaring; artsen verklaring; doktersverklaring; dokters verklaring; extra min; extra min toets; toets extra min; "
          "prikkelarm; prikkelarme ruimte; psych hulp; psychische hulp; psychologische hulp; psychologische klachten; hulpverlening; aparte ruimte; tentamentijdverlenging; tentamen tijd verlenging; tentamentijd verlenging; toetstijdverlenging; toetstijd verlenging; examentijdverlenging; voorleessoftware; vergroot lettertype;  wajong; wao; wia; epilepsie; epilepsy; diabetes; depressie; depression; anxiety; "
          "lichamelijke beperking; lichamelijke gesteldheid; body mass index; bmi; therapie; therapy; ziektebeeld; medisch dossier; medical record; dyspraxie; "
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
    # Codes of the British statistics agency (HESA, student record and staff record), the fields of OneRoster, Qualtrics and payrolls.
    Entry("special:religion", "sure", "relblf; religionbelief; religion belief; religion or belief", _STUDY),
    Entry("special:sex_life", "sure", "sexort; sexorientation", _STUDY),
    Entry("special:gender_identity", "hint", "genderid; transexp; gender id"),
    Entry("special:health", "hint", "disable", whole=True),
    Entry("student_number", "sure", "ucasperid; ucas per id; numhus; ownstu; stnr; stno; st nr; sourcedid user; user sourced id; user sourcedid; agent sourced id; agent sourced ids; agentsourcedid; external data reference; "
          "employee reference; student external id", _ABOUT | _NUMBERED),
    Entry("user_id", "likely", "external reference; sourcedid; sourced id; identifier; external ref", _ABOUT | _THINGS | _NUMBERED, whole=True),
    Entry("device", "sure", "device name; device display name; devicename; computer name; computernaam; machine name; host name device; serienummer; serienr; laptop naam; "
          "laptop nummer; apparaat naam; apparaatnaam", _ABOUT | _words("course cursus issue tijdschrift journal")),
    Entry("phone", "sure", "toestelnr; toestelnummer; toestel nummer; extension number; phone extension; phone ext; tel ext; intern nummer; internnummer; intern toestel", _ABOUT),
    Entry("document", "sure", "id bewijs; id bewijs nummer; idbewijs; idbewijsnummer; legitimatie; legitimatienummer; legitimatiebewijs; legitimatie nummer; identity proof number; ni number; nino; national insurance number; social security number; ssn", _ABOUT),
    Entry("special:health", "sure", "verzuimpercentage; verzuim percentage; verzuimfrequentie; verzuimdagen ziekte; arbo advies; arboadvies; arbodienst; arboarts; bedrijfsarts; hoofdklacht; aanmeldklacht; aanmeldklachten; suicide; suicidaliteit; suiciderisico; "
          "eerste ziektedag; ziektedag; medische keuring; belastbaarheid; plan van aanpak ziekte; spoor 2", _words("wetenschappen course cursus vak")),
    Entry("special:ethnicity", "sure", "african american; black african american; black or african american; alaska native; native hawaiian; two or more races; hispanic or latino; hispanic or latino ethnicity; american indian; "
          "land geboorte ouder; geboorte land ouder; land van geboorte ouder; geboorteland vader code", frozenset()),
    Entry("special:union", "sure", "shop steward; steward union; stakingsbereid; stakingsbereidheid; strike participation; on strike; willing to strike; stakingskas; vakbondsverlof; union leave", _words("student students european credit")),
    Entry("special:criminal", "sure", "detention history; detention record; detentieverleden; criminal detention", _STUDY),
    # What international offices, sport centres, libraries, helpdesks, boards, nurseries of talent and Wi-Fi write down.
    Entry("special:health", "sure", "hepatitis; hepatitis b; titer; titerbepaling; tuberculose; tuberculosis; tb test; mantoux; vaccin; vaccine; vaccines; vaccinaties; inenting; inentingen; immunisation; immunization; immunizations; covid pass; covidpas; "
          "coronapas; coronatoegangsbewijs; medical emergency; noodmedicatie; emergency medication; fysieke klachten; kurzweil; claroread; textaid; hulpmiddel tentamen; "
          "rolstoelplaats; ringleiding; doventolk; gebarentolk; schrijftolk; tolk gebarentaal; sign language; sign language interpreter; guide dog; assistance dog; hulphond; geleidehond; zorgtype; zorgstatus; zorgcode; zorgtraject; "
          "leerlingzorg; rugzakleerling; handelingsplan; lwoo; lwoo indicatie; pro indicatie; sdq; sdq score; cbcl; wisc; logopedie; logopedist; speech therapy; kinderarts; paediatrician; pediatrician; orthopedagoog; orthopedagogisch; "
          "ergotherapie; fysiotherapie; physiotherapy; nurse visit; nurse visits; infirmary; clinic visit; clinic visits; ziekenboeg; hospitalisatie; sportblessure; blessure; blessures; hersenschudding; concussion; ongevalletsel; "
          "ziektewet; no risk polis; doelgroepenregister; loonwaarde; jobcoach; sickness benefit; sick pay; disability benefit; disability pension; invalidity; invaliditeit; gezondheidstoets; "
          "fit to fly; medical fitness; medische geschiktheid; psychologische hulp; psychologist referral; verwijzing psycholoog; verwijzing ggz; medical referral; suikerziekte; allergen; allergenen; allergens; "
          "intolerantie; intoleranties; special diet; speciaal dieet; medical diet; medisch dieet; nut allergy; pindaallergie; coeliakie; coeliac; celiac; stotteren; stammering; stutter; tourette; "
          "seat wheelchair; accessibility needs; accessibility need; accessibility requirements; access needs; access requirements; toegankelijkheidsbehoefte; bijzondere behoeften; assistive technology; assistive tech",
          _words("studies sciences wetenschappen tool plugin marking mode module course cursus vak opleiding policy sector")),
    Entry("special:health", "hint", "extra begeleiding; aanpassing; aanpassingen; laptop tentamen; groeidocument; sociaal emotioneel; overleden; deceased; ongeval; ongeluk; accident; dietary; dietary restriction; dietary restrictions; eetwensen; "
          "diet type; welfare; welfare concern; safeguarding; kwetsbaarheid; draagkracht; belasting prive; thuissituatie; home situation", _STUDY),
    Entry("special:ethnicity", "sure", "land van oorsprong; land oorsprong; herkomst moeder; herkomst vader; culturele groep; culturele identiteit; cultural group; cultural identity; ethnic identity; ethnic heritage; migrantenstatus; azc locatie; noodopvang vluchtelingen; "
          "isk leerling; nieuwkomersstatus; oekraine; oekrains; ukraine refugee; temporary protection; asielprocedure; native american; white british; ethnic background code; bevolkingsgroep code; racialised; racialized; person of color", frozenset()),
    Entry("special:ethnicity", "hint", "voertaal thuis; gezinstaal; nederland sinds; in nederland sinds; datum in nl; ind status; permit type; non eu; eu status; eer status; visumplichtig; visa required; passport nationality", frozenset()),
    Entry("special:religion", "sure", "studentenpastoraat; gebed; vrijdaggebed; friday prayer; ramadan verlof; religieus verlof; religious leave; religious diet; halal maaltijd; halal meal; kosher meal; "
          "doopplaats; kerkregistratie; zondagsrust; sabbatsrust; geloofsgenoten; religieuze kleding; religious dress; eed of belofte; suikerfeest; offerfeest; diwali; jom kippur", _STUDY),
    Entry("special:criminal", "sure", "vogdatum; melding politie; politiemelding; veiligheidshuis; pv leerplicht; leerplicht pv; reclasseringsambtenaar; gezinsvoogd; uithuisplaatsing; ots maatregel; supervision order; restraining order; contactverbod; straatverbod; huisverbod; "
          "gebiedsverbod; delictgeschiedenis; criminal case; court case; rechtszaak strafrecht; strafvervolging; voorarrest; loverboy; mensenhandel; stalking; huiselijk geweld; domestic violence", _STUDY),
    Entry("special:union", "sure", "vakbondsconsulent; vakbond contributie; bond lid; contributie vakbond; contributie bond; onderwijsbond; studentenvakbond; lid aob; lid fnv; lid cnv; abvakabo; union card; shop floor representative; union position", _words("european credit")),
    Entry("special:politics", "sure", "politiek ambt; political office; raadslid; gemeenteraadslid; kandidaat raad; studentenpartij; fractievoorzitter; donation party; party donation", _STUDY),
    Entry("special:sex_life", "sure", "geslachtsziekte; std result; soa uitslag; hiv test; prep gebruik; sexual preference code; geaardheid code; lhbtiq lid; pride member; sexual violence; seksueel geweld; partner of same sex; seksuele diversiteit", _STUDY),
    # What systems and people write besides: abbreviations, other countries' words, parts of longer names.
    Entry("bsn", "sure", "bsn onderwijsnummer; burger service no; citizen service no; csn", _ABOUT),
    Entry("bsn", "hint", "nat id; nino; ni number; tax id; taxid; national id no; identification number; identificatienummer; fiscaal id; fiscal code; civil registration number; cpr number; personnummer; pesel; dni; curp",
          _ABOUT),
    Entry("onderwijsnummer", "sure", "onr; ownr; onderwijs id; onderwijsnr leerling", _ABOUT | _words("order onderzoek")),
    Entry("email", "sure", "from email; emailadressen; contact mail; recovery mail; mailaccount; mail account; emailaccount; email account; smtp address; from address; sender address; "
          "email id", _ABOUT),
    Entry("email", "likely", "cc; bcc; mailbox; correspondence mail; reply to; replyto", _ABOUT, whole=True),
    Entry("phone", "sure", "thuisnummer; contact number; contact no; contactnummer; mob nr; mob no; mob nummer; mob tel; landline; landline number; vaste telefoon; sms number; sms nummer; home phone; work phone; day phone; "
          "evening phone; telefoonnummers; telephone no; noodtelefoon; nood telefoon; doorkiesnummer; doorkies nr; phone home; phone work; phone mobile; mobile home; mobiel prive; tel prive; tel thuis; tel werk; tel mobiel; "
          "emergency number; emergency contact number; ice nummer; ice tel; msisdn; phonenr; phone nr; dialing number; handynummer", _ABOUT | _words("session")),
    Entry("iban", "sure", "bankgegevens; bank details; account holder iban; rekeninghouder iban; incasso rekening; bankaccountnumber; bank acc no; bank rekening; bic iban; sort code account; bsb account", _ABOUT),
    Entry("ip", "sure", "x forwarded for; xforwardedfor; remote host; forwarded for; ip from; origin ip; device ip; last known ip; first ip; creation ip; ip last; src ip; dst ip; peer address; client address; client addr", _ABOUT),
    Entry("mac", "sure", "device mac; client mac; station mac; ethernet address; ethernet adres; mac id; bluetooth address; nic address", _ABOUT),
    Entry("device", "sure", "machine id; jsessionid; phpsessid; visit id; session hash; browser id; browser cookie; device serial; serial device; device serial number; equipment id; client guid; ga client id; client session; "
          "moodle session; session cookie; session guid; session uuid; user agent hash; device hash; udid; aaid; android advertising id; fcm token; apns token; device identifier; apparaatnummer; apparaatid; serienummer apparaat; "
          "laptop serial; serienummer laptop; hardware id; hwid; fingerprint browser; canvas fingerprint; token id; jwt", _ABOUT | _words("course cursus class")),
    Entry("photo", "sure", "image url user; webcam image; webcam snapshot; webcam photo; id photo; user photo; student photo; student image; picture student; jpegphoto; thumbnail photo; thumbnailphoto; face photo; face image; "
          "picture id; student picture; leerlingfoto; studentfoto; smoelenboek; pasfotos; profile thumbnail; profile img; user avatar; gravatar; video selfie; portret foto; user img", _ABOUT | _words("course cursus building gebouw item product banner")),
    Entry("document", "sure", "id card number; id card no; id card nr; idcard; id document number; identity document; identity document number; id doc nr; driver licence no; driver licence number; driving license number; drivers licence number; "
          "driving licence number; license number driver; big nummer; big nr; big registratie; bignummer; polisnummer; polis nr; insurance number; insurance policy number; verzekeringsnummer; zorgverzekeringsnummer; "
          "zorgverzekering nummer; verzekerdennummer; passport id; paspoort id; pass no; national id card; verblijfsdocument nummer; verblijfsvergunning nummer; brp uittreksel; alien registration number; visa no; visum nr; "
          "social insurance number; health card number; nhs number; medicare number; patient number; car registration; kenteken auto; number plate", _ABOUT | _words("expiry verloopt course cursus")),
    Entry("name", "sure", "geslnaam; gesl naam; geslachtsnm; achternm; voornm; roepnm; studentnm; student nm; vvoegsel; voorvgsl; voorvoegselgeslachtsnaam; tussenvgs; eigen naam; eigennaam; officiele naam; official name; "
          "officiele voornamen; naam ouder; naam moeder; naam vader; naam verzorger; oudernaam; parent name; guardian name; mother name; father name; naam partner; naam kind; contactpersoon naam; naam contactpersoon; "
          "emergency contact name; next of kin; next of kin name; nok name; ice contact; noodcontact; nood contact; contact in case of emergency; contact person; contact persons; name contact; account holder; rekeninghouder; "
          "tenaamstelling; ondertekend door; signed by; naam ondertekenaar; handtekening naam; naam stagiair; naam deelnemer; naam leerling; naam kandidaat; naam docent; naam mentor; naam begeleider; naam beoordelaar; "
          "name of student; name student; name of the student; name of candidate; candidate name; applicant name; learner name; pupil name; tutor name; teacher name; instructor name; lecturer name; supervisor name; "
          "examiner name; marker name; reviewer name; author name; participant name; employee name; staff name; person name; surname prefix; surname first name; last name first name; name suffix; suffix name; second name; "
          "second surname; apellido; prenom; nachname; vorname; call name; known as; known as name; alias name; former name; previous surname; previous name; voorvoegsels geslachtsnaam; samengestelde naam; "
          "naam samengesteld; naam student volledig; weergave naam; publieke naam; artist name; forenames; christian name; user first name; user last name; first nm; last nm; frst nm; lst nm; nm first; nm last; "
          "sis name; deelnemersnaam; deelnemernaam; leerlingnaam; cursistnaam; kandidaatnaam; medewerkersnaam; medewerkernaam; mentornaam; begeleidersnaam; gebruiker volledige naam; student volledige naam",
          _THINGS | _ABOUT),
    Entry("name", "likely", "behandelaar; huisarts; family doctor; stagebegeleider; studiebegeleider; studentbegeleider; studieloopbaanbegeleider; loopbaanbegeleider; trajectbegeleider; praktijkbegeleider; bedrijfsbegeleider; schoolbegeleider; afstudeerbegeleider; "
          "scriptiebegeleider; werkbegeleider; praktijkopleider; studiecoach; studieloopbaancoach; studentcoach; vakdocent; hoofddocent; klassenmentor; groepsdocent; moderator; reviewer; signature; handtekening; "
          "marker; first marker; second marker; eerste beoordelaar; tweede beoordelaar; eerste lezer; tweede lezer; editor; proctor; surveillant; invigilator; principal investigator; onderzoeker; researcher; interviewer; "
          "respondent; geinterviewde; guardian; verzorger; voogd; teammanager; teamleider; team leader; line manager; leidinggevende; manager; advisor; adviser; academic advisor; study advisor; personal tutor; "
          "vertrouwenspersoon; intern begeleider; zorgcoordinator; ordered by; besteld door; gemeld door; reported by; registered by; geregistreerd door; ingevoerd door; entered by; behandeld door; handled by; "
          "uitgevoerd door; approved by; goedgekeurd door; beoordeeld door; marked by; requested by; aangevraagd door; answered by; posted by; geplaatst door; replied by; groepsleden; group members; team members; teamleden; "
          "members; leden; aanwezigen; attendees; attendee; invitee; invitees; co author; coauthor; auteurs; authors; contactgegevens; contact details; trainer; kandidaten; candidate; stagiair; stagiaire; intern; alumnus; "
          "player; speler; klant; customer; client; patient; borrower; lener", _THINGS | _ABOUT | _words("id nr nummer code role username email mail number no date datum at")),
    Entry("name", "likely", "sn; cn; first; last; firstn; lastn; fn; ln; mi; prefix", whole=True),
    Entry("date_of_birth", "sure", "geboren; dt geboorte; gbdat; dtgeboorte; bday; b day; birth; geboorte; geb; gbdatum; geb d; geboortedata; birthday date; dateborn; date born; born date; birth dat; nacimiento; naissance; geburtsdatum",
          _ABOUT | _words("land country plaats place city town stad year jaar gemeente provincie province regio region state naam name certificate akte order volgorde gewicht weight")),
    Entry("date_of_birth", "hint", "geboortejaar; birth year; birthyear; year of birth; yob; gebjaar; geb jaar; year born; born in", _ABOUT),
    Entry("student_number", "sure", "lnr; llnr; lln nr; student identifier; registration no; registrationno; regno; reg no; matricule; matric no; matric number; examennummer; examennr; exam candidate number; personnel number; personnel no; "
          "payroll number; payroll no; payroll id; salarisnummer; loonnummer; pnummer; unummer; klantnummer; klant nr; klantnr; customer number; debiteurnummer; debiteurnr; person code; personcode; person number; person no; "
          "learner reference; learner reference number; learnrefnumber; upn number; unique pupil number; unique learner number; spriden id; pidm; library card; bibliotheeknummer; bibliotheek nr; lener nummer; lenernummer; borrower number; "
          "campuskaart; campus card; campus card number; studentenkaart; student card; student card number; osiris nr; osiris student nr; correspondentienummer; erpid; erp id; erp nummer; eduid; edu id; edubadge id; dai; pupil id; pupil no; "
          "roll no; rollno; admission no; admission number; admissionno; alumni id; alumninummer; alumnus id; stuid; stu id; stu no; stu nr; stu number; stuno; stunr; student sis id; sis student id; isis id; progressie nummer; "
          "magister id; somtoday id; eduarte nummer; trajectplanner id; volgnummer student; aanmeldnummer; aanmelder nummer; aanmeldingsnummer; inschrijfnummer; inschrijvingsnummer; applicant number; application id student; "
          "applicant no; application number; applicantnumber; candidate identifier; candidate code; kandidaatcode; deelnemercode; leerlingcode; cursistcode; medewerkercode; docentcode; docentnummer; docentnr; teacher code; teacher number; "
          "staff code; employee code; employee nr; employee nbr; worker id; staffid; staffno; staff ref; personeelscode; persoonscode; persoons id; "
          "hesa number; hesa student id; student support number; ssn student; numstu; emplid student; user number; member number; membership number; lidmaatschapsnummer; ledennummer; patient id nummer; dossier nr; dossiernr; schoolnummer leerling",
          _ABOUT | _NUMBERED),
    Entry("username", "sure", "unix login; unixname; logonname; logon name; signin name; sign in name; usernm; user nm; remote user; gebrnaam; gebr naam; gebr nm; inlog; inloggegevens; twitter username; instagram; instagram username; insta; snapchat; "
          "tiktok; skype; skype name; skypenaam; telegram; linkedin username; facebook; facebook name; twitter; mastodon; slack handle; slack username; teams account; discord id; discord name; discord tag; steam id; gamertag; "
          "gitlab username; git username; github account; github handle; git author; kaggle username; overleaf account; googleaccount; google account; apple id; microsoft account; azure ad account; aad account; "
          "ad username; ad login; domain account; domain user; domain username; network account; netwerkaccount; hogeschool account; uni account; campus account; shibboleth id; saml name id; "
          "subject id saml; surfconext id; login username; login account; login user name; user handle; account login; account username; pseudonaam; bijnaam; nick name user; "
          "eduperson principal name; edupersontargetedid; targeted id", _ABOUT | _TIMES | _words("course cursus bank parent type credit page pagina group groep")),
    Entry("user_id", "sure", "respondent id; respondentid; respondent nr; respondentnummer; respondent number; assignee id; gebruikersnr; voter id; from user; to user; from user id; to user id; reviewer id; anon id; anonid; anonymous id; anonymousid; "
          "hashed id; hashed user id; hashed student id; user hash; userhash; student hash; hash student; person hash; principal id; candidate id; candidateid; marker id; examiner id; supervisor id; advisor id; adviser id; begeleider id; "
          "stagiair id; parent id user; guardian id; ouder id; staff key; employee guid; worker key; lid id; ledenid; customer id; klant id; klantid; customerid; user ref; userref; user reference; user number id; user code; usercode; "
          "gebruikerscode; gebruikercode; login pk; account guid; account uuid; account key; identity id; identityid; identity key; keycloak id; auth id; auth user id; auth0 id; oauth id; openid; open id; google id; googleid; "
          "microsoft id; azure id; object id user; aad object id; sub claim; subject identifier; panopto user id; turnitin user id; zoom user id; teams user id; kaltura user id; bb user pk; blackboard user id; "
          "edx user id; h5p user id; wooclap id; feedbackfruits id; peerwise id; qualtrics id; survey respondent; panel id; panelid; proefpersoon; proefpersoonnummer; pp nr; ppnr; participant number; participant nr; "
          "participant code; participantcode; participant no; deelnemers id; deelnemersid; proefpersoon id; subject number participant; pseudonym id; pseudo nr; key pseudonym; onderzoeksnummer; onderzoeks id; "
          "study participant id; player id; playerid; speler id; creator user; creator user id; last editor id; editor id; edited by id; poster id; commenter id; replier id; follower id; followee id; friend id; invitee id; "
          "recipient user id; sender user id; uploader id; downloader id; borrower id; lener id; trainer id; assigned user; assigned user id; assigned to id; contact key; household id; family id; "
          "gezin id; relatie id; partner id; sibling id; linked user id; linked student", _ABOUT | _words("course cursus class group groep category object type design opleiding")),
    Entry("user_id", "likely", "sub; assignee; principal; uploader; downloader; uploaded by; edited by; last edited by; changed by; gewijzigd door; aangemaakt door; verwijderd door; deleted by; closed by; opened by; logged by; locked by; "
          "verified by; checked by; created by user; modified by user; updated by user; laatst gewijzigd door; bewerkt door; toegewezen aan; toegekend aan; creator; editor id; uid owner",
          _ABOUT - _words("verified updated") | _THINGS | _NUMBERED | NAME_WORDS | _words("at date datum time tijd op"), whole=True),
    Entry("address", "likely", "addr", _ABOUT | _words("e ip mac mail email url web remote client peer memory wallet"), whole=True),
    Entry("address", "sure", "addr line; adres regel; huisnummertoevoeging; huisnr toev; huisnr toevoeging; hnr; hnr toev; toevoeging huisnummer; huisnummer toevoeging; term time address; term address; permanent address; current address; "
          "apartment; apartment number; flat number; house no; house nr; housenr; house name; home addr; home street; straat nr; straat nummer; straat huisnr; straat hnr; straat en nr; straatnaam nummer; street number; street no; "
          "street name; streetname; street line; straatregel; woonadres straat; adres student; adres leerling; adres ouder; student address; student addr; parent address; billing address; delivery address; contact address; "
          "correspondence address; verhuisadres; kameradres; logeeradres; postbus; po box; billing street; mailing street; woonplaats adres; volledig adres; full address; adres volledig; residence address; "
          "adres2", _ABOUT | (_THINGS - _words("straat building plaats city country land lokaal")) | _words("e ip mac mail email url web remote client peer memory wallet")),
    Entry("free_text", "sure", "aantekening; aantekeningen; bemerking; gespreksverslagen; gesprek verslag; verslag gesprek; logboekitem; log entry; observatie; observatie tekst; observation notes; field notes; mentor notes; tutor notes; teacher notes; "
          "coach notes; student notes; advisor notes; counselor notes; notes advisor; notitie mentor; notitie docent; docent opmerking; opmerking docent; opmerking mentor; comment text; feedback text; feedback tekst; "
          "feedback comments; grader feedback; teacher comment; instructor comment; overige opmerkingen; algemene opmerkingen; extra informatie; additional information; additional comments; aanvullende informatie; "
          "toelichting student; toelichting docent; personal statement; cover letter; sollicitatiebrief; motivatie tekst; biography; biografie; about me; over mij; samenvatting gesprek; "
          "chat log; chat text; chatbericht; sms text; message text; message content; email body; mail body; mail text; post content; post message; reply text; thread text; review text; suggestion; "
          "klacht tekst; incident description; incident omschrijving; incidentbeschrijving; casus beschrijving; journaal; dagboek; remarks teacher; verbetersuggestie; "
          "open vraag; open question; essay text; answer text student; chat prompt; question text user; zoekvraag; zoekterm; search term",
          _ABOUT | _TIMES | _words("format id nr score grade points max draft revisions trust course cursus")),
    Entry("special:health", "sure", "functiebep; functiebeperkt; fb indicatie; functiebeperkingscode; functiebeperkingcode; accomodation; accomodations; accommodatie toets; alternative exam arrangement; alternative exam arrangements; special exam arrangement; special exam arrangements; exam concession; "
          "exam concessions; assessment adjustment; assessment adjustments; learning support plan; learning support; inclusion plan; disability support; disability service; disability services; "
          "disability adviser; needs assessment; aangepaste toets; aangepaste toetsvorm; verlenging tentamen; verlenging examen; tentamentijd verlengd; examentijd extra; extra tentamentijd; extra examentijd; extra leestijd; extra tijd pct; "
          "extra tijd nodig; recht op extra tijd; recht extra tijd; extra time percentage; extra time pct; extra time minutes; extra time allowance; extra time entitlement; time accommodation; time multiplier exam; "
          "rest breaks; rest break; extra breaks; reader required; scribe required; large print; enlarged print; vergroot schrift; grootletter; vergrote tekst; separate room; apart lokaal; rustige ruimte; quiet room exam; "
          "screen reader; screenreader; text to speech needed; hulpmiddel handicap; hearing aid; gehoorapparaat; hearing impaired; hearing impairment; hearing loss; visually impaired; visual impairment; vision impairment; "
          "blindness; deafness; mobility impairment; physical disability; learning difficulty; learning difficulties; learning disability; leerstoornis; leerproblemen; gedragsstoornis; gedragsproblemen; taalontwikkelingsstoornis; "
          "dysgrafie; dysgraphia; asd; phq; phq9; gad7; scl90; dass21; swemwbs; edinburgh scale; depression score; depressiescore; angstscore; burnout score; "
          "suicidal; suicide risk; suicidaal; zelfbeschadiging; self harm; eetstoornis; eating disorder; ptsd; ptss; verslaving; addiction; substance use; substance abuse; drug use; drugsgebruik; "
          "alcohol use; alcoholgebruik; alcohol consumption; rookt; roken; smoking; smoking status; rookgedrag; hiv; hiv status; std status; soa test; menstruation; menstruatie; contraception; anticonceptie; fertility; "
          "heart rate; heartrate; hartslag; bloeddruk; blood pressure; glucose; cholesterol; blood group; blood result; lab result medical; body weight; lichaamsgewicht; weight kg; lengte cm; height cm; waist; "
          "astma; asthma; allergy info; food allergy; food allergies; food intolerance; voedselallergie; notenallergie; gluten; glutenvrij; lactose; epipen; insulin; insuline; inhaler; covid status; covid result; corona status; corona test; coronatest; "
          "infection status; quarantine; quarantaine; isolation reason; symptoms; symptomen; klachten lichamelijk; klachten psychisch; medical reason; medische reden; medical certificate; medical exemption; medical absence; "
          "medical history; medical alert; medical needs; health needs; health plan; health remarks; health notes; health record; health info; health problem; health problems; health declaration; gezondheidsverklaring; "
          "gezondheidsklachten; gezondheidsproblemen; gezondheidsinfo; ehbo melding; ongeval letsel; letsel; injury; injuries; injury type; hospitalized; hospital admission; hospitalisation; ziekenhuis opname; opname ziekenhuis; "
          "revalidatie; rehabilitation; surgery; prosthesis; prothese; crutches; krukken; psycholoog naam; psych contact; psycholoog contact; psychologenbezoek; psychiater; psychiatrist; ggz; ggz traject; therapist; therapeut; "
          "zorgverlener; zorgaanbieder; doctors note; doctor note; doktersbriefje; dokters briefje; artsenbriefje; doctor name; gp name; gp surgery; care plan; care needs; care level; care leaver health; "
          "sickness absence; sickness days; sick leave days; sick reason; sick day; ill; is ill; unwell; absent sick; absence sick; absent ill; ziek afgemeld; afgemeld ziek; ziekuren; ziekte uren; ziek percentage; verzuim ziekte; "
          "ziekteverzuimpercentage; ziek van; ziek tot; ziekte begin; ziekte eind; herstelmelding; betermelding; beter gemeld; zwangerschap verlof; bevalling; bevallingsdatum; expected delivery date; birth leave; "
          "personal health; disability code; disability desc; disability description; disability category; disability registered; disab; disabl; disabled flag; disabled code; disability flag; gehandicapten; gehandicaptenparkeerkaart; "
          "leerlinggebonden financiering; rec indicatie; arrangement passend onderwijs; tlv nummer; ernstig meervoudig beperkt; emb; wlz; wlz indicatie; ciz indicatie; pgb; persoonsgebonden budget; vsv ziekte; "
          "sterkte bril; visus; donorstatus; blood donor; organ donor; neurodiverse; neurodiversity; neurological; neurologisch; chronische klachten; chronic disease; chronic conditions; longterm illness; long term illness; "
          "long term condition; terminal illness; comorbidity; mental state; mental illness; mental wellbeing; psychological support; psychosociaal; psychosociale problemen; psychische problemen; psychische hulpverlening; emotional wellbeing",
          _words("studies sciences wetenschappen tool plugin marking mode module course cursus vak opleiding policy sector")),
    Entry("special:health", "hint", "huisarts; behandelaar; iq; iq score; intelligentiequotient; intelligence quotient; hoogbegaafd; gifted; giftedness; stress score; stress level; stressniveau; wellbeing score; welbevinden; wellbeing; welzijn; steps per day; step count; sleep hours; "
          "sleep quality; slaapduur; slaap uren; slaapkwaliteit; mood; mood score; vermoeidheid; fatigue; hospital; ziekenhuis; operatie; zorgverzekeraar; zorgverzekering; "
          "health insurance; zorgpolis; ouderschapsverlof; parental leave; calamiteitenverlof; compassionate leave; bijzonder verlof; special leave; caregiver; caring responsibilities; ec claim; ec request; ec reason; extenuating; "
          "reason for extension; extension request reason; reason extension; uitstel reden; reden verlenging; reden extra tijd; reason for absence; absence code; absence type; absentiecode; verzuimsoort; verzuim reden; afwezig reden; "
          "afmelding; afmeldreden code; support needs; ondersteuningsvraag; extra ondersteuning; hulpvraag; zorgvraag code; zorgmelding; zorgteam; zorgadviesteam; schoolmaatschappelijk werk; smw; maatschappelijk werk; "
          "gz score; vegetarian; vegetarisch; vegan; food wishes; maaltijdwensen; voedselwensen; catering wishes; withdrawal reason; leave reason; reden vertrek; exit reason; interruption reason; reden onderbreking; "
          "bril; gehoor; hulpmiddel; eyesight; sen code; bijzonderheid; signalering; risk factor; risicofactor",
          _STUDY | _words("kb mb bytes tekst text bestand file grade")),
    Entry("special:health", "hint", "fb; ec; ld; aea; tos; chronic; rugzak", whole=True),
    Entry("special:ethnicity", "sure", "migration status; immigration status; immigrant; immigrant status; immigration background; parental origin; parents origin; origin parents; herkomst ouders; herkomst ouder; afkomst ouders; mother born in; father born in; parents born abroad; "
          "born abroad parents; father nationality; mother nationality; nationaliteit ouder; nationaliteit vader; nationaliteit moeder; nationality parent; nationality father; nationality mother; parent nationality; "
          "land moeder; land vader; geboorteplaats moeder; geboorteplaats vader; geboorteplaats ouder; urm; underrepresented minority; underrepresented; latino; latinx; tribe; caste; kaste; clan; racial; "
          "racial group; race code; race ethnicity; race eth; raceethnicity; ethn; ethn code; ethnicity code; ethnic minority; ethnic minority flag; ethnicity desc; ethnicity description; etn; etn groep; etnisch; etniciteitscode; etniciteit code; "
          "volk; volksgroep; bevolkingsgroep; people of color; bipoc; person of colour; first nations; maori; torres strait; atsi; aboriginal status; pacific islander; traveller gypsy; gypsy roma; sinti; "
          "inburgering; inburgeringsplichtig; inburgeringsplicht; eerste generatie migrant; tweede generatie migrant; generatie cbs; migratiegroep; westers niet westers; nw migratie; nwmigratie; asiel; asylum; asylum seeker; "
          "asylum status; refugee background; ukrainian refugee; oekraiense vluchteling; ontheemd; status vluchteling; ancestry; afstamming; cultural origin; culture of origin; country of origin; "
          "countryoforigin; origin country; land herkomst; land van afkomst; herkomst code; herkomstcode; herkomst student; herkomst cbs", _words("data file bestand track car bron copy school vooropleiding verkeer systeem")),
    Entry("special:ethnicity", "hint", "heritage; nt2; nt2 leerling; eal; esl; ell; english as additional language; english language learner; english learner; taal thuis; thuis gesproken taal; spreekt thuis; taal ouders; spoken language home; language at home; "
          "language spoken at home; household language; taalachtergrond; language background; nationaliteit code; nationality code; natio; tweede nationaliteit; second nationality; dual nationality; passport country; "
          "paspoort land; country of citizenship; country citizenship; citizenship status; citizen; citizenship country; country of nationality; land van nationaliteit; land geboorte; geboortestad; birth city; birth town; city of birth; "
          "town of birth; geboortegemeente; born country; residence permit; residence permit type; verblijfsvergunning; verblijfsvergunning type; verblijfsrecht; visa category; visum; visumtype; work permit; brp nationaliteit; "
          "aantal jaren in nederland; years in country; datum in nederland; date of entry country; arrival country date", _words("amount studie")),
    Entry("special:religion", "hint", "parish; chaplain; chaplaincy; dominee; imam; studentenpastor; ramadan", _STUDY),
    Entry("special:religion", "sure", "gebedsruimte; hoofddoek; headscarf; hijab; baptized; baptised; gedoopt; doop; doopsel; communie; eerste communie; vormsel; confirmation church; moskee; mosque; moskeebezoek; synagoge; synagogue; kerkgang; kerkbezoek; kerkelijk; kerkelijke; "
          "kerkelijke gemeente; church attendance; church name; parish name; belijdenis; belijdend lid; congregation; worship; worship place; faith group; faith community; religious group; religious background; religious denomination; "
          "religious observance; religious holiday; religious holidays; religious accommodation; religious exemption; religious practice; religiosity; religiositeit; religieuze feestdag; religieuze feestdagen; religieuze voorkeur; "
          "religieuze overtuiging; feestdag religie; religie code; religie ouders; religion parents; religion desc; relig; geloof student; geloof ouders; godsdienstige; godsdienst richting; levensbeschouwing code; islam; moslim; "
          "muslim; jewish; joods; christian faith; christelijk; katholiek; catholic; protestant; hindu; hindoe; boeddhist; atheist; bible study; bijbelkring; bijbelstudie; bidden; praying; prayers; prayer time; prayer times; sabbath; sabbat; "
          "church tax; kerkbelasting; kirchensteuer; kerkelijke achtergrond; creed", _STUDY),
    Entry("special:politics", "sure", "voted for; vote for; voted party; vote choice; party member; party preference; party affiliation; political preference; political leaning; political orientation; political ideology; political belief; political beliefs; political membership; "
          "politieke orientatie; politieke kleur; politieke richting; politieke affiliatie; politieke opvatting; politieke opvattingen; politieke partij lid; lid partij; partij lid; lidmaatschap partij; lid politieke partij; stemkeuze; "
          "stemt op; gestemd op; kieskeuze; partijkeuze; kiesgedrag; verkiezingen stem; left right scale; links rechts schaal; partij voorkeur; politiek lid; activisme; activist; activism; "
          "demonstratie deelname; protest participation; party registration; voter registration; politieke activiteit; political activity; jongerenpartij; politieke jongerenorganisatie", _STUDY),
    Entry("special:politics", "hint", "partij; ideology; ideologie; party; kiezer", _THINGS | _words("id third birthday lease contract count")),
    Entry("special:union", "sure", "vakcentrale; vakbondsnaam; vakbond naam; lid van vakbond; bondslid; bondslidmaatschap; lidmaatschap bond; bond lidmaatschap; lidmaatschap vakvereniging; union name; union fee; union subscription; union rep; member of union; unionised; unionized; "
          "trade union member; trade union name; trade union status; labour union membership; labor union membership; works council union; vakbondsbijdrage fiscaal; vakbondskaderlid; kaderlid", _words("student students european credit")),
    Entry("special:sex_life", "sure", "gay; sexual identity; seksuele identiteit; sex partner; sex partners; sexual partner; sexual partners; sexually active; seksueel actief; coming out; out of closet; uit de kast; sexorient; sex orient; sex orientation; "
          "orientation sexual; romantic orientation; sexual behaviour; sexual behavior; sexual activity; sexual history; sexual health; seksuele gezondheid; seksueel gedrag; seksuele activiteit; lgb; lgbtplus; lgbtqi; lgbtqia status; "
          "lhbt; lhbtq; lhbtqi; lhbtiqa; lhbtiplus; roze; bisexual; bisexueel; biseksueel; lesbian; lesbisch; queer; heterosexual; same sex partner; partner sex; partner gender; geslacht partner; sekse partner; sexual assault; "
          "seksueel misbruik; sexual harassment; seksuele intimidatie", _STUDY),
    Entry("special:gender_identity", "sure", "is trans; gender at birth; sex at birth; sex assigned at birth; assigned sex; assigned sex at birth; assigned gender; birth sex; birth gender; geslacht bij geboorte; geboortegeslacht; geboorte geslacht; sekse bij geboorte; "
          "non binary; nonbinary; non binair; nonbinair; trans history; trans identity; transgender identity; deadname; dead name; geslachtswijziging; geslachtsverandering; gender transition; transitie gender; gender change; "
          "gender reassignment; gender dysphoria; genderdysforie; gender same as birth; gender id same; genderid; gender modality; cisgender; cis trans; gender self described; gender self description; self described gender; "
          "self identified gender; gender zelfomschreven; zelfbeschreven gender; genderdiversiteit; gender diverse; intersex; intersex status; genderqueer; lived name; gender ident", frozenset()),
    Entry("special:gender_identity", "hint", "pronouns preferred; pronoun set; her pronouns; gender other; gender anders; title preferred pronoun; voornaamwoord voorkeur; my pronouns", frozenset()),
    Entry("special:biometric", "sure", "iris code; iris template; iris hash; iris image; stemherkenning; stemprofiel; voice id; voice biometric; voice template; voice sample; speaker id voice; speaker embedding; handtekening scan; handtekening biometrie; signature dynamics; "
          "signature biometric; palm vein; palmvein; palm scan; hand geometry; handgeometrie; vein pattern; facial features; facial landmarks; facial geometry; facial image hash; facial template; facial scan; face match; "
          "face match score; face hash; faceprint hash; face data; face similarity; face biometrics; gelaatsscan; gelaatsherkenning; gezichtskenmerken; gezichts template; gezichtsvector; gezicht embedding; "
          "biometric id; biometric hash; biometric template; biometrisch kenmerk; biometrisch profiel; biometrische gegevens; typing biometrics; typing rhythm; typing dynamics; keystrokes; keystroke timing; key hold time; dwell flight time; "
          "typritme; tikgedrag; aanslagdynamiek; aanslagritme; mouse dynamics; gait pattern; gait recognition; ear shape; fingerprint id; fingerprint image; fingerprint minutiae; fingerprints; finger scan; finger template; "
          "finger vein; vingerafdruk hash; vingerafdruk template; proctoring face match; face verification; liveness; liveness score; id verification face; touch id", _STUDY),
    Entry("special:biometric", "hint", "iris; eye tracking; eyetracking; gaze; gaze x; gaze y; eye gaze; pupil diameter; voice recording; stemopname; proctoring video; emotion recognition; emotion score; facial expression", _STUDY),
    Entry("special:genetic", "sure", "karyotype; brca; brca1; brca2; genetic test; genetic test result; genetic marker; genetic markers; genetic disorder; genetic condition; genetic variant; genetic risk; genetic data; genetische test; genetische aanleg; genetische afwijking; "
          "genetische aandoening; genetisch profiel; genetisch materiaal; genetisch onderzoek; dna profiel nummer; dna sample; dna sample id; dna test; dna sequence; dna hash; dna kit; dna match; dna monster; dna data; dna uitslag; "
          "gene variant; gene mutation; gene expression; genotype code; haplotype; haplogroup; snp genotype; polygenic score; polygenic risk; whole genome; genome id; exome; rs id genotype; erfelijk belast; erfelijkheid; "
          "erfelijke ziekte; erfelijke aanleg; hereditary; hereditary disease; hereditary condition; family genetic history; chromosome abnormality; chromosoomafwijking; syndroom genetisch; dna onderzoek", _STUDY | _words("algorithm")),
    Entry("special:genetic", "hint", "snp; mutation; mutatie genetisch; chromosome; gene; allele", _STUDY | _words("algorithm"), whole=True),
    Entry("special:criminal", "sure", "vognummer; vog nummer; vog nr; vog kenmerk; vog verlopen; vog aanwezig; vog aangevraagd; vog aanvraag; vog ingeleverd; vog geldig tot; vog binnen; vog vereist; vog afgiftedatum; vog uitslag; vog profiel; dbs number; dbs date; dbs result; dbs certificate; "
          "dbs certificate number; dbs expiry; crb check; pvg; garda vetting; working with children check; wwcc; blue card check; fingerprint clearance; background check result; background check status; background screening; criminal background; "
          "criminal background check; criminal charge; criminal charges; criminal offence; criminal offences; criminal offense; criminal past; criminal proceedings; pending charges; unspent conviction; unspent convictions; "
          "spent convictions; arrested; arrest record; felony; felonies; felon; misdemeanor; misdemeanors; misdemeanour; jail; jail time; imprisonment; incarcerated; incarceration; parole; parole status; on probation criminal; "
          "probation officer; ex offender; offender; offender id; crime; crimes; crime type; misdrijf; misdrijven; overtreding strafrecht; delicten; verdachte; verdacht van; aanhouding; "
          "politiebureau; politierapport; politie rapport; police contact; police involvement; police caution; caution police; police clearance; police clearance certificate; police certificate; politiedossier; justitiedocumentatie; "
          "justitiele antecedenten; justitiecontact; justitie contact; strafzaak; strafrecht verleden; strafmaat; gevangenisstraf; celstraf; tbs; jeugdstrafrecht; jeugddetentie; halt traject; halt delict; "
          "leerstraf; werkstraf; enkelband; reclasseringscontact; reclassering contact; ex gedetineerde; gedetineerd; gedetineerde; sex offender; sex offender registry; zedendelict; geweldsdelict; "
          "verklaring onberispelijk gedrag; bewijs van goed gedrag; certificate of good conduct; good conduct certificate; good conduct; uittreksel strafregister; strafregister; casier judiciaire", _STUDY - _words("check")),
    Entry("special:criminal", "hint", "arrest; arrests; aangehouden; politie; police; aangifte; justitie; probation", _STUDY | _words("academic academie academy proeftijd employment")),
)

#: Words that exports write in several ways, by the one that stands for them all, in phrases of more than one word.
SPELT: dict[str, str] = {each: one for one, all_ in {
    "nummer": "nr nrs no num nmr nbr nmbr numb number nummer numero", "naam": "nm nam naam name", "adres": "adr addr adres address", "datum": "dt dat datum date",
    "student": "stu stud studt stdnt studs student studenten students", "mobiel": "mob mobiel mobile", "leerling": "lln leerl leerling leerlingen", "medewerker": "mdw medew medewerker medewerkers",
    "deelnemer": "dln deeln deelnemer deelnemers", "geboorte": "geb gebrt geboorte", "telefoon": "tel telefoon telephone phone",
}.items() for each in all_.split()}
