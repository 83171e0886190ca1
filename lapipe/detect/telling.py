"""Words by which people tell of health, belief, origin and the like, and what makes them be about somebody; Dutch and English.

One list, for judging a column (in RE2, over all its texts at once) and for finding the spans of one text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

#: What belongs to no single disease: complaints, care, medicine, injuries, absence.
_CARE = (
    r"ziek(?:te|tes|jes|enhuis\w*|gemeld|melding\w*|er|verlof|teverlof|teverzuim|tebeeld)?|zieke|beter(?:gemeld|melding)|sick(?:ness)?|illness(?:es)?|(?:am|is|was|were|been|be|fell|feel|feels|felt|feeling|seriously|very|too|still|mentally|chronically|terminally) ill|unwell|hospital\w*|opgenomen|opname|kliniek|clinic|"
    r"eerste hulp|spoedeisende hulp|emergency room|ambulance|ambulans|intensive care|revalidatie\w*|rehab\w*|huisarts\w*|bedrijfsarts|schoolarts|artsen?|specialist in het|dokter(?:s\w*)?|doctor(?:'s|s)?(?: (?:note|appointment|says|said|told))|tandarts|dentist|"
    r"psycho(?:loog|logen|therapeut|therapie|se|tisch\w*)|student(?:en)?psycholoog|psychologist|psychotic|psychosis|psychiat\w+|therap(?:ie|ieen|eut|eute|y|ist)|fysio\w*|physio\w*|counsel(?:l)?ing|ggz|zorgteam|zorgplan|jeugdzorg|"
    r"medic(?:atie|ijn|ijnen|ijngebruik|ation|ations|ine|ines)|medisch\w*|medical (?:\w+)|antidepress\w+|antibiotic\w*|antibiotica|pijnstill\w+|painkillers?|insulin\w?|ritalin|concerta|methylfenidaat|methylphenidate|prednison\w*|"
    r"[a-z]{3,}(?:azepam|oxetine|opram|fenidaat|phenidate|apine)|geopereerd|operatie|operated on|surgery|surgical|narcose|chemo\w*|bestraling|bestraald|radiotherapy|transplant\w+|dialyse|dialysis|"
    r"diagnos(?:e|es|is|ed|ticeerd|tisch)|gediagnosticeerd|symptom\w*|aandoening\w*|klachten|blessure|geblesseerd|injur(?:y|ies|ed)|(?:been|arm|pols|enkel|voet|hand|rib|sleutelbeen|heup|vinger|teen|kaak|neus)\w* gebroken|gebroken (?:been|arm|pols|enkel|voet|hand|rib|ribben|sleutelbeen|heup|vinger|teen)|broke (?:my|his|her|their|an?) \w+|broken (?:leg|arm|wrist|ankle|foot|hand|rib|bone|collarbone)s?|"
    r"beenbreuk|armbreuk|verstuikt|sprained|kneuzing|gekneusd|hersenschudding|concussion|whiplash|hersenletsel|brain injury|hersenbloeding|beroerte|stroke|hartinfarct|heart (?:attack|condition|disease|surgery)|hartaanval|"
    r"wond|gehecht|stitches|crutches|krukken|in het gips|rolstoel\w*|wheelchair\w*|scootmobiel|prothese|prosthe\w+|gehoorapparaat|hearing aids?|braille\w*|blindengeleidehond|guide dog|gebarentolk|schrijftolk|sign language interpreter")
_DISEASES = (
    r"griep\w*|buikgriep|flu|influenza|koorts|fever|covid(?:-19)?|corona|long covid|verkouden|bronchitis|longontsteking|pneumonia|pfeiffer|glandular fever|mononucleosis|\bmono\b|angina|keelontsteking|voedselvergiftiging|food poisoning|"
    r"blindedarm\w*|appendicitis|ontsteking|infectie|infection|ill with|migraine\w*|hoofdpijn\w*|headaches?|duizelig\w*|flauwgevallen|fainted|overgeven|braken|misselijk|vomiting|nausea|"
    r"kanker|cancer|tumor\w*|leuk(?:emie|aemia|emia)|lymfoom|lymphoma|diabet(?:es|ic)|suikerziekte|suikerpatient|epilep\w+|astma\w*|asthma\w*|copd|hiv|aids|hepatitis|crohn|colitis|prikkelbare darm\w*|ibs|coeliakie|coeliac|celiac|"
    r"reuma\w*|rheumati\w+|artrose|artritis|arthritis|hernia|scoliose|scoliosis|fibromyalgi\w+|endometrios\w+|pcos|schildklier\w*|thyroid|lupus|multiple sclerose|multiple sclerosis|\bms\b patient|parkinson|alzheimer|dementi\w+|als pati[eë]nt|"
    r"allerg(?:ie|ieen|isch|isch\w*|ic|y|ies)|anafyla\w+|eczeem|eczema|psoriasis|bloedarmoede|an(?:a)?emi[ae]|taaislijmziekte|cystic fibrosis|spierziekte|muscular dystrophy|"
    r"hoort slecht|ziet slecht|ringleiding|hoortoestel\w*|slechtziend\w*|visuele beperking|visually impaired|visual impairment|slechthorend\w*|doof|dove|deaf|blind|hard of hearing|hearing (?:loss|impairment|impaired)|tinnitus|stotter(?:t|en|aar)|stutter\w*|stammer\w*|"
    r"zwanger(?:schap\w*)?|pregnan(?:t|cy)|miskraam|miscarriage|abortus|abortion|bevallen|bevalling|ivf|postnatale?|postnatal|postpartum|"
    r"chronisch\w*|chronic\w*|vermoeidheid\w*|fatigue|slapeloosheid|insomnia|slaapproblemen|slaapstoornis\w*|slaapt slecht|sleep disorder|narcolep\w+")
_MIND = (
    r"dyslexi[ea]|dyslectisch\w*|dyslexic|dyscalculi[ea]|dyspraxi[ea]|dysfasie|ad\(?h\)?d|autis(?:me?|tisch\w*|t|tic)|asperger|pdd-?nos|ass (?:diagnose|heeft)|hoogsensitief|hoogbegaafd en|tourette|ocd|dwang(?:stoornis|gedachten|handelingen)|"
    r"depress(?:ie|ies|ief|ieve|ion|ed|ive)|somber\w*|burn-?out|burned out|burnt out|overspannen|overspannenheid|angst(?:en|ig|stoornis\w*|aanval\w*|klachten)|faalangst\w*|anxiety|anxious|panic attacks?|paniek(?:aanval\w*|stoornis)|"
    r"ptss|ptsd|trauma\w*|eetstoornis\w*|eating disorder\w*|anorexi[ae]|boulimia|bulimi[ac]|borderline|bipola(?:ir|ire|r)|mani(?:sch|c)\w*|schizo\w+|psychische \w+|mental (?:health|illness|breakdown)|mentale (?:klachten|problemen|gezondheid)|"
    r"zelfmoord\w*|su[iï]cid\w*|zelfbeschadig\w*|self-?harm\w*|snijdt zich(?:zelf)?|zich(?:zelf)? (?:snijdt|verwondt|pijn doet)|automutil\w+|cuts herself|cuts himself|verslaafd|verslaving\w*|afkickkliniek|addict(?:ed|ion)?|alcoholi\w+|functiebeperking\w*|handicap\w*|gehandicapt\w*|"
    r"disabilit(?:y|ies)|disabled|impairments?|beperking (?:door|heeft)|(?:lichamelijke|fysieke|psychische|visuele|auditieve|motorische|verstandelijke) (?:beperking|klachten|aandoening|stoornis)\w*|leerstoornis\w*|learning (?:disability|disabilities|difficult\w+)|"
    r"extra (?:toets)?tijd|extra time|extended time|tijdsverlenging|(?:aparte|prikkelarme|rustige) (?:toets)?ruimte|separate room|voorlees(?:software|hulp)|voorleesfunctie|text-to-speech|tentamenvoorziening\w*|toetsvoorziening\w*|accommodations? for|"
    r"arbeidsongeschikt\w*|wajong|special needs")

#: By rule, the words that tell of somebody when somebody is told of.
WORDS: Mapping[str, str] = {
    "special:health": rf"{_CARE}|{_DISEASES}|{_MIND}",
    "special:religion": (
        r"islam(?:itisch\w*)?|moslim\w*|muslims?|muslima|soenniet\w*|sjiiet\w*|sunni|shia|christen|christelijk\w*|christian|katholiek|catholic|protestants?|gereformeerd\w*|hervormd|reformatorisch\w*|evangelisch\w*|jehova(?:'s|’s)?\w*(?: getuigen?)?|mormoon\w*|mormon|baptist|"
        r"pinkstergemeente|joods\w*|jood|jewish|\bjew|hindoe\w*|hindu|boeddhist\w*|buddhist|sikh|athe[iï]st\w*|agnost\w+|geloof\b|gelovig\w*|ongelovig|bekeerd|bekering|converted to|faith|religie\w*|religious\w*|religieuze?|"
        r"ramadan|iftar|vasten|vast ik|fasting|suikerfeest|offerfeest|eid(?: al)?|yom kippur|rosh hashan\w+|pesach|passover|chanoeka|hanukkah|divali|diwali|holi|goede vrijdag|good friday|sjabbat|sabbat|shabbat|sabbath|zondagsrust|"
        r"moskee|mosque|kerk(?:dienst|enraad)?|church|synago\w+|tempeldienst|dominee|imam|priester|pastoor|rabbi\w*|bidden|bidt|gebedsruimte|gebed|pray(?:er|ing|s)?|hoofddoek|hijab|headscarf|niqab|keppel\w*|tulband|halal|kosher|koosjer|bijbel(?:studie|kring)|bible study|koran\w*|belijdenis"),
    "special:sex_life": (
        r"homo(?:seksue\w+|'s)?|homosexual|gay|lesbisch\w*|lesbian|biseksue\w+|bisexual|queer|panseksue\w+|pansexual|aseksue\w+|asexual|lhbti\w*|lgbt\w*|uit de kast|coming out|came out|(?:val|valt|vallen) op (?:jongens|meisjes|mannen|vrouwen)|op (?:jongens|meisjes|mannen|vrouwen) (?:val|valt)|"
        r"seksleven|sex life|seksuele? (?:voorkeur|geaardheid|gerichtheid|misbruik|intimidatie|geweld)|sexual orientation|verkracht|raped|sexually (?:abused|assaulted)|aangerand|soa"),
    "special:gender_identity": (
        r"(?:ben|is|am|being) trans|transgender\w*|trans ?(?:man|vrouw|woman|person|persoon|jongen|meisje)|non-?binair\w*|non-?binary|genderfluid\w*|genderqueer|intersek?se|geslachtsverandering|genderdysforie|gender dysphoria|gendertransitie|in transitie|transitioning|transitie naar|my transition|deadname"),
    "special:politics": (
        r"(?:lid(?:maatschap)? van|lid bij|lijst (?:voor|van)|kandidaat (?:voor|bij)|kandidaat-\w+ voor|actief (?:voor|bij|in)|bestuurslid van|flyer\w* voor|campagne voor|canvass\w* for|kandidatenlijst van|lijsttrekker van|op de lijst van|stem(?:t|de|men)?(?: (?:altijd|al|jaren|jarenlang|meestal|vaak|nu|weer)){0,3}(?: op)?|stem ik(?: altijd)?(?: op)?|gestemd op|vote[ds]?(?: for)?|"
        r"member of|campaign\w* for|run(?:ning)? for|stand(?:ing)? for|als|aanhanger van|supporter of|voor de) (?:de |het |the |een )?(?:\w+-?)?(?:vvd|d66|groenlinks|groen links|gl-?pvda|pvda|pvv|cda|pvdd|fvd|ja21|bbb|christenunie|cu|sgp|denk|50plus|nsc|bij1|sp|volt|"
        r"labour|conservatives?|tories|republicans?|democrats?|lib dems|greens|green party|afd|cdu|spd|vlaams belang|n-va|forum voor democratie|partij voor de dieren|partij van de arbeid|socialistische partij)"
        r"|(?:pvv|vvd|d66|sgp|fvd|groenlinks|pvda|cda|bij1)-?(?:stemmer|lid|er)\w*|stem(?:t|de)? (?:pvv|vvd|d66|sgp|fvd|groenlinks|pvda|cda|bij1|links|rechts)|partijlid\w*|party member\w*|gemeenteraadslid|fractievoorzitter|jonge democraten|jovd|extinction rebellion|jonge socialisten"),
    "special:union": r"vakbond\w*|vakvereniging|fnv|cnv|aob|ucu|abvv|acv|unison|trade union|(?:labou?r|student(?:s)?|teachers?) union member|union (?:member|rep|representative)\w*|(?:kader|bestuurs)lid (?:van|bij) de \w*bond",
    "special:ethnicity": (
        r"marokka(?:an|ans|anse|nen)|moroccan|turk(?:s|se|en|ish)|surina(?:ams|amse|mer|mers|mese)|antilliaans?e?|antillean|hindoestaans\w*|hindostaans\w*|moluks?e?|molukker|indische afkomst|syri(?:er|ers|sche?|an)|afghaans?e?|afghan|eritre(?:er|ers|ese|an)|somali\w*|"
        r"koerd(?:isch\w*|en)?|kurdish|berber|roma|sinti|zigeuner\w*|asielzoeker\w*|asielprocedure|azc|vluchteling\w*|gevlucht|statushouder\w*|refugee|asylum|fled (?:from|the|our|to)|migratieachtergrond|migrant\w*|migration background|immigrant\w*|allochto\w+|afkomst|komaf|"
        r"huidskleur|skin colou?r|(?:black|white|brown|asian|latina|latino|hispanic|arab|african) (?:woman|man|person|people|girl|boy|student|female|male)|people of colou?r|woman of colou?r|zwarte (?:vrouw|man|student|studente|jongen|meisje)|"
        r"(?:parents|family|father|mother|grandparents) (?:came|come|comes|is|are|was|were|moved|emigrated|immigrated|born) (?:originally )?(?:from|in)|(?:ouders|vader|moeder|familie|grootouders) (?:komen|komt|kwamen|kwam|zijn|is|werden|werd) (?:oorspronkelijk )?(?:uit|geboren in)|ouders \w+ geboren in|discriminat\w+|gediscrimineerd|racis\w+|spreekt thuis|thuis spreken"),
    "special:genetic": r"brca ?[12]?(?:-gen)?|huntington|dragerschap|erfelijk\w* (?:belast|aandoening|ziekte|borstkanker)|genetisch\w* (?:getest|onderzoek|afwijking|aandoening)|genetic(?:ally)? (?:test\w*|disorder|condition|disease)|dna-?(?:test|onderzoek|uitslag)\w*|hereditary (?:disease|condition|cancer)|carrier of (?:the|a) (?:gene|mutation|variant)",
    "special:criminal": (
        r"strafblad|strafrechtelijk\w*|gearresteerd|aangehouden|arrested|verdacht van|verdachte in|suspected of|charged with|veroorde(?:eld|ling)\w*|convict\w+|sentenced|gevangenis\w*|gevangen gezet|vast ?gezeten|zit vast|in de cel|celstraf|prison|jail|incarcerated|detentie\w*|detention centre|enkelband|ankle (?:monitor|bracelet)|"
        r"taakstraf\w*|community service order|reclassering\w*|probation|parole|jeugddetentie|bureau halt|halt-?(?:straf|afdoening)|criminal (?:record|conviction|charges?|offen[cs]e)|aangifte|politiebureau|police station|voor de rechter|in court for|\bvog\b|proces-verbaal"),
}

#: Said by themselves, with nobody beside them.
PLAINLY: Mapping[str, str] = {
    "special:health": (
        r"ziek ?gemeld|ziekmelding\w*|betermelding|sick (?:leave|note|day)|(?:afwezig|absent|uitstel|extension|verlenging|vrijstelling|exemption|verzuim|verzuimd|mist|missed|niet aanwezig)\b[^.!?\n]{0,40}\b(?:ziek\w*|illness|griep|flu|medisch\w*|medical|operatie|surgery|opname|depressi\w+|zwangerschap|pregnancy|burn-?out|migraine|covid|corona|anxiety|adhd|dyslexi\w+)|"
        r"doktersverklaring|medische (?:verklaring|gronden|redenen|omstandigheden)|medical (?:certificate|grounds|reasons|note|circumstances)|extra (?:toets)?(?:tijd|time) (?:toegekend|gegeven|verleend|granted|approved)|"
        r"(?:toegekend|verleend|granted|approved|recht op)\b[^.!?\n]{0,60}\b(?:extra (?:toets)?tijd|extra time|aparte (?:toets)?ruimte|separate room|voorlees\w+|dyslexie|dyslexia|adhd|autisme|autism)|(?:i\.?v\.?m\.?|wegens|vanwege|due to|because of|op grond van) (?:een |zijn |haar |her |his |an? )?(?:dyslexi\w+|adhd|autis\w+|burn-?out|depressi\w+|ziekte|illness|functiebeperking|migraine|zwangerschap|pregnancy|operatie|surgery|griep|flu|corona|covid|angst\w*|anxiety)"),
    "special:criminal": r"vog\b[^.!?\n]{0,20}\b(?:geweigerd|niet afgegeven|afgewezen|ontbreekt|refused|denied)|(?:geen|zonder) vog|heeft (?:een )?strafblad",
    "special:gender_identity": r"(?:use|gebruik) (?:they/them|hen/hun|die/diens)",
}

#: People whom a sentence can be about, and what is done for one of them: not what is studied.
SOMEBODY = (
    r"(?:zit|zat|lig|lag|blijf|bleef|ziek) thuis|home (?:sick|with)|ik|mij|mijn|m'n|mn|me|mezelf|hij|hem|z'n|zij|ze|haar|ons|onze|zijn (?:vog|strafblad|ziekte|diagnose|geloof|vader|moeder|ouders|broer|zus)|hij|zichzelf|mevrouw|meneer|dhr|mw|"
    r"student(?:e|es|en)? (?:heeft|hebben|met|is|was|zijn|volgt|krijgt|zat|zit|moet|mist|kan|wil|vraagt|meldt|geeft|gebruikt|draagt|has|with|needs|reports|says)|student [A-Z]\w+|leerling(?:e)?|mentee|kind|afwezig|absent|verhinderd|afgemeld|meldt zich|ben|heb|w(?:e|ij) (?:hebben|hadden|zijn|waren|hoorden)|wij|"
    r"broer(?:tje)?|zus(?:je)?|vriend(?:in)?|moeder|vader|ouders?|mama|papa|dochter(?:tje)?|zoon(?:tje)?|oma|opa|oom|tante|partner|man en ik|vrouw en ik|klasgeno\w*|studiegeno\w*|groepsgeno\w*|huisgenoot|gespreksverslag|"
    r"i|i'm|i’m|i've|i’ve|im|my|mine|myself|he|his|him|himself|she|her|hers|herself|we (?:have|had|are|were)|our (?:son|daughter|child|family)|brother|sister|mother|father|mom|mum|dad|grandmother|grandfather|friend|girlfriend|boyfriend|son|daughter|wife|husband|classmate|roommate|"
    r"(?:the |this )?student (?:has|is|was|needs|reports|says|with|suffers|had)")


@cache
def picking(rule: str) -> str:
    """Give the words of a rule as a pattern of RE2 that picks the texts worth a look."""
    return rf"(?i)(?:^|[^\w-])(?:{WORDS[rule]})(?:[^\w]|$)" + (rf"|\b(?:{PLAINLY[rule]})" if rule in PLAINLY else "")


@cache
def picking_any() -> str:
    """Give the words of all rules as one pattern that picks what any of theirs does: it takes as long as one of them."""
    return rf"(?i)(?:^|[^\w-])(?:{'|'.join(WORDS.values())})(?:[^\w]|$)|\b(?:{'|'.join(PLAINLY.values())})"


#: These words are about a person with nobody beside them: whom somebody votes for, where a family comes from.
BY_THEMSELVES = frozenset({"special:politics"})

#: All words, for picking texts.
ANY = rf"(?i)\b(?:{'|'.join([*WORDS.values(), *PLAINLY.values()])})(?:\b|$)"
_WORDS = {rule: re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE) for rule, words in WORDS.items()}
_PLAINLY = {rule: re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE) for rule, words in PLAINLY.items()}
_SOMEBODY = re.compile(rf"(?<![\w'])(?:{SOMEBODY})(?![\w'])", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]*")

#: A note begins with what it is of: "dyslexie: extra tijd".
_NOTED = re.compile(r"\s*[,:;(]")


def told(rule: str, text: str, people: Sequence[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
    """Give where a text tells of somebody by the words of a rule; `people` are the places of whom else it names.

    >>> list(told("special:health", "Ik ben ziek. Week 3 gaat over diabetes.")), list(told("special:health", "Afwezig wegens griep"))
    ([(7, 11)], [(15, 20)])
    """
    for sentence in _SENTENCE.finditer(text):
        start, end = sentence.span()
        words = [found.span() for found in _WORDS[rule].finditer(text, start, end)]
        about = words and (rule in BY_THEMSELVES or _SOMEBODY.search(text, start, end) or any(start <= at < end for at, _ in people) or
                           (rule == "special:health" and _NOTED.match(text, words[0][1]) and not text[:words[0][0]].strip()))
        if about:
            yield from words
        elif rule in _PLAINLY:
            yield from (found.span() for found in _PLAINLY[rule].finditer(text, start, end))


def telling(rule: str) -> Callable[[pa.Array], pa.Array]:
    """Give what says of each text of an array whether it tells of somebody by the words of a rule."""
    def sift(texts: pa.Array) -> pa.Array:
        import pyarrow as pa

        return pa.array([next(told(rule, text), None) is not None for text in texts.to_pylist()], pa.bool_())

    return sift
