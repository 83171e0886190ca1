"""Judge a column by its name and its distinct values: which identifiers and special categories it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lapipe.detect import anummer, bsn, headers
from lapipe.detect.anummer import Tens
from lapipe.detect.bsn import Elevens, Verdict, unseen
from lapipe.detect.identifiers import SHAPES, Parts, Tally
from lapipe.detect.lexicon import NAME_WORDS, NAMESAKES, ORGANISATIONS, ROOMS, TITLES, Strength
from lapipe.detect.naming import Naming
from lapipe.detect.special import Lists

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows looked at together; memory is a few times their size.
BATCH_ROWS = 1 << 16
BATCH_BYTES = 1 << 26
#: A column of these only says whether, whatever its name: "email: yes".
_FLAGS = r"(?i)^\s*(?:0|1|y|n|j|yes|no|ja|nee|t|f|true|false|waar|onwaar)\s*$"
_MOST_FLAGS = 8
#: A column of these only says by which way something came, as `Herkomst` does in Moodle's Dutch log: nobody's origin.
_WAYS = r"(?i)^\s*(?:web|ws|cli|restore|app|api|mobile|mobiel|desktop|import|csv|excel|manual|handmatig|batch|system|systeem|email|e-mail|lti|sso|direct|website|studielink|osiris|other|overig|anders)\s*$"

_LABELS = {
    "bsn": "citizen service number (BSN)", "onderwijsnummer": "education number (onderwijsnummer)", "a_nummer": "population register number (A-nummer)",
    "email": "e-mail address", "iban": "bank account number (IBAN)", "phone": "telephone number", "ip": "IP address", "mac": "MAC address",
    "url_id": "web address with a person's id in it", "user_id": "user id", "student_number": "student or staff number",
    "username": "user name", "name": "person's name", "date_of_birth": "date of birth", "device": "device or session id",
    "document": "number of an identity document", "photo": "photo of a person", "address": "postal address", "free_text": "free text",
    "special:health": "health or disability", "special:ethnicity": "ethnicity or origin", "special:religion": "religion or belief",
    "special:politics": "political opinion", "special:union": "trade union membership", "special:sex_life": "sex life or orientation",
    "special:gender_identity": "gender identity", "special:biometric": "biometric data", "special:genetic": "genetic data",
    "special:criminal": "criminal data",
}
#: The terms of the W3C Data Privacy Vocabulary (https://w3id.org/dpv/pd, version 2.0) for what the rules find. A BSN is called by its name.
CATEGORIES = {
    "bsn": "bsn", "onderwijsnummer": "onderwijsnummer", "a_nummer": "a_nummer",
    "email": "pd:EmailAddress", "iban": "pd:BankAccount", "phone": "pd:TelephoneNumber", "ip": "pd:IPAddress", "mac": "pd:MACAddress", "url_id": "pd:UID",
    "user_id": "pd:UID", "student_number": "pd:UID", "username": "pd:Username", "name": "pd:Name", "date_of_birth": "pd:BirthDate", "device": "pd:DeviceBased",
    "document": "pd:OfficialID", "photo": "pd:Picture", "address": "pd:PhysicalAddress", "free_text": "pd:Communication", "special:health": "pd:Health",
    "special:ethnicity": "pd:EthnicOrigin", "special:religion": "pd:Religion", "special:politics": "pd:PoliticalOpinion",
    "special:union": "pd:TradeUnionMembership", "special:sex_life": "pd:Sexual", "special:gender_identity": "pd:Gender",
    "special:biometric": "pd:Biometric", "special:genetic": "pd:Genetic", "special:criminal": "pd:Criminal",
}
_TESTED = ("bsn", "onderwijsnummer", "a_nummer")
#: Forms that are hardly chance, and readings of a name that yield to them.
_PROVEN, _SUGGESTED = ("email", "iban", "ip", "mac", "phone", "url_id"), ("username", "user_id", "device", "name")
#: Every rule, in the order in which `judge` reports them.
RULES: tuple[str, ...] = tuple(_LABELS)


@dataclass(frozen=True)
class Evidence:
    """One rule's verdict on one column, without any value.

    Attributes:
        rule: one of `RULES`.
        kind: national_id, identifier, special or free_text, as the kinds of a contract.
        header, values, text: which channels speak for it: the column's name, whole values, parts of longer values.
        distinct: distinct values that are neither null nor empty.
        matching: of these, how many have the shape; for a BSN, how many pass the eleven test.
        p_value: the probability that so many pass by chance, where a rule computes one.
        judged: distinct numbers that were put to the test of a national number; 0 for other rules.
        unseen: where such a number was not found: the fraction of them that could be among those judged and would be missed.
        beside: columns that together with this one say it, where no single one does.
    """

    rule: str
    kind: str
    verdict: Verdict
    header: bool
    values: bool
    text: bool
    distinct: int
    matching: int
    p_value: float | None
    judged: int = 0
    unseen: float | None = None
    beside: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        """Give the term of the Data Privacy Vocabulary, where there is one."""
        return CATEGORIES[self.rule]

    @property
    def share(self) -> float:
        """Give the share of the distinct values that match."""
        return self.matching / self.distinct if self.distinct else 0.0

    @property
    def fraction(self) -> float | None:
        """Estimate which fraction of the judged numbers is real: (share - 1/11) / (10/11) for a BSN; None without a test."""
        if not self.judged:
            return None
        chance = _chance(self.rule)
        return max(0.0, (self.matching / self.judged - chance) / (1 - chance))

    def words(self) -> str:
        """Say it in one sentence for a privacy officer."""
        label = _LABELS[self.rule]
        channels = []
        if self.header:
            channels.append("the column's name says so")
        if self.values:
            channels.append(self._values())
        if self.text:
            channels.append("longer texts hold it" if self.values else
                            f"{self.matching:,} of {self.distinct:,} distinct values hold it inside longer text")
        if self.beside:
            channels.append(f"together with {', '.join(self.beside)}")
        elif self.header and not (self.values or self.text):
            channels.append("no values to compare" if not self.distinct else "its values do not show it")
        start = {"found": f"Found: {label}", "possible": f"Possible: {label}", "none": f"Not found: {label}"}[self.verdict]
        if self.verdict == "none":
            tested = f" ({self.matching:,} of {self.judged:,} numbers pass its test, as chance would have it{self._power()})" if self.judged else ""
            return f"{start}{tested}."
        return f"{start}; {'; '.join(channels)}."

    def _power(self) -> str:
        if self.unseen is None:
            return ""
        if self.unseen >= 1:
            return "; they are too few to find it by"
        return f"; were fewer than {self.unseen:.1%} of them such numbers, this could not tell"

    def _values(self) -> str:
        if self.fraction is None or self.p_value is None:
            return f"{self.matching:,} of {self.distinct:,} distinct values have its shape"
        chance = "less than one in a million" if self.p_value < 1e-6 else f"{self.p_value:.1g}"
        return (f"{self.matching:,} of {self.judged:,} distinct numbers pass its test, where 1 in {1 / _chance(self.rule):.0f} would by chance "
                f"(probability {chance}), so about {self.fraction:.0%} of them are such numbers")


def judge(name: str, distinct: Iterable[pa.Array | pa.ChunkedArray]) -> tuple[Evidence, ...]:
    """Judge one column on every rule, in the order of `RULES`.

    `distinct` gives the column's distinct values in batches, each value once: the statistics of the BSN count a value
    as often as it comes. Nulls and empty text are passed over. Any Arrow type will do: of lists, structs and maps the
    leaves are judged, and here doubles within a batch are dropped. Memory depends on the batch, not on the column.

    >>> import pyarrow as pa
    >>> [found.rule for found in judge("E-mail", [pa.array(["ann@example.org"])]) if found.verdict == "found"]
    ['email']
    """
    return _Column(name).judge(distinct)


def _chance(rule: str) -> float:
    """Give the share of arbitrary numbers that pass a national number's test."""
    return anummer.CHANCE if rule == "a_nummer" else bsn.CHANCE


class _Column:
    """The counts of one column over its batches."""

    def __init__(self, name: str) -> None:
        self.header = headers.read(name)
        words = frozenset(headers.tokens(name))
        self.of_organisations, self.of_rooms, self.of_things = bool(words & ORGANISATIONS), bool(words & ROOMS), bool(words & NAMESAKES)
        self.titled = bool(words & (NAME_WORDS | TITLES))
        self.distinct = 0
        self.flags = self.ways = 0
        self.boolean = False
        self.elevens = Elevens()
        self.tens = Tens()
        self.naming = Naming()
        self.lists = Lists()
        self.tallies = {shape.rule: Tally(shape, self.header.get(shape.rule)) for shape in SHAPES}

    def judge(self, batches: Iterable[pa.Array | pa.ChunkedArray]) -> tuple[Evidence, ...]:
        for batch in batches:
            for leaf in _leaves(batch):
                self._add(leaf)
        found = {rule: self._evidence(rule) for rule in RULES}
        # What a word like "account" suggests yields to what a check digit or a plain form proves.
        if self.header.get("username") == "sure" and not self.header.get("name") and not found["name"].text:
            # User names are made of names, and are what the column says.
            found["name"] = replace(found["name"], verdict="none", values=False)
        proven = any(found[rule].values and found[rule].verdict == "found" for rule in _PROVEN)
        return tuple(replace(each, verdict="none", header=False, values=False) if proven and each.rule in _SUGGESTED and self.header.get(each.rule) == "likely"
                     and not each.text else each for each in found.values())

    def _add(self, leaf: pa.Array) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        values = pc.drop_null(leaf)
        kind = values.type
        if pa.types.is_boolean(kind):
            self.boolean = True
            self.distinct += len(values)
            return
        if pa.types.is_floating(kind):
            # Only whole numbers can be identifiers; beyond 2^53 a float is none any more.
            wide = pc.cast(values, pa.float64())
            whole = pc.and_(pc.equal(pc.floor(wide), wide), pc.less(pc.abs(wide), 2.0**53))
            self.distinct += len(values) - (pc.sum(whole).as_py() or 0)
            values = pc.cast(wide.filter(whole), pa.int64())
            kind = values.type
        if pa.types.is_integer(kind):
            self.elevens.add_numbers(values)
            self.tens.add_numbers(values)
        if pa.types.is_temporal(kind) and getattr(kind, "tz", None):
            values = pc.cast(values, pa.timestamp(kind.unit))
        textual = pa.types.is_string(kind)
        text = values if textual else _text(values) if self.header or pa.types.is_decimal(kind) else None
        if text is None:
            self.distinct += len(values)
            return
        text = text.filter(pc.greater(pc.binary_length(text), 0))
        self.distinct += len(text)
        if len(text) <= _MOST_FLAGS:
            self.flags += pc.sum(pc.match_substring_regex(text, _FLAGS)).as_py() or 0
            self.ways += pc.sum(pc.match_substring_regex(text, _WAYS)).as_py() or 0
        if textual:
            text = _readable(text)
            parts = Parts.of(text)
            self.tens.add_digits(parts.numbers)
            self.elevens.add_digits(parts.numbers)
            self.tens.add_text(parts.digits)
            whole = self.elevens.add_text(parts.digits)
            self.elevens.add_running(parts.digits.filter(pc.invert(whole)) if pc.any(whole).as_py() else parts.digits)
            self.naming.add(parts.words, parts.running)
            self.lists.add(parts.words, len(text))
        elif pa.types.is_decimal(kind):
            self.elevens.add_text(text)
            self.tens.add_text(text)
        for tally in self.tallies.values():
            if textual:
                tally.add(parts)
            else:
                tally.add_fitting(text)

    def _evidence(self, rule: str) -> Evidence:
        # A column of yes and no is about a thing, and not the thing: but "dyslexia: yes" is all there is to say.
        kind = headers.kind_of(rule)
        special = kind == "special"
        strength = self.header.get(rule)
        only_flags = self.boolean or 0 < self.distinct == self.flags
        if (only_flags and not special and rule != "bsn") or (rule == "special:ethnicity" and 0 < self.distinct == self.ways):
            strength = None
        if rule in _TESTED:
            return self._national(rule, strength)
        if rule == "name":
            return self._name(strength)
        tally = self.tallies.get(rule)
        by_values, by_text = (tally.by_values(self.distinct), tally.by_text()) if tally else ("none", "none")
        matching = max(tally.whole + tally.inside, tally.fitting if strength else 0) if tally else 0
        if rule == "free_text" and self.titled and by_values == "found":
            by_values = "possible"
        if special:
            by_list, listed = self.lists.verdict(rule, rooms=self.of_rooms)
            by_values, matching = by_list, max(matching, listed)
            by_header: Verdict = "none"
            if strength:
                # A nationality suggests an origin and is none; "ill" among reasons of absence is what it says.
                speaking = self.lists.sure[rule] if rule == "special:ethnicity" else listed
                sure = (strength == "sure" and self.distinct > 0) or by_list == "found" or speaking > 0
                by_header = "found" if sure else "possible"
            verdict = _strongest(by_header, by_values, by_text)
            return Evidence(rule, kind, verdict, by_header != "none", by_values != "none", by_text != "none", self.distinct, matching, None)
        by_header = tally.by_header(self.distinct) if strength and tally else "none"
        fits = by_values != "none" or (bool(strength) and bool(tally) and tally is not None and tally.fits(self.distinct))
        return Evidence(rule, kind, _strongest(by_header, by_values, by_text), by_header != "none", fits, by_text != "none",
                        self.distinct, matching, None)

    def _national(self, rule: str, strength: Strength | None) -> Evidence:
        sure = strength == "sure" and not self.boolean
        if rule == "a_nummer":
            outcome = self.tens.outcome(header=sure)
        else:
            outcome = (self.elevens.bsn if rule == "bsn" else self.elevens.onderwijsnummer)(header=sure)
        # A number of another country's, by its name, is none of ours when none of its values has the form.
        if outcome.verdict == "none" and strength and not self.boolean and (sure or strength == "likely" or outcome.judged or not self.distinct):
            outcome = replace(outcome, verdict="possible")
        if rule == "bsn" and outcome.verdict == "found" and self.of_organisations and not (sure or outcome.text):
            # Legal entities have such numbers too (RSIN); that of a sole trader was a BSN, so it stays possible.
            outcome = replace(outcome, verdict="possible")
        missed = unseen(outcome.judged, _chance(rule)) if outcome.judged and outcome.verdict != "found" else None
        return Evidence(rule, headers.kind_of(rule), outcome.verdict, bool(strength) and not self.boolean, outcome.values,
                        outcome.text, self.distinct, outcome.matching, outcome.p_value, outcome.judged, missed)

    def _name(self, strength: Strength | None) -> Evidence:
        naming = self.naming
        by_values, by_text = naming.by_values(self.distinct, of_things=self.of_things), naming.by_text()
        by_header: Verdict = naming.by_header(strength, self.distinct) if strength else "none"
        named = naming.given + naming.people
        if not strength and by_values == by_text == "none":
            # Surnames prove nothing by themselves; beside a column of first names they do.
            named = max(named, 0 if self.of_things else naming.surnames + naming.prefixes)
        if strength:
            named = max(named + naming.surnames + naming.prefixes + naming.initialled, naming.shaped if strength == "sure" else 0)
        fits = by_values != "none" or (by_header != "none" and named > 0)
        return Evidence("name", "identifier", _strongest(by_header, by_values, by_text), by_header != "none", fits, by_text != "none",
                        self.distinct, named + naming.texts, None)


#: Digits of another width, blanks that are no spaces, and signs that nobody sees.
_DISGUISED, _UNSEEN = r"[\x{FF10}-\x{FF19}\x{00A0}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]|[\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]", "[\u00ad\u200b-\u200f\u2060\ufeff]"


def _readable(text: pa.Array) -> pa.Array:
    """Write digits and blanks of another kind as the plain ones that they stand for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.all(pc.string_is_ascii(text)).as_py():
        return text
    disguised = pc.match_substring_regex(text, _DISGUISED)
    if not pc.any(disguised).as_py():
        return text
    plain = pc.utf8_normalize(pc.replace_substring_regex(pc.if_else(disguised, text, pa.scalar(None, pa.string())), _UNSEEN, ""), form="NFKC")
    return pc.coalesce(plain, text)


def _strongest(*verdicts: Verdict) -> Verdict:
    return "found" if "found" in verdicts else "possible" if "possible" in verdicts else "none"


def _leaves(array: pa.Array | pa.ChunkedArray, *, nested: bool = False) -> Iterator[pa.Array]:
    """Take an array apart into small arrays of a plain type, all text as Arrow strings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if isinstance(array, pa.ChunkedArray):
        for chunk in array.chunks:
            yield from _leaves(chunk, nested=nested)
    elif isinstance(array, pa.ExtensionArray):
        yield from _leaves(array.storage, nested=nested)
    elif pa.types.is_dictionary(kind):
        yield from _leaves(array.dictionary_decode(), nested=nested)
    elif pa.types.is_run_end_encoded(kind):
        yield from _leaves(pc.run_end_decode(array), nested=nested)
    elif pa.types.is_struct(kind):
        for part in array.flatten():
            yield from _leaves(part, nested=True)
    elif pa.types.is_map(kind):
        pairs = pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))
        yield from _leaves(pc.cast(array, pairs), nested=True)
    elif pa.types.is_nested(kind) and not pa.types.is_union(kind):
        yield from _leaves(array.flatten(), nested=True)
    elif not pa.types.is_null(kind):
        rows = max(1, min(BATCH_ROWS, len(array) * BATCH_BYTES // max(1, array.nbytes)))
        for start in range(0, len(array), rows):
            part = array.slice(start, rows)
            if not (pa.types.is_primitive(kind) or pa.types.is_decimal(kind)):
                part = _text(part)
            yield pc.unique(part) if nested else part


def _text(array: pa.Array) -> pa.Array:
    """Write any array as Arrow strings; bytes that are not UTF-8 and types without a cast go value by value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        text = pc.cast(array, pa.string())
        text.validate(full=True)
        return text
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass  # Go on outside this block: an Arrow error quotes the value.
    if pa.types.is_string(array.type):
        array = array.view(pa.binary())
    values = array.to_pylist()
    return pa.array([value if value is None else value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                     for value in values], pa.string())
