"""What each k would cost, and what risk it would leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lapipe.disclosure.risk import Classes

#: The k that a curve is drawn for.
CHOICES = range(3, 51)


@dataclass(frozen=True)
class Choice:
    """One k: the classes and people under it, which would be left out, and the attackers' chances with those who stay."""

    k: int
    cells_left_out: int
    people_left_out: int
    highest_risk: float
    average_risk: float


def curve(classes: Classes, choices: Sequence[int] = CHOICES) -> list[Choice]:
    """Give what each k leaves out and what risk stays; somebody of whom any row goes is counted as left out, once."""
    found = []
    for k in choices:
        staying = {size: number for size, number in classes.classes.items() if size >= k}
        number = sum(staying.values())
        members = sum(size * count for size, count in staying.items())
        found.append(Choice(k, classes.number - number, sum(count for size, count in classes.people.items() if size < k),
                            1 / min(staying) if staying else 0.0, number / members if members else 0.0))
    return found


def chart(choices: Sequence[Choice], classes: Classes) -> Any:
    """Draw a curve with Altair: the shares of classes and people left out and the risk left, by k.

    Altair is an extra; its import error is the caller's to tell.
    """
    import altair as alt

    rows = [{"k": each.k, "what": what, "share": share} for each in choices for what, share in (
        ("classes left out", each.cells_left_out / max(1, classes.number)), ("people left out", each.people_left_out / max(1, classes.subjects)),
        ("highest risk left", each.highest_risk),
        ("average risk left", each.average_risk))]
    return alt.Chart(alt.InlineData(values=rows)).mark_line(point=True).encode(
        x=alt.X("k:Q", title="k: the fewest people in a class"), y=alt.Y("share:Q", title="share", axis=alt.Axis(format="%")),
        color=alt.Color("what:N", title=None), tooltip=["k:Q", "what:N", alt.Tooltip("share:Q", format=".2%")],
    ).properties(width=520, height=300, title="What each k costs, and what risk it leaves")
