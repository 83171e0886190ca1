"""Print precision and recall of the column classifier per kind, with the cases missed.

    python -m tests.evaluation [--half shown|held-out|all] [--missed] [--samples]
    python -m tests.evaluation --fresh [--missed]
    python -m tests.evaluation --third [--missed]
"""

from __future__ import annotations

import argparse
from collections import Counter

from tests.evaluation.scoring import Score, score_of


def main() -> None:
    """Judge every case and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("shown", "held-out", "all"), default="all", help="cases by which rules were made, those that were not looked at, or both")
    parser.add_argument("--missed", action="store_true", help="list the cases missed")
    parser.add_argument("--samples", action="store_true", help="the sample exports with their hand labels, too")
    parser.add_argument("--small", action="store_true", help="the form that the tests run")
    parser.add_argument("--fresh", action="store_true", help="instead: the cases of tests/evaluation/held_out, which somebody else made before the rules were run on them")
    parser.add_argument("--third", action="store_true", help="instead: the tables and sentences of tests/evaluation/third, by a third hand, in two halves; of half B totals only")
    options = parser.parse_args()
    if options.third:
        show_third(missed=options.missed)
        return
    from tests.evaluation.cases import every_case
    from tests.evaluation.held_out.cases import held_out

    cases = [case for case in (held_out if options.fresh else every_case)(small=options.small) if options.half == "all" or case.held_out == (options.half == "held-out")]
    score = score_of(cases)
    if options.samples:
        from tests.evaluation.samples import sample_score

        print("Sample exports")
        show(sample_score(), missed=options.missed)
        print("\nGenerated")
    show(score, missed=options.missed)


def show_third(*, missed: bool) -> None:
    """Print both halves of the third set; the cases of half A when asked, of half B never."""
    from tests.evaluation.third.cases import KINDS, third_scores

    for half, parts in third_scores().items():
        for part, score in (("columns of tables", parts.tables), ("sentences", parts.sentences), ("arguable, counted apart", parts.arguable)):
            print(f"\nHalf {half}, {part}: {score.columns}\n{'':<26}{'right':>7}{'missed':>8}{'false':>7}{'precision':>11}{'recall':>8}")
            for kind in KINDS:
                right, lost, false = score.right[kind], score.lost[kind], score.false[kind]
                if right + lost + false:
                    print(f"{kind.removeprefix('KIND '):<26}{right:>7}{lost:>8}{false:>7}{score.precision(kind):>11.3f}{score.recall(kind):>8.3f}")
            print(f"possible, where nothing is: {sum(score.doubts.values())}")
            if half == "A" and missed:
                for line in score.told:
                    print("  " + line)


def show(score: Score, *, missed: bool) -> None:
    """Print a table, and the misses when asked."""
    print(f"{score.columns:,} columns\n{'':<26}{'right':>7}{'missed':>8}{'false':>7}{'precision':>11}{'recall':>8}")
    for name in score.names():
        right, lost, false = score.right[name], score.lost[name], score.false[name]
        print(f"{name:<26}{right:>7}{lost:>8}{false:>7}{right / max(1, right + false):>11.3f}{right / max(1, right + lost):>8.3f}")
    print(f"possible, where nothing is: {sum(score.doubts.values())} ({', '.join(f'{rule} {n}' for rule, n in score.doubts.most_common(8))})")
    if missed:
        for line in score.told:
            print("  " + line)
    groups = Counter(line.split(":")[0] for line in score.told)
    if groups and not missed:
        print("misses by group:", dict(groups.most_common(12)))


if __name__ == "__main__":
    main()
