"""Have the engine count the people of a file, and say how much the file tells of them; never a value."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract, Reading, Spelling
from lapipe.contract.spelling import Canonical
from lapipe.disclosure.bands import band
from lapipe.disclosure.diversity import in_scale
from lapipe.disclosure.hierarchy import ANY, Hierarchy, hierarchy
from lapipe.engine import Engine, open_engine
from lapipe.errors import ContractBroken, Refused, UsageFault
from lapipe.readers import Parquet, Source, open_source
from lapipe.readers.undeclared import open_undeclared
from lapipe.release import DATA, parts, verify_release

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from lapipe.disclosure.risk import Classes, Diverse, Journalist, Risk
    from lapipe.disclosure.unicity import Sets

    Ints = npt.NDArray[np.int64]

#: The share of people unique by all their items that is thought too much where a purpose does not say (our own choice: one in twenty).
UNICITY_LIMIT = 0.05

#: Spellings of no person, which would otherwise be one person with very many rows.
_NOBODY = ("", "null", "none", "nan", "n/a", "na", "\\n", "<na>", "-")

#: Combinations of details that are tried for the finest that is below the limit.
_DETAILS = 400

#: The steps of numbers, each a multiple of the one before.
_BANDS = (1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 100_000)


@dataclass(frozen=True)
class Question:
    """What is asked of a file: who its people are, what others may know of them, and what is told of them.

    `quasi` may be known to others, `sensitive` may not; `items` together are one thing that a row says of its person, such as a course
    and its grade. `population` is its size, or a file that has everybody in it. `contract` says how the file is written, where it is
    no plain CSV or Parquet file, and how the subject is spelt.
    """

    file: Path
    subject: str
    quasi: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    population: str = ""
    limit: float = UNICITY_LIMIT
    contract: Contract | None = None
    header: bool = False

    def __post_init__(self) -> None:
        if not self.quasi:
            raise UsageFault("Name at least one quasi-identifier with --quasi: what others may know of a person.")
        if not 0 <= self.limit <= 1:
            raise UsageFault("The limit of unicity is a share from 0 to 1.")
        named = [self.subject, *self.quasi, *self.sensitive]
        for group in (named, [self.subject, *self.items]):
            twice = [name for name in group if group.count(name) > 1]
            if twice:
                raise UsageFault(f"'{twice[0]}' is named twice; a column is the subject, a quasi-identifier or sensitive.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read; no other is."""
        return tuple(dict.fromkeys((self.subject, *self.quasi, *self.sensitive, *self.items)))


def risk(table: Any, *, subject: str, quasi: Sequence[str], sensitive: Sequence[str] = (), items: Sequence[str] = (), population: int | str | Path = "",
         limit: float = UNICITY_LIMIT, contract: Contract | None = None) -> Risk:
    """Say how much a table tells of its people: a pandas or Arrow table, or the path of a CSV or Parquet file or a release of pseudonyms.

    People are counted by `subject`. `quasi` may be known to others, `sensitive` may not, and `items` together are one thing that a row
    says of its person, such as a course and its grade. The same as `lapipe risk`; `as_json()` of what comes back is its JSON.

    Raises:
        UsageFault: there is no such file or column, or the population does not fit.
        Refused: rows name nobody (LP404).
    """
    import tempfile

    from lapipe.engine.runfolder import RunFolder

    with tempfile.TemporaryDirectory(prefix="lapipe-") as parent, RunFolder(Path(parent), "risk") as folder:
        path = Path(table) if isinstance(table, (str, Path)) else _kept(table, folder.path)
        return assess(Question(path, subject, tuple(quasi), tuple(sensitive), tuple(items), str(population), limit, contract), folder.path)


def _kept(table: Any, folder: Path) -> Path:
    """Write a frame where the engine reads it, in a folder that only its owner can read."""
    import pyarrow.parquet as pq

    from lapipe.disclosure.k_anonymity import arrow_of

    path = folder / "table.parquet"
    pq.write_table(arrow_of(table), path)
    return path


def assess(question: Question, folder: Path, *, memory: str = "", progress: Callable[[str], None] = lambda phrase: None) -> Risk:
    """Count the people of a file; `folder` is an owner-only one for what must be put on disk.

    Raises:
        UsageFault: there is no such file or column, or the population does not fit.
        Refused: rows name nobody (LP404).
        ContractBroken: the file cannot be read, or has no rows.
    """
    from lapipe.disclosure.risk import Risk

    engine = open_engine("duckdb", folder, memory=memory)
    try:
        progress("reading")
        table, records = _read(engine, question, question.columns, folder)
        progress("counting people")
        table, pairs = _people(engine, table, question, question.quasi)
        classes, several = counted(engine, pairs, question.subject, question.quasi)
        more: dict[str, Any] = {"several_tuples": several} if several else {}
        unicity: dict[str, float] = {}
        sensitive = {name: _diverse(engine, table, question, name) for name in question.sensitive}
        journalist = _journalist(engine, pairs, question, classes, folder) if question.population else None
        if journalist:
            more["journalist_estimated"] = journalist.estimated
        if sensitive:
            more["distance"] = {name: each.distance for name, each in sensitive.items()}
        if question.items:
            progress("matching items")
            unicity, shown = _unicity(engine, table, question)
            more |= shown
    finally:
        engine.close()
    return Risk(records, classes, journalist, sensitive, unicity, more)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(engine: Engine, question: Question, columns: Sequence[str], folder: Path, path: Path | None = None) -> tuple[ir.Table, int]:
    source, contract = _opened(question, path or question.file, folder)
    for name in columns:
        if name not in contract:
            raise UsageFault(f"{path or question.file} has no column '{name}' (it has: {', '.join(contract.names)}).", rule="LP203")
    read = engine.read(source, contract.keep(columns))
    for name, count in read.unreadable.items():
        raise ContractBroken(f"In {count} rows '{name}' is not {contract[name].type}, as the file or its contract says. Correct the export.",
                             rule="LP204")
    if not read.rows:
        raise ContractBroken(f"{path or question.file} has no rows, so there is nobody to count.", rule="LP208")
    return read.table, read.rows


def _opened(question: Question, path: Path, folder: Path) -> tuple[Source, Contract]:
    if path.is_dir():
        return _release(path)
    if question.contract is not None:
        return open_source(str(path), question.contract, folder), question.contract
    opened = open_undeclared(path, folder, header=question.header)
    if isinstance(opened.source, Parquet):
        return opened.source, opened.contract
    # In delimited text an empty cell is no value.
    return opened.source, replace(opened.contract, reading=Reading())


def _release(path: Path) -> tuple[Source, Contract]:
    """Open a release of rows about people; what it holds is what its manifest says."""
    manifests = verify_release(path, today=date.today())
    if any(manifest.get("kind") == "statistics" for manifest in manifests):
        raise UsageFault(f"{path} holds statistics, whose rows are groups and not people; give a release of pseudonyms, or the file it came from.")
    folder = parts(path)[-1]
    opened = open_undeclared(folder / DATA, folder, header=True)
    return opened.source, opened.contract


def _people(engine: Engine, table: ir.Table, question: Question, quasi: Sequence[str]) -> tuple[ir.Table, ir.Table]:
    """Bring the subject to one spelling each and refuse rows of nobody (LP404); give the table, and its distinct tuples of each person.

    What is spelt how is looked up among these tuples, which are far fewer than the rows.
    """
    import ibis

    subject = question.subject
    column = question.contract[subject] if question.contract and not question.file.is_dir() else None
    if column is not None and (column.spelling or column.domain):
        table = _spelt(engine, table, subject, column.spelling or Spelling())
    pairs = engine.hold(table.select(*quasi, subject).distinct())
    nobody = pairs[subject].isnull()
    if pairs[subject].type().is_string():
        facts = engine.count({"spaces": (pairs[subject] != pairs[subject].strip()).sum().fill_null(0)})
        if facts["spaces"]:
            engine.drop(pairs)
            table = table.mutate(**{subject: table[subject].strip()})
            pairs = engine.hold(table.select(*quasi, subject).distinct())
        nobody = pairs[subject].isnull() | pairs[subject].lower().isin(_NOBODY)
    if engine.count({"nobody": nobody.sum().fill_null(0)})["nobody"]:
        who = table[subject]
        rows = who.isnull() | who.lower().isin(_NOBODY) if who.type().is_string() else who.isnull()
        number = int(engine.count({"rows": ibis.ifelse(rows, 1, 0).sum()})["rows"])
        raise Refused(f"{number} rows have no '{subject}'; they are nobody's and cannot be counted as people. Leave them out of the file, or say who "
                      "they are.", rule="LP404")
    return table, pairs


def _spelt(engine: Engine, table: ir.Table, subject: str, spelling: Spelling) -> ir.Table:
    compute = Canonical(spelling)
    mapping = engine.lookup(table[subject], compute, "string")
    if compute.unspellable:
        raise ContractBroken(f"{compute.unspellable} distinct spellings of '{subject}' are not what the contract declares. Correct the export, or the "
                             "contract.", rule="LP207")
    mapping = mapping.select(lapipe_key=mapping.key, lapipe_who=mapping.value)
    joined = table.left_join(mapping, table[subject] == mapping.lapipe_key).drop("lapipe_key", subject)
    return joined.rename({subject: "lapipe_who"})


# --- classes ---------------------------------------------------------------------------------------------------------


def counted(engine: Engine, pairs: ir.Table, subject: str, quasi: Sequence[str]) -> tuple[Classes, int]:
    """Count the people of each combination of quasi-identifiers; `pairs` has a row for each combination of each person.

    Also give the people who have several: of them it is looked up which of their classes is the smallest, of all others it is known.
    """
    from lapipe.disclosure.risk import Classes

    cells = engine.hold(_cells(pairs, quasi))
    sizes = _histogram(engine, cells)
    members = dict(sizes)
    for size in members:
        members[size] *= size
    several = engine.hold(pairs.group_by(subject).aggregate(lapipe_tuples=pairs.count()).filter(lambda t: t.lapipe_tuples > 1))
    number = int(engine.count({"people": several.count()})["people"])
    if number:
        known = several.select(lapipe_who=several[subject])
        theirs = pairs.inner_join(known, pairs[subject] == known.lapipe_who).drop("lapipe_who")
        theirs = engine.hold(_joined(theirs, cells, quasi).select(subject, "lapipe_people"))
        for size, entries in _histogram(engine, theirs).items():
            members[size] -= entries
        for size, people in _histogram(engine, theirs.group_by(subject).aggregate(lapipe_people=theirs.lapipe_people.min())).items():
            members[size] += people
        engine.drop(theirs)
    for each in (cells, several):
        engine.drop(each)
    return Classes(sizes, {size: people for size, people in members.items() if people}), number


def _cells(pairs: ir.Table, quasi: Sequence[str]) -> ir.Table:
    return pairs.group_by(list(quasi)).aggregate(lapipe_people=pairs.count())


def _joined(left: ir.Table, cells: ir.Table, quasi: Sequence[str]) -> ir.Table:
    """Join two tables on the quasi-identifiers, no value being equal to no value."""
    right = cells.rename({f"lapipe_{number}": name for number, name in enumerate(quasi)})
    return left.inner_join(right, [left[name].identical_to(right[f"lapipe_{number}"]) for number, name in enumerate(quasi)])


def _histogram(engine: Engine, table: ir.Table) -> dict[int, int]:
    """Count the rows of each number of people."""
    found = engine.fetch(table.group_by("lapipe_people").aggregate(lapipe_number=table.count()))
    return {int(row["lapipe_people"]): int(row["lapipe_number"]) for row in found.to_pylist()}


def _diverse(engine: Engine, table: ir.Table, question: Question, name: str) -> Diverse:
    """Give the diversity of a sensitive column; a person with two values in a class is counted with each."""
    import numpy as np

    from lapipe.disclosure.lattice import numbered
    from lapipe.disclosure.risk import diverse

    pairs = table.select(*question.quasi, question.subject, lapipe_sensitive=table[name]).distinct()
    cells = engine.fetch(pairs.group_by([*question.quasi, "lapipe_sensitive"]).aggregate(lapipe_people=pairs.count()))
    coded = [_codes(cells[column]) for column in question.quasi]
    classes, number = numbered([codes for codes, _ in coded], [len(values) for _, values in coded], cells.num_rows)
    codes, values = _codes(cells["lapipe_sensitive"])
    order, numbers = in_scale(values)
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values))
    return diverse(classes, place[codes], cells["lapipe_people"].to_numpy().astype(np.int64), number, len(values), ordered=numbers)


def _codes(column: pa.ChunkedArray) -> tuple[Ints, list[Any]]:
    from lapipe.disclosure.k_anonymity import codes_of

    return codes_of(column)


def _journalist(engine: Engine, pairs: ir.Table, question: Question, classes: Classes, folder: Path) -> Journalist:
    import numpy as np

    from lapipe.disclosure.risk import against_population, of_population

    said = question.population.replace("_", "").replace(",", "")
    if said.isdigit():
        return of_population(classes, int(said))
    path = Path(question.population)
    if not path.exists():
        raise UsageFault(f"--population is {question.population}: neither a number of people nor a file.")
    by_person = question.subject in _opened(question, path, folder)[1]
    everyone, _ = _read(engine, question, [*question.quasi, *([question.subject] if by_person else [])], folder, path)
    if by_person:
        _, everyone = _people(engine, everyone, question, question.quasi)
    texts = {name: everyone[name].cast("string") for name in question.quasi if everyone[name].type() != pairs[name].type()}
    if texts:
        everyone = everyone.mutate(**texts)
        pairs = pairs.mutate(**{name: pairs[name].cast("string") for name in texts})
    # Without the subject's column each row of the population is somebody.
    population, cells = _cells(everyone, question.quasi), _cells(pairs, question.quasi)
    known = population.select(lapipe_all=population.lapipe_people, **{f"lapipe_{n}": population[name] for n, name in enumerate(question.quasi)})
    both = cells.left_join(known, [cells[name].identical_to(known[f"lapipe_{n}"]) for n, name in enumerate(question.quasi)])
    found = engine.fetch(both.select(sample=both.lapipe_people, population=both.lapipe_all.fill_null(0)))
    return against_population(found["sample"].to_numpy().astype(np.int64), found["population"].to_numpy().astype(np.int64))


# --- sets of items ---------------------------------------------------------------------------------------------------


def _unicity(engine: Engine, table: ir.Table, question: Question) -> tuple[dict[str, float], dict[str, Any]]:
    """Give the share of people told apart by 1 to 5 of their items and by all, and the finest detail at which few are."""
    from lapipe.disclosure.unicity import KNOWN

    sets, person, item, listed = _sets(engine, table, question)
    if not sets.people:
        raise ContractBroken(f"No row has a value of {', '.join(question.items)}, so nobody has a set of items.", rule="LP208")
    shares = {known: sets.unique(known) for known in KNOWN}
    full = sets.unique_in_full()
    more: dict[str, Any] = {
        "unicity_interval": {str(known): [round(share.low, 6), round(share.high, 6)] for known, share in shares.items()},
        "unicity_people": sets.people, "unicity_limit": question.limit}
    if full > question.limit:
        more["unicity_detail"] = _finest(person, item, listed, question)
    return {**{str(known): share.share for known, share in shares.items()}, "full": full}, more


def _sets(engine: Engine, table: ir.Table, question: Question) -> tuple[Sets, Ints, Ints, pa.Table]:
    """Number people and items in the order of their values, so that the same file gives the same figures."""
    import ibis
    import numpy as np

    from lapipe.disclosure.unicity import Sets

    names = list(question.items)
    there = ibis.or_(*(table[name].notnull() for name in names))
    pairs = engine.hold(table.filter(there).select(lapipe_who=table[question.subject], **{f"lapipe_{n}": table[name] for n, name in
                                                                                         enumerate(names)}).distinct())
    keys = [f"lapipe_{n}" for n in range(len(names))]
    people, items = pairs.select("lapipe_who").distinct(), pairs.select(*keys).distinct()
    people = engine.hold(people.select(lapipe_known=people.lapipe_who, lapipe_person=ibis.row_number().over(order_by=people.lapipe_who)))
    items = engine.hold(items.mutate(lapipe_item=ibis.row_number().over(order_by=[items[key] for key in keys])))
    right = items.rename({f"{key}_of": key for key in keys})
    coded = pairs.inner_join(people, pairs.lapipe_who == people.lapipe_known)
    coded = coded.inner_join(right, [coded[key].identical_to(right[f"{key}_of"]) for key in keys]).select("lapipe_person", "lapipe_item")
    found = engine.fetch(coded.select(lapipe_person=coded.lapipe_person.cast("int64"), lapipe_item=coded.lapipe_item.cast("int64")))
    listed = engine.fetch(items).sort_by("lapipe_item")
    for each in (pairs, people, items):
        engine.drop(each)
    person, item = found["lapipe_person"].to_numpy().astype(np.int64), found["lapipe_item"].to_numpy().astype(np.int64)
    return Sets(person, item), person, item, listed.select(keys).rename_columns(names)


def _finest(person: Ints, item: Ints, listed: pa.Table, question: Question) -> dict[str, Any] | None:
    """Give the finest detail of the items at which the share of people whose whole set is unique is at most the limit.

    A coarser detail never makes more people unique, so that what fails rules out all that is finer.
    """
    from lapipe.disclosure.lattice import numbered
    from lapipe.disclosure.unicity import Sets

    coded = [_codes(listed[name]) for name in question.items]
    ladders = [_ladder(name, values, question.contract) for name, (_, values) in zip(question.items, coded, strict=True)]
    if all(ladder.height == 0 for ladder in ladders):
        return None
    nodes = []
    for levels in itertools.islice(itertools.product(*(range(ladder.height + 1) for ladder in ladders)), _DETAILS):
        columns = [ladder.codes[level][codes] for ladder, level, (codes, _) in zip(ladders, levels, coded, strict=True)]
        sizes = [len(ladder.labels[level]) for ladder, level in zip(ladders, levels, strict=True)]
        recoded, number = numbered(columns, sizes, listed.num_rows)
        nodes.append((number, levels, recoded))
    failed: list[tuple[int, ...]] = []
    # The more different items are left, the more is left to analyse.
    for number, levels, recoded in sorted(nodes, key=lambda node: (-node[0], sum(node[1]), node[1])):
        if any(all(a <= b for a, b in zip(levels, worse, strict=True)) for worse in failed):
            continue
        full = Sets(person, recoded[item]).unique_in_full()
        if full <= question.limit:
            return {"columns": {ladder.column: ladder.names[level] for ladder, level in zip(ladders, levels, strict=True)},
                    "items": number, "full": round(full, 6)}
        failed.append(levels)
    return None


def _ladder(name: str, values: Sequence[Any], contract: Contract | None) -> Hierarchy:
    """Give the details that a column of items can be brought to: a contract's levels, bands, months and years, or first characters."""
    if contract is not None and name in contract and contract[name].levels:
        return hierarchy(name, values, [*(f"level {level}" for level in contract[name].levels), ANY], contract[name].levels)
    known = [value for value in values if value is not None]
    _, numbers = in_scale(values)
    if numbers:
        exact = [Decimal(str(value)) for value in known]
        whole = all(value == value.to_integral_value() for value in exact)
        spread = max(exact) - min(exact)
        return hierarchy(name, values, [*(f"band {width}" for width in _BANDS if width <= spread and not (width == 1 and whole)), ANY])
    if known and all(_is_day(value) for value in known):
        return hierarchy(name, values, ["month", "year", ANY])
    longest = max((len(str(value)) for value in known), default=0)
    return hierarchy(name, values, [*(f"first {width}" for width in (8, 6, 4, 3, 2) if width < longest), ANY])


def _is_day(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        return len(str(value)) >= len("2026-09-01") and bool(date.fromisoformat(str(value)[:10]))
    except ValueError:
        return False


# --- telling ---------------------------------------------------------------------------------------------------------


def in_words(question: Question, risk: Risk) -> list[str]:
    """Say it for a terminal, a line at a time."""
    told = risk.as_json()
    chances: Mapping[str, float] = told["risk"]
    lines = [f"{question.file}: {told['records']:,} rows about {told['subjects']:,} people",
             f"  by {', '.join(question.quasi)}: {told['classes']:,} classes; the smallest has {told['k']:,} (k = {told['k']})",
             f"  people who are alone in a class          {told['unique_subjects']:,}",
             f"  prosecutor's risk, highest and average   {chances['prosecutor_max']:.4f}  {chances['prosecutor_avg']:.4f}"]
    if risk.journalist:
        lines.append(f"  journalist's risk, highest and average   {chances['journalist_max']:.4f}  {chances['journalist_avg']:.4f}"
                     f"{'  (estimated)' if risk.journalist.estimated else ''}")
    lines.append(f"  marketer's risk                          {chances['marketer']:.4f}")
    if "several_tuples" in told:
        lines.append(f"  {told['several_tuples']:,} people are in several classes; each counts in each. Whoever knows several of their rows knows more "
                     "than this: give the columns that differ as --items.")
    for name, each in risk.sensitive.items():
        lines.append(f"  {name}: l = {each.l}, entropy l = {each.entropy_l:.2f}, t = {each.t:.3f} ({each.distance} distance)")
    if risk.unicity:
        lines.append(f"  sets of {', '.join(question.items)}, of {told['unicity_people']:,} people: the share who are unique")
        for known, share in risk.unicity.items():
            low, high = told["unicity_interval"].get(known, (share, share))
            what = "of the whole set" if known == "full" else f"of {known} known"
            lines.append(f"    {what:<18} {share:7.2%}" + (f"   ({low:.2%} to {high:.2%})" if low != high else ""))
        lines += _advice(told, question)
    return lines


def _advice(told: Mapping[str, Any], question: Question) -> list[str]:
    if "unicity_detail" not in told:
        return [f"    That is within the limit of {question.limit:.2%}."]
    found = told["unicity_detail"]
    if found is None:
        return [f"    Above the limit of {question.limit:.2%}, and no detail that can be made of these columns is below it: release groups instead."]
    columns = ", ".join(f"{name} {'left out' if detail == ANY else detail}" for name, detail in found["columns"].items())
    return [f"    Above the limit of {question.limit:.2%}. The finest detail below it: {columns} ({found['full']:.2%}, {band(found['items'])} "
            "different items left)."]
