"""Recode what others may know of a person, so that every combination of it is shared by k people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.disclosure.bands import band
from lapipe.disclosure.diversity import criteria
from lapipe.disclosure.hierarchy import Hierarchy, hierarchy
from lapipe.disclosure.k_anonymity import STILL_PERSONAL, at_most, chosen, codes_of, settled
from lapipe.errors import UsageFault
from lapipe.phrases import Language, detail_said, listed, named
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry, leave_out, refuse

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from lapipe.disclosure.lattice import Recoding, Sensitive

_MEMO = "recoding"


@dataclass(frozen=True)
class KAnonymise(Stage):
    """Bring quasi-identifiers to the levels that lose least and give every combination the purpose's k people.

    `quasi` maps each column to its coarser levels, in order: `band 10`, `first 4` (characters), `week`, `month`, `year`,
    `academic year`, `level NAME` (of the contract), `*` (nothing of it is kept); an empty list leaves a column as it is. At most a
    share `limit` of the people is left out, with all their rows. `sensitive` columns get `l` (distinct values, or `Entropy`,
    `Recursive`) and `t` (or `Close`) in every combination. Every column other than the person is one or the other: what others know
    or what they should not learn. Recoded columns come out as text. The loss is ARX's; see `lapipe.disclosure.lattice`.

    The result is pseudonymised, not anonymous: it stays personal data. A table with several different rows of a person, or with
    several sensitive columns that together tell people apart, is a set of courses and grades, and is refused: such sets are unique
    for nearly everybody whatever is done to the other columns (`lapipe risk --items` measures it).
    """

    quasi: Mapping[str, Sequence[str]]
    limit: float = 0.04
    sensitive: Sequence[str] = ()
    l: Any = None  # noqa: E741  the letter of the literature
    t: Any = None
    person: str = ""

    drops: ClassVar[bool] = True
    needs_held: ClassVar[bool] = True

    # --- plan ---

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the recoded columns as text; refuse a column that is neither quasi nor sensitive, and sets of items."""
        person = self._person(contract)
        if not self.quasi:
            raise UsageFault("KAnonymise: name at least one quasi-identifier, with its levels.", rule="LP203")
        if not 0 <= self.limit < 1:
            raise UsageFault("KAnonymise: limit is the share of people that may be left out, from 0 to less than 1.")
        both = [name for name in (*self.quasi, *self.sensitive) if [*self.quasi, *self.sensitive, person].count(name) > 1]
        if both:
            raise UsageFault(f"KAnonymise: '{both[0]}' is named twice; a column is the person, a quasi-identifier or sensitive.", rule="LP203")
        asked = criteria(self.l, self.t)
        for name, details in self.quasi.items():
            column = contract[name]
            if column.kind in (Kind.IDENTIFIER, Kind.PSEUDONYM, Kind.FREE_TEXT, Kind.NATIONAL_ID):
                raise refuse("LP412", self, f"'{name}' is {column.kind}, which nobody else shares. Leave it out.")
            if isinstance(details, str):
                raise UsageFault(f"KAnonymise: the levels of '{name}' are a list, such as ['{details}', '*'].", rule="LP203")
            hierarchy(name, (), tuple(details), column.levels)
        for column in (contract[name] for name in self.sensitive):
            if not asked:
                raise refuse("LP412", self, f"'{column.name}' is sensitive, and neither l nor t is given: k people who all have one value tell it.")
        loose = [column.name for column in contract if column.name not in (*self.quasi, *self.sensitive, person)]
        if loose:
            raise refuse("LP412", self, f"'{loose[0]}' is neither a quasi-identifier nor sensitive, so nothing would protect it. Name it in one of "
                         "the two, or leave it out.")
        if person in contract.key and len(contract.key) > 1:
            raise self._set_of_items(f"{contract.name} has a row for each {' and '.join(contract.key)}")
        recoded = {name: column for name, column in ((name, contract[name]) for name in self.quasi) if self.quasi[name]}
        return replace(contract, key=(), columns=tuple(_text(column) if column.name in recoded else column for column in contract))

    def _person(self, contract: Contract) -> str:
        name = self.person or contract.person
        if not name or name not in contract or contract[name].kind not in (Kind.IDENTIFIER, Kind.PSEUDONYM) or not contract[name].domain:
            people = [c.name for c in contract if c.kind in (Kind.IDENTIFIER, Kind.PSEUDONYM) and c.domain]
            raise refuse("LP404", self, "does not know by which identifier or pseudonym to tell people apart (there are: "
                         f"{', '.join(people) or 'none that has a domain'}); name it as person.")
        return name

    def _set_of_items(self, why: str) -> Exception:
        return refuse("LP413", self, f"{why}. Sets of courses, grades or weeks are unique for nearly everybody, whatever else is recoded, so "
                      "k-anonymity would promise what it does not give. Release groups with Aggregate; `lapipe risk --items` shows how unique "
                      "they are.")

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        dutch = language == "nl"

        def level(said: str) -> str:
            if said == "*":
                return "niets ervan" if dutch else "nothing of it"
            if said.startswith("first "):
                return f"de eerste {said[6:]} tekens" if dutch else f"the first {said[6:]} characters"
            return detail_said(said, language)

        either, as_it_is = ("of", "zoals het is") if dutch else ("or", "as it is")
        each = listed([f"`{name}` {f' {either} '.join([as_it_is, *map(level, details)])}" for name, details in self.quasi.items()], language)
        share = f"{self.limit:.1%}"
        asked = listed([repr(criterion) for criterion in criteria(self.l, self.t)], language)
        if dutch:
            kept = f" In elke groep houden {named(self.sensitive, language)} zich aan {asked}." if self.sensitive else ""
            return (f"Maakt zo weinig mogelijk grover dat elke combinatie door ten minste {purpose.k} mensen wordt gedeeld: {each}; laat ten hoogste "
                    f"{share} van de mensen weg.{kept} Het resultaat is gepseudonimiseerd en niet anoniem: het blijft persoonsgegevens.")
        kept = f" In each group {named(self.sensitive, language)} meet {asked}." if self.sensitive else ""
        return (f"Makes as little coarser as it takes for at least {purpose.k} people to share each combination: {each}; leaves out at most {share} of "
                f"the people.{kept} The result is pseudonymised and not anonymous: it stays personal data.")

    # --- run ---

    def inspect(self, before: ir.Table, context: Context) -> Mapping[str, Any]:
        """Bring the distinct tuples and their people here, find the recoding, and tell it to the register."""
        person = self._person(context.contract)
        self._refuse_sets(before, person, context)
        by = [*self.quasi, *self.sensitive]
        rows = before.select(*by, person).distinct()
        cells = context.fetch(rows.group_by(by).aggregate(lapipe_people=rows.count()))
        columns, found, tuples = self._recoding(cells, context)
        context.memo[_MEMO] = (columns, found, tuples)
        return {"recoding": {"levels": {column.column: column.names[level] for column, level in zip(columns, found.levels, strict=True)},
                             "loss": f"{found.loss:.6f}", "k": found.k, "people left out": band(found.people_left_out),
                             "combinations": found.nodes, "result": STILL_PERSONAL}}

    def _refuse_sets(self, before: ir.Table, person: str, context: Context) -> None:
        """Refuse rows of nobody, several different rows of one person (LP413), and several columns that are a set together."""
        others = [*self.quasi, *self.sensitive]
        rows = before.select(*others, person).distinct()
        each = rows.filter(rows[person].notnull()).group_by(person).aggregate(lapipe_rows=lambda t: t.count())
        several = context.fetch(each.aggregate(n=(each.lapipe_rows > 1).sum().fill_null(0)))["n"][0].as_py()
        nobody = context.fetch(before.aggregate(n=before[person].isnull().sum().fill_null(0)))["n"][0].as_py()
        if nobody:
            raise refuse("LP404", self, f"{int(nobody)} rows name nobody, and would be in no count. Join the table of people, or leave those rows "
                         "out with Where, first.")
        if several:
            raise self._set_of_items("some people have several different rows, which together are a set of items")
        if len(self.sensitive) > 1:
            sets = before.select(*self.sensitive, person).distinct().group_by(list(self.sensitive)).aggregate(
                lapipe_people=lambda t: t.count())
            few = sets.lapipe_people < context.purpose.k
            told = context.fetch(sets.aggregate(few=few.ifelse(sets.lapipe_people, 0).sum().fill_null(0), all=sets.lapipe_people.sum().fill_null(0)))
            if int(told["few"][0].as_py()) > at_most(int(told["all"][0].as_py()), self.limit):
                raise self._set_of_items(f"fewer than {context.purpose.k} people share most values of {' and '.join(self.sensitive)} together")

    def _recoding(self, cells: pa.Table, context: Context) -> tuple[list[Hierarchy], Recoding, pa.Table]:
        import numpy as np

        from lapipe.disclosure.lattice import Lattice, numbered, one_each

        contract = context.contract
        coded = {name: codes_of(cells[name]) for name in (*self.quasi, *self.sensitive)}
        weights = cells["lapipe_people"].to_numpy().astype(np.int64)
        unit, number = numbered([coded[name][0] for name in self.quasi], [len(coded[name][1]) for name in self.quasi], cells.num_rows)
        first = np.zeros(number, dtype=np.int64)
        first[unit] = np.arange(cells.num_rows)
        people = np.bincount(unit, weights=weights, minlength=number).astype(np.int64)
        tuples = np.stack([coded[name][0][first] for name in self.quasi], axis=1)
        columns = [hierarchy(name, coded[name][1], tuple(details), contract[name].levels) for name, details in self.quasi.items()]
        total = int(people.sum())
        lattice = Lattice(columns, one_each(tuples, people), context.purpose.k, at_most=at_most(total, self.limit),
                          sensitive=[self._sensitive(name, unit, *coded[name], weights) for name in self.sensitive])
        found = chosen(lattice, self.limit, total)
        return columns, found, cells.select(list(self.quasi)).take(first)

    def _sensitive(self, name: str, unit: Any, codes: Any, values: list[Any], weights: Any) -> Sensitive:
        import numpy as np

        from lapipe.disclosure.diversity import in_scale
        from lapipe.disclosure.lattice import Sensitive

        order, numbers = in_scale(values)
        place = {code: position for position, code in enumerate(order)}
        return Sensitive(name, unit, np.array([place[code] for code in range(len(values))], dtype=np.int64)[codes], weights, len(values),
                         settled(criteria(self.l, self.t), numbers))

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Mark the people left out, and join each recoded column with the small table of what its values become."""
        contract = context.contract
        names = list(self.quasi)
        stays = context.small({**{f"lapipe_q{n}": contract[name].engine_type for n, name in enumerate(names)}, "lapipe_stays": "boolean"},
                              lambda: self._staying(context))
        joined = table.left_join(stays, [table[name].identical_to(stays[f"lapipe_q{n}"]) for n, name in enumerate(names)])
        joined = leave_out(joined, ~joined.lapipe_stays, context)
        table = carry(joined, contract.names)
        for number, name in enumerate(names):
            if not self.quasi[name]:
                continue
            known, becomes = f"lapipe_known_{number}", f"lapipe_becomes_{number}"
            mapping = context.small({known: contract[name].engine_type, becomes: "string"},
                                    lambda number=number, known=known, becomes=becomes: _mapping(context, number, known, becomes))  # type: ignore[misc]
            joined = table.left_join(mapping, table[name].identical_to(mapping[known]))
            table = joined.drop(name, known).rename({name: becomes})
        return carry(table, context.promise.names)

    def _staying(self, context: Context) -> pa.Table:
        import pyarrow as pa

        _, found, tuples = context.memo[_MEMO]
        return pa.table([*tuples.columns, pa.array(found.stays)], names=[*(f"lapipe_q{n}" for n in range(len(self.quasi))), "lapipe_stays"])


def _mapping(context: Context, number: int, known: str, becomes: str) -> pa.Table:
    import pyarrow as pa

    columns, found, tuples = context.memo[_MEMO]
    column: Hierarchy = columns[number]
    return pa.table({known: pa.array(column.values, tuples.schema.field(column.column).type),
                     becomes: pa.array(column.recoded(found.levels[number]), pa.string())})


def _text(column: Column) -> Column:
    """Give a column as it comes out, whatever level is chosen: as text, at least as coarse as it was."""
    return column.change(type="string", clock="", format="", minimum=None, maximum=None, values=(), pattern="", min_length=None,
                         max_length=None, levels={})
