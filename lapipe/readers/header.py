"""Hold a file's header against its contract: every column declared, each once, and none missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lapipe.contract import Contract, folded
from lapipe.errors import ContractBroken

#: What is in values and seldom in headers: a quote or line end inside, an address, a date, a time, a long number by itself.
_VALUE = re.compile(r"""["\r\n@]|\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d{2}|^\W*[a-zA-Z]?\d{5,}\W*$|\d{1,3}(?:\.\d{1,3}){3}""")


def known_names(contract: Contract) -> dict[str, str]:
    """From every spelling of a header to the contract's name for it: names and aliases, or else the local name, white space and case aside."""
    known = {}
    for column in contract.columns:
        for word in column.headers:
            known[folded(word)] = column.name
    return known


def _named(header: Sequence[str], contract: Contract) -> list[str]:
    """Give the contract's name of each column, empty where it has none; a column with a declared position is only there."""
    placed = {column.position: column for column in contract.columns if column.position}
    known = {word: name for word, name in known_names(contract).items() if not contract[name].position}
    names = []
    for position, word in enumerate(header, 1):
        column = placed.get(position)
        # A header cell that is empty names nothing; its place says what it is.
        here = column is not None and folded(word) in {"", *(folded(each) for each in column.headers)}
        names.append(column.name if column is not None and here else known.get(folded(word), ""))
    return names


def headerless(first: Sequence[str], contract: Contract, where: str) -> tuple[str, ...]:
    """Give the contract's columns as the header of a file that is declared to have none.

    Raises:
        ContractBroken: the first row has another number of cells, or is a header after all (LP202).
    """
    names, known = contract.names, known_names(contract)
    if len(first) - bool(contract.reading.trailer) != len(names) and not (contract.reading.filled and len(first) < len(names)):
        raise ContractBroken(f"{contract.name}: the first row of {where} has {len(first)} cells, and the contract declares {len(names)} columns and "
                             "no header. Correct the contract's columns or delimiter.", rule="LP202")
    if sum(folded(cell) in known for cell in first) * 2 >= len(names):
        raise ContractBroken(f"{contract.name}: {where} has a header, and its contract says `header: none`; take that out.", rule="LP202")
    return names


def match_header(header: Sequence[str], contract: Contract, where: str, *, alike: bool = True) -> tuple[str, ...]:
    """Give the contract's name of each column of a header, in its order; `alike` says that the row below it has as many cells.

    Raises:
        ContractBroken: a column is undeclared, stands twice or is missing (LP202). Names that nobody declared are shown
            only where the header is one, and all of it: the first person stands in a file without a header, and behind a header
            whose line end was lost.
    """
    names = _named(header, contract)
    declared = {column.name for column in contract.columns}
    found = {name for name in names if name}
    if len(found) * 2 < len(declared):
        raise ContractBroken(
            f"{contract.name}: the first line of {where} holds {len(found)} of the {len(declared)} declared columns; "
            f"is it the right file, does it have a header? Declared: {', '.join(sorted(declared))}.", rule="LP202")
    problems = []
    undeclared = [word for word, name in zip(header, names, strict=True) if not name]
    if undeclared:
        problems.append(_told(undeclared, alike))
    missing = sorted(declared - found)
    if missing:
        problems.append(f"missing: {', '.join(missing)}")
    twice = sorted({name for name in found if names.count(name) > 1})
    if twice:
        problems.append(f"more than once: {', '.join(twice)}")
    if problems:
        raise ContractBroken(
            f"{contract.name}: {where} does not have the columns of contract version {contract.version} "
            f"({'; '.join(problems)}). Declare them with their kind, or correct the export.", rule="LP202")
    return tuple(names)


def _told(undeclared: Sequence[str], alike: bool) -> str:
    """Name the headers that nobody declared, unless the row below has another number of cells or one of them seems a value."""
    from lapipe.detect.headers import names_person

    if not alike or any(_VALUE.search(word) or names_person(word) for word in undeclared):
        return f"undeclared: {len(undeclared)} columns, not shown here since there may be values or names of people among them"
    return f"undeclared: {', '.join(repr(word) for word in undeclared)}"
