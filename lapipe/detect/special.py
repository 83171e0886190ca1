"""Special categories in values: closed lists that speak for themselves, and codes of diagnoses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from lapipe.detect.bsn import Verdict

if TYPE_CHECKING:
    import pyarrow as pa

#: A column of more distinct values than this is no closed list.
CLOSED_LIST = 5_000
#: Longest value, in bytes, that can stand on a closed list.
LONGEST = 60
#: The share of a column's distinct values that must stand on a list, and how many.
SHARE, ENOUGH = 0.2, 2
#: The share of values with the form of an ICD-10 code, and how many of them must be of blocks that students have.
CODES_SHARE, CODES_ENOUGH = 0.8, 3

# Values that say by themselves what they are about. After "~" those that are said of other things, too: they corroborate only.
_LISTS = {
    "special:health": (
        "dyslexie; dyslexia; dyslectisch; dyslexic; ernstige dyslexie; dyscalculie; dyscalculia; adhd; add; ad hd; attention deficit; autisme; autism; autistisch; autistic; autismespectrum; "
        "autisme spectrum stoornis; autismespectrumstoornis; autism spectrum; asperger; pdd nos; ass autisme; autisme ass; epilepsie; epilepsy; diabetes; diabetes type; migraine; "
        "depressie; depression; burn out; burnout; ptss; ptsd; angststoornis; anxiety; anxiety disorder; ocd; bipolair; bipolar; eetstoornis; eating disorder; anorexia; borderline; schizofrenie; "
        "psychose; slechtziend; visueel; visuele beperking; visual impairment; visually impaired; blind; slechthorend; auditief; auditieve beperking; hearing impairment; hard of hearing; deaf; doof; "
        "motorische beperking; mobility impairment; lichamelijke beperking; fysieke beperking; physical disability; psychische aandoening; psychische beperking; psychische klachten; mental health; "
        "mental health condition; chronische ziekte; chronisch ziek; chronic illness; chronische aandoening; chronische pijn; functiebeperking; handicap; disability; learning disability; learning difficulty; "
        "specific learning difficulty; leerstoornis; rolstoel; rolstoelgebruiker; wheelchair; wheelchair user; zwanger; zwangerschap; pregnant; pregnancy; bevalling; "
        "extra tijd; extra time; extra_time; extratime; extra tijd tentamen; extratimeonlymaths; extra toetstijd; additional time; vergroot lettertype; vergroting; braille; voorleessoftware; spraaksynthese; kurzweil; "
        "spell checker; spellcheckeronscreen; spell_checker_on_screen; spell checker on screen; spoken; text to speech; screen reader; aparte ruimte; prikkelarme ruimte; rustige ruimte; gebarentolk; schrijftolk; "
        "ziek gemeld; ziekmelding; betermelding; ziekteverlof; zwangerschapsverlof; zorgverlof; langdurig ziek; hearing loss; low vision; vision loss; autism spectrum disorder; specific learning disorder; motor impairment; lichamelijk beperkt; separate room; scribe; reader and scribe; rest breaks; extra breaks; enlarged print; large print; coloured paper; sign language interpreter; note taker; notetaker; beroerte; hernia; fibromyalgie; lupus; multiple sclerose;  chemotherapie; kanker; cancer; reuma; astma; asthma; long covid; dyspraxie; dyspraxia; dyspraxie dcd; tourette; hersenletsel; nah; crohn; rsi; hoogsensitief; notenallergie; glutenintolerantie"
        " ~ ziek; ziekte; sick; illness; operatie; surgery; ass; arts; dokter; tandarts; ziekenhuis; medisch; medical; doktersbezoek; huisarts; fysiotherapie; fysiotherapeut; specialist; orthodontist; psychiater; begrafenis; reader; motorisch; chronisch; psychisch; lichamelijk; zintuiglijk; dys; adhd add; vis; aud; mot; chr; psy; hospital; coeliakie; allergie; glutenvrij; lactosevrij; zorg; concentratie; angst; "
        "vermoeidheid; pijn; psycholoog; visual; hearing; mobility; sensory; overig psychisch"),
    "special:religion": (
        "islam; islamitisch; moslim; muslim; islamic; sunni; soenniet; sjiiet; rooms katholiek; roomskatholiek; katholiek; catholic; roman catholic; protestant; protestants; pkn; gereformeerd; hervormd; "
        "nederlands hervormd; reformatorisch; evangelisch; christelijk; christen; christian; christianity; christendom; joods; jood; jewish; judaism; jodendom; hindoe; hindoeisme; hindoeistisch; hindu; hinduism; "
        "boeddhist; boeddhisme; boeddhistisch; buddhist; buddhism; sikh; sikhism; atheist; atheisme; agnost; agnostisch; agnosticus; agnostic; humanist; humanistisch; humanisme; orthodox; russisch orthodox; "
        "orthodox christian; oosters orthodox; jehova; jehovas getuige; jehovah s witness; mormoon; baptist; pinkstergemeente; antroposofisch; bahai; niet gelovig; not religious; no religion; geen religie; ongelovig"
        " ~ halal; kosher; koosjer; ramadan; diwali; suikerfeest"),
    "special:ethnicity": (
        "autochtoon; allochtoon; niet westers; niet westerse allochtoon; westerse allochtoon; niet westerse migratieachtergrond; westerse migratieachtergrond; met migratieachtergrond; zonder migratieachtergrond; "
        "migratieachtergrond; nederlandse achtergrond; marokkaanse achtergrond; turkse achtergrond; surinaamse achtergrond; antilliaanse achtergrond; generatie niet westers; generatie westers; westers; non western; "
        "niet westerse herkomst; westerse herkomst; nederlandse herkomst; herkomst marokko; herkomst turkije; herkomst suriname; herkomst antillen; herkomst caribisch gebied; herkomst nederland; white british; white english; white european; white other; white irish; black african; black caribbean; black british; asian; asian indian; asian pakistani; asian bangladeshi; asian chinese; asian british; asian or asian british; asian or asian british indian; asian or asian british pakistani; black or black british; mixed race; mixed ethnic background; "
        "hispanic; hispanic or latino; latino; latina; caucasian; african american; black or african american; native american; american indian or alaska native; pacific islander; arab; roma; "
        "hindoestaans; hindostaans; creools; molukker; moluks; berber; koerdisch; kurdish; statushouder; vluchteling; refugee; any other ethnic group; other ethnic group"
        " ~ white; black; mixed; marokkaans; marokkaanse; turks; turkse; surinaams; surinaamse; antilliaans; antilliaanse; nederlands; nederlandse; moroccan; turkish; surinamese; dutch; indonesisch; indonesische; chinees; chinese; pools; poolse; "
        "polish; duits; duitse; german; belgisch; belgische; belgian; syrisch; syrische; syrian; somalisch; afghaans; afghaanse; iraans; eritrees; british; indian; american; french; spanish; italian; italiaanse; spaanse; franse"),
    "special:politics": (
        "vvd; d66; groenlinks; groen links; gl pvda; groenlinks pvda; pvda; pvv; cda; pvdd; partij voor de dieren; forum voor democratie; fvd; ja21; bbb; christenunie; christen unie; sgp; denk; 50plus; nsc; "
        "nieuw sociaal contract; bij1; socialistische partij; piratenpartij; snp; plaid cymru; liberal democrat; labour party; conservative party; conservatives; liberal democrats; democrat; democrats; republican; republicans; green party; n va; open vld; vlaams belang"
        " ~ conservative; blanco; sp; volt; cu; labour; green; links; rechts; progressief; conservatief; liberaal; socialist; left wing; right wing"),
    "special:union": (
        "fnv; cnv; aob; vakbond; fnv overheid; cnv overheid; cnv onderwijs; fnv onderwijs; vakcentrale voor professionals; de unie; avv; ac hop; vawo; lid vakbond; ucu; unison; trade union; union member; verdi; acod; acv; abvv ~ vcp; fbz; "
        "cmhf"),
    "special:sex_life": (
        "heteroseksueel; homoseksueel; biseksueel; lesbisch; lesbienne; panseksueel; aseksueel; heterosexual; homosexual; bisexual; lesbian; pansexual; asexual; gay; gay lesbian; gay or lesbian; gay man; queer; "
        "heterosexual straight; straight heterosexual; lhbti; lhbtiq ~ hetero; homo; bi; straight"),
    "special:gender_identity": (
        "non binair; nonbinair; non binary; nonbinary; transman; transvrouw; trans man; trans vrouw; trans woman; transgender; genderqueer; genderfluid; genderfluide; agender; cisgender; cis vrouw; cis man; intersekse; intersex; "
        "gender non conforming ~ she/her; he/him; they/them; she/they; he/they; zij/haar; hij/hem; die/diens; hen/hun; die/hun; hen; she her; he him; they them"),
    "special:criminal": (
        "vog ok; vog akkoord; vog in aanvraag; vog niet afgegeven; vog nodig; vog afgegeven; vog geweigerd; vog aangevraagd; vog verlopen; vog aanwezig; geen vog; vog ingeleverd; veroordeeld; geen veroordeling; veroordeling; strafblad; geen strafblad; convicted; no convictions; no conviction; "
        "criminal record; no criminal record; unspent conviction; spent conviction; taakstraf; gevangenisstraf; celstraf; reclassering; detentie; voorwaardelijk veroordeeld; onder toezicht reclassering ~ verdachte; aangehouden; diefstal; geweld; vernieling; mishandeling; fraude; inbraak; theft; assault; burglary; fraud"),
}
#: ICD-11 codes (WHO): 6A to 6E are mental and neurodevelopmental disorders, 8A the nervous system. Rooms are numbered so too, but not with a point behind.
_ICD11, _FAMILIAR11, _POINTED = r"^[1-9A-HJ-NP-X][A-HJ-NP-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,2})?$", r"^(?:6[A-E]|8A)\d[0-9A-Z]", r"\."
#: Codes of DSM-IV are those of ICD-9-CM for mental disorders, 290 to 319 with two decimals; those of development, mood and anxiety must be among them.
_DSM, _FAMILIAR_DSM = r"^(?:29\d|30\d|31\d)\.\d\d$", (
    r"^(?:314\.(?:00|01|90)|299\.(?:00|10|80)|315\.(?:00|10|20|31|32|39|40|90)|300\.(?:0[0-3]|1[1-69]|2[1-39]|30|40|60|70|8[12])|296\.[0-8][0-6]|309\.(?:00|2[148]|30|40|81)|307\.(?:0|10|2[0-3]|4[2-7]|5[0-3]))")
#: ICD-10 categories that students' files have: mental (F), nervous, diabetes, lungs, bowels, pain, senses, pregnancy, injuries of the brain.
_ICD = r"^[A-TV-Z]\d[0-9AB](?:\.?[0-9A-Z]{1,4})?[*+†]?$"
_FAMILIAR = (r"^(?:F[0-9]\d|G(?:2[0-5]|35|4[0-7]|8[0-3]|90|93)|E(?:0[0-7]|1[0-4]|66|84)|J4[4-7]|K(?:5[0-2]|58|90)|M(?:0[5-9]|32|4[15]|5[0-4]|79)|"
             r"H(?:5[34]|6[6-9]|9[0-3])|O\d\d|Z(?:3[3-5]|73)|R(?:5[13]|4[1-7])|Q90|S06|T90|C[0-9]\d|D[56]\d|I[12]\d|N(?:18|80)|U(?:07|09)|B2[0-4]|L(?:20|40))(?:\.|[0-9A-Z]{0,3}$)")


@cache
def _terms() -> dict[str, tuple[str, bool]]:
    """Every listed value, with its rule and whether it speaks for itself."""
    found: dict[str, tuple[str, bool]] = {}
    for rule, text in _LISTS.items():
        sure, _, unsure = text.partition(" ~ ")
        for terms, speaks in ((sure, True), (unsure, False)):
            for term in terms.split("; "):
                found.setdefault(term.strip(), (rule, speaks))
    return found


def plainly(value: str) -> str:
    """Write a value as the lists do: small letters, no accents, no digits, no signs, nothing in brackets.

    >>> plainly("Autisme (ASS)"), plainly("25% extra tijd"), plainly("Niet-Westers"), plainly("she/her")
    ('autisme', 'extra tijd', 'niet westers', 'she/her')
    """
    apart = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)|\[[^\]]*\]|\b\d+e\b", " ", value.lower()))
    plain = re.sub(r"[^a-z/_ ]+", " ", "".join(sign for sign in apart if not unicodedata.combining(sign)))
    return " ".join(plain.split())


@dataclass
class Lists:
    """The values of one column that stand on closed lists, and those that look like codes of diagnoses."""

    distinct: int = 0
    sure: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    familiar: Counter[str] = field(default_factory=Counter)
    pointed: bool = False

    def add(self, text: pa.Array, distinct: int) -> None:
        """Look at a batch of so many distinct values, of which `text` are no numbers, as long as the column may be a closed list."""
        import pyarrow.compute as pc

        self.distinct += distinct
        if self.distinct > CLOSED_LIST:
            return
        terms = _terms()
        for value in text.filter(pc.less_equal(pc.binary_length(text), LONGEST)).to_pylist():
            known = terms.get(_as_listed(value)) or terms.get(plainly(value))
            if known:
                (self.sure if known[1] else self.unsure)[known[0]] += 1
        for form, familiar in ((_ICD, _FAMILIAR), (_ICD11, _FAMILIAR11), (_DSM, _FAMILIAR_DSM)):
            codes = text.filter(pc.match_substring_regex(text, form))
            self.codes[form] += len(codes)
            self.pointed = self.pointed or (form == _ICD11 and bool(pc.any(pc.match_substring_regex(codes, _POINTED)).as_py()))
            self.familiar[form] += pc.sum(pc.match_substring_regex(codes, familiar)).as_py() or 0

    def verdict(self, rule: str, *, rooms: bool) -> tuple[Verdict, int]:
        """Judge the column on one rule and give how many values speak for it; `rooms` says that its name is of rooms or chapters."""
        if self.distinct > CLOSED_LIST or not self.distinct:
            return "none", 0
        sure, unsure = self.sure[rule], self.unsure[rule]
        verdict: Verdict = "none"
        # One that speaks for itself with others beside it: "white" and "black" are colours, and with "asian" are none.
        together = sure and unsure >= ENOUGH and sure + unsure >= 2 * SHARE * self.distinct
        if together or (sure >= ENOUGH and sure + unsure >= SHARE * self.distinct):
            verdict = "found"
        elif (sure and sure + unsure >= SHARE * self.distinct) or (sure >= ENOUGH and sure + unsure > ENOUGH) or (unsure >= ENOUGH + 1 and unsure >= 2 * SHARE * self.distinct):
            verdict = "possible"
        if rule == "special:health" and not rooms:
            for form, codes in self.codes.items():
                familiar = self.familiar[form]
                if codes >= CODES_SHARE * self.distinct and familiar >= CODES_ENOUGH and familiar * 2 > codes and (form != _ICD11 or self.pointed):
                    return "found", codes
        return verdict, sure + unsure


def _as_listed(value: str) -> str:
    return value.strip().lower()
