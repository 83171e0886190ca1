"""Scrub: a system's sentence without its people, and nothing of a sentence that is not understood."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from lapipe.contract import Column, Kind, load_contract
from lapipe.errors import UsageFault
from lapipe.scrubbing import Scrubber, Scrubbing
from lapipe.stages import Scrub
from tests.projects import ROOT
from tests.spec.conftest import Runner, a_table, plan_stage

SAID = Scrubbing(person=("user with id", "User"), hidden=("attempt with id",), kept=("course with id", "in course", "course module id"),
                 named=("viewed the",), names=("quiz",), words=("The", "the", "of", "by", "activity", "with", "joined", "meeting"))
LOG = a_table(Column("text", kind=Kind.FREE_TEXT, scrub=SAID, required=True), Column("act"))


@pytest.mark.parametrize(("text", "left"), [
    ("The user with id '7' viewed the course with id '12'.", "The user with id 'person' viewed the course with id '12'."),
    ("User '7' joined meeting in course '7'", "User 'person' joined meeting in course '7'"),
    ("The user with id '7' viewed the attempt with id '55' of the user with id '8'.",
     "The user with id 'person' viewed the attempt with id 'hidden' of the user with id 'person'."),
    ("The user with id '-1' viewed the 'quiz' activity with course module id '3'.",
     "The user with id 'person' viewed the 'quiz' activity with course module id '3'."),
    ("The user with id  '7'\n   viewed the course with id\n'12'.", "The user with id 'person' viewed the course with id '12'."),
    ("The user.", "The user."),
    # Not understood, whatever is there instead of a number.
    ("The user with id '7' viewed the course with id 'Jansen'.", None),
    ("The user with id '' viewed the course with id '12'.", None),
    ("The user with id '7' viewed the course with id ''.", None),
    ("The user with id 's7' viewed the course with id '12'.", None),
    ("The user with id '7' viewed the 'jansen' activity with course module id '3'.", None),
    # Numbers and words outside quotes, other quotes, unbalanced quotes, quotes after other words.
    ("The user with id 7 viewed the course with id '12'.", None),
    ("The user with id '7' viewed the course with id '12' Jansen.", None),
    ("The user with id '7' viewed the course with id '12': \"activity\".", None),
    ("The user with id '7' viewed the course with id '12", None),
    ("The user with id '7' viewed 'the activity of the user with id '8''.", None),
    ("The meeting '7'", None),
    ("The user with id '７' viewed the course with id '12'.", None),
    ("The user with id '7' viewed the course with id '1234567890123456789'.", None),
    (None, None),
])
def test_people_go_and_courses_and_modules_stay_and_what_is_not_understood_is_null(run: Runner, text: str | None, left: str | None) -> None:
    done = run(Scrub("text"), LOG, [{"text": text, "act": "a"}])
    assert done.rows == [{"text": left, "act": "a"}]
    assert done.contract["text"].kind is Kind.PLAIN
    assert done.facts == {"text not released": int(text is not None and left is None)}


def test_rows_that_are_not_released_are_counted_and_stay(run: Runner) -> None:
    rows = [{"text": "The user.", "act": "a"}] * 2 + [{"text": "Jansen.", "act": "b"}] * 3 + [{"text": None, "act": "c"}]
    done = run(Scrub("text"), LOG, rows)
    assert len(done.rows) == 6
    assert done.facts == {"text not released": 3}


@pytest.mark.parametrize("column", [Column("text", kind=Kind.FREE_TEXT), Column("text", kind=Kind.IDENTIFIER), Column("text")])
def test_a_text_whose_contract_says_nothing_of_it_is_not_scrubbed(column: Column) -> None:
    with pytest.raises(UsageFault, match=r"^LP203 Scrub: the contract of events does not say how 'text' is scrubbed \(it does for: none\)"):
        plan_stage(Scrub("text"), a_table(column))


def test_a_column_that_is_not_there_is_told(run: Runner) -> None:
    with pytest.raises(UsageFault, match="has no column 'txt'"):
        plan_stage(Scrub("txt"), LOG)


def test_texts_scrubbed_together_are_what_each_is_by_itself() -> None:
    """Sentences of Moodle's, with what people make of them: numbers of every kind, names, quotes that are not closed."""
    chance = random.Random(20261125)
    sentences = ("The user with id '{}' viewed the course with id '{}'.", "The user with id '{}' updated the completion state for the course module "
                 "with id '{}' for the user with id '{}'.", "The user with id '{}' viewed the 'quiz' activity with course module id '{}'.",
                 "The user with id '{}' viewed the '{}' activity with course module id '{}'.", "User '{}' joined", "", "It's {}", "'{}'", "100% of '{}'")
    values = ("7", "12345", "-1", "", "123456789012345678", "1234567890123456789", "\u0663", "Jansen", "quiz", "forum", "%s", "7'8", "\n")
    texts = [chance.choice(sentences).format(*(chance.choice(values[:2] if chance.random() < 0.8 else values) for _ in range(3))) for _ in range(8_000)]
    together = Scrubber(load_contract(ROOT / "schemas" / "tables" / "moodle_log_report.odcs.yaml")["description"].scrub)
    alone = Scrubber(together.reading)
    wanted = [alone.scrub(text) for text in texts]
    assert together.over_arrow(pa.array(texts, pa.string())).to_pylist() == wanted
    assert together.over_arrow(pa.array([], pa.string())).to_pylist() == []
    assert 1_000 < wanted.count(None) < 7_000
    assert not any("Jansen" in (text or "") for text in wanted)
