"""The labelled evaluation of the column classifier meets its targets; `python -m tests.evaluation --missed` prints it in full."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from lapipe.detect import judge
from tests.conftest import missing
from tests.evaluation.cases import NATIONAL, Case, every_case
from tests.evaluation.held_out.cases import held_out
from tests.evaluation.held_out.sentences import INNOCENT_LINES, holding
from tests.evaluation.samples import DATA, sample_score
from tests.evaluation.scoring import Score, score_of
from tests.evaluation.sentences import HOLDING, INNOCENT

#: The targets of issue 4: for national numbers there is no room.
ALL, MOST = 1.0, 0.97


@cache
def evaluated() -> Score:
    return score_of(every_case(small=True))


@cache
def fresh() -> Score:
    return score_of(held_out(small=True))


@pytest.mark.parametrize("kind", ["national_id", "identifier", "special", "free_text"])
def test_precision_and_recall_meet_the_targets(kind: str) -> None:
    score = evaluated()
    least = ALL if kind == "national_id" else MOST
    assert score.recall(f"KIND {kind}") >= least, [line for line in score.told if line.startswith("missed")]
    assert score.precision(f"KIND {kind}") >= least, [line for line in score.told if line.startswith("false")]


@pytest.mark.parametrize("kind", ["national_id", "identifier", "special"])
def test_the_held_out_cases_meet_the_targets_too(kind: str) -> None:
    score = fresh()
    least = ALL if kind == "national_id" else MOST
    assert (score.recall(f"KIND {kind}") >= least, score.precision(f"KIND {kind}") >= least) == (True, True), score.told


def test_the_held_out_cases_are_many() -> None:
    held = list(held_out(small=True))
    assert (len(holding()) + len(INNOCENT_LINES) > 240, len({case.name for case in held if case.group.startswith("header")}) > 250) == (True, True)


def test_a_fifth_of_bsns_among_a_hundred_numbers_is_always_found_and_ordinary_numbers_never() -> None:
    told = {case.group: next(each.verdict for each in judge(case.name, [case.array()]) if each.rule == "bsn")
            for case in held_out(small=True) if case.group.startswith(("bsn 20% of 100 ", "numbers "))}
    assert {verdict for group, verdict in told.items() if group.startswith("bsn")} == {"found"}
    assert "found" not in {verdict for group, verdict in told.items() if group.startswith("numbers")}


def test_no_rule_is_much_worse_than_its_kind() -> None:
    score = evaluated()
    rules = [name for name in score.names() if not name.startswith("KIND")]
    assert len(rules) >= 25
    assert [rule for rule in rules if score.recall(rule) < 0.9 or score.precision(rule) < 0.9] == []


def test_little_is_called_possible_where_nothing_is() -> None:
    assert sum(evaluated().doubts.values()) <= 0.02 * evaluated().columns


def test_the_evaluation_is_as_wide_as_it_says() -> None:
    cases = list(every_case(small=True))
    names = {case.name for case in cases if case.group.startswith("header")}
    sentences = sum(map(len, HOLDING.values())) + len(INNOCENT)
    half = sum(case.held_out for case in cases) / len(cases)
    assert (len(cases) > 1000, len(names) > 500, sentences > 150, 0.4 < half < 0.6) == (True, True, True, True)
    assert {rule for case in cases for label in case.found for rule in label.split("|")} >= {*NATIONAL, "email", "name", "special:criminal", "photo", "document"}


def test_a_worse_classifier_misses_the_targets() -> None:
    def dumb(cases: Iterator[Case]) -> Score:
        score = Score()
        for case in cases:
            score.add(case, ())
        return score

    assert dumb(every_case(small=True)).recall("KIND identifier") == 0


def test_the_sample_exports_meet_the_targets() -> None:
    if not DATA.is_dir():
        missing(f"the evaluation on the sample exports: there are none in {DATA}")
    score = sample_score(small=True)
    assert score.columns > 500
    assert all(score.recall(name) >= MOST and score.precision(name) >= MOST for name in score.names()), score.told
