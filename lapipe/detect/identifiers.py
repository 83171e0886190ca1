"""The shapes of identifiers in values: what a whole cell looks like, and what can stand inside longer text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lapipe.detect.bsn import Verdict
from lapipe.detect.headers import Strength

if TYPE_CHECKING:
    import pyarrow as pa

#: The share of distinct values that must fit what a header says, and what a less certain header suggests.
FITS, FITS_STRICTLY = 0.5, 0.8


@dataclass(frozen=True)
class Shape:
    """How one rule recognises values; patterns are RE2.

    Attributes:
        cell: a whole value of this shape.
        inside: one somewhere in a longer value.
        needs: a literal that every hit holds; looking for it first is ten times as fast as the pattern.
        among: which values can be of this shape at all: all, those with a digit, or those of several words.
        check: looks once more at values that hit, by a check digit.
        enough: distinct hits that make "found" without a header; 1 where a hit can hardly be chance.
        share: the share of distinct values that whole-cell hits must reach for "found" without a header.
        loose: a wider whole value that counts under a header sure of the rule.
        strict: what a whole value must be under a header that only suggests the rule; `loose` where empty.
        rare: whether a few whole-cell hits in a long column count.
        alone: the most that values can say without a header.
    """

    rule: str
    cell: str = ""
    inside: str = ""
    needs: str = ""
    among: Literal["all", "digits", "running"] = "all"
    check: Callable[[pa.Array], pa.Array] | None = None
    enough: int = 2
    share: float = 0.5
    loose: str = ""
    strict: str = ""
    rare: bool = True
    alone: Verdict = "found"


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
_URL_ID = (r"(?i)https?://[^\s\"'<>]*(?:[?&](?:user_?id|uid|user|student_?(?:id|nummer|number)|login|username|email|"
           r"relateduserid)=|/user/(?:view|profile)\.php\?(?:[^\s\"'<>]*&)?id=|"
           r"/(?:users?|profiles?|students?|people|persons?|learners?)/)[^\s&/?#\"'<>]+")
# A person's number after the word for it; "student 2024" is a cohort.
_USER_ID = (r"(?i)\b(?:users?|gebruikers?|students?|leerling|learner|deelnemer)(?:(?: with| met| having)?(?: the| de| het)? ?"
            r"(?:id|nummer|number|nr\.?)[ :=]{0,2}['\"]?#?[su]?\d{1,12}\b|[ :=]{1,2}['\"]#?[su]?\d{1,12}['\"]|"
            r"[ :=]{1,2}#?[su]?\d{6,12}\b)")
_PREFIX = "van|von|de|den|der|het|'t|ten|ter|te|in|op|el|al|la|le|da|di|du|dos|bin|ben|ibn|af|zu|of|y|e"
_PART = r"\p{Lu}[\p{L}.'’-]*"
_PERSON = rf"^\s*(?:(?:{_PREFIX}) )*{_PART}(?:[ ,]{{1,2}}(?:(?:{_PREFIX})[ ,]{{1,2}})*{_PART})+(?:[ ,]{{1,2}}(?:{_PREFIX}))*\s*$"
_DISORDERS = (r"dyslexi[ea]|dyslectisch|dyscalculi[ea]|ad[h]?d|autism[e]?|autistisch|ass|asperger|depressi(?:e|on)|ptss|ptsd|epilepsi[ey]|"
              r"diabetes|migraine|slechtziend|slechthorend|chronisch ziek|chronic illness|zwanger(?:schap)?|pregnan(?:t|cy)|"
              r"functiebeperking|burn-?out|angststoornis|anxiety|rolstoel(?:gebruiker)?|wheelchair|extra (?:tijd|time)|ziek|sick")
_FAITHS = (r"islam(?:itisch)?|moslim|muslim|christen(?:dom)?|christelijk|christian(?:ity)?|(?:rooms-?)?katholiek|(?:roman )?catholic|"
           r"protestant(?:s)?|gereformeerd|hervormd|joods|jood|jewish|jodendom|judaism|hindoe(?:ïsme)?|hindu(?:ism)?|boeddhist(?:isch)?|"
           r"buddhist|buddhism|sikh|evangelisch|atheïst|atheist|humanist(?:isch)?|agnost(?:ic|isch)")
_HEALTH_TOLD = (r"(?i)\b(?:dyslexi[ea]|dyslectisch|dyscalculi[ea]|adhd|functiebeperking|ziek ?gemeld|ziekmelding|was ziek|ben ziek|"
                r"sick leave|i am sick|was sick|extra tijd|extra time|chronisch ziek|zwangerschap|psycholoog|burn-?out)\b")

SHAPES: tuple[Shape, ...] = (
    Shape("email", cell=rf"^\s*[^\s@<>:;,/=|\"]+{_DOMAIN}[A-Za-z]*\s*$", inside=rf"[^\s@<>:;,/=|\"'(\[]{_DOMAIN}", needs="@", enough=1, share=0.0),
    Shape("iban", cell=rf"^\s*(?:{_NL_IBAN}|{_IBAN})\s*$", inside=rf"\b(?:{_NL_IBAN}|{_IBAN})\b", among="digits", check=valid_ibans,
          enough=1, share=0.0),
    Shape("phone", among="digits", cell=rf"^\s*(?:{_PHONE}|{_ABROAD})\s*$", inside=rf"(?:^|[\s(:;,])(?:{_PHONE})\b",
          loose=r"^\s*[+(]?\d(?:[ ().\-/]{0,2}\d){6,14}(?:\.0)?\s*$"),
    Shape("ip", among="digits", cell=rf"^\s*(?:{_IPV4}|{_IPV6})(?:/\d{{1,3}}|%\w+)?\s*$", inside=rf"(?:^|[\s(\[:;,=\"'])(?:{_IPV4})(?:$|[\s)\];,\"':]|\.\s|\.$)"),
    Shape("mac", cell=r"^\s*[0-9A-Fa-f]{2}(?:(?:-[0-9A-Fa-f]{2}){5}|(?::[0-9A-Fa-f]{2}){5})\s*$",
          inside=r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b"),
    Shape("url_id", inside=_URL_ID, needs="://", share=0.0),
    Shape("user_id", inside=_USER_ID, loose=r"^\s*[^\s,;/]+\s*$"),
    # Whether a value is one of these can only be told under a header that says so.
    Shape("student_number", loose=r"^\s*['#]?[A-Za-z]{0,4}[-_]?\d{3,14}(?:\.0+)?\s*$"),
    Shape("username", loose=r"^\s*[^\s,;/]+\s*$"),
    Shape("name", loose=r"^[^\d@_/\\:;?!#]+$", strict=_PERSON),
    Shape("date_of_birth", loose=r"^\s*(?:(?:19|20)\d\d[-/.]?[01]?\d[-/.]?[0-3]?\d|[0-3]?\d[-/. ][01]?\d[-/. ](?:(?:19|20)\d\d|\d\d)|"
                                 r"[0-3]?\d[ -]\p{L}{3,9}\.?[ -](?:19|20)\d\d)(?:[T ][\d:.]+Z?)?\s*$"),
    Shape("device", loose=r"^\s*\{?[0-9A-Za-z][0-9A-Za-z:._-]{7,127}\}?\s*$"),
    Shape("address", among="running", cell=r"^\s*\p{L}[\p{L} .'-]+ \d{1,5} ?[\p{L}\d-]{0,4},? +[1-9]\d{3} ?[A-Z]{2}\b.*$|"
                          r"^\s*[1-9]\d{3} ?[A-Z]{2}[ ,]+(?:\p{L}[\p{L} .'-]+ )?\d{1,5}\b.*$",
          loose=r"^\s*(?:\p{L}[\p{L}\d .,'/-]*\d.*|\d{1,5}[ -]?\p{L}{0,4})\s*$"),
    Shape("free_text", among="running", cell=r"^\s*\S+(?:\s+\S+){7}", enough=20, rare=False, loose=r"\S\s+\S"),
    Shape("special:health", cell=rf"(?i)^\s*(?:{_DISORDERS})\s*$", inside=_HEALTH_TOLD, share=0.2, alone="possible"),
    Shape("special:religion", cell=rf"(?i)^\s*(?:{_FAITHS})\s*$", share=0.2, alone="possible"),
)


@dataclass(frozen=True)
class Parts:
    """A batch of text without nulls: all of it, what holds a digit, and what is more than one word or code."""

    all: pa.Array
    digits: pa.Array
    running: pa.Array

    @staticmethod
    def of(text: pa.Array) -> Parts:
        """Divide a batch, so that most patterns need not look at most values."""
        import pyarrow.compute as pc

        digits = text.filter(pc.match_substring_regex(text, r"\d"))
        return Parts(text, digits, text.filter(pc.match_substring_regex(text, r"\S[\s/:,;=(]+\S")))


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

    def add(self, parts: Parts) -> None:
        """Count a batch of text."""
        import pyarrow.compute as pc

        self.add_fitting(parts.all)
        shape = self.shape
        cells = {"all": parts.all, "digits": parts.digits, "running": parts.running}[shape.among]
        running = parts.running
        if shape.needs:
            # Nearly no column has the literal: then one quick look is all there is.
            cells = running = cells.filter(pc.match_substring(cells, shape.needs))
        if shape.cell and len(cells):
            hits = cells.filter(pc.match_substring_regex(cells, shape.cell))
            self.whole += pc.sum(shape.check(hits)).as_py() or 0 if shape.check else len(hits)
        if shape.inside and len(running):
            hits = running.filter(pc.match_substring_regex(running, shape.inside))
            if shape.cell:
                hits = hits.filter(pc.invert(pc.match_substring_regex(hits, shape.cell)))
            if shape.check:
                found = pc.struct_field(pc.extract_regex(hits, f"(?P<hit>{shape.inside})"), "hit")
                self.inside += pc.sum(shape.check(found)).as_py() or 0
            else:
                self.inside += len(hits)

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
        if self.whole >= self.shape.enough and self.whole >= distinct * self.shape.share:
            return self.shape.alone
        some = self.whole == distinct or (self.shape.rare and self.whole >= self.shape.enough)
        return "possible" if self.whole and some else "none"

    def by_text(self) -> Verdict:
        """Judge what stands inside longer values; no share, as one leak in a thousand posts is one."""
        return self.shape.alone if self.inside >= self.shape.enough else "possible" if self.inside else "none"
