"""Find the spans of free text that tell who somebody is, or something about them that is nobody's business."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lapipe.detect.names import PREFIXES, fold, is_common, is_given, is_surname
from lapipe.detect.telling import ANY, WORDS, told
from lapipe.detect.words import FUNCTION, PROPER, STUDY, is_word

if TYPE_CHECKING:
    import pyarrow as pa

    from lapipe.contract import Spelling


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, by its characters; `sure` where there is no doubt, `person` the number of a known person it stands for."""

    start: int
    end: int
    rule: str
    sure: bool = True
    person: str = ""


#: Signs of an IBAN in any country, and digits of a telephone number (ITU-T E.164).
_IBAN_SIGNS, _PHONE_DIGITS = (15, 34), (9, 15)
#: Letters before the digits of what a system calls somebody; fewer are a code: "B204".
_STEM = 3
#: Digits of a number that is looked for among the known people's, and signs of a name of theirs in a system.
_KNOWN_DIGITS, _KNOWN_SIGNS = 5, 3
#: A word in capitals of so many letters may be a short form: SPSS.
_SHORT_FORM = 6
#: A name in small letters has more letters than this; "ada" and "jan" stand for other things.
_SMALL = 3
#: Longer texts, and longer runs without a space, are a doubt as a whole.
_LONGEST, _ENDLESS = 100_000, re.compile(r"\S{2000}")

#: Which rule names a span where several found it: the first of these.
_RANK = ("bsn", "onderwijsnummer", "secret", "url_id", "email", "iban", "student_number", "username", "user_id", "phone", "date_of_birth", "address", "ip",
         "mac", "url", "name", "number")


def plain(text: str) -> str:
    """Give a text as it reads: without the tags of HTML and what hides in them, in letters and digits of one kind, no invisible signs.

    >>> plain('<p>Beste&nbsp;Jan,<br>zie <a href="/user/7">dit</a></p>')
    'Beste Jan,\\nzie dit'
    """
    if "<" in text:
        text = _BREAKS.sub("\n", text)
        text = _TAGS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign in "\n\t" or unicodedata.category(sign) not in ("Cf", "Cc", "Co", "Cn"))
    return text.strip()


_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6]|/?ul|/?ol|/?blockquote)\b[^>]*>", re.IGNORECASE)
# A sign below that begins no tag stays; a tag that is not closed is one.
_TAGS = re.compile(r"<(?:/|!|\?)?[A-Za-z!?/-][^<>]*(?:>|$)")


# --- patterns: first RE2 over all texts, then Python where it hit ---------------------------------------------------------------------

_MONTH = (r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|juni?|june?|juli?|july?|aug(?:ustus|ust)?|sep(?:t|tember)?|"
          r"okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?")
_DATE = (rf"\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:\d{{4}}|\d{{2}})|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}(?:e|ste|de|st|nd|rd|th)?[ -](?:of )?{_MONTH}"
         rf"(?:,?[ -]'?\d{{2,4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?")
_NATIONAL = r"(?:bsn|bsn-?n(?:umme)?r|burger ?service ?n(?:umme)?r|sofi-?(?:n(?:umme)?r)?|pgn|persoonsgebonden ?n(?:umme)?r|citizen service number|onderwijs-?n(?:umme)?r)"
_NINE = r"\d{8,9}|\d{3}[ .-]\d{3}[ .-]\d{3}|\d{4}[ .-]\d{2}[ .-]\d{3}|\d{2}[ .-]\d{2}[ .-]\d{2}[ .-]\d{3}"
_STUDENT = (r"(?:student(?:en)?[ -]?(?:nummer|nr\.?|number|no\.?|id|num)|stud\.? ?nr\.?|snr|stam(?:nummer|nr)|leerling(?:nummer|nr)|"
            r"(?:personeels|medewerkers?)-?(?:nummer|nr)|(?:staff|employee|registration|matriculation) (?:id|number|no)|collegekaart(?:nummer)?)")
_SITE = r"[\w-]+(?:\.[\w-]+)*\.(?:com|nl|org|net|eu|io|be|de|edu|uk|me|gg|app|info)"


@dataclass(frozen=True)
class _Pattern:
    """One rule: RE2 picks the texts, Python's pattern the spans (its group `it`, or all of it), `check` says whether one is sure."""

    rule: str
    picks: str
    spans: re.Pattern[str]
    check: Callable[[re.Match[str]], bool | None] | None = None


def _iban(found: re.Match[str]) -> bool | None:
    code = re.sub(r"\s", "", found[0]).upper()
    if re.fullmatch(r"NL\d{2}[A-Z]{4}\d{10}", code):
        return True
    digits = "".join(str(int(sign, 36)) for sign in code[4:] + code[:4])
    return True if _IBAN_SIGNS[0] <= len(code) <= _IBAN_SIGNS[1] and int(digits) % 97 == 1 else None


def may_be_national(text: str) -> bool:
    """Say whether these are nine digits that pass the test of a BSN, or of an onderwijsnummer (which begins with 10 and leaves 5).

    >>> may_be_national("1234.56.782"), may_be_national("123456789"), may_be_national("12345678")
    (True, False, False)
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) != 9 or digits == "000000000":
        return False
    rest = (sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=False)) - int(digits[8])) % 11
    return rest == 0 or (rest == 5 and digits.startswith("10"))


def _national(found: re.Match[str]) -> bool | None:
    """A number that passes, without a word that says what it is, may be one."""
    return False if may_be_national(found[0]) else None


def _phone(found: re.Match[str]) -> bool | None:
    import phonenumbers

    raw = found[0]
    digits = re.sub(r"\D", "", raw)
    if not _PHONE_DIGITS[0] <= len(digits) <= _PHONE_DIGITS[1] or not raw.lstrip("(").startswith(("+", "0")):
        return None
    try:
        number = phonenumbers.parse(raw, "NL")
        return True if phonenumbers.is_valid_number(number) else None
    except phonenumbers.NumberParseException:
        return None


def _patterns() -> tuple[_Pattern, ...]:
    def make(text: str) -> re.Pattern[str]:
        return re.compile(text, re.IGNORECASE)

    return (
        _Pattern("email", "@", re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")),
        _Pattern("email", r"(?i)[(\[{]\s*(?:at|apenstaart\w*|@)\s*[)\]}]| (?:at|apenstaartje) \S+ (?:dot|punt) ",
                 make(r"[\w.+-]+\s*(?:[(\[{]\s*(?:at|apenstaart\w*|@)\s*[)\]}]|\s(?:at|apenstaartje)\s)\s*[\w-]+(?:\s*(?:\.|[(\[{]\s*(?:dot|punt)\s*[)\]}]|\s(?:dot|punt)\s)\s*[\w-]+)+")),
        _Pattern("url_id", r"(?i)(?:https?://|www\.)\S", make(r"(?:https?://|www\.)\S*(?:[?&;](?:u(?:ser_?)?id|user|student\w*|login|username|email|id|token|sesskey|key)=|"
                 r"/(?:user|users|profile|profiles|people|person|student|students|in|u)/|~|@|\.php\?)\S*")),
        _Pattern("url_id", r"(?i)\b(?:urn|acct|mailto|tel|xmpp|orcid):\S", make(r"\b(?:urn|acct|mailto|tel|xmpp|orcid):[^\s,;)\]\"'<>]+")),
        _Pattern("url", r"(?i)(?:https?|ftp)://\S|www\.\S", make(r"(?:(?:https?|ftp)://|www\.)\S+")),
        _Pattern("url", r"(?i)\.(?:com|nl|org|net|eu|io|be|de|edu|uk|me|gg|app|info)/\S", make(rf"\b{_SITE}/\S+")),
        _Pattern("username", r"(?:^|[^\w@.])@\w{2}", re.compile(r"(?<![\w@.])@\w[\w.-]+")),
        _Pattern("username", r"\w#\d{4}", re.compile(r"\b[\w.]{2,}#\d{4}\b")),
        _Pattern("username", r"(?i)\b(?:snap(?:chat)?|insta(?:gram)?|discord|username|gebruikersnaam|user name|tiktok|skype)\b",
                 make(r"\b(?:snap(?:chat)?|insta(?:gram)?|discord|username|gebruikersnaam|user name|tiktok|skype)\b\s*(?:is|:|=|-)\s*(?P<it>[\w.@-]{3,})")),
        _Pattern("username", r"(?i)\b(?:inlognaam|login|account|gebruikersnaam|username|netid|solis-?id)\b",
                 make(r"\b(?:inlognaam|login|account|gebruikersnaam|username|netid|solis-?id)(?: (?:is|was|van mij))?[ :=(]{1,3}['\"]?(?P<it>[a-z][\w.-]*[0-9_.]\w*(?:[\w.-]*\w)?)")),
        _Pattern("iban", r"(?i)\b[A-Z]{2}\d{2}[ A-Z0-9]{11}", make(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), _iban),
        _Pattern("ip", r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:",
                 re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\w)|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{0,4}(?![\w:])"
                            r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![\w:])")),
        _Pattern("mac", r"(?:[0-9A-Fa-f]{2}[:-]){5}", re.compile(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b")),
        _Pattern("bsn", rf"(?i)\b{_NATIONAL}\b", make(rf"\b{_NATIONAL}\b\D{{0,30}}(?P<it>{_NINE})(?!\d)")),
        _Pattern("bsn", rf"(?i)\b{_NATIONAL}\b", make(rf"(?<!\d)(?P<it>{_NINE})\W{{0,5}}(?:is )?(?:mijn |my )?\b{_NATIONAL}\b")),
        _Pattern("bsn", r"\d{9}|\d{3}[ .-]\d{3}[ .-]\d{3}|\d{4}[ .-]\d{2}[ .-]\d{3}", re.compile(rf"(?<![\w.,-])(?:{_NINE})(?![\w-]|[.,]\d)"), _national),
        _Pattern("student_number", rf"(?i)\b{_STUDENT}", make(rf"\b{_STUDENT}(?![a-z])\D{{0,20}}?(?P<it>[a-z]?-?\d{{4,12}})\b")),
        _Pattern("student_number", r"(?i)\b[a-z]{1,2}-?\d{6,8}\b", make(r"\b(?:[sumpex]|st|vu|uv|tu)-?\d{6,8}\b")),
        _Pattern("user_id", r"(?i)\b(?:users?|gebruikers?|leerling|learner|deelnemer|student)\b", make(
            r"\b(?:users?|gebruikers?|leerling|learner|deelnemer|student)(?:(?: with| met| having)?(?: the| de| het)?[ _-]?(?:id|nummer|number|nr\.?)|[ :=]{1,2})[ :=]{0,2}['\"]?(?P<it>#?\d{3,12})\b")),
        _Pattern("phone", r"(?:\+|0|\(0)[\d\s().\-/]{8,}\d", re.compile(r"(?<![\w+])(?:\+|\()?\d[\d\s().\-/]{7,18}\d(?!\w)"), _phone),
        _Pattern("date_of_birth", r"(?i)\b(?:geboren|geb|geboorte\w*|born|birth\w*|dob|verjaardag|jarig)\b", make(
            rf"\b(?:geboren|geb\.?|geboorte\w*|born|birth\w*|date of birth|dob|verjaardag|jarig)\b[^.!?\n\d]{{0,30}}?(?P<it>{_DATE}|(?:19|20)\d\d)")),
        _Pattern("date_of_birth", r"(?i)\b(?:geboren|jarig|born|birthday|verjaardag)\b", make(rf"\b(?P<it>{_DATE})\b[^.!?\n]{{0,20}}\b(?:geboren|jarig|born|birthday|verjaardag)\b")),
        _Pattern("address", r"[1-9]\d{3} ?[A-Z]{2}\b", re.compile(
            r"(?:(?:\b(?:[A-Z][\w'.-]*|van|der|de|den|het|ten) ){0,3}\b[A-Z][\w'.-]+ \d{1,5} ?[a-zA-Z]?,? +)?\b[1-9]\d{3} ?(?!S[ADS]\b)[A-Z]{2}\b(?:[ ,]+\d{1,5}\b)?")),
        _Pattern("address", r"(?i)(?:straat|laan|weg|plein|gracht|kade|singel|dijk|steeg|dreef|plantsoen|boulevard|pad|hof) \d|\d \w+ (?:street|road|lane|avenue)\b", make(
            r"\b\w[\w'-]*(?:straat|laan|weg|plein|gracht|kade|singel|dijk|steeg|dreef|plantsoen|boulevard|pad|hof) \d{1,5} ?[a-z]?\b|\b\d{1,5} \w+ (?:street|road|lane|avenue)\b")),
        _Pattern("username", r"(?i)[a-z]{2}[._][a-z]{2}|\b[a-z]\.[a-z]{3}", re.compile(r"(?<![\w@./])[A-Za-z]+(?:[._][A-Za-z]+)+(?![\w@/])"),
                 lambda found: _dotted(found[0])),
        _Pattern("secret", r"(?i)\b(?:wachtwoord|password|passwd|pincode|toegangscode|access code)\b", make(
            r"\b(?:wachtwoord|password|passwd|pincode|toegangscode|access code)\b[^.\n:=]{0,20}?(?:\bis\b|:|=)\s*(?P<it>\S+)")),
        _Pattern("number", r"\d{6}|(?:\d[ .-]){6}", re.compile(r"(?<![\w])#?(?:\d{6,}|\d(?:[ .-]{1,2}\d+){5,})(?!\w)")),
        # Letters and digits run together are what a system calls somebody.
        _Pattern("username", r"(?i)[a-z][._-]?\d{2}", re.compile(r"(?<![\w.@/])[A-Za-z][A-Za-z._-]*\d{2,}(?![\w@])"), lambda found: _handle(found[0])),
    )


def _handle(token: str) -> bool | None:
    """Letters that are no word with digits behind them are somebody's name in a system; `week12` is not."""
    stem = token.rstrip("0123456789").rstrip("._-")
    return None if len(stem) < _STEM or is_word(stem) or stem.isupper() else True


def _dotted(token: str) -> bool | None:
    """Names that dots join are what a mail system calls somebody: jan.de.vries."""
    parts = [part for part in re.split(r"[._]", token) if len(part) > 1 and fold(part) not in PREFIXES]
    named = [part for part in parts if (is_given(part) or is_surname(part)) and fold(part) not in FUNCTION | PROPER | STUDY]
    return True if named and len(named) == len(parts) and "." in token.strip(".") else None


_PATTERNS = _patterns()


# --- names --------------------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BEGINS = re.compile(r"(?:^|[.!?:;\n\r•–—(\[\"“”‘*|>/…=]|-\s|\s')\s*[\"“'(]*$")
#: What comes right before somebody's name, weakly ("beste groepsgenoten" is nobody's) and strongly.
_WEAK = re.compile(
    r"(?:^|(?<=[\s(\[,.!?*]))(?:hoi|hallo|hai|hey|hi|hello|beste|dear|dag|geachte|lieve|groet(?:en|jes)?|gr|mvg|met vriendelijke groet(?:en)?|regards|cheers|greetings|liefs|"
    r"best(?: wishes)?|kind regards|sincerely|namens|docent|teacher|mentor|tutor|coach|collega|van|from|aan|to|met|with|door|by|volgens|according to|vraag|ask|bedankt|dank|thanks|thank you)"
    r"[\s,:!.\-]+$", re.IGNORECASE)
_STRONG = re.compile(
    r"(?:(?<=\s)|^)(?:(?:mijn|my|zijn|haar|his|her) (?:voor|achter)?na(?:am|me) is|ik heet|hij heet|zij heet|ze heet|genaamd|named|call me|noem me|dhr\.?|mevr\.?|mw\.?|meneer|mevrouw|heer|"
    r"mr\.?|mrs\.?|ms\.?|dr\.?|drs\.?|ir\.?|prof(?:essor)?\.?(?: dr\.?)?)[\s:]+$", re.IGNORECASE)
#: Prefixes that are taken with a name though the word before them is not of it.
_LEADING = PREFIXES & {"van", "von", "de", "den", "der", "het", "t", "ten", "ter", "te", "el", "al", "ben", "bin", "ait", "di", "da"}
#: How far back a cue is looked for.
_BACK = 32


@dataclass(frozen=True)
class Known:
    """People whom the data knows: their names, and what else stands for them.

    `people` has for each person the number by which they are pseudonymised (empty: none), their names, and other identifiers;
    `spellings` say how such numbers are written. Numbers of fewer than five digits are passed over: too much is counted with them.
    """

    people: Sequence[tuple[str, Sequence[str], Sequence[str]]] = ()
    spellings: Sequence[Spelling] = ()
    names: dict[str, set[int]] = field(default_factory=dict, init=False, repr=False)
    ids: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    parts: list[frozenset[str]] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        for index, (number, names, others) in enumerate(self.people):
            words = frozenset(fold(token) for name in names for token in _TOKEN.findall(name) if len(token) > 1) - PREFIXES
            self.parts.append(words)
            for word in words:
                self.names.setdefault(word, set()).add(index)
            for other in (number, *others):
                if len(other) >= (_KNOWN_DIGITS if other.isdecimal() else _KNOWN_SIGNS):
                    # Two people with one identifier: neither.
                    self.ids[other.casefold()] = index if self.ids.get(other.casefold(), index) == index else -1

    def who(self, words: Iterable[str]) -> str:
        """Give the number of the one person whose names hold all of two words or more; empty where it is none or not one alone."""
        asked = frozenset(words)
        if len(asked) < 2:
            return ""
        found = set.intersection(*(self.names.get(word, set()) for word in asked))
        return self.people[next(iter(found))][0] if len(found) == 1 else ""

    def id_of(self, token: str) -> int | None:
        """Give the place of the person for whom a word or number stands; -1 for several, None for nobody."""
        found = self.ids.get(token.casefold())
        if found is None and sum(sign.isdigit() for sign in token) >= _KNOWN_DIGITS:
            spelt = (spelling.canonical(token) for spelling in self.spellings)
            found = next((self.ids[each.casefold()] for each in spelt if each and each.casefold() in self.ids), None)
        return found


@dataclass
class Finder:
    """Finds spans in texts, batch by batch; what was said of a word is remembered.

    >>> found = Finder().find(["Groetjes, Sanne de Vries (s1234567)", "Wat is de deadline van opdracht 2?"])
    >>> [(span.rule, span.start, span.end) for span in found[0]], found[1]
    ([('name', 10, 24), ('student_number', 26, 34)], [])
    """

    known: Known = field(default_factory=Known)
    ordinary: frozenset[str] = frozenset()
    _said: dict[str, str] = field(default_factory=dict, repr=False)
    _dulls: dict[str, bool] = field(default_factory=dict, repr=False)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Give the spans of each text, in order and without overlap; texts are as `plain` gives them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found: list[list[Span]] = [[] for _ in texts]
        # What has no end, such as a file pasted in, is nobody's to look through.
        endless = {index for index, text in enumerate(texts) if len(text) > _LONGEST or _ENDLESS.search(text)}
        whole, texts = texts, ["" if index in endless else text for index, text in enumerate(texts)]
        array = pa.array(texts, pa.string())
        for pattern in _PATTERNS:
            for index in _picked(array, pattern.picks):
                found[index] += _matches(pattern, texts[index])
        for index in range(len(texts)):
            found[index] += self._known_ids(texts[index])
            found[index] += self._names(texts[index], found[index])
        for index in pc.indices_nonzero(pc.match_substring_regex(array, ANY)).to_pylist():
            found[index] += _special(texts[index], found[index])
        for index in endless:
            found[index] = [Span(0, len(whole[index]), "number", False)]
        return [merged(spans) for spans in found]

    def _known_ids(self, text: str) -> Iterator[Span]:
        if not self.known.ids:
            return
        for token in _ID.finditer(text):
            person = self.known.id_of(token[0])
            if person is not None:
                yield Span(token.start(), token.end(), "email" if "@" in token[0] else "student_number" if token[0][-1].isdigit() else "username", True,
                           self.known.people[person][0] if person >= 0 else "")

    def _class(self, token: str) -> str:
        """Say what a word is: known, name, common (a name and a word), unknown, word, or plain (never a name)."""
        said = self._said.get(token)
        if said is None:
            if len(self._said) > 500_000:
                self._said.clear()
            said = self._said[token] = self._judged(token)
        return said

    def _dull(self, token: str) -> bool:
        """Tell whether a word in small letters is an ordinary one."""
        said = self._dulls.get(token)
        if said is None:
            if len(self._dulls) > 500_000:
                self._dulls.clear()
            said = self._dulls[token] = not token[0].isupper() and (self._class(token) in ("plain", "word") or fold(token) in PREFIXES)
        return said

    def _judged(self, token: str) -> str:
        folded = fold(token)
        if folded in self.known.names:
            return "known"
        if "-" in token and not is_given(token):
            return self._double(token)
        if folded in FUNCTION or folded in PROPER or folded in STUDY or folded in self.ordinary:
            return "plain"
        # The genitive of a name: Jansens, Sanne's.
        for form in (folded, folded.removesuffix("'s"), folded.removesuffix("s") if len(folded) > 5 else folded):
            if form != folded and form in self.known.names:
                return "known"
            if is_given(form) or is_surname(form):
                return "common" if is_common(form) or is_word(folded) else "name"
        return "word" if is_word(folded) else "unknown"

    def _double(self, token: str) -> str:
        """Judge words that a hyphen joins: SPSS-output, Wall-de Vries."""
        parts = [part for part in token.split("-") if part]
        said = {"plain" if len(part) == 1 or (part.isupper() and not is_given(part)) else self._class(part) for part in parts}
        return next((each for each in ("known", "name", "unknown", "common") if each in said), "plain" if "plain" in said else "word")

    def _names(self, text: str, taken: Sequence[Span]) -> Iterator[Span]:
        """Walk over the words; runs of names, initials and what stands between them are one span."""
        tokens = list(_TOKEN.finditer(text))
        if taken:
            tokens = [token for token in tokens if not any(span.start <= token.start() < span.end and span.sure for span in taken)]
        shouting = text.isupper() and len(tokens) > 2
        # Nearly all words are small and ordinary, and say nothing but behind "mijn naam is".
        low = text.lower()
        telling = shouting or "naam is" in low or "name is" in low or "ik heet" in low
        place = 0
        while place < len(tokens):
            if not telling and self._dull(tokens[place][0]):
                place += 1
                continue
            run = self._run(text, tokens, place, shouting)
            if run is None:
                place += 1
                continue
            after, span = run
            if span is not None:
                yield span
            place = after

    def _run(self, text: str, tokens: Sequence[re.Match[str]], place: int, shouting: bool) -> tuple[int, Span | None] | None:
        """Judge the run of words that begins here: where it ends, and its span; None where none begins."""
        first = tokens[place]
        if not first[0][0].isupper() or shouting:
            return self._small(text, tokens, place)
        end, members = place, [place]
        while end + 1 < len(tokens):
            between = text[tokens[end].end():tokens[end + 1].start()]
            word = tokens[end + 1][0]
            initial = len(tokens[end][0]) <= 2 and between in (".", ". ", " ")
            if not (between in (" ", ", ", " '") or initial) or (between == ", " and not word[0].isupper()):
                break
            if word[0].isupper():
                end += 1
                members.append(end)
            elif (between in (" ", " '") or initial) and fold(word) in PREFIXES and self._prefixed(text, tokens, end + 1):
                end += 1
            else:
                break
        return self._told(text, tokens, members, end)

    def _prefixed(self, text: str, tokens: Sequence[re.Match[str]], place: int) -> bool:
        """Tell whether words such as van der lead to a word with a capital."""
        for at in range(place, min(place + 3, len(tokens) - 1)):
            between, after = text[tokens[at].end():tokens[at + 1].start()], tokens[at + 1][0]
            if between not in (" ", " '", "' ", "'"):
                return False
            if after[0].isupper():
                return self._class(after) != "plain"
            if fold(after) not in PREFIXES:
                return False
        return False

    def _told(self, text: str, tokens: Sequence[re.Match[str]], members: list[int], end: int) -> tuple[int, Span | None]:
        start = tokens[members[0]].start()
        before = text[max(0, start - _BACK):start]
        begins = not before or _BEGINS.search(before) is not None
        classes = {at: self._class(tokens[at][0]) for at in members}
        initials = [at for at in members if len(tokens[at][0]) == 1 and text[tokens[at].end():tokens[at].end() + 1] == "."]
        # What leads the run and is never a name is not of it.
        own = list(members)
        while own and classes[own[0]] == "plain" and own[0] not in initials:
            own.pop(0)
        while own and classes[own[-1]] == "plain" and own[-1] not in initials:
            own.pop()
        if own and own[0] != members[0]:
            before, begins = text[max(0, tokens[own[0]].start() - _BACK):tokens[own[0]].start()], False
        if not own:
            return end + 1, self._misplaced(text, tokens, members, begins)
        kinds = {classes[at] for at in own}
        strong = _STRONG.search(before) is not None
        weak = _WEAK.search(before) is not None
        named = kinds & {"known", "name"} or (any(at in initials for at in own) and len(own) > len([at for at in own if at in initials]))
        if begins and named and classes[own[0]] == "word" and len(own) > 1:
            # "Gisteren Sanne ...": the first word has its capital from the sentence.
            own.pop(0)
            begins = False
        sure: bool | None
        if named or strong or (weak and kinds & {"common", "unknown"}):
            sure = True
        elif kinds == {"common"}:
            sure = not begins or len(own) > 1
        elif "common" in kinds or "unknown" in kinds:
            sure = False
        elif begins and len(own) == 1:
            sure = None
        else:
            # An ordinary word with a capital in mid-sentence: a title, or somebody whose name is a word.
            numbered = re.match(r"\s?\d", text[tokens[own[-1]].end():]) is not None
            sure = None if numbered else False
        if len(own) == 1 and not (strong or weak) and "known" not in kinds and tokens[own[0]][0].isupper() and len(tokens[own[0]][0]) <= _SHORT_FORM:
            # SPSS, ANOVA, IBAN: short forms, unless they are given names that are no words.
            sure = True if is_given(tokens[own[0]][0]) and kinds == {"name"} else None
        if sure is None:
            return end + 1, None
        while sure and own[0] > members[0] and fold(tokens[own[0] - 1][0]) in _LEADING:
            # "Volgens Van der Sluis".
            own.insert(0, own[0] - 1)
        last = own[-1]
        who = self.known.who(fold(tokens[at][0]) for at in own if fold(tokens[at][0]) in self.known.names) if "known" in kinds else ""
        return end + 1, Span(tokens[own[0]].start(), tokens[last].end(), "name", sure, who)

    def _misplaced(self, text: str, tokens: Sequence[re.Match[str]], members: list[int], begins: bool) -> Span | None:
        """Doubt a word such as Wil or Ben whose capital does not come from the sentence: it is somebody's name too."""
        first = tokens[members[0]]
        if begins and len(members) == 1 and _DOES.match(text, first.end()) and (is_given(first[0]) or fold(first[0]) == "ben") and fold(first[0]) in FUNCTION - PROPER:
            # "Ben heeft ..." is no verb: what follows is what he does.
            return Span(first.start(), first.end(), "name", True)
        apart = members[1:] if begins else members
        token = tokens[apart[0]] if len(apart) == 1 else None
        if token is None or len(token[0]) < 3 or token[0].isupper() or fold(token[0]) not in FUNCTION - PROPER or not (is_given(token[0]) or fold(token[0]) == "ben"):
            return None
        return Span(token.start(), token.end(), "name", _WEAK.search(text[max(0, token.start() - _BACK):token.start()]) is not None)

    def _small(self, text: str, tokens: Sequence[re.Match[str]], place: int) -> tuple[int, Span | None] | None:
        """Judge a word in small letters: a name that is no word, or what follows "mijn naam is"."""
        token = tokens[place]
        said = self._class(token[0])
        if said == "plain" or fold(token[0]) in PREFIXES:
            return None
        if said == "known":
            sure: bool | None = None if is_word(fold(token[0])) else True
        elif said == "name":
            sure = len(token[0]) > _SMALL
        else:
            sure = None
        if sure is None and said != "word":
            before = text[max(0, token.start() - _BACK):token.start()]
            if _STRONG.search(before) or (said == "common" and _WEAK.search(before) and _CLOSES.match(text, token.end())):
                sure = False
        elif sure is None and _NAMED.search(text[max(0, token.start() - _BACK):token.start()]):
            sure = False
        return None if sure is None else (place + 1, Span(token.start(), token.end(), "name", sure))


_DOES = re.compile(r" (?:heeft|had|is|was|zei|zegt|vroeg|vraagt|doet|deed|maakt|maakte|komt|kwam|belde|mailde|wil|wilde|kan|kon|moet|moest|zou|schreef|vindt|vond|en ik|has|said|says|did|does|made|wrote|asked|told|thinks|thought|wants|wanted|came|and I)\b")
_NAMED = re.compile(r"(?:mijn naam is|my name is|ik heet)\s+$", re.IGNORECASE)
_CLOSES = re.compile(r"\s*(?:[,.!\n]|$)")
_ID = re.compile(r"#?\w[\w.+-]*(?:@[\w.-]+)?\w|\w")


def _picked(texts: pa.Array, pattern: str) -> list[int]:
    import pyarrow.compute as pc

    picked: list[int] = pc.indices_nonzero(pc.match_substring_regex(texts, pattern)).to_pylist()
    return picked


def _matches(pattern: _Pattern, text: str) -> Iterator[Span]:
    for found in pattern.spans.finditer(text):
        start, end = found.span("it") if "it" in pattern.spans.groupindex else found.span()
        sure = True if pattern.check is None else pattern.check(found)
        if sure is not None and end > start:
            while end > start and text[end - 1] in " \n.,;:!?)\"'" and pattern.rule != "secret":
                end -= 1
            yield Span(start, end, pattern.rule, sure)


def _special(text: str, others: Sequence[Span]) -> Iterator[Span]:
    """Give the words for a special category in sentences about somebody."""
    people = [(span.start, span.end) for span in others if span.sure and span.rule in ("name", "student_number", "username")]
    for rule in WORDS:
        yield from (Span(start, end, rule) for start, end in told(rule, text, people))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Put spans that overlap together, under the first rule of the ranking.

    What is sure covers a doubt inside it; a doubt that reaches further stays one. A number that may be a BSN is a doubt until something
    more telling than that it is a number claims it.
    """
    out: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        out.append(_together(out.pop(), span) if out and span.start < out[-1].end else span)
    return out


def _together(one: Span, other: Span) -> Span:
    start, end = min(one.start, other.start), max(one.end, other.end)
    certain = [span for span in (one, other) if span.sure]
    if len(certain) == 1:
        doubt = other if certain[0] is one else one
        claimed = certain[0].rule not in ("number", "phone" if doubt.rule == "bsn" else "number") and certain[0].start <= doubt.start and certain[0].end >= doubt.end
        kept = certain[0] if claimed else doubt
        return Span(start, end, kept.rule, claimed, one.person or other.person)
    first = min(one, other, key=_rank)
    return Span(start, end, first.rule, bool(certain), one.person or other.person)


def _rank(span: Span) -> int:
    return -1 if span.rule.startswith("special:") else _RANK.index(span.rule)


def withheld(spans: Sequence[Any]) -> str:
    """Say why a text with these spans may not go on at all: national id, special category, uncertain; empty where it may."""
    rules = [span for span in spans if span.rule in ("bsn", "onderwijsnummer")]
    if any(span.sure for span in rules):
        return "national id"
    if any(span.rule.startswith("special:") for span in spans):
        return "special category"
    return "uncertain" if any(not span.sure for span in spans) else ""
