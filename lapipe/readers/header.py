"""Hold a file's header against its contract: every column declared, each once, and none missing."""

from __future__ import annotations

from collections.abc import Sequence

from lapipe.contract import Contract, folded
from lapipe.errors import ContractBroken


def known_names(contract: Contract) -> dict[str, str]:
    """From every spelling of a header to the contract's name for it: names and aliases, white space and case aside."""
    known = {}
    for column in contract.columns:
        for word in (column.name, *column.aliases):
            known[folded(word)] = column.name
    return known


def match_header(header: Sequence[str], contract: Contract, where: str) -> tuple[str, ...]:
    """Give the contract's name of each column of a header, in its order.

    Raises:
        ContractBroken: a column is undeclared, stands twice or is missing (LP202). Names that nobody declared are shown
            only where the header is one: a file without a header would have its first person named.
    """
    known = known_names(contract)
    names = [known.get(folded(word), "") for word in header]
    declared = {column.name for column in contract.columns}
    found = {name for name in names if name}
    if len(found) * 2 < len(declared):
        raise ContractBroken(
            f"{contract.name}: the first line of {where} holds {len(found)} of the {len(declared)} declared columns; "
            f"is it the right file, does it have a header? Declared: {', '.join(sorted(declared))}.", rule="LP202")
    problems = []
    undeclared = [word for word, name in zip(header, names, strict=True) if not name]
    if undeclared:
        problems.append(f"undeclared: {', '.join(repr(word) for word in undeclared)}")
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
