"""Sentences as they stand in posts, notes and mails, with the rules that they hold; Dutch and English, made up.

Placeholders are filled with made-up values: {bsn} passes the eleven test, {number} is nine digits that do not matter.
"""

from __future__ import annotations

#: rule -> sentences that hold it.
HOLDING = {
    "bsn": (
        "Mijn BSN is {bsn}, kunt u dat aanpassen?", "Graag het burgerservicenummer {bsn} verwijderen uit het dossier.", "BSN: {bsn}",
        "Student gaf zijn bsn door ({bsn}) aan de balie.", "Ik heb per ongeluk mijn burgerservicenummer ({bsn}) in het formulier gezet.",
        "Zijn sofinummer was {bsn} volgens de oude administratie.", "For DUO you need my citizen service number {bsn}.", "my BSN number is {bsn} if you need it for the contract",
        "Bsn-nummer student: {bsn}. Graag controleren.", "{bsn} is mijn bsn, geboren in Utrecht.", "Het BSN van mijn vader luidt {bsn}, zie bijlage.",
        "Please use BSN {bsn} for the tuition declaration."),
    "email": (
        "Stuur het maar naar {email} dan kijk ik ernaar.", "Je kunt me bereiken via {email}.", "My address is {email}, thanks!", "cc: {email}", "Contact {email} for the slides.",
        "Ik heb gemaild naar {email} maar kreeg geen antwoord.", "mijn privé-mail is {email}", "please forward the notes to {email} before Friday", "Mail ({email}) werkt niet meer.",
        "Vragen? {email}."),
    "phone": (
        "Bel me op {phone} als je eerder bent.", "Mijn nummer is {phone}.", "you can text me at {phone}", "Tel. {phone} (na 17:00 uur)", "Appen mag ook: {phone}",
        "ik ben bereikbaar op {phone} tot vrijdag", "WhatsApp {phone} voor de groepsapp", "call {phone} when you arrive at the lab"),
    "iban": (
        "Het bedrag graag overmaken op {iban}.", "Mijn rekening is {iban} t.n.v. mijn moeder.", "please refund the fee to {iban}", "IBAN {iban} voor de excursie",
        "Kosten excursie: 25 euro op {iban} voor maandag."),
    "address": (
        "Ik woon op {address} dus ik ben er zo.", "Stuur het boek naar {address}.", "My new address is {address}.", "Stageadres: {address}"),
    "user_id": (
        "The user with id '{id}' viewed the course with id '2211'.", "The user with id '{id}' has submitted the attempt with id '77123'.",
        "User {id7} joined the group.", "student nummer {id7} heeft niet ingeleverd", "Leerling nr {id7} is verplaatst naar groep B.", "studentnummer: {id7}, groep 4",
        "student number {id7} asked for a resit"),
    "name": (
        "Ik werk samen met {person} aan hoofdstuk 2.", "{person} heeft de presentatie gemaakt.", "Groepje: {person}, en ik.", "Volgens {person} mag het later.",
        "My partner {person} will upload the report.", "I think {person} explained this well in her post.", "Gesprek gehad met {person} over studievoortgang.",
        "Mentor {person} belt morgen terug.", "Post by {person}", "Thanks {person}, that helped a lot!", "Docent {person} gaf uitstel tot maandag.",
        "Re: vraag van {person} over de toets"),
    "special:health": (
        "Ik ben dyslectisch en heb extra tijd nodig bij het tentamen.", "Student heeft ADHD en volgt begeleiding.", "I was sick last week so I missed the deadline.",
        "Vanwege mijn autisme vind ik groepswerk lastig.", "Hij heeft een functiebeperking gemeld bij de decaan.", "Ik zit thuis met een burn-out sinds oktober.",
        "She has been diagnosed with depression and gets support.", "Ik was ziek tijdens de toets.", "My doctor says I have epilepsy.", "Ze is zwanger en wil uitstel tot juni.",
        "Wegens opname in het ziekenhuis kon ik niet komen.", "Ik slik medicatie tegen angststoornis.", "I have dyslexia and need extra time.", "Afwezig wegens operatie aan de knie.",
        "De psycholoog adviseert minder vakken.", "Ik heb me ziek gemeld.", "since my chemotherapy I study from home", "Student met migraine mist regelmatig colleges.",
        "I have type 1 diabetes, may I bring snacks to the exam?", "Zij gebruikt een rolstoel en kan niet in zaal 3."),
    "special:religion": (
        "Vanwege de ramadan kan ik vrijdag niet.", "Ik ben moslim en wil op vrijdag bidden.", "As a Christian I cannot sit exams on Sunday.", "Als gelovig joodse student vier ik sabbat.",
        "I am Hindu and will be away for Diwali.", "Ik ga elke zondag naar de kerk, dus liever maandag."),
    "special:sex_life": ("Ik ben homoseksueel en voel me niet veilig in de groep.", "She came out as lesbian last year.", "Hij is biseksueel, vertelde hij in het gesprek."),
    "special:criminal": ("Zijn VOG is geweigerd vanwege een veroordeling.", "Student heeft een strafblad en mag niet op stage.", "He was convicted of theft in 2019."),
    "special:politics": ("Ik ben lid van de PVV en zeg dat ook in de les.", "I vote for GroenLinks and I am proud of it.", "Hij stemt VVD, zei hij tijdens het debat."),
    "special:union": ("Ik ben lid van de vakbond FNV.", "She is a member of the trade union AOb."),
    "special:ethnicity": ("Mijn ouders komen uit Marokko en spreken weinig Nederlands.", "Als student met een migratieachtergrond voel ik me soms buitengesloten.",
                          "My parents were born in Turkey."),
}

#: Sentences that hold none of it.
INNOCENT = (
    "Kunt u de sheets van week 3 nog online zetten?", "When is the deadline for assignment 2?", "Ik snap opgave 4b niet helemaal.", "The lecture on Monday was very clear, thanks!",
    "Wat is de literatuur voor het tentamen?", "Does chapter 7 belong to the exam material?", "De link naar de opname werkt niet.", "Groep 3 presenteert als eerste.",
    "We gebruiken dataset 123456 uit het archief.", "Bestelling {number} is geleverd.", "The p-value was 0.034 in table 2.", "Zie artikel 9 van de AVG.", "See page 112 of the reader.",
    "Het college begint om 13:15 in zaal 2.04.", "Please read Smith (2019) and Jones et al. (2020).", "Volgens de handleiding mag het ook in R.", "In 2024 volgden 1.234 studenten dit vak.",
    "De BSN-regeling is in 2007 ingevoerd.", "Een burgerservicenummer heeft negen cijfers.", "Wat valt er onder bijzondere persoonsgegevens?", "The course covers health psychology in week 5.",
    "Dit vak gaat over de geschiedenis van het christendom.", "We lezen een tekst over dyslexie bij kinderen.", "Onderzoek naar autisme is onderwerp van week 6.",
    "The module on religion and politics starts in May.", "Hoofdstuk 12 behandelt strafrecht en veroordelingen.", "In de casus heeft de patiënt diabetes.",
    "Welke politieke partijen waren er in 1918?", "De toets duurt 90 minuten.", "Feedback: goed gedaan, let op de bronvermelding.", "Nice work, but check your references.",
    "Ik heb de vragenlijst ingevuld.", "Is er volgende week ook werkcollege?", "The server was down from 10 to 12.", "Kan iemand zijn aantekeningen delen?", "Mijn groep heeft nog een plek vrij.",
    "Waar vind ik het rooster van blok 2?", "We moeten 2000 woorden schrijven.", "This is a sample discussion post message.", "Voldoende, 7,5.", "Deze opdracht telt voor 30 procent mee.",
    "Upload the file as PDF please.", "Code 8 op regel 123456789 geeft een fout.", "Zie https://www.uu.nl/onderwijs voor meer informatie.", "See https://doi.org/10.1000/182 for the article.",
    "Het tentamen is op 12-06-2024 om 09:00.", "Resit: 3 July 2024, room B1.12.", "IP staat voor Internet Protocol.", "Version 1.2.3.4 of the tool was released.", "Het gemiddelde was 6,8 (n=312).",
    "Je moet je uiterlijk vrijdag inschrijven.", "De inleverdatum is verschoven naar 01-02-2024.", "Vergeet niet je naam en studentnummer te vermelden.", "Put your name and email on the title page.",
    "Neem je telefoon mee naar het practicum.", "Het adres van de locatie staat in de studiegids.", "I agree with the previous post.", "Mee eens!", "Goed punt, maar wat vindt de auteur?",
    "Er zijn 24 vragen en je hebt 2 uur.", "The answer is B because the slope is negative.", "Bij vraag 3 koos 45 procent antwoord C.", "Moodle is vanavond niet bereikbaar.",
    "Klik op de knop rechtsboven.", "Het boek kost 45,95 euro.", "ISBN 9789024430000 is de juiste druk.", "Ordernummer 2024001234 is verwerkt.", "Maak de oefentoets voor dinsdag.",
    "De docent heeft de cijfers gepubliceerd.", "We zien een stijging van 12 procent.", "The library opens at 8:30.", "Ik ben het eens met stelling 2.", "Tabel 4 bevat een fout.",
    "Hoe bereken je de standaarddeviatie?", "Gebruik de formule op bladzijde 88.", "Let op: andere zaal dan vorige week.", "The tutorial groups are listed on the course page.",
    "Vraag 12 was dubbelzinnig geformuleerd.", "Your essay lacks a clear thesis statement.", "Structuur kan beter, argumentatie is sterk.", "Schrijf korter en preciezer.",
)

FILLERS_PER_SENTENCE = 3
