"""lapipe risk: figures against plain Python, unicity against enumeration, published figures as facts, and no value in any output."""

from __future__ import annotations

import csv
import itertools
import json
import math
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lapipe.assess import Question, assess, in_words
from lapipe.contract import Column, Contract, Kind, Spelling
from lapipe.disclosure.curve import curve
from lapipe.disclosure.risk import Classes, of_population
from lapipe.disclosure.unicity import Sets, wilson
from lapipe.errors import ContractBroken, LapipeError, Refused, UsageFault
from tests.projects import ROOT, Done, command

# --- unicity -------------------------------------------------------------------------------------------------------------


def enumerated(sets: dict[int, set[int]], known: int) -> float:
    """Look at every choice of `known` items of everybody (all where they have fewer), and count who has them."""
    shares = []
    for mine in sets.values():
        choices = list(itertools.combinations(sorted(mine), min(known, len(mine))))
        shares.append(sum(sum(set(items) <= other for other in sets.values()) == 1 for items in choices) / len(choices))
    return sum(shares) / len(shares)


SETS = st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=10)


@settings(max_examples=80, deadline=None)
@given(sets=SETS, again=st.booleans())
def test_unicity_is_that_of_enumeration(sets: dict[int, set[int]], again: bool) -> None:
    pairs = [(person, item) for person, mine in sets.items() for item in mine] * (2 if again else 1)
    found = Sets(np.array([person for person, _ in pairs]), np.array([item for _, item in pairs]))
    assert found.people == len(sets)
    whole = Counter(frozenset(mine) for mine in sets.values())
    assert found.unique_in_full() == sum(number == 1 for number in whole.values()) / len(sets)
    for known in range(1, 6):
        share = found.unique(known)
        assert share.share == pytest.approx(enumerated(sets, known))
        assert share.low == share.high == share.share


def test_what_is_drawn_lies_in_its_interval_around_what_is_enumerated() -> None:
    random = np.random.default_rng(1)
    sets = {person: set(random.choice(60, size=6, replace=False, p=np.arange(60, 0, -1) / 1830).tolist()) for person in range(1500)}
    pairs = np.array([(person, item) for person, mine in sets.items() for item in mine])
    found = Sets(pairs[:, 0], pairs[:, 1])
    having: dict[int, set[int]] = defaultdict(set)
    for person, mine in sets.items():
        for item in mine:
            having[item].add(person)
    exact = np.mean([np.mean([len(set.intersection(*(having[item] for item in items))) == 1 for items in itertools.combinations(mine, 3)])
                     for mine in sets.values()])
    everybody = found.unique(3)
    assert everybody.share == pytest.approx(exact)
    drawn = _drawn(found, 3, 1000)
    assert drawn.low < exact < drawn.high
    assert 0 < drawn.low < drawn.share < drawn.high < 1
    assert drawn == _drawn(found, 3, 1000)


def _drawn(sets: Sets, known: int, probes: int) -> Any:
    import lapipe.disclosure.unicity as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ALL", 0)
        return sets.unique(known, probes=probes)


def test_wilson_is_as_published() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611; 1 of 29 gives 0.0061 to 0.1718.
    for hits, of, low, high in ((81, 263, 0.2553, 0.3662), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)):
        found = wilson(hits, of)
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


# --- figures against plain Python -----------------------------------------------------------------------------------------

ROWS = st.lists(st.tuples(st.integers(1, 8), st.sampled_from(["a", "b", ""]), st.sampled_from(["x", "y"]), st.sampled_from(["1", "2.5", "10", ""])),
                min_size=1, max_size=25)


def written(path: Path, rows: list[Any], header: tuple[str, ...] = ("student_id", "age_group", "gender_code", "grade_value")) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@settings(max_examples=25, deadline=None)
@given(rows=ROWS)
def test_the_figures_are_those_of_plain_python(rows: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("risk")
    file = written(folder / "f.csv", rows)
    found = assess(Question(file, "student_id", ("age_group", "gender_code"), ("grade_value",), population="1000"), folder).as_json()
    classes: dict[Any, set[int]] = defaultdict(set)
    held: dict[Any, set[Any]] = defaultdict(set)
    for who, age, gender, grade in rows:
        classes[age, gender].add(who)
        held[age, gender].add((who, grade))
    sizes = [len(people) for people in classes.values()]
    alone = {next(iter(people)) for people in classes.values() if len(people) == 1}
    assert (found["records"], found["subjects"]) == (len(rows), len({row[0] for row in rows}))
    assert (found["classes"], found["k"], found["unique_subjects"]) == (len(sizes), min(sizes), len(alone))
    assert found["risk"]["prosecutor_max"] == pytest.approx(1 / min(sizes), abs=1e-6)
    assert found["risk"]["marketer"] == found["risk"]["prosecutor_avg"] == pytest.approx(len(sizes) / sum(sizes), abs=1e-6)
    several = sum(sum(who in people for people in classes.values()) > 1 for who in {row[0] for row in rows})
    assert found.get("several_tuples", 0) == several
    everyone = Counter(grade for each in held.values() for _, grade in each)
    scale = sorted(everyone, key=lambda grade: float(grade or -math.inf))
    total, furthest, varied = sum(everyone.values()), 0.0, math.inf
    for each in held.values():
        counts = Counter(grade for _, grade in each)
        varied = min(varied, math.exp(-sum(n / len(each) * math.log(n / len(each)) for n in counts.values())))
        pile = moved = 0.0
        for grade in scale[:-1]:
            pile += counts[grade] / len(each) - everyone[grade] / total
            moved += abs(pile)
        moved /= max(1, len(scale) - 1)
        if any(scale):
            furthest = max(furthest, moved)
    assert found["sensitive"]["grade_value"]["l"] == min(len({grade for _, grade in each}) for each in held.values())
    assert found["sensitive"]["grade_value"]["entropy_l"] == pytest.approx(varied, abs=1e-5)
    assert found["sensitive"]["grade_value"]["t"] == pytest.approx(furthest, abs=1e-5)


def test_the_estimate_for_a_population_follows_the_closed_forms() -> None:
    # Benedetti and Franconi 1998; Templ, Meindl and Kowarik, "Introduction to statistical disclosure control", section on individual risk:
    # f = 1: p/(1-p) log(1/p); f = 2: p/(1-p) - (p/(1-p))^2 log(1/p).
    for people, population in ((30, 100), (30, 3000), (30, 40)):
        p = people / population
        odds = p / (1 - p)
        for size, expected in ((1, odds * math.log(1 / p)), (2, odds - odds**2 * math.log(1 / p))):
            classes = Classes({size: people // size}, {size: people})
            assert of_population(classes, population).highest == pytest.approx(expected)
    assert of_population(Classes({5: 2}, {5: 10}), 10).highest == pytest.approx(1 / 5)


def test_the_average_risk_of_adult_is_as_published() -> None:
    # UCI Adult, 30,162 complete records: 1,690 classes of the four quasi-identifiers, 543 people alone; 19,502 classes of nine, whose
    # average risk is 0.64657516 in ARX's own tests (research/disclosure.md, section 2).
    sizes = {1: 543, 2: 1146, 27_327: 1}
    four = Classes(sizes, {size: size * number for size, number in sizes.items()})
    assert (four.number, four.subjects, four.people[1]) == (1690, 30162, 543)
    assert round(four.average, 3) == 0.056
    nine = Classes({1: 19_501, 10_661: 1}, {1: 19_501, 10_661: 10_661})
    assert nine.average == pytest.approx(0.64657516, abs=5e-8)


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_the_curve_is_what_is_left_at_each_k(sizes: list[int]) -> None:
    found = curve(Classes(Counter(sizes), {size: size * number for size, number in Counter(sizes).items()}))
    assert [each.k for each in found] == list(range(3, 51))
    for each in found:
        staying = [size for size in sizes if size >= each.k]
        assert each.cells_left_out == len(sizes) - len(staying)
        assert each.people_left_out == sum(sizes) - sum(staying)
        assert each.highest_risk == (1 / min(staying) if staying else 0)
        assert each.average_risk == pytest.approx(len(staying) / sum(staying) if staying else 0)


# --- files ------------------------------------------------------------------------------------------------------------------

PEOPLE = [(f"s{number:03}", "psychology" if number < 6 else "law", "2001", "course-one", grade) for number in range(9) for grade in ("6.5", "7.5")]
HEADER = ("student_id", "programme", "birth_year", "course", "grade")


def ask(folder: Path, rows: list[Any] = PEOPLE, **options: Any) -> dict[str, Any]:
    question = Question(written(folder / "people.csv", rows, HEADER), **{"subject": "student_id", "quasi": ("programme",), **options})
    found = assess(question, folder)
    assert in_words(question, found)
    return found.as_json()


def test_parquet_and_csv_give_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(PEOPLE, columns=list(HEADER)).astype({"birth_year": "int64", "grade": "float64"})
    frame.to_parquet(tmp_path / "people.parquet")
    options: dict[str, Any] = {"subject": "student_id", "quasi": ("programme", "birth_year"), "sensitive": ("grade",), "items": ("course", "grade")}
    assert assess(Question(tmp_path / "people.parquet", **options), tmp_path).as_json() == ask(tmp_path, **options)


def test_a_population_gives_the_journalist_s_risk(tmp_path: Path) -> None:
    everyone = written(tmp_path / "all.csv", [(f"p{n}", "psychology" if n < 12 else "law") for n in range(22)], HEADER[:2])
    found = ask(tmp_path, population=str(everyone))
    assert found["risk"]["journalist_max"] == pytest.approx(1 / 10)
    assert found["risk"]["journalist_avg"] == pytest.approx((6 / 12 + 3 / 10) / 9, abs=1e-6)
    assert found["journalist_estimated"] is False
    with pytest.raises(UsageFault, match="more people in the file than in the population"):
        ask(tmp_path, population=str(written(tmp_path / "few.csv", [("p1", "law"), ("p2", "psychology")], HEADER[:2])))
    with pytest.raises(UsageFault, match="more than the population of 8"):
        ask(tmp_path, population="8")


def test_the_finest_detail_below_the_limit_is_found(tmp_path: Path) -> None:
    rows = [(f"s{n:03}", "law", "2001", "stats", f"{6 + (n % 40) / 40:.3f}") for n in range(40)]
    found = ask(tmp_path, rows, items=("course", "grade"))
    assert found["unicity"]["full"] == 1.0
    assert found["unicity_detail"] == {"columns": {"course": "as it is", "grade": "*"}, "items": 1, "full": 0.0}
    rows = [(f"s{n:03}", "law", "2001", "stats", f"{n % 4 + 5 + n / 100:.2f}") for n in range(40)]
    assert ask(tmp_path, rows, items=("course", "grade"))["unicity_detail"]["columns"] == {"course": "as it is", "grade": "band 1"}
    assert "unicity_detail" not in ask(tmp_path, rows, items=("course",))


@pytest.mark.parametrize(("rows", "options", "error", "told"), [
    ([("", "law", "1", "c", "6"), ("s1", "law", "1", "c", "6")], {}, Refused, "LP404 1 rows have no 'student_id'"),
    ([("NULL", "law", "1", "c", "6"), (" s1 ", "law", "1", "c", "6")], {}, Refused, "LP404 1 rows"),
    ([], {}, ContractBroken, "LP208"), (PEOPLE, {"quasi": ("canary",)}, UsageFault, "no column 'canary' (it has: student_id, programme"),
    (PEOPLE, {"quasi": ()}, UsageFault, "at least one quasi"), (PEOPLE, {"quasi": ("student_id",)}, UsageFault, "named twice"),
    (PEOPLE, {"limit": 2.0}, UsageFault, "a share from 0 to 1"),
    ([("s1", "law", "1", "", "")], {"items": ("course", "grade")}, ContractBroken, "nobody has a set of items")])
def test_what_cannot_be_counted_is_refused(tmp_path: Path, rows: list[Any], options: dict[str, Any], error: type[LapipeError], told: str) -> None:
    with pytest.raises(error) as refused:
        ask(tmp_path, rows, **options)
    assert told in str(refused.value)


def test_spellings_of_one_student_are_one_with_the_contract(tmp_path: Path) -> None:
    contract = Contract("people", "1", (Column("student_id", kind=Kind.IDENTIFIER, domain="student", spelling=Spelling(prefixes=("s",), lower=True)),
                                        *(Column(name) for name in HEADER[1:])), person="student_id")
    rows = [("s001", *PEOPLE[0][1:]), ("S001", *PEOPLE[0][1:]), ("001", *PEOPLE[0][1:])]
    assert ask(tmp_path, rows)["subjects"] == 3
    found = ask(tmp_path, rows, contract=contract)
    assert (found["subjects"], found["k"], found["unique_subjects"]) == (1, 1, 1)


def lapipe(*words: Any, cwd: Path) -> Done:
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    number = len(list(cwd.glob("stdout*")))
    return command([str(word) for word in words], cwd, environment, cwd / f"stdout{number}", cwd / f"stderr{number}")


def test_the_command_tells_no_value_and_has_the_declared_shape(tmp_path: Path) -> None:
    rows = [(f"canary{n}", f"canary-{n % 3}", "2001", f"canary course {n}", "6.5") for n in range(12)]
    file = written(tmp_path / "people.csv", rows, HEADER)
    options = ["--subject", "student_id", "--quasi", "programme, birth_year", "--sensitive", "course", "--items", "course,grade"]
    done = lapipe("risk", file, *options, "--format", "json", "--curve", cwd=tmp_path)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert list(found)[:8] == ["records", "subjects", "classes", "k", "unique_subjects", "risk", "sensitive", "unicity"]
    assert list(found["unicity"]) == ["1", "2", "3", "4", "5", "full"]
    assert set(found["risk"]) == {"prosecutor_max", "prosecutor_avg", "marketer"}
    assert set(found["sensitive"]["course"]) == {"l", "entropy_l", "t"}
    assert [row["k"] for row in found["curve"]] == list(range(3, 51))
    text = lapipe("risk", file, *options, "--curve", "--chart", tmp_path / "curve.json", cwd=tmp_path)
    assert text.code == 0, text.err
    chart = (tmp_path / "curve.json").read_text(encoding="utf-8")
    assert '"people left out"' in chart
    assert "canary" not in done.out + done.err + text.out + text.err + chart
    wrong = lapipe("risk", file, "--subject", "nobody", "--quasi", "programme", cwd=tmp_path)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.count("\n") == 1
