"""How much a table in memory tells: its classes, the attackers' chances, and how varied sensitive columns are in each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lapipe.disclosure.diversity import in_scale
from lapipe.disclosure.k_anonymity import arrow_of, codes_of
from lapipe.disclosure.lattice import numbered
from lapipe.disclosure.risk import Classes, Risk, diverse
from lapipe.errors import ContractBroken, UsageFault


def measure(frame: Any, *, quasi: Sequence[str], subject: str = "", sensitive: Sequence[str] = ()) -> Risk:
    """Give k, the attackers' chances, and l and t of each sensitive column, of a pandas or Arrow table as it is.

    People are counted by `subject`; without it each row is somebody. No value is a value of its own. A person with several tuples
    counts in each class. `as_json()` of what is given has the shape of `lapipe risk --format json`.

    Raises:
        UsageFault: a column does not exist, or none is named (LP203).
        ContractBroken: a row names nobody (LP404).

    >>> import pandas as pd
    >>> table = pd.DataFrame({"zip": ["476", "476", "479", "479"], "disease": ["flu", "flu", "flu", "cancer"]})
    >>> found = measure(table, quasi=["zip"], sensitive=["disease"])
    >>> found.classes.k, found.sensitive["disease"].l
    (2, 1)
    """
    import numpy as np

    table = arrow_of(frame)
    quasi, sensitive = ((quasi,) if isinstance(quasi, str) else tuple(quasi)), ((sensitive,) if isinstance(sensitive, str) else tuple(sensitive))
    wanted = [*quasi, *([subject] if subject else []), *sensitive]
    missing = [name for name in wanted if name not in table.column_names]
    if not quasi or missing:
        raise UsageFault("measure needs the columns that an outsider knows: quasi=[...]." if not quasi else
                         f"There is no column '{missing[0]}' (there are: {', '.join(table.column_names)}).", rule="LP203")
    coded = [codes_of(table[name]) for name in quasi]
    cells, number = numbered([codes for codes, _ in coded], [len(values) for _, values in coded], table.num_rows)
    who = np.arange(table.num_rows)
    if subject:
        who, people = codes_of(table[subject])
        if None in people:
            raise ContractBroken(f"Rows of '{subject}' name nobody, and would be in no count; leave them out or identify them.", rule="LP404")
    pairs = np.unique(np.stack([cells, who], axis=1), axis=0)
    size = np.bincount(pairs[:, 0], minlength=number)
    smallest = np.full(int(who.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(smallest, pairs[:, 1], size[pairs[:, 0]])
    classes = Classes(_histogram(size[size > 0]), _histogram(smallest[smallest < np.iinfo(np.int64).max]))
    varied = {}
    for name in sensitive:
        codes, values = codes_of(table[name])
        order, numbers = in_scale(values)
        place = np.empty(len(values), dtype=np.int64)
        place[order] = np.arange(len(values))
        found = np.unique(np.stack([cells, place[codes], who], axis=1), axis=0)[:, :2]
        found, people_of = np.unique(found, axis=0, return_counts=True)
        varied[name] = diverse(found[:, 0], found[:, 1], people_of, number, len(values), ordered=numbers)
    return Risk(table.num_rows, classes, sensitive=varied)


def _histogram(sizes: Any) -> dict[int, int]:
    import numpy as np

    values, counts = np.unique(sizes, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
