"""The rules for small numbers that Dutch education and its neighbours publish by, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lapipe.errors import UsageFault

#: What becomes of a cell of nobody: withheld like a small one, or always shown.
Zeros = Literal["withheld", "public"]

#: How published numbers are rounded: to a multiple, or to the middle of steps of six; 0 is not at all.
Rounding = int | Literal["midpoint-6"]


@dataclass(frozen=True)
class Preset:
    """A publisher's rules: people a cell needs, what is done with nought, rounding, and where shares are cut off (per cent)."""

    name: str
    k: int
    zeros: Zeros
    source: str
    rounding: Rounding = 0
    shares: tuple[int, int] = (0, 100)


#: Every preset by its name.
PRESETS: dict[str, Preset] = {preset.name: preset for preset in (
    Preset("duo", 5, "public", "DUO open data on higher education, since 2023-11-01: 1 to 4 is told as '<5', 0 is kept. "
           "duo.nl/open_onderwijsdata/hoger-onderwijs/aantal-studenten"),
    Preset("nse", 5, "withheld", "Nationale Studenten Enquete, benchmark file: groups under 5 are removed. "
           "studiekeuze123.nl/nse-afnemers/benchmarkbestand-en-privacy"),
    Preset("nco", 6, "withheld", "Nationaal Cohortonderzoek Onderwijs (CBS): nothing of groups of 5 or fewer; shares under 5 % are told as "
           "5 %, over 95 % as 95 %. ncoinformatiepunt.nl", shares=(5, 95)),
    Preset("ten", 10, "withheld", "The modal threshold of US states' education statistics (NCES, SLDS Technical Brief 3, 2010, NCES "
           "2011-603), and the rule of thumb for research output in the ESSnet guidelines"),
    Preset("opensafely", 8, "withheld", "OpenSAFELY, permitted results: counts of 7 or fewer are redacted, then all are rounded to 5; with 5 "
           "or fewer, rounding would tell 6 and 7. docs.opensafely.org", rounding=5),
)}


def preset(name: str) -> Preset:
    """Give a preset by its name.

    >>> preset("duo").k
    5
    """
    if name not in PRESETS:
        raise UsageFault(f"There is no preset '{name}' (there are: {', '.join(PRESETS)}).", rule="LP203")
    return PRESETS[name]


def rounded(number: int, how: Rounding) -> int:
    """Round a number of people.

    To a multiple, half up; or to the middle of its step of six, as OpenSAFELY does for rates: 1 to 6 is told as 3, 7 to 12
    as 9, and nought stays nought.

    >>> [rounded(n, 5) for n in (7, 8, 12)], [rounded(n, "midpoint-6") for n in (0, 1, 6, 7)]
    ([5, 10, 10], [0, 3, 3, 9])
    """
    if how == "midpoint-6":
        return -(-number // 6) * 6 - 3 if number else 0
    return (2 * number + how) // (2 * how) * how if how else number


def clipped(share: Decimal, limits: tuple[int, int]) -> Decimal:
    """Give a share (0 to 1) with what lies outside the limits, in per cent, told as the limit (top and bottom coding).

    >>> clipped(Decimal("0.990"), (5, 95)), clipped(Decimal("0.500"), (5, 95))
    (Decimal('0.950'), Decimal('0.500'))
    """
    return min(max(share, Decimal(limits[0]) / 100), Decimal(limits[1]) / 100).quantize(share)
