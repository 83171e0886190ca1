"""The third set: tables and sentences by somebody who had not read the rules nor the other two sets, judged as `lapipe scan` judges a table."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from lapipe.detect import Evidence, Judged, beside, judge
from tests.evaluation.cases import Case
from tests.evaluation.scoring import Score
from tests.evaluation.third.values import column, crowd

_HERE = Path(__file__).parent
#: A number or login of a person: which of these a column is called is a matter of taste. The same for devices and sessions.
_SHORT = {"PID": "student_number|user_id|username|url_id", "DEV": "device|user_id|url_id|mac"}
#: What goes together: who finds one of these may also say the others.
_ALIKE = ({"student_number", "user_id", "username", "url_id", "device"}, {"special:sex_life", "special:gender_identity"}, {"photo", "url_id"})
#: The kinds of a contract, as the score counts them.
KINDS = tuple(f"KIND {kind}" for kind in ("national_id", "identifier", "special", "free_text"))
_TEXT = frozenset({"free_text"})


@dataclass(frozen=True)
class Column:
    """One labelled column of a table; `arguable` ones are counted apart."""

    case: Case
    arguable: bool


@dataclass(frozen=True)
class Table:
    """One table or sentence; its name says which half it is of."""

    name: str
    columns: tuple[Column, ...]
    rows: int

    @property
    def half(self) -> str:
        """Give A, which who mends rules may be shown, or B, which nobody is shown."""
        return "AB"[zlib.crc32(f"third/{self.name}".encode()) % 2]


def _label(words: str) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str], bool]:
    terms = [term for term in words.split() if term != "~"]
    found, possible, allowed = [], [], set[str]()
    for term in terms:
        rules = "|".join(_SHORT.get(rule, rule) for rule in term.lstrip("?+").split("|"))
        if term[0] != "+":
            (possible if term[0] == "?" else found).append(rules)
        allowed.update(rules.split("|"))
    for alike in _ALIKE:
        if alike & allowed:
            allowed |= alike
    return tuple(found), tuple(possible), frozenset(allowed), words.strip().startswith("~")


def tables() -> Iterator[Table]:
    """Give the tables, half A first; the same every time."""
    for block in (block for half in "ab" for block in (_HERE / f"tables_{half}.txt").read_text(encoding="utf-8").split("\n[")[1:]):
        name, _, body = block.partition("]\n")
        name, _, rows = name.partition(" *")
        chance = Random(f"third/{name}")
        people = crowd(chance, int(rows or chance.randrange(60, 220)))
        columns = []
        for line in body.splitlines():
            if not line.strip():
                continue
            header, make, label = (part.strip() for part in f"{line} ".split(" ; "))
            found, possible, allowed, arguable = _label(label)
            columns.append(Column(Case(f"table {name}", header, column(make, people, chance), found, possible, allowed), arguable))
        yield Table(name, tuple(columns), len(people))


def sentences() -> Iterator[Table]:
    """Give each sentence as a column of its own, called `tekst`, between plain remarks; half A first."""
    plain = ("Duidelijk, dank je wel.", "That answers my question.", "Zie de studiehandleiding.")
    for line in (line for half in "ab" for line in (_HERE / f"sentences_{half}.txt").read_text(encoding="utf-8").splitlines()):
        if line.startswith("#") or not line.strip():
            continue
        label, _, text = line.partition(" ; ")
        arguable, what = label.startswith("~"), label.removeprefix("~").strip()
        must = () if what == "-" else (what,)
        # What else stands in a sentence that holds something was not labelled: only sentences of nothing can be told falsely.
        allowed = _TEXT if not must else _everything() | _TEXT
        yield Table(f"sentence {text}", (Column(Case(f"sentence {text}", "tekst", [text, *plain], (), must, allowed), arguable),), 4)


def _everything() -> frozenset[str]:
    from lapipe.detect import RULES

    return frozenset(RULES) - {"bsn", "onderwijsnummer", "a_nummer"}


def third() -> list[Table]:
    """Give every table and sentence."""
    return [*tables(), *sentences()]


def judged(table: Table) -> dict[str, tuple[Evidence, ...]]:
    """Judge a table's columns, and what they say beside each other."""
    return dict(beside([Judged(each.case.name, judge(each.case.name, [each.case.array()])) for each in table.columns], table.rows))


@dataclass
class Third:
    """What was scored of one half: columns of tables, sentences, and of both the arguable ones."""

    tables: Score
    sentences: Score
    arguable: Score


def third_scores() -> dict[str, Third]:
    """Judge and score both halves."""
    scores = {half: Third(Score(), Score(), Score()) for half in "AB"}
    for table in third():
        evidence, of = judged(table), scores[table.half]
        for each in table.columns:
            (of.arguable if each.arguable else of.sentences if table.name.startswith("sentence ") else of.tables).add(each.case, evidence[each.case.name])
    return scores
