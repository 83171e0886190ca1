"""Make rows about people k-anonymous: recode quasi-identifiers, leave out at most a few people, and say what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lapipe.disclosure.bands import band
from lapipe.disclosure.diversity import Close, Criterion, criteria, in_scale
from lapipe.disclosure.hierarchy import Hierarchy, hierarchy
from lapipe.errors import ContractBroken, Refused, UsageFault

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from lapipe.disclosure.lattice import Lattice, Recoding, Sensitive, Units

    Ints = npt.NDArray[np.int64]

#: What the result is, in law; written wherever it is told.
STILL_PERSONAL = ("pseudonymised, not anonymous: whoever knows more of somebody than the quasi-identifiers, or the sensitive value, may still "
                  "find them (GDPR art. 4(5) and recital 26; Cohen 2022 re-identified people in a k-anonymous release of course data)")


@dataclass(frozen=True)
class KAnonymised:
    """A table in which each class of people has at least `k`, and what it took.

    `levels` is the level of each quasi-identifier and `details` its name; `loss` is from 0 (as it was) to 1 (all gone);
    `people` came in, `people_left_out` did not come out, nor any row of theirs; `checked` of `nodes` combinations were tried.
    """

    frame: Any = field(repr=False)
    levels: Mapping[str, int]
    details: Mapping[str, str]
    loss: float
    k: int
    classes: int
    people: int
    people_left_out: int = field(repr=False)
    checked: int
    nodes: int
    note: str = STILL_PERSONAL

    @property
    def left_out(self) -> str:
        """The people left out, in a band."""
        return band(self.people_left_out)


def k_anonymise(frame: Any, *, subject: str, quasi: Mapping[str, Any] | Sequence[str], k: int = 5, limit: float = 0.04,
                sensitive: str | Sequence[str] = (), l: Any = None, t: Any = None, linked: bool = True) -> KAnonymised:  # noqa: E741
    """Recode quasi-identifiers so that every class has `k` people, with the least loss there is, leaving out at most a share `limit` of them.

    `frame` is a pandas or Arrow table. `quasi` maps each column to its hierarchy (see `hierarchy`); None leaves a column as it is.
    People are counted by `subject`, not rows: one person's rows count once. No value is a value of its own. `sensitive` columns get
    `l` (a number of distinct values, `Distinct`, `Entropy` or `Recursive`) and `t` (a number or `Close`) in every class.

    A person with several tuples is known by all of them, since the result keeps `subject`: a class is then the people who have the
    same set of tuples. With `linked=False` the subject is taken out of the result, whose rows are then in the order of their content, and
    a class is the people of one tuple. Columns that are not named stay as they are: what is in them is not protected. The index goes.

    Raises:
        Refused: rows name nobody (LP404), or no recoding does it within the limit (LP414).
        ContractBroken: a hierarchy does not know a value (LP205).
        UsageFault: a column or setting does not exist or fit.

    >>> import pandas as pd
    >>> students = pd.DataFrame({"id": [1, 2, 3, 4], "age": [21, 24, 35, 38]})
    >>> done = k_anonymise(students, subject="id", quasi={"age": ["band 10", "*"]}, k=2, limit=0)
    >>> list(done.frame.age), done.details
    (['20-29', '20-29', '30-39', '30-39'], {'age': 'band 10'})
    """
    from lapipe.disclosure.lattice import Lattice

    table = arrow_of(frame)
    hierarchies = dict(quasi) if isinstance(quasi, Mapping) else dict.fromkeys(quasi)
    watched = (sensitive,) if isinstance(sensitive, str) else tuple(sensitive)
    asked = criteria(l, t)
    _check(table, subject, hierarchies, watched, asked, k, limit)
    coded = Coded(table, subject, list(hierarchies), watched, linked=linked)
    columns = [hierarchy(name, coded.values[name], given) for name, given in hierarchies.items()]
    lattice = Lattice(columns, coded.units, k, at_most=at_most(coded.people, limit),
                      sensitive=[coded.sensitive(name, asked) for name in watched])
    found = chosen(lattice, limit, coded.people)
    return KAnonymised(
        coded.result(frame, table, columns, found, without=() if linked else (subject,)), dict(zip(hierarchies, found.levels, strict=True)),
        {column.column: column.names[level] for column, level in zip(columns, found.levels, strict=True)}, found.loss, found.k, found.classes,
        coded.people, found.people_left_out, found.checked, found.nodes)


def at_most(people: int, limit: float) -> int:
    """Give the people that a share allows to be left out, rounded down as written: 0.29 of 100 is 29."""
    return int(Decimal(str(limit)) * people)


def chosen(lattice: Lattice, limit: float, people: int) -> Recoding:
    """Give the best recoding, or refuse with what may help (LP414)."""
    if not people:
        raise ContractBroken("The table has no rows, so there is nobody to make anonymous.", rule="LP208")
    found = lattice.search()
    if found is None:
        asked = [type(criterion).__name__ for column in lattice.sensitive for criterion in column.criteria]
        several = (" Some people have several different tuples, which together tell more: bring each person to one row, or give linked=False "
                   "when nothing ties a person's rows together.") if lattice.units.sets else ""
        raise Refused(f"No recoding of {', '.join(column.column for column in lattice.columns)} gives every class {lattice.k} people"
                      f"{f' and {chr(44).join(asked)}' if asked else ''} while leaving out at most {limit:.4g} of them. Add a coarser level to a "
                      f"hierarchy ('*' keeps nothing), or leave a column out.{several}", rule="LP414")
    return found


class Coded:
    """A table in numbers: the distinct values of its columns, the distinct tuples, and the people of each."""

    def __init__(self, table: pa.Table, subject: str, quasi: Sequence[str], sensitive: Sequence[str], *, linked: bool) -> None:
        import numpy as np

        from lapipe.disclosure.lattice import Units, distinct, numbered, one_each

        people, names = codes_of(table[subject])
        if None in names:
            nobody = int((people == names.index(None)).sum())
            raise Refused(f"{nobody} rows have no '{subject}'; they are nobody's and cannot be counted as people. Leave them out, or say who they "
                          "are.", rule="LP404")
        self.people, self.values = len(names), {}
        self._linked, rows = linked, table.num_rows
        codes: list[Ints] = []
        for name in quasi:
            code, values = codes_of(table[name])
            self.values[name] = values
            codes.append(code)
        self._cells, number = numbered(codes, [len(self.values[name]) for name in quasi], rows)
        first = np.zeros(number, dtype=np.int64)
        first[self._cells] = np.arange(rows)
        tuples = np.stack([code[first] for code in codes], axis=1) if codes else np.zeros((number, 0), dtype=np.int64)
        if self.people == rows:
            self._person, self._tuple = people, self._cells
        else:
            pairs = distinct(people * number + self._cells) if number else people
            self._person, self._tuple = (pairs // number, pairs % number) if number else (people, people)
        self._people = people
        #: The unit of each person (linked) or of each row (not).
        self._unit_of: Ints
        if len(self._person) == self.people:
            self.units = one_each(tuples, np.bincount(self._tuple, minlength=number).astype(np.int64))
            self._unit_of = self._cells
        elif linked:
            self._unit_of, self.units = self._sets(tuples, number, people)
        else:
            numbers = np.arange(number, dtype=np.int64)
            self.units = Units(tuples, np.bincount(self._tuple, minlength=number).astype(np.int64), numbers, numbers,
                               (self._person, self._tuple))
            self._unit_of = self._cells
        self._read = {name: codes_of(table[name]) for name in sensitive}

    def _sets(self, tuples: Ints, number: int, people: Ints) -> tuple[Ints, Units]:
        """Group people by their sets of tuples."""
        import numpy as np

        from lapipe.disclosure.lattice import Units

        starts = np.flatnonzero(np.diff(self._person, prepend=-1))
        stops = np.append(starts[1:], len(self._person))
        seen: dict[bytes, int] = {}
        # A person's tuples lie in order, so that the same sets have the same bytes.
        profile = np.array([seen.setdefault(self._tuple[a:b].tobytes(), len(seen)) for a, b in zip(starts, stops, strict=True)], dtype=np.int64)
        sets = [np.frombuffer(each, dtype=np.int64) for each in seen]
        of = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
        units = Units(tuples, np.bincount(profile, minlength=len(sets)).astype(np.int64), of, np.concatenate(sets))
        return profile[people], units

    def sensitive(self, name: str, asked: Sequence[Criterion]) -> Sensitive:
        """Count the people of each unit by their values of a sensitive column; somebody with two values is counted with each."""
        import numpy as np

        from lapipe.disclosure.lattice import Sensitive, numbered

        code, values = self._read[name]
        order, numbers = in_scale(values)
        place = np.empty(len(values), dtype=np.int64)
        place[order] = np.arange(len(values))
        value = place[code]
        cell = self._unit_of * len(values) + value
        if self.people < len(value):
            # The same value in several rows of a person is one.
            distinct, number = numbered([self._people, self._unit_of, value], [self.people, len(self.units.people), len(values)], len(value))
            first = np.empty(number, dtype=np.int64)
            first[distinct] = np.arange(len(value))
            cell = cell[first]
            if self.units.owners is not None:
                return Sensitive(name, cell // len(values), cell % len(values), np.ones(number, dtype=np.int64), len(values),
                                 settled(asked, numbers), self._people[first])
        cell, counts = np.unique(cell, return_counts=True)
        return Sensitive(name, cell // len(values), cell % len(values), counts.astype(np.int64), len(values), settled(asked, numbers))

    def result(self, frame: Any, table: pa.Table, columns: Sequence[Hierarchy], found: Recoding, without: Sequence[str]) -> Any:
        """Give the rows that stay, recoded, as the kind of table that came in."""
        import numpy as np
        import pyarrow as pa

        rows = np.flatnonzero(found.stays[self._unit_of])
        recoded: dict[str, list[Any]] = {}
        where: dict[str, Ints] = {}
        for position, (column, level) in enumerate(zip(columns, found.levels, strict=True)):
            if level:
                recoded[column.column] = list(column.labels[level])
                where[column.column] = column.codes[level][self.units.tuples[self._cells[rows], position]]
        if isinstance(frame, pa.Table):
            kept = table.take(pa.array(rows))
            for name, labels in recoded.items():
                kept = kept.set_column(kept.schema.get_field_index(name), name, pa.array(labels, pa.string()).take(pa.array(where[name])))
            kept = kept.drop_columns(list(without))
            return kept.sort_by([(name, "ascending") for name in kept.column_names]) if without else kept
        import pandas as pd

        out = frame.drop(columns=list(without)).iloc[rows].copy()
        for name, labels in recoded.items():
            texts = pd.array(labels, dtype="str")
            out[name] = pd.Series(texts.take(where[name]), index=out.index)
        if without:
            # In the order in which they came, the rows of one person would lie together.
            out = out.sort_values(list(out.columns), key=lambda column: column.astype("str"))
        # An index may hold who it is.
        return out.reset_index(drop=True)


def arrow_of(frame: Any) -> pa.Table:
    """Take a pandas or Arrow table as Arrow; what cannot be taken is told without a value."""
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame
    if not hasattr(frame, "columns") or not hasattr(frame, "iloc"):
        raise UsageFault(f"A {type(frame).__name__} is no pandas or Arrow table.")
    repeated = len(set(map(str, frame.columns))) < len(frame.columns)
    problem = "two columns of one name" if repeated else ""
    try:
        if not problem:
            return pa.Table.from_pandas(frame.rename(columns=str), preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError):
        problem = "a column that holds values of several types"
    raise UsageFault(f"The table has {problem}; make it one.")


def settled(asked: Sequence[Criterion], numbers: bool) -> tuple[Criterion, ...]:
    """Say of each criterion whether its values are ordered, where it did not."""
    return tuple(Close(each.t, numbers) if isinstance(each, Close) and each.ordered is None else each for each in asked)


def codes_of(column: pa.ChunkedArray) -> tuple[Ints, list[Any]]:
    """Number the distinct values of a column, no value among them; NaN is no value."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], column.type)
    encoded = encoded.dictionary_encode()
    values = encoded.dictionary.to_pylist()
    codes = np.asarray(encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return codes, [*values, None] if encoded.indices.null_count else values


def _check(table: pa.Table, subject: str, quasi: Mapping[str, Any], sensitive: Sequence[str], asked: Sequence[Criterion], k: int,
           limit: float) -> None:
    names = table.column_names
    for name in (subject, *quasi, *sensitive):
        if name not in names:
            raise UsageFault(f"The table has no column '{name}' (it has: {', '.join(names)}).", rule="LP203")
    named = [subject, *quasi, *sensitive]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise UsageFault(f"'{twice}' is named twice; a column is the subject, a quasi-identifier or sensitive.")
    if not quasi:
        raise UsageFault("Name at least one quasi-identifier: what others may know of a person.")
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise UsageFault("k is a whole number of at least 2: a class of one is a person.")
    if isinstance(limit, bool) or not 0 <= limit < 1:
        raise UsageFault("limit is the share of people that may be left out: from 0 to less than 1.")
    if bool(asked) != bool(sensitive):
        raise UsageFault("l and t are about sensitive columns; give both the columns and what is asked of them.")
