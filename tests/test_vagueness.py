"""What a purpose may and may not consist of, in Dutch and English; all texts were written before the rule saw them.

The first set was there before the rule was; the rule was then mended by what it got wrong in the second set.
"""

import pytest

from lapipe.purpose import vague_sentence
from lapipe.purpose.vague import doubt, doubts, says_little

# Per question: answers that say nothing in particular.
VAGUE = {
    "who": [
        "iedereen", "everyone", "Alle medewerkers", "all staff", "de universiteit", "The institution", "wij",
        "docenten", "teachers and researchers", "het learning-analyticsteam", "onderzoekers van de universiteit",
        "n.v.t.", "TODO", "de betrokken medewerkers van de instelling", "users of the data", "",
    ],
    "what": [
        "het leerproces verbeteren", "improving the learning process", "learning analytics", "data analyseren",
        "het opslaan van de antwoorden bij het maken van een proeftoets", "antwoorden van de proeftoets opslaan",
        "storing the answers when taking a practice test", "Collecting and storing quiz answers in the database",
        "onderzoek doen naar het onderwijs", "research", "monitoring students", "gegevens van studenten verwerken",
        "inzicht krijgen in het leergedrag van studenten", "gaining insight into student behaviour", "-",
        "De kwaliteit van het onderwijs monitoren en verbeteren", "processing of personal data for analytics purposes",
    ],
    "data": [
        "alle gegevens", "all data", "persoonsgegevens", "personal data of students", "data uit het LMS",
        "gegevens uit de digitale leeromgeving", "all available data from the learning management system",
        "studentgegevens", "relevante data", "the data that is needed", "gegevens die nodig zijn voor het doel",
        "logdata, cijfers, etc.", "Grades, attendance and so on", "to be decided", "diverse bronnen", "usage data",
    ],
    "when": [
        "altijd", "always", "any time", "at all times", "te allen tijde", "wanneer nodig", "when needed", "doorlopend",
        "continuously", "regelmatig", "from time to time", "zo lang als nodig", "as long as necessary",
        "nog te bepalen", "in de toekomst", "de komende jaren", "during the project", "on an ongoing basis",
        "periodiek", "n/a", "24/7",
    ],
    "result": [
        "het leerproces verbeteren", "improving the learning process", "beter onderwijs", "better education",
        "kwaliteit verbeteren", "De kwaliteit van het onderwijs verhogen", "learning analytics", "research",
        "statistiek", "studiesucces bevorderen", "increasing student success", "to optimise the student journey",
        "uitval verminderen", "studenten beter begeleiden", "to better support our students in their learning",
        "meer inzicht in leerprocessen", "datagedreven onderwijs mogelijk maken", "evidence-based decision making",
        "een betere leerervaring voor studenten", "het onderwijs optimaliseren door middel van data-analyse",
        "management information", "innovatie van het onderwijs",
        "het opslaan van de antwoorden bij het maken van een proeftoets",
        "onderwijskwaliteit en studententevredenheid", "storing the answers when taking a practice test",
        "wetenschappelijk onderzoek", "TBD",
        "leveraging data-driven insights to foster a culture of continuous improvement",
    ],
}

# Per question: answers that a privacy officer can work with; first the guide's examples, split and translated.
GOOD = {
    "who": [
        "De onderwijscoördinator van het vak 'grondslagen van het privacyrecht'",
        "De coördinatoren van honoursprogramma's",
        "The education coordinator of the course 'foundations of privacy law'",
        "The coordinators of honours programmes", "Studieadviseurs van de faculteit Rechten",
        "Lecturers of Statistics 1", "De examencommissie Bedrijfskunde", "opleidingscommissies",
        "The timetabling office of the science faculty", "De docenten van het practicum scheikunde",
    ],
    "what": [
        "analyseert de antwoorden in de digitale leeromgeving op groepsniveau", "excellente studenten herkennen",
        "analyses the answers in the digital learning environment at group level", "recognising excellent students",
        "De antwoorden per onderwerp vergelijken tussen werkgroepen",
        "Count how many students hand in each assignment late",
        "Berekenen welk deel van de eerstejaars elke week inlogt",
        "Collect the marked answers and compare them per question",
    ],
    "data": [
        "de antwoorden in de digitale leeromgeving", "the answers in the digital learning environment",
        "de snelheid en de resultaten van oefentoetsen in de online leeromgeving van relevante vakken",
        "the speed and results of practice tests in the online learning environment of relevant courses",
        "Inlogmomenten per week en de opleiding waarvoor een student is ingeschreven",
        "Score and attempt number per quiz", "antwoorden op de proeftoets",
        "Dates on which assignments were handed in, and the course they belong to",
    ],
    "when": [
        "gedurende het schooljaar", "aan het einde van een studiejaar", "during the school year",
        "at the end of an academic year", "Elke maandag over de afgesloten week", "Within two weeks after the exam",
        "Na afloop van elk blok in 2026-2027", "Weekly, from September to January", "twee weken voor het tentamen",
    ],
    "result": [
        "aan die onderwerpen meer aandacht geven tijdens de lessen",
        "aan hen relevante programma's te kunnen aanbieden", "to give those topics more attention in class",
        "to be able to offer them relevant programmes",
        "Meer aandacht geven tijdens de lessen aan de onderwerpen waar de meeste fouten worden gemaakt",
        "Excellente studenten de voor hen relevante honoursprogramma's aanbieden",
        "Extra werkcolleges plannen in de weken waarin de deelname wegvalt",
        "Questions that more than half of the class gets wrong are rewritten before the resit",
    ],
}

# Whole sentences; the first good ones are the guide's, as they stand and translated.
VAGUE_SENTENCES = [
    "het leerproces verbeteren",
    "het opslaan van de antwoorden bij het maken van een proeftoets",
    "improving the learning process",
    "storing the answers given when taking a practice test",
    "",
    "Learning analytics.",
    "Wij willen met learning analytics de kwaliteit van ons onderwijs verbeteren.",
    "The university uses data to improve education.",
    "Docenten krijgen inzicht in het leerproces van studenten om hen beter te begeleiden.",
    "Meer aandacht geven tijdens de lessen aan de onderwerpen waar de meeste fouten worden gemaakt",
    "Excellente studenten de voor hen relevante honoursprogramma's aanbieden",
    "The course coordinator analyses the answers to quiz questions in Moodle during the school year.",
    "De studieadviseurs van Rechten gebruiken altijd alle gegevens om studenten te helpen.",
    "De onderwijscoördinator van het vak Privacyrecht analyseert de antwoorden gedurende het schooljaar om het "
    "leerproces te verbeteren.",
    "The coordinators of honours programmes use the results of practice tests at the end of the year to improve "
    "education.",
    "De antwoorden in de leeromgeving worden gedurende het schooljaar bekeken om bij moeilijke onderwerpen langer "
    "stil te staan.",
    "De examencommissie Bedrijfskunde vergelijkt de scores van deeltoetsen om moeilijke vragen te laten "
    "herschrijven.",
    "In order to optimise student success, the institution will process personal data of students throughout their "
    "studies.",
]

GOOD_SENTENCES = [
    "De onderwijscoördinator van het vak 'grondslagen van het privacyrecht' analyseert de antwoorden in de digitale"
    " leeromgeving op groepsniveau gedurende het schooljaar om af te leiden bij welke onderwerpen de meeste fouten "
    "worden gemaakt om aan die onderwerpen meer aandacht te geven tijdens de lessen.",
    "De coördinatoren van honoursprogramma\u2019s willen excellente studenten herkennen aan de hand van de snelheid"
    " en de resultaten van oefentoetsen in de online leeromgeving van relevante vakken aan het einde van een "
    "studiejaar, om aan hen relevante programma\u2019s te kunnen aanbieden.",
    "The education coordinator of the course 'foundations of privacy law' analyses the answers in the digital "
    "learning environment at group level during the school year to derive for which topics most mistakes are made, "
    "in order to give those topics more attention in class.",
    "The coordinators of honours programmes want to recognise excellent students by the speed and the results of "
    "practice tests in the online learning environment of relevant courses at the end of an academic year, so as to"
    " be able to offer them relevant programmes.",
    "Binnen twee weken na het tentamen vergelijkt de examencommissie Bedrijfskunde de scores per vraag, zodat "
    "vragen die bijna niemand goed heeft voor de herkansing worden herschreven.",
    "Every Monday during the autumn term the study advisers of the law faculty count, from the Moodle log, how many"
    " first years of each tutorial group logged in, so that tutors can call in groups where participation drops.",
    "De docenten van Statistiek 1 bekijken elke week op basis van de ingeleverde opdrachten welke opgaven blijven "
    "liggen, om die in het volgende werkcollege klassikaal voor te doen.",
    "The librarian of the medical faculty compares loans per title at the end of each semester in order to order "
    "extra copies of the titles that run out.",
]

# The second set.
MORE_VAGUE = {
    "who": [
        "de organisatie", "onze onderwijsinstelling", "het onderwijsteam", "het management", "De faculteit",
        "alle betrokkenen", "geautoriseerde medewerkers", "bevoegde personen", "authorised staff",
        "relevant stakeholders", "the data team", "Various people within the university", "our school",
        "the organisation", "students", "iemand van de opleiding", "x", "nader te bepalen",
        "the teachers of the institution", "onderzoekers en docenten", "data analysts",
        "de instelling en haar partners", "Universiteit Voorbeeld", "employees with access",
        "de afdeling onderwijs en kwaliteit", "ICT", "het projectteam learning analytics", "onze medewerkers",
        "any employee", "Management team", "alle docenten en onderzoekers van de instelling", "de hogeschool",
        "bevoegde functionarissen", "people who need access", "het college van bestuur of anderen", "geïnteresseerden",
        "De opleidingen", "externe partijen", "faculty members", "medewerkers met toegang tot de data",
    ],
    "what": [
        "verbeteren van het onderwijs", "analyse van studentdata", "studentgedrag volgen", "tracking student progress",
        "using data to improve learning outcomes", "learning analytics toepassen",
        "het gebruik van de leeromgeving analyseren", "analysing usage of the learning environment",
        "monitoren van de studievoortgang", "rapportages maken", "making dashboards", "een dashboard ontwikkelen",
        "gegevensanalyse", "inzichten genereren", "generating insights from student data", "business intelligence",
        "wetenschappelijk onderzoek doen", "to understand how students learn", "begrijpen hoe studenten leren",
        "optimalisatie van leerprocessen", "The storage of quiz answers", "logging clicks",
        "student data is collected and stored", "studenten helpen", "kijken hoe het gaat",
        "doing analytics on the platform", "processing learner records to enhance experience",
        "klikgedrag registreren", "iets met data", "patronen in de data ontdekken",
        "exploring trends in learning data", "het in kaart brengen van het leerproces", "mapping the learner journey",
        "machine learning toepassen op studiedata", "apply AI to student data", "studenten volgen in Canvas",
        "De data wordt geanalyseerd en gevisualiseerd", "process mining", "leeractiviteiten monitoren",
        "verzamelen van klikgedrag en cijfers", "profileren van studenten", "profiling students", "create reports",
        "voorspellen van studiesucces", "predicting student success", "vastleggen van aanwezigheid",
        "analysing the data to find patterns", "de effectiviteit van het onderwijs meten",
        "measuring learning effectiveness", "het volgen van studenten in hun ontwikkeling", "tracking activity",
        "onderwijsdata benutten", "bijhouden wat studenten doen", "keeping track of what students do",
        "making better use of data", "de studievoortgang in beeld brengen", "slimmer werken met data",
        "evalueren van cursussen", "supporting teachers with dashboards", "data verzamelen voor later gebruik",
        "het opslaan van toetsresultaten",
    ],
    "data": [
        "data", "gegevens", "studiedata", "Moodle-data", "data from Moodle", "logs", "informatie over studenten",
        "student information", "alle beschikbare informatie", "all information we have",
        "learning data and personal data", "gegevens over het leergedrag", "behavioural data", "everything in the LMS",
        "whatever is available", "zie boven", "de gegevens", "diverse studentgegevens uit verschillende systemen",
        "persoonsgegevens van studenten en docenten", "resultaten van studenten",
        "data about engagement and performance", "data van studenten", "student records", "all kinds of data",
        "gegevens uit Canvas en Osiris", "Canvas data and SIS data", "de data die we hebben",
        "relevante studentgegevens", "nodige informatie", "personal and academic data", "big data", "clickstream",
        "leerdata", "digital traces", "digitale sporen", "diverse persoonsgegevens zoals naam, e.d.",
        "all student data", "gegevens die studenten achterlaten", "data that students generate",
        "de beschikbare studiegegevens", "het volledige logboek", "various learning traces", "persoonlijke gegevens",
        "data die relevant is voor het onderwijs", "onbekend", "profile information",
    ],
    "when": [
        "soon", "later", "zo snel mogelijk", "as soon as possible", "nu", "now", "onbepaalde tijd",
        "for an indefinite period", "continu", "real-time", "op ieder gewenst moment", "af en toe", "occasionally",
        "when the need arises", "indien gewenst", "tijdens de studie", "throughout the study",
        "gedurende het onderwijs", "as often as possible", "vanaf heden", "doorlopend gedurende de opleiding",
        "op elk moment van het jaar", "whenever students are active", "periodically",
        "zolang de student is ingeschreven", "eventueel", "in due course", "t.z.t.", "te zijner tijd", "op termijn",
        "op de lange termijn", "long term", "in de komende periode", "the coming period", "elke keer", "each time",
        "constant", "dag en nacht", "als het nodig is", "if required", "24 uur per dag", "all year round",
        "het hele jaar door", "gedurende het project", "while the system is in use", "until further notice",
        "tot nader order", "in principe altijd", "wanneer het uitkomt", "whenever possible",
        "from the start of the project", "gedurende de looptijd van het project", "ooit een keer", "when relevant",
        "frequently", "op regelmatige basis", "structureel",
    ],
    "result": [
        "improve teaching", "to enhance the quality of education", "optimaal onderwijs aanbieden",
        "hogere slagingspercentages", "a better university", "studenten succesvoller maken",
        "verbetering van de leerresultaten", "verbeterde studieresultaten", "gepersonaliseerd leren",
        "personalised learning for every student", "het onderwijs naar een hoger niveau tillen",
        "taking education to the next level", "innovation in higher education", "kwaliteitszorg", "quality assurance",
        "continuous improvement of teaching and learning", "beleidsinformatie", "verantwoording", "compliance",
        "studenten krijgen een betere begeleiding", "students get better guidance", "meer studenten halen hun diploma",
        "more effective learning", "bijdragen aan studiesucces", "a positive impact on student learning",
        "weten hoe studenten leren", "kennis over onderwijs vergroten", "to learn more about our students",
        "de studeerbaarheid verbeteren", "onderwijs toekomstbestendig maken", "make informed decisions",
        "betere besluitvorming op basis van data", "optimising the learning environment",
        "improving engagement and retention", "de student centraal stellen", "efficiency gains",
        "doorontwikkeling van het curriculum", "to help students reach their full potential",
        "zodat studenten beter leren", "de leeromgeving optimaliseren", "early identification of at-risk students",
        "risicostudenten vroegtijdig signaleren", "een beter leerproces", "onderwijs op maat", "tailor-made education",
        "studenten motiveren", "motivating students", "studie-uitval voorkomen", "preventing student dropout",
        "een positieve leerervaring creëren", "betere cijfers", "better grades", "hoger rendement",
        "the best possible education", "excellent onderwijs", "excellent education", "grip op studiesucces",
        "het rendement verhogen", "snellere doorstroom", "de onderwijskwaliteit borgen", "student wellbeing",
        "een leven lang ontwikkelen", "closing the feedback loop", "data-informed teaching",
        "informatie voor het management", "een rapport", "een dashboard voor docenten", "understanding learning",
        "het leren zichtbaar maken", "making learning visible", "betere studiekeuze", "studenten op tijd helpen",
        "verbeterpunten vinden", "identify areas for improvement", "opbrengstgericht werken",
        "adviezen geven aan studenten", "better decisions", "studenten laten slagen", "een hogere studenttevredenheid",
        "higher completion rates", "gelijke kansen voor alle studenten", "equal opportunities for all students",
        "studenten voelen zich beter ondersteund", "inzicht in wat werkt", "knowing what works",
        "effectiever lesgeven", "kwalitatief goed onderwijs bieden", "the best learning experience",
        "meer grip op het leerproces", "studenten en docenten helpen bij het leren", "helping lecturers teach better",
        "onderzoek en innovatie", "excelleren", "een efficiëntere organisatie", "beter beleid",
        "verbetering van het leerproces door de inzet van learning analytics",
        "the improvement of educational processes and student outcomes through analytics",
        "promote self-regulated learning",
    ],
}

MORE_GOOD = {
    "who": [
        "De studentendecaan van de HvA-opleiding Verpleegkunde", "Programme director of the MSc Data Science",
        "De docent Anatomie en twee werkgroepbegeleiders", "Team toetsing van de faculteit Geneeskunde",
        "Tutors of first-year mathematics", "De examencommissie", "Honours coordinators",
        "Roostermakers van het domein Techniek", "De practicumcoördinator van de opleiding Chemie",
        "Instructional designers of the School of Nursing", "Het bestuur van de opleiding Geschiedenis",
        "Study advisers", "De coördinator toetsing van de bachelor Biologie",
        "Lecturers of the course Organic Chemistry", "De docenten van het vak Statistiek",
        "De studieloopbaanbegeleiders van de pabo", "The exam board of the law school", "Studenten-decanaat",
    ],
    "what": [
        "Vergelijken hoe vaak de opgenomen hoorcolleges worden teruggekeken vóór en na een deeltoets",
        "Bepalen welke tentamenvragen door meer dan de helft van de studenten fout worden beantwoord",
        "Detect which weekly assignments are handed in late by more than a quarter of a tutorial group",
        "Summarise forum posts per week and per seminar",
        "Tellen hoeveel studenten de ingangstoets wiskunde niet halen",
        "signaleren welke eerstejaars drie weken niet hebben ingelogd",
        "identify topics on which most mistakes are made in practice quizzes",
        "nagaan welke colleges slecht worden bezocht", "de doorlooptijd van opdrachten berekenen",
        "compare attendance of tutorials between cohorts", "De gemiddelde score per toetsvraag uitrekenen",
        "Nagaan bij welke opdracht studenten afhaken",
        "Compare scores on the entry test with grades in the first block", "bepalen welke video's niet worden bekeken",
        "Counting how often each reading is opened",
    ],
    "data": [
        "Kijktijd per opgenomen hoorcollege en het cijfer van de deeltoets",
        "Per tentamenvraag of het antwoord goed was, zonder studentnummer", "Submission timestamps and tutorial group",
        "Aantal forumberichten per week", "Practice quiz scores and time spent per question",
        "cijfers en studiepunten van eerstejaars", "Uitleningen van studieboeken per titel",
        "grades per course and cohort", "Aanwezigheid bij werkcolleges",
        "time between opening and submitting an assignment", "per student het aantal pogingen per oefentoets",
        "attendance lists of tutorials", "Aantal weergaven per video en de week waarin",
        "Scores on the entry test and grades of block 1",
        "Voor elke opdracht: het tijdstip van inleveren en de werkgroep", "Forum posts, without author, per week",
    ],
    "when": [
        "Na de deeltoets in week 4", "In de eerste vier weken van het studiejaar", "at the end of each block",
        "In January and July", "gedurende het collegejaar 2026-2027", "from 1 September 2026 to 31 August 2027",
        "After each resit", "Maandelijks van september tot en met juni", "tijdens blok 2", "Before the final exam",
        "vóór aanvang van het nieuwe studiejaar", "in de laatste week van het semester", "each Friday",
        "op 1 februari", "aan het eind van blok 1 en blok 3", "Twice a year, in January and June",
        "Elke vrijdag tijdens het semester", "na iedere toets", "During the spring semester of 2027",
    ],
    "result": [
        "Docenten nemen korte herhalingen op van hoorcolleges die vaak worden teruggekeken",
        "Vragen die te vaak fout gaan worden uit het tentamen gehaald",
        "Deadlines are moved so that two assignments never fall in the same week",
        "een bijspijkercursus wiskunde aanbieden aan wie de ingangstoets niet haalt",
        "Order more copies of textbooks that run out", "Tutors invite first-years who stop logging in for a talk",
        "to schedule extra tutorials on the topics with most mistakes",
        "de studielast van een vak beter over de weken verdelen",
        "Het college op vrijdagmiddag naar een ander tijdstip verplaatsen",
        "give students an earlier warning about missing assignments", "de opdracht in twee delen splitsen",
        "drop or rewrite quiz items that nobody gets right", "Roosters zonder tussenuren",
        "Video's die niemand bekijkt worden ingekort of vervangen", "The entry test is moved to an earlier week",
        "opdrachten waarbij veel studenten afhaken in kleinere stappen opdelen",
        "lecturers discuss the three most missed questions in the next lecture",
        "Studenten die twee opdrachten missen krijgen een mail van hun mentor",
        "remove readings that nobody opens from the reading list",
    ],
}

MORE_VAGUE_SENTENCES = [
    "De universiteit wil het studiesucces vergroten door data van studenten te analyseren.",
    "We use learning analytics to gain insight into student behaviour so that we can improve our education.",
    "Docenten kunnen met het dashboard gedurende het studiejaar de voortgang van studenten volgen om hen beter te "
    "begeleiden.",
    "Teachers use data from Moodle during the year to support students.",
    "Personal data is processed for research and statistical purposes.",
    "Om de kwaliteit van het onderwijs te verbeteren worden gegevens uit de leeromgeving geanalyseerd.",
    "Het verzamelen van klikdata in Canvas.",
    "To optimise teaching, lecturers monitor student engagement throughout the year.",
    "De opleiding gebruikt cijfers om te kijken hoe het gaat.",
    "The dean wants to know everything about students in order to make better decisions each year.",
    "De docent van Statistiek 1 kijkt elke week naar de antwoorden.",
    "Analyse the scores of practice quizzes at the end of each block in order to rewrite questions that most "
    "students get wrong.",
    "De studieadviseurs van Rechten bekijken de cijfers van eerstejaars om wie drie vakken mist uit te nodigen voor"
    " een gesprek.",
    "De studieadviseurs van Rechten bekijken altijd de cijfers van eerstejaars om wie drie vakken mist uit te "
    "nodigen voor een gesprek.",
]

MORE_GOOD_SENTENCES = [
    "De studieadviseurs van Rechten bekijken na elk blok de cijfers van eerstejaars om wie drie vakken mist uit te "
    "nodigen voor een gesprek.",
    "At the end of each block the lecturers of Statistics 1 compare the scores per question of the practice quizzes"
    " to rewrite questions that most students get wrong.",
    "De opleidingscommissie Psychologie telt per week het aantal studenten dat in Canvas een opdracht inlevert, "
    "gedurende het studiejaar 2026-2027, zodat deadlines die samenvallen uit elkaar worden gehaald.",
    "The tutors of first-year mathematics use attendance and homework scores every week of the autumn term to "
    "invite students who miss three tutorials for a talk.",
    "De bibliotheek van de faculteit Letteren vergelijkt aan het eind van elk semester uitleningen per titel om van"
    " schaarse titels extra exemplaren aan te schaffen.",
    "Door de toetscommissie Geneeskunde worden binnen vier weken na elk tentamen de scores per vraag vergeleken, "
    "zodat onbetrouwbare vragen uit de uitslag worden gehaald.",
]


def _pairs(*sets: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(question, text) for texts in sets for question, answers in texts.items() for text in answers]


@pytest.mark.parametrize(("question", "text"), _pairs(VAGUE, MORE_VAGUE))
def test_a_vague_answer_is_doubted(question: str, text: str) -> None:
    assert doubt(question, text)


@pytest.mark.parametrize(("question", "text"), _pairs(GOOD, MORE_GOOD))
def test_a_particular_answer_is_not_doubted(question: str, text: str) -> None:
    assert doubt(question, text) is None


@pytest.mark.parametrize(("question", "text"), _pairs(VAGUE))
def test_capitals_spaces_and_a_full_stop_do_not_make_an_answer_clear(question: str, text: str) -> None:
    assert doubt(question, f"  {text.upper()} .\n")


@pytest.mark.parametrize("text", VAGUE_SENTENCES + MORE_VAGUE_SENTENCES)
def test_a_vague_sentence_is_found(text: str) -> None:
    found = vague_sentence(text)
    assert found is not None
    assert found.rule == "LP101"


@pytest.mark.parametrize("text", GOOD_SENTENCES + MORE_GOOD_SENTENCES)
def test_a_complete_sentence_passes(text: str) -> None:
    assert vague_sentence(text) is None


@pytest.mark.parametrize("question", ["what", "data", "when", "result"])
@pytest.mark.parametrize(
    "text",
    [
        "het leerproces verbeteren",
        "het opslaan van de antwoorden bij het maken van een proeftoets",
        "improving the learning process",
        "storing the answers when making a practice test",
    ],
)
def test_the_bad_examples_of_the_guide_fail_as_the_answer_to_any_question(question: str, text: str) -> None:
    # As the answer to "when" the second one names an event, a practice test, but not as a time.
    assert doubt(question, text)


def test_the_sentence_finding_names_what_is_missing() -> None:
    found = vague_sentence("The course coordinator of Law analyses the scores per question of the quiz each term.")
    assert found is not None
    assert "to what result" in found.message
    assert "when" not in found.message
    assert "who" not in found.message.replace("who will", "")


def test_one_answer_given_twice_answers_one_question() -> None:
    answers = {"what": "The scores per practice test, compared", "data": "the compared scores per practice test"}
    assert list(doubts(answers)) == ["data"]
    assert "says the same as what" in doubts(answers)["data"]


@pytest.mark.parametrize(
    ("text", "little"),
    [
        ("", True), ("ja", True), ("Yes.", True), ("n.v.t.", True), ("geen", True), ("TODO", True), ("see above", True),
        ("Er zijn geen gevolgen", True),
        ("Alleen groepen van tien of meer worden getoond", False),
        ("Students expect it: the notice on the login page says so", False),
    ],
)
def test_a_reason_is_more_than_a_form_of_words(text: str, little: bool) -> None:
    assert says_little(text) is little


def test_one_endless_word_is_judged_as_any_other() -> None:
    # Without a limit on the length of a word this took minutes.
    assert doubt("result", "leer" * 3000 + "q x" * 3000)
