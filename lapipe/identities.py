"""Who is who: the identity domains that a person has a name in, and the sources that tie one to another."""

from __future__ import annotations

import glob
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lapipe.contract import Contract, Spelling
from lapipe.documents import Document, check, load, nearest
from lapipe.errors import Refused, UsageFault
from lapipe.readers import open_source

if TYPE_CHECKING:
    from lapipe.engine import Engine

#: The file's name in schemas/.
FILE = "identities.yaml"

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": {"type": "string"}}

#: The form of schemas/identities.yaml.
_FORM: Mapping[str, Any] = {
    "type": "object", "required": ["domains"], "additionalProperties": False,
    "properties": {
        "domains": {"type": "object", "minProperties": 1, "additionalProperties": {
            "type": "object", "required": ["label"], "additionalProperties": False, "properties": {
                "label": {"type": "object", "required": ["nl", "en"], "additionalProperties": False, "properties": {"nl": _TEXT, "en": _TEXT}},
                "spelling": {"type": "object", "additionalProperties": False, "properties": {
                    "prefixes": _TEXTS, "lower": {"type": "boolean"}, "number": {"type": "boolean"}, "width": {"type": "integer", "minimum": 1},
                    "pattern": _TEXT, "nobody": _TEXTS}}}}},
        "maps": {"type": "array", "items": {
            "type": "object", "required": ["contract", "source", "columns"], "additionalProperties": False, "properties": {
                "contract": _TEXT, "source": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"},
                "columns": {"type": "object", "minProperties": 2, "additionalProperties": _TEXT}}}},
    },
}


@dataclass(frozen=True)
class Domain:
    """One kind of name that people have, and how its spellings are brought to one form."""

    name: str
    spelling: Spelling = field(default_factory=Spelling)
    label: Mapping[str, str] = field(default_factory=dict)

    def canonical(self, raw: str) -> str | None:
        """Give the canonical form of a spelling, or None where it is none of this domain, or nobody's."""
        text = self.spelling.canonical(raw)
        return None if text is None or self.spelling.is_nobody(text) else text


@dataclass(frozen=True)
class IdentityMap:
    """A source with a row per person and a column per domain. `source` is PIPELINE.SOURCE of lapipe.toml."""

    contract: Contract
    source: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Person:
    """A person by the canonical form in each identity domain that is known; repr shows the domains only."""

    forms: Mapping[str, str] = field(repr=False)

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains in which the person has a name."""
        return tuple(sorted(self.forms))

    def __str__(self) -> str:
        return f"a person known by {', '.join(self.domains)}"


@dataclass(frozen=True)
class Links:
    """The rows of the maps in canonical form, found by each name in them. Its repr shows nothing of them."""

    rows: Sequence[Mapping[str, str]] = field(default=(), repr=False)
    where: Mapping[tuple[str, str], list[int]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, str]]) -> Links:
        """Index rows."""
        where: dict[tuple[str, str], list[int]] = {}
        for number, row in enumerate(rows):
            for pair in row.items():
                where.setdefault(pair, []).append(number)
        return cls(rows, where)


@dataclass(frozen=True)
class Identities:
    """The identity domains of a project and what ties them together."""

    domains: Mapping[str, Domain]
    maps: tuple[IdentityMap, ...] = ()

    def resolve(self, given: Sequence[tuple[str, str]], links: Links, *, mapped: bool = True) -> Person:
        """Find the one person whom identifiers name: pairs of a domain (empty: to be found out) and a spelling.

        Without `mapped` the person is what is given and no more.

        Raises:
            Refused: it names nobody, or may name several people or domains (LP501).
            UsageFault: there is no such domain.

        >>> identities = Identities({"a": Domain("a", Spelling(pattern="[0-9]{3}")), "b": Domain("b", Spelling(pattern="x[0-9]"))})
        >>> identities.resolve([("", " x1 ")], Links.of([{"a": "123", "b": "x1"}])).domains
        ('a', 'b')
        """
        where: Mapping[tuple[str, str], list[int]] = links.where if mapped else {}
        start = [self._placed(domain, raw, where) for domain, raw in given]
        if mapped and self.maps and not any(pair in where for pair in start):
            raise _stopped("the source that ties identities together does not know this identifier, so what stands under the person's other "
                           "names would be missed. Bring that source up to date; or give every identifier (--also DOMAIN=ID) with --no-map")
        forms: dict[str, set[str]] = {}
        queue, seen = list(start), set(start)
        while queue:
            domain, form = pair = queue.pop()
            forms.setdefault(domain, set()).add(form)
            for number in where.get(pair, ()):
                fresh = set(links.rows[number].items()) - seen
                seen |= fresh
                queue += fresh
        several = sorted(domain for domain, found in forms.items() if len(found) > 1)
        if several:
            raise _stopped(f"the identifier leads to {len(forms[several[0]])} different ones in domain {several[0]}, who may be several people. "
                           "Correct the source that ties identities together; or give each identifier (--also DOMAIN=ID) with --no-map")
        return Person({domain: next(iter(found)) for domain, found in sorted(forms.items())})

    def _placed(self, domain: str, raw: str, where: Mapping[tuple[str, str], Any]) -> tuple[str, str]:
        if domain and domain not in self.domains:
            raise UsageFault(f"There is no identity domain '{domain}' (there are: {', '.join(self.domains)}).{nearest(domain, self.domains)}")
        fitting = [(name, form) for name in ([domain] if domain else self.domains) if (form := self.domains[name].canonical(raw)) is not None]
        if not fitting:
            asked = f"domain {domain}" if domain else f"any domain ({', '.join(self.domains)})"
            raise _stopped(f"the identifier is not spelt as one of {asked} is. Correct it")
        if len(fitting) > 1:
            known = [pair for pair in fitting if pair in where]
            if len(known) != 1:
                raise _stopped(f"the identifier may be one of {', '.join(name for name, _ in fitting)}. Say which with --domain")
            fitting = known
        return fitting[0]

    def links(self, paths: Mapping[str, str], engine: Engine, spool: Path) -> Links:
        """Read the maps from where they lie (`PIPELINE.SOURCE` -> path or glob); only the columns of identifiers are read.

        Raises:
            UsageFault: it is not said where a map lies, or there is nothing.
            Refused: others than its owner may read it (LP507).
            ContractBroken: it is not what its contract says.
        """
        found: list[dict[str, str]] = []
        for each in self.maps:
            path = paths.get(each.source, "")
            if not path:
                pipeline, _, source = each.source.partition(".")
                raise UsageFault(f"{FILE} ties identities together by source {source} of {pipeline}, and it is not said where it lies: a line under "
                                 f"[profiles.NAME.sources.{pipeline}] in lapipe.toml, or --map {each.source}=PATH.")
            _guarded(path, each.source)
            found += self._rows(each, path, engine, spool)
        return Links.of(found)

    def _rows(self, each: IdentityMap, path: str, engine: Engine, spool: Path) -> Iterator[dict[str, str]]:
        contract = each.contract.keep(list(each.columns.values()))
        table = engine.fetch(engine.read(open_source(path, each.contract, spool), contract).table)
        cells = {domain: table.column(column).to_pylist() for domain, column in each.columns.items()}
        for number in range(table.num_rows):
            link = {domain: form for domain, values in cells.items()
                    if values[number] is not None and (form := self.domains[domain].canonical(str(values[number]))) is not None}
            if len(link) > 1:
                yield link


def load_identities(path: Path, contracts: Mapping[str, Contract]) -> Identities:
    """Load schemas/identities.yaml; where there is none, the domains are those of the contracts and nothing ties them together.

    Raises:
        DeclarationFault: it is wrong; the message names file and line.
    """
    declared = _declared(contracts)
    if not path.exists():
        return Identities(_alone(declared))
    document = load(path)
    check(document, _FORM)
    said = document.content
    domains = _alone(declared)
    for name, about in said["domains"].items():
        spellings = declared.get(name, [])
        own = about.get("spelling")
        if own is None and len(spellings) > 1:
            raise document.fault(["domains", name], f"is spelt in {len(spellings)} ways by the contracts; give the spelling here, or make them agree.")
        if own is None and not spellings:
            raise document.fault(["domains", name], f"is in no contract (they have: {', '.join(sorted(declared))}); give its spelling here."
                                                    f"{nearest(name, declared)}")
        fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in (own or {}).items()}
        spelling = spellings[0] if own is None else Spelling(**fields)
        if own is not None and any(each != spelling for each in spellings):
            raise document.fault(["domains", name, "spelling"], "is not the one that the contracts have, so the same person would be two; make them agree.")
        domains[name] = Domain(name, spelling, about["label"])
    return Identities(domains, tuple(_map(document, number, each, domains, contracts) for number, each in enumerate(said.get("maps", ()))))


def _alone(declared: Mapping[str, list[Spelling]]) -> dict[str, Domain]:
    """Give the domains that the contracts have and spell in one way."""
    return {name: Domain(name, spellings[0]) for name, spellings in sorted(declared.items()) if len(spellings) == 1}


def _declared(contracts: Mapping[str, Contract]) -> dict[str, list[Spelling]]:
    """Give the different spellings of each domain in the contracts."""
    found: dict[str, list[Spelling]] = {}
    for contract in contracts.values():
        for column in (*contract, *contract.extractable):
            if column.domain:
                spelling = column.spelling or Spelling()
                if spelling not in found.setdefault(column.domain, []):
                    found[column.domain].append(spelling)
    return found


def _map(document: Document, number: int, said: Mapping[str, Any], domains: Mapping[str, Domain], contracts: Mapping[str, Contract]) -> IdentityMap:
    name = said["contract"]
    if name not in contracts:
        raise document.fault(["maps", number, "contract"], f"is '{name}', and there is no such contract.{nearest(name, contracts)}")
    contract = contracts[name]
    for domain, column in said["columns"].items():
        at = ["maps", number, "columns", domain]
        if domain not in domains:
            raise document.fault(at, f"is no domain of this file or a contract (there are: {', '.join(domains)}).{nearest(domain, domains)}")
        if column not in contract:
            raise document.fault(at, f"names column '{column}', which contract {name} does not have.{nearest(column, contract.names)}")
        if contract[column].domain not in ("", domain):
            raise document.fault(at, f"names column '{column}', which contract {name} puts in domain {contract[column].domain}.")
    return IdentityMap(contract, said["source"], said["columns"])


def _guarded(pattern: str, source: str) -> None:
    """Refuse a map that others than its owner may read: who has it, has everybody's names (design 4.18)."""
    for name in glob.glob(pattern) or [pattern]:
        path = Path(name)
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Refused(f"Source {source} ties identities together and may be read by others than its owner: {path}. Say `chmod 600` of it.",
                          rule="LP507")


def _stopped(why: str) -> Refused:
    return Refused(f"It cannot be told whom this is about: {why}.", rule="LP501")
