"""Ordinary Dutch and English words, by which a word with a capital letter is told from a name."""

from __future__ import annotations

import gzip
from functools import cache
from importlib import resources

from lapipe.detect.names import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that begin sentences or carry them. Some are names too (An, Will, Best), and with a capital say nothing of that.
FUNCTION = _words(
    # Dutch
    "aan aangezien achter af al alle alleen allemaal alles als alsof alvast alweer an ander andere anderen anders beide ben bent best beste bij "
    "bijna bijvoorbeeld binnen blijft boven buiten daar daarbij daardoor daarmee daarna daarnaast daarom daarop daarvan daarvoor dan dank dankjewel "
    "dat de deze dezelfde dicht die dit doe doet door doordat drie duidelijk dus echt een eens eerst eerste eigenlijk elk elke en enkele er "
    "eraan erg ergens ermee erop eruit ervan even ga gaan gaat gaf geef geen gegroet geldt gelukkig gemaakt genoeg gewoon gezien gisteren goed goede "
    "goedemiddag goedemorgen graag groeten groet groetjes haal had haar heb hebben hebt heeft heel helaas helemaal help hem hen het hetzelfde hier "
    "hierbij hierin hij hoe hoeveel hoewel hoi hoort hopelijk hun iedere iedereen iemand iets ik in inderdaad indien is ja jammer je jij jou jouw "
    "juist jullie kan kijk klopt komt kon kort krijg krijgen kun kunnen kunt laat laatst later leuk liever logisch maak maakt maar mag "
    "marginaal me mee meer mensen met mijn misschien mij moest moet moeten mogelijk mogen morgen mvg na naar naast namelijk natuurlijk nee net niemand "
    "niet niets nieuwe nog nogmaals nooit nou nu of ofwel om omdat omgekeerd onder ondanks ons onze ook op over overigens pas per precies prima probeer "
    "rond samen sinds sommige soms sorry staat steeds straks succes te tegen ten ter terwijl tevens tijdens toch toe toen tot trouwens tussen twee uit "
    "uiteindelijk uiteraard vaak van vandaag vanaf vanwege veel verder vervolgens via vier voor vooral voordat voorbeeld vond volgens volgende vrij waar "
    "waarbij waardoor waarom waarschijnlijk waarvan wanneer want waren was wat we weer weet weinig wel welk welke wellicht werd wie wij wil "
    "willen wilt worden word wordt zag zal ze zeer zeker zelf zelfs zeg zie zien ziet zij zijn zo zoals zodat zodra zonder zou zouden zowel zullen "
    # English
    "a about above according actually add after again against ago all allow almost along already also although always am among an and another "
    "any anyone anything anyway are around as ask at away based be because been before being below besides best better between both but by can "
    "cannot check cheers come consider could dear did do does doing done during each either else end even ever every everybody everyone everything except few "
    "finally find first follow following for forget from get give given go going good got great greetings had has have having he hello help "
    "hence her here hers hey hi him his hope how however i if in indeed instead into is it its just keep kind know last later let like "
    "look lots made make many may maybe me might mine more most much must my near need neither never new next nice no nobody none nor not note "
    "nothing now of off oh ok okay old on once one only or other otherwise our out over own per perhaps please point put quite rather read really "
    "regarding regards right said same say second see seem seems shall she should show similarly since so some somebody someone something sometimes soon sorry "
    "still such sure take tell than thank thanks that the their them then there therefore these they thing think third this those though through "
    "thus till to today together tomorrow too try trying two under unfortunately unless until up upon us use used using usually very via want "
    "was way we well went were what whatever when where whereas whether which while who whoever whom whose why will wish with within without "
    "work would write yeah yes yesterday yet you your yours ps nb fyi btw mbt ivm tav dmv igv etc nvt al et "
    "wegens vergeet bekijk bel bellen call click day download fill first klik kies lees mail neem open read select send stel stuur upload vul zoek zet start stop long "
    "dr drs ir prof mr mrs ms mevr dhr mw heer mevrouw meneer professor mvr")

#: Written with a capital and no one's name: days, months, places and things of a university, programs.
PROPER = _words(
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday sunday "
    "januari februari maart april mei juni juli augustus september oktober november december "
    "january february march may june july august october "
    "kerst pasen pinksteren hemelvaart koningsdag sinterklaas christmas easter "
    "nederland nederlands nederlandse nederlanders dutch engels engelse english duits duitse duitsland german germany frans franse france french "
    "belgie belgisch europa europe european europees amerika america american amerikaanse brits british holland hollandse vlaams vlaanderen "
    "spaans spaanse spanish latijn latin grieks griekse greek italiaans "
    "amsterdam rotterdam utrecht leiden delft eindhoven groningen nijmegen maastricht tilburg enschede wageningen haarlem arnhem breda zwolle london "
    "brussel antwerpen gent leuven parijs paris berlijn "
    "moodle canvas brightspace blackboard zoom teams google youtube wikipedia microsoft windows office excel word powerpoint outlook onedrive dropbox "
    "github gitlab python pandas java javascript matlab spss stata latex overleaf linux ubuntu android iphone apple macbook chrome firefox safari "
    "jupyter notebook rstudio anaconda sql docker chatgpt openai whatsapp discord slack facebook instagram twitter linkedin pdf url osiris studielink "
    "turnitin ans surf grasple panopto mentimeter kahoot scopus elsevier springer springerlink jstor "
    "bachelor master premaster propedeuse phd bsc msc hbo wo mbo vwo havo ects avg gdpr dpia faq nl en uk eu vs usa "
    "bayes bayesiaans gauss gaussian poisson markov pearson spearman student likert cronbach fourier laplace newton euler pythagoras darwin freud piaget "
    "internet iban bsn")

#: What a course and its forum talk of, with a capital where a number or a title follows.
STUDY = _words(
    "hoofdstuk paragraaf opdracht opgave oefening vraag antwoord deel bijlage figuur tabel week les college hoorcollege werkcollege werkgroep practicum "
    "seminar tutorial tentamen hertentamen toets deeltoets examen quiz project verslag essay scriptie presentatie groep groepen cijfer cijfers inleiding "
    "introductie conclusie samenvatting discussie methode resultaten literatuur artikel boek blok periode semester studiejaar vak cursus module thema "
    "onderwerp deadline rooster forum bericht reactie update docent docenten student studenten universiteit hogeschool faculteit opleiding "
    "bibliotheek campus zaal lokaal gebouw statistiek wiskunde rechten recht economie psychologie biologie scheikunde natuurkunde geschiedenis filosofie "
    "informatica onderwijs onderzoek taal communicatie bedrijfskunde geneeskunde didactiek algebra analyse "
    "studiegenoten groepsgenoten medestudenten klasgenoten collega collegas klas team teamleden groepsleden begeleider begeleiders coordinator mensen "
    "colleague colleagues folks guys classmates class peers sir madam "
    "chapter section paragraph assignment exercise question answer part appendix figure table lecture lectures tutorials workshop lab exam resit test "
    "report thesis presentation group groups grade grades introduction conclusion summary discussion method methods results literature article book block "
    "period term year course topic subject theme schedule message reply teacher teachers students university faculty department programme program library "
    "room building statistics mathematics math law economics psychology biology chemistry physics history philosophy computer science education research language "
    "communication business medicine data learning analytics machine page pages slide slides step lesson unit model hypothesis nul null appendix iii ii iv vi")


#: Letters of each of the two words that a compound is made of.
PART = 4


@cache
def _listed() -> frozenset[str]:
    packed = resources.files("lapipe.detect").joinpath("data", "words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n")) | FUNCTION | PROPER | STUDY


def is_word(token: str) -> bool:
    """Say whether this is an ordinary word, a compound of two, or with digits behind it.

    >>> [is_word(word) for word in ("tentamen", "Statistiekopdracht", "week12", "Bouchikhi")]
    [True, True, True, False]
    """
    folded = fold(token).rstrip("0123456789")
    return folded in _listed() or is_compound(folded) or (len(folded) > 3 and folded.endswith("'s") and folded[:-2] in _listed())


def is_compound(folded: str) -> bool:
    """Say whether a folded word is made of two ordinary ones, as Dutch writes them together, a linking s or e between them aside."""
    words = _listed()
    parts = [part for part in folded.split("-") if part]
    if len(parts) > 1:
        return all(part in words for part in parts)
    return any(folded[:cut] in words and (folded[cut:] in words or (folded[cut] in "se" and folded[cut + 1:] in words and len(folded) - cut > PART))
               for cut in range(PART, len(folded) - PART + 1))
