"""Take the people out of free text, and hold back every text of which that cannot be said."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lapipe.contract import Column, Contract, Kind
from lapipe.errors import UsageFault
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Context, Stage, carry
from lapipe.stages.minimise import minimised

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from lapipe.detect.text import Known, Span

#: The detail of a text that was redacted, and the use of a purpose that allows no other.
REDACTED = "redacted"

#: Why a text is withheld, and the sign for it while the engine holds it; a text that stays begins with the first.
_STAYS, _WHY = "=", {"u": "uncertain", "s": "special category", "n": "national id"}

_PLACEHOLDERS = {
    "name": ("naam", "name"), "email": ("e-mailadres", "e-mail address"), "phone": ("telefoonnummer", "telephone number"),
    "iban": ("rekeningnummer", "bank account"), "student_number": ("studentnummer", "student number"), "username": ("gebruikersnaam", "user name"),
    "user_id": ("gebruikersnummer", "user id"), "date_of_birth": ("geboortedatum", "date of birth"), "address": ("adres", "address"),
    "ip": ("IP-adres", "IP address"), "mac": ("MAC-adres", "MAC address"), "url_id": ("link", "link"), "url": ("link", "link"),
    "secret": ("geheim", "secret"), "number": ("nummer", "number"),
}
_PERSON = ("persoon", "person")
_LANGUAGES = ("nl", "en")

#: Between the cells of one person of a list; no export has it in a cell.
_BETWEEN = "\x1f"
#: Texts looked at together.
_BATCH = 20_000


@dataclass(frozen=True)
class Redact(Stage):
    """Replace what tells who somebody is in a free text by placeholders: `[naam]`, `[e-mailadres]`, in `language` nl or en.

    `people` names a source that lists people: their names and numbers are found too, whatever lists of names say. With `pseudonym`, an
    identity domain of that source and of this table, somebody who is told by number, e-mail address or whole name is replaced by the
    pseudonym that they have everywhere in this purpose, if they have a row here: who objected, or is not in the data, is a placeholder
    like all others. `model` is a spaCy model for names that the user installed.

    A text with a BSN, with something about somebody's health or another special category, or in which a word or number may stand for
    somebody, becomes null and is counted. Words that a course uses and that are no names may stand, with a reason, under the purpose's
    exceptions as `ordinary COLUMN`. Such text is personal data still, and is released only where the purpose says `redacted`.
    Computed over the distinct texts, in lapipe's own process; tags of HTML go.
    """

    column: str
    people: str = ""
    pseudonym: str = ""
    language: str = "nl"
    model: str = ""

    def needs(self) -> tuple[str, ...]:
        """The list of people."""
        return (self.people,) if self.people else ()

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does, what may be left in the text, and which words the purpose lets stand."""
        ordinary = purpose.waiver(f"ordinary {self.column}")
        if language == "nl":
            told = (f"Haalt uit de vrije tekst `{self.column}` wat zegt wie iemand is (namen, nummers, adressen) en zet er een omschrijving voor in de plaats"
                    + (f", of het pseudoniem ({self.pseudonym}) van wie in de gegevens staat" if self.pseudonym else "") + ". "
                    + (f"Wie in bron {self.people} staat, wordt daarbij gezocht. " if self.people else "")
                    + "Een tekst met een BSN, met iets over gezondheid of een andere bijzondere categorie, of waarover twijfel is, wordt onthouden. "
                      "Wat mensen tussen de regels vertellen, blijft staan: zulke tekst blijft een persoonsgegeven.")
            return told + (f" Deze woorden gelden niet als naam: {ordinary.value}." if ordinary else "")
        told = (f"Takes out of the free text `{self.column}` what tells who somebody is (names, numbers, addresses) and puts a description in its place"
                + (f", or the pseudonym ({self.pseudonym}) of who is in the data" if self.pseudonym else "") + ". "
                + (f"The people in source {self.people} are looked for. " if self.people else "")
                + "A text with a BSN, with something about health or another special category, or that leaves a doubt, is withheld. "
                  "What people tell between the lines stays: such text is personal data still.")
        return told + (f" These words do not count as names: {ordinary.value}." if ordinary else "")

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise the column as redacted free text; the release asks whether the purpose allows that."""
        column = contract[self.column]
        if column.kind is not Kind.FREE_TEXT or column.type != "string":
            texts = ", ".join(each.name for each in contract if each.kind is Kind.FREE_TEXT) or "none"
            raise UsageFault(f"Redact: '{self.column}' of {contract.name} is {column.kind}, no free text (that is: {texts}).", rule="LP203")
        if self.language not in _LANGUAGES:
            raise UsageFault(f"Redact: language is '{self.language}'; placeholders are in {' or '.join(_LANGUAGES)}.", rule="LP203")
        if self.pseudonym and not self.people:
            raise UsageFault(f"Redact: pseudonyms of domain '{self.pseudonym}' need a source of people; name it with people=.", rule="LP203")
        if self.people:
            listed = minimised(sources[self.people], purpose)
            if not [each for each in listed if each.kind is Kind.IDENTIFIER]:
                raise UsageFault(f"Redact: purpose {purpose.name} lets no identifier of {listed.name} be read, so nobody is known from it. Allow "
                                 "their names and numbers there, with use inside.", rule="LP203")
            domains = sorted({each.domain for each in listed if each.kind is Kind.IDENTIFIER and each.domain})
            if self.pseudonym and self.pseudonym not in domains:
                raise UsageFault(f"Redact: {listed.name} has no identifier of domain '{self.pseudonym}' (it has: {', '.join(domains) or 'none'}).",
                                 rule="LP203")
        if self.pseudonym and not _own(contract, self.pseudonym):
            raise UsageFault(f"Redact: {contract.name} has at this point no identifier of domain '{self.pseudonym}', so it cannot be told who is in it. "
                             "Put Redact before Pseudonymise.", rule="LP203")
        return contract.change(self.column, detail=REDACTED, required=False, pattern="", min_length=None, max_length=None, values=())

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Look the distinct texts up."""
        import ibis

        joined = self._joined(table, context)
        stays = joined.lapipe_redacted.substr(0, 1) == _STAYS
        joined = joined.mutate(lapipe_redacted=ibis.cases((stays, joined.lapipe_redacted.substr(1)), else_=ibis.null("string")))
        return carry(joined.drop(self.column).rename({self.column: "lapipe_redacted"}), context.promise.names)

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar]:
        """Count the rows whose text is withheld, by why."""
        sign = self._joined(before, context).lapipe_redacted.substr(0, 1)
        return {fact: (sign == letter).sum().fill_null(0) for fact, letter in zip(self.withheld(), _WHY, strict=True)}

    def withheld(self) -> tuple[str, ...]:
        """Name the facts that count the rows whose text is withheld."""
        return tuple(f"{self.column} withheld: {why}" for why in _WHY.values())

    def inspect(self, before: ir.Table, context: Context) -> Mapping[str, Any]:
        """Give how many spans of each rule were found in the distinct texts."""
        self._joined(before, context)
        _, _, spans = self.__dict__["_made"]
        return {f"{self.column} spans": dict(sorted(spans.items()))}

    def _joined(self, table: ir.Table, context: Context) -> ir.Table:
        """Join what became of each text; it is computed once for a context, since that takes longer than all else."""
        made = self.__dict__.get("_made")
        if made is None or made[0]() is not context:
            spans: Counter[str] = Counter()
            mapping = context.lookup(table[self.column], _Redacting(self, context, table, spans), "string")
            mapping = mapping.select(lapipe_text=mapping.key, lapipe_redacted=mapping.value)
            made = (weakref.ref(context), mapping, spans)
            object.__setattr__(self, "_made", made)
        mapping = made[1]
        return table.left_join(mapping, table[self.column] == mapping.lapipe_text).drop("lapipe_text")


class _Redacting:
    """From distinct texts to what is left of them; the people are read when the first batch comes."""

    def __init__(self, stage: Redact, context: Context, table: ir.Table, spans: Counter[str]) -> None:
        self._stage, self._context, self._table, self._spans = stage, context, table, spans
        self._finder: Any = None

    def __call__(self, texts: list[Any]) -> list[str | None]:
        from lapipe.detect.presidio import check_model, second_look
        from lapipe.detect.text import Finder, plain, withheld

        if self._finder is None:
            if self._stage.model:
                check_model(self._stage.model)
            self._finder = Finder(self._known(), self._ordinary())
        out: list[str | None] = []
        for at in range(0, len(texts), _BATCH):
            read = [plain(text) if text is not None else "" for text in texts[at:at + _BATCH]]
            found = self._finder.find(read)
            doubts = [index for index, spans in enumerate(found) if withheld(spans) == "uncertain"]
            for index, spans in zip(doubts, second_look([read[i] for i in doubts], [found[i] for i in doubts], self._stage.model), strict=True):
                found[index] = spans
            out += self._told(read, found)
        return out

    def _told(self, texts: Sequence[str], found: Sequence[Sequence[Span]]) -> Iterator[str]:
        from lapipe.detect.text import withheld

        signs = {why: letter for letter, why in _WHY.items()}
        people = sorted({span.person for spans in found for span in spans if span.person})
        pseudonyms: dict[str, str] = {}
        if self._stage.pseudonym and people:
            of = self._context.pseudonyms(self._stage.pseudonym).of(people)
            pseudonyms = {person: str(pseudonym) for person, pseudonym in zip(people, of, strict=True) if pseudonym is not None}
        for text, spans in zip(texts, found, strict=True):
            self._spans.update(span.rule for span in spans)
            why = withheld(spans)
            yield signs[why] if why else _STAYS + self._replaced(text, spans, pseudonyms)

    def _replaced(self, text: str, spans: Sequence[Span], pseudonyms: Mapping[str, str]) -> str:
        which = _LANGUAGES.index(self._stage.language)
        parts, at = [], 0
        for span in spans:
            pseudonym = pseudonyms.get(span.person)
            parts += [text[at:span.start], f"[{_PERSON[which]} {pseudonym}]" if pseudonym else f"[{_PLACEHOLDERS[span.rule][which]}]"]
            at = span.end
        return "".join([*parts, text[at:]])

    def _ordinary(self) -> frozenset[str]:
        """Give the words that the purpose says are no names."""
        from lapipe.detect.names import fold

        waiver = self._context.purpose.waiver(f"ordinary {self._stage.column}")
        return frozenset(fold(word) for word in str(waiver.value).replace(",", " ").split()) if waiver else frozenset()

    def _known(self) -> Known:
        """Read the people of the declared source."""
        from lapipe.detect.text import Known

        stage, context = self._stage, self._context
        if not stage.people:
            return Known()
        import ibis

        listed, rows = context.contracts[stage.people], context.table(stage.people)
        columns = [column for column in listed if column.kind is Kind.IDENTIFIER]
        cells = [rows[column.name].cast("string").fill_null("") for column in columns]
        whole = cells[0]
        for cell in cells[1:]:
            whole = whole + ibis.literal(_BETWEEN) + cell
        present: set[str] = set()
        for name in _own(context.contract, stage.pseudonym):
            for batch in context.distinct(self._table[name]):
                present.update(str(one) for one in batch.to_pylist())
        people: list[tuple[str, list[str], list[str]]] = []
        names = [_names_somebody(column) for column in columns]
        number = next((at for at, column in enumerate(columns) if stage.pseudonym and column.domain == stage.pseudonym), None)
        for batch in context.distinct(rows.mutate(lapipe_whole=whole).lapipe_whole):
            for one in batch.to_pylist():
                cut = (one or "").split(_BETWEEN)
                known = cut[number] if number is not None else ""
                people.append((known if known in present else "", [cell for cell, name in zip(cut, names, strict=True) if name and cell],
                               [cell for cell, name in zip(cut, names, strict=True) if not name and cell]))
        return Known(people, [column.spelling for column in columns if column.spelling])


def _own(contract: Contract, domain: str) -> list[str]:
    """Give the identifiers of a table that are of an identity domain."""
    return [column.name for column in contract if domain and column.domain == domain and column.kind is Kind.IDENTIFIER]


def _names_somebody(column: Column) -> bool:
    """Say whether an identifier is a person's name: by its category, or by what it is called."""
    from lapipe.detect.headers import read

    return column.category == "pd:Name" or (not column.domain and not column.category and "name" in read(column.name))
