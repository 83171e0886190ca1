"""Unicity: of people with sets of items (courses, grades, clicks by week), the share who are told apart by a few of them.

Known from mobility traces (de Montjoye et al. 2013); Cohen 2022 did it to released course data. The search is our own.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lapipe.disclosure.lattice import distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

#: How many items an outsider is thought to know.
KNOWN = (1, 2, 3, 4, 5)

#: Draws where everybody and every choice would be too many: the share is then known within 1.6 percentage points (95 %).
PROBES = 4_000

#: Up to this number of (person, items known) nothing is drawn: all are looked at.
_ALL = 100_000

#: How many of the people who share the rarest known item are looked at first, and from there how many times more each time.
_FIRST, _TIMES = 128, 16

#: The 95 % point of the normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """A share, and the interval that holds it at 95 %; the same three times where everybody was looked at."""

    share: float
    low: float
    high: float


class Sets:
    """Who has which items: people and items are numbers from 0, each pair is there once."""

    def __init__(self, person: Ints, item: Ints) -> None:
        people, items = int(person.max(initial=-1)) + 1, int(item.max(initial=-1)) + 1
        # People are looked at in an order that has nothing to do with their numbers, the same each time.
        shuffled = np.random.default_rng(20260901).permutation(people)
        pairs = distinct(shuffled[person] * max(1, items) + item)
        self._person, self._item = pairs // max(1, items), pairs % max(1, items)
        #: Where each person's items begin; numbers without an item are nobody.
        starts = np.searchsorted(self._person, np.arange(people + 1))
        there = np.diff(starts) > 0
        self._begin, self._end = starts[:-1][there], starts[1:][there]
        self.people = int(there.sum())
        # The same pairs, by item and then by person: sorting one number each is faster than ordering two.
        turned = np.sort(self._item * max(1, people) + self._person, kind="stable")
        self._having = turned % max(1, people)
        self._first = np.searchsorted(turned, np.arange(items + 1) * max(1, people))

    @property
    def sizes(self) -> Ints:
        """The number of items of each person."""
        return self._end - self._begin

    def unique_in_full(self) -> float:
        """Give the share of people whose whole set nobody else has; sets are compared by 128 bits and their size."""
        if not self.people:
            return 0.0
        hashes = np.random.default_rng(20260902).integers(0, 2**64, size=(2, len(self._first)), dtype=np.uint64)
        sums = [np.add.reduceat(each[self._item], self._begin) for each in hashes]
        whole = np.stack([*sums, self.sizes.astype(np.uint64)], axis=1)
        _, counts = np.unique(np.ascontiguousarray(whole).view([(name, np.uint64) for name in "abc"]).ravel(), return_counts=True)
        return float((counts == 1).sum() / self.people)

    def unique(self, known: int, *, probes: int = PROBES) -> Share:
        """Give the share of people told apart by `known` of their items, drawn at random; by all of them where they have fewer.

        Everybody and every choice of items is looked at where these are few. Otherwise at least `probes` times a person and a choice
        of items are drawn, each person as often as another where all are drawn; the interval is Wilson's (1927). The draws of fewer
        items are part of those of more, so that the shares that are drawn do not fall as more is known.
        """
        if not self.people:
            return Share(0.0, 0.0, 0.0)
        choices = sum(math.comb(int(size), min(known, int(size))) for size in np.minimum(self.sizes, 200)) if self.people <= _ALL else math.inf
        if choices <= _ALL and self.sizes.max() <= 200:
            share = self._of_all(known)
            return Share(share, share, share)
        random = np.random.default_rng(20260903)
        drawn = random.choice(self.people, size=min(probes, self.people), replace=False)
        times = math.ceil(probes / len(drawn))
        alone = 0
        for person in np.tile(drawn, times):
            mine = self._item[self._begin[person]:self._end[person]]
            alone += self._is_alone(random.permutation(mine)[:known])
        return wilson(alone, len(drawn) * times)

    def _of_all(self, known: int) -> float:
        told: dict[tuple[int, ...], bool] = {}
        total = 0.0
        for mine in self._each():
            chosen = list(itertools.combinations(mine.tolist(), min(known, len(mine))))
            for items in chosen:
                if items not in told:
                    told[items] = self._is_alone(np.array(items))
            total += sum(told[items] for items in chosen) / len(chosen)
        return total / self.people

    def _each(self) -> Iterator[Ints]:
        for begin, end in zip(self._begin, self._end, strict=True):
            yield self._item[begin:end]

    def _is_alone(self, items: Ints) -> bool:
        """Tell whether one person only has all of these items.

        People with the rarest of them are looked at, few first and then more; two who have the others too settle it.
        """
        rarest, *others = sorted((self._having[self._first[item]:self._first[item + 1]] for item in items), key=len)
        found, start, size = 0, 0, _FIRST
        while start < len(rarest):
            left = rarest[start:start + size]
            for other in others:
                place = np.searchsorted(other, left)
                place[place == len(other)] = 0
                left = left[other[place] == left]
                if not len(left):
                    break
            found += len(left)
            if found > 1:
                return False
            start, size = start + size, size * _TIMES
        return found == 1


def wilson(hits: int, of: int) -> Share:
    """Give a share with its score interval at 95 % (Wilson 1927).

    >>> wilson(0, 100).high
    0.0369934982...
    """
    share, square = hits / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return Share(share, max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < of else 1.0)
