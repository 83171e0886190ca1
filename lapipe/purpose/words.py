"""The words, Dutch and English, by which a purpose is found to say nothing in particular."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that carry grammar and no content.
FUNCTION = _words("""
    de het een die dat deze dit er hier daar wie wat welke waar wanneer hoe waarom waarin waarop waarmee waarvan
    waarbij waardoor waarvoor hun hen hem haar hij zij ze wij we ons onze ik je jij jullie u uw zijn is was waren
    ben bent wordt worden werd werden geworden heeft hebben had hadden gehad kan kunnen kon konden zal zullen zou
    zouden wil willen wilde moet moeten mag mogen en of maar want dus ook niet geen wel al als dan toen nog nu om te
    van voor vanuit in op aan met uit bij door over tot naar per na sinds tijdens gedurende binnen buiten tussen
    onder boven zonder tegen via volgens rond dankzij omdat doordat zodat opdat terwijl hoewel indien zoals zelf
    elkaar iets niets alles alle allen elk elke ieder iedere sommige enkele veel vele weinig meer minder meest
    meeste zeer heel erg vaak soms steeds weer toe af mee heen terug eruit daarvan daarmee daarin daarop daarbij
    hiervan hiermee waaronder namelijk zowel ofwel echter the an this that these those there here who whom whose
    what which where when how why their them they he she it its his her our us you your my me are were be been being
    am do does did done has have having can could will would shall should may might must and or but so also not no
    nor yes if then than as at by for from into off on onto out since to through toward towards under until up upon
    with within without about above after against along among around before behind below between beyond during
    except because while although though whether each every any some all both either neither many much few several
    more most less least very too just only own same such other another again once ever yet now able order means way
    ways let lets make makes making made get gets getting got give gives giving gave given take takes taking took
    taken go goes wants wish wishes like aan's zo'n wat's geven geeft gegeven krijgen krijgt maken maakt gemaakt
    doen doet gaan gaat komen komt nemen neemt laten laat ja nee ok oke none volgende next middels behulp hand basis
    middel wijze manier kader college colleges iemand somebody someone
""")

#: Stems of words that fit any project in education, so that they tell nothing of this one. A compound of such stems
#: (leer+proces, onderwijs+kwaliteit, data-driven) is as general as its parts.
GENERAL = _words("""
    onderwijs onderwijz educati leer leren lerend geleerd lering leerling studie studer gestudeerd student scholier
    deelnemer docent leraar leraren lerar onderzoek onderzoeker wetenschap medewerker collega personeel gebruik
    gebruiker mens persoon personen personal persoonsgegeven persoonlijk individu individue betrokken betrokkene
    belanghebbend stakeholder partij instelling universiteit hogeschool school scholen academi organisati afdeling
    faculteit dienst instituut bestuur team project projectteam groei opleiding cursus vak kwaliteit verbeter
    verbetering optimaliser optimalisatie geoptimaliseerd verbeterd verhog verhoog vergrot vergroot verminder verlag
    verlaag bevorder versterk stimuler gestimuleerd ondersteun ondersteund begeleid begeleiding faciliter faciliteer
    mogelijk mogelijkhed inzicht inzichtelijk beeld kennis begrip begrijp begrijpen informatie geinformeerd gegeven
    data dataset bron bronnen analys analist analytic analytisch geanalyseerd analyseer analyser statistiek
    statistisch statistic rapport rapportage rapporter monitor monitoring gemonitord volg volgen gevolgd proces
    processen process ervaring beleving belevenis resultaat resultaten resultat opbrengst uitkomst prestatie prester
    prestaties succes succesvol success rendement voortgang vooruitgang ontwikkel ontwikkeling ontwikkeld gedrag
    gedraging uitval uitvaller tevreden tevredenheid motivatie motiver gemotiveerd betrokkenheid welzijn welbevinden
    innovati innoveer innover vernieuw vernieuwing toekomst toekomstig toekomstbestendig beleid beleids strategie
    strategisch strategi management sturing stuur sturen besluit besluitvorming beslissing beslis gepersonaliseerd
    personaliser personalisatie maatwerk adaptief adaptieve digitaal digital digitaliser digitalisering online
    technologi systeem system systemen tool platform applicati efficient efficienti efficiency effectief effectieve
    effectiviteit effectiv effectivit doel doeleind doelstelling doelmatig traject werk werking gewerkt relevant
    belangrijk belang nodig noodzakelijk benodigd vereist gewenst wens divers verschillend algemeen algemene overig
    gehel geheel goed goede beter betere best beste hoog hoger hogere hoge laag lager lagere lage groot groter
    grotere optimaal optimale maximaal maximale maximaliser passend geschikt waarde waardevol kans kansen kansrijk
    potentieel potentie beschikbaar beschikbare bestaand huidig actueel actuele verwerk verwerking verwerkt uitvoer
    uitvoering uitgevoerd realiser realisatie gerealiseerd bewerkstellig bereik bereiken bied bieden geboden help
    helpen geholpen zorg zorgen draag dragen bijdrag bijdrage bijdragen draagt komend continu continue continuiteit
    doorlopend structureel integraal duurzaam gedreven gestuurd gericht gebaseerd onderbouwd bewust modern thema
    aspect factor factoren dienstverlening taak taken verplichting evaluati evalueer evaluer geevalueerd ding zaak
    zaken tijd moment frequentie situati omgeving omstandigheid context niveau vlak gebied domein education learn
    learner learning teach teacher teaching taught study studies studying pupil lecturer research researcher
    scientific science scholar staff employee colleague user people person personali individual participant
    institution institutional university universities organisation organization organisational department faculty
    service degree course quality qualities improv improvement optimis optimiz optimisation optimization enhanc
    enhancement increas reduc reduction decreas boost rais promot promotion strengthen stimulat support assist
    assistance guid guidance facilitat enabl allow insight insightful understand understanding understood knowledge
    information inform informed source analy analysis analyses analyst analytical report reporting track follow
    experienc result outcome achiev achievement perform performance retention retain dropout drop-out attrition
    progress progression growth grow develop development behavior behaviour behavioural behavioral engag engagement
    satisfaction satisf satisfied motivat motivation wellbeing well being innovat innovation innovative future
    policy policies strategy strategies strategic decision mak making evidence based driven personalis personaliz
    personalisation personalization adapt adaptive tailor tailored technology technologies efficienc efficiently
    effective effectively effectiveness goal purpose aim objective journey trajectory ecosystem cultur community
    communities continuous continuously continual ongoing holistic leverag foster empower transform transformation
    maximis maximiz value valuable potential opportunity opportunities good high higher highest low lower greater
    great large important needed need necessary various different general available require required appropriate
    suitable use usage using utilis utiliz collection stored storage provid provision deliver delivery gain
    contribut contribution ensur creat current existing business intelligence smart advanced excellence realis
    realiz implement implementation initiativ activit solution capabilit world class state art evaluat evaluation
    question thing matter area level internal academic statistical overview overzicht dashboard feedback
    intervention interventie interveni vroegtijdig tijdig proactief proactive timely early basis bases sector
    sectoren gemeenschap cultuur lev leven lifelong levenslang voorspel voorspelling voorspellend predict predictive
    prediction risico risk instrument plan planning methode methodes method approach aanpak benader benadering
    werkwijze praktijk practices inclusief inclusiv inclusivit gelijk equal equity equitable ambiti missi mission
    visie vision toegevoegd added relevanti nuttig usefu zinvol meaningful nieuw new diverse bepaald certain
    specific specifiek concret concreet nader verder further centraal central stel stellen positief positiev
    positive negatief negatieve negative impact invloed effect full reach haal hal halen behaal behal behalen
    diploma slag slaag slagen slaging percentage curriculum doorontwikkel doorontwikkeling versnel verrijk verdiep
    waarborg borg borgen borging vergemakkelijk vereenvoudig slim slimme sneller bekend weten weet kijk kijken zien
    leuk leuke aantrekkelijk uitdagend inspirerend studeerbaar studeerbaarheid focus authorised authorized
    geautoriseerd bevoegd verantwoordelijk responsible verantwoording accountability compliance naleving attractive
    inspir challenging exciting rich enrich deepen accelerat assur safeguard transparent transparan know known
    knowing see look find trend patroon patronen pattern verband verbanden correlati correlation variabel variabele
    variable metric indicator kpi benchmark figure number aantallen getal visualis visualiser visualisati
    visualisation informer ontdek ontdekken discover explor explore verken verkennen experiment experimenteer theori
    theory hypothes publicati publication partner extern external machine toepas toepassen toegepast apply applied
    application kunstmatig artificial ai kaart breng brengen gebracht better punt punten vind vinden loop closing
    logging effectiev member lid leden ander access toegang volledig complete completion entire whole rate ratio
    zich voel voelen feel lesgeven self regulat reguler regulatie zelfstandig regie eigenaarschap ownership
    independen samenwerk samenwerking collaborat collaboration communicat communicatie communication vertrouwen
    trust talent vaardighed vaardigheid skill competenti competentie competenc professionaliser professionalisering
    professional deskundig excel exceller thriv flourish succeed succeeding kosten cost bespar besparing saving
    resourc doorstroom instroom uitstroom rendabel aansluit aansluiting vormgev vormgeving bewustwording awareness
    draagvlak acceptati acceptance zichtbaar visible inzet ingezet achterlat achterlaten generat generer genereer
    ambitieus participati wensen behoeft behoefte maximal minimal optimal
""")

#: Acts upon data that every processing consists of. They say what happens to the data, and not what for.
HANDLING = _words("""
    opslaan opgeslagen opslag sla slaan slaat bewaren bewaar bewaart bewaard verzamelen verzamel verzamelt verzameld
    verzameling vastleggen vastleg vastgelegd leggen registreren registreer registreert geregistreerd registratie
    verwerken verwerkt verwerk verwerking archiveren archiveer beheren beheer beheert beheerd ophalen uitlezen
    exporteren inlezen laden koppelen koppel gekoppeld koppeling bijhouden store stores stored storing storage save
    saves saved saving keep keeps kept keeping record recorded recording collect collects collected collecting
    collection gather gathers gathered gathering process processes processed processing archive archives archived
    archiving capture captures captured capturing retain retained retaining hold holding manage managing export
    exporting load loading link linking
""")

#: Acts by which something is learnt from data.
LEARNING = _words("""
    analys vergelijk vergelek tel tellen telt geteld bereken herken signaler signaleer meten meet gemeten afleid
    afleiden leidt bepal bepaal vaststell vast stel onderscheid groeper groepeer beoordel beoordeel bekijk bekeken
    nagaan nagegaan toon tonen toont voorspel schat zoek opspor opspoor ontdek selecter selecteer onderzoek analyz
    analyt compar count comput calculat recogni detect measur deriv determin assess identif rank cluster summar
    predict estimat find spot discover select examin classif distinguish flag
""")

#: Systems that data comes from; naming one says which data, and nothing else.
SYSTEMS = _words("""
    leeromgeving elo lms moodle canvas brightspace blackboard edx osiris studentenadministratie
    studentinformatiesysteem sis environment
""")

#: Periods of the calendar, and the words that may stand before one.
CALENDAR = _words("""
    jaar studiejaar schooljaar collegejaar kalenderjaar semester trimester kwartaal blok week weken onderwijsweek
    maand dag dagen maandag dinsdag woensdag donderdag vrijdag zaterdag zondag januari februari maart april mei juni
    juli augustus september oktober november december lente zomer herfst winter najaar voorjaar vakantie periode
    onderwijsperiode tentamenperiode tentamenweek toetsweek ochtend avond nacht uur year term quarter block weekend
    month day night hour monday tuesday wednesday thursday friday saturday sunday january february march may june
    july august october spring summer autumn fall holiday fortnight season
""")
BEFORE_CALENDAR = _words("""
    gedurende tijdens na voor binnen vanaf tot per elke elk iedere ieder in op aan einde eind begin start sinds om
    rond halverwege afloop voorafgaand laatste eerste later during after before within from until till by every each
    on at end beginning since throughout once between following prior first last late early
""")

#: Events that a time can be told by; "in" and "on" before one tell a place ("answers in the test").
EVENTS = _words("""
    tentamen examen toets deeltoets proeftoets toetsronde les college werkcollege hoorcollege practicum herkansing
    herkans afstuderen cursus vak module deadline inleverdatum inleveren inlevering cijfer inschrijving aanbieding
    diplomering exam examination test quiz midterm resit lecture class classes lesson tutorial lab course assignment
    submission grade enrolment enrollment graduation presentation
""")
BEFORE_EVENT = _words("""
    gedurende tijdens na voor binnen vanaf tot einde eind begin start sinds afloop voorafgaand later during after
    before within until till end beginning since following prior once
""")

FREQUENCIES = _words("""
    wekelijks wekelijkse maandelijks maandelijkse jaarlijks jaarlijkse dagelijks dagelijkse halfjaarlijks
    tweewekelijks weekly monthly yearly annually annual daily quarterly termly biweekly fortnightly
""")

#: Who may act: roles and units, besides words that look like an agent by their ending.
ACTORS = _words("""
    docent lerar leraar leerkracht decaan decan mentor tutor student studieadvies medewerk onderzoek commissie
    bestuur raad faculteit dienst team afdeling bureau opleiding instituut centrum school vakgroep staf directie
    bibliotheek loket secretariaat academie assistent consulent management projectgroep werkgroep beheer examinator
    hoogleraar analist arts teacher lecturer dean staff committee board council faculty department office unit
    centre center institute professor advisor adviser librarian library registrar registry assistant consultant
    analyst head chair coach people researcher dpo
""")
#: Those that may be the last part of a compound.
LONG_ACTORS = frozenset(stem for stem in ACTORS if len(stem) > 4)

#: Endings of words for who does something (coördinator, adviseur, begeleider, analist, librarian).
AGENT_ENDINGS = ("eur", "er", "or", "oren", "ist", "isten", "ian", "aar")

#: What is not an answer yet.
PLACEHOLDER = re.compile(
    r"\b(?:todo|tbd|tbc|tba|fixme|xxx+|lorem ipsum|nvt|n\.?v\.?t|n/a|not applicable|niet van toepassing|idem|ditto"
    r"|zie (?:boven|hierboven|onder|hieronder|elders)|see (?:above|below|elsewhere)"
    r"|(?:nog|nader) (?:nader )?(?:te|in te) "
    r"(?:bepalen|bespreken|vullen|kiezen|beslissen|stellen|specificeren|omschrijven)"
    r"|to be (?:decided|determined|confirmed|announced|defined|specified|filled|completed|agreed)|unknown|onbekend"
    r"|placeholder|invullen|fill in|wordt (?:nog|nader) \w+|not yet (?:known|decided|determined)|nog niet bekend)\b",
)

#: A list or a scope without an end limits nothing, per question.
_OPEN_LIST = (
    r"\b(?:etc|etcetera|enz|enzovoorts?|e\.?d(?=\.)|en dergelijke|en zo voort|and so (?:on|forth)|and the like)\b"
)
_OPEN_DATA = (
    r"\b(?:all(?:e|es)?|any|elke|every|zoveel mogelijk|as much|as many)(?: \w+){0,3} "
    r"(?:\w*gegevens|\w*data|information|informatie)\b|\ballerlei\b|\bwhatever\b|\banything\b|\beverything\b"
    r"|\b(?:onder andere|onder meer|among others?|among other things|including but not limited|not limited to)\b"
)
_OPEN_TIME = (
    r"\b(?:altijd|always|any ?time|all times?|(?:te )?allen tijde|(?:elk|ieder) (?:gewenst )?moment|any moment"
    r"|whenever|(?:wanneer|indien|waar|zo|als|zodra) nodig|(?:when|if|where|as)(?:ever)? (?:\w+ )?(?:needed|necessary"
    r"|required)|zo ?lang|as long as|onbeperkt|onbepaalde?|permanent|permanently|indefinitely|unlimited|forever|ooit"
    r"|sometime|voortaan|vanaf nu|from now on|(?:in de|de) toekomst|(?:in )?the future|24/7|24 x 7|24 (?:uur|hours)"
    r"|komende (?:jaren|tijd|periode)|coming (?:years|period)|at will"
    r"|op aanvraag|on demand|dag en nacht|day and night|ad hoc)\b"
)
_OPEN_WHO = r"\b(?:iedereen|everyone|everybody|anyone|anybody|whoever|wie dan ook|alle medewerkers|all staff)\b"
OPEN = {
    "who": re.compile(f"{_OPEN_LIST}|{_OPEN_WHO}"),
    "what": re.compile(_OPEN_LIST),
    "data": re.compile(f"{_OPEN_LIST}|{_OPEN_DATA}"),
    "when": re.compile(f"{_OPEN_LIST}|{_OPEN_TIME}"),
    "result": re.compile(_OPEN_LIST),
}

#: What a clause of aim begins with. English "to" is looked at apart.
AIM = re.compile(
    r"\b(?:om|zodat|opdat|ten ?einde|met (?:als|het) doel(?: om)?|waardoor|waarmee|so that|so as to|in order to"
    r"|in order that|with the aim of|for the purpose of|such that|such as to)\b"
)
#: "to" that begins no aim: after a word that takes it, or before a noun's article.
NO_AIM_BEFORE = _words("""
    want wants wanted wish wishes wishing plan plans intend intends like aim aims hope hopes need needs able has
    have answer answers access related relating relation respect regard due according up prior next response
    responses reaction reactions reply replies addition compared login logins visit visits close belong belongs
    given subject solutions questions apply applies applied back contribution similar used going seek seeks try
    tries expected required linked attention september october november december january february march april may
    june july august monday tuesday wednesday thursday friday saturday sunday week year
""")
NO_AIM_AFTER = _words("the a an this that these those their them our his her its each every all any which whom what")
#: A role after one of these is whom it is about or for, not who does it.
NO_ACTOR_BEFORE = _words("voor van aan met over bij for of to with about from uit tussen between per")
ARTICLES = _words("de het een the a an our their onze hun alle all some other andere")

#: What may stand between the stems of a compound, and after the last of them.
LINKS = ("s", "e", "en", "n")
ENDINGS = _words("""
    s e es en n t d de te ed er ers ing ings ingen end ende ly al lijk lijke ive ion ions ement or oren ie ies ieve isch
    ische
""") | {""}

#: Traces and results of learning: what a sentence is about that names no means.
TRACES = _words("""
    antwoord score cijfer resultaten resultaat toets deeltoets proeftoets oefentoets opdracht opgave vraag vragen klik
    log logboek logregel inlog inlogmoment login aanwezigheid deelname bezoek snelheid tempo tijdstip inlever inlevering
    poging bericht forum forumbericht video kijktijd leestijd raadpleg uitlening vakkeuze inschrijving studiepunt
    beoordeling answer score grade mark result test quiz assignment task question click login attendance participation
    visit speed pace timestamp submission attempt message post video view loan enrolment enrollment credit assessment
    response error mistake fout
""")

#: By what the data is used as a means.
MEANS = re.compile(
    r"\b(?:aan de hand van|op basis van|met behulp van|op grond van|by means of|on the basis of|based on|using"
    r"|from the)\b"
)
