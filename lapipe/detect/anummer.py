"""Tell a column of A-nummers, the number of a person in the Dutch population register, by its two check sums."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lapipe.detect.bsn import DOUBT, FEWEST, FORMED, Hits, Outcome, tail, verdict_of

if TYPE_CHECKING:
    import pyarrow as pa

#: The share of arbitrary ten-digit numbers that pass (counted exactly over all of them).
CHANCE = 0.0064036
LEAST, GREATEST = 1_000_000_000, 9_999_999_999
#: Its digits; the first is no 0.
DIGITS = 10
#: Numbers that count up are no random ones: unless the name says so, at least this share must pass.
SHARE = 0.05
#: Read as seconds since 1970 these are times from 2001 to 2033; a few of them accuse nobody.
_CLOCK = (1_000_000_000, 2_000_000_000)


@dataclass
class Tens:
    """The test summed over the batches of one column's distinct values."""

    hits: Hits = field(default_factory=Hits)
    clock: int = 0

    def add_numbers(self, numbers: pa.Array) -> None:
        """Count integers."""
        import pyarrow.compute as pc

        self._add_whole(pc.drop_null(pc.cast(numbers, "int64", safe=False)).to_numpy(zero_copy_only=False))

    def add_text(self, text: pa.Array) -> None:
        """Count whole values of ten digits, as a float's text too."""
        import pyarrow.compute as pc

        length = pc.binary_length(text)
        whole = text.filter(pc.and_(pc.greater_equal(length, DIGITS), pc.less_equal(length, FORMED[1])))
        whole = whole.filter(pc.match_substring_regex(whole, rf"^\s*['#]?[1-9]\d{{{DIGITS - 1}}}(?:[.,]0+)?\s*$"))
        if len(whole):
            self._add(pc.cast(pc.struct_field(pc.extract_regex(whole, rf"(?P<n>\d{{{DIGITS}}})"), "n"), "int64").to_numpy(zero_copy_only=False))

    def add_digits(self, text: pa.Array) -> None:
        """Count texts of digits only."""
        import pyarrow.compute as pc

        whole = text.filter(pc.equal(pc.binary_length(text), DIGITS))
        if len(whole):
            self._add_whole(pc.cast(whole, "int64").to_numpy(zero_copy_only=False))

    def _add_whole(self, values: Any) -> None:
        self._add(values[(values >= LEAST) & (values <= GREATEST)])

    def _add(self, values: Any) -> None:
        self.hits.judged += len(values)
        self.hits.passing += int(passes(values).sum())
        self.clock += int(((values >= _CLOCK[0]) & (values < _CLOCK[1])).sum())

    def outcome(self, *, header: bool) -> Outcome:
        """Judge the column; `header` says that its name is one for them."""
        hits = self.hits
        chance = tail(hits.judged, hits.passing, CHANCE)
        verdict = verdict_of(hits, chance, header)
        if not header and (hits.passing < SHARE * hits.judged or (hits.judged < FEWEST and self.clock == hits.judged)):
            verdict = "none"
        by_values = verdict != "none" and hits.passing > 0 and (chance < DOUBT or hits.judged < FEWEST)
        return Outcome(verdict, by_values, False, hits.judged, hits.passing, chance if hits.judged else None)


def passes(numbers: Any) -> Any:
    """Tell which ten-digit integers can be A-nummers.

    Rule (Logisch Ontwerp BRP): no two neighbouring digits are alike, the sum of the digits leaves 0 or 5 modulo eleven, and so does
    the sum of the digits times 1, 2, 4, ..., 512 leave 0.

    >>> import numpy as np
    >>> passes(np.array([1010101010, 1234567890])).tolist()
    [True, False]
    """
    import numpy as np

    rest = np.asarray(numbers, dtype=np.int64)
    digits = []
    for _ in range(10):
        digits.append(rest % 10)
        rest = rest // 10
    digits.reverse()
    total = sum(digits) % 11
    weighted = sum(digit << place for place, digit in enumerate(digits)) % 11
    apart = np.logical_and.reduce([one != other for one, other in itertools.pairwise(digits)])
    return apart & ((total == 0) | (total == 5)) & (weighted == 0)
