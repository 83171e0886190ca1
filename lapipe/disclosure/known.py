"""What the rule itself tells of a withheld count, before anybody looks at the sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: How long an outsider's interval for a withheld count is at least, unless a longer one is declared: three numbers are possible.
DEFAULT_PROTECTION = 2


@dataclass(frozen=True)
class Told:
    """Bounds of each count should it be withheld, and how long the interval that is left must be."""

    least: np.ndarray[Any, Any]
    most: np.ndarray[Any, Any]
    width: np.ndarray[Any, Any]


def told_by_rule(people: np.ndarray[Any, Any], k: int, *, primary: np.ndarray[Any, Any], small: np.ndarray[Any, Any],
                 hidden: np.ndarray[Any, Any], hidden_is_small: bool, least: int, protection: int | None = None) -> Told:
    """Say what an outsider knows who also knows for which reason each cell is withheld, though one word stands for all.

    A cell that is `small` holds `least` to k - 1; one that is withheld for others' sake k or more; of one that is `primary` for
    another reason, and of one that is `hidden`, nothing is known. Where the rule would leave a shorter interval than is
    asked for, as with k = 2 where zeros are public, safety rests on the one word, and the reasons are taken to be unknown.
    """
    import numpy as np

    prior = k - 1 - least
    wanted = max(protection or min(DEFAULT_PROTECTION, prior), 1)
    reasons_known = prior >= wanted
    low = np.full(len(people), float(k if reasons_known else least))
    low[small] = least
    low[hidden | (primary & ~small)] = 0
    high = np.full(len(people), float("inf"))
    if reasons_known:
        high[(small | hidden) if hidden_is_small else small] = k - 1
    return Told(np.minimum(low, people), high, np.where(primary, wanted, 1))
