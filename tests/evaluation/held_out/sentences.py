"""Posts, notes, mails and requests as people write them: each line the rules that it holds, a bar, and the text.

What stands between [[ and ]] tells who somebody is; the marks are taken away before anything reads the text. All of it is made up.
"""

from __future__ import annotations

HOLDING = """
bsn | Hoi, voor de stageovereenkomst hebben ze mijn burgerservicenr nodig: [[{bsn}]]. Kan dat via de mail?
bsn | Ik kreeg een foutmelding bij DUO, mijn BSN ([[{bsn}]]) wordt niet herkend.
bsn | Kopie paspoort ontvangen, BSN [[{bsn_dotted}]] genoteerd in dossier.
bsn | Sofi-nr. [[{bsn}]] staat nog op het oude formulier van personeelszaken.
bsn | Hello, my Dutch BSN is [[{bsn}]], I got it last week from the municipality.
bsn | for the payroll form: bsn = [[{bsn}]]
bsn | Het burgerservicenummer van mijn dochter is [[{bsn_spaced}]] en zij start in september.
bsn | Persoonsgebonden nummer: [[{bsn}]] (overgenomen uit BRON)
bsn | Zou u bij inschrijving BSN [[{bsn_dotted}]] willen gebruiken in plaats van het oude?
bsn | citizen service number [[{bsn}]] as requested by student affairs
email | Ik krijg de mails van Brightspace niet meer, gebruik maar even [[{email}]] aub
email | You could also reach out to the TA directly ([[{email}]]), she's quick.
email | Afmelden kan door een bericht te sturen naar [[{email}]]; doe dat voor maandag 9 uur.
email | mijn hotmail is [[{email}]] voor als teams weer eens plat ligt
email | Reply-To: [[{email}]]
email | did anyone get an answer from [[{email}]] about the resit?
email | Doorgestuurd bericht van [[{email}]] d.d. 3 mei
phone | Als het tijdens de excursie misgaat: [[{phone}]].
phone | sorry ben mijn pasje kwijt, bel even [[{phone}]] dan doe ik open
phone | my number in case you get lost: [[{phone}]]
phone | Bereikbaar op dinsdag en donderdag, mob. [[{phone}]]
phone | Contactpersoon stage belt terug op [[{phone}]] na 14.00u
phone | Can you add me to the whatsapp group? [[{phone}]]
phone | Vader gebeld op [[{phone}]], geen gehoor, voicemail ingesproken.
iban | Reiskosten kunnen op [[{iban}]], alvast bedankt
iban | Tikkie lukt niet, maak het anders over naar [[{iban}]]
iban | Please transfer the deposit back to my account [[{iban}]].
address | Ik ben verhuisd naar [[Wilhelminapark 14, 5041 EA Tilburg]], graag aanpassen.
address | Post graag naar [[Korte Nieuwstraat 2b, 6511 PP Nijmegen]] sturen
address | My parents' place is [[Zeedijk 103, 1012 AW Amsterdam]], you can drop the laptop there.
user_id | Student number [[4821193]] still has no access to the course page.
user_id | studentnr [[500912345]] staat twee keer in de groep
user_id | De inschrijving van [[s2938471]] is nog niet verwerkt in Osiris.
user_id | user id [[88213]] was enrolled manually by the helpdesk
user_id | Leerlingnummer [[10293]] is overgestapt naar 4H.
user_id | The user with id '[[4412]]' graded the submission of the user with id '[[9021]]'.
user_id | ik ben vergeten in te leveren, studentnummer is [[0967412]] kunt u het openzetten?
name | Gisteren met [[Wietske Hoogland]] afgesproken dat ze de inleiding herschrijft.
name | Sorry voor de late reactie, [[Jurriaan]] en ik zaten zonder internet.
name | Oudergesprek gevoerd met mevrouw [[Achahbar]] over de overstap.
name | [[Tunahan Özdemir]] doet deel 1, ik doe deel 2 en 3.
name | Ik zit in het groepje van [[Bregje van Houwelingen]] maar sta nog bij groep 7.
name | Mvg, [[Rosalinde Kuiper]]
name | Met vriendelijke groet, [[drs. P.J. Hoogeveen]]
name | Can [[Oluwaseun Adeyemi]] be moved to our group please?
name | I worked on this with [[Nguyen Thi Lan]], she did the graphs.
name | As [[Priyanka Deshmukh]] already said, the data are from 2016.
name | Regards, [[Kacper Wiśniewski]]
name | Hoi allemaal, ik ben [[Jorrit]] en ik kom uit Sneek.
name | Hi everyone, my name is [[Ngozi Okafor]] and I study from Lagos this term.
name | Dank je wel [[Wessel]], dat had ik niet gezien!
name | [[Ben]] heeft de tabel gemaakt en ik heb hem gecontroleerd.
name | Volgens mij heeft [[Roos]] de verkeerde versie ingeleverd.
name | Ik heb [[Mark de Groot]] gevraagd of hij kan meekijken.
name | beste meneer [[Tichelaar]], ik kon gisteren niet inloggen
name | The feedback from Dr. [[Abernathy]] was really useful for my draft.
name | [[Chidi]] never shows up to our meetings, what should we do?
name | Toetscommissie heeft het verzoek van [[Ayoub Benmoussa]] toegewezen.
name | Verslag ingeleverd namens [[Sjors Bleijenberg]] en [[Yara el Fassi]].
name | Student [[Dilnoza Karimova]] heeft het dossier ondertekend.
name | Please let [[Siew Ling Tan]] know that the room has changed.
special:health | Ik ben vanochtend door de huisarts doorverwezen en kan dus niet bij het practicum zijn.
special:health | Door een hernia kan ik niet lang zitten, is er een alternatief voor het tentamen?
special:health | Mijn dochter heeft diabetes type 1 en moet tijdens de toets kunnen eten.
special:health | Leerling gebruikt sinds kort methylfenidaat, concentratie is merkbaar beter.
special:health | I've been in and out of hospital since February so I'm behind on the readings.
special:health | Could I get an extension? I was diagnosed with glandular fever last week.
special:health | Ik heb een indicatie voor 30 minuten extra tijd, staat dat al goed in het systeem?
special:health | my therapist thinks I should take fewer courses this term
special:health | Ik ben 14 weken zwanger en wil graag overleggen over mijn stage.
special:health | Wegens ziekte afwezig van 3 tot 10 maart, betermelding volgt.
special:health | Student is gezien door de studentpsycholoog, klachten passen bij een depressie.
special:health | Due to my anxiety I find presenting in front of the group really hard.
special:health | Hij heeft PDD-NOS en heeft baat bij een vaste plek in het lokaal.
special:health | Zit thuis met griep en koorts, kan iemand de aantekeningen delen?
special:health | Heb corona dus ik sluit vandaag online aan.
special:health | I had a miscarriage in week 3 and could not finish the assignment.
special:health | Mevrouw is slechthorend en vraagt om een schrijftolk bij de hoorcolleges.
special:health | i have adhd so deadlines on the same day are a nightmare for me
special:health | Ik moet volgende week geopereerd worden aan mijn schouder.
special:health | Vanwege chronische vermoeidheid volg ik maar twee vakken.
special:health | He broke his leg and needs a room on the ground floor.
special:health | Ze is opgenomen in een kliniek voor haar eetstoornis.
special:health | My son is autistic and needs the questions on paper.
special:health | ben al drie weken ziek en heb de deadline gemist, kan ik nog inleveren?
special:health | Wegens een burn-out is zij tot nader order vrijgesteld van aanwezigheid.
special:health | As a wheelchair user I cannot get to lecture hall 2.
special:health | Ik heb vannacht een epileptische aanval gehad en lig nu bij te komen.
special:health | mijn medicijnen maken me suf, vandaar dat ik het eerste uur mis
special:health | I'm recovering from a concussion and can't look at screens for long.
special:health | Toegekend: aparte toetsruimte en voorleessoftware i.v.m. dyslexie.
special:health | Uitstel verleend op medische gronden, zie verklaring arts.
special:health | Zij heeft een visuele beperking en gebruikt een brailleleesregel.
special:health | Mijn moeder ligt in het ziekenhuis en ik zorg voor mijn broertje.
special:health | Extension granted because of a bereavement and subsequent depression.
special:health | I take antidepressants and mornings are very difficult.
special:health | Mentor meldt dat leerling zichzelf snijdt, zorgteam ingeschakeld.
special:health | absent today, stomach flu :(
special:health | Ik heb een angststoornis waardoor ik volle zalen vermijd.
special:religion | Tijdens de ramadan vast ik, kan mijn presentatie in de ochtend?
special:religion | Ik ben Jehova's getuige en doe niet mee aan de kerstviering.
special:religion | Saturday exams are a problem for me because I keep the Sabbath.
special:religion | Volgende week vrijdag is het Suikerfeest, dan ben ik er niet.
special:religion | As a practising Muslim I'd like to know if there is a prayer room.
special:religion | Onze zoon mag vanwege ons geloof niet mee naar de film.
special:religion | I'm an orthodox Jew and can't use my laptop from Friday evening.
special:religion | Mijn ouders zijn streng gereformeerd, dus op zondag werk ik niet aan het verslag.
special:religion | I will miss class on Yom Kippur and would like to hand in earlier.
special:religion | ik draag een hoofddoek en wil niet op de foto
special:sex_life | Sinds ik heb verteld dat ik op jongens val word ik gepest in de klas.
special:sex_life | I'm gay and this reading made me feel uncomfortable.
special:sex_life | Leerlinge is uit de kast gekomen als lesbisch, ouders weten het nog niet.
special:sex_life | As a bisexual woman I disagree with the author.
special:gender_identity | Ik ben in transitie en wil graag mijn nieuwe naam gebruiken op Canvas.
special:gender_identity | I am non-binary, please use they/them in the feedback.
special:gender_identity | Student is transgender en vraagt om aanpassing van de naam in het systeem.
special:criminal | Ik zit tot augustus met een enkelband en kan alleen online meedoen.
special:criminal | Zijn vader zit vast, moeder heeft het er zwaar mee.
special:criminal | He was arrested last weekend and missed the midterm.
special:criminal | VOG niet afgegeven, student kan daarom niet starten met stage in de kinderopvang.
special:criminal | Leerling moet een taakstraf doen en mist daardoor drie maandagen.
special:criminal | I have a criminal record and worry about the internship.
special:politics | Ik sta op de lijst voor GroenLinks bij de gemeenteraad en heb dan debat.
special:politics | Als lid van de VVD kan ik me niet vinden in deze stelling.
special:politics | I campaigned for Labour, so I know how this works.
special:politics | Mijn vader stemt PVV en we hebben daar elke avond ruzie over.
special:union | Ik ben bestuurslid bij de FNV en heb die middag overleg.
special:union | As a UCU member I will be on strike on Thursday.
special:union | Ik ben aangesloten bij de vakbond en doe mee met de staking.
special:ethnicity | Mijn ouders zijn uit Syrië gevlucht toen ik zes was.
special:ethnicity | As a black woman I recognise a lot of what the author describes.
special:ethnicity | Ik ben van Marokkaanse afkomst en herken dit.
special:ethnicity | My family came from Eritrea in 2014 and Dutch is my third language.
special:ethnicity | Leerling is statushouder, spreekt thuis Tigrinya.
special:ethnicity | Als Surinaamse student voel ik me hier vaak de enige.
date_of_birth | Ik ben geboren op [[14 maart 2003]] en val dus onder de oude regeling.
date_of_birth | DOB [[02/11/1999]], please check my registration
ip | Inloggen mislukt vanaf [[145.94.203.17]], certificaat verlopen.
username | mijn insta is [[lotte.vdb_03]] als je het filmpje wilt zien
username | Inlognaam [[jvdmeer2]] werkt niet meer sinds gisteren.
url_id | Zie mijn profiel: https://www.linkedin.com/in/[[daphne-oosterwijk-31b]]
url_id | profile is at https://canvas.example.edu/users/[[48213]] if you need it
email,phone | Vragen? Mail [[{email}]] of bel [[{phone}]].
name,phone | Bel [[Hanneke Wolters]] even op [[{phone}]].
name,special:health | [[Teun van Asperen]] is ziek gemeld door zijn moeder.
name,special:health | Gesprek met [[Ilse Baardman]]: heeft faalangst en slaapt slecht, doorverwezen naar decaan.
name,email | Groet, [[Marloes Wiegersma]] ([[{email}]])
"""

#: Sentences that hold nothing of it: they talk of courses, numbers, books, laws and things that look like people or illness.
INNOCENT = """
Moet de bronnenlijst ook in APA 7 of mag APA 6 nog?
Waar kan ik de rubric vinden voor het portfolio?
Is the midterm open book or closed book?
Volgens het rooster is het college van donderdag verplaatst naar zaal B-204.
De simulatie crasht bij mij bij n = 100000, bij jullie ook?
I get a segmentation fault on line 42, any ideas?
De deadline is verlengd tot zondag 23:59.
Kunnen we de groepsindeling voor vrijdag afronden?
My code passes tests 1 to 7 but fails on 8.
Bij opgave 3c kom ik uit op 0,27 maar het antwoordmodel zegt 0,31.
Kan iemand uitleggen wat het verschil is tussen een t-toets en een z-toets?
The reading for week 6 is chapter 11, sections 2 and 3.
In hoofdstuk 9 staat dat roken de kans op longkanker vergroot.
The depression of the 1930s is covered in lecture 5.
De vakbeweging in de negentiende eeuw is geen tentamenstof.
Which theory of religion does Durkheim propose?
Weber beschrijft de protestantse ethiek als oorzaak van het kapitalisme.
Foucault schrijft over de geboorte van de gevangenis.
We bespreken volgende week het arrest Lindenbaum/Cohen.
In the case study a 54-year-old patient presents with chest pain.
De scriptie gaat over opvang van vluchtelingen in Europa tussen 2015 en 2020.
Het artikel van Jansen en De Boer (2018) behandelt schooluitval.
Piaget and Vygotsky disagree on the role of language.
According to Kahneman (2011), system 1 is fast.
De stelling van Bayes komt terug in opgave 5.
Gebruik de dataset van het CBS, tabel 83765NED.
Bestelnummer 830194417 is nog niet binnen bij de boekhandel.
Ticket 700412983 is opgelost door de helpdesk.
ISBN 978-90-430-3682-1, derde druk.
DOI 10.1016/j.compedu.2020.103947 geeft een 404.
Kamernummer 3.112, derde verdieping links.
Upload your zip to the dropbox before 17:00 on 4 June.
The lab starts at 8:45 sharp, bring safety goggles.
Breng je eigen laptop mee met Excel versie 16.0.5.2 of nieuwer.
De formule op slide 23 klopt niet: er mist een wortelteken.
Het tentamen bestaat uit 40 meerkeuzevragen en 2 open vragen.
Mag je een grafische rekenmachine gebruiken?
Great presentation, clear structure, watch your timing.
Je inleiding is sterk, maar de conclusie herhaalt vooral de resultaten.
Let op je alinea-indeling en verwijs in de tekst naar de figuren.
Strong argument, but you need a counterexample in section 2.
De resultaten zijn significant (p < 0,05, n = 248).
Gemiddelde score 6,4 met een standaarddeviatie van 1,2.
Op dinsdag 14 mei is er geen werkcollege.
Het inloopspreekuur is elke woensdag van 12:30 tot 13:30.
The library has two copies, call number QA76.73.P98.
Wat moeten we weten over het zenuwstelsel voor het deeltentamen?
How does insulin regulate glucose levels?
In week 4 behandelen we ADHD en autisme vanuit ontwikkelingspsychologisch perspectief.
The lecture on epilepsy was interesting, can we get the slides?
Wat is het verschil tussen dyslexie en dyscalculie volgens de reader?
Deze casus gaat over een fictieve cliënt met schizofrenie.
De opdracht is om een enquête te maken over politieke voorkeuren.
Hoe werkt de verdeling van restzetels bij de Tweede Kamerverkiezingen?
The module on trade unions and labour markets starts next week.
Leg uit wat artikel 6 EVRM betekent voor een verdachte.
Wat is de maximale straf voor diefstal volgens artikel 310 Sr?
Is het college over de islam in Spanje opgenomen?
Bach schreef de Matthäus-Passion voor de Thomaskirche.
Zijn er oude tentamens beschikbaar?
Waarom staat er in de studiegids een ander aantal EC?
Ik snap de uitleg van stap 3 niet helemaal, wie wel?
Thanks, that solved it!
Top, dankjewel voor de snelle reactie!
Same question here.
Wij hebben groep 12 gekozen omdat het onderwerp ons aansprak.
Voor de presentatie mag je maximaal tien slides gebruiken.
Mijn laptop start niet op, kan ik in de computerzaal werken?
Ik heb de verkeerde versie geupload, kan ik het nog aanpassen?
Ik kon niet inloggen omdat de server eruit lag.
I uploaded the wrong file, may I resubmit?
I will be ten minutes late because of the train.
Mijn trein had vertraging, ik mis de eerste tien minuten.
Could you explain the grading of question 7 please?
We meet at the main entrance at 9.
Ik vond het een zwaar vak maar wel leerzaam.
Het niveau van de opgaven was goed, het tempo lag hoog.
The tutor was helpful and answered questions quickly.
Meer voorbeelden in het hoorcollege zouden helpen.
Vul voor 1 juni de vakevaluatie in.
Kies uit de onderwerpen: energie, water, voeding of mobiliteit.
Voor dit vak heb je wiskunde B nodig.
The pH should stay between 6.8 and 7.2 during the reaction.
Verwarm het mengsel tot 65 graden en roer 10 minuten.
Stuur je code mee als .py of .ipynb.
De waarde van R-kwadraat is 0,83.
Het Rijksmuseum geeft studenten gratis toegang.
De reis naar Berlijn kost 245 euro per student.
Onze groep presenteert op maandag in plaats van woensdag.
De opgave over de blinde vlek in het oog staat op pagina 88.
Double-blind studies are discussed in chapter 3.
De toets is een ziek moeilijke puzzel haha
The test was sick, loved the last question
Hoe groot is de kans dat een zieke persoon positief test?
Een hongerstaking van de arbeiders leidde tot het akkoord van 1903.
Apple en Microsoft behandelen we als casus in week 2.
Op Mars is de zwaartekracht ongeveer 0,38 g.
Will there be a recording of the Q&A?
May I use R instead of Python?
Bij Albert Heijn op de campus kun je printen.
"""


def lines(text: str) -> list[str]:
    """Give the lines that are not empty."""
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def holding() -> list[tuple[tuple[str, ...], str]]:
    """Give each sentence with the rules that it holds; the marks stand."""
    return [(tuple(rules.strip().split(",")), text.strip()) for rules, _, text in (line.partition("|") for line in lines(HOLDING))]


INNOCENT_LINES = lines(INNOCENT)
