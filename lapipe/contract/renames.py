"""Local names: how this institution calls the columns of a contract, in a file of its own beside it (`NAME.renames.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.documents import Document, check, load, nearest
from lapipe.errors import DeclarationFault

if TYPE_CHECKING:
    from lapipe.contract import Column, Contract

_FORM: Mapping[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["renames"],
    "properties": {"renames": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "minLength": 1}}}}

#: Formats whose records have no header that could be named otherwise.
_WITHOUT_HEADER = ("fixed", "json", "jsonl")


def renames_of(contract: Path) -> Path:
    """Give the place of a contract's local names.

    >>> renames_of(Path("schemas/tables/student.odcs.yaml")).name
    'student.renames.yaml'
    """
    return contract.with_name(f"{contract.name.partition('.')[0]}.renames.yaml")


def renamed(contract: Contract, path: Path) -> Contract:
    """Give a contract with the local names that a file declares, as `column: header`; a renamed column is read under no other name.

    Raises:
        DeclarationFault: a key is unknown or stands twice, a column does not exist or has no header (LP211), a header is given to
            two columns, or is what the contract calls another one (LP211); with file and line.
    """
    import dataclasses

    from lapipe.contract import folded

    document = load(path)
    check(document, _FORM)
    if contract.reading.format in _WITHOUT_HEADER or not contract.reading.header:
        raise _fault(document, [], f"has no meaning: the contract of {contract.name} reads files without a header "
                                   f"({contract.reading.format or 'header: none'}).")
    given: Mapping[str, str] = document.content["renames"]
    own = {folded(word): column.name for column in contract.columns for word in (column.name, *column.aliases)}
    taken: dict[str, str] = {}
    for name, header in given.items():
        if name not in contract:
            raise _fault(document, ["renames", name], f"is no column of {contract.name} (it has: {', '.join(contract.names)})."
                                                      f"{nearest(name, contract.names)}")
        word = folded(header)
        if not word:
            raise _fault(document, ["renames", name], "is read under no name at all.")
        if word in taken:
            raise _fault(document, ["renames", name], f"has the header that {taken[word]} has too; a header is one column.")
        if own.get(word, name) != name:
            raise _fault(document, ["renames", name], f"would be read under what the contract calls {own[word]}, so one would be taken for the other. "
                                                      "Write a contract of your own for such an export.")
        taken[word] = name

    def column(each: Column) -> Column:
        return each.change(local_name=given[each.name]) if each.name in given else each

    return dataclasses.replace(contract, columns=tuple(column(each) for each in contract.columns))


def _fault(document: Document, where: list[str | int], message: str) -> DeclarationFault:
    return DeclarationFault(str(document.fault(where, message)), rule="LP211")
