"""Cases from the literature with known answers, run through `lapipe.disclosure` as anybody would.

The tables were entered from memory of the publications named. What each test asserts is recomputed here from the table itself (sums,
enumeration), so that it holds whether or not a digit was remembered wrongly; only where it says "as printed" is the answer the paper's.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from lapipe.disclosure import Entropy, Magnitude, Rule, k_anonymise, measure, protect
from lapipe.disclosure.risk import Classes, of_population
from tests.test_suppression import COUNTIES, INVESTMENT, framed

#: Sweeney, "k-anonymity: a model for protecting privacy" (2002), figure 2: an example of k = 2 for race, birth, gender and zip.
SWEENEY = pd.DataFrame({
    "race": ["black"] * 6 + ["white"] * 5, "birth": [1965, 1965, 1965, 1965, 1964, 1964, 1964, 1964, 1964, 1967, 1967],
    "gender": ["m", "m", "f", "f", "f", "f", "m", "m", "m", "m", "m"],
    "zip": ["0214*", "0214*", "0213*", "0213*", "0213*", "0213*", "0213*", "0213*", "0213*", "0213*", "0213*"],
    "problem": ["short breath", "chest pain", "hypertension", "hypertension", "obesity", "chest pain", "chest pain", "obesity", "short breath",
                "chest pain", "chest pain"]})

#: Li, Li and Venkatasubramanian, "t-Closeness" (2007), table 3, zip and age as table 4 recodes them: 3-diverse, and still alike.
SALARIES = pd.DataFrame({
    "zip": ["476**"] * 3 + ["4790*"] * 3 + ["476**"] * 3, "age": ["2*"] * 3 + [">=40"] * 3 + ["3*"] * 3,
    "salary": [3000, 4000, 5000, 6000, 11000, 8000, 7000, 9000, 10000]})


def test_the_example_of_sweeney_is_2_anonymous_as_printed() -> None:
    found = measure(SWEENEY, quasi=["race", "birth", "gender", "zip"], sensitive=["problem"])
    assert found.classes.k == 2
    assert dict(found.classes.classes) == {2: 4, 3: 1}
    # Two classes of two have one problem each: 2-anonymous, and all the same told.
    assert found.sensitive["problem"].l == 1
    assert found.as_json()["risk"]["prosecutor_max"] == 0.5


def test_the_salaries_of_the_paper_on_t_closeness_are_3_diverse_and_as_far_as_printed() -> None:
    found = measure(SALARIES, quasi=["zip", "age"], sensitive=["salary"])
    assert (found.classes.k, found.sensitive["salary"].l) == (3, 3)
    # D[P1, Q] = 0.375 for {3, 4, 5}.
    assert found.sensitive["salary"].t == pytest.approx(0.375)
    # Table 5 recodes zip alone: {3, 5, 9}, {6, 11, 8}, {4, 7, 10}; 0.167-close in salary.
    recoded = SALARIES.assign(group=[1, 3, 1, 2, 2, 2, 3, 1, 3])
    assert measure(recoded, quasi=["group"], sensitive=["salary"]).sensitive["salary"].t == pytest.approx(1 / 6)


#: Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam, "l-diversity" (2007), figures 2 and 3: one hospital, recoded in two ways.
INPATIENTS = pd.DataFrame({
    "anonymous": ["130** <30"] * 4 + ["1485* >=40"] * 4 + ["130** 3*"] * 4,
    "diverse": ["1305* <=40", "1306* <=40", "1306* <=40", "1305* <=40", *["1485* >40"] * 4, "1305* <=40", "1306* <=40", "1306* <=40", "1305* <=40"],
    "condition": ["heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral", "cancer", "cancer", "cancer", "cancer"]})


def test_the_inpatients_are_4_anonymous_and_alike_or_3_diverse_as_printed() -> None:
    anonymous, diverse = (measure(INPATIENTS, quasi=[how], sensitive=["condition"]) for how in ("anonymous", "diverse"))
    assert (anonymous.classes.k, anonymous.sensitive["condition"].l) == (4, 1)
    assert (diverse.classes.k, diverse.sensitive["condition"].l) == (4, 3)
    # The most varied that three values of four people can be: 1, 1 and 2.
    assert diverse.sensitive["condition"].entropy_l == pytest.approx(2 * np.sqrt(2))


@pytest.mark.parametrize(("sample", "population", "risk"), [(2, 110, 0.01714426), (1, 17, 0.17707583), (1, 541, 0.01165448), (1, 8, 0.29706308),
                                                            (1, 5, 0.40235948)])
def test_the_individual_risk_of_the_eight_records_of_capobianchi_and_others(sample: int, population: int, risk: float) -> None:
    """Capobianchi, Polettini and Lucarelli (2001), the data `francdat` of sdcMicro: people in the sample and estimated in the population."""
    assert of_population(Classes({sample: 1}, {sample: sample}), population).highest == pytest.approx(risk, abs=5e-8)


def test_entropy_diversity_of_equal_counts_is_their_number() -> None:
    frame = pd.DataFrame({"q": ["x"] * 6 + ["y"] * 6, "s": list("abcabc") + list("aaaabc")})
    assert measure(frame, quasi=["q"], sensitive=["s"]).sensitive["s"].entropy_l == pytest.approx(np.exp(-(4 / 6 * np.log(4 / 6) + 2 / 6 * np.log(1 / 6))))
    done = k_anonymise(frame.assign(id=range(12)), subject="id", quasi={"q": {"x": ["*"], "y": ["*"]}}, k=6, limit=0, sensitive="s", l=Entropy(2.5))
    assert done.levels == {"q": 1}


def cheapest(cells: dict[tuple[str, str], int], primary: set[tuple[str, str]], up: float, down: float, cost: dict[tuple[str, str], int]) -> int:
    """Give the least cost of a pattern of inner cells by trying every one: an outsider's LP interval must reach `up` and `down`."""
    inner = [cell for cell in cells if "Total" not in cell]
    others = sorted((cell for cell in inner if cell not in primary), key=lambda cell: cost[cell])
    best = sum(cost.values())
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            price = sum(cost[cell] for cell in more)
            if price < best and _wide(cells, sorted(primary | set(more)), primary, up, down):
                best = price
    return best


def _wide(cells: dict[tuple[str, str], int], gone: list[tuple[str, str]], primary: set[tuple[str, str]], up: float, down: float) -> bool:
    rows = [[float(cell[at] == name) for cell in gone] for at in (0, 1) for name in {cell[at] for cell in gone}]
    right = [sum(cells[cell] for cell, there in zip(gone, row, strict=True) if there) for row in rows]
    for cell in primary:
        for sign, reach in ((1, down), (-1, up)):
            solved = linprog([sign * float(each == cell) for each in gone], A_eq=rows, b_eq=right)
            if abs(sign * solved.fun - cells[cell]) < reach - 1e-6:
                return False
    return True


def test_the_table_of_fischetti_and_salazar_adds_up_and_its_pattern_is_the_cheapest() -> None:
    for (row, column), value in INVESTMENT.items():
        if row == "Total":
            assert value == sum(INVESTMENT[each, column] for each in ("I", "II", "III"))
        if column == "Total":
            assert value == sum(INVESTMENT[row, each] for each in "ABC")
    frame = framed(INVESTMENT, ("activity", "region"), "value")
    frame["sensitive"] = (frame.activity == "II") & (frame.region == "C")
    found = protect(frame, by=["activity", "region"], values=[Magnitude("value", p=20)], primary="sensitive", rule=Rule(cost="value"))
    others = {(row.activity, row.region) for row in found.itertuples() if row.suppressed} - {("II", "C")}
    cost = {cell: value for cell, value in INVESTMENT.items() if "Total" not in cell}
    assert sum(INVESTMENT[cell] for cell in others) == cheapest(INVESTMENT, {("II", "C")}, up=4.4, down=0, cost=cost) == 37


def test_the_counties_add_up_to_what_their_paper_prints() -> None:
    table = framed(COUNTIES, ("county", "education")).pivot(index="county", columns="education", values="n")
    assert table.sum(axis=1).to_dict() == {"Alpha": 20, "Beta": 55, "Delta": 35, "Gamma": 25}
    assert table.sum().to_dict() == {"low": 50, "medium": 35, "high": 30, "very high": 20}
