"""Compare verdicts with labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lapipe.detect import Evidence, judge
from tests.evaluation.cases import NATIONAL, Case


@dataclass
class Score:
    """Counts per rule and per kind; `doubts` are possible verdicts where nothing is."""

    columns: int = 0
    right: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        """Give every rule and kind that has a count, the kinds last."""
        every = {*self.right, *self.lost, *self.false}
        return [*sorted(name for name in every if not name.startswith("KIND")), *sorted(name for name in every if name.startswith("KIND"))]

    def precision(self, name: str) -> float:
        """Give right / (right + false)."""
        return self.right[name] / max(1, self.right[name] + self.false[name])

    def recall(self, name: str) -> float:
        """Give right / (right + lost)."""
        return self.right[name] / max(1, self.right[name] + self.lost[name])

    def add(self, case: Case, evidence: Iterable[Evidence]) -> None:
        """Score one column.

        What must be found counts as right when found; a found rule without a label is false, and so is a possible national number,
        which fails closed.
        """
        self.columns += 1
        verdicts = {each.rule: each.verdict for each in evidence}
        kinds = {each.rule: each.kind for each in evidence}
        labelled = {rule for label in (*case.found, *case.possible) for rule in label.split("|")}
        for label, enough in (*((label, ("found",)) for label in case.found), *((label, ("found", "possible")) for label in case.possible)):
            rules = label.split("|")
            hit = any(verdicts.get(rule) in enough for rule in rules)
            self._count("right" if hit else "lost", rules[0], kinds)
            if not hit:
                self.told.append(f"missed {label}: {case.group} / {case.name}")
        for rule, verdict in verdicts.items():
            if verdict == "none" or rule in labelled or rule in case.allowed:
                continue
            if verdict == "found" or rule in NATIONAL:
                self._count("false", rule, kinds)
                self.told.append(f"false {rule} ({verdict}): {case.group} / {case.name}")
            else:
                self.doubts[rule] += 1

    def _count(self, what: str, rule: str, kinds: dict[str, str]) -> None:
        counter = getattr(self, what)
        counter[rule] += 1
        kind = "special" if rule.startswith("special:") else "national_id" if rule in NATIONAL else kinds.get(rule, "identifier")
        counter[f"KIND {kind}"] += 1


def score_of(cases: Iterable[Case]) -> Score:
    """Judge and score cases."""
    score = Score()
    for case in cases:
        score.add(case, judge(case.name, [case.array()]))
    return score
