"""Judge a column by its name and its distinct values: which identifiers and special categories it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lapipe.detect import headers
from lapipe.detect.bsn import CHANCE, Elevens, Outcome, Verdict
from lapipe.detect.identifiers import SHAPES, Parts, Tally

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows looked at together; memory is a few times their size.
BATCH_ROWS = 1 << 16
BATCH_BYTES = 1 << 26
#: A column of these only says whether, whatever its name: "email: yes".
_FLAGS = r"(?i)^\s*(?:0|1|y|n|j|yes|no|ja|nee|t|f|true|false|waar|onwaar)\s*$"
_MOST_FLAGS = 8

_LABELS = {
    "bsn": "citizen service number (BSN)", "onderwijsnummer": "education number (onderwijsnummer)", "email": "e-mail address",
    "iban": "bank account number (IBAN)", "phone": "telephone number", "ip": "IP address", "mac": "MAC address",
    "url_id": "web address with a person's id in it", "user_id": "user id", "student_number": "student or staff number",
    "username": "user name", "name": "person's name", "date_of_birth": "date of birth", "device": "device or session id",
    "address": "postal address", "free_text": "free text", "special:health": "health or disability",
    "special:ethnicity": "ethnicity or origin", "special:religion": "religion or belief", "special:politics": "political opinion",
    "special:union": "trade union membership", "special:sex_life": "sex life or orientation",
    "special:gender_identity": "gender identity", "special:biometric": "biometric data", "special:genetic": "genetic data",
    "special:criminal": "criminal data",
}
_TESTED = ("bsn", "onderwijsnummer")
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
        judged: distinct numbers that were put to the eleven test; 0 for other rules.
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

    @property
    def share(self) -> float:
        """Give the share of the distinct values that match."""
        return self.matching / self.distinct if self.distinct else 0.0

    @property
    def fraction(self) -> float | None:
        """Estimate which fraction of the judged numbers is real: (share - 1/11) / (10/11); None without a test."""
        if not self.judged:
            return None
        return max(0.0, (self.matching / self.judged - CHANCE) / (1 - CHANCE))

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
        if self.header and not (self.values or self.text):
            channels.append("no values to compare" if not self.distinct else "its values do not show it")
        start = {"found": f"Found: {label}", "possible": f"Possible: {label}", "none": f"Not found: {label}"}[self.verdict]
        if self.verdict == "none":
            tested = f" ({self.matching:,} of {self.judged:,} numbers pass its test, as chance would have it)" if self.judged else ""
            return f"{start}{tested}."
        return f"{start}; {'; '.join(channels)}."

    def _values(self) -> str:
        if self.fraction is None or self.p_value is None:
            return f"{self.matching:,} of {self.distinct:,} distinct values have its shape"
        chance = "less than one in a million" if self.p_value < 1e-6 else f"{self.p_value:.1g}"
        return (f"{self.matching:,} of {self.judged:,} distinct numbers pass its test, where 1 in 11 would by chance "
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


class _Column:
    """The counts of one column over its batches."""

    def __init__(self, name: str) -> None:
        self.header = headers.read(name)
        self.distinct = 0
        self.flags = 0
        self.boolean = False
        self.elevens = Elevens()
        self.tallies = {shape.rule: Tally(shape, self.header.get(shape.rule)) for shape in SHAPES}

    def judge(self, batches: Iterable[pa.Array | pa.ChunkedArray]) -> tuple[Evidence, ...]:
        for batch in batches:
            for leaf in _leaves(batch):
                self._add(leaf)
        return tuple(self._evidence(rule) for rule in RULES)

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
        if textual:
            parts = Parts.of(text)
            whole = self.elevens.add_text(parts.digits)
            self.elevens.add_running(parts.digits.filter(pc.invert(whole)))
        elif pa.types.is_decimal(kind):
            self.elevens.add_text(text)
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
        if only_flags and not special and rule != "bsn":
            strength = None
        if rule in _TESTED:
            sure = strength == "sure" and not self.boolean
            test = self.elevens.bsn if rule == "bsn" else self.elevens.onderwijsnummer
            outcome = test(header=sure)
            if outcome.verdict == "none" and strength and not self.boolean:
                outcome = Outcome("possible", judged=outcome.judged, matching=outcome.matching, p_value=outcome.p_value)
            return Evidence(rule, kind, outcome.verdict, bool(strength) and not self.boolean, outcome.values,
                            outcome.text, self.distinct, outcome.matching, outcome.p_value, outcome.judged)
        tally = self.tallies.get(rule)
        if tally is None:
            by_name: Verdict = "found" if strength == "sure" else "possible" if strength else "none"
            return Evidence(rule, kind, by_name, bool(strength), False, False, self.distinct, 0, None)
        by_values, by_text = tally.by_values(self.distinct), tally.by_text()
        by_header = tally.by_header(self.distinct) if strength else "none"
        if special and strength:
            by_header = "found" if strength == "sure" or by_values != "none" else "possible"
        fits = by_values != "none" or (bool(strength) and tally.fits(self.distinct))
        matching = max(tally.whole + tally.inside, tally.fitting if strength else 0)
        return Evidence(rule, kind, _strongest(by_header, by_values, by_text), by_header != "none", fits, by_text != "none",
                        self.distinct, matching, None)


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
        return pc.cast(array, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass  # Go on outside this block: an Arrow error quotes the value.
    values = array.to_pylist()
    return pa.array([value if value is None else value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                     for value in values], pa.string())
