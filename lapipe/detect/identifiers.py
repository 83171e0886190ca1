"""The shapes of identifiers in values: what a whole cell looks like, and what can stand inside longer text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

from lapipe.detect.bsn import Verdict
from lapipe.detect.lexicon import Strength
from lapipe.detect.telling import WORDS, picking, picking_any, telling

if TYPE_CHECKING:
    import pyarrow as pa

#: The share of distinct values that must fit what a header says, and what a less certain header suggests.
FITS, FITS_STRICTLY = 0.5, 0.8


#: So many values that are all texts make texts of a column possible.
ALIKE = 3
#: Texts in which somebody tells of a special category, for "found".
TELLING = 5
#: Distinct hits inside texts that are told apart, and the signs around one that are none of it.
_CORROBORATING, _AROUND = 32, " ([{)]}:;,='\".!?\n\t"


@dataclass(frozen=True)
class Shape:
    """How one rule recognises values; patterns are RE2.

    Attributes:
        cell: a whole value of this shape.
        inside: one somewhere in a longer value.
        needs: a literal that every hit holds; looking for it first is ten times as fast as the pattern.
        first: a simpler pattern that every hit has, too.
        often: whether whole columns of long texts may hold it, so that it is looked for by itself.
        among: which values can be of this shape at all: all, those with a digit, or those of several words.
        bare: what digits alone begin with that can be; empty where none can.
        check: looks once more at values that hit, by a check digit.
        enough: distinct hits that make "found" without a header; 1 where a hit can hardly be chance.
        share: the share of distinct values that whole-cell hits must reach for "found" without a header.
        loose: a wider whole value that counts under a header sure of the rule.
        strict: what a whole value must be under a header that only suggests the rule; `loose` where empty.
        rare: whether a few whole-cell hits in a long column count.
        alone: the most that values can say without a header.
        sift: says of texts that hold the pattern inside which are really of this shape; each is a hit by its words, digits aside.
    """

    rule: str
    cell: str = ""
    inside: str = ""
    needs: str = ""
    first: str = ""
    often: bool = False
    among: Literal["all", "digits", "running"] = "all"
    bare: str = ""
    check: Callable[[pa.Array], pa.Array] | None = None
    enough: int = 2
    share: float = 0.5
    loose: str = ""
    strict: str = ""
    rare: bool = True
    alone: Verdict = "found"
    sift: Callable[[pa.Array], pa.Array] | None = None


#: Lengths per country (SWIFT IBAN registry): without them, one in 97 of long codes would pass.
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "ME": 22, "MK": 19, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26,
    "UA": 29, "VA": 22,
}
_IBAN = r"[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)"
_NL_IBAN = r"NL\d{2} ?[A-Z]{4} ?\d{4} ?\d{4} ?\d{2}"


def valid_ibans(text: pa.Array) -> pa.Array:
    """Tell which IBANs have their country's length and leave 1 modulo 97 (ISO 13616, ISO 7064)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = pc.replace_substring(pc.ascii_trim_whitespace(text), " ", "")
    length = pc.binary_length(codes).to_numpy(zero_copy_only=False)
    countries = pc.dictionary_encode(pc.utf8_slice_codeunits(codes, 0, 2))
    expected = np.array([IBAN_LENGTHS.get(country, -1) for country in countries.dictionary.to_pylist()], dtype=np.int64)
    fits = expected[countries.indices.to_numpy(zero_copy_only=False)] == length
    valid = np.zeros(len(codes), dtype=bool)
    for size in np.unique(length[fits]).tolist():
        rows = np.flatnonzero(fits & (length == size))
        joined = "".join(codes.take(pa.array(rows)).to_pylist()).encode("ascii")
        letters = np.frombuffer(joined, dtype=np.uint8).reshape(len(rows), size).astype(np.int64)
        remainder = np.zeros(len(rows), dtype=np.int64)
        for column in (*range(4, size), *range(4)):
            sign = letters[:, column]
            remainder = np.where(sign >= 65, remainder * 100 + sign - 55, remainder * 10 + sign - 48) % 97
        valid[rows] = remainder == 1
    return pa.array(valid)


#: Of so many telephone numbers the numbering plans are asked; more of the same shape are believed when nearly all of these were right.
_ASKED, _BELIEVED = 500, 0.9


def valid_phones(text: pa.Array) -> pa.Array:
    """Tell which texts are numbers of some country's numbering plan, Dutch where no country is named (phonenumbers, Google's metadata)."""
    import phonenumbers
    import pyarrow as pa

    found = []
    for number in text.slice(0, _ASKED).to_pylist():
        try:
            parsed = phonenumbers.parse(number, "NL")
        except phonenumbers.NumberParseException:
            found.append(False)
        else:
            found.append(phonenumbers.is_possible_number(parsed))
    rest = len(text) - len(found)
    return pa.array(found + [sum(found) >= _BELIEVED * len(found)] * rest, pa.bool_())


def not_versions(text: pa.Array) -> pa.Array:
    """Tell which addresses are no version numbers: at least two parts of two digits or more, or an IPv6 address."""
    import pyarrow.compute as pc

    return pc.match_substring_regex(text, r":|\d\d(?:\.\d+)*\.\d\d|\d\d\.\d\d")


# Domains in ASCII: with classes of all letters RE2's automaton outgrows its memory, and takes thirty times as long.
_DOMAIN = r"@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2}"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IPV6 = r"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}|" \
        r"(?:[0-9A-Fa-f]{1,4}:){2,7}:|::(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4}|::ffff:" + _IPV4
# Numbers that say of themselves that they are telephone numbers; ten bare digits from 0 may be a padded id.
_PHONE = (r"(?:\+|00)31[ -]?(?:\(0\)[ -]?)?[1-9](?:[ -]?\d){8}|06[ -]?\d{8}|06-\d{4}[ -]\d{4}|06 \d{4} \d{4}|"
          r"06[ -]\d\d(?: \d\d){3}|06[ -]\d{3} \d{3} \d\d|0\d{2}[ -]\d{7}|0\d{3}[ -]\d{6}|\(0\d{1,3}\)[ -]?\d{6,8}|"
          r"0\d{2}[ -]\d{3} (?:\d{4}|\d{2} \d{2})")
_ABROAD = r"\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}"
_URL_ID = (r"(?i)(?:https?://[^\s\"'<>]*)?/user/(?:view|profile)\.php\?(?:[^\s\"'<>]*&)?id=\d+|(?i)https?://[^\s\"'<>]*(?:[?&](?:user_?id|uid|user|student_?(?:id|nummer|number)|login|username|email|"
           r"relateduserid)=|/user/(?:view|profile)\.php\?(?:[^\s\"'<>]*&)?id=|"
           r"/(?:users?|profiles?|students?|people|persons?|learners?|in)/|/~|orcid\.org/)[^\s&/?#\"'<>]+")
# A person's number after the word for it; "student 2024" is a cohort.
_USER_ID = (r"(?i)\b(?:users?|gebruikers?|students?|leerling|learner|deelnemer)(?:(?: with| met| having)?(?: the| de| het)? ?"
            r"(?:id|nummer|number|nr\.?)[ :=]{0,2}['\"]?#?[su]?\d{1,12}\b|[ :=]{1,2}['\"]#?[su]?\d{1,12}['\"]|"
            r"[ :=]{1,2}#?[su]?\d{6,12}\b)")
# A number with the letter that several universities put before it, or behind the word for it.
_STUDENT_IN = (r"(?:^|[^\w@./-])[sSuU]\d{7}(?:$|[^\w@-])|(?i:\b(?:student(?:en)?[ -]?(?:nummer|nr\.?|number|no\.?|id|num)|stud\. ?nr\.?|snr|stam(?:nummer|nr)|leerling(?:nummer|nr)|(?:personeels|medewerkers?)-?(?:nummer|nr)|"
               r"(?:staff|employee|registration|matriculation) (?:id|number|no)|collegekaart(?:nummer)?)(?: (?:is|was|van mij|van \w+|=))?[ :=(#]{1,3}[a-z]?\d{4,12}\b)")
_MONTHS = (r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|juni?|june?|juli?|july?|aug(?:ustus|ust)?|sep(?:t|tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?")
_BORN_IN = (rf"(?i)\b(?:geboren|geb\.|geboortedatum|geboortedag|born|birth ?date|birthday|date of birth|dob|verjaardag|jarig)\b[^.!?\n\d]{{0,25}}(?:\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:19|20)?\d\d\b|(?:19|20)\d\d-\d\d-\d\d|"
            rf"\d{{1,2}}(?:e|st|nd|rd|th)? (?:of )?{_MONTHS}|{_MONTHS} \d{{1,2}})")
_ACCOUNT_IN = (r"(?i)\b(?:snap(?:chat)?|insta(?:gram)?|discord|username|user name|gebruikersnaam|inlognaam|login(?: name)?|tiktok|skype|account)\b(?: (?:is|was|van mij))?[ :=(]{1,3}@?[a-z][a-z_.-]*[0-9_.][\w.-]*|(?:^|[\s(])@[a-zA-Z]\w*[._0-9]\w*")
_UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_PICTURE = r"\.(?:jpe?g|png|gif|webp|bmp|heic)(?:\?\S*)?\s*$"

SHAPES: tuple[Shape, ...] = (
    Shape("email", cell=rf"^\s*[^\s@<>:;,/=|\"]+{_DOMAIN}[A-Za-z]*\s*$", inside=rf"[^\s@<>:;,/=|\"'(\[]{_DOMAIN}", needs="@", enough=1, share=0.0),
    Shape("iban", cell=rf"^\s*(?:{_NL_IBAN}|{_IBAN})\s*$", inside=rf"\b(?:{_NL_IBAN}|{_IBAN})\b", among="digits", check=valid_ibans,
          enough=1, share=0.0),
    Shape("phone", among="digits", bare="0", cell=rf"^\s*(?:{_PHONE}|{_ABROAD})\s*$", inside=rf"(?:^|[\s(:;,])(?:{_PHONE})\b", check=valid_phones,
          loose=r"^\s*'?[+(]?\d(?:[ ().\-/]{0,2}\d){2,14}(?:\.0)?\s*$"),
    Shape("ip", among="digits", cell=rf"^\s*(?:{_IPV4}|{_IPV6})(?:/\d{{1,3}}|%\w+)?\s*$", inside=rf"(?:^|[\s(\[:;,=\"'])(?:{_IPV4})(?:$|[\s)\];,\"':]|\.\s|\.$)",
          check=not_versions, loose=rf"^\s*(?:{_IPV4}|{_IPV6})(?:/\d{{1,3}}|%\w+|:\d+)?\s*$"),
    Shape("mac", cell=r"^\s*(?:[0-9A-Fa-f]{2}(?:(?:-[0-9A-Fa-f]{2}){5}|(?::[0-9A-Fa-f]{2}){5})|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})\s*$",
          inside=r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b"),
    Shape("url_id", inside=_URL_ID, needs="/", share=0.0),
    Shape("user_id", inside=_USER_ID, often=True, loose=r"^\s*(?:(?:urn:uuid:)?[^\s,;/:]+|urn:\S+|https?://\S+/[^\s/]{6,})\s*$",
          strict=rf"^\s*(?:\d{{2,18}}(?:\.0)?|{_UUID}|[0-9A-Fa-f]{{16,64}}|[A-Za-z]{{1,4}}\d{{3,10}}|[A-Za-z0-9_-]+[._][A-Za-z0-9._-]+|\S+@\S+)\s*$"),
    # Whether a value is a person's number can only be told under a header that says so, but for the form with a letter that several universities give.
    Shape("student_number", among="digits", cell=r"^\s*[su]\d{6,8}(?:\.0)?\s*$", inside=_STUDENT_IN, enough=5, share=0.8, rare=False,
          loose=rf"^\s*(?:['#]?[A-Za-z]{{0,4}}[-_ ]?\d{{3,18}}(?:\.0+)?|{_UUID})\s*$"),
    Shape("username", cell=r"^\s*[A-Za-z][A-Za-z0-9-]{1,14}\\[A-Za-z][\w.-]+\s*$", inside=_ACCOUNT_IN, enough=5, loose=r"^\s*[^\s,;/]+\s*$", strict=r"^\s*[A-Za-z][^\s,;/]*[0-9._@][^\s,;/]*\s*$"),
    Shape("date_of_birth", among="digits", inside=_BORN_IN, enough=5, loose=r"^\s*(?:(?:19|20)\d\d[-/.]?[01]?\d[-/.]?[0-3]?\d|[0-3]?\d[-/. ][01]?\d[-/. ](?:(?:19|20)\d\d|\d\d)|"
                                 r"[0-3]?\d[ -]\p{L}{3,9}\.?[ -](?:19|20)?\d\d|[0-3]?\d[01]\d(?:19|20)\d\d)(?:[T ][\d:.]+Z?)?\s*$"),
    Shape("device", loose=r"^\s*\{?[0-9A-Za-z][0-9A-Za-z:._-]{7,127}\}?\s*$", strict=r"^\s*[0-9A-Za-z][0-9A-Za-z:._-]*[0-9][0-9A-Za-z:._-]{8,127}\s*$"),
    Shape("document", loose=r"^\s*[A-Za-z0-9][A-Za-z0-9. -]{4,14}\s*$"),
    Shape("photo", cell=rf"(?i)^\s*\S*(?:avatar|profile|profiel|foto|photo|portret|headshot|userpic|users?/|people/|persons?/|student)\S*{_PICTURE}",
          loose=rf"(?i){_PICTURE}|^\s*https?://|^data:image|^/9j/|^iVBOR|^\s*[\w/.-]{{4,}}\s*$"),
    Shape("address", among="running", first=r"[1-9]\d{3} ?[A-Z]{2}\b", cell=r"^\s*\p{L}[\p{L}.'-]+(?: [\p{L}.'-]+){0,3} \d{1,5} ?[\p{L}\d-]{0,4},? +[1-9]\d{3} ?[A-Z]{2}\b(?:,? [\p{L}.'’-]+){0,5}\s*$|"
                          r"^\s*[1-9]\d{3} ?[A-Z]{2}[ ,]+(?:\p{L}[\p{L} .'-]+ )?\d{1,5}\b.*$",
          inside=r"\p{Lu}[\p{L}.'-]+ \d{1,5} ?[a-zA-Z]{0,3}(?:-\d+)?,? +[1-9]\d{3} ?[A-Z]{2}\b", enough=1, share=0.2,
          loose=r"^\s*(?:\p{L}[\p{L}\d .,'/-]*\d.*|\d{1,5}[ -]?[\p{L}\d]{0,4}|\p{Lu}[\p{L} .'-]+)\s*$"),
    Shape("free_text", among="running", cell=r"^\s*\S+(?:\s+\S+){7}", enough=20, rare=False, loose=r"\S\s+\S"),
    # One person who tells of an illness is told as possible; a column in which several do is one of such things.
    *(Shape(rule, inside=picking(rule), sift=telling(rule), enough=TELLING) for rule in WORDS),
)


@dataclass(frozen=True)
class Parts:
    """A batch of text without nulls, divided so that most patterns need not look at most values.

    Attributes:
        all: every value.
        numbers: those of digits only.
        words: all others.
        digits: others that hold a digit.
        running: others that are more than one word or code.
        coded: of those with a digit, what any shape of codes has as a whole value.
        suspect: of the running ones, what any shape has inside.
        telling: of the running ones, what has a word for a special category.
    """

    all: pa.Array
    numbers: pa.Array
    words: pa.Array
    digits: pa.Array
    running: pa.Array
    coded: pa.Array
    suspect: pa.Array
    telling: pa.Array

    @staticmethod
    def of(text: pa.Array) -> Parts:
        """Divide a batch."""
        import pyarrow.compute as pc

        decimal = pc.ascii_is_decimal(text)
        words = text.filter(pc.invert(decimal))
        digits = words.filter(pc.match_substring_regex(words, r"\d"))
        running = words.filter(pc.match_substring_regex(words, r"\S[\s/:,;=(]+\S"))
        coded, suspect = (each.filter(pc.match_substring_regex(each, pattern)) for each, pattern in zip((digits, running), _together(), strict=True))
        return Parts(text, text.filter(decimal), words, digits, running, coded, suspect, running.filter(pc.match_substring_regex(running, picking_any())))


@cache
def _together() -> tuple[str, str]:
    """Give the patterns of whole codes as one, and those inside texts: one pass of RE2 over what nearly always is nothing, instead of ten."""
    codes = [shape.cell for shape in SHAPES if shape.cell and shape.among == "digits"]
    inside = [shape.first or shape.inside for shape in SHAPES if shape.inside and not (shape.needs or shape.often or shape.sift)]
    return "|".join(f"(?:{pattern})" for pattern in codes), "|".join(f"(?:{pattern})" for pattern in inside)


@dataclass
class Tally:
    """What the distinct values of one column gave on one shape so far.

    Attributes:
        whole: whole values of the shape.
        inside: longer values that hold one.
        fitting: whole values that fit what the column's name says.
    """

    shape: Shape
    strength: Strength | None
    whole: int = 0
    inside: int = 0
    fitting: int = 0
    hits: set[int] = field(default_factory=set, repr=False)

    def add(self, parts: Parts) -> None:
        """Count a batch of text."""
        import pyarrow.compute as pc

        self.add_fitting(parts.all)
        shape = self.shape
        cells = {"all": parts.words, "digits": parts.coded, "running": parts.running}[shape.among]
        if shape.bare and len(parts.numbers):
            hits = parts.numbers.filter(pc.starts_with(parts.numbers, shape.bare))
            hits = hits.filter(pc.match_substring_regex(hits, shape.cell))
            self.whole += pc.sum(shape.check(hits)).as_py() or 0 if shape.check else len(hits)
        running = parts.telling if shape.sift else parts.running if shape.needs or shape.often else parts.suspect
        if shape.needs:
            # Nearly no column has the literal: then one quick look is all there is.
            cells = running = cells.filter(pc.match_substring(cells, shape.needs))
        if shape.first:
            cells = running = running.filter(pc.match_substring_regex(running, shape.first))
        if shape.cell and len(cells):
            hits = cells.filter(pc.match_substring_regex(cells, shape.cell))
            self.whole += pc.sum(shape.check(hits)).as_py() or 0 if shape.check else len(hits)
        if shape.inside and len(running):
            hits = running.filter(pc.match_substring_regex(running, shape.inside))
            if shape.cell:
                hits = hits.filter(pc.invert(pc.match_substring_regex(hits, shape.cell)))
            if shape.sift:
                hits = hits.filter(shape.sift(hits)) if len(hits) else hits
                self.inside += len(hits)
                self._remember(pc.replace_substring_regex(hits, r"\d+", ""))
            elif shape.check or len(self.hits) < shape.enough:
                found = pc.struct_field(pc.extract_regex(hits, f"(?P<hit>{shape.inside})"), "hit")
                if shape.check:
                    found = pc.ascii_trim(found, _AROUND)
                    found = found.filter(shape.check(found))
                self.inside += len(found)
                self._remember(found)
            else:
                self.inside += len(hits)

    def _remember(self, found: pa.Array) -> None:
        """Count different hits: what comes again in text after text is one. Hashes, as no value is kept."""
        self.hits.update(hash(hit) for hit in found.unique().slice(0, _CORROBORATING).to_pylist() if len(self.hits) < _CORROBORATING)

    def add_fitting(self, text: pa.Array) -> None:
        """Count only what fits the header: for numbers and dates as text."""
        import pyarrow.compute as pc

        loose = self.shape.loose if self.strength == "sure" else self.shape.strict or self.shape.loose
        if self.strength and loose:
            self.fitting += pc.sum(pc.match_substring_regex(text, loose)).as_py() or 0

    def by_header(self, distinct: int) -> Verdict:
        """Judge the header by the values: do they fit what it says?"""
        fits = self.fits(distinct)
        if self.strength == "sure":
            return "found" if fits else "possible"
        if self.strength == "likely" and fits:
            return "found"
        return "possible" if self.strength and (fits or not distinct) else "none"

    def fits(self, distinct: int) -> bool:
        """Tell whether enough of the values fit what the header says."""
        strict = bool(self.shape.strict) and self.strength != "sure"
        fitting = max(self.fitting, self.whole)
        return fitting >= (2 if strict else 1) and fitting >= distinct * (FITS_STRICTLY if strict else FITS)

    def by_values(self, distinct: int) -> Verdict:
        """Judge the whole values, whatever the header: enough of them, and a share of the column."""
        if self.whole and self.whole >= self.shape.enough and self.whole >= distinct * self.shape.share:
            return self.shape.alone
        some = (self.whole == distinct and (self.shape.rare or distinct >= ALIKE)) or (self.shape.rare and self.whole >= self.shape.enough)
        return "possible" if self.whole and some else "none"

    def by_text(self) -> Verdict:
        """Judge what stands inside longer values; no share, as one leak in a thousand posts is one."""
        return self.shape.alone if len(self.hits) >= self.shape.enough else "possible" if self.inside else "none"
